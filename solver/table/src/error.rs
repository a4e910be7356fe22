//! What can be wrong with a table or its file.

use std::io;
use std::path::{Path, PathBuf};

use crate::FileError;

/// A table that contradicts itself, a file that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] FileError),
    /// A name that HDF5, netCDF or MATLAB would not take.
    #[error(
        "the {what} name \"{name}\" is not allowed: use letters A-Z, a-z, digits and _, at least one"
    )]
    Name {
        /// "group", "axis", "variable", "attribute", "field", "file".
        what: &'static str,
        /// The name given.
        name: String,
    },
    /// Two things of one name in one group, companions such as NAME_error included.
    #[error(
        "{place} has two entries named \"{name}\" (NAME_error, NAME_status, NAME_reason and NAME_reason_text are taken by the variable NAME)"
    )]
    Duplicate {
        /// The group.
        place: String,
        /// The name.
        name: String,
    },
    /// An array whose length contradicts the axes.
    #[error("{place}: {what} has {found} entries, the axes ask for {expected}")]
    Length {
        /// Group and variable.
        place: String,
        /// Which array.
        what: &'static str,
        /// Entries given.
        found: usize,
        /// Entries wanted.
        expected: usize,
    },
    /// A variable along an axis that its group lacks.
    #[error("{place} is along the axis \"{axis}\", which its group lacks; it has: {present}")]
    UnknownAxis {
        /// Group and variable.
        place: String,
        /// The axis asked for.
        axis: String,
        /// The axes there are.
        present: String,
    },
    /// A value that contradicts its status, or a text that no file can hold.
    #[error("{place}: {problem}")]
    Inconsistent {
        /// Group and variable.
        place: String,
        /// The contradiction.
        problem: &'static str,
    },
    /// The HDF5 library refused.
    #[error("cannot {attempt} the loss table {}: {source}", path.display())]
    Hdf5 {
        /// What was attempted.
        attempt: &'static str,
        /// The file.
        path: PathBuf,
        /// The library's own words.
        source: hdf5::Error,
    },
    /// Not an HDF5 file.
    #[error("{} is not an HDF5 file ({found}); a loss table is written by `cpo run` as loss_table.h5", path.display())]
    NotHdf5 {
        /// The file.
        path: PathBuf,
        /// What its first bytes are.
        found: &'static str,
    },
    /// An HDF5 file that ends early.
    #[error("{} is truncated: an interrupted copy or a full disk; copy it again or run the study again ({source})", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The library's own words.
        source: hdf5::Error,
    },
    /// An HDF5 file of somebody else.
    #[error("{} is an HDF5 file but not a loss table of this program: {missing}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What a loss table would have.
        missing: String,
    },
    /// A loss table of a later version.
    #[error(
        "{} has schema version {found}; this program reads up to {major}.x: use a newer program",
        path.display(), major = crate::SCHEMA_MAJOR
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
    },
    /// A file of ours that lacks something or contradicts itself.
    #[error("{} is damaged or was changed after it was written: {problem}; copy it again or run its study again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is missing, or the contradiction.
        problem: String,
    },
    /// What a file holds is not what it held when it was written.
    #[error(
        "{} was changed after it was written: {what} has the SHA-256 {found}, {attribute} says {stated}; \
         copy it again, or write its study out and run that",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// "its study", "its content".
        what: &'static str,
        /// The attribute with the sum.
        attribute: &'static str,
        /// The sum there.
        stated: String,
        /// The sum of what there is.
        found: String,
    },
    /// The CSV writer refused.
    #[error("cannot write the table {} as CSV: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// The writer's own words.
        source: csv::Error,
    },
}

impl TableError {
    /// An [`TableError::Io`] where HDF5 passes on an error of the system, which it hides in a long message; else
    /// [`TableError::Hdf5`].
    pub(crate) fn hdf5(attempt: &'static str, path: &Path, source: hdf5::Error) -> Self {
        let message = source.to_string();
        let number = message.split_once("errno = ").and_then(|(_, rest)| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            digits.parse::<i32>().ok()
        });
        match number {
            Some(number) => {
                let system = io::Error::from_raw_os_error(number);
                FileError::at(attempt, path)(system).into()
            }
            None => Self::Hdf5 {
                attempt,
                path: path.to_path_buf(),
                source,
            },
        }
    }

    /// Whether the machine, not the input, is at fault (exit code 3).
    pub fn is_machine(&self) -> bool {
        matches!(self, Self::Io(_) | Self::Hdf5 { .. } | Self::Csv { .. })
    }
}
