//! Fields on a uniform periodic plane and their spectra: f(x, y) = Σ_k c(k) exp(i(kₓx + k_yy)).

use std::f64::consts::PI;

use ndarray::{Array2, Axis};
use num_complex::Complex64;
use rayon::prelude::*;
use rustfft::FftPlanner;

use super::TransverseField;

/// Part t of ∫|f|² left out of a beam's spectrum: at most √(t t′) of a₁₂, t′ being the part of the mode's spectrum there.
pub(crate) const SPECTRAL_TAIL: f64 = 1e-10;

/// Points x = (i − N/2) h along both axes of a periodic plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plane {
    pub pitch: f64,
    /// Both even.
    pub count: [usize; 2],
}

impl Plane {
    pub fn width(&self, axis: usize) -> f64 {
        self.count[axis] as f64 * self.pitch
    }

    pub fn coordinates(&self, axis: usize) -> Vec<f64> {
        let half = self.count[axis] as f64 / 2.0;
        (0..self.count[axis])
            .map(|i| (i as f64 - half) * self.pitch)
            .collect()
    }

    /// In the order of the FFT: 0, 1, …, N/2 − 1, −N/2, …, −1 times 2π/L.
    pub fn wavenumbers(&self, axis: usize) -> Vec<f64> {
        let n = self.count[axis];
        let signed = |m: usize| {
            if m < n / 2 {
                m as f64
            } else {
                m as f64 - n as f64
            }
        };
        (0..n)
            .map(|m| signed(m) * 2.0 * PI / self.width(axis))
            .collect()
    }

    /// Spacing of the spectrum, the larger of the two.
    pub fn spectral_spacing(&self) -> f64 {
        2.0 * PI / self.width(0).min(self.width(1))
    }

    /// `field` at the plane's points.
    pub fn sample(&self, field: &dyn TransverseField) -> [Array2<Complex64>; 4] {
        let (x, y) = (self.coordinates(0), self.coordinates(1));
        let rows: Vec<Vec<[Complex64; 4]>> = x
            .par_iter()
            .map(|&x| y.iter().map(|&y| field.at(x, y)).collect())
            .collect();
        std::array::from_fn(|c| Array2::from_shape_fn((x.len(), y.len()), |(i, j)| rows[i][j][c]))
    }
}

/// FFT along the second axis of a standard-layout array.
fn transform_rows(values: &mut Array2<Complex64>, inverse: bool) {
    let mut planner = FftPlanner::new();
    let n = values.ncols();
    let plan = if inverse {
        planner.plan_fft_inverse(n)
    } else {
        planner.plan_fft_forward(n)
    };
    let mut scratch = vec![Complex64::ZERO; plan.get_inplace_scratch_len()];
    for mut row in values.rows_mut() {
        // rows of a standard-layout array are contiguous, so this branch is always taken
        if let Some(row) = row.as_slice_mut() {
            plan.process_with_scratch(row, &mut scratch);
        }
    }
}

pub(crate) fn transposed(values: &Array2<Complex64>) -> Array2<Complex64> {
    values.t().as_standard_layout().into_owned()
}

/// (−1)^m along the first axis: the plane's first point is x = −L/2.
fn alternate(values: &mut Array2<Complex64>, scale: f64) {
    for (m, mut row) in values.axis_iter_mut(Axis(0)).enumerate() {
        let sign = if m % 2 == 0 { scale } else { -scale };
        row.mapv_inplace(|v| v * sign);
    }
}

/// Coefficients along the second axis and, transposed, along the first.
fn coefficients_along_rows(samples: &mut Array2<Complex64>) -> Array2<Complex64> {
    transform_rows(samples, false);
    let mut out = transposed(samples);
    let scale = 1.0 / out.nrows() as f64;
    alternate(&mut out, scale);
    out
}

/// c(k) of samples on a plane.
pub(crate) fn coefficients(mut samples: Array2<Complex64>) -> Array2<Complex64> {
    let mut half = coefficients_along_rows(&mut samples);
    coefficients_along_rows(&mut half)
}

/// Samples along the first axis from coefficients along it, transposed: `[[second, first]]`.
pub(crate) fn samples_along_first(coefficients: &Array2<Complex64>) -> Array2<Complex64> {
    let mut values = coefficients.clone();
    alternate(&mut values, 1.0);
    let mut values = transposed(&values);
    transform_rows(&mut values, true);
    values
}

/// Samples on the plane from c(k).
pub(crate) fn samples(coefficients: &Array2<Complex64>) -> Array2<Complex64> {
    samples_along_first(&samples_along_first(coefficients))
}

/// |kₓ| and |k_y| beyond which less than `tail` of Σ|c|² lies, per axis.
pub(crate) fn band(spectra: &[Array2<Complex64>], kx: &[f64], ky: &[f64], tail: f64) -> [f64; 2] {
    let limit = |axis: usize, k: &[f64]| -> f64 {
        let density: Vec<f64> = (0..k.len())
            .map(|m| {
                spectra
                    .iter()
                    .map(|s| {
                        s.index_axis(Axis(axis), m)
                            .iter()
                            .map(|c| c.norm_sqr())
                            .sum::<f64>()
                    })
                    .sum()
            })
            .collect();
        let allowed = tail * density.iter().sum::<f64>();
        let mut order: Vec<usize> = (0..k.len()).collect();
        order.sort_by(|&a, &b| k[b].abs().total_cmp(&k[a].abs()));
        let mut outside = 0.0;
        for m in order {
            outside += density[m];
            if outside > allowed {
                return k[m].abs();
            }
        }
        0.0
    };
    [limit(0, kx), limit(1, ky)]
}

/// ½ Re∫(E × H*)·ẑ dA of spectra on a plane of `area`, W.
pub(crate) fn power([ex, ey, hx, hy]: &[Array2<Complex64>; 4], area: f64) -> f64 {
    let flux = |e: &Array2<Complex64>, h: &Array2<Complex64>| -> f64 {
        e.iter().zip(h).map(|(e, h)| (e * h.conj()).re).sum()
    };
    0.5 * area * (flux(ex, hy) - flux(ey, hx))
}

/// `f` of each of four items in parallel.
pub(crate) fn par_map<T: Send, U: Send>(items: [T; 4], f: impl Fn(T) -> U + Sync) -> [U; 4] {
    let [a, b, c, d] = items;
    let f = &f;
    let ((a, b), (c, d)) = rayon::join(
        || rayon::join(|| f(a), || f(b)),
        || rayon::join(|| f(c), || f(d)),
    );
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use cpo_materials::{Length, Wavelength};

    use super::super::GaussianBeam;
    use super::*;

    const PLANE: Plane = Plane {
        pitch: 0.3e-6,
        count: [90, 96],
    };

    #[test]
    fn samples_invert_coefficients() {
        let beam =
            GaussianBeam::new(Length::um(6.0), Length::um(5.0), 1.0, Wavelength::um(1.55)).unwrap();
        let [ex, ..] = PLANE.sample(&beam);
        let back = samples(&coefficients(ex.clone()));
        let largest = ex.iter().map(|v| v.norm()).fold(0.0, f64::max);
        // round-off
        assert!(
            ex.iter()
                .zip(&back)
                .all(|(a, b)| (a - b).norm() < 1e-13 * largest)
        );
    }
}
