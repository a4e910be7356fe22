//! fibre_chip/NAME: a coupling over conditions, tilts and receiving modes.

use cpo_materials::Quantity as _;

use super::sweep::SweepAxes;
use super::{Column, alignment, column, group_path};
use crate::plan::Plan;
use crate::run::{CouplingOutcome, CouplingResult, Results, Value};
use crate::study::{CouplingTable, Port, Study};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

/// A quantity of a coupling: name, units, long name, whether it is a loss between planes, value.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    bool,
    fn(&CouplingResult) -> Value,
);

fn exact(value: f64) -> Value {
    Value::with_error(value, 0.0)
}

const QUANTITIES: [Quantity; 12] = [
    (
        "loss",
        "dB",
        "total loss, mode mismatch and reflection together",
        true,
        |r| r.loss_db,
    ),
    (
        "mode_mismatch",
        "dB",
        "loss by mismatch of the fields, gap, tilt and offset included",
        false,
        |r| r.mode_mismatch_db,
    ),
    (
        "fresnel_loss",
        "dB",
        "loss by reflection at the facets",
        false,
        |r| exact(r.fresnel_db),
    ),
    (
        "return_loss",
        "dB",
        "power that returns in the fibre's own mode, 10 log10(in / back), the mean over the phase between the facets",
        false,
        |r| exact(r.return_loss_db),
    ),
    (
        "return_loss_least",
        "dB",
        "return loss where both facets' reflections add up",
        false,
        |r| exact(r.return_loss_bounds_db[0]),
    ),
    (
        "return_loss_most",
        "dB",
        "return loss where they cancel",
        false,
        |r| exact(r.return_loss_bounds_db[1]),
    ),
    (
        "reflection",
        "1",
        "share of the power that the facets send back, in any mode",
        false,
        |r| exact(r.reflection),
    ),
    (
        "pdl",
        "dB",
        "polarisation dependent loss into the first two modes together",
        false,
        |r| exact(r.pdl_db),
    ),
    (
        "loss_etalon_least",
        "dB",
        "least loss as the facets' reflections interfere",
        false,
        |r| exact(r.etalon_db[0]),
    ),
    (
        "loss_etalon_most",
        "dB",
        "largest loss as the facets' reflections interfere",
        false,
        |r| exact(r.etalon_db[1]),
    ),
    (
        "offset_x_stated",
        "m",
        "offset along x at which the losses hold",
        false,
        |r| exact(r.offset[0]),
    ),
    (
        "offset_y_stated",
        "m",
        "offset along y at which the losses hold",
        false,
        |r| exact(r.offset[1]),
    ),
];

pub(super) fn group(
    study: &Study,
    plan: &Plan,
    results: &Results,
    table: &CouplingTable,
) -> Result<Group, TableError> {
    let name = table.name.as_str();
    let points = plan
        .couplings
        .iter()
        .zip(&results.couplings)
        .filter(|(point, _)| point.coupling == name);
    let sweep = SweepAxes::of_light(
        study,
        points
            .clone()
            .map(|(p, _)| (&p.values, p.temperature, p.wavelength)),
    );
    let outcomes = points.map(|(_, outcome)| outcome);
    let modes = outcomes
        .clone()
        .filter_map(|o| o.as_ref().ok())
        .map(|o| o.modes)
        .max()
        .unwrap_or(1);
    let tilts = table.tilt_x.values.len() * table.tilt_y.values.len();
    let group = Group::new(group_path("fibre_chip", name), format!("coupling {name}"));
    let ports = Attribute::text(
        "ports",
        format!("{} to {}", table.from.key(), table.to.key()),
    );
    let mut group = sweep.add_to(group)?.with_attribute(ports);
    let tilt = |values: &[cpo_materials::Angle]| values.iter().map(|t| t.si()).collect();
    group = group.with_axis(AxisScale::numbers(
        "tilt_x",
        "rad",
        "tilt towards +x",
        tilt(&table.tilt_x.values),
    ))?;
    group = group.with_axis(AxisScale::numbers(
        "tilt_y",
        "rad",
        "tilt towards +y",
        tilt(&table.tilt_y.values),
    ))?;
    let ids = (0..modes).map(|m| m as f64).collect();
    group = group.with_axis(AxisScale::numbers(
        "mode",
        "1",
        "guided modes by falling effective index",
        ids,
    ))?;
    let axes = sweep.names(&["tilt_x", "tilt_y", "mode"]);
    let entries = tilts * modes;
    let find = Entry { modes };
    let planes = match table.from {
        Port::Fiber(_) => ["P2", "P3"],
        Port::Modes(_) => ["P5", "P6"],
    };
    for (name, units, long_name, loss, value) in QUANTITIES {
        let column = column(outcomes.clone(), entries, |o, entry| {
            find.of(o, entry).map(value).ok_or(FEWER_MODES)
        });
        let mut variable = column.variable(name, units, long_name, &axes);
        if loss {
            variable = variable.between(planes[0], planes[1]);
        }
        group = group.with_variable(variable)?;
    }
    let results: Vec<_> = outcomes
        .flat_map(|outcome| {
            (0..entries).map(move |entry| match outcome {
                Err(reason) => Err((true, reason.as_str())),
                Ok(o) => find.of(o, entry).ok_or((false, FEWER_MODES)),
            })
        })
        .collect();
    for quantity in alignment::quantities(table) {
        let mut column = Column::default();
        for result in &results {
            match result {
                Err((true, reason)) => column.push_failed(reason),
                Err((false, reason)) => column.push_absent(reason),
                Ok(result) => (quantity.push)(result, &mut column),
            }
        }
        let (units, long_name) = (quantity.units, &quantity.long_name);
        group = group.with_variable(column.variable(&quantity.name, units, long_name, &axes))?;
    }
    group = alignment::with_cuts(group, table, &axes, &results)?;
    if table.offset_x.values.len() > 1 || table.offset_y.values.len() > 1 {
        group = with_map(group, table, &sweep, &results)?;
    }
    Ok(group)
}

/// Where there is a tilt and a mode but no result.
const FEWER_MODES: &str = "fewer guided modes here";

/// Finds the result of a tilt and a mode by its place on the axes.
#[derive(Clone, Copy)]
struct Entry {
    /// Length of the axis of modes.
    modes: usize,
}

impl Entry {
    fn of(self, outcome: &CouplingOutcome, entry: usize) -> Option<&CouplingResult> {
        // Where fewer modes are guided, those that are come first.
        let (tilt, mode) = (entry / self.modes, entry % self.modes);
        (mode < outcome.modes).then(|| &outcome.results[tilt * outcome.modes + mode])
    }
}

/// Adds the loss over offsets. Its error bar in dB is that of the stated loss: the error is one of
/// the mode's field, relative to the efficiency.
fn with_map(
    group: Group,
    table: &CouplingTable,
    sweep: &SweepAxes,
    results: &[Result<&CouplingResult, (bool, &str)>],
) -> Result<Group, TableError> {
    let offsets =
        |values: &[cpo_materials::Length]| -> Vec<f64> { values.iter().map(|v| v.si()).collect() };
    let (x, y) = (
        offsets(&table.offset_x.values),
        offsets(&table.offset_y.values),
    );
    let cells = x.len() * y.len();
    let mut losses = Column::default();
    for result in results {
        match result {
            Err((true, reason)) => (0..cells).for_each(|_| losses.push_failed(reason)),
            Err((false, reason)) => (0..cells).for_each(|_| losses.push_absent(reason)),
            Ok(result) => match &result.map {
                Some(map) => {
                    let all = map.loss_db.iter();
                    all.for_each(|&loss| losses.push(result.loss_at(loss)));
                }
                None => (0..cells).for_each(|_| losses.push_absent("no offsets are scanned")),
            },
        }
    }
    let axes = sweep.names(&["tilt_x", "tilt_y", "mode", "offset_x", "offset_y"]);
    group
        .with_axis(AxisScale::numbers(
            "offset_x",
            "m",
            "position of the beam along x",
            x,
        ))?
        .with_axis(AxisScale::numbers(
            "offset_y",
            "m",
            "position of the beam along y",
            y,
        ))?
        .with_variable(losses.variable("misalignment_loss", "dB", "total loss over offsets", &axes))
}
