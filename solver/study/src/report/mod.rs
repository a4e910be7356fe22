//! The report: one HTML file that holds everything, for reading, printing and sending.
//!
//! Plain data in, one page out. The page needs no network and works without its script: everything is text, tables and
//! pictures. The script (`report.js`, of no framework) adds what paper cannot do: sorting, one of several alternatives at a
//! time, values under the pointer, and where a number comes from beside the number. On paper all alternatives are printed
//! and all origins listed. The page's policy lets nothing run or load but that script and that style, by their hashes.
//! Light or dark as the reader's system asks.

mod cell;
mod choice;
mod figure;
mod page;
mod section;
mod table;

pub use crate::number::{significant, value_with_error};
pub use cell::Cell;
pub use choice::{Alternative, Choice};
pub use figure::ReportFigure;
pub use page::{Report, ReportStatus};
pub use section::Section;
pub use table::{Column, ReportTable};
