//! What engineers ask of a mode, each number with its error bar over the levels.
//!
//! A number is an integral of the fields of one level; the levels' numbers make a
//! [`GridStudy`]. Everything here is computed when asked for, and not kept.

mod absorption;
mod birefringence;
mod confinement;
mod dispersion;
mod loss_budget;
mod mode_field_diameter;
mod polarization;
mod roughness;
mod thermo_optic;

pub use absorption::RegionLoss;
pub use birefringence::Birefringence;
pub use confinement::Confinement;
pub use loss_budget::LossBudget;
pub use mode_field_diameter::ModeFieldDiameter;
pub use roughness::Roughness;
pub use thermo_optic::ThermoOptic;

use super::mode::{DERIVED_FACTOR, SHAPE_LEVELS};
use super::sample::Sample;
use super::{Mode, ModeProblem};
use crate::convergence::GridStudy;

impl Mode {
    /// Studies of the numbers that `numbers` gives of every level.
    ///
    /// Their bars include the effect of the window on a mode's shape. They are judged relative to their size but never to less than
    /// `scale`: 1 for fractions, 0 for what has a unit.
    pub(super) fn studies(
        &self,
        scale: f64,
        numbers: impl Fn(usize) -> Vec<f64>,
    ) -> Vec<GridStudy> {
        let levels = self.family.levels();
        let from = levels.len().saturating_sub(SHAPE_LEVELS);
        let of_levels: Vec<(f64, Vec<f64>)> = (from..levels.len())
            .map(|k| (levels[k].refinement, numbers(k)))
            .collect();
        let count = of_levels.last().map_or(0, |(_, numbers)| numbers.len());
        (0..count)
            .map(|i| {
                let values = of_levels.iter().map(|(refinement, n)| (*refinement, n[i]));
                let study = self
                    .family
                    .derivative_study(values.collect(), f64::INFINITY);
                let size = study.value.abs().max(scale);
                let window = self.shape_window_effect * study.value.abs();
                study.with_further_error(window, DERIVED_FACTOR * self.wanted * size)
            })
            .collect()
    }

    /// The same of numbers that are integrals over the samples of a level.
    fn sampled_studies(
        &self,
        scale: f64,
        numbers: impl Fn(&[Sample]) -> Vec<f64>,
    ) -> Vec<GridStudy> {
        self.studies(scale, |level| {
            numbers(&self.family.samples(level, self.member))
        })
    }

    /// What was solved.
    fn problem(&self) -> &ModeProblem {
        self.family.problem()
    }
}

/// ½ Re ∫ (E × H*)·z dA in W: 1 but for the quadrature of a grid.
fn power(samples: &[Sample]) -> f64 {
    samples.iter().map(|s| s.area * s.power_density()).sum()
}

/// Length of the path at x per length along the guide: 1 + (x − x₀)/R in a bend, 1 elsewhere.
fn path(problem: &ModeProblem, x: f64) -> f64 {
    let window = problem.cross_section().window();
    let middle = 0.5 * (window.x[0] + window.x[1]);
    problem
        .bend_radius()
        .map_or(1.0, |radius| 1.0 + (x - middle) / radius)
}

/// Names of the regions by their place in a list that begins with the background.
fn region_names(problem: &ModeProblem) -> Vec<String> {
    let regions = problem
        .cross_section()
        .regions()
        .iter()
        .map(|region| region.name.clone());
    std::iter::once("background".to_owned())
        .chain(regions)
        .collect()
}

/// Place of a sample's region in that list.
fn region_place(sample: &Sample) -> usize {
    sample.region.map_or(0, |region| region + 1)
}
