//! A material: optical and thermal data behind one name.

use crate::optics::{OpticAxis, Optics, Principal, ThermoOptic};
use crate::thermal::{ConductivityLaw, Thermal, missing};
use crate::{
    MaterialBuilder, MaterialError, Quantity, Source, Temperature, ThermalConductivity, Wavelength,
    catalogue,
};
use num_complex::Complex64;
use std::sync::Arc;

/// What something is made of. Cheap to clone; the conditions (wavelength and temperature) are
/// arguments of the look-ups.
///
/// ```
/// use cpo_materials::{Temperature, Wavelength, catalogue};
/// let silica = catalogue().find("SiO2")?;
/// assert_eq!(silica.name(), "SiO2 Malitson 1965");
/// let n = silica.refractive_index(Wavelength::nm(1550.0), Temperature::celsius(20.0))?;
/// assert!((n.re - 1.444024).abs() < 5e-7); // published to six decimals
/// # Ok::<(), cpo_materials::MaterialError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Material {
    data: Arc<MaterialData>,
}

/// What a material holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct MaterialData {
    pub name: String,
    pub substance: Option<String>,
    pub aliases: Vec<String>,
    pub optics: Option<Optics>,
    pub thermal: Option<Thermal>,
    pub source: Option<Source>,
    pub thermo_optic_source: Option<Source>,
    pub thermal_source: Option<Source>,
}

impl From<MaterialData> for Material {
    fn from(data: MaterialData) -> Self {
        Self {
            data: Arc::new(data),
        }
    }
}

impl Material {
    /// A lossless constant index n at every wavelength and temperature. An impossible n (zero, negative,
    /// not finite) is reported by the look-ups.
    pub fn with_index(n: f64) -> Self {
        MaterialData {
            name: format!("index {n}"),
            optics: Some(Optics {
                ordinary: Principal::constant(n, 0.0),
                extraordinary: None,
            }),
            ..MaterialData::default()
        }
        .into()
    }

    /// A constant complex index n + ik, k ≥ 0 being loss, at every wavelength and temperature. Impossible
    /// values are reported by the look-ups.
    pub fn with_complex_index(n: f64, k: f64) -> Self {
        MaterialData {
            name: format!("index {n} + {k}i"),
            optics: Some(Optics {
                ordinary: Principal::constant(n, k),
                extraordinary: None,
            }),
            ..MaterialData::default()
        }
        .into()
    }

    /// A constant isotropic thermal conductivity. An impossible one (zero, negative, not finite) is
    /// reported by the look-ups.
    pub fn with_conductivity(k: ThermalConductivity) -> Self {
        let law = ConductivityLaw::Constant(k);
        MaterialData {
            name: format!("conductivity {k}"),
            thermal: Some(Thermal {
                conductivity: Some([law.clone(), law]),
                ..Thermal::default()
            }),
            ..MaterialData::default()
        }
        .into()
    }

    /// A material of one's own, from the values that are known.
    ///
    /// ```
    /// use cpo_materials::{Material, PerKelvin, Temperature, ThermalConductivity, Wavelength};
    /// let nitride = Material::builder("our nitride")
    ///     .index(1.98)
    ///     .dn_dt(PerKelvin::per_kelvin(2.5e-5), Temperature::celsius(25.0))
    ///     .conductivity(ThermalConductivity::w_per_m_k(20.0))
    ///     .build()?;
    /// let hot = nitride.refractive_index(Wavelength::nm(1310.0), Temperature::celsius(85.0))?;
    /// assert!((hot.re - 1.9815).abs() < 1e-12);
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    pub fn builder(name: impl Into<String>) -> MaterialBuilder {
        MaterialBuilder::new(name.into())
    }

    /// The full name: "SiO2 Malitson 1965", also when it was found as "SiO2".
    pub fn name(&self) -> &str {
        &self.data.name
    }

    /// The substance ("SiO2") of a material of the catalogue.
    pub fn substance(&self) -> Option<&str> {
        self.data.substance.as_deref()
    }

    /// Short names that the catalogue resolves to this material.
    pub fn aliases(&self) -> &[String] {
        &self.data.aliases
    }

    /// Where the optical data come from; for a material without, the thermal ones. `None` for values
    /// stated by the user.
    pub fn source(&self) -> Option<&Source> {
        self.data
            .source
            .as_ref()
            .or(self.data.thermal_source.as_ref())
    }

    /// Where dn/dT comes from, if it is known.
    pub fn thermo_optic_source(&self) -> Option<&Source> {
        self.data.thermo_optic_source.as_ref()
    }

    /// Where the thermal data come from.
    pub fn thermal_source(&self) -> Option<&Source> {
        self.data.thermal_source.as_ref()
    }

    /// Whether it has a refractive index.
    pub fn has_optics(&self) -> bool {
        self.data.optics.is_some()
    }

    /// Whether it has a thermal conductivity.
    pub fn has_thermal(&self) -> bool {
        self.data
            .thermal
            .as_ref()
            .is_some_and(|thermal| thermal.conductivity.is_some())
    }

    /// Wavelengths at which the refractive index is known; `None` without optical data, or without a
    /// limit.
    pub fn optical_range(&self) -> Option<[Wavelength; 2]> {
        let range = self.data.optics.as_ref()?.wavelength_range()?;
        Some(range.map(Wavelength::from_si))
    }

    /// Temperatures at which the refractive index is known; `None` without optical data, or without a
    /// limit.
    pub fn temperature_range(&self) -> Option<[Temperature; 2]> {
        self.data.optics.as_ref()?.ordinary.thermo_optic.range()
    }

    /// What the index is made of, for listings: "formula 1 (Sellmeier), uniaxial"; `None` without
    /// optical data.
    pub fn optical_model(&self) -> Option<String> {
        let optics = self.data.optics.as_ref()?;
        let mut model = optics.ordinary.n.kind();
        if let Some((_, axis)) = optics.extraordinary {
            model += &format!(", uniaxial along {}", axis.name());
        }
        if matches!(optics.ordinary.thermo_optic, ThermoOptic::Parabola { .. }) {
            model += ", with dn/dT";
        }
        Some(model)
    }

    /// The optic axis of a uniaxial material.
    pub fn optic_axis(&self) -> Option<OpticAxis> {
        self.data
            .optics
            .as_ref()?
            .extraordinary
            .as_ref()
            .map(|&(_, axis)| axis)
    }

    /// The same uniaxial material with its optic axis along another axis of the guide; the name says so.
    ///
    /// ```
    /// use cpo_materials::{OpticAxis, catalogue};
    /// let x_cut = catalogue().find("LiNbO3")?.with_optic_axis(OpticAxis::X)?;
    /// assert_eq!(x_cut.name(), "LiNbO3 Zelmon 1997, optic axis x");
    /// assert!(x_cut.same_as(&catalogue().find("LiNbO3, optic axis x")?));
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    ///
    /// # Errors
    /// [`MaterialError::Isotropic`] if there is no optic axis.
    pub fn with_optic_axis(&self, axis: OpticAxis) -> Result<Self, MaterialError> {
        let mut data = (*self.data).clone();
        match data
            .optics
            .as_mut()
            .and_then(|optics| optics.extraordinary.as_mut())
        {
            None => Err(MaterialError::Isotropic {
                material: data.name,
            }),
            Some((_, old)) if *old == axis => Ok(self.clone()),
            Some((_, old)) => {
                *old = axis;
                let base = data.name.split(AXIS_SUFFIX).next().unwrap_or_default();
                data.name = format!("{base}{AXIS_SUFFIX}{}", axis.name());
                data.aliases.clear();
                Ok(data.into())
            }
        }
    }

    /// n + ik along x (across the guide), y (up) and z (along the guide).
    ///
    /// # Errors
    /// As [`permittivity`](Self::permittivity).
    fn indices(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[Complex64; 3], MaterialError> {
        let optics = self
            .data
            .optics
            .as_ref()
            .ok_or_else(|| missing(self.name(), "refractive index"))?;
        let covering = || match self.substance() {
            Some(substance) => catalogue().covering(substance, wavelength, self.name()),
            None => Vec::new(),
        };
        optics.indices(self.name(), wavelength, temperature, &covering)
    }

    /// Principal values of the relative permittivity ε = (n + ik)² along x (across the guide), y (up) and
    /// z (along the guide). Im ε ≥ 0 is loss.
    ///
    /// # Errors
    /// [`MaterialError::Missing`] without optical data, [`MaterialError::Wavelength`] and
    /// [`MaterialError::Temperature`] outside the range of the data, [`MaterialError::Value`] for an
    /// index that no passive medium has.
    pub fn permittivity(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[Complex64; 3], MaterialError> {
        Ok(self.indices(wavelength, temperature)?.map(|n| n * n))
    }

    /// The complex refractive index n + ik for a field along x (across the guide).
    ///
    /// # Errors
    /// As [`permittivity`](Self::permittivity).
    pub fn refractive_index(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Complex64, MaterialError> {
        Ok(self.indices(wavelength, temperature)?[0])
    }

    /// Thermal conductivity along x, y (in the plane of the wafer) and z (through it), W/(m K).
    ///
    /// # Errors
    /// [`MaterialError::Missing`] without thermal data, [`MaterialError::Temperature`] outside the range
    /// of k(T), [`MaterialError::Value`] for an impossible conductivity.
    pub fn thermal_conductivity(
        &self,
        temperature: Temperature,
    ) -> Result<[f64; 3], MaterialError> {
        let thermal = self
            .data
            .thermal
            .as_ref()
            .ok_or_else(|| missing(self.name(), "thermal conductivity"))?;
        thermal.check(self.name())?;
        thermal.conductivity(self.name(), temperature)
    }

    /// Volumetric heat capacity ρc, J/(m³ K). The data are constants; the temperature must be a possible
    /// one.
    ///
    /// # Errors
    /// [`MaterialError::Missing`] without density or heat capacity, [`MaterialError::Value`] for an
    /// impossible one.
    pub fn volumetric_heat_capacity(&self, temperature: Temperature) -> Result<f64, MaterialError> {
        let any = [Temperature::kelvin(0.0), Temperature::kelvin(f64::MAX)];
        crate::optics::check_temperature(self.name(), "heat capacity", temperature, any, "")?;
        let thermal = self
            .data
            .thermal
            .as_ref()
            .ok_or_else(|| missing(self.name(), "density"))?;
        thermal.check(self.name())?;
        thermal.volumetric_heat_capacity(self.name())
    }

    /// Whether the physical data are the same, whatever the names.
    pub fn same_as(&self, other: &Self) -> bool {
        let (a, b) = (&self.data, &other.data);
        Arc::ptr_eq(a, b) || (a.optics == b.optics && a.thermal == b.thermal)
    }
}

/// What follows the name where the optic axis is not the default one.
pub(crate) const AXIS_SUFFIX: &str = ", optic axis ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Density, PerKelvin, SpecificHeat};

    const W: Wavelength = Wavelength::nm(1310.0);
    const T: Temperature = Temperature::celsius(25.0);

    #[test]
    fn constants_hold_everywhere() {
        let metal = Material::with_complex_index(1.44, 16.0);
        for (nm, celsius) in [(400.0, -200.0), (1310.0, 25.0), (1e6, 900.0)] {
            let [x, y, z] = metal
                .permittivity(Wavelength::nm(nm), Temperature::celsius(celsius))
                .unwrap();
            assert_eq!(x, Complex64::new(1.44 * 1.44 - 256.0, 2.0 * 1.44 * 16.0));
            assert!(x == y && y == z);
        }
        assert_eq!(metal.name(), "index 1.44 + 16i");
        assert!(metal.source().is_none() && metal.optical_range().is_none());
    }

    #[test]
    fn impossible_values_are_errors() {
        for (n, k) in [
            (0.0, 0.0),
            (-1.0, 0.0),
            (f64::NAN, 0.0),
            (f64::INFINITY, 0.0),
            (1.5, -0.1),
            (1.5, f64::NAN),
        ] {
            let looked_up = Material::with_complex_index(n, k).permittivity(W, T);
            assert!(
                matches!(looked_up, Err(MaterialError::Value { .. })),
                "{n} {k}"
            );
            assert!(
                Material::builder("bad")
                    .index(n)
                    .extinction(k)
                    .build()
                    .is_err()
            );
        }
        for k in [0.0, -1.0, f64::NAN] {
            let k = ThermalConductivity::w_per_m_k(k);
            assert!(matches!(
                Material::with_conductivity(k).thermal_conductivity(T),
                Err(MaterialError::Value { .. })
            ));
            assert!(Material::builder("bad").conductivity(k).build().is_err());
        }
        let dn_dt = PerKelvin::per_kelvin(1e-5);
        assert!(matches!(
            Material::builder("bad").dn_dt(dn_dt, T).build(),
            Err(MaterialError::Missing { .. })
        ));
        assert!(matches!(
            Material::builder("bad").extinction(0.1).build(),
            Err(MaterialError::Missing { .. })
        ));
        assert!(
            Material::builder("bad")
                .density(Density::kg_per_m3(0.0))
                .build()
                .is_err()
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let glass = Material::with_index(1.5);
        let error = glass.thermal_conductivity(T).unwrap_err().to_string();
        assert!(
            error.starts_with("index 1.5 has no thermal conductivity"),
            "{error}"
        );
        let half = Material::builder("half")
            .density(Density::kg_per_m3(2000.0))
            .build()
            .unwrap();
        assert!(
            half.volumetric_heat_capacity(T)
                .unwrap_err()
                .to_string()
                .contains("heat capacity")
        );
        assert!(!half.has_thermal() && !half.has_optics());
    }

    #[test]
    fn anisotropic_conductivity_and_heat_capacity() {
        let organic = Material::builder("organic")
            .anisotropic_conductivity(
                ThermalConductivity::w_per_m_k(15.0),
                ThermalConductivity::w_per_m_k(0.5),
            )
            .density(Density::kg_per_m3(1900.0))
            .heat_capacity(SpecificHeat::j_per_kg_k(1000.0))
            .build()
            .unwrap();
        assert_eq!(organic.thermal_conductivity(T).unwrap(), [15.0, 15.0, 0.5]);
        assert_eq!(organic.volumetric_heat_capacity(T).unwrap(), 1.9e6);
    }

    #[test]
    fn power_law_within_its_range() {
        let law = ConductivityLaw::PowerLaw {
            at_reference: ThermalConductivity::w_per_m_k(100.0),
            reference: Temperature::kelvin(300.0),
            exponent: 2.0,
            range: [Temperature::kelvin(150.0), Temperature::kelvin(600.0)],
        };
        let crystal = Material::builder("crystal")
            .conductivity_laws(law.clone(), law)
            .build()
            .unwrap();
        let k = |kelvin: f64| crystal.thermal_conductivity(Temperature::kelvin(kelvin));
        assert!((k(600.0).unwrap()[0] - 25.0).abs() < 1e-12); // round-off
        assert!((k(150.0).unwrap()[2] - 400.0).abs() < 1e-12);
        assert!(k(601.0).is_err() && k(149.0).is_err());
    }
}
