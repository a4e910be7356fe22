//! What sources that are switched do, within thermal/NAME and laser/NAME_HEAT.

use super::sweep::SweepAxes;
use super::{Column, column};
use crate::run::{HeatOutcome, LaserOutcome, LaserSwitch, Outcome, Value};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

const NO_POINT: &str = "no operating point before or after the switch";

/// `group` of a heat problem with the rises of its sources; its axis of time is there.
pub(super) fn of_heat<'a>(
    group: Group,
    sweep: &SweepAxes,
    outcomes: impl Iterator<Item = &'a Outcome<HeatOutcome>> + Clone,
) -> Result<Group, TableError> {
    let mut solved = outcomes.clone().filter_map(|o| o.as_ref().ok());
    let Some((first, switch)) = solved.find_map(|o| Some((o, o.switched.as_ref()?))) else {
        return Ok(group);
    };
    let count = switch.rise.len();
    let rises = column(outcomes.clone(), count, |o, k| {
        let switch = o.switched.as_ref();
        Ok(switch.map_or_else(Value::absent, |switch| switch.rise[k]))
    });
    let group = group.with_variable(rises.variable(
        "switch_rise",
        "K",
        "mean rise of node_i since the sources with a power before and after were switched, the heat of all others held",
        &sweep.names(&["node_i", "time"]),
    ))?;
    let mut ends = ["before", "after"].into_iter().enumerate();
    ends.try_fold(group, |group, (end, name)| {
        let powers = column(outcomes.clone(), first.sources.len(), |o, i| {
            let powers = o.switched.as_ref().and_then(|switch| switch.powers[i]);
            powers
                .map(|powers| Value::with_error(powers[end], 0.0))
                .ok_or("not switched")
        });
        group.with_variable(powers.variable(
            &format!("switch_power_{name}"),
            "W",
            &format!("power of a switched source {name} the switch"),
            &sweep.names(&["node_i"]),
        ))
    })
}

/// `group` of lasers with their rises and shifts; `times` are those of the heat problem.
pub(super) fn of_lasers<'a>(
    group: Group,
    sweep: &SweepAxes,
    outcomes: impl Iterator<Item = &'a Outcome<LaserOutcome>> + Clone,
    lasers: usize,
    times: &[f64],
) -> Result<Group, TableError> {
    type Series = fn(&LaserSwitch) -> &Vec<Value>;
    type End = fn(&LaserSwitch) -> Value;
    let count = times.len();
    let group = group
        .with_axis(AxisScale::numbers(
            "time",
            "s",
            "time since the switch",
            times.to_vec(),
        ))?
        .with_attribute(Attribute::text(
            "switch",
            "rises and shifts count from the operating point before; a laser's heat follows its temperature; mode hops apart",
        ));
    let by_time = |pick: Series| -> Column {
        column(outcomes.clone(), lasers * count, |o, k| {
            let switched = o.switched.as_ref().ok_or(NO_POINT)?;
            Ok(pick(&switched[k / count])[k % count])
        })
    };
    let at_last = |pick: End| -> Column {
        column(outcomes.clone(), lasers, |o, k| {
            let switched = o.switched.as_ref().ok_or(NO_POINT)?;
            Ok(pick(&switched[k]))
        })
    };
    let (series, ends) = (sweep.names(&["laser", "time"]), sweep.names(&["laser"]));
    group
        .with_variable(by_time(|s| &s.rise).variable(
            "switch_junction_rise",
            "K",
            "rise of the junction since the switch",
            &series,
        ))?
        .with_variable(by_time(|s| &s.shift).variable(
            "switch_wavelength_shift",
            "m",
            "shift of the wavelength since the switch",
            &series,
        ))?
        .with_variable(at_last(|s| s.final_rise).variable(
            "switch_junction_rise_final",
            "K",
            "the rise after infinite time: the difference of two operating points",
            &ends,
        ))?
        .with_variable(at_last(|s| s.final_shift).variable(
            "switch_wavelength_shift_final",
            "m",
            "the shift after infinite time",
            &ends,
        ))
}
