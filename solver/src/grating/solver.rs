//! From a grating to its solution.

use super::beam::GratingBeam;
use super::error::GratingError;
use super::geometry::Grating;
use super::solution::{GratingSolution, Level};
use super::spectrum::GratingSpectrum;
use super::stage::Stage;
use super::system::Discretisation;
use cpo_materials::{Quantity, Temperature, Wavelength};

/// Orders of the elements that are tried.
const ORDERS: std::ops::RangeInclusive<usize> = 3..=9;
/// Levels that show a rate.
const FEWEST: usize = 3;
/// Error that is enough to centre a grating.
const CENTRING: f64 = 1e-2;
/// Stretch along z that centring begins and ends with.
const FIRST_STRETCH: f64 = 0.01;
const LAST_STRETCH: f64 = 2e-4;

/// A grating at a wavelength, and the beam that it is to feed.
#[derive(Clone, Debug)]
pub struct GratingProblem {
    pub(super) grating: Grating,
    pub(super) wavelength: Wavelength,
    pub(super) temperature: Temperature,
    pub(super) beam: GratingBeam,
}

impl GratingProblem {
    /// At room temperature (25 °C).
    pub fn new(grating: Grating, wavelength: Wavelength, beam: GratingBeam) -> Self {
        Self {
            grating,
            wavelength,
            temperature: Temperature::celsius(25.0),
            beam,
        }
    }

    /// At another temperature.
    #[must_use]
    pub fn at_temperature(mut self, temperature: Temperature) -> Self {
        self.temperature = temperature;
        self
    }

    /// At another wavelength.
    #[must_use]
    pub fn at_wavelength(mut self, wavelength: Wavelength) -> Self {
        self.wavelength = wavelength;
        self
    }

    /// The grating.
    pub fn grating(&self) -> &Grating {
        &self.grating
    }

    /// Checks what can be seen without solving: the drawing, the materials' data, that some order radiates.
    ///
    /// # Errors
    /// Those of [`GratingError`] but for `Clipped` and `NoGuidedMode`.
    pub fn check(&self) -> Result<(), GratingError> {
        let own = self.wavelength;
        let layout = self.grating.layout(own, [own; 2], self.temperature)?;
        layout.check_radiation(self.grating.edges(), own)
    }

    /// Unknowns of every order of elements that may be tried.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn unknowns(&self) -> Result<Vec<usize>, GratingError> {
        let own = self.wavelength;
        let layout = self.grating.layout(own, [own; 2], self.temperature)?;
        let of = |order| Discretisation::new(&layout.mesh, order).unknowns();
        Ok(ORDERS.map(of).collect())
    }

    /// With another grating.
    #[must_use]
    pub fn with_grating(mut self, grating: Grating) -> Self {
        self.grating = grating;
        self
    }
}

/// Solves gratings by high-order finite elements in two dimensions.
#[derive(Clone, Copy, Debug)]
pub struct GratingSolver {
    pub(super) error: f64,
    pub(super) offset: Option<f64>,
    pub(super) gradient: bool,
}

impl Default for GratingSolver {
    fn default() -> Self {
        Self {
            error: 1e-4,
            offset: None,
            gradient: false,
        }
    }
}

impl GratingSolver {
    /// Error bar wanted on every power, as a share of the incident one.
    #[must_use]
    pub fn error(mut self, error: f64) -> Self {
        self.error = error;
        self
    }

    /// Holds the centre of the fibre's facet there, m along z; else it is put where it couples best.
    #[must_use]
    pub fn beam_at(mut self, z: f64) -> Self {
        self.offset = Some(z);
        self
    }

    /// Gives the efficiency's derivative by the position of every edge as well, for one further solve.
    #[must_use]
    pub fn with_gradient(mut self) -> Self {
        self.gradient = true;
        self
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// Those of [`GratingError`].
    pub fn solve(&self, problem: &GratingProblem) -> Result<GratingSolution, GratingError> {
        let own = problem.wavelength;
        let mut solutions = self.all(problem, &[own])?;
        Ok(solutions.remove(0))
    }

    /// The problem at other wavelengths too: the beam stays where it couples best at the problem's own (or where it is
    /// held), as a fibre does.
    ///
    /// Only a few wavelengths are solved; at the others the field is sought among those
    /// (Galerkin), until twice in turn what that foretells is confirmed by a solve.
    ///
    /// # Errors
    /// Those of [`GratingError`].
    pub fn spectrum(
        &self,
        problem: &GratingProblem,
        wavelengths: &[Wavelength],
    ) -> Result<GratingSpectrum, GratingError> {
        let own = problem.wavelength;
        let mut all = wavelengths.to_vec();
        let place = all.iter().position(|w| w.si() == own.si());
        if place.is_none() {
            all.push(own);
        }
        let mut solutions = self.all(problem, &all)?;
        let placed = match place {
            Some(at) => solutions[at].clone(),
            None => solutions.remove(wavelengths.len()),
        };
        Ok(GratingSpectrum::new(
            wavelengths.to_vec(),
            solutions,
            placed,
        ))
    }

    /// One solution for each of some wavelengths.
    fn all(
        &self,
        problem: &GratingProblem,
        wavelengths: &[Wavelength],
    ) -> Result<Vec<GratingSolution>, GratingError> {
        if self.error.is_nan() || self.error <= 0.0 {
            return Err(GratingError::Option {
                what: "the error asked for",
                value: self.error.to_string(),
                allowed: "above zero, such as 1e-4".to_owned(),
            });
        }
        let own = problem.wavelength;
        let span = wavelengths.iter().fold([own, own], |[low, high], &w| {
            [
                if w.si() < low.si() { w } else { low },
                if w.si() > high.si() { w } else { high },
            ]
        });
        let layout = problem.grating.layout(own, span, problem.temperature)?;
        layout.check_radiation(problem.grating.edges(), own)?;
        let mut levels: Vec<Vec<Level>> = vec![Vec::new(); wavelengths.len()];
        let mut solutions = Vec::new();
        for order in ORDERS {
            let stage = Stage::new(self, problem, &layout, order, wavelengths);
            for (levels, level) in levels.iter_mut().zip(stage.levels()?) {
                levels.push(level);
            }
            let so_far = levels.iter().cloned();
            solutions = so_far
                .map(|levels| GratingSolution::new(levels, self.error))
                .collect();
            let enough = order + 1 >= ORDERS.start() + FEWEST;
            if enough && solutions.iter().all(GratingSolution::is_converged) {
                break;
            }
        }
        Ok(solutions)
    }

    /// The problem with its grating stretched along z so that it couples best at the problem's own wavelength and angle:
    /// a rule's phase matching is that of weak gratings.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn centred(&self, problem: &GratingProblem) -> Result<GratingProblem, GratingError> {
        let stretch = self.stretch(problem)?;
        let grating = problem.grating.clone().scaled(stretch);
        Ok(problem.clone().with_grating(grating))
    }

    /// The factor along z that [`centred`](Self::centred) finds.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn stretch(&self, problem: &GratingProblem) -> Result<f64, GratingError> {
        let at = |factor: f64| {
            let grating = problem.grating.clone().scaled(factor);
            problem.clone().with_grating(grating)
        };
        let coarse = Self {
            error: self.error.max(CENTRING),
            ..*self
        };
        let efficiency = |factor: f64| -> Result<f64, GratingError> {
            Ok(coarse.solve(&at(factor))?.efficiency().value)
        };
        let mut best = (efficiency(1.0)?, 1.0);
        let mut step = FIRST_STRETCH;
        while step > LAST_STRETCH {
            let centre = best.1;
            for factor in [centre - step, centre + step] {
                let value = efficiency(factor)?;
                if value > best.0 {
                    best = (value, factor);
                }
            }
            if best.1 == centre {
                step *= 0.5;
            }
        }
        Ok(best.1)
    }
}
