//! A laser by its laws: P = η(T)(I − I_th(T)), V = V₀ + R I, T = T_b + Z (V I − P).
//!
//! I_th = I₀ exp((T − T_r)/T₀), η = η₀ exp(−(T − T_r)/T₁), T the junction's. For a wanted P the current follows from T and the
//! balance g(T) = T − T_b − Z (V I − P) = 0 decides. The heat V I − P is convex in T, so g is concave: it has two roots,
//! of which the cooler is the laser's state, or none: the laser has rolled over below P. Newton's iteration from T_b, where
//! g < 0, stays below the cooler root, since each tangent lies above g; where g stops rising there is none.
//! L. A. Coldren, S. W. Corzine, M. L. Mašanović, *Diode Lasers and Photonic Integrated Circuits*, 2nd ed. (2012), sections 2.6-2.8.
//! Limits: no spectral detuning, no leakage beyond the two exponentials, one laser without neighbours.

use super::{OperatingPoint, Operation};
use crate::Standing;
use crate::component::{ComponentName, Values};

/// Newton's steps: a handful, but where the two roots all but meet, each of which halves the distance.
const STEPS: usize = 100;
/// Junctions hotter than this over their base do not lase, K.
const LARGEST_RISE: f64 = 300.0;
/// Where the iteration ends, K.
const CLOSE: f64 = 1e-10;
/// Bisections of a power.
const POWER_STEPS: usize = 60;

/// The laser's parameters, SI.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaserLaw {
    /// I₀, A.
    pub threshold_current: f64,
    /// η₀, W/A.
    pub slope_efficiency: f64,
    /// T₀, K.
    pub threshold_temperature: f64,
    /// T₁, K.
    pub slope_temperature: f64,
    /// T_r, K.
    pub reference_temperature: f64,
    /// V₀, V.
    pub turn_on_voltage: f64,
    /// R, Ω.
    pub series_resistance: f64,
    /// Z, K/W.
    pub thermal_resistance: f64,
}

impl LaserLaw {
    /// The laser of these components.
    pub fn of(values: &Values) -> Self {
        Self {
            threshold_current: values[ComponentName::LaserThresholdCurrent],
            slope_efficiency: values[ComponentName::LaserSlopeEfficiency],
            threshold_temperature: values[ComponentName::LaserThresholdTemperature],
            slope_temperature: values[ComponentName::LaserSlopeTemperature],
            reference_temperature: values[ComponentName::LaserReferenceTemperature],
            turn_on_voltage: values[ComponentName::LaserTurnOnVoltage],
            series_resistance: values[ComponentName::LaserSeriesResistance],
            thermal_resistance: values[ComponentName::LaserThermalResistance],
        }
    }

    /// I that brings `power` at the junction temperature `t`.
    pub fn current(&self, power: f64, t: f64) -> f64 {
        let warmer = t - self.reference_temperature;
        let threshold = self.threshold_current * (warmer / self.threshold_temperature).exp();
        let slope = self.slope_efficiency * (-warmer / self.slope_temperature).exp();
        threshold + power / slope
    }

    /// V
    pub fn voltage(&self, current: f64) -> f64 {
        self.turn_on_voltage + self.series_resistance * current
    }

    /// g(T) and g′(T).
    fn balance(&self, power: f64, base: f64, t: f64) -> [f64; 2] {
        let threshold = self.current(0.0, t);
        let current = self.current(power, t);
        let voltage = self.voltage(current);
        let current_slope =
            threshold / self.threshold_temperature + (current - threshold) / self.slope_temperature;
        let heat_slope = (voltage + self.series_resistance * current) * current_slope;
        [
            t - base - self.thermal_resistance * (voltage * current - power),
            1.0 - self.thermal_resistance * heat_slope,
        ]
    }

    /// The state with `power` at the base temperature `base`.
    pub fn operate(&self, power: f64, base: f64) -> Operation {
        match self.junction(power, base) {
            Some(t) => {
                let current = self.current(power, t);
                let voltage = self.voltage(current);
                Operation::Running(OperatingPoint {
                    power,
                    current,
                    voltage,
                    electrical_power: voltage * current,
                    junction_temperature: t,
                    failure_rate: None,
                    status: Standing::Ok,
                })
            }
            None => Operation::RolledOver,
        }
    }

    /// The cooler root of g.
    fn junction(&self, power: f64, base: f64) -> Option<f64> {
        let mut t = base;
        for _ in 0..STEPS {
            let [g, slope] = self.balance(power, base, t);
            let step = -g / slope;
            // also where it is not a number
            if !(slope > 0.0 && t + step < base + LARGEST_RISE) {
                return None;
            }
            t += step;
            if step.abs() < CLOSE {
                return Some(t);
            }
        }
        None
    }

    /// The most light at the base temperature `base`, which is less than `above`.
    pub fn most_power(&self, above: f64, base: f64) -> f64 {
        let (mut reached, mut missed) = (0.0, above);
        for _ in 0..POWER_STEPS {
            let middle = 0.5 * (reached + missed);
            match self.junction(middle, base) {
                Some(_) => reached = middle,
                None => missed = middle,
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zhou et al. 2022 at 25 degC, without self-heating.
    const COOL: LaserLaw = LaserLaw {
        threshold_current: 99e-3,
        slope_efficiency: 0.45,
        threshold_temperature: 60.0,
        slope_temperature: 249.0,
        reference_temperature: 298.15,
        turn_on_voltage: 0.95,
        series_resistance: 0.425,
        thermal_resistance: 0.0,
    };

    fn running(operation: Operation) -> OperatingPoint {
        match operation {
            Operation::Running(point) => point,
            other => panic!("{other:?}"),
        }
    }

    /// What the paper has at 50 degC: 150 mA and, in the fibre behind a coupling of 86 %, 0.35 W/A, both to two digits.
    #[test]
    fn published_temperature_laws() {
        assert!((COOL.current(0.0, 323.15) - 0.150).abs() < 5e-4);
        let facet = 1.0 / (COOL.current(1.0, 323.15) - COOL.current(0.0, 323.15));
        assert!((0.86 * facet - 0.35).abs() < 5e-4, "{facet}");
        let from_slopes = 25.0 / (0.45_f64 / (0.35 / 0.86)).ln();
        assert!((from_slopes - 249.0).abs() < 0.5, "{from_slopes}");
        assert!((25.0 / (150.0_f64 / 99.0).ln() - 60.0).abs() < 0.2);
    }

    #[test]
    fn state_satisfies_the_laws() {
        let warm = LaserLaw {
            thermal_resistance: 10.0,
            ..COOL
        };
        let state = running(warm.operate(0.1, 320.0));
        let heat = state.voltage * state.current - state.power;
        assert!(
            (state.junction_temperature - 320.0 - 10.0 * heat).abs() < 1e-9,
            "round-off"
        );
        let cooler = running(COOL.operate(0.1, 320.0));
        assert_eq!(cooler.junction_temperature, 320.0);
        assert!(cooler.electrical_power < state.electrical_power);
    }

    /// At rollover dg/dT = 0: the power found is the largest over currents, found by a scan of the light-current curve.
    #[test]
    fn rollover_is_the_top_of_the_curve() {
        let hot = LaserLaw {
            thermal_resistance: 20.0,
            ..COOL
        };
        assert_eq!(hot.operate(2.0, 330.0), Operation::RolledOver);
        let most_power = hot.most_power(2.0, 330.0);
        let light = |t: f64| {
            // P from the balance at T: V I − P = (T − T_b)/Z with I = I_th + P/η, a quadratic in I
            let (r, v0) = (hot.series_resistance, hot.turn_on_voltage);
            let threshold = hot.current(0.0, t);
            let slope = 1.0 / (hot.current(1.0, t) - threshold);
            let c = slope * threshold - (t - 330.0) / hot.thermal_resistance;
            let b = v0 - slope;
            let current = (-b + (b * b - 4.0 * r * c).sqrt()) / (2.0 * r);
            slope * (current - threshold)
        };
        let top = (1..20_000)
            .map(|k| light(330.0 + 0.005 * f64::from(k)))
            .fold(0.0, f64::max);
        assert!(
            (most_power - top).abs() < 1e-6,
            "{most_power} {top}: step of the scan squared"
        );
    }
}
