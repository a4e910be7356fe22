//! Lumerical INTERCONNECT: S parameters for its element "Optical N Port S-Parameter", beside [guides for the CML
//! compiler](super::cml).
//!
//! Format: Ansys Optics, "S-parameter file formats", article 360036618513, type "transmission", option 2. One `.dat` for each object
//! and condition, with all its modes:
//!
//! ```text
//! ["port 1","LEFT"]
//! ["port 2","RIGHT"]
//! ("port 2","mode 1",1,"port 1",1,"transmission")      to port, label and number of its mode, from port, its mode
//! (N,3)
//! frequency in Hz, ascending    |S|    angle of S in rad
//! ```
//!
//! Numbers of modes count from 1: mode 1 is the table's mode 0. Lumerical's fields go as exp(−iωt) like ours, so that light that
//! travels gains phase. Angles of S₂₁ are whole, without jumps of 2π. The format has no comments: `about.json` says of every file
//! what it is and what is not in it. Wavelengths of no value are left out. Not carried: error bars, status.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::two_port::{TwoPort, two_ports};
use super::{cml, touchstone};
use crate::LossTable;

/// (name, content) of each file; none if there is no two-port.
pub(super) fn files(table: &LossTable, length: f64) -> Option<Vec<(String, Vec<u8>)>> {
    let all = two_ports(table);
    let (mut files, mut about) = (Vec::new(), serde_json::Map::new());
    for modes in all.chunk_by(|a, b| a.group == b.group) {
        for point in 0..modes[0].points() {
            let (text, lines) = dat(table, modes, point, length);
            if let Some(text) = text {
                let (suffix, _) = modes[0].condition(point);
                let name = format!("{}{suffix}.dat", plain(modes));
                about.insert(name.clone(), json!(lines));
                files.push((name, text.into_bytes()));
            }
        }
        if let Some((element, lines)) = cml::element(table, modes) {
            let name = format!("{}.json", plain(modes));
            about.insert(name.clone(), json!(lines));
            files.push((name, pretty(&element)));
        }
    }
    if files.is_empty() {
        return None;
    }
    files.push((String::from("about.json"), pretty(&Value::Object(about))));
    Some(files)
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// The name of an object whose modes are those.
fn plain(modes: &[TwoPort]) -> String {
    modes[0].group.replace('/', "_")
}

/// The file, if any mode has a value, and what it is.
fn dat(
    table: &LossTable,
    modes: &[TwoPort],
    point: usize,
    length: f64,
) -> (Option<String>, Vec<Vec<String>>) {
    let mut text = String::from("[\"port 1\",\"LEFT\"]\n[\"port 2\",\"RIGHT\"]\n");
    let mut about = Vec::new();
    for two_port in modes {
        let number = number(two_port);
        // frequencies ascend where wavelengths descend
        let solved: Vec<_> = (0..two_port.wavelengths.len())
            .rev()
            .filter_map(|k| Some((k, two_port.scattering(point, k, length)?)))
            .collect();
        if solved.is_empty() {
            continue;
        }
        about.push(touchstone::about(table, two_port, point, length));
        for to in 0..2 {
            for from in 0..2 {
                let (i, j, n) = (to + 1, from + 1, solved.len());
                // writing to a String does not fail
                let _ = writeln!(
                    text,
                    "(\"port {i}\",\"mode {number}\",{number},\"port {j}\",{number},\"transmission\")\n({n},3)"
                );
                for (k, scattering) in &solved {
                    let s = scattering[to][from];
                    let frequency = touchstone::SPEED_OF_LIGHT / two_port.wavelengths[*k];
                    let angle = if to == from {
                        s.arg()
                    } else {
                        two_port.phase(point, *k, length)
                    };
                    let _ = writeln!(text, "{frequency:?} {:?} {angle:?}", s.norm());
                }
            }
        }
    }
    ((!about.is_empty()).then_some(text), about)
}

/// INTERCONNECT's number of a mode.
pub(super) fn number(two_port: &TwoPort) -> usize {
    two_port.mode.map_or(1, |mode| mode + 1)
}
