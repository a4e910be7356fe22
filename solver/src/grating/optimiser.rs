//! Teeth and trenches as wide as couples best.
//!
//! max η(w) over the widths w_k ≥ w₀ of all trenches and of the teeth between them, w₀ being the least that can be
//! made. The edges are z_j = z₀ + Σ_{k<j} w_k, so that ∂η/∂w_k = Σ_{j>k} ∂η/∂z_j, all of which the adjoint field gives
//! for one further solve. Variables without a bound are x_k = u/s − s/u with u = w_k − w₀:
//! u = s (x + √(x² + 4))/2 and du/dx = s u²/(u² + s²), nearly a straight line for widths s beyond the least. The method
//! is that of Broyden, Fletcher, Goldfarb and Shanno with a limited memory (J. Nocedal, Math. Comp. 35, 773 (1980),
//! DOI 10.1090/S0025-5718-1980-0572855-7), its steps along a line those of J. J. Moré and D. J. Thuente, ACM Trans.
//! Math. Softw. 20, 286 (1994), DOI 10.1145/192115.192132.
//!
//! It finds the best grating near its start, not the best of all; the depth of etch and the layers stay.
//!
//! What would prove this wrong: a step that loses efficiency, a width below the least, or a slope that is not that of
//! differences.

use super::error::GratingError;
use super::solution::GratingSolution;
use super::solver::{GratingProblem, GratingSolver};
use argmin::core::{CostFunction, Gradient, IterState, Problem, Solver, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use cpo_materials::{Length, Quantity};
use std::cell::RefCell;

/// s of the variables, m.
const SOFTNESS: f64 = 20e-9;
/// Steps whose curvature is remembered.
const MEMORY: usize = 20;
/// The largest change of a variable that is tried first.
const FIRST_STEP: f64 = 0.3;
/// Steps along a line are looked for within this share of the interval that holds the best.
const LINE_TOLERANCE: f64 = 0.05;
/// Steps that together must gain the error asked for, for the search to go on.
const PATIENCE: usize = 5;

/// Widens and narrows teeth and trenches until a grating couples best.
#[derive(Clone, Copy, Debug)]
pub struct GratingOptimiser {
    least: f64,
    iterations: usize,
}

impl Default for GratingOptimiser {
    /// Nothing narrower than 60 nm, at most 40 steps.
    fn default() -> Self {
        Self {
            least: Length::nm(60.0).si(),
            iterations: 40,
        }
    }
}

/// What an optimisation found.
#[derive(Clone, Debug)]
pub struct Optimised {
    /// The best grating that was met; the start itself if nothing was better.
    pub problem: GratingProblem,
    /// Its solution, with the error that was asked of the solver.
    pub solution: GratingSolution,
    /// The best efficiency before the first and after every step.
    pub history: Vec<f64>,
    /// Gratings that were solved.
    pub solves: usize,
}

impl GratingOptimiser {
    /// No tooth or trench gets narrower than this.
    #[must_use]
    pub fn least_feature(mut self, width: Length) -> Self {
        self.least = width.si();
        self
    }

    /// Most steps that are taken; fewer where five together gain less than the error asked of the solver.
    #[must_use]
    pub fn iterations(mut self, steps: usize) -> Self {
        self.iterations = steps;
        self
    }

    /// Optimises a grating from where it is: the first trench begins where it did, the beam follows to its best offset
    /// unless the solver holds it. A grating on the way that cannot be solved counts as one that couples nothing.
    ///
    /// # Errors
    /// [`GratingError::Option`] where a tooth or trench of the start is not wider than the least; those of
    /// [`GratingSolver::solve`] for the start.
    pub fn optimise(
        &self,
        solver: &GratingSolver,
        problem: &GratingProblem,
    ) -> Result<Optimised, GratingError> {
        let start = self.variables(problem)?;
        let first = solver.with_gradient().solve(problem)?;
        let search = Search::new(*self, *solver, problem, &start, first);
        let line = MoreThuenteLineSearch::new()
            .with_width_tolerance(LINE_TOLERANCE)
            .expect("the tolerance is above zero");
        let mut method = LBFGS::new(line, MEMORY);
        let mut asked = Problem::new(&search);
        let begin = IterState::new().param(start);
        let (mut state, _) = method
            .init(&mut asked, begin)
            .expect("the start is given and solved");
        let mut history = vec![search.best()];
        for _ in 0..self.iterations {
            let Ok((next, _)) = method.next_iter(&mut asked, state) else {
                break;
            };
            state = next;
            state.update();
            state.increment_iter();
            history.push(search.best());
            let gain = |steps: usize| {
                let earlier = history.len().checked_sub(steps + 1)?;
                Some(search.best() - history[earlier])
            };
            let is_slow = gain(PATIENCE).is_some_and(|gain| gain < solver.error);
            if is_slow || gain(1) == Some(0.0) || state.terminated() {
                break;
            }
        }
        Ok(search.found(history))
    }

    /// The variables of a grating.
    fn variables(&self, problem: &GratingProblem) -> Result<Vec<f64>, GratingError> {
        if !(self.least > 0.0 && self.least.is_finite()) {
            return Err(GratingError::Option {
                what: "the least feature",
                value: Length::from_si(self.least).to_string(),
                allowed: "above zero, such as 60 nm".to_owned(),
            });
        }
        let edges: Vec<f64> = problem.grating.edges().iter().flatten().copied().collect();
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]);
        widths
            .map(|width| {
                let beyond = width - self.least;
                if beyond > 0.0 {
                    return Ok(beyond / SOFTNESS - SOFTNESS / beyond);
                }
                Err(GratingError::Option {
                    what: "a tooth or trench of the grating to begin with",
                    value: Length::from_si(width).to_string(),
                    allowed: format!(
                        "wider than the least feature, {}",
                        Length::from_si(self.least)
                    ),
                })
            })
            .collect()
    }

    /// The width of a variable, m, and its derivative.
    fn width(&self, x: f64) -> [f64; 2] {
        let root = x.hypot(2.0);
        // The form without cancellation.
        let share = if x > 0.0 {
            0.5 * (x + root)
        } else {
            2.0 / (root - x)
        };
        let slope = SOFTNESS * share * share / (share * share + 1.0);
        [self.least + SOFTNESS * share, slope]
    }
}

/// What a search asks and remembers.
struct Search<'a> {
    optimiser: GratingOptimiser,
    solver: GratingSolver,
    problem: &'a GratingProblem,
    /// What losses are multiplied by, so that a first step against their slope is of a sensible length.
    scale: f64,
    tried: RefCell<Tried>,
}

/// Gratings that were solved.
struct Tried {
    trials: Vec<Trial>,
    best: GratingProblem,
    solution: GratingSolution,
}

/// A grating that was asked for.
struct Trial {
    at: Vec<f64>,
    efficiency: f64,
    /// Derivatives of the efficiency by the variables.
    slopes: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(
        optimiser: GratingOptimiser,
        solver: GratingSolver,
        problem: &'a GratingProblem,
        start: &[f64],
        solution: GratingSolution,
    ) -> Self {
        let trial = Trial::new(&optimiser, start, &solution);
        let steepest = trial.slopes.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        let scale = if steepest > 0.0 {
            FIRST_STEP / steepest
        } else {
            1.0
        };
        let tried = Tried {
            trials: vec![trial],
            best: problem.clone(),
            solution,
        };
        Self {
            optimiser,
            solver: solver.with_gradient(),
            problem,
            scale,
            tried: RefCell::new(tried),
        }
    }

    /// The best efficiency so far.
    fn best(&self) -> f64 {
        self.tried.borrow().solution.efficiency().value
    }

    /// What `read` makes of the grating at some variables, which is solved only once.
    fn trial<T>(&self, at: &[f64], read: impl Fn(&Trial) -> T) -> T {
        let mut tried = self.tried.borrow_mut();
        if let Some(known) = tried.trials.iter().find(|trial| trial.at == at) {
            return read(known);
        }
        let problem = self
            .problem
            .clone()
            .with_grating(self.problem.grating.clone().with_edges(self.edges(at)));
        let trial = match self.solver.solve(&problem) {
            Ok(solution) => {
                let trial = Trial::new(&self.optimiser, at, &solution);
                if trial.efficiency > tried.solution.efficiency().value {
                    tried.best = problem;
                    tried.solution = solution;
                }
                trial
            }
            Err(_) => Trial {
                at: at.to_vec(),
                efficiency: 0.0,
                slopes: vec![0.0; at.len()],
            },
        };
        let answer = read(&trial);
        tried.trials.push(trial);
        answer
    }

    /// Trenches of some variables.
    fn edges(&self, at: &[f64]) -> Vec<[f64; 2]> {
        let mut z = self.problem.grating.edges()[0][0];
        let mut edges = vec![z];
        for &x in at {
            z += self.optimiser.width(x)[0];
            edges.push(z);
        }
        edges
            .chunks_exact(2)
            .map(|pair| [pair[0], pair[1]])
            .collect()
    }

    fn found(self, history: Vec<f64>) -> Optimised {
        let tried = self.tried.into_inner();
        Optimised {
            problem: tried.best,
            solution: tried.solution,
            history,
            solves: tried.trials.len(),
        }
    }
}

impl Trial {
    fn new(optimiser: &GratingOptimiser, at: &[f64], solution: &GratingSolution) -> Self {
        let by_edge = solution.gradient().unwrap_or_default();
        // ∂η/∂w_k is the sum over all edges behind.
        let mut behind = 0.0;
        let edges = by_edge.iter().flatten().rev();
        let mut slopes: Vec<f64> = edges
            .zip(at.iter().rev())
            .map(|(edge, &x)| {
                behind += edge;
                behind * optimiser.width(x)[1]
            })
            .collect();
        slopes.reverse();
        Self {
            at: at.to_vec(),
            efficiency: solution.efficiency().value,
            slopes,
        }
    }
}

impl CostFunction for &Search<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.trial(at, |trial| self.scale * (1.0 - trial.efficiency)))
    }
}

impl Gradient for &Search<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, at: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.trial(at, |trial| {
            trial
                .slopes
                .iter()
                .map(|slope| -self.scale * slope)
                .collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grating::{Grating, GratingBeam};
    use cpo_materials::{Angle, Material, Wavelength};
    use cpo_meshes::LayerStack;

    fn problem() -> Result<GratingProblem, GratingError> {
        let (silicon, oxide) = (Material::with_index(3.48), Material::with_index(1.44));
        let stack = LayerStack::from_bottom()
            .layer("below", &oxide, Length::um(1.0))
            .layer("core", &silicon, Length::nm(220.0))
            .layer("above", &oxide, Length::um(1.0));
        let trenches: Vec<[Length; 2]> = (0..3)
            .map(|k| [0.0, 0.25].map(|edge| Length::um(0.55 * f64::from(k) + edge)))
            .collect();
        let grating = Grating::new(stack, "core", Length::nm(110.0), &oxide)
            .trenches(&trenches)
            .margins(Length::um(4.0), Length::um(4.0));
        let beam = GratingBeam::new(Length::um(3.0), Angle::deg(5.0), Length::um(0.0))?;
        Ok(GratingProblem::new(grating, Wavelength::nm(1550.0), beam))
    }

    /// What would prove the variables wrong: a width that does not come back, or a slope that is not that of differences.
    #[test]
    fn widths_and_their_variables() -> Result<(), GratingError> {
        let optimiser = GratingOptimiser::default().least_feature(Length::nm(100.0));
        let problem = problem()?;
        let edges: Vec<f64> = problem.grating.edges().iter().flatten().copied().collect();
        for (&x, pair) in optimiser.variables(&problem)?.iter().zip(edges.windows(2)) {
            // Round-off.
            assert!((optimiser.width(x)[0] - (pair[1] - pair[0])).abs() < 1e-20);
        }
        for x in [-40.0, -1.0, 0.0, 3.0, 40.0] {
            let [width, slope] = optimiser.width(x);
            assert!(width > optimiser.least);
            let step = 1e-4;
            let [low, high] = [x - step, x + step].map(|x| optimiser.width(x)[0]);
            // The step's square, and round-off of the widths over the step.
            let difference = (high - low) / (2.0 * step);
            assert!((difference - slope).abs() < 1e-8 * SOFTNESS + 1e-18, "{x}");
        }
        Ok(())
    }

    /// What would prove the rejection wrong: a grating that cannot be solved and ends the search or is kept.
    #[test]
    fn a_grating_that_cannot_be_solved_couples_nothing() -> Result<(), GratingError> {
        let (optimiser, problem) = (GratingOptimiser::default(), problem()?);
        let solver = GratingSolver::default().error(1e-2);
        let start = optimiser.variables(&problem)?;
        let first = solver.with_gradient().solve(&problem)?;
        let efficiency = first.efficiency().value;
        let search = Search::new(optimiser, solver, &problem, &start, first);
        // All widths at the least: no order radiates.
        let narrow = vec![-100.0; start.len()];
        let read = |trial: &Trial| (trial.efficiency, trial.slopes.clone());
        assert_eq!(search.trial(&narrow, read), (0.0, vec![0.0; start.len()]));
        assert_eq!(search.best(), efficiency);
        let found = search.found(vec![efficiency]);
        assert_eq!(
            (found.solves, found.problem.grating.edges()),
            (2, problem.grating.edges())
        );
        Ok(())
    }
}
