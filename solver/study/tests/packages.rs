//! Arrays of arrays, arrays of blocks, lists of arrays: what a package of many engines is written with.

use std::path::Path;

use cpo_study::Study;

const STUDY: &str = r#"
[study]
name = "arrays"

[materials]
silicon = { conductivity = "130 W/(m K)" }

[floorplan.package]
size = ["20 mm", "20 mm"]
layers = [
    { name = "die", material = "silicon", thickness = "200 um" },
    { name = "laser", material = "silicon", thickness = "5 um" },
]
blocks = [
    { name = "chip", layer = "die", material = { conductivity = "50 W/(m K)" }, rectangle = { width = "2 mm", length = "1 mm", y = "5 mm" }, array = { count = 3, pitch = "4 mm", axis = "x" } },
]
sources = [
    { name = "north", layer = "laser", rectangle = { width = "4 um", length = "300 um", y = "5 mm" }, array = [{ count = 2, pitch = "250 um", axis = "x" }, { count = 3, pitch = "4 mm", axis = "x" }], power = "50 mW" },
    { name = "south", layer = "laser", rectangle = { width = "4 um", length = "300 um", y = "-5 mm" }, array = { count = 2, pitch = "250 um", axis = "x" }, power = "50 mW" },
]

[heat.liquid]
floorplan = "package"
bottom = { convection = "20000 W/(m2 K)" }

[laser.all]
heat = "liquid"
sources = ["north", "south2"]
threshold_current = "10 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.3 W/A"
slope_temperature = "200 K"
turn_on_voltage = "0.9 V"
series_resistance = "4 Ohm"
current = "60 mA"
"#;

#[test]
fn arrays_of_arrays_stand_where_they_should() {
    let study = Study::parse(STUDY, "text", Path::new("")).unwrap();
    let values = study.plan().unwrap().heats[0].values.clone();
    let plan = study.floorplan("package", &values).unwrap();
    let centres: Vec<(&str, f64)> = plan
        .sources()
        .iter()
        .map(|s| (s.name.as_str(), 1e6 * s.footprint.centre()[0]))
        .collect();
    // um: the inner array first, then its copies
    let wanted = [
        ("north1", -4125.0),
        ("north2", -3875.0),
        ("north3", -125.0),
        ("north4", 125.0),
        ("north5", 3875.0),
        ("north6", 4125.0),
        ("south1", -125.0),
        ("south2", 125.0),
    ];
    for ((name, x), (wanted, at)) in centres.iter().zip(wanted) {
        assert!(*name == wanted && (x - at).abs() < 1e-6, "{name} at {x} um");
    }
    let blocks: Vec<&str> = plan.blocks().iter().map(|b| b.name.as_str()).collect();
    assert_eq!(blocks, ["chip1", "chip2", "chip3"]);
    assert!((plan.blocks()[2].footprint.centre()[0] - 4e-3).abs() < 1e-12);
    let lasers = &study.plan().unwrap().lasers;
    assert_eq!(lasers.len(), 1);
    let table = study.laser_table("all").unwrap();
    assert_eq!(
        table.sources,
        [
            "north1", "north2", "north3", "north4", "north5", "north6", "south2"
        ]
    );
}
