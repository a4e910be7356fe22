//! A step-index fibre: its HE₁₁ mode, and the others it may carry.
//!
//! The HE branch of the characteristic equation of azimuthal order 1 falls from +∞ to −∞ over 0 < u < j₁,₁ = 3.8317, so
//! HE₁₁ is bracketed by max(0, V² − j₁,₁²) < w² < V² and exists at every V; see [`FiberMode`] for equation and field. A
//! second mode is bound from V = j₀,₁ = 2.4048 on.

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;
use spec_math::cephes64::{j0, j1};

use super::fiber_mode::{FiberMode, FiberModeFamily};
use super::roots::bracketed;
use super::step_index_profile::{J0_ZERO, StepIndexProfile};
use super::{CouplingError, TransverseField};

/// First zero of J₁.
const J1_ZERO: f64 = 3.831_705_970_207_512;

/// The HE₁₁ mode of a step-index fibre, 1 W, linearly polarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepIndexFiber {
    mode: FiberMode,
}

impl StepIndexFiber {
    /// HE₁₁ of a core of `core_index` in an endless cladding, polarised along x.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless radius, wavelength and indices are positive and the core's index is the
    /// larger; [`CouplingError::GuidanceTooWeak`] where the field reaches beyond 10⁶ core radii.
    pub fn new(
        core_radius: Length,
        core_index: f64,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        Self::from_profile(StepIndexProfile::new(
            core_radius,
            core_index,
            cladding_index,
            wavelength,
        )?)
    }

    fn from_profile(profile: StepIndexProfile) -> Result<Self, CouplingError> {
        let mode = FiberMode::new(profile, FiberModeFamily::HE, [1, 1], [0.0, J1_ZERO], 0.0);
        let v = profile.normalized_frequency();
        Ok(Self {
            mode: mode.ok_or(CouplingError::GuidanceTooWeak { v })?,
        })
    }

    /// The same mode with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        Self {
            mode: self.mode.with_axis(angle),
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

    /// The vacuum wavelength in m from which on only HE₁₁ is bound, indices held.
    pub fn cut_off_wavelength(&self) -> f64 {
        self.mode.profile.wavelength_at(J0_ZERO)
    }

    /// All bound modes by falling effective index, HE₁₁ first; of two parities one, the other being its
    /// [`FiberMode::partner`].
    pub fn modes(&self) -> Vec<FiberMode> {
        FiberMode::all(self.mode.profile)
    }

    /// How many modes are bound, each parity counted: 2 of a single-mode fibre.
    pub fn mode_count(&self) -> usize {
        self.modes().iter().map(FiberMode::degeneracy).sum()
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.mode.effective_index()
    }

    /// n_g = n_eff + k₀ dn_eff/dk₀ with both indices held (material dispersion not included), by
    /// fourth-order central differences of relative step 10⁻³; error about 10⁻¹¹.
    ///
    /// # Errors
    /// Those of [`StepIndexFiber::new`] at the neighbouring wavelengths.
    pub fn group_index(&self) -> Result<f64, CouplingError> {
        let step = 1e-3;
        let profile = &self.mode.profile;
        let beta = |t: f64| -> Result<f64, CouplingError> {
            let near = profile.at_wavenumber(profile.wavenumber * (1.0 + t * step));
            Ok((1.0 + t * step) * Self::from_profile(near)?.effective_index())
        };
        Ok((8.0 * (beta(1.0)? - beta(-1.0)?) - (beta(2.0)? - beta(-2.0)?)) / (12.0 * step))
    }

    /// 2w in m where the azimuthal mean of S_z has fallen to 1/e² of its value on the axis.
    pub fn mode_field_diameter(&self) -> f64 {
        let target = self.mode.intensity(0.0) * (-2.0_f64).exp();
        let excess = |r: f64| self.mode.intensity(r) - target;
        let mut outer = self.mode.profile.radius;
        // terminates: the intensity decays as exp(−2wr/a)
        while excess(outer) > 0.0 {
            outer *= 2.0;
        }
        // on-axis intensity exceeds the target, so the bracket is proper
        2.0 * bracketed(excess, 0.0, outer).unwrap_or(outer)
    }

    /// Petermann's second mode field diameter by the closed form of LP₀₁, 2√2 a J₁(u)/(w J₀(u)) in m, accurate to the
    /// relative index step.
    pub fn petermann_mode_field_diameter(&self) -> f64 {
        let FiberMode { profile, u, w, .. } = &self.mode;
        2.0 * std::f64::consts::SQRT_2 * profile.radius * j1(*u) / (w * j0(*u))
    }

    /// E_z (V/m) and H_z (A/m) at (x, y), imaginary where the transverse field is real.
    pub fn longitudinal_at(&self, x: f64, y: f64) -> [Complex64; 2] {
        self.mode.longitudinal_at(x, y)
    }
}

impl TransverseField for StepIndexFiber {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        self.mode.at(x, y)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn effective_index(&self) -> Complex64 {
        self.mode.effective_index().into()
    }
}

#[cfg(test)]
mod tests {
    use cpo_materials::constants::VACUUM_IMPEDANCE;

    use super::*;

    /// Both are exact roots of the characteristic equation, computed in extended precision elsewhere.
    #[test]
    fn effective_index_of_two_fibres() {
        let standard =
            StepIndexFiber::new(Length::um(4.1), 1.4492, 1.4440, Wavelength::um(1.55)).unwrap();
        let nanowire =
            StepIndexFiber::new(Length::um(0.5), 1.45, 1.0, Wavelength::um(1.55)).unwrap();
        // round-off of an index of order 1 and of the reference's last digit
        assert!(
            (standard.effective_index() - 1.446_225_441_544_99).abs() < 1e-13,
            "{}",
            standard.effective_index()
        );
        assert!(
            (nanowire.effective_index() - 1.176_447_362_266_42).abs() < 1e-13,
            "{}",
            nanowire.effective_index()
        );
        // the reference's last digit
        assert!((standard.group_index().unwrap() - 1.449_586_628).abs() < 1e-9);
        assert!((nanowire.group_index().unwrap() - 1.535_086_893_5).abs() < 1e-10);
        assert!(standard.is_single_mode() && nanowire.is_single_mode());
    }

    /// iβE_x-type relations: ∇·(εE) = 0 and the z components of both curls, by central differences.
    #[test]
    fn fields_obey_maxwell() {
        let fiber = StepIndexFiber::new(Length::um(0.5), 1.45, 1.0, Wavelength::um(1.55)).unwrap();
        let fiber = fiber.polarized(Angle::deg(30.0));
        let k0 = fiber.mode.profile.wavenumber;
        let beta = k0 * fiber.effective_index();
        let h = 1e-10;
        for (x, y) in [
            (0.13e-6, 0.21e-6),
            (-0.31e-6, 0.02e-6),
            (0.55e-6, -0.4e-6),
            (-0.2e-6, 0.9e-6),
        ] {
            let d = |c: usize, dx: f64, dy: f64| {
                (fiber.at(x + dx, y + dy)[c] - fiber.at(x - dx, y - dy)[c]) / (2.0 * h)
            };
            let [ez, hz] = fiber.longitudinal_at(x, y);
            let n2 = if x.hypot(y) < 0.5e-6 {
                1.45_f64.powi(2)
            } else {
                1.0
            };
            let scale = beta
                * fiber.at(0.0, 0.0)[0]
                    .norm()
                    .max(fiber.at(0.0, 0.0)[1].norm());
            let divergence = d(0, h, 0.0) + d(1, 0.0, h) + Complex64::i() * beta * ez;
            let faraday = d(1, h, 0.0) - d(0, 0.0, h) - Complex64::i() * k0 * VACUUM_IMPEDANCE * hz;
            let ampere =
                (d(3, h, 0.0) - d(2, 0.0, h)) * VACUUM_IMPEDANCE + Complex64::i() * k0 * n2 * ez;
            // differences of step 10⁻⁴ of the radius: truncation 10⁻⁸, round-off 10⁻¹²
            for residual in [divergence, faraday, ampere] {
                assert!(
                    residual.norm() < 1e-7 * scale,
                    "{residual} against {scale} at ({x}, {y})"
                );
            }
        }
    }

    /// Tangential E and H and normal εE are continuous at the core's edge.
    #[test]
    fn fields_match_at_the_core_edge() {
        let fiber = StepIndexFiber::new(Length::um(0.5), 1.45, 1.0, Wavelength::um(1.55)).unwrap();
        for angle in [0.0_f64, 0.4, 1.3, 2.9] {
            let (sin, cos) = angle.sin_cos();
            let at = |r: f64| {
                (
                    fiber.at(r * cos, r * sin),
                    fiber.longitudinal_at(r * cos, r * sin),
                )
            };
            let ((inside, lin), (outside, lout)) =
                (at(0.5e-6 * (1.0 - 1e-12)), at(0.5e-6 * (1.0 + 1e-12)));
            let radial =
                |f: [Complex64; 4]| [(f[0] * cos + f[1] * sin).re, (f[2] * cos + f[3] * sin).re];
            let azimuthal =
                |f: [Complex64; 4]| [(f[1] * cos - f[0] * sin).re, (f[3] * cos - f[2] * sin).re];
            let e = fiber.at(0.0, 0.0)[0].re;
            let pairs = [
                (radial(inside)[0] * 1.45 * 1.45, radial(outside)[0], e),
                (radial(inside)[1], radial(outside)[1], e / VACUUM_IMPEDANCE),
                (azimuthal(inside)[0], azimuthal(outside)[0], e),
                (
                    azimuthal(inside)[1],
                    azimuthal(outside)[1],
                    e / VACUUM_IMPEDANCE,
                ),
                (lin[0].im, lout[0].im, e),
                (lin[1].im, lout[1].im, e / VACUUM_IMPEDANCE),
            ];
            for (a, b, scale) in pairs {
                // the two radii differ by 2·10⁻¹²
                assert!((a - b).abs() < 1e-11 * scale, "{a} against {b} at {angle}");
            }
        }
    }

    #[test]
    fn refuses_what_guides_nothing() {
        assert!(StepIndexFiber::new(Length::um(4.1), 1.44, 1.45, Wavelength::um(1.55)).is_err());
        assert!(StepIndexFiber::new(Length::um(-1.0), 1.45, 1.44, Wavelength::um(1.55)).is_err());
        // V = 0.1: the field would reach over exp(1/V²) radii
        let weak = StepIndexFiber::new(Length::um(0.025), 1.45, 1.0, Wavelength::um(1.55));
        assert!(
            matches!(weak, Err(CouplingError::GuidanceTooWeak { .. })),
            "{weak:?}"
        );
    }
}
