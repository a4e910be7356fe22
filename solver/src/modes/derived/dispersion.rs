//! Group-velocity dispersion D = −(λ/c) d²n/dλ² = (1/c) dn_g/dλ, material dispersion included.
//!
//! The problem is solved anew at λ(1 + jδ), j = ±1, ±2, on the meshes of the first solve, so that every
//! level gives a smooth curve. Two central differences of fourth order,
//!
//! ```text
//! dn_g/dλ ≈ [8(n_g₁ − n_g₋₁) − (n_g₂ − n_g₋₂)]/(12 δλ)
//! d²n/dλ² ≈ [16(n₁ + n₋₁) − (n₂ + n₋₂) − 30 n₀]/(12 (δλ)²),
//! ```
//!
//! see truncation and noise differently: δ is halved while they come nearer, and what stays between them
//! is part of the bar; so is the effect of the window, which second derivatives magnify.

use super::super::mode::DERIVED_FACTOR;
use super::super::{Mode, ModeError, ModeProblem, ModeSet, ModeSolver};
use super::power;
use crate::convergence::GridStudy;
use cpo_materials::constants::SPEED_OF_LIGHT;
use cpo_materials::{Quantity, Wavelength};

/// The first δ.
const FIRST_STEP: f64 = 0.02;
/// Halvings at most: at δ = 0.0025 the eigenvalues' round-off of 1e-12 is 1e-6 of λ²n″.
const HALVINGS: usize = 3;

/// n_eff and n_g of a mode by level.
type Curve = Vec<[f64; 2]>;

impl ModeSolver {
    /// D in s/m² (1e6 times that in ps/(nm km)) of every mode of `modes`, which this solver found for
    /// `problem`, by four further solves or a few more.
    ///
    /// # Errors
    /// Those of [`ModeSolver::solve`] at the neighbouring wavelengths, within 4 % of the problem's.
    pub fn group_velocity_dispersion(
        &self,
        problem: &ModeProblem,
        modes: &ModeSet,
    ) -> Result<Vec<GridStudy>, ModeError> {
        let centre: Vec<Curve> = modes.iter().map(curve).collect();
        let around = |j: f64, step: f64| self.beside(problem, modes, 1.0 + j * step);
        let mut step = FIRST_STEP;
        let mut near = [around(-1.0, step)?, around(1.0, step)?];
        let mut far = [around(-2.0, step)?, around(2.0, step)?];
        let lambda = problem.wavelength().si();
        let take = |near: &[Vec<Curve>; 2], far: &[Vec<Curve>; 2], step: f64| -> Vec<Pair> {
            let of = |m: usize| {
                let curves = [&far[0][m], &near[0][m], &centre[m], &near[1][m], &far[1][m]];
                Pair::new(curves, step * lambda, lambda)
            };
            (0..centre.len()).map(of).collect()
        };
        let mut best = take(&near, &far, step);
        for _ in 0..HALVINGS {
            step *= 0.5;
            far = near;
            near = [around(-1.0, step)?, around(1.0, step)?];
            let next = take(&near, &far, step);
            let mut better = false;
            for (best, next) in best.iter_mut().zip(next) {
                if next.distance() < best.distance() {
                    *best = next;
                    better = true;
                }
            }
            if !better {
                break;
            }
        }
        let levels = modes.levels();
        let study = |(mode, pair): (&Mode, &Pair)| {
            let values = levels.iter().zip(&pair.by_group_index);
            let values = values.map(|(level, d)| (level.refinement, *d)).collect();
            mode.dispersion_study(values, pair.distance())
        };
        Ok(modes.iter().zip(&best).map(study).collect())
    }

    /// The same modes at another wavelength, on the same meshes.
    fn beside(
        &self,
        problem: &ModeProblem,
        modes: &ModeSet,
        factor: f64,
    ) -> Result<Vec<Curve>, ModeError> {
        let wavelength = Wavelength::from_si(factor * problem.wavelength().si());
        let shifted = problem.clone().at_wavelength(wavelength);
        let found = self.clone().meshed_as(problem).solve(&shifted)?;
        Ok(modes
            .iter()
            .map(|mode| curve(followed(mode, &found)))
            .collect())
    }
}

impl Mode {
    /// D by its values over the levels, `between` apart by two differences.
    fn dispersion_study(&self, values: Vec<(f64, f64)>, between: f64) -> GridStudy {
        let lambda = self.wavelength().si();
        let study = self.family.derivative_study(values, f64::INFINITY);
        let wanted = DERIVED_FACTOR * self.wanted * study.value.abs();
        // Every derivative of exp(−2κd) by ln λ grows as that from n to n_g did.
        let window = match self.window_effect() {
            0.0 => 0.0,
            effect => self.window.group_index.powi(2) / effect,
        };
        let window = window / (lambda * SPEED_OF_LIGHT);
        study.with_further_error(between + window, wanted)
    }
}

impl ModeSet {
    /// D of the modes, by member and level at two steps.
    pub(in crate::modes) fn dispersion_studies(
        &self,
        by_member: &[Vec<[f64; 2]>],
    ) -> Vec<GridStudy> {
        let levels = self.levels();
        let study = |mode: &Mode| {
            let own = &by_member[mode.member];
            let values = levels.iter().zip(own);
            let values = values.map(|(level, [near, _])| (level.refinement, *near));
            let between = own
                .last()
                .map_or(f64::INFINITY, |[near, far]| (near - far).abs());
            mode.dispersion_study(values.collect(), between)
        };
        self.iter().map(study).collect()
    }
}

fn curve(mode: &Mode) -> Curve {
    let levels = 0..mode.family.levels().len();
    let at = |level: usize| {
        [
            mode.family.effective_index(level, mode.member).re,
            mode.family.group_index(level, mode.member).re,
        ]
    };
    levels.map(at).collect()
}

/// The mode of a set that is most like `mode`, by the overlap of their fields on the coarsest level, whose
/// samples are at the same points.
fn followed<'a>(mode: &'a Mode, found: &'a ModeSet) -> &'a Mode {
    let own = mode.family.samples(0, mode.member);
    let likeness = |other: &Mode| {
        let samples = other.family.samples(0, other.member);
        let product = own.iter().zip(&samples).map(|(a, b)| {
            let ([ex, ey, _], [hx, hy, _]) = (a.electric, b.magnetic);
            a.area * (ex * hy.conj() - ey * hx.conj())
        });
        product.sum::<num_complex::Complex64>().norm() / power(&samples).sqrt()
    };
    let likest = found
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    // A set has a mode at least, or its solve has failed.
    likest.unwrap_or(mode)
}

/// D in s/m² on the levels that all solves have, by both differences.
struct Pair {
    by_group_index: Vec<f64>,
    by_index: Vec<f64>,
}

impl Pair {
    /// From five curves `step` (metres) apart.
    fn new(curves: [&Curve; 5], step: f64, lambda: f64) -> Self {
        let levels = curves.iter().map(|curve| curve.len()).min().unwrap_or(0);
        let first = |k: usize| {
            let g = curves.map(|curve| curve[k][1]);
            (8.0 * (g[3] - g[1]) - (g[4] - g[0])) / (12.0 * step * SPEED_OF_LIGHT)
        };
        let second = |k: usize| {
            let n = curves.map(|curve| curve[k][0]);
            let sum = 16.0 * (n[3] + n[1]) - (n[4] + n[0]) - 30.0 * n[2];
            -lambda * sum / (12.0 * step * step * SPEED_OF_LIGHT)
        };
        Self {
            by_group_index: (0..levels).map(first).collect(),
            by_index: (0..levels).map(second).collect(),
        }
    }

    /// What is between the two on the finest level.
    fn distance(&self) -> f64 {
        match (self.by_group_index.last(), self.by_index.last()) {
            (Some(a), Some(b)) => (a - b).abs(),
            _ => f64::INFINITY,
        }
    }
}
