//! Whether lasers bring the light, and for how long.

use cpo_link::{ArchitectureAnswer, LinkAnswers};

use super::cells::{FIT, column, ranged, ranged_in, share};
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column, ReportTable};

pub(super) fn table(answers: &LinkAnswers) -> ReportTable {
    let row = |a: &ArchitectureAnswer| {
        // A source's limit is its class; an integrated laser's its rollover, a source's without a class the largest, beyond which
        // there is no energy within any boundary. Of a module's no limit is known.
        let has_light = match (&a.budget.most_launch, a.budget.class_share) {
            (None, _) => None,
            (Some(_), None) => a.energies.first().map(|e| e.feasible_share),
            (Some(_), of_class) => of_class,
        };
        vec![
            Cell::text(&a.title),
            share(
                has_light.unwrap_or(f64::NAN),
                answers.request.samples,
                "share of draws of all components in which the laser, or every source of its class, brings the light; of modules no limit is known",
            ),
            ranged(&a.failure_rate),
            ranged_in(&a.outage, PERCENT),
        ]
    };
    ReportTable {
        caption: format!(
            "Lasers of an engine of {} lanes, with {} to spare",
            answers.request.lanes_per_engine,
            match answers.request.spare_lasers {
                0 => String::from("none"),
                spares => spares.to_string(),
            }
        ),
        columns: vec![
            Column::new("optics", ""),
            column("draws that have the light", PERCENT),
            column("failures, none to spare", FIT),
            column("engine dark within its service life", PERCENT),
        ],
        rows: answers.architectures.iter().map(row).collect(),
    }
}
