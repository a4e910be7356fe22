//! What is asked of the taper solver.

use super::error::TaperError;
use super::geometry::Taper;
use crate::modes::{ModeError, ModeProblem, Wall, Walls};
use cpo_materials::{Length, Quantity, Temperature, Wavelength};
use cpo_meshes::CrossSection;

/// A taper at a wavelength and a temperature, with the walls of its window.
#[derive(Clone, Debug)]
pub struct TaperProblem {
    taper: Taper,
    modes: ModeProblem,
}

impl TaperProblem {
    /// `taper` at `wavelength`, 293.15 K, electric walls.
    pub fn new(taper: &Taper, wavelength: Wavelength) -> Self {
        Self {
            taper: taper.clone(),
            modes: ModeProblem::new(taper.start(), wavelength),
        }
    }

    /// The same with other walls: a wall on a plane of symmetry halves the window and the modes; an absorbing layer,
    /// some micrometres thick outside the window, takes what radiates, for three to four times the work. A window in which
    /// nothing changes along x is a slab of one cell across, TE (E along x) between electric walls and TM between
    /// magnetic ones.
    #[must_use]
    pub fn walled(mut self, walls: Walls) -> Self {
        self.modes = self.modes.walled(walls);
        self
    }

    /// The same at another temperature.
    #[must_use]
    pub fn at_temperature(mut self, temperature: Temperature) -> Self {
        self.modes = self.modes.at_temperature(temperature);
        self
    }

    /// The taper.
    pub fn taper(&self) -> &Taper {
        &self.taper
    }

    /// Vacuum wavelength.
    pub fn wavelength(&self) -> Wavelength {
        self.modes.wavelength()
    }

    /// The modes' problem of one cross-section.
    pub(super) fn at(&self, section: CrossSection) -> ModeProblem {
        self.modes.clone().with_cross_section(section)
    }

    /// Where the grid begins and ends along x and y: the window with its absorbing layers.
    pub(super) fn ends(&self) -> [[f64; 2]; 2] {
        let window = self.taper.start().window();
        let [left, right, bottom, top] = self.modes.walls().sides().map(|wall| match wall {
            Wall::Absorbing { thickness } => thickness,
            Wall::Electric | Wall::Magnetic => 0.0,
        });
        [
            [window.x[0] - left, window.x[1] + right],
            [window.y[0] - bottom, window.y[1] + top],
        ]
    }

    /// Checks what can be checked without solving; whether nothing absorbs.
    ///
    /// # Errors
    /// [`TaperError::NoSections`], [`TaperError::Joint`] and [`TaperError::Option`] for what cannot be;
    /// [`TaperError::Mesh`] for sections whose ends have nothing between them; [`TaperError::Unsupported`];
    /// [`TaperError::Mode`] for materials without an index here.
    pub fn check(&self) -> Result<bool, TaperError> {
        self.taper.check()?;
        self.is_lossless()
    }

    /// Every material's permittivity of every end, checked; whether all are real and no wall absorbs.
    fn is_lossless(&self) -> Result<bool, TaperError> {
        let mut real = true;
        for wall in self.modes.walls().sides() {
            if let Wall::Absorbing { thickness } = wall {
                real = false;
                if !(thickness.is_finite() && thickness > 0.0) {
                    return Err(TaperError::Option {
                        what: "the thickness of an absorbing layer".to_owned(),
                        value: Length::from_si(thickness).to_string(),
                        allowed: "finite and above 0 m, such as 2 um",
                    });
                }
            }
        }
        for section in self.taper.corners().into_iter().flatten() {
            let problem = self.at(section.clone());
            let materials = section.materials();
            for (material, tensor) in materials.iter().zip(problem.permittivity_tensors()?) {
                let diagonal = [0, 1, 2].map(|d| tensor[d][d]);
                if let Some(bad) = diagonal.iter().find(|e| !e.is_finite() || e.norm() == 0.0) {
                    return Err(TaperError::Mode(ModeError::Permittivity {
                        material: material.name().to_owned(),
                        wavelength: self.wavelength().to_string(),
                        value: bad.to_string(),
                    }));
                }
                // Less is round-off of an axis given by its angles.
                let small = 1e-12 * tensor[2][2].norm();
                if [tensor[0][1], tensor[0][2], tensor[1][2]]
                    .iter()
                    .any(|e| e.norm() > small)
                {
                    return Err(TaperError::Unsupported {
                        what: "a crystal's axis is oblique",
                    });
                }
                real &= diagonal.iter().all(|e| e.im == 0.0);
            }
        }
        Ok(real)
    }
}
