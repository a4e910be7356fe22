//! Round trips of light between two parallel facets.
//!
//! Every plane wave goes to and fro by itself, its p and its s part too. With r₁, r₂ the reflections of the gap's walls met
//! from within and G the wave's share of a₁₂,
//!
//! ```text
//! a(φ) = Σ_k G/(1 − ρ e^{iφ}),   ρ = r₁r₂ exp(2ik_z d),
//! ```
//!
//! φ = 0 being the gap's own length and φ from 0 to 2π lengths within half a wavelength of it. As a power series in e^{iφ}
//! a is found from N values at equal steps of φ but for the power N, which |ρ|ᴺ bounds; the least and the largest |a|²
//! follow from that polynomial to round-off.
//!
//! Born & Wolf, Principles of Optics, §7.6.1, DOI 10.1017/CBO9781139644181.

use std::f64::consts::TAU;

use ndarray::Array2;
use num_complex::Complex64;

use super::Gap;
use super::coat::Multilayer;
use super::correlation::Band;

/// Numbers of phases tried in turn …
const PHASES: [usize; 4] = [8, 16, 32, 64];
/// … until the power left out is this part of Σ|G|.
const SERIES_TAIL: f64 = 1e-8;
/// Points per phase among which the extremes are sought before Newton's method.
const POINTS_PER_PHASE: usize = 4;

/// Transmission of parallel facets into the mode, all round trips in the gap added by amplitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Etalon {
    /// At the gap's own length.
    pub coherent: f64,
    /// Least as the round trip's phase turns.
    pub least: f64,
    /// Largest as it turns.
    pub most: f64,
}

impl Etalon {
    /// Loss in dB at the gap's own length.
    pub fn loss_db(&self) -> f64 {
        super::loss_db(self.coherent)
    }

    /// Largest over least transmission in dB.
    pub fn ripple_db(&self) -> f64 {
        10.0 * (self.most / self.least).log10()
    }

    /// From a at equal steps of φ and T.
    pub(super) fn of(values: &[Complex64], transmission: f64) -> Self {
        let count = values.len();
        let waves: Vec<Complex64> = (0..count)
            .map(|m| Complex64::cis(TAU * m as f64 / count as f64))
            .collect();
        // coefficients of e^{imφ}
        let series: Vec<Complex64> = (0..count)
            .map(|m| {
                let terms = values.iter().enumerate();
                let sum: Complex64 = terms.map(|(j, a)| a * waves[m * j % count].conj()).sum();
                sum / count as f64
            })
            .collect();
        let points = POINTS_PER_PHASE * count;
        let step = TAU / points as f64;
        let powers: Vec<f64> = (0..points)
            .map(|j| derivatives(&series, j as f64 * step)[0])
            .collect();
        let extreme = |sign: f64| -> f64 {
            let best =
                (0..points).max_by(|&a, &b| (sign * powers[a]).total_cmp(&(sign * powers[b])));
            let best = best.unwrap_or(0);
            let start = best as f64 * step;
            let (mut phase, mut found) = (start, powers[best]);
            // quadratic convergence from within a step of the extreme
            for _ in 0..4 {
                let [power, slope, bend] = derivatives(&series, phase);
                found = sign * (sign * found).max(sign * power);
                if sign * bend < 0.0 {
                    phase = (phase - slope / bend).clamp(start - step, start + step);
                }
            }
            found
        };
        Self {
            coherent: transmission * values[0].norm_sqr(),
            least: transmission * extreme(-1.0),
            most: transmission * extreme(1.0),
        }
    }
}

/// |Σ aₘe^{imφ}|² with its first and second derivative by φ.
fn derivatives(series: &[Complex64], phase: f64) -> [f64; 3] {
    let turn = Complex64::cis(phase);
    let mut wave = Complex64::ONE;
    let [mut a, mut slope, mut bend] = [Complex64::ZERO; 3];
    for (m, coefficient) in series.iter().enumerate() {
        let (term, m) = (coefficient * wave, m as f64);
        a += term;
        slope += Complex64::I * m * term;
        bend -= m * m * term;
        wave *= turn;
    }
    [
        a.norm_sqr(),
        2.0 * (a.conj() * slope).re,
        2.0 * (slope.norm_sqr() + (a.conj() * bend).re),
    ]
}

/// [`Etalon`] over a map's offsets, each `[[offset x, offset y]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct EtalonMap {
    /// At the gap's own length.
    pub coherent: Array2<f64>,
    /// Least as the round trip's phase turns.
    pub least: Array2<f64>,
    /// Largest as it turns.
    pub most: Array2<f64>,
}

impl EtalonMap {
    /// From maps of a at equal steps of φ and T.
    pub(super) fn of(values: &[Array2<Complex64>], transmission: f64) -> Self {
        let at = |place: (usize, usize)| {
            let values: Vec<Complex64> = values.iter().map(|a| a[place]).collect();
            Etalon::of(&values, transmission)
        };
        let all = Array2::from_shape_fn(values[0].dim(), at);
        Self {
            coherent: all.mapv(|e| e.coherent),
            least: all.mapv(|e| e.least),
            most: all.mapv(|e| e.most),
        }
    }
}

/// ρ of a correlation's waves.
#[derive(Clone, Debug)]
pub(super) struct RoundTrips {
    /// G of the p parts alone, `[[kx, ky]]`.
    spectrum_p: Array2<Complex64>,
    /// ρ of p and s waves.
    round_trip: [Array2<Complex64>; 2],
}

impl RoundTrips {
    pub fn new(
        band: &Band,
        spectrum_p: Array2<Complex64>,
        [first, second]: [&Multilayer; 2],
        vacuum_wavenumber: f64,
        gap: Gap,
    ) -> Self {
        let k = gap.index * vacuum_wavenumber;
        let wave = |(m, n): (usize, usize)| -> [Complex64; 2] {
            let transverse = band.kx[m].hypot(band.ky[n]);
            let kz = Complex64::from(k * k - transverse * transverse).sqrt();
            let turn = (Complex64::I * 2.0 * kz * gap.length).exp();
            let [a, b] =
                [first, second].map(|s| s.response(vacuum_wavenumber, transverse).reflection);
            [0, 1].map(|part| a[part] * b[part] * turn)
        };
        let both = Array2::from_shape_fn(spectrum_p.dim(), wave);
        Self {
            spectrum_p,
            round_trip: [0, 1].map(|part| both.mapv(|r| r[part])),
        }
    }

    /// G/(1 − ρe^{iφ}) at equal steps of φ from 0 on, so many that the series in e^{iφ} is complete.
    pub fn filtered(&self, spectrum: &Array2<Complex64>) -> Vec<Array2<Complex64>> {
        let count = self.phases(spectrum);
        let [p, s] = &self.round_trip;
        let at = |j: usize| {
            let turn = Complex64::cis(TAU * j as f64 / count as f64);
            Array2::from_shape_fn(spectrum.dim(), |place| {
                let of_p = self.spectrum_p[place];
                let of_s = spectrum[place] - of_p;
                of_p / (1.0 - p[place] * turn) + of_s / (1.0 - s[place] * turn)
            })
        };
        (0..count).map(at).collect()
    }

    fn phases(&self, spectrum: &Array2<Complex64>) -> usize {
        let [p, s] = &self.round_trip;
        let sizes: Vec<(f64, f64)> = spectrum
            .indexed_iter()
            .map(|(place, g)| (g.norm(), p[place].norm().max(s[place].norm()).min(1.0)))
            .collect();
        let all: f64 = sizes.iter().map(|(g, _)| g).sum();
        let is_complete = |count: &&usize| {
            let left = sizes.iter().map(|(g, r)| g * r.powi(**count as i32));
            left.sum::<f64>() <= SERIES_TAIL * all
        };
        *PHASES.iter().find(is_complete).unwrap_or(&PHASES[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove the extremes wrong: a/(1 − ρe^{iφ}) has them at φ = −arg ρ and opposite.
    #[test]
    fn extremes_of_one_wave() {
        let rho = Complex64::from_polar(0.3, 1.234);
        let values: Vec<Complex64> = (0..16)
            .map(|j| 1.0 / (1.0 - rho * Complex64::cis(TAU * f64::from(j) / 16.0)))
            .collect();
        let etalon = Etalon::of(&values, 0.5);
        // the power left out, 0.3¹⁶ = 4·10⁻⁹
        assert!((etalon.most - 0.5 / 0.49).abs() < 1e-8, "{etalon:?}");
        assert!((etalon.least - 0.5 / 1.69).abs() < 1e-8, "{etalon:?}");
        assert!((etalon.coherent - 0.5 * values[0].norm_sqr()).abs() < 1e-15);
    }
}
