//! What can go wrong between a study file and its plan.

use std::fmt;
use std::path::PathBuf;

use crate::file::{Diagnostic, Severity};

/// Errors of reading and planning a study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The file cannot be read.
    #[error("cannot read the study {}: {source}; check the path and its permissions", path.display())]
    Read {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not text.
    #[error("the study {} is not UTF-8 text (byte {byte}); save it as UTF-8", path.display())]
    NotText {
        /// The path as given.
        path: PathBuf,
        /// The first byte that is not UTF-8.
        byte: usize,
    },
    /// The study has mistakes; each names its line.
    #[error("{0}")]
    Invalid(Report),
    /// A table is asked for by a name that the study does not have.
    #[error("the study has no [{table}.{name}]")]
    NoSuchTable {
        /// Kind of table, `cross_section`.
        table: &'static str,
        /// The name asked for.
        name: String,
    },
}

/// The mistakes of a study, by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Errors and warnings in the order of their lines; at least one is an error.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// The errors alone.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.diagnostics {
            writeln!(f, "{diagnostic}\n")?;
        }
        match self.errors().count() {
            1 => write!(f, "the study has 1 error"),
            errors => write!(f, "the study has {errors} errors"),
        }
    }
}
