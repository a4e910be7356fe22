//! The Rayleigh-Ritz process: an orthonormal basis V, its image W = F V, and the eigenpairs of V*W.

use super::kernels::{self, axpy_two, dot_two, vectorised};
use super::scalar::Scalar;
use super::vectors::{axpy, dot, norm};
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Mat, MatRef, Par, Side};
use num_complex::Complex64;

/// Norm of what is left of a candidate below which the block is orthonormalised one by one.
const INDEPENDENT: f64 = 1e-5;
/// Norm above which one pass is enough: the products left are 1e-16 over it.
const ONE_PASS: f64 = 1e-2;

/// Rows that are worked on at a time, so that a block's part of them stays in the nearest cache.
const ROWS: usize = 2048;

/// V, W = F V and V*W.
pub(super) struct Space<T> {
    basis: Vec<Vec<T>>,
    image: Vec<Vec<T>>,
    projected: Mat<T>,
}

impl<T: Scalar> Space<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            basis: Vec::with_capacity(capacity),
            image: Vec::with_capacity(capacity),
            projected: Mat::zeros(capacity, capacity),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.projected.ncols()
    }

    /// Vectors in the basis.
    pub(super) fn filled(&self) -> usize {
        self.basis.len()
    }

    pub(super) fn projected(&self) -> MatRef<'_, T> {
        self.projected.get(..self.filled(), ..self.filled())
    }

    /// What of the candidates is new, orthonormalised.
    pub(super) fn orthonormal(&self, mut block: Vec<Vec<T>>) -> Vec<Vec<T>> {
        let count = block.len();
        for column in &mut block {
            let scale = T::real(1.0 / norm(column).max(f64::MIN_POSITIVE));
            column.iter_mut().for_each(|v| *v *= scale);
        }
        // Cholesky's factor of the Gram matrix orthonormalises as a whole what is far from dependent;
        // a second pass restores what cancellation lost in the first.
        for _ in 0..3 {
            if self.filled() > 0 {
                let mut overlap = products(&self.basis, &block);
                overlap *= faer::Scale(T::real(-1.0));
                add_combinations(&mut block, &self.basis, overlap.as_ref());
            }
            let gram = products(&block, &block);
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
            turn(&mut block, inverse.as_ref());
            if least > ONE_PASS {
                return block;
            }
        }
        let mut columns = orthonormalised(block);
        for column in &mut columns {
            for v in &self.basis {
                let overlap = dot(v, column);
                axpy(-overlap, v, column);
            }
        }
        orthonormalised(columns)
    }

    /// Takes orthonormal vectors and their images into the basis.
    pub(super) fn extend(&mut self, vectors: Vec<Vec<T>>, images: Vec<Vec<T>>) {
        let before = self.filled();
        self.basis.extend(vectors);
        self.image.extend(images);
        let filled = self.filled();
        for (rows, columns) in [(0..filled, before..filled), (before..filled, 0..before)] {
            let part = products(&self.basis[rows.clone()], &self.image[columns.clone()]);
            self.projected.get_mut(rows, columns).copy_from(part);
        }
    }

    /// W A − V B for the coefficients A of Ritz vectors and B of them times their values.
    pub(super) fn residuals(&self, columns: &[(usize, &RitzColumn<T>)]) -> Vec<Vec<T>> {
        let vectors = Mat::from_fn(self.filled(), columns.len(), |r, c| columns[c].1.vector[r]);
        let scaled = Mat::from_fn(self.filled(), columns.len(), |r, c| -columns[c].1.scaled[r]);
        let mut result = combinations(&self.image, vectors.as_ref());
        add_combinations(&mut result, &self.basis, scaled.as_ref());
        result
    }

    /// V S.
    pub(super) fn combine(&self, columns: &[&RitzColumn<T>]) -> Vec<Vec<T>> {
        let vectors = Mat::from_fn(self.filled(), columns.len(), |r, c| columns[c].vector[r]);
        combinations(&self.basis, vectors.as_ref())
    }

    /// The normalised Ritz vectors; of a real scalar, their real parts.
    pub(super) fn vectors(&self, pairs: &[RitzPair<T>]) -> Vec<Vec<T>> {
        let columns: Vec<&RitzColumn<T>> = pairs.iter().map(|pair| &pair.columns[0]).collect();
        let mut vectors = self.combine(&columns);
        for vector in &mut vectors {
            let scale = T::real(1.0 / norm(vector));
            vector.iter_mut().for_each(|v| *v *= scale);
        }
        vectors
    }

    /// Keeps only V R for orthonormal columns R.
    pub(super) fn compress(&mut self, rotation: &[Vec<T>]) {
        let keep = rotation.len();
        let rotation = Mat::from_fn(self.filled(), keep, |r, c| rotation[c][r]);
        let image = rotation.adjoint() * (self.projected() * &rotation);
        for vectors in [&mut self.basis, &mut self.image] {
            let rotated = combinations(vectors, rotation.as_ref());
            vectors.clear();
            vectors.extend(rotated);
        }
        self.projected.get_mut(..keep, ..keep).copy_from(image);
    }
}

/// A* B, summed over [`ROWS`] at a time.
fn products<T: Scalar>(a: &[Vec<T>], b: &[Vec<T>]) -> Mat<T> {
    let n = a.first().map_or(0, Vec::len);
    let mut sums = Mat::zeros(a.len(), b.len());
    vectorised(
        #[inline(always)]
        || {
            for start in (0..n).step_by(ROWS) {
                let rows = start..(start + ROWS).min(n);
                for (i, a) in a.iter().enumerate() {
                    let a = &a[rows.clone()];
                    for (j, b) in b.chunks(2).enumerate() {
                        match b {
                            [one, two] => {
                                let both = dot_two(a, [&one[rows.clone()], &two[rows.clone()]]);
                                sums[(i, 2 * j)] += both[0];
                                sums[(i, 2 * j + 1)] += both[1];
                            }
                            [one] => sums[(i, 2 * j)] += kernels::dot(a, &one[rows.clone()]),
                            _ => {}
                        }
                    }
                }
            }
        },
    );
    sums
}

/// C ← C + A S.
fn add_combinations<T: Scalar>(c: &mut [Vec<T>], a: &[Vec<T>], s: MatRef<'_, T>) {
    let n = a.first().map_or(0, Vec::len);
    vectorised(
        #[inline(always)]
        || {
            for start in (0..n).step_by(ROWS) {
                let rows = start..(start + ROWS).min(n);
                for (i, a) in a.chunks(2).enumerate() {
                    for (j, c) in c.iter_mut().enumerate() {
                        let sum = &mut c[rows.clone()];
                        match a {
                            [one, two] => axpy_two(
                                [s[(2 * i, j)], s[(2 * i + 1, j)]],
                                [&one[rows.clone()], &two[rows.clone()]],
                                sum,
                            ),
                            [one] => kernels::axpy(s[(2 * i, j)], &one[rows.clone()], sum),
                            _ => {}
                        }
                    }
                }
            }
        },
    );
}

/// C ← C L* for a lower triangle L, in place from the last column.
fn turn<T: Scalar>(c: &mut [Vec<T>], l: MatRef<'_, T>) {
    let n = c.first().map_or(0, Vec::len);
    vectorised(
        #[inline(always)]
        || {
            for start in (0..n).step_by(ROWS) {
                let rows = start..(start + ROWS).min(n);
                for k in (0..c.len()).rev() {
                    let (before, rest) = c.split_at_mut(k);
                    let column = &mut rest[0][rows.clone()];
                    let own = l[(k, k)].conjugate();
                    column.iter_mut().for_each(|v| *v *= own);
                    for (i, other) in before.iter().enumerate() {
                        kernels::axpy(l[(k, i)].conjugate(), &other[rows.clone()], column);
                    }
                }
            }
        },
    );
}

/// A S.
fn combinations<T: Scalar>(a: &[Vec<T>], s: MatRef<'_, T>) -> Vec<Vec<T>> {
    let n = a.first().map_or(0, Vec::len);
    let mut result = vec![vec![T::ZERO; n]; s.ncols()];
    add_combinations(&mut result, a, s);
    result
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
