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

use super::operator::{Conductivity, FaceCoefficients, Operator};

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
}

impl Multigrid {
    /// The hierarchy under `operator`, which was made of the same axes, conductivities and faces.
    pub fn new(
        axes: &[Axis; 3],
        conductivity: &Conductivity,
        faces: &FaceCoefficients,
        operator: &Operator,
    ) -> Self {
        let z = &axes[2];
        let (mut x, mut y) = (axes[0].clone(), axes[1].clone());
        let (mut kx, mut ky) = (conductivity.x.clone(), conductivity.y.clone());
        let mut gz = operator.gz.clone();
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
            gz = merged.sum(&gz);
            if let Some(last) = levels.last_mut() {
                last.transfer = Some([interpolation(&x, &coarse_x), interpolation(&y, &coarse_y)]);
            }
            (x, y) = (coarse_x, coarse_y);
            let coarse = Operator::lateral(&x, &y, z, &kx, &ky, gz, faces);
            levels.push(Level::new(&coarse));
            gz = coarse.gz;
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
        }
    }

    /// Cells of all levels over cells of the finest.
    #[cfg(test)]
    pub fn complexity(&self) -> f64 {
        let cells = |l: &Level| l.shape.iter().product::<usize>() as f64;
        self.levels.iter().map(cells).sum::<f64>() / cells(&self.levels[0])
    }

    /// One V(1,1) cycle on A z ≈ r from z = 0; the result lies in `w.solution[0]`.
    pub fn cycle<'w, const L: usize>(
        &self,
        r: &[[f64; L]],
        w: &'w mut Workspace<L>,
    ) -> &'w [[Real; L]] {
        for (single, double) in w.load[0].iter_mut().zip(r) {
            for l in 0..L {
                single[l] = double[l] as Real;
            }
        }
        let last = self.levels.len() - 1;
        for depth in 0..last {
            let level = &self.levels[depth];
            let (fine, coarse) = w.load.split_at_mut(depth + 1);
            level.first_red(&mut w.solution[depth], &fine[depth], &mut w.column);
            level.relax(1, &mut w.solution[depth], &fine[depth], &mut w.column);
            level.restrict(
                &w.solution[depth],
                &mut coarse[0],
                &mut w.column,
                self.levels[depth + 1].shape,
            );
        }
        self.levels[last].first_red(&mut w.solution[last], &w.load[last], &mut w.column);
        for depth in (0..last).rev() {
            let level = &self.levels[depth];
            let (fine, coarse) = w.solution.split_at_mut(depth + 1);
            level.prolong(&mut fine[depth], &coarse[0], self.levels[depth + 1].shape);
            level.relax(1, &mut fine[depth], &w.load[depth], &mut w.column);
            level.relax(0, &mut fine[depth], &w.load[depth], &mut w.column);
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
                    let sides = operator.gx[operator.face_x(i, j, k)]
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

    /// `column` += lateral conductance × neighbours' values.
    fn add_neighbours<const L: usize>(
        &self,
        i: usize,
        j: usize,
        x: &[[Real; L]],
        column: &mut [[Real; L]],
    ) {
        let [nx, ny, nz] = self.shape;
        let (c, step) = ((i * ny + j) * nz, ny * nz);
        let mut add = |neighbour: usize, g: &[Real]| {
            for ((sum, value), &g) in column.iter_mut().zip(&x[neighbour..neighbour + nz]).zip(g) {
                for l in 0..L {
                    sum[l] += g * value[l];
                }
            }
        };
        if i > 0 {
            add(c - step, &self.gx[c..c + nz]);
        }
        if i + 1 < nx {
            add(c + step, &self.gx[c + step..c + step + nz]);
        }
        let face = (i * (ny + 1) + j) * nz;
        if j > 0 {
            add(c - nz, &self.gy[face..face + nz]);
        }
        if j + 1 < ny {
            add(c + nz, &self.gy[face + nz..face + 2 * nz]);
        }
    }

    /// Solves column `c` for the load in `column` by the stored factorisation.
    fn thomas<const L: usize>(&self, c: usize, x: &mut [[Real; L]], column: &mut [[Real; L]]) {
        let nz = self.shape[2];
        let (inverse, lower) = (&self.inverse[c..c + nz], &self.lower[c..c + nz]);
        let mut last = [0.0; L];
        for ((value, &inverse), &lower) in column.iter_mut().zip(inverse).zip(lower) {
            for l in 0..L {
                last[l] = value[l] * inverse + lower * last[l];
            }
            *value = last;
        }
        let (upper, x) = (&self.upper[c..c + nz], &mut x[c..c + nz]);
        last = [0.0; L];
        for ((value, &upper), out) in column.iter().zip(upper).zip(x).rev() {
            for l in 0..L {
                last[l] = value[l] + upper * last[l];
            }
            *out = last;
        }
    }

    /// Columns (i, j) of a colour: 0 red, 1 black.
    fn columns(&self, colour: usize) -> impl Iterator<Item = (usize, usize)> {
        let [nx, ny, _] = self.shape;
        (0..nx).flat_map(move |i| ((i + colour) % 2..ny).step_by(2).map(move |j| (i, j)))
    }

    /// Red relaxation from zero.
    fn first_red<const L: usize>(
        &self,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        column: &mut [[Real; L]],
    ) {
        let [_, ny, nz] = self.shape;
        for (i, j) in self.columns(0) {
            let c = (i * ny + j) * nz;
            column.copy_from_slice(&b[c..c + nz]);
            self.thomas(c, x, column);
        }
    }

    /// Relaxation of one colour.
    fn relax<const L: usize>(
        &self,
        colour: usize,
        x: &mut [[Real; L]],
        b: &[[Real; L]],
        column: &mut [[Real; L]],
    ) {
        let [_, ny, nz] = self.shape;
        for (i, j) in self.columns(colour) {
            let c = (i * ny + j) * nz;
            column.copy_from_slice(&b[c..c + nz]);
            self.add_neighbours(i, j, x, column);
            self.thomas(c, x, column);
        }
    }

    /// The red residual, restricted by the transpose of the interpolation.
    fn restrict<const L: usize>(
        &self,
        x: &[[Real; L]],
        coarse: &mut [[Real; L]],
        column: &mut [[Real; L]],
        coarse_shape: [usize; 3],
    ) {
        let Some([tx, ty]) = &self.transfer else {
            return;
        };
        coarse.fill([0.0; L]);
        let nz = self.shape[2];
        for (i, j) in self.columns(0) {
            column.fill([0.0; L]);
            self.add_neighbours(i, j, x, column);
            for (c, weight) in corners(tx[i], ty[j], coarse_shape) {
                for (sum, value) in coarse[c..c + nz].iter_mut().zip(column.iter()) {
                    for l in 0..L {
                        sum[l] += weight * value[l];
                    }
                }
            }
        }
    }

    /// Adds the interpolated correction to the red columns.
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

    /// Vertical conductances of the merged columns: they add.
    fn sum(&self, gz: &[f64]) -> Vec<f64> {
        let (ny, faces) = (self.y.len(), self.nz + 1);
        let mut coarse = Vec::with_capacity(self.starts_x.len() * self.starts_y.len() * faces);
        for gi in Self::groups(self.starts_x, self.x.len()) {
            for gj in Self::groups(self.starts_y, ny) {
                for z in 0..faces {
                    let mut sum = 0.0;
                    for i in gi.clone() {
                        for j in gj.clone() {
                            sum += gz[(i * ny + j) * faces + z];
                        }
                    }
                    coarse.push(sum);
                }
            }
        }
        coarse
    }
}
