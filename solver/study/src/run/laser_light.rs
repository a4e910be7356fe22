//! What an array's lasers take for light: all driven to the same power, at every temperature of the chip.
//!
//! States are at shares u of the rollover power P_r(T), the most light that all of them bring at once. In u every curve ends
//! where the laser does; current and junction temperature end there with a square root, so that shares are
//! u = 1 − (1 − k/N)² and curves are smooth in k.
//!
//! Error bars are those at the same share, whose light moves with P_r: what the array does with R + E, the error bars of the thermal
//! resistances on top, and what the base temperature does that moves P_r as the uncertainty of a fit does.
//!
//! For a reader that asks for light and not for shares: R + E shifts junctions by E Q, as a base temperature would that is higher by
//! δ = max_i Σ_j E_ij Q_j; at the same light it has the same effect to first order.

use cpo_materials::{Power, Quantity};
use cpo_solver::laser::{LaserArray, LaserError, LaserState, Operating};
use ndarray::{Array2, Array3};
use rayon::prelude::*;

use super::laser::COVERAGE;
use super::laser_map::{MappedArray, base_temperatures};

/// Shares of the rollover power beside that of threshold.
const SHARES: usize = 24;
/// Stand for no light, at threshold but on, and for the most, which is known to 1e-12 of itself.
const ENDS: [f64; 2] = [1e-9, 1.0 - 1e-11];

/// What lasers take for equal light, against the temperature of the chip and the share of the most light.
#[derive(Clone, Debug)]
pub struct LaserLight {
    /// Positions in the array of the lasers that are shown by themselves: the hottest, the median and the coolest.
    pub lasers: Vec<usize>,
    /// Temperatures of the chip below all lasers, all of them off, K.
    pub base: Vec<f64>,
    /// Light over the most light, from threshold to rollover.
    pub share: Vec<f64>,
    /// The most light that each laser brings, all alike, W, and its error bar, by base; nil where none lases.
    pub rollover: Vec<(f64, f64)>,
    /// Over all lasers, `[base, share]`; none where no laser lases.
    pub array: Array2<Option<ArrayLight>>,
    /// `[laser, base, share]`.
    pub each: Array3<Option<LitLaser>>,
}

/// A number and its error bar.
pub type Barred = (f64, f64);

/// All lasers at one temperature of the chip and one share of light.
#[derive(Clone, Copy, Debug)]
pub struct ArrayLight {
    /// Light of each, W.
    pub optical_power: Barred,
    /// V I, the mean over lasers, W.
    pub electrical_power: Barred,
    /// Mean over lasers, A.
    pub current: Barred,
    /// Mean over lasers, 1/s, if the study states how lasers age.
    pub failure_rate: Option<Barred>,
    /// Error of the base temperature that stands for those of thermal resistances and fit, δ, K.
    pub temperature_error: f64,
}

/// One laser there.
#[derive(Clone, Copy, Debug)]
pub struct LitLaser {
    /// A.
    pub current: Barred,
    /// V.
    pub voltage: Barred,
    /// K.
    pub junction: Barred,
    /// 1/s, if the study states how lasers age.
    pub failure_rate: Option<Barred>,
}

/// The light of those lasers; nothing where rollover knows no bound, since nothing heats.
pub(super) fn light(of: &MappedArray<'_>) -> Result<Option<LaserLight>, LaserError> {
    let base = base_temperatures();
    let share: Vec<f64> = (0..=SHARES)
        .map(|k| 1.0 - (1.0 - k as f64 / SHARES as f64).powi(2))
        .collect();
    let columns = base
        .par_iter()
        .map(|&kelvin| Column::at(of, kelvin, &share))
        .collect::<Result<Vec<_>, _>>()?;
    if columns.iter().any(|c| c.stated.rollover.is_infinite()) {
        return Ok(None);
    }
    let lasers = of.chosen();
    let columns = Columns { of, base, columns };
    let temperatures = 0..columns.base.len();
    let shares = share.len();
    let mut array = Array2::from_elem((temperatures.len(), shares), None);
    let mut each = Array3::from_elem((lasers.len(), temperatures.len(), shares), None);
    for t in temperatures.clone() {
        for u in 0..columns.columns[t].stated.states.len() {
            array[(t, u)] = Some(columns.of_all(t, u));
            for (k, &i) in lasers.iter().enumerate() {
                each[(k, t, u)] = Some(columns.of_one(t, u, i));
            }
        }
    }
    Ok(Some(LaserLight {
        rollover: temperatures.map(|t| columns.rollover(t)).collect(),
        lasers,
        array,
        each,
        base: columns.base,
        share,
    }))
}

/// The most light and the states by share, then laser, at one temperature of the chip; no states where no laser lases.
struct Solved {
    /// W, of each laser.
    rollover: f64,
    states: Vec<Vec<LaserState>>,
}

impl Solved {
    fn of(array: &LaserArray, share: &[f64]) -> Result<Self, LaserError> {
        let rollover = most(array)?;
        let mut states = Vec::with_capacity(share.len());
        if rollover > 0.0 && rollover.is_finite() {
            for &u in share {
                let power = Power::from_si(rollover * u.clamp(ENDS[0], ENDS[1]));
                match array.at_powers(&vec![power; array.len()])? {
                    Operating::Lasing(found) => states.push(found),
                    _ => break, // not below the most that there is
                }
            }
        }
        Ok(Self { rollover, states })
    }
}

/// The most light of each laser, all alike, W.
fn most(array: &LaserArray) -> Result<f64, LaserError> {
    let alike = vec![Power::from_si(1.0); array.len()];
    Ok(array.max_power(&alike)?[0].si())
}

/// One temperature of the chip.
struct Column {
    stated: Solved,
    /// With R + E.
    warm: Solved,
    /// Of the most light by the laser's fit, W.
    fit_error: f64,
}

impl Column {
    fn at(of: &MappedArray<'_>, kelvin: f64, share: &[f64]) -> Result<Self, LaserError> {
        let array = of.at(kelvin)?;
        let stated = Solved::of(&array, share)?;
        let fit_error = match of.fit {
            Some(fit) if stated.rollover > 0.0 => {
                let widths = array.spread(fit, |array| Ok(Some(vec![most(array)?])))?;
                widths.map_or(0.0, |widths| COVERAGE * widths[0])
            }
            _ => 0.0,
        };
        Ok(Self {
            stated,
            warm: Solved::of(&of.warm_at(kelvin)?, share)?,
            fit_error,
        })
    }
}

/// All temperatures of the chip.
struct Columns<'a> {
    of: &'a MappedArray<'a>,
    base: Vec<f64>,
    columns: Vec<Column>,
}

impl Columns<'_> {
    /// Slope of a number over base temperature at point `t`, by the neighbours that have it; NaN if none has.
    fn slope(&self, t: usize, number: impl Fn(&Solved) -> Option<f64>) -> f64 {
        let at = |k: usize| {
            let number = number(&self.columns.get(k)?.stated)?;
            Some((self.base[k], number))
        };
        let below = t.checked_sub(1).and_then(at).or_else(|| at(t));
        let above = at(t + 1).or_else(|| at(t));
        match (below, above) {
            (Some((a, low)), Some((b, high))) if a < b => (high - low) / (b - a),
            _ => f64::NAN,
        }
    }

    /// Error of the base temperature that moves the most light as that of the fit does, K.
    fn shift_of_fit(&self, t: usize) -> f64 {
        match self.columns[t].fit_error {
            0.0 => 0.0,
            error => error / self.slope(t, |solved| Some(solved.rollover)).abs(),
        }
    }

    /// The most light of each laser, W.
    fn rollover(&self, t: usize) -> Barred {
        let Column {
            stated,
            warm,
            fit_error,
        } = &self.columns[t];
        (
            stated.rollover,
            (warm.rollover - stated.rollover).abs() + fit_error,
        )
    }

    /// A number of the states at share `u` with its error there; not known where no laser lases with R + E.
    fn barred(&self, t: usize, u: usize, number: impl Fn(&[LaserState]) -> f64) -> Barred {
        let column = &self.columns[t];
        let value = number(&column.stated.states[u]);
        let warm = column
            .warm
            .states
            .get(u)
            .map_or(f64::NAN, |states| number(states));
        let by_fit = match self.shift_of_fit(t) {
            0.0 => 0.0,
            shift => {
                shift
                    * self
                        .slope(t, |solved| Some(number(solved.states.get(u)?)))
                        .abs()
            }
        };
        (value, (warm - value).abs() + by_fit)
    }

    /// The rate of one laser where the study states how lasers age.
    fn ageing(&self) -> Option<impl Fn(&LaserState) -> f64> {
        let law = self.of.reliability?;
        Some(move |s: &LaserState| law.failure_rate(s.junction, s.current).si())
    }

    fn voltage(&self, s: &LaserState) -> f64 {
        self.of.model.voltage(s.current).si()
    }

    fn of_all(&self, t: usize, u: usize) -> ArrayLight {
        let mean = |number: &dyn Fn(&LaserState) -> f64| {
            self.barred(t, u, |states| {
                states.iter().map(number).sum::<f64>() / states.len() as f64
            })
        };
        ArrayLight {
            optical_power: mean(&|s| s.optical_power.si()),
            electrical_power: mean(&|s| self.voltage(s) * s.current.si()),
            current: mean(&|s| s.current.si()),
            failure_rate: self.ageing().map(|rate| mean(&rate)),
            temperature_error: self.of.shift(&self.columns[t].stated.states[u])
                + self.shift_of_fit(t),
        }
    }

    fn of_one(&self, t: usize, u: usize, laser: usize) -> LitLaser {
        let own = |number: &dyn Fn(&LaserState) -> f64| {
            self.barred(t, u, |states| number(&states[laser]))
        };
        LitLaser {
            current: own(&|s| s.current.si()),
            voltage: own(&|s| self.voltage(s)),
            junction: own(&|s| s.junction.si()),
            failure_rate: self.ageing().map(|rate| own(&rate)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpo_materials::{
        Current, Resistance, SlopeEfficiency, Temperature, TemperatureDifference, Voltage,
        Wavelength, WavelengthDrift,
    };
    use cpo_solver::laser::{LaserModel, LaserParameters};
    use ndarray::array;

    fn model() -> LaserModel {
        LaserModel::new(LaserParameters {
            threshold: Current::a(0.1),
            threshold_temperature: TemperatureDifference::kelvin(60.0),
            slope: SlopeEfficiency::from_si(0.45),
            slope_temperature: TemperatureDifference::kelvin(249.0),
            turn_on: Voltage::from_si(0.95),
            resistance: Resistance::from_si(0.425),
            reference: Temperature::kelvin(298.15),
            wavelength: Wavelength::from_si(1.31e-6),
            drift: WavelengthDrift::from_si(9e-11),
        })
        .unwrap()
    }

    /// Bars are what R + E and R - E do at the same share, to the second order in 2 % of R: a tenth of the largest bar of that
    /// temperature.
    #[test]
    fn bars_are_those_of_another_resistance_at_the_same_share() {
        let resistance = array![[20.0, 6.0, 3.0], [6.0, 21.0, 6.0], [3.0, 6.0, 20.0]];
        let bars = 0.02 * &resistance;
        let solved = |resistance: &Array2<f64>| {
            let of = MappedArray {
                model: model(),
                resistance,
                bars: &bars,
                reliability: None,
                fit: None,
            };
            light(&of).unwrap().unwrap()
        };
        let found = solved(&resistance);
        let ends = [
            solved(&(&resistance + &bars)),
            solved(&(&resistance - &bars)),
        ];
        let numbers: [fn(&LaserLight, usize, usize) -> Barred; 4] = [
            |l, t, u| l.array[(t, u)].unwrap().optical_power,
            |l, t, u| l.array[(t, u)].unwrap().electrical_power,
            |l, t, u| l.each[(0, t, u)].unwrap().junction,
            |l, t, u| l.each[(0, t, u)].unwrap().current,
        ];
        let mut compared = 0;
        for t in (0..found.base.len()).step_by(4) {
            if ends
                .iter()
                .chain([&found])
                .any(|l| l.array[(t, 0)].is_none())
            {
                continue;
            }
            for number in numbers {
                let change = |u: usize| {
                    let (here, _) = number(&found, t, u);
                    let moved = |other: &LaserLight| (number(other, t, u).0 - here).abs();
                    moved(&ends[0]).max(moved(&ends[1]))
                };
                let shares = 0..found.share.len();
                let most = shares.clone().map(change).fold(0.0, f64::max);
                for u in shares {
                    let (_, bar) = number(&found, t, u);
                    assert!(
                        (bar - change(u)).abs() < 0.1 * most,
                        "{t} {u}: {bar} {}",
                        change(u)
                    );
                    compared += 1;
                }
            }
        }
        assert!(compared > 300, "{compared}");
    }
}
