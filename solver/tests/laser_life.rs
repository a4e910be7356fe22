//! Failure rates, mode hops and neighbours switched on and off.

use cpo_materials::{
    Current, Energy, FailureRate, Power, Quantity, Resistance, SlopeEfficiency, Temperature,
    TemperatureDifference, Voltage, Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{
    FailureEstimate, LaserArray, LaserError, LaserModel, LaserParameters, ModeSelection, Operating,
    Reliability, ReliabilityParameters,
};
use ndarray::Array2;

fn model(drift: f64) -> LaserModel {
    LaserModel::new(LaserParameters {
        reference: Temperature::celsius(25.0),
        threshold: Current::ma(12.0),
        threshold_temperature: TemperatureDifference::kelvin(51.0),
        slope: SlopeEfficiency::w_per_a(0.35),
        slope_temperature: TemperatureDifference::kelvin(100.0),
        turn_on: Voltage::v(0.95),
        resistance: Resistance::ohm(3.0),
        wavelength: Wavelength::nm(1310.0),
        drift: WavelengthDrift::nm_per_k(drift),
    })
    .unwrap()
}

fn law(current: Option<(Current, f64)>) -> ReliabilityParameters {
    ReliabilityParameters {
        failure_rate: FailureRate::fit(50.0),
        activation_energy: Energy::ev(0.7),
        reference: Temperature::celsius(55.0),
        current,
    }
}

/// Five lasers in a row, the nearer the warmer.
fn array(error: f64) -> LaserArray {
    let r = Array2::from_shape_fn((5, 5), |(i, j)| 80.0 / (1.0 + 2.0 * i.abs_diff(j) as f64));
    let base = [Temperature::celsius(40.0); 5];
    let errors = Array2::from_elem((5, 5), error);
    LaserArray::new(vec![model(0.09); 5], &base, r, errors).unwrap()
}

#[test]
fn failure_rate_follows_arrhenius() {
    let reliability = Reliability::new(law(Some((Current::ma(100.0), 2.0)))).unwrap();
    let at = |t: f64, i: f64| {
        let rate = reliability.failure_rate(Temperature::celsius(t), Current::ma(i));
        rate.si() / FailureRate::fit(1.0).si()
    };
    assert!((at(55.0, 100.0) - 50.0).abs() < 1e-12); // the reference itself, to round-off
    assert!((at(55.0, 200.0) - 200.0).abs() < 1e-11); // (200/100)²
    assert_eq!(at(55.0, 0.0), 0.0);
    // 0.7 eV from 328.15 K to 358.15 K: exp(0.7/8.617333262e-5 · (1/328.15 − 1/358.15)); k_B to its ten digits
    let hot = 50.0 * (0.7 / 8.617_333_262e-5 * (1.0_f64 / 328.15 - 1.0 / 358.15)).exp();
    assert!((at(85.0, 100.0) / hot - 1.0).abs() < 1e-9);
    // the slope of ln λ over −1/(k_B T) is the activation energy
    let (t, d) = (353.15_f64, 1e-3);
    let logarithm = |t: f64| at(t - 273.15, 100.0).ln();
    let slope = (logarithm(t + d) - logarithm(t - d)) / (2.0 * d) * t * t * 8.617_333_262e-5;
    assert!((slope - 0.7).abs() < 1e-8); // round-off 1e-15 · ln λ over the step, times T² k_B = 11
    // without a current law the current does not matter
    let thermal = Reliability::new(law(None)).unwrap();
    assert_eq!(
        thermal.acceleration(Temperature::celsius(70.0), Current::a(0.0)),
        thermal.acceleration(Temperature::celsius(70.0), Current::a(9.0))
    );
}

#[test]
fn an_array_fails_with_its_first_laser() {
    let reliability = Reliability::new(law(Some((Current::ma(50.0), 1.5)))).unwrap();
    let operating = array(0.5).at_powers(&[Power::mw(3.0); 5]).unwrap();
    let states = operating.states().unwrap();
    let each: Vec<FailureEstimate> = states.iter().map(|s| reliability.of_state(s)).collect();
    let all = reliability.of_array(states);
    let sum: f64 = each.iter().map(|e| e.rate.si()).sum();
    assert!((all.rate.si() / sum - 1.0).abs() < 1e-15);
    assert!((all.median_life() * sum - 2.0_f64.ln()).abs() < 1e-15); // exp(−λ t) = 1/2
    // the middle laser is the hottest, draws most current and fails first
    assert!(each[2].rate.si() > each[0].rate.si());
    for (state, estimate) in states.iter().zip(&each) {
        // the bar is the change to the hot corner of the state's bars
        let hot = Temperature::kelvin(state.junction.si() + state.junction_error.si());
        let most = Current::a(state.current.si() + state.current_error.si());
        let change = reliability.failure_rate(hot, most).si() - estimate.rate.si();
        assert!(change > 0.0);
        assert!((estimate.error.si() / change - 1.0).abs() < 1e-12);
        // and in first order λ E_a/(k_B T²) δT + n λ δI/I, to the second order of a bar below 10 %
        let relative = 0.7 / 8.617_333_262e-5 / state.junction.si().powi(2)
            * state.junction_error.si()
            + 1.5 * state.current_error.si() / state.current.si();
        assert!(relative < 0.1);
        let ratio = estimate.error.si() / (estimate.rate.si() * relative);
        assert!((ratio - 1.0).abs() < relative, "{ratio} {relative}");
    }
}

#[test]
fn a_law_out_of_range_is_refused() {
    let bad = [
        ReliabilityParameters {
            failure_rate: FailureRate::fit(-1.0),
            ..law(None)
        },
        ReliabilityParameters {
            activation_energy: Energy::ev(f64::NAN),
            ..law(None)
        },
        ReliabilityParameters {
            reference: Temperature::kelvin(0.0),
            ..law(None)
        },
        law(Some((Current::a(0.0), 1.0))),
        law(Some((Current::ma(1.0), -1.0))),
    ];
    for parameters in bad {
        assert!(matches!(
            Reliability::new(parameters),
            Err(LaserError::Parameter { .. })
        ));
    }
}

fn selection(spacing: f64, drift: f64, detuning: f64) -> ModeSelection {
    ModeSelection::new(
        Wavelength::nm(spacing),
        WavelengthDrift::nm_per_k(drift),
        detuning * 1e-9,
    )
    .unwrap()
}

#[test]
fn hops_come_where_the_selector_is_half_a_spacing_off() {
    // gain peak 0.5 nm/K, mode 0.1 nm/K, 0.8 nm apart: a hop every 2 K, the first 1 K above the reference
    let laser = model(0.1);
    let modes = selection(0.8, 0.5, 0.0);
    let at = |t: f64| modes.margin(&laser, Temperature::celsius(t));
    let close = |found: f64, exact: f64| {
        // round-off of 300 K
        assert!((found - exact).abs() < 1e-10, "{found} {exact}");
    };
    close(modes.interval(&laser).si(), 2.0);
    close(at(25.0).heating.si(), 1.0);
    close(at(25.0).cooling.si(), 1.0);
    close(at(25.9).heating.si(), 0.1);
    close(at(25.9).cooling.si(), 1.9);
    close(at(25.9).least().si(), 0.1);
    assert_eq!(at(25.9).hops, 0.0);
    // beyond it the next mode lases, with its full interval ahead
    assert_eq!(at(26.1).hops, 1.0);
    close(at(26.1).heating.si(), 1.9);
    close(at(26.1).cooling.si(), 0.1);
    close((at(26.1).wavelength.si() - 1310.0e-9) * 1e9, 0.11 + 0.8);
    assert_eq!(at(15.2).hops, -5.0);
    // both margins always sum to the interval, and the wavelength follows the selector within half a spacing
    for k in 0..200 {
        let t = 0.37 * f64::from(k) - 20.0;
        let margin = at(t);
        close(margin.heating.si() + margin.cooling.si(), 2.0);
        let off = margin.wavelength.si() * 1e9 - 1310.0 - 0.5 * (t - 25.0);
        assert!(off.abs() <= 0.4 + 1e-9, "{off}");
    }
}

#[test]
fn a_grating_slower_than_the_mode_hops_the_other_way() {
    // mode ahead of its grating by 0.03 nm/K; grating 0.1 nm beyond the mode at the start
    let laser = model(0.09);
    let modes = selection(0.3, 0.06, 0.1);
    let margin = modes.margin(&laser, Temperature::celsius(25.0));
    assert!((margin.heating.si() - 0.25 / 0.03).abs() < 1e-10);
    assert!((margin.cooling.si() - 0.05 / 0.03).abs() < 1e-10);
    assert_eq!(modes.margin(&laser, Temperature::celsius(40.0)).hops, -1.0);
    // locked together they never hop
    let locked = selection(0.3, 0.09, 0.1).margin(&laser, Temperature::celsius(90.0));
    assert!(locked.least().si().is_infinite());
    assert_eq!(locked.hops, 0.0);
    let bad = |spacing: f64, detuning: f64| {
        let drift = WavelengthDrift::nm_per_k(0.5);
        ModeSelection::new(Wavelength::nm(spacing), drift, detuning * 1e-9).is_err()
    };
    assert!(bad(0.0, 0.0) && bad(0.8, 0.41) && bad(f64::NAN, 0.0) && bad(0.8, f64::NAN));
}

#[test]
fn of_all_patterns_alone_is_coolest_and_all_on_hottest() {
    let array = array(0.1);
    let powers = [4.0, 1.0, 3.0, 2.0, 5.0].map(Power::mw);
    let patterns = array.patterns_at_powers(&powers).unwrap();
    for (i, pattern) in patterns.iter().enumerate() {
        let (alone, all) = (pattern.alone.unwrap(), pattern.all.unwrap());
        let (neighbour, beside) = pattern.neighbour.unwrap();
        let mut pairs = Vec::new();
        // every one of the 16 patterns of neighbours
        for mask in (0_u32..32).filter(|mask| mask >> i & 1 == 1) {
            let some: Vec<Power> = (0..5)
                .map(|j| {
                    if mask >> j & 1 == 1 {
                        powers[j]
                    } else {
                        Power::w(0.0)
                    }
                })
                .collect();
            let operating = array.at_powers(&some).unwrap();
            let state = operating.states().unwrap()[i];
            // the last steps of both iterations, 1e-10 K
            assert!(state.junction.si() >= alone.junction.si() - 2e-10);
            assert!(state.junction.si() <= all.junction.si() + 2e-10);
            assert!(state.wavelength.si() >= alone.wavelength.si() - 1e-19);
            assert!(state.wavelength.si() <= all.wavelength.si() + 1e-19);
            if mask.count_ones() == 2 {
                pairs.push(((mask & !(1 << i)).trailing_zeros() as usize, state.junction));
            }
        }
        let worst = pairs
            .iter()
            .max_by(|a, b| a.1.si().total_cmp(&b.1.si()))
            .unwrap();
        assert_eq!(neighbour, worst.0);
        assert!((beside.junction.si() - worst.1.si()).abs() < 2e-10);
        assert!(pattern.rise().unwrap() > beside.junction.si() - alone.junction.si());
    }
    // the same at currents
    let currents = [Current::ma(40.0); 5];
    let patterns = array.patterns_at_currents(&currents).unwrap();
    let all = array.at_currents(&currents).unwrap();
    for (pattern, state) in patterns.iter().zip(all.states().unwrap()) {
        assert_eq!(pattern.all.unwrap(), *state);
        assert!(pattern.rise().unwrap() > 1.0);
    }
}

#[test]
fn patterns_beyond_rollover_are_absent() {
    let array = array(0.0);
    let most = array.rollover(&[Power::w(1.0); 5]).unwrap().max_power[0];
    let powers = [Power::w(1.05 * most.si()); 5];
    assert!(matches!(
        array.at_powers(&powers).unwrap(),
        Operating::Rollover(_)
    ));
    let patterns = array.patterns_at_powers(&powers).unwrap();
    assert!(
        patterns
            .iter()
            .all(|p| p.all.is_none() && p.rise().is_none())
    );
    assert!(
        patterns.iter().all(|p| p.alone.is_some()),
        "alone each gives more"
    );
    // one laser has no neighbour
    let single = LaserArray::new(
        vec![model(0.1)],
        &[Temperature::celsius(40.0)],
        Array2::from_elem((1, 1), 80.0),
        Array2::zeros((1, 1)),
    )
    .unwrap();
    let pattern = single.patterns_at_powers(&[Power::mw(2.0)]).unwrap()[0];
    assert!(pattern.neighbour.is_none());
    assert_eq!(pattern.alone, pattern.all);
    assert!(matches!(
        array.patterns_at_currents(&[]),
        Err(LaserError::Length { .. })
    ));
}
