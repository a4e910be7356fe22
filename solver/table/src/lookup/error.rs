//! What can be wrong with a look-up.

use crate::TableError;

/// A request that the table cannot answer. (A point outside the table's hull is an answer: NaN and a reason.)
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The group contradicts itself.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No variable of that name.
    #[error("{group} has no variable \"{name}\"; it has {known}{}", did_you_mean(.nearest))]
    UnknownVariable {
        /// The group.
        group: String,
        /// The name asked for.
        name: String,
        /// The variables there are.
        known: String,
        /// The nearest of them, if one is near.
        nearest: Option<String>,
    },
    /// No axis of that name.
    #[error("{variable} is not along an axis \"{axis}\"; its axes are {known}{}", did_you_mean(.nearest))]
    UnknownAxis {
        /// Group and variable.
        variable: String,
        /// The name asked for.
        axis: String,
        /// The axes there are.
        known: String,
        /// The nearest of them, if one is near.
        nearest: Option<String>,
    },
    /// An axis given twice.
    #[error("the axis {axis} is given twice: give it once")]
    Twice {
        /// The axis.
        axis: String,
    },
    /// Axes of several values that are not given.
    #[error("{variable} also needs {missing}")]
    Missing {
        /// Group and variable.
        variable: String,
        /// Each axis with its range.
        missing: String,
    },
    /// Not one coordinate an axis.
    #[error("{variable} is looked up at {found} coordinates; it has {expected} axes: {axes}")]
    Count {
        /// Group and variable.
        variable: String,
        /// Coordinates given.
        found: usize,
        /// Coordinates wanted.
        expected: usize,
        /// The axes.
        axes: String,
    },
    /// A number where names are, or a name where numbers are.
    #[error("the axis {axis} takes {wanted}, such as {example}")]
    Kind {
        /// The axis.
        axis: String,
        /// "a number", "a name".
        wanted: &'static str,
        /// One of its entries.
        example: String,
    },
    /// A name that an axis of names lacks.
    #[error("the axis {axis} has no \"{name}\"; it has {known}{}", did_you_mean(.nearest))]
    UnknownName {
        /// The axis.
        axis: String,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
        /// The nearest of them, if one is near.
        nearest: Option<String>,
    },
    /// An axis that neither rises nor falls.
    #[error(
        "the axis {axis} neither rises nor falls throughout: {second:?} follows {first:?} at entry {position}; \
         state its values in order, each once, and run the study again"
    )]
    Order {
        /// The axis.
        axis: String,
        /// A coordinate.
        first: f64,
        /// The next one.
        second: f64,
        /// Its place, from 1.
        position: usize,
    },
    /// More axes than are interpolated.
    #[error("{variable} has {found} axes of several numbers; at most {most} are interpolated")]
    TooManyAxes {
        /// Group and variable.
        variable: String,
        /// Axes that it has.
        found: usize,
        /// Axes that are possible.
        most: usize,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}
