//! Rectilinear grids: the tensor product of axes.

use crate::Axis;

/// A rectilinear grid in `D` dimensions; cells are numbered with the first axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct RectilinearGrid<const D: usize> {
    axes: [Axis; D],
}

impl<const D: usize> RectilinearGrid<D> {
    /// The tensor product of `axes`.
    pub fn new(axes: [Axis; D]) -> Self {
        Self { axes }
    }

    /// The axes in order x, y(, z).
    pub fn axes(&self) -> &[Axis; D] {
        &self.axes
    }

    /// Axis `d`.
    pub fn axis(&self, d: usize) -> &Axis {
        &self.axes[d]
    }

    /// Cells along each axis.
    pub fn shape(&self) -> [usize; D] {
        std::array::from_fn(|d| self.axes[d].len())
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.axes.iter().map(Axis::len).product()
    }
}

impl RectilinearGrid<2> {
    /// Area of cell (i, j) in m².
    pub fn area(&self, i: usize, j: usize) -> f64 {
        self.axes[0].width(i) * self.axes[1].width(j)
    }
}

impl RectilinearGrid<3> {
    /// Volume of cell (i, j, k) in m³.
    pub fn volume(&self, i: usize, j: usize, k: usize) -> f64 {
        self.axes[0].width(i) * self.axes[1].width(j) * self.axes[2].width(k)
    }

    /// Number of cell (i, j, k).
    pub fn index(&self, i: usize, j: usize, k: usize) -> usize {
        i + self.axes[0].len() * (j + self.axes[1].len() * k)
    }
}
