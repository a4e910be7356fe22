//! The studies of the user's guide are read and planned.

use std::path::{Path, PathBuf};

use cpo_materials::{Angle, Length, Quantity, Temperature, Wavelength};
use cpo_meshes::Shape;
use cpo_solver::heat::Boundary;
use cpo_study::Study;
use cpo_study::plan::PortPoint;
use cpo_study::study::{Accuracy, DriveValue, FiberModel, ModeCount, ParameterValues, Scope, Wall};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/studies")
}

fn study(name: &str) -> Study {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/studies");
    let study = Study::read(&examples.join(name)).unwrap_or_else(|error| panic!("{error}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    study
}

fn parse(text: &str) -> Study {
    Study::parse(text, "text", &folder()).unwrap_or_else(|error| panic!("{error}"))
}

/// Parsed decimals and products of a few factors agree to round-off.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 4.0 * f64::EPSILON * b.abs()
}

#[test]
fn the_engine_is_planned_whole() {
    let plan = study("cpo_engine.toml").plan().unwrap();
    // Two guides at four wavelengths, the tip coupled and its taper at each, two coolings, lasers in both.
    let counts = [
        plan.modes.len(),
        plan.couplings.len(),
        plan.tapers.len(),
        plan.heats.len(),
        plan.lasers.len(),
    ];
    assert_eq!(counts, [8, 4, 4, 2, 2]);
}

#[test]
fn packages_plan_under_both_coolings() {
    for name in ["cooling_51t.toml", "cooling_102t.toml"] {
        let plan = study(name).plan().unwrap();
        assert_eq!((plan.heats.len(), plan.len()), (2, 2));
    }
    let plan = study("cold_plate.toml").plan().unwrap();
    assert_eq!(plan.heats.len(), 1);
    let study = study("switch_step.toml");
    let plan = study.plan().unwrap();
    assert_eq!((plan.heats.len(), plan.lasers.len()), (2, 2));
    let switched = study.switched("air", &plan.heats[1].values).unwrap();
    assert_eq!(switched.len(), 1);
    assert_eq!((switched[0].from, switched[0].to), (3.0, None));
}

#[test]
fn wire_is_one_point() {
    let study = study("wire.toml");
    let plan = study.plan().unwrap();
    assert_eq!(plan.modes.len(), 1);
    assert_eq!(plan.len(), 1);
    let point = &plan.modes[0];
    assert_eq!(point.modes, "wire");
    assert!(close(point.wavelength.si(), 1.55e-6));
    assert_eq!(point.temperature, Temperature::kelvin(293.15));
    assert!(study.named_values(&point.values).is_empty());
    let table = study.modes_table("wire").unwrap();
    assert_eq!(table.count, ModeCount::First(2));
    assert_eq!(table.accuracy, Accuracy::Error(1e-5));
    assert_eq!(table.boundary.left, Wall::Electric);
    let section = study.cross_section("wire", &point.values).unwrap();
    let Shape::Rectangle {
        x,
        bottom,
        width,
        height,
    } = section.regions()[0].shape
    else {
        panic!("{:?}", section.regions());
    };
    assert_eq!((x, bottom), (0.0, 0.0));
    assert!(close(width, 500e-9) && close(height, 220e-9));
    assert!(close(section.window().y[1], 1.6e-6));
}

#[test]
fn edge_coupler_shares_its_modes() {
    let study = study("edge_coupler.toml");
    let plan = study.plan().unwrap();
    // 5 wavelengths and 2 temperatures; tip_width is a tolerance and stays nominal
    assert_eq!(
        (plan.modes.len(), plan.couplings.len(), plan.len()),
        (10, 10, 20)
    );
    // wavelength is fastest
    let wavelengths: Vec<String> = plan.modes[..6]
        .iter()
        .map(|p| format!("{:.0}", p.wavelength))
        .collect();
    assert_eq!(
        wavelengths,
        [
            "1260 nm", "1285 nm", "1310 nm", "1335 nm", "1360 nm", "1260 nm"
        ]
    );
    let kelvin: Vec<f64> = plan.modes.iter().map(|p| p.temperature.si()).collect();
    assert_eq!((kelvin[4], kelvin[5]), (298.15, 358.15));
    for (i, point) in plan.couplings.iter().enumerate() {
        assert_eq!(point.from, PortPoint::Fiber("smf".into()));
        assert_eq!(point.to, PortPoint::Modes(i));
        assert_eq!(point.wavelength, plan.modes[i].wavelength);
    }
    let named = study.named_values(&plan.modes[0].values);
    assert_eq!(named.len(), 1, "{named:?}");
    assert_eq!(named[0].name, "tip_width");
    assert!(close(named[0].value, 250e-9));

    let tip = study.parameter("tip_width").unwrap();
    let parameter = &study.parameters[0];
    let tolerance = parameter.tolerance.unwrap();
    assert_eq!(tolerance.scope, Scope::Wafer);
    assert!(close(tolerance.sigma, 8e-9));

    // a perturbed width reaches the geometry, as a sensitivity needs
    let values = plan.modes[0].values.clone().with(tip, 251e-9);
    let section = study.cross_section("tip", &values).unwrap();
    let Shape::Trapezoid {
        width, sidewall, ..
    } = section.regions()[0].shape
    else {
        panic!("{:?}", section.regions());
    };
    assert_eq!(width, 251e-9);
    assert!(close(sidewall, Angle::deg(6.0).si()));

    let table = study.coupling_table("facet").unwrap();
    assert_eq!(
        (table.offset_x.values.len(), table.offset_y.values.len()),
        (81, 81)
    );
    assert_eq!(
        table.offset_x.values[40],
        Length::m(0.0),
        "a symmetric range has an exact centre"
    );
    assert!(close(table.offset_x.values[80].si(), 4e-6));
    assert_eq!(
        (table.tilt_x.values.len(), table.tilt_y.values.len()),
        (1, 3)
    );
    assert_eq!(table.error.si(), 0.01);
    let (w, t) = (plan.modes[0].wavelength, plan.modes[0].temperature);
    let gap = study
        .gap("facet", &plan.couplings[0].values, w, t)
        .unwrap()
        .unwrap();
    assert_eq!(
        (gap.index, gap.length),
        (1.45, Length::parse("5 um").unwrap())
    );

    let fiber = study.fiber("smf", &plan.couplings[0].values, w, t).unwrap();
    let FiberModel::Step {
        core_radius,
        core_index,
        cladding_index,
    } = fiber.model
    else {
        panic!("{fiber:?}");
    };
    assert!(close(core_radius.si(), 4.1e-6));
    // round-off of one addition
    assert!((core_index - cladding_index - 0.0052).abs() < 1e-15);
    let silica = cpo_materials::catalogue()
        .find("SiO2 Malitson 1965")
        .unwrap();
    assert_eq!(cladding_index, silica.refractive_index(w, t).unwrap().re);

    let used = study.materials_used();
    let names: Vec<&str> = used.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["SiO2 Malitson 1965", "Si3N4 Luke 2015"]);
    assert!(used.iter().all(|m| m.source.is_some()));
}

#[test]
fn laser_array_is_one_heat_problem() {
    let study = study("laser_array.toml");
    let plan = study.plan().unwrap();
    assert_eq!((plan.heats.len(), plan.len()), (1, 1));
    assert_eq!(plan.heats[0].ambient, Temperature::kelvin(298.15));
    let values = &plan.heats[0].values;
    let floorplan = study.floorplan("engine", values).unwrap();
    assert_eq!(
        (floorplan.layers().len(), floorplan.sources().len()),
        (7, 8)
    );
    assert_eq!(floorplan.sources()[7].name, "laser8");
    assert!(close(floorplan.sources()[0].power, 0.05));
    // (800 + 100 + 20 + 200 + 3 + 3 + 2) um; seven additions
    assert!((floorplan.height() - 1128e-6).abs() < 1e-17);
    let faces = study.faces("array", values).unwrap();
    let Boundary::Convection {
        coefficient,
        ambient,
    } = faces.bottom
    else {
        panic!("{faces:?}");
    };
    assert_eq!((coefficient.si(), ambient.si()), (5000.0, 298.15));
    assert_eq!(faces.left, Boundary::Insulated);
    let organic = &floorplan.materials()[0];
    let k = organic.thermal_conductivity(plan.heats[0].ambient).unwrap();
    assert_eq!(k, [15.0, 15.0, 0.5]);
}

/// What the three studies do not use: laser tables, layers, blocks, aliases, scans by name.
const FULL: &str = r#"
[study]
name = "full"
description = "all of it"
cites = ["10.1364/JOSA.55.001205"]
wavelength = ["1310 nm", "1300 nm"]
temperature = "base"

[parameters]
base = ["25 degC", "85 degC"]
shift = { nominal = "0 um", sigma = "0.5 um", scope = "lane" }
drive = { from = "20 mA", to = "60 mA", points = 3 }
n = 1.99

[materials]
clad = "SiO2"
film = { index = "n", dn_dt = "2.5e-5 1/K" }
chip = { conductivity = "130 W/(m K)", density = "2330 kg/m3", heat_capacity = "700 J/(kg K)" }

[cross_section.rib]
window = { x = ["-3 um", "3 um"], y = ["-2 um", "2 um"] }
background = "clad"
layers = [
    { name = "box", material = "clad", thickness = "2 um" },
    { name = "slab", material = "film", thickness = "100 nm" },
    { name = "top", material = "clad" },
]
shapes = [
    { name = "rib", material = "film", rectangle = { width = ["1 um", "800 nm"], height = "300 nm", y = "150 nm" } },
    { name = "rod", material = { index = 1.5 }, circle = { radius = "200 nm", y = "1 um" } },
]

[modes.rib]
cross_section = "rib"
all_guided = true
grid = { finest = "10 nm", coarsest = "100 nm", growth = 1.2 }
boundary = { left = "magnetic" }

[fiber.lensed]
mode_field_diameter = "3 um"

[coupling.tip]
from = "fiber.lensed"
to = "modes.rib"
offset_x = "shift"
gap = { length = ["1 um", "2 um"], material = { index = 1.0 } }

[floorplan.chip]
size = ["2 mm", "2 mm"]
layers = [
    { name = "substrate", material = "chip", thickness = "300 um" },
    { name = "active", material = { conductivity = "60 W/(m K)" }, thickness = "3 um" },
]
blocks = [
    { name = "trench", layers = ["active"], material = "clad", rectangle = { width = "20 um", length = "1 mm", x = "200 um" } },
]
sources = [
    { name = "laser", layer = "active", rectangle = { width = "4 um", length = "300 um" }, array = { count = 4, pitch = "100 um", axis = "x" } },
    { name = "heater", layer = "active", rectangle = { width = "4 um", length = "10 um", y = "-500 um" }, power = "1 mW" },
]

[heat.liquid]
floorplan = "chip"
bottom = { convection = "20000 W/(m2 K)", ambient = "30 degC" }
sides = { convection = "10 W/(m2 K)" }
left = { temperature = "40 degC" }
top = { flux = "100 W/m2" }

[heat.air]
floorplan = "chip"
ambient = "40 degC"
bottom = { convection = "200 W/(m2 K)" }

[laser.dfb]
heat = ["liquid", "air"]
sources = "laser"
threshold_current = "10 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.3 W/A"
slope_temperature = "200 K"
turn_on_voltage = "0.9 V"
series_resistance = "4 ohm"
wavelength = "1310 nm"
wavelength_drift = "0.09 nm/K"
current = "drive"
"#;

#[test]
fn points_multiply_only_what_they_depend_on() {
    let study = parse(FULL);
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap_or_else(|error| panic!("{error}"));
    // modes: 2 widths x 2 temperatures x 2 wavelengths; couplings: those x 2 gaps
    assert_eq!((plan.modes.len(), plan.couplings.len()), (8, 16));
    // heat: liquid follows the base temperature, air has its own; lasers: (2 + 1) x 3 currents
    assert_eq!((plan.heats.len(), plan.lasers.len()), (3, 9));

    // widths slowest, wavelengths fastest, each ascending
    let first = &plan.modes[0];
    assert_eq!(first.wavelength, Wavelength::parse("1300 nm").unwrap());
    let widths: Vec<f64> = plan
        .modes
        .iter()
        .map(|p| study.cross_section("rib", &p.values).unwrap())
        .map(|s| match s.regions()[3].shape {
            Shape::Rectangle { width, .. } => width,
            _ => panic!("the rib is a rectangle"),
        })
        .collect();
    let wanted = [800e-9, 800e-9, 800e-9, 800e-9, 1e-6, 1e-6, 1e-6, 1e-6];
    assert_eq!(widths.len(), wanted.len());
    assert!(
        widths.iter().zip(wanted).all(|(&a, b)| close(a, b)),
        "{widths:?}"
    );

    // every coupling has the modes of its own condition
    for point in &plan.couplings {
        let PortPoint::Modes(at) = point.to else {
            panic!("{point:?}")
        };
        let modes = &plan.modes[at];
        assert_eq!(
            (modes.wavelength, modes.temperature),
            (point.wavelength, point.temperature)
        );
        for (id, value) in modes.values.iter() {
            assert_eq!(point.values.get(id), Some(value));
        }
    }
    let names: Vec<String> = study
        .named_values(&plan.couplings[0].values)
        .into_iter()
        .map(|v| v.name)
        .collect();
    assert_eq!(
        names,
        [
            "base",
            "n",
            "cross_section.rib.shapes[0].rectangle.width",
            "coupling.tip.gap.length"
        ]
    );
    let scan = &study.coupling_table("tip").unwrap().offset_x;
    assert_eq!(scan.values, [Length::m(0.0)]);
    assert_eq!(scan.tolerance.unwrap().scope, Scope::Lane);

    let laser = study.laser_table("dfb").unwrap();
    assert_eq!(laser.sources, ["laser1", "laser2", "laser3", "laser4"]);
    let currents: Vec<f64> = plan
        .lasers
        .iter()
        .map(|p| match study.laser("dfb", &p.values).unwrap().drive {
            DriveValue::Current(current) => current.si(),
            DriveValue::Power(_) => panic!("the current is given"),
        })
        .collect();
    let wanted = [0.02, 0.02, 0.04, 0.04, 0.06, 0.06, 0.02, 0.04, 0.06];
    assert_eq!(currents.len(), wanted.len());
    assert!(
        currents.iter().zip(wanted).all(|(&a, b)| close(a, b)),
        "{currents:?}"
    );
    assert_eq!(
        plan.lasers.iter().map(|p| p.heat).collect::<Vec<_>>(),
        [0, 1, 0, 1, 0, 1, 2, 2, 2]
    );

    // faces: sides hold for those not named
    let faces = study.faces("liquid", &plan.heats[1].values).unwrap();
    let ambient = |face| match face {
        Boundary::Convection { ambient, .. } => ambient.si(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ambient(faces.bottom), 303.15);
    assert_eq!(
        ambient(faces.right),
        358.15,
        "the study's temperature is the ambient"
    );
    assert_eq!(
        faces.left,
        Boundary::Temperature(Temperature::kelvin(313.15))
    );

    let names: Vec<(String, String)> = study
        .materials_used()
        .into_iter()
        .map(|m| (m.asked, m.name))
        .collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].0, "clad");
    assert!(names[0].1.starts_with("SiO2 "), "{names:?}");
}

#[test]
fn planning_twice_gives_the_same_plan() {
    assert_eq!(parse(FULL).plan().unwrap(), parse(FULL).plan().unwrap());
}

#[test]
fn an_absent_parameter_is_nominal() {
    let study = study("edge_coupler.toml");
    let section = study
        .cross_section("tip", &ParameterValues::nominal())
        .unwrap();
    let Shape::Trapezoid { width, .. } = section.regions()[0].shape else {
        panic!("{:?}", section.regions());
    };
    assert!(close(width, 250e-9));
    assert!(
        study
            .cross_section("none", &ParameterValues::nominal())
            .is_err()
    );
}

/// Every key that the reader knows is in the documentation, under its table.
#[test]
fn the_documentation_names_every_key() {
    let documentation = include_str!("../../../docs/study-file.md");
    let mut missing = Vec::new();
    for table in cpo_study::study::schema::TABLES {
        let heading = format!("`{}`", table.table);
        let Some(section) = documentation
            .split("\n## ")
            .find(|s| s.lines().next().is_some_and(|l| l.contains(&heading)))
        else {
            missing.push(heading);
            continue;
        };
        for key in table.keys {
            if !section.contains(&format!("| `{}` |", key.name)) {
                missing.push(format!("{}: `{}`", table.table, key.name));
            }
        }
        // and nothing that the reader does not know
        for line in section.lines() {
            let Some(key) = line.strip_prefix("| `").and_then(|l| l.split('`').next()) else {
                continue;
            };
            if !table.keys.iter().any(|k| k.name == key) {
                missing.push(format!("{}: the reader does not know `{key}`", table.table));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The examples of the documentation can be run.
#[test]
fn the_documentation_s_examples_plan() {
    let documentation = include_str!("../../../docs/study-file.md");
    let points: Vec<usize> = documentation
        .split("```toml\n")
        .skip(1)
        .map(|block| {
            parse(block.split("```").next().unwrap())
                .plan()
                .unwrap()
                .len()
        })
        .collect();
    // 5 wavelengths x 2 temperatures of modes and of couplings; 1 heat problem and 11 currents
    assert_eq!(points, [20, 12]);
}

/// The example that a message gives for a missing key is one that the reader takes.
#[test]
fn the_schema_s_examples_are_toml() {
    for table in cpo_study::study::schema::TABLES {
        for key in table.keys.iter().filter(|key| !key.example.contains("...")) {
            let text = format!("{} = {}", key.name, key.example);
            text.parse::<toml::Table>()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}

/// A refractiveindex.info file beside the study is a material like any other, with its range.
#[test]
fn a_data_file_is_a_material() {
    let text = |wavelength: &str| {
        format!(
            "[study]\nname = \"resin\"\nwavelength = \"{wavelength}\"\n\
             [materials]\nresin = {{ file = \"resin.yml\" }}\n\
             [cross_section.g]\nwindow = {{ x = [\"-2 um\", \"2 um\"], y = [\"-2 um\", \"2 um\"] }}\n\
             background = \"resin\"\n\
             layers = [{{ name = \"slab\", material = {{ index = 2 }}, bottom = \"0 um\", thickness = \"1 um\" }}]\n\
             [modes.g]\ncross_section = \"g\"\ncount = 1\n"
        )
    };
    let study = parse(&text("1400 nm"));
    let plan = study.plan().unwrap();
    let point = &plan.modes[0];
    let section = study.cross_section("g", &point.values).unwrap();
    let index = section.materials()[0]
        .refractive_index(point.wavelength, point.temperature)
        .unwrap();
    // a tabulated point: interpolation is exact there to round-off
    assert!((index.re - 1.5).abs() < 1e-12, "{index}");
    assert_eq!(study.materials_used()[0].asked, "resin");
    let error = parse(&text("1310 um")).plan().unwrap_err().to_string();
    assert!(
        error.contains("text:8:14, cross_section.g.background"),
        "{error}"
    );
    assert!(error.contains("text:3:14, study.wavelength"), "{error}");
}

/// A laser table may mean one member of an array, and "laser1" is not "laser10".
#[test]
fn a_laser_of_an_array_is_named_alone() {
    let text = FULL
        .replace("count = 4", "count = 12")
        .replace("sources = \"laser\"", "sources = \"laser1\"")
        .replace("axis = \"x\" }", "axis = \"x\" }, power = \"5 mW\"");
    let study = parse(&text);
    assert_eq!(study.laser_table("dfb").unwrap().sources, ["laser1"]);
}
