//! The least amplitude that a receiver's noise allows.
//!
//! M levels a distance 2Qσ apart span OMA·R = 2(M − 1)Qσ, σ = i_n √B: 6Qσ/R for PAM4, 2Qσ/R for two levels.
//! With i_n = 18 pA in 1 Hz, B = 0.7 × 53.125 GHz and R = 0.8 A/W the outer amplitude is −10.5 dBm; B equal to the
//! symbol rate and R = 0.95 A/W give the same.
//! Limits: thermal noise alone, no intersymbol interference, no shot noise or relative intensity noise.

use super::Modulation;

/// Outer modulation amplitude in W: `noise_density` i_n² in A²/Hz, `bandwidth` B in Hz, `responsivity` R in A/W.
pub fn thermal_sensitivity(
    q: f64,
    modulation: Modulation,
    noise_density: f64,
    bandwidth: f64,
    responsivity: f64,
) -> f64 {
    let sigma = (noise_density * bandwidth).sqrt();
    2.0 * (modulation.levels() - 1.0) * q * sigma / responsivity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decibel::dbm;

    /// −10.5 dBm is published to 0.1 dB.
    #[test]
    fn minus_10_5_dbm_at_53_gbd() {
        let density = 18e-12_f64.powi(2);
        for (bandwidth, responsivity) in [(0.7 * 53.125e9, 0.8), (53.125e9, 0.95)] {
            let oma =
                thermal_sensitivity(3.414, Modulation::Pam4, density, bandwidth, responsivity);
            assert!((dbm(oma) + 10.5).abs() < 0.05, "{}", dbm(oma));
        }
    }
}
