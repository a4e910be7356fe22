//! Tolerance: the loss over all six ways in which a fibre can stand off its nominal place.
//!
//! a(δ) = Σ_k F(Rk)·(R E(k)) exp(iRk·(d₀ + s)): every plane wave of the beam turned by R about the centre of the fibre's end,
//! moved by s, taken up by the facet and the mode behind it ([`receiver`](super::receiver)). So a placement costs one sum over
//! some thousand waves and no approximation beyond that of F's lattice; total efficiency T η = |a|² for a beam of 1 W.
//!
//! The loss L = −10 log₁₀ T η near the nominal place is L + g·δ + δᵀCδ. g and C are exact, not differences: the generators of
//! translations, −ikₓ, −ik_y, ik_z, and of turns ([`Waves::turnings`]) applied to the beam once and twice. C is the
//! misalignment tensor.
//!
//! A gap is needed (its length may be 0 m): a fibre that touches neither tilts nor backs off. Light is counted as by
//! [`CouplingMap::total_efficiency_at`](super::CouplingMap::total_efficiency_at): each facet once.

use std::f64::consts::{LN_10, PI};

use num_complex::Complex64;
use rayon::prelude::*;

use super::arrival::across;
use super::error::positive;
use super::extent::Extent;
use super::layout::Sampling;
use super::overlap::loss_db;
use super::plane_waves::Waves;
use super::receiver::Receiver;
use super::{
    CouplingError, CouplingScan, DegreeOfFreedom, Gap, Placement, SampledField, TransverseField,
};

/// Part of the beam's Σ|E|² that a sum over its waves leaves out: √t of a, where the mode takes up nothing more.
const TAIL: f64 = 1e-10;
/// The same for derivatives, which weigh steep waves more.
const DERIVATIVE_TAIL: f64 = 1e-13;
/// The reach along z and in tilt is that of a fall by about 4 dB, halved down to this part of it if the plane is too large.
const SMALLEST_PART: f64 = 0.2;
/// Of a limit.
const ROUND_OFF: f64 = 1e-12;
/// Steps along a degree of freedom in which a tolerance is looked for.
const STEPS: usize = 40;

/// One plane wave of the beam, its phase that at the centre of the fibre's end.
#[derive(Clone, Copy, Debug)]
struct PlaneWave {
    k: [f64; 3],
    e: [Complex64; 3],
}

/// A fibre against a mode at a nominal place, and what any other place costs.
#[derive(Clone, Debug)]
pub struct Alignment {
    waves: Vec<PlaneWave>,
    receiver: Receiver,
    /// From the end's centre to the mode's centre in the facet, m.
    distance: [f64; 3],
    gap: f64,
    /// n̂ of the fibre.
    axis: [f64; 3],
    /// |Σ|² to T η.
    scale: f64,
    expansion: Expansion,
    reach: [f64; 6],
}

/// The loss about a place to second order.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// L in dB.
    pub loss_db: f64,
    /// g in dB/m and dB/rad, in the order of [`DegreeOfFreedom::ALL`].
    pub gradient: [f64; 6],
    /// C, symmetric, in dB per product of two of m and rad.
    pub tensor: [[f64; 6]; 6],
}

impl Expansion {
    /// L + g·δ + δᵀCδ in dB.
    pub fn loss_db_at(&self, placement: &Placement) -> f64 {
        let d = placement.values();
        let rows = (0..6).map(|i| {
            let row: f64 = (0..6).map(|j| self.tensor[i][j] * d[j]).sum();
            (self.gradient[i] + row) * d[i]
        });
        self.loss_db + rows.sum::<f64>()
    }

    /// t > 0 at which the loss has grown by `level_db` along `direction`, by this expansion.
    fn distance_to(&self, level_db: f64, direction: [f64; 6]) -> Option<f64> {
        let zero = Self {
            loss_db: 0.0,
            ..self.clone()
        };
        let ahead = zero.loss_db_at(&Placement::new(direction));
        let back = zero.loss_db_at(&Placement::new(direction.map(|v| -v)));
        let (slope, curvature) = (0.5 * (ahead - back), 0.5 * (ahead + back));
        let root = slope * slope + 4.0 * curvature * level_db;
        (curvature > 0.0).then(|| (root.sqrt() - slope) / (2.0 * curvature))
    }
}

impl CouplingScan {
    /// `beam` against `mode`, nominally at `offset` (m), for placements at least as far as ±`reach`.
    ///
    /// # Errors
    /// [`CouplingError::AlignmentWithoutGap`]; those of [`CouplingScan::map`].
    pub fn alignment(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        offset: [f64; 2],
        reach: &Placement,
    ) -> Result<Alignment, CouplingError> {
        let gap = self.gap.ok_or(CouplingError::AlignmentWithoutGap)?;
        let (sampling, reach) = self.far_sampling(beam, mode, gap, offset, reach)?;
        let Sampling {
            layout, spectra, ..
        } = &sampling;
        let (beam_index, mode_index) = (beam.effective_index().re, mode.effective_index.re);
        let focus = beam.working_distance();
        // what the map refuses at the nominal place is refused here
        self.arrival(spectra, layout, gap, beam, mode_index)?;
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
        let weights = self.weights(mode, gap, layout.plane)?;
        let taken: Vec<TakenUp> = waves
            .strongest(DERIVATIVE_TAIL)
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

        let wavenumber = 2.0 * PI / self.wavelength * gap.index;
        let waves: Vec<PlaneWave> = waves
            .strongest(TAIL)
            .into_iter()
            .map(|(k, [ex, ey], _)| {
                let turn = Complex64::cis(-dot(k, to_waist));
                let ez = -(ex * k[0] + ey * k[1]) / k[2];
                PlaneWave {
                    k,
                    e: [ex * turn, ey * turn, ez * turn],
                }
            })
            .collect();
        let steepest = waves
            .iter()
            .map(|w| (w.k[0].hypot(w.k[1]) / wavenumber).min(1.0).asin());
        let steepest = steepest.fold(0.0, f64::max) + reach[3].hypot(reach[4]);
        let largest = wavenumber * steepest.min(0.5 * PI).sin();
        let receiver = Receiver::new(self, mode, gap, largest)?;
        let distance = [
            receiver.centre[0] - offset[0],
            receiver.centre[1] - offset[1],
            gap.length,
        ];
        Ok(Alignment {
            waves,
            receiver,
            distance,
            gap: gap.length,
            axis,
            scale,
            expansion,
            reach,
        })
    }

    /// The beam on a plane for the farthest placements, and how far these are.
    fn far_sampling(
        &self,
        beam: &dyn TransverseField,
        mode: &SampledField,
        gap: Gap,
        offset: [f64; 2],
        least: &Placement,
    ) -> Result<(Sampling, [f64; 6]), CouplingError> {
        let radius = |field: &dyn TransverseField| {
            Extent::of(field, self.wavelength).map(|extent| extent.radius)
        };
        let (a, b) = (radius(beam)?, radius(mode)?);
        // twice what costs two Gaussian beams 1 dB
        let squares: f64 = a * a + b * b;
        let retreat = PI * gap.index / self.wavelength * squares;
        let turn = self.wavelength / (PI * gap.index) * (0.5 * squares).sqrt() / (a * b);
        let least = least.values().map(f64::abs);
        let mut part = 1.0;
        loop {
            let away = least[2].max(part * retreat);
            let tilts = [least[3].max(part * turn), least[4].max(part * turn)];
            let outwards = |a: f64, by: f64| (a.abs() + by).min(PI / 3.0).copysign(a);
            let lateral = least[0].max(least[1]) + offset[0].abs().max(offset[1].abs());
            let mut far = self.clone();
            far.gap = Some(Gap {
                length: gap.length + away,
                ..gap
            });
            far.tilt = [0, 1].map(|axis| outwards(self.tilt[axis], tilts[axis]));
            far.offsets[0].push(lateral);
            match far.sampling(beam, &[mode]) {
                Ok(sampling) => {
                    let [x, y] = offset.map(|d| sampling.layout.reach - d.abs());
                    return Ok((sampling, [x, y, away, tilts[0], tilts[1], PI]));
                }
                Err(CouplingError::TooManySamples { .. }) if part > SMALLEST_PART => part *= 0.5,
                Err(error) => return Err(error),
            }
        }
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A wave of the plane and what the mode takes up of it, the way to the facet included.
struct TakenUp {
    k: [f64; 3],
    at: [usize; 2],
    weight: [Complex64; 2],
}

/// Derivatives of ln |a|² from the generators, the end being at `pivot` from the waist.
fn expansion(
    waves: &Waves,
    taken: &[TakenUp],
    pivot: [f64; 3],
    axis: [f64; 3],
    scale: f64,
) -> Result<Expansion, CouplingError> {
    let term = |waves: &Waves, wave: &TakenUp| {
        let [ex, ey] = waves.electric(wave.at);
        wave.weight[0] * ex + wave.weight[1] * ey
    };
    let i = Complex64::i();
    // of a motion by x, y or z
    let motion = |k: [f64; 3], c: usize| if c == 2 { i * k[2] } else { -i * k[c] };
    let amplitude = |waves: &Waves| -> Complex64 { taken.iter().map(|w| term(waves, w)).sum() };
    let moved = |waves: &Waves| -> [Complex64; 3] {
        let mut sums = [Complex64::ZERO; 3];
        for wave in taken {
            let value = term(waves, wave);
            for (c, sum) in sums.iter_mut().enumerate() {
                *sum += value * motion(wave.k, c);
            }
        }
        sums
    };
    // turns about x, y and the fibre's axis
    let turned = |waves: &Waves| -> [Waves; 3] {
        let about = waves.turnings(pivot);
        let along = Waves::combined(&about, axis);
        let [x, y, _] = about;
        [x, y, along]
    };
    let a = amplitude(waves);
    let once = turned(waves);
    let mut first = [Complex64::ZERO; 6];
    let mut second = [[Complex64::ZERO; 6]; 6];
    first[..3].copy_from_slice(&moved(waves));
    for wave in taken {
        let value = term(waves, wave);
        for (c, row) in second.iter_mut().take(3).enumerate() {
            for (d, sum) in row.iter_mut().take(3).enumerate() {
                *sum += value * motion(wave.k, c) * motion(wave.k, d);
            }
        }
    }
    for (c, waves) in once.iter().enumerate() {
        first[3 + c] = amplitude(waves);
        for (d, value) in moved(waves).into_iter().enumerate() {
            second[3 + c][d] = value;
            second[d][3 + c] = value;
        }
    }
    let twice: Vec<[Waves; 3]> = once.iter().map(turned).collect();
    for c in 0..3 {
        for d in 0..=c {
            // a turn by a vector: no order of the two
            let value = 0.5 * (amplitude(&twice[c][d]) + amplitude(&twice[d][c]));
            second[3 + c][3 + d] = value;
            second[3 + d][3 + c] = value;
        }
    }
    let efficiency = scale * a.norm_sqr();
    if !(efficiency.is_finite() && efficiency > 0.0) {
        return Err(CouplingError::OutOfRange {
            quantity: "efficiency where a misalignment tensor is asked",
            value: efficiency,
            unit: "",
            allowed: "above zero: its loss in dB must be finite",
        });
    }
    // L = −(20/ln 10) Re ln a
    let db = -20.0 / LN_10;
    Ok(Expansion {
        loss_db: loss_db(efficiency),
        gradient: first.map(|f| db * (f / a).re),
        tensor: std::array::from_fn(|c| {
            std::array::from_fn(|d| {
                0.5 * db * (second[c][d] / a - first[c] * first[d] / (a * a)).re
            })
        }),
    })
}

impl Alignment {
    /// Loss, gradient and misalignment tensor at the nominal place.
    pub fn expansion(&self) -> &Expansion {
        &self.expansion
    }

    /// Largest |δ| along each degree of freedom (m, rad) that is answered for; towards the chip z also ends at contact.
    pub fn reach(&self) -> [f64; 6] {
        self.reach
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
        Ok(self.efficiency(&self.receiver, placement))
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
            let limit = self.reach[along.index()] * (1.0 + ROUND_OFF);
            // any turn about its own axis leaves a fibre where it is
            let is_free = along == DegreeOfFreedom::Rotation && value.is_finite();
            if !(value.abs() <= limit || is_free) {
                return Err(self.too_far(along, value));
            }
        }
        Ok(())
    }

    fn too_far(&self, along: DegreeOfFreedom, value: f64) -> CouplingError {
        let most = self.reach[along.index()];
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

    /// T η into any receiver.
    pub(super) fn efficiency(&self, receiver: &Receiver, placement: &Placement) -> f64 {
        let r = placement.rotation_matrix(self.axis);
        let [dx, dy, dz] = placement.shift();
        let [x, y, z] = self.distance;
        let distance = [x - dx, y - dy, z + dz];
        let mut sum = Complex64::ZERO;
        for PlaneWave { k, e } in &self.waves {
            let turned = r.map(|row| dot(row, *k));
            if turned[2] <= 0.0 {
                continue;
            }
            let [fx, fy] = receiver.at(turned[0], turned[1]);
            let along = |row: [f64; 3]| e[0] * row[0] + e[1] * row[1] + e[2] * row[2];
            sum += (fx * along(r[0]) + fy * along(r[1])) * Complex64::cis(dot(turned, distance));
        }
        self.scale * sum.norm_sqr()
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
        let at =
            |value: f64| self.efficiency(&self.receiver, &Placement::default().with(along, value));
        let target = at(0.0) * 10.0_f64.powf(-0.1 * level_db);
        let reach = self.reach[along.index()];
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
            let flat = curvature * self.reach[i] * self.reach[i] < 1e-6 * level_db;
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
