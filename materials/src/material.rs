//! A material: optical and thermal data behind one name.

use crate::optic_axis::diagonal;
use crate::optics::{Optics, Principal, ThermoOptic};
use crate::thermal::{ConductivityLaw, Thermal, missing};
use crate::{
    MaterialBuilder, MaterialError, OpticAxis, Quantity, Source, Temperature, ThermalConductivity,
    Wavelength, catalogue,
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

    /// A lossless uniaxial crystal: index `ordinary` across its `axis`, `extraordinary` along it, at every
    /// wavelength and temperature. Impossible values are reported by the look-ups.
    ///
    /// ```
    /// use cpo_materials::{Angle, Material, OpticAxis, Temperature, Wavelength};
    /// let film = Material::uniaxial(2.2111, 2.1376, OpticAxis::in_plane(Angle::deg(30.0)));
    /// let tensor = film.permittivity_tensor(Wavelength::nm(1550.0), Temperature::celsius(20.0))?;
    /// // ε_xz = (n_e² − n_o²) sin 30° cos 30°
    /// let expected = (2.1376_f64.powi(2) - 2.2111_f64.powi(2)) * 0.75_f64.sqrt() / 2.0;
    /// assert!((tensor[0][2].re - expected).abs() < 1e-14);
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    pub fn uniaxial(ordinary: f64, extraordinary: f64, axis: OpticAxis) -> Self {
        MaterialData {
            name: format!("indices {ordinary} and {extraordinary}{AXIS_SUFFIX}{axis}"),
            optics: Some(Optics {
                ordinary: Principal::constant(ordinary, 0.0),
                extraordinary: Some((Principal::constant(extraordinary, 0.0), axis)),
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

    /// Equal round columns upright in a matrix, which take a share `fill` of the area: bumps in underfill, vias in a laminate. As one material, with
    /// the conductivities of [`ColumnsLaw`](crate::ColumnsLaw), without optical data.
    ///
    /// ```
    /// use cpo_materials::{Material, Temperature, ThermalConductivity};
    /// let [solder, resin] = [60.0, 0.5].map(|k| Material::with_conductivity(ThermalConductivity::w_per_m_k(k)));
    /// let bumps = Material::columns_in("bumps", &solder, &resin, 0.2)?;
    /// let [across, _, along] = bumps.thermal_conductivity(Temperature::celsius(25.0))?;
    /// assert!((along - 12.4).abs() < 1e-12 && (0.7..0.8).contains(&across));
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    ///
    /// # Errors
    /// [`MaterialError::Missing`] if one of the two has no thermal conductivity, [`MaterialError::Value`] for a fill that is not above 0 and at most 0.7.
    pub fn columns_in(
        name: &str,
        columns: &Self,
        matrix: &Self,
        fill: f64,
    ) -> Result<Self, MaterialError> {
        let thermal = |material: &Self| {
            let thermal = material.data.thermal.clone();
            thermal.ok_or_else(|| missing(material.name(), "thermal conductivity"))
        };
        let (columns, matrix) = (thermal(columns)?, thermal(matrix)?);
        Ok(MaterialData {
            name: name.to_owned(),
            thermal: Some(Thermal::columns_in(&columns, &matrix, fill, name)?),
            ..MaterialData::default()
        }
        .into())
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
        match optics.axis() {
            None => {}
            Some(axis) if axis.along().is_some() => model += &format!(", uniaxial along {axis}"),
            Some(axis) => model += &format!(", uniaxial at {axis}"),
        }
        if matches!(optics.ordinary.thermo_optic, ThermoOptic::Parabola { .. }) {
            model += ", with dn/dT";
        }
        Some(model)
    }

    /// The optic axis of a uniaxial material.
    pub fn optic_axis(&self) -> Option<OpticAxis> {
        self.data.optics.as_ref()?.axis()
    }

    /// The same uniaxial material with its optic axis in another direction; the name says so.
    ///
    /// ```
    /// use cpo_materials::{Angle, OpticAxis, catalogue};
    /// let x_cut = catalogue().find("LiNbO3")?.with_optic_axis(OpticAxis::X)?;
    /// assert_eq!(x_cut.name(), "LiNbO3 Zelmon 1997, optic axis x");
    /// assert!(x_cut.same_as(&catalogue().find("LiNbO3, optic axis x")?));
    /// // an x-cut film with the guide at 30 degrees to the crystal's Z
    /// let oblique = x_cut.with_optic_axis(OpticAxis::in_plane(Angle::deg(30.0)))?;
    /// assert_eq!(oblique.name(), "LiNbO3 Zelmon 1997, optic axis 30 deg from z");
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    ///
    /// # Errors
    /// [`MaterialError::Isotropic`] if there is no optic axis; [`MaterialError::Value`] for an angle
    /// that is not finite.
    pub fn with_optic_axis(&self, axis: OpticAxis) -> Result<Self, MaterialError> {
        if !axis.direction().iter().all(|c| c.is_finite()) {
            return Err(MaterialError::Value {
                material: self.name().to_owned(),
                property: "optic axis",
                value: axis.to_string(),
                allowed: "its angles are finite",
            });
        }
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
                data.name = format!("{base}{AXIS_SUFFIX}{axis}");
                data.aliases.clear();
                Ok(data.into())
            }
        }
    }

    /// n + ik of the ordinary and of the extraordinary wave, and the optic axis.
    fn indices(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<([Complex64; 2], Option<OpticAxis>), MaterialError> {
        let optics = self
            .data
            .optics
            .as_ref()
            .ok_or_else(|| missing(self.name(), "refractive index"))?;
        let covering = || match self.substance() {
            Some(substance) => catalogue().covering(substance, wavelength, self.name()),
            None => Vec::new(),
        };
        let indices = optics.indices(self.name(), wavelength, temperature, &covering)?;
        Ok((indices, optics.axis()))
    }

    /// n + ik along x, y and z.
    fn indices_along_axes(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[Complex64; 3], MaterialError> {
        let ([ordinary, extraordinary], axis) = self.indices(wavelength, temperature)?;
        let mut indices = [ordinary; 3];
        if let Some(axis) = axis {
            let along = axis.along().ok_or_else(|| MaterialError::Oblique {
                material: self.name().to_owned(),
                axis,
            })?;
            indices[along] = extraordinary;
        }
        Ok(indices)
    }

    /// The relative permittivity ε = (n + ik)² as the complete symmetric tensor, rows and columns along
    /// x (across the guide), y (up) and z (along it): ε_o 1 + (ε_e − ε_o) c cᵀ with the unit vector c
    /// along the optic axis. Im ε is loss and not negative in any direction.
    ///
    /// ```
    /// use cpo_materials::{Temperature, Wavelength, catalogue};
    /// let film = catalogue().find("LiNbO3, optic axis 45 deg from z")?;
    /// let [[xx, xy, xz], _, [zx, _, zz]] =
    ///     film.permittivity_tensor(Wavelength::nm(1550.0), Temperature::celsius(20.0))?;
    /// assert!((xx - zz).norm() < 1e-14 && xy.norm() == 0.0);
    /// assert!(xz == zx && xz.re < 0.0); // a negative crystal: the extraordinary index is the lower
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    ///
    /// # Errors
    /// [`MaterialError::Missing`] without optical data, [`MaterialError::Wavelength`] and
    /// [`MaterialError::Temperature`] outside the range of the data, [`MaterialError::Value`] for an
    /// index that no passive medium has.
    pub fn permittivity_tensor(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[[Complex64; 3]; 3], MaterialError> {
        let ([ordinary, extraordinary], axis) = self.indices(wavelength, temperature)?;
        let ordinary = ordinary * ordinary;
        Ok(match axis {
            None => diagonal([ordinary; 3]),
            Some(axis) => axis.tensor(ordinary, extraordinary * extraordinary),
        })
    }

    /// Principal values of the relative permittivity in the crystal's own axes: ordinary, ordinary,
    /// extraordinary, whatever the direction of the optic axis; three times the same if it has none.
    ///
    /// # Errors
    /// As [`permittivity_tensor`](Self::permittivity_tensor).
    pub fn principal_permittivities(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[Complex64; 3], MaterialError> {
        let ([ordinary, extraordinary], _) = self.indices(wavelength, temperature)?;
        Ok([ordinary, ordinary, extraordinary].map(|n| n * n))
    }

    /// The relative permittivity ε = (n + ik)² along x (across the guide), y (up) and z (along the
    /// guide), of a material whose tensor is diagonal in these axes. Im ε ≥ 0 is loss.
    ///
    /// # Errors
    /// As [`permittivity_tensor`](Self::permittivity_tensor); [`MaterialError::Oblique`] where that
    /// tensor is not diagonal.
    pub fn permittivity(
        &self,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<[Complex64; 3], MaterialError> {
        Ok(self
            .indices_along_axes(wavelength, temperature)?
            .map(|n| n * n))
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
        Ok(self.indices_along_axes(wavelength, temperature)?[0])
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
mod tests;
