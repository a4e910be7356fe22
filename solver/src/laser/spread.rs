//! What the uncertainty of fitted laser parameters does to an array.
//!
//! All lasers share one fit, so they deviate together. u²(y) = ∑_k (∂y/∂x_k)² over the independent deviations x_k of the fit, the
//! derivatives by central differences of the whole operating point: the law of propagation of uncertainty (JCGM 100:2008,
//! GUM, 5.2). Linear: near rollover, where a deviation costs the operating point, the answer is infinite.

use cpo_materials::{Current, Power, Quantity, TemperatureDifference, Wavelength};

use super::{LaserArray, LaserError, LaserModel, LaserState, LightCurrentFit, Operating};

/// Part of a standard deviation by which parameters are moved: the difference is then linear to some 1e-4 of itself.
const PART: f64 = 1.0 / 64.0;

impl LaserArray {
    /// Standard deviations of the numbers that `evaluate` finds for the array, whose lasers all have the parameters of
    /// `fit`; infinite where it finds none (`None`).
    ///
    /// # Errors
    /// Those of `evaluate`; [`LaserError::Parameter`] for a fit so uncertain that it holds no laser.
    pub fn spread(
        &self,
        fit: &LightCurrentFit,
        evaluate: impl Fn(&Self) -> Result<Option<Vec<f64>>, LaserError>,
    ) -> Result<Option<Vec<f64>>, LaserError> {
        let Some(centre) = evaluate(&self.displaced(fit, &[0.0; 4])?)? else {
            return Ok(None);
        };
        let mut squares = vec![0.0; centre.len()];
        for deviation in fit.deviations() {
            if deviation.iter().all(|&d| d == 0.0) {
                continue;
            }
            let at = |sign: f64| -> Result<Option<Vec<f64>>, LaserError> {
                evaluate(&self.displaced(fit, &deviation.map(|d| sign * PART * d))?)
            };
            match (at(1.0)?, at(-1.0)?) {
                (Some(up), Some(down)) => {
                    for (k, square) in squares.iter_mut().enumerate() {
                        let slope = (up[k] - down[k]) / (2.0 * PART);
                        *square += slope * slope;
                    }
                }
                _ => squares.fill(f64::INFINITY),
            }
        }
        Ok(Some(squares.into_iter().map(f64::sqrt).collect()))
    }

    /// `operating`, which `solve` has found for this array, with `coverage` standard deviations by `fit` added to its error bars.
    ///
    /// # Errors
    /// As [`spread`](Self::spread).
    pub fn widened(
        &self,
        operating: Operating,
        fit: &LightCurrentFit,
        coverage: f64,
        solve: impl Fn(&Self) -> Result<Operating, LaserError>,
    ) -> Result<Operating, LaserError> {
        let widths = self.spread(fit, |array| {
            Ok(match solve(array)? {
                Operating::Lasing(states) | Operating::BelowThreshold(states) => {
                    Some(states.iter().flat_map(numbers).collect())
                }
                Operating::Rollover(_) => None,
            })
        })?;
        let widen = |states: Vec<LaserState>| {
            let widths = widths.iter().flat_map(|all| all.chunks_exact(4));
            let wider = states
                .iter()
                .zip(widths)
                .map(|(state, width)| add(*state, width, coverage));
            wider.collect()
        };
        let solve_power = |array: &Self| -> Result<Option<Vec<f64>>, LaserError> {
            Ok(match solve(array)? {
                Operating::Rollover(point) => {
                    Some(point.max_power.iter().map(|p| p.si()).collect())
                }
                _ => None,
            })
        };
        Ok(match operating {
            Operating::Lasing(states) => Operating::Lasing(widen(states)),
            Operating::BelowThreshold(states) => Operating::BelowThreshold(widen(states)),
            Operating::Rollover(mut point) => {
                if let Some(widths) = self.spread(fit, solve_power)? {
                    for (error, width) in point.max_power_error.iter_mut().zip(widths) {
                        *error = Power::w(error.si() + coverage * width);
                    }
                }
                Operating::Rollover(point)
            }
        })
    }

    /// The array with the parameters of a fit moved by `by`.
    fn displaced(&self, fit: &LightCurrentFit, by: &[f64; 4]) -> Result<Self, LaserError> {
        let lasers = self
            .lasers()
            .iter()
            .map(|laser| LaserModel::new(fit.displaced(at_reference(laser, fit), by)))
            .collect::<Result<_, _>>()?;
        Ok(self.with_lasers(lasers))
    }
}

/// Parameters of `laser` with its wavelength stated at the fit's reference temperature.
fn at_reference(laser: &LaserModel, fit: &LightCurrentFit) -> super::LaserParameters {
    super::LaserParameters {
        wavelength: laser.wavelength(fit.reference()),
        ..*laser.parameters()
    }
}

fn numbers(state: &LaserState) -> [f64; 4] {
    [
        state.junction.si(),
        state.current.si(),
        state.optical_power.si(),
        state.wavelength.si(),
    ]
}

fn add(state: LaserState, width: &[f64], coverage: f64) -> LaserState {
    let wider = |error: f64, k: usize| error + coverage * width[k];
    LaserState {
        junction_error: TemperatureDifference::kelvin(wider(state.junction_error.si(), 0)),
        current_error: Current::a(wider(state.current_error.si(), 1)),
        optical_power_error: Power::w(wider(state.optical_power_error.si(), 2)),
        wavelength_error: Wavelength::from_si(wider(state.wavelength_error.si(), 3)),
        ..state
    }
}
