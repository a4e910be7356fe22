//! Absorption by region.
//!
//! Poynting's theorem for fields that fall as exp(−Im β z):
//!
//! ```text
//! 2 Im β P = Σ_r ½ ω ε₀ ∫_r E*·(Im ε) E dA + radiation,   α_r = (k₀/Z₀P) ½ ∫_r E*·(Im ε) E dA
//! ```
//!
//! in nepers of power per metre; for an isotropic region 2 k₀ Γ_r κ_r. Nothing is perturbed: E are the
//! lossy guide's own fields, and P is the power in the window.

use super::super::sample::Sample;
use super::super::{Mode, ModeError};
use super::{path, power, region_names, region_place};
use crate::convergence::GridStudy;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use num_complex::Complex64;

/// dB per neper of power.
pub(super) const DB: f64 = 10.0 * std::f64::consts::LOG10_E;

/// What a region takes from the mode.
#[derive(Clone, Debug)]
pub struct RegionLoss {
    /// Name of the region; "background" for what no region covers.
    pub name: String,
    /// Loss in dB/m.
    pub loss: GridStudy,
}

impl Mode {
    /// Absorption in dB/m in the background and in every painted region, in that order.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data, which the solve has excluded.
    pub fn absorption_by_region(&self) -> Result<Vec<RegionLoss>, ModeError> {
        let names = region_names(self.problem());
        let absorbed = self.absorbed()?;
        let studies = self.studies(0.0, absorbed);
        let named = names.into_iter().zip(studies);
        Ok(named
            .map(|(name, loss)| RegionLoss { name, loss })
            .collect())
    }

    /// Absorption in dB/m of all regions together.
    ///
    /// # Errors
    /// As [`Mode::absorption_by_region`].
    pub fn absorption(&self) -> Result<GridStudy, ModeError> {
        let absorbed = self.absorbed()?;
        let mut studies = self.studies(0.0, |level| vec![absorbed(level).iter().sum()]);
        Ok(studies.remove(0))
    }

    /// Absorption by region on a level in dB/m.
    pub(super) fn absorbed(&self) -> Result<impl Fn(usize) -> Vec<f64>, ModeError> {
        let problem = self.problem();
        let tensors = problem.permittivity_tensors()?;
        let regions = problem.cross_section().regions().len() + 1;
        let k0 = problem.wavelength().vacuum_wavenumber();
        Ok(move |level: usize| {
            let samples = self.family.samples(level, self.member);
            let mut absorbed = vec![0.0; regions];
            for sample in &samples {
                absorbed[region_place(sample)] += sample.area
                    * path(problem, sample.position[0])
                    * dissipation(sample, &tensors[sample.material]);
            }
            let scale = DB * k0 / (2.0 * VACUUM_IMPEDANCE * power(&samples));
            absorbed.iter().map(|sum| scale * sum).collect()
        })
    }
}

/// E*·(Im ε) E of a symmetric tensor in V²/m².
fn dissipation(sample: &Sample, tensor: &[[Complex64; 3]; 3]) -> f64 {
    let e = sample.electric;
    let term = |i: usize, j: usize| tensor[i][j].im * (e[i].conj() * e[j]).re;
    (0..3)
        .map(|i| (0..3).map(|j| term(i, j)).sum::<f64>())
        .sum()
}
