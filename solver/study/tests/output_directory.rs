//! An output directory holds a whole run, or what was there before.

use std::fs;
use std::path::Path;

use cpo_study::OutputError;
use cpo_study::write::{OutputDirectory, SUMMARY_SCHEMA};
use tempfile::tempdir;

/// Writes a run whose study file is `study`.
fn run(target: &Path, study: &str) -> Result<(), OutputError> {
    let output = OutputDirectory::prepare(target)?;
    output.write("study.toml", study.as_bytes())?;
    output.write(
        "summary.json",
        format!("{{\"schema\": \"{SUMMARY_SCHEMA}\"}}").as_bytes(),
    )?;
    output.write("figures/mode.png", b"...")?;
    assert_eq!(output.commit()?.file_name(), target.file_name());
    Ok(())
}

/// Names in `folder`, hidden ones included, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_is_put_in_place_and_replaced_whole() {
    let parent = tempdir().expect("a directory");
    let target = parent.path().join("deep/out");
    run(&target, "first").expect("a new directory, its parents created");
    fs::write(target.join("old_only.csv"), "").expect("written");
    run(&target, "second").expect("replaces an earlier run");
    assert_eq!(
        fs::read_to_string(target.join("study.toml")).expect("read"),
        "second"
    );
    assert_eq!(names(&target), ["figures", "study.toml", "summary.json"]);
    assert_eq!(
        names(&parent.path().join("deep")),
        ["out"],
        "nothing is left aside"
    );
    fs::create_dir(parent.path().join("empty")).expect("created");
    run(&parent.path().join("empty"), "third").expect("an empty directory is taken");
}

#[cfg(unix)]
#[test]
fn a_run_is_as_readable_as_any_directory() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempdir().expect("a directory");
    run(&parent.path().join("out"), "").expect("written");
    fs::create_dir(parent.path().join("other")).expect("created");
    let mode = |name: &str| {
        fs::metadata(parent.path().join(name))
            .expect("there")
            .permissions()
            .mode()
    };
    assert_eq!(mode("out"), mode("other"));
}

#[test]
fn what_is_not_ours_is_not_touched() {
    let parent = tempdir().expect("a directory");
    let refused = |target: &Path| {
        let error = OutputDirectory::prepare(target).expect_err("not ours");
        assert!(matches!(error, OutputError::NotOurs { .. }), "{error}");
        error.to_string()
    };
    let thesis = parent.path().join("thesis");
    fs::create_dir(&thesis).expect("created");
    fs::write(thesis.join("thesis.tex"), "years of work").expect("written");
    assert!(refused(&thesis).contains("thesis.tex"));
    fs::write(thesis.join("study.toml"), "").expect("written");
    fs::write(
        thesis.join("summary.json"),
        "{\"schema\": \"somebody else's\"}",
    )
    .expect("written");
    refused(&thesis);
    refused(&thesis.join("thesis.tex"));
    assert_eq!(names(&thesis), ["study.toml", "summary.json", "thesis.tex"]);
    assert_eq!(names(parent.path()), ["thesis"]);
    refused(Path::new("/"));
}

#[test]
fn a_directory_taken_meanwhile_is_not_touched() {
    let parent = tempdir().expect("a directory");
    let target = parent.path().join("out");
    let output = OutputDirectory::prepare(&target).expect("free");
    output.write("study.toml", b"").expect("written");
    output
        .write(
            "summary.json",
            format!("{{\"schema\": \"{SUMMARY_SCHEMA}\"}}").as_bytes(),
        )
        .expect("written");
    fs::create_dir(&target).expect("created");
    fs::write(target.join("notes.txt"), "").expect("written");
    assert!(matches!(output.commit(), Err(OutputError::NotOurs { .. })));
    assert_eq!(names(&target), ["notes.txt"]);
    assert_eq!(names(parent.path()), ["out"]);
}

#[test]
fn an_abandoned_or_incomplete_run_leaves_the_earlier_one() {
    let parent = tempdir().expect("a directory");
    let target = parent.path().join("out");
    run(&target, "first").expect("written");
    let output = OutputDirectory::prepare(&target).expect("ours");
    output.write("study.toml", b"second").expect("written");
    drop(output);
    let output = OutputDirectory::prepare(&target).expect("ours");
    output.write("study.toml", b"third").expect("written");
    assert!(
        matches!(output.commit(), Err(OutputError::Incomplete { .. })),
        "no summary.json"
    );
    assert_eq!(
        fs::read_to_string(target.join("study.toml")).expect("read"),
        "first"
    );
    assert_eq!(names(parent.path()), ["out"]);
}

#[test]
fn an_unwritable_parent_is_named() {
    // A folder below a file: refused to the superuser too, unlike a missing permission.
    let parent = tempdir().expect("a directory");
    fs::write(parent.path().join("file"), "").expect("written");
    let error = OutputDirectory::prepare(&parent.path().join("file/out")).expect_err("no folder");
    assert!(
        error.is_machine() && error.to_string().contains("file"),
        "{error}"
    );
    if Path::new("/proc/self").exists() {
        let error = OutputDirectory::prepare(Path::new("/proc/no_such_run/out"))
            .expect_err("no folder can be made there");
        assert!(
            error.is_machine() && error.to_string().contains("/proc"),
            "{error}"
        );
    }
}

#[test]
fn names_cannot_leave_the_directory() {
    let parent = tempdir().expect("a directory");
    let output = OutputDirectory::prepare(&parent.path().join("out")).expect("free");
    for name in ["", "../x", "/etc/x", "figures/../../x"] {
        assert!(
            matches!(output.write(name, b""), Err(OutputError::FileName { .. })),
            "{name}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_run_stays_a_link() {
    let parent = tempdir().expect("a directory");
    let real = parent.path().join("real");
    run(&real, "first").expect("written");
    let link = parent.path().join("link");
    std::os::unix::fs::symlink(&real, &link).expect("linked");
    let output = OutputDirectory::prepare(&link).expect("ours");
    output.write("study.toml", b"second").expect("written");
    output
        .write(
            "summary.json",
            format!("{{\"schema\": \"{SUMMARY_SCHEMA}\"}}").as_bytes(),
        )
        .expect("written");
    output.commit().expect("replaced");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(
        fs::read_to_string(real.join("study.toml")).expect("read"),
        "second"
    );
}
