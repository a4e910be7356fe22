//! Points solved anew where their parameters deviate, and what that makes of a number.
//!
//! With the settings of the nominal point, so that what grids and modes leave out is the same in both and falls out of the
//! difference: by [`cpo_solver::spread`], which says what is drawn and of what order. One solve more, where all parameters
//! deviate at once, tells what second orders leave out; it is in the error bars.

use std::sync::OnceLock;

use cpo_solver::spread::{
    DeviateDraws, Deviation, Quantiles as Drawn, STEP, SecondOrder, Spread as DrawnSpread,
};
use serde::{Deserialize, Serialize};

use super::alignment::by_scope;
use super::{Outcome, Value, severity};
use crate::study::{ParameterId, ParameterValues, Study};
use crate::table::Status;

/// Share of a spread's width that second orders may leave out.
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
    /// Whether second orders leave out more than they may.
    pub is_coarse: bool,
}

impl Spread {
    /// Of a number that has been drawn, with error bars beside those of the draws.
    fn drawn(spread: &DrawnSpread, bars: &Bars) -> Self {
        let width = |drawn: &Drawn| drawn.p95[0] - drawn.p05[0];
        let whole = width(&spread.total);
        let mut is_coarse = false;
        let mut quantiles = |drawn: Drawn| -> Quantiles {
            // of a part no more than its share: third orders fall faster than its width
            let own = width(&drawn);
            let left_out = match own {
                own if own > 0.0 => bars.left_out * (own / whole).min(1.0),
                _ => 0.0,
            };
            let mut status = bars.status;
            if left_out > bars.asked.max(MOST_LEFT_OUT * own) {
                is_coarse = true;
                if severity(status) < severity(Status::Unconverged) {
                    status = Status::Unconverged;
                }
            }
            [drawn.p05, drawn.p50, drawn.p95].map(|[value, drawn]| Value {
                value,
                error: drawn.hypot(bars.error) + left_out,
                status,
            })
        };
        let [total, systematic, random] =
            [spread.total, spread.systematic, spread.random].map(&mut quantiles);
        Self {
            total,
            systematic,
            random,
            is_coarse,
        }
    }

    /// The worst of all quantiles.
    pub fn status(&self) -> Status {
        let all = self
            .parts()
            .into_iter()
            .flat_map(|(_, quantiles)| quantiles);
        all.map(|value| value.status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Ok)
    }

    /// The same times `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let [total, systematic, random] =
            [&self.total, &self.systematic, &self.random].map(|q| q.map(|v| v.scaled(factor)));
        Self {
            total,
            systematic,
            random,
            is_coarse: self.is_coarse,
        }
    }

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

/// What is known of a drawn number's quantiles.
struct Bars {
    /// Error of the number itself.
    error: f64,
    /// What is left out of its deviations.
    left_out: f64,
    /// Error asked for.
    asked: f64,
    /// The worst status of what they are made of.
    status: Status,
}

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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deviated<T> {
    /// By parameter: [`STEP`] standard deviations below and above, and the shares of systematic and random deviations.
    each: Vec<([T; 2], [f64; 2])>,
    /// By pair of parameters, with the signs of both: [`STEP`] standard deviations off.
    pairs: Vec<(usize, usize, [f64; 2], T)>,
    /// Where all are off by so many standard deviations.
    jointly: (T, Vec<f64>),
    #[serde(skip)]
    draws: OnceLock<DeviateDraws>,
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
        let mut signs = Vec::with_capacity(deviating.len());
        for &id in deviating {
            let [below, above] = [-STEP, STEP].map(|t| at(&study.deviated(values, id, t)));
            let [below, above] = [below?, above?];
            signs.push(f64::copysign(1.0, worse(&above) - worse(&below)));
            let scope = study.parameters[id.0].tolerance.map(|t| t.scope);
            let parts = scope.map_or([0.0; 2], |scope| by_scope(1.0, scope));
            each.push(([below, above], parts));
        }
        let off = |values: &ParameterValues, p: usize, deviates: f64| {
            study.deviated(values, deviating[p], signs[p] * deviates)
        };
        let mut pairs = Vec::new();
        for p in 0..deviating.len() {
            for q in p + 1..deviating.len() {
                let both = off(&off(values, p, STEP), q, STEP);
                pairs.push((p, q, [signs[p], signs[q]], at(&both)?));
            }
        }
        let jointly = Deviation::jointly(deviating.len());
        let parameters = 0..deviating.len();
        let all = parameters.fold(values.clone(), |values, p| off(&values, p, jointly));
        Ok(Some(Self {
            each,
            pairs,
            jointly: (at(&all)?, signs.iter().map(|sign| sign * jointly).collect()),
            draws: OnceLock::new(),
        }))
    }

    /// What it is wherever it was solved.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = &T> {
        let each = self.each.iter().flat_map(|(at, _)| at);
        let pairs = self.pairs.iter().map(|(.., there)| there);
        each.chain(pairs).chain([&self.jointly.0])
    }

    /// What it is where all parameters are off at once, and by how many standard deviations each.
    pub(super) fn jointly(&self) -> (&T, &[f64]) {
        (&self.jointly.0, &self.jointly.1)
    }

    /// A number that is `nominal` without deviations and `of` with them, to second order.
    pub(super) fn second_order(
        &self,
        nominal: f64,
        of: impl Fn(&T) -> Outcome<f64>,
    ) -> Outcome<SecondOrder> {
        let mut deviations = Vec::with_capacity(self.each.len());
        for ([below, above], parts) in &self.each {
            deviations.push(Deviation {
                at: [of(below)?, of(above)?],
                parts: *parts,
            });
        }
        let mut pairs = Vec::with_capacity(self.pairs.len());
        for (p, q, signs, there) in &self.pairs {
            pairs.push((*p, *q, *signs, of(there)?));
        }
        Ok(SecondOrder::new(nominal, deviations, &pairs))
    }

    /// Of a number that is `nominal` without deviations and `of` with them.
    pub(super) fn spread(
        &self,
        nominal: &Nominal,
        of: impl Fn(&T) -> Outcome<Value>,
    ) -> Outcome<Spread> {
        let mut status = nominal.value.status;
        let mut error = nominal.value.error;
        for there in self.everywhere() {
            let there = of(there)?;
            status = [status, there.status]
                .into_iter()
                .max_by_key(|&s| severity(s))
                .unwrap_or(status);
            // what is the same in all falls out of differences; a wider bar does not
            error = error.max(there.error);
        }
        let of = |there: &T| of(there).map(|there| there.value);
        let number = self.second_order(nominal.value.value, of)?;
        let (there, deviates) = self.jointly();
        let left_out = (of(there)? - number.at(deviates)).abs();
        let draws = self
            .draws
            .get_or_init(|| DeviateDraws::new(self.each.len()));
        let bars = Bars {
            error,
            left_out,
            asked: nominal.asked,
            status,
        };
        Ok(Spread::drawn(&draws.spread(&number, nominal.least), &bars))
    }
}

/// A loss in dB where parameters deviate; there is none of a mode that is no longer guided.
pub(super) fn guided(loss: Option<Value>) -> Outcome<Value> {
    let loss = loss.filter(|loss| loss.value.is_finite());
    loss.ok_or_else(|| String::from("where parameters deviate, the mode is no longer guided"))
}

/// The spread of a number of what may have failed, or been asked for without deviations; none of no number.
pub(super) fn spread_of<T>(
    solved: &Outcome<Option<Deviated<T>>>,
    nominal: &Nominal,
    of: impl Fn(&T) -> Outcome<Value>,
) -> Option<Outcome<Spread>> {
    match solved {
        _ if !nominal.value.value.is_finite() => None,
        Ok(None) => None,
        Ok(Some(deviated)) => Some(deviated.spread(nominal, of)),
        Err(reason) => Some(Err(reason.clone())),
    }
}

/// The status of what may have no spread, or one that failed.
pub(super) fn status_of(spread: &Option<Outcome<Spread>>) -> Status {
    match spread {
        None => Status::Ok,
        Some(Ok(spread)) => spread.status(),
        Some(Err(_)) => Status::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Three thicknesses that deviate, the last of each lane by itself.
    const STUDY: &str = r#"
[study]
name = "three"

[floorplan.plate]
size = ["1 mm", "1 mm"]
layers = [
    { name = "a", material = { conductivity = "1 W/(m K)" }, thickness = { nominal = "50 um", sigma = "1 um", scope = "wafer" } },
    { name = "b", material = { conductivity = "1 W/(m K)" }, thickness = { nominal = "60 um", sigma = "2 um", scope = "die" } },
    { name = "c", material = { conductivity = "1 W/(m K)" }, thickness = { nominal = "70 um", sigma = "4 um", scope = "lane" } },
]
sources = [
    { name = "all", layer = "c", rectangle = { width = "1 mm", length = "1 mm" }, power = "1 W" },
]

[heat.plate]
floorplan = "plate"
bottom = { convection = "1000 W/(m2 K)" }
"#;

    /// χ² of one degree of freedom at 0.5 and 0.95 (NIST/SEMATECH e-Handbook, 1.3.6.7.4).
    const CHI_SQUARE: [f64; 2] = [0.454_94, 3.841_46];

    /// What would prove it wrong: x = 1 + 0.1 (t₁ − t₂ + t₃)² of normal deviates t, by as many solves as are said, has other
    /// quantiles than χ² of one degree of freedom, or those of a part others than with the rest nil.
    #[test]
    fn products_of_deviations_are_in_a_spread() {
        let study = Study::parse(STUDY, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
        let deviating = study.heat_deviations(study.heat_table("plate").unwrap());
        let values = study.plan().unwrap().heats[0].values.clone();
        let solves = std::cell::Cell::new(0);
        let peak = |at: &ParameterValues| -> Outcome<Value> {
            solves.set(solves.get() + 1);
            let off = |k: usize| {
                let parameter = &study.parameters[deviating[k].0];
                let sigma = parameter.tolerance.unwrap().sigma;
                (at.get(deviating[k]).unwrap_or(parameter.nominal()) - parameter.nominal()) / sigma
            };
            let detuned = off(0) - off(1) + off(2);
            Ok(Value::with_error(1.0 + 0.1 * detuned * detuned, 1e-3))
        };
        let nominal = Nominal {
            value: Value::with_error(1.0, 1e-3),
            asked: 1e-2,
            least: 0.0,
        };
        let deviated = Deviated::solve(&study, &values, &deviating, peak, |x| x.value).unwrap();
        assert_eq!(solves.get(), 6 + 3 + 1);
        let spread = deviated.unwrap().spread(&nominal, |x| Ok(*x)).unwrap();
        assert_eq!(spread.status(), Status::Ok);
        for (quantiles, variance) in [
            (&spread.total, 3.0),
            (&spread.systematic, 2.0),
            (&spread.random, 1.0),
        ] {
            for (found, chi_square) in quantiles[1..].iter().zip(CHI_SQUARE) {
                let exact = 0.1 * variance * chi_square;
                // 3 % for what order statistics of 8192 draws are off in the tail; nothing is left out but round-off
                let off = (found.value - 1.0 - exact).abs();
                assert!(off < 0.03 * exact + 2e-3, "{variance} {found:?} {exact}");
                assert!(found.error < 0.02, "{found:?}");
            }
        }
    }
}
