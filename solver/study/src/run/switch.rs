//! What happens after the power of some sources has changed: rises of all sources, wavelengths of lasers.
//!
//! ```text
//! ΔT_i(t) = ∑_j Z_ij(t) ΔP_j
//! ```
//!
//! counts from the steady state before, with the error bars of Z. A laser's own heat follows its temperature, dQ/dT at its operating point before: what
//! that adds comes from the reduced model with the loop closed ([`ThermalNetwork::with_feedback`]) less the same with it open. It is linear in
//! the step; by how much it misses the exact difference of the two operating points, before and after, is part of every error bar.

use cpo_materials::{Quantity, Temperature};
use cpo_solver::heat::ThermalNetwork;
use cpo_solver::laser::{LaserArray, LaserError, LaserModel, LaserState, Operating};
use serde::{Deserialize, Serialize};

use super::heat::{HeatOutcome, StepRecord};
use super::{Value, severity};
use crate::study::{DriveValue, LaserValues, SwitchValue};
use crate::table::Status;

/// Sources that are switched, and what becomes of all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SwitchRecord {
    /// Power before and after of each source, W; none of one that is not switched.
    pub powers: Vec<Option<[f64; 2]>>,
    /// Rise since the switch, heat of the others held, K, `[source][time]`, flat.
    pub rise: Vec<Value>,
}

/// A laser after sources beside it were switched.
#[derive(Clone, Debug)]
pub struct LaserSwitch {
    /// Rise of its junction since the switch, K, by time.
    pub rise: Vec<Value>,
    /// The same after infinite time: the difference of two operating points.
    pub final_rise: Value,
    /// Shift of its wavelength, m, by time; absent unless the study states one.
    pub shift: Vec<Value>,
    /// The same after infinite time.
    pub final_shift: Value,
}

impl SwitchRecord {
    /// ΔP of each source, W.
    fn changes(&self) -> Vec<f64> {
        let change = |p: &Option<[f64; 2]>| p.map_or(0.0, |[from, to]| to - from);
        self.powers.iter().map(change).collect()
    }
}

/// ∑ ΔP_j of K/W, error bars added.
fn rise(changes: &[f64], resistance: impl Fn(usize) -> Value) -> Value {
    let none = Value {
        value: 0.0,
        error: 0.0,
        status: Status::Ok,
    };
    changes
        .iter()
        .enumerate()
        .filter(|(_, change)| **change != 0.0)
        .fold(none, |sum, (j, &change)| {
            let part = resistance(j).scaled(change);
            let worse = severity(part.status) > severity(sum.status);
            Value {
                value: sum.value + part.value,
                error: sum.error + part.error,
                status: if worse { part.status } else { sum.status },
            }
        })
}

/// Rises of all sources; `powers` are those of the floorplan.
pub(super) fn of_sources(
    names: &[String],
    powers: &[f64],
    step: &StepRecord,
    switched: &[SwitchValue],
) -> SwitchRecord {
    let (n, count) = (names.len(), step.times.len());
    let power = |(name, &stated): (&String, &f64)| {
        let found = switched.iter().find(|s| s.source == *name)?;
        Some([found.from, found.to.unwrap_or(stated)])
    };
    let mut record = SwitchRecord {
        powers: names.iter().zip(powers).map(power).collect(),
        rise: Vec::new(),
    };
    let changes = record.changes();
    let at = |c: usize| {
        let (i, time) = (c / count, c % count);
        rise(&changes, |j| step.impedance[(i * n + j) * count + time])
    };
    record.rise = (0..n * count).map(at).collect();
    record
}

/// Lasers within a heat problem.
pub(super) struct Lasers<'a> {
    pub heat: &'a HeatOutcome,
    /// Which of its sources they are.
    pub rows: &'a [usize],
    pub model: LaserModel,
    pub values: &'a LaserValues,
    /// Their temperatures with all lasers off and the powers of the floorplan, K.
    pub bases: &'a [Value],
}

impl Lasers<'_> {
    /// What the switch does to each; none where the study switches nothing, and where there is no operating point before or after.
    ///
    /// # Errors
    /// [`LaserError`] of the operating points.
    pub(super) fn after_switch(
        &self,
        array: impl Fn(&[Temperature]) -> Result<LaserArray, LaserError>,
    ) -> Result<Option<Vec<LaserSwitch>>, LaserError> {
        let (Some(step), Some(switch)) = (&self.heat.step, &self.heat.switched) else {
            return Ok(None);
        };
        let end =
            |which: usize| array(&self.bases_at(switch, which)).and_then(|a| self.operate(&a));
        let (before, after) = (end(0)?, end(1)?);
        let (Some(before), Some(after)) = (before.states(), after.states()) else {
            return Ok(None);
        };
        let n = self.heat.sources.len();
        let modes = step.time_constants.len().max(1);
        let gains: Vec<Vec<f64>> = step.gains.chunks(modes).map(<[f64]>::to_vec).collect();
        let open = ThermalNetwork::from_modes(&self.heat.sources, &step.time_constants, &gains);
        let mut slopes = vec![0.0; n];
        for (&row, state) in self.rows.iter().zip(before) {
            slopes[row] = self.heat_slope(state);
        }
        let Some(closed) = open.with_feedback(&slopes) else {
            return Ok(None);
        };
        let changes = switch.changes();
        let added = |of: &dyn Fn(&ThermalNetwork, usize) -> f64| -> f64 {
            let part = |(j, change): (usize, &f64)| change * (of(&closed, j) - of(&open, j));
            changes.iter().enumerate().map(part).sum()
        };
        let one = |(k, &i): (usize, &usize)| {
            let count = step.times.len();
            let held = rise(&changes, |j| self.heat.mean_between(i, j));
            let fed = added(&|network, j| network.steady(i, j));
            let exact = after[k].junction.si() - before[k].junction.si();
            let miss = exact - held.value - fed;
            let own = |held: Value, fed: f64, share: f64| Value {
                value: held.value + fed,
                // bars of Z, of the reduced model, and of the linear law
                error: held.error + step.network_error * fed.abs() + (miss * share).abs(),
                ..held
            };
            let at = |time: usize| {
                let fed_then = added(&|network, j| network.step(i, j, step.times[time]));
                let share = if fed == 0.0 { 0.0 } else { fed_then / fed };
                own(switch.rise[i * count + time], fed_then, share)
            };
            let rises: Vec<Value> = (0..count).map(at).collect();
            let final_rise = own(held, exact - held.value, 0.0);
            LaserSwitch {
                shift: rises.iter().map(|rise| self.shift(rise)).collect(),
                final_shift: self.shift(&final_rise),
                rise: rises,
                final_rise,
            }
        };
        Ok(Some(self.rows.iter().enumerate().map(one).collect()))
    }

    /// Temperatures with all lasers off, before (0) or after (1) the switch.
    fn bases_at(&self, switch: &SwitchRecord, which: usize) -> Vec<Temperature> {
        let base = |(base, &i): (&Value, &usize)| {
            let moved = switch.powers.iter().enumerate().filter_map(|(j, powers)| {
                let change = powers.as_ref()?[which] - self.heat.powers[j];
                Some(self.heat.mean_between(i, j).value * change)
            });
            Temperature::from_si(base.value + moved.sum::<f64>())
        };
        self.bases.iter().zip(self.rows).map(base).collect()
    }

    fn operate(&self, array: &LaserArray) -> Result<Operating, LaserError> {
        match self.values.drive {
            DriveValue::Current(current) => array.at_currents(&vec![current; self.rows.len()]),
            DriveValue::Power(power) => array.at_powers(&vec![power; self.rows.len()]),
        }
    }

    /// dQ/dT at an operating point, W/K.
    fn heat_slope(&self, state: &LaserState) -> f64 {
        match self.values.drive {
            DriveValue::Current(current) => {
                self.model.heat_slope_at_current(current, state.junction)
            }
            DriveValue::Power(power) if power.si() == 0.0 => 0.0,
            DriveValue::Power(power) => self.model.heat_slope_at_power(power, state.junction),
        }
    }

    fn shift(&self, rise: &Value) -> Value {
        match self.values.emission {
            Some((_, drift)) => rise.scaled(drift.si()),
            None => Value::absent(),
        }
    }
}
