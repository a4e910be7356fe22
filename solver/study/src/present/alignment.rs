//! Tolerances of a coupling: how far the fibre may stand off, what deviations make of the loss, cuts.

use super::cells::{cell, failed, plain, table};
use super::coupling::Axes;
use super::{Context, Figure, drawn, spread};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::report::{Cell, Column, ReportTable, significant};
use crate::run::{CouplingResult, SpreadResult};
use crate::study::{CouplingTable, Freedom};
use crate::tabulate::{SIDES, group_path};

/// A share.
const PERCENT: DisplayUnit = DisplayUnit::new("%", 0.01);

fn unit(freedom: Freedom) -> DisplayUnit {
    if freedom.is_angle() {
        DisplayUnit::DEGREE
    } else {
        DisplayUnit::MICROMETRE
    }
}

/// "x", "tilt x".
fn shown(freedom: Freedom) -> String {
    freedom.name().replace('_', " ")
}

/// All results of a coupling, each with its point's and its own cells.
fn rows<'a>(
    context: Context<'a>,
    coupling: &CouplingTable,
) -> (Vec<Column>, Vec<(Vec<Cell>, &'a CouplingResult)>) {
    let (points, conditions) = context.coupling_points(&coupling.name);
    let axes = Axes::of(coupling);
    let mut columns = conditions.columns();
    columns.extend(axes.columns());
    let mut rows = Vec::new();
    for (p, &c) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.couplings[c] else {
            continue;
        };
        for result in &outcome.results {
            let mut cells = conditions.cells(p);
            cells.extend(axes.cells(result));
            rows.push((cells, result));
        }
    }
    (columns, rows)
}

/// 1 dB ranges beyond those along x and y, and how far the quadratic holds; nothing where end faces touch.
pub(super) fn ranges(context: Context<'_>, coupling: &CouplingTable) -> Option<ReportTable> {
    coupling.gap.as_ref()?;
    let (mut columns, results) = rows(context, coupling);
    let group = group_path("fibre_chip", &coupling.name);
    for freedom in Freedom::ALL {
        let title = format!("1 dB more at {}", shown(freedom));
        let [less, more] = SIDES[freedom.index()];
        columns.push(Column::new(title, unit(freedom).symbol).of_table(format!(
            "{group}/tolerance_1db_{less} and tolerance_1db_{more}, the smaller"
        )));
    }
    let quadratic = format!("{group}/misalignment_quadratic_error");
    columns.push(Column::new("error of the quadratic", "dB").of_table(quadratic));
    let rows = results.into_iter().map(|(mut row, result)| {
        let ranges = Freedom::ALL.map(|f| plain(result.tolerance(f), unit(f)));
        row.extend(ranges);
        row.push(plain(
            result.alignment.quadratic_error_db,
            DisplayUnit::DECIBEL,
        ));
        row
    });
    let caption = "How far the fibre may move or turn, in the worse direction, until the loss has grown by 1 dB: z away from \
        the chip (a dash: not reached), tilts about the centre of its end, rotation about its own axis. The last column is the \
        largest error of the misalignment tensor, which the loss table holds, where it says that the loss has grown by 1 dB.";
    Some(table(caption, columns, rows.collect()))
}

fn of_result(result: &CouplingResult) -> Option<&SpreadResult> {
    result.alignment.spread.as_ref()?.as_ref().ok()
}

/// Quantiles of the loss over all deviations, and yields, or why there are none; nothing where no deviation is stated.
pub(super) fn spreads(context: Context<'_>, coupling: &CouplingTable) -> Option<ReportTable> {
    let (mut columns, results) = rows(context, coupling);
    let samples = coupling.tolerancing.monte_carlo.samples;
    let drawn = results.iter().find_map(|(_, r)| of_result(r));
    let samples = drawn.map_or(samples, |spread| spread.samples);
    let group = group_path("fibre_chip", &coupling.name);
    columns.extend(spread::columns(
        &format!("{group}/loss"),
        DisplayUnit::DECIBEL,
    ));
    let budget = coupling.tolerancing.monte_carlo.budget;
    let lanes = coupling.tolerancing.array.fibers;
    if budget.is_some() {
        columns.push(Column::new("good lanes", "%").of_table(format!("{group}/lane_yield")));
        if lanes > 1 {
            columns
                .push(Column::new("good engines", "%").of_table(format!("{group}/engine_yield")));
        }
    }
    let mut rows = Vec::new();
    for (mut row, result) in results {
        let found = match &result.alignment.spread {
            None => continue,
            Some(Ok(found)) => found,
            Some(Err(reason)) => {
                row.extend(failed(reason, columns.len() - row.len()));
                rows.push(row);
                continue;
            }
        };
        row.extend(spread::cells(&found.loss, DisplayUnit::DECIBEL, ""));
        if budget.is_some() {
            row.push(cell(&found.lane_yield, PERCENT, ""));
            if lanes > 1 {
                row.push(cell(&found.engine_yield, PERCENT, ""));
            }
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return None;
    }
    let within = budget.map_or_else(String::new, |budget| {
        format!(
            " A lane is good if it loses at most {} dB, an engine if all its {lanes} lanes are.",
            significant(cpo_materials::Quantity::si(budget), 4)
        )
    });
    let caption = format!(
        "Loss over {samples} lanes drawn from the deviations stated: {}.{within}",
        spread::PARTS
    );
    Some(table(&caption, columns, rows))
}

/// Loss along the cuts of the first point, all lengths in one figure and all angles in another.
pub(super) fn figures(
    context: Context<'_>,
    coupling: &CouplingTable,
) -> Result<Vec<Figure>, OutputError> {
    let name = &coupling.name;
    let (points, conditions) = context.coupling_points(name);
    let found = points.iter().enumerate().find_map(|(p, &c)| {
        let outcome = context.results.couplings[c].as_ref().ok()?;
        let result = outcome.results.first()?;
        (!result.alignment.cuts.is_empty()).then_some((p, result))
    });
    let Some((p, result)) = found else {
        return Ok(Vec::new());
    };
    let mut of = vec![conditions.label(p), Axes::of(coupling).label(result)];
    of.retain(|part| !part.is_empty());
    let mut all = Vec::new();
    for (is_angle, what, kind) in [(false, "displacement", "cuts"), (true, "angle", "tilts")] {
        let cuts = coupling.tolerancing.cuts.iter().zip(&result.alignment.cuts);
        let series: Vec<Series> = cuts
            .filter(|((freedom, _), _)| freedom.is_angle() == is_angle)
            .map(|((freedom, values), losses)| {
                let (x, y) = (values.clone(), losses.clone());
                Series::new(shown(*freedom), x, y, SeriesStyle::Line)
            })
            .collect();
        if series.is_empty() {
            continue;
        }
        let unit = if is_angle {
            DisplayUnit::DEGREE
        } else {
            DisplayUnit::MICROMETRE
        };
        let plot = LinePlot {
            title: format!("Loss of {name} over {what}"),
            x: PlotAxis::new(what, unit),
            y: PlotAxis::new("total loss", DisplayUnit::DECIBEL),
            secondary: None,
            series,
        };
        let caption = format!(
            "Total loss along lines through the nominal place: {}, E along {}.",
            of.join(", "),
            result.polarisation()
        );
        all.push(drawn(
            format!("coupling_{name}_{kind}"),
            format!("coupling.{name}"),
            caption,
            |theme| plot.render(theme),
        )?);
    }
    Ok(all)
}
