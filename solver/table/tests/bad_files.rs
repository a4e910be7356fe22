//! Files that are no tables, no longer tables, or tables that somebody changed: each is told, none is read as if it were whole.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{example_table, shown};
use cpo_table::{Group, LossTable, TableError, Variable, read_table, write_table};
use hdf5::types::VarLenUnicode;
use tempfile::{TempDir, tempdir};

/// A folder with the example table in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempdir().expect("a directory"))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The example table after `change`.
    fn changed(&self, change: impl FnOnce(&hdf5::File) -> hdf5::Result<()>) -> PathBuf {
        let path = self.at("changed.h5");
        write_table(&example_table().expect("a table"), &path).expect("written");
        let file = hdf5::File::open_rw(&path).expect("opened");
        change(&file).expect("changed");
        file.close().expect("closed");
        path
    }
}

fn error(path: &Path) -> TableError {
    read_table(path).expect_err("a bad file")
}

fn text(text: &str) -> VarLenUnicode {
    text.parse().expect("a text")
}

#[test]
fn files_of_other_kinds_are_told_apart() {
    let folder = Folder::new();
    assert!(matches!(error(&folder.at("absent.h5")), TableError::Io(_)));
    for (name, bytes) in [
        ("empty.h5", &b""[..]),
        ("text.h5", b"group,variable\n"),
        ("zip.h5", b"PK\x03\x04...."),
    ] {
        fs::write(folder.at(name), bytes).expect("written");
        assert!(
            matches!(error(&folder.at(name)), TableError::NotHdf5 { .. }),
            "{name}"
        );
    }
    let foreign = hdf5::File::create(folder.at("foreign.h5")).expect("created");
    foreign.close().expect("closed");
    assert!(matches!(
        error(&folder.at("foreign.h5")),
        TableError::Foreign { .. }
    ));
}

#[test]
fn a_file_cut_anywhere_is_told() {
    let folder = Folder::new();
    let whole = folder.changed(|_| Ok(()));
    let whole = fs::read(whole).expect("read");
    let cut = folder.at("cut.h5");
    for part in 0..200 {
        let length = whole.len() * part / 200;
        fs::write(&cut, &whole[..length]).expect("written");
        let error = error(&cut);
        let told = match length {
            0..8 => matches!(error, TableError::NotHdf5 { .. }),
            8..100 => matches!(
                error,
                TableError::Truncated { .. } | TableError::Hdf5 { .. }
            ),
            _ => matches!(error, TableError::Truncated { .. }),
        };
        assert!(told, "{length} of {} bytes: {error}", whole.len());
        assert!(error.to_string().contains("cut.h5"), "{error}");
    }
    fs::write(&cut, &whole[..whole.len() - 1]).expect("written");
    assert!(matches!(error(&cut), TableError::Truncated { .. }));
}

#[test]
fn other_versions_of_the_schema() {
    let folder = Folder::new();
    let version = |version: &str| {
        folder.changed(|file| file.attr("schema_version")?.write_scalar(&text(version)))
    };
    let newer = error(&version("3.0.0"));
    assert!(
        matches!(&newer, TableError::NewerSchema { found, .. } if found == "3.0.0"),
        "{newer}"
    );
    for unreadable in ["1", "one", "0.9.0"] {
        let told = error(&version(unreadable)).to_string();
        assert!(told.contains(&format!("\"{unreadable}\"")), "{told}");
    }

    // A minor version adds members only: what is not known is passed over.
    let later = folder.changed(|file| {
        file.attr("schema_version")?.write_scalar(&text("2.9.0"))?;
        file.new_dataset::<f64>().create("at_the_root")?;
        let wire = file.group("waveguide/wire")?;
        wire.new_dataset::<f64>()
            .shape(3)
            .create("effective_index_p05")?;
        wire.new_attr::<u8>()
            .create("of_a_later_version")?
            .write_scalar(&1)
    });
    let table = example_table().expect("a table");
    assert_eq!(shown(&read_table(&later).expect("readable")), shown(&table));

    // Before version 2 a reason was a text a value.
    let with_texts = |file: &hdf5::File| {
        let wire = file.group("waveguide/wire")?;
        wire.unlink("effective_index_reason")?;
        wire.unlink("effective_index_reason_text")?;
        let index = &table.groups[0].variables[0];
        let reasons: Vec<VarLenUnicode> = index.reason.iter().map(|r| text(r)).collect();
        let shape = file.dataset("waveguide/wire/effective_index")?.shape();
        let reasons = ndarray::ArrayD::from_shape_vec(shape, reasons).expect("as many");
        let builder = wire.new_dataset_builder().with_data(&reasons);
        builder.create("effective_index_reason").map(drop)
    };
    let third = folder.changed(|file| {
        file.attr("schema_version")?.write_scalar(&text("1.2.0"))?;
        with_texts(file)
    });
    let read = read_table(&third).expect("readable");
    assert!(read.groups[0].variables[0].has_reasons());
    assert_eq!(shown(&read), shown(&table));

    // Version 1.1 had no sum of the content, the first no input files either.
    let second = folder.changed(|file| {
        file.attr("schema_version")?.write_scalar(&text("1.1.0"))?;
        with_texts(file)?;
        file.delete_attr("content_sha256")
    });
    assert_eq!(
        shown(&read_table(&second).expect("readable")),
        shown(&table)
    );
    let first = folder.changed(|file| {
        file.attr("schema_version")?.write_scalar(&text("1.0.0"))?;
        with_texts(file)?;
        file.delete_attr("content_sha256")?;
        let provenance = file.group("provenance")?;
        provenance.unlink("input_text")?;
        provenance.unlink("input")
    });
    let mut without = table.clone();
    without.inputs.clear();
    assert_eq!(
        shown(&read_table(&first).expect("readable")),
        shown(&without)
    );
}

#[test]
fn a_study_changed_inside_the_table_is_told() {
    let folder = Folder::new();
    let path = folder.changed(|file| {
        file.dataset("provenance/study")?
            .write_scalar(&text("[study]\nname = \"another\"\n"))
    });
    let told = error(&path);
    assert!(
        matches!(
            &told,
            TableError::Changed {
                attribute: "input_sha256",
                ..
            }
        ),
        "{told}"
    );
    // Both sums, to compare with a study that is at hand.
    let stated = example_table().expect("a table").input_sha256();
    let found = LossTable::new("", "", "[study]\nname = \"another\"\n").input_sha256();
    for sum in [stated, found] {
        assert!(told.to_string().contains(&sum), "{told}");
    }
    // The same of a file that the study names.
    let path = folder.changed(|file| {
        let texts = ndarray::arr1(&[text("current,power\n0.1,3e-3\n")]);
        file.dataset("provenance/input_text")?.write(&texts)
    });
    assert!(matches!(
        error(&path),
        TableError::Changed {
            attribute: "content_sha256",
            ..
        }
    ));
}

#[test]
fn numbers_changed_by_hand_are_told() {
    let folder = Folder::new();
    type Change = fn(&hdf5::File) -> hdf5::Result<()>;
    let changes: [(&str, Change); 6] = [
        ("a value", |file| {
            file.dataset("fibre_chip/facet/total_loss")?
                .write(&ndarray::arr1(&[0.3, 1.45]))
        }),
        ("a bar", |file| {
            file.dataset("fibre_chip/facet/total_loss_error")?
                .write(&ndarray::arr1(&[0.0, 0.02]))
        }),
        ("a status", |file| {
            file.dataset("waveguide/wire/zero_dispersion_status")?
                .write_scalar(&1_u8)
        }),
        ("a coordinate", |file| {
            file.dataset("fibre_chip/facet/wavelength")?
                .write(&ndarray::arr1(&[1.31e-6, 1.56e-6]))
        }),
        ("a variable", |file| {
            file.group("fibre_chip/facet")?.unlink("total_loss")
        }),
        ("a field", |file| {
            let field = file.dataset("fields/wire/mode_0/Ex_real")?;
            field.write(&ndarray::Array2::<f64>::zeros((4, 3)))
        }),
    ];
    for (what, change) in changes {
        let told = error(&folder.changed(change));
        assert!(
            matches!(
                &told,
                TableError::Changed {
                    attribute: "content_sha256",
                    ..
                }
            ),
            "{what}: {told}"
        );
    }
    // Notes and titles are anybody's to add.
    let noted = folder.changed(|file| {
        file.attr("title")?.write_scalar(&text("renamed"))?;
        file.group("waveguide/wire")?
            .new_attr::<VarLenUnicode>()
            .create("note")?
            .write_scalar(&text("measured too low"))
    });
    assert!(read_table(&noted).is_ok());
}

#[test]
fn values_that_contradict_themselves_are_told_by_name() {
    let folder = Folder::new();
    type Change = fn(&hdf5::File) -> hdf5::Result<()>;
    let changes: [(Change, &str); 8] = [
        (
            |file| {
                file.dataset("fibre_chip/facet/total_loss")?
                    .write(&ndarray::arr1(&[f64::NAN, 1.45]))
            },
            "fibre_chip/facet/total_loss: a NaN must have the status",
        ),
        (
            |file| {
                file.dataset("waveguide/wire/zero_dispersion_status")?
                    .write_scalar(&9_u8)
            },
            "zero_dispersion_status holds the status 9; there are 0 to 4",
        ),
        (
            |file| {
                file.group("waveguide/wire")?
                    .unlink("effective_index_status")
            },
            "/waveguide/wire has no data set effective_index_status",
        ),
        (
            |file| {
                file.group("waveguide/wire")?
                    .unlink("effective_index_reason")
            },
            "no data set effective_index_reason",
        ),
        (
            |file| {
                file.group("waveguide/wire")?
                    .unlink("effective_index_reason_text")
            },
            "no data set effective_index_reason_text",
        ),
        (
            |file| {
                let reasons = file.dataset("waveguide/wire/effective_index_reason")?;
                reasons.write_raw(&vec![7_u32; reasons.size()])
            },
            "effective_index_reason holds 7; effective_index_reason_text has 0 to 2",
        ),
        (
            |file| {
                let place = file.group("fibre_chip/facet")?;
                place.unlink("total_loss_error")?;
                place
                    .new_dataset_builder()
                    .with_data(&[0.01])
                    .create("total_loss_error")
                    .map(drop)
            },
            "total_loss: the error has 1 entries, the axes ask for 2",
        ),
        (
            |file| file.delete_attr("content_sha256"),
            "no attribute content_sha256",
        ),
    ];
    for (change, fragment) in changes {
        let told = error(&folder.changed(change));
        assert!(matches!(told, TableError::Damaged { .. }), "{told}");
        let told = told.to_string();
        assert!(
            told.contains(fragment) && told.contains("changed.h5"),
            "{told}"
        );
    }
}

#[test]
fn an_axis_that_is_shorter_or_gone_is_told() {
    let folder = Folder::new();
    let shorter = folder.changed(|file| {
        let place = file.group("fibre_chip/facet")?;
        place.unlink("wavelength")?;
        let axis = place
            .new_dataset_builder()
            .with_data(&[1.31e-6])
            .create("wavelength")?;
        axis.new_attr::<VarLenUnicode>()
            .create("CLASS")?
            .write_scalar(&text("DIMENSION_SCALE"))?;
        axis.new_attr::<VarLenUnicode>()
            .create("long_name")?
            .write_scalar(&text("wavelength"))
    });
    let told = error(&shorter);
    assert!(
        matches!(told, TableError::Damaged { .. } | TableError::Hdf5 { .. }),
        "{told}"
    );
    let gone = folder.changed(|file| file.group("fibre_chip/facet")?.unlink("wavelength"));
    let told = error(&gone);
    assert!(
        matches!(told, TableError::Damaged { .. } | TableError::Hdf5 { .. }),
        "{told}"
    );
}

#[test]
fn the_sum_does_not_depend_on_the_order_of_members() {
    let mut table = example_table().expect("a table");
    let sum = table.content_sha256();
    table.groups.reverse();
    table.groups[1].axes.reverse();
    table.groups[1].variables.reverse();
    assert_eq!(table.content_sha256(), sum);
    table.groups[1].variables[0].values[0] += 1e-15;
    assert_ne!(table.content_sha256(), sum);
    let group = |a: &str, b: &str| {
        let mut table = LossTable::new("", "", "");
        for name in [a, b] {
            let variable = Variable::new("n", "", "", &[], vec![1.0]);
            table
                .add(
                    Group::new(name, "")
                        .with_variable(variable)
                        .expect("a group"),
                )
                .expect("added");
        }
        table.content_sha256()
    };
    assert_ne!(
        group("a", "bc"),
        group("ab", "c"),
        "lengths keep texts apart"
    );
}
