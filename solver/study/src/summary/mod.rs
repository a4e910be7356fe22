//! summary.json: the results in brief, SI units unless the key says otherwise, complex as [re, im].

mod coupling;
mod grating;
mod heat;
mod laser;
mod link;
mod modes;
mod taper;

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use crate::plan::Plan;
use crate::run::{Outcome, Results, Spread, Value};
use crate::study::{ParameterValues, Study, Wall, Walls};
use crate::table::Status;
use crate::write::SUMMARY_SCHEMA;

pub use link::link_summary;

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Wall time, s.
    pub wall_s: f64,
    /// Processor time of all threads, s.
    pub cpu_s: f64,
    /// Largest resident memory, bytes.
    pub peak_bytes: u64,
    /// Points of the plan.
    pub points: usize,
}

/// The summary of a run.
pub fn summary(
    study: &Study,
    plan: &Plan,
    results: &Results,
    cost: &Cost,
    provenance: &[(String, String)],
) -> Json {
    let failures: Vec<Json> = results
        .failures(study, plan)
        .into_iter()
        .map(|(point, reason)| json!({ "point": point, "reason": reason }))
        .collect();
    let provenance: Map<String, Json> = provenance
        .iter()
        .map(|(k, v)| (k.clone(), json!(v)))
        .collect();
    json!({
        "study": study.name,
        "schema": SUMMARY_SCHEMA,
        "status": results.status().name(),
        "modes": modes::modes(study, plan, results),
        "coupling": coupling::couplings(study, plan, results),
        "grating": grating::gratings(study, plan, results),
        "taper": taper::tapers(study, plan, results),
        "heat": heat::heats(study, plan, results),
        "lasers": laser::lasers(study, plan, results),
        "failures": failures,
        "provenance": provenance,
        "cost": {
            "wall_s": cost.wall_s,
            "cpu_s": cost.cpu_s,
            "peak_bytes": cost.peak_bytes,
            "points": cost.points,
        },
    })
}

/// null where there is no number.
fn number(value: f64) -> Json {
    if value.is_finite() {
        json!(value)
    } else {
        Json::Null
    }
}

/// A part of each value.
fn list(values: &[Value], part: fn(&Value) -> f64) -> Json {
    values.iter().map(|v| number(part(v))).collect()
}

/// KEY, KEY_error and, where it is not ok, KEY_status.
fn put(object: &mut Map<String, Json>, key: &str, value: Value) {
    object.insert(key.to_owned(), number(value.value));
    object.insert(format!("{key}_error"), number(value.error));
    if value.status != Status::Ok {
        object.insert(format!("{key}_status"), json!(value.status.name()));
    }
}

/// `spread`: quantiles of a loss over all deviations and their parts, or why there are none; nothing where none is stated.
fn put_spread(row: &mut Map<String, Json>, spread: &Option<Outcome<Spread>>) {
    let spread = match spread {
        None => return,
        Some(Err(reason)) => failed(Map::new(), reason),
        Some(Ok(spread)) => spread_object(spread, "_db").into(),
    };
    row.insert(String::from("spread"), spread);
}

/// total_p05 and so on, each with its unit behind.
fn spread_object(spread: &Spread, unit: &str) -> Map<String, Json> {
    let mut object = Map::new();
    for (part, quantiles) in spread.parts() {
        let part = if part.is_empty() { "total_" } else { part };
        for (name, value) in ["p05", "p50", "p95"].into_iter().zip(quantiles) {
            put(&mut object, &format!("{part}{name}{unit}"), *value);
        }
    }
    object
}

fn parameters(study: &Study, values: &ParameterValues) -> Json {
    study
        .named_values(values)
        .into_iter()
        .map(|v| (v.name, number(v.value)))
        .collect::<Map<_, _>>()
        .into()
}

fn failed(mut row: Map<String, Json>, reason: &str) -> Json {
    row.insert(String::from("status"), json!(Status::Failed.name()));
    row.insert(String::from("reason"), json!(reason));
    row.into()
}

fn object(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

/// {"left": "electric", "right": {"pml": 1e-6}, ...}.
fn walls(study: &Study, walls: &Walls, values: &ParameterValues) -> Json {
    let wall = |wall: Wall| match wall {
        Wall::Electric => json!("electric"),
        Wall::Magnetic => json!("magnetic"),
        Wall::Absorbing { thickness } => {
            json!({ "pml": number(study.evaluate(&thickness, values).si()) })
        }
    };
    let sides: Map<String, Json> = walls
        .sides()
        .into_iter()
        .map(|(side, w)| (side.to_owned(), wall(w)))
        .collect();
    sides.into()
}
