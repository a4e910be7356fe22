//! The spectrum of a₁₂ over lateral offsets.
//!
//! G(k) = ¼ (Ẽ₁ × Ĥ₂* + Ê₂* × H̃₁)·ẑ with the beam's coefficients Ẽ₁, H̃₁ on its periodic plane and the mode's
//! Ê₂(k) = Σ E₂(xᵢ, yⱼ) ΔxᵢΔyⱼ exp(−ik·r), exactly its own quadrature; a₁₂(d) = Σ_k G(k) exp(−ik·d).

use ndarray::{Array2, Zip};
use num_complex::Complex64;

use super::SampledField;
use super::overlap::density;
use super::plane::{Plane, SPECTRAL_TAIL, band};
use super::plane_waves::direction;
use super::product::two_sided;

/// a(d) = Σ G exp(−ik·d).
#[derive(Clone, Debug)]
pub(crate) struct Correlation {
    pub kx: Vec<f64>,
    pub ky: Vec<f64>,
    /// G `[[kx, ky]]`.
    pub spectrum: Array2<Complex64>,
    /// |dx|, |dy| up to which no periodic image contributes.
    pub reach: f64,
    /// Length over which a(d) changes: the beam's 1/e² radius.
    pub scale: f64,
}

/// a and its derivatives at one offset.
struct Expansion {
    a: Complex64,
    gradient: [Complex64; 2],
    /// xx, xy, yy
    hessian: [Complex64; 3],
}

/// exp(−ikd) of each wavenumber.
pub(crate) fn phases(k: &[f64], d: f64) -> Vec<Complex64> {
    k.iter()
        .map(|k| Complex64::from_polar(1.0, -k * d))
        .collect()
}

impl Correlation {
    /// a over all pairs of offsets, `[[x, y]]`.
    pub fn amplitudes(&self, x: &[f64], y: &[f64]) -> Array2<Complex64> {
        self.amplitudes_of(&self.spectrum, x, y)
    }

    /// Of another spectrum on the same waves.
    pub fn amplitudes_of(
        &self,
        spectrum: &Array2<Complex64>,
        x: &[f64],
        y: &[f64],
    ) -> Array2<Complex64> {
        let waves = |k: &[f64], d: &[f64]| {
            Array2::from_shape_fn((d.len(), k.len()), |(i, m)| {
                Complex64::from_polar(1.0, -k[m] * d[i])
            })
        };
        two_sided(&waves(&self.kx, x), spectrum, &waves(&self.ky, y))
    }

    pub fn amplitude(&self, [dx, dy]: [f64; 2]) -> Complex64 {
        let right = phases(&self.ky, dy);
        let row = |m: usize| -> Complex64 {
            self.spectrum
                .row(m)
                .iter()
                .zip(&right)
                .map(|(g, p)| g * p)
                .sum()
        };
        phases(&self.kx, dx)
            .iter()
            .enumerate()
            .map(|(m, p)| p * row(m))
            .sum()
    }

    fn expansion(&self, [dx, dy]: [f64; 2]) -> Expansion {
        let (left, right) = (phases(&self.kx, dx), phases(&self.ky, dy));
        let mut sums = [Complex64::ZERO; 6];
        for (m, left) in left.iter().enumerate() {
            let mut row = [Complex64::ZERO; 3];
            for ((g, p), ky) in self.spectrum.row(m).iter().zip(&right).zip(&self.ky) {
                let value = g * p;
                row[0] += value;
                row[1] += value * *ky;
                row[2] += value * (ky * ky);
            }
            let kx = self.kx[m];
            for (sum, term) in sums.iter_mut().zip([
                row[0],
                row[0] * kx,
                row[1],
                row[0] * kx * kx,
                row[1] * kx,
                row[2],
            ]) {
                *sum += left * term;
            }
        }
        let [a, x, y, xx, xy, yy] = sums;
        let i = Complex64::i();
        Expansion {
            a,
            gradient: [-i * x, -i * y],
            hessian: [-xx, -xy, -yy],
        }
    }

    /// Gradient and Hessian (xx, xy, yy) of ln η; `None` where η = 0.
    pub fn logarithm(&self, d: [f64; 2]) -> Option<([f64; 2], [f64; 3])> {
        let Expansion {
            a,
            gradient,
            hessian,
        } = self.expansion(d);
        if a.norm_sqr() == 0.0 {
            return None;
        }
        let [gx, gy] = gradient.map(|g| g / a);
        let [xx, xy, yy] = hessian.map(|h| h / a);
        Some((
            [2.0 * gx.re, 2.0 * gy.re],
            [
                2.0 * (xx - gx * gx).re,
                2.0 * (xy - gx * gy).re,
                2.0 * (yy - gy * gy).re,
            ],
        ))
    }

    /// The offset of largest |a| within the reach: the best point of a lattice finer than half the beam's radius,
    /// then Newton's method on ln η.
    pub fn maximum(&self) -> [f64; 2] {
        let half = (2.0 * self.reach / self.scale).ceil().clamp(4.0, 200.0) as i32;
        let lattice: Vec<f64> = (-half..=half)
            .map(|i| f64::from(i) / f64::from(half) * self.reach)
            .collect();
        let values = self.amplitudes(&lattice, &lattice);
        let mut best = [0.0, 0.0];
        let mut largest = self.amplitude(best).norm_sqr();
        for ((i, j), a) in values.indexed_iter() {
            // an offset must be better by more than round-off, so that a symmetric pair stays centred
            if a.norm_sqr() > largest * (1.0 + 1e-9) {
                (best, largest) = ([lattice[i], lattice[j]], a.norm_sqr());
            }
        }
        for _ in 0..50 {
            let Some(([gx, gy], [xx, xy, yy])) = self.logarithm(best) else {
                return best;
            };
            let determinant = xx * yy - xy * xy;
            let step = if xx < 0.0 && determinant > 0.0 {
                [
                    -(yy * gx - xy * gy) / determinant,
                    -(xx * gy - xy * gx) / determinant,
                ]
            } else {
                // not concave: uphill by a part of the beam's radius
                let slope = gx.hypot(gy);
                if slope == 0.0 {
                    return best;
                }
                [
                    0.25 * self.scale * gx / slope,
                    0.25 * self.scale * gy / slope,
                ]
            };
            let mut shrink = (0.5 * self.scale / step[0].hypot(step[1])).min(1.0);
            let mut next = best;
            // halve the step until it does not lose; 30 halvings are beyond round-off
            for _ in 0..30 {
                next = [best[0] + shrink * step[0], best[1] + shrink * step[1]];
                let value = self.amplitude(next).norm_sqr();
                if value >= largest && next.iter().all(|d| d.abs() <= self.reach) {
                    largest = value;
                    break;
                }
                next = best;
                shrink *= 0.5;
            }
            let moved = (next[0] - best[0]).hypot(next[1] - best[1]);
            best = next;
            if moved <= 1e-12 * self.scale {
                break;
            }
        }
        best
    }
}

/// Σ f(xᵢ, yⱼ) ΔxᵢΔyⱼ exp(−i(kₓxᵢ + k_yyⱼ)) of a mode's Eₓ, E_y, Hₓ, H_y, `[[kx, ky]]`.
pub(crate) fn transform(mode: &SampledField, kx: &[f64], ky: &[f64]) -> [Array2<Complex64>; 4] {
    let kernel = |k: &[f64], axis: usize| {
        let (x, width) = (
            mode.grid.axis(axis).centres(),
            mode.grid.axis(axis).widths(),
        );
        Array2::from_shape_fn((k.len(), x.len()), |(m, i)| {
            Complex64::from_polar(width[i], -k[m] * x[i])
        })
    };
    let (left, right) = (kernel(kx, 0), kernel(ky, 1));
    [&mode.ex, &mode.ey, &mode.hx, &mode.hy].map(|f| two_sided(&left, f, &right))
}

/// The wavenumbers at which the beam has power.
pub(crate) struct Band {
    /// Positions in the FFT's order.
    rows: Vec<usize>,
    columns: Vec<usize>,
    pub kx: Vec<f64>,
    pub ky: Vec<f64>,
}

impl Band {
    /// Those of a beam and of the same beam in contact, given by their spectra.
    pub fn of(
        received: &[Array2<Complex64>; 4],
        contact: &[Array2<Complex64>; 4],
        plane: Plane,
    ) -> Self {
        let (kx, ky) = (plane.wavenumbers(0), plane.wavenumbers(1));
        let (a, b) = (
            band(&received[..2], &kx, &ky, SPECTRAL_TAIL),
            band(&contact[..2], &kx, &ky, SPECTRAL_TAIL),
        );
        let choose = |k: &[f64], limit: f64| -> Vec<usize> {
            (0..k.len()).filter(|&m| k[m].abs() <= limit).collect()
        };
        let (rows, columns) = (choose(&kx, a[0].max(b[0])), choose(&ky, a[1].max(b[1])));
        let (kx, ky) = (
            rows.iter().map(|&m| kx[m]).collect(),
            columns.iter().map(|&n| ky[n]).collect(),
        );
        Self {
            rows,
            columns,
            kx,
            ky,
        }
    }

    /// [`transform`] at the band's wavenumbers.
    pub fn transform(&self, mode: &SampledField) -> [Array2<Complex64>; 4] {
        transform(mode, &self.kx, &self.ky)
    }

    /// Of spectra on the plane, those at the band's wavenumbers.
    pub fn part(&self, spectra: &[Array2<Complex64>; 4]) -> [Array2<Complex64>; 4] {
        let shape = (self.rows.len(), self.columns.len());
        spectra
            .each_ref()
            .map(|s| Array2::from_shape_fn(shape, |(m, n)| s[[self.rows[m], self.columns[n]]]))
    }

    /// The spectrum of a₁₂ over offsets.
    pub fn correlate(
        &self,
        beam: &[Array2<Complex64>; 4],
        mode: &[Array2<Complex64>; 4],
    ) -> Array2<Complex64> {
        self.correlate_part(beam, mode, |field, _| field)
    }

    /// The same of the beam's p waves alone: E along p̂, H along ŝ.
    pub fn correlate_p(
        &self,
        beam: &[Array2<Complex64>; 4],
        mode: &[Array2<Complex64>; 4],
    ) -> Array2<Complex64> {
        self.correlate_part(beam, mode, |[ex, ey, hx, hy], [c, s]| {
            let (e, h) = (ex * c + ey * s, hy * c - hx * s);
            [e * c, e * s, -h * s, h * c]
        })
    }

    /// `of` takes the beam's field at a wave and the wave's p̂.
    fn correlate_part(
        &self,
        beam: &[Array2<Complex64>; 4],
        mode: &[Array2<Complex64>; 4],
        of: impl Fn([Complex64; 4], [f64; 2]) -> [Complex64; 4] + Sync,
    ) -> Array2<Complex64> {
        let mut out = Array2::zeros((self.rows.len(), self.columns.len()));
        Zip::indexed(&mut out).par_for_each(|(m, n), value| {
            let at = [self.rows[m], self.columns[n]];
            let field = std::array::from_fn(|c| beam[c][at]);
            *value = density(
                of(field, direction(self.kx[m], self.ky[n])),
                std::array::from_fn(|c| mode[c][[m, n]]),
            );
        });
        out
    }
}
