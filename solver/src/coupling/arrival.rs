//! The way of a beam from its own facet to the mode's.
//!
//! In turn, on the vector plane-wave spectrum: the frame of the beam's facet, from which the beam leans by its polish; the
//! facet, wave by wave; the frame of the mode's facet; the gap, or what is left of it beyond the waist of a focused beam;
//! the mode's facet. Between the two normals lies the wedge, tilt − polish of the beam's facet + polish of the mode's.

use std::f64::consts::PI;

use ndarray::Array2;
use num_complex::Complex64;

use super::correlation::transform;
use super::layout::Layout;
use super::plane::Plane;
use super::plane_waves::Waves;
use super::{
    CouplingError, CouplingScan, Face, Fresnel, Gap, Multilayer, Reflections, SampledField,
    TransverseField,
};

/// Angles (rad) below this are none.
const ROUND_OFF: f64 = 1e-14;

/// A beam behind the mode's facet, and what was lost before.
pub(super) struct Arrival {
    /// Of Eₓ, E_y, Hₓ, H_y, in the facet's frame.
    pub spectra: [Array2<Complex64>; 4],
    /// Part of ∫|E|² whose periodic image could meet the mode.
    pub wrapped: f64,
    pub fresnel: Fresnel,
    pub reflections: Reflections,
}

/// What the beam's own facet does.
struct FirstSurface {
    waves: Waves,
    /// T₁ and R₁.
    powers: [f64; 2],
    /// Amplitude back in the beam's own mode.
    own: Complex64,
}

impl Arrival {
    /// Facets in contact: the beam's own field.
    pub fn touching(spectra: [Array2<Complex64>; 4], beam_index: f64, mode_index: f64) -> Self {
        let fresnel = Fresnel::through(beam_index, None, mode_index);
        let reflections = Reflections {
            end: fresnel.surfaces[0].sqrt().into(),
            facet: Complex64::ZERO,
        };
        Self {
            spectra,
            wrapped: 0.0,
            fresnel,
            reflections,
        }
    }
}

impl CouplingScan {
    /// Between the facets' normals: what the tilt leaves of the polishes.
    pub(super) fn wedge(&self) -> [f64; 2] {
        let [beam, mode] = [&self.faces[0].polish, &self.faces[1].polish];
        [0, 1].map(|axis| {
            let angle = self.tilt[axis] - beam[axis] + mode[axis];
            if angle.abs() < ROUND_OFF { 0.0 } else { angle }
        })
    }

    /// The gap, if its walls are parallel planes.
    pub(super) fn parallel_gap(&self, beam: &dyn TransverseField) -> Option<Gap> {
        let is_parallel = self.wedge() == [0.0; 2] && beam.working_distance() == 0.0;
        self.gap.filter(|_| is_parallel)
    }

    /// Both walls of the gap, met from within.
    pub(super) fn walls(
        &self,
        gap: Gap,
        beam_index: f64,
        mode_index: f64,
    ) -> Result<[Multilayer; 2], CouplingError> {
        Ok([
            Multilayer::new(gap.index, &self.faces[0].coats, beam_index)?,
            Multilayer::new(gap.index, &self.faces[1].coats, mode_index)?,
        ])
    }

    /// The beam across `gap` and behind the facet of a mode of index `mode_index`.
    pub(super) fn arrival(
        &self,
        spectra: &[Array2<Complex64>; 4],
        layout: &Layout,
        gap: Gap,
        beam: &dyn TransverseField,
        mode_index: f64,
    ) -> Result<Arrival, CouplingError> {
        let plane = layout.plane;
        let area = plane.width(0) * plane.width(1);
        self.lets_out(1, mode_index, gap)?;
        let first = self.leaving(spectra, plane, beam.effective_index().re, gap)?;
        let wedge = self.wedge();
        let waves = self.turned(first.waves, wedge, area)?;
        let arriving = waves.seen_from(across(wedge, beam.working_distance(), gap.length));
        let second = Multilayer::new(gap.index, &self.faces[1].coats, mode_index)?;
        let behind = self.behind(arriving.clone(), gap, mode_index)?;
        let before = arriving.power(area);
        let back = arriving.clone().reflected(&second);
        let shares = [behind.power(area), back.power(area)].map(|p| p / before);
        let facet = back.taken_up_by(&arriving);
        Ok(Arrival {
            wrapped: layout.wrapped(&behind),
            spectra: behind.into_spectra(),
            fresnel: Fresnel::of_surfaces(first.powers, shares),
            reflections: Reflections {
                end: first.own,
                facet: first.powers[0] * facet,
            },
        })
    }

    /// Waves of the gap behind the facet of a mode of index `mode_index`.
    pub(super) fn behind(
        &self,
        arriving: Waves,
        gap: Gap,
        mode_index: f64,
    ) -> Result<Waves, CouplingError> {
        if self.faces[1].coats.is_empty() {
            return Ok(arriving.entering(mode_index));
        }
        let layers = Multilayer::new(gap.index, &self.faces[1].coats, mode_index)?;
        Ok(arriving.through(&layers))
    }

    /// The beam in the frame of the mode's facet before it crosses the gap, its waist being the origin; and T₁.
    pub(super) fn departure(
        &self,
        spectra: &[Array2<Complex64>; 4],
        plane: Plane,
        gap: Gap,
        beam_index: f64,
    ) -> Result<(Waves, f64), CouplingError> {
        let area = plane.width(0) * plane.width(1);
        let first = self.leaving(spectra, plane, beam_index, gap)?;
        let waves = self.turned(first.waves, self.wedge(), area)?;
        Ok((waves, first.powers[0]))
    }

    /// A facet polished beyond total reflection lets no light of its guide out.
    pub(super) fn lets_out(&self, face: usize, index: f64, gap: Gap) -> Result<(), CouplingError> {
        let steepest = self.faces[face].steepest();
        if index * steepest < gap.index {
            return Ok(());
        }
        Err(CouplingError::TotalReflection {
            polish: steepest.asin(),
            limit: (gap.index / index).asin(),
        })
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
        self.lets_out(0, beam_index, gap)?;
        let inside = Waves::forward(spectra, plane, beam_index, beam_index, k0);
        let inside = self.turned(inside, self.faces[0].polish, area)?;
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

    /// Turned about y and then x, all but the clip limit of their power still on the plane.
    fn turned(&self, waves: Waves, angles: [f64; 2], area: f64) -> Result<Waves, CouplingError> {
        if angles == [0.0; 2] {
            return Ok(waves);
        }
        let before = waves.power(area);
        let half_angle = waves.half_angle(self.clip_limit);
        let waves = rotated(waves, angles);
        let lost = 1.0 - waves.power(area) / before;
        if lost > self.clip_limit {
            return Err(CouplingError::SpectrumClipped {
                lost,
                angle: angles[0].hypot(angles[1]),
                limit: self.clip_limit,
                largest: (0.5 * PI - half_angle).max(0.0),
            });
        }
        Ok(waves)
    }

    /// ∫ f exp(−ik·r) dA of a mode whose guide leans from its facet, in the facet's frame: its forward waves in a medium of
    /// its effective index, turned. (Only these have a product with the beam's.) None for an upright guide.
    pub(super) fn leaning(
        &self,
        mode: &SampledField,
        plane: Plane,
    ) -> Option<[Array2<Complex64>; 4]> {
        let polish = self.faces[1].polish;
        if polish == [0.0; 2] {
            return None;
        }
        let spectra = transform(mode, &plane.wavenumbers(0), &plane.wavenumbers(1));
        let index = mode.effective_index.re;
        let waves = Waves::forward(&spectra, plane, index, index, 2.0 * PI / self.wavelength);
        Some(rotated(waves, polish).into_spectra())
    }
}

/// Turned about y and then x.
fn rotated(mut waves: Waves, [about_x, about_y]: [f64; 2]) -> Waves {
    if about_y != 0.0 {
        waves = waves.rotated_about_y(about_y);
    }
    if about_x != 0.0 {
        waves = waves.rotated_about_x(about_x);
    }
    waves
}

/// From the waist of a beam, `focus` in front of an end turned by (x, y), to the point of a plane that lies `gap` in front of
/// the end's centre.
pub(super) fn across([x, y]: [f64; 2], focus: f64, gap: f64) -> [f64; 3] {
    [
        -focus * y.sin(),
        focus * y.cos() * x.sin(),
        gap - focus * y.cos() * x.cos(),
    ]
}
