//! Loss over misalignment and over wavelength.

use super::coupling::{Axes, port};
use super::modes_figures::{MOST_SERIES, left_out, push, with_shared};
use super::{Context, Figure, alignment, drawn};
use crate::figures::{DisplayUnit, LinePlot, MapFigure, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::run::CouplingOutcome;
use crate::study::CouplingTable;

/// All figures of `[coupling.NAME]`.
pub(super) fn figures(
    context: Context<'_>,
    table: &CouplingTable,
) -> Result<Vec<Figure>, OutputError> {
    let mut figures = Vec::new();
    figures.extend(map(context, table)?);
    figures.extend(over_wavelength(context, table)?);
    figures.extend(alignment::figures(context, table)?);
    Ok(figures)
}

/// The misalignment map of the first point, tilt and mode that has one.
fn map(context: Context<'_>, table: &CouplingTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.coupling_points(name);
    let found = points.iter().enumerate().find_map(|(p, &c)| {
        let outcome = context.results.couplings[c].as_ref().ok()?;
        let result = outcome.results.first()?;
        Some((p, result, result.map.as_ref()?))
    });
    let Some((p, result, map)) = found else {
        return Ok(None);
    };
    // A plane needs both axes; a scan along one is a line.
    if map.x.len() < 2 || map.y.len() < 2 || !map.loss_db.iter().any(|v| v.is_finite()) {
        return Ok(None);
    }
    let label = conditions.label(p);
    let of = match Axes::of(table).label(result) {
        of if of.is_empty() => label,
        of => format!("{label}, {of}"),
    };
    let title = format!("Loss of {name} over misalignment");
    let mut figure = MapFigure::misalignment(title, &map.x, &map.y, map.loss_db.clone());
    let unit = DisplayUnit::MICROMETRE;
    (figure.x.unit, figure.y.unit) = (unit, unit);
    let caption = format!(
        "Total loss from {} to {} over offsets of the beam: {of}, E along {}. \
         The line encloses the offsets that cost less than 1 dB; colours end 10 dB above the optimum.",
        port(&table.from),
        port(&table.to),
        result.polarisation()
    );
    drawn(
        format!("coupling_{name}_map"),
        format!("coupling.{name}"),
        caption,
        |theme| figure.render(theme),
    )
    .map(Some)
}

fn over_wavelength(
    context: Context<'_>,
    table: &CouplingTable,
) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let axes = Axes::of(table);
    let (points, conditions) = context.coupling_points(name);
    // (total tilt, curve): the least tilted come first.
    let mut all: Vec<(f64, Series)> = Vec::new();
    for first in conditions.without_wavelength() {
        let solved: Vec<(f64, &CouplingOutcome)> = conditions
            .over_wavelength(first)
            .into_iter()
            .filter_map(|p| {
                let outcome = context.results.couplings[points[p]].as_ref().ok()?;
                Some((conditions.wavelength(p)?, outcome))
            })
            .collect();
        let mut curves: Vec<([f64; 2], usize)> = Vec::new();
        for result in solved.iter().flat_map(|(_, o)| &o.results) {
            if !curves.contains(&(result.tilt, result.mode)) {
                curves.push((result.tilt, result.mode));
            }
        }
        for (tilt, mode) in curves {
            let mut series = Series::new("", Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
            for (wavelength, outcome) in &solved {
                let result = outcome
                    .results
                    .iter()
                    .find(|r| r.tilt == tilt && r.mode == mode);
                if let Some(result) = result {
                    push(&mut series, *wavelength, &result.loss_db);
                    let parts = [axes.label(result), conditions.series(first)];
                    let parts: Vec<&str> = parts
                        .iter()
                        .map(String::as_str)
                        .filter(|part| !part.is_empty())
                        .collect();
                    series.label = parts.join(", ");
                }
            }
            if series.x.len() > 1 {
                all.push((tilt[0].hypot(tilt[1]), series));
            }
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable
    let mut note = left_out(MOST_SERIES, all.len());
    if !note.is_empty() && all.iter().any(|(tilt, _)| *tilt > 0.0) {
        note += " Those with the least tilt are shown.";
    }
    let series = all.into_iter().take(MOST_SERIES).map(|(_, s)| s).collect();
    let plot = LinePlot {
        title: format!("Loss of {name}"),
        x: PlotAxis::new("wavelength", DisplayUnit::NANOMETRE),
        y: PlotAxis::new("total loss", DisplayUnit::DECIBEL),
        secondary: None,
        series,
    };
    let aligned = if axes.aligned {
        ", each at its best offset"
    } else {
        ""
    };
    let caption = format!(
        "Total loss from {} to {} against wavelength{}{aligned}.{note}",
        port(&table.from),
        port(&table.to),
        with_shared(&conditions)
    );
    drawn(
        format!("coupling_{name}_loss"),
        format!("coupling.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}
