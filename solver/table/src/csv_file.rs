//! The loss table as tidy CSV: one row a value.
//!
//! Columns: group, variable, units, one for each axis of the table ("wavelength \[m\]", empty where a variable is not along
//! it), value, error, status, reason. Numbers are the shortest that read back to the same f64.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::TableError;
use crate::{AxisScale, AxisValues, FileError, Group, LossTable, Variable};

/// Writes `table` to `path`, replacing a file there.
///
/// # Errors
/// A table that contradicts itself; what the system says.
pub fn write_csv(table: &LossTable, path: &Path) -> Result<(), TableError> {
    let bytes = csv_bytes(table).map_err(|error| match error {
        TableError::Csv { source, .. } => TableError::Csv {
            path: path.to_path_buf(),
            source,
        },
        other => other,
    })?;
    Ok(std::fs::write(path, bytes).map_err(FileError::at("write", path))?)
}

/// The CSV text itself.
///
/// # Errors
/// A table that contradicts itself.
pub fn csv_bytes(table: &LossTable) -> Result<Vec<u8>, TableError> {
    table.check()?;
    let refused = |source| TableError::Csv {
        path: "loss_table.csv".into(),
        source,
    };
    let mut columns: Vec<String> = Vec::new();
    for axis in table.groups.iter().flat_map(|group| &group.axes) {
        let name = column(axis);
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fixed = |names: [&str; 3]| names.map(str::to_owned).into_iter();
    let header = fixed(["group", "variable", "units"]).chain(columns.iter().cloned());
    writer
        .write_record(header.chain(["value", "error", "status", "reason"].map(str::to_owned)))
        .map_err(refused)?;
    for group in &table.groups {
        for variable in &group.variables {
            write_rows(&mut writer, &columns, group, variable).map_err(refused)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| refused(error.into_error().into()))
}

/// One row for each value of `variable`, whose axes a checked group has.
fn write_rows(
    writer: &mut csv::Writer<Vec<u8>>,
    columns: &[String],
    group: &Group,
    variable: &Variable,
) -> csv::Result<()> {
    // Texts of coordinates, made once for all rows: those of each axis, how far its neighbours are apart, its column.
    let mut stride = variable.values.len();
    let mut axes = Vec::with_capacity(variable.axes.len());
    for axis in variable.axes.iter().filter_map(|name| group.axis(name)) {
        stride /= axis.len();
        let texts: Vec<String> = match &axis.values {
            AxisValues::Numbers(values) => values.iter().map(|&value| number(value)).collect(),
            AxisValues::Text(values) => values.clone(),
        };
        axes.push((column(axis), stride, texts));
    }
    let places: Vec<_> = columns
        .iter()
        .map(|column| axes.iter().find(|(name, ..)| name == column))
        .collect();
    let mut text = String::new();
    for point in 0..variable.values.len() {
        for fixed in [&group.path, &variable.name, &variable.units] {
            writer.write_field(fixed)?;
        }
        for place in &places {
            let coordinate = place.map_or("", |(_, stride, texts)| {
                texts[point / stride % texts.len()].as_str()
            });
            writer.write_field(coordinate)?;
        }
        for values in [Some(&variable.values), variable.error.as_ref()] {
            text.clear();
            if let Some(values) = values {
                let _ = write!(text, "{:?}", values[point]); // writing to a String cannot fail
            }
            writer.write_field(&text)?;
        }
        writer.write_field(variable.status[point].name())?;
        writer.write_field(variable.reason.get(point).map_or("", String::as_str))?;
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

fn column(axis: &AxisScale) -> String {
    if axis.units.is_empty() {
        axis.name.clone()
    } else {
        format!("{} [{}]", axis.name, axis.units)
    }
}

/// Shortest decimal that reads back to the same f64; an exponent where that is shorter.
fn number(value: f64) -> String {
    format!("{value:?}")
}
