//! The inputs as they were used.

use serde::Serialize;

use crate::Standing;
use crate::component::ComponentName;
use crate::laser::IntegratedLaser;
use crate::model::LinkModel;

/// One component as it was used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentAnswer {
    /// Name in data and requests.
    pub name: &'static str,
    /// What it means.
    pub meaning: String,
    /// Low, typical and high with their unit.
    pub range: [String; 3],
    /// Whether an engine's lanes share the deviation, by which of the two spreads is wider.
    pub is_systematic: bool,
    /// Where it comes from.
    pub source: String,
    /// When that was looked up.
    pub date: String,
    /// Whether the source was read and says so.
    pub verified: bool,
    /// Standing of a table's value.
    pub status: Standing,
    /// Whether it goes into any number: the laws of lasers do not where a table's map stands for them, multiplexers only where a
    /// port's lanes share a fibre.
    pub is_used: bool,
}

pub(super) fn list(model: &LinkModel) -> Vec<ComponentAnswer> {
    let request = &model.request;
    let mut ports = request.tiers.iter().chain([&request.port]);
    let is_multiplexed = ports.any(|port| {
        let standard = model.standard(port);
        standard.is_ok_and(|standard| standard.lanes_per_fibre > 1)
    });
    let answer = |c: &crate::Component| ComponentAnswer {
        name: c.name.key(),
        meaning: c.meaning.clone(),
        range: c.texts.clone(),
        is_systematic: c.systematic.width() >= c.lane.width(),
        source: c.source.clone(),
        date: c.date.clone(),
        verified: c.verified,
        status: c.status,
        is_used: match c.name {
            ComponentName::Multiplexer | ComponentName::Demultiplexer => is_multiplexed,
            ComponentName::LaserDeviation => c.systematic.width() > 0.0,
            ComponentName::LaserElectricity => {
                c.systematic.width() > 0.0 || c.lane.width() > 0.0 || c.status != Standing::Ok
            }
            name => match &model.laser {
                IntegratedLaser::Map(_) => !ComponentName::LASER_LAW.contains(&name),
                IntegratedLaser::Law => true,
            },
        },
    };
    model.components.iter().map(answer).collect()
}
