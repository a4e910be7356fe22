//! A Python module of models for SAX (F. Laporte, github.com/flaport/sax), with the table's numbers in it.
//!
//! Each two-port is a function of `wl` in µm, and of every axis of more than one value, that returns SAX's dictionary of S between
//! the ports o1 and o2. SAX's own guide has the phase +2π n L/λ, so its fields go as exp(i(βz − ωt)) like ours. Lengths are in µm, as
//! SAX has it, other arguments in SI units; `length` of a guide is one of them. Between wavelengths the effective index is the cubic
//! that has the group index right, losses in dB and reflected power are linear; outside the table and beside its gaps all is NaN.
//! `MODELS` lists the functions for `sax.circuit`. Not carried: error bars, status.

use std::fmt::Write as _;

use super::two_port::{Law, TwoPort, two_ports};
use crate::{AxisScale, AxisValues, LossTable};

/// What every module begins with.
const MODELS: &str = include_str!("sax_models.py");

/// Names that an axis must not take as an argument: Python's, and those of the functions.
const TAKEN: [&str; 42] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield", "wl", "length", "jax", "jnp", "sax", "nan", "inf",
];

/// The module; none if there is no two-port.
pub(super) fn module(table: &LossTable, length: f64) -> Option<String> {
    let all = two_ports(table);
    if all.is_empty() {
        return None;
    }
    let title = quoted(&format!("{}, study {}", table.source, table.title));
    let mut text = format!(
        "\"\"\"SAX models of a loss table of {title}.\n\nSHA-256 of the study: {}. Fields go as exp(i(beta z - omega t)); wl and lengths in um, all else in SI \
         units.\nOutside the table and beside its gaps S is NaN.\n\"\"\"\n\n{MODELS}",
        table.input_sha256()
    );
    for two_port in &all {
        text += &function(two_port, length);
    }
    text += "MODELS = {\n";
    for two_port in &all {
        let _ = writeln!(text, "    \"{0}\": {0},", two_port.name); // writing to a String does not fail
    }
    text += "}\n";
    Some(text)
}

fn function(two_port: &TwoPort, length: f64) -> String {
    let name = &two_port.name;
    let wavelengths: Vec<f64> = two_port
        .wavelengths
        .iter()
        .map(|&w| micrometres(w))
        .collect();
    let swept: Vec<&AxisScale> = two_port.conditions.iter().filter(|a| a.len() > 1).collect();
    let mut text = format!("_{name} = {{\n    \"wavelength\": {wavelengths:?},\n");
    // the shape of the arrays is that of the axes that are arguments
    let shape: Vec<usize> = swept
        .iter()
        .map(|a| a.len())
        .chain([wavelengths.len()])
        .collect();
    let mut array = |name: &str, values: &[f64]| {
        let values = nested(values, &shape);
        let _ = writeln!(text, "    \"{name}\": {values},");
    };
    match &two_port.law {
        Law::Guide {
            effective_index,
            group_index,
            loss,
        } => {
            array("effective_index", effective_index);
            array("group_index", group_index);
            array("loss", loss);
        }
        Law::Joint { loss, reflection } => {
            array("loss", loss);
            array("reflection", reflection);
        }
    }
    let (mut arguments, mut conditions) = (Vec::new(), Vec::new());
    for axis in &swept {
        let AxisValues::Numbers(values) = &axis.values else {
            continue; // a two-port has axes of numbers alone
        };
        let in_micrometres = axis.units == "m";
        let convert = |&value: &f64| {
            if in_micrometres {
                micrometres(value)
            } else {
                value
            }
        };
        let nodes: Vec<f64> = values.iter().map(convert).collect();
        let argument = argument(&axis.name);
        let _ = writeln!(text, "    \"{}\": {nodes:?},", axis.name);
        conditions.push(format!("(_{name}[\"{}\"], {argument})", axis.name));
        arguments.push(format!("{argument}={:?}", nodes[0]));
    }
    let middle = wavelengths[wavelengths.len() / 2];
    arguments.insert(0, format!("wl={middle:?}"));
    let of_length = if two_port.is_guide() {
        arguments.insert(1, format!("length={:?}", micrometres(length)));
        ", length"
    } else {
        ""
    };
    let law = if two_port.is_guide() {
        "_guide"
    } else {
        "_joint"
    };
    let (arguments, conditions) = (arguments.join(", "), conditions.join(", "));
    let [one, two] = two_port.ports.each_ref().map(|port| quoted(port));
    let mode = two_port
        .mode
        .map_or_else(String::new, |mode| format!(", mode {mode}"));
    let fixed = two_port.conditions.iter().filter(|axis| axis.len() == 1);
    let fixed: Vec<String> = fixed
        .map(|axis| match &axis.values {
            AxisValues::Numbers(values) => {
                format!("{} = {:?} {}", axis.name, values[0], axis.units)
            }
            AxisValues::Text(names) => format!("{} = {}", axis.name, names[0]),
        })
        .collect();
    let _ = write!(
        text,
        "}}\n\n\ndef {name}(*, {arguments}):\n    \"\"\"{}{mode}, from {one} (o1) to {two} (o2). {}\n\n    {}.\n    \"\"\"\n    \
         return {law}(_{name}, [{conditions}], wl{of_length})\n\n\n",
        two_port.group,
        quoted(&fixed.join(", ")),
        two_port.law.caveat(),
    );
    text
}

/// The name of an argument for an axis.
fn argument(axis: &str) -> String {
    if TAKEN.contains(&axis) {
        format!("{axis}_")
    } else {
        axis.to_owned()
    }
}

/// A text that may stand in a docstring.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Metres in µm: the decimal point moved, so that 1.55e-6 is 1.55 to the last bit.
fn micrometres(metres: f64) -> f64 {
    let text = format!("{metres:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent: i32 = exponent.parse().ok()?;
        format!("{digits}e{}", exponent + 6).parse().ok()
    });
    moved.unwrap_or(metres * 1e6)
}

/// A row-major array as nested lists of Python; `nan` and `inf` are names of the module.
fn nested(values: &[f64], shape: &[usize]) -> String {
    let number = |value: &f64| {
        if value.is_nan() {
            String::from("nan")
        } else {
            format!("{value:?}")
        }
    };
    let [_, inner @ ..] = shape else {
        return values.first().map_or_else(String::new, number);
    };
    let size: usize = inner.iter().product();
    let parts: Vec<String> = values
        .chunks(size)
        .map(|part| nested(part, inner))
        .collect();
    format!("[{}]", parts.join(", "))
}
