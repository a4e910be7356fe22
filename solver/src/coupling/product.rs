//! L M Rᵀ of dense complex matrices, the two-sided transform of a tensor grid.
//!
//! Written out, not left to a BLAS: sums run in one fixed order whatever the number of threads, and no program that links
//! this crate needs one. Real and imaginary parts lie apart, so that the inner loop is four real multiply-adds per entry.

use ndarray::Array2;
use num_complex::Complex64;
use rayon::prelude::*;

/// A matrix by rows, its parts apart.
struct Parts {
    re: Vec<f64>,
    im: Vec<f64>,
    columns: usize,
}

impl Parts {
    fn new(matrix: impl Iterator<Item = Complex64>, columns: usize) -> Self {
        let (re, im) = matrix.map(|c| (c.re, c.im)).unzip();
        Self { re, im, columns }
    }

    /// `row` times this matrix.
    fn times(&self, row: impl Iterator<Item = Complex64>) -> (Vec<f64>, Vec<f64>) {
        let (mut re, mut im) = (vec![0.0; self.columns], vec![0.0; self.columns]);
        for ((a, b_re), b_im) in row
            .zip(self.re.chunks_exact(self.columns))
            .zip(self.im.chunks_exact(self.columns))
        {
            for (((re, im), x), y) in re.iter_mut().zip(&mut im).zip(b_re).zip(b_im) {
                *re += a.re * x - a.im * y;
                *im += a.re * y + a.im * x;
            }
        }
        (re, im)
    }
}

/// Σᵢⱼ `left[[m, i]] middle[[i, j]] right[[n, j]]` at `[[m, n]]`.
pub(crate) fn two_sided(
    left: &Array2<Complex64>,
    middle: &Array2<Complex64>,
    right: &Array2<Complex64>,
) -> Array2<Complex64> {
    let shape = (left.nrows(), right.nrows());
    if middle.is_empty() || shape.0 == 0 || shape.1 == 0 {
        return Array2::zeros(shape);
    }
    let inner = Parts::new(middle.iter().copied(), middle.ncols());
    let outer = Parts::new(right.t().iter().copied(), right.nrows());
    let rows: Vec<(Vec<f64>, Vec<f64>)> = (0..shape.0)
        .into_par_iter()
        .map(|m| {
            let (re, im) = inner.times(left.row(m).iter().copied());
            outer.times(
                re.into_iter()
                    .zip(im)
                    .map(|(re, im)| Complex64::new(re, im)),
            )
        })
        .collect();
    Array2::from_shape_fn(shape, |(m, n)| Complex64::new(rows[m].0[n], rows[m].1[n]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_triple_sum() {
        let matrix = |rows: usize, columns: usize, seed: f64| {
            Array2::from_shape_fn((rows, columns), |(i, j)| {
                Complex64::from_polar(1.0 + i as f64, seed * (j + 3 * i) as f64)
            })
        };
        let (l, m, r) = (matrix(3, 4, 0.7), matrix(4, 5, 1.1), matrix(2, 5, -0.4));
        let found = two_sided(&l, &m, &r);
        for ((a, b), value) in found.indexed_iter() {
            let mut expected = Complex64::ZERO;
            for i in 0..4 {
                for j in 0..5 {
                    expected += l[[a, i]] * m[[i, j]] * r[[b, j]];
                }
            }
            // round-off
            assert!((value - expected).norm() < 1e-12);
        }
        assert_eq!(two_sided(&matrix(0, 4, 1.0), &m, &r).shape(), [0, 2]);
    }
}
