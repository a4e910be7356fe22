//! Whether lasers bring the light, and for how long.

use cpo_link::{ArchitectureAnswer, LinkAnswers};

use super::cells::{FIT, column, ranged, ranged_in, share};
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column, ReportTable};

pub(super) fn table(answers: &LinkAnswers) -> ReportTable {
    let row = |a: &ArchitectureAnswer| {
        // An integrated laser's limit is its rollover, the same within every boundary; a source's is its class.
        let has_light = match (&a.laser, a.budget.class_share) {
            (Some(_), _) => a.energies.first().map(|e| e.feasible_share),
            (None, of_class) => of_class,
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
