//! The section of a coupling.

use cpo_materials::Quantity;

use super::cells::{cell, failed, listed, loss, missing, plain, table};
use super::conditions::Conditions;
use super::modes_figures::with_shared;
use super::{Context, alignment};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, Section, significant};
use crate::run::CouplingResult;
use crate::study::{CouplingTable, FiberKind, Freedom, Port, Study};
use crate::tabulate::group_path;

/// Which of a coupling's axes vary.
pub(super) struct Axes {
    tilt: [bool; 2],
    modes: bool,
    /// Whether the loss is stated at the best of several offsets.
    pub(super) aligned: bool,
}

impl Axes {
    pub(super) fn of(table: &CouplingTable) -> Self {
        Self {
            tilt: [&table.tilt_x, &table.tilt_y].map(|t| t.values.len() > 1),
            modes: matches!(table.to, Port::Modes(_)) || matches!(table.from, Port::Modes(_)),
            aligned: table.offset_x.values.len() > 1 || table.offset_y.values.len() > 1,
        }
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        for (d, axis) in ["x", "y"].into_iter().enumerate() {
            if self.tilt[d] {
                columns.push(Column::new(format!("tilt {axis}"), "°"));
            }
        }
        if self.modes {
            columns.push(Column::new("mode", ""));
        }
        columns.push(Column::new("E along", ""));
        columns
    }

    pub(super) fn cells(&self, result: &CouplingResult) -> Vec<Cell> {
        let mut cells = Vec::new();
        for d in 0..2 {
            if self.tilt[d] {
                cells.push(plain(result.tilt[d], DisplayUnit::DEGREE));
            }
        }
        if self.modes {
            cells.push(Cell::number(result.mode as f64, DisplayUnit::ONE));
        }
        cells.push(Cell::text(result.polarisation()));
        cells
    }

    fn missing(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> = (1..self.columns().len()).map(|_| missing()).collect();
        cells.push(Cell::text("–"));
        cells
    }

    /// "mode 0, tilt y 1°".
    pub(super) fn label(&self, result: &CouplingResult) -> String {
        let mut parts = Vec::new();
        if self.modes {
            parts.push(format!("mode {}", result.mode));
        }
        for (d, axis) in ["x", "y"].into_iter().enumerate() {
            if self.tilt[d] {
                let tilt = DisplayUnit::DEGREE.show(result.tilt[d]);
                parts.push(format!("tilt {axis} {}°", significant(tilt, 4)));
            }
        }
        parts.join(", ")
    }
}

/// "asked for 0.01 dB".
pub(super) fn asked(table: &CouplingTable) -> String {
    format!("asked for {} dB", significant(table.error.si(), 2))
}

/// "fiber.smf", "modes.tip".
pub(super) fn port(port: &Port) -> String {
    match port {
        Port::Fiber(name) => format!("fiber.{name}"),
        Port::Modes(name) => format!("modes.{name}"),
    }
}

/// Full table of `[coupling.NAME]`.
pub(super) fn section(context: Context<'_>, coupling: &CouplingTable) -> Section {
    let (points, conditions) = context.coupling_points(&coupling.name);
    let axes = Axes::of(coupling);
    let asked = asked(coupling);
    let group = group_path("fibre_chip", &coupling.name);
    let mut columns = conditions.columns();
    columns.extend(axes.columns());
    let fixed = columns.len();
    columns.extend([
        Column::new("total loss", "dB").of_table(format!("{group}/loss")),
        Column::new("mode mismatch", "dB").of_table(format!("{group}/mode_mismatch")),
        Column::new("facet reflection", "dB").of_table(format!("{group}/fresnel_loss")),
        Column::new("return loss", "dB").of_table(format!("{group}/return_loss")),
    ]);
    let polarised = points.iter().any(|&c| {
        let outcome = context.results.couplings[c].as_ref();
        outcome.is_ok_and(|o| o.results.iter().any(|r| r.pdl_db.is_finite()))
    });
    if polarised {
        columns.push(Column::new("PDL", "dB").of_table(format!("{group}/pdl")));
    }
    if axes.aligned {
        columns
            .push(Column::new("best offset x", "µm").of_table(format!("{group}/offset_x_stated")));
        columns
            .push(Column::new("best offset y", "µm").of_table(format!("{group}/offset_y_stated")));
    }
    columns.extend([
        Column::new("1 dB more at ±x", "µm").of_table(format!(
            "{group}/tolerance_1db_left and tolerance_1db_right, the smaller"
        )),
        Column::new("1 dB more at ±y", "µm").of_table(format!(
            "{group}/tolerance_1db_down and tolerance_1db_up, the smaller"
        )),
    ]);
    let mut rows = Vec::new();
    for (p, &c) in points.iter().enumerate() {
        match &context.results.couplings[c] {
            Ok(outcome) if outcome.results.is_empty() => {
                let mut row = conditions.cells(p);
                row.extend(axes.missing());
                row.extend(failed("no guided mode receives", columns.len() - fixed));
                rows.push(row);
            }
            Ok(outcome) => {
                for result in &outcome.results {
                    let mut row = conditions.cells(p);
                    row.extend(axes.cells(result));
                    row.extend(result_cells(result, [axes.aligned, polarised], &asked));
                    rows.push(row);
                }
            }
            Err(reason) => {
                let mut row = conditions.cells(p);
                row.extend(axes.missing());
                row.extend(failed(reason, columns.len() - fixed));
                rows.push(row);
            }
        }
    }
    let caption = "Total loss is mode mismatch, misalignment included, and reflection at the facets; return loss is that of \
        the light which comes back in the fibre's own mode. \
        The last two columns are the distances, in the worse direction, at which it has grown by 1 dB; \
        a dash: not reached within the offsets.";
    Section {
        title: format!("Coupling {}", coupling.name),
        text: text(context, coupling, &points, &conditions, &axes),
        tables: [
            Some(table(caption, columns, rows)),
            alignment::ranges(context, coupling),
            alignment::spreads(context, coupling),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..Section::default()
    }
}

fn result_cells(
    result: &CouplingResult,
    [aligned, polarised]: [bool; 2],
    asked: &str,
) -> Vec<Cell> {
    let (decibel, micrometre) = (DisplayUnit::DECIBEL, DisplayUnit::MICROMETRE);
    let mut row = vec![
        loss(&result.loss_db, decibel, asked),
        cell(&result.mode_mismatch_db, decibel, ""),
        plain(result.fresnel_db, decibel),
        plain(result.return_loss_db, decibel),
    ];
    if polarised {
        row.push(plain(result.pdl_db, decibel));
    }
    if aligned {
        row.extend(result.offset.map(|o| offset(o, micrometre)));
    }
    row.extend([Freedom::X, Freedom::Y].map(|f| plain(result.tolerance(f), micrometre)));
    row
}

/// An offset; what is below the size of an atom is zero.
fn offset(value: f64, unit: DisplayUnit) -> Cell {
    const ATOM: f64 = 1e-10;
    let value = if value.abs() < ATOM { 0.0 } else { value };
    plain(value, unit)
}

fn text(
    context: Context<'_>,
    coupling: &CouplingTable,
    points: &[usize],
    conditions: &Conditions,
    axes: &Axes,
) -> String {
    let mut text = format!(
        "From {} to {}{}",
        port(&coupling.from),
        port(&coupling.to),
        with_shared(conditions)
    );
    let gap = points.first().and_then(|&c| {
        let point = &context.plan.couplings[c];
        let gap = context.study.gap(
            &coupling.name,
            &point.values,
            point.wavelength,
            point.temperature,
        );
        gap.ok()
    });
    text += &match gap {
        Some(Some(gap)) => format!(
            ", across a gap of {} and index {}.",
            gap.length,
            significant(gap.index, 6)
        ),
        Some(None) => String::from(", the end faces touching."),
        None => String::from("."),
    };
    if coupling.gap.is_some() && varies(conditions, "gap") {
        text += " The gap is that of the first point.";
    }
    if axes.aligned {
        let span = |name: &str, values: &[cpo_materials::Length]| match values {
            [first, .., last] => Some(format!("{name} from {first} to {last}")),
            _ => None,
        };
        let spans: Vec<String> = [
            span("x", &coupling.offset_x.values),
            span("y", &coupling.offset_y.values),
        ]
        .into_iter()
        .flatten()
        .collect();
        text += &format!(
            " Offsets are scanned in {}; every loss is stated at the optimum between these ends.",
            listed(&spans)
        );
    } else {
        let [x, y] = [&coupling.offset_x, &coupling.offset_y].map(|o| o.values.first());
        if let (Some(x), Some(y)) = (x, y)
            && (x.si() != 0.0 || y.si() != 0.0)
        {
            text += &format!(" Losses are those at the offset x = {x}, y = {y}.");
        }
    }
    text += match stated_polarization(context.study, coupling) {
        true => " The electric field of the beam is as the fibre states it.",
        false => " The electric field of the beam is along that of the receiving mode.",
    };
    text += " Reflections of the two facets are added in power; the loss table bounds what their interference does.";
    text
}

/// Whether the light keeps the polarisation of a fibre.
fn stated_polarization(study: &Study, coupling: &CouplingTable) -> bool {
    [&coupling.from, &coupling.to].into_iter().any(|port| {
        let fiber = study
            .fibers
            .iter()
            .find(|f| Port::Fiber(f.name.clone()) == *port);
        fiber.is_some_and(|fiber| {
            let is_vector =
                matches!(&fiber.kind, FiberKind::Field { field, .. } if field.is_vector());
            is_vector || fiber.polarization.is_some()
        })
    })
}

fn varies(conditions: &Conditions, name: &str) -> bool {
    let columns = conditions.columns();
    columns.iter().any(|c| c.title.contains(name))
}
