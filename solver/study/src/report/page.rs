//! What the page says, and its rendering.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use super::number::{significant, value_with_error};
use crate::figures::{DisplayUnit, Picture};
use crate::output_error::OutputError;
use crate::table::Status;

/// How the run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportStatus {
    /// Every value converged.
    Ok,
    /// Some values are unconverged, extrapolated or failed.
    Partial,
    /// Nothing was computed.
    Failed,
}

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Name of the study.
    pub title: String,
    /// What it is about; paragraphs are separated by empty lines.
    pub description: String,
    /// How the run went.
    pub status: ReportStatus,
    /// One sentence on the status: "41 of 44 values converged".
    pub summary: String,
    /// What the reader must know before using a number.
    pub warnings: Vec<String>,
    /// The results.
    pub sections: Vec<Section>,
    /// Where the numbers come from: (what, value).
    pub provenance: Vec<(String, String)>,
    /// The study file, verbatim.
    pub study: String,
}

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
}

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReportTable {
    /// Caption.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, one cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// Head of a column.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Quantity.
    pub title: String,
    /// Unit of the column's numbers; empty for none.
    pub unit: String,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    text: String,
    numeric: bool,
    /// Word of a status that is not ok.
    flag: Option<&'static str>,
    reason: String,
}

/// A figure.
#[derive(Clone, Debug, Serialize)]
pub struct ReportFigure {
    light: String,
    dark: String,
    width: u32,
    height: u32,
    caption: String,
}

impl Column {
    /// A column of numbers in `unit`, or of texts.
    pub fn new(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
        }
    }
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            numeric: false,
            flag: None,
            reason: String::new(),
        }
    }

    /// A number that is given, not computed, to six digits: a wavelength, a temperature (SI, shown in `unit`).
    pub fn number(value: f64, unit: DisplayUnit) -> Self {
        Self {
            text: significant(unit.show(value), 6),
            numeric: true,
            flag: None,
            reason: String::new(),
        }
    }

    /// A value below what the computation resolves (SI, shown in `unit`): "< 0.01" rather than noise, rounded up.
    pub fn below(floor: f64, unit: DisplayUnit) -> Self {
        let shown = unit.show(floor);
        let place = 10f64.powi(1 - shown.abs().log10().floor() as i32);
        // The slack keeps 0.12, which is not exact, from rounding up to 0.13.
        let up = (shown * place * (1.0 - 1e-9)).ceil() / place;
        let text = format!(
            "< {}",
            significant(if up.is_finite() { up } else { shown }, 2)
        );
        Self {
            text,
            numeric: true,
            flag: None,
            reason: String::new(),
        }
    }

    /// A computed value whose error bar swallows it, as a bound: "< 0.01" with the mark of its status.
    pub fn bound(floor: f64, status: Status, reason: &str, unit: DisplayUnit) -> Self {
        Self {
            text: Self::below(floor, unit).text,
            ..Self::value(floor, None, status, reason, unit)
        }
    }

    /// A computed value with its error and status (SI, shown in `unit`); what is not ok is marked and its reason shown.
    pub fn value(
        value: f64,
        error: Option<f64>,
        status: Status,
        reason: &str,
        unit: DisplayUnit,
    ) -> Self {
        let error = error.map_or(f64::NAN, |error| error / unit.size);
        let flag = match status {
            Status::Ok => None,
            Status::Extrapolated => Some("extrapolated"),
            Status::Unconverged => Some("unconverged"),
            Status::Failed => Some("failed"),
            Status::NotComputed => Some("not computed"),
        };
        Self {
            text: value_with_error(unit.show(value), error),
            numeric: true,
            flag,
            reason: reason.to_owned(),
        }
    }
}

impl ReportFigure {
    /// A figure in both themes; the caption also serves those who cannot see it.
    pub fn new(light: &Picture, dark: &Picture, caption: impl Into<String>) -> Self {
        Self {
            light: STANDARD.encode(&light.png),
            dark: STANDARD.encode(&dark.png),
            width: light.width,
            height: light.height,
            caption: caption.into(),
        }
    }
}

impl Report {
    /// The page, as HTML.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn render(&self) -> Result<String, OutputError> {
        let mut environment = Environment::new();
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()?,
        );
        // The name ends in .html: everything put in is escaped.
        environment.add_template("report.html", include_str!("report.html"))?;
        let paragraphs = self
            .description
            .split("\n\n")
            .map(str::trim)
            .filter(|p| !p.is_empty());
        let paragraphs: Vec<String> = paragraphs.map(str::to_owned).collect();
        Ok(environment
            .get_template("report.html")?
            .render(context! { report => Serde(self), paragraphs })?)
    }
}
