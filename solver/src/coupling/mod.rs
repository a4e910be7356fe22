//! Coupling: fibre to chip.
//!
//! A beam, any [`TransverseField`] (a [`Fiber`]'s mode, a higher one of it ([`FiberMode`], [`LinearlyPolarizedMode`]), a
//! [`GaussianBeam`], a [`SampledField`]),
//! meets a waveguide mode given by point values ([`SampledField`]). The efficiency is |a₁₂|² of the
//! one bilinear form of [`overlap()`]; a [`CouplingScan`] takes the beam through gap and tilt and
//! gives a [`CouplingMap`] over all lateral offsets, with the Fresnel factor of the facets apart.
//!
//! Fields go as exp(i(βz − ωt)); x across, y up, z along the guide; every field carries 1 W.

mod alignment;
mod arrival;
mod bessel;
mod coat;
mod correlation;
mod error;
mod etalon;
mod expansion;
mod extent;
mod facet;
mod far_field;
mod fiber;
mod fiber_class;
mod fiber_mode;
mod field;
mod gaussian;
mod jones;
mod layout;
mod linearly_polarized_mode;
mod map;
mod measured_field;
mod monte_carlo;
mod overlap;
mod placement;
mod plane;
mod plane_waves;
mod product;
mod receiver;
mod roots;
mod scan;
mod step_index_fiber;
mod step_index_profile;
mod study;
mod wave_set;
mod weakly_guiding_fiber;

pub use crate::spread::Quantiles;
pub use alignment::Alignment;
pub use coat::{CoatLayer, Face, Multilayer, Response};
pub use error::CouplingError;
pub use etalon::{Etalon, EtalonMap};
pub use expansion::Expansion;
pub use facet::{Fresnel, Gap, Reflections};
pub use far_field::{FarField, FarFieldStudy};
pub use fiber::Fiber;
pub use fiber_class::FiberClass;
pub use fiber_mode::{FiberMode, FiberModeFamily};
pub use field::{SampledField, TransverseField};
pub use gaussian::GaussianBeam;
pub use jones::JonesMatrix;
pub use linearly_polarized_mode::LinearlyPolarizedMode;
pub use map::{CouplingMap, Direction};
pub use measured_field::MeasuredField;
pub use monte_carlo::{LossSamples, MonteCarlo, PlacementSpread, ProcessSpread};
pub use overlap::{efficiency, loss_db, overlap};
pub use placement::{DegreeOfFreedom, Placement};
pub use scan::CouplingScan;
pub use step_index_fiber::StepIndexFiber;
pub use study::CouplingStudy;
pub use weakly_guiding_fiber::WeaklyGuidingFiber;
