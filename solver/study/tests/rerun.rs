//! A table repeats its run: it holds the study and every file that it names, and the same bits come out.

use cpo_study::run::Silent;
use cpo_study::table::{LossTable, read_table};
use cpo_study::{Job, JobError, Study};
use tempfile::{TempDir, tempdir};

/// A die with a power map, a wire of a material from a file, and a laser from measured curves: each kind of file there is,
/// and a fibre's field.
const STUDY: &str = r#"
[study]
name = "again"
wavelength = "1550 nm"

[materials]
glass = { file = "../data/glass.yml" }
silicon = { conductivity = "130 W/(m K)" }

[cross_section.wire]
window = { x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }
background = "glass"
shapes = [ { name = "core", material = { index = 3.4777 }, rectangle = { width = "500 nm", height = "220 nm", bottom = "0 nm" } } ]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-2

[floorplan.die]
size = ["6 mm", "4 mm"]
layers = [ { name = "die", material = "silicon", thickness = "200 um" } ]
sources = [ { name = "driver", layer = "die", rectangle = { width = "4 mm", length = "1 mm" }, power_map = "tiles.csv" } ]

[heat.cold]
floorplan = "die"
bottom = { convection = "20000 W/(m2 K)" }
error = 5e-2
"#;

const TILES: &str =
    "# four tiles\nx [mm],y [um],power [mW]\n0.5,0,1500\n1.5,0,500\n3.5,0,1000\n2.5,0,0\n";

const GLASS: &str = "REFERENCES: \"of this test\"\nCOMMENTS: \"\"\nDATA:\n  - type: tabulated n\n    data: |\n        1.2 1.446\n        1.5 1.4445\n        1.7 1.443\n";

/// The table of the study, run in a folder that is gone when it is run again.
fn table(text: &str) -> LossTable {
    let folder: TempDir = tempdir().unwrap();
    for (name, text) in [
        ("study/again.toml", text),
        ("study/tiles.csv", TILES),
        ("data/glass.yml", GLASS),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let job = Job::read(&folder.path().join("study/again.toml")).unwrap_or_else(|e| panic!("{e}"));
    let out = folder.path().join("out");
    job.run(&out, 2, &Silent).unwrap_or_else(|e| panic!("{e}"));
    read_table(&out.join("loss_table.h5")).unwrap()
}

#[test]
fn a_table_repeats_its_run_to_the_bit() {
    let table = table(STUDY);
    let names: Vec<&str> = table
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["../data/glass.yml", "tiles.csv"],
        "as the study names them"
    );
    assert_eq!(
        [&table.inputs[0].text, &table.inputs[1].text],
        [GLASS, TILES]
    );

    let job = Job::of_table(&table, "loss_table.h5").unwrap_or_else(|e| panic!("{e}"));
    let again = job
        .rerun(&table, None, 1, &Silent)
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(again.difference.is_none(), "{:?}", again.difference);
    assert!(again.difference.variables.len() > 10);
    assert!(!again.delivered.directory.exists(), "nothing is left aside");

    // Into a folder, from which it can be run once more.
    let folder = tempdir().unwrap();
    let kept = folder.path().join("kept");
    job.rerun(&table, Some(&kept), 1, &Silent)
        .unwrap_or_else(|e| panic!("{e}"));
    let kept = read_table(&kept.join("loss_table.h5")).unwrap();
    assert_eq!((&kept.study, &kept.inputs), (&table.study, &table.inputs));
    assert!(Job::of_table(&kept, "kept").is_ok());

    // A table of other numbers is told from it.
    let mut other = table.clone();
    let heat = other
        .groups
        .iter_mut()
        .find(|g| g.path.starts_with("thermal"))
        .unwrap();
    heat.variables[0].values[0] *= 1.0 + 1e-15;
    let again = job
        .rerun(&other, None, 1, &Silent)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        again
            .difference
            .variables
            .iter()
            .map(|v| v.values)
            .sum::<usize>(),
        1
    );
}

#[test]
fn a_file_that_the_table_lacks_is_named() {
    let mut table = LossTable::new("again", "cpo", STUDY);
    let refused = |table: &LossTable| match Job::of_table(table, "old.h5") {
        Err(JobError::Study(error)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("read from the disk"),
    };
    let told = refused(&table);
    for fragment in [
        "../data/glass.yml",
        "tiles.csv",
        "the table holds nothing",
        "old.h5",
    ] {
        assert!(told.contains(fragment), "no {fragment} in {told}");
    }
    table.inputs.push(cpo_study::table::InputFile {
        name: "tiles.cvs".into(),
        text: TILES.into(),
    });
    assert!(refused(&table).contains("the table holds `tiles.cvs`"));
}

#[test]
fn every_kind_of_file_is_kept_and_once() {
    let folder = tempdir().unwrap();
    let mut field = String::from("x [um],y [um],intensity\n");
    for i in 0..9 {
        for j in 0..9 {
            let [x, y] = [i, j].map(|k| f64::from(k) - 4.0);
            field += &format!("{x},{y},{}\n", (-(x * x + y * y) / 4.0).exp());
        }
    }
    let mut curves = String::from("temperature [degC],current [mA],power [mW]\n");
    for t in [25.0, 45.0_f64] {
        for current in [15.0, 20.0, 30.0, 40.0_f64] {
            let power =
                0.3 * (-(t - 25.0) / 200.0).exp() * (current - 10.0 * ((t - 25.0) / 60.0).exp());
            curves += &format!("{t},{current},{power}\n");
        }
    }
    for (name, text) in [
        ("glass.yml", GLASS),
        ("tiles.csv", TILES),
        ("field.csv", &field),
        ("lit.csv", &curves),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let text = STUDY.replace("../data/", "")
        + r#"
[fiber.lens]
field = "field.csv"

[fiber.other]
field = "field.csv"

[coupling.facet]
from = "fiber.lens"
to = "modes.wire"

[coupling.second]
from = "fiber.other"
to = "modes.wire"

[laser.pair]
heat = "cold"
sources = "driver"
light_current = "lit.csv"
turn_on_voltage = "0.95 V"
series_resistance = "5 Ohm"
current = "20 mA"
"#;
    let text = text.replace("power_map = \"tiles.csv\" }", "power_map = \"tiles.csv\" }, { name = \"stripe\", layer = \"die\", rectangle = { width = \"40 um\", length = \"300 um\", y = \"1 mm\" }, power = \"1 mW\" }")
        .replace("sources = \"driver\"", "sources = \"stripe\"");
    let study = Study::parse(&text, "text", folder.path()).unwrap_or_else(|e| panic!("{e}"));
    let mut names: Vec<&str> = study
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["field.csv", "glass.yml", "lit.csv", "tiles.csv"]);

    // What no table could hold is refused before the run.
    std::fs::write(folder.path().join("tiles.csv"), format!("# \0\n{TILES}")).unwrap();
    let told = Study::parse(&text, "text", folder.path())
        .unwrap_err()
        .to_string();
    assert!(told.contains("tiles.csv") && told.contains("NUL"), "{told}");
}
