//! A Python module of models for SAX (F. Laporte, github.com/flaport/sax), with the table's numbers in it.
//!
//! Each two-port is a function of `wl` in µm, and of every axis of more than one value, that returns SAX's dictionary of S between
//! the ports o1 and o2. SAX's own guide has the phase +2π n L/λ, so its fields go as exp(i(βz − ωt)) like ours. Lengths are in µm, as
//! SAX has it, other arguments in SI units; `length` of a guide is one of them. Between wavelengths the effective index is the cubic
//! that has the group index right, losses in dB, reflected power and magnitudes are linear, phases times wavelength cubics; outside the table and beside its gaps all is NaN.
//! `MODELS` lists the functions for `sax.circuit`. Not carried: error bars, status.

use std::fmt::Write as _;

use super::condition::condition;
use super::two_port::{Law, Polar, TwoPort, two_ports};
use crate::{AxisScale, AxisValues, LossTable};

/// What every module begins with.
const MODELS: &str = include_str!("sax_models.py");

/// Names that an axis must not take as an argument: Python's, and those of the functions.
const TAKEN: [&str; 41] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield", "wl", "jax", "jnp", "sax", "nan", "inf",
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
    let (swept, fixed): (Vec<&AxisScale>, Vec<&AxisScale>) =
        two_port.conditions.iter().partition(|axis| axis.len() > 1);
    let swept: Vec<Argument> = swept
        .iter()
        .filter_map(|axis| Argument::of(axis, two_port))
        .collect();
    let wavelengths: Vec<f64> = two_port
        .wavelengths
        .iter()
        .map(|&w| micrometres(w))
        .collect();
    let mut text = format!("_{name} = {{\n    \"wavelength\": {wavelengths:?},\n");
    // writing to a String does not fail
    let _ = writeln!(text, "    \"axes\": {{");
    for Argument { axis, nodes, .. } in &swept {
        let _ = writeln!(text, "        \"{axis}\": {nodes:?},");
    }
    let _ = writeln!(text, "    }},");
    let arrays = arrays(&two_port.law);
    let shape = swept.iter().map(|axis| axis.nodes.len());
    let shape: Vec<usize> = shape.chain([wavelengths.len()]).collect();
    for (array, values) in arrays {
        let _ = writeln!(text, "    \"{array}\": {},", nested(values, &shape));
    }

    let mut arguments = vec![format!("wl={:?}", wavelengths[wavelengths.len() / 2])];
    let (law, last) = match two_port.law {
        Law::Guide { .. } => {
            arguments.push(format!("length={:?}", micrometres(length)));
            ("_guide", ", length")
        }
        Law::Joint { .. } => ("_joint", ""),
        Law::Phased { .. } => ("_phased", ""),
    };
    let (mut conditions, mut about) = (Vec::new(), condition(&fixed, 0).1);
    for Argument {
        axis,
        name: argument,
        nodes,
        units,
    } in &swept
    {
        arguments.push(format!("{argument}={:?}", nodes[0]));
        conditions.push(format!("(_{name}[\"axes\"][\"{axis}\"], {argument})"));
        about.push(format!("{argument} in {units}"));
    }
    let [one, two] = two_port.ports.each_ref().map(|port| quoted(port));
    let mode = two_port
        .mode
        .map_or_else(String::new, |mode| format!(", mode {mode}"));
    let _ = write!(
        text,
        "}}\n\n\ndef {name}(*, {}):\n    \"\"\"{}{mode}, from {one} (o1) to {two} (o2).\n\n    Conditions: {}. Not in the table: {}.\n    \
         \"\"\"\n    return {law}(_{name}, [{}], wl{last})\n\n\n",
        arguments.join(", "),
        two_port.group,
        quoted(&about.join(", ")),
        two_port.law.caveat(),
        conditions.join(", "),
    );
    text
}

fn named<'a>(name: &str, values: &'a [f64]) -> (String, &'a [f64]) {
    (name.to_owned(), values)
}

fn polar<'a>(name: &str, polar: &'a Polar) -> [(String, &'a [f64]); 2] {
    let phase = format!("{name}_phase");
    [named(name, &polar.magnitude), named(&phase, &polar.phase)]
}

/// What a law's function needs, by name.
fn arrays(law: &Law) -> Vec<(String, &[f64])> {
    match law {
        Law::Guide {
            effective_index,
            group_index,
            loss,
        } => vec![
            named("effective_index", effective_index),
            named("group_index", group_index),
            named("loss", loss),
        ],
        Law::Joint { loss, reflection } => {
            vec![named("loss", loss), named("reflection", reflection)]
        }
        Law::Phased {
            through,
            reflected,
            behind,
        } => {
            let known = polar("through", through)
                .into_iter()
                .chain(polar("reflected", reflected));
            let behind = behind.iter().flat_map(|behind| polar("behind", behind));
            known.chain(behind).collect()
        }
    }
}

/// An axis that is an argument.
struct Argument<'a> {
    axis: &'a str,
    /// The axis, unless Python or the function has that name already.
    name: String,
    /// In `units`.
    nodes: Vec<f64>,
    units: &'a str,
}

impl<'a> Argument<'a> {
    fn of(axis: &'a AxisScale, two_port: &TwoPort) -> Option<Self> {
        let AxisValues::Numbers(values) = &axis.values else {
            return None;
        };
        let taken = TAKEN.contains(&axis.name.as_str());
        // a guide has a length of its own
        let taken = taken || (two_port.is_guide() && axis.name == "length");
        let is_length = axis.units == "m";
        let convert = |&value: &f64| if is_length { micrometres(value) } else { value };
        Some(Self {
            axis: &axis.name,
            name: format!("{}{}", axis.name, if taken { "_" } else { "" }),
            nodes: values.iter().map(convert).collect(),
            units: if is_length { "um" } else { &axis.units },
        })
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
