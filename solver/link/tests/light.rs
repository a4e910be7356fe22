//! The way of the light from a loss table: couplings, tapers behind them, guides.

mod common;

use common::{ask, component, coupled, embedded, error, facet, fixed_but, taper, with};
use cpo_link::{
    ComponentAnswer, ComponentName, LinkAnswers, LinkModel, LinkRequest, Standing, TableEntry,
};
use cpo_table::{AxisScale, Group, Status, Variable};

/// Median 1.6 dB at 1311 nm, half-way between 1.7 and 1.5; deviations of each part about its own median.
#[test]
fn a_coupling_replaces_the_coupler() {
    let a = ask(&with([facet(["P2", "P3"])]), &coupled());
    let coupler = a
        .components
        .iter()
        .find(|c| c.name == "coupler")
        .expect("there");
    assert!(coupler.source.contains("fibre_chip/facet"));
    assert_eq!(coupler.range[1], "1.6 dB");
    let external = a
        .architectures
        .iter()
        .find(|a| a.name == "cpo_external")
        .expect("there");
    let stage = external
        .budget
        .planes
        .iter()
        .find(|p| p.plane == cpo_link::Plane::P3);
    let loss = &stage.expect("a plane").stage_loss;
    assert!(
        (loss.value - 1.6).abs() < 1e-12 && loss.low < 1.5 && loss.high > 2.1,
        "{loss:?}"
    );
}

/// The loss is from fibre to chip or back; another would be put between the wrong planes.
#[test]
fn planes_of_a_coupling_are_checked() {
    let text = error(&with([facet(["P0", "P3"])]), &coupled());
    assert!(
        text.contains("from P0 to P3") && text.contains("from P2 to P3"),
        "{text}"
    );
}

fn tapered() -> LinkRequest {
    LinkRequest {
        taper: Some(TableEntry {
            group: "taper/narrowing".into(),
            at: vec![("length".into(), 2e-4)],
        }),
        ..coupled()
    }
}

const TIP_TO_WIRE: [&str; 2] = ["cross_section.tip", "cross_section.wire"];

/// Ends of a component, in dB.
fn ends(component: &ComponentAnswer) -> [f64; 3] {
    let number = |text: &String| text.strip_suffix(" dB").expect("dB").parse::<f64>();
    std::array::from_fn(|k| number(&component.range[k]).expect("a number"))
}

/// The facet brings light to the tip, the taper from there to the wire: both losses in each direction, error bars added.
#[test]
fn a_taper_adds_to_its_coupling() {
    let plain = ask(&with([facet(["P2", "P3"])]), &coupled());
    let table = with([facet(["P2", "P3"]), taper(TIP_TO_WIRE, 0.25)]);
    let tapered = ask(&table, &tapered());
    let [before, after] = [&plain, &tapered].map(|a| ends(component(a, "coupler")));
    // five digits of the texts
    for (k, more) in [0.25 - 0.03, 0.25, 0.25 + 0.03].into_iter().enumerate() {
        assert!(
            (after[k] - before[k] - more).abs() < 2e-4,
            "{before:?} {after:?}"
        );
    }
    for (name, couplers) in [("cpo_external", 2.0), ("cpo_integrated", 1.0)] {
        let launch = |a: &LinkAnswers| {
            let found = a.architectures.iter().find(|a| a.name == name);
            found.expect("there").budget.required_launch.value
        };
        let more = launch(&tapered) - launch(&plain);
        assert!((more - couplers * 0.25).abs() < 1e-9, "round-off: {more}");
    }
    let of = |a: &LinkAnswers| component(a, "coupler").source.clone();
    assert!(of(&plain).contains("no taper"), "{}", of(&plain));
    for words in [
        "fibre_chip/facet",
        "taper/narrowing from tip to wire",
        "0.250 dB",
    ] {
        assert!(of(&tapered).contains(words), "{}", of(&tapered));
    }
}

/// Deviations of a taper add to the facet's as if they went together, and its median takes the place of its nominal loss.
#[test]
fn a_taper_s_deviations_widen_the_coupler() {
    let mut spread = taper(TIP_TO_WIRE, 0.25);
    let loss = spread.variables[0].clone();
    for (name, value) in [
        ("loss_p50", 0.27),
        ("loss_systematic_p05", 0.20),
        ("loss_systematic_p50", 0.26),
        ("loss_systematic_p95", 0.36),
        ("loss_random_p05", 0.24),
        ("loss_random_p50", 0.25),
        ("loss_random_p95", 0.28),
    ] {
        let mut variable = loss.clone();
        variable.name = name.into();
        for at in [2, 6] {
            variable.values[at] = value;
        }
        spread = spread.with_variable(variable).expect("a variable");
    }
    let coupler = |taper| {
        let a = ask(&with([facet(["P2", "P3"]), taper]), &tapered());
        component(&a, "coupler").clone()
    };
    let [plain, wide] = [taper(TIP_TO_WIRE, 0.25), spread].map(coupler);
    assert!(wide.source.contains("median 0.270 dB"), "{}", wide.source);
    assert!(
        plain.source.contains("without deviations"),
        "{}",
        plain.source
    );
    let [plain, wide] = [&plain, &wide].map(ends);
    assert!(
        (wide[1] - plain[1] - 0.02).abs() < 2e-4,
        "{plain:?} {wide:?}"
    );
    // ends of triangles lie beyond p05 and p95 by less than as much again, if all parts are as wide as each other
    let below = (wide[1] - wide[0]) - (plain[1] - plain[0]);
    let above = (wide[2] - wide[1]) - (plain[2] - plain[1]);
    assert!((0.07..0.14).contains(&below), "{below}");
    assert!((0.13..0.26).contains(&above), "{above}");
}

/// Slightly negative is none within the error bar; what is not known is no number.
#[test]
fn a_taper_gives_no_light_back() {
    let typical = |loss: f64| {
        let table = with([facet(["P2", "P3"]), taper(TIP_TO_WIRE, loss)]);
        ask(&table, &tapered())
    };
    assert_eq!(ends(component(&typical(-0.01), "coupler"))[1], 1.6);
    let mut group = taper(TIP_TO_WIRE, 0.25);
    for variable in &mut group.variables {
        variable.values = vec![f64::NAN; 8];
        variable.status = vec![Status::NotComputed; 8];
        variable.reason = vec![String::from("the mode becomes none"); 8];
        variable.error = Some(vec![f64::NAN; 8]);
    }
    let a = ask(&with([facet(["P2", "P3"]), group]), &tapered());
    assert_eq!(component(&a, "coupler").status, Standing::NotComputed);
    let budget = &a.architectures[2].budget;
    assert!(budget.margin.value.is_nan());
    assert_eq!(budget.margin.status, Standing::NotComputed);
}

#[test]
fn a_taper_that_is_none_is_refused() {
    let table = |planes| with([facet(["P2", "P3"]), taper(planes, 0.25)]);
    let text = error(&table(["P2", "P3"]), &tapered());
    assert!(
        text.contains("taper/narrowing/loss") && text.contains("one cross-section to another"),
        "{text}"
    );
    let mut request = tapered();
    request.taper = Some(TableEntry::new("taper/narowing"));
    let text = error(&table(TIP_TO_WIRE), &request);
    assert!(text.contains("did you mean \"taper/narrowing\"?"), "{text}");
    request.taper = Some(TableEntry::new("taper/narrowing"));
    let text = error(&table(TIP_TO_WIRE), &request);
    assert!(text.contains("say where on its axis length"), "{text}");
    request.coupling = None;
    let text = error(&table(TIP_TO_WIRE), &request);
    assert!(text.contains("goes on from a coupling"), "{text}");
}

/// What all lanes of a wafer share, its couplers share: twice the deviation of one, four times the variance.
#[test]
fn couplers_of_a_table_deviate_together() {
    let mut group = facet(["P2", "P3"]);
    group.variables.retain(|v| !v.name.contains("random"));
    for variable in &mut group.variables {
        variable.error = Some(vec![0.0; 4]);
    }
    let model = LinkModel::new(&with([group]), &coupled(), fixed_but("")).expect("a model");
    let answers = model.answers().expect("answers");
    let deviation = |name: &str| {
        let found = answers.architectures.iter().find(|a| a.name == name);
        found.expect("there").budget.spread.deviation_db
    };
    let ratio = deviation("cpo_external") / deviation("cpo_integrated");
    assert!((ratio - 2.0).abs() < 1e-9, "round-off: {ratio}");
}

/// A guide of two widths; `total` is its loss with scattering, which only rough walls have.
fn wire(total: Option<[f64; 2]>) -> Group {
    let variable = |name: &str, unit: &str, values: [f64; 2]| {
        Variable::new(name, unit, name, &["width"], values.to_vec())
    };
    let mut group = Group::new("waveguide/wire", "modes")
        .with_axis(AxisScale::numbers("width", "m", "width", vec![4e-7, 5e-7]))
        .and_then(|g| g.with_variable(variable("resonance_drift", "m K-1", [6e-11, 7e-11])))
        .and_then(|g| {
            let loss = variable("loss", "dB/m", [0.0, 50.0]);
            g.with_variable(loss.with_error(vec![1.0, 10.0]))
        })
        .expect("a group");
    if let Some(total) = total {
        let loss = variable("total_loss", "dB/m", total).with_error(vec![10.0, 10.0]);
        group = group.with_variable(loss).expect("a variable");
    }
    group
}

fn guided(width: f64) -> LinkRequest {
    LinkRequest {
        waveguide: Some(TableEntry {
            group: "waveguide/wire".into(),
            at: vec![("width".into(), width)],
        }),
        ..LinkRequest::default()
    }
}

/// A swept parameter has no middle: the request must say where.
#[test]
fn swept_axes_must_be_stated() {
    let table = with([wire(Some([0.0, 300.0]))]);
    let request = LinkRequest {
        waveguide: Some(TableEntry::new("waveguide/wire")),
        ..LinkRequest::default()
    };
    assert!(error(&table, &request).contains("say where on its axis width"));
    let taken = |width: f64| {
        let a = ask(&table, &guided(width));
        ["resonance_drift", "waveguide_loss"]
            .map(|name| component(&a, name).source.starts_with("waveguide/wire"))
    };
    assert_eq!(taken(5e-7), [true, true]);
    assert_eq!(
        taken(4e-7),
        [true, false],
        "a loss less than its error is not told from none"
    );
}

/// Absorption and leakage alone do not replace a measured propagation loss; with scattering it is the total that does.
#[test]
fn a_loss_without_scattering_replaces_nothing() {
    let loss = |total: Option<[f64; 2]>| {
        let a = ask(&with([wire(total)]), &guided(5e-7));
        component(&a, "waveguide_loss").clone()
    };
    let smooth = loss(None);
    let built_in = embedded().get(ComponentName::WaveguideLoss).texts.clone();
    assert_eq!(smooth.range, built_in);
    assert!(
        smooth.source.contains("without scattering"),
        "{}",
        smooth.source
    );
    let rough = loss(Some([0.0, 300.0]));
    assert_eq!(rough.range[1], "300 dB/m");
    assert!(rough.source.contains("total_loss"), "{}", rough.source);
}

/// What would prove it wrong: a guide's deviations are not those of the component, or a drift to shorter wavelengths has its ends
/// exchanged. Sources have p05 and p95 about the median, whose triangle has ends beyond them; error bars widen it.
#[test]
fn a_guide_deviates_as_the_table_says() {
    for sign in [1.0, -1.0] {
        let mut group = wire(None);
        for (part, quantiles) in [
            ("", [60.0, 70.0, 75.0]),
            ("systematic_", [62.0, 70.0, 74.0]),
            ("random_", [67.0, 70.0, 71.0]),
        ] {
            let mut of: Vec<f64> = quantiles.iter().map(|q| sign * q * 1e-12).collect();
            if sign < 0.0 {
                of.reverse();
            }
            for (quantile, value) in ["p05", "p50", "p95"].into_iter().zip(of) {
                let name = format!("resonance_drift_{part}{quantile}");
                let values = vec![value; 2];
                let variable = Variable::new(&name, "m K-1", &name, &["width"], values);
                group = group.with_variable(variable).expect("a variable");
            }
        }
        if let Some(drift) = group
            .variables
            .iter_mut()
            .find(|v| v.name == "resonance_drift")
        {
            for value in &mut drift.values {
                *value *= sign;
            }
        }
        let a = ask(&with([group]), &guided(5e-7));
        let found = component(&a, "resonance_drift");
        assert!(
            found.source.contains("median") && found.is_systematic,
            "{}",
            found.source
        );
        let number = |text: &String| text.split(' ').next().expect("a number").parse::<f64>();
        let [low, middle, high] = found
            .range
            .each_ref()
            .map(|text| number(text).expect("one"));
        // by another solver of their equations, triangles of 8 below and 4 above have ends at -11.116 and 6.357, of 3 and 1 at
        // -4.088 and 1.702; texts have five digits
        let about = [(low - middle) / middle, (high - middle) / middle].map(|x| 70.0 * x);
        let off = [about[0] + 15.204, about[1] - 8.059];
        assert!(off.iter().all(|off| off.abs() < 5e-3), "{about:?}");
    }
}

/// Losses whose deviations of both kinds reach further down than to none are none there, not a gain; those that are not known are told.
#[test]
fn a_guide_does_not_amplify() {
    let lossy = |systematic: [f64; 3], random: [f64; 3], median: f64| {
        let mut group = wire(Some([300.0, 416.0]));
        let parts = [
            ("", [median; 3]),
            ("systematic_", systematic),
            ("random_", random),
        ];
        for (part, quantiles) in parts {
            for (quantile, value) in ["p05", "p50", "p95"].into_iter().zip(quantiles) {
                let name = format!("total_loss_{part}{quantile}");
                let status = if value.is_nan() {
                    Status::NotComputed
                } else {
                    Status::Ok
                };
                let variable = Variable::new(&name, "dB/m", &name, &["width"], vec![value; 2])
                    .with_status(vec![status; 2], Vec::new());
                group = group.with_variable(variable).expect("a variable");
            }
        }
        let a = ask(&with([group]), &guided(5e-7));
        component(&a, "waveguide_loss").clone()
    };
    let found = lossy([300.0, 416.0, 550.0], [49.0, 416.0, 1143.0], 416.0);
    let low: f64 = found.range[0]
        .split(' ')
        .next()
        .expect("a number")
        .parse()
        .expect("one");
    assert!(low.abs() < 1e-9, "{:?}", found.range);
    assert_eq!(found.status, Standing::Ok);
    let unknown = lossy([f64::NAN; 3], [f64::NAN; 3], f64::NAN);
    assert_eq!(unknown.status, Standing::Unconverged);
    assert!(unknown.source.contains("its spread not computed"));
}
