//! S parameters of tapers and gratings in the loss table.

use std::f64::consts::TAU;
use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};
use cpo_study::table::{AxisValues, Coordinate, Group, Lookup, LossTable, Status};
use cpo_study::tabulate::loss_table;

/// A slab of nitride of two even modes at both ends, seen through half a window of one cell across: soon solved.
const SLAB: &str = r#"
[study]
name = "slab"
wavelength = ["1560 nm", "1500 nm", "1540 nm", "1520 nm"]

[materials]
glass = { index = 1.444 }
nitride = { index = 2.0 }

[cross_section.thick]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "5 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "2 um", y = "0 um" } }]

[cross_section.thin]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "5 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "1.4 um", y = "0 um" } }]

[taper.slab]
sections = [{ name = "narrowing", from = "thick", to = "thin", length = ["3 um", "40 um"] }]
modes = 16
inputs = 2
error = 1e-3
boundary = { bottom = "magnetic" }
"#;

/// Ports of a grating.
const PORTS: [&str; 3] = ["guide", "fibre", "behind"];

/// A short grating for a small beam.
const GRATING: &str = r#"
[study]
name = "short"
wavelength = { from = "1500 nm", to = "1600 nm", points = 6 }

[fiber.lensed]
mode_field_diameter = "4 um"

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
uniform = { periods = 8, pitch = "620 nm", fill = 0.5 }
margins = ["4 um", "5 um"]
design_wavelength = "1550 nm"
fiber = "lensed"
angle = "10 deg"
error = 3e-3
"#;

fn solved(text: &str) -> LossTable {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    loss_table(&study, &plan, &results, &[]).unwrap()
}

/// |S| and phase of every point, by port out and in, with their bars; ports are the last two axes.
struct Entries {
    ports: usize,
    values: [Vec<f64>; 2],
    errors: [Vec<f64>; 2],
    statuses: [Vec<Status>; 2],
    reasons: [Vec<String>; 2],
}

impl Entries {
    fn of(group: &Group) -> Self {
        let [magnitude, phase] = ["magnitude", "phase"].map(|name| group.variable(name).unwrap());
        let AxisValues::Text(ports) = &group.axis("port_out").unwrap().values else {
            panic!("ports have names")
        };
        Self {
            ports: ports.len(),
            values: [magnitude.values.clone(), phase.values.clone()],
            errors: [magnitude, phase].map(|v| v.error.clone().unwrap()),
            statuses: [magnitude.status.clone(), phase.status.clone()],
            reasons: [magnitude.reason.clone(), phase.reason.clone()],
        }
    }

    fn points(&self) -> usize {
        self.values[0].len() / self.ports.pow(2)
    }

    fn at(&self, point: usize, out: usize, from: usize) -> usize {
        (point * self.ports + out) * self.ports + from
    }
}

fn group<'a>(table: &'a LossTable, path: &str) -> &'a Group {
    table.group(path).unwrap_or_else(|| panic!("no {path}"))
}

fn values<'a>(group: &'a Group, name: &str) -> &'a [f64] {
    &group
        .variable(name)
        .unwrap_or_else(|| panic!("no {name}"))
        .values
}

/// What would prove the group wrong: magnitudes that are not those of the powers, an S that is not its transpose or that
/// makes light, phases that jump.
#[test]
fn a_taper_s_scattering_matrix_is_that_of_its_powers() {
    let table = solved(SLAB);
    let own = group(&table, "s_parameters/taper_slab");
    let powers = group(&table, "taper/slab");
    let magnitude = own.variable("magnitude").unwrap();
    let axes = ["temperature", "wavelength", "length", "port_out", "port_in"];
    assert_eq!(magnitude.axes, axes);
    let ports = AxisValues::Text(
        ["start_mode_0", "start_mode_1", "end_mode_0", "end_mode_1"]
            .map(str::to_owned)
            .to_vec(),
    );
    assert_eq!(own.axis("port_in").unwrap().values, ports);
    let s = Entries::of(own);
    let transmission = values(powers, "transmission");
    let (mut far, mut small) = (0, 0);
    for point in 0..s.points() {
        for from in 0..4 {
            let mut power = 0.0;
            let mut bar = 0.0;
            for out in 0..4 {
                let [there, back] = [s.at(point, out, from), s.at(point, from, out)];
                let [magnitude, error] = [&s.values[0], &s.errors[0]].map(|v| v[there]);
                power += magnitude.powi(2);
                bar += 2.0 * magnitude * error + error * error;
                // The transpose, but for the eigenvectors' residual and what the modes do not hold.
                assert!((magnitude - s.values[0][back]).abs() <= error + 1e-9);
                let [there, back] = [there, back].map(|k| (s.values[1][k], s.errors[1][k]));
                if there.0.is_finite() && back.0.is_finite() {
                    let off = (there.0 - back.0) / TAU;
                    assert!(
                        (off - off.round()).abs() * TAU <= there.1 + back.1,
                        "{there:?} {back:?}"
                    );
                }
                if out >= 2 && from < 2 {
                    let known = transmission[(point * 2 + from) * 2 + out - 2];
                    // Of a root and its square.
                    assert!(
                        (magnitude.powi(2) - known).abs() < 1e-15,
                        "{magnitude} {known}"
                    );
                    far += 1;
                }
                let k = s.at(point, out, from);
                if s.values[1][k].is_nan() {
                    assert_eq!(s.statuses[1][k], Status::NotComputed);
                    assert!(s.reasons[1][k].contains("not told from none"));
                    small += 1;
                } else {
                    assert_eq!(s.statuses[1][k], Status::Ok);
                    assert!(s.errors[1][k] < 3.0);
                }
            }
            assert!(power <= 1.0 + bar, "{point} {from}: {power} {bar}");
        }
    }
    assert_eq!(far, 4 * s.points());
    // Reflections between modes that do not meet.
    assert!(small > 0 && small < 4 * s.points(), "{small}");
    // Light of 40 um keeps its mode; the optical path is that of an index between both ends', and falls with the wavelength.
    let AxisValues::Numbers(wavelengths) = &own.axis("wavelength").unwrap().values else {
        panic!("wavelengths are numbers")
    };
    for (mode, between) in [1.9..1.99, 1.5..1.85].into_iter().enumerate() {
        let index = |w: usize| {
            let phase = s.values[1][s.at(2 * w + 1, 2 + mode, mode)];
            phase * wavelengths[w] / (TAU * 40e-6)
        };
        let indices = [0, 1, 2, 3].map(index);
        assert!(indices.iter().all(|n| between.contains(n)), "{indices:?}");
        let mut sorted: Vec<(f64, f64)> = wavelengths.iter().copied().zip(indices).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(sorted.is_sorted_by(|a, b| a.1 > b.1), "{sorted:?}");
        // Nearly on a straight line: to a hundredth of a turn of the way.
        let line = sorted[0].1 + (sorted[3].1 - sorted[0].1) / 3.0;
        let turns = (sorted[1].1 - line).abs() * 40e-6 / sorted[1].0;
        assert!(turns < 0.01, "{sorted:?}");
    }
}

/// What would prove it wrong: powers that are others than the table's, or a branch that depends on how dense the
/// wavelengths are.
#[test]
fn a_grating_s_phases_go_on_from_one_wavelength_to_the_next() {
    let few = solved(GRATING);
    let many = solved(&GRATING.replace("points = 6", "points = 21"));
    let own = group(&few, "s_parameters/grating_te");
    let powers = group(&few, "grating/te");
    let [s, dense] = [own, group(&many, "s_parameters/grating_te")].map(Entries::of);
    assert_eq!((s.ports, s.points(), dense.points()), (3, 6, 21));
    let dense_axis = |name: &str| group(&many, "s_parameters/grating_te").axis(name).unwrap();
    let [temperature, wavelengths] = ["temperature", "wavelength"].map(dense_axis);
    for (out, name) in ["back_reflection", "coupling_efficiency", "transmission"]
        .into_iter()
        .enumerate()
    {
        for (point, known) in values(powers, name).iter().enumerate() {
            let [there, back] = [s.at(point, out, 0), s.at(point, 0, out)];
            // Of a root and its square.
            assert!((s.values[0][there].powi(2) - known).abs() < 1e-15, "{name}");
            assert_eq!(
                [s.values[0][back], s.values[1][back]],
                [s.values[0][there], s.values[1][there]]
            );
            assert_eq!(s.statuses[1][there], Status::Ok);
        }
        let phase = |of: &Entries, point: usize| {
            let k = of.at(point, out, 0);
            (of.values[1][k], of.errors[1][k])
        };
        for point in 1..6 {
            let (a, b) = (phase(&s, point), phase(&s, 0));
            let (c, d) = (phase(&dense, 4 * point), phase(&dense, 0));
            let off = (a.0 - b.0) - (c.0 - d.0);
            assert!(off.abs() <= a.1 + b.1 + c.1 + d.1, "{name} {point}: {off}");
        }
        // Between its wavelengths the table's own look-up finds what denser ones have, within its bar.
        let lookup = Lookup::new(own, "phase").unwrap();
        let first = Coordinate::Name(PORTS[out]);
        for point in 0..21 {
            let at = [
                temperature.coordinate(0),
                wavelengths.coordinate(point),
                first,
                Coordinate::Name(PORTS[0]),
            ];
            let found = lookup.at(&at).unwrap();
            let there = phase(&dense, point);
            let turn = phase(&s, 0).0 - phase(&dense, 0).0;
            let off = (found.value - turn - there.0).abs();
            assert!(
                off <= found.total_error() + there.1 + phase(&s, 0).1,
                "{name} {point}: {off}"
            );
        }
        // Light that goes on gathers less phase where the wavelength is longer; what comes back does so as trenches add up.
        let fall = phase(&dense, 0).0 - phase(&dense, 20).0;
        assert!(out == 0 || fall > 1.0, "{name}: {fall}");
    }
    for (out, from) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let k = s.at(3, out, from);
        assert_eq!(s.statuses[0][k], Status::NotComputed);
        assert!(
            s.reasons[0][k].contains("is not solved for"),
            "{}",
            s.reasons[0][k]
        );
    }
}
