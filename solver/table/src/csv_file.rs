//! The loss table as tidy CSV: one row a value.
//!
//! Columns: group, variable, units, one for each axis of the table ("wavelength \[m\]", empty where a variable is not along
//! it), value, error, status, reason. Numbers are the shortest that read back to the same f64.

use std::path::Path;

use crate::error::TableError;
use crate::{AxisScale, AxisValues, Group, LossTable, Variable};

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
    std::fs::write(path, bytes).map_err(TableError::io("write", path))
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
            let shape = group.shape(variable)?;
            for point in 0..variable.values.len() {
                let coordinates = coordinates(group, variable, &shape, point);
                let coordinate = |column: &String| {
                    coordinates
                        .iter()
                        .find(|(name, _)| name == column)
                        .map(|(_, value)| value.clone())
                        .unwrap_or_default()
                };
                let row = fixed([&group.path, &variable.name, &variable.units])
                    .chain(columns.iter().map(coordinate));
                let error = variable
                    .error
                    .as_ref()
                    .map(|error| number(error[point]))
                    .unwrap_or_default();
                let reason = variable.reason.get(point).cloned().unwrap_or_default();
                let status = variable.status[point].to_string();
                let row = row.chain([number(variable.values[point]), error, status, reason]);
                writer.write_record(row).map_err(refused)?;
            }
        }
    }
    writer
        .into_inner()
        .map_err(|error| refused(error.into_error().into()))
}

/// (column, coordinate) of the point with that row-major index.
fn coordinates(
    group: &Group,
    variable: &Variable,
    shape: &[usize],
    point: usize,
) -> Vec<(String, String)> {
    let mut rest = point;
    let mut pairs = Vec::with_capacity(shape.len());
    for (name, &length) in variable.axes.iter().zip(shape).rev() {
        let index = rest % length;
        rest /= length;
        if let Some(axis) = group.axis(name) {
            let coordinate = match &axis.values {
                AxisValues::Numbers(values) => number(values[index]),
                AxisValues::Text(values) => values[index].clone(),
            };
            pairs.push((column(axis), coordinate));
        }
    }
    pairs
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
