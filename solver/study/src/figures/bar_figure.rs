//! Named bars to both sides of nought, the first on top: what moves a number most.

use super::axis::{compact, linear_ticks};
use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::frame::{LABEL_SIZE, TICK_GAP, TICK_SIZE, TITLE_SIZE, widest};
use super::line_plot::PlotAxis;
use crate::output_error::OutputError;

const PLOT_WIDTH: f64 = 400.0;
/// Of a bar with its gap.
const ROW: f64 = 24.0;
/// Of a bar.
const THICKNESS: f64 = 14.0;
/// From the end of a bar to its number.
const NUMBER_GAP: f64 = 6.0;
/// Digits of a bar's number.
const DIGITS: i32 = 3;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// Where it ends, SI.
    pub value: f64,
    /// Half length of its error bar, SI.
    pub error: f64,
    /// Not to be trusted (unconverged): hollow.
    pub is_doubtful: bool,
}

/// Bars from nought, those above it in another colour than those below.
#[derive(Clone, Debug, PartialEq)]
pub struct BarFigure {
    /// Title, above the bars.
    pub title: String,
    /// The quantity.
    pub value: PlotAxis,
    /// The bars, from top to bottom.
    pub bars: Vec<Bar>,
}

/// From values as shown to the canvas.
#[derive(Clone, Copy)]
struct Scale {
    left: f64,
    per_unit: f64,
    lower: f64,
}

impl Scale {
    fn at(self, shown: f64) -> f64 {
        self.left + (shown - self.lower) * self.per_unit
    }
}

impl BarFigure {
    /// Draws the bars.
    ///
    /// # Errors
    /// No bars, or one whose value is not a number.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        if self.bars.is_empty() || self.bars.iter().any(|bar| !bar.value.is_finite()) {
            return Err(OutputError::Figure {
                figure: self.title.clone(),
                problem: String::from("there are no bars, or one of them is no number"),
            });
        }
        let names: Vec<String> = self.bars.iter().map(|bar| bar.name.clone()).collect();
        let left = 8.0 + widest(&names) + TICK_GAP;
        let (top, right) = (36.0, left + PLOT_WIDTH);
        let bottom = top + ROW * self.bars.len() as f64;
        let title_end = left + Canvas::text_width(&self.title, TITLE_SIZE, true) + 8.0;
        let mut canvas = Canvas::new(
            &self.title,
            title_end.max(right + 14.0),
            bottom + 48.0,
            theme,
        );
        let scale = self.scale(left);

        let ink = theme.ink();
        let title = TextStyle::new(TITLE_SIZE, Align::Left, ink).bold();
        canvas.text(&self.title, [left, 20.0], title)?;
        let upper = scale.lower + PLOT_WIDTH / scale.per_unit;
        let ticks = linear_ticks(scale.lower, upper, 6);
        let label = TextStyle::new(TICK_SIZE, Align::Centre, ink);
        for (&position, text) in ticks.positions.iter().zip(&ticks.labels) {
            let x = scale.at(position);
            canvas.line(&[[x, top], [x, bottom]], 0.75, theme.grid())?;
            canvas.line(&[[x, bottom], [x, bottom + 4.0]], 0.75, theme.muted())?;
            canvas.text(
                text,
                [x, bottom + TICK_GAP + label.cap_height() + 1.0],
                label,
            )?;
        }
        canvas.line(&[[left, bottom], [right, bottom]], 0.75, theme.muted())?;
        let middle = [(left + right) / 2.0, bottom + 38.0];
        let axis = TextStyle::new(LABEL_SIZE, Align::Centre, ink);
        canvas.text(&self.value.title(), middle, axis)?;
        for (n, bar) in self.bars.iter().enumerate() {
            self.draw(&mut canvas, bar, scale, top + ROW * (n as f64 + 0.5))?;
        }
        let nought = scale.at(0.0);
        canvas.line(&[[nought, top], [nought, bottom]], 1.0, ink)?;
        canvas.finish()
    }

    /// Room for every bar, its error and its number.
    fn scale(&self, left: f64) -> Scale {
        let (mut lower, mut upper, mut below, mut above): (f64, f64, f64, f64) =
            (0.0, 0.0, 4.0, 4.0);
        for bar in &self.bars {
            let (end, beyond) = self.end(bar);
            let room = NUMBER_GAP + Canvas::text_width(&self.number(bar), TICK_SIZE, false) + 6.0;
            lower = lower.min(end - beyond);
            upper = upper.max(end + beyond);
            if bar.value < 0.0 {
                below = below.max(room);
            } else {
                above = above.max(room);
            }
        }
        let span = if upper > lower { upper - lower } else { 1.0 };
        let per_unit = (PLOT_WIDTH - below - above) / span;
        Scale {
            left,
            per_unit,
            lower: lower - below / per_unit,
        }
    }

    /// The end of a bar and its error, as shown.
    fn end(&self, bar: &Bar) -> (f64, f64) {
        let error = if bar.error.is_finite() {
            bar.error
        } else {
            0.0
        };
        (
            self.value.unit.show(bar.value),
            error / self.value.unit.size,
        )
    }

    fn number(&self, bar: &Bar) -> String {
        let shown = self.value.unit.show(bar.value);
        if shown == 0.0 {
            return String::from("0");
        }
        let place = 10f64.powi(DIGITS - 1 - shown.abs().log10().floor() as i32);
        compact((shown * place).round() / place)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        bar: &Bar,
        scale: Scale,
        y: f64,
    ) -> Result<(), OutputError> {
        let (ink, theme) = (canvas.theme.ink(), canvas.theme);
        let (end, error) = self.end(bar);
        let (from, to) = (scale.at(0.0), scale.at(end));
        let colour = theme.series(usize::from(bar.value > 0.0));
        let (above, below) = (y - 0.5 * THICKNESS, y + 0.5 * THICKNESS);
        let corners = [[from, above], [to, above], [to, below], [from, below]];
        if bar.is_doubtful {
            let outline = [&corners[..], &corners[..1]].concat();
            canvas.line(&outline, 1.5, colour)?;
        } else {
            canvas.polygon(&corners, colour)?;
        }
        let whisker = [scale.at(end - error), scale.at(end + error)];
        if whisker[1] - whisker[0] > 1.0 {
            canvas.line(&[[whisker[0], y], [whisker[1], y]], 1.2, ink)?;
            for x in whisker {
                canvas.line(&[[x, y - 3.5], [x, y + 3.5]], 1.2, ink)?;
            }
        }
        let name = TextStyle::new(TICK_SIZE, Align::Right, ink);
        let base = y + name.cap_height() / 2.0;
        canvas.text(&bar.name, [scale.left - TICK_GAP, base], name)?;
        let (at, align) = if bar.value < 0.0 {
            (whisker[0].min(to) - NUMBER_GAP, Align::Right)
        } else {
            (whisker[1].max(to) + NUMBER_GAP, Align::Left)
        };
        let number = TextStyle::new(TICK_SIZE, align, theme.muted());
        canvas.text(&self.number(bar), [at, base], number)
    }
}
