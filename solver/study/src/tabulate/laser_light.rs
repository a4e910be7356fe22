//! laser/NAME_HEAT_light: what lasers take for equal light at every temperature of the chip.

use cpo_materials::Quantity;

use super::Column;
use super::laser_map::over_the_chip;
use crate::run::{ArrayLight, Barred, LaserLight, LaserOutcome, LitLaser, Value};
use crate::table::{Attribute, AxisScale, Group, TableError};

/// A quantity of a point: name, units, long name, value; none where the study does not state it.
type QuantityOf<T> = (
    &'static str,
    &'static str,
    &'static str,
    fn(&T) -> Option<Barred>,
);

const OF_ALL: [QuantityOf<ArrayLight>; 5] = [
    ("optical_power", "W", "light of each laser", |p| {
        Some(p.optical_power)
    }),
    (
        "mean_electrical_power",
        "W",
        "voltage times current, mean over all lasers",
        |p| Some(p.electrical_power),
    ),
    (
        "mean_current",
        "A",
        "drive current, mean over all lasers",
        |p| Some(p.current),
    ),
    (
        "mean_failure_rate",
        "1/s",
        "failure rate of a laser, mean over all",
        |p| p.failure_rate,
    ),
    (
        "temperature_error",
        "K",
        "error of base_temperature that stands for those of thermal resistances and of the laser's fit",
        |p| Some((p.temperature_error, 0.0)),
    ),
];

const OF_ONE: [QuantityOf<LitLaser>; 4] = [
    ("current", "A", "drive current", |p| Some(p.current)),
    ("voltage", "V", "voltage", |p| Some(p.voltage)),
    ("junction_temperature", "K", "junction temperature", |p| {
        Some(p.junction)
    }),
    ("failure_rate", "1/s", "failure rate", |p| p.failure_rate),
];

pub(super) fn group(
    outcome: &LaserOutcome,
    light: &LaserLight,
    path: &str,
) -> Result<Group, TableError> {
    let status = outcome.status();
    let mut group = over_the_chip(
        format!("{path}_light"),
        "what lasers take for equal light, the chip's temperature the same below all",
        outcome,
        (&light.lasers, &light.base),
    )?
    .with_axis(AxisScale::numbers(
        "light_share",
        "1",
        "light of each laser over the most that all bring at once; 0 is threshold",
        light.share.clone(),
    ))?;
    if let Some(law) = &outcome.ageing {
        for (name, value) in [
            ("ageing_failure_rate", law.failure_rate.si()),
            ("ageing_activation_energy", law.activation_energy.si()),
            ("ageing_junction_temperature", law.reference.si()),
        ] {
            group = group.with_attribute(Attribute::number(name, value));
        }
        if let Some((current, exponent)) = law.current {
            group = group
                .with_attribute(Attribute::number("ageing_current", current.si()))
                .with_attribute(Attribute::number("ageing_current_exponent", exponent));
        }
    }
    let mut most = Column::default();
    for &(power, error) in &light.rollover {
        most.push(Value::with_error(power, error));
    }
    group = group.with_variable(most.at_best(status).variable(
        "rollover_power",
        "W",
        "the most light of each laser, all alike; 0 where none lases",
        &["base_temperature"],
    ))?;
    let shares = ["base_temperature", "light_share"];
    for (name, units, long_name, value) in OF_ALL {
        let column = column(light.array.iter(), value).at_best(status);
        group = group.with_variable(column.variable(name, units, long_name, &shares))?;
    }
    let axes = ["laser", "base_temperature", "light_share"];
    for (name, units, long_name, value) in OF_ONE {
        let column = column(light.each.iter(), value).at_best(status);
        group = group.with_variable(column.variable(name, units, long_name, &axes))?;
    }
    Ok(group)
}

fn column<'a, T: 'a>(
    points: impl Iterator<Item = &'a Option<T>>,
    value: fn(&T) -> Option<Barred>,
) -> Column {
    let mut column = Column::default();
    for point in points {
        match point.as_ref().map(value) {
            Some(Some((value, error))) => column.push(Value::with_error(value, error)),
            Some(None) => column.push_absent("the study states no reliability"),
            None => column.push_absent("no laser lases at this temperature of the chip"),
        }
    }
    column
}
