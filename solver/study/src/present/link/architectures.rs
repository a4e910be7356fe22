//! What each architecture takes within each boundary.

use cpo_link::{ArchitectureAnswer, Boundary, LinkAnswers};

use super::Album;
use super::cells::{
    NANOSECOND, PICOJOULE_PER_BIT, bandwidth, boundary_name, celsius, column, display, ranged,
    stated,
};
use crate::figures::{Bar, BarFigure, DisplayUnit, PlotAxis, StackedBar, StackedBarFigure};
use crate::output_error::OutputError;
use crate::report::{Alternative, Cell, Choice, Column, ReportTable, Section, significant};

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let request = &answers.request;
    let mut alternatives = Vec::new();
    for (k, boundary) in Boundary::ALL.into_iter().enumerate() {
        let figure = if boundary == Boundary::Optics {
            album.draw(
                "energy_items",
                "Energy per bit of the optics by consumer, both directions of one end, all inputs typical; ranges stand in the table.",
                |theme| stacked(answers).render(theme),
            )?
        } else {
            let name = format!("energy_{}", ["optics", "host", "switch"][k]);
            let caption = format!(
                "Energy per bit within the boundary \"{}\", both directions of one end: medians, with whiskers from p05 to p95.",
                boundary.name()
            );
            album.draw(&name, caption, |theme| bars(answers, k).render(theme))?
        };
        alternatives.push(Alternative {
            name: boundary_name(boundary).to_owned(),
            text: format!("{} {}", sentence(answers, k), assumed(boundary)),
            tables: vec![table(answers, k)],
            figures: vec![figure],
        });
    }
    Ok(Section {
        title: format!("Link {}: what each optics takes", album.link),
        text: format!(
            "A port of {} over lanes of {}, chip at {}. In brackets p05 to p95 of {} draws of all components, \
             before them the median; ∞ where the laser does not bring the light. Spreads are skew: with all inputs typical the sum is another, \
             given beside it. Both directions of one end.",
            bandwidth(request.port.bandwidth),
            request.port.standard,
            celsius(request.chip_temperature),
            request.samples,
        ),
        choice: Some(Choice {
            name: String::from("Boundary"),
            alternatives,
        }),
        ..Section::default()
    })
}

/// What a boundary takes for granted.
fn assumed(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Optics => {
            "Counted: module, or engine and its laser source, with the losses of their own supplies, without those of the switch's."
        }
        Boundary::Host => {
            "The host is assumed to be built for its optics: for co-packaged ones with short-reach SerDes. One with long-reach \
             SerDes takes their energy behind any optics."
        }
        Boundary::Switch => {
            "The switch chip is assumed to be built for its optics: for co-packaged ones with short-reach SerDes, in place of those \
             for front-panel modules that its published power holds. A chip with these keeps that power behind any optics."
        }
    }
}

/// Who takes least, and how much more the others take.
fn sentence(answers: &LinkAnswers, k: usize) -> String {
    let typical = |a: &ArchitectureAnswer| a.energies[k].energy.middle();
    let mut able: Vec<&ArchitectureAnswer> = answers
        .architectures
        .iter()
        .filter(|a| typical(a).is_finite())
        .collect();
    able.sort_by(|a, b| typical(a).total_cmp(&typical(b)));
    let Some((least, others)) = able.split_first() else {
        return String::from("None of them brings the light.");
    };
    let more: Vec<String> = others
        .iter()
        .map(|a| {
            let excess = 100.0 * (typical(a) / typical(least) - 1.0);
            format!("{} {} % more", a.title, significant(excess, 2))
        })
        .collect();
    format!(
        "{} takes least by the median; {}.",
        least.title,
        more.join(", ")
    )
}

fn table(answers: &LinkAnswers, k: usize) -> ReportTable {
    let row = |a: &ArchitectureAnswer| {
        let energy = &a.energies[k];
        let [least, most] = energy.least_and_most;
        let worst = a.budget.worst_and_best_margin_db[0];
        vec![
            Cell::text(&a.title),
            ranged(&energy.energy),
            stated(energy.energy.value, PICOJOULE_PER_BIT, "all inputs typical"),
            stated(
                least,
                PICOJOULE_PER_BIT,
                "every input at its best end at once",
            ),
            stated(
                most,
                PICOJOULE_PER_BIT,
                "every input at its worst end at once; – where the laser does not bring the light there",
            ),
            ranged(&energy.power),
            ranged(&a.budget.margin),
            stated(
                worst,
                DisplayUnit::DECIBEL,
                "every loss at its worst end at once",
            ),
            ranged(&a.latency),
        ]
    };
    ReportTable {
        caption: format!(
            "Within {}, statistical and worst case side by side",
            Boundary::ALL[k].name()
        ),
        columns: vec![
            Column::new("optics", ""),
            column("energy", PICOJOULE_PER_BIT),
            column("all typical", PICOJOULE_PER_BIT),
            column("best case", PICOJOULE_PER_BIT),
            column("worst case", PICOJOULE_PER_BIT),
            column("port", DisplayUnit::WATT),
            column("margin", DisplayUnit::DECIBEL),
            column("worst-case margin", DisplayUnit::DECIBEL),
            column("delay", NANOSECOND),
        ],
        rows: answers.architectures.iter().map(row).collect(),
    }
}

fn stacked(answers: &LinkAnswers) -> StackedBarFigure {
    let mut items: Vec<String> = Vec::new();
    let able = answers.architectures.iter().filter(|a| {
        let finite = |item: &cpo_link::EnergyItem| item.energy.value.is_finite();
        a.items.iter().all(finite)
    });
    for item in able.clone().flat_map(|a| &a.items) {
        let name = kind(&item.name);
        if !items.iter().any(|known| *known == name.replace('_', " ")) {
            items.push(name.replace('_', " "));
        }
    }
    let bar = |a: &ArchitectureAnswer| {
        let part = |name: &String| {
            let of = a.items.iter();
            let of = of.filter(|item| kind(&item.name).replace('_', " ") == *name);
            of.map(|item| item.energy.value).sum()
        };
        StackedBar {
            name: a.title.clone(),
            parts: items.iter().map(part).collect(),
            error: f64::NAN,
        }
    };
    StackedBarFigure {
        title: String::from("Optics, by consumer"),
        value: PlotAxis::new("energy per bit", PICOJOULE_PER_BIT),
        bars: able.map(bar).collect(),
        items,
    }
}

/// What a consumer does, whatever it is part of: colours stay the same between architectures.
fn kind(item: &str) -> &str {
    let words = ["driver", "receiver", "control", "tuning"];
    words.into_iter().find(|w| item.contains(w)).unwrap_or(item)
}

fn bars(answers: &LinkAnswers, k: usize) -> BarFigure {
    let bar = |a: &ArchitectureAnswer| {
        let energy = &a.energies[k].energy;
        Bar {
            name: a.title.clone(),
            value: energy.middle(),
            error: [energy.middle() - energy.low, energy.high - energy.middle()],
            is_doubtful: energy.status != cpo_link::Standing::Ok,
        }
    };
    let able = answers.architectures.iter().map(bar);
    BarFigure {
        title: format!("Within {}", Boundary::ALL[k].name()),
        value: PlotAxis::new("energy per bit", display(cpo_link::Unit::JoulePerBit)),
        bars: able.filter(|bar| bar.value.is_finite()).collect(),
    }
}
