//! Which edges and nodes of a grid carry unknowns, and their numbers.

use super::problem::{Wall, Walls};

/// An unknown that a wall has removed.
pub(super) const REMOVED: usize = usize::MAX;

/// Numbers of the unknowns on the edges and nodes of a grid: lattices without the rows and columns
/// on electric walls, x fastest.
#[derive(Clone, Debug)]
pub(super) struct Unknowns {
    /// Cells in x and y.
    pub(super) cells: [usize; 2],
    /// First node line in x and y that no electric wall removes.
    first: [usize; 2],
    /// One past the last.
    last: [usize; 2],
    /// Unknowns of e: those on x-edges first.
    pub(super) edge_count: usize,
    /// How many of them are on x-edges.
    pub(super) x_edge_count: usize,
    /// Unknowns of Ez.
    pub(super) node_count: usize,
}

impl Unknowns {
    pub(super) fn new([nx, ny]: [usize; 2], walls: Walls) -> Self {
        let removed = |wall: Wall| usize::from(wall == Wall::Electric);
        let first = [removed(walls.left), removed(walls.bottom)];
        let last = [nx + 1 - removed(walls.right), ny + 1 - removed(walls.top)];
        let kept = [last[0] - first[0], last[1] - first[1]];
        let x_edge_count = nx * kept[1];
        Self {
            cells: [nx, ny],
            first,
            last,
            edge_count: x_edge_count + kept[0] * ny,
            x_edge_count,
            node_count: kept[0] * kept[1],
        }
    }

    /// Unknowns across and up the lattices of Ex and Ey.
    pub(super) fn lattices(&self) -> [[usize; 2]; 2] {
        let [nx, ny] = self.cells;
        [
            [nx, self.last[1] - self.first[1]],
            [self.last[0] - self.first[0], ny],
        ]
    }

    /// First node line in x and y that is an unknown.
    pub(super) fn first(&self) -> [usize; 2] {
        self.first
    }

    fn kept(&self, d: usize, line: usize) -> bool {
        (self.first[d]..self.last[d]).contains(&line)
    }

    /// Unknown of Ex at (i + ½, j).
    pub(super) fn x_edge(&self, i: usize, j: usize) -> usize {
        if self.kept(1, j) {
            i + self.cells[0] * (j - self.first[1])
        } else {
            REMOVED
        }
    }

    /// Unknown of Ey at (i, j + ½).
    pub(super) fn y_edge(&self, i: usize, j: usize) -> usize {
        if self.kept(0, i) {
            self.x_edge_count + i - self.first[0] + (self.last[0] - self.first[0]) * j
        } else {
            REMOVED
        }
    }

    /// Unknown of Ez at (i, j).
    pub(super) fn node(&self, i: usize, j: usize) -> usize {
        if self.kept(0, i) && self.kept(1, j) {
            i - self.first[0] + (self.last[0] - self.first[0]) * (j - self.first[1])
        } else {
            REMOVED
        }
    }

    /// Place of every edge unknown, in half cells.
    pub(super) fn places(&self) -> Vec<[usize; 2]> {
        let [nx, ny] = self.cells;
        let x_edges =
            (self.first[1]..self.last[1]).flat_map(|j| (0..nx).map(move |i| [2 * i + 1, 2 * j]));
        let columns = self.first[0]..self.last[0];
        let y_edges = (0..ny).flat_map(|j| columns.clone().map(move |i| [2 * i, 2 * j + 1]));
        x_edges.chain(y_edges).collect()
    }
}
