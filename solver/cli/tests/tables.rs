//! Tables as a person asks them: a place between their points, one against another, their own study again.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cpo_study::table::{AxisScale, Group, LossTable, Status, Variable, read_table, write_table};
use tempfile::{TempDir, tempdir};

fn cpo(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_cpo"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Loss along mode, wavelength and temperature (one), and a length along nothing.
fn table() -> LossTable {
    let wavelength: Vec<f64> = (0..6).map(|k| 1.26e-6 + 2e-8 * f64::from(k)).collect();
    let values: Vec<f64> = [0.5, 0.9]
        .iter()
        .flat_map(|base| {
            wavelength
                .iter()
                .map(move |w| base + (2e7 * (w - 1.26e-6)).sin())
        })
        .collect();
    let mut status = vec![Status::Ok; 12];
    status[1] = Status::Unconverged;
    let loss = Variable::new(
        "loss",
        "dB",
        "total loss",
        &["mode", "wavelength", "temperature"],
        values,
    )
    .with_error(vec![2e-3; 12])
    .with_status(status, vec![]);
    let group = Group::new("fibre_chip/facet", "edge coupler")
        .with_axis(AxisScale::numbers("mode", "1", "mode", vec![0.0, 1.0]))
        .and_then(|g| {
            g.with_axis(AxisScale::numbers(
                "wavelength",
                "m",
                "wavelength",
                wavelength,
            ))
        })
        .and_then(|g| {
            g.with_axis(AxisScale::numbers(
                "temperature",
                "K",
                "temperature",
                vec![298.15],
            ))
        })
        .and_then(|g| g.with_variable(loss))
        .and_then(|g| g.with_variable(Variable::new("gap", "m", "gap", &[], vec![1e-6])));
    let heat = Group::new("thermal/cold", "cold plate")
        .with_axis(AxisScale::text(
            "node_i",
            "source",
            vec!["laser1".into(), "laser2".into()],
        ))
        .and_then(|g| {
            g.with_variable(
                Variable::new("rise", "K", "rise", &["node_i"], vec![3.0, 4.0])
                    .with_error(vec![0.1, 0.1]),
            )
        });
    let mut table = LossTable::new("facet", "cpo", "[study]\n");
    table.add(group.unwrap()).unwrap();
    table.add(heat.unwrap()).unwrap();
    table
}

/// Writes `table` to `path` as a copy: a program started by another test meanwhile may inherit the file that HDF5 has open, and with
/// it HDF5's lock.
fn write(table: &LossTable, path: &Path) {
    let aside = path.with_extension("aside");
    write_table(table, &aside).unwrap();
    std::fs::copy(aside, path).unwrap();
}

/// A folder with that table after a change.
fn written(name: &str, change: impl FnOnce(&mut LossTable)) -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join(name);
    let mut table = table();
    change(&mut table);
    write(&table, &path);
    (folder, path)
}

fn at(path: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["show", path.to_str().unwrap()];
    arguments.extend(more);
    cpo(&arguments)
}

#[test]
fn a_place_is_looked_up_with_its_errors() {
    let (_folder, path) = written("table.h5", |_| ());
    let (code, text, told) = at(
        &path,
        &[
            "fibre_chip/facet",
            "--at",
            "wavelength=1310nm,temperature=25degC,mode=0",
        ],
    );
    assert_eq!(code, Some(0), "{text}{told}");
    // 0.5 + sin 1.0 = 1.3415, 10 nm from the table's points.
    assert!(
        text.contains("mode = 0, wavelength = 1.31·10⁻⁶ m, temperature = 298.15 K  1.341(12)"),
        "{text}"
    );
    assert!(
        text.contains("numerical error 0.002, interpolation 0.00"),
        "{text}"
    );
    // The single temperature may be left out, modes are then listed, other groups left alone.
    let (code, text, _) = at(&path, &["--at", "wavelength=1.30 um"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("mode = 0, ") && text.contains("mode = 1, ") && !text.contains("thermal"),
        "{text}"
    );
    assert!(
        text.contains("interpolation 0\n") && text.contains("gap [m]"),
        "{text}"
    );
    let (_, text, _) = at(&path, &["--at", "mode=0,wavelength=1285nm"]);
    assert!(text.contains(", unconverged"), "{text}");
    let (code, text, _) = at(&path, &["--at", "node_i=laser2"]);
    assert!(
        code == Some(0) && text.contains("node_i = laser2  4.00(10)"),
        "{text}"
    );
}

#[test]
fn outside_the_hull_is_exit_code_1_and_says_where_the_hull_is() {
    let (_folder, path) = written("table.h5", |_| ());
    let (code, text, _) = at(&path, &["--at", "wavelength=1550nm,mode=0"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("not_computed")
            && text.contains("outside 1.26e-6 to")
            && text.contains("the nearest is"),
        "{text}"
    );
    let (code, text, _) = at(&path, &["--at", "wavelength=1300nm,mode=0.5"]);
    assert!(
        code == Some(1) && text.contains("entries that count"),
        "{text}"
    );
}

#[test]
fn a_wrong_question_is_exit_code_2_and_says_the_right_one() {
    let (_folder, path) = written("table.h5", |_| ());
    for (question, fragment) in [
        ("wavelenght=1310nm", "did you mean \"wavelength\"?"),
        (
            "wavelength=1310",
            "has no unit: write it with one that fits m",
        ),
        ("wavelength=25degC", "does not fit the axis, which is in m"),
        ("wavelength=1310 nn", "did you mean 'nm'?"),
        ("mode=1310nm", "does not fit the axis, which is in 1"),
        ("wavelength", "write AXIS=VALUE"),
        ("mode=0,mode=1", "given twice"),
        ("node_i=laser3", "did you mean \"laser"),
        ("mode=0,node_i=laser1", "no group has all of the axes"),
    ] {
        let (code, _, told) = at(&path, &["--at", question]);
        assert_eq!(code, Some(2), "{question}: {told}");
        assert!(told.contains(fragment), "{question}: {told}");
    }
    let (code, _, told) = at(&path, &["fibre_chip/facett", "--at", "mode=0"]);
    assert!(
        code == Some(2) && told.contains("did you mean \"fibre_chip/facet\"?"),
        "{told}"
    );
    let (code, _, told) = at(&path, &["fibre_chip/facet", "--at", "node_i=laser1"]);
    assert!(
        code == Some(2) && told.contains("fibre_chip/facet has no axis"),
        "{told}"
    );
}

#[test]
fn tables_are_compared_by_bars_or_bits() {
    let (_a, first) = written("a.h5", |_| ());
    let diff = |second: &Path, more: &[&str]| {
        let mut arguments = vec!["diff", first.to_str().unwrap(), second.to_str().unwrap()];
        arguments.extend(more);
        cpo(&arguments)
    };
    let (code, text, _) = diff(&first, &["--bits"]);
    assert!(code == Some(0) && text.contains("the same bits"), "{text}");
    let (_b, near) = written("b.h5", |t| t.groups[0].variables[0].values[3] += 3e-3);
    let (code, text, _) = diff(&near, &[]);
    assert!(
        code == Some(0) && text.contains("largest 0.75 of the bars"),
        "{text}"
    );
    let (code, text, _) = diff(&near, &["--bits"]);
    assert!(
        code == Some(1) && text.contains("1 values differ"),
        "{text}"
    );
    let (_c, far) = written("c.h5", |t| {
        t.groups[0].variables[0].values[3] += 5e-3;
        t.groups[1].path = "thermal/air".into();
    });
    let (code, text, _) = diff(&far, &[]);
    assert_eq!(code, Some(1), "{text}");
    for fragment in [
        "a.h5: thermal/cold",
        "c.h5: thermal/air",
        "largest 1.25 of the bars",
        "wavelength = 1.32e-6 m",
    ] {
        assert!(text.contains(fragment), "no {fragment} in {text}");
    }
    std::fs::write(&far, b"no table").unwrap();
    assert_eq!(diff(&far, &[]).0, Some(3));
}

const WIRE: &str = r#"
[study]
name = "wire"
wavelength = "1550 nm"

[cross_section.wire]
window = { x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }
background = { index = 1.444 }
shapes = [ { name = "core", material = { index = 3.4777 }, rectangle = { width = "500 nm", height = "220 nm", bottom = "0 nm" } } ]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-2
"#;

#[test]
fn a_table_runs_again() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("wire.toml"), WIRE).unwrap();
    assert_eq!(
        cpo(&["run", &path("wire.toml"), "-o", &path("out"), "-t", "2"]).0,
        Some(0)
    );
    let table = path("out/loss_table.h5");
    std::fs::remove_file(path("wire.toml")).unwrap();
    let (code, text, told) = cpo(&["rerun", &table, "-t", "1"]);
    assert!(
        code == Some(0) && text.contains("the same bits"),
        "{text}{told}"
    );
    let (code, text, _) = cpo(&["rerun", &table, "-o", &path("again")]);
    assert!(
        code == Some(0) && text.contains("again") && Path::new(&path("again/report.html")).exists(),
        "{text}"
    );

    // Another program's table of other numbers.
    let mut other = read_table(Path::new(&table)).unwrap();
    let commit = other
        .provenance
        .iter_mut()
        .find(|fact| fact.name == "commit")
        .unwrap();
    *commit = cpo_study::table::Attribute::text("commit", "0123abc");
    other.groups[0].variables[0].values[0] += 1e-9;
    write(&other, Path::new(&path("other.h5")));
    let (code, text, told) = cpo(&["rerun", &path("other.h5")]);
    assert_eq!(code, Some(1), "{text}{told}");
    assert!(
        told.contains("commit 0123abc; this is cpo") && text.contains("1 values differ"),
        "{text}{told}"
    );

    let unreadable = WIRE.replace("count = 1", "cuont = 1");
    write(
        &LossTable::new("wire", "cpo", unreadable),
        Path::new(&path("bad.h5")),
    );
    let (code, _, told) = cpo(&["rerun", &path("bad.h5")]);
    assert!(
        code == Some(2) && told.contains("bad.h5") && told.contains("did you mean `count`"),
        "{told}"
    );
    assert_eq!(cpo(&["rerun", &path("absent.h5")]).0, Some(3));
}
