//! Dimensions: exponents of the base units m, kg, s, K, A, and of rad and dB, which are kept
//! apart from plain numbers so that an angle or a level is never taken for a ratio.

use std::fmt;

/// Exponents of m, kg, s, K, A, rad and dB.
///
/// ```
/// use cpo_materials::{Dimension, Quantity, ThermalConductivity};
/// assert_eq!(ThermalConductivity::DIMENSION.to_string(), "W/(m K)");
/// assert_eq!(Dimension::LENGTH.power(2).unwrap().to_string(), "m2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimension {
    exponents: [i8; 7],
}

const SYMBOLS: [&str; 7] = ["m", "kg", "s", "K", "A", "rad", "dB"];

/// Dimensions with a name of their own: (dimension, symbol of its SI unit, noun). The first row that
/// fits is used.
const NAMED: &[(Dimension, &str, &str)] = &[
    (Dimension::NONE, "1", "plain number"),
    (Dimension::LENGTH, "m", "length"),
    (Dimension::TIME, "s", "time"),
    (Dimension::MASS, "kg", "mass"),
    (Dimension::TEMPERATURE, "K", "temperature"),
    (Dimension::CURRENT, "A", "current"),
    (Dimension::ANGLE, "rad", "angle"),
    (Dimension::LEVEL, "dB", "level"),
    (Dimension::FORCE, "N", "force"),
    (Dimension::ENERGY, "J", "energy"),
    (Dimension::POWER, "W", "power"),
    (Dimension::VOLTAGE, "V", "voltage"),
    (Dimension::of([2, 1, -3, 0, -2, 0, 0]), "ohm", "resistance"),
    (Dimension::of([2, 0, 0, 0, 0, 0, 0]), "m2", "area"),
    (Dimension::of([0, 0, -1, 0, 0, 0, 0]), "Hz", "frequency"),
    (Dimension::of([-1, 1, -2, 0, 0, 0, 0]), "Pa", "pressure"),
    (
        Dimension::of([1, 1, -3, -1, 0, 0, 0]),
        "W/(m K)",
        "thermal conductivity",
    ),
    (
        Dimension::of([0, 1, -3, -1, 0, 0, 0]),
        "W/(m2 K)",
        "heat transfer coefficient",
    ),
    (Dimension::of([0, 1, -3, 0, 0, 0, 0]), "W/m2", "heat flux"),
    (
        Dimension::of([-1, 1, -3, 0, 0, 0, 0]),
        "W/m3",
        "heat density",
    ),
    (Dimension::of([-3, 1, 0, 0, 0, 0, 0]), "kg/m3", "density"),
    (
        Dimension::of([2, 0, -2, -1, 0, 0, 0]),
        "J/(kg K)",
        "specific heat",
    ),
    (
        Dimension::of([-1, 1, -2, -1, 0, 0, 0]),
        "J/(m3 K)",
        "volumetric heat capacity",
    ),
    (
        Dimension::of([2, 1, -3, -1, 0, 0, 0]),
        "W/K",
        "heat capacity rate",
    ),
    (
        Dimension::of([-2, -1, 3, 1, 0, 0, 0]),
        "K/W",
        "thermal resistance",
    ),
    (
        Dimension::of([0, -1, 3, 1, 0, 0, 0]),
        "m2 K/W",
        "thermal interface resistance",
    ),
    (
        Dimension::of([0, 0, 0, -1, 0, 0, 0]),
        "1/K",
        "change per kelvin",
    ),
    (
        Dimension::of([1, 0, 0, -1, 0, 0, 0]),
        "m/K",
        "wavelength drift",
    ),
    (
        Dimension::of([-1, 0, 0, 0, 0, 0, 0]),
        "1/m",
        "change per length",
    ),
    (
        Dimension::of([-1, 0, 0, 0, 0, 0, 1]),
        "dB/m",
        "loss per length",
    ),
];

impl Dimension {
    /// A plain number.
    pub const NONE: Self = Self::of([0; 7]);
    /// m
    pub const LENGTH: Self = Self::of([1, 0, 0, 0, 0, 0, 0]);
    /// kg
    pub const MASS: Self = Self::of([0, 1, 0, 0, 0, 0, 0]);
    /// s
    pub const TIME: Self = Self::of([0, 0, 1, 0, 0, 0, 0]);
    /// K
    pub const TEMPERATURE: Self = Self::of([0, 0, 0, 1, 0, 0, 0]);
    /// A
    pub const CURRENT: Self = Self::of([0, 0, 0, 0, 1, 0, 0]);
    /// rad
    pub const ANGLE: Self = Self::of([0, 0, 0, 0, 0, 1, 0]);
    /// dB
    pub const LEVEL: Self = Self::of([0, 0, 0, 0, 0, 0, 1]);
    /// N = kg m/s²
    pub const FORCE: Self = Self::of([1, 1, -2, 0, 0, 0, 0]);
    /// J = kg m²/s²
    pub const ENERGY: Self = Self::of([2, 1, -2, 0, 0, 0, 0]);
    /// W = kg m²/s³
    pub const POWER: Self = Self::of([2, 1, -3, 0, 0, 0, 0]);
    /// V = W/A
    pub const VOLTAGE: Self = Self::of([2, 1, -3, 0, -1, 0, 0]);

    /// From the exponents of m, kg, s, K, A, rad and dB, in this order.
    pub const fn of(exponents: [i8; 7]) -> Self {
        Self { exponents }
    }

    /// The exponents of m, kg, s, K, A, rad and dB, in this order.
    pub const fn exponents(self) -> [i8; 7] {
        self.exponents
    }

    /// The dimension of a product; `None` if an exponent leaves −127..=127.
    pub fn times(self, other: Self) -> Option<Self> {
        let mut exponents = self.exponents;
        for (a, b) in exponents.iter_mut().zip(other.exponents) {
            *a = a.checked_add(b)?;
        }
        Some(Self { exponents })
    }

    /// The dimension of a power; `None` if an exponent leaves −127..=127.
    pub fn power(self, exponent: i8) -> Option<Self> {
        let mut exponents = self.exponents;
        for a in &mut exponents {
            *a = a.checked_mul(exponent)?;
        }
        Some(Self { exponents })
    }

    /// What a quantity of this dimension is called ("length"), if it has a name.
    pub fn noun(self) -> Option<&'static str> {
        NAMED
            .iter()
            .find(|(dimension, ..)| *dimension == self)
            .map(|&(_, _, noun)| noun)
    }
}

/// The SI unit, in the form that the parser reads: "W/(m K)", "m2 K/W", "kg s3".
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, symbol, _)) = NAMED.iter().find(|(dimension, ..)| dimension == self) {
            return f.write_str(symbol);
        }
        let factors = |sign: i8| -> Vec<String> {
            let with_sign = self
                .exponents
                .iter()
                .zip(SYMBOLS)
                .filter(|(e, _)| e.signum() == sign);
            with_sign
                .map(|(e, symbol)| match e.unsigned_abs() {
                    1 => symbol.to_owned(),
                    power => format!("{symbol}{power}"),
                })
                .collect()
        };
        let (above, below) = (factors(1), factors(-1));
        f.write_str(&if above.is_empty() {
            "1".to_owned()
        } else {
            above.join(" ")
        })?;
        match below.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "/{one}"),
            several => write!(f, "/({})", several.join(" ")),
        }
    }
}
