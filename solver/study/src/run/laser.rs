//! Laser points: the operating point of an array within a solved heat problem.

use cpo_materials::{Current, Power, Quantity, Temperature, TemperatureDifference};
use cpo_solver::laser::{
    FailureEstimate, LaserArray, LaserError, LaserState, NeighbourPatterns, Operating, Reliability,
    ReliabilityParameters, RolloverPoint,
};
use ndarray::Array2;

use super::laser_light::{self, LaserLight};
use super::laser_map::{self, LaserMap, MappedArray};
use super::laser_spread::{LaserSpreads, SpreadArray};
use super::switch::{LaserSwitch, Lasers};
use super::{HeatOutcome, Outcome, Value, severity};
use crate::plan::{LaserPoint, Plan};
use crate::study::{DriveValue, LaserLaws, LaserValues, Study};
use crate::table::Status;

/// Points of a light-current curve.
const CURVE_POINTS: usize = 121;
/// The curve ends at this multiple of the largest current in question.
const CURVE_REACH: f64 = 1.6;

/// Standard uncertainties of fitted parameters in an error bar: 95 % of a normal distribution (JCGM 100:2008, GUM, 6.2).
pub(super) const COVERAGE: f64 = 2.0;

/// A running laser.
#[derive(Clone, Debug)]
pub struct LaserStateRecord {
    /// K.
    pub junction_temperature: Value,
    /// A.
    pub current: Value,
    /// W.
    pub optical_power: Value,
    /// W.
    pub heat: f64,
    /// V.
    pub voltage: f64,
    /// P/(V I).
    pub wall_plug_efficiency: Value,
    /// Threshold at the junction's temperature, A.
    pub threshold_current: f64,
    /// m, of the mode that lases; absent unless the study states one.
    pub wavelength: Value,
    /// 1/s; absent unless the study states how the laser ages.
    pub failure_rate: Value,
    /// Where it stands between mode hops, if the study states what selects the mode.
    pub mode_hop: Option<ModeHopRecord>,
}

/// Where a laser stands between two mode hops.
#[derive(Clone, Debug)]
pub struct ModeHopRecord {
    /// Hops since the reference temperature.
    pub hops: f64,
    /// Rise of the junction temperature up to the next, K.
    pub heating: Value,
    /// Fall of the junction temperature down to the next, K.
    pub cooling: Value,
}

/// What neighbours that are switched on and off do to a laser: it is coolest alone and hottest with all on.
#[derive(Clone, Debug)]
pub struct NeighbourRecord {
    /// Junction temperature alone, K.
    pub junction_alone: Value,
    /// Wavelength alone, m.
    pub wavelength_alone: Value,
    /// Index of the neighbour that warms most; none in an array of one.
    pub worst: Option<usize>,
    /// Junction temperature with that one on, K.
    pub junction_beside_worst: Value,
    /// Junction temperature with all on less that alone, K; absent at rollover.
    pub junction_range: Value,
    /// The same of the wavelength, m; with a mode hop between them it jumps.
    pub wavelength_range: Value,
}

/// What a laser delivers at most, all in the same proportion.
#[derive(Clone, Debug)]
pub struct RolloverRecord {
    /// W.
    pub max_power: Value,
    /// A.
    pub current: f64,
    /// K.
    pub junction_temperature: f64,
}

/// One laser of an array.
#[derive(Clone, Debug)]
pub struct LaserResult {
    /// Name of its source.
    pub name: String,
    /// Its temperature with all lasers off, K.
    pub base_temperature: Value,
    /// Its state; none at rollover.
    pub state: Option<LaserStateRecord>,
    /// Its most.
    pub rollover: RolloverRecord,
    /// With its neighbours on and off.
    pub neighbours: NeighbourRecord,
}

impl LaserResult {
    /// Heat at the operating point, W; none where there is no operating point.
    pub(super) fn heat_for_picture(&self) -> f64 {
        self.state.as_ref().map_or(0.0, |state| state.heat)
    }
}

/// Light against current, all lasers driven alike.
#[derive(Clone, Debug)]
pub struct LightCurrent {
    /// A.
    pub current: Vec<f64>,
    /// W, `[laser][current]`.
    pub power: Vec<Vec<f64>>,
    /// K, `[laser][current]`.
    pub junction: Vec<Vec<f64>>,
}

/// The operating point of an array.
#[derive(Clone, Debug)]
pub struct LaserOutcome {
    /// Name of the heat problem.
    pub heat: String,
    /// "lasing", "below threshold" or "rollover".
    pub operation: &'static str,
    /// What is given of each laser: name of the quantity and value in SI.
    pub drive: (&'static str, f64),
    /// The lasers.
    pub lasers: Vec<LaserResult>,
    /// Failure rate of the array, which fails with its first laser, 1/s, and its median life, s; if the study states how lasers age.
    pub reliability: Option<(Value, f64)>,
    /// Each after sources beside it were switched, if the study switches any and there are operating points before and after.
    pub switched: Option<Vec<LaserSwitch>>,
    /// What deviations make of its numbers; `None` if none is stated or there is no operating point, else perhaps why it is not
    /// known.
    pub spreads: Option<Outcome<LaserSpreads>>,
    /// Light against current.
    pub curve: LightCurrent,
    /// Light, voltage and junction temperature at every temperature of the chip and every current.
    pub map: Option<LaserMap>,
    /// What lasers take for equal light at every temperature of the chip.
    pub light: Option<LaserLight>,
    /// How lasers age, if the study states it.
    pub ageing: Option<ReliabilityParameters>,
}

impl LaserOutcome {
    /// Unconverged if a number is; an array that cannot deliver is an answer.
    pub fn status(&self) -> Status {
        let states = self
            .lasers
            .iter()
            .filter_map(|l| l.state.as_ref())
            .map(|s| s.junction_temperature.status);
        let bases = self.lasers.iter().map(|l| l.base_temperature.status);
        let of_spreads = match &self.spreads {
            None => Status::Ok,
            Some(Err(_)) => Status::Failed,
            Some(Ok(spreads)) => spreads.status(),
        };
        states
            .chain(bases)
            .chain([of_spreads])
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
    }

    /// Why there is no spread, if one was asked for.
    pub(super) fn doubt(&self) -> Option<&String> {
        self.spreads.as_ref()?.as_ref().err()
    }
}

/// "laser.array in heat.liquid, current = 80 mA".
pub(super) fn name(study: &Study, plan: &Plan, point: &LaserPoint) -> String {
    let named = super::modes::named(study, &point.values);
    format!(
        "laser.{} in heat.{}{named}",
        point.laser, plan.heats[point.heat].heat
    )
}

/// Solves a laser point.
pub(super) fn solve(
    study: &Study,
    plan: &Plan,
    point: &LaserPoint,
    heat: &HeatOutcome,
) -> Outcome<LaserOutcome> {
    let table = study.laser_table(&point.laser).map_err(|e| e.to_string())?;
    let surroundings = study.heat_table(&plan.heats[point.heat].heat);
    let surroundings = surroundings.map_err(|e| e.to_string())?;
    let values = study
        .laser(&point.laser, &point.values)
        .map_err(|e| e.to_string())?;
    let rows: Vec<usize> = table
        .sources
        .iter()
        .map(|name| {
            let missing = || format!("the heat problem has no source \"{name}\"");
            heat.sources
                .iter()
                .position(|s| s == name)
                .ok_or_else(missing)
        })
        .collect::<Result<_, _>>()?;
    let laws = LaserLaws::new(&values).map_err(|e| e.to_string())?;
    let model = laws.model;
    let n = rows.len();
    let resistance =
        Array2::from_shape_fn((n, n), |(i, j)| heat.mean_between(rows[i], rows[j]).value);
    let bars = Array2::from_shape_fn((n, n), |(i, j)| heat.mean_between(rows[i], rows[j]).error);
    let bases: Vec<Value> = rows.iter().map(|&i| heat.without(&rows, i)).collect();
    let base: Vec<Temperature> = bases
        .iter()
        .map(|b| Temperature::from_si(b.value))
        .collect();
    let on = |base: &[Temperature]| {
        LaserArray::new(vec![model; n], base, resistance.clone(), bars.clone())
    };
    let array = on(&base).map_err(|e| e.to_string())?;
    let switched = Lasers {
        heat,
        rows: &rows,
        model,
        values: &values,
        bases: &bases,
    };
    let switched = switched.after_switch(on).map_err(|e| e.to_string())?;
    let unconverged = heat.status() == Status::Unconverged;
    let recorder = Recorder {
        laws,
        bases: &bases,
        unconverged,
    };
    let answer = solved(&array, &values, &recorder).map_err(|e| e.to_string())?;
    let Answer {
        operating,
        rollover,
        rollover_error,
        neighbours,
    } = answer;
    let drive = match values.drive {
        DriveValue::Current(current) => ("current", current.si()),
        DriveValue::Power(power) => ("power", power.si()),
    };
    let records: Option<Vec<LaserStateRecord>> = operating.states().map(|states| {
        states
            .iter()
            .enumerate()
            .map(|(i, state)| recorder.record(i, state))
            .collect()
    });
    let reliability = match (&laws.reliability, operating.states()) {
        (Some(law), Some(states)) => {
            let each = states
                .iter()
                .enumerate()
                .map(|(i, state)| recorder.failure(law, i, state));
            let all = FailureEstimate::in_series(each);
            let rate = recorder.value(all.rate.si(), all.error.si());
            Some((rate, all.median_life()))
        }
        _ => None,
    };
    let spreads = SpreadArray {
        study,
        point,
        heat,
        deviating: [
            study.laser_deviations(table),
            study.heat_deviations(surroundings),
        ],
        rows: &rows,
        bases: &bases,
        laws,
        drive: values.drive,
    };
    let spreads = records
        .as_ref()
        .and_then(|records| spreads.solve(records, reliability.map(|(rate, _)| rate)));
    let lasers = neighbours
        .into_iter()
        .enumerate()
        .map(|(i, neighbours)| LaserResult {
            name: heat.sources[rows[i]].clone(),
            base_temperature: bases[i],
            state: records.as_ref().map(|records| records[i].clone()),
            rollover: RolloverRecord {
                max_power: recorder.value(rollover.max_power[i].si(), rollover_error[i]),
                current: rollover.currents[i].si(),
                junction_temperature: rollover.junctions[i].si(),
            },
            neighbours,
        })
        .collect();
    let dark = |s: &LaserState| s.optical_power.si() <= 0.0;
    let operation = match &operating {
        Operating::Lasing(states) if states.iter().any(dark) => "below threshold",
        Operating::Lasing(_) => "lasing",
        Operating::BelowThreshold(_) => "below threshold",
        _ => "rollover",
    };
    let reach = rollover
        .currents
        .iter()
        .map(|c| c.si())
        .fold(drive_current(&values), f64::max);
    let mapped = MappedArray {
        model,
        resistance: &resistance,
        bars: &bars,
        reliability: laws.reliability,
        fit: values.fit.as_ref(),
    };
    Ok(LaserOutcome {
        heat: plan.heats[point.heat].heat.clone(),
        operation,
        drive,
        lasers,
        reliability,
        switched,
        spreads,
        curve: curve(&array, CURVE_REACH * reach)?,
        map: laser_map::map(&mapped).map_err(|e| e.to_string())?,
        light: laser_light::light(&mapped).map_err(|e| e.to_string())?,
        ageing: values.reliability,
    })
}

/// What is solved of an array.
struct Answer {
    operating: Operating,
    rollover: RolloverPoint,
    rollover_error: Vec<f64>,
    neighbours: Vec<NeighbourRecord>,
}

fn solved(
    array: &LaserArray,
    values: &LaserValues,
    recorder: &Recorder<'_>,
) -> Result<Answer, LaserError> {
    let n = array.len();
    let operate = |array: &LaserArray| match values.drive {
        DriveValue::Current(current) => array.at_currents(&vec![current; n]),
        DriveValue::Power(power) => array.at_powers(&vec![power; n]),
    };
    let roll = |array: &LaserArray| array.rollover(&vec![Power::from_si(1.0); n]);
    let mut operating = operate(array)?;
    let rollover = roll(array)?;
    let mut rollover_error: Vec<f64> = rollover.max_power_error.iter().map(|e| e.si()).collect();
    let neighbours = recorder.neighbours(array, values)?;
    if let Some(fit) = &values.fit {
        operating = array.widened(operating, fit, COVERAGE, operate)?;
        let most = |array: &LaserArray| {
            let powers = roll(array)?.max_power;
            Ok(Some(powers.iter().map(|p| p.si()).collect()))
        };
        if let Some(widths) = array.spread(fit, most)? {
            for (error, width) in rollover_error.iter_mut().zip(widths) {
                *error += COVERAGE * width;
            }
        }
    }
    Ok(Answer {
        operating,
        rollover,
        rollover_error,
        neighbours,
    })
}

/// What turns states into records.
struct Recorder<'a> {
    laws: LaserLaws,
    bases: &'a [Value],
    unconverged: bool,
}

impl Recorder<'_> {
    /// A number of the status of the heat problem.
    fn value(&self, value: f64, error: f64) -> Value {
        let wanted = if self.unconverged { 0.0 } else { f64::INFINITY };
        Value::judged(value, error, wanted)
    }

    /// A wavelength, if the study states one.
    fn emitted(&self, value: f64, error: f64) -> Value {
        if self.laws.emits {
            self.value(value, error)
        } else {
            Value::absent()
        }
    }

    /// Error of a wavelength by that of the base temperature, m.
    fn drifted(&self, i: usize) -> f64 {
        self.laws.model.parameters().drift.si().abs() * self.bases[i].error
    }

    fn junction_error(&self, i: usize, state: &LaserState) -> f64 {
        state.junction_error.si() + self.bases[i].error
    }

    /// δ(P/(V I)), errors of light and current added: dV = R_s dI.
    fn efficiency_error(&self, s: &LaserState) -> f64 {
        let (current, power) = (s.current.si(), s.optical_power.si());
        if current <= 0.0 {
            return 0.0;
        }
        let voltage = self.laws.model.voltage(s.current).si();
        let slope = self.laws.model.parameters().resistance.si();
        let of_current = (1.0 / current + slope / voltage) * s.current_error.si();
        (power * of_current + s.optical_power_error.si()) / (voltage * current)
    }

    fn failure(&self, law: &Reliability, i: usize, state: &LaserState) -> FailureEstimate {
        let error = TemperatureDifference::from_si(self.junction_error(i, state));
        law.estimate(
            (state.junction, error),
            (state.current, state.current_error),
        )
    }

    fn record(&self, i: usize, s: &LaserState) -> LaserStateRecord {
        let junction_error = self.junction_error(i, s);
        LaserStateRecord {
            junction_temperature: self.value(s.junction.si(), junction_error),
            current: self.value(s.current.si(), s.current_error.si()),
            optical_power: self.value(s.optical_power.si(), s.optical_power_error.si()),
            heat: s.heat.si(),
            voltage: self.laws.model.voltage(s.current).si(),
            wall_plug_efficiency: self.value(s.wall_plug_efficiency, self.efficiency_error(s)),
            threshold_current: s.threshold.si(),
            wavelength: self.emitted(
                self.laws.wavelength(s),
                s.wavelength_error.si() + self.drifted(i),
            ),
            failure_rate: self.laws.reliability.map_or_else(Value::absent, |law| {
                let estimate = self.failure(&law, i, s);
                self.value(estimate.rate.si(), estimate.error.si())
            }),
            mode_hop: self.laws.modes.map(|modes| {
                let margin = modes.margin(&self.laws.model, s.junction);
                ModeHopRecord {
                    hops: margin.hops,
                    heating: self.value(margin.heating.si(), junction_error),
                    cooling: self.value(margin.cooling.si(), junction_error),
                }
            }),
        }
    }

    fn neighbours(
        &self,
        array: &LaserArray,
        values: &LaserValues,
    ) -> Result<Vec<NeighbourRecord>, LaserError> {
        let patterns = patterns(array, values)?;
        // the law of the mode that lased at first, which has no jumps to differentiate
        let smooth = |array: &LaserArray| -> Result<Option<Vec<f64>>, LaserError> {
            let of = |s: &LaserState| s.wavelength.si();
            let all = self::patterns(array, values)?;
            Ok(Some(all.iter().flat_map(|p| numbers(p, of)).collect()))
        };
        let widths = match &values.fit {
            Some(fit) => array.spread(fit, smooth)?,
            None => None,
        };
        let record = |(i, pattern): (usize, &NeighbourPatterns)| {
            let found = numbers(pattern, |s| self.laws.wavelength(s));
            let mut bars = bars(pattern);
            if let Some(widths) = &widths {
                for (bar, width) in bars.iter_mut().zip(&widths[NUMBERS * i..]) {
                    *bar += COVERAGE * width;
                }
            }
            // a base temperature that is off shifts all patterns alike
            let base = self.bases[i].error;
            NeighbourRecord {
                junction_alone: self.value(found[0], bars[0] + base),
                wavelength_alone: self.emitted(found[1], bars[1] + self.drifted(i)),
                worst: pattern.neighbour.map(|(j, _)| j),
                junction_beside_worst: self.value(found[2], bars[2] + base),
                junction_range: self.value(found[3], bars[3]),
                wavelength_range: self.emitted(found[4], bars[4]),
            }
        };
        Ok(patterns.iter().enumerate().map(record).collect())
    }
}

/// Numbers of a [`NeighbourRecord`].
const NUMBERS: usize = 5;

fn patterns(
    array: &LaserArray,
    values: &LaserValues,
) -> Result<Vec<NeighbourPatterns>, LaserError> {
    let n = array.len();
    match values.drive {
        DriveValue::Current(current) => array.patterns_at_currents(&vec![current; n]),
        DriveValue::Power(power) => array.patterns_at_powers(&vec![power; n]),
    }
}

/// Junction and wavelength alone, junction beside the worst neighbour, ranges of junction and wavelength; NaN where absent.
fn numbers(pattern: &NeighbourPatterns, wavelength: impl Fn(&LaserState) -> f64) -> [f64; NUMBERS] {
    let of = |state: Option<LaserState>, number: &dyn Fn(&LaserState) -> f64| {
        state.as_ref().map_or(f64::NAN, number)
    };
    let junction = |s: &LaserState| s.junction.si();
    let (alone, all) = (pattern.alone, pattern.all);
    [
        of(alone, &junction),
        of(alone, &wavelength),
        of(pattern.neighbour.map(|(_, state)| state), &junction),
        of(all, &junction) - of(alone, &junction),
        of(all, &wavelength) - of(alone, &wavelength),
    ]
}

/// Error bars of [`numbers`] by those of the thermal resistances; of a difference the sum.
fn bars(pattern: &NeighbourPatterns) -> [f64; NUMBERS] {
    let junction = |state: Option<LaserState>| state.map_or(f64::NAN, |s| s.junction_error.si());
    let wavelength =
        |state: Option<LaserState>| state.map_or(f64::NAN, |s| s.wavelength_error.si());
    let (alone, all) = (pattern.alone, pattern.all);
    [
        junction(alone),
        wavelength(alone),
        junction(pattern.neighbour.map(|(_, state)| state)),
        junction(all) + junction(alone),
        wavelength(all) + wavelength(alone),
    ]
}

fn drive_current(values: &LaserValues) -> f64 {
    match values.drive {
        DriveValue::Current(current) => current.si(),
        DriveValue::Power(_) => 0.0,
    }
}

fn curve(array: &LaserArray, reach: f64) -> Outcome<LightCurrent> {
    let step = reach / (CURVE_POINTS - 1) as f64;
    let currents: Vec<Current> = (0..CURVE_POINTS)
        .map(|k| Current::from_si(k as f64 * step))
        .collect();
    let mut curve = LightCurrent {
        current: Vec::new(),
        power: vec![Vec::new(); array.len()],
        junction: vec![Vec::new(); array.len()],
    };
    for current in currents {
        // Thermal runaway ends the curve: beyond it nothing is steady.
        let Ok(operating) = array.at_currents(&vec![current; array.len()]) else {
            break;
        };
        let Some(states) = operating.states() else {
            break;
        };
        curve.current.push(current.si());
        for (i, state) in states.iter().enumerate() {
            curve.power[i].push(state.optical_power.si());
            curve.junction[i].push(state.junction.si());
        }
    }
    Ok(curve)
}
