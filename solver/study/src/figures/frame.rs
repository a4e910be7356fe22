//! The rectangle that data are drawn in, with its axes.

use super::axis::{Ticks, linear_ticks, logarithmic_ticks};
use super::canvas::{Align, Canvas, TextStyle};
use crate::output_error::OutputError;

/// Sizes of letters, shown units.
pub(super) const TITLE_SIZE: f64 = 14.0;
pub(super) const LABEL_SIZE: f64 = 12.5;
pub(super) const TICK_SIZE: f64 = 11.5;
/// From the frame to a tick label.
pub(super) const TICK_GAP: f64 = 7.0;

/// A rectangle on the canvas and the ranges (as shown) that it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub x: [f64; 2],
    pub y: [f64; 2],
    /// Whether x is the decimal logarithm of what its labels say.
    pub x_in_decades: bool,
}

impl Frame {
    pub fn to_canvas(self, point: [f64; 2]) -> [f64; 2] {
        let x =
            self.left + (point[0] - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left);
        let y = self.bottom
            - (point[1] - self.y[0]) / (self.y[1] - self.y[0]) * (self.bottom - self.top);
        [x, y]
    }

    pub fn data_at(self, x: f64, y: f64) -> [f64; 2] {
        let u = self.x[0] + (x - self.left) / (self.right - self.left) * (self.x[1] - self.x[0]);
        let v = self.y[0] + (self.bottom - y) / (self.bottom - self.top) * (self.y[1] - self.y[0]);
        [u, v]
    }

    /// Draws a line given in data coordinates, clipped to the rectangle.
    pub fn line(
        &self,
        canvas: &mut Canvas,
        points: &[[f64; 2]],
        width: f64,
        colour: plotters::style::RGBColor,
    ) -> Result<(), OutputError> {
        let mut run: Vec<[f64; 2]> = Vec::new();
        for pair in points.windows(2) {
            let clipped = self.clip(self.to_canvas(pair[0]), self.to_canvas(pair[1]));
            match clipped {
                Some([a, b]) => {
                    if run.last() != Some(&a) {
                        canvas.line(&run, width, colour)?;
                        run = vec![a];
                    }
                    run.push(b);
                }
                None => {
                    canvas.line(&run, width, colour)?;
                    run.clear();
                }
            }
        }
        canvas.line(&run, width, colour)
    }

    /// The part of a straight piece inside the rectangle (Liang & Barsky 1984); none for a NaN.
    fn clip(&self, a: [f64; 2], b: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let d = [b[0] - a[0], b[1] - a[1]];
        if !(d[0].is_finite() && d[1].is_finite()) {
            return None;
        }
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        let sides = [
            (-d[0], a[0] - self.left),
            (d[0], self.right - a[0]),
            (-d[1], a[1] - self.top),
            (d[1], self.bottom - a[1]),
        ];
        for (p, q) in sides {
            if p == 0.0 && q < 0.0 {
                return None;
            } else if p < 0.0 {
                enter = enter.max(q / p);
            } else if p > 0.0 {
                leave = leave.min(q / p);
            }
        }
        let at = |t: f64| [a[0] + t * d[0], a[1] + t * d[1]];
        (enter <= leave).then(|| {
            [
                if enter == 0.0 { a } else { at(enter) },
                if leave == 1.0 { b } else { at(leave) },
            ]
        })
    }

    /// Whether a data point lies inside.
    pub fn holds(&self, point: [f64; 2]) -> bool {
        let within = |v: f64, range: [f64; 2]| v >= range[0] && v <= range[1];
        within(point[0], self.x) && within(point[1], self.y)
    }

    /// Ticks of x, as many as fit side by side.
    pub fn x_ticks(&self) -> Ticks {
        let width = self.right - self.left;
        if !self.x_in_decades {
            return ticks_fitting(width, |most| linear_ticks(self.x[0], self.x[1], most));
        }
        let [lower, upper] = self.x.map(|x| 10f64.powf(x));
        let mut ticks = ticks_fitting(width, |most| logarithmic_ticks(lower, upper, 2 * most));
        for position in &mut ticks.positions {
            *position = position.log10();
        }
        ticks
    }

    /// Ticks of y.
    pub fn y_ticks(&self) -> Ticks {
        linear_ticks(
            self.y[0],
            self.y[1],
            ((self.bottom - self.top) / 42.0).clamp(2.0, 8.0) as usize,
        )
    }

    /// Lines of the grid, under the data.
    pub fn draw_grid(&self, canvas: &mut Canvas) -> Result<(), OutputError> {
        let colour = canvas.theme.grid();
        for x in self.x_ticks().positions {
            let [px, _] = self.to_canvas([x, self.y[0]]);
            canvas.line(&[[px, self.top], [px, self.bottom]], 0.75, colour)?;
        }
        for y in self.y_ticks().positions {
            let [_, py] = self.to_canvas([self.x[0], y]);
            canvas.line(&[[self.left, py], [self.right, py]], 0.75, colour)?;
        }
        Ok(())
    }

    /// Border, ticks, tick labels and axis titles.
    pub fn draw_axes(
        &self,
        canvas: &mut Canvas,
        x_title: &str,
        y_title: &str,
    ) -> Result<(), OutputError> {
        let (ink, muted) = (canvas.theme.ink(), canvas.theme.muted());
        let corners = [
            [self.left, self.top],
            [self.right, self.top],
            [self.right, self.bottom],
            [self.left, self.bottom],
            [self.left, self.top],
        ];
        canvas.line(&corners, 0.75, muted)?;
        let x_ticks = self.x_ticks();
        let centred = TextStyle::new(TICK_SIZE, Align::Centre, ink);
        for (&x, label) in x_ticks.positions.iter().zip(&x_ticks.labels) {
            let [px, _] = self.to_canvas([x, self.y[0]]);
            canvas.line(&[[px, self.bottom], [px, self.bottom + 4.0]], 0.75, muted)?;
            canvas.text(
                label,
                [px, self.bottom + TICK_GAP + centred.cap_height() + 1.0],
                centred,
            )?;
        }
        let y_ticks = self.y_ticks();
        let right = TextStyle::new(TICK_SIZE, Align::Right, ink);
        for (&y, label) in y_ticks.positions.iter().zip(&y_ticks.labels) {
            let [_, py] = self.to_canvas([self.x[0], y]);
            canvas.line(&[[self.left - 4.0, py], [self.left, py]], 0.75, muted)?;
            canvas.text(
                label,
                [self.left - TICK_GAP, py + right.cap_height() / 2.0],
                right,
            )?;
        }
        let title = TextStyle::new(LABEL_SIZE, Align::Centre, ink);
        let centre = [
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        ];
        canvas.text(x_title, [centre[0], self.bottom + 38.0], title)?;
        let y_position = self.left - TICK_GAP - widest(&y_ticks.labels) - 9.0;
        canvas.text(y_title, [y_position, centre[1]], title.upwards())
    }
}

/// Room to the left of a frame for tick labels and the title of y.
pub(super) fn left_margin(labels: &[String]) -> f64 {
    TICK_GAP + widest(labels) + 9.0 + LABEL_SIZE + 6.0
}

/// Width of the widest tick label.
pub(super) fn widest(labels: &[String]) -> f64 {
    labels
        .iter()
        .map(|label| Canvas::text_width(label, TICK_SIZE, false))
        .fold(0.0, f64::max)
}

/// As many ticks as leave a gap between the labels.
fn ticks_fitting(width: f64, ticks: impl Fn(usize) -> Ticks) -> Ticks {
    let fits = |ticks: &Ticks| {
        (ticks.positions.len() as f64) * (widest(&ticks.labels) + 18.0) <= width + 18.0
    };
    let mut tries = (1..=8).rev().map(&ticks);
    tries.find(fits).unwrap_or_else(|| ticks(1))
}
