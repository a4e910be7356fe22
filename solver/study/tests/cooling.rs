//! What cools a floorplan and how its power is spread, as studies say it.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, HeatOutcome, Silent, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::tabulate::loss_table;

/// Tiles of 1.5, 0.5, 0 and 1 W from left to right, and a small source far right.
const STUDY: &str = r#"
[study]
name = "cooling"

[materials]
resin = { conductivity = "0.5 W/(m K)" }
bumps = { columns = { conductivity = "60 W/(m K)" }, matrix = "resin", fill = 0.2 }
silicon = { conductivity = { value = "148 W/(m K)", exponent = 1.3, reference_temperature = "300 K", range = ["250 K", "500 K"] } }

[floorplan.board]
size = ["10 mm", "4 mm"]
layers = [
    { name = "board", material = "resin", thickness = "500 um" },
    { name = "bumps", material = "bumps", thickness = "70 um" },
    { name = "die", material = "silicon", thickness = "300 um" },
]
sources = [
    { name = "chip", layer = "die", rectangle = { width = "4 mm", length = "1 mm", x = "-1 mm" }, power_map = "maps/tiles.csv" },
    { name = "spot", layer = "die", rectangle = { width = "1 mm", length = "1 mm", x = "4 mm" }, power = "1 W" },
]

[heat.water]
floorplan = "board"
ambient = "25 degC"
top = { convection = "20000 W/(m2 K)", flow = { capacity_rate = "0.5 W/K", towards = "right" } }
bottom = { convection = "10 W/(m2 K)", emissivity = 0.9 }
error = 1e-2
"#;

fn study(text: &str) -> Study {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    Study::parse(text, "text", &folder).unwrap_or_else(|error| panic!("{error}"))
}

fn solved(text: &str) -> HeatOutcome {
    let study = study(text);
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    results.heats[0].clone().unwrap()
}

#[test]
fn a_cold_plate_warms_its_coolant() {
    let outcome = solved(STUDY);
    // what the tiles say, in their own units
    assert_eq!(outcome.powers, [3.0, 1.0]);
    let out: f64 = outcome.heat_out.iter().map(|v| v.value).sum();
    assert!((out - 4.0).abs() < 1e-7, "{out}");
    let (face, leaves) = &outcome.outlets[0];
    assert_eq!(face, "top");
    // nearly all by the top: 4 W into 0.5 W/K
    let heat = outcome.heat_out[5].value;
    assert!((3.9..4.0).contains(&heat), "{heat}");
    assert!((leaves.value - 298.15 - heat / 0.5).abs() < 1e-9);
    // downstream the spot sees the chip's heat in the coolant, 2 K/W and more; upstream little comes back
    let (down, up) = (
        outcome.mean_between(1, 0).value,
        outcome.mean_between(0, 1).value,
    );
    assert!(down > 1.9 && up < 0.25 * down, "{down} {up}");
    let against = solved(&STUDY.replace("\"right\"", "\"left\""));
    assert!(against.mean_between(0, 1).value > 1.0);
    // the map has most at the left
    let even = solved(&STUDY.replace("power_map = \"maps/tiles.csv\"", "power = \"3 W\""));
    assert!(even.peak[0].value < outcome.peak[0].value);
}

#[test]
fn a_grey_face_cools_more_than_convection_alone() {
    let air = STUDY.replace(
        "top = { convection = \"20000 W/(m2 K)\", flow = { capacity_rate = \"0.5 W/K\", towards = \"right\" } }",
        "top = { convection = \"200 W/(m2 K)\" }",
    );
    let [grey, bare] = [air.clone(), air.replace(", emissivity = 0.9", "")].map(|t| solved(&t));
    assert!(grey.rise[0].value < bare.rise[0].value);
    // with 500 kelvin at the bottom its radiation is no longer that of 4 eps sigma T^3: at the least the share of heat tells
    assert!(grey.heat_out[4].value > bare.heat_out[4].value);
    assert!(
        grey.boundary[4]
            .1
            .contains("radiation of emissivity 0.9 and convection")
    );
}

#[test]
fn table_and_summary_say_where_the_heat_goes() {
    let study = study(STUDY);
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = table.group("thermal/water").unwrap();
    let heat_out = group.variable("heat_out").unwrap();
    assert_eq!(heat_out.axes, ["face"]);
    let json = summary(&study, &plan, &results, &Cost::default(), &[]);
    let text = json.to_string();
    assert!(
        text.contains("\"heat_out_w\"") && text.contains("\"outlet_k\""),
        "{text}"
    );
}
