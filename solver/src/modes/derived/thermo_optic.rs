//! dn_eff/dT from the materials' dn/dT: dn_eff = ∂n_eff/∂ε · dε/dT on every level, without a further solve.
//!
//! Where the temperature varies over the cross-section, first order in the rise:
//!
//! ```text
//! Δn_eff = c ε₀/(4P) ∫ E*·(dε/dT) E ΔT(x, y) dA
//! ```
//!
//! (A. W. Snyder, J. D. Love, *Optical Waveguide Theory* (1983), §31-1). Index changes alone: thermal expansion and the stress that it brings
//! are not included.

use super::super::mode::DERIVED_FACTOR;
use super::super::sample::Sample;
use super::super::{Mode, ModeError, ModeProblem, ModeSet};
use super::{path, power};
use crate::convergence::GridStudy;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Quantity, Temperature};
use num_complex::Complex64;

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

/// The problem a little colder and a little warmer.
struct Neighbours {
    low: ModeProblem,
    high: ModeProblem,
    tensors: [Vec<[[Complex64; 3]; 3]>; 2],
    /// K.
    step: f64,
}

fn neighbours(problem: &ModeProblem) -> Result<Neighbours, ModeError> {
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
    Ok(Neighbours {
        low,
        high,
        tensors,
        step,
    })
}

impl Mode {
    /// Δ Re n_eff, to first order, where the temperature at (x, y), in metres of the cross-section, lies `rise` kelvin above the problem's. For
    /// lossless guides. Materials without dn/dT are held, as in [`ModeSet::thermo_optic`].
    ///
    /// # Errors
    /// [`ModeError::Material`] if neither side of the temperature is within the materials' data.
    pub fn heated(&self, rise: impl Fn([f64; 2]) -> f64) -> Result<GridStudy, ModeError> {
        let problem = self.problem();
        let Neighbours { tensors, step, .. } = neighbours(problem)?;
        let [low, high] = &tensors;
        let shift = |samples: &[Sample]| {
            let mut sum = 0.0;
            for sample in samples {
                let (low, high) = (low[sample.material], high[sample.material]);
                let e = sample.electric;
                let mut density = 0.0;
                for (i, row) in e.iter().enumerate() {
                    for (j, column) in e.iter().enumerate() {
                        let slope = (high[i][j] - low[i][j]) / step;
                        density += (row.conj() * slope * column).re;
                    }
                }
                let weight = sample.area * path(problem, sample.position[0]);
                sum += weight * density * rise(sample.position);
            }
            vec![sum / (4.0 * VACUUM_IMPEDANCE * power(samples))]
        };
        let mut studies = self.sampled_studies(0.0, shift);
        Ok(studies.swap_remove(0))
    }
}

impl ModeSet {
    /// dn_eff/dT of every mode at the problem's temperature.
    ///
    /// # Errors
    /// [`ModeError::Material`] if neither side of the temperature is within the materials' data.
    pub fn thermo_optic(&self) -> Result<ThermoOptic, ModeError> {
        let problem = self.family.problem();
        let Neighbours {
            low,
            high,
            tensors,
            step,
        } = neighbours(problem)?;
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
