//! Integrated lasers under each way of cooling.

use serde::Serialize;

use super::break_even::{BreakEvenMap, difference_at};
use crate::error::LinkError;
use crate::model::LinkModel;
use crate::number::Number;

/// What a way of cooling makes of the choice between lasers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoolingAnswer {
    /// "liquid", "air".
    pub name: String,
    /// Chip's temperature at its lasers with all of them off, K.
    pub base_temperature: Number,
    /// Where the laser's light comes from.
    pub laser: String,
    /// Optics with the integrated less with the external laser, J/bit; NaN where the laser has rolled over.
    pub difference: Number,
    /// Whether integrated lasers bring the light.
    pub is_feasible: bool,
    /// Whether they are the cheaper.
    pub integrated_wins: bool,
    /// Break-even temperature less the chip's, K: how much warmer it may get; NaN where there is no break-even.
    pub headroom: f64,
}

pub(super) fn answers(
    model: &LinkModel,
    break_even: &BreakEvenMap,
) -> Result<Vec<CoolingAnswer>, LinkError> {
    let answer = |chip: &crate::model::CooledChip| {
        let temperature = chip.base_temperature.value;
        let difference = difference_at(model, &chip.laser, temperature)?;
        Ok(CoolingAnswer {
            name: chip.name.clone(),
            laser: chip.laser.origin(),
            is_feasible: !difference.value.is_nan(),
            integrated_wins: difference.value < 0.0,
            headroom: break_even.at_typical_path.value - temperature,
            base_temperature: chip.base_temperature.clone(),
            difference,
        })
    };
    model.cooling.iter().map(answer).collect()
}
