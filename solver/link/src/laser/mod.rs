//! Lasers: what electrical power a given light costs, at the chip's temperature, and how long they last.

mod integrated;
mod laser_law;
mod laser_map;
mod reliability;

pub use integrated::{IntegratedLaser, OperatingPoint, Operation};
pub use laser_law::LaserLaw;
pub use laser_map::LaserMap;
pub use reliability::{ArrheniusLaw, probability_of_outage};
