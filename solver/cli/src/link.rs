//! `cpo link`.

use std::path::{Path, PathBuf};

use cpo_study::link::{LinkOutcome, Standing, deliver};
use cpo_study::number::{significant, value_within};
use cpo_study::study::Study;
use cpo_study::table::read_table;

use crate::run::refused;
use crate::{Ending, say, tell};

/// 0 degC in kelvin.
const CELSIUS_ZERO: f64 = 273.15;
/// pJ in a joule.
const PICO: f64 = 1e12;

pub(crate) fn link(table: &Path, study: Option<&Path>, output: Option<PathBuf>) -> Ending {
    let table_name = table.display().to_string();
    let table = match read_table(table) {
        Ok(table) => table,
        Err(error) => {
            tell!("{error}");
            return Ending::Machine;
        }
    };
    let study = match study {
        Some(file) => Study::read(file),
        None => Study::of_table(&table, &table_name),
    };
    let study = match study {
        Ok(study) => study,
        Err(error) => return refused(&error.into()),
    };
    if study.links.is_empty() {
        tell!(
            "{} asks for no link: write [link.NAME] into a copy of it and give that with --study",
            study.file()
        );
        return Ending::InvalidStudy;
    }
    let directory = output.unwrap_or_else(|| Path::new("out").join(format!("{}_link", study.name)));
    match deliver(&study, &table, &directory) {
        Err(error) => refused(&error),
        Ok((directory, links)) => {
            links.iter().for_each(told);
            let failures: Vec<_> = links.iter().filter_map(LinkOutcome::failure).collect();
            for (link, reason) in &failures {
                tell!("failed: {link}: {reason}");
            }
            say!("results in {}", directory.display());
            match failures.is_empty() {
                true => Ending::AllWell,
                false => Ending::SomeFailed,
            }
        }
    }
}

/// Tells the answers in brief.
pub(crate) fn told(link: &LinkOutcome) {
    let Ok(answers) = &link.answers else {
        return;
    };
    say!(
        "link.{}: pJ/bit, median [p05, p95], of optics, with host SerDes, with switch; margin in dB",
        link.name
    );
    for a in &answers.architectures {
        let energies: Vec<String> = a
            .energies
            .iter()
            .map(|e| {
                let [value, low, high] =
                    [e.energy.middle(), e.energy.low, e.energy.high].map(|v| PICO * v);
                format!("{:>20}", value_within(value, [low, high]))
            })
            .collect();
        let margin = &a.budget.margin;
        say!(
            "  {:<28} {}  {:>18}",
            a.title,
            energies.join(" "),
            value_within(margin.middle(), [margin.low, margin.high])
        );
    }
    let break_even = &answers.break_even.at_typical_path;
    if break_even.middle().is_finite() {
        let asked = &answers.break_even.chip_temperatures;
        let is_cut =
            |end: Option<&f64>| end.is_some_and(|t| [break_even.low, break_even.high].contains(t));
        let end = match is_cut(asked.first()) || is_cut(asked.last()) {
            true => "; draws beyond the temperatures asked for stand at their end",
            false => "",
        };
        let end = match answers.break_even.external_at_typical_path {
            Standing::Infeasible => "; no class of external sources brings the light there",
            _ => end,
        };
        let left_out = &answers.break_even.left_out;
        let left_out = match left_out.neither + left_out.not_known {
            0.0 => String::new(),
            share => format!(
                "; without {:.0} % of draws, in which neither brings the light or a value is not known",
                (100.0 * share).ceil()
            ),
        };
        let [middle, low, high] = [break_even.middle(), break_even.low, break_even.high]
            .map(|kelvin| kelvin - CELSIUS_ZERO);
        say!(
            "  integrated lasers take less up to {} degC of the chip (external path {} dB, typical){end}{left_out}",
            value_within(middle, [low, high]),
            significant(answers.break_even.typical_path_loss_db, 3)
        );
    }
}
