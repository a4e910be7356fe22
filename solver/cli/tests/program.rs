//! The program as a person uses it: commands, files, exit codes, mistakes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const SMALL: &str = r#"
[study]
name = "small"
wavelength = ["1310 nm", "1550 nm"]

[parameters]
width = { nominal = "500 nm", sigma = "5 nm", scope = "wafer" }

[cross_section.wire]
window = { x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }
background = { index = 1.444 }
shapes = [ { name = "core", material = { index = 3.4777 }, rectangle = { width = "width", height = "220 nm", bottom = "0 nm" } } ]

[modes.wire]
cross_section = "wire"
count = 2
error = 3e-3

[materials]
silicon = { conductivity = "130 W/(m K)" }

[floorplan.die]
size = ["2 mm", "2 mm"]
layers = [ { name = "die", material = "silicon", thickness = "200 um" }, { name = "top", material = "silicon", thickness = "5 um" } ]
sources = [ { name = "laser", layer = "top", rectangle = { width = "40 um", length = "300 um" }, array = { count = 2, pitch = "400 um", axis = "x" } } ]

[heat.cold]
floorplan = "die"
ambient = "25 degC"
bottom = { convection = "20000 W/(m2 K)" }
error = 2e-2

[laser.pair]
heat = "cold"
sources = "laser"
threshold_current = "10 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.2 W/A"
slope_temperature = "120 K"
turn_on_voltage = "0.95 V"
series_resistance = "5 Ohm"
current = ["20 mA", "40 mA"]
"#;

struct Folder {
    _keep: tempfile::TempDir,
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let path = keep.path().to_owned();
        Self { _keep: keep, path }
    }

    fn study(&self, text: &str) -> PathBuf {
        let path = self.path.join("study.toml");
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn cpo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cpo"))
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", "0")
        .output()
        .unwrap()
}

fn run(study: &Path, output: &Path, more: &[&str]) -> Output {
    let mut arguments = vec![
        "run",
        study.to_str().unwrap(),
        "-o",
        output.to_str().unwrap(),
    ];
    arguments.extend(more);
    cpo(&arguments)
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_leaves_every_file_and_equal_bits_for_any_number_of_threads() {
    let folder = Folder::new();
    let study = folder.study(SMALL);
    let (one, two) = (folder.path.join("one"), folder.path.join("two"));
    let output = run(&study, &one, &["--threads", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(
        run(&study, &two, &["--threads", "2"]).status.code(),
        Some(0)
    );
    let expected = [
        "figures",
        "loss_table.csv",
        "loss_table.h5",
        "report.html",
        "study.toml",
        "summary.json",
    ];
    assert_eq!(names(&one), expected);
    assert!(!names(&one.join("figures")).is_empty());
    for file in ["loss_table.csv", "loss_table.h5", "study.toml"] {
        assert!(
            std::fs::read(one.join(file)).unwrap() == std::fs::read(two.join(file)).unwrap(),
            "{file} differs"
        );
    }
    let summary = |folder: &Path| -> Value {
        let mut summary: Value =
            serde_json::from_slice(&std::fs::read(folder.join("summary.json")).unwrap()).unwrap();
        summary.as_object_mut().unwrap().remove("cost").unwrap();
        summary
    };
    assert_eq!(summary(&one), summary(&two));

    let summary = summary(&one);
    assert_eq!(summary["status"], "ok");
    let mode = &summary["modes"]["wire"][1]["modes"][0];
    // The reference for this wire is 2.447192644.
    let (value, error) = (
        mode["n_eff"][0].as_f64().unwrap(),
        mode["n_eff_error"].as_f64().unwrap(),
    );
    assert!(
        (value - 2.447192644).abs() <= error && error <= 3e-3,
        "{value} ± {error}"
    );
    assert!(mode["sensitivity"]["width"].as_f64().unwrap() > 1e6);
    let lasers = summary["lasers"]["pair"].as_array().unwrap();
    assert_eq!(lasers.len(), 2);
    assert!(
        lasers[0]["lasers"][0]["junction_temperature"]
            .as_f64()
            .unwrap()
            > 298.15
    );
    let heat = &summary["heat"]["cold"];
    assert!(
        heat["reciprocity"].as_f64().unwrap() < 1e-8
            && heat["energy_balance"].as_f64().unwrap() < 1e-8
    );

    let table = one.join("loss_table.h5");
    let shown = cpo(&["show", table.to_str().unwrap(), "waveguide/wire"]);
    assert_eq!(shown.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("effective_index"));
}

#[test]
fn an_earlier_run_is_replaced_and_anything_else_refused() {
    let folder = Folder::new();
    let study = folder.study(&SMALL.replace("1310 nm\", \"1550 nm", "1550 nm"));
    let output = folder.path.join("out");
    assert_eq!(run(&study, &output, &[]).status.code(), Some(0));
    std::fs::write(output.join("figures/left_over.png"), b"old").unwrap();
    assert_eq!(run(&study, &output, &[]).status.code(), Some(0));
    assert!(!output.join("figures/left_over.png").exists());

    let foreign = folder.path.join("thesis");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("chapter1.tex"), b"mine").unwrap();
    let refused = run(&study, &foreign, &[]);
    assert_ne!(refused.status.code(), Some(0));
    assert!(errors(&refused).contains("thesis"), "{}", errors(&refused));
    assert_eq!(names(&foreign), ["chapter1.tex"]);

    let file = folder.path.join("a_file");
    std::fs::write(&file, b"").unwrap();
    let unwritable = run(&study, &file.join("out"), &[]);
    assert_eq!(unwritable.status.code(), Some(3), "{}", errors(&unwritable));
    // Nothing half is left beside.
    assert_eq!(
        names(&folder.path),
        ["a_file", "out", "study.toml", "thesis"]
    );
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_bits() {
    let folder = Folder::new();
    let study = folder.study(SMALL);
    let (whole, killed) = (folder.path.join("whole"), folder.path.join("killed"));
    assert_eq!(run(&study, &whole, &[]).status.code(), Some(0));

    let unfinished = folder.path.join(".killed.unfinished");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cpo"))
        .args([
            "run",
            study.to_str().unwrap(),
            "-o",
            killed.to_str().unwrap(),
            "--threads",
            "1",
        ])
        .env("SOURCE_DATE_EPOCH", "0")
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Killed once the first point is kept; should the run be faster than this loop, it is whole.
    while child.try_wait().unwrap().is_none() {
        if unfinished.exists() && !names(&unfinished).is_empty() {
            child.kill().unwrap();
            child.wait().unwrap();
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(
        unfinished.exists() && !killed.exists(),
        "the run was not killed midway"
    );
    assert_eq!(run(&study, &killed, &[]).status.code(), Some(0));
    assert!(!unfinished.exists());
    for file in [
        "loss_table.csv",
        "loss_table.h5",
        "figures/modes_wire_0.png",
    ] {
        assert!(
            std::fs::read(whole.join(file)).unwrap() == std::fs::read(killed.join(file)).unwrap(),
            "{file} differs"
        );
    }
    assert_eq!(names(&folder.path), ["killed", "study.toml", "whole"]);
}

#[test]
fn mistakes_are_named_with_line_key_and_fix() {
    let folder = Folder::new();
    let cases = [
        ("count = 2", "cuont = 2", ["cuont", "did you mean `count`"]),
        ("height = \"220 nm\"", "height = 220", ["height", "220 nm"]),
        (
            "height = \"220 nm\"",
            "height = \"5 deg\"",
            ["angle", "length"],
        ),
        (
            "background = { index = 1.444 }",
            "background = \"SiO2 Maliton\"",
            ["SiO2 Maliton", "SiO2 Malitson 1965"],
        ),
        ("height = \"220 nm\"", "height = \"0 nm\"", ["height", "0"]),
        (
            "rectangle = { width = \"width\"",
            "rectangle = { x = \"9 um\", width = \"width\"",
            ["core", "window"],
        ),
        (
            "bottom = { convection = \"20000 W/(m2 K)\" }",
            "bottom = \"insulated\"",
            ["heat.cold", "convection"],
        ),
        (
            "sources = [ { name = \"laser\", layer = \"top\", rectangle = { width = \"40 um\", length = \"300 um\" }, array = { count = 2, pitch = \"400 um\", axis = \"x\" } } ]\n\n[heat.cold]",
            "\n[heat.cold]",
            ["floorplan", "sources"],
        ),
        (
            "wavelength = [\"1310 nm\", \"1550 nm\"]",
            "wavelength = []",
            ["wavelength", "empty"],
        ),
        (
            "background = { index = 1.444 }",
            "background = \"Si Salzberg & Villa 1957\"",
            ["1310 nm", "Si Li 1980"],
        ),
    ];
    for (right, wrong, fragments) in cases {
        assert!(SMALL.contains(right), "{right}");
        let study = folder.study(&SMALL.replace(right, wrong));
        for command in ["check", "run"] {
            let output = folder.path.join("out");
            let mut arguments = vec![command, study.to_str().unwrap()];
            if command == "run" {
                arguments.extend(["-o", output.to_str().unwrap()]);
            }
            let result = cpo(&arguments);
            let text = errors(&result);
            assert_eq!(result.status.code(), Some(2), "{wrong}: {text}");
            assert!(text.contains("study.toml:"), "{wrong}: no place in {text}");
            for fragment in fragments {
                assert!(
                    text.contains(fragment),
                    "{wrong}: no \"{fragment}\" in {text}"
                );
            }
            assert!(!output.exists());
        }
    }
}

#[test]
fn a_point_without_guided_modes_fails_alone() {
    let folder = Folder::new();
    let weak = SMALL
        .replace(
            "width = { nominal = \"500 nm\", sigma = \"5 nm\", scope = \"wafer\" }",
            "index = [1.4441, 3.4777]",
        )
        .replace(
            "material = { index = 3.4777 }",
            "material = { index = \"index\" }",
        )
        .replace("width = \"width\"", "width = \"500 nm\"");
    let study = folder.study(&weak);
    let output = folder.path.join("out");
    let result = run(&study, &output, &[]);
    assert_eq!(result.status.code(), Some(1), "{}", errors(&result));
    let text = std::fs::read(output.join("summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&text).unwrap();
    let rows = summary["modes"]["wire"].as_array().unwrap();
    let statuses: Vec<&str> = rows.iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "failed", "ok", "ok"]);
    assert!(
        rows[0]["reason"]
            .as_str()
            .unwrap()
            .contains("no guided mode")
    );
}

#[test]
fn a_grid_too_large_to_solve_is_refused_and_not_begun() {
    let folder = Folder::new();
    let grid = "grid = { finest = \"0.5 nm\", coarsest = \"2 nm\", growth = 1.2 }";
    let study = folder.study(&SMALL.replace("error = 3e-3", grid));
    let checked = cpo(&["check", study.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(2), "{}", errors(&checked));
    assert!(
        errors(&checked).contains("unknowns"),
        "{}",
        errors(&checked)
    );
    let result = run(&study, &folder.path.join("out"), &[]);
    assert_eq!(result.status.code(), Some(1), "{}", errors(&result));
}

#[test]
fn files_that_are_no_tables_are_told_apart() {
    let folder = Folder::new();
    let path = folder.path.join("table.h5");
    std::fs::write(&path, b"not HDF5").unwrap();
    let result = cpo(&["show", path.to_str().unwrap()]);
    assert_eq!(result.status.code(), Some(3));
    assert!(errors(&result).contains("table.h5"));
    let missing = cpo(&["run", "no_such_study.toml"]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(errors(&missing).contains("no_such_study.toml"));
}

#[test]
fn a_table_is_exported() {
    let folder = Folder::new();
    let study = folder.study(SMALL);
    let out = folder.path.join("out");
    assert_eq!(run(&study, &out, &[]).status.code(), Some(0));
    let table = out.join("loss_table.h5");
    let export = |format: &str, name: &str, more: &[&str]| {
        let output = folder.path.join(name);
        let mut arguments = vec!["export", table.to_str().unwrap(), "--to", format];
        arguments.extend(["-o", output.to_str().unwrap()]);
        arguments.extend(more);
        (cpo(&arguments), output)
    };
    let (csv, path) = export("csv", "table.csv", &[]);
    assert_eq!(csv.status.code(), Some(0), "{}", errors(&csv));
    let of_run = std::fs::read(out.join("loss_table.csv")).unwrap();
    assert!(
        std::fs::read(path).unwrap() == of_run,
        "another CSV than the run's"
    );
    let (spice, path) = export("spice", "table.cir", &["--group", "thermal/cold"]);
    assert_eq!(spice.status.code(), Some(0), "{}", errors(&spice));
    let netlist = std::fs::read_to_string(path).unwrap();
    assert!(
        netlist.contains(".subckt thermal_cold laser1 laser2"),
        "{netlist}"
    );
    let (guides, path) = export("touchstone", "s2p", &["--length", "2 mm"]);
    assert_eq!(guides.status.code(), Some(0), "{}", errors(&guides));
    assert_eq!(
        names(&path),
        ["waveguide_wire_mode_0.s2p", "waveguide_wire_mode_1.s2p"]
    );
    let text = std::fs::read_to_string(path.join("waveguide_wire_mode_0.s2p")).unwrap();
    assert!(text.contains("length of the guide = 0.002 m"), "{text}");
    for (format, name, more, code, words) in [
        ("touchstone", "s2p", &[][..], 2, "s2p exists"),
        (
            "sax",
            "a.py",
            &["--group", "wire"],
            2,
            "waveguide/wire, thermal/cold",
        ),
        (
            "sax",
            "a.py",
            &["--group", "thermal"],
            2,
            "nothing to export as sax",
        ),
        ("sax", "a.py", &["--length", "1 s"], 2, "is a time"),
        ("matlab", "a.m", &[], 2, "interconnect"),
        ("csv", "table.cir/a.csv", &[], 3, "cannot create"),
    ] {
        let (refused, _) = export(format, name, more);
        assert_eq!(refused.status.code(), Some(code), "{format} {name}");
        assert!(errors(&refused).contains(words), "{}", errors(&refused));
    }
}

#[test]
fn materials_are_listed_shown_and_plotted() {
    let list = cpo(&["materials"]);
    assert_eq!(list.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&list.stdout).contains("SiO2 Malitson 1965"));
    let folder = Folder::new();
    let plot = folder.path.join("si.png");
    let shown = cpo(&["materials", "Si", "--plot", plot.to_str().unwrap()]);
    assert_eq!(shown.status.code(), Some(0), "{}", errors(&shown));
    assert!(std::fs::read(plot).unwrap().starts_with(b"\x89PNG"));
    let unknown = cpo(&["materials", "Sillicon"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(errors(&unknown).contains("silicon"), "{}", errors(&unknown));
}

#[test]
fn check_says_what_would_run() {
    let folder = Folder::new();
    let study = folder.study(SMALL);
    let checked = cpo(&["check", study.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0));
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    for fragment in ["5 points", "modes.wire", "heat.cold", "laser.pair", "GB"] {
        assert!(text.contains(fragment), "no \"{fragment}\" in {text}");
    }
    assert_eq!(names(&folder.path), ["study.toml"]);
}
