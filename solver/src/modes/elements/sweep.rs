//! Modes at many wavelengths from those at a few.
//!
//! On one mesh, its lengths s times those it was first scaled to, the pencil of a lossless straight guide is
//!
//! ```text
//! A = Σ_m ε_m : T_m − s⁻² S,   B = M − s² Σ_m ε_zz,m Z_m,   s = k₀/k₀',
//! ```
//!
//! with matrices that no wavelength changes: coefficients of e are integrals along sides, which keep their value
//! under scaling. So modes are solved at a few wavelengths, and everywhere else in the span of these (a reduced
//! basis; Rozza, Huynh & Patera 2008, DOI 10.1007/s11831-008-9019-9), on every stage of the family. The vectors'
//! error falls exponentially with their number, that of n² is its square. What half of the wavelengths give less
//! than all of them is taken for the error.
//!
//! What would prove this wrong: a mode of a sweep that differs from a solve of its own by more than that
//! (`solver/tests/sweeps.rs`).

use super::family::{Family, Stage};
use super::level::LevelMode;
use super::mesh::Setting;
use super::samples::{Evaluation, Products};
use super::solve::{Request, counted, is_converged};
use super::views::dispersion;
use crate::linalg::{Scalar, orthonormal};
use crate::modes::classify::RadiationBound;
use crate::modes::family::ModeFamily;
use crate::modes::{ModeError, ModeProblem};
use cpo_materials::constants::SPEED_OF_LIGHT;
use cpo_materials::{Quantity, Wavelength};
use faer::linalg::solvers::Solve;
use num_complex::Complex64;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Share of the error asked for that the reduction may have.
const REDUCTION_SHARE: f64 = 0.02;
/// Wavelengths that are solved, one list finer than the other: ends, and those between.
const GENERATIONS: usize = 4;
/// Relative step of the wavelength at which curvatures are taken; twice it tells their error.
const STEP: f64 = 4e-3;

/// Whether a problem's modes at many wavelengths can be found so: real, linear, and all of them alike.
pub(in crate::modes) fn is_sweepable(problem: &ModeProblem) -> Result<bool, ModeError> {
    let setting = Setting::new(problem)?;
    Ok(setting.is_ideal() && !setting.is_oblique())
}

/// A wavelength of a sweep.
pub(in crate::modes) struct Swept {
    pub(in crate::modes) family: Arc<dyn ModeFamily>,
    /// By member and level, D in s/m² at two steps of the wavelength; an error where a material's data end.
    pub(in crate::modes) dispersion: Result<Vec<Vec<[f64; 2]>>, ModeError>,
}

/// The modes of a lossless straight guide at all `problems`, which differ by their wavelength alone; none if it
/// would take as many solves.
pub(in crate::modes) fn sweep(
    problems: &[ModeProblem],
    request: &Request<'_>,
) -> Result<Option<Vec<Result<Swept, ModeError>>>, ModeError> {
    let lengths = || problems.iter().map(|p| p.wavelength().si());
    let shortest = lengths().fold(f64::INFINITY, f64::min);
    let longest = lengths().fold(0.0, f64::max);
    let Some(first) = problems.first() else {
        return Ok(Some(Vec::new()));
    };
    // Shorter waves have more modes.
    let mut solved: Vec<Family<f64>> = Vec::new();
    for generation in 0..GENERATIONS {
        let places = places(generation);
        if solved.len() + places.len() >= problems.len() {
            break;
        }
        for place in places {
            let length = shortest + place * (longest - shortest);
            let problem = first.clone().at_wavelength(Wavelength::from_si(length));
            let setting = Setting::new(&problem)?;
            let bound = RadiationBound::new(&problem, &setting.permittivities)?;
            let family = match solved.first() {
                None => counted(&problem, setting, &bound, request)?.pruned(),
                Some(known) => known.followed_to(&problem, setting)?,
            };
            solved.push(family);
            let last = solved.len() - 1;
            while !is_converged(&solved[last], &bound, request)
                && solved[0].can_refine(request.unknowns)
            {
                for family in &mut solved {
                    family.refine()?;
                }
            }
        }
        if generation == 0 {
            continue;
        }
        let reduced = Reduced::new(&solved);
        let half = solved.len().div_ceil(2);
        let errors: Result<Vec<f64>, ModeError> = problems
            .iter()
            .map(|problem| reduced.error(problem, half))
            .collect();
        // Where a material's data end the point itself will say so.
        let worst = errors.map_or(0.0, |all| all.into_iter().fold(0.0, f64::max));
        if worst <= REDUCTION_SHARE * request.error {
            let point = |problem| reduced.at(problem, half);
            return Ok(Some(problems.iter().map(point).collect()));
        }
    }
    Ok(None)
}

/// Where a generation's wavelengths lie between the ends: 0 and 1, then the middles (a Chebyshev-Lobatto family).
fn places(generation: usize) -> Vec<f64> {
    if generation == 0 {
        return vec![0.0, 1.0];
    }
    let parts = 1_usize << generation;
    (0..parts / 2)
        .map(|k| 0.5 - 0.5 * (0.5 * TAU * (2 * k + 1) as f64 / parts as f64).cos())
        .collect()
}

/// One kind of modes on one stage.
struct ReducedLevel {
    /// Orthonormal, those of the first wavelengths first.
    basis: Vec<Vec<f64>>,
    products: Products,
}

/// A family reduced to the span of some wavelengths' modes.
struct Reduced<'a> {
    solved: &'a [Family<f64>],
    /// By stage and level.
    levels: Vec<Vec<ReducedLevel>>,
}

impl<'a> Reduced<'a> {
    fn new(solved: &'a [Family<f64>]) -> Self {
        let first = &solved[0];
        let level = |k: usize, l: usize| {
            let all = solved
                .iter()
                .flat_map(|family| &family.stages[k].levels[l].modes);
            let basis = orthonormal(&[], all.map(|mode| mode.coefficients.clone()).collect());
            let modes = basis
                .iter()
                .map(|v| LevelMode::new(Complex64::ZERO, v.clone(), 0.0));
            let spanned = first.stages[k].levels[l].with_modes(modes.collect());
            let evaluation = Evaluation {
                level: &spanned,
                setting: &first.setting,
                mode: 0,
                gauge: Complex64::ONE,
            };
            let products = evaluation.products();
            ReducedLevel { basis, products }
        };
        let stage = |k: usize| {
            (0..first.stages[k].levels.len())
                .map(|l| level(k, l))
                .collect()
        };
        Self {
            solved,
            levels: (0..first.stages.len()).map(stage).collect(),
        }
    }

    /// Largest change of n_eff when only the first `half` wavelengths are used.
    fn error(&self, problem: &ModeProblem, half: usize) -> Result<f64, ModeError> {
        let setting = Setting::new(problem)?;
        let mut worst: f64 = 0.0;
        for k in 0..self.levels.len() {
            for l in 0..self.levels[k].len() {
                let all = self.indices(k, l, &setting, self.solved.len());
                let some = self.indices(k, l, &setting, half);
                for (a, b) in all.iter().zip(&some) {
                    worst = worst.max((a.0 - b.0).abs());
                }
            }
        }
        Ok(worst)
    }

    /// n_eff and coefficients of the reduced modes of a level, in its order.
    fn indices(
        &self,
        k: usize,
        l: usize,
        setting: &Setting,
        wavelengths: usize,
    ) -> Vec<(f64, Vec<f64>)> {
        let level = &self.levels[k][l];
        let per = self.solved[0].stages[k].levels[l].modes.len();
        let size = (per * wavelengths).min(level.basis.len());
        if size == 0 {
            return Vec::new();
        }
        let [a, b] = level.products.pencil(setting, size);
        let operator = b.partial_piv_lu().solve(&a);
        let Some((values, vectors)) = f64::eigen(&operator) else {
            return vec![(f64::NAN, vec![0.0; size]); per];
        };
        let mut free: Vec<usize> = (0..values.len()).collect();
        (0..per)
            .map(|place| {
                let near = self.interpolated(k, l, place, setting.k0);
                let distance = |i: usize| (values[i] - near).norm();
                let at = (0..free.len())
                    .min_by(|&p, &q| distance(free[p]).total_cmp(&distance(free[q])));
                // There are as many pairs as basis vectors, and those are no fewer than the modes.
                let Some(at) = at else {
                    return (f64::NAN, vec![0.0; size]);
                };
                let chosen = free.swap_remove(at);
                let own: Vec<Complex64> = (0..size).map(|i| vectors[(i, chosen)]).collect();
                let largest = own.iter().fold(Complex64::ZERO, |m, &v| {
                    if v.norm_sqr() > m.norm_sqr() { v } else { m }
                });
                let real = own.iter().map(|v| (v / largest).re).collect();
                (values[chosen].re.max(0.0).sqrt(), real)
            })
            .collect()
    }

    /// n² of a mode at k₀ by the polynomial through the wavelengths solved.
    fn interpolated(&self, k: usize, l: usize, place: usize, k0: f64) -> f64 {
        let nodes: Vec<f64> = self.solved.iter().map(|f| f.setting.k0).collect();
        let term = |(i, family): (usize, &Family<f64>)| {
            let others = nodes.iter().enumerate().filter(|&(j, _)| j != i);
            let weight: f64 = others.map(|(_, x)| (k0 - x) / (nodes[i] - x)).product();
            weight * family.stages[k].levels[l].modes[place].eigenvalue.re
        };
        self.solved.iter().enumerate().map(term).sum()
    }

    /// The family at a wavelength.
    fn at(&self, problem: &ModeProblem, half: usize) -> Result<Swept, ModeError> {
        let setting = Setting::new(problem)?;
        let first = &self.solved[0];
        let mut stages = Vec::with_capacity(self.levels.len());
        let mut reduction = vec![0.0_f64; first.stages[0].members.len()];
        for (k, stage) in first.stages.iter().enumerate() {
            let mut levels = Vec::with_capacity(stage.levels.len());
            for (l, level) in stage.levels.iter().enumerate() {
                let all = self.indices(k, l, &setting, self.solved.len());
                let some = self.indices(k, l, &setting, half);
                for (m, &[own, place]) in stage.members.iter().enumerate() {
                    if own == l {
                        reduction[m] = reduction[m].max((all[place].0 - some[place].0).abs());
                    }
                }
                let basis = &self.levels[k][l].basis;
                let modes = all.into_iter().zip(&level.modes).map(|((n, s), solved)| {
                    let mut x = vec![0.0; level.space.unknowns()];
                    for (v, s) in basis.iter().zip(&s) {
                        x.iter_mut().zip(v).for_each(|(x, v)| *x += s * v);
                    }
                    let integrals = self.levels[k][l].products.integrals(&setting, &s, n);
                    LevelMode::new(Complex64::from(n * n), x, solved.residual)
                        .with_integrals(integrals)
                });
                levels.push(level.with_modes(modes.collect()));
            }
            stages.push(Stage {
                order: stage.order,
                levels,
                members: stage.members.clone(),
            });
        }
        let family = first.with_stages(problem, setting, dispersion(problem)?, stages, reduction);
        Ok(Swept {
            family: Arc::new(family),
            dispersion: self.dispersion(problem),
        })
    }

    /// D = −(λ/c) d²n/dλ² by member and level, by differences of fourth order at two steps.
    fn dispersion(&self, problem: &ModeProblem) -> Result<Vec<Vec<[f64; 2]>>, ModeError> {
        let lambda = problem.wavelength().si();
        let settings = [-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0].map(|j| {
            let shifted = Wavelength::from_si(lambda * (1.0 + j * STEP));
            Setting::new(&problem.clone().at_wavelength(shifted))
        });
        let mut around = Vec::with_capacity(settings.len());
        for setting in settings {
            around.push(setting?);
        }
        let first = &self.solved[0];
        let mut found = vec![Vec::new(); first.stages[0].members.len()];
        for (k, stage) in first.stages.iter().enumerate() {
            let curves: Vec<Vec<Vec<f64>>> = (0..stage.levels.len())
                .map(|l| {
                    let at = |setting| {
                        let all = self.indices(k, l, setting, self.solved.len());
                        all.into_iter().map(|(n, _)| n).collect()
                    };
                    around.iter().map(at).collect()
                })
                .collect();
            for (m, &[l, place]) in stage.members.iter().enumerate() {
                let n = |i: usize| curves[l][i][place];
                let second = |near: [usize; 2], far: [usize; 2], h: f64| {
                    let sum = 16.0 * (n(near[0]) + n(near[1])) - n(far[0]) - n(far[1]);
                    -(sum - 30.0 * n(3)) / (12.0 * h * h * lambda * SPEED_OF_LIGHT)
                };
                found[m].push([
                    second([2, 4], [1, 5], STEP),
                    second([1, 5], [0, 6], 2.0 * STEP),
                ]);
            }
        }
        Ok(found)
    }
}
