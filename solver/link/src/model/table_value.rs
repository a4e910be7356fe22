//! A value of the loss table at stated coordinates: looked up between its points, none outside them, never clamped.
//!
//! An axis of one point holds its value for any coordinate, since nothing says how it depends on that; but for a wavelength
//! only up to half a channel away, so that values of the C band are never taken in the O band.

use cpo_table::{AxisValues, Coordinate, Group, Lookup, LossTable};

use super::TableEntry;
use crate::Standing;
use crate::error::LinkError;

/// Axes on which the middle is meant where nothing is said: the fundamental mode, a fibre without tilt.
const MIDDLE: [&str; 4] = ["mode", "mode_in", "tilt_x", "tilt_y"];
/// Half the spacing of coarse wavelength channels, m (ITU-T G.694.2): so far a value of one wavelength holds.
pub const HALF_CHANNEL: f64 = 10e-9;

/// A value with its error bar and standing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TableValue {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) standing: Standing,
}

impl TableValue {
    const ABSENT: Self = Self {
        value: f64::NAN,
        error: f64::NAN,
        standing: Standing::NotComputed,
    };
}

/// The group of that path.
pub(super) fn group<'t>(table: &'t LossTable, path: &str) -> Result<&'t Group, LinkError> {
    table.group(path).ok_or_else(|| {
        let paths = table.groups.iter().map(|g| g.path.as_str());
        LinkError::unknown("group of the table", path, paths)
    })
}

/// The value of a variable at the entry's coordinates and those given; a place on an axis of names is its number, from 0. Its
/// error bar is the table's and that of the look-up between its points.
pub(super) fn read(
    group: &Group,
    name: &str,
    entry: &TableEntry,
    conditions: &[(&str, f64)],
) -> Result<TableValue, LinkError> {
    let lookup = Lookup::new(group, name)?;
    let mut point: Vec<(&str, Coordinate<'_>)> = Vec::new();
    for axis in &lookup.variable().axes {
        let Some(scale) = group.axis(axis) else {
            continue; // the look-up has told of it
        };
        let stated = entry.at.iter().find(|(name, _)| name == axis);
        let given = conditions.iter().find(|(name, _)| name == axis);
        let wanted = stated.map(|(_, v)| *v).or(given.map(|(_, v)| *v));
        if scale.len() == 1 {
            match (&scale.values, wanted) {
                (AxisValues::Numbers(only), Some(wanted))
                    if axis == "wavelength" && (only[0] - wanted).abs() > HALF_CHANNEL =>
                {
                    return Ok(TableValue::ABSENT);
                }
                _ => continue,
            }
        }
        let middle = MIDDLE.contains(&axis.as_str()).then_some(0.0);
        let Some(wanted) = wanted.or(middle) else {
            return Err(LinkError::Table {
                place: format!("{}/{name}", group.path),
                problem: format!("say where on its axis {axis}"),
            });
        };
        match &scale.values {
            AxisValues::Numbers(_) => point.push((axis, wanted.into())),
            AxisValues::Text(names) => {
                let known = names.get(wanted as usize);
                point.extend(known.map(|name| (axis.as_str(), name.as_str().into())));
            }
        }
    }
    let found = lookup.at(&lookup.point(&point)?)?;
    let error = found.total_error();
    Ok(TableValue {
        value: found.value,
        error: match (found.value.is_nan(), error.is_nan()) {
            (false, true) => 0.0, // no error is known
            _ => error,
        },
        standing: found.status.into(),
    })
}

/// What the origin of a value says of the one temperature that its group has; empty where it has several.
pub(super) fn at_one_temperature(group: &Group) -> String {
    match group.axis("temperature").map(|axis| &axis.values) {
        Some(AxisValues::Numbers(only)) if only.len() == 1 => format!(", at {} K alone", only[0]),
        _ => String::new(),
    }
}
