//! The section of a heat problem.

use super::cells::{SOLVER, cell, failed, listed, missing, plain, table};
use super::conditions::Conditions;
use super::modes_figures::with_shared;
use super::sensitivity;
use super::{Context, spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, Section, significant};
use crate::run::{HeatOutcome, Value};
use crate::study::HeatTable;
use crate::tabulate::group_path;

/// Largest matrix that is written out with error bars.
const MOST_WRITTEN: usize = 12;

/// "bottom: convection 5000 W/(m2 K) to 25 degC; left, right, front, back and top: insulated".
pub(super) fn boundary(outcome: &HeatOutcome) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for (_, condition) in &outcome.boundary {
        if !kinds.contains(&condition.as_str()) {
            kinds.push(condition);
        }
    }
    // What cools before what does not.
    kinds.sort_by_key(|kind| *kind == "insulated");
    let texts: Vec<String> = kinds
        .iter()
        .map(|kind| {
            let faces = outcome.boundary.iter().filter(|(_, c)| c == kind);
            let faces: Vec<&str> = faces.map(|(face, _)| face.as_str()).collect();
            format!("{}: {kind}", listed(&faces))
        })
        .collect();
    texts.join("; ")
}

/// "Thermal resistances hold for their boundary alone: …"; for points that differ, where to look.
pub(super) fn belongs(outcomes: &[&HeatOutcome]) -> String {
    let Some(first) = outcomes.first() else {
        return String::new();
    };
    let text = boundary(first);
    if outcomes.iter().all(|o| boundary(o) == text) {
        format!("K/W belongs to its boundary, here {text}.")
    } else {
        String::from(
            "K/W belongs to its boundary, which differs from point to point: see its column.",
        )
    }
}

/// A temperature that lies `rise` above the ambient.
pub(super) fn above_ambient(outcome: &HeatOutcome, rise: &Value) -> Value {
    Value {
        value: outcome.ambient + rise.value,
        ..*rise
    }
}

/// The source whose largest temperature is the highest.
pub(super) fn hottest(outcome: &HeatOutcome) -> Option<usize> {
    (0..outcome.sources.len()).max_by(|&a, &b| {
        let [a, b] = [a, b].map(|i| outcome.peak[i].value);
        a.total_cmp(&b)
    })
}

/// Full tables of `[heat.NAME]`.
pub(super) fn section(context: Context<'_>, heat: &HeatTable) -> Section {
    let (points, conditions) = context.heat_points(&heat.name);
    let outcomes: Vec<&HeatOutcome> = points
        .iter()
        .filter_map(|&h| context.results.heats[h].as_ref().ok())
        .collect();
    let asked = format!("asked for {} of the rise", significant(heat.error, 2));
    let boundaries = belongs(&outcomes);
    let differ = outcomes
        .windows(2)
        .any(|o| boundary(o[0]) != boundary(o[1]));

    let group = group_path("thermal", &heat.name);
    let mut tables = vec![sources(
        context,
        &group,
        &points,
        &conditions,
        differ,
        &asked,
        &boundaries,
    )];
    tables.extend(spreads(context, &group, &points, &conditions));
    tables.extend(matrix(&group, &outcomes, &asked));
    tables.push(ways_out(context, &group, &points, &conditions));
    tables.extend(sensitivity::table_of(&group, &outcomes, &asked));
    tables.extend(super::switch::of_heat(context, &group, &points));
    tables.push(numerics(context, &points, &conditions));
    let conductivity = if heat.has_local_conductivity {
        "Conductivities are those of the local temperature with all sources on; resistances hold near that state."
    } else {
        "Conductivities are those of the ambient temperature."
    };
    Section {
        title: format!("Heat in {}", heat.name),
        text: format!(
            "Floorplan \"{}\"{}. Steady state with the powers stated in the floorplan; \
             rises count from the ambient. {conductivity} {boundaries}",
            heat.floorplan,
            with_shared(&conditions)
        ),
        tables,
        ..Section::default()
    }
}

fn sources(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
    differ: bool,
    asked: &str,
    boundaries: &str,
) -> ReportTable {
    let mut columns = conditions.columns();
    if differ {
        columns.push(Column::new("boundary", ""));
    }
    let texts = columns.len();
    columns.extend([
        Column::new("source", ""),
        Column::new("power", "mW").of_table(format!("{group}/power")),
        Column::new("mean rise", "K").of_table(format!("{group}/rise_mean")),
        Column::new("largest rise", "K").of_table(format!("{group}/rise_max")),
        Column::new("largest temperature", "°C").with_origin(format!(
            "computed: ambient of the study and loss_table.h5: /{group}/rise_max"
        )),
        Column::new("own resistance, mean", "K/W")
            .of_table(format!("{group}/thermal_resistance_mean")),
        Column::new("own resistance, largest", "K/W")
            .of_table(format!("{group}/thermal_resistance_max")),
    ]);
    let mut rows = Vec::new();
    for (p, &h) in points.iter().enumerate() {
        let outcome = match &context.results.heats[h] {
            Ok(outcome) => outcome,
            Err(reason) => {
                let mut row = conditions.cells(p);
                if differ {
                    row.push(Cell::text("–"));
                }
                row.extend([Cell::text("–"), missing()]);
                row.extend(failed(reason, columns.len() - texts - 2));
                rows.push(row);
                continue;
            }
        };
        let n = outcome.sources.len();
        for (i, source) in outcome.sources.iter().enumerate() {
            let mut row = conditions.cells(p);
            if differ {
                row.push(Cell::text(boundary(outcome)));
            }
            let largest = above_ambient(outcome, &outcome.peak[i]);
            row.extend([
                Cell::text(source),
                plain(outcome.powers[i], DisplayUnit::MILLIWATT),
                cell(&outcome.rise[i], DisplayUnit::KELVIN, asked),
                cell(&outcome.peak[i], DisplayUnit::KELVIN, asked),
                cell(&largest, DisplayUnit::CELSIUS, asked),
                cell(
                    &outcome.mean[i * n + i],
                    DisplayUnit::KELVIN_PER_WATT,
                    asked,
                ),
                cell(&outcome.max[i * n + i], DisplayUnit::KELVIN_PER_WATT, asked),
            ]);
            rows.push(row);
        }
    }
    table(format!("Sources. {boundaries}"), columns, rows)
}

/// What deviations make of the largest rise in every source; nothing where none is stated.
fn spreads(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> Option<ReportTable> {
    let mut columns = conditions.columns();
    columns.push(Column::new("source", ""));
    let kelvin = DisplayUnit::KELVIN;
    let of_spread = spread::columns(&format!("{group}/rise_max"), kelvin);
    let count = of_spread.len();
    columns.extend(of_spread);
    let mut rows = Vec::new();
    for (p, &h) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.heats[h] else {
            continue; // told with the sources
        };
        let found = outcome.spreads.as_ref()?;
        for (i, source) in outcome.sources.iter().enumerate() {
            let mut row = conditions.cells(p);
            row.push(Cell::text(source));
            row.extend(match found {
                Ok(spreads) => spread::cells(&spreads.peak[i], kelvin, ""),
                Err(reason) => failed(reason, count),
            });
            rows.push(row);
        }
    }
    let caption = format!(
        "Largest rise over the deviations stated: {}. Those of mean rises and of resistances are in the loss table.",
        spread::PARTS
    );
    Some(table(caption, columns, rows))
}

/// The mean crosstalk of the first point, written out where it is small enough.
fn matrix(group: &str, outcomes: &[&HeatOutcome], asked: &str) -> Option<ReportTable> {
    let outcome = outcomes.first()?;
    let n = outcome.sources.len();
    if n < 2 {
        return None;
    }
    let shown = n.min(MOST_WRITTEN);
    let mut columns = vec![Column::new("rise at \\ heated by", "")];
    let heads = outcome.sources[..shown].iter();
    columns.extend(heads.map(|name| {
        let origin = format!("{group}/thermal_resistance_mean of node_j {name}");
        Column::new(name, "K/W").of_table(origin)
    }));
    let rows = (0..shown)
        .map(|i| {
            let mut row = vec![Cell::text(&outcome.sources[i])];
            row.extend((0..shown).map(|j| {
                let value = outcome.mean_between(i, j);
                cell(&value, DisplayUnit::KELVIN_PER_WATT, asked)
            }));
            row
        })
        .collect();
    let mut caption = format!(
        "Crosstalk: mean rise of a source for each watt in another. K/W belongs to its boundary: {}.",
        boundary(outcome)
    );
    if outcomes.len() > 1 {
        caption += " First point of the table; the others are in loss_table.csv.";
    }
    if shown < n {
        caption += &format!(" The first {shown} of {n} sources; all are in loss_table.csv.");
    }
    Some(ReportTable {
        caption,
        columns,
        rows,
    })
}

/// Where the heat goes: through every face that lets it pass.
fn ways_out(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend([
        Column::new("face", ""),
        Column::new("heat out", "W").of_table(format!("{group}/heat_out")),
        Column::new("coolant leaves at", "°C").with_origin(SOLVER),
        Column::new("condition", ""),
    ]);
    let mut rows = Vec::new();
    for (p, &h) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.heats[h] else {
            continue;
        };
        let faces = outcome.boundary.iter().zip(&outcome.heat_out);
        for ((face, condition), heat) in faces.filter(|((_, c), _)| c != "insulated") {
            let outlet = outcome.outlets.iter().find(|(name, _)| name == face);
            let mut row = conditions.cells(p);
            row.extend([
                Cell::text(face),
                cell(heat, DisplayUnit::WATT, "asked for of all the heat"),
                outlet.map_or_else(missing, |(_, t)| cell(t, DisplayUnit::CELSIUS, "")),
                Cell::text(condition),
            ]);
            rows.push(row);
        }
    }
    table(
        "Where the heat goes, with the powers stated; negative: it comes in.",
        columns,
        rows,
    )
}

fn numerics(context: Context<'_>, points: &[usize], conditions: &Conditions) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend(
        [
            "reciprocity",
            "energy balance",
            "windows",
            "grids",
            "cells of the finest",
            "iterations there",
        ]
        .map(|title| Column::new(title, "").with_origin(SOLVER)),
    );
    let solved = points.iter().enumerate().filter_map(|(p, &h)| {
        let outcome = context.results.heats[h].as_ref().ok()?;
        let last = |list: &[usize]| {
            list.last()
                .map_or_else(missing, |&n| Cell::number(n as f64, DisplayUnit::ONE))
        };
        let mut row = conditions.cells(p);
        row.extend([
            outcome
                .reciprocity
                .map_or_else(missing, |r| plain(r, DisplayUnit::ONE)),
            plain(outcome.energy_balance, DisplayUnit::ONE),
            Cell::number(outcome.windows.len() as f64, DisplayUnit::ONE),
            Cell::number(outcome.cells.len() as f64, DisplayUnit::ONE),
            last(&outcome.cells),
            last(&outcome.iterations),
        ]);
        Some(row)
    });
    let rows = solved.collect();
    table(
        "How it was computed: largest departure of the matrix from its transpose, and largest imbalance \
         of heat, both relative; 0 would be perfect. Fine sources in a large plan have windows with grids of their own; the cells \
         are then those of an overview of the plan, and the two sides of an entry between windows are computed apart.",
        columns,
        rows,
    )
}
