//! Figures of a study, as PNG in a light and a dark theme.
//!
//! Inputs are plain SI numbers; a [`DisplayUnit`] converts where labels are printed. Text is set in DejaVu Sans, which
//! travels with the program, so that a figure is the same on every machine. Everything is drawn at twice the stored
//! resolution and averaged down, and stored at twice the size at which it is shown ([`Picture`]). A picture also says which
//! number lies where on it ([`Readings`]), so that a page can tell it.

mod axis;
mod bar_figure;
mod bar_rows;
mod canvas;
mod colour_map;
mod contour;
mod display_unit;
mod frame;
mod line_plot;
mod map_figure;
mod matrix_figure;
mod readings;
mod stacked_bar_figure;
mod tornado_figure;
mod waterfall_figure;

pub use bar_figure::{Bar, BarFigure};
pub use canvas::{Picture, Theme};
pub use colour_map::{ColourScale, viridis};
pub use contour::{Contour, contours};
pub use display_unit::DisplayUnit;
pub use line_plot::{LinePlot, PlotAxis, Series, SeriesStyle};
pub use map_figure::{MapFigure, MapLine, MapMarker, faces_around};
pub use matrix_figure::MatrixFigure;
pub use readings::{BoxReading, Labels, Quantity, Readings, SeriesReadings};
pub use stacked_bar_figure::{StackedBar, StackedBarFigure};
pub use tornado_figure::{TornadoBar, TornadoFigure};
pub use waterfall_figure::{WaterfallFigure, WaterfallStep};
