//! What a loss table brings, what it lacks, and what is refused.

mod common;

use common::{ask, components, coupled, empty_table, error, facet, fixed_but, laser_map, with};
use cpo_link::{
    BaseTemperature, BreakEvenSide, Cooling, LaserLaw, LaserMap, LinkModel, LinkRequest, Operation,
    Port, Standing, TableEntry,
};
use cpo_table::{AxisScale, Group, Status, Variable};

#[test]
fn a_missing_entry_names_the_nearest() {
    let request = LinkRequest {
        coupling: Some(TableEntry::new("fibre_chip/facett")),
        ..LinkRequest::default()
    };
    let text = error(&with([facet(["P2", "P3"])]), &request);
    assert!(
        text.contains("did you mean \"fibre_chip/facet\"?"),
        "{text}"
    );
    let request = LinkRequest {
        laser_map: Some("laser/array_map".into()),
        ..LinkRequest::default()
    };
    let text = error(&with([facet(["P2", "P3"])]), &request);
    assert!(
        text.contains("laser/array_map") && text.contains("fibre_chip/facet"),
        "{text}"
    );
    let request = LinkRequest {
        port: Port {
            bandwidth: 8e11,
            standard: "400G-DR5".into(),
        },
        ..LinkRequest::default()
    };
    assert!(error(&empty_table(), &request).contains("did you mean \"400G-DR4\"?"));
}

#[test]
fn numbers_of_the_request_are_checked() {
    let of = |change: fn(&mut LinkRequest)| {
        let mut request = LinkRequest::default();
        change(&mut request);
        error(&empty_table(), &request)
    };
    assert!(of(|r| r.split = 0).contains("split is 0: it is at least 1"));
    assert!(of(|r| r.samples = 70_000).contains("at most 65536"));
    assert!(of(|r| r.chip_temperature = -1.0).contains("it is positive"));
    assert!(of(|r| r.chip_temperature = f64::NAN).contains("chip_temperature"));
    assert!(of(|r| r.port.bandwidth = 1e9).contains("at least one lane of 400G-DR4"));
    assert!(of(|r| r.path_losses_db = vec![2.0, 1.0]).contains("rising"));
}

/// The C band is not in this table: nothing is taken from its edge, and what follows is marked.
#[test]
fn outside_the_table_there_is_no_value() {
    let request = LinkRequest {
        wavelength: 1.55e-6,
        ..coupled()
    };
    let a = ask(&with([facet(["P2", "P3"])]), &request);
    let external = a
        .architectures
        .iter()
        .find(|a| a.name == "cpo_external")
        .expect("there");
    assert!(external.budget.margin.value.is_nan());
    assert_eq!(external.budget.margin.status, Standing::NotComputed);
    assert!(external.budget.spread.yield_at(0.0).lane_yield.is_nan());
    // no number that follows is a silent NaN
    for a in &a.architectures {
        let numbers = a
            .energies
            .iter()
            .map(|e| &e.energy)
            .chain(a.items.iter().map(|i| &i.energy));
        let numbers = numbers.chain([&a.failure_rate, &a.budget.received_amplitude]);
        for number in numbers.filter(|number| number.value.is_nan()) {
            assert_eq!(
                number.status,
                Standing::NotComputed,
                "{}: {number:?}",
                a.name
            );
        }
        assert!(a.energies[0].energy.value.is_nan());
    }
    for finding in a.claims.iter().flat_map(|claim| &claim.findings) {
        let is_known = finding.computed.status == Standing::Ok;
        assert_eq!(finding.computed.value.is_nan(), !is_known, "{finding:?}");
    }
    assert_eq!(a.break_even.at_typical_path.status, Standing::NotComputed);
    assert!(
        a.tiers
            .iter()
            .flat_map(|t| &t.winners)
            .all(|w| w.architecture.is_none())
    );
}

/// A table of the C band alone, of one wavelength: that is no value at 1311 nm either. Within a channel it is.
#[test]
fn one_wavelength_is_not_any_wavelength() {
    let mut group = facet(["P2", "P3"]);
    for axis in &mut group.axes {
        if axis.name == "wavelength" {
            axis.values = cpo_table::AxisValues::Numbers(vec![1.55e-6]);
        }
    }
    for variable in &mut group.variables {
        variable.values.truncate(2);
        variable.status.truncate(2);
        variable.error = None;
    }
    let table = with([group]);
    let margin = |wavelength: f64| {
        let request = LinkRequest {
            wavelength,
            ..coupled()
        };
        ask(&table, &request).architectures[2].budget.margin.clone()
    };
    assert_eq!(margin(1.311e-6).status, Standing::NotComputed);
    assert!(margin(1.545e-6).value.is_finite());
}

#[test]
fn unconverged_values_are_carried_as_marked() {
    let mut group = facet(["P2", "P3"]);
    for variable in &mut group.variables {
        variable.status = vec![Status::Unconverged; 4];
    }
    let a = ask(&with([group]), &coupled());
    let budget = &a.architectures[2].budget;
    assert_eq!(budget.margin.status, Standing::Unconverged);
    assert_eq!(
        a.architectures[2].energies[0].energy.status,
        Standing::Unconverged
    );
    assert!(budget.margin.value.is_finite());
}

/// Zhou et al. 2022, an eighth of the length, with self-heating.
const LAW: LaserLaw = LaserLaw {
    threshold_current: 12.4e-3,
    slope_efficiency: 0.45,
    threshold_temperature: 60.0,
    slope_temperature: 99.5,
    reference_temperature: 298.15,
    turn_on_voltage: 0.95,
    series_resistance: 3.4,
    thermal_resistance: 75.9,
};

/// State at a current: T = T_b + Z (V I − P) by iteration, until the junction runs away.
fn state(base: f64, current: f64) -> Option<[f64; 3]> {
    let voltage = LAW.voltage(current);
    let mut t = base;
    for _ in 0..2000 {
        let warmer = t - LAW.reference_temperature;
        let threshold = LAW.threshold_current * (warmer / LAW.threshold_temperature).exp();
        let slope = LAW.slope_efficiency * (-warmer / LAW.slope_temperature).exp();
        let light = (slope * (current - threshold)).max(0.0);
        let next = base + LAW.thermal_resistance * (voltage * current - light);
        if (next - t).abs() < 1e-12 {
            return Some([light, voltage, t]);
        }
        t = 0.5 * (t + next);
    }
    None
}

fn bases() -> Vec<f64> {
    (0..=50).map(|k| 298.15 + 2.0 * f64::from(k)).collect()
}

fn currents() -> Vec<f64> {
    (0..=250).map(|k| 2e-3 * f64::from(k)).collect()
}

/// The map finds the laws' own state: linear interpolation errs by h²/8 times the curvature, here below 1 % of V I.
#[test]
fn a_map_of_the_laws_is_the_laws() {
    let table = with([laser_map(
        "laser/array_air_map",
        &bases(),
        &currents(),
        state,
    )]);
    let map = LaserMap::read(&table, "laser/array_air_map").expect("a map");
    for base in [300.0, 331.0, 360.15] {
        let Operation::Running(found) = map.operate(0.01, base) else {
            panic!("{base}")
        };
        // the mean of a laser at the base and one 1 K warmer
        let [a, b] = [base, base + 1.0].map(|t| match LAW.operate(0.01, t) {
            Operation::Running(point) => point,
            other => panic!("{other:?}"),
        });
        let expected = 0.5 * (a.electrical_power + b.electrical_power);
        assert!(
            (found.electrical_power / expected - 1.0).abs() < 0.01,
            "{base}"
        );
        assert!(
            (found.junction_temperature - b.junction_temperature).abs() < 0.1,
            "the warmest"
        );
    }
    assert_eq!(map.operate(0.01, 290.0), Operation::OffTheMap);
    // beyond the top of the curve there is no state, and the most is the warmer laser's top
    assert_eq!(map.operate(0.2, 360.15), Operation::RolledOver);
    assert_eq!(LAW.operate(0.2, 361.15), Operation::RolledOver);
    let [most_power, law] = [map.most_power(360.15), LAW.most_power(0.2, 361.15)];
    assert!((most_power / law - 1.0).abs() < 0.01, "{most_power} {law}");
}

/// Where the map ends before the laser does, nothing is said of its rollover.
#[test]
fn a_map_that_ends_early_says_nothing() {
    let short: Vec<f64> = currents().into_iter().filter(|&i| i < 0.1).collect();
    let table = with([laser_map("laser/short_map", &bases(), &short, state)]);
    let map = LaserMap::read(&table, "laser/short_map").expect("a map");
    assert_eq!(map.operate(0.1, 320.0), Operation::OffTheMap);
}

/// A voltage that is the same for every laser and base temperature may be along current alone; a failure rate is taken at the
/// laser's state where the map has one.
#[test]
fn a_map_may_have_fewer_axes_and_a_failure_rate() {
    let full = laser_map("laser/full_map", &bases(), &currents(), state);
    let mut short = Group {
        path: "laser/short_map".into(),
        ..full.clone()
    };
    for variable in &mut short.variables {
        if variable.name == "voltage" {
            variable.axes = vec!["current".into()];
            variable.values = currents().iter().map(|&i| LAW.voltage(i)).collect();
            variable.status = vec![Status::Ok; currents().len()];
            variable.reason = Vec::new();
        }
    }
    let points = 2 * bases().len() * currents().len();
    let axes = ["laser", "base_temperature", "current"];
    let rate = Variable::new(
        "failure_rate",
        "1/s",
        "failures",
        &axes,
        vec![2e-13; points],
    );
    let short = short.with_variable(rate).expect("a variable");
    let table = with([full, short]);
    let run = |path: &str| {
        let map = LaserMap::read(&table, path).expect("a map");
        match map.operate(0.01, 331.0) {
            Operation::Running(point) => point,
            other => panic!("{other:?}"),
        }
    };
    let [full, short] = ["laser/full_map", "laser/short_map"].map(run);
    assert!((full.electrical_power / short.electrical_power - 1.0).abs() < 1e-12);
    assert_eq!(full.failure_rate, None);
    assert!((short.failure_rate.expect("a rate") / 2e-13 - 1.0).abs() < 1e-12);
}

#[test]
fn a_map_without_its_variables_is_refused() {
    let mut group = laser_map("laser/a_map", &bases(), &currents(), state);
    group.variables.retain(|v| v.name != "voltage");
    let text = LaserMap::read(&with([group]), "laser/a_map")
        .expect_err("refused")
        .to_string();
    assert!(
        text.contains("\"voltage\"") && text.contains("optical_power"),
        "{text}"
    );
}

/// Two lines: P = 0.5 W/A × I without threshold, V = 1 V + 0.1 V/K (T − 300 K), so that V I at a given light is linear in T and
/// the map holds it exactly; the external laser does not depend on T. Equal where
/// V = 0.5 W/A (W of the external lane) η_supply/(light of a lane).
#[test]
fn break_even_of_two_lines() {
    let line = |base: f64, current: f64| Some([0.5 * current, 1.0 + 0.1 * (base - 300.0), base]);
    let bases: Vec<f64> = (0..=6).map(|k| 290.0 + 20.0 * f64::from(k)).collect();
    let currents: Vec<f64> = (0..=10).map(|k| 0.01 * f64::from(k)).collect();
    let table = with([laser_map("laser/line_map", &bases, &currents, line)]);
    let request = LinkRequest {
        laser_map: Some("laser/line_map".into()),
        chip_temperature: 320.0,
        path_losses_db: vec![1.0, 2.25, 3.5],
        chip_temperatures: (0..=10).map(|k| 300.0 + 10.0 * f64::from(k)).collect(),
        ..LinkRequest::default()
    };
    let model = LinkModel::new(&table, &request, fixed_but("")).expect("a model");
    let a = model.answers().expect("answers");
    let find = |name: &str| {
        a.architectures
            .iter()
            .find(|a| a.name == name)
            .expect("there")
    };
    let light = find("cpo_integrated")
        .laser
        .as_ref()
        .expect("a laser")
        .power
        .value;
    let external = find("cpo_external").items[0].energy.value * 100e9;
    let typical = a.break_even.typical_path_loss_db;
    for point in &a.break_even.contour {
        let watts = external * 10f64.powf((point.path_loss_db - typical) / 10.0);
        let voltage = 0.5 * watts * 0.85 / light;
        // the mean of two lasers of which one is 1 K warmer
        let expected = 300.0 + (voltage - 1.0) / 0.1 - 0.5;
        assert_eq!(point.side, BreakEvenSide::Equal);
        assert!(
            (point.temperature - expected).abs() < 1e-6,
            "bisection of 100 K: {point:?} {expected}"
        );
    }
    // the map's difference changes its sign there
    let column = a
        .break_even
        .path_losses_db
        .iter()
        .position(|&l| l == 2.25)
        .expect("there");
    for (t, row) in a
        .break_even
        .chip_temperatures
        .iter()
        .zip(&a.break_even.difference)
    {
        assert_eq!(
            *t < a.break_even.contour[column].temperature,
            row[column] < 0.0
        );
    }
}

/// A map up to 340 K of a laser that is still the cheaper there: no break-even is made up, and no rollover.
#[test]
fn break_even_ends_with_the_map() {
    let cool: Vec<f64> = bases().into_iter().filter(|&t| t < 340.0).collect();
    let table = with([laser_map("laser/cool_map", &cool, &currents(), state)]);
    let request = LinkRequest {
        laser_map: Some("laser/cool_map".into()),
        chip_temperature: 320.0,
        ..LinkRequest::default()
    };
    let a = ask(&table, &request).break_even;
    assert_eq!(a.side_at_typical_path, BreakEvenSide::MapEnds);
    assert!(a.at_typical_path.value.is_nan());
    assert_eq!(a.standing[0], Standing::Ok);
    assert_eq!(a.standing[a.standing.len() - 1], Standing::NotComputed);
}

/// Air and liquid are places on the map: the warmest laser's base temperature, with the map of that cooling where there is one.
#[test]
fn cooling_comes_from_the_table() {
    let base = |name: &str, kelvin: [f64; 2]| {
        let lasers = vec![String::from("laser1"), String::from("laser2")];
        let rates = vec![1e-13, 2e-13];
        Group::new(format!("laser/array_{name}"), "lasers")
            .with_axis(AxisScale::text("laser", "laser", lasers))
            .and_then(|g| {
                let base =
                    Variable::new("base_temperature", "K", "base", &["laser"], kelvin.to_vec());
                g.with_variable(base.with_error(vec![0.1; 2]))
            })
            .and_then(|g| {
                g.with_variable(Variable::new(
                    "failure_rate",
                    "1/s",
                    "failures",
                    &["laser"],
                    rates,
                ))
            })
            .expect("a group")
    };
    let table = with([
        base("liquid", [318.0, 319.0]),
        base("air", [351.0, 350.0]),
        laser_map("laser/array_liquid_map", &bases(), &currents(), state),
    ]);
    let cooling = ["liquid", "air"].map(|name| Cooling {
        name: name.into(),
        base: BaseTemperature::Table(TableEntry::new(format!("laser/array_{name}"))),
    });
    let request = LinkRequest {
        cooling: cooling.to_vec(),
        ..LinkRequest::default()
    };
    let a = ask(&table, &request);
    let [liquid, air] = &a.cooling[..] else {
        panic!("two ways")
    };
    assert_eq!(
        [liquid.base_temperature.value, air.base_temperature.value],
        [319.0, 351.0]
    );
    assert!((liquid.base_temperature.low - 317.9).abs() < 1e-9);
    assert_eq!(liquid.laser, "laser/array_liquid_map");
    assert_eq!(air.laser, "laser_* components");
    assert!(
        liquid.difference.value < air.difference.value,
        "the cooler one gains more"
    );
    let rate = liquid.table_failure_rate.as_ref().expect("a rate").value;
    assert!((rate - 3e-13).abs() < 1e-25);
    // a claim is made for each way of cooling
    let claim = a
        .claims
        .iter()
        .find(|c| c.name == "integrated_couple_better")
        .expect("a claim");
    assert!(
        claim
            .findings
            .iter()
            .any(|f| f.boundary.contains("air cooling"))
    );
}

/// What users state stands over what is embedded, and a table's value over both.
#[test]
fn tables_stand_over_users_over_data() {
    let stated =
        components("coupler = { typical = \"1.2 dB\" }\nresponsivity = { typical = \"0.9 A/W\" }");
    let model = LinkModel::new(&with([facet(["P2", "P3"])]), &coupled(), stated).expect("a model");
    let a = model.answers().expect("answers");
    let range = |name: &str| {
        a.components
            .iter()
            .find(|c| c.name == name)
            .expect("there")
            .range[1]
            .clone()
    };
    assert_eq!(range("coupler"), "1.6 dB");
    assert_eq!(range("responsivity"), "0.9 A/W");
}

/// A map at equal currents ends before lasers do that are driven to equal light: where the array's own rollover says that it brings
/// the light, the map's end is no rollover.
#[test]
fn the_end_of_a_map_is_no_rollover_where_the_array_brings_the_light() {
    // It peaks at 1 mW inside the map; a link of one lane a laser asks for more than 10 mW.
    let state = |_: f64, current: f64| Some([1e-3 - 0.1 * (current - 0.1).powi(2), 1.5, 350.0]);
    let standing = |rollover: f64| {
        let laser = AxisScale::text("laser", "laser", vec!["a".into(), "b".into()]);
        let group = Group::new("laser/array_air", "lasers")
            .with_axis(laser)
            .and_then(|g| {
                let variable = |name: &str, unit: &str, values: [f64; 2]| {
                    Variable::new(name, unit, name, &["laser"], values.to_vec())
                        .with_error(vec![1e-3 * values[0]; 2])
                };
                g.with_variable(variable("base_temperature", "K", [340.0, 339.0]))?
                    .with_variable(variable("rollover_power", "W", [rollover, 2.0 * rollover]))
            })
            .expect("a group");
        let currents: Vec<f64> = (0..=20).map(|k| 0.01 * f64::from(k)).collect();
        let map = laser_map("laser/array_air_map", &[300.0, 380.0], &currents, state);
        let request = LinkRequest {
            cooling: vec![Cooling {
                name: "air".into(),
                base: BaseTemperature::Table(TableEntry::new("laser/array_air")),
            }],
            ..LinkRequest::default()
        };
        let answers = ask(&with([group, map]), &request);
        let air = &answers.cooling[0];
        assert!(!air.is_feasible && !air.integrated_wins);
        air.difference.status
    };
    assert_eq!(standing(1e-3), Standing::Infeasible);
    assert_eq!(standing(50e-3), Standing::NotComputed);
}
