//! thermal/NAME: resistances between sources under one boundary, and their rises.

use super::spread::{SpreadQuantile, known};
use super::sweep::SweepAxes;
use super::{Column, column, group_path, identifier, sensitivity};
use crate::plan::Plan;
use crate::run::{FACES, HeatOutcome, HeatSpreads, Results, Spread, StepRecord, Value};
use crate::study::Study;
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

pub(super) fn groups(
    study: &Study,
    plan: &Plan,
    results: &Results,
    name: &str,
) -> Result<Vec<Group>, TableError> {
    let points = plan
        .heats
        .iter()
        .zip(&results.heats)
        .filter(|(point, _)| point.heat == name);
    let sweep = SweepAxes::of_parameters(study, points.clone().map(|(p, _)| &p.values));
    let outcomes = points.map(|(_, outcome)| outcome);
    let first = outcomes.clone().find_map(|o| o.as_ref().ok());
    let group = Group::new(group_path("thermal", name), format!("heat problem {name}"));
    let mut group = sweep
        .add_to(group)?
        .with_attribute(Attribute::text("boundary_id", name))
        .with_attribute(Attribute::text("conductivity", conductivity(study, name)));
    let mut nodes: Vec<String> = vec![String::from("none")];
    if let Some(solved) = first {
        nodes.clone_from(&solved.sources);
        for (face, condition) in &solved.boundary {
            group = group.with_attribute(Attribute::text(format!("boundary_{face}"), condition));
        }
        group = group.with_attribute(Attribute::number("ambient", solved.ambient));
        if let Some(reciprocity) = solved.reciprocity {
            group = group.with_attribute(Attribute::number("reciprocity", reciprocity));
        }
        group = group.with_attribute(Attribute::number("energy_balance", solved.energy_balance));
        let cells: Vec<f64> = solved.cells.iter().map(|&c| c as f64).collect();
        group = group.with_attribute(Attribute {
            name: String::from("grid_cells"),
            value: crate::table::AttributeValue::Numbers(cells),
        });
    }
    let n = nodes.len();
    group = group.with_axis(AxisScale::text(
        "node_i",
        "source whose temperature is meant",
        nodes.clone(),
    ))?;
    group = group.with_axis(AxisScale::text("node_j", "source that heats", nodes))?;
    let matrix_axes = sweep.names(&["node_i", "node_j"]);
    let node_axes = sweep.names(&["node_i"]);
    let over = "over the ambient, under this boundary";
    type Entry = fn(&HeatOutcome, usize) -> Value;
    let matrices: [(&str, &str, Entry); 2] = [
        (
            "thermal_resistance_mean",
            "mean rise of node_i per watt in node_j",
            |o, k| o.mean[k],
        ),
        (
            "thermal_resistance_max",
            "largest rise in node_i per watt in node_j",
            |o, k| o.max[k],
        ),
    ];
    for (name, what, entry) in matrices {
        let column = column(outcomes.clone(), n * n, |o, k| Ok(entry(o, k)));
        group = group.with_variable(column.variable(
            name,
            "K/W",
            &format!("{what}, {over}"),
            &matrix_axes,
        ))?;
    }
    if let Some(step) = first.and_then(|o| o.step.as_ref()) {
        let count = step.times.len();
        group = group.with_axis(AxisScale::numbers(
            "time",
            "s",
            "time since the power was switched on",
            step.times.clone(),
        ))?;
        let column = column(outcomes.clone(), n * n * count, |o, k| {
            let step = o.step.as_ref();
            Ok(step.map_or_else(Value::absent, |step| step.impedance[k]))
        });
        let what = "mean rise of node_i a time after 1 W was switched on in node_j";
        group = group.with_variable(column.variable(
            "thermal_step_response",
            "K/W",
            &format!("{what}, {over}"),
            &sweep.names(&["node_i", "node_j", "time"]),
        ))?;
    }
    if first.is_some_and(|o| !o.heat_out.is_empty()) {
        let faces = FACES.map(String::from).to_vec();
        group = group.with_axis(AxisScale::text("face", "face of the floorplan", faces))?;
        let column = column(outcomes.clone(), FACES.len(), |o, k| {
            Ok(o.heat_out.get(k).copied().unwrap_or_else(Value::absent))
        });
        group = group.with_variable(column.variable(
            "heat_out",
            "W",
            "net heat that leaves through a face with all stated powers",
            &sweep.names(&["face"]),
        ))?;
    }
    group = sensitivity::add_to(group, &sweep, outcomes.clone(), n)?;
    group = super::switch::of_heat(group, &sweep, outcomes.clone())?;
    let lists: [(&str, &str, &str, Entry); 3] = [
        ("power", "W", "power stated for the source", |o, k| {
            Value::with_error(o.powers[k], 0.0)
        }),
        (
            "rise_mean",
            "K",
            "mean rise with all stated powers",
            |o, k| o.rise[k],
        ),
        (
            "rise_max",
            "K",
            "largest rise with all stated powers",
            |o, k| o.peak[k],
        ),
    ];
    for (name, units, what, entry) in lists {
        let column = column(outcomes.clone(), n, |o, k| Ok(entry(o, k)));
        group = group.with_variable(column.variable(name, units, what, &node_axes))?;
    }
    if study
        .heat_table(name)
        .is_ok_and(|table| !study.heat_deviations(table).is_empty())
    {
        type Part = fn(&HeatSpreads) -> &[Spread];
        let parts: [(&str, &str, &str, &[&str], Part); 3] = [
            (
                "thermal_resistance_mean",
                "mean thermal resistance",
                "K/W",
                &matrix_axes,
                |s| &s.mean,
            ),
            ("rise_mean", "mean rise", "K", &node_axes, |s| &s.rise),
            ("rise_max", "largest rise", "K", &node_axes, |s| &s.peak),
        ];
        for (variable, words, units, axes, part) in parts {
            let entries = if units == "K" { n } else { n * n };
            for quantile in SpreadQuantile::all(variable, words) {
                let column = quantile.column(outcomes.clone(), entries, |o, k| {
                    Some(known(&o.spreads)?.map(|spreads| &part(spreads)[k]))
                });
                let (name, words) = (&quantile.name, &quantile.long_name);
                group = group.with_variable(column.variable(name, units, words, axes))?;
            }
        }
    }
    let mut groups = vec![group];
    if let Some((outcome, step)) = first.and_then(|o| Some((o, o.step.as_ref()?))) {
        groups.push(network(name, outcome, step)?);
    }
    Ok(groups)
}

/// At which temperatures k was taken.
fn conductivity(study: &Study, name: &str) -> &'static str {
    match study.heat_table(name) {
        Ok(table) if table.has_local_conductivity => "at the local temperature, all sources on",
        _ => "at the ambient temperature",
    }
}

/// The reduced model of the first point: one axis of modes, whose number differs from point to point.
fn network(name: &str, outcome: &HeatOutcome, step: &StepRecord) -> Result<Group, TableError> {
    let modes = step.time_constants.len();
    let number = (0..modes).map(|m| m as f64).collect();
    let about =
        "reduced model: Z_ij(s) is the sum over modes of gain_i gain_j/(s + 1/time_constant)";
    let column = |values: &[f64]| {
        let mut column = Column::default();
        for &value in values {
            column.push(Value::with_error(value, 0.0));
        }
        column
    };
    Group::new(
        format!("thermal/{}/network", identifier(name)),
        format!("{about}; heat problem {name}"),
    )
    .with_attribute(Attribute::text("boundary_id", name))
    .with_attribute(Attribute::number("relative_error", step.network_error))
    .with_axis(AxisScale::text("node", "source", outcome.sources.clone()))?
    .with_axis(AxisScale::numbers("mode", "1", "slowest first", number))?
    .with_variable(column(&step.time_constants).variable(
        "time_constant",
        "s",
        "time constant of a mode, on the finest grid",
        &["mode"],
    ))?
    .with_variable(column(&step.gains).variable(
        "gain",
        "(K/J)^0.5",
        "what a mode has of a source, on the finest grid",
        &["node", "mode"],
    ))
}
