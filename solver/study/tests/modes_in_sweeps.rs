//! What a study tells of its modes: losses below their floor, shares, classes, and tracks through sweeps.

use std::path::Path;
use std::sync::LazyLock;

use cpo_study::present::report;
use cpo_study::run::{Checkpoints, ModeRecord, Results, Silent, Value, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::tabulate::loss_table;
use cpo_study::{Plan, Study};

const COST: Cost = Cost {
    wall_s: 1.0,
    cpu_s: 1.0,
    peak_bytes: 1 << 20,
    points: 1,
};

struct Solved {
    study: Study,
    plan: Plan,
    results: Results,
}

fn solved(text: &str, threads: usize) -> Solved {
    let study = Study::parse(text, "study.toml", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, threads, &Checkpoints::none(), &Silent).unwrap();
    Solved {
        study,
        plan,
        results,
    }
}

impl Solved {
    fn modes(&self, point: usize) -> &[ModeRecord] {
        &self.results.modes[point].as_ref().unwrap().modes
    }

    fn summary(&self) -> serde_json::Value {
        summary(&self.study, &self.plan, &self.results, &COST, &[])
    }

    fn page(&self) -> String {
        let report = report(&self.study, &self.plan, &self.results, &[], &COST, &[]);
        report.render().unwrap()
    }

    /// Values of a variable of the table of modes "guide".
    fn column(&self, name: &str) -> Option<Vec<f64>> {
        let table = loss_table(&self.study, &self.plan, &self.results, &[]).unwrap();
        let group = table.group("waveguide/guide").unwrap();
        let found = group.variables.iter().find(|v| v.name == name);
        found.map(|v| v.values.clone())
    }
}

/// A wire with a little loss in its core, in an open window.
static LOSSY: LazyLock<Solved> = LazyLock::new(|| {
    solved(
        r#"
[study]
name = "lossy"
wavelength = "1550 nm"
[cross_section.wire]
window = { x = ["-1.4 um", "1.4 um"], y = ["-1.3 um", "1.3 um"] }
background = { index = 1.444 }
shapes = [{ name = "core", material = { index = 2.0, extinction = 1e-5 }, rectangle = { width = "1 um", height = "600 nm" } }]
[modes.guide]
cross_section = "wire"
count = 1
error = 1e-3
"#,
        2,
    )
});

#[test]
fn shares_reach_every_output() {
    let mode = &LOSSY.modes(0)[0];
    // What is whole, up to the error bars and round-off of the sums.
    let whole = |parts: &[Value]| {
        let sum: f64 = parts.iter().map(|v| v.value).sum();
        let bar: f64 = parts.iter().map(|v| v.error).sum();
        assert!((sum - 1.0).abs() <= bar + 1e-12, "{sum} ± {bar}");
    };
    whole(&mode.polarization_fractions);
    let power: Vec<Value> = mode.confinement.iter().map(|s| s.power).collect();
    whole(&power);
    let names: Vec<&str> = mode.confinement.iter().map(|s| s.region.as_str()).collect();
    assert_eq!(names, ["background", "core"]);
    // α = 2 k₀ Γ κ for the one region that absorbs, and it is the loss: 1e-2 for two windows' effects
    let absorbed = mode.absorption[1].1;
    let neper = 10.0 * std::f64::consts::LOG10_E;
    let expected =
        neper * 2.0 * std::f64::consts::TAU / 1550e-9 * mode.confinement[1].gain.value * 1e-5;
    assert!((absorbed.value / expected - 1.0).abs() < 1e-2);
    assert!((absorbed.value / mode.loss_db_per_m.value - 1.0).abs() < 1e-2);
    assert_eq!(mode.absorption[0].1.value, 0.0);

    let json = &LOSSY.summary()["modes"]["guide"][0]["modes"][0];
    let told = |key: &str, value: Value| {
        assert_eq!(json[key].as_f64(), Some(value.value), "{key}");
        let error = format!("{key}_error");
        assert_eq!(json[&error].as_f64(), Some(value.error), "{error}");
    };
    told("polarization_fraction_z", mode.polarization_fractions[2]);
    told("mfd_d4_sigma_x", mode.d4_sigma[0]);
    told("mfd_petermann_y", mode.petermann[1]);
    assert_eq!(json["confinement"][1]["region"], "core");
    assert_eq!(
        json["confinement"][1]["gain"].as_f64(),
        Some(mode.confinement[1].gain.value)
    );
    assert_eq!(json["absorption"][1]["region"], "core");

    for (name, value) in [
        ("polarization_fraction_x", mode.polarization_fractions[0]),
        ("mode_field_diameter_d4_sigma_y", mode.d4_sigma[1]),
        ("mode_field_diameter_petermann_x", mode.petermann[0]),
        ("confinement_core", mode.confinement[1].gain),
        ("power_fraction_background", mode.confinement[0].power),
        ("absorption_core", absorbed),
        ("mode_class", Value::with_error(0.0, 0.0)),
        ("layer_share", Value::with_error(0.0, 0.0)),
    ] {
        assert_eq!(LOSSY.column(name), Some(vec![value.value]), "{name}");
    }
}

#[test]
fn a_loss_below_its_floor_is_never_a_bare_number() {
    let with_loss = |value: f64, error: f64| {
        let mut results = LOSSY.results.clone();
        let mode = &mut results.modes[0].as_mut().unwrap().modes[0];
        mode.loss_db_per_m = Value::with_error(value, error);
        Solved {
            study: LOSSY.study.clone(),
            plan: LOSSY.plan.clone(),
            results,
        }
    };
    let below = |solved: &Solved| {
        let json = &solved.summary()["modes"]["guide"][0]["modes"][0];
        (
            json["loss_db_per_cm"].as_f64().unwrap(),
            json["loss_db_per_cm_below_floor"].as_bool().unwrap(),
        )
    };
    // dB/m here, dB/cm there
    let negative = with_loss(-3.0, 12.5);
    assert!(negative.page().contains("&lt; 0.13") && !negative.page().contains("−0.03"));
    assert_eq!(below(&negative), (-0.03, true));
    assert_eq!(negative.column("loss"), Some(vec![-3.0]));
    let small = with_loss(3.0, 12.5);
    assert!(small.page().contains("&lt; 0.16"));
    assert_eq!(below(&small), (0.03, true));
    let told = with_loss(123.0, 10.0);
    assert!(told.page().contains("1.23(10)"));
    assert_eq!(below(&told), (1.23, false));
}

/// TE and TM of a wire cross as it grows from lower than wide to higher than wide, and back at a second index.
const CROSSING: &str = r#"
[study]
name = "crossing"
wavelength = "1550 nm"
[parameters]
index = [2.0, 2.05]
height = ["600 nm", "680 nm", "760 nm", "840 nm"]
[cross_section.wire]
window = { x = ["-1.4 um", "1.4 um"], y = ["-1.4 um", "1.4 um"] }
background = { index = 1.444 }
shapes = [{ name = "core", material = { index = "index" }, rectangle = { width = "715 nm", height = "height", y = "0 nm" } }]
[modes.guide]
cross_section = "wire"
count = 2
error = 1e-3
"#;

#[test]
fn a_track_follows_its_mode_through_a_crossing() {
    let one = solved(CROSSING, 1);
    let two = solved(CROSSING, 2);
    let mut changes = 0;
    for p in 0..one.plan.modes.len() {
        let tracks = |s: &Solved| s.modes(p).iter().map(|m| m.track).collect::<Vec<_>>();
        assert_eq!(tracks(&one), tracks(&two), "point {p}");
        for mode in one.modes(p) {
            // at the first point, low and wide, TE is the first mode
            let te = mode.te_fraction.value > 0.5;
            assert_eq!(mode.track, usize::from(!te), "point {p}, mode {}", mode.id);
            changes += usize::from(mode.track != mode.id);
        }
    }
    // both modes at both greater heights of both indices
    assert_eq!(changes, 8);
    let tracks = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0].repeat(2);
    assert_eq!(one.column("track"), Some(tracks));
    assert!(one.page().contains("a mode keeps its track"));
    assert_eq!(one.summary()["modes"]["guide"][3]["modes"][0]["track"], 1);
}
