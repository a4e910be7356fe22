//! Fields of modes, and their indices over wavelength.

use cpo_solver::modes::ModeClass;
use ndarray::Array2;

use super::cells::words;
use super::conditions::Conditions;
use super::{Context, Figure, drawn};
use crate::figures::{DisplayUnit, LinePlot, MapFigure, PlotAxis, Series, SeriesStyle};
use crate::output_error::OutputError;
use crate::report::significant;
use crate::run::{ModeOutcome, ModeRecord, Value};
use crate::table::Status;

/// Most fields drawn of a table.
const MOST_FIELDS: usize = 4;
/// A field is shown where it exceeds this share of its maximum …
const FIELD_FLOOR: f64 = 0.01;
/// … with a margin of this share of the extent.
const MARGIN: f64 = 0.05;
/// Most curves of a plot.
pub(super) const MOST_SERIES: usize = 8;

/// Which index a plot shows.
#[derive(Clone, Copy)]
enum Index {
    Effective,
    Group,
}

impl Index {
    fn of(self, mode: &ModeRecord) -> Value {
        match self {
            Self::Effective => mode.effective_index,
            Self::Group => mode.group_index,
        }
    }
}

/// All figures of `[modes.NAME]`.
pub(super) fn figures(context: Context<'_>, name: &str) -> Result<Vec<Figure>, OutputError> {
    let (points, conditions) = context.mode_points(name);
    let mut figures = Vec::new();
    for (p, &m) in points.iter().enumerate() {
        if let Ok(outcome) = &context.results.modes[m]
            && !outcome.pictures.is_empty()
        {
            figures.extend(fields(name, &conditions.label(p), outcome)?);
        }
    }
    for index in [Index::Effective, Index::Group] {
        let (suffix, axis, title) = match index {
            Index::Effective => ("n_eff", "effective index", "Effective index"),
            Index::Group => ("n_g", "group index", "Group index"),
        };
        let (series, left_out) = over_wavelength(context, &points, &conditions, index);
        if series.is_empty() {
            continue;
        }
        let plot = LinePlot {
            title: format!("{title} of {name}"),
            x: PlotAxis::new("wavelength", DisplayUnit::NANOMETRE),
            y: PlotAxis::new(axis, DisplayUnit::ONE),
            secondary: None,
            series,
        };
        let caption = format!(
            "{title} of the guided modes of {name} against wavelength{}. Error bars smaller than a mark do not show.{left_out}",
            with_shared(&conditions)
        );
        figures.push(drawn(
            format!("modes_{name}_{suffix}"),
            format!("modes.{name}"),
            caption,
            |theme| plot.render(theme),
        )?);
    }
    Ok(figures)
}

/// " at 25 °C", or nothing.
pub(super) fn with_shared(conditions: &Conditions) -> String {
    match conditions.shared() {
        shared if shared.is_empty() => shared,
        shared => format!(" at {shared}"),
    }
}

/// What a caption says when curves are left out.
pub(super) fn left_out(shown: usize, all: usize) -> String {
    if all > shown {
        format!(" The first {shown} of {all} curves; the others are in loss_table.csv.")
    } else {
        String::new()
    }
}

/// Losses along `x`, and what a caption says when curves are left out; nothing where there is none.
pub(super) fn loss_along(
    title: String,
    x: PlotAxis,
    mut series: Vec<Series>,
) -> Option<(LinePlot, String)> {
    let note = left_out(MOST_SERIES, series.len());
    series.truncate(MOST_SERIES);
    let plot = LinePlot {
        title,
        x,
        y: PlotAxis::new("loss", DisplayUnit::DECIBEL),
        secondary: None,
        series,
    };
    (!plot.series.is_empty()).then_some((plot, note))
}

fn fields(name: &str, label: &str, outcome: &ModeOutcome) -> Result<Vec<Figure>, OutputError> {
    let mut figures = Vec::new();
    let pictured = outcome.modes.iter().zip(&outcome.pictures);
    for (mode, picture) in pictured.take(MOST_FIELDS) {
        let Some([x, y]) = region(&picture.faces, &picture.electric) else {
            continue;
        };
        let outlines = picture.outlines.iter().map(|line| closed(line)).collect();
        let [x_faces, y_faces] = picture.faces.clone();
        let title = format!("Mode {} of {name}, {label}", mode.id);
        let field = picture.electric.clone();
        let mut map = MapFigure::mode_field(title, x_faces, y_faces, field, outlines);
        let unit = DisplayUnit::for_length((x[1] - x[0]).max(y[1] - y[0]));
        (map.x.unit, map.y.unit) = (unit, unit);
        (map.x.range, map.y.range) = (Some(x), Some(y));
        let class = match mode.class {
            ModeClass::Guided => "",
            ModeClass::Leaky => " A leaky mode: it radiates through the window.",
            ModeClass::Absorber => " A mode of the absorbing layers, not to be used.",
            ModeClass::Box => " A box mode: an artefact of the window, not to be used.",
        };
        let caption = format!(
            "Electric field of mode {} of {name} at {label}: effective index {}, TE fraction {}. \
             Cropped to where the field exceeds {} of its maximum; the outline is that of the shapes.{class}",
            mode.id,
            words(&mode.effective_index, DisplayUnit::ONE),
            significant(mode.te_fraction.value, 3),
            significant(FIELD_FLOOR, 1),
        );
        figures.push(drawn(
            format!("modes_{name}_{}", mode.id),
            format!("modes.{name}"),
            caption,
            |theme| map.render(theme),
        )?);
    }
    Ok(figures)
}

/// A polygon as a line that returns to its start.
pub(super) fn closed(polygon: &[[f64; 2]]) -> Vec<[f64; 2]> {
    polygon.iter().chain(polygon.first()).copied().collect()
}

/// Where a field exceeds the floor, with a margin; none for a field of zero.
fn region(faces: &[Vec<f64>; 2], field: &Array2<f64>) -> Option<[[f64; 2]; 2]> {
    let most = field.iter().copied().fold(0.0, f64::max);
    let mut region: Option<[[f64; 2]; 2]> = None;
    for ((i, j), &value) in field.indexed_iter() {
        if value > FIELD_FLOOR * most {
            let cell = [
                [faces[0][i], faces[0][i + 1]],
                [faces[1][j], faces[1][j + 1]],
            ];
            let known = region.unwrap_or(cell);
            region = Some(std::array::from_fn(|d| {
                [known[d][0].min(cell[d][0]), known[d][1].max(cell[d][1])]
            }));
        }
    }
    let region = region?;
    Some(std::array::from_fn(|d| {
        let [from, to] = region[d];
        let margin = MARGIN * (to - from);
        let (first, last) = (faces[d][0], faces[d][faces[d].len() - 1]);
        [(from - margin).max(first), (to + margin).min(last)]
    }))
}

/// One curve for each guided mode, along its track, and each set of conditions with at least two wavelengths.
fn over_wavelength(
    context: Context<'_>,
    points: &[usize],
    conditions: &Conditions,
    index: Index,
) -> (Vec<Series>, String) {
    let mut all = Vec::new();
    for first in conditions.without_wavelength() {
        let group = conditions.over_wavelength(first);
        let solved: Vec<(f64, &ModeOutcome)> = group
            .iter()
            .filter_map(|&p| {
                let outcome = context.results.modes[points[p]].as_ref().ok()?;
                Some((conditions.wavelength(p)?, outcome))
            })
            .collect();
        let guided = |o: &'_ ModeOutcome| {
            let of = o.modes.iter().filter(|m| m.class.is_physical());
            of.map(|m| m.track).max()
        };
        let last = solved.iter().filter_map(|(_, o)| guided(o)).max();
        for track in 0..last.map_or(0, |track| track + 1) {
            let label = match conditions.series(first) {
                rest if rest.is_empty() => format!("mode {track}"),
                rest => format!("mode {track}, {rest}"),
            };
            let mut series =
                Series::new(label, Vec::new(), Vec::new(), SeriesStyle::LineAndMarkers);
            for (wavelength, outcome) in &solved {
                let mode = outcome
                    .modes
                    .iter()
                    .find(|m| m.track == track && m.class.is_physical());
                if let Some(mode) = mode {
                    push(&mut series, *wavelength, &index.of(mode));
                }
            }
            if series.x.len() > 1 {
                all.push(series);
            }
        }
    }
    let note = left_out(MOST_SERIES, all.len());
    all.truncate(MOST_SERIES);
    (all, note)
}

/// Adds a point with its error bar, hollow unless its status is ok.
pub(super) fn push(series: &mut Series, x: f64, value: &Value) {
    if value.value.is_finite() {
        series.x.push(x);
        series.y.push(value.value);
        series.error.push(value.error);
        series.doubtful.push(value.status != Status::Ok);
    }
}
