//! What lies under the pointer: the numbers of a picture, where they are on it.
//!
//! Positions are those of the picture as shown, in CSS pixels from its top left corner, so that a page that shrinks the
//! picture scales them by one factor. Numbers are in the units of the labels, to a few digits: they are for reading off, and
//! the loss table holds them in full. The size is bounded: 500 points a series, 64 places along each side of a map, matrices
//! of up to 160 names.

use serde::Serialize;

use super::axis::compact;
use super::line_plot::PlotAxis;

/// Most points of a series; of more, every n-th.
pub(super) const MOST_POINTS: usize = 500;
/// Most places along a side of a map; with more cells the map is read at so many equal steps.
pub(super) const MOST_STATIONS: usize = 64;
/// Most names along a side of a matrix; one with more is not read.
pub(super) const MOST_NAMES: usize = 160;
/// Digits of the numbers of a curve.
pub(super) const CURVE_DIGITS: usize = 6;
/// Digits of the numbers of a map.
pub(super) const MAP_DIGITS: usize = 4;

/// What a picture says at each place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Readings {
    /// Curves.
    Points {
        /// Left, top, right and bottom of the plot.
        frame: [f64; 4],
        /// Abscissa.
        x: Quantity,
        /// The curves.
        series: Vec<SeriesReadings>,
    },
    /// Values side by side: a map or a matrix.
    Grid {
        /// Abscissae of the faces between columns, from left to right.
        columns: Vec<f64>,
        /// Ordinates of the faces between rows, from top to bottom.
        rows: Vec<f64>,
        /// What columns are, and the name of each.
        x: Labels,
        /// What rows are, and the name of each.
        y: Labels,
        /// What the values are.
        value: Quantity,
        /// Values row by row; none for what is not a number.
        values: Vec<Option<f64>>,
    },
    /// Areas with a text each: bars.
    Boxes {
        /// The areas, in the order in which they are read.
        boxes: Vec<BoxReading>,
    },
}

/// A quantity and its unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quantity {
    name: String,
    unit: &'static str,
}

/// Names along a side of a grid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Labels {
    name: String,
    unit: &'static str,
    labels: Vec<String>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeriesReadings {
    /// Name in the legend.
    pub name: String,
    /// Ordinate.
    pub y: Quantity,
    /// Points: right, down, abscissa, ordinate, error bar (none for none).
    pub points: Vec<(f64, f64, f64, f64, Option<f64>)>,
}

/// An area: left, top, right, bottom, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoxReading(pub [f64; 4], pub String);

impl Readings {
    /// As JSON that may stand inside a script element: without the character that could end it.
    pub fn to_json(&self) -> String {
        // Plain data of finite numbers and strings cannot fail; a figure without readings is still a figure.
        let json = serde_json::to_string(self).unwrap_or_default();
        json.replace('<', "\\u003c")
    }
}

impl Quantity {
    pub(super) fn of(axis: &PlotAxis) -> Self {
        Self {
            name: axis.name.clone(),
            unit: axis.unit.symbol,
        }
    }
}

impl Labels {
    /// Numbers along an axis, as shown.
    pub(super) fn numbers(axis: &PlotAxis, shown: &[f64]) -> Self {
        Self {
            name: axis.name.clone(),
            unit: axis.unit.symbol,
            labels: shown.iter().map(|&v| compact(v)).collect(),
        }
    }

    /// Names of things.
    pub(super) fn names(name: &str, labels: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            unit: "",
            labels: labels.to_vec(),
        }
    }
}

/// To so many digits; none for what is not a finite number.
pub(super) fn rounded(value: f64, digits: usize) -> Option<f64> {
    let text = format!("{value:.*e}", digits - 1);
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

/// To a tenth of a pixel.
pub(super) fn pixel(position: f64) -> f64 {
    (position * 10.0).round() / 10.0
}
