//! The system model that consumes the loss table: which optics costs a port what in dB, watts and pJ/bit, and at which
//! temperature of the chip does the answer change.
//!
//! A [`LinkRequest`] names a port, its lasers' sharing and the entries of a loss table to use; [`Components`] hold all other values with
//! spread and source, each of which a user may replace. [`LinkModel::answers`] gives [`LinkAnswers`]: plain data, every
//! number with range, origin and standing. Nothing is read from or written to files, and the same request gives the same bits.
//!
//! ```
//! use cpo_link::{Components, LinkModel, LinkRequest};
//! let table = cpo_table::LossTable::new("no study", "none", "");
//! let components = Components::embedded()?.overridden("coupler = { typical = \"1.2 dB\" }")?;
//! let answers = LinkModel::new(&table, &LinkRequest::default(), components)?.answers()?;
//! for a in &answers.architectures {
//!     let energy = &a.energies[0].energy; // of the optics
//!     println!("{}: {:.1} pJ/bit, margin {:.1} dB", a.title, 1e12 * energy.value, a.budget.margin.value);
//! }
//! # Ok::<(), cpo_link::LinkError>(())
//! ```
//!
//! | folder | physics |
//! |---|---|
//! | `component` | values with triangular spread, systematic or of a lane |
//! | `receiver`, [`Standard`] | noise, bit errors, amplitude; what interfaces ask |
//! | `budget` | light from plane to plane, margins, Monte Carlo |
//! | `laser` | light, voltage and junction temperature; failures |
//! | `electrical` | copper, SerDes, heaters, delay |
//! | `architecture` | energy per bit at three boundaries |
//! | `answer` | break-even, claims, tiers, waterfall, sensitivity |

mod answer;
mod architecture;
mod budget;
mod component;
pub mod decibel;
mod electrical;
mod error;
mod laser;
mod model;
mod number;
mod receiver;
mod standard;

pub use answer::*;
pub use architecture::{
    Architecture, Boundary, EnergyItem, EnergySource, HostSerdes, LaserPlace, architectures,
};
pub use budget::{
    Budget, Chain, MarginSpread, Plane, PlanePower, Stage, Term, YieldPoint, binomial_interval,
};
pub use component::{Component, ComponentName, Components, Scope, Triangle, Values};
pub use electrical::{CopperPath, SerdesFit, SerdesPoint, copper_loss, heater_power, latency};
pub use error::LinkError;
pub use laser::{
    ArrheniusLaw, IntegratedLaser, LaserLaw, LaserMap, OperatingPoint, Operation,
    probability_of_outage,
};
pub use model::{BaseTemperature, Cooling, HALF_CHANNEL, LinkModel, LinkRequest, Port, TableEntry};
pub use number::{Number, Standing, Unit};
pub use receiver::{
    Modulation, amplitude_of_average, average_over_amplitude, bit_error_ratio, q_factor,
    thermal_sensitivity,
};
pub use standard::{PowerClass, Standard, Standards};
