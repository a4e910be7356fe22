//! What the two discretisations have in common: a family of levels on which the same modes stand.

use super::sample::{Sample, WallSample};
use super::{Fields, ModeError, ModeProblem};
use crate::convergence::GridStudy;
use num_complex::Complex64;
use std::fmt::Debug;

/// One member of a family of grids or meshes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Cells per length relative to the coarsest grid, or the elements' order.
    pub refinement: f64,
    /// Unknowns of the eigenvalue problem.
    pub unknowns: usize,
}

/// Modes on a family of levels, coarsest first.
pub(super) trait ModeFamily: Send + Sync + Debug {
    /// What was solved.
    fn problem(&self) -> &ModeProblem;

    /// The levels.
    fn levels(&self) -> Vec<Level>;

    /// How many modes were followed.
    fn members(&self) -> usize;

    /// n_eff.
    fn effective_index(&self, level: usize, member: usize) -> Complex64;

    /// n_g, the materials' dispersion included.
    fn group_index(&self, level: usize, member: usize) -> Complex64;

    /// ‖P e − n² e‖ / ‖n² e‖, or the error that the eigenvalue iteration left in the vector.
    fn residual(&self, level: usize, member: usize) -> f64;

    /// Fields for 1 W where they are integrated over the window.
    fn samples(&self, level: usize, member: usize) -> Vec<Sample>;

    /// Where the power flows on average: ∫ (x, y) S_z dA / ∫ S_z dA over the window, in metres.
    fn power_centroid(&self, level: usize, member: usize) -> [f64; 2] {
        let samples = self.samples(level, member);
        let moment = |d: usize| {
            samples
                .iter()
                .map(|s| s.area * s.power_density() * s.position[d])
                .sum()
        };
        [moment(0), moment(1)]
    }

    /// Fields for 1 W at points of the window, with no area; on an interface, of one of its sides.
    fn at(&self, level: usize, member: usize, points: &[[f64; 2]]) -> Vec<Sample>;

    /// ∫|∂H_c/∂x_d|² dA over the window for 1 W, `[c][d]`, c and d in x, y.
    fn magnetic_slopes(&self, level: usize, member: usize) -> [[f64; 2]; 2];

    /// Fields for 1 W along the window's walls.
    fn wall_samples(&self, level: usize, member: usize) -> Vec<WallSample>;

    /// Fields for 1 W on a rectilinear grid over the window.
    fn fields(&self, level: usize, member: usize) -> Fields;

    /// How far n_eff depends on the absorbing layers, which should not show: 0 without them.
    fn layer_effect(&self, level: usize, member: usize) -> Complex64;

    /// What n_eff may be off since it was not solved for but found in the span of a sweep's modes.
    fn reduction(&self, _member: usize) -> f64 {
        0.0
    }

    /// Guided modes that an inertia counts on the finest level, where they were counted.
    fn counted(&self) -> Option<usize> {
        None
    }

    /// Share of ∫|E|² in the absorbing layers.
    fn layer_share(&self, level: usize, member: usize) -> f64;

    /// dn_eff/dp by level and member, the problem given at two values of p that lie `step` apart.
    fn sensitivities(
        &self,
        problems: [&ModeProblem; 2],
        step: f64,
    ) -> Result<Vec<Vec<Complex64>>, ModeError>;

    /// Factor of n_eff's error bar that a derivative's bar grows by, because the levels do not follow the
    /// change smoothly.
    fn sensitivity_noise(&self, problems: [&ModeProblem; 2], step: f64) -> f64;

    /// The limit of a number over the levels, given as (refinement, value).
    fn study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy;

    /// The same for derivatives of n_eff.
    fn derivative_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy;

    /// The same for numbers that do not vary smoothly with the grid: maxima, crossings, |E|⁴ at corners.
    fn cautious_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy;
}
