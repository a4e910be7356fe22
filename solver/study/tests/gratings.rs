//! Gratings from a study file to every output.

use std::path::Path;

use cpo_materials::Quantity;
use cpo_study::present::{figures, report};
use cpo_study::run::{Checkpoints, Results, Silent, run};
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

    let cost = Cost {
        wall_s: 1.0,
        cpu_s: 1.0,
        peak_bytes: 1,
        points: plan.len(),
    };
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
