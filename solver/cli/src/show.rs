//! `cpo show`.

use std::path::Path;

use cpo_study::report::{significant, value_with_error};
use cpo_study::table::{AxisScale, AxisValues, Group, LossTable, Status, Variable, read_table};

use crate::{Ending, say, tell};

/// A larger variable is described, not listed: the CSV holds it.
const MOST_VALUES: usize = 2000;
/// Digits of coordinates and of values without an error bar.
const DIGITS: usize = 7;

pub(crate) fn show(path: &Path, group: Option<&str>) -> Ending {
    let table = match read_table(path) {
        Ok(table) => table,
        Err(error) => {
            tell!("{error}");
            return Ending::Machine;
        }
    };
    match group {
        None => overview(&table),
        Some(name) => match table.group(name) {
            Some(group) => values(group),
            None => {
                let known: Vec<&str> = table.groups.iter().map(|g| g.path.as_str()).collect();
                tell!(
                    "{} has no group \"{name}\"; it has {}",
                    path.display(),
                    known.join(", ")
                );
                return Ending::InvalidStudy;
            }
        },
    }
    Ending::AllWell
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
        let unit = if variable.units == "1" {
            String::new()
        } else {
            format!(" [{}]", variable.units)
        };
        say!("\n{}{unit}  {}", variable.name, variable.long_name);
        if variable.values.len() > MOST_VALUES {
            say!(
                "    {} values over {}; see the CSV",
                variable.values.len(),
                variable.axes.join(", ")
            );
            continue;
        }
        let axes: Vec<&AxisScale> = variable
            .axes
            .iter()
            .filter_map(|name| group.axis(name))
            .collect();
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
            say!("    {}  {shown}{reason}", place(&axes, k));
        }
    }
}

/// "wavelength = 1.31e-6 m, mode = 0" of entry `k`, the last axis fastest.
fn place(axes: &[&AxisScale], mut k: usize) -> String {
    let mut parts = Vec::new();
    for axis in axes.iter().rev() {
        let (n, rest) = (axis.len().max(1), k);
        k = rest / n;
        let at = match &axis.values {
            AxisValues::Numbers(values) if axis.units == "1" => format!("{}", values[rest % n]),
            AxisValues::Numbers(values) => {
                format!("{} {}", significant(values[rest % n], DIGITS), axis.units)
            }
            AxisValues::Text(names) => names[rest % n].clone(),
        };
        parts.push(format!("{} = {at}", axis.name));
    }
    parts.reverse();
    parts.join(", ")
}
