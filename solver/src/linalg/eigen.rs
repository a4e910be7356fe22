//! Eigenpairs nearest to a shift, by Rayleigh-Ritz on a block Krylov space of (A − σ)⁻¹.
//!
//! The basis V is orthonormal and W = (A − σ)⁻¹ V is kept beside it; Ritz pairs (θ, V s) come from
//! the small matrix V* W, and the residuals W s − θ V s of the wanted ones extend V. A full basis is
//! compressed to its leading Ritz vectors (Davidson's method with an exact inverse; Saad,
//! "Numerical methods for large eigenvalue problems", DOI 10.1137/1.9781611970739, ch. 8).
//! A block start finds multiple and clustered eigenvalues.

use super::multifrontal::Multifrontal;
use super::scalar::{Scalar, axpy, dot, norm};
use faer::Mat;
use num_complex::Complex64;

/// Options of [`shift_invert`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct EigenOptions {
    /// Number of eigenpairs.
    pub(crate) count: usize,
    /// ‖(A − σ)⁻¹ x − θ x‖ ≤ `tolerance` |θ| for a normalised x.
    pub(crate) tolerance: f64,
    /// Most applications of the inverse to a vector.
    pub(crate) solves: usize,
}

/// Why no eigenpairs were found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EigenError<T> {
    /// `converged` of the wanted pairs met the tolerance within the allowed solves.
    Unconverged {
        /// Pairs that met it.
        converged: usize,
        /// Distance from the shift within which, to the residual, no eigenvalue lies.
        clear: f64,
        /// The best vectors so far, a start for another shift.
        vectors: Vec<Vec<T>>,
    },
    /// The factorisation or the small eigenproblem produced numbers that are not finite.
    NotFinite,
}

/// An eigenvalue λ of A and its normalised eigenvector.
pub(crate) type Eigenpair<T> = (Complex64, Vec<T>);

/// The `count` eigenpairs of A nearest to `shift`, nearest first, given the factors of A − σ I.
///
/// A real scalar keeps the real part of a vector whose eigenvalue is real to round-off.
pub(crate) fn shift_invert<T: Scalar>(
    inverse: &Multifrontal<T>,
    shift: T,
    start: Vec<Vec<T>>,
    options: EigenOptions,
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    let block = start.len().max(1);
    let capacity = (options.count + 2 * block).max(12) * 2;
    let mut basis: Vec<Vec<T>> = Vec::new();
    let mut image: Vec<Vec<T>> = Vec::new();
    let mut candidates = start;
    let mut solves = 0;
    loop {
        let fresh = orthonormal(&basis, candidates);
        let stalled = fresh.is_empty();
        solves += fresh.len();
        let mut applied = fresh.clone();
        inverse.solve(&mut applied);
        basis.extend(fresh);
        image.extend(applied);

        let ritz = ritz_pairs(&basis, &image)?;
        let wanted = &ritz[..options.count.min(ritz.len())];
        let residuals: Vec<Vec<Complex64>> = wanted
            .iter()
            .map(|pair| pair.residual(&basis, &image))
            .collect();
        let met = |pair: &RitzPair, residual: &[Complex64]| {
            norm(residual) <= options.tolerance * pair.theta.norm()
        };
        let converged = wanted
            .iter()
            .zip(&residuals)
            .filter(|(p, r)| met(p, r))
            .count();
        if converged == options.count {
            return Ok(wanted
                .iter()
                .map(|pair| {
                    (
                        shift.to_complex() + 1.0 / pair.theta,
                        pair.vector::<T>(&basis),
                    )
                })
                .collect());
        }
        if solves >= options.solves || stalled {
            let reach = wanted
                .iter()
                .zip(&residuals)
                .map(|(pair, r)| pair.theta.norm() + norm(r));
            let clear = 1.0 / reach.fold(0.0, f64::max);
            let best = &ritz[..(options.count + block).min(ritz.len())];
            let vectors = best
                .iter()
                .flat_map(|pair| real_span::<T>(&pair.coefficients));
            let vectors = vectors.map(|s| combine(&basis, &s)).collect();
            return Err(EigenError::Unconverged {
                converged,
                clear,
                vectors,
            });
        }
        candidates = Vec::new();
        for (pair, residual) in wanted.iter().zip(&residuals) {
            if !met(pair, residual) {
                candidates.extend(real_span::<T>(residual));
            }
        }
        if basis.len() + candidates.len() > capacity {
            let keep = (options.count + block).min(ritz.len());
            let mut span = Vec::new();
            for pair in &ritz[..keep] {
                span.extend(real_span::<T>(&pair.coefficients));
            }
            let rotation = orthonormal(&[], span);
            basis = rotation.iter().map(|s| combine(&basis, s)).collect();
            image = rotation.iter().map(|s| combine(&image, s)).collect();
        }
    }
}

struct RitzPair {
    theta: Complex64,
    coefficients: Vec<Complex64>,
}

impl RitzPair {
    fn residual<T: Scalar>(&self, basis: &[Vec<T>], image: &[Vec<T>]) -> Vec<Complex64> {
        let mut residual = vec![Complex64::ZERO; basis[0].len()];
        for ((v, w), &s) in basis.iter().zip(image).zip(&self.coefficients) {
            let theta_s = self.theta * s;
            for ((r, &v), &w) in residual.iter_mut().zip(v).zip(w) {
                *r += s * w.to_complex() - theta_s * v.to_complex();
            }
        }
        residual
    }

    fn vector<T: Scalar>(&self, basis: &[Vec<T>]) -> Vec<T> {
        // The small problem is solved in complex numbers, whose phase is free: make it real where
        // the largest coefficient is, so that a real scalar loses nothing.
        let largest = self
            .coefficients
            .iter()
            .fold(Complex64::ONE * 1e-300, |a, &b| {
                if b.norm() > a.norm() { b } else { a }
            });
        let phase = largest.conj() / largest.norm();
        let real: Vec<T> = self
            .coefficients
            .iter()
            .map(|&s| T::from_complex(s * phase))
            .collect();
        let mut vector = combine(basis, &real);
        let scale = T::real(1.0 / norm(&vector));
        vector.iter_mut().for_each(|v| *v *= scale);
        vector
    }
}

/// Ritz pairs of V* W by falling |θ|.
fn ritz_pairs<T: Scalar>(
    basis: &[Vec<T>],
    image: &[Vec<T>],
) -> Result<Vec<RitzPair>, EigenError<T>> {
    let m = basis.len();
    let projected = Mat::<Complex64>::from_fn(m, m, |i, j| dot(&basis[i], &image[j]).to_complex());
    if (0..m).any(|j| (0..m).any(|i| !projected[(i, j)].is_finite())) {
        return Err(EigenError::NotFinite);
    }
    let decomposition = projected.eigen().map_err(|_| EigenError::NotFinite)?;
    let mut pairs: Vec<RitzPair> = (0..m)
        .map(|k| RitzPair {
            theta: decomposition.S()[k],
            coefficients: (0..m).map(|i| decomposition.U()[(i, k)]).collect(),
        })
        .collect();
    pairs.sort_by(|a, b| b.theta.norm().total_cmp(&a.theta.norm()));
    Ok(pairs)
}

/// The vector itself for a complex scalar; real and imaginary part, where not zero, for a real one.
fn real_span<T: Scalar>(vector: &[Complex64]) -> Vec<Vec<T>> {
    if !T::REAL {
        return vec![vector.iter().map(|&v| T::from_complex(v)).collect()];
    }
    let real: Vec<T> = vector.iter().map(|v| T::real(v.re)).collect();
    let imaginary: Vec<T> = vector.iter().map(|v| T::real(v.im)).collect();
    let size = norm(vector);
    [real, imaginary]
        .into_iter()
        .filter(|part| norm(part) > 1e-10 * size)
        .collect()
}

/// Σ sᵢ vᵢ.
fn combine<T: Scalar>(vectors: &[Vec<T>], coefficients: &[T]) -> Vec<T> {
    let mut sum = vec![T::ZERO; vectors[0].len()];
    for (v, &s) in vectors.iter().zip(coefficients) {
        axpy(s, v, &mut sum);
    }
    sum
}

/// Extends an orthonormal `basis`: returns what of `candidates` is new, orthonormalised.
fn orthonormal<T: Scalar>(basis: &[Vec<T>], candidates: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut fresh: Vec<Vec<T>> = Vec::with_capacity(candidates.len());
    for mut vector in candidates {
        let before = norm(&vector);
        if before == 0.0 || !before.is_finite() {
            continue;
        }
        vector.iter_mut().for_each(|v| *v *= T::real(1.0 / before));
        for _ in 0..2 {
            for v in basis.iter().chain(&fresh) {
                let overlap = dot(v, &vector);
                axpy(-overlap, v, &mut vector);
            }
        }
        let after = norm(&vector);
        // What is left of a dependent vector is round-off, 1e-16 of it.
        if after > 1e-10 {
            vector.iter_mut().for_each(|v| *v *= T::real(1.0 / after));
            fresh.push(vector);
        }
    }
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{CsrMatrix, Dissection};
    use ndarray::Array2;
    use ndarray_linalg::Eig;
    use std::sync::Arc;

    /// A convection-diffusion matrix on a lattice: unsymmetric values, symmetric pattern.
    fn lattice_matrix<T: Scalar>(n: usize, wind: T) -> (CsrMatrix<T>, Vec<[usize; 2]>) {
        let number = |i: usize, j: usize| i + n * j;
        let rows = (0..n * n).map(|r| {
            let (i, j) = (r % n, r / n);
            let mut row = vec![(r, T::real(4.0 + 0.1 * (i as f64) + 0.03 * (j as f64)))];
            if i > 0 {
                row.push((number(i - 1, j), T::real(-1.0) - wind));
            }
            if i + 1 < n {
                row.push((number(i + 1, j), T::real(-1.0) + wind));
            }
            if j > 0 {
                row.push((number(i, j - 1), T::real(-1.1)));
            }
            if j + 1 < n {
                row.push((number(i, j + 1), T::real(-0.9)));
            }
            row
        });
        (
            CsrMatrix::from_rows(n * n, rows),
            (0..n * n).map(|r| [r % n, r / n]).collect(),
        )
    }

    fn start<T: Scalar>(n: usize, block: usize) -> Vec<Vec<T>> {
        (0..block)
            .map(|b| {
                (0..n)
                    .map(|k| T::real(((k * (b + 3) + 7) % 11) as f64 - 4.7))
                    .collect()
            })
            .collect()
    }

    fn factors<T: Scalar>(
        matrix: &CsrMatrix<T>,
        lattice: &[[usize; 2]],
        shift: T,
    ) -> Multifrontal<T> {
        Multifrontal::new(Arc::new(Dissection::new(matrix, lattice)), matrix, shift)
    }

    #[test]
    fn factors_solve_the_shifted_system() {
        let (matrix, lattice) = lattice_matrix::<Complex64>(23, Complex64::new(0.1, 0.05));
        let shift = Complex64::new(3.7, 0.2);
        let exact: Vec<Vec<Complex64>> = start(23 * 23, 2);
        let mut columns: Vec<Vec<Complex64>> = exact
            .iter()
            .map(|x| {
                matrix
                    .apply(x)
                    .into_iter()
                    .zip(x)
                    .map(|(a, &x)| a - shift * x)
                    .collect()
            })
            .collect();
        factors(&matrix, &lattice, shift).solve(&mut columns);
        for (x, e) in columns.iter().zip(&exact) {
            let difference: Vec<Complex64> = x.iter().zip(e).map(|(x, e)| x - e).collect();
            // Round-off times the condition number, here below 1e4.
            assert!(
                norm(&difference) < 1e-11 * norm(e),
                "{}",
                norm(&difference) / norm(e)
            );
        }
    }

    #[test]
    fn eigenvalues_agree_with_a_dense_solver() {
        let (matrix, lattice) = lattice_matrix::<f64>(14, 0.1);
        let shift = 9.0;
        let options = EigenOptions {
            count: 5,
            tolerance: 1e-10,
            solves: 400,
        };
        let pairs = shift_invert(
            &factors(&matrix, &lattice, shift),
            shift,
            start(14 * 14, 7),
            options,
        )
        .unwrap();
        let mut dense = Array2::<f64>::zeros((14 * 14, 14 * 14));
        for r in 0..matrix.rows() {
            let (columns, values) = matrix.row(r);
            for (&c, &v) in columns.iter().zip(values) {
                dense[[r, c]] = v;
            }
        }
        let (eigenvalues, _) = dense.eig().unwrap();
        let mut reference: Vec<f64> = eigenvalues.iter().map(|v| v.re).collect();
        reference.sort_by(|a, b| (a - shift).abs().total_cmp(&(b - shift).abs()));
        for ((value, vector), reference) in pairs.iter().zip(&reference) {
            // LAPACK's own backward error on an unsymmetric matrix of this size is 1e-13.
            assert!((value.re - reference).abs() < 1e-9, "{value} {reference}");
            let image = matrix.apply(vector);
            let residual: Vec<f64> = image
                .iter()
                .zip(vector)
                .map(|(a, x)| a - value.re * x)
                .collect();
            assert!(norm(&residual) < 1e-8);
        }
    }
}
