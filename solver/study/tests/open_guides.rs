//! Guides that leak, bend or are made of oblique crystals: what a study says of them reaches the plan
//! and every output.

use std::path::Path;

use cpo_materials::{Length, Quantity};
use cpo_study::present::report;
use cpo_study::run::Results;
use cpo_study::study::{Expr, Number, Wall};
use cpo_study::summary::{Cost, summary};
use cpo_study::table::AttributeValue;
use cpo_study::{Study, tabulate::loss_table};

fn parse(text: &str) -> Study {
    Study::parse(text, "text", Path::new("")).unwrap_or_else(|error| panic!("{error}"))
}

/// Parsed decimals and products of a few factors agree to round-off.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 4.0 * f64::EPSILON * b.abs()
}

/// A leaky film of an oblique crystal: walls, bend, target and axis vary as any quantity.
const LEAKY: &str = r#"
[study]
name = "leaky"
wavelength = "1550 nm"

[parameters]
radius = ["-20 um", "20 um"]
theta = { from = "0 deg", to = "90 deg", points = 3 }

[materials]
film = { catalogue = "LiNbO3 Zelmon 1997", optic_axis = { from_z = "theta" } }
fixed = { catalogue = "LiNbO3 Zelmon 1997", optic_axis = { from_z = "30 deg", elevation = "10 deg" } }

[cross_section.rib]
window = { x = ["-3 um", "3 um"], y = ["-2 um", "2 um"] }
background = "SiO2"
shapes = [
    { name = "slab", material = "fixed", rectangle = { width = "1 um", height = "100 nm", y = "1 um" } },
    { name = "rib", material = "film", rectangle = { width = "1 um", height = "600 nm" } },
]

[modes.bent]
cross_section = "rib"
count = 1
boundary = { pml = ["1 um", "2 um"], bottom = "magnetic" }
bend_radius = "radius"
target = 1.9

[modes.straight]
cross_section = "rib"
count = 2
boundary = { right = { pml = "1.5 um" } }
target = [1.6, 1.9]
"#;

#[test]
fn walls_bend_and_target_vary() {
    let study = parse(LEAKY);
    assert!(study.warnings.is_empty(), "{:?}", study.warnings);
    let plan = study.plan().unwrap_or_else(|error| panic!("{error}"));
    // bent: 2 radii x 3 angles x 2 layers; straight: 3 angles x 2 targets
    let of = |name: &'static str| plan.modes.iter().filter(move |p| p.modes == name);
    assert_eq!((of("bent").count(), of("straight").count()), (12, 6));

    let bent = study.modes_table("bent").unwrap();
    let radius = bent.bend_radius.unwrap();
    let radii: Vec<f64> = of("bent")
        .map(|p| study.evaluate(&radius, &p.values).si())
        .collect();
    assert!(radii[..6].iter().all(|&r| close(r, -20e-6)), "{radii:?}");
    assert!(radii[6..].iter().all(|&r| close(r, 20e-6)), "{radii:?}");
    assert_eq!(bent.target, Some(Expr::Constant(Number(1.9))));
    assert_eq!(bent.boundary.bottom, Wall::Magnetic);
    // all sides not stated are one layer, and one parameter
    assert!(bent.boundary.left == bent.boundary.top && bent.boundary.left == bent.boundary.right);
    let names: Vec<String> = study
        .named_values(&plan.modes[0].values)
        .into_iter()
        .map(|v| v.name)
        .collect();
    assert_eq!(names, ["radius", "theta", "modes.bent.boundary.pml"]);

    let straight = study.modes_table("straight").unwrap();
    let layer = Wall::Absorbing {
        thickness: Expr::Constant(Length::parse("1.5 um").unwrap()),
    };
    assert_eq!(straight.boundary.right, layer);
    assert_eq!(straight.boundary.left, Wall::Electric);
    assert!(straight.bend_radius.is_none());
    let target = straight.target.unwrap();
    let targets: Vec<f64> = of("straight")
        .map(|p| study.evaluate(&target, &p.values).si())
        .collect();
    assert_eq!(targets, [1.6, 1.9, 1.6, 1.9, 1.6, 1.9]);
}

#[test]
fn an_optic_axis_turns_with_a_parameter() {
    let study = parse(LEAKY);
    let plan = study.plan().unwrap();
    let film = |p: usize| {
        let section = study.cross_section("rib", &plan.modes[p].values).unwrap();
        let name = |m: &&cpo_materials::Material| m.name().starts_with("LiNbO3");
        let all: Vec<String> = section
            .materials()
            .iter()
            .filter(name)
            .map(|m| m.name().to_owned())
            .collect();
        all
    };
    let fixed = "LiNbO3 Zelmon 1997, optic axis 30 deg from z and 10 deg up";
    for (p, axis) in [(0, "z"), (2, "45 deg from z"), (4, "x")] {
        let turned = format!("LiNbO3 Zelmon 1997, optic axis {axis}");
        assert_eq!(film(p), [fixed.to_owned(), turned]);
    }
    let used: Vec<String> = study.materials_used().into_iter().map(|m| m.name).collect();
    assert_eq!(
        used,
        [
            "LiNbO3 Zelmon 1997, optic axis z and other directions",
            fixed,
            "SiO2 Malitson 1965"
        ]
    );
}

/// Walls, bend and target are stated on the page, in summary.json and in the loss table.
#[test]
fn every_output_states_walls_bend_and_target() {
    let study = parse(LEAKY);
    let plan = study.plan().unwrap();
    let results = Results {
        modes: vec![Err("not solved in this test".to_owned()); plan.modes.len()],
        couplings: Vec::new(),
        gratings: Vec::new(),
        tapers: Vec::new(),
        heats: Vec::new(),
        lasers: Vec::new(),
    };
    let cost = Cost {
        wall_s: 1.0,
        cpu_s: 1.0,
        peak_bytes: 1 << 20,
        points: plan.len(),
    };

    let json = summary(&study, &plan, &results, &cost, &[]);
    let row = &json["modes"]["bent"][0];
    assert!(close(row["bend_radius"].as_f64().unwrap(), -20e-6));
    assert_eq!(row["target"], 1.9);
    assert_eq!(row["boundary"]["bottom"], "magnetic");
    let layer = |p: usize| json["modes"]["bent"][p]["boundary"]["top"]["pml"].as_f64();
    assert!(close(layer(0).unwrap(), 1e-6) && close(layer(1).unwrap(), 2e-6));
    let row = &json["modes"]["straight"][1];
    assert!(row.get("bend_radius").is_none() && row["target"] == 1.9);

    let table = loss_table(&study, &plan, &results, &[]).unwrap();
    let attribute = |group: &str, name: &str| {
        let group = table.group(&format!("waveguide/{group}")).unwrap();
        let found = group.attributes.iter().find(|a| a.name == name);
        found.map(|a| a.value.clone())
    };
    let text = |text: &str| Some(AttributeValue::Text(text.to_owned()));
    let layer = "pml modes_bent_boundary_pml";
    assert_eq!(
        attribute("bent", "modes_boundary"),
        text(&format!(
            "left {layer}, right {layer}, bottom magnetic, top {layer}"
        ))
    );
    assert_eq!(attribute("bent", "modes_bend_radius"), text("radius"));
    assert_eq!(
        attribute("bent", "modes_target"),
        Some(AttributeValue::Number(1.9))
    );
    assert_eq!(
        attribute("straight", "modes_boundary"),
        text("left electric, right pml 1.5e-6 m, bottom electric, top electric")
    );
    assert_eq!(attribute("straight", "modes_bend_radius"), None);
    assert_eq!(
        attribute("straight", "modes_target"),
        text("modes_straight_target")
    );

    let page = report(&study, &plan, &results, &[], &cost, &[]);
    let page = page.render().unwrap();
    for says in [
        "bottom magnetic",
        "bent with a radius of radius to the middle of the window",
        "the modes nearest to an effective index of 1.9",
        "right PML of 1.5 um",
    ] {
        assert!(page.contains(says), "the page does not say {says:?}");
    }
}
