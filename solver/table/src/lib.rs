//! The loss table: every number of a study with its axes, unit, error, status and provenance.
//!
//! A table holds groups ("waveguide/wire"); a group holds axes and variables; a variable holds one value for
//! each point of its axes, in row-major order (the last axis runs fastest). Losses are positive dB,
//! 10 log₁₀(P_in / P_out), from one reference plane to another, so that a system model adds each once:
//!
//! | plane | where |
//! |---|---|
//! | P0 | laser facet |
//! | P1, P2 | external source's output fibre; optical engine's input fibre |
//! | P3, P4, P5 | chip waveguide before the split; modulator in; chip waveguide out |
//! | P6, P7, P8 | transmitter's fibre (TP2); receiver's fibre (TP3); photodiode |
//!
//! Lengths in metres, temperatures in kelvin: SI throughout, except for dB, and the unit stands beside the values.
//! [`read_table`] and [`write_table`] keep them as HDF5 that is also netCDF-4; [`export`] writes what other programs read.

mod attribute;
mod checksum;
mod csv_file;
mod difference;
mod error;
pub mod export;
mod field;
mod file_error;
mod group;
mod hdf5_file;
mod lookup;
mod loss_table;
mod nearest;
mod status;
mod variable;

pub use attribute::{Attribute, AttributeValue};
pub use csv_file::{csv_bytes, write_csv};
pub use difference::{Difference, LargestDifference, VariableDifference};
pub use error::TableError;
pub use field::{Field, FieldComponent};
pub use file_error::FileError;
pub use group::{AxisScale, AxisValues, Group};
pub use hdf5_file::{read_table, write_table};
pub use lookup::{Coordinate, Looked, Lookup, LookupError};
pub use loss_table::{InputFile, LossTable, SCHEMA, SCHEMA_MAJOR, SCHEMA_VERSION};
pub use nearest::nearest;
pub use status::Status;
pub use variable::Variable;

pub(crate) use attribute::{check_name, check_text};
