//! The exact vector modes of a step-index fibre.
//!
//! Core n₁, radius a, cladding n₂ without end; u² = a²(k₀²n₁² − β²), w² = a²(β² − k₀²n₂²), V² = u² + w². With
//! κ = K_ν′(w)/(wK_ν(w)), mean = (n₁² + n₂²)/(2n₁²), contrast = (n₁² − n₂²)/(2n₁²) and
//! R = √[(contrast κ)² + (ν n_eff/n₁)²(1/u² + 1/w²)²] the continuity of the tangential field asks for
//!
//! ```text
//! HE_νm   J_ν−1(u)/(u J_ν(u)) = ν/u² − mean κ − R,      j_ν,m−1 < u < j_ν,m
//! EH_νm   J_ν+1(u)/(u J_ν(u)) = ν/u² + mean κ − R,      j_ν,m   < u < j_ν+1,m
//! TE_0m   J₁(u)/(u J₀(u)) = −K₁(w)/(w K₀(w)),           j_0,m   < u < j_1,m
//! TM_0m   J₁(u)/(u J₀(u)) = −(n₂/n₁)² K₁(w)/(w K₀(w)),  j_0,m   < u < j_1,m
//! ```
//!
//! whose left sides run from one pole of theirs to the next or to zero, once through each root. Since w = 0 cancels in
//! mean κ + R, it is written ν/u² − D/(R − mean κ) with n₁²D = (ν w/k₀a)²(1/u² + 1/w²)² + n₂²(ν/u² − δ)(ν/u² + 2ν/w² + δ),
//! δ = K_ν−1/(wK_ν). Cut-offs: V = j_ν,m of EH_νm, j_0,m of TE_0m and TM_0m, j_1,m−1 of HE_1m (none of HE₁₁), and of
//! the other HE_νm the root of (n₁²/n₂² + 1) J_ν−1(V) = V J_ν(V)/(ν − 1) below j_ν−1,m.
//!
//! With E_z = −ip J_ν cos(νφ + φ₀), H_z = i(β/ωμ₀)q J_ν sin(νφ + φ₀) in the core; p = 1, q = s, φ₀ = 0 for hybrid modes with
//! s = ν(1/u² + 1/w²)/(J_ν′/(uJ_ν) + κ), p = 1, q = 0, φ₀ = 0 for TM, p = 0, q = 1, φ₀ = π/2 for TE; c, s∓ the cosine and
//! sine of (ν ∓ 1)φ + φ₀:
//!
//! ```text
//! Eₓ =  e₋J_ν−1 c₋ + e₊J_ν+1 c₊     E_y = −e₋J_ν−1 s₋ + e₊J_ν+1 s₊
//! Hₓ =  h₋J_ν−1 s₋ − h₊J_ν+1 s₊     H_y =  h₋J_ν−1 c₋ + h₊J_ν+1 c₊
//! e∓ = ±β(a/u)(p ∓ q)/2             h∓ = ±ωε₀n₁²(a/u)(p ∓ q n_eff²/n₁²)/2
//! ```
//!
//! and the like with K in the cladding, e₊ and h₊ reversed. Both indices are real; their own dispersion is the caller's.
//!
//! Okamoto, Fundamentals of Optical Waveguides (2006), ch. 3, DOI 10.1016/B978-0-12-525096-2.X5000-4
//! (there exp(i(ωt − βz)); here the conjugate). Snyder & Love (1983), ch. 12, DOI 10.1007/978-1-4613-2813-1.

use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Quantity};
use cpo_meshes::Window;
use num_complex::Complex64;

use super::TransverseField;
use super::bessel::{j, j_orders, j_zeros, k_orders, k_ratio};
use super::roots::bracketed;
use super::step_index_profile::StepIndexProfile;

/// A family of vector modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FiberModeFamily {
    /// Hybrid, E_z and H_z turning against each other.
    HE,
    /// Hybrid, turning together.
    EH,
    /// E_z = 0.
    TE,
    /// H_z = 0.
    TM,
}

/// A guided mode of a step-index fibre, 1 W.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiberMode {
    pub(super) profile: StepIndexProfile,
    family: FiberModeFamily,
    azimuthal_order: u32,
    radial_order: u32,
    pub(super) u: f64,
    pub(super) w: f64,
    cut_off: f64,
    effective_index: f64,
    axis: f64,
    core: Radial,
    cladding: Radial,
    /// Of E_z and H_z in the core.
    longitudinal: [f64; 2],
    /// exp(w) K_ν(w).
    edge: f64,
}

/// e₋, e₊, h₋, h₊, which belong to J_ν∓1(ur/a) in the core and to K_ν∓1(wr/a)/K_ν(w) in the cladding.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Radial {
    e: [f64; 2],
    h: [f64; 2],
}

/// ∫J_μ² r dr over 0 < r < 1 at ur, times 2.
fn inside(order: u32, u: f64) -> f64 {
    let [below, here, above] = j_orders(order, u);
    here * here - below * above
}

/// ∫K_μ² r dr over r > 1 at wr, times 2 exp(2w).
fn outside(order: u32, w: f64) -> f64 {
    let [below, here, above] = k_orders(order, w);
    below * above - here * here
}

/// The characteristic function of a family at (u, w).
fn characteristic(
    profile: &StepIndexProfile,
    family: FiberModeFamily,
    order: u32,
    u: f64,
    w: f64,
) -> f64 {
    let (n1, n2) = (profile.core_index, profile.cladding_index);
    if order == 0 {
        let weight = match family {
            FiberModeFamily::TM => (n2 / n1).powi(2),
            _ => 1.0,
        };
        return j(1, u) / (u * j(0, u)) + weight / (w * k_ratio(1, w));
    }
    let nu = f64::from(order);
    let delta = k_ratio(order, w) / w;
    let (of_u, of_w) = (nu / (u * u), nu / (w * w));
    let kappa = -(of_w + delta);
    let mean = (n1 * n1 + n2 * n2) / (2.0 * n1 * n1) * kappa;
    let contrast = (n1 - n2) * (n1 + n2) / (2.0 * n1 * n1) * kappa;
    let root = contrast.hypot(profile.effective_index(w) / n1 * (of_u + of_w));
    match family {
        FiberModeFamily::EH => j(order + 1, u) / (u * j(order, u)) - (of_u + mean - root),
        _ => {
            let slow = w / (profile.wavenumber * profile.radius) * (of_u + of_w) / n1;
            let difference =
                slow * slow + (n2 / n1).powi(2) * (of_u - delta) * (of_u + 2.0 * of_w + delta);
            j(order - 1, u) / (u * j(order, u)) - (of_u - difference / (root - mean))
        }
    }
}

impl FiberMode {
    /// The mode with u between `bracket`; `None` if it is not bound.
    pub(super) fn new(
        profile: StepIndexProfile,
        family: FiberModeFamily,
        [azimuthal_order, radial_order]: [u32; 2],
        bracket: [f64; 2],
        cut_off: f64,
    ) -> Option<Self> {
        let nu = azimuthal_order;
        let (u, w) = profile.bound(bracket, |u, w| characteristic(&profile, family, nu, u, w))?;
        let effective_index = profile.effective_index(w);
        let beta = effective_index * profile.wavenumber;
        let j_u = j_orders(nu, u);
        let geometry = f64::from(nu) * (1.0 / (u * u) + 1.0 / (w * w));
        let (p, q) = match family {
            FiberModeFamily::TE => (0.0, 1.0),
            FiberModeFamily::TM => (1.0, 0.0),
            _ => {
                let of_core = (j_u[0] / j_u[1] - f64::from(nu) / u) / u;
                let of_cladding = -(k_ratio(nu, w) + f64::from(nu) / w) / w;
                (1.0, geometry / (of_core + of_cladding))
            }
        };
        let radial = |index: f64, scale: f64, sign: f64| -> Radial {
            // ωε₀ = k₀/Z₀
            let of_e = 0.5 * beta * scale;
            let of_h = 0.5 * profile.wavenumber / VACUUM_IMPEDANCE * index * index * scale;
            let turned = q * (effective_index / index).powi(2);
            Radial {
                e: [of_e * (p - q), sign * of_e * (p + q)],
                h: [of_h * (p - turned), sign * of_h * (p + turned)],
            }
        };
        let core = radial(profile.core_index, profile.radius / u, -1.0);
        let cladding = radial(profile.cladding_index, profile.radius * j_u[1] / w, 1.0);
        // P = π∫(e₋h₋Z₋² + e₊h₊Z₊²) r dr, and as much again without azimuth, where the two interfere all round
        let k_w = k_orders(nu, w)[1];
        let orders = [nu.abs_diff(1), nu + 1];
        let sum: f64 = (0..2)
            .map(|i| {
                let of_core = core.e[i] * core.h[i] * inside(orders[i], u);
                let of_cladding = cladding.e[i] * cladding.h[i] * outside(orders[i], w);
                of_core + of_cladding / (k_w * k_w)
            })
            .sum();
        let power = 0.5 * PI * profile.radius.powi(2) * sum * alike(nu);
        if !(power.is_finite() && power > 0.0) {
            return None;
        }
        let scale = power.sqrt().recip();
        let scaled = |r: Radial| Radial {
            e: r.e.map(|v| v * scale),
            h: r.h.map(|v| v * scale),
        };
        Some(Self {
            profile,
            family,
            azimuthal_order,
            radial_order,
            u,
            w,
            cut_off,
            effective_index,
            axis: 0.0,
            core: scaled(core),
            cladding: scaled(cladding),
            longitudinal: [scale * p, scale * q * effective_index / VACUUM_IMPEDANCE],
            edge: k_w,
        })
    }

    /// All bound modes of a fibre, each parity once, by falling effective index.
    pub(super) fn all(profile: StepIndexProfile) -> Vec<Self> {
        let v = profile.normalized_frequency();
        // the least zero of order ν exceeds ν, so no order beyond V + 2 is bound
        let orders = v.ceil() as u32 + 3;
        let zeros = j_zeros(orders, (v / PI).ceil() as usize + 2);
        let mut modes = Vec::new();
        let mut add = |family, orders: [u32; 2], bracket: [f64; 2], cut_off: f64| -> bool {
            let mode = if cut_off < v {
                Self::new(profile, family, orders, bracket, cut_off)
            } else {
                None
            };
            modes.extend(mode);
            mode.is_some()
        };
        for nu in 0..orders {
            let at = nu as usize;
            let mut any = false;
            for m in 1.. {
                let last = m as usize - 1;
                let (Some(&zero), Some(&next)) = (zeros[at].get(last), zeros[at + 1].get(last))
                else {
                    break;
                };
                let found = if nu == 0 {
                    let te = add(FiberModeFamily::TE, [0, m], [zero, next], zero);
                    add(FiberModeFamily::TM, [0, m], [zero, next], zero) || te
                } else {
                    let low = if m == 1 { 0.0 } else { zeros[at][last - 1] };
                    let cut_off = match nu {
                        1 => low,
                        _ => he_cut_off(&profile, nu, [low, zeros[at - 1][last]]),
                    };
                    let he = add(FiberModeFamily::HE, [nu, m], [low, zero], cut_off);
                    add(FiberModeFamily::EH, [nu, m], [zero, next], zero) || he
                };
                if !found {
                    break;
                }
                any = true;
            }
            if nu > 1 && !any {
                break;
            }
        }
        modes.sort_by(|a, b| b.effective_index.total_cmp(&a.effective_index));
        modes
    }

    /// The mode turned by `angle` about the fibre's axis. Of HE₁₁ that is the angle of the electric field from the x axis.
    #[must_use]
    pub fn turned(self, angle: Angle) -> Self {
        self.with_axis(Angle::from_si(self.axis + angle.si()))
    }

    pub(super) fn with_axis(self, angle: Angle) -> Self {
        Self {
            axis: angle.si(),
            ..self
        }
    }

    /// The other parity, orthogonal to this one; none of TE and TM modes.
    pub fn partner(self) -> Option<Self> {
        (self.azimuthal_order > 0).then(|| Self {
            axis: self.axis + FRAC_PI_2 / f64::from(self.azimuthal_order),
            ..self
        })
    }

    /// The family.
    pub fn family(&self) -> FiberModeFamily {
        self.family
    }

    /// ν, periods round the axis of E_z and H_z.
    pub fn azimuthal_order(&self) -> u32 {
        self.azimuthal_order
    }

    /// m, from 1 on.
    pub fn radial_order(&self) -> u32 {
        self.radial_order
    }

    /// Modes of this effective index: 2, or 1 of TE and TM.
    pub fn degeneracy(&self) -> usize {
        if self.azimuthal_order > 0 { 2 } else { 1 }
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.effective_index
    }

    /// V at which the mode is no longer bound, 0 of HE₁₁.
    pub fn cut_off(&self) -> f64 {
        self.cut_off
    }

    /// The vacuum wavelength in m from which on the mode is no longer bound, indices held; infinite of HE₁₁.
    pub fn cut_off_wavelength(&self) -> f64 {
        self.profile.wavelength_at(self.cut_off)
    }

    /// The azimuthal mean of S_z at radius `r`, W/m².
    pub(super) fn intensity(&self, r: f64) -> f64 {
        let (part, [below, _, above]) = self.radial(r);
        let mean = part.e[0] * part.h[0] * below * below + part.e[1] * part.h[1] * above * above;
        0.5 * mean * alike(self.azimuthal_order)
    }

    /// Z_ν−1, Z_ν, Z_ν+1 at radius `r` with the coefficients that belong to them.
    fn radial(&self, r: f64) -> (Radial, [f64; 3]) {
        let rho = r / self.profile.radius;
        if rho < 1.0 {
            (self.core, j_orders(self.azimuthal_order, self.u * rho))
        } else {
            let decay = (-self.w * (rho - 1.0)).exp() / self.edge;
            let orders = k_orders(self.azimuthal_order, self.w * rho);
            (self.cladding, orders.map(|k| k * decay))
        }
    }

    /// Point (x, y) as radius and exp(iφ), φ from the mode's axis.
    fn polar(&self, x: f64, y: f64) -> (f64, Complex64) {
        let r = x.hypot(y);
        if r == 0.0 {
            (0.0, Complex64::ONE)
        } else {
            let (sin, cos) = self.axis.sin_cos();
            let point = Complex64::new((x * cos + y * sin) / r, (y * cos - x * sin) / r);
            (r, point)
        }
    }

    /// exp(iφ₀).
    fn start(&self) -> Complex64 {
        match self.family {
            FiberModeFamily::TE => Complex64::I,
            _ => Complex64::ONE,
        }
    }

    /// E_z (V/m) and H_z (A/m) at (x, y), imaginary where the transverse field is real.
    pub fn longitudinal_at(&self, x: f64, y: f64) -> [Complex64; 2] {
        let (r, turn) = self.polar(x, y);
        let (_, [_, here, _]) = self.radial(r);
        // continuous: J_ν(ur/a) inside, J_ν(u) K_ν(wr/a)/K_ν(w) outside
        let here = if r < self.profile.radius {
            here
        } else {
            here * j(self.azimuthal_order, self.u)
        };
        let wave = turn.powi(self.azimuthal_order as i32) * self.start();
        let [ez, hz] = self.longitudinal;
        [
            Complex64::new(0.0, -ez * here * wave.re),
            Complex64::new(0.0, hz * here * wave.im),
        ]
    }
}

/// Without azimuth both parts of the field turn alike, and the mean of their product is twice that of their squares.
fn alike(azimuthal_order: u32) -> f64 {
    if azimuthal_order == 0 { 2.0 } else { 1.0 }
}

/// V below which HE_νm, ν > 1, is not bound, between `bracket`.
fn he_cut_off(profile: &StepIndexProfile, order: u32, [low, high]: [f64; 2]) -> f64 {
    let squares = (profile.core_index / profile.cladding_index).powi(2) + 1.0;
    let excess = |v: f64| squares * j(order - 1, v) / j(order, v) * f64::from(order - 1) - v;
    // from a pole, or from 2ν/v at 0, to −v at the zero of J_ν−1
    let start = if low > 0.0 { low * (1.0 + 1e-12) } else { 1e-6 };
    bracketed(excess, start, high).unwrap_or(high)
}

impl fmt::Display for FiberMode {
    /// "HE11"; "HE(12,1)" where an order has two digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (family, nu, m) = (self.family, self.azimuthal_order, self.radial_order);
        if nu < 10 && m < 10 {
            write!(f, "{family:?}{nu}{m}")
        } else {
            write!(f, "{family:?}({nu},{m})")
        }
    }
}

impl TransverseField for FiberMode {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let (r, turn) = self.polar(x, y);
        let (part, [below, _, above]) = self.radial(r);
        let nu = self.azimuthal_order as i32;
        let [lower, upper] = [nu - 1, nu + 1].map(|order| turn.powi(order) * self.start());
        let [e_lower, h_lower] = [part.e[0] * below, part.h[0] * below];
        let [e_upper, h_upper] = [part.e[1] * above, part.h[1] * above];
        let (ex, ey) = (
            e_lower * lower.re + e_upper * upper.re,
            e_upper * upper.im - e_lower * lower.im,
        );
        let (hx, hy) = (
            h_lower * lower.im - h_upper * upper.im,
            h_lower * lower.re + h_upper * upper.re,
        );
        let (sin, cos) = self.axis.sin_cos();
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
