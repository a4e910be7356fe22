//! The page on the schema says what the writer does.

mod common;

use common::example_table;
use cpo_table::{SCHEMA_VERSION, Status, write_table};
use tempfile::tempdir;

#[test]
fn the_page_names_every_member_of_the_schema() {
    const PAGE: &str = include_str!("../../../docs/loss-table.md");
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    let mut table = example_table().expect("a table");
    table.attributes.clear();
    write_table(&table, &path).expect("written");
    let file = hdf5::File::open(&path).expect("opened");
    for name in file.attr_names().expect("names") {
        assert!(
            PAGE.contains(&format!("`{name}`")),
            "no root attribute {name}"
        );
    }
    let provenance = file
        .group("provenance")
        .expect("there")
        .member_names()
        .expect("names");
    for name in provenance {
        assert!(
            PAGE.contains(&format!("`provenance/{name}`")),
            "no provenance/{name}"
        );
    }
    for status in Status::ALL {
        let row = format!("| {} | {status} |", status.code());
        assert!(PAGE.contains(&row), "no status {row}");
    }
    for suffix in ["error", "status", "reason", "reason_text"] {
        assert!(
            PAGE.contains(&format!("| NAME_{suffix} |")),
            "no companion {suffix}"
        );
    }
    let newest = PAGE
        .split("## Versions")
        .nth(1)
        .expect("a table of versions");
    let newest = newest
        .lines()
        .filter(|line| line.starts_with('|'))
        .nth(2) // below the heading and its rule
        .expect("a version");
    assert!(
        newest.starts_with(&format!("| {SCHEMA_VERSION} |")),
        "{newest}"
    );
}
