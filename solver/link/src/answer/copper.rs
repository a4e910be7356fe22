//! Copper against lane rate: when does a lane need digital equalisation?

use serde::Serialize;

use crate::component::{ComponentName as C, Values};
use crate::electrical::{CopperPath, copper_loss};
use crate::model::LinkModel;
use crate::number::{Number, Unit};
use crate::receiver::Modulation;

/// Lanes: line rate, modulation.
const LANES: [(f64, Modulation); 5] = [
    (10.3125e9, Modulation::Nrz),
    (25.78125e9, Modulation::Nrz),
    (53.125e9, Modulation::Pam4),
    (106.25e9, Modulation::Pam4),
    (212.5e9, Modulation::Pam4),
];

/// Loss of one lane on one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CopperAnswer {
    /// bit/s on the line.
    pub line_rate: f64,
    /// Levels of a symbol.
    pub modulation: Modulation,
    /// The way.
    pub path: CopperPath,
    /// dB at the Nyquist frequency; range p05 to p95.
    pub loss: Number,
    /// Energy of a SerDes that bears it, J/bit; range p05 to p95.
    pub serdes: Number,
    /// Share of draws in which it exceeds what is equalised without sampling and digital processing.
    pub share_beyond: f64,
    /// Whether it exceeds what is equalised without sampling and digital processing, with typical values.
    pub needs_dsp: bool,
}

pub(super) fn answers(model: &LinkModel) -> Vec<CopperAnswer> {
    let paths = [CopperPath::Board, CopperPath::Substrate];
    let each = paths
        .iter()
        .flat_map(|&path| LANES.map(|lane| (path, lane)));
    each.map(|(path, (line_rate, modulation))| {
        let frequency = modulation.nyquist_frequency(line_rate);
        let loss = |values: &Values| copper_loss(path, values, frequency);
        let serdes = |values: &Values| model.serdes.energy(loss(values)) * values[C::SerdesScatter];
        let typical = loss(&model.typical);
        let is_beyond = |values: &Values| loss(values) > values[C::AnalogueEqualiserLimit];
        CopperAnswer {
            line_rate,
            modulation,
            path,
            loss: Number::drawn(
                model.draws.range(typical, loss),
                Unit::Decibel,
                "skin effect, dielectric, packages and connector; p05 to p95",
            ),
            serdes: Number::drawn(
                model.draws.range(serdes(&model.typical), serdes),
                Unit::JoulePerBit,
                "fit of published SerDes; p05 to p95",
            ),
            share_beyond: model.draws.share(is_beyond),
            needs_dsp: typical > model.typical[C::AnalogueEqualiserLimit],
        }
    })
    .collect()
}
