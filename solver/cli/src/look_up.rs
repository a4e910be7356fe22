//! `cpo show TABLE --at AXIS=VALUE,...`: a table between its points.

use cpo_materials::{AnyQuantity, Dimension, UnitError};
use cpo_study::report::{significant, value_with_error};
use cpo_study::table::{
    AxisScale, AxisValues, Coordinate, Group, Looked, Lookup, LossTable, Status, Variable, nearest,
};

use crate::show::{DIGITS, MOST_VALUES, at, in_brackets};
use crate::{Ending, say, tell};

/// A place on one axis, as it was asked for.
struct Asked<'a> {
    axis: &'a str,
    value: &'a str,
}

/// Shows the variables of `groups` at the place `at`, along all entries of the axes that it does not name.
pub(crate) fn look_up(table: &LossTable, group: Option<&Group>, at: &[String]) -> Ending {
    match shown(table, group, at) {
        Ok(true) => Ending::AllWell,
        Ok(false) => Ending::SomeFailed,
        Err(reason) => {
            tell!("{reason}");
            Ending::InvalidStudy
        }
    }
}

/// Whether every value asked for is there.
fn shown(table: &LossTable, group: Option<&Group>, at: &[String]) -> Result<bool, String> {
    let asked = at
        .iter()
        .map(|part| split(part))
        .collect::<Result<Vec<_>, _>>()?;
    for (k, a) in asked.iter().enumerate() {
        if asked[..k].iter().any(|b| b.axis == a.axis) {
            return Err(format!("the axis {} is given twice: give it once", a.axis));
        }
    }
    let groups: Vec<&Group> = match group {
        Some(group) => vec![group],
        None => {
            let has_all = |g: &&Group| asked.iter().all(|a| g.axis(a.axis).is_some());
            table.groups.iter().filter(has_all).collect()
        }
    };
    if groups.is_empty() {
        let all = || table.groups.iter().flat_map(|g| &g.axes);
        let unknown = asked
            .iter()
            .find(|a| !all().any(|axis| axis.name == a.axis));
        return Err(match unknown {
            Some(a) => no_axis("the table", a.axis, all()),
            None => {
                let names: Vec<&str> = asked.iter().map(|a| a.axis).collect();
                format!(
                    "no group has all of the axes {}: name a group",
                    names.join(", ")
                )
            }
        });
    }
    let mut complete = true;
    for group in groups {
        complete &= group_at(group, &asked)?;
    }
    Ok(complete)
}

fn split(part: &str) -> Result<Asked<'_>, String> {
    let (axis, value) = part
        .split_once('=')
        .ok_or_else(|| format!("--at \"{part}\": write AXIS=VALUE, such as wavelength=1310nm"))?;
    Ok(Asked {
        axis: axis.trim(),
        value: value.trim(),
    })
}

fn no_axis<'a>(place: &str, name: &str, axes: impl Iterator<Item = &'a AxisScale>) -> String {
    let mut names: Vec<&str> = axes.map(|axis| axis.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let near = nearest(name, names.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
    format!(
        "{place} has no axis \"{name}\"; it has {}{near}",
        names.join(", ")
    )
}

fn group_at(group: &Group, asked: &[Asked<'_>]) -> Result<bool, String> {
    let mut place = Vec::with_capacity(asked.len());
    for a in asked {
        let axis = group
            .axis(a.axis)
            .ok_or_else(|| no_axis(&group.path, a.axis, group.axes.iter()))?;
        place.push((axis, coordinate(axis, a.value)?));
    }
    say!("{}  {}", group.path, group.long_name);
    let mut complete = true;
    for variable in &group.variables {
        complete &= variable_at(group, variable, &place)?;
    }
    say!();
    Ok(complete)
}

/// The coordinate that `text` states on `axis`.
fn coordinate<'a>(axis: &AxisScale, text: &'a str) -> Result<Coordinate<'a>, String> {
    let AxisValues::Numbers(_) = axis.values else {
        return Ok(Coordinate::Name(text));
    };
    let name = &axis.name;
    let unit = format!("1 {}", axis.units).parse::<AnyQuantity>();
    let dimension = unit.as_ref().map_or(Dimension::NONE, |unit| unit.dimension);
    if dimension == Dimension::NONE
        && let Ok(number) = text.parse::<f64>()
    {
        return Ok(Coordinate::Number(number));
    }
    match text.parse::<AnyQuantity>() {
        Ok(quantity) if quantity.dimension == dimension => {
            let one = unit.map_or(1.0, |unit| unit.value);
            Ok(Coordinate::Number(quantity.value / one))
        }
        Ok(_) => Err(format!(
            "{name} = {text} does not fit the axis, which is in {}",
            axis.units
        )),
        Err(UnitError::MissingUnit { .. }) => Err(format!(
            "{name} = {text} has no unit: write it with one that fits {}, without a space",
            axis.units
        )),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

fn variable_at(
    group: &Group,
    variable: &Variable,
    place: &[(&AxisScale, Coordinate<'_>)],
) -> Result<bool, String> {
    say!(
        "\n{}{}  {}",
        variable.name,
        in_brackets(variable),
        variable.long_name
    );
    let lookup = Lookup::new(group, &variable.name).map_err(|error| error.to_string())?;
    let axes: Vec<&AxisScale> = variable
        .axes
        .iter()
        .filter_map(|name| group.axis(name))
        .collect();
    // What is asked for, or every entry.
    let places: Vec<Vec<Coordinate<'_>>> = axes
        .iter()
        .map(
            |axis| match place.iter().find(|(named, _)| named.name == axis.name) {
                Some((_, coordinate)) => vec![*coordinate],
                None => (0..axis.len())
                    .map(|entry| axis.coordinate(entry))
                    .collect(),
            },
        )
        .collect();
    let count: usize = places.iter().map(Vec::len).product();
    if count > MOST_VALUES {
        let several = axes
            .iter()
            .zip(&places)
            .filter(|(_, entries)| entries.len() > 1);
        let names: Vec<&str> = several.map(|(axis, _)| axis.name.as_str()).collect();
        say!(
            "    {count} values over {}: say where with --at",
            names.join(", ")
        );
        return Ok(true);
    }
    let mut complete = true;
    for entry in 0..count {
        let mut rest = count;
        let point: Vec<Coordinate<'_>> = places
            .iter()
            .map(|entries| {
                rest /= entries.len();
                entries[entry / rest % entries.len()]
            })
            .collect();
        let looked = lookup.at(&point).map_err(|error| error.to_string())?;
        let place = axes
            .iter()
            .zip(&point)
            .map(|(axis, &coordinate)| at(axis, coordinate));
        let place = place.collect::<Vec<_>>().join(", ");
        complete &= !looked.status.has_no_value();
        let value = match looked.status {
            Status::Failed | Status::NotComputed => looked.status.name().to_owned(),
            Status::Ok => with_errors(&looked),
            status => format!("{}, {status}", with_errors(&looked)),
        };
        let reason = if looked.reason.is_empty() {
            String::new()
        } else {
            format!("  ({})", looked.reason)
        };
        say!("    {place}  {value}{reason}");
    }
    Ok(complete)
}

/// "2.4472(4)  numerical error 3e-7, interpolation 4e-4".
fn with_errors(looked: &Looked<'_>) -> String {
    // Digits as both bars together allow; one that is not known leaves the other.
    let known = if looked.error.is_nan() {
        0.0
    } else {
        looked.error
    };
    let bar = known + looked.interpolation_error;
    let value = if bar > 0.0 {
        value_with_error(looked.value, bar)
    } else {
        significant(looked.value, DIGITS)
    };
    let numerical = if looked.error.is_nan() {
        String::from("unknown")
    } else {
        significant(looked.error, 2)
    };
    let interpolation = significant(looked.interpolation_error, 2);
    format!("{value}  numerical error {numerical}, interpolation {interpolation}")
}
