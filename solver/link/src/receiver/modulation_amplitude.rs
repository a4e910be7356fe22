//! Outer modulation amplitude and average power.
//!
//! With levels from P₀ to P₁ = r P₀, r the extinction ratio: OMA = P₁ − P₀, average (P₁ + P₀)/2, so that
//! average/OMA = (r + 1)/(2(r − 1)): +0.21 dB at 4.5 dB, −3.01 dB at infinity.
//! Limits: all levels equally likely and equidistant.

use crate::decibel::{db, ratio};

/// 10 log₁₀ of average power over outer modulation amplitude, dB.
pub fn average_over_amplitude(extinction_ratio_db: f64) -> f64 {
    let r = ratio(extinction_ratio_db);
    db((r + 1.0) / (2.0 * (r - 1.0)))
}

/// The amplitude in dBm of an average power in dBm.
pub fn amplitude_of_average(average_dbm: f64, extinction_ratio_db: f64) -> f64 {
    average_dbm - average_over_amplitude(extinction_ratio_db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extinction_of_4_5_db() {
        assert!(
            (average_over_amplitude(4.5) - 0.21).abs() < 0.005,
            "two digits"
        );
        // r = 3: average 2 P0, amplitude 2 P0
        assert!(average_over_amplitude(db(3.0)).abs() < 1e-15);
        assert!((average_over_amplitude(300.0) - db(0.5)).abs() < 1e-12);
    }
}
