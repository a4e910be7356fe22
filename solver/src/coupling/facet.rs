//! What lies between fibre and chip, and what its surfaces reflect.
//!
//! At normal incidence a step of index n₁ → n₂ transmits T = 4n₁n₂/(n₁ + n₂)² and reflects R = 1 − T, with
//! the waves' effective indices for n. Through a gap each surface counts once:
//!
//! T = T₁T₂, R = R₁ + T₁²R₂.
//!
//! Neglected in T and R: interference in the gap, whose bounds [`Fresnel::etalon_transmission`] gives (period λ/2n of the
//! gap's length; an index-matched gap has none); diffraction of the second reflection on its way back, so that R is an
//! upper bound of what returns into the fibre; and the dependence on angle and field shape, of order (numerical aperture)².
//!
//! Born & Wolf, Principles of Optics, §1.5.2, DOI 10.1017/CBO9781139644181.

use cpo_materials::{Length, Quantity};

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
