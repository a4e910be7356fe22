//! Maps over a plane: mode fields, misalignment losses, temperatures.
//!
//! Cells are drawn at their true places on a grid of any spacing: a pixel takes the value of the cell it lies in.

use ndarray::Array2;
use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::colour_map::{ColourScale, viridis};
use super::contour::{Contour, contours};
use super::display_unit::DisplayUnit;
use super::frame::{Frame, LABEL_SIZE, TICK_GAP, TICK_SIZE, TITLE_SIZE, left_margin, widest};
use super::line_plot::PlotAxis;
use super::readings::{Labels, MAP_DIGITS, MOST_STATIONS, Quantity, Readings, pixel, rounded};
use crate::output_error::OutputError;

/// Room for the data; one of the two is used up.
const PLOT_WIDTH: f64 = 450.0;
const PLOT_HEIGHT: f64 = 380.0;
/// Below this height (or width) a plot to scale shows nothing: it is stretched, and says so.
const SMALLEST_SIDE: f64 = 130.0;
/// White over a darker, wider line reads on every colour of the map.
const LINE: RGBColor = RGBColor(255, 255, 255);
const SHADOW: RGBColor = RGBColor(40, 40, 50);
/// Of the strokes of a hatched area, along x, and of each half of a stroke.
const HATCH_PERIOD: f64 = 11.0;
const HATCH_WIDTH: f64 = 1.3;

/// A point with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct MapMarker {
    /// Where, SI.
    pub position: [f64; 2],
    /// What, drawn beside it; empty for a cross alone.
    pub label: String,
}

/// A straight line across a map, with a name: a value that an axis takes in a known case.
#[derive(Clone, Debug, PartialEq)]
pub enum MapLine {
    /// At one abscissa, SI.
    Vertical(f64, String),
    /// At one ordinate, SI.
    Horizontal(f64, String),
}

/// A quantity over a plane, cell by cell.
#[derive(Clone, Debug, PartialEq)]
pub struct MapFigure {
    /// Title, above the map.
    pub title: String,
    /// Abscissa; its range, where given, crops the map.
    pub x: PlotAxis,
    /// Ordinate; its range, where given, crops the map.
    pub y: PlotAxis,
    /// The quantity; its range, where given, is that of the colours.
    pub value: PlotAxis,
    /// Faces of the cells, one more than cells, ascending, SI.
    pub x_faces: Vec<f64>,
    /// Faces of the cells, one more than cells, ascending, SI.
    pub y_faces: Vec<f64>,
    /// Values [[i, j]], SI; NaN is drawn grey.
    pub values: Array2<f64>,
    /// Lines over the map, SI: outlines of cores, lasers, trenches.
    pub outlines: Vec<Vec<[f64; 2]>>,
    /// Lines of constant value with a note for the last one, SI.
    pub contours: Vec<Contour>,
    /// What the contours are, under the title; empty for none.
    pub note: String,
    /// Points.
    pub markers: Vec<MapMarker>,
    /// Straight lines.
    pub lines: Vec<MapLine>,
    /// Cells that are hatched, as the values; none for none.
    pub hatched: Option<Array2<bool>>,
    /// Whether the axes are lengths of one plane, drawn to one scale.
    pub is_plane: bool,
}

impl MapFigure {
    /// A map without decoration, its axes in the unit that suits the extent.
    pub fn new(
        title: impl Into<String>,
        value: PlotAxis,
        x_faces: Vec<f64>,
        y_faces: Vec<f64>,
        values: Array2<f64>,
    ) -> Self {
        let span = |faces: &[f64]| faces.last().zip(faces.first()).map_or(0.0, |(b, a)| b - a);
        let unit = DisplayUnit::for_length(span(&x_faces).max(span(&y_faces)));
        Self {
            title: title.into(),
            x: PlotAxis::new("x", unit),
            y: PlotAxis::new("y", unit),
            value,
            x_faces,
            y_faces,
            values,
            outlines: Vec::new(),
            contours: Vec::new(),
            note: String::new(),
            markers: Vec::new(),
            lines: Vec::new(),
            hatched: None,
            is_plane: true,
        }
    }

    /// A quantity over two others, known at points: a map of what is worth doing over temperature and loss.
    pub fn over(
        title: impl Into<String>,
        x: (PlotAxis, &[f64]),
        y: (PlotAxis, &[f64]),
        value: PlotAxis,
        values: Array2<f64>,
    ) -> Self {
        let (x_faces, y_faces) = (faces_around(x.1), faces_around(y.1));
        Self {
            x: x.0,
            y: y.0,
            is_plane: false,
            ..Self::new(title, value, x_faces, y_faces, values)
        }
    }

    /// |E| of a mode on its own grid, with the outline of the core.
    pub fn mode_field(
        title: impl Into<String>,
        x_faces: Vec<f64>,
        y_faces: Vec<f64>,
        magnitude: Array2<f64>,
        outlines: Vec<Vec<[f64; 2]>>,
    ) -> Self {
        let value = PlotAxis::new("|E| at 1 W", DisplayUnit::MEGAVOLT_PER_METRE);
        Self {
            outlines,
            ..Self::new(title, value, x_faces, y_faces, magnitude)
        }
    }

    /// Loss (dB) over offsets: the contour 1 dB above the least loss, and the optimum. Colours span 10 dB.
    pub fn misalignment(
        title: impl Into<String>,
        dx: &[f64],
        dy: &[f64],
        loss: Array2<f64>,
    ) -> Self {
        let mut best = (f64::INFINITY, [0.0, 0.0]);
        for ((i, j), &value) in loss.indexed_iter() {
            if let (true, Some(&x), Some(&y)) = (value < best.0, dx.get(i), dy.get(j)) {
                best = (value, [x, y]);
            }
        }
        let lines = contours(dx, dy, &loss, best.0 + 1.0);
        let mut value = PlotAxis::new("loss", DisplayUnit::DECIBEL);
        let most = loss
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .fold(best.0, f64::max);
        value.range = (most > best.0).then_some([best.0, most.min(best.0 + 10.0)]);
        let mut map = Self::new(title, value, faces_around(dx), faces_around(dy), loss);
        map.x.name = "offset x".into();
        map.y.name = "offset y".into();
        if best.0.is_finite() {
            map.note = format!("cross: optimum, {:.2} dB; line: 1 dB more", best.0);
            map.contours = lines;
            map.markers = vec![MapMarker {
                position: best.1,
                label: String::new(),
            }];
        }
        map
    }

    /// Draws the map.
    ///
    /// # Errors
    /// Faces that do not rise, or do not fit the values; no value that is a number.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        self.check()?;
        let shown = |axis: &PlotAxis, faces: &[f64]| {
            let range = axis.range.unwrap_or([faces[0], faces[faces.len() - 1]]);
            range.map(|v| axis.unit.show(v))
        };
        let (x, y) = (shown(&self.x, &self.x_faces), shown(&self.y, &self.y_faces));
        let (width, height, to_scale) = self.plot_size(x, y);
        let y_title = if to_scale {
            self.y.title()
        } else {
            format!("{}, stretched", self.y.title())
        };

        let top = if self.note.is_empty() { 34.0 } else { 52.0 };
        let draft = Frame {
            x_in_decades: false,
            left: 0.0,
            top,
            right: width,
            bottom: top + height,
            x,
            y,
        };
        let left = left_margin(&draft.y_ticks().labels);
        let frame = Frame {
            left,
            right: left + width,
            ..draft
        };
        let scale = match self.value.range {
            Some(range) => {
                let [lower, upper] = range.map(|v| self.value.unit.show(v));
                ColourScale {
                    lower,
                    upper,
                    logarithmic: false,
                }
            }
            None => ColourScale::spanning(self.values.iter().map(|&v| self.value.unit.show(v))),
        };
        let texts = [
            (&self.title, TITLE_SIZE, true),
            (&self.note, TICK_SIZE, false),
        ];
        let text_width = texts
            .map(|(text, size, bold)| Canvas::text_width(text, size, bold))
            .into_iter()
            .fold(0.0, f64::max);
        let bar = ColourBar {
            left: frame.right + 18.0,
            top,
            bottom: frame.bottom,
            scale,
        };
        let total = bar.right().max(left + text_width + 8.0);
        let mut canvas = Canvas::new(&self.title, total, frame.bottom + 48.0, theme);

        canvas.text(
            &self.title,
            [left, 20.0],
            TextStyle::new(TITLE_SIZE, Align::Left, theme.ink()).bold(),
        )?;
        canvas.text(
            &self.note,
            [left, 40.0],
            TextStyle::new(TICK_SIZE, Align::Left, theme.muted()),
        )?;
        self.draw_cells(&mut canvas, &frame, &scale);
        self.draw_lines(&mut canvas, &frame)?;
        frame.draw_axes(&mut canvas, &self.x.title(), &y_title)?;
        let clipped = self
            .values
            .iter()
            .any(|&v| self.value.unit.show(v) > scale.upper * (1.0 + 1e-12));
        bar.draw(&mut canvas, &self.value.title(), clipped)?;
        canvas.finish(Some(self.readings(&frame)))
    }

    fn check(&self) -> Result<(), OutputError> {
        let wrong = |problem: String| {
            Err(OutputError::Figure {
                figure: self.title.clone(),
                problem,
            })
        };
        let (nx, ny) = self.values.dim();
        if nx == 0 || ny == 0 || self.x_faces.len() != nx + 1 || self.y_faces.len() != ny + 1 {
            let (fx, fy) = (self.x_faces.len(), self.y_faces.len());
            return wrong(format!(
                "{nx} x {ny} values need one face more each way, not {fx} and {fy}"
            ));
        }
        let rising = |faces: &[f64]| {
            faces.windows(2).all(|pair| pair[1] > pair[0]) && faces.iter().all(|f| f.is_finite())
        };
        let ranges = [&self.x, &self.y, &self.value];
        let ranges_rise = ranges
            .into_iter()
            .filter_map(|axis| axis.range)
            .all(|range| rising(&range));
        if !rising(&self.x_faces) || !rising(&self.y_faces) || !ranges_rise {
            return wrong("faces and ranges must rise".into());
        }
        if self.values.iter().all(|v| v.is_nan()) {
            return wrong("no value is a number".into());
        }
        if self.hatched.as_ref().is_some_and(|h| h.dim() != (nx, ny)) {
            return wrong("the hatched cells are not those of the values".into());
        }
        Ok(())
    }

    /// What lies under the pointer: the cells, or equal steps where there are too many of them.
    fn readings(&self, frame: &Frame) -> Readings {
        let x = Stations::of(&self.x, &self.x_faces, frame.x);
        let mut y = Stations::of(&self.y, &self.y_faces, frame.y);
        // From top to bottom, as pages are read.
        y.faces.reverse();
        y.centres.reverse();
        y.cells.reverse();
        let at = |[u, v]: [f64; 2]| frame.to_canvas([u, v]).map(pixel);
        let places = |&j: &Option<usize>| {
            let value = move |&i: &Option<usize>| Some((i?, j?));
            x.cells.iter().map(value)
        };
        let value = |place: Option<(usize, usize)>| {
            rounded(self.value.unit.show(self.values[place?]), MAP_DIGITS)
        };
        Readings::Grid {
            columns: x.faces.iter().map(|&u| at([u, frame.y[0]])[0]).collect(),
            rows: y.faces.iter().map(|&v| at([frame.x[0], v])[1]).collect(),
            x: Labels::numbers(&self.x, &x.centres),
            y: Labels::numbers(&self.y, &y.centres),
            value: Quantity::of(&self.value),
            values: y.cells.iter().flat_map(places).map(value).collect(),
        }
    }

    /// Width and height of the plot, and whether both axes have one scale.
    fn plot_size(&self, x: [f64; 2], y: [f64; 2]) -> (f64, f64, bool) {
        if !self.is_plane {
            return (PLOT_WIDTH, PLOT_HEIGHT, true);
        }
        let aspect = (y[1] - y[0]) * self.y.unit.size / ((x[1] - x[0]) * self.x.unit.size);
        let (width, height) = (
            PLOT_WIDTH.min(PLOT_HEIGHT / aspect),
            PLOT_HEIGHT.min(PLOT_WIDTH * aspect),
        );
        let to_scale = width >= SMALLEST_SIDE && height >= SMALLEST_SIDE;
        (
            width.max(SMALLEST_SIDE),
            height.max(SMALLEST_SIDE),
            to_scale,
        )
    }

    fn draw_cells(&self, canvas: &mut Canvas, frame: &Frame, scale: &ColourScale) {
        let shown = |axis: &PlotAxis, faces: &[f64]| -> Vec<f64> {
            faces.iter().map(|&f| axis.unit.show(f)).collect()
        };
        let (x, y) = (shown(&self.x, &self.x_faces), shown(&self.y, &self.y_faces));
        let colours = self.values.map(|&v| scale.colour(self.value.unit.show(v)));
        let background = canvas.theme.background();
        canvas.raster(
            [frame.left, frame.top],
            [frame.right, frame.bottom],
            |px, py| {
                let [u, v] = frame.data_at(px, py);
                let Some(place) = cell_at(&x, u).zip(cell_at(&y, v)) else {
                    return background;
                };
                let hatched = self.hatched.as_ref().is_some_and(|hatched| hatched[place]);
                match hatched.then(|| (px + py).rem_euclid(HATCH_PERIOD)) {
                    Some(across) if across < HATCH_WIDTH => LINE,
                    // Dark strokes alone vanish on dark colours.
                    Some(across) if across < 2.0 * HATCH_WIDTH => SHADOW,
                    _ => colours[place],
                }
            },
        );
    }

    fn draw_lines(&self, canvas: &mut Canvas, frame: &Frame) -> Result<(), OutputError> {
        let show = |p: &[f64; 2]| [self.x.unit.show(p[0]), self.y.unit.show(p[1])];
        for line in self.outlines.iter().chain(&self.contours) {
            let points: Vec<[f64; 2]> = line.iter().map(show).collect();
            frame.line(canvas, &points, 2.2, SHADOW)?;
            frame.line(canvas, &points, 1.1, LINE)?;
        }
        self.draw_straight_lines(canvas, frame)?;
        for marker in &self.markers {
            let position = show(&marker.position);
            if !frame.holds(position) {
                continue;
            }
            let [x, y] = frame.to_canvas(position);
            for (width, colour) in [(3.2, SHADOW), (1.4, LINE)] {
                let arm = 5.0 + width / 4.0;
                canvas.line(&[[x - arm, y], [x + arm, y]], width, colour)?;
                canvas.line(&[[x, y - arm], [x, y + arm]], width, colour)?;
            }
            if !marker.label.is_empty() {
                // On the side with more room.
                let leftwards = x > (frame.left + frame.right) / 2.0;
                let (align, dx) = if leftwards {
                    (Align::Right, -9.0)
                } else {
                    (Align::Left, 9.0)
                };
                let style = TextStyle::new(TICK_SIZE, align, LINE);
                let place = [x + dx, y + style.cap_height() / 2.0];
                draw_shaded(canvas, &marker.label, place, style)?;
            }
        }
        Ok(())
    }

    /// Lines with their names beside them: inside the frame, clear of one another and of the lines.
    fn draw_straight_lines(&self, canvas: &mut Canvas, frame: &Frame) -> Result<(), OutputError> {
        let lines = self.lines.iter().filter_map(|line| {
            let (ends, label) = match line {
                MapLine::Vertical(at, label) => {
                    let u = self.x.unit.show(*at);
                    (frame.y.map(|v| [u, v]), label)
                }
                MapLine::Horizontal(at, label) => {
                    let v = self.y.unit.show(*at);
                    (frame.x.map(|u| [u, v]), label)
                }
            };
            frame.holds(ends[0]).then_some((line, ends, label))
        });
        let lines: Vec<(&MapLine, [[f64; 2]; 2], &String)> = lines.collect();
        let mut taken = Vec::new();
        for (_, ends, _) in &lines {
            for (width, colour) in [(3.4, SHADOW), (1.6, LINE)] {
                frame.line(canvas, ends, width, colour)?;
            }
            let [from, to] = ends.map(|end| frame.to_canvas(end));
            taken.push([from[0], to[1], to[0], from[1]]);
        }
        let style = TextStyle::new(TICK_SIZE, Align::Left, LINE);
        let high = style.cap_height();
        for (line, ends, label) in lines {
            let wide = Canvas::text_width(label, TICK_SIZE, false);
            let [x, y] = frame.to_canvas(ends[0]);
            // Where the text may begin (left end, base line), the best first.
            let places: Vec<[f64; 2]> = match line {
                MapLine::Vertical(..) => {
                    let rows =
                        (0..12).map(|n| frame.top + high + 7.0 + f64::from(n) * (high + 9.0));
                    rows.flat_map(|base| [[x + 6.0, base], [x - 6.0 - wide, base]])
                        .collect()
                }
                MapLine::Horizontal(..) => {
                    let room = frame.right - frame.left - wide - 14.0;
                    let columns = (0..=8).map(|n| frame.left + 7.0 + room * f64::from(n) / 8.0);
                    columns
                        .flat_map(|left| [[left, y - 6.0], [left, y + 6.0 + high]])
                        .collect()
                }
            };
            let area = |[left, base]: [f64; 2]| [left, base - high, left + wide, base];
            let inside = |[left, top, right, bottom]: [f64; 4]| {
                left > frame.left && top > frame.top && right < frame.right && bottom < frame.bottom
            };
            // Never dropped: a crowded map is better than a line without a name.
            let is_free = |&place: &[f64; 2]| {
                let own = area(place);
                inside(own) && taken.iter().all(|&other| are_apart(own, other))
            };
            let first = places.iter().find(|&&place| inside(area(place)));
            if let Some(&place) = places.iter().find(|place| is_free(place)).or(first) {
                let [left, top, right, bottom] = area(place);
                taken.push([left, top, right, bottom]);
                // On a ground of its own: strokes of a hatched area run through letters.
                let (left, top, right, bottom) = (left - 3.0, top - 3.0, right + 3.0, bottom + 3.0);
                let ground = [[left, top], [right, top], [right, bottom], [left, bottom]];
                canvas.polygon(&ground, SHADOW)?;
                canvas.text(label, place, style)?;
            }
        }
        Ok(())
    }
}

/// Whether two areas (left, top, right, bottom) leave a gap between them.
fn are_apart(a: [f64; 4], b: [f64; 4]) -> bool {
    const GAP: f64 = 3.0;
    a[2] + GAP < b[0] || b[2] + GAP < a[0] || a[3] + GAP < b[1] || b[3] + GAP < a[1]
}

/// A text that reads on every colour of the map.
fn draw_shaded(
    canvas: &mut Canvas,
    text: &str,
    place: [f64; 2],
    style: TextStyle,
) -> Result<(), OutputError> {
    for [right, down] in [[-0.75, 0.0], [0.75, 0.0], [0.0, -0.75], [0.0, 0.75]] {
        let shade = TextStyle {
            colour: SHADOW,
            ..style
        };
        canvas.text(text, [place[0] + right, place[1] + down], shade)?;
    }
    canvas.text(text, place, style)
}

/// Places along an axis at which a map is read, as shown.
struct Stations {
    faces: Vec<f64>,
    centres: Vec<f64>,
    /// The cell that each lies in; none beyond the map.
    cells: Vec<Option<usize>>,
}

impl Stations {
    fn of(axis: &PlotAxis, faces: &[f64], [lower, upper]: [f64; 2]) -> Self {
        let all: Vec<f64> = faces.iter().map(|&f| axis.unit.show(f)).collect();
        let inner = all.iter().copied().filter(|&f| f > lower && f < upper);
        let mut faces: Vec<f64> = [lower].into_iter().chain(inner).chain([upper]).collect();
        if faces.len() > MOST_STATIONS + 1 {
            let step = (upper - lower) / MOST_STATIONS as f64;
            faces = (0..=MOST_STATIONS)
                .map(|n| lower + n as f64 * step)
                .collect();
        }
        let centres: Vec<f64> = faces.windows(2).map(|f| (f[0] + f[1]) / 2.0).collect();
        let cells = centres
            .iter()
            .map(|&centre| cell_at(&all, centre))
            .collect();
        Self {
            faces,
            centres,
            cells,
        }
    }
}

/// The cell between ascending faces that a value lies in.
fn cell_at(faces: &[f64], value: f64) -> Option<usize> {
    match faces.partition_point(|&face| face <= value) {
        n if n >= 1 && n < faces.len() => Some(n - 1),
        _ => None,
    }
}

/// Faces half-way between sample points, the outer ones mirrored: cells for values known at points.
pub fn faces_around(points: &[f64]) -> Vec<f64> {
    match points {
        [] => Vec::new(),
        [single] => vec![single - 0.5, single + 0.5],
        [first, second, ..] => {
            let last = points.len() - 1;
            let mut faces = vec![first - (second - first) / 2.0];
            faces.extend(points.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
            faces.push(points[last] + (points[last] - points[last - 1]) / 2.0);
            faces
        }
    }
}

/// The key to the colours.
pub(super) struct ColourBar {
    pub left: f64,
    pub top: f64,
    pub bottom: f64,
    pub scale: ColourScale,
}

const BAR_WIDTH: f64 = 13.0;

impl ColourBar {
    fn ticks(&self) -> super::axis::Ticks {
        self.scale
            .ticks(((self.bottom - self.top) / 40.0).clamp(2.0, 8.0) as usize)
    }

    /// Right end of everything, labels included.
    pub fn right(&self) -> f64 {
        self.left + BAR_WIDTH + left_margin(&self.ticks().labels) + 6.0
    }

    pub fn draw(&self, canvas: &mut Canvas, title: &str, clipped: bool) -> Result<(), OutputError> {
        let right = self.left + BAR_WIDTH;
        let height = self.bottom - self.top;
        canvas.raster([self.left, self.top], [right, self.bottom], |_, y| {
            let [r, g, b] = viridis((self.bottom - y) / height);
            RGBColor(r, g, b)
        });
        let (ink, muted) = (canvas.theme.ink(), canvas.theme.muted());
        let corners = [
            [self.left, self.top],
            [right, self.top],
            [right, self.bottom],
            [self.left, self.bottom],
            [self.left, self.top],
        ];
        canvas.line(&corners, 0.75, muted)?;
        if clipped {
            // An arrow head: the top colour also stands for all that is more.
            let [r, g, b] = viridis(1.0);
            let tip = [
                [self.left, self.top - 1.0],
                [(self.left + right) / 2.0, self.top - 11.0],
                [right, self.top - 1.0],
            ];
            canvas.polygon(&tip, RGBColor(r, g, b))?;
        }
        let ticks = self.ticks();
        let style = TextStyle::new(TICK_SIZE, Align::Left, ink);
        for (&value, label) in ticks.positions.iter().zip(&ticks.labels) {
            let y = self.bottom - self.scale.position(value).unwrap_or(0.0) * height;
            canvas.line(&[[right, y], [right + 4.0, y]], 0.75, muted)?;
            canvas.text(
                label,
                [right + TICK_GAP, y + style.cap_height() / 2.0],
                style,
            )?;
        }
        let x = right + TICK_GAP + widest(&ticks.labels) + 9.0 + LABEL_SIZE * 0.75;
        let style = TextStyle::new(LABEL_SIZE, Align::Centre, ink).upwards();
        canvas.text(title, [x, (self.top + self.bottom) / 2.0], style)
    }
}
