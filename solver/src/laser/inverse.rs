//! Inverses of small dense matrices.

use ndarray::Array2;

/// Inverse by Gauss-Jordan elimination with partial pivoting; `None` where singular or not finite. The matrices are of
/// the size of an array of lasers or of a fit.
pub(super) fn inverse(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut a = matrix.clone();
    let mut b = Array2::<f64>::eye(n);
    for column in 0..n {
        let pivot =
            (column..n).max_by(|&p, &q| a[[p, column]].abs().total_cmp(&a[[q, column]].abs()))?;
        let value = a[[pivot, column]];
        if !(value.is_finite() && value != 0.0) {
            return None;
        }
        for k in 0..n {
            a.swap([pivot, k], [column, k]);
            b.swap([pivot, k], [column, k]);
        }
        for k in 0..n {
            a[[column, k]] /= value;
            b[[column, k]] /= value;
        }
        for row in (0..n).filter(|&row| row != column) {
            let factor = a[[row, column]];
            for k in 0..n {
                a[[row, k]] -= factor * a[[column, k]];
                b[[row, k]] -= factor * b[[column, k]];
            }
        }
    }
    b.iter().all(|v| v.is_finite()).then_some(b)
}
