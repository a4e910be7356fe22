//! What the market says, checked.

use cpo_link::{Claim, Finding, LinkAnswers, Unit, Verdict};

use super::cells::{
    PICOJOULE_PER_BIT, column, display, ranged, ranged_in, share as share_cell, title,
};
use crate::figures::DisplayUnit;
use crate::present::cells::{PERCENT, missing};
use crate::report::{Cell, Column, ReportTable, Section, significant};

pub(super) fn section(link: &str, answers: &LinkAnswers) -> Section {
    let rows = answers.claims.iter().map(|claim| {
        vec![
            Cell::text(claim.statement),
            Cell::text(match &claim.verdict {
                Verdict::NotKnown => String::from("not known: the table lacks the numbers"),
                Verdict::True => String::from("true"),
                Verdict::False => String::from("false"),
                Verdict::TrueOnlyFor(places) => format!("true only for {}", places.join("; ")),
            }),
        ]
    });
    let verdicts = ReportTable {
        caption: String::from("Verdicts, by medians"),
        columns: vec![Column::new("what is said", ""), Column::new("verdict", "")],
        rows: rows.collect(),
    };
    let findings = ReportTable {
        caption: String::from("The numbers behind the verdicts"),
        columns: [
            "claim",
            "boundary",
            "claimed",
            "computed",
            "unit",
            "holds",
            "in draws, %",
        ]
        .map(|title| Column::new(title, ""))
        .to_vec(),
        rows: answers
            .claims
            .iter()
            .flat_map(|claim| rows_of(claim, answers.request.samples))
            .collect(),
    };
    Section {
        title: format!("Link {link}: what is said, checked"),
        text: String::from(
            "A claim holds at a boundary where the median of draws lies in the claimed range; \
             the last column says in how many draws it does.",
        ),
        tables: vec![verdicts, findings, published(answers)],
        ..Section::default()
    }
}

fn rows_of(claim: &Claim, samples: u32) -> Vec<Vec<Cell>> {
    let row = |f: &Finding| {
        vec![
            Cell::text(claim.name.replace('_', " ")),
            Cell::text(&f.boundary),
            Cell::text(claimed(f)),
            ranged_in(&f.computed, unit_of(f)),
            Cell::text(unit_of(f).symbol),
            Cell::text(if f.holds { "yes" } else { "no" }),
            f.share_of_draws.map_or_else(
                || missing().with_origin("not drawn"),
                |share| {
                    share_cell(
                        share,
                        samples,
                        "draws in which it lies in the claimed range",
                    )
                },
            ),
        ]
    };
    claim.findings.iter().map(row).collect()
}

/// Shares and excesses are shown in per cent.
fn unit_of(finding: &Finding) -> DisplayUnit {
    match finding.computed.unit {
        Unit::Plain => PERCENT,
        unit => display(unit),
    }
}

/// "30 to 50", "at least 0".
fn claimed(finding: &Finding) -> String {
    let unit = unit_of(finding);
    let show = |value: f64| significant(unit.show(value), 3);
    match finding.claimed {
        [Some(least), Some(most)] => format!("{} to {}", show(least), show(most)),
        [Some(least), None] => format!("at least {}", show(least)),
        [None, Some(most)] => format!("at most {}", show(most)),
        [None, None] => String::from("least of all"),
    }
}

fn published(answers: &LinkAnswers) -> ReportTable {
    let row = |total: &cpo_link::PublishedTotal| {
        vec![
            Cell::text(&total.name),
            Cell::text(title(answers, &total.architecture)),
            Cell::text(total.boundary.name()),
            ranged(&total.energy),
            ranged(&total.model),
            Cell::text(match (total.is_within, total.is_input) {
                (true, false) => "yes",
                (false, false) => "no",
                (true, true) => "yes; components rest on it",
                (false, true) => "no; components rest on it",
            }),
        ]
    };
    ReportTable {
        caption: String::from(
            "Published totals beside the model; those of pluggable modules are among its sources, the others are not",
        ),
        columns: vec![
            Column::new("published", ""),
            Column::new("optics", ""),
            Column::new("boundary", ""),
            column("published", PICOJOULE_PER_BIT),
            column("model", PICOJOULE_PER_BIT),
            Column::new("within the model's range", ""),
        ],
        rows: answers.published.iter().map(row).collect(),
    }
}
