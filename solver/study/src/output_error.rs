//! What can go wrong on the way from numbers to files.

use std::path::PathBuf;

use crate::table::FileError;

/// An error of the output floor: a folder or a file that cannot be written, a figure that cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] FileError),
    /// The output directory holds something that is not a run of this program.
    #[error(
        "the output directory {} holds {found}, which is not a run of this program (a run has study.toml and summary.json); \
         nothing was touched: choose another directory with -o, or empty this one",
        path.display()
    )]
    NotOurs {
        /// The directory.
        path: PathBuf,
        /// What is there.
        found: String,
    },
    /// A run was to be put in place without the files by which it is recognised later.
    #[error("the run for {} is incomplete: {missing} was not written", path.display())]
    Incomplete {
        /// The directory wanted.
        path: PathBuf,
        /// The missing file.
        missing: &'static str,
    },
    /// A name that leads out of the output directory.
    #[error("the file name \"{name}\" is not one within the output directory")]
    FileName {
        /// The name given.
        name: String,
    },
    /// A figure whose data cannot be drawn.
    #[error("cannot draw the figure \"{figure}\": {problem}")]
    Figure {
        /// Title of the figure.
        figure: String,
        /// What is wrong with the data, or what the renderer said.
        problem: String,
    },
    /// The report's template refused.
    #[error("cannot render the report: {0}")]
    Report(#[from] minijinja::Error),
}

impl OutputError {
    /// Whether the machine, not the input, is at fault (exit code 3).
    pub fn is_machine(&self) -> bool {
        matches!(self, Self::Io(_))
    }
}
