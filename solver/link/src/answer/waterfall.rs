//! From the optics' electricity to the photodiode, in dB and W.

use serde::Serialize;

use crate::architecture::{Architecture, Energy, LaserPlace, Setting};
use crate::budget::Budget;
use crate::decibel::{db, watts};

/// One step down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaterfallStep {
    /// What takes the light.
    pub name: String,
    /// Loss, dB.
    pub loss_db: f64,
    /// Power after it, W: of the laser's light up to the split, of one lane from there on.
    pub power: f64,
    /// Power after it, dBm.
    pub power_dbm: f64,
}

/// Steps from electrical power to the photodiode.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waterfall {
    /// Electrical power behind the light of one laser or fibre, W; NaN where the laser does not bring it.
    pub electrical_power: f64,
    /// The steps.
    pub steps: Vec<WaterfallStep>,
    /// Light at the photodiode over electrical power, dB.
    pub total_db: f64,
}

pub(super) fn waterfall(
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
    budget: &Budget,
) -> Waterfall {
    let electrical_power = typical.laser_power * setting.conditions.split as f64;
    let mut power_dbm = budget.launch.value;
    let name = match architecture.laser {
        LaserPlace::External => "external source, electrical to fibre",
        LaserPlace::Module | LaserPlace::Integrated => "laser and its supply, electrical to light",
    };
    let mut steps = vec![WaterfallStep {
        name: name.to_owned(),
        loss_db: db(electrical_power / watts(power_dbm)),
        power: watts(power_dbm),
        power_dbm,
    }];
    for (name, loss_db) in budget.planes.iter().flat_map(|plane| &plane.terms) {
        power_dbm -= loss_db;
        steps.push(WaterfallStep {
            name: name.clone(),
            loss_db: *loss_db,
            power: watts(power_dbm),
            power_dbm,
        });
    }
    Waterfall {
        electrical_power,
        total_db: steps.iter().map(|step| step.loss_db).sum(),
        steps,
    }
}
