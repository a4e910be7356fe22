//! Numbers with as many digits as their errors allow.

/// A value and its error (half width) in the short form of CODATA: 2.4471926(3) is 2.4471926 ± 0.0000003.
///
/// The error is rounded up, so that it is never understated, to one digit, or to two where the first is 1. Numbers below
/// 10⁻³ or from 10⁵ on get a power of ten; an error of 10 or more is written 1230 ± 60. Without a usable error (zero, NaN)
/// the value alone is given, to eight digits or six.
pub fn value_with_error(value: f64, error: f64) -> String {
    if !value.is_finite() {
        return significant(value, 6);
    }
    if error.is_infinite() {
        return format!("{} ± ∞", significant(value, 6));
    }
    if error.is_nan() || error <= 0.0 {
        return significant(value, if error == 0.0 { 8 } else { 6 });
    }
    let size = exponent(value.abs().max(error));
    let power = if (-3..5).contains(&size) { 0 } else { size };
    let (value, error) = (value / 10f64.powi(power), error / 10f64.powi(power));
    // Place of the last digit of the error; the slacks keep 2 from counting as 1.99… and 0.3 from rounding up to 0.4.
    let mut place = exponent(error);
    if error / 10f64.powi(place) < 2.0 * (1.0 - 1e-9) {
        place -= 1;
    }
    let mut digits = (error / 10f64.powi(place) * (1.0 - 1e-9)).ceil();
    if digits == 10.0 && exponent(error) == place {
        // 9.95 rounds up to 10: one digit, a place higher.
        place += 1;
        digits = 1.0;
    }
    let tail = power_of_ten(power);
    if place >= 0 && digits * 10f64.powi(place) >= 10.0 {
        let unit = 10f64.powi(place);
        let text = format!(
            "{:.0} ± {:.0}",
            (value / unit).round() * unit,
            digits * unit
        );
        return if tail.is_empty() {
            minus(&text)
        } else {
            format!("({}){tail}", minus(&text))
        };
    }
    let decimals = (-place).max(0) as usize;
    minus(&format!("{value:.decimals$}({digits:.0}){tail}"))
}

/// A value with its error, or to `digits` significant digits where it has none.
pub fn value_with_error_or(value: f64, error: f64, digits: usize) -> String {
    match error > 0.0 {
        true => value_with_error(value, error),
        false => significant(value, digits),
    }
}

/// A value within its range, both to two digits of half the range: "15.0 [12.1, 18.4]"; a value that is its own range to four
/// digits.
pub fn value_within(value: f64, [low, high]: [f64; 2]) -> String {
    let half = 0.5 * (high - low);
    if value.is_finite() && low.is_finite() && high == f64::INFINITY {
        return format!("{} [{}, ∞]", significant(value, 3), significant(low, 3));
    }
    if !value.is_finite() || !half.is_finite() || half <= 0.0 {
        return significant(value, 4);
    }
    let decimals = (1 - exponent(half)).max(0) as usize;
    let [value, low, high] = [value, low, high].map(|v| minus(&format!("{v:.decimals$}")));
    format!("{value} [{low}, {high}]")
}

/// A value to `digits` significant digits, without trailing zeros.
pub fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "–".into();
    }
    if value.is_infinite() {
        return if value > 0.0 {
            "∞".into()
        } else {
            "−∞".into()
        };
    }
    if value == 0.0 {
        return "0".into();
    }
    let size = exponent(value);
    let power = if (-3..6).contains(&size) { 0 } else { size };
    let decimals = (digits as i32 - 1 - (size - power)).max(0) as usize;
    let text = format!("{:.decimals$}", value / 10f64.powi(power));
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    minus(&format!("{text}{}", power_of_ten(power)))
}

/// Of the leading digit; exact powers of ten included, which log10 alone may miss by one.
fn exponent(value: f64) -> i32 {
    let guess = value.abs().log10().floor() as i32;
    if value.abs() >= 10f64.powi(guess + 1) * (1.0 - 1e-12) {
        guess + 1
    } else {
        guess
    }
}

fn power_of_ten(power: i32) -> String {
    if power == 0 {
        return String::new();
    }
    format!("·10{}", superscript(power))
}

/// An exponent: "⁻¹³".
pub(crate) fn superscript(power: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        other => other
            .to_digit(10)
            .and_then(|d| char::from_u32(0x2070 + d))
            .unwrap_or(other),
    };
    power.to_string().chars().map(raised).collect()
}

fn minus(text: &str) -> String {
    text.strip_prefix('-')
        .map_or_else(|| text.to_owned(), |rest| format!("−{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_set_the_digits() {
        let cases = [
            (2.4471926, 3e-7, "2.4471926(3)"),
            (2.4471926, 3.01e-7, "2.4471926(4)"),
            (1.3, 0.01, "1.300(10)"),
            (1.305, 0.0142, "1.305(15)"),
            (1.305, 0.0995, "1.3(1)"),
            (31.24, 2.1, "31(3)"),
            (1234.0, 56.0, "1230 ± 60"),
            (-4.5, 0.2, "−4.5(2)"),
            (1.2345e-13, 2.5e-17, "1.2345(3)·10⁻¹³"),
            (123_456_789.0, 4e3, "1.23457(4)·10⁸"),
            (0.0, 3e-7, "0(3)·10⁻⁷"),
            (1e6, 2e6, "1(2)·10⁶"),
        ];
        for (value, error, text) in cases {
            assert_eq!(value_with_error(value, error), text, "{value} ± {error}");
        }
    }

    #[test]
    fn ranges_set_the_digits() {
        let cases = [
            (15.0, [12.1, 18.4], "15.0 [12.1, 18.4]"),
            (0.81, [0.808, 0.816], "0.8100 [0.8080, 0.8160]"),
            (-1.5, [-31.0, 12.0], "−2 [−31, 12]"),
            (19.0, [19.0, 19.0], "19"),
            (f64::NAN, [1.0, 2.0], "–"),
            (3.831, [3.656, f64::INFINITY], "3.83 [3.66, ∞]"),
        ];
        for (value, range, text) in cases {
            assert_eq!(value_within(value, range), text, "{value} {range:?}");
        }
    }

    #[test]
    fn odd_numbers_are_words() {
        assert_eq!(value_with_error(f64::NAN, 0.1), "–");
        assert_eq!(value_with_error(f64::INFINITY, f64::NAN), "∞");
        assert_eq!(value_with_error(1.0, f64::INFINITY), "1 ± ∞");
        assert_eq!(value_with_error(2.4471926, 0.0), "2.4471926");
        assert_eq!(value_with_error(2.4471926, f64::NAN), "2.44719");
        assert_eq!(significant(1550.0, 6), "1550");
        assert_eq!(significant(-1.25e-7, 6), "−1.25·10⁻⁷");
        assert_eq!(significant(1e6, 3), "1·10⁶");
    }
}
