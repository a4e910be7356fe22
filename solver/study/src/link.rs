//! From a loss table to the answers of a study's links.
//!
//! A link sees nothing of a run but its table, so that it says the same of a table that was computed long ago.

use std::path::{Path, PathBuf};

pub use cpo_link::Standing;
use cpo_link::{LinkAnswers, LinkError, LinkModel};
use serde_json::json;

use crate::job::JobError;
use crate::present::link_pages;
use crate::report::{Report, ReportStatus};
use crate::study::{LinkTable, Study};
use crate::summary::link_summary;
use crate::table::{AttributeValue, LossTable};
use crate::write::{OutputDirectory, SUMMARY_SCHEMA};

/// What became of one `[link.NAME]`.
#[derive(Debug)]
pub struct LinkOutcome {
    /// Its name.
    pub name: String,
    /// Its answers, or what its table lacks.
    pub answers: Result<LinkAnswers, LinkError>,
}

impl LinkOutcome {
    /// (link, reason) where there are no answers; a negative margin or a laser that has rolled over is one.
    pub fn failure(&self) -> Option<(String, String)> {
        let error = self.answers.as_ref().err()?;
        Some((format!("link.{}", self.name), error.to_string()))
    }
}

/// Answers `links` from `table`.
pub fn answer(links: &[LinkTable], table: &LossTable) -> Vec<LinkOutcome> {
    let of = |link: &LinkTable| {
        let mut request = link.request.clone();
        let chip = link.chip_of.as_ref();
        if let Some([warmest, error]) = chip.and_then(|group| warmest(table, group)) {
            request.chip_temperature = warmest;
            request.chip_temperature_error = error;
        }
        LinkOutcome {
            name: link.name.clone(),
            answers: LinkModel::new(table, &request, link.components.clone())
                .and_then(|model| model.answers()),
        }
    };
    links.iter().map(of).collect()
}

/// The warmest laser of a group with all lasers off, and its error bar, nil where none is known, K.
fn warmest(table: &LossTable, group: &str) -> Option<[f64; 2]> {
    let bases = table.group(group)?.variable("base_temperature")?;
    let known = |k: &usize| !bases.values[*k].is_nan();
    let all = (0..bases.values.len()).filter(known);
    let warmest = all.max_by(|&a, &b| bases.values[a].total_cmp(&bases.values[b]))?;
    let error = bases.error.as_ref().map(|bars| bars[warmest]);
    let error = error.filter(|bar| !bar.is_nan()).unwrap_or(0.0);
    Some([bases.values[warmest], error])
}

/// Answers the links of `study` from `table`, which may be of an earlier run, and writes report, summary and figures to
/// `directory`, whole or not at all.
///
/// # Errors
/// [`JobError::Output`] if the folder cannot be written or holds something else. Links that fail are outcomes.
pub fn deliver(
    study: &Study,
    table: &LossTable,
    directory: &Path,
) -> Result<(PathBuf, Vec<LinkOutcome>), JobError> {
    let output = OutputDirectory::prepare(directory)?;
    let links = answer(&study.links, table);
    let pages = link_pages(&links)?;
    for figure in &pages.figures {
        output.write(&format!("figures/{}.png", figure.name), &figure.light.png)?;
    }
    let mut report = Report {
        title: study.name.clone(),
        description: study.description.clone().unwrap_or_default(),
        status: ReportStatus::Ok,
        summary: format!(
            "Answers of links from the loss table of {}, by {}.",
            table.title, table.source
        ),
        warnings: Vec::new(),
        sections: Vec::new(),
        provenance: provenance(table),
        study: study.text().to_owned(),
    };
    report.add_links(&links, pages.sections);
    output.write("report.html", report.render()?.as_bytes())?;
    output.write("study.toml", study.text().as_bytes())?;
    let failed = links.iter().any(|link| link.answers.is_err());
    let brief = json!({
        "study": study.name,
        "schema": SUMMARY_SCHEMA,
        "status": if failed { "failed" } else { "ok" },
        "table": { "title": table.title, "source": table.source, "input_sha256": table.input_sha256() },
        "link": link_summary(&links),
    });
    output.write("summary.json", format!("{brief:#}\n").as_bytes())?;
    Ok((output.commit()?, links))
}

/// What the table says of its own making.
fn provenance(table: &LossTable) -> Vec<(String, String)> {
    let told = table
        .provenance
        .iter()
        .filter_map(|fact| match &fact.value {
            AttributeValue::Text(text) => Some((format!("table, {}", fact.name), text.clone())),
            AttributeValue::Number(_) | AttributeValue::Numbers(_) => None,
        });
    let own = [
        (String::from("table"), table.title.clone()),
        (String::from("SHA-256 of its study"), table.input_sha256()),
    ];
    own.into_iter().chain(told).collect()
}
