//! Shares of lanes and engines against the margin that is asked for.

use cpo_link::{ArchitectureAnswer, LinkAnswers, YieldPoint};

use super::Album;
use super::cells::{column, stated};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column, ReportTable, Section};

/// Margins of the table, dB.
const MARGINS: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let mut figures = Vec::new();
    let known = |a: &&ArchitectureAnswer| !a.budget.spread.yield_curve.is_empty();
    if answers.architectures.iter().any(|a| known(&a)) {
        figures.push(album.draw(
            "yield",
            "Share of engines all of whose lanes have at least that margin at TP3, by drawing losses: what is common to an engine once, \
             what belongs to a lane for each.",
            |theme| plot(answers).render(theme),
        )?);
    }
    let row = |a: &ArchitectureAnswer| {
        let spread = &a.budget.spread;
        let mut cells = vec![Cell::text(&a.title)];
        for margin in MARGINS {
            let at = spread.yield_at(margin);
            let origin = format!(
                "share of {} engines of {} lanes",
                spread.engines, spread.lanes
            );
            cells.push(stated(at.lane_yield, PERCENT, &origin));
            cells.push(stated(at.engine_yield, PERCENT, &origin));
        }
        cells
    };
    let mut columns = vec![Column::new("optics", "")];
    for margin in MARGINS {
        columns.push(column(&format!("lanes at {margin} dB"), PERCENT));
        columns.push(column(&format!("engines at {margin} dB"), PERCENT));
    }
    Ok(Section {
        title: format!("Link {}: yield against margin", album.link),
        text: String::from(
            "Losses that all lanes of an engine share do not average over them: engines fail together, and lanes with them.",
        ),
        tables: vec![ReportTable {
            caption: String::from("Shares that reach a margin at TP3"),
            columns,
            rows: answers
                .architectures
                .iter()
                .filter(known)
                .map(row)
                .collect(),
        }],
        figures,
        ..Section::default()
    })
}

fn plot(answers: &LinkAnswers) -> LinePlot {
    let series = |a: &ArchitectureAnswer| {
        let curve = &a.budget.spread.yield_curve;
        let x = curve.iter().map(|p| p.required_margin_db).collect();
        let engine = |p: &YieldPoint| p.engine_yield;
        Series::new(
            a.title.clone(),
            x,
            curve.iter().map(engine).collect(),
            SeriesStyle::Line,
        )
    };
    let all = answers.architectures.iter().map(series);
    LinePlot {
        title: String::from("Engines that reach a margin"),
        x: PlotAxis::new("margin asked for at TP3", DisplayUnit::DECIBEL),
        y: PlotAxis::new("share of engines", PERCENT),
        secondary: None,
        series: all.filter(|s| !s.x.is_empty()).collect(),
    }
}
