//! Two small studies from text to page: the figures there are and what the page says.

use std::path::Path;
use std::sync::LazyLock;

use cpo_study::present::{Figure, figures, report};
use cpo_study::report::value_with_error;
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::summary::Cost;
use cpo_study::table::Status;
use cpo_study::tabulate::loss_table;
use cpo_study::{Plan, Study};

const COST: Cost = Cost {
    wall_s: 1.5,
    cpu_s: 75.0,
    peak_bytes: 3 << 20,
    points: 7,
};

struct Presented {
    study: Study,
    plan: Plan,
    results: Results,
    figures: Vec<Figure>,
    page: String,
}

impl Presented {
    /// Each number says where it comes from, and where that is the loss table, it is there.
    fn check_origins(&self) {
        let report = report(&self.study, &self.plan, &self.results, &[], &COST, &[]);
        let stored = loss_table(&self.study, &self.plan, &self.results, &[]).unwrap();
        let mut count = 0;
        for table in report.sections.iter().flat_map(|section| &section.tables) {
            // What stands before the first origin labels the rows.
            let columns = table.columns.iter().skip_while(|c| c.origin.is_empty());
            for column in columns.filter(|c| !c.unit.is_empty() || !c.origin.is_empty()) {
                let of = format!("{} of \"{}\"", column.title, table.caption);
                assert!(!column.origin.is_empty(), "no origin of {of}");
                let Some((_, place)) = column.origin.split_once("loss_table.h5: /") else {
                    continue;
                };
                let path = place.split(' ').next().unwrap_or_default();
                let (group, variable) = path.rsplit_once('/').unwrap();
                // One group a row: the star stands for what the row names.
                let (start, end) = group.split_once('*').unwrap_or((group, ""));
                let mut groups = stored.groups.iter();
                let is_there = groups.any(|g| {
                    g.path.starts_with(start)
                        && g.path.ends_with(end)
                        && g.variables.iter().any(|v| v.name == variable)
                });
                assert!(is_there, "the loss table lacks {path} of {of}");
                count += 1;
            }
        }
        assert!(count > 10, "{count} columns come from the loss table");
    }

    fn of(text: &str) -> Self {
        let study = Study::parse(text, "study.toml", Path::new("")).unwrap();
        let plan = study.plan().unwrap();
        let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
        Self::with(study, plan, results)
    }

    fn with(study: Study, plan: Plan, results: Results) -> Self {
        let figures = figures(&study, &plan, &results).unwrap();
        let provenance = [("Program".to_owned(), "cpo 0.0.0".to_owned())];
        let report = report(&study, &plan, &results, &figures, &COST, &provenance);
        let page = report.render().unwrap();
        // entities of the characters that the page escapes and that matter here
        let page = page.replace("&#x2f;", "/").replace("&quot;", "\"");
        Self {
            study,
            plan,
            results,
            figures,
            page,
        }
    }

    #[track_caller]
    fn says(&self, text: &str) {
        assert!(self.page.contains(text), "the page does not say {text:?}");
    }

    fn names(&self) -> Vec<&str> {
        self.figures.iter().map(|f| f.name.as_str()).collect()
    }

    /// Names that are unique and make file names, sections that exist, pictures that are PNG.
    fn check_figures(&self) {
        let mut names = self.names();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), self.figures.len());
        for figure in &self.figures {
            let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(figure.name.chars().all(valid), "{}", figure.name);
            assert!(!figure.caption.is_empty());
            for picture in [&figure.light, &figure.dark] {
                assert!(picture.png.starts_with(b"\x89PNG"));
            }
            // every figure is on the page: a section claims it
            self.says(&figure.caption);
        }
    }
}

/// A coarse wire at two wavelengths.
static WIRE: LazyLock<Presented> = LazyLock::new(|| {
    Presented::of(
        r#"
[study]
name = "wire"
description = "A wire."
wavelength = ["1540 nm", "1560 nm"]

[cross_section.wire]
window = { x = ["-1 um", "1 um"], y = ["-0.9 um", "1.1 um"] }
background = { index = 1.444 }
shapes = [
    { name = "core", material = { index = 3.4777 }, rectangle = { width = "500 nm", height = "220 nm", bottom = "0 nm" } },
]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-2

[fiber.lensed]
mode_field_diameter = "2.5 um"

[coupling.facet]
from = "fiber.lensed"
to = "modes.wire"
gap = { length = "1 um", index = 1.0 }
offset_x = { from = "-1.5 um", to = "1.5 um", points = 13 }
offset_y = { from = "-1.5 um", to = "1.5 um", points = 13 }
error = "0.5 dB"
"#,
    )
});

/// Two lasers on a chip with two ways of cooling, one of them hopeless.
static LASERS: LazyLock<Presented> = LazyLock::new(|| {
    Presented::of(
        r#"
[study]
name = "lasers"

[floorplan.chip]
size = ["1 mm", "1 mm"]
layers = [
    { name = "base", material = { conductivity = "130 W/(m K)" }, thickness = "100 um" },
    { name = "active", material = { conductivity = "60 W/(m K)" }, thickness = "5 um" },
]
sources = [
    { name = "laser", layer = "active", rectangle = { width = "20 um", length = "300 um" }, array = { count = 2, pitch = "200 um", axis = "x" }, power = "50 mW" },
]

[heat.liquid]
floorplan = "chip"
ambient = "30 degC"
bottom = { convection = "50000 W/(m2 K)" }
error = 0.05

[heat.air]
floorplan = "chip"
ambient = "60 degC"
bottom = { convection = "500 W/(m2 K)" }
error = 0.05

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
power = "10 mW"
"#,
    )
});

/// A grating, a taper, and a switch that steps beside a ring; coarse, for what is said of their numbers.
static REST: LazyLock<Presented> = LazyLock::new(|| {
    Presented::of(
        r#"
[study]
name = "rest"
wavelength = ["1540 nm", "1560 nm"]

[materials]
glass = { index = 1.444 }
nitride = { index = 2.0 }
silicon = { conductivity = "130 W/(m K)", density = "2330 kg/m3", heat_capacity = "700 J/(kg K)" }

[fiber.lensed]
mode_field_diameter = "4 um"

[grating.te]
layers = [
    { name = "box", material = "glass" },
    { name = "core", material = { index = 3.4777 }, thickness = "220 nm" },
    { name = "top", material = "glass" },
]
core = "core"
etch = "70 nm"
fill = "glass"
uniform = { periods = 6, pitch = "620 nm", fill = 0.5 }
margins = ["4 um", "5 um"]
design_wavelength = "1550 nm"
fiber = "lensed"
angle = "10 deg"
error = 0.1

[cross_section.thick]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "800 nm", y = "0 um" } }]

[cross_section.thin]
window = { x = ["0 nm", "100 nm"], y = ["0 um", "4 um"] }
background = "glass"
shapes = [{ name = "core", material = "nitride", rectangle = { width = "1 um", height = "300 nm", y = "0 um" } }]

[taper.slab]
sections = [{ name = "narrowing", from = "thick", to = "thin", length = ["3 um", "6 um"] }]
modes = 8
error = 0.1
boundary = { bottom = "magnetic" }

[floorplan.chip]
size = ["2 mm", "1 mm"]
layers = [{ name = "base", material = "silicon", thickness = "200 um" }]
sources = [
    { name = "switch", layer = "base", rectangle = { width = "400 um", length = "400 um", x = "500 um" }, power = "0.3 W" },
    { name = "ring", layer = "base", rectangle = { width = "100 um", length = "100 um" }, power = "10 mW" },
]

[heat.steps]
floorplan = "chip"
ambient = "30 degC"
bottom = { convection = "20000 W/(m2 K)" }
error = 0.2
step_times = { from = "10 us", to = "1 s", points = 3, spacing = "logarithmic" }
switched = [{ source = "switch", from = "0.1 W" }]

[heat.sensitive]
floorplan = "chip"
ambient = "30 degC"
bottom = { convection = "20000 W/(m2 K)" }
error = 0.2
sensitivities = true
"#,
    )
});

#[test]
fn a_wire_has_its_figures() {
    let wire = &*WIRE;
    wire.check_figures();
    assert_eq!(
        wire.names(),
        [
            "modes_wire_0",
            "modes_wire_n_eff",
            "modes_wire_n_g",
            "coupling_facet_map",
            "coupling_facet_loss",
        ]
    );
}

#[test]
fn the_page_of_a_wire_gives_its_numbers_with_error_bars() {
    let wire = &*WIRE;
    for outcome in &wire.results.modes {
        let mode = &outcome.as_ref().unwrap().modes[0];
        for v in [&mode.effective_index, &mode.group_index] {
            wire.says(&value_with_error(v.value, v.error));
        }
    }
    for outcome in &wire.results.couplings {
        let loss = outcome.as_ref().unwrap().results[0].loss_db;
        wire.says(&value_with_error(loss.value, loss.error));
    }
    wire.says("All 4 points converged to the error asked for.");
    wire.says("An error bar is how far the exact answer");
    wire.says("From fiber.lensed to modes.wire");
    wire.says("across a gap of 1 um and index 1.");
    wire.says("stated in the study");
    wire.says("7 points in 1.50 s of wall time, 1 min 15 s of processor time; at most 3 MiB");
    wire.says("cpo 0.0.0");
    // electric walls and real indices: no column of zeros
    wire.says("no propagation loss");
    assert!(!wire.page.contains("dB/cm"));
}

#[test]
fn numbers_say_where_they_come_from() {
    WIRE.check_origins();
    LASERS.check_origins();
    REST.check_origins();
}

#[test]
fn failed_and_unconverged_points_are_plain_to_see() {
    let wire = &*WIRE;
    let mut results = wire.results.clone();
    results.modes[0] = Err("the grid caught fire".into());
    results.couplings[0] = Err("its modes failed: the grid caught fire".into());
    let outcome = results.couplings[1].as_mut().unwrap();
    outcome.results[0].loss_db.status = Status::Unconverged;
    let page = Presented::with(wire.study.clone(), wire.plan.clone(), results);
    page.check_figures();
    page.says("1 of 4 points converged to the error asked for; 1 unconverged, 2 failed.");
    page.says("modes.wire at 1540 nm, 20 degC failed: the grid caught fire.");
    page.says(
        "coupling.facet at 20 °C, 1560 nm missed the error asked for; its numbers are marked.",
    );
    page.says("<span class=\"flag failed\">failed</span><small>the grid caught fire</small>");
    page.says("<span class=\"flag\">unconverged</span><small>asked for 0.5 dB</small>");
    // one wavelength is left: nothing to draw against it
    assert!(!page.names().contains(&"modes_wire_n_eff"));
}

#[test]
fn a_loss_that_its_error_swallows_is_a_bound() {
    let wire = &*WIRE;
    let mut results = wire.results.clone();
    for outcome in &mut results.couplings {
        let loss = &mut outcome.as_mut().unwrap().results[0].loss_db;
        (loss.value, loss.error) = (0.02, 0.1);
    }
    let page = Presented::with(wire.study.clone(), wire.plan.clone(), results);
    page.says("&lt; 0.12");
    assert!(!page.page.contains("0.02(10)"));
}

#[test]
fn lasers_have_their_figures() {
    let lasers = &*LASERS;
    lasers.check_figures();
    let names = lasers.names();
    for name in [
        "heat_liquid_above",
        "heat_liquid_front",
        "heat_liquid_crosstalk",
        "heat_air_above",
        "heat_air_front",
        "heat_air_crosstalk",
        "laser_dfb_light_current",
        "laser_dfb_junctions",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
}

#[test]
fn the_page_of_lasers_tells_lasing_from_rollover() {
    let lasers = &*LASERS;
    let [liquid, air] = [0, 1].map(|l| lasers.results.lasers[l].as_ref().unwrap());
    assert_eq!((liquid.operation, air.operation), ("lasing", "rollover"));
    let state = liquid.lasers[0].state.as_ref().unwrap();
    let junction = state.junction_temperature;
    lasers.says(&value_with_error(junction.value - 273.15, junction.error));
    let current = state.current;
    lasers.says(&value_with_error(
        current.value / 1e-3,
        current.error / 1e-3,
    ));
    let most = air.lasers[0].rollover.max_power;
    let most = value_with_error(most.value / 1e-3, most.error / 1e-3);
    lasers.says(&format!(
        "laser.dfb at air, ambient 60 °C does not reach what is asked; rollover: at most {most} mW from each."
    ));
    lasers.says("the 10 mW asked for cannot be had");
}

#[test]
fn every_thermal_resistance_stands_beside_its_boundary() {
    let lasers = &*LASERS;
    let heat = lasers.results.heats[0].as_ref().unwrap();
    let own = heat.mean_between(0, 0);
    lasers.says(&value_with_error(own.value, own.error));
    let cooled =
        "bottom: convection 50000 W/(m2 K) to 30 degC; left, right, front, back and top: insulated";
    lasers.says(&format!("K/W belongs to its boundary: {cooled}."));
    lasers.says(&format!("Boundary of liquid: {cooled}."));
    lasers.says("Not to scale: heights are drawn");
}
