//! A laser that heats itself, against the powers published of it.
//!
//! T = T_s + Z_T (V I − P) with the model's P(I, T). Threshold and slope at two temperatures fix I₀, T₀, η₀ and T₁; the photon energy and one
//! voltage fix V₀ and R_s; one power at one current fixes Z_T. What is left over, powers at other temperatures of the heat sink, is compared.
//!
//! Whether the published thresholds and slopes hold at a junction or at a heat sink of the stated temperature is not said: both
//! readings are computed. At the heat sink's, T at threshold is T_s + Z_T V I_th and, with x = Z_T I_th/T₀,
//!
//! ```text
//! dP/dI = η (1 − x (V + I_th R_s))/(1 − x η)
//! ```

use std::fmt;

use cpo_materials::constants::{ELEMENTARY_CHARGE, PLANCK, SPEED_OF_LIGHT};
use cpo_materials::{
    Current, Power, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference,
    Voltage, Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{LaserArray, LaserModel, LaserParameters};
use ndarray::Array2;
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "operating_points.json";
/// Thermal impedances that are tried, K/W.
const IMPEDANCES: [f64; 2] = [0.0, 30.0];
/// Halvings of that range: round-off.
const HALVINGS: usize = 50;
/// What a model of exponentials is expected to hold, relative.
const TOLERANCE: f64 = 0.1;

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct References {
    /// The laser that is compared.
    pub case: OperatingCase,
    /// What is not compared, and why.
    pub missing: String,
}

/// A laser of which powers are known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    wavelength_nm: f64,
    heat_sink_celsius: [f64; 2],
    threshold_ma: [f64; 2],
    slope_w_per_a: [f64; 2],
    current_a: f64,
    voltage_v: f64,
    power_mw: f64,
    /// T₁ as quoted with the data at second hand, K.
    quoted_slope_temperature: f64,
    module_celsius: Vec<f64>,
    module_mw: Vec<f64>,
    /// Half of the last digit of the module's powers.
    module_digit_mw: f64,
}

/// At which temperature threshold and slope were published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Junction,
    HeatSink,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Junction => "junction",
            Self::HeatSink => "heat sink",
        })
    }
}

/// Comparisons, those known to miss, and what followed from the data that were used up.
#[derive(Debug)]
pub struct Operated {
    /// Comparisons that hold.
    pub checks: Vec<Check>,
    /// Comparisons that do not.
    pub misses: Vec<Check>,
    /// One line each.
    pub notes: Vec<String>,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<References, ValidationError> {
    serde_json::from_str(include_str!("../data/operating_points.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

impl OperatingCase {
    /// The voltage at no current, that of a photon, in V.
    fn turn_on(&self) -> f64 {
        let wavelength = Wavelength::nm(self.wavelength_nm).si();
        PLANCK * SPEED_OF_LIGHT / (wavelength * ELEMENTARY_CHARGE)
    }

    fn series_resistance(&self) -> f64 {
        (self.voltage_v - self.turn_on()) / self.current_a
    }

    /// The laser whose threshold and slope are the published ones, with `impedance` in K/W.
    fn laser(&self, held: Held, impedance: f64) -> Result<LaserModel, ValidationError> {
        let thresholds = self.threshold_ma.map(|i| Current::ma(i).si());
        let (turn_on, resistance) = (self.turn_on(), self.series_resistance());
        let voltage = thresholds.map(|i| turn_on + resistance * i);
        let own = if held == Held::HeatSink {
            impedance
        } else {
            0.0
        };
        let junction = [0, 1].map(|k| self.heat_sink_celsius[k] + own * voltage[k] * thresholds[k]);
        let span = junction[1] - junction[0];
        let t0 = span / (thresholds[1] / thresholds[0]).ln();
        let slope = [0, 1].map(|k| {
            let (seen, x) = (self.slope_w_per_a[k], own * thresholds[k] / t0);
            seen / (1.0 - x * (voltage[k] + thresholds[k] * resistance - seen))
        });
        Ok(LaserModel::new(LaserParameters {
            reference: Temperature::celsius(junction[0]),
            threshold: Current::a(thresholds[0]),
            threshold_temperature: TemperatureDifference::kelvin(t0),
            slope: SlopeEfficiency::w_per_a(slope[0]),
            slope_temperature: TemperatureDifference::kelvin(span / (slope[0] / slope[1]).ln()),
            turn_on: Voltage::v(turn_on),
            resistance: Resistance::ohm(resistance),
            wavelength: Wavelength::nm(self.wavelength_nm),
            drift: WavelengthDrift::nm_per_k(0.0),
        })?)
    }

    /// Power in W at the stated current on a heat sink at `celsius`.
    fn power(
        &self,
        laser: LaserModel,
        impedance: f64,
        celsius: f64,
    ) -> Result<f64, ValidationError> {
        let one = |value: f64| Array2::from_elem((1, 1), value);
        let base = [Temperature::celsius(celsius)];
        let array = LaserArray::new(vec![laser], &base, one(impedance), one(0.0))?;
        let operating = array.at_currents(&[Current::a(self.current_a)])?;
        let states = operating.states().unwrap_or(&[]);
        Ok(states.iter().map(|s| s.optical_power.si()).sum())
    }

    /// Z_T in K/W that gives the stated power at the hot end, and the laser with it.
    fn heated(
        &self,
        laser: impl Fn(f64) -> Result<LaserModel, ValidationError>,
    ) -> Result<(f64, LaserModel), ValidationError> {
        let wanted = Power::mw(self.power_mw).si();
        let [mut low, mut high] = IMPEDANCES;
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.power(laser(middle)?, middle, self.heat_sink_celsius[1])? > wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok((low, laser(low)?))
    }

    /// Powers in W at the temperatures of the module.
    fn powers(&self, laser: LaserModel, impedance: f64) -> Result<Vec<f64>, ValidationError> {
        let at = |&celsius: &f64| self.power(laser, impedance, celsius);
        self.module_celsius.iter().map(at).collect()
    }

    /// Powers over that at the module's lowest temperature, and what was used up.
    fn ratios(&self, held: Held) -> Result<(Vec<Check>, String), ValidationError> {
        let (impedance, laser) = self.heated(|z| self.laser(held, z))?;
        let powers = self.powers(laser, impedance)?;
        let (coldest, module) = (self.module_celsius[0], self.module_mw[0]);
        let check = |k: usize| {
            let reference = self.module_mw[k] / module;
            let digits = self.module_digit_mw * (1.0 / self.module_mw[k] + 1.0 / module);
            let celsius = self.module_celsius[k];
            Check {
                case: self.id.clone(),
                quantity: format!(
                    "power at {celsius} over that at {coldest} degC, data of the {held}"
                ),
                reference,
                uncertainty: reference * digits,
                computed: powers[k] / powers[0],
                bar: None,
                tolerance: TOLERANCE * reference,
                basis: "10 %; the module's current is not stated, here the laser's".to_owned(),
            }
        };
        let p = laser.parameters();
        let note = format!(
            "Threshold and slope taken as those at the temperature of the {held}: Z_T = {impedance:.1} K/W follows from {} mW at {} A and {} V, \
             T0 = {:.1} K, T1 = {:.1} K; {}.",
            self.power_mw,
            self.current_a,
            self.voltage_v,
            p.threshold_temperature.si(),
            p.slope_temperature.si(),
            self.listed(&powers),
        );
        Ok(((1..powers.len()).map(check).collect(), note))
    }

    /// "679, 566, 500 mW at 25, 40, 50 degC".
    fn listed(&self, powers: &[f64]) -> String {
        let powers: Vec<String> = powers.iter().map(|p| format!("{:.0}", 1e3 * p)).collect();
        let celsius: Vec<String> = self.module_celsius.iter().map(f64::to_string).collect();
        format!("{} mW at {} degC", powers.join(", "), celsius.join(", "))
    }

    /// What the quoted T₁ would mean.
    fn with_quoted(&self) -> Result<String, ValidationError> {
        let (quoted, hot) = (self.quoted_slope_temperature, self.heat_sink_celsius[1]);
        let own = *self.laser(Held::Junction, 0.0)?.parameters();
        let (impedance, laser) = self.heated(|_| {
            Ok(LaserModel::new(LaserParameters {
                slope_temperature: TemperatureDifference::kelvin(quoted),
                ..own
            })?)
        })?;
        let powers = self.powers(laser, impedance)?;
        Ok(format!(
            "Known to miss: T1 = {quoted} K, quoted with these data at second hand, does not follow from their slopes in either reading. With it and {} W/A at {} degC the slope \
             at {hot} degC would be {:.2} W/A instead of {}, Z_T {impedance:.1} K/W and the light {}: the module's ratios to {:.1} %. \
             So the module's powers agree with the quoted T1 and the slopes do not; which of them belongs to a junction at rest is not said.",
            self.slope_w_per_a[0],
            self.heat_sink_celsius[0],
            laser.slope(Temperature::celsius(hot)).si(),
            self.slope_w_per_a[1],
            self.listed(&powers),
            1e2 * self.farthest(&powers),
        ))
    }

    /// Largest relative distance of ratios of powers from the module's.
    fn farthest(&self, powers: &[f64]) -> f64 {
        let off = |(p, m): (&f64, &f64)| (p / powers[0] * self.module_mw[0] / m - 1.0).abs();
        powers
            .iter()
            .zip(&self.module_mw)
            .map(off)
            .fold(0.0, f64::max)
    }

    /// Powers against the temperature of the heat sink, in both readings of the data; T₁ as quoted, which misses.
    ///
    /// # Errors
    /// [`ValidationError::Laser`] for data that no laser has.
    pub fn run(&self) -> Result<Operated, ValidationError> {
        let cold = self.laser(Held::Junction, 0.0)?;
        let isothermal = self.power(cold, 0.0, self.heat_sink_celsius[1])?;
        let mut notes = vec![format!(
            "Used up: threshold and slope at {} and {} degC for I0, T0, eta0 and T1; a turn-on voltage of {:.3} V, that of the photon, and {:.3} ohm for the voltage. \
             Without self-heating the laser would give {:.0} mW at {} A and {} degC.",
            self.heat_sink_celsius[0],
            self.heat_sink_celsius[1],
            self.turn_on(),
            self.series_resistance(),
            1e3 * isothermal,
            self.current_a,
            self.heat_sink_celsius[1],
        )];
        let mut checks = Vec::new();
        for held in [Held::Junction, Held::HeatSink] {
            let (found, note) = self.ratios(held)?;
            checks.extend(found);
            notes.push(note);
        }
        let misses = vec![Check {
            case: self.id.clone(),
            quantity: "T1, K, as quoted".to_owned(),
            reference: self.quoted_slope_temperature,
            uncertainty: 0.5,
            computed: cold.parameters().slope_temperature.si(),
            bar: None,
            tolerance: TOLERANCE * self.quoted_slope_temperature,
            basis: "10 %".to_owned(),
        }];
        notes.push(self.with_quoted()?);
        notes.push(String::from(
            "No Z_T is stated: the power that it was taken from tests nothing. Left are ratios of the module's powers, in which what it loses cancels.",
        ));
        Ok(Operated {
            checks,
            misses,
            notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slope at threshold of the laser that heats itself is the one asked for: by the difference of two operating points.
    #[test]
    fn a_slope_on_a_heat_sink_is_the_published_one() {
        let case = references().unwrap().case;
        let impedance = 8.0;
        let laser = case.laser(Held::HeatSink, impedance).unwrap();
        for k in 0..2 {
            let just = OperatingCase {
                current_a: Current::ma(case.threshold_ma[k] + 0.01).si(),
                ..references().unwrap().case
            };
            let light = just
                .power(laser, impedance, case.heat_sink_celsius[k])
                .unwrap();
            let slope = light / Current::ma(0.01).si();
            // the curvature over 0.01 mA
            assert!(
                (slope / case.slope_w_per_a[k] - 1.0).abs() < 1e-4,
                "{slope}"
            );
        }
    }
}
