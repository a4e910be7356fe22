//! Shares of lanes and engines against the margin that is asked for.

use cpo_link::{ArchitectureAnswer, Budget, LinkAnswers, MarginSpread, YieldPoint};

use super::Album;
use super::cells::{column, share};
use crate::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column, ReportTable, Section};

/// Margins of the table, dB.
const MARGINS: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

/// What lasers launch.
struct Policy {
    name: &'static str,
    figure: &'static str,
    title: &'static str,
    caption: &'static str,
    spread: fn(&Budget) -> Option<&MarginSpread>,
}

const POLICIES: [Policy; 2] = [
    Policy {
        name: "by design",
        figure: "yield",
        title: "Engines that reach a margin",
        caption: "Share of engines all of whose lanes have at least that margin at TP3 with one launch by design, by drawing losses: \
                  what is common to an engine once, what belongs to a lane for each.",
        spread: |budget| Some(&budget.spread),
    },
    Policy {
        name: "set after assembly",
        figure: "yield_set",
        title: "Engines that can be set to a margin",
        caption: "Share of engines all of whose lanes can be given that margin at TP3 by setting their lasers after assembly, up to \
                  rollover or to the guaranteed end of the source's class.",
        spread: |budget| budget.spread_at_most.as_ref(),
    },
];

impl Policy {
    /// The margins of an architecture, where they are known.
    fn known<'a>(&self, a: &'a ArchitectureAnswer) -> Option<&'a MarginSpread> {
        (self.spread)(&a.budget).filter(|spread| !spread.yield_curve.is_empty())
    }
}

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let mut figures = Vec::new();
    for policy in &POLICIES {
        let is_drawn = |a: &ArchitectureAnswer| policy.known(a).is_some();
        if answers.architectures.iter().any(is_drawn) {
            figures.push(album.draw(policy.figure, policy.caption, |theme| {
                plot(answers, policy).render(theme)
            })?);
        }
    }
    Ok(Section {
        title: format!("Link {}: yield against margin", album.link),
        text: String::from(
            "Losses that all lanes of an engine share do not average over them: engines fail together, and lanes with them. By design \
             all lasers launch what typical losses and the reserve ask. Set after assembly, each laser makes up for what its own lanes \
             lose, up to its rollover or to the guaranteed end of its class: the share is that of engines that can be set to a \
             margin. Of the lasers of modules no limit is known. Energies are those of lasers that are set.",
        ),
        tables: vec![
            table(answers, "Engines", |at| at.engine_yield),
            table(answers, "Lanes", |at| at.lane_yield),
        ],
        figures,
        ..Section::default()
    })
}

/// The shares of engines, or of lanes, by the margin that is asked for.
fn table(answers: &LinkAnswers, of: &str, yields: fn(&YieldPoint) -> f64) -> ReportTable {
    let row = |(a, policy, spread): (&ArchitectureAnswer, &Policy, &MarginSpread)| {
        let origin = format!("{}, {} lanes an engine", policy.name, spread.lanes);
        // lanes of one engine are not drawn apart
        let at = |margin| share(yields(&spread.yield_at(margin)), spread.engines, &origin);
        let words = [Cell::text(&a.title), Cell::text(policy.name)];
        words.into_iter().chain(MARGINS.map(at)).collect()
    };
    let rows = answers.architectures.iter().flat_map(|a| {
        let known = move |policy: &'static Policy| Some((a, policy, policy.known(a)?));
        POLICIES.iter().filter_map(known)
    });
    let margins = MARGINS.map(|margin| column(&format!("at {margin} dB"), PERCENT));
    let words = [Column::new("optics", ""), Column::new("launch", "")];
    ReportTable {
        caption: format!(
            "{of} that reach a margin at TP3, in brackets what so many draws tell of them"
        ),
        columns: words.into_iter().chain(margins).collect(),
        rows: rows.map(row).collect(),
    }
}

fn plot(answers: &LinkAnswers, policy: &Policy) -> LinePlot {
    let series = |a: &ArchitectureAnswer| {
        let curve = &policy.known(a)?.yield_curve;
        let x = curve.iter().map(|p| p.required_margin_db).collect();
        let engine = |p: &YieldPoint| p.engine_yield;
        let y = curve.iter().map(engine).collect();
        Some(Series::new(a.title.clone(), x, y, SeriesStyle::Line))
    };
    LinePlot {
        title: policy.title.to_owned(),
        x: PlotAxis::new("margin asked for at TP3", DisplayUnit::DECIBEL),
        y: PlotAxis::new("share of engines", PERCENT),
        secondary: None,
        series: answers.architectures.iter().filter_map(series).collect(),
    }
}
