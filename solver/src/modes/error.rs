//! What can go wrong with a mode solve.

use cpo_materials::MaterialError;
use cpo_meshes::MeshError;

/// Errors of the mode solver.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModeError {
    /// A material has no data at this wavelength or temperature.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The grid could not be made.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// Nothing is guided.
    #[error(
        "no guided mode: the highest n_eff found is {highest:.6}, and a guided one must exceed {bound:.6}, \
         the index of what lies along the window's walls; enlarge or strengthen the core, or widen the window; for a \
         mode that leaks into a layer of higher index give absorbing layers (`boundary`) and a `target`"
    )]
    NoGuidedMode {
        /// Largest Re n_eff found.
        highest: f64,
        /// What a guided mode must exceed.
        bound: f64,
    },
    /// The eigen-solver did not converge.
    #[error(
        "the eigenvalue iteration found {converged} of {wanted} modes on a grid of {cells_x} x {cells_y} cells; \
         ask for fewer modes or a smaller window, which holds fewer box modes"
    )]
    Eigen {
        /// Modes that converged.
        converged: usize,
        /// Modes asked for.
        wanted: usize,
        /// Cells across.
        cells_x: usize,
        /// Cells up.
        cells_y: usize,
    },
    /// The eigen-solver did not converge on a mesh.
    #[error(
        "the eigenvalue iteration found {converged} of {wanted} modes on a mesh of {triangles} triangles; \
         ask for fewer modes, give `target`, or a smaller window, which holds fewer box modes"
    )]
    Elements {
        /// Modes that converged.
        converged: usize,
        /// Modes asked for.
        wanted: usize,
        /// Triangles of the mesh.
        triangles: usize,
    },
    /// Fewer modes than the inertia of the eigenproblem counts.
    #[error(
        "{found} modes were found where at least {counted} are counted, also after wider searches; ask for a smaller \
         `error` or a smaller window"
    )]
    Missed {
        /// Modes found.
        found: usize,
        /// How many there are at least.
        counted: usize,
    },
    /// A target that no mode can have.
    #[error(
        "no mode of this cross-section can have n_eff = {target}: all lie above 0 and below {ceiling:.4}, the index of \
         the highest slab through it; give a `target` between"
    )]
    Target {
        /// Where a mode was sought.
        target: f64,
        /// What no mode exceeds.
        ceiling: f64,
    },
    /// Nothing but the window's own modes near a target.
    #[error(
        "no mode of the guide was found near n_eff = {target:.6}: what lies there belongs to the window or its \
         absorbing layers; give another `target`, or `count` modes around it"
    )]
    NothingNear {
        /// Where it was sought.
        target: f64,
    },
    /// A given grid serves closed straight guides only.
    #[error(
        "a given grid serves straight guides with electric or magnetic walls and crystals along its axes; \
         remove `grid` and give `error`"
    )]
    GivenGrid,
    /// A derivative was asked for between geometries that no motion of the mesh joins.
    #[error(
        "the two cross-sections of a derivative differ in more than the lengths of their shapes (regions \
         added, removed or meeting otherwise); take a smaller step"
    )]
    Motion,
    /// A grid is larger than allowed.
    #[error(
        "a grid of {cells_x} x {cells_y} cells has {unknowns} unknowns, and {allowed} are allowed; give a \
         smaller window or larger cells"
    )]
    TooManyUnknowns {
        /// Cells across.
        cells_x: usize,
        /// Cells up.
        cells_y: usize,
        /// Its unknowns.
        unknowns: usize,
        /// Most allowed.
        allowed: usize,
    },
    /// A permittivity is zero, infinite or NaN.
    #[error(
        "the permittivity of {material} at {wavelength} is {value}, with which no field can be computed"
    )]
    Permittivity {
        /// Material's name.
        material: String,
        /// Wavelength.
        wavelength: String,
        /// The offending value.
        value: String,
    },
    /// An option is out of its range.
    #[error("{option} is {value}; it must be {allowed}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}
