//! What can be wrong with a material or a look-up.

use crate::{OpticAxis, OpticAxisError, Temperature, UnitError, Wavelength};

/// Errors of this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialError {
    /// A quantity could not be read.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// No material of this name.
    #[error("no material is named '{name}'{}", nearest_names(.nearest))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The nearest names of the catalogue, best first.
        nearest: Vec<String>,
    },
    /// The optical data do not reach this wavelength.
    #[error(
        "{material}: no refractive index at {wavelength}: the data hold from {} to {}{}",
        .range[0], .range[1], instead(.covering)
    )]
    Wavelength {
        /// Name of the material.
        material: String,
        /// The wavelength asked for.
        wavelength: Wavelength,
        /// The wavelengths that the data cover.
        range: [Wavelength; 2],
        /// Materials of the catalogue, of the same substance, that cover it.
        covering: Vec<String>,
    },
    /// The data do not reach this temperature.
    #[error("{material}: no {property} at {temperature}: the data hold from {} to {}{hint}", .range[0], .range[1])]
    Temperature {
        /// Name of the material.
        material: String,
        /// "refractive index" or "thermal conductivity".
        property: &'static str,
        /// The temperature asked for.
        temperature: Temperature,
        /// The temperatures that the data cover.
        range: [Temperature; 2],
        /// What to do about it; empty, or beginning with a semicolon.
        hint: &'static str,
    },
    /// The material has no data of this kind.
    #[error(
        "{material} has no {property}: choose another material, or state {property} in one of your own"
    )]
    Missing {
        /// Name of the material.
        material: String,
        /// "refractive index", "thermal conductivity", "density", "heat capacity".
        property: &'static str,
    },
    /// An optic axis was chosen for a material that has none.
    #[error("{material} is isotropic: it has no optic axis to choose")]
    Isotropic {
        /// Name of the material.
        material: String,
    },
    /// The text behind ", optic axis" names no direction.
    #[error("{material}: {error}")]
    OpticAxis {
        /// Name of the material.
        material: String,
        /// What is wrong.
        error: OpticAxisError,
    },
    /// One index along each of x, y, z was asked for, and the crystal has none.
    #[error(
        "{material}: its optic axis is {axis}, so no single index holds along each of x, y and z; what \
         needs one takes an isotropic material, or one with the optic axis along x, y or z"
    )]
    Oblique {
        /// Name of the material.
        material: String,
        /// Where its axis is.
        axis: OpticAxis,
    },
    /// A stated value is impossible.
    #[error("{material}: {property} = {value} is not possible: {allowed}")]
    Value {
        /// Name of the material.
        material: String,
        /// Which value.
        property: &'static str,
        /// The value, with its unit.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A data file cannot be read.
    #[error("{material}: the data cannot be read: {reason}")]
    Data {
        /// Name of the material or of its file.
        material: String,
        /// What is wrong, and where.
        reason: String,
    },
}

fn nearest_names(nearest: &[String]) -> String {
    match nearest {
        [] => "; the catalogue lists those there are".to_owned(),
        names => format!("; the nearest names are '{}'", names.join("', '")),
    }
}

fn instead(covering: &[String]) -> String {
    match covering {
        [] => String::new(),
        names => format!("; use '{}'", names.join("' or '")),
    }
}
