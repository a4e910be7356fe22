//! The scalar modes of a step-index fibre, the limit of the vector modes for a small index step.
//!
//! ψ = J_l(ur/a)/J_l(u) cos lφ inside, K_l(wr/a)/K_l(w) cos lφ outside, u² + w² = V², b = w²/V²; E = ψ ê,
//! H = (n_eff/Z₀) ẑ × E. Slopes match where
//!
//! ```text
//! u J_l−1(u)/J_l(u) = −w K_l−1(w)/K_l(w),   j_l−1,m < u < j_l,m  (of l = 0: j_1,m−1 < u < j_0,m)
//! ```
//!
//! and the lower end is the cut-off. LP_0m is HE_1m; LP_1m stands for TE_0m, TM_0m and HE_2m, LP_lm for HE_l+1,m and EH_l−1,m,
//! which differ by the order of the relative index step.
//!
//! Gloge, Appl. Opt. 10, 2252 (1971), DOI 10.1364/AO.10.002252.

use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Quantity};
use cpo_meshes::Window;
use num_complex::Complex64;

use super::TransverseField;
use super::bessel::{j, j_orders, j_zeros, k_orders, k_ratio};
use super::step_index_profile::StepIndexProfile;

/// A guided scalar mode of a step-index fibre, 1 W.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearlyPolarizedMode {
    pub(super) profile: StepIndexProfile,
    azimuthal_order: u32,
    radial_order: u32,
    pub(super) u: f64,
    pub(super) w: f64,
    cut_off: f64,
    /// Of cos lφ, and of the electric field, from the x axis, rad.
    axis: f64,
    polarization: f64,
    /// E at the core's edge in V/m.
    amplitude: f64,
    /// J_l(u) and exp(w) K_l(w).
    edges: [f64; 2],
}

impl LinearlyPolarizedMode {
    /// The mode with u between `bracket`, whose lower end is its cut-off; `None` if it is not bound.
    pub(super) fn new(
        profile: StepIndexProfile,
        [azimuthal_order, radial_order]: [u32; 2],
        bracket: [f64; 2],
    ) -> Option<Self> {
        let l = azimuthal_order;
        let (u, w) = profile.bound(bracket, |u, w| {
            let [below, here, _] = j_orders(l, u);
            let ratio = match l {
                0 => 1.0 / k_ratio(1, w),
                l => k_ratio(l, w),
            };
            u * below / here + w * ratio
        })?;
        let (j_u, k_w) = (j_orders(l, u), k_orders(l, w));
        // ∫ψ² dA, the sum of two closed radial integrals
        let around = if l == 0 { 2.0 * PI } else { PI };
        let radial = k_w[0] * k_w[2] / k_w[1].powi(2) - j_u[0] * j_u[2] / j_u[1].powi(2);
        let area = around * 0.5 * profile.radius.powi(2) * radial;
        Some(Self {
            profile,
            azimuthal_order,
            radial_order,
            u,
            w,
            cut_off: bracket[0],
            axis: 0.0,
            polarization: 0.0,
            amplitude: (2.0 * VACUUM_IMPEDANCE / (profile.effective_index(w) * area)).sqrt(),
            edges: [j_u[1], k_w[1]],
        })
    }

    /// All bound modes of a fibre, one of each degenerate set, by falling effective index.
    pub(super) fn all(profile: StepIndexProfile) -> Vec<Self> {
        let v = profile.normalized_frequency();
        // the least zero of order l exceeds l, so no order beyond V + 1 is bound
        let orders = v.ceil() as u32 + 2;
        let zeros = j_zeros(orders, (v / PI).ceil() as usize + 2);
        let mut modes = Vec::new();
        for l in 0..orders {
            let of_order = (1..).map_while(|m: u32| {
                let last = m as usize - 1;
                let low = match l {
                    0 if m == 1 => 0.0,
                    0 => *zeros[1].get(last - 1)?,
                    l => *zeros[l as usize - 1].get(last)?,
                };
                Self::new(profile, [l, m], [low, *zeros[l as usize].get(last)?])
            });
            modes.extend(of_order);
        }
        modes.sort_by(|a: &Self, b| b.w.total_cmp(&a.w));
        modes
    }

    /// The mode turned by `angle` about the fibre's axis, pattern and field.
    #[must_use]
    pub fn turned(self, angle: Angle) -> Self {
        Self {
            axis: self.axis + angle.si(),
            polarization: self.polarization + angle.si(),
            ..self
        }
    }

    /// The same pattern with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        Self {
            polarization: angle.si(),
            ..self
        }
    }

    /// The other pattern, with sin lφ; none of l = 0.
    pub fn partner(self) -> Option<Self> {
        (self.azimuthal_order > 0).then(|| Self {
            axis: self.axis + FRAC_PI_2 / f64::from(self.azimuthal_order),
            ..self
        })
    }

    /// l, periods round the axis.
    pub fn azimuthal_order(&self) -> u32 {
        self.azimuthal_order
    }

    /// m, from 1 on.
    pub fn radial_order(&self) -> u32 {
        self.radial_order
    }

    /// Modes of this effective index, patterns times polarisations: 4, or 2 of l = 0.
    pub fn degeneracy(&self) -> usize {
        if self.azimuthal_order > 0 { 4 } else { 2 }
    }

    /// b = (n_eff² − n₂²)/(n₁² − n₂²).
    pub fn normalized_propagation_constant(&self) -> f64 {
        (self.w / self.profile.normalized_frequency()).powi(2)
    }

    /// n_eff = β/k₀.
    pub fn effective_index(&self) -> f64 {
        self.profile.effective_index(self.w)
    }

    /// V at which the mode is no longer bound, 0 of LP₀₁.
    pub fn cut_off(&self) -> f64 {
        self.cut_off
    }

    /// The vacuum wavelength in m from which on the mode is no longer bound, indices held; infinite of LP₀₁.
    pub fn cut_off_wavelength(&self) -> f64 {
        self.profile.wavelength_at(self.cut_off)
    }

    /// ψ at radius `r` where cos lφ is 1, 1 at the core's edge.
    pub(super) fn profile_at(&self, r: f64) -> f64 {
        let rho = r / self.profile.radius;
        let [j_edge, k_edge] = self.edges;
        if rho < 1.0 {
            j(self.azimuthal_order, self.u * rho) / j_edge
        } else {
            let k = k_orders(self.azimuthal_order, self.w * rho)[1];
            k / k_edge * (-self.w * (rho - 1.0)).exp()
        }
    }
}

impl fmt::Display for LinearlyPolarizedMode {
    /// "LP01"; "LP(12,1)" where an order has two digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (l, m) = (self.azimuthal_order, self.radial_order);
        if l < 10 && m < 10 {
            write!(f, "LP{l}{m}")
        } else {
            write!(f, "LP({l},{m})")
        }
    }
}

impl TransverseField for LinearlyPolarizedMode {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let pattern = match self.azimuthal_order {
            0 => 1.0,
            l => (f64::from(l) * (y.atan2(x) - self.axis)).cos(),
        };
        let e = self.amplitude * self.profile_at(x.hypot(y)) * pattern;
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
