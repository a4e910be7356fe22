//! taper/NAME: a taper over conditions, lengths and modes.

use cpo_materials::Quantity as _;

use super::spread::{SpreadQuantile, known};
use super::sweep::SweepAxes;
use super::{Column, column, group_path, identifier};
use crate::plan::Plan;
use crate::run::{Outcome, Results, TaperOutcome, TaperResult, TaperSet, Value};
use crate::study::{LengthAxis, ParameterValues, Study, TaperTable};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

/// Why a number of a mode is missing: there is none at the start …
const NO_INPUT: &str = "the start guides fewer modes here";
/// … or at the end …
const NO_OUTPUT: &str = "the end guides fewer modes here";
/// … or it goes nowhere.
const LOST: &str = "the mode becomes none that is guided at the end";

/// A number of a mode of the start: name, units, long name, value.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    fn(&TaperResult) -> Value,
);

const QUANTITIES: [Quantity; 4] = [
    (
        "loss",
        "dB",
        "insertion loss from a mode of the start to the mode of the end that it becomes",
        |r| r.loss_db,
    ),
    (
        "higher_modes",
        "1",
        "share of the power in guided modes of the end other than the one that the mode becomes",
        |r| r.higher_modes,
    ),
    (
        "reflection",
        "1",
        "share of the power that comes back in guided modes of the start",
        |r| r.reflection,
    ),
    (
        "radiated",
        "1",
        "share of the power in no guided mode of the start or the end",
        |r| r.radiated,
    ),
];

/// A check of a taper of given lengths.
type Residual = (&'static str, &'static str, fn(&TaperSet) -> f64);

const RESIDUALS: [Residual; 2] = [
    (
        "passivity_residual",
        "largest |power out and back - 1| of a guided mode of either end",
        |s| s.passivity,
    ),
    (
        "reciprocity_residual",
        "largest |S - transpose of S|",
        |s| s.reciprocity,
    ),
];

/// A count of a point.
type Count = (&'static str, &'static str, fn(&TaperOutcome) -> usize);

const COUNTS: [Count; 3] = [
    (
        "guided_modes_at_start",
        "guided modes of the first cross-section",
        |o| o.guided[0],
    ),
    (
        "guided_modes_at_end",
        "guided modes of the last cross-section",
        |o| o.guided[1],
    ),
    (
        "cutoffs",
        "how often a mode begins or ceases to be guided on the way",
        |o| o.cutoffs.len(),
    ),
];

pub(super) fn groups(
    study: &Study,
    plan: &Plan,
    results: &Results,
    table: &TaperTable,
) -> Result<Vec<Group>, TableError> {
    let all = plan.tapers.iter().zip(&results.tapers);
    let points = all.filter(|(p, _)| p.taper == table.name);
    let conditions = points
        .clone()
        .map(|(p, _)| (&p.values, p.temperature, p.wavelength));
    let sweep = SweepAxes::of_light(study, conditions);
    let path = group_path("taper", &table.name);
    let mut group = sweep.add_to(Group::new(&path, format!("taper {}", table.name)))?;
    let lengths = study.length_axes(table);
    for (k, section) in table.sections.iter().enumerate() {
        if let [only] = section.length.values.as_slice() {
            let name = identifier(&table.length_name(k));
            group = group.with_attribute(Attribute::number(name, only.si()));
        }
    }
    for axis in length_scales(table, &lengths) {
        group = group.with_axis(axis)?;
    }
    let outcomes = points.map(|(_, outcome)| outcome);
    let solved = || outcomes.clone().filter_map(|o| o.as_ref().ok());
    let outputs = solved().map(|o| o.guided[1]).max().unwrap_or(1);
    for (name, long_name, count) in [
        (
            "mode_in",
            "guided mode of the start by falling effective index",
            table.inputs,
        ),
        (
            "mode_out",
            "guided mode of the end by falling effective index",
            outputs,
        ),
    ] {
        let modes = (0..count).map(|mode| mode as f64).collect();
        group = group.with_axis(AxisScale::numbers(name, "1", long_name, modes))?;
    }

    let lengths: Vec<String> = lengths.iter().map(|axis| identifier(&axis.name)).collect();
    let names = |more: &[&str], with_lengths: bool| -> Vec<String> {
        let of_lengths = lengths.iter().filter(|_| with_lengths).map(String::as_str);
        let all: Vec<&str> = of_lengths.chain(more.iter().copied()).collect();
        sweep.names(&all).into_iter().map(str::to_owned).collect()
    };
    let sets = study.length_sets(table, &ParameterValues::nominal()).len();
    let per_input = sets * table.inputs;
    let add =
        |group: Group, column: Column, [name, units, long_name]: [&str; 3], axes: &[String]| {
            let axes: Vec<&str> = axes.iter().map(String::as_str).collect();
            let variable = column.variable(name, units, long_name, &axes);
            group.with_variable(if name == "loss" {
                let [first, last] = table.ends().map(|name| format!("cross_section.{name}"));
                variable.between(first, last)
            } else {
                variable
            })
        };
    for (name, units, long_name, value) in QUANTITIES {
        let column = column(outcomes.clone(), per_input, |o, k| {
            let result = input(o, k, table.inputs)?;
            let value = value(result);
            value.value.is_finite().then_some(value).ok_or(LOST)
        });
        let axes = names(&["mode_in"], true);
        group = add(group, column, [name, units, long_name], &axes)?;
    }
    if !study.taper_deviations(table).is_empty() {
        for quantile in SpreadQuantile::all("loss", "insertion loss") {
            let column = quantile.column(outcomes.clone(), per_input, |o, k| {
                let result = input(o, k, table.inputs).ok()?;
                known(&result.spread)
            });
            let axes = names(&["mode_in"], true);
            let (name, words) = (&quantile.name, &quantile.long_name);
            group = add(group, column, [name, "dB", words], &axes)?;
        }
    }
    let through = column(outcomes.clone(), per_input * outputs, |o, k| {
        let result = input(o, k / outputs, table.inputs)?;
        result
            .transmission
            .get(k % outputs)
            .copied()
            .ok_or(NO_OUTPUT)
    });
    let axes = names(&["mode_in", "mode_out"], true);
    let what = "share of the power from a mode of the start to a mode of the end";
    group = add(group, through, ["transmission", "1", what], &axes)?;
    for (name, long_name, value) in RESIDUALS {
        let column = column(outcomes.clone(), sets, |o, k| {
            Ok(Value::with_error(value(&o.sets[k]), 0.0))
        });
        group = add(group, column, [name, "1", long_name], &names(&[], true))?;
    }
    for (name, long_name, count) in COUNTS {
        let column = column(outcomes.clone(), 1, |o, _| {
            Ok(Value::with_error(count(o) as f64, 0.0))
        });
        group = add(group, column, [name, "1", long_name], &names(&[], false))?;
    }
    let becomes = column(outcomes.clone(), table.inputs, |o, input| {
        let mode = o.becomes.get(input).ok_or(NO_INPUT)?;
        let mode = mode.ok_or(LOST)?;
        Ok(Value::with_error(mode as f64, 0.0))
    });
    let what = "mode of the end that a mode of the start becomes, followed along the taper";
    group = add(
        group,
        becomes,
        ["becomes", "1", what],
        &names(&["mode_in"], false),
    )?;

    let mut groups = vec![group];
    // Cut-offs differ in number from point to point; one point has one list of them.
    let mut solved = outcomes;
    if let (Some(Ok(only)), None) = (solved.next(), solved.next()) {
        groups.extend(cutoffs(only, table, &path)?);
    }
    Ok(groups)
}

/// The axes of lengths as the table has them.
pub(super) fn length_scales<'a>(
    table: &'a TaperTable,
    lengths: &'a [LengthAxis],
) -> impl Iterator<Item = AxisScale> + 'a {
    lengths.iter().map(|axis| {
        let of = axis.sections.iter().map(|&k| &*table.sections[k].name);
        let long_name = format!("length of {}", of.collect::<Vec<_>>().join(" and "));
        AxisScale::numbers(identifier(&axis.name), "m", long_name, axis.values.clone())
    })
}

/// Entry `k` of sets of lengths and, within them, modes of the start.
fn input(outcome: &TaperOutcome, k: usize, inputs: usize) -> Result<&TaperResult, &'static str> {
    let set = &outcome.sets[k / inputs];
    set.inputs.get(k % inputs).ok_or(NO_INPUT)
}

fn cutoffs(
    outcome: &TaperOutcome,
    table: &TaperTable,
    path: &str,
) -> Result<Option<Group>, TableError> {
    let count = outcome.cutoffs.len();
    if count == 0 {
        return Ok(None);
    }
    let numbers = (1..=count).map(|k| k as f64).collect();
    let axis = AxisScale::numbers("cutoff", "1", "cut-off, from the start on", numbers);
    let mut group = Group::new(
        format!("{path}_cutoffs"),
        "where modes begin or cease to be guided",
    )
    .with_axis(axis)?;
    let wrapped: [Outcome<TaperOutcome>; 1] = [Ok(outcome.clone())];
    let section = |o: &TaperOutcome, k: usize| {
        let named = |s: &crate::study::TaperSection| s.name == o.cutoffs[k].section;
        table
            .sections
            .iter()
            .position(named)
            .map_or(f64::NAN, |s| (s + 1) as f64)
    };
    type Fact<'a> = (&'a str, &'a str, &'a dyn Fn(&TaperOutcome, usize) -> f64);
    let facts: [Fact<'_>; 4] = [
        ("section", "number of the section, counted from 1", &section),
        (
            "place",
            "place in the section as a share of its length",
            &|o, k| o.cutoffs[k].place,
        ),
        ("mode", "mode by falling effective index", &|o, k| {
            o.cutoffs[k].mode as f64
        }),
        (
            "guided",
            "1 if the mode is guided beyond, 0 if before",
            &|o, k| f64::from(u8::from(o.cutoffs[k].guided)),
        ),
    ];
    for (name, long_name, value) in facts {
        let column = column(wrapped.iter(), count, |o, k| {
            Ok(Value::with_error(value(o, k), 0.0))
        });
        group = group.with_variable(column.variable(name, "1", long_name, &["cutoff"]))?;
    }
    Ok(Some(group))
}
