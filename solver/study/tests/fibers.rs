//! Fibres of a study: elliptic, lensed, multimode, by class, keeping polarisation, by the field at their end.

use std::fmt::Write as _;
use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, CouplingResult, Silent, run};

fn study(fiber: &str, gap: f64) -> String {
    into("mode_field_diameter = \"6 um\"", fiber, gap)
}

fn into(receiver: &str, fiber: &str, gap: f64) -> String {
    format!(
        r#"
[study]
name = "fibres"
wavelength = "1550 nm"

[fiber.a]
{fiber}

[fiber.b]
{receiver}

[coupling.joint]
from = "fiber.a"
to = "fiber.b"
gap = {{ length = "{gap} um", index = 1.45 }}
"#
    )
}

fn coupled(fiber: &str, gap: f64) -> CouplingResult {
    solved(&study(fiber, gap), Path::new(""))
}

fn solved(text: &str, directory: &Path) -> CouplingResult {
    let study = Study::parse(text, "text", directory);
    let study = study.unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    results.couplings[0].as_ref().unwrap().results[0].clone()
}

/// What would prove the axes wrong: the mismatch of an ellipse with a circle, axis by axis.
#[test]
fn an_elliptic_fibre() {
    let result = coupled(r#"mode_field_diameter = { x = "10 um", y = "6 um" }"#, 0.0);
    let mismatch: f64 = 2.0 * 10.0 * 6.0 / (100.0 + 36.0);
    let exact = -10.0 * mismatch.log10();
    // vector parts of the smaller waist, (kw)⁻² = 3·10⁻³ of a wave's angles squared
    assert!(
        (result.mode_mismatch_db.value - exact).abs() < 3e-3,
        "{}",
        result.mode_mismatch_db.value
    );
    let [x, y] = [0, 1].map(|c: usize| result.alignment.tensor[c][c]);
    // 10/ln 10 · 2/(w₁² + w₂²) along either axis
    assert!((x / y - 36.0 * 2.0 / 136.0).abs() < 3e-3, "{x} {y}");
}

/// A lensed fibre couples best where its waist lies on the facet, and as its waist does.
#[test]
fn a_lensed_fibre() {
    let lensed = "mode_field_diameter = \"6 um\"\nworking_distance = \"12 um\"";
    let [near, focus, far] = [6.0, 12.0, 18.0].map(|gap| coupled(lensed, gap));
    assert!(focus.mode_mismatch_db.value < near.mode_mismatch_db.value - 0.05);
    assert!(focus.mode_mismatch_db.value < far.mode_mismatch_db.value - 0.05);
    let waist = coupled("mode_field_diameter = \"6 um\"", 0.0);
    let difference = focus.mode_mismatch_db.value - waist.mode_mismatch_db.value;
    // both planes sample the beam to 10⁻⁵ of its power
    assert!(difference.abs() < 1e-4, "{difference}");
    // towards the facet and away alike: the loss is even about the focus, to the vector parts
    assert!((near.mode_mismatch_db.value - far.mode_mismatch_db.value).abs() < 3e-3);
}

#[test]
fn a_fibre_of_several_modes_must_be_meant() {
    let core = r#"core_radius = "6 um"
core_index = 1.45
cladding = { index = 1.444 }"#;
    let text = study(core, 1.0);
    let refused = Study::parse(&text, "text", Path::new("")).unwrap().plan();
    let message = refused.unwrap_err().to_string();
    for part in ["multimode", "cut-off", "text:6", "multimode = true"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let meant = coupled(&format!("{core}\nmultimode = true"), 1.0);
    assert!(meant.loss_db.value > 0.0 && meant.loss_db.value < 3.0);
}

/// What would prove a stated polarisation wrong: Malus's law.
#[test]
fn a_fibre_that_keeps_polarisation() {
    let receiver = "mode_field_diameter = \"6 um\"\npolarization_angle = \"10 deg\"";
    let at = |angle: f64| {
        let beam = format!("mode_field_diameter = \"8 um\"\npolarization_angle = \"{angle} deg\"");
        solved(&into(receiver, &beam, 2.0), Path::new(""))
    };
    let [along, across] = [at(10.0), at(100.0)];
    for angle in [0.0, 40.0, 85.0] {
        let result = at(angle);
        let malus = -20.0 * (angle - 10.0_f64).to_radians().cos().log10();
        let excess = result.mode_mismatch_db.value - along.mode_mismatch_db.value;
        // E turns as one vector, its longitudinal part too, but for the receiver's small cross-polarised part of (kw)⁻²
        assert!((excess - malus).abs() < 1e-2, "{angle}: {excess} {malus}");
        assert!(result.pdl_db.is_nan());
    }
    assert_eq!(at(40.0).polarisation(), "40 deg");
    // extinct, and no failure: what is asked for is an efficiency then
    assert!(across.loss_db.value > 60.0, "{:?}", across.loss_db);
    assert_eq!(across.loss_db.status.name(), "ok");
    // unless stated, the field of one is along that of the other
    let follows = solved(
        &into(receiver, "mode_field_diameter = \"8 um\"", 2.0),
        Path::new(""),
    );
    assert_eq!(follows.polarisation(), "10 deg");
    // the same numbers summed in another order
    assert!((follows.loss_db.value - along.loss_db.value).abs() < 1e-10);
}

#[test]
fn a_fibre_by_its_class() {
    let joint = into(
        "mode_field_diameter = \"10.4 um\"",
        "class = \"SMF-28\"",
        0.0,
    );
    let result = solved(&joint, Path::new(""));
    // an HE₁₁ of V = 2.07 is a Gaussian within one per cent
    assert!(
        result.loss_db.value > 0.0 && result.loss_db.value < 0.05,
        "{:?}",
        result.loss_db
    );
    let refused = joint.replace("1550 nm", "980 nm");
    let refused = Study::parse(&refused, "text", Path::new(""))
        .unwrap()
        .plan();
    let message = refused.unwrap_err().to_string();
    for part in [
        "SMF-28 carries no single mode at 980 nm",
        "1260 nm to 1625 nm",
        "text:6",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_core_by_its_numerical_aperture() {
    let core = |index: &str| {
        let text = format!(
            "core_radius = \"1.2 um\"\ncladding = {{ index = 1.444 }}\ncore_index = {index}"
        );
        coupled(&text, 0.0).loss_db.value
    };
    let index = 1.444_f64.hypot(0.35);
    // round-off of the index
    assert!((core("{ numerical_aperture = 0.35 }") - core(&index.to_string())).abs() < 1e-12);
}

/// Titles and one line a point of a grid over ±12 µm.
fn file(name: &str, titles: &str, field: impl Fn(f64, f64) -> Vec<f64>) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut text = format!("# a near field\n{titles}\n");
    for i in 0..=96 {
        for j in 0..=80 {
            let (x, y) = (0.25 * f64::from(i) - 12.0, 0.3 * f64::from(j) - 12.0);
            write!(text, "{x}, {y}").unwrap();
            for value in field(x, y) {
                write!(text, ", {value:e}").unwrap();
            }
            text += "\n";
        }
    }
    std::fs::write(directory.path().join(name), text).unwrap();
    directory
}

/// A Gaussian of 8 µm by its values couples as one by its diameter does, within the error bar; a slanted phase as a tilt
/// does, and circular light half.
#[test]
fn a_field_from_a_file() {
    let gaussian = |x: f64, y: f64| (-(x * x + y * y) / 16.0).exp();
    let by_diameter = coupled("mode_field_diameter = \"8 um\"", 3.0);
    let by_values = |titles: &str, values: &dyn Fn(f64, f64) -> Vec<f64>, gap: f64| {
        let directory = file("near.csv", titles, values);
        solved(&study("field = \"near.csv\"", gap), directory.path())
    };
    let intensity = by_values(
        "x [um], y [um], intensity",
        &|x, y| vec![gaussian(x, y).powi(2)],
        3.0,
    );
    let [exact, found] = [&by_diameter, &intensity].map(|r| r.mode_mismatch_db);
    // the vector part that a field by its values lacks, (kw)⁻⁴ of 10⁻³
    assert!(
        (exact.value - found.value).abs() < found.error + 1e-4,
        "{exact:?} {found:?}"
    );
    println!("{exact:?} {found:?}");
    assert_eq!(found.status.name(), "ok");

    let wavenumber = std::f64::consts::TAU * 1.45 / 1.55;
    let slope = wavenumber * 3.0_f64.to_radians().sin();
    let slanted = by_values(
        "x [um], y [um], E_re, E_im",
        &|x, y| {
            [(slope * x).cos(), (slope * x).sin()]
                .map(|p| p * gaussian(x, y))
                .to_vec()
        },
        0.0,
    );
    // θ₀² of two Gaussians: 2 (1/w₁² + 1/w₂²)⁻¹ (k θ/2)², as a loss 10/ln 10 (kθ)² w₁²w₂²/(2 (w₁² + w₂²))
    let tilt = 10.0 / std::f64::consts::LN_10 * slope.powi(2) * 16.0 * 9.0 / (2.0 * 25.0);
    let at_rest = coupled("mode_field_diameter = \"8 um\"", 0.0);
    let excess = slanted.mode_mismatch_db.value - at_rest.mode_mismatch_db.value;
    // paraxial, θ² = 3·10⁻³ of it
    assert!((excess / tilt - 1.0).abs() < 3e-3, "{excess} {tilt}");

    let circular = by_values(
        "x [um], y [um], Ex_re, Ey_re, Ey_im",
        &|x, y| vec![gaussian(x, y), 0.0, gaussian(x, y)],
        3.0,
    );
    let half = circular.mode_mismatch_db.value - found.value;
    // the receiver's cross-polarised part of (kw)⁻²
    assert!((half - 10.0 * 2.0_f64.log10()).abs() < 1e-3, "{half}");
    assert_eq!(circular.polarisation(), "its own");
}

#[test]
fn a_field_that_makes_no_sense() {
    let told = |text: &str| {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("near.csv"), text).unwrap();
        let study = study("field = \"near.csv\"", 1.0);
        Study::parse(&study, "text", directory.path())
            .unwrap_err()
            .to_string()
    };
    let grid = |line: &dyn Fn(u32, u32) -> String| {
        let mut text = String::from("x [um],y [um],intensity\n");
        for (i, j) in (0..9).flat_map(|i| (0..9).map(move |j| (i, j))) {
            text += &line(i, j);
        }
        text
    };
    let cases = [
        (
            String::new(),
            "columns \"x [um]\" and \"y [um]\" are needed",
        ),
        (
            String::from("x,y [um],intensity\n"),
            "needs a unit of length",
        ),
        (
            String::from("x [s],y [um],intensity\n"),
            "needs a unit of length",
        ),
        (
            String::from("x [um],y [um],E_im\n"),
            "the field is needed in one way",
        ),
        (String::from("x [um],y [um],power\n"), "no column \"power\""),
        (
            grid(&|i, j| format!("{i},{j},1\n"))
                .lines()
                .take(40)
                .fold(String::new(), |t, l| t + l + "\n"),
            "at least 8",
        ),
        (
            grid(&|i, j| {
                if (i, j) == (4, 4) {
                    String::new()
                } else {
                    format!("{i},{j},1\n")
                }
            }),
            "has none at x = 4 um, y = 4 um",
        ),
        (
            grid(&|i, j| format!("{i},{},1\n", if (i, j) == (4, 5) { 4 } else { j })),
            "line 43: the point x = 4 um, y = 4 um comes twice",
        ),
        (
            grid(&|i, j| format!("{i},{j},{}\n", if (i, j) == (0, 3) { "nan" } else { "1" })),
            "line 5: \"nan\" in column 3",
        ),
        (
            grid(&|i, j| format!("{i},{j},{}\n", if (i, j) == (0, 3) { "-1" } else { "1" })),
            "an intensity cannot be -1",
        ),
        (grid(&|i, j| format!("{i},{j},0\n")), "its power"),
        (
            grid(&|i, j| {
                if i == 2 {
                    format!("{i},{j}\n")
                } else {
                    format!("{i},{j},1\n")
                }
            }),
            "line 20",
        ),
    ];
    for (text, part) in cases {
        let message = told(&text);
        assert!(message.contains(part), "{part}: {message}");
        assert!(
            message.contains("text:7") && message.contains("near.csv"),
            "{message}"
        );
    }
    let missing = Study::parse(&study("field = \"none.csv\"", 1.0), "text", Path::new(""));
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .contains("cannot read the field none.csv")
    );
}
