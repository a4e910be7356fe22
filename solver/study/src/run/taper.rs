//! Taper points: one taper at all its lengths.

use cpo_materials::{Length, Quantity};
use cpo_solver::taper::{TaperSolution, TaperSolver, Transmission};
use serde::{Deserialize, Serialize};

use super::coupling::in_db;
use super::deviation::{Deviated, Nominal, guided, spread_of, status_of};
use super::{Outcome, SParameter, Spread, Value, severity};
use crate::plan::TaperPoint;
use crate::study::{ParameterValues, Study, TaperTable};
use crate::table::Status;

/// What becomes of the light of one guided mode of the start; powers are shares of what it brings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaperResult {
    /// −10 log₁₀ of the power in the mode that it becomes; absent if that is not guided.
    pub loss_db: Value,
    /// Power in each guided mode of the end.
    pub transmission: Vec<Value>,
    /// Power in guided modes of the end other than the one that it becomes; absent if that is not guided.
    pub higher_modes: Value,
    /// Power back in guided modes of the start.
    pub reflection: Value,
    /// Power in no guided mode.
    pub radiated: Value,
    /// What deviations make of the loss; `None` if none is stated, else perhaps why it is not known.
    pub spread: Option<Outcome<Spread>>,
}

/// A taper of one set of lengths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaperSet {
    /// Lengths of the sections, m.
    pub lengths: Vec<f64>,
    /// By mode of the start.
    pub inputs: Vec<TaperResult>,
    /// S to each of the modes above and of those of the end, in turn from all of them.
    pub s_parameters: Vec<SParameter>,
    /// Largest |power out and back − 1|.
    pub passivity: f64,
    /// Largest |S − Sᵀ|.
    pub reciprocity: f64,
}

/// Where a mode begins or ceases to be guided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaperCutoff {
    /// The section.
    pub section: String,
    /// z in it, as a share of its length.
    pub place: f64,
    /// The mode's place by falling n_eff, counted from 0.
    pub mode: usize,
    /// Whether it is guided beyond.
    pub guided: bool,
}

/// n_eff along a section, by the finer grid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IndicesAlong {
    /// z as a share of its length.
    pub places: Vec<f64>,
    /// What a guided mode exceeds.
    pub bounds: Vec<f64>,
    /// Re n_eff of each mode by falling n_eff, of those that are guided anywhere.
    pub modes: Vec<Vec<f64>>,
}

/// A taper at one condition, at all its lengths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaperOutcome {
    /// By set of lengths, in the order of [`Study::length_sets`].
    pub sets: Vec<TaperSet>,
    /// Guided modes at the start and at the end.
    pub guided: [usize; 2],
    /// The guided mode of the end that each input becomes if followed by its overlaps.
    pub becomes: Vec<Option<usize>>,
    /// Where modes begin or cease to be guided.
    pub cutoffs: Vec<TaperCutoff>,
    /// By section.
    pub along: Vec<IndicesAlong>,
    /// Modes of every slice.
    pub modes: usize,
    /// Slices by section.
    pub slices: Vec<usize>,
    /// Cells of the coarser and the finer grid.
    pub cells: [usize; 2],
}

impl TaperOutcome {
    /// Unconverged if a power is.
    pub fn status(&self) -> Status {
        let results = self.sets.iter().flat_map(|set| &set.inputs);
        results
            .map(TaperResult::status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }
}

impl TaperOutcome {
    /// Why there is no spread, if one was asked for.
    pub(super) fn doubt(&self) -> Option<&String> {
        let mut results = self.sets.iter().flat_map(|set| &set.inputs);
        results.find_map(|r| r.spread.as_ref()?.as_ref().err())
    }
}

impl TaperResult {
    /// The worst of the powers; a mode that is guided nowhere is not one.
    pub fn status(&self) -> Status {
        let sums = [self.reflection, self.radiated];
        let all = self.transmission.iter().chain(&sums).map(|p| p.status);
        let all = all.chain([status_of(&self.spread)]);
        all.max_by_key(|&s| severity(s)).unwrap_or(Status::Ok)
    }

    fn new(
        through: &Transmission,
        input: usize,
        becomes: Option<usize>,
        outputs: usize,
    ) -> Outcome<Self> {
        let said = |error: cpo_solver::taper::TaperError| error.to_string();
        let transmission: Outcome<Vec<Value>> = (0..outputs)
            .map(|j| Ok(Value::from(&through.power(input, j).map_err(said)?)))
            .collect();
        let [loss_db, higher_modes] = match becomes {
            None => [Value::absent(); 2],
            Some(output) => [
                through.insertion_loss_db(input, output),
                through.higher_modes(input, output),
            ]
            .map(|study| study.map_or_else(|_| Value::absent(), |study| Value::from(&study))),
        };
        Ok(Self {
            loss_db,
            transmission: transmission?,
            higher_modes,
            reflection: Value::from(&through.reflection(input).map_err(said)?),
            radiated: Value::from(&through.radiated(input).map_err(said)?),
            spread: None,
        })
    }
}

/// "taper.tip at 1550 nm, 298.15 K, tip_width = 180 nm".
pub(super) fn name(study: &Study, point: &TaperPoint) -> String {
    let named = super::modes::named(study, &point.values);
    format!(
        "taper.{} at {}, {}{named}",
        point.taper, point.wavelength, point.temperature
    )
}

/// The solver that a table asks for.
pub(crate) fn solver(study: &Study, table: &TaperTable) -> TaperSolver {
    let sets = study.length_sets(table, &ParameterValues::nominal());
    // Slices that do for the ends and the middle of what is swept do for what lies between, or its error bar says so.
    let told: Vec<Vec<Length>> = [sets.len() / 2, sets.len() - 1]
        .map(|k| sets[k].clone())
        .into();
    let solver = TaperSolver::default()
        .modes(table.modes)
        .slices(table.slices)
        .error(table.error)
        .lengths(&told);
    match table.cell {
        None => solver,
        Some(cell) => solver.cell(cell.si()),
    }
}

/// Solves a taper point.
pub(super) fn solve(study: &Study, point: &TaperPoint) -> Outcome<TaperOutcome> {
    let table = study.taper_table(&point.taper).map_err(|e| e.to_string())?;
    let mut outcome = solve_at(study, table, point)?;
    let losses = |values: &ParameterValues| -> Outcome<Vec<Vec<Value>>> {
        let wavelength = study.wavelength.as_ref();
        let point = TaperPoint {
            taper: point.taper.clone(),
            wavelength: wavelength.map_or(point.wavelength, |w| study.evaluate(w, values)),
            temperature: study.evaluate(&study.temperature, values),
            values: values.clone(),
        };
        let there = solve_at(study, table, &point)?;
        let of_set = |set: &TaperSet| set.inputs.iter().map(|r| r.loss_db).collect();
        Ok(there.sets.iter().map(of_set).collect())
    };
    let first = |losses: &Vec<Vec<Value>>| losses.first().and_then(|of| of.first().copied());
    let deviated = Deviated::solve(
        study,
        &point.values,
        &study.taper_deviations(table),
        losses,
        |losses| first(losses).map_or(f64::NAN, |loss| loss.value),
    );
    for (s, set) in outcome.sets.iter_mut().enumerate() {
        for (input, result) in set.inputs.iter_mut().enumerate() {
            let asked = in_db(table.error) / 10f64.powf(-0.1 * result.loss_db.value);
            let nominal = Nominal::loss(result.loss_db, asked);
            result.spread = spread_of(&deviated, &nominal, |losses| {
                guided(losses[s].get(input).copied())
            });
        }
    }
    Ok(outcome)
}

/// The taper without deviations.
fn solve_at(study: &Study, table: &TaperTable, point: &TaperPoint) -> Outcome<TaperOutcome> {
    let problem = study
        .taper(
            &point.taper,
            &point.values,
            point.wavelength,
            point.temperature,
        )
        .map_err(|e| e.to_string())?;
    let solution = solver(study, table)
        .solve(&problem)
        .map_err(|e| e.to_string())?;
    let guided = solution.guided();
    let followed = solution.followed();
    let inputs = table.inputs.min(guided[0]);
    let becomes: Vec<Option<usize>> = (0..inputs)
        .map(|input| followed.get(input).copied().filter(|&j| j < guided[1]))
        .collect();
    let sets = study.length_sets(table, &point.values);
    let through = solution.sweep(&sets).into_iter().zip(&sets);
    let sets: Outcome<Vec<TaperSet>> = through
        .map(|(through, lengths)| {
            let through = through.map_err(|e| e.to_string())?;
            let results: Outcome<Vec<TaperResult>> = (0..inputs)
                .map(|input| TaperResult::new(&through, input, becomes[input], guided[1]))
                .collect();
            Ok(TaperSet {
                lengths: lengths.iter().map(|l| l.si()).collect(),
                inputs: results?,
                s_parameters: SParameter::of_taper(&through, [inputs, guided[1]])
                    .map_err(|e| e.to_string())?,
                passivity: through.passivity_residual(),
                reciprocity: through.reciprocity_residual(),
            })
        })
        .collect();
    let cutoffs = solution.cutoffs().into_iter().map(|cutoff| TaperCutoff {
        section: cutoff.section,
        place: cutoff.place,
        mode: cutoff.mode,
        guided: cutoff.guided,
    });
    Ok(TaperOutcome {
        sets: sets?,
        guided,
        becomes,
        cutoffs: cutoffs.collect(),
        along: along(&solution),
        modes: solution.modes(),
        slices: solution.slices(),
        cells: solution.cells(),
    })
}

fn along(solution: &TaperSolution) -> Vec<IndicesAlong> {
    let sections = solution.places().into_iter().enumerate();
    let section = |(k, places): (usize, Vec<f64>)| {
        let indices = solution.effective_indices(k)?;
        let bounds = solution.bounds(k)?;
        let guided = |mode: &usize| {
            let mut slices = indices.iter().zip(bounds);
            slices.any(|(n, bound)| n.get(*mode).is_some_and(|n| n.re > *bound))
        };
        let modes = (0..solution.modes()).filter(guided);
        Some(IndicesAlong {
            places,
            bounds: bounds.to_vec(),
            modes: modes
                .map(|mode| indices.iter().map(|n| n[mode].re).collect())
                .collect(),
        })
    };
    sections.filter_map(section).collect()
}
