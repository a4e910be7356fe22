//! The modes of one grid: eigenvectors of P for the largest Re n².
//!
//! A small grid is solved by shift-and-invert with sparse LU factors. A large one takes its modes
//! from there through ever finer grids, on each of which Davidson's method improves them with a
//! multigrid cycle for (P − σ)⁻¹; the cost per unknown does not grow. With W the edges' areas the
//! iteration sees W^½ P W^-½, whose products are those of the fields, not of their samples.

use super::hierarchy::{nested_grids, transfers};
use super::operator::{Operator, REMOVED, Unknowns};
use super::permittivity::StaggeredFill;
use super::{ModeError, ModeProblem};
use crate::linalg::{
    Coarsest, CsrMatrix, Dissection, EigenError, EigenOptions, Eigenpair, Multifrontal, Multigrid,
    Scalar, Stencil, preconditioned, pseudo_random, shift_invert, shift_invert_highest,
};
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::Arc;

/// Cells of the coarsest grid at most.
const COARSEST_CELLS: usize = 4000;
/// Vectors iterated beside the wanted ones, so that a cluster is not cut.
const GUARDS: usize = 2;
/// Residual of the inverse iteration on the coarsest grid.
const COARSEST_TOLERANCE: f64 = 3e-3;
/// Residual ‖P e − n² e‖ on the grids on the way, in units of the permittivity's range, which is the
/// scale of the differences of n².
const COARSE_TOLERANCE: f64 = 6e-4;
/// The same for the vectors beside the wanted ones.
const GUARD_TOLERANCE: f64 = 6e-3;
/// Multigrid iterations after which the factorisation is tried instead.
const ITERATIONS: usize = 40;
/// Vectors in the basis of the iteration: enough that it is compressed, which costs an iteration, rarely.
const BASIS: usize = 48;
/// Extensions of the basis before the shift is moved.
const ITERATIONS_PER_SHIFT: usize = 12;
/// The same where it stays.
const ITERATIONS_AROUND: usize = 80;
/// Times the shift is moved at most.
const SHIFTS: usize = 16;
/// Share of the distance to the nearest eigenvalue by which it is moved.
const CLEARANCE: f64 = 0.9;
/// Distance of a shift from the eigenvalue of the coarsest grid that it stands for, until another
/// grid tells it, in units of the permittivity's range.
const OFFSET: f64 = 0.02;
/// The least such distance.
const LEAST_OFFSET: f64 = 3e-4;
/// Least range of the permittivity that is reckoned with, relative to its highest value.
const LEAST_RANGE: f64 = 1e-3;

/// One grid of the hierarchy.
pub(super) struct Discretisation<T> {
    pub(super) grid: RectilinearGrid<2>,
    pub(super) operator: Operator<T>,
}

impl<T: Scalar> Discretisation<T> {
    pub(super) fn new(
        problem: &ModeProblem,
        permittivities: &[[Complex64; 3]],
        grid: RectilinearGrid<2>,
        fill: &StaggeredFill,
    ) -> Self {
        let unknowns = Arc::new(Unknowns::new(grid.shape(), problem.walls()));
        let k0 = problem.wavelength().vacuum_wavenumber();
        let operator = Operator::new(&grid, unknowns, fill, permittivities, k0);
        Self { grid, operator }
    }

    fn lattice(&self) -> (&RectilinearGrid<2>, &Unknowns) {
        (&self.grid, &self.operator.unknowns)
    }

    /// W^½, of mean square 1.
    fn scale(&self) -> Vec<f64> {
        let areas = &self.operator.edge_area;
        let mean = areas.iter().sum::<f64>() / areas.len() as f64;
        areas.iter().map(|w| (w / mean).sqrt()).collect()
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Number of modes.
    pub(super) count: usize,
    /// A number above all Re n².
    pub(super) above: f64,
    /// ‖P e − n² e‖ / ‖n² e‖ at most, in the norm of ∫|e|².
    pub(super) residual: f64,
}

/// Eigenvectors of the largest Re n², by falling Re n².
///
/// `start` are guesses for the vectors on this grid, or none.
///
/// # Errors
/// [`ModeError::Eigen`] if they do not converge.
pub(super) fn eigenvectors<T: Scalar>(
    problem: &ModeProblem,
    permittivities: &[[Complex64; 3]],
    finest: &Discretisation<T>,
    wanted: Wanted,
    start: &[Vec<T>],
) -> Result<Vec<Vec<T>>, ModeError> {
    let grids = nested_grids(&finest.grid, problem.cross_section(), COARSEST_CELLS)?;
    let mut coarser = Vec::new();
    for grid in grids.into_iter().skip(1) {
        let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
        coarser.push(Discretisation::new(problem, permittivities, grid, &fill));
    }
    if let Some((coarsest, between)) = coarser.split_last() {
        let levels: Vec<&Discretisation<T>> = between.iter().rev().chain([finest]).collect();
        if let Some(vectors) = by_multigrid(coarsest, &levels, wanted, range(permittivities)) {
            return Ok(vectors);
        }
    }
    let system = Direct::new(finest);
    let pairs = system
        .largest(wanted, GUARDS, start)
        .map_err(unconverged(finest, wanted))?;
    let pairs = pairs.into_iter().take(wanted.count);
    Ok(pairs.map(|(_, e)| e).collect())
}

/// The vectors on the last of `levels`, which get finer; none if they do not converge.
fn by_multigrid<T: Scalar>(
    coarsest: &Discretisation<T>,
    levels: &[&Discretisation<T>],
    wanted: Wanted,
    range: f64,
) -> Option<Vec<Vec<T>>> {
    let system = Direct::new(coarsest);
    let first = Wanted {
        count: wanted.count + GUARDS,
        residual: COARSEST_TOLERANCE,
        ..wanted
    };
    let pairs = system.largest(first, GUARDS, &[]).ok()?;
    let (coarsest_values, mut vectors): (Vec<Complex64>, Vec<Vec<T>>) =
        pairs.into_iter().take(first.count).unzip();
    let mut values = coarsest_values.clone();
    let mut offsets = vec![OFFSET * range; values.len()];
    let mut multigrid = Multigrid::new(system.coarsest(&values, &offsets));
    let mut previous = coarsest;
    for (k, level) in levels.iter().enumerate() {
        let last = k + 1 == levels.len();
        if last {
            // A cluster that the shift does not resolve converges only as a whole.
            let near = |m: usize| (values[m - 1] - values[m]).norm() <= offsets[m - 1];
            let guards = (wanted.count..vectors.len())
                .take_while(|&m| near(m))
                .count();
            vectors.truncate(wanted.count + guards);
        }
        let matrix = level.operator.assemble();
        let [fine, coarse] = [*level, previous].map(Discretisation::lattice);
        multigrid.refine(&matrix, transfers(fine, coarse));
        let scale = level.scale();
        let start = vectors.iter().map(|e| {
            let mut e = prolong(coarse, e, fine);
            e.iter_mut()
                .zip(&scale)
                .for_each(|(e, &s)| *e *= T::real(s));
            e
        });
        let relative = range / values[0].norm();
        let options = EigenOptions {
            count: if last { vectors.len() } else { wanted.count },
            tolerance: if last {
                wanted.residual
            } else {
                wanted.residual.max(COARSE_TOLERANCE * relative)
            },
            guard_tolerance: GUARD_TOLERANCE * relative,
            iterations: ITERATIONS,
            capacity: BASIS,
        };
        let start = start.collect();
        let matrix = matrix.similar(&scale);
        let pairs = preconditioned(&matrix, &scale, &multigrid, start, options).ok()?;
        (values, vectors) = pairs.into_iter().unzip();
        for e in &mut vectors {
            e.iter_mut()
                .zip(&scale)
                .for_each(|(e, &s)| *e *= T::real(1.0 / s));
        }
        if k == 0 && !last {
            // The change from grid to grid tells how far off the modes of the coarsest are.
            let least = LEAST_OFFSET * range;
            let changes = coarsest_values.iter().zip(&values);
            let distance =
                |(v, w): (&Complex64, &Complex64)| (w - v).norm() + (w.re - v.re).max(0.0);
            offsets = changes.map(|c| distance(c).max(least)).collect();
            multigrid.set_coarsest(system.coarsest(&coarsest_values, &offsets));
        }
        previous = level;
    }
    vectors.truncate(wanted.count);
    Some(vectors)
}

/// Eigenpairs of the largest Re n² below `wanted.above`, by falling Re n², whether the modes are guided or fill the
/// window: one factorisation at `shift`, which lies just above where those that fill the window begin.
///
/// `start` are guesses for the vectors, or none.
///
/// # Errors
/// [`ModeError::Eigen`] if they do not converge.
pub(super) fn highest_pairs<T: Scalar>(
    discretisation: &Discretisation<T>,
    wanted: Wanted,
    shift: f64,
    start: &[Vec<T>],
) -> Result<Vec<Eigenpair<T>>, ModeError> {
    let system = Direct::new(discretisation);
    let pairs = system
        .around(wanted, shift, start)
        .map_err(unconverged(discretisation, wanted))?;
    Ok(pairs.into_iter().take(wanted.count).collect())
}

/// From the number of modes that converged to the error that says so.
fn unconverged<T: Scalar>(
    discretisation: &Discretisation<T>,
    wanted: Wanted,
) -> impl FnOnce(usize) -> ModeError {
    let [cells_x, cells_y] = discretisation.grid.shape();
    move |converged| ModeError::Eigen {
        converged,
        wanted: wanted.count,
        cells_x,
        cells_y,
    }
}

/// Difference of the highest and the lowest transverse permittivity.
fn range(permittivities: &[[Complex64; 3]]) -> f64 {
    let real = permittivities.iter().flat_map(|e| [e[0].re, e[1].re]);
    let (low, high) = real.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), e| {
        (l.min(e), h.max(e))
    });
    (high - low).max(LEAST_RANGE * high.abs())
}

/// P on one grid and its elimination order.
struct Direct<T: Scalar> {
    stencil: Stencil<T>,
    scale: Vec<f64>,
    /// Of W^½ P W^-½.
    matrix: CsrMatrix<T>,
    symbolic: Arc<Dissection>,
}

impl<T: Scalar> Direct<T> {
    fn new(discretisation: &Discretisation<T>) -> Self {
        let stencil = discretisation.operator.assemble();
        let scale = discretisation.scale();
        let matrix = stencil.clone().similar(&scale).to_csr();
        let places = discretisation.operator.unknowns.places();
        let symbolic = Arc::new(Dissection::new(&matrix, &places));
        Self {
            stencil,
            scale,
            matrix,
            symbolic,
        }
    }

    /// The eigenpairs of largest real part and some guards; on failure the number that converged.
    ///
    /// A shift far above the modes sees the guided and the many box modes as one cluster. After a few
    /// iterations it is brought down to where, by the residuals, no eigenvalue lies above it yet.
    fn largest(
        &self,
        wanted: Wanted,
        guards: usize,
        start: &[Vec<T>],
    ) -> Result<Vec<Eigenpair<T>>, usize> {
        let options = self.options(wanted, ITERATIONS_PER_SHIFT);
        let mut start = self.start(start, options.count + guards, guards);
        let mut shift = wanted.above;
        let mut best = 0;
        for _ in 0..SHIFTS {
            let sigma = T::real(shift);
            let factors = Multifrontal::new(Arc::clone(&self.symbolic), &self.matrix, sigma);
            match shift_invert(&factors, sigma, start, options) {
                Ok(mut pairs) => {
                    self.unscale(&mut pairs);
                    return Ok(pairs);
                }
                Err(EigenError::NotFinite) => return Err(best),
                Err(EigenError::Unconverged {
                    converged,
                    reach,
                    vectors,
                }) => {
                    best = converged;
                    // No eigenvalue lies nearer to the shift than 1/reach.
                    shift -= CLEARANCE / reach;
                    start = vectors;
                }
            }
        }
        Err(best)
    }

    /// The eigenpairs of largest real part from one shift among them; on failure the number that converged.
    fn around(
        &self,
        wanted: Wanted,
        shift: f64,
        start: &[Vec<T>],
    ) -> Result<Vec<Eigenpair<T>>, usize> {
        let options = self.options(wanted, ITERATIONS_AROUND);
        let start = self.start(start, options.count + GUARDS, 1);
        let sigma = T::real(shift);
        let factors = Multifrontal::new(Arc::clone(&self.symbolic), &self.matrix, sigma);
        let found = shift_invert_highest(&factors, (sigma, wanted.above), start, options);
        let mut pairs = found.map_err(|error| match error {
            EigenError::NotFinite => 0,
            EigenError::Unconverged { converged, .. } => converged,
        })?;
        self.unscale(&mut pairs);
        Ok(pairs)
    }

    fn options(&self, wanted: Wanted, iterations: usize) -> EigenOptions {
        EigenOptions {
            count: wanted.count.min(self.scale.len() / 4).max(1),
            tolerance: wanted.residual,
            guard_tolerance: f64::INFINITY,
            iterations,
            capacity: BASIS,
        }
    }

    /// Vectors to start from, scaled, and random ones beside them: `count` in all, `random` new ones at least.
    fn start(&self, given: &[Vec<T>], count: usize, random: usize) -> Vec<Vec<T>> {
        let mut start = given.to_vec();
        for e in &mut start {
            e.iter_mut()
                .zip(&self.scale)
                .for_each(|(e, &s)| *e *= T::real(s));
        }
        let random = count.saturating_sub(start.len()).max(random);
        start.extend((0..random).map(|seed| pseudo_random(self.scale.len(), seed as u64)));
        start
    }

    fn unscale(&self, pairs: &mut [Eigenpair<T>]) {
        for (_, e) in pairs {
            e.iter_mut()
                .zip(&self.scale)
                .for_each(|(e, &s)| *e *= T::real(1.0 / s));
        }
    }

    /// The coarsest level of a multigrid hierarchy for modes of these values and vectors.
    fn coarsest(&self, values: &[Complex64], offsets: &[f64]) -> Coarsest<T> {
        // Off the eigenvalues, where the factors would be singular.
        let above = values.iter().zip(offsets);
        let shifts: Vec<T> = above.map(|(&v, &d)| T::from_complex(v + d)).collect();
        let matrix = self.stencil.to_csr();
        let factors = shifts
            .iter()
            .map(|&shift| Multifrontal::new(Arc::clone(&self.symbolic), &matrix, shift))
            .collect();
        Coarsest::new(&self.stencil, shifts, factors)
    }
}

/// Interpolates an edge field to another grid, bilinearly per component.
pub(super) fn prolong<T: Scalar>(
    (coarse, from): (&RectilinearGrid<2>, &Unknowns),
    e: &[T],
    (grid, unknowns): (&RectilinearGrid<2>, &Unknowns),
) -> Vec<T> {
    let mut fine = vec![T::ZERO; unknowns.edge_count];
    let [nx, ny] = unknowns.cells;
    let (x, y) = (grid.axis(0), grid.axis(1));
    let (coarse_x, coarse_y) = (coarse.axis(0), coarse.axis(1));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes::ModeGrid;
    use crate::modes::differences::LevelMode;
    use cpo_materials::{Material, Wavelength};
    use cpo_meshes::{Axis, CrossSection, Shape, Window};

    /// Multigrid and factorisation find the same modes: without absorption on square cells, with it
    /// on stretched ones.
    #[test]
    fn both_methods_find_the_same_modes() {
        let window = Window {
            x: [-1.1e-6, 1.2e-6],
            y: [-1e-6, 1e-6],
        };
        let core = Shape::Rectangle {
            x: 0.0,
            bottom: -0.11e-6,
            width: 0.5e-6,
            height: 0.22e-6,
        };
        let section = CrossSection::new(window, Material::with_index(1.444))
            .unwrap()
            .paint("core", Material::with_index(3.4777), core)
            .unwrap();
        let problem = ModeProblem::new(&section, Wavelength::nm(1550.0));
        let uniform = |ends: [f64; 2]| Axis::uniform(ends[0], ends[1], 72).unwrap();
        let square = RectilinearGrid::new([uniform(window.x), uniform(window.y)]);
        let graded = ModeGrid::between(&problem, 3e-9, 60e-9, 1.25).unwrap();
        let lossless = [2.085136, 12.0943973].map(|e| [Complex64::from(e); 3]);
        let lossy = lossless.map(|e| e.map(|e| e * Complex64::new(1.0, 0.004 * e.re)));
        let stretched = graded.at(1.2).unwrap();
        assert!(square.cells().min(stretched.cells()) > COARSEST_CELLS);
        compare::<f64>(&problem, &lossless, &square);
        compare::<Complex64>(&problem, &lossy, &stretched);
    }

    fn compare<T: Scalar>(
        problem: &ModeProblem,
        permittivities: &[[Complex64; 3]],
        grid: &RectilinearGrid<2>,
    ) {
        let section = problem.cross_section();
        let at = |grid: &RectilinearGrid<2>| {
            let fill = StaggeredFill::new(section, grid.axis(0), grid.axis(1));
            Discretisation::<T>::new(problem, permittivities, grid.clone(), &fill)
        };
        let grids = nested_grids(grid, section, COARSEST_CELLS).unwrap();
        let levels: Vec<Discretisation<T>> = grids.iter().map(at).collect();
        let (coarsest, finer) = levels.split_last().unwrap();
        let finer: Vec<&Discretisation<T>> = finer.iter().rev().collect();
        let wanted = Wanted {
            count: 3,
            above: 12.1,
            residual: 1e-8,
        };
        let vectors = by_multigrid(coarsest, &finer, wanted, range(permittivities)).unwrap();
        let pairs = Direct::new(finer[finer.len() - 1])
            .largest(wanted, GUARDS, &[])
            .unwrap();
        for (e, (value, _)) in vectors.into_iter().zip(pairs) {
            let mode = LevelMode::new(&finer[finer.len() - 1].operator, e);
            // On stretched cells the samples weigh otherwise than the fields.
            assert!(mode.residual < 1e-7, "{}", mode.residual);
            // An eigenvalue is off by less than the residual times its condition, about 3.
            assert!((mode.eigenvalue - value).norm() < 1e-6, "{value}");
        }
    }
}
