//! What lasers launch, and the margins that follow.
//!
//! By design one launch for all: what the standard asks, with typical values and the reserve, or the most that there is. After
//! assembly each laser can be set to what its own lanes ask, up to what it surely has: a laser of the chip up to its rollover,
//! an external source up to the guaranteed end of its class. Of a module's laser no limit is known.

use crate::Standing;
use crate::architecture::{Architecture, Energy, LaserPlace, Setting, required_launch};
use crate::budget::{EngineDraws, MarginSpread, quantile, with_quantiles};
use crate::component::{ComponentName as C, Values};
use crate::decibel::{dbm, watts};
use crate::laser::Operation;
use crate::model::LinkModel;
use crate::number::{Number, Unit};
use crate::standard::PowerClass;

/// More light than any laser of a chip has, W.
const BEYOND_LASERS: f64 = 10.0;

/// The most light of the chip's laser, dBm.
pub(super) struct MostOfChip {
    typical: f64,
    drawn: Vec<f64>,
}

impl MostOfChip {
    /// With typical values and in each draw.
    pub(super) fn of(model: &LinkModel) -> Self {
        let most = |values: &Values| dbm(most_of_chip(model, BEYOND_LASERS, values));
        Self {
            typical: most(&model.typical),
            drawn: model.draws.each(most),
        }
    }

    fn number(&self, model: &LinkModel) -> Number {
        let mut sorted = self.drawn.clone();
        sorted.retain(|most| !most.is_nan());
        sorted.sort_by(f64::total_cmp);
        let standing = match self.typical.is_nan() {
            true => Standing::NotComputed,
            false => Standing::Ok,
        };
        let origin = format!("rollover by {}; p05 to p95", model.laser.origin());
        let range = with_quantiles(self.typical, &sorted);
        Number::drawn(range, Unit::DecibelMilliwatt, origin).at_best(standing)
    }
}

/// Launch of an architecture's lasers.
pub(super) struct Launch {
    /// By design, dBm, with its standing.
    pub(super) by_design: (f64, Standing),
    /// Class of the external source that brings what is asked in half of the draws, and the share in which it does.
    pub(super) class: Option<(PowerClass, f64)>,
    /// The most that the laser surely has, dBm.
    pub(super) most: Option<Number>,
    /// Margins with the launch by design.
    pub(super) spread: MarginSpread,
    /// Margins with the most that the lasers of each engine have.
    pub(super) spread_at_most: Option<MarginSpread>,
}

impl Launch {
    /// Of an architecture whose energy with typical values is `typical`; `most_of_chip` is that of the request's laser.
    pub(super) fn of(
        model: &LinkModel,
        most_of_chip: &MostOfChip,
        architecture: &Architecture,
        setting: &Setting,
        typical: &Energy,
    ) -> Self {
        let request = &model.request;
        let engines = EngineDraws::new(
            &architecture.chain,
            setting.conditions,
            setting.standard,
            &model.components,
            [request.samples, request.lanes_per_engine],
            request.seed,
        );
        let class = match architecture.laser {
            LaserPlace::External => class_of(model, architecture, setting),
            LaserPlace::Module | LaserPlace::Integrated => None,
        };
        let by_design = by_design(model, architecture, typical);
        let (most, spread_at_most) = match architecture.laser {
            LaserPlace::Module => (None, None),
            LaserPlace::External => {
                let most = class.map_or(model.standards.most_dbm(), |(class, _)| class.least_dbm);
                let origin = "guaranteed end of the source's class";
                let number = Number::exact(most, Unit::DecibelMilliwatt, origin);
                (Some(number), Some(engines.spread(|_| most)))
            }
            LaserPlace::Integrated => {
                let spread = engines.spread(|engine| most_of_chip.drawn[engine as usize]);
                (Some(most_of_chip.number(model)), Some(spread))
            }
        };
        Self {
            by_design,
            class,
            most,
            spread: engines.spread(|_| by_design.0),
            spread_at_most,
        }
    }
}

/// The least class that brings the median of what is asked, and the share of draws in which it brings what is asked.
pub(super) fn class_of(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
) -> Option<(PowerClass, f64)> {
    let class = model
        .standards
        .class_for(median_asked(model, architecture, setting))?;
    let share = model
        .draws
        .share(|values| required_launch(architecture, setting, values) <= class.least_dbm);
    Some((class, share))
}

/// What half of the draws ask at most, dBm.
pub(super) fn median_asked(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
) -> f64 {
    let asked = |values: &Values| required_launch(architecture, setting, values);
    quantile(&model.draws.sorted(asked), 0.5)
}

/// One launch for all lasers: what is asked, the most of external sources, the most of a laser that has rolled over.
pub(super) fn by_design(
    model: &LinkModel,
    architecture: &Architecture,
    typical: &Energy,
) -> (f64, Standing) {
    let required = typical.required_launch_dbm;
    match (architecture.laser, typical.operation) {
        (LaserPlace::External, _) => (required.min(model.standards.most_dbm()), Standing::Ok),
        (_, Some(Operation::RolledOver)) => {
            let most = most_of_chip(model, watts(required), &model.typical);
            (dbm(most), Standing::Ok)
        }
        (_, Some(Operation::OffTheMap)) => (f64::NAN, Standing::NotComputed),
        (_, Some(Operation::Running(point))) => (required, point.status),
        (_, None) => (required, Standing::Ok),
    }
}

/// The most light of the request's laser, W, which is less than `above`.
pub(super) fn most_of_chip(model: &LinkModel, above: f64, values: &Values) -> f64 {
    let request = &model.request;
    let deviation = values[C::LaserDeviation] * request.chip_temperature_error;
    let base = request.chip_temperature + deviation;
    model.laser.most_power(values, above, base)
}
