//! What an array's lasers take for light: all driven to the same power, at every temperature of the chip.
//!
//! States are at shares u of the rollover power P_r(T), the most light that all of them bring at once. In u every curve ends
//! where the laser does; current and junction temperature end there with a square root, so that shares are
//! u = 1 − (1 − k/N)² and curves are smooth in k.
//!
//! Thermal resistances known to R ± E shift junctions by E Q, as a base temperature that is known to ± δ, δ = max_i Σ_j E_ij Q_j, would.
//! Error bars at a share are |∂/∂T| δ. The uncertainty of a fit enters as the δ that moves P_r alike. Tested against the
//! array solved with R + E and R − E.

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
    let solved = base
        .par_iter()
        .map(|&kelvin| Solved::at(of, kelvin, &share))
        .collect::<Result<Vec<_>, _>>()?;
    if solved.iter().any(|solved| solved.rollover.is_infinite()) {
        return Ok(None);
    }
    let lasers = of.chosen();
    let columns = Columns { of, base, solved };
    let temperatures = 0..columns.base.len();
    let mut array = Array2::from_elem((temperatures.len(), share.len()), None);
    let mut each = Array3::from_elem((lasers.len(), temperatures.len(), share.len()), None);
    for t in temperatures.clone() {
        for u in 0..columns.solved[t].states.len() {
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

/// One temperature of the chip.
struct Solved {
    /// The most light of each laser, W.
    rollover: f64,
    /// Its error by the laser's fit, W.
    fit_error: f64,
    /// States by share, then laser; empty where no laser lases.
    states: Vec<Vec<LaserState>>,
}

impl Solved {
    fn at(of: &MappedArray<'_>, kelvin: f64, share: &[f64]) -> Result<Self, LaserError> {
        let array = of.at(kelvin)?;
        let alike = vec![Power::from_si(1.0); array.len()];
        let most = |array: &LaserArray| -> Result<f64, LaserError> {
            Ok(array.max_power(&alike)?[0].si())
        };
        let rollover = most(&array)?;
        let fit_error = match of.fit {
            Some(fit) if rollover > 0.0 => {
                let widths = array.spread(fit, |array| Ok(Some(vec![most(array)?])))?;
                widths.map_or(0.0, |widths| COVERAGE * widths[0])
            }
            _ => 0.0,
        };
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
        Ok(Self {
            rollover,
            fit_error,
            states,
        })
    }
}

/// All temperatures of the chip.
struct Columns<'a> {
    of: &'a MappedArray<'a>,
    base: Vec<f64>,
    solved: Vec<Solved>,
}

impl Columns<'_> {
    /// Slope of a number over base temperature at point `t`, by the neighbours that have it; NaN if none has.
    fn slope(&self, t: usize, number: impl Fn(&Solved) -> Option<f64>) -> f64 {
        let at = |k: usize| {
            let number = number(self.solved.get(k)?)?;
            Some((self.base[k], number))
        };
        let below = t.checked_sub(1).and_then(at).or_else(|| at(t));
        let above = at(t + 1).or_else(|| at(t));
        match (below, above) {
            (Some((a, low)), Some((b, high))) if a < b => (high - low) / (b - a),
            _ => f64::NAN,
        }
    }

    /// δ of those states, K.
    fn shift(&self, t: usize, states: &[LaserState]) -> f64 {
        let by_fit = match self.solved[t].fit_error {
            0.0 => 0.0,
            error => error / self.slope(t, |solved| Some(solved.rollover)).abs(),
        };
        self.of.shift(states) + by_fit
    }

    /// The most light of each laser, W.
    fn rollover(&self, t: usize) -> Barred {
        let solved = &self.solved[t];
        let error = solved.states.last().map_or(0.0, |states| {
            self.slope(t, |solved| Some(solved.rollover)).abs() * self.shift(t, states)
        });
        (solved.rollover, error)
    }

    /// A number of the states at share `u`, its error by their δ.
    fn barred(&self, t: usize, u: usize, number: impl Fn(&[LaserState]) -> f64) -> Barred {
        let states = &self.solved[t].states[u];
        let slope = self.slope(t, |solved| Some(number(solved.states.get(u)?)));
        (number(states), slope.abs() * self.shift(t, states))
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
            temperature_error: self.shift(t, &self.solved[t].states[u]),
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
