//! Whole or nothing: an export is written aside, brought to disk and renamed into place.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::Builder;

use super::{ExportError, Exported};
use crate::FileError;

impl Exported {
    /// Writes to `path`. A file there is replaced as a whole; a folder is not, unless it is empty.
    ///
    /// # Errors
    /// [`ExportError::Exists`]; [`ExportError::Io`], after which `path` is as it was.
    pub fn write(&self, path: &Path) -> Result<(), ExportError> {
        match self {
            Self::File(bytes) => Ok(write_file(path, bytes)?),
            Self::Folder(files) => write_folder(path, files),
        }
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let write = |file: &mut File| file.write_all(bytes).and_then(|()| file.sync_all());
    let mut file = aside()
        .tempfile_in(parent(path)?)
        .map_err(FileError::at("create", path))?;
    write(file.as_file_mut()).map_err(FileError::at("write", path))?;
    file.persist(path)
        .map_err(|refused| FileError::at("write", path)(refused.error))?;
    Ok(())
}

fn write_folder(path: &Path, files: &[(String, Vec<u8>)]) -> Result<(), ExportError> {
    let folder = folder_aside()
        .tempdir_in(parent(path)?)
        .map_err(FileError::at("create", path))?;
    for (name, bytes) in files {
        let place = folder.path().join(name);
        File::create(&place)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .map_err(FileError::at("write", &path.join(name)))?;
    }
    // An empty folder there is no loss; `remove_dir` refuses any other.
    if path.exists() && fs::remove_dir(path).is_err() {
        return Err(ExportError::Exists {
            path: path.to_path_buf(),
        });
    }
    fs::rename(folder.path(), path).map_err(FileError::at("create", path))?;
    let _ = folder.keep(); // renamed: no longer there to delete
    Ok(())
}

/// Where the rename stays within one file system. Created if missing.
fn parent(path: &Path) -> Result<PathBuf, FileError> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(FileError::at("create", &parent))?;
    Ok(parent)
}

/// A temporary file with the permissions of any other, which the system's umask narrows.
fn aside() -> Builder<'static, 'static> {
    with_permissions(0o666)
}

fn folder_aside() -> Builder<'static, 'static> {
    with_permissions(0o777)
}

#[cfg(unix)]
fn with_permissions(mode: u32) -> Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = Builder::new();
    builder
        .prefix(".partial-")
        .permissions(fs::Permissions::from_mode(mode));
    builder
}

#[cfg(not(unix))]
fn with_permissions(_mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".partial-");
    builder
}
