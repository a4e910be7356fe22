//! Whether lasers bring the light, and for how long.

use cpo_link::{ArchitectureAnswer, LinkAnswers};

use super::cells::{FIT, column, ranged, ranged_in, stated};
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column, ReportTable};

pub(super) fn table(answers: &LinkAnswers) -> ReportTable {
    let row = |a: &ArchitectureAnswer| {
        let draws = format!(
            "share of {} draws of all components in which the laser brings the light",
            answers.request.samples
        );
        // The same within every boundary.
        let share = a.energies.first().map_or(f64::NAN, |e| e.feasible_share);
        vec![
            Cell::text(&a.title),
            stated(share, PERCENT, &draws),
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
