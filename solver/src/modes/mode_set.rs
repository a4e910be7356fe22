//! The modes of a problem.

use super::classify::{ModeClass, RadiationBound};
use super::family::{Level, ModeFamily};
use super::mode::Mode;
use super::{ModeError, ModeProblem};
use crate::convergence::GridStudy;
use cpo_meshes::CrossSection;
use std::sync::Arc;

/// The modes of a problem, by falling Re n_eff.
#[derive(Clone, Debug)]
pub struct ModeSet {
    modes: Vec<Mode>,
    bound: RadiationBound,
    pub(super) family: Arc<dyn ModeFamily>,
}

impl ModeSet {
    pub(super) fn new(
        problem: &ModeProblem,
        family: Arc<dyn ModeFamily>,
        bound: RadiationBound,
        wanted: f64,
    ) -> Result<Self, ModeError> {
        let member = |m: usize| Mode::new(problem, &family, m, &bound, wanted);
        let mut modes: Vec<Mode> = (0..family.members()).map(member).collect();
        modes.sort_by(|a, b| b.effective_index().re.total_cmp(&a.effective_index().re));
        let highest = modes
            .first()
            .map_or(f64::NAN, |mode| mode.effective_index().re);
        let in_layers = modes.iter().any(|mode| mode.class() == ModeClass::Absorber);
        // Artefacts of the window and of its layers are no answer.
        modes.retain(|mode| mode.class().is_physical());
        if modes.is_empty() && in_layers {
            return Err(ModeError::NothingNear { target: highest });
        }
        if modes.is_empty() {
            return Err(ModeError::NoGuidedMode {
                highest,
                bound: bound.index,
            });
        }
        let modes = modes
            .into_iter()
            .enumerate()
            .map(|(id, mode)| mode.with_id(id))
            .collect();
        Ok(Self {
            modes,
            bound,
            family,
        })
    }

    /// The same modes, converged where their error bars are within those of `wanted` on n_eff.
    #[must_use]
    pub fn judged_by(mut self, wanted: f64) -> Self {
        for mode in &mut self.modes {
            mode.judge(wanted);
        }
        self
    }

    /// The modes.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Iterates over the modes.
    pub fn iter(&self) -> std::slice::Iter<'_, Mode> {
        self.modes.iter()
    }

    /// The index a guided mode exceeds.
    pub fn radiation_bound(&self) -> &RadiationBound {
        &self.bound
    }

    /// How many guided modes there are by Sylvester's law of inertia on the finest mesh, independently of those found:
    /// where all guided modes of a lossless straight guide without oblique crystals were asked for. A solve that finds
    /// fewer fails.
    pub fn counted(&self) -> Option<usize> {
        self.family.counted()
    }

    /// The levels solved, coarsest first.
    pub fn levels(&self) -> Vec<Level> {
        self.family.levels()
    }

    /// d Re n_eff/dp of every mode over the levels, with its error bar, for the same problem at two values of
    /// p that lie `step` apart, centred on the solved one, in units of 1/p.
    ///
    /// Integrals of the fields on each level, no further solve; a step of 1e-4 of p or of what it moves is
    /// small enough.
    ///
    /// # Errors
    /// [`ModeError::Material`] if a problem is outside a material's data; [`ModeError::Motion`] if shapes
    /// appear, vanish or meet otherwise between the two.
    pub fn sensitivity(
        &self,
        lower: &ModeProblem,
        upper: &ModeProblem,
        step: f64,
    ) -> Result<Vec<GridStudy>, ModeError> {
        let slopes = self.family.sensitivities([lower, upper], step)?;
        let noise = self.family.sensitivity_noise([lower, upper], step);
        let levels = self.family.levels();
        let speed = largest_motion([lower, upper].map(ModeProblem::cross_section)) / step;
        let study = |mode: &Mode| {
            let values = levels.iter().zip(&slopes);
            let values = values.map(|(level, slopes)| (level.refinement, slopes[mode.member].re));
            let study = self
                .family
                .derivative_study(values.collect(), f64::INFINITY);
            let noise = noise * mode.effective_index_study().error;
            let window = mode.window.per_index * study.value.abs() + mode.window.per_metre * speed;
            study.with_further_error(noise + window, f64::INFINITY)
        };
        Ok(self.modes.iter().map(study).collect())
    }
}

/// Largest distance that a point of a region's outline moves between two geometries, metres.
fn largest_motion(sections: [&CrossSection; 2]) -> f64 {
    let [before, after] = sections.map(CrossSection::regions);
    let mut most: f64 = 0.0;
    for (before, after) in before.iter().zip(after) {
        for (a, b) in before
            .shape
            .polygon()
            .into_iter()
            .zip(after.shape.polygon())
        {
            most = most.max((a[0] - b[0]).hypot(a[1] - b[1]));
        }
    }
    most
}

impl<'a> IntoIterator for &'a ModeSet {
    type Item = &'a Mode;
    type IntoIter = std::slice::Iter<'a, Mode>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
