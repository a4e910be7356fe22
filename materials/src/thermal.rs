//! Thermal conductivity, density and heat capacity.
//!
//! ```text
//! k constant at every temperature, or k(T) = k₀ (T/T₀)^−p within a range
//! ```
//!
//! Conductivity is isotropic, or differs between the plane of the wafer and the direction through
//! it. Density and specific heat are constants.

use crate::optics::check_temperature;
use crate::{Density, MaterialError, Quantity, SpecificHeat, Temperature, ThermalConductivity};

/// How a conductivity follows the temperature.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConductivityLaw {
    /// The same at every temperature.
    Constant(ThermalConductivity),
    /// k(T) = k₀ (T/T₀)^−p: phonon scattering in crystals.
    PowerLaw {
        /// k₀, the conductivity at T₀.
        at_reference: ThermalConductivity,
        /// T₀.
        reference: Temperature,
        /// p.
        exponent: f64,
        /// Temperatures at which it holds.
        range: [Temperature; 2],
    },
}

impl ConductivityLaw {
    /// k(T) in W/(m K); `name` is the material's, for the error.
    fn at(&self, name: &str, temperature: Temperature) -> Result<f64, MaterialError> {
        match self {
            Self::Constant(k) => Ok(k.si()),
            Self::PowerLaw {
                at_reference,
                reference,
                exponent,
                range,
            } => {
                check_temperature(name, "thermal conductivity", temperature, *range, "")?;
                Ok(at_reference.si() * (temperature.si() / reference.si()).powf(-exponent))
            }
        }
    }

    fn check(&self, name: &str) -> Result<(), MaterialError> {
        let (Self::Constant(k)
        | Self::PowerLaw {
            at_reference: k, ..
        }) = self;
        check_positive(name, "thermal conductivity", *k)
    }
}

/// Thermal data of a material.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Thermal {
    /// In the plane, and through it.
    pub conductivity: Option<[ConductivityLaw; 2]>,
    pub density: Option<Density>,
    pub heat_capacity: Option<SpecificHeat>,
}

impl Thermal {
    /// Refuses values that no material has.
    pub fn check(&self, name: &str) -> Result<(), MaterialError> {
        for law in self.conductivity.iter().flatten() {
            law.check(name)?;
        }
        self.density
            .map_or(Ok(()), |density| check_positive(name, "density", density))?;
        self.heat_capacity
            .map_or(Ok(()), |heat| check_positive(name, "heat capacity", heat))
    }

    /// k along x, y (in the plane) and z (through), W/(m K).
    pub fn conductivity(
        &self,
        name: &str,
        temperature: Temperature,
    ) -> Result<[f64; 3], MaterialError> {
        let [in_plane, through] = self
            .conductivity
            .as_ref()
            .ok_or_else(|| missing(name, "thermal conductivity"))?;
        let in_plane = in_plane.at(name, temperature)?;
        Ok([in_plane, in_plane, through.at(name, temperature)?])
    }

    /// ρc, J/(m³ K).
    pub fn volumetric_heat_capacity(&self, name: &str) -> Result<f64, MaterialError> {
        let density = self.density.ok_or_else(|| missing(name, "density"))?;
        let heat_capacity = self
            .heat_capacity
            .ok_or_else(|| missing(name, "heat capacity"))?;
        Ok(density.si() * heat_capacity.si())
    }
}

pub(crate) fn missing(name: &str, property: &'static str) -> MaterialError {
    MaterialError::Missing {
        material: name.to_owned(),
        property,
    }
}

fn check_positive<Q: Quantity + std::fmt::Display>(
    name: &str,
    property: &'static str,
    value: Q,
) -> Result<(), MaterialError> {
    if value.si() > 0.0 && value.si().is_finite() {
        return Ok(());
    }
    let allowed = "it is positive and finite";
    Err(MaterialError::Value {
        material: name.to_owned(),
        property,
        value: value.to_string(),
        allowed,
    })
}
