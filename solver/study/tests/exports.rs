//! A small study of everything, its real table, and its exports in the programs that they are for.

#[path = "../../table/tests/readers/mod.rs"]
mod readers;

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::table::export::{Exported, Format, Law, export, two_ports};
use cpo_study::table::{LossTable, write_table};
use cpo_study::tabulate::loss_table;
use tempfile::tempdir;

/// Soon solved; the guide's name begins with a digit.
const STUDY: &str = r#"
[study]
name = "all"
wavelength = ["1500 nm", "1550 nm"]

[parameters]
width = ["480 nm", "500 nm"]

[materials]
glass = { index = 1.444 }
nitride = { index = 2.0 }
silicon = { conductivity = "130 W/(m K)", density = "2330 kg/m3", heat_capacity = "700 J/(kg K)" }

[cross_section.wire]
window = { x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }
background = "glass"
shapes = [{ name = "core", material = { index = 3.4777 }, rectangle = { width = "width", height = "220 nm", bottom = "0 nm" } }]

[modes.2wires]
cross_section = "wire"
count = 2
error = 3e-3

[fiber.lensed]
mode_field_diameter = "4 um"

[coupling.facet]
from = "fiber.lensed"
to = "modes.2wires"
gap = { length = "2 um", index = 1.0 }

[cross_section.thick]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "800 nm", y = "0 um" } }]

[cross_section.thin]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "300 nm", y = "0 um" } }]

[taper.slab]
sections = [{ name = "narrowing", from = "thick", to = "thin", length = ["1.5 um", "3 um"] }]
modes = 16
error = 1e-3
boundary = { bottom = "magnetic" }

[grating.te]
layers = [
    { name = "box", material = "SiO2 Malitson 1965" },
    { name = "core", material = "Si Li 1980", thickness = "220 nm" },
    { name = "top", material = "SiO2 Malitson 1965", thickness = "700 nm" },
    { name = "air", material = "air" },
]
core = "core"
etch = "70 nm"
fill = "SiO2 Malitson 1965"
uniform = { periods = 4, pitch = "620 nm", fill = 0.5 }
margins = ["4 um", "5 um"]
design_wavelength = "1550 nm"
fiber = "lensed"
angle = "10 deg"
error = 3e-3

[floorplan.chip]
size = ["1 mm", "1 mm"]
layers = [
    { name = "base", material = "silicon", thickness = "200 um" },
    { name = "active", material = "silicon", thickness = "5 um" },
]
sources = [
    { name = "laser", layer = "active", rectangle = { width = "20 um", length = "300 um" }, array = { count = 2, pitch = "200 um", axis = "x" }, power = "50 mW" },
]

[heat.liquid]
floorplan = "chip"
bottom = { convection = "20000 W/(m2 K)" }
error = 0.02
step_times = { from = "10 us", to = "1 s", points = 6, spacing = "logarithmic" }
sensitivities = true

[laser.pair]
heat = "liquid"
sources = "laser"
threshold_current = "10 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.2 W/A"
slope_temperature = "120 K"
turn_on_voltage = "0.95 V"
series_resistance = "5 Ohm"
current = ["20 mA", "40 mA"]
"#;

const LENGTH: f64 = 1e-3;

/// Words that MATLAB keeps for itself (`iskeyword`).
const MATLAB_KEYWORDS: [&str; 20] = [
    "break",
    "case",
    "catch",
    "classdef",
    "continue",
    "else",
    "elseif",
    "end",
    "for",
    "function",
    "global",
    "if",
    "otherwise",
    "parfor",
    "persistent",
    "return",
    "spmd",
    "switch",
    "try",
    "while",
];

fn names_suit_matlab(table: &LossTable) {
    let mut names: Vec<&str> = Vec::new();
    let mut companions: Vec<String> = Vec::new();
    for group in &table.groups {
        names.extend(group.path.split('/'));
        names.extend(group.attributes.iter().map(|a| a.name.as_str()));
        names.extend(group.axes.iter().map(|a| a.name.as_str()));
        for variable in &group.variables {
            names.push(&variable.name);
            names.extend(variable.attributes.iter().map(|a| a.name.as_str()));
            // of the companions this is the longest
            companions.push(format!("{}_status", variable.name));
        }
    }
    for field in &table.fields {
        names.extend(field.path.split('/'));
        names.extend(field.components.iter().map(|c| c.name.as_str()));
    }
    let facts = table.attributes.iter().chain(&table.provenance);
    names.extend(facts.map(|a| a.name.as_str()));
    names.extend(companions.iter().map(String::as_str));
    assert!(names.len() > 300);
    for name in names {
        assert!(
            name.starts_with(|c: char| c.is_ascii_alphabetic()),
            "{name}"
        );
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
            "{name}"
        );
        // namelengthmax
        assert!(name.len() <= 63, "{name}");
        assert!(!MATLAB_KEYWORDS.contains(&name), "{name}");
    }
}

/// The run's own circuit, rounded to 13 digits and without modes that do nothing, is the table's network.
fn circuits_agree(results: &Results, plan: &cpo_study::Plan, netlist: &str) {
    let (_, circuit) = results.circuits(plan).next().unwrap();
    let elements = |text: &str, head: &str| -> Vec<(String, f64)> {
        let lines = text
            .lines()
            .skip_while(|line| !line.starts_with(head))
            .skip(1);
        let lines = lines.take_while(|line| !line.starts_with(".ends"));
        let of = |line: &str| {
            let (name, value) = (line.split(' ').next(), line.rsplit(' ').next());
            (name.unwrap().to_owned(), value.unwrap().parse().unwrap())
        };
        lines.map(of).collect()
    };
    let own = elements(circuit, ".subckt liquid ");
    let exported = elements(netlist, ".subckt thermal_liquid_network ");
    let of = |elements: &[(String, f64)], letter: char| -> Vec<f64> {
        let chosen = elements.iter().filter(|(name, _)| name.starts_with(letter));
        chosen.map(|(_, value)| *value).collect()
    };
    let all = of(&exported, 'R');
    for constant in of(&own, 'R') {
        assert!(
            all.iter().any(|t| (t / constant - 1.0).abs() < 1e-12),
            "{constant}"
        );
    }
    let all = of(&exported, 'E');
    for gain in of(&own, 'E') {
        assert!(
            all.iter().any(|g| (g - gain).abs() <= 1e-12 * gain.abs()),
            "{gain}"
        );
    }
}

#[test]
fn every_export_of_a_real_table_is_read() {
    let study = Study::parse(STUDY, "all.toml", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let facts = [("host".to_owned(), "a test".to_owned())];
    let table = loss_table(&study, &plan, &results, &facts).unwrap();
    names_suit_matlab(&table);
    assert!(table.group("waveguide/x_2wires").is_some());

    let all = two_ports(&table);
    let kinds = ["waveguide/", "fibre_chip/", "taper/", "grating/"];
    for kind in kinds {
        assert!(all.iter().any(|t| t.group.starts_with(kind)), "{kind}");
    }
    for two_port in &all {
        let is_phased = matches!(two_port.law, Law::Phased { .. });
        let has_phases = ["taper/", "grating/"];
        let has_phases = has_phases
            .iter()
            .any(|kind| two_port.group.starts_with(kind));
        assert_eq!(is_phased, has_phases, "{}", two_port.name);
        for point in 0..two_port.points() {
            for k in 0..two_port.wavelengths.len() {
                let Some([[a, b], [c, d]]) = two_port.scattering(point, k, LENGTH) else {
                    continue;
                };
                // Reciprocal and passive: 1 − SᴴS has no negative eigenvalue, trace and determinant none either.
                assert_eq!(b, c);
                let power = a.norm_sqr() + b.norm_sqr() + c.norm_sqr() + d.norm_sqr();
                let determinant = 1.0 - power + (a * d - b * c).norm_sqr();
                assert!(
                    power <= 2.0 + 1e-14 && determinant >= -1e-14,
                    "{}",
                    two_port.name
                );
            }
        }
    }

    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    write_table(&table, &at("table.h5")).unwrap();
    for format in Format::ALL {
        let exported = export(&table, format, LENGTH).unwrap();
        exported
            .write(&at(&format!("table{}", format.ending())))
            .unwrap();
        if let (Format::Spice, Exported::File(netlist)) = (format, &exported) {
            circuits_agree(&results, &plan, std::str::from_utf8(netlist).unwrap());
        }
    }
    readers::python(
        "h5py, netCDF4, xarray, h5netcdf, scipy",
        "compare_with_json.py",
        &[&at("table.h5"), &at("table.json")],
    );
    readers::python(
        "sax, skrf",
        "read_with_sax.py",
        &[
            &at("table_sax.py"),
            &at("table_touchstone"),
            &at("table_interconnect"),
        ],
    );
    readers::python(
        "sax",
        "phases_with_sax.py",
        &[&at("table_sax.py"), &at("table.json")],
    );
}
