//! Named bars to both sides of nought, the first on top: what moves a number most.

use super::axis::compact;
use super::bar_rows::{BarRows, NUMBER_GAP};
use super::canvas::{Align, Canvas, Picture, Theme};
use super::frame::TICK_SIZE;
use super::line_plot::PlotAxis;
use super::readings::{BoxReading, Readings};
use crate::number::{value_with_error, value_within};
use crate::output_error::OutputError;

/// Digits of a bar's number.
const DIGITS: i32 = 3;

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// Where it ends, SI.
    pub value: f64,
    /// How far it may lie below and above, SI.
    pub error: [f64; 2],
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
        let rows = self.rows();
        let mut canvas = rows.canvas(&self.title, 0.0, theme)?;
        rows.draw_axis(&mut canvas, &self.value.title())?;
        for (row, bar) in self.bars.iter().enumerate() {
            self.draw(&mut canvas, bar, &rows, row)?;
        }
        let nought = rows.at(0.0);
        let ends = [[nought, rows.top], [nought, rows.bottom]];
        canvas.line(&ends, 1.0, theme.ink())?;
        let read = |(row, bar): (usize, &Bar)| {
            let shown = self.value.unit.show(bar.value);
            let [below, above] = bar.error.map(|error| error / self.value.unit.size);
            let number = match below == above {
                true => value_with_error(shown, above),
                false => value_within(shown, [shown - below, shown + above]),
            };
            let text = format!("{}\n{number} {}", bar.name, self.value.unit.symbol);
            BoxReading(rows.area(row), text.trim_end().to_owned())
        };
        let boxes = self.bars.iter().enumerate().map(read).collect();
        canvas.finish(Some(Readings::Boxes { boxes }))
    }

    /// Room for every bar, its error and its number.
    fn rows(&self) -> BarRows {
        let (mut lower, mut upper, mut below, mut above): (f64, f64, f64, f64) =
            (0.0, 0.0, 4.0, 4.0);
        for bar in &self.bars {
            let (end, [short, beyond]) = self.end(bar);
            let room = NUMBER_GAP + Canvas::text_width(&self.number(bar), TICK_SIZE, false) + 6.0;
            lower = lower.min(end - short);
            upper = upper.max(end + beyond);
            if bar.value < 0.0 {
                below = below.max(room);
            } else {
                above = above.max(room);
            }
        }
        let names = self.bars.iter().map(|bar| bar.name.clone()).collect();
        BarRows::new(names, 36.0, [lower, upper], [below, above])
    }

    /// The end of a bar and its error, as shown.
    fn end(&self, bar: &Bar) -> (f64, [f64; 2]) {
        let finite = |error: f64| if error.is_finite() { error } else { 0.0 };
        (
            self.value.unit.show(bar.value),
            bar.error.map(|error| finite(error) / self.value.unit.size),
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
        rows: &BarRows,
        row: usize,
    ) -> Result<(), OutputError> {
        let theme = canvas.theme;
        let (end, error) = self.end(bar);
        let colour = theme.series(usize::from(bar.value > 0.0));
        rows.draw_bar(
            canvas,
            row,
            [0.0, end],
            [0.0, 1.0],
            (colour, bar.is_doubtful),
        )?;
        let whisker = rows.draw_error(canvas, row, end, error)?;
        let to = rows.at(end);
        let (at, align) = if bar.value < 0.0 {
            (whisker[0].min(to) - NUMBER_GAP, Align::Right)
        } else {
            (whisker[1].max(to) + NUMBER_GAP, Align::Left)
        };
        rows.draw_text(canvas, row, &self.number(bar), at, (align, theme.muted()))
    }
}
