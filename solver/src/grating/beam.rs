//! The beam of a fibre above a grating.

use super::error::GratingError;
use cpo_materials::{Angle, Length, Quantity};
use num_complex::Complex64;

/// Waves beyond this many standard deviations of the beam's spectrum carry 1e-16 of its power.
const REACH: f64 = 6.0;
/// Fewest waves that a beam is made of.
const WAVES: usize = 61;
/// Lengths of the line that it is seen on after which it repeats.
const PERIOD: f64 = 2.5;

/// A Gaussian beam in the plane of the grating that leaves upwards, tilted from the vertical towards +z: its spectrum
/// exact, its field in the fibre's facet exp(−s²/w²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GratingBeam {
    waist: f64,
    angle: f64,
    height: f64,
}

impl GratingBeam {
    /// Mode field diameter 2w, angle from the vertical in the highest medium, and height of the facet above the highest
    /// face of the stack.
    ///
    /// # Errors
    /// [`GratingError::Option`] for a diameter that is not above zero, an angle of 60° or more, a height below zero.
    pub fn new(
        mode_field_diameter: Length,
        angle: Angle,
        height: Length,
    ) -> Result<Self, GratingError> {
        let waist = 0.5 * mode_field_diameter.si();
        if !(waist > 0.0 && waist.is_finite()) {
            return Err(GratingError::Option {
                what: "the beam's mode field diameter",
                value: mode_field_diameter.to_string(),
                allowed: "above zero, such as 10.4 um".to_owned(),
            });
        }
        if angle.si().is_nan() || angle.si().abs() >= std::f64::consts::FRAC_PI_3 {
            return Err(GratingError::Option {
                what: "the beam's angle",
                value: angle.to_string(),
                allowed: "between -60 deg and 60 deg from the vertical".to_owned(),
            });
        }
        if height.si().is_nan() || height.si() < 0.0 {
            return Err(GratingError::Option {
                what: "the facet's height above the grating",
                value: height.to_string(),
                allowed: "0 or more".to_owned(),
            });
        }
        Ok(Self {
            waist,
            angle: angle.si(),
            height: height.si(),
        })
    }

    /// Its plane waves of wavenumber `k`, a distance `below` under the highest face, as many as a line of this `length` needs; lengths are in
    /// 1/`unit`.
    pub(super) fn waves(&self, unit: f64, k: f64, below: f64, length: f64) -> Vec<Wave> {
        let waist = unit * self.waist;
        let depth = below + unit * self.height;
        // exp(−(w k_t/2)²): a standard deviation of the power is 1/w.
        let reach = (REACH / (waist * k)).min(0.95).asin();
        let low = (self.angle - reach).max(-1.5);
        let high = (self.angle + reach).min(1.5);
        let needed = PERIOD * length * k * (high - low) / std::f64::consts::TAU;
        let waves = WAVES.max(needed.ceil() as usize);
        let step = (high - low) / (waves - 1) as f64;
        (0..waves)
            .map(|number| {
                let direction = low + step * number as f64;
                let (along, up) = (k * direction.sin(), k * direction.cos());
                let off = direction - self.angle;
                let share = (-(0.5 * waist * k * off.sin()).powi(2)).exp() * k * off.cos();
                Wave {
                    along,
                    up,
                    amplitude: Complex64::from_polar(share, -up * depth),
                    // b = ∫ share e^{iqZ} d(direction).
                    step,
                }
            })
            .collect()
    }
}

/// One plane wave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub(super) along: f64,
    pub(super) up: f64,
    pub(super) amplitude: Complex64,
    /// Width of the interval of directions that it stands for.
    pub(super) step: f64,
}

impl Wave {
    /// ½ k_y B* dq = ½ k_y amplitude* d(direction): what U(q) counts in the coupling's amplitude.
    pub(super) fn share(&self) -> Complex64 {
        0.5 * self.step * self.up * self.amplitude.conj()
    }
}

/// ½ ∫ Im(b* ∂y b) dZ of a beam: ½ 2π ∫ k_y |B(q)|² dq with B dq = amplitude d(direction), dq = k_y d(direction).
pub(super) fn power(waves: &[Wave]) -> f64 {
    let density = |wave: &Wave| wave.amplitude.norm_sqr() * wave.step;
    std::f64::consts::PI * waves.iter().map(density).sum::<f64>()
}

/// ∫ |b|² dZ = 2π ∫ |B|² dq.
pub(super) fn square(waves: &[Wave]) -> f64 {
    let density = |wave: &Wave| wave.amplitude.norm_sqr() * wave.step / wave.up;
    std::f64::consts::TAU * waves.iter().map(density).sum::<f64>()
}
