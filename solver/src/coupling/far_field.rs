//! The far field of a mode at a cleaved facet.
//!
//! With Ẽ(k) = ∫E exp(−ik·r) dA of the forward waves that the mode's own E_t and H_t make in the medium outside
//! (its impedance matched, the Fresnel reflection being counted apart), split into p̂ and ŝ,
//!
//! ```text
//! dP/dΩ = k² cos θ/(8π²Z₀) [n (k/k_z)|Ẽ_p|² + n (k_z/k)|Ẽ_s|²],   kₓ = k sin θ_x, k_y = k sin θ_y,  k = n k₀
//! ```
//!
//! in W/sr for 1 W in the mode, along the two planes through the axis. The 1/e² half angle is where dP/dΩ has
//! fallen to 1/e² of its maximum; the numerical aperture is NA = n sin of that half angle. (The 5 % level is
//! another custom, 1.22 times larger for a Gaussian.)
//!
//! The facet is a plane, perpendicular to the guide; the field beyond the mode's window is taken as zero and
//! that on the facet as the incident mode's. Goodman, Introduction to Fourier Optics, ch. 3; for waveguide
//! facets of high contrast, where radiation along the facet counts, an approximation.

use super::correlation::transform;
use super::plane_waves::forward_part;
use super::{CouplingError, SampledField};
use crate::convergence::GridStudy;
use cpo_materials::Wavelength;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use ndarray::Array2;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Directions between −90° and 90°, both left out.
const DIRECTIONS: usize = 1441;

/// Angular intensity of a mode along x and along y.
#[derive(Clone, Debug)]
pub struct FarField {
    /// Refractive index of the medium outside.
    pub index: f64,
    /// Angles from the axis in rad, rising; θ_x in the plane y = 0, θ_y in the plane x = 0.
    pub angles: Vec<f64>,
    /// dP/dΩ along x and y in W/sr.
    pub intensity: [Vec<f64>; 2],
}

/// dP/dΩ in W/sr of a mode's spectrum (Eₓ, E_y, Hₓ, H_y) at (kₓ, k_y) in `index`.
fn radiant_intensity(
    [ex, ey, hx, hy]: [Complex64; 4],
    [kx, ky]: [f64; 2],
    index: f64,
    k0: f64,
    beam_index: f64,
) -> f64 {
    let k = index * k0;
    let (transverse, kz) = (kx.hypot(ky), (k * k - kx * kx - ky * ky).max(0.0).sqrt());
    if kz == 0.0 {
        return 0.0;
    }
    let impedance = VACUUM_IMPEDANCE * index / beam_index;
    let field = [ex, ey, hx * impedance, hy * impedance];
    let [ex, ey] = forward_part(field, k, k0, [kx, ky], 0.0);
    let [c, s] = if transverse == 0.0 {
        [1.0, 0.0]
    } else {
        [kx / transverse, ky / transverse]
    };
    let (ep, es) = (ex * c + ey * s, ey * c - ex * s);
    let cos = kz / k;
    let flux = ep.norm_sqr() / cos + es.norm_sqr() * cos;
    k * k * cos * index / (8.0 * PI * PI * VACUUM_IMPEDANCE) * flux
}

impl FarField {
    /// The far field of `mode` in a medium of refractive `index`.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless the index is positive.
    pub fn new(
        mode: &SampledField,
        wavelength: Wavelength,
        index: f64,
    ) -> Result<Self, CouplingError> {
        if !(index.is_finite() && index > 0.0) {
            return Err(CouplingError::OutOfRange {
                quantity: "the refractive index beyond the facet",
                value: index,
                unit: "",
                allowed: "positive, such as 1 for air",
            });
        }
        let k0 = wavelength.vacuum_wavenumber();
        let half = (DIRECTIONS / 2) as f64;
        let angles: Vec<f64> = (0..DIRECTIONS)
            .map(|i| 0.5 * PI * (i as f64 - half) / (half + 1.0))
            .collect();
        let k: Vec<f64> = angles
            .iter()
            .map(|angle| index * k0 * angle.sin())
            .collect();
        let along = |axis: usize| -> Vec<f64> {
            let spectra: [Array2<Complex64>; 4] = match axis {
                0 => transform(mode, &k, &[0.0]),
                _ => transform(mode, &[0.0], &k),
            };
            let at = |m: usize| {
                let (place, wave) = match axis {
                    0 => ([m, 0], [k[m], 0.0]),
                    _ => ([0, m], [0.0, k[m]]),
                };
                let field = spectra.each_ref().map(|s| s[place]);
                radiant_intensity(field, wave, index, k0, mode.effective_index.re)
            };
            (0..k.len()).map(at).collect()
        };
        Ok(Self {
            index,
            angles,
            intensity: [along(0), along(1)],
        })
    }

    /// Full angle in rad between the outermost directions along `axis` (0 for x) where dP/dΩ is `level` of its
    /// maximum; `None` where it has not fallen so far at 90°.
    pub fn full_angle(&self, axis: usize, level: f64) -> Option<f64> {
        let profile = &self.intensity[axis];
        let threshold = level * maximum(profile);
        let inside = |m: &usize| profile[*m] >= threshold;
        let first = (0..profile.len()).find(inside)?.checked_sub(1)?;
        let last = (0..profile.len()).rev().find(inside)?;
        profile.get(last + 1)?;
        // Logarithms, which bend least in the flank of a lobe.
        let crossing = |m: usize| {
            let [a, b] = [m, m + 1].map(|m| profile[m].max(f64::MIN_POSITIVE).ln());
            let part = (threshold.ln() - a) / (b - a);
            self.angles[m] + part * (self.angles[m + 1] - self.angles[m])
        };
        Some(crossing(last) - crossing(first))
    }

    /// Full 1/e² divergence angle along `axis` in rad.
    pub fn divergence(&self, axis: usize) -> Option<f64> {
        self.full_angle(axis, (-2.0_f64).exp())
    }

    /// Full angle at half maximum along `axis` in rad.
    pub fn full_width_half_maximum(&self, axis: usize) -> Option<f64> {
        self.full_angle(axis, 0.5)
    }

    /// n sin of half the 1/e² divergence angle along `axis`.
    pub fn numerical_aperture(&self, axis: usize) -> Option<f64> {
        Some(self.index * (0.5 * self.divergence(axis)?).sin())
    }
}

/// The largest value, by the parabola through it and its neighbours.
fn maximum(profile: &[f64]) -> f64 {
    let largest = (0..profile.len()).max_by(|&a, &b| profile[a].total_cmp(&profile[b]));
    match largest {
        Some(m) if m > 0 && m + 1 < profile.len() => {
            let [a, b, c] = [profile[m - 1], profile[m], profile[m + 1]];
            let bend = a - 2.0 * b + c;
            if bend < 0.0 {
                b - (c - a).powi(2) / (8.0 * bend)
            } else {
                b
            }
        }
        Some(m) => profile[m],
        None => 0.0,
    }
}

/// Angles and apertures of the far field on the finest of several levels, with error bars.
#[derive(Clone, Debug)]
pub struct FarFieldStudy {
    /// The far field of the finest level.
    pub far_field: FarField,
    /// Full 1/e² divergence angles along x and y in rad; none where 90° is not enough.
    pub divergence: [Option<GridStudy>; 2],
    /// Full angles at half maximum along x and y in rad.
    pub full_width_half_maximum: [Option<GridStudy>; 2],
    /// Numerical apertures along x and y, of the 1/e² half angle.
    pub numerical_aperture: [Option<GridStudy>; 2],
}

impl FarFieldStudy {
    /// Of the same mode on several levels, finest first, as [`Mode::fields_by_level`](crate::modes::Mode::fields_by_level)
    /// gives them; with two levels the bar is their difference. Converged if a bar is within `wanted` of its
    /// value.
    ///
    /// # Errors
    /// [`CouplingError::TooFewLevels`] for fewer than two; those of [`FarField::new`].
    pub fn new(
        levels: &[&SampledField],
        wavelength: Wavelength,
        index: f64,
        wanted: f64,
    ) -> Result<Self, CouplingError> {
        let fields = levels
            .iter()
            .map(|mode| FarField::new(mode, wavelength, index));
        let mut fields = fields.collect::<Result<Vec<_>, _>>()?;
        if fields.len() < 2 {
            return Err(CouplingError::TooFewLevels {
                found: fields.len(),
            });
        }
        let study = |number: &dyn Fn(&FarField) -> Option<f64>| -> Option<GridStudy> {
            let values = fields.iter().zip(levels).rev().map(|(far, mode)| {
                let cells: usize = mode.grid.shape().iter().product();
                Some(((cells as f64).sqrt(), number(far)?))
            });
            let mut study = GridStudy::exponential(values.collect::<Option<Vec<_>>>()?, 0.0);
            study.judge(wanted * study.value.abs());
            Some(study)
        };
        let both = |number: fn(&FarField, usize) -> Option<f64>| {
            [0, 1].map(|axis| study(&|far| number(far, axis)))
        };
        let divergence = both(FarField::divergence);
        let full_width_half_maximum = both(FarField::full_width_half_maximum);
        let numerical_aperture = both(FarField::numerical_aperture);
        Ok(Self {
            far_field: fields.swap_remove(0),
            divergence,
            full_width_half_maximum,
            numerical_aperture,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::GaussianBeam;
    use super::*;
    use cpo_materials::Length;
    use cpo_meshes::{Axis, RectilinearGrid};

    fn gaussian(mfd: [f64; 2], cells: usize) -> SampledField {
        let beam = GaussianBeam::new(
            Length::um(mfd[0]),
            Length::um(mfd[1]),
            1.0,
            Wavelength::um(1.55),
        )
        .unwrap();
        let axis =
            |width: f64| Axis::uniform(-2.0 * width * 1e-6, 2.0 * width * 1e-6, cells).unwrap();
        SampledField::sample(&beam, RectilinearGrid::new([axis(mfd[0]), axis(mfd[1])])).unwrap()
    }

    #[test]
    fn a_gaussian_diverges_as_it_should() {
        let field = gaussian([10.0, 6.0], 160);
        let far = FarField::new(&field, Wavelength::um(1.55), 1.0).unwrap();
        for (axis, w) in [(0, 5.0), (1, 3.0)] {
            // Paraxial: NA = λ/(πw); half maximum at √(ln 2/2) of it.
            let na = 1.55 / (PI * w);
            let found = far.numerical_aperture(axis).unwrap();
            println!("NA {found} {na}");
            // The obliquity factors change it by θ² of itself at most.
            assert!((found / na - 1.0).abs() < na * na, "{found} {na}");
            let half = (0.5 * far.full_width_half_maximum(axis).unwrap()).sin();
            let expected = na * (0.5 * 2.0_f64.ln()).sqrt();
            println!("HM {half} {expected}");
            assert!((half / expected - 1.0).abs() < na * na, "{half} {expected}");
        }
    }

    /// ∫dP/dΩ dΩ over the hemisphere is the power of the forward waves, 1 W.
    #[test]
    fn the_hemisphere_receives_the_power() {
        let field = gaussian([4.0, 3.0], 120);
        let k0 = Wavelength::um(1.55).vacuum_wavenumber();
        let sines: Vec<f64> = (-120..=120).map(|m| f64::from(m) / 121.0).collect();
        let k: Vec<f64> = sines.iter().map(|sin| sin * k0).collect();
        let spectra = transform(&field, &k, &k);
        let mut power = 0.0;
        for (i, sx) in sines.iter().enumerate() {
            for (j, sy) in sines.iter().enumerate() {
                let cos = (1.0 - sx * sx - sy * sy).max(0.0).sqrt();
                if cos > 0.0 {
                    let at = spectra.each_ref().map(|s| s[[i, j]]);
                    let intensity = radiant_intensity(at, [k[i], k[j]], 1.0, k0, 1.0);
                    power += intensity / cos / 121.0_f64.powi(2);
                }
            }
        }
        println!("power {power}");
        // The vector parts of the Gaussian's closed form, fourth order: (kw)⁻⁴ = 7e-4.
        assert!((power - 1.0).abs() < 1e-3, "{power}");
    }

    #[test]
    fn two_levels_give_a_bar() {
        let (fine, coarse) = (gaussian([4.0, 4.0], 120), gaussian([4.0, 4.0], 80));
        let study = FarFieldStudy::new(&[&fine, &coarse], Wavelength::um(1.55), 1.0, 1e-3).unwrap();
        let [x, y] = study.numerical_aperture;
        let (x, y) = (x.unwrap(), y.unwrap());
        assert!(
            x.error < 1e-6 && (x.value - y.value).abs() < 0.05 * x.value,
            "{x:?} {y:?}"
        );
        assert!(FarFieldStudy::new(&[&fine], Wavelength::um(1.55), 1.0, 1e-3).is_err());
        assert!(FarField::new(&fine, Wavelength::um(1.55), 0.0).is_err());
    }
}
