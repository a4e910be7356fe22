//! Every export is read back, by a parser of ours or by the program that it is meant for, and is what the table says.

mod common;
#[path = "common/engine.rs"]
mod engine;
mod readers;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{example_table, shown};
use cpo_table::export::{ExportError, Exported, Format, TwoPort, export, only, two_ports};
use cpo_table::{
    Attribute, AttributeValue, AxisScale, AxisValues, Field, FieldComponent, Group, InputFile,
    LossTable, Status, Variable, csv_bytes, write_table,
};
use engine::{
    FACET, GAINS, RESISTANCES, TAPER, TIME_CONSTANTS, WAVELENGTHS, WIDTHS, engine_table, guide,
};
use ndarray::Array2;
use num_complex::Complex64;
use readers::{output_of, python, said};
use serde_json::Value;
use tempfile::tempdir;

const C: f64 = 299_792_458.0;
/// Length of the guides, m.
const LENGTH: f64 = 0.3e-3;

fn table() -> LossTable {
    engine_table().expect("a table")
}

fn text(table: &LossTable, format: Format) -> String {
    match export(table, format, LENGTH).expect("exported") {
        Exported::File(bytes) => String::from_utf8(bytes).expect("UTF-8"),
        Exported::Folder(_) => panic!("{format} is one file"),
    }
}

fn folder(table: &LossTable, format: Format) -> BTreeMap<String, String> {
    match export(table, format, LENGTH).expect("exported") {
        Exported::Folder(files) => files
            .into_iter()
            .map(|(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8")))
            .collect(),
        Exported::File(_) => panic!("{format} is a folder"),
    }
}

fn two_port<'a>(all: &'a [TwoPort], name: &str) -> &'a TwoPort {
    let found = all.iter().find(|two_port| two_port.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

/// The two largest numbers by which a 2 × 2 matrix stretches: eigenvalues of SᴴS.
fn largest_singular_value([[a, b], [c, d]]: [[Complex64; 2]; 2]) -> f64 {
    let sum = a.norm_sqr() + b.norm_sqr() + c.norm_sqr() + d.norm_sqr();
    let determinant = (a * d - b * c).norm_sqr();
    (0.5 * (sum + (sum * sum - 4.0 * determinant).max(0.0).sqrt())).sqrt()
}

#[test]
fn two_ports_are_the_table() {
    let all = two_ports(&table());
    let names: Vec<&str> = all.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "waveguide_wire_mode_0",
            "waveguide_wire_mode_1",
            "fibre_chip_facet_mode_0",
            "taper_inverse_mode_0",
            "taper_inverse_mode_1",
            "grating_uniform"
        ]
    );
    // sorted, and by tracks: not by the ids, which change places
    let mut widths = WIDTHS;
    widths.sort_by(f64::total_cmp);
    let mut wavelengths = WAVELENGTHS;
    wavelengths.sort_by(f64::total_cmp);
    for mode in 0..2 {
        let wire = two_port(&all, &format!("waveguide_wire_mode_{mode}"));
        assert_eq!(wire.wavelengths, wavelengths);
        for (w, width) in widths.into_iter().enumerate() {
            for (k, wavelength) in wavelengths.into_iter().enumerate() {
                let found = wire.scattering(w, k, LENGTH);
                if (mode, w, k) == (1, 0, 2) {
                    assert_eq!(found, None, "a mode that is not there");
                    continue;
                }
                let [index, _, loss] = guide(wavelength, width, mode);
                let phase = 2.0 * std::f64::consts::PI * index * LENGTH / wavelength;
                let exact = Complex64::cis(phase) * 10f64.powf(-loss.max(0.0) * LENGTH / 20.0);
                let [[s11, s12], [s21, s22]] = found.expect("a value");
                // round-off of a phase of 3600 rad
                assert!((s21 - exact).norm() < 1e-11, "{s21} {exact}");
                assert_eq!([s12, s11, s22], [s21, Complex64::ZERO, Complex64::ZERO]);
            }
        }
    }
    let facet = two_port(&all, "fibre_chip_facet_mode_0");
    assert_eq!(facet.ports, ["fiber.smf", "modes.wire"]);
    for (k, place) in [1, 2, 0].into_iter().enumerate() {
        let [loss, back] = FACET[place];
        let [[s11, s12], [s21, _]] = facet.scattering(0, k, LENGTH).expect("a value");
        assert!((s21.norm_sqr() - 10f64.powf(-loss / 10.0)).abs() < 1e-15);
        assert!((s11.norm_sqr() - 10f64.powf(-back / 10.0)).abs() < 1e-15);
        assert_eq!([s21.im, s11.im], [0.0; 2], "no phase is made up");
        assert_eq!(s12, s21);
    }
    let grating = two_port(&all, "grating_uniform");
    assert_eq!(grating.ports, ["chip waveguide", "fiber.smf"]);
    assert_eq!(grating.scattering(0, 2, LENGTH), None);
}

#[test]
fn no_two_port_makes_light() {
    let mut count = 0;
    for two_port in two_ports(&table()) {
        for point in 0..two_port.points() {
            for k in 0..two_port.wavelengths.len() {
                if let Some(s) = two_port.scattering(point, k, LENGTH) {
                    let most = largest_singular_value(s);
                    // round-off
                    assert!(most <= 1.0 + 1e-14, "{} {k}: {most}", two_port.name);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 11 + 3 + 6 + 2);
    // Where nothing is lost the other side reflects with the opposite sign, as Stokes has it.
    let mut lossless = table();
    let taper = lossless
        .groups
        .iter_mut()
        .find(|g| g.path == "taper/inverse");
    let taper = taper.expect("the taper");
    taper.variables[0].values[0] = -10.0 * 0.75f64.log10();
    taper.variables[1].values[0] = 0.25;
    let all = two_ports(&lossless);
    let taper = two_port(&all, "taper_inverse_mode_0");
    let [[s11, _], [_, s22]] = taper.scattering(0, 2, 0.0).expect("a value");
    assert!((s11 - 0.5).norm() < 1e-15 && (s22 + 0.5).norm() < 1e-15);
    // what would be more than all is cut
    let all = two_ports(&table());
    let [[s11, _], [s21, _]] = two_port(&all, "taper_inverse_mode_1")
        .scattering(0, 0, 0.0)
        .expect("a value");
    assert!(TAPER[3][1] + 10f64.powf(-TAPER[3][0] / 10.0) > 1.0);
    assert!((s11.norm_sqr() + s21.norm_sqr() - 1.0).abs() < 1e-15);
}

/// (frequency, S11, S21, S12, S22) of each line.
fn touchstone(text: &str) -> Vec<(f64, [Complex64; 4])> {
    let mut lines = text.lines().filter(|line| !line.starts_with('!'));
    assert_eq!(lines.next(), Some("# Hz S RI R 50"));
    let row = |line: &str| {
        let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().expect(line)).collect();
        assert_eq!(numbers.len(), 9);
        let s = |k: usize| Complex64::new(numbers[2 * k + 1], numbers[2 * k + 2]);
        (numbers[0], [0, 1, 2, 3].map(s))
    };
    lines.map(row).collect()
}

#[test]
fn touchstone_reads_back() {
    let table = table();
    let files = folder(&table, Format::Touchstone);
    let mut read = 0;
    for two_port in two_ports(&table) {
        for point in 0..two_port.points() {
            let (suffix, words) = two_port.condition(point);
            let text = &files[&format!("{}{suffix}.s2p", two_port.name)];
            assert!(text.is_ascii() && text.contains("conjugate"));
            assert!(words.iter().all(|words| text.contains(words)), "{text}");
            let rows = touchstone(text);
            assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
            let solved = (0..two_port.wavelengths.len()).rev().filter_map(|k| {
                let s = two_port.scattering(point, k, LENGTH)?;
                Some((C / two_port.wavelengths[k], s))
            });
            let expected: Vec<_> = solved
                .map(|(f, [[s11, s12], [s21, s22]])| (f, [s11, s21, s12, s22].map(|s| s.conj())))
                .collect();
            // all bits
            assert_eq!(rows, expected);
            if rows.len() < two_port.wavelengths.len() {
                assert!(text.contains("! no value at wavelengths"));
            }
            read += 1;
        }
    }
    assert_eq!((read, files.len()), (8, 8));
    assert!(files["fibre_chip_facet_mode_0.s2p"].contains("not in the table: phases"));
    assert!(files["waveguide_wire_mode_0_width_1.s2p"].contains("length of the guide = 0.0003 m"));
}

/// (to, mode label, to's mode, from, from's mode) -> rows.
type Blocks = BTreeMap<(usize, usize, usize, usize), Vec<[f64; 3]>>;

fn interconnect(text: &str) -> Blocks {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("[\"port 1\",\"LEFT\"]"));
    assert_eq!(lines.next(), Some("[\"port 2\",\"RIGHT\"]"));
    let mut blocks = Blocks::new();
    while let Some(head) = lines.next() {
        let inner = head.strip_prefix('(').and_then(|h| h.strip_suffix(')'));
        let parts: Vec<&str> = inner.expect(head).split(',').collect();
        let [to, label, to_mode, from, from_mode, "\"transmission\""] = parts[..] else {
            panic!("{head}");
        };
        assert_eq!(label, format!("\"mode {to_mode}\""));
        let port = |text: &str| -> usize {
            let number = text
                .strip_prefix("\"port ")
                .and_then(|t| t.strip_suffix('"'));
            number.and_then(|n| n.parse().ok()).expect(head)
        };
        let number = |text: &str| text.parse().expect(head);
        let size = lines.next().expect("a size");
        let rows = size.strip_prefix('(').and_then(|s| s.strip_suffix(",3)"));
        let rows: usize = rows.and_then(|n| n.parse().ok()).expect(size);
        let row = |line: &str| -> [f64; 3] {
            let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().expect(line)).collect();
            numbers.try_into().expect("three numbers")
        };
        let rows: Vec<_> = lines.by_ref().take(rows).map(row).collect();
        blocks.insert(
            (port(to), number(to_mode), port(from), number(from_mode)),
            rows,
        );
    }
    blocks
}

#[test]
fn interconnect_reads_back() {
    let table = table();
    let files = folder(&table, Format::Interconnect);
    let about: Value = serde_json::from_str(&files["about.json"]).expect("JSON");
    let all = two_ports(&table);
    let mut blocks = 0;
    for two_port in &all {
        let mode = two_port.mode.map_or(1, |mode| mode + 1);
        for point in 0..two_port.points() {
            let (suffix, _) = two_port.condition(point);
            let name = format!("{}{suffix}.dat", two_port.group.replace('/', "_"));
            let said = about[&name][two_port.mode.unwrap_or(0)].to_string();
            assert!(said.contains(two_port.law.caveat()), "{said}");
            let read = interconnect(&files[&name]);
            for to in 0..2 {
                for from in 0..2 {
                    let rows = &read[&(to + 1, mode, from + 1, mode)];
                    let solved = (0..two_port.wavelengths.len()).rev().filter_map(|k| {
                        let s = two_port.scattering(point, k, LENGTH)?[to][from];
                        Some((C / two_port.wavelengths[k], s))
                    });
                    let solved: Vec<_> = solved.collect();
                    assert_eq!(rows.len(), solved.len());
                    for ([frequency, magnitude, angle], (f, s)) in rows.iter().zip(&solved) {
                        assert_eq!([frequency, magnitude], [f, &s.norm()]);
                        // round-off of a phase of 3600 rad
                        let back = Complex64::from_polar(*magnitude, *angle);
                        assert!((back - s).norm() < 1e-11, "{back} {s}");
                    }
                    blocks += 1;
                }
            }
        }
    }
    assert_eq!(blocks, 4 * 8);
    // a guide's phase grows with frequency as its group delay says, without jumps: light that travels gains phase
    let rows = &interconnect(&files["waveguide_wire_width_0.dat"])[&(2, 1, 1, 1)];
    let [.., a, b] = rows.as_slice() else {
        panic!("two rows")
    };
    let delay = (b[2] - a[2]) / (2.0 * std::f64::consts::PI * (b[0] - a[0]));
    let [_, group_index, _] = guide(1.291e-6, WIDTHS[1], 0);
    assert!(
        (delay * C / LENGTH / group_index - 1.0).abs() < 1e-3,
        "{delay}"
    );
}

#[test]
fn cml_data_read_back() {
    let table = table();
    let files = folder(&table, Format::Interconnect);
    let element: Value = serde_json::from_str(&files["waveguide_wire.json"]).expect("JSON");
    let data = &element["model_data"];
    assert_eq!(data["photonic_model"], "waveguide_parameterized");
    // the second mode has a gap
    assert_eq!(
        data["mode_data"],
        serde_json::json!([{ "name": "mode 1", "ID": 1 }])
    );
    let about: Value = serde_json::from_str(&files["about.json"]).expect("JSON");
    let about = about["waveguide_wire.json"].to_string();
    assert!(about.contains("mode 2 has no value somewhere"), "{about}");
    assert!(about.contains("parameter_1: width in m"), "{about}");
    for (w, wavelength) in [WAVELENGTHS[1], WAVELENGTHS[2], WAVELENGTHS[0]]
        .into_iter()
        .enumerate()
    {
        assert_eq!(data["wavelength"][w][0].as_f64(), Some(wavelength));
        for (p, width) in [WIDTHS[1], WIDTHS[0]].into_iter().enumerate() {
            assert_eq!(data["parameter_1"][p][0].as_f64(), Some(width));
            let exact = guide(wavelength, width, 0);
            for (name, exact) in ["neff", "ng", "loss"].into_iter().zip(exact) {
                assert_eq!(data[name][w][p][0].as_f64(), Some(exact), "{name}");
            }
            // dn_g/dλ of an index linear in λ is none: round-off of n_g over 20 nm, over c
            let dispersion = data["D"][w][p][0].as_f64().expect("a number");
            assert!(dispersion.abs() < 1e-15 / 20e-9 / C * 10.0, "{dispersion}");
        }
    }
}

#[test]
fn the_parabola_of_the_dispersion_is_exact() {
    // n_g = 4 + a λ + b λ² in µm: D = (a + 2 b λ)/c
    let mut table = table();
    let (a, b) = (0.3e6, -0.2e12);
    let wire = &mut table.groups[0];
    let group_index = wire.variables.iter_mut().find(|v| v.name == "group_index");
    for (k, value) in group_index.expect("it").values.iter_mut().enumerate() {
        let wavelength = WAVELENGTHS[k / 2 % 3];
        if !value.is_nan() {
            *value = 4.0 + a * wavelength + b * wavelength * wavelength;
        }
    }
    let files = folder(&table, Format::Interconnect);
    let element: Value = serde_json::from_str(&files["waveguide_wire.json"]).expect("JSON");
    for w in 0..3 {
        let wavelength = element["model_data"]["wavelength"][w][0]
            .as_f64()
            .expect("it");
        let found = element["model_data"]["D"][w][1][0].as_f64().expect("it");
        let exact = (a + 2.0 * b * wavelength) / C;
        // round-off of n_g = 4 over 20 nm
        assert!(
            (found - exact).abs() < 4e-16 * 4.0 / 20e-9 / C * 10.0,
            "{found} {exact}"
        );
    }
}

/// Nodes and value of each element by its name.
type Elements = BTreeMap<String, (Vec<String>, f64)>;

/// Terminals and elements of one subcircuit.
fn subcircuit(netlist: &str, name: &str) -> (Vec<String>, Elements) {
    let head = format!(".subckt {name} ");
    let mut lines = netlist.lines().skip_while(|line| !line.starts_with(&head));
    let terminals = lines.next().unwrap_or_else(|| panic!("no {name}"))[head.len()..].split(' ');
    let elements = lines
        .take_while(|line| !line.starts_with(".ends"))
        .map(|line| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let value = words.pop().and_then(|v| v.parse().ok()).expect(line);
            (words.remove(0), (words, value))
        });
    (terminals.map(str::to_owned).collect(), elements.collect())
}

#[test]
fn spice_reads_back() {
    let netlist = text(&table(), Format::Spice);
    assert!(netlist.is_ascii());
    let (terminals, elements) = subcircuit(&netlist, "thermal_plate_flow_0");
    assert_eq!(terminals, ["laser_1", "Laser_1_2", "ngnd"]);
    for i in 0..3 {
        let meter = &elements[&format!("V{i}")].0;
        assert_eq!(meter[..], [terminals[i].clone(), format!("y{i}_0")]);
        for j in 0..3 {
            let (nodes, value) = &elements[&format!("H{i}_{j}")];
            let below = if j == 2 {
                "0".into()
            } else {
                format!("y{i}_{}", j + 1)
            };
            assert_eq!(nodes[..], [format!("y{i}_{j}"), below, format!("V{j}")]);
            // all bits
            assert_eq!(*value, RESISTANCES[0][3 * i + j]);
        }
    }
    assert!(netlist.contains("* thermal_plate_flow_1 has no value and is left out"));
    let (_, elements) = subcircuit(&netlist, "thermal_plate_network");
    for m in 0..3 {
        assert_eq!(elements[&format!("R{m}")].1, TIME_CONSTANTS[m]);
        assert_eq!(elements[&format!("C{m}")].1, 1.0);
        for i in 0..3 {
            assert_eq!(elements[&format!("E{i}_{m}")].1, GAINS[i][m]);
            assert_eq!(elements[&format!("F{i}_{m}")].1, GAINS[i][m]);
        }
    }
}

/// The netlist run: 1 W into each source in turn, all rises printed.
#[test]
fn ngspice_finds_the_resistances() {
    let directory = tempdir().expect("a directory");
    let path = directory.path().join("run.cir");
    let mut deck = String::from("thermal networks\n") + &text(&table(), Format::Spice);
    let mut shown = Vec::new();
    for (k, name) in ["thermal_plate_flow_0", "thermal_plate_network"]
        .into_iter()
        .enumerate()
    {
        for j in 0..3 {
            deck += &format!("X{k}{j} a{k}{j}_0 a{k}{j}_1 a{k}{j}_2 {name}\n");
            deck += &format!("I{k}{j} 0 a{k}{j}_{j} dc 1 ac 1\n");
            shown.extend((0..3).map(|i| format!("v(a{k}{j}_{i})")));
        }
    }
    // a rate of 1/(2 ms), between the time constants
    let frequency = 500.0 / (2.0 * std::f64::consts::PI);
    deck += ".control\nset numdgt=16\nop\n";
    shown.iter().for_each(|v| deck += &format!("print {v}\n"));
    deck += &format!("ac lin 1 {frequency:?} {frequency:?}\n");
    shown
        .iter()
        .for_each(|v| deck += &format!("print real({v}) imag({v})\n"));
    deck += "quit\n.endc\n.end\n";
    fs::write(&path, deck).expect("written");
    let Some(output) = output_of(Command::new("ngspice").arg("-b").arg(&path)) else {
        return;
    };
    let said = said(&output);
    let printed = |name: &str| -> f64 {
        let start = format!("{name} = ");
        let line = said.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("no {name} in {said}"));
        line[start.len()..].trim().parse().expect(line)
    };
    let impedance = |i: usize, j: usize, rate: Complex64| -> Complex64 {
        let term = |m: usize| GAINS[i][m] * GAINS[j][m] / (rate + 1.0 / TIME_CONSTANTS[m]);
        (0..3).map(term).sum()
    };
    for i in 0..3 {
        for j in 0..3 {
            let steady = printed(&format!("v(a0{j}_{i})"));
            assert!(
                (steady / RESISTANCES[0][3 * i + j] - 1.0).abs() < 1e-12,
                "{steady}"
            );
            // sums of terms of either sign: relative to the largest of them
            let scale = |z: f64| z.abs().max(impedance(i, i, Complex64::ZERO).norm());
            let at_rest = printed(&format!("v(a1{j}_{i})"));
            let exact = impedance(i, j, Complex64::ZERO).re;
            assert!(
                (at_rest - exact).abs() < 1e-12 * scale(exact),
                "{at_rest} {exact}"
            );
            let found = Complex64::new(
                printed(&format!("real(v(a1{j}_{i}))")),
                printed(&format!("imag(v(a1{j}_{i}))")),
            );
            let exact = impedance(i, j, Complex64::new(0.0, 500.0));
            assert!(
                (found - exact).norm() < 1e-12 * scale(exact.norm()),
                "{found} {exact}"
            );
        }
    }
}

/// The table that a JSON export holds.
fn from_json(text: &str) -> LossTable {
    let root: Value = serde_json::from_str(text).expect("JSON");
    let words = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let number = |value: &Value| match value {
        Value::Null => f64::NAN,
        Value::String(text) if text == "Infinity" => f64::INFINITY,
        Value::String(text) if text == "-Infinity" => f64::NEG_INFINITY,
        other => other.as_f64().expect("a number"),
    };
    let numbers = |value: &Value| -> Vec<f64> { list(value).iter().map(number).collect() };
    let texts = |value: &Value| -> Vec<String> { list(value).iter().map(words).collect() };
    let attributes = |value: &Value| -> Vec<Attribute> {
        let of = |(name, value): (&String, &Value)| Attribute {
            name: name.clone(),
            value: match value {
                Value::String(text) => AttributeValue::Text(text.clone()),
                Value::Array(_) => AttributeValue::Numbers(numbers(value)),
                _ => AttributeValue::Number(number(value)),
            },
        };
        value
            .as_object()
            .expect("an object")
            .iter()
            .map(of)
            .collect()
    };
    let axis = |value: &Value| AxisScale {
        name: words(&value["name"]),
        units: words(&value["units"]),
        long_name: words(&value["long_name"]),
        values: match value.get("values") {
            Some(values) => AxisValues::Numbers(numbers(values)),
            None => AxisValues::Text(texts(&value["names"])),
        },
    };
    let variable = |value: &Value| Variable {
        name: words(&value["name"]),
        units: words(&value["units"]),
        long_name: words(&value["long_name"]),
        axes: texts(&value["axes"]),
        values: numbers(&value["values"]),
        error: value.get("error").map(numbers),
        status: texts(&value["status"])
            .iter()
            .map(|word| Status::ALL.into_iter().find(|s| s.name() == word))
            .collect::<Option<_>>()
            .expect("a status"),
        reason: value.get("reason").map(texts).unwrap_or_default(),
        from_plane: value.get("from_plane").map(words),
        to_plane: value.get("to_plane").map(words),
        attributes: attributes(&value["attributes"]),
    };
    let mut table = LossTable::new(
        words(&root["title"]),
        words(&root["source"]),
        words(&root["study"]),
    );
    table.history = words(&root["history"]);
    table.attributes = attributes(&root["attributes"]);
    table.provenance = attributes(&root["provenance"]);
    table.inputs = list(&root["inputs"])
        .iter()
        .map(|input| InputFile {
            name: words(&input[0]),
            text: words(&input[1]),
        })
        .collect();
    table.groups = list(&root["groups"])
        .iter()
        .map(|group| Group {
            path: words(&group["path"]),
            long_name: words(&group["long_name"]),
            attributes: attributes(&group["attributes"]),
            axes: list(&group["axes"]).iter().map(axis).collect(),
            variables: list(&group["variables"]).iter().map(variable).collect(),
        })
        .collect();
    table.fields = list(&root["fields"])
        .iter()
        .map(|field| Field {
            path: words(&field["path"]),
            long_name: words(&field["long_name"]),
            attributes: attributes(&field["attributes"]),
            x: axis(&field["x"]),
            y: axis(&field["y"]),
            components: list(&field["components"])
                .iter()
                .map(|component| FieldComponent {
                    name: words(&component["name"]),
                    units: words(&component["units"]),
                    long_name: words(&component["long_name"]),
                    values: Array2::from_shape_vec(
                        [0, 1].map(|d| number(&component["shape"][d]) as usize),
                        numbers(&component["values"]),
                    )
                    .expect("a shape"),
                })
                .collect(),
        })
        .collect();
    table
}

#[test]
fn json_is_the_whole_table() {
    for table in [example_table().expect("a table"), table()] {
        let json = text(&table, Format::Json);
        assert_eq!(shown(&from_json(&json)), shown(&table));
        let root: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(root["input_sha256"], table.input_sha256());
        assert!(
            root["phase_convention"]
                .to_string()
                .contains("exp(i(beta z - omega t))")
        );
    }
}

#[test]
fn csv_is_that_of_a_run_and_groups_can_be_picked() {
    let table = example_table().expect("a table");
    let csv = text(&table, Format::Csv);
    assert_eq!(csv.as_bytes(), csv_bytes(&table).expect("written"));
    for path in ["waveguide", "waveguide/wire", "/waveguide/wire/"] {
        let part = only(&table, path).expect("there");
        let paths: Vec<&str> = part.groups.iter().map(|g| g.path.as_str()).collect();
        assert_eq!(paths, ["waveguide/wire"]);
    }
    // not by a part of a name
    let absent = only(&table, "waveguide/wir").expect_err("no such group");
    assert!(
        absent
            .to_string()
            .contains("it has waveguide/wire, fibre_chip/facet"),
        "{absent}"
    );
    let none = export(
        &only(&table, "fibre_chip").expect("there"),
        Format::Spice,
        0.0,
    );
    let none = none.expect_err("no heat");
    assert!(matches!(none, ExportError::Nothing { .. }) && !none.is_machine());
    assert!(none.to_string().contains("thermal/"), "{none}");
    for length in [-1.0, f64::NAN, f64::INFINITY] {
        let error = export(&table, Format::Sax, length).expect_err("no length");
        assert!(matches!(error, ExportError::Length { .. }), "{error}");
    }
}

#[test]
fn files_are_whole_or_not_there() {
    let directory = tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let names = || -> Vec<String> {
        let entries = fs::read_dir(directory.path()).expect("read");
        let name = |e: fs::DirEntry| e.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.map(|e| name(e.expect("an entry"))).collect();
        names.sort();
        names
    };
    let file = Exported::File(b"new".to_vec());
    fs::write(at("old.csv"), "old").expect("written");
    file.write(&at("old.csv")).expect("replaced");
    assert_eq!(fs::read(at("old.csv")).expect("read"), b"new");
    file.write(&at("new/table.csv")).expect("folder made");
    let folder = export(&table(), Format::Touchstone, LENGTH).expect("exported");
    folder.write(&at("spar")).expect("written");
    assert_eq!(fs::read_dir(at("spar")).expect("read").count(), 8);
    // neither a folder of somebody's nor a file is replaced by a folder
    for name in ["spar", "old.csv", "new"] {
        let refused = folder.write(&at(name)).expect_err("is there");
        assert!(matches!(refused, ExportError::Exists { .. }), "{refused}");
    }
    // nor a folder by a file
    assert!(file.write(&at("spar")).expect_err("a folder").is_machine());
    assert!(
        file.write(&at("old.csv/table.csv"))
            .expect_err("no folder")
            .is_machine()
    );
    assert_eq!(fs::read(at("old.csv")).expect("read"), b"new");
    assert_eq!(names(), ["new", "old.csv", "spar"], "something was left");
}

fn write(table: &LossTable, format: Format, path: &Path) {
    let exported = export(table, format, LENGTH).expect("exported");
    exported.write(path).expect("written");
}

/// The same numbers by h5py of the HDF5 file, xarray, netCDF4 and of the JSON export.
#[test]
fn h5py_netcdf4_and_xarray_see_what_json_says() {
    let directory = tempdir().expect("a directory");
    for (name, table) in [("example", example_table()), ("engine", engine_table())] {
        let table = table.expect("a table");
        let path = |ending: &str| directory.path().join(format!("{name}.{ending}"));
        write_table(&table, &path("h5")).expect("written");
        write(&table, Format::Json, &path("json"));
        python(
            "h5py, netCDF4, xarray, h5netcdf, scipy",
            "compare_with_json.py",
            &[&path("h5"), &path("json")],
        );
    }
}

/// SAX's circuit of two facets and a guide; what SAX makes of the .dat and scikit-rf of the .s2p files.
#[test]
fn sax_and_scikit_rf_agree() {
    let directory = tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let table = table();
    write(&table, Format::Sax, &at("engine.py"));
    write(&table, Format::Touchstone, &at("touchstone"));
    write(&table, Format::Interconnect, &at("interconnect"));
    python(
        "sax, skrf",
        "read_with_sax.py",
        &[&at("engine.py"), &at("touchstone"), &at("interconnect")],
    );
}
