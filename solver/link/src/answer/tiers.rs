//! Ports of growing bandwidth: what each architecture takes, whether it can be built, which takes least.

use serde::Serialize;

use super::architectures::{BoundaryEnergy, Energies, energies};
use super::launch::{Launch, MostOfChip, by_design, class_of, median_asked};
use crate::architecture::{Architecture, Boundary, Energy, HostSerdes, LaserPlace, Setting};
use crate::budget::{Conditions, MarginSpread, margins};
use crate::component::{ComponentName as C, Values};
use crate::electrical::copper_loss;
use crate::error::LinkError;
use crate::laser::Operation;
use crate::model::{LinkModel, Port};

/// Share of draws from which a winner is clear.
const CLEAR: f64 = 0.95;

/// Share of engines all of whose lanes reach the standard's sensitivity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EngineYield {
    /// With one launch by design; NaN where it is not known.
    pub by_design: f64,
    /// Where each laser is set to that after assembly; none where no limit of the laser is known.
    pub when_set: Option<f64>,
}

/// One architecture in one tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierEntry {
    /// Name of the architecture.
    pub architecture: String,
    /// The three boundaries.
    pub energies: Vec<BoundaryEnergy>,
    /// Engines over the tier's standard.
    pub engine_yield: EngineYield,
    /// What stands against it with typical values; feasible where nothing does.
    pub obstacles: Vec<String>,
}

impl TierEntry {
    /// Whether nothing stands against it.
    pub fn is_feasible(&self) -> bool {
        self.obstacles.is_empty()
    }
}

/// Which feasible architecture takes least within a boundary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierWinner {
    /// What is counted.
    pub boundary: Boundary,
    /// Its name; none where nothing is feasible.
    pub architecture: Option<String>,
    /// Share of draws in which it takes less than every other feasible one, what they have in common drawn alike; NaN without
    /// a winner.
    pub share_of_draws: f64,
    /// Whether that is 95 % or more.
    pub is_clear: bool,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierAnswer {
    /// The port.
    pub port: Port,
    /// Lanes of it.
    pub lanes: usize,
    /// The architectures.
    pub entries: Vec<TierEntry>,
    /// Who takes least, by boundary.
    pub winners: Vec<TierWinner>,
}

pub(super) fn answers(model: &LinkModel, most: &MostOfChip) -> Result<Vec<TierAnswer>, LinkError> {
    let mut all: Vec<TierAnswer> = Vec::new();
    for port in &model.request.tiers {
        let standard = model.standard(port)?;
        // engines do not depend on the port but for its standard
        let same = all.iter().find(|tier| tier.port.standard == port.standard);
        let entry = |(k, architecture): (usize, &Architecture)| {
            let setting = model.setting(architecture, standard);
            let engine_yield = match same {
                Some(tier) => tier.entries[k].engine_yield,
                None => engine_yield(model, most, architecture, &setting),
            };
            entry(model, architecture, &setting, port, engine_yield)
        };
        let each = model.architectures.iter().enumerate().map(entry);
        let (entries, drawn): (Vec<TierEntry>, Vec<[Vec<f64>; 3]>) = each.unzip();
        all.push(TierAnswer {
            lanes: (port.bandwidth / standard.lane_rate).ceil() as usize,
            winners: Boundary::ALL
                .map(|boundary| winner(&entries, &drawn, boundary))
                .to_vec(),
            port: port.clone(),
            entries,
        });
    }
    Ok(all)
}

fn engine_yield(
    model: &LinkModel,
    most: &MostOfChip,
    architecture: &Architecture,
    setting: &Setting,
) -> EngineYield {
    let typical = Energy::of(architecture, setting, &model.typical);
    let launch = Launch::of(model, most, architecture, setting, &typical);
    let at_sensitivity = |spread: &MarginSpread| spread.yield_at(0.0).engine_yield;
    EngineYield {
        by_design: at_sensitivity(&launch.spread),
        when_set: launch.spread_at_most.as_ref().map(at_sensitivity),
    }
}

/// An architecture in a tier, and its energies of each draw.
fn entry(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    port: &Port,
    engine_yield: EngineYield,
) -> (TierEntry, [Vec<f64>; 3]) {
    let typical = Energy::of(architecture, setting, &model.typical);
    let (launched, _) = by_design(model, architecture, &typical);
    let [margin, _] = margins(
        &architecture.chain,
        setting.conditions,
        setting.standard,
        launched,
        &model.typical,
    );
    let Energies { answers, drawn } = energies(model, architecture, setting, port.bandwidth);
    let power = answers[Boundary::Optics as usize].power.value;
    let entry = TierEntry {
        architecture: architecture.name.clone(),
        obstacles: obstacles(model, architecture, setting, &typical, power, margin),
        energies: answers.to_vec(),
        engine_yield,
    };
    (entry, drawn)
}

fn obstacles(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
    power: f64,
    margin: f64,
) -> Vec<String> {
    let values = &model.typical;
    let mut all = Vec::new();
    match typical.operation {
        Some(Operation::RolledOver) => all.push(String::from(
            "the integrated laser does not bring the light at this temperature",
        )),
        Some(Operation::OffTheMap) => all.push(String::from(
            "the table's map of the laser does not reach this temperature or light",
        )),
        Some(Operation::Running(_)) | None => {}
    }
    let is_external = architecture.laser == LaserPlace::External;
    let is_known = !typical.required_launch_dbm.is_nan();
    if is_external && is_known && class_of(model, architecture, setting).is_none() {
        all.push(beyond_sources(model, architecture, setting));
    }
    let standard = setting.standard;
    let (tdecq, most) = (values[C::Tdecq], standard.tdecq_most_db);
    if tdecq > most {
        all.push(format!(
            "TDECQ is {tdecq:.1} dB, {} allows {most:.1} dB",
            standard.name
        ));
    }
    let (extinction, least) = (
        values[C::ExtinctionRatio],
        standard.extinction_ratio_least_db,
    );
    if extinction < least {
        let name = &standard.name;
        all.push(format!(
            "the extinction ratio is {extinction:.1} dB, {name} asks for {least:.1} dB"
        ));
    }
    if margin.is_nan() {
        all.push(String::from("the loss table has no value for its light"));
    }
    if margin < 0.0 {
        all.push(format!("the margin is {margin:.1} dB"));
    }
    let most = values[C::ModulePowerLimit];
    if architecture.is_pluggable() && power > most {
        all.push(format!(
            "{power:.0} W in one module, a front panel cools {most:.0} W"
        ));
    }
    let copper = |v: &Values| copper_loss(architecture.copper, v, standard.nyquist_frequency());
    let limit = values[C::LinearHostLimit];
    if architecture.host == HostSerdes::Linear && copper(values) > limit {
        let beyond = model.draws.share(|v| copper(v) > v[C::LinearHostLimit]);
        let share = match beyond {
            1.0 => String::from("all"),
            beyond => format!("{:.0} %", 100.0 * beyond),
        };
        all.push(format!(
            "{:.1} dB of copper, a linear module bears {limit:.1} dB: too much in {share} of draws",
            copper(values)
        ));
    }
    all
}

/// What is asked of a source that does not exist, and among how many lanes its light would be divided by one that does.
fn beyond_sources(model: &LinkModel, architecture: &Architecture, setting: &Setting) -> String {
    let asked = median_asked(model, architecture, setting);
    let split = setting.conditions.split;
    let divided = |&split: &usize| {
        let conditions = Conditions {
            split,
            ..setting.conditions
        };
        let fewer = Setting {
            conditions,
            ..*setting
        };
        class_of(model, architecture, &fewer).is_some()
    };
    let rest = match (1..split)
        .rev()
        .filter(|fewer| split.is_multiple_of(*fewer))
        .find(divided)
    {
        Some(split) => format!(", with {split} lanes to a fibre one does"),
        None => String::from(", however few lanes it feeds"),
    };
    format!(
        "no power class of external sources brings {asked:.1} dBm, the median of what draws ask{rest}"
    )
}

/// The feasible one of the least median; energies of each draw are those of one set of components.
fn winner(entries: &[TierEntry], drawn: &[[Vec<f64>; 3]], boundary: Boundary) -> TierWinner {
    let k = boundary as usize;
    let feasible: Vec<(&TierEntry, &[f64])> = entries
        .iter()
        .zip(drawn)
        .filter(|(entry, _)| entry.is_feasible())
        .map(|(entry, drawn)| (entry, &drawn[k][..]))
        .collect();
    let median = |entry: &TierEntry| entry.energies[k].energy.middle();
    let best = feasible
        .iter()
        .min_by(|a, b| median(a.0).total_cmp(&median(b.0)));
    let share_of_draws = best.map_or(f64::NAN, |(winner, own)| {
        let others: Vec<&[f64]> = feasible
            .iter()
            .filter(|(other, _)| other.architecture != winner.architecture)
            .map(|&(_, drawn)| drawn)
            .collect();
        let wins = |&i: &usize| others.iter().all(|other| own[i] < other[i]);
        (0..own.len()).filter(wins).count() as f64 / own.len() as f64
    });
    TierWinner {
        boundary,
        architecture: best.map(|(entry, _)| entry.architecture.clone()),
        share_of_draws,
        is_clear: share_of_draws >= CLEAR,
    }
}
