//! What deviations make of the numbers of guided modes.
//!
//! The modes are solved anew where parameters deviate, with the settings of the nominal point and on meshes of the same
//! rule ([`super::deviation`]). A mode there is the one that shares most power with the nominal one, at least half.

use std::cell::RefCell;

use cpo_solver::modes::{Mode, ModeError, ModeProblem, ModeSet, ModeSolver};
use serde::{Deserialize, Serialize};

use super::deviation::{Deviated, Nominal, spread_of};
use super::guide_numbers::{GuideNumber, GuideNumbers};
use super::modes::{problem, solver_at};
use super::{Outcome, Spread, Value};
use crate::plan::{ModePoint, Plan};
use crate::study::{Accuracy, ModeCount, ModesTable, ParameterId, ParameterValues, Study};
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
    /// Its quantiles, or why they are not known.
    pub spread: Outcome<Spread>,
}

impl GuideSpread {
    /// Failed, or unconverged by what second orders leave out. As without deviations, solves themselves are judged by their
    /// effective indices alone.
    pub fn status(&self) -> Status {
        match &self.spread {
            Err(_) => Status::Failed,
            Ok(spread) if self.number == GuideNumber::EffectiveIndex => spread.status(),
            Ok(spread) if spread.is_coarse => Status::Unconverged,
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
        let (study, point) = (self.study, &self.plan.modes[self.m]);
        let mut all = GuideNumbers::smooth(study, point, self.solver, self.problem, self.set)?;
        GuideNumbers::roughen(study, point, self.set, &mut all)?;
        Ok(all)
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
        let own = Guide {
            set: self.set.clone(),
            numbers: numbers.to_vec(),
        };
        let known = RefCell::new(vec![(self.key(values, 0), own)]);
        let there = |at: &ParameterValues| self.there(at, &known);
        let deviated = Deviated::solve(self.study, values, &deviating, there, worse);
        let spreads = |(m, mode): (usize, &GuideNumbers)| {
            if !self.set.modes()[m].class().is_physical() {
                return Vec::new();
            }
            let all = GuideNumber::of_mode(mode).into_iter();
            all.filter_map(|number| self.spread(number, (m, mode), &deviated))
                .collect()
        };
        numbers.iter().enumerate().map(spreads).collect()
    }

    /// Of mode `m`. An error is asked of n_eff; of what has no such wish second orders may leave out what the bars of the
    /// solves do.
    fn spread(
        &self,
        number: GuideNumber,
        (m, mode): (usize, &GuideNumbers),
        deviated: &Outcome<Option<Deviated<Vec<Option<GuideNumbers>>>>>,
    ) -> Option<GuideSpread> {
        let value = number.of(mode);
        let there = deviated.iter().flatten().flat_map(Deviated::everywhere);
        let there = there.filter_map(|modes| Some(number.of(modes[m].as_ref()?)));
        let bar = there.fold(value.error, |bar, there| bar.max(there.error));
        let asked = match (number, self.table.accuracy) {
            (GuideNumber::EffectiveIndex, Accuracy::Error(error)) => error.max(bar),
            _ => bar,
        };
        let nominal = match number.is_loss() {
            true => Nominal::loss(value, asked),
            false => Nominal {
                value,
                asked,
                least: f64::NEG_INFINITY,
            },
        };
        let of = |modes: &Vec<Option<GuideNumbers>>| of_deviated(number, modes[m].as_ref());
        Some(GuideSpread {
            number,
            spread: spread_of(deviated, &nominal, of)?,
        })
    }

    /// The nominal modes where parameters have other `values`, as far as they are guided there.
    fn there(
        &self,
        values: &ParameterValues,
        known: &RefCell<Vec<(GuideKey, Guide)>>,
    ) -> Outcome<Vec<Option<GuideNumbers>>> {
        let found = self.solved(values, 0, known)?;
        match self.table.count {
            // one that has changed places with another may be beyond those sought
            ModeCount::First(_) if self.loses(&found) => self.solved(values, MORE_MODES, known),
            _ => Ok(found),
        }
    }

    fn loses(&self, found: &[Option<GuideNumbers>]) -> bool {
        let mut all = self.set.iter().zip(found);
        all.any(|(mode, found)| mode.class().is_physical() && found.is_none())
    }

    /// What tells two guides of smooth walls apart.
    fn key(&self, values: &ParameterValues, more: usize) -> GuideKey {
        let mut key = values.key();
        key.retain(|(id, _)| !self.study.is_of_roughness(*id));
        (key, more)
    }

    fn solved(
        &self,
        values: &ParameterValues,
        more: usize,
        known: &RefCell<Vec<(GuideKey, Guide)>>,
    ) -> Outcome<Vec<Option<GuideNumbers>>> {
        let (study, own) = (self.study, &self.plan.modes[self.m]);
        let wavelength = study.wavelength.as_ref();
        let point = ModePoint {
            modes: own.modes.clone(),
            wavelength: wavelength.map_or(own.wavelength, |w| study.evaluate(w, values)),
            temperature: study.evaluate(&study.temperature, values),
            values: values.clone(),
        };
        let key = self.key(values, more);
        let mut known = known.borrow_mut();
        let place = match known.iter().position(|(guide, _)| *guide == key) {
            Some(place) => place,
            None => {
                known.push((key, self.guide(&point, more)?));
                known.len() - 1
            }
        };
        let Guide { set, numbers } = &known[place].1;
        let mut numbers = numbers.clone();
        GuideNumbers::roughen(study, &point, set, &mut numbers)?;
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

    /// Solves the guide of `point`, with some `more` modes than the nominal one.
    fn guide(&self, point: &ModePoint, more: usize) -> Outcome<Guide> {
        let problem = problem(self.study, point, &point.values)?;
        let mut solver = solver_at(self.study, self.plan, self.m, &point.values)?;
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
        let numbers = GuideNumbers::smooth(self.study, point, &solver, &problem, &set)?;
        Ok(Guide { set, numbers })
    }
}

/// Values that a guide of smooth walls depends on, and modes sought beyond the nominal ones.
type GuideKey = (Vec<(ParameterId, u64)>, usize);

/// Modes with their numbers, which serve all roughnesses of its walls.
struct Guide {
    set: ModeSet,
    numbers: Vec<GuideNumbers>,
}

/// A number of a mode where parameters deviate.
fn of_deviated(number: GuideNumber, mode: Option<&GuideNumbers>) -> Outcome<Value> {
    let mode = mode.ok_or(
        "where parameters deviate, no guided mode has half of its power in common with this one: it is no longer guided, or is another",
    )?;
    let value = number.of(mode);
    match value.value.is_finite() {
        true => Ok(value),
        false => Err(String::from(
            "there is no such number where parameters deviate",
        )),
    }
}
