//! The drift of a resonance, by what a resonance is.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};

/// n_eff and the drift, m/K, of the first mode of a silicon wire.
fn wire(wavelength_nm: f64, celsius: f64) -> (f64, f64) {
    let text = format!(
        r#"
[study]
name = "ring"
wavelength = "{wavelength_nm} nm"
temperature = "{celsius} degC"

[cross_section.wire]
window = {{ x = ["-1.6 um", "1.6 um"], y = ["-1.5 um", "1.7 um"] }}
background = "SiO2 Malitson 1965"
shapes = [
    {{ name = "core", material = "Si Li 1980", trapezoid = {{ width = "450 nm", height = "220 nm", bottom = "0 nm", sidewall_from_normal = "0 deg" }} }},
]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-5
"#
    );
    let study = Study::parse(&text, "text", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let mode = &results.modes[0].as_ref().unwrap().modes[0];
    let drift = mode.resonance_drift;
    assert!(drift.error < 1e-2 * drift.value, "{drift:?}");
    (mode.effective_index.value, drift.value)
}

/// A ring of fixed length resonates where n_eff/λ is what it was.
#[test]
fn a_resonance_drifts_to_where_its_phase_returns() {
    let (wavelength, kelvin) = (1550.0, 8.0);
    let (cold, drift) = wire(wavelength, 20.0);
    let moved = wavelength + 1e9 * drift * kelvin;
    let (hot, _) = wire(moved, 20.0 + kelvin);
    let phase = (hot / moved) / (cold / wavelength) - 1.0;
    // without the drift it would be this
    let unmoved = 1e9 * drift * kelvin / wavelength;
    println!(
        "{:.2} pm/K, phase {phase:.1e} of {unmoved:.1e}",
        1e12 * drift
    );
    // second order in 8 K, and n_eff to some 1e-6: 4 % of it
    assert!(phase.abs() < 0.04 * unmoved, "{phase} {unmoved}");
    // silicon wires: 70 to 85 pm/K are measured, e.g. 83 (Shi et al., Open Phys. 2023, 10.1515/phys-2023-0138)
    assert!((60e-12..95e-12).contains(&drift), "{drift}");
}
