//! Thermal conductivity, density and heat capacity.
//!
//! ```text
//! k constant at every temperature, or k(T) = k₀ (T/T₀)^−p within a range
//! ```
//!
//! Bumps in underfill are one material of different conductivity along and across them ([`Thermal::columns_in`]).
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
    /// That of columns in a matrix, along or across them.
    Columns(Box<ColumnsLaw>),
}

/// Conductivity of equal round columns on a square lattice in a matrix.
///
/// ```text
/// along   k = f k_c + (1 − f) k_m
/// across  k = k_m (1 − 2f / (t + f − 0.305827 f⁴ t/(t² − 1.402958 f⁸) − 0.013362 f⁸/t)),   t = (k_m + k_c)/(k_m − k_c)
/// ```
///
/// Along them it is exact; across them it is Rayleigh's series to f¹², W. T. Perrins, D. R. McKenzie, R. C. McPhedran, Proc. R. Soc. Lond. A 369, 207 (1979),
/// 10.1098/rspa.1979.0160. Columns far shorter than wide spread heat at their ends, which neither has.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnsLaw {
    /// Of the columns.
    pub columns: ConductivityLaw,
    /// Of what is between them.
    pub matrix: ConductivityLaw,
    /// Share f of the area that the columns take.
    pub fill: f64,
    /// Along the columns, or across them.
    pub along: bool,
}

impl ColumnsLaw {
    fn at(&self, name: &str, temperature: Temperature) -> Result<f64, MaterialError> {
        let (kc, km) = (
            self.columns.at(name, temperature)?,
            self.matrix.at(name, temperature)?,
        );
        let f = self.fill;
        if self.along {
            return Ok(f * kc + (1.0 - f) * km);
        }
        if kc == km {
            return Ok(km);
        }
        let t = (km + kc) / (km - kc);
        let (f4, f8) = (f.powi(4), f.powi(8));
        let series = t + f - 0.305_827 * f4 * t / (t * t - 1.402_958 * f8) - 0.013_362 * f8 / t;
        Ok(km * (1.0 - 2.0 * f / series))
    }
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
            Self::Columns(law) => law.at(name, temperature),
        }
    }

    fn check(&self, name: &str) -> Result<(), MaterialError> {
        match self {
            Self::Constant(k)
            | Self::PowerLaw {
                at_reference: k, ..
            } => check_positive(name, "thermal conductivity", *k),
            Self::Columns(law) => {
                law.columns.check(name)?;
                law.matrix.check(name)
            }
        }
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

/// Largest share of the area that columns may take: the series is good to a few per cent there, and they touch at π/4.
const FULLEST: f64 = 0.7;

impl Thermal {
    /// Of columns that take a share `fill` of the area, in a matrix.
    pub fn columns_in(
        columns: &Self,
        matrix: &Self,
        fill: f64,
        name: &str,
    ) -> Result<Self, MaterialError> {
        if !(fill > 0.0 && fill <= FULLEST) {
            return Err(MaterialError::Value {
                material: name.to_owned(),
                property: "fill of the columns",
                value: fill.to_string(),
                allowed: "it is above 0 and at most 0.7; round columns touch at 0.785",
            });
        }
        let laws = |thermal: &Self| {
            let laws = thermal.conductivity.clone();
            laws.ok_or_else(|| missing(name, "thermal conductivity"))
        };
        let ([c_across, c_along], [m_across, m_along]) = (laws(columns)?, laws(matrix)?);
        let law = |columns, matrix, along| {
            ConductivityLaw::Columns(Box::new(ColumnsLaw {
                columns,
                matrix,
                fill,
                along,
            }))
        };
        let mixed = |a: f64, b: f64| fill * a + (1.0 - fill) * b;
        let density = columns.density.zip(matrix.density);
        let density = density.map(|(c, m)| mixed(c.si(), m.si()));
        // ρc is a mean over volume, c one over mass
        let stored = columns.stored().zip(matrix.stored());
        let stored = stored.map(|(c, m)| mixed(c, m));
        let heat_capacity = stored
            .zip(density)
            .map(|(stored, density)| stored / density);
        Ok(Self {
            conductivity: Some([law(c_across, m_across, false), law(c_along, m_along, true)]),
            density: density.map(Density::kg_per_m3),
            heat_capacity: heat_capacity.map(SpecificHeat::j_per_kg_k),
        })
    }

    /// ρc, where it is known.
    fn stored(&self) -> Option<f64> {
        let (density, heat_capacity) = self.density.zip(self.heat_capacity)?;
        Some(density.si() * heat_capacity.si())
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn law(kc: f64, km: f64, fill: f64, along: bool) -> f64 {
        let constant = |k| ConductivityLaw::Constant(ThermalConductivity::w_per_m_k(k));
        let law = ColumnsLaw {
            columns: constant(kc),
            matrix: constant(km),
            fill,
            along,
        };
        law.at("bumps", Temperature::kelvin(300.0)).unwrap()
    }

    /// Exact laws of any two-phase square lattice: exchanging the phases, k(a, b) k(b, a) = a b (J. B. Keller, J. Math. Phys. 5, 548 (1964),
    /// 10.1063/1.1704146); dilute, Maxwell's 1 + 2f (k_c − k_m)/(k_c + k_m).
    #[test]
    fn across_columns() {
        for (kc, km) in [(60.0, 0.5), (1.0, 3.0), (400.0, 0.3)] {
            for fill in [0.05, 0.3, 0.6] {
                let product = law(kc, km, fill, false) * law(km, kc, fill, false);
                assert!((product / (kc * km) - 1.0).abs() < 1e-12);
            }
            let contrast = (kc - km) / (kc + km);
            let dilute = (law(kc, km, 1e-4, false) / km - 1.0) / (2e-4 * contrast);
            // the next term of the series is f times the contrast
            assert!((dilute - 1.0).abs() < 2e-4, "{dilute}");
        }
        // the series' own sum by hand, ideal conductors of f = 1/2: 1 + 1/(1/2 - 0.305827/16/(1 - 1.402958/256) - 0.013362/256)
        let ideal = law(1e15, 1.0, 0.5, false);
        assert!((ideal - 3.0802).abs() < 1e-4, "{ideal}");
        assert_eq!(law(2.0, 2.0, 0.4, false), 2.0);
    }

    #[test]
    fn along_columns_and_what_they_store() {
        assert!((law(60.0, 0.5, 0.2, true) - 12.4).abs() < 1e-12);
        let of = |k, density, heat| Thermal {
            conductivity: Some(
                [(); 2].map(|()| ConductivityLaw::Constant(ThermalConductivity::w_per_m_k(k))),
            ),
            density: Some(Density::kg_per_m3(density)),
            heat_capacity: Some(SpecificHeat::j_per_kg_k(heat)),
        };
        let (solder, resin) = (of(60.0, 7400.0, 220.0), of(0.5, 1700.0, 900.0));
        let bumps = Thermal::columns_in(&solder, &resin, 0.2, "bumps").unwrap();
        let stored = bumps.volumetric_heat_capacity("bumps").unwrap();
        let exact = 0.2 * 7400.0 * 220.0 + 0.8 * 1700.0 * 900.0;
        assert!((stored / exact - 1.0).abs() < 1e-14);
        for fill in [0.0, 0.71, f64::NAN] {
            assert!(Thermal::columns_in(&solder, &resin, fill, "bumps").is_err());
        }
    }
}
