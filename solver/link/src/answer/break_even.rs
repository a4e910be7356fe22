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

/// Shares of draws that compare nothing: no quantile counts them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// In which neither laser brings the light.
    pub neither: f64,
    /// For which the table lacks a value.
    pub not_known: f64,
}

impl LeftOut {
    /// Of draws of which `neither` and `not_known` are left out.
    fn of(neither: usize, not_known: usize, draws: usize) -> Self {
        let [neither, not_known] = [neither, not_known].map(|count| count as f64 / draws as f64);
        Self { neither, not_known }
    }
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
    /// draws, of which those without one stand at the end of the temperatures asked for, but for those left out.
    pub at_typical_path: Number,
    /// How the contour ends there.
    pub side_at_typical_path: BreakEvenSide,
    /// Of the external laser there: infeasible where no class of sources brings the light.
    pub external_at_typical_path: Standing,
    /// Shares of all draws in which the external and in which the integrated laser is the cheaper throughout.
    pub always_shares: [f64; 2],
    /// Draws that are not in the range: with them nothing is cheaper at any temperature asked for.
    pub left_out: LeftOut,
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
    let drawn = model
        .draws
        .each(|values| comparison.break_even(values, None));
    let count = |is: BreakEvenSide| drawn.iter().filter(|(_, side)| *side == is).count();
    let always = [
        BreakEvenSide::ExternalAlways,
        BreakEvenSide::IntegratedAlways,
    ]
    .map(count);
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
            "bisection of integrated less external optics; p05 to p95 of draws in which either brings the light, those without one at the ends of what was asked for",
        )
        .at_best(comparison.standing(model)),
        side_at_typical_path: side,
        external_at_typical_path: comparison.external(typical, None).1,
        always_shares: always.map(|count| count as f64 / drawn.len() as f64),
        left_out: LeftOut::of(
            count(BreakEvenSide::Neither),
            count(BreakEvenSide::NotKnown),
            drawn.len(),
        ),
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
    /// J/bit; range p05 to p95, draws in which only one brings the light beyond any number on its side, without those left out.
    pub(super) number: Number,
    /// Of the integrated and of the external laser with typical values, and of what both have of the table.
    pub(super) standings: [Standing; 2],
    /// Shares of all draws in which the integrated and in which the external laser takes less; NaN where the table lacks a value.
    pub(super) shares: [f64; 2],
    /// Draws without a difference.
    pub(super) left_out: LeftOut,
}

/// The difference at a temperature, with its error bar, with that laser.
pub(super) fn difference_at(
    model: &LinkModel,
    laser: &IntegratedLaser,
    [temperature, base_error]: [f64; 2],
) -> Result<Difference, LinkError> {
    let comparison = comparison(model, laser, base_error)?;
    let typical = &model.typical;
    let both = |values: &Values| {
        [
            comparison.integrated_with_standing(values, temperature),
            comparison.external(values, None),
        ]
    };
    let of_table = comparison.standing(model);
    let [integrated, external] = both(typical);
    let standings = [integrated.1, external.1].map(|own| own.max(of_table));
    let standing = standings[0].max(standings[1]);
    let drawn = model.draws.each(both);
    let mut draws = Vec::with_capacity(drawn.len());
    let (mut neither, mut not_known) = (0, 0);
    for [(integrated, of_integrated), (external, of_external)] in &drawn {
        let dark = [of_integrated, of_external].map(|of| *of == Standing::Infeasible);
        match dark {
            _ if external.is_nan() || *of_integrated == Standing::NotComputed => not_known += 1,
            [true, true] => neither += 1,
            [true, false] => draws.push(f64::INFINITY),
            [false, _] => draws.push(integrated - external),
        }
    }
    draws.sort_by(f64::total_cmp);
    let range = with_quantiles(less(integrated.0, external.0), &draws);
    let origin = "optics with the integrated less with the external laser; p05 to p95";
    let number = Number::drawn(range, Unit::JoulePerBit, origin).at_best(standing);
    let less = draws.partition_point(|&d| d < 0.0);
    let shares = [less, draws.len() - less].map(|count| match standing {
        Standing::NotComputed => f64::NAN,
        _ => count as f64 / drawn.len() as f64,
    });
    Ok(Difference {
        number,
        standings,
        shares,
        left_out: LeftOut::of(neither, not_known, drawn.len()),
    })
}

/// One energy less another; none where either is none.
fn less(energy: f64, other: f64) -> f64 {
    match other.is_finite() {
        true => energy - other,
        false => f64::NAN,
    }
}
