//! Mode points, and the couplings that need their fields.

use cpo_materials::{Angle, Quantity};
use cpo_solver::coupling::SampledField;
use cpo_solver::modes::{Confinement, Mode, ModeClass, ModeGrid, ModeProblem, ModeSet, ModeSolver};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::coupling::{self, CouplingOutcome, Receiver};
use super::guide_numbers::GuideNumber;
use super::guide_spread::{GuideSpread, SolvedModes};
use super::{Outcome, Value, process, severity, tracks};
use crate::plan::{ModePoint, Plan};
use crate::study::{Accuracy, ModeCount, ModesTable, ParameterValues, Study};
use crate::table::Status;

/// Step of a sensitivity, relative to the parameter.
const RELATIVE_STEP: f64 = 1e-4;
/// The same for a parameter that is zero, in its SI unit: small against any of its uses.
const STEP_AT_ZERO: f64 = 1e-12;
/// When a coupling misses its error, the modes are solved anew with their error divided by this …
const SHARPER: f64 = 6.0;
/// … at most so often.
const SHARPENINGS: usize = 2;

/// How a checkpoint writes a [`ModeClass`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "ModeClass")]
enum ModeClassName {
    Guided,
    Leaky,
    Box,
    Absorber,
}

/// One mode as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModeRecord {
    /// Place by falling Re n_eff.
    pub id: usize,
    /// The same for one mode at all points of a table, also where it changes places: the id at the first
    /// point where the mode is found, or the next number free.
    pub track: usize,
    /// What the mode is.
    #[serde(with = "ModeClassName")]
    pub class: ModeClass,
    /// Re n_eff.
    pub effective_index: Value,
    /// Im n_eff.
    pub attenuation: Value,
    /// n_g.
    pub group_index: Value,
    /// Propagation loss, dB/m.
    pub loss_db_per_m: Value,
    /// Absorption by region, dB/m, the background first; empty where nothing absorbs.
    pub absorption: Vec<(String, Value)>,
    /// Into absorbing layers, dB/m; absent where the window has none.
    pub radiation: Value,
    /// Scattered at the walls of each rough region, dB/m.
    pub scattering: Vec<(String, Value)>,
    /// Absorbed, radiated and scattered, dB/m; without rough walls the propagation loss.
    pub total_loss_db_per_m: Value,
    /// Joint with the straight guide, with the mode there that gives most, dB; absent of a straight guide.
    pub transition_db: Value,
    /// D, s/m²; absent unless the study asks for it.
    pub dispersion: Value,
    /// ∫|Ex|² / ∫(|Ex|² + |Ey|²).
    pub te_fraction: Value,
    /// ∫|E_i|² / ∫|E|² for x, y, z.
    pub polarization_fractions: [Value; 3],
    /// Share of the mode in the background and in each region.
    pub confinement: Vec<RegionShare>,
    /// m².
    pub effective_area: Value,
    /// At 1/e² of the power density, along x and y, m.
    pub mode_field_diameter: [Value; 2],
    /// Four standard deviations of the power density, along x and y, m.
    pub d4_sigma: [Value; 2],
    /// Petermann's second definition, along x and y, m.
    pub petermann: [Value; 2],
    /// dn_eff/dT, 1/K; absent where a material's data end.
    pub thermo_optic: Value,
    /// Drift of a resonance with the temperature, dλ/dT = λ (dn_eff/dT)/n_g, m/K: of a ring or a Bragg mirror made of this guide, its length fixed.
    pub resonance_drift: Value,
    /// (parameter, dn_eff/dp in SI units).
    pub sensitivities: Vec<(String, Value)>,
    /// What deviations make of its numbers, if the study asks for it.
    pub spreads: Vec<GuideSpread>,
    /// Share of ∫|E|² in the absorbing layers, evidence of the class.
    pub layer_share: f64,
    /// Part of the error bar of n_eff that is due to the window.
    pub window_effect: f64,
    /// Residual of the eigenproblem.
    pub residual: f64,
    /// Observed order of convergence of n_eff.
    pub order: Option<f64>,
    /// What the mode is recognised by at other points: [`super::tracks::signature`].
    pub(super) signature: Vec<f64>,
}

impl ModeRecord {
    /// What deviations make of a number, if it was asked for.
    pub fn spread(&self, number: GuideNumber) -> Option<&GuideSpread> {
        self.spreads.iter().find(|spread| spread.number == number)
    }
}

/// Share of a mode in a region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegionShare {
    /// Name of the region, or "background".
    pub region: String,
    /// Γ = dn_eff/dn of the region.
    pub gain: Value,
    /// Fraction of the power.
    pub power: Value,
}

/// What a picture of a mode needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldPicture {
    /// Cell faces along x and y, m.
    pub faces: [Vec<f64>; 2],
    /// |E| at cell centres, V/m for 1 W.
    pub electric: Array2<f64>,
    /// Outlines of the shapes, m.
    pub outlines: Vec<Vec<[f64; 2]>>,
}

/// Modes at one point.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModeOutcome {
    /// By falling Re n_eff.
    pub modes: Vec<ModeRecord>,
    /// What a guided mode exceeds.
    pub radiation_index: f64,
    /// Guided modes counted independently of those found, where all were wanted.
    pub counted: Option<usize>,
    /// Refinement and unknowns of the levels.
    pub levels: Vec<(f64, usize)>,
    /// Pictures of the modes, at the first point of a table alone.
    pub pictures: Vec<FieldPicture>,
}

impl ModeOutcome {
    /// Unconverged if a mode's n_eff or a spread is.
    pub fn status(&self) -> Status {
        let of_mode = |mode: &ModeRecord| {
            let spreads = mode.spreads.iter().map(GuideSpread::status);
            spreads
                .chain([mode.effective_index.status])
                .max_by_key(|&s| severity(s))
        };
        self.modes
            .iter()
            .filter_map(of_mode)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }

    /// Why there is no spread, if one was asked for.
    pub(crate) fn doubt(&self) -> Option<&String> {
        let mut spreads = self.modes.iter().flat_map(|mode| &mode.spreads);
        spreads.find_map(|s| s.spread.as_ref().err())
    }
}

/// "modes.tip at 1310 nm, 298.15 K, tip_width = 250 nm".
pub(super) fn name(study: &Study, point: &ModePoint) -> String {
    let mut name = format!(
        "modes.{} at {}, {}",
        point.modes, point.wavelength, point.temperature
    );
    name += &named(study, &point.values);
    name
}

/// ", a = 1 nm, b = 2 K".
pub(super) fn named(study: &Study, values: &ParameterValues) -> String {
    study
        .named_values(values)
        .iter()
        .map(|value| format!(", {value}"))
        .collect()
}

/// The problem of a point with some of its values replaced.
pub(crate) fn problem(
    study: &Study,
    point: &ModePoint,
    values: &ParameterValues,
) -> Outcome<ModeProblem> {
    let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
    let section = study
        .cross_section(&table.cross_section, values)
        .map_err(|e| e.to_string())?;
    let walls = study.make_walls(&table.boundary, values);
    let problem = ModeProblem::new(&section, point.wavelength)
        .at_temperature(point.temperature)
        .walled(walls);
    Ok(match table.bend_radius {
        None => problem,
        Some(radius) => problem.bent(study.evaluate(&radius, values).si()),
    })
}

/// The solver that a table asks for, on the grid family that all wavelengths and temperatures of
/// one geometry share: a grid each would make noise of n_g.
pub(crate) fn solver(study: &Study, plan: &Plan, m: usize) -> Outcome<ModeSolver> {
    solver_at(study, plan, m, &plan.modes[m].values)
}

/// The same where some of its values are replaced, on the grid family of that geometry.
pub(super) fn solver_at(
    study: &Study,
    plan: &Plan,
    m: usize,
    values: &ParameterValues,
) -> Outcome<ModeSolver> {
    let point = &plan.modes[m];
    let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
    let solver = match table.count {
        ModeCount::First(count) => ModeSolver::default().count(count),
        ModeCount::AllGuided => ModeSolver::default().all_guided(),
    };
    let solver = match table.target {
        None => solver,
        Some(target) => solver.near(study.evaluate(&target, &point.values).si()),
    };
    match table.accuracy {
        Accuracy::Error(error) => {
            let shape = study.named_values(&point.values);
            let alike =
                |p: &&ModePoint| p.modes == point.modes && study.named_values(&p.values) == shape;
            let first = plan.modes.iter().find(alike).unwrap_or(point);
            let reference = problem(study, first, values)?;
            Ok(solver.error(error).meshed_as(&reference))
        }
        Accuracy::Grid(sizes) => {
            let problem = problem(study, point, values)?;
            let [finest, coarsest] = [sizes.finest.si(), sizes.coarsest.si()];
            let grid = ModeGrid::between(&problem, finest, coarsest, sizes.growth)
                .map_err(|e| e.to_string())?;
            Ok(solver.given(grid))
        }
    }
}

/// Solves a mode point and the couplings `followers` that end or start in it.
pub(super) fn solve(
    study: &Study,
    plan: &Plan,
    m: usize,
    followers: &[usize],
) -> (Outcome<ModeOutcome>, Vec<(usize, Outcome<CouplingOutcome>)>) {
    let point = &plan.modes[m];
    let attempt = || -> Outcome<(ModeSolver, ModeProblem, ModesTable)> {
        let table = study.modes_table(&point.modes).map_err(|e| e.to_string())?;
        Ok((
            solver(study, plan, m)?,
            problem(study, point, &point.values)?,
            table.clone(),
        ))
    };
    let failed = |reason: String| {
        let couplings = followers
            .iter()
            .map(|&c| (c, Err(format!("its modes failed: {reason}"))))
            .collect();
        (Err(reason), couplings)
    };
    let (solver, problem, table) = match attempt() {
        Ok(attempt) => attempt,
        Err(reason) => return failed(reason),
    };
    let mut set = match solver.solve(&problem) {
        Ok(set) => set,
        Err(error) => return failed(error.to_string()),
    };
    let deviated = process::DeviatedModes::solve(study, plan, m, followers);
    let couple = |set: &ModeSet| -> Vec<(usize, Outcome<CouplingOutcome>)> {
        let receivers = receivers(set, &deviated);
        let solve = |&c: &usize| {
            let outcome = match &receivers {
                Ok(receivers) => coupling::solve(study, plan, c, m, receivers),
                Err(reason) => Err(reason.clone()),
            };
            (c, outcome)
        };
        followers.iter().map(solve).collect()
    };
    let mut couplings = couple(&set);
    let mut solved_to = None;
    if let Accuracy::Error(error) = table.accuracy {
        let mut sharper = error;
        for _ in 0..SHARPENINGS {
            let missed = |o: &Outcome<CouplingOutcome>| {
                o.as_ref().is_ok_and(|o| o.status() == Status::Unconverged)
            };
            if !couplings.iter().any(|(_, outcome)| missed(outcome)) {
                break;
            }
            sharper /= SHARPER;
            let Ok(finer) = solver.clone().error(sharper).solve(&problem) else {
                break;
            };
            if finer.levels().len() == set.levels().len() {
                break;
            }
            set = finer.judged_by(error);
            solved_to = Some(sharper);
            couplings = couple(&set);
        }
    }
    let first = plan.modes.iter().position(|p| p.modes == point.modes) == Some(m);
    let solved = SolvedModes {
        study,
        plan,
        m,
        table: &table,
        solver: &solver,
        problem: &problem,
        set: &set,
        sharper: solved_to,
    };
    (record(&solved, first), couplings)
}

/// Guided modes as fields on their two finest levels.
fn receivers(set: &ModeSet, deviated: &process::DeviatedModes) -> Outcome<Vec<Receiver>> {
    let receiver = |mode: &Mode| -> Result<Receiver, cpo_solver::coupling::CouplingError> {
        let levels = mode
            .fields_by_level()
            .iter()
            .map(SampledField::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        let process = levels
            .first()
            .map_or(Ok(Vec::new()), |field| deviated.of(field));
        Ok(Receiver {
            id: mode.id(),
            polarization: Angle::deg(if mode.te_fraction().value >= 0.5 {
                0.0
            } else {
                90.0
            }),
            levels,
            process,
        })
    };
    let guided = set.iter().filter(|mode| mode.class().is_physical());
    guided
        .map(receiver)
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())
}

fn record(solved: &SolvedModes<'_>, with_pictures: bool) -> Outcome<ModeOutcome> {
    let SolvedModes {
        study,
        table,
        problem,
        set,
        ..
    } = *solved;
    let point = &solved.plan.modes[solved.m];
    let mut sensitivities: Vec<(String, Vec<Value>)> = Vec::new();
    let physical = study.guide_parameters(table);
    for (id, value) in point.values.iter() {
        // A PML's thickness and a target belong to the numerics: the exact mode does not know them.
        if table.is_numerical(id) && !physical.contains(&id) {
            continue;
        }
        let Some(named) = study
            .named_values(&ParameterValues::nominal().with(id, value))
            .pop()
        else {
            continue;
        };
        let step = if value == 0.0 {
            STEP_AT_ZERO
        } else {
            RELATIVE_STEP * value.abs()
        };
        let at =
            |shift: f64| self::problem(study, point, &point.values.clone().with(id, value + shift));
        // A parameter at the edge of what a geometry allows has no two-sided derivative.
        if let (Ok(lower), Ok(upper)) = (at(-step), at(step)) {
            sensitivities.push((named.name, differences(set, &lower, &upper, 2.0 * step)));
        }
    }
    let numbers = solved.numbers()?;
    let mut spreads = solved.spreads(&numbers).into_iter();
    let window = problem.cross_section().window();
    let modes = set
        .iter()
        .zip(numbers)
        .enumerate()
        .map(|(m, (mode, numbers))| -> Outcome<ModeRecord> {
            let confinement = mode.confinement_by_region().map_err(|e| e.to_string())?;
            let share = |c: Confinement| RegionShare {
                region: c.name,
                gain: Value::from(&c.gain),
                power: Value::from(&c.power_fraction),
            };
            let moments = mode.mode_field_diameter_by_moments();
            Ok(ModeRecord {
                id: mode.id(),
                track: mode.id(),
                class: mode.class(),
                effective_index: numbers.effective_index,
                attenuation: numbers.attenuation,
                group_index: numbers.group_index,
                loss_db_per_m: numbers.loss_db_per_m,
                absorption: numbers.absorption,
                radiation: numbers.radiation,
                scattering: numbers.scattering,
                total_loss_db_per_m: numbers.total_loss_db_per_m,
                transition_db: numbers.transition_db,
                dispersion: numbers.dispersion,
                te_fraction: mode.te_fraction().into(),
                polarization_fractions: mode.polarization_fractions().each_ref().map(Value::from),
                confinement: confinement.into_iter().map(share).collect(),
                effective_area: mode.effective_area().into(),
                mode_field_diameter: mode.mode_field_diameter().map(Value::from),
                d4_sigma: moments.d4_sigma.each_ref().map(Value::from),
                petermann: moments.petermann.each_ref().map(Value::from),
                thermo_optic: numbers.thermo_optic,
                resonance_drift: numbers.resonance_drift,
                sensitivities: sensitivities
                    .iter()
                    .map(|(name, values)| (name.clone(), values[m]))
                    .collect(),
                spreads: spreads.next().unwrap_or_default(),
                layer_share: mode.layer_share(),
                window_effect: mode.window_effect(),
                residual: mode.residual(),
                order: mode.effective_index_study().order,
                signature: tracks::signature(mode, window),
            })
        })
        .collect::<Outcome<_>>()?;
    let pictures = if with_pictures {
        set.iter().map(|mode| picture(problem, mode)).collect()
    } else {
        Vec::new()
    };
    Ok(ModeOutcome {
        modes,
        radiation_index: set.radiation_bound().index,
        counted: set.counted(),
        levels: set
            .levels()
            .iter()
            .map(|l| (l.refinement, l.unknowns))
            .collect(),
        pictures,
    })
}

/// Derivatives of all modes; absent where a problem cannot be posed.
pub(super) fn differences(
    set: &ModeSet,
    lower: &ModeProblem,
    upper: &ModeProblem,
    step: f64,
) -> Vec<Value> {
    match set.sensitivity(lower, upper, step) {
        Ok(derivatives) => derivatives.iter().map(Value::from).collect(),
        Err(_) => vec![Value::absent(); set.modes().len()],
    }
}

fn picture(problem: &ModeProblem, mode: &Mode) -> FieldPicture {
    let fields = mode.fields();
    let faces = [0, 1].map(|d| fields.grid.axis(d).faces().to_vec());
    let outlines = problem
        .cross_section()
        .regions()
        .iter()
        .map(|region| region.shape.polygon())
        .collect();
    FieldPicture {
        faces,
        electric: fields.electric_squared().mapv(f64::sqrt),
        outlines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpo_solver::modes::Wall as SolverWall;

    #[test]
    fn walls_and_bend_reach_the_solver() {
        let text = r#"
[study]
name = "bend"
wavelength = "1550 nm"
[cross_section.guide]
window = { x = ["-2 um", "2 um"], y = ["-2 um", "2 um"] }
background = { index = 1.444 }
layers = [{ name = "slab", material = { index = 2.0 }, bottom = "0 um", thickness = "300 nm" }]
[modes.guide]
cross_section = "guide"
count = 1
boundary = { left = { pml = ["0.5 um", "1 um"] }, top = "magnetic" }
bend_radius = "-5 um"
"#;
        let study = Study::parse(text, "text", std::path::Path::new("")).unwrap();
        let plan = study.plan().unwrap();
        for (point, thickness) in plan.modes.iter().zip([0.5e-6, 1e-6]) {
            let problem = problem(&study, point, &point.values).unwrap();
            let walls = problem.walls();
            // products of a decimal and a unit: round-off
            let layer = |wall| match wall {
                SolverWall::Absorbing { thickness } => thickness,
                SolverWall::Electric | SolverWall::Magnetic => 0.0,
            };
            assert!((layer(walls.left) - thickness).abs() < 1e-20, "{walls:?}");
            assert_eq!(walls.top, SolverWall::Magnetic);
            assert_eq!(walls.right, SolverWall::Electric);
            let radius = problem.bend_radius().unwrap();
            assert!((radius + 5e-6).abs() < 1e-20, "{radius}");
        }
    }
}
