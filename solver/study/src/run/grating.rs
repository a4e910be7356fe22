//! Grating points: a spectrum of one grating.

use cpo_materials::{Quantity, Wavelength};
use cpo_solver::convergence::GridStudy;
use cpo_solver::grating::{Bandwidth, GratingSolution, GratingSolver};
use serde::{Deserialize, Serialize};

use super::coupling::in_db;
use super::deviation::{Deviated, Nominal, guided, spread_of, status_of};
use super::{Outcome, SParameter, Spread, Value, severity};
use crate::plan::GratingPoint;
use crate::study::{DrawnGrating, GratingTable, ParameterValues, Study};
use crate::table::Status;

/// Depths of the bandwidths, dB.
const BANDWIDTHS: [f64; 2] = [1.0, 3.0];

/// A grating at one wavelength; powers are shares of the incident one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GratingResult {
    /// Coupling efficiency.
    pub efficiency: Value,
    /// −10 log₁₀ of it.
    pub loss_db: Value,
    /// Power back in the guide.
    pub reflection: Value,
    /// Power on in the guide.
    pub transmission: Value,
    /// Power radiated upwards.
    pub up: Value,
    /// Power radiated downwards.
    pub down: Value,
    /// Upwards as a share of all that is radiated.
    pub directionality: Value,
    /// Re n_eff of the guide.
    pub effective_index: Value,
    /// What all powers lack of one.
    pub balance: f64,
    /// What deviations make of the loss; `None` if none is stated, else perhaps why it is not known.
    pub spread: Option<Outcome<Spread>>,
    /// S from the guide back to it, to the fibre and on in the guide.
    pub s_parameters: [SParameter; 3],
}

/// A grating at all wavelengths.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GratingOutcome {
    /// Vacuum wavelengths, m.
    pub wavelengths: Vec<f64>,
    /// At each of them.
    pub results: Vec<GratingResult>,
    /// Where the beam is placed, m.
    pub design_wavelength: f64,
    /// There.
    pub placed: GratingResult,
    /// Where the centre of the fibre's facet is, m along the guide.
    pub offset: Value,
    /// Widths of the spectrum 1 and 3 dB below its best, m; absent where the wavelengths do not reach as far.
    pub bandwidths: [Value; 2],
    /// Begin and end of every trench, m.
    pub trenches: Vec<[f64; 2]>,
    /// Derivative of the efficiency at the design wavelength by each of them, 1/m.
    pub gradient: Vec<[f64; 2]>,
}

impl GratingOutcome {
    /// Unconverged if a power is.
    pub fn status(&self) -> Status {
        let all = self.results.iter().chain([&self.placed]);
        all.map(GratingResult::status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }
}

impl GratingOutcome {
    /// Why there is no spread, if one was asked for.
    pub(super) fn doubt(&self) -> Option<&String> {
        let mut results = self.results.iter();
        results.find_map(|r| r.spread.as_ref()?.as_ref().err())
    }
}

impl GratingResult {
    fn new(solution: &GratingSolution, error: f64) -> Self {
        let efficiency = Value::from(&solution.efficiency());
        let loss_db = loss_db(efficiency);
        let of = |study: GridStudy| Value::judged(study.value, study.error, error);
        Self {
            efficiency,
            loss_db,
            reflection: of(solution.reflection()),
            transmission: of(solution.transmission()),
            up: of(solution.up()),
            down: of(solution.down()),
            directionality: Value::from(&solution.directionality()),
            effective_index: Value::from(&solution.effective_index()),
            balance: solution.balance(),
            spread: None,
            s_parameters: SParameter::of_grating(solution),
        }
    }

    fn status(&self) -> Status {
        let powers = [
            self.efficiency,
            self.reflection,
            self.transmission,
            self.up,
            self.down,
        ];
        let statuses = powers.map(|p| p.status).into_iter();
        let statuses = statuses.chain([status_of(&self.spread)]);
        statuses.max_by_key(|&s| severity(s)).unwrap_or(Status::Ok)
    }
}

/// −10 log₁₀ of an efficiency.
fn loss_db(efficiency: Value) -> Value {
    Value {
        value: -10.0 * efficiency.value.log10(),
        error: in_db(efficiency.error / efficiency.value),
        status: efficiency.status,
    }
}

/// "grating.te at 298.15 K".
pub(super) fn name(study: &Study, point: &GratingPoint) -> String {
    let named = super::modes::named(study, &point.values);
    format!("grating.{} at {}{named}", point.grating, point.temperature)
}

/// Solves a grating point.
pub(super) fn solve(study: &Study, point: &GratingPoint) -> Outcome<GratingOutcome> {
    let table = study
        .grating_table(&point.grating)
        .map_err(|e| e.to_string())?;
    let problem = study
        .grating(&point.grating, &point.values, point.temperature)
        .map_err(|e| e.to_string())?;
    let mut solver = GratingSolver::default().error(table.error);
    if let Some(offset) = &table.offset {
        solver = solver.beam_at(study.evaluate(offset, &point.values).si());
    }
    let stretch = if table.centred {
        solver.stretch(&problem).map_err(|e| e.to_string())?
    } else {
        1.0
    };
    let drawn = DrawnGrating {
        values: &point.values,
        stretch,
    };
    let problem = study
        .grating_as_made(&point.grating, &drawn, &point.values, point.temperature)
        .map_err(|e| e.to_string())?;
    let spectrum = solver
        .with_gradient()
        .spectrum(&problem, &point.wavelengths)
        .map_err(|e| e.to_string())?;
    let placed = spectrum.placed();
    let width = |depth: f64| -> Value {
        let found: Option<Bandwidth> = spectrum.bandwidth(depth);
        found.map_or_else(Value::absent, |b| Value::with_error(b.width(), b.error))
    };
    let own: Wavelength = study.evaluate(&table.design_wavelength, &point.values);
    let result = |solution: &GratingSolution| GratingResult::new(solution, table.error);
    let mut results: Vec<GratingResult> = spectrum.solutions().iter().map(result).collect();
    let mut at_design = result(placed);
    let held = solver.beam_at(placed.offset().value);
    let deviated = deviated(study, point, table, (&drawn, held));
    let all = results.iter_mut().chain([&mut at_design]);
    for (k, result) in all.enumerate() {
        let asked = in_db(table.error / result.efficiency.value);
        let nominal = Nominal::loss(result.loss_db, asked);
        result.spread = spread_of(&deviated, &nominal, |losses| guided(losses.get(k).copied()));
    }
    Ok(GratingOutcome {
        wavelengths: point.wavelengths.iter().map(|w| w.si()).collect(),
        results,
        design_wavelength: own.si(),
        placed: at_design,
        offset: Value::from(&placed.offset()),
        bandwidths: BANDWIDTHS.map(width),
        trenches: problem.grating().edges().to_vec(),
        gradient: placed.gradient().unwrap_or_default().to_vec(),
    })
}

/// Losses over the spectrum and, last, at the design wavelength where parameters deviate: the drawing and the fibre stay.
fn deviated(
    study: &Study,
    point: &GratingPoint,
    table: &GratingTable,
    (drawn, held): (&DrawnGrating<'_>, GratingSolver),
) -> Outcome<Option<Deviated<Vec<Value>>>> {
    let losses = |values: &ParameterValues| -> Outcome<Vec<Value>> {
        let temperature = study.evaluate(&study.temperature, values);
        let problem = study
            .grating_as_made(&point.grating, drawn, values, temperature)
            .map_err(|e| e.to_string())?;
        let held = match &table.offset {
            Some(offset) => held.beam_at(study.evaluate(offset, values).si()),
            None => held,
        };
        // a wavelength that deviates is the only one
        let wavelength = study.wavelength.as_ref();
        let deviates = wavelength.and_then(|w| values.get(w.parameter()?));
        let wavelengths = match deviates {
            Some(alone) => vec![Wavelength::from_si(alone)],
            None => point.wavelengths.clone(),
        };
        let spectrum = held
            .spectrum(&problem, &wavelengths)
            .map_err(|e| e.to_string())?;
        let all = spectrum.solutions().iter().chain([spectrum.placed()]);
        Ok(all.map(|s| loss_db(Value::from(&s.efficiency()))).collect())
    };
    let at_design = |losses: &Vec<Value>| losses.last().map_or(f64::NAN, |loss| loss.value);
    let deviating = study.grating_deviations(table);
    Deviated::solve(study, &point.values, &deviating, losses, at_design)
}
