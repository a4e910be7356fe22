//! From a loss table to the answers of a study's links.
//!
//! A link sees nothing of a run but its table, so that it says the same of a table that was computed long ago.

use cpo_link::{LinkAnswers, LinkError, LinkModel};

use crate::study::LinkTable;
use crate::table::LossTable;

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
    let of = |link: &LinkTable| LinkOutcome {
        name: link.name.clone(),
        answers: LinkModel::new(table, &link.request, link.components.clone())
            .and_then(|model| model.answers()),
    };
    links.iter().map(of).collect()
}
