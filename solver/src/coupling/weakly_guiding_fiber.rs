//! A weakly guiding step-index fibre: its LP₀₁ mode, and the others it may carry.
//!
//! See [`LinearlyPolarizedMode`] for equation and field. Petermann's second spot size after Petermann, Electron. Lett. 19, 712
//! (1983).

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;
use spec_math::cephes64::{j0, j1};

use super::linearly_polarized_mode::LinearlyPolarizedMode;
use super::roots::bracketed;
use super::step_index_profile::{J0_ZERO, StepIndexProfile};
use super::{CouplingError, TransverseField};

/// The LP₀₁ mode of a step-index fibre, 1 W, linearly polarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeaklyGuidingFiber {
    mode: LinearlyPolarizedMode,
}

impl WeaklyGuidingFiber {
    /// LP₀₁ of a core of `core_index` in an endless cladding, polarised along x.
    ///
    /// # Errors
    /// As [`StepIndexFiber::new`](super::StepIndexFiber::new).
    pub fn new(
        core_radius: Length,
        core_index: f64,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        let profile = StepIndexProfile::new(core_radius, core_index, cladding_index, wavelength)?;
        let v = profile.normalized_frequency();
        let mode = LinearlyPolarizedMode::new(profile, [0, 1], [0.0, J0_ZERO])
            .ok_or(CouplingError::GuidanceTooWeak { v })?;
        Ok(Self { mode })
    }

    /// The same mode with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        Self {
            mode: self.mode.polarized(angle),
        }
    }

    /// V = k₀ a √(n₁² − n₂²).
    pub fn normalized_frequency(&self) -> f64 {
        self.mode.profile.normalized_frequency()
    }

    /// √(n₁² − n₂²).
    pub fn numerical_aperture(&self) -> f64 {
        self.mode.profile.numerical_aperture()
    }

    /// Whether no second mode is bound: V < 2.4048.
    pub fn is_single_mode(&self) -> bool {
        self.mode.profile.is_single_mode()
    }

    /// The fibre, if no second mode is bound.
    ///
    /// # Errors
    /// [`CouplingError::FiberMultimode`].
    pub fn single_mode(self) -> Result<Self, CouplingError> {
        self.mode.profile.single_mode(self.mode_count())?;
        Ok(self)
    }

    /// The vacuum wavelength in m from which on only LP₀₁ is bound, indices held.
    pub fn cut_off_wavelength(&self) -> f64 {
        self.mode.profile.wavelength_at(J0_ZERO)
    }

    /// All bound modes by falling effective index, LP₀₁ first, one of each degenerate set.
    pub fn modes(&self) -> Vec<LinearlyPolarizedMode> {
        LinearlyPolarizedMode::all(self.mode.profile)
    }

    /// How many modes are bound, patterns and polarisations counted: 2 of a single-mode fibre.
    pub fn mode_count(&self) -> usize {
        let modes = self.modes();
        modes.iter().map(LinearlyPolarizedMode::degeneracy).sum()
    }

    /// b = (n_eff² − n₂²)/(n₁² − n₂²).
    pub fn normalized_propagation_constant(&self) -> f64 {
        self.mode.normalized_propagation_constant()
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.mode.effective_index()
    }

    /// ψ at radius `r`, 1 at the core's edge.
    fn profile_at(&self, r: f64) -> f64 {
        self.mode.profile_at(r)
    }

    /// 2w in m where the intensity has fallen to 1/e² of its value on the axis.
    pub fn mode_field_diameter(&self) -> f64 {
        let target = self.profile_at(0.0) * (-1.0_f64).exp();
        let mut outer = self.mode.profile.radius;
        // terminates: the field decays as exp(−wr/a)
        while self.profile_at(outer) > target {
            outer *= 2.0;
        }
        2.0 * bracketed(|r| self.profile_at(r) - target, 0.0, outer).unwrap_or(outer)
    }

    /// Petermann's second mode field diameter 2√2 [∫ψ² r dr / ∫ψ′² r dr]^½ in m, which sets diffraction and splices:
    /// 2√2 a J₁(u)/(w J₀(u)).
    pub fn petermann_mode_field_diameter(&self) -> f64 {
        let LinearlyPolarizedMode { profile, u, w, .. } = &self.mode;
        2.0 * std::f64::consts::SQRT_2 * profile.radius * j1(*u) / (w * j0(*u))
    }
}

impl TransverseField for WeaklyGuidingFiber {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        self.mode.at(x, y)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn effective_index(&self) -> Complex64 {
        Self::effective_index(self).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fibre of normalised frequency `v`, radius 4.1 µm, in 1.444.
    fn fiber(v: f64) -> WeaklyGuidingFiber {
        let wavelength = Wavelength::um(1.55);
        let cladding: f64 = 1.444;
        let step = v / (wavelength.vacuum_wavenumber() * 4.1e-6);
        WeaklyGuidingFiber::new(Length::um(4.1), cladding.hypot(step), cladding, wavelength)
            .unwrap()
    }

    /// Exact b(V), six digits given.
    #[test]
    fn normalized_propagation_constant() {
        for (v, b) in [(1.6, 0.270_063), (2.0, 0.416_163), (2.4, 0.530_026)] {
            let found = fiber(v).normalized_propagation_constant();
            assert!((found - b).abs() < 5.1e-7, "b({v}) = {found}");
        }
    }

    /// The closed form of Petermann's diameter against its integrals by the midpoint rule.
    #[test]
    fn petermann_diameter_is_its_definition() {
        let fiber = fiber(2.2);
        let (step, count) = (2e-9, 30_000);
        let (mut norm, mut slope) = (0.0, 0.0);
        for i in 0..count {
            let r = (f64::from(i) + 0.5) * step;
            let (below, above) = (
                fiber.profile_at(r - 0.5 * step),
                fiber.profile_at(r + 0.5 * step),
            );
            norm += (0.5 * (below + above)).powi(2) * r;
            slope += ((above - below) / step).powi(2) * r;
        }
        let expected = 2.0 * (2.0 * norm / slope).sqrt();
        // second-order differences of relative step 5·10⁻⁴
        assert!((fiber.petermann_mode_field_diameter() / expected - 1.0).abs() < 1e-6);
    }
}
