//! The values that a link rests on.

use cpo_link::{ComponentAnswer, CopperAnswer, CopperPath, LinkAnswers, SerdesPoint};

use super::cells::{PICOJOULE_PER_BIT, column, flag, ranged, stated};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, Section, significant};

pub(super) fn section(link: &str, answers: &LinkAnswers) -> Section {
    let texts = |titles: &[&str]| titles.iter().map(|t| Column::new(*t, "")).collect();
    let row = |c: &ComponentAnswer| {
        let [low, typical, high] = &c.range;
        let source = match (c.verified, flag(c.status)) {
            _ if !c.is_used => format!("not used here; {}", c.source),
            (_, Some(mark)) => format!("{} ({mark})", c.source),
            (_, None) if c.date.is_empty() => c.source.clone(),
            (true, None) => format!("{} ({})", c.source, c.date),
            (false, None) => format!("{} (unverified, {})", c.source, c.date),
        };
        let range = match low == high {
            true => String::from("–"),
            false => format!("{low} to {high}"),
        };
        let shared = if c.is_systematic {
            "an engine"
        } else {
            "a lane"
        };
        [
            &c.name.replace('_', " "),
            typical,
            &range,
            shared,
            &c.meaning,
            &source,
        ]
        .map(Cell::text)
        .to_vec()
    };
    let components = ReportTable {
        caption: String::from("Component values: triangular spread from low to high about typical"),
        columns: texts(&[
            "component",
            "typical",
            "range",
            "one draw for",
            "meaning",
            "source and when it was looked up",
        ]),
        rows: answers.components.iter().map(row).collect(),
    };
    let copper = |c: &CopperAnswer| {
        vec![
            Cell::text(format!(
                "{} Gbit/s {}, {}",
                significant(c.line_rate / 1e9, 4),
                format!("{:?}", c.modulation).to_uppercase(),
                match c.path {
                    CopperPath::Board => "board",
                    CopperPath::Substrate => "substrate",
                }
            )),
            ranged(&c.loss),
            ranged(&c.serdes),
            Cell::text(if c.needs_dsp { "yes" } else { "no" }),
        ]
    };
    let copper = ReportTable {
        caption: String::from("Copper at the Nyquist frequency, and a SerDes that bears its loss"),
        columns: vec![
            Column::new("lane", ""),
            column("copper", DisplayUnit::DECIBEL),
            column("SerDes", PICOJOULE_PER_BIT),
            Column::new("needs digital equalisation", ""),
        ],
        rows: answers.copper.iter().map(copper).collect(),
    };
    let point = |p: &SerdesPoint| {
        vec![
            Cell::text(&p.name),
            stated(p.loss_db, DisplayUnit::DECIBEL, &p.source),
            Cell::ranged(
                p.energy,
                [p.energy - p.deviation, p.energy + p.deviation],
                None,
                PICOJOULE_PER_BIT,
            )
            .with_origin(&*p.source),
            stated(
                answers.serdes.energy(p.loss_db),
                PICOJOULE_PER_BIT,
                "the line through the points",
            ),
        ]
    };
    let serdes = ReportTable {
        caption: format!(
            "Published SerDes and the line through them: {} pJ/bit + {} pJ/bit for each dB, scatter {} pJ/bit",
            significant(1e12 * answers.serdes.intercept, 3),
            significant(1e12 * answers.serdes.slope, 3),
            significant(1e12 * answers.serdes.scatter, 2)
        ),
        columns: vec![
            Column::new("SerDes", ""),
            column("bears", DisplayUnit::DECIBEL),
            column("published", PICOJOULE_PER_BIT),
            column("line", PICOJOULE_PER_BIT),
        ],
        rows: answers.serdes.points.iter().map(point).collect(),
    };
    Section {
        title: format!("Link {link}: what it rests on"),
        text: String::from(
            "A value under [link.NAME.components] of the study replaces the one here; values of the loss table replace both.",
        ),
        tables: vec![components, copper, serdes],
        ..Section::default()
    }
}
