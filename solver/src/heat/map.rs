//! A temperature field.

use cpo_materials::{Quantity, Temperature};
use cpo_meshes::{Axis as GridAxis, Floorplan, Footprint, RectilinearGrid};
use ndarray::{Array2, Array3, Axis, s};

use super::discretisation::cells_in;
use super::{EnergyBalance, HeatError};

/// The temperature of a floorplan on one grid. Its discretisation error is not known; numbers with
/// an error bar come from [`HeatSolver::crosstalk`](super::HeatSolver::crosstalk) and
/// [`HeatSolver::source_temperatures`](super::HeatSolver::source_temperatures).
#[derive(Clone, Debug)]
pub struct ThermalMap {
    pub(super) grid: RectilinearGrid<3>,
    pub(super) rise: Array3<f64>,
    pub(super) ambient: Temperature,
    pub(super) residual: f64,
    pub(super) iterations: usize,
    pub(super) balance: EnergyBalance,
}

impl ThermalMap {
    /// The grid; x and y have their origin at the plan's centre, z at the bottom.
    pub fn grid(&self) -> &RectilinearGrid<3> {
        &self.grid
    }

    /// Rise over [`ambient`](Self::ambient) at the cell centres, `[[i, j, k]]` along x, y, z, in K.
    pub fn rise(&self) -> &Array3<f64> {
        &self.rise
    }

    /// Temperature at the cell centres in K.
    pub fn temperature(&self) -> Array3<f64> {
        &self.rise + self.ambient.si()
    }

    /// The temperature that rises are counted from.
    pub fn ambient(&self) -> Temperature {
        self.ambient
    }

    /// Relative residual ‖b − A t‖₂/‖b‖₂.
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// Iterations of conjugate gradients.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Heat generated and heat out by face.
    pub fn energy_balance(&self) -> EnergyBalance {
        self.balance
    }

    /// Volume mean of the rise over a box, in K: the cells whose centres lie in it.
    ///
    /// # Errors
    /// [`HeatError::EmptyRegion`] if no cell centre lies there.
    pub fn mean_rise(&self, footprint: &Footprint, z: [f64; 2]) -> Result<f64, HeatError> {
        let (mut sum, mut volume) = (0.0, 0.0);
        self.visit(footprint, z, |rise, v| {
            sum += rise * v;
            volume += v;
        })?;
        Ok(sum / volume)
    }

    /// Largest cell value of the rise in a box, in K.
    ///
    /// # Errors
    /// [`HeatError::EmptyRegion`] if no cell centre lies there.
    pub fn max_rise(&self, footprint: &Footprint, z: [f64; 2]) -> Result<f64, HeatError> {
        let mut max = f64::NEG_INFINITY;
        self.visit(footprint, z, |rise, _| max = max.max(rise))?;
        Ok(max)
    }

    /// Extent along z of a named layer, for [`mean_rise`](Self::mean_rise) and [`max_rise`](Self::max_rise).
    pub fn layer_extent(floorplan: &Floorplan, layer: &str) -> Option<[f64; 2]> {
        floorplan
            .layers()
            .iter()
            .find(|l| l.name == layer)
            .map(|l| l.z)
    }

    /// Rise in the horizontal plane through `z` (metres), `[[i, j]]`; `None` outside the stack.
    pub fn horizontal(&self, z: f64) -> Option<Array2<f64>> {
        let k = self.grid.axis(2).locate(z)?;
        Some(self.rise.slice(s![.., .., k]).to_owned())
    }

    /// Rise in the vertical plane through `y` (metres), `[[i, k]]`; `None` outside the plan.
    pub fn across(&self, y: f64) -> Option<Array2<f64>> {
        let j = self.grid.axis(1).locate(y)?;
        Some(self.rise.index_axis(Axis(1), j).to_owned())
    }

    /// Rise in the vertical plane through `x` (metres), `[[j, k]]`; `None` outside the plan.
    pub fn along(&self, x: f64) -> Option<Array2<f64>> {
        let i = self.grid.axis(0).locate(x)?;
        Some(self.rise.index_axis(Axis(0), i).to_owned())
    }

    /// Rise at a point, linear between the cells' centres and constant beyond the outermost; in K. For what needs the temperature as a field, such as
    /// the index of a waveguide (x across, z up, y along it).
    pub fn rise_at(&self, point: [f64; 3]) -> f64 {
        let places: [_; 3] = std::array::from_fn(|d| linear(self.grid.axis(d), point[d]));
        let mut sum = 0.0;
        for (i, u) in places[0] {
            for (j, v) in places[1] {
                for (k, w) in places[2] {
                    sum += u * v * w * self.rise[[i, j, k]];
                }
            }
        }
        sum
    }

    fn visit(
        &self,
        footprint: &Footprint,
        z: [f64; 2],
        mut each: impl FnMut(f64, f64),
    ) -> Result<(), HeatError> {
        let cells = cells_in(&self.grid, footprint.x, footprint.y, z);
        if cells.x.is_empty() || cells.y.is_empty() || cells.z.is_empty() {
            return Err(HeatError::EmptyRegion {
                x: footprint.x,
                y: footprint.y,
                z,
            });
        }
        for i in cells.x.clone() {
            for j in cells.y.clone() {
                for k in cells.z.clone() {
                    each(self.rise[[i, j, k]], self.grid.volume(i, j, k));
                }
            }
        }
        Ok(())
    }
}

/// The cells around a point of an axis and their weights in what is linear between centres and constant beyond the outermost.
pub(super) fn linear(axis: &GridAxis, point: f64) -> [(usize, f64); 2] {
    let last = axis.len() - 1;
    // the first centre beyond the point
    let cell = axis
        .faces()
        .partition_point(|&face| face <= point)
        .clamp(1, last + 1)
        - 1;
    let right = cell + usize::from(axis.centre(cell) <= point);
    if right == 0 || right > last {
        let end = right.min(last);
        return [(end, 1.0), (end, 0.0)];
    }
    let (a, b) = (axis.centre(right - 1), axis.centre(right));
    let share = (point - a) / (b - a);
    [(right - 1, 1.0 - share), (right, share)]
}
