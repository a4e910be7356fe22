//! What deviations make of lasers: against lasers solved where parameters stand at their own quantiles, and against arrays whose
//! lasers differ.

use std::path::Path;

use cpo_materials::{
    Current, Quantity, Resistance, SlopeEfficiency, Temperature, TemperatureDifference, Voltage,
    Wavelength, WavelengthDrift,
};
use cpo_solver::laser::{LaserArray, LaserModel, LaserParameters};
use cpo_study::Study;
use cpo_study::run::{Checkpoints, Results, Silent, run};
use cpo_study::table::{Group, Status};
use cpo_study::tabulate::loss_table;
use ndarray::Array2;

/// z at p95 of a normal deviate.
const P95: f64 = 1.644_853_626_951_472_6;

/// Three lasers in a row.
fn study(convection: &str, threshold: &str, drive: &str) -> String {
    format!(
        r#"
[study]
name = "lasers"

[floorplan.chip]
size = ["1 mm", "1 mm"]
layers = [
    {{ name = "base", material = {{ conductivity = "130 W/(m K)" }}, thickness = "100 um" }},
    {{ name = "active", material = {{ conductivity = "60 W/(m K)" }}, thickness = "5 um" }},
]
sources = [
    {{ name = "laser", layer = "active", rectangle = {{ width = "20 um", length = "300 um" }}, array = {{ count = 3, pitch = "200 um", axis = "x" }}, power = "50 mW" }},
]

[heat.liquid]
floorplan = "chip"
ambient = "30 degC"
bottom = {{ convection = {convection} }}
error = 0.02

[laser.dfb]
heat = "liquid"
sources = "laser"
threshold_current = {threshold}
threshold_temperature = "60 K"
slope_efficiency = "0.3 W/A"
slope_temperature = "200 K"
turn_on_voltage = "0.9 V"
series_resistance = "4 ohm"
wavelength = "1310 nm"
wavelength_drift = "0.09 nm/K"
reliability = {{ failure_rate = "50 FIT", activation_energy = "0.7 eV", junction_temperature = "55 degC" }}
{drive}
"#
    )
}

fn solved(text: &str, threads: usize) -> (Results, Group, Group) {
    let study = Study::parse(text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap_or_else(|e| panic!("{e}"));
    let results = run(&study, &plan, threads, &Checkpoints::none(), &Silent).unwrap();
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let [lasers, heat] =
        ["laser/dfb_liquid", "thermal/liquid"].map(|group| table.group(group).unwrap().clone());
    (results, lasers, heat)
}

fn of(group: &Group, name: &str, laser: usize) -> f64 {
    let variable = group.variable(name);
    variable.unwrap_or_else(|| panic!("no {name}")).values[laser]
}

const NOMINAL: [&str; 3] = [r#""20000 W/(m2 K)""#, r#""10 mA""#, r#"current = "60 mA""#];

/// What would prove it wrong: a convection that all lasers share puts junctions elsewhere than where it has its own quantiles.
#[test]
fn heat_that_deviates_moves_the_lasers() {
    let sigma = 3000.0;
    let convection = r#"{ nominal = "20000 W/(m2 K)", sigma = "3000 W/(m2 K)", scope = "wafer" }"#;
    let (results, spread, _) = solved(&study(convection, NOMINAL[1], NOMINAL[2]), 2);
    assert_eq!(results.status(), Status::Ok);
    let at = |deviates: f64| {
        let convection = format!("\"{} W/(m2 K)\"", 20000.0 + deviates * sigma);
        solved(&study(&convection, NOMINAL[1], NOMINAL[2]), 2).1
    };
    // less convection is hotter, and a junction's quantiles are where the convection has the opposite ones
    let [hot, cold] = [at(-P95), at(P95)];
    for (name, falls) in [
        ("junction_temperature", false),
        ("emission_wavelength", false),
        ("failure_rate", false),
        ("optical_power", true),
    ] {
        let (low, high) = if falls { (&hot, &cold) } else { (&cold, &hot) };
        for laser in 0..3 {
            let [p05, p95] = ["p05", "p95"].map(|q| of(&spread, &format!("{name}_{q}"), laser));
            let exact = [low, high].map(|group| of(group, name, laser));
            // 4 %: order statistics of 2048 draws, and the third order of 1/h at 15 %
            let off = [p05 - exact[0], p95 - exact[1]].map(f64::abs);
            let basis = 0.04 * (exact[1] - exact[0]);
            assert!(
                basis > 0.0 && off.iter().all(|&off| off < basis),
                "{name} {p05} {p95} {exact:?}"
            );
            let random = ["p05", "p95"].map(|q| of(&spread, &format!("{name}_random_{q}"), laser));
            assert_eq!(random[0], random[1], "nothing of each lane deviates");
        }
    }
}

/// What would prove it wrong: thresholds of each laser go together, or those of neighbours are left out. The deviation of the middle junction
/// is √Σ_j (σ ∂T/∂I_j)² with each laser its own threshold, and σ Σ_j ∂T/∂I_j with one for all.
#[test]
fn a_poor_laser_warms_its_neighbours() {
    let sigma = 0.3e-3;
    let (_, nominal, heat) = solved(&study(NOMINAL[0], NOMINAL[1], NOMINAL[2]), 2);
    let power = r#"power = "10 mW""#;
    let resistance = heat.variable("thermal_resistance_mean").unwrap();
    let resistance = Array2::from_shape_vec((3, 3), resistance.values.clone()).unwrap();
    let base: Vec<Temperature> = (0..3)
        .map(|i| Temperature::from_si(of(&nominal, "base_temperature", i)))
        .collect();
    let model = |threshold: f64| {
        LaserModel::new(LaserParameters {
            reference: Temperature::celsius(25.0),
            threshold: Current::a(threshold),
            threshold_temperature: TemperatureDifference::kelvin(60.0),
            slope: SlopeEfficiency::from_si(0.3),
            slope_temperature: TemperatureDifference::kelvin(200.0),
            turn_on: Voltage::from_si(0.9),
            resistance: Resistance::from_si(4.0),
            wavelength: Wavelength::from_si(1310e-9),
            drift: WavelengthDrift::from_si(0.09e-9),
        })
        .unwrap()
    };
    let middle = |thresholds: [f64; 3]| {
        let lasers = thresholds.map(model).to_vec();
        let bars = Array2::zeros((3, 3));
        let array = LaserArray::new(lasers, &base, resistance.clone(), bars).unwrap();
        let powers = vec![cpo_materials::Power::from_si(10e-3); 3];
        let operating = array.at_powers(&powers).unwrap();
        operating.states().unwrap()[1].junction.si()
    };
    let slopes: Vec<f64> = (0..3)
        .map(|j| {
            let at = |by: f64| {
                let mut thresholds = [10e-3; 3];
                thresholds[j] += by * sigma;
                middle(thresholds)
            };
            0.5 * (at(1.0) - at(-1.0))
        })
        .collect();
    let together: f64 = slopes.iter().sum();
    let apart = slopes.iter().map(|s| s * s).sum::<f64>().sqrt();
    assert!(together > 1.05 * apart, "neighbours count: {slopes:?}");
    for (scope, part, deviation) in [("lane", "random", apart), ("wafer", "systematic", together)] {
        let threshold = format!(r#"{{ nominal = "10 mA", sigma = "0.3 mA", scope = "{scope}" }}"#);
        let (_, spread, _) = solved(&study(NOMINAL[0], &threshold, power), 2);
        for name in [String::new(), format!("{part}_")] {
            let [p05, p95] =
                ["p05", "p95"].map(|q| of(&spread, &format!("junction_temperature_{name}{q}"), 1));
            let found = (p95 - p05) / (2.0 * P95);
            // 2 %: order statistics of 2048 draws; what they are off beyond first order is in the third
            assert!(
                (found / deviation - 1.0).abs() < 0.02,
                "{scope}: {found} {deviation}"
            );
        }
    }
}

/// Power that one draw in some cannot deliver: a quantile among those is none, and says why; the others stand.
#[test]
fn draws_at_rollover_are_counted() {
    let threshold = r#"{ nominal = "10 mA", sigma = "1 mA", scope = "wafer" }"#;
    let (_, nominal, _) = solved(&study(NOMINAL[0], NOMINAL[1], NOMINAL[2]), 2);
    let most = (0..3).map(|i| of(&nominal, "rollover_power", i));
    let power = format!(
        "power = \"{} mW\"",
        0.97e3 * most.fold(f64::INFINITY, f64::min)
    );
    let (results, spread, _) = solved(&study(NOMINAL[0], threshold, &power), 2);
    let share = of(&spread, "rollover_share", 0);
    assert!((0.05..0.5).contains(&share), "{share}");
    assert_eq!(
        results.status(),
        Status::Ok,
        "rollover in draws is an answer"
    );
    let quantile = |q: &str| spread.variable(&format!("drive_current_{q}")).unwrap();
    assert!(quantile("p50").values[1].is_finite());
    let last = quantile("p95");
    assert!(last.values[1].is_nan());
    assert_eq!(last.status[1], Status::NotComputed);
    assert!(
        last.reason[1].contains("rollover: in "),
        "{}",
        last.reason[1]
    );
}

#[test]
fn draws_do_not_depend_on_threads() {
    let convection = r#"{ nominal = "20000 W/(m2 K)", sigma = "2000 W/(m2 K)", scope = "die" }"#;
    let threshold = r#"{ nominal = "10 mA", sigma = "0.3 mA", scope = "lane" }"#;
    let text = study(convection, threshold, r#"power = "10 mW""#);
    let [one, two] = [1, 2].map(|threads| solved(&text, threads).1);
    for (a, b) in one.variables.iter().zip(&two.variables) {
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&a.values), bits(&b.values), "{}", a.name);
    }
    // parts of both kinds, and each less than all together
    let width = |part: &str| {
        let [p05, p95] =
            ["p05", "p95"].map(|q| of(&one, &format!("junction_temperature_{part}{q}"), 1));
        p95 - p05
    };
    let [all, systematic, random] = ["", "systematic_", "random_"].map(width);
    // 4 %: order statistics of 2048 draws
    assert!(
        (systematic.hypot(random) / all - 1.0).abs() < 0.04,
        "{all} {systematic} {random}"
    );
}

/// Kelvins are a difference here, and volts watts per ampere.
#[test]
fn values_are_shown_as_they_are_used() {
    let text = study(NOMINAL[0], NOMINAL[1], NOMINAL[2])
        .replace(
            r#"= "60 K""#,
            r#"= { nominal = "60 K", sigma = "1 K", scope = "wafer" }"#,
        )
        .replace(r#"= "0.3 W/A""#, r#"= ["0.3 W/A", "0.32 W/A"]"#);
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap_or_else(|e| panic!("{e}"));
    let named = study.named_values(&plan.lasers[1].values);
    let shown: Vec<String> = named.iter().map(ToString::to_string).collect();
    let expected = [
        "laser.dfb.threshold_temperature = 60 K",
        "laser.dfb.slope_efficiency = 0.32 W/A",
    ];
    assert_eq!(shown, expected);
}

/// Heat that deviates far and power that a third of the draws cannot deliver. What would prove it wrong: quantiles on the cool side are off by more
/// than their bars from lasers whose convection has its own quantile, or the share from that of convections at which the array
/// brings the power.
#[test]
fn bars_near_rollover_hold() {
    let (nominal, sigma, power) = (8000.0, 1600.0, 18.5e-3);
    let asked = format!("power = \"{} mW\"", 1e3 * power);
    let deviating = r#"{ nominal = "8000 W/(m2 K)", sigma = "1600 W/(m2 K)", scope = "wafer" }"#;
    let (_, spread, _) = solved(&study(deviating, NOMINAL[1], &asked), 2);
    let at = |deviates: f64| {
        let convection = format!("\"{} W/(m2 K)\"", nominal + deviates * sigma);
        solved(&study(&convection, NOMINAL[1], &asked), 2).1
    };
    let error = |name: &str, laser: usize| {
        let variable = spread.variable(name).unwrap();
        variable.error.as_ref().unwrap()[laser]
    };
    let cool = at(P95);
    for (name, low) in [
        ("junction_temperature", "p05"),
        ("drive_current", "p05"),
        ("wall_plug_efficiency", "p95"),
    ] {
        for part in ["", "systematic_"] {
            let quantile = format!("{name}_{part}{low}");
            let off = (of(&spread, &quantile, 1) - of(&cool, name, 1)).abs();
            let bar = error(&quantile, 1);
            assert!(off < bar, "{quantile}: {off} {bar}");
            let width = (of(&spread, &quantile, 1) - of(&spread, &format!("{name}_p50"), 1)).abs();
            assert!(
                bar < 0.5 * width,
                "{quantile}: a bar of {bar} says little of {width}"
            );
        }
    }
    // the deviation at which the array brings just that power, to a thousandth, the most light being smooth
    let (mut fails, mut brings) = (-1.5, 0.5);
    for _ in 0..11 {
        let middle = 0.5 * (fails + brings);
        match of(&at(middle), "rollover_power", 1) > power {
            true => brings = middle,
            false => fails = middle,
        }
    }
    let share = 0.5 * erfc(-brings / f64::sqrt(2.0));
    let (found, bar) = (of(&spread, "rollover_share", 0), error("rollover_share", 0));
    assert!(
        (found - share).abs() < bar && bar < 0.2,
        "{found} {share} {bar}"
    );
}

/// Abramowitz and Stegun 7.1.26, to 1.5e-7.
fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ];
    series.iter().fold(0.0, |sum, a| (sum + a) * t) * (-x * x).exp()
}

/// A drive that some draws would make negative is refused before anything is solved.
#[test]
fn a_drive_that_could_be_negative_is_refused() {
    let drive = r#"current = { nominal = "60 mA", sigma = "20 mA", scope = "lane" }"#;
    let text = study(NOMINAL[0], NOMINAL[1], drive);
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let told = study.plan().unwrap_err().to_string();
    assert!(
        told.contains("current would be negative") && told.contains("5 sigma"),
        "{told}"
    );
}
