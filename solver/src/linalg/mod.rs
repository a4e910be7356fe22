//! Sparse linear algebra of the mode solver; the only user of faer's types.
//!
//! * [`CsrMatrix`]: sparse products, from which operators are composed as they are written.
//! * [`Dissection`] → [`Multifrontal`]: symbolic and numeric phase of a sparse LU factorisation.
//! * [`shift_invert`]: eigenpairs nearest to a shift.

mod dissection;
mod eigen;
mod multifrontal;
mod scalar;
mod sparse;

pub(crate) use dissection::Dissection;
pub(crate) use eigen::{EigenError, EigenOptions, shift_invert};
pub(crate) use multifrontal::Multifrontal;
pub(crate) use scalar::Scalar;
pub(crate) use sparse::CsrMatrix;
