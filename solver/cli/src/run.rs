//! `cpo run`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use cpo_study::Job;

use crate::progress::Terminal;
use crate::{Ending, say, tell};

pub(crate) fn run(study: &Path, output: Option<PathBuf>, threads: Option<NonZeroUsize>) -> Ending {
    let job = match Job::read(study) {
        Ok(job) => job,
        Err(error) => return refused(&error),
    };
    for warning in &job.study.warnings {
        tell!("{warning}");
    }
    let directory = output.unwrap_or_else(|| job.default_directory());
    match job.run(&directory, threads_or_all(threads), &Terminal::new()) {
        Err(error) => refused(&error),
        Ok(delivered) => {
            for (point, reason) in &delivered.failures {
                tell!("failed: {point}: {reason}");
            }
            let heats = job.plan.heats.iter().zip(&delivered.results.heats);
            for (point, solved) in heats.filter_map(|(p, o)| o.as_ref().ok().map(|o| (p, o))) {
                let symmetric = match solved.reciprocity {
                    Some(reciprocity) => format!("R = R^T to {reciprocity:.0e}"),
                    None => String::from("R is not symmetric: a coolant takes heat downstream"),
                };
                say!(
                    "heat.{}: heat out = heat in to {:.0e}, {symmetric}",
                    point.heat,
                    solved.energy_balance,
                );
            }
            for link in &delivered.links {
                crate::link::told(link);
            }
            let cost = delivered.cost;
            say!(
                "{}: {} points in {:.1} s ({:.1} s of processor, {:.2} GB)",
                job.study.name,
                cost.points,
                cost.wall_s,
                cost.cpu_s,
                cost.peak_bytes as f64 / 1e9
            );
            say!("results in {}", delivered.directory.display());
            if delivered.all_well() {
                return Ending::AllWell;
            }
            let what = if delivered.failures.is_empty() {
                "did not converge"
            } else {
                "failed"
            };
            tell!("some points {what}; they are marked so in every file");
            Ending::SomeFailed
        }
    }
}

/// The threads asked for, or as many as there are cores.
pub(crate) fn threads_or_all(threads: Option<NonZeroUsize>) -> usize {
    threads
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get)
}

/// Tells why nothing was run.
pub(crate) fn refused(error: &cpo_study::JobError) -> Ending {
    tell!("{error}");
    if error.is_machine() {
        Ending::Machine
    } else {
        Ending::InvalidStudy
    }
}
