//! What can keep a case from being run.

use cpo_materials::MaterialError;
use cpo_meshes::MeshError;
use cpo_solver::coupling::CouplingError;
use cpo_solver::grating::GratingError;
use cpo_solver::heat::HeatError;
use cpo_solver::laser::LaserError;
use cpo_solver::modes::ModeError;
use cpo_solver::taper::TaperError;

/// Errors of this crate. A wrong result is none: it is a failed [`Check`](crate::Check).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidationError {
    /// A file of reference values does not fit its type.
    #[error("reference data {file}: {cause}; compare the file with the types that read it")]
    Data {
        /// The file under `validation/data`.
        file: &'static str,
        /// What the reader says.
        cause: serde_json::Error,
    },
    /// A case is not where it is looked for.
    #[error("no reference mode case {id:?}; `validation/data/modes.json` lists them")]
    UnknownCase {
        /// Its id.
        id: String,
    },
    /// From the materials.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// From the meshes.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// From the mode solver.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// From a taper.
    #[error(transparent)]
    Taper(#[from] TaperError),
    /// From a coupling.
    #[error(transparent)]
    Coupling(#[from] CouplingError),
    /// From a grating.
    #[error(transparent)]
    Grating(#[from] GratingError),
    /// From the heat solver.
    #[error(transparent)]
    Heat(#[from] HeatError),
    /// From a laser.
    #[error(transparent)]
    Laser(#[from] LaserError),
}
