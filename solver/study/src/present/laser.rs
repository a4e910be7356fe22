//! The section of a laser array.

use cpo_materials::Quantity;
use cpo_solver::laser::LightCurrentFit;

use super::cells::{PERCENT, SOLVER, cell, failed, missing, optional, plain, table, words};
use super::conditions::Conditions;
use super::heat::boundary;
use super::{Context, spread};
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, ReportTable, Section, significant};
use crate::run::{LaserNumber, LaserOutcome, LaserResult, LaserStateRecord, Spread, Value};
use crate::study::{Drive, LaserTable, LightEntry, ParameterId};
use crate::tabulate::{group_path, identifier};

/// Failures in 10⁹ device hours.
const FIT: DisplayUnit = DisplayUnit::new("FIT", 1e-9 / 3600.0);
/// Julian year.
const YEAR: DisplayUnit = DisplayUnit::new("years", 31_557_600.0);
/// Slope efficiency.
const WATT_PER_AMPERE: DisplayUnit = DisplayUnit::new("W/A", 1.0);

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

/// The group of the loss table that holds the lasers: one for each cooling, which a row names.
fn group(laser: &LaserTable) -> String {
    let heat = match laser.heats.as_slice() {
        [only] => identifier(only),
        _ => String::from("*"),
    };
    format!("{}_{heat}", group_path("laser", &laser.name))
}

/// Full tables of `[laser.NAME]`.
pub(super) fn section(context: Context<'_>, laser: &LaserTable) -> Section {
    let (points, conditions) = context.laser_points(&laser.name);
    let group = group(laser);
    let mut tables = vec![
        arrays(context, &group, &points, &conditions),
        each(context, &group, &points, &conditions),
        neighbours(context, &group, &points, &conditions),
        rollovers(context, laser, &points, &conditions),
    ];
    tables.extend(spreads(context, &group, &points, &conditions));
    tables.extend(
        laser
            .reliability
            .map(|_| lives(context, &group, &points, &conditions)),
    );
    tables.extend(super::switch::of_lasers(
        context,
        &group,
        &points,
        &conditions,
    ));
    tables.extend(
        laser
            .mode_hop
            .map(|_| hops(context, &group, &points, &conditions)),
    );
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
    if let LightEntry::Fitted(fit) = &laser.light {
        text += &format!(" {}", fitted(fit));
    }
    Section {
        title: format!("Lasers {}", laser.name),
        text,
        tables,
        ..Section::default()
    }
}

/// The fitted parameters in words.
fn fitted(fit: &LightCurrentFit) -> String {
    let number =
        |value: f64, error: f64, unit: DisplayUnit| words(&Value::with_error(value, error), unit);
    let (threshold, t0) = (fit.threshold(), fit.threshold_temperature());
    let (slope, t1) = (fit.slope(), fit.slope_temperature());
    format!(
        "Fitted to {} samples above threshold, standard uncertainties in brackets, stated at 25 °C: I₀ = {}, T₀ = {}, η₀ = {}, \
         T₁ = {}; standard deviation of the residual {} mW. Twice these uncertainties are in the error bars.",
        fit.samples(),
        number(threshold.0.si(), threshold.1.si(), DisplayUnit::MILLIAMPERE),
        number(t0.0.si(), t0.1.si(), DisplayUnit::KELVIN),
        number(slope.0.si(), slope.1.si(), WATT_PER_AMPERE),
        number(t1.0.si(), t1.1.si(), DisplayUnit::KELVIN),
        significant(DisplayUnit::MILLIWATT.show(fit.residual().si()), 2),
    )
}

fn arrays(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let mut columns = conditions.columns();
    let texts = columns.len();
    columns.push(Column::new("operation", ""));
    columns.extend(array_columns(group));
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

/// Columns of [`array_cells`], operation apart, from the lasers of `group`.
pub(super) fn array_columns(group: &str) -> [Column; 6] {
    let computed =
        |what: &str, variable: &str| format!("computed: {what} loss_table.h5: /{group}/{variable}");
    let efficiency = "optical_power over sum of voltage times drive_current";
    [
        Column::new("hottest laser", ""),
        Column::new("junction", "°C").of_table(format!("{group}/junction_temperature")),
        Column::new("current", "mA").of_table(format!("{group}/drive_current")),
        Column::new("light", "mW").with_origin(computed("sum of", "optical_power")),
        Column::new("efficiency", "%").with_origin(computed("sum of", efficiency)),
        Column::new("spread", "nm")
            .with_origin(computed("longest less shortest", "emission_wavelength")),
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

fn each(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let columns = [
        Column::new("laser", ""),
        Column::new("operation", ""),
        Column::new("junction", "°C").of_table(format!("{group}/junction_temperature")),
        Column::new("with lasers off", "°C").of_table(format!("{group}/base_temperature")),
        Column::new("current", "mA").of_table(format!("{group}/drive_current")),
        Column::new("threshold", "mA").of_table(format!("{group}/threshold_current")),
        Column::new("light", "mW").of_table(format!("{group}/optical_power")),
        Column::new("voltage", "V").of_table(format!("{group}/voltage")),
        Column::new("heat", "mW").of_table(format!("{group}/heat")),
        Column::new("wall-plug efficiency", "%").of_table(format!("{group}/wall_plug_efficiency")),
        Column::new("wavelength", "nm").of_table(format!("{group}/emission_wavelength")),
    ];
    let caption = "Each laser at its operating point.";
    per_laser(
        context,
        points,
        conditions,
        columns,
        caption,
        |laser, outcome| laser_cells(laser, outcome.operation),
    )
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
        cell(&state.wall_plug_efficiency, PERCENT, ""),
        optional(&state.wavelength, DisplayUnit::NANOMETRE),
    ]
}

fn neighbours(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let columns = [
        Column::new("laser", ""),
        Column::new("junction alone", "°C").of_table(format!("{group}/junction_temperature_alone")),
        Column::new("worst neighbour", ""),
        Column::new("junction beside it", "°C")
            .of_table(format!("{group}/junction_temperature_beside_worst")),
        Column::new("rise by all", "K").of_table(format!("{group}/junction_temperature_range")),
        Column::new("wavelength alone", "nm").with_origin(format!(
            "computed: loss_table.h5: /{group}/emission_wavelength less emission_wavelength_range"
        )),
        Column::new("shift by all", "nm").of_table(format!("{group}/emission_wavelength_range")),
    ];
    per_laser(
        context,
        points,
        conditions,
        columns,
        "Neighbours on and off: a laser is coolest alone and hottest with all on; every other pattern lies between.",
        |laser, outcome| {
            let switched = &laser.neighbours;
            let worst = switched.worst.map(|j| Cell::text(&outcome.lasers[j].name));
            vec![
                Cell::text(&laser.name),
                optional(&switched.junction_alone, DisplayUnit::CELSIUS),
                worst.unwrap_or_else(missing),
                optional(&switched.junction_beside_worst, DisplayUnit::CELSIUS),
                optional(&switched.junction_range, DisplayUnit::KELVIN),
                optional(&switched.wavelength_alone, DisplayUnit::NANOMETRE),
                optional(&switched.wavelength_range, DisplayUnit::NANOMETRE),
            ]
        },
    )
}

/// What deviations make of what a laser needs, gives and endures; none where none is stated.
fn spreads(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> Option<ReportTable> {
    let units = [
        ("junction_temperature", DisplayUnit::CELSIUS),
        ("drive_current", DisplayUnit::MILLIAMPERE),
        ("optical_power", DisplayUnit::MILLIWATT),
        ("wall_plug_efficiency", PERCENT),
        ("emission_wavelength", DisplayUnit::NANOMETRE),
        ("failure_rate", FIT),
    ];
    let mut columns = conditions.columns();
    let texts = columns.len();
    columns.extend(["laser", "number", "unit"].map(|name| Column::new(name, "")));
    columns.extend(spread::columns(
        &format!("{group}/NUMBER"),
        DisplayUnit::new("", 1.0),
    ));
    let mut rows = Vec::new();
    let mut rolled = 0.0_f64;
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        let of_laser = match outcome.spreads.as_ref() {
            None => continue,
            Some(Err(reason)) => {
                let mut row = conditions.cells(p);
                row.extend(failed(reason, columns.len() - texts));
                rows.push(row);
                continue;
            }
            Some(Ok(spreads)) => spreads,
        };
        rolled = rolled.max(of_laser.rollover_share.value);
        let hottest = answer(outcome).map(|answer| answer.hottest.0);
        let mut push = |of: &str, words: &str, unit: DisplayUnit, found: &Spread| {
            let mut row = conditions.cells(p);
            row.extend([of, words, unit.symbol].map(Cell::text));
            row.extend(spread::cells(found, unit, ""));
            rows.push(row);
        };
        for (laser, numbers) in outcome.lasers.iter().zip(&of_laser.lasers) {
            if Some(laser.name.as_str()) != hottest {
                continue;
            }
            for (number, found) in LaserNumber::ALL.iter().zip(numbers) {
                let unit = units.iter().find(|(name, _)| *name == number.variable);
                if let (Some((_, unit)), Some(found)) = (unit, found) {
                    push(&laser.name, number.words, *unit, found);
                }
            }
        }
        if let Some(found) = &of_laser.array_failure_rate {
            push("all", "failure rate of the array", FIT, found);
        }
    }
    let mut caption = format!(
        "The laser that is hottest without deviations, over those stated: {}. Whole arrays are drawn, so that a poor laser warms \
         its neighbours; all lasers are in the loss table.",
        spread::PARTS
    );
    if rolled > 0.0 {
        caption += &format!(
            " A draw without operating point counts as beyond all others; at most {} % are such, and a quantile among them is none.",
            significant(100.0 * rolled, 2)
        );
    }
    (!rows.is_empty()).then(|| table(&caption, columns, rows))
}

/// A table with a row for each laser of each point.
fn per_laser<const N: usize>(
    context: Context<'_>,
    points: &[usize],
    conditions: &Conditions,
    own: [Column; N],
    caption: &str,
    cells: impl Fn(&LaserResult, &LaserOutcome) -> Vec<Cell>,
) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend(own);
    let mut rows = Vec::new();
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        for laser in &outcome.lasers {
            let mut row = conditions.cells(p);
            row.extend(cells(laser, outcome));
            rows.push(row);
        }
    }
    table(caption, columns, rows)
}

fn lives(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let mut columns = conditions.columns();
    columns.extend([
        Column::new("most of one laser", "FIT").of_table(format!("{group}/failure_rate")),
        Column::new("array", "FIT").of_table(format!("{group}/array_failure_rate")),
        Column::new("median life", "years").of_table(format!("{group}/array_median_life")),
    ]);
    let mut rows = Vec::new();
    for (p, &l) in points.iter().enumerate() {
        let Ok(outcome) = &context.results.lasers[l] else {
            continue;
        };
        let mut row = conditions.cells(p);
        let states = outcome.lasers.iter().filter_map(|l| l.state.as_ref());
        let most = states
            .map(|s| s.failure_rate)
            .max_by(|a, b| a.value.total_cmp(&b.value));
        match (most, outcome.reliability) {
            (Some(most), Some((rate, life))) => row.extend([
                cell(&most, FIT, ""),
                cell(&rate, FIT, ""),
                plain(life, YEAR),
            ]),
            _ => row.extend((0..3).map(|_| missing())),
        }
        rows.push(row);
    }
    table(
        "Failure rate by the Arrhenius law stated, at the junction temperatures and currents above; 1 FIT is one failure in 10⁹ \
         device hours. The array fails with its first laser; median life ln 2 over its rate, wear-out apart.",
        columns,
        rows,
    )
}

fn hops(
    context: Context<'_>,
    group: &str,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let columns = [
        Column::new("laser", ""),
        Column::new("hops", "").of_table(format!("{group}/mode_hops")),
        Column::new("margin heating", "K").of_table(format!("{group}/mode_hop_margin_heating")),
        Column::new("margin cooling", "K").of_table(format!("{group}/mode_hop_margin_cooling")),
    ];
    per_laser(
        context,
        points,
        conditions,
        columns,
        "Mode hops since the reference temperature, and how far the junction can warm and cool before the next.",
        |laser, _| {
            let name = Cell::text(&laser.name);
            let state = laser.state.as_ref();
            match state.and_then(|s| s.mode_hop.as_ref()) {
                Some(hop) => vec![
                    name,
                    Cell::number(hop.hops, DisplayUnit::ONE),
                    optional(&hop.heating, DisplayUnit::KELVIN),
                    optional(&hop.cooling, DisplayUnit::KELVIN),
                ],
                None => vec![name, missing(), missing(), missing()],
            }
        },
    )
}

fn rollovers(
    context: Context<'_>,
    laser: &LaserTable,
    points: &[usize],
    conditions: &Conditions,
) -> ReportTable {
    let group = group(laser);
    let mut columns = conditions.columns();
    columns.extend([
        Column::new("laser", ""),
        Column::new("most light", "mW").of_table(format!("{group}/rollover_power")),
        Column::new("current there", "mA").of_table(format!("{group}/rollover_current")),
        Column::new("junction there", "°C").with_origin(SOLVER),
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
