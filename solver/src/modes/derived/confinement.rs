//! How much of a mode lies where.
//!
//! ```text
//! power fraction  ∫_r S_z dA / ∫ S_z dA,   S_z = ½ Re (E × H*)·z
//! Γ_r = dn_eff/dn_r = c ε₀ n_r ∫_r |E|² dA / (2P)
//! ```
//!
//! The first sum to 1. The second are what gain, absorption and index sensors see; their sum is near
//! n_g/n, above 1 in guides of high contrast (Visser, Blok & Lenstra 1997, DOI 10.1109/3.631269). They are first
//! order in the change and exact for lossless guides with closed walls. In an anisotropic material
//! n_r² is the mean of the principal permittivities and the change is the same for all polarisations.

use super::super::sample::Sample;
use super::super::{Mode, ModeError};
use super::{path, power, region_names, region_place};
use crate::convergence::GridStudy;
use cpo_materials::constants::VACUUM_IMPEDANCE;

/// The share of a mode in one region or material.
#[derive(Clone, Debug)]
pub struct Confinement {
    /// Name of the region or material; "background" for what no region covers.
    pub name: String,
    /// Fraction of the power.
    pub power_fraction: GridStudy,
    /// Γ = dn_eff/dn.
    pub gain: GridStudy,
}

impl Mode {
    /// Confinement in the background and in every painted region, in that order; a region painted over
    /// has none.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data, which the solve has excluded.
    pub fn confinement_by_region(&self) -> Result<Vec<Confinement>, ModeError> {
        self.confinement(region_names(self.problem()), region_place)
    }

    /// Confinement in every material of the cross-section.
    ///
    /// # Errors
    /// As [`Mode::confinement_by_region`].
    pub fn confinement_by_material(&self) -> Result<Vec<Confinement>, ModeError> {
        let materials = self.problem().cross_section().materials();
        let names = materials
            .iter()
            .map(|material| material.name().to_owned())
            .collect();
        self.confinement(names, |sample| sample.material)
    }

    fn confinement(
        &self,
        names: Vec<String>,
        place: impl Fn(&Sample) -> usize,
    ) -> Result<Vec<Confinement>, ModeError> {
        let problem = self.problem();
        let index: Vec<f64> = problem
            .permittivity_tensors()?
            .iter()
            .map(|e| ((e[0][0] + e[1][1] + e[2][2]).re / 3.0).max(0.0).sqrt())
            .collect();
        let numbers = |samples: &[Sample]| {
            let total = power(samples);
            let mut numbers = vec![0.0; 2 * names.len()];
            for sample in samples {
                let at = 2 * place(sample);
                let energy = path(problem, sample.position[0]) * sample.electric_squared();
                numbers[at] += sample.area * sample.power_density() / total;
                numbers[at + 1] += sample.area * index[sample.material] * energy
                    / (2.0 * VACUUM_IMPEDANCE * total);
            }
            numbers
        };
        let mut studies = self.sampled_studies(1.0, numbers).into_iter();
        let mut pair = || Some((studies.next()?, studies.next()?));
        let named = names.iter().map_while(|name| {
            let (power_fraction, gain) = pair()?;
            Some(Confinement {
                name: name.clone(),
                power_fraction,
                gain,
            })
        });
        Ok(named.collect())
    }
}
