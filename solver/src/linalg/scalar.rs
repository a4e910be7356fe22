//! The two arithmetics of the mode solver: real where nothing absorbs, complex where something does.

use num_complex::Complex64;
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
    /// Complex conjugate.
    fn conjugate(self) -> Self;
    /// |z|².
    fn norm_squared(self) -> f64;
}

impl Scalar for f64 {
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
    fn conjugate(self) -> Self {
        self
    }
    fn norm_squared(self) -> f64 {
        self * self
    }
}

impl Scalar for Complex64 {
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
    fn conjugate(self) -> Self {
        self.conj()
    }
    fn norm_squared(self) -> f64 {
        self.norm_sqr()
    }
}

/// Euclidean norm.
pub(crate) fn norm<T: Scalar>(x: &[T]) -> f64 {
    x.iter().map(|v| v.norm_squared()).sum::<f64>().sqrt()
}

/// Hermitian product x* y.
pub(crate) fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    x.iter()
        .zip(y)
        .fold(T::ZERO, |sum, (&a, &b)| sum + a.conjugate() * b)
}

/// y ← y + a x.
pub(crate) fn axpy<T: Scalar>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
