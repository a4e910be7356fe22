//! A section of the report.

use serde::Serialize;

use super::choice::Choice;
use super::figure::ReportFigure;
use super::table::ReportTable;

/// Results on one object of the study.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Section {
    /// "Modes of wire".
    pub title: String,
    /// A sentence or two; may be empty.
    pub text: String,
    /// Tables, before the figures.
    pub tables: Vec<ReportTable>,
    /// Figures.
    pub figures: Vec<ReportFigure>,
    /// What else there is, alternative by alternative, after these.
    pub choice: Option<Choice>,
}
