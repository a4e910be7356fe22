//! A box of heat, or of a mean, on the cells of a grid.

use std::ops::Range;

use cpo_meshes::{Axis, HeatSource, PowerMap, RectilinearGrid};

use super::discretisation::centres_in;

/// Shares of consecutive cells of an axis; they add up to 1.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    first: usize,
    shares: Vec<f64>,
}

impl Shares {
    /// An interval whose ends are faces: every cell's part of it.
    fn filling(axis: &Axis, ends: [f64; 2]) -> Self {
        let cells = centres_in(axis, ends);
        let length = axis.faces()[cells.end] - axis.faces()[cells.start];
        Self {
            first: cells.start,
            shares: cells.map(|i| axis.width(i) / length).collect(),
        }
    }

    /// An interval that may be far shorter than a cell: the mean of what is linear between the cells' centres, so that the interval's
    /// middle is kept as well as its length.
    fn between(axis: &Axis, [from, to]: [f64; 2]) -> Self {
        let centres = axis.centres();
        let last = centres.len() - 1;
        // the pair of centres around, or the outermost
        let first = centres.partition_point(|&c| c <= from).saturating_sub(1);
        let end = centres.partition_point(|&c| c < to).min(last);
        let mut shares = vec![0.0; end - first + 1];
        let inner = centres[first..=end].iter().copied();
        let mut ends = vec![from];
        ends.extend(inner.filter(|c| (from..to).contains(c) && *c != from));
        ends.push(to);
        for piece in ends.windows(2) {
            let part = (piece[1] - piece[0]) / (to - from);
            let middle = 0.5 * (piece[0] + piece[1]);
            let right = centres.partition_point(|&c| c <= middle);
            if right == 0 || right > last {
                shares[right.min(last) - first] += part;
                continue;
            }
            let share = (middle - centres[right - 1]) / (centres[right] - centres[right - 1]);
            shares[right - 1 - first] += part * (1.0 - share);
            shares[right - first] += part * share;
        }
        Self { first, shares }
    }

    fn cells(&self) -> Range<usize> {
        self.first..self.first + self.shares.len()
    }
}

/// Shares of the cells of a box, a product along the three axes, or in the plane by a map.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    axes: [Shares; 3],
    /// Shares of the box's columns of cells, y fastest, in place of those along x and y.
    columns: Option<Vec<f64>>,
}

impl Spread {
    /// A source whose faces the grid has.
    pub fn filling(grid: &RectilinearGrid<3>, source: &HeatSource) -> Self {
        let ends = [source.footprint.x, source.footprint.y, source.z];
        let axes: [Shares; 3] = std::array::from_fn(|d| Shares::filling(grid.axis(d), ends[d]));
        let columns = source.map.as_ref().map(|map| columns(map, &axes));
        Self { axes, columns }
    }

    /// A source that may be far smaller than a cell in the plane; in height the grid has its faces.
    pub fn between(grid: &RectilinearGrid<3>, source: &HeatSource) -> Self {
        let [x, y, z] = grid.axes();
        Self {
            axes: [
                Shares::between(x, source.footprint.x),
                Shares::between(y, source.footprint.y),
                Shares::filling(z, source.z),
            ],
            columns: None,
        }
    }

    /// Cells concerned, along x, y, z.
    pub fn cells(&self) -> [Range<usize>; 3] {
        self.axes.each_ref().map(Shares::cells)
    }

    /// Calls `visit(cell, share)`, cells counted in columns on a grid of this shape.
    pub fn each(&self, [_, ny, nz]: [usize; 3], mut visit: impl FnMut(usize, f64)) {
        let [x, y, z] = &self.axes;
        let mut columns = self.columns.iter().flatten();
        for (i, sx) in x.cells().zip(&x.shares) {
            for (j, sy) in y.cells().zip(&y.shares) {
                let column = columns.next().copied().unwrap_or(sx * sy);
                for (k, sz) in z.cells().zip(&z.shares) {
                    visit((i * ny + j) * nz + k, column * sz);
                }
            }
        }
    }
}

/// What of a map's power is in every column of the cells that fill its footprint.
fn columns(map: &PowerMap, [x, y, _]: &[Shares; 3]) -> Vec<f64> {
    let ends = |shares: &Shares| -> Vec<f64> {
        let sums = shares.shares.iter().scan(0.0, |sum, share| {
            *sum += share;
            Some(*sum)
        });
        std::iter::once(0.0).chain(sums).collect()
    };
    let (xs, ys) = (ends(x), ends(y));
    let pairs = |ends: &[f64]| -> Vec<[f64; 2]> { ends.windows(2).map(|e| [e[0], e[1]]).collect() };
    let (xs, ys) = (pairs(&xs), pairs(&ys));
    xs.iter()
        .flat_map(|x| ys.iter().map(|y| map.share(*x, *y)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Power and its middle survive on cells of any size: to round-off.
    #[test]
    fn moments_are_kept() {
        let axis = Axis::from_faces(vec![-3.0, -1.0, -0.5, 0.5, 2.0, 4.0]).unwrap();
        let centres = axis.centres();
        for ends in [
            [-0.1, 0.1],
            [-0.6, 1.3],
            [0.1, 0.2],
            [-1.9, 2.7],
            [0.0, 1.25],
        ] {
            let shares = Shares::between(&axis, ends);
            let total: f64 = shares.shares.iter().sum();
            let middle: f64 = shares
                .cells()
                .zip(&shares.shares)
                .map(|(i, s)| s * centres[i])
                .sum();
            assert!((total - 1.0).abs() < 1e-14, "{ends:?}: {total}");
            assert!(
                (middle - 0.5 * (ends[0] + ends[1])).abs() < 1e-14,
                "{ends:?}: {middle}"
            );
        }
        // beyond the outermost centre there is nothing to interpolate with
        let shares = Shares::between(&axis, [3.5, 4.0]);
        assert_eq!((shares.cells(), shares.shares), (4..5, vec![1.0]));
    }
}
