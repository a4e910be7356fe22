//! What deviations make of a number.

use super::cells::{cell, failed};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, significant};
use crate::run::{Outcome, Quantiles, Spread};
use crate::table::Status;

/// What the parts of a spread are.
pub(super) const PARTS: &str = "of all together, of those that all lanes of an engine share (wafer, die), which do not average \
     over lanes, and of those of each lane by itself";

/// Columns of a spread, of which the loss table has `variable`: "fibre_chip/facet/loss".
pub(super) fn columns(variable: &str, unit: DisplayUnit) -> Vec<Column> {
    let mut columns = ["p05", "p50", "p95"]
        .map(|name| Column::new(name, unit.symbol).of_table(format!("{variable}_{name}")))
        .to_vec();
    columns.extend(["systematic", "random"].map(|part| {
        let range = format!("{variable}_{part}_p05 and {part}_p95");
        Column::new(format!("{part} p05 to p95"), unit.symbol).of_table(range)
    }));
    columns
}

/// Their cells; `asked` is what an unconverged number missed.
pub(super) fn cells(spread: &Spread, unit: DisplayUnit, asked: &str) -> Vec<Cell> {
    let total = spread.total.iter();
    let mut cells: Vec<Cell> = total.map(|value| cell(value, unit, asked)).collect();
    let parts = [&spread.systematic, &spread.random];
    cells.extend(parts.map(|part| Cell::text(width(part, unit))));
    cells
}

/// The same of a loss, where there may be none.
pub(super) fn known(spread: &Outcome<Spread>, asked: &str) -> Vec<Cell> {
    known_in(spread, DisplayUnit::DECIBEL, asked)
}

/// The same of a number in any unit.
pub(super) fn known_in(spread: &Outcome<Spread>, unit: DisplayUnit, asked: &str) -> Vec<Cell> {
    match spread {
        Ok(spread) => cells(spread, unit, asked),
        Err(reason) => failed(reason, columns("", unit).len()),
    }
}

/// "2.09 to 2.71".
fn width([p05, _, p95]: &Quantiles, unit: DisplayUnit) -> String {
    if p05.value == p95.value {
        return String::from("none"); // nothing of this kind deviates
    }
    let doubt = match [p05.status, p95.status].contains(&Status::Unconverged) {
        true => ", unconverged",
        false => "",
    };
    let [low, high] = [p05, p95].map(|value| unit.show(value.value));
    // so many that the width has two of them
    let ratio = low.abs().max(high.abs()) / (high - low).abs();
    let digits = match ratio.log10().ceil() {
        more if more > 2.0 => (2.0 + more).min(12.0) as usize,
        _ => 4,
    };
    format!(
        "{} to {}{doubt}",
        significant(low, digits),
        significant(high, digits)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Value;

    #[test]
    fn a_width_has_digits_enough_to_be_seen() {
        let of = |low: f64, high: f64| {
            let value = |value| Value::with_error(value, 0.0);
            width(
                &[value(low), value(low), value(high)],
                DisplayUnit::NANOMETRE,
            )
        };
        assert_eq!(of(1.314_597_08e-6, 1.314_677_55e-6), "1314.597 to 1314.678");
        assert_eq!(of(2.094e-9, 2.7131e-9), "2.094 to 2.713");
        assert_eq!(of(5e-9, 5e-9), "none");
    }
}
