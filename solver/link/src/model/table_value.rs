//! A value of the loss table at stated coordinates: multilinear between its points, none outside them, never clamped.
//!
//! An axis of one point holds its value for any coordinate, since nothing says how it depends on that; but for a wavelength
//! only up to half a channel away, so that values of the C band are never taken in the O band.

use cpo_table::{AxisValues, Group, LossTable, Variable};

use super::TableEntry;
use crate::Standing;
use crate::error::LinkError;

/// Axes on which the middle is meant where nothing is said: the fundamental mode, a fibre without tilt.
const MIDDLE: [&str; 3] = ["mode", "tilt_x", "tilt_y"];
/// Half the spacing of coarse wavelength channels, m (ITU-T G.694.2).
const HALF_CHANNEL: f64 = 10e-9;
/// How far a coordinate may miss the end of an axis by round-off, relative.
const ROUND_OFF: f64 = 1e-9;

/// A value with its error bar and standing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TableValue {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) standing: Standing,
}

/// The group of that path.
pub(super) fn group<'t>(table: &'t LossTable, path: &str) -> Result<&'t Group, LinkError> {
    table.group(path).ok_or_else(|| {
        let paths = table.groups.iter().map(|g| g.path.as_str());
        LinkError::unknown("group of the table", path, paths)
    })
}

/// The variable of that name.
pub(super) fn variable<'t>(group: &'t Group, name: &str) -> Result<&'t Variable, LinkError> {
    group.variable(name).ok_or_else(|| {
        let names = group.variables.iter().map(|v| v.name.as_str());
        LinkError::unknown("variable of the table", name, names)
    })
}

/// Points of one axis that a value lies between, with weights.
type Corners = Vec<(usize, f64)>;

/// The value of a variable at the entry's coordinates and those given; a place on an axis of names is its number, from 0.
pub(super) fn read(
    group: &Group,
    name: &str,
    entry: &TableEntry,
    conditions: &[(&str, f64)],
) -> Result<TableValue, LinkError> {
    let variable = variable(group, name)?;
    let mut corners: Vec<(usize, f64)> = vec![(0, 1.0)];
    let mut inside = true;
    for axis_name in &variable.axes {
        let axis = group.axis(axis_name).ok_or_else(|| {
            let axes = group.axes.iter().map(|a| a.name.as_str());
            LinkError::unknown("axis of the table", axis_name, axes)
        })?;
        let stated = entry
            .at
            .iter()
            .find(|(name, _)| name == axis_name)
            .map(|(_, v)| *v);
        let given = conditions
            .iter()
            .find(|(name, _)| name == axis_name)
            .map(|(_, v)| *v);
        let wanted = stated
            .or(given)
            .or_else(|| MIDDLE.contains(&axis_name.as_str()).then_some(0.0));
        let along: Corners = match (&axis.values, wanted) {
            (AxisValues::Numbers(only), Some(wanted))
                if only.len() == 1
                    && axis_name == "wavelength"
                    && (wanted - only[0]).abs() > HALF_CHANNEL =>
            {
                inside = false;
                break;
            }
            (values, _) if values_len(values) == 1 => vec![(0, 1.0)],
            (AxisValues::Numbers(values), Some(wanted)) => match between(values, wanted) {
                Some(along) => along,
                None => {
                    inside = false;
                    break;
                }
            },
            // names are counted
            (AxisValues::Text(_), Some(place)) => vec![(place as usize, 1.0)],
            (_, None) => {
                return Err(LinkError::Table {
                    place: format!("{}/{name}", group.path),
                    problem: format!("say where on its axis {axis_name}"),
                });
            }
        };
        let length = values_len(&axis.values);
        corners = corners
            .iter()
            .flat_map(|&(at, weight)| {
                along
                    .iter()
                    .map(move |&(k, w)| (at * length + k, weight * w))
            })
            .collect();
    }
    if !inside {
        return Ok(TableValue {
            value: f64::NAN,
            error: f64::NAN,
            standing: Standing::NotComputed,
        });
    }
    let corners = corners.into_iter().filter(|&(_, weight)| weight > 0.0);
    let mut sum = TableValue {
        value: 0.0,
        error: 0.0,
        standing: Standing::Ok,
    };
    for (at, weight) in corners {
        sum.value += weight * variable.values[at];
        let error = variable.error.as_ref().map_or(0.0, |errors| errors[at]);
        sum.error = sum.error.max(if error.is_nan() { 0.0 } else { error });
        sum.standing = sum.standing.max(variable.status[at].into());
    }
    Ok(sum)
}

/// What the origin of a value says of the one temperature that its group has; empty where it has several.
pub(super) fn at_one_temperature(group: &Group) -> String {
    match group.axis("temperature").map(|axis| &axis.values) {
        Some(AxisValues::Numbers(only)) if only.len() == 1 => format!(", at {} K alone", only[0]),
        _ => String::new(),
    }
}

fn values_len(values: &AxisValues) -> usize {
    match values {
        AxisValues::Numbers(values) => values.len(),
        AxisValues::Text(values) => values.len(),
    }
}

/// The points about `wanted` with their weights; none outside. Axes may rise or fall.
fn between(values: &[f64], wanted: f64) -> Option<Corners> {
    let slack = ROUND_OFF * wanted.abs();
    for (k, pair) in values.windows(2).enumerate() {
        let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
        if (low - slack..=high + slack).contains(&wanted) {
            let t = ((wanted - pair[0]) / (pair[1] - pair[0])).clamp(0.0, 1.0);
            return Some(vec![(k, 1.0 - t), (k + 1, t)]);
        }
    }
    None
}
