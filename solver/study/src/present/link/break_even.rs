//! The temperature of the chip at which integrated and external lasers cost the same.

use cpo_link::{
    BreakEvenMap, BreakEvenPoint, BreakEvenSide, CoolingAnswer, LeftOut, LinkAnswers, Standing,
};
use ndarray::Array2;

use super::Album;
use super::cells::{FIT, PICOJOULE_PER_BIT, celsius, column, in_draws, ranged, stated};
use crate::figures::{DisplayUnit, MapFigure, MapLine, PlotAxis};
use crate::output_error::OutputError;
use crate::present::cells::missing;
use crate::report::{Cell, Column, ReportTable, Section, significant};

/// Rows of the table of the contour.
const MOST_ROWS: usize = 13;
/// Share of draws from which on a choice is clear.
const CLEAR: f64 = 0.95;

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let map = &answers.break_even;
    let mut figures = Vec::new();
    if map.difference.iter().flatten().any(|d| d.is_finite()) {
        let has_none = |p: &BreakEvenPoint| p.external == Standing::Infeasible;
        let grey = match map.contour.iter().any(has_none) {
            true => "; grey: no class of external sources brings the light",
            false => "",
        };
        let caption = format!(
            "Energy per bit of optics with integrated lasers less that with external ones, over the temperature of the chip below \
             its lasers, all of them off, and the loss from external source to chip. The line is where both cost the same; \
             hatched: the integrated laser rolls over{grey}. Typical values."
        );
        figures.push(album.draw("break_even", caption, |theme| figure(answers).render(theme))?);
    }
    let mut tables = vec![contour(map)];
    if !answers.cooling.is_empty() {
        tables.insert(0, coolings(answers));
    }
    tables.push(super::lasers::table(answers));
    Ok(Section {
        title: format!("Link {}: integrated against external lasers", album.link),
        text: sentence(map, answers.request.samples),
        tables,
        figures,
        ..Section::default()
    })
}

fn sentence(map: &BreakEvenMap, draws: u32) -> String {
    let at = &map.at_typical_path;
    let path = significant(map.typical_path_loss_db, 3);
    let no_source = match map.external_at_typical_path {
        Standing::Infeasible => "No class of external sources brings the light there. ",
        _ => "",
    };
    let mut text = no_source.to_owned();
    text += &match map.side_at_typical_path {
        BreakEvenSide::Equal => format!(
            "Behind an external path of {path} dB both cost the same with the chip at {}; below, integrated lasers take less",
            celsius(at.value)
        ),
        BreakEvenSide::Rollover => format!(
            "Behind an external path of {path} dB integrated lasers take less up to where they roll over, with the chip at {}",
            celsius(at.value)
        ),
        BreakEvenSide::NotKnown => {
            String::from("The loss table lacks a value that the comparison needs")
        }
        BreakEvenSide::MapEnds => format!(
            "Behind an external path of {path} dB integrated lasers take less up to where the table's map of them ends"
        ),
        BreakEvenSide::Neither => format!(
            "Behind an external path of {path} dB neither brings the light at any temperature of the chip that was asked for"
        ),
        BreakEvenSide::ExternalAlways => format!(
            "Behind an external path of {path} dB external lasers take less at every temperature of the chip that was asked for"
        ),
        BreakEvenSide::IntegratedAlways => format!(
            "Behind an external path of {path} dB integrated lasers take less at every temperature of the chip that was asked for"
        ),
    };
    if at.low.is_finite() && at.high > at.low {
        // draws without such a temperature stand at the ends
        let temperatures = &map.chip_temperatures;
        let (first, last) = (temperatures[0], temperatures[temperatures.len() - 1]);
        let said = |kelvin: f64| match (kelvin <= first, kelvin >= last) {
            (true, _) => format!("less than {}", celsius(first)),
            (_, true) => format!("more than {}", celsius(last)),
            (false, false) => celsius(kelvin),
        };
        text += &format!(
            "; median of the draws {}, p05 to p95 {} to {}",
            said(at.median),
            said(at.low),
            said(at.high)
        );
    }
    if let Some(left_out) = left_out(&map.left_out, draws) {
        text += &format!(". Not in these numbers: {left_out}");
    }
    let [external, integrated] = map.always_shares.map(|share| in_draws(share, draws));
    text += &match map.always_shares {
        [0.0, 0.0] => format!(". In none of {draws} draws does either take less throughout."),
        _ => format!(
            ". External lasers take less throughout {external}, integrated ones {integrated}."
        ),
    };
    if map.rollover_temperature.is_finite() {
        text += &format!(
            " Typical integrated lasers roll over at {}.",
            celsius(map.rollover_temperature)
        );
    }
    text
}

/// What the draws that compare nothing lack, and in how many.
fn left_out(left_out: &LeftOut, draws: u32) -> Option<String> {
    let each = [
        (left_out.neither, "neither brings the light"),
        (left_out.not_known, "the loss table lacks a value"),
    ];
    let told = |(share, what): (f64, &str)| {
        let some = share > 0.0;
        some.then(|| format!("{what} {}", in_draws(share, draws)))
    };
    let told: Vec<String> = each.into_iter().filter_map(told).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn side(side: BreakEvenSide) -> &'static str {
    match side {
        BreakEvenSide::Equal => "external lasers take less",
        BreakEvenSide::Rollover => "the integrated laser rolls over",
        BreakEvenSide::NotKnown => "not known",
        BreakEvenSide::MapEnds => "the table's map of the laser ends",
        BreakEvenSide::Neither => "neither brings the light",
        BreakEvenSide::ExternalAlways => "external throughout",
        BreakEvenSide::IntegratedAlways => "integrated throughout",
    }
}

fn contour(map: &BreakEvenMap) -> ReportTable {
    let row = |p: &BreakEvenPoint| {
        vec![
            Cell::number(p.path_loss_db, DisplayUnit::DECIBEL),
            stated(
                p.temperature,
                DisplayUnit::CELSIUS,
                "bisection with all inputs typical",
            ),
            Cell::text(match (p.external, p.side) {
                (Standing::Infeasible, BreakEvenSide::Rollover) => String::from(
                    "both lack the light: the integrated laser rolls over, no class of external sources brings it",
                ),
                (Standing::Infeasible, other) => {
                    format!(
                        "{}: no class of external sources brings the light",
                        side(other)
                    )
                }
                (_, other) => side(other).to_owned(),
            }),
        ]
    };
    ReportTable {
        caption: String::from(
            "Temperature of the chip up to which integrated lasers take less, by loss from P1 to P3",
        ),
        columns: vec![
            column("external path", DisplayUnit::DECIBEL),
            column("chip", DisplayUnit::CELSIUS),
            Column::new("beyond it", ""),
        ],
        rows: map
            .contour
            .iter()
            .step_by(map.contour.len().div_ceil(MOST_ROWS).max(1))
            .map(row)
            .collect(),
    }
}

fn coolings(answers: &LinkAnswers) -> ReportTable {
    let draws = answers.request.samples;
    let row = |c: &CoolingAnswer| {
        let verdict = match (c.is_feasible, c.integrated_wins) {
            (false, _) if c.difference.status == Standing::NotComputed => {
                format!("not known: {}", c.difference.origin)
            }
            (false, _) if !c.has_source => String::from(
                "neither: the integrated laser rolls over, no class of sources brings the light",
            ),
            (false, _) => String::from("external: the integrated laser rolls over"),
            (true, _) if !c.has_source => {
                String::from("integrated: no class of external sources brings the light")
            }
            (true, true) => clearly("integrated", c.integrated_share, draws),
            (true, false) => clearly("external", c.external_share, draws),
        };
        let verdict = match left_out(&c.left_out, draws) {
            Some(left_out) if c.difference.status != Standing::NotComputed => {
                format!("{verdict}; {left_out}")
            }
            _ => verdict,
        };
        let failures = c.table_failure_rate.as_ref();
        vec![
            Cell::text(&c.name),
            ranged(&c.base_temperature),
            ranged(&c.difference),
            Cell::text(verdict),
            stated(
                c.break_even_temperature,
                DisplayUnit::CELSIUS,
                side(c.break_even_side),
            ),
            failures.map_or_else(|| missing().with_origin("the table has no rate"), ranged),
            Cell::text(&c.laser),
        ]
    };
    ReportTable {
        caption: String::from(
            "Under each way of cooling, at the typical external path. Of the chip the warmest laser, in brackets coolest to warmest",
        ),
        columns: vec![
            Column::new("cooling", ""),
            column("chip, lasers off", DisplayUnit::CELSIUS),
            column("integrated less external", PICOJOULE_PER_BIT),
            Column::new("takes less", ""),
            column("break-even", DisplayUnit::CELSIUS),
            column("lasers as computed", FIT),
            Column::new("laser", ""),
        ],
        rows: answers.cooling.iter().map(row).collect(),
    }
}

/// Which laser, and in how many draws.
fn clearly(laser: &str, share: f64, draws: u32) -> String {
    let share_of_draws = in_draws(share, draws);
    match share >= CLEAR {
        true => format!("{laser}, {share_of_draws}"),
        false => format!("not clear: {laser} {share_of_draws}"),
    }
}

fn figure(answers: &LinkAnswers) -> MapFigure {
    let map = &answers.break_even;
    let (losses, temperatures) = (&map.path_losses_db, &map.chip_temperatures);
    let shape = (losses.len(), temperatures.len());
    let values = Array2::from_shape_fn(shape, |(i, j)| map.difference[j][i]);
    let mut figure = MapFigure::over(
        "Integrated less external lasers",
        (
            PlotAxis::new("external path P1 to P3", DisplayUnit::DECIBEL),
            losses,
        ),
        (
            PlotAxis::new("chip, lasers off", DisplayUnit::CELSIUS),
            temperatures,
        ),
        PlotAxis::new("difference", PICOJOULE_PER_BIT),
        values,
    );
    figure.hatched = Some(Array2::from_shape_fn(shape, |(_, j)| {
        map.standing[j] == Standing::Infeasible
    }));
    // The contour was bisected, not drawn between the points of the map.
    let points: Vec<[f64; 2]> = map
        .contour
        .iter()
        .filter(|p| p.temperature.is_finite())
        .map(|p| [p.path_loss_db, p.temperature])
        .collect();
    if points.len() > 1 {
        figure.contours = vec![points];
        figure.note = String::from("line: break-even; hatched: rollover");
    }
    let (low, high) = (temperatures[0], temperatures[temperatures.len() - 1]);
    figure.lines = answers
        .cooling
        .iter()
        .map(|c| (c.base_temperature.value, c.name.clone()))
        .filter(|(t, _)| (low..=high).contains(t))
        .map(|(t, name)| MapLine::Horizontal(t, name))
        .collect();
    let path = map.typical_path_loss_db;
    if (losses[0]..=losses[losses.len() - 1]).contains(&path) {
        figure
            .lines
            .push(MapLine::Vertical(path, String::from("typical path")));
    }
    figure
}
