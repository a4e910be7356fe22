//! What is asked.

use serde::Serialize;

use crate::error::LinkError;
use crate::standard::{Standard, Standards};

/// Points of a Sobol sequence.
const MOST_SAMPLES: u32 = 1 << 16;

/// A port: how much, over which interface.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Port {
    /// bit/s
    pub bandwidth: f64,
    /// Name of the standard of its lanes.
    pub standard: String,
}

/// A group of the loss table, and where on those of its axes that the model does not set itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TableEntry {
    /// Path, "fibre_chip/facet".
    pub group: String,
    /// Coordinates on axes of swept parameters: (axis, SI value).
    pub at: Vec<(String, f64)>,
}

impl TableEntry {
    /// A group without swept parameters.
    pub fn new(group: impl Into<String>) -> Self {
        Self {
            group: group.into(),
            at: Vec::new(),
        }
    }
}

/// Temperature of the chip at its lasers with all of them off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum BaseTemperature {
    /// K
    Stated(f64),
    /// The warmest `base_temperature` of that group, "laser/array_liquid"; its map "laser/array_liquid_light" is used for it where
    /// the table has one.
    Table(TableEntry),
}

/// A way of cooling, by what it does to the chip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cooling {
    /// "liquid", "air".
    pub name: String,
    /// What the chip's temperature is under it.
    pub base: BaseTemperature,
}

/// The port to answer for, how lasers are shared, what to take from the loss table, and which conditions to go through.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkRequest {
    /// The port that architectures are compared for.
    pub port: Port,
    /// Lanes of one optical engine, for yield and failures.
    pub lanes_per_engine: u32,
    /// Lanes that share the light of one fibre of an external source, or of one laser of a module.
    pub split: usize,
    /// Lanes that share the light of one integrated laser.
    pub lanes_per_laser: usize,
    /// Spare lasers of an engine.
    pub spare_lasers: usize,
    /// Chip's temperature at its lasers with all of them off, K.
    pub chip_temperature: f64,
    /// Half-width of its error bar, K; nil of one that is stated.
    pub chip_temperature_error: f64,
    /// Wavelength at which the table is read, m.
    pub wavelength: f64,
    /// Coupling whose loss replaces the component `coupler`, in all architectures and both directions.
    pub coupling: Option<TableEntry>,
    /// Taper from the coupling's guide to the chip's, whose loss adds to the coupling's.
    pub taper: Option<TableEntry>,
    /// Guide whose drift replaces the component `resonance_drift`, and whose loss, scattering included, `waveguide_loss` where it
    /// exceeds its error.
    pub waveguide: Option<TableEntry>,
    /// Path of the map of integrated lasers, "laser/NAME_HEAT_light"; without it the `laser_*` components hold.
    pub laser_map: Option<String>,
    /// Ways of cooling, placed on the break-even map.
    pub cooling: Vec<Cooling>,
    /// Ports of the tiers.
    pub tiers: Vec<Port>,
    /// Losses from P1 to P3 of the break-even map, dB, rising.
    pub path_losses_db: Vec<f64>,
    /// Chip temperatures of the break-even map, K, rising.
    pub chip_temperatures: Vec<f64>,
    /// Engines drawn for margins, and draws for energies.
    pub samples: u32,
    /// Seed of the draws.
    pub seed: u32,
}

impl Default for LinkRequest {
    /// 800 Gbit/s over lanes of 400G-DR4, one fibre of an external source for four lanes, a laser of its own for each
    /// lane, chip at 75 °C, nothing from a table.
    fn default() -> Self {
        let port = |bandwidth: f64, standard: &str| Port {
            bandwidth,
            standard: standard.to_owned(),
        };
        Self {
            port: port(800e9, "400G-DR4"),
            lanes_per_engine: 16,
            split: 4,
            lanes_per_laser: 1,
            spare_lasers: 0,
            chip_temperature: 348.15,
            chip_temperature_error: 0.0,
            wavelength: 1311e-9,
            coupling: None,
            taper: None,
            waveguide: None,
            laser_map: None,
            cooling: Vec::new(),
            tiers: vec![
                port(800e9, "400G-DR4"),
                port(1.6e12, "200G-DR"),
                port(3.2e12, "200G-DR"),
                port(6.4e12, "200G-DR"),
            ],
            path_losses_db: (0..=24).map(|k| 1.0 + 0.125 * f64::from(k)).collect(),
            chip_temperatures: (0..=40).map(|k| 298.15 + 2.5 * f64::from(k)).collect(),
            samples: 1024,
            seed: 1,
        }
    }
}

impl LinkRequest {
    /// Whether its numbers can be, whatever the table.
    ///
    /// # Errors
    /// [`LinkError`] for the first that cannot.
    pub fn check(&self, standards: &Standards) -> Result<(), LinkError> {
        for port in self.tiers.iter().chain([&self.port]) {
            let standard = standards.get(&port.standard)?;
            positive("bandwidth of a port", port.bandwidth, "bit/s")?;
            if port.bandwidth < standard.lane_rate {
                return Err(LinkError::range(
                    "bandwidth of a port",
                    format!("{} bit/s", port.bandwidth),
                    format!("it is at least one lane of {}", port.standard),
                ));
            }
        }
        for (what, count) in [
            ("lanes_per_engine", self.lanes_per_engine as usize),
            ("split", self.split),
            ("lanes_per_laser", self.lanes_per_laser),
            ("samples", self.samples as usize),
        ] {
            if count == 0 {
                return Err(LinkError::range(what, count, "it is at least 1"));
            }
        }
        let (standard, most) = self.most_sharing(standards)?;
        for (what, lanes) in self.sharing() {
            if lanes > most {
                let allowed = format!(
                    "a laser has one wavelength, and an engine of {} lanes over {} has {most} of one wavelength",
                    self.lanes_per_engine, standard.name
                );
                return Err(LinkError::range(what, lanes, allowed));
            }
        }
        if self.samples > MOST_SAMPLES {
            let allowed =
                format!("it is at most {MOST_SAMPLES}, the length of the sequence of points");
            return Err(LinkError::range("samples", self.samples, allowed));
        }
        if let (Some(taper), None) = (&self.taper, &self.coupling) {
            let allowed = "it goes on from a coupling, and the request has none";
            return Err(LinkError::range("taper", &taper.group, allowed));
        }
        positive("chip_temperature", self.chip_temperature, "K")?;
        if !(self.chip_temperature_error >= 0.0 && self.chip_temperature_error.is_finite()) {
            return Err(LinkError::range(
                "chip_temperature_error",
                format!("{} K", self.chip_temperature_error),
                "it is zero or positive",
            ));
        }
        positive("wavelength", self.wavelength, "m")?;
        for (what, values) in [
            ("path_losses_db", &self.path_losses_db),
            ("chip_temperatures", &self.chip_temperatures),
        ] {
            if values.len() < 2 || !values.windows(2).all(|w| w[0] < w[1]) {
                let found = format!("{values:?}");
                return Err(LinkError::range(
                    what,
                    found,
                    "it is two or more rising numbers",
                ));
            }
        }
        Ok(())
    }
}

impl LinkRequest {
    /// Lanes that share a laser's light, by the name of the field.
    pub fn sharing(&self) -> [(&'static str, usize); 2] {
        [
            ("split", self.split),
            ("lanes_per_laser", self.lanes_per_laser),
        ]
    }

    /// Most lanes of an engine that can share a laser's light, and the standard of the ports that leaves so few.
    ///
    /// # Errors
    /// [`LinkError::Unknown`] for a standard that does not exist.
    pub fn most_sharing<'a>(
        &self,
        standards: &'a Standards,
    ) -> Result<(&'a Standard, usize), LinkError> {
        let mut narrowest = standards.get(&self.port.standard)?;
        for tier in &self.tiers {
            let standard = standards.get(&tier.standard)?;
            if standard.lanes_per_fibre > narrowest.lanes_per_fibre {
                narrowest = standard;
            }
        }
        let lanes = self.lanes_per_engine as usize;
        Ok((narrowest, narrowest.lanes_of_one_wavelength(lanes)))
    }
}

pub(super) fn positive(what: &str, value: f64, unit: &str) -> Result<(), LinkError> {
    match value.is_finite() && value > 0.0 {
        true => Ok(()),
        false => Err(LinkError::range(
            what,
            format!("{value} {unit}"),
            "it is positive",
        )),
    }
}
