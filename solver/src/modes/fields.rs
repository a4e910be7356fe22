//! A mode's fields on a rectilinear grid.

use super::sample::Sample;
use cpo_meshes::RectilinearGrid;
use ndarray::Array2;
use num_complex::Complex64;

/// The six field components at cell centres, `[[i, j]]`, for 1 W.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The grid.
    pub grid: RectilinearGrid<2>,
    /// Electric field x, y, z in V/m.
    pub electric: [Array2<Complex64>; 3],
    /// Magnetic field x, y, z in A/m.
    pub magnetic: [Array2<Complex64>; 3],
    /// Effective index on this grid.
    pub effective_index: Complex64,
    /// Real part of the relative permittivity along x.
    pub permittivity: Array2<f64>,
}

impl Fields {
    /// Power density ½ Re (E × H*)·z in W/m².
    pub fn power_density(&self) -> Array2<f64> {
        let [ex, ey, _] = &self.electric;
        let [hx, hy, _] = &self.magnetic;
        Array2::from_shape_fn(ex.raw_dim(), |at| {
            0.5 * (ex[at] * hy[at].conj() - ey[at] * hx[at].conj()).re
        })
    }

    /// |E|² in V²/m².
    pub fn electric_squared(&self) -> Array2<f64> {
        Array2::from_shape_fn(self.electric[0].raw_dim(), |at| {
            self.electric.iter().map(|e| e[at].norm_sqr()).sum()
        })
    }

    /// The cells as samples, of the material and region that `place` tells.
    pub(super) fn samples(
        &self,
        place: impl Fn(f64, f64) -> (usize, Option<usize>),
    ) -> Vec<Sample> {
        let [x, y] = [0, 1].map(|d| self.grid.axis(d).centres());
        let sample = |(i, j): (usize, usize)| {
            let (material, region) = place(x[i], y[j]);
            Sample {
                position: [x[i], y[j]],
                area: self.grid.area(i, j),
                material,
                region,
                electric: self.electric.each_ref().map(|c| c[[i, j]]),
                magnetic: self.magnetic.each_ref().map(|c| c[[i, j]]),
            }
        };
        self.electric[0]
            .indexed_iter()
            .map(|(at, _)| sample(at))
            .collect()
    }
}
