//! laser/NAME_HEAT_map: what lasers give at every temperature of the chip and every current.

use ndarray::Array3;

use super::Column;
use crate::run::{LaserMap, LaserOutcome, MapPoint, Value};
use crate::table::{Attribute, AxisScale, Group, TableError};

/// A quantity of a point: name, units, long name, value.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    fn(&MapPoint) -> Value,
);

const QUANTITIES: [Quantity; 3] = [
    ("optical_power", "W", "optical power", |p| {
        Value::with_error(p.optical_power, p.optical_power_error)
    }),
    ("junction_temperature", "K", "junction temperature", |p| {
        Value::with_error(p.junction, p.junction_error)
    }),
    ("failure_rate", "1/s", "failure rate", |p| {
        p.failure_rate.map_or_else(Value::absent, |rate| {
            Value::with_error(cpo_materials::Quantity::si(rate), 0.0)
        })
    }),
];

const AXES: [&str; 3] = ["laser", "base_temperature", "current"];

pub(super) fn group(
    outcome: &LaserOutcome,
    map: &LaserMap,
    path: &str,
) -> Result<Group, TableError> {
    let status = outcome.status();
    let mut group = over_the_chip(
        format!("{path}_map"),
        "light against current and the temperature of the chip, the same below all lasers",
        outcome,
        (&map.lasers, &map.base),
    )?
    .with_axis(AxisScale::numbers(
        "current",
        "A",
        "drive current of each laser",
        map.current.clone(),
    ))?;
    // The same for every laser and temperature; along all axes a reader need not know that.
    let mut voltage = Column::default();
    for _ in 0..map.lasers.len() * map.base.len() {
        for &v in &map.voltage {
            voltage.push(Value::with_error(v, 0.0));
        }
    }
    group = group.with_variable(voltage.variable("voltage", "V", "voltage", &AXES))?;
    for (points, suffix, condition) in [
        (&map.together, "", "all lasers at this current"),
        (&map.alone, "_alone", "all other lasers off"),
    ] {
        for (name, units, long_name, value) in QUANTITIES {
            let column = column(points, value).at_best(status);
            group = group.with_variable(column.variable(
                &format!("{name}{suffix}"),
                units,
                &format!("{long_name}, {condition}"),
                &AXES,
            ))?;
        }
    }
    Ok(group)
}

/// A group over lasers and the temperature of the chip, with the problem that it belongs to.
pub(super) fn over_the_chip(
    path: String,
    title: &str,
    outcome: &LaserOutcome,
    (lasers, base): (&[usize], &[f64]),
) -> Result<Group, TableError> {
    let names = lasers.iter().map(|&i| outcome.lasers[i].name.clone());
    Group::new(path, title)
        .with_attribute(Attribute::text("boundary_id", &outcome.heat))
        .with_attribute(Attribute::number(
            "lasers_of_the_array",
            outcome.lasers.len() as f64,
        ))
        .with_axis(AxisScale::text(
            "laser",
            "hottest, median and coolest of the array",
            names.collect(),
        ))?
        .with_axis(AxisScale::numbers(
            "base_temperature",
            "K",
            "temperature of the chip below the lasers, all of them off",
            base.to_vec(),
        ))
}

fn column(points: &Array3<Option<MapPoint>>, value: fn(&MapPoint) -> Value) -> Column {
    let mut column = Column::default();
    for point in points {
        match point {
            Some(point) => column.push(value(point)),
            None => column.push_absent("no temperature of the junction is steady at this current"),
        }
    }
    column
}
