//! Results of finished tasks, kept beside the output folder until a run is written, so that a run
//! that was killed goes on where it was and ends with the same bits.
//!
//! One file a task, written aside and renamed, in `.NAME.unfinished`; its name begins with a digest of
//! the study, its materials' data and the program, so that nothing else's results are taken. A file
//! that cannot be read is computed anew. Failures are not kept: their cause may have been the machine.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::study::Study;

/// Digits of the digest in a file's name.
const DIGITS: usize = 16;

/// Where finished tasks are kept.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints {
    place: Option<(PathBuf, String)>,
}

impl Checkpoints {
    /// Keeps nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Keeps tasks of `study` beside the folder `output`.
    pub fn beside(output: &Path, study: &Study) -> Self {
        let (Some(parent), Some(name)) = (output.parent(), output.file_name()) else {
            return Self::none();
        };
        let folder = parent.join(format!(".{}.unfinished", name.to_string_lossy()));
        let mut digest = Sha256::new();
        digest.update(study.text());
        // The catalogue and the files that the study names are not in its text.
        digest.update(format!("{:?} {:?}", study.materials, study.inputs));
        digest.update(env!("CARGO_PKG_VERSION"));
        digest.update(env!("CPO_COMMIT"));
        // A program built anew without a commit is another program.
        if let Ok(program) = std::env::current_exe().and_then(fs::metadata) {
            let built = program
                .modified()
                .ok()
                .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            digest.update(format!("{} {:?}", program.len(), built));
        }
        let mut key = String::new();
        for byte in digest.finalize().iter().take(DIGITS / 2) {
            let _ = write!(key, "{byte:02x}"); // a String takes all that is written
        }
        Self {
            place: Some((folder, key)),
        }
    }

    /// The result of `task`, if an earlier run of the same study left it.
    pub(super) fn load<T: DeserializeOwned>(&self, task: &str) -> Option<T> {
        let (folder, key) = self.place.as_ref()?;
        let bytes = fs::read(folder.join(format!("{key}-{task}"))).ok()?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Keeps the result of `task`. A disk that refuses costs the checkpoint, not the run.
    pub(super) fn save<T: Serialize>(&self, task: &str, result: &T) {
        let Some((folder, key)) = &self.place else {
            return;
        };
        let Ok(bytes) = postcard::to_allocvec(result) else {
            return;
        };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&bytes)?;
            file.persist(folder.join(format!("{key}-{task}")))?;
            Ok(())
        };
        let _ = write();
    }

    /// Deletes what was kept: the results are written.
    pub(crate) fn remove(&self) {
        if let Some((folder, _)) = &self.place {
            let _ = fs::remove_dir_all(folder); // already absent, or left for the next run to replace
        }
    }
}
