//! Lasers beside a source that is switched: their heat follows their temperature while the network warms.

use cpo_materials::{
    Current, Power, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference,
    Voltage, Wavelength, WavelengthDrift,
};
use cpo_solver::heat::ThermalNetwork;
use cpo_solver::laser::{LaserArray, LaserModel, LaserParameters};
use ndarray::Array2;
use num_complex::Complex64;

/// A switch and two lasers, over seven decades of time constants.
fn network() -> ThermalNetwork {
    let names = ["switch", "a", "b"].map(str::to_owned);
    let modes = 14;
    let tau: Vec<f64> = (0..modes).map(|m| 3.0 * 0.3_f64.powi(m)).collect();
    // resistances of each mode: the slow ones shared, the fast ones a source's own
    let gain = |own: i32, scale: f64, m: i32| {
        let share = if m < 4 || m % 3 == own { 1.0 } else { 0.1 };
        scale * share * 0.3_f64.powf(-0.5 * f64::from(m)) * 0.8_f64.powi(m)
    };
    let gains: Vec<Vec<f64>> = [(0, 0.1), (1, 2.5), (2, 2.5)]
        .iter()
        .map(|&(own, scale)| (0..modes).map(|m| gain(own, scale, m)).collect())
        .collect();
    ThermalNetwork::from_modes(&names, &tau, &gains)
}

fn laser() -> LaserModel {
    LaserModel::new(LaserParameters {
        reference: Temperature::celsius(25.0),
        threshold: Current::ma(10.0),
        threshold_temperature: TemperatureDifference::kelvin(60.0),
        slope: SlopeEfficiency::w_per_a(0.3),
        slope_temperature: TemperatureDifference::kelvin(200.0),
        turn_on: Voltage::v(0.9),
        resistance: Resistance::ohm(4.0),
        wavelength: Wavelength::nm(1310.0),
        drift: WavelengthDrift::nm_per_k(0.09),
    })
    .unwrap()
}

/// Z' = (1 − Z F)⁻¹ Z at every frequency: what would prove the modes wrong.
#[test]
fn feedback_closes_the_loop_at_every_frequency() {
    let (open, slopes) = (network(), [0.0, 2e-3, 5e-3]);
    let closed = open.with_feedback(&slopes).unwrap();
    for decade in -3..=6 {
        let f = 10f64.powi(decade);
        let z = |i: usize, j: usize| open.impedance(i, j, f);
        for j in 0..3 {
            // (1 − Z F) x = column j of Z; the switch feeds nothing back, so two equations remain
            let [[a, b], [c, d]] = [1, 2].map(|i| {
                [1, 2].map(|l| Complex64::from(f64::from(u8::from(i == l))) - z(i, l) * slopes[l])
            });
            let (p, q) = (z(1, j), z(2, j));
            let determinant = a * d - b * c;
            for (i, wanted) in [
                (1, (d * p - b * q) / determinant),
                (2, (a * q - c * p) / determinant),
            ] {
                let found = closed.impedance(i, j, f);
                let scale = (open.impedance(i, i, f) * open.impedance(j, j, f))
                    .norm()
                    .sqrt();
                // round-off of the eigenvalues, relative to the largest of seven decades
                assert!(
                    (found - wanted).norm() < 1e-8 * scale,
                    "{f} {i} {j}: {found} {wanted}"
                );
            }
        }
    }
    assert!(open.with_feedback(&[0.0, 0.0, 1.0]).is_none(), "runs away");
}

/// After infinite time the linearised shift is the difference of two operating points, up to the second order of the switch's step; at
/// first nothing has happened.
#[test]
fn the_shift_ends_at_the_difference_of_two_operating_points() {
    let network = network();
    let ambient = Temperature::celsius(40.0);
    let resistance = Array2::from_shape_fn((2, 2), |(i, j)| network.steady(i + 1, j + 1));
    let zero = Array2::zeros((2, 2));
    let array = |watts: f64| {
        let base = [1, 2].map(|i| Temperature::kelvin(ambient.si() + watts * network.steady(i, 0)));
        LaserArray::new(vec![laser(); 2], &base, resistance.clone(), zero.clone()).unwrap()
    };
    for by_power in [false, true] {
        let states = |watts: f64| {
            let array = array(watts);
            let operating = if by_power {
                array.at_powers(&[Power::mw(8.0); 2])
            } else {
                array.at_currents(&[Current::ma(60.0); 2])
            };
            operating.unwrap().states().unwrap().to_vec()
        };
        let before = states(0.0);
        let slope = |k: usize| {
            if by_power {
                laser().heat_slope_at_power(before[k].optical_power, before[k].junction)
            } else {
                laser().heat_slope_at_current(before[k].current, before[k].junction)
            }
        };
        let closed = network.with_feedback(&[0.0, slope(0), slope(1)]).unwrap();
        let miss = |watts: f64| {
            let after = states(watts);
            let rise = after[0].junction.si() - before[0].junction.si();
            (watts * closed.steady(1, 0) / rise - 1.0).abs()
        };
        let held = network.steady(1, 0) / closed.steady(1, 0);
        println!(
            "{by_power}: held heat has {held} of it, {:e} {:e}",
            miss(1.0),
            miss(10.0)
        );
        assert!(held < 0.999, "{held}");
        // first order in the step, relative
        assert!(miss(1.0) < 2e-2 && miss(1.0) < 0.2 * miss(10.0));
        assert!(closed.step(1, 0, 0.0) == 0.0);
        assert!((closed.step(1, 0, 1e3) / closed.steady(1, 0) - 1.0).abs() < 1e-12);
        // early, the lasers' own heat has not changed yet
        let early = 1e-6;
        assert!((closed.step(1, 0, early) / network.step(1, 0, early) - 1.0).abs() < 1e-3);
    }
}
