//! Results as figures and a report.
use crate::OutputError;
use crate::figures::Picture;
use crate::plan::Plan;
use crate::report::{Report, ReportStatus};
use crate::run::Results;
use crate::study::Study;
use crate::summary::Cost;
/// A figure.
pub struct Figure {
    /// n
    pub name: String,
    /// l
    pub light: Picture,
}
/// figures
pub fn figures(_: &Study, _: &Plan, _: &Results) -> Result<Vec<Figure>, OutputError> {
    Ok(vec![])
}
/// report
pub fn report(
    s: &Study,
    _: &Plan,
    _: &Results,
    _: &[Figure],
    _: &Cost,
    _: &[(String, String)],
) -> Report {
    Report {
        title: s.name.clone(),
        description: String::new(),
        status: ReportStatus::Ok,
        summary: String::new(),
        warnings: vec![],
        sections: vec![],
        provenance: vec![],
        study: String::new(),
    }
}
