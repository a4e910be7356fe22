//! Spreads of guides' numbers over tolerances, against guides that stand where the tolerances put them.

use std::path::Path;

use cpo_study::plan::Plan;
use cpo_study::present::report;
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::table::{Group, LossTable, Status};
use cpo_study::{Study, tabulate::loss_table};

/// Of a normal deviate at p95.
const Z: f64 = 1.644_853_626_951_472_6;

fn solved(text: &str) -> (Study, Plan, Results, LossTable) {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap_or_else(|e| panic!("{e}"));
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    (study, plan, results, table)
}

fn group(text: &str) -> Group {
    solved(text).3.group("waveguide/wire").unwrap().clone()
}

/// Value and error of the first mode.
fn of(group: &Group, name: &str) -> [f64; 2] {
    let variable = group.variable(name);
    let variable = variable.unwrap_or_else(|| panic!("no {name}"));
    let error = variable.error.as_ref().map_or(0.0, |error| error[0]);
    [variable.values[0], error]
}

/// A silicon wire with rough walls; `more` belongs to its modes.
fn wire(width: &str, rms: &str, more: &str) -> String {
    format!(
        r#"
[study]
name = "spread"
wavelength = "1550 nm"

[parameters]
width = {width}
rms = {rms}

[cross_section.wire]
window = {{ x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }}
background = {{ index = 1.447, dn_dt = "1e-5 1/K" }}
shapes = [
    {{ name = "core", material = {{ index = 3.48, extinction = 1e-6, dn_dt = "1.8e-4 1/K" }}, rectangle = {{ width = "width", height = "220 nm" }}, roughness = {{ rms = "rms", correlation_length = "50 nm" }} }},
]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-5
{more}
"#
    )
}

const WIDTH: &str = r#"{ nominal = "500 nm", sigma = "5 nm", scope = "wafer" }"#;
const RMS: &str = r#"{ nominal = "1 nm", sigma = "0.1 nm", scope = "lane" }"#;

/// What would prove it wrong: guides of the widths at p05 and p95 have other numbers than the quantiles over the width, which
/// all lanes share; or scattering, which goes by the square of rms, has other quantiles of each lane than those squares.
#[test]
fn quantiles_lie_where_guides_of_the_tolerances_lie() {
    let (study, plan, results, table) =
        solved(&wire(WIDTH, RMS, "spread = true\ndispersion = true"));
    let spread = table.group("waveguide/wire").unwrap();
    let ends = [-1.0, 1.0].map(|sign: f64| {
        let width = format!("\"{} nm\"", 500.0 + sign * Z * 5.0);
        group(&wire(&width, "\"1 nm\"", "dispersion = true"))
    });
    for name in [
        "effective_index",
        "group_index",
        "loss",
        "absorption_core",
        "scattering_core",
        "total_loss",
        "dispersion",
        "resonance_drift",
    ] {
        let mut anew = ends.each_ref().map(|end| of(end, name));
        anew.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let nominal = of(spread, name);
        assert!(
            anew[0][0] < nominal[0] && nominal[0] < anew[1][0],
            "{name} is not monotone"
        );
        for (quantile, anew) in ["p05", "p95"].into_iter().zip(anew) {
            let found = of(spread, &format!("{name}_systematic_{quantile}"));
            // bars of both, and of the change what order statistics of 8192 draws are off; third orders are in the bar
            let basis = found[1] + anew[1] + 2e-3 * (anew[0] - nominal[0]).abs();
            assert!(
                (found[0] - anew[0]).abs() < basis,
                "{name} {found:?} {anew:?}"
            );
        }
    }
    // the rms moves no mode: the same solve, to round-off
    for name in ["effective_index", "group_index", "loss"] {
        let [low, high] = ["p05", "p95"].map(|q| of(spread, &format!("{name}_random_{q}"))[0]);
        assert!(
            (high - low).abs() < 1e-12 * high.abs(),
            "{name} {low} {high}"
        );
    }
    let [scattering, bar] = of(spread, "scattering_core");
    let [loss, _] = of(spread, "loss");
    for (quantile, z) in [("p05", -Z), ("p50", 0.0), ("p95", Z)] {
        let exact = scattering * (1.0 + 0.1 * z).powi(2);
        let [found, error] = of(spread, &format!("scattering_core_random_{quantile}"));
        // three thousandths of the standard deviation of a fifth: what order statistics of 8192 draws are off
        assert!(
            (found - exact).abs() < 6e-4 * scattering,
            "{quantile} {found} {exact}"
        );
        assert!(error >= bar, "the bar of the number itself stays");
        let [total, _] = of(spread, &format!("total_loss_random_{quantile}"));
        assert!(
            (total - loss - found).abs() < 1e-6 * found + bar,
            "{total} {loss} {found}"
        );
    }
    let words = &spread.variable("effective_index_p05").unwrap().long_name;
    assert!(!words.contains("first order"), "{words}");

    assert_eq!(results.status(), Status::Ok);
    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    let json = &json["modes"]["wire"][0]["modes"][0]["spread"];
    assert_eq!(json["n_g"]["total_p95"], of(spread, "group_index_p95")[0]);
    // dB/m as dB/cm, to round-off
    let total = json["total_loss_db_per_cm"]["random_p05"].as_f64().unwrap();
    assert!((100.0 * total / of(spread, "total_loss_random_p05")[0] - 1.0).abs() < 1e-12);
    let region = &json["scattering_db_per_cm"][0];
    assert_eq!(region["region"], "core");
    assert!(region["total_p50"].as_f64().unwrap() > 0.0);

    let page = report(&study, &plan, &results, &[], &cost, &[]);
    let mut sections = page.sections.iter();
    let section = sections.find(|s| s.title == "Modes of wire").unwrap();
    let tables = section
        .tables
        .iter()
        .filter(|t| t.caption.contains("over the deviations"));
    let columns: Vec<_> = tables
        .clone()
        .flat_map(|t| &t.columns)
        .filter(|c| !c.origin.is_empty())
        .collect();
    // five columns each of n_eff, n_g, total loss, dispersion and drift
    assert_eq!(columns.len(), 25);
    for column in columns {
        let place = column
            .origin
            .strip_prefix("loss_table.h5: /waveguide/wire/")
            .unwrap();
        let name = place.split(' ').next().unwrap();
        assert!(spread.variable(name).is_some(), "no {name}");
    }
}

/// A wire of silicon between two radii of the window's middle.
fn bend(radius: &str, more: &str) -> String {
    format!(
        r#"
[study]
name = "bend"
wavelength = "1550 nm"

[cross_section.wire]
window = {{ x = ["-2.2 um", "2.2 um"], y = ["-1.4 um", "1.6 um"] }}
background = {{ index = 1.444 }}
shapes = [
    {{ name = "core", material = {{ index = 3.4777 }}, rectangle = {{ width = "450 nm", height = "220 nm" }} }},
]

[modes.wire]
cross_section = "wire"
count = 1
boundary = {{ right = {{ pml = "1 um" }} }}
bend_radius = {radius}
error = 1e-3
{more}
"#
    )
}

/// What would prove it wrong: bends of the radii at p05 and p95 radiate, or lose at their joints, otherwise.
#[test]
fn a_bend_deviates_with_its_radius() {
    let deviating = r#"{ nominal = "2.5 um", sigma = "50 nm", scope = "lane" }"#;
    let spread = group(&bend(deviating, "spread = true"));
    let at = |sign: f64| group(&bend(&format!("\"{} um\"", 2.5 + sign * Z * 0.05), ""));
    // a wider bend loses less
    let ends = [at(1.0), at(-1.0)];
    for name in ["radiation_loss", "transition_loss"] {
        let [nominal, _] = of(&spread, name);
        for (quantile, end) in ["p05", "p95"].into_iter().zip(&ends) {
            let anew = of(end, name);
            let found = of(&spread, &format!("{name}_random_{quantile}"));
            let change = (anew[0] - nominal).abs();
            // a hundredth of the change, which has third orders; meshes of one rule at an accuracy of 1e-3 in n_eff, of which
            // the differences keep a fifth of their bars of one hundredth
            let basis = 0.01 * change + 0.002 * nominal;
            assert!(
                (found[0] - anew[0]).abs() < basis,
                "{name} {found:?} {anew:?}"
            );
            let [shared, _] = of(&spread, &format!("{name}_systematic_{quantile}"));
            assert!(
                (shared - nominal).abs() < 1e-12 * nominal,
                "nothing is shared"
            );
        }
    }
}

/// Two modes of a nearly square core, which change places where its width deviates: a mode stays what it is.
#[test]
fn a_mode_is_followed_where_another_overtakes_it() {
    let square = |width: &str, count: usize, more: &str| {
        let wire = wire(width, "\"1 nm\"", more).replace("220 nm", "400 nm");
        wire.replace("count = 1", &format!("count = {count}"))
            .replace("1e-5\n", "1e-4\n")
    };
    let deviating = r#"{ nominal = "404 nm", sigma = "4 nm", scope = "die" }"#;
    let spread = group(&square(deviating, 1, "spread = true"));
    assert!(of(&spread, "te_fraction")[0] > 0.5);
    for (quantile, width) in [("p05", 404.0 - Z * 4.0), ("p95", 404.0 + Z * 4.0)] {
        let found = of(&spread, &format!("effective_index_{quantile}"));
        let both = group(&square(&format!("\"{width} nm\""), 2, ""));
        let indices = &both.variable("effective_index").unwrap().values;
        let te = &both.variable("te_fraction").unwrap().values;
        let own = usize::from(te[0] < te[1]);
        assert_eq!(own, usize::from(width < 400.0), "the modes change places");
        // bars of 1e-4 asked for, and what draws are off of the change of 0.02
        assert!(
            (found[0] - indices[own]).abs() < found[1] + 2e-4,
            "{found:?} {indices:?}"
        );
    }
}

/// A mode that is cut off where the width deviates has no spread, which is a failure of the point and told; the others have.
#[test]
fn a_mode_that_is_cut_off_has_no_spread() {
    let width = r#"{ nominal = "470 nm", sigma = "25 nm", scope = "wafer" }"#;
    let text = wire(width, "\"1 nm\"", "spread = true").replace("count = 1", "count = 3");
    let (study, plan, results, table) = solved(&text.replace("error = 1e-5", "error = 1e-3"));
    let outcome = results.modes[0].as_ref().unwrap();
    assert_eq!(outcome.status(), Status::Failed);
    assert_eq!(results.status(), Status::Failed);
    let worst = outcome.modes.iter().map(|mode| mode.effective_index.status);
    assert!(worst.into_iter().all(|status| status != Status::Failed));
    let group = table.group("waveguide/wire").unwrap();
    let index = group.variable("group_index_p05").unwrap();
    assert_eq!(index.status[0], Status::Ok);
    assert_eq!(index.status[2], Status::Failed);
    let json = summary(&study, &plan, &results, &Cost::default(), &[]);
    let lost = &json["modes"]["wire"][0]["modes"][2]["spread"]["n_g"];
    assert_eq!(lost["status"], "failed");
    let page = report(&study, &plan, &results, &[], &Cost::default(), &[]);
    let told = "failed: its spread: ";
    assert!(
        page.warnings.iter().any(|w| w.contains(told)),
        "{:?}",
        page.warnings
    );
    assert!(
        lost["reason"]
            .as_str()
            .unwrap()
            .contains("no longer guided"),
        "{lost}"
    );
}

/// A wavelength that deviates is one at which the guide is solved.
#[test]
fn conditions_deviate_too() {
    let at = |wavelength: &str, more: &str| {
        let text = wire("\"500 nm\"", "\"1 nm\"", more);
        group(&text.replace("\"1550 nm\"", wavelength))
    };
    let deviating = r#"{ nominal = "1550 nm", sigma = "3 nm", scope = "lane" }"#;
    let spread = at(deviating, "spread = true");
    for (quantile, sign) in [("p05", 1.0), ("p95", -1.0)] {
        let anew = at(&format!("\"{} nm\"", 1550.0 + sign * Z * 3.0), "");
        let (found, anew) = (
            of(&spread, &format!("effective_index_random_{quantile}")),
            of(&anew, "effective_index"),
        );
        let change = (anew[0] - of(&spread, "effective_index")[0]).abs();
        // bars of both, and of the change what order statistics of 8192 draws are off
        let basis = found[1] + anew[1] + 2e-3 * change;
        assert!(change > 100.0 * basis, "{change} {basis}");
        assert!((found[0] - anew[0]).abs() < basis, "{found:?} {anew:?}");
    }
}

/// The same bits on one and two threads, and from what an interrupted run has left, a spread that failed among it.
#[test]
fn threads_and_interruptions_do_not_change_a_bit() {
    let width = r#"{ nominal = "470 nm", sigma = "25 nm", scope = "wafer" }"#;
    let text = wire(width, RMS, "spread = true")
        .replace("count = 1", "count = 3")
        .replace("error = 1e-5", "error = 1e-3")
        .replace("\"1550 nm\"", "[\"1540 nm\", \"1550 nm\"]");
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap_or_else(|e| panic!("{e}"));
    let folder = tempfile::tempdir().unwrap();
    let kept = Checkpoints::beside(&folder.path().join("out"), &study);
    let bits = |results: &Results| format!("{:?}", results.modes);
    let solve = |threads, kept: &Checkpoints| run(&study, &plan, threads, kept, &Silent).unwrap();
    let one = solve(1, &Checkpoints::none());
    assert!(bits(&one).contains("no longer guided"));
    assert_eq!(bits(&one), bits(&solve(2, &kept)));
    let files = || std::fs::read_dir(folder.path().join(".out.unfinished")).unwrap();
    assert_eq!(files().count(), 2, "both points are kept");
    std::fs::remove_file(files().next().unwrap().unwrap().path()).unwrap();
    assert_eq!(bits(&one), bits(&solve(1, &kept)));
}

/// A study may call its tables as it likes.
#[test]
fn a_guide_called_roughness_has_its_spread() {
    let width = r#"{ nominal = "500 nm", sigma = "5 nm", scope = "wafer" }"#;
    let text = wire(width, "\"1 nm\"", "spread = true").replace("error = 1e-5", "error = 1e-3");
    let named = text
        .replace("[cross_section.wire]", "[cross_section.roughness]")
        .replace("cross_section = \"wire\"", "cross_section = \"roughness\"");
    assert_ne!(text, named);
    let [own, other] = [text, named].map(|text| {
        let (_, _, _, table) = solved(&text);
        let group = table.group("waveguide/wire").unwrap();
        ["p05", "p95"].map(|q| {
            group
                .variable(&format!("effective_index_{q}"))
                .unwrap()
                .values[0]
        })
    });
    assert!(own[1] - own[0] > 0.01, "{own:?}");
    assert_eq!(own, other);
}
