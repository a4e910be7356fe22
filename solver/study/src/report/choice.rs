//! One of several views of the same question: a boundary, a cooling, a lane rate.

use serde::Serialize;

use super::figure::ReportFigure;
use super::table::ReportTable;

/// Named alternatives, of which the reader sees one at a time. Choices of one name in several sections move together. On
/// paper and without the script all stand below one another, each under its name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Choice {
    /// What is chosen: "Boundary".
    pub name: String,
    /// The alternatives; the first is shown first.
    pub alternatives: Vec<Alternative>,
}

/// One alternative with all that depends on it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Alternative {
    /// "Optics", "+ host SerDes".
    pub name: String,
    /// A sentence or two; may be empty.
    pub text: String,
    /// Tables, before the figures.
    pub tables: Vec<ReportTable>,
    /// Figures.
    pub figures: Vec<ReportFigure>,
}
