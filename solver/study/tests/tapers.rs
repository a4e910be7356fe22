//! Tapers from a study file to every output.

use std::path::Path;

use cpo_materials::{Length, Material, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{Wall, Walls};
use cpo_solver::taper::{Profile, Taper, TaperProblem, TaperSolver};
use cpo_study::plan::Plan;
use cpo_study::present::{figures, report};
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::table::Status;
use cpo_study::{Study, tabulate::loss_table};

/// A slab of nitride, seen through half a window of one cell across: soon solved.
const SLAB: &str = r#"
[study]
name = "slab"
wavelength = ["1500 nm", "1550 nm"]

[parameters]
thin = ["250 nm", "300 nm"]

[materials]
glass = { index = 1.444 }
nitride = { index = 2.0 }

[cross_section.thick]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "800 nm", y = "0 um" } }]

[cross_section.thin]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "thin", y = "0 um" } }]

[taper.slab]
sections = [{ name = "narrowing", from = "thick", to = "thin", length = ["1.5 um", "3 um", "6 um"] }]
modes = 16
error = 1e-3
boundary = { bottom = "magnetic" }
"#;

fn read(text: &str) -> Study {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    study
}

fn solved(text: &str, threads: usize) -> (Study, Plan, Results) {
    let study = read(text);
    let plan = study.plan().unwrap_or_else(|e| panic!("{e}"));
    let results = run(&study, &plan, threads, &Checkpoints::none(), &Silent).unwrap();
    (study, plan, results)
}

/// The same slab made without a study file.
fn slab(thickness: Length) -> CrossSection {
    use cpo_materials::Quantity as _;
    let window = Window {
        x: [0.0, Length::nm(100.0).si()],
        y: [0.0, Length::um(4.0).si()],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.5 * thickness.si(),
        width: Length::um(1.0).si(),
        height: thickness.si(),
    };
    CrossSection::new(window, Material::with_index(1.444))
        .and_then(|s| s.paint("core", Material::with_index(2.0), core))
        .unwrap()
}

/// What would prove the study wrong: another number than the library's for the same taper.
#[test]
fn a_taper_is_the_library_s_and_reaches_every_output() {
    let (study, plan, results) = solved(SLAB, 2);
    assert_eq!(plan.len(), 4);
    let outcomes: Vec<_> = results.tapers.iter().map(|o| o.as_ref().unwrap()).collect();
    let taper = Taper::starting_at(&slab(Length::nm(800.0))).linear(
        "narrowing",
        &slab(Length::nm(300.0)),
        Length::um(1.5),
    );
    let walls = Walls {
        bottom: Wall::Magnetic,
        ..Walls::default()
    };
    let problem = TaperProblem::new(&taper, Wavelength::nm(1550.0)).walled(walls);
    let sets = [1.5, 3.0, 6.0].map(|l| vec![Length::um(l)]);
    let solver = TaperSolver::default().modes(16).error(1e-3);
    let solution = solver.lengths(&sets[1..]).solve(&problem).unwrap();
    for (set, lengths) in outcomes[3].sets.iter().zip(&sets) {
        let through = solution.transmission(lengths).unwrap();
        let loss = through.insertion_loss_db(0, 0).unwrap();
        let own = set.inputs[0].loss_db;
        // Round-off of sizes that are read from text.
        assert!((own.value - loss.value).abs() < 1e-9, "{own:?} {loss:?}");
        assert!((own.error - loss.error).abs() < 1e-9, "{own:?} {loss:?}");
    }
    for outcome in &outcomes {
        assert_eq!(outcome.status(), Status::Ok);
        assert_eq!((outcome.guided, outcome.becomes[0]), ([1, 1], Some(0)));
        for set in &outcome.sets {
            let input = &set.inputs[0];
            let shares = [
                input.transmission[0],
                input.higher_modes,
                input.reflection,
                input.radiated,
            ];
            let sum: f64 = shares.iter().map(|s| s.value).sum();
            let bars: f64 = shares.iter().map(|s| s.error).sum();
            // Each is extrapolated by itself.
            assert!((sum - 1.0).abs() <= bars, "{sum} {shares:?}");
        }
        // Four times as slow, the taper loses less, by far more than its bars.
        let [short, long] = [0, 2].map(|k| outcome.sets[k].inputs[0].loss_db);
        assert!(
            short.value - long.value > 10.0 * (short.error + long.error),
            "{short:?} {long:?}"
        );
    }

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    table.check().unwrap();
    let group = table.group("taper/slab").expect("a group of its own");
    let loss = group.variable("loss").unwrap();
    let axes = ["thin", "temperature", "wavelength", "length", "mode_in"];
    assert_eq!(loss.axes, axes);
    assert_eq!(group.shape(loss).unwrap(), [2, 1, 2, 3, 1]);
    assert_eq!(loss.values[10], outcomes[3].sets[1].inputs[0].loss_db.value);
    let errors = loss.error.as_ref().unwrap();
    assert_eq!(errors[10], outcomes[3].sets[1].inputs[0].loss_db.error);
    assert_eq!(loss.from_plane.as_deref(), Some("cross_section.thick"));
    assert_eq!(loss.to_plane.as_deref(), Some("cross_section.thin"));
    for name in [
        "transmission",
        "higher_modes",
        "reflection",
        "radiated",
        "passivity_residual",
        "reciprocity_residual",
        "becomes",
        "cutoffs",
    ] {
        let variable = group.variable(name).unwrap_or_else(|| panic!("{name}"));
        assert!(variable.values.iter().all(|v| v.is_finite()), "{name}");
    }

    let cost = Cost::default();
    let brief = summary(&study, &plan, &results, &cost, &[]);
    let row = &brief["taper"]["slab"][3]["by_length"][1];
    assert_eq!(row["lengths"]["narrowing"].as_f64(), Some(3e-6));
    assert_eq!(
        row["inputs"][0]["loss_db"].as_f64().unwrap(),
        outcomes[3].sets[1].inputs[0].loss_db.value
    );
    let drawn = figures(&study, &plan, &results).unwrap();
    let names: Vec<&str> = drawn.iter().map(|f| f.name.as_str()).collect();
    let expected = [
        "taper_slab_length",
        "taper_slab_wavelength",
        "taper_slab_along",
    ];
    assert_eq!(names, expected);
    let page = report(&study, &plan, &results, &drawn, &cost, &[]);
    assert!(page.sections.iter().any(|s| s.title == "Taper slab"));
    let estimate = cpo_study::estimate::estimate(&study, &plan).unwrap();
    assert_eq!(estimate[0].name, "taper.slab");
    let cells = outcomes[3].cells;
    // Every slice has two unknowns a cell; the first point's grid differs by the cells about its end.
    assert!(estimate[0].unknowns[0].abs_diff(2 * cells[0]) <= cells[0]);
}

/// What would prove the order of the arithmetic wrong: other bits with another number of threads, or after a run that
/// was broken off.
#[test]
fn threads_and_interruptions_do_not_change_a_bit() {
    let text = SLAB.replace("\"1500 nm\", ", "");
    let (study, plan, one) = solved(&text, 1);
    let bits = |results: &Results| format!("{:?}", results.tapers);
    let folder = tempfile::tempdir().unwrap();
    let kept = Checkpoints::beside(&folder.path().join("out"), &study);
    let first = run(&study, &plan, 2, &kept, &Silent).unwrap();
    assert_eq!(bits(&one), bits(&first));
    let files = || {
        let files = std::fs::read_dir(folder.path().join(".out.unfinished")).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    };
    let all = files();
    assert_eq!(all.len(), 2);
    let made = |path: &Path| path.metadata().unwrap().modified().unwrap();
    let before = made(&all[0]);
    std::fs::remove_file(&all[1]).unwrap();
    let second = run(&study, &plan, 1, &kept, &Silent).unwrap();
    assert_eq!(bits(&one), bits(&second));
    // The one that was left was taken, the other computed.
    assert_eq!(files(), all);
    assert_eq!(made(&all[0]), before);
}

/// What is asked too much is marked, and what is not there is told apart from a number.
#[test]
fn what_is_not_met_or_not_there_is_said() {
    let single = SLAB.replace("[\"1500 nm\", \"1550 nm\"]", "\"1550 nm\"");
    // 1.4 µm guide two even modes; the second is cut off on the way.
    let text = single
        .replace("height = \"800 nm\"", "height = \"1.4 um\"")
        .replace("thin = [\"250 nm\", \"300 nm\"]", "thin = \"300 nm\"")
        .replace("error = 1e-3", "error = 1e-9\nslices = 17\ninputs = 3");
    let (study, plan, results) = solved(&text, 2);
    let outcome = results.tapers[0].as_ref().unwrap();
    assert_eq!(outcome.status(), Status::Unconverged);
    assert_eq!(results.status(), Status::Unconverged);
    assert_eq!(outcome.guided, [2, 1]);
    assert_eq!(outcome.becomes, [Some(0), None]);
    let [cutoff] = outcome.cutoffs.as_slice() else {
        panic!("{:?}", outcome.cutoffs);
    };
    assert_eq!((cutoff.mode, cutoff.guided), (1, false));
    // Even modes of a symmetric slab: V = k₀ t √(n₁² − n₂²)/2 = π, where t = λ/√(n₁² − n₂²).
    let thickness = 1.55e-6 / (2.0_f64.powi(2) - 1.444_f64.powi(2)).sqrt();
    let place = (1.4e-6 - thickness) / (1.4e-6 - 0.3e-6);
    // The wall 4 µm off cuts the mode off a little earlier, and 17 slices are joined by straight lines.
    assert!((cutoff.place - place).abs() < 0.03, "{cutoff:?} {place}");

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("taper/slab").unwrap();
    let loss = group.variable("loss").unwrap();
    assert_eq!(group.shape(loss).unwrap(), [1, 1, 3, 3]);
    assert_eq!(loss.status[0], Status::Unconverged);
    assert_eq!(loss.status[1..3], [Status::NotComputed; 2]);
    assert_eq!(
        loss.reason[1],
        "the mode becomes none that is guided at the end"
    );
    assert_eq!(loss.reason[2], "the start guides fewer modes here");
    let cutoffs = table.group("taper/slab_cutoffs").unwrap();
    assert_eq!(cutoffs.variable("place").unwrap().values, [cutoff.place]);

    // A slab of 5 nm is too weak for a window of 4 µm between electric walls.
    let text = single
        .replace("[\"250 nm\", \"300 nm\"]", "[\"5 nm\", \"300 nm\"]")
        .replace("modes = 16", "modes = 8");
    let (study, plan, results) = solved(&text, 2);
    let reason = results.tapers[0].as_ref().unwrap_err();
    assert!(
        reason.contains("nothing is guided at the end of the taper"),
        "{reason}"
    );
    assert!(results.tapers[1].is_ok());
    let failures = results.failures(&study, &plan);
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].0.starts_with("taper.slab at 1550 nm"),
        "{failures:?}"
    );
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let loss = table.group("taper/slab").unwrap().variable("loss").unwrap();
    assert_eq!(loss.status[0], Status::Failed);
    assert_eq!(&loss.reason[0], reason);
}

/// Lengths of several sections: those of one parameter go together, others are axes of their own, and a step is where a
/// section begins with another cross-section.
#[test]
fn lengths_are_axes_within_a_point() {
    let text = SLAB
        .replace("thin = [", "ends = [\"2 um\", \"4 um\"]\nthin = [")
        .replace(
            "sections = [{ name = \"narrowing\", from = \"thick\", to = \"thin\", length = [\"1.5 um\", \"3 um\", \"6 um\"] }]",
            "sections = [\n    { name = \"narrowing\", from = \"thick\", to = \"thin\", length = \"ends\" },\n    \
             { name = \"between\", from = \"thick\", to = \"thick\", length = [\"1 um\", \"2 um\", \"3 um\"] },\n    \
             { name = \"widening\", from = \"thin\", to = \"thick\", length = \"ends\", profile = { power = 0.5 } },\n    \
             { name = \"lead\", to = \"thick\", length = \"1 um\" },\n]",
        );
    let study = read(&text);
    let plan = study.plan().unwrap();
    // Lengths multiply nothing.
    assert_eq!(plan.tapers.len(), 4);
    let table = study.taper_table("slab").unwrap();
    let axes = study.length_axes(table);
    let names: Vec<(&str, &[usize])> = axes
        .iter()
        .map(|axis| (axis.name.as_str(), axis.sections.as_slice()))
        .collect();
    assert_eq!(names, [("ends", &[0, 2][..]), ("length_between", &[1])]);
    let um = Length::um;
    let sets = study.length_sets(table, &plan.tapers[0].values);
    assert_eq!(sets.len(), 6);
    assert_eq!(sets[1], [um(2.0), um(2.0), um(2.0), um(1.0)]);
    assert_eq!(sets[5], [um(4.0), um(3.0), um(4.0), um(1.0)]);
    let point = &plan.tapers[0];
    let problem = study
        .taper("slab", &point.values, point.wavelength, point.temperature)
        .unwrap();
    assert_eq!(problem.taper().lengths(), sets[0]);
}

/// What would prove steps or the profile wrong: another number than the library's for the same two sections.
#[test]
fn sections_steps_and_profiles_are_the_library_s() {
    let text = SLAB
        .replace("[\"1500 nm\", \"1550 nm\"]", "\"1550 nm\"")
        .replace("[\"250 nm\", \"300 nm\"]", "\"300 nm\"")
        .replace("error = 1e-3", "error = 5e-2")
        .replace(
            "sections = [{ name = \"narrowing\", from = \"thick\", to = \"thin\", length = [\"1.5 um\", \"3 um\", \"6 um\"] }]",
            "sections = [\n    { name = \"lead\", from = \"thick\", to = \"thick\", length = \"1 um\" },\n    \
             { name = \"widening\", from = \"thin\", to = \"thick\", length = [\"2 um\", \"5 um\"], profile = { power = 2.0 } },\n]",
        );
    let (_, _, results) = solved(&text, 2);
    let outcome = results.tapers[0].as_ref().unwrap();
    let [thick, thin] = [800.0, 300.0].map(|t| slab(Length::nm(t)));
    let taper = Taper::starting_at(&thick)
        .straight("lead", Length::um(1.0))
        .step(&thin)
        .shaped("widening", &thick, Length::um(2.0), Profile::Power(2.0));
    let walls = Walls {
        bottom: Wall::Magnetic,
        ..Walls::default()
    };
    let problem = TaperProblem::new(&taper, Wavelength::nm(1550.0)).walled(walls);
    let sets = [2.0, 5.0].map(|l| vec![Length::um(1.0), Length::um(l)]);
    let solver = TaperSolver::default().modes(16).error(5e-2).lengths(&sets);
    let solution = solver.solve(&problem).unwrap();
    for (set, lengths) in outcome.sets.iter().zip(&sets) {
        let loss = solution.transmission(lengths).unwrap();
        let loss = loss.insertion_loss_db(0, 0).unwrap();
        let own = set.inputs[0].loss_db;
        // Round-off of sizes that are read from text.
        assert!((own.value - loss.value).abs() < 1e-9, "{own:?} {loss:?}");
    }
}

#[test]
fn the_example_is_planned_whole() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/studies/inverse_taper.toml");
    let study = Study::read(&file).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap();
    assert_eq!(plan.len(), 6);
    let table = study.taper_table("inverse").unwrap();
    let sets = study.length_sets(table, &plan.tapers[0].values);
    assert_eq!(sets.len(), 31);
    assert_eq!(
        (sets[0][0], sets[30][0]),
        (Length::um(50.0), Length::um(200.0))
    );
}

/// What would prove the spread wrong: other quantiles than the losses of tapers that are that thick and that long. A loss that
/// falls all the way has its p05 and p95 where the parameter has its own.
#[test]
fn deviations_are_those_of_tapers_solved_anew() {
    let with = |thin: &str, length: &str| {
        SLAB.replace("[\"1500 nm\", \"1550 nm\"]", "\"1550 nm\"")
            .replace("thin = [\"250 nm\", \"300 nm\"]", &format!("thin = {thin}"))
            .replace("[\"1.5 um\", \"3 um\", \"6 um\"]", length)
            .replace("error = 1e-3", "error = 2e-4")
    };
    let thin = "{ nominal = \"200 nm\", sigma = \"6 nm\", scope = \"wafer\" }";
    let length = "{ nominal = \"3 um\", sigma = \"150 nm\", scope = \"lane\" }";
    let (study, plan, results) = solved(&with(thin, length), 2);
    let result = &results.tapers[0].as_ref().unwrap().sets[0].inputs[0];
    let spread = result.spread.as_ref().unwrap().as_ref().unwrap();
    let loss = |thin: f64, length: f64| {
        let [thin, length] = [(thin, "nm"), (length, "um")].map(|(v, u)| format!("\"{v} {u}\""));
        let (_, _, results) = solved(&with(&thin, &length), 2);
        results.tapers[0].as_ref().unwrap().sets[0].inputs[0].loss_db
    };
    let z = 1.644_853_6;
    for (name, quantiles, at) in [
        (
            "thickness",
            &spread.systematic,
            [loss(200.0 + z * 6.0, 3.0), loss(200.0 - z * 6.0, 3.0)],
        ),
        (
            "length",
            &spread.random,
            [loss(200.0, 3.0 + z * 0.15), loss(200.0, 3.0 - z * 0.15)],
        ),
    ] {
        let width = (at[1].value - at[0].value).abs();
        for (found, exact) in [quantiles[0], quantiles[2]].iter().zip(at) {
            // of the width: 1 % for the draws, 3 % for the third order at these deviations
            let basis = 0.04 * width;
            let off = (found.value - exact.value).abs();
            assert!(
                off < basis.min(found.error),
                "{name} {found:?} {exact:?} {width}"
            );
        }
        // the bars of both losses are far wider than round-off, and narrower than what deviations do
        assert!(width > 2.0 * result.loss_db.error, "{name} {width}");
    }
    // Independent deviations add by their squares, up to their curvatures.
    let width = |[p05, _, p95]: &[cpo_study::run::Value; 3]| p95.value - p05.value;
    let squares = width(&spread.systematic).hypot(width(&spread.random));
    assert!((width(&spread.total) / squares - 1.0).abs() < 0.05);

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("taper/slab").unwrap();
    let variable = group.variable("loss_systematic_p95").unwrap();
    assert_eq!(variable.values, [spread.systematic[2].value]);
    assert_eq!(variable.axes, group.variable("loss").unwrap().axes);
    let cost = Cost::default();
    let json = summary(&study, &plan, &results, &cost, &[]);
    let row = &json["taper"]["slab"][0]["by_length"][0]["inputs"][0];
    assert_eq!(row["spread"]["random_p05_db"], spread.random[0].value);
    let page = report(&study, &plan, &results, &[], &cost, &[]);
    let section = page
        .sections
        .iter()
        .find(|s| s.title == "Taper slab")
        .unwrap();
    let mut columns = section.tables.iter().flat_map(|t| &t.columns);
    assert!(columns.any(|c| c.title == "random p05 to p95"));
}

/// Where a deviating end guides nothing there is no spread, and the reason says where.
#[test]
fn a_spread_that_fails_says_where() {
    let thin = "{ nominal = \"120 nm\", sigma = \"66 nm\", scope = \"wafer\" }";
    let text = SLAB
        .replace("[\"1500 nm\", \"1550 nm\"]", "\"1550 nm\"")
        .replace("thin = [\"250 nm\", \"300 nm\"]", &format!("thin = {thin}"))
        .replace("[\"1.5 um\", \"3 um\", \"6 um\"]", "\"3 um\"");
    let (study, plan, results) = solved(&text, 2);
    let result = &results.tapers[0].as_ref().unwrap().sets[0].inputs[0];
    assert!(result.loss_db.value.is_finite());
    let reason = result.spread.as_ref().unwrap().as_ref().unwrap_err();
    assert!(reason.contains("with thin = 5.6"), "{reason}");
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let variable = table
        .group("taper/slab")
        .unwrap()
        .variable("loss_p50")
        .unwrap();
    assert!(variable.values[0].is_nan());
    assert_eq!(variable.status, [Status::Failed]);
    assert_eq!(variable.reason, [reason.as_str()]);
    // what was asked for and failed is not passed over
    assert_eq!(results.status(), Status::Failed);
}
