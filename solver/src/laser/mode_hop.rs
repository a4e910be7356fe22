//! How far a laser is from its next mode hop.
//!
//! The mode that lases at the reference temperature moves by a_m = dλ/dT of [`LaserParameters`](super::LaserParameters), what selects it
//! (a grating or, without one, the peak of the gain) by another rate a_s. With the selector ahead of the mode by
//!
//! δ(T) = δ_r + (a_s − a_m)(T − T_r)
//!
//! the mode nearest to it lases, N = round(δ/Δλ) modes on, Δλ the spacing of the modes (free spectral range λ²/(2 n_g L)). The
//! next hop comes where |δ − N Δλ| = Δλ/2: half a spacing, less what is used up, over |a_s − a_m|; two hops lie
//! Δλ/|a_s − a_m| apart.
//!
//! L. A. Coldren, S. W. Corzine, M. Mašanović, *Diode Lasers and Photonic Integrated Circuits* (2012), chapters 2 and 3.
//! Limits: modes of equal loss but for the selector; no hysteresis, which holds a mode past the halfway point;
//! selector and mode at the junction's temperature (a selector that warms less has a smaller a_s per kelvin
//! of the junction). For a DFB laser with two modes at the edges of a stop band Δλ is its width.

use cpo_materials::{Quantity, Temperature, TemperatureDifference, Wavelength, WavelengthDrift};

use super::{LaserError, LaserModel};

/// What selects the mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeSelection {
    spacing: f64,
    drift: f64,
    detuning: f64,
}

/// Where a laser stands between two hops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HopMargin {
    /// N, hops since the reference temperature; positive towards longer wavelengths.
    pub hops: f64,
    /// Wavelength of the mode that lases.
    pub wavelength: Wavelength,
    /// Rise of the junction temperature up to the next hop; infinite where mode and selector move alike.
    pub heating: TemperatureDifference,
    /// Fall of the junction temperature down to the next hop.
    pub cooling: TemperatureDifference,
}

impl HopMargin {
    /// The smaller of both margins.
    pub fn least(&self) -> TemperatureDifference {
        TemperatureDifference::kelvin(self.heating.si().min(self.cooling.si()))
    }
}

impl ModeSelection {
    /// Modes `spacing` (Δλ) apart, a selector that moves by `drift` (a_s) and stands `detuning` (δ_r, m, either sign) beyond
    /// the lasing mode at the reference temperature of the laser.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] unless the spacing is positive, all are finite, and |δ_r| ≤ Δλ/2: beyond it another mode would lase.
    pub fn new(
        spacing: Wavelength,
        drift: WavelengthDrift,
        detuning: f64,
    ) -> Result<Self, LaserError> {
        let bad = |quantity, value, unit, allowed| {
            Err(LaserError::Parameter {
                quantity,
                value,
                unit,
                allowed,
            })
        };
        let (spacing, drift) = (spacing.si(), drift.si());
        if !(spacing.is_finite() && spacing > 0.0) {
            return bad("mode spacing", spacing, "m", "finite and above 0");
        }
        if !drift.is_finite() {
            return bad("drift of the mode selector", drift, "m/K", "finite");
        }
        if !(detuning.is_finite() && detuning.abs() <= 0.5 * spacing) {
            let allowed = "at most half the mode spacing";
            return bad("detuning of the mode selector", detuning, "m", allowed);
        }
        Ok(Self {
            spacing,
            drift,
            detuning,
        })
    }

    /// δ(T) of `laser`, m.
    pub fn detuning(&self, laser: &LaserModel, junction: Temperature) -> f64 {
        let p = laser.parameters();
        self.detuning + (self.drift - p.drift.si()) * (junction.si() - p.reference.si())
    }

    /// Distance between two hops; infinite where mode and selector move alike.
    pub fn interval(&self, laser: &LaserModel) -> TemperatureDifference {
        let relative = (self.drift - laser.parameters().drift.si()).abs();
        TemperatureDifference::kelvin(self.spacing / relative)
    }

    /// Where `laser` stands at a junction temperature; the error bars of its margins are that of the temperature.
    pub fn margin(&self, laser: &LaserModel, junction: Temperature) -> HopMargin {
        let detuning = self.detuning(laser, junction);
        let hops = (detuning / self.spacing).round();
        let rest = detuning - hops * self.spacing;
        let relative = self.drift - laser.parameters().drift.si();
        let ahead = if relative < 0.0 { -rest } else { rest };
        let margin = |used: f64| {
            TemperatureDifference::kelvin(if relative == 0.0 {
                f64::INFINITY
            } else {
                (0.5 * self.spacing - used) / relative.abs()
            })
        };
        let wavelength = laser.wavelength(junction).si() + hops * self.spacing;
        HopMargin {
            hops,
            wavelength: Wavelength::from_si(wavelength),
            heating: margin(ahead),
            cooling: margin(-ahead),
        }
    }
}
