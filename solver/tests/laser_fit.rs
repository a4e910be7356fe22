//! The fit of laser parameters: exact data, seeded noise, and what the uncertainty does to an array.

use cpo_materials::{
    Current, Power, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference,
    Voltage, Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{
    LaserArray, LaserError, LaserModel, LaserParameters, LightCurrentFit, LightCurrentSample,
    Operating,
};
use ndarray::Array2;

const NOISE: f64 = 2e-4;

fn parameters() -> LaserParameters {
    LaserParameters {
        reference: Temperature::celsius(25.0),
        threshold: Current::ma(12.0),
        threshold_temperature: TemperatureDifference::kelvin(51.0),
        slope: SlopeEfficiency::w_per_a(0.35),
        slope_temperature: TemperatureDifference::kelvin(100.0),
        turn_on: Voltage::v(0.95),
        resistance: Resistance::ohm(3.0),
        wavelength: Wavelength::nm(1310.0),
        drift: WavelengthDrift::nm_per_k(0.09),
    }
}

/// SplitMix64 (DOI 10.1145/2660193.2660195) and Box-Muller: standard normal, the same on every machine.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// Curves up to 100 mA at 20, 40, 60 and 80 degC, with points below threshold.
fn curves(noise: &mut impl FnMut() -> f64) -> Vec<LightCurrentSample> {
    let laser = LaserModel::new(parameters()).unwrap();
    let mut samples = Vec::new();
    for celsius in [20.0, 40.0, 60.0, 80.0] {
        for k in 0..=40 {
            let (temperature, current) = (
                Temperature::celsius(celsius),
                Current::ma(2.5 * f64::from(k)),
            );
            let light = laser.optical_power(current, temperature).si();
            samples.push(LightCurrentSample {
                temperature,
                current,
                power: Power::w(light + noise()),
            });
        }
    }
    samples
}

/// (value, standard uncertainty, true value) of the four parameters.
fn four(fit: &LightCurrentFit) -> [(f64, f64, f64); 4] {
    let p = parameters();
    let pair = |(a, b): (f64, f64), exact: f64| (a, b, exact);
    let (i, t0) = (fit.threshold(), fit.threshold_temperature());
    let (e, t1) = (fit.slope(), fit.slope_temperature());
    [
        pair((i.0.si(), i.1.si()), p.threshold.si()),
        pair((t0.0.si(), t0.1.si()), p.threshold_temperature.si()),
        pair((e.0.si(), e.1.si()), p.slope.si()),
        pair((t1.0.si(), t1.1.si()), p.slope_temperature.si()),
    ]
}

#[test]
fn exact_curves_give_the_parameters_back() {
    let mut samples = curves(&mut || 0.0);
    let fit = LightCurrentFit::new(&samples, Temperature::celsius(25.0)).unwrap();
    for (value, error, exact) in four(&fit) {
        // round-off 1e-16 times the condition of the normal equations, below 1e4
        assert!((value / exact - 1.0).abs() < 1e-11, "{value} {exact}");
        assert!(error / exact < 1e-11);
    }
    // 41 points a curve; those above 1.1 times the threshold of 10.9, 16.1, 23.8 and 35.3 mA
    assert_eq!(fit.samples(), 36 + 33 + 30 + 25);
    // order does not matter, and the reference temperature is only where the law is stated
    samples.reverse();
    let other = LightCurrentFit::new(&samples, Temperature::celsius(70.0)).unwrap();
    let laser = LaserModel::new(parameters()).unwrap();
    let there = laser.threshold(Temperature::celsius(70.0)).si();
    assert!((other.threshold().0.si() / there - 1.0).abs() < 1e-11);
}

#[test]
fn uncertainties_are_those_of_repeated_measurements() {
    let mut noise = Noise(7);
    let repeats = 400;
    let mut scores: [Vec<f64>; 4] = Default::default();
    let mut hot_scores = Vec::new();
    let exact = LaserModel::new(parameters()).unwrap();
    let hot = Temperature::celsius(90.0);
    for _ in 0..repeats {
        let samples = curves(&mut || NOISE * noise.normal());
        let fit = LightCurrentFit::new(&samples, Temperature::celsius(25.0)).unwrap();
        for (score, (value, error, exact)) in scores.iter_mut().zip(four(&fit)) {
            score.push((value - exact) / error);
        }
        // s has the relative standard deviation 1/√(2 · 120) = 6.5 %: five of them
        assert!((fit.residual().si() / NOISE - 1.0).abs() < 0.33);
        let (value, error) = fit.at(hot).threshold();
        hot_scores.push((value.si() - exact.threshold(hot).si()) / error.si());
    }
    for score in scores.iter().chain([&hot_scores]) {
        let n = f64::from(repeats);
        let mean = score.iter().sum::<f64>() / n;
        let square = score.iter().map(|z| z * z).sum::<f64>() / n;
        // standard normal but for 2 % by 120 degrees of freedom: 4.5 standard errors of the mean and of the variance
        assert!(mean.abs() < 4.5 / n.sqrt(), "mean {mean}");
        assert!(
            (square - 1.0).abs() < 0.02 + 4.5 * (2.0 / n).sqrt(),
            "variance {square}"
        );
    }
}

/// The laser alone on 60 K/W at 40 degC.
fn array(parameters: LaserParameters) -> LaserArray {
    let laser = LaserModel::new(parameters).unwrap();
    let r = Array2::from_elem((1, 1), 60.0);
    let base = [Temperature::celsius(40.0)];
    LaserArray::new(vec![laser], &base, r, Array2::zeros((1, 1))).unwrap()
}

#[test]
fn the_fit_widens_an_operating_point_as_repeated_measurements_spread_it() {
    let mut noise = Noise(11);
    let mut samples = || curves(&mut || NOISE * noise.normal());
    let current = [Current::ma(60.0)];
    let solve = |a: &LaserArray| a.at_currents(&current);
    let state = |o: &Operating| o.states().unwrap()[0];
    let reference = Temperature::celsius(25.0);
    let fit = LightCurrentFit::new(&samples(), reference).unwrap();
    let one = array(fit.parameters(parameters()));
    let widened = one.widened(solve(&one).unwrap(), &fit, 1.0, solve).unwrap();
    let bar = state(&widened);
    assert_eq!(bar.current_error.si(), 0.0);
    let found: Vec<_> = (0..300)
        .map(|_| {
            let fit = LightCurrentFit::new(&samples(), reference).unwrap();
            state(&solve(&array(fit.parameters(parameters()))).unwrap())
        })
        .collect();
    let deviation = |of: fn(&cpo_solver::laser::LaserState) -> f64| {
        let n = found.len() as f64;
        let mean = found.iter().map(of).sum::<f64>() / n;
        (found.iter().map(|s| (of(s) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
    };
    // 1/√600 of the spread's own scatter and 1/√240 of the one fit's s: four standard errors together
    let close = |bar: f64, spread: f64| {
        assert!(
            (bar / spread - 1.0).abs() < 4.0 * (1.0 / 600.0 + 1.0 / 240.0_f64).sqrt(),
            "{bar} {spread}"
        );
    };
    close(bar.junction_error.si(), deviation(|s| s.junction.si()));
    close(
        bar.optical_power_error.si(),
        deviation(|s| s.optical_power.si()),
    );
    close(bar.wavelength_error.si(), deviation(|s| s.wavelength.si()));
    // twice the coverage, twice the bar; exact data add nothing
    let twice = one.widened(solve(&one).unwrap(), &fit, 2.0, solve).unwrap();
    let ratio = state(&twice).junction_error.si() / bar.junction_error.si();
    assert!((ratio - 2.0).abs() < 1e-12);
}

#[test]
fn a_fit_that_may_roll_over_has_no_finite_bar() {
    let mut noise = Noise(3);
    let samples = curves(&mut || NOISE * noise.normal());
    let fit = LightCurrentFit::new(&samples, Temperature::celsius(25.0)).unwrap();
    let one = array(fit.parameters(parameters()));
    let most = one.rollover(&[Power::w(1.0)]).unwrap().max_power[0];
    let power = [Power::w(most.si() * (1.0 - 1e-9))];
    let solve = |a: &LaserArray| a.at_powers(&power);
    let widened = one.widened(solve(&one).unwrap(), &fit, 1.0, solve).unwrap();
    assert!(
        widened.states().unwrap()[0]
            .junction_error
            .si()
            .is_infinite()
    );
    // far beyond rollover the most that it gives has a bar instead
    let power = [Power::w(2.0 * most.si())];
    let solve = |a: &LaserArray| a.at_powers(&power);
    let widened = one.widened(solve(&one).unwrap(), &fit, 1.0, solve).unwrap();
    let Operating::Rollover(point) = widened else {
        panic!("twice the most cannot be had")
    };
    let bar = point.max_power_error[0].si();
    assert!(bar > 0.0 && bar < 0.1 * most.si());
}

#[test]
fn data_that_hold_no_fit_are_refused() {
    let all = curves(&mut || 0.0);
    let reference = Temperature::celsius(25.0);
    let fit = |samples: &[LightCurrentSample]| LightCurrentFit::new(samples, reference);
    let refused =
        |samples: &[LightCurrentSample]| matches!(fit(samples), Err(LaserError::Fit { .. }));
    assert!(refused(&[]));
    assert!(refused(&all[..41]), "one temperature");
    assert!(
        refused(&all[36..45]),
        "too few above threshold at the second"
    );
    // one current at each temperature leaves threshold and slope apart
    let one_current: Vec<_> = all.iter().skip(40).step_by(41).copied().collect();
    assert!(refused(&one_current));
    // cold data with the temperatures exchanged: T1 negative
    let swapped: Vec<_> = all
        .iter()
        .map(|s| LightCurrentSample {
            temperature: Temperature::kelvin(620.0 - s.temperature.si()),
            ..*s
        })
        .collect();
    assert!(refused(&swapped));
    let mut bad = all.clone();
    bad[5].current = Current::a(-1.0);
    assert!(matches!(fit(&bad), Err(LaserError::Parameter { .. })));
    bad[5].current = Current::a(f64::NAN);
    assert!(matches!(fit(&bad), Err(LaserError::Parameter { .. })));
}
