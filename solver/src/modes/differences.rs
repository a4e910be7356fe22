//! The finite-difference levels of a solve and what the rest of the program asks of them.

use super::family::{Level as LevelSize, ModeFamily};
use super::operator::{Operator, REMOVED};
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
        let image = operator.image(&electric, &magnetic);
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
    pub(super) operator: Operator<T>,
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
        let (low, high) = (at(factors[0]), at(factors[1]));
        let centre = (1.0, &self.operator);
        let [low, high] = [&low, &high].map(|side| match side {
            Ok((factor, operator)) => (*factor, operator),
            Err(_) => centre,
        });
        let step = (high.0 - low.0) * wavelength;
        let slopes: Vec<Complex64> = self
            .modes
            .iter()
            .map(|mode| mode.derivative(low.1, high.1, step.max(f64::MIN_POSITIVE)))
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
            Arc::clone(&self.operator.unknowns),
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

/// The fields of an eigenvector at the centres of cells.
///
/// H_t comes from B e (Ampère), Ez = −(i/n) Z Gᵀ M e (Gauss), Hz = −i C e / η₀ (Faraday).
struct Centres<'a, T> {
    level: &'a Level<T>,
    mode: &'a LevelMode<T>,
    k0: f64,
    /// 1/(η₀ n).
    admittance: Complex64,
    /// −i/n.
    to_longitudinal: Complex64,
    /// Z Gᵀ M e.
    longitudinal: Vec<T>,
    /// Normalises to P = ½ Re ∫ (E × H*)·z dA = 1 W, the transverse electric field real and positive where
    /// it is largest.
    gauge: Complex64,
}

impl<'a, T: Scalar> Centres<'a, T> {
    fn new(problem: &ModeProblem, level: &'a Level<T>, mode: &'a LevelMode<T>) -> Self {
        let (n, k0) = (
            mode.effective_index(),
            problem.wavelength().vacuum_wavenumber(),
        );
        let admittance = 1.0 / (VACUUM_IMPEDANCE * n);
        // On the edges themselves, where E and H are exact partners, the power is a plain sum.
        let mut power = Complex64::ZERO;
        let (mut largest, mut size) = (T::ZERO, 0.0);
        for (&e, &b) in mode.electric.iter().zip(&mode.magnetic) {
            power += (e * b.conjugate()).to_complex();
            if e.norm_squared() > size {
                (largest, size) = (e, e.norm_squared());
            }
        }
        let power = 0.5 * (power * admittance.conj()).re / (k0 * k0);
        let gauge = largest.to_complex().conj() / size.sqrt() / power.abs().sqrt();
        Self {
            level,
            mode,
            k0,
            admittance,
            to_longitudinal: -Complex64::I / n,
            longitudinal: level.operator.longitudinal(&mode.electric),
            gauge,
        }
    }

    fn e(&self, edge: usize) -> T {
        if edge == REMOVED {
            return T::ZERO;
        }
        self.mode.electric[edge]
    }

    /// ẑ × h = −B e / (W η₀ n), here B e / W: h_y on x-edges, −h_x on y-edges.
    fn h(&self, edge: usize) -> T {
        if edge == REMOVED {
            return T::ZERO;
        }
        self.mode.magnetic[edge] * T::real(1.0 / self.level.operator.edge_area[edge])
    }

    fn ez(&self, node: usize) -> T {
        if node == REMOVED {
            return T::ZERO;
        }
        self.longitudinal[node]
    }

    /// E_c in cell (i, j), not normalised.
    fn electric(&self, c: usize, i: usize, j: usize) -> Complex64 {
        let u = &*self.level.operator.unknowns;
        match c {
            0 => 0.5 * (self.e(u.x_edge(i, j)) + self.e(u.x_edge(i, j + 1))).to_complex(),
            1 => 0.5 * (self.e(u.y_edge(i, j)) + self.e(u.y_edge(i + 1, j))).to_complex(),
            _ => {
                let nodes = [[i, j], [i + 1, j], [i, j + 1], [i + 1, j + 1]];
                let ez = nodes.map(|[i, j]| self.ez(u.node(i, j)));
                0.25 * self.to_longitudinal * (ez[0] + ez[1] + ez[2] + ez[3]).to_complex()
            }
        }
    }

    /// H_c in cell (i, j), not normalised.
    fn magnetic(&self, c: usize, i: usize, j: usize) -> Complex64 {
        let u = &*self.level.operator.unknowns;
        match c {
            0 => {
                let h = self.h(u.y_edge(i, j)) + self.h(u.y_edge(i + 1, j));
                -0.5 * self.admittance * h.to_complex()
            }
            1 => {
                let h = self.h(u.x_edge(i, j)) + self.h(u.x_edge(i, j + 1));
                0.5 * self.admittance * h.to_complex()
            }
            _ => {
                let (x, y) = (self.level.grid.axis(0), self.level.grid.axis(1));
                let across = self.e(u.y_edge(i + 1, j)) - self.e(u.y_edge(i, j));
                let up = self.e(u.x_edge(i, j + 1)) - self.e(u.x_edge(i, j));
                let [dx, dy] = [x.width(i), y.width(j)].map(|d| T::real(1.0 / (self.k0 * d)));
                -Complex64::I / VACUUM_IMPEDANCE * (across * dx - up * dy).to_complex()
            }
        }
    }

    /// Re ε_xx.
    fn permittivity(&self, i: usize, j: usize) -> f64 {
        let (fill, materials) = (&self.level.fill.x_edges, &self.level.permittivities);
        let at = |j: usize| effective(fill.cell(i, j), materials, Component::Xx);
        0.5 * (at(j) + at(j + 1)).re
    }

    fn fields(&self) -> Fields {
        let grid = &self.level.grid;
        let [nx, ny] = grid.shape();
        let electric = |c: usize| {
            Array2::from_shape_fn((nx, ny), |(i, j)| self.gauge * self.electric(c, i, j))
        };
        let magnetic = |c: usize| {
            Array2::from_shape_fn((nx, ny), |(i, j)| self.gauge * self.magnetic(c, i, j))
        };
        Fields {
            grid: grid.clone(),
            electric: [0, 1, 2].map(electric),
            magnetic: [0, 1, 2].map(magnetic),
            effective_index: self.mode.effective_index(),
            permittivity: Array2::from_shape_fn((nx, ny), |(i, j)| self.permittivity(i, j)),
        }
    }
}

impl<T: Scalar> Family<T> {
    fn centres(&self, level: usize, member: usize) -> Centres<'_, T> {
        let level = &self.levels[level];
        Centres::new(&self.problem, level, &level.modes[member])
    }
}

impl<T: Scalar> ModeFamily for Family<T> {
    fn problem(&self) -> &ModeProblem {
        &self.problem
    }

    fn levels(&self) -> Vec<LevelSize> {
        let size = |level: &Level<T>| LevelSize {
            refinement: level.refinement,
            unknowns: level.operator.unknowns.edge_count,
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

    fn power_centroid(&self, level: usize, member: usize) -> [f64; 2] {
        let (level, mode) = (&self.levels[level], &self.levels[level].modes[member]);
        let u = &*level.operator.unknowns;
        let [x, y] = [0, 1].map(|d| level.grid.axis(d));
        // S_z dA on the edges: ½ Re (e (B e)* / (η₀ n)*), up to a factor.
        let turn = (1.0 / mode.effective_index()).conj();
        let flow = |edge: usize| {
            let product = mode.electric[edge] * mode.magnetic[edge].conjugate();
            (product.to_complex() * turn).re
        };
        let (mut power, mut moments) = (0.0, [0.0; 2]);
        for (edge, place) in u.places().into_iter().enumerate() {
            let flow = flow(edge);
            let at = [0, 1].map(|d| {
                let axis = [x, y][d];
                let k = place[d] / 2;
                if place[d] % 2 == 1 {
                    axis.centre(k)
                } else {
                    axis.faces()[k]
                }
            });
            power += flow;
            (0..2).for_each(|d| moments[d] += flow * at[d]);
        }
        moments.map(|moment| moment / power)
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
        let centres = self.centres(level, member);
        let grid = &self.levels[level].grid;
        let [nx, ny] = grid.shape();
        let (x, y) = (grid.axis(0), grid.axis(1));
        let sample = |side: usize, length: f64, [i, j]: [usize; 2]| WallSample {
            side,
            length,
            permittivity: centres.permittivity(i, j),
            electric: [0, 1, 2].map(|c| centres.gauge * centres.electric(c, i, j)),
            magnetic: [0, 1, 2].map(|c| centres.gauge * centres.magnetic(c, i, j)),
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
        self.centres(level, member).fields()
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
