//! What can go wrong in the solver.

use crate::coupling::CouplingError;
use crate::grating::GratingError;
use crate::heat::HeatError;
use crate::laser::LaserError;
use crate::modes::ModeError;
use crate::taper::TaperError;

/// Errors of this crate: one variant per part.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolverError {
    /// In the mode solver.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// In a coupling.
    #[error(transparent)]
    Coupling(#[from] CouplingError),
    /// In a taper.
    #[error(transparent)]
    Taper(#[from] TaperError),
    /// In a grating.
    #[error(transparent)]
    Grating(#[from] GratingError),
    /// In a heat problem.
    #[error(transparent)]
    Heat(#[from] HeatError),
    /// In a laser array.
    #[error(transparent)]
    Laser(#[from] LaserError),
}
