//! Lasers of micrometres in a package of centimetres: windows around the fine sources, and an overview of the whole.
//!
//! In a window W let u_i be the rise for a watt in source i with the window's sides at no rise, and ω_i = −k ∂u_i/∂n ≥ 0 what leaves through them.
//! By Green's second identity the mean rise over i under any load is, exactly,
//!
//! ⟨T⟩_i = ⟨T_W⟩_i + ∫_∂W ω_i T dA, ∫_∂W ω_i dA ≤ 1,
//!
//! T_W the rise that what lies in W makes there alone. So a resistance is a part known on the window's own fine grid, one solution for all
//! windows that look the same, and a mean of the temperature at its sides, where it is smooth and an overview of
//! the plan with far coarser cells gives it. An error of the overview passes on with a factor of 1 at most, and by the maximum principle nothing in the window errs by
//! more than its sides do. Both parts have their own families of grids and their error bars add up.
//!
//! The overview spreads a fine source over the cells around it, its power and its middle kept; what that does to the field falls off with the square of the
//! distance and fades with the grids of the family like every other error of second order.

mod matrix;
mod rises;

use std::collections::BTreeMap;

use cpo_meshes::Footprint;

use super::discretisation::{Discretisation, Load, centres_in};
use super::extrapolation::study;
use super::side::SidePoint;
use super::solver::{CLOSE_FAMILY, FEWEST, Family};
use super::window::{REACHES, Window, windows};
use super::{CrosstalkMatrix, HeatError, HeatProblem, HeatSolver, grid};
use crate::convergence::{GridStudy, Verdict};
use matrix::Matrix;

/// Refinements of the overview.
const OVERVIEWS: [f64; 6] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0];
/// Relative residual over the error wanted: a smaller one is lost among the parts' error bars.
const ALGEBRAIC: f64 = 1e-7;
/// Part of the overviews' extrapolation that is always doubted.
const DOUBTED: f64 = 0.5;
/// Part of the error wanted that the windows' own grids may have.
const INSIDE: f64 = 0.4;

/// A problem, its windows, and how it is solved.
pub(super) struct Composite<'a> {
    solver: HeatSolver,
    problem: &'a HeatProblem,
    windows: Vec<Window>,
}

/// Windows that look the same.
struct Kind {
    problem: HeatProblem,
    /// Positions in the list of windows.
    windows: Vec<usize>,
}

/// What the grids of a kind of windows gave.
struct Inside {
    /// Sources in the window, in the order of rows and columns, by their number in its own plan: those that it owns first.
    members: Vec<usize>,
    /// How many of them it owns.
    owned: usize,
    /// Rises of what it owns by a watt in each member, sides at no rise.
    family: Family,
    /// What leaves through the sides by a watt in each of what it owns, on the two finest grids.
    exits: [Exits; 2],
}

/// Heat through the sides of a window.
#[derive(Clone, Default)]
struct Exits {
    points: Vec<SidePoint>,
    /// W per watt, `[source][point]`.
    heat: Vec<Vec<f64>>,
}

/// A value of the overviews. They have few cells between faces and grow fast, so that a good part of what extrapolation adds is doubted: without it the peaks of
/// drivers were off by twice their bars.
fn overview_study(levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
    let mut study = study(levels, 0.0, wanted);
    if let Some((_, finest)) = study.levels.last() {
        study.error = study.error.max(DOUBTED * (study.value - finest).abs());
    }
    study.verdict = if study.error <= wanted {
        Verdict::Converged
    } else {
        Verdict::Unconverged
    };
    study
}

/// A sum of cells' values: (cell, weight).
type Sum = Vec<(usize, f64)>;

/// What is read off an overview under one load.
struct Far {
    /// Mean over every row: of what a window owns, the part that comes through its sides, by the heat of its two finest grids.
    mean: Vec<[f64; 2]>,
    /// How much the largest rise in every row, as the overview's cells show it, is above the mean.
    lift: Vec<f64>,
    /// Least and largest rise at the sides of every window.
    sides: Vec<[f64; 2]>,
    iterations: usize,
    residual: f64,
    energy_balance: f64,
}

impl<'a> Composite<'a> {
    /// The problem in windows, if it needs them: one grid of the whole would be too large, and there are fine sources.
    pub fn of(solver: &HeatSolver, problem: &'a HeatProblem) -> Result<Option<Self>, HeatError> {
        let last = CLOSE_FAMILY[FEWEST - 1];
        let fits = |grid: Result<_, HeatError>| match grid {
            Err(HeatError::TooManyCells { .. }) => Ok(false),
            Err(other) => Err(other),
            Ok(_) => Ok(true),
        };
        let allowed = solver.maximum_cells;
        if problem.is_nonlinear()
            || problem.is_one_way()
            || (!solver.has_windows && fits(grid::grid(problem, last, allowed))?)
        {
            return Ok(None);
        }
        for reach in REACHES {
            let windows = windows(problem.floorplan(), reach);
            let mut fit = !windows.is_empty();
            for window in &windows {
                let inner = problem.window(&window.footprint);
                fit = fit && fits(grid::grid(&inner, last, allowed))?;
            }
            if fit && fits(grid::overview(problem, &windows, last, allowed))? {
                let tolerance = solver.tolerance.max(ALGEBRAIC * solver.error);
                return Ok(Some(Self {
                    solver: solver.tolerance(tolerance),
                    problem,
                    windows,
                }));
            }
        }
        Ok(None)
    }

    /// Cells of the overviews that may be visited.
    pub fn plan(&self) -> Result<Vec<usize>, HeatError> {
        let mut cells = Vec::new();
        for refinement in OVERVIEWS {
            let allowed = self.solver.maximum_cells;
            match grid::overview(self.problem, &self.windows, refinement, allowed) {
                Err(HeatError::TooManyCells { .. }) => break,
                grid => cells.push(grid?.cells()),
            }
        }
        Ok(cells)
    }

    /// The overview of a refinement.
    pub fn overview(&self, refinement: f64) -> Result<Discretisation, HeatError> {
        let allowed = self.solver.maximum_cells;
        Discretisation::overview(self.problem, &self.windows, refinement, allowed)
    }

    fn footprints(&self) -> Vec<Footprint> {
        self.windows.iter().map(|w| w.footprint).collect()
    }

    /// Windows by what lies in them.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        for (w, window) in self.windows.iter().enumerate() {
            let problem = self.problem.window(&window.footprint);
            match kinds.iter_mut().find(|kind| kind.problem.is_like(&problem)) {
                Some(kind) => kind.windows.push(w),
                None => kinds.push(Kind {
                    problem,
                    windows: vec![w],
                }),
            }
        }
        kinds
    }

    /// Positions, in the whole plan, of the sources in a window's own plan.
    fn sources_in(&self, window: &Window) -> Vec<usize> {
        self.problem.floorplan().sources_in(&window.footprint)
    }

    /// The solver for windows, which may have a part of the error only.
    fn inner_solver(&self) -> HeatSolver {
        self.solver.error(INSIDE * self.solver.error)
    }

    /// What of the rows, or of those that take their places in other windows of the kind, is in a window, with its sides at no rise.
    fn inside(&self, kind: &Kind, rows: &[usize]) -> Result<Inside, HeatError> {
        let window = &self.windows[kind.windows[0]];
        let numbers = self.sources_in(window);
        let all: Vec<Vec<usize>> = kind
            .windows
            .iter()
            .map(|&w| self.sources_in(&self.windows[w]))
            .collect();
        let (owned, others): (Vec<usize>, Vec<usize>) = (0..numbers.len())
            .filter(|&m| all.iter().any(|numbers| rows.contains(&numbers[m])))
            .partition(|&m| window.owned.contains(&numbers[m]));
        let count = owned.len();
        let members: Vec<usize> = owned.into_iter().chain(others).collect();
        let sources = self.problem.floorplan().sources();
        let load = |&m: &usize| {
            let source = &sources[numbers[m]];
            let part = source.footprint.intersection(&window.footprint);
            let share = part.map_or(0.0, |part| source.share(&part));
            Load::of_source(m, numbers.len(), share)
        };
        let loads: Vec<Load> = members.iter().map(load).collect();
        let mut exits = [Exits::default(), Exits::default()];
        let family = self.inner_solver().family(
            &kind.problem,
            |_| loads.clone(),
            (&members[..count], count),
            |body, t| body.side_heat(t),
            |body, heat| {
                exits.swap(0, 1);
                exits[1] = Exits {
                    points: body.side_points(),
                    heat,
                };
            },
        )?;
        Ok(Inside {
            members,
            owned: count,
            family,
            exits,
        })
    }

    /// What of an overview each row that a window owns reads: its cells at the sides, weighted by the heat that leaves there.
    fn sums(
        &self,
        body: &Discretisation,
        kinds: &[(Kind, Inside)],
        rows: &[usize],
    ) -> Vec<Option<[Sum; 2]>> {
        let mut sums = vec![None; rows.len()];
        for (kind, inside) in kinds {
            for &w in &kind.windows {
                let window = &self.windows[w];
                let numbers = self.sources_in(window);
                for (level, exits) in inside.exits.iter().enumerate() {
                    let stencils = self.stencils(body, window, &exits.points);
                    for (m, heat) in inside.members[..inside.owned].iter().zip(&exits.heat) {
                        let mut sum = BTreeMap::new();
                        for (stencil, heat) in stencils.iter().zip(heat) {
                            for &(cell, weight) in stencil {
                                *sum.entry(cell).or_insert(0.0) += heat * weight;
                            }
                        }
                        if let Some(row) = rows.iter().position(|&r| r == numbers[*m]) {
                            let sums: &mut [Sum; 2] = sums[row].get_or_insert_default();
                            sums[level] = sum.into_iter().collect();
                        }
                    }
                }
            }
        }
        sums
    }

    /// How an overview's cells give the temperature at points of a window's sides; none for sides that are the plan's own.
    fn stencils(&self, body: &Discretisation, window: &Window, points: &[SidePoint]) -> Vec<Sum> {
        let [x, y] = window.footprint.centre();
        let held = self.held(window);
        let stencil = |point: &SidePoint| {
            if held[point.side] {
                let at = [point.at[0] + x, point.at[1] + y, point.at[2]];
                body.on_plane(point.side / 2, at)
            } else {
                Sum::new()
            }
        };
        points.iter().map(stencil).collect()
    }

    /// Which sides of a window are not the plan's own.
    fn held(&self, window: &Window) -> [bool; 4] {
        let (own, plan) = (window.footprint, self.problem.floorplan().outline());
        [
            own.x[0] != plan.x[0],
            own.x[1] != plan.x[1],
            own.y[0] != plan.y[0],
            own.y[1] != plan.y[1],
        ]
    }

    /// As [`HeatSolver::crosstalk`].
    pub fn crosstalk(&self, rows: &[usize]) -> Result<CrosstalkMatrix, HeatError> {
        self.solver.check()?;
        let kinds = self.kinds().into_iter();
        let kinds = kinds
            .map(|kind| {
                let inside = self.inside(&kind, rows)?;
                Ok((kind, inside))
            })
            .collect::<Result<Vec<_>, HeatError>>()?;
        let count = self.problem.floorplan().sources().len();
        let loads: Vec<Load> = rows
            .iter()
            .map(|&source| Load::of_source(source, count, 1.0))
            .collect();
        let mut far: Vec<(f64, Vec<Far>)> = Vec::new();
        let mut matrix = Matrix::new(self, &kinds, rows);
        for refinement in OVERVIEWS {
            let body = match self.overview(refinement) {
                Err(HeatError::TooManyCells { .. }) if far.len() >= FEWEST => break,
                body => body?,
            };
            matrix.cells.push(body.grid.cells());
            far.push((refinement, self.far(&body, &kinds, rows, &loads)?));
            if far.len() >= FEWEST && matrix.complete(&far) {
                break;
            }
        }
        Ok(matrix.into_crosstalk(&far))
    }

    /// Every load's reading of an overview.
    fn far(
        &self,
        body: &Discretisation,
        kinds: &[(Kind, Inside)],
        rows: &[usize],
        loads: &[Load],
    ) -> Result<Vec<Far>, HeatError> {
        let sums = self.sums(body, kinds, rows);
        let sides: Vec<Vec<usize>> = self.windows.iter().map(|w| self.beside(body, w)).collect();
        self.solver.each(body, loads, |t, load, convergence| {
            let reading = body.reading(t, load, convergence);
            let owned = |sum: &Sum| sum.iter().map(|&(c, weight)| weight * t.at(c)).sum();
            let mean = rows.iter().zip(&sums).map(|(&source, sums)| match sums {
                None => [reading.mean[source]; 2],
                Some(sums) => sums.each_ref().map(owned),
            });
            let range = |cells: &Vec<usize>| {
                let ends = [f64::INFINITY, f64::NEG_INFINITY];
                cells
                    .iter()
                    .map(|&c| t.at(c))
                    .fold(ends, |[a, b], t| [a.min(t), b.max(t)])
            };
            Far {
                mean: mean.collect(),
                lift: rows
                    .iter()
                    .map(|&source| reading.peak[source] - reading.mean[source])
                    .collect(),
                sides: sides.iter().map(range).collect(),
                iterations: convergence.iterations,
                residual: convergence.residual,
                energy_balance: reading.balance.relative_error(),
            }
        })
    }

    /// Cells on both sides of a window's sides.
    fn beside(&self, body: &Discretisation, window: &Window) -> Vec<usize> {
        let held = self.held(window);
        let [nx, ny, nz] = body.operator.shape;
        let cells = |axis: usize, ends: [f64; 2]| centres_in(body.grid.axis(axis), ends);
        let (x, y) = (cells(0, window.footprint.x), cells(1, window.footprint.y));
        let mut columns = Vec::new();
        for (side, i) in [(0, x.start), (1, x.end)] {
            if held[side] {
                for i in i.saturating_sub(1)..(i + 1).min(nx) {
                    columns.extend(y.clone().map(|j| i * ny + j));
                }
            }
        }
        for (side, j) in [(2, y.start), (3, y.end)] {
            if held[side] {
                for j in j.saturating_sub(1)..(j + 1).min(ny) {
                    columns.extend(x.clone().map(|i| i * ny + j));
                }
            }
        }
        columns
            .into_iter()
            .flat_map(|column| column * nz..(column + 1) * nz)
            .collect()
    }
}
