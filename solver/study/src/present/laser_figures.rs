//! Light against current, and junction temperatures over an array.

use super::laser::{answer, drive_parameter, rollover_words, without_drive};
use super::modes_figures::{MOST_SERIES, left_out};
use super::{Context, Figure, drawn};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::run::LaserOutcome;
use crate::study::LaserTable;

/// Most curves without marks that colours keep apart, the two series of marks besides.
const MOST_LINES: usize = 4;

/// All figures of `[laser.NAME]`.
pub(super) fn figures(
    context: Context<'_>,
    table: &LaserTable,
) -> Result<Vec<Figure>, OutputError> {
    let mut figures = Vec::new();
    figures.extend(light_current(context, table)?);
    figures.extend(junctions(context, table)?);
    figures.extend(super::switch::laser_figure(context, &table.name)?);
    Ok(figures)
}

/// The laser that limits the array: the one whose light peaks lowest.
fn weakest(outcome: &LaserOutcome) -> Option<usize> {
    let most = |i: usize| outcome.curve.power[i].iter().copied().fold(0.0, f64::max);
    (0..outcome.curve.power.len())
        .rev()
        .min_by(|&a, &b| most(a).total_cmp(&most(b)))
}

fn light_current(context: Context<'_>, table: &LaserTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.laser_points(name);
    let mut curves = without_drive(context, table, &points);
    let all = curves.len();
    curves.truncate(MOST_LINES);
    let mut series = Vec::new();
    let mut operating = Series::new(
        "operating point",
        Vec::new(),
        Vec::new(),
        SeriesStyle::Markers,
    );
    let mut rollover = Series::new("rollover", Vec::new(), Vec::new(), SeriesStyle::Markers);
    let mut notes = String::new();
    for &p in &curves {
        let Ok(outcome) = &context.results.lasers[points[p]] else {
            continue;
        };
        let Some(i) = weakest(outcome) else { continue };
        let (current, power) = (&outcome.curve.current, &outcome.curve.power[i]);
        if current.is_empty() {
            continue;
        }
        let most = (0..power.len()).max_by(|&a, &b| power[a].total_cmp(&power[b]));
        if let Some(k) = most.filter(|&k| k > 0 && k + 1 < power.len()) {
            rollover.x.push(current[k]);
            rollover.y.push(power[k]);
        }
        let laser = &outcome.lasers[i].name;
        let label = match conditions.series_without(p, drive_parameter(table)) {
            rest if rest.is_empty() => laser.clone(),
            rest => format!("{rest}: {laser}"),
        };
        let (current, power) = with_threshold(current, power);
        series.push(Series::new(label, current, power, SeriesStyle::Line));
    }
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        let Some(i) = weakest(outcome) else { continue };
        match &outcome.lasers[i].state {
            Some(state) => {
                operating.x.push(state.current.value);
                operating.y.push(state.optical_power.value);
            }
            None => {
                let at = conditions.series(p);
                let at = if at.is_empty() {
                    String::new()
                } else {
                    format!(" ({at})")
                };
                notes += &format!(
                    " Rollover{at}: the {} asked for cannot be had, {}.",
                    asked(outcome),
                    rollover_words(outcome).trim_start_matches("rollover: ")
                );
            }
        }
    }
    if series.is_empty() {
        return Ok(None);
    }
    if all > MOST_LINES {
        // Points of curves that are not shown would be read as lying on those that are.
        operating.x.clear();
        operating.y.clear();
    }
    let marks = [operating, rollover]
        .into_iter()
        .filter(|s| !s.x.is_empty());
    series.extend(marks);
    let plot = LinePlot {
        title: format!("Light against current of {name}"),
        x: PlotAxis::new("current of each laser", DisplayUnit::MILLIAMPERE),
        y: PlotAxis::new("light of the weakest laser", DisplayUnit::MILLIWATT),
        secondary: None,
        series,
    };
    let caption = format!(
        "Light of the weakest laser of {name} against current, all lasers driven alike and heating each other; \
         curves go on well beyond rollover, or to where no steady state is left.{notes}{}",
        left_out(MOST_LINES, all)
    );
    drawn(
        format!("laser_{name}_light_current"),
        format!("laser.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

/// A curve with the kink at its threshold, which lies between two points: where the line through the
/// first two points that lase meets zero.
fn with_threshold(current: &[f64], power: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (current.to_vec(), power.to_vec());
    let first = power.iter().position(|&p| p > 0.0);
    if let Some(k) = first.filter(|&k| k > 0 && k + 1 < power.len()) {
        let slope = (power[k + 1] - power[k]) / (current[k + 1] - current[k]);
        let threshold = current[k] - power[k] / slope;
        if threshold > current[k - 1] && threshold < current[k] {
            x.insert(k, threshold);
            y.insert(k, 0.0);
        }
    }
    (x, y)
}

/// "20 mW".
fn asked(outcome: &LaserOutcome) -> String {
    let (quantity, value) = outcome.drive;
    let unit = match quantity {
        "current" => DisplayUnit::MILLIAMPERE,
        _ => DisplayUnit::MILLIWATT,
    };
    let number = crate::report::significant(unit.show(value), 4);
    format!("{number} {}", unit.symbol)
}

fn junctions(context: Context<'_>, table: &LaserTable) -> Result<Option<Figure>, OutputError> {
    let name = &table.name;
    let (points, conditions) = context.laser_points(name);
    let mut series = Vec::new();
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        // A single laser is in the table; an array at rollover has no operating point.
        if outcome.lasers.len() < 2 || answer(outcome).is_none() {
            continue;
        }
        let label = conditions.series(p);
        let mut curve = Series::new(label, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
        for (i, laser) in outcome.lasers.iter().enumerate() {
            if let Some(state) = &laser.state {
                super::modes_figures::push(&mut curve, (i + 1) as f64, &state.junction_temperature);
            }
        }
        series.push(curve);
    }
    if series.is_empty() {
        return Ok(None);
    }
    let note = left_out(MOST_SERIES, series.len());
    series.truncate(MOST_SERIES);
    let lasers = series.iter().map(|s| s.x.len()).max().unwrap_or(0);
    let x = PlotAxis {
        // Wide enough for ticks at whole numbers.
        range: Some([0.0, (lasers + 1).max(5) as f64]),
        ..PlotAxis::new("laser, counted from the first", DisplayUnit::ONE)
    };
    let plot = LinePlot {
        title: format!("Junction temperatures of {name}"),
        x,
        y: PlotAxis::new("junction", DisplayUnit::CELSIUS),
        secondary: None,
        series,
    };
    let caption = format!(
        "Junction temperature of each laser of {name} at its operating point, in the order of the array.{note}"
    );
    drawn(
        format!("laser_{name}_junctions"),
        format!("laser.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}
