//! Files that a study names: power maps, near fields, light-current curves, materials.
//!
//! They are read from beside the study, or from the table of an earlier run, which holds them verbatim; what was read is
//! kept, so that the next table holds it too. Names stay as the study has them: a table answers for `../data/map.csv` and
//! for an absolute path without touching the disk.

use std::path::PathBuf;

use cpo_table::InputFile;

use super::reader::Reader;
use crate::file::{Cursor, listed};

/// Where files are looked for.
pub(crate) enum InputSource {
    /// A folder, that of the study.
    Folder(PathBuf),
    /// An earlier run.
    Recorded(Vec<InputFile>),
}

/// Where files are looked for, and those read so far.
pub(crate) struct InputFiles {
    source: InputSource,
    pub(crate) read: Vec<InputFile>,
}

impl InputFiles {
    pub(crate) fn from(source: InputSource) -> Self {
        Self {
            source,
            read: Vec::new(),
        }
    }

    /// What messages call the file `name`.
    pub(crate) fn shown(&self, name: &str) -> String {
        match &self.source {
            InputSource::Folder(folder) => folder.join(name).display().to_string(),
            InputSource::Recorded(_) => name.to_owned(),
        }
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        let text = match &self.source {
            InputSource::Folder(folder) => {
                std::fs::read_to_string(folder.join(name)).map_err(|error| error.to_string())?
            }
            InputSource::Recorded(files) => match files.iter().find(|file| file.name == name) {
                Some(file) => file.text.clone(),
                None => {
                    let known = listed(files.iter().map(|file| file.name.as_str()));
                    return Err(format!("the table holds {known}"));
                }
            },
        };
        // No table could hold it, which would be known only after the run.
        if text.contains('\0') {
            return Err(String::from("it holds a NUL character: not a text"));
        }
        if !self.read.iter().any(|file| file.name == name) {
            self.read.push(InputFile {
                name: name.to_owned(),
                text: text.clone(),
            });
        }
        Ok(text)
    }
}

impl Reader {
    /// Name and text of the file that the string at `cursor` names: `what` it holds, and `kind`, a file of what kind it is.
    pub(super) fn input_file(
        &mut self,
        cursor: &Cursor<'_>,
        what: &str,
        kind: &str,
    ) -> Option<(String, String)> {
        let name = self.diagnostics.string(cursor)?.to_owned();
        let shown = self.inputs.shown(&name);
        match self.inputs.text(&name) {
            Ok(text) => Some((shown, text)),
            Err(reason) => {
                self.diagnostics
                    .error(
                        &cursor.place,
                        format!("cannot read the {what} {shown}: {reason}"),
                    )
                    .allowed(format!("{kind}; its path is relative to the study"));
                None
            }
        }
    }
}
