//! Study file to loss table: reading and checking a study, and laying out its points.
//!
//! ```no_run
//! let study = cpo_study::Study::read("edge_coupler.toml".as_ref())?;
//! let plan = study.plan()?;
//! println!("{}: {} points", study.name, plan.len());
//! # Ok::<(), cpo_study::StudyError>(())
//! ```

mod error;
pub mod estimate;
pub mod figures;
pub mod file;
pub mod job;
pub mod link;
pub mod number;
mod output_error;
pub mod plan;
pub mod present;
mod provenance;
pub mod report;
mod rerun;
pub mod run;
pub mod study;
pub mod summary;
pub mod tabulate;
pub mod write;

pub use cpo_table as table;
pub use error::{Report, StudyError};
pub use file::{Diagnostic, Location, Severity};
pub use job::{Delivered, Job, JobError};
pub use output_error::OutputError;
pub use plan::Plan;
pub use rerun::{Rerun, other_program};
pub use study::Study;
