//! Failure rate of a laser from its junction temperature and its current.
//!
//! λ(T, I) = λ_r exp[(E_a/k_B)(1/T_r − 1/T)] (I/I_r)ⁿ
//!
//! λ_r is the rate found at the junction temperature T_r and the current I_r, E_a the activation energy; without a current
//! law n = 0. Rates of devices in series add: an array fails with its first laser. At a constant rate the
//! median life is ln 2/λ.
//!
//! Telcordia GR-468-CORE, issue 2 (2004); M. Fukuda, *Reliability and Degradation of Semiconductor Lasers and LEDs* (1991).
//! Limits: one thermally activated mechanism at a constant rate, between infant mortality and wear-out; E_a
//! and n hold in the range in which they were found, and belong to one laser technology: there are no defaults.

use cpo_materials::constants::BOLTZMANN;
use cpo_materials::{Current, Energy, FailureRate, Quantity, Temperature, TemperatureDifference};

use super::{LaserError, LaserState};

/// What an ageing test has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityParameters {
    /// λ_r.
    pub failure_rate: FailureRate,
    /// E_a.
    pub activation_energy: Energy,
    /// T_r, the junction temperature at which λ_r holds.
    pub reference: Temperature,
    /// I_r and n; `None` if the rate does not depend on the current.
    pub current: Option<(Current, f64)>,
}

/// The Arrhenius law of a laser whose parameters have been checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliability {
    parameters: ReliabilityParameters,
}

/// A failure rate with the error bar that those of junction temperature and current give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailureEstimate {
    /// The rate.
    pub rate: FailureRate,
    /// Its error bar.
    pub error: FailureRate,
}

impl FailureEstimate {
    /// ln 2/λ in s, infinite for a rate of 0.
    pub fn median_life(&self) -> f64 {
        std::f64::consts::LN_2 / self.rate.si()
    }

    /// The rate of devices of which none may fail: the sum, the bars of one sign.
    pub fn in_series(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut rate, mut error) = (0.0, 0.0);
        for part in parts {
            rate += part.rate.si();
            error += part.error.si();
        }
        Self {
            rate: FailureRate::from_si(rate),
            error: FailureRate::from_si(error),
        }
    }
}

impl Reliability {
    /// The law of these data.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] for a negative rate, activation energy or exponent, a reference temperature or current that
    /// is not above 0, and for values that are not finite.
    pub fn new(parameters: ReliabilityParameters) -> Result<Self, LaserError> {
        let p = &parameters;
        let (current, exponent) = p
            .current
            .map_or((1.0, 0.0), |(current, exponent)| (current.si(), exponent));
        let (positive, not_negative) = ("finite and above 0", "finite and not negative");
        let checks = [
            ("failure rate", p.failure_rate.si(), "1/s", true),
            ("activation energy", p.activation_energy.si(), "J", true),
            ("reference temperature", p.reference.si(), "K", false),
            ("reference current", current, "A", false),
            ("current exponent", exponent, "", true),
        ];
        for (quantity, value, unit, zero) in checks {
            if !(value.is_finite() && (value > 0.0 || (zero && value == 0.0))) {
                return Err(LaserError::Parameter {
                    quantity,
                    value,
                    unit,
                    allowed: if zero { not_negative } else { positive },
                });
            }
        }
        Ok(Self { parameters })
    }

    /// The data it was made of.
    pub fn parameters(&self) -> &ReliabilityParameters {
        &self.parameters
    }

    /// λ(T, I)/λ_r. With a current law a laser without current does not fail.
    pub fn acceleration(&self, junction: Temperature, current: Current) -> f64 {
        let p = &self.parameters;
        let barrier = p.activation_energy.si() / BOLTZMANN;
        let thermal = (barrier * (1.0 / p.reference.si() - 1.0 / junction.si())).exp();
        let electrical = p.current.map_or(1.0, |(reference, exponent)| {
            (current.si() / reference.si()).powf(exponent)
        });
        thermal * electrical
    }

    /// λ(T, I).
    pub fn failure_rate(&self, junction: Temperature, current: Current) -> FailureRate {
        FailureRate::from_si(
            self.parameters.failure_rate.si() * self.acceleration(junction, current),
        )
    }

    /// The rate with its error bar: the larger of its changes to the two corners of the intervals of temperature and current.
    pub fn estimate(
        &self,
        junction: (Temperature, TemperatureDifference),
        current: (Current, Current),
    ) -> FailureEstimate {
        let rate = self.failure_rate(junction.0, current.0).si();
        let corner = |sign: f64| {
            // a bar that reaches 0 K or 0 A ends there
            let t = (junction.0.si() + sign * junction.1.si()).max(f64::MIN_POSITIVE);
            let i = (current.0.si() + sign * current.1.si()).max(0.0);
            let there = self.failure_rate(Temperature::kelvin(t), Current::a(i));
            (there.si() - rate).abs()
        };
        FailureEstimate {
            rate: FailureRate::from_si(rate),
            error: FailureRate::from_si(corner(1.0).max(corner(-1.0))),
        }
    }

    /// The rate of a laser in its state.
    pub fn of_state(&self, state: &LaserState) -> FailureEstimate {
        self.estimate(
            (state.junction, state.junction_error),
            (state.current, state.current_error),
        )
    }

    /// The rate of an array whose lasers must all live.
    pub fn of_array(&self, states: &[LaserState]) -> FailureEstimate {
        FailureEstimate::in_series(states.iter().map(|state| self.of_state(state)))
    }
}
