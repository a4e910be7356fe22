//! The physics: waveguide modes, rings, fibre-to-chip coupling, tapers, gratings, heat and lasers.
//!
//! No files, no TOML, no printing and no thread pool of its own. Each part follows one pattern:
//! a problem (immutable physics), a solver (numerics and workspace), a solution (fields, residual
//! and what is derived from them).

pub mod convergence;
pub mod coupling;
mod error;
pub mod grating;
pub mod heat;
pub mod laser;
pub mod linalg;
pub mod modes;
mod quadrature;
pub mod ring;
pub mod spread;
pub mod taper;

pub use error::SolverError;
