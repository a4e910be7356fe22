//! What deviations make of lasers: whole arrays solved in every draw of [`cpo_solver::spread::LaneDraws`].
//!
//! Resistances and base temperatures are those of the heat problem where its parameters deviate, to second order ([`Deviated`]); the
//! parameters of a laser that are random deviate in each by itself, so that what a poor laser does to its neighbours is in the
//! numbers of these. A draw without an operating point (rollover) counts as hotter, and as needing more, than any other.
//!
//! Tested against: quantiles of one laser, whose junction has a closed form; arrays whose thermal resistances and own thresholds
//! deviate, by solves at the deviations themselves.

use cpo_materials::{Current, Power, Quantity, Temperature};
use cpo_solver::laser::{LaserArray, LaserError, LaserState};
use cpo_solver::spread::{LaneDraw, LaneDraws, SecondOrder};
use ndarray::Array2;

use super::alignment::by_scope;
use super::deviation::{Bars, Deviated, Spread};
use super::heat::{DeviatedHeat, HeatOutcome};
use super::laser::LaserStateRecord;
use super::{Outcome, Value, severity};
use crate::plan::LaserPoint;
use crate::study::{DriveValue, LaserLaws, ParameterId, ParameterValues, Study};
use crate::table::Status;

/// A number of a laser that has a spread.
#[derive(Clone, Copy, Debug)]
pub struct LaserNumber {
    /// Variable of the loss table.
    pub variable: &'static str,
    /// Its unit.
    pub units: &'static str,
    /// In words.
    pub words: &'static str,
    /// The same of the nominal laser.
    nominal: fn(&LaserStateRecord) -> Value,
    of: fn(&LaserLaws, &LaserState) -> f64,
    /// What it is counted as where there is no operating point.
    at_rollover: fn(&LaserLaws) -> f64,
}

impl LaserNumber {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self {
            variable: "junction_temperature",
            units: "K",
            words: "junction temperature",
            nominal: |record| record.junction_temperature,
            of: |_, state| state.junction.si(),
            at_rollover: |_| f64::INFINITY,
        },
        Self {
            variable: "drive_current",
            units: "A",
            words: "drive current",
            nominal: |record| record.current,
            of: |_, state| state.current.si(),
            at_rollover: |_| f64::INFINITY,
        },
        Self {
            variable: "optical_power",
            units: "W",
            words: "optical power",
            nominal: |record| record.optical_power,
            of: |_, state| state.optical_power.si(),
            at_rollover: |_| f64::NEG_INFINITY,
        },
        Self {
            variable: "wall_plug_efficiency",
            units: "1",
            words: "optical over electrical power",
            nominal: |record| Value::with_error(record.wall_plug_efficiency, 0.0),
            of: |_, state| state.wall_plug_efficiency,
            at_rollover: |_| f64::NEG_INFINITY,
        },
        Self {
            variable: "emission_wavelength",
            units: "m",
            words: "wavelength of the light",
            nominal: |record| record.wavelength,
            of: |laws, state| laws.wavelength(state),
            at_rollover: |laws| f64::INFINITY.copysign(laws.model.parameters().drift.si()),
        },
        Self {
            variable: "failure_rate",
            units: "1/s",
            words: "failure rate",
            nominal: |record| record.failure_rate,
            of: failure_rate,
            at_rollover: |_| f64::INFINITY,
        },
    ];
}

/// 1/s; NaN of a laser that is not said to age.
fn failure_rate(laws: &LaserLaws, state: &LaserState) -> f64 {
    laws.reliability.map_or(f64::NAN, |law| {
        law.failure_rate(state.junction, state.current).si()
    })
}

/// Numbers of an array over all deviations.
#[derive(Clone, Debug)]
pub struct LaserSpreads {
    /// Of every laser, in the order of [`LaserNumber::ALL`]; none of what the study does not state.
    pub lasers: Vec<[Option<Spread>; LaserNumber::ALL.len()]>,
    /// Of the failure rate of the array, 1/s, if the study states how lasers age.
    pub array_failure_rate: Option<Spread>,
    /// Share of the draws without an operating point.
    pub rollover_share: f64,
}

impl LaserSpreads {
    /// The worst of all quantiles; that rollover is among the draws is an answer.
    pub(super) fn status(&self) -> Status {
        let each = self.lasers.iter().flatten().flatten();
        each.chain(&self.array_failure_rate)
            .map(Spread::status)
            .filter(|&status| status != Status::NotComputed)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Ok)
    }
}

/// An array whose parameters deviate.
pub(super) struct SpreadArray<'a> {
    pub(super) study: &'a Study,
    pub(super) point: &'a LaserPoint,
    pub(super) heat: &'a HeatOutcome,
    /// Parameters of the lasers that deviate, and of the heat problem.
    pub(super) deviating: [Vec<ParameterId>; 2],
    /// Places of the lasers among the sources.
    pub(super) rows: &'a [usize],
    /// Their temperatures with all lasers off, K.
    pub(super) bases: &'a [Value],
    /// Without deviations.
    pub(super) laws: LaserLaws,
    pub(super) drive: DriveValue,
}

/// A laser of one draw.
#[derive(Clone, Copy)]
struct DrawnLaser {
    laws: LaserLaws,
    drive: DriveValue,
}

/// What lasers sit on, K/W and K, by the deviations of a heat problem.
struct Seat {
    resistance: Vec<SecondOrder>,
    base: Vec<SecondOrder>,
    /// What the solve where all parameters deviate at once says: their deviations, resistances and temperatures.
    jointly: Option<(Vec<f64>, Array2<f64>, Vec<f64>)>,
    /// The worst status of those solves.
    status: Status,
}

impl SpreadArray<'_> {
    /// Spreads beside `records` without deviations; nothing where none is stated.
    pub(super) fn solve(
        &self,
        records: &[LaserStateRecord],
        array_rate: Option<Value>,
    ) -> Option<Outcome<LaserSpreads>> {
        let deviates = self.deviating.iter().any(|of| !of.is_empty());
        deviates.then(|| self.spreads(records, array_rate))
    }

    fn spreads(
        &self,
        records: &[LaserStateRecord],
        array_rate: Option<Value>,
    ) -> Outcome<LaserSpreads> {
        let [own, of_heat] = &self.deviating;
        let seat = match &self.heat.spreads {
            None => self.seat(None)?,
            Some(Ok(spreads)) => self.seat(Some(&spreads.deviated))?,
            Some(Err(reason)) => return Err(format!("of its heat problem: {reason}")),
        };
        // one draw of a parameter that both depend on
        let mut all: Vec<ParameterId> = own.iter().chain(of_heat).copied().collect();
        all.sort_unstable();
        all.dedup();
        let place = |id: &ParameterId| all.iter().position(|p| p == id).unwrap_or_default();
        let own: Vec<(usize, ParameterId)> = own.iter().map(|id| (place(id), *id)).collect();
        let of_heat: Vec<usize> = of_heat.iter().map(place).collect();
        let nominal = DrawnLaser {
            laws: self.laws,
            drive: self.drive,
        };
        let evaluate = |draw: &LaneDraw<'_>| -> Outcome<Vec<f64>> {
            let off: Vec<f64> = of_heat.iter().map(|&p| draw.of_all(p)).collect();
            let lasers: Vec<DrawnLaser> = if own.is_empty() {
                vec![nominal; self.rows.len()]
            } else {
                let lane = |i: usize| self.drawn(&own, draw, i);
                (0..self.rows.len()).map(lane).collect::<Outcome<_>>()?
            };
            let at = |of: &[SecondOrder]| of.iter().map(|x| x.at(&off)).collect::<Vec<f64>>();
            let resistance = self.matrix(at(&seat.resistance));
            self.numbers(&lasers, resistance, &at(&seat.base))
                .map_err(|e| e.to_string())
        };
        let parts = all.iter().map(|id| {
            let tolerance = self.study.parameters[id.0].tolerance;
            tolerance.map_or([0.0; 2], |t| by_scope(1.0, t.scope))
        });
        let drawn = LaneDraws::new(parts.collect()).spread(evaluate)?;
        let left_out = self.left_out(&seat, nominal).map_err(|e| e.to_string())?;
        let spread = |k: usize, nominal: Value| {
            let known = nominal.value.is_finite();
            known.then(|| {
                let status = [nominal.status, seat.status];
                let bars = Bars {
                    error: nominal.error,
                    left_out: left_out.as_ref().map_or(0.0, |all| all[k]),
                    asked: nominal.error,
                    status: status
                        .into_iter()
                        .max_by_key(|&s| severity(s))
                        .unwrap_or(nominal.status),
                };
                Spread::drawn(&drawn.spreads[k], &bars)
            })
        };
        let count = LaserNumber::ALL.len();
        let of_laser = |(i, record): (usize, &LaserStateRecord)| {
            std::array::from_fn(|k| spread(i * count + k, (LaserNumber::ALL[k].nominal)(record)))
        };
        Ok(LaserSpreads {
            lasers: records.iter().enumerate().map(of_laser).collect(),
            array_failure_rate: array_rate.and_then(|rate| spread(records.len() * count, rate)),
            rollover_share: drawn.infinite[0],
        })
    }

    /// What second orders leave out of every number where all parameters of the heat problem deviate at once; nothing where none
    /// does.
    fn left_out(&self, seat: &Seat, laser: DrawnLaser) -> Result<Option<Vec<f64>>, LaserError> {
        let Some((off, resistance, base)) = &seat.jointly else {
            return Ok(None);
        };
        let lasers = vec![laser; self.rows.len()];
        let at = |of: &[SecondOrder]| of.iter().map(|x| x.at(off)).collect::<Vec<f64>>();
        let solved = self.numbers(&lasers, resistance.clone(), base)?;
        let drawn = self.matrix(at(&seat.resistance));
        let drawn = self.numbers(&lasers, drawn, &at(&seat.base))?;
        let apart = |(a, b): (f64, f64)| if a == b { 0.0 } else { (a - b).abs() };
        Ok(Some(solved.into_iter().zip(drawn).map(apart).collect()))
    }

    /// Resistances between lasers and their temperatures, of which a heat problem may have more than one value.
    fn seat(&self, deviated: Option<&Deviated<DeviatedHeat>>) -> Outcome<Seat> {
        let n = self.rows.len();
        let of = |nominal: f64, of: &dyn Fn(&DeviatedHeat) -> f64| match deviated {
            None => Ok(SecondOrder::new(nominal, Vec::new(), &[])),
            Some(deviated) => deviated.second_order(nominal, |there| Ok(of(there))),
        };
        let pair = |k: usize| (self.rows[k / n], self.rows[k % n]);
        let resistance = |there: &DeviatedHeat, k: usize| {
            let (i, j) = pair(k);
            there.mean_between(i, j)
        };
        let base = |there: &DeviatedHeat, i: usize| there.without(self.rows, self.rows[i]);
        let mut seat = Seat {
            resistance: (0..n * n)
                .map(|k| {
                    let (i, j) = pair(k);
                    let nominal = self.heat.mean_between(i, j).value;
                    of(nominal, &|there| resistance(there, k).value)
                })
                .collect::<Outcome<_>>()?,
            base: (0..n)
                .map(|i| of(self.bases[i].value, &|there| base(there, i).value))
                .collect::<Outcome<_>>()?,
            jointly: None,
            status: Status::Ok,
        };
        if let Some(deviated) = deviated {
            let (there, off) = deviated.jointly();
            let all = (0..n * n).map(|k| resistance(there, k).value).collect();
            let bases = (0..n).map(|i| base(there, i).value).collect();
            seat.jointly = Some((off.to_vec(), self.matrix(all), bases));
            let statuses = deviated.everywhere().flat_map(|there| {
                let resistances = (0..n * n).map(|k| resistance(there, k).status);
                resistances.chain((0..n).map(|i| base(there, i).status))
            });
            let worst = statuses.max_by_key(|&s| severity(s));
            seat.status = worst.unwrap_or(Status::Ok);
        }
        Ok(seat)
    }

    /// A watt warms.
    fn matrix(&self, resistance: Vec<f64>) -> Array2<f64> {
        let n = self.rows.len();
        Array2::from_shape_fn((n, n), |(i, j)| resistance[i * n + j].max(0.0))
    }

    /// Laser `i` of a draw.
    fn drawn(
        &self,
        own: &[(usize, ParameterId)],
        draw: &LaneDraw<'_>,
        i: usize,
    ) -> Outcome<DrawnLaser> {
        let off = |values: ParameterValues, &(p, id): &(usize, ParameterId)| {
            self.study.deviated(&values, id, draw.of_lane(p, i))
        };
        let values = own.iter().fold(self.point.values.clone(), off);
        let laser = self.study.laser(&self.point.laser, &values);
        let laser = laser.map_err(|e| e.to_string())?;
        match LaserLaws::new(&laser) {
            Ok(laws) => Ok(DrawnLaser {
                laws,
                drive: laser.drive,
            }),
            Err(reason) => {
                let shown = self.study.named_values(&values);
                let named: Vec<String> = shown.iter().map(ToString::to_string).collect();
                Err(format!("with {}: {reason}", named.join(", ")))
            }
        }
    }

    /// All numbers of all lasers, and the failure rate of the array.
    fn numbers(
        &self,
        lasers: &[DrawnLaser],
        resistance: Array2<f64>,
        base: &[f64],
    ) -> Result<Vec<f64>, LaserError> {
        let n = lasers.len();
        let base: Vec<Temperature> = base.iter().map(|&t| Temperature::from_si(t)).collect();
        let models = lasers.iter().map(|laser| laser.laws.model).collect();
        let array = LaserArray::new(models, &base, resistance, Array2::zeros((n, n)))?;
        let given = lasers.iter().map(|laser| match laser.drive {
            DriveValue::Current(current) => current.si(),
            DriveValue::Power(power) => power.si(),
        });
        let operating = match self.drive {
            DriveValue::Current(_) => {
                array.at_currents(&given.map(Current::from_si).collect::<Vec<_>>())
            }
            DriveValue::Power(_) => array.at_powers(&given.map(Power::from_si).collect::<Vec<_>>()),
        }?;
        let Some(states) = operating.states() else {
            let beyond = |laser: &DrawnLaser| {
                LaserNumber::ALL.map(|number| (number.at_rollover)(&laser.laws))
            };
            let mut all: Vec<f64> = lasers.iter().flat_map(beyond).collect();
            all.push(f64::INFINITY);
            return Ok(all);
        };
        let lasers = || lasers.iter().zip(states);
        let each = lasers().flat_map(|(laser, state)| {
            LaserNumber::ALL.map(|number| (number.of)(&laser.laws, state))
        });
        let mut all: Vec<f64> = each.collect();
        // the array fails with its first laser: rates add
        all.push(
            lasers()
                .map(|(laser, s)| failure_rate(&laser.laws, s))
                .sum(),
        );
        Ok(all)
    }
}
