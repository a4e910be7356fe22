//! One mode: its fields and what is derived from them, each number with its error bar.

use super::ModeProblem;
use super::classify::{ModeClass, RadiationBound};
use super::mode_set::LevelMode;
use super::operator::{Operator, REMOVED};
use super::permittivity::{Component, StaggeredFill, effective};
use super::problem::Wall;
use crate::convergence::GridStudy;
use crate::linalg::Scalar;
use cpo_materials::Wavelength;
use cpo_materials::constants::{
    SPEED_OF_LIGHT, VACUUM_IMPEDANCE, VACUUM_PERMEABILITY, VACUUM_PERMITTIVITY,
};
use cpo_meshes::{Axis, RectilinearGrid};
use ndarray::Array2;
use num_complex::Complex64;

/// The six field components at cell centres, `[[i, j]]`, for 1 W.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The grid.
    pub grid: RectilinearGrid<2>,
    /// Electric field x, y, z in V/m.
    pub electric: [Array2<Complex64>; 3],
    /// Magnetic field x, y, z in A/m.
    pub magnetic: [Array2<Complex64>; 3],
    /// Effective index on this grid.
    pub effective_index: Complex64,
    /// Real part of the relative permittivity along x, as the solver averaged it.
    pub permittivity: Array2<f64>,
}

/// Share of each wall's effect by which first-order perturbation may be wrong.
const SLATER_SHARE: f64 = 0.1;

impl Fields {
    /// Fields of an eigenvector, normalised to P = ½ Re ∫ (E × H*)·z dA = 1 W, the transverse
    /// electric field real and positive where it is largest.
    ///
    /// H_t comes from B e (Ampère), Ez = −(i/n) Z Gᵀ M e (Gauss), Hz = −i C e / η₀ (Faraday).
    pub(super) fn new<T: Scalar>(
        problem: &ModeProblem,
        grid: &RectilinearGrid<2>,
        operator: &Operator<T>,
        fill: &StaggeredFill,
        permittivities: &[[Complex64; 3]],
        mode: &LevelMode<T>,
    ) -> Self {
        let n = mode.effective_index();
        let u = &*operator.unknowns;
        let [nx, ny] = u.cells;
        let longitudinal = operator.longitudinal(&mode.electric);
        let e = |unknown: usize| {
            if unknown == REMOVED {
                Complex64::ZERO
            } else {
                mode.electric[unknown].to_complex()
            }
        };
        // ẑ × h = −B e / (W η₀ n): h_y on x-edges, −h_x on y-edges.
        let h = |unknown: usize| {
            if unknown == REMOVED {
                return Complex64::ZERO;
            }
            mode.magnetic[unknown].to_complex()
                / (operator.edge_area[unknown] * VACUUM_IMPEDANCE * n)
        };
        let ez = |unknown: usize| {
            if unknown == REMOVED {
                Complex64::ZERO
            } else {
                -Complex64::I / n * longitudinal[unknown].to_complex()
            }
        };
        let k0 = problem.wavelength().vacuum_wavenumber();
        let (x, y) = (grid.axis(0), grid.axis(1));
        let shape = (nx, ny);
        let centre =
            |f: &dyn Fn(usize, usize) -> Complex64| Array2::from_shape_fn(shape, |(i, j)| f(i, j));
        let mut electric = [
            centre(&|i, j| 0.5 * (e(u.x_edge(i, j)) + e(u.x_edge(i, j + 1)))),
            centre(&|i, j| 0.5 * (e(u.y_edge(i, j)) + e(u.y_edge(i + 1, j)))),
            centre(&|i, j| {
                0.25 * (ez(u.node(i, j))
                    + ez(u.node(i + 1, j))
                    + ez(u.node(i, j + 1))
                    + ez(u.node(i + 1, j + 1)))
            }),
        ];
        let mut magnetic = [
            centre(&|i, j| -0.5 * (h(u.y_edge(i, j)) + h(u.y_edge(i + 1, j)))),
            centre(&|i, j| 0.5 * (h(u.x_edge(i, j)) + h(u.x_edge(i, j + 1)))),
            centre(&|i, j| {
                let curl = (e(u.y_edge(i + 1, j)) - e(u.y_edge(i, j))) / (k0 * x.width(i))
                    - (e(u.x_edge(i, j + 1)) - e(u.x_edge(i, j))) / (k0 * y.width(j));
                -Complex64::I * curl / VACUUM_IMPEDANCE
            }),
        ];
        // On the edges themselves, where E and H are exact partners, the power is a plain sum.
        let mut power = 0.0;
        let mut largest = Complex64::ZERO;
        for unknown in 0..u.edge_count {
            let value = e(unknown);
            power += 0.5 * (value * h(unknown).conj()).re * operator.edge_area[unknown] / (k0 * k0);
            if value.norm_sqr() > largest.norm_sqr() {
                largest = value;
            }
        }
        let gauge = largest.conj() / largest.norm() / power.abs().sqrt();
        for component in electric.iter_mut().chain(&mut magnetic) {
            component.mapv_inplace(|v| v * gauge);
        }
        let permittivity = Array2::from_shape_fn(shape, |(i, j)| {
            let below = effective(fill.x_edges.cell(i, j), permittivities, Component::Xx);
            let above = effective(fill.x_edges.cell(i, j + 1), permittivities, Component::Xx);
            0.5 * (below + above).re
        });
        Self {
            grid: grid.clone(),
            electric,
            magnetic,
            effective_index: n,
            permittivity,
        }
    }

    /// Power density ½ Re (E × H*)·z in W/m².
    pub fn power_density(&self) -> Array2<f64> {
        let [ex, ey, _] = &self.electric;
        let [hx, hy, _] = &self.magnetic;
        Array2::from_shape_fn(ex.raw_dim(), |at| {
            0.5 * (ex[at] * hy[at].conj() - ey[at] * hx[at].conj()).re
        })
    }

    /// |E|² in V²/m².
    pub fn electric_squared(&self) -> Array2<f64> {
        Array2::from_shape_fn(self.electric[0].raw_dim(), |at| {
            self.electric.iter().map(|e| e[at].norm_sqr()).sum()
        })
    }

    /// How far n_eff and n_g would move at most if the walls stood at infinity.
    ///
    /// Slater's theorem, dn/dδ = (c/4P) ∫ (μ|H|² − ε|E|²) ds for an electric wall moved out by δ
    /// (the negative for a magnetic one), decays as exp(−2κδ) with κ = k₀ √(n² − N²), N the index
    /// along the wall; at a distance d the shift of n_g is larger by 1 + 2 d k₀² (n n_g − N²)/κ,
    /// from differentiating exp(−2κd). Shifts of different walls may cancel; their sum predicts the
    /// whole shift to some per cent (tested), for which a share of each is added. Walls that are
    /// planes of symmetry count nothing.
    pub(super) fn window_effect(
        &self,
        problem: &ModeProblem,
        bound: &RadiationBound,
        group_index: f64,
    ) -> [f64; 2] {
        let n = self.effective_index.re;
        let k0 = problem.wavelength().vacuum_wavenumber();
        let walls = problem.walls();
        let [nx, ny] = self.grid.shape();
        let (x, y) = (self.grid.axis(0), self.grid.axis(1));
        let pressure = |i: usize, j: usize, normal: usize, wall: Wall| {
            let [e, h] = [&self.electric, &self.magnetic]
                .map(|f| f.each_ref().map(|c| c[[i, j]].norm_sqr()));
            let along = |f: [f64; 3]| f.iter().sum::<f64>() - f[normal];
            let eps = VACUUM_PERMITTIVITY * self.permittivity[[i, j]];
            match wall {
                Wall::Electric => VACUUM_PERMEABILITY * along(h) - eps * e[normal],
                Wall::Magnetic => eps * along(e) - VACUUM_PERMEABILITY * h[normal],
            }
        };
        let sides = [
            (walls.left, 0, 0),
            (walls.right, 0, nx - 1),
            (walls.bottom, 1, 0),
            (walls.top, 1, ny - 1),
        ];
        let density = self.power_density();
        let centroid = |axis: usize| -> f64 {
            let at = self.grid.axis(axis).centres();
            density
                .indexed_iter()
                .map(|((i, j), s)| s * self.grid.area(i, j) * at[[i, j][axis]])
                .sum()
        };
        let (mut sum, mut sizes) = ([0.0; 2], [0.0; 2]);
        for ((wall, normal, at), index) in sides.into_iter().zip(bound.walls) {
            let Some(index) = index.filter(|&index| index < n) else {
                continue;
            };
            let total: f64 = if normal == 0 {
                (0..ny).map(|j| y.width(j) * pressure(at, j, 0, wall)).sum()
            } else {
                (0..nx).map(|i| x.width(i) * pressure(i, at, 1, wall)).sum()
            };
            let decay = k0 * (n * n - index * index).sqrt();
            let shift = 0.25 * SPEED_OF_LIGHT * total / (2.0 * decay);
            let axis = self.grid.axis(normal);
            let end = if at == 0 { axis.lower() } else { axis.upper() };
            let distance = (centroid(normal) - end).abs();
            let group = 1.0 + 2.0 * distance * k0 * k0 * (n * group_index - index * index) / decay;
            for (part, shift) in [shift, group * shift].into_iter().enumerate() {
                sum[part] += shift;
                sizes[part] += shift.abs();
            }
        }
        [0, 1].map(|part: usize| sum[part].abs() + SLATER_SHARE * sizes[part])
    }
}

/// Numbers that describe the shape of a mode on one grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) te_fraction: f64,
    pub(super) effective_area: f64,
    pub(super) mode_field_diameter: [f64; 2],
}

impl Numbers {
    pub(super) fn new(fields: &Fields) -> Self {
        let grid = &fields.grid;
        let squared = fields.electric_squared();
        let (mut x, mut transverse, mut second, mut fourth) = (0.0, 0.0, 0.0, 0.0);
        for ((i, j), &e2) in squared.indexed_iter() {
            let area = grid.area(i, j);
            let (ex, ey) = (
                fields.electric[0][[i, j]].norm_sqr(),
                fields.electric[1][[i, j]].norm_sqr(),
            );
            x += area * ex;
            transverse += area * (ex + ey);
            second += area * e2;
            fourth += area * e2 * e2;
        }
        let density = fields.power_density();
        let marginal = |axis: usize| {
            let other = grid.axis(1 - axis);
            let sum = |k: usize| -> f64 {
                (0..other.len())
                    .map(|l| {
                        other.width(l)
                            * if axis == 0 {
                                density[[k, l]]
                            } else {
                                density[[l, k]]
                            }
                    })
                    .sum()
            };
            let profile: Vec<f64> = (0..grid.axis(axis).len()).map(sum).collect();
            width_at(grid.axis(axis), &profile, (-2.0_f64).exp())
        };
        Self {
            te_fraction: x / transverse,
            effective_area: second * second / fourth,
            mode_field_diameter: [marginal(0), marginal(1)],
        }
    }
}

/// Distance of the outermost points where a profile at cell centres crosses `level` times its maximum;
/// the axis's end where it does not.
fn width_at(axis: &Axis, profile: &[f64], level: f64) -> f64 {
    let at = axis.centres();
    let threshold = level * peak(&at, profile);
    let crossing = |k: usize, l: usize| {
        // Logarithms of a decaying tail are straight.
        let (a, b, t) = (
            profile[k].max(f64::MIN_POSITIVE).ln(),
            profile[l].max(f64::MIN_POSITIVE).ln(),
            threshold.ln(),
        );
        at[k] + (at[l] - at[k]) * (t - a) / (b - a)
    };
    let inside = |&k: &usize| profile[k] >= threshold;
    let (Some(first), Some(last)) = ((0..at.len()).find(inside), (0..at.len()).rev().find(inside))
    else {
        return f64::NAN;
    };
    let left = if first == 0 {
        axis.lower()
    } else {
        crossing(first - 1, first)
    };
    let right = if last + 1 == at.len() {
        axis.upper()
    } else {
        crossing(last + 1, last)
    };
    right - left
}

/// Maximum of the parabola through the largest value and its neighbours.
fn peak(at: &[f64], profile: &[f64]) -> f64 {
    let largest = (0..profile.len()).max_by(|&a, &b| profile[a].total_cmp(&profile[b]));
    let Some(k) = largest.filter(|&k| k > 0 && k + 1 < profile.len()) else {
        return profile.iter().copied().fold(0.0, f64::max);
    };
    let (left, right) = (at[k - 1] - at[k], at[k + 1] - at[k]);
    let (a, b) = (
        (profile[k - 1] - profile[k]) / left,
        (profile[k + 1] - profile[k]) / right,
    );
    let curvature = (b - a) / (right - left);
    let slope = a - curvature * left;
    if curvature < 0.0 {
        profile[k] - slope * slope / (4.0 * curvature)
    } else {
        profile[k]
    }
}

/// A mode of a waveguide.
#[derive(Clone, Debug)]
pub struct Mode {
    pub(super) id: usize,
    pub(super) class: ModeClass,
    pub(super) effective_index: GridStudy,
    pub(super) attenuation: GridStudy,
    pub(super) group_index: GridStudy,
    pub(super) te_fraction: GridStudy,
    pub(super) effective_area: GridStudy,
    pub(super) mode_field_diameter: [GridStudy; 2],
    pub(super) window_effect: f64,
    pub(super) residual: f64,
    pub(super) fields: Vec<Fields>,
    pub(super) wavelength: Wavelength,
    pub(super) member: usize,
}

/// Errors of n_g and, relative, of what describes a mode's shape are judged by this multiple of the
/// error asked for on n_eff: they converge at the same order with larger constants.
pub(super) const DERIVED_FACTOR: f64 = 100.0;

impl Mode {
    /// Judges every number by the error wanted on n_eff.
    pub(super) fn judge(&mut self, wanted: f64) {
        self.effective_index.judge(wanted);
        self.group_index.judge(DERIVED_FACTOR * wanted);
        let [x, y] = &mut self.mode_field_diameter;
        for study in [&mut self.te_fraction, &mut self.effective_area, x, y] {
            study.judge(DERIVED_FACTOR * wanted * study.value.abs());
        }
    }

    /// Its place in the set: 0 has the highest Re n_eff.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Guided, or an artefact of the window.
    pub fn class(&self) -> ModeClass {
        self.class
    }

    /// n_eff, extrapolated over the grid family.
    pub fn effective_index(&self) -> Complex64 {
        Complex64::new(self.effective_index.value, self.attenuation.value)
    }

    /// Re n_eff over the grids; its error bar includes the effect of the window.
    pub fn effective_index_study(&self) -> &GridStudy {
        &self.effective_index
    }

    /// Im n_eff over the grids.
    pub fn attenuation_study(&self) -> &GridStudy {
        &self.attenuation
    }

    /// n_g = n_eff − λ dn_eff/dλ, material dispersion included.
    pub fn group_index(&self) -> &GridStudy {
        &self.group_index
    }

    /// Propagation loss 20 log₁₀(e) k₀ Im n_eff in dB/m.
    pub fn loss_db_per_m(&self) -> f64 {
        20.0 * std::f64::consts::LOG10_E
            * self.wavelength.vacuum_wavenumber()
            * self.attenuation.value
    }

    /// The same in dB/cm.
    pub fn loss_db_per_cm(&self) -> f64 {
        self.loss_db_per_m() / 100.0
    }

    /// ∫|Ex|² / ∫(|Ex|² + |Ey|²).
    pub fn te_fraction(&self) -> &GridStudy {
        &self.te_fraction
    }

    /// (∫|E|²)² / ∫|E|⁴ in m², over the window: with a wall on a plane of symmetry, of the part computed.
    /// Where |E| is singular (dielectric corners) ∫|E|⁴ converges slowly.
    pub fn effective_area(&self) -> &GridStudy {
        &self.effective_area
    }

    /// Full width of the power density, integrated over the other axis, at 1/e² of its maximum,
    /// along x and y, in metres; within the window, so with a wall on a plane of symmetry half of it. For a
    /// Gaussian beam this is 2w.
    pub fn mode_field_diameter(&self) -> [&GridStudy; 2] {
        self.mode_field_diameter.each_ref()
    }

    /// How far n_eff would move if the walls stood at infinity; part of its error bar.
    pub fn window_effect(&self) -> f64 {
        self.window_effect
    }

    /// ‖P e − n² e‖ / ‖n² e‖ on the finest grid.
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// Fields on the finest grid.
    pub fn fields(&self) -> &Fields {
        &self.fields[0]
    }

    /// Fields on the finest grids, finest first: two, so that what is derived from them has an error bar.
    pub fn fields_by_level(&self) -> &[Fields] {
        &self.fields
    }
}
