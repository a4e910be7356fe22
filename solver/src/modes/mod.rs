//! Waveguide modes by full-vector finite differences.
//!
//! Fields E(x, y) exp(i(βz − ωt)); lengths scaled by k₀. The transverse electric field obeys
//!
//! ```text
//! P e = n² e,   P = ε_t − Cᵀ*C + G ε_zz⁻¹ D ε_t,   n = β/k₀,
//! ```
//!
//! C the z-component of the curl, C* its dual, G the transverse gradient, D the divergence. On Yee's
//! staggered grid (Ex on x-edges, Ey on y-edges, Ez on nodes, Hz on faces; Zhu & Brown 2002,
//! DOI 10.1364/OE.10.000853) with W the edges' dual areas and M = W ε_t,
//!
//! ```text
//! P = A B,   A = W⁻¹ − G Z Gᵀ,   B = M − Cᵀ W_f C,   Z = (W_n ε_zz)⁻¹,
//! ```
//!
//! both symmetric because C G = 0. So y = B x, which is the transverse magnetic field, is the left
//! eigenvector: the Rayleigh quotient yᵀP x / yᵀx has an error quadratic in the vector's, and every
//! derivative is dn²/dp = yᵀ (dP/dp) x / yᵀx without a further solve. This holds for lossy guides
//! too, with the unconjugated product.
//!
//! Sub-cell averaging of ε: along the interface arithmetic, across it harmonic, as a tensor
//! (Farjadpour 2006, DOI 10.1364/OL.31.002972; Kottke 2008, DOI 10.1103/PhysRevE.77.036611).
//! Electric walls remove the tangential E; magnetic walls are the natural boundary condition.
//!
//! What would prove this wrong: a slab or a fibre that does not converge to its characteristic
//! equation with order 2, or a corner case outside its error bar (`solver/tests/modes.rs`).
//! Not valid for leaky modes: no absorbing layers here, so only modes that decay before the walls.

mod classify;
mod error;
mod grid;
mod mode;
mod mode_set;
mod operator;
mod permittivity;
mod problem;
mod solver;

pub use classify::{ModeClass, RadiationBound};
pub use error::ModeError;
pub use grid::ModeGrid;
pub use mode::{Fields, Mode};
pub use mode_set::ModeSet;
pub use problem::{ModeProblem, Wall, Walls};
pub use solver::{ModeCount, ModeSolver};
