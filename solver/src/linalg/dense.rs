//! Dense eigenproblems and products, on slices by rows.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};

/// Eigenvalues and orthonormal eigenvectors, as rows of one slice, of MᵀM; M has `beside[f]` of column f − 1 and `own[f]` of
/// column f in row f = 0 … n. From the singular values of M, so that small ones keep the digits that forming MᵀM would
/// cost. `None` if the iteration fails.
pub(crate) fn bidiagonal_eigen(beside: &[f64], own: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = own.len() - 1;
    let matrix = Mat::from_fn(n + 1, n, |f, i| {
        if i == f {
            own[f]
        } else if i + 1 == f {
            beside[f]
        } else {
            0.0
        }
    });
    let svd = matrix.thin_svd().ok()?;
    let values = svd.S().column_vector().iter().map(|s| s * s).collect();
    let vectors = svd.V();
    let rows = (0..n).flat_map(|m| (0..n).map(move |i| vectors[(i, m)]));
    Some((values, rows.collect()))
}

/// Eigenvalues, rising, and orthonormal eigenvectors, as rows of one slice, of a symmetric matrix by rows. `None` if the iteration
/// fails.
pub(crate) fn symmetric_eigen(matrix: &[f64], n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let matrix = MatRef::from_row_major_slice(matrix, n, n);
    let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector().iter().copied().collect();
    let vectors = eigen.U();
    let rows = (0..n).flat_map(|m| (0..n).map(move |i| vectors[(i, m)]));
    Some((values, rows.collect()))
}

/// C = A B, or Aᵀ B, for a square A: `b` and `c` have as many rows as A.
pub(crate) fn multiply(a: &[f64], is_transposed: bool, b: &[f64], c: &mut [f64], n: usize) {
    let columns = b.len() / n;
    let a = MatRef::from_row_major_slice(a, n, n);
    let a = if is_transposed { a.transpose() } else { a };
    let b = MatRef::from_row_major_slice(b, n, columns);
    let c = MatMut::from_row_major_slice_mut(c, n, columns);
    // one thread: sums in one order, whoever calls
    matmul(c, Accum::Replace, a, b, 1.0, Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_springs() {
        let n = 9;
        let (values, rows) = bidiagonal_eigen(&vec![-1.0; n + 1], &vec![1.0; n + 1]).unwrap();
        for (m, value) in values.iter().rev().enumerate() {
            let angle = (m + 1) as f64 * std::f64::consts::PI / (n + 1) as f64;
            // round-off
            assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-14);
        }
        // orthonormal
        let mut product = vec![0.0; n * n];
        multiply(&rows, true, &rows, &mut product, n);
        for (c, value) in product.iter().enumerate() {
            let one = f64::from(u8::from(c / n == c % n));
            assert!((value - one).abs() < 1e-14);
        }
    }
}
