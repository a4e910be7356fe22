//! What deviations make of a loss.

use super::cells::{cell, failed};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, significant};
use crate::run::{LossSpread, Outcome, Quantiles};

/// What the parts of a spread are.
pub(super) const PARTS: &str = "of all together, of those that all lanes of an engine share (wafer, die), which do not average \
     over lanes, and of those of each lane by itself";

/// Columns of a spread, which `group` of the loss table holds.
pub(super) fn columns(group: &str) -> Vec<Column> {
    let mut columns = ["p05", "p50", "p95"]
        .map(|name| Column::new(name, "dB").of_table(format!("{group}/loss_{name}")))
        .to_vec();
    columns.extend(["systematic", "random"].map(|part| {
        let range = format!("{group}/loss_{part}_p05 and loss_{part}_p95");
        Column::new(format!("{part} p05 to p95"), "dB").of_table(range)
    }));
    columns
}

/// Their cells; `asked` is what an unconverged number missed.
pub(super) fn cells(spread: &LossSpread, asked: &str) -> Vec<Cell> {
    let total = spread.total.iter();
    let mut cells: Vec<Cell> = total
        .map(|value| cell(value, DisplayUnit::DECIBEL, asked))
        .collect();
    let parts = [&spread.systematic, &spread.random];
    cells.extend(parts.map(|part| Cell::text(width(part))));
    cells
}

/// The same where there may be none.
pub(super) fn known(spread: &Outcome<LossSpread>, asked: &str) -> Vec<Cell> {
    match spread {
        Ok(spread) => cells(spread, asked),
        Err(reason) => failed(reason, columns("").len()),
    }
}

/// "2.09 to 2.71".
fn width([p05, _, p95]: &Quantiles) -> String {
    format!(
        "{} to {}",
        significant(p05.value, 4),
        significant(p95.value, 4)
    )
}
