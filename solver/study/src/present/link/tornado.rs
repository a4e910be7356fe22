//! What moves an answer most.

use cpo_link::{LinkAnswers, Tornado};

use super::Album;
use super::cells::{display, title};
use crate::figures::{PlotAxis, TornadoBar, TornadoFigure};
use crate::output_error::OutputError;
use crate::report::{Alternative, Choice, ReportFigure, Section};

/// Bars of a figure, the strongest.
const MOST_BARS: usize = 10;

pub(super) fn section(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
) -> Result<Section, OutputError> {
    let mut alternatives: Vec<Alternative> = Vec::new();
    for tornado in &answers.tornadoes {
        let name = title(answers, &tornado.architecture).to_owned();
        let Some(figure) = drawn(album, answers, tornado)? else {
            continue;
        };
        match alternatives.iter_mut().find(|a| a.name == name) {
            Some(alternative) => alternative.figures.push(figure),
            None => alternatives.push(Alternative {
                name,
                figures: vec![figure],
                ..Alternative::default()
            }),
        }
    }
    Ok(Section {
        title: format!("Link {}: what matters most", album.link),
        text: String::from(
            "Each input by itself at the low and the high end of its range, all others typical; the strongest ten. An end at which \
             the laser does not bring the light has no number: its bar is missing, its input says so.",
        ),
        choice: Some(Choice {
            name: String::from("Optics"),
            alternatives,
        }),
        ..Section::default()
    })
}

fn drawn(
    album: &mut Album<'_>,
    answers: &LinkAnswers,
    tornado: &Tornado,
) -> Result<Option<ReportFigure>, OutputError> {
    let bar = |bar: &cpo_link::TornadoBar| {
        let is_known = bar.outputs.map(f64::is_finite);
        TornadoBar {
            name: bar.component.replace('_', " "),
            results: [0, 1].map(|end| match is_known[end] {
                true => bar.outputs[end],
                false => tornado.typical,
            }),
            inputs: [0, 1].map(|end| match is_known[end] {
                true => bar.ends[end].clone(),
                false => format!("{}: too little light", bar.ends[end]),
            }),
            is_doubtful: false,
        }
    };
    let bars: Vec<TornadoBar> = tornado.bars.iter().take(MOST_BARS).map(bar).collect();
    if bars.is_empty() || !tornado.typical.is_finite() {
        return Ok(None);
    }
    let name: String = tornado
        .output
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let title = title(answers, &tornado.architecture);
    let figure = TornadoFigure {
        title: format!("{title}: {}", tornado.output),
        value: PlotAxis::new(tornado.output.clone(), display(tornado.unit)),
        base: [tornado.typical, f64::NAN],
        bars,
    };
    let caption = format!(
        "{title}: {} with each input at both ends of its range.",
        tornado.output
    );
    let name = format!("tornado_{}_{name}", tornado.architecture);
    album
        .draw(&name, caption, |theme| figure.render(theme))
        .map(Some)
}
