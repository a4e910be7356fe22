//! Smoothing on one level of a multigrid hierarchy: by points or, where cells are stretched, by lines.

use super::multigrid::{LANES, Lane, Level, Work};
use super::scalar::{Scalar, Single};
use super::stencil::{FivePoints, Lattice, Stencil};

/// Ratio of the couplings in x and y above which points are smoothed by lines.
const STRETCHED: f64 = 9.0;
/// Sweeps by points before and after the coarse correction.
const SWEEPS: usize = 2;

/// What a level is smoothed with, at a typical shift.
#[derive(Clone, Debug)]
pub(super) enum Smoother<S> {
    /// Gauss-Seidel by points: the inverse diagonal.
    Points(Vec<S>),
    /// Gauss-Seidel by rows, then by every other column: the inverse pivots of both families of
    /// tridiagonal matrices.
    Lines([Vec<S>; 2]),
}

impl<S: Single> Smoother<S> {
    pub(super) fn new<T: Scalar<Single = S>>(matrix: &Stencil<T>, shift: T) -> Self {
        let one = T::real(1.0);
        let size = |a: T, b: T| (a.conjugate() * a + b.conjugate() * b).to_complex().re;
        let stretched = matrix.points.iter().any(|&[_, w, e, s, n]| {
            let (x, y) = (size(w, e), size(s, n));
            x > STRETCHED * STRETCHED * y || y > STRETCHED * STRETCHED * x
        });
        if !stretched {
            let inverse = |p: &FivePoints<T>| (one / (p[0] - shift)).to_single();
            return Self::Points(matrix.points.iter().map(inverse).collect());
        }
        // Pivots of the lines through neighbours `before` (its place in the stencil) a stride back.
        let pivots = |before: usize, stride: [usize; 2]| {
            let mut inverse = vec![T::ZERO; matrix.unknowns()];
            for (lattice, stride) in matrix.lattices.iter().zip(stride) {
                for u in lattice.offset..lattice.offset + lattice.len() {
                    let [own, back] = [u, u.saturating_sub(stride)].map(|u| matrix.points[u]);
                    let fill = own[before] * back[before + 1] * inverse[u.saturating_sub(stride)];
                    inverse[u] = one / (own[0] - shift - fill);
                }
            }
            inverse.into_iter().map(T::to_single).collect()
        };
        let across = matrix.lattices.map(|l| l.shape[0]);
        Self::Lines([pivots(1, [1, 1]), pivots(3, across)])
    }
}

impl<S: Single> Level<S> {
    pub(super) fn smooth(&self, own: &mut Work<S>, shift: Lane<S>, backward: bool) {
        match &self.smoother {
            Smoother::Points(inverse) => {
                for _ in 0..SWEEPS {
                    self.sweep(inverse, own, shift, backward);
                }
            }
            Smoother::Lines([along_x, along_y]) => {
                if backward {
                    self.columns(along_y, own, shift);
                    self.rows(along_x, own, shift);
                } else {
                    self.rows(along_x, own, shift);
                    self.columns(along_y, own, shift);
                }
            }
        }
    }

    /// Solves for one row after the other.
    fn rows(&self, inverse: &[S], own: &mut Work<S>, shift: Lane<S>) {
        let mut k = 0;
        for lattice in &self.lattices {
            let [across, up] = lattice.shape;
            for j in 0..up {
                let begin = lattice.offset + across * j;
                let mut last = [S::ZERO; LANES];
                for u in begin..begin + across {
                    let mut r = self.full_residual_at(u, across, own, shift, &mut k);
                    for l in 0..LANES {
                        r[l] = (r[l] - self.points[u][1] * last[l]) * inverse[u];
                    }
                    own.line[u] = r;
                    last = r;
                }
                let mut last = [S::ZERO; LANES];
                for u in (begin..begin + across).rev() {
                    let factor = self.points[u][2] * inverse[u];
                    for l in 0..LANES {
                        last[l] = own.line[u][l] - factor * last[l];
                        own.solution[u][l] += last[l];
                    }
                }
            }
        }
    }

    /// Solves for all even columns, then for all odd ones.
    fn columns(&self, inverse: &[S], own: &mut Work<S>, shift: Lane<S>) {
        let mut start = 0;
        for lattice in &self.lattices {
            let [across, up] = lattice.shape;
            let end = lattice.offset + lattice.len();
            let first = start;
            for parity in 0..2 {
                let mut k = first;
                for j in 0..up {
                    let begin = lattice.offset + across * j;
                    for u in (begin + parity..begin + across).step_by(2) {
                        while self
                            .further
                            .rows
                            .get(k)
                            .is_some_and(|&row| (row as usize) < u)
                        {
                            k += 1;
                        }
                        let mut r = self.full_residual_at(u, across, own, shift, &mut k);
                        let below = if j > 0 { own.line[u - across] } else { r };
                        for l in 0..LANES {
                            r[l] = (r[l] - self.points[u][3] * below[l]) * inverse[u];
                        }
                        own.line[u] = r;
                    }
                }
                for j in (0..up).rev() {
                    let begin = lattice.offset + across * j;
                    for u in (begin + parity..begin + across).step_by(2) {
                        if j + 1 < up {
                            let factor = self.points[u][4] * inverse[u];
                            let above = own.line[u + across];
                            for l in 0..LANES {
                                own.line[u][l] -= factor * above[l];
                            }
                        }
                        for l in 0..LANES {
                            own.solution[u][l] += own.line[u][l];
                        }
                    }
                }
            }
            while self
                .further
                .rows
                .get(start)
                .is_some_and(|&row| (row as usize) < end)
            {
                start += 1;
            }
        }
    }

    fn sweep(&self, inverse: &[S], own: &mut Work<S>, shift: Lane<S>, backward: bool) {
        let (b, x) = (&own.right_side, &mut own.solution);
        let rows = &self.further.rows;
        let row = |k: usize| rows.get(k).map_or(usize::MAX, |&r| r as usize);
        let mut next = if backward {
            rows.len().wrapping_sub(1)
        } else {
            0
        };
        let mut next_row = row(next);
        // The neighbour just relaxed comes last, so that the next unknown waits for two operations only;
        // where there is none its coefficient is zero.
        let mut near = [S::ZERO; LANES];
        let last = x.len() - 1;
        let mut relax = |u: usize, across: usize| {
            let [c, w, e, s, n] = self.points[u];
            let (west, east) = (u.saturating_sub(1), (u + 1).min(last));
            let (to_near, to_far, far) = if backward { (e, w, west) } else { (w, e, east) };
            let (far, own, mut r) = (x[far], x[u], b[u]);
            let (south, north) = (x[u.saturating_sub(across)], x[(u + across).min(last)]);
            for l in 0..LANES {
                r[l] -= to_far * far[l] + s * south[l] + n * north[l] + (c - shift[l]) * own[l];
            }
            if u == next_row {
                self.subtract_further(next, x, &mut r);
                next = if backward {
                    next.wrapping_sub(1)
                } else {
                    next + 1
                };
                next_row = row(next);
            }
            let scaled = inverse[u] * to_near;
            for l in 0..LANES {
                near[l] = own[l] + inverse[u] * r[l] - scaled * near[l];
            }
            x[u] = near;
        };
        let range = |lattice: &Lattice| lattice.offset..lattice.offset + lattice.len();
        if backward {
            for lattice in self.lattices.iter().rev() {
                range(lattice)
                    .rev()
                    .for_each(|u| relax(u, lattice.shape[0]));
            }
        } else {
            for lattice in &self.lattices {
                range(lattice).for_each(|u| relax(u, lattice.shape[0]));
            }
        }
    }
}
