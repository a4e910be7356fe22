//! Heat: resistances, rises, steps, sensitivities.

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use super::{failed, list, number, object, parameters, put, spread_object};
use crate::plan::Plan;
use crate::run::{HeatOutcome, Results, Value};
use crate::study::Study;

/// Sensitivities of each source in the summary, the strongest.
const MOST_SENSITIVITIES: usize = 5;

/// An object for one point; a list of them, each with its parameters, for a sweep.
pub(super) fn heats(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.heats {
        let rows = plan
            .heats
            .iter()
            .zip(&results.heats)
            .filter(|(p, _)| p.heat == table.name);
        let mut rows: Vec<Json> = rows
            .map(|(point, outcome)| {
                let row = object(json!({
                    "parameters": parameters(study, &point.values),
                    "ambient": point.ambient.si(),
                }));
                match outcome {
                    Err(reason) => failed(row, reason),
                    Ok(outcome) => heat(row, outcome),
                }
            })
            .collect();
        let entry = if rows.len() == 1 {
            rows.remove(0)
        } else {
            rows.into()
        };
        tables.insert(table.name.clone(), entry);
    }
    tables.into()
}

fn heat(mut row: Map<String, Json>, outcome: &HeatOutcome) -> Json {
    let n = outcome.sources.len();
    let matrix = |values: &[Value], part: fn(&Value) -> f64| -> Json {
        values.chunks(n.max(1)).map(|row| list(row, part)).collect()
    };
    let by_face = |values: &[Value], part: fn(&Value) -> f64| -> Map<String, Json> {
        let faces = outcome.boundary.iter().zip(values);
        faces
            .map(|((face, _), v)| (face.clone(), number(part(v))))
            .collect()
    };
    let hottest = outcome
        .peak
        .iter()
        .max_by(|a, b| a.value.total_cmp(&b.value));
    let boundary: Map<String, Json> = outcome
        .boundary
        .iter()
        .map(|(face, condition)| ((*face).to_owned(), json!(condition)))
        .collect();
    row.extend(object(json!({
        "status": outcome.status().name(),
        "sources": outcome.sources,
        "boundary": boundary,
        "heat_out_w": by_face(&outcome.heat_out, |v| v.value),
        "heat_out_error": by_face(&outcome.heat_out, |v| v.error),
        "outlet_k": outcome.outlets.iter().map(|(face, v)| (face.clone(), number(v.value))).collect::<Map<_, _>>(),
        "power_w": outcome.powers,
        "crosstalk_k_per_w": matrix(&outcome.mean, |v| v.value),
        "crosstalk_error": matrix(&outcome.mean, |v| v.error),
        "crosstalk_max_k_per_w": matrix(&outcome.max, |v| v.value),
        "crosstalk_max_error": matrix(&outcome.max, |v| v.error),
        "reciprocity": outcome.reciprocity.map_or(Json::Null, number),
        "energy_balance": number(outcome.energy_balance),
        "rise_k": list(&outcome.rise, |v| v.value),
        "rise_error": list(&outcome.rise, |v| v.error),
        "peak_rise_k": list(&outcome.peak, |v| v.value),
        "cells": outcome.cells,
        "iterations": outcome.iterations,
        "windows_m": outcome.windows,
    })));
    match &outcome.spreads {
        None => {}
        Some(Err(reason)) => {
            row.insert(String::from("spread"), failed(Map::new(), reason));
        }
        Some(Ok(spreads)) => {
            let sources = outcome.sources.iter().enumerate();
            let of = |(i, name): (usize, &String)| {
                let own = json!({
                    "rise": spread_object(&spreads.rise[i], "_k"),
                    "peak_rise": spread_object(&spreads.peak[i], "_k"),
                    "own_resistance": spread_object(&spreads.mean[i * n + i], "_k_per_w"),
                });
                (name.clone(), own)
            };
            let all: Map<String, Json> = sources.map(of).collect();
            row.insert(String::from("spread"), all.into());
        }
    }
    if let Some(step) = &outcome.step {
        let count = step.times.len();
        let table = |part: fn(&Value) -> f64| -> Json {
            let series = step.impedance.chunks(count);
            let series: Vec<Json> = series.map(|z| list(z, part)).collect();
            series
                .chunks(n.max(1))
                .map(|row| Json::from(row.to_vec()))
                .collect()
        };
        row.insert(
            String::from("step_response"),
            json!({
                "time_s": step.times,
                "k_per_w": table(|v| v.value),
                "error": table(|v| v.error),
                "time_constants_s": step.time_constants,
            }),
        );
    }
    if let Some(record) = &outcome.sensitivities {
        let own = |i: usize| {
            let strongest = record.strongest(i, n);
            let entry = |&p: &usize| -> Json {
                let mut entry = object(json!({ "parameter": record.parameters[p].name }));
                put(&mut entry, "k_per_w", record.own(i, n)[p]);
                entry.into()
            };
            strongest
                .iter()
                .take(MOST_SENSITIVITIES)
                .map(entry)
                .collect::<Json>()
        };
        let sources = outcome.sources.iter().enumerate();
        let own: Map<String, Json> = sources.map(|(i, name)| (name.clone(), own(i))).collect();
        row.insert(String::from("own_sensitivities"), own.into());
    }
    if let (Some(step), Some(switch)) = (&outcome.step, &outcome.switched) {
        let series = |part: fn(&Value) -> f64| -> Json {
            let series = switch.rise.chunks(step.times.len());
            series.map(|rise| list(rise, part)).collect()
        };
        row.insert(
            String::from("switch"),
            json!({
                "power_w": switch.powers,
                "time_s": step.times,
                "rise_k": series(|v| v.value),
                "rise_error": series(|v| v.error),
            }),
        );
    }
    put(
        &mut row,
        "peak_k",
        hottest.copied().unwrap_or_else(Value::absent),
    );
    row.into()
}
