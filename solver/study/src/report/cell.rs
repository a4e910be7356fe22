//! One cell of a table.

use serde::Serialize;

use crate::figures::DisplayUnit;
use crate::number::{significant, value_with_error, value_within};
use crate::table::Status;

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    text: String,
    numeric: bool,
    /// The number with all its digits, in the unit shown: what a table is sorted by. Empty for a text.
    value: String,
    /// Its error bar in that unit; empty for none.
    error: String,
    /// Word of a status that is not ok.
    flag: Option<&'static str>,
    reason: String,
    /// Where this number comes from, where that is not what its column says; empty otherwise.
    origin: String,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            numeric: false,
            value: String::new(),
            error: String::new(),
            flag: None,
            reason: String::new(),
            origin: String::new(),
        }
    }

    /// A number that is given, not computed, to six digits: a wavelength, a temperature (SI, shown in `unit`).
    pub fn number(value: f64, unit: DisplayUnit) -> Self {
        let shown = unit.show(value);
        Self {
            numeric: true,
            value: all_digits(shown),
            ..Self::text(significant(shown, 6))
        }
    }

    /// A value below what the computation resolves (SI, shown in `unit`): "< 0.01" rather than noise, rounded up.
    pub fn below(floor: f64, unit: DisplayUnit) -> Self {
        let shown = unit.show(floor);
        let place = 10f64.powi(1 - shown.abs().log10().floor() as i32);
        // The slack keeps 0.12, which is not exact, from rounding up to 0.13.
        let up = (shown * place * (1.0 - 1e-9)).ceil() / place;
        let text = significant(if up.is_finite() { up } else { shown }, 2);
        Self {
            text: format!("< {text}"),
            ..Self::number(floor, unit)
        }
    }

    /// A computed value whose error bar swallows it, as a bound: "< 0.01" with the mark of its status.
    pub fn bound(floor: f64, status: Status, reason: &str, unit: DisplayUnit) -> Self {
        Self {
            text: Self::below(floor, unit).text,
            ..Self::value(floor, None, status, reason, unit)
        }
    }

    /// A computed value with its error and status (SI, shown in `unit`); what is not ok is marked and its reason shown.
    pub fn value(
        value: f64,
        error: Option<f64>,
        status: Status,
        reason: &str,
        unit: DisplayUnit,
    ) -> Self {
        let error = error.map_or(f64::NAN, |error| error / unit.size);
        let flag = match status {
            Status::Ok => None,
            Status::Extrapolated => Some("extrapolated"),
            Status::Unconverged => Some("unconverged"),
            Status::Failed => Some("failed"),
            Status::NotComputed => Some("not computed"),
        };
        Self {
            text: value_with_error(unit.show(value), error),
            error: match error {
                error if error.is_nan() => String::new(),
                error => significant(error, 2),
            },
            flag,
            reason: reason.to_owned(),
            ..Self::number(value, unit)
        }
    }

    /// A value within a range (SI, shown in `unit`), marked with a word where it cannot be used as it is.
    pub fn ranged(
        value: f64,
        range: [f64; 2],
        flag: Option<&'static str>,
        unit: DisplayUnit,
    ) -> Self {
        let shown = range.map(|v| unit.show(v));
        let half = 0.5 * (shown[1] - shown[0]);
        Self {
            text: value_within(unit.show(value), shown),
            error: match half > 0.0 {
                true => significant(half, 2),
                false => String::new(),
            },
            flag,
            ..Self::number(value, unit)
        }
    }

    /// The same number, shown otherwise.
    #[must_use]
    pub fn shown_as(self, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..self
        }
    }

    /// Where the number comes from, said in full: "component data: Zhou et al. 2022, doi:10.1109/…". It replaces what the
    /// column says.
    #[must_use]
    pub fn with_origin(self, origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }
}

/// As JavaScript reads it back.
fn all_digits(value: f64) -> String {
    match value {
        f64::INFINITY => String::from("Infinity"),
        f64::NEG_INFINITY => String::from("-Infinity"),
        value => format!("{value:?}"),
    }
}
