//! A switch that steps beside lasers: rises and shifts, their ends, a run that is resumed.

use std::path::Path;

use cpo_study::Study;
use cpo_study::plan::Plan;
use cpo_study::run::{Checkpoints, HeatOutcome, LaserOutcome, Results, Silent, Value, run};
use cpo_study::summary::{Cost, summary};
use cpo_study::tabulate::loss_table;

/// A switch and two lasers on a chip that two coolants cool.
const STUDY: &str = r#"
[study]
name = "switched"

[materials]
silicon = { conductivity = "130 W/(m K)", density = "2330 kg/m3", heat_capacity = "700 J/(kg K)" }
oxide = { conductivity = "1.4 W/(m K)", density = "2200 kg/m3", heat_capacity = "730 J/(kg K)" }

[floorplan.chip]
size = ["2 mm", "1 mm"]
layers = [
    { name = "base", material = "silicon", thickness = "200 um" },
    { name = "box", material = "oxide", thickness = "5 um" },
    { name = "active", material = "silicon", thickness = "5 um" },
]
sources = [
    { name = "switch", layer = "active", rectangle = { width = "400 um", length = "400 um", x = "500 um" }, power = "0.3 W" },
    { name = "ring", layer = "active", rectangle = { width = "100 um", length = "100 um" }, power = "10 mW" },
    { name = "laser", layer = "active", rectangle = { width = "100 um", length = "200 um", x = "-500 um" }, array = { count = 2, pitch = "300 um", axis = "x" } },
]

[heat.liquid]
floorplan = "chip"
ambient = "30 degC"
bottom = { convection = "20000 W/(m2 K)" }
error = 0.05
step_times = { from = "10 us", to = "1 s", points = 6, spacing = "logarithmic" }
switched = [{ source = "switch", from = "0.1 W" }]

[heat.air]
floorplan = "chip"
ambient = "30 degC"
bottom = { convection = "5000 W/(m2 K)" }
error = 0.05
step_times = { from = "10 us", to = "10 s", points = 7, spacing = "logarithmic" }
switched = [{ source = "switch", from = "0.1 W" }]

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
power = "5 mW"
"#;

fn study(text: &str) -> (Study, Plan) {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap();
    (study, plan)
}

fn solved(study: &Study, plan: &Plan, checkpoints: &Checkpoints) -> Results {
    run(study, plan, 2, checkpoints, &Silent).unwrap()
}

fn parts(results: &Results, k: usize) -> (&HeatOutcome, &LaserOutcome) {
    let heat = results.heats[k].as_ref().unwrap();
    (heat, results.lasers[k].as_ref().unwrap())
}

/// Whether two numbers agree within their bars.
fn agree(a: &Value, b: &Value) -> bool {
    (a.value - b.value).abs() <= a.error + b.error
}

#[test]
fn lasers_follow_a_switch() {
    let (study, plan) = study(STUDY);
    let results = solved(&study, &plan, &Checkpoints::none());
    for k in 0..2 {
        let (heat, lasers) = parts(&results, k);
        let (step, switch) = (heat.step.as_ref().unwrap(), heat.switched.as_ref().unwrap());
        let count = step.times.len();
        assert_eq!(switch.powers[0], Some([0.1, 0.3]));
        assert!(switch.powers[1..].iter().all(Option::is_none));
        for (i, name) in heat.sources.iter().enumerate() {
            let rise = &switch.rise[i * count..][..count];
            // the slowest time constants are 20 ms and 80 ms: 0.2 W more in the switch, in steady state
            let steady = heat.mean_between(i, 0).scaled(0.2);
            assert!(
                agree(&rise[count - 1], &steady),
                "{name}: {rise:?} {steady:?}"
            );
            assert!(
                i == 0 || rise[0].value.abs() < 1e-2 * steady.value,
                "{name}: {rise:?}"
            );
            assert!(
                rise.windows(2)
                    .all(|w| w[1].value > w[0].value - w[0].error)
            );
        }
        let all = lasers.switched.as_ref().unwrap();
        for (i, (laser, switched)) in lasers.lasers.iter().zip(all).enumerate() {
            let row = heat.sources.iter().position(|s| *s == laser.name).unwrap();
            let held = &switch.rise[row * count..][..count];
            let last = switched.rise[count - 1];
            assert!(
                agree(&last, &switched.final_rise),
                "{i}: {last:?} {:?}",
                switched.final_rise
            );
            // at constant light a warmer laser emits more heat, never less
            for (fed, held) in switched.rise.iter().zip(held) {
                let more = fed.value - held.value;
                // before heat arrives the reduced model wavers about 0, far inside the bars
                assert!(
                    more > -1e-2 * held.error && more < 0.3 * switched.final_rise.value,
                    "{more}"
                );
                assert!(fed.error.is_finite() && fed.error >= held.error);
            }
            // 0.09 nm/K
            for (shift, rise) in switched.shift.iter().zip(&switched.rise) {
                assert!((shift.value - 0.09e-9 * rise.value).abs() <= 1e-12 * shift.value.abs());
            }
            // the study's own operating point is that after the switch
            let after = laser.state.as_ref().unwrap().junction_temperature;
            assert!(after.value > heat.ambient + switched.final_rise.value);
        }
    }
    let shift = |k: usize| parts(&results, k).1.switched.as_ref().unwrap()[0].final_shift;
    println!("{:?} {:?}", shift(0), shift(1));
    // a quarter of the cooling, which most of the way to the lasers shares
    assert!(shift(1).value > 2.0 * shift(0).value);

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let group = |path: &str| table.groups.iter().find(|g| g.path == path).unwrap();
    let rises = group("thermal/air").variable("switch_rise").unwrap();
    assert_eq!(rises.values.len(), 4 * 7);
    let before = group("thermal/air")
        .variable("switch_power_before")
        .unwrap();
    assert_eq!(before.values[0], 0.1);
    let shifts = group("laser/dfb_air")
        .variable("switch_wavelength_shift")
        .unwrap();
    assert_eq!(shifts.values.len(), 2 * 7);
    assert!(
        shifts
            .error
            .as_ref()
            .is_some_and(|e| e.iter().all(|v| v.is_finite()))
    );

    let cost = Cost::default();
    let brief = summary(&study, &plan, &results, &cost, &[]);
    let listed = &brief["heat"]["air"]["switch"]["rise_k"][2];
    assert_eq!(listed.as_array().unwrap().len(), 7);
    let last = &brief["lasers"]["dfb"][1]["lasers"][0]["switch"]["final_wavelength_shift"];
    assert_eq!(last.as_f64().unwrap(), shift(1).value);
}

/// One cooling, coarse: quick.
fn coarse() -> String {
    let cut = STUDY.find("[heat.air]").unwrap();
    let lasers = STUDY.find("[laser.dfb]").unwrap();
    let text = format!("{}{}", &STUDY[..cut], &STUDY[lasers..]);
    text.replace("error = 0.05", "error = 0.2")
        .replace("[\"liquid\", \"air\"]", "\"liquid\"")
}

#[test]
fn what_is_kept_of_a_run_has_the_switch() {
    let (study, plan) = study(&coarse());
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out");
    let first = solved(&study, &plan, &Checkpoints::beside(&output, &study));
    let again = solved(&study, &plan, &Checkpoints::beside(&output, &study));
    let switch = |results: &Results| {
        let (heat, lasers) = parts(results, 0);
        let rises = heat.switched.as_ref().unwrap().rise.clone();
        (rises, lasers.switched.as_ref().unwrap()[1].final_shift)
    };
    assert_eq!(switch(&first), switch(&again));
}

/// Twice the step is twice the rise; a step of nothing is none; a power that varies makes points.
#[test]
fn rises_are_linear_in_the_step() {
    let at = |entry: &str| {
        let text = coarse().replace("{ source = \"switch\", from = \"0.1 W\" }", entry);
        let (study, plan) = study(&text);
        let results = solved(&study, &plan, &Checkpoints::none());
        let heats = results
            .heats
            .iter()
            .map(|h| h.as_ref().unwrap().switched.clone().unwrap());
        heats
            .map(|s| s.rise[s.rise.len() - 1].value)
            .collect::<Vec<f64>>()
    };
    let [none, once, twice] =
        at("{ source = \"switch\", from = \"0.5 W\", to = [\"0.5 W\", \"1 W\", \"1.5 W\"] }")[..]
    else {
        panic!("three points");
    };
    assert_eq!(none, 0.0);
    // round-off
    assert!((twice / once - 2.0).abs() < 1e-12, "{once} {twice}");
    let down = at("{ source = \"switch\", from = \"1.5 W\", to = \"0.5 W\" }")[0];
    assert!((down + twice).abs() < 1e-12 * twice);
}
