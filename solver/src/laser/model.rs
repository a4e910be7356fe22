//! One laser: light, voltage and heat against current and temperature.
//!
//! I_th(T) = I₀ exp((T − T_r)/T₀), η(T) = η₀ exp(−(T − T_r)/T₁), P = η (I − I_th) above threshold and 0 below,
//! V = V₀ + I R_s, heat Q = V I − P, λ = λ_r + (dλ/dT)(T − T_r).
//!
//! T is the junction's temperature and T_r the reference temperature at which I₀, η₀ and λ_r are stated.
//! J. I. Pankove, IEEE J. Quantum Electron. 4, 119 (1968), 10.1109/JQE.1968.1075015; L. A. Coldren, S. W. Corzine,
//! M. Mašanović, *Diode Lasers and Photonic Integrated Circuits* (2012), chapter 2. Limits: the exponentials
//! are fits, good over some tens of kelvin; no gain-spectrum detuning, leakage or two-photon absorption.

use cpo_materials::{
    Current, Power, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference,
    Voltage, Wavelength, WavelengthDrift,
};

use super::LaserError;

/// Data of a laser at its reference temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaserParameters {
    /// T_r, at which threshold, slope efficiency and wavelength are stated.
    pub reference: Temperature,
    /// I₀.
    pub threshold: Current,
    /// T₀ of the threshold.
    pub threshold_temperature: TemperatureDifference,
    /// η₀, slope efficiency.
    pub slope: SlopeEfficiency,
    /// T₁ of the slope efficiency.
    pub slope_temperature: TemperatureDifference,
    /// V₀, turn-on voltage.
    pub turn_on: Voltage,
    /// R_s, series resistance.
    pub resistance: Resistance,
    /// λ_r, wavelength.
    pub wavelength: Wavelength,
    /// dλ/dT.
    pub drift: WavelengthDrift,
}

/// A laser whose parameters have been checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaserModel {
    parameters: LaserParameters,
}

/// A number and its derivatives with respect to temperature and current.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slopes {
    pub value: f64,
    pub by_temperature: f64,
}

impl LaserModel {
    /// The model of these data.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] for a value that is not finite or out of range; the slope efficiency must stay below
    /// the turn-on voltage, or light would carry more power than the current supplies.
    pub fn new(parameters: LaserParameters) -> Result<Self, LaserError> {
        let p = &parameters;
        let positive = "finite and above 0";
        let checks = [
            (
                "reference temperature",
                p.reference.si(),
                "K",
                positive,
                0.0,
            ),
            ("threshold current", p.threshold.si(), "A", positive, 0.0),
            (
                "T0 of the threshold",
                p.threshold_temperature.si(),
                "K",
                positive,
                0.0,
            ),
            ("slope efficiency", p.slope.si(), "W/A", positive, 0.0),
            (
                "T1 of the slope efficiency",
                p.slope_temperature.si(),
                "K",
                positive,
                0.0,
            ),
            (
                "turn-on voltage",
                p.turn_on.si(),
                "V",
                "finite and above the slope efficiency in W/A",
                p.slope.si(),
            ),
            ("wavelength", p.wavelength.si(), "m", positive, 0.0),
        ];
        for (quantity, value, unit, allowed, above) in checks {
            if !(value.is_finite() && value > above) {
                return Err(LaserError::Parameter {
                    quantity,
                    value,
                    unit,
                    allowed,
                });
            }
        }
        let allowed = "finite and not negative";
        let resistance = p.resistance.si();
        if !(resistance.is_finite() && resistance >= 0.0) {
            let quantity = "series resistance";
            return Err(LaserError::Parameter {
                quantity,
                value: resistance,
                unit: "ohm",
                allowed,
            });
        }
        let drift = p.drift.si();
        if !drift.is_finite() {
            let (quantity, unit) = ("wavelength drift", "m/K");
            return Err(LaserError::Parameter {
                quantity,
                value: drift,
                unit,
                allowed: "finite",
            });
        }
        Ok(Self { parameters })
    }

    /// The data it was made of.
    pub fn parameters(&self) -> &LaserParameters {
        &self.parameters
    }

    fn above_reference(&self, t: f64) -> f64 {
        t - self.parameters.reference.si()
    }

    fn threshold_at(&self, t: f64) -> f64 {
        let p = &self.parameters;
        p.threshold.si() * (self.above_reference(t) / p.threshold_temperature.si()).exp()
    }

    fn slope_at(&self, t: f64) -> f64 {
        let p = &self.parameters;
        p.slope.si() * (-self.above_reference(t) / p.slope_temperature.si()).exp()
    }

    fn voltage_at(&self, current: f64) -> f64 {
        self.parameters.turn_on.si() + current * self.parameters.resistance.si()
    }

    /// Threshold current at a junction temperature.
    pub fn threshold(&self, junction: Temperature) -> Current {
        Current::a(self.threshold_at(junction.si()))
    }

    /// Slope efficiency at a junction temperature.
    pub fn slope(&self, junction: Temperature) -> SlopeEfficiency {
        SlopeEfficiency::w_per_a(self.slope_at(junction.si()))
    }

    /// Voltage at a current.
    pub fn voltage(&self, current: Current) -> Voltage {
        Voltage::v(self.voltage_at(current.si()))
    }

    /// Optical power at a current and a junction temperature; 0 below threshold.
    pub fn optical_power(&self, current: Current, junction: Temperature) -> Power {
        Power::w(self.light(current.si(), junction.si()).value)
    }

    /// Heat at a current and a junction temperature.
    pub fn heat(&self, current: Current, junction: Temperature) -> Power {
        Power::w(self.heat_at_current(current.si(), junction.si()).value)
    }

    /// ∂Q/∂T at a current and a junction temperature, W/K: light that a warmer laser loses becomes heat.
    pub fn heat_slope_at_current(&self, current: Current, junction: Temperature) -> f64 {
        self.heat_at_current(current.si(), junction.si())
            .by_temperature
    }

    /// dQ/dT at an optical power, W/K: a warmer laser needs more current for it.
    pub fn heat_slope_at_power(&self, power: Power, junction: Temperature) -> f64 {
        self.heat_at_power(power.si(), junction.si()).by_temperature
    }

    /// Wavelength at a junction temperature.
    pub fn wavelength(&self, junction: Temperature) -> Wavelength {
        let p = &self.parameters;
        Wavelength::from_si(p.wavelength.si() + p.drift.si() * self.above_reference(junction.si()))
    }

    /// P and ∂P/∂T at a current.
    pub(super) fn light(&self, current: f64, t: f64) -> Slopes {
        let (threshold, slope) = (self.threshold_at(t), self.slope_at(t));
        if current <= threshold {
            return Slopes {
                value: 0.0,
                by_temperature: 0.0,
            };
        }
        let p = &self.parameters;
        let value = slope * (current - threshold);
        let by_temperature =
            -value / p.slope_temperature.si() - slope * threshold / p.threshold_temperature.si();
        Slopes {
            value,
            by_temperature,
        }
    }

    /// Q and ∂Q/∂T at a current.
    pub(super) fn heat_at_current(&self, current: f64, t: f64) -> Slopes {
        let light = self.light(current, t);
        Slopes {
            value: self.voltage_at(current) * current - light.value,
            by_temperature: -light.by_temperature,
        }
    }

    /// I and dI/dT at an optical power.
    pub(super) fn current_for(&self, power: f64, t: f64) -> Slopes {
        let p = &self.parameters;
        let (threshold, above) = (self.threshold_at(t), power / self.slope_at(t));
        Slopes {
            value: threshold + above,
            by_temperature: threshold / p.threshold_temperature.si()
                + above / p.slope_temperature.si(),
        }
    }

    /// Q and dQ/dT at an optical power.
    pub(super) fn heat_at_power(&self, power: f64, t: f64) -> Slopes {
        let current = self.current_for(power, t);
        let i = current.value;
        let by_current = self.voltage_at(i) + i * self.parameters.resistance.si();
        Slopes {
            value: self.voltage_at(i) * i - power,
            by_temperature: by_current * current.by_temperature,
        }
    }
}
