//! A study file to a folder of results: read, plan, run, write.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::link::{self, LinkOutcome};
use crate::plan::Plan;
use crate::present;
use crate::provenance::{peak_bytes, processor_seconds, provenance};
use crate::run::{Checkpoints, Progress, Results, ThreadsError, run};
use crate::study::Study;
use crate::summary::{Cost, link_summary, summary};
use crate::table::{Status, TableError, write_csv, write_table};
use crate::tabulate::loss_table;
use crate::write::OutputDirectory;
use crate::{OutputError, StudyError};

/// Why a job did not end in a folder of results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The study is invalid.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The loss table could not be made or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The folder could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The threads could not be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

impl JobError {
    /// Whether the machine is at fault and not the study.
    pub fn is_machine(&self) -> bool {
        match self {
            Self::Study(error) => matches!(error, StudyError::Read { .. }),
            Self::Table(error) => error.is_machine(),
            Self::Output(error) => error.is_machine(),
            Self::Threads(_) => true,
        }
    }
}

/// A study read and laid out.
pub struct Job {
    /// The study.
    pub study: Study,
    /// Its points.
    pub plan: Plan,
}

/// What a job left behind.
pub struct Delivered {
    /// The folder.
    pub directory: PathBuf,
    /// The results.
    pub results: Results,
    /// The answers of its links.
    pub links: Vec<LinkOutcome>,
    /// What they cost.
    pub cost: Cost,
    /// (point, reason) of every point and link that failed.
    pub failures: Vec<(String, String)>,
}

impl Delivered {
    /// Whether every value converged and every link was answered.
    pub fn all_well(&self) -> bool {
        self.results.status() == Status::Ok && self.failures.is_empty()
    }
}

impl Job {
    /// Reads and plans the study in `file`.
    ///
    /// # Errors
    /// [`JobError::Study`] with every mistake found.
    pub fn read(file: &Path) -> Result<Self, JobError> {
        let study = Study::read(file)?;
        let plan = study.plan()?;
        Ok(Self { study, plan })
    }

    /// The folder that results go to unless another is asked for: out/NAME.
    pub fn default_directory(&self) -> PathBuf {
        let clean = |c: char| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        };
        Path::new("out").join(self.study.name.chars().map(clean).collect::<String>())
    }

    /// Solves everything on `threads` threads and writes it to `directory`, which is checked first,
    /// so that a run does not find out at its end that it cannot write. An earlier run of this
    /// program there is replaced as a whole once all is written. Finished points are kept beside it until
    /// then: a run that was killed goes on where it was.
    ///
    /// # Errors
    /// [`JobError::Output`], [`JobError::Table`] if the folder cannot be written or holds something else;
    /// [`JobError::Threads`]. Points that fail are results.
    pub fn run(
        &self,
        directory: &Path,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Delivered, JobError> {
        let start = Instant::now();
        // Prepared and dropped: what cannot be written is known before hours of solving.
        let target = OutputDirectory::prepare(directory)?.target().to_owned();
        let checkpoints = Checkpoints::beside(&target, &self.study);
        let results = run(&self.study, &self.plan, threads, &checkpoints, progress)?;
        let output = OutputDirectory::prepare(directory)?;
        let facts = provenance(&self.study);
        let table = loss_table(&self.study, &self.plan, &results, &facts)?;
        write_table(&table, &output.file("loss_table.h5")?)?;
        write_csv(&table, &output.file("loss_table.csv")?)?;
        output.write("study.toml", self.study.text().as_bytes())?;
        let figures = present::figures(&self.study, &self.plan, &results)?;
        let links = link::answer(&self.study.links, &table);
        let pages = present::link_pages(&links)?;
        for figure in figures.iter().chain(&pages.figures) {
            output.write(&format!("figures/{}.png", figure.name), &figure.light.png)?;
        }
        for (name, circuit) in results.circuits(&self.plan) {
            output.write(&format!("circuits/{name}.cir"), circuit.as_bytes())?;
        }
        let cost = Cost {
            wall_s: start.elapsed().as_secs_f64(),
            cpu_s: processor_seconds(),
            peak_bytes: peak_bytes(),
            points: self.plan.len(),
        };
        let mut report =
            present::report(&self.study, &self.plan, &results, &figures, &cost, &facts);
        report.add_links(&links, pages.sections);
        output.write("report.html", report.render()?.as_bytes())?;
        let mut brief = summary(&self.study, &self.plan, &results, &cost, &facts);
        brief["link"] = link_summary(&links);
        let text = format!("{brief:#}\n");
        output.write("summary.json", text.as_bytes())?;
        let mut failures = results.failures(&self.study, &self.plan);
        failures.extend(links.iter().filter_map(LinkOutcome::failure));
        let directory = output.commit()?;
        checkpoints.remove();
        Ok(Delivered {
            directory,
            results,
            links,
            cost,
            failures,
        })
    }
}
