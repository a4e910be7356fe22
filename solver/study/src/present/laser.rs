//! The section of a laser array.

use super::Context;
use super::cells::{PERCENT, cell, failed, missing, optional, plain, table, words};
use super::conditions::Conditions;
use super::heat::boundary;
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, Section};
use crate::run::{LaserOutcome, LaserResult, LaserStateRecord, Value};
use crate::study::{Drive, LaserTable, ParameterId};

/// An array as one.
pub(super) struct ArrayAnswer<'a> {
    /// The laser with the hottest junction, with its state.
    pub(super) hottest: (&'a str, &'a LaserStateRecord),
    /// Least and greatest current, A.
    pub(super) current: [Value; 2],
    /// Optical power of all, W.
    pub(super) optical_power: Value,
    /// Light out over electricity in.
    pub(super) wall_plug_efficiency: f64,
    /// Longest less shortest wavelength, m; none where none is stated.
    pub(super) wavelength_spread: Option<Value>,
}

/// The array's numbers; `None` at rollover.
pub(super) fn answer(outcome: &LaserOutcome) -> Option<ArrayAnswer<'_>> {
    let states: Vec<(&str, &LaserStateRecord)> = outcome
        .lasers
        .iter()
        .filter_map(|l| Some((l.name.as_str(), l.state.as_ref()?)))
        .collect();
    let by = |value: fn(&LaserStateRecord) -> Value| {
        move |a: &(&str, &LaserStateRecord), b: &(&str, &LaserStateRecord)| {
            value(a.1).value.total_cmp(&value(b.1).value)
        }
    };
    // The first of equals, so that a symmetric array names its left half.
    let hottest = states
        .iter()
        .copied()
        .rev()
        .max_by(by(|s| s.junction_temperature))?;
    let least = states.iter().copied().min_by(by(|s| s.current))?;
    let most = states.iter().copied().max_by(by(|s| s.current))?;
    let sum =
        |value: fn(&LaserStateRecord) -> f64| states.iter().map(|(_, s)| value(s)).sum::<f64>();
    let optical = sum(|s| s.optical_power.value);
    let electrical = sum(|s| s.voltage * s.current.value);
    let status = most.1.optical_power.status;
    let shortest = states
        .iter()
        .copied()
        .min_by(by(|s| s.wavelength))?
        .1
        .wavelength;
    let longest = states
        .iter()
        .copied()
        .max_by(by(|s| s.wavelength))?
        .1
        .wavelength;
    let spread = longest.value - shortest.value;
    Some(ArrayAnswer {
        hottest,
        current: [least.1.current, most.1.current],
        optical_power: Value {
            value: optical,
            error: sum(|s| s.optical_power.error),
            status,
        },
        wall_plug_efficiency: if electrical > 0.0 {
            optical / electrical
        } else {
            0.0
        },
        wavelength_spread: spread.is_finite().then_some(Value {
            value: spread,
            error: longest.error + shortest.error,
            status: longest.status,
        }),
    })
}

/// "rollover: at most 12.3(4) mW from each".
pub(super) fn rollover_words(outcome: &LaserOutcome) -> String {
    let least = outcome
        .lasers
        .iter()
        .map(|l| &l.rollover.max_power)
        .min_by(|a, b| a.value.total_cmp(&b.value));
    match least {
        Some(power) => format!(
            "rollover: at most {} from each",
            words(power, DisplayUnit::MILLIWATT)
        ),
        None => String::from("rollover"),
    }
}

/// The parameter behind current or power, if that is swept.
pub(super) fn drive_parameter(laser: &LaserTable) -> Option<ParameterId> {
    match &laser.drive {
        Drive::Current(current) => current.parameter(),
        Drive::Power(power) => power.parameter(),
    }
}

/// Points that differ in more than the drive: the first of each.
pub(super) fn without_drive(
    context: Context<'_>,
    laser: &LaserTable,
    points: &[usize],
) -> Vec<usize> {
    let drive = drive_parameter(laser);
    let key = |p: usize| {
        let point = &context.plan.lasers[points[p]];
        let mut values = point.values.key();
        values.retain(|(id, _)| Some(*id) != drive);
        (point.heat, values)
    };
    let solved = |p: &usize| context.results.lasers[points[*p]].is_ok();
    let all: Vec<usize> = (0..points.len()).filter(solved).collect();
    all.iter()
        .copied()
        .filter(|&p| all.iter().find(|&&q| key(q) == key(p)) == Some(&p))
        .collect()
}

/// Full tables of `[laser.NAME]`.
pub(super) fn section(context: Context<'_>, laser: &LaserTable) -> Section {
    let (points, conditions) = context.laser_points(&laser.name);
    let tables = vec![
        arrays(context, &points, &conditions),
        each(context, &points, &conditions),
        rollovers(context, laser, &points, &conditions),
    ];
    let mut text = match conditions.shared() {
        shared if shared.is_empty() => {
            String::from("Cooling is the [heat] table that surrounds the lasers.")
        }
        shared => format!("At {shared}; cooling is the [heat] table that surrounds the lasers."),
    };
    let mut told: Vec<&str> = Vec::new();
    for &l in &points {
        let point = &context.plan.lasers[l];
        let heat = &context.plan.heats[point.heat].heat;
        if let (Ok(outcome), false) = (
            &context.results.heats[point.heat],
            told.contains(&heat.as_str()),
        ) {
            told.push(heat);
            text += &format!(" Boundary of {heat}: {}.", boundary(outcome));
        }
    }
    text += " Threshold I₀ exp((T − T_r)/T₀) and slope η₀ exp(−(T − T_r)/T₁) at the junction's mean temperature, \
        which the heat of all lasers sets.";
    Section {
        title: format!("Lasers {}", laser.name),
        text,
        tables,
        figures: Vec::new(),
    }
}

fn arrays(context: Context<'_>, points: &[usize], conditions: &Conditions) -> ReportTable {
    let mut columns = conditions.columns();
    let texts = columns.len();
    columns.push(Column::new("operation", ""));
    columns.extend(array_columns());
    let rows = points
        .iter()
        .enumerate()
        .map(|(p, &l)| {
            let mut row = conditions.cells(p);
            match &context.results.lasers[l] {
                Ok(outcome) => row.extend(array_cells(outcome)),
                Err(reason) => row.extend(failed(reason, columns.len() - texts)),
            }
            row
        })
        .collect();
    table(
        "The array as one: the hottest laser and its junction, the largest current, the light of all, all light over \
         all electricity, and the longest less the shortest wavelength with both error bars added.",
        columns,
        rows,
    )
}

/// Columns of [`array_cells`], operation apart.
pub(super) fn array_columns() -> [Column; 6] {
    [
        Column::new("hottest laser", ""),
        Column::new("junction", "°C"),
        Column::new("current", "mA"),
        Column::new("light", "mW"),
        Column::new("efficiency", "%"),
        Column::new("spread", "nm"),
    ]
}

/// Operation and the array's numbers.
pub(super) fn array_cells(outcome: &LaserOutcome) -> Vec<Cell> {
    let Some(answer) = answer(outcome) else {
        let words = rollover_words(outcome).replace(" mW", "\u{a0}mW");
        let mut row = vec![Cell::text(words), Cell::text("–")];
        row.extend((0..5).map(|_| missing()));
        return row;
    };
    let (name, state) = answer.hottest;
    vec![
        Cell::text(outcome.operation),
        Cell::text(name),
        cell(&state.junction_temperature, DisplayUnit::CELSIUS, ""),
        cell(&answer.current[1], DisplayUnit::MILLIAMPERE, ""),
        cell(&answer.optical_power, DisplayUnit::MILLIWATT, ""),
        plain(answer.wall_plug_efficiency, PERCENT),
        answer
            .wavelength_spread
            .map_or_else(missing, |spread| cell(&spread, DisplayUnit::NANOMETRE, "")),
    ]
}

fn each(context: Context<'_>, points: &[usize], conditions: &Conditions) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend([
        Column::new("laser", ""),
        Column::new("operation", ""),
        Column::new("junction", "°C"),
        Column::new("with lasers off", "°C"),
        Column::new("current", "mA"),
        Column::new("threshold", "mA"),
        Column::new("light", "mW"),
        Column::new("voltage", "V"),
        Column::new("heat", "mW"),
        Column::new("wall-plug efficiency", "%"),
        Column::new("wavelength", "nm"),
    ]);
    let mut rows = Vec::new();
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        for laser in &outcome.lasers {
            let mut row = conditions.cells(p);
            row.extend(laser_cells(laser, outcome.operation));
            rows.push(row);
        }
    }
    table("Each laser at its operating point.", columns, rows)
}

fn laser_cells(laser: &LaserResult, operation: &str) -> Vec<Cell> {
    let (ampere, watt) = (DisplayUnit::MILLIAMPERE, DisplayUnit::MILLIWATT);
    let base = cell(&laser.base_temperature, DisplayUnit::CELSIUS, "");
    let name = Cell::text(&laser.name);
    let Some(state) = &laser.state else {
        let mut row = vec![name, Cell::text(operation), missing(), base];
        row.extend((0..7).map(|_| missing()));
        return row;
    };
    let own = if state.optical_power.value > 0.0 {
        "lasing"
    } else {
        "below threshold"
    };
    vec![
        name,
        Cell::text(own),
        cell(&state.junction_temperature, DisplayUnit::CELSIUS, ""),
        base,
        cell(&state.current, ampere, ""),
        plain(state.threshold_current, ampere),
        cell(&state.optical_power, watt, ""),
        plain(state.voltage, DisplayUnit::VOLT),
        plain(state.heat, watt),
        plain(state.wall_plug_efficiency, PERCENT),
        optional(&state.wavelength, DisplayUnit::NANOMETRE),
    ]
}

fn rollovers(
    context: Context<'_>,
    laser: &LaserTable,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend([
        Column::new("laser", ""),
        Column::new("most light", "mW"),
        Column::new("current there", "mA"),
        Column::new("junction there", "°C"),
    ]);
    let mut rows = Vec::new();
    for p in without_drive(context, laser, points) {
        let Ok(outcome) = &context.results.lasers[points[p]] else {
            continue;
        };
        for laser in &outcome.lasers {
            let most = &laser.rollover;
            let mut row = conditions.cells(p);
            row.extend([
                Cell::text(&laser.name),
                cell(&most.max_power, DisplayUnit::MILLIWATT, ""),
                plain(most.current, DisplayUnit::MILLIAMPERE),
                plain(most.junction_temperature, DisplayUnit::CELSIUS),
            ]);
            rows.push(row);
        }
    }
    table(
        "Rollover: the most light that all lasers can give at once, the same from each; more current gives less.",
        columns,
        rows,
    )
}
