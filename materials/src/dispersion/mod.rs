//! n(λ) and k(λ): constants, dispersion formulas, tables; never outside their range.

mod formula;
mod table;

pub use formula::Formula;
pub use table::Table;

/// How a real function of the vacuum wavelength (n, k or dn/dT) is given.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Dispersion {
    /// The same at every wavelength.
    Constant(f64),
    /// One of the nine formulas of refractiveindex.info.
    Formula {
        /// The formula with its coefficients.
        formula: Formula,
        /// Validity, metres.
        range: [f64; 2],
    },
    /// Values between which a monotone cubic interpolates.
    Table(Table),
}

impl Dispersion {
    /// The range of validity in metres; `None` if there is no limit.
    pub fn range(&self) -> Option<[f64; 2]> {
        match self {
            Self::Constant(_) => None,
            Self::Formula { range, .. } => Some(*range),
            Self::Table(table) => Some(table.range()),
        }
    }

    /// What kind it is: "constant", "formula 1 (Sellmeier)", "table of 35 points".
    pub fn kind(&self) -> String {
        match self {
            Self::Constant(_) => "constant".to_owned(),
            Self::Formula { formula, .. } => formula.name().to_owned(),
            Self::Table(table) => format!("table of {} points", table.len()),
        }
    }

    /// The value at `wavelength` (metres), `None` outside the range or where the formula has no
    /// real value.
    pub fn at(&self, wavelength: f64) -> Option<f64> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::Formula { formula, range } => {
                within(*range, wavelength)?;
                Some(formula.index(wavelength)).filter(|n| n.is_finite())
            }
            Self::Table(table) => {
                within(table.range(), wavelength)?;
                Some(table.at(wavelength))
            }
        }
    }
}

/// Ends belong to the range, with a slack for the round-off of unit conversions.
fn within([lower, upper]: [f64; 2], wavelength: f64) -> Option<()> {
    const ROUND_OFF: f64 = 1e-12;
    let inside = wavelength >= lower * (1.0 - ROUND_OFF) && wavelength <= upper * (1.0 + ROUND_OFF);
    inside.then_some(())
}
