//! Coupling of fibre and chip.

use serde_json::{Map, Value as Json, json};

use cpo_materials::Quantity;

use super::{failed, number, object, parameters, put, spread_object};
use crate::plan::Plan;
use crate::run::{AlignmentResult, CouplingResult, Results};
use crate::study::{Freedom, Study};

pub(super) fn couplings(study: &Study, plan: &Plan, results: &Results) -> Json {
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
            let mut object = spread_object(&spread.loss, "_db");
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
        "status": result.status().name(),
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
