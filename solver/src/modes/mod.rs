//! Waveguide modes, full-vector: fields E(x, y) exp(i(βz − ωt)), n = β/k₀.
//!
//! Two discretisations of one problem, with the same solution types:
//!
//! * `elements`: edge elements of rising order on a triangulation that follows every interface. The
//!   default: straight or bent, closed or open, any shape, any symmetric permittivity tensor.
//! * finite differences on a rectilinear grid that the caller gives ([`ModeSolver::given`]), for a
//!   comparison on the user's own grid and as an independent check. Lengths scaled by k₀,
//!
//! ```text
//! P e = n² e,   P = ε_t − Cᵀ*C + G ε_zz⁻¹ D ε_t,
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
//! derivative is dn²/dp = yᵀ (dP/dp) x / yᵀx without a further solve. Sub-cell averaging of ε: along the
//! interface arithmetic, across it harmonic, as a tensor (Farjadpour 2006, DOI 10.1364/OL.31.002972;
//! Kottke 2008, DOI 10.1103/PhysRevE.77.036611).
//!
//! Every number is the limit of a family of levels, grids or orders, and carries an error bar
//! ([`crate::convergence::GridStudy`]), with the effect of the window's walls (`window`) and of
//! absorbing layers in it. Electric walls remove the tangential E; magnetic walls are the natural
//! boundary condition.
//!
//! What would prove this wrong: a slab or a fibre that does not converge to its characteristic
//! equation, or a case outside its error bar (`solver/tests/modes.rs`).

mod classify;
mod derived;
mod differences;
mod eigenmodes;
mod elements;
mod error;
mod family;
mod fields;
mod grid;
mod grid_solver;
mod hierarchy;
mod mode;
mod mode_set;
mod operator;
mod overlap;
mod permittivity;
mod problem;
mod sample;
mod shape;
mod slices;
mod solver;
mod unknowns;
mod window;

pub use classify::{ModeClass, RadiationBound};
pub use derived::{
    Birefringence, Confinement, LossBudget, ModeFieldDiameter, RegionLoss, Roughness, ThermoOptic,
};
pub use error::ModeError;
pub use family::Level;
pub use fields::Fields;
pub use grid::ModeGrid;
pub use mode::Mode;
pub use mode_set::ModeSet;
pub use problem::{ModeProblem, Wall, Walls};
pub use sample::Sample;
pub(crate) use slices::Slice;
pub use solver::{ModeCount, ModeSolver, SweepPoint};
