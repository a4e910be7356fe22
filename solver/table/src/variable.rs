//! One quantity along some axes of its group.

use crate::attribute::{Attribute, check_attributes};
use crate::error::TableError;
use crate::{Status, check_name, check_text};

/// Values of one quantity, each with its error, status and reason.
///
/// All arrays are row-major over `axes`: a variable along (wavelength, temperature) lists all temperatures of the first
/// wavelength first. No axes: one value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    /// Name, [A-Za-z0-9_], the textbook's word: effective_index, mode_field_diameter.
    pub name: String,
    /// UDUNITS symbol of values and errors: "1", "m", "dB", "K W-1".
    pub units: String,
    /// A phrase for a plot's axis.
    pub long_name: String,
    /// Names of axes of the group, slowest first.
    pub axes: Vec<String>,
    /// One value a point.
    pub values: Vec<f64>,
    /// Numerical error (half width), one a point; NaN where unknown.
    pub error: Option<Vec<f64>>,
    /// One status a point.
    pub status: Vec<Status>,
    /// Empty, or one reason a point ("" where there is nothing to say).
    pub reason: Vec<String>,
    /// Reference plane that a loss counts from, "P1".
    pub from_plane: Option<String>,
    /// Reference plane that a loss counts to, "P3".
    pub to_plane: Option<String>,
    /// Further facts: boundary id, definition used.
    pub attributes: Vec<Attribute>,
}

impl Variable {
    /// A variable along `axes` (slowest first), all of status ok until told otherwise.
    pub fn new(
        name: impl Into<String>,
        units: impl Into<String>,
        long_name: impl Into<String>,
        axes: &[&str],
        values: Vec<f64>,
    ) -> Self {
        let status = vec![Status::Ok; values.len()];
        Self {
            name: name.into(),
            units: units.into(),
            long_name: long_name.into(),
            axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
            values,
            status,
            ..Self::default()
        }
    }

    /// States the numerical error of each value.
    #[must_use]
    pub fn with_error(mut self, error: Vec<f64>) -> Self {
        self.error = Some(error);
        self
    }

    /// States the status of each value, and the reasons (empty, or one a value).
    #[must_use]
    pub fn with_status(mut self, status: Vec<Status>, reason: Vec<String>) -> Self {
        self.status = status;
        self.reason = reason;
        self
    }

    /// States the reference planes that a loss counts between.
    #[must_use]
    pub fn between(mut self, from_plane: impl Into<String>, to_plane: impl Into<String>) -> Self {
        self.from_plane = Some(from_plane.into());
        self.to_plane = Some(to_plane.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Whether any reason is given: only then the file has NAME_reason and its texts.
    pub fn has_reasons(&self) -> bool {
        self.reason.iter().any(|reason| !reason.is_empty())
    }

    /// Names that this variable takes in a file: its own and its companions'.
    pub(crate) fn companion_names(&self) -> [String; 4] {
        ["error", "status", "reason", "reason_text"].map(|suffix| format!("{}_{suffix}", self.name))
    }

    /// Whether every array has one entry a point.
    pub(crate) fn check_lengths(&self, place: &str, points: usize) -> Result<(), TableError> {
        let lengths = [
            ("the value", Some(self.values.len())),
            ("the error", self.error.as_ref().map(Vec::len)),
            ("the status", Some(self.status.len())),
            (
                "the reason",
                (!self.reason.is_empty()).then_some(self.reason.len()),
            ),
        ];
        for (what, found) in lengths {
            if let Some(found) = found
                && found != points
            {
                return Err(TableError::Length {
                    place: place.to_owned(),
                    what,
                    found,
                    expected: points,
                });
            }
        }
        Ok(())
    }

    /// Checks everything that does not depend on the group.
    ///
    /// # Errors
    /// A bad name; arrays of unequal lengths; a failed or uncomputed value that is not NaN, a failed one without a
    /// reason, any other that is NaN; a negative error.
    pub(crate) fn check(&self, place: &str, points: usize) -> Result<(), TableError> {
        check_name("variable", &self.name)?;
        self.check_lengths(place, points)?;
        let wrong = |problem| {
            Err(TableError::Inconsistent {
                place: place.to_owned(),
                problem,
            })
        };
        for (i, (&value, &status)) in self.values.iter().zip(&self.status).enumerate() {
            let reason = self.reason.get(i).map_or("", String::as_str);
            match status {
                Status::Failed | Status::NotComputed if !value.is_nan() => {
                    return wrong("a failed or uncomputed value must be NaN");
                }
                Status::Failed if reason.is_empty() => {
                    return wrong("a failed value needs a reason");
                }
                Status::Ok | Status::Extrapolated | Status::Unconverged if value.is_nan() => {
                    return wrong("a NaN must have the status failed or not computed");
                }
                _ => {}
            }
        }
        if self.error.iter().flatten().any(|&error| error < 0.0) {
            return wrong("an error is negative");
        }
        let planes = [&self.from_plane, &self.to_plane].into_iter().flatten();
        let texts = [&self.units, &self.long_name]
            .into_iter()
            .chain(planes)
            .chain(&self.reason);
        check_text(place, texts.map(String::as_str))?;
        check_attributes(place, &self.attributes)
    }
}
