//! The report: one HTML file that holds everything, for reading, printing and sending.
//!
//! Plain data in, no network, no scripts; light or dark as the reader's system asks.

mod number;
mod page;

pub use number::{significant, value_with_error};
pub use page::{Cell, Column, Report, ReportFigure, ReportStatus, ReportTable, Section};
