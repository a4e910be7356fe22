//! Tolerance: the loss over all six ways in which a fibre can stand off its nominal place.
//!
//! a(δ) = Σ_k F(Rk)·(R E(k)) exp(iRk·(d₀ + s)): every plane wave of the beam turned by R about the centre of the fibre's end,
//! moved by s, taken up by the facet and the mode behind it ([`receiver`](super::receiver)). So a placement costs one sum over
//! some thousand waves and no approximation beyond that of F's lattice; total efficiency T η = |a|² for a beam of 1 W.
//!
//! The loss L = −10 log₁₀ T η near the nominal place is L + g·δ + δᵀCδ. g and C are exact, not differences
//! ([`expansion`](super::expansion)). C is the misalignment tensor.
//!
//! A gap is needed (its length may be 0 m): a fibre that touches neither tilts nor backs off. Light is counted as by
//! [`CouplingMap::total_efficiency_at`](super::CouplingMap::total_efficiency_at): each facet once.

use std::f64::consts::PI;

use num_complex::Complex64;
use rayon::prelude::*;

use super::arrival::across;
use super::error::positive;
use super::expansion::{Expansion, TakenUp, expansion};
use super::extent::Extent;
use super::layout::Sampling;
use super::overlap::loss_db;
use super::receiver::Receiver;
use super::wave_set::{Departed, PlaneWave, WaveSet, dot};
use super::{
    CouplingError, CouplingScan, DegreeOfFreedom, Gap, Placement, SampledField, TransverseField,
};

/// Part t of the beam's Σ|E|² without which sums over its waves are: √(t t′) of a, t′ being the mode's part beyond these waves.
const TAIL: f64 = 1e-10;
/// Of |a|: what the waves left out of a sum can make up at most.
const LEFT_OUT: f64 = 2e-6;
/// The same for draws, 4·10⁻⁴ dB.
const LEFT_OUT_OF_DRAWS: f64 = 5e-5;
/// The reach along z and in tilt is that of a fall by about 4 dB, halved down to this part of it if the plane is too large.
const SMALLEST_PART: f64 = 0.2;
/// Part of the beam's power that its samples may lack: 9·10⁻⁴ dB of the loss, and as little of its changes.
const SAMPLED_POWER: f64 = 2e-4;
/// Of a limit.
const ROUND_OFF: f64 = 1e-12;
/// Steps along a degree of freedom in which a tolerance is looked for.
const STEPS: usize = 40;

/// A fibre against a mode at a nominal place, and what any other place costs.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// For every placement.
    waves: WaveSet,
    /// Fewer, for the many draws of a Monte Carlo.
    draws: WaveSet,
    receiver: Receiver,
    /// From the end's centre to the mode's centre in the facet, m.
    distance: [f64; 3],
    gap: f64,
    /// n̂ of the fibre.
    axis: [f64; 3],
    /// |Σ|² to T η.
    scale: f64,
    expansion: Expansion,
}

impl CouplingScan {
    /// `beam` against `mode`, nominally at `offset` (m). Placements within ±`near` cost least; the farthest are `near`, `far`
    /// or such as cost some 4 dB.
    ///
    /// # Errors
    /// [`CouplingError::AlignmentWithoutGap`]; those of [`CouplingScan::map`].
    pub fn alignment(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        offset: [f64; 2],
        near: &Placement,
        far: &Placement,
    ) -> Result<Alignment, CouplingError> {
        let gap = self.gap.ok_or(CouplingError::AlignmentWithoutGap)?;
        let extents = [
            Extent::of(beam, self.wavelength)?,
            Extent::of(mode, self.wavelength)?,
        ];
        let near = near.values().map(f64::abs);
        let far = far.values().map(f64::abs);
        let least = std::array::from_fn(|i| near[i].max(far[i]));
        let (sampling, reach) = self.far_sampling(beam, mode, &extents, offset, least)?;
        let Sampling {
            layout, spectra, ..
        } = &sampling;
        let (beam_index, mode_index) = (beam.effective_index().re, mode.effective_index.re);
        let focus = beam.working_distance();
        self.lets_out(1, mode_index, gap)?;
        let area = layout.plane.width(0) * layout.plane.width(1);
        let (waves, transmission) = self.departure(spectra, layout.plane, gap, beam_index)?;
        let scale = transmission / positive("power of the beam", waves.power(area), "W")?;
        let wedge = self.wedge();
        // from the waist to the point of the facet in front of the end, and from the end to the waist
        let to_facet = across(wedge, focus, gap.length);
        let [x, y, z] = to_facet;
        let to_waist = [-x, -y, gap.length - z];
        let axis = {
            let [x, y] = self.tilt;
            [y.sin(), -y.cos() * x.sin(), y.cos() * x.cos()]
        };

        let from_waist = [x - offset[0], y - offset[1], z];
        let strong = waves.strongest(TAIL);
        let wavenumber = 2.0 * PI / self.wavelength * gap.index;
        // a tilt about y moves the spectrum along x
        let limits = [(0, reach[4]), (1, reach[3])].map(|(axis, tilt): (usize, f64)| {
            let steepest = strong
                .iter()
                .fold(0.0_f64, |m, (k, ..)| m.max(k[axis].abs()));
            steepest + wavenumber * tilt.min(0.5 * PI).sin()
        });
        let weights = self.weights(mode, gap, layout.plane, limits)?;
        let taken: Vec<TakenUp> = strong
            .into_iter()
            .map(|(k, _, at)| {
                let turn = Complex64::cis(dot(k, from_waist));
                TakenUp {
                    k,
                    at,
                    weight: [weights[0][at] * turn, weights[1][at] * turn],
                }
            })
            .collect();
        let expansion = expansion(&waves, &taken, to_waist.map(|v| -v), axis, scale)?;

        let beam_waves = Departed {
            waves: &waves,
            taken: &taken,
            weights: &weights,
            plane: layout.plane,
            to_waist,
            wavenumber,
        };
        let all = WaveSet::new(&beam_waves, 1, reach, LEFT_OUT);
        let receiver = Receiver::new(self, mode, gap, all.steepest(beam_waves.wavenumber))?;
        let needed = self.width_needed(beam, mode, extents, offset, near)?;
        let every = (layout.plane.width(0) / needed).floor().max(1.0) as usize;
        let mut nearby = reach;
        nearby[..5].copy_from_slice(&near[..5]);
        let draws = WaveSet::new(&beam_waves, every, nearby, LEFT_OUT_OF_DRAWS);
        let [waves, draws] = [all, draws].map(|set| set.taken_up_by(&receiver));
        let distance = [
            receiver.centre[0] - offset[0],
            receiver.centre[1] - offset[1],
            gap.length,
        ];
        Ok(Alignment {
            waves,
            draws,
            receiver,
            distance,
            gap: gap.length,
            axis,
            scale,
            expansion,
        })
    }

    /// The set-up that a fibre `away` farther, tilted by `tilts` more and `lateral` off needs a plane for.
    fn displaced(&self, [x, y, away, tilt_x, tilt_y, _]: [f64; 6], offset: [f64; 2]) -> Self {
        let outwards = |a: f64, by: f64| (a.abs() + by).min(PI / 3.0).copysign(a);
        let lateral = x.max(y) + offset[0].abs().max(offset[1].abs());
        let mut displaced = self.clone();
        displaced.gap = self.gap.map(|gap| Gap {
            length: gap.length + away,
            ..gap
        });
        displaced.tilt = [
            outwards(self.tilt[0], tilt_x),
            outwards(self.tilt[1], tilt_y),
        ];
        displaced.offsets = [vec![lateral], vec![0.0]];
        displaced
    }

    /// Width of a plane on which no image of the beam meets the mode in placements within `near`.
    fn width_needed(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        [beam_extent, mode_extent]: [Extent; 2],
        offset: [f64; 2],
        near: [f64; 6],
    ) -> Result<f64, CouplingError> {
        let displaced = self.displaced(near, offset);
        let receivers = [(mode_extent, mode.effective_index.re)];
        let layout = displaced.layout(beam, &beam_extent, &receivers, 1.0)?;
        // a map reaches farther than asked, to look for its best offset
        let spare = (layout.reach - displaced.offsets[0][0]).max(0.0);
        let held = 2.0 * beam_extent.half_width;
        Ok((layout.plane.width(0) - spare).max(held))
    }

    /// The beam on a plane for the farthest placements, and how far these are.
    fn far_sampling(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        extents: &[Extent; 2],
        offset: [f64; 2],
        least: [f64; 6],
    ) -> Result<(Sampling, [f64; 6]), CouplingError> {
        let [a, b] = extents.each_ref().map(|extent| extent.radius);
        let index = self.gap.map_or(1.0, |gap| gap.index);
        // twice what costs two Gaussian beams 1 dB
        let squares = a * a + b * b;
        let retreat = PI * index / self.wavelength * squares;
        let turn = self.wavelength / (PI * index) * (0.5 * squares).sqrt() / (a * b);
        // half as much again of the radii together costs about as much
        let lateral = 1.5 * squares.sqrt();
        let mut part = 1.0;
        loop {
            let usual = [lateral, lateral, retreat, turn, turn, PI].map(|usual| part * usual);
            let mut reach: [f64; 6] = std::array::from_fn(|i| usual[i].max(least[i]));
            match self
                .displaced(reach, offset)
                .sampling(beam, &[mode], SAMPLED_POWER)
            {
                Ok(sampling) => {
                    reach[5] = PI;
                    return Ok((sampling, reach));
                }
                Err(CouplingError::TooManySamples { .. }) if part > SMALLEST_PART => part *= 0.5,
                Err(error) => return Err(error),
            }
        }
    }
}

impl Alignment {
    /// Loss, gradient and misalignment tensor at the nominal place.
    pub fn expansion(&self) -> &Expansion {
        &self.expansion
    }

    /// Largest |δ| along each degree of freedom (m, rad) that is answered for; towards the chip z also ends at contact.
    pub fn reach(&self) -> [f64; 6] {
        self.waves.reach
    }

    /// The gap at the nominal place, m: z ends at minus this, in contact.
    pub fn gap(&self) -> f64 {
        self.gap
    }

    /// T η with the fibre at `placement`.
    ///
    /// # Errors
    /// [`CouplingError::PlacementTooFar`] beyond [`Alignment::reach`] or through the facet.
    pub fn total_efficiency_at(&self, placement: &Placement) -> Result<f64, CouplingError> {
        let towards = -placement.along(DegreeOfFreedom::Z);
        // a hair of round-off, so that contact itself is allowed
        if towards > self.gap * (1.0 + ROUND_OFF) {
            return Err(self.too_far(DegreeOfFreedom::Z, -towards));
        }
        self.reaches(placement)?;
        Ok(self.efficiency(placement))
    }

    /// −10 log₁₀ T η in dB with the fibre at `placement`.
    ///
    /// # Errors
    /// As [`Alignment::total_efficiency_at`].
    pub fn loss_db_at(&self, placement: &Placement) -> Result<f64, CouplingError> {
        Ok(loss_db(self.total_efficiency_at(placement)?))
    }

    /// Whether placements as far as ±`farthest` are answered for, contact aside.
    pub(super) fn reaches(&self, farthest: &Placement) -> Result<(), CouplingError> {
        for along in DegreeOfFreedom::ALL {
            let value = farthest.along(along);
            let limit = self.waves.reach[along.index()] * (1.0 + ROUND_OFF);
            // any turn about its own axis leaves a fibre where it is
            let is_free = along == DegreeOfFreedom::Rotation && value.is_finite();
            if !(value.abs() <= limit || is_free) {
                return Err(self.too_far(along, value));
            }
        }
        Ok(())
    }

    fn too_far(&self, along: DegreeOfFreedom, value: f64) -> CouplingError {
        let most = self.waves.reach[along.index()];
        let least = match along {
            DegreeOfFreedom::Z => -most.min(self.gap),
            _ => -most,
        };
        CouplingError::PlacementTooFar {
            along: along.name(),
            value,
            unit: along.unit(),
            least,
            most,
        }
    }

    /// F of the nominal mode.
    pub(super) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// T η with the fibre at `placement`, wherever that is.
    pub(super) fn efficiency(&self, placement: &Placement) -> f64 {
        self.efficiency_of(self.amplitude(&self.waves, None, placement))
    }

    /// T η of an amplitude.
    pub(super) fn efficiency_of(&self, amplitude: Complex64) -> f64 {
        self.scale * amplitude.norm_sqr()
    }

    /// Σ into the nominal mode or `another`, as accurate as draws need be.
    pub(super) fn drawn(&self, another: Option<&Receiver>, placement: &Placement) -> Complex64 {
        let waves = if self.draws.holds(placement) {
            &self.draws
        } else {
            &self.waves
        };
        self.amplitude(waves, another, placement)
    }

    /// Σ into the nominal mode or `another`.
    fn amplitude(
        &self,
        WaveSet { waves, .. }: &WaveSet,
        another: Option<&Receiver>,
        placement: &Placement,
    ) -> Complex64 {
        let [dx, dy, dz] = placement.shift();
        let [x, y, z] = self.distance;
        let distance = [x - dx, y - dy, z + dz];
        let receiver = another.unwrap_or(&self.receiver);
        if placement.is_upright() {
            let taken = |wave: &PlaneWave| match another {
                None => wave.upright,
                Some(receiver) => {
                    let [fx, fy] = receiver.at(wave.k[0], wave.k[1]);
                    fx * wave.e[0] + fy * wave.e[1]
                }
            };
            let term = |wave: &PlaneWave| taken(wave) * Complex64::cis(dot(wave.k, distance));
            return waves.iter().map(term).sum();
        }
        let r = placement.rotation_matrix(self.axis);
        let mut sum = Complex64::ZERO;
        for PlaneWave { k, e, .. } in waves {
            let turned = r.map(|row| dot(row, *k));
            if turned[2] <= 0.0 {
                continue;
            }
            let [fx, fy] = receiver.at(turned[0], turned[1]);
            let along = |row: [f64; 3]| e[0] * row[0] + e[1] * row[1] + e[2] * row[2];
            sum += (fx * along(r[0]) + fy * along(r[1])) * Complex64::cis(dot(turned, distance));
        }
        sum
    }

    /// Loss in dB along one degree of freedom at `values` (m or rad) from the nominal place.
    ///
    /// # Errors
    /// As [`Alignment::total_efficiency_at`].
    pub fn cut(&self, along: DegreeOfFreedom, values: &[f64]) -> Result<Vec<f64>, CouplingError> {
        let at = |&value: &f64| self.loss_db_at(&Placement::default().with(along, value));
        values.par_iter().map(at).collect()
    }

    /// Distances (m or rad, both positive) towards − and + along one degree of freedom at which the loss has first grown by
    /// `level_db`; None where it has not within the reach, or before the fibre touches the facet.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless `level_db` > 0.
    pub fn tolerance(
        &self,
        along: DegreeOfFreedom,
        level_db: f64,
    ) -> Result<[Option<f64>; 2], CouplingError> {
        positive("tolerance level", level_db, "dB")?;
        let at = |value: f64| self.efficiency(&Placement::default().with(along, value));
        let target = at(0.0) * 10.0_f64.powf(-0.1 * level_db);
        let reach = self.waves.reach[along.index()];
        let side = |sign: f64, limit: f64| -> Option<f64> {
            let step = limit / STEPS as f64;
            let fallen = (1..=STEPS).find(|&n| at(sign * step * n as f64) < target)?;
            let (near, far) = (step * (fallen - 1) as f64, step * fallen as f64);
            super::roots::bracketed(|t| at(sign * t) - target, near, far)
        };
        let towards = match along {
            DegreeOfFreedom::Z => reach.min(self.gap),
            _ => reach,
        };
        Ok([side(-1.0, towards), side(1.0, reach)])
    }

    /// The largest |L − (L₀ + g·δ + δᵀCδ)| in dB on the ellipsoid on which the expansion says that the loss has grown by
    /// `level_db`: at the ends of its axes x, y, z, tilts and rotation and halfway between any two of them, as far as these
    /// are within the reach.
    pub fn quadratic_error(&self, level_db: f64) -> f64 {
        let scale = |i: usize| {
            let curvature = self.expansion.tensor[i][i];
            // of a circular, unpolarised beam a rotation does nothing
            let flat = curvature * self.waves.reach[i] * self.waves.reach[i] < 1e-6 * level_db;
            (!flat).then(|| curvature.sqrt().recip())
        };
        let axes: Vec<(usize, f64)> = (0..6).filter_map(|i| Some((i, scale(i)?))).collect();
        let mut directions = Vec::new();
        for (n, &(i, a)) in axes.iter().enumerate() {
            for sign in [-1.0, 1.0] {
                let mut along = [0.0; 6];
                along[i] = sign * a;
                directions.push(along);
                for &(j, b) in &axes[..n] {
                    for other in [-1.0, 1.0] {
                        let mut between = along;
                        between[j] = other * b;
                        directions.push(between);
                    }
                }
            }
        }
        let error = |direction: &[f64; 6]| -> f64 {
            let Some(t) = self.expansion.distance_to(level_db, *direction) else {
                return 0.0;
            };
            let placement = Placement::new(direction.map(|v| v * t));
            let exact = self.loss_db_at(&placement);
            exact.map_or(0.0, |exact| {
                (exact - self.expansion.loss_db_at(&placement)).abs()
            })
        };
        let errors: Vec<f64> = directions.par_iter().map(error).collect();
        errors.into_iter().fold(0.0, f64::max)
    }
}
