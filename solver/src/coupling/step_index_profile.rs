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

    /// √(n₁² − n₂²).
    pub fn numerical_aperture(&self) -> f64 {
        let (n1, n2) = (self.core_index, self.cladding_index);
        ((n1 - n2) * (n1 + n2)).sqrt()
    }

    /// V = k₀ a √(n₁² − n₂²).
    pub fn normalized_frequency(&self) -> f64 {
        self.wavenumber * self.radius * self.numerical_aperture()
    }

    /// Whether only the fundamental mode is bound: V < 2.4048.
    pub fn is_single_mode(&self) -> bool {
        self.normalized_frequency() < J0_ZERO
    }

    /// Of a fibre that carries `modes`.
    pub fn single_mode(&self, modes: usize) -> Result<(), CouplingError> {
        if self.is_single_mode() {
            return Ok(());
        }
        let v = self.normalized_frequency();
        Err(CouplingError::FiberMultimode {
            v,
            modes,
            wavelength: self.wavelength_at(v),
            cut_off: self.wavelength_at(J0_ZERO),
            radius: self.radius,
            largest: self.radius * J0_ZERO / v,
        })
    }

    /// The wavelength in m at which V has the value `v`.
    pub fn wavelength_at(&self, v: f64) -> f64 {
        std::f64::consts::TAU * self.radius * self.numerical_aperture() / v
    }

    /// u and w of a mode as the root of `characteristic(u, w)` with u between the poles or zeros `low` and `high`, found in
    /// ln w because w falls exponentially with 1/V² where a mode has no cut-off. None if w is below its least value.
    pub fn bound(
        &self,
        [low, high]: [f64; 2],
        characteristic: impl Fn(f64, f64) -> f64,
    ) -> Option<(f64, f64)> {
        let v = self.normalized_frequency();
        let other = |w: f64| ((v - w) * (v + w)).sqrt();
        if v <= low {
            return None;
        }
        let lowest = if v > high {
            other(high * (1.0 - 1e-12))
        } else {
            v * SMALLEST_W
        };
        let residual = |ln_w: f64| {
            let w = ln_w.exp();
            characteristic(other(w), w)
        };
        // u = 10⁻⁶ V at the upper end is below any fundamental mode's (u → V as V → 0, 2.4 as V → ∞)
        let highest = if low > 0.0 {
            other(low * (1.0 + 1e-12)).ln()
        } else {
            v.ln() + 0.5 * (-1e-12_f64).ln_1p()
        };
        let w = bracketed(residual, lowest.ln(), highest)?.exp();
        (w >= SMALLEST_W).then(|| (other(w), w))
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
