//! `cpo diff` and `cpo rerun`: one table against another, or against its own study run again.

use std::num::NonZeroUsize;
use std::path::Path;

use cpo_study::report::significant;
use cpo_study::table::{Difference, LossTable, VariableDifference, read_table};
use cpo_study::{Job, other_program};

use crate::progress::Terminal;
use crate::run::{refused, threads_or_all};
use crate::{Ending, say, tell};

pub(crate) fn diff(paths: [&Path; 2], bits: bool) -> Ending {
    let [first, second] = paths.map(read);
    let (Some(first), Some(second)) = (first, second) else {
        return Ending::Machine;
    };
    let difference = if bits {
        first.difference_in_bits(&second)
    } else {
        first.difference(&second)
    };
    tell_difference(&difference, paths.map(|path| path.display().to_string()))
}

pub(crate) fn rerun(path: &Path, output: Option<&Path>, threads: Option<NonZeroUsize>) -> Ending {
    let Some(table) = read(path) else {
        return Ending::Machine;
    };
    if let Some(warning) = other_program(&table) {
        tell!("{warning}");
    }
    let again = Job::of_table(&table, &path.display().to_string())
        .and_then(|job| job.rerun(&table, output, threads_or_all(threads), &Terminal::new()));
    match again {
        Err(error) => refused(&error),
        Ok(again) => {
            if output.is_some() {
                say!("results in {}", again.delivered.directory.display());
            }
            tell_difference(
                &again.difference,
                [path.display().to_string(), String::from("the new run")],
            )
        }
    }
}

fn read(path: &Path) -> Option<LossTable> {
    read_table(path).map_err(|error| tell!("{error}")).ok()
}

fn tell_difference(difference: &Difference, names: [String; 2]) -> Ending {
    for (only, name) in difference.only_in.iter().zip(&names) {
        for what in only {
            say!("only in {name}: {what}");
        }
    }
    for axis in &difference.axes {
        say!("other coordinates: {axis}");
    }
    for variable in &difference.variables {
        tell_variable(variable, difference.bit_for_bit);
    }
    let compared: usize = difference.variables.iter().map(|v| v.compared).sum();
    let variables = difference.variables.len();
    let what = match (difference.is_none(), difference.bit_for_bit) {
        (true, true) => "the same bits",
        (true, false) => "all within their joint error bars",
        (false, true) => "the bits differ",
        (false, false) => "they differ beyond their error bars",
    };
    say!("{compared} values of {variables} variables compared: {what}");
    if difference.is_none() {
        Ending::AllWell
    } else {
        Ending::SomeFailed
    }
}

/// One line for a variable that is not equal in both.
fn tell_variable(variable: &VariableDifference, bit_for_bit: bool) {
    let counts = [
        (variable.values, "values differ"),
        (variable.statuses, "statuses differ"),
        (variable.companions, "errors or reasons differ"),
        (variable.not_compared, "not comparable"),
    ];
    let mut parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if let Some(largest) = &variable.largest {
        let [a, b] = largest.values.map(|value| format!("{value:?}"));
        let at = if largest.at.is_empty() {
            String::new()
        } else {
            format!(" at {}", largest.at)
        };
        parts.push(if bit_for_bit {
            format!("most {a} against {b}{at}")
        } else {
            let ratio = significant(largest.ratio, 3);
            format!("largest {ratio} of the bars: {a} against {b}{at}")
        });
    }
    if !parts.is_empty() {
        say!(
            "{} ({} compared): {}",
            variable.path,
            variable.compared,
            parts.join(", ")
        );
    }
}
