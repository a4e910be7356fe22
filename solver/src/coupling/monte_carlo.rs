//! Monte Carlo over where fibres stand and how chips come out.
//!
//! A deviation is the sum of a systematic part, one draw for all lanes of an engine (a wafer's width, a fibre array's attach),
//! and a random part, one draw a lane (a fibre's core, its place in the groove); both are normal. Every sample is the full
//! overlap of [`Alignment`], no response surface, to 10⁻³ dB.
//!
//! Draws are those of [`crate::spread`].
//!
//! A systematic error does not average over lanes, so it is kept apart: quantiles are given of all deviations together, of
//! the systematic ones alone (random parts nil) and of the random ones alone.
//!
//! Fibres of an array turn about the array's centre: a systematic rotation lifts fibre l by rotation × (l − centre) × pitch, a
//! systematic tilt about y moves its end along z by as much.

use cpo_materials::{Length, Quantity};
use num_complex::Complex64;
use rayon::prelude::*;

use super::error::positive;
use super::overlap::loss_db;
use super::receiver::Receiver;
use super::{Alignment, CouplingError, CouplingScan, DegreeOfFreedom, Placement, SampledField};
use crate::spread::{Deviates, Quantiles, REPLICATES, over_replicates, parabola};

/// Longest sequence of the points: engines of a replicate.
const MOST_SAMPLES: usize = 1 << 16;
/// Largest normal deviate that a point of 24 bits gives.
const FARTHEST_DRAW: f64 = 5.5;
/// Samples in which a quadratic is tried where the process varies too.
const QUADRATIC_SAMPLES: usize = 1000;

/// Standard deviations of a fibre's place, m and rad in the order of [`DegreeOfFreedom::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlacementSpread {
    systematic: [f64; 6],
    random: [f64; 6],
}

impl PlacementSpread {
    /// A further systematic deviation, the same for all lanes, of standard deviation `sigma` (m or rad).
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless it is positive and finite.
    pub fn systematic(mut self, along: DegreeOfFreedom, sigma: f64) -> Result<Self, CouplingError> {
        add(&mut self.systematic, along, sigma)?;
        Ok(self)
    }

    /// A further deviation of each lane by itself.
    ///
    /// # Errors
    /// As [`PlacementSpread::systematic`].
    pub fn random(mut self, along: DegreeOfFreedom, sigma: f64) -> Result<Self, CouplingError> {
        add(&mut self.random, along, sigma)?;
        Ok(self)
    }

    /// The core of each fibre off its cladding's centre, by a normal deviation of `sigma` along x and along y: its distance
    /// has the mean √(π/2) σ.
    ///
    /// # Errors
    /// As [`PlacementSpread::systematic`].
    pub fn core_eccentricity(self, sigma: Length) -> Result<Self, CouplingError> {
        self.random(DegreeOfFreedom::X, sigma.si())?
            .random(DegreeOfFreedom::Y, sigma.si())
    }

    /// The farthest that any draw goes, as the near reach of [`CouplingScan::alignment`]; `array_half_width` (m) is that of the
    /// fibres about their array's centre.
    pub fn reach(&self, array_half_width: f64) -> Placement {
        let sum = |i: usize| FARTHEST_DRAW * (self.systematic[i] + self.random[i]);
        let lever = |i: usize| FARTHEST_DRAW * self.systematic[i] * array_half_width;
        let [y, z] = [lever(5), lever(4)];
        Placement::new([sum(0), sum(1) + y, sum(2) + z, sum(3), sum(4), sum(5)])
    }
}

/// Independent deviations add by their squares.
fn add(part: &mut [f64; 6], along: DegreeOfFreedom, sigma: f64) -> Result<(), CouplingError> {
    let sigma = positive("standard deviation of a placement", sigma, along.unit())?;
    let total = &mut part[along.index()];
    *total = total.hypot(sigma);
    Ok(())
}

/// What a parameter of the chip does to its mode, to second order in the parameter, and how the parameter spreads.
#[derive(Clone, Debug)]
pub struct ProcessSpread {
    /// F at −step, 0, +step on one lattice, in phase with that at 0.
    at: [Receiver; 3],
    /// Systematic and random standard deviation in steps.
    sigma: [f64; 2],
}

impl Alignment {
    /// A parameter whose mode is `modes` at −step, 0 and +step, all three of one accuracy; `systematic` and `random` are its
    /// standard deviations in steps. A step of √3 standard deviations makes a quadratic right to the fourth moment.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for a deviation that is negative or not finite; those of [`CouplingScan::map`].
    pub fn process_spread(
        &self,
        scan: &CouplingScan,
        modes: [&SampledField; 3],
        [systematic, random]: [f64; 2],
    ) -> Result<ProcessSpread, CouplingError> {
        for sigma in [systematic, random] {
            if !(sigma.is_finite() && sigma >= 0.0) {
                return Err(CouplingError::OutOfRange {
                    quantity: "standard deviation of a process parameter",
                    value: sigma,
                    unit: "steps",
                    allowed: "zero or positive, and finite",
                });
            }
        }
        let gap = scan.gap.ok_or(CouplingError::AlignmentWithoutGap)?;
        let of = |mode: &SampledField| self.receiver().of_another(scan, mode, gap);
        let [below, nominal, above] = modes;
        let nominal = of(nominal)?;
        let at = [
            of(below)?.in_phase_with(&nominal),
            nominal.clone(),
            of(above)?.in_phase_with(&nominal),
        ];
        Ok(ProcessSpread {
            at,
            sigma: [systematic, random],
        })
    }
}

/// How many samples, over how many lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonteCarlo {
    samples: usize,
    lanes: usize,
    pitch: f64,
    seed: u32,
}

/// The losses of all samples.
#[derive(Clone, Debug)]
pub struct LossSamples {
    /// Lanes of an engine.
    pub lanes: usize,
    /// Loss in dB with all deviations, replicate by replicate, engine by engine, lane fastest.
    pub total: Vec<f64>,
    /// The same with the random parts nil.
    pub systematic: Vec<f64>,
    /// With the systematic parts nil.
    pub random: Vec<f64>,
    /// Largest |L − quadratic| in dB over the samples, process at its nominal values.
    pub quadratic_error_db: f64,
}

impl MonteCarlo {
    /// `samples` lanes in all; single fibres.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for too few or too many.
    pub fn new(samples: usize) -> Result<Self, CouplingError> {
        if !(2 * REPLICATES..=REPLICATES * MOST_SAMPLES).contains(&samples) {
            return Err(CouplingError::OutOfRange {
                quantity: "number of Monte Carlo samples",
                value: samples as f64,
                unit: "",
                allowed: "from 16 to 524288",
            });
        }
        Ok(Self {
            samples,
            lanes: 1,
            pitch: 0.0,
            seed: 0,
        })
    }

    /// Engines of `lanes` fibres at this pitch along x; samples are rounded up to whole engines.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] for no lane, or a pitch that is negative or not finite.
    pub fn array(self, lanes: usize, pitch: Length) -> Result<Self, CouplingError> {
        let pitch = pitch.si();
        if lanes == 0 || lanes > self.samples {
            return Err(CouplingError::OutOfRange {
                quantity: "number of lanes",
                value: lanes as f64,
                unit: "",
                allowed: "at least 1, and no more than samples",
            });
        }
        if !(pitch.is_finite() && pitch >= 0.0) {
            return Err(CouplingError::OutOfRange {
                quantity: "pitch of a fibre array",
                value: pitch,
                unit: "m",
                allowed: "zero or positive, such as 127 µm or 250 µm",
            });
        }
        Ok(Self {
            lanes,
            pitch,
            ..self
        })
    }

    /// Other draws.
    #[must_use]
    pub fn seed(self, seed: u32) -> Self {
        Self { seed, ..self }
    }

    /// From the centre of the array to its last fibre, m.
    pub fn half_width(&self) -> f64 {
        0.5 * (self.lanes - 1) as f64 * self.pitch
    }

    /// Engines of each replicate.
    fn engines(&self) -> usize {
        self.samples.div_ceil(self.lanes * REPLICATES)
    }

    /// Losses of `alignment` over `placement` and `process`.
    ///
    /// A fibre that would pass through the facet stops there.
    ///
    /// # Errors
    /// [`CouplingError::PlacementTooFar`] where the alignment does not reach as far as [`PlacementSpread::reach`] says.
    pub fn run(
        &self,
        alignment: &Alignment,
        placement: &PlacementSpread,
        process: &[ProcessSpread],
    ) -> Result<LossSamples, CouplingError> {
        alignment.reaches(&placement.reach(self.half_width()))?;
        let draws = Draws {
            plan: *self,
            alignment,
            placement,
            process,
        };
        let total = draws.losses(Part::Both);
        // what does not vary need not be drawn again
        let (systematic, random) =
            match [draws.is_nil(Part::Systematic), draws.is_nil(Part::Random)] {
                [false, false] => (draws.losses(Part::Systematic), draws.losses(Part::Random)),
                [_, true] => (total.clone(), draws.nominal(total.len())),
                [true, false] => (draws.nominal(total.len()), total.clone()),
            };
        Ok(LossSamples {
            lanes: self.lanes,
            quadratic_error_db: draws.quadratic_error(&total),
            total,
            systematic,
            random,
        })
    }
}

/// Which deviations are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Systematic,
    Random,
    Both,
}

struct Draws<'a> {
    plan: MonteCarlo,
    alignment: &'a Alignment,
    placement: &'a PlacementSpread,
    process: &'a [ProcessSpread],
}

/// Deviations of one lane, the process in steps.
struct Deviation {
    placement: Placement,
    process: Vec<f64>,
}

impl Draws<'_> {
    fn is_nil(&self, part: Part) -> bool {
        let (placement, which) = match part {
            Part::Systematic => (&self.placement.systematic, 0),
            Part::Random => (&self.placement.random, 1),
            Part::Both => {
                return self.is_nil(Part::Systematic) && self.is_nil(Part::Random);
            }
        };
        placement.iter().all(|&s| s == 0.0) && self.process.iter().all(|p| p.sigma[which] == 0.0)
    }

    fn count(&self) -> usize {
        REPLICATES * self.plan.engines() * self.plan.lanes
    }

    /// Deviations of sample `n`.
    fn deviation(&self, n: usize, part: Part) -> Deviation {
        let lanes = self.plan.lanes;
        let per_replicate = self.plan.engines() * lanes;
        let (replicate, n) = (n / per_replicate, n % per_replicate);
        let (engine, lane) = (n / lanes, n % lanes);
        let deviates = Deviates::new(self.plan.seed);
        // lanes have sequences of their own
        let normal = |lane: Option<usize>, dimension: usize| -> f64 {
            let sequence = lane.map_or(0, |lane| lane + 1);
            deviates.normal(replicate, engine, sequence, dimension)
        };
        let (is_systematic, is_random) = (part != Part::Random, part != Part::Systematic);
        let sum = |systematic: f64, random: f64, dimension: usize| -> f64 {
            let mut value = 0.0;
            if is_systematic && systematic > 0.0 {
                value += systematic * normal(None, dimension);
            }
            if is_random && random > 0.0 {
                value += random * normal(Some(lane), dimension);
            }
            value
        };
        let mut values: [f64; 6] =
            std::array::from_fn(|i| sum(self.placement.systematic[i], self.placement.random[i], i));
        if is_systematic {
            // the array turns about its centre
            let from_centre = (lane as f64 - 0.5 * (lanes - 1) as f64) * self.plan.pitch;
            let turn = |i: usize| match self.placement.systematic[i] {
                sigma if sigma > 0.0 => sigma * normal(None, i),
                _ => 0.0,
            };
            if from_centre != 0.0 {
                values[1] += from_centre * turn(5);
                values[2] += from_centre * turn(4);
            }
        }
        values[2] = values[2].max(-self.alignment.gap());
        let process = self.process.iter().enumerate();
        Deviation {
            placement: Placement::new(values),
            process: process
                .map(|(p, spread)| sum(spread.sigma[0], spread.sigma[1], 6 + p))
                .collect(),
        }
    }

    fn losses(&self, part: Part) -> Vec<f64> {
        let nominal = Placement::default();
        let alignment = self.alignment;
        // with the fibre in its nominal place the amplitude alone is a parabola
        let here = alignment.drawn(None, &nominal);
        let there: Vec<[Complex64; 3]> = self
            .process
            .iter()
            .map(|p| {
                p.at.each_ref()
                    .map(|of| alignment.drawn(Some(of), &nominal))
            })
            .collect();
        let loss = |n: usize| {
            let Deviation { placement, process } = self.deviation(n, part);
            let amplitude = if placement == nominal {
                let parts = there.iter().zip(&process);
                let terms = parts.map(|([below, at, above], &t)| {
                    let [down, up] = parabola(t);
                    (below - at) * down + (above - at) * up
                });
                here + terms.sum::<Complex64>()
            } else {
                let parts = self.process.iter().zip(&process);
                let varied = alignment.receiver().varied(parts.map(|(p, &t)| (&p.at, t)));
                alignment.drawn(varied.as_ref(), &placement)
            };
            loss_db(alignment.efficiency_of(amplitude))
        };
        (0..self.count()).into_par_iter().map(loss).collect()
    }

    fn nominal(&self, count: usize) -> Vec<f64> {
        let amplitude = self.alignment.drawn(None, &Placement::default());
        vec![loss_db(self.alignment.efficiency_of(amplitude)); count]
    }

    /// Over all samples; with a process that varies over the first ones, their process at its nominal values.
    fn quadratic_error(&self, total: &[f64]) -> f64 {
        let alignment = self.alignment;
        let error = |n: usize| {
            let placement = self.deviation(n, Part::Both).placement;
            let exact = match self.process {
                [] => total[n],
                _ => loss_db(alignment.efficiency_of(alignment.drawn(None, &placement))),
            };
            (exact - alignment.expansion().loss_db_at(&placement)).abs()
        };
        let count = match self.process {
            [] => total.len(),
            _ => total.len().min(QUADRATIC_SAMPLES),
        };
        let errors: Vec<f64> = (0..count).into_par_iter().map(error).collect();
        errors.into_iter().fold(0.0, f64::max)
    }
}

impl LossSamples {
    /// p05, p50 and p95 of `losses`, one of [`LossSamples::total`], [`LossSamples::systematic`] and
    /// [`LossSamples::random`].
    pub fn quantiles(&self, losses: &[f64]) -> Quantiles {
        Quantiles::of(losses)
    }

    /// The share of lanes that lose `budget_db` at most, and its standard error.
    pub fn lane_yield(&self, budget_db: f64) -> [f64; 2] {
        over_replicates(&self.total, |losses| share_within(losses, budget_db))
    }

    /// The share of engines all of whose lanes lose `budget_db` at most, and its standard error.
    pub fn engine_yield(&self, budget_db: f64) -> [f64; 2] {
        let worst: Vec<f64> = self.worst_lanes();
        over_replicates(&worst, |losses| share_within(losses, budget_db))
    }

    /// The loss in dB of the worst lane of each engine.
    pub fn worst_lanes(&self) -> Vec<f64> {
        let engines = self.total.chunks(self.lanes);
        engines
            .map(|lanes| lanes.iter().copied().fold(f64::NEG_INFINITY, f64::max))
            .collect()
    }
}

fn share_within(losses: &[f64], budget_db: f64) -> f64 {
    let within = losses.iter().filter(|&&loss| loss <= budget_db);
    within.count() as f64 / losses.len() as f64
}
