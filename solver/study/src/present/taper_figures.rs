//! Losses of tapers over length and wavelength, and effective indices along them.

use super::modes_figures::{MOST_SERIES, loss_along, push, with_shared};
use super::taper::{cutoff_words, unit};
use super::{Context, Figure, drawn};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::run::{TaperOutcome, TaperResult};
use crate::study::{LengthAxis, TaperTable};

/// All figures of `[taper.NAME]`.
pub(super) fn figures(
    context: Context<'_>,
    table: &TaperTable,
) -> Result<Vec<Figure>, OutputError> {
    let mut figures = Vec::new();
    for (k, axis) in context.study.length_axes(table).iter().enumerate() {
        figures.extend(over_length(context, table, k, axis)?);
    }
    figures.extend(over_wavelength(context, table)?);
    figures.extend(along(context, table)?);
    Ok(figures)
}

/// The parts that say something, or else the name.
fn label(parts: [String; 2], name: &str) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let told: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    match told.as_slice() {
        [] => name.to_owned(),
        told => told.join(", "),
    }
}

fn of_mode(table: &TaperTable, input: usize) -> String {
    match table.inputs {
        1 => String::new(),
        _ => format!("mode {input}"),
    }
}

/// The loss against lengths of one axis, the others at their longest.
fn over_length(
    context: Context<'_>,
    table: &TaperTable,
    k: usize,
    axis: &LengthAxis,
) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.taper_points(name);
    let axes = context.study.length_axes(table);
    let longest = |set: &crate::run::TaperSet| {
        let others = axes.iter().enumerate().filter(|(other, _)| *other != k);
        others
            .map(|(_, a)| (set.lengths[a.sections[0]], a.values.last().copied()))
            .all(|(length, last)| last == Some(length))
    };
    let mut series = Vec::new();
    for p in conditions.at_band_centre() {
        let Ok(outcome) = &context.results.tapers[points[p]] else {
            continue;
        };
        for input in 0..outcome.becomes.len() {
            let told = label([conditions.series(p), of_mode(table, input)], name);
            let mut curve = Series::new(told, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
            for set in outcome.sets.iter().filter(|set| longest(set)) {
                let length = set.lengths[axis.sections[0]];
                push(&mut curve, length, &set.inputs[input].loss_db);
            }
            if curve.x.len() > 1 {
                series.push(curve);
            }
        }
    }
    let what = axis.name.replace('_', " ");
    let title = format!("Loss of {name} over length");
    let x = PlotAxis::new(what.clone(), unit(&axis.values));
    let Some((plot, note)) = loss_along(title, x, series) else {
        return Ok(None);
    };
    let band = match conditions.without_wavelength().len() < points.len() {
        true => " at the middle of the band",
        false => "",
    };
    let others = match axes.len() {
        1 => "",
        _ => ", other lengths being at their longest",
    };
    let caption = format!(
        "Loss of {name} against {what}{}{band}{others}. Error bars smaller than a mark do not show.{note}",
        with_shared(&conditions)
    );
    drawn(
        format!("taper_{name}_{}", axis.name),
        format!("taper.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

/// The loss against wavelength at the longest lengths.
fn over_wavelength(
    context: Context<'_>,
    table: &TaperTable,
) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.taper_points(name);
    let mut series = Vec::new();
    for first in conditions.without_wavelength() {
        for input in 0..table.inputs {
            let told = label([conditions.series(first), of_mode(table, input)], name);
            let mut curve = Series::new(told, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
            for p in conditions.over_wavelength(first) {
                let outcome = context.results.tapers[points[p]].as_ref().ok();
                let result = outcome.and_then(|o| longest(o, input));
                if let (Some(result), Some(wavelength)) = (result, conditions.wavelength(p)) {
                    push(&mut curve, wavelength, &result.loss_db);
                }
            }
            if curve.x.len() > 1 {
                series.push(curve);
            }
        }
    }
    let title = format!("Loss of {name} over wavelength");
    let x = PlotAxis::new("wavelength", DisplayUnit::NANOMETRE);
    let Some((plot, note)) = loss_along(title, x, series) else {
        return Ok(None);
    };
    let caption = format!(
        "Loss of {name} against wavelength{} at its longest. Error bars smaller than a mark do not show.{note}",
        with_shared(&conditions)
    );
    drawn(
        format!("taper_{name}_wavelength"),
        format!("taper.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

/// What an input becomes at the longest lengths, which come last.
fn longest(outcome: &TaperOutcome, input: usize) -> Option<&TaperResult> {
    outcome.sets.last()?.inputs.get(input)
}

/// n_eff of the modes that are guided somewhere, and what a guided mode exceeds, along the first point's taper with every
/// section drawn as wide.
fn along(context: Context<'_>, table: &TaperTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.taper_points(name);
    let solved = points.iter().enumerate().find_map(|(p, &t)| {
        let outcome = context.results.tapers[t].as_ref().ok()?;
        Some((p, outcome))
    });
    let Some((p, outcome)) = solved else {
        return Ok(None);
    };
    let modes = outcome.along.iter().map(|s| s.modes.len()).max();
    let modes = modes.unwrap_or(0).min(MOST_SERIES - 1);
    let mut bound = Series::new("cladding", Vec::new(), Vec::new(), SeriesStyle::Line);
    let mut curves: Vec<Series> = (0..modes)
        .map(|mode| {
            let told = format!("mode {mode}");
            Series::new(told, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers)
        })
        .collect();
    for (k, section) in outcome.along.iter().enumerate() {
        // A section that stays as it is has one slice.
        let slices: Vec<(f64, usize)> = match section.places.as_slice() {
            [_] => vec![(0.0, 0), (1.0, 0)],
            places => places.iter().copied().zip(0..).collect(),
        };
        for (place, slice) in slices {
            let z = k as f64 + place;
            bound.x.push(z);
            bound.y.push(section.bounds[slice]);
            for (mode, curve) in curves.iter_mut().enumerate() {
                curve.x.push(z);
                let n = section.modes.get(mode).map_or(f64::NAN, |n| n[slice]);
                curve.y.push(n);
            }
        }
    }
    if bound.x.len() < 2 || curves.is_empty() {
        return Ok(None);
    }
    let (axis, words) = match outcome.along.len() {
        1 => ("place, as a share of the length", String::new()),
        _ => {
            let names: Vec<&str> = table.sections.iter().map(|s| s.name.as_str()).collect();
            let words = format!(", each section one wide: {}", names.join(", "));
            ("place, in sections", words)
        }
    };
    curves.push(bound);
    let plot = LinePlot {
        title: format!("Effective index along {name}"),
        x: PlotAxis::new(axis, DisplayUnit::ONE),
        y: PlotAxis::new("effective index", DisplayUnit::ONE),
        secondary: None,
        series: curves,
    };
    let cutoffs: Vec<String> = outcome.cutoffs.iter().map(cutoff_words).collect();
    let cutoffs = match cutoffs.as_slice() {
        [] => String::from("No mode is cut off"),
        some => super::cells::listed(some),
    };
    let caption = format!(
        "Effective indices of the modes that are guided somewhere along {name} at {}{words}; marks are slices, and what lies \
         below the cladding's index is not guided. {cutoffs}.",
        conditions.label(p)
    );
    drawn(
        format!("taper_{name}_along"),
        format!("taper.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}
