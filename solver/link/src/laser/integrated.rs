//! A laser on the chip: by a table's map, or by its laws from components.

use super::{LaserLaw, LaserMap};
use crate::Standing;
use crate::component::{ComponentName, Values};

/// One laser's state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// Light, W.
    pub power: f64,
    /// A
    pub current: f64,
    /// V
    pub voltage: f64,
    /// V I, W; of a table the mean over its lasers.
    pub electrical_power: f64,
    /// Of the warmest laser, K.
    pub junction_temperature: f64,
    /// Failure rate, 1/s, where the table has it; the mean over its lasers.
    pub failure_rate: Option<f64>,
    /// Standing of the table's values.
    pub status: Standing,
}

/// What a laser does when light is asked of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    /// It brings the light.
    Running(OperatingPoint),
    /// It cannot, at any current.
    RolledOver,
    /// The map does not reach that temperature, or that light, or the light is not known.
    OffTheMap,
}

impl Operation {
    /// The state, where it brings the light.
    pub fn point(&self) -> Option<&OperatingPoint> {
        match self {
            Self::Running(point) => Some(point),
            Self::RolledOver | Self::OffTheMap => None,
        }
    }

    /// The same with so many times the electricity, at the voltage that it has.
    fn taking(mut self, factor: f64) -> Self {
        if let Self::Running(point) = &mut self {
            point.current *= factor;
            point.electrical_power *= factor;
        }
        self
    }

    /// Standing of a number that follows from it.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Running(point) => point.status,
            Self::RolledOver => Standing::Infeasible,
            Self::OffTheMap => Standing::NotComputed,
        }
    }
}

/// Where a laser's light, voltage and temperature come from.
#[derive(Clone, Debug, PartialEq)]
pub enum IntegratedLaser {
    /// The loss table: self-heating and neighbours under one cooling.
    Map(Box<LaserMap>),
    /// Components, one laser.
    Law,
}

impl IntegratedLaser {
    /// The state with `power` W of light at the base temperature `base` K, the chip's with all lasers off.
    pub fn operate(&self, values: &Values, power: f64, base: f64) -> Operation {
        if power.is_nan() {
            return Operation::OffTheMap;
        }
        match self {
            Self::Map(map) => {
                let state = map.operate(values[ComponentName::LaserDeviation], power, base);
                state.taking(values[ComponentName::LaserElectricity])
            }
            Self::Law => LaserLaw::of(values).operate(power, base),
        }
    }

    /// The most light at the base temperature `base` K of a laser that has rolled over below `above` W.
    pub fn most_power(&self, values: &Values, above: f64, base: f64) -> f64 {
        match self {
            Self::Map(map) => map.most_power(values[ComponentName::LaserDeviation], base),
            Self::Law => LaserLaw::of(values).most_power(above, base),
        }
    }

    /// Base temperatures for which it is known, K.
    pub fn base_range(&self) -> [f64; 2] {
        match self {
            Self::Map(map) => map.base_range(),
            Self::Law => [0.0, f64::INFINITY],
        }
    }

    /// Where it comes from.
    pub fn origin(&self) -> String {
        match self {
            Self::Map(map) => match map.lasers() {
                Some(count) => format!("{}, {count} lasers together", map.path()),
                None => map.path().to_owned(),
            },
            Self::Law => "laser_* components".to_owned(),
        }
    }
}
