//! `cpo check`.

use std::path::Path;

use cpo_study::Job;
use cpo_study::estimate::estimate;

use crate::run::refused;
use crate::{Ending, say, tell};

pub(crate) fn check(study: &Path) -> Ending {
    let job = match Job::read(study) {
        Ok(job) => job,
        Err(error) => return refused(&error),
    };
    for warning in &job.study.warnings {
        tell!("{warning}");
    }
    let tables = match estimate(&job.study, &job.plan) {
        Ok(tables) => tables,
        Err(reason) => {
            tell!("{}: {reason}", study.display());
            return Ending::InvalidStudy;
        }
    };
    say!(
        "{}: {} points, no mistakes found",
        job.study.name,
        job.plan.len()
    );
    say!(
        "{:<24} {:>7} {:>22} {:>12} {:>12}",
        "table",
        "points",
        "unknowns per level",
        "memory",
        "time"
    );
    for table in &tables {
        let [least, most] = table.unknowns;
        let unknowns = if most == 0 {
            String::from("-")
        } else {
            format!("{least} to {most}")
        };
        let memory = if table.bytes == 0.0 {
            String::from("-")
        } else {
            format!("{:.2} GB", table.bytes / 1e9)
        };
        let time = format!("{:.1} s", table.seconds);
        say!(
            "{:<24} {:>7} {:>22} {:>12} {:>12}",
            table.name,
            table.points,
            unknowns,
            memory,
            time
        );
    }
    // From +0: the empty sum is −0.
    let seconds = tables.iter().fold(0.0, |sum, t| sum + t.seconds);
    let bytes = tables.iter().map(|t| t.bytes).fold(0.0, f64::max);
    say!(
        "about {seconds:.0} s of processor time in all and {:.2} GB for a point at once; levels are refined only as far as the error asked for needs",
        bytes / 1e9
    );
    for record in job.study.materials_used() {
        if record.asked != record.name {
            say!("material \"{}\" is {}", record.asked, record.name);
        }
    }
    Ending::AllWell
}
