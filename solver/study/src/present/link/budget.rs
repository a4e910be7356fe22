//! Light from electricity to the photodiode.

use cpo_link::{ArchitectureAnswer, LinkAnswers, PlanePower};

use super::Album;
use super::cells::{DECIBEL_MILLIWATT, column, in_draws, ranged, stated};
use crate::figures::{DisplayUnit, WaterfallFigure, WaterfallStep};
use crate::output_error::OutputError;
use crate::report::{Alternative, Cell, Choice, Column, ReportTable, Section, significant};

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let mut alternatives = Vec::new();
    for a in &answers.architectures {
        let steps = &a.waterfall.steps;
        let drawable = a.waterfall.electrical_power.is_finite()
            && steps.iter().all(|step| step.loss_db.is_finite());
        let mut figures = Vec::new();
        if drawable {
            let caption = format!(
                "{}: from {} W of electricity behind one laser's light to the photodiode of one lane, {} dB in all, typical values.",
                a.title,
                significant(a.waterfall.electrical_power, 3),
                significant(a.waterfall.total_db, 3),
            );
            let name = format!("waterfall_{}", a.name);
            figures.push(album.draw(&name, caption, |theme| waterfall(a).render(theme))?);
        }
        alternatives.push(Alternative {
            name: a.title.clone(),
            text: sentence(a, answers.request.samples),
            tables: vec![planes(a)],
            figures,
        });
    }
    Ok(Section {
        title: format!("Link {}: light from electricity to photodiode", album.link),
        text: format!(
            "Losses add from plane to plane, each once. P0 laser facet, P1 external source's fibre, P2 engine's input fibre, \
             P3 chip before the split, P4 modulator in, P5 chip out, P6 transmitter's fibre (TP2), P7 receiver's fibre (TP3), \
             P8 photodiode. Ranges of planes stack the ends of all losses so far. Electricity is that of the optics, supplies of \
             the lasers included, those of the switch not.{}",
            coupler(answers)
        ),
        choice: Some(Choice {
            name: String::from("Optics"),
            alternatives,
        }),
        ..Section::default()
    })
}

/// What the coupler consists of where the loss table gives it.
fn coupler(answers: &LinkAnswers) -> String {
    let of_table = answers.request.coupling.is_some();
    let mut all = answers.components.iter().filter(|_| of_table);
    all.find(|c| c.name == "coupler")
        .map_or_else(String::new, |c| {
            format!(" The coupler, the same in both directions: {}.", c.source)
        })
}

fn sentence(a: &ArchitectureAnswer, draws: u32) -> String {
    let budget = &a.budget;
    let mut text = format!(
        "With typical values the laser is asked for {} dBm ({} mW)",
        significant(budget.required_launch.value, 3),
        significant(10f64.powf(budget.required_launch.value / 10.0), 3),
    );
    if let Some(class) = budget.class {
        text += &format!(
            ", for which a source of the {} dBm class brings {} dBm at least, what is asked {}",
            significant(class.nominal_dbm, 3),
            significant(class.least_dbm, 3),
            in_draws(budget.class_share.unwrap_or(f64::NAN), draws)
        );
    }
    if let (None, None, Some(most)) = (&a.laser, budget.class, &budget.most_launch) {
        text += &format!(
            ", and half of the draws for {} dBm or more: no class of external sources brings that, the largest brings {} dBm at least",
            significant(budget.required_launch.middle(), 3),
            significant(most.value, 3)
        );
    }
    if let Some(at_class) = &a.optics_at_class {
        text += &format!(
            " and is set to: a source that launches its class instead makes it {} pJ/bit of the optics instead of {}",
            significant(1e12 * at_class.middle(), 3),
            significant(1e12 * a.energies[0].energy.middle(), 3)
        );
    }
    if let Some(laser) = &a.laser {
        match laser.most_power {
            Some(most) => {
                text += &format!(
                    " and rolls over at {} mW: no more can be had at this temperature of the chip",
                    significant(1e3 * most, 3)
                );
            }
            None => {
                text += &format!(
                    ", for which its junction is at {} °C and {} % of its electricity becomes light",
                    significant(
                        DisplayUnit::CELSIUS.show(laser.junction_temperature.value),
                        3
                    ),
                    significant(100.0 * laser.efficiency.value, 3),
                );
            }
        }
    }
    text += &format!(
        ". With the worst of the lanes that it feeds it is asked for {} dBm, {} to {} dBm in 90 % of draws. Margin at TP3 over the \
         sensitivity of {} with the launch by design: {} dB typical, {} dB at p05, {} dB with everything at its worst.",
        significant(budget.required_launch.middle(), 3),
        significant(budget.required_launch.low, 3),
        significant(budget.required_launch.high, 3),
        budget.standard,
        significant(budget.margin.value, 2),
        significant(budget.margin.low, 2),
        significant(budget.worst_and_best_margin_db[0], 2),
    );
    text
}

fn planes(a: &ArchitectureAnswer) -> ReportTable {
    let row = |p: &PlanePower| {
        let terms: Vec<String> = p
            .terms
            .iter()
            .map(|(name, db)| format!("{} {} dB", name.replace('_', " "), significant(*db, 3)))
            .collect();
        vec![
            Cell::text(format!("{} {}", p.plane, p.place)),
            ranged(&p.stage_loss),
            Cell::text(terms.join(", ")),
            ranged(&p.power),
            stated(
                p.power_w,
                DisplayUnit::MILLIWATT,
                "average power of that level",
            ),
        ]
    };
    ReportTable {
        caption: format!("{}: average power of the light", a.title),
        columns: vec![
            Column::new("plane", ""),
            column("loss before it", DisplayUnit::DECIBEL),
            Column::new("of which", ""),
            column("power", DECIBEL_MILLIWATT),
            column("power", DisplayUnit::MILLIWATT),
        ],
        rows: a.budget.planes.iter().map(row).collect(),
    }
}

fn waterfall(a: &ArchitectureAnswer) -> WaterfallFigure {
    let step = |s: &cpo_link::WaterfallStep| WaterfallStep {
        name: s.name.replace('_', " "),
        change: -s.loss_db,
        error: f64::NAN,
        is_doubtful: false,
    };
    WaterfallFigure {
        title: a.title.clone(),
        start: (String::from("electricity"), a.waterfall.electrical_power),
        steps: a.waterfall.steps.iter().map(step).collect(),
        end: (String::from("photodiode"), f64::NAN),
        limit: None,
    }
}
