//! Modes of waveguides.

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use super::{failed, number, object, parameters, put, spread_object, walls};
use crate::plan::Plan;
use crate::run::{GuideNumber, GuideSpread, ModeRecord, Results, Value};
use crate::study::Study;
use crate::table::Status;

pub(super) fn modes(study: &Study, plan: &Plan, results: &Results) -> Json {
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
        let regions = by_region(&mode.absorption, "absorption_db_per_cm");
        row.insert(String::from("absorption"), regions);
    }
    if mode.radiation.status != Status::NotComputed {
        put(&mut row, "radiation_db_per_cm", mode.radiation.scaled(0.01));
    }
    if !mode.scattering.is_empty() {
        let regions = by_region(&mode.scattering, "scattering_db_per_cm");
        row.insert(String::from("scattering"), regions);
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
    if !mode.spreads.is_empty() {
        let mut spreads = Map::new();
        for spread in &mode.spreads {
            put_number(&mut spreads, mode, spread);
        }
        row.insert(String::from("spread"), spreads.into());
    }
    row.into()
}

/// The quantiles of a number under the key that the mode has it by, in the same unit; of regions a list.
fn put_number(spreads: &mut Map<String, Json>, mode: &ModeRecord, found: &GuideSpread) {
    const PER_CENTIMETRE: f64 = 0.01;
    let region = |losses: &[(String, Value)], k: usize| Some(losses[k].0.clone());
    let (key, scale, region) = match found.number {
        GuideNumber::EffectiveIndex => ("n_eff", 1.0, None),
        GuideNumber::GroupIndex => ("n_g", 1.0, None),
        GuideNumber::Loss => ("loss_db_per_cm", PER_CENTIMETRE, None),
        GuideNumber::Absorption(k) => {
            let region = region(&mode.absorption, k);
            ("absorption_db_per_cm", PER_CENTIMETRE, region)
        }
        GuideNumber::Radiation => ("radiation_db_per_cm", PER_CENTIMETRE, None),
        GuideNumber::Scattering(k) => {
            let region = region(&mode.scattering, k);
            ("scattering_db_per_cm", PER_CENTIMETRE, region)
        }
        GuideNumber::TotalLoss => ("total_loss_db_per_cm", PER_CENTIMETRE, None),
        GuideNumber::Transition => ("transition_loss_db", 1.0, None),
        GuideNumber::Dispersion => ("dispersion", 1.0, None),
        GuideNumber::ResonanceDrift => ("resonance_drift_nm_per_k", 1e9, None),
    };
    let mut of_number = match &found.spread {
        Err(reason) => object(failed(Map::new(), reason)),
        Ok(spread) => spread_object(&spread.scaled(scale), ""),
    };
    let Some(region) = region else {
        spreads.insert(String::from(key), of_number.into());
        return;
    };
    of_number.insert(String::from("region"), region.into());
    let regions = spreads
        .entry(key)
        .or_insert_with(|| Json::Array(Vec::new()));
    if let Some(regions) = regions.as_array_mut() {
        regions.push(of_number.into());
    }
}

/// The loss in each region, dB/cm, as `key`.
fn by_region(losses: &[(String, Value)], key: &str) -> Json {
    let entry = |(region, loss): &(String, Value)| {
        let mut entry = object(json!({ "region": region }));
        put(&mut entry, key, loss.scaled(0.01));
        Json::Object(entry)
    };
    losses.iter().map(entry).collect()
}
