//! Bars made of parts: what a sum consists of, for several designs.

use plotters::style::RGBColor;

use super::bar_rows::{BarRows, NUMBER_GAP, Swatch, draw_legend, top_below};
use super::canvas::{Align, Canvas, Picture, Theme};
use super::frame::TICK_SIZE;
use super::line_plot::PlotAxis;
use super::readings::{BoxReading, Readings};
use crate::number::{significant, value_with_error_or};
use crate::output_error::OutputError;

/// Colours before they are used again, paler.
const COLOURS: usize = 6;

/// One design.
#[derive(Clone, Debug, PartialEq)]
pub struct StackedBar {
    /// Its name: "pluggable, 8 × 100G".
    pub name: String,
    /// Its parts in the order of the items, SI; 0 for none.
    pub parts: Vec<f64>,
    /// Half length of the error bar of their sum, SI.
    pub error: f64,
}

/// Bars of the same items.
#[derive(Clone, Debug, PartialEq)]
pub struct StackedBarFigure {
    /// Title, above the bars.
    pub title: String,
    /// The quantity.
    pub value: PlotAxis,
    /// Names of the parts, from left to right.
    pub items: Vec<String>,
    /// The bars, from top to bottom.
    pub bars: Vec<StackedBar>,
}

impl StackedBarFigure {
    /// Draws the bars.
    ///
    /// # Errors
    /// No bars, parts that do not fit the items, or a part that is negative or no number.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        let fits = |bar: &StackedBar| {
            let valid = |&part: &f64| part >= 0.0 && part.is_finite();
            bar.parts.len() == self.items.len() && bar.parts.iter().all(valid)
        };
        if self.bars.is_empty() || self.items.is_empty() || !self.bars.iter().all(fits) {
            return Err(OutputError::Figure {
                figure: self.title.clone(),
                problem: String::from(
                    "there are no bars, or one has parts that are negative, no numbers or not those of the items",
                ),
            });
        }
        let unit = self.value.unit;
        let swatches: Vec<Swatch<'_>> = self
            .items
            .iter()
            .enumerate()
            .map(|(n, text)| Swatch {
                colour: colour(theme, n),
                text,
            })
            .collect();
        let sums: Vec<[f64; 2]> = self
            .bars
            .iter()
            .map(|bar| [bar.parts.iter().sum::<f64>(), bar.error].map(|v| v / unit.size))
            .collect();
        let total = |[sum, error]: [f64; 2]| value_with_error_or(sum, error, 4);
        let room = sums
            .iter()
            .map(|&sum| Canvas::text_width(&total(sum), TICK_SIZE, false));
        let room = room.fold(0.0, f64::max) + NUMBER_GAP + 6.0;
        let beyond = |error: f64| if error.is_finite() { error } else { 0.0 };
        let most = sums.iter().map(|s| s[0] + beyond(s[1])).fold(0.0, f64::max);
        let names = self.bars.iter().map(|bar| bar.name.clone()).collect();
        let rows = BarRows::new(names, top_below(&swatches), [0.0, most], [0.0, room]);

        let mut canvas = rows.canvas(&self.title, 0.0, theme)?;
        draw_legend(&mut canvas, rows.left, &swatches)?;
        rows.draw_axis(&mut canvas, &self.value.title())?;
        let mut boxes = Vec::new();
        for (row, (bar, &sum)) in self.bars.iter().zip(&sums).enumerate() {
            let mut from = 0.0;
            let [_, above, _, below] = rows.area(row);
            for (n, &part) in bar.parts.iter().enumerate() {
                let to = from + part / unit.size;
                let [left, right] = [from, to].map(|v| rows.at(v));
                rows.draw_bar(
                    &mut canvas,
                    row,
                    [from, to],
                    [0.0, 1.0],
                    (colour(theme, n), false),
                )?;
                let text = significant(part / unit.size, 3);
                if Canvas::text_width(&text, TICK_SIZE, false) + 6.0 < right - left {
                    let ink = ink_on(colour(theme, n));
                    rows.draw_text(
                        &mut canvas,
                        row,
                        &text,
                        (left + right) / 2.0,
                        (Align::Centre, ink),
                    )?;
                }
                if part > 0.0 {
                    let what = format!("{}\n{}: {text} {}", bar.name, self.items[n], unit.symbol);
                    let text = format!("{what}\nof {} {}", total(sum), unit.symbol);
                    boxes.push(BoxReading([left, above, right, below], text));
                }
                from = to;
            }
            let whisker = rows.draw_error(&mut canvas, row, sum[0], [beyond(sum[1]); 2])?;
            let place = rows.at(sum[0]).max(whisker[1]) + NUMBER_GAP;
            rows.draw_text(
                &mut canvas,
                row,
                &total(sum),
                place,
                (Align::Left, theme.ink()),
            )?;
        }
        canvas.finish(Some(Readings::Boxes { boxes }))
    }
}

/// Colour of an item.
fn colour(theme: Theme, n: usize) -> RGBColor {
    let (strong, ground) = (theme.series(n), theme.background());
    if n < COLOURS {
        return strong;
    }
    let mix = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
    RGBColor(
        mix(strong.0, ground.0),
        mix(strong.1, ground.1),
        mix(strong.2, ground.2),
    )
}

/// Black or white, whichever reads better.
fn ink_on(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let brightness = 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
    if brightness > 115.0 {
        RGBColor(20, 22, 26)
    } else {
        RGBColor(255, 255, 255)
    }
}
