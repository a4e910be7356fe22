//! Ports of growing bandwidth.

use cpo_link::{Boundary, LinkAnswers, TierAnswer};

use super::cells::{
    PICOJOULE_PER_BIT, bandwidth, boundary_name, column, in_draws, ranged, share, title,
};
use crate::figures::DisplayUnit;
use crate::present::cells::PERCENT;
use crate::report::{Alternative, Cell, Choice, Column, ReportTable, Section};

pub(super) fn section(link: &str, answers: &LinkAnswers) -> Section {
    let alternatives = Boundary::ALL.into_iter().enumerate();
    let alternatives = alternatives.map(|(k, boundary)| Alternative {
        name: boundary_name(boundary).to_owned(),
        text: answers
            .tiers
            .iter()
            .map(|tier| winner(answers, tier, k))
            .collect::<Vec<_>>()
            .join(" "),
        tables: vec![table(answers, k)],
        figures: Vec::new(),
    });
    Section {
        title: format!("Link {link}: tiers of bandwidth"),
        text: String::from(
            "An architecture is out where something stands against it with typical values, which the last column says. The winner is \
             that of the least median; draws are paired, what two architectures have in common is drawn alike, and a winner is clear where it \
             takes less than every other in 95 % of them or more. Engines yield where all their lanes reach the sensitivity at TP3, \
             with the reserve spent: with one launch for all by design, and where each laser is set after assembly.",
        ) + match answers.request.laser_map {
            Some(_) => {
                " Integrated lasers are those of the loss table: alike, with the spread of its error bars alone."
            }
            None => "",
        },
        choice: Some(Choice {
            name: String::from("Boundary"),
            alternatives: alternatives.collect(),
        }),
        ..Section::default()
    }
}

fn winner(answers: &LinkAnswers, tier: &TierAnswer, k: usize) -> String {
    let port = bandwidth(tier.port.bandwidth);
    let winner = &tier.winners[k];
    match &winner.architecture {
        None => format!("{port}: nothing is feasible."),
        Some(name) => {
            let title = title(answers, name);
            let clearly = if winner.is_clear { ", clearly" } else { "" };
            let share = in_draws(winner.share_of_draws, answers.request.samples);
            format!("{port}: {title}{clearly}: it takes least {share}.")
        }
    }
}

fn table(answers: &LinkAnswers, k: usize) -> ReportTable {
    let rows = answers.tiers.iter().flat_map(|tier| {
        tier.entries.iter().map(|entry| {
            vec![
                Cell::text(format!(
                    "{}, {} lanes of {}",
                    bandwidth(tier.port.bandwidth),
                    tier.lanes,
                    tier.port.standard
                )),
                Cell::text(title(answers, &entry.architecture)),
                ranged(&entry.energies[k].energy),
                ranged(&entry.energies[k].power),
                share(
                    entry.engine_yield.by_design,
                    answers.request.samples,
                    "launch by design",
                ),
                share(
                    entry.engine_yield.when_set.unwrap_or(f64::NAN),
                    answers.request.samples,
                    "each laser set up to what it surely has; – where that is not known",
                ),
                Cell::text(match entry.is_feasible() {
                    true => String::from("nothing"),
                    false => entry.obstacles.join("; "),
                }),
            ]
        })
    });
    ReportTable {
        caption: format!("Within {}", Boundary::ALL[k].name()),
        columns: vec![
            Column::new("port", ""),
            Column::new("optics", ""),
            column("energy", PICOJOULE_PER_BIT),
            column("port", DisplayUnit::WATT),
            column("engines, by design", PERCENT),
            column("engines, set", PERCENT),
            Column::new("what stands against it", ""),
        ],
        rows: rows.collect(),
    }
}
