//! A step-index fibre at one wavelength: V, and the root w of a characteristic equation.

use cpo_materials::{Length, Quantity, Wavelength};

use super::CouplingError;
use super::error::positive;
use super::roots::bracketed;

/// First zero of J₀, the cut-off of the second mode.
pub(crate) const J0_ZERO: f64 = 2.404_825_557_695_773;
/// The smallest w: below it the field decays over 1/w = 10⁶ core radii.
const SMALLEST_W: f64 = 1e-6;

/// Radius and indices of a step-index fibre at one wavelength, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StepIndexProfile {
    pub radius: f64,
    pub core_index: f64,
    pub cladding_index: f64,
    /// Vacuum wavenumber in rad/m.
    pub wavenumber: f64,
}

impl StepIndexProfile {
    pub fn new(
        core_radius: Length,
        core_index: f64,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        let radius = positive("core radius", core_radius.si(), "m")?;
        positive("wavelength", wavelength.si(), "m")?;
        positive("cladding index", cladding_index, "")?;
        if !(core_index.is_finite() && core_index > cladding_index) {
            return Err(CouplingError::OutOfRange {
                quantity: "core index",
                value: core_index,
                unit: "",
                allowed: "above the cladding index, or no mode is bound",
            });
        }
        Ok(Self {
            radius,
            core_index,
            cladding_index,
            wavenumber: wavelength.vacuum_wavenumber(),
        })
    }

    /// V = k₀ a √(n₁² − n₂²).
    pub fn normalized_frequency(&self) -> f64 {
        let Self {
            radius,
            core_index,
            cladding_index,
            wavenumber,
        } = self;
        wavenumber * radius * ((core_index - cladding_index) * (core_index + cladding_index)).sqrt()
    }

    /// Whether only the fundamental mode is bound: V < 2.4048.
    pub fn is_single_mode(&self) -> bool {
        self.normalized_frequency() < J0_ZERO
    }

    /// w of the fundamental mode as the root of `characteristic(u, w)`, found in ln w because w
    /// falls exponentially with 1/V². `u_limit` is the first u that the mode cannot reach.
    pub fn solve(
        &self,
        u_limit: f64,
        characteristic: impl Fn(f64, f64) -> f64,
    ) -> Result<(f64, f64), CouplingError> {
        let v = self.normalized_frequency();
        let u_of = |w: f64| ((v - w) * (v + w)).sqrt();
        let lowest = if v > u_limit {
            u_of(u_limit * (1.0 - 1e-12))
        } else {
            v * SMALLEST_W
        };
        let residual = |ln_w: f64| {
            let w = ln_w.exp();
            characteristic(u_of(w), w)
        };
        // u = 10⁻⁶ V at the upper end, below any fundamental mode's (u → V as V → 0, 2.4 as V → ∞)
        let highest = v.ln() + 0.5 * (-1e-12_f64).ln_1p();
        let w = bracketed(residual, lowest.ln(), highest)
            .ok_or(CouplingError::GuidanceTooWeak { v })?
            .exp();
        if w < SMALLEST_W {
            return Err(CouplingError::GuidanceTooWeak { v });
        }
        Ok((u_of(w), w))
    }

    /// n_eff = √(n₂² + (w/k₀a)²).
    pub fn effective_index(&self, w: f64) -> f64 {
        self.cladding_index
            .hypot(w / (self.wavenumber * self.radius))
    }

    /// The same fibre, its indices unchanged, at another vacuum wavenumber.
    pub fn at_wavenumber(&self, wavenumber: f64) -> Self {
        Self {
            wavenumber,
            ..*self
        }
    }
}
