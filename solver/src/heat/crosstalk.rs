//! Thermal resistances between heat sources.

use cpo_meshes::Footprint;
use ndarray::Array2;

use super::HeatError;
use super::solver::Family;
use crate::convergence::{GridStudy, Verdict};

/// R_ij: mean rise over source i per watt in source j, K/W, over the coolant: with no heat
/// the body has the ambient temperature, so R is a property of the body and its boundary
/// conditions, and belongs to them. The discrete R is symmetric (reciprocity).
///
/// Every entry is extrapolated on a family of grids and has its error bar. The error wanted is
/// relative to the geometric mean of the two diagonal entries, √(R_ii R_jj): an error of
/// a small off-diagonal matters as much as the same error, in kelvin, of a diagonal.
#[derive(Clone, Debug)]
pub struct CrosstalkMatrix {
    pub(super) names: Vec<String>,
    /// Row-major.
    pub(super) mean: Vec<GridStudy>,
    pub(super) peak: Vec<GridStudy>,
    pub(super) reciprocity: f64,
    pub(super) energy_balance: f64,
    pub(super) windows: Vec<Footprint>,
    pub(super) iterations: Vec<usize>,
    pub(super) cells: Vec<usize>,
    pub(super) residual: f64,
}

impl CrosstalkMatrix {
    /// What a family of grids gave for a watt in each of `names`.
    pub(super) fn of(names: &[&str], family: Family) -> Self {
        let n = names.len();
        let finest = |i: usize, j: usize| family.mean[i * n + j].levels.last().map_or(0.0, |l| l.1);
        let (mut asymmetry, mut largest): (f64, f64) = (0.0, 0.0);
        for i in 0..n {
            for j in 0..n {
                asymmetry = asymmetry.max((finest(i, j) - finest(j, i)).abs());
                largest = largest.max(finest(i, j).abs());
            }
        }
        Self {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            reciprocity: asymmetry / largest,
            mean: family.mean,
            peak: family.peak,
            energy_balance: family.energy_balance,
            windows: Vec::new(),
            iterations: family.iterations,
            cells: family.cells,
            residual: family.residual,
        }
    }

    /// Names of the sources, in the order of rows and columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of sources.
    #[allow(clippy::len_without_is_empty)] // a matrix has a source
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// R in K/W: mean rise of row i per watt in column j.
    pub fn mean(&self) -> Array2<f64> {
        self.table(&self.mean, |study| study.value)
    }

    /// Error bars of [`mean`](Self::mean), K/W.
    pub fn mean_error(&self) -> Array2<f64> {
        self.table(&self.mean, |study| study.error)
    }

    /// Largest rise in source i per watt in source j, K/W. Not symmetric. Where several sources heat, the sum over j bounds
    /// the peak from above.
    pub fn peak(&self) -> Array2<f64> {
        self.table(&self.peak, |study| study.value)
    }

    /// Error bars of [`peak`](Self::peak), K/W.
    pub fn peak_error(&self) -> Array2<f64> {
        self.table(&self.peak, |study| study.error)
    }

    /// The grid family of the mean R_ij.
    pub fn mean_study(&self, i: usize, j: usize) -> &GridStudy {
        &self.mean[i * self.len() + j]
    }

    /// The grid family of the peak R_ij.
    pub fn peak_study(&self, i: usize, j: usize) -> &GridStudy {
        &self.peak[i * self.len() + j]
    }

    /// Mean rise of the source `of` per watt in the source `from`, K/W.
    ///
    /// # Errors
    /// [`HeatError::UnknownSource`].
    pub fn kelvin_per_watt(&self, of: &str, from: &str) -> Result<f64, HeatError> {
        let (i, j) = (self.position(of)?, self.position(from)?);
        Ok(self.mean_study(i, j).value)
    }

    /// Whether every entry's error bar, of mean and peak, is within the error wanted.
    pub fn verdict(&self) -> Verdict {
        let converged = |s: &GridStudy| s.verdict == Verdict::Converged;
        if self.mean.iter().chain(&self.peak).all(converged) {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        }
    }

    /// max |R − Rᵀ| / max |R| on the finest grid, before extrapolation; with windows that of the extrapolated parts, whose two sides are computed apart.
    pub fn reciprocity(&self) -> f64 {
        self.reciprocity
    }

    /// Largest relative imbalance of heat in and out of all solves.
    pub fn energy_balance(&self) -> f64 {
        self.energy_balance
    }

    /// Largest relative residual of all solves.
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// Rectangles that were solved on grids of their own, with the temperature of an overview of the whole plan at their edges; none where one grid
    /// held everything.
    pub fn windows(&self) -> &[Footprint] {
        &self.windows
    }

    /// Iterations on each grid of the family, the most of any source.
    pub fn iterations(&self) -> &[usize] {
        &self.iterations
    }

    /// Cells of each grid of the family.
    pub fn cells(&self) -> &[usize] {
        &self.cells
    }

    /// Row of a source.
    pub(crate) fn position(&self, name: &str) -> Result<usize, HeatError> {
        self.names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| HeatError::UnknownSource {
                name: name.to_owned(),
                known: self.names.join(", "),
            })
    }

    fn table(&self, studies: &[GridStudy], get: impl Fn(&GridStudy) -> f64) -> Array2<f64> {
        let n = self.len();
        Array2::from_shape_fn((n, n), |(i, j)| get(&studies[i * n + j]))
    }
}
