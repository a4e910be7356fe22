//! What moves a result most: its values at both ends of each input's range, about its base.

use super::bar_rows::{BarRows, NUMBER_GAP, Swatch, draw_legend, top_below};
use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::frame::TICK_SIZE;
use super::line_plot::PlotAxis;
use super::readings::{BoxReading, Readings};
use crate::number::{significant, value_with_error_or};
use crate::output_error::OutputError;

/// Of a number without an error bar.
const DIGITS: usize = 4;

/// One input.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoBar {
    /// The input: "coupling loss".
    pub name: String,
    /// The result (SI) with the input at the low and at the high end of its range.
    pub results: [f64; 2],
    /// The low and the high end of the input, as they are written: "1.2 dB".
    pub inputs: [String; 2],
    /// Not to be trusted (unconverged): hollow.
    pub is_doubtful: bool,
}

/// Bars to both sides of a base, the longest on top.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoFigure {
    /// Title, above the bars.
    pub title: String,
    /// The result.
    pub value: PlotAxis,
    /// The result with all inputs as they are, and half the length of its error bar, SI.
    pub base: [f64; 2],
    /// The inputs, in any order.
    pub bars: Vec<TornadoBar>,
}

impl TornadoFigure {
    /// Draws the bars.
    ///
    /// # Errors
    /// No bars, or a result that is no number.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        let is_number = |bar: &TornadoBar| bar.results.iter().all(|v| v.is_finite());
        if self.bars.is_empty() || !self.bars.iter().all(is_number) || !self.base[0].is_finite() {
            return Err(OutputError::Figure {
                figure: self.title.clone(),
                problem: String::from("there are no bars, or a result is no number"),
            });
        }
        let bars = self.longest_first();
        let unit = self.value.unit;
        let base = unit.show(self.base[0]);
        let error = Some(self.base[1] / unit.size).filter(|e| e.is_finite());
        let base_text = format!(
            "{} {}",
            value_with_error_or(base, error.unwrap_or(f64::NAN), DIGITS),
            unit.symbol
        );
        let swatches = ["input at its low end", "input at its high end"];
        let swatches: Vec<Swatch<'_>> = swatches
            .into_iter()
            .enumerate()
            .map(|(n, text)| Swatch {
                colour: theme.series(n),
                text,
            })
            .collect();

        let rows = self.rows(&bars, base, error.unwrap_or(0.0), &swatches);
        let mut canvas = rows.canvas(&self.title, 0.0, theme)?;
        draw_legend(&mut canvas, rows.left, &swatches)?;
        rows.draw_axis(&mut canvas, &self.value.title())?;
        let [left, right] = [-1.0, 1.0].map(|sign| rows.at(base + sign * error.unwrap_or(0.0)));
        if right - left > 1.0 {
            // The error bar of the base, behind all bars: what is shorter says nothing.
            let corners = [
                [left, rows.top],
                [right, rows.top],
                [right, rows.bottom],
                [left, rows.bottom],
            ];
            canvas.polygon(&corners, theme.grid())?;
        }
        let mut boxes = Vec::new();
        for (row, bar) in bars.iter().enumerate() {
            let shown = bar.results.map(|v| unit.show(v));
            let sides = shown.map(|v| v >= base);
            for end in [0, 1] {
                // Ends on one side share the thickness, or one would hide the other.
                let share = match (sides[0] == sides[1], end) {
                    (false, _) => [0.0, 1.0],
                    (true, 0) => [0.0, 0.5],
                    (true, _) => [0.5, 1.0],
                };
                let paint = (theme.series(end), bar.is_doubtful);
                rows.draw_bar(&mut canvas, row, [base, shown[end]], share, paint)?;
            }
            for (side, text) in end_texts(bar, sides) {
                let ends = (0..2)
                    .filter(|&end| sides[end] == side)
                    .map(|end| rows.at(shown[end]));
                let (at, align) = if side {
                    (
                        ends.fold(f64::NEG_INFINITY, f64::max) + NUMBER_GAP,
                        Align::Left,
                    )
                } else {
                    (
                        ends.fold(f64::INFINITY, f64::min) - NUMBER_GAP,
                        Align::Right,
                    )
                };
                rows.draw_text(&mut canvas, row, &text, at, (align, theme.muted()))?;
            }
            let at = |end: usize| {
                let result = significant(shown[end], 4);
                format!("at {}: {result} {}", bar.inputs[end], unit.symbol)
            };
            let text = format!("{}\n{}\n{}\nbase {base_text}", bar.name, at(0), at(1));
            boxes.push(BoxReading(rows.area(row), text));
        }
        let line = [[rows.at(base), rows.top], [rows.at(base), rows.bottom]];
        canvas.line(&line, 1.2, theme.ink())?;
        let style = TextStyle::new(TICK_SIZE, Align::Centre, theme.ink());
        canvas.text(
            &format!("base {base_text}"),
            [rows.at(base), rows.top - 6.0],
            style,
        )?;
        canvas.finish(Some(Readings::Boxes { boxes }))
    }

    /// By how far the results lie from the base; of equals the first stays first.
    fn longest_first(&self) -> Vec<&TornadoBar> {
        let mut bars: Vec<&TornadoBar> = self.bars.iter().collect();
        let length = |bar: &TornadoBar| {
            let [low, high] = bar.results;
            low.max(high).max(self.base[0]) - low.min(high).min(self.base[0])
        };
        bars.sort_by(|a, b| length(b).total_cmp(&length(a)));
        bars
    }

    /// Room for every bar and what is written at its ends.
    fn rows(
        &self,
        bars: &[&TornadoBar],
        base: f64,
        error: f64,
        swatches: &[Swatch<'_>],
    ) -> BarRows {
        let (mut lower, mut upper) = (base - error, base + error);
        let mut room = [20.0f64; 2];
        for bar in bars {
            let shown = bar.results.map(|v| self.value.unit.show(v));
            let sides = shown.map(|v| v >= base);
            for value in shown {
                (lower, upper) = (lower.min(value), upper.max(value));
            }
            for (side, text) in end_texts(bar, sides) {
                let width = NUMBER_GAP + Canvas::text_width(&text, TICK_SIZE, false) + 6.0;
                room[usize::from(side)] = room[usize::from(side)].max(width);
            }
        }
        let names = bars.iter().map(|bar| bar.name.clone()).collect();
        // The base is written between the legend and the rows.
        BarRows::new(names, top_below(swatches) + 16.0, [lower, upper], room)
    }
}

/// What is written on the left (false) and the right (true) of a bar: the inputs' ends whose results lie there.
fn end_texts(bar: &TornadoBar, sides: [bool; 2]) -> Vec<(bool, String)> {
    [false, true]
        .into_iter()
        .filter_map(|side| {
            let ends = (0..2).filter(|&end| sides[end] == side);
            let texts: Vec<&str> = ends.map(|end| bar.inputs[end].as_str()).collect();
            (!texts.is_empty()).then(|| (side, texts.join("; ")))
        })
        .collect()
}
