//! Runs every validation case and writes `REPORT.md`. Exit code 1 if anything failed, 3 if it could not run.

use std::process::ExitCode;

use cpo_validation::report::Report;

fn main() -> ExitCode {
    let report = match Report::run(|what| eprintln!("{what}")) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("validation could not run: {error}");
            return ExitCode::from(3);
        }
    };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/REPORT.md");
    if let Err(error) = std::fs::write(path, report.markdown()) {
        eprintln!("writing {path}: {error}");
        return ExitCode::from(3);
    }
    for (run, check) in report.violations() {
        println!(
            "VIOLATION: {} {} at {:.0e} asked: error {:.2e}, bar {:.2e}",
            check.case,
            check.quantity,
            run.asked,
            check.error(),
            check.bar.unwrap_or(f64::NAN)
        );
    }
    for section in &report.sections {
        for check in section.checks.iter().filter(|check| !check.passed()) {
            println!(
                "FAILED: {} {}: {} against {}, error {:.2e}, bar {:?}, tolerance {:.1e}",
                check.case,
                check.quantity,
                check.computed,
                check.reference,
                check.error(),
                check.bar,
                check.tolerance
            );
        }
    }
    for check in report.misses() {
        println!(
            "known to miss: {} {}: {:.4} against {}",
            check.case, check.quantity, check.computed, check.reference
        );
    }
    let (passed, failed) = report.tally();
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}
