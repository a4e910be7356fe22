//! The loss table as a file: round trip, equal bytes, bad files, and other programs' readers.

mod common;
mod readers;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{example_table, shown};
use cpo_table::{
    Group, LossTable, TableError, Variable, csv_bytes, read_table, write_csv, write_table,
};
use readers::{output_of, python};
use tempfile::tempdir;

#[test]
fn round_trip() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    let table = example_table().expect("a table");
    write_table(&table, &path).expect("written");
    let back = read_table(&path).expect("read");
    assert_eq!(shown(&back), shown(&table));
}

#[test]
fn an_empty_table_and_empty_texts_survive() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    let mut table = LossTable::new("", "", "");
    write_table(&table, &path).expect("written");
    assert_eq!(read_table(&path).expect("read"), table);
    let group =
        Group::new("waveguide/wire", "").with_variable(Variable::new("n", "", "", &[], vec![2.0]));
    table.add(group.expect("a group")).expect("added");
    write_table(&table, &path).expect("written");
    assert_eq!(read_table(&path).expect("read"), table);
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error() {
    // The device that is always full; elsewhere there is no disk to fill.
    let full = Path::new("/dev/full");
    if !full.exists() {
        return println!("skipped: this system has no /dev/full");
    }
    let table = example_table().expect("a table");
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.csv");
    std::os::unix::fs::symlink(full, &path).expect("linked");
    let error = write_csv(&table, &path).expect_err("no space");
    let h5 = directory.path().join("loss_table.h5");
    std::os::unix::fs::symlink(full, &h5).expect("linked");
    let full = write_table(&table, &h5).expect_err("no space");
    assert!(
        matches!(&full, TableError::Io(system) if system.source.kind() == std::io::ErrorKind::StorageFull),
        "{full}"
    );
    assert!(!h5.exists(), "half a table was left");
    assert!(
        error.is_machine() && error.to_string().contains("loss_table.csv"),
        "{error}"
    );
}

#[test]
fn equal_tables_give_equal_bytes() {
    let directory = tempdir().expect("a directory");
    let table = example_table().expect("a table");
    let bytes = |name: &str| {
        let path = directory.path().join(name);
        write_table(&table, &path).expect("written");
        fs::read(path).expect("read")
    };
    let first = bytes("a.h5");
    // HDF5 counts object times in seconds: were they stored, the next second would differ.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(first == bytes("b.h5"), "the same table gave other bytes");
}

#[test]
fn an_unwritable_file_is_an_error() {
    let directory = tempdir().expect("a directory");
    let table = example_table().expect("a table");
    // Not a permission, which the superuser ignores: a folder that is a file.
    fs::write(directory.path().join("file"), "").expect("written");
    let error = write_table(&table, &directory.path().join("file/loss_table.h5"))
        .expect_err("not a folder");
    assert!(
        error.is_machine() && error.to_string().contains("loss_table.h5"),
        "{error}"
    );
}

#[test]
fn csv_has_one_row_a_value() {
    let bytes = csv_bytes(&example_table().expect("a table")).expect("written");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let expected = [
        "group",
        "variable",
        "units",
        "polarisation",
        "wavelength [m]",
        "value",
        "error",
        "status",
        "reason",
    ];
    assert_eq!(header, expected);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 6 + 1 + 2);
    let row = |i: usize| rows[i].iter().collect::<Vec<_>>();
    assert_eq!(
        row(1),
        [
            "waveguide/wire",
            "effective_index",
            "1",
            "TE",
            "1.55e-6",
            "2.4471926",
            "3e-7",
            "ok",
            ""
        ]
    );
    assert_eq!(
        row(4)[3..],
        ["TM", "1.55e-6", "NaN", "NaN", "failed", "no guided mode"]
    );
    assert_eq!(row(6)[3..], ["", "", "1.31e-6", "", "ok", ""]);
}

#[test]
fn opens_with_h5dump() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    write_table(&example_table().expect("a table"), &path).expect("written");
    let mut command = Command::new("h5dump");
    command
        .args(["-d", "/waveguide/wire/effective_index"])
        .arg(&path);
    let Some(output) = output_of(&mut command) else {
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    for part in [
        "H5T_IEEE_F64LE",
        "( 2, 3 ) / ( 2, 3 )",
        "2.44719",
        "DIMENSION_LIST",
        "ancillary_variables",
    ] {
        assert!(text.contains(part), "h5dump shows no {part}: {text}");
    }
}

#[test]
fn opens_with_xarray() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    write_table(&example_table().expect("a table"), &path).expect("written");
    python(
        "xarray, h5netcdf, h5py, netCDF4",
        "read_with_xarray.py",
        &[&path],
    );
}
