//! How far a mode's numbers would move at most if the walls stood at infinity.
//!
//! Slater's theorem, dn/dδ = (c/4P) ∫ (μ|H|² − ε|E|²) ds for an electric wall moved out by δ (the
//! negative for a magnetic one), decays as exp(−2κδ) with κ = k₀ √(n² − N²), N the index along the
//! wall; at a distance d the shift of n_g is larger by 1 + 2 d k₀² (n n_g − N²)/κ, from
//! differentiating exp(−2κd). Shifts of different walls may cancel; their sum predicts the whole shift
//! to some per cent (tested), for which a share of each is added. Walls that are planes of symmetry
//! count nothing.

use super::classify::RadiationBound;
use super::sample::WallSample;
use super::{ModeProblem, Wall};
use cpo_materials::constants::{SPEED_OF_LIGHT, VACUUM_PERMEABILITY, VACUUM_PERMITTIVITY};

/// Share of each wall's effect by which first-order perturbation may be wrong.
const SLATER_SHARE: f64 = 0.1;

/// How far numbers of a mode may move because the walls are where they are.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct WindowEffect {
    /// n_eff.
    pub(super) index: f64,
    /// n_g.
    pub(super) group_index: f64,
    /// Change of `index` per change of n_eff, from exp(−2κd): that of dn_eff/dp, relative.
    pub(super) per_index: f64,
    /// Change of `index` per metre by which the guide approaches a wall.
    pub(super) per_metre: f64,
}

/// The effect on a mode of n = `index`, n_g = `group_index`.
pub(super) fn window_effect(
    problem: &ModeProblem,
    bound: &RadiationBound,
    [index, group_index]: [f64; 2],
    centroid: [f64; 2],
    walls: &[WallSample],
) -> WindowEffect {
    let k0 = problem.wavelength().vacuum_wavenumber();
    let conditions = problem.walls().sides();
    let window = problem.cross_section().window();
    let mut pressure = [0.0; 4];
    for wall in walls {
        let normal = wall.side / 2;
        let [e, h] = [&wall.electric, &wall.magnetic].map(|f| f.map(|c| c.norm_sqr()));
        let along = |f: [f64; 3]| f.iter().sum::<f64>() - f[normal];
        let eps = VACUUM_PERMITTIVITY * wall.permittivity;
        pressure[wall.side] += wall.length
            * match conditions[wall.side] {
                Wall::Electric => VACUUM_PERMEABILITY * along(h) - eps * e[normal],
                Wall::Magnetic => eps * along(e) - VACUUM_PERMEABILITY * h[normal],
                // An absorbing layer stands for open space.
                Wall::Absorbing { .. } => 0.0,
            };
    }
    let ends = [window.x[0], window.x[1], window.y[0], window.y[1]];
    let (mut sum, mut sizes) = ([0.0; 2], [0.0; 2]);
    let mut effect = WindowEffect::default();
    for side in 0..4 {
        let Some(outside) = bound.walls[side].filter(|&outside| outside < index) else {
            continue;
        };
        let decay = k0 * (index * index - outside * outside).sqrt();
        let shift = 0.25 * SPEED_OF_LIGHT * pressure[side] / (2.0 * decay);
        let distance = (centroid[side / 2] - ends[side]).abs();
        let growth = k0 * k0 * (index * group_index - outside * outside) / decay;
        let group = 1.0 + 2.0 * distance * growth;
        effect.per_index += shift.abs() * 2.0 * distance * k0 * k0 * index / decay;
        effect.per_metre += shift.abs() * 2.0 * decay;
        for (part, shift) in [shift, group * shift].into_iter().enumerate() {
            sum[part] += shift;
            sizes[part] += shift.abs();
        }
    }
    let [of_index, of_group] =
        [0, 1].map(|part: usize| sum[part].abs() + SLATER_SHARE * sizes[part]);
    effect.index = of_index;
    effect.group_index = of_group;
    effect
}

/// Times the effect foretold for a mode's shape: its integrals follow the tail each in their own way.
const SHAPE_FACTOR: f64 = 2.0;

/// The relative effect on what describes the shape of a mode of n, n_g and bound N, from that on n_g.
///
/// Confinements are derivatives dn/dp; those of exp(−2κd) are larger than the effect on n by
/// 2d dκ/dp = 2d k₀² (n/κ) dn/dp, which in terms of the effect Δ on n_g is Δ n/(n n_g − N²) dn/dp.
pub(super) fn shape_window_effect(group: f64, [n, n_g, bound]: [f64; 3]) -> f64 {
    if group == 0.0 {
        return 0.0;
    }
    SHAPE_FACTOR * group * n / (n * n_g - bound * bound).abs()
}
