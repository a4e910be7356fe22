//! Where numbers come from.

use crate::{Temperature, Wavelength};

/// The source of a material's data.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Authors, title, journal, year.
    pub reference: String,
    /// Digital object identifier, where the work has one.
    pub doi: Option<String>,
    /// Wavelengths that the data cover; `None` if they do not depend on it.
    pub wavelength_range: Option<[Wavelength; 2]>,
    /// Temperature at which the data were taken.
    pub temperature: Option<Temperature>,
    /// Licence of the data file.
    pub licence: Option<String>,
    /// What else a user should know: growth, form, accuracy.
    pub comment: Option<String>,
}

impl Source {
    /// A source known by its reference alone.
    pub(crate) fn of(reference: impl Into<String>) -> Self {
        Self {
            reference: reference.into(),
            doi: None,
            wavelength_range: None,
            temperature: None,
            licence: None,
            comment: None,
        }
    }
}
