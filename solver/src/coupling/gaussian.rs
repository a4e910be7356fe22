//! The Gaussian beam at its waist, as a vector field.
//!
//! u(x, y) = exp(−x²/wₓ² − y²/w_y²), mode field diameters 2wₓ, 2w_y (1/e² of intensity), in a medium of
//! index n, k = n k₀. E and H are the two halves of one Huygens source, so neither is favoured:
//! with A = (kₓ² − k_y²)/4k², B = kₓk_y/2k² as operators (kₓ → −i∂ₓ),
//!
//! x-polarised: E = (1 − A, −B) u, H = (n/Z₀)(−B, 1 + A) u; y-polarised: E = (−B, 1 + A) u, H = (n/Z₀)(A − 1, B) u.
//!
//! An ellipse turned about z is the same in its own frame; a beam focused in front of a lensed fibre is known at its waist, so
//! many metres from the fibre's end.
//!
//! Overlaps of such beams are those of the scalar u to fourth order in 1/kw, whatever the
//! polarisation, which a beam with E ∝ u alone (H from Maxwell's equations) meets only to second order.
//! Valid for kw ≳ 4 (a waist beyond 0.65 λ/n): Maxwell's equations hold to (1/kw)⁴.
//!
//! Kogelnik, Appl. Opt. 4, 1562 (1965), DOI 10.1364/AO.4.001562; the balanced form after
//! Cullen & Yu, Proc. R. Soc. Lond. A 366, 155 (1979).

use std::f64::consts::PI;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Length, Quantity, Wavelength};
use cpo_meshes::Window;
use num_complex::Complex64;

use super::error::positive;
use super::{CouplingError, TransverseField};

/// An elliptic Gaussian beam of 1 W at its waist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianBeam {
    /// wₓ, w_y in m, along the ellipse's own axes.
    waist: [f64; 2],
    /// Angle of the ellipse's first axis from the x axis, rad.
    axis: f64,
    /// From the fibre's end to the waist, m.
    working_distance: f64,
    index: f64,
    /// n k₀ in rad/m.
    wavenumber: f64,
    /// Angle of the electric field from the x axis, rad.
    polarization: f64,
    /// Peak of u in V/m for 1 W.
    amplitude: f64,
}

impl GaussianBeam {
    /// A beam by its mode field diameters (2w, 1/e² of intensity) in a medium of index `index`,
    /// polarised along x.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless all are positive and both waists exceed λ/(πn), below
    /// which there is no such beam.
    pub fn new(
        mode_field_diameter_x: Length,
        mode_field_diameter_y: Length,
        index: f64,
        wavelength: Wavelength,
    ) -> Result<Self, CouplingError> {
        let waist = [
            0.5 * positive(
                "mode field diameter along x",
                mode_field_diameter_x.si(),
                "m",
            )?,
            0.5 * positive(
                "mode field diameter along y",
                mode_field_diameter_y.si(),
                "m",
            )?,
        ];
        let index = positive("refractive index of the beam's medium", index, "")?;
        let wavenumber = index * positive("wavelength", wavelength.si(), "m")?.recip() * 2.0 * PI;
        for w in waist {
            if wavenumber * w < 2.0 {
                return Err(CouplingError::OutOfRange {
                    quantity: "mode field diameter",
                    value: 2.0 * w,
                    unit: "m",
                    allowed: "at least 2λ/(πn), below which no Gaussian beam exists",
                });
            }
        }
        let [ax, ay] = waist.map(|w| (wavenumber * w).powi(-2));
        // ⟨A²⟩ + ⟨B²⟩ over |ũ|², for which ⟨kₓ²⟩ = 1/wₓ² and ⟨kₓ⁴⟩ = 3/wₓ⁴
        let vector_part = (3.0 * ax * ax + 3.0 * ay * ay - 2.0 * ax * ay) / 16.0 + ax * ay / 4.0;
        let scalar_power = 0.5 * index / VACUUM_IMPEDANCE * 0.5 * PI * waist[0] * waist[1];
        let amplitude = (scalar_power * (1.0 - vector_part)).sqrt().recip();
        Ok(Self {
            waist,
            axis: 0.0,
            working_distance: 0.0,
            index,
            wavenumber,
            polarization: 0.0,
            amplitude,
        })
    }

    /// The same beam with its electric field at `angle` from the x axis.
    #[must_use]
    pub fn polarized(self, angle: Angle) -> Self {
        Self {
            polarization: angle.si(),
            ..self
        }
    }

    /// The whole beam turned by `angle` about its axis, ellipse and electric field alike, from x towards y: a fibre that
    /// keeps polarisation, by the angle of its axes.
    #[must_use]
    pub fn turned(self, angle: Angle) -> Self {
        Self {
            axis: self.axis + angle.si(),
            polarization: self.polarization + angle.si(),
            ..self
        }
    }

    /// The beam of a lensed fibre, its waist at `distance` in front of the fibre's end.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for a distance that is negative or not finite.
    pub fn focused_at(self, distance: Length) -> Result<Self, CouplingError> {
        let working_distance = distance.si();
        if !(working_distance.is_finite() && working_distance >= 0.0) {
            return Err(CouplingError::OutOfRange {
                quantity: "working distance",
                value: working_distance,
                unit: "m",
                allowed: "zero or positive, and finite: the waist lies in front of the fibre, such as 14 µm",
            });
        }
        Ok(Self {
            working_distance,
            ..self
        })
    }

    /// 2w along the ellipse's own axes (1/e² of intensity) in m.
    pub fn mode_field_diameter(&self) -> [f64; 2] {
        self.waist.map(|w| 2.0 * w)
    }
}

impl TransverseField for GaussianBeam {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let [wx, wy] = self.waist;
        let (turn_sin, turn_cos) = self.axis.sin_cos();
        let (x, y) = (x * turn_cos + y * turn_sin, y * turn_cos - x * turn_sin);
        let (sx, sy) = (x / wx, y / wy);
        let u = self.amplitude * (-sx * sx - sy * sy).exp();
        let k2 = self.wavenumber * self.wavenumber;
        // −∂ₓ²u/u, −∂ᵧ²u/u and −∂ₓ∂ᵧu/u
        let kx2 = (2.0 - 4.0 * sx * sx) / (wx * wx);
        let ky2 = (2.0 - 4.0 * sy * sy) / (wy * wy);
        let kxky = -4.0 * sx * sy / (wx * wy);
        let (a, b) = ((kx2 - ky2) / (4.0 * k2), kxky / (2.0 * k2));
        // in the ellipse's frame
        let (sin, cos) = (self.polarization - self.axis).sin_cos();
        let y0 = self.index / VACUUM_IMPEDANCE;
        let [ex, ey, hx, hy] = [
            (cos * (1.0 - a) - sin * b) * u,
            (sin * (1.0 + a) - cos * b) * u,
            y0 * (-cos * b - sin * (1.0 - a)) * u,
            y0 * (cos * (1.0 + a) + sin * b) * u,
        ];
        [
            ex * turn_cos - ey * turn_sin,
            ex * turn_sin + ey * turn_cos,
            hx * turn_cos - hy * turn_sin,
            hx * turn_sin + hy * turn_cos,
        ]
        .map(Complex64::from)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn effective_index(&self) -> Complex64 {
        self.index.into()
    }

    fn working_distance(&self) -> f64 {
        self.working_distance
    }
}
