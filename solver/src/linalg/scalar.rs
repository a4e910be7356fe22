//! The arithmetics of the mode solver: real where nothing absorbs, complex where something does;
//! single precision where only a direction of search is wanted.

use faer::Mat;
use num_complex::{Complex32, Complex64};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// A real or complex number in double precision.
pub(crate) trait Scalar:
    faer::traits::ComplexField
    + Copy
    + Debug
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + SubAssign
{
    /// The same in single precision.
    type Single: Single;
    /// 0.
    const ZERO: Self;
    /// Whether imaginary parts are lost.
    const REAL: bool;
    /// From a real number.
    fn real(value: f64) -> Self;
    /// From a complex number; a real scalar keeps the real part.
    fn from_complex(value: Complex64) -> Self;
    /// As a complex number.
    fn to_complex(self) -> Complex64;
    /// |z|².
    fn norm_squared(self) -> f64;
    /// Complex conjugate.
    fn conjugate(self) -> Self;
    /// Rounded to single precision.
    fn to_single(self) -> Self::Single;
    /// From single precision.
    fn from_single(value: Self::Single) -> Self;
    /// Eigenvalues and right eigenvectors of a small dense matrix.
    fn eigen(matrix: &Mat<Self>) -> Option<(Vec<Complex64>, Mat<Complex64>)>;
}

/// Eigenvalues and vectors as [`Scalar::eigen`] returns them.
fn parts(eigen: faer::linalg::solvers::Eigen<f64>) -> (Vec<Complex64>, Mat<Complex64>) {
    let values = eigen.S().column_vector().iter().copied().collect();
    (values, eigen.U().to_owned())
}

/// A real or complex number in single precision.
pub(crate) trait Single:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + AddAssign
    + SubAssign
{
    /// 0.
    const ZERO: Self;
    /// A real multiple.
    fn times(self, factor: f32) -> Self;
}

impl Single for f32 {
    const ZERO: Self = 0.0;
    fn times(self, factor: f32) -> Self {
        self * factor
    }
}

impl Single for Complex32 {
    const ZERO: Self = Complex32::new(0.0, 0.0);
    fn times(self, factor: f32) -> Self {
        self * factor
    }
}

impl Scalar for f64 {
    type Single = f32;
    const ZERO: Self = 0.0;
    const REAL: bool = true;
    fn real(value: f64) -> Self {
        value
    }
    fn from_complex(value: Complex64) -> Self {
        value.re
    }
    fn to_complex(self) -> Complex64 {
        Complex64::new(self, 0.0)
    }
    fn norm_squared(self) -> f64 {
        self * self
    }
    fn conjugate(self) -> Self {
        self
    }
    fn to_single(self) -> f32 {
        self as f32
    }
    fn from_single(value: f32) -> Self {
        f64::from(value)
    }
    fn eigen(matrix: &Mat<Self>) -> Option<(Vec<Complex64>, Mat<Complex64>)> {
        matrix.eigen().ok().map(parts)
    }
}

impl Scalar for Complex64 {
    type Single = Complex32;
    const ZERO: Self = Complex64::new(0.0, 0.0);
    const REAL: bool = false;
    fn real(value: f64) -> Self {
        Complex64::new(value, 0.0)
    }
    fn from_complex(value: Complex64) -> Self {
        value
    }
    fn to_complex(self) -> Complex64 {
        self
    }
    fn norm_squared(self) -> f64 {
        self.norm_sqr()
    }
    fn conjugate(self) -> Self {
        self.conj()
    }
    fn to_single(self) -> Complex32 {
        Complex32::new(self.re as f32, self.im as f32)
    }
    fn from_single(value: Complex32) -> Self {
        Complex64::new(f64::from(value.re), f64::from(value.im))
    }
    fn eigen(matrix: &Mat<Self>) -> Option<(Vec<Complex64>, Mat<Complex64>)> {
        matrix.eigen().ok().map(parts)
    }
}
