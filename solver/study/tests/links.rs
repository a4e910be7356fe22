//! Links in studies: from one file to answers, and from its table to the same answers again.

use std::path::Path;

use cpo_study::Job;
use cpo_study::link::{answer, deliver};
use cpo_study::run::Silent;
use cpo_study::study::Study;
use cpo_study::table::read_table;
use serde_json::Value as Json;
use tempfile::TempDir;

/// A chip with two lasers, under water and in air, and a port over it.
fn study(link: &str) -> String {
    format!(
        r#"
[study]
name = "port"
wavelength = "1311 nm"
temperature = "45 degC"

[floorplan.chip]
size = ["2 mm", "2 mm"]
layers = [
    {{ name = "base", material = {{ conductivity = "130 W/(m K)" }}, thickness = "300 um" }},
    {{ name = "active", material = {{ conductivity = "68 W/(m K)" }}, thickness = "5 um" }},
]
sources = [
    {{ name = "laser", layer = "active", rectangle = {{ width = "20 um", length = "1 mm" }}, array = {{ count = 2, pitch = "400 um", axis = "x" }} }},
]

[heat.water]
floorplan = "chip"
ambient = "30 degC"
bottom = {{ convection = "20000 W/(m2 K)" }}
error = 0.02

[heat.air]
floorplan = "chip"
ambient = "90 degC"
bottom = {{ convection = "5000 W/(m2 K)" }}
error = 0.02

[laser.dfb]
heat = ["water", "air"]
sources = "laser"
threshold_current = "25 mA"
threshold_temperature = "60 K"
slope_efficiency = "0.45 W/A"
slope_temperature = "100 K"
turn_on_voltage = "0.95 V"
series_resistance = "2 ohm"
power = "15 mW"

[link.port]
bandwidth = "800 Gbit/s"
laser = "dfb"
{link}
"#
    )
}

fn run(text: &str, directory: &Path) -> (Json, usize) {
    let study = Study::parse(text, "port.toml", directory).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let delivered = Job { study, plan }
        .run(&directory.join("out"), 2, &Silent)
        .unwrap();
    let summary = std::fs::read(directory.join("out/summary.json")).unwrap();
    (
        serde_json::from_slice(&summary).unwrap(),
        delivered.failures.len(),
    )
}

fn architecture<'a>(link: &'a Json, name: &str) -> &'a Json {
    let mut all = link["architectures"].as_array().unwrap().iter();
    all.find(|a| a["name"] == name).unwrap()
}

#[test]
fn one_file_ends_in_answers_and_its_table_gives_them_again() {
    let directory = TempDir::new().unwrap();
    let (summary, failures) = run(&study(""), directory.path());
    assert_eq!(failures, 0);
    let link = &summary["link"]["port"];
    // The laser on the chip, as warm as the first heat problem has it with lasers off, by that problem's map.
    let chip = link["request"]["chip_temperature"].as_f64().unwrap();
    assert!((chip - 303.15).abs() < 1e-6, "{chip}");
    let laser = &architecture(link, "cpo_integrated")["laser"];
    let junction = laser["junction_temperature"]["value"].as_f64().unwrap();
    assert!((303.15..343.15).contains(&junction), "{laser}");
    assert!(
        laser["origin"]
            .as_str()
            .unwrap()
            .contains("laser/dfb_water_light")
    );
    let cooling = link["cooling"].as_array().unwrap();
    assert_eq!(cooling.len(), 2);
    let base = |k: usize| cooling[k]["base_temperature"]["value"].as_f64().unwrap();
    // No other heat: lasers off, the chip is as warm as what cools it.
    assert!((base(0) - 303.15).abs() < 1e-6 && (base(1) - 363.15).abs() < 1e-6);
    assert_eq!(link["claims"].as_array().unwrap().len(), 7);
    let tiers = link["tiers"].as_array().unwrap();
    assert_eq!(tiers.len(), 4);
    let winner = &tiers[0]["winners"][0];
    let share = winner["share_of_draws"].as_f64().unwrap();
    assert_eq!(winner["is_clear"], share >= 0.95);

    let report = std::fs::read_to_string(directory.path().join("out/report.html")).unwrap();
    for heading in [
        "Link port: what each optics takes",
        "Link port: integrated against external lasers",
        "Link port: what is said, checked",
        "Link port: tiers of bandwidth",
        "Link port: light from electricity to photodiode",
        "Link port: yield against margin",
        "Link port: what matters most",
        "Link port: what it rests on",
    ] {
        assert!(report.contains(heading), "no section {heading}");
    }
    let judged = match share == 1.0 {
        true => String::from("it takes least in all of 1024 draws"),
        false => format!("it takes least in {} % of draws", (100.0 * share).floor()),
    };
    assert!(report.contains(&judged), "no {judged}");
    assert!(
        report.contains("a source of the 23 dBm class brings 21.5 dBm at least, what is asked in ")
    );
    for words in [
        // what a page takes for granted, and what is more than the numbers of a bracket
        "short-reach SerDes, in place of those",
        "warmest laser, in brackets coolest to warmest",
        "Electricity is that of the optics",
        "Lasers of an engine of 16 lanes, with none to spare",
        "share of draws of all components in which the laser, or every source of its class, brings the light",
        "0 spares within the service life; p05 to p95",
    ] {
        assert!(report.contains(words), "the page does not say {words}");
    }
    assert!(
        !report.contains("wall plug"),
        "the optics do not begin there"
    );
    for figure in [
        "break_even",
        "energy_items",
        "yield",
        "yield_set",
        "waterfall_cpo_external",
    ] {
        let file = directory
            .path()
            .join(format!("out/figures/link_port_{figure}.png"));
        assert!(file.is_file(), "{}", file.display());
    }

    // Again from the table alone, to the last bit.
    let table = read_table(&directory.path().join("out/loss_table.h5")).unwrap();
    let bases = table
        .group("laser/dfb_water")
        .unwrap()
        .variable("base_temperature")
        .unwrap();
    let warmest = (0..2).max_by(|&a, &b| bases.values[a].total_cmp(&bases.values[b]));
    let bar = bases.error.as_ref().unwrap()[warmest.unwrap()];
    let drawn = link["request"]["chip_temperature_error"].as_f64();
    assert_eq!(
        drawn,
        Some(bar),
        "the warmest laser's error bar, to the last bit"
    );
    let again = Study::of_table(&table, "loss_table.h5").unwrap();
    let (place, links) = deliver(&again, &table, &directory.path().join("again")).unwrap();
    assert!(links.iter().all(|link| link.answers.is_ok()));
    let text = std::fs::read(place.join("summary.json")).unwrap();
    let repeated: Json = serde_json::from_slice(&text).unwrap();
    assert_eq!(repeated["link"], summary["link"]);

    // And with another value: a coupler of 1 dB more costs each architecture that much more light for each coupler before TP2.
    let other = study("components = { coupler = { typical = \"2.5 dB\" } }");
    let other = Study::parse(&other, "other.toml", directory.path()).unwrap();
    let answers = answer(&other.links, &table).remove(0).answers.unwrap();
    for (name, couplers) in [("cpo_external", 2.0), ("cpo_integrated", 1.0)] {
        let before = &architecture(link, name)["budget"]["required_launch"]["value"];
        let mut all = answers.architectures.iter();
        let after = all.find(|a| a.name == name).unwrap();
        let after = after.budget.required_launch.value;
        assert!(
            (after - before.as_f64().unwrap() - couplers).abs() < 1e-9,
            "{name}"
        );
    }
}

#[test]
fn a_link_without_its_entry_fails_alone_and_says_what_is_missing() {
    let directory = TempDir::new().unwrap();
    // A map belongs to one point: a swept laser has none.
    let text = study("").replace("power = \"15 mW\"", "power = [\"5 mW\", \"15 mW\"]");
    let (summary, failures) = run(&text, directory.path());
    assert_eq!(failures, 1);
    let link = &summary["link"]["port"];
    assert_eq!(link["status"], "failed");
    let reason = link["reason"].as_str().unwrap();
    assert!(reason.contains("laser/dfb_water_light"), "{reason}");
    assert!(
        reason.contains("a map belongs to one point") && reason.contains("2 of laser"),
        "{reason}"
    );
    assert!(!reason.contains("earlier version"), "{reason}");
    assert!(summary["lasers"].to_string().contains("optical_power"));
    let report = std::fs::read_to_string(directory.path().join("out/report.html")).unwrap();
    assert!(report.contains("link.port failed"), "no warning");
}

#[test]
fn a_link_alone_needs_no_table_of_physics() {
    let directory = TempDir::new().unwrap();
    let text = "[study]\nname = \"alone\"\n[link.port]\nbandwidth = \"1.6 Tbit/s\"\nstandard = \"200G-DR\"\n";
    let (summary, failures) = run(text, directory.path());
    assert_eq!(failures, 0);
    let link = &summary["link"]["port"];
    assert!(architecture(link, "linear_pluggable").is_object());
    // 75 degC, not the 20 degC at which materials stand unless the study says otherwise
    assert_eq!(link["request"]["chip_temperature"].as_f64(), Some(348.15));
}

#[test]
fn an_impossible_budget_is_an_answer() {
    let directory = TempDir::new().unwrap();
    let link = "components = { phase_shifter_excess = { typical = \"25 dB\" } }";
    let text =
        "[study]\nname = \"dark\"\n[link.port]\nbandwidth = \"800 Gbit/s\"\n".to_owned() + link;
    let (summary, failures) = run(&text, directory.path());
    assert_eq!(failures, 0);
    let external = architecture(&summary["link"]["port"], "cpo_external");
    assert!(external["budget"]["margin"]["value"].as_f64().unwrap() < 0.0);
    assert!(
        external["budget"]["class_dbm"].is_null(),
        "no class brings it"
    );
    let integrated = architecture(&summary["link"]["port"], "cpo_integrated");
    assert!(
        integrated["laser"]["current"]["value"].is_null(),
        "rolled over"
    );
    assert_eq!(integrated["laser"]["current"]["status"], "infeasible");
    // an external source of which too much is asked has no energy either, and the page says so wherever it would stand
    let optics = &external["energies"][0]["energy"];
    assert!(optics["value"].is_null(), "{optics}");
    assert_eq!(optics["status"], "infeasible");
    let report = std::fs::read_to_string(directory.path().join("out/report.html")).unwrap();
    for words in [
        "too little light",
        "no power class of external sources brings",
        "no class of external sources brings that, the largest brings 24.5 dBm at least",
        "No class of external sources brings the light there.",
        "neither brings the light at any temperature of the chip that was asked for",
        "Not in these numbers: neither brings the light in all of 1024 draws",
    ] {
        assert!(report.contains(words), "the page does not say {words}");
    }
    assert!(!report.contains("in 0 % of draws"));
}

/// Behind 12 dB no class of external sources brings the light: the map is grey there, and its line is the rollover alone.
#[test]
fn a_map_says_where_there_is_no_source() {
    let directory = TempDir::new().unwrap();
    let text = "[study]\nname = \"far\"\n[link.port]\nbandwidth = \"800 Gbit/s\"\npath_loss = [\"1 dB\", \"2 dB\", \"12 dB\"]\n";
    let (summary, failures) = run(text, directory.path());
    assert_eq!(failures, 0);
    let contour = &summary["link"]["port"]["break_even"]["contour"];
    let external: Vec<&str> = (0..3)
        .map(|k| contour[k]["external"].as_str().unwrap())
        .collect();
    assert_eq!(external, ["ok", "ok", "infeasible"]);
    let report = std::fs::read_to_string(directory.path().join("out/report.html")).unwrap();
    for words in [
        "; grey: no class of external sources brings the light",
        "integrated throughout: no class of external sources brings the light",
    ] {
        assert!(report.contains(words), "the page does not say {words}");
    }
    assert!(!report.contains("No class of external sources brings the light there."));
}

/// From fibre to tip, and from tip to guide: both computed, both in the coupler, and the page says so. Few modes and slices: what
/// counts here is where the numbers go.
#[test]
fn a_taper_goes_on_where_the_coupling_ends() {
    let directory = TempDir::new().unwrap();
    let section = |name: &str, x: &str, width: &str| {
        format!(
            r#"
[cross_section.{name}]
window = {{ x = ["{x}", "3 um"], y = ["-3 um", "3 um"] }}
background = {{ index = 1.447 }}
shapes = [{{ name = "core", material = {{ index = 1.99 }}, rectangle = {{ width = "{width}", height = "300 nm" }} }}]
"#
        )
    };
    let text = [
        String::from("[study]\nname = \"tapered\"\nwavelength = \"1310 nm\"\n"),
        section("tip", "-3 um", "400 nm"),
        section("half_tip", "0 um", "400 nm"),
        section("half_wire", "0 um", "900 nm"),
        String::from(
            r#"
[modes.tip]
cross_section = "tip"
count = 1
error = 1e-3

[fiber.lensed]
mode_field_diameter = "3 um"

[coupling.facet]
from = "fiber.lensed"
to = "modes.tip"
error = "0.2 dB"

[taper.widening]
sections = [{ name = "widening", from = "half_tip", to = "half_wire", length = ["2 um", "20 um"] }]
modes = 4
slices = 9
error = 0.5

[link.port]
bandwidth = "800 Gbit/s"
coupling = "facet"
taper = "widening"
at = { length = "2 um" }
"#,
        ),
    ]
    .concat();
    let (summary, failures) = run(&text, directory.path());
    assert_eq!(failures, 0);
    let components = summary["link"]["port"]["components"].as_array().unwrap();
    let coupler = components.iter().find(|c| c["name"] == "coupler").unwrap();
    let source = coupler["source"].as_str().unwrap();
    assert!(source.contains("fibre_chip/facet"), "{source}");
    assert!(
        source.contains("taper/widening from half_tip to half_wire"),
        "{source}"
    );
    let typical = coupler["range"][1].as_str().unwrap();
    let typical: f64 = typical.strip_suffix(" dB").unwrap().parse().unwrap();
    let table = read_table(&directory.path().join("out/loss_table.h5")).unwrap();
    let first = |group: &str| table.group(group).unwrap().variable("loss").unwrap().values[0];
    let sum = first("fibre_chip/facet") + first("taper/widening");
    assert!(
        (typical - sum).abs() < 1e-4 * sum,
        "five digits: {typical} {sum}"
    );
    assert!(
        first("taper/widening") > 1e-3,
        "a taper that loses nothing shows nothing"
    );
    let report = std::fs::read_to_string(directory.path().join("out/report.html")).unwrap();
    assert!(report.contains("The coupler, the same in both directions: fibre_chip"));
}
