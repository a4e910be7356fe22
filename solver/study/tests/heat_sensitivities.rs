//! What resistances depend on, in studies: the table, the summary, the page, the figure.

use std::path::Path;

use cpo_study::Study;
use cpo_study::plan::Plan;
use cpo_study::present::{figures, report};
use cpo_study::run::{Checkpoints, HeatOutcome, Results, Silent, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::table::Status;
use cpo_study::tabulate::loss_table;

const STUDY: &str = r#"
[study]
name = "sensitivities"

[materials]
silicon = { conductivity = "130 W/(m K)" }
organic = { conductivity = { in_plane = "15 W/(m K)", through = "0.5 W/(m K)" } }

[floorplan.chip]
size = ["1 mm", "1 mm"]
layers = [
    { name = "base", material = "organic", thickness = "200 um" },
    { name = "active", material = "silicon", thickness = "20 um", contact = ["0 m2 K/W", "1e-6 m2 K/W"] },
]
sources = [
    { name = "laser", layer = "active", rectangle = { width = "20 um", length = "300 um" }, array = { count = 2, pitch = "200 um", axis = "x" }, power = "50 mW" },
]

[heat.liquid]
floorplan = "chip"
bottom = { convection = "20000 W/(m2 K)" }
error = 0.02
sensitivities = true
"#;

fn solved(text: &str, kept: &Checkpoints) -> (Study, Plan, Results) {
    let study = Study::parse(text, "text", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, kept, &Silent).unwrap();
    (study, plan, results)
}

fn outcome(results: &Results, point: usize) -> &HeatOutcome {
    results.heats[point].as_ref().unwrap()
}

#[test]
fn table_summary_and_page_say_the_same() {
    let (study, plan, results) = solved(STUDY, &Checkpoints::none());
    let [bare, bonded] = [0, 1].map(|p| outcome(&results, p));
    let names = |o: &HeatOutcome| -> Vec<String> {
        let record = o.sensitivities.as_ref().unwrap();
        record.parameters.iter().map(|p| p.name.clone()).collect()
    };
    assert_eq!(
        names(bonded),
        [
            "conductivity of organic, in plane",
            "conductivity of organic, through",
            "conductivity of silicon",
            "thickness of base",
            "thickness of active",
            "contact below active",
            "convection at bottom"
        ]
    );
    // a contact of nought is none
    assert_eq!(names(bare).len(), 6);
    let record = bonded.sensitivities.as_ref().unwrap();
    // Euler's identity in what is recorded
    for i in 0..2 {
        let own = record.own(i, 2);
        let sum = own[0].value + own[1].value + own[2].value - own[5].value + own[6].value;
        let r = bonded.mean_between(i, i).value;
        assert!((sum / r + 1.0).abs() < 1e-9, "{sum} {r}");
    }
    // a bond of 1e-6 m2 K/W, to first order: what its sensitivity says less than what it adds
    let added = bonded.mean_between(0, 0).value - bare.mean_between(0, 0).value;
    assert!(added > record.own(0, 2)[5].value && record.own(0, 2)[5].value > 0.5 * added);

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("thermal/liquid").unwrap();
    let variable = group.variable("thermal_resistance_sensitivity").unwrap();
    // two contacts, two sources twice, seven parameters
    assert_eq!(group.shape(variable).unwrap(), [2, 2, 2, 7]);
    let axis = group.axis("sensitivity_parameter").unwrap();
    assert_eq!(axis.len(), 7);
    // parameters in the order of their first appearance: the bond comes last
    assert_eq!(variable.status[6], Status::NotComputed);
    assert_eq!(variable.values[4 * 7 + 6], record.own(0, 2)[5].value);
    assert_eq!(variable.values[7 + 3], variable.values[2 * 7 + 3]);

    let cost = Cost::default();
    let brief = summary(&study, &plan, &results, &cost, &[]);
    let strongest = &brief["heat"]["liquid"][1]["own_sensitivities"]["laser1"];
    assert_eq!(strongest.as_array().unwrap().len(), 5);
    let first = record.strongest(0, 2)[0];
    assert_eq!(strongest[0]["parameter"], names(bonded)[first]);
    assert_eq!(strongest[0]["k_per_w"], record.own(0, 2)[first].value);

    let figures = figures(&study, &plan, &results).unwrap();
    let bars: Vec<_> = figures
        .iter()
        .filter(|f| f.name == "heat_liquid_sensitivities")
        .collect();
    assert_eq!(bars.len(), 1);
    let page = report(&study, &plan, &results, &figures, &cost, &[]);
    let page = page.render().unwrap();
    assert!(page.contains("conductivity of organic, through"));
}

/// Of more than sixteen sources the table holds each alone.
#[test]
fn many_sources_have_a_variable_of_their_own() {
    let text = STUDY
        .replace(
            "count = 2, pitch = \"200 um\"",
            "count = 17, pitch = \"50 um\"",
        )
        .replace("[\"0 m2 K/W\", \"1e-6 m2 K/W\"]", "\"1e-6 m2 K/W\"")
        .replace("error = 0.02", "error = 0.3");
    let (study, plan, results) = solved(&text, &Checkpoints::none());
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("thermal/liquid").unwrap();
    assert!(group.variable("thermal_resistance_sensitivity").is_none());
    let own = group
        .variable("thermal_resistance_sensitivity_own")
        .unwrap();
    assert_eq!(group.shape(own).unwrap(), [17, 7]);
    assert!(own.values.iter().all(|v| v.is_finite()));
}

#[test]
fn a_run_that_goes_on_has_them_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let study = Study::parse(STUDY, "text", Path::new("")).unwrap();
    let kept = Checkpoints::beside(&folder.path().join("out"), &study);
    let values = |results: &Results| -> Vec<u64> {
        let record = outcome(results, 1).sensitivities.as_ref().unwrap();
        record.values.iter().map(|v| v.value.to_bits()).collect()
    };
    let (_, _, first) = solved(STUDY, &kept);
    let files = std::fs::read_dir(folder.path().join(".out.unfinished")).unwrap();
    assert_eq!(files.count(), 2);
    let (_, _, second) = solved(STUDY, &kept);
    assert_eq!(values(&first), values(&second));
}

/// Asking for them changes no other number.
#[test]
fn resistances_are_the_same_without() {
    let (_, _, with) = solved(STUDY, &Checkpoints::none());
    let text = STUDY.replace("sensitivities = true", "sensitivities = false");
    let (_, _, without) = solved(&text, &Checkpoints::none());
    assert_eq!(outcome(&with, 1).mean, outcome(&without, 1).mean);
    assert!(outcome(&without, 1).sensitivities.is_none());
}

/// What would prove a spread wrong: the quantiles of what heat meets one after another on its way down, each a closed form of
/// a normal deviate. Heat flows straight, so that the grid is exact.
#[test]
fn deviations_become_quantiles() {
    const Z: f64 = 1.644_853_6;
    let text = r#"
[study]
name = "plate"

[floorplan.plate]
size = ["1 mm", "1 mm"]
layers = [
    { name = "glue", material = { conductivity = "2 W/(m K)" }, thickness = { nominal = "50 um", sigma = "4 um", scope = "die" } },
    { name = "chip", material = { conductivity = "100 W/(m K)" }, thickness = "100 um" },
]
sources = [
    { name = "all", layer = "chip", rectangle = { width = "1 mm", length = "1 mm" }, power = "2 W" },
]

[heat.cooled]
floorplan = "plate"
bottom = { convection = { nominal = "20000 W/(m2 K)", sigma = "1000 W/(m2 K)", scope = "lane" } }
error = 1e-3
"#;
    let (study, plan, results) = solved(text, &Checkpoints::none());
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let outcome = results.heats[0].as_ref().unwrap();
    let spreads = outcome.spreads.as_ref().unwrap().as_ref().unwrap();
    let area = 1e-6;
    // the mean over a source as thick as its layer: a third of its way
    let resistance = |glue: f64, film: f64| (glue / 2.0 + 100e-6 / 300.0 + 1.0 / film) / area;
    let nominal = resistance(50e-6, 2e4);
    assert!((outcome.mean[0].value / nominal - 1.0).abs() < 1e-3);
    let glue = |t: f64| resistance(50e-6 + t * 4e-6, 2e4);
    // a better film is a smaller resistance
    let film = |t: f64| resistance(50e-6, 2e4 - t * 1e3);
    for (name, quantiles, exact) in [
        ("glue", &spreads.mean[0].systematic, [glue(-Z), glue(Z)]),
        ("film", &spreads.mean[0].random, [film(-Z), film(Z)]),
    ] {
        let width = exact[1] - exact[0];
        for (found, exact) in [quantiles[0], quantiles[2]].iter().zip(exact) {
            let off = (found.value - exact).abs();
            // of the width: 1 % for the draws; of the value: what the grid is allowed
            assert!(
                off < 0.01 * width + 1e-3 * exact,
                "{name} {found:?} {exact}"
            );
            assert!(off < found.error, "{name} {found:?} {exact}");
        }
    }
    let rise = &spreads.rise[0].total;
    let resistance = &spreads.mean[0].total;
    for (rise, resistance) in rise.iter().zip(resistance) {
        // 2 W, within the grids of both
        assert!((rise.value / resistance.value / 2.0 - 1.0).abs() < 1e-6);
    }
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("thermal/cooled").unwrap();
    let variable = group
        .variable("thermal_resistance_mean_systematic_p95")
        .unwrap();
    assert_eq!(variable.values, [spreads.mean[0].systematic[2].value]);
    assert_eq!(group.variable("rise_max_p05").unwrap().units, "K");
    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    assert_eq!(
        json["heat"]["cooled"]["spread"]["all"]["rise"]["total_p95_k"],
        spreads.rise[0].total[2].value
    );
    let page = report(&study, &plan, &results, &[], &cost, &[]);
    let section = page.sections.iter().find(|s| s.title == "Heat in cooled");
    let tables = &section.unwrap().tables;
    let mut captions = tables.iter().map(|t| t.caption.as_str());
    assert!(captions.any(|c| c.starts_with("Largest rise over the deviations")));
}

/// A tolerance that nothing has a spread by is told of.
#[test]
fn idle_tolerances_are_told() {
    let text = STUDY.replace(
        "name = \"sensitivities\"",
        "name = \"sensitivities\"\nwavelength = \"1310 nm\"",
    ) + r#"
[fiber.one]
mode_field_diameter = { nominal = "9.2 um", sigma = "0.2 um", scope = "lane" }

[fiber.other]
mode_field_diameter = "9.2 um"

[coupling.joint]
from = "fiber.one"
to = "fiber.other"
gap = { length = "5 um", index = 1.45 }
"#;
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let [warning] = study.warnings.as_slice() else {
        panic!("{:?}", study.warnings)
    };
    assert!(
        warning.message.contains("fiber.one.mode_field_diameter"),
        "{warning}"
    );
}
