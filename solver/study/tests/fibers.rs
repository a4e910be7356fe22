//! Fibres of a study: elliptic, lensed, multimode.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, CouplingResult, PointDone, Progress, run};

/// Says nothing.
struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &PointDone) {}
    fn end(&self) {}
}

fn study(fiber: &str, gap: f64) -> String {
    format!(
        r#"
[study]
name = "fibres"
wavelength = "1550 nm"

[fiber.a]
{fiber}

[fiber.b]
mode_field_diameter = "6 um"

[coupling.joint]
from = "fiber.a"
to = "fiber.b"
gap = {{ length = "{gap} um", index = 1.45 }}
"#
    )
}

fn coupled(fiber: &str, gap: f64) -> CouplingResult {
    let study = Study::parse(&study(fiber, gap), "text", Path::new(""));
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
