//! The fibre at the facet: which model its mode follows.

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;

use super::{CouplingError, GaussianBeam, StepIndexFiber, TransverseField, WeaklyGuidingFiber};

/// The fundamental mode of a fibre, 1 W, linearly polarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fiber {
    /// Exact HE₁₁.
    StepIndex(StepIndexFiber),
    /// Scalar LP₀₁.
    WeaklyGuiding(WeaklyGuidingFiber),
    /// A Gaussian by its mode field diameters: lensed, expanded-core and catalogue fibres.
    Gaussian(GaussianBeam),
}

impl Fiber {
    /// Exact HE₁₁ of a step-index fibre.
    ///
    /// # Errors
    /// See [`StepIndexFiber::new`].
    pub fn step_index(
        core_radius: Length,
        core_index: f64,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        StepIndexFiber::new(core_radius, core_index, cladding_index, wavelength)
            .map(Self::StepIndex)
    }

    /// Scalar LP₀₁ of a step-index fibre.
    ///
    /// # Errors
    /// See [`WeaklyGuidingFiber::new`].
    pub fn weakly_guiding(
        core_radius: Length,
        core_index: f64,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        WeaklyGuidingFiber::new(core_radius, core_index, cladding_index, wavelength)
            .map(Self::WeaklyGuiding)
    }

    /// A Gaussian by its mode field diameters (2w, 1/e² of intensity); `index` is that of the medium in
    /// which its waist lies.
    ///
    /// # Errors
    /// See [`GaussianBeam::new`].
    pub fn gaussian(
        mode_field_diameter_x: Length,
        mode_field_diameter_y: Length,
        index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        GaussianBeam::new(
            mode_field_diameter_x,
            mode_field_diameter_y,
            index,
            wavelength,
        )
        .map(Self::Gaussian)
    }

    /// The same fibre with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        match self {
            Self::StepIndex(mode) => Self::StepIndex(mode.polarized(angle)),
            Self::WeaklyGuiding(mode) => Self::WeaklyGuiding(mode.polarized(angle)),
            Self::Gaussian(beam) => Self::Gaussian(beam.polarized(angle)),
        }
    }

    /// 2wₓ, 2w_y in m at 1/e² of intensity, of a Gaussian along its own axes.
    pub fn mode_field_diameter(&self) -> [f64; 2] {
        match self {
            Self::StepIndex(mode) => [mode.mode_field_diameter(); 2],
            Self::WeaklyGuiding(mode) => [mode.mode_field_diameter(); 2],
            Self::Gaussian(beam) => beam.mode_field_diameter(),
        }
    }

    /// Petermann's second mode field diameters (rms slope of the near field) along x and y in m, which set splices and
    /// diffraction; a Gaussian's are its own. For HE₁₁ accurate to the relative index step.
    pub fn petermann_mode_field_diameter(&self) -> [f64; 2] {
        match self {
            Self::StepIndex(mode) => [mode.petermann_mode_field_diameter(); 2],
            Self::WeaklyGuiding(mode) => [mode.petermann_mode_field_diameter(); 2],
            Self::Gaussian(beam) => beam.mode_field_diameter(),
        }
    }

    /// V, unless the fibre is known by its mode field diameters alone. More than one mode is bound above V = 2.4048.
    pub fn normalized_frequency(&self) -> Option<f64> {
        match self {
            Self::StepIndex(mode) => Some(mode.normalized_frequency()),
            Self::WeaklyGuiding(mode) => Some(mode.normalized_frequency()),
            Self::Gaussian(_) => None,
        }
    }

    /// The fibre, if no second mode is bound; one known by its mode field diameters alone is taken to carry one.
    ///
    /// # Errors
    /// [`CouplingError::FiberMultimode`].
    pub fn single_mode(self) -> Result<Self, CouplingError> {
        Ok(match self {
            Self::StepIndex(mode) => Self::StepIndex(mode.single_mode()?),
            Self::WeaklyGuiding(mode) => Self::WeaklyGuiding(mode.single_mode()?),
            Self::Gaussian(beam) => Self::Gaussian(beam),
        })
    }

    fn mode(&self) -> &dyn TransverseField {
        match self {
            Self::StepIndex(mode) => mode,
            Self::WeaklyGuiding(mode) => mode,
            Self::Gaussian(beam) => beam,
        }
    }
}

impl TransverseField for Fiber {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        self.mode().at(x, y)
    }

    fn window(&self) -> Option<Window> {
        self.mode().window()
    }

    fn effective_index(&self) -> Complex64 {
        self.mode().effective_index()
    }

    fn working_distance(&self) -> f64 {
        self.mode().working_distance()
    }
}
