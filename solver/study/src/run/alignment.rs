//! Tolerances of a coupling: the misalignment tensor, 1 dB ranges, cuts, and the spread that deviations make.

use cpo_materials::Quantity;
use cpo_solver::coupling::{
    Alignment, CouplingError, CouplingMap, CouplingScan, DegreeOfFreedom, Direction, LossSamples,
    MonteCarlo, Placement, PlacementSpread, SampledField, TransverseField,
};
use serde::{Deserialize, Serialize};

use super::deviation::{Quantiles, Spread};
use super::{Outcome, Value, severity};
use crate::study::{CouplingTable, Freedom, Scope, Study};
use crate::table::Status;

/// Loss at which tolerances are stated, dB.
pub(super) const TOLERANCE_LEVEL: f64 = 1.0;

/// How a loss depends on the fibre's place, in the order and with the signs of [`Freedom`]. NaN where end faces touch, beyond
/// what was looked at, or, towards the chip, where the fibre first touches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AlignmentResult {
    /// Distances towards − and + at which the loss has grown by 1 dB, m and rad.
    pub tolerance_1db: [[f64; 2]; 6],
    /// First derivatives of the loss, dB/m and dB/rad.
    pub slope: [f64; 6],
    /// Half its second derivatives, dB per product of m and rad.
    pub tensor: [[f64; 6]; 6],
    /// Largest error in dB of slope and tensor where they say that the loss has grown by 1 dB.
    pub quadratic_error_db: f64,
    /// Loss in dB along the cuts of the study.
    pub cuts: Vec<Vec<f64>>,
    /// What deviations make of the loss; `None` if none is stated, else perhaps why it is not known.
    pub spread: Option<Outcome<SpreadResult>>,
}

impl AlignmentResult {
    /// The worst of the spread's numbers, or that it failed.
    pub(super) fn status(&self) -> Status {
        match &self.spread {
            None => Status::Ok,
            Some(Ok(spread)) => spread.loss.status(),
            Some(Err(_)) => Status::Failed,
        }
    }
}

/// A loss over all deviations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SpreadResult {
    /// The loss over them.
    pub loss: Spread,
    /// Share of lanes within the budget; NaN without one.
    pub lane_yield: Value,
    /// Share of engines all of whose lanes are.
    pub engine_yield: Value,
    /// Lanes drawn.
    pub samples: usize,
    /// Largest error in dB of slope and tensor over all placements drawn.
    pub quadratic_error_db: f64,
}

/// A parameter of the chip that spreads, and the receiving mode below, at and above its nominal value.
pub(super) struct ProcessModes {
    pub(super) modes: [SampledField; 3],
    /// Systematic and random standard deviation in steps.
    pub(super) sigma: [f64; 2],
    /// The worst of the three modes.
    pub(super) status: Status,
}

/// Freedom of the study as the solver has it, and its sign.
fn along(freedom: Freedom) -> (DegreeOfFreedom, f64) {
    match freedom {
        Freedom::X => (DegreeOfFreedom::X, 1.0),
        Freedom::Y => (DegreeOfFreedom::Y, 1.0),
        Freedom::Z => (DegreeOfFreedom::Z, 1.0),
        // a turn about +y moves the beam towards +x, one about +x towards −y
        Freedom::TiltX => (DegreeOfFreedom::TiltY, 1.0),
        Freedom::TiltY => (DegreeOfFreedom::TiltX, -1.0),
        Freedom::Rotation => (DegreeOfFreedom::Rotation, 1.0),
    }
}

/// Of faces that touch: a fibre moves along x and y alone.
pub(super) fn touching(map: &CouplingMap, offset: [f64; 2]) -> AlignmentResult {
    let mut tolerance_1db = [[f64::NAN; 2]; 6];
    for (side, direction) in tolerance_1db.iter_mut().zip([Direction::X, Direction::Y]) {
        if let Ok(found) = map.tolerance(direction, TOLERANCE_LEVEL, offset) {
            *side = found.map(f64::abs);
        }
    }
    let mut tensor = [[f64::NAN; 6]; 6];
    if let Ok(found) = map.misalignment_tensor(offset) {
        for (row, found) in tensor.iter_mut().zip(found) {
            row[..2].copy_from_slice(&found);
        }
    }
    AlignmentResult {
        tolerance_1db,
        slope: [f64::NAN; 6],
        tensor,
        quadratic_error_db: f64::NAN,
        cuts: Vec::new(),
        spread: None,
    }
}

/// The deviations that a coupling states, with that of its gap's length; the fibres of an array.
struct Stated {
    spread: PlacementSpread,
    monte_carlo: MonteCarlo,
    near: Placement,
    far: Placement,
    is_empty: bool,
}

impl Stated {
    fn of(study: &Study, table: &CouplingTable) -> Result<Self, CouplingError> {
        let tolerancing = &table.tolerancing;
        let length = table.gap.as_ref().and_then(|gap| gap.length.parameter());
        let of_gap = length.and_then(|id| study.parameters[id.0].tolerance);
        let stated = tolerancing.placement.iter().copied();
        let stated: Vec<_> = stated
            .chain(of_gap.map(|t| (Freedom::Z, t)))
            .filter(|(_, t)| t.sigma > 0.0)
            .collect();
        let mut spread = PlacementSpread::default();
        for (freedom, tolerance) in &stated {
            let (dof, _) = along(*freedom);
            spread = if tolerance.scope.is_systematic() {
                spread.systematic(dof, tolerance.sigma)?
            } else {
                spread.random(dof, tolerance.sigma)?
            };
        }
        let monte_carlo = MonteCarlo::new(tolerancing.monte_carlo.samples)?
            .array(tolerancing.array.fibers, tolerancing.array.pitch)?
            .seed(tolerancing.monte_carlo.seed);
        let near = spread.reach(monte_carlo.half_width());
        let mut far = near;
        for (freedom, values) in &tolerancing.cuts {
            let (dof, _) = along(*freedom);
            let farthest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            far = far.with(dof, far.along(dof).max(farthest));
        }
        Ok(Self {
            spread,
            monte_carlo,
            near,
            far,
            is_empty: stated.is_empty(),
        })
    }
}

/// What tolerancing asks of one beam and one mode.
pub(super) struct Aligned<'a> {
    pub(super) study: &'a Study,
    pub(super) table: &'a CouplingTable,
    pub(super) scan: &'a CouplingScan,
    pub(super) beam: &'a dyn TransverseField,
    pub(super) mode: &'a SampledField,
    /// The chip's parameters that spread, or why their modes are not known.
    pub(super) process: &'a Outcome<Vec<ProcessModes>>,
    /// The loss in dB without deviations.
    pub(super) nominal: Value,
}

impl Aligned<'_> {
    /// About the nominal place at `offset`.
    pub(super) fn result(&self, offset: [f64; 2]) -> Result<AlignmentResult, CouplingError> {
        let stated = Stated::of(self.study, self.table)?;
        let Self {
            scan, beam, mode, ..
        } = self;
        let alignment = scan.alignment(*beam, mode, offset, &stated.near, &stated.far)?;
        let mut tolerance_1db = [[f64::NAN; 2]; 6];
        for freedom in Freedom::ALL {
            let (dof, sign) = along(freedom);
            let mut sides = alignment.tolerance(dof, TOLERANCE_LEVEL)?;
            if sign < 0.0 {
                sides.swap(0, 1);
            }
            tolerance_1db[freedom.index()] = sides.map(|side| side.unwrap_or(f64::NAN));
        }
        let expansion = alignment.expansion();
        let of = |i: usize| {
            let (dof, sign) = along(Freedom::ALL[i]);
            (dof.index(), sign)
        };
        let cut = |(freedom, values): &(Freedom, Vec<f64>)| {
            let (dof, sign) = along(*freedom);
            let gap = alignment.gap();
            let towards = |v: f64| match dof {
                // decimals of a range and of a length: contact is contact
                DegreeOfFreedom::Z => v.max(-gap),
                _ => sign * v,
            };
            let values: Vec<f64> = values.iter().map(|&v| towards(v)).collect();
            alignment.cut(dof, &values)
        };
        let cuts: Result<_, CouplingError> = self.table.tolerancing.cuts.iter().map(cut).collect();
        Ok(AlignmentResult {
            tolerance_1db,
            slope: std::array::from_fn(|i| of(i).1 * expansion.gradient[of(i).0]),
            tensor: std::array::from_fn(|i| {
                std::array::from_fn(|j| {
                    let ((a, s), (b, t)) = (of(i), of(j));
                    s * t * expansion.tensor[a][b]
                })
            }),
            quadratic_error_db: alignment.quadratic_error(TOLERANCE_LEVEL),
            cuts: cuts?,
            spread: self.spread(&alignment, &stated)?,
        })
    }

    fn spread(
        &self,
        alignment: &Alignment,
        stated: &Stated,
    ) -> Result<Option<Outcome<SpreadResult>>, CouplingError> {
        let process = match self.process {
            Ok(process) => process,
            Err(reason) => return Ok(Some(Err(reason.clone()))),
        };
        if stated.is_empty && process.is_empty() {
            return Ok(None);
        }
        let mut spreads = Vec::with_capacity(process.len());
        let mut status = self.nominal.status;
        for of in process {
            let modes = of.modes.each_ref();
            spreads.push(alignment.process_spread(self.scan, modes, of.sigma)?);
            if severity(of.status) > severity(status) {
                status = of.status;
            }
        }
        let samples = stated
            .monte_carlo
            .run(alignment, &stated.spread, &spreads)?;
        Ok(Some(Ok(self.summary(&samples, status))))
    }

    /// Of draws that are as good as `status` says: what they start from, since each of them is a whole overlap.
    fn summary(&self, samples: &LossSamples, status: Status) -> SpreadResult {
        let error_db = self.nominal.error;
        let quantiles = |losses: &[f64]| -> Quantiles {
            let found = samples.quantiles(losses);
            // the draws' own error and that of every loss
            [found.p05, found.p50, found.p95].map(|[value, error]| Value {
                value,
                error: error.hypot(error_db),
                status,
            })
        };
        let within = |of: fn(&LossSamples, f64) -> [f64; 2]| {
            let budget = self.table.tolerancing.monte_carlo.budget;
            budget.map_or(Value::absent(), |budget| {
                let [value, error] = of(samples, budget.si());
                // how many change sides with the loss
                let shifted =
                    of(samples, budget.si() + error_db)[0] - of(samples, budget.si() - error_db)[0];
                Value {
                    value,
                    error: error.hypot(0.5 * shifted),
                    status,
                }
            })
        };
        SpreadResult {
            loss: Spread {
                total: quantiles(&samples.total),
                systematic: quantiles(&samples.systematic),
                random: quantiles(&samples.random),
                is_coarse: false, // by the bars of the draws
            },
            lane_yield: within(LossSamples::lane_yield),
            engine_yield: within(LossSamples::engine_yield),
            samples: samples.total.len(),
            quadratic_error_db: samples.quadratic_error_db,
        }
    }
}

/// σ of one scope as (systematic, random).
pub(super) fn by_scope(sigma: f64, scope: Scope) -> [f64; 2] {
    if scope.is_systematic() {
        [sigma, 0.0]
    } else {
        [0.0, sigma]
    }
}
