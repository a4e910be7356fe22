//! Lasers: light, voltage and heat against temperature, and the operating point of an array.
//!
//! Chip heating and lasers meet here: a [`CrosstalkMatrix`](crate::heat::CrosstalkMatrix) and base temperatures in,
//! junction temperatures, currents, powers and wavelengths out; from these failure rates ([`Reliability`]) and the distance
//! to a mode hop ([`ModeSelection`]). A laser's parameters are stated or fitted ([`LightCurrentFit`]).

mod array;
mod error;
mod fit;
mod inverse;
mod mode_hop;
mod model;
mod patterns;
mod reliability;
mod spread;

pub use array::{LaserArray, LaserState, LightCurrentCurve, Operating, RolloverPoint};
pub use error::LaserError;
pub use fit::{LightCurrentFit, LightCurrentSample};
pub use mode_hop::{HopMargin, ModeSelection};
pub use model::{LaserModel, LaserParameters};
pub use patterns::NeighbourPatterns;
pub use reliability::{FailureEstimate, Reliability, ReliabilityParameters};
