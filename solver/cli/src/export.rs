//! `cpo export`.

use std::path::{Path, PathBuf};

use cpo_materials::{Length, Quantity as _};
use cpo_study::table::export::{ExportError, Format, export as exported, only};
use cpo_study::table::read_table;

use crate::{Ending, say, tell};

/// The formats as clap has them.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Form {
    /// Tidy text, one row a value.
    Csv,
    /// The whole table with its structure.
    Json,
    /// A Python module of SAX models.
    Sax,
    /// Lumerical INTERCONNECT: S parameters (.dat) and data for the CML compiler, in a folder.
    Interconnect,
    /// S parameters (.s2p), in a folder.
    Touchstone,
    /// Thermal networks as subcircuits.
    Spice,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Csv => Self::Csv,
            Form::Json => Self::Json,
            Form::Sax => Self::Sax,
            Form::Interconnect => Self::Interconnect,
            Form::Touchstone => Self::Touchstone,
            Form::Spice => Self::Spice,
        }
    }
}

pub(crate) fn export(
    table: &Path,
    format: Format,
    group: Option<&str>,
    length: Length,
    output: Option<PathBuf>,
) -> Ending {
    match write(table, format, group, length, output) {
        Ok(path) => {
            say!("{}", path.display());
            Ending::AllWell
        }
        Err(error) => {
            tell!("{error}");
            // a table that cannot be read is the machine's matter, as in `cpo show`
            if error.is_machine() || matches!(error, ExportError::Table(_)) {
                Ending::Machine
            } else {
                Ending::InvalidStudy
            }
        }
    }
}

fn write(
    path: &Path,
    format: Format,
    group: Option<&str>,
    length: Length,
    output: Option<PathBuf>,
) -> Result<PathBuf, ExportError> {
    let table = read_table(path)?;
    let table = match group {
        Some(group) => only(&table, group)?,
        None => table,
    };
    let output = output.unwrap_or_else(|| {
        let name = path.file_stem().unwrap_or(path.as_os_str());
        let mut name = name.to_os_string();
        name.push(format.ending());
        name.into()
    });
    exported(&table, format, length.si())?.write(&output)?;
    Ok(output)
}
