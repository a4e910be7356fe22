//! The vector plane-wave spectrum of a beam in homogeneous media.
//!
//! f(x, y) = Σ_k c(k) exp(i(kₓx + k_yy)) on a periodic plane, c by FFT. In a medium of index n, k = n k₀,
//! k_z = √(k² − kₓ² − k_y²) with Im k_z ≥ 0, the wave splits along p̂ = (kₓ, k_y)/|·| and ŝ = ẑ × p̂ with
//! admittances Y_s = k_z/(k₀Z₀), Y_p = n²k₀/(k_zZ₀):
//!
//! - H = Y_pE_p ŝ − Y_sE_s p̂; the forward part of a given (E, H) is E_p⁺ = ½(E_p + H_s/Y_p), E_s⁺ = ½(E_s − H_p/Y_s);
//! - a distance d multiplies by exp(ik_zd), evanescent waves included;
//! - an interface multiplies by τ = 2Y₁/(Y₁ + Y₂) for each polarisation;
//! - a rotation of the beam by θ about y takes its spectrum at k′ = R⁻¹k, with Jacobian k_z′/k_z, and rotates E.
//!
//! Exact but for the periodic plane and for 1/k_z, which is bounded below by √(k δk) on the grazing ring, δk
//! being the spacing of the spectrum (the singularity is integrable). Goodman, Introduction to Fourier Optics, ch. 3;
//! Born & Wolf §1.5.2, DOI 10.1017/CBO9781139644181.

use cpo_materials::constants::VACUUM_IMPEDANCE;
use ndarray::{Array2, Zip};
use num_complex::Complex64;
use rayon::prelude::*;

use super::coat::Multilayer;
use super::plane::{Plane, band, coefficients, power, samples, samples_along_first, transposed};

/// Longitudinal wavenumber, Im k_z ≥ 0.
fn longitudinal(k: f64, kx: f64, ky: f64) -> Complex64 {
    let square = k * k - kx * kx - ky * ky;
    if square >= 0.0 {
        Complex64::new(square.sqrt(), 0.0)
    } else {
        Complex64::new(0.0, (-square).sqrt())
    }
}

/// k_z kept away from zero for use in denominators.
fn bounded(kz: Complex64, smallest: f64) -> Complex64 {
    let size = kz.norm();
    if size >= smallest {
        kz
    } else if size == 0.0 {
        smallest.into()
    } else {
        kz * (smallest / size)
    }
}

/// p̂ = (cos, sin) of a transverse wave vector, along x on the axis.
pub(crate) fn direction(kx: f64, ky: f64) -> [f64; 2] {
    let kt = kx.hypot(ky);
    if kt == 0.0 {
        [1.0, 0.0]
    } else {
        [kx / kt, ky / kt]
    }
}

/// The forward part of Eₓ, E_y of a wave (Eₓ, E_y, Z₀Hₓ, Z₀H_y) in a medium of wavenumber `k`; |k_z| is
/// taken as `smallest` at least where it divides.
pub(crate) fn forward_part(
    [ex, ey, hx, hy]: [Complex64; 4],
    k: f64,
    vacuum_wavenumber: f64,
    [kx, ky]: [f64; 2],
    smallest: f64,
) -> [Complex64; 2] {
    let [c, s] = direction(kx, ky);
    let kz = longitudinal(k, kx, ky);
    let (ep, es) = (ex * c + ey * s, ey * c - ex * s);
    let (hp, hs) = (hx * c + hy * s, hy * c - hx * s);
    let ep = 0.5 * (ep + hs * kz * vacuum_wavenumber / (k * k));
    let es = 0.5 * (es - hp * vacuum_wavenumber / bounded(kz, smallest));
    [ep * c - es * s, ep * s + es * c]
}

/// Forward plane waves in one medium, by their transverse electric field.
#[derive(Clone, Debug)]
pub(crate) struct Waves {
    plane: Plane,
    index: f64,
    vacuum_wavenumber: f64,
    kx: Vec<f64>,
    ky: Vec<f64>,
    /// c(k) of Eₓ and E_y, indexed `[[kx, ky]]` in FFT order.
    electric: [Array2<Complex64>; 2],
}

impl Waves {
    /// The forward waves in `index` of a beam given by the spectra of Eₓ, E_y, Hₓ, H_y in a guide of
    /// index `beam_index`, its impedance matched (the reflection being counted apart).
    pub fn forward(
        spectra: &[Array2<Complex64>; 4],
        plane: Plane,
        beam_index: f64,
        index: f64,
        vacuum_wavenumber: f64,
    ) -> Self {
        let [mut ex, mut ey, hx, hy] = spectra.clone();
        let (kx, ky) = (plane.wavenumbers(0), plane.wavenumbers(1));
        let k = index * vacuum_wavenumber;
        let smallest = (k * plane.spectral_spacing()).sqrt();
        let impedance = VACUUM_IMPEDANCE * index / beam_index;
        Zip::indexed(&mut ex)
            .and(&mut ey)
            .and(&hx)
            .and(&hy)
            .par_for_each(|(i, j), ex, ey, hx, hy| {
                let field = [*ex, *ey, hx * impedance, hy * impedance];
                [*ex, *ey] = forward_part(field, k, vacuum_wavenumber, [kx[i], ky[j]], smallest);
            });
        Self {
            plane,
            index,
            vacuum_wavenumber,
            kx,
            ky,
            electric: [ex, ey],
        }
    }

    /// Every wave of `plane` with unit Eₓ (component 0) or unit E_y (component 1).
    pub fn unit(plane: Plane, index: f64, vacuum_wavenumber: f64, component: usize) -> Self {
        let shape = (plane.count[0], plane.count[1]);
        let electric = [0, 1].map(|c| {
            let value = if c == component { 1.0 } else { 0.0 };
            Array2::from_elem(shape, Complex64::from(value))
        });
        Self {
            plane,
            index,
            vacuum_wavenumber,
            kx: plane.wavenumbers(0),
            ky: plane.wavenumbers(1),
            electric,
        }
    }

    fn wavenumber(&self) -> f64 {
        self.index * self.vacuum_wavenumber
    }

    /// Wave vector, transverse electric field and place in the order of the FFT of every propagating wave that is
    /// not among the weakest, which together have less than `tail` of Σ|E|².
    pub fn strongest(&self, tail: f64) -> Vec<([f64; 3], [Complex64; 2], [usize; 2])> {
        let k = self.wavenumber();
        let mut waves = Vec::new();
        let mut sizes = Vec::new();
        for ((i, j), ex) in self.electric[0].indexed_iter() {
            let ey = self.electric[1][[i, j]];
            let kz = longitudinal(k, self.kx[i], self.ky[j]).re;
            if kz > STEEPEST * k {
                sizes.push(ex.norm_sqr() + ey.norm_sqr());
                waves.push(([self.kx[i], self.ky[j], kz], [*ex, ey], [i, j]));
            }
        }
        let mut rising = sizes.clone();
        rising.sort_by(f64::total_cmp);
        let allowed = tail * rising.iter().sum::<f64>();
        let mut sum = 0.0;
        let least = rising.into_iter().find(|size| {
            sum += size;
            sum > allowed
        });
        let least = least.unwrap_or(0.0);
        let strong = waves.into_iter().zip(sizes);
        strong
            .filter(|(_, size)| *size >= least)
            .map(|(wave, _)| wave)
            .collect()
    }

    /// d/dθ of these waves turned about x̂, ŷ and ẑ through the point at `pivot` from the origin: with ω the axis and
    /// v = ω × k,
    ///
    /// δE = ω × E − (v·∇_k) E − E v_z/k_z − i(v·pivot) E,
    ///
    /// the third term from the solid angle of the waves. ∇_k is exact for a beam that its plane holds: −ir in space.
    pub fn turnings(&self, pivot: [f64; 3]) -> [Self; 3] {
        let k = self.wavenumber();
        let along = |axis: usize| -> [Array2<Complex64>; 2] {
            let r = self.plane.coordinates(axis);
            std::array::from_fn(|c| {
                let mut field = samples(&self.electric[c]);
                for ((i, j), value) in field.indexed_iter_mut() {
                    *value *= Complex64::new(0.0, -r[[i, j][axis]]);
                }
                coefficients(field)
            })
        };
        let (by_x, by_y) = rayon::join(|| along(0), || along(1));
        std::array::from_fn(|axis| {
            let mut turned = self.clone();
            let (kx, ky) = (&self.kx, &self.ky);
            let [ex, ey] = &mut turned.electric;
            Zip::indexed(ex).and(ey).par_for_each(|(i, j), ex, ey| {
                let kz = longitudinal(k, kx[i], ky[j]).re;
                if kz <= STEEPEST * k {
                    [*ex, *ey] = [Complex64::ZERO; 2];
                    return;
                }
                let ez = -(*ex * kx[i] + *ey * ky[j]) / kz;
                let v = about(axis, [kx[i], ky[j], kz]);
                let [turn_x, turn_y, _] = about(axis, [*ex, *ey, ez]);
                let moved = v[0] * pivot[0] + v[1] * pivot[1] + v[2] * pivot[2];
                let factor = Complex64::new(v[2] / kz, moved);
                let of = |turn: Complex64, e: Complex64, c: usize| {
                    turn - by_x[c][[i, j]] * v[0] - by_y[c][[i, j]] * v[1] - e * factor
                };
                [*ex, *ey] = [of(turn_x, *ex, 0), of(turn_y, *ey, 1)];
            });
            turned
        })
    }

    /// Weighted sum of three fields on the same waves.
    pub fn combined([a, b, c]: &[Self; 3], by: [f64; 3]) -> Self {
        let mut sum = a.clone();
        for (i, e) in sum.electric.iter_mut().enumerate() {
            Zip::from(e)
                .and(&b.electric[i])
                .and(&c.electric[i])
                .for_each(|a, b, c| *a = *a * by[0] + b * by[1] + c * by[2]);
        }
        sum
    }

    /// Eₓ and E_y of a wave, by its place in the order of the FFT.
    pub fn electric(&self, at: [usize; 2]) -> [Complex64; 2] {
        [self.electric[0][at], self.electric[1][at]]
    }

    /// The same waves on the plane through `origin`, which becomes the new one. Behind them evanescent waves are dropped.
    pub fn seen_from(mut self, [x, y, z]: [f64; 3]) -> Self {
        let k = self.wavenumber();
        let (kx, ky) = (&self.kx, &self.ky);
        let [ex, ey] = &mut self.electric;
        Zip::indexed(ex).and(ey).par_for_each(|(i, j), ex, ey| {
            let kz = longitudinal(k, kx[i], ky[j]);
            let factor = if z < 0.0 && kz.im > 0.0 {
                Complex64::ZERO
            } else {
                (Complex64::i() * (kz * z + kx[i] * x + ky[j] * y)).exp()
            };
            *ex *= factor;
            *ey *= factor;
        });
        self
    }

    /// Every wave's p and s parts times what `factors` gives for its transverse wavenumbers.
    fn filtered(mut self, factors: impl Fn(f64, f64) -> [Complex64; 2] + Sync) -> Self {
        let (kx, ky) = (&self.kx, &self.ky);
        let [ex, ey] = &mut self.electric;
        Zip::indexed(ex).and(ey).par_for_each(|(i, j), ex, ey| {
            let [c, s] = direction(kx[i], ky[j]);
            let [by_p, by_s] = factors(kx[i], ky[j]);
            let (ep, es) = ((*ex * c + *ey * s) * by_p, (*ey * c - *ex * s) * by_s);
            *ex = ep * c - es * s;
            *ey = ep * s + es * c;
        });
        self
    }

    /// The waves behind a multilayer that begins in their medium.
    pub fn through(self, layers: &Multilayer) -> Self {
        let k0 = self.vacuum_wavenumber;
        let index = layers.last_index();
        let waves = self.filtered(|kx, ky| layers.response(k0, kx.hypot(ky)).transmission);
        Self { index, ..waves }
    }

    /// The waves that a multilayer sends back, as seen in a mirror.
    pub fn reflected(self, layers: &Multilayer) -> Self {
        let k0 = self.vacuum_wavenumber;
        self.filtered(|kx, ky| layers.response(k0, kx.hypot(ky)).reflection)
    }

    /// The half angle about the z axis beyond which less than `tail` of ∫|E|² lies per axis.
    pub fn half_angle(&self, tail: f64) -> f64 {
        let [x, y] = self.band(tail);
        (x.max(y) / self.wavenumber()).min(1.0).asin()
    }

    /// Power of the waves, W, those that are evanescent left out.
    pub fn power(&self, area: f64) -> f64 {
        power(&self.clone().into_spectra(), area)
    }

    /// What of these waves, seen in a mirror, the source of the waves `sent` takes up, both in the mirror's plane: by
    /// reciprocity Σ Y E(k)·E_sent(−k) over Σ Y |E_sent|², Y being the admittances of p and s waves.
    pub fn taken_up_by(&self, sent: &Self) -> Complex64 {
        let k = self.wavenumber();
        let smallest = (k * self.plane.spectral_spacing()).sqrt();
        let [nx, ny] = self.plane.count;
        let (kx, ky) = (&self.kx, &self.ky);
        let row = |i: usize| -> (Complex64, f64) {
            let (mut up, mut all) = (Complex64::ZERO, 0.0);
            for j in 0..ny {
                let kz = longitudinal(k, kx[i], ky[j]);
                if kz.re <= 0.0 {
                    continue;
                }
                let [c, s] = direction(kx[i], ky[j]);
                let parts = |waves: &Self, at: [usize; 2]| {
                    let [ex, ey] = [waves.electric[0][at], waves.electric[1][at]];
                    [ex * c + ey * s, ey * c - ex * s]
                };
                let opposite = [(nx - i) % nx, (ny - j) % ny];
                let [p, s_wave] = parts(self, [i, j]);
                let [sent_p, sent_s] = parts(sent, opposite);
                let [own_p, own_s] = parts(sent, [i, j]);
                let kz = bounded(kz, smallest).re;
                let [yp, ys] = [k * k / kz, kz];
                up += p * sent_p * yp + s_wave * sent_s * ys;
                all += own_p.norm_sqr() * yp + own_s.norm_sqr() * ys;
            }
            (up, all)
        };
        let rows: Vec<(Complex64, f64)> = (0..nx).into_par_iter().map(row).collect();
        let up: Complex64 = rows.iter().map(|r| r.0).sum();
        up / rows.iter().map(|r| r.1).sum::<f64>()
    }

    /// The transmitted waves behind an interface to `index`.
    pub fn entering(mut self, index: f64) -> Self {
        let (k1, k2) = (self.wavenumber(), index * self.vacuum_wavenumber);
        let (kx, ky) = (&self.kx, &self.ky);
        let [ex, ey] = &mut self.electric;
        Zip::indexed(ex).and(ey).par_for_each(|(i, j), ex, ey| {
            let [c, s] = direction(kx[i], ky[j]);
            let (z1, z2) = (
                longitudinal(k1, kx[i], ky[j]),
                longitudinal(k2, kx[i], ky[j]),
            );
            // Y_s ∝ k_z; Y_p ∝ k²/k_z, written without its division. Neither sum vanishes for k₁ ≠ k₂
            let (sum_s, sum_p) = (z1 + z2, k1 * k1 * z2 + k2 * k2 * z1);
            let ts = if sum_s.norm() > 0.0 {
                2.0 * z1 / sum_s
            } else {
                1.0.into()
            };
            let tp = if sum_p.norm() > 0.0 {
                2.0 * k1 * k1 * z2 / sum_p
            } else {
                1.0.into()
            };
            let (ep, es) = ((*ex * c + *ey * s) * tp, (*ey * c - *ex * s) * ts);
            *ex = ep * c - es * s;
            *ey = ep * s + es * c;
        });
        self.index = index;
        self
    }

    /// The beam rotated by `angle` (rad) about the y axis: +z turns towards +x. Evanescent waves are dropped.
    pub fn rotated_about_y(self, angle: f64) -> Self {
        let k = self.wavenumber();
        let (sin, cos) = angle.sin_cos();
        // one spacing more, since the rotated waves lie between the plane's
        let limits = self
            .band(ROTATED_TAIL)
            .map(|k| k + self.plane.spectral_spacing());
        let (plane, kx, ky) = (self.plane, &self.kx, &self.ky);
        let x = plane.coordinates(0);
        // [[ky, x]]
        let lines: [Array2<Complex64>; 2] =
            std::array::from_fn(|c| samples_along_first(&self.electric[c]));
        let columns: Vec<Vec<[Complex64; 2]>> = (0..ky.len())
            .into_par_iter()
            .map(|j| {
                let inside = ky[j].abs() <= limits[1];
                let wave = |kx: f64| -> [Complex64; 2] {
                    let kz = longitudinal(k, kx, ky[j]);
                    let kx_beam = kx * cos - kz.re * sin;
                    let kz_beam = kx * sin + kz.re * cos;
                    if !inside
                        || kz.re <= 0.0
                        || kz_beam <= STEEPEST * k
                        || kx_beam.abs() > limits[0]
                    {
                        return [Complex64::ZERO; 2];
                    }
                    let turn = Complex64::from_polar(1.0, -kx_beam * plane.pitch);
                    let mut phase = Complex64::from_polar(1.0 / x.len() as f64, -kx_beam * x[0]);
                    let (mut ex, mut ey) = (Complex64::ZERO, Complex64::ZERO);
                    for i in 0..x.len() {
                        ex += lines[0][[j, i]] * phase;
                        ey += lines[1][[j, i]] * phase;
                        phase *= turn;
                    }
                    let ez = -(ex * kx_beam + ey * ky[j]) / kz_beam;
                    let jacobian = kz_beam / kz.re;
                    [(ex * cos + ez * sin) * jacobian, ey * jacobian]
                };
                kx.iter().map(|&kx| wave(kx)).collect()
            })
            .collect();
        let electric = std::array::from_fn(|c| {
            Array2::from_shape_fn((kx.len(), ky.len()), |(i, j)| columns[j][i][c])
        });
        Self { electric, ..self }
    }

    /// The beam rotated by `angle` (rad) about the x axis: +z turns towards −y.
    pub fn rotated_about_x(self, angle: f64) -> Self {
        // exchanging x and y is a reflection: it turns a rotation about x into the opposite one about y
        self.exchanged().rotated_about_y(-angle).exchanged()
    }

    fn exchanged(self) -> Self {
        let [ex, ey] = self.electric;
        let [nx, ny] = self.plane.count;
        Self {
            plane: Plane {
                count: [ny, nx],
                ..self.plane
            },
            kx: self.ky,
            ky: self.kx,
            electric: [transposed(&ey), transposed(&ex)],
            ..self
        }
    }

    /// |kₓ| and |k_y| beyond which less than `tail` of ∫|E|² lies, per axis.
    fn band(&self, tail: f64) -> [f64; 2] {
        band(&self.electric, &self.kx, &self.ky, tail)
    }

    /// The transverse electric field on the plane.
    pub fn electric_samples(&self) -> [Array2<Complex64>; 2] {
        std::array::from_fn(|c| samples(&self.electric[c]))
    }

    /// Spectra of Eₓ, E_y, Hₓ, H_y.
    pub fn into_spectra(self) -> [Array2<Complex64>; 4] {
        let k = self.wavenumber();
        let smallest = (k * self.plane.spectral_spacing()).sqrt();
        let (kx, ky) = (&self.kx, &self.ky);
        let [ex, ey] = self.electric;
        let (mut hx, mut hy) = (ex.clone(), ey.clone());
        let scale = 1.0 / (self.vacuum_wavenumber * VACUUM_IMPEDANCE);
        Zip::indexed(&mut hx)
            .and(&mut hy)
            .par_for_each(|(i, j), hx, hy| {
                let [c, s] = direction(kx[i], ky[j]);
                let kz = longitudinal(k, kx[i], ky[j]);
                let (ep, es) = (*hx * c + *hy * s, *hy * c - *hx * s);
                let hs = ep * k * k / bounded(kz, smallest) * scale;
                let hp = -es * kz * scale;
                *hx = hp * c - hs * s;
                *hy = hp * s + hs * c;
            });
        [ex, ey, hx, hy]
    }
}

/// x̂, ŷ or ẑ × v.
fn about<T: Copy + std::ops::Neg<Output = T> + Default>(axis: usize, [x, y, z]: [T; 3]) -> [T; 3] {
    match axis {
        0 => [T::default(), -z, y],
        1 => [z, T::default(), -x],
        _ => [-y, x, T::default()],
    }
}

/// Waves of a smaller k_z/k graze and are left out of a turn.
const STEEPEST: f64 = 1e-3;
/// Part of ∫|E|² left out of what a rotation evaluates.
const ROTATED_TAIL: f64 = 1e-13;

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use cpo_materials::{Angle, Length, Wavelength};

    use super::super::GaussianBeam;
    use super::*;

    const PLANE: Plane = Plane {
        pitch: 0.3e-6,
        count: [90, 96],
    };
    const WAVELENGTH: f64 = 1.55e-6;

    fn waves() -> Waves {
        let beam =
            GaussianBeam::new(Length::um(6.0), Length::um(5.0), 1.0, Wavelength::um(1.55)).unwrap();
        let spectra = PLANE
            .sample(&beam.polarized(Angle::deg(25.0)))
            .map(coefficients);
        Waves::forward(&spectra, PLANE, 1.0, 1.0, 2.0 * PI / WAVELENGTH)
    }

    fn watts(waves: &Waves) -> f64 {
        power(
            &waves.clone().into_spectra(),
            PLANE.width(0) * PLANE.width(1),
        )
    }

    fn difference(a: &Waves, b: &Waves) -> f64 {
        let norm = |w: [Array2<Complex64>; 2]| {
            w.iter().flatten().map(|c| c.norm_sqr()).sum::<f64>().sqrt()
        };
        let gap: [Array2<Complex64>; 2] = std::array::from_fn(|c| &a.electric[c] - &b.electric[c]);
        norm(gap) / norm(a.electric.clone())
    }

    #[test]
    fn a_gaussian_is_a_forward_wave_of_one_watt() {
        // fourth-order vector parts of its closed form: (kw)⁻⁴ = 10⁻⁴
        assert!((watts(&waves()) - 1.0).abs() < 1e-4, "{}", watts(&waves()));
    }

    #[test]
    fn forward_waves_are_forward() {
        let waves = waves();
        let again = Waves::forward(
            &waves.clone().into_spectra(),
            PLANE,
            1.0,
            1.0,
            2.0 * PI / WAVELENGTH,
        );
        // idempotent but on the grazing ring, where 1/k_z is bounded and this beam has exp(−(kw)²/4) = 10⁻¹¹
        assert!(
            difference(&waves, &again) < 1e-10,
            "{:e}",
            difference(&waves, &again)
        );
    }

    #[test]
    fn propagation_keeps_power_and_reverses() {
        let waves = waves();
        let there = waves.clone().seen_from([0.0, 0.0, 20e-6]);
        // round-off: the Gaussian has no evanescent part to speak of
        assert!((watts(&there) / watts(&waves) - 1.0).abs() < 1e-13);
        assert!(difference(&waves, &there.clone()) > 0.1);
        // evanescent waves do not come back: those of the beam's jump at the plane's edge, exp(−4.5²) = 1.6·10⁻⁹
        assert!(difference(&waves, &there.seen_from([0.0, 0.0, -20e-6])) < 1.6e-9);
    }

    #[test]
    fn rotation_keeps_power_and_reverses() {
        for angle in [0.03, -0.14, 0.4] {
            let waves = waves();
            let about_y = waves.clone().rotated_about_y(angle);
            let about_x = waves.clone().rotated_about_x(angle);
            for turned in [about_y.clone(), about_x.clone()] {
                // the part of the spectrum left out, and the power of a tilted wave in a plane of fixed size
                assert!(
                    (watts(&turned) / watts(&waves) - 1.0).abs() < 1e-7,
                    "{angle}: {}",
                    watts(&turned)
                );
            }
            for back in [
                about_y.rotated_about_y(-angle),
                about_x.rotated_about_x(-angle),
            ] {
                // amplitude of the part left out, √10⁻¹³, twice
                assert!(
                    difference(&waves, &back) < 2e-6,
                    "{angle}: {:e}",
                    difference(&waves, &back)
                );
            }
        }
    }

    /// What would prove the generators wrong: rotations by a small angle either way.
    #[test]
    fn turnings_are_derivatives_of_rotations() {
        let waves = waves().rotated_about_y(0.1);
        let step = 1e-3;
        let [about_x, about_y, _] = waves.turnings([0.0; 3]);
        let rotated: [fn(Waves, f64) -> Waves; 2] =
            [Waves::rotated_about_x, Waves::rotated_about_y];
        for (rotate, exact) in rotated.into_iter().zip([about_x, about_y]) {
            let [ahead, behind] = [step, -step].map(|angle| rotate(waves.clone(), angle));
            let mut differences = ahead;
            for (a, b) in differences.electric.iter_mut().zip(&behind.electric) {
                Zip::from(a)
                    .and(b)
                    .for_each(|a, b| *a = (*a - b) / (2.0 * step));
            }
            // (kw θ)²/6 of the third derivative, kw = 24
            assert!(
                difference(&exact, &differences) < 3e-4,
                "{:e}",
                difference(&exact, &differences)
            );
        }
    }

    #[test]
    fn an_interface_transmits_as_fresnel_says() {
        let waves = waves();
        let through = waves.clone().entering(1.5);
        let (before, after) = (watts(&waves), watts(&through));
        // normal incidence up to (kw)⁻² of angles, whose two polarisations cancel to first order
        assert!(
            (after / before - 4.0 * 1.5 / 6.25).abs() < 1e-3,
            "{}",
            after / before
        );
    }
}
