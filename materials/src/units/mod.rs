//! Quantities with units: SI inside, "220 nm" at the door.
//!
//! A quantity is read from a number and a unit expression (see [`Quantity::parse`] and
//! [`AnyQuantity`]) and printed with a natural prefix, so that parse(print(q)) = q to round-off.
//! Everything between those two doors is `f64` in SI.
//!
//! | written | meaning |
//! |---|---|
//! | `220 nm`, `0.22 um`, `0.22 µm` | prefixes f p n u µ m c k M G T |
//! | `130 W/(m K)`, `130 W/m/K`, `130 W m^-1 K⁻¹` | products by space, `*` or `·`; `/`; exponents |
//! | `1.8e-4 1/K`, `0.5 um2`, `0.5 µm²` | |
//! | `55 degC`, `328.15 K` | degC only alone; a difference is in K |
//! | `8 deg`, `140 mrad`, `0.5 dB`, `2 dB/cm`, `5 %` | angles and levels are not plain numbers |

mod dimension;
mod error;
mod parse;
mod print;
mod quantity;
#[cfg(test)]
mod tests;
mod types;

pub use dimension::Dimension;
pub use error::UnitError;
pub use quantity::{AnyQuantity, Quantity};
pub use types::{
    Angle, BitRate, ContactResistance, Current, Decibel, Density, Duration, Energy, EnergyPerBit,
    FailureRate, HeatCapacityRate, HeatFlux, HeatTransferCoefficient, Length, PerKelvin, PerLength,
    Power, Resistance, SlopeEfficiency, SpecificHeat, Temperature, TemperatureDifference,
    ThermalConductivity, ThermalResistance, Voltage, Wavelength, WavelengthDrift,
};
