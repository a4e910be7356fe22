//! summary.json: the results in brief, SI units unless the key says otherwise, complex as [re, im].

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use crate::link::LinkOutcome;
use crate::plan::Plan;
use crate::run::{
    AlignmentResult, CouplingResult, GratingOutcome, GratingResult, HeatOutcome, LaserOutcome,
    LaserResult, LaserSwitch, ModeRecord, Outcome, Results, TaperOutcome, TaperResult, TaperSet,
    Value,
};
use crate::study::{Freedom, ParameterValues, Study, TaperTable, Wall, Walls};
use crate::table::Status;
use crate::write::SUMMARY_SCHEMA;

/// Sensitivities of each source in the summary, the strongest.
const MOST_SENSITIVITIES: usize = 5;

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
        "modes": modes(study, plan, results),
        "coupling": couplings(study, plan, results),
        "grating": gratings(study, plan, results),
        "taper": tapers(study, plan, results),
        "heat": heats(study, plan, results),
        "lasers": lasers(study, plan, results),
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

/// The answers of links by name; of one that failed the reason.
pub fn link_summary(links: &[LinkOutcome]) -> Json {
    let of = |link: &LinkOutcome| {
        let answers = match &link.answers {
            // numbers that are none become null
            Ok(answers) => serde_json::to_value(answers)
                .unwrap_or_else(|error| json!({ "status": "failed", "reason": error.to_string() })),
            Err(error) => json!({ "status": "failed", "reason": error.to_string() }),
        };
        (link.name.clone(), answers)
    };
    Json::Object(links.iter().map(of).collect())
}

/// null where there is no number.
fn number(value: f64) -> Json {
    if value.is_finite() {
        json!(value)
    } else {
        Json::Null
    }
}

/// KEY, KEY_error and, where it is not ok, KEY_status.
fn put(object: &mut Map<String, Json>, key: &str, value: Value) {
    object.insert(key.to_owned(), number(value.value));
    object.insert(format!("{key}_error"), number(value.error));
    if value.status != Status::Ok {
        object.insert(format!("{key}_status"), json!(value.status.name()));
    }
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

fn modes(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.modes {
        let rows = plan
            .modes
            .iter()
            .zip(&results.modes)
            .filter(|(p, _)| p.modes == table.name);
        let rows: Vec<Json> = rows
            .map(|(point, outcome)| {
                let mut row = object(json!({
                    "wavelength": point.wavelength.si(),
                    "temperature": point.temperature.si(),
                    "parameters": parameters(study, &point.values),
                    "boundary": walls(study, &table.boundary, &point.values),
                }));
                if let Some(radius) = &table.bend_radius {
                    let radius = study.evaluate(radius, &point.values).si();
                    row.insert(String::from("bend_radius"), number(radius));
                }
                if let Some(target) = &table.target {
                    let target = study.evaluate(target, &point.values).si();
                    row.insert(String::from("target"), number(target));
                }
                match outcome {
                    Err(reason) => failed(row, reason),
                    Ok(outcome) => {
                        row.insert(String::from("status"), json!(outcome.status().name()));
                        row.insert(
                            String::from("radiation_index"),
                            number(outcome.radiation_index),
                        );
                        if let Some(counted) = outcome.counted {
                            row.insert(String::from("guided_modes_counted"), json!(counted));
                        }
                        row.insert(
                            String::from("modes"),
                            outcome.modes.iter().map(mode).collect(),
                        );
                        row.into()
                    }
                }
            })
            .collect();
        tables.insert(table.name.clone(), rows.into());
    }
    tables.into()
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

fn mode(mode: &ModeRecord) -> Json {
    let mut row = object(json!({
        "id": mode.id,
        "track": mode.track,
        "class": mode.class.name(),
        "layer_share": number(mode.layer_share),
        "n_eff": [number(mode.effective_index.value), number(mode.attenuation.value)],
        "n_eff_error": number(mode.effective_index.error),
        "n_eff_status": mode.effective_index.status.name(),
        "n_eff_order": mode.order.map_or(Json::Null, number),
    }));
    put(&mut row, "n_g", mode.group_index);
    put(&mut row, "loss_db_per_cm", mode.loss_db_per_m.scaled(0.01));
    row.insert(
        String::from("loss_db_per_cm_below_floor"),
        json!(mode.loss_db_per_m.is_below_floor()),
    );
    if !mode.absorption.is_empty() {
        let regions = mode.absorption.iter().map(|(region, loss)| {
            let mut entry = object(json!({ "region": region }));
            put(&mut entry, "absorption_db_per_cm", loss.scaled(0.01));
            Json::Object(entry)
        });
        row.insert(String::from("absorption"), regions.collect());
    }
    if mode.radiation.status != Status::NotComputed {
        put(&mut row, "radiation_db_per_cm", mode.radiation.scaled(0.01));
    }
    if !mode.scattering.is_empty() {
        let regions = mode.scattering.iter().map(|(region, loss)| {
            let mut entry = object(json!({ "region": region }));
            put(&mut entry, "scattering_db_per_cm", loss.scaled(0.01));
            Json::Object(entry)
        });
        row.insert(String::from("scattering"), regions.collect());
        put(
            &mut row,
            "total_loss_db_per_cm",
            mode.total_loss_db_per_m.scaled(0.01),
        );
    }
    for (key, value) in [
        ("transition_loss_db", mode.transition_db),
        ("dispersion", mode.dispersion),
    ] {
        if value.status != Status::NotComputed {
            put(&mut row, key, value);
        }
    }
    put(&mut row, "te_fraction", mode.te_fraction);
    let [x, y, z] = mode.polarization_fractions;
    put(&mut row, "polarization_fraction_x", x);
    put(&mut row, "polarization_fraction_y", y);
    put(&mut row, "polarization_fraction_z", z);
    let regions = mode.confinement.iter().map(|share| {
        let mut entry = object(json!({ "region": share.region }));
        put(&mut entry, "gain", share.gain);
        put(&mut entry, "power", share.power);
        Json::Object(entry)
    });
    row.insert(String::from("confinement"), regions.collect());
    put(&mut row, "effective_area", mode.effective_area);
    put(&mut row, "mfd_x", mode.mode_field_diameter[0]);
    put(&mut row, "mfd_y", mode.mode_field_diameter[1]);
    put(&mut row, "mfd_d4_sigma_x", mode.d4_sigma[0]);
    put(&mut row, "mfd_d4_sigma_y", mode.d4_sigma[1]);
    put(&mut row, "mfd_petermann_x", mode.petermann[0]);
    put(&mut row, "mfd_petermann_y", mode.petermann[1]);
    put(&mut row, "dn_eff_dt", mode.thermo_optic);
    put(
        &mut row,
        "resonance_drift_nm_per_k",
        mode.resonance_drift.scaled(1e9),
    );
    let sensitivity: Map<String, Json> = mode
        .sensitivities
        .iter()
        .map(|(name, v)| (name.clone(), number(v.value)))
        .collect();
    row.insert(String::from("sensitivity"), sensitivity.into());
    let errors: Map<String, Json> = mode
        .sensitivities
        .iter()
        .map(|(name, v)| (name.clone(), number(v.error)))
        .collect();
    row.insert(String::from("sensitivity_error"), errors.into());
    row.into()
}

fn couplings(study: &Study, plan: &Plan, results: &Results) -> Json {
    let mut tables = Map::new();
    for table in &study.couplings {
        let mut rows: Vec<Json> = Vec::new();
        for (point, outcome) in plan.couplings.iter().zip(&results.couplings) {
            if point.coupling != table.name {
                continue;
            }
            let row = object(json!({
                "wavelength": point.wavelength.si(),
                "temperature": point.temperature.si(),
                "parameters": parameters(study, &point.values),
            }));
            match outcome {
                Err(reason) => rows.push(failed(row, reason)),
                Ok(outcome) => {
                    rows.extend(outcome.results.iter().map(|r| coupling(row.clone(), r)))
                }
            }
        }
        tables.insert(table.name.clone(), rows.into());
    }
    tables.into()
}

/// 1 dB ranges, the tensor's diagonal, and the spread where deviations are stated.
fn alignment(row: &mut Map<String, Json>, result: &CouplingResult) {
    let ranges: Map<_, _> = Freedom::ALL
        .into_iter()
        .map(|f| (f.name().to_owned(), number(result.tolerance(f))))
        .collect();
    row.insert(String::from("tolerance_1db"), ranges.into());
    let AlignmentResult { tensor, spread, .. } = &result.alignment;
    let (xx, xy, yy, zz) = (tensor[0][0], tensor[0][1], tensor[1][1], tensor[2][2]);
    row.extend(object(json!({
        "misalignment_db_per_m2": {
            "xx": number(xx), "xy": number(xy), "yy": number(yy), "zz": number(zz),
        },
        "misalignment_db_per_rad2": {
            "tilt_x": number(tensor[3][3]),
            "tilt_y": number(tensor[4][4]),
            "rotation": number(tensor[5][5]),
        },
        "misalignment_quadratic_error_db": number(result.alignment.quadratic_error_db),
    })));
    match spread {
        None => {}
        Some(Err(reason)) => {
            row.insert(String::from("spread"), failed(Map::new(), reason));
        }
        Some(Ok(spread)) => {
            let mut object = Map::new();
            let parts = [
                ("total", &spread.total),
                ("systematic", &spread.systematic),
                ("random", &spread.random),
            ];
            for (part, quantiles) in parts {
                for (name, value) in ["p05", "p50", "p95"].into_iter().zip(quantiles) {
                    put(&mut object, &format!("{part}_{name}_db"), *value);
                }
            }
            if spread.lane_yield.value.is_finite() {
                put(&mut object, "lane_yield", spread.lane_yield);
                put(&mut object, "engine_yield", spread.engine_yield);
            }
            object.insert(String::from("samples"), json!(spread.samples));
            let error = number(spread.quadratic_error_db);
            object.insert(String::from("quadratic_error_db"), error);
            row.insert(String::from("spread"), object.into());
        }
    }
}

fn coupling(mut row: Map<String, Json>, result: &CouplingResult) -> Json {
    row.extend(object(json!({
        "mode": result.mode,
        "polarisation": result.polarisation(),
        "tilt_x": result.tilt[0],
        "tilt_y": result.tilt[1],
        "offset_x": result.offset[0],
        "offset_y": result.offset[1],
        "status": result.loss_db.status.name(),
        "fresnel_db": number(result.fresnel_db),
        "reflection": number(result.reflection),
        "return_loss_db": number(result.return_loss_db),
        "return_loss_bounds_db": [
            number(result.return_loss_bounds_db[0]),
            number(result.return_loss_bounds_db[1]),
        ],
        "pdl_db": number(result.pdl_db),
        "etalon_db": [number(result.etalon_db[0]), number(result.etalon_db[1])],
    })));
    alignment(&mut row, result);
    put(&mut row, "loss_db", result.loss_db);
    put(&mut row, "mode_mismatch_db", result.mode_mismatch_db);
    row.into()
}

fn gratings(study: &Study, plan: &Plan, results: &Results) -> Json {
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

fn tapers(study: &Study, plan: &Plan, results: &Results) -> Json {
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
        let list = |part: fn(&Value) -> f64| -> Json {
            result
                .transmission
                .iter()
                .map(|v| number(part(v)))
                .collect()
        };
        row.insert(String::from("transmission"), list(|v| v.value));
        row.insert(String::from("transmission_error"), list(|v| v.error));
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

/// An object for one point; a list of them, each with its parameters, for a sweep.
fn heats(study: &Study, plan: &Plan, results: &Results) -> Json {
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
        values
            .chunks(n.max(1))
            .map(|row| row.iter().map(|v| number(part(v))).collect::<Json>())
            .collect()
    };
    let list = |values: &[Value], part: fn(&Value) -> f64| -> Json {
        values.iter().map(|v| number(part(v))).collect()
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

fn lasers(study: &Study, plan: &Plan, results: &Results) -> Json {
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
        row.insert(
            String::from("wall_plug_efficiency"),
            number(state.wall_plug_efficiency),
        );
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
    let list = |values: &[Value], part: fn(&Value) -> f64| -> Json {
        values.iter().map(|v| number(part(v))).collect()
    };
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
