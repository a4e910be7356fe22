//! grating/NAME: a grating over conditions and wavelength, and where its trenches are.

use cpo_materials::Wavelength;

use super::spread::{SpreadQuantile, known};
use super::sweep::SweepAxes;
use super::{column, group_path};
use crate::plan::Plan;
use crate::run::{GratingOutcome, GratingResult, Results, Value};
use crate::study::{GratingTable, Study};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

/// A number of a grating at a wavelength: name, units, long name, whether it is a loss between planes, value.
type Quantity = (
    &'static str,
    &'static str,
    &'static str,
    bool,
    fn(&GratingResult) -> Value,
);

const QUANTITIES: [Quantity; 9] = [
    (
        "loss",
        "dB",
        "loss between guide and fibre, in the plane of the grating",
        true,
        |r| r.loss_db,
    ),
    (
        "coupling_efficiency",
        "1",
        "share of the power coupled between guide and fibre",
        false,
        |r| r.efficiency,
    ),
    (
        "back_reflection",
        "1",
        "share of the power sent back in the guide",
        false,
        |r| r.reflection,
    ),
    (
        "transmission",
        "1",
        "share of the power that goes on in the guide",
        false,
        |r| r.transmission,
    ),
    (
        "radiated_up",
        "1",
        "share of the power radiated upwards",
        false,
        |r| r.up,
    ),
    (
        "radiated_down",
        "1",
        "share of the power radiated downwards",
        false,
        |r| r.down,
    ),
    (
        "directionality",
        "1",
        "share of the radiated power that goes up",
        false,
        |r| r.directionality,
    ),
    (
        "effective_index",
        "1",
        "effective index of the unetched layers",
        false,
        |r| r.effective_index,
    ),
    (
        "power_balance",
        "1",
        "one less all powers: absorption and error",
        false,
        |r| Value::with_error(r.balance, 0.0),
    ),
];

/// A number of a grating over its whole spectrum.
type OfSpectrum = (
    &'static str,
    &'static str,
    &'static str,
    fn(&GratingOutcome) -> Value,
);

const OF_SPECTRUM: [OfSpectrum; 4] = [
    (
        "offset",
        "m",
        "where the centre of the fibre's facet is, along the guide from z = 0 of the trenches",
        |o| o.offset,
    ),
    (
        "bandwidth_1db",
        "m",
        "width of the spectrum 1 dB below its best",
        |o| o.bandwidths[0],
    ),
    (
        "bandwidth_3db",
        "m",
        "width of the spectrum 3 dB below its best",
        |o| o.bandwidths[1],
    ),
    (
        "design_efficiency",
        "1",
        "share of the power coupled at the design wavelength",
        |o| o.placed.efficiency,
    ),
];

/// Why a number of a spectrum is missing.
const TOO_NARROW: &str = "the wavelengths of the study do not reach so far down on both sides";

pub(super) fn groups(
    study: &Study,
    plan: &Plan,
    results: &Results,
    table: &GratingTable,
) -> Result<Vec<Group>, TableError> {
    let all = plan.gratings.iter().zip(&results.gratings);
    let points = all.filter(|(p, _)| p.grating == table.name);
    let over_all = points.clone().flat_map(|(p, _)| {
        let wavelengths = p.wavelengths.iter();
        wavelengths.map(|&w: &Wavelength| (&p.values, p.temperature, w))
    });
    let sweep = SweepAxes::of_light(study, over_all);
    let path = group_path("grating", &table.name);
    let mut group = sweep.add_to(Group::new(&path, format!("grating {}", table.name)))?;
    let wavelengths = points.clone().map(|(p, _)| p.wavelengths.len()).max();
    let entries = wavelengths.unwrap_or(0);
    let axes = sweep.names(&[]);
    let outcomes = points.map(|(_, outcome)| outcome);
    for (name, units, long_name, is_loss, value) in QUANTITIES {
        let column = column(outcomes.clone(), entries, |o, k| Ok(value(&o.results[k])));
        let mut variable = column.variable(name, units, long_name, &axes);
        if is_loss {
            variable = variable.between("chip waveguide", format!("fiber.{}", table.fiber));
        }
        group = group.with_variable(variable)?;
    }
    if !study.grating_deviations(table).is_empty() {
        for quantile in SpreadQuantile::all("loss", "loss") {
            let column = quantile.column(outcomes.clone(), entries, |o, k| {
                known(&o.results[k].spread)
            });
            let (name, words) = (&quantile.name, &quantile.long_name);
            group = group.with_variable(column.variable(name, "dB", words, &axes))?;
        }
    }
    let rest = &axes[..axes.len() - 1];
    for (name, units, long_name, value) in OF_SPECTRUM {
        let column = column(outcomes.clone(), 1, |o, _| {
            let value = value(o);
            value.value.is_finite().then_some(value).ok_or(TOO_NARROW)
        });
        group = group.with_variable(column.variable(name, units, long_name, rest))?;
    }
    let mut groups = vec![group];
    // Trenches differ from point to point; one point has one list of them.
    let mut solved = outcomes;
    if let (Some(Ok(only)), None) = (solved.next(), solved.next()) {
        groups.push(trenches(only, &path)?);
    }
    Ok(groups)
}

fn trenches(outcome: &GratingOutcome, path: &str) -> Result<Group, TableError> {
    let numbers: Vec<f64> = (1..=outcome.trenches.len()).map(|k| k as f64).collect();
    let mut group = Group::new(
        format!("{path}_trenches"),
        "trenches and what moving their edges changes",
    )
    .with_attribute(Attribute::number(
        "design_wavelength",
        outcome.design_wavelength,
    ))
    .with_axis(AxisScale::numbers(
        "trench",
        "1",
        "trench, counted from where the light comes",
        numbers,
    ))?;
    let wrapped = [Ok(outcome.clone())];
    let count = outcome.trenches.len();
    for (side, name, slope) in [
        // not "end" alone, which is a word of MATLAB's
        (0, "begin", "efficiency_by_begin"),
        (1, "end", "efficiency_by_end"),
    ] {
        let place = column(wrapped.iter(), count, |o, k| {
            Ok(Value::with_error(o.trenches[k][side], 0.0))
        });
        let what = format!("where the trench {name}s, along the guide");
        let place = place.variable(&format!("trench_{name}"), "m", &what, &["trench"]);
        group = group.with_variable(place)?;
        let gradient = column(wrapped.iter(), count, |o, k| {
            Ok(Value::with_error(o.gradient[k][side], f64::NAN))
        });
        let what = format!("derivative of the efficiency at the design wavelength by {name}");
        group = group.with_variable(gradient.variable(slope, "1/m", &what, &["trench"]))?;
    }
    Ok(group)
}
