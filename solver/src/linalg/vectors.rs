//! Operations on vectors of all unknowns.

use super::kernels::{self, vectorised};
use super::scalar::Scalar;

/// Hermitian product x* y.
pub(super) fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    vectorised(
        #[inline(always)]
        || kernels::dot(x, y),
    )
}

/// Unconjugated product xᵀ y.
pub(super) fn product<T: Scalar>(x: &[T], y: &[T]) -> T {
    vectorised(
        #[inline(always)]
        || kernels::product(x, y),
    )
}

/// y ← y + a x.
pub(super) fn axpy<T: Scalar>(a: T, x: &[T], y: &mut [T]) {
    vectorised(
        #[inline(always)]
        || kernels::axpy(a, x, y),
    );
}

/// Euclidean norm.
pub(super) fn norm<T: Scalar>(x: &[T]) -> f64 {
    dot(x, x).to_complex().re.sqrt()
}

/// Σ sᵢ vᵢ.
pub(super) fn combine<T: Scalar>(vectors: &[Vec<T>], coefficients: &[T]) -> Vec<T> {
    let mut sum = vec![T::ZERO; vectors.first().map_or(0, Vec::len)];
    for (v, &s) in vectors.iter().zip(coefficients) {
        axpy(s, v, &mut sum);
    }
    sum
}
