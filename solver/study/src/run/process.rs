//! Modes where the chip's parameters deviate, for the spread of the losses that couple to them.

use cpo_solver::coupling::{SampledField, efficiency};
use cpo_solver::modes::{ModeGrid, ModeProblem, ModeSet, ModeSolver};
use cpo_solver::spread::STEP;

use super::alignment::{ProcessModes, by_scope};
use super::modes::{problem, solver};
use super::{Outcome, Value, severity};
use crate::plan::{ModePoint, Plan};
use crate::study::{Accuracy, ModeCount, ParameterId, Study};
use crate::table::Status;

/// A deviation needs its mode less accurately than the nominal loss does, since only the difference counts.
const LOOSER: f64 = 10.0;
/// Modes sought beyond those of the nominal chip, since two may change places.
const MORE_MODES: usize = 2;
/// Least share of a mode's power in the same mode of a deviating chip.
const LEAST_LIKENESS: f64 = 0.5;

/// Fields of all guided modes at −step, 0 and +step of one parameter.
struct Deviation {
    name: String,
    sigma: [f64; 2],
    fields: [Vec<(SampledField, Status)>; 3],
}

/// The modes of one point where its parameters deviate, one at a time.
pub(super) struct DeviatedModes(Outcome<Vec<Deviation>>);

impl DeviatedModes {
    /// Of plan point `m`, if one of the couplings `followers` asks for a spread.
    pub(super) fn solve(study: &Study, plan: &Plan, m: usize, followers: &[usize]) -> Self {
        let wanted = followers.iter().any(|&c| {
            let table = study.coupling_table(&plan.couplings[c].coupling);
            table.is_ok_and(|table| table.gap.is_some())
        });
        if !wanted {
            return Self(Ok(Vec::new()));
        }
        Self(deviations(study, plan, m))
    }

    /// What becomes of a nominal mode.
    pub(super) fn of(&self, nominal: &SampledField) -> Outcome<Vec<ProcessModes>> {
        let deviations = self.0.as_ref().map_err(Clone::clone)?;
        let find = |deviation: &Deviation| -> Outcome<ProcessModes> {
            let alike = |fields: &Vec<(SampledField, Status)>| -> Outcome<(SampledField, Status)> {
                let likeness = fields.iter().map(|(field, _)| efficiency(field, nominal));
                let best = likeness
                    .enumerate()
                    .max_by(|a, b| a.1.total_cmp(&b.1))
                    .filter(|(_, likeness)| *likeness >= LEAST_LIKENESS);
                let (best, _) = best.ok_or_else(|| {
                    format!(
                        "the mode is no longer guided where {} deviates",
                        deviation.name
                    )
                })?;
                Ok(fields[best].clone())
            };
            let [below, at, above] = deviation.fields.each_ref().map(alike);
            let found = [below?, at?, above?];
            let statuses = found.each_ref().map(|(_, status)| *status);
            let worst = statuses.into_iter().max_by_key(|&s| severity(s));
            Ok(ProcessModes {
                modes: found.map(|(field, _)| field),
                sigma: deviation.sigma,
                status: worst.unwrap_or(Status::Ok),
            })
        };
        deviations.iter().map(find).collect()
    }
}

fn deviations(study: &Study, plan: &Plan, m: usize) -> Outcome<Vec<Deviation>> {
    let point = &plan.modes[m];
    let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
    let mut all = Vec::new();
    for id in study.geometry_parameters(&table.cross_section) {
        let parameter = &study.parameters[id.0];
        let Some(tolerance) = parameter.tolerance.filter(|t| t.sigma > 0.0) else {
            continue;
        };
        let solve = |steps: f64| -> Outcome<Vec<(SampledField, Status)>> {
            let value = parameter.nominal() + steps * STEP * tolerance.sigma;
            deviated(study, plan, m, point, id, value).map_err(|reason| {
                let shown = study.named_values(&point.values.clone().with(id, value));
                let named: Vec<String> = shown.iter().map(ToString::to_string).collect();
                format!("with {}: {reason}", named.join(", "))
            })
        };
        all.push(Deviation {
            name: parameter.name.clone(),
            sigma: by_scope(1.0 / STEP, tolerance.scope),
            fields: [solve(-1.0)?, solve(0.0)?, solve(1.0)?],
        });
    }
    Ok(all)
}

/// Guided modes with `id` at `value`, and how well each is known.
fn deviated(
    study: &Study,
    plan: &Plan,
    m: usize,
    point: &ModePoint,
    id: ParameterId,
    value: f64,
) -> Outcome<Vec<(SampledField, Status)>> {
    let problem = problem(study, point, &point.values.clone().with(id, value))?;
    let set = looser(study, plan, m, &problem)?
        .solve(&problem)
        .map_err(|e| e.to_string())?;
    fields(&set)
}

/// The solver of the point, for a problem of another geometry, whose modes may come in another order.
fn looser(study: &Study, plan: &Plan, m: usize, problem: &ModeProblem) -> Outcome<ModeSolver> {
    let table = study
        .modes_table(&plan.modes[m].modes)
        .map_err(|e| e.to_string())?;
    let solver = match table.count {
        ModeCount::First(count) => solver(study, plan, m)?.count(count + MORE_MODES),
        ModeCount::AllGuided => solver(study, plan, m)?,
    };
    match table.accuracy {
        Accuracy::Error(error) => Ok(solver.error(LOOSER * error).meshed_as(problem)),
        Accuracy::Grid(sizes) => {
            let [finest, coarsest] =
                [sizes.finest, sizes.coarsest].map(cpo_materials::Quantity::si);
            let grid = ModeGrid::between(problem, finest, coarsest, sizes.growth)
                .map_err(|e| e.to_string())?;
            Ok(solver.given(grid))
        }
    }
}

fn fields(set: &ModeSet) -> Outcome<Vec<(SampledField, Status)>> {
    let guided = set.iter().filter(|mode| mode.class().is_physical());
    let field = |mode: &cpo_solver::modes::Mode| {
        let index = Value::from(mode.effective_index_study());
        SampledField::try_from(mode.fields()).map(|field| (field, index.status))
    };
    let fields: Result<Vec<_>, _> = guided.map(field).collect();
    fields.map_err(|e| e.to_string())
}
