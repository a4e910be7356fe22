//! Touchstone 1.1: one `.s2p` for each two-port and condition.
//!
//! Format: EIA/IBIS Open Forum, Touchstone File Format Specification, version 1.1. A line holds the frequency in Hz, ascending, and
//! the real and imaginary parts of S₁₁, S₂₁, S₁₂, S₂₂, in that order. Electrical engineers' fields go as exp(j(ωt − βz)): every
//! S is the complex conjugate of [`two_port`](super::two_port)'s. Amplitudes are normalised to the power of a mode, which has no
//! resistance; the stated 50 Ω is the default of the programs that cascade such files, with which they change nothing. Wavelengths
//! of no value are left out and named in a comment. Not carried: error bars, status, several modes in one file.

use std::fmt::Write as _;

use super::two_port::{TwoPort, two_ports};
use crate::LossTable;

/// Speed of light, m/s, exact.
pub(super) const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// (name, content) of each file; none if there is no two-port.
pub(super) fn files(table: &LossTable, length: f64) -> Option<Vec<(String, Vec<u8>)>> {
    let ports = two_ports(table);
    let files = ports.iter().flat_map(|two_port| {
        (0..two_port.points()).filter_map(move |point| {
            let text = text(table, two_port, point, length)?;
            let (suffix, _) = two_port.condition(point);
            let name = format!("{}{suffix}.s2p", two_port.name);
            Some((name, text.into_bytes()))
        })
    });
    let files: Vec<_> = files.collect();
    (!files.is_empty()).then_some(files)
}

fn text(table: &LossTable, two_port: &TwoPort, point: usize, length: f64) -> Option<String> {
    let mut text = String::new();
    for line in about(table, two_port, point, length) {
        let _ = writeln!(text, "! {line}"); // writing to a String does not fail
    }
    text += "! exp(j(omega t - beta z)): conjugate of the table's exp(i(beta z - omega t))\n";
    text += "! 50 Ohm means nothing: amplitudes are normalised to the power of the mode\n";
    text += "# Hz S RI R 50\n";
    let mut any = false;
    // frequencies ascend where wavelengths descend
    for (k, wavelength) in two_port.wavelengths.iter().enumerate().rev() {
        let Some([[s11, s12], [s21, s22]]) = two_port.scattering(point, k, length) else {
            continue;
        };
        any = true;
        let _ = write!(text, "{:?}", SPEED_OF_LIGHT / wavelength);
        for s in [s11, s21, s12, s22] {
            let _ = write!(text, " {:?} {:?}", s.re, 0.0 - s.im);
        }
        text.push('\n');
    }
    any.then_some(text)
}

/// What a two-port is, in lines of ASCII.
pub(super) fn about(
    table: &LossTable,
    two_port: &TwoPort,
    point: usize,
    length: f64,
) -> Vec<String> {
    let mut lines = vec![
        format!("{}, study {}", table.source, table.title),
        format!("SHA-256 of the study {}", table.input_sha256()),
    ];
    lines.push(match two_port.mode {
        Some(mode) => format!("{}, mode {mode}", two_port.group),
        None => two_port.group.clone(),
    });
    let [one, two] = &two_port.ports;
    lines.push(format!("port 1: {one}; port 2: {two}"));
    lines.extend(two_port.condition(point).1);
    if two_port.is_guide() {
        lines.push(format!("length of the guide = {length:?} m"));
    }
    lines.push(format!("not in the table: {}", two_port.law.caveat()));
    let missing: Vec<String> = (0..two_port.wavelengths.len())
        .filter(|&k| two_port.scattering(point, k, length).is_none())
        .map(|k| format!("{:?}", two_port.wavelengths[k]))
        .collect();
    if !missing.is_empty() {
        lines.push(format!("no value at wavelengths {} m", missing.join(", ")));
    }
    let ascii = |line: String| line.chars().flat_map(char::escape_default).collect();
    lines.into_iter().map(ascii).collect()
}
