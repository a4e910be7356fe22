//! A laser that heats itself, against the powers published of it.
//!
//! T = T_s + Z_T (V I − P) with the model's P(I, T) at the facet; a fibre gets κ P. Threshold and slope at two temperatures fix I₀, T₀, η₀ and T₁; the
//! photon energy and one voltage fix V₀ and R_s; one power at one current fixes Z_T. What is left over, the most light at several temperatures of the
//! heat sink, is compared.
//!
//! Whether the published thresholds and slopes hold at a junction or at a heat sink of the stated temperature is not said: both
//! readings are computed. At the heat sink's, T at threshold is T_s + Z_T V I_th and, with x = Z_T I_th/T₀,
//!
//! ```text
//! dP/dI = η (1 − x (V + I_th R_s))/(1 − x η)
//! ```
//!
//! Tolerances: what half a digit of each number used changes, all at their worst.

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
const IMPEDANCES: [f64; 2] = [0.0, 60.0];
/// Halvings of that range: round-off.
const HALVINGS: usize = 50;

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
#[derive(Clone, Debug, Deserialize)]
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
    /// Slope at the facet, at the first temperature.
    facet_slope_w_per_a: f64,
    /// Slope in the fibre, at the second.
    fibre_slope_w_per_a: f64,
    /// What the fibre gets of the facet's light.
    fibre_coupling: f64,
    current_a: f64,
    voltage_v: f64,
    /// In the fibre, at that current and the second temperature: what was set, and so without a digit of its own.
    fibre_power_mw: f64,
    /// The most light from the facet, at the first temperature.
    facet_most_mw: f64,
    module_celsius: Vec<f64>,
    /// The most light in the fibre.
    module_most_mw: Vec<f64>,
    half_digit: HalfDigits,
}

/// Half of the last digit of what was published.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HalfDigits {
    threshold_ma: f64,
    slope_w_per_a: f64,
    coupling: f64,
    current_a: f64,
    voltage_v: f64,
    most_mw: f64,
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

/// A laser with the Z_T that gives its stated power, and what follows.
struct Heated {
    /// K/W.
    impedance: f64,
    laser: LaserModel,
    /// The most light from the facet at the first temperature, W.
    facet: f64,
    /// The most light in the fibre at the temperatures of the module, W.
    fibre: Vec<f64>,
}

impl Heated {
    /// What is compared: the powers, and those in the fibre over the first of them.
    fn compared(&self) -> Vec<f64> {
        let ratios = self.fibre[1..].iter().map(|power| power / self.fibre[0]);
        std::iter::once(self.facet)
            .chain(self.fibre.iter().copied())
            .chain(ratios)
            .collect()
    }
}

/// A number of the source moved up or down by its half digit.
type Move = fn(&mut OperatingCase, f64);

/// Comparisons, and what followed from the data that were used up.
#[derive(Debug)]
pub struct Operated {
    /// Comparisons.
    pub checks: Vec<Check>,
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

    /// Slopes at the facet, W/A.
    fn facet_slopes(&self) -> [f64; 2] {
        [
            self.facet_slope_w_per_a,
            self.fibre_slope_w_per_a / self.fibre_coupling,
        ]
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
        let seen = self.facet_slopes();
        let slope = [0, 1].map(|k| {
            let x = own * thresholds[k] / t0;
            seen[k] / (1.0 - x * (voltage[k] + thresholds[k] * resistance - seen[k]))
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

    /// Power at the facet in W at the stated current on a heat sink at `celsius`.
    fn power(
        &self,
        laser: LaserModel,
        impedance: f64,
        celsius: f64,
    ) -> Result<f64, ValidationError> {
        let operating =
            single(laser, impedance, celsius)?.at_currents(&[Current::a(self.current_a)])?;
        let states = operating.states().unwrap_or(&[]);
        Ok(states.iter().map(|s| s.optical_power.si()).sum())
    }

    /// Z_T that gives the stated power at the second temperature, and the most light with it.
    fn heated(&self, held: Held) -> Result<Heated, ValidationError> {
        let wanted = Power::mw(self.fibre_power_mw).si() / self.fibre_coupling;
        let [mut low, mut high] = IMPEDANCES;
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            let laser = self.laser(held, middle)?;
            if self.power(laser, middle, self.heat_sink_celsius[1])? > wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        let laser = self.laser(held, low)?;
        let fibre: Result<Vec<f64>, ValidationError> = self
            .module_celsius
            .iter()
            .map(|&celsius| Ok(self.fibre_coupling * most(laser, low, celsius)?))
            .collect();
        Ok(Heated {
            impedance: low,
            laser,
            facet: most(laser, low, self.heat_sink_celsius[0])?,
            fibre: fibre?,
        })
    }

    /// What half a digit of each number used changes of [`Heated::compared`], all at their worst.
    fn digits(&self, held: Held, compared: &[f64]) -> Result<Vec<f64>, ValidationError> {
        let moves: [Move; 7] = [
            |c, sign| c.threshold_ma[0] += sign * c.half_digit.threshold_ma,
            |c, sign| c.threshold_ma[1] += sign * c.half_digit.threshold_ma,
            |c, sign| c.facet_slope_w_per_a += sign * c.half_digit.slope_w_per_a,
            |c, sign| c.fibre_slope_w_per_a += sign * c.half_digit.slope_w_per_a,
            |c, sign| c.fibre_coupling += sign * c.half_digit.coupling,
            |c, sign| c.current_a += sign * c.half_digit.current_a,
            |c, sign| c.voltage_v += sign * c.half_digit.voltage_v,
        ];
        let mut sum = vec![0.0; compared.len()];
        for change in moves {
            let mut largest = vec![0.0_f64; compared.len()];
            for sign in [-1.0, 1.0] {
                let mut moved = self.clone();
                change(&mut moved, sign);
                let found = moved.heated(held)?.compared();
                for (k, value) in found.iter().enumerate() {
                    largest[k] = largest[k].max((value - compared[k]).abs());
                }
            }
            for (total, one) in sum.iter_mut().zip(largest) {
                *total += one;
            }
        }
        Ok(sum)
    }

    /// What [`Heated::compared`] is compared with: its name, value and uncertainty.
    fn published(&self) -> Vec<(String, f64, f64)> {
        let digit = Power::mw(self.half_digit.most_mw).si();
        let module: Vec<f64> = self
            .module_most_mw
            .iter()
            .map(|&p| Power::mw(p).si())
            .collect();
        let mut published = vec![(
            format!(
                "most light from the facet at {} degC, W",
                self.heat_sink_celsius[0]
            ),
            Power::mw(self.facet_most_mw).si(),
            digit + self.disagreement(),
        )];
        for (power, celsius) in module.iter().zip(&self.module_celsius) {
            let name = format!("most light in the fibre at {celsius} degC, W");
            published.push((name, *power, digit));
        }
        for (power, celsius) in module.iter().zip(&self.module_celsius).skip(1) {
            let (ratio, coldest) = (power / module[0], self.module_celsius[0]);
            let name = format!("most light at {celsius} over that at {coldest} degC");
            published.push((name, ratio, ratio * digit * (1.0 / power + 1.0 / module[0])));
        }
        published
    }

    /// By how much the most light from the facet and in the fibre, at the same temperature, differ beyond the coupling, W at the facet.
    fn disagreement(&self) -> f64 {
        let [facet, fibre] =
            [self.facet_most_mw, self.module_most_mw[0]].map(|p| Power::mw(p).si());
        (facet - fibre / self.fibre_coupling).abs()
    }

    /// The most light in one reading of the data, and what was used up.
    fn compare(&self, held: Held) -> Result<(Vec<Check>, String), ValidationError> {
        let heated = self.heated(held)?;
        let compared = heated.compared();
        let digits = self.digits(held, &compared)?;
        let checks = self
            .published()
            .into_iter()
            .zip(compared.iter().zip(digits))
            .map(
                |((quantity, reference, uncertainty), (&computed, tolerance))| Check {
                    case: self.id.clone(),
                    quantity: format!("{quantity}, data of the {held}"),
                    reference,
                    uncertainty,
                    computed,
                    bar: None,
                    tolerance,
                    basis: "half a digit of each number used, all at their worst".to_owned(),
                },
            )
            .collect();
        let p = heated.laser.parameters();
        let in_fibre: Vec<String> = heated
            .fibre
            .iter()
            .map(|p| format!("{:.0}", 1e3 * p))
            .collect();
        let celsius: Vec<String> = self.module_celsius.iter().map(f64::to_string).collect();
        let note = format!(
            "Threshold and slope taken as those at the temperature of the {held}: Z_T = {:.1} K/W follows from {} mW in the fibre at {} A and {} V, \
             T0 = {:.1} K, T1 = {:.0} K; at most {:.0} mW from the facet at {} degC and {} mW in the fibre at {} degC.",
            heated.impedance,
            self.fibre_power_mw,
            self.current_a,
            self.voltage_v,
            p.threshold_temperature.si(),
            p.slope_temperature.si(),
            1e3 * heated.facet,
            self.heat_sink_celsius[0],
            in_fibre.join(", "),
            celsius.join(", "),
        );
        Ok((checks, note))
    }

    /// Every number taken as one at the facet.
    fn uncoupled(&self) -> Self {
        Self {
            fibre_coupling: 1.0,
            ..self.clone()
        }
    }

    /// What it would mean if both slopes were ones at the facet.
    fn both_at_the_facet(&self) -> Result<String, ValidationError> {
        let heated = self.uncoupled().heated(Held::Junction)?;
        let (powers, published) = (&heated.fibre, &self.module_most_mw);
        let misses: Vec<String> = (1..powers.len())
            .map(|k| powers[k] / powers[0] * published[0] / published[k] - 1.0)
            .map(|off| format!("{:.0}", 1e2 * off.abs()))
            .collect();
        Ok(format!(
            "That the slope at {} degC is one in the fibre follows from its place among the data of the module. With both slopes at one place T1 would be {:.1} K, data of the junction, \
             and the ratios would miss by {} %.",
            self.heat_sink_celsius[1],
            heated.laser.parameters().slope_temperature.si(),
            misses.join(" and "),
        ))
    }

    /// The most light against the temperature of the heat sink, in both readings of the data.
    ///
    /// # Errors
    /// [`ValidationError::Laser`] for data that no laser has.
    pub fn run(&self) -> Result<Operated, ValidationError> {
        let hot = self.heat_sink_celsius[1];
        let unheated = self.power(self.laser(Held::Junction, 0.0)?, 0.0, hot)?;
        let mut notes = vec![format!(
            "Used up: threshold and slope at {} and {hot} degC for I0, T0, eta0 and T1, the slope in the fibre over its coupling; a turn-on voltage of {:.3} V, that of the photon, \
             and {:.3} ohm for the voltage; the power for Z_T, which is not stated. Without self-heating the laser would bring {:.0} mW into the fibre at {} A and {hot} degC.",
            self.heat_sink_celsius[0],
            self.turn_on(),
            self.series_resistance(),
            1e3 * self.fibre_coupling * unheated,
            self.current_a,
        )];
        let mut checks = Vec::new();
        for held in [Held::Junction, Held::HeatSink] {
            let (found, note) = self.compare(held)?;
            checks.extend(found);
            notes.push(note);
        }
        notes.push(format!(
            "Left to test: the most light, taken as rollover; the currents at which it was measured stand in figures that were not read. At {} degC the two published, \
             {} mW from the facet and {} mW in the fibre, differ by {:.0} mW at the facet beyond the coupling, which is the uncertainty of the first.",
            self.heat_sink_celsius[0],
            self.facet_most_mw,
            self.module_most_mw[0],
            1e3 * self.disagreement(),
        ));
        notes.push(self.both_at_the_facet()?);
        Ok(Operated { checks, notes })
    }
}

/// One laser on a heat sink at `celsius`.
fn single(laser: LaserModel, impedance: f64, celsius: f64) -> Result<LaserArray, ValidationError> {
    let one = |value: f64| Array2::from_elem((1, 1), value);
    let base = [Temperature::celsius(celsius)];
    Ok(LaserArray::new(
        vec![laser],
        &base,
        one(impedance),
        one(0.0),
    )?)
}

/// The most light from the facet of a laser that heats itself, W.
fn most(laser: LaserModel, impedance: f64, celsius: f64) -> Result<f64, ValidationError> {
    let rollover = single(laser, impedance, celsius)?.rollover(&[Power::w(1.0)])?;
    Ok(rollover.max_power[0].si())
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
                ..case.clone()
            };
            let light = just
                .power(laser, impedance, case.heat_sink_celsius[k])
                .unwrap();
            let slope = light / Current::ma(0.01).si();
            // the curvature over 0.01 mA
            assert!(
                (slope / case.facet_slopes()[k] - 1.0).abs() < 1e-4,
                "{slope}"
            );
        }
    }

    /// The hand calculation in the case's text, to its digits.
    #[test]
    fn the_impedance_is_the_one_by_hand() {
        let found = references().unwrap().case.heated(Held::Junction).unwrap();
        assert!((found.impedance - 14.1).abs() < 0.05, "{}", found.impedance);
    }

    /// A slope in the fibre and one at the facet are not two slopes of one place: taken so, the ratios of the most light miss in both readings.
    #[test]
    fn slopes_at_two_places_miss() {
        let mixed = references().unwrap().case.uncoupled();
        for held in [Held::Junction, Held::HeatSink] {
            let (checks, _) = mixed.compare(held).unwrap();
            for check in checks.iter().filter(|c| c.quantity.contains(" over ")) {
                assert!(!check.passed(), "{check:?}");
            }
        }
    }
}
