//! The output directory that holds a whole run or nothing.

mod output_directory;

pub use output_directory::{OutputDirectory, SUMMARY_SCHEMA};
