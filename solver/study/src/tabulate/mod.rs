//! Results as a loss table: one group for each table of the study, axes parameters, temperature and
//! wavelength, every value with its error bar, status and reason.

mod alignment;
mod coupling;
mod grating;
mod grids;
mod guide_spread;
mod heat;
mod laser;
mod laser_light;
mod laser_map;
mod modes;
mod s_parameters;
mod sensitivity;
mod spread;
mod sweep;
mod switch;
mod taper;

pub(crate) use alignment::SIDES;
pub(crate) use guide_spread::{GuideVariable, spread_numbers};
pub(crate) use sensitivity::sensitivity_variable;

use crate::plan::Plan;
use crate::run::{Outcome, Results, Value};
use crate::study::Study;
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Field, FieldComponent, LossTable, Status, Variable};

/// Conventions that the file states beside those of its writer.
const CONVENTIONS: [(&str, &str); 2] = [
    (
        "axes_convention",
        "modes: x across, y up, z along the guide; heat: x, y in the plane, z up",
    ),
    (
        "error_convention",
        "NAME_error is the half-width of an interval meant to hold the exact value of the stated problem",
    ),
];

/// The loss table of a run.
///
/// # Errors
/// [`TableError`] if a name of the study cannot be stored.
pub fn loss_table(
    study: &Study,
    plan: &Plan,
    results: &Results,
    provenance: &[(String, String)],
) -> Result<LossTable, TableError> {
    let source = format!("cpo {}", env!("CARGO_PKG_VERSION"));
    let mut table = LossTable::new(&study.name, &source, study.text());
    table.history = format!("cpo run {}", file_name(study));
    table.inputs.clone_from(&study.inputs);
    table.attributes = CONVENTIONS
        .iter()
        .map(|(name, text)| Attribute::text(*name, *text))
        .collect();
    table.provenance = provenance
        .iter()
        .map(|(name, text)| Attribute::text(name, text))
        .collect();
    for group in grids::groups()? {
        table.add(group)?;
    }
    for modes in &study.modes {
        table.add(modes::group(study, plan, results, &modes.name)?)?;
        modes::fields(&mut table, plan, results, &modes.name)?;
    }
    for coupling in &study.couplings {
        table.add(coupling::group(study, plan, results, coupling)?)?;
    }
    for grating in &study.gratings {
        for group in grating::groups(study, plan, results, grating)? {
            table.add(group)?;
        }
        table.add(s_parameters::of_grating(study, plan, results, grating)?)?;
    }
    for taper in &study.tapers {
        for group in taper::groups(study, plan, results, taper)? {
            table.add(group)?;
        }
        table.add(s_parameters::of_taper(study, plan, results, taper)?)?;
    }
    for heat in &study.heats {
        for group in heat::groups(study, plan, results, &heat.name)? {
            table.add(group)?;
        }
    }
    for laser in &study.lasers {
        for heat in &laser.heats {
            for group in laser::groups(study, plan, results, &laser.name, heat)? {
                table.add(group)?;
            }
        }
    }
    Ok(table)
}

/// The study file's own name, without the folders of one machine.
fn file_name(study: &Study) -> String {
    std::path::Path::new(study.file())
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Path of the group of a table of the study: "fibre_chip/facet".
pub(crate) fn group_path(kind: &str, name: &str) -> String {
    format!("{kind}/{}", identifier(name))
}

/// A name that HDF5, netCDF and MATLAB accept.
pub(crate) fn identifier(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let clean = clean.trim_matches('_');
    if clean.starts_with(|c: char| c.is_ascii_alphabetic()) {
        clean.to_owned()
    } else {
        // MATLAB's variables begin with a letter
        format!("x_{clean}")
    }
}

/// Values of one quantity over the points of a group, with errors, statuses and reasons.
#[derive(Default)]
struct Column {
    values: Vec<f64>,
    errors: Vec<f64>,
    status: Vec<Status>,
    reason: Vec<String>,
}

impl Column {
    fn push(&mut self, value: Value) {
        self.push_with(value, String::new());
    }

    fn push_with(&mut self, value: Value, reason: String) {
        // A number that is not finite is not a value, whatever it was marked.
        let known = value.value.is_finite();
        let status = match (known, value.status) {
            (false, Status::Failed) => Status::Failed,
            (false, _) => Status::NotComputed,
            (true, status) => status,
        };
        let bar = if known && value.error.is_finite() {
            value.error
        } else {
            f64::NAN
        };
        self.values.push(if known { value.value } else { f64::NAN });
        self.errors.push(bar);
        self.status.push(status);
        self.reason.push(reason);
    }

    fn push_failed(&mut self, reason: &str) {
        let value = Value {
            value: f64::NAN,
            error: f64::NAN,
            status: Status::Failed,
        };
        self.push_with(value, reason.to_owned());
    }

    fn push_absent(&mut self, reason: &str) {
        self.push_with(Value::absent(), reason.to_owned());
    }

    /// The same where what it all rests on has reached no better status than that.
    fn at_best(mut self, status: Status) -> Self {
        if status == Status::Unconverged {
            for own in self.status.iter_mut().filter(|own| **own == Status::Ok) {
                *own = status;
            }
        }
        self
    }

    fn variable(self, name: &str, units: &str, long_name: &str, axes: &[&str]) -> Variable {
        Variable::new(name, units, long_name, axes, self.values)
            .with_error(self.errors)
            .with_status(self.status, self.reason)
    }
}

/// One column over outcomes that hold `entries` values each.
fn column<'a, T: 'a>(
    outcomes: impl Iterator<Item = &'a Outcome<T>>,
    entries: usize,
    value: impl Fn(&T, usize) -> Result<Value, &str>,
) -> Column {
    let mut column = Column::default();
    for outcome in outcomes {
        for entry in 0..entries {
            match outcome {
                Ok(solved) => match value(solved, entry) {
                    Ok(value) => column.push(value),
                    Err(reason) => column.push_absent(reason),
                },
                Err(reason) => column.push_failed(reason),
            }
        }
    }
    column
}
