//! At which temperature of the chip do integrated and external lasers cost the same?
//!
//! difference(T, L) = optics of the integrated laser at base temperature T − optics of the external one behind a path of L dB from P1 to
//! P3, J/bit, all else alike. It rises with T and falls with L. The contour T(L) is where it is nil, or where the integrated
//! laser rolls over before that. Behind a path for which no class of external sources brings the light the integrated laser is the
//! cheaper wherever it brings it.

use serde::Serialize;

use crate::Standing;
use crate::architecture::{Architecture, Boundary, Energy, LaserPlace, Setting};
use crate::budget::{Plane, with_quantiles};
use crate::component::Values;
use crate::error::LinkError;
use crate::laser::IntegratedLaser;
use crate::model::LinkModel;
use crate::number::{Number, Unit};

/// Bisections of a temperature: 100 K to 10⁻⁷ K.
const STEPS: usize = 30;

/// How a contour ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakEvenSide {
    /// Both cost the same there.
    Equal,
    /// The integrated laser is the cheaper up to where it rolls over.
    Rollover,
    /// The integrated laser is the cheaper up to where the table's map of it ends; no temperature.
    MapEnds,
    /// The table lacks a value that the comparison needs; no temperature.
    NotKnown,
    /// The external laser is the cheaper at all temperatures asked for; no temperature.
    ExternalAlways,
    /// No class of external sources brings the light, nor does the integrated laser at any temperature asked for; no temperature.
    Neither,
    /// The integrated laser is the cheaper at all temperatures asked for; no temperature.
    IntegratedAlways,
}

/// The contour at one path loss.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakEvenPoint {
    /// Loss from P1 to P3, dB.
    pub path_loss_db: f64,
    /// Chip's temperature with all lasers off, K; NaN where one is always the cheaper.
    pub temperature: f64,
    /// How it ends.
    pub side: BreakEvenSide,
    /// Of the external laser behind that path: infeasible where no class of sources brings the light.
    pub external: Standing,
}

/// Integrated less external over chip temperature and path loss.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakEvenMap {
    /// K
    pub chip_temperatures: Vec<f64>,
    /// dB from P1 to P3.
    pub path_losses_db: Vec<f64>,
    /// J/bit at [temperature][path loss]; NaN where either does not bring the light.
    pub difference: Vec<Vec<f64>>,
    /// Of the integrated laser at each temperature: infeasible where it has rolled over, not computed off its map.
    pub standing: Vec<Standing>,
    /// W a port per J/bit: its bandwidth.
    pub bandwidth: f64,
    /// The contour.
    pub contour: Vec<BreakEvenPoint>,
    /// Break-even temperature at the typical path loss, K; NaN where there is none, as the side says; median and range, p05 to p95, of
    /// all draws, of which those without one stand at the end of the temperatures asked for.
    pub at_typical_path: Number,
    /// How the contour ends there.
    pub side_at_typical_path: BreakEvenSide,
    /// Of the external laser there: infeasible where no class of sources brings the light.
    pub external_at_typical_path: Standing,
    /// Shares of draws in which the external and in which the integrated laser is the cheaper throughout.
    pub always_shares: [f64; 2],
    /// Typical loss from P1 to P3, dB.
    pub typical_path_loss_db: f64,
    /// Temperature up to which the integrated laser brings the light, K: the least asked for where it does not even there,
    /// NaN where it does at all.
    pub rollover_temperature: f64,
}

/// The two that are compared.
struct Comparison<'a> {
    integrated: (&'a Architecture, Setting<'a>),
    external: (&'a Architecture, Setting<'a>),
    /// Least and largest temperature asked for that the laser is known at.
    range: [f64; 2],
    /// Whether the laser is known up to less than the largest temperature asked for.
    is_cut_short: bool,
}

impl Comparison<'_> {
    /// Optics and standing of the integrated laser.
    /// The temperature is what is asked for; where it was computed its error bar is the comparison's.
    fn integrated_with_standing(&self, values: &Values, temperature: f64) -> (f64, Standing) {
        let (architecture, setting) = &self.integrated;
        let setting = Setting {
            base_temperature: temperature,
            ..*setting
        };
        let energy = Energy::of(architecture, &setting, values);
        (energy.within(Boundary::Optics), energy.standing())
    }

    fn integrated(&self, values: &Values, temperature: f64) -> f64 {
        self.integrated_with_standing(values, temperature).0
    }

    /// Optics and standing of the external laser: beyond any energy where no class of sources brings the light.
    fn external(&self, values: &Values, path_loss_db: Option<f64>) -> (f64, Standing) {
        let (architecture, setting) = &self.external;
        let setting = Setting {
            path_loss_db,
            ..*setting
        };
        let energy = Energy::of(architecture, &setting, values);
        match energy.standing() {
            Standing::Infeasible => (f64::INFINITY, Standing::Infeasible),
            standing => (energy.within(Boundary::Optics), standing),
        }
    }

    /// The highest temperature at which `cheap` holds, and whether it holds at all or throughout.
    fn last(&self, cheap: impl Fn(f64) -> bool) -> Result<f64, bool> {
        let [mut yes, mut no] = self.range;
        if !(yes < no && cheap(yes)) {
            return Err(false);
        }
        if cheap(no) {
            return Err(true);
        }
        for _ in 0..STEPS {
            let middle = 0.5 * (yes + no);
            if cheap(middle) {
                yes = middle;
            } else {
                no = middle;
            }
        }
        Ok(0.5 * (yes + no))
    }

    /// Where the cost of the external laser is met.
    fn break_even(&self, values: &Values, path_loss_db: Option<f64>) -> (f64, BreakEvenSide) {
        let (external, of_external) = self.external(values, path_loss_db);
        let (_, at_start) = self.integrated_with_standing(values, self.range[0]);
        if external.is_nan() || at_start == Standing::NotComputed {
            return (f64::NAN, BreakEvenSide::NotKnown);
        }
        // a comparison with NaN is false: beyond rollover nothing is cheaper
        match self.last(|t| self.integrated(values, t) <= external) {
            Err(false) if of_external == Standing::Infeasible => (f64::NAN, BreakEvenSide::Neither),
            Err(false) => (f64::NAN, BreakEvenSide::ExternalAlways),
            Err(true) if self.is_cut_short => (f64::NAN, BreakEvenSide::MapEnds),
            Err(true) => (f64::NAN, BreakEvenSide::IntegratedAlways),
            Ok(t) => {
                let step = (self.range[1] - self.range[0]) * 0.5f64.powi(STEPS as i32 - 1);
                match self.integrated_with_standing(values, t + step).1 {
                    Standing::Infeasible => (t, BreakEvenSide::Rollover),
                    Standing::NotComputed => (f64::NAN, BreakEvenSide::MapEnds),
                    Standing::Ok | Standing::Extrapolated | Standing::Unconverged => {
                        (t, BreakEvenSide::Equal)
                    }
                }
            }
        }
    }
}

impl Comparison<'_> {
    /// Worst standing of a table's values in either.
    fn standing(&self, model: &LinkModel) -> Standing {
        let of = |(architecture, setting): &(&Architecture, Setting)| {
            model.standing(architecture, setting)
        };
        of(&self.integrated).max(of(&self.external))
    }
}

/// The comparison with that laser, at temperatures with that error.
fn comparison<'a>(
    model: &'a LinkModel,
    laser: &'a IntegratedLaser,
    base_error: f64,
) -> Result<Comparison<'a>, LinkError> {
    let standard = model.standard(&model.request.port)?;
    let of = |kind: &str, place| {
        let architecture = model.architecture(kind, |a| a.laser == place)?;
        let setting = Setting {
            laser,
            base_error,
            ..model.setting(architecture, standard)
        };
        Ok::<_, LinkError>((architecture, setting))
    };
    let temperatures = &model.request.chip_temperatures;
    let last = temperatures[temperatures.len() - 1];
    let [least, most] = laser.base_range();
    Ok(Comparison {
        integrated: of("integrated laser", LaserPlace::Integrated)?,
        external: of("external laser", LaserPlace::External)?,
        range: [temperatures[0].max(least), last.min(most)],
        is_cut_short: most < last,
    })
}

pub(super) fn map(model: &LinkModel) -> Result<BreakEvenMap, LinkError> {
    let comparison = comparison(model, &model.laser, 0.0)?;
    let request = &model.request;
    let typical = &model.typical;
    let externals: Vec<f64> = request
        .path_losses_db
        .iter()
        .map(|&loss| comparison.external(typical, Some(loss)).0)
        .collect();
    let integrated: Vec<(f64, Standing)> = request
        .chip_temperatures
        .iter()
        .map(|&t| comparison.integrated_with_standing(typical, t))
        .collect();
    let contour = request.path_losses_db.iter().map(|&path_loss_db| {
        let (temperature, side) = comparison.break_even(typical, Some(path_loss_db));
        BreakEvenPoint {
            path_loss_db,
            temperature,
            side,
            external: comparison.external(typical, Some(path_loss_db)).1,
        }
    });
    let (temperature, side) = comparison.break_even(typical, None);
    let mut always = [0.0; 2];
    let drawn = model
        .draws
        .each(|values| comparison.break_even(values, None));
    for (_, side) in &drawn {
        match side {
            BreakEvenSide::ExternalAlways => always[0] += 1.0,
            BreakEvenSide::IntegratedAlways => always[1] += 1.0,
            BreakEvenSide::Equal
            | BreakEvenSide::Rollover
            | BreakEvenSide::MapEnds
            | BreakEvenSide::Neither
            | BreakEvenSide::NotKnown => {}
        }
    }
    let [first, last] = comparison.range;
    let of_draw = |(t, side): &(f64, BreakEvenSide)| match side {
        BreakEvenSide::Equal | BreakEvenSide::Rollover => Some(*t),
        BreakEvenSide::ExternalAlways => Some(first),
        BreakEvenSide::IntegratedAlways | BreakEvenSide::MapEnds => Some(last),
        BreakEvenSide::NotKnown | BreakEvenSide::Neither => None,
    };
    let mut known: Vec<f64> = drawn.iter().filter_map(of_draw).collect();
    known.sort_by(f64::total_cmp);
    let range = with_quantiles(temperature, &known);
    let (architecture, setting) = &comparison.external;
    let brings_light =
        |t: f64| comparison.integrated_with_standing(typical, t).1 < Standing::Infeasible;
    let rollover = match comparison.last(brings_light) {
        Ok(t) => t,
        Err(true) => f64::NAN,
        Err(false) => comparison.range[0],
    };
    Ok(BreakEvenMap {
        difference: integrated
            .iter()
            .map(|(i, _)| externals.iter().map(|e| less(*i, *e)).collect())
            .collect(),
        standing: integrated.iter().map(|(_, standing)| *standing).collect(),
        chip_temperatures: request.chip_temperatures.clone(),
        path_losses_db: request.path_losses_db.clone(),
        bandwidth: request.port.bandwidth,
        contour: contour.collect(),
        at_typical_path: Number::drawn(
            range,
            Unit::Kelvin,
            "bisection of integrated less external optics; p05 to p95 of all draws, those without one at the ends of what was asked for",
        )
        .at_best(comparison.standing(model)),
        side_at_typical_path: side,
        external_at_typical_path: comparison.external(typical, None).1,
        always_shares: always.map(|count| count / drawn.len() as f64),
        typical_path_loss_db: architecture
            .chain
            .loss_to(Plane::P3, setting.conditions, typical),
        rollover_temperature: rollover,
    })
}

/// Break-even temperature of another laser at the typical path loss, K.
pub(super) fn break_even_of(
    model: &LinkModel,
    laser: &IntegratedLaser,
) -> Result<(f64, BreakEvenSide), LinkError> {
    Ok(comparison(model, laser, 0.0)?.break_even(&model.typical, None))
}

/// Integrated less external optics at one temperature.
pub(super) struct Difference {
    /// J/bit; range p05 to p95, draws in which only one brings the light beyond any number on its side.
    pub(super) number: Number,
    /// Of the integrated and of the external laser with typical values, and of what both have of the table.
    pub(super) standings: [Standing; 2],
    /// Share of draws in which the integrated laser takes less; NaN where the table lacks a value.
    pub(super) share: f64,
}

/// The difference at a temperature, with its error bar, with that laser.
pub(super) fn difference_at(
    model: &LinkModel,
    laser: &IntegratedLaser,
    [temperature, base_error]: [f64; 2],
) -> Result<Difference, LinkError> {
    let comparison = comparison(model, laser, base_error)?;
    let typical = &model.typical;
    let output = |values: &Values| {
        comparison.integrated(values, temperature) - comparison.external(values, None).0
    };
    let of_table = comparison.standing(model);
    let standings = [
        comparison.integrated_with_standing(typical, temperature).1,
        comparison.external(typical, None).1,
    ]
    .map(|own| own.max(of_table));
    let standing = standings[0].max(standings[1]);
    let draws = model.draws.sorted_energies(output);
    let at_typical = less(
        comparison.integrated(typical, temperature),
        comparison.external(typical, None).0,
    );
    let range = with_quantiles(at_typical, &draws);
    let origin = "optics with the integrated less with the external laser; p05 to p95";
    let number = Number::drawn(range, Unit::JoulePerBit, origin).at_best(standing);
    let share = match standing {
        Standing::NotComputed => f64::NAN,
        _ => draws.partition_point(|&d| d < 0.0) as f64 / draws.len() as f64,
    };
    Ok(Difference {
        number,
        standings,
        share,
    })
}

/// One energy less another; none where either is none.
fn less(energy: f64, other: f64) -> f64 {
    match other.is_finite() {
        true => energy - other,
        false => f64::NAN,
    }
}
