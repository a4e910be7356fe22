//! Other programs that read our files in tests. Where one is missing a test says so and passes, unless `CPO_READERS` is
//! "required", as in `.ci/run`: a test that skips itself there proves nothing.

use std::path::Path;
use std::process::{Command, Output};

/// Says that something is missing, or fails where it must not be.
fn missing(what: &str) {
    assert!(
        std::env::var("CPO_READERS").as_deref() != Ok("required"),
        "{what}, and CPO_READERS says that no reader may be missing"
    );
    println!("skipped: {what}");
}

/// Runs `command`; `None` where it is not installed.
pub fn output_of(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            let program = command.get_program().to_string_lossy();
            missing(&format!("{program} does not run here ({error})"));
            None
        }
    }
}

/// Runs a script of solver/table/tests with those modules at hand; its mistakes are the test's. Another interpreter, such as
/// one of a virtual environment, may be named by `PYTHON`.
pub fn python(modules: &str, script: &str, arguments: &[&Path]) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let Some(found) = output_of(Command::new(&python).args(["-c", &format!("import {modules}")]))
    else {
        return;
    };
    if !found.status.success() {
        return missing(&format!("{python} lacks one of {modules}"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // solver/table's own tests, or those of a crate beside it
    let script = folder.join("../table/tests").join(script);
    if let Some(output) = output_of(Command::new(&python).arg(script).args(arguments)) {
        assert!(output.status.success(), "{}", said(&output));
        println!("{}", said(&output));
    }
}

/// What a program said.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
