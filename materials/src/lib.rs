//! What things are made of: optical and thermal materials with their sources and validity ranges,
//! and the units that such data are stated in.
//!
//! A [`Material`] comes from the [`catalogue`], from a file of the refractiveindex.info database
//! ([`read_refractiveindex_info`]), or from one's own values ([`Material::builder`]). It is asked
//! for its permittivity at a wavelength and a temperature, or for its thermal conductivity at a
//! temperature, and refuses conditions that its data do not cover.
//!
//! Conventions: fields go as exp(i(βz − ωt)), so Im ε ≥ 0 is loss; in optics x is across the guide,
//! y up and z along it; in heat x and y are lateral and z is up. All values are in SI units.
//!
//! ```
//! use cpo_materials::{Quantity, Temperature, Wavelength, catalogue};
//! let silicon = catalogue().find("Si")?;
//! let (wavelength, temperature) = (Wavelength::parse("1310 nm")?, Temperature::parse("20 degC")?);
//! let [epsilon, ..] = silicon.permittivity(wavelength, temperature)?;
//! let [k, ..] = silicon.thermal_conductivity(temperature)?;
//! println!("{}: eps {epsilon:.4}, k {k:.1} W/(m K), {}", silicon.name(), silicon.source().unwrap().reference);
//! # Ok::<(), cpo_materials::MaterialError>(())
//! ```

mod builder;
mod catalogue;
pub mod constants;
pub mod dispersion;
mod error;
mod material;
mod optic_axis;
mod optics;
mod refractiveindex_info;
mod source;
mod thermal;
pub mod units;

pub use builder::MaterialBuilder;
pub use catalogue::{Catalogue, catalogue};
pub use error::MaterialError;
pub use material::Material;
pub use optic_axis::{OpticAxis, OpticAxisError};
pub use refractiveindex_info::read_refractiveindex_info;
pub use source::Source;
pub use thermal::{ColumnsLaw, ConductivityLaw};
pub use units::*;
