//! Coats and polish of a study reach the coupling and every output.

use std::path::Path;

use cpo_study::run::{Checkpoints, CouplingResult, Silent, run};
use cpo_study::{Study, tabulate::loss_table};

/// Two equal fibres of glass across air.
fn coupled(more: &str) -> CouplingResult {
    let text = format!(
        r#"
[study]
name = "facets"
wavelength = "1550 nm"

[materials]
glass = {{ index = 1.45 }}

[fiber.a]
mode_field_diameter = "10.4 um"
cladding = "glass"

[fiber.b]
mode_field_diameter = "10.4 um"
cladding = "glass"

[coupling.joint]
from = "fiber.a"
to = "fiber.b"
gap = {{ length = "5 um", index = 1.0 }}
{more}
"#
    );
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 1, &Checkpoints::none(), &Silent).unwrap();
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("fibre_chip/joint").unwrap();
    let result = results.couplings[0].as_ref().unwrap().results[0].clone();
    let stored = group.variables.iter().find(|v| v.name == "return_loss");
    assert_eq!(stored.unwrap().values, [result.return_loss_db]);
    result
}

#[test]
fn coats_and_polish_do_what_they_are_for() {
    let bare = coupled("");
    let r = (0.45_f64 / 2.45).powi(2);
    let both = -20.0 * (1.0 - r).log10();
    // waves of the beam's angles instead of normal incidence
    assert!((bare.fresnel_db - both).abs() < 2e-3, "{}", bare.fresnel_db);
    assert!(bare.return_loss_db < 12.0);
    let [least, most] = bare.return_loss_bounds_db;
    assert!(least < bare.return_loss_db && bare.return_loss_db < most);
    // A quarter wave of √1.45 at 1550 nm on both ends.
    let coat = "[{ index = 1.2042, thickness = \"321.79 nm\" }]";
    let coated = coupled(&format!("fiber_coat = {coat}\nchip_coat = {coat}"));
    assert!(coated.fresnel_db < 1e-3, "{}", coated.fresnel_db);
    assert!(coated.return_loss_db > 50.0, "{}", coated.return_loss_db);
    // What is mismatch stays mismatch, but for coats being half a micrometre more to cross: 0.009 dB × (5.5/5)².
    let apart = coated.mode_mismatch_db.value - bare.mode_mismatch_db.value;
    assert!(apart.abs() < 3e-3, "{apart}");
    // Turned so that the refracted light goes straight on: the fibre's own end no longer looks back.
    let leaving = (1.45 * 8.0_f64.to_radians().sin()).asin().to_degrees();
    let tilt = 8.0 - leaving;
    let angled = coupled(&format!("polish_y = \"8 deg\"\ntilt_y = \"{tilt} deg\""));
    assert!((angled.mode_mismatch_db.value - bare.mode_mismatch_db.value).abs() < 0.01);
    // The other end, upright to the light, still does.
    let other = -10.0 * (r * (1.0 - r).powi(2)).log10();
    assert!(
        (angled.return_loss_db - other).abs() < 0.1,
        "{} {other}",
        angled.return_loss_db
    );
    let wrong = coupled(&format!("polish_y = \"8 deg\"\ntilt_y = \"{} deg\"", -tilt));
    assert!(wrong.mode_mismatch_db.value > bare.mode_mismatch_db.value + 1.0);
}
