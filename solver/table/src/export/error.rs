//! What can be wrong with an export.

use std::path::PathBuf;

use super::Format;
use crate::{FileError, TableError};

/// A table that holds nothing for a format, a place that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The table contradicts itself or cannot be written in this form.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No group of that path, and none below it.
    #[error("the table has no group \"{path}\"; it has {present}")]
    NoGroup {
        /// The path asked for.
        path: String,
        /// The paths there are.
        present: String,
    },
    /// Groups that have nothing which this format can carry.
    #[error("nothing to export as {format}: it carries {carries}; the groups given are {present}")]
    Nothing {
        /// The format.
        format: Format,
        /// What it carries.
        carries: &'static str,
        /// The groups there are.
        present: String,
    },
    /// A length of a guide that is none.
    #[error("a guide of {length} m cannot be exported: its length must be finite and not negative")]
    Length {
        /// The length, m.
        length: f64,
    },
    /// Something of the user's is where a folder should go.
    #[error(
        "{} exists; this export is a folder of files and replaces nothing: name another or delete it",
        path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] FileError),
}

impl ExportError {
    /// Whether the machine, not the input, is at fault (exit code 3).
    pub fn is_machine(&self) -> bool {
        match self {
            Self::Table(error) => error.is_machine(),
            Self::Io(_) => true,
            Self::NoGroup { .. }
            | Self::Nothing { .. }
            | Self::Length { .. }
            | Self::Exists { .. } => false,
        }
    }
}
