//! Deviations of a study reach the coupling, the loss table, the summary and the report.

use std::f64::consts::LN_10;
use std::path::Path;

use cpo_study::plan::Plan;
use cpo_study::present::{figures, report};
use cpo_study::run::{Checkpoints, CouplingResult, Results, Silent, run};
use cpo_study::study::Freedom;
use cpo_study::summary::{Cost, summary};
use cpo_study::table::Status;
use cpo_study::{Study, tabulate::loss_table};

/// Two equal fibres in gel.
fn joint(more: &str) -> String {
    format!(
        r#"
[study]
name = "joint"
wavelength = "1550 nm"

[fiber.a]
mode_field_diameter = "10.4 um"

[fiber.b]
mode_field_diameter = "10.4 um"

[coupling.joint]
from = "fiber.a"
to = "fiber.b"
gap = {{ length = "2 um", index = 1.45 }}
{more}
"#
    )
}

fn solved(text: &str) -> (Study, Plan, Results) {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    (study, plan, results)
}

fn first(results: &Results) -> &CouplingResult {
    &results.couplings[0].as_ref().unwrap().results[0]
}

const WAIST: f64 = 5.2e-6;
/// Loss in dB of an offset by one waist.
const DB: f64 = 10.0 / LN_10;
/// |z| of a normal deviate is below this with probability 0.5 and 0.95.
const HALF_NORMAL: [f64; 2] = [0.674_49, 1.959_96];

/// What would prove the spread wrong: the quantiles of a loss that is the square of a normal deviate, and their parts.
#[test]
fn deviations_become_quantiles_and_yields() {
    let text = joint(
        r#"
placement = { x = [{ sigma = "0.6 um", scope = "die" }, { sigma = "0.8 um", scope = "lane" }] }
fiber_array = { fibers = 4, pitch = "250 um" }
monte_carlo = { samples = 8192, budget = "0.16 dB" }
cuts = { z = { from = "-2 um", to = "10 um", points = 3 }, tilt_x = ["-1 deg", "1 deg"] }
"#,
    );
    let (study, plan, results) = solved(&text);
    let result = first(&results);
    let spread = result.alignment.spread.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(spread.samples, 8192);
    for (part, sigma) in [
        (&spread.loss.total, 1.0),
        (&spread.loss.systematic, 0.6),
        (&spread.loss.random, 0.8),
    ] {
        for (value, z) in part[1..].iter().zip(HALF_NORMAL) {
            let exact = DB * (z * sigma * 1e-6 / WAIST).powi(2) + result.loss_db.value;
            // four standard errors; the gap takes 2·10⁻³ of an offset's loss; 4·10⁻⁴ dB that a draw leaves out
            let basis = 4.0 * value.error + 2e-3 * exact + 5e-4;
            assert!(
                (value.value - exact).abs() < basis,
                "{} {exact} {basis}",
                value.value
            );
        }
    }
    // within 1 µm, one standard deviation, for a lane; less often for all four
    let (lane, engine) = (spread.lane_yield, spread.engine_yield);
    assert!(
        (lane.value - 0.68).abs() < 4.0 * lane.error + 0.02,
        "{lane:?}"
    );
    assert!(
        engine.value < lane.value && engine.value > lane.value.powi(4),
        "{engine:?}"
    );

    // equal Gaussians: C_xx = 10/ln 10 w⁻²; k_z of all waves a little less than k: (kw)⁻² = 10⁻³
    let exact = DB / (WAIST * WAIST);
    assert!((result.alignment.tensor[0][0] / exact - 1.0).abs() < 3e-3);
    let tilt = result.tolerance(Freedom::TiltX);
    let closed = (LN_10 / 10.0).sqrt() * 1.55e-6 / (std::f64::consts::PI * 1.45 * WAIST);
    assert!((tilt / closed - 1.0).abs() < 3e-3, "{tilt} {closed}");
    // along z the loss grows from contact on; a tilt does not know left from right
    let [z, tilts] = [0, 1].map(|c: usize| &result.alignment.cuts[c]);
    assert!(z[0] < z[1] && z[1] < z[2], "{z:?}");
    // round-off of the sums, and what they leave out of both alike
    assert!((tilts[0] - tilts[1]).abs() < 1e-9, "{tilts:?}");

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table
        .groups
        .iter()
        .find(|g| g.path == "fibre_chip/joint")
        .unwrap();
    let variable = |name: &str| group.variables.iter().find(|v| v.name == name).unwrap();
    assert_eq!(variable("loss_p95").values, [spread.loss.total[2].value]);
    assert_eq!(variable("engine_yield").values, [engine.value]);
    assert_eq!(variable("misalignment_x_tilt_x").units, "dB/(m rad)");
    assert_eq!(variable("misalignment_zz").units, "dB/m2");
    assert_eq!(variable("loss_along_z").axes.last().unwrap(), "cut_z");
    assert_eq!(variable("loss_along_z").values.len(), 3);

    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    let row = &json["coupling"]["joint"][0];
    assert_eq!(row["spread"]["total_p95_db"], spread.loss.total[2].value);
    assert!(row["tolerance_1db"]["z"].as_f64().unwrap() > 5e-5);
    let shown = figures(&study, &plan, &results).unwrap();
    for name in ["coupling_joint_cuts", "coupling_joint_tilts"] {
        assert!(shown.iter().any(|f| f.name == name), "{name}");
    }
    let page = report(&study, &plan, &results, &shown, &cost, &[]);
    let section = page
        .sections
        .iter()
        .find(|s| s.title == "Coupling joint")
        .unwrap();
    let titles = section
        .tables
        .iter()
        .flat_map(|t| &t.columns)
        .map(|c| c.title.as_str());
    assert!(
        titles.clone().any(|t| t == "good engines"),
        "{:?}",
        titles.collect::<Vec<_>>()
    );
}

/// A tolerance of the gap's length, and one at an offset, count as the fibre's.
#[test]
fn tolerances_in_place_count() {
    let text = joint("").replace(
        r#"length = "2 um""#,
        r#"length = { nominal = "20 um", sigma = "4 um", scope = "lane" }"#,
    );
    let (_, _, results) = solved(&text);
    let result = first(&results);
    let spread = result.alignment.spread.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(
        spread.loss.systematic[0].value,
        spread.loss.systematic[2].value
    );
    // 10 log₁₀(1 + (λz/2πnw²)²) at z = 20 µm ± 1.645 × 4 µm
    let loss = |z: f64| {
        let z = 1.55e-6 * z / (2.0 * std::f64::consts::PI * 1.45 * WAIST * WAIST);
        10.0 * (1.0 + z * z).log10()
    };
    for (value, z) in [
        (spread.loss.total[0], -1.645),
        (spread.loss.total[2], 1.645),
    ] {
        let exact = loss((20.0 + 4.0 * z) * 1e-6);
        // 4·10⁻⁴ dB that a draw leaves out
        assert!(
            (value.value - exact).abs() < 4.0 * value.error + 2e-3,
            "{value:?} {exact}"
        );
    }
    let text = joint(r#"offset_x = { nominal = "1 um", sigma = "0.5 um", scope = "die" }"#);
    let (_, _, results) = solved(&text);
    let result = first(&results);
    assert!((result.offset[0] - 1e-6).abs() < 1e-20);
    let spread = result.alignment.spread.as_ref().unwrap().as_ref().unwrap();
    assert!(spread.loss.total[0].value < result.loss_db.value - 0.05);
    assert!(spread.loss.total[2].value > result.loss_db.value + 0.05);
    assert_eq!(spread.loss.random[0].value, spread.loss.random[2].value);
}

/// A guide whose width spreads over the wafer: the loss at either width, solved by itself, brackets the quantiles.
#[test]
fn a_parameter_of_the_guide_spreads() {
    let guide = |width: &str| {
        format!(
            r#"
[study]
name = "tip"
wavelength = "1550 nm"

[parameters]
width = {width}

[cross_section.tip]
window = {{ x = ["-6 um", "6 um"], y = ["-6 um", "6 um"] }}
background = {{ index = 1.444 }}
shapes = [{{ name = "core", material = {{ index = 1.6 }}, rectangle = {{ width = "width", height = "700 nm", bottom = "-350 nm" }} }}]

[modes.tip]
cross_section = "tip"
count = 1
error = 1e-4

[fiber.lensed]
mode_field_diameter = "4 um"

[coupling.facet]
from = "fiber.lensed"
to = "modes.tip"
gap = {{ length = "1 um", index = 1.444 }}
"#
        )
    };
    let (_, _, spread) = solved(&guide(
        r#"{ nominal = "800 nm", sigma = "60 nm", scope = "wafer" }"#,
    ));
    let result = first(&spread);
    let spread = result.alignment.spread.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(spread.loss.random[0].value, spread.loss.random[2].value);
    let at = |width: f64| {
        let (_, _, results) = solved(&guide(&format!("\"{width} nm\"")));
        first(&results).loss_db.value
    };
    // ±1.645 σ
    let ends = [at(800.0 - 98.7), at(800.0 + 98.7)];
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    assert!(high - low > 0.1, "the width matters: {low} {high}");
    // the loss is nearly straight over the spread; its deviating modes to 10⁻³ of n_eff: 1 % of the change
    let basis = 0.02 * (high - low) + 2.0 * result.loss_db.error;
    assert!(
        (spread.loss.total[0].value - low).abs() < basis,
        "{:?} {low}",
        spread.loss.total
    );
    assert!(
        (spread.loss.total[2].value - high).abs() < basis,
        "{:?} {high}",
        spread.loss.total
    );
}

/// A coupling is as good as the worst of its loss and what deviations make of it: without a spread that was asked for it has failed, as
/// a taper has, and a spread about a loss that missed its error has missed it too.
#[test]
fn a_spread_that_is_not_known_counts() {
    let text = |sigma: &str| {
        format!(
            r#"
[study]
name = "tip"
wavelength = "1550 nm"

[cross_section.tip]
window = {{ x = ["-6 um", "6 um"], y = ["-6 um", "6 um"] }}
background = {{ index = 1.444 }}
shapes = [{{ name = "core", material = {{ index = 1.6 }}, rectangle = {{ width = {{ nominal = "800 nm", sigma = "{sigma}", scope = "wafer" }}, height = "700 nm", bottom = "-350 nm" }} }}]

[modes.tip]
cross_section = "tip"
count = 1
error = 1e-3

[fiber.lensed]
mode_field_diameter = "2 um"

[coupling.facet]
from = "fiber.lensed"
to = "modes.tip"
gap = {{ length = "1 um", index = 1.444 }}
error = "1 dB"
"#
        )
    };
    // √3 times that is more than the width itself
    let (study, plan, results) = solved(&text("500 nm"));
    let outcome = results.couplings[0].as_ref().unwrap();
    assert_eq!(outcome.results[0].loss_db.status, Status::Ok);
    let spread = outcome.results[0].alignment.spread.as_ref().unwrap();
    let reason = spread.as_ref().unwrap_err();
    assert_eq!(outcome.status(), Status::Failed, "{reason}");
    assert_eq!(results.status(), Status::Failed);
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let mut groups = table.groups.iter();
    let facet = groups.find(|g| g.path == "fibre_chip/facet").unwrap();
    let p95 = facet.variables.iter().find(|v| v.name == "loss_p95");
    assert_eq!(p95.unwrap().status, [Status::Failed]);
    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    assert_eq!(json["coupling"]["facet"][0]["status"], "failed");
    let page = report(&study, &plan, &results, &[], &cost, &[]);
    let (place, _) = reason.split_once(':').unwrap();
    let told = format!("{:?}", page.sections);
    assert!(told.contains(place), "the page does not say why: {place}");

    let (_, _, results) = solved(&text("10 nm"));
    assert_eq!(results.couplings[0].as_ref().unwrap().status(), Status::Ok);

    // two fibres, of which no loss is told to 10⁻¹⁵ dB
    let placement = r#"placement = { x = { sigma = "0.6 um", scope = "lane" } }"#;
    for (error, status) in [("0.01 dB", Status::Ok), ("1e-15 dB", Status::Unconverged)] {
        let (_, _, results) = solved(&joint(&format!("{placement}\nerror = \"{error}\"")));
        let result = first(&results);
        assert_eq!(result.loss_db.status, status);
        let spread = result.alignment.spread.as_ref().unwrap().as_ref().unwrap();
        let [total, random] = [&spread.loss.total, &spread.loss.random];
        let all = total.iter().chain(random);
        assert!(all.clone().all(|v| v.status == status), "{error}");
        assert_eq!(results.status(), status);
    }
}
