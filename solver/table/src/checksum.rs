//! Checksums of what a table holds: SHA-256 (FIPS 180-4, 10.6028/NIST.FIPS.180-4) in hexadecimal.
//!
//! HDF5 tells a disk's errors from its own checksums, but not a value changed by hand. The sum of the content covers every
//! number with its axis, error, status and reason, and the input files; not titles, attributes and provenance, so that notes
//! may be added to a file. It is a sum, not a signature: who changes it too is not found out.
//!
//! What is summed, in order of paths and names, so that a copy by another tool may reorder members: texts as their length (u64)
//! and UTF-8; lists as their length and items; numbers as IEEE 754 binary64, every NaN as the quiet one; all little-endian.
//! - a group: "group", path, number of axes, each axis, number of variables; a variable: name, units, names of axes, values, errors
//!   (an empty list where there are none), status codes, reasons (likewise);
//! - a field: "field", path, x, y, number of components; a component: name, units, values (y fastest);
//! - an axis: name, units, coordinates;
//! - an input file: "input", name, text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{AxisScale, AxisValues, Field, Group, LossTable, Variable};

/// Numbers brought into bytes at once.
const BLOCK: usize = 1024;

/// SHA-256 of a text.
pub(crate) fn of_text(text: &str) -> String {
    hexadecimal(Sha256::digest(text.as_bytes()).as_slice())
}

/// SHA-256 of the groups, fields and input files.
pub(crate) fn of_content(table: &LossTable) -> String {
    let mut sum = Sum(Sha256::new());
    for group in sorted(&table.groups, |g| &g.path) {
        sum.group(group);
    }
    for field in sorted(&table.fields, |f| &f.path) {
        sum.field(field);
    }
    for input in sorted(&table.inputs, |i| &i.name) {
        ["input", &input.name, &input.text]
            .into_iter()
            .for_each(|text| sum.text(text));
    }
    hexadecimal(sum.0.finalize().as_slice())
}

fn hexadecimal(digest: &[u8]) -> String {
    digest
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
            text
        })
}

fn sorted<T>(items: &[T], key: impl Fn(&T) -> &String) -> Vec<&T> {
    let mut sorted: Vec<&T> = items.iter().collect();
    sorted.sort_by(|a, b| key(a).cmp(key(b)));
    sorted
}

struct Sum(Sha256);

impl Sum {
    fn group(&mut self, group: &Group) {
        self.text("group");
        self.text(&group.path);
        self.length(group.axes.len());
        for axis in sorted(&group.axes, |a| &a.name) {
            self.axis(axis);
        }
        self.length(group.variables.len());
        for variable in sorted(&group.variables, |v| &v.name) {
            self.variable(variable);
        }
    }

    fn variable(&mut self, variable: &Variable) {
        self.text(&variable.name);
        self.text(&variable.units);
        self.texts(&variable.axes);
        self.numbers(variable.values.len(), variable.values.iter().copied());
        let error = variable.error.as_deref().unwrap_or_default();
        self.numbers(error.len(), error.iter().copied());
        let codes: Vec<u8> = variable.status.iter().map(|status| status.code()).collect();
        self.length(codes.len());
        self.0.update(&codes);
        self.texts(if variable.has_reasons() {
            &variable.reason
        } else {
            &[]
        });
    }

    fn field(&mut self, field: &Field) {
        self.text("field");
        self.text(&field.path);
        self.axis(&field.x);
        self.axis(&field.y);
        self.length(field.components.len());
        for component in sorted(&field.components, |c| &c.name) {
            self.text(&component.name);
            self.text(&component.units);
            self.numbers(component.values.len(), component.values.iter().copied());
        }
    }

    fn axis(&mut self, axis: &AxisScale) {
        self.text(&axis.name);
        self.text(&axis.units);
        match &axis.values {
            AxisValues::Numbers(values) => self.numbers(values.len(), values.iter().copied()),
            AxisValues::Text(values) => self.texts(values),
        }
    }

    fn numbers(&mut self, length: usize, mut numbers: impl Iterator<Item = f64>) {
        self.length(length);
        let mut bytes = [0; 8 * BLOCK];
        loop {
            let mut filled = 0;
            for (place, number) in bytes.chunks_exact_mut(8).zip(&mut numbers) {
                let one_nan = if number.is_nan() { f64::NAN } else { number };
                place.copy_from_slice(&one_nan.to_le_bytes());
                filled += 8;
            }
            if filled == 0 {
                return;
            }
            self.0.update(&bytes[..filled]);
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text);
    }

    fn length(&mut self, length: usize) {
        self.0.update((length as u64).to_le_bytes());
    }
}
