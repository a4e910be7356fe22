//! Steps of power in studies: the table, the circuit, the figure.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};
use cpo_study::tabulate::loss_table;

const STUDY: &str = r#"
[study]
name = "steps"

[materials]
silicon = { conductivity = "130 W/(m K)", density = "2330 kg/m3", heat_capacity = "700 J/(kg K)" }

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
"#;

/// Silicon conducts less where it is hot: 148 (T/300 K)^−1.3 or the like, whatever the catalogue has.
#[test]
fn local_conductivity_warms_more() {
    let rise = |keys: &str| {
        let text = STUDY
            .replace("step_times", &format!("{keys}\n# step_times"))
            .replace("material = \"silicon\"", "material = \"Si\"")
            .replace("50 mW", "1 W");
        let study = Study::parse(&text, "text", Path::new("")).unwrap();
        let plan = study.plan().unwrap();
        let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
        let outcome = results.heats[0].as_ref().unwrap().clone();
        assert!(outcome.step.is_none());
        outcome
    };
    let (fixed, local) = (
        rise("conductivity = \"ambient\""),
        rise("conductivity = \"local\""),
    );
    assert!(local.rise[0].value > 1.05 * fixed.rise[0].value);
    // resistances of the state add up to its rises
    let sum: f64 = (0..2)
        .map(|j| local.mean_between(0, j).value * local.powers[j])
        .sum();
    assert!((sum / local.rise[0].value - 1.0).abs() < 1e-3);
}

#[test]
fn a_step_ends_in_the_steady_state() {
    let study = Study::parse(STUDY, "text", Path::new("")).unwrap();
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let outcome = results.heats[0].as_ref().unwrap();
    let step = outcome.step.as_ref().unwrap();
    for (n, time) in step.times.iter().enumerate() {
        // equal ratios, both ends included
        assert!((time / 10f64.powi(n as i32 - 5) - 1.0).abs() < 1e-12);
    }
    for pair in 0..4 {
        let series = &step.impedance[6 * pair..6 * (pair + 1)];
        let steady = outcome.mean_between(pair / 2, pair % 2);
        // after a second, some 40 of the slowest time constants of 20 ms
        let off = (series[5].value - steady.value).abs();
        assert!(off < series[5].error + steady.error, "{pair}: {off}");
        assert!(
            series
                .windows(2)
                .all(|w| w[1].value > w[0].value - w[0].error)
        );
    }
    let (name, circuit) = results.circuits(&plan).next().unwrap();
    assert_eq!(name, "liquid");
    assert!(circuit.contains(".subckt liquid laser1 laser2"));
    // each laser's ladder ends at the ambient; its resistances add up to the laser's own of the finest grid
    for i in 0..2 {
        let head = format!(".subckt liquid_laser{}_ladder n1\n", i + 1);
        let ladder = circuit.split(&head).nth(1).unwrap();
        let ladder = ladder.split(".ends").next().unwrap();
        let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        assert!(ladder.lines().all(|line| value(line) > 0.0));
        let resistances = ladder.lines().filter(|line| line.starts_with('R'));
        let sum: f64 = resistances.map(value).sum();
        let off = (sum / outcome.mean_between(i, i).value - 1.0).abs();
        assert!(off < step.network_error + 2e-3, "{off}");
    }
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let paths: Vec<&str> = table.groups.iter().map(|g| g.path.as_str()).collect();
    let at = paths.iter().position(|p| *p == "thermal/liquid").unwrap();
    let variable = table.groups[at].variable("thermal_step_response").unwrap();
    assert_eq!(variable.values.len(), 24);
    let network = paths
        .iter()
        .position(|p| *p == "thermal/liquid/network")
        .unwrap();
    let modes = table.groups[network].axis("mode").unwrap().len();
    let gain =
        |i: usize, m: usize| table.groups[network].variable("gain").unwrap().values[i * modes + m];
    let tau = |m: usize| {
        table.groups[network]
            .variable("time_constant")
            .unwrap()
            .values[m]
    };
    // the table's modes add up to the finest grid's resistance, off by what is stated
    let sum: f64 = (0..modes).map(|m| gain(0, m) * gain(1, m) * tau(m)).sum();
    let own = outcome.mean_between(0, 0).value;
    let off = (sum - outcome.mean_between(0, 1).value).abs() / own;
    assert!(
        off < step.network_error + 2e-3 && step.network_error < 0.05,
        "{off} {}",
        step.network_error
    );
}
