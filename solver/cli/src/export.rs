//! `cpo export`.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cpo_materials::{Length, Quantity as _};
use cpo_study::table::export::{ExportError, Format, export as exported, only};
use cpo_study::table::read_table;

use crate::{Ending, say, tell};

/// The formats as clap takes them: by name, each with what it is.
pub(crate) fn formats() -> impl TypedValueParser<Value = Format> {
    let words = Format::ALL.map(|format| PossibleValue::new(format.name()).help(format.about()));
    PossibleValuesParser::new(words).try_map(|name| {
        let named = Format::ALL.into_iter().find(|format| format.name() == name);
        named.ok_or("no such format")
    })
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
