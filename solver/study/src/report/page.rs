//! What the page says, and its rendering.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::section::Section;
use crate::link::LinkOutcome;
use crate::output_error::OutputError;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

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

impl Report {
    /// Puts the sections of links after the first, which is the answer in brief; links that failed become warnings.
    pub fn add_links(&mut self, links: &[LinkOutcome], sections: Vec<Section>) {
        let first = self.sections.len().min(1);
        self.sections.splice(first..first, sections);
        for (link, reason) in links.iter().filter_map(LinkOutcome::failure) {
            self.warnings.insert(0, format!("{link} failed: {reason}."));
            if self.status == ReportStatus::Ok {
                self.status = ReportStatus::Partial;
            }
        }
    }

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
        environment.add_template("report.html", TEMPLATE)?;
        let paragraphs = self
            .description
            .split("\n\n")
            .map(str::trim)
            .filter(|p| !p.is_empty());
        let paragraphs: Vec<String> = paragraphs.map(str::to_owned).collect();
        Ok(environment.get_template("report.html")?.render(context! {
            report => Serde(self),
            paragraphs,
            style => STYLE,
            style_hash => policy_hash(STYLE),
            script => SCRIPT,
            script_hash => policy_hash(SCRIPT),
        })?)
    }
}

/// What a content security policy calls the text between a style's or script's tags.
fn policy_hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
