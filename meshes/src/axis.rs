//! One coordinate axis of a rectilinear grid.
//!
//! The faces x₀ < x₁ < … < x_n are the truth; centres (xᵢ + xᵢ₊₁)/2 and widths xᵢ₊₁ − xᵢ are derived.

use crate::MeshError;

/// Strictly increasing, finite cell faces along one coordinate, in metres.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    faces: Vec<f64>,
}

impl Axis {
    /// An axis from its faces in metres.
    ///
    /// # Errors
    /// [`MeshError::Axis`] unless there are at least two faces, all finite and strictly increasing.
    pub fn from_faces(faces: Vec<f64>) -> Result<Self, MeshError> {
        if faces.len() < 2 {
            return Err(MeshError::Axis {
                index: 0,
                reason: "an axis needs at least two faces",
            });
        }
        if let Some(index) = faces.iter().position(|x| !x.is_finite()) {
            return Err(MeshError::Axis {
                index,
                reason: "a face is not finite",
            });
        }
        if let Some(index) = faces.windows(2).position(|w| w[1] <= w[0]) {
            return Err(MeshError::Axis {
                index,
                reason: "faces must increase strictly",
            });
        }
        Ok(Self { faces })
    }

    /// `cells` equal cells between `lower` and `upper` (metres).
    ///
    /// # Errors
    /// [`MeshError::Axis`] if the interval is empty or `cells` is 0.
    pub fn uniform(lower: f64, upper: f64, cells: usize) -> Result<Self, MeshError> {
        let step = (upper - lower) / cells as f64;
        let mut faces: Vec<f64> = (0..cells).map(|i| lower + i as f64 * step).collect();
        faces.push(upper);
        Self::from_faces(faces)
    }

    /// The faces, `len() + 1` of them.
    pub fn faces(&self) -> &[f64] {
        &self.faces
    }

    /// Number of cells.
    #[allow(clippy::len_without_is_empty)] // an axis always has a cell
    pub fn len(&self) -> usize {
        self.faces.len() - 1
    }

    /// Width of cell `i`.
    pub fn width(&self, i: usize) -> f64 {
        self.faces[i + 1] - self.faces[i]
    }

    /// Centre of cell `i`.
    pub fn centre(&self, i: usize) -> f64 {
        0.5 * (self.faces[i] + self.faces[i + 1])
    }

    /// All cell widths.
    pub fn widths(&self) -> Vec<f64> {
        self.faces.windows(2).map(|w| w[1] - w[0]).collect()
    }

    /// All cell centres.
    pub fn centres(&self) -> Vec<f64> {
        self.faces.windows(2).map(|w| 0.5 * (w[0] + w[1])).collect()
    }

    /// First face.
    pub fn lower(&self) -> f64 {
        self.faces[0]
    }

    /// Last face.
    pub fn upper(&self) -> f64 {
        self.faces[self.faces.len() - 1]
    }

    /// The axis of the dual grid: its faces are the window's ends and the cell centres, so its
    /// cells surround this axis's faces (those at the ends are half cells).
    pub fn dual(&self) -> Self {
        let mut faces = Vec::with_capacity(self.faces.len() + 1);
        faces.push(self.lower());
        faces.extend(self.centres());
        faces.push(self.upper());
        Self { faces }
    }

    /// The cell that holds `x` (ends included), or `None` outside the axis.
    pub fn locate(&self, x: f64) -> Option<usize> {
        if !(self.lower()..=self.upper()).contains(&x) {
            return None;
        }
        Some(
            self.faces
                .partition_point(|&face| face <= x)
                .clamp(1, self.len())
                - 1,
        )
    }
}
