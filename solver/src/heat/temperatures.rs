//! Temperatures of the sources of a floorplan.

use cpo_materials::Temperature;

use crate::convergence::{GridStudy, Verdict};

/// Rise of every source over ambient, all sources heating, with error bars.
#[derive(Clone, Debug)]
pub struct SourceTemperatures {
    pub(super) names: Vec<String>,
    pub(super) ambient: Temperature,
    pub(super) mean: Vec<GridStudy>,
    pub(super) peak: Vec<GridStudy>,
    pub(super) energy_balance: f64,
}

impl SourceTemperatures {
    /// Names of the sources.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The temperature that rises are counted from.
    pub fn ambient(&self) -> Temperature {
        self.ambient
    }

    /// Volume mean of the rise over each source, K.
    pub fn mean_rises(&self) -> &[GridStudy] {
        &self.mean
    }

    /// Largest rise in each source, K.
    pub fn peak_rises(&self) -> &[GridStudy] {
        &self.peak
    }

    /// Relative imbalance of heat in and out.
    pub fn energy_balance(&self) -> f64 {
        self.energy_balance
    }

    /// Whether every error bar is within the error wanted.
    pub fn verdict(&self) -> Verdict {
        if self
            .mean
            .iter()
            .chain(&self.peak)
            .all(|s| s.verdict == Verdict::Converged)
        {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        }
    }
}
