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
    pub(super) heat_out: Vec<GridStudy>,
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

    /// Mean of the rise over each source, K: over its volume, where its power has a map weighted by the power.
    pub fn mean_rises(&self) -> &[GridStudy] {
        &self.mean
    }

    /// Largest rise in each source, K.
    pub fn peak_rises(&self) -> &[GridStudy] {
        &self.peak
    }

    /// Net heat that leaves through each face, W: left, right, front, back, bottom, top. A coolant of capacity rate C leaves warmer by heat/C.
    pub fn heat_out(&self) -> &[GridStudy] {
        &self.heat_out
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
