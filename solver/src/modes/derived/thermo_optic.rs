//! dn_eff/dT from the materials' dn/dT: dn_eff = ∂n_eff/∂ε · dε/dT on every level, without a further solve.
//!
//! Index changes alone. Thermal expansion and the stress that it brings are not included, nor is a
//! temperature that varies over the cross-section.

use super::super::mode::DERIVED_FACTOR;
use super::super::{ModeError, ModeProblem, ModeSet};
use crate::convergence::GridStudy;
use cpo_materials::{Quantity, Temperature};

/// dn_eff/dT of the modes of a set.
#[derive(Clone, Debug)]
pub struct ThermoOptic {
    /// d Re n_eff/dT in 1/K by mode.
    pub slopes: Vec<GridStudy>,
    /// Materials whose index is not known to depend on temperature and was held: stated constants and
    /// data without dn/dT. Unless they are vacuum, the slopes lack their share.
    pub held: Vec<String>,
}

/// Half the temperature step in K: dn/dT are constants or straight lines here, so the step only has to
/// stand out of round-off.
const STEP: f64 = 0.5;

impl ModeSet {
    /// dn_eff/dT of every mode at the problem's temperature.
    ///
    /// # Errors
    /// [`ModeError::Material`] if neither side of the temperature is within the materials' data.
    pub fn thermo_optic(&self) -> Result<ThermoOptic, ModeError> {
        let problem = self.family.problem();
        let temperature = problem.temperature().si();
        let at = |kelvin: f64| problem.clone().at_temperature(Temperature::kelvin(kelvin));
        let within = |problem: &ModeProblem| problem.permittivity_tensors();
        let (low, high) = (at(temperature - STEP), at(temperature + STEP));
        // Where data end, from one side.
        let (low, high, step) = match (within(&low), within(&high)) {
            (Ok(_), Ok(_)) => (low, high, 2.0 * STEP),
            (Err(_), Ok(_)) => (problem.clone(), high, STEP),
            (Ok(_), Err(_)) => (low, problem.clone(), STEP),
            (Err(error), Err(_)) => return Err(error),
        };
        let tensors = [within(&low)?, within(&high)?];
        let materials = problem.cross_section().materials().iter().enumerate();
        let held = materials
            .filter(|&(m, _)| tensors[0][m] == tensors[1][m])
            .map(|(_, material)| material.name().to_owned())
            .collect();
        let slopes = self.sensitivity(&low, &high, step)?.into_iter().zip(self);
        let slopes = slopes.map(|(slope, mode)| {
            let size = slope.value.abs();
            let window = mode.shape_window_effect * size;
            slope.with_further_error(window, DERIVED_FACTOR * mode.wanted * size)
        });
        let slopes = slopes.collect();
        Ok(ThermoOptic { slopes, held })
    }
}
