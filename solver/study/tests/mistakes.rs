//! Mistakes that people make, one kind a file. A comment `#~ text` behind a line says that an error
//! at that line must contain the text; `#^ text` that the line above must. There must be no other
//! errors.

use std::path::{Path, PathBuf};

use cpo_study::{Diagnostic, Severity, Study, StudyError};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn diagnose(text: &str, name: &str) -> Vec<Diagnostic> {
    let outcome = Study::parse(text, name, &folder()).and_then(|study| {
        let warnings = study.warnings.clone();
        study.plan().map(|_| warnings)
    });
    match outcome {
        Ok(warnings) => warnings,
        Err(StudyError::Invalid(report)) => report.diagnostics,
        Err(other) => panic!("{name}: {other}"),
    }
}

/// (line, fragment) of each annotation.
fn expected(text: &str) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for part in line.split('#').skip(1) {
            if let Some(fragment) = part.strip_prefix('~') {
                all.push((i + 1, fragment.trim().to_owned()));
            } else if let Some(fragment) = part.strip_prefix('^') {
                all.push((i, fragment.trim().to_owned()));
            }
        }
    }
    all
}

/// The text as the study has it: a message quotes its line, which must not contain the annotation.
fn without_annotations(text: &str) -> String {
    let bare = |line: &str| -> String {
        let end = ["#~", "#^"].iter().filter_map(|mark| line.find(mark)).min();
        line[..end.unwrap_or(line.len())].trim_end().to_owned()
    };
    text.lines().map(bare).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn every_mistake_is_found_at_its_line() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 25, "only {} files", files.len());
    let mut failures = String::new();
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let found = diagnose(&without_annotations(&text), name);
        let mut open = expected(&text);
        let count = open.len();
        if count == 0 {
            failures += &format!("\n{name}: the file expects nothing");
        }
        for diagnostic in &found {
            let shown = diagnostic.to_string();
            let wanted = |(line, fragment): &(usize, String)| {
                *line == diagnostic.location.line && shown.contains(fragment.as_str())
            };
            match open.iter().position(wanted) {
                Some(at) => {
                    open.remove(at);
                }
                None => failures += &format!("\n{name}: not expected:\n{shown}\n"),
            }
            assert!(shown.starts_with(match diagnostic.severity {
                Severity::Error => "error: ",
                Severity::Warning => "warning: ",
            }));
        }
        for (line, fragment) in open {
            failures += &format!(
                "\n{name}: line {line} lacks \"{fragment}\" ({} found)",
                found.len()
            );
        }
        let lines: Vec<usize> = found.iter().map(|d| d.location.line).collect();
        assert!(lines.is_sorted(), "{name}: {lines:?}");
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The whole message, as a person sees it.
#[test]
fn a_message_names_file_line_column_key_and_fix() {
    let text = "[study]\nname = \"a\"\n[parameters]\nangle = \"8 deg\"\n[fiber.smf]\n\
                mode_field_diameter = \"angle\"\n";
    let error = Study::parse(text, "a.toml", Path::new("")).unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains(
            "error: parameter `angle` cannot be used for `mode_field_diameter`: '8 deg' is an angle; \
             a length was expected, such as \"220 nm\"\n \
             --> a.toml:6:23, fiber.smf.mode_field_diameter\n  |\n\
             6 | mode_field_diameter = \"angle\"\n  |                       ^^^^^^^\n \
             --> a.toml:4:9, parameters.angle\n  |\n\
             4 | angle = \"8 deg\"\n  |         ^^^^^^^ `angle` is defined here"
        ),
        "{shown}"
    );
    assert!(shown.ends_with("the study has 1 error"), "{shown}");
}

#[test]
fn a_missing_file_and_a_file_that_is_not_text_are_errors() {
    let missing = Study::read(&folder().join("none.toml")).unwrap_err();
    assert!(matches!(missing, StudyError::Read { .. }), "{missing}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binary.toml");
    std::fs::write(&path, b"a = \"\xff\"").unwrap();
    let error = Study::read(&path).unwrap_err();
    assert!(
        matches!(error, StudyError::NotText { byte: 5, .. }),
        "{error}"
    );
}
