//! Complex principal indices n + ik and their change with temperature.
//!
//! ```text
//! n(λ, T) = n(λ) + dn/dT(λ) (T − T₀) + ½ d²n/dT² (T − T₀)²,   ε = (n + ik)²
//! ```
//!
//! Fields go as exp(i(βz − ωt)), so k ≥ 0 is loss. k is taken as independent of temperature.
//! Data without dn/dT hold within [`ROOM_TOLERANCE`] of their own temperature and no further.

use crate::dispersion::Dispersion;
use crate::{MaterialError, OpticAxis, Quantity, Temperature, Wavelength};
use num_complex::Complex64;

/// How far (K) from their own temperature data without a dn/dT are used. The error is below 3e-3 for
/// the dn/dT of any solid here (|dn/dT| < 2e-4 1/K), and zero at the data's own temperature.
pub(crate) const ROOM_TOLERANCE: f64 = 15.0;

/// The temperature of data that do not say theirs (20 °C, customary in optics).
const ROOM: Temperature = Temperature::celsius(20.0);

/// How the refractive index follows the temperature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ThermoOptic {
    /// It does not: a stated constant.
    Ignored,
    /// Nothing is known: the data hold near their own temperature.
    Unknown { temperature: Option<Temperature> },
    /// A parabola within a range; `curvature` is d²n/dT² in 1/K².
    Parabola {
        dn_dt: Dispersion,
        curvature: f64,
        reference: Temperature,
        range: [Temperature; 2],
    },
}

/// One principal index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Principal {
    pub n: Dispersion,
    pub k: Dispersion,
    pub thermo_optic: ThermoOptic,
}

/// Optical data of a material.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Optics {
    pub ordinary: Principal,
    pub extraordinary: Option<(Principal, OpticAxis)>,
}

impl ThermoOptic {
    /// Temperatures at which the index is known; `None` without a limit.
    pub fn range(&self) -> Option<[Temperature; 2]> {
        match self {
            Self::Ignored => None,
            Self::Unknown { temperature } => {
                let own = temperature.unwrap_or(ROOM).si();
                Some([own - ROOM_TOLERANCE, own + ROOM_TOLERANCE].map(Temperature::kelvin))
            }
            Self::Parabola { range, .. } => Some(*range),
        }
    }
}

impl Principal {
    /// An index that depends on nothing.
    pub fn constant(n: f64, k: f64) -> Self {
        Self {
            n: Dispersion::Constant(n),
            k: Dispersion::Constant(k),
            thermo_optic: ThermoOptic::Ignored,
        }
    }

    /// Wavelengths (metres) that both n and k cover.
    fn range(&self) -> Option<[f64; 2]> {
        intersection(self.n.range(), self.k.range())
    }

    /// n + ik; `covering` names the catalogue's materials to use instead.
    fn at(
        &self,
        name: &str,
        wavelength: Wavelength,
        temperature: Temperature,
        covering: &dyn Fn() -> Vec<String>,
    ) -> Result<Complex64, MaterialError> {
        let outside = |range: Option<[f64; 2]>| MaterialError::Wavelength {
            material: name.to_owned(),
            wavelength,
            range: range
                .unwrap_or([0.0, f64::INFINITY])
                .map(Wavelength::from_si),
            covering: covering(),
        };
        let value = |d: &Dispersion| d.at(wavelength.si()).ok_or_else(|| outside(self.range()));
        let (n, k) = (value(&self.n)?, value(&self.k)?);
        if let Some(range) = self.thermo_optic.range() {
            check_temperature(name, "refractive index", temperature, range, self.hint())?;
        }
        let shift = match &self.thermo_optic {
            ThermoOptic::Parabola {
                dn_dt,
                curvature,
                reference,
                ..
            } if temperature != *reference => {
                let rate = dn_dt.at(wavelength.si());
                let rate =
                    rate.ok_or_else(|| outside(intersection(self.range(), dn_dt.range())))?;
                let rise = temperature.si() - reference.si();
                (rate + 0.5 * curvature * rise) * rise
            }
            _ => 0.0,
        };
        Ok(Complex64::new(n + shift, k))
    }

    fn hint(&self) -> &'static str {
        match self.thermo_optic {
            ThermoOptic::Unknown { .. } => {
                "; its dn/dT is not known: state a material of your own with a dn_dt"
            }
            _ => "",
        }
    }
}

impl Optics {
    /// Wavelengths that all principal indices cover; `None` without a limit.
    pub fn wavelength_range(&self) -> Option<[f64; 2]> {
        let extraordinary = self
            .extraordinary
            .as_ref()
            .and_then(|(principal, _)| principal.range());
        intersection(self.ordinary.range(), extraordinary)
    }

    /// n + ik of the ordinary and the extraordinary wave, which are the same where there is no axis.
    pub fn indices(
        &self,
        name: &str,
        wavelength: Wavelength,
        temperature: Temperature,
        covering: &dyn Fn() -> Vec<String>,
    ) -> Result<[Complex64; 2], MaterialError> {
        let index = |principal: &Principal| {
            let index = principal.at(name, wavelength, temperature, covering)?;
            check_index(name, index)
        };
        let ordinary = index(&self.ordinary)?;
        let extraordinary = match &self.extraordinary {
            Some((principal, _)) => index(principal)?,
            None => ordinary,
        };
        Ok([ordinary, extraordinary])
    }

    /// The optic axis of a uniaxial crystal.
    pub fn axis(&self) -> Option<OpticAxis> {
        self.extraordinary.as_ref().map(|&(_, axis)| axis)
    }
}

/// Refuses what cannot be the index of a passive medium.
pub(crate) fn check_index(name: &str, index: Complex64) -> Result<Complex64, MaterialError> {
    let refuse = |property, value: f64, allowed| {
        Err(MaterialError::Value {
            material: name.to_owned(),
            property,
            value: value.to_string(),
            allowed,
        })
    };
    if !index.re.is_finite() || index.re <= 0.0 {
        return refuse("refractive index", index.re, "it is a positive number");
    }
    if !index.im.is_finite() || index.im < 0.0 {
        return refuse(
            "extinction",
            index.im,
            "it is zero or positive; k > 0 is loss for fields exp(-i omega t)",
        );
    }
    Ok(index)
}

/// Refuses a temperature outside the range (ends included).
pub(crate) fn check_temperature(
    name: &str,
    property: &'static str,
    temperature: Temperature,
    range: [Temperature; 2],
    hint: &'static str,
) -> Result<(), MaterialError> {
    // slack for the round-off of kelvin and degC
    const ROUND_OFF: f64 = 1e-9;
    let inside = temperature.si() >= range[0].si() - ROUND_OFF
        && temperature.si() <= range[1].si() + ROUND_OFF;
    if inside {
        return Ok(());
    }
    Err(MaterialError::Temperature {
        material: name.to_owned(),
        property,
        temperature,
        range,
        hint,
    })
}

fn intersection(a: Option<[f64; 2]>, b: Option<[f64; 2]>) -> Option<[f64; 2]> {
    match (a, b) {
        (Some(a), Some(b)) => Some([a[0].max(b[0]), a[1].min(b[1])]),
        (a, b) => a.or(b),
    }
}
