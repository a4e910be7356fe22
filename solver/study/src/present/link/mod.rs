//! The sections of `[link.NAME]`: which optics costs what, and when does the answer change.
//!
//! Each room turns one answer of [`cpo_link::LinkAnswers`] into a section with its figures; every number keeps its range and
//! says where it comes from.

mod architectures;
mod break_even;
mod budget;
mod cells;
mod claims;
mod components;
mod lasers;
mod tiers;
mod tornado;
mod yields;

use super::{Figure, drawn};
use crate::figures::{Picture, Theme};
use crate::link::LinkOutcome;
use crate::output_error::OutputError;
use crate::report::{ReportFigure, Section};

/// What a link adds to a report, and the pictures that go to files.
#[derive(Clone, Debug, Default)]
pub struct LinkPages {
    /// In the order of reading.
    pub sections: Vec<Section>,
    /// Those in the sections.
    pub figures: Vec<Figure>,
}

/// The pages of all links.
///
/// # Errors
/// [`OutputError::Figure`] where the renderer fails.
pub fn pages(links: &[LinkOutcome]) -> Result<LinkPages, OutputError> {
    let mut all = LinkPages::default();
    for link in links {
        let answers = match &link.answers {
            Ok(answers) => answers,
            Err(error) => {
                all.sections.push(Section {
                    title: format!("Link {}", link.name),
                    text: format!("Not computed: {error}."),
                    ..Section::default()
                });
                continue;
            }
        };
        let mut album = Album {
            link: &link.name,
            figures: Vec::new(),
        };
        all.sections.extend([
            architectures::section(&mut album, answers)?,
            break_even::section(&mut album, answers)?,
            claims::section(&link.name, answers),
            tiers::section(&link.name, answers),
            budget::section(&mut album, answers)?,
            yields::section(&mut album, answers)?,
            tornado::section(&mut album, answers)?,
            components::section(&link.name, answers),
        ]);
        all.figures.append(&mut album.figures);
    }
    Ok(all)
}

/// Collects the pictures of a link.
struct Album<'a> {
    link: &'a str,
    figures: Vec<Figure>,
}

impl Album<'_> {
    /// Draws a picture for the page and for a file named after it.
    fn draw(
        &mut self,
        name: &str,
        caption: impl Into<String>,
        render: impl Fn(Theme) -> Result<Picture, OutputError>,
    ) -> Result<ReportFigure, OutputError> {
        let figure = drawn(
            format!("link_{}_{name}", self.link),
            format!("link.{}", self.link),
            caption.into(),
            render,
        )?;
        let page = ReportFigure::new(&figure.light, &figure.dark, figure.caption.clone());
        self.figures.push(figure);
        Ok(page)
    }
}
