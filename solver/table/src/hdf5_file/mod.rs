//! The loss table as HDF5 that is also netCDF-4.

mod dimension_scales;
mod read;
mod reasons;
mod write;

pub use read::read_table;
pub use write::write_table;
