//! Spreads of the numbers of guides: waveguide/NAME/group_index_p05 and so on.

use std::collections::BTreeSet;

use super::Column;
use super::modes::distinct_identifiers;
use super::spread::SpreadQuantile;
use crate::run::{GuideNumber, ModeOutcome, ModeRecord, Outcome};

/// A number of a guide as a variable: name, units, and what it is in words.
pub(crate) struct GuideVariable {
    pub(crate) name: String,
    pub(crate) units: &'static str,
    pub(crate) words: String,
}

impl GuideVariable {
    /// Of a mode that has it.
    pub(crate) fn new(number: GuideNumber, mode: &ModeRecord) -> Self {
        let whole = |name: &str, units, words: &str| Self {
            name: String::from(name),
            units,
            words: String::from(words),
        };
        let of_region = |kind: &str, losses: &[(String, _)], k: usize, words: &str| {
            let regions: Vec<&str> = losses.iter().map(|(region, _)| region.as_str()).collect();
            Self {
                name: format!("{kind}_{}", distinct_identifiers(&regions)[k]),
                units: "dB/m",
                words: format!("{words} {}", regions[k]),
            }
        };
        match number {
            GuideNumber::EffectiveIndex => whole("effective_index", "1", "effective index"),
            GuideNumber::GroupIndex => whole("group_index", "1", "group index"),
            GuideNumber::Loss => whole("loss", "dB/m", "propagation loss"),
            GuideNumber::Absorption(k) => {
                of_region("absorption", &mode.absorption, k, "loss by absorption in")
            }
            GuideNumber::Radiation => whole("radiation_loss", "dB/m", "loss by radiation"),
            GuideNumber::Scattering(k) => of_region(
                "scattering",
                &mode.scattering,
                k,
                "loss by scattering at the rough side walls of",
            ),
            GuideNumber::TotalLoss => whole(
                "total_loss",
                "dB/m",
                "loss by absorption, radiation and scattering",
            ),
            GuideNumber::Transition => whole(
                "transition_loss",
                "dB",
                "loss of the joint with the straight guide",
            ),
            GuideNumber::Dispersion => whole("dispersion", "s m-2", "group-velocity dispersion D"),
            GuideNumber::ResonanceDrift => whole(
                "resonance_drift",
                "m K-1",
                "drift of a resonance by temperature",
            ),
        }
    }
}

/// Numbers of which some mode has a spread, each with a mode that does.
pub(crate) fn spread_numbers<'a>(
    modes: impl Iterator<Item = &'a ModeRecord> + Clone,
) -> Vec<(GuideNumber, &'a ModeRecord)> {
    let numbers = modes.clone().flat_map(|mode| &mode.spreads);
    let numbers: BTreeSet<GuideNumber> = numbers.map(|spread| spread.number).collect();
    let with = |number: GuideNumber| {
        let mut having = modes.clone().filter(|mode| mode.spread(number).is_some());
        Some((number, having.next()?))
    };
    numbers.into_iter().filter_map(with).collect()
}

/// Columns of all quantiles of a number over outcomes with `count` modes each.
pub(super) fn columns<'a>(
    number: GuideNumber,
    variable: &GuideVariable,
    outcomes: impl Iterator<Item = &'a Outcome<ModeOutcome>> + Clone,
    count: usize,
) -> Vec<(SpreadQuantile, Column)> {
    let of = |quantile: SpreadQuantile| {
        let column = quantile.column(outcomes.clone(), count, |outcome, id| {
            let spread = outcome.modes.get(id)?.spread(number)?;
            Some(spread.spread.as_ref().map_err(String::as_str))
        });
        (quantile, column)
    };
    let all = SpreadQuantile::all(&variable.name, &variable.words);
    all.into_iter().map(of).collect()
}
