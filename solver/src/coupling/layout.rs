//! The plane on which a beam is sampled: how fine, how wide.
//!
//! The pitch resolves the beam's waves, those of its tilt, polish and wedge included; the width holds the beam as far as its
//! marginal ray spreads, and the mode at the largest offset, so that no periodic image of the beam meets the mode.

use std::f64::consts::PI;

use ndarray::Array2;
use num_complex::Complex64;

use super::extent::Extent;
use super::plane::{Plane, coefficients, par_map, power};
use super::plane_waves::Waves;
use super::{CouplingError, CouplingScan, SampledField, TransverseField};

/// Pitch of the plane in parts of the beam's smaller 1/e² radius.
const POINTS_PER_RADIUS: f64 = 12.0;
/// A Gaussian has less than 10⁻⁹ of its power beyond this many times 1/w of transverse wavenumber.
const SPECTRAL_RADII: f64 = 6.5;
/// The pitch is halved until the samples hold all but this part of the beam's power (of a loss 1.3·10⁻⁴ dB) …
pub(super) const SAMPLED_POWER: f64 = 3e-5;
/// … or has been divided by this.
const FINEST_REFINEMENT: f64 = 4.0;
/// Most points along one axis of the plane.
const MOST_POINTS: usize = 4096;

/// The smallest even product of 2, 3 and 5 that is at least `n`.
fn good_fft_length(n: usize) -> usize {
    let smooth = |mut m: usize| {
        for p in [2, 3, 5] {
            while m.is_multiple_of(p) {
                m /= p;
            }
        }
        m == 1
    };
    (n.max(2)..)
        .find(|&m| m.is_multiple_of(2) && smooth(m))
        .unwrap_or(n)
}

/// A beam on its plane.
pub(super) struct Sampling {
    pub layout: Layout,
    /// Of Eₓ, E_y, Hₓ, H_y.
    pub spectra: [Array2<Complex64>; 4],
    /// Part of the beam's power that the plane does not hold.
    pub missing: f64,
    /// The beam's smaller 1/e² radius, m.
    pub radius: f64,
}

/// The plane and how it is used.
pub(super) struct Layout {
    pub plane: Plane,
    /// Largest offset.
    pub reach: f64,
    /// Largest |x| of a point of the mode seen from the displaced beam.
    pub farthest: f64,
}

impl Layout {
    /// The part of ∫|E|² whose periodic image could meet the mode.
    pub fn wrapped(&self, waves: &Waves) -> f64 {
        let limit = (self.plane.width(0) - self.farthest).min(0.49 * self.plane.width(0));
        let (x, y) = (self.plane.coordinates(0), self.plane.coordinates(1));
        let (mut outside, mut total) = (0.0, 0.0);
        for samples in waves.electric_samples() {
            for ((i, j), e) in samples.indexed_iter() {
                total += e.norm_sqr();
                if x[i].abs() > limit || y[j].abs() > limit {
                    outside += e.norm_sqr();
                }
            }
        }
        outside / total
    }
}

impl CouplingScan {
    /// The beam on a plane whose pitch is halved until all but the `allowed` part of its power is found there (a field that jumps at an interface needs a
    /// finer pitch than a smooth one).
    pub(super) fn sample(
        &self,
        beam: &dyn TransverseField,
        modes: &[&SampledField],
        allowed: f64,
    ) -> Result<Sampling, CouplingError> {
        let extent = Extent::of(beam, self.wavelength)?;
        let mut receivers = Vec::with_capacity(modes.len());
        for mode in modes {
            receivers.push((Extent::of(*mode, self.wavelength)?, mode.effective_index.re));
        }
        let mut refinement = 1.0;
        loop {
            let layout = self.layout(beam, &extent, &receivers, refinement)?;
            let spectra = par_map(layout.plane.sample(beam), coefficients);
            let area = layout.plane.width(0) * layout.plane.width(1);
            // A window is judged by its edge, since interpolation alone changes its power.
            let missing = match beam.window() {
                Some(_) => extent.outside,
                None => (1.0 - power(&spectra, area)).abs(),
            };
            let is_settled = beam.window().is_some() || missing <= allowed;
            if is_settled || refinement >= FINEST_REFINEMENT {
                return Ok(Sampling {
                    layout,
                    spectra,
                    missing,
                    radius: extent.radius,
                });
            }
            refinement *= 2.0;
        }
    }

    /// A plane so wide that no periodic image of the beam meets a mode at any offset within the reach.
    pub(super) fn layout(
        &self,
        beam: &dyn TransverseField,
        extent: &Extent,
        receivers: &[(Extent, f64)],
        refinement: f64,
    ) -> Result<Layout, CouplingError> {
        let beam_index = beam.effective_index().re;
        let (gap_length, index) = match self.gap {
            Some(gap) => (gap.length, gap.index),
            None => (0.0, beam_index),
        };
        let k0 = 2.0 * PI / self.wavelength;
        let k = k0 * index;
        // The steepest of the tilt, the wedge and, refracted, the polish.
        let steep = |[x, y]: [f64; 2]| x.sin().hypot(y.sin());
        let refracted = beam_index / index * steep(self.faces[0].polish);
        let wedge = steep(self.wedge());
        let sin_tilt = match refracted {
            0.0 => steep(self.tilt).max(wedge),
            polish => polish
                .max((polish.min(1.0).asin() + wedge.asin()).sin())
                .min(0.94),
        };
        let tangent = |sine: f64| sine / (1.0 - sine * sine).sqrt();
        // the beam's marginal ray, at most 70° from the axis
        let sine = (sin_tilt + SPECTRAL_RADII / (k * extent.radius)).min(0.94);
        let drift = gap_length * tangent(sin_tilt);
        // a focused beam spreads from its waist, but drifts from its end
        let flight =
            (gap_length - beam.working_distance() * (1.0 - sin_tilt * sin_tilt).sqrt()).abs();
        let spread = flight * tangent(sine) + (gap_length - flight).max(0.0) * tangent(sin_tilt);
        let wanted = self
            .offsets
            .iter()
            .flatten()
            .fold(0.0_f64, |m, d| m.max(d.abs()));
        let reach = receivers.iter().fold(wanted, |reach, (mode, _)| {
            reach.max(2.0 * extent.radius.hypot(mode.radius) + drift)
        });
        let half_width = receivers
            .iter()
            .fold(0.0_f64, |half, (mode, _)| half.max(mode.half_width));
        let farthest = half_width + reach;
        let width = (2.0 * extent.half_width).max(extent.half_width + spread + farthest);
        // the waves of a guide that leans from its facet are those of the beam
        let leaning = receivers.iter().fold(0.0_f64, |carrier, (_, index)| {
            carrier.max(k0 * index * self.faces[1].steepest())
        });
        let carrier = leaning.max(k * sin_tilt);
        let finest = PI / (carrier + 2.0 * SPECTRAL_RADII / extent.radius);
        let pitch = (extent.radius / POINTS_PER_RADIUS).min(finest) / refinement;
        let points = good_fft_length((width / pitch).ceil() as usize);
        if points > MOST_POINTS {
            return Err(CouplingError::TooManySamples {
                points,
                width,
                pitch,
                limit: MOST_POINTS,
                gap: gap_length,
                longest: (gap_length - (width - MOST_POINTS as f64 * pitch) / tangent(sine))
                    .max(0.0),
            });
        }
        Ok(Layout {
            plane: Plane {
                pitch,
                count: [points; 2],
            },
            reach,
            farthest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fft_lengths_are_even_and_smooth() {
        assert_eq!(
            [1, 7, 97, 121, 241].map(good_fft_length),
            [2, 8, 100, 128, 250]
        );
    }
}
