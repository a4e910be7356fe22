//! Results as figures and as a report: what was asked, answered in the units of the trade.
//!
//! [`figures`] draws, [`report`] writes; both take the results as they are and decide only what is
//! shown first. Every number keeps its error bar and its status. What does not fit a page is in the
//! loss table, and the page says so.

mod alignment;
mod cells;
mod conditions;
mod coupling;
mod coupling_figures;
mod grating;
mod grating_figures;
mod guide_spread;
mod heat;
mod heat_figures;
mod laser;
mod laser_figures;
mod link;
mod materials;
mod modes;
mod modes_figures;
mod sensitivity;
mod spread;
mod summary;
mod switch;
mod taper;
mod taper_figures;

pub use link::{LinkPages, pages as link_pages};

use crate::figures::{Picture, Theme};
use crate::output_error::OutputError;
use crate::plan::Plan;
use crate::report::{Report, ReportFigure, ReportStatus, Section};
use crate::run::{Outcome, Results};
use crate::study::Study;
use crate::summary::Cost;
use crate::table::Status;

/// Most failures and doubts that are listed one by one.
const MOST_WARNINGS: usize = 12;

/// A figure of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Stem of its files, of letters, digits and underscores; unique within a study.
    pub name: String,
    /// The table that it belongs to: "modes.tip".
    pub section: String,
    /// What it shows, for those too who cannot see it.
    pub caption: String,
    /// On white.
    pub light: Picture,
    /// On near-black.
    pub dark: Picture,
}

/// What everything here is made from.
#[derive(Clone, Copy)]
struct Context<'a> {
    study: &'a Study,
    plan: &'a Plan,
    results: &'a Results,
}

/// Draws all figures: fields, indices, losses over offsets, lengths and wavelength, temperatures, crosstalk,
/// light against current. A table without usable numbers has none.
///
/// # Errors
/// [`OutputError::Figure`] where the renderer fails.
pub fn figures(study: &Study, plan: &Plan, results: &Results) -> Result<Vec<Figure>, OutputError> {
    let context = Context {
        study,
        plan,
        results,
    };
    let mut figures = Vec::new();
    for table in &study.modes {
        figures.extend(modes_figures::figures(context, &table.name)?);
    }
    for table in &study.couplings {
        figures.extend(coupling_figures::figures(context, table)?);
    }
    for table in &study.gratings {
        figures.extend(grating_figures::figures(context, table)?);
    }
    for table in &study.tapers {
        figures.extend(taper_figures::figures(context, table)?);
    }
    for table in &study.heats {
        figures.extend(heat_figures::figures(context, &table.name)?);
    }
    for table in &study.lasers {
        figures.extend(laser_figures::figures(context, table)?);
    }
    Ok(figures)
}

/// Draws a figure in both themes.
fn drawn(
    name: String,
    section: String,
    caption: String,
    render: impl Fn(Theme) -> Result<Picture, OutputError>,
) -> Result<Figure, OutputError> {
    Ok(Figure {
        name,
        section,
        caption,
        light: render(Theme::Light)?,
        dark: render(Theme::Dark)?,
    })
}

/// The report: the answers first, then every table in full, then materials, cost and `provenance`.
pub fn report(
    study: &Study,
    plan: &Plan,
    results: &Results,
    figures: &[Figure],
    cost: &Cost,
    provenance: &[(String, String)],
) -> Report {
    let context = Context {
        study,
        plan,
        results,
    };
    let mut sections = vec![summary::section(context)];
    let own = |section: Section, key: String| -> Section {
        let figures = figures.iter().filter(|f| f.section == key);
        Section {
            figures: figures
                .map(|f| ReportFigure::new(&f.light, &f.dark, f.caption.clone()))
                .collect(),
            ..section
        }
    };
    for table in &study.modes {
        let section = modes::section(context, table);
        sections.push(own(section, format!("modes.{}", table.name)));
    }
    for table in &study.couplings {
        let section = coupling::section(context, table);
        sections.push(own(section, format!("coupling.{}", table.name)));
    }
    for table in &study.gratings {
        let section = grating::section(context, table);
        sections.push(own(section, format!("grating.{}", table.name)));
    }
    for table in &study.tapers {
        let section = taper::section(context, table);
        sections.push(own(section, format!("taper.{}", table.name)));
    }
    for table in &study.heats {
        let section = heat::section(context, table);
        sections.push(own(section, format!("heat.{}", table.name)));
    }
    for table in &study.lasers {
        let section = laser::section(context, table);
        sections.push(own(section, format!("laser.{}", table.name)));
    }
    sections.extend(materials::section(study));

    let mut description = study.description.clone().unwrap_or_default();
    if !study.cites.is_empty() {
        description += &format!("\n\nRests on: {}.", study.cites.join("; "));
    }
    let statuses = context.statuses();
    let mut all = vec![
        (
            "Cost".to_owned(),
            format!(
                "{} points in {} of wall time, {} of processor time; at most {} of memory",
                cost.points,
                duration(cost.wall_s),
                duration(cost.cpu_s),
                memory(cost.peak_bytes)
            ),
        ),
        ("Study file".to_owned(), study.file().to_owned()),
    ];
    all.extend(provenance.iter().cloned());
    Report {
        title: study.name.clone(),
        description,
        status: verdict(&statuses),
        summary: counted(&statuses),
        warnings: context.warnings(),
        sections,
        provenance: all,
        study: study.text().to_owned(),
    }
}

fn verdict(statuses: &[Status]) -> ReportStatus {
    let well = |s: &Status| *s == Status::Ok;
    let lost = |s: &Status| s.has_no_value();
    if statuses.iter().all(well) {
        ReportStatus::Ok
    } else if statuses.iter().all(lost) {
        ReportStatus::Failed
    } else {
        ReportStatus::Partial
    }
}

/// "41 of 44 points converged; 2 unconverged, 1 failed."
fn counted(statuses: &[Status]) -> String {
    let count = |status: Status| statuses.iter().filter(|&&s| s == status).count();
    let all = statuses.len();
    let well = count(Status::Ok);
    let mut text = match (all, well) {
        (1, 1) => String::from("The only point converged to the error asked for"),
        (all, well) if all == well => format!("All {all} points converged to the error asked for"),
        (all, well) => format!("{well} of {all} points converged to the error asked for"),
    };
    let rest: Vec<String> = [
        (Status::Unconverged, "unconverged"),
        (Status::Extrapolated, "extrapolated"),
        (Status::Failed, "failed"),
        (Status::NotComputed, "not computed"),
    ]
    .into_iter()
    .filter(|&(status, _)| count(status) > 0)
    .map(|(status, word)| format!("{} {word}", count(status)))
    .collect();
    if !rest.is_empty() {
        text += &format!("; {}", rest.join(", "));
    }
    text + "."
}

/// "12.3 s", "4 min 5 s".
fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.2} s");
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// "312 MiB".
fn memory(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1u32 << 20);
    if mib < 1024.0 {
        format!("{mib:.0} MiB")
    } else {
        format!("{:.1} GiB", mib / 1024.0)
    }
}

fn status_of<T>(outcome: &Outcome<T>, status: impl Fn(&T) -> Status) -> Status {
    outcome.as_ref().map_or(Status::Failed, status)
}

impl Context<'_> {
    /// Of every point of the plan.
    fn statuses(&self) -> Vec<Status> {
        let r = self.results;
        let modes = r.modes.iter().map(|o| status_of(o, |m| m.status()));
        let couplings = r.couplings.iter().map(|o| status_of(o, |c| c.status()));
        let gratings = r.gratings.iter().map(|o| status_of(o, |g| g.status()));
        let tapers = r.tapers.iter().map(|o| status_of(o, |t| t.status()));
        let heats = r.heats.iter().map(|o| status_of(o, |h| h.status()));
        let lasers = r.lasers.iter().map(|o| status_of(o, |l| l.status()));
        let light = modes.chain(couplings).chain(gratings).chain(tapers);
        light.chain(heats).chain(lasers).collect()
    }

    /// What the reader must know before using a number: the worst first.
    fn warnings(&self) -> Vec<String> {
        let failures = self.results.failures(self.study, self.plan);
        // Points that failed alike are one warning.
        let mut alike: Vec<(&str, &str, usize)> = Vec::new();
        for (point, reason) in &failures {
            match alike.iter_mut().find(|(_, known, _)| known == reason) {
                Some((_, _, count)) => *count += 1,
                None => alike.push((point, reason, 1)),
            }
        }
        let mut warnings: Vec<String> = alike
            .iter()
            .take(MOST_WARNINGS)
            .map(|(point, reason, count)| match count {
                1 => format!("{point} failed: {reason}."),
                n => format!("{n} points failed, the first of them {point}: {reason}."),
            })
            .collect();
        if let Some(more @ 1..) = alike.len().checked_sub(MOST_WARNINGS) {
            warnings.push(format!(
                "Points failed for {more} more reasons; all are in loss_table.csv."
            ));
        }
        warnings.extend(summary::doubts(*self));
        warnings.extend(self.study.warnings.iter().map(|w| {
            let help = w.help.as_ref().map(|h| format!(" ({h})"));
            format!(
                "Study file, line {}: {}{}.",
                w.location.line,
                w.message,
                help.unwrap_or_default()
            )
        }));
        warnings
    }
}
