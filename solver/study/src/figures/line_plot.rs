//! Curves with error bars: indices and losses over wavelength, L-I curves with operating points, n and k of a material.

use plotters::style::RGBColor;

use super::axis::linear_ticks;
use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::display_unit::DisplayUnit;
use super::frame::{Frame, LABEL_SIZE, TICK_GAP, TICK_SIZE, TITLE_SIZE, left_margin, widest};
use super::readings::{
    CURVE_DIGITS, MOST_POINTS, Quantity, Readings, SeriesReadings, pixel, rounded,
};
use crate::output_error::OutputError;

const WIDTH: f64 = 640.0;
const PLOT_HEIGHT: f64 = 300.0;
const MARKER: f64 = 3.6;

/// What an axis shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotAxis {
    /// "wavelength".
    pub name: String,
    /// Unit of the labels.
    pub unit: DisplayUnit,
    /// Range, SI; from the data where absent.
    pub range: Option<[f64; 2]>,
    /// Whether an abscissa is drawn in decades; what is not above 0 is left out then.
    pub is_logarithmic: bool,
}

impl PlotAxis {
    /// An axis that spans its data.
    pub fn new(name: impl Into<String>, unit: DisplayUnit) -> Self {
        Self {
            name: name.into(),
            unit,
            range: None,
            is_logarithmic: false,
        }
    }

    /// The axis in decades.
    #[must_use]
    pub fn in_decades(mut self) -> Self {
        self.is_logarithmic = true;
        self
    }

    /// Where an SI value lies on the axis.
    fn place(&self, si: f64) -> f64 {
        let shown = self.unit.show(si);
        if self.is_logarithmic {
            shown.log10()
        } else {
            shown
        }
    }

    pub(super) fn title(&self) -> String {
        self.unit.label(&self.name)
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesStyle {
    /// A line.
    Line,
    /// A line through markers.
    LineAndMarkers,
    /// Markers.
    Markers,
}

/// One curve. A NaN interrupts it.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// Abscissae, SI.
    pub x: Vec<f64>,
    /// Ordinates, SI.
    pub y: Vec<f64>,
    /// Half lengths of error bars, SI; empty for none.
    pub error: Vec<f64>,
    /// Points not to be trusted (unconverged, extrapolated): hollow markers; empty for none.
    pub doubtful: Vec<bool>,
    /// Line, markers.
    pub style: SeriesStyle,
    /// Whether the ordinate is that of the right axis.
    pub secondary: bool,
}

impl Series {
    /// A series without error bars.
    pub fn new(label: impl Into<String>, x: Vec<f64>, y: Vec<f64>, style: SeriesStyle) -> Self {
        Self {
            label: label.into(),
            x,
            y,
            error: Vec::new(),
            doubtful: Vec::new(),
            style,
            secondary: false,
        }
    }

    fn bounds(&self, i: usize) -> [f64; 2] {
        let error = self
            .error
            .get(i)
            .copied()
            .filter(|e| e.is_finite())
            .unwrap_or(0.0);
        [self.y[i] - error, self.y[i] + error]
    }
}

/// Curves over one abscissa, with one or two ordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct LinePlot {
    /// Title, above the plot.
    pub title: String,
    /// Abscissa.
    pub x: PlotAxis,
    /// Ordinate.
    pub y: PlotAxis,
    /// Second ordinate, on the right.
    pub secondary: Option<PlotAxis>,
    /// The curves.
    pub series: Vec<Series>,
}

impl LinePlot {
    /// Draws the plot.
    ///
    /// # Errors
    /// Series of unequal lengths, or no finite point at all.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        self.check()?;
        let x = padded(
            &self.x,
            self.series.iter().flat_map(|s| &s.x).copied(),
            0.02,
        );
        let ordinate = |axis: &PlotAxis, secondary: bool| {
            let series = self.series.iter().filter(|s| s.secondary == secondary);
            let bounds = series.flat_map(|s| (0..s.y.len()).flat_map(|i| s.bounds(i)));
            padded(axis, bounds, 0.06)
        };
        let y = ordinate(&self.y, false);
        let second = self
            .secondary
            .as_ref()
            .map(|axis| (axis, ordinate(axis, true)));

        let legend = self.legend_rows();
        let top = 34.0 + 20.0 * legend.len() as f64;
        let bottom = top + PLOT_HEIGHT;
        let draft = Frame {
            x_in_decades: self.x.is_logarithmic,
            left: 0.0,
            top,
            right: WIDTH,
            bottom,
            x,
            y,
        };
        let right_labels = second
            .as_ref()
            .map(|(_, range)| Frame { y: *range, ..draft }.y_ticks().labels);
        let right = WIDTH
            - right_labels
                .as_ref()
                .map_or(18.0, |labels| left_margin(labels));
        let frame = Frame {
            left: left_margin(&draft.y_ticks().labels),
            right,
            ..draft
        };

        let mut canvas = Canvas::new(&self.title, WIDTH, bottom + 48.0, theme);
        let title = TextStyle::new(TITLE_SIZE, Align::Left, theme.ink()).bold();
        canvas.text(&self.title, [frame.left, 20.0], title)?;
        self.draw_legend(&mut canvas, &legend, frame.left)?;
        frame.draw_grid(&mut canvas)?;
        frame.draw_axes(&mut canvas, &self.x.title(), &self.y.title())?;
        let second_frame = second.map(|(axis, y)| (axis, Frame { y, ..frame }));
        if let Some((axis, frame)) = &second_frame {
            draw_right_axis(&mut canvas, frame, &axis.title())?;
        }
        let mut read = Vec::new();
        for (n, series) in self.series.iter().enumerate() {
            let (axis, frame) = match &second_frame {
                Some((axis, second)) if series.secondary => (*axis, second),
                _ => (&self.y, &frame),
            };
            self.draw_series(&mut canvas, frame, series, axis.unit, n)?;
            read.push(self.read_series(frame, series, axis));
        }
        read.retain(|series| !series.points.is_empty());
        let readings = Readings::Points {
            frame: [frame.left, frame.top, frame.right, frame.bottom].map(pixel),
            x: Quantity::of(&self.x),
            series: read,
        };
        canvas.finish(Some(readings))
    }

    fn read_series(&self, frame: &Frame, series: &Series, axis: &PlotAxis) -> SeriesReadings {
        let every = series.x.len().div_ceil(MOST_POINTS).max(1);
        let point = |i: usize| {
            let at = [self.x.place(series.x[i]), axis.unit.show(series.y[i])];
            let [right, down] = frame.to_canvas(at).map(pixel);
            let number = |v: f64| rounded(v, CURVE_DIGITS);
            let error = series.error.get(i).map(|error| error / axis.unit.size);
            let (x, y) = (number(self.x.unit.show(series.x[i]))?, number(at[1])?);
            let error = error.and_then(|e| rounded(e, 2));
            frame.holds(at).then_some((right, down, x, y, error))
        };
        SeriesReadings {
            name: series.label.clone(),
            y: Quantity::of(axis),
            points: (0..series.x.len())
                .step_by(every)
                .filter_map(point)
                .collect(),
        }
    }

    fn check(&self) -> Result<(), OutputError> {
        let wrong = |problem: String| {
            Err(OutputError::Figure {
                figure: self.title.clone(),
                problem,
            })
        };
        for series in &self.series {
            let length = series.x.len();
            let fits = |other: usize| other == length;
            let optional = |other: usize| other == 0 || other == length;
            if !(fits(series.y.len())
                && optional(series.error.len())
                && optional(series.doubtful.len()))
            {
                return wrong(format!(
                    "the series \"{}\" has arrays of unequal lengths",
                    series.label
                ));
            }
            if series.secondary && self.secondary.is_none() {
                return wrong(format!(
                    "the series \"{}\" asks for a right axis, and there is none",
                    series.label
                ));
            }
        }
        let finite = |s: &Series| {
            s.x.iter()
                .zip(&s.y)
                .any(|(x, y)| x.is_finite() && y.is_finite())
        };
        if !self.series.iter().any(finite) {
            return wrong("no point is a number".into());
        }
        Ok(())
    }

    fn draw_series(
        &self,
        canvas: &mut Canvas,
        frame: &Frame,
        series: &Series,
        unit: DisplayUnit,
        n: usize,
    ) -> Result<(), OutputError> {
        let colour = canvas.theme.series(n);
        let point = |i: usize| [self.x.place(series.x[i]), unit.show(series.y[i])];
        let points: Vec<[f64; 2]> = (0..series.x.len()).map(point).collect();
        if series.style != SeriesStyle::Markers {
            frame.line(canvas, &points, 1.8, colour)?;
        }
        for (i, &point) in points.iter().enumerate() {
            if !frame.holds(point) {
                continue;
            }
            let [lower, upper] = series
                .bounds(i)
                .map(|v| unit.show(v).clamp(frame.y[0], frame.y[1]));
            if upper > lower {
                let ends = [
                    frame.to_canvas([point[0], lower]),
                    frame.to_canvas([point[0], upper]),
                ];
                canvas.line(&ends, 1.2, colour)?;
                for end in ends {
                    canvas.line(
                        &[[end[0] - 3.5, end[1]], [end[0] + 3.5, end[1]]],
                        1.2,
                        colour,
                    )?;
                }
            }
            let doubtful = series.doubtful.get(i).copied().unwrap_or(false);
            if series.style != SeriesStyle::Line || doubtful {
                draw_marker(canvas, n, frame.to_canvas(point), colour, doubtful)?;
            }
        }
        Ok(())
    }

    /// Entries of the legend: series (or none, for the note on hollow markers), text, position; one list a row.
    fn legend_rows(&self) -> Vec<Vec<(Option<usize>, String)>> {
        let mut entries: Vec<(Option<usize>, String)> = Vec::new();
        let several = self.series.len() > 1;
        entries.extend(
            self.series
                .iter()
                .enumerate()
                .filter(|_| several)
                .map(|(n, s)| (Some(n), s.label.clone())),
        );
        if self.series.iter().any(|s| s.doubtful.contains(&true)) {
            entries.push((None, "hollow: unconverged or extrapolated".into()));
        }
        let mut rows: Vec<Vec<(Option<usize>, String)>> = Vec::new();
        let mut used = f64::INFINITY;
        for entry in entries {
            let width = entry_width(&entry.1);
            if used + width > WIDTH - 90.0 {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += width;
            if let Some(row) = rows.last_mut() {
                row.push(entry);
            }
        }
        rows
    }

    fn draw_legend(
        &self,
        canvas: &mut Canvas,
        rows: &[Vec<(Option<usize>, String)>],
        left: f64,
    ) -> Result<(), OutputError> {
        let style = TextStyle::new(TICK_SIZE, Align::Left, canvas.theme.ink());
        for (r, row) in rows.iter().enumerate() {
            let (mut x, y) = (left, 42.0 + 20.0 * r as f64);
            for (series, text) in row {
                let centre = y - style.cap_height() / 2.0;
                let (colour, n) =
                    series.map_or((canvas.theme.muted(), 0), |n| (canvas.theme.series(n), n));
                let drawn = series.map_or(SeriesStyle::Markers, |n| self.series[n].style);
                if drawn != SeriesStyle::Markers {
                    canvas.line(&[[x, centre], [x + 22.0, centre]], 1.8, colour)?;
                }
                if drawn != SeriesStyle::Line {
                    draw_marker(canvas, n, [x + 11.0, centre], colour, series.is_none())?;
                }
                canvas.text(text, [x + 28.0, y], style)?;
                x += entry_width(text);
            }
        }
        Ok(())
    }
}

fn entry_width(text: &str) -> f64 {
    28.0 + Canvas::text_width(text, TICK_SIZE, false) + 20.0
}

/// Range of an axis as shown: the given one, or the data's widened by a share of itself.
fn padded(axis: &PlotAxis, values: impl Iterator<Item = f64>, share: f64) -> [f64; 2] {
    if let Some(range) = axis.range {
        return range.map(|v| axis.place(v));
    }
    let shown = values.map(|v| axis.place(v)).filter(|v| v.is_finite());
    let (lower, upper) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), v| {
        (l.min(v), u.max(v))
    });
    if lower > upper {
        return [0.0, 1.0];
    }
    // A constant, round-off included, gets a range of a per cent of itself.
    let span = upper - lower;
    let pad = if span > 1e-9 * upper.abs() {
        share * span
    } else {
        0.01 * upper.abs().max(1.0)
    };
    [lower - pad, upper + pad]
}

/// Disc, square, diamond, triangle by turns, so that print without colour tells them apart.
fn draw_marker(
    canvas: &mut Canvas,
    n: usize,
    p: [f64; 2],
    colour: RGBColor,
    hollow: bool,
) -> Result<(), OutputError> {
    let mut draw = |radius: f64, colour: RGBColor| {
        let at = |dx: f64, dy: f64| [p[0] + radius * dx, p[1] + radius * dy];
        match n % 4 {
            0 => canvas.disc(p, radius, colour),
            1 => canvas.polygon(
                &[at(-0.9, -0.9), at(0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9)],
                colour,
            ),
            2 => canvas.polygon(
                &[at(0.0, -1.3), at(1.3, 0.0), at(0.0, 1.3), at(-1.3, 0.0)],
                colour,
            ),
            _ => canvas.polygon(&[at(0.0, -1.2), at(1.1, 0.9), at(-1.1, 0.9)], colour),
        }
    };
    draw(if hollow { MARKER + 0.6 } else { MARKER }, colour)?;
    if hollow {
        let background = canvas.theme.background();
        let mut draw_inner = |radius: f64| match n % 4 {
            0 => canvas.disc(p, radius, background),
            _ => canvas.polygon(
                &[
                    [p[0] - radius * 0.8, p[1]],
                    [p[0], p[1] - radius * 0.8],
                    [p[0] + radius * 0.8, p[1]],
                    [p[0], p[1] + radius * 0.8],
                ],
                background,
            ),
        };
        draw_inner(MARKER - 1.0)?;
    }
    Ok(())
}

fn draw_right_axis(canvas: &mut Canvas, frame: &Frame, title: &str) -> Result<(), OutputError> {
    let (ink, muted) = (canvas.theme.ink(), canvas.theme.muted());
    let ticks = linear_ticks(
        frame.y[0],
        frame.y[1],
        ((frame.bottom - frame.top) / 42.0) as usize,
    );
    let style = TextStyle::new(TICK_SIZE, Align::Left, ink);
    for (&y, label) in ticks.positions.iter().zip(&ticks.labels) {
        let [_, py] = frame.to_canvas([frame.x[0], y]);
        canvas.line(&[[frame.right, py], [frame.right + 4.0, py]], 0.75, muted)?;
        canvas.text(
            label,
            [frame.right + TICK_GAP, py + style.cap_height() / 2.0],
            style,
        )?;
    }
    let x = frame.right + TICK_GAP + widest(&ticks.labels) + 9.0 + LABEL_SIZE * 0.75;
    let style = TextStyle::new(LABEL_SIZE, Align::Centre, ink).upwards();
    canvas.text(title, [x, (frame.top + frame.bottom) / 2.0], style)
}
