//! What a loss table brings, what it lacks, and what is refused.

mod common;

use common::{
    ask, component, components, coupled, empty_table, error, facet, fixed_but, laser_light, with,
};
use cpo_link::{
    BaseTemperature, BreakEvenSide, Cooling, LaserLaw, LaserMap, LinkModel, LinkRequest,
    OperatingPoint, Operation, Port, Standing, TableEntry,
};
use cpo_table::{Attribute, AxisScale, Group, Status, Variable};

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
    let tiers = of(|r| {
        r.split = 5;
        r.tiers[0].standard = String::from("400G-FR4");
    });
    assert!(
        tiers.contains("split is 5") && tiers.contains("over 400G-FR4 has 4 of one wavelength"),
        "{tiers}"
    );
    assert!(of(|r| r.lanes_per_laser = 17).contains("an engine of 16 lanes over 400G-DR4 has 16"));
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
    slope_temperature: 249.0,
    reference_temperature: 298.15,
    turn_on_voltage: 0.95,
    series_resistance: 3.4,
    thermal_resistance: 75.9,
};

/// The state of one laser by its laws.
fn lit(law: &LaserLaw, power: f64, base: f64) -> OperatingPoint {
    match law.operate(power, base) {
        Operation::Running(point) => point,
        other => panic!("{power} W at {base} K: {other:?}"),
    }
}

/// The most light by bisection; nil where there is none.
fn most(law: &LaserLaw, base: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > 1e-13 {
        let middle = 0.5 * (low + high);
        match law.operate(middle, base) {
            Operation::Running(_) => low = middle,
            Operation::RolledOver | Operation::OffTheMap => high = middle,
        }
    }
    low
}

fn bases() -> Vec<f64> {
    (0..=50).map(|k| 298.15 + 2.0 * f64::from(k)).collect()
}

/// Relative error of the thermal resistance of the map.
const RESISTANCE_ERROR: f64 = 0.02;

/// A map of the laws, whose thermal resistance has an error: it shifts the junction by that share of Z (V I − P).
fn map_of_the_laws(path: &str, bases: &[f64]) -> Group {
    laser_light(
        path,
        bases,
        |base| most(&LAW, base),
        |base, power| {
            let point = lit(&LAW, power, base);
            let rise = point.junction_temperature - base;
            let error = RESISTANCE_ERROR * rise;
            [
                point.electrical_power,
                point.current,
                point.junction_temperature,
                error,
            ]
        },
    )
}

/// The map finds the laws' own state: linear interpolation over 2 K errs by h²/8 times the curvature, (2/60)²/8 = 1.4e-4, the cubic in
/// √(1 − u) by less.
#[test]
fn a_map_of_the_laws_is_the_laws() {
    let table = with([map_of_the_laws("laser/array_air_light", &bases())]);
    let map = LaserMap::read(&table, "laser/array_air_light").expect("a map");
    for base in [300.0, 331.0, 360.15] {
        let most = most(&LAW, base);
        assert!((map.most_power(0.0, base) / most - 1.0).abs() < 3e-4);
        for share in [0.03, 0.5, 0.9, 0.998] {
            let expected = lit(&LAW, share * most, base);
            let Operation::Running(found) = map.operate(0.0, share * most, base) else {
                panic!("{base} {share}")
            };
            // near the top a difference of 3e-4 of the most light is one of its root
            let near = if share > 0.99 { 2e-2 } else { 3e-4 };
            let off = found.electrical_power / expected.electrical_power - 1.0;
            assert!(off.abs() < near, "{base} {share} {off}");
            let rise = expected.junction_temperature - base;
            assert!(
                (found.junction_temperature - expected.junction_temperature).abs() < near * rise
            );
        }
        assert_eq!(map.operate(0.0, 1.001 * most, base), Operation::RolledOver);
    }
    assert_eq!(map.operate(0.0, 0.01, 290.0), Operation::OffTheMap);
}

/// At the warm and the cool end of its error bars the map is the laws with that thermal resistance: light, rollover and energy to
/// the second order of a shift of some kelvin, a few per cent of the change itself.
#[test]
fn error_bars_of_a_map_are_lasers_of_another_resistance() {
    let table = with([map_of_the_laws("laser/array_air_light", &bases())]);
    let map = LaserMap::read(&table, "laser/array_air_light").expect("a map");
    let base = 331.0;
    for sign in [-1.0, 1.0] {
        let other = LaserLaw {
            thermal_resistance: LAW.thermal_resistance * (1.0 + sign * RESISTANCE_ERROR),
            ..LAW
        };
        let change = most(&other, base) - most(&LAW, base);
        let found = map.most_power(sign, base) - map.most_power(0.0, base);
        assert!(change * sign < 0.0, "more resistance is less light");
        assert!((found / change - 1.0).abs() < 0.05, "{found} {change}");
        let power = 0.6 * most(&LAW, base);
        let energy = |operation: Operation| match operation {
            Operation::Running(point) => point.electrical_power,
            other => panic!("{other:?}"),
        };
        let change =
            lit(&other, power, base).electrical_power - lit(&LAW, power, base).electrical_power;
        let found = energy(map.operate(sign, power, base)) - energy(map.operate(0.0, power, base));
        assert!((found / change - 1.0).abs() < 0.1, "{found} {change}");
    }
}

/// Between the last temperature with light and the first without, more light than is left is rollover and less is not known.
#[test]
fn where_light_ends_within_a_cell_nothing_is_made_up() {
    let group = laser_light(
        "laser/a_light",
        &[300.0, 310.0, 320.0],
        |base| if base < 315.0 { 0.02 } else { 0.0 },
        |base, power| [power + 0.1, 0.1, base + 10.0, 1.0],
    );
    let map = LaserMap::read(&with([group]), "laser/a_light").expect("a map");
    assert!(matches!(
        map.operate(0.0, 0.01, 310.0),
        Operation::Running(_)
    ));
    assert_eq!(map.operate(0.0, 0.01, 318.0), Operation::RolledOver);
    assert_eq!(map.operate(0.0, 0.003, 318.0), Operation::OffTheMap);
    assert_eq!(map.operate(0.0, 0.003, 320.0), Operation::RolledOver);
}

/// A failure rate is taken at the laser's state where the map has one, and the law of the study's lasers holds for all lasers.
#[test]
fn lasers_of_a_link_age_by_one_law() {
    let path = "laser/aged_light";
    let mut group = map_of_the_laws(path, &bases());
    let points = bases().len() * common::shares().len();
    let axes = ["base_temperature", "light_share"];
    let rate = Variable::new(
        "mean_failure_rate",
        "1/s",
        "rate",
        &axes,
        vec![2e-13; points],
    );
    group = group.with_variable(rate).expect("a variable");
    for (name, value) in [
        ("ageing_failure_rate", 5e-14),
        ("ageing_activation_energy", 0.7 * 1.602_176_634e-19),
        ("ageing_junction_temperature", 328.15),
    ] {
        group = group.with_attribute(Attribute::number(name, value));
    }
    let request = LinkRequest {
        laser_map: Some(path.into()),
        chip_temperature: 320.0,
        ..LinkRequest::default()
    };
    let warm = components("external_laser_temperature = { typical = \"60 degC\" }");
    let model = LinkModel::new(&with([group]), &request, warm).expect("a model");
    let a = model.answers().expect("answers");
    let rate = |name: &str| {
        let found = a.architectures.iter().find(|a| a.name == name);
        found.expect("there").failure_rate.value
    };
    let lasers = f64::from(request.lanes_per_engine);
    assert!((rate("cpo_integrated") / lasers / 2e-13 - 1.0).abs() < 1e-12);
    // 0.7 eV from 55 to the external source's 60 degC: exp(8123.2 K (1/328.15 - 1/333.15)) = 1.450
    let external = rate("cpo_external") / (lasers / request.split as f64).ceil();
    assert!((external / 5e-14 - 1.450).abs() < 1e-3, "{external}");
    let listed = a.components.iter().find(|c| c.name == "laser_failure_rate");
    assert!(listed.expect("there").source.contains(path));
}

/// Rates span decades between two points of the map: where they are exponentials of temperature and depth they are found as such,
/// and nowhere below zero.
#[test]
fn failure_rates_lie_between_those_of_the_points() {
    let rate =
        |base: f64, share: f64| (-30.0 + 0.3 * (base - 300.0) - 20.0 * (1.0 - share).sqrt()).exp();
    let bases = [300.0, 310.0, 320.0];
    let state = |base: f64, power: f64| [power + 0.1, 0.1, base + 10.0, 1.0];
    let mut group = laser_light("laser/a_light", &bases, |_| 0.02, state);
    let rates = bases.iter().flat_map(|&base| {
        common::shares()
            .into_iter()
            .map(move |share| rate(base, share))
    });
    let axes = ["base_temperature", "light_share"];
    let variable = Variable::new("mean_failure_rate", "1/s", "rate", &axes, rates.collect());
    group = group.with_variable(variable).expect("a variable");
    let map = LaserMap::read(&with([group]), "laser/a_light").expect("a map");
    for base in [300.5, 307.0, 316.2] {
        for share in [0.001, 0.03, 0.4, 0.97] {
            let Operation::Running(point) = map.operate(0.0, 0.02 * share, base) else {
                panic!("{base} {share}")
            };
            let found = point.failure_rate.expect("a rate");
            // round-off of logarithms of some 30
            assert!(
                (found / rate(base, share) - 1.0).abs() < 1e-11,
                "{base} {share} {found}"
            );
        }
    }
}

/// With a map the laws' components do nothing and are listed so; its error bars are drawn instead.
#[test]
fn a_map_has_a_spread_and_leaves_the_laws_unused() {
    let path = "laser/array_light";
    let table = with([map_of_the_laws(path, &bases())]);
    let request = LinkRequest {
        laser_map: Some(path.into()),
        chip_temperature: 320.0,
        ..LinkRequest::default()
    };
    let model = LinkModel::new(&table, &request, fixed_but("")).expect("a model");
    let a = model.answers().expect("answers");
    let used = |name: &str| {
        a.components
            .iter()
            .find(|c| c.name == name)
            .expect("there")
            .is_used
    };
    assert!(used("laser_deviation") && !used("laser_slope_efficiency") && used("coupler"));
    let integrated = a
        .architectures
        .iter()
        .find(|a| a.name == "cpo_integrated")
        .expect("there");
    let energy = &integrated.energies[0].energy;
    // all else is fixed: the table's error bars alone
    assert!(
        energy.low < energy.value && energy.value < energy.high,
        "{energy:?}"
    );
    let without = ask(&empty_table(), &LinkRequest::default());
    let used = |name: &str| {
        without
            .components
            .iter()
            .find(|c| c.name == name)
            .expect("there")
            .is_used
    };
    assert!(!used("laser_deviation") && used("laser_slope_efficiency"));
}

#[test]
fn a_map_without_its_variables_is_refused() {
    let mut group = map_of_the_laws("laser/a_light", &bases());
    group.variables.retain(|v| v.name != "mean_current");
    let text = LaserMap::read(&with([group]), "laser/a_light")
        .expect_err("refused")
        .to_string();
    assert!(
        text.contains("\"mean_current\"") && text.contains("rollover_power"),
        "{text}"
    );
}

/// Two lines: at the share u of a most light of 1 W the laser takes 4 W (1 − √(1 − u)) (1 + 0.1/K (T − 300 K)), which the map holds exactly;
/// the external laser does not depend on T.
#[test]
fn break_even_of_two_lines() {
    let takes = |power: f64| 4.0 * (1.0 - (1.0 - power).sqrt());
    let line =
        |base: f64, power: f64| [takes(power) * (1.0 + 0.1 * (base - 300.0)), 0.1, base, 0.0];
    let bases: Vec<f64> = (0..=6).map(|k| 290.0 + 20.0 * f64::from(k)).collect();
    let table = with([laser_light("laser/line_map", &bases, |_| 1.0, line)]);
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
        let expected = 300.0 + (watts * 0.85 / takes(light) - 1.0) / 0.1;
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
    let table = with([map_of_the_laws("laser/cool_map", &cool)]);
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
        map_of_the_laws("laser/array_liquid_light", &bases()),
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
    assert_eq!(liquid.laser, "laser/array_liquid_light");
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

/// The chip's own temperature has an error bar: it is drawn with those of its lasers, for which the energies at its ends are those of a
/// chip so much warmer or cooler, whether the request's or that of a way of cooling.
#[test]
fn error_bars_of_the_chip_are_drawn() {
    let laser = AxisScale::text("laser", "laser", vec!["a".into(), "b".into()]);
    let group = Group::new("laser/array_air", "lasers")
        .with_axis(laser)
        .and_then(|g| {
            let base = Variable::new("base_temperature", "K", "T", &["laser"], vec![340.0, 339.0]);
            g.with_variable(base.with_error(vec![3.0, 0.5]))
        })
        .expect("a group");
    let table = with([group]);
    let of = |kelvin: f64, error: f64| {
        let request = LinkRequest {
            chip_temperature: kelvin,
            chip_temperature_error: error,
            cooling: vec![Cooling {
                name: "air".into(),
                base: BaseTemperature::Table(TableEntry::new("laser/array_air")),
            }],
            ..LinkRequest::default()
        };
        let model = LinkModel::new(&table, &request, fixed_but("")).expect("a model");
        model.answers().expect("answers")
    };
    let a = of(340.0, 3.0);
    let integrated = &a.architectures[4].energies[0];
    for (end, kelvin) in integrated.least_and_most.into_iter().zip([337.0, 343.0]) {
        let exact = of(kelvin, 0.0).architectures[4].energies[0].energy.value;
        assert!((end / exact - 1.0).abs() < 1e-12, "round-off");
    }
    // p05 of a symmetric triangle is √0.1 − 1 of its half-width; one draw falls into each 1024th, at a density of √0.1
    for (end, sign) in [(integrated.energy.low, -1.0), (integrated.energy.high, 1.0)] {
        let kelvin = 340.0 + sign * 3.0 * (1.0 - 0.1f64.sqrt());
        let exact = of(kelvin, 0.0).architectures[4].energies[0].energy.value;
        let off = (end - exact) / (exact - integrated.energy.value);
        assert!(
            off.abs() < 1.0 / 1024.0 / (0.1f64.sqrt() * (1.0 - 0.1f64.sqrt())),
            "{off}"
        );
    }
    let air = &a.cooling[0];
    assert_eq!(air.base_temperature.high, 343.0);
    let width = air.difference.high - air.difference.low;
    let same = integrated.energy.high - integrated.energy.low;
    assert!(
        (width / same - 1.0).abs() < 1e-9,
        "round-off of the external laser's energy"
    );
    // a temperature that is asked for has no error bar
    let map = &a.break_even;
    assert_eq!(map.at_typical_path.low, map.at_typical_path.high);
    assert!(component(&a, "laser_deviation").is_used);
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

/// A map has all lasers as warm as the warmest: where the array's own rollover says that it brings the light, the map's end is no
/// rollover.
#[test]
fn the_end_of_a_map_is_no_rollover_where_the_array_brings_the_light() {
    // It rolls over at 1 mW; a link of one lane a laser asks for more than 10 mW.
    let state = |base: f64, power: f64| [1.5 * power, power, base, 0.0];
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
        let map = laser_light("laser/array_air_light", &[300.0, 380.0], |_| 1e-3, state);
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
