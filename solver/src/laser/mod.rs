//! Lasers: light, voltage and heat against temperature, and the operating point of an array.
//!
//! Chip heating and lasers meet here: a [`CrosstalkMatrix`](crate::heat::CrosstalkMatrix) and base temperatures in,
//! junction temperatures, currents, powers and wavelengths out.

mod array;
mod error;
mod model;

pub use array::{LaserArray, LaserState, LightCurrentCurve, Operating, RolloverPoint};
pub use error::LaserError;
pub use model::{LaserModel, LaserParameters};
