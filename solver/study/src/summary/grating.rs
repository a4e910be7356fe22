//! Grating couplers.

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use super::{failed, number, object, parameters, put, put_spread};
use crate::plan::Plan;
use crate::run::{GratingOutcome, GratingResult, Results};
use crate::study::Study;

pub(super) fn gratings(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.gratings {
        let all = plan.gratings.iter().zip(&results.gratings);
        let rows: Vec<Json> = all
            .filter(|(p, _)| p.grating == table.name)
            .map(|(point, outcome)| {
                let row = object(json!({
                    "temperature": point.temperature.si(),
                    "parameters": parameters(study, &point.values),
                }));
                match outcome {
                    Err(reason) => failed(row, reason),
                    Ok(outcome) => grating(row, outcome),
                }
            })
            .collect();
        tables.insert(table.name.clone(), rows.into());
    }
    tables.into()
}

fn grating(mut row: Map<String, Json>, outcome: &GratingOutcome) -> Json {
    let at = |wavelength: f64, result: &GratingResult| -> Json {
        let mut row =
            object(json!({ "wavelength": wavelength, "balance": number(result.balance) }));
        put(&mut row, "efficiency", result.efficiency);
        put(&mut row, "loss_db", result.loss_db);
        put(&mut row, "reflection", result.reflection);
        put(&mut row, "transmission", result.transmission);
        put(&mut row, "up", result.up);
        put(&mut row, "down", result.down);
        put(&mut row, "directionality", result.directionality);
        put(&mut row, "effective_index", result.effective_index);
        put_spread(&mut row, &result.spread);
        row.into()
    };
    row.insert(String::from("status"), json!(outcome.status().name()));
    put(&mut row, "offset", outcome.offset);
    put(&mut row, "bandwidth_1db", outcome.bandwidths[0]);
    put(&mut row, "bandwidth_3db", outcome.bandwidths[1]);
    row.insert(
        String::from("design"),
        at(outcome.design_wavelength, &outcome.placed),
    );
    let spectrum = outcome.wavelengths.iter().zip(&outcome.results);
    row.insert(
        String::from("spectrum"),
        spectrum.map(|(&w, result)| at(w, result)).collect(),
    );
    row.insert(String::from("trenches"), json!(outcome.trenches));
    row.into()
}
