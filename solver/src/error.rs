//! What can go wrong in the solver.

use crate::modes::ModeError;

/// Errors of this crate: one variant per part.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolverError {
    /// In the mode solver.
    #[error(transparent)]
    Mode(#[from] ModeError),
}
