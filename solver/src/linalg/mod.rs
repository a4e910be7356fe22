//! Linear algebra of the mode and heat solvers; the only user of faer's types.
//!
//! * `Stencil`: a matrix on two lattices, five-point but for a few entries.
//! * `Dissection` → `Multifrontal`: symbolic and numeric phase of a sparse LU factorisation.
//! * `Multigrid`: an approximate inverse on nested lattices, of one cost per unknown.
//! * `shift_invert`, `preconditioned`: eigenpairs with the one and with the other.

mod dense;
mod dissection;
mod eigen;
mod element_pencil;
mod element_tree;
mod kernels;
mod ldlt;
mod multifrontal;
mod multigrid;
mod pencil;
mod quadratic;
mod random;
mod ritz;
mod scalar;
mod smoothing;
mod sparse;
mod stencil;
mod substructured;
mod vectors;

pub(crate) use dense::{bidiagonal_eigen, multiply, symmetric_eigen};
pub(crate) use dissection::Dissection;
pub(crate) use eigen::{
    EigenError, EigenOptions, Eigenpair, preconditioned, shift_invert, shift_invert_highest,
};
pub(crate) use element_pencil::{ElementMatrices, ElementPencil, Part};
pub(crate) use element_tree::ElementTree;
pub(crate) use kernels::vectorised;
pub(crate) use multifrontal::Multifrontal;
pub(crate) use multigrid::{Coarsest, Interpolation, Multigrid};
pub(crate) use pencil::{Pencil, PencilOptions, PencilPair, nearest_pairs, orthonormal};
pub(crate) use quadratic::{QuadraticPencil, TwoSided, nearest_waves};
pub(crate) use random::pseudo_random;
pub(crate) use scalar::Scalar;
pub(crate) use sparse::CsrMatrix;
pub(crate) use stencil::Stencil;
pub(crate) use substructured::Substructured;
