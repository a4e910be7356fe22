//! Lasers against closed forms, bisection and published numbers.

use cpo_materials::{
    Current, HeatTransferCoefficient, Material, Power, Quantity, Resistance, SlopeEfficiency,
    Temperature, TemperatureDifference, ThermalConductivity, Voltage, Wavelength, WavelengthDrift,
};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem, HeatSolver};
use cpo_solver::laser::{LaserArray, LaserError, LaserModel, LaserParameters, Operating};
use ndarray::Array2;

const T0: f64 = 60.0;
const T1: f64 = 100.0;
const R: f64 = 60.0;

fn parameters() -> LaserParameters {
    LaserParameters {
        reference: Temperature::celsius(25.0),
        threshold: Current::ma(20.0),
        threshold_temperature: TemperatureDifference::kelvin(T0),
        slope: SlopeEfficiency::w_per_a(0.3),
        slope_temperature: TemperatureDifference::kelvin(T1),
        turn_on: Voltage::v(0.9),
        resistance: Resistance::ohm(4.0),
        wavelength: Wavelength::nm(1310.0),
        drift: WavelengthDrift::nm_per_k(0.1),
    }
}

fn model() -> LaserModel {
    LaserModel::new(parameters()).unwrap()
}

fn array(r: Array2<f64>, error: f64) -> LaserArray {
    let n = r.nrows();
    let errors = Array2::from_elem((n, n), error);
    LaserArray::new(
        vec![model(); n],
        &vec![Temperature::celsius(40.0); n],
        r,
        errors,
    )
    .unwrap()
}

fn single(error: f64) -> LaserArray {
    array(Array2::from_elem((1, 1), R), error)
}

/// Heat of the model, written out again.
fn heat(i: f64, t: f64) -> f64 {
    let rise = t - 298.15;
    let light = 0.3 * (-rise / T1).exp() * (i - 0.02 * (rise / T0).exp()).max(0.0);
    (0.9 + 4.0 * i) * i - light
}

fn bisect(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    assert!(f(low) < 0.0 && f(high) > 0.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if f(middle) < 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    0.5 * (low + high)
}

#[test]
fn published_laser_at_two_temperatures() {
    // 1310 nm DFB of Zhou et al., CLEO 2022, 10.1364/CLEO_SI.2022.SS2D.3: 99 mA and 0.45 W/A from the facet at 25 degC, 150 mA and
    // 0.35 W/A in the fibre, behind a coupling of 0.86, at 50 degC. T0 = 25/ln(150/99), T1 = 25/ln(0.45/(0.35/0.86)).
    let coupling = 0.86;
    let (t0, t1) = (
        25.0 / (150.0_f64 / 99.0).ln(),
        25.0 / (0.45_f64 * coupling / 0.35).ln(),
    );
    assert!((t0 - 60.2).abs() < 0.1 && (t1 - 249.0).abs() < 0.5); // to the digits here
    let laser = LaserModel::new(LaserParameters {
        threshold: Current::ma(99.0),
        threshold_temperature: TemperatureDifference::kelvin(t0),
        slope: SlopeEfficiency::w_per_a(0.45),
        slope_temperature: TemperatureDifference::kelvin(t1),
        ..parameters()
    })
    .unwrap();
    let hot = Temperature::celsius(50.0);
    // round-off
    assert!((laser.threshold(hot).si() - 0.150).abs() < 1e-12);
    assert!((coupling * laser.slope(hot).si() - 0.35).abs() < 1e-12);
    let in_fibre = coupling * laser.optical_power(Current::a(1.0), hot).si();
    assert!((in_fibre - 0.35 * 0.85).abs() < 1e-12);
    assert!((laser.wavelength(hot).si() - 1312.5e-9).abs() < 1e-18);
}

#[test]
fn without_resistance_the_laser_stays_at_its_base() {
    let cold = array(Array2::zeros((2, 2)), 0.0);
    let Operating::Lasing(states) = cold
        .at_currents(&[Current::ma(100.0), Current::ma(60.0)])
        .unwrap()
    else {
        panic!("both currents are above threshold")
    };
    for (state, i) in states.iter().zip([0.1, 0.06]) {
        let light = 0.3 * (-0.15_f64).exp() * (i - 0.02 * 0.25_f64.exp());
        assert_eq!(state.junction, Temperature::celsius(40.0));
        assert!((state.optical_power.si() - light).abs() < 1e-15); // round-off
        assert!((state.wall_plug_efficiency - light / ((0.9 + 4.0 * i) * i)).abs() < 1e-14);
        assert!((state.heat.si() - heat(i, 313.15)).abs() < 1e-15);
        assert!((state.wavelength.si() - 1311.5e-9).abs() < 1e-18);
    }
}

#[test]
fn single_laser_is_the_root_of_one_equation() {
    let laser = single(0.0);
    let state = laser
        .at_currents(&[Current::ma(150.0)])
        .unwrap()
        .states()
        .unwrap()[0];
    let root = bisect(|t| t - 313.15 - R * heat(0.15, t), 313.15, 400.0);
    assert!((state.junction.si() - root).abs() < 1e-8); // last step 1e-10 K over one minus the contraction, about 0.9
    // the power that comes out, asked for, takes the same current
    let again = laser
        .at_powers(&[state.optical_power])
        .unwrap()
        .states()
        .unwrap()[0];
    assert!((again.current.si() - 0.15).abs() < 1e-10);
    assert!((again.junction.si() - root).abs() < 1e-7);
}

#[test]
fn rollover_is_the_top_of_the_light_current_curve() {
    let laser = single(0.5);
    let currents: Vec<Current> = (0..=60).map(|i| Current::ma(10.0 * f64::from(i))).collect();
    let curve = laser.light_current_curve(&currents).unwrap();
    let (current, power) = curve.rollover.unwrap();
    let point = laser.rollover(&[Power::w(1.0)]).unwrap();
    // one laser: largest power over all currents either way
    assert!((point.max_power[0].si() / power.si() - 1.0).abs() < 1e-9);
    assert!((point.currents[0].si() / current.si() - 1.0).abs() < 1e-4); // flat maximum: √ of the power's
    let below = Power::w(0.999 * power.si());
    let above = Power::w(1.001 * power.si());
    let Operating::Lasing(states) = laser.at_powers(&[below]).unwrap() else {
        panic!("within reach")
    };
    assert!(
        states[0].current.si() < current.si(),
        "the smaller of the two currents"
    );
    let Operating::Rollover(found) = laser.at_powers(&[above]).unwrap() else {
        panic!("out of reach")
    };
    assert!((found.max_power[0].si() / power.si() - 1.0).abs() < 1e-9);
    assert!(found.max_power_error[0].si() > 0.0);
    // light falls beyond
    let last = &curve.states[curve.states.len() - 1][0];
    assert!(last.optical_power.si() < power.si());
}

#[test]
fn neighbours_warm_and_their_coupling_is_solved() {
    let r = Array2::from_shape_fn((3, 3), |(i, j)| R / (1.0 + 2.0 * i.abs_diff(j) as f64));
    let lasers = array(r.clone(), 0.0);
    let current = [Current::ma(100.0); 3];
    let together = lasers.at_currents(&current).unwrap();
    let states = together.states().unwrap();
    let alone = single(0.0)
        .at_currents(&current[..1])
        .unwrap()
        .states()
        .unwrap()[0];
    assert!(
        states
            .iter()
            .all(|s| s.junction.si() > alone.junction.si() + 1.0)
    );
    assert!(states[1].junction.si() > states[0].junction.si());
    assert_eq!(states[0].optical_power.si(), states[2].optical_power.si());
    for i in 0..3 {
        let rise: f64 = (0..3)
            .map(|j| r[[i, j]] * heat(0.1, states[j].junction.si()))
            .sum();
        assert!((states[i].junction.si() - 313.15 - rise).abs() < 1e-8); // last step 1e-10 K
        assert!(states[i].wall_plug_efficiency < alone.wall_plug_efficiency);
    }
    // one laser off
    let partly = lasers
        .at_powers(&[Power::mw(5.0), Power::w(0.0), Power::mw(5.0)])
        .unwrap();
    let states = partly.states().unwrap();
    assert_eq!((states[1].current.si(), states[1].heat.si()), (0.0, 0.0));
    assert!(states[1].junction.si() > 313.15 + 1.0);
}

#[test]
fn array_takes_its_resistances_from_a_crosstalk_matrix() {
    let silicon = Material::with_conductivity(ThermalConductivity::w_per_m_k(130.0));
    let stripe = Footprint::centred([50e-6, 300e-6], [0.0, 0.0]);
    let plan = Floorplan::new([2e-3, 1e-3])
        .unwrap()
        .layer("chip", silicon.clone(), 200e-6)
        .unwrap()
        .layer("laser", silicon, 5e-6)
        .unwrap()
        .source_array("laser", stripe, (3, 250e-6, Direction::X), "laser", 0.0)
        .unwrap();
    let ambient = Temperature::celsius(40.0);
    let coefficient = HeatTransferCoefficient::w_per_m2_k(1e4);
    let boundaries = Boundaries {
        bottom: Boundary::Convection {
            coefficient,
            ambient,
        },
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, ambient, boundaries).unwrap();
    let names = ["laser1", "laser2", "laser3"];
    let crosstalk = HeatSolver::default()
        .error(2e-2)
        .crosstalk(&problem, &names)
        .unwrap();
    // two of the three, in another order
    let (lasers, base) = (vec![model(); 2], [ambient; 2]);
    let make =
        |names: &[&str]| LaserArray::from_crosstalk(lasers.clone(), &base, &crosstalk, names);
    let array = make(&["laser3", "laser1"]).unwrap();
    let currents = [Current::ma(80.0), Current::ma(120.0)];
    let point = array.at_currents(&currents).unwrap();
    let states = point.states().unwrap();
    let (r, bars) = (crosstalk.mean(), crosstalk.mean_error());
    let rise = r[[2, 2]] * states[0].heat.si() + r[[2, 0]] * states[1].heat.si();
    assert!((states[0].junction.si() - ambient.si() - rise).abs() < 1e-8); // last step 1e-10 K
    let first = bars[[2, 2]] * states[0].heat.si() + bars[[2, 0]] * states[1].heat.si();
    assert!(states[0].junction_error.si() >= first); // feedback widens the bar
    assert!(matches!(
        make(&["laser3", "x"]),
        Err(LaserError::Heat(HeatError::UnknownSource { .. }))
    ));
    assert!(matches!(make(&["laser3"]), Err(LaserError::Length { .. })));
}

#[test]
fn below_threshold_is_said() {
    let laser = single(0.0);
    let Operating::BelowThreshold(states) = laser.at_currents(&[Current::ma(20.0)]).unwrap() else {
        panic!("25.7 mA are needed at 40 degC")
    };
    assert_eq!(states[0].optical_power.si(), 0.0);
    assert!((states[0].heat.si() - (0.9 + 0.08) * 0.02).abs() < 1e-15); // V I
    assert!(matches!(
        laser.at_currents(&[Current::a(0.0)]).unwrap(),
        Operating::Lasing(_)
    ));
}

#[test]
fn error_bars_are_the_change_under_a_shifted_resistance() {
    let error = 0.01;
    let (laser, shifted) = (
        single(error),
        array(Array2::from_elem((1, 1), R + error), 0.0),
    );
    let current = [Current::ma(120.0)];
    let at = |a: &LaserArray| a.at_currents(&current).unwrap().states().unwrap()[0];
    let (state, other) = (at(&laser), at(&shifted));
    // linear up to the square of the relative error 2e-4
    let close =
        |bar: f64, change: f64| assert!((bar / change.abs() - 1.0).abs() < 1e-3, "{bar} {change}");
    close(
        state.junction_error.si(),
        other.junction.si() - state.junction.si(),
    );
    close(
        state.optical_power_error.si(),
        other.optical_power.si() - state.optical_power.si(),
    );
    close(
        state.wavelength_error.si(),
        other.wavelength.si() - state.wavelength.si(),
    );
    assert_eq!(state.current_error.si(), 0.0);
    let power = [state.optical_power];
    let at = |a: &LaserArray| a.at_powers(&power).unwrap().states().unwrap()[0];
    let (state, other) = (at(&laser), at(&shifted));
    close(
        state.current_error.si(),
        other.current.si() - state.current.si(),
    );
    close(
        state.junction_error.si(),
        other.junction.si() - state.junction.si(),
    );
}

#[test]
fn bad_input_is_refused() {
    let bad = |p: LaserParameters| LaserModel::new(p).err();
    let cases = [
        LaserParameters {
            threshold: Current::a(0.0),
            ..parameters()
        },
        LaserParameters {
            slope: SlopeEfficiency::w_per_a(f64::NAN),
            ..parameters()
        },
        LaserParameters {
            slope: SlopeEfficiency::w_per_a(1.0),
            ..parameters()
        },
        LaserParameters {
            resistance: Resistance::ohm(-1.0),
            ..parameters()
        },
        LaserParameters {
            threshold_temperature: TemperatureDifference::kelvin(0.0),
            ..parameters()
        },
    ];
    for case in cases {
        assert!(matches!(bad(case), Some(LaserError::Parameter { .. })));
    }
    let base = [Temperature::celsius(25.0)];
    let one = |v| Array2::from_elem((1, 1), v);
    let make = |r, e| LaserArray::new(vec![model()], &base, r, e).err();
    assert!(matches!(
        make(one(-1.0), one(0.0)),
        Some(LaserError::Resistance { .. })
    ));
    assert!(matches!(
        make(one(1.0), one(f64::NAN)),
        Some(LaserError::Resistance { .. })
    ));
    assert!(matches!(
        make(Array2::zeros((2, 1)), one(0.0)),
        Some(LaserError::Length { .. })
    ));
    let empty = LaserArray::new(vec![], &[], Array2::zeros((0, 0)), Array2::zeros((0, 0)));
    assert!(matches!(empty, Err(LaserError::Length { .. })));
    let laser = single(0.0);
    assert!(matches!(
        laser.at_currents(&[]),
        Err(LaserError::Length { .. })
    ));
    assert!(matches!(
        laser.at_currents(&[Current::a(-1.0)]),
        Err(LaserError::Parameter { .. })
    ));
    assert!(matches!(
        laser.rollover(&[Power::w(0.0)]),
        Err(LaserError::Parameter { .. })
    ));
}
