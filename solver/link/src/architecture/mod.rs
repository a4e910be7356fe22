//! Ways to bring a port to its fibre, and what each takes per bit.

mod description;
mod energy;

pub use description::{Architecture, EnergySource, HostSerdes, LaserPlace, architectures};
pub use energy::{Boundary, EnergyItem};

pub(crate) use energy::{Energy, Setting, required_launch};
