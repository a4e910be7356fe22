//! How much power one mode gives another where two guides are butted.
//!
//! η = |¼ ∫ (E₁ × H₂* + E₂* × H₁)·z dA|² for modes of 1 W (Snyder & Love, "Optical Waveguide Theory", ch. 31): what
//! a straight guide loses into a bend, and how a mode is followed through a sweep.

use super::Mode;
use num_complex::Complex64;

impl Mode {
    /// Power overlap with a mode of another guide, integrated over this one's window; between 0 and 1 up to
    /// round-off for lossless guides.
    pub fn overlap(&self, other: &Self) -> f64 {
        let own = self.samples();
        let points: Vec<[f64; 2]> = own.iter().map(|s| s.position).collect();
        let theirs = other.at(&points);
        let mut sum = Complex64::ZERO;
        for (a, b) in own.iter().zip(&theirs) {
            let [ax, ay, _] = a.electric;
            let [bx, by, _] = b.electric.map(|v| v.conj());
            let ([ahx, ahy, _], [bhx, bhy, _]) = (a.magnetic, b.magnetic.map(|v| v.conj()));
            sum += a.area * (ax * bhy - ay * bhx + bx * ahy - by * ahx);
        }
        (0.25 * sum).norm_sqr()
    }

    /// −10 log₁₀ of [`Mode::overlap`]: the loss in dB of a joint, such as that of a straight guide with its bend.
    pub fn transition_loss_db(&self, other: &Self) -> f64 {
        -10.0 * self.overlap(other).log10()
    }
}
