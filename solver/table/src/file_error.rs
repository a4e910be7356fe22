//! What the operating system says of a file.

use std::io;
use std::path::{Path, PathBuf};

/// The operating system refused.
#[derive(Debug, thiserror::Error)]
#[error("cannot {attempt} {}: {source}", path.display())]
pub struct FileError {
    /// What was attempted: "create", "write", "rename", ...
    pub attempt: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// The system's own words.
    pub source: io::Error,
}

impl FileError {
    /// A closure for `map_err`.
    pub fn at(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self {
            attempt,
            path: path.to_path_buf(),
            source,
        }
    }
}
