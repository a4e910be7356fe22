//! What a facet and the mode behind it take up of any plane wave.
//!
//! a = Σ_k F(k)·E(k), F being the overlap with the mode of a wave of unit Eₓ or E_y in the gap, its way through the facet
//! included. The mode is confined, so F is smooth: with the phase of the mode's centre taken out it is interpolated between
//! the points of a lattice by polynomials of degree 5 in either wavenumber, with an error of (Δk r)⁶/200 for a mode of radius r.

use std::f64::consts::PI;

use ndarray::{Array2, Zip};
use num_complex::Complex64;

use super::correlation::transform;
use super::overlap::density;
use super::plane::Plane;
use super::plane_waves::Waves;
use super::{CouplingError, CouplingScan, Gap, SampledField};
use crate::spread::parabola;

/// Spacing of the lattice in parts of 1/r.
const SPACING: f64 = 0.1;
/// Points per axis of the polynomial.
const POINTS: usize = 6;

/// F of a mode behind its facet, on a lattice of wavenumbers.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    /// Whose waves the lattice has.
    plane: Plane,
    /// First wavenumber and 1/spacing, per axis.
    first: [f64; 2],
    density: [f64; 2],
    /// [Fₓ, F_y] exp(−ik·c), `[[kx, ky]]`.
    pub(super) values: Array2<[Complex64; 2]>,
    /// c of the mode, m.
    pub(super) centre: [f64; 2],
}

/// Centre and 1/e² radii (2σ of S_z) of a mode.
fn moments(mode: &SampledField) -> [[f64; 2]; 2] {
    let (x, y) = (mode.grid.axis(0).centres(), mode.grid.axis(1).centres());
    let mut sums = [0.0; 5];
    for (i, x) in x.iter().enumerate() {
        for (j, y) in y.iter().enumerate() {
            let [ex, ey, hx, hy] = mode.cell(i, j);
            let s = (ex * hy.conj() - ey * hx.conj()).re.abs() * mode.grid.area(i, j);
            for (sum, term) in sums.iter_mut().zip([s, s * x, s * y, s * x * x, s * y * y]) {
                *sum += term;
            }
        }
    }
    let [s, sx, sy, sxx, syy] = sums;
    let radius = |second: f64, first: f64| 2.0 * (second / s - (first / s).powi(2)).sqrt();
    [[sx / s, sy / s], [radius(sxx, sx), radius(syy, sy)]]
}

/// Weights of the points −2 … 3 for a value at `t` in [0, 1) from point 0.
fn weights(t: f64) -> [f64; POINTS] {
    let [a, b, c, d, e, f] = [t + 2.0, t + 1.0, t, t - 1.0, t - 2.0, t - 3.0];
    [
        b * c * d * e * f / -120.0,
        a * c * d * e * f / 24.0,
        a * b * d * e * f / -12.0,
        a * b * c * e * f / 12.0,
        a * b * c * d * f / -24.0,
        a * b * c * d * e / 120.0,
    ]
}

impl Receiver {
    /// The mode behind the facet of `scan`, for waves in the gap up to the transverse wavenumber `largest`.
    pub(super) fn new(
        scan: &CouplingScan,
        mode: &SampledField,
        gap: Gap,
        largest: f64,
    ) -> Result<Self, CouplingError> {
        let [centre, radii] = moments(mode);
        // the polynomial wants three points beyond the last wave
        let spacing = radii.map(|r| SPACING / r);
        let edge = largest + 4.0 * spacing[0].max(spacing[1]);
        let count = spacing.map(|s| 2 * (edge / s).ceil() as usize);
        let plane = Plane {
            pitch: PI / edge,
            count,
        };
        Self::on(plane, centre, scan, mode, gap)
    }

    /// Another mode on the same lattice.
    pub(super) fn of_another(
        &self,
        scan: &CouplingScan,
        mode: &SampledField,
        gap: Gap,
    ) -> Result<Self, CouplingError> {
        Self::on(self.plane, self.centre, scan, mode, gap)
    }

    fn on(
        plane: Plane,
        centre: [f64; 2],
        scan: &CouplingScan,
        mode: &SampledField,
        gap: Gap,
    ) -> Result<Self, CouplingError> {
        let [from_x, from_y] = scan.weights(mode, gap, plane, [f64::INFINITY; 2])?;
        let (kx, ky) = (plane.wavenumbers(0), plane.wavenumbers(1));
        // from the order of the FFT to that of the wavenumbers
        let [nx, ny] = plane.count;
        let values = Array2::from_shape_fn((nx, ny), |(m, n)| {
            let at = [(m + nx / 2) % nx, (n + ny / 2) % ny];
            let turn = Complex64::cis(-kx[at[0]] * centre[0] - ky[at[1]] * centre[1]);
            [from_x[at] * turn, from_y[at] * turn]
        });
        Ok(Self {
            plane,
            first: [kx[nx / 2], ky[ny / 2]],
            density: [0, 1].map(|axis| plane.width(axis) / (2.0 * PI)),
            values,
            centre,
        })
    }

    /// Turned by the phase that makes Σ F_other*·F real and positive: a mode's phase is of no account.
    pub(super) fn in_phase_with(mut self, other: &Self) -> Self {
        let pairs = self.values.iter().zip(&other.values);
        let product: Complex64 = pairs
            .map(|(a, b)| a[0] * b[0].conj() + a[1] * b[1].conj())
            .sum();
        if product != Complex64::ZERO {
            let turn = product.conj() / product.norm();
            self.values.mapv_inplace(|[x, y]| [x * turn, y * turn]);
        }
        self
    }

    /// With parameters that change the mode at `t` steps each, given their F at −1, 0 and +1: the parabola through these.
    /// None where all are nominal.
    pub(super) fn varied<'a>(
        &self,
        parameters: impl Iterator<Item = (&'a [Self; 3], f64)>,
    ) -> Option<Self> {
        let mut sum: Option<Self> = None;
        for ([below, nominal, above], t) in parameters.filter(|(_, t)| *t != 0.0) {
            let sum = sum.get_or_insert_with(|| self.clone());
            let [down, up] = parabola(t);
            Zip::from(&mut sum.values)
                .and(&below.values)
                .and(&nominal.values)
                .and(&above.values)
                .for_each(|sum, b, n, a| {
                    for c in 0..2 {
                        sum[c] += (b[c] - n[c]) * down + (a[c] - n[c]) * up;
                    }
                });
        }
        sum
    }

    /// F exp(−ik·c) at any wavenumber of the lattice; zero beyond it.
    pub(super) fn at(&self, kx: f64, ky: f64) -> [Complex64; 2] {
        let place = |k: f64, axis: usize| -> (f64, f64) {
            let t = (k - self.first[axis]) * self.density[axis];
            (t.floor(), t - t.floor())
        };
        let ((m, s), (n, t)) = (place(kx, 0), place(ky, 1));
        let (rows, columns) = self.values.dim();
        let fits = |m: f64, len: usize| m >= 2.0 && m + 3.0 < len as f64;
        if !(fits(m, rows) && fits(n, columns)) {
            return [Complex64::ZERO; 2];
        }
        let (m, n) = (m as usize - 2, n as usize - 2);
        let (by_row, by_column) = (weights(s), weights(t));
        let mut sum = [Complex64::ZERO; 2];
        for (i, a) in by_row.iter().enumerate() {
            let mut line = [Complex64::ZERO; 2];
            for (j, b) in by_column.iter().enumerate() {
                let [x, y] = self.values[[m + i, n + j]];
                line[0] += x * *b;
                line[1] += y * *b;
            }
            sum[0] += line[0] * *a;
            sum[1] += line[1] * *a;
        }
        sum
    }
}

impl CouplingScan {
    /// F on the waves of `plane`, in the order of its FFT: of unit Eₓ and of unit E_y. Waves beyond |kₓ|, |k_y| = `limits` are
    /// left zero.
    pub(super) fn weights(
        &self,
        mode: &SampledField,
        gap: Gap,
        plane: Plane,
        limits: [f64; 2],
    ) -> Result<[Array2<Complex64>; 2], CouplingError> {
        let k0 = 2.0 * PI / self.wavelength;
        let modes = match self.leaning(mode, plane) {
            Some(leaning) => leaning,
            None => within(mode, plane, limits),
        };
        let of = |component: usize| -> Result<Array2<Complex64>, CouplingError> {
            let unit = Waves::unit(plane, gap.index, k0, component);
            let [ex, ey, hx, hy] = self
                .behind(unit, gap, mode.effective_index.re)?
                .into_spectra();
            let mut out = Array2::zeros((plane.count[0], plane.count[1]));
            Zip::indexed(&mut out).par_for_each(|at, value| {
                *value = density(
                    [ex[at], ey[at], hx[at], hy[at]],
                    std::array::from_fn(|c| modes[c][at]),
                );
            });
            Ok(out)
        };
        Ok([of(0)?, of(1)?])
    }
}

/// [`transform`] on a plane, zero beyond `limits`.
fn within(mode: &SampledField, plane: Plane, limits: [f64; 2]) -> [Array2<Complex64>; 4] {
    let choose = |axis: usize| -> (Vec<usize>, Vec<f64>) {
        let k = plane.wavenumbers(axis).into_iter().enumerate();
        k.filter(|(_, k)| k.abs() <= limits[axis]).unzip()
    };
    let ((rows, kx), (columns, ky)) = (choose(0), choose(1));
    transform(mode, &kx, &ky).map(|part| {
        let mut whole = Array2::zeros((plane.count[0], plane.count[1]));
        for ((m, n), value) in part.indexed_iter() {
            whole[[rows[m], columns[n]]] = *value;
        }
        whole
    })
}

#[cfg(test)]
mod tests {
    use super::weights;

    #[test]
    fn a_quintic_is_kept() {
        let quintic = |x: f64| 1.0 + x * (2.0 + x * (-1.0 + x * (0.5 + x * (0.3 - 0.2 * x))));
        for t in [0.0, 0.25, 0.9] {
            let sum: f64 = weights(t)
                .iter()
                .enumerate()
                .map(|(i, w)| w * quintic(i as f64 - 2.0))
                .sum();
            // round-off
            assert!((sum - quintic(t)).abs() < 1e-12, "{t}");
        }
    }
}
