//! Points solved anew where their parameters deviate, and what that makes of a number.
//!
//! With the settings of the nominal point, so that what grids and modes leave out is the same in both and falls out of the
//! difference: by [`SecondOrderSpread`], which says what is drawn and of what order. One solve more, where all parameters
//! deviate at once, tells what parabolas leave out; it is in the error bars.

use cpo_solver::spread::{DeviateDraws, Deviation, Quantiles as Drawn, STEP, SecondOrderSpread};
use serde::{Deserialize, Serialize};

use super::alignment::by_scope;
use super::{Outcome, Value};
use crate::study::{ParameterId, ParameterValues, Study};
use crate::table::Status;

/// Share of a spread's width that parabolas may leave out.
const MOST_LEFT_OUT: f64 = 0.1;

/// p05, p50 and p95 of a number.
pub type Quantiles = [Value; 3];

/// A number over all deviations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spread {
    /// All deviations together.
    pub total: Quantiles,
    /// Those that all lanes share.
    pub systematic: Quantiles,
    /// Those of each lane by itself.
    pub random: Quantiles,
}

impl Spread {
    /// (word of a name, words, quantiles) of all deviations and of both parts.
    pub fn parts(&self) -> [(&'static str, &Quantiles); 3] {
        let [total, systematic, random] = PARTS.map(|(part, _)| part);
        [
            (total, &self.total),
            (systematic, &self.systematic),
            (random, &self.random),
        ]
    }
}

/// Parts of a spread: what names have for each, and what it is over.
pub const PARTS: [(&str, &str); 3] = [
    ("", "all deviations"),
    ("systematic_", "deviations that all lanes share"),
    ("random_", "deviations of each lane by itself"),
];

/// A number without deviations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nominal {
    pub(super) value: Value,
    /// Error asked for.
    pub(super) asked: f64,
    /// What it cannot be below.
    pub(super) least: f64,
}

impl Nominal {
    /// A loss, dB: light is not made, within the error bar of a loss of none.
    pub(super) fn loss(value: Value, asked: f64) -> Self {
        Self {
            value,
            asked,
            least: value.value.min(0.0),
        }
    }
}

/// What `T` is where parameters deviate.
pub(super) struct Deviated<T> {
    /// By parameter: [`STEP`] standard deviations below and above, and the shares of systematic and random deviations.
    each: Vec<([T; 2], [f64; 2])>,
    /// Where all are off by so many standard deviations.
    jointly: (T, Vec<f64>),
    draws: DeviateDraws,
}

impl<T> Deviated<T> {
    /// Of `solve` at `values` where `deviating` deviate; nothing where none does. All deviate at once towards where `worse` is
    /// larger.
    pub(super) fn solve(
        study: &Study,
        values: &ParameterValues,
        deviating: &[ParameterId],
        solve: impl Fn(&ParameterValues) -> Outcome<T>,
        worse: impl Fn(&T) -> f64,
    ) -> Outcome<Option<Self>> {
        if deviating.is_empty() {
            return Ok(None);
        }
        let at = |values: &ParameterValues| {
            solve(values).map_err(|reason| {
                let shown = study.named_values(values);
                let named: Vec<String> = shown.iter().map(ToString::to_string).collect();
                format!("with {}: {reason}", named.join(", "))
            })
        };
        let mut each = Vec::with_capacity(deviating.len());
        let mut jointly = (values.clone(), Vec::with_capacity(deviating.len()));
        for &id in deviating {
            let [below, above] = [-STEP, STEP].map(|t| at(&study.deviated(values, id, t)));
            let [below, above] = [below?, above?];
            let towards = f64::copysign(
                Deviation::jointly(deviating.len()),
                worse(&above) - worse(&below),
            );
            jointly.0 = study.deviated(&jointly.0, id, towards);
            jointly.1.push(towards);
            let scope = study.parameters[id.0].tolerance.map(|t| t.scope);
            let parts = scope.map_or([0.0; 2], |scope| by_scope(1.0, scope));
            each.push(([below, above], parts));
        }
        let (values, deviates) = jointly;
        Ok(Some(Self {
            each,
            jointly: (at(&values)?, deviates),
            draws: DeviateDraws::new(deviating.len()),
        }))
    }

    /// Of a number that is `nominal` without deviations and `of` with them.
    pub(super) fn spread(
        &self,
        nominal: &Nominal,
        of: impl Fn(&T) -> Outcome<f64>,
    ) -> Outcome<Spread> {
        let Nominal {
            value:
                Value {
                    value,
                    error,
                    status,
                },
            asked,
            least,
        } = *nominal;
        let mut deviations = Vec::with_capacity(self.each.len());
        for ([below, above], parts) in &self.each {
            deviations.push(Deviation {
                at: [of(below)?, of(above)?],
                parts: *parts,
            });
        }
        let (there, deviates) = &self.jointly;
        let expected = SecondOrderSpread::expected(value, &deviations, deviates);
        let left_out = (of(there)? - expected).abs();
        let spread = self.draws.spread(value, &deviations, least);
        let quantiles = |drawn: Drawn| -> Quantiles {
            let width = drawn.p95[0] - drawn.p05[0];
            // a part that does not vary leaves nothing out
            let left_out = if width > 0.0 { left_out } else { 0.0 };
            let status = if left_out > asked.max(MOST_LEFT_OUT * width) {
                Status::Unconverged
            } else {
                status
            };
            [drawn.p05, drawn.p50, drawn.p95].map(|[value, drawn]| Value {
                value,
                error: drawn.hypot(error) + left_out,
                status,
            })
        };
        Ok(Spread {
            total: quantiles(spread.total),
            systematic: quantiles(spread.systematic),
            random: quantiles(spread.random),
        })
    }
}

/// A loss in dB where parameters deviate; there is none of a mode that is no longer guided.
pub(super) fn guided(loss: Option<f64>) -> Outcome<f64> {
    let loss = loss.filter(|loss| loss.is_finite());
    loss.ok_or_else(|| String::from("where parameters deviate, the mode is no longer guided"))
}

/// The spread of a number of what may have failed, or been asked for without deviations.
pub(super) fn spread_of<T>(
    solved: &Outcome<Option<Deviated<T>>>,
    nominal: &Nominal,
    of: impl Fn(&T) -> Outcome<f64>,
) -> Option<Outcome<Spread>> {
    match solved {
        Ok(None) => None,
        Ok(Some(deviated)) => Some(deviated.spread(nominal, of)),
        Err(reason) => Some(Err(reason.clone())),
    }
}
