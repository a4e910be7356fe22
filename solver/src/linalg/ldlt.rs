//! P A Pᵀ = L D Lᵀ of the leading part of a symmetric (complex: not Hermitian) dense matrix.
//!
//! D has blocks of one and two rows. A pivot is taken where it stands if it is not small beside its
//! column, else the best of the panel by the rule of Bunch & Parlett (1971, DOI 10.1137/0708060).
//! Pivots come from the leading part alone, so L can grow where that part is nearly singular; one that
//! vanishes is replaced by √ε times the largest of its column.

use super::kernels::vectorised;
use super::scalar::Scalar;
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};

/// Columns that are eliminated one by one before the rest is updated at once.
const PANEL: usize = 16;
/// A diagonal at least so large beside its column is a pivot without a search.
const ACCEPTED: f64 = 0.25;
/// (1 + √17)/8 squared: a diagonal this much of the largest entry is preferred to a pair of rows.
const SINGLE: f64 = 0.41;
/// Squared share of its column below which a pivot waits for the next panel.
const POOR: f64 = 1e-6;
/// Borders up to this size are updated as a full square.
const SMALL: usize = 48;

/// What is kept of D and the order of the pivots.
#[derive(Clone, Debug)]
pub(super) struct Pivots<T> {
    /// Diagonal and first off-diagonal of D⁻¹.
    pub(super) inverse: Vec<[T; 2]>,
    /// The same of D.
    block: Vec<[T; 2]>,
    /// Scratch for L D.
    scaled: Vec<T>,
}

impl<T> Default for Pivots<T> {
    fn default() -> Self {
        Self {
            inverse: Vec::new(),
            block: Vec::new(),
            scaled: Vec::new(),
        }
    }
}

/// A square matrix, its lower half column after column; what is above the diagonal is garbage.
pub(super) struct Front<'a, T> {
    pub(super) values: &'a mut [T],
    pub(super) size: usize,
}

impl<T: Scalar> Front<'_, T> {
    /// Eliminates the first `count` rows and columns: they become L without its unit diagonal, the rest
    /// the Schur complement. `order` is permuted like the rows.
    pub(super) fn eliminate(&mut self, count: usize, order: &mut [usize], pivots: &mut Pivots<T>) {
        pivots.inverse.clear();
        pivots.block.clear();
        let (mut done, mut fresh) = (0, 0);
        while done < count {
            fresh = (done + PANEL).min(count).max(fresh);
            let first = done;
            done = vectorised(
                #[inline(always)]
                || self.panel(first, fresh, count, order, pivots),
            );
            if fresh < count {
                self.update_pivots(first..done, fresh, count, pivots);
            }
        }
        if count > 0 && count < self.size {
            self.update_border(count, pivots);
        }
    }

    /// Eliminates from `first` up to `fresh` or the first pivot that should wait; returns where.
    #[inline(always)]
    fn panel(
        &mut self,
        first: usize,
        fresh: usize,
        count: usize,
        order: &mut [usize],
        pivots: &mut Pivots<T>,
    ) -> usize {
        let mut done = first;
        while done < fresh {
            let taken = self.pivot(done, fresh, count, first, order, pivots);
            if taken == 0 {
                break;
            }
            done += taken;
        }
        done
    }

    #[inline(always)]
    fn column(&self, j: usize) -> &[T] {
        &self.values[j * self.size..(j + 1) * self.size]
    }

    fn at(&self, i: usize, j: usize) -> T {
        self.values[j.min(i) * self.size + i.max(j)]
    }

    /// Eliminates at `j` and updates the columns before `fresh`; returns how many, none if it should
    /// wait for more columns.
    #[inline(always)]
    fn pivot(
        &mut self,
        j: usize,
        fresh: usize,
        count: usize,
        first: usize,
        order: &mut [usize],
        pivots: &mut Pivots<T>,
    ) -> usize {
        let largest = |column: &[T]| column.iter().map(|v| v.norm_squared()).fold(0.0, f64::max);
        let below = largest(&self.column(j)[j + 1..count]);
        let mut here = self.at(j, j).norm_squared();
        if here < ACCEPTED * ACCEPTED * below {
            let (mut single, mut pair) = ((here, j), (0.0, [j, j]));
            for c in j..fresh {
                let column = &self.values[c * self.size..][..fresh];
                let size = column[c].norm_squared();
                if size > single.0 {
                    single = (size, c);
                }
                for (r, value) in column.iter().enumerate().skip(c + 1) {
                    let size = value.norm_squared();
                    if size > pair.0 {
                        pair = (size, [c, r]);
                    }
                }
            }
            if single.0 < SINGLE * pair.0 {
                let [c, r] = pair.1;
                self.swap(j, c, order);
                self.swap(j + 1, r, order);
                self.eliminate_pair(j, fresh, pivots);
                return 2;
            }
            self.swap(j, single.1, order);
            here = single.0;
            let below = largest(&self.column(j)[j + 1..count]);
            if here < POOR * below && fresh < count && j > first {
                return 0;
            }
        }
        if here < (f64::EPSILON * f64::EPSILON) * below || here == 0.0 {
            let most = largest(&self.column(j)[j + 1..]).sqrt();
            let size = if most > 0.0 {
                f64::EPSILON.sqrt() * most
            } else {
                1.0
            };
            self.values[j * self.size + j] = T::real(size);
        }
        self.eliminate_one(j, fresh, pivots);
        1
    }

    /// Swaps rows and columns p ≤ q.
    fn swap(&mut self, p: usize, q: usize, order: &mut [usize]) {
        if p == q {
            return;
        }
        let n = self.size;
        order.swap(p, q);
        for c in 0..p {
            self.values.swap(c * n + p, c * n + q);
        }
        self.values.swap(p * n + p, q * n + q);
        for i in p + 1..q {
            self.values.swap(p * n + i, i * n + q);
        }
        let (left, right) = self.values.split_at_mut(q * n);
        left[p * n + q + 1..(p + 1) * n].swap_with_slice(&mut right[q + 1..n]);
    }

    #[inline(always)]
    fn eliminate_one(&mut self, j: usize, fresh: usize, pivots: &mut Pivots<T>) {
        let n = self.size;
        let (left, right) = self.values.split_at_mut((j + 1) * n);
        let column = &mut left[j * n..];
        let inverse = T::real(1.0) / column[j];
        pivots.block.push([column[j], T::ZERO]);
        pivots.inverse.push([inverse, T::ZERO]);
        for (c, target) in (j + 1..fresh).zip(right.chunks_exact_mut(n)) {
            let factor = -column[c] * inverse;
            for (t, &l) in target[c..].iter_mut().zip(&column[c..]) {
                *t += factor * l;
            }
        }
        column[j + 1..].iter_mut().for_each(|v| *v *= inverse);
    }

    #[inline(always)]
    fn eliminate_pair(&mut self, j: usize, fresh: usize, pivots: &mut Pivots<T>) {
        let n = self.size;
        let (left, right) = self.values.split_at_mut((j + 2) * n);
        let (one, two) = left[j * n..].split_at_mut(n);
        let (a, b, c) = (one[j], one[j + 1], two[j + 1]);
        let determinant = a * c - b * b;
        let (p, q, r) = (c / determinant, -b / determinant, a / determinant);
        pivots.block.extend([[a, b], [c, T::ZERO]]);
        pivots.inverse.extend([[p, q], [r, T::ZERO]]);
        one[j + 1] = T::ZERO;
        for (k, target) in (j + 2..fresh).zip(right.chunks_exact_mut(n)) {
            let (u, v) = (one[k], two[k]);
            let (x, y) = (-(p * u + q * v), -(q * u + r * v));
            let columns = one[k..].iter().zip(&two[k..]);
            for (t, (&s, &w)) in target[k..].iter_mut().zip(columns) {
                *t += x * s + y * w;
            }
        }
        for (s, w) in one[j + 2..].iter_mut().zip(&mut two[j + 2..]) {
            (*s, *w) = (p * *s + q * *w, q * *s + r * *w);
        }
    }

    /// L D of columns `done` and rows from `from` on.
    fn scale(&self, done: std::ops::Range<usize>, from: usize, pivots: &mut Pivots<T>) {
        let Pivots { block, scaled, .. } = pivots;
        scaled.clear();
        for j in done.clone() {
            let [d, next] = block[j];
            let start = scaled.len();
            scaled.extend(self.column(j)[from..].iter().map(|&l| l * d));
            let before = if j > done.start {
                block[j - 1][1]
            } else {
                T::ZERO
            };
            for (coupling, other) in [(next, j + 1), (before, j.wrapping_sub(1))] {
                if coupling != T::ZERO {
                    for (s, &l) in scaled[start..].iter_mut().zip(&self.column(other)[from..]) {
                        *s += l * coupling;
                    }
                }
            }
        }
    }

    /// Updates the pivot columns from `fresh` on by those just eliminated.
    fn update_pivots(
        &mut self,
        done: std::ops::Range<usize>,
        fresh: usize,
        count: usize,
        pivots: &mut Pivots<T>,
    ) {
        self.scale(done.clone(), fresh, pivots);
        let (n, rows) = (self.size, self.size - fresh);
        let (left, right) = self.values.split_at_mut(fresh * n);
        let l = MatRef::from_column_major_slice_with_stride(
            &left[done.start * n + fresh..done.end * n],
            rows,
            done.len(),
            n,
        );
        let scaled = MatRef::from_column_major_slice(&pivots.scaled, rows, done.len());
        let target = MatMut::from_column_major_slice_with_stride_mut(
            &mut right[fresh..(count - fresh) * n],
            rows,
            count - fresh,
            n,
        );
        let across = scaled.subrows(0, count - fresh).transpose();
        matmul(target, Accum::Add, l, across, T::real(-1.0), Par::Seq);
    }

    /// The Schur complement.
    fn update_border(&mut self, count: usize, pivots: &mut Pivots<T>) {
        self.scale(0..count, count, pivots);
        let (n, rows) = (self.size, self.size - count);
        let (left, right) = self.values.split_at_mut(count * n);
        let l = MatRef::from_column_major_slice_with_stride(&left[count..], rows, count, n);
        let scaled = MatRef::from_column_major_slice(&pivots.scaled, rows, count);
        let target =
            MatMut::from_column_major_slice_with_stride_mut(&mut right[count..], rows, rows, n);
        let minus = T::real(-1.0);
        if rows <= SMALL {
            matmul(target, Accum::Add, l, scaled.transpose(), minus, Par::Seq);
        } else {
            triangular::matmul(
                target,
                BlockStructure::TriangularLower,
                Accum::Add,
                l,
                BlockStructure::Rectangular,
                scaled.transpose(),
                BlockStructure::Rectangular,
                minus,
                Par::Seq,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::pseudo_random;
    use num_complex::Complex64;

    /// L D Lᵀ and the Schur complement put together again.
    fn rebuilt<T: Scalar>(n: usize, count: usize, entry: impl Fn(usize, usize) -> T) -> f64 {
        let mut values = vec![T::ZERO; n * n];
        for c in 0..n {
            for r in c..n {
                values[c * n + r] = entry(r, c);
            }
        }
        let mut order: Vec<usize> = (0..n).collect();
        let mut pivots = Pivots::default();
        let mut front = Front {
            values: &mut values,
            size: n,
        };
        front.eliminate(count, &mut order[..count], &mut pivots);
        let l = |i: usize, k: usize| match i.cmp(&k) {
            std::cmp::Ordering::Less => T::ZERO,
            std::cmp::Ordering::Equal => T::real(1.0),
            std::cmp::Ordering::Greater => values[k * n + i],
        };
        let mut worst: f64 = 0.0;
        for i in 0..n {
            for j in 0..=i {
                let mut sum = if j >= count {
                    values[j * n + i]
                } else {
                    T::ZERO
                };
                for k in 0..count {
                    let [d, e] = pivots.block[k];
                    sum += l(i, k) * d * l(j, k);
                    if k + 1 < count {
                        sum += e * (l(i, k) * l(j, k + 1) + l(i, k + 1) * l(j, k));
                    }
                }
                let (r, c) = (order[i].max(order[j]), order[i].min(order[j]));
                worst = worst.max((sum - entry(r, c)).norm_squared().sqrt());
            }
        }
        worst
    }

    #[test]
    fn factors_multiply_to_the_matrix() {
        for (n, count) in [(1, 1), (7, 7), (40, 33), (90, 50), (60, 0)] {
            let random: Vec<f64> = pseudo_random(n * n, 7);
            // Zeros on half of the diagonal ask for pairs.
            let entry = |r: usize, c: usize| match r == c && r.is_multiple_of(2) && n > 1 {
                true => 0.0,
                false => random[c * n + r],
            };
            // Round-off of sums of 90 terms with some growth of L.
            assert!(rebuilt(n, count, entry) < 1e-11, "{n} {count}");
            let complex = |r: usize, c: usize| Complex64::new(entry(r, c), random[r * n + c]);
            assert!(rebuilt(n, count, complex) < 1e-11, "{n} {count}");
        }
    }
}
