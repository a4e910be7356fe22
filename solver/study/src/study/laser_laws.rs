//! The laws of a laser: light and heat, age, and the mode that lases.

use cpo_materials::{Quantity, SlopeEfficiency, Wavelength, WavelengthDrift};
use cpo_solver::laser::{
    LaserError, LaserModel, LaserParameters, LaserState, ModeSelection, Reliability,
};

use super::LaserValues;

/// What a laser does at a temperature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaserLaws {
    pub(crate) model: LaserModel,
    /// Whether the study states a wavelength.
    pub(crate) emits: bool,
    /// How it ages, if stated.
    pub(crate) reliability: Option<Reliability>,
    /// What selects its mode, if stated.
    pub(crate) modes: Option<ModeSelection>,
}

impl LaserLaws {
    /// Those of a study's values.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] for a value that no laser has.
    pub(crate) fn new(values: &LaserValues) -> Result<Self, LaserError> {
        let modes = values
            .mode_hop
            .map(|(spacing, drift, detuning)| ModeSelection::new(spacing, drift, detuning.si()));
        Ok(Self {
            model: LaserModel::new(parameters(values))?,
            emits: values.emission.is_some(),
            reliability: values.reliability.map(Reliability::new).transpose()?,
            modes: modes.transpose()?,
        })
    }

    /// Wavelength of the mode that lases, m; a number without meaning where none is stated.
    pub(crate) fn wavelength(&self, state: &LaserState) -> f64 {
        let hopped = self
            .modes
            .map(|modes| modes.margin(&self.model, state.junction).wavelength);
        hopped.unwrap_or(state.wavelength).si()
    }
}

fn parameters(values: &LaserValues) -> LaserParameters {
    // Without a stated wavelength any will do: none is reported.
    let none = (Wavelength::from_si(1e-6), WavelengthDrift::from_si(0.0));
    let (wavelength, drift) = values.emission.unwrap_or(none);
    LaserParameters {
        reference: values.reference_temperature,
        threshold: values.threshold_current,
        threshold_temperature: values.threshold_temperature,
        slope: SlopeEfficiency::from_si(values.slope_efficiency.si()),
        slope_temperature: values.slope_temperature,
        turn_on: values.turn_on_voltage,
        resistance: values.series_resistance,
        wavelength,
        drift,
    }
}
