//! A loss table's own study, run again: the same bits come out, whatever the number of threads, or it is said what differs.
//!
//! The table holds the study and the files that it names, verbatim; nothing else is read. Another program, or another
//! processor's mathematics, may give other bits: then the error bars are what two tables can be compared by.

use std::path::Path;

use cpo_table::{Difference, FileError, LossTable, read_table};

use crate::job::{Delivered, Job, JobError};
use crate::output_error::OutputError;
use crate::provenance::program;
use crate::run::Progress;
use crate::study::Study;

/// What a run again came to.
pub struct Rerun {
    /// The new run; its folder is gone if none was asked for.
    pub delivered: Delivered,
    /// What the new table has otherwise, bit for bit.
    pub difference: Difference,
}

impl Job {
    /// Plans the study that `table` holds; `name` is what messages call it.
    ///
    /// # Errors
    /// [`JobError::Study`] with every mistake found: a later program may want more of a study, and tables before schema 1.1
    /// hold no files that a study names.
    pub fn of_table(table: &LossTable, name: &str) -> Result<Self, JobError> {
        let study = Study::of_table(table, name)?;
        let plan = study.plan()?;
        Ok(Self { study, plan })
    }

    /// Runs this job of `table` into `directory`, or aside, and compares the new table with it.
    ///
    /// # Errors
    /// As [`Job::run`]; the new table cannot be read back.
    pub fn rerun(
        &self,
        table: &LossTable,
        directory: Option<&Path>,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Rerun, JobError> {
        let (_aside, directory) = match directory {
            Some(directory) => (None, directory.to_owned()),
            None => {
                let place = std::env::temp_dir();
                let aside = tempfile::tempdir_in(&place)
                    .map_err(FileError::at("create a directory in", &place))
                    .map_err(OutputError::from)?;
                let directory = aside.path().join("run");
                (Some(aside), directory)
            }
        };
        let delivered = self.run(&directory, threads, progress)?;
        let again = read_table(&delivered.directory.join("loss_table.h5"))?;
        Ok(Rerun {
            difference: table.difference_in_bits(&again),
            delivered,
        })
    }
}

/// Why this program need not give the bits of `table`: it is another, or its source was changed.
pub fn other_program(table: &LossTable) -> Option<String> {
    let then = |name: &str| {
        let fact = table.provenance.iter().find(|fact| fact.name == name);
        fact.and_then(|fact| fact.as_text()).unwrap_or("unknown")
    };
    let now = program();
    let told = |facts: [&str; 2]| format!("{}, commit {}", facts[0], facts[1]);
    let (then, now) = (
        [then("program"), then("commit")],
        [now[0].1.as_str(), now[1].1.as_str()],
    );
    if then != now {
        return Some(format!(
            "the table is by {}; this is {}: bits may differ, error bars should meet",
            told(then),
            told(now)
        ));
    }
    let uncertain = now[1] == "unknown" || now[1].contains("dirty");
    uncertain.then(|| {
        format!(
            "the table is by {}, as this program calls itself too: its source may have changed in between",
            told(then)
        )
    })
}
