//! What lies between fibre and chip, and what its surfaces reflect.
//!
//! A facet, coated or not, transmits and reflects every plane wave of the beam by itself
//! ([`Multilayer`](super::Multilayer)); without a gap the step of index at normal incidence stands for all, with the waves'
//! effective indices. Through a gap each surface counts once:
//!
//! T = T₁T₂, R = R₁ + T₁²R₂.
//!
//! Interference in the gap is counted apart: [`Etalon`](super::Etalon) for parallel facets, all round trips of every plane wave, and
//! [`Fresnel::etalon_transmission`] its bounds for waves that keep their phase. [`Reflections`] are the amplitudes that
//! return into the source's own mode, diffraction, tilt and polish on the way included: what a laser sees.
//!
//! Born & Wolf, Principles of Optics, §1.5.2, DOI 10.1017/CBO9781139644181.

use cpo_materials::{Length, Quantity};
use num_complex::Complex64;

use super::CouplingError;
use super::error::positive;

/// The homogeneous medium between the fibre's facet and the chip's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// From the centre of the fibre's facet to the chip's, m.
    pub length: f64,
    /// Refractive index.
    pub index: f64,
}

impl Gap {
    /// A gap of `length` ≥ 0 filled with `index`.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for a negative length or an index that is not positive.
    pub fn new(length: Length, index: f64) -> Result<Self, CouplingError> {
        let length = length.si();
        if !(length.is_finite() && length >= 0.0) {
            let allowed = "zero or positive, and finite";
            return Err(CouplingError::OutOfRange {
                quantity: "gap length",
                value: length,
                unit: "m",
                allowed,
            });
        }
        Ok(Self {
            length,
            index: positive("refractive index of the gap", index, "")?,
        })
    }
}

/// Power transmitted and reflected by the facets, as parts of the fibre's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fresnel {
    /// T: into the chip's half space.
    pub transmission: f64,
    /// R: back towards the fibre, from all surfaces.
    pub reflection: f64,
    /// R₁, R₂ of the first and the second surface (0 without a gap).
    pub surfaces: [f64; 2],
}

impl Fresnel {
    /// Fibre → gap → chip, or fibre → chip without a gap, by effective indices.
    pub(crate) fn through(fiber: f64, gap: Option<Gap>, chip: f64) -> Self {
        let reflection = |a: f64, b: f64| ((a - b) / (a + b)).powi(2);
        let [r1, r2] = match gap {
            None => [reflection(fiber, chip), 0.0],
            Some(Gap { index, .. }) => [reflection(fiber, index), reflection(index, chip)],
        };
        let t1 = 1.0 - r1;
        Self {
            transmission: t1 * (1.0 - r2),
            reflection: r1 + t1 * t1 * r2,
            surfaces: [r1, r2],
        }
    }

    /// The same by the parts T₁, R₁ and T₂, R₂ of both surfaces' power.
    pub(crate) fn of_surfaces([t1, r1]: [f64; 2], [t2, r2]: [f64; 2]) -> Self {
        Self {
            transmission: t1 * t2,
            reflection: r1 + t1 * t1 * r2,
            surfaces: [r1, r2],
        }
    }

    /// The least and the largest transmission as the gap's length sweeps a half wavelength, for plane waves that keep
    /// their phase: T/(1 ± √(R₁R₂))².
    pub fn etalon_transmission(&self) -> [f64; 2] {
        let round_trip = (self.surfaces[0] * self.surfaces[1]).sqrt();
        [1.0 + round_trip, 1.0 - round_trip].map(|f| self.transmission / (f * f))
    }

    /// −10 log₁₀ R in dB, positive, infinite where nothing is reflected.
    pub fn return_loss_db(&self) -> f64 {
        super::loss_db(self.reflection)
    }
}

/// Amplitudes of the light that returns into the source's own mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reflections {
    /// From the source's own facet; of a lensed end, which a wave does not leave flat, an upper bound.
    pub end: Complex64,
    /// From the facet beyond the gap, having passed the first one twice.
    pub facet: Complex64,
}

impl Reflections {
    /// −10 log₁₀ of both powers together in dB: the mean over the phase between them, which a fraction of a wavelength of
    /// the gap's length decides.
    pub fn return_loss_db(&self) -> f64 {
        super::loss_db(self.end.norm_sqr() + self.facet.norm_sqr())
    }

    /// Least and largest return loss in dB, the two reflections adding up and cancelling.
    pub fn return_loss_bounds_db(&self) -> [f64; 2] {
        let (end, facet) = (self.end.norm(), self.facet.norm());
        [end + facet, end - facet].map(|sum| super::loss_db(sum * sum))
    }
}
