//! Ring resonators that heat detunes: free spectral range, linewidth, drift, detuning loss, tuning power.
//!
//! A ring of circumference L between an input and a drop guide, of power couplings κ₁² and κ₂² and amplitude a = e^(−αL/2) a round, drops
//!
//! ```text
//! T(φ) = κ₁² κ₂² a / |1 − r e^(iφ)|²,   r = √(1 − κ₁²) √(1 − κ₂²) a,   |1 − r e^(iφ)|² = (1 − r)² + 4 r sin²(φ/2)
//! ```
//!
//! φ being the phase of a round over 2π m. Near a resonance φ = 2π Δλ/FSR with FSR = λ²/(n_g L), so that a rise ΔT, which moves the resonance by
//! dλ/dT ΔT, costs
//!
//! ```text
//! 10 log₁₀(1 + 4 r sin²(π Δλ/FSR)/(1 − r)²)   dB,   1 − r = 2 √r sin(π w/(2 FSR)) at the full width w at half maximum
//! ```
//!
//! D. G. Rabus, *Integrated Ring Resonators* (2007), chapter 2; W. Bogaerts et al., Laser Photonics Rev. 6, 47 (2012), 10.1002/lpor.201100017.

use std::f64::consts::PI;

use cpo_materials::{
    Length, Power, Quantity, TemperatureDifference, ThermalResistance, Wavelength, WavelengthDrift,
};

/// What a ring is made of, at one of its resonances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RingParameters {
    /// Wavelength of the resonance in vacuum.
    pub resonance: Wavelength,
    /// Group index of the bent guide.
    pub group_index: f64,
    /// Length of a round.
    pub circumference: Length,
    /// Power that crosses over at the input and at the drop, above 0 and below 1; 0 at the drop of a ring with one guide.
    pub couplings: [f64; 2],
    /// Propagation loss, dB/m.
    pub loss: f64,
    /// dλ/dT of the resonance, λ (dn_eff/dT)/n_g.
    pub drift: WavelengthDrift,
}

/// A ring; see the [module](self).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    parameters: RingParameters,
    /// a, amplitude after a round.
    amplitude: f64,
    /// r.
    round_trip: f64,
}

/// A number that no ring has.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what} of a ring is {value}; it must be {allowed}")]
pub struct RingError {
    /// Which number.
    pub what: &'static str,
    /// Its value in SI units.
    pub value: f64,
    /// What is allowed.
    pub allowed: &'static str,
}

impl Ring {
    /// The ring.
    ///
    /// # Errors
    /// [`RingError`] for a number out of range.
    pub fn new(parameters: RingParameters) -> Result<Self, RingError> {
        let RingParameters {
            resonance,
            group_index,
            circumference,
            couplings: [input, drop],
            loss,
            drift,
        } = parameters;
        let positive = "finite and above 0";
        let checks = [
            (
                "the resonance",
                resonance.si(),
                resonance.si() > 0.0,
                positive,
            ),
            ("the group index", group_index, group_index > 0.0, positive),
            (
                "the circumference",
                circumference.si(),
                circumference.si() > 0.0,
                positive,
            ),
            (
                "the input coupling",
                input,
                input > 0.0 && input < 1.0,
                "above 0 and below 1",
            ),
            (
                "the drop coupling",
                drop,
                (0.0..1.0).contains(&drop),
                "0 or more and below 1",
            ),
            ("the loss", loss, loss >= 0.0, "finite and not negative"),
            ("the drift", drift.si(), true, "finite"),
        ];
        for (what, value, holds, allowed) in checks {
            if !(value.is_finite() && holds) {
                return Err(RingError {
                    what,
                    value,
                    allowed,
                });
            }
        }
        let amplitude = 10.0_f64.powf(-loss * circumference.si() / 20.0);
        Ok(Self {
            parameters,
            amplitude,
            round_trip: ((1.0 - input) * (1.0 - drop)).sqrt() * amplitude,
        })
    }

    /// What it is made of.
    pub fn parameters(&self) -> &RingParameters {
        &self.parameters
    }

    /// Distance of neighbouring resonances, λ²/(n_g L), to first order in it.
    pub fn free_spectral_range(&self) -> Length {
        let RingParameters {
            resonance,
            group_index,
            circumference,
            ..
        } = self.parameters;
        Length::m(resonance.si().powi(2) / (group_index * circumference.si()))
    }

    /// Full width of the resonance at half its maximum. A ring so lossy that it never falls to half is as wide as its spectral range.
    pub fn linewidth(&self) -> Length {
        let r = self.round_trip;
        let half = ((1.0 - r) / (2.0 * r.sqrt())).min(1.0).asin();
        Length::m(2.0 * half / PI * self.free_spectral_range().si())
    }

    /// λ over the linewidth, the loaded quality factor.
    pub fn quality_factor(&self) -> f64 {
        self.parameters.resonance.si() / self.linewidth().si()
    }

    /// Power to the drop with the light `detuning` away from the resonance, of 1 at the input.
    pub fn dropped(&self, detuning: Length) -> f64 {
        let [input, drop] = self.parameters.couplings;
        input * drop * self.amplitude / self.resonance_denominator(detuning)
    }

    /// Power that stays in the input guide with the light `detuning` away from the resonance.
    pub fn passed(&self, detuning: Length) -> f64 {
        let [input, drop] = self.parameters.couplings;
        let (own, other) = ((1.0 - input).sqrt(), (1.0 - drop).sqrt() * self.amplitude);
        let sine = self.half_phase(detuning).sin();
        let nominator = (own - other).powi(2) + 4.0 * own * other * sine * sine;
        nominator / self.resonance_denominator(detuning)
    }

    /// How much less is dropped `detuning` away from the resonance, dB.
    pub fn detuning_loss(&self, detuning: Length) -> f64 {
        let on = self.resonance_denominator(Length::m(0.0));
        10.0 * (self.resonance_denominator(detuning) / on).log10()
    }

    /// Shift of the resonance with a rise of temperature.
    pub fn shift(&self, rise: TemperatureDifference) -> Length {
        Length::m(self.parameters.drift.si() * rise.si())
    }

    /// [`detuning_loss`](Self::detuning_loss) after a rise of temperature, the light as it was, dB.
    pub fn heat_loss(&self, rise: TemperatureDifference) -> f64 {
        self.detuning_loss(self.shift(rise))
    }

    /// Rise of temperature that costs `loss` dB; none if no detuning costs as much, or nothing drifts.
    pub fn tolerance(&self, loss: f64) -> Option<TemperatureDifference> {
        let r = self.round_trip;
        let sine = (1.0 - r) * ((10.0_f64.powf(0.1 * loss) - 1.0) / (4.0 * r)).sqrt();
        let detuning = sine.asin() / PI * self.free_spectral_range().si();
        let rise = detuning / self.parameters.drift.si().abs();
        rise.is_finite()
            .then_some(TemperatureDifference::kelvin(rise))
    }

    /// Power of a heater of thermal resistance `resistance`, of the ring's mean rise per watt, that moves the resonance by `shift`. A heater only warms: a shift
    /// against the drift is made up to a whole spectral range.
    pub fn tuning_power(&self, shift: Length, resistance: ThermalResistance) -> Power {
        let range = self.free_spectral_range().si();
        let along = shift.si() * self.parameters.drift.si().signum();
        let along = if along < 0.0 {
            along.rem_euclid(range)
        } else {
            along
        };
        Power::w(along / (self.parameters.drift.si().abs() * resistance.si()))
    }

    /// φ/2.
    fn half_phase(&self, detuning: Length) -> f64 {
        PI * detuning.si() / self.free_spectral_range().si()
    }

    /// |1 − r e^(iφ)|².
    fn resonance_denominator(&self, detuning: Length) -> f64 {
        let (r, sine) = (self.round_trip, self.half_phase(detuning).sin());
        (1.0 - r).powi(2) + 4.0 * r * sine * sine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    fn ring(couplings: [f64; 2], loss: f64) -> Ring {
        Ring::new(RingParameters {
            resonance: Wavelength::nm(1310.0),
            group_index: 4.2,
            circumference: Length::um(2.0 * PI * 7.5),
            couplings,
            loss,
            drift: WavelengthDrift::nm_per_k(0.07),
        })
        .unwrap()
    }

    /// The fields of a thousand rounds, one after the other.
    #[test]
    fn as_the_sum_of_all_rounds() {
        for (couplings, loss) in [
            ([0.08, 0.05], 300.0),
            ([0.4, 0.4], 0.0),
            ([0.02, 0.0], 2000.0),
        ] {
            let ring = ring(couplings, loss);
            let [input, drop] = couplings;
            let (t1, t2) = ((1.0 - input).sqrt(), (1.0 - drop).sqrt());
            for part in [0.0, 0.01, 0.2, 0.5, -0.3] {
                let detuning = Length::m(part * ring.free_spectral_range().si());
                let turn = Complex64::from_polar(ring.amplitude, 2.0 * PI * part);
                let mut dropped = Complex64::ZERO;
                let mut passed = Complex64::from(t1);
                let mut entering = Complex64::new(0.0, input.sqrt());
                for _ in 0..4000 {
                    dropped += entering * turn.sqrt() * Complex64::new(0.0, drop.sqrt());
                    let back = entering * turn * t2;
                    passed += back * Complex64::new(0.0, input.sqrt());
                    entering = back * t1;
                }
                assert!((ring.dropped(detuning) - dropped.norm_sqr()).abs() < 1e-12);
                assert!((ring.passed(detuning) - passed.norm_sqr()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn widths_and_tolerances_invert_the_losses() {
        let (ring, narrow) = (ring([0.08, 0.05], 300.0), ring([1e-3, 1e-3], 0.0));
        let half = Length::m(0.5 * ring.linewidth().si());
        assert!((ring.detuning_loss(half) - 10.0 * 2.0_f64.log10()).abs() < 1e-12);
        assert!((ring.dropped(half) / ring.dropped(Length::m(0.0)) - 0.5).abs() < 1e-13);
        for loss in [0.1, 1.0, 3.0, 10.0] {
            let rise = ring.tolerance(loss).unwrap();
            assert!((ring.heat_loss(rise) - loss).abs() < 1e-11, "{loss}");
        }
        // no detuning costs more than half a spectral range away
        assert!(ring.tolerance(60.0).is_none());
        // the Lorentzian of a narrow resonance: 1 dB at w/2 sqrt(10^0.1 - 1)
        let lorentzian = 0.5 * narrow.linewidth().si() * (10.0_f64.powf(0.1) - 1.0).sqrt();
        let exact = narrow.shift(narrow.tolerance(1.0).unwrap()).si();
        assert!((exact / lorentzian - 1.0).abs() < 1e-6);
    }

    /// A silicon ring of 7.5 um radius: numbers of the size that is published, and a lossless one drops everything.
    #[test]
    fn magnitudes() {
        let ring = ring([0.05, 0.05], 0.0);
        assert!((ring.dropped(Length::m(0.0)) - 1.0).abs() < 1e-13);
        assert!(ring.passed(Length::m(0.0)) < 1e-20);
        assert!((8.5e-9..9.0e-9).contains(&ring.free_spectral_range().si()));
        assert!((8e3..1e4).contains(&ring.quality_factor()));
        // 0.146 nm wide: 1 dB within 0.037 nm of the middle, half a kelvin
        let tolerance = ring.tolerance(1.0).unwrap().si();
        assert!((0.5..0.6).contains(&tolerance), "{tolerance}");
        let resistance = ThermalResistance::k_per_w(2000.0);
        let power = ring.tuning_power(Length::nm(1.4), resistance).si();
        assert!((power - 0.01).abs() < 1e-15);
        let back = ring.tuning_power(Length::nm(-1.4), resistance).si();
        let range = ring.free_spectral_range().si();
        assert!((back - (range - 1.4e-9) / (0.07e-9 * 2000.0)).abs() < 1e-12);
    }

    #[test]
    fn impossible_numbers_are_named() {
        let good = *ring([0.1, 0.1], 0.0).parameters();
        for (bad, what) in [
            (
                RingParameters {
                    couplings: [0.0, 0.1],
                    ..good
                },
                "the input coupling",
            ),
            (
                RingParameters {
                    couplings: [0.1, 1.0],
                    ..good
                },
                "the drop coupling",
            ),
            (RingParameters { loss: -1.0, ..good }, "the loss"),
            (
                RingParameters {
                    group_index: f64::NAN,
                    ..good
                },
                "the group index",
            ),
        ] {
            assert_eq!(Ring::new(bad).unwrap_err().what, what);
        }
    }
}
