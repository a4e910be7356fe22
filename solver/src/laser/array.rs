//! The self-consistent operating point of an array of lasers that heat each other.
//!
//! T_i = T_base,i + ∑_j R_ij Q_j(T_j), with the heat Q_j of [`LaserModel`] either at a given current or, the current
//! following from the temperature, at a given optical power.
//!
//! Q rises with T and R ≥ 0, so the map T ↦ T_base + R Q(T) is monotone and its iterates from
//! T_base rise to the least fixed point: the state that the array reaches when it is switched on, and for a given power the
//! one of least current. At given power Q is convex as well; Newton's iterates from T_base then rise
//! monotonically to that point, and a Jacobian I − R diag(Q') without a non-negative inverse proves that no
//! point exists (J. M. Ortega, W. C. Rheinboldt, *Iterative Solution of Nonlinear Equations in Several Variables* (1970), §13.3):
//! thermal rollover.

use cpo_materials::{Current, Power, Quantity, Temperature, TemperatureDifference, Wavelength};
use ndarray::Array2;

use super::inverse::inverse;
use super::model::Slopes;
use super::{LaserError, LaserModel};
use crate::heat::CrosstalkMatrix;

/// Last step of an iteration, K.
const STEP: f64 = 1e-10;
/// Junction temperatures above this are out of every model's reach: no operating point, K.
const HOTTEST: f64 = 2000.0;
const MONOTONE_STEPS: usize = 100_000;
const NEWTON_STEPS: usize = 200;
/// Relative width at which the search for the rollover power ends; the current there is exact to its root.
const ROLLOVER_WIDTH: f64 = 1e-12;
/// Less light than this is none: a photon of 1.3 µm each second is 1.5e-19 W.
const DARK: f64 = 1e-19;

/// Lasers, the temperatures they sit on and the thermal resistances between them.
#[derive(Clone, Debug)]
pub struct LaserArray {
    lasers: Vec<LaserModel>,
    base: Vec<f64>,
    resistance: Array2<f64>,
    resistance_error: Array2<f64>,
}

/// A laser that runs, with error bars that come from those of the thermal resistances (linearised; worst case of signs).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaserState {
    /// Junction temperature.
    pub junction: Temperature,
    /// Its error bar.
    pub junction_error: TemperatureDifference,
    /// Drive current.
    pub current: Current,
    /// Its error bar; 0 where the current is given.
    pub current_error: Current,
    /// Optical power; 0 below threshold.
    pub optical_power: Power,
    /// Its error bar; 0 where the power is given.
    pub optical_power_error: Power,
    /// V I − P.
    pub heat: Power,
    /// P/(V I); 0 without current.
    pub wall_plug_efficiency: f64,
    /// Wavelength.
    pub wavelength: Wavelength,
    /// Its error bar.
    pub wavelength_error: Wavelength,
    /// Threshold current at the junction temperature.
    pub threshold: Current,
}

/// What an array delivers at most.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloverPoint {
    /// Largest optical power of each laser, all in the proportion asked for.
    pub max_power: Vec<Power>,
    /// Its error bars, from the array solved with R + error and R − error.
    pub max_power_error: Vec<Power>,
    /// Currents there.
    pub currents: Vec<Current>,
    /// Junction temperatures there.
    pub junctions: Vec<Temperature>,
}

/// The answer for an array.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operating {
    /// Every laser with a current (or a power asked for) emits.
    Lasing(Vec<LaserState>),
    /// At these currents some lasers stay below threshold: those whose optical power is 0.
    BelowThreshold(Vec<LaserState>),
    /// No current delivers the power asked for.
    Rollover(RolloverPoint),
}

impl Operating {
    /// The lasers' states; `None` at rollover.
    pub fn states(&self) -> Option<&[LaserState]> {
        match self {
            Self::Lasing(states) | Self::BelowThreshold(states) => Some(states),
            Self::Rollover(_) => None,
        }
    }
}

/// Light against current, all lasers driven with the same current.
#[derive(Clone, Debug, PartialEq)]
pub struct LightCurrentCurve {
    /// Current of each laser.
    pub currents: Vec<Current>,
    /// States at each current.
    pub states: Vec<Vec<LaserState>>,
    /// Current and total power where the total power is largest, if that lies inside the curve.
    pub rollover: Option<(Current, Power)>,
}

/// What is held fixed.
#[derive(Clone, Copy)]
enum Drive<'a> {
    Current(&'a [f64]),
    Power(&'a [f64]),
}

impl LaserArray {
    /// An array. `base` is each laser's temperature with all lasers of the array off: the ambient and the rise
    /// by all other heat sources. `resistance` and its error bars are in K/W.
    ///
    /// # Errors
    /// [`LaserError::Length`] where lists differ in length or are empty; [`LaserError::Resistance`], [`LaserError::Parameter`] for values out of range.
    pub fn new(
        lasers: Vec<LaserModel>,
        base: &[Temperature],
        resistance: Array2<f64>,
        resistance_error: Array2<f64>,
    ) -> Result<Self, LaserError> {
        let expected = lasers.len();
        let lengths = [
            ("list of base temperatures", base.len()),
            ("rows of R", resistance.nrows()),
            ("columns of R", resistance.ncols()),
            ("rows of the error of R", resistance_error.nrows()),
            ("columns of the error of R", resistance_error.ncols()),
            ("list of lasers", expected.max(1)),
        ];
        for (what, found) in lengths {
            if found != expected {
                return Err(LaserError::Length {
                    what,
                    found,
                    expected,
                });
            }
        }
        for ((row, column), &value) in resistance.indexed_iter() {
            let error = resistance_error[[row, column]];
            if [value, error].iter().any(|v| !(v.is_finite() && *v >= 0.0)) {
                return Err(LaserError::Resistance {
                    row,
                    column,
                    value,
                    error,
                });
            }
        }
        let base: Vec<f64> = base.iter().map(|t| t.si()).collect();
        for &value in &base {
            if !(value.is_finite() && value > 0.0) {
                let quantity = "base temperature";
                let allowed = "finite and above 0";
                return Err(LaserError::Parameter {
                    quantity,
                    value,
                    unit: "K",
                    allowed,
                });
            }
        }
        Ok(Self {
            lasers,
            base,
            resistance,
            resistance_error,
        })
    }

    /// An array whose resistances are the mean ones of the sources `names` in a crosstalk matrix.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`LaserError::Heat`] for a name that the matrix lacks.
    pub fn from_crosstalk(
        lasers: Vec<LaserModel>,
        base: &[Temperature],
        crosstalk: &CrosstalkMatrix,
        names: &[&str],
    ) -> Result<Self, LaserError> {
        let rows = names
            .iter()
            .map(|name| crosstalk.position(name))
            .collect::<Result<Vec<_>, _>>()?;
        let n = rows.len();
        let pick =
            |table: Array2<f64>| Array2::from_shape_fn((n, n), |(i, j)| table[[rows[i], rows[j]]]);
        Self::new(
            lasers,
            base,
            pick(crosstalk.mean()),
            pick(crosstalk.mean_error()),
        )
    }

    /// Number of lasers.
    #[allow(clippy::len_without_is_empty)] // an array has a laser
    pub fn len(&self) -> usize {
        self.lasers.len()
    }

    /// The lasers.
    pub fn lasers(&self) -> &[LaserModel] {
        &self.lasers
    }

    /// The same places with other lasers, as many.
    pub(super) fn with_lasers(&self, lasers: Vec<LaserModel>) -> Self {
        Self {
            lasers,
            ..self.clone()
        }
    }

    /// The lasers `of`, by themselves.
    pub(super) fn subset(&self, of: &[usize]) -> Self {
        let n = of.len();
        let pick =
            |table: &Array2<f64>| Array2::from_shape_fn((n, n), |(i, j)| table[[of[i], of[j]]]);
        Self {
            lasers: of.iter().map(|&i| self.lasers[i]).collect(),
            base: of.iter().map(|&i| self.base[i]).collect(),
            resistance: pick(&self.resistance),
            resistance_error: pick(&self.resistance_error),
        }
    }

    /// The operating point at given drive currents.
    ///
    /// # Errors
    /// [`LaserError::Length`], [`LaserError::Parameter`] for a negative current, [`LaserError::Unconverged`].
    pub fn at_currents(&self, currents: &[Current]) -> Result<Operating, LaserError> {
        let currents = self.check("list of currents", "drive current", "A", currents)?;
        let junctions = self.rise_to_fixed_point(&currents)?;
        let states = self.states(&junctions, Drive::Current(&currents));
        let dark = |s: &LaserState| s.current.si() > 0.0 && s.optical_power.si() == 0.0;
        Ok(if states.iter().any(dark) {
            Operating::BelowThreshold(states)
        } else {
            Operating::Lasing(states)
        })
    }

    /// The operating point of least current that delivers the given optical powers, or the rollover if none does.
    /// A laser asked for 0 W is off.
    ///
    /// # Errors
    /// [`LaserError::Length`], [`LaserError::Parameter`] for a negative power.
    pub fn at_powers(&self, powers: &[Power]) -> Result<Operating, LaserError> {
        let powers = self.check("list of powers", "optical power", "W", powers)?;
        Ok(match self.newton(&powers, &self.resistance, &self.base) {
            Some(junctions) => Operating::Lasing(self.states(&junctions, Drive::Power(&powers))),
            None => Operating::Rollover(self.rollover_of(&powers)),
        })
    }

    /// The largest optical powers in the proportion of `pattern`.
    ///
    /// # Errors
    /// [`LaserError::Length`], [`LaserError::Parameter`] for a negative entry or a pattern of zeros.
    pub fn rollover(&self, pattern: &[Power]) -> Result<RolloverPoint, LaserError> {
        Ok(self.rollover_of(&self.check_pattern(pattern)?))
    }

    /// The `max_power` of [`rollover`](Self::rollover) alone, to the same bits, for a third of its work.
    ///
    /// # Errors
    /// As [`rollover`](Self::rollover).
    pub fn max_power(&self, pattern: &[Power]) -> Result<Vec<Power>, LaserError> {
        let powers = self.check_pattern(pattern)?;
        let (factor, _) = self.largest_factor(&powers, &self.resistance);
        Ok(powers.iter().map(|p| Power::w(p * factor)).collect())
    }

    fn check_pattern(&self, pattern: &[Power]) -> Result<Vec<f64>, LaserError> {
        let powers = self.check("pattern of powers", "optical power", "W", pattern)?;
        if powers.iter().all(|&p| p == 0.0) {
            let (quantity, allowed) = ("sum of the pattern", "above 0");
            return Err(LaserError::Parameter {
                quantity,
                value: 0.0,
                unit: "W",
                allowed,
            });
        }
        Ok(powers)
    }

    /// The curve of light against a current common to all lasers.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] for a negative current, [`LaserError::Unconverged`].
    pub fn light_current_curve(
        &self,
        currents: &[Current],
    ) -> Result<LightCurrentCurve, LaserError> {
        let all = |current: f64| -> Result<Vec<LaserState>, LaserError> {
            let currents = vec![current; self.len()];
            let junctions = self.rise_to_fixed_point(&currents)?;
            Ok(self.states(&junctions, Drive::Current(&currents)))
        };
        let total =
            |states: &[LaserState]| states.iter().map(|s| s.optical_power.si()).sum::<f64>();
        let mut states = Vec::with_capacity(currents.len());
        for &current in currents {
            self.check("current", "drive current", "A", &vec![current; self.len()])?;
            states.push(all(current.si())?);
        }
        let powers: Vec<f64> = states.iter().map(|s| total(s)).collect();
        let best = (0..powers.len()).max_by(|&a, &b| powers[a].total_cmp(&powers[b]));
        let rollover = match best {
            Some(best) if best > 0 && best + 1 < powers.len() && powers[best] > 0.0 => {
                // golden section between the neighbours of the largest point
                let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
                let (mut a, mut b) = (currents[best - 1].si(), currents[best + 1].si());
                for _ in 0..45 {
                    let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
                    if total(&all(c)?) > total(&all(d)?) {
                        b = d
                    } else {
                        a = c
                    }
                }
                let current = 0.5 * (a + b);
                Some((Current::a(current), Power::w(total(&all(current)?))))
            }
            _ => None,
        };
        Ok(LightCurrentCurve {
            currents: currents.to_vec(),
            states,
            rollover,
        })
    }

    fn check<Q: Quantity>(
        &self,
        what: &'static str,
        quantity: &'static str,
        unit: &'static str,
        values: &[Q],
    ) -> Result<Vec<f64>, LaserError> {
        if values.len() != self.len() {
            return Err(LaserError::Length {
                what,
                found: values.len(),
                expected: self.len(),
            });
        }
        let values: Vec<f64> = values.iter().map(|v| v.si()).collect();
        match values.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            Some(&value) => {
                let allowed = "finite and not negative";
                Err(LaserError::Parameter {
                    quantity,
                    value,
                    unit,
                    allowed,
                })
            }
            None => Ok(values),
        }
    }

    fn heat(&self, i: usize, t: f64, drive: Drive<'_>) -> Slopes {
        match drive {
            Drive::Current(currents) => self.lasers[i].heat_at_current(currents[i], t),
            // a laser asked for nothing is off, not at threshold
            Drive::Power(powers) if powers[i] == 0.0 => Slopes {
                value: 0.0,
                by_temperature: 0.0,
            },
            Drive::Power(powers) => self.lasers[i].heat_at_power(powers[i], t),
        }
    }

    /// The least fixed point at given currents. Q is bounded by V I, so there always is one.
    fn rise_to_fixed_point(&self, currents: &[f64]) -> Result<Vec<f64>, LaserError> {
        let n = self.len();
        let mut t = self.base.clone();
        let mut step = f64::INFINITY;
        for _ in 0..MONOTONE_STEPS {
            let q: Vec<f64> = (0..n)
                .map(|i| self.heat(i, t[i], Drive::Current(currents)).value)
                .collect();
            step = 0.0;
            for i in 0..n {
                let next =
                    self.base[i] + (0..n).map(|j| self.resistance[[i, j]] * q[j]).sum::<f64>();
                step = f64::max(step, (next - t[i]).abs());
                t[i] = next;
            }
            // round-off of a temperature of some 1000 K is 2e-13 K
            if step < STEP {
                return Ok(t);
            }
        }
        Err(LaserError::Unconverged {
            iterations: MONOTONE_STEPS,
            step,
            tolerance: STEP,
        })
    }

    /// The least fixed point at given powers, or `None` if there is none, from the base temperatures or from the fixed point of
    /// lower powers, which both lie below it.
    fn newton(&self, powers: &[f64], resistance: &Array2<f64>, from: &[f64]) -> Option<Vec<f64>> {
        let n = self.len();
        let drive = Drive::Power(powers);
        let mut t = from.to_vec();
        for _ in 0..NEWTON_STEPS {
            let heat: Vec<Slopes> = (0..n).map(|i| self.heat(i, t[i], drive)).collect();
            let gap: Vec<f64> = (0..n)
                .map(|i| {
                    let rise: f64 = (0..n).map(|j| resistance[[i, j]] * heat[j].value).sum();
                    self.base[i] + rise - t[i]
                })
                .collect();
            // near a fold steps never get small: the equation met to round-off is met
            if gap
                .iter()
                .zip(&t)
                .all(|(gap, t)| gap.abs() <= 8.0 * f64::EPSILON * t)
            {
                return Some(t);
            }
            let inverse = inverse(&jacobian(resistance, &heat))?;
            // round-off of the inverse of a matrix of size one
            if inverse.iter().any(|&v| v < -1e-12) {
                return None;
            }
            let step: Vec<f64> = (0..n)
                .map(|i| (0..n).map(|j| inverse[[i, j]] * gap[j]).sum())
                .collect();
            for (t, s) in t.iter_mut().zip(&step) {
                *t += s;
            }
            if t.iter().any(|&t| t.is_nan() || t >= HOTTEST) {
                return None;
            }
            if step.iter().all(|s| s.abs() < STEP) {
                return Some(t);
            }
        }
        None // creeping past a fold: no fixed point within round-off
    }

    /// The largest factor of `powers` that has an operating point, and the point.
    fn largest_factor(&self, powers: &[f64], resistance: &Array2<f64>) -> (f64, Vec<f64>) {
        let scaled = |factor: f64| -> Vec<f64> { powers.iter().map(|p| p * factor).collect() };
        let most = powers.iter().copied().fold(0.0, f64::max);
        let (mut low, mut high) = (0.0, 1.0);
        let mut best = self.base.clone();
        while let Some(t) = self.newton(&scaled(high), resistance, &best) {
            // without heating between lasers there is no rollover below the hottest temperature
            (low, high, best) = (high, 2.0 * high, t);
            if high > 1e30 {
                return (f64::INFINITY, best);
            }
        }
        while high - low > ROLLOVER_WIDTH * high {
            let middle = 0.5 * (low + high);
            if middle * most < DARK {
                return (0.0, self.base.clone()); // not even at threshold
            }
            match self.newton(&scaled(middle), resistance, &best) {
                Some(t) => (low, best) = (middle, t),
                None => high = middle,
            }
        }
        (low, best)
    }

    fn rollover_of(&self, powers: &[f64]) -> RolloverPoint {
        let (factor, junctions) = self.largest_factor(powers, &self.resistance);
        let warmer = &self.resistance + &self.resistance_error;
        let cooler = (&self.resistance - &self.resistance_error).mapv(|r| r.max(0.0));
        let least = self.largest_factor(powers, &warmer).0;
        let most = self.largest_factor(powers, &cooler).0;
        let bar = (factor - least)
            .max(most - factor)
            .max(ROLLOVER_WIDTH * factor);
        let current = |i: usize| {
            if powers[i] == 0.0 {
                0.0
            } else {
                self.lasers[i]
                    .current_for(powers[i] * factor, junctions[i])
                    .value
            }
        };
        RolloverPoint {
            max_power: powers.iter().map(|p| Power::w(p * factor)).collect(),
            max_power_error: powers.iter().map(|p| Power::w(p * bar)).collect(),
            currents: (0..self.len()).map(|i| Current::a(current(i))).collect(),
            junctions: junctions.iter().map(|&t| Temperature::kelvin(t)).collect(),
        }
    }

    /// States at junction temperatures `t`, with errors |δT| ≤ |J⁻¹| E |Q|, J = I − R diag(Q').
    fn states(&self, t: &[f64], drive: Drive<'_>) -> Vec<LaserState> {
        let n = self.len();
        let heat: Vec<Slopes> = (0..n).map(|i| self.heat(i, t[i], drive)).collect();
        let first: Vec<f64> = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| self.resistance_error[[i, j]] * heat[j].value.abs())
                    .sum()
            })
            .collect();
        let error = match inverse(&jacobian(&self.resistance, &heat)) {
            Some(m) => (0..n)
                .map(|i| (0..n).map(|j| m[[i, j]].abs() * first[j]).sum())
                .collect(),
            None => vec![f64::INFINITY; n], // at a fold the linearisation has no bound
        };
        (0..n)
            .map(|i| self.state(i, t[i], error[i], &heat[i], drive))
            .collect()
    }

    fn state(&self, i: usize, t: f64, error: f64, heat: &Slopes, drive: Drive<'_>) -> LaserState {
        let laser = &self.lasers[i];
        let (current, power) = match drive {
            Drive::Current(currents) => {
                let fixed = Slopes {
                    value: currents[i],
                    by_temperature: 0.0,
                };
                (fixed, laser.light(currents[i], t))
            }
            Drive::Power(powers) => {
                let fixed = Slopes {
                    value: powers[i],
                    by_temperature: 0.0,
                };
                let off = Slopes {
                    value: 0.0,
                    by_temperature: 0.0,
                };
                (
                    if powers[i] == 0.0 {
                        off
                    } else {
                        laser.current_for(powers[i], t)
                    },
                    fixed,
                )
            }
        };
        // 0 K of error stays 0 of everything, even where a slope is infinite
        let spread = |slope: f64| {
            if error == 0.0 {
                0.0
            } else {
                slope.abs() * error
            }
        };
        let supplied = heat.value + power.value;
        let junction = Temperature::kelvin(t);
        LaserState {
            junction,
            junction_error: TemperatureDifference::kelvin(error),
            current: Current::a(current.value),
            current_error: Current::a(spread(current.by_temperature)),
            optical_power: Power::w(power.value),
            optical_power_error: Power::w(spread(power.by_temperature)),
            heat: Power::w(heat.value),
            wall_plug_efficiency: if supplied > 0.0 {
                power.value / supplied
            } else {
                0.0
            },
            wavelength: laser.wavelength(junction),
            wavelength_error: Wavelength::from_si(spread(laser.parameters().drift.si())),
            threshold: laser.threshold(junction),
        }
    }
}

/// I − R diag(Q').
fn jacobian(resistance: &Array2<f64>, heat: &[Slopes]) -> Array2<f64> {
    let n = heat.len();
    Array2::from_shape_fn((n, n), |(i, j)| {
        f64::from(u8::from(i == j)) - resistance[[i, j]] * heat[j].by_temperature
    })
}
