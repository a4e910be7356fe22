//! Gratings from a study file to every output.

use std::path::Path;

use cpo_materials::Quantity;
use cpo_study::present::{figures, report};
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::study::DrawnGrating;
use cpo_study::summary::{Cost, summary};
use cpo_study::table::Status;
use cpo_study::{Study, tabulate::loss_table};

/// A short grating for a small beam, so that it is soon solved.
const SHORT: &str = r#"
[study]
name = "short"
wavelength = { from = "1500 nm", to = "1600 nm", points = 6 }
temperature = ["25 degC", "85 degC"]

[fiber.lensed]
mode_field_diameter = "4 um"

[grating.te]
layers = [
    { name = "box", material = "SiO2 Malitson 1965" },
    { name = "core", material = "Si Li 1980", thickness = "220 nm" },
    { name = "top", material = "SiO2 Malitson 1965", thickness = "700 nm" },
    { name = "air", material = "air" },
]
core = "core"
etch = "70 nm"
fill = "SiO2 Malitson 1965"
uniform = { periods = 8, pitch = "620 nm", fill = 0.5 }
margins = ["4 um", "5 um"]
design_wavelength = "1550 nm"
fiber = "lensed"
angle = "10 deg"
error = 3e-3
"#;

fn solved(text: &str, threads: usize) -> (Study, cpo_study::plan::Plan, Results) {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, threads, &Checkpoints::none(), &Silent).unwrap();
    (study, plan, results)
}

#[test]
fn a_spectrum_is_one_point_and_reaches_every_output() {
    let (study, plan, results) = solved(SHORT, 2);
    assert_eq!(plan.len(), 2);
    let outcomes: Vec<_> = results.gratings.iter().flatten().collect();
    assert_eq!(outcomes.len(), 2);
    for outcome in &outcomes {
        assert_eq!(outcome.status(), Status::Ok);
        assert_eq!(outcome.wavelengths.len(), 6);
        for (w, result) in outcome.wavelengths.iter().zip(&outcome.results) {
            assert!((1.49e-6..1.61e-6).contains(w), "{w}");
            let db = -10.0 * result.efficiency.value.log10();
            assert!((db - result.loss_db.value).abs() < 1e-12);
            // Nothing absorbs; the error asked for.
            assert!(result.balance.abs() < 3e-3, "{}", result.balance);
        }
    }
    // Silicon's index rises with temperature, and the best wavelength with it; pitch and fibre stay.
    let tilt = |k: usize| {
        let first = outcomes[k].results[0].efficiency.value;
        let last = outcomes[k].results[5].efficiency.value;
        last / first
    };
    assert!(tilt(1) > tilt(0), "{} {}", tilt(0), tilt(1));

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.groups.iter().find(|g| g.path == "grating/te");
    let group = group.expect("a group of its own");
    let loss = group.variables.iter().find(|v| v.name == "loss").unwrap();
    assert_eq!(loss.axes, ["temperature", "wavelength"]);
    assert_eq!(loss.values.len(), 12);
    assert_eq!(loss.values[7], outcomes[1].results[1].loss_db.value);
    assert_eq!(loss.to_plane.as_deref(), Some("fiber.lensed"));

    let cost = Cost::default();
    let brief = summary(&study, &plan, &results, &cost, &[]);
    let rows = brief["grating"]["te"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[0]["spectrum"][3]["efficiency"].as_f64().unwrap(),
        outcomes[0].results[3].efficiency.value
    );
    let drawn = figures(&study, &plan, &results).unwrap();
    let names: Vec<&str> = drawn.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["grating_te_loss", "grating_te_teeth"]);
    let page = report(&study, &plan, &results, &drawn, &cost, &[]);
    assert!(page.sections.iter().any(|s| s.title == "Grating te"));
}

/// What would prove the order of the arithmetic wrong: other bits with another number of threads.
#[test]
fn threads_do_not_change_a_bit() {
    let text = SHORT.replace("points = 6", "points = 2");
    let [one, two] = [1, 2].map(|threads| solved(&text, threads).2);
    for (a, b) in one.gratings.iter().zip(&two.gratings) {
        let (a, b) = (a.as_ref().unwrap(), b.as_ref().unwrap());
        for (a, b) in a.results.iter().zip(&b.results) {
            assert_eq!(a.efficiency, b.efficiency);
            assert_eq!(a.reflection, b.reflection);
        }
        assert_eq!(a.gradient, b.gradient);
    }
}

/// What depends on no wavelength is not multiplied by it; what a sweep changes is.
#[test]
fn points_are_those_of_the_grating_s_own_parameters() {
    let text = SHORT.replace(
        "etch = \"70 nm\"",
        "etch = [\"60 nm\", \"70 nm\", \"80 nm\"]",
    );
    let study = Study::parse(&text, "text", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    assert_eq!(plan.gratings.len(), 6);
    assert!(plan.gratings.iter().all(|p| p.wavelengths.len() == 6));
    let first = plan.gratings[0].wavelengths[0].si();
    assert!((first - 1.5e-6).abs() < 1e-18);
}

/// What would prove the spread wrong: other quantiles than the losses of gratings that come out so, lit by the same fibre in the
/// same place. On a flank of the spectrum a loss rises all the way with a thickness or a width.
#[test]
fn deviations_are_those_of_gratings_solved_anew() {
    let with = |thickness: &str, bias: &str, more: &str| {
        SHORT
            .replace(
                "{ from = \"1500 nm\", to = \"1600 nm\", points = 6 }",
                "\"1600 nm\"",
            )
            .replace("[\"25 degC\", \"85 degC\"]", "\"25 degC\"")
            .replace(
                "thickness = \"220 nm\"",
                &format!("thickness = {thickness}"),
            )
            .replace(
                "error = 3e-3",
                &format!("error = 1e-3\ntrench_bias = {bias}\n{more}"),
            )
    };
    let text = with(
        "{ nominal = \"220 nm\", sigma = \"2 nm\", scope = \"wafer\" }",
        "{ nominal = \"0 nm\", sigma = \"4 nm\", scope = \"lane\" }",
        "",
    );
    let (study, plan, results) = solved(&text, 2);
    let outcome = results.gratings[0].as_ref().unwrap();
    let result = &outcome.results[0];
    let spread = result.spread.as_ref().unwrap().as_ref().unwrap();
    let held = format!("offset = \"{} um\"", 1e6 * outcome.offset.value);
    let loss = |thickness: f64, bias: f64| {
        let [thickness, bias] = [thickness, bias].map(|v| format!("\"{v} nm\""));
        let (_, _, results) = solved(&with(&thickness, &bias, &held), 2);
        results.gratings[0].as_ref().unwrap().results[0]
            .loss_db
            .value
    };
    let z = 1.644_853_6;
    for (name, quantiles, at) in [
        (
            "thickness",
            &spread.systematic,
            [loss(220.0 - z * 2.0, 0.0), loss(220.0 + z * 2.0, 0.0)],
        ),
        (
            "bias",
            &spread.random,
            [loss(220.0, -z * 4.0), loss(220.0, z * 4.0)],
        ),
    ] {
        let mut at = at;
        at.sort_by(f64::total_cmp);
        let width = at[1] - at[0];
        for (found, exact) in [quantiles[0], quantiles[2]].iter().zip(at) {
            // of the width: 1 % for the draws, 3 % for the third order at these deviations
            let off = (found.value - exact).abs();
            assert!(
                off < (0.04 * width).min(found.error),
                "{name} {found:?} {exact} {width}"
            );
        }
        assert!(width > 0.02, "{name} {width}");
    }
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let variable = table
        .group("grating/te")
        .unwrap()
        .variable("loss_random_p95")
        .unwrap();
    assert_eq!(variable.values, [spread.random[2].value]);
    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    let row = &json["grating"]["te"][0]["spectrum"][0];
    assert_eq!(row["spread"]["total_p95_db"], spread.total[2].value);
}

/// What would prove the whole wrong: other quantiles than those of gratings solved where both thickness and depth deviate, which
/// detune one peak. Products of the two have a test of their own, of closed forms.
#[test]
fn deviations_that_detune_one_peak_go_together() {
    let with = |thickness: &str, etch: &str| {
        SHORT
            .replace(
                "{ from = \"1500 nm\", to = \"1600 nm\", points = 6 }",
                "\"1550 nm\"",
            )
            .replace("[\"25 degC\", \"85 degC\"]", "\"25 degC\"")
            .replace(
                "thickness = \"220 nm\"",
                &format!("thickness = {thickness}"),
            )
            .replace("etch = \"70 nm\"", &format!("etch = {etch}"))
            .replace("error = 3e-3", "error = 1e-3")
    };
    let text = with(
        "{ nominal = \"220 nm\", sigma = \"3 nm\", scope = \"wafer\" }",
        "{ nominal = \"70 nm\", sigma = \"4 nm\", scope = \"wafer\" }",
    );
    let (_, _, results) = solved(&text, 2);
    let outcome = results.gratings[0].as_ref().unwrap();
    let spread = outcome.results[0]
        .spread
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap();
    let held = format!(
        "error = 1e-3\noffset = \"{} um\"",
        1e6 * outcome.offset.value
    );
    // the same deviations on a lattice of equal shares of a normal deviate, solved one by one
    let deviates = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534];
    let mut losses = Vec::new();
    for t in deviates {
        let etches: Vec<String> = deviates
            .iter()
            .map(|u| format!("\"{} nm\"", 70.0 + 4.0 * u))
            .collect();
        let text = with(
            &format!("\"{} nm\"", 220.0 + 3.0 * t),
            &format!("[{}]", etches.join(", ")),
        )
        .replace("error = 1e-3", &held);
        let (_, _, results) = solved(&text, 2);
        let all = results
            .gratings
            .iter()
            .map(|g| g.as_ref().unwrap().results[0].loss_db.value);
        losses.extend(all);
    }
    losses.sort_by(f64::total_cmp);
    // between the quantiles that 64 cells have: their width is 1/64
    let around = |share: f64| {
        let place = share * 64.0;
        [
            losses[(place - 1.5).max(0.0) as usize],
            losses[((place + 1.5) as usize).min(63)],
        ]
    };
    for (share, found) in [0.05, 0.5, 0.95].into_iter().zip(&spread.total) {
        let [low, high] = around(share);
        // the tails of a lattice of cells' middles are short of those of a normal deviate: 20 % of the width at p95
        let reach = found.error
            + if share > 0.9 {
                0.2 * (high - losses[0])
            } else {
                0.0
            };
        assert!(
            (low - found.error..=high + reach).contains(&found.value),
            "{share} {found:?} {low} {high}"
        );
    }
}

/// A mask is drawn once: trenches by a rule stay where they are when layers come out otherwise.
#[test]
fn layers_that_deviate_do_not_move_the_trenches() {
    let text = SHORT
        .replace(
            "uniform = { periods = 8, pitch = \"620 nm\", fill = 0.5 }",
            "rule = { periods = 8, fill = 0.8, rate = \"0.02 1/um\" }\ntrench_bias = \"10 nm\"",
        )
        .replace("thickness = \"220 nm\"", "thickness = \"core_height\"")
        + "\n[parameters]\ncore_height = { nominal = \"220 nm\", sigma = \"3 nm\", scope = \"wafer\" }\n";
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    // a rule itself does not deviate, and its tolerance is told to be idle
    let idle = text.replace(
        "fill = 0.8,",
        "fill = { nominal = 0.8, sigma = 0.02, scope = \"wafer\" },",
    );
    let idle = Study::parse(&idle, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let [warning] = idle.warnings.as_slice() else {
        panic!("{:?}", idle.warnings)
    };
    assert!(warning.message.contains("rule.fill"), "{warning}");
    let values = &study.plan().unwrap().gratings[0].values;
    let (id, _) = values
        .iter()
        .find(|(_, value)| (value - 220e-9).abs() < 1e-15)
        .unwrap();
    let thicker = values.clone().with(id, 226e-9);
    let room = cpo_materials::Temperature::celsius(25.0);
    let drawn = DrawnGrating {
        values,
        stretch: 1.0,
    };
    let edges = |problem: cpo_solver::grating::GratingProblem| problem.grating().edges().to_vec();
    let nominal = edges(study.grating("te", values, room).unwrap());
    let made = edges(study.grating_as_made("te", &drawn, &thicker, room).unwrap());
    let anew = edges(study.grating("te", &thicker, room).unwrap());
    assert_eq!(nominal, made);
    assert_ne!(nominal, anew);
    // wider by the bias, to round-off of micrometres
    let unbiased = text.replace("trench_bias = \"10 nm\"", "");
    let unbiased = Study::parse(&unbiased, "text", Path::new("")).unwrap();
    let plain = edges(unbiased.grating("te", values, room).unwrap());
    for (made, drawn) in nominal.iter().zip(&plain) {
        let wider = (made[1] - made[0]) - (drawn[1] - drawn[0]);
        assert!((wider - 10e-9).abs() < 1e-18, "{wider}");
    }
}
