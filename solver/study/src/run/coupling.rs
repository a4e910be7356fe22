//! Coupling points: a field against the guided modes of a facet, over offsets and tilts.

use cpo_materials::{Angle, Length, Quantity};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CoatLayer, CouplingError, CouplingScan, Face, Fiber as FiberMode, Gap as SolverGap,
    GaussianBeam, JonesMatrix, SampledField, TransverseField,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::alignment::{self, Aligned, AlignmentResult, ProcessModes};
use super::{Outcome, Value, severity};
use crate::plan::{CouplingPoint, Plan, PortPoint};
use crate::study::{CoatEntry, CouplingTable, Fiber, Freedom, Study};
use crate::table::Status;

/// Least error of an efficiency: sums of 10⁵ products in double precision.
const EFFICIENCY_ROUND_OFF: f64 = 1e-12;
/// Half-width of the window on which a receiving fibre is sampled, in mode field diameters.
const FIBER_WINDOW: f64 = 1.6;
/// Cells across that window; the error bar compares with half as many.
const FIBER_CELLS: usize = 240;

/// A guided mode on its two finest grids, finest first.
pub(super) struct Receiver {
    pub(super) id: usize,
    pub(super) te_fraction: f64,
    pub(super) levels: Vec<SampledField>,
    /// Where parameters of the chip spread.
    pub(super) process: Outcome<Vec<ProcessModes>>,
}

/// Loss over offsets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MisalignmentMap {
    /// Offsets along x, m.
    pub x: Vec<f64>,
    /// Offsets along y, m.
    pub y: Vec<f64>,
    /// Total loss in dB, `[[x, y]]`.
    pub loss_db: Array2<f64>,
}

/// One tilt and one receiving mode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CouplingResult {
    /// Id of the receiving mode.
    pub mode: usize,
    /// Whether the electric field of the beam, like that of the receiving mode, is along x and not y.
    pub along_x: bool,
    /// Towards +x and +y, rad.
    pub tilt: [f64; 2],
    /// Where the loss is stated: the offset given, or the best one where offsets are scanned, m.
    pub offset: [f64; 2],
    /// Total loss in dB.
    pub loss_db: Value,
    /// −10 log₁₀ |a₁₂|² at the same offset.
    pub mode_mismatch_db: Value,
    /// Loss by reflection at the facets.
    pub fresnel_db: f64,
    /// Power sent back by all facets, as a share.
    pub reflection: f64,
    /// −10 log₁₀ of the power that returns in the beam's own mode, the mean over the phase between both facets.
    pub return_loss_db: f64,
    /// Least and largest of it as that phase turns, dB.
    pub return_loss_bounds_db: [f64; 2],
    /// Least and largest total loss as the reflections of the two facets interfere, dB; the loss itself adds them in power.
    pub etalon_db: [f64; 2],
    /// Polarisation dependent loss of the first two modes together, dB; NaN where there is one mode.
    pub pdl_db: f64,
    /// Error of an efficiency that does not shrink with it: sampling and round-off.
    pub efficiency_floor: f64,
    /// Tolerances about the same place.
    pub alignment: AlignmentResult,
    /// Over the offsets scanned, if any.
    pub map: Option<MisalignmentMap>,
}

impl CouplingResult {
    /// Axis of the electric field: "x" or "y".
    pub fn polarisation(&self) -> &'static str {
        if self.along_x { "x" } else { "y" }
    }

    /// A loss in dB elsewhere on the map or a cut: the stated one's relative error, and the floor of the efficiency.
    pub fn loss_at(&self, loss: f64) -> Value {
        let bar = |loss: f64| in_db(self.efficiency_floor * 10.0_f64.powf(0.1 * loss));
        let error = self.loss_db.error - bar(self.loss_db.value) + bar(loss);
        Value {
            value: loss,
            error: error.max(0.0),
            status: self.loss_db.status,
        }
    }

    /// The smaller of the two 1 dB tolerances along `freedom`, m or rad; NaN if neither is reached.
    pub fn tolerance(&self, freedom: Freedom) -> f64 {
        let [down, up] = self.alignment.tolerance_1db[freedom.index()];
        down.min(up)
    }
}

/// All tilts and receiving modes of a point, tilt_x slowest, mode fastest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CouplingOutcome {
    /// The results.
    pub results: Vec<CouplingResult>,
    /// Guided modes that received.
    pub modes: usize,
}

impl CouplingOutcome {
    /// Unconverged if a loss is.
    pub fn status(&self) -> Status {
        self.results
            .iter()
            .map(|r| r.loss_db.status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }
}

/// A relative error of an efficiency as an error of the loss in dB.
pub(super) fn in_db(relative: f64) -> f64 {
    10.0 / std::f64::consts::LN_10 * relative
}

/// "coupling.facet at 1310 nm, 298.15 K".
pub(super) fn name(study: &Study, point: &CouplingPoint) -> String {
    let named = super::modes::named(study, &point.values);
    format!(
        "coupling.{} at {}, {}{named}",
        point.coupling, point.wavelength, point.temperature
    )
}

/// Couples into the modes `receivers` of plan point `m`.
pub(super) fn solve(
    study: &Study,
    plan: &Plan,
    c: usize,
    m: usize,
    receivers: &[Receiver],
) -> Outcome<CouplingOutcome> {
    let point = &plan.couplings[c];
    let beam_of = |port: &PortPoint| -> Outcome<Beam> {
        match port {
            PortPoint::Fiber(name) => {
                let facing = receivers.first().and_then(|r| r.levels.first());
                let index = facing.map_or(1.0, |field| field.effective_index.re);
                fiber(study, point, name, index).map(Beam::Fiber)
            }
            // Light that comes from a guide is in its first mode.
            PortPoint::Modes(_) => {
                let first = receivers.first().and_then(|r| r.levels.first());
                first
                    .map(|field| Beam::Sampled(field.clone()))
                    .ok_or_else(|| String::from("no guided mode"))
            }
        }
    };
    // By reciprocity the loss from a guide into a fibre is that of the fibre into the guide.
    let beam = match (&point.from, &point.to) {
        (PortPoint::Modes(a), PortPoint::Modes(b)) if a != b => {
            let other = if *a == m { *b } else { *a };
            let reason = "a coupling between two [modes] tables needs both fields at once, which this version cannot";
            return Err(format!(
                "{reason}; couple each to a fibre (point {other} of the plan)"
            ));
        }
        (PortPoint::Modes(_), to) => beam_of(to)?,
        (from, _) => beam_of(from)?,
    };
    couple(study, point, &beam, receivers)
}

/// Couples two fibres.
pub(super) fn between_fibers(study: &Study, point: &CouplingPoint) -> Outcome<CouplingOutcome> {
    let (PortPoint::Fiber(from), PortPoint::Fiber(to)) = (&point.from, &point.to) else {
        return Err(String::from(
            "one end is a guide whose modes were not solved",
        ));
    };
    let index = |name: &str| fiber(study, point, name, 1.0).map(|f| f.effective_index().re);
    // Whichever states an index gives it to a Gaussian that does not.
    let receiver = fiber(study, point, to, index(from)?)?;
    if receiver.working_distance() > 0.0 {
        return Err(format!(
            "the light goes to the lensed fibre {to}, whose waist lies in front of it: couple from it instead"
        ));
    }
    let levels = [FIBER_CELLS, FIBER_CELLS / 2].map(|cells| sampled(&receiver, cells));
    let levels = levels.into_iter().collect::<Result<Vec<_>, String>>()?;
    let receiver = Receiver {
        id: 0,
        te_fraction: 1.0,
        levels,
        process: Ok(Vec::new()),
    };
    couple(
        study,
        point,
        &Beam::Fiber(fiber(study, point, from, index(to)?)?),
        &[receiver],
    )
}

fn sampled(fiber: &FiberMode, cells: usize) -> Outcome<SampledField> {
    let axis =
        |diameter: f64| Axis::uniform(-FIBER_WINDOW * diameter, FIBER_WINDOW * diameter, cells);
    let [x, y] = fiber.mode_field_diameter().map(axis);
    let grid = RectilinearGrid::new([x.map_err(|e| e.to_string())?, y.map_err(|e| e.to_string())?]);
    SampledField::sample(fiber, grid).map_err(|e| e.to_string())
}

/// What shines on the facet.
enum Beam {
    Fiber(FiberMode),
    Sampled(SampledField),
}

impl Beam {
    /// The beam with its electric field along the axis of the receiver's.
    fn polarised(&self, along_x: bool) -> Box<dyn TransverseField> {
        match self {
            Self::Fiber(fiber) => {
                let angle = if along_x {
                    Angle::deg(0.0)
                } else {
                    Angle::deg(90.0)
                };
                Box::new(fiber.polarized(angle))
            }
            Self::Sampled(field) => Box::new(field.clone()),
        }
    }
}

/// The fibre `name`. A Gaussian without a cladding has the index of the gap, or of what it touches.
fn fiber(study: &Study, point: &CouplingPoint, name: &str, touched: f64) -> Outcome<FiberMode> {
    let fiber = study
        .fiber(name, &point.values, point.wavelength, point.temperature)
        .map_err(|e| e.to_string())?;
    let gap = study.gap(
        &point.coupling,
        &point.values,
        point.wavelength,
        point.temperature,
    );
    let medium = gap
        .map_err(|e| e.to_string())?
        .map_or(touched, |gap| gap.index);
    let mode = match fiber {
        Fiber::Gaussian {
            mode_field_diameter: [x, y],
            working_distance,
            index,
        } => GaussianBeam::new(x, y, index.unwrap_or(medium), point.wavelength)
            .and_then(|beam| beam.focused_at(working_distance))
            .map(FiberMode::Gaussian),
        Fiber::Step {
            core_radius,
            core_index,
            cladding_index,
        } => FiberMode::step_index(core_radius, core_index, cladding_index, point.wavelength),
    };
    mode.map_err(|e| e.to_string())
}

fn couple(
    study: &Study,
    point: &CouplingPoint,
    beam: &Beam,
    receivers: &[Receiver],
) -> Outcome<CouplingOutcome> {
    let table = study
        .coupling_table(&point.coupling)
        .map_err(|e| e.to_string())?;
    let gap = study.gap(
        &point.coupling,
        &point.values,
        point.wavelength,
        point.temperature,
    );
    let gap = gap.map_err(|e| e.to_string())?;
    let [beam_face, mode_face] = faces(study, table, point)?;
    let mut scanned = None;
    let mut results = Vec::new();
    for &tilt_x in &table.tilt_x.values {
        for &tilt_y in &table.tilt_y.values {
            for receiver in receivers {
                let field = beam.polarised(receiver.te_fraction >= 0.5);
                let mut scan = CouplingScan::new(point.wavelength).map_err(|e| e.to_string())?;
                if let Some(gap) = gap {
                    scan =
                        scan.gap(SolverGap::new(gap.length, gap.index).map_err(|e| e.to_string())?);
                }
                // A turn about +y moves the beam towards +x, one about +x towards −y.
                let turned = scan.tilt(Angle::from_si(-tilt_y.si()), tilt_x);
                let scan =
                    turned.and_then(|s| s.offsets(&table.offset_x.values, &table.offset_y.values));
                let scan = scan.map_err(|e| e.to_string())?;
                let scan = scan.faces(beam_face.clone(), mode_face.clone());
                let tilt = [tilt_x.si(), tilt_y.si()];
                results.push(
                    one(study, &scan, table, &*field, receiver, tilt).map_err(|e| e.to_string())?,
                );
                scanned = Some(scan);
            }
            let these = results.len() - receivers.len()..;
            if let Some(scan) = scanned.take() {
                let pdl = polarisation_dependence(&scan, beam, receivers, &results[these.clone()]);
                let pdl = pdl.map_err(|e| e.to_string())?;
                for result in &mut results[these] {
                    result.pdl_db = pdl;
                }
            }
        }
    }
    Ok(CouplingOutcome {
        results,
        modes: receivers.len(),
    })
}

/// Coats and polish of the fibre's and of the other facet.
fn faces(study: &Study, table: &CouplingTable, point: &CouplingPoint) -> Outcome<[Face; 2]> {
    let coat = |entries: &[CoatEntry]| -> Outcome<Vec<CoatLayer>> {
        let layers = study
            .coat(entries, &point.values, point.wavelength, point.temperature)
            .map_err(|e| e.to_string())?;
        let layer = |(index, thickness)| CoatLayer::new(index, thickness);
        let layers: Result<Vec<_>, _> = layers.into_iter().map(layer).collect();
        layers.map_err(|e| e.to_string())
    };
    let [about_x, about_y] = table
        .polish
        .map(|angle| study.evaluate(&angle, &point.values));
    // As for the tilts.
    let fiber = Face::default()
        .coat(&coat(&table.fiber_coat)?)
        .polish(Angle::from_si(-about_y.si()), about_x)
        .map_err(|e| e.to_string())?;
    Ok([fiber, Face::default().coat(&coat(&table.chip_coat)?)])
}

/// Polarisation dependent loss of the first two receivers together, at the first one's offset.
fn polarisation_dependence(
    scan: &CouplingScan,
    beam: &Beam,
    receivers: &[Receiver],
    results: &[CouplingResult],
) -> Result<f64, CouplingError> {
    let ([first, second, ..], Beam::Fiber(_), [result, ..]) = (receivers, beam, results) else {
        return Ok(f64::NAN);
    };
    let [x, y] = result.offset.map(Length::from_si);
    let scan = scan.clone().offsets(&[x], &[y])?;
    let mut maps = Vec::with_capacity(4);
    for receiver in [first, second] {
        let Some(mode) = receiver.levels.first() else {
            return Ok(f64::NAN);
        };
        for along_x in [true, false] {
            maps.push(scan.map(&*beam.polarised(along_x), mode)?);
        }
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| &maps[k]);
    Ok(JonesMatrix::at([[a, b], [c, d]], result.offset)?.pdl_db())
}

fn one(
    study: &Study,
    scan: &CouplingScan,
    table: &CouplingTable,
    beam: &dyn TransverseField,
    receiver: &Receiver,
    tilt: [f64; 2],
) -> Result<CouplingResult, CouplingError> {
    let levels: Vec<&SampledField> = receiver.levels.iter().collect();
    let converged = scan.study(beam, &levels)?;
    let map = &converged.map;
    // A scanned axis is one that will be aligned, within what is scanned.
    let best = map.best_offset();
    let within = |values: &[Length], best: f64| {
        let ends = values.iter().map(|v| v.si());
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        best.clamp(low, high)
    };
    let offset = [
        within(&table.offset_x.values, best[0]),
        within(&table.offset_y.values, best[1]),
    ];
    let efficiency = map.efficiency_at(offset)?;
    let to_db = |value: f64| -10.0 * value.log10();
    let transmission = map.fresnel.transmission;
    // The mode's error is relative to the efficiency wherever on the map; sampling and round-off are not.
    let [total, total_error] = converged.best_total_efficiency;
    let floor = map.sampling_error.max(EFFICIENCY_ROUND_OFF);
    let error_db = in_db(total_error / total + floor / efficiency);
    let wanted = table.error.si();
    let alignment = match table.gap {
        None => alignment::touching(map, offset),
        Some(_) => Aligned {
            study,
            table,
            scan,
            beam,
            mode: &receiver.levels[0],
            process: &receiver.process,
            error_db,
        }
        .result(offset)?,
    };
    let scanned = map.offsets_x.len() > 1 || map.offsets_y.len() > 1;
    // Of parallel facets by all round trips of every wave, else by those of a wave that keeps its phase.
    let etalon = match map.etalon_at(offset)? {
        Some(etalon) => [etalon.least, etalon.most],
        None => map.fresnel.etalon_transmission().map(|t| t * efficiency),
    };
    let etalon = etalon.map(to_db);
    Ok(CouplingResult {
        mode: receiver.id,
        along_x: receiver.te_fraction >= 0.5,
        tilt,
        offset,
        loss_db: Value::judged(to_db(transmission * efficiency), error_db, wanted),
        mode_mismatch_db: Value::judged(to_db(efficiency), error_db, wanted),
        fresnel_db: to_db(transmission),
        reflection: map.fresnel.reflection,
        return_loss_db: map.reflections.return_loss_db(),
        return_loss_bounds_db: map.reflections.return_loss_bounds_db(),
        pdl_db: f64::NAN,
        etalon_db: [etalon[1], etalon[0]],
        efficiency_floor: floor,
        alignment,
        map: scanned.then(|| MisalignmentMap {
            x: map.offsets_x.clone(),
            y: map.offsets_y.clone(),
            loss_db: map.efficiency.mapv(|eta| to_db(transmission * eta)),
        }),
    })
}
