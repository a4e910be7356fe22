//! Where a field is and how wide, found from its values.

use std::f64::consts::PI;

use num_complex::Complex64;

use super::{CouplingError, TransverseField};

/// Part of S_z r² against its largest value that ends a beam.
const BEAM_TAIL: f64 = 1e-8;

/// Where a beam is and how wide: extents found from its values.
pub(crate) struct Extent {
    /// Half width of the square about the origin that holds it.
    pub half_width: f64,
    /// Its smaller 1/e² radius, m (2σ of S_z).
    pub radius: f64,
    /// Estimated part of its power beyond a window of its own.
    pub outside: f64,
}

/// S_z of (Eₓ, E_y, Hₓ, H_y).
fn flux([ex, ey, hx, hy]: [Complex64; 4]) -> f64 {
    0.5 * (ex * hy.conj() - ey * hx.conj()).re
}

impl Extent {
    /// # Errors
    /// [`CouplingError::NoForwardPower`] if the field is zero or not finite.
    pub fn of(beam: &dyn TransverseField, wavelength: f64) -> Result<Self, CouplingError> {
        let half_width = match beam.window() {
            Some(w) => w.x.iter().chain(&w.y).fold(0.0_f64, |m, v| m.max(v.abs())),
            None => Self::reach(beam, wavelength),
        };
        // moments of S_z on a coarse lattice
        let count = 129;
        let at = |i: usize| (2.0 * (i as f64 + 0.5) / count as f64 - 1.0) * half_width;
        let mut sums = [0.0; 5];
        for i in 0..count {
            for j in 0..count {
                let (x, y) = (at(i), at(j));
                let s = flux(beam.at(x, y)).abs();
                for (sum, term) in sums.iter_mut().zip([s, s * x, s * y, s * x * x, s * y * y]) {
                    *sum += term;
                }
            }
        }
        let [s, sx, sy, sxx, syy] = sums;
        let sigma = |second: f64, first: f64| (second / s - (first / s).powi(2)).sqrt();
        let radius = 2.0 * sigma(sxx, sx).min(sigma(syy, sy));
        if !(radius.is_finite() && radius > 0.0) {
            return Err(CouplingError::NoForwardPower { power: s });
        }
        // what a window cuts off: the mean of S_z on its edge over its area, against 1 W
        let outside = beam.window().map_or(0.0, |w| {
            let points = 64;
            let lerp =
                |[a, b]: [f64; 2], i: usize| a + (b - a) * (i as f64 + 0.5) / f64::from(points);
            let edge: f64 = (0..points as usize)
                .map(|i| {
                    let (x, y) = (lerp(w.x, i), lerp(w.y, i));
                    [(x, w.y[0]), (x, w.y[1]), (w.x[0], y), (w.x[1], y)]
                        .map(|(x, y)| flux(beam.at(x, y)).abs())
                        .iter()
                        .sum::<f64>()
                })
                .sum();
            edge / (4.0 * f64::from(points)) * (w.x[1] - w.x[0]) * (w.y[1] - w.y[0])
        });
        Ok(Self {
            half_width,
            radius,
            outside,
        })
    }

    /// The radius beyond which S_z r² stays below [`BEAM_TAIL`] of its largest value, along eight rays.
    fn reach(beam: &dyn TransverseField, wavelength: f64) -> f64 {
        let step = 0.25 * wavelength;
        let ring = |n: u32| -> f64 {
            let r = f64::from(n) * step;
            let rays = (0..8).map(|d| f64::from(d) * 0.25 * PI);
            rays.map(|angle| flux(beam.at(r * angle.cos(), r * angle.sin())).abs() * r * r)
                .fold(0.0, f64::max)
        };
        let mut largest = 0.0_f64;
        let mut last = 1;
        // the loop ends once the beam has been below its tail over a fifth of the distance walked
        for n in 1..=8000 {
            let value = ring(n);
            largest = largest.max(value);
            if value > BEAM_TAIL * largest {
                last = n;
            } else if n > last + 8 + last / 5 {
                break;
            }
        }
        f64::from(last) * step
    }
}
