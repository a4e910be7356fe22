//! What lasers of a table take over the deviations of its study.

mod common;

use common::{component, fixed_but, laser_light, with};
use cpo_link::{LinkAnswers, LinkModel, LinkRequest, Standing};
use cpo_table::{AxisScale, Group, LossTable, Status, Variable};

/// Two lasers of an efficiency of 0.2 at equal light, of that median, and of quantiles about their middle by ratios of electricity.
fn array(median: f64, systematic: [f64; 2], random: [f64; 2]) -> Group {
    let laser = AxisScale::text("laser", "laser", vec!["a".into(), "b".into()]);
    let mut group = Group::new("laser/array", "lasers")
        .with_axis(laser)
        .expect("an axis");
    let mut add = |name: &str, units: &str, value: f64| {
        let status = if value.is_nan() {
            Status::NotComputed
        } else {
            Status::Ok
        };
        let variable = Variable::new(name, units, name, &["laser"], vec![value; 2])
            .with_status(vec![status; 2], Vec::new());
        group = group.clone().with_variable(variable).expect("a variable");
    };
    add("wall_plug_efficiency", "1", 0.2);
    add("wall_plug_efficiency_p50", "1", median);
    for (part, [least, most]) in [("systematic", systematic), ("random", random)] {
        add(
            &format!("wall_plug_efficiency_{part}_p05"),
            "1",
            median / most,
        );
        add(&format!("wall_plug_efficiency_{part}_p50"), "1", median);
        add(
            &format!("wall_plug_efficiency_{part}_p95"),
            "1",
            median / least,
        );
    }
    // of all deviations together they are wider than either, which nothing here asks for
    add("wall_plug_efficiency_p05", "1", 0.9 * median);
    add("wall_plug_efficiency_p95", "1", 1.1 * median);
    add("drive_current_p05", "A", 0.09);
    add("drive_current_p95", "A", 0.11);
    add("optical_power_p05", "W", 0.02);
    add("optical_power_p95", "W", 0.02);
    let share = Variable::new("rollover_share", "1", "share", &[], vec![0.07]);
    group.with_variable(share).expect("a variable")
}

fn table(array: Group) -> LossTable {
    let state = |base: f64, power: f64| [4.0 * power + 0.01, 0.05, base + 10.0, 0.0];
    let map = laser_light("laser/array_light", &[300.0, 340.0], |_| 0.2, state);
    with([array, map])
}

/// All else fixed.
fn answers(table: &LossTable) -> LinkAnswers {
    let request = LinkRequest {
        laser_map: Some("laser/array_light".into()),
        chip_temperature: 320.0,
        ..LinkRequest::default()
    };
    let model = LinkModel::new(table, &request, fixed_but("")).expect("a model");
    model.answers().expect("answers")
}

fn energy(a: &LinkAnswers) -> &cpo_link::Number {
    let integrated = a.architectures.iter().find(|a| a.name == "cpo_integrated");
    &integrated.expect("there").energies[0].energy
}

#[test]
fn efficiencies_that_deviate_are_drawn() {
    const NONE: [f64; 2] = [1.0; 2];
    let alike = answers(&table(array(0.2, NONE, NONE)));
    assert!(!component(&alike, "laser_electricity").is_used);
    let typical = energy(&alike);
    assert_eq!((typical.low, typical.high), (typical.value, typical.value));
    // a median of a tenth more electricity tells the lasers' part of the energy
    let more = answers(&table(array(0.2 / 1.1, NONE, NONE)));
    let of_lasers = (energy(&more).value - typical.value) / 0.1;
    assert!(of_lasers > 0.1 * typical.value, "lasers count: {of_lasers}");
    for (systematic, random) in [([0.95, 1.1], NONE), (NONE, [0.95, 1.1])] {
        let a = answers(&table(array(0.2, systematic, random)));
        let listed = component(&a, "laser_electricity");
        assert!(
            listed.is_used && listed.range[1] == "1",
            "{:?}",
            listed.range
        );
        let found = energy(&a);
        let low = (found.low - typical.value) / of_lasers;
        let high = (found.high - typical.value) / of_lasers;
        // of 1024 even draws one lies within each 1024th of the triangle, whose density at p05 and p95 is at least √0.05 of the width's
        let basis = 0.15 / 1024.0 / 0.05_f64.sqrt() * 2.0;
        assert!(
            (low + 0.05).abs() < basis && (high - 0.1).abs() < basis,
            "{low} {high}"
        );
    }
    // external lasers are none of the array's
    let external = |a: &LinkAnswers| {
        let found = a.architectures.iter().find(|a| a.name == "cpo_external");
        found.expect("there").energies[0].energy.value
    };
    assert_eq!(external(&alike), external(&more));
}

/// Rollover in the draws is no spread of none: the energy is marked. Lasers driven by their currents have a spread of light instead.
#[test]
fn efficiencies_that_are_not_known_are_told() {
    let known = || array(0.2, [0.95, 1.1], [1.0; 2]);
    let with = |names: &[&str], value: f64| {
        let mut group = known();
        for variable in &mut group.variables {
            if names.contains(&variable.name.as_str()) {
                let count = variable.values.len();
                variable.values = vec![value; count];
                variable.error = None;
                if value.is_nan() {
                    variable.status = vec![Status::NotComputed; count];
                }
            }
        }
        answers(&table(group))
    };
    let source = |a: &LinkAnswers| component(a, "laser_electricity").source.clone();
    let some = known();
    assert!(source(&answers(&table(some))).contains("7.0 % of the draws there at rollover"));
    // as a run writes it: quantiles of all together are none while those of the parts still are
    let rolled = with(&["wall_plug_efficiency_p05", "optical_power_p05"], f64::NAN);
    assert!(source(&rolled).contains("not known, since 7.0 % of the draws there are at rollover"));
    let all = ["p05", "p50", "p95"].map(|q| format!("wall_plug_efficiency_{q}"));
    let mut failed: Vec<&str> = all.iter().map(String::as_str).collect();
    failed.push("rollover_share");
    let failed = with(&failed, f64::NAN);
    assert!(
        source(&failed).ends_with("not known there"),
        "{}",
        source(&failed)
    );
    let asked = with(&["optical_power_p95"], 0.021);
    assert!(source(&asked).contains("the power of lasers deviates"));
    for unknown in [rolled, failed, asked] {
        assert!(component(&unknown, "laser_electricity").is_used);
        assert_eq!(energy(&unknown).status, Standing::Unconverged);
    }
    let mut driven = known();
    for variable in &mut driven.variables {
        match variable.name.as_str() {
            "optical_power_p95" => variable.values = vec![0.021; 2],
            "drive_current_p95" => variable.values = vec![0.09; 2],
            _ => {}
        }
    }
    let a = answers(&table(driven));
    let found = energy(&a);
    assert_eq!((found.low, found.high), (found.value, found.value));
    assert!(source(&a).contains("currents are given"));
}
