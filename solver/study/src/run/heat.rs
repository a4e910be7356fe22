//! Heat points: crosstalk of all sources, their rises, and a picture of the temperature.

use cpo_materials::{Duration, Quantity};
use cpo_meshes::{Floorplan, PlanView};
use cpo_solver::convergence::GridStudy;
use cpo_solver::heat::{Boundary, HeatError, HeatProblem, HeatSolver, Towards};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::deviation::{Deviated, Nominal};
use super::switch::{SwitchRecord, of_sources};
use super::{Outcome, Results, SensitivityRecord, Spread, Value, severity};
use crate::plan::{HeatPoint, Plan};
use crate::study::{HeatTable, ParameterValues, Scan, Study};
use crate::table::Status;

/// Names of the faces in their order.
pub(crate) const FACES: [&str; 6] = ["left", "right", "front", "back", "bottom", "top"];

/// Refinement of the grid that pictures are drawn from: their colours need no more.
const PICTURE_REFINEMENT: f64 = 2.0;

/// Temperature on a plane.
#[derive(Clone, Debug)]
pub struct TemperatureSlice {
    /// Where the plane lies.
    pub title: String,
    /// Names of the two coordinates: "x", "y" or "x", "z".
    pub axes: [&'static str; 2],
    /// Cell faces, m.
    pub faces: [Vec<f64>; 2],
    /// Temperature, K.
    pub temperature: Array2<f64>,
    /// Outlines of blocks and sources, m.
    pub outlines: Vec<Vec<[f64; 2]>>,
}

/// Sources of one heat problem.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeatOutcome {
    /// Names of the sources.
    pub sources: Vec<String>,
    /// Power stated for each, W.
    pub powers: Vec<f64>,
    /// The temperature that rises count from, K.
    pub ambient: f64,
    /// What holds at each face: left, right, front, back, bottom, top.
    pub boundary: Vec<(String, String)>,
    /// R_ij, mean over source i, K/W, row-major.
    pub mean: Vec<Value>,
    /// R_ij, largest in source i, K/W, row-major.
    pub max: Vec<Value>,
    /// Mean rise of each source with the powers stated, K.
    pub rise: Vec<Value>,
    /// Largest rise in each source, K.
    pub peak: Vec<Value>,
    /// Net heat that leaves through each face with the powers stated, W, in the order of `boundary`.
    #[serde(default)]
    pub heat_out: Vec<Value>,
    /// Faces along which a coolant warms up, and its mean temperature where it leaves, K.
    #[serde(default)]
    pub outlets: Vec<(String, Value)>,
    /// max |R − Rᵀ| / max |R|; none where a coolant takes heat downstream only.
    pub reciprocity: Option<f64>,
    /// Largest relative imbalance of heat.
    pub energy_balance: f64,
    /// Rises after a step of power, if the study asks for them.
    pub step: Option<StepRecord>,
    /// What resistances depend on, if the study asks for it.
    pub sensitivities: Option<SensitivityRecord>,
    /// What becomes of all sources after some were switched, if the study switches any.
    pub switched: Option<SwitchRecord>,
    /// What deviations make of `mean`, `rise` and `peak`; `None` if none is stated, else perhaps why it is not known.
    #[serde(default)]
    pub spreads: Option<Outcome<HeatSpreads>>,
    /// Windows with grids of their own: left, right, front and back end, m.
    #[serde(default)]
    pub windows: Vec<[f64; 4]>,
    /// Cells of the grids, with windows those of the overview.
    pub cells: Vec<usize>,
    /// Most iterations on each grid.
    pub iterations: Vec<usize>,
    /// Pictures, at the first point of a table alone: drawn last, with the lasers' heat.
    #[serde(skip)]
    pub pictures: Vec<TemperatureSlice>,
}

/// Numbers of a heat problem over all deviations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeatSpreads {
    /// Of every R_ij, mean over source i, K/W, row-major.
    pub mean: Vec<Spread>,
    /// Of the mean rise of each source, K.
    pub rise: Vec<Spread>,
    /// Of the largest rise in each source, K.
    pub peak: Vec<Spread>,
    /// What they are made of.
    pub(super) deviated: Deviated<DeviatedHeat>,
}

/// Numbers of a heat problem where its parameters deviate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DeviatedHeat {
    /// The temperature that rises count from, K.
    ambient: f64,
    /// Power stated for each source, W.
    powers: Vec<f64>,
    /// R_ij, mean over source i, K/W, row-major.
    mean: Vec<Value>,
    /// Mean rise of each source, K.
    rise: Vec<Value>,
    /// Largest rise in each source, K.
    peak: Vec<Value>,
}

impl DeviatedHeat {
    /// R_ij in K/W.
    pub(super) fn mean_between(&self, i: usize, j: usize) -> Value {
        self.mean[i * self.powers.len() + j]
    }

    /// Temperature of source i with the sources `off` off, K.
    pub(super) fn without(&self, off: &[usize], i: usize) -> Value {
        let off = off.iter();
        let off = off.map(|&j| (self.mean_between(i, j), self.powers[j]));
        without(self.ambient, self.rise[i], off)
    }
}

/// A temperature of a mean rise less what sources that are off would add, by their R and power.
fn without(ambient: f64, rise: Value, off: impl Iterator<Item = (Value, f64)>) -> Value {
    let mut temperature = rise;
    temperature.value += ambient;
    for (r, power) in off {
        temperature.value -= r.value * power;
        temperature.error += r.error * power.abs();
    }
    temperature
}

impl HeatSpreads {
    fn status(&self) -> Status {
        let all = self.mean.iter().chain(&self.rise).chain(&self.peak);
        all.map(Spread::status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Ok)
    }
}

/// Rises after a step of power.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepRecord {
    /// s.
    pub times: Vec<f64>,
    /// Z_ij(t), mean over source i, K/W, `[i][j][time]`, flat.
    pub impedance: Vec<Value>,
    /// Time constants of the reduced model's modes, s, falling.
    pub time_constants: Vec<f64>,
    /// What a mode has of every source, √(K/(W s)), `[source][mode]`, flat.
    pub gains: Vec<f64>,
    /// How far its step responses are from `impedance`, relative to √(Z_ii Z_jj).
    pub network_error: f64,
    /// The reduced model as a SPICE subcircuit.
    pub circuit: String,
}

impl HeatOutcome {
    /// Unconverged if an entry is.
    pub fn status(&self) -> Status {
        let all = self
            .mean
            .iter()
            .chain(&self.max)
            .chain(&self.rise)
            .chain(&self.peak)
            .chain(self.step.iter().flat_map(|step| &step.impedance))
            .chain(self.sensitivities.iter().flat_map(|s| &s.values));
        let of_spreads = match &self.spreads {
            None => Status::Ok,
            Some(Err(_)) => Status::Failed,
            Some(Ok(spreads)) => spreads.status(),
        };
        all.map(|v| v.status)
            .chain([of_spreads])
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }

    /// Why there is no spread, if one was asked for.
    pub(super) fn doubt(&self) -> Option<&String> {
        self.spreads.as_ref()?.as_ref().err()
    }

    /// R_ij and its error in K/W.
    pub fn mean_between(&self, i: usize, j: usize) -> Value {
        self.mean[i * self.sources.len() + j]
    }

    /// Temperature of source i with the sources `off` off, K.
    pub(super) fn without(&self, off: &[usize], i: usize) -> Value {
        let off = off.iter();
        let off = off.map(|&j| (self.mean_between(i, j), self.powers[j]));
        without(self.ambient, self.rise[i], off)
    }
}

/// "heat.array, thickness = 2 um".
pub(super) fn name(study: &Study, point: &HeatPoint) -> String {
    format!(
        "heat.{}{}",
        point.heat,
        super::modes::named(study, &point.values)
    )
}

fn problem(
    study: &Study,
    point: &HeatPoint,
    values: &ParameterValues,
    powers: &[(String, f64)],
) -> Outcome<HeatProblem> {
    study
        .heat(&point.heat, values, powers)
        .map_err(|e| e.to_string())
}

/// Cells of the grids that a point may visit.
pub(crate) fn planned_cells(study: &Study, point: &HeatPoint) -> Outcome<Vec<usize>> {
    let error = study
        .heat_table(&point.heat)
        .map_err(|e| e.to_string())?
        .error;
    let problem = problem(study, point, &point.values, &[])?;
    HeatSolver::default()
        .error(error)
        .plan(&problem)
        .map_err(|e| e.to_string())
}

/// Solves a heat point.
pub(super) fn solve(study: &Study, point: &HeatPoint) -> Outcome<HeatOutcome> {
    let table = study.heat_table(&point.heat).map_err(|e| e.to_string())?;
    let problem = problem(study, point, &point.values, &[])?;
    let solver = HeatSolver::default().error(table.error);
    let sources = problem.floorplan().sources();
    let names: Vec<String> = sources.iter().map(|s| s.name.clone()).collect();
    let powers: Vec<f64> = sources.iter().map(|s| s.power).collect();
    let refs: Vec<&str> = names.iter().map(String::as_str).collect();
    let both = || -> Result<_, HeatError> {
        let (crosstalk, sensitivities) = if table.sensitivities {
            let (crosstalk, all) = solver.crosstalk_with_sensitivities(&problem, &refs)?;
            (crosstalk, Some(SensitivityRecord::new(&all)))
        } else {
            (solver.crosstalk(&problem, &refs)?, None)
        };
        Ok((
            crosstalk,
            sensitivities,
            solver.source_temperatures(&problem)?,
        ))
    };
    let (crosstalk, sensitivities, rises) = both().map_err(|e| e.to_string())?;
    let n = names.len();
    let entry = |study: fn(&cpo_solver::heat::CrosstalkMatrix, usize, usize) -> &GridStudy| {
        (0..n * n)
            .map(|k| Value::from(study(&crosstalk, k / n, k % n)))
            .collect()
    };
    let faces = study
        .faces(&point.heat, &point.values)
        .map_err(|e| e.to_string())?;
    let boundary = FACES
        .into_iter()
        .map(str::to_owned)
        .zip(faces.iter().map(described))
        .collect();
    let heat_out: Vec<Value> = rises.heat_out().iter().map(Value::from).collect();
    let outlets = FACES.iter().zip(faces.iter()).zip(&heat_out);
    let outlets = outlets.filter_map(|((face, condition), heat)| {
        Some(((*face).to_owned(), outlet(condition, heat)?))
    });
    let outlets: Vec<(String, Value)> = outlets.collect();
    let step = match &table.step_times {
        Some(times) => Some(steps(&solver, &problem, &refs, times, &point.heat)?),
        None => None,
    };
    let switches = study
        .switched(&point.heat, &point.values)
        .map_err(|e| e.to_string())?;
    let switched = step.as_ref().filter(|_| !switches.is_empty());
    let switched = switched.map(|step| of_sources(&names, &powers, step, &switches));
    let mean: Vec<Value> = entry(|c, i, j| c.mean_study(i, j));
    let rise: Vec<Value> = rises.mean_rises().iter().map(Value::from).collect();
    let peak: Vec<Value> = rises.peak_rises().iter().map(Value::from).collect();
    Ok(HeatOutcome {
        spreads: spreads(study, point, table, [&mean, &rise, &peak]),
        step,
        sensitivities,
        switched,
        powers,
        ambient: point.ambient.si(),
        boundary,
        mean,
        max: entry(|c, i, j| c.peak_study(i, j)),
        rise,
        peak,
        reciprocity: outlets.is_empty().then(|| crosstalk.reciprocity()),
        outlets,
        heat_out,
        energy_balance: crosstalk.energy_balance().max(rises.energy_balance()),
        windows: crosstalk
            .windows()
            .iter()
            .map(|w| [w.x[0], w.x[1], w.y[0], w.y[1]])
            .collect(),
        cells: crosstalk.cells().to_vec(),
        iterations: crosstalk.iterations().to_vec(),
        pictures: Vec::new(),
        sources: names,
    })
}

/// What deviations make of `nominal` mean resistances, mean rises and largest rises.
fn spreads(
    study: &Study,
    point: &HeatPoint,
    table: &HeatTable,
    nominal: [&[Value]; 3],
) -> Option<Outcome<HeatSpreads>> {
    let solver = HeatSolver::default().error(table.error);
    let solve = |values: &ParameterValues| -> Outcome<DeviatedHeat> {
        let point = HeatPoint {
            heat: point.heat.clone(),
            ambient: study.evaluate(&table.ambient, values),
            values: values.clone(),
        };
        let problem = problem(study, &point, values, &[])?;
        let sources = problem.floorplan().sources().iter();
        let names: Vec<&str> = sources.clone().map(|s| s.name.as_str()).collect();
        let crosstalk = solver.crosstalk(&problem, &names);
        let crosstalk = crosstalk.map_err(|e| e.to_string())?;
        let rises = solver.source_temperatures(&problem);
        let rises = rises.map_err(|e| e.to_string())?;
        let n = names.len();
        let values = |all: &[GridStudy]| all.iter().map(Value::from).collect();
        Ok(DeviatedHeat {
            ambient: point.ambient.si(),
            powers: sources.map(|s| s.power).collect(),
            mean: (0..n * n)
                .map(|k| Value::from(crosstalk.mean_study(k / n, k % n)))
                .collect(),
            rise: values(rises.mean_rises()),
            peak: values(rises.peak_rises()),
        })
    };
    let hottest = |there: &DeviatedHeat| {
        let rises = there.peak.iter().map(|rise| rise.value);
        rises.fold(f64::MIN, f64::max)
    };
    let deviating = study.heat_deviations(table);
    let deviated = match Deviated::solve(study, &point.values, &deviating, solve, hottest) {
        Ok(None) => return None,
        Ok(Some(deviated)) => deviated,
        Err(reason) => return Some(Err(reason)),
    };
    // a watt warms; a rise is from the coolant, and another coolant may be colder
    type Numbers = fn(&DeviatedHeat) -> &[Value];
    let numbers: [(Numbers, f64); 3] = [
        (|there| &there.mean, 0.0),
        (|there| &there.rise, f64::NEG_INFINITY),
        (|there| &there.peak, f64::NEG_INFINITY),
    ];
    let of = |k: usize| -> Outcome<Vec<Spread>> {
        let (of, least) = numbers[k];
        let spread = |(entry, value): (usize, &Value)| {
            let nominal = Nominal {
                value: *value,
                asked: table.error * value.value.abs(),
                least,
            };
            deviated.spread(&nominal, |there| Ok(of(there)[entry]))
        };
        nominal[k].par_iter().enumerate().map(spread).collect()
    };
    let all = || -> Outcome<[Vec<Spread>; 3]> { Ok([of(0)?, of(1)?, of(2)?]) };
    Some(all().map(|[mean, rise, peak]| HeatSpreads {
        mean,
        rise,
        peak,
        deviated,
    }))
}

fn steps(
    solver: &HeatSolver,
    problem: &HeatProblem,
    sources: &[&str],
    times: &Scan<Duration>,
    name: &str,
) -> Outcome<StepRecord> {
    let response = solver
        .step_response(problem, sources, &times.values)
        .map_err(|e| e.to_string())?;
    let (n, count) = (sources.len(), response.times().len());
    let entry = |c: usize| {
        let (i, j) = (c / count / n, c / count % n);
        Value::from(response.study(c % count, i, j))
    };
    Ok(StepRecord {
        times: response.times().to_vec(),
        impedance: (0..n * n * count).map(entry).collect(),
        time_constants: response.network().time_constants(),
        gains: (0..n).flat_map(|i| response.network().gains(i)).collect(),
        network_error: response.network_error(),
        circuit: format!(
            "* step responses within {:.1e} of those of loss_table.h5, relative to the sources' own\n{}{}",
            response.network_error(),
            response.network().spice(name),
            response.network().spice_ladders(name)
        ),
    })
}

/// Mean temperature of a coolant where it leaves, K.
fn outlet(face: &Boundary, heat: &Value) -> Option<Value> {
    let Boundary::Coolant {
        inlet,
        capacity_rate,
        ..
    } = face
    else {
        return None;
    };
    Some(Value {
        value: inlet.si() + heat.value / capacity_rate.si(),
        error: heat.error / capacity_rate.si(),
        ..*heat
    })
}

fn described(face: &Boundary) -> String {
    match *face {
        Boundary::Insulated => String::from("insulated"),
        Boundary::Convection {
            coefficient,
            ambient,
        } => format!("convection {coefficient} to {ambient}"),
        Boundary::Radiation {
            coefficient,
            emissivity,
            ambient,
        } => {
            let convection = if coefficient.si() > 0.0 {
                format!(" and convection {coefficient}")
            } else {
                String::new()
            };
            format!("radiation of emissivity {emissivity}{convection} to {ambient}")
        }
        Boundary::Coolant {
            coefficient,
            inlet,
            capacity_rate,
            towards,
        } => {
            let towards = match towards {
                Towards::Left => "left",
                Towards::Right => "right",
                Towards::Front => "front",
                Towards::Back => "back",
            };
            format!(
                "convection {coefficient} to a coolant of {capacity_rate} that enters at {inlet} and flows to the {towards}"
            )
        }
        Boundary::Temperature(t) => format!("temperature {t}"),
        Boundary::Flux(q) => format!("flux {q}"),
    }
}

/// Draws the first point of every table, the lasers heating as they do at their first operating point.
pub(super) fn draw(study: &Study, plan: &Plan, results: &mut Results) {
    for (h, point) in plan.heats.iter().enumerate() {
        let first = plan.heats.iter().position(|p| p.heat == point.heat) == Some(h);
        let (true, Ok(outcome)) = (first, &mut results.heats[h]) else {
            continue;
        };
        let mut powers: Vec<(String, f64)> = Vec::new();
        for (laser, solved) in plan.lasers.iter().zip(&results.lasers) {
            if let (true, Ok(solved)) = (laser.heat == h && powers.is_empty(), solved) {
                powers = solved
                    .lasers
                    .iter()
                    .map(|l| (l.name.clone(), l.heat_for_picture()))
                    .collect();
            }
        }
        // A picture that cannot be drawn leaves the numbers as they are.
        if let Ok(pictures) = pictures(study, point, &powers) {
            outcome.pictures = pictures;
        }
    }
}

fn pictures(
    study: &Study,
    point: &HeatPoint,
    powers: &[(String, f64)],
) -> Outcome<Vec<TemperatureSlice>> {
    let problem = problem(study, point, &point.values, powers)?;
    let map = HeatSolver::default()
        .solve(&problem, PICTURE_REFINEMENT)
        .map_err(|e| e.to_string())?;
    let plan = problem.floorplan();
    let Some(hottest) = plan
        .sources()
        .iter()
        .max_by(|a, b| density(a).total_cmp(&density(b)))
    else {
        return Ok(Vec::new());
    };
    let ambient = { map.ambient().si() };
    let z = 0.5 * (hottest.z[0] + hottest.z[1]);
    let y = 0.5 * (hottest.footprint.y[0] + hottest.footprint.y[1]);
    let faces = |d: usize| map.grid().axis(d).faces().to_vec();
    let layer = plan.layers().iter().find(|l| l.z[0] <= z && z <= l.z[1]);
    let layer_name = layer.map_or("", |l| l.name.as_str());
    let mut slices = Vec::new();
    if let Some(rise) = map.horizontal(z) {
        slices.push(TemperatureSlice {
            title: format!("seen from above, in the middle of \"{layer_name}\""),
            axes: ["x", "y"],
            faces: [faces(0), faces(1)],
            temperature: rise.mapv(|t| t + ambient),
            outlines: plan
                .view(layer_name)
                .map(|view| outlines_above(&view))
                .unwrap_or_default(),
        });
    }
    if let Some(rise) = map.across(y) {
        slices.push(TemperatureSlice {
            title: format!("seen from the front, cut through \"{}\"", hottest.name),
            axes: ["x", "z"],
            faces: [faces(0), faces(2)],
            temperature: rise.mapv(|t| t + ambient),
            outlines: outlines_across(plan, y),
        });
    }
    Ok(slices)
}

/// Power per volume, by which sources are compared.
fn density(source: &cpo_meshes::HeatSource) -> f64 {
    let [x, y] = [source.footprint.x, source.footprint.y].map(|e| e[1] - e[0]);
    source.power / (x * y * (source.z[1] - source.z[0]))
}

fn outlines_above(view: &PlanView<'_>) -> Vec<Vec<[f64; 2]>> {
    let blocks = view.blocks.iter().map(|b| b.footprint);
    let sources = view.sources.iter().map(|s| s.footprint);
    blocks.chain(sources).map(|f| rectangle(f.x, f.y)).collect()
}

fn outlines_across(plan: &Floorplan, y: f64) -> Vec<Vec<[f64; 2]>> {
    let [width, _] = plan.size();
    let layers = plan
        .layers()
        .iter()
        .map(|l| rectangle([-0.5 * width, 0.5 * width], l.z));
    let blocks = plan
        .blocks()
        .iter()
        .filter(|b| b.footprint.y[0] <= y && y <= b.footprint.y[1]);
    let blocks = blocks.flat_map(|b| {
        let zs = b
            .layers
            .iter()
            .filter_map(|&l| plan.layers().get(l))
            .map(|l| l.z);
        zs.map(|z| rectangle(b.footprint.x, z)).collect::<Vec<_>>()
    });
    layers.chain(blocks).collect()
}

fn rectangle(x: [f64; 2], y: [f64; 2]) -> Vec<[f64; 2]> {
    vec![[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]]
}
