//! What can go wrong with lasers.

use crate::heat::HeatError;

/// Errors of the laser model. That a laser cannot deliver a power is no error but an
/// [`Operating::Rollover`](super::Operating::Rollover).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LaserError {
    /// A parameter is out of range.
    #[error("laser model: {quantity} is {value} {unit}; it must be {allowed}")]
    Parameter {
        /// The quantity at fault.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A list has the wrong length.
    #[error("laser array: {what} has {found} entries; {expected} lasers need {expected}")]
    Length {
        /// What was given.
        what: &'static str,
        /// Entries it has.
        found: usize,
        /// Lasers of the array.
        expected: usize,
    },
    /// The thermal resistances are unusable.
    #[error(
        "laser array: thermal resistance [{row}, {column}] is {value} K/W with error {error} K/W; both must be finite and not negative"
    )]
    Resistance {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// The value, K/W.
        value: f64,
        /// Its error, K/W.
        error: f64,
    },
    /// The operating point did not converge.
    #[error(
        "the operating point did not converge in {iterations} iterations: the last step was {step:.1e} K, wanted {tolerance:.1e} K"
    )]
    Unconverged {
        /// Iterations done.
        iterations: usize,
        /// Last step in kelvin.
        step: f64,
        /// Step wanted in kelvin.
        tolerance: f64,
    },
    /// Parameters cannot be fitted to light-current curves.
    #[error("light-current fit: {reason}")]
    Fit {
        /// What is wrong.
        reason: String,
    },
    /// A source is not in the crosstalk matrix.
    #[error("thermal resistances of the array: {0}")]
    Heat(#[from] HeatError),
}
