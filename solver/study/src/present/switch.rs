//! Tables and figures of what sources that are switched do.

use super::cells::{cell, listed, optional, plain, table};
use super::conditions::Conditions;
use super::heat::boundary;
use super::modes_figures::{left_out, push};
use super::{Context, Figure, drawn};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::report::{Cell, Column, ReportTable, significant};
use crate::run::{HeatOutcome, LaserSwitch, SwitchRecord, Value};

/// Most columns of a table, and so most sources or lasers.
const MOST_COLUMNS: usize = 8;
/// Most curves of a figure.
const MOST_CURVES: usize = 5;
/// Most points of a laser table that are shown.
const MOST_POINTS: usize = 4;

/// "switch from 0 to 900 W".
fn what(outcome: &HeatOutcome, switch: &SwitchRecord) -> String {
    let mut kinds: Vec<([f64; 2], Vec<&str>)> = Vec::new();
    for (name, powers) in outcome.sources.iter().zip(&switch.powers) {
        let Some(powers) = powers else { continue };
        match kinds.iter_mut().find(|(known, _)| known == powers) {
            Some((_, names)) => names.push(name),
            None => kinds.push((*powers, vec![name])),
        }
    }
    let kind = |([from, to], names): &([f64; 2], Vec<&str>)| {
        let many = if names.len() > 1 { " each" } else { "" };
        format!(
            "{} from {} to {} W{many}",
            listed(names),
            significant(*from, 4),
            significant(*to, 4)
        )
    };
    kinds.iter().map(kind).collect::<Vec<_>>().join("; ")
}

/// Which of `all` are shown: near and far ones, if they are too many.
fn spread(all: &[usize], most: usize) -> Vec<usize> {
    let n = all.len();
    if n <= most {
        return all.to_vec();
    }
    (0..most).map(|k| all[k * (n - 1) / (most - 1)]).collect()
}

/// Rows over time, a column for each of the series.
fn over_time(
    caption: String,
    times: &[f64],
    unit: DisplayUnit,
    variable: &str,
    series: &[(&str, &[Value], Option<Value>)],
) -> ReportTable {
    let mut columns = vec![Column::new("time", "s")];
    columns.extend(series.iter().map(|(name, _, _)| {
        Column::new(*name, unit.symbol).of_table(format!("{variable} of {name}"))
    }));
    let mut rows: Vec<Vec<Cell>> = times
        .iter()
        .enumerate()
        .map(|(t, &time)| {
            let mut row = vec![plain(time, DisplayUnit::SECOND)];
            row.extend(series.iter().map(|(_, v, _)| optional(&v[t], unit)));
            row
        })
        .collect();
    if series.iter().any(|(_, _, last)| last.is_some()) {
        let mut row = vec![Cell::text("steady")];
        row.extend(series.iter().map(|(_, _, last)| match last {
            Some(last) => cell(last, unit, ""),
            None => super::cells::missing(),
        }));
        rows.push(row);
    }
    table(caption, columns, rows)
}

/// The first point of a heat problem that switches sources.
fn first<'a>(
    context: Context<'a>,
    points: &[usize],
) -> Option<(usize, &'a HeatOutcome, &'a SwitchRecord)> {
    points.iter().enumerate().find_map(|(p, &h)| {
        let outcome = context.results.heats[h].as_ref().ok()?;
        Some((p, outcome, outcome.switched.as_ref()?))
    })
}

/// Rises of the sources of `[heat.NAME]` at its first point.
pub(super) fn of_heat(context: Context<'_>, group: &str, points: &[usize]) -> Option<ReportTable> {
    let (_, outcome, switch) = first(context, points)?;
    let times = &outcome.step.as_ref()?.times;
    let all: Vec<usize> = (0..outcome.sources.len()).collect();
    let shown = spread(&all, MOST_COLUMNS);
    let series: Vec<(&str, &[Value], Option<Value>)> = shown
        .iter()
        .map(|&i| {
            let rise = &switch.rise[i * times.len()..][..times.len()];
            (outcome.sources[i].as_str(), rise, None)
        })
        .collect();
    let mut caption = format!(
        "Mean rises since the switch: {}. They count from the steady state before, the heat of all other sources held. Rings and \
         other guides follow by their resonance drift per kelvin.",
        what(outcome, switch)
    );
    if points.len() > 1 {
        caption += " First point of the table; the others are in loss_table.csv.";
    }
    if shown.len() < all.len() {
        caption += &format!(
            " {} of {} sources; all are in loss_table.csv.",
            shown.len(),
            all.len()
        );
    }
    let variable = format!("{group}/switch_rise");
    Some(over_time(
        caption,
        times,
        DisplayUnit::KELVIN,
        &variable,
        &series,
    ))
}

/// Shifts of the lasers of `[laser.NAME]`; rises where no wavelength is stated.
pub(super) fn of_lasers(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> Vec<ReportTable> {
    let switched = points.iter().enumerate().filter_map(|(p, &l)| {
        let outcome = context.results.lasers[l].as_ref().ok()?;
        let heat = context.results.heats[context.plan.lasers[l].heat]
            .as_ref()
            .ok()?;
        Some((p, outcome, outcome.switched.as_ref()?, heat))
    });
    let of_point = |(p, outcome, lasers, heat): (
        usize,
        &crate::run::LaserOutcome,
        &Vec<LaserSwitch>,
        &HeatOutcome,
    )|
     -> Option<ReportTable> {
        let (step, switch) = (heat.step.as_ref()?, heat.switched.as_ref()?);
        let all: Vec<usize> = (0..lasers.len()).collect();
        let shown = spread(&all, MOST_COLUMNS);
        let emits = lasers[0].final_shift.value.is_finite();
        let series: Vec<(&str, &[Value], Option<Value>)> = shown
            .iter()
            .map(|&i| {
                let laser = &lasers[i];
                let (by_time, last) = if emits {
                    (&laser.shift, laser.final_shift)
                } else {
                    (&laser.rise, laser.final_rise)
                };
                let name = outcome.lasers[i].name.as_str();
                (name, by_time.as_slice(), Some(last))
            })
            .collect();
        let (quantity, variable, unit) = if emits {
            (
                "Shift of the wavelength",
                "switch_wavelength_shift",
                DisplayUnit::NANOMETRE,
            )
        } else {
            (
                "Rise of the junction",
                "switch_junction_rise",
                DisplayUnit::KELVIN,
            )
        };
        let caption = format!(
            "{quantity} since the switch: {}; {}. A laser's own heat follows its temperature, linearised about the operating point before; the last row \
             is the difference of the operating points after and before. Mode hops apart.",
            what(heat, switch),
            conditions.label(p)
        );
        let variable = format!("{group}/{variable}");
        Some(over_time(caption, &step.times, unit, &variable, &series))
    };
    switched.filter_map(of_point).take(MOST_POINTS).collect()
}

/// A curve's name, its times in s and its values.
type Curve<'a> = (String, &'a [f64], &'a [Value]);

/// Curves over time in decades.
fn plot(title: String, y: PlotAxis, curves: Vec<Curve<'_>>) -> LinePlot {
    let series = curves.into_iter().map(|(name, times, values)| {
        let style = SeriesStyle::LineAndMarkers;
        let mut curve = Series::new(name, Vec::new(), Vec::new(), style);
        for (&time, value) in times.iter().zip(values) {
            push(&mut curve, time, value);
        }
        curve
    });
    LinePlot {
        title,
        x: PlotAxis::new("time since the switch", DisplayUnit::SECOND).in_decades(),
        y,
        secondary: None,
        series: series.collect(),
    }
}

/// Rises of what is not switched, or of all if all is.
pub(super) fn heat_figure(
    context: Context<'_>,
    name: &str,
    points: &[usize],
    conditions: &Conditions,
) -> Result<Option<Figure>, OutputError> {
    let Some((p, outcome, switch)) = first(context, points) else {
        return Ok(None);
    };
    let Some(step) = &outcome.step else {
        return Ok(None);
    };
    let all: Vec<usize> = (0..outcome.sources.len()).collect();
    let mut others = all.clone();
    others.retain(|&i| switch.powers[i].is_none());
    let shown = spread(if others.is_empty() { &all } else { &others }, MOST_CURVES);
    let count = step.times.len();
    let curve = |i: usize| -> Curve<'_> {
        let rise = &switch.rise[i * count..][..count];
        (outcome.sources[i].clone(), &step.times, rise)
    };
    let plot = plot(
        format!("Rises in {name} since the switch"),
        PlotAxis::new("mean rise", DisplayUnit::KELVIN),
        shown.into_iter().map(curve).collect(),
    );
    let caption = format!(
        "Mean rises of sources of {name} since the switch: {}; {}. The heat of all others is held. Boundary: {}.",
        what(outcome, switch),
        conditions.label(p),
        boundary(outcome)
    );
    drawn(
        format!("heat_{name}_switch"),
        format!("heat.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}

/// Shifts of the wavelengths of lasers: of one point those of all, of several that of the laser that shifts most at each.
pub(super) fn laser_figure(
    context: Context<'_>,
    name: &str,
) -> Result<Option<Figure>, OutputError> {
    let (points, conditions) = context.laser_points(name);
    let mut text = String::new();
    let mut curves: Vec<Curve<'_>> = Vec::new();
    for (p, &l) in points.iter().enumerate() {
        let h = context.plan.lasers[l].heat;
        let (Ok(outcome), Ok(heat)) = (&context.results.lasers[l], &context.results.heats[h])
        else {
            continue;
        };
        let (Some(lasers), Some(step), Some(switch)) =
            (&outcome.switched, &heat.step, &heat.switched)
        else {
            continue;
        };
        let by_shift = |&a: &usize, &b: &usize| {
            let [a, b] = [a, b].map(|i| lasers[i].final_shift.value.abs());
            a.total_cmp(&b)
        };
        let all: Vec<usize> = (0..lasers.len()).collect();
        let shown = match points.len() {
            1 => spread(&all, MOST_CURVES),
            _ => all.into_iter().max_by(by_shift).into_iter().collect(),
        };
        for i in shown {
            let laser = &outcome.lasers[i].name;
            let label = match conditions.series(p) {
                point if point.is_empty() => laser.clone(),
                point => format!("{point}: {laser}"),
            };
            if lasers[i].final_shift.value.is_finite() {
                curves.push((label, &step.times, &lasers[i].shift));
            }
        }
        if text.is_empty() {
            text = what(heat, switch);
        }
    }
    if curves.is_empty() {
        return Ok(None);
    }
    let note = left_out(MOST_CURVES, curves.len());
    curves.truncate(MOST_CURVES);
    let plot = plot(
        format!("Wavelengths of {name} since the switch"),
        PlotAxis::new("shift of the wavelength", DisplayUnit::NANOMETRE),
        curves,
    );
    let caption = format!(
        "Shift of the wavelengths of {name} since the switch: {text}. A laser's own heat follows its temperature; of several points the laser that \
         shifts most.{note}"
    );
    drawn(
        format!("laser_{name}_switch"),
        format!("laser.{name}"),
        caption,
        |theme| plot.render(theme),
    )
    .map(Some)
}
