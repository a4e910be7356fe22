//! What a study would cost, without solving anything: points, unknowns, memory, time.
//!
//! Sizes are those of the levels that the solvers would visit: orders of elements for modes, grids for
//! tapers and heat. Times and bytes per unknown are measured averages on one core of a server of 2023 (benches/runs);
//! a run stops at the level that meets the error asked for, so the largest is a bound.

use crate::plan::{LaserPoint, Plan};
use crate::run::{Outcome, mode_problem, mode_solver, planned_cells, taper_solver};
use crate::study::{Accuracy, ParameterId, Study};

/// Seconds per unknown and mode on one level: factorisation, iteration, what is derived. A wire with two modes
/// takes 0.2 s to 1e-3 and 1.2 s to 1e-5; single cases are off by a factor of two.
/// Solves that stand for all times after a step of power.
const RATES: usize = 20;
const SECONDS_PER_UNKNOWN: f64 = 8e-6;
/// Levels visited for an error of 1e-3; each factor of ten in the error asked for is one more.
const LEVELS: f64 = 3.0;
/// Levels more with absorbing layers, of which the modes are less smooth.
const LEVELS_OF_LAYERS: f64 = 3.0;
/// Entries of L and U per unknown and log₂ of their number, in nested dissection of a plane with elements of
/// high order.
const FACTOR_ENTRIES: f64 = 20.0;
/// Working vectors of an eigen-solve, per mode wanted.
const VECTORS: f64 = 16.0;
/// Seconds per unknown of a grating on one level.
const SECONDS_PER_GRATING_UNKNOWN: f64 = 3e-6;
/// Wavelengths of a spectrum that cost a solve, with what the others cost.
const MOST_SOLVES: usize = 12;
/// Solves that centre a grating.
const CENTRING_SOLVES: f64 = 18.0;
/// Seconds per cell, mode and slice of a taper.
const SECONDS_PER_TAPER_CELL: f64 = 1.0e-6;
/// Seconds per set of lengths of a taper and cube of its modes.
const SECONDS_PER_LENGTH: f64 = 1e-6;
/// Working vectors of a taper's slice per mode, besides the two of each mode that are kept.
const TAPER_VECTORS: f64 = 8.0;
/// All draws of lasers with deviations of both kinds, in seconds over the cube of their number: 64 take some 50 s.
const SECONDS_OF_DRAWS: f64 = 1.5e-4;
/// Lasers below which that is not a cube.
const LASERS_AT_ONCE: f64 = 8.0;
/// Seconds per cell and source.
const SECONDS_PER_CELL: f64 = 0.7e-6;
/// Bytes per cell: operator, multigrid hierarchy, vectors of four right-hand sides.
const BYTES_PER_CELL: f64 = 700.0;
/// Solutions kept side by side for sensitivities; of more sources none is.
const MOST_KEPT: usize = 16;

/// Points of one table and what each needs at most.
#[derive(Clone, Debug, PartialEq)]
pub struct TableEstimate {
    /// "modes.tip".
    pub name: String,
    /// Number of points.
    pub points: usize,
    /// Unknowns of the first and of the largest level allowed.
    pub unknowns: [usize; 2],
    /// Bytes of one point on the level it is expected to end on.
    pub bytes: f64,
    /// Processor seconds of all points, ending on that level.
    pub seconds: f64,
}

/// Estimates for every table with points.
///
/// # Errors
/// The reason why a point could not be laid out.
pub fn estimate(study: &Study, plan: &Plan) -> Outcome<Vec<TableEstimate>> {
    let mut tables = Vec::new();
    for table in &study.modes {
        let mut at = (0..plan.modes.len()).filter(|&m| plan.modes[m].modes == table.name);
        let points = at.clone().count();
        let Some(m) = at.next() else { continue };
        let point = &plan.modes[m];
        let problem = mode_problem(study, point, &point.values)?;
        let sizes = mode_solver(study, plan, m)?
            .plan(&problem)
            .map_err(|e| e.to_string())?;
        let levels = match table.accuracy {
            Accuracy::Error(error) => {
                let layers = if table.boundary.absorb() {
                    LEVELS_OF_LAYERS
                } else {
                    0.0
                };
                (LEVELS + (1e-3 / error).log10().max(0.0) + layers).round() as usize
            }
            Accuracy::Grid(_) => sizes.len(),
        };
        let visited = &sizes[..levels.clamp(1, sizes.len().max(1)).min(sizes.len())];
        let modes = match table.count {
            crate::study::ModeCount::First(count) => count as f64,
            crate::study::ModeCount::AllGuided => 4.0,
        };
        let last = visited.last().copied().unwrap_or(0) as f64;
        let mut deviating = study.mode_deviations(table);
        // one solve serves all roughnesses
        deviating.retain(|&id| table.spread && !study.is_of_roughness(id));
        tables.push(TableEstimate {
            name: format!("modes.{}", table.name),
            points,
            unknowns: [
                sizes.first().copied().unwrap_or(0),
                sizes.last().copied().unwrap_or(0),
            ],
            bytes: 8.0 * last * (FACTOR_ENTRIES * last.max(2.0).log2() + VECTORS * (modes + 2.0)),
            seconds: points as f64
                * with_deviations(&deviating)
                * visited.iter().sum::<usize>() as f64
                * SECONDS_PER_UNKNOWN
                * (1.0 + modes),
        });
    }
    for table in &study.couplings {
        let points = plan
            .couplings
            .iter()
            .filter(|p| p.coupling == table.name)
            .count();
        let tilts = table.tilt_x.values.len() * table.tilt_y.values.len();
        let scans = points * tilts;
        tables.push(TableEstimate {
            name: format!("coupling.{}", table.name),
            points,
            unknowns: [0; 2],
            bytes: 0.0,
            // A map with its error bar, measured.
            seconds: 0.4 * scans as f64,
        });
    }
    for table in &study.gratings {
        let at = plan.gratings.iter().filter(|p| p.grating == table.name);
        let points = at.clone().count();
        let Some(point) = at.clone().next() else {
            continue;
        };
        let problem = study
            .grating(&table.name, &point.values, point.temperature)
            .map_err(|e| e.to_string())?;
        let sizes = problem.unknowns().map_err(|e| e.to_string())?;
        // What is solved at few wavelengths serves the others.
        let solves = |p: &crate::plan::GratingPoint| p.wavelengths.len().min(MOST_SOLVES) as f64;
        let centring = if table.centred { CENTRING_SOLVES } else { 0.0 };
        let each: f64 = at.map(|p| solves(p) + centring).sum();
        let visited: usize = sizes[..sizes.len().min(3)].iter().sum();
        let last = sizes[sizes.len().min(3) - 1] as f64;
        tables.push(TableEstimate {
            name: format!("grating.{}", table.name),
            points,
            unknowns: [sizes[0], sizes[sizes.len() - 1]],
            bytes: 16.0 * last * FACTOR_ENTRIES * last.max(2.0).log2(),
            seconds: each
                * with_deviations(&study.grating_deviations(table))
                * visited as f64
                * SECONDS_PER_GRATING_UNKNOWN,
        });
    }
    for table in &study.tapers {
        let mut at = plan.tapers.iter().filter(|p| p.taper == table.name);
        let points = at.clone().count();
        let Some(point) = at.next() else { continue };
        let problem = study
            .taper(
                &table.name,
                &point.values,
                point.wavelength,
                point.temperature,
            )
            .map_err(|e| e.to_string())?;
        let cells = taper_solver(study, table)
            .cells(&problem)
            .map_err(|e| e.to_string())?;
        let unknowns = cells.map(|cells| 2 * cells);
        let [modes, slices] = [table.modes, table.slices].map(|n| n as f64);
        let all: f64 = unknowns.map(|n| n as f64).iter().sum();
        let last = unknowns[1] as f64;
        let lengths = study.length_sets(table, &point.values).len() as f64;
        // Numbers are complex with a layer.
        let size = if table.boundary.absorb() { 2.0 } else { 1.0 };
        let factors = FACTOR_ENTRIES * last.max(2.0).log2();
        tables.push(TableEstimate {
            name: format!("taper.{}", table.name),
            points,
            unknowns,
            bytes: 8.0
                * size
                * (last * (factors + TAPER_VECTORS * modes) + 2.0 * modes * slices * all),
            seconds: points as f64
                * with_deviations(&study.taper_deviations(table))
                * (size * slices * modes * all * SECONDS_PER_TAPER_CELL
                    + lengths * modes.powi(3) * SECONDS_PER_LENGTH),
        });
    }
    for table in &study.heats {
        let mut at = plan.heats.iter().filter(|p| p.heat == table.name);
        let points = at.clone().count();
        let Some(point) = at.next() else { continue };
        let cells = planned_cells(study, point)?;
        let sources = study
            .floorplan(&table.floorplan, &point.values)
            .map_err(|e| e.to_string())?
            .sources()
            .len();
        let visited = &cells[..cells.len().min(3)];
        let kept = if table.sensitivities && sources <= MOST_KEPT {
            sources
        } else {
            0
        };
        tables.push(TableEstimate {
            name: format!("heat.{}", table.name),
            points,
            unknowns: [
                cells.first().copied().unwrap_or(0),
                cells.last().copied().unwrap_or(0),
            ],
            bytes: (BYTES_PER_CELL + 8.0 * kept as f64)
                * visited.last().copied().unwrap_or(0) as f64,
            seconds: points as f64
                * with_deviations(&study.heat_deviations(table))
                * (1 + sources * (1 + table.step_times.as_ref().map_or(0, |_| RATES))) as f64
                * visited.iter().sum::<usize>() as f64
                * SECONDS_PER_CELL,
        });
    }
    for table in &study.lasers {
        let points = plan.lasers.iter().filter(|p| p.laser == table.name);
        let deviates = |point: &&LaserPoint| {
            let heat = study.heat_table(&plan.heats[point.heat].heat);
            let own = !study.laser_deviations(table).is_empty();
            own || heat.is_ok_and(|heat| !study.heat_deviations(heat).is_empty())
        };
        let drawn = points.clone().filter(deviates).count();
        let lasers = table.sources.len() as f64;
        tables.push(TableEstimate {
            name: format!("laser.{}", table.name),
            points: points.clone().count(),
            unknowns: [0; 2],
            bytes: 0.0,
            seconds: 0.01 * points.count() as f64
                + drawn as f64 * SECONDS_OF_DRAWS * lasers * (lasers + LASERS_AT_ONCE).powi(2),
        });
    }
    Ok(tables)
}

/// How often a point is solved: where nothing deviates, twice for each parameter that does, once for each pair, and where all do.
fn with_deviations(deviating: &[ParameterId]) -> f64 {
    match deviating.len() as f64 {
        0.0 => 1.0,
        parameters => 2.0 + 2.0 * parameters + 0.5 * parameters * (parameters - 1.0),
    }
}
