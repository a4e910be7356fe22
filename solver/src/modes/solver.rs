//! The mode solver: a family of grids, each by shift-and-invert, until the error asked for is met.

use super::classify::RadiationBound;
use super::mode_set::{Family, Level, LevelMode};
use super::operator::{Operator, REMOVED, Unknowns};
use super::permittivity::StaggeredFill;
use super::{ModeError, ModeGrid, ModeProblem, ModeSet};
use crate::linalg::{
    CsrMatrix, Dissection, EigenError, EigenOptions, Multifrontal, Scalar, shift_invert,
};
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::Arc;

/// How many modes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeCount {
    /// The first so many by falling Re n_eff, guided or not; at least one must be guided.
    Number(usize),
    /// Every guided mode.
    AllGuided,
}

/// Options and numerics of a mode solve.
#[derive(Clone, Debug)]
pub struct ModeSolver {
    count: ModeCount,
    error: f64,
    unknowns: usize,
    grid: Option<ModeGrid>,
    refinements: &'static [f64],
}

/// Refinements of the family: steps of 3/2 and 4/3, so that a third level is never dear.
const REFINEMENTS: [f64; 9] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
/// Refinements below a grid that is given as the finest.
const GIVEN: [f64; 3] = [0.5, 0.75, 1.0];
/// Levels every solve has: fewer show no order.
const FEWEST_LEVELS: usize = 3;
/// Residual of the inverse iteration. The Rayleigh quotient's error is its square.
const TOLERANCE: f64 = 1e-7;
/// Relative distance of n² below which two modes are one degenerate pair.
const DEGENERATE: f64 = 1e-8;
/// Vectors iterated beside the wanted ones, so that a cluster is not cut.
const GUARDS: usize = 2;
/// Solves per vector before the shift is moved.
const SOLVES_PER_SHIFT: usize = 10;
/// Times the shift is moved at most.
const SHIFTS: usize = 16;
/// Share of the distance to the nearest eigenvalue by which it is moved.
const CLEARANCE: f64 = 0.9;
/// Wavelength step of the group index, relative: truncation 1e-8, round-off 1e-12 of n_g.
const WAVELENGTH_STEP: f64 = 1e-4;

impl Default for ModeSolver {
    fn default() -> Self {
        Self {
            count: ModeCount::Number(1),
            error: 1e-4,
            unknowns: 1_500_000,
            grid: None,
            refinements: &REFINEMENTS,
        }
    }
}

impl ModeSolver {
    /// The first `count` modes by falling Re n_eff.
    #[must_use]
    pub fn count(mut self, count: usize) -> Self {
        self.count = ModeCount::Number(count);
        self
    }

    /// Every guided mode.
    #[must_use]
    pub fn all_guided(mut self) -> Self {
        self.count = ModeCount::AllGuided;
        self
    }

    /// The error bar on n_eff to be reached (default 1e-4).
    #[must_use]
    pub fn error(mut self, error: f64) -> Self {
        self.error = error;
        self
    }

    /// The most unknowns a grid may have; an error bar not met by then is reported as such.
    #[must_use]
    pub fn most_unknowns(mut self, unknowns: usize) -> Self {
        self.unknowns = unknowns;
        self
    }

    /// A family of grids to use instead of the problem's own: one for a whole sweep keeps its
    /// curves smooth.
    #[must_use]
    pub fn on(mut self, grid: ModeGrid) -> Self {
        self.grid = Some(grid);
        self
    }

    /// `grid` at refinement 1 as the finest grid: two coarser ones give the error bar, whatever it is.
    #[must_use]
    pub fn given(mut self, grid: ModeGrid) -> Self {
        self.grid = Some(grid);
        self.refinements = &GIVEN;
        self.error = f64::INFINITY;
        self
    }

    /// Unknowns of the levels that the solver may visit, coarsest first.
    ///
    /// # Errors
    /// As [`ModeGrid::new`].
    pub fn plan(&self, problem: &ModeProblem) -> Result<Vec<usize>, ModeError> {
        let family = self.family(problem)?;
        self.check_size(&family)?;
        let sizes = self
            .refinements
            .iter()
            .map(|&s| Ok(2 * family.at(s)?.cells()));
        let sizes: Vec<usize> = sizes.collect::<Result<_, ModeError>>()?;
        Ok(sizes
            .into_iter()
            .take_while(|&n| n <= self.unknowns)
            .collect())
    }

    /// The first grid, and for a given family the last, must be small enough.
    fn check_size(&self, grids: &ModeGrid) -> Result<(), ModeError> {
        let needed = if self.refinements.len() == GIVEN.len() {
            GIVEN[GIVEN.len() - 1]
        } else {
            self.refinements[0]
        };
        let grid = grids.at(needed)?;
        let unknowns = 2 * grid.cells();
        if unknowns > self.unknowns {
            let [cells_x, cells_y] = grid.shape();
            return Err(ModeError::TooManyUnknowns {
                cells_x,
                cells_y,
                unknowns,
                allowed: self.unknowns,
            });
        }
        Ok(())
    }

    fn family(&self, problem: &ModeProblem) -> Result<ModeGrid, ModeError> {
        self.grid.clone().map_or_else(|| ModeGrid::new(problem), Ok)
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// [`ModeError::NoGuidedMode`] if nothing is guided; [`ModeError::Material`] outside a
    /// material's data; [`ModeError::Eigen`] if the iteration fails; [`ModeError::Option`] for a
    /// count of 0 or an error that is not positive. A grid family that does not meet the error
    /// asked for is no error: its modes say so.
    pub fn solve(&self, problem: &ModeProblem) -> Result<ModeSet, ModeError> {
        if self.count == ModeCount::Number(0) {
            return Err(ModeError::Option {
                option: "count of modes",
                value: 0.0,
                allowed: "at least 1",
            });
        }
        if self.error.is_nan() || self.error <= 0.0 {
            return Err(ModeError::Option {
                option: "error",
                value: self.error,
                allowed: "positive, such as 1e-5",
            });
        }
        let permittivities = problem.permittivities()?;
        for (material, eps) in problem
            .cross_section()
            .materials()
            .iter()
            .zip(&permittivities)
        {
            if let Some(bad) = eps.iter().find(|e| !e.is_finite() || e.norm() == 0.0) {
                return Err(ModeError::Permittivity {
                    material: material.name().to_owned(),
                    wavelength: problem.wavelength().to_string(),
                    value: bad.to_string(),
                });
            }
        }
        let lossless = permittivities.iter().flatten().all(|e| e.im == 0.0);
        if lossless {
            self.solve_as::<f64>(problem, &permittivities)
                .and_then(|(family, bound)| ModeSet::real(problem, family, bound, self.error))
        } else {
            self.solve_as::<Complex64>(problem, &permittivities)
                .and_then(|(family, bound)| ModeSet::complex(problem, family, bound, self.error))
        }
    }

    fn solve_as<T: Scalar>(
        &self,
        problem: &ModeProblem,
        permittivities: &[[Complex64; 3]],
    ) -> Result<(Family<T>, RadiationBound), ModeError> {
        let grids = self.family(problem)?;
        self.check_size(&grids)?;
        let coarse = grids.at(self.refinements[0])?;
        let bound = RadiationBound::new(problem, &coarse, permittivities);
        let highest = permittivities
            .iter()
            .map(|e| e[0].re.max(e[1].re))
            .fold(f64::MIN, f64::max);

        let mut count = match self.count {
            ModeCount::Number(count) => count,
            ModeCount::AllGuided => 4,
        };
        let mut levels = vec![solve_level::<T>(
            problem,
            permittivities,
            coarse,
            self.refinements[0],
            count,
            highest,
            None,
        )?];
        if self.count == ModeCount::AllGuided {
            // Ask for more until the last one found is not guided.
            while levels[0]
                .modes
                .last()
                .is_some_and(|m| m.effective_index().re > bound.index)
            {
                count *= 2;
                let grid = grids.at(self.refinements[0])?;
                levels = vec![solve_level::<T>(
                    problem,
                    permittivities,
                    grid,
                    self.refinements[0],
                    count,
                    highest,
                    None,
                )?];
            }
            count = levels[0]
                .modes
                .iter()
                .filter(|m| m.effective_index().re > bound.index)
                .count()
                .max(1);
            levels[0].modes.truncate(count);
        }
        let mut window = None;
        for &refinement in &self.refinements[1..] {
            let grid = grids.at(refinement)?;
            if 2 * grid.cells() > self.unknowns {
                break;
            }
            // Just above the highest mode known, so that "nearest" means "next lower".
            let before: Vec<f64> = levels[levels.len() - 1]
                .modes
                .iter()
                .map(|m| m.eigenvalue.re)
                .collect();
            let top = before.iter().copied().fold(f64::MIN, f64::max);
            let floor = bound
                .index
                .powi(2)
                .min(before.iter().copied().fold(f64::MAX, f64::min));
            let shift =
                top + 0.03 * (top - floor).abs().max(1e-3 * (highest - top)) + 1e-9 * highest;
            let coarser = levels.last();
            levels.push(solve_level::<T>(
                problem,
                permittivities,
                grid,
                refinement,
                count,
                shift,
                coarser,
            )?);
            if levels.len() >= FEWEST_LEVELS {
                // A finer grid does not move the walls: leave them their share of the bar, at most half.
                let walls = window.get_or_insert_with(|| {
                    Family::window_effect(problem, &levels, permittivities, &bound)
                });
                let share = (self.error - *walls).max(0.5 * self.error);
                if Family::effective_index_studies(&levels, self.error)
                    .iter()
                    .all(|study| study.error <= share)
                {
                    break;
                }
            }
        }
        Ok((Family { levels }, bound))
    }
}

/// Modes on one grid: the `count` eigenvalues nearest to `shift`, ordered by falling Re n_eff or,
/// if there is a coarser level, in the order of the modes they continue.
fn solve_level<T: Scalar>(
    problem: &ModeProblem,
    permittivities: &[[Complex64; 3]],
    grid: RectilinearGrid<2>,
    refinement: f64,
    count: usize,
    shift: f64,
    coarser: Option<&Level<T>>,
) -> Result<Level<T>, ModeError> {
    let unknowns = Arc::new(Unknowns::new(grid.shape(), problem.walls()));
    let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
    let k0 = problem.wavelength().vacuum_wavenumber();
    let operator = Operator::<T>::new(&grid, Arc::clone(&unknowns), &fill, permittivities, k0);
    let matrix = operator.assemble();
    let count = count.min(unknowns.edge_count / 4).max(1);
    let symbolic = Arc::new(Dissection::new(&matrix, &unknowns.lattice));
    let mut start: Vec<Vec<T>> = match coarser {
        Some(level) => level
            .modes
            .iter()
            .map(|m| prolong(level, &m.electric, &grid, &unknowns))
            .collect(),
        None => Vec::new(),
    };
    let continued = start.clone();
    let random = if start.is_empty() {
        count + GUARDS
    } else {
        GUARDS
    };
    start.extend((0..random).map(|seed| pseudo_random(unknowns.edge_count, seed as u64)));
    let pairs = nearest_below(&matrix, &symbolic, shift, count, start).map_err(|converged| {
        ModeError::Eigen {
            converged,
            wanted: count,
            cells_x: grid.axis(0).len(),
            cells_y: grid.axis(1).len(),
        }
    })?;
    let mut modes: Vec<LevelMode<T>> = pairs
        .into_iter()
        .map(|(_, e)| LevelMode::new(&operator, e))
        .collect();
    modes.sort_by(|a, b| b.eigenvalue.re.total_cmp(&a.eigenvalue.re));
    polarise_pairs(&operator, &mut modes);
    if coarser.is_some() {
        modes = in_order_of(modes, &continued);
    }
    let mut level = Level {
        refinement,
        grid,
        unknowns,
        modes,
    };
    let (fewer, more) = (1.0 - WAVELENGTH_STEP, 1.0 + WAVELENGTH_STEP);
    level.differentiate_wavelength(problem, &fill, [fewer, more])?;
    Ok(level)
}

/// The `count` eigenpairs of largest real part, all of which lie below `shift`; on failure the number
/// that converged.
///
/// A shift far above the modes sees the guided and the many box modes as one cluster. After a few
/// solves it is brought down to where, by the residuals, no eigenvalue lies above it yet.
fn nearest_below<T: Scalar>(
    matrix: &CsrMatrix<T>,
    symbolic: &Arc<Dissection>,
    mut shift: f64,
    count: usize,
    mut start: Vec<Vec<T>>,
) -> Result<Vec<(Complex64, Vec<T>)>, usize> {
    let options = EigenOptions {
        count,
        tolerance: TOLERANCE,
        solves: SOLVES_PER_SHIFT * (count + GUARDS),
    };
    let mut best = 0;
    for _ in 0..SHIFTS {
        let factors = Multifrontal::new(Arc::clone(symbolic), matrix, T::real(shift));
        match shift_invert(&factors, T::real(shift), start, options) {
            Ok(pairs) => return Ok(pairs),
            Err(EigenError::NotFinite) => return Err(best),
            Err(EigenError::Unconverged {
                converged,
                clear,
                vectors,
            }) => {
                best = converged;
                shift -= CLEARANCE * clear;
                start = vectors;
            }
        }
    }
    Err(best)
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

/// Interpolates a coarser level's edge field to another grid, bilinearly per component.
fn prolong<T: Scalar>(
    level: &Level<T>,
    e: &[T],
    grid: &RectilinearGrid<2>,
    unknowns: &Unknowns,
) -> Vec<T> {
    let from = &*level.unknowns;
    let mut fine = vec![T::ZERO; unknowns.edge_count];
    let [nx, ny] = unknowns.cells;
    let (x, y) = (grid.axis(0), grid.axis(1));
    let (coarse_x, coarse_y) = (level.grid.axis(0), level.grid.axis(1));
    let (centres_x, centres_y) = (coarse_x.centres(), coarse_y.centres());
    let value = |u: usize| if u == REMOVED { T::ZERO } else { e[u] };

    let place_x: Vec<_> = x
        .centres()
        .iter()
        .map(|&at| bracket(&centres_x, at))
        .collect();
    let place_y: Vec<_> = y
        .faces()
        .iter()
        .map(|&at| bracket(coarse_y.faces(), at))
        .collect();
    for j in 0..=ny {
        for i in 0..nx {
            if unknowns.x_edge(i, j) != REMOVED {
                fine[unknowns.x_edge(i, j)] =
                    bilinear(place_x[i], place_y[j], |a, b| value(from.x_edge(a, b)));
            }
        }
    }
    let place_x: Vec<_> = x
        .faces()
        .iter()
        .map(|&at| bracket(coarse_x.faces(), at))
        .collect();
    let place_y: Vec<_> = y
        .centres()
        .iter()
        .map(|&at| bracket(&centres_y, at))
        .collect();
    for j in 0..ny {
        for i in 0..=nx {
            if unknowns.y_edge(i, j) != REMOVED {
                fine[unknowns.y_edge(i, j)] =
                    bilinear(place_x[i], place_y[j], |a, b| value(from.y_edge(a, b)));
            }
        }
    }
    fine
}

/// The two points around `at` and the weight of the second.
fn bracket(points: &[f64], at: f64) -> (usize, usize, f64) {
    let above = points.partition_point(|&p| p <= at);
    if above == 0 {
        return (0, 0, 0.0);
    }
    if above == points.len() {
        return (above - 1, above - 1, 0.0);
    }
    (
        above - 1,
        above,
        (at - points[above - 1]) / (points[above] - points[above - 1]),
    )
}

fn bilinear<T: Scalar>(
    x: (usize, usize, f64),
    y: (usize, usize, f64),
    value: impl Fn(usize, usize) -> T,
) -> T {
    let (wx, wy) = (T::real(x.2), T::real(y.2));
    let (ux, uy) = (T::real(1.0 - x.2), T::real(1.0 - y.2));
    uy * (ux * value(x.0, y.0) + wx * value(x.1, y.0))
        + wy * (ux * value(x.0, y.1) + wx * value(x.1, y.1))
}

/// A reproducible vector with all modes in it (SplitMix64, Steele et al. 2014, DOI 10.1145/2660193.2660195).
fn pseudo_random<T: Scalar>(len: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..len)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            T::real((z ^ (z >> 31)) as f64 / u64::MAX as f64 - 0.5)
        })
        .collect()
}
