//! The answers first, and the doubts about them.

use super::cells::{cell, extremes, loss, missing, plain, table};
use super::conditions::Conditions;
use super::heat::{above_ambient, boundary, hottest};
use super::laser::{array_cells, array_columns};
use super::{Context, MOST_WARNINGS, coupling, grating, laser, taper};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, Section};
use crate::run::{CouplingResult, HeatOutcome, ModeOutcome, ModeRecord, Outcome, Spread};
use crate::study::Freedom;
use crate::table::Status;

/// What an error bar is.
const ERROR_BAR: &str = "An error bar is how far the exact answer to the problem as stated may lie from the number: \
    it is judged from how the number changes from level to level and, for modes, with the window. It does not hold the \
    uncertainty of materials, dimensions and models.";

/// The section "Summary".
pub(super) fn section(context: Context<'_>) -> Section {
    let tables = [
        couplings(context),
        gratings(context),
        tapers(context),
        lasers(context),
        heats(context),
        modes(context),
    ];
    Section {
        title: "Summary".into(),
        text: ERROR_BAR.into(),
        tables: tables.into_iter().flatten().collect(),
        ..Section::default()
    }
}

/// "0.50 to 0.62".
fn range(extremes: Option<[f64; 2]>, unit: DisplayUnit) -> Cell {
    match extremes {
        Some([least, greatest]) => Cell::text(format!(
            "{:.2} to {:.2}",
            unit.show(least),
            unit.show(greatest)
        )),
        None => Cell::text("–"),
    }
}

fn couplings(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    let mut several = false;
    for table in &context.study.couplings {
        let (points, conditions) = context.coupling_points(&table.name);
        let axes = coupling::Axes::of(table);
        let asked = coupling::asked(table);
        let centre = conditions.at_band_centre();
        several |= centre.len() < points.len();
        for p in centre {
            let Ok(outcome) = &context.results.couplings[points[p]] else {
                continue;
            };
            let tilt = |t: [f64; 2]| t[0].hypot(t[1]);
            let least = extremes(outcome.results.iter().map(|r| tilt(r.tilt)));
            for result in &outcome.results {
                // The tilts are in the full table.
                if least.is_some_and(|[least, _]| tilt(result.tilt) > least) {
                    continue;
                }
                let band = conditions.over_wavelength(p).into_iter().filter_map(|q| {
                    let outcome = context.results.couplings[points[q]].as_ref().ok()?;
                    let same = |r: &&CouplingResult| r.mode == result.mode && r.tilt == result.tilt;
                    outcome.results.iter().find(same).map(|r| r.loss_db.value)
                });
                let along = format!("E\u{a0}along\u{a0}{}", result.polarisation());
                let which = match axes.label(result) {
                    which if which.is_empty() => along,
                    which => format!("{which}, {along}"),
                };
                let [x, y] = [Freedom::X, Freedom::Y].map(|f| result.tolerance(f));
                rows.push(vec![
                    Cell::text(&table.name),
                    conditions.cell(p),
                    Cell::text(which),
                    loss(&result.loss_db, DisplayUnit::DECIBEL, &asked),
                    range(extremes(band), DisplayUnit::DECIBEL),
                    plain(x, DisplayUnit::MICROMETRE),
                    plain(y, DisplayUnit::MICROMETRE),
                ]);
            }
        }
    }
    let columns = vec![
        Column::new("coupling", ""),
        Column::new("at", ""),
        Column::new("into", ""),
        Column::new("total loss", "dB").of_table("fibre_chip/*/loss"),
        Column::new("over the band", "dB").of_table("fibre_chip/*/loss"),
        Column::new("1 dB more at ±x", "µm")
            .of_table("fibre_chip/*/tolerance_1db_left and tolerance_1db_right, the smaller"),
        Column::new("1 dB more at ±y", "µm")
            .of_table("fibre_chip/*/tolerance_1db_down and tolerance_1db_up, the smaller"),
    ];
    let caption = if several {
        "Coupling at the centre of the band, with the least tilt."
    } else {
        "Coupling."
    };
    (!rows.is_empty()).then(|| table(caption, columns, rows))
}

fn gratings(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    for table in &context.study.gratings {
        let (points, conditions) = context.grating_points(&table.name);
        for (p, &g) in points.iter().enumerate() {
            let Ok(outcome) = &context.results.gratings[g] else {
                continue;
            };
            let mut row = vec![Cell::text(&table.name), conditions.cell(p)];
            row.extend(grating::cells(outcome, &grating::asked(table)));
            rows.push(row);
        }
    }
    let mut columns = vec![Column::new("grating", ""), Column::new("at", "")];
    columns.extend(grating::columns("grating/*"));
    let caption = "Gratings at their design wavelength: loss between guide and fibre, share of the radiated power that goes \
        upwards, share of the incident power that comes back, bandwidth, place of the fibre.";
    (!rows.is_empty()).then(|| table(caption, columns, rows))
}

fn tapers(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    let mut several = false;
    for table in &context.study.tapers {
        let (points, conditions) = context.taper_points(&table.name);
        let asked = taper::asked(table);
        let centre = conditions.at_band_centre();
        several |= centre.len() < points.len();
        for p in centre {
            let Ok(outcome) = &context.results.tapers[points[p]] else {
                continue;
            };
            let Some(longest) = outcome.sets.last() else {
                continue;
            };
            for (input, result) in longest.inputs.iter().enumerate() {
                let losses = outcome
                    .sets
                    .iter()
                    .map(|set| set.inputs[input].loss_db.value);
                let mut row = vec![
                    Cell::text(&table.name),
                    conditions.cell(p),
                    plain(longest.lengths.iter().sum(), DisplayUnit::MICROMETRE),
                ];
                row.extend(taper::cells(result, input, outcome.becomes[input], &asked));
                row.push(range(extremes(losses), DisplayUnit::DECIBEL));
                rows.push(row);
            }
        }
    }
    let mut columns = vec![
        Column::new("taper", ""),
        Column::new("at", ""),
        Column::new("in all", "µm"),
    ];
    columns.extend(taper::columns("taper/*"));
    columns.push(Column::new("loss over all lengths", "dB").of_table("taper/*/loss"));
    let caption = if several {
        "Tapers at the centre of the band, at their longest."
    } else {
        "Tapers at their longest."
    };
    (!rows.is_empty()).then(|| table(caption, columns, rows))
}

fn lasers(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    for table in &context.study.lasers {
        let (points, conditions) = context.laser_points(&table.name);
        for (p, &l) in points.iter().enumerate() {
            let Ok(outcome) = &context.results.lasers[l] else {
                continue;
            };
            let mut row = vec![Cell::text(&table.name), conditions.cell(p)];
            row.extend(array_cells(outcome));
            rows.push(row);
        }
    }
    let mut columns = vec![
        Column::new("lasers", ""),
        Column::new("at", ""),
        Column::new("operation", ""),
    ];
    columns.extend(array_columns("laser/*"));
    (!rows.is_empty()).then(|| {
        table(
            "Laser arrays by cooling, whose boundaries are stated below: the hottest laser and its junction, the largest \
             current, the light and the wall-plug efficiency of all, the longest less the shortest wavelength.",
            columns,
            rows,
        )
    })
}

fn heats(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    for table in &context.study.heats {
        let (points, conditions) = context.heat_points(&table.name);
        for (p, &h) in points.iter().enumerate() {
            let Ok(outcome) = &context.results.heats[h] else {
                continue;
            };
            let Some(i) = hottest(outcome) else { continue };
            let temperature = above_ambient(outcome, &outcome.peak[i]);
            let unit = DisplayUnit::KELVIN_PER_WATT;
            rows.push(vec![
                Cell::text(&table.name),
                conditions.cell(p),
                Cell::text(&outcome.sources[i]),
                cell(&temperature, DisplayUnit::CELSIUS, ""),
                cell(&outcome.mean_between(i, i), unit, ""),
                neighbour(outcome, i)
                    .map_or_else(missing, |j| cell(&outcome.mean_between(i, j), unit, "")),
                Cell::text(boundary(outcome)),
            ]);
        }
    }
    let columns = vec![
        Column::new("heat", ""),
        Column::new("at", ""),
        Column::new("hottest source", ""),
        Column::new("temperature", "°C")
            .with_origin("computed: ambient of the study and loss_table.h5: /thermal/*/rise_max"),
        Column::new("own", "K/W").of_table("thermal/*/thermal_resistance_mean"),
        Column::new("crosstalk", "K/W").of_table("thermal/*/thermal_resistance_mean"),
        Column::new("boundary", ""),
    ];
    (!rows.is_empty()).then(|| table(
            "Heat with the powers of the floorplan: the hottest source, its largest temperature, its mean rise for a watt \
             of its own and for a watt in the source that heats it most. K/W belongs to its boundary.",
            columns,
            rows,
        ))
}

/// The source that heats source `i` most, itself apart.
fn neighbour(outcome: &HeatOutcome, i: usize) -> Option<usize> {
    let others = (0..outcome.sources.len()).filter(|&j| j != i);
    others.max_by(|&a, &b| {
        let [a, b] = [a, b].map(|j| outcome.mean_between(i, j).value);
        a.total_cmp(&b)
    })
}

fn modes(context: Context<'_>) -> Option<ReportTable> {
    let mut rows = Vec::new();
    let mut several = false;
    for table in &context.study.modes {
        let (points, conditions) = context.mode_points(&table.name);
        let centre = conditions.at_band_centre();
        several |= centre.len() < points.len();
        for p in centre {
            let Ok(outcome) = &context.results.modes[points[p]] else {
                continue;
            };
            for mode in outcome.modes.iter().filter(|m| m.class.is_physical()) {
                rows.push(vec![
                    Cell::text(&table.name),
                    conditions.cell(p),
                    Cell::number(mode.id as f64, DisplayUnit::ONE),
                    cell(&mode.effective_index, DisplayUnit::ONE, ""),
                    cell(&mode.group_index, DisplayUnit::ONE, ""),
                    cell(&mode.te_fraction, DisplayUnit::ONE, ""),
                ]);
            }
        }
    }
    let columns = vec![
        Column::new("modes", ""),
        Column::new("at", ""),
        Column::new("mode", ""),
        Column::new("effective index", "").of_table("waveguide/*/effective_index"),
        Column::new("group index", "").of_table("waveguide/*/group_index"),
        Column::new("TE fraction", "").of_table("waveguide/*/te_fraction"),
    ];
    let caption = if several {
        "Guided modes at the centre of the band."
    } else {
        "Guided modes."
    };
    (!rows.is_empty()).then(|| table(caption, columns, rows))
}

/// Warnings on results that exist but may mislead.
pub(super) fn doubts(context: Context<'_>) -> Vec<String> {
    let mut doubts = Vec::new();
    for table in &context.study.modes {
        let (points, conditions) = context.mode_points(&table.name);
        let outcomes = of(&points, &context.results.modes);
        let name = format!("modes.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
        let settled = |m: &ModeRecord| {
            let [x, y] = &m.mode_field_diameter;
            let all = [&m.group_index, &m.te_fraction, &m.effective_area, x, y];
            let spreads = m.spreads.iter().filter_map(|s| s.spread.as_ref().ok());
            let statuses = all.map(|v| v.status).into_iter();
            let mut statuses = statuses.chain(spreads.map(Spread::status));
            statuses.all(|status| status != Status::Unconverged)
        };
        let well = outcomes
            .iter()
            .flatten()
            .filter(|o| o.status() == Status::Ok);
        if well.flat_map(|o| &o.modes).any(|m| !settled(m)) {
            doubts.push(format!(
                "{name}: some numbers are marked unconverged although their effective index met the error asked for: \
                 they changed too much from level to level."
            ));
        }
        let artefact = |o: &ModeOutcome| o.modes.iter().any(|m| !m.class.is_physical());
        let count = outcomes.iter().flatten().filter(|o| artefact(o)).count();
        if count > 0 {
            doubts.push(format!(
                "{name}: {count} of {} points have modes of the window or its absorbing layers, artefacts; \
                 they are marked and are neither summarised nor coupled to.",
                points.len()
            ));
        }
    }
    for table in &context.study.couplings {
        let (points, conditions) = context.coupling_points(&table.name);
        let outcomes = of(&points, &context.results.couplings);
        let name = format!("coupling.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
    }
    for table in &context.study.gratings {
        let (points, conditions) = context.grating_points(&table.name);
        let outcomes = of(&points, &context.results.gratings);
        let name = format!("grating.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
    }
    for table in &context.study.tapers {
        let (points, conditions) = context.taper_points(&table.name);
        let outcomes = of(&points, &context.results.tapers);
        let name = format!("taper.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
    }
    for table in &context.study.heats {
        let (points, conditions) = context.heat_points(&table.name);
        let outcomes = of(&points, &context.results.heats);
        let name = format!("heat.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
    }
    for table in &context.study.lasers {
        let (points, conditions) = context.laser_points(&table.name);
        let outcomes = of(&points, &context.results.lasers);
        let name = format!("laser.{}", table.name);
        doubts.extend(unconverged(&name, &conditions, &outcomes, |o| o.status()));
        let rolled = outcomes
            .iter()
            .enumerate()
            .filter_map(|(p, o)| Some((p, (*o)?)));
        let rolled: Vec<String> = rolled
            .filter(|(_, o)| o.operation == "rollover")
            .map(|(p, o)| {
                format!(
                    "{name} at {} does not reach what is asked; {}.",
                    conditions.label(p),
                    laser::rollover_words(o)
                )
            })
            .collect();
        let more = rolled.len().saturating_sub(MOST_WARNINGS);
        doubts.extend(rolled.into_iter().take(MOST_WARNINGS));
        if more > 0 {
            doubts.push(format!("{name}: {more} more points are at rollover."));
        }
    }
    doubts
}

fn of<'a, T>(points: &[usize], outcomes: &'a [Outcome<T>]) -> Vec<Option<&'a T>> {
    points.iter().map(|&p| outcomes[p].as_ref().ok()).collect()
}

/// One sentence on the points of a table that missed the error asked for.
fn unconverged<T>(
    name: &str,
    conditions: &Conditions,
    outcomes: &[Option<&T>],
    status: impl Fn(&T) -> Status,
) -> Option<String> {
    let doubtful: Vec<usize> = outcomes
        .iter()
        .enumerate()
        .filter(|(_, o)| o.is_some_and(|o| status(o) != Status::Ok))
        .map(|(p, _)| p)
        .collect();
    let first = conditions.label(*doubtful.first()?);
    Some(match doubtful.len() {
        1 => format!("{name} at {first} missed the error asked for; its numbers are marked."),
        n => format!(
            "{name}: {n} of {} points missed the error asked for, the first at {first}; their numbers are marked.",
            outcomes.len()
        ),
    })
}
