//! Lasers in studies: what is fitted, how long they live, how near a mode hop is, what neighbours do.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, LaserOutcome, Silent, run};
use cpo_study::table::Status;
use cpo_study::tabulate::loss_table;
use tempfile::TempDir;

/// Three lasers in a row; `keys` are those of their table but for heat, sources and voltage.
fn study(keys: &str) -> String {
    format!(
        r#"
[study]
name = "lasers"

[floorplan.chip]
size = ["1 mm", "1 mm"]
layers = [
    {{ name = "base", material = {{ conductivity = "130 W/(m K)" }}, thickness = "100 um" }},
    {{ name = "active", material = {{ conductivity = "60 W/(m K)" }}, thickness = "5 um" }},
]
sources = [
    {{ name = "laser", layer = "active", rectangle = {{ width = "20 um", length = "300 um" }}, array = {{ count = 3, pitch = "200 um", axis = "x" }}, power = "50 mW" }},
]

[heat.liquid]
floorplan = "chip"
ambient = "30 degC"
bottom = {{ convection = "20000 W/(m2 K)" }}
error = 0.02

[laser.dfb]
heat = "liquid"
sources = "laser"
turn_on_voltage = "0.9 V"
series_resistance = "4 ohm"
wavelength = "1310 nm"
wavelength_drift = "0.09 nm/K"
current = "60 mA"
{keys}
"#
    )
}

const STATED: &str = r#"
threshold_current = "10 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.3 W/A"
slope_temperature = "200 K"
"#;

fn solved(keys: &str, directory: &Path) -> LaserOutcome {
    let study = Study::parse(&study(keys), "text", directory).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    results.lasers[0].clone().unwrap()
}

/// The states' own numbers, by the formulas of the laws.
#[test]
fn lives_and_mode_hops_follow_from_the_junctions() {
    let directory = TempDir::new().unwrap();
    let keys = format!(
        "{STATED}
reliability = {{ failure_rate = \"50 FIT\", activation_energy = \"0.7 eV\", junction_temperature = \"55 degC\" }}
mode_hop = {{ spacing = \"1.2 nm\", selector_drift = \"0.10 nm/K\" }}"
    );
    let outcome = solved(&keys, directory.path());
    let mut sum = 0.0;
    for laser in &outcome.lasers {
        let state = laser.state.as_ref().unwrap();
        let t = state.junction_temperature.value;
        // FIT = 1e-9/h; E_a/k_B = 0.7 eV/(8.617333e-5 eV/K)
        let rate = 50e-9 / 3600.0 * (0.7 / 8.617_333_262e-5 * (1.0 / 328.15 - 1.0 / t)).exp();
        assert!((state.failure_rate.value / rate - 1.0).abs() < 1e-8);
        assert!(state.failure_rate.error > 0.0);
        sum += rate;
        let hop = state.mode_hop.as_ref().unwrap();
        // the selector gains 0.01 nm/K on the mode from 25 degC on, and half a spacing is 60 K
        let margin = 60.0 - (t - 298.15);
        assert!(
            (hop.heating.value - margin).abs() < 1e-6,
            "{:?}",
            hop.heating
        );
        assert_eq!(hop.hops, 0.0);
    }
    let (rate, life) = outcome.reliability.unwrap();
    assert!((rate.value / sum - 1.0).abs() < 1e-8);
    assert!((life * sum / std::f64::consts::LN_2 - 1.0).abs() < 1e-8);
}

#[test]
fn neighbours_warm_and_the_middle_one_most() {
    let directory = TempDir::new().unwrap();
    let outcome = solved(STATED, directory.path());
    let range = |i: usize| outcome.lasers[i].neighbours.junction_range.value;
    assert!(range(1) > range(0) && range(0) > 0.0);
    assert_eq!(outcome.lasers[0].neighbours.worst, Some(1));
    for laser in &outcome.lasers {
        let state = laser.state.as_ref().unwrap();
        let neighbours = &laser.neighbours;
        let all = neighbours.junction_alone.value + neighbours.junction_range.value;
        assert!((all - state.junction_temperature.value).abs() < 1e-8);
        let beside = neighbours.junction_beside_worst.value;
        assert!(neighbours.junction_alone.value < beside && beside < all);
        let drift = neighbours.wavelength_range.value / neighbours.junction_range.value;
        assert!((drift / 0.09e-9 - 1.0).abs() < 1e-8);
    }
}

/// Every point of the map meets the laser's own law at its junction temperature, and the rise is heat times resistance:
/// among neighbours the sum over the row, alone the diagonal.
#[test]
fn a_map_holds_the_law_at_every_chip_temperature_and_current() {
    let directory = TempDir::new().unwrap();
    let outcome = solved(STATED, directory.path());
    let map = outcome.map.as_ref().unwrap();
    assert_eq!(map.lasers[0], 1, "the middle laser is the hottest");
    let law = |junction: f64, current: f64| {
        let warm = junction - 298.15;
        let threshold = 10e-3 * (warm / 60.0).exp();
        (0.3 * (-warm / 200.0).exp() * (current - threshold)).max(0.0)
    };
    let mut lasing = 0;
    for (k, &i) in map.lasers.iter().enumerate() {
        for (t, &base) in map.base.iter().enumerate() {
            for (c, &current) in map.current.iter().enumerate() {
                let point = map.together[(k, t, c)].unwrap();
                let alone = map.alone[(k, t, c)].unwrap();
                for p in [point, alone] {
                    // junctions are found to the step of the fixed point, 1e-9 K at most
                    let error = (p.optical_power - law(p.junction, current)).abs();
                    assert!(
                        error < 1e-9 * (1e-3 + p.optical_power),
                        "{i} {base} {current}"
                    );
                }
                assert!((map.voltage[c] - (0.9 + 4.0 * current)).abs() < 1e-12);
                lasing += usize::from(point.optical_power > 0.0);
                assert!(point.junction >= alone.junction, "neighbours do not cool");
            }
        }
    }
    assert!(lasing > 1000, "only {lasing} points of the map lase");
    // The study's own operating point lies on the map of its chip, linear between the neighbours of its base and current.
    let middle = &outcome.lasers[1];
    let base = middle.base_temperature.value;
    let t = map.base.iter().position(|&b| b > base).unwrap();
    let c = map.current.iter().position(|&i| i > 60e-3).unwrap();
    let at = |t: usize| {
        let [low, high] = [c - 1, c].map(|c| map.together[(0, t, c)].unwrap().optical_power);
        low + (high - low) * (60e-3 - map.current[c - 1]) / (map.current[c] - map.current[c - 1])
    };
    let share = (base - map.base[t - 1]) / (map.base[t] - map.base[t - 1]);
    let found = at(t - 1) + share * (at(t) - at(t - 1));
    let state = middle.state.as_ref().unwrap();
    // curvature of exp(T/60 K) over 5 K is 1e-3 of the threshold; bases of the three differ by less than a kelvin
    assert!(
        (found / state.optical_power.value - 1.0).abs() < 2e-2,
        "{found}"
    );
}

/// At every share of the most light each laser meets its law, all bring the same light, and none brings more beyond; the most light
/// and its error bar are those of the array itself, which is solved with R + E and R − E for them.
#[test]
fn light_is_the_same_for_all_up_to_the_rollover() {
    let directory = TempDir::new().unwrap();
    let outcome = solved(STATED, directory.path());
    let light = outcome.light.as_ref().unwrap();
    assert_eq!(light.lasers[0], 1, "the middle laser is the hottest");
    assert_eq!((light.share[0], light.share[24]), (0.0, 1.0));
    let mut lit = 0;
    for (t, &base) in light.base.iter().enumerate() {
        let (most, _) = light.rollover[t];
        for (u, &share) in light.share.iter().enumerate() {
            let Some(array) = light.array[(t, u)] else {
                assert_eq!(most, 0.0, "{base} {share}");
                continue;
            };
            lit += 1;
            // at threshold 1e-9 of the most light stands for none, at rollover all but 1e-11 for all
            let wanted = most * share.clamp(1e-9, 1.0 - 1e-11);
            assert!(
                (array.optical_power.0 - wanted).abs() < 1e-14 * most,
                "round-off"
            );
            let mut sum = 0.0;
            for k in 0..3 {
                let laser = light.each[(k, t, u)].unwrap();
                let (current, voltage) = (laser.current.0, laser.voltage.0);
                let warm = laser.junction.0 - 298.15;
                let threshold = 10e-3 * (warm / 60.0).exp();
                let brought = 0.3 * (-warm / 200.0).exp() * (current - threshold);
                // junctions are found to round-off of the balance, but at the fold, where its square root is left
                assert!((brought - wanted).abs() < 1e-7 * most, "{base} {share}");
                assert!((voltage - 0.9 - 4.0 * current).abs() < 1e-12);
                assert!(laser.junction.0 > base);
                sum += current * voltage;
            }
            assert!(
                (array.electrical_power.0 / sum * 3.0 - 1.0).abs() < 1e-12,
                "the mean of all three"
            );
            assert!(array.temperature_error > 0.0 && array.electrical_power.1 > 0.0);
        }
    }
    assert!(lit > 300, "only {lit} points have light");
    let falls = |w: &[(f64, f64)]| w[1].0 < w[0].0 || w[1].0 == 0.0;
    assert!(light.rollover.windows(2).all(falls));
    // The study's own array at its own chip's temperature, between the map's points.
    let own = &outcome.lasers[1].rollover.max_power;
    let base = outcome.lasers[1].base_temperature.value;
    let t = light.base.iter().position(|&b| b > base).unwrap();
    let s = (base - light.base[t - 1]) / (light.base[t] - light.base[t - 1]);
    let between = |of: fn((f64, f64)) -> f64| {
        (1.0 - s) * of(light.rollover[t - 1]) + s * of(light.rollover[t])
    };
    // curvature over 5 K: (5/60)²/8 is 1e-3
    assert!(
        (between(|r| r.0) / own.value - 1.0).abs() < 2e-3,
        "{} {}",
        between(|r| r.0),
        own.value
    );
    // linear in the bar, the larger of two sides there, the laser with the largest error for all here
    let ratio = between(|r| r.1) / own.error;
    assert!((0.9..1.3).contains(&ratio), "{ratio}");
}

/// What rests on a heat problem that missed its error is marked in the maps of the lasers too.
#[test]
fn maps_are_as_good_as_their_heat() {
    let study = Study::parse(&study(STATED), "text", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    let mut results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    for (given, maps) in [
        (Status::Ok, Status::Ok),
        (Status::Unconverged, Status::Unconverged),
    ] {
        let outcome = results.lasers[0].as_mut().unwrap();
        outcome.lasers[0].base_temperature.status = given;
        let table = loss_table(&study, &plan, &results, &[]).unwrap();
        for (group, name) in [
            ("map", "optical_power"),
            ("map", "junction_temperature_alone"),
            ("light", "rollover_power"),
            ("light", "mean_electrical_power"),
            ("light", "junction_temperature"),
        ] {
            let group = table.group(&format!("laser/dfb_liquid_{group}")).unwrap();
            let status = &group.variable(name).unwrap().status;
            let known = status.iter().filter(|s| **s != Status::NotComputed);
            assert!(
                known.clone().count() > 20 && known.clone().all(|s| *s == maps),
                "{name}"
            );
        }
    }
}

/// Samples of the law itself give what the stated parameters give; noise gives bars that hold it.
#[test]
fn curves_stand_for_parameters() {
    let curves = |noise: f64| {
        let mut text = String::from("temperature [degC],current [mA],power [mW]\n# pulsed\n");
        for (n, t) in [25.0, 45.0, 65.0_f64].into_iter().enumerate() {
            for m in 0..12 {
                let current = 5.0 + 6.0 * f64::from(m);
                let threshold = 10.0 * ((t - 25.0) / 60.0).exp();
                let slope = 0.3 * (-(t - 25.0) / 200.0_f64).exp();
                // a fixed pattern of both signs
                let off = noise * (7.3 * f64::from(m) + 2.1 * n as f64).sin();
                let power = (slope * (current - threshold)).max(0.0) + off;
                text += &format!("{t},{current},{power}\n");
            }
        }
        text
    };
    let stated = solved(STATED, Path::new(""));
    let directory = TempDir::new().unwrap();
    for noise in [0.0, 0.05] {
        std::fs::write(directory.path().join("lit.csv"), curves(noise)).unwrap();
        let fitted = solved("light_current = \"lit.csv\"", directory.path());
        for (a, b) in stated.lasers.iter().zip(&fitted.lasers) {
            let (a, b) = (a.state.as_ref().unwrap(), b.state.as_ref().unwrap());
            let off = (a.optical_power.value - b.optical_power.value).abs();
            // the heat problem is the same: only the fit's part of the bar may be used
            let own = b.optical_power.error - a.optical_power.error;
            assert!(
                off <= own.max(1e-9 * a.optical_power.value),
                "{noise}: {off} {own}"
            );
            assert!(noise == 0.0 || own > 0.0);
        }
        // So in the map, wherever both have light.
        let [a, b] = [&stated, &fitted].map(|outcome| outcome.map.as_ref().unwrap());
        for (a, b) in a.together.iter().zip(&b.together) {
            let (Some(a), Some(b)) = (a, b) else { continue };
            if noise > 0.0 && b.optical_power > 0.0 {
                assert!(b.optical_power_error > a.optical_power_error, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn bad_curves_are_told_by_file_and_line() {
    let directory = TempDir::new().unwrap();
    for (text, told) in [
        (
            "temperature [degC],current [mA],power\n25,1,1\n",
            "line 1: column \"power\" needs its unit",
        ),
        ("temperature [degC],current [mA]\n25,1\n", "line 1: columns"),
        (
            "temperature [degC],current [mA],power [mW]\n25,-1,1\n",
            "line 2: a current of -1 mA",
        ),
        (
            "temperature [degC],current [mA],power [mW]\n25,x,1\n",
            "line 2: \"x\" in column 2",
        ),
        (
            "temperature [degC],current [mA],power [mW]\n25,1,1\n",
            "need at least 5",
        ),
    ] {
        std::fs::write(directory.path().join("lit.csv"), text).unwrap();
        let error = Study::parse(
            &study("light_current = \"lit.csv\""),
            "text",
            directory.path(),
        );
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains(told) && message.contains("lit.csv"),
            "{message}"
        );
    }
}
