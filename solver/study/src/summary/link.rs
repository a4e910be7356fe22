//! Links: answers.

use serde_json::{Value as Json, json};

use crate::link::LinkOutcome;

/// The answers of links by name; of one that failed the reason.
pub fn link_summary(links: &[LinkOutcome]) -> Json {
    let of = |link: &LinkOutcome| {
        let answers = match &link.answers {
            // numbers that are none become null
            Ok(answers) => serde_json::to_value(answers)
                .unwrap_or_else(|error| json!({ "status": "failed", "reason": error.to_string() })),
            Err(error) => json!({ "status": "failed", "reason": error.to_string() }),
        };
        (link.name.clone(), answers)
    };
    Json::Object(links.iter().map(of).collect())
}
