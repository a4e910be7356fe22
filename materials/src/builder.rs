//! Materials of a study's own.

use crate::dispersion::Dispersion;
use crate::material::MaterialData;
use crate::optics::{Optics, Principal, ThermoOptic, check_index};
use crate::thermal::{ConductivityLaw, Thermal, missing};
use crate::{
    Density, Material, MaterialError, PerKelvin, Quantity, SpecificHeat, Temperature,
    ThermalConductivity,
};
use num_complex::Complex64;

/// Collects what is known of a material; see [`Material::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct MaterialBuilder {
    name: String,
    index: Option<f64>,
    extinction: Option<f64>,
    dn_dt: Option<(PerKelvin, Temperature)>,
    thermal: Thermal,
}

impl MaterialBuilder {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            index: None,
            extinction: None,
            dn_dt: None,
            thermal: Thermal::default(),
        }
    }

    /// The refractive index n, at every wavelength.
    pub fn index(mut self, n: f64) -> Self {
        self.index = Some(n);
        self
    }

    /// The extinction k ≥ 0 (loss); 0 unless stated.
    pub fn extinction(mut self, k: f64) -> Self {
        self.extinction = Some(k);
        self
    }

    /// dn/dT, and the temperature at which the index is the stated one. Without it the index is the same
    /// at every temperature.
    pub fn dn_dt(mut self, dn_dt: PerKelvin, reference: Temperature) -> Self {
        self.dn_dt = Some((dn_dt, reference));
        self
    }

    /// The same thermal conductivity in all directions.
    pub fn conductivity(self, k: ThermalConductivity) -> Self {
        self.anisotropic_conductivity(k, k)
    }

    /// Thermal conductivity in the plane of the wafer (x and y) and through it (z).
    pub fn anisotropic_conductivity(
        self,
        in_plane: ThermalConductivity,
        through: ThermalConductivity,
    ) -> Self {
        self.conductivity_laws(
            ConductivityLaw::Constant(in_plane),
            ConductivityLaw::Constant(through),
        )
    }

    /// Conductivities that may follow the temperature, in the plane and through it.
    pub fn conductivity_laws(
        mut self,
        in_plane: ConductivityLaw,
        through: ConductivityLaw,
    ) -> Self {
        self.thermal.conductivity = Some([in_plane, through]);
        self
    }

    /// The mass density.
    pub fn density(mut self, density: Density) -> Self {
        self.thermal.density = Some(density);
        self
    }

    /// The specific heat.
    pub fn heat_capacity(mut self, heat_capacity: SpecificHeat) -> Self {
        self.thermal.heat_capacity = Some(heat_capacity);
        self
    }

    /// The material.
    ///
    /// # Errors
    /// [`MaterialError::Value`] for impossible values; [`MaterialError::Missing`] if an extinction or
    /// dn/dT is stated without an index.
    pub fn build(self) -> Result<Material, MaterialError> {
        let Self {
            name,
            index,
            extinction,
            dn_dt,
            thermal,
        } = self;
        if index.is_none() && (extinction.is_some() || dn_dt.is_some()) {
            return Err(missing(&name, "refractive index"));
        }
        let mut optics = None;
        if let Some(n) = index {
            let Complex64 { re: n, im: k } =
                check_index(&name, Complex64::new(n, extinction.unwrap_or(0.0)))?;
            let mut ordinary = Principal::constant(n, k);
            if let Some((dn_dt, reference)) = dn_dt {
                if !dn_dt.si().is_finite() || !reference.si().is_finite() {
                    let (property, allowed) = ("dn_dt", "it is finite, at a finite temperature");
                    let value = format!("{dn_dt} from {reference}");
                    return Err(MaterialError::Value {
                        material: name,
                        property,
                        value,
                        allowed,
                    });
                }
                ordinary.thermo_optic = ThermoOptic::Parabola {
                    dn_dt: Dispersion::Constant(dn_dt.si()),
                    curvature: 0.0,
                    reference,
                    range: [Temperature::kelvin(0.0), Temperature::kelvin(f64::MAX)],
                };
            }
            optics = Some(Optics {
                ordinary,
                extraordinary: None,
            });
        }
        thermal.check(&name)?;
        let thermal = (thermal != Thermal::default()).then_some(thermal);
        Ok(MaterialData {
            name,
            optics,
            thermal,
            ..MaterialData::default()
        }
        .into())
    }
}
