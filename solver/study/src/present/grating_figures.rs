//! Spectra of gratings, and their teeth.

use super::modes_figures::{loss_along, push, with_shared};
use super::{Context, Figure, drawn};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::run::GratingOutcome;
use crate::study::GratingTable;

/// All figures of `[grating.NAME]`.
pub(super) fn figures(
    context: Context<'_>,
    table: &GratingTable,
) -> Result<Vec<Figure>, OutputError> {
    let mut figures = Vec::new();
    figures.extend(spectrum(context, table)?);
    figures.extend(teeth(context, table)?);
    Ok(figures)
}

fn spectrum(context: Context<'_>, table: &GratingTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.grating_points(name);
    let mut series = Vec::new();
    for (p, &g) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.gratings[g] else {
            continue;
        };
        let label = match conditions.series(p) {
            label if label.is_empty() => name.clone(),
            label => label,
        };
        let mut curve = Series::new(label, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
        for (&wavelength, result) in outcome.wavelengths.iter().zip(&outcome.results) {
            push(&mut curve, wavelength, &result.loss_db);
        }
        if curve.x.len() > 1 {
            series.push(curve);
        }
    }
    let title = format!("Loss of {name}");
    let x = PlotAxis::new("wavelength", DisplayUnit::NANOMETRE);
    let Some((plot, note)) = loss_along(title, x, series) else {
        return Ok(None);
    };
    let caption = format!(
        "Loss between guide and fibre by {name} against wavelength{}, the fibre staying where it couples best at the \
         design wavelength. Error bars smaller than a mark do not show.{note}",
        with_shared(&conditions)
    );
    drawn(
        format!("grating_{name}_loss"),
        format!("grating.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

/// Widths of teeth and trenches along the guide, of the first point.
fn teeth(context: Context<'_>, table: &GratingTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.grating_points(name);
    let solved = points.iter().enumerate().find_map(|(p, &g)| {
        let outcome = context.results.gratings[g].as_ref().ok()?;
        Some((p, outcome))
    });
    let Some((p, outcome)) = solved.filter(|(_, o)| o.trenches.len() > 1) else {
        return Ok(None);
    };
    let plot = LinePlot {
        title: format!("Teeth and trenches of {name}"),
        x: PlotAxis::new("middle, along the guide", DisplayUnit::MICROMETRE),
        y: PlotAxis::new("width", DisplayUnit::NANOMETRE),
        secondary: None,
        series: widths(outcome),
    };
    let caption = format!(
        "Widths of the teeth and trenches of {name} at {}, from where the light comes.",
        conditions.label(p)
    );
    drawn(
        format!("grating_{name}_teeth"),
        format!("grating.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

fn widths(outcome: &GratingOutcome) -> Vec<Series> {
    let trenches: Vec<[f64; 2]> = outcome.trenches.clone();
    let teeth: Vec<[f64; 2]> = trenches.windows(2).map(|t| [t[0][1], t[1][0]]).collect();
    [("teeth", teeth), ("trenches", trenches)]
        .into_iter()
        .map(|(label, of)| {
            let middle = of.iter().map(|t| 0.5 * (t[0] + t[1])).collect();
            let width = of.iter().map(|t| t[1] - t[0]).collect();
            Series::new(label, middle, width, SeriesStyle::Markers)
        })
        .collect()
}
