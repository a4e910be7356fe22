//! Ticks at round numbers.

use crate::number::superscript;

/// Round positions in a range, and their labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticks {
    /// Positions, ascending.
    pub positions: Vec<f64>,
    /// One label a position, all with the same number of decimals.
    pub labels: Vec<String>,
}

/// About `most` ticks at multiples of 1, 2 or 5 times a power of ten, all inside [lower, upper].
pub(super) fn linear_ticks(lower: f64, upper: f64, most: usize) -> Ticks {
    let span = upper - lower;
    // NaN and reversed ranges have no ticks rather than endless ones.
    if span.is_nan() || span <= 0.0 || !span.is_finite() {
        return Ticks {
            positions: Vec::new(),
            labels: Vec::new(),
        };
    }
    let rough = span / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|&s| s >= 0.8 * rough)
        .unwrap_or(rough);
    // A tick lost to round-off at an end would look like a mistake.
    let slack = 1e-9 * span / step;
    let (first, last) = (
        (lower / step - slack).ceil(),
        (upper / step + slack).floor(),
    );
    let count = (last - first).max(-1.0) as usize + 1;
    let positions: Vec<f64> = (0..count).map(|i| (first + i as f64) * step).collect();
    let labels = labels(&positions, step);
    Ticks { positions, labels }
}

/// 1, 2, 5 of each decade inside [lower, upper]; the powers alone where that is more than `most`.
pub(super) fn logarithmic_ticks(lower: f64, upper: f64, most: usize) -> Ticks {
    let decades = lower.log10().floor() as i32..=upper.log10().ceil() as i32;
    let inside = |multiples: &[f64]| -> Vec<f64> {
        let all = decades
            .clone()
            .flat_map(|d| multiples.iter().map(move |m| m * 10f64.powi(d)));
        all.filter(|&v| v >= lower * (1.0 - 1e-9) && v <= upper * (1.0 + 1e-9))
            .collect()
    };
    let mut positions = inside(&[1.0, 2.0, 5.0]);
    if positions.len() > most {
        positions = inside(&[1.0]);
    }
    if positions.len() < 2 {
        return linear_ticks(lower, upper, most);
    }
    let labels = positions.iter().map(|&v| compact(v)).collect();
    Ticks { positions, labels }
}

fn labels(positions: &[f64], step: f64) -> Vec<String> {
    let largest = positions.iter().fold(0f64, |m, p| m.max(p.abs()));
    if largest >= 1e5 || (largest > 0.0 && largest < 1e-3) {
        return positions.iter().map(|&p| compact(p)).collect();
    }
    let decimals = (-(step * 1.000_001).log10().floor()).max(0.0) as usize;
    positions
        .iter()
        .map(|p| minus(&format!("{p:.decimals$}")))
        .collect()
}

/// Four digits at most, without trailing zeros; powers of ten for what is very large or small.
pub(super) fn compact(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0".into()
        } else {
            format!("{value}")
        };
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-3..5).contains(&exponent) {
        let decimals = (3 - exponent).max(0) as usize;
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        };
        return minus(&text);
    }
    let text = format!("{:.3}", value / 10f64.powi(exponent));
    let mantissa = text.trim_end_matches('0').trim_end_matches('.');
    let power = superscript(exponent);
    if mantissa == "1" {
        format!("10{power}")
    } else {
        minus(&format!("{mantissa}·10{power}"))
    }
}

/// A true minus sign, and no "-0".
fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            linear_ticks(0.0, 1.0, 5).labels,
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            linear_ticks(-1.3, 1.3, 5).labels,
            ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
        );
        assert_eq!(
            linear_ticks(1304.5, 1317.5, 5).labels,
            ["1305", "1310", "1315"]
        );
        assert_eq!(linear_ticks(2.447_190, 2.447_199, 4).labels.len(), 5);
        assert!(linear_ticks(1.0, 1.0, 5).positions.is_empty());
        assert!(linear_ticks(f64::NAN, 1.0, 5).positions.is_empty());
        assert_eq!(
            logarithmic_ticks(0.4, 30.0, 8).labels,
            ["0.5", "1", "2", "5", "10", "20"]
        );
    }

    #[test]
    fn numbers_are_compact() {
        assert_eq!(compact(-0.0), "0");
        assert_eq!(compact(31.25), "31.25");
        assert_eq!(compact(-1e-7), "−1·10⁻⁷");
        assert_eq!(compact(1e6), "10⁶");
    }
}
