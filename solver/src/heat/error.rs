//! What can go wrong in a heat problem.

use cpo_materials::MaterialError;
use cpo_meshes::MeshError;

/// Errors of the heat solver.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HeatError {
    /// The floorplan makes no grid.
    #[error("the floorplan cannot be meshed: {0}")]
    Mesh(#[from] MeshError),
    /// A material has no thermal conductivity there.
    #[error("the floorplan's conductivity cannot be evaluated: {0}")]
    Material(#[from] MaterialError),
    /// Heat has no way out.
    #[error(
        "the steady temperature is undetermined: every face is insulated or has a given flux, so heat has no way out; \
         give at least one face a convection coefficient or a temperature"
    )]
    Singular,
    /// A convection coefficient is not positive and finite.
    #[error(
        "convection on the {face} face: the coefficient is {value} W/(m2 K); it must be finite and above 0 \
         (a face without it is insulated)"
    )]
    Coefficient {
        /// Name of the face.
        face: &'static str,
        /// The coefficient, W/(m² K).
        value: f64,
    },
    /// An emissivity is not that of a grey face.
    #[error(
        "radiation of the {face} face: the emissivity is {value}; it must be above 0 and at most 1"
    )]
    Emissivity {
        /// Name of the face.
        face: &'static str,
        /// The emissivity.
        value: f64,
    },
    /// Coolant flows along a side.
    #[error(
        "coolant on the {face} face: it must flow along the bottom or the top; give the side a convection coefficient"
    )]
    CoolantFace {
        /// Name of the face.
        face: &'static str,
    },
    /// A capacity rate is not positive and finite.
    #[error(
        "coolant on the {face} face: the heat capacity rate is {value} W/K; it must be finite and above 0"
    )]
    CapacityRate {
        /// Name of the face.
        face: &'static str,
        /// The rate, W/K.
        value: f64,
    },
    /// What was asked for needs R_ij = R_ji.
    #[error(
        "{what} cannot be computed with a coolant that warms up on its way, whose heat goes downstream only; \
         give the face a convection coefficient and the coolant's mean temperature"
    )]
    OneWay {
        /// What was asked for.
        what: &'static str,
    },
    /// A temperature is not a positive finite number of kelvin.
    #[error("{what}: {value} K is not a temperature; it must be finite and above 0 K")]
    Temperature {
        /// Whose temperature.
        what: &'static str,
        /// The value in kelvin.
        value: f64,
    },
    /// A flux is not finite.
    #[error("flux on the {face} face: {value} W/m2 is not finite")]
    Flux {
        /// Name of the face.
        face: &'static str,
        /// The flux, W/m².
        value: f64,
    },
    /// A conductivity is not positive and finite.
    #[error(
        "material {material}: conductivity along {axis} is {value} W/(m K); it must be finite and above 0"
    )]
    Conductivity {
        /// Name of the material.
        material: String,
        /// x, y or z.
        axis: char,
        /// The conductivity, W/(m K).
        value: f64,
    },
    /// The grid is larger than allowed.
    #[error(
        "a grid of refinement {refinement} has {cells} cells ({} x {} x {}), more than the {allowed} allowed; \
         raise `maximum_cells`, lower the refinement or leave out details far smaller than the sources; sources far finer than the plan get grids \
         of their own where conductivities are those of one temperature, no face radiates, no coolant warms up and no steps of power are asked",
        shape[0], shape[1], shape[2]
    )]
    TooManyCells {
        /// Refinement asked for.
        refinement: f64,
        /// Cells of that grid.
        cells: usize,
        /// Cells along x, y and z.
        shape: [usize; 3],
        /// Cells allowed.
        allowed: usize,
    },
    /// Times of a response are unusable.
    #[error(
        "times of the step response: entry {} is {value} s; times must rise, be finite and above 0 s", index + 1
    )]
    Times {
        /// Position in the list, from 0.
        index: usize,
        /// The time, s.
        value: f64,
    },
    /// A response has no times.
    #[error("a step response needs at least one time, none is given")]
    NoTimes,
    /// k(T) or radiation and T did not come to agree.
    #[error(
        "temperature and what depends on it, k(T) or radiation, did not settle in {substitutions} substitutions: the heat may be more than the body can carry away; \
         lower the power or cool it better"
    )]
    State {
        /// Substitutions tried.
        substitutions: usize,
    },
    /// Sensitivities are not known of such a problem.
    #[error("sensitivities of thermal resistances are not computed where {cause}; {remedy}")]
    NoSensitivities {
        /// What stands in the way.
        cause: &'static str,
        /// What would help.
        remedy: &'static str,
    },
    /// No reduced model has the responses computed.
    #[error(
        "the thermal responses computed belong to no passive network; lower the solver's tolerance"
    )]
    Network,
    /// An option of the solver is out of range.
    #[error("solver option {option} is {value}; it must be {allowed}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The iteration stopped short of the tolerance.
    #[error(
        "the iteration stopped after {iterations} iterations at a relative residual of {residual:.1e}, \
         above {tolerance:.1e}; conductivities that differ by more than 1e6 laterally are the usual cause"
    )]
    Unconverged {
        /// Iterations done.
        iterations: usize,
        /// Relative residual reached.
        residual: f64,
        /// Relative residual wanted.
        tolerance: f64,
    },
    /// No source has that name.
    #[error("there is no heat source named \"{name}\"; the floorplan has {known}")]
    UnknownSource {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A list of sources is empty.
    #[error("a crosstalk matrix needs at least one heat source, none is named")]
    NoSources,
    /// A source is named twice.
    #[error("the heat source \"{name}\" is named twice; name each source once")]
    RepeatedSource {
        /// The name.
        name: String,
    },
    /// A region holds no cell centre.
    #[error(
        "no cell centre lies in the region x {x:?} m, y {y:?} m, z {z:?} m; it must overlap the floorplan by a cell"
    )]
    EmptyRegion {
        /// Extent along x in metres.
        x: [f64; 2],
        /// Extent along y in metres.
        y: [f64; 2],
        /// Extent along z in metres.
        z: [f64; 2],
    },
}
