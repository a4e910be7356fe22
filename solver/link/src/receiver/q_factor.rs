//! Bit errors in Gaussian noise.
//!
//! Q is half the distance of neighbouring levels over the noise σ. A threshold is crossed with probability
//! ½ erfc(Q/√2). M levels have M − 1 thresholds, each crossed from two sides, and a Gray code makes one bit wrong:
//!
//! BER = 2(M − 1)/(M log₂ M) ½ erfc(Q/√2)
//!
//! which is ½ erfc(Q/√2) of two levels and ¾ of it for four. The 2.4e-4 that RS(544,514) corrects is Q = 3.414 of
//! PAM4; with the formula of two levels the same ratio is Q = 3.492.
//! Limits: equal noise on all levels, which holds where the receiver's noise rules.

use spec_math::cephes64::{erfc, ndtri};

use super::Modulation;

fn errors_per_crossing(modulation: Modulation) -> f64 {
    let m = modulation.levels();
    2.0 * (m - 1.0) / (m * modulation.bits_per_symbol())
}

/// Bit error ratio before correction.
pub fn bit_error_ratio(q: f64, modulation: Modulation) -> f64 {
    errors_per_crossing(modulation) * 0.5 * erfc(q * std::f64::consts::FRAC_1_SQRT_2)
}

/// The Q at which that ratio is met.
pub fn q_factor(bit_error_ratio: f64, modulation: Modulation) -> f64 {
    -ndtri(bit_error_ratio / errors_per_crossing(modulation))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published to 4 digits.
    #[test]
    fn forward_error_correction_corrects_at_3_414() {
        let q = q_factor(2.4e-4, Modulation::Pam4);
        assert!((q - 3.414).abs() < 5e-4, "{q}");
        assert!((q_factor(2.4e-4, Modulation::Nrz) - 3.492).abs() < 5e-4);
    }

    #[test]
    fn inverse() {
        for modulation in [Modulation::Nrz, Modulation::Pam4] {
            let back = bit_error_ratio(q_factor(1e-5, modulation), modulation);
            assert!((back / 1e-5 - 1.0).abs() < 1e-12, "round-off");
        }
        // Abramowitz and Stegun, table 26.1: 1 - P(2) = 0.0227501319
        assert!((bit_error_ratio(2.0, Modulation::Nrz) - 0.022_750_131_9).abs() < 1e-10);
    }
}
