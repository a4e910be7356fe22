//! What the hottest source's own thermal resistance depends on.

use super::cells::{PERCENT, cell, plain, table};
use super::heat::{boundary, hottest};
use super::{Figure, drawn};
use crate::figures::{Bar, BarFigure, DisplayUnit, PlotAxis};
use crate::output_error::OutputError;
use crate::report::{Cell, Column, ReportTable, significant};
use crate::run::{HeatOutcome, SensitivityParameter, SensitivityRecord};
use crate::table::Status;
use crate::tabulate::sensitivity_variable;

/// Bars of a figure, the strongest.
const MOST_BARS: usize = 10;

/// The record of an outcome, and its hottest source.
fn found(outcome: &HeatOutcome) -> Option<(&SensitivityRecord, usize)> {
    Some((outcome.sensitivities.as_ref()?, hottest(outcome)?))
}

/// "800 µm", "130 W/(m K)".
fn written(parameter: &SensitivityParameter) -> String {
    match parameter.unit.as_str() {
        "m" => {
            let unit = DisplayUnit::for_length(parameter.value);
            format!(
                "{} {}",
                significant(unit.show(parameter.value), 4),
                unit.symbol
            )
        }
        unit => format!("{} {unit}", significant(parameter.value, 4)),
    }
}

/// All parameters of the first point, the strongest on top.
pub(super) fn table_of(group: &str, outcomes: &[&HeatOutcome], asked: &str) -> Option<ReportTable> {
    let outcome = outcomes.first()?;
    let (record, i) = found(outcome)?;
    let n = outcome.sources.len();
    let own = record.own(i, n);
    let asked = format!("{asked}, ten times that of a sensitivity");
    let resistance = outcome.mean_between(i, i).value;
    let row = |&p: &usize| {
        vec![
            Cell::text(&record.parameters[p].name),
            Cell::text(written(&record.parameters[p])),
            cell(&own[p], DisplayUnit::KELVIN_PER_WATT, &asked),
            plain(own[p].value / resistance, PERCENT),
        ]
    };
    let rows: Vec<Vec<Cell>> = record.strongest(i, n).iter().map(row).collect();
    let variable = format!("{group}/{}", sensitivity_variable(record));
    let share = format!("computed: loss_table.h5: /{variable} over thermal_resistance_mean");
    let columns = vec![
        Column::new("p", ""),
        Column::new("its value", ""),
        Column::new("p ∂R/∂p", "K/W").of_table(variable),
        Column::new("of R", "%").with_origin(share),
    ];
    let mut caption = format!(
        "What the own mean resistance R of the hottest source, {}, depends on: 1 % more of p adds a hundredth of p ∂R/∂p, to first order. \
         Conductivities, convections and, with the other sign, contacts add up to −R. K/W belongs to its boundary: {}. Other sources are in loss_table.csv.",
        outcome.sources[i],
        boundary(outcome)
    );
    if outcomes.len() > 1 {
        caption += " First point of the table.";
    }
    Some(table(caption, columns, rows))
}

/// The strongest as bars.
pub(super) fn figure(
    name: &str,
    label: &str,
    outcome: &HeatOutcome,
) -> Result<Option<Figure>, OutputError> {
    let Some((record, i)) = found(outcome) else {
        return Ok(None);
    };
    let n = outcome.sources.len();
    let own = record.own(i, n);
    let order = record.strongest(i, n).into_iter();
    let known = order.filter(|&p| own[p].value.is_finite());
    let bar = |p: usize| Bar {
        name: record.parameters[p].name.clone(),
        value: own[p].value,
        error: [own[p].error; 2],
        is_doubtful: own[p].status != Status::Ok,
    };
    let bars: Vec<Bar> = known.take(MOST_BARS).map(bar).collect();
    if bars.is_empty() {
        return Ok(None);
    }
    let rest = match record.parameters.len() - bars.len() {
        0 => String::new(),
        _ => format!(
            " The strongest {} of {}.",
            bars.len(),
            record.parameters.len()
        ),
    };
    let source = &outcome.sources[i];
    let figure = BarFigure {
        title: format!("What moves the resistance of {source}"),
        value: PlotAxis::new("p ∂R/∂p", DisplayUnit::KELVIN_PER_WATT),
        bars,
    };
    let caption = format!(
        "Own mean resistance R of the hottest source of {name}, {source}; {label}: 1 % more of p adds a hundredth of its bar. \
         K/W belongs to its boundary: {}.{rest}",
        boundary(outcome)
    );
    drawn(
        format!("heat_{name}_sensitivities"),
        format!("heat.{name}"),
        caption,
        |theme| figure.render(theme),
    )
    .map(Some)
}
