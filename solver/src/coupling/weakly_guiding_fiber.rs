//! The scalar LP₀₁ mode of a step-index fibre, the limit of HE₁₁ for a small index step.
//!
//! u J₁(u)/J₀(u) = w K₁(w)/K₀(w), u² + w² = V², b = w²/V²; ψ = J₀(ur/a)/J₀(u) inside, K₀(wr/a)/K₀(w) outside;
//! E = ψ ê, H = (n_eff/Z₀) ẑ × E. Errors against HE₁₁ are of the order of the relative index step.
//!
//! Gloge, Appl. Opt. 10, 2252 (1971), DOI 10.1364/AO.10.002252; Petermann's second spot size after
//! Petermann, Electron. Lett. 19, 712 (1983).

use std::f64::consts::PI;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Length, Quantity, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;
use spec_math::cephes64::{j0, j1, k0e, k1e};

use super::roots::bracketed;
use super::step_index_profile::{J0_ZERO, StepIndexProfile};
use super::{CouplingError, TransverseField};

/// The LP₀₁ mode of a step-index fibre, 1 W, linearly polarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeaklyGuidingFiber {
    profile: StepIndexProfile,
    u: f64,
    w: f64,
    polarization: f64,
    /// E at the core's edge in V/m.
    amplitude: f64,
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
        let (u, w) = profile.solve(J0_ZERO, |u, w| u * j1(u) / j0(u) - w * k1e(w) / k0e(w))?;
        // ∫ψ² dA = πa² [J₁²/J₀² + K₁²/K₀²], the sum of the two closed radial integrals
        let area =
            PI * profile.radius.powi(2) * ((j1(u) / j0(u)).powi(2) + (k1e(w) / k0e(w)).powi(2));
        let amplitude = (2.0 * VACUUM_IMPEDANCE / (profile.effective_index(w) * area)).sqrt();
        Ok(Self {
            profile,
            u,
            w,
            polarization: 0.0,
            amplitude,
        })
    }

    /// The same mode with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        Self {
            polarization: angle.si(),
            ..self
        }
    }

    /// V = k₀ a √(n₁² − n₂²).
    pub fn normalized_frequency(&self) -> f64 {
        self.profile.normalized_frequency()
    }

    /// b = (n_eff² − n₂²)/(n₁² − n₂²).
    pub fn normalized_propagation_constant(&self) -> f64 {
        (self.w / self.normalized_frequency()).powi(2)
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.profile.effective_index(self.w)
    }

    /// ψ at radius `r`, 1 at the core's edge.
    fn profile_at(&self, r: f64) -> f64 {
        let rho = r / self.profile.radius;
        if rho < 1.0 {
            j0(self.u * rho) / j0(self.u)
        } else {
            k0e(self.w * rho) / k0e(self.w) * (-self.w * (rho - 1.0)).exp()
        }
    }

    /// 2w in m where the intensity has fallen to 1/e² of its value on the axis.
    pub fn mode_field_diameter(&self) -> f64 {
        let target = self.profile_at(0.0) * (-1.0_f64).exp();
        let mut outer = self.profile.radius;
        // terminates: the field decays as exp(−wr/a)
        while self.profile_at(outer) > target {
            outer *= 2.0;
        }
        2.0 * bracketed(|r| self.profile_at(r) - target, 0.0, outer).unwrap_or(outer)
    }

    /// Petermann's second mode field diameter 2√2 [∫ψ² r dr / ∫ψ′² r dr]^½ in m, which sets diffraction and splices:
    /// 2√2 a J₁(u)/(w J₀(u)).
    pub fn petermann_mode_field_diameter(&self) -> f64 {
        2.0 * std::f64::consts::SQRT_2 * self.profile.radius * j1(self.u) / (self.w * j0(self.u))
    }
}

impl TransverseField for WeaklyGuidingFiber {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let e = self.amplitude * self.profile_at(x.hypot(y));
        let h = e * self.effective_index() / VACUUM_IMPEDANCE;
        let (sin, cos) = self.polarization.sin_cos();
        [e * cos, e * sin, -h * sin, h * cos].map(Complex64::from)
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
