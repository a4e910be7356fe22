//! Ports of growing bandwidth.

use cpo_link::{Boundary, LinkAnswers, TierAnswer};

use super::cells::{PICOJOULE_PER_BIT, bandwidth, boundary_name, column, ranged, title};
use crate::figures::DisplayUnit;
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
            "An architecture is out where something stands against it with typical values, which the last column says.",
        ),
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
        Some(name) if winner.is_clear => {
            format!("{port}: {}, clearly.", title(answers, name))
        }
        Some(name) => format!("{port}: {}, though ranges overlap.", title(answers, name)),
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
                ranged(&entry.margin),
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
            column("margin", DisplayUnit::DECIBEL),
            Column::new("what stands against it", ""),
        ],
        rows: rows.collect(),
    }
}
