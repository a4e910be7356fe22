//! Integrated lasers under each way of cooling.

use serde::Serialize;

use super::break_even::{BreakEvenSide, Difference, LeftOut, break_even_of, difference_at};
use crate::Standing;
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
    /// Optics with the integrated less with the external laser, J/bit; NaN where either does not bring the light, and where it is not
    /// known, for which the origin gives the reason.
    pub difference: Number,
    /// Whether integrated lasers bring the light.
    pub is_feasible: bool,
    /// Whether a class of external sources brings it.
    pub has_source: bool,
    /// Share of all draws in which they are the cheaper; NaN where it is not known.
    pub integrated_share: f64,
    /// Share of all draws in which external lasers are.
    pub external_share: f64,
    /// Draws that are in neither share, nor in the range of the difference.
    pub left_out: LeftOut,
    /// Whether they are the cheaper in half or more of the draws in which either brings the light.
    pub integrated_wins: bool,
    /// Break-even temperature of that laser, K; NaN where one is always the cheaper.
    pub break_even_temperature: f64,
    /// How it comes about.
    pub break_even_side: BreakEvenSide,
    /// Failure rate of all lasers at the state that the table itself was asked for, 1/s, where it has one.
    pub table_failure_rate: Option<Number>,
}

pub(super) fn answers(model: &LinkModel) -> Result<Vec<CoolingAnswer>, LinkError> {
    let answer = |chip: &crate::model::CooledChip| {
        let temperature = chip.base_temperature.value;
        let Difference {
            number: mut difference,
            standings: [mut integrated, external],
            shares: [integrated_share, external_share],
            left_out,
        } = difference_at(model, &chip.laser, [temperature, chip.base_error])?;
        if difference.status == Standing::NotComputed {
            difference.origin = String::from("the loss table lacks a value that it needs");
        }
        // A map has all lasers as warm as the warmest: its end comes a little before that of the array.
        if integrated == Standing::Infeasible && chip.sure_power >= model.required_light()? {
            integrated = Standing::NotComputed;
            difference.status = integrated;
            difference.origin = format!(
                "the array brings the light, but not with all lasers as warm as the warmest, which is what {} holds",
                chip.laser.origin()
            );
        }
        let (break_even_temperature, break_even_side) = break_even_of(model, &chip.laser)?;
        Ok(CoolingAnswer {
            name: chip.name.clone(),
            laser: chip.laser.origin(),
            is_feasible: integrated < Standing::Infeasible,
            has_source: external != Standing::Infeasible,
            integrated_share,
            external_share,
            left_out,
            integrated_wins: difference.middle() < 0.0,
            break_even_temperature,
            break_even_side,
            table_failure_rate: chip.failure_rate.clone(),
            base_temperature: chip.base_temperature.clone(),
            difference,
        })
    };
    model.cooling.iter().map(answer).collect()
}
