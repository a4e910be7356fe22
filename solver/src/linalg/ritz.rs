//! The Rayleigh-Ritz process: an orthonormal basis V, its image W = F V, and the eigenpairs of V*W.

use super::scalar::{Scalar, axpy, dot, norm};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::traits::Conjugate;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};
use num_complex::Complex64;

/// Norm of what is left of a candidate below which the block is orthonormalised one by one.
const INDEPENDENT: f64 = 1e-5;
/// Norm above which one pass is enough: the products left are 1e-16 over it.
const ONE_PASS: f64 = 1e-2;

/// V, W = F V and V*W, in the leading columns.
pub(super) struct Space<T> {
    basis: Mat<T>,
    image: Mat<T>,
    projected: Mat<T>,
    /// How many.
    pub(super) filled: usize,
}

impl<T: Scalar> Space<T> {
    pub(super) fn new(n: usize, capacity: usize) -> Self {
        Self {
            basis: Mat::zeros(n, capacity),
            image: Mat::zeros(n, capacity),
            projected: Mat::zeros(capacity, capacity),
            filled: 0,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.basis.ncols()
    }

    fn basis(&self) -> MatRef<'_, T> {
        self.basis.get(.., ..self.filled)
    }

    pub(super) fn projected(&self) -> MatRef<'_, T> {
        self.projected.get(..self.filled, ..self.filled)
    }

    /// What of the candidates is new, orthonormalised.
    pub(super) fn orthonormal(&self, mut block: Mat<T>) -> Mat<T> {
        let count = block.ncols();
        for c in 0..count {
            let column = block.col_as_slice_mut(c);
            let scale = T::real(1.0 / norm(column).max(f64::MIN_POSITIVE));
            column.iter_mut().for_each(|v| *v *= scale);
        }
        // Cholesky's factor of the Gram matrix orthonormalises as a whole what is far from dependent;
        // a second pass restores what cancellation lost in the first.
        for _ in 0..3 {
            if self.filled > 0 {
                let overlap = product(self.basis().adjoint(), block.as_ref());
                add_product(&mut block, self.basis(), overlap.as_ref(), -1.0);
            }
            let gram = product(block.adjoint(), block.as_ref());
            let Ok(factor) = gram.llt(Side::Lower) else {
                break;
            };
            let diagonal = (0..count).map(|c| factor.L()[(c, c)].to_complex().re);
            let least = diagonal.fold(f64::INFINITY, f64::min);
            if least < INDEPENDENT {
                break;
            }
            let mut inverse = Mat::identity(count, count);
            solve_lower_triangular_in_place(factor.L(), inverse.as_mut(), Par::Seq);
            let mut turned = Mat::zeros(block.nrows(), count);
            let one = T::real(1.0);
            matmul(
                turned.as_mut(),
                Accum::Replace,
                block.as_ref(),
                inverse.adjoint(),
                one,
                Par::Seq,
            );
            block = turned;
            if least > ONE_PASS {
                return block;
            }
        }
        let columns = (0..count).map(|c| block.col_as_slice(c).to_vec());
        let mut columns = orthonormalised(columns.collect());
        for column in &mut columns {
            for v in 0..self.filled {
                let v = self.basis.col_as_slice(v);
                let overlap = dot(v, column);
                axpy(-overlap, v, column);
            }
        }
        let columns = orthonormalised(columns);
        Mat::from_fn(block.nrows(), columns.len(), |r, c| columns[c][r])
    }

    pub(super) fn extend(
        &mut self,
        vectors: &Mat<T>,
        apply: impl Fn(MatRef<'_, T>, MatMut<'_, T>),
    ) {
        let before = self.filled;
        self.filled += vectors.ncols();
        self.basis
            .get_mut(.., before..self.filled)
            .copy_from(vectors);
        apply(
            vectors.as_ref(),
            self.image.get_mut(.., before..self.filled),
        );
        let filled = self.filled;
        for (rows, columns) in [(0..filled, before..filled), (before..filled, 0..before)] {
            let part = product(
                self.basis.get(.., rows.clone()).adjoint(),
                self.image.get(.., columns.clone()),
            );
            self.projected.get_mut(rows, columns).copy_from(part);
        }
    }

    /// W A − V B for the coefficients A of Ritz vectors and B of them times their values.
    pub(super) fn residuals(&self, columns: &[(usize, &RitzColumn<T>)]) -> Mat<T> {
        let vectors = Mat::from_fn(self.filled, columns.len(), |r, c| columns[c].1.vector[r]);
        let scaled = Mat::from_fn(self.filled, columns.len(), |r, c| columns[c].1.scaled[r]);
        let mut result = Mat::zeros(self.basis.nrows(), columns.len());
        add_product(
            &mut result,
            self.image.get(.., ..self.filled),
            vectors.as_ref(),
            1.0,
        );
        add_product(&mut result, self.basis(), scaled.as_ref(), -1.0);
        result
    }

    /// V s.
    pub(super) fn combine(&self, coefficients: &[T]) -> Vec<T> {
        let mut sum = vec![T::ZERO; self.basis.nrows()];
        for (c, &s) in coefficients.iter().enumerate() {
            axpy(s, self.basis.col_as_slice(c), &mut sum);
        }
        sum
    }

    /// The normalised Ritz vector; of a real scalar, its real part.
    pub(super) fn vector(&self, pair: &RitzPair<T>) -> Vec<T> {
        let mut vector = self.combine(&pair.columns[0].vector);
        let scale = T::real(1.0 / norm(&vector));
        vector.iter_mut().for_each(|v| *v *= scale);
        vector
    }

    /// Keeps only V R for orthonormal columns R.
    pub(super) fn compress(&mut self, rotation: &[Vec<T>]) {
        let keep = rotation.len();
        let rotation = Mat::from_fn(self.filled, keep, |r, c| rotation[c][r]);
        for matrix in [&mut self.basis, &mut self.image] {
            let mut rotated = Mat::zeros(matrix.nrows(), keep);
            add_product(
                &mut rotated,
                matrix.get(.., ..self.filled),
                rotation.as_ref(),
                1.0,
            );
            matrix.get_mut(.., ..keep).copy_from(rotated);
        }
        let image = rotation.adjoint() * (self.projected() * &rotation);
        self.projected.get_mut(..keep, ..keep).copy_from(image);
        self.filled = keep;
    }
}

/// A B.
fn product<T: Scalar, C: Conjugate<Canonical = T>>(a: MatRef<'_, C>, b: MatRef<'_, T>) -> Mat<T> {
    let mut result = Mat::zeros(a.nrows(), b.ncols());
    let one = T::real(1.0);
    matmul(result.as_mut(), Accum::Replace, a, b, one, Par::Seq);
    result
}

/// C ← C + s A B.
fn add_product<T: Scalar>(c: &mut Mat<T>, a: MatRef<'_, T>, b: MatRef<'_, T>, s: f64) {
    matmul(c.as_mut(), Accum::Add, a, b, T::real(s), Par::Seq);
}

/// A Ritz value and the coefficients of its vector: for a real scalar real and imaginary part, where
/// not zero.
pub(super) struct RitzPair<T> {
    pub(super) theta: Complex64,
    pub(super) columns: Vec<RitzColumn<T>>,
}

/// Coefficients of (a part of) a Ritz vector s and of θ s.
pub(super) struct RitzColumn<T> {
    pub(super) vector: Vec<T>,
    pub(super) scaled: Vec<T>,
}

/// Ritz pairs of V*W; none if it is not finite.
pub(super) fn ritz_pairs<T: Scalar>(projected: MatRef<'_, T>) -> Option<Vec<RitzPair<T>>> {
    let m = projected.nrows();
    let projected = Mat::<Complex64>::from_fn(m, m, |i, j| projected[(i, j)].to_complex());
    if (0..m).any(|j| (0..m).any(|i| !projected[(i, j)].is_finite())) {
        return None;
    }
    let decomposition = projected.eigen().ok()?;
    let pair = |k: usize| {
        let theta = decomposition.S()[k];
        let s: Vec<Complex64> = (0..m).map(|i| decomposition.U()[(i, k)]).collect();
        // The phase is free: make the largest coefficient real, so that a real scalar loses nothing.
        let largest = s.iter().fold(Complex64::ONE * 1e-300, |a, &b| {
            if b.norm() > a.norm() { b } else { a }
        });
        let phase = largest.conj() / largest.norm();
        let size = s.iter().map(Complex64::norm_sqr).sum::<f64>().sqrt();
        let column = |turn: Complex64| -> RitzColumn<T> {
            let part = |factor: Complex64| {
                let values = s.iter().map(|&v| T::from_complex(v * factor * turn / size));
                values.collect()
            };
            RitzColumn {
                vector: part(phase),
                scaled: part(phase * theta),
            }
        };
        let mut columns = vec![column(Complex64::ONE)];
        if T::REAL {
            let imaginary = column(-Complex64::I);
            if norm(&imaginary.vector) > 1e-10 {
                columns.push(imaginary);
            }
        }
        RitzPair { theta, columns }
    };
    Some((0..m).map(pair).collect())
}

/// The candidates made orthonormal, without those that depend on others.
pub(super) fn orthonormalised<T: Scalar>(candidates: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut fresh: Vec<Vec<T>> = Vec::with_capacity(candidates.len());
    for mut vector in candidates {
        let before = norm(&vector);
        if before == 0.0 || !before.is_finite() {
            continue;
        }
        for _ in 0..2 {
            for v in &fresh {
                let overlap = dot(v, &vector);
                axpy(-overlap, v, &mut vector);
            }
        }
        let after = norm(&vector);
        // What is left of a dependent vector is round-off, 1e-16 of it.
        if after > 1e-10 * before {
            let scale = T::real(1.0 / after);
            vector.iter_mut().for_each(|v| *v *= scale);
            fresh.push(vector);
        }
    }
    fresh
}
