//! The exact vector HE₁₁ mode of a step-index fibre.
//!
//! Core n₁, radius a, cladding n₂ without end; u² = a²(k₀²n₁² − β²), w² = a²(β² − k₀²n₂²), V² = u² + w².
//! With κ = K₁′(w)/(w K₁(w)) the HE branch of the characteristic equation of azimuthal order 1 is
//!
//! J₀(u)/(u J₁(u)) = 1/u² − (n₁² + n₂²)/(2n₁²) κ − √[((n₁² − n₂²)/(2n₁²) κ)² + (n_eff/n₁)² (1/u² + 1/w²)²].
//!
//! Its left side falls from +∞ to −∞ over 0 < u < j₁,₁ = 3.8317, so HE₁₁ is bracketed by
//! max(0, V² − j₁,₁²) < w² < V² and exists at every V. The field of the x-polarised combination in the core,
//! with s = (1/u² + 1/w²)/(J₁′/(uJ₁) + κ), s₁ = s β²/(k₀n₁)², is
//!
//! Eₓ = β(a/u)[(1−s)/2 J₀ − (1+s)/2 J₂ cos 2φ], E_y = −β(a/u)(1+s)/2 J₂ sin 2φ,
//! Hₓ = ωε₀n₁²(a/u)(1+s₁)/2 J₂ sin 2φ, H_y = ωε₀n₁²(a/u)[(1−s₁)/2 J₀ − (1+s₁)/2 J₂ cos 2φ],
//! E_z = −i J₁ cos φ, H_z = i (β/ωμ₀) s J₁ sin φ,
//!
//! and the like with K in the cladding. Both indices are real; their own dispersion is the caller's.
//!
//! Okamoto, Fundamentals of Optical Waveguides (2006), ch. 3, DOI 10.1016/B978-0-12-525096-2.X5000-4
//! (there exp(i(ωt − βz)); here the conjugate). Snyder & Love (1983), ch. 12, DOI 10.1007/978-1-4613-2813-1.

use std::f64::consts::PI;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Length, Quantity, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;
use spec_math::cephes64::{j0, j1, k0e, k1e};

use super::roots::bracketed;
use super::step_index_profile::StepIndexProfile;
use super::{CouplingError, TransverseField};

/// First zero of J₁.
const J1_ZERO: f64 = 3.831_705_970_207_512;

/// J₀, J₁, J₂ at x.
fn bessel_j(x: f64) -> [f64; 3] {
    let (a, b) = (j0(x), j1(x));
    // the series J₂ = x²/8 (1 − x²/12) where the recurrence cancels; error x⁴/384
    let c = if x < 1e-3 {
        x * x / 8.0 * (1.0 - x * x / 12.0)
    } else {
        2.0 / x * b - a
    };
    [a, b, c]
}

/// K₀, K₁, K₂ at x, times exp(x).
fn bessel_k(x: f64) -> [f64; 3] {
    let (a, b) = (k0e(x), k1e(x));
    [a, b, a + 2.0 / x * b]
}

/// The HE₁₁ mode of a step-index fibre, 1 W, linearly polarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepIndexFiber {
    profile: StepIndexProfile,
    u: f64,
    w: f64,
    effective_index: f64,
    polarization: f64,
    core: Radial,
    cladding: Radial,
    /// Of E_z and H_z: the common factor, and s β/(ωμ₀).
    longitudinal: [f64; 2],
}

/// Transverse E = (e₀ Z₀ ± e₂ Z₂ …) with Z = J(ur/a) in the core or K(wr/a)/K₁(w) in the cladding.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Radial {
    e0: f64,
    e2: f64,
    h0: f64,
    h2: f64,
}

/// The characteristic function of the HE modes of azimuthal order 1 at (u, w).
fn characteristic(n1: f64, n2: f64, wavenumber_radius: f64, u: f64, w: f64) -> f64 {
    let [k0, k1, _] = bessel_k(w);
    let kappa = -(k0 / k1 + 1.0 / w) / w;
    let n_eff = n2.hypot(w / wavenumber_radius);
    let contrast = (n1 - n2) * (n1 + n2) / (2.0 * n1 * n1) * kappa;
    let geometry = n_eff / n1 * (1.0 / (u * u) + 1.0 / (w * w));
    let mean = (n1 * n1 + n2 * n2) / (2.0 * n1 * n1) * kappa;
    j0(u) / (u * j1(u)) - (1.0 / (u * u) - mean - contrast.hypot(geometry))
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
        let StepIndexProfile {
            radius,
            core_index: n1,
            cladding_index: n2,
            wavenumber,
        } = profile;
        let (u, w) = profile.solve(J1_ZERO, |u, w| {
            characteristic(n1, n2, wavenumber * radius, u, w)
        })?;
        let effective_index = profile.effective_index(w);
        let beta = effective_index * wavenumber;
        let [j0u, j1u, j2u] = bessel_j(u);
        let [k0w, k1w, k2w] = bessel_k(w);
        let j_term = (j0u / j1u - 1.0 / u) / u;
        let k_term = -(k0w / k1w + 1.0 / w) / w;
        let s = (1.0 / (u * u) + 1.0 / (w * w)) / (j_term + k_term);
        let (s1, s2) = (
            s * (effective_index / n1).powi(2),
            s * (effective_index / n2).powi(2),
        );
        // ωε₀ = k₀/Z₀
        let (inner, outer) = (radius / u, radius * j1u / w);
        let admittance = wavenumber / VACUUM_IMPEDANCE;
        let core = Radial {
            e0: beta * inner * (1.0 - s) / 2.0,
            e2: -beta * inner * (1.0 + s) / 2.0,
            h0: admittance * n1 * n1 * inner * (1.0 - s1) / 2.0,
            h2: -admittance * n1 * n1 * inner * (1.0 + s1) / 2.0,
        };
        let cladding = Radial {
            e0: beta * outer * (1.0 - s) / 2.0,
            e2: beta * outer * (1.0 + s) / 2.0,
            h0: admittance * n2 * n2 * outer * (1.0 - s2) / 2.0,
            h2: admittance * n2 * n2 * outer * (1.0 + s2) / 2.0,
        };
        // P = π ∫ (e₀h₀Z₀² + e₂h₂Z₂²) r dr, the integrals in closed form
        let half_area = 0.5 * radius * radius;
        let j3u = 4.0 / u * j2u - j1u;
        let k3w = k1w + 4.0 / w * k2w;
        let core_power = core.e0 * core.h0 * (j0u * j0u + j1u * j1u)
            + core.e2 * core.h2 * (j2u * j2u - j1u * j3u);
        let cladding_power = (cladding.e0 * cladding.h0 * (k1w * k1w - k0w * k0w)
            + cladding.e2 * cladding.h2 * (k1w * k3w - k2w * k2w))
            / (k1w * k1w);
        let power = PI * half_area * (core_power + cladding_power);
        if !(power.is_finite() && power > 0.0) {
            return Err(CouplingError::NoForwardPower { power });
        }
        let scale = power.sqrt().recip();
        let scaled = |r: Radial| Radial {
            e0: r.e0 * scale,
            e2: r.e2 * scale,
            h0: r.h0 * scale,
            h2: r.h2 * scale,
        };
        let longitudinal = [scale, scale * s * effective_index / VACUUM_IMPEDANCE];
        let (core, cladding) = (scaled(core), scaled(cladding));
        Ok(Self {
            profile,
            u,
            w,
            effective_index,
            polarization: 0.0,
            core,
            cladding,
            longitudinal,
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

    /// Whether no second mode is bound: V < 2.4048.
    pub fn is_single_mode(&self) -> bool {
        self.profile.is_single_mode()
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.effective_index
    }

    /// n_g = n_eff + k₀ dn_eff/dk₀ with both indices held (material dispersion not included), by
    /// fourth-order central differences of relative step 10⁻³; error about 10⁻¹¹.
    ///
    /// # Errors
    /// Those of [`StepIndexFiber::new`] at the neighbouring wavelengths.
    pub fn group_index(&self) -> Result<f64, CouplingError> {
        let step = 1e-3;
        let beta = |t: f64| -> Result<f64, CouplingError> {
            let profile = self
                .profile
                .at_wavenumber(self.profile.wavenumber * (1.0 + t * step));
            Ok((1.0 + t * step) * Self::from_profile(profile)?.effective_index)
        };
        Ok((8.0 * (beta(1.0)? - beta(-1.0)?) - (beta(2.0)? - beta(-2.0)?)) / (12.0 * step))
    }

    /// The azimuthal mean of S_z at radius `r`, W/m².
    fn intensity(&self, r: f64) -> f64 {
        let (part, [z0, _, z2]) = self.radial(r);
        0.5 * (part.e0 * part.h0 * z0 * z0 + part.e2 * part.h2 * z2 * z2)
    }

    /// 2w in m where the azimuthal mean of S_z has fallen to 1/e² of its value on the axis.
    pub fn mode_field_diameter(&self) -> f64 {
        let target = self.intensity(0.0) * (-2.0_f64).exp();
        let excess = |r: f64| self.intensity(r) - target;
        let mut outer = self.profile.radius;
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
        2.0 * std::f64::consts::SQRT_2 * self.profile.radius * j1(self.u) / (self.w * j0(self.u))
    }

    /// Z₀, Z₁, Z₂ at radius `r` with the coefficients that belong to them.
    fn radial(&self, r: f64) -> (Radial, [f64; 3]) {
        let rho = r / self.profile.radius;
        if rho < 1.0 {
            (self.core, bessel_j(self.u * rho))
        } else {
            let decay = (-self.w * (rho - 1.0)).exp() / k1e(self.w);
            (self.cladding, bessel_k(self.w * rho).map(|k| k * decay))
        }
    }

    /// Point (x, y) as radius, cos φ and sin φ, φ from the polarisation's axis.
    fn polar(&self, x: f64, y: f64) -> (f64, f64, f64) {
        let (sin, cos) = self.polarization.sin_cos();
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        let r = x.hypot(y);
        if r == 0.0 {
            (0.0, 1.0, 0.0)
        } else {
            (r, x / r, y / r)
        }
    }

    /// E_z (V/m) and H_z (A/m) at (x, y), imaginary where the transverse field is real.
    pub fn longitudinal_at(&self, x: f64, y: f64) -> [Complex64; 2] {
        let (r, cos, sin) = self.polar(x, y);
        let (_, [_, z1, _]) = self.radial(r);
        // continuous: J₁(ur/a) inside, J₁(u) K₁(wr/a)/K₁(w) outside
        let z1 = if r < self.profile.radius {
            z1
        } else {
            z1 * j1(self.u)
        };
        let [ez, hz] = self.longitudinal;
        [
            Complex64::new(0.0, -ez * z1 * cos),
            Complex64::new(0.0, hz * z1 * sin),
        ]
    }
}

impl TransverseField for StepIndexFiber {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let (r, cos, sin) = self.polar(x, y);
        let (part, [z0, _, z2]) = self.radial(r);
        let (cos2, sin2) = (cos * cos - sin * sin, 2.0 * sin * cos);
        let (ex, ey) = (part.e0 * z0 + part.e2 * z2 * cos2, part.e2 * z2 * sin2);
        let (hx, hy) = (-part.h2 * z2 * sin2, part.h0 * z0 + part.h2 * z2 * cos2);
        let (sin, cos) = self.polarization.sin_cos();
        [
            ex * cos - ey * sin,
            ex * sin + ey * cos,
            hx * cos - hy * sin,
            hx * sin + hy * cos,
        ]
        .map(Complex64::from)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn effective_index(&self) -> Complex64 {
        self.effective_index.into()
    }
}

#[cfg(test)]
mod tests {
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
        let k0 = fiber.profile.wavenumber;
        let beta = k0 * fiber.effective_index;
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
