//! Modal birefringence B = n_TE − n_TM.

use super::super::{Mode, ModeClass, ModeSet};
use crate::convergence::GridStudy;

/// The difference of the effective indices of two polarisations.
#[derive(Clone, Debug)]
pub struct Birefringence {
    /// Id of the highest guided mode with a TE fraction above ½.
    pub te: usize,
    /// Id of the highest guided mode with a TE fraction below ½.
    pub tm: usize,
    /// n_TE − n_TM; its bar is that of the difference, level by level, and includes the window's effect on
    /// both.
    pub value: GridStudy,
}

impl ModeSet {
    /// Birefringence of the highest guided modes of either polarisation; none where the set lacks one of
    /// them. Where both fractions are ½ (round guides) the choice of modes is arbitrary and the value 0.
    pub fn birefringence(&self) -> Option<Birefringence> {
        let guided = || self.iter().filter(|mode| mode.class() == ModeClass::Guided);
        let te = guided().find(|mode| mode.te_fraction().value > 0.5)?;
        let tm = guided().find(|mode| mode.te_fraction().value < 0.5)?;
        let levels = self.family.levels();
        let index = |level: usize, mode: &Mode| self.family.effective_index(level, mode.member).re;
        let differences = levels.iter().enumerate();
        let differences =
            differences.map(|(k, level)| (level.refinement, index(k, te) - index(k, tm)));
        let window = te.window_effect() + tm.window_effect();
        let value = self
            .family
            .study(differences.collect(), f64::INFINITY)
            .with_further_error(window, te.wanted);
        Some(Birefringence {
            te: te.id(),
            tm: tm.id(),
            value,
        })
    }
}
