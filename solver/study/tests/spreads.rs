//! Spread of an effective index by tolerances, against modes solved anew where they put the guide.

use std::path::Path;

use cpo_study::Study;
use cpo_study::run::{Checkpoints, Silent, run};
use cpo_study::table::Group;
use cpo_study::tabulate::loss_table;

fn wire(width: &str, height: &str) -> Group {
    let text = format!(
        r#"
[study]
name = "spread"
wavelength = "1310 nm"

[parameters]
width = {width}
height = {height}

[cross_section.wire]
window = {{ x = ["-1.5 um", "1.5 um"], y = ["-1.4 um", "1.6 um"] }}
background = {{ index = 1.447 }}
shapes = [
    {{ name = "core", material = {{ index = 3.5 }}, rectangle = {{ width = "width", height = "height" }} }},
]

[modes.wire]
cross_section = "wire"
count = 1
error = 1e-5
"#
    );
    let study = Study::parse(&text, "text", Path::new("")).unwrap_or_else(|e| panic!("{e}"));
    let plan = study.plan().unwrap();
    let results = run(&study, &plan, 2, &Checkpoints::none(), &Silent).unwrap();
    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    table.group("waveguide/wire").unwrap().clone()
}

#[test]
fn quantiles_lie_where_guides_of_the_tolerances_lie() {
    let spread = wire(
        r#"{ nominal = "400 nm", sigma = "4 nm", scope = "wafer" }"#,
        r#"{ nominal = "220 nm", sigma = "1 nm", scope = "lane" }"#,
    );
    let of = |name: &str| {
        spread
            .variable(name)
            .unwrap_or_else(|| panic!("no {name}"))
            .values[0]
    };
    let half = |part: &str| {
        let [low, middle, high] =
            ["p05", "p50", "p95"].map(|q| of(&format!("effective_index_{part}{q}")));
        assert!((middle - of("effective_index")).abs() < 1e-15);
        assert!(
            (high + low - 2.0 * middle).abs() < 1e-14,
            "symmetric to first order"
        );
        high - middle
    };
    let (all, systematic, random) = (half(""), half("systematic_"), half("random_"));
    assert!((all - systematic.hypot(random)).abs() < 1e-12);
    let steps = 1.644_853_626_951_472_6;
    for (half, width, height) in [(systematic, 4.0 * steps, 0.0), (random, 0.0, steps)] {
        let index = |sign: f64| {
            let at = |middle: f64, by: f64| format!("\"{} nm\"", middle + sign * by);
            let group = wire(&at(400.0, width), &at(220.0, height));
            group.variable("effective_index").unwrap().values[0]
        };
        let anew = 0.5 * (index(1.0) - index(-1.0));
        // The third order of half of 13 nm in 400 nm and 1e-5 of each of two indices
        assert!((anew - half).abs() < 0.01 * half + 1e-5, "{anew} {half}");
    }
}
