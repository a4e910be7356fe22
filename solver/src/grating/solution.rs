//! What is known of a solved grating.

use crate::convergence::{GridStudy, Verdict};
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// Numbers of one order of the elements.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) order: usize,
    pub(super) unknowns: usize,
    pub(super) index: Complex64,
    pub(super) reflection: Complex64,
    pub(super) transmission: Complex64,
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) offset: f64,
    pub(super) amplitude: Complex64,
    pub(super) gradient: Option<Vec<[f64; 2]>>,
    /// Phase that light of every port in turn gains beside the reference planes, rad.
    pub(super) before: [f64; 3],
    /// Phase between those planes that its branch is nearest to, rad.
    pub(super) paths: [f64; 3],
    /// Error of every power that comes from finding the field among those of other wavelengths.
    pub(super) doubt: f64,
    /// The same of every amplitude.
    pub(super) amplitude_doubt: f64,
}

/// Where light of the guide leaves a grating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GratingPort {
    /// Back in the guide, at z = 0 of the trenches.
    Guide,
    /// In the beam, at the centre of its facet.
    Fibre,
    /// On in the guide, where the last trench ends.
    Behind,
}

impl Level {
    fn powers(&self) -> [f64; 5] {
        let [coupled, back, on] =
            [self.amplitude, self.reflection, self.transmission].map(|a| a.norm_sqr());
        [coupled, back, on, self.up, self.down]
    }

    /// At the level's own planes.
    fn raw(&self, port: GratingPort) -> Complex64 {
        match port {
            GratingPort::Guide => self.reflection,
            GratingPort::Fibre => self.amplitude,
            GratingPort::Behind => self.transmission,
        }
    }

    /// The phase between the reference planes without the path, within ±π.
    fn turn(&self, port: GratingPort) -> f64 {
        let path = self.before[port as usize] + self.paths[port as usize];
        (self.raw(port) * Complex64::cis(-path)).arg()
    }

    /// The largest difference of any power, and of any amplitude.
    pub(super) fn farthest(&self, other: &Self) -> [f64; 2] {
        let pairs = self.powers().into_iter().zip(other.powers());
        let power = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let ports = [GratingPort::Guide, GratingPort::Fibre, GratingPort::Behind];
        let amplitude = |port| (self.raw(port) - other.raw(port)).norm();
        [power, ports.map(amplitude).into_iter().fold(0.0, f64::max)]
    }
}

/// A solved grating; powers are shares of what the guided mode brings.
///
/// By reciprocity the coupling efficiency is the same from the fibre to the chip.
#[derive(Clone, Debug)]
pub struct GratingSolution {
    levels: Vec<Level>,
    wanted: f64,
}

impl GratingSolution {
    pub(super) fn new(levels: Vec<Level>, wanted: f64) -> Self {
        Self { levels, wanted }
    }

    fn finest(&self) -> &Level {
        &self.levels[self.levels.len() - 1]
    }

    fn study(&self, value: impl Fn(&Level) -> f64) -> GridStudy {
        let levels = self
            .levels
            .iter()
            .map(|level| (level.order as f64, value(level)));
        GridStudy::exponential_cautious(levels.collect(), self.wanted)
            .with_further_error(self.finest().doubt, self.wanted)
    }

    /// Whether all powers are within the error asked for.
    pub fn is_converged(&self) -> bool {
        let all = [
            self.efficiency(),
            self.reflection(),
            self.transmission(),
            self.up(),
            self.down(),
        ];
        all.iter().all(|study| study.verdict == Verdict::Converged)
    }

    /// Coupling efficiency between the guided mode and the beam, in the plane of the grating.
    pub fn efficiency(&self) -> GridStudy {
        self.study(|level| level.amplitude.norm_sqr())
    }

    /// Power that comes back in the guided mode.
    pub fn reflection(&self) -> GridStudy {
        self.study(|level| level.reflection.norm_sqr())
    }

    /// Power that goes on in the guided mode behind the grating.
    pub fn transmission(&self) -> GridStudy {
        self.study(|level| level.transmission.norm_sqr())
    }

    /// Power that leaves upwards. What leaves at shallow angles through the ends of the mesh counts as upwards if it does
    /// so above the middle of the guide: up and down can change by some 1e-3 of the incident power with the margins,
    /// their sum and all other powers do not.
    pub fn up(&self) -> GridStudy {
        self.study(|level| level.up)
    }

    /// Power that leaves downwards.
    pub fn down(&self) -> GridStudy {
        self.study(|level| level.down)
    }

    /// Share of what is radiated that goes up.
    pub fn directionality(&self) -> GridStudy {
        self.study(|level| level.up / (level.up + level.down))
    }

    /// What all powers lack of one on the finest order: absorption and error.
    pub fn balance(&self) -> f64 {
        let level = self.finest();
        1.0 - level.reflection.norm_sqr() - level.transmission.norm_sqr() - level.up - level.down
    }

    /// Re n_eff of the guided mode of the unetched layers, for light that does not vary along x.
    pub fn effective_index(&self) -> GridStudy {
        self.study(|level| level.index.re)
    }

    /// Where the centre of the fibre's facet is, m along z; converged to whatever its error bar says.
    pub fn offset(&self) -> GridStudy {
        let levels = self.levels.iter();
        let levels = levels.map(|level| (level.order as f64, level.offset));
        GridStudy::exponential_cautious(levels.collect(), f64::INFINITY)
    }

    /// |S|² of light that comes in the guide and leaves at a port.
    pub fn power(&self, port: GratingPort) -> GridStudy {
        self.study(|level| level.raw(port).norm_sqr())
    }

    /// arg S of light that comes in the guide and leaves at a port, rad, between the planes of [`GratingPort`], fields going
    /// as exp(−iωt). The guide's mode has E along x, positive where it is largest, in both directions; the beam has it
    /// positive at the centre of its facet, where its waves are in phase. S is the same from the beam to the guide. Where the
    /// guide absorbs, the way beside the planes is out of the phases but not out of the powers.
    ///
    /// Not cut at ±π: the phase nearest to [`GratingSolution::path`]. Converged below π; where |S|² is less than its own
    /// bar the phase means nothing.
    pub fn phase(&self, port: GratingPort) -> GridStudy {
        let finest = self.finest();
        let turn = finest.turn(port);
        // Each order by its own path, but on the same side of a cut.
        let phase = |level: &Level| {
            let other = level.turn(port) - turn;
            let whole = TAU * (other / TAU).round();
            (
                level.order as f64,
                level.paths[port as usize] + turn + other - whole,
            )
        };
        let levels = self.levels.iter().map(phase).collect();
        let doubt = finest.amplitude_doubt / finest.raw(port).norm();
        let mut study = GridStudy::exponential_cautious(levels, PI).with_further_error(doubt, PI);
        // An error of S is not along S alone.
        let power = self.power(port);
        study.error = study.error.max(0.5 * power.error / power.value.abs());
        study.judge(PI);
        study
    }

    /// What [`GratingSolution::phase`] is nearest to, rad: that of the guide's mode from z = 0 to the last trench's end, or,
    /// for the beam and for what comes back from somewhere on that way, to below the facet's centre.
    pub fn path(&self, port: GratingPort) -> f64 {
        self.finest().paths[port as usize]
    }

    /// Derivatives of the efficiency by the position of both edges of every trench, 1/m, on the finest order, where they
    /// were asked for; the beam stays where it is, or, where it was put at its best, may follow: that changes nothing
    /// to first order.
    pub fn gradient(&self) -> Option<&[[f64; 2]]> {
        self.finest().gradient.as_deref()
    }

    /// Order and unknowns of the levels.
    pub fn levels(&self) -> Vec<(usize, usize)> {
        self.levels
            .iter()
            .map(|level| (level.order, level.unknowns))
            .collect()
    }
}
