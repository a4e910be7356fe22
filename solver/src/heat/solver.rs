//! The solver: grids, families, right-hand sides.

use ndarray::Array3;
use rayon::prelude::*;

use super::composite::Composite;
use super::discretisation::{Discretisation, Lane, Load, Stop};
use super::extrapolation::{doubted, study};
use super::gradients::Convergence;
use super::grid::grid;
use super::{CrosstalkMatrix, HeatError, HeatProblem, SourceTemperatures, ThermalMap};
use crate::convergence::{GridStudy, Verdict};

/// Refinements of the family, far enough apart for extrapolation to be stable.
pub(super) const FAMILY: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0];
/// The same where the third of them has too many cells. Segments have an even number of cells at 1.
pub(super) const CLOSE_FAMILY: [f64; 3] = [1.0, 1.5, 2.0];
/// Grids before a verdict is possible.
pub(super) const FEWEST: usize = 3;
/// Right-hand sides solved side by side.
pub(super) const LANES: usize = 4;

/// Numerics of a heat solution.
///
/// ```
/// use cpo_materials::{HeatTransferCoefficient, Material, Temperature, ThermalConductivity};
/// use cpo_meshes::{Direction, Floorplan, Footprint};
/// use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver};
///
/// let silicon = Material::with_conductivity(ThermalConductivity::w_per_m_k(130.0));
/// let stripe = Footprint::centred([20e-6, 300e-6], [0.0, 0.0]);
/// let plan = Floorplan::new([2e-3, 1e-3])?
///     .layer("chip", silicon.clone(), 200e-6)?
///     .layer("laser", silicon, 3e-6)?
///     .source_array("laser", stripe, (2, 250e-6, Direction::X), "laser", 0.05)?;
/// let ambient = Temperature::celsius(25.0);
/// let coefficient = HeatTransferCoefficient::w_per_m2_k(1e4);
/// let bottom = Boundary::Convection { coefficient, ambient };
/// let problem = HeatProblem::new(plan, ambient, Boundaries { bottom, ..Boundaries::insulated() })?;
/// let crosstalk = HeatSolver::default().error(1e-2).crosstalk(&problem, &["laser1", "laser2"])?;
/// println!("{:.1} K/W", crosstalk.kelvin_per_watt("laser2", "laser1")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatSolver {
    pub(super) error: f64,
    pub(super) maximum_cells: usize,
    pub(super) tolerance: f64,
    maximum_iterations: usize,
    pub(super) has_windows: bool,
}

impl Default for HeatSolver {
    /// Relative error 10⁻³, at most 3 million cells, relative residual 10⁻¹⁰ in at most 300 iterations.
    fn default() -> Self {
        Self {
            error: 1e-3,
            maximum_cells: 3_000_000,
            tolerance: 1e-10,
            maximum_iterations: 300,
            has_windows: false,
        }
    }
}

impl HeatSolver {
    /// Relative error wanted of thermal resistances and rises; grids are refined until it is met or
    /// [`maximum_cells`](Self::maximum_cells) is reached.
    #[must_use]
    pub fn error(mut self, relative: f64) -> Self {
        self.error = relative;
        self
    }

    /// Cells allowed on the finest grid; about 0.45 kB each while four right-hand sides are solved
    /// together, and 0.25 kB more for every further group of four that is solved at the same time.
    #[must_use]
    pub fn maximum_cells(mut self, cells: usize) -> Self {
        self.maximum_cells = cells;
        self
    }

    /// Relative residual ‖b − A t‖/‖b‖ at which conjugate gradients stop. 10⁻¹⁰ gives reciprocity and energy
    /// balance to 10⁻⁸.
    #[must_use]
    pub fn tolerance(mut self, relative: f64) -> Self {
        self.tolerance = relative;
        self
    }

    /// Iterations after which a solve is given up.
    #[must_use]
    pub fn maximum_iterations(mut self, iterations: usize) -> Self {
        self.maximum_iterations = iterations;
        self
    }

    /// Gives fine sources windows with grids of their own, and the rest of the plan a coarser one, even where a single grid could hold everything. Without it
    /// that is done only where none can: stripes of micrometres in a package of centimetres.
    #[must_use]
    pub fn windows(mut self) -> Self {
        self.has_windows = true;
        self
    }

    /// The temperature of `problem`, all of its sources heating, on one grid of the given
    /// refinement: 1 is coarse, 2 and 3 are usual; cells grow as its cube. Where sources have windows it is the overview, which shows them as
    /// coarse as its cells.
    ///
    /// # Errors
    /// [`HeatError::TooManyCells`], [`HeatError::Unconverged`], [`HeatError::Mesh`], [`HeatError::Option`].
    pub fn solve(&self, problem: &HeatProblem, refinement: f64) -> Result<ThermalMap, HeatError> {
        self.check()?;
        let load = all_on(problem);
        let body = match Composite::of(self, problem)? {
            Some(composite) => composite.overview(refinement)?,
            None => {
                let body = Discretisation::new(problem, refinement, self.maximum_cells)?;
                body.at_state(problem, &load, self.stop())?
            }
        };
        let (t, convergence) = body.solve::<1>(std::slice::from_ref(&load), self.stop())?;
        let shape = body.operator.shape;
        let (grid, rise, balance) = body.into_map(&t, &load);
        let rise = Array3::from_shape_vec(shape, rise)
            .expect("a solution has as many values as its operator has cells");
        Ok(ThermalMap {
            grid,
            rise,
            ambient: problem.ambient(),
            residual: convergence.residual,
            iterations: convergence.iterations,
            balance,
        })
    }

    /// Mean and peak rise of every source, all of them heating, with error bars. The error wanted is relative to each
    /// source's own rise over ambient.
    ///
    /// # Errors
    /// As [`crosstalk`](Self::crosstalk).
    pub fn source_temperatures(
        &self,
        problem: &HeatProblem,
    ) -> Result<SourceTemperatures, HeatError> {
        let names: Vec<&str> = problem
            .floorplan()
            .sources()
            .iter()
            .map(|s| s.name.as_str())
            .collect();
        let rows = problem.find_sources(&names)?;
        if let Some(composite) = Composite::of(self, problem)? {
            return composite.temperatures();
        }
        let family = self.family(
            problem,
            |_| vec![all_on(problem)],
            (&rows, 0),
            |_, _| (),
            |_, _| (),
        )?;
        Ok(SourceTemperatures {
            names: names.into_iter().map(str::to_owned).collect(),
            ambient: problem.ambient(),
            mean: family.mean,
            peak: family.peak,
            heat_out: family.heat_out,
            energy_balance: family.energy_balance,
        })
    }

    /// The crosstalk matrix of the named sources: per grid one set-up, all right-hand sides together
    /// in groups of four, groups in parallel on the caller's rayon pool. The result does not depend on the
    /// number of threads.
    ///
    /// Grids are refined until every entry meets the error wanted. If the next grid would
    /// exceed the cells allowed, the matrix comes back with the entries concerned marked [`Verdict::Unconverged`].
    ///
    /// # Errors
    /// [`HeatError::UnknownSource`], [`HeatError::NoSources`], [`HeatError::RepeatedSource`];
    /// [`HeatError::TooManyCells`] if not even the three coarsest grids are allowed;
    /// [`HeatError::Unconverged`], [`HeatError::Mesh`], [`HeatError::Option`].
    pub fn crosstalk(
        &self,
        problem: &HeatProblem,
        sources: &[&str],
    ) -> Result<CrosstalkMatrix, HeatError> {
        let rows = problem.find_sources(sources)?;
        if let Some(composite) = Composite::of(self, problem)? {
            return composite.crosstalk(&rows);
        }
        let loads = unit_loads(problem, &rows);
        let family = self.family(
            problem,
            |_| loads.clone(),
            (&rows, rows.len()),
            |_, _| (),
            |_, _| (),
        )?;
        Ok(CrosstalkMatrix::of(sources, family))
    }

    /// Cells of the grids that a family may visit, coarsest first.
    ///
    /// # Errors
    /// [`HeatError::Mesh`].
    pub fn plan(&self, problem: &HeatProblem) -> Result<Vec<usize>, HeatError> {
        if let Some(composite) = Composite::of(self, problem)? {
            return composite.plan();
        }
        let mut cells = Vec::new();
        for &refinement in self.refinements(problem) {
            match grid(problem, refinement, self.maximum_cells) {
                Err(HeatError::TooManyCells { .. }) => break,
                grid => cells.push(grid?.cells()),
            }
        }
        Ok(cells)
    }

    pub(super) fn refinements(&self, problem: &HeatProblem) -> &'static [f64] {
        match grid(problem, FAMILY[FEWEST - 1], self.maximum_cells) {
            Err(HeatError::TooManyCells { .. }) => &CLOSE_FAMILY,
            _ => &FAMILY,
        }
    }

    /// Studies of the rise of every row under every load (row-major, `rows` × `loads`), of which the first `units` are a watt in the row of the
    /// same number. `keep` is called with what `find` finds in every solution of a grid.
    pub(super) fn family<F: Send>(
        &self,
        problem: &HeatProblem,
        mut loads: impl FnMut(&Discretisation) -> Vec<Load>,
        (rows, units): (&[usize], usize),
        find: impl Fn(&Discretisation, Lane<'_>) -> F + Sync,
        mut keep: impl FnMut(&Discretisation, Vec<F>),
    ) -> Result<Family, HeatError> {
        self.check()?;
        let mut family = Family::default();
        let mut values: Vec<[Levels; 2]> = Vec::new();
        let mut out: [Levels; 6] = Default::default();
        for (level, &refinement) in self.refinements(problem).iter().enumerate() {
            let body = match Discretisation::new(problem, refinement, self.maximum_cells) {
                Err(HeatError::TooManyCells { .. }) if level >= FEWEST => break,
                body => body?,
            };
            let body = body.at_state(problem, &all_on(problem), self.stop())?;
            let loads = loads(&body);
            let n = loads.len();
            values.resize(rows.len() * n, Default::default());
            let readings = self.each(&body, &loads, |t, load, convergence| {
                (body.reading(t, load, convergence), find(&body, t))
            })?;
            let (readings, found): (Vec<_>, Vec<F>) = readings.into_iter().unzip();
            keep(&body, found);
            if let Some(last) = readings.last() {
                for (levels, heat) in out.iter_mut().zip(last.balance.out) {
                    levels.push((refinement, heat));
                }
            }
            let mut iterations = 0;
            for (column, reading) in readings.into_iter().enumerate() {
                for (row, &source) in rows.iter().enumerate() {
                    let [mean, peak] = &mut values[row * n + column];
                    mean.push((refinement, reading.mean[source]));
                    peak.push((refinement, reading.peak[source]));
                }
                iterations = iterations.max(reading.convergence.iterations);
                family.residual = family.residual.max(reading.convergence.residual);
                family.energy_balance = family.energy_balance.max(reading.balance.relative_error());
            }
            family.iterations.push(iterations);
            family.cells.push(body.grid.cells());
            if level + 1 < FEWEST {
                continue;
            }
            let limits = (self.error, self.tolerance);
            family.judge(&values, n, units, limits, problem.is_one_way());
            family.heat_out = heat_out(&out, limits);
            let met = |s: &GridStudy| s.verdict == Verdict::Converged;
            if family.mean.iter().chain(&family.peak).all(met) {
                break;
            }
        }
        Ok(family)
    }

    /// What `read` finds in the solution of every load, groups of loads in parallel.
    pub(super) fn each<R: Send>(
        &self,
        body: &Discretisation,
        loads: &[Load],
        read: impl Fn(Lane<'_>, &Load, Convergence) -> R + Sync,
    ) -> Result<Vec<R>, HeatError> {
        let groups: Vec<Result<Vec<R>, HeatError>> = loads
            .par_chunks(LANES)
            .map(|group| match group.len() {
                1 => self.group::<1, R>(body, group, &read),
                2 => self.group::<2, R>(body, group, &read),
                _ => self.group::<LANES, R>(body, group, &read),
            })
            .collect();
        let mut all = Vec::with_capacity(loads.len());
        for group in groups {
            all.extend(group?);
        }
        Ok(all)
    }

    fn group<const L: usize, R>(
        &self,
        body: &Discretisation,
        loads: &[Load],
        read: &impl Fn(Lane<'_>, &Load, Convergence) -> R,
    ) -> Result<Vec<R>, HeatError> {
        let (t, convergence) = body.solve::<L>(loads, self.stop())?;
        let lanes = loads.iter().enumerate();
        Ok(lanes
            .map(|(lane, load)| read(Lane::new(&t, lane), load, convergence))
            .collect())
    }

    pub(super) fn stop(&self) -> Stop {
        Stop {
            tolerance: self.tolerance,
            limit: self.maximum_iterations,
        }
    }

    pub(super) fn check(&self) -> Result<(), HeatError> {
        let between = |value: f64| value > 0.0 && value < 1.0;
        for (option, value) in [("error", self.error), ("tolerance", self.tolerance)] {
            if !between(value) {
                return Err(HeatError::Option {
                    option,
                    value,
                    allowed: "above 0 and below 1",
                });
            }
        }
        Ok(())
    }
}

/// Heat through every face: the error wanted is relative to what passes in all.
pub(super) fn heat_out(out: &[Levels; 6], (error, tolerance): (f64, f64)) -> Vec<GridStudy> {
    let last = |levels: &Levels| levels.last().map_or(0.0, |l| l.1.abs());
    let passing = out.iter().map(last).sum::<f64>();
    let judged =
        |levels: &Levels| study(levels.clone(), 10.0 * tolerance * passing, error * passing);
    out.iter().map(judged).collect()
}

/// Values on grids: (refinement, value).
pub(super) type Levels = Vec<(f64, f64)>;

/// What a family of grids gave.
#[derive(Clone, Default)]
pub(super) struct Family {
    pub mean: Vec<GridStudy>,
    pub peak: Vec<GridStudy>,
    /// Heat that leaves through every face under the last of the loads.
    pub heat_out: Vec<GridStudy>,
    pub iterations: Vec<usize>,
    pub cells: Vec<usize>,
    pub energy_balance: f64,
    pub residual: f64,
}

impl Family {
    /// Studies of the values so far. The error wanted is relative to √(R_ii R_jj) under the first `units` of the loads, and to the row's own value
    /// under the others.
    fn judge(
        &mut self,
        values: &[[Levels; 2]],
        loads: usize,
        units: usize,
        (error, tolerance): (f64, f64),
        is_one_way: bool,
    ) {
        let finest =
            |entry: usize, kind: usize| values[entry][kind].last().map_or(0.0, |l| l.1.abs());
        let scale = |entry: usize, kind: usize| {
            let (i, j) = (entry / loads, entry % loads);
            if j < units {
                (finest(i * loads + i, kind) * finest(j * loads + j, kind)).sqrt()
            } else {
                finest(entry, kind)
            }
        };
        let judged = |entry: usize, kind: usize| {
            // algebraic error: R is off by far less than the residual times the condition of what is left
            let floor = 10.0 * tolerance * scale(entry, kind);
            // what a coolant brings and what is conducted against it come to a sum of parts that err apart
            let is_sum = is_one_way && entry % loads < units && entry / loads != entry % loads;
            let judge = if is_sum { doubted } else { study };
            judge(
                values[entry][kind].clone(),
                floor,
                error * scale(entry, kind),
            )
        };
        self.mean = (0..values.len()).map(|entry| judged(entry, 0)).collect();
        self.peak = (0..values.len()).map(|entry| judged(entry, 1)).collect();
    }
}

/// A watt in each of `rows` in turn.
pub(super) fn unit_loads(problem: &HeatProblem, rows: &[usize]) -> Vec<Load> {
    let count = problem.floorplan().sources().len();
    let unit = |&source: &usize| Load::of_source(source, count, 1.0);
    rows.iter().map(unit).collect()
}

/// Every source at its own power and the boundaries as they are.
pub(super) fn all_on(problem: &HeatProblem) -> Load {
    Load {
        powers: problem
            .floorplan()
            .sources()
            .iter()
            .map(|s| s.power)
            .collect(),
        outside: problem.outside(),
        fluxes: problem.fluxes(),
        sides: Vec::new(),
    }
}
