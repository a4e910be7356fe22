//! Tapers.

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use super::{failed, list, number, object, parameters, put, put_spread, walls};
use crate::plan::Plan;
use crate::run::{Results, TaperOutcome, TaperResult, TaperSet};
use crate::study::{Study, TaperTable};

pub(super) fn tapers(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.tapers {
        let all = plan.tapers.iter().zip(&results.tapers);
        let rows: Vec<Json> = all
            .filter(|(p, _)| p.taper == table.name)
            .map(|(point, outcome)| {
                let row = object(json!({
                    "wavelength": point.wavelength.si(),
                    "temperature": point.temperature.si(),
                    "parameters": parameters(study, &point.values),
                    "boundary": walls(study, &table.boundary, &point.values),
                }));
                match outcome {
                    Err(reason) => failed(row, reason),
                    Ok(outcome) => taper(row, table, outcome),
                }
            })
            .collect();
        tables.insert(table.name.clone(), rows.into());
    }
    tables.into()
}

fn taper(mut row: Map<String, Json>, table: &TaperTable, outcome: &TaperOutcome) -> Json {
    let cutoffs: Json = outcome
        .cutoffs
        .iter()
        .map(|c| {
            json!({
                "section": c.section,
                "place": number(c.place),
                "mode": c.mode,
                "guided_beyond": c.guided,
            })
        })
        .collect();
    let mode = |(input, result): (usize, &TaperResult)| -> Json {
        let mut row = object(json!({ "mode": input, "becomes": outcome.becomes[input] }));
        put(&mut row, "loss_db", result.loss_db);
        put(&mut row, "higher_modes", result.higher_modes);
        put(&mut row, "reflection", result.reflection);
        put(&mut row, "radiated", result.radiated);
        put_spread(&mut row, &result.spread);
        row.insert(
            String::from("transmission"),
            list(&result.transmission, |v| v.value),
        );
        row.insert(
            String::from("transmission_error"),
            list(&result.transmission, |v| v.error),
        );
        row.into()
    };
    let set = |set: &TaperSet| -> Json {
        let sections = table.sections.iter().zip(&set.lengths);
        let lengths: Map<String, Json> = sections
            .map(|(section, &length)| (section.name.clone(), number(length)))
            .collect();
        json!({
            "lengths": lengths,
            "passivity": number(set.passivity),
            "reciprocity": number(set.reciprocity),
            "inputs": set.inputs.iter().enumerate().map(mode).collect::<Json>(),
        })
    };
    row.extend(object(json!({
        "status": outcome.status().name(),
        "guided_modes": { "start": outcome.guided[0], "end": outcome.guided[1] },
        "cutoffs": cutoffs,
        "modes": outcome.modes,
        "slices": outcome.slices,
        "cells": outcome.cells,
        "by_length": outcome.sets.iter().map(set).collect::<Json>(),
    })));
    row.into()
}
