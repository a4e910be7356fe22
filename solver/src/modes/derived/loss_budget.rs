//! Where a mode's power goes: absorption by region + radiation + scattering = total.
//!
//! Radiation is what the eigenvalue loses beyond the absorption, level by level, so that errors common to
//! both cancel. Without an absorbing layer there is nowhere to radiate to, and it must vanish within its
//! bar, which tests both: see [`LossBudget::is_balanced`].

use super::super::mode::DERIVED_FACTOR;
use super::super::{Mode, ModeError, Roughness, Wall};
use super::absorption::{DB, RegionLoss};
use crate::convergence::GridStudy;

/// Losses of a mode in dB/m.
#[derive(Clone, Debug)]
pub struct LossBudget {
    /// Absorbed in the background and in every region.
    pub absorption: Vec<RegionLoss>,
    /// Radiated into absorbing layers: leakage and bends.
    pub radiation: GridStudy,
    /// Scattered at rough walls.
    pub scattering: Vec<RegionLoss>,
    /// All of it.
    pub total: GridStudy,
    /// Whether there are absorbing layers to radiate into.
    pub open: bool,
}

impl Mode {
    /// The loss budget, with the scattering at the walls of the regions (by number) that are rough.
    ///
    /// # Errors
    /// Those of [`Mode::absorption_by_region`] and [`Mode::roughness_loss`].
    pub fn loss_budget(&self, rough: &[(usize, Roughness)]) -> Result<LossBudget, ModeError> {
        let absorption = self.absorption_by_region()?;
        let absorbed = self.absorbed()?;
        let k0 = self.wavelength().vacuum_wavenumber();
        let lost =
            |level: usize| 2.0 * DB * k0 * self.family.effective_index(level, self.member).im;
        let mut radiation = self
            .studies(0.0, |level| {
                vec![lost(level) - absorbed(level).iter().sum::<f64>()]
            })
            .remove(0);
        let mut total = self.studies(0.0, |level| vec![lost(level)]).remove(0);
        // What no bar can be below: the round-off of the eigenvalue, whose real part is far larger.
        let floor = 2.0 * DB * k0 * EIGENVALUE_FLOOR * self.effective_index().re;
        let wanted = DERIVED_FACTOR * self.wanted * total.value.abs();
        radiation = radiation.with_further_error(floor, wanted);
        total = total.with_further_error(floor, wanted);
        let regions = self.problem().cross_section().regions();
        let mut scattering = Vec::with_capacity(rough.len());
        for &(region, roughness) in rough {
            let loss = self.roughness_loss(region, roughness)?;
            total.value += loss.value;
            let wanted = DERIVED_FACTOR * self.wanted * total.value.abs();
            total = total.with_further_error(loss.error, wanted);
            scattering.push(RegionLoss {
                name: regions[region].name.clone(),
                loss,
            });
        }
        let sides = self.problem().walls().sides();
        let open = sides
            .iter()
            .any(|wall| matches!(wall, Wall::Absorbing { .. }));
        Ok(LossBudget {
            absorption,
            radiation,
            scattering,
            total,
            open,
        })
    }
}

/// Relative error that the iteration leaves in an eigenvalue: the square of its vector's.
const EIGENVALUE_FLOOR: f64 = 1e-12;

impl LossBudget {
    /// Sum of the parts in dB/m.
    pub fn sum(&self) -> f64 {
        let parts = self.absorption.iter().chain(&self.scattering);
        parts.map(|part| part.loss.value).sum::<f64>() + self.radiation.value
    }

    /// Whether the parts sum to the total within their bars, and a closed guide radiates nothing.
    pub fn is_balanced(&self) -> bool {
        let parts = self.absorption.iter().chain(&self.scattering);
        let bar: f64 = parts.map(|part| part.loss.error).sum::<f64>();
        let adds_up =
            (self.sum() - self.total.value).abs() <= bar + self.radiation.error + self.total.error;
        adds_up && (self.open || self.radiation.value.abs() <= self.radiation.error)
    }
}
