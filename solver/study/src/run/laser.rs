//! Laser points: the operating point of an array within a solved heat problem.

use cpo_materials::{
    Current, Power, Quantity, SlopeEfficiency, Temperature, Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{LaserArray, LaserModel, LaserParameters, LaserState, Operating};
use ndarray::Array2;

use super::{HeatOutcome, Outcome, Value, severity};
use crate::plan::{LaserPoint, Plan};
use crate::study::{DriveValue, LaserValues, Study};
use crate::table::Status;

/// Points of a light-current curve.
const CURVE_POINTS: usize = 121;
/// The curve ends at this multiple of the largest current in question.
const CURVE_REACH: f64 = 1.6;

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
    pub wall_plug_efficiency: f64,
    /// Threshold at the junction's temperature, A.
    pub threshold_current: f64,
    /// m; absent unless the study states one.
    pub wavelength: Value,
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
    /// Light against current.
    pub curve: LightCurrent,
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
        states
            .chain(bases)
            .max_by_key(|&s| severity(s))
            .unwrap_or(Status::Failed)
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
    let model = LaserModel::new(parameters(&values)).map_err(|e| e.to_string())?;
    let n = rows.len();
    let resistance =
        Array2::from_shape_fn((n, n), |(i, j)| heat.mean_between(rows[i], rows[j]).value);
    let bars = Array2::from_shape_fn((n, n), |(i, j)| heat.mean_between(rows[i], rows[j]).error);
    let bases: Vec<Value> = rows.iter().map(|&i| base(heat, i, &rows)).collect();
    let base: Vec<Temperature> = bases
        .iter()
        .map(|b| Temperature::from_si(b.value))
        .collect();
    let array =
        LaserArray::new(vec![model; n], &base, resistance, bars).map_err(|e| e.to_string())?;
    let (operating, drive) = match values.drive {
        DriveValue::Current(current) => (
            array.at_currents(&vec![current; n]),
            ("current", current.si()),
        ),
        DriveValue::Power(power) => (array.at_powers(&vec![power; n]), ("power", power.si())),
    };
    let operating = operating.map_err(|e| e.to_string())?;
    let rollover = array
        .rollover(&vec![Power::from_si(1.0); n])
        .map_err(|e| e.to_string())?;
    let unconverged = heat.status() == Status::Unconverged;
    let converged = |value: f64, error: f64| {
        let wanted = if unconverged { 0.0 } else { f64::INFINITY };
        Value::judged(value, error, wanted)
    };
    let has_wavelength = values.emission.is_some();
    let record = |s: &LaserState, base: &Value| LaserStateRecord {
        junction_temperature: converged(s.junction.si(), s.junction_error.si() + base.error),
        current: converged(s.current.si(), s.current_error.si()),
        optical_power: converged(s.optical_power.si(), s.optical_power_error.si()),
        heat: s.heat.si(),
        voltage: model.voltage(s.current).si(),
        wall_plug_efficiency: s.wall_plug_efficiency,
        threshold_current: s.threshold.si(),
        wavelength: if has_wavelength {
            let drift = values.emission.map_or(0.0, |(_, drift)| drift.si());
            converged(
                s.wavelength.si(),
                s.wavelength_error.si() + drift.abs() * base.error,
            )
        } else {
            Value::absent()
        },
    };
    let lasers = (0..n)
        .map(|i| LaserResult {
            name: heat.sources[rows[i]].clone(),
            base_temperature: bases[i],
            state: operating
                .states()
                .map(|states| record(&states[i], &bases[i])),
            rollover: RolloverRecord {
                max_power: converged(rollover.max_power[i].si(), rollover.max_power_error[i].si()),
                current: rollover.currents[i].si(),
                junction_temperature: rollover.junctions[i].si(),
            },
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
    Ok(LaserOutcome {
        heat: plan.heats[point.heat].heat.clone(),
        operation,
        drive,
        lasers,
        curve: curve(&array, CURVE_REACH * reach)?,
    })
}

/// Temperature of source i with the lasers off: ambient and the rise by all other heat.
fn base(heat: &HeatOutcome, i: usize, lasers: &[usize]) -> Value {
    let mut base = heat.rise[i];
    base.value += heat.ambient;
    for &j in lasers {
        let r = heat.mean_between(i, j);
        base.value -= r.value * heat.powers[j];
        base.error += r.error * heat.powers[j].abs();
    }
    base
}

fn drive_current(values: &LaserValues) -> f64 {
    match values.drive {
        DriveValue::Current(current) => current.si(),
        DriveValue::Power(_) => 0.0,
    }
}

fn parameters(values: &LaserValues) -> LaserParameters {
    // Without a stated wavelength any will do: none is reported.
    let none = (Wavelength::from_si(1e-6), WavelengthDrift::from_si(0.0));
    let (wavelength, drift) = values.emission.unwrap_or(none);
    LaserParameters {
        reference: values.reference_temperature,
        threshold: values.threshold_current,
        threshold_temperature: values.threshold_temperature,
        slope: SlopeEfficiency::from_si(values.slope_efficiency.si()),
        slope_temperature: values.slope_temperature,
        turn_on: values.turn_on_voltage,
        resistance: values.series_resistance,
        wavelength,
        drift,
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
