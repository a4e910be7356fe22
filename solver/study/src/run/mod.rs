//! The run: every point of a plan solved once, its results as plain data.
//!
//! A mode point and the couplings that start from it are one task, because the fields between
//! them are large and nobody else needs them; heat points, gratings and tapers are tasks beside them; lasers
//! follow from the heat. Tasks run on a pool of the size asked for and are independent, each with fixed
//! arithmetic, so that results have the same bits for any number of threads. A point that fails
//! is a result with its reason, and the run goes on.

mod alignment;
mod checkpoint;
mod coupling;
mod deviation;
mod grating;
mod guide_numbers;
mod guide_spread;
mod heat;
mod laser;
mod laser_light;
mod laser_map;
mod laser_spread;
mod modes;
mod process;
mod s_parameter;
mod sensitivity;
mod switch;
mod taper;
mod tracks;
mod value;

pub use alignment::{AlignmentResult, SpreadResult};
pub use checkpoint::Checkpoints;
pub use coupling::{CouplingOutcome, CouplingResult, MisalignmentMap};
pub use deviation::{PARTS, Quantiles, Spread};
pub use grating::{GratingOutcome, GratingResult};
pub use guide_numbers::GuideNumber;
pub use guide_spread::GuideSpread;
pub use heat::{HeatOutcome, HeatSpreads, StepRecord, TemperatureSlice};
pub use laser::{
    LaserOutcome, LaserResult, LaserStateRecord, LightCurrent, ModeHopRecord, NeighbourRecord,
    RolloverRecord,
};
pub use laser_light::{ArrayLight, Barred, LaserLight, LitLaser};
pub use laser_map::{LaserMap, MapPoint};
pub use laser_spread::{LaserNumber, LaserSpreads};
pub use modes::{FieldPicture, ModeOutcome, ModeRecord, RegionShare};
pub use s_parameter::SParameter;
pub use sensitivity::{SensitivityParameter, SensitivityRecord};
pub use switch::{LaserSwitch, SwitchRecord};
pub use taper::{IndicesAlong, TaperCutoff, TaperOutcome, TaperResult, TaperSet};
pub use value::Value;

pub(crate) use heat::{FACES, planned_cells};
pub(crate) use modes::{problem as mode_problem, solver as mode_solver};
pub(crate) use taper::solver as taper_solver;

use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::plan::{Plan, PortPoint};
use crate::study::Study;
use crate::table::Status;

/// What is told while a run goes on; calls come from several threads.
pub trait Progress: Sync {
    /// The run begins with so many points.
    fn begin(&self, points: usize);
    /// A point is done.
    fn done(&self, point: &PointDone);
    /// The run is over.
    fn end(&self);
}

/// Says nothing of a run.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn done(&self, _: &PointDone) {}
    fn end(&self) {}
}

/// A point that is done.
#[derive(Clone, Debug)]
pub struct PointDone {
    /// "modes.tip at 1310 nm, 298.15 K".
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// Why, if not well.
    pub reason: String,
    /// Wall time.
    pub time: Duration,
}

/// The result of one point, or why there is none.
pub type Outcome<T> = Result<T, String>;

/// Results in the order of the plan.
#[derive(Clone, Debug)]
pub struct Results {
    /// For each of [`Plan::modes`].
    pub modes: Vec<Outcome<ModeOutcome>>,
    /// For each of [`Plan::couplings`].
    pub couplings: Vec<Outcome<CouplingOutcome>>,
    /// For each of [`Plan::gratings`].
    pub gratings: Vec<Outcome<GratingOutcome>>,
    /// For each of [`Plan::tapers`].
    pub tapers: Vec<Outcome<TaperOutcome>>,
    /// For each of [`Plan::heats`].
    pub heats: Vec<Outcome<HeatOutcome>>,
    /// For each of [`Plan::lasers`].
    pub lasers: Vec<Outcome<LaserOutcome>>,
}

impl Results {
    /// The worst status of all points.
    pub fn status(&self) -> Status {
        let modes = self
            .modes
            .iter()
            .map(|o| outcome_status(o, ModeOutcome::status));
        let couplings = self
            .couplings
            .iter()
            .map(|o| outcome_status(o, CouplingOutcome::status));
        let gratings = self
            .gratings
            .iter()
            .map(|o| outcome_status(o, GratingOutcome::status));
        let tapers = self
            .tapers
            .iter()
            .map(|o| outcome_status(o, TaperOutcome::status));
        let heats = self
            .heats
            .iter()
            .map(|o| outcome_status(o, HeatOutcome::status));
        let lasers = self
            .lasers
            .iter()
            .map(|o| outcome_status(o, LaserOutcome::status));
        modes
            .chain(couplings)
            .chain(gratings)
            .chain(tapers)
            .chain(heats)
            .chain(lasers)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Ok)
    }

    /// (name, SPICE subcircuit) of the reduced thermal model of the first point of every heat problem that has one.
    pub fn circuits<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (&'a str, &'a str)> {
        let first = |h: usize| plan.heats.iter().position(|p| p.heat == plan.heats[h].heat);
        let solved = self
            .heats
            .iter()
            .enumerate()
            .filter_map(|(h, o)| Some((h, o.as_ref().ok()?)));
        solved.filter_map(move |(h, outcome)| {
            let step = outcome.step.as_ref().filter(|_| first(h) == Some(h))?;
            Some((plan.heats[h].heat.as_str(), step.circuit.as_str()))
        })
    }

    /// (point, reason) of every point that failed, or whose spread did.
    pub fn failures(&self, study: &Study, plan: &Plan) -> Vec<(String, String)> {
        let mut failures = Vec::new();
        for (point, outcome) in plan.modes.iter().zip(&self.modes) {
            let reason = failure(outcome, ModeOutcome::doubt);
            failures.push((modes::name(study, point), reason));
        }
        for (point, outcome) in plan.couplings.iter().zip(&self.couplings) {
            let reason = failure(outcome, CouplingOutcome::doubt);
            failures.push((coupling::name(study, point), reason));
        }
        for (point, outcome) in plan.gratings.iter().zip(&self.gratings) {
            let reason = failure(outcome, GratingOutcome::doubt);
            failures.push((grating::name(study, point), reason));
        }
        for (point, outcome) in plan.tapers.iter().zip(&self.tapers) {
            let reason = failure(outcome, TaperOutcome::doubt);
            failures.push((taper::name(study, point), reason));
        }
        for (point, outcome) in plan.heats.iter().zip(&self.heats) {
            let reason = failure(outcome, HeatOutcome::doubt);
            failures.push((heat::name(study, point), reason));
        }
        for (point, outcome) in plan.lasers.iter().zip(&self.lasers) {
            let reason = failure(outcome, LaserOutcome::doubt);
            failures.push((laser::name(study, plan, point), reason));
        }
        let known = |(point, reason)| Some((point, reason?));
        failures.into_iter().filter_map(known).collect()
    }
}

/// Why an outcome is none, or has no spread.
fn failure<T>(outcome: &Outcome<T>, doubt: impl Fn(&T) -> Option<&String>) -> Option<String> {
    match outcome {
        Err(reason) => Some(reason.clone()),
        Ok(outcome) => doubt(outcome).map(|reason| format!("its spread: {reason}")),
    }
}

fn outcome_status<T>(outcome: &Outcome<T>, status: impl Fn(&T) -> Status) -> Status {
    outcome.as_ref().map_or(Status::Failed, status)
}

/// Which of two statuses a summary of both shows.
pub(crate) fn severity(status: Status) -> u8 {
    match status {
        Status::Ok => 0,
        Status::NotComputed => 1,
        Status::Extrapolated => 2,
        Status::Unconverged => 3,
        Status::Failed => 4,
    }
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads: {source}; ask for fewer with --threads")]
pub struct ThreadsError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

enum Task {
    Heat(usize),
    Grating(usize),
    Taper(usize),
    Modes(usize),
    /// A coupling between fibres, which waits for no modes.
    Coupling(usize),
}

enum Done {
    Heat(Box<Outcome<HeatOutcome>>),
    Grating(Box<Outcome<GratingOutcome>>),
    Taper(Box<Outcome<TaperOutcome>>),
    Modes(
        Box<Outcome<ModeOutcome>>,
        Vec<(usize, Outcome<CouplingOutcome>)>,
    ),
    Coupling(Outcome<CouplingOutcome>),
}

/// Solves all points of `plan` on `threads` threads, taking from `checkpoints` what an interrupted run
/// has left there.
///
/// # Errors
/// [`ThreadsError`] if the threads cannot be started. Points that fail are results.
pub fn run(
    study: &Study,
    plan: &Plan,
    threads: usize,
    checkpoints: &Checkpoints,
    progress: &dyn Progress,
) -> Result<Results, ThreadsError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| ThreadsError { threads, source })?;
    progress.begin(plan.len());
    let results = pool.install(|| solve(study, plan, checkpoints, progress));
    progress.end();
    Ok(results)
}

fn solve(
    study: &Study,
    plan: &Plan,
    checkpoints: &Checkpoints,
    progress: &dyn Progress,
) -> Results {
    // Couplings by the mode point they wait for.
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); plan.modes.len()];
    let mut alone = Vec::new();
    for (c, point) in plan.couplings.iter().enumerate() {
        match (&point.from, &point.to) {
            (_, PortPoint::Modes(m)) | (PortPoint::Modes(m), _) => followers[*m].push(c),
            _ => alone.push(c),
        }
    }
    // Heat first: its points are the longest; spectra of gratings and tapers are the next.
    let tasks: Vec<Task> = (0..plan.heats.len())
        .map(Task::Heat)
        .chain((0..plan.gratings.len()).map(Task::Grating))
        .chain((0..plan.tapers.len()).map(Task::Taper))
        .chain((0..plan.modes.len()).map(Task::Modes))
        .chain(alone.into_iter().map(Task::Coupling))
        .collect();
    let told = |name: String, status: Status, reason: &str, since: Instant| {
        let time = since.elapsed();
        progress.done(&PointDone {
            name,
            status,
            reason: reason.to_owned(),
            time,
        });
    };
    let reason = |error: Option<&String>| error.cloned().unwrap_or_default();
    let done: Vec<(usize, Done)> = tasks
        .par_iter()
        .with_max_len(1)
        .map(|task| {
            let start = Instant::now();
            match *task {
                Task::Heat(h) => {
                    let outcome = kept(checkpoints, &format!("heat-{h}"), || {
                        heat::solve(study, &plan.heats[h])
                    });
                    let status = outcome_status(&outcome, HeatOutcome::status);
                    let why = outcome.as_ref().map_or_else(Some, HeatOutcome::doubt);
                    let name = heat::name(study, &plan.heats[h]);
                    told(name, status, &reason(why), start);
                    (h, Done::Heat(Box::new(outcome)))
                }
                Task::Grating(g) => {
                    let point = &plan.gratings[g];
                    let outcome = kept(checkpoints, &format!("grating-{g}"), || {
                        grating::solve(study, point)
                    });
                    let status = outcome_status(&outcome, GratingOutcome::status);
                    let why = outcome.as_ref().map_or_else(Some, GratingOutcome::doubt);
                    let name = grating::name(study, point);
                    told(name, status, &reason(why), start);
                    (g, Done::Grating(Box::new(outcome)))
                }
                Task::Taper(t) => {
                    let point = &plan.tapers[t];
                    let outcome = kept(checkpoints, &format!("taper-{t}"), || {
                        taper::solve(study, point)
                    });
                    let status = outcome_status(&outcome, TaperOutcome::status);
                    let why = outcome.as_ref().map_or_else(Some, TaperOutcome::doubt);
                    let name = taper::name(study, point);
                    told(name, status, &reason(why), start);
                    (t, Done::Taper(Box::new(outcome)))
                }
                Task::Modes(m) => {
                    let task = format!("modes-{m}");
                    let (outcome, couplings) = match checkpoints.load(&task) {
                        Some((outcome, couplings)) => (Ok(outcome), couplings),
                        None => {
                            let (outcome, couplings) = modes::solve(study, plan, m, &followers[m]);
                            // One that failed is tried again by the next run.
                            if let (Ok(outcome), true) =
                                (&outcome, couplings.iter().all(|(_, c)| c.is_ok()))
                            {
                                checkpoints.save(&task, &(outcome, &couplings));
                            }
                            (outcome, couplings)
                        }
                    };
                    let status = outcome_status(&outcome, ModeOutcome::status);
                    let why = outcome.as_ref().map_or_else(Some, ModeOutcome::doubt);
                    let name = modes::name(study, &plan.modes[m]);
                    told(name, status, &reason(why), start);
                    for (c, coupling) in &couplings {
                        let status = outcome_status(coupling, CouplingOutcome::status);
                        let why = coupling.as_ref().map_or_else(Some, CouplingOutcome::doubt);
                        let name = coupling::name(study, &plan.couplings[*c]);
                        told(name, status, &reason(why), start);
                    }
                    (m, Done::Modes(Box::new(outcome), couplings))
                }
                Task::Coupling(c) => {
                    let outcome = kept(checkpoints, &format!("coupling-{c}"), || {
                        coupling::between_fibers(study, &plan.couplings[c])
                    });
                    let status = outcome_status(&outcome, CouplingOutcome::status);
                    let why = outcome.as_ref().map_or_else(Some, CouplingOutcome::doubt);
                    let name = coupling::name(study, &plan.couplings[c]);
                    told(name, status, &reason(why), start);
                    (c, Done::Coupling(outcome))
                }
            }
        })
        .collect();

    let mut results = Results {
        modes: places(plan.modes.len()),
        couplings: places(plan.couplings.len()),
        gratings: places(plan.gratings.len()),
        tapers: places(plan.tapers.len()),
        heats: places(plan.heats.len()),
        lasers: Vec::new(),
    };
    for (k, done) in done {
        match done {
            Done::Heat(outcome) => results.heats[k] = *outcome,
            Done::Grating(outcome) => results.gratings[k] = *outcome,
            Done::Taper(outcome) => results.tapers[k] = *outcome,
            Done::Coupling(outcome) => results.couplings[k] = outcome,
            Done::Modes(outcome, couplings) => {
                results.modes[k] = *outcome;
                for (c, coupling) in couplings {
                    results.couplings[c] = coupling;
                }
            }
        }
    }
    tracks::assign(plan, &mut results.modes);
    results.lasers = plan
        .lasers
        .iter()
        .map(|point| {
            let start = Instant::now();
            let outcome = match &results.heats[point.heat] {
                Ok(heat) => laser::solve(study, plan, point, heat),
                Err(reason) => Err(format!("its heat problem failed: {reason}")),
            };
            let status = outcome_status(&outcome, LaserOutcome::status);
            let why = outcome.as_ref().map_or_else(Some, LaserOutcome::doubt);
            let name = laser::name(study, plan, point);
            told(name, status, &reason(why), start);
            outcome
        })
        .collect();
    heat::draw(study, plan, &mut results);
    results
}

/// The result of a task kept by an interrupted run, or else solved and kept.
fn kept<T: Serialize + DeserializeOwned>(
    checkpoints: &Checkpoints,
    task: &str,
    solve: impl FnOnce() -> Outcome<T>,
) -> Outcome<T> {
    if let Some(result) = checkpoints.load(task) {
        return Ok(result);
    }
    let outcome = solve();
    if let Ok(result) = &outcome {
        checkpoints.save(task, result);
    }
    outcome
}

/// Places for results; every task fills its own.
fn places<T>(count: usize) -> Vec<Outcome<T>> {
    (0..count)
        .map(|_| Err(String::from("not reached")))
        .collect()
}
