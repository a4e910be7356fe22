//! Heat: the temperature of a floorplan and the crosstalk between its sources, steady and after steps of power.
//!
//! ρc ∂T/∂t − ∇·(k ∇T) = q, with k diagonal, T given, convection, radiation or flux given on each of the six faces.
//!
//! Scheme: cell-centred finite volumes on graded rectilinear grids whose faces lie on every
//! interface (`operator`). Where layers are laterally uniform their equations are solved directly (`separable`), else by
//! conjugate gradients preconditioned by a multigrid cycle that relaxes whole vertical columns and coarsens laterally only
//! (`multigrid`). Every thermal resistance extrapolated on a family of grids, with
//! its error bar ([`GridStudy`](crate::convergence::GridStudy)).
//!
//! Where sources are too fine for one grid of the whole plan they have windows with grids of their own, and the plan an overview (`composite`).
//!
//! Transients are the same equations at a few rates of the Laplace transform, and a passive network made of them (`network`, `step`), as Foster cells or
//! Cauer ladders (`cauer`).
//!
//! What every material, thickness, contact and coefficient does to the resistances comes from the same solutions (`sensitivity`).
//!
//! k may follow the temperature from place to place, and faces may radiate; resistances are then those of the state with all sources on. A coolant may
//! warm up on its way along the bottom or the top (`coolant`); what is downstream then sees the heat of what is upstream, but not the other way.
//!
//! Limits: contact resistances between layers over the whole plan only; sources and blocks are boxes. Rises count from the ambient temperature, that is
//! over the coolant where all boundaries share it.

mod boundary;
mod cauer;
mod composite;
mod coolant;
mod crosstalk;
mod discretisation;
mod dissipation;
mod error;
mod extrapolation;
mod gradients;
mod grid;
#[cfg(test)]
mod growth;
mod map;
mod multigrid;
mod network;
mod operator;
mod problem;
mod reading;
mod sampling;
mod sensitivity;
mod separable;
mod side;
mod solver;
mod spread;
mod step;
mod temperatures;
mod unsymmetric;
mod window;

pub use boundary::{Boundaries, Boundary, Towards};
pub use crosstalk::CrosstalkMatrix;
pub use error::HeatError;
pub use map::ThermalMap;
pub use network::ThermalNetwork;
pub use problem::HeatProblem;
pub use reading::EnergyBalance;
pub use sensitivity::{HeatParameter, HeatParameterKind, HeatSensitivities};
pub use solver::HeatSolver;
pub use step::StepResponse;
pub use temperatures::SourceTemperatures;
