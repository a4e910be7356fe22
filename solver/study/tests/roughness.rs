//! Rough side walls in studies: what they add to the loss, by the laws of the volume-current method.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};
use cpo_study::table::LossTable;
use cpo_study::tabulate::loss_table;

/// A silicon wire whose walls are rough by each of `rms`, on a layer, which is painted first.
fn table(rms: &str) -> LossTable {
    let text = format!(
        r#"
[study]
name = "roughness"
wavelength = "1550 nm"

[parameters]
rms = {rms}

[cross_section.wire]
window = {{ x = ["-1.6 um", "1.6 um"], y = ["-1.5 um", "1.7 um"] }}
background = {{ index = 1.0 }}
layers = [{{ name = "box", material = {{ index = 1.444 }}, thickness = "1.5 um" }}]
shapes = [
    {{ name = "core", material = {{ index = 3.4777, extinction = 1e-6 }}, rectangle = {{ width = "500 nm", height = "220 nm" }}, roughness = {{ rms = "rms", correlation_length = "50 nm" }} }},
]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-4
"#
    );
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    loss_table(&study, &plan, &results, &[]).unwrap()
}

#[test]
fn rough_walls_add_to_the_loss_by_the_square_of_their_roughness() {
    let table = table(r#"["1 nm", "2 nm"]"#);
    let group = table.group("waveguide/wire").unwrap();
    let of = |name: &str| {
        let variable = group.variable(name).unwrap_or_else(|| panic!("no {name}"));
        (variable.values.clone(), variable.error.clone().unwrap())
    };
    let (scattering, scattering_error) = of("scattering_core");
    // S is proportional to rms squared: round-off of the same field
    assert!(
        (scattering[1] / scattering[0] - 4.0).abs() < 1e-9,
        "{scattering:?}"
    );
    let (total, total_error) = of("total_loss");
    let (loss, loss_error) = of("loss");
    for k in 0..2 {
        let sum = loss[k] + scattering[k];
        let bar = total_error[k] + loss_error[k] + scattering_error[k];
        assert!((total[k] - sum).abs() <= bar, "{} {sum} {bar}", total[k]);
        assert!(scattering[k] > 10.0 * scattering_error[k]);
    }
    // one to a few dB/cm at 2 nm and 50 nm: Vlasov and McNab, Opt. Express 12, 1622 (2004), measured 3.6(1) at 445 x 220 nm
    assert!((50.0..800.0).contains(&scattering[1]), "{scattering:?}");
    assert!(
        group.variable("radiation_loss").is_none(),
        "a closed window"
    );
    let fact = group
        .attributes
        .iter()
        .find(|a| a.name == "roughness_rms_core");
    assert_eq!(fact.and_then(|a| a.as_text()), Some("rms"));
}
