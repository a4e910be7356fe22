//! The finite-difference levels of a solve and what the rest of the program asks of them.

use super::family::{Level as LevelSize, ModeFamily};
use super::operator::{Operator, REMOVED, Unknowns};
use super::permittivity::{Component, StaggeredFill, effective};
use super::sample::{Sample, WallSample};
use super::{Fields, ModeError, ModeGrid, ModeProblem};
use crate::convergence::GridStudy;
use crate::linalg::Scalar;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Quantity, Wavelength};
use cpo_meshes::{CrossSection, RectilinearGrid, Shape};
use ndarray::Array2;
use num_complex::Complex64;
use std::fmt;
use std::sync::Arc;

/// Order of the scheme where fields are smooth; corners lower it, which the family shows.
const DESIGN_ORDER: f64 = 2.0;

/// A mode on one grid.
pub(super) struct LevelMode<T> {
    /// n_eff², by the two-sided Rayleigh quotient.
    pub(super) eigenvalue: Complex64,
    /// Edge values of the transverse electric field.
    pub(super) electric: Vec<T>,
    /// B e, the left eigenvector.
    pub(super) magnetic: Vec<T>,
    /// ‖P e − n² e‖ / ‖n² e‖.
    pub(super) residual: f64,
    /// n_g, once differentiated.
    pub(super) group_index: Complex64,
}

impl<T: Scalar> LevelMode<T> {
    pub(super) fn new(operator: &Operator<T>, electric: Vec<T>) -> Self {
        let magnetic = operator.magnetic(&electric);
        let image = operator.apply(&electric);
        let eigenvalue = (product(&magnetic, &image) / product(&magnetic, &electric)).to_complex();
        let (mut error, mut size) = (0.0, 0.0);
        for (&image, &e) in image.iter().zip(&electric) {
            let scaled = eigenvalue * e.to_complex();
            error += (image.to_complex() - scaled).norm_sqr();
            size += scaled.norm_sqr();
        }
        Self {
            eigenvalue,
            electric,
            magnetic,
            residual: (error / size).sqrt(),
            group_index: Complex64::ZERO,
        }
    }

    /// √n² on the branch of forward waves.
    pub(super) fn effective_index(&self) -> Complex64 {
        let n = self.eigenvalue.sqrt();
        if n.re < 0.0 { -n } else { n }
    }

    /// Power overlap with another electric field on the same grid, not normalised to it.
    pub(super) fn likeness(&self, electric: &[T]) -> f64 {
        let own = product(&self.magnetic, &self.electric).to_complex();
        (product(&self.magnetic, electric).to_complex() / own.sqrt()).norm()
    }

    /// dn_eff/dp from the operators at two values of p that lie `step` apart.
    fn derivative(&self, lower: &Operator<T>, upper: &Operator<T>, step: f64) -> Complex64 {
        let (low, high) = (lower.apply(&self.electric), upper.apply(&self.electric));
        let difference: Vec<T> = high.into_iter().zip(low).map(|(h, l)| h - l).collect();
        let slope = product(&self.magnetic, &difference) / product(&self.magnetic, &self.electric);
        slope.to_complex() / step / (2.0 * self.effective_index())
    }
}

/// Unconjugated product xᵀ y.
fn product<T: Scalar>(x: &[T], y: &[T]) -> T {
    x.iter().zip(y).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// All modes on one grid.
pub(super) struct Level<T> {
    pub(super) refinement: f64,
    pub(super) grid: RectilinearGrid<2>,
    pub(super) unknowns: Arc<Unknowns>,
    pub(super) fill: StaggeredFill,
    pub(super) permittivities: Vec<[Complex64; 3]>,
    pub(super) modes: Vec<LevelMode<T>>,
}

impl<T: Scalar> Level<T> {
    /// Fills in n_g = n − λ dn/dλ, material dispersion included, from λ times two `factors`; where
    /// a material's data end, from one side.
    pub(super) fn differentiate_wavelength(
        &mut self,
        problem: &ModeProblem,
        factors: [f64; 2],
    ) -> Result<(), ModeError> {
        let wavelength = problem.wavelength().si();
        let at = |factor: f64| {
            let shifted = problem
                .clone()
                .at_wavelength(Wavelength::from_si(factor * wavelength));
            let operator = self.operator_on(&self.grid, &shifted, &self.fill);
            operator.map(|operator| (factor, operator))
        };
        let centre = at(1.0)?;
        let (low, high) = (at(factors[0]), at(factors[1]));
        let low = low.as_ref().unwrap_or(&centre);
        let high = high.as_ref().unwrap_or(&centre);
        let step = (high.0 - low.0) * wavelength;
        let slopes: Vec<Complex64> = self
            .modes
            .iter()
            .map(|mode| mode.derivative(&low.1, &high.1, step.max(f64::MIN_POSITIVE)))
            .collect();
        for (mode, slope) in self.modes.iter_mut().zip(slopes) {
            mode.group_index = mode.effective_index() - wavelength * slope;
        }
        Ok(())
    }

    fn operator_on(
        &self,
        grid: &RectilinearGrid<2>,
        problem: &ModeProblem,
        fill: &StaggeredFill,
    ) -> Result<Operator<T>, ModeError> {
        let k0 = problem.wavelength().vacuum_wavenumber();
        Ok(Operator::new(
            grid,
            Arc::clone(&self.unknowns),
            fill,
            &problem.permittivities()?,
            k0,
        ))
    }

    /// dn_eff/dp of every mode, the problem given at two values of p that lie `step` apart.
    ///
    /// The grid moves with the interfaces, so that the discrete eigenvalue is a smooth function of p.
    fn sensitivities(
        &self,
        solved: &ModeProblem,
        problems: [&ModeProblem; 2],
        step: f64,
    ) -> Result<Vec<Complex64>, ModeError> {
        let operator = |problem: &ModeProblem| {
            let grid =
                ModeGrid::moved(&self.grid, solved.cross_section(), problem.cross_section())?;
            let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
            self.operator_on(&grid, problem, &fill)
        };
        let (lower, upper) = (operator(problems[0])?, operator(problems[1])?);
        Ok(self
            .modes
            .iter()
            .map(|mode| mode.derivative(&lower, &upper, step))
            .collect())
    }
}

/// The levels of a solve, coarsest first; mode m of every level is one and the same mode.
pub(super) struct Family<T> {
    pub(super) problem: ModeProblem,
    pub(super) levels: Vec<Level<T>>,
}

impl<T> fmt::Debug for Family<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grids: Vec<[usize; 2]> = self.levels.iter().map(|l| l.grid.shape()).collect();
        f.debug_struct("Family")
            .field("grids", &grids)
            .finish_non_exhaustive()
    }
}

impl<T: Scalar> Level<T> {
    /// Fields of an eigenvector, normalised to P = ½ Re ∫ (E × H*)·z dA = 1 W, the transverse
    /// electric field real and positive where it is largest.
    ///
    /// H_t comes from B e (Ampère), Ez = −(i/n) Z Gᵀ M e (Gauss), Hz = −i C e / η₀ (Faraday).
    fn fields(&self, problem: &ModeProblem, operator: &Operator<T>, mode: &LevelMode<T>) -> Fields {
        let (grid, fill, permittivities) = (&self.grid, &self.fill, &self.permittivities);
        let n = mode.effective_index();
        let u = &*operator.unknowns;
        let [nx, ny] = u.cells;
        let longitudinal = operator.longitudinal(&mode.electric);
        let e = |unknown: usize| {
            if unknown == REMOVED {
                Complex64::ZERO
            } else {
                mode.electric[unknown].to_complex()
            }
        };
        // ẑ × h = −B e / (W η₀ n): h_y on x-edges, −h_x on y-edges.
        let h = |unknown: usize| {
            if unknown == REMOVED {
                return Complex64::ZERO;
            }
            mode.magnetic[unknown].to_complex()
                / (operator.edge_area[unknown] * VACUUM_IMPEDANCE * n)
        };
        let ez = |unknown: usize| {
            if unknown == REMOVED {
                Complex64::ZERO
            } else {
                -Complex64::I / n * longitudinal[unknown].to_complex()
            }
        };
        let k0 = problem.wavelength().vacuum_wavenumber();
        let (x, y) = (grid.axis(0), grid.axis(1));
        let shape = (nx, ny);
        let centre =
            |f: &dyn Fn(usize, usize) -> Complex64| Array2::from_shape_fn(shape, |(i, j)| f(i, j));
        let mut electric = [
            centre(&|i, j| 0.5 * (e(u.x_edge(i, j)) + e(u.x_edge(i, j + 1)))),
            centre(&|i, j| 0.5 * (e(u.y_edge(i, j)) + e(u.y_edge(i + 1, j)))),
            centre(&|i, j| {
                0.25 * (ez(u.node(i, j))
                    + ez(u.node(i + 1, j))
                    + ez(u.node(i, j + 1))
                    + ez(u.node(i + 1, j + 1)))
            }),
        ];
        let mut magnetic = [
            centre(&|i, j| -0.5 * (h(u.y_edge(i, j)) + h(u.y_edge(i + 1, j)))),
            centre(&|i, j| 0.5 * (h(u.x_edge(i, j)) + h(u.x_edge(i, j + 1)))),
            centre(&|i, j| {
                let curl = (e(u.y_edge(i + 1, j)) - e(u.y_edge(i, j))) / (k0 * x.width(i))
                    - (e(u.x_edge(i, j + 1)) - e(u.x_edge(i, j))) / (k0 * y.width(j));
                -Complex64::I * curl / VACUUM_IMPEDANCE
            }),
        ];
        // On the edges themselves, where E and H are exact partners, the power is a plain sum.
        let mut power = 0.0;
        let mut largest = Complex64::ZERO;
        for unknown in 0..u.edge_count {
            let value = e(unknown);
            power += 0.5 * (value * h(unknown).conj()).re * operator.edge_area[unknown] / (k0 * k0);
            if value.norm_sqr() > largest.norm_sqr() {
                largest = value;
            }
        }
        let gauge = largest.conj() / largest.norm() / power.abs().sqrt();
        for component in electric.iter_mut().chain(&mut magnetic) {
            component.mapv_inplace(|v| v * gauge);
        }
        let permittivity = Array2::from_shape_fn(shape, |(i, j)| {
            let below = effective(fill.x_edges.cell(i, j), permittivities, Component::Xx);
            let above = effective(fill.x_edges.cell(i, j + 1), permittivities, Component::Xx);
            0.5 * (below + above).re
        });
        Fields {
            grid: grid.clone(),
            electric,
            magnetic,
            effective_index: n,
            permittivity,
        }
    }
}

impl<T: Scalar> ModeFamily for Family<T> {
    fn problem(&self) -> &ModeProblem {
        &self.problem
    }

    fn levels(&self) -> Vec<LevelSize> {
        let size = |level: &Level<T>| LevelSize {
            refinement: level.refinement,
            unknowns: level.unknowns.edge_count,
        };
        self.levels.iter().map(size).collect()
    }

    fn members(&self) -> usize {
        self.levels
            .iter()
            .map(|level| level.modes.len())
            .min()
            .unwrap_or(0)
    }

    fn effective_index(&self, level: usize, member: usize) -> Complex64 {
        self.levels[level].modes[member].effective_index()
    }

    fn group_index(&self, level: usize, member: usize) -> Complex64 {
        self.levels[level].modes[member].group_index
    }

    fn residual(&self, level: usize, member: usize) -> f64 {
        self.levels[level].modes[member].residual
    }

    fn samples(&self, level: usize, member: usize) -> Vec<Sample> {
        let section = self.problem.cross_section();
        let place = |x: f64, y: f64| (section.material_at(x, y), section.region_at(x, y));
        ModeFamily::fields(self, level, member).samples(place)
    }

    fn at(&self, level: usize, member: usize, points: &[[f64; 2]]) -> Vec<Sample> {
        let fields = ModeFamily::fields(self, level, member);
        let section = self.problem.cross_section();
        let cell = |d: usize, at: f64| {
            let axis = fields.grid.axis(d);
            axis.faces()
                .partition_point(|&face| face <= at)
                .clamp(1, axis.len())
                - 1
        };
        let sample = |&[x, y]: &[f64; 2]| {
            let at = [cell(0, x), cell(1, y)];
            Sample {
                position: [x, y],
                area: 0.0,
                material: section.material_at(x, y),
                region: section.region_at(x, y),
                electric: fields.electric.each_ref().map(|c| c[at]),
                magnetic: fields.magnetic.each_ref().map(|c| c[at]),
            }
        };
        points.iter().map(sample).collect()
    }

    fn magnetic_slopes(&self, level: usize, member: usize) -> [[f64; 2]; 2] {
        let fields = ModeFamily::fields(self, level, member);
        let [nx, ny] = fields.grid.shape();
        let axes = [0, 1].map(|d| fields.grid.axis(d));
        let squared = |c: usize, d: usize| -> f64 {
            let h = &fields.magnetic[c];
            let [across, along] = [axes[1 - d], axes[d]];
            (1..[nx, ny][d])
                .flat_map(|k| (0..[nx, ny][1 - d]).map(move |l| (k, l)))
                .map(|(k, l)| {
                    let at = |k: usize| if d == 0 { h[[k, l]] } else { h[[l, k]] };
                    let distance = 0.5 * (along.width(k - 1) + along.width(k));
                    (at(k) - at(k - 1)).norm_sqr() / distance * across.width(l)
                })
                .sum()
        };
        [0, 1].map(|c| [0, 1].map(|d| squared(c, d)))
    }

    fn wall_samples(&self, level: usize, member: usize) -> Vec<WallSample> {
        let fields = ModeFamily::fields(self, level, member);
        let [nx, ny] = fields.grid.shape();
        let (x, y) = (fields.grid.axis(0), fields.grid.axis(1));
        let sample = |side: usize, length: f64, at: [usize; 2]| WallSample {
            side,
            length,
            permittivity: fields.permittivity[at],
            electric: fields.electric.each_ref().map(|c| c[at]),
            magnetic: fields.magnetic.each_ref().map(|c| c[at]),
        };
        let mut walls = Vec::with_capacity(2 * (nx + ny));
        for (side, i) in [(0, 0), (1, nx - 1)] {
            walls.extend((0..ny).map(|j| sample(side, y.width(j), [i, j])));
        }
        for (side, j) in [(2, 0), (3, ny - 1)] {
            walls.extend((0..nx).map(|i| sample(side, x.width(i), [i, j])));
        }
        walls
    }

    fn fields(&self, level: usize, member: usize) -> Fields {
        let level = &self.levels[level];
        let k0 = self.problem.wavelength().vacuum_wavenumber();
        let unknowns = Arc::clone(&level.unknowns);
        let operator = Operator::new(
            &level.grid,
            unknowns,
            &level.fill,
            &level.permittivities,
            k0,
        );
        level.fields(&self.problem, &operator, &level.modes[member])
    }

    fn layer_effect(&self, _level: usize, _member: usize) -> Complex64 {
        // A given grid has no layers.
        Complex64::ZERO
    }

    fn layer_share(&self, _level: usize, _member: usize) -> f64 {
        0.0
    }

    fn sensitivities(
        &self,
        problems: [&ModeProblem; 2],
        step: f64,
    ) -> Result<Vec<Vec<Complex64>>, ModeError> {
        self.levels
            .iter()
            .map(|level| level.sensitivities(&self.problem, problems, step))
            .collect()
    }

    fn sensitivity_noise(&self, problems: [&ModeProblem; 2], step: f64) -> f64 {
        let grid = &self.levels[self.levels.len() - 1].grid;
        cells_passed(grid, problems.map(ModeProblem::cross_section)) / step
    }

    fn study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        GridStudy::new(levels, DESIGN_ORDER, wanted)
    }

    fn derivative_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        GridStudy::new(levels, DESIGN_ORDER, wanted)
    }

    fn cautious_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        GridStudy::unextrapolated(levels, DESIGN_ORDER, wanted)
    }
}
/// Cells that the walls of circles pass between two geometries. The grid does not follow them, so
/// n_eff carries the noise of their averages, within its own bar, once a cell.
fn cells_passed(grid: &RectilinearGrid<2>, sections: [&CrossSection; 2]) -> f64 {
    let [before, after] = sections.map(CrossSection::regions);
    let mut most: f64 = 0.0;
    for (before, after) in before.iter().zip(after) {
        if !matches!(before.shape, Shape::Circle { .. }) {
            continue;
        }
        let bounds = before.shape.bounds();
        for (d, [low, high]) in [bounds.x, bounds.y].into_iter().enumerate() {
            let across = grid
                .axis(d)
                .centres()
                .iter()
                .filter(|x| (low..=high).contains(*x))
                .count();
            let cell = (high - low) / across.max(1) as f64;
            let moved = before
                .shape
                .polygon()
                .into_iter()
                .zip(after.shape.polygon());
            let moved = moved.map(|(a, b)| (a[d] - b[d]).abs()).fold(0.0, f64::max);
            most = most.max(moved / cell);
        }
    }
    most
}
