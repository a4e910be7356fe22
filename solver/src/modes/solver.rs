//! The mode solver: a family of meshes or grids until the error asked for is met.

use super::classify::RadiationBound;
use super::elements;
use super::family::ModeFamily;
use super::grid_solver::{self, REFINEMENTS};
use super::{ModeError, ModeGrid, ModeProblem, ModeSet, Wall};
use num_complex::Complex64;
use std::sync::Arc;

/// How many modes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeCount {
    /// The first so many by falling Re n_eff, fewer if fewer are guided.
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
    near: Option<f64>,
    reference: Option<ModeProblem>,
    grid: Option<ModeGrid>,
}

impl Default for ModeSolver {
    fn default() -> Self {
        Self {
            count: ModeCount::Number(1),
            error: 1e-4,
            unknowns: 1_500_000,
            near: None,
            reference: None,
            grid: None,
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

    /// The modes nearest to this n_eff instead of the highest: for leaky ones.
    #[must_use]
    pub fn near(mut self, effective_index: f64) -> Self {
        self.near = Some(effective_index);
        self
    }

    /// The error bar on n_eff to be reached (default 1e-4).
    #[must_use]
    pub fn error(mut self, error: f64) -> Self {
        self.error = error;
        self
    }

    /// The most unknowns a level may have; an error bar not met by then is reported as such.
    #[must_use]
    pub fn most_unknowns(mut self, unknowns: usize) -> Self {
        self.unknowns = unknowns;
        self
    }

    /// Finite differences on `grid` at refinement 1 and on two coarser ones, which give the error bar,
    /// whatever it is.
    #[must_use]
    pub fn given(mut self, grid: ModeGrid) -> Self {
        self.grid = Some(grid);
        self.error = f64::INFINITY;
        self
    }

    /// Meshes made for `reference`, the same geometry at another wavelength or temperature: one mesh for a
    /// whole sweep keeps its curves smooth.
    #[must_use]
    pub fn meshed_as(mut self, reference: &ModeProblem) -> Self {
        self.reference = Some(reference.clone());
        self
    }

    /// Unknowns of the levels that the solver may visit, coarsest first.
    ///
    /// # Errors
    /// As [`ModeGrid::new`].
    pub fn plan(&self, problem: &ModeProblem) -> Result<Vec<usize>, ModeError> {
        match &self.grid {
            Some(grids) => {
                check_size(grids, self.unknowns)?;
                REFINEMENTS
                    .iter()
                    .map(|&s| Ok(2 * grids.at(s)?.cells()))
                    .collect()
            }
            None => {
                let reference = self.reference.as_ref().unwrap_or(problem);
                let sizes = elements::unknowns(reference)?;
                Ok(sizes
                    .into_iter()
                    .take_while(|&n| n <= self.unknowns)
                    .collect())
            }
        }
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// [`ModeError::NoGuidedMode`] if nothing is guided; [`ModeError::Material`] outside a
    /// material's data; [`ModeError::Eigen`] and [`ModeError::Elements`] if the iteration fails;
    /// [`ModeError::Option`] for a count of 0 or an error that is not positive;
    /// [`ModeError::ObliqueAxis`] for a crystal whose axis is neither along nor across the guide;
    /// [`ModeError::GivenGrid`] for a bend, an absorbing layer or an oblique crystal on a given grid. A
    /// family that does not meet the error asked for is no error: its modes say so.
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
        let permittivities = problem.permittivity_tensors()?;
        for (material, tensor) in problem
            .cross_section()
            .materials()
            .iter()
            .zip(&permittivities)
        {
            let along = tensor[0][2].norm().max(tensor[1][2].norm());
            // Less is round-off of an axis given by its angles.
            if along > 1e-12 * tensor[2][2].norm() {
                return Err(ModeError::ObliqueAxis {
                    material: material.name().to_owned(),
                });
            }
            let diagonal = [0, 1, 2].map(|d| tensor[d][d]);
            if let Some(bad) = diagonal.iter().find(|e| !e.is_finite() || e.norm() == 0.0) {
                return Err(ModeError::Permittivity {
                    material: material.name().to_owned(),
                    wavelength: problem.wavelength().to_string(),
                    value: bad.to_string(),
                });
            }
        }
        let count = match self.count {
            ModeCount::Number(count) => Some(count),
            ModeCount::AllGuided => None,
        };
        let bound = RadiationBound::new(problem, &permittivities)?;
        let family = match &self.grid {
            Some(grids) => {
                check_size(grids, self.unknowns)?;
                let absorbing = |wall: &Wall| matches!(wall, Wall::Absorbing { .. });
                if problem.bend_radius().is_some() || problem.walls().sides().iter().any(absorbing)
                {
                    return Err(ModeError::GivenGrid);
                }
                let real = permittivities
                    .iter()
                    .flatten()
                    .flatten()
                    .all(|e| e.im == 0.0);
                if real {
                    let family = grid_solver::solve::<f64>(problem, grids, count, bound.index)?;
                    Arc::new(family) as Arc<dyn ModeFamily>
                } else {
                    let family =
                        grid_solver::solve::<Complex64>(problem, grids, count, bound.index)?;
                    Arc::new(family) as Arc<dyn ModeFamily>
                }
            }
            None => {
                let request = elements::Request {
                    count,
                    near: self.near,
                    error: self.error,
                    unknowns: self.unknowns,
                    reference: self.reference.as_ref().unwrap_or(problem),
                };
                elements::solve(problem, &bound, &request)?
            }
        };
        ModeSet::new(problem, family, bound, self.error)
    }
}

/// The finest grid must be small enough.
fn check_size(grids: &ModeGrid, allowed: usize) -> Result<(), ModeError> {
    let grid = grids.at(REFINEMENTS[REFINEMENTS.len() - 1])?;
    let unknowns = 2 * grid.cells();
    if unknowns > allowed {
        let [cells_x, cells_y] = grid.shape();
        return Err(ModeError::TooManyUnknowns {
            cells_x,
            cells_y,
            unknowns,
            allowed,
        });
    }
    Ok(())
}
