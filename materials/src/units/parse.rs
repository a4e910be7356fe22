//! The grammar of a quantity.
//!
//! ```text
//! quantity   = number [space] unit
//! unit       = factor { (" " | "*" | "·" | "/") factor }
//! factor     = ( symbol | "1" | "(" unit ")" ) [ exponent ]
//! exponent   = ["^"] ["-"] digits | superscript digits
//! symbol     = [prefix] name               prefixes f p n u µ m c k M G T
//! ```
//!
//! "W/m/K" divides twice. A product behind a division ("W/m K") is refused as ambiguous: write
//! "W/(m K)". The scale with an offset, degC, stands alone: a temperature difference is in K. So does the logarithmic
//! scale of power, dBm: "19 dBm" is 79.4 mW.

use super::{AnyQuantity, Dimension, UnitError};

/// Deepest nesting of parentheses in a unit.
const MAXIMUM_DEPTH: usize = 8;

/// 0 °C in kelvin (exact).
pub(super) const CELSIUS_ZERO: f64 = 273.15;

/// Names of units: (symbol, size in SI, dimension, takes prefixes).
const UNITS: &[(&str, f64, Dimension, bool)] = &[
    ("m", 1.0, Dimension::LENGTH, true),
    ("g", 1e-3, Dimension::MASS, true),
    ("s", 1.0, Dimension::TIME, true),
    ("K", 1.0, Dimension::TEMPERATURE, true),
    ("A", 1.0, Dimension::CURRENT, true),
    ("rad", 1.0, Dimension::ANGLE, true),
    ("deg", std::f64::consts::PI / 180.0, Dimension::ANGLE, true),
    ("°", std::f64::consts::PI / 180.0, Dimension::ANGLE, false),
    ("dB", 1.0, Dimension::LEVEL, false),
    ("W", 1.0, Dimension::POWER, true),
    ("J", 1.0, Dimension::ENERGY, true),
    ("N", 1.0, Dimension::FORCE, true),
    ("V", 1.0, Dimension::VOLTAGE, true),
    ("Pa", 1.0, Dimension::of([-1, 1, -2, 0, 0, 0, 0]), true),
    ("Hz", 1.0, Dimension::of([0, 0, -1, 0, 0, 0, 0]), true),
    ("ohm", 1.0, Dimension::of([2, 1, -3, 0, -2, 0, 0]), true),
    ("Ohm", 1.0, Dimension::of([2, 1, -3, 0, -2, 0, 0]), true),
    ("Ω", 1.0, Dimension::of([2, 1, -3, 0, -2, 0, 0]), true),
    ("C", 1.0, Dimension::of([0, 0, 1, 0, 1, 0, 0]), true),
    ("F", 1.0, Dimension::of([-2, -1, 4, 0, 2, 0, 0]), true),
    (
        "eV",
        crate::constants::ELEMENTARY_CHARGE,
        Dimension::ENERGY,
        true,
    ),
    ("%", 1e-2, Dimension::NONE, false),
    ("bit", 1.0, Dimension::NONE, true),
    ("Bd", 1.0, Dimension::of([0, 0, -1, 0, 0, 0, 0]), true), // symbols a second
    // failures in time: one in 1e9 device hours
    (
        "FIT",
        1e-9 / 3600.0,
        Dimension::of([0, 0, -1, 0, 0, 0, 0]),
        false,
    ),
];

const PREFIXES: &[(char, f64)] = &[
    ('f', 1e-15),
    ('p', 1e-12),
    ('n', 1e-9),
    ('u', 1e-6),
    ('µ', 1e-6), // U+00B5, micro sign
    ('μ', 1e-6), // U+03BC, Greek mu
    ('m', 1e-3),
    ('c', 1e-2),
    ('k', 1e3),
    ('M', 1e6),
    ('G', 1e9),
    ('T', 1e12),
];

/// What may be suggested for a misspelt unit: the symbols of this field, with their usual prefixes.
const USUAL: &[&str] = &[
    "m", "cm", "mm", "um", "nm", "pm", "K", "degC", "W", "mW", "uW", "kW", "A", "mA", "V", "mV",
    "ohm", "rad", "mrad", "deg", "dB", "s", "ms", "us", "ns", "ps", "kg", "g", "J", "N", "Pa",
    "kPa", "MPa", "GPa", "Hz", "MHz", "GHz", "THz", "eV", "FIT", "%", "bit", "Gbit", "Tbit", "GBd",
    "dBm", "pJ",
];

/// The degree Celsius in its spellings.
const CELSIUS: &[&str] = &["degC", "°C", "celsius", "Celsius"];

/// Decibels above a milliwatt.
const DECIBEL_MILLIWATT: &str = "dBm";

/// Reads "220 nm"; `example` is quoted in errors.
pub(super) fn quantity(text: &str, example: &'static str) -> Result<AnyQuantity, UnitError> {
    let owned = || text.to_owned();
    let trimmed = text.trim();
    let (number, unit) = split_number(trimmed);
    let unit = unit.trim();
    if number.is_empty() {
        let word = trimmed
            .trim_start_matches(['+', '-', '−'])
            .to_ascii_lowercase();
        let not_finite = ["nan", "inf"].iter().any(|w| word.starts_with(w));
        return Err(match not_finite {
            true => UnitError::NotFinite {
                text: owned(),
                example,
            },
            false => UnitError::NotANumber {
                text: owned(),
                example,
            },
        });
    }
    let Ok(number) = number.replace('−', "-").parse::<f64>() else {
        return Err(UnitError::NotANumber {
            text: owned(),
            example,
        });
    };
    if !number.is_finite() {
        return Err(UnitError::NotFinite {
            text: owned(),
            example,
        });
    }
    if unit.is_empty() {
        return Err(UnitError::MissingUnit {
            text: owned(),
            example,
        });
    }
    if CELSIUS.contains(&unit) {
        return Ok(AnyQuantity {
            value: number + CELSIUS_ZERO,
            dimension: Dimension::TEMPERATURE,
        });
    }
    if unit == DECIBEL_MILLIWATT {
        let value = 1e-3 * 10f64.powf(number / 10.0);
        return match value.is_finite() {
            true => Ok(AnyQuantity {
                value,
                dimension: Dimension::POWER,
            }),
            false => Err(UnitError::NotFinite {
                text: owned(),
                example,
            }),
        };
    }
    let mut parser = Parser { text, rest: unit };
    let (scale, dimension) = parser.product(0)?;
    if !parser.rest.is_empty() {
        return Err(parser.malformed("a closing parenthesis has no opening one"));
    }
    let value = number * scale;
    if !value.is_finite() {
        return Err(UnitError::NotFinite {
            text: owned(),
            example,
        });
    }
    Ok(AnyQuantity { value, dimension })
}

/// Whether the text is stated on the Celsius scale.
pub(super) fn is_celsius(text: &str) -> bool {
    CELSIUS.contains(&split_number(text.trim()).1.trim())
}

/// Splits the leading decimal number off.
fn split_number(text: &str) -> (&str, &str) {
    let digits = |s: &str| s.len() - s.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut end = text
        .chars()
        .next()
        .filter(|c| "+-−".contains(*c))
        .map_or(0, char::len_utf8);
    let whole = digits(&text[end..]);
    end += whole;
    let mut fraction = 0;
    if text[end..].starts_with('.') {
        fraction = digits(&text[end + 1..]);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return ("", text);
    }
    // an exponent only where digits follow: "5 eV" and "5eV" are five electron-volts
    if text[end..].starts_with(['e', 'E']) {
        let after = &text[end + 1..];
        let sign = after
            .chars()
            .next()
            .filter(|c| "+-−".contains(*c))
            .map_or(0, char::len_utf8);
        let power = digits(&after[sign..]);
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    text.split_at(end)
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

type Scaled = (f64, Dimension);

impl<'a> Parser<'a> {
    fn malformed(&self, reason: &'static str) -> UnitError {
        UnitError::Malformed {
            text: self.text.to_owned(),
            reason,
        }
    }

    fn take(&mut self, characters: &[char]) -> Option<char> {
        let next = self
            .rest
            .chars()
            .next()
            .filter(|c| characters.contains(c))?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn skip_space(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start();
        self.rest.len() < before
    }

    /// Factors up to the end or a closing parenthesis.
    fn product(&mut self, depth: usize) -> Result<Scaled, UnitError> {
        let (mut scale, mut dimension) = self.factor(depth)?;
        let mut divided = false;
        loop {
            let space = self.skip_space();
            if self.rest.is_empty() || self.rest.starts_with(')') {
                return Ok((scale, dimension));
            }
            let divide = self.take(&['/']).is_some();
            let multiply = !divide && self.take(&['*', '·', '⋅', '×']).is_some();
            if !divide && !multiply && !space && !self.rest.starts_with('(') {
                return Err(self.malformed("join units by a space, '*', '·' or '/'"));
            }
            if divided && !divide {
                return Err(self.malformed(
                    "a product after '/' is ambiguous: use parentheses, as in \"W/(m K)\"",
                ));
            }
            divided |= divide;
            self.skip_space();
            let (s, d) = self.factor(depth)?;
            let sign = if divide { -1 } else { 1 };
            scale *= s.powi(sign);
            let product = d.power(sign as i8).and_then(|d| dimension.times(d));
            dimension = product.ok_or_else(|| self.malformed("an exponent is too large"))?;
        }
    }

    fn factor(&mut self, depth: usize) -> Result<Scaled, UnitError> {
        let (scale, dimension) = if self.take(&['(']).is_some() {
            if depth == MAXIMUM_DEPTH {
                return Err(self.malformed("parentheses are nested too deeply"));
            }
            self.skip_space();
            let inner = self.product(depth + 1)?;
            if self.take(&[')']).is_none() {
                return Err(self.malformed("a parenthesis is not closed"));
            }
            inner
        } else if self.rest.starts_with('1')
            && !self.rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            self.rest = &self.rest[1..];
            (1.0, Dimension::NONE)
        } else {
            let is_symbol = |c: char| c.is_alphabetic() || "°%Ω".contains(c);
            let end = self.rest.find(|c| !is_symbol(c)).unwrap_or(self.rest.len());
            let (symbol, rest) = self.rest.split_at(end);
            if symbol.is_empty() {
                return Err(self.malformed(match self.rest.chars().next() {
                    Some(c) if c.is_ascii_digit() => {
                        "only '1' may stand as a number in a unit, as in \"1/K\""
                    }
                    Some(',') => {
                        "write decimals with a point, without separators between thousands"
                    }
                    _ => "a unit is missing, as in \"W/(m2 K)\"",
                }));
            }
            self.rest = rest;
            self.symbol(symbol)?
        };
        let exponent = self.exponent()?;
        let dimension = dimension
            .power(exponent)
            .ok_or_else(|| self.malformed("an exponent is too large"))?;
        Ok((scale.powi(i32::from(exponent)), dimension))
    }

    fn exponent(&mut self) -> Result<i8, UnitError> {
        const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let mut digits = String::new();
        let caret = self.take(&['^']).is_some();
        if self.take(&['⁻']).is_some() {
            digits.push('-');
        }
        while let Some(c) = self.take(&SUPERSCRIPTS) {
            digits.extend(
                SUPERSCRIPTS
                    .iter()
                    .position(|&s| s == c)
                    .map(|d| d.to_string()),
            );
        }
        if digits.is_empty() {
            if self.rest.starts_with(['-', '−']) {
                self.take(&['-', '−']);
                digits.push('-');
            } else {
                self.take(&['+']);
            }
            while let Some(c) = self.take(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
                digits.push(c);
            }
        }
        match digits.as_str() {
            "" if !caret => Ok(1),
            digits => digits
                .parse()
                .map_err(|_| self.malformed("an exponent is a small whole number, as in \"m2\"")),
        }
    }

    fn symbol(&self, symbol: &str) -> Result<Scaled, UnitError> {
        if let Some(&(_, scale, dimension, _)) = UNITS.iter().find(|unit| unit.0 == symbol) {
            return Ok((scale, dimension));
        }
        let mut characters = symbol.chars();
        if let Some(&(_, prefix)) = characters
            .next()
            .and_then(|c| PREFIXES.iter().find(|p| p.0 == c))
        {
            let name = characters.as_str();
            if let Some(&(_, scale, dimension, _)) =
                UNITS.iter().find(|unit| unit.0 == name && unit.3)
            {
                return Ok((prefix * scale, dimension));
            }
        }
        if symbol == DECIBEL_MILLIWATT {
            return Err(self.malformed("dBm stands alone, for a power; a loss or a ratio is in dB"));
        }
        if CELSIUS.contains(&symbol) {
            return Err(self.malformed(
                "degC stands alone, for a temperature; a difference of temperature is in K",
            ));
        }
        let score = |known: &str| {
            strsim::damerau_levenshtein(&symbol.to_lowercase(), &known.to_lowercase())
        };
        let nearest = USUAL
            .iter()
            .min_by_key(|known| (score(known), strsim::levenshtein(symbol, known)));
        let nearest = nearest.filter(|known| score(known) <= 1.max(symbol.chars().count() / 2));
        Err(UnitError::UnknownUnit {
            text: self.text.to_owned(),
            unit: symbol.to_owned(),
            nearest: nearest.map(|&known| known.to_owned()),
        })
    }
}
