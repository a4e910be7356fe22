//! Inner loops, and their dispatch to the instructions of the processor that runs them.

use super::scalar::Scalar;
use pulp::{Arch, Simd, WithSimd};

/// Runs a kernel with the widest vectors that the processor has.
///
/// The closure and what it calls must be `#[inline(always)]`: only what is inlined here is compiled for
/// those instructions, the rest stays baseline.
#[inline(always)]
pub(crate) fn vectorised<R>(kernel: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Kernel(kernel))
}

/// A closure called as `FnMut`: its shim as `FnOnce` would not be inlined, and its loops with it.
struct Kernel<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Kernel<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// Sums that are formed side by side, so that the processor can.
const LANES: usize = 8;

/// Σ f(xᵢ, yᵢ) in a fixed order.
#[inline(always)]
fn reduce<T: Scalar>(x: &[T], y: &[T], term: impl Fn(T, T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let (a, b) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest = a.remainder().iter().zip(b.remainder());
    let tail = rest.fold(T::ZERO, |sum, (&x, &y)| sum + term(x, y));
    for (x, y) in a.zip(b) {
        for k in 0..LANES {
            lanes[k] += term(x[k], y[k]);
        }
    }
    lanes.into_iter().fold(tail, |sum, lane| sum + lane)
}

/// Hermitian product x* y.
#[inline(always)]
pub(super) fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    reduce(
        x,
        y,
        #[inline(always)]
        |a, b| a.conjugate() * b,
    )
}

/// x* y and x* z.
#[inline(always)]
pub(super) fn dot_two<T: Scalar>(x: &[T], [y, z]: [&[T]; 2]) -> [T; 2] {
    let mut lanes = [[T::ZERO; LANES]; 2];
    let [a, b, c] = [x, y, z].map(|v| v.chunks_exact(LANES));
    let (rest_a, rest_b, rest_c) = (a.remainder(), b.remainder(), c.remainder());
    for ((a, b), c) in a.zip(b).zip(c) {
        for k in 0..LANES {
            let a = a[k].conjugate();
            lanes[0][k] += a * b[k];
            lanes[1][k] += a * c[k];
        }
    }
    let sum = |lanes: [T; LANES], rest| lanes.into_iter().fold(rest, |sum, lane| sum + lane);
    [
        sum(lanes[0], dot(rest_a, rest_b)),
        sum(lanes[1], dot(rest_a, rest_c)),
    ]
}

/// Unconjugated product xᵀ y.
#[inline(always)]
pub(super) fn product<T: Scalar>(x: &[T], y: &[T]) -> T {
    reduce(
        x,
        y,
        #[inline(always)]
        |a, b| a * b,
    )
}

/// y ← y + a x.
#[inline(always)]
pub(super) fn axpy<T: Scalar>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// y ← y + a x + b z.
#[inline(always)]
pub(super) fn axpy_two<T: Scalar>([a, b]: [T; 2], [x, z]: [&[T]; 2], y: &mut [T]) {
    for ((y, &x), &z) in y.iter_mut().zip(x).zip(z) {
        *y = *y + a * x + b * z;
    }
}
