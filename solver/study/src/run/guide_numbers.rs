//! Numbers of a guided mode that a budget or a ring adds up: of the guide as drawn, and where its parameters deviate.

use cpo_materials::{Quantity, Temperature};
use cpo_solver::modes::{Mode, ModeProblem, ModeSet, ModeSolver, RegionLoss, Roughness};
use serde::{Deserialize, Serialize};

use super::modes::differences;
use super::{Outcome, Value};
use crate::plan::ModePoint;
use crate::study::Study;

/// 20 log₁₀(e): dB per neper of amplitude.
const DB_PER_NEPER: f64 = 20.0 * std::f64::consts::LOG10_E;
/// Step of dn_eff/dT in kelvin.
const TEMPERATURE_STEP: f64 = 0.5;

/// Numbers of one mode; what each is stands at [`super::ModeRecord`].
#[derive(Clone, Debug)]
pub(super) struct GuideNumbers {
    pub(super) effective_index: Value,
    pub(super) attenuation: Value,
    pub(super) group_index: Value,
    pub(super) loss_db_per_m: Value,
    pub(super) absorption: Vec<(String, Value)>,
    pub(super) radiation: Value,
    pub(super) scattering: Vec<(String, Value)>,
    pub(super) total_loss_db_per_m: Value,
    pub(super) transition_db: Value,
    pub(super) dispersion: Value,
    pub(super) thermo_optic: Value,
    pub(super) resonance_drift: Value,
}

impl GuideNumbers {
    /// Of all modes of `set`, which `solver` found for `problem` at `point`, their walls smooth.
    pub(super) fn smooth(
        study: &Study,
        point: &ModePoint,
        solver: &ModeSolver,
        problem: &ModeProblem,
        set: &ModeSet,
    ) -> Outcome<Vec<Self>> {
        let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
        let thermo_optic = thermo_optic(problem, set);
        // Not the modes' attenuation: radiation is no absorption.
        let tensors = problem.permittivity_tensors().map_err(|e| e.to_string())?;
        let absorbing = tensors.iter().flatten().flatten().any(|e| e.im != 0.0);
        // Where the straight guide cannot be solved its joint is unknown; the bend is not.
        let straight = problem
            .bend_radius()
            .and_then(|_| solver.solve(&problem.clone().straight()).ok());
        let dispersion: Vec<Value> = if table.dispersion {
            let studies = solver.group_velocity_dispersion(problem, set);
            let studies = studies.map_err(|e| format!("its dispersion: {e}"))?;
            studies.iter().map(Value::from).collect()
        } else {
            vec![Value::absent(); set.modes().len()]
        };
        let numbers = |(m, mode): (usize, &Mode)| -> Outcome<Self> {
            let budget = mode.loss_budget(&[]).map_err(|e| e.to_string())?;
            let radiation = match budget.open {
                true => Value::from(&budget.radiation),
                false => Value::absent(),
            };
            let attenuation = Value::from(mode.attenuation_study());
            // dB/m of Im n_eff = 1; of the error bar too where the value is zero.
            let per_index = DB_PER_NEPER * mode.wavelength().vacuum_wavenumber();
            let drift = thermo_optic[m].scaled(mode.wavelength().si());
            Ok(Self {
                effective_index: mode.effective_index_study().into(),
                attenuation,
                group_index: mode.group_index().into(),
                loss_db_per_m: attenuation.scaled(per_index),
                absorption: match absorbing {
                    true => by_region(budget.absorption),
                    false => Vec::new(),
                },
                radiation,
                scattering: Vec::new(),
                total_loss_db_per_m: Value::from(&budget.total),
                transition_db: straight
                    .as_ref()
                    .map_or_else(Value::absent, |straight| transition(mode, straight)),
                dispersion: dispersion[m],
                thermo_optic: thermo_optic[m],
                resonance_drift: drift / Value::from(mode.group_index()),
            })
        };
        set.iter().enumerate().map(numbers).collect()
    }

    /// Adds what the walls scatter at `point` to `numbers` of the modes of `set`.
    pub(super) fn roughen(
        study: &Study,
        point: &ModePoint,
        set: &ModeSet,
        numbers: &mut [Self],
    ) -> Outcome<()> {
        let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
        let regions = study.rough_regions(&table.cross_section, &point.values);
        let rough = regions
            .map_err(|e| e.to_string())?
            .into_iter()
            .map(|(region, [rms, length])| {
                let roughness = Roughness::new(rms, length).map_err(|e| e.to_string())?;
                Ok((region, roughness))
            })
            .collect::<Outcome<Vec<_>>>()?;
        if rough.is_empty() {
            return Ok(());
        }
        for (mode, numbers) in set.iter().zip(numbers) {
            let budget = mode.loss_budget(&rough).map_err(|e| e.to_string())?;
            numbers.scattering = by_region(budget.scattering);
            numbers.total_loss_db_per_m = Value::from(&budget.total);
        }
        Ok(())
    }
}

fn by_region(losses: Vec<RegionLoss>) -> Vec<(String, Value)> {
    let value = |r: RegionLoss| (r.name, Value::from(&r.loss));
    losses.into_iter().map(value).collect()
}

/// A number of a guide that may have a spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GuideNumber {
    /// n_eff.
    EffectiveIndex,
    /// n_g.
    GroupIndex,
    /// Propagation loss, dB/m.
    Loss,
    /// Absorption in one of the regions of [`super::ModeRecord::absorption`], dB/m.
    Absorption(usize),
    /// Into absorbing layers, dB/m.
    Radiation,
    /// Scattering at the walls of one of the regions of [`super::ModeRecord::scattering`], dB/m.
    Scattering(usize),
    /// Absorbed, radiated and scattered, dB/m, where walls are rough.
    TotalLoss,
    /// Joint with the straight guide, dB.
    Transition,
    /// D, s/m².
    Dispersion,
    /// dλ/dT of a resonance, m/K.
    ResonanceDrift,
}

impl GuideNumber {
    /// Those that a mode has: numbers, and losses that are told from no loss at all.
    pub(super) fn of_mode(mode: &GuideNumbers) -> Vec<Self> {
        let mut all = vec![Self::EffectiveIndex, Self::GroupIndex, Self::Loss];
        all.extend((0..mode.absorption.len()).map(Self::Absorption));
        all.push(Self::Radiation);
        all.extend((0..mode.scattering.len()).map(Self::Scattering));
        if !mode.scattering.is_empty() {
            all.push(Self::TotalLoss);
        }
        all.extend([Self::Transition, Self::Dispersion, Self::ResonanceDrift]);
        all.retain(|number| {
            let Value { value, error, .. } = number.of(mode);
            value.is_finite() && (value != 0.0 || error != 0.0)
        });
        all
    }

    /// Of a mode; absent where it has none.
    pub(super) fn of(self, mode: &GuideNumbers) -> Value {
        let region = |losses: &[(String, Value)], k: usize| {
            let loss = losses.get(k).map(|(_, loss)| *loss);
            loss.unwrap_or_else(Value::absent)
        };
        match self {
            Self::EffectiveIndex => mode.effective_index,
            Self::GroupIndex => mode.group_index,
            Self::Loss => mode.loss_db_per_m,
            Self::Absorption(k) => region(&mode.absorption, k),
            Self::Radiation => mode.radiation,
            Self::Scattering(k) => region(&mode.scattering, k),
            Self::TotalLoss => mode.total_loss_db_per_m,
            Self::Transition => mode.transition_db,
            Self::Dispersion => mode.dispersion,
            Self::ResonanceDrift => mode.resonance_drift,
        }
    }

    /// Whether it cannot be negative.
    pub(super) fn is_loss(self) -> bool {
        match self {
            Self::EffectiveIndex | Self::GroupIndex | Self::Dispersion | Self::ResonanceDrift => {
                false
            }
            Self::Loss
            | Self::Absorption(_)
            | Self::Radiation
            | Self::Scattering(_)
            | Self::TotalLoss
            | Self::Transition => true,
        }
    }
}

/// dn_eff/dT of all modes. A catalogue material without a thermo-optic coefficient makes it unknown, not zero.
fn thermo_optic(problem: &ModeProblem, set: &ModeSet) -> Vec<Value> {
    let unknown =
        |m: &cpo_materials::Material| m.source().is_some() && m.thermo_optic_source().is_none();
    if problem.cross_section().materials().iter().any(unknown) {
        return vec![Value::absent(); set.modes().len()];
    }
    let shifted = |dt: f64| {
        let t = Temperature::from_si(problem.temperature().si() + dt);
        problem.clone().at_temperature(t)
    };
    let [lower, upper] = [-TEMPERATURE_STEP, TEMPERATURE_STEP].map(shifted);
    differences(set, &lower, &upper, 2.0 * TEMPERATURE_STEP)
}

/// Loss of the joint of a bend with its straight guide; absent where the straight guide guides nothing.
fn transition(mode: &Mode, straight: &ModeSet) -> Value {
    let physical = straight.iter().filter(|line| line.class().is_physical());
    let nearest = physical.max_by(|a, b| mode.overlap(a).total_cmp(&mode.overlap(b)));
    nearest.map_or_else(Value::absent, |line| {
        Value::from(&mode.transition_loss(line))
    })
}
