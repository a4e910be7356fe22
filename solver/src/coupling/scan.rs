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
//!   The power of the reflections is counted apart, see [`Fresnel`](super::Fresnel).
//!
//! Re n_eff stands for the chip's half space: right for the loosely bound modes that couple to fibres (for a standard fibre's
//! own mode η = 1 within 10⁻⁴ across a vanishing gap), a model for tightly bound ones, whose E and H are those of no one
//! medium: there η can be wrong, and exceed 1, by about a part in a hundred (a silica wire in air).
//!
//! Signs: `offset` moves the beam; a positive `tilt_y` (right-handed about y) makes it travel towards +x, a positive
//! `tilt_x` towards −y; with both, `tilt_y` is applied first. The tilt is that of the two axes; offsets and gap are measured
//! along the chip's facet and its normal, from which the guide may lean by a polish of its own. Closed forms for Gaussians: Joyce & DeLoach, Appl. Opt. 23,
//! 4187 (1984), DOI 10.1364/AO.23.004187.

use std::f64::consts::PI;

use cpo_materials::{Angle, Length, Quantity, Wavelength};
use ndarray::Array2;
use num_complex::Complex64;
use rayon::prelude::*;

use super::arrival::Arrival;
use super::correlation::{Band, Correlation};
use super::error::positive;
use super::etalon::RoundTrips;
use super::field::to_one_watt;
use super::layout::{SAMPLED_POWER, Sampling};
use super::overlap::density;
use super::plane::power;
use super::{CouplingError, CouplingMap, Face, Fiber, Gap, SampledField, TransverseField};

/// The set-up of a fibre against a facet.
#[derive(Clone, Debug, PartialEq)]
pub struct CouplingScan {
    pub(super) wavelength: f64,
    pub(super) gap: Option<Gap>,
    /// About x and y, rad.
    pub(super) tilt: [f64; 2],
    pub(super) offsets: [Vec<f64>; 2],
    pub(super) clip_limit: f64,
    /// Of the beam and of the mode.
    pub(super) faces: [Face; 2],
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

    /// Coats and polish of the beam's and of the mode's facet; both need a gap.
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
    /// [`CouplingError::TiltWithoutGap`], [`CouplingError::FocusWithoutGap`] and [`CouplingError::FaceWithoutGap`];
    /// [`CouplingError::TotalReflection`] at too steep a polish; [`CouplingError::BeamClipped`],
    /// [`CouplingError::SpectrumClipped`] and [`CouplingError::ModeClipped`] beyond the clip limit;
    /// [`CouplingError::TooManySamples`] for a plane too large; [`CouplingError::NoForwardPower`] for a beam without power.
    pub fn map(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
    ) -> Result<CouplingMap, CouplingError> {
        let sampling = self.sampling(beam, &[mode], SAMPLED_POWER)?;
        self.received(beam, &sampling, mode)
    }

    /// The maps of `beam` against several modes, the beam sampled once for all.
    ///
    /// # Errors
    /// Those of [`CouplingScan::map`].
    pub fn maps(
        &self,
        beam: &dyn TransverseField,
        modes: &[&SampledField],
    ) -> Result<Vec<CouplingMap>, CouplingError> {
        let sampling = self.sampling(beam, modes, SAMPLED_POWER)?;
        let map = |mode: &&SampledField| self.received(beam, &sampling, mode);
        modes.iter().map(map).collect()
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

    /// The beam on a plane that has room for every mode, all but the `allowed` part of its power.
    pub(super) fn sampling(
        &self,
        beam: &dyn TransverseField,
        modes: &[&SampledField],
        allowed: f64,
    ) -> Result<Sampling, CouplingError> {
        self.check(beam)?;
        for mode in modes {
            positive("effective index of the mode", mode.effective_index.re, "")?;
            let edge = mode.edge_power();
            if edge > self.clip_limit {
                let limit = self.clip_limit;
                return Err(CouplingError::ModeClipped { edge, limit });
            }
        }
        self.sample(beam, modes, allowed)
    }

    /// What needs a gap has one, and the light can leave.
    fn check(&self, beam: &dyn TransverseField) -> Result<(), CouplingError> {
        positive("effective index of the beam", beam.effective_index().re, "")?;
        let distance = beam.working_distance();
        let is_bare = |face: &Face| face.coats.is_empty() && face.polish == [0.0; 2];
        if self.gap.is_none() {
            let tilt = self.tilt.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
            if tilt > 0.0 {
                return Err(CouplingError::TiltWithoutGap { tilt });
            }
            if !self.faces.iter().all(is_bare) {
                return Err(CouplingError::FaceWithoutGap);
            }
            if distance > 0.0 {
                return Err(CouplingError::FocusWithoutGap { distance });
            }
        }
        if distance > 0.0 && self.faces[0].polish != [0.0; 2] {
            return Err(CouplingError::OutOfRange {
                quantity: "polish of a lensed end",
                value: self.faces[0].steepest().asin(),
                unit: "rad",
                allowed: "0: tilt the beam by as much as it leaves the fibre at an angle",
            });
        }
        Ok(())
    }

    /// The map of a sampled beam against one mode.
    fn received(
        &self,
        beam: &dyn TransverseField,
        sampling: &Sampling,
        mode: &SampledField,
    ) -> Result<CouplingMap, CouplingError> {
        let Sampling {
            layout,
            spectra,
            missing,
            radius,
        } = sampling;
        let (beam_index, mode_index) = (beam.effective_index().re, mode.effective_index.re);
        let plane = layout.plane;
        let area = plane.width(0) * plane.width(1);
        let contact = normalized(impedance_matched(spectra, mode_index / beam_index), area)?;
        let direct = direct_efficiency(beam, mode, mode_index / beam_index);
        let arrival = match self.gap {
            None => Arrival::touching(contact.clone(), beam_index, mode_index),
            Some(gap) => self.arrival(spectra, layout, gap, beam, mode_index)?,
        };
        let beam_outside = missing.max(arrival.wrapped);
        if beam_outside > self.clip_limit {
            return Err(CouplingError::BeamClipped {
                outside: beam_outside,
                width: plane.width(0),
                limit: self.clip_limit,
            });
        }
        let received = normalized(arrival.spectra, area)?;

        let kept = Band::of(&received, &contact, plane);
        let upright = kept.transform(mode);
        let leaning = self.leaning(mode, plane).map(|spectra| kept.part(&spectra));
        let mode_spectra = leaning.as_ref().unwrap_or(&upright);
        let spectrum = kept.correlate(&received, mode_spectra);
        // at zero offset all phases are 1, so the sum of the spectrum is a₁₂
        let sampled = kept.correlate(&contact, &upright).sum().norm_sqr();
        let round_trips = match self.parallel_gap(beam) {
            None => None,
            Some(gap) => {
                let [first, second] = self.walls(gap, beam_index, mode_index)?;
                Some(RoundTrips::new(
                    &kept,
                    kept.correlate_p(&received, mode_spectra),
                    [&first, &second],
                    2.0 * PI / self.wavelength,
                    gap,
                ))
            }
        };
        let correlation = Correlation {
            kx: kept.kx,
            ky: kept.ky,
            spectrum,
            reach: layout.reach,
            scale: *radius,
        };
        let [offsets_x, offsets_y] = self.offsets.clone();
        let efficiency = correlation
            .amplitudes(&offsets_x, &offsets_y)
            .mapv(|a| a.norm_sqr());
        Ok(CouplingMap {
            offsets_x,
            offsets_y,
            efficiency,
            fresnel: arrival.fresnel,
            reflections: arrival.reflections,
            round_trips,
            sampling_error: (sampled - direct).abs(),
            beam_outside,
            mode_edge: mode.edge_power(),
            best_offset: correlation.maximum(),
            correlation,
        })
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
    let scale = to_one_watt(power(&spectra, area))?;
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
