//! A multigrid V-cycle for (A − σ)⁻¹ r, four vectors at a time in single precision.
//!
//! A is an elliptic matrix given on nested lattices. Smoothing is by Gauss-Seidel sweeps, forward on
//! the way down and backward on the way up; the coarsest lattice is solved by its LU factors. σ may
//! lie among the largest eigenvalues, a little off those of the coarsest lattice: the part of the
//! error in their modes, which two grids see with different signs, is left to the Rayleigh-Ritz
//! process that the cycle serves (Hackbusch, "Multi-grid methods and applications",
//! DOI 10.1007/978-3-662-02427-0, ch. 12).
//!
//! Four vectors lie side by side, so that a sweep, whose unknowns wait for each other, still fills a
//! vector register.

use super::multifrontal::Multifrontal;
use super::scalar::{Scalar, Single};
use super::smoothing::Smoother;
use super::stencil::{FivePoints, Further, Lattice, Stencil};
use std::ops::Range;

/// Vectors that are cycled together.
pub(super) const LANES: usize = 4;
pub(super) type Lane<S> = [S; LANES];
/// Smoothings, forward and backward, of what is interpolated from a coarser lattice: less leaves Ritz values so
/// far off that a mode may be lost.
const SETTLING: usize = 2;

/// Linear interpolation along one axis: fine point k lies between coarse points `lower[k]` and the next.
#[derive(Clone, Debug)]
pub(crate) struct Interpolation {
    /// The coarse point below.
    pub(crate) lower: Vec<u32>,
    /// Weights of the two coarse points in a fine value.
    pub(crate) prolong: Vec<[f32; 2]>,
    /// Weights of a fine value in the two coarse ones.
    pub(crate) restrict: Vec<[f32; 2]>,
}

/// One lattice of the hierarchy.
#[derive(Clone, Debug)]
pub(super) struct Level<S> {
    pub(super) lattices: [Lattice; 2],
    pub(super) points: Vec<FivePoints<S>>,
    pub(super) smoother: Smoother<S>,
    pub(super) further: Further<S>,
    /// In x and y, for each lattice, to the next coarser level.
    transfers: [[Interpolation; 2]; 2],
}

/// The hierarchy, finest first, and its coarsest solver.
pub(crate) struct Multigrid<T: Scalar> {
    levels: Vec<Level<T::Single>>,
    coarsest: Coarsest<T>,
}

/// The coarsest lattice: its factors for each shift.
pub(crate) struct Coarsest<T: Scalar> {
    lattices: [Lattice; 2],
    shifts: Vec<T>,
    factors: Vec<Multifrontal<T>>,
}

impl<T: Scalar> Coarsest<T> {
    /// `factors[k]` are those of the matrix less `shifts[k]`.
    pub(crate) fn new(matrix: &Stencil<T>, shifts: Vec<T>, factors: Vec<Multifrontal<T>>) -> Self {
        Self {
            lattices: matrix.lattices,
            shifts,
            factors,
        }
    }
}

/// Vectors of one level.
pub(super) struct Work<S> {
    pub(super) right_side: Vec<Lane<S>>,
    pub(super) solution: Vec<Lane<S>>,
    /// For smoothing by lines.
    pub(super) line: Vec<Lane<S>>,
}

/// Space for a cycle.
pub(crate) struct Workspace<S>(Vec<Work<S>>);

impl<T: Scalar> Multigrid<T> {
    /// A hierarchy of one level, its coarsest.
    pub(crate) fn new(coarsest: Coarsest<T>) -> Self {
        Self {
            levels: Vec::new(),
            coarsest,
        }
    }

    /// Replaces the coarsest solver.
    pub(crate) fn set_coarsest(&mut self, coarsest: Coarsest<T>) {
        self.coarsest = coarsest;
    }

    /// Adds a finer level, with its transfers (x and y, for each lattice) to the finest so far.
    pub(crate) fn refine(&mut self, matrix: &Stencil<T>, transfers: [[Interpolation; 2]; 2]) {
        let shifts = &self.coarsest.shifts;
        let mean = shifts.iter().fold(T::ZERO, |sum, &s| sum + s) / T::real(shifts.len() as f64);
        let single = |v: &T| v.to_single();
        let further = &matrix.further;
        let level = Level {
            lattices: matrix.lattices,
            points: matrix
                .points
                .iter()
                .map(|p| p.each_ref().map(single))
                .collect(),
            smoother: Smoother::new(matrix, mean),
            further: Further {
                rows: further.rows.clone(),
                start: further.start.clone(),
                columns: further.columns.clone(),
                values: further.values.iter().map(single).collect(),
            },
            transfers,
        };
        self.levels.insert(0, level);
    }

    /// Space for cycles from the finest level.
    pub(crate) fn workspace(&self) -> Workspace<T::Single> {
        let zero = [T::Single::ZERO; LANES];
        let sizes = self.levels.iter().map(|l| match l.smoother {
            Smoother::Points(_) => (l.points.len(), 0),
            Smoother::Lines(_) => (l.points.len(), l.points.len()),
        });
        let coarsest = (self.coarsest.lattices.iter().map(Lattice::len).sum(), 0);
        Workspace(
            sizes
                .chain([coarsest])
                .map(|(n, line)| Work {
                    right_side: vec![zero; n],
                    solution: vec![zero; n],
                    line: vec![zero; line],
                })
                .collect(),
        )
    }

    /// D C D⁻¹ for one cycle C and a diagonal D, on the columns in place; `shifts` says which shift
    /// each of them has.
    pub(crate) fn cycle(
        &self,
        space: &mut Workspace<T::Single>,
        columns: &mut [Vec<T>],
        shifts: &[usize],
        diagonal: &[f64],
    ) {
        for first in (0..columns.len()).step_by(LANES) {
            let own = first..(first + LANES).min(columns.len());
            load(columns, own.clone(), diagonal, &mut space.0[0].right_side);
            self.descend(&self.levels, &mut space.0, &shifts[own.clone()]);
            store(&space.0[0].solution, diagonal, columns, own);
        }
    }

    /// Smooths D⁻¹ x of the columns x in place, towards (A − σ) D⁻¹ x = 0: what interpolation from a
    /// coarser lattice leaves at interfaces is rough, and large where ε jumps.
    pub(crate) fn settle(
        &self,
        space: &mut Workspace<T::Single>,
        columns: &mut [Vec<T>],
        diagonal: &[f64],
    ) {
        let Some(level) = self.levels.first() else {
            return;
        };
        let own = &mut space.0[0];
        for first in (0..columns.len()).step_by(LANES) {
            let range = first..(first + LANES).min(columns.len());
            let shifts: Vec<usize> = range.clone().collect();
            let shift = self.shift(&shifts);
            load(columns, range.clone(), diagonal, &mut own.solution);
            own.right_side.fill([T::Single::ZERO; LANES]);
            for _ in 0..SETTLING {
                level.smooth(own, shift, false);
                level.smooth(own, shift, true);
            }
            store(&own.solution, diagonal, columns, range);
        }
    }

    fn shift(&self, shifts: &[usize]) -> Lane<T::Single> {
        let mut shift = [T::Single::ZERO; LANES];
        for (lane, &s) in shift.iter_mut().zip(shifts) {
            *lane = self.coarsest.shifts[s].to_single();
        }
        shift
    }

    fn descend(&self, levels: &[Level<T::Single>], work: &mut [Work<T::Single>], shifts: &[usize]) {
        let Some((level, coarser_levels)) = levels.split_first() else {
            let own = &mut work[0];
            for (l, &shift) in shifts.iter().enumerate() {
                let right_side = own.right_side.iter();
                let mut column: Vec<T> = right_side.map(|lane| T::from_single(lane[l])).collect();
                self.coarsest.factors[shift].solve(std::slice::from_mut(&mut column));
                for (lane, value) in own.solution.iter_mut().zip(column) {
                    lane[l] = value.to_single();
                }
            }
            return;
        };
        let shift = self.shift(shifts);
        let (own, coarser) = work.split_at_mut(1);
        let own = &mut own[0];
        let next = coarser_levels
            .first()
            .map_or(self.coarsest.lattices, |l| l.lattices);
        own.solution.fill([T::Single::ZERO; LANES]);
        level.smooth(own, shift, false);
        level.restrict_residual(own, shift, &mut coarser[0].right_side, next);
        self.descend(coarser_levels, coarser, shifts);
        level.prolong_add(&coarser[0].solution, next, &mut own.solution);
        level.smooth(own, shift, true);
    }
}

/// D⁻¹ times the columns `own`, side by side.
fn load<T: Scalar>(
    columns: &[Vec<T>],
    own: Range<usize>,
    diagonal: &[f64],
    lanes: &mut [Lane<T::Single>],
) {
    lanes.fill([T::Single::ZERO; LANES]);
    for (l, c) in own.enumerate() {
        let values = columns[c].iter().zip(diagonal);
        for (lane, (&v, &d)) in lanes.iter_mut().zip(values) {
            lane[l] = (v * T::real(1.0 / d)).to_single();
        }
    }
}

/// D times what lies side by side, to the columns `own`.
fn store<T: Scalar>(
    lanes: &[Lane<T::Single>],
    diagonal: &[f64],
    columns: &mut [Vec<T>],
    own: Range<usize>,
) {
    for (l, c) in own.enumerate() {
        let values = columns[c].iter_mut().zip(diagonal);
        for (lane, (v, &d)) in lanes.iter().zip(values) {
            *v = T::from_single(lane[l]) * T::real(d);
        }
    }
}

impl<S: Single> Level<S> {
    /// b − (A − σ) x at one unknown, less the further entries.
    #[inline(always)]
    pub(super) fn residual_at(
        &self,
        u: usize,
        across: usize,
        b: &[Lane<S>],
        x: &[Lane<S>],
        shift: Lane<S>,
    ) -> Lane<S> {
        let [c, w, e, s, n] = self.points[u];
        let last = x.len() - 1;
        // Beyond the lattice the coefficient is zero: any value will do.
        let (west, east) = (x[u.saturating_sub(1)], x[(u + 1).min(last)]);
        let (south, north) = (x[u.saturating_sub(across)], x[(u + across).min(last)]);
        let (own, mut r) = (x[u], b[u]);
        for l in 0..LANES {
            r[l] -=
                w * west[l] + e * east[l] + s * south[l] + n * north[l] + (c - shift[l]) * own[l];
        }
        r
    }

    #[inline(always)]
    pub(super) fn subtract_further(&self, k: usize, x: &[Lane<S>], r: &mut Lane<S>) {
        for (column, &value) in self.further.row(k) {
            for l in 0..LANES {
                r[l] -= value * x[column][l];
            }
        }
    }

    /// b − (A − σ) x at one unknown, the k-th row of further entries coming next.
    #[inline(always)]
    pub(super) fn full_residual_at(
        &self,
        u: usize,
        across: usize,
        own: &Work<S>,
        shift: Lane<S>,
        k: &mut usize,
    ) -> Lane<S> {
        let mut r = self.residual_at(u, across, &own.right_side, &own.solution, shift);
        if self.further.rows.get(*k) == Some(&(u as u32)) {
            self.subtract_further(*k, &own.solution, &mut r);
            *k += 1;
        }
        r
    }

    fn restrict_residual(
        &self,
        own: &Work<S>,
        shift: Lane<S>,
        coarse: &mut [Lane<S>],
        next: [Lattice; 2],
    ) {
        coarse.fill([S::ZERO; LANES]);
        let mut further = 0;
        for ((lattice, target), [x, y]) in self.lattices.iter().zip(next).zip(&self.transfers) {
            let [across, up] = lattice.shape;
            let coarse_across = target.shape[0];
            let mut row = vec![[S::ZERO; LANES]; coarse_across + 1];
            for j in 0..up {
                row.fill([S::ZERO; LANES]);
                for i in 0..across {
                    let u = lattice.offset + across * j + i;
                    let r = self.full_residual_at(u, across, own, shift, &mut further);
                    let (at, [first, second]) = (x.lower[i] as usize, x.restrict[i]);
                    for l in 0..LANES {
                        row[at][l] += r[l].times(first);
                        row[at + 1][l] += r[l].times(second);
                    }
                }
                let (at, weights) = (y.lower[j] as usize, y.restrict[j]);
                for (above, weight) in weights.into_iter().enumerate() {
                    if weight == 0.0 {
                        continue;
                    }
                    let begin = target.offset + coarse_across * (at + above);
                    for (sum, r) in coarse[begin..begin + coarse_across].iter_mut().zip(&row) {
                        for l in 0..LANES {
                            sum[l] += r[l].times(weight);
                        }
                    }
                }
            }
        }
    }

    fn prolong_add(&self, coarse: &[Lane<S>], next: [Lattice; 2], fine: &mut [Lane<S>]) {
        for ((lattice, source), [x, y]) in self.lattices.iter().zip(next).zip(&self.transfers) {
            let [across, up] = lattice.shape;
            let coarse_across = source.shape[0];
            let mut row = vec![[S::ZERO; LANES]; coarse_across + 1];
            for j in 0..up {
                row.fill([S::ZERO; LANES]);
                let (at, weights) = (y.lower[j] as usize, y.prolong[j]);
                for (above, weight) in weights.into_iter().enumerate() {
                    if weight == 0.0 {
                        continue;
                    }
                    let begin = source.offset + coarse_across * (at + above);
                    for (sum, c) in row.iter_mut().zip(&coarse[begin..begin + coarse_across]) {
                        for l in 0..LANES {
                            sum[l] += c[l].times(weight);
                        }
                    }
                }
                let begin = lattice.offset + across * j;
                for (i, value) in fine[begin..begin + across].iter_mut().enumerate() {
                    let (at, [first, second]) = (x.lower[i] as usize, x.prolong[i]);
                    for l in 0..LANES {
                        value[l] += row[at][l].times(first) + row[at + 1][l].times(second);
                    }
                }
            }
        }
    }
}
