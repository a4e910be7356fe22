//! The preconditioner: one V(1,1) cycle of geometric multigrid.
//!
//! A stack of layers 1000 times wider than thick couples its cells almost only along z, so whole
//! z columns are relaxed at once (Thomas algorithm, pivots stored), red and black in turn, and z is
//! never coarsened. Laterally a level merges only neighbouring cells whose sum stays below the
//! level's target size, which doubles from level to level: the finest cells, which are the most
//! strongly coupled, go first, and the grading vanishes before the grid gets coarse. Conductivities are
//! rediscretised (series along a direction, parallel across it), corrections are interpolated
//! bilinearly and residuals restricted by the transpose. Pre-smoothing is red, black and
//! post-smoothing black, red, hence the cycle is symmetric positive definite whatever the coarse
//! operator. A. Brandt, Math. Comp. 31, 333 (1977), 10.1090/S0025-5718-1977-0431719-X; U. Trottenberg,
//! C. Oosterlee, A. Schüller, *Multigrid* (2001), chapter 5.
//!
//! After red-black relaxation from zero the black residual vanishes and the red one is the flux
//! from the black neighbours; the post-smoother starts with black and overwrites it. So transfers
//! touch red columns only.

use cpo_meshes::Axis;

use super::operator::{FaceCoefficients, Medium, Operator, beside};
use crate::linalg::vectorised;

/// Number type inside the preconditioner. Single precision halves the memory traffic and costs no
/// iteration, because the residual it acts on is kept in double precision.
pub(super) type Real = f32;

/// One grid of the hierarchy.
struct Level {
    shape: [usize; 3],
    gx: Vec<Real>,
    gy: Vec<Real>,
    /// 1/pivot of each column's LDLᵀ factorisation.
    inverse: Vec<Real>,
    /// Multiplier towards the cell below: g_z/pivot.
    lower: Vec<Real>,
    /// Multiplier towards the cell above: g_z/pivot.
    upper: Vec<Real>,
    /// Interpolation from the next coarser level along x and y; `None` on the coarsest.
    transfer: Option<[Vec<Stencil>; 2]>,
}

/// Linear interpolation of one fine centre from two coarse ones.
#[derive(Clone, Copy)]
struct Stencil {
    index: [usize; 2],
    weight: [Real; 2],
}

/// The hierarchy of grids under one operator.
pub(super) struct Multigrid {
    levels: Vec<Level>,
}

/// Vectors of one hierarchy for `L` right-hand sides.
pub(super) struct Workspace<const L: usize> {
    solution: Vec<Vec<[Real; L]>>,
    load: Vec<Vec<[Real; L]>>,
    column: Vec<[Real; L]>,
    /// A column outside the grid.
    zeros: Vec<[Real; L]>,
}

impl<const L: usize> Workspace<L> {
    /// Where the residual is put before a cycle.
    pub fn load(&mut self) -> &mut [[Real; L]] {
        &mut self.load[0]
    }
}

impl Multigrid {
    /// The hierarchy under `operator`, which was made of the same axes, conductivities and faces.
    pub fn new(
        axes: &[Axis; 3],
        medium: &Medium,
        faces: &FaceCoefficients,
        operator: &Operator,
    ) -> Self {
        let z = &axes[2];
        let (mut x, mut y) = (axes[0].clone(), axes[1].clone());
        let (mut kx, mut ky) = (medium.x.clone(), medium.y.clone());
        let mut gz = operator.gz.clone();
        let mut storage = operator.storage.clone();
        let mut levels = vec![Level::new(operator)];
        let finest = x
            .widths()
            .into_iter()
            .chain(y.widths())
            .fold(f64::INFINITY, f64::min);
        let mut target = 2.0 * finest;
        while x.len() * y.len() > 1 {
            let (starts_x, starts_y) = (merge(&x, target), merge(&y, target));
            target *= 2.0;
            if starts_x.len() == x.len() && starts_y.len() == y.len() {
                continue;
            }
            let (coarse_x, coarse_y) = (coarsen(&x, &starts_x), coarsen(&y, &starts_y));
            let merged = Merged {
                x: &x,
                y: &y,
                starts_x: &starts_x,
                starts_y: &starts_y,
                nz: z.len(),
            };
            (kx, ky) = (
                merged.conductivity(&kx, true),
                merged.conductivity(&ky, false),
            );
            gz = merged.sum(&gz, z.len() + 1);
            if !storage.is_empty() {
                storage = merged.sum(&storage, z.len());
            }
            if let Some(last) = levels.last_mut() {
                last.transfer = Some([interpolation(&x, &coarse_x), interpolation(&y, &coarse_y)]);
            }
            (x, y) = (coarse_x, coarse_y);
            let mut coarse = Operator::lateral(&x, &y, z, &kx, &ky, gz, faces);
            coarse.storage = storage;
            levels.push(Level::new(&coarse));
            (gz, storage) = (coarse.gz, coarse.storage);
        }
        Self { levels }
    }

    /// Scratch vectors for `L` right-hand sides.
    pub fn workspace<const L: usize>(&self) -> Workspace<L> {
        let vectors = || {
            let zeros = |l: &Level| vec![[0.0; L]; l.shape.iter().product()];
            self.levels.iter().map(zeros).collect::<Vec<_>>()
        };
        let nz = self.levels[0].shape[2];
        Workspace {
            solution: vectors(),
            load: vectors(),
            column: vec![[0.0; L]; nz],
            zeros: vec![[0.0; L]; nz],
        }
    }

    /// Cells of all levels over cells of the finest.
    #[cfg(test)]
    pub fn complexity(&self) -> f64 {
        let cells = |l: &Level| l.shape.iter().product::<usize>() as f64;
        self.levels.iter().map(cells).sum::<f64>() / cells(&self.levels[0])
    }

    /// z ≈ A⁻¹ r by one cycle.
    pub fn precondition<const L: usize>(
        &self,
        r: &[[f64; L]],
        z: &mut [[f64; L]],
        w: &mut Workspace<L>,
    ) {
        for (single, double) in w.load().iter_mut().zip(r) {
            *single = double.map(|v| v as Real);
        }
        for (double, single) in z.iter_mut().zip(self.cycle(w)) {
            *double = single.map(f64::from);
        }
    }

    /// One V(1,1) cycle on A z ≈ r from z = 0, r lying in [`Workspace::load`]; the result lies in `w.solution[0]`.
    pub fn cycle<'w, const L: usize>(&self, w: &'w mut Workspace<L>) -> &'w [[Real; L]] {
        let last = self.levels.len() - 1;
        for depth in 0..last {
            let level = &self.levels[depth];
            let (fine, coarse) = w.load.split_at_mut(depth + 1);
            let scratch = (&mut w.column[..], &w.zeros[..]);
            level.descend(
                &mut w.solution[depth],
                &fine[depth],
                &mut coarse[0],
                scratch,
                self.levels[depth + 1].shape,
            );
        }
        self.levels[last].first_red(&mut w.solution[last], &w.load[last], &mut w.column);
        for depth in (0..last).rev() {
            let level = &self.levels[depth];
            let (fine, coarse) = w.solution.split_at_mut(depth + 1);
            let scratch = (&mut w.column[..], &w.zeros[..]);
            level.ascend(
                &mut fine[depth],
                &w.load[depth],
                &coarse[0],
                scratch,
                self.levels[depth + 1].shape,
            );
        }
        &w.solution[0]
    }
}

impl Level {
    fn new(operator: &Operator) -> Self {
        let shape @ [nx, ny, nz] = operator.shape;
        let cells = operator.cells();
        let mut inverse = Vec::with_capacity(cells);
        let mut lower = Vec::with_capacity(cells);
        let mut upper = Vec::with_capacity(cells);
        for i in 0..nx {
            for j in 0..ny {
                // pivot = upper conductance + excess: sums of positive terms only, no cancellation
                let mut excess_below = 0.0;
                let mut pivot_below = 1.0;
                for k in 0..nz {
                    let down = operator.gz[operator.face_z(i, j, k)];
                    let up = operator.gz[operator.face_z(i, j, k + 1)];
                    let stored = operator.storage.get((i * ny + j) * nz + k);
                    let sides = stored.copied().unwrap_or(0.0)
                        + operator.gx[operator.face_x(i, j, k)]
                        + operator.gx[operator.face_x(i + 1, j, k)]
                        + operator.gy[operator.face_y(i, j, k)]
                        + operator.gy[operator.face_y(i, j + 1, k)];
                    let link = if k == 0 {
                        down
                    } else {
                        down * excess_below / pivot_below
                    };
                    let excess = sides + link;
                    let pivot = excess + up;
                    inverse.push((1.0 / pivot) as Real);
                    lower.push(if k == 0 { 0.0 } else { (down / pivot) as Real });
                    upper.push(if k + 1 == nz {
                        0.0
                    } else {
                        (up / pivot) as Real
                    });
                    (excess_below, pivot_below) = (excess, pivot);
                }
            }
        }
        let single = |g: &[f64]| g.iter().map(|&g| g as Real).collect();
        Self {
            shape,
            gx: single(&operator.gx),
            gy: single(&operator.gy),
            inverse,
            lower,
            upper,
            transfer: None,
        }
    }

    /// Smooths from zero and restricts what remains.
    fn descend<const L: usize>(
        &self,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        coarse: &mut [[Real; L]],
        (column, zeros): (&mut [[Real; L]], &[[Real; L]]),
        coarse_shape: [usize; 3],
    ) {
        vectorised(
            #[inline(always)]
            || {
                self.first_red(x, b, column);
                self.relax(1, x, b, column, zeros);
                self.restrict(x, coarse, column, zeros, coarse_shape);
            },
        );
    }

    /// Adds the correction and smooths.
    fn ascend<const L: usize>(
        &self,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        coarse: &[[Real; L]],
        (column, zeros): (&mut [[Real; L]], &[[Real; L]]),
        coarse_shape: [usize; 3],
    ) {
        vectorised(
            #[inline(always)]
            || {
                self.prolong(x, coarse, coarse_shape);
                self.relax(1, x, b, column, zeros);
                self.relax(0, x, b, column, zeros);
            },
        );
    }

    /// What flows into column (i, j) from those beside it, cell by cell: Σ g x.
    #[inline(always)]
    fn inflow<'a, const L: usize>(
        &'a self,
        i: usize,
        j: usize,
        x: &'a [[Real; L]],
        zeros: &'a [[Real; L]],
    ) -> impl Fn(usize) -> [Real; L] + 'a {
        let [_, ny, nz] = self.shape;
        let (c, step) = ((i * ny + j) * nz, ny * nz);
        let face = (i * (ny + 1) + j) * nz;
        let [west, east, south, north] = beside(self.shape, [i, j], x, zeros);
        let (gw, ge) = (&self.gx[c..][..nz], &self.gx[c + step..][..nz]);
        let (gs, gn) = (&self.gy[face..][..nz], &self.gy[face + nz..][..nz]);
        #[inline(always)]
        move |k| {
            let (gw, ge, gs, gn) = (gw[k], ge[k], gs[k], gn[k]);
            let (w, e, s, n) = (&west[k], &east[k], &south[k], &north[k]);
            std::array::from_fn(|l| (gw * w[l] + ge * e[l]) + (gs * s[l] + gn * n[l]))
        }
    }

    /// Solves column `c` for a load by the stored factorisation; `column` is scratch.
    #[inline(always)]
    fn eliminate<const L: usize>(
        &self,
        c: usize,
        load: impl Fn(usize) -> [Real; L],
        column: &mut [[Real; L]],
    ) {
        let nz = self.shape[2];
        let (inverse, lower) = (&self.inverse[c..][..nz], &self.lower[c..][..nz]);
        let column = &mut column[..nz];
        let mut last = [0.0; L];
        for k in 0..nz {
            let value = load(k);
            let (inverse, lower) = (inverse[k], lower[k]);
            last = std::array::from_fn(|l| value[l] * inverse + lower * last[l]);
            column[k] = last;
        }
    }

    /// The second half of [`eliminate`](Self::eliminate): from the top down, into `x`.
    #[inline(always)]
    fn substitute<const L: usize>(&self, c: usize, column: &[[Real; L]], x: &mut [[Real; L]]) {
        let nz = self.shape[2];
        let (upper, column, x) = (&self.upper[c..][..nz], &column[..nz], &mut x[c..][..nz]);
        let mut last = [0.0; L];
        for k in (0..nz).rev() {
            let (upper, value) = (upper[k], column[k]);
            last = std::array::from_fn(|l| value[l] + upper * last[l]);
            x[k] = last;
        }
    }

    /// Columns (i, j) of a colour: 0 red, 1 black.
    fn columns(&self, colour: usize) -> impl Iterator<Item = (usize, usize)> {
        let [nx, ny, _] = self.shape;
        (0..nx).flat_map(move |i| ((i + colour) % 2..ny).step_by(2).map(move |j| (i, j)))
    }

    /// Red relaxation from zero.
    #[inline(always)]
    fn first_red<const L: usize>(
        &self,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        column: &mut [[Real; L]],
    ) {
        let [_, ny, nz] = self.shape;
        for (i, j) in self.columns(0) {
            let c = (i * ny + j) * nz;
            let own = &b[c..][..nz];
            self.eliminate(
                c,
                #[inline(always)]
                |k| own[k],
                column,
            );
            self.substitute(c, column, x);
        }
    }

    /// Relaxation of one colour.
    #[inline(always)]
    fn relax<const L: usize>(
        &self,
        colour: usize,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        column: &mut [[Real; L]],
        zeros: &[[Real; L]],
    ) {
        let [_, ny, nz] = self.shape;
        for (i, j) in self.columns(colour) {
            let c = (i * ny + j) * nz;
            let own = &b[c..][..nz];
            {
                let inflow = self.inflow(i, j, x, zeros);
                self.eliminate(
                    c,
                    #[inline(always)]
                    |k| {
                        let flux = inflow(k);
                        std::array::from_fn(|l| own[k][l] + flux[l])
                    },
                    column,
                );
            }
            self.substitute(c, column, x);
        }
    }

    /// The red residual, restricted by the transpose of the interpolation.
    #[inline(always)]
    fn restrict<const L: usize>(
        &self,
        x: &[[Real; L]],
        coarse: &mut [[Real; L]],
        column: &mut [[Real; L]],
        zeros: &[[Real; L]],
        coarse_shape: [usize; 3],
    ) {
        let Some([tx, ty]) = &self.transfer else {
            return;
        };
        coarse.fill([0.0; L]);
        let nz = self.shape[2];
        let column = &mut column[..nz];
        for (i, j) in self.columns(0) {
            let inflow = self.inflow(i, j, x, zeros);
            for (k, sum) in column.iter_mut().enumerate() {
                *sum = inflow(k);
            }
            for (c, weight) in corners(tx[i], ty[j], coarse_shape) {
                for (sum, value) in coarse[c..][..nz].iter_mut().zip(column.iter()) {
                    for l in 0..L {
                        sum[l] += weight * value[l];
                    }
                }
            }
        }
    }

    /// Adds the interpolated correction to the red columns.
    #[inline(always)]
    fn prolong<const L: usize>(
        &self,
        x: &mut [[Real; L]],
        coarse: &[[Real; L]],
        coarse_shape: [usize; 3],
    ) {
        let Some([tx, ty]) = &self.transfer else {
            return;
        };
        let [_, ny, nz] = self.shape;
        for (i, j) in self.columns(0) {
            let own = (i * ny + j) * nz;
            for (c, weight) in corners(tx[i], ty[j], coarse_shape) {
                for (value, correction) in x[own..own + nz].iter_mut().zip(&coarse[c..c + nz]) {
                    for l in 0..L {
                        value[l] += weight * correction[l];
                    }
                }
            }
        }
    }
}

/// Coarse columns and weights of a fine column.
fn corners(x: Stencil, y: Stencil, [_, ny, nz]: [usize; 3]) -> impl Iterator<Item = (usize, Real)> {
    (0..4)
        .map(move |m| {
            let (a, b) = (m / 2, m % 2);
            (
                (x.index[a] * ny + y.index[b]) * nz,
                x.weight[a] * y.weight[b],
            )
        })
        .filter(|&(_, weight)| weight != 0.0)
}

/// First cells of the groups: neighbours are paired where the pair stays within `target`.
fn merge(axis: &Axis, target: f64) -> Vec<usize> {
    let mut starts = Vec::with_capacity(axis.len());
    let mut i = 0;
    while i < axis.len() {
        starts.push(i);
        let pair = i + 1 < axis.len() && axis.width(i) + axis.width(i + 1) <= target;
        i += if pair { 2 } else { 1 };
    }
    starts
}

/// The axis with the merged cells.
fn coarsen(axis: &Axis, starts: &[usize]) -> Axis {
    let mut faces: Vec<f64> = starts.iter().map(|&i| axis.faces()[i]).collect();
    faces.push(axis.upper());
    Axis::from_faces(faces).expect("a subset of increasing faces with both ends increases")
}

/// Linear interpolation from coarse to fine centres, constant beyond the outermost.
fn interpolation(fine: &Axis, coarse: &Axis) -> Vec<Stencil> {
    let centres = coarse.centres();
    let last = centres.len() - 1;
    let stencil = |x: f64| {
        let right = centres.partition_point(|&c| c <= x);
        if right == 0 || right > last {
            let end = right.min(last);
            return Stencil {
                index: [end, end],
                weight: [1.0, 0.0],
            };
        }
        let (a, b) = (centres[right - 1], centres[right]);
        let t = (x - a) / (b - a);
        Stencil {
            index: [right - 1, right],
            weight: [(1.0 - t) as Real, t as Real],
        }
    };
    fine.centres().into_iter().map(stencil).collect()
}

/// A fine grid and the groups of its cells.
struct Merged<'a> {
    x: &'a Axis,
    y: &'a Axis,
    starts_x: &'a [usize],
    starts_y: &'a [usize],
    nz: usize,
}

impl Merged<'_> {
    fn groups(starts: &[usize], len: usize) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        (0..starts.len()).map(move |g| starts[g]..starts.get(g + 1).copied().unwrap_or(len))
    }

    /// Lateral conductivity of the merged cells, for flow along x or along y.
    fn conductivity(&self, k: &[f64], along_x: bool) -> Vec<f64> {
        let ny = self.y.len();
        let at = |i: usize, j: usize, z: usize| k[(i * ny + j) * self.nz + z];
        let mut coarse = Vec::with_capacity(self.starts_x.len() * self.starts_y.len() * self.nz);
        for gi in Self::groups(self.starts_x, self.x.len()) {
            for gj in Self::groups(self.starts_y, ny) {
                let (along, across, u, v) = if along_x {
                    (gi.clone(), gj.clone(), self.x, self.y)
                } else {
                    (gj.clone(), gi.clone(), self.y, self.x)
                };
                for z in 0..self.nz {
                    let (mut sum, mut breadth) = (0.0, 0.0);
                    for b in across.clone() {
                        let (mut length, mut resistance) = (0.0, 0.0);
                        for a in along.clone() {
                            let k = if along_x { at(a, b, z) } else { at(b, a, z) };
                            length += u.width(a);
                            resistance += u.width(a) / k;
                        }
                        sum += v.width(b) * length / resistance;
                        breadth += v.width(b);
                    }
                    coarse.push(sum / breadth);
                }
            }
        }
        coarse
    }

    /// What adds when columns merge, `rows` values each: vertical conductances, storage.
    fn sum(&self, values: &[f64], rows: usize) -> Vec<f64> {
        let ny = self.y.len();
        let mut coarse = Vec::with_capacity(self.starts_x.len() * self.starts_y.len() * rows);
        for gi in Self::groups(self.starts_x, self.x.len()) {
            for gj in Self::groups(self.starts_y, ny) {
                for z in 0..rows {
                    let mut sum = 0.0;
                    for i in gi.clone() {
                        for j in gj.clone() {
                            sum += values[(i * ny + j) * rows + z];
                        }
                    }
                    coarse.push(sum);
                }
            }
        }
        coarse
    }
}
