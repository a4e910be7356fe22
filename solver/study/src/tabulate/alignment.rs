//! The tolerances of a coupling as variables of its group.

use super::spread::SpreadQuantile;
use super::{Column, TableError};
use crate::run::{AlignmentResult, CouplingResult, SpreadResult, Value};
use crate::study::{CouplingTable, Freedom};
use crate::table::{AxisScale, Group};

/// Appends a number of a result, or why there is none.
type Reading = Box<dyn Fn(&CouplingResult, &mut Column)>;

/// A quantity of a result.
pub(super) struct Derived {
    pub(super) name: String,
    pub(super) units: &'static str,
    pub(super) long_name: String,
    pub(super) push: Reading,
}

/// What both ways of every freedom are called.
pub(crate) const SIDES: [[&str; 2]; 6] = [
    ["left", "right"],
    ["down", "up"],
    ["nearer", "farther"],
    ["tilt_x_minus", "tilt_x_plus"],
    ["tilt_y_minus", "tilt_y_plus"],
    ["rotation_minus", "rotation_plus"],
];

/// A number that has no error bar of its own; `why` there is none where it is NaN.
fn known(value: f64, why: &'static str) -> Result<Value, &'static str> {
    if value.is_finite() {
        Ok(Value::with_error(value, 0.0))
    } else {
        Err(why)
    }
}

fn derived(
    name: String,
    units: &'static str,
    long_name: String,
    value: impl Fn(&AlignmentResult) -> Result<Value, &'static str> + 'static,
) -> Derived {
    Derived {
        name,
        units,
        long_name,
        push: Box::new(move |r, column| match value(&r.alignment) {
            Ok(value) => column.push(value),
            Err(why) => column.push_absent(why),
        }),
    }
}

/// 1 dB ranges, slope, tensor and the spread.
pub(super) fn quantities(table: &CouplingTable) -> Vec<Derived> {
    let mut all = Vec::new();
    for freedom in Freedom::ALL {
        let i = freedom.index();
        for (s, side) in SIDES[i].into_iter().enumerate() {
            all.push(derived(
                format!("tolerance_1db_{side}"),
                freedom.unit(),
                format!("1 dB tolerance along {}, {side}", freedom.name()),
                move |a| {
                    known(
                        a.tolerance_1db[i][s],
                        "not reached, or end faces touch first",
                    )
                },
            ));
        }
    }
    for freedom in Freedom::ALL {
        let i = freedom.index();
        all.push(derived(
            format!("misalignment_slope_{}", freedom.name()),
            if freedom.is_angle() { "dB/rad" } else { "dB/m" },
            format!("derivative of the loss along {}", freedom.name()),
            move |a| known(a.slope[i], "needs a gap"),
        ));
    }
    for (a, first) in Freedom::ALL.into_iter().enumerate() {
        for (b, second) in Freedom::ALL.into_iter().enumerate().skip(a) {
            let joint = if b < 3 { "" } else { "_" };
            let (one, other) = (first.name(), second.name());
            all.push(derived(
                format!("misalignment_{one}{joint}{other}"),
                match (first.is_angle(), second.is_angle()) {
                    (false, false) => "dB/m2",
                    (true, true) => "dB/rad2",
                    _ => "dB/(m rad)",
                },
                format!(
                    "misalignment tensor, half the second derivative of the loss, {one} and {other}"
                ),
                move |r| known(r.tensor[a][b], "needs a gap"),
            ));
        }
    }
    all.push(derived(
        String::from("misalignment_quadratic_error"),
        "dB",
        String::from(
            "largest error of slope and tensor where they say that the loss has grown by 1 dB",
        ),
        |a| known(a.quadratic_error_db, "needs a gap"),
    ));
    all.extend(spread(table));
    all
}

/// Quantiles of the loss over all deviations, and yields.
fn spread(table: &CouplingTable) -> Vec<Derived> {
    let of = |name: String,
              units: &'static str,
              long_name: String,
              value: Box<dyn Fn(&SpreadResult) -> Value>| {
        Derived {
            name,
            units,
            long_name,
            push: Box::new(move |r, column| match &r.alignment.spread {
                None => column.push_absent("no deviation is stated, or there is no gap"),
                Some(Err(reason)) => column.push_failed(reason),
                Some(Ok(spread)) => match value(spread) {
                    value if value.value.is_finite() => column.push(value),
                    _ => column.push_absent("no budget is stated"),
                },
            }),
        }
    };
    let mut all = Vec::new();
    for quantile in SpreadQuantile::all("loss", "total loss") {
        let (name, long_name) = (quantile.name.clone(), quantile.long_name.clone());
        let value = move |spread: &SpreadResult| quantile.value(&spread.loss);
        all.push(of(name, "dB", long_name, Box::new(value)));
    }
    let lanes = table.tolerancing.array.fibers;
    all.push(of(
        String::from("lane_yield"),
        "1",
        String::from("share of lanes whose loss is within the budget"),
        Box::new(|spread| spread.lane_yield),
    ));
    all.push(of(
        String::from("engine_yield"),
        "1",
        format!("share of engines all of whose {lanes} lanes are within the budget"),
        Box::new(|spread| spread.engine_yield),
    ));
    all.push(of(
        String::from("spread_quadratic_error"),
        "dB",
        String::from("largest error of slope and tensor over all placements drawn"),
        Box::new(|spread| Value::with_error(spread.quadratic_error_db, 0.0)),
    ));
    all
}

/// Adds the loss along each cut; `results` are those of the group in the order of `axes`, or why there is none.
pub(super) fn with_cuts(
    mut group: Group,
    table: &CouplingTable,
    axes: &[&str],
    results: &[Result<&CouplingResult, (bool, &str)>],
) -> Result<Group, TableError> {
    for (c, (freedom, values)) in table.tolerancing.cuts.iter().enumerate() {
        let axis = format!("cut_{}", freedom.name());
        let mut losses = Column::default();
        for result in results {
            match result {
                Err((true, reason)) => values.iter().for_each(|_| losses.push_failed(reason)),
                Err((false, reason)) => values.iter().for_each(|_| losses.push_absent(reason)),
                Ok(result) => match result.alignment.cuts.get(c) {
                    Some(cut) => cut
                        .iter()
                        .for_each(|&loss| losses.push(result.loss_at(loss))),
                    None => values
                        .iter()
                        .for_each(|_| losses.push_absent("needs a gap")),
                },
            }
        }
        let mut axes = axes.to_vec();
        axes.push(&axis);
        let long_name = format!(
            "total loss along {} through the nominal place",
            freedom.name()
        );
        let variable = losses.variable(
            &format!("loss_along_{}", freedom.name()),
            "dB",
            &long_name,
            &axes,
        );
        group = group
            .with_axis(AxisScale::numbers(
                &axis,
                freedom.unit(),
                "from the nominal place",
                values.clone(),
            ))?
            .with_variable(variable)?;
    }
    Ok(group)
}
