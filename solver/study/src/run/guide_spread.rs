//! What deviations make of the numbers of guided modes.
//!
//! The modes are solved anew where parameters deviate, with the settings of the nominal point and on meshes of the same
//! rule ([`super::deviation`]). A mode there is the one that shares most power with the nominal one, at least half.

use cpo_solver::modes::{Mode, ModeError, ModeProblem, ModeSet, ModeSolver};
use serde::{Deserialize, Serialize};

use super::deviation::{Deviated, Nominal, spread_of};
use super::guide_numbers::{GuideNumber, GuideNumbers};
use super::modes::{problem, solver_at};
use super::{Outcome, Spread, Value, severity};
use crate::plan::{ModePoint, Plan};
use crate::study::{Accuracy, ModeCount, ModesTable, ParameterValues, Study};
use crate::table::Status;

/// Modes sought beyond those of the nominal guide where one of these is not among as many, since two may change places.
const MORE_MODES: usize = 2;
/// Least share of a mode's power in the same mode of a deviating guide.
const LEAST_LIKENESS: f64 = 0.5;

/// A number of a mode over all deviations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GuideSpread {
    /// Which one.
    pub number: GuideNumber,
    /// Its status without deviations.
    pub nominal: Status,
    /// Its quantiles, or why they are not known.
    pub spread: Outcome<Spread>,
}

impl GuideSpread {
    /// Failed, or unconverged where the number itself is not.
    pub fn status(&self) -> Status {
        match &self.spread {
            Err(_) => Status::Failed,
            Ok(spread) if severity(spread.status()) > severity(self.nominal) => spread.status(),
            Ok(_) => Status::Ok,
        }
    }
}

/// A mode point as it was solved without deviations.
pub(super) struct SolvedModes<'a> {
    pub(super) study: &'a Study,
    pub(super) plan: &'a Plan,
    /// Its place in the plan.
    pub(super) m: usize,
    pub(super) table: &'a ModesTable,
    pub(super) solver: &'a ModeSolver,
    pub(super) problem: &'a ModeProblem,
    pub(super) set: &'a ModeSet,
    /// Error to which the modes were solved, if that is not the table's.
    pub(super) sharper: Option<f64>,
}

impl SolvedModes<'_> {
    /// Numbers of all modes.
    pub(super) fn numbers(&self) -> Outcome<Vec<GuideNumbers>> {
        let point = &self.plan.modes[self.m];
        GuideNumbers::all(self.study, point, self.solver, self.problem, self.set)
    }

    /// By mode, what deviations make of its `numbers`; nothing of artefacts, or where no spread is asked for.
    pub(super) fn spreads(&self, numbers: &[GuideNumbers]) -> Vec<Vec<GuideSpread>> {
        if !self.table.spread {
            return vec![Vec::new(); numbers.len()];
        }
        let deviating = self.study.mode_deviations(self.table);
        let values = &self.plan.modes[self.m].values;
        // towards more loss where there is any, else towards a higher index
        let worse = |modes: &Vec<Option<GuideNumbers>>| {
            let first = modes.iter().flatten().next();
            first.map_or(f64::NAN, |mode| match mode.total_loss_db_per_m.value {
                0.0 => mode.effective_index.value,
                loss => loss,
            })
        };
        let there = |at: &ParameterValues| self.there(at);
        let deviated = Deviated::solve(self.study, values, &deviating, there, worse);
        let spreads = |(m, mode): (usize, &GuideNumbers)| {
            if !self.set.modes()[m].class().is_physical() {
                return Vec::new();
            }
            let own = GuideNumber::of_mode(mode).into_iter();
            let spread = |number: GuideNumber| {
                let value = number.of(mode);
                let nominal = self.nominal(number, value, &deviated, m);
                let spread = spread_of(&deviated, &nominal, |modes| {
                    of_deviated(number, modes[m].as_ref())
                })?;
                Some(GuideSpread {
                    number,
                    nominal: value.status,
                    spread,
                })
            };
            own.filter_map(spread).collect()
        };
        numbers.iter().enumerate().map(spreads).collect()
    }

    /// An error is asked of n_eff; of what has no such wish second orders may leave out what its bars do, which are those of
    /// the solves.
    fn nominal(
        &self,
        number: GuideNumber,
        value: Value,
        deviated: &Outcome<Option<Deviated<Vec<Option<GuideNumbers>>>>>,
        m: usize,
    ) -> Nominal {
        let there = deviated.iter().flatten().flat_map(Deviated::everywhere);
        let bars = there.filter_map(|modes| Some(number.of(modes[m].as_ref()?).error));
        let bar = bars.fold(value.error, f64::max);
        let asked = match (number, self.table.accuracy) {
            (GuideNumber::EffectiveIndex, Accuracy::Error(error)) => error.max(bar),
            _ => bar,
        };
        if number.is_loss() {
            return Nominal::loss(value, asked);
        }
        Nominal {
            value,
            asked,
            least: f64::NEG_INFINITY,
        }
    }

    /// The nominal modes where parameters have other `values`, as far as they are guided there.
    fn there(&self, values: &ParameterValues) -> Outcome<Vec<Option<GuideNumbers>>> {
        let found = self.solved(values, 0)?;
        match self.table.count {
            // one that has changed places with another may be beyond those sought
            ModeCount::First(_) if self.loses(&found) => self.solved(values, MORE_MODES),
            _ => Ok(found),
        }
    }

    fn loses(&self, found: &[Option<GuideNumbers>]) -> bool {
        let mut all = self.set.iter().zip(found);
        all.any(|(mode, found)| mode.class().is_physical() && found.is_none())
    }

    fn solved(&self, values: &ParameterValues, more: usize) -> Outcome<Vec<Option<GuideNumbers>>> {
        let (study, own) = (self.study, &self.plan.modes[self.m]);
        let wavelength = study.wavelength.as_ref();
        let point = ModePoint {
            modes: own.modes.clone(),
            wavelength: wavelength.map_or(own.wavelength, |w| study.evaluate(w, values)),
            temperature: study.evaluate(&study.temperature, values),
            values: values.clone(),
        };
        let problem = problem(study, &point, values)?;
        let mut solver = solver_at(study, self.plan, self.m, values)?;
        if let ModeCount::First(count) = self.table.count {
            solver = solver.count(count + more);
        }
        let told = |e: ModeError| e.to_string();
        let set = match (self.sharper, self.table.accuracy) {
            (Some(sharper), Accuracy::Error(error)) => {
                let finer = solver.clone().error(sharper).solve(&problem);
                finer.map_err(told)?.judged_by(error)
            }
            _ => solver.solve(&problem).map_err(told)?,
        };
        let numbers = GuideNumbers::all(study, &point, &solver, &problem, &set)?;
        let alike = |mode: &Mode| {
            let there = set.iter().zip(&numbers);
            let there = there.filter(|(there, _)| there.class().is_physical());
            let alike = there.map(|(there, numbers)| (mode.overlap(there), numbers));
            let best = alike.max_by(|a, b| a.0.total_cmp(&b.0));
            best.filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
                .map(|(_, numbers)| numbers.clone())
        };
        Ok(self.set.iter().map(alike).collect())
    }
}

/// A number of a mode where parameters deviate.
fn of_deviated(number: GuideNumber, mode: Option<&GuideNumbers>) -> Outcome<Value> {
    let mode = mode.ok_or("where parameters deviate, the mode is no longer guided")?;
    let value = number.of(mode);
    match value.value.is_finite() {
        true => Ok(value),
        false => Err(String::from(
            "there is no such number where parameters deviate",
        )),
    }
}
