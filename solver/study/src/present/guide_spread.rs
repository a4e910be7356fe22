//! Tables of what deviations make of the numbers of guides.

use super::cells::{PICOMETRE_PER_KELVIN, PICOSECOND_PER_NM_KM, table};
use super::conditions::Conditions;
use super::{Context, spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable};
use crate::run::{GuideNumber, ModeRecord, Spread};
use crate::tabulate::{GuideVariable, spread_numbers};

/// A table a number that deviates, or of which that is not known; parts of the loss stand in the loss table alone.
pub(super) fn tables(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> Vec<ReportTable> {
    let solved = points.iter().enumerate().filter_map(|(p, &m)| {
        let outcome = context.results.modes[m].as_ref().ok()?;
        Some((p, outcome))
    });
    let modes = solved.clone().flat_map(|(_, outcome)| &outcome.modes);
    let rough = modes.clone().any(|mode| !mode.scattering.is_empty());
    let mut tables = Vec::new();
    for (number, example) in spread_numbers(modes.clone()) {
        let Some(unit) = shown(number, rough) else {
            continue;
        };
        if !modes.clone().any(|mode| is_told(mode, number)) {
            continue;
        }
        let variable = GuideVariable::new(number, example);
        let mut columns = conditions.columns();
        columns.push(Column::new("mode", ""));
        columns.extend(spread::columns(&format!("{group}/{}", variable.name), unit));
        let mut rows = Vec::new();
        for (p, outcome) in solved.clone() {
            for mode in &outcome.modes {
                if let Some(found) = mode.spread(number) {
                    let mut row = conditions.cells(p);
                    row.push(Cell::number(mode.id as f64, DisplayUnit::ONE));
                    row.extend(spread::known_in(&found.spread, unit, ""));
                    rows.push(row);
                }
            }
        }
        // said once
        let parts = match tables.is_empty() {
            true => format!(": {}", spread::PARTS),
            false => String::new(),
        };
        let caption = format!("The {} over the deviations stated{parts}.", variable.words);
        tables.push(table(caption, columns, rows));
    }
    tables
}

/// The unit of a number that the page shows.
fn shown(number: GuideNumber, rough: bool) -> Option<DisplayUnit> {
    match number {
        GuideNumber::EffectiveIndex | GuideNumber::GroupIndex => Some(DisplayUnit::ONE),
        GuideNumber::Loss if !rough => Some(DisplayUnit::DECIBEL_PER_CENTIMETRE),
        GuideNumber::TotalLoss => Some(DisplayUnit::DECIBEL_PER_CENTIMETRE),
        GuideNumber::Transition => Some(DisplayUnit::DECIBEL),
        GuideNumber::Dispersion => Some(PICOSECOND_PER_NM_KM),
        GuideNumber::ResonanceDrift => Some(PICOMETRE_PER_KELVIN),
        GuideNumber::Loss
        | GuideNumber::Absorption(_)
        | GuideNumber::Radiation
        | GuideNumber::Scattering(_) => None,
    }
}

/// Whether deviations do anything to a number, or why that is not known can be said.
fn is_told(mode: &ModeRecord, number: GuideNumber) -> bool {
    let deviates = |spread: &Spread| spread.total[0].value != spread.total[2].value;
    let found = mode.spread(number);
    found.is_some_and(|found| found.spread.as_ref().map_or(true, deviates))
}
