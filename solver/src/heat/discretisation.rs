//! A heat problem on one grid: operator, preconditioner, loads and what is read off a solution.

use std::ops::Range;

use cpo_materials::Quantity;
use cpo_meshes::{Axis, RectilinearGrid};

use super::coolant::Coolant;
use super::gradients::{self, Convergence};
use super::multigrid::Multigrid;
use super::operator::{Medium, Operator};
use super::reading::EnergyBalance;
use super::sampling::{average, capacities, sample, sample_at};
use super::separable::Separable;
use super::spread::Spread;
use super::window::Window;
use super::{HeatError, HeatProblem, grid, unsymmetric};

/// Substitutions of k(T) after which it is given up.
const SUBSTITUTIONS: usize = 100;
/// Largest change of a temperature at which they end, relative to the largest rise.
const SUBSTITUTION_STEP: f64 = 1e-9;

/// What heats the body.
#[derive(Clone, Debug)]
pub(super) struct Load {
    /// W in each of the floorplan's sources.
    pub powers: Vec<f64>,
    /// Rise of the outside of each face over ambient, K, of a coolant where it enters.
    pub outside: [f64; 6],
    /// Flux into the body through each face, W/m².
    pub fluxes: [f64; 6],
    /// Rise of the outside over `outside` at every lateral boundary face, in the order of [`Discretisation::side_points`]; none if it is the same all along.
    pub sides: Vec<f64>,
}

impl Load {
    /// `power` watts in one of `count` sources and nothing else.
    pub fn of_source(source: usize, count: usize, power: f64) -> Self {
        let mut powers = vec![0.0; count];
        powers[source] = power;
        Self {
            powers,
            outside: [0.0; 6],
            fluxes: [0.0; 6],
            sides: Vec::new(),
        }
    }
}

/// Cells of a box.
#[derive(Clone, Debug)]
pub(super) struct CellBox {
    pub x: Range<usize>,
    pub y: Range<usize>,
    pub z: Range<usize>,
}

/// Limits of an iteration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub tolerance: f64,
    pub limit: usize,
}

/// How A t = b is solved.
enum Inverse {
    /// At once: layers are laterally uniform.
    Direct(Box<Separable>),
    /// By iteration.
    Iterative(Multigrid),
}

/// A problem on one grid.
pub(super) struct Discretisation {
    pub grid: RectilinearGrid<3>,
    pub operator: Operator,
    inverse: Inverse,
    pub medium: Medium,
    pub coolants: Vec<Coolant>,
    /// ρc V of every cell, J/K; empty for a steady problem.
    capacity: Vec<f64>,
    pub sources: Vec<Spread>,
}

/// A t = b by the factors, and once more for what round-off leaves if that is above the tolerance.
fn direct<const L: usize>(
    operator: &Operator,
    factors: &Separable,
    b: Vec<[f64; L]>,
    tolerance: f64,
) -> (Vec<[f64; L]>, Convergence) {
    let mut t = factors.solve(&b);
    let mut convergence = Convergence::of(operator, &t, &b, 1);
    if convergence.residual > tolerance.max(convergence.attainable) {
        let mut r = vec![[0.0; L]; b.len()];
        operator.apply(&t, &mut r);
        for (r, b) in r.iter_mut().zip(&b) {
            *r = std::array::from_fn(|l| b[l] - r[l]);
        }
        for (t, e) in t.iter_mut().zip(factors.solve(&r)) {
            for l in 0..L {
                t[l] += e[l];
            }
        }
        convergence = Convergence::of(operator, &t, &b, 2);
    }
    (t, convergence)
}

/// One lane of a solution.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    values: &'a [f64],
    lanes: usize,
    lane: usize,
}

impl<'a> Lane<'a> {
    pub fn new<const L: usize>(t: &'a [[f64; L]], lane: usize) -> Self {
        Self {
            values: t.as_flattened(),
            lanes: L,
            lane,
        }
    }

    pub fn at(self, c: usize) -> f64 {
        self.values[c * self.lanes + self.lane]
    }

    /// The value of every cell.
    pub fn values(self) -> impl Iterator<Item = f64> + 'a {
        let cells = self.values.chunks_exact(self.lanes);
        cells.map(move |lanes| lanes[self.lane])
    }
}

impl Discretisation {
    /// The discretisation of `problem` at a refinement, conductivities at one temperature.
    pub fn new(problem: &HeatProblem, refinement: f64, allowed: usize) -> Result<Self, HeatError> {
        let grid = grid::grid(problem, refinement, allowed)?;
        Ok(Self::on(problem, grid))
    }

    /// The discretisation of `problem` on a grid whose faces lie on every interface.
    pub fn on(problem: &HeatProblem, grid: RectilinearGrid<3>) -> Self {
        let medium = sample(problem.floorplan(), problem.conductivities(), &grid);
        let sources = problem.floorplan().sources().iter();
        let sources = sources.map(|s| Spread::filling(&grid, s)).collect();
        Self::of(problem, grid, medium, sources)
    }

    /// What `problem` is outside of `windows`: there its sources and layers as they are, inside spread over cells far larger.
    pub fn overview(
        problem: &HeatProblem,
        windows: &[Window],
        refinement: f64,
        allowed: usize,
    ) -> Result<Self, HeatError> {
        let grid = grid::overview(problem, windows, refinement, allowed)?;
        let medium = average(problem, windows, &grid);
        let sources = problem.floorplan().sources().iter().enumerate();
        let spread = |(s, source)| {
            if windows.iter().any(|w| w.owned.contains(&s)) {
                Spread::between(&grid, source)
            } else {
                Spread::filling(&grid, source)
            }
        };
        let sources = sources.map(spread).collect();
        Ok(Self::of(problem, grid, medium, sources))
    }

    fn of(
        problem: &HeatProblem,
        grid: RectilinearGrid<3>,
        medium: Medium,
        sources: Vec<Spread>,
    ) -> Self {
        let faces = problem.face_coefficients();
        let operator = Operator::new(&grid, &medium, &faces);
        let inverse = match Separable::new(&grid, &medium, &faces) {
            Some(factors) => Inverse::Direct(Box::new(factors)),
            None => Inverse::Iterative(Multigrid::new(grid.axes(), &medium, &faces, &operator)),
        };
        let boundaries = problem.boundaries().faces();
        let coolants = boundaries.iter().enumerate();
        let coolants = coolants.filter_map(|(side, b)| Coolant::new(b, side, &grid, &operator));
        Self {
            coolants: coolants.collect(),
            grid,
            operator,
            inverse,
            medium,
            capacity: Vec::new(),
            sources,
        }
    }

    /// The same body with A + s C in place of A, the Laplace transform of C dT/dt + A T = b, at the rate s in 1/s.
    pub fn at_rate(&self, problem: &HeatProblem, rate: f64) -> Result<Self, HeatError> {
        let by_material = problem.heat_capacities()?;
        let grid = self.grid.clone();
        let mut storage = capacities(problem.floorplan(), &by_material, &grid);
        let [_, ny, nz] = grid.shape();
        let volume = |c: usize| grid.volume(c / (ny * nz), c / nz % ny, c % nz);
        let capacity = storage
            .iter()
            .enumerate()
            .map(|(c, d)| d * volume(c))
            .collect();
        for density in &mut storage {
            *density *= rate;
        }
        let medium = Medium {
            storage,
            ..self.medium.clone()
        };
        Ok(Self {
            capacity,
            ..Self::of(problem, grid, medium, self.sources.clone())
        })
    }

    /// The body with the conductivities and the radiation of its own temperature under `load`, where the problem asks for them: −∇·(k(T) ∇T) = q by
    /// successive substitution. k falls or rises by p per cent for each per cent of T, so the error falls by p times the relative rise with every step.
    pub fn at_state(
        self,
        problem: &HeatProblem,
        load: &Load,
        stop: Stop,
    ) -> Result<Self, HeatError> {
        if !problem.is_nonlinear() {
            return Ok(self);
        }
        let mut body = self;
        let mut last: Vec<f64> = Vec::new();
        for _ in 0..SUBSTITUTIONS {
            let (t, _) = body.solve::<1>(std::slice::from_ref(load), stop)?;
            let t: Vec<f64> = t.into_iter().map(|[t]| t).collect();
            let largest = t.iter().fold(0.0, |m: f64, t| m.max(t.abs()));
            let step = t
                .iter()
                .zip(&last)
                .fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
            if !last.is_empty() && step <= SUBSTITUTION_STEP * largest {
                return Ok(body);
            }
            let mut medium = if problem.has_local_conductivity() {
                sample_at(problem, &body.grid, &body.medium, &t)?
            } else {
                body.medium.clone()
            };
            medium.films = body.films(problem, &t, load);
            body = Self::of(problem, body.grid, medium, body.sources);
            last = t;
        }
        Err(HeatError::State {
            substitutions: SUBSTITUTIONS,
        })
    }

    /// Conductances per area of the faces that radiate, nearer to those of the temperatures of their surfaces.
    fn films(&self, problem: &HeatProblem, t: &[f64], load: &Load) -> [Vec<f64>; 6] {
        let (boundaries, faces) = (problem.boundaries().faces(), problem.face_coefficients());
        let mut films: [Vec<f64>; 6] = Default::default();
        self.boundary_faces(|side, cell, conductance, area| {
            let boundary = &boundaries[side];
            if boundary.radiates() {
                let film = self.medium.film(side, films[side].len(), &faces);
                let outside = load.outside[side];
                // what the outer half of the cell leaves of the rise over the outside
                let surface = outside + (t[cell] - outside) * conductance / (area * film);
                films[side].push(boundary.next_film(film, problem.ambient().si() + surface));
            }
        });
        films
    }

    pub fn cell(&self, i: usize, j: usize, k: usize) -> usize {
        let [_, ny, nz] = self.operator.shape;
        (i * ny + j) * nz + k
    }

    /// Rises for up to `L` loads.
    pub fn solve<const L: usize>(
        &self,
        loads: &[Load],
        stop: Stop,
    ) -> Result<(Vec<[f64; L]>, Convergence), HeatError> {
        let mut b = vec![[0.0; L]; self.operator.cells()];
        for (lane, load) in loads.iter().enumerate() {
            self.add_load(load, lane, &mut b);
        }
        let (t, convergence) = match &self.inverse {
            _ if !self.coolants.is_empty() => self.solve_one_way(&b, stop),
            Inverse::Direct(factors) => direct(&self.operator, factors, b, stop.tolerance),
            Inverse::Iterative(multigrid) => {
                gradients::solve(&self.operator, multigrid, b, stop.tolerance, stop.limit)
            }
        };
        // factors for the drift between the recursive and the true residual
        let acceptable = (10.0 * stop.tolerance).max(10.0 * convergence.attainable);
        if convergence.residual.is_nan() || convergence.residual > acceptable {
            return Err(HeatError::Unconverged {
                iterations: convergence.iterations,
                residual: convergence.residual,
                tolerance: stop.tolerance,
            });
        }
        Ok((t, convergence))
    }

    /// A t − G Θ t = b, preconditioned by what A t = b is solved by.
    fn solve_one_way<const L: usize>(
        &self,
        b: &[[f64; L]],
        stop: Stop,
    ) -> (Vec<[f64; L]>, Convergence) {
        let apply = |t: &[[f64; L]], out: &mut [[f64; L]]| {
            self.operator.apply(t, out);
            self.take_coolant(t, out);
        };
        let (t, iterations) = match &self.inverse {
            Inverse::Direct(factors) => {
                let precondition =
                    |r: &[[f64; L]], z: &mut [[f64; L]]| z.copy_from_slice(&factors.solve(r));
                unsymmetric::solve(apply, precondition, b, stop.tolerance, stop.limit)
            }
            Inverse::Iterative(multigrid) => {
                let mut workspace = multigrid.workspace::<L>();
                let precondition = |r: &[[f64; L]], z: &mut [[f64; L]]| {
                    multigrid.precondition(r, z, &mut workspace)
                };
                unsymmetric::solve(apply, precondition, b, stop.tolerance, stop.limit)
            }
        };
        let convergence = Convergence::with(&self.operator, apply, &t, b, iterations);
        (t, convergence)
    }

    /// Heat stored in the product of two fields, tᵀ C u, by lanes.
    pub fn stored<const L: usize>(&self, t: &[[f64; L]], u: &[[f64; L]]) -> [[f64; L]; L] {
        let mut sums = [[0.0; L]; L];
        for ((t, u), capacity) in t.iter().zip(u).zip(&self.capacity) {
            for (row, t) in sums.iter_mut().zip(t) {
                let heat = capacity * t;
                for (sum, u) in row.iter_mut().zip(u) {
                    *sum += heat * u;
                }
            }
        }
        sums
    }

    fn add_load<const L: usize>(&self, load: &Load, lane: usize, b: &mut [[f64; L]]) {
        for (source, &power) in self.sources.iter().zip(&load.powers) {
            if power != 0.0 {
                source.each(self.operator.shape, |cell, share| {
                    b[cell][lane] += power * share;
                });
            }
        }
        self.boundary_faces(|side, cell, face, area| {
            let flows = self.coolants.iter().any(|c| c.side == side);
            let outside = if flows { 0.0 } else { load.outside[side] };
            b[cell][lane] += face * outside + area * load.fluxes[side];
        });
        for coolant in &self.coolants {
            let inlet = [load.outside[coolant.side]];
            coolant.march(
                inlet,
                |_| [0.0],
                |cell, conductance, [mean]| {
                    b[cell][lane] += conductance * mean;
                },
            );
        }
        let mut rises = load.sides.iter();
        if !load.sides.is_empty() {
            self.lateral_faces(|_, cell, conductance| {
                b[cell][lane] += conductance * rises.next().unwrap_or(&0.0);
            });
        }
    }

    /// Calls `visit(side, cell, conductance, area)` for every boundary face.
    pub fn boundary_faces(&self, mut visit: impl FnMut(usize, usize, f64, f64)) {
        let [nx, ny, nz] = self.operator.shape;
        let [x, y, z] = self.grid.axes();
        let op = &self.operator;
        for (side, i, face) in [(0, 0, 0), (1, nx - 1, nx)] {
            for j in 0..ny {
                for k in 0..nz {
                    let g = op.gx[op.face_x(face, j, k)];
                    visit(side, self.cell(i, j, k), g, y.width(j) * z.width(k));
                }
            }
        }
        for (side, j, face) in [(2, 0, 0), (3, ny - 1, ny)] {
            for i in 0..nx {
                for k in 0..nz {
                    let g = op.gy[op.face_y(i, face, k)];
                    visit(side, self.cell(i, j, k), g, x.width(i) * z.width(k));
                }
            }
        }
        for (side, k, face) in [(4, 0, 0), (5, nz - 1, nz)] {
            for i in 0..nx {
                for j in 0..ny {
                    let g = op.gz[op.face_z(i, j, face)];
                    visit(side, self.cell(i, j, k), g, x.width(i) * y.width(j));
                }
            }
        }
    }

    /// The lane's rises, balance and the sources' cells, given up to a map.
    pub fn into_map<const L: usize>(
        self,
        t: &[[f64; L]],
        load: &Load,
    ) -> (RectilinearGrid<3>, Vec<f64>, EnergyBalance) {
        let balance = self.balance(Lane::new(t, 0), load);
        (self.grid, t.iter().map(|lanes| lanes[0]).collect(), balance)
    }
}

/// Cells whose centres lie in an interval.
pub(super) fn centres_in(axis: &Axis, [from, to]: [f64; 2]) -> Range<usize> {
    let first = axis.centres().partition_point(|&x| x < from);
    let end = axis.centres().partition_point(|&x| x <= to);
    first..end.max(first)
}

/// Cells whose centres lie in a box.
pub(super) fn cells_in(
    grid: &RectilinearGrid<3>,
    x: [f64; 2],
    y: [f64; 2],
    z: [f64; 2],
) -> CellBox {
    CellBox {
        x: centres_in(grid.axis(0), x),
        y: centres_in(grid.axis(1), y),
        z: centres_in(grid.axis(2), z),
    }
}
