//! Grating couplers in two dimensions: a guided mode, trenches, and a fibre's beam above.
//!
//! Light is polarised across the plane (TE) and does not vary along x, as in gratings that are many wavelengths
//! wide. A [`GratingProblem`] holds layers with trenches ([`Grating`]), a wavelength and a [`GratingBeam`]; the
//! [`GratingSolver`] meshes them by lines through every face, solves Helmholtz's equation by elements of rising order
//! with absorbing layers all round and gives a [`GratingSolution`]: efficiency, reflection, directionality, each with
//! its error bar, and the efficiency's derivative by the position of every edge from one further solve, by which a
//! [`GratingOptimiser`] finds better widths.

mod basis;
mod beam;
mod error;
mod geometry;
mod lines;
mod lit;
mod optimiser;
mod slab;
mod solution;
mod solver;
mod span;
mod spectrum;
mod stage;
mod system;

pub use beam::GratingBeam;
pub use error::GratingError;
pub use geometry::{Apodisation, Grating};
pub use optimiser::{GratingOptimiser, Optimised};
pub use solution::{GratingPort, GratingSolution};
pub use solver::{GratingProblem, GratingSolver};
pub use spectrum::{Bandwidth, GratingSpectrum};
