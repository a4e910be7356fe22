//! Lasers: the temperature coefficients that published data imply.
//!
//! T₀ = ΔT/ln(I₂/I₁) and T₁ = ΔT/ln(η₁/η₂), both slopes at the facet: one measured in a fibre is divided by its coupling.

use cpo_materials::{
    Current, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference, Voltage,
    Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{LaserModel, LaserParameters};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "lasers.json";

/// A laser known at two temperatures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaserCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    wavelength_nm: f64,
    cold_celsius: f64,
    hot_celsius: f64,
    threshold_ma: [f64; 2],
    /// Slope at the facet, at the cold end.
    facet_slope_w_per_a: f64,
    /// Slope in the fibre, at the hot end.
    fibre_slope_w_per_a: f64,
    /// What the fibre gets of the facet's light.
    fibre_coupling: f64,
    /// T₀ and T₁ as quoted with the data, K, to their digits.
    quoted_threshold_temperature: f64,
    quoted_slope_temperature: f64,
    quoted_digit: f64,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<Vec<LaserCase>, ValidationError> {
    serde_json::from_str(include_str!("../data/lasers.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

impl LaserCase {
    /// T₀ and T₁, and the model fitted at the cold end at the hot one.
    ///
    /// # Errors
    /// [`ValidationError::Laser`] for data that no laser has.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let span = self.hot_celsius - self.cold_celsius;
        let threshold_temperature = span / (self.threshold_ma[1] / self.threshold_ma[0]).ln();
        let hot_slope = self.fibre_slope_w_per_a / self.fibre_coupling;
        let slope_temperature = span / (self.facet_slope_w_per_a / hot_slope).ln();
        let laser = LaserModel::new(LaserParameters {
            reference: Temperature::celsius(self.cold_celsius),
            threshold: Current::ma(self.threshold_ma[0]),
            threshold_temperature: TemperatureDifference::kelvin(threshold_temperature),
            slope: SlopeEfficiency::w_per_a(self.facet_slope_w_per_a),
            slope_temperature: TemperatureDifference::kelvin(slope_temperature),
            turn_on: Voltage::v(0.95),
            resistance: Resistance::ohm(0.4),
            wavelength: Wavelength::nm(self.wavelength_nm),
            drift: WavelengthDrift::nm_per_k(0.1),
        })?;
        let hot = Temperature::celsius(self.hot_celsius);
        let check =
            |quantity: &str, reference, uncertainty, computed, tolerance, basis: &str| Check {
                case: self.id.clone(),
                quantity: quantity.to_owned(),
                reference,
                uncertainty,
                computed,
                bar: None,
                tolerance,
                basis: basis.to_owned(),
            };
        let one_ampere = Current::a(1.0);
        let light = self.fibre_slope_w_per_a * (1.0 - Current::ma(self.threshold_ma[1]).si());
        Ok(vec![
            check(
                "T0, K",
                self.quoted_threshold_temperature,
                self.quoted_digit,
                threshold_temperature,
                0.0,
                "digits as quoted",
            ),
            check(
                "T1, K",
                self.quoted_slope_temperature,
                self.quoted_digit,
                slope_temperature,
                0.0,
                "digits as quoted",
            ),
            check(
                "threshold at the hot end, A",
                Current::ma(self.threshold_ma[1]).si(),
                0.0,
                laser.threshold(hot).si(),
                1e-12,
                "round-off",
            ),
            check(
                "slope at the hot end at the facet, W/A",
                hot_slope,
                0.0,
                laser.slope(hot).si(),
                1e-12,
                "round-off",
            ),
            check(
                "power at 1 A at the hot end in the fibre, W",
                light,
                0.0,
                self.fibre_coupling * laser.optical_power(one_ampere, hot).si(),
                1e-12,
                "round-off",
            ),
        ])
    }
}
