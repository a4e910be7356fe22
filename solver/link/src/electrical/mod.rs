//! Between the switch's die and the optics: copper, SerDes, delay, heaters.

mod copper;
mod latency;
mod serdes;
mod tuning;

pub use copper::{CopperPath, copper_loss};
pub use latency::latency;
pub use serdes::{SerdesFit, SerdesPoint};
pub use tuning::heater_power;
