//! The mode solver: a family of meshes or grids until the error asked for is met.

use super::classify::RadiationBound;
use super::elements;
use super::family::ModeFamily;
use super::grid_solver::{self, Grids};
use super::{ModeError, ModeGrid, ModeProblem, ModeSet, Wall};
use crate::convergence::GridStudy;
use cpo_materials::Wavelength;
use num_complex::Complex64;
use std::sync::Arc;

/// A relative permittivity tensor.
type Tensor = [[Complex64; 3]; 3];

/// The modes at one wavelength of a sweep.
#[derive(Clone, Debug)]
pub struct SweepPoint {
    /// The modes.
    pub modes: ModeSet,
    /// D of every mode in s/m² (1e6 times that in ps/(nm km)); an error where a material's data end too near.
    pub dispersion: Result<Vec<GridStudy>, ModeError>,
}

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
    grids: Option<Grids>,
}

impl Default for ModeSolver {
    fn default() -> Self {
        Self {
            count: ModeCount::Number(1),
            error: 1e-4,
            unknowns: 1_500_000,
            near: None,
            reference: None,
            grids: None,
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
        self.grids = Some(Grids::family(grid));
        self.error = f64::INFINITY;
        self
    }

    /// Finite differences on `grid` at refinement 1 alone, to this residual ‖P e − n² e‖ / ‖n² e‖: to
    /// compare with another solver on one and the same grid, and to time it. What one grid is off by
    /// cannot be told from it: every error bar is infinite and, as long as a finite error is asked for,
    /// every mode unconverged.
    #[must_use]
    pub fn on_one_grid(mut self, grid: ModeGrid, residual: f64) -> Self {
        self.grids = Some(Grids::single(grid, residual));
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
        match &self.grids {
            Some(grids) => {
                let cells = check_size(grids, self.unknowns)?;
                Ok(cells.into_iter().map(|[nx, ny]| 2 * nx * ny).collect())
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

    /// The modes of `problem` at many wavelengths, with D, for the price of a few solves where the guide is
    /// straight and lossless: found in the span of the modes at those few, with what that may change as a part of
    /// every error bar. Anything else is solved at each wavelength in turn. One mesh serves all.
    ///
    /// # Errors
    /// As [`ModeSolver::solve`], for options and for the wavelengths that the others rest on; what happens at one
    /// wavelength alone is an error of that point.
    pub fn sweep(
        &self,
        problem: &ModeProblem,
        wavelengths: &[Wavelength],
    ) -> Result<Vec<Result<SweepPoint, ModeError>>, ModeError> {
        self.check(problem)?;
        let at = |&wavelength: &Wavelength| problem.clone().at_wavelength(wavelength);
        let problems: Vec<ModeProblem> = wavelengths.iter().map(at).collect();
        let count = match self.count {
            ModeCount::Number(count) => Some(count),
            ModeCount::AllGuided => None,
        };
        let swept = if self.grids.is_none()
            && self.near.is_none()
            && elements::is_sweepable(problem)?
            && problems.iter().all(is_lossless)
        {
            let request = self.request(count, problem);
            elements::sweep(&problems, &request)?
        } else {
            None
        };
        let Some(swept) = swept else {
            let own = self
                .clone()
                .meshed_as(self.reference.as_ref().unwrap_or(problem));
            return Ok(problems.iter().map(|p| own.sweep_point(p)).collect());
        };
        let point = |(problem, swept): (&ModeProblem, Result<elements::Swept, ModeError>)| {
            let elements::Swept { family, dispersion } = swept?;
            let bound = RadiationBound::new(problem, &problem.permittivity_tensors()?)?;
            let modes = ModeSet::new(problem, family, bound, self.error)?;
            let dispersion = dispersion.map(|all| modes.dispersion_studies(&all));
            Ok(SweepPoint { modes, dispersion })
        };
        Ok(problems.iter().zip(swept).map(point).collect())
    }

    fn sweep_point(&self, problem: &ModeProblem) -> Result<SweepPoint, ModeError> {
        let modes = self.solve(problem)?;
        let dispersion = self.group_velocity_dispersion(problem, &modes);
        Ok(SweepPoint { modes, dispersion })
    }

    fn request<'a>(
        &'a self,
        count: Option<usize>,
        problem: &'a ModeProblem,
    ) -> elements::Request<'a> {
        elements::Request {
            count,
            near: self.near,
            error: self.error,
            unknowns: self.unknowns,
            reference: self.reference.as_ref().unwrap_or(problem),
        }
    }

    /// Options and permittivities that no solve could use.
    fn check(&self, problem: &ModeProblem) -> Result<Vec<Tensor>, ModeError> {
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
            let diagonal = [0, 1, 2].map(|d| tensor[d][d]);
            if let Some(bad) = diagonal.iter().find(|e| !e.is_finite() || e.norm() == 0.0) {
                return Err(ModeError::Permittivity {
                    material: material.name().to_owned(),
                    wavelength: problem.wavelength().to_string(),
                    value: bad.to_string(),
                });
            }
        }
        Ok(permittivities)
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// [`ModeError::NoGuidedMode`] if nothing is guided; [`ModeError::Material`] outside a
    /// material's data; [`ModeError::Eigen`] and [`ModeError::Elements`] if the iteration fails;
    /// [`ModeError::Option`] for a count of 0 or an error that is not positive; [`ModeError::Target`] for a target that
    /// no mode can have;
    /// [`ModeError::GivenGrid`] for a bend, an absorbing layer or an oblique crystal on a given grid. A
    /// family that does not meet the error asked for is no error: its modes say so.
    pub fn solve(&self, problem: &ModeProblem) -> Result<ModeSet, ModeError> {
        let permittivities = self.check(problem)?;
        let count = match self.count {
            ModeCount::Number(count) => Some(count),
            ModeCount::AllGuided => None,
        };
        let bound = RadiationBound::new(problem, &permittivities)?;
        if let Some(target) = self.near {
            // A bend's n_eff refers to the middle of the window and grows towards its outer side.
            let across = problem.cross_section().window().width();
            let outer = problem
                .bend_radius()
                .map_or(1.0, |r| 1.0 + 0.5 * across / r.abs());
            let ceiling = bound.ceiling * outer;
            if !(target > 0.0 && target.is_finite()) {
                return Err(ModeError::Option {
                    option: "target",
                    value: target,
                    allowed: "positive, such as 2.4",
                });
            }
            // Waves on a metal's surface may be slower than those of any slab.
            let metal = permittivities.iter().any(|tensor| tensor[0][0].re < 0.0);
            if target > ceiling && !metal {
                return Err(ModeError::Target { target, ceiling });
            }
        }
        let family = match &self.grids {
            Some(grids) => {
                check_size(grids, self.unknowns)?;
                let residual = grids.residual();
                if residual.is_nan() || residual <= 0.0 {
                    return Err(ModeError::Option {
                        option: "residual",
                        value: residual,
                        allowed: "positive, such as 1e-9",
                    });
                }
                let absorbing = |wall: &Wall| matches!(wall, Wall::Absorbing { .. });
                let oblique = |tensor: &Tensor| {
                    // Less is round-off of an axis given by its angles.
                    let small = 1e-12 * tensor[2][2].norm();
                    [tensor[0][1], tensor[0][2], tensor[1][2]]
                        .iter()
                        .any(|e| e.norm() > small)
                };
                if problem.bend_radius().is_some()
                    || problem.walls().sides().iter().any(absorbing)
                    || permittivities.iter().any(oblique)
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
                let request = self.request(count, problem);
                elements::solve(problem, &bound, &request)?
            }
        };
        ModeSet::new(problem, family, bound, self.error)
    }
}

/// Cells of the grids, of which the finest must be small enough.
fn check_size(grids: &Grids, allowed: usize) -> Result<Vec<[usize; 2]>, ModeError> {
    let cells = grids.cells()?;
    if let Some(&[cells_x, cells_y]) = cells.last()
        && 2 * cells_x * cells_y > allowed
    {
        return Err(ModeError::TooManyUnknowns {
            cells_x,
            cells_y,
            unknowns: 2 * cells_x * cells_y,
            allowed,
        });
    }
    Ok(cells)
}

/// Whether no material absorbs; not where one has no data.
fn is_lossless(problem: &ModeProblem) -> bool {
    let real = |tensor: &Tensor| tensor.iter().flatten().all(|e| e.im == 0.0);
    problem
        .permittivity_tensors()
        .is_ok_and(|tensors| tensors.iter().all(real))
}
