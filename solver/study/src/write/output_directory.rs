//! An output directory that holds a whole run or is left as it was.
//!
//! A run is written aside, in `.NAME.partial-…` beside its destination, brought to disk and renamed into place. An earlier
//! run there is renamed aside first and deleted last, so that at each moment at least one of the two is whole.

use std::fs;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::output_error::OutputError;
use crate::table::FileError;

/// `schema` of summary.json: with study.toml beside it, the mark of a run of ours.
pub const SUMMARY_SCHEMA: &str = "cpo summary 1.0";
/// What `schema` of any version begins with.
const SUMMARY_SCHEMA_NAME: &str = "cpo summary ";

/// A run being written for `target`; dropped without [`OutputDirectory::commit`], it leaves nothing.
#[derive(Debug)]
pub struct OutputDirectory {
    target: PathBuf,
    partial: TempDir,
}

impl OutputDirectory {
    /// Prepares to write a run to `target`, which is not touched before [`OutputDirectory::commit`].
    ///
    /// # Errors
    /// `target` is a file, or a directory with something other than a run of ours; its parent cannot be created or written.
    pub fn prepare(target: &Path) -> Result<Self, OutputError> {
        let target = resolve(target)?;
        check_replaceable(&target)?;
        let (parent, name) = split(&target)?;
        fs::create_dir_all(parent).map_err(FileError::at("create", parent))?;
        let partial = aside(parent, &format!(".{name}.partial-"))?;
        Ok(Self { target, partial })
    }

    /// Where the run will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the run is being written: for writers that take a path.
    pub fn path(&self) -> &Path {
        self.partial.path()
    }

    /// The path of the file `name` ("report.html", "figures/mode.png") in the directory being written, its folder created.
    ///
    /// # Errors
    /// A name that leads out of the directory; what the system says.
    pub fn file(&self, name: &str) -> Result<PathBuf, OutputError> {
        if name.is_empty()
            || !Path::new(name)
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(OutputError::FileName {
                name: name.to_owned(),
            });
        }
        let path = self.path().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(FileError::at("create", folder))?;
        }
        Ok(path)
    }

    /// Writes one file of the run.
    ///
    /// # Errors
    /// As [`OutputDirectory::file`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.file(name)?;
        Ok(fs::write(&path, bytes).map_err(FileError::at("write", &path))?)
    }

    /// Brings the run to disk and puts it in place of an earlier one.
    ///
    /// # Errors
    /// study.toml or summary.json (with `schema`) missing; `target` taken by something else meanwhile; what the system says.
    /// The earlier run is then still in place.
    pub fn commit(self) -> Result<PathBuf, OutputError> {
        if let Some(missing) = missing_mark(self.path()) {
            return Err(OutputError::Incomplete {
                path: self.target.clone(),
                missing,
            });
        }
        synchronise(self.path())?;
        check_replaceable(&self.target)?;
        let (parent, name) = split(&self.target)?;
        let rename =
            |from: &Path, to: &Path| fs::rename(from, to).map_err(FileError::at("rename", to));
        let old = if self.target.exists() {
            let old = aside(parent, &format!(".{name}.replaced-"))?;
            rename(&self.target, &old.path().join("run"))?;
            Some(old)
        } else {
            None
        };
        if let Err(error) = rename(self.path(), &self.target) {
            if let Some(old) = old {
                // Kept, not deleted on drop: should it not go back either, its place is in the second error.
                let old = old.keep();
                let run = old.join("run");
                fs::rename(&run, &self.target)
                    .map_err(FileError::at("put back the earlier run", &run))?;
                let _ = fs::remove_dir(old); // empty now; the error to report is the first
            }
            return Err(error.into());
        }
        let _ = self.partial.keep(); // renamed: no longer there to delete
        synchronise_folder(parent)?;
        if let Some(old) = old {
            let path = old.path().to_path_buf();
            old.close()
                .map_err(FileError::at("delete the earlier run in", &path))?;
        }
        Ok(self.target)
    }
}

/// An absolute path without "." and "..", links of an existing target followed: a link to a directory stays a link.
fn resolve(target: &Path) -> Result<PathBuf, FileError> {
    match fs::canonicalize(target) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::path::absolute(target).map_err(FileError::at("resolve", target))
        }
        Err(error) => Err(FileError::at("open", target)(error)),
    }
}

/// Parent and last name of a resolved target.
fn split(target: &Path) -> Result<(&Path, String), OutputError> {
    match (target.parent(), target.file_name()) {
        (Some(parent), Some(name)) => Ok((parent, name.to_string_lossy().into_owned())),
        _ => Err(OutputError::NotOurs {
            path: target.to_path_buf(),
            found: "the root of a file system".into(),
        }),
    }
}

fn aside(parent: &Path, prefix: &str) -> Result<TempDir, FileError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Readable as any new directory is (less the umask), not for the owner alone as temporary files are.
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder
        .tempdir_in(parent)
        .map_err(FileError::at("create a directory in", parent))
}

/// `target` may be replaced if it is not there, empty, or a run of ours.
fn check_replaceable(target: &Path) -> Result<(), OutputError> {
    let not_ours = |found: String| {
        Err(OutputError::NotOurs {
            path: target.to_path_buf(),
            found,
        })
    };
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileError::at("open", target)(error).into()),
        Ok(metadata) if !metadata.is_dir() => return not_ours("a file of that name".into()),
        Ok(_) => {}
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(target).map_err(FileError::at("list", target))? {
        names.push(
            entry
                .map_err(FileError::at("list", target))?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    match names.first() {
        None => Ok(()),
        Some(_) if missing_mark(target).is_none() => Ok(()),
        Some(first) if names.len() == 1 => not_ours(format!("\"{first}\"")),
        Some(first) => not_ours(format!("\"{first}\" and {} more", names.len() - 1)),
    }
}

/// The file by which a run is recognised that `directory` lacks, if any.
fn missing_mark(directory: &Path) -> Option<&'static str> {
    if !directory.join("study.toml").is_file() {
        return Some("study.toml");
    }
    let summary = fs::read(directory.join("summary.json")).ok();
    let summary =
        summary.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let ours = summary.is_some_and(|s| {
        s["schema"]
            .as_str()
            .is_some_and(|text| text.starts_with(SUMMARY_SCHEMA_NAME))
    });
    (!ours).then_some("summary.json with its schema")
}

/// fsync of all files and folders under `directory`, so that the rename cannot come to disk before them.
fn synchronise(directory: &Path) -> Result<(), FileError> {
    for entry in fs::read_dir(directory).map_err(FileError::at("list", directory))? {
        let path = entry.map_err(FileError::at("list", directory))?.path();
        if path.is_dir() {
            synchronise(&path)?;
        } else {
            let file = fs::File::open(&path).map_err(FileError::at("open", &path))?;
            file.sync_all()
                .map_err(FileError::at("bring to disk", &path))?;
        }
    }
    synchronise_folder(directory)
}

#[cfg(unix)]
fn synchronise_folder(directory: &Path) -> Result<(), FileError> {
    let folder = fs::File::open(directory).map_err(FileError::at("open", directory))?;
    folder
        .sync_all()
        .map_err(FileError::at("bring to disk", directory))
}

#[cfg(not(unix))]
fn synchronise_folder(_directory: &Path) -> Result<(), FileError> {
    Ok(()) // a folder cannot be opened as a file there
}
