//! From a request and a loss table to a model that answers.

mod laser_spread;
mod link_model;
mod request;
mod spread_number;
mod table_value;

pub(crate) use link_model::CooledChip;
pub use link_model::LinkModel;
pub use request::{BaseTemperature, Cooling, LinkRequest, Port, TableEntry};
pub use table_value::HALF_CHANNEL;
