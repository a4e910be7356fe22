//! laser/NAME_HEAT: operating points of an array, and its light-current curves.

use super::spread::SpreadQuantile;
use super::sweep::SweepAxes;
use super::{Column, column, identifier, laser_light, laser_map};
use crate::plan::Plan;
use crate::run::{
    LaserNumber, LaserOutcome, LaserResult, LaserSpreads, ModeHopRecord, Outcome, Results, Spread,
    Value,
};
use crate::study::Study;
use crate::table::TableError;
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

const QUANTITIES: [Quantity; 20] = [
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
        |l| l.state.as_ref().map(|s| s.wall_plug_efficiency),
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
    (
        "failure_rate",
        "1/s",
        "failure rate at the junction temperature and the current",
        |l| l.state.as_ref().map(|s| s.failure_rate),
    ),
    (
        "mode_hops",
        "1",
        "mode hops since the reference temperature",
        |l| hop(l, |hop| exact(hop.hops)),
    ),
    (
        "mode_hop_margin_heating",
        "K",
        "rise of the junction temperature up to the next mode hop",
        |l| hop(l, |hop| hop.heating),
    ),
    (
        "mode_hop_margin_cooling",
        "K",
        "fall of the junction temperature down to the next mode hop",
        |l| hop(l, |hop| hop.cooling),
    ),
    (
        "junction_temperature_alone",
        "K",
        "junction temperature with all neighbours off, the least of all patterns",
        |l| Some(l.neighbours.junction_alone),
    ),
    (
        "worst_neighbour",
        "1",
        "position along laser, from 0, of the neighbour that warms most",
        |l| {
            Some(
                l.neighbours
                    .worst
                    .map_or_else(Value::absent, |j| exact(j as f64)),
            )
        },
    ),
    (
        "junction_temperature_beside_worst",
        "K",
        "junction temperature with that neighbour alone on",
        |l| Some(l.neighbours.junction_beside_worst),
    ),
    (
        "junction_temperature_range",
        "K",
        "junction temperature with all neighbours on less that with all off",
        |l| Some(l.neighbours.junction_range),
    ),
    (
        "emission_wavelength_range",
        "m",
        "wavelength with all neighbours on less that with all off",
        |l| Some(l.neighbours.wavelength_range),
    ),
];

/// Why there is no spread where others have one.
const NO_DRAWS: &str =
    "rollover without any deviation: there is no operating point that could deviate";

/// A number about mode hops; absent where the study states no mode selector.
fn hop(laser: &LaserResult, number: fn(&ModeHopRecord) -> Value) -> Option<Value> {
    let state = laser.state.as_ref()?;
    Some(state.mode_hop.as_ref().map_or_else(Value::absent, number))
}

pub(super) fn groups(
    study: &Study,
    plan: &Plan,
    results: &Results,
    name: &str,
    heat: &str,
) -> Result<Vec<Group>, TableError> {
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
    let of_array = sweep.names(&[]);
    for (name, units, long_name, pick) in [
        (
            "array_failure_rate",
            "1/s",
            "failure rate of the array, which fails with its first laser",
            (|(rate, _)| rate) as fn((Value, f64)) -> Value,
        ),
        (
            "array_median_life",
            "s",
            "time in which half of such arrays fail, at a constant rate",
            |(rate, life)| Value {
                // ln 2/λ is as uncertain as λ
                error: life * rate.error / rate.value,
                value: life,
                ..rate
            },
        ),
    ] {
        let column = column(outcomes.clone(), 1, |o, _| {
            let reason = if o.operation == "rollover" {
                "rollover: no operating point delivers the power asked for"
            } else {
                "the study states no reliability"
            };
            o.reliability.map(pick).ok_or(reason)
        });
        group = group.with_variable(column.variable(name, units, long_name, &of_array))?;
    }
    let own = study.laser_table(name);
    let around = study.heat_table(heat);
    let deviates = own.is_ok_and(|laser| !study.laser_deviations(laser).is_empty())
        || around.is_ok_and(|heat| !study.heat_deviations(heat).is_empty());
    if deviates {
        for (k, number) in LaserNumber::ALL.iter().enumerate() {
            for quantile in SpreadQuantile::all(number.variable, number.words) {
                let column = spread_column(outcomes.clone(), n, &quantile, |spreads, i| {
                    spreads.lasers[i][k].as_ref()
                });
                let words = &quantile.long_name;
                group = group.with_variable(column.variable(
                    &quantile.name,
                    number.units,
                    words,
                    &axes,
                ))?;
            }
        }
        for quantile in SpreadQuantile::all("array_failure_rate", "failure rate of the array") {
            let column = spread_column(outcomes.clone(), 1, &quantile, |spreads, _| {
                spreads.array_failure_rate.as_ref()
            });
            let words = &quantile.long_name;
            group =
                group.with_variable(column.variable(&quantile.name, "1/s", words, &of_array))?;
        }
        let column = column(outcomes.clone(), 1, |o, _| match &o.spreads {
            Some(Ok(spreads)) => Ok(spreads.rollover_share),
            Some(Err(_)) => Err("its spread failed"),
            None => Err(NO_DRAWS),
        });
        let what = "share of the draws of a spread that have no operating point";
        group = group.with_variable(column.variable("rollover_share", "1", what, &of_array))?;
    }
    let heats = plan.heats.iter().zip(&results.heats);
    let times = heats
        .filter(|(point, _)| point.heat == heat)
        .find_map(|(_, o)| {
            let heat = o.as_ref().ok().filter(|heat| heat.switched.is_some())?;
            heat.step.as_ref()
        });
    if let Some(step) = times {
        group = super::switch::of_lasers(group, &sweep, outcomes.clone(), n, &step.times)?;
    }
    let mut groups = vec![group];
    // Curves and maps have currents of their own at every point; one point has one table of them.
    let mut solved = outcomes;
    if let (Some(Ok(only)), None) = (solved.next(), solved.next()) {
        groups.push(curve(only, &path, names)?);
        if let Some(map) = &only.map {
            groups.push(laser_map::group(only, map, &path)?);
        }
        if let Some(light) = &only.light {
            groups.push(laser_light::group(only, light, &path)?);
        }
    }
    Ok(groups)
}

/// Quantiles of `entries` numbers a point.
fn spread_column<'a>(
    outcomes: impl Iterator<Item = &'a Outcome<LaserOutcome>>,
    entries: usize,
    quantile: &SpreadQuantile,
    spread: impl Fn(&LaserSpreads, usize) -> Option<&Spread>,
) -> Column {
    let mut column = Column::default();
    for outcome in outcomes {
        for entry in 0..entries {
            match outcome.as_ref().map(|o| o.spreads.as_ref()) {
                Err(reason) | Ok(Some(Err(reason))) => column.push_failed(reason),
                Ok(None) => column.push_absent(NO_DRAWS),
                Ok(Some(Ok(spreads))) => match spread(spreads, entry) {
                    None => column.push_absent("the study does not state what it is computed from"),
                    Some(of) => {
                        let value = quantile.value(of);
                        let reason = match value.value.is_finite() {
                            true => String::new(),
                            false => beyond(spreads.rollover_share.value),
                        };
                        column.push_with(value, reason);
                    }
                },
            }
        }
    }
    column
}

/// Why a quantile is none.
fn beyond(rollover_share: f64) -> String {
    format!(
        "rollover: in {:.1} % of the draws no operating point delivers the power asked for",
        100.0 * rollover_share
    )
}

fn curve(outcome: &LaserOutcome, path: &str, names: Vec<String>) -> Result<Group, TableError> {
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
