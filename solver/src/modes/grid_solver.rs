//! Finite differences on the grids of a family.

use super::differences::{Family, Level, LevelMode};
use super::eigenmodes::{Discretisation, Wanted, eigenvectors, prolong};
use super::operator::Operator;
use super::permittivity::StaggeredFill;
use super::{ModeError, ModeGrid, ModeProblem};
use crate::linalg::Scalar;
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::Arc;

/// Refinements of a family whose finest grid is given.
const FAMILY: [f64; 3] = [0.5, 0.75, 1.0];
/// Its residual ‖P e − n² e‖ / ‖n² e‖. The Rayleigh quotient's error is of the order of its square.
const RESIDUAL: f64 = 1e-7;
/// Relative distance of n² below which two modes are one degenerate pair.
const DEGENERATE: f64 = 1e-8;
/// Wavelength step of the group index, relative: truncation 1e-8, round-off 1e-12 of n_g.
const WAVELENGTH_STEP: f64 = 1e-4;

/// The grids to solve on, coarsest first, and how far.
#[derive(Clone, Debug)]
pub(super) struct Grids {
    grid: ModeGrid,
    refinements: &'static [f64],
    residual: f64,
}

impl Grids {
    /// The family whose finest member is `grid` at refinement 1.
    pub(super) fn family(grid: ModeGrid) -> Self {
        Self {
            grid,
            refinements: &FAMILY,
            residual: RESIDUAL,
        }
    }

    /// That member alone.
    pub(super) fn single(grid: ModeGrid, residual: f64) -> Self {
        Self {
            grid,
            refinements: &FAMILY[FAMILY.len() - 1..],
            residual,
        }
    }

    /// ‖P e − n² e‖ / ‖n² e‖ at most.
    pub(super) fn residual(&self) -> f64 {
        self.residual
    }

    /// Cells of every grid, coarsest first.
    pub(super) fn cells(&self) -> Result<Vec<[usize; 2]>, ModeError> {
        let shape = |&s: &f64| Ok(self.grid.at(s)?.shape());
        self.refinements.iter().map(shape).collect()
    }
}

/// The first `count` modes by falling Re n_eff, or all above `bound` if no count is given.
pub(super) fn solve<T: Scalar>(
    problem: &ModeProblem,
    grids: &Grids,
    count: Option<usize>,
    bound: f64,
) -> Result<Family<T>, ModeError> {
    let permittivities = problem.permittivities()?;
    let highest = permittivities
        .iter()
        .map(|e| e[0].re.max(e[1].re))
        .fold(f64::MIN, f64::max);
    let first = |count: usize| {
        let wanted = Wanted {
            count,
            above: highest,
            residual: grids.residual,
        };
        let refinement = grids.refinements[0];
        let coarse = grids.grid.at(refinement)?;
        solve_level::<T>(problem, &permittivities, coarse, refinement, wanted, None)
    };
    let guided = |level: &Level<T>| {
        level
            .modes
            .iter()
            .filter(|m| m.effective_index().re > bound)
            .count()
    };
    let mut wanted = count.unwrap_or(4);
    let mut coarsest = first(wanted)?;
    if count.is_none() {
        // Ask for more until the last one found is not guided.
        while guided(&coarsest) == coarsest.modes.len() {
            wanted *= 2;
            coarsest = first(wanted)?;
        }
        wanted = guided(&coarsest).max(1);
        coarsest.modes.truncate(wanted);
    }
    let mut levels = vec![coarsest];
    for &refinement in &grids.refinements[1..] {
        // Just above the highest mode known, so that "nearest" means "next lower".
        let before: Vec<f64> = levels[levels.len() - 1]
            .modes
            .iter()
            .map(|m| m.eigenvalue.re)
            .collect();
        let top = before.iter().copied().fold(f64::MIN, f64::max);
        let floor = before.iter().copied().fold(bound.powi(2), f64::min);
        let above = top + 0.03 * (top - floor).abs().max(1e-3 * (highest - top)) + 1e-9 * highest;
        let grid = grids.grid.at(refinement)?;
        let coarser = levels.last();
        let wanted = Wanted {
            count: wanted,
            above,
            residual: grids.residual,
        };
        let level = solve_level::<T>(problem, &permittivities, grid, refinement, wanted, coarser)?;
        levels.push(level);
    }
    Ok(Family {
        problem: problem.clone(),
        levels,
    })
}

/// Modes on one grid, ordered by falling Re n_eff or, if there is a coarser level, in the order of the modes they continue.
fn solve_level<T: Scalar>(
    problem: &ModeProblem,
    permittivities: &[[Complex64; 3]],
    grid: RectilinearGrid<2>,
    refinement: f64,
    wanted: Wanted,
    coarser: Option<&Level<T>>,
) -> Result<Level<T>, ModeError> {
    let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
    let discretisation = Discretisation::<T>::new(problem, permittivities, grid, &fill);
    let unknowns = Arc::clone(&discretisation.operator.unknowns);
    let continued: Vec<Vec<T>> = coarser.map_or_else(Vec::new, |level| {
        let from = (&level.grid, &*level.operator.unknowns);
        let to = (&discretisation.grid, &*unknowns);
        let modes = level.modes.iter();
        modes.map(|m| prolong(from, &m.electric, to)).collect()
    });
    let vectors = eigenvectors(problem, permittivities, &discretisation, wanted, &continued)?;
    let Discretisation { grid, operator } = discretisation;
    let mut modes: Vec<LevelMode<T>> = vectors
        .into_iter()
        .map(|e| LevelMode::new(&operator, e))
        .collect();
    modes.sort_by(|a, b| b.eigenvalue.re.total_cmp(&a.eigenvalue.re));
    polarise_pairs(&operator, &mut modes);
    if coarser.is_some() {
        modes = in_order_of(modes, &continued);
    }
    let mut level = Level {
        refinement,
        grid,
        operator,
        fill,
        permittivities: permittivities.to_vec(),
        modes,
    };
    let (fewer, more) = (1.0 - WAVELENGTH_STEP, 1.0 + WAVELENGTH_STEP);
    level.differentiate_wavelength(problem, [fewer, more])?;
    Ok(level)
}

/// Rotates degenerate pairs, whose fields are any mixture of both, to the most and the least Ex.
fn polarise_pairs<T: Scalar>(operator: &Operator<T>, modes: &mut [LevelMode<T>]) {
    let x_edges = operator.unknowns.x_edge_count;
    let product = |a: &[T], b: &[T], edges: std::ops::Range<usize>| -> f64 {
        edges
            .map(|e| operator.edge_area[e] * (a[e].conjugate() * b[e]).to_complex().re)
            .sum()
    };
    for m in 1..modes.len() {
        let (first, second) = (&modes[m - 1], &modes[m]);
        if (first.eigenvalue - second.eigenvalue).norm() > DEGENERATE * first.eigenvalue.norm() {
            continue;
        }
        let all = 0..operator.unknowns.edge_count;
        let unit = |e: &[T]| -> Vec<T> {
            let scale = T::real(1.0 / product(e, e, all.clone()).sqrt());
            e.iter().map(|&v| v * scale).collect()
        };
        let combine = |a: &[T], ca: f64, b: &[T], cb: f64| -> Vec<T> {
            a.iter()
                .zip(b)
                .map(|(&a, &b)| T::real(ca) * a + T::real(cb) * b)
                .collect()
        };
        let one = unit(&first.electric);
        let two = unit(&combine(
            &second.electric,
            1.0,
            &one,
            -product(&one, &second.electric, all.clone()),
        ));
        let share = |a: &[T], b: &[T]| product(a, b, 0..x_edges);
        // The angle that diagonalises the 2 x 2 matrix of ∫ Ex Ex.
        let angle = 0.5 * (2.0 * share(&one, &two)).atan2(share(&one, &one) - share(&two, &two));
        let (sin, cos) = angle.sin_cos();
        let (most, least) = (
            combine(&one, cos, &two, sin),
            combine(&one, -sin, &two, cos),
        );
        modes[m - 1] = LevelMode::new(operator, most);
        modes[m] = LevelMode::new(operator, least);
    }
}

/// Sorts modes so that each stands where the coarser mode it overlaps most stood.
fn in_order_of<T: Scalar>(modes: Vec<LevelMode<T>>, continued: &[Vec<T>]) -> Vec<LevelMode<T>> {
    let mut rest = modes;
    let mut sorted = Vec::with_capacity(rest.len());
    for guess in continued {
        let best = (0..rest.len())
            .max_by(|&a, &b| rest[a].likeness(guess).total_cmp(&rest[b].likeness(guess)));
        if let Some(best) = best {
            sorted.push(rest.remove(best));
        }
    }
    sorted.extend(rest);
    sorted
}
