//! What tolerances do: to a number of which a run has the quantiles, and else to an effective index, by its derivatives.
//!
//! To first order n = n₀ + Σ_p (∂n/∂p) δ_p with δ_p normal of standard deviation σ_p and independent, so that the quantiles
//! p05 and p95 lie 1.645 √Σ (σ_p ∂n/∂p)² below and above the median n₀. Deviations of scope wafer and die are common to
//! all lanes (systematic), those of scope lane are not (random). Curvature is neglected: of a wire's width it adds a few
//! per cent of the spread at σ of a hundredth of the width. Tested against modes solved anew at p ± 1.645 σ.

use super::Column;
use super::modes::Derived;
use crate::run::{ModeRecord, Outcome, PARTS, Spread, Value};
use crate::study::Study;

/// Quantiles of a spread.
pub(super) const QUANTILES: [&str; 3] = ["p05", "p50", "p95"];

/// A quantile of a number over a part of the deviations.
#[derive(Clone, Debug)]
pub(super) struct SpreadQuantile {
    pub(super) name: String,
    pub(super) long_name: String,
    part: usize,
    quantile: usize,
}

impl SpreadQuantile {
    /// All of them, of a variable, and that in words.
    pub(super) fn all(variable: &str, words: &str) -> Vec<Self> {
        let of = |part: usize, quantile: usize| {
            let ((of_part, over), name) = (PARTS[part], QUANTILES[quantile]);
            Self {
                name: format!("{variable}_{of_part}{name}"),
                long_name: format!("{name} of the {words} over {over}"),
                part,
                quantile,
            }
        };
        let parts = 0..PARTS.len();
        parts
            .flat_map(|part| (0..QUANTILES.len()).map(move |quantile| of(part, quantile)))
            .collect()
    }

    /// Of one spread.
    pub(super) fn value(&self, spread: &Spread) -> Value {
        spread.parts()[self.part].1[self.quantile]
    }

    /// A column of it over outcomes that hold `entries` numbers each; of a number that is none there is no spread.
    pub(super) fn column<'a, T: 'a>(
        &self,
        outcomes: impl Iterator<Item = &'a Outcome<T>>,
        entries: usize,
        spread: impl Fn(&'a T, usize) -> Option<Result<&'a Spread, &'a str>>,
    ) -> Column {
        let mut column = Column::default();
        for outcome in outcomes {
            for entry in 0..entries {
                match outcome {
                    Err(reason) => column.push_failed(reason),
                    Ok(solved) => match spread(solved, entry) {
                        None => column.push_absent("there is no number that could deviate"),
                        Some(Err(reason)) => column.push_failed(reason),
                        Some(Ok(spread)) => column.push(self.value(spread)),
                    },
                }
            }
        }
        column
    }
}

/// What may not have been asked for, or have failed.
pub(super) fn known<T>(spread: &Option<Outcome<T>>) -> Option<Result<&T, &str>> {
    let spread = spread.as_ref()?.as_ref();
    Some(spread.map_err(String::as_str))
}

/// Quantile of the standard normal distribution at 0.95.
const NORMAL_P95: f64 = 1.644_853_626_951_472_6;

/// Quantiles of the effective index over all deviations, those that all lanes share, and those of each lane.
pub(super) fn of_effective_index(study: &Study, mode: &ModeRecord) -> Vec<Derived> {
    let deviations: Vec<(String, f64, bool)> = study
        .parameters
        .iter()
        .filter_map(|p| p.tolerance.map(|t| (p.name.clone(), t)))
        .filter(|(name, t)| t.sigma > 0.0 && mode.sensitivities.iter().any(|(n, _)| n == name))
        .map(|(name, t)| (name, t.sigma, t.scope.is_systematic()))
        .collect();
    if deviations.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for ((part, what), wanted) in PARTS.into_iter().zip([None, Some(true), Some(false)]) {
        let part_of: Vec<(String, f64)> = deviations
            .iter()
            .filter(|(_, _, systematic)| wanted.is_none_or(|w| w == *systematic))
            .map(|(name, sigma, _)| (name.clone(), *sigma))
            .collect();
        for (quantile, steps) in QUANTILES.into_iter().zip([-NORMAL_P95, 0.0, NORMAL_P95]) {
            let part_of = part_of.clone();
            all.push(Derived {
                name: format!("effective_index_{part}{quantile}"),
                units: "1".into(),
                long_name: format!("{quantile} of the effective index over {what}, to first order"),
                value: Box::new(move |mode| quantile_of(mode, &part_of, steps)),
            });
        }
    }
    all
}

/// n₀ + steps √Σ (σ_p ∂n/∂p)², with the bars of n₀ and, in the worst case of signs, of the derivatives.
fn quantile_of(mode: &ModeRecord, deviations: &[(String, f64)], steps: f64) -> Value {
    let slopes = deviations.iter().filter_map(|(name, sigma)| {
        let mut all = mode.sensitivities.iter();
        let (_, slope) = all.find(|(n, _)| n == name)?;
        Some([sigma * slope.value, sigma * slope.error])
    });
    let (mut square, mut cross) = (0.0, 0.0);
    for [deviation, error] in slopes {
        square += deviation * deviation;
        cross += deviation.abs() * error;
    }
    let deviation = f64::sqrt(square);
    let error = if deviation > 0.0 {
        cross / deviation
    } else {
        0.0
    };
    let index = mode.effective_index;
    Value {
        value: index.value + steps * deviation,
        error: index.error + steps.abs() * error,
        ..index
    }
}
