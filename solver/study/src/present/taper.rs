//! The section of a taper.

use super::cells::{PERCENT, SOLVER, failed, listed, loss, missing, plain, table};
use super::{Context, spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, Section, significant};
use crate::run::{TaperCutoff, TaperOutcome, TaperResult};
use crate::study::{LengthAxis, TaperProfile, TaperTable};
use crate::table::Status;
use crate::tabulate::group_path;

/// What an unconverged number missed.
pub(super) fn asked(taper: &TaperTable) -> String {
    format!("asked for {}", significant(taper.error, 2))
}

/// The unit of a column of lengths.
pub(super) fn unit(values: &[f64]) -> DisplayUnit {
    DisplayUnit::for_length(values.iter().copied().fold(0.0, f64::max))
}

/// Columns of a mode's numbers, which `group` of the loss table holds.
pub(super) fn columns(group: &str) -> Vec<Column> {
    vec![
        Column::new("mode", ""),
        Column::new("becomes", ""),
        Column::new("loss", "dB").of_table(format!("{group}/loss")),
        Column::new("other modes", "%").of_table(format!("{group}/higher_modes")),
        Column::new("back", "%").of_table(format!("{group}/reflection")),
        Column::new("radiated", "%").of_table(format!("{group}/radiated")),
    ]
}

/// Their cells.
pub(super) fn cells(
    result: &TaperResult,
    input: usize,
    becomes: Option<usize>,
    asked: &str,
) -> Vec<Cell> {
    let whole = |mode: usize| Cell::number(mode as f64, DisplayUnit::ONE);
    let there = |value: &crate::run::Value, unit: DisplayUnit| match value.status {
        Status::NotComputed => missing(),
        _ => loss(value, unit, asked),
    };
    vec![
        whole(input),
        becomes.map_or_else(missing, whole),
        there(&result.loss_db, DisplayUnit::DECIBEL),
        there(&result.higher_modes, PERCENT),
        there(&result.reflection, PERCENT),
        there(&result.radiated, PERCENT),
    ]
}

/// Full tables of `[taper.NAME]`.
pub(super) fn section(context: Context<'_>, taper: &TaperTable) -> Section {
    let (points, conditions) = context.taper_points(&taper.name);
    let axes = context.study.length_axes(taper);
    let asked = asked(taper);
    let mut of_results = conditions.columns();
    of_results.extend(axes.iter().map(length_column));
    let group = group_path("taper", &taper.name);
    of_results.extend(columns(&group));
    let mut of_points = conditions.columns();
    of_points.extend([
        Column::new("guided at the start", "").of_table(format!("{group}/guided_modes_at_start")),
        Column::new("at the end", "").of_table(format!("{group}/guided_modes_at_end")),
        Column::new("cut-offs on the way", ""),
        Column::new("slices", "").with_origin(SOLVER),
        Column::new("cells", "").with_origin(SOLVER),
        Column::new("|power − 1|", "").of_table(format!("{group}/passivity_residual")),
        Column::new("|S − Sᵀ|", "").of_table(format!("{group}/reciprocity_residual")),
    ]);
    let deviates = !context.study.taper_deviations(taper).is_empty();
    let mut of_spreads = conditions.columns();
    of_spreads.extend(axes.iter().map(length_column));
    of_spreads.push(Column::new("mode", ""));
    of_spreads.extend(spread::columns(
        &format!("{group}/loss"),
        DisplayUnit::DECIBEL,
    ));
    let (mut rows, mut checks, mut spreads) = (Vec::new(), Vec::new(), Vec::new());
    for (p, &t) in points.iter().enumerate() {
        let mut row = conditions.cells(p);
        let outcome = match &context.results.tapers[t] {
            Ok(outcome) => outcome,
            Err(reason) => {
                row.extend(failed(reason, axes.len() + columns(&group).len()));
                rows.push(row);
                continue;
            }
        };
        row.extend(check_cells(outcome));
        checks.push(row);
        for set in &outcome.sets {
            for (input, result) in set.inputs.iter().enumerate() {
                let mut row = conditions.cells(p);
                for axis in &axes {
                    row.push(plain_length(set.lengths[axis.sections[0]], &axis.values));
                }
                if let Some(found) = &result.spread {
                    let mut row = row.clone();
                    row.push(Cell::number(input as f64, DisplayUnit::ONE));
                    row.extend(spread::known(found, &asked));
                    spreads.push(row);
                }
                row.extend(cells(result, input, outcome.becomes[input], &asked));
                rows.push(row);
            }
        }
    }
    Section {
        title: format!("Taper {}", taper.name),
        text: format!(
            "{} Powers are shares of what a guided mode of the start brings, modes being counted from 0 by falling \
             effective index; the loss is that into the guided mode of the end which it becomes, followed along the taper, \
             and what is radiated is in no guided mode. By eigenmode expansion with {} modes of the window.",
            what(taper),
            taper.modes
        ),
        tables: [
            Some(table("Light through the taper.", of_results, rows)),
            deviates.then(|| {
                let caption = format!("Loss over the deviations stated: {}.", spread::PARTS);
                table(caption, of_spreads, spreads)
            }),
            Some(table(
                "Where modes begin or cease to be guided, and what the numbers rest on: cells of the finer grid, the largest \
                 error of the power balance and of reciprocity over all lengths. Absorbing layers and lossy materials count in \
                 the balance.",
                of_points,
                checks,
            )),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..Section::default()
    }
}

fn length_column(axis: &LengthAxis) -> Column {
    Column::new(&axis.name, unit(&axis.values).symbol)
}

fn plain_length(value: f64, all: &[f64]) -> Cell {
    plain(value, unit(all))
}

fn check_cells(outcome: &TaperOutcome) -> Vec<Cell> {
    let count = |n: usize| Cell::number(n as f64, DisplayUnit::ONE);
    let most = |of: fn(&crate::run::TaperSet) -> f64| {
        let most = outcome.sets.iter().map(of).fold(0.0, f64::max);
        Cell::text(format!("{most:.1e}"))
    };
    vec![
        count(outcome.guided[0]),
        count(outcome.guided[1]),
        Cell::text(match outcome.cutoffs.as_slice() {
            [] => String::from("none"),
            cutoffs => {
                let words: Vec<String> = cutoffs.iter().map(cutoff_words).collect();
                listed(&words)
            }
        }),
        count(outcome.slices.iter().sum()),
        count(outcome.cells[1]),
        most(|s| s.passivity),
        most(|s| s.reciprocity),
    ]
}

/// "mode 1 ends at 0.62 of narrowing".
pub(super) fn cutoff_words(cutoff: &TaperCutoff) -> String {
    let verb = if cutoff.guided { "begins" } else { "ends" };
    format!(
        "mode {} {verb} at {:.3} of {}",
        cutoff.mode, cutoff.place, cutoff.section
    )
}

/// "From wire to tip (narrowing, linearly); a step to facet; ...".
fn what(taper: &TaperTable) -> String {
    let mut parts = Vec::new();
    for (k, section) in taper.sections.iter().enumerate() {
        if taper.steps_before(k) {
            parts.push(format!("a step to {}", section.from));
        }
        let way = match &section.profile {
            _ if section.from == section.to => String::from("unchanged"),
            TaperProfile::Linear => String::from("linearly"),
            TaperProfile::Power(_) => String::from("by a power of z"),
            TaperProfile::Points(points) => format!("by {} points", points.len()),
        };
        parts.push(format!(
            "{} from {} to {}, {way}",
            section.name, section.from, section.to
        ));
    }
    format!("Along z: {}.", parts.join("; "))
}
