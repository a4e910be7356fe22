//! What is known of a solved grating.

use crate::convergence::{GridStudy, Verdict};
use num_complex::Complex64;

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
    /// Error of every power that comes from finding the field among those of other wavelengths.
    pub(super) doubt: f64,
}

impl Level {
    fn powers(&self) -> [f64; 5] {
        let [coupled, back, on] =
            [self.amplitude, self.reflection, self.transmission].map(|a| a.norm_sqr());
        [coupled, back, on, self.up, self.down]
    }

    /// The largest difference of any power.
    pub(super) fn farthest_power(&self, other: &Self) -> f64 {
        let pairs = self.powers().into_iter().zip(other.powers());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
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

    /// Where the beam's axis crosses the highest face, m along z; converged to whatever its error bar says.
    pub fn offset(&self) -> GridStudy {
        let levels = self.levels.iter();
        let levels = levels.map(|level| (level.order as f64, level.offset));
        GridStudy::exponential_cautious(levels.collect(), f64::INFINITY)
    }

    /// Amplitude of the coupling on the finest order; its phase is that between the port and the facet.
    pub fn amplitude(&self) -> Complex64 {
        self.finest().amplitude
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
