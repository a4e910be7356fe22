//! A quantity of any dimension, and the trait of those with a known one.

use super::error::with_article;
use super::{Dimension, UnitError, parse, print};
use std::fmt;
use std::str::FromStr;

/// A value in SI units with its dimension, as read from text.
///
/// ```
/// use cpo_materials::{AnyQuantity, Dimension};
/// let area: AnyQuantity = "0.5 um²".parse()?;
/// assert_eq!(area.dimension, Dimension::LENGTH.power(2).unwrap());
/// assert!((area.value - 0.5e-12).abs() < 1e-27);
/// assert_eq!("W/(m^2·K)".replace("W", "5 W").parse::<AnyQuantity>()?.dimension.to_string(), "W/(m2 K)");
/// # Ok::<(), cpo_materials::UnitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnyQuantity {
    /// The value in the coherent SI unit of its dimension.
    pub value: f64,
    /// Its dimension.
    pub dimension: Dimension,
}

impl AnyQuantity {
    /// The value in SI if the dimension is the wanted one; `text` is what was read.
    pub(super) fn expect_dimension(
        self,
        wanted: Dimension,
        noun: &str,
        example: &'static str,
        text: &str,
    ) -> Result<f64, UnitError> {
        if self.dimension == wanted {
            return Ok(self.value);
        }
        let unit = || format!("in {}", self.dimension);
        Err(UnitError::WrongDimension {
            text: text.to_owned(),
            found: self.dimension.noun().map_or_else(unit, with_article),
            expected: with_article(noun),
            example,
        })
    }
}

impl FromStr for AnyQuantity {
    type Err = UnitError;

    /// Reads a number and its unit.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        parse::quantity(text, "220 nm")
    }
}

/// The value in its SI unit: "2.2e-7 m".
impl fmt::Display for AnyQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::with_unit(f, self.value, &self.dimension.to_string())
    }
}

/// A quantity whose dimension is known: f64 in SI inside, units only in text and in constructors.
///
/// ```
/// use cpo_materials::{Length, Power, Quantity};
/// assert_eq!(Length::parse("220 nm")?, Length::nm(220.0));
/// assert_eq!(Length::parse("0.22 um")?.to_string(), "220 nm");
/// let wrong = Power::parse("220 nm").unwrap_err();
/// assert_eq!(wrong.to_string(), "'220 nm' is a length; a power was expected, such as \"50 mW\"");
/// # Ok::<(), cpo_materials::UnitError>(())
/// ```
pub trait Quantity: Copy + Sized + fmt::Display {
    /// Its dimension.
    const DIMENSION: Dimension;
    /// What it is called: "length".
    const NAME: &'static str;
    /// How it is written: "220 nm".
    const EXAMPLE: &'static str;

    /// From a value in the SI unit.
    fn from_si(value: f64) -> Self;

    /// The value in the SI unit.
    fn si(self) -> f64;

    /// Reads a number and its unit, such as [`Self::EXAMPLE`].
    ///
    /// # Errors
    /// [`UnitError`] if it is not a finite number with a known unit of this dimension.
    fn parse(text: &str) -> Result<Self, UnitError> {
        Self::of(parse::quantity(text, Self::EXAMPLE)?, text)
    }

    /// From a quantity read as `text` (which is quoted in errors).
    ///
    /// # Errors
    /// [`UnitError::WrongDimension`], or [`UnitError::Impossible`] if the value cannot occur.
    fn of(any: AnyQuantity, text: &str) -> Result<Self, UnitError> {
        any.expect_dimension(Self::DIMENSION, Self::NAME, Self::EXAMPLE, text)
            .map(Self::from_si)
    }
}
