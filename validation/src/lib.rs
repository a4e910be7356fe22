//! Published, converged and exact cases against what this program computes.
//!
//! Reference values lie in `data/*.json`, each with its source in words. Every comparison is a [`Check`]:
//! reference ± its uncertainty, computed value ± its error bar, the tolerance and where it comes from.
//! The binary runs all cases and writes `REPORT.md`; the tests of this crate run a short subset.

mod check;
pub mod corpus;
pub mod coupler;
pub mod coupling;
mod error;
pub mod faces;
pub mod grating;
pub mod heat;
pub mod heater;
pub mod laser;
pub mod materials;
pub mod modes;
pub mod operating_point;
pub mod report;

pub use check::Check;
pub use error::ValidationError;
