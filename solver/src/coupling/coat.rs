//! Layers on a facet, by transfer matrices.
//!
//! Across a layer of index n and thickness d the transverse fields go as
//!
//! ```text
//! (E, H)₀ = ( cos δ, −i sin δ/Y; −iY sin δ, cos δ ) (E, H)_d,   δ = k_z d,
//! ```
//!
//! with k_z = √(n²k₀² − k_t²) and the admittance Y = k_z/k₀ of s waves, n²k₀/k_z of p waves. Behind all layers H = Y₂E,
//! so that with (B, C) the product of all matrices and (1, Y₂), the transverse electric field is reflected by
//! r = (Y₁B − C)/(Y₁B + C) and transmitted by t = 2Y₁/(Y₁B + C).
//!
//! Born & Wolf, Principles of Optics, §1.6, DOI 10.1017/CBO9781139644181.

use std::f64::consts::FRAC_PI_2;

use cpo_materials::{Length, Quantity, Wavelength};
use num_complex::Complex64;

use super::CouplingError;
use super::error::positive;

/// k_z is taken as this part of n k₀ at least where it divides.
const GRAZING: f64 = 1e-9;

/// A homogeneous layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoatLayer {
    index: Complex64,
    thickness: f64,
}

impl CoatLayer {
    /// A layer of complex index n + ik.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless n > 0, k ≥ 0 and the thickness is positive.
    pub fn new(index: Complex64, thickness: Length) -> Result<Self, CouplingError> {
        positive("refractive index of a coat's layer", index.re, "")?;
        if !(index.im.is_finite() && index.im >= 0.0) {
            return Err(CouplingError::OutOfRange {
                quantity: "extinction of a coat's layer",
                value: index.im,
                unit: "",
                allowed: "zero or positive: a coat does not amplify",
            });
        }
        let thickness = positive("thickness of a coat's layer", thickness.si(), "m")?;
        Ok(Self { index, thickness })
    }

    /// A lossless layer of a quarter wavelength at normal incidence: between n₁ and n₂ nothing is reflected for
    /// n = √(n₁n₂).
    ///
    /// # Errors
    /// As [`CoatLayer::new`].
    pub fn quarter_wave(index: f64, wavelength: Wavelength) -> Result<Self, CouplingError> {
        let index = positive("refractive index of a coat's layer", index, "")?;
        Self::new(
            index.into(),
            Length::from_si(0.25 * wavelength.si() / index),
        )
    }
}

/// Layers between two half spaces.
#[derive(Clone, Debug, PartialEq)]
pub struct Multilayer {
    from: f64,
    layers: Vec<CoatLayer>,
    into: f64,
}

/// What a multilayer does to the transverse electric field of a plane wave, p and then s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// r of the transverse field.
    pub reflection: [Complex64; 2],
    /// t of the transverse field.
    pub transmission: [Complex64; 2],
}

/// k_z with Im k_z ≥ 0, kept from zero.
fn longitudinal(index: Complex64, k0: f64, transverse: f64) -> Complex64 {
    let k = index * k0;
    let root = (k * k - transverse * transverse).sqrt();
    let root = if root.im < 0.0 || (root.im == 0.0 && root.re < 0.0) {
        -root
    } else {
        root
    };
    if root.norm() < GRAZING * k.norm() {
        GRAZING * k
    } else {
        root
    }
}

/// Y of p and s waves.
fn admittances(index: Complex64, k0: f64, transverse: f64) -> [Complex64; 2] {
    let kz = longitudinal(index, k0, transverse);
    [index * index * k0 / kz, kz / k0]
}

impl Multilayer {
    /// From a half space of index `from` through `layers`, in the order they are met, into one of index `into`.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless both indices are positive.
    pub fn new(from: f64, layers: &[CoatLayer], into: f64) -> Result<Self, CouplingError> {
        Ok(Self {
            from: positive("refractive index before a coat", from, "")?,
            layers: layers.to_vec(),
            into: positive("refractive index behind a coat", into, "")?,
        })
    }

    /// The same met from the other side.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            from: self.into,
            layers: self.layers.iter().rev().copied().collect(),
            into: self.from,
        }
    }

    pub(super) fn last_index(&self) -> f64 {
        self.into
    }

    /// r and t at a transverse wavenumber (rad/m), evanescent waves included.
    pub fn response(&self, vacuum_wavenumber: f64, transverse: f64) -> Response {
        let k0 = vacuum_wavenumber;
        let first = admittances(self.from.into(), k0, transverse);
        let last = admittances(self.into.into(), k0, transverse);
        let mut response = Response {
            reflection: [Complex64::ZERO; 2],
            transmission: [Complex64::ZERO; 2],
        };
        for wave in 0..2 {
            let (mut b, mut c) = (Complex64::ONE, last[wave]);
            for layer in self.layers.iter().rev() {
                let delta = longitudinal(layer.index, k0, transverse) * layer.thickness;
                let y = admittances(layer.index, k0, transverse)[wave];
                let (sin, cos) = (Complex64::I * delta.sin(), delta.cos());
                (b, c) = (cos * b - sin / y * c, cos * c - sin * y * b);
            }
            let sum = first[wave] * b + c;
            response.reflection[wave] = (first[wave] * b - c) / sum;
            response.transmission[wave] = 2.0 * first[wave] / sum;
        }
        response
    }

    /// R at normal incidence.
    pub fn reflectance(&self, wavelength: Wavelength) -> f64 {
        let response = self.response(wavelength.vacuum_wavenumber(), 0.0);
        response.reflection[1].norm_sqr()
    }
}

/// A facet: what is on it, and how it is polished.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    pub(super) coats: Vec<CoatLayer>,
    pub(super) polish: [f64; 2],
}

impl Face {
    /// Layers on the facet, from the gap inwards.
    #[must_use]
    pub fn coat(self, layers: &[CoatLayer]) -> Self {
        Self {
            coats: layers.to_vec(),
            ..self
        }
    }

    /// Sine of the angle between the guide's axis and the facet's normal.
    pub(super) fn steepest(&self) -> f64 {
        self.polish[0].sin().hypot(self.polish[1].sin())
    }

    /// The guide's axis leans from the facet's normal by `x` about the x axis and by `y` about the y axis, signed as
    /// tilts are: a fibre polished by as much as it is tilted has its end parallel to a chip's upright facet.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] from ±90° on; beyond total reflection the scan says so.
    pub fn polish(
        self,
        x: cpo_materials::Angle,
        y: cpo_materials::Angle,
    ) -> Result<Self, CouplingError> {
        let polish = [x.si(), y.si()];
        for value in polish {
            if value.is_nan() || value.abs() >= FRAC_PI_2 {
                return Err(CouplingError::OutOfRange {
                    quantity: "polish angle",
                    value,
                    unit: "rad",
                    allowed: "within ±90°, such as 8° = 0.14 rad",
                });
            }
        }
        Ok(Self { polish, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K0: f64 = 2.0 * std::f64::consts::PI / 1.31e-6;

    fn layer(n: f64, k: f64, nm: f64) -> CoatLayer {
        CoatLayer::new(Complex64::new(n, k), Length::nm(nm)).unwrap()
    }

    /// What would prove an interface wrong: Fresnel's formulas by angles, and a p wave reflected at Brewster's angle.
    #[test]
    fn an_interface_is_fresnel_s() {
        let (n1, n2) = (1.0_f64, 1.5_f64);
        let bare = Multilayer::new(n1, &[], n2).unwrap();
        for angle in [0.0_f64, 0.3, 0.9] {
            let inner = (n1 * angle.sin() / n2).asin();
            let [p, s] = bare.response(K0, n1 * K0 * angle.sin()).reflection;
            let rs = (n1 * angle.cos() - n2 * inner.cos()) / (n1 * angle.cos() + n2 * inner.cos());
            let rp = (n1 * inner.cos() - n2 * angle.cos()) / (n1 * inner.cos() + n2 * angle.cos());
            // Round-off; of p waves the transverse field, whose sign is that of H reversed.
            assert!(
                (s - rs).norm() < 1e-14 && (p - rp).norm() < 1e-14,
                "{angle}: {s} {p}"
            );
        }
        let brewster = (n2 / n1).atan();
        let [p, _] = bare.response(K0, n1 * K0 * brewster.sin()).reflection;
        assert!(p.norm() < 1e-14);
    }

    /// What would prove layers wrong: light that appears or is lost, or that passes otherwise from behind.
    #[test]
    fn energy_and_reciprocity() {
        let stack =
            Multilayer::new(1.0, &[layer(2.1, 0.0, 130.0), layer(1.45, 0.0, 310.0)], 3.2).unwrap();
        let lossy = Multilayer::new(1.0, &[layer(2.1, 0.3, 130.0)], 3.2).unwrap();
        for share in [0.0, 0.4, 0.9] {
            let transverse = share * K0;
            let response = stack.response(K0, transverse);
            let back = stack.reversed().response(K0, transverse);
            let first = admittances(1.0.into(), K0, transverse);
            let last = admittances(3.2.into(), K0, transverse);
            for wave in 0..2 {
                let carried = last[wave].re / first[wave].re;
                let all = response.reflection[wave].norm_sqr()
                    + carried * response.transmission[wave].norm_sqr();
                assert!((all - 1.0).abs() < 1e-13, "{share} {wave}: {all}");
                // Y₂ t₁₂ = Y₁ t₂₁ either way.
                let forth = last[wave] * response.transmission[wave];
                let reverse = first[wave] * back.transmission[wave];
                assert!((forth - reverse).norm() < 1e-13 * forth.norm());
                let absorbed = lossy.response(K0, transverse);
                let left = absorbed.reflection[wave].norm_sqr()
                    + carried * absorbed.transmission[wave].norm_sqr();
                assert!(left < 0.9, "{left}");
            }
        }
    }

    /// A quarter wave of the mean index reflects nothing, a half wave is not there, and any film is Airy's.
    #[test]
    fn films() {
        let wavelength = Wavelength::nm(1310.0);
        let quarter = CoatLayer::quarter_wave(1.5_f64.sqrt(), wavelength).unwrap();
        let coated = Multilayer::new(1.0, &[quarter], 1.5).unwrap();
        assert!(coated.reflectance(wavelength) < 1e-30);
        let half = layer(2.0, 0.0, 1310.0 / 4.0);
        let through = Multilayer::new(1.0, &[half], 1.5).unwrap();
        assert!((through.reflectance(wavelength) - 0.04).abs() < 1e-15);
        let film = Multilayer::new(1.0, &[layer(2.0, 0.0, 777.0)], 1.5).unwrap();
        let (r1, r2) = (-1.0 / 3.0, 0.5 / 3.5);
        let turn = Complex64::cis(2.0 * 2.0 * K0 * 777e-9);
        let airy: Complex64 = (r1 + r2 * turn) / (1.0 + r1 * r2 * turn);
        assert!((film.reflectance(wavelength) - airy.norm_sqr()).abs() < 1e-13);
    }

    #[test]
    fn mistakes_are_named() {
        let bad = |n: f64, k: f64| CoatLayer::new(Complex64::new(n, k), Length::nm(100.0)).is_err();
        assert!(bad(0.0, 0.0) && bad(1.5, -0.1) && bad(f64::NAN, 0.0));
        assert!(CoatLayer::new(1.5.into(), Length::nm(0.0)).is_err());
        assert!(Multilayer::new(1.0, &[], -1.0).is_err());
    }
}
