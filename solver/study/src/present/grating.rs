//! The section of a grating.

use super::cells::{PERCENT, cell, failed, loss, optional, table};
use super::{Context, spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, Section, significant};
use crate::run::{GratingOutcome, GratingResult};
use crate::study::{GratingTable, Teeth};
use crate::tabulate::group_path;

/// What an unconverged number missed.
pub(super) fn asked(grating: &GratingTable) -> String {
    format!("asked for {}", significant(grating.error, 2))
}

/// Columns of the answers at the design wavelength, which `group` of the loss table holds.
pub(super) fn columns(group: &str) -> Vec<Column> {
    let there = |variable: &str| {
        format!(
            "computed at the design wavelength, as loss_table.h5: /{group}/{variable} is over wavelength"
        )
    };
    let loss = format!("computed: −10 log₁₀ of loss_table.h5: /{group}/design_efficiency");
    vec![
        Column::new("loss", "dB").with_origin(loss),
        Column::new("efficiency", "%").of_table(format!("{group}/design_efficiency")),
        Column::new("upwards", "%").with_origin(there("directionality")),
        Column::new("back", "%").with_origin(there("back_reflection")),
        Column::new("1 dB bandwidth", "nm").of_table(format!("{group}/bandwidth_1db")),
        Column::new("fibre at", "µm").of_table(format!("{group}/offset")),
    ]
}

/// Their cells.
pub(super) fn cells(outcome: &GratingOutcome, asked: &str) -> Vec<Cell> {
    let GratingResult {
        efficiency,
        loss_db,
        reflection,
        directionality,
        ..
    } = &outcome.placed;
    vec![
        loss(loss_db, DisplayUnit::DECIBEL, asked),
        cell(efficiency, PERCENT, asked),
        cell(directionality, PERCENT, asked),
        loss(reflection, PERCENT, asked),
        optional(&outcome.bandwidths[0], DisplayUnit::NANOMETRE),
        cell(&outcome.offset, DisplayUnit::MICROMETRE, ""),
    ]
}

/// Full tables of `[grating.NAME]`.
pub(super) fn section(context: Context<'_>, grating: &GratingTable) -> Section {
    let (points, conditions) = context.grating_points(&grating.name);
    let asked = asked(grating);
    let mut of_design = conditions.columns();
    let group = group_path("grating", &grating.name);
    of_design.extend(columns(&group));
    let mut of_spectrum = conditions.columns();
    of_spectrum.extend([
        Column::new("wavelength", "nm"),
        Column::new("loss", "dB").of_table(format!("{group}/loss")),
        Column::new("efficiency", "%").of_table(format!("{group}/coupling_efficiency")),
        Column::new("up", "%").of_table(format!("{group}/radiated_up")),
        Column::new("down", "%").of_table(format!("{group}/radiated_down")),
        Column::new("on", "%").of_table(format!("{group}/transmission")),
        Column::new("back", "%").of_table(format!("{group}/back_reflection")),
    ]);
    let mut of_spreads = conditions.columns();
    of_spreads.push(Column::new("wavelength", "nm"));
    of_spreads.extend(spread::columns(
        &format!("{group}/loss"),
        DisplayUnit::DECIBEL,
    ));
    let deviates = !context.study.grating_deviations(grating).is_empty();
    let (mut design, mut spectrum, mut spreads) = (Vec::new(), Vec::new(), Vec::new());
    for (p, &g) in points.iter().enumerate() {
        let mut row = conditions.cells(p);
        let outcome = match &context.results.gratings[g] {
            Ok(outcome) => outcome,
            Err(reason) => {
                row.extend(failed(reason, columns(&group).len()));
                design.push(row);
                continue;
            }
        };
        row.extend(cells(outcome, &asked));
        design.push(row);
        for (&wavelength, result) in outcome.wavelengths.iter().zip(&outcome.results) {
            let mut row = conditions.cells(p);
            row.push(Cell::number(wavelength, DisplayUnit::NANOMETRE));
            if let Some(found) = &result.spread {
                let mut row = row.clone();
                row.extend(spread::known(found, &asked));
                spreads.push(row);
            }
            row.push(loss(&result.loss_db, DisplayUnit::DECIBEL, &asked));
            row.push(cell(&result.efficiency, PERCENT, &asked));
            row.push(cell(&result.up, PERCENT, &asked));
            row.push(cell(&result.down, PERCENT, &asked));
            row.push(loss(&result.transmission, PERCENT, &asked));
            row.push(loss(&result.reflection, PERCENT, &asked));
            spectrum.push(row);
        }
    }
    let text = format!(
        "{} Trenches of depth {} in \"{}\", lit by {}; the light is polarised across the plane (TE), and the grating is many \
         wavelengths wide. Powers are shares of what the guide brings; by reciprocity the efficiency is the same from \
         the fibre.",
        what(grating),
        context.study.evaluate(&grating.etch, &nominal()),
        grating.core,
        grating.fiber
    );
    Section {
        title: format!("Grating {}", grating.name),
        text,
        tables: [
            Some(table(
                "At the design wavelength, where the fibre is placed: upwards is the share of the radiated power, back that \
                 of the incident power. The bandwidth is that of the wavelengths below.",
                of_design,
                design,
            )),
            Some(table(
                "Over wavelength, the fibre staying where it is.",
                of_spectrum,
                spectrum,
            )),
            deviates.then(|| {
                let caption = format!(
                    "Loss over the deviations stated, the drawing and the fibre staying: {}.",
                    spread::PARTS
                );
                table(caption, of_spreads, spreads)
            }),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..Section::default()
    }
}

fn nominal() -> crate::study::ParameterValues {
    crate::study::ParameterValues::nominal()
}

fn what(grating: &GratingTable) -> String {
    let centred = if grating.centred {
        ", stretched to couple best at the design wavelength"
    } else {
        ""
    };
    match &grating.teeth {
        Teeth::Rule { periods, .. } => format!("{periods} periods by a rule{centred}."),
        Teeth::Uniform { periods, .. } => format!("{periods} equal periods{centred}."),
        Teeth::Trenches(trenches) => format!("{} trenches as listed{centred}.", trenches.len()),
    }
}
