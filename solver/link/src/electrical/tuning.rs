//! Heat that keeps rings on their wavelengths.
//!
//! P = (|dλ/dT| ΔT + δλ)/(shift per watt): the heater bridges the drift over the chip's temperature range and the ring's
//! fabrication. dλ/dT = λ (dn_eff/dT)/n_g, the loss table's resonance_drift.
//! Limits: at the cold end of the range, where heaters work hardest; no thermal crosstalk.

use crate::component::{ComponentName as C, Values};

/// Heater power of one ring, W.
pub fn heater_power(values: &Values) -> f64 {
    let shift = values[C::ResonanceDrift] * values[C::TuningRange] + values[C::RingPlacement];
    shift / values[C::HeaterEfficiency]
}

#[cfg(test)]
mod tests {
    use crate::component::Components;

    #[test]
    fn drift_times_range_over_efficiency() {
        let values = Components::embedded().expect("embedded data").typical();
        // (0.067 nm/K × 30 K + 1.5 nm)/(0.25 nm/mW) = 14.04 mW
        assert!((super::heater_power(&values) - 14.04e-3).abs() < 1e-12);
    }
}
