//! A matrix with its numbers: thermal crosstalk between sources and nodes.

use ndarray::Array2;
use plotters::style::RGBColor;

use super::axis::compact;
use super::canvas::{Align, Canvas, Picture, TextStyle, Theme};
use super::colour_map::{ColourScale, viridis};
use super::frame::{LABEL_SIZE, TICK_SIZE, TITLE_SIZE};
use super::line_plot::PlotAxis;
use super::map_figure::ColourBar;
use super::readings::{Labels, MAP_DIGITS, MOST_NAMES, Quantity, Readings, pixel, rounded};
use crate::output_error::OutputError;

/// Side of the whole matrix; cells shrink to fit.
const SIDE: f64 = 430.0;
const LARGEST_CELL: f64 = 58.0;
/// Narrower cells have no numbers, only colours.
const CELL_FOR_NUMBERS: f64 = 30.0;

/// Numbers between named rows and columns; row 0 on top.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixFigure {
    /// Title, above the matrix.
    pub title: String,
    /// What rows are: "rise at".
    pub row_title: String,
    /// What columns are: "heated by".
    pub column_title: String,
    /// Names of rows.
    pub rows: Vec<String>,
    /// Names of columns.
    pub columns: Vec<String>,
    /// The quantity.
    pub value: PlotAxis,
    /// Values [[row, column]], SI; NaN is drawn grey.
    pub values: Array2<f64>,
}

impl MatrixFigure {
    /// Draws the matrix. Colours are logarithmic where positive values span more than a factor 20, as crosstalk does.
    ///
    /// # Errors
    /// Names that do not fit the values; no value that is a number.
    pub fn render(&self, theme: Theme) -> Result<Picture, OutputError> {
        let (rows, columns) = self.values.dim();
        let wrong = |problem: String| {
            Err(OutputError::Figure {
                figure: self.title.clone(),
                problem,
            })
        };
        if rows == 0 || columns == 0 || self.rows.len() != rows || self.columns.len() != columns {
            let (r, c) = (self.rows.len(), self.columns.len());
            return wrong(format!("{rows} x {columns} values with {r} and {c} names"));
        }
        let shown = self.values.map(|&v| self.value.unit.show(v));
        if shown.iter().all(|v| v.is_nan()) {
            return wrong("no value is a number".into());
        }
        let mut scale = ColourScale::spanning(shown.iter().copied());
        scale.logarithmic = scale.lower > 0.0 && scale.upper > 20.0 * scale.lower;

        let cell = (SIDE / rows.max(columns) as f64).min(LARGEST_CELL);
        let label_width = |labels: &[String]| {
            labels
                .iter()
                .map(|l| Canvas::text_width(l, TICK_SIZE, false))
                .fold(0.0, f64::max)
        };
        let upright = label_width(&self.columns) > cell - 8.0;
        let label_height = if upright {
            label_width(&self.columns)
        } else {
            TICK_SIZE
        };
        let left = 6.0 + LABEL_SIZE + 10.0 + label_width(&self.rows) + 8.0;
        let top = 34.0 + LABEL_SIZE + 10.0 + label_height + 8.0;
        let (right, bottom) = (left + cell * columns as f64, top + cell * rows as f64);
        let bar = ColourBar {
            left: right + 18.0,
            top,
            bottom: bottom.max(top + 120.0),
            scale,
        };
        let title_end = left + Canvas::text_width(&self.title, TITLE_SIZE, true) + 8.0;
        let mut canvas = Canvas::new(
            &self.title,
            bar.right().max(title_end),
            bar.bottom + 14.0,
            theme,
        );

        let ink = theme.ink();
        canvas.text(
            &self.title,
            [left, 20.0],
            TextStyle::new(TITLE_SIZE, Align::Left, ink).bold(),
        )?;
        let label = TextStyle::new(LABEL_SIZE, Align::Centre, ink);
        canvas.text(
            &self.column_title,
            [(left + right) / 2.0, 34.0 + LABEL_SIZE],
            label,
        )?;
        canvas.text(
            &self.row_title,
            [6.0 + LABEL_SIZE, (top + bottom) / 2.0],
            label.upwards(),
        )?;
        self.draw_labels(&mut canvas, left, top, cell, upright)?;
        let colours = shown.map(|&value| scale.colour(value));
        canvas.raster([left, top], [right, bottom], |x, y| {
            let index = |distance: f64, count: usize| ((distance / cell) as usize).min(count - 1);
            colours[[index(y - top, rows), index(x - left, columns)]]
        });
        for ((row, column), &value) in shown.indexed_iter() {
            if cell >= CELL_FOR_NUMBERS {
                let corner = [left + cell * column as f64, top + cell * row as f64];
                draw_number(
                    &mut canvas,
                    corner,
                    cell,
                    value,
                    scale.position(value).unwrap_or(0.5),
                )?;
            }
        }
        bar.draw(&mut canvas, &self.value.title(), false)?;
        let faces = |start: f64, count: usize| -> Vec<f64> {
            (0..=count)
                .map(|n| pixel(start + cell * n as f64))
                .collect()
        };
        let readings = (rows.max(columns) <= MOST_NAMES).then(|| Readings::Grid {
            columns: faces(left, columns),
            rows: faces(top, rows),
            x: Labels::names(&self.column_title, &self.columns),
            y: Labels::names(&self.row_title, &self.rows),
            value: Quantity::of(&self.value),
            values: shown.iter().map(|&v| rounded(v, MAP_DIGITS)).collect(),
        });
        canvas.finish(readings)
    }

    /// Names of rows and columns, every n-th where they would touch.
    fn draw_labels(
        &self,
        canvas: &mut Canvas,
        left: f64,
        top: f64,
        cell: f64,
        upright: bool,
    ) -> Result<(), OutputError> {
        let every = ((TICK_SIZE + 3.0) / cell).ceil().max(1.0) as usize;
        let ink = canvas.theme.ink();
        let style = TextStyle::new(TICK_SIZE, Align::Right, ink);
        for (row, label) in self.rows.iter().enumerate().step_by(every) {
            let y = top + cell * (row as f64 + 0.5) + style.cap_height() / 2.0;
            canvas.text(label, [left - 8.0, y], style)?;
        }
        for (column, label) in self.columns.iter().enumerate().step_by(every) {
            let x = left + cell * (column as f64 + 0.5);
            if upright {
                let style = TextStyle::new(TICK_SIZE, Align::Left, ink).upwards();
                canvas.text(label, [x + style.cap_height() / 2.0, top - 8.0], style)?;
            } else {
                canvas.text(
                    label,
                    [x, top - 8.0],
                    TextStyle::new(TICK_SIZE, Align::Centre, ink),
                )?;
            }
        }
        Ok(())
    }
}

fn draw_number(
    canvas: &mut Canvas,
    corner: [f64; 2],
    cell: f64,
    value: f64,
    position: f64,
) -> Result<(), OutputError> {
    let text = if value.is_nan() {
        "–".to_owned()
    } else {
        three_digits(value)
    };
    let [r, g, b] = viridis(position).map(f64::from);
    let bright = 0.2126 * r + 0.7152 * g + 0.0722 * b > 130.0;
    let colour = if bright {
        RGBColor(20, 22, 26)
    } else {
        RGBColor(255, 255, 255)
    };
    let natural = Canvas::text_width(&text, TICK_SIZE, false);
    let size = (TICK_SIZE * (cell - 6.0) / natural).min(TICK_SIZE);
    let style = TextStyle::new(size, Align::Centre, colour);
    canvas.text(
        &text,
        [
            corner[0] + cell / 2.0,
            corner[1] + cell / 2.0 + style.cap_height() / 2.0,
        ],
        style,
    )
}

/// Three significant digits.
fn three_digits(value: f64) -> String {
    if value == 0.0 || !(1e-3..1e4).contains(&value.abs()) {
        return compact(value);
    }
    let decimals = (2 - value.abs().log10().floor() as i32).max(0) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}
