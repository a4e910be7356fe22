//! What can be wrong with a request for a link's budget.

use cpo_materials::UnitError;

/// Data that contradict themselves, names that do not exist, conditions that nothing covers.
///
/// A negative margin or a laser beyond its rollover is no error but an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A name that is not among those allowed.
    #[error("there is no {what} \"{name}\"{}; there is {}", did_you_mean(.nearest), .present.join(", "))]
    Unknown {
        /// "component", "standard", "group of the table", ...
        what: &'static str,
        /// The name given.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
        /// All that exist.
        present: Vec<String>,
    },
    /// A quantity that cannot be read.
    #[error("{name}, {field}: {source}")]
    Quantity {
        /// What it belongs to, "component coupler".
        name: String,
        /// "typical", "low", "high", ...
        field: &'static str,
        /// What is wrong.
        source: Box<UnitError>,
    },
    /// A value that cannot occur.
    #[error("{place} is {value}: {allowed}")]
    OutOfRange {
        /// What it belongs to, "component coupler, low".
        place: String,
        /// The value, with its unit.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// TOML that cannot be read as data of this kind.
    #[error("{what} cannot be read: {source}")]
    Data {
        /// Which data.
        what: String,
        /// The reader's own words.
        source: Box<toml::de::Error>,
    },
    /// Stages that do not meet.
    #[error("{chain}: the stage from {from} comes where the light is at {at}: {}", if .from < .at { "loss would be counted twice" } else { "a stage is missing" })]
    Planes {
        /// The chain.
        chain: String,
        /// Where the light has got to.
        at: crate::Plane,
        /// Where the next stage begins.
        from: crate::Plane,
    },
    /// A stage that leads nowhere, or a chain that ends early.
    #[error("{chain}: {problem}")]
    Chain {
        /// The chain.
        chain: String,
        /// What is wrong.
        problem: String,
    },
    /// A place where the table cannot be looked up.
    #[error(transparent)]
    Lookup(#[from] cpo_table::LookupError),
    /// A table's variable that lacks what is asked of it.
    #[error("{place}: {problem}")]
    Table {
        /// Group and variable.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

impl LinkError {
    /// A [`LinkError::Unknown`] with the nearest of `present`.
    pub(crate) fn unknown<'a>(
        what: &'static str,
        name: &str,
        present: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let present: Vec<String> = present.into_iter().map(str::to_owned).collect();
        let nearest = cpo_table::nearest(name, present.iter().map(String::as_str));
        let nearest = nearest.map(str::to_owned);
        Self::Unknown {
            what,
            name: name.to_owned(),
            nearest,
            present,
        }
    }

    /// A [`LinkError::Quantity`] closure for `map_err`.
    pub(crate) fn quantity(
        name: impl Into<String>,
        field: &'static str,
    ) -> impl FnOnce(UnitError) -> Self {
        move |source| Self::Quantity {
            name: name.into(),
            field,
            source: Box::new(source),
        }
    }

    /// A [`LinkError::Data`] closure for `map_err`.
    pub(crate) fn data(what: impl Into<String>) -> impl FnOnce(toml::de::Error) -> Self {
        move |source| Self::Data {
            what: what.into(),
            source: Box::new(source),
        }
    }

    /// A [`LinkError::OutOfRange`].
    pub(crate) fn range(
        place: impl Into<String>,
        value: impl ToString,
        allowed: impl Into<String>,
    ) -> Self {
        Self::OutOfRange {
            place: place.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }
}
