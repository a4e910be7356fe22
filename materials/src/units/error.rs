//! What can be wrong with the text of a quantity.

/// Errors of reading a quantity such as `"220 nm"`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// The text does not begin with a number.
    #[error("'{text}' is not a quantity: it must begin with a number, such as \"{example}\"")]
    NotANumber {
        /// The text as given.
        text: String,
        /// A quantity of the wanted kind.
        example: &'static str,
    },
    /// The number is infinite, not a number, or overflows.
    #[error(
        "'{text}' is not a finite quantity: give an ordinary number with its unit, such as \"{example}\""
    )]
    NotFinite {
        /// The text as given.
        text: String,
        /// A quantity of the wanted kind.
        example: &'static str,
    },
    /// A bare number where a dimensional quantity is wanted.
    #[error("'{text}' has no unit: write it with one, such as \"{example}\"")]
    MissingUnit {
        /// The text as given.
        text: String,
        /// A quantity of the wanted kind.
        example: &'static str,
    },
    /// A unit symbol that is not known.
    #[error("'{text}': the unit '{unit}' is not known{}", did_you_mean(.nearest))]
    UnknownUnit {
        /// The text as given.
        text: String,
        /// The unknown symbol.
        unit: String,
        /// The nearest known symbol, if one is near.
        nearest: Option<String>,
    },
    /// The unit expression cannot be read.
    #[error("'{text}': the unit cannot be read: {reason}")]
    Malformed {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The quantity is of another kind than the wanted one.
    #[error("'{text}' is {found}; {expected} was expected, such as \"{example}\"")]
    WrongDimension {
        /// The text as given.
        text: String,
        /// What it is: "a length", or "in K/m2".
        found: String,
        /// What was wanted, with its article: "a power".
        expected: String,
        /// A quantity of the wanted kind.
        example: &'static str,
    },
    /// The value is of the right kind but impossible.
    #[error("'{text}' is not possible: {allowed}")]
    Impossible {
        /// The text as given.
        text: String,
        /// What is allowed.
        allowed: &'static str,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |unit| format!("; did you mean '{unit}'?"))
}

/// "a length", "an angle".
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}
