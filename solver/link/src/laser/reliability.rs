//! Failures from junction temperatures, and spares.
//!
//! λ(T) = λ_r exp[(E_a/k_B)(1/T_r − 1/T)]; an engine without spares fails with its first laser, rate n λ. With s spares among
//! n + s lasers, each dead by the end of life with p = 1 − exp(−λ t), it is out when more than s are:
//! 1 − Σ_{k ≤ s} C(n + s, k) p^k (1 − p)^(n + s − k).
//! Telcordia GR-468-CORE, issue 2 (2004). Limits: one thermally activated mechanism at a constant rate; spares age like the others.

use cpo_materials::constants::BOLTZMANN;

use crate::component::{ComponentName, Values};

/// λ_r, E_a and T_r, SI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrheniusLaw {
    /// λ_r, 1/s.
    pub failure_rate: f64,
    /// E_a, J.
    pub activation_energy: f64,
    /// T_r, K.
    pub reference_temperature: f64,
}

impl ArrheniusLaw {
    /// That of the lasers.
    pub fn of(values: &Values) -> Self {
        Self {
            failure_rate: values[ComponentName::LaserFailureRate],
            activation_energy: values[ComponentName::LaserActivationEnergy],
            reference_temperature: values[ComponentName::LaserAgeingTemperature],
        }
    }

    /// λ(T), 1/s.
    pub fn rate(&self, junction_temperature: f64) -> f64 {
        let inverse = 1.0 / self.reference_temperature - 1.0 / junction_temperature;
        self.failure_rate * (self.activation_energy / BOLTZMANN * inverse).exp()
    }
}

/// Probability that fewer than `needed` of `needed + spares` lasers of that failure rate live after `time` s.
pub fn probability_of_outage(failure_rate: f64, time: f64, needed: usize, spares: usize) -> f64 {
    let all = needed + spares;
    let alive = (-failure_rate * time).exp();
    let dead = -(-failure_rate * time).exp_m1();
    // the small tail itself, smallest terms first, keeps its digits
    let mut tail = 0.0;
    for k in (spares + 1..=all).rev() {
        let ways = (0..k).fold(1.0, |ways, i| ways * (all - i) as f64 / (i + 1) as f64);
        tail += ways * dead.powi(k as i32) * alive.powi((all - k) as i32);
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceleration() {
        let ev = 1.602_176_634e-19;
        let law = ArrheniusLaw {
            failure_rate: 1.0,
            activation_energy: 0.7 * ev,
            reference_temperature: 328.15,
        };
        assert_eq!(law.rate(328.15), 1.0);
        // 0.7 eV from 55 to 85 degC: exp(8123.2 K × 2.5526e-4 / K) = 7.95
        assert!(
            (law.rate(358.15) - 7.95).abs() < 0.01,
            "three digits of the hand calculation"
        );
    }

    #[test]
    fn spares() {
        let (rate, time): (f64, f64) = (1e-9, 1e8);
        let alive: f64 = (-rate * time).exp();
        let none = probability_of_outage(rate, time, 8, 0);
        assert!((none - (1.0 - alive.powi(8))).abs() < 1e-14, "round-off");
        let one = probability_of_outage(rate, time, 8, 1);
        let exact = 1.0 - alive.powi(9) - 9.0 * alive.powi(8) * (1.0 - alive);
        assert!((one - exact).abs() < 1e-14 && one < none);
        assert_eq!(probability_of_outage(0.0, time, 8, 1), 0.0);
    }
}
