//! How much power one mode gives another where two guides are butted.
//!
//! η = |¼ ∫ (E₁ × H₂* + E₂* × H₁)·z dA|² for modes of 1 W (Snyder & Love, "Optical Waveguide Theory", ch. 31): what
//! a straight guide loses into a bend, and how a mode is followed through a sweep.

use super::Mode;
use crate::convergence::GridStudy;
use num_complex::Complex64;

/// A joint of less, in dB, need not be known to a part of itself.
const TRANSITION_SCALE: f64 = 0.1;

impl Mode {
    /// Power overlap with a mode of another guide, integrated over this one's window; between 0 and 1 up to
    /// round-off for lossless guides.
    pub fn overlap(&self, other: &Self) -> f64 {
        let [own, theirs] = [self, other].map(|mode| mode.family.levels().len() - 1);
        self.overlap_of_levels(own, other, theirs)
    }

    fn overlap_of_levels(&self, level: usize, other: &Self, of_other: usize) -> f64 {
        let own = self.family.samples(level, self.member);
        let points: Vec<[f64; 2]> = own.iter().map(|s| s.position).collect();
        let theirs = other.family.at(of_other, other.member, &points);
        let mut sum = Complex64::ZERO;
        for (a, b) in own.iter().zip(&theirs) {
            let [ax, ay, _] = a.electric;
            let [bx, by, _] = b.electric.map(|v| v.conj());
            let ([ahx, ahy, _], [bhx, bhy, _]) = (a.magnetic, b.magnetic.map(|v| v.conj()));
            sum += a.area * (ax * bhy - ay * bhx + bx * ahy - by * ahx);
        }
        (0.25 * sum).norm_sqr()
    }

    /// −10 log₁₀ of [`Mode::overlap`]: the loss in dB of a joint, such as that of a straight guide with its bend. Levels of
    /// the two are paired from the finest down; their differences make the bar.
    pub fn transition_loss(&self, other: &Self) -> GridStudy {
        let [own, theirs] = [self, other].map(|mode| mode.family.levels().len());
        let loss = |level: usize| {
            let of_other = (level + theirs).saturating_sub(own);
            vec![-10.0 * self.overlap_of_levels(level, other, of_other).log10()]
        };
        self.studies(TRANSITION_SCALE, loss).remove(0)
    }
}
