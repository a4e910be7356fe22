//! What thermal resistances depend on, beside them in thermal/NAME.

use super::column;
use super::sweep::SweepAxes;
use crate::run::{HeatOutcome, Outcome, SensitivityRecord};
use crate::table::TableError;
use crate::table::{AxisScale, Group};

/// The axis of what is varied.
const AXIS: &str = "sensitivity_parameter";

/// The variable that holds the values of a record.
pub(crate) fn sensitivity_variable(record: &SensitivityRecord) -> &'static str {
    if record.has_pairs {
        "thermal_resistance_sensitivity"
    } else {
        "thermal_resistance_sensitivity_own"
    }
}

/// Adds p ∂R_ij/∂p of `n` sources, where the study asks for it: of every R_ij, or of the R_ii in a variable of their own.
pub(super) fn add_to<'a>(
    group: Group,
    sweep: &SweepAxes,
    outcomes: impl Iterator<Item = &'a Outcome<HeatOutcome>> + Clone,
    n: usize,
) -> Result<Group, TableError> {
    let records = outcomes.clone().filter_map(|o| o.as_ref().ok());
    let records: Vec<&SensitivityRecord> =
        records.filter_map(|o| o.sensitivities.as_ref()).collect();
    let Some(first) = records.first() else {
        return Ok(group);
    };
    let mut names: Vec<String> = Vec::new();
    for parameter in records.iter().flat_map(|r| &r.parameters) {
        if !names.contains(&parameter.name) {
            names.push(parameter.name.clone());
        }
    }
    let (what, axes, rows): (_, &[&str], _) = if first.has_pairs {
        (
            "resistance of node_i and node_j",
            &["node_i", "node_j", AXIS],
            n * n,
        )
    } else {
        ("resistance of node_i to itself", &["node_i", AXIS], n)
    };
    let count = names.len();
    let column = column(outcomes, rows * count, |outcome, k| {
        let record = outcome.sensitivities.as_ref().ok_or("not asked for")?;
        let own = record.parameters.iter();
        let at = own.into_iter().position(|p| p.name == names[k % count]);
        let at = at.ok_or("there is no such parameter at this point")?;
        record
            .values
            .get(k / count * record.parameters.len() + at)
            .copied()
            .ok_or("not computed")
    });
    let about = format!(
        "parameter times the derivative of the mean {what} by it: what a change by 1 % adds, times a hundred"
    );
    group
        .with_axis(AxisScale::text(AXIS, "what is varied", names.clone()))?
        .with_variable(column.variable(
            sensitivity_variable(first),
            "K/W",
            &about,
            &sweep.names(axes),
        ))
}
