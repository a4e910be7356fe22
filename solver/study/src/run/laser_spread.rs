//! What deviations make of lasers: whole arrays solved in every draw of [`cpo_solver::spread::LaneDraws`].
//!
//! Resistances and base temperatures are those of the heat problem where its parameters deviate, to second order ([`Deviated`]); the
//! parameters of a laser that are random deviate in each by itself, so that what a poor laser does to its neighbours is in the
//! numbers of these. A draw without an operating point (rollover) counts as hotter, and as needing more, than any other.
//!
//! Error bars are what the bars of resistances and temperatures, and what second orders leave out of these, do to a quantile if all
//! lie on the warm side, or all on the cold one: the same draws solved again. What second orders leave out is that of all parameters
//! of the heat problem together, also where some of them alone deviate: a bound there.
//!
//! Tested against lasers whose cooling stands at its own quantiles, also where a third of the draws are at rollover, and against
//! arrays whose lasers differ one by one.

use cpo_materials::{Current, Power, Quantity, Temperature};
use cpo_solver::laser::{LaserArray, LaserError, LaserState};
use cpo_solver::spread::{
    LaneDraw, LaneDraws, Quantiles as Drawn, SecondOrder, Spread as DrawnSpread,
};
use ndarray::Array2;

use super::alignment::by_scope;
use super::deviation::{Deviated, Spread};
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
            words: "wall-plug efficiency",
            nominal: |record| record.wall_plug_efficiency,
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
    pub rollover_share: Value,
}

impl LaserSpreads {
    /// The worst of all quantiles; that rollover is among the draws is an answer.
    pub(super) fn status(&self) -> Status {
        let each = self.lasers.iter().flatten().flatten();
        each.chain(&self.array_failure_rate)
            .map(Spread::status)
            .chain([self.rollover_share.status])
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

/// What lasers sit on, by the deviations of a heat problem.
struct Seat {
    /// K/W, row-major.
    resistance: Vec<Seated>,
    /// K
    base: Vec<Seated>,
    /// Length of the deviations at the solve where all parameters deviate at once; nil where none does.
    jointly: f64,
    /// The worst status of all solves.
    status: Status,
}

/// A number of a heat problem where its parameters deviate.
struct Seated {
    number: SecondOrder,
    /// The widest error bar of all solves.
    error: f64,
    /// What second orders leave out where all parameters deviate at once.
    left_out: f64,
}

impl Seat {
    /// Numbers where the parameters are `off`, and so many times their error bars with what second orders leave out: all of it where
    /// parameters are as far off as where that is known, a part in proportion where they are less.
    fn at(&self, of: &[Seated], off: &[f64], within: f64) -> Vec<f64> {
        let length = off.iter().map(|x| x * x).sum::<f64>().sqrt();
        let share = match self.jointly {
            0.0 => 0.0,
            // a third order t(t² − 3) that vanishes at the solves, over what it is at 1: steepest at 0
            jointly => (1.5 * length / jointly).min(1.0),
        };
        let at = |seated: &Seated| {
            seated.number.at(off) + within * (seated.error + share * seated.left_out)
        };
        of.iter().map(at).collect()
    }
}

/// What is known of the quantiles of a laser's number.
struct LaserBars {
    /// Error bar without deviations: by heat, and by a fit.
    nominal: f64,
    /// What all error bars to one side do to it there at most.
    shifted: f64,
    /// The worst status of what it is made of.
    status: Status,
}

impl LaserBars {
    /// Quantiles of draws without error bars, and with them all to the one or the other side: what those do there is their error bar.
    /// It grows towards rollover, and that of a fit with it.
    fn spread(&self, draws: &DrawnSpread, sides: [&DrawnSpread; 2]) -> Spread {
        let quantile = |[value, drawn]: [f64; 2], sides: [[f64; 2]; 2]| {
            let shifted = sides.map(|[side, _]| (side - value).abs());
            let shifted = shifted[0].max(shifted[1]);
            let growth = match self.shifted {
                more if more > 0.0 => (shifted / more).max(1.0),
                _ => 1.0,
            };
            let error = drawn.hypot(shifted.max(growth * self.nominal));
            let status = match error.is_finite() {
                true => self.status,
                false => Status::Unconverged,
            };
            match value.is_finite() {
                true => Value {
                    value,
                    error,
                    status,
                },
                false => Value::absent(),
            }
        };
        let part = |of: fn(&DrawnSpread) -> &Drawn| {
            let (draws, sides) = (of(draws), sides.map(of));
            [
                quantile(draws.p05, sides.map(|side| side.p05)),
                quantile(draws.p50, sides.map(|side| side.p50)),
                quantile(draws.p95, sides.map(|side| side.p95)),
            ]
        };
        Spread {
            total: part(|spread| &spread.total),
            systematic: part(|spread| &spread.systematic),
            random: part(|spread| &spread.random),
            is_coarse: false,
        }
    }
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
            Some(Ok(spreads)) => {
                let mut seat = self.seat(Some(&spreads.deviated))?;
                let n = self.heat.sources.len();
                let pairs = self
                    .rows
                    .iter()
                    .flat_map(|i| self.rows.iter().map(move |j| i * n + j));
                for status in pairs.map(|k| spreads.mean[k].status()) {
                    if severity(status) > severity(seat.status) {
                        seat.status = status;
                    }
                }
                seat
            }
            Some(Err(reason)) => return Err(format!("of its heat problem: {reason}")),
        };
        // one draw of what both depend on, but for what each lane has of its own: heat is none of the lanes
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
        // the same draws without error bars, and with all of them to the warm and to the cold side
        let evaluate = |draw: &LaneDraw<'_>, within: f64| -> Outcome<Vec<f64>> {
            let off: Vec<f64> = of_heat.iter().map(|&p| draw.of_all(p)).collect();
            let lasers: Vec<DrawnLaser> = if own.is_empty() {
                vec![nominal; self.rows.len()]
            } else {
                let lane = |i: usize| self.drawn(&own, draw, i);
                (0..self.rows.len()).map(lane).collect::<Outcome<_>>()?
            };
            let resistance = self.matrix(seat.at(&seat.resistance, &off, within));
            let base = seat.at(&seat.base, &off, within);
            let numbers = self.numbers(&lasers, resistance, &base);
            numbers.map_err(|e| format!("in a draw: {e}"))
        };
        let parts = all.iter().map(|id| {
            let tolerance = self.study.parameters[id.0].tolerance;
            tolerance.map_or([0.0; 2], |t| by_scope(1.0, t.scope))
        });
        let draws = LaneDraws::new(parts.collect());
        let drawn = draws.spread(|draw| evaluate(draw, 0.0))?;
        let warm = draws.spread(|draw| evaluate(draw, 1.0))?;
        let cold = draws.spread(|draw| evaluate(draw, -1.0))?;
        let still = vec![0.0; of_heat.len()];
        let undrawn = |within: f64| {
            let lasers = vec![nominal; self.rows.len()];
            let resistance = self.matrix(seat.at(&seat.resistance, &still, within));
            let base = seat.at(&seat.base, &still, within);
            let numbers = self.numbers(&lasers, resistance, &base);
            numbers.map_err(|e| e.to_string())
        };
        let (undrawn, warmed, cooled) = (undrawn(0.0)?, undrawn(1.0)?, undrawn(-1.0)?);
        let spread = |k: usize, nominal: Value| {
            let known = nominal.value.is_finite();
            known.then(|| {
                let status = [nominal.status, seat.status].into_iter();
                let bars = LaserBars {
                    nominal: nominal.error,
                    shifted: f64::max(
                        (warmed[k] - undrawn[k]).abs(),
                        (cooled[k] - undrawn[k]).abs(),
                    ),
                    status: status
                        .max_by_key(|&s| severity(s))
                        .unwrap_or(nominal.status),
                };
                bars.spread(&drawn.spreads[k], [&warm.spreads[k], &cold.spreads[k]])
            })
        };
        let count = LaserNumber::ALL.len();
        let of_laser = |(i, record): (usize, &LaserStateRecord)| {
            std::array::from_fn(|k| spread(i * count + k, (LaserNumber::ALL[k].nominal)(record)))
        };
        let [share, error] = drawn.infinite[0];
        let shifted = [&warm, &cold].map(|side| (side.infinite[0][0] - share).abs());
        Ok(LaserSpreads {
            lasers: records.iter().enumerate().map(of_laser).collect(),
            array_failure_rate: array_rate.and_then(|rate| spread(records.len() * count, rate)),
            rollover_share: Value {
                value: share,
                error: error.hypot(shifted[0].max(shifted[1])),
                status: seat.status,
            },
        })
    }

    /// Resistances between lasers and their temperatures, of which a heat problem may have more than one value.
    fn seat(&self, deviated: Option<&Deviated<DeviatedHeat>>) -> Outcome<Seat> {
        let n = self.rows.len();
        let pair = |k: usize| (self.rows[k / n], self.rows[k % n]);
        let mut status = Status::Ok;
        let mut seated = |nominal: Value, of: &dyn Fn(&DeviatedHeat) -> Value| -> Outcome<Seated> {
            let Some(deviated) = deviated else {
                return Ok(Seated {
                    number: SecondOrder::new(nominal.value, Vec::new(), &[]),
                    error: nominal.error,
                    left_out: 0.0,
                });
            };
            let number = deviated.second_order(nominal.value, |there| Ok(of(there).value))?;
            let (there, off) = deviated.jointly();
            let left_out = (of(there).value - number.at(off)).abs();
            let mut error = nominal.error;
            for there in deviated.everywhere().map(of) {
                error = error.max(there.error);
                if severity(there.status) > severity(status) {
                    status = there.status;
                }
            }
            Ok(Seated {
                number,
                error,
                left_out,
            })
        };
        let mut resistance = Vec::with_capacity(n * n);
        for (i, j) in (0..n * n).map(pair) {
            let nominal = self.heat.mean_between(i, j);
            resistance.push(seated(nominal, &|there| there.mean_between(i, j))?);
        }
        let mut base = Vec::with_capacity(n);
        for (nominal, &i) in self.bases.iter().zip(self.rows) {
            base.push(seated(*nominal, &|there| there.without(self.rows, i))?);
        }
        let jointly = deviated.map_or(0.0, |deviated| {
            let (_, off) = deviated.jointly();
            off.iter().map(|x| x * x).sum::<f64>().sqrt()
        });
        Ok(Seat {
            resistance,
            base,
            jointly,
            status,
        })
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
