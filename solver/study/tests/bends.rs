//! Bends and dispersion in studies: what the table says of them, by what it also says of the guides.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};
use cpo_study::table::{LossTable, Status};
use cpo_study::tabulate::loss_table;

/// A silicon wire, straight and bent by each of two radii.
fn table() -> LossTable {
    let text = r#"
[study]
name = "bends"
wavelength = ["1540 nm", "1550 nm", "1560 nm"]

[parameters]
radius = ["2.5 um", "5 um"]

[cross_section.wire]
window = { x = ["-2.2 um", "2.2 um"], y = ["-1.4 um", "1.6 um"] }
background = { index = 1.444 }
shapes = [
    { name = "core", material = { index = 3.4777 }, rectangle = { width = "450 nm", height = "220 nm" } },
]

[modes.bent]
cross_section = "wire"
count = 1
boundary = { right = { pml = "1 um" } }
bend_radius = "radius"
error = 1e-3

[modes.line]
cross_section = "wire"
count = 1
error = 1e-5
dispersion = true
"#;
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    loss_table(&study, &plan, &results, &[]).unwrap()
}

#[test]
fn a_bend_loses_by_radiation_and_at_its_joints_and_a_line_disperses() {
    let table = table();
    let bent = table.group("waveguide/bent").unwrap();
    let variable = |name: &str| bent.variable(name).unwrap_or_else(|| panic!("no {name}"));
    let (radiation, transition) = (variable("radiation_loss"), variable("transition_loss"));
    for (tight, wide) in (0..3).map(|w| (w, w + 3)) {
        let bar = |v: &cpo_study::table::Variable, k: usize| v.error.as_ref().unwrap()[k];
        // Both fall with the radius, radiation by e-folds.
        assert!(radiation.values[tight] > 30.0 * radiation.values[wide].abs());
        assert!(transition.values[tight] > 3.0 * transition.values[wide]);
        // A joint of 2.5 um is known to a tenth of itself, and none gains.
        assert!(bar(transition, tight) < 0.1 * transition.values[tight]);
        assert!(transition.values[wide] + bar(transition, wide) > 0.0);
    }
    let line = table.group("waveguide/line").unwrap();
    assert!(
        line.variable("transition_loss").is_none() && line.variable("radiation_loss").is_none()
    );
    let dispersion = line.variable("dispersion").unwrap();
    assert_eq!(dispersion.units, "s m-2");
    let index = &line.variable("group_index").unwrap().values;
    // D = (1/c) dn_g/dλ by a central difference over 20 nm: its own error is (Δλ/λ)² of D
    let difference = (index[2] - index[0]) / 20e-9 / 299_792_458.0;
    let (d, bar) = (dispersion.values[1], dispersion.error.as_ref().unwrap()[1]);
    assert_eq!(dispersion.status[1], Status::Ok);
    assert!(
        (d - difference).abs() < 0.05 * d.abs() + bar,
        "{d} {difference} {bar}"
    );
}
