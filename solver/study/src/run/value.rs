//! A number with its error bar and status.

use cpo_solver::convergence::{GridStudy, Verdict};

use serde::{Deserialize, Serialize};

use super::severity;
use crate::table::Status;

/// A number with its error bar and status; SI.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// The number; NaN if not computed.
    pub value: f64,
    /// Its error bar.
    pub error: f64,
    /// Whether the bar is within what was asked.
    pub status: Status,
}

impl Value {
    /// A number whose error bar is to be at most `wanted`.
    pub fn judged(value: f64, error: f64, wanted: f64) -> Self {
        let status = match (value.is_finite(), error <= wanted) {
            (false, _) => Status::NotComputed,
            (true, true) => Status::Ok,
            (true, false) => Status::Unconverged,
        };
        Self {
            value,
            error,
            status,
        }
    }

    /// A number without a wish for its accuracy.
    pub fn with_error(value: f64, error: f64) -> Self {
        Self::judged(value, error, f64::INFINITY)
    }

    /// What there is none of.
    pub fn absent() -> Self {
        Self {
            value: f64::NAN,
            error: f64::NAN,
            status: Status::NotComputed,
        }
    }

    /// Whether a quantity that cannot be negative, such as a loss, is not told from none: it is less than its
    /// error bar.
    pub fn is_below_floor(&self) -> bool {
        self.value < self.error
    }

    /// The same times `factor`.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            value: factor * self.value,
            error: factor.abs() * self.error,
            status: self.status,
        }
    }
}

impl std::ops::Div for Value {
    type Output = Self;

    /// The quotient, relative error bars added.
    fn div(self, by: Self) -> Self {
        let value = self.value / by.value;
        let relative = (self.error / self.value).abs() + (by.error / by.value).abs();
        let error = if self.value == 0.0 {
            (self.error / by.value).abs()
        } else {
            value.abs() * relative
        };
        let worse = if severity(self.status) >= severity(by.status) {
            self.status
        } else {
            by.status
        };
        Self {
            value,
            error,
            status: worse,
        }
    }
}

impl From<&GridStudy> for Value {
    fn from(study: &GridStudy) -> Self {
        let status = match study.verdict {
            Verdict::Converged => Status::Ok,
            Verdict::Unconverged => Status::Unconverged,
        };
        Self {
            value: study.value,
            error: study.error,
            status,
        }
    }
}
