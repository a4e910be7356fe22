//! What is asked of the mode solver: geometry, wavelength, temperature, walls.

use super::ModeError;
use cpo_materials::{Material, MaterialError, Temperature, Wavelength};
use cpo_meshes::CrossSection;
use num_complex::Complex64;

/// The condition on one side of the window.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Wall {
    /// Perfect electric conductor: tangential E is zero.
    #[default]
    Electric,
    /// Perfect magnetic conductor: tangential H is zero.
    Magnetic,
    /// An absorbing layer outside the window, backed by an electric wall.
    Absorbing {
        /// Thickness of the layer in metres.
        thickness: f64,
    },
}

/// The conditions on the four sides of the window.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Walls {
    /// At the lowest x.
    pub left: Wall,
    /// At the highest x.
    pub right: Wall,
    /// At the lowest y.
    pub bottom: Wall,
    /// At the highest y.
    pub top: Wall,
}

impl Walls {
    /// Left, right, bottom, top.
    pub fn sides(&self) -> [Wall; 4] {
        [self.left, self.right, self.bottom, self.top]
    }

    /// The same condition on all sides.
    pub fn all(wall: Wall) -> Self {
        Self {
            left: wall,
            right: wall,
            bottom: wall,
            top: wall,
        }
    }
}

/// A cross-section at a wavelength and a temperature, with its walls.
#[derive(Clone, Debug)]
pub struct ModeProblem {
    cross_section: CrossSection,
    wavelength: Wavelength,
    temperature: Temperature,
    walls: Walls,
    bend_radius: Option<f64>,
}

impl ModeProblem {
    /// `cross_section` at `wavelength`, 293.15 K, electric walls.
    pub fn new(cross_section: &CrossSection, wavelength: Wavelength) -> Self {
        Self {
            cross_section: cross_section.clone(),
            wavelength,
            temperature: Temperature::celsius(20.0),
            walls: Walls::default(),
            bend_radius: None,
        }
    }

    /// The same bent in its plane: `radius` in metres from the centre of curvature to the middle of
    /// the window; positive with the centre of curvature on the side of low x.
    #[must_use]
    pub fn bent(mut self, radius: f64) -> Self {
        self.bend_radius = Some(radius);
        self
    }

    /// The same without a bend.
    #[must_use]
    pub fn straight(mut self) -> Self {
        self.bend_radius = None;
        self
    }

    /// The same at another temperature.
    #[must_use]
    pub fn at_temperature(mut self, temperature: Temperature) -> Self {
        self.temperature = temperature;
        self
    }

    /// The same at another wavelength.
    #[must_use]
    pub fn at_wavelength(mut self, wavelength: Wavelength) -> Self {
        self.wavelength = wavelength;
        self
    }

    /// The same with other walls.
    #[must_use]
    pub fn walled(mut self, walls: Walls) -> Self {
        self.walls = walls;
        self
    }

    /// The same conditions on another cross-section.
    #[must_use]
    pub fn with_cross_section(mut self, cross_section: CrossSection) -> Self {
        self.cross_section = cross_section;
        self
    }

    /// The geometry.
    pub fn cross_section(&self) -> &CrossSection {
        &self.cross_section
    }

    /// Vacuum wavelength.
    pub fn wavelength(&self) -> Wavelength {
        self.wavelength
    }

    /// Temperature at which materials are looked up.
    pub fn temperature(&self) -> Temperature {
        self.temperature
    }

    /// The walls.
    pub fn walls(&self) -> Walls {
        self.walls
    }

    /// Radius of the bend in metres, if it is bent; see [`ModeProblem::bent`].
    pub fn bend_radius(&self) -> Option<f64> {
        self.bend_radius
    }

    /// Relative permittivity tensor of every material of the cross-section; x across, y up, z along.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data.
    pub fn permittivity_tensors(&self) -> Result<Vec<[[Complex64; 3]; 3]>, ModeError> {
        self.look_up(Material::permittivity_tensor)
    }

    /// Relative permittivity (xx, yy, zz) of every material of the cross-section.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data.
    pub fn permittivities(&self) -> Result<Vec<[Complex64; 3]>, ModeError> {
        self.look_up(Material::permittivity)
    }

    /// What a look-up says of every material under the conditions of the problem.
    fn look_up<T>(
        &self,
        of: impl Fn(&Material, Wavelength, Temperature) -> Result<T, MaterialError>,
    ) -> Result<Vec<T>, ModeError> {
        let materials = self.cross_section.materials().iter();
        materials
            .map(|material| Ok(of(material, self.wavelength, self.temperature)?))
            .collect()
    }
}
