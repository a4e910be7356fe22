//! Printing with a natural prefix.

use std::fmt;

/// Writes `value` in the largest of `units` (size in SI, symbol; ascending) that is not above it,
/// in the first for 0.
pub(super) fn with_prefix(
    f: &mut fmt::Formatter<'_>,
    value: f64,
    units: &[(f64, &str)],
    zero: usize,
) -> fmt::Result {
    // a value a round-off below a unit belongs to that unit: "1 um", not "1000 nm"
    let fits = units
        .iter()
        .rposition(|(size, _)| value.abs() >= size * (1.0 - 1e-13));
    let (size, symbol) = units[if value == 0.0 {
        zero
    } else {
        fits.unwrap_or(0)
    }];
    with_unit(f, value / size, symbol)
}

/// Writes `value` to 15 significant digits without trailing zeros (or to the precision asked), and
/// the unit. 15 digits hide the round-off of the conversion and lose no more than that.
pub(super) fn with_unit(f: &mut fmt::Formatter<'_>, value: f64, symbol: &str) -> fmt::Result {
    if let Some(precision) = f.precision() {
        return write!(f, "{value:.precision$} {symbol}");
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    let magnitude = rounded.abs();
    if rounded == 0.0 || (1e-4..1e15).contains(&magnitude) || !rounded.is_finite() {
        write!(f, "{rounded} {symbol}")
    } else {
        write!(f, "{rounded:e} {symbol}")
    }
}
