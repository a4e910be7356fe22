//! Rows of horizontal bars: names on the left, one axis of values below, a legend above.

use plotters::style::RGBColor;

use super::axis::linear_ticks;
use super::canvas::{Align, Canvas, TextStyle, Theme};
use super::frame::{LABEL_SIZE, TICK_GAP, TICK_SIZE, TITLE_SIZE, widest};
use super::readings::pixel;
use crate::output_error::OutputError;

pub(super) const PLOT_WIDTH: f64 = 400.0;
/// Of a bar with its gap.
const ROW: f64 = 24.0;
/// Of a bar.
const THICKNESS: f64 = 14.0;
/// Base line of the title.
const TITLE: f64 = 20.0;
/// Height of a row of the legend.
const LEGEND_ROW: f64 = 20.0;
/// Side of a square of the legend.
const SWATCH: f64 = 11.0;
/// From the end of a bar to its number.
pub(super) const NUMBER_GAP: f64 = 6.0;

/// Where rows and values lie on the canvas.
#[derive(Clone, Debug)]
pub(super) struct BarRows {
    names: Vec<String>,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    lower: f64,
    per_unit: f64,
}

/// One entry of a legend.
pub(super) struct Swatch<'a> {
    pub colour: RGBColor,
    pub text: &'a str,
}

impl BarRows {
    /// Rows from `top` on, with values (as shown) from `lower` to `upper` and so many pixels before and after them.
    pub fn new(names: Vec<String>, top: f64, [lower, upper]: [f64; 2], room: [f64; 2]) -> Self {
        let left = 8.0 + widest(&names) + TICK_GAP;
        let span = if upper > lower { upper - lower } else { 1.0 };
        let per_unit = (PLOT_WIDTH - room[0] - room[1]) / span;
        Self {
            left,
            top,
            right: left + PLOT_WIDTH,
            bottom: top + ROW * names.len() as f64,
            lower: lower - room[0] / per_unit,
            per_unit,
            names,
        }
    }

    /// Abscissa of a value as shown.
    pub fn at(&self, shown: f64) -> f64 {
        self.left + (shown - self.lower) * self.per_unit
    }

    /// Values (as shown) at the left and right ends.
    pub fn range(&self) -> [f64; 2] {
        [self.lower, self.lower + PLOT_WIDTH / self.per_unit]
    }

    /// Ordinate of the middle of a row.
    pub fn middle(&self, row: usize) -> f64 {
        self.top + ROW * (row as f64 + 0.5)
    }

    /// All of a row: what the pointer must hit to read it.
    pub fn area(&self, row: usize) -> [f64; 4] {
        let top = self.top + ROW * row as f64;
        [self.left, top, self.right, top + ROW].map(pixel)
    }

    /// A canvas that holds the rows, `beyond` more pixels on their right and the title, which is drawn.
    pub fn canvas(&self, title: &str, beyond: f64, theme: Theme) -> Result<Canvas, OutputError> {
        let title_end = self.left + Canvas::text_width(title, TITLE_SIZE, true) + 8.0;
        let width = title_end.max(self.right + beyond.max(14.0));
        let mut canvas = Canvas::new(title, width, self.bottom + 48.0, theme);
        let style = TextStyle::new(TITLE_SIZE, Align::Left, theme.ink()).bold();
        canvas.text(title, [self.left, TITLE], style)?;
        Ok(canvas)
    }

    /// Names, grid, ticks and the title of the axis.
    pub fn draw_axis(&self, canvas: &mut Canvas, title: &str) -> Result<(), OutputError> {
        let (ink, muted, grid) = (
            canvas.theme.ink(),
            canvas.theme.muted(),
            canvas.theme.grid(),
        );
        let (top, bottom) = (self.top, self.bottom);
        let [lower, upper] = self.range();
        let ticks = linear_ticks(lower, upper, 6);
        let label = TextStyle::new(TICK_SIZE, Align::Centre, ink);
        for (&position, text) in ticks.positions.iter().zip(&ticks.labels) {
            let x = self.at(position);
            canvas.line(&[[x, top], [x, bottom]], 0.75, grid)?;
            canvas.line(&[[x, bottom], [x, bottom + 4.0]], 0.75, muted)?;
            let base = bottom + TICK_GAP + label.cap_height() + 1.0;
            canvas.text(text, [x, base], label)?;
        }
        canvas.line(&[[self.left, bottom], [self.right, bottom]], 0.75, muted)?;
        let middle = [(self.left + self.right) / 2.0, bottom + 38.0];
        canvas.text(
            title,
            middle,
            TextStyle::new(LABEL_SIZE, Align::Centre, ink),
        )?;
        let name = TextStyle::new(TICK_SIZE, Align::Right, ink);
        for (row, text) in self.names.iter().enumerate() {
            let base = self.middle(row) + name.cap_height() / 2.0;
            canvas.text(text, [self.left - TICK_GAP, base], name)?;
        }
        Ok(())
    }

    /// A bar between two values as shown, in a share [from, to] of its row's thickness; hollow for what is in doubt.
    pub fn draw_bar(
        &self,
        canvas: &mut Canvas,
        row: usize,
        [from, to]: [f64; 2],
        share: [f64; 2],
        (colour, is_hollow): (RGBColor, bool),
    ) -> Result<(), OutputError> {
        let [left, right] = [from, to].map(|v| self.at(v));
        let [above, below] = share.map(|s| self.middle(row) + (s - 0.5) * THICKNESS);
        let corners = [[left, above], [right, above], [right, below], [left, below]];
        if is_hollow {
            let outline = [&corners[..], &corners[..1]].concat();
            canvas.line(&outline, 1.5, colour)
        } else {
            canvas.polygon(&corners, colour)
        }
    }

    /// An error bar from below to above a value as shown; nothing where it is too short to see. Its ends.
    pub fn draw_error(
        &self,
        canvas: &mut Canvas,
        row: usize,
        value: f64,
        [below, above]: [f64; 2],
    ) -> Result<[f64; 2], OutputError> {
        let (ink, y) = (canvas.theme.ink(), self.middle(row));
        let ends = [self.at(value - below), self.at(value + above)];
        if ends[1] - ends[0] > 1.0 {
            canvas.line(&[[ends[0], y], [ends[1], y]], 1.2, ink)?;
            for x in ends {
                canvas.line(&[[x, y - 3.5], [x, y + 3.5]], 1.2, ink)?;
            }
        }
        Ok(ends)
    }

    /// A text in a row, at an abscissa.
    pub fn draw_text(
        &self,
        canvas: &mut Canvas,
        row: usize,
        text: &str,
        x: f64,
        (align, colour): (Align, RGBColor),
    ) -> Result<(), OutputError> {
        let style = TextStyle::new(TICK_SIZE, align, colour);
        let base = self.middle(row) + style.cap_height() / 2.0;
        canvas.text(text, [x, base], style)
    }

    /// A dashed line through all rows at a value as shown.
    pub fn draw_dashed(&self, canvas: &mut Canvas, shown: f64) -> Result<(), OutputError> {
        let (x, ink) = (self.at(shown), canvas.theme.ink());
        let mut y = self.top;
        while y < self.bottom {
            canvas.line(&[[x, y], [x, (y + 5.0).min(self.bottom)]], 1.3, ink)?;
            y += 9.0;
        }
        Ok(())
    }
}

/// The legend in rows no wider than the plot.
fn legend_rows<'a>(swatches: &'a [Swatch<'a>]) -> Vec<Vec<&'a Swatch<'a>>> {
    let mut rows: Vec<Vec<&Swatch<'_>>> = Vec::new();
    let mut used = f64::INFINITY;
    for swatch in swatches {
        if used + entry_width(swatch) > PLOT_WIDTH {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += entry_width(swatch);
        if let Some(row) = rows.last_mut() {
            row.push(swatch);
        }
    }
    rows
}

fn entry_width(swatch: &Swatch<'_>) -> f64 {
    SWATCH + 6.0 + Canvas::text_width(swatch.text, TICK_SIZE, false) + 16.0
}

/// Where rows begin under the title and a legend.
pub(super) fn top_below(swatches: &[Swatch<'_>]) -> f64 {
    36.0 + LEGEND_ROW * legend_rows(swatches).len() as f64
}

pub(super) fn draw_legend(
    canvas: &mut Canvas,
    left: f64,
    swatches: &[Swatch<'_>],
) -> Result<(), OutputError> {
    let style = TextStyle::new(TICK_SIZE, Align::Left, canvas.theme.ink());
    for (n, row) in legend_rows(swatches).into_iter().enumerate() {
        let (mut x, base) = (left, TITLE + 22.0 + LEGEND_ROW * n as f64);
        for swatch in row {
            let (above, below) = (base - SWATCH + 1.0, base + 1.0);
            let end = x + SWATCH;
            canvas.polygon(
                &[[x, above], [end, above], [end, below], [x, below]],
                swatch.colour,
            )?;
            canvas.text(swatch.text, [end + 6.0, base], style)?;
            x += entry_width(swatch);
        }
    }
    Ok(())
}
