//! Reading TOML so that every value remembers where it was written.
//!
//! `Source` is the text with its lines, `Node` a value with its span, `Table` a table whose
//! allowed keys are known, and `Diagnostics` the collected mistakes. Nothing here knows what a
//! study is.

mod diagnostic;
mod reader;
mod source;
mod tree;

pub(crate) use cpo_table::nearest;
pub use diagnostic::{Diagnostic, Location, Severity};
pub use reader::Key;
pub(crate) use reader::{Cursor, Diagnostics, Table, last_key, listed};
pub use source::Place;
pub(crate) use source::Source;
pub(crate) use tree::{Node, Value};
