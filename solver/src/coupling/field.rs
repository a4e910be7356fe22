//! Transverse fields on the plane z = 0, normalised to ½ Re∫(E × H*)·ẑ dA = 1 W.

use cpo_meshes::{RectilinearGrid, Window};
use ndarray::Array2;
use num_complex::Complex64;

use super::CouplingError;
use crate::modes::Fields;

/// A transverse field on the plane z = 0 that carries 1 W along +z.
pub trait TransverseField: Send + Sync {
    /// Eₓ, E_y (V/m), Hₓ, H_y (A/m) at the point (x, y) in metres.
    fn at(&self, x: f64, y: f64) -> [Complex64; 4];

    /// The window outside which the field is zero, or `None` if it has none.
    fn window(&self) -> Option<Window>;

    /// β/k₀ of the wave.
    fn effective_index(&self) -> Complex64;

    /// Distance in m from the end that the field leaves to the plane on which [`TransverseField::at`] gives it: 0 but for
    /// a focused beam.
    fn working_distance(&self) -> f64 {
        0.0
    }
}

/// What makes 1 W of a field that carries `power` watts.
pub(super) fn to_one_watt(power: f64) -> Result<Complex64, CouplingError> {
    if power.is_finite() && power > 0.0 {
        Ok(Complex64::from(power.sqrt().recip()))
    } else {
        Err(CouplingError::NoForwardPower { power })
    }
}

/// A field by its values at the cell centres of a rectilinear grid, what a mode solver hands over.
///
/// Integrals over it are Σ f(xᵢ, yⱼ) Δxᵢ Δyⱼ, so overlaps keep the solver's own graded quadrature.
/// Between centres it is interpolated bilinearly, error O(Δ²).
#[derive(Clone, Debug)]
pub struct SampledField {
    /// The cells.
    pub grid: RectilinearGrid<2>,
    /// Eₓ at cell centres `[[i, j]]`, V/m.
    pub ex: Array2<Complex64>,
    /// E_y at cell centres `[[i, j]]`, V/m.
    pub ey: Array2<Complex64>,
    /// Hₓ at cell centres `[[i, j]]`, A/m.
    pub hx: Array2<Complex64>,
    /// H_y at cell centres `[[i, j]]`, A/m.
    pub hy: Array2<Complex64>,
    /// β/k₀.
    pub effective_index: Complex64,
}

impl SampledField {
    /// A field from Eₓ, E_y, Hₓ, H_y at cell centres, scaled to 1 W.
    ///
    /// # Errors
    /// [`CouplingError::Shape`] unless every array has one value per cell;
    /// [`CouplingError::NoForwardPower`] unless the power is positive and finite.
    pub fn new(
        grid: RectilinearGrid<2>,
        components: [Array2<Complex64>; 4],
        effective_index: Complex64,
    ) -> Result<Self, CouplingError> {
        let expected = grid.shape();
        for (component, values) in ["ex", "ey", "hx", "hy"].into_iter().zip(&components) {
            let found = [values.nrows(), values.ncols()];
            if found != expected {
                return Err(CouplingError::Shape {
                    component,
                    found,
                    expected,
                });
            }
        }
        let [ex, ey, hx, hy] = components;
        let mut field = Self {
            grid,
            ex,
            ey,
            hx,
            hy,
            effective_index,
        };
        let scale = to_one_watt(field.power())?;
        for values in [&mut field.ex, &mut field.ey, &mut field.hx, &mut field.hy] {
            values.mapv_inplace(|v| v * scale);
        }
        Ok(field)
    }

    /// `field` at the cell centres of `grid`, scaled to 1 W on that grid.
    ///
    /// # Errors
    /// [`CouplingError::NoForwardPower`] if the grid misses the field.
    pub fn sample(
        field: &dyn TransverseField,
        grid: RectilinearGrid<2>,
    ) -> Result<Self, CouplingError> {
        let (x, y) = (grid.axis(0).centres(), grid.axis(1).centres());
        let mut components: [Array2<Complex64>; 4] =
            std::array::from_fn(|_| Array2::zeros((x.len(), y.len())));
        for (i, &x) in x.iter().enumerate() {
            for (j, &y) in y.iter().enumerate() {
                let values = field.at(x, y);
                for (component, value) in components.iter_mut().zip(values) {
                    component[[i, j]] = value;
                }
            }
        }
        Self::new(grid, components, field.effective_index())
    }

    /// Eₓ, E_y, Hₓ, H_y at the centre of cell (i, j).
    pub fn cell(&self, i: usize, j: usize) -> [Complex64; 4] {
        let at = [i, j];
        [self.ex[at], self.ey[at], self.hx[at], self.hy[at]]
    }

    /// ½ Re∫(E × H*)·ẑ dA over the window, in W: 1 after construction.
    pub fn power(&self) -> f64 {
        let [nx, ny] = self.grid.shape();
        (0..nx)
            .map(|i| (0..ny).map(|j| self.cell_power(i, j)).sum::<f64>())
            .sum()
    }

    /// The power that flows through cell (i, j), in W.
    fn cell_power(&self, i: usize, j: usize) -> f64 {
        let [ex, ey, hx, hy] = self.cell(i, j);
        0.5 * (ex * hy.conj() - ey * hx.conj()).re * self.grid.area(i, j)
    }

    /// The part of the power (as |S_z|) in the outermost ring of cells, which tells a mode that
    /// fits its window from one that does not.
    pub fn edge_power(&self) -> f64 {
        let [nx, ny] = self.grid.shape();
        let on_edge = |i: usize, j: usize| i == 0 || j == 0 || i + 1 == nx || j + 1 == ny;
        (0..nx)
            .flat_map(|i| (0..ny).map(move |j| (i, j)))
            .filter(|&(i, j)| on_edge(i, j))
            .map(|(i, j)| self.cell_power(i, j).abs())
            .sum()
    }
}

/// The two centres around `x` and the weight of the second; constant beyond the outermost centres.
fn bracket(axis: &cpo_meshes::Axis, x: f64) -> Option<(usize, usize, f64)> {
    let cell = axis.locate(x)?;
    let low = if x < axis.centre(cell) {
        cell.checked_sub(1)
    } else {
        Some(cell)
    };
    let Some(low) = low else {
        return Some((0, 0, 0.0));
    };
    if low + 1 == axis.len() {
        return Some((low, low, 0.0));
    }
    let (left, right) = (axis.centre(low), axis.centre(low + 1));
    Some((low, low + 1, (x - left) / (right - left)))
}

impl TryFrom<&Fields> for SampledField {
    type Error = CouplingError;

    /// The transverse field of a solved mode.
    fn try_from(fields: &Fields) -> Result<Self, CouplingError> {
        let [ex, ey, _] = &fields.electric;
        let [hx, hy, _] = &fields.magnetic;
        let components = [ex, ey, hx, hy].map(Array2::clone);
        Self::new(fields.grid.clone(), components, fields.effective_index)
    }
}

impl TransverseField for SampledField {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let (Some((i0, i1, s)), Some((j0, j1, t))) =
            (bracket(self.grid.axis(0), x), bracket(self.grid.axis(1), y))
        else {
            return [Complex64::ZERO; 4];
        };
        let corners = [
            (self.cell(i0, j0), (1.0 - s) * (1.0 - t)),
            (self.cell(i1, j0), s * (1.0 - t)),
            (self.cell(i0, j1), (1.0 - s) * t),
            (self.cell(i1, j1), s * t),
        ];
        std::array::from_fn(|c| {
            corners
                .iter()
                .map(|(values, weight)| values[c] * weight)
                .sum()
        })
    }

    fn window(&self) -> Option<Window> {
        let (x, y) = (self.grid.axis(0), self.grid.axis(1));
        Some(Window {
            x: [x.lower(), x.upper()],
            y: [y.lower(), y.upper()],
        })
    }

    fn effective_index(&self) -> Complex64 {
        self.effective_index
    }
}
