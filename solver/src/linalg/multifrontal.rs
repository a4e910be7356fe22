//! Numeric phase: multifrontal LU with partial pivoting inside the fronts.
//!
//! Each supernode gathers its rows and columns and its children's Schur complements into a dense
//! front F = [F₁₁ F₁₂; F₂₁ F₂₂], eliminates the pivots, P F₁₁ = L U, U₁₂ = L⁻¹ P F₁₂,
//! L₂₁ = F₂₁ U⁻¹, and passes S = F₂₂ − L₂₁ U₁₂ to its parent (Duff & Reid 1983,
//! DOI 10.1145/356044.356047). Pivots do not leave their front: a shift that makes a leading block
//! singular shows as a large residual, which the eigen-solver reports.

use super::dissection::Dissection;
use super::kernels::vectorised;
use super::scalar::Scalar;
use super::sparse::CsrMatrix;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::factor::{lu_in_place, lu_in_place_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::{
    solve_lower_triangular_in_place, solve_unit_lower_triangular_in_place,
};
use faer::{Accum, Mat, Par};
use std::sync::Arc;

/// The factors of one supernode.
struct Front<T> {
    /// L and U of the pivots.
    pivots: Mat<T>,
    /// Row order of the pivots.
    permutation: Vec<usize>,
    /// U₁₂: pivots × boundary.
    upper: Mat<T>,
    /// L₂₁: boundary × pivots.
    lower: Mat<T>,
}

/// A factorised sparse matrix.
pub(crate) struct Multifrontal<T> {
    symbolic: Arc<Dissection>,
    fronts: Vec<Front<T>>,
}

impl<T: Scalar> Multifrontal<T> {
    /// Factorises A − σ I, whose pattern must be the one `symbolic` was made for.
    pub(crate) fn new(symbolic: Arc<Dissection>, matrix: &CsrMatrix<T>, shift: T) -> Self {
        let n = symbolic.unknowns();
        let transpose = matrix.transpose();
        let mut local = vec![usize::MAX; n];
        let mut schur: Vec<Option<Mat<T>>> = Vec::with_capacity(symbolic.supernodes.len());
        let mut fronts = Vec::with_capacity(symbolic.supernodes.len());
        for node in &symbolic.supernodes {
            let (pivots, size) = (node.pivots.len(), node.pivots.len() + node.boundary.len());
            for (l, k) in node
                .pivots
                .clone()
                .chain(node.boundary.iter().copied())
                .enumerate()
            {
                local[k] = l;
            }
            let mut front = Mat::<T>::zeros(size, size);
            for (l, k) in node.pivots.clone().enumerate() {
                let unknown = symbolic.order[k];
                let (columns, values) = matrix.row(unknown);
                for (&c, &v) in columns.iter().zip(values) {
                    let position = symbolic.position[c];
                    if position >= node.pivots.start {
                        front[(l, local[position])] += v;
                    }
                }
                let (rows, values) = transpose.row(unknown);
                for (&r, &v) in rows.iter().zip(values) {
                    let position = symbolic.position[r];
                    if position >= node.pivots.end {
                        front[(local[position], l)] += v;
                    }
                }
                front[(l, l)] -= shift;
            }
            for &child in &node.children {
                if let Some(update) = schur[child].take() {
                    let map: Vec<usize> = symbolic.supernodes[child]
                        .boundary
                        .iter()
                        .map(|&k| local[k])
                        .collect();
                    for (c, &column) in map.iter().enumerate() {
                        for (r, &row) in map.iter().enumerate() {
                            front[(row, column)] += update[(r, c)];
                        }
                    }
                }
            }
            let (factors, update) = eliminate(front, pivots);
            fronts.push(factors);
            schur.push((!node.boundary.is_empty()).then_some(update));
        }
        Self { symbolic, fronts }
    }

    /// Solves (A − σ I) x = b in place for every vector, in the matrix's own numbering.
    pub(crate) fn solve(&self, vectors: &mut [Vec<T>]) {
        let (fours, rest) = vectors.as_chunks_mut::<4>();
        fours
            .iter_mut()
            .for_each(|vectors| self.solve_lanes(vectors));
        rest.iter_mut()
            .for_each(|vector| self.solve_lanes(std::array::from_mut(vector)));
    }

    /// The same for `L` vectors side by side, so that the factors are read once for all of them.
    fn solve_lanes<const L: usize>(&self, vectors: &mut [Vec<T>; L]) {
        let order = &self.symbolic.order;
        let lanes = |&unknown: &usize| std::array::from_fn(|l| vectors[l][unknown]);
        let mut x: Vec<[T; L]> = order.iter().map(lanes).collect();
        vectorised(
            #[inline(always)]
            || self.substitute(&mut x),
        );
        for (&unknown, lanes) in order.iter().zip(&x) {
            for l in 0..L {
                vectors[l][unknown] = lanes[l];
            }
        }
    }

    /// In the order of elimination: L y = P b forward, U x = y backward.
    #[inline(always)]
    fn substitute<const L: usize>(&self, x: &mut [[T; L]]) {
        let (mut own, mut later) = (Vec::new(), Vec::new());
        for (node, front) in self.symbolic.supernodes.iter().zip(&self.fronts) {
            let start = node.pivots.start;
            own.clear();
            own.extend(front.permutation.iter().map(|&r| x[start + r]));
            later.clear();
            later.extend(node.boundary.iter().map(|&k| x[k]));
            for c in 0..own.len() {
                let (done, rest) = own.split_at_mut(c + 1);
                subtract(done[c], &front.pivots.col_as_slice(c)[c + 1..], rest);
                subtract(done[c], front.lower.col_as_slice(c), &mut later);
            }
            x[node.pivots.clone()].copy_from_slice(&own);
            for (&k, &value) in node.boundary.iter().zip(&later) {
                x[k] = value;
            }
        }
        for (node, front) in self.symbolic.supernodes.iter().zip(&self.fronts).rev() {
            later.clear();
            later.extend(node.boundary.iter().map(|&k| x[k]));
            let own = &mut x[node.pivots.clone()];
            for (c, &value) in later.iter().enumerate() {
                subtract(value, front.upper.col_as_slice(c), own);
            }
            for c in (0..own.len()).rev() {
                let column = &front.pivots.col_as_slice(c)[..=c];
                let value = own[c].map(|v| v / column[c]);
                own[c] = value;
                subtract(value, &column[..c], &mut own[..c]);
            }
        }
    }
}

/// y ← y − x aᵀ.
#[inline(always)]
fn subtract<T: Scalar, const L: usize>(a: [T; L], x: &[T], y: &mut [[T; L]]) {
    for (y, &x) in y.iter_mut().zip(x) {
        for l in 0..L {
            y[l] -= a[l] * x;
        }
    }
}

/// Eliminates the first `pivots` unknowns of a front; returns its factors and the Schur complement.
fn eliminate<T: Scalar>(mut front: Mat<T>, pivots: usize) -> (Front<T>, Mat<T>) {
    let (mut forward, mut inverse) = (vec![0_usize; pivots], vec![0_usize; pivots]);
    let (left, right) = front.as_mut().split_at_col_mut(pivots);
    let (mut diagonal, lower) = left.split_at_row_mut(pivots);
    let (upper, mut schur) = right.split_at_row_mut(pivots);
    let mut memory = MemBuffer::new(lu_in_place_scratch::<usize, T>(
        pivots,
        pivots,
        Par::Seq,
        Default::default(),
    ));
    lu_in_place(
        diagonal.as_mut(),
        &mut forward,
        &mut inverse,
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    );
    let mut permuted = Mat::<T>::from_fn(pivots, upper.ncols(), |r, c| upper[(forward[r], c)]);
    solve_unit_lower_triangular_in_place(diagonal.as_ref(), permuted.as_mut(), Par::Seq);
    let mut lower = lower.to_owned();
    solve_lower_triangular_in_place(
        diagonal.as_ref().transpose(),
        lower.as_mut().transpose_mut(),
        Par::Seq,
    );
    matmul(
        schur.as_mut(),
        Accum::Add,
        lower.as_ref(),
        permuted.as_ref(),
        T::real(-1.0),
        Par::Seq,
    );
    let update = schur.to_owned();
    (
        Front {
            pivots: diagonal.to_owned(),
            permutation: forward,
            upper: permuted,
            lower,
        },
        update,
    )
}
