//! Numbers as cells and as words.

use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, value_with_error};
use crate::run::Value;
use crate::table::Status;

/// Most rows of a table on the page.
const MOST_ROWS: usize = 60;

/// Origin of what the solver says of itself and no table holds.
pub(super) const SOLVER: &str = "computed: said by the solver of its own run";

/// Square micrometres.
pub(super) const SQUARE_MICROMETRE: DisplayUnit = DisplayUnit::new("µm²", 1e-12);
/// Parts per million per kelvin.
pub(super) const PER_MEGAKELVIN: DisplayUnit = DisplayUnit::new("10⁻⁶/K", 1e-6);
/// Of a dispersion.
pub(super) const PICOSECOND_PER_NM_KM: DisplayUnit = DisplayUnit::new("ps/(nm km)", 1e-6);
/// Of the drift of a resonance.
pub(super) const PICOMETRE_PER_KELVIN: DisplayUnit = DisplayUnit::new("pm/K", 1e-12);
/// Per cent.
pub(super) const PERCENT: DisplayUnit = DisplayUnit::new("%", 0.01);

/// A computed number; `asked` says what an unconverged one missed.
pub(super) fn cell(value: &Value, unit: DisplayUnit, asked: &str) -> Cell {
    let reason = if value.status == Status::Unconverged {
        asked
    } else {
        ""
    };
    Cell::value(value.value, Some(value.error), value.status, reason, unit)
}

/// The same for a number that may be absent without harm.
pub(super) fn optional(value: &Value, unit: DisplayUnit) -> Cell {
    match value.status {
        Status::NotComputed => missing(),
        _ => cell(value, unit, ""),
    }
}

/// A loss; one that its error bar swallows is given as a bound.
pub(super) fn loss(value: &Value, unit: DisplayUnit, asked: &str) -> Cell {
    if !value.is_below_floor() {
        return cell(value, unit, asked);
    }
    // A loss is not negative: one that is shows how far off it is.
    let floor = value.value.max(0.0) + value.error.max(-value.value);
    let reason = if value.status == Status::Unconverged {
        asked
    } else {
        ""
    };
    Cell::bound(floor, value.status, reason, unit)
}

/// A number without an error bar of its own, to four digits.
pub(super) fn plain(value: f64, unit: DisplayUnit) -> Cell {
    let shown = unit.show(value);
    if shown == 0.0 || !shown.is_finite() {
        return Cell::number(shown, DisplayUnit::ONE);
    }
    let place = 10f64.powi(3 - shown.abs().log10().floor() as i32);
    Cell::number((shown * place).round() / place, DisplayUnit::ONE)
}

/// A dash.
pub(super) fn missing() -> Cell {
    Cell::number(f64::NAN, DisplayUnit::ONE)
}

/// `count` cells of a point that failed; the first says why.
pub(super) fn failed(reason: &str, count: usize) -> Vec<Cell> {
    let first = Cell::value(f64::NAN, None, Status::Failed, reason, DisplayUnit::ONE);
    let rest = (1..count).map(|_| missing());
    std::iter::once(first).chain(rest).collect()
}

/// "2.4471926(3)", "1.30(1) dB".
pub(super) fn words(value: &Value, unit: DisplayUnit) -> String {
    let number = value_with_error(unit.show(value.value), value.error / unit.size);
    match unit.symbol {
        "" => number,
        symbol => format!("{number} {symbol}"),
    }
}

/// A table that says where the rest of its rows is.
pub(super) fn table(
    caption: impl Into<String>,
    columns: Vec<Column>,
    mut rows: Vec<Vec<Cell>>,
) -> ReportTable {
    let mut caption = caption.into();
    if rows.len() > MOST_ROWS {
        caption += &format!(
            " The first {MOST_ROWS} of {} rows; all are in loss_table.csv.",
            rows.len()
        );
        rows.truncate(MOST_ROWS);
    }
    ReportTable {
        caption,
        columns,
        rows,
    }
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// Least and greatest of the finite numbers.
pub(super) fn extremes(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.filter(|v| v.is_finite()).fold(None, |found, v| {
        let [least, greatest] = found.unwrap_or([v, v]);
        Some([least.min(v), greatest.max(v)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_says_where_its_rest_is() {
        let rows = |n: usize| vec![vec![missing()]; n];
        let short = table("Short.", vec![Column::new("a", "")], rows(MOST_ROWS));
        assert_eq!((short.rows.len(), short.caption.as_str()), (60, "Short."));
        let long = table("Long.", vec![Column::new("a", "")], rows(MOST_ROWS + 1));
        assert_eq!(long.rows.len(), 60);
        assert_eq!(
            long.caption,
            "Long. The first 60 of 61 rows; all are in loss_table.csv."
        );
    }

    #[test]
    fn a_loss_below_its_floor_is_a_bound() {
        let unit = DisplayUnit::DECIBEL_PER_CENTIMETRE;
        let shown = |value, error| loss(&Value::with_error(value, error), unit, "");
        assert_eq!(shown(2.0, 10.0), Cell::below(12.0, unit));
        assert_eq!(shown(-2.0, 10.0), Cell::below(10.0, unit));
        assert_eq!(shown(-20.0, 10.0), Cell::below(20.0, unit));
        for (value, error) in [(20.0, 1.0), (0.0, 0.0)] {
            let told = Value::with_error(value, error);
            assert_eq!(shown(value, error), cell(&told, unit, ""));
        }
        let doubtful = Value::judged(-2.0, 10.0, 1.0);
        let marked = Cell::bound(10.0, Status::Unconverged, "asked for more", unit);
        assert_eq!(loss(&doubtful, unit, "asked for more"), marked);
    }

    #[test]
    fn words_are_joined_as_in_a_sentence() {
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        let value = Value::with_error(1.304e-3, 2e-6);
        assert_eq!(words(&value, DisplayUnit::MILLIWATT), "1.304(2) mW");
        assert_eq!(words(&value, DisplayUnit::ONE), "0.001304(2)");
    }

    #[test]
    fn extremes_pass_over_what_is_no_number() {
        let values = [f64::NAN, 2.0, -1.0, f64::INFINITY];
        assert_eq!(extremes(values.into_iter()), Some([-1.0, 2.0]));
        assert_eq!(extremes([f64::NAN].into_iter()), None);
    }
}
