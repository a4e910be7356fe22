//! `cpo show`.

use std::path::Path;

use cpo_study::report::{significant, value_with_error};
use cpo_study::table::{
    AxisScale, AxisValues, Coordinate, Group, LossTable, Status, Variable, nearest, read_table,
};

use crate::look_up::look_up;
use crate::{Ending, say, tell};

/// A larger variable is described, not listed: the CSV holds it.
pub(crate) const MOST_VALUES: usize = 2000;
/// Digits of coordinates and of values without an error bar.
pub(crate) const DIGITS: usize = 7;

pub(crate) fn show(path: &Path, group: Option<&str>, at: &[String]) -> Ending {
    let table = match read_table(path) {
        Ok(table) => table,
        Err(error) => {
            tell!("{error}");
            return Ending::Machine;
        }
    };
    let found = match group {
        None => None,
        Some(name) => match table.group(name) {
            Some(group) => Some(group),
            None => {
                let known = || table.groups.iter().map(|g| g.path.as_str());
                let near = nearest(name, known())
                    .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
                let known: Vec<&str> = known().collect();
                tell!(
                    "{} has no group \"{name}\"; it has {}{near}",
                    path.display(),
                    known.join(", ")
                );
                return Ending::InvalidStudy;
            }
        },
    };
    if !at.is_empty() {
        return look_up(&table, found, at);
    }
    match found {
        None => overview(&table),
        Some(group) => values(group),
    }
    Ending::AllWell
}

/// `" [dB]"` of a variable that has a unit.
pub(crate) fn in_brackets(variable: &Variable) -> String {
    if variable.units == "1" {
        String::new()
    } else {
        format!(" [{}]", variable.units)
    }
}

fn overview(table: &LossTable) {
    say!(
        "{}  ({}, SHA-256 of the study {})",
        table.title,
        table.source,
        &table.input_sha256()[..12]
    );
    for group in &table.groups {
        say!("\n{}  {}", group.path, group.long_name);
        for axis in &group.axes {
            say!("    axis {:<24} {}", axis.name, extent(axis));
        }
        for variable in &group.variables {
            let unit = if variable.units == "1" {
                ""
            } else {
                &variable.units
            };
            say!("    {:<29} {}  {}", variable.name, counts(variable), unit);
        }
    }
}

fn extent(axis: &AxisScale) -> String {
    match &axis.values {
        AxisValues::Text(names) if names.len() > 4 => format!(
            "{} … {} ({})",
            names[0],
            names[names.len() - 1],
            names.len()
        ),
        AxisValues::Text(names) => names.join(", "),
        AxisValues::Numbers(values) => match values.as_slice() {
            [one] => format!("{} {}", significant(*one, DIGITS), axis.units),
            [first, .., last] => format!(
                "{} to {} {} ({})",
                significant(*first, DIGITS),
                significant(*last, DIGITS),
                axis.units,
                values.len()
            ),
            [] => String::from("empty"),
        },
    }
}

fn counts(variable: &Variable) -> String {
    let count = |status| variable.status.iter().filter(|&&s| s == status).count();
    let mut text = format!("{:>7} values", variable.values.len());
    for status in [
        Status::Unconverged,
        Status::Failed,
        Status::NotComputed,
        Status::Extrapolated,
    ] {
        if count(status) > 0 {
            text += &format!(", {} {}", count(status), status.name());
        }
    }
    text
}

fn values(group: &Group) {
    say!("{}  {}", group.path, group.long_name);
    for variable in &group.variables {
        say!(
            "\n{}{}  {}",
            variable.name,
            in_brackets(variable),
            variable.long_name
        );
        if variable.values.len() > MOST_VALUES {
            say!(
                "    {} values over {}; see the CSV",
                variable.values.len(),
                variable.axes.join(", ")
            );
            continue;
        }
        for (k, &value) in variable.values.iter().enumerate() {
            let error = variable.error.as_ref().map_or(f64::NAN, |e| e[k]);
            let shown = match variable.status[k] {
                Status::Ok | Status::Extrapolated if error > 0.0 => value_with_error(value, error),
                Status::Unconverged => format!("{} (unconverged)", value_with_error(value, error)),
                Status::Failed | Status::NotComputed => variable.status[k].name().to_owned(),
                _ => significant(value, DIGITS),
            };
            let reason = variable
                .reason
                .get(k)
                .filter(|r| !r.is_empty())
                .map_or_else(String::new, |r| format!("  ({r})"));
            say!("    {}  {shown}{reason}", place(group, variable, k));
        }
    }
}

/// "wavelength = 1.31e-6 m, mode = 0" of entry `k`.
fn place(group: &Group, variable: &Variable, k: usize) -> String {
    let parts = group
        .coordinates(variable, k)
        .map(|(axis, entry)| at(axis, axis.coordinate(entry)));
    parts.collect::<Vec<_>>().join(", ")
}

/// "wavelength = 1.31e-6 m".
pub(crate) fn at(axis: &AxisScale, coordinate: Coordinate<'_>) -> String {
    let at = match coordinate {
        Coordinate::Number(number) if axis.units == "1" => format!("{number}"),
        Coordinate::Number(number) => format!("{} {}", significant(number, DIGITS), axis.units),
        Coordinate::Name(name) => name.to_owned(),
    };
    format!("{} = {at}", axis.name)
}
