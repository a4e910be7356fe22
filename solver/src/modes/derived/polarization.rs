//! Shares of the three components of the electric field: ∫|E_i|² dA / ∫|E|² dA.

use super::super::Mode;
use super::super::sample::Sample;
use crate::convergence::GridStudy;

impl Mode {
    /// ∫|E_i|² / ∫|E|² for x, y, z; they sum to 1.
    pub fn polarization_fractions(&self) -> [GridStudy; 3] {
        let share = |samples: &[Sample]| {
            let mut squares = [0.0; 3];
            for sample in samples {
                for (square, e) in squares.iter_mut().zip(sample.electric) {
                    *square += sample.area * e.norm_sqr();
                }
            }
            let total: f64 = squares.iter().sum();
            squares.map(|square| square / total).to_vec()
        };
        let studies = self.sampled_studies(1.0, share);
        std::array::from_fn(|i| studies[i].clone())
    }
}
