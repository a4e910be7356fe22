//! Files: the loss table as HDF5 and CSV, and the output directory that holds a run or nothing.

mod csv;
mod dimension_scales;
mod hdf5;
mod output_directory;
mod read_hdf5;

pub use self::csv::{csv_bytes, write_csv};
pub use hdf5::write_table;
pub use output_directory::{OutputDirectory, SUMMARY_SCHEMA};
pub use read_hdf5::read_table;
