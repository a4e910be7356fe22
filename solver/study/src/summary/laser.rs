//! Lasers on their heat problems.

use serde_json::{Map, Value as Json, json};

use super::{failed, list, number, object, parameters, put, spread_object};
use crate::plan::Plan;
use crate::run::{LaserNumber, LaserOutcome, LaserResult, LaserSwitch, Outcome, Results};
use crate::study::Study;

pub(super) fn lasers(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.lasers {
        let rows = plan
            .lasers
            .iter()
            .zip(&results.lasers)
            .filter(|(p, _)| p.laser == table.name);
        let rows: Vec<Json> = rows
            .map(|(point, outcome)| {
                let row = object(json!({
                    "heat": plan.heats[point.heat].heat,
                    "parameters": parameters(study, &point.values),
                }));
                laser(row, outcome)
            })
            .collect();
        tables.insert(table.name.clone(), rows.into());
    }
    tables.into()
}

fn laser(mut row: Map<String, Json>, outcome: &Outcome<LaserOutcome>) -> Json {
    let outcome = match outcome {
        Err(reason) => return failed(row, reason),
        Ok(outcome) => outcome,
    };
    row.insert(String::from("status"), json!(outcome.status().name()));
    row.insert(String::from("operation"), json!(outcome.operation));
    row.insert(
        format!("drive_{}", outcome.drive.0),
        number(outcome.drive.1),
    );
    if let Some((rate, life)) = outcome.reliability {
        put(&mut row, "failure_rate", rate);
        row.insert(String::from("median_life"), number(life));
    }
    match &outcome.spreads {
        None => {}
        Some(Err(reason)) => {
            row.insert(String::from("spread"), failed(Map::new(), reason));
        }
        Some(Ok(spreads)) => {
            let mut all = Map::new();
            put(&mut all, "rollover_share", spreads.rollover_share);
            if let Some(rate) = &spreads.array_failure_rate {
                let rate = spread_object(rate, "");
                all.insert(String::from("failure_rate"), rate.into());
            }
            row.insert(String::from("spread"), all.into());
        }
    }
    let lasers = outcome.lasers.iter();
    row.insert(
        String::from("lasers"),
        lasers.map(|laser| one_laser(laser, outcome)).collect(),
    );
    row.into()
}

fn one_laser(laser: &LaserResult, array: &LaserOutcome) -> Json {
    let mut row = object(json!({ "name": laser.name }));
    put(&mut row, "base_temperature", laser.base_temperature);
    if let Some(state) = &laser.state {
        put(&mut row, "junction_temperature", state.junction_temperature);
        put(&mut row, "current", state.current);
        put(&mut row, "optical_power", state.optical_power);
        put(&mut row, "wavelength", state.wavelength);
        row.insert(String::from("voltage"), number(state.voltage));
        row.insert(String::from("heat"), number(state.heat));
        put(&mut row, "wall_plug_efficiency", state.wall_plug_efficiency);
        row.insert(
            String::from("threshold_current"),
            number(state.threshold_current),
        );
        if array.reliability.is_some() {
            put(&mut row, "failure_rate", state.failure_rate);
        }
        if let Some(hop) = &state.mode_hop {
            row.insert(String::from("mode_hops"), number(hop.hops));
            put(&mut row, "mode_hop_margin_heating", hop.heating);
            put(&mut row, "mode_hop_margin_cooling", hop.cooling);
        }
    }
    let mine = array.lasers.iter().position(|l| l.name == laser.name);
    if let (Some(i), Some(all)) = (mine, &array.switched) {
        row.insert(String::from("switch"), switch(&all[i]));
    }
    if let (Some(i), Some(Ok(spreads))) = (mine, &array.spreads) {
        let numbers = LaserNumber::ALL.iter().zip(&spreads.lasers[i]);
        let stated = numbers.filter_map(|(number, spread)| {
            let spread = spread_object(spread.as_ref()?, "");
            Some((number.variable.to_owned(), Json::from(spread)))
        });
        let stated: Map<String, Json> = stated.collect();
        row.insert(String::from("spread"), stated.into());
    }
    let switched = &laser.neighbours;
    let mut neighbours = object(json!({
        "worst": switched.worst.map(|j| &array.lasers[j].name),
    }));
    for (name, value) in [
        ("junction_temperature_alone", switched.junction_alone),
        (
            "junction_temperature_beside_worst",
            switched.junction_beside_worst,
        ),
        ("junction_temperature_range", switched.junction_range),
        ("wavelength_alone", switched.wavelength_alone),
        ("wavelength_range", switched.wavelength_range),
    ] {
        put(&mut neighbours, name, value);
    }
    row.insert(String::from("neighbours"), neighbours.into());
    let mut rollover = object(json!({
        "current": number(laser.rollover.current),
        "junction_temperature": number(laser.rollover.junction_temperature),
    }));
    put(&mut rollover, "max_power", laser.rollover.max_power);
    row.insert(String::from("rollover"), rollover.into());
    row.into()
}

/// Times are those of the heat problem's switch.
fn switch(laser: &LaserSwitch) -> Json {
    let mut row = object(json!({
        "rise_k": list(&laser.rise, |v| v.value),
        "rise_error": list(&laser.rise, |v| v.error),
        "wavelength_shift": list(&laser.shift, |v| v.value),
        "wavelength_shift_error": list(&laser.shift, |v| v.error),
    }));
    put(&mut row, "final_rise_k", laser.final_rise);
    put(&mut row, "final_wavelength_shift", laser.final_shift);
    row.into()
}
