//! The loss table in the forms that other programs read.
//!
//! | format | holds | sign of time | numbers |
//! |---|---|---|---|
//! | [CSV](crate::csv_bytes), JSON | the whole table | as in the table | all bits |
//! | SAX | light: a Python module of models over wavelength | exp(i(βz − ωt)) | all bits |
//! | INTERCONNECT | light: S parameters (.dat) and guides (CML compiler's model data) | exp(i(βz − ωt)) | all bits |
//! | Touchstone | light: S parameters, `.s2p` of version 1.1 | exp(j(ωt − βz)), conjugated | all bits |
//! | SPICE | heat: resistances, and networks after a step of power | | all bits |
//!
//! "All bits": numbers are the shortest decimals that read back to the same f64, of what the format states; magnitude and
//! phase, or a frequency instead of a wavelength, are rounded once. Light is a [`TwoPort`] for each object and mode. Nothing is
//! made up: what a table lacks, such as the phase of a facet, is zero or left out, and the export says so.

mod cml;
mod condition;
mod destination;
mod error;
mod interconnect;
mod json;
mod phased;
mod sax;
mod spice;
mod touchstone;
mod two_port;

use std::fmt;

pub use error::ExportError;
pub use two_port::{Law, Polar, Scattering, TwoPort, two_ports};

use crate::{LossTable, csv_bytes};

/// A form that other programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tidy text, one row a value.
    Csv,
    /// The whole table with its structure.
    Json,
    /// A Python module of models for SAX.
    Sax,
    /// Files for Lumerical INTERCONNECT and the CML compiler.
    Interconnect,
    /// S parameters, one `.s2p` a two-port.
    Touchstone,
    /// Thermal networks as subcircuits.
    Spice,
}

impl Format {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::Json,
        Self::Sax,
        Self::Interconnect,
        Self::Touchstone,
        Self::Spice,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Sax => "sax",
            Self::Interconnect => "interconnect",
            Self::Touchstone => "touchstone",
            Self::Spice => "spice",
        }
    }

    /// What is written, in a phrase.
    pub fn about(self) -> &'static str {
        match self {
            Self::Csv => "Tidy text, one row a value",
            Self::Json => "The whole table with its structure",
            Self::Sax => "A Python module of SAX models",
            Self::Interconnect => {
                "Lumerical INTERCONNECT: S parameters (.dat) and data for the CML compiler, in a folder"
            }
            Self::Touchstone => "S parameters (.s2p), in a folder",
            Self::Spice => "Thermal networks as subcircuits",
        }
    }

    /// What a name of a file or folder of it ends with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => ".csv",
            Self::Json => ".json",
            Self::Sax => "_sax.py",
            Self::Interconnect => "_interconnect",
            Self::Touchstone => "_touchstone",
            Self::Spice => ".cir",
        }
    }

    fn carries(self) -> &'static str {
        match self {
            Self::Csv | Self::Json => "every group",
            Self::Sax | Self::Interconnect | Self::Touchstone => {
                "waveguide/, fibre_chip/, taper/ and grating/ groups with values along wavelength"
            }
            Self::Spice => "thermal/ groups with resistances",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Exported {
    /// One file.
    File(Vec<u8>),
    /// A folder of files, each with its name.
    Folder(Vec<(String, Vec<u8>)>),
}

/// `table` with the groups at `path` and below it alone, S parameters of these included, without fields.
///
/// # Errors
/// [`ExportError::NoGroup`].
pub fn only(table: &LossTable, path: &str) -> Result<LossTable, ExportError> {
    let path = path.trim_matches('/');
    let below = format!("{path}/");
    let mut part = table.clone();
    part.groups.retain(|group| {
        let own = phased::object(&group.path);
        let own = own.as_deref().unwrap_or(&group.path);
        [own, &group.path]
            .into_iter()
            .any(|own| own == path || own.starts_with(&below))
    });
    part.fields.clear();
    if part.groups.is_empty() {
        return Err(ExportError::NoGroup {
            path: path.to_owned(),
            present: paths(table),
        });
    }
    Ok(part)
}

/// `table` in `format`; guides are `length` metres long where the format has no argument for it.
///
/// # Errors
/// A table that contradicts itself, or has nothing that the format carries; a length that is none.
pub fn export(table: &LossTable, format: Format, length: f64) -> Result<Exported, ExportError> {
    if !(length.is_finite() && length >= 0.0) {
        return Err(ExportError::Length { length });
    }
    table.check()?;
    let exported = match format {
        Format::Csv => return Ok(Exported::File(csv_bytes(table)?)),
        Format::Json => return Ok(Exported::File(json::text(table).into_bytes())),
        Format::Sax => sax::module(table, length).map(|text| Exported::File(text.into_bytes())),
        Format::Spice => spice::netlist(table).map(|text| Exported::File(text.into_bytes())),
        Format::Interconnect => interconnect::files(table, length).map(Exported::Folder),
        Format::Touchstone => touchstone::files(table, length).map(Exported::Folder),
    };
    exported.ok_or_else(|| ExportError::Nothing {
        format,
        carries: format.carries(),
        present: paths(table),
    })
}

fn paths(table: &LossTable) -> String {
    if table.groups.is_empty() {
        return String::from("none");
    }
    let paths: Vec<&str> = table.groups.iter().map(|g| g.path.as_str()).collect();
    paths.join(", ")
}
