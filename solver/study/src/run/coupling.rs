//! Coupling points: a field against the guided modes of a facet, over offsets and tilts.

use std::sync::Arc;

use cpo_materials::{Angle, Length, Quantity};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CoatLayer, CouplingError, CouplingScan, Face, Fiber as FiberMode, Gap as SolverGap,
    GaussianBeam, JonesMatrix, MeasuredField, SampledField, TransverseField,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::alignment::{self, Aligned, AlignmentResult, ProcessModes};
use super::{Outcome, Value, severity};
use crate::plan::{CouplingPoint, Plan, PortPoint};
use crate::study::{CoatEntry, CouplingTable, FiberModel, Freedom, NearField, Study};
use crate::table::Status;

/// Least error of an efficiency: sums of 10⁵ products in double precision.
const EFFICIENCY_ROUND_OFF: f64 = 1e-12;
/// Efficiency below which the error of a loss may grow as the light fades, so that the efficiency's stays what it is here.
const FAINT: f64 = 1e-3;
/// Half-width of the window on which a receiving fibre is sampled, in mode field diameters.
const FIBER_WINDOW: f64 = 1.6;
/// Cells across that window; the error bar compares with half as many.
const FIBER_CELLS: usize = 240;

/// A guided mode on its two finest grids, finest first.
pub(super) struct Receiver {
    pub(super) id: usize,
    /// Axis of its electric field, from x towards y.
    pub(super) polarization: Angle,
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
    /// Angle of the beam's electric field from x towards y, rad; NaN for a field that has its own at every point.
    pub polarization: f64,
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
    /// The worse of the loss and what deviations make of it.
    pub fn status(&self) -> Status {
        let all = [self.loss_db.status, self.alignment.status()];
        let worst = all.into_iter().max_by_key(|&s| severity(s));
        worst.unwrap_or(Status::Failed)
    }

    /// Direction of the beam's electric field: "x", "y", "30 deg", or "its own".
    pub fn polarisation(&self) -> String {
        let along = |degrees: f64| (self.polarization - degrees.to_radians()).abs() < 1e-12;
        if self.polarization.is_nan() {
            String::from("its own")
        } else if along(0.0) {
            String::from("x")
        } else if along(90.0) {
            String::from("y")
        } else {
            Angle::from_si(self.polarization).to_string()
        }
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
    /// Unconverged if a loss or its spread is.
    pub fn status(&self) -> Status {
        self.results
            .iter()
            .map(CouplingResult::status)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }

    /// Why there is no spread, if one was asked for.
    pub(super) fn doubt(&self) -> Option<&String> {
        let mut results = self.results.iter();
        results.find_map(|r| r.alignment.spread.as_ref()?.as_ref().err())
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
        let facing = receivers.first().and_then(|r| r.levels.first());
        match port {
            PortPoint::Fiber(name) => {
                let index = facing.map_or(1.0, |field| field.effective_index.re);
                Beam::of_fiber(study, point, name, index)
            }
            // Light that comes from a guide is in its first mode.
            PortPoint::Modes(_) => facing
                .map(|field| Beam::own(Source::Guide(field.clone())))
                .ok_or_else(|| String::from("no guided mode")),
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
    let beam = |name: &str, touched: f64| Beam::of_fiber(study, point, name, touched);
    // Whichever states an index gives it to one that does not.
    let receiver = beam(to, beam(from, 1.0)?.index())?;
    let beam = beam(from, receiver.index())?;
    let polarization = receiver.angle.or(beam.angle).unwrap_or(Angle::deg(0.0));
    let levels = match &receiver.source {
        Source::Fiber(fiber) if fiber.working_distance() > 0.0 => {
            return Err(format!(
                "the light goes to the lensed fibre {to}, whose waist lies in front of it: couple from it instead"
            ));
        }
        Source::Fiber(fiber) => {
            let fiber = fiber.polarized(polarization);
            [FIBER_CELLS, FIBER_CELLS / 2].map(|cells| sampled(&fiber, cells))
        }
        Source::Near { field, index } => {
            let field = field
                .beam(*index, polarization, 1)
                .map_err(|e| e.to_string())?;
            [FIBER_CELLS, FIBER_CELLS / 2].map(|cells| on_window(&field, cells))
        }
        Source::Guide(_) => return Err(String::from("a guide where a fibre is meant")),
    };
    let receiver = Receiver {
        id: 0,
        polarization,
        levels: levels.into_iter().collect::<Result<Vec<_>, String>>()?,
        process: Ok(Vec::new()),
    };
    couple(study, point, &beam, &[receiver])
}

/// A field on cells across its own window.
fn on_window(field: &MeasuredField, cells: usize) -> Outcome<SampledField> {
    let window = field.window().ok_or("a field without a window")?;
    let axis =
        |[lower, upper]: [f64; 2]| Axis::uniform(lower, upper, cells).map_err(|e| e.to_string());
    let grid = RectilinearGrid::new([axis(window.x)?, axis(window.y)?]);
    SampledField::sample(field, grid).map_err(|e| e.to_string())
}

fn sampled(fiber: &FiberMode, cells: usize) -> Outcome<SampledField> {
    let axis =
        |diameter: f64| Axis::uniform(-FIBER_WINDOW * diameter, FIBER_WINDOW * diameter, cells);
    let [x, y] = fiber.mode_field_diameter().map(axis);
    let grid = RectilinearGrid::new([x.map_err(|e| e.to_string())?, y.map_err(|e| e.to_string())?]);
    SampledField::sample(fiber, grid).map_err(|e| e.to_string())
}

/// What shines on the facet.
struct Beam {
    source: Source,
    /// Direction of its electric field, if that is stated.
    angle: Option<Angle>,
}

enum Source {
    Fiber(FiberMode),
    Near { field: Arc<NearField>, index: f64 },
    Guide(SampledField),
}

impl Beam {
    /// A field with its own direction.
    fn own(source: Source) -> Self {
        Self {
            source,
            angle: None,
        }
    }

    /// The fibre `name`. One that does not state its index has that of the gap, or of what it touches.
    fn of_fiber(study: &Study, point: &CouplingPoint, name: &str, touched: f64) -> Outcome<Self> {
        let (values, wavelength) = (&point.values, point.wavelength);
        let fiber = study.fiber(name, values, wavelength, point.temperature);
        let fiber = fiber.map_err(|e| e.to_string())?;
        let gap = study.gap(&point.coupling, values, wavelength, point.temperature);
        let medium = gap
            .map_err(|e| e.to_string())?
            .map_or(touched, |gap| gap.index);
        let mode = match fiber.model {
            FiberModel::Gaussian {
                mode_field_diameter: [x, y],
                working_distance,
                index,
            } => GaussianBeam::new(x, y, index.unwrap_or(medium), wavelength)
                .and_then(|beam| beam.focused_at(working_distance))
                .map(|beam| Source::Fiber(FiberMode::Gaussian(beam))),
            FiberModel::Step {
                core_radius,
                core_index,
                cladding_index,
            } => FiberMode::step_index(core_radius, core_index, cladding_index, wavelength)
                .map(Source::Fiber),
            FiberModel::Field { field, index } => {
                let index = index.unwrap_or(medium);
                Ok(Source::Near { field, index })
            }
        };
        Ok(Self {
            source: mode.map_err(|e| e.to_string())?,
            angle: fiber.polarization,
        })
    }

    /// β/k₀.
    fn index(&self) -> f64 {
        match &self.source {
            Source::Fiber(fiber) => fiber.effective_index().re,
            Source::Near { index, .. } => *index,
            Source::Guide(field) => field.effective_index.re,
        }
    }

    /// Whether its electric field is that of the receiver unless stated.
    fn turns(&self) -> bool {
        match &self.source {
            Source::Fiber(_) => true,
            Source::Near { field, .. } => !field.is_vector(),
            Source::Guide(_) => false,
        }
    }

    /// The beam with its electric field at `angle`, if it has no direction of its own.
    fn polarised(&self, angle: Angle) -> Result<Box<dyn TransverseField>, CouplingError> {
        Ok(match &self.source {
            Source::Fiber(fiber) => Box::new(fiber.polarized(angle)),
            Source::Near { field, index } => Box::new(field.beam(*index, angle, 1)?),
            Source::Guide(field) => Box::new(field.clone()),
        })
    }

    /// The same field by every second of its values, if values are all that is known of it.
    fn coarse(&self, angle: Angle) -> Result<Option<MeasuredField>, CouplingError> {
        match &self.source {
            Source::Near { field, index } => field.beam(*index, angle, 2).map(Some),
            Source::Fiber(_) | Source::Guide(_) => Ok(None),
        }
    }
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
                let angle = beam.angle.unwrap_or(receiver.polarization);
                let lit = Lit {
                    field: beam.polarised(angle).map_err(|e| e.to_string())?,
                    coarse: beam.coarse(angle).map_err(|e| e.to_string())?,
                    polarization: match &beam.source {
                        Source::Near { field, .. } if field.is_vector() => f64::NAN,
                        _ => angle.si(),
                    },
                };
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
                    one(study, &scan, table, &lit, receiver, tilt).map_err(|e| e.to_string())?,
                );
                scanned = Some(scan);
            }
            let these = results.len() - receivers.len()..;
            if let Some(scan) = scanned.take() {
                let pdl = polarisation_dependence(&scan, beam, receivers, &results[these.clone()])?;
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

/// Polarisation dependent loss of the first two receivers together, at the first one's offset; NaN for a beam whose
/// polarisation is stated.
fn polarisation_dependence(
    scan: &CouplingScan,
    beam: &Beam,
    receivers: &[Receiver],
    results: &[CouplingResult],
) -> Outcome<f64> {
    let ([first, second, ..], [result, ..]) = (receivers, results) else {
        return Ok(f64::NAN);
    };
    let (Some(first), Some(second)) = (first.levels.first(), second.levels.first()) else {
        return Ok(f64::NAN);
    };
    if !beam.turns() || beam.angle.is_some() {
        return Ok(f64::NAN);
    }
    let told = |e: CouplingError| e.to_string();
    let [x, y] = result.offset.map(Length::from_si);
    let scan = scan.clone().offsets(&[x], &[y]).map_err(told)?;
    let fields = [0.0, 90.0].map(|angle| beam.polarised(Angle::deg(angle)));
    let [along_x, along_y] = fields;
    let fields = [along_x.map_err(told)?, along_y.map_err(told)?];
    let mut maps = Vec::with_capacity(4);
    for mode in [first, second] {
        for field in &fields {
            maps.push(scan.map(&**field, mode).map_err(told)?);
        }
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| &maps[k]);
    let jones = JonesMatrix::at([[a, b], [c, d]], result.offset).map_err(told)?;
    Ok(jones.pdl_db())
}

/// A beam against one receiver.
struct Lit {
    field: Box<dyn TransverseField>,
    /// By half of its values, whose loss tells the error of all of them.
    coarse: Option<MeasuredField>,
    /// Angle of its electric field, rad, or NaN.
    polarization: f64,
}

fn one(
    study: &Study,
    scan: &CouplingScan,
    table: &CouplingTable,
    lit: &Lit,
    receiver: &Receiver,
    tilt: [f64; 2],
) -> Result<CouplingResult, CouplingError> {
    let beam = &*lit.field;
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
    let mut floor = map.sampling_error.max(EFFICIENCY_ROUND_OFF);
    if let Some(coarse) = &lit.coarse {
        let coarse = scan
            .map(coarse, &receiver.levels[0])?
            .efficiency_at(offset)?;
        // between values the field is cubic: its error falls with the third power of their distance
        floor += (coarse - efficiency).abs() / 7.0;
    }
    let error_db = in_db(total_error / total + floor / efficiency);
    // of light that does not couple the efficiency is asked for, not its logarithm
    let wanted = table.error.si() * (FAINT / efficiency).max(1.0);
    let loss_db = Value::judged(to_db(transmission * efficiency), error_db, wanted);
    let alignment = match table.gap {
        None => alignment::touching(map, offset),
        Some(_) => Aligned {
            study,
            table,
            scan,
            beam,
            mode: &receiver.levels[0],
            process: &receiver.process,
            nominal: loss_db,
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
        polarization: lit.polarization,
        tilt,
        offset,
        loss_db,
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
