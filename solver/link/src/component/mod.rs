//! What links are made of: values with their spread and source, and how a user replaces them.

mod entry;
mod name;
mod set;
mod spread;

pub use entry::{Component, Scope};
pub use name::{ComponentName, Values};
pub use set::Components;
pub use spread::Triangle;

pub(crate) use name::Place;
pub(crate) use set::{Source, flag_source};
