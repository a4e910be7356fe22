//! laser/NAME_HEAT: operating points of an array, and its light-current curves.

use super::sweep::SweepAxes;
use super::{column, identifier};
use crate::OutputError;
use crate::plan::Plan;
use crate::run::{LaserOutcome, LaserResult, Outcome, Results, Value};
use crate::study::Study;
use crate::table::{Attribute, AxisScale, Group};

/// A quantity of a laser: name, units, long name, value; none at rollover.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    fn(&LaserResult) -> Option<Value>,
);

fn exact(value: f64) -> Value {
    Value::with_error(value, 0.0)
}

const QUANTITIES: [Quantity; 11] = [
    (
        "base_temperature",
        "K",
        "temperature with all lasers off",
        |l| Some(l.base_temperature),
    ),
    ("junction_temperature", "K", "junction temperature", |l| {
        l.state.as_ref().map(|s| s.junction_temperature)
    }),
    ("drive_current", "A", "drive current", |l| {
        l.state.as_ref().map(|s| s.current)
    }),
    ("voltage", "V", "voltage", |l| {
        l.state.as_ref().map(|s| exact(s.voltage))
    }),
    ("optical_power", "W", "optical power", |l| {
        l.state.as_ref().map(|s| s.optical_power)
    }),
    (
        "heat",
        "W",
        "electrical power that does not become light",
        |l| l.state.as_ref().map(|s| exact(s.heat)),
    ),
    (
        "wall_plug_efficiency",
        "1",
        "optical over electrical power",
        |l| l.state.as_ref().map(|s| exact(s.wall_plug_efficiency)),
    ),
    (
        "threshold_current",
        "A",
        "threshold at the junction temperature",
        |l| l.state.as_ref().map(|s| exact(s.threshold_current)),
    ),
    ("emission_wavelength", "m", "wavelength of the light", |l| {
        l.state.as_ref().map(|s| s.wavelength)
    }),
    (
        "rollover_power",
        "W",
        "largest optical power, all lasers driven to the same power",
        |l| Some(l.rollover.max_power),
    ),
    ("rollover_current", "A", "drive current there", |l| {
        Some(exact(l.rollover.current))
    }),
];

pub(super) fn groups(
    study: &Study,
    plan: &Plan,
    results: &Results,
    name: &str,
    heat: &str,
) -> Result<Vec<Group>, OutputError> {
    let here = |h: usize| plan.heats[h].heat == heat;
    let points = plan
        .lasers
        .iter()
        .zip(&results.lasers)
        .filter(|(p, _)| p.laser == name && here(p.heat));
    let sweep = SweepAxes::of_parameters(study, points.clone().map(|(p, _)| &p.values));
    let outcomes = points.map(|(_, outcome)| outcome);
    let path = format!("laser/{}_{}", identifier(name), identifier(heat));
    let group = Group::new(&path, format!("lasers {name} within heat problem {heat}"));
    let mut group = sweep
        .add_to(group)?
        .with_attribute(Attribute::text("boundary_id", heat));
    let first = outcomes.clone().find_map(|o| o.as_ref().ok());
    let names = first.map_or_else(
        || vec![String::from("none")],
        |o| o.lasers.iter().map(|l| l.name.clone()).collect(),
    );
    let n = names.len();
    group = group.with_axis(AxisScale::text("laser", "laser", names.clone()))?;
    let axes = sweep.names(&["laser"]);
    for (name, units, long_name, value) in QUANTITIES {
        let column = column(outcomes.clone(), n, |o, k| {
            value(&o.lasers[k]).ok_or("rollover: no operating point delivers the power asked for")
        });
        group = group.with_variable(column.variable(name, units, long_name, &axes))?;
    }
    let mut groups = vec![group];
    // A curve has currents of its own at every point; one point has one table of them.
    let mut solved = outcomes;
    if let (Some(Ok(only)), None) = (solved.next(), solved.next()) {
        groups.push(curve(only, &path, names)?);
    }
    Ok(groups)
}

fn curve(outcome: &LaserOutcome, path: &str, names: Vec<String>) -> Result<Group, OutputError> {
    let curve = &outcome.curve;
    let axes = ["laser", "current"];
    let wrapped: [Outcome<LaserOutcome>; 1] = [Ok(outcome.clone())];
    let m = curve.current.len();
    let table = |name: &str, units: &str, what: &str, rows: &dyn Fn(usize, usize) -> f64| {
        let column = column(wrapped.iter(), names.len() * m, |_, k| {
            Ok(exact(rows(k / m, k % m)))
        });
        column.variable(name, units, what, &axes)
    };
    let power = table(
        "optical_power",
        "W",
        "optical power, all lasers at this current",
        &|i, k| curve.power[i][k],
    );
    let junction = table(
        "junction_temperature",
        "K",
        "junction temperature",
        &|i, k| curve.junction[i][k],
    );
    Group::new(
        format!("{path}_curve"),
        "light against current, all lasers driven alike",
    )
    .with_axis(AxisScale::text("laser", "laser", names.clone()))?
    .with_axis(AxisScale::numbers(
        "current",
        "A",
        "drive current of each laser",
        curve.current.clone(),
    ))?
    .with_variable(power)?
    .with_variable(junction)
}
