//! A beam against a mode over lateral offsets, across a gap, at a tilt.
//!
//! The beam (fibre field) is sampled on a uniform periodic plane and transformed once; gap, tilt and the medium of the mode act
//! on its vector plane-wave spectrum; the mode's point values with its own graded quadrature weights are
//! transformed exactly to the same wavenumbers (a product of two small matrices per component, the grid being a tensor
//! product); their product is the spectrum of a₁₂(dx, dy), one correlation for all offsets. So the only error beyond the
//! mode's own is sampling the beam, spectrally small for a smooth beam and measured in every map.
//!
//! - Without a gap the two facets touch: the beam's own E and H are used, scaled by √(n_beam/n_mode) and its inverse
//!   (impedance matched, so that two equal modes couple with η = 1 and no η exceeds 1 for want of a common medium).
//! - With a gap of index n: forward waves in n, tilt about the centre of the fibre's facet (exact rotation of the spectrum),
//!   distance, then each plane wave's Fresnel amplitude into a medium of index Re n_eff of the mode, scaled to 1 W there.
//!   The power of the reflections is counted apart, see [`Fresnel`].
//!
//! Re n_eff stands for the chip's half space: right for the loosely bound modes that couple to fibres (for a standard fibre's
//! own mode η = 1 within 10⁻⁴ across a vanishing gap), a model for tightly bound ones, whose E and H are those of no one
//! medium: there η can be wrong, and exceed 1, by about a part in a hundred (a silica wire in air).
//!
//! Signs: `offset` moves the beam; a positive `tilt_y` (right-handed about y) makes it travel towards +x, a positive
//! `tilt_x` towards −y; with both, `tilt_y` is applied first. Closed forms for Gaussians: Joyce & DeLoach, Appl. Opt. 23,
//! 4187 (1984), DOI 10.1364/AO.23.004187.

use std::f64::consts::PI;

use cpo_materials::{Angle, Length, Quantity, Wavelength};
use ndarray::Array2;
use num_complex::Complex64;
use rayon::prelude::*;

use super::correlation::{Band, Correlation};
use super::error::positive;
use super::extent::Extent;
use super::overlap::density;
use super::plane::{Plane, coefficients, par_map, power};
use super::plane_waves::Waves;
use super::{
    CouplingError, CouplingMap, Face, Fiber, Fresnel, Gap, Multilayer, Reflections, SampledField,
    TransverseField,
};

/// Pitch of the plane in parts of the beam's smaller 1/e² radius.
const POINTS_PER_RADIUS: f64 = 12.0;
/// A Gaussian has less than 10⁻⁹ of its power beyond this many times 1/w of transverse wavenumber.
const SPECTRAL_RADII: f64 = 6.5;
/// The pitch is halved until the samples hold all but this part of the beam's power …
const SAMPLED_POWER: f64 = 1e-5;
/// … or has been divided by this.
const FINEST_REFINEMENT: f64 = 4.0;
/// Most points along one axis of the plane.
const MOST_POINTS: usize = 4096;

/// The set-up of a fibre against a facet.
#[derive(Clone, Debug, PartialEq)]
pub struct CouplingScan {
    wavelength: f64,
    gap: Option<Gap>,
    /// About x and y, rad.
    tilt: [f64; 2],
    offsets: [Vec<f64>; 2],
    clip_limit: f64,
    /// Of the beam and of the mode.
    faces: [Face; 2],
}

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

impl CouplingScan {
    /// Facets in contact, no tilt, no offset.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless the wavelength is positive.
    pub fn new(wavelength: Wavelength) -> Result<Self, CouplingError> {
        let wavelength = positive("wavelength", wavelength.si(), "m")?;
        Ok(Self {
            wavelength,
            gap: None,
            tilt: [0.0; 2],
            offsets: [vec![0.0], vec![0.0]],
            clip_limit: 1e-3,
            faces: [Face::default(), Face::default()],
        })
    }

    /// A gap between the facets.
    #[must_use]
    pub fn gap(self, gap: Gap) -> Self {
        Self {
            gap: Some(gap),
            ..self
        }
    }

    /// Coats and polish of the beam's and of the mode's facet; both need a gap, and only the beam's may be polished.
    #[must_use]
    pub fn faces(self, beam: Face, mode: Face) -> Self {
        Self {
            faces: [beam, mode],
            ..self
        }
    }

    /// The fibre turned by `x` about the x axis (+z towards −y) and `y` about the y axis (+z towards +x).
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] beyond ±60°.
    pub fn tilt(self, x: Angle, y: Angle) -> Result<Self, CouplingError> {
        let tilt = [x.si(), y.si()];
        for value in tilt {
            if value.is_nan() || value.abs() > PI / 3.0 {
                return Err(CouplingError::OutOfRange {
                    quantity: "tilt",
                    value,
                    unit: "rad",
                    allowed: "within ±60°",
                });
            }
        }
        Ok(Self { tilt, ..self })
    }

    /// The offsets of the beam wanted in the map.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for one that is not finite.
    pub fn offsets(self, x: &[Length], y: &[Length]) -> Result<Self, CouplingError> {
        let si = |values: &[Length]| -> Result<Vec<f64>, CouplingError> {
            values
                .iter()
                .map(|v| {
                    let value = v.si();
                    let error = CouplingError::OutOfRange {
                        quantity: "offset",
                        value,
                        unit: "m",
                        allowed: "finite",
                    };
                    if value.is_finite() {
                        Ok(value)
                    } else {
                        Err(error)
                    }
                })
                .collect()
        };
        Ok(Self {
            offsets: [si(x)?, si(y)?],
            ..self
        })
    }

    /// Largest part of power that beam and mode may each have outside their windows (default 10⁻³).
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless positive.
    pub fn clip_limit(self, limit: f64) -> Result<Self, CouplingError> {
        Ok(Self {
            clip_limit: positive("clip limit", limit, "")?,
            ..self
        })
    }

    /// The map of `beam` against `mode`.
    ///
    /// # Errors
    /// [`CouplingError::TiltWithoutGap`]; [`CouplingError::BeamClipped`] and [`CouplingError::ModeClipped`] beyond the clip
    /// limit; [`CouplingError::TooManySamples`] for a plane too large; [`CouplingError::NoForwardPower`] for a beam without power.
    pub fn map(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
    ) -> Result<CouplingMap, CouplingError> {
        let largest_tilt = self.tilt.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
        if self.gap.is_none() && largest_tilt > 0.0 {
            return Err(CouplingError::TiltWithoutGap { tilt: largest_tilt });
        }
        let is_bare = |face: &Face| face.coats.is_empty() && face.polish == [0.0; 2];
        if self.gap.is_none() && !self.faces.iter().all(is_bare) {
            return Err(CouplingError::FaceWithoutGap);
        }
        if self.faces[1].polish != [0.0; 2] {
            return Err(CouplingError::OutOfRange {
                quantity: "polish of the mode's facet",
                value: self.faces[1].polish[0].hypot(self.faces[1].polish[1]),
                unit: "rad",
                allowed: "0: polish and tilt the beam's instead",
            });
        }
        let beam_index = positive("effective index of the beam", beam.effective_index().re, "")?;
        let mode_index = positive("effective index of the mode", mode.effective_index.re, "")?;
        let mode_edge = mode.edge_power();
        if mode_edge > self.clip_limit {
            return Err(CouplingError::ModeClipped {
                edge: mode_edge,
                limit: self.clip_limit,
            });
        }
        let extent = Extent::of(beam, self.wavelength)?;
        let Sampling {
            layout,
            spectra,
            missing,
        } = self.sample(beam, mode, &extent, beam_index)?;
        let plane = layout.plane;
        let area = plane.width(0) * plane.width(1);
        let contact = normalized(impedance_matched(&spectra, mode_index / beam_index), area)?;
        let direct = direct_efficiency(beam, mode, mode_index / beam_index);
        let (received, wrapped, fresnel, reflections) = match self.gap {
            None => {
                let fresnel = Fresnel::through(beam_index, None, mode_index);
                let reflections = Reflections {
                    end: fresnel.surfaces[0].sqrt().into(),
                    facet: Complex64::ZERO,
                };
                (contact.clone(), 0.0, fresnel, reflections)
            }
            Some(gap) => {
                let first = self.leaving(&spectra, plane, beam_index, gap)?;
                let arriving = self.across(first.waves, gap);
                let second = Multilayer::new(gap.index, &self.faces[1].coats, mode_index)?;
                let behind = if self.faces[1].coats.is_empty() {
                    arriving.clone().entering(mode_index)
                } else {
                    arriving.clone().through(&second)
                };
                let before = arriving.power(area);
                let back = arriving.clone().reflected(&second);
                let shares = [behind.power(area), back.power(area)].map(|p| p / before);
                let facet = back.taken_up_by(&arriving);
                let reflections = Reflections {
                    end: first.own,
                    facet: first.powers[0] * facet,
                };
                let wrapped = layout.wrapped(&behind);
                (
                    normalized(behind.into_spectra(), area)?,
                    wrapped,
                    Fresnel::of_surfaces(first.powers, shares),
                    reflections,
                )
            }
        };
        let beam_outside = missing.max(wrapped);
        if beam_outside > self.clip_limit {
            let (outside, width, limit) = (beam_outside, plane.width(0), self.clip_limit);
            return Err(CouplingError::BeamClipped {
                outside,
                width,
                limit,
            });
        }

        let kept = Band::of(&received, &contact, plane);
        let mode_spectra = kept.transform(mode);
        let spectrum = kept.correlate(&received, &mode_spectra);
        // at zero offset all phases are 1, so the sum of the spectrum is a₁₂
        let sampled = kept.correlate(&contact, &mode_spectra).sum().norm_sqr();
        let correlation = Correlation {
            kx: kept.kx,
            ky: kept.ky,
            spectrum,
            reach: layout.reach,
            scale: extent.radius,
        };
        let [offsets_x, offsets_y] = self.offsets.clone();
        let efficiency = correlation
            .amplitudes(&offsets_x, &offsets_y)
            .mapv(|a| a.norm_sqr());
        Ok(CouplingMap {
            offsets_x,
            offsets_y,
            efficiency,
            fresnel,
            reflections,
            round_trip: self.round_trip(&correlation, beam_index, mode_index)?,
            sampling_error: (sampled - direct).abs(),
            beam_outside,
            mode_edge,
            best_offset: correlation.maximum(),
            correlation,
        })
    }

    /// The maps of the fibre polarised along x and along y. Amplitudes superpose: at an angle α from x,
    /// a₁₂ = cos α a_x + sin α a_y.
    ///
    /// # Errors
    /// Those of [`CouplingScan::map`].
    pub fn polarized_maps(
        &self,
        fiber: &Fiber,
        mode: &SampledField,
    ) -> Result<[CouplingMap; 2], CouplingError> {
        let along = |degrees: f64| self.map(&fiber.polarized(Angle::deg(degrees)), mode);
        Ok([along(0.0)?, along(90.0)?])
    }

    /// The beam on a plane whose pitch is halved until its power is found there (a field that jumps at an interface needs a
    /// finer pitch than a smooth one).
    fn sample(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        extent: &Extent,
        beam_index: f64,
    ) -> Result<Sampling, CouplingError> {
        let mut refinement = 1.0;
        loop {
            let layout = self.layout(extent, mode, beam_index, refinement)?;
            let spectra = par_map(layout.plane.sample(beam), coefficients);
            if beam.window().is_some() {
                // judged by its edge, since interpolation alone changes its power
                return Ok(Sampling {
                    layout,
                    spectra,
                    missing: extent.outside,
                });
            }
            let area = layout.plane.width(0) * layout.plane.width(1);
            let missing = (1.0 - power(&spectra, area)).abs();
            if missing <= SAMPLED_POWER || refinement >= FINEST_REFINEMENT {
                return Ok(Sampling {
                    layout,
                    spectra,
                    missing,
                });
            }
            refinement *= 2.0;
        }
    }

    /// Waves in the gap behind the beam's facet, in its frame: those of the gap's own index, whose reflection is counted
    /// apart, or, behind a coat or a polish, what every wave of the beam becomes.
    fn leaving(
        &self,
        spectra: &[Array2<Complex64>; 4],
        plane: Plane,
        beam_index: f64,
        gap: Gap,
    ) -> Result<FirstSurface, CouplingError> {
        let k0 = 2.0 * PI / self.wavelength;
        let area = plane.width(0) * plane.width(1);
        let [about_x, about_y] = self.faces[0].polish;
        let steepest = about_x.sin().hypot(about_y.sin());
        if beam_index * steepest >= gap.index {
            return Err(CouplingError::TotalReflection {
                polish: steepest.asin(),
                limit: (gap.index / beam_index).asin(),
            });
        }
        let inside = Waves::forward(spectra, plane, beam_index, beam_index, k0);
        let inside = turned(inside, self.faces[0].polish);
        let outwards: Vec<_> = self.faces[0].coats.iter().rev().copied().collect();
        let layers = Multilayer::new(beam_index, &outwards, gap.index)?;
        let before = inside.power(area);
        let back = inside.clone().reflected(&layers);
        let own = back.taken_up_by(&inside);
        let sent_back = back.power(area) / before;
        let passed = inside.through(&layers);
        let powers = [passed.power(area) / before, sent_back];
        let waves = if self.faces[0] == Face::default() {
            Waves::forward(spectra, plane, beam_index, gap.index, k0)
        } else {
            passed
        };
        Ok(FirstSurface { waves, powers, own })
    }

    /// Turned into the frame of the mode's facet, and there.
    fn across(&self, waves: Waves, gap: Gap) -> Waves {
        turned(waves, self.wedge()).propagated(gap.length)
    }

    /// Between the facets' normals: what the tilt leaves of the polish.
    fn wedge(&self) -> [f64; 2] {
        let polish = self.faces[0].polish;
        [self.tilt[0] - polish[0], self.tilt[1] - polish[1]]
    }

    /// r₁r₂ exp(2ik_zd) of the waves in the gap, none between facets that are not parallel. p and s waves, which differ by
    /// the square of their angle, are averaged.
    fn round_trip(
        &self,
        correlation: &Correlation,
        beam_index: f64,
        mode_index: f64,
    ) -> Result<Option<Array2<Complex64>>, CouplingError> {
        let Some(gap) = self.gap.filter(|_| self.wedge() == [0.0; 2]) else {
            return Ok(None);
        };
        let k0 = 2.0 * PI / self.wavelength;
        let first = Multilayer::new(gap.index, &self.faces[0].coats, beam_index)?;
        let second = Multilayer::new(gap.index, &self.faces[1].coats, mode_index)?;
        let (kx, ky) = (&correlation.kx, &correlation.ky);
        let wave = |(m, n): (usize, usize)| -> Complex64 {
            let transverse = kx[m].hypot(ky[n]);
            let square = (gap.index * k0).powi(2) - transverse * transverse;
            let kz = Complex64::from(square).sqrt();
            let [a, b] = [&first, &second].map(|s| s.response(k0, transverse).reflection);
            let product = 0.5 * (a[0] * b[0] + a[1] * b[1]);
            product * (Complex64::I * 2.0 * kz * gap.length).exp()
        };
        Ok(Some(Array2::from_shape_fn((kx.len(), ky.len()), wave)))
    }

    /// A plane so wide that no periodic image of the beam meets the mode at any offset within the reach.
    fn layout(
        &self,
        extent: &Extent,
        mode: &SampledField,
        beam_index: f64,
        refinement: f64,
    ) -> Result<Layout, CouplingError> {
        let index = self.gap.map_or(beam_index, |gap| gap.index);
        let k = 2.0 * PI / self.wavelength * index;
        // The steepest of the tilt, the wedge and, refracted, the polish.
        let steep = |[x, y]: [f64; 2]| x.sin().hypot(y.sin());
        let refracted = beam_index / index * steep(self.faces[0].polish);
        let wedge = steep(self.wedge());
        let sin_tilt = match refracted {
            0.0 => steep(self.tilt),
            polish => polish
                .max((polish.min(1.0).asin() + wedge.asin()).sin())
                .min(0.94),
        };
        // the beam's marginal ray, at most 70° from the axis
        let sine = (sin_tilt + SPECTRAL_RADII / (k * extent.radius)).min(0.94);
        let spread = self
            .gap
            .map_or(0.0, |gap| gap.length * sine / (1.0 - sine * sine).sqrt());
        let wanted = self
            .offsets
            .iter()
            .flatten()
            .fold(0.0_f64, |m, d| m.max(d.abs()));
        let mode_extent = Extent::of(mode, self.wavelength)?;
        let drift = self.gap.map_or(0.0, |gap| {
            gap.length * sin_tilt / (1.0 - sin_tilt * sin_tilt).sqrt()
        });
        let reach = wanted.max(2.0 * extent.radius.hypot(mode_extent.radius) + drift);
        let farthest = mode_extent.half_width + reach;
        let width = (2.0 * extent.half_width).max(extent.half_width + spread + farthest);
        let finest = PI / (k * sin_tilt + 2.0 * SPECTRAL_RADII / extent.radius);
        let pitch = (extent.radius / POINTS_PER_RADIUS).min(finest) / refinement;
        let points = good_fft_length((width / pitch).ceil() as usize);
        if points > MOST_POINTS {
            return Err(CouplingError::TooManySamples {
                points,
                width,
                pitch,
                limit: MOST_POINTS,
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

/// Turned about y and then x.
fn turned(mut waves: Waves, [about_x, about_y]: [f64; 2]) -> Waves {
    if about_y != 0.0 {
        waves = waves.rotated_about_y(about_y);
    }
    if about_x != 0.0 {
        waves = waves.rotated_about_x(about_x);
    }
    waves
}

/// What the beam's own facet does.
struct FirstSurface {
    waves: Waves,
    /// T₁ and R₁.
    powers: [f64; 2],
    /// Amplitude back in the beam's own mode.
    own: Complex64,
}

/// A beam on its plane.
struct Sampling {
    layout: Layout,
    /// Of Eₓ, E_y, Hₓ, H_y.
    spectra: [Array2<Complex64>; 4],
    /// Part of the beam's power that the plane does not hold.
    missing: f64,
}

/// The plane and how it is used.
struct Layout {
    plane: Plane,
    /// Largest offset.
    reach: f64,
    /// Largest |x| of a point of the mode seen from the displaced beam.
    farthest: f64,
}

impl Layout {
    /// The part of ∫|E|² whose periodic image could meet the mode.
    fn wrapped(&self, waves: &Waves) -> f64 {
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

/// The beam with its impedance changed from n to `ratio` n, its power kept.
fn impedance_matched(spectra: &[Array2<Complex64>; 4], ratio: f64) -> [Array2<Complex64>; 4] {
    let root = ratio.sqrt();
    let [ex, ey, hx, hy] = spectra;
    [
        ex / Complex64::from(root),
        ey / Complex64::from(root),
        hx * Complex64::from(root),
        hy * Complex64::from(root),
    ]
}

fn normalized(
    spectra: [Array2<Complex64>; 4],
    area: f64,
) -> Result<[Array2<Complex64>; 4], CouplingError> {
    let power = power(&spectra, area);
    if !(power.is_finite() && power > 0.0) {
        return Err(CouplingError::NoForwardPower { power });
    }
    let scale = Complex64::from(power.sqrt().recip());
    Ok(spectra.map(|s| s * scale))
}

/// η at zero offset without gap and tilt by the mode's own quadrature of the beam's exact values.
fn direct_efficiency(beam: &dyn TransverseField, mode: &SampledField, ratio: f64) -> f64 {
    let (x, y) = (mode.grid.axis(0).centres(), mode.grid.axis(1).centres());
    let root = ratio.sqrt();
    let column = |i: usize| -> Complex64 {
        let cell = |j: usize| {
            let [ex, ey, hx, hy] = beam.at(x[i], y[j]);
            density(
                [ex / root, ey / root, hx * root, hy * root],
                mode.cell(i, j),
            ) * mode.grid.area(i, j)
        };
        (0..y.len()).map(cell).sum()
    };
    let columns: Vec<Complex64> = (0..x.len()).into_par_iter().map(column).collect();
    columns.iter().sum::<Complex64>().norm_sqr()
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
