//! Monte Carlo against closed forms: what sums, what averages, what is correlated.

mod common;

use common::{answers, fixed_but};
use cpo_link::decibel::watts;
use cpo_link::{Budget, Components, LaserLaw, LinkRequest, MarginSpread, Operation, Port};

/// Engines of 16 lanes, of which four share a fibre of an external source.
fn budget_of(architecture: &str, components: Components) -> Budget {
    let request = LinkRequest {
        samples: 4096,
        lanes_per_engine: 16,
        split: 4,
        ..LinkRequest::default()
    };
    let all = answers(&request, components).architectures;
    let found = all.into_iter().find(|a| a.name == architecture);
    found.expect("an architecture").budget
}

fn spread(components: Components) -> MarginSpread {
    budget_of("cpo_external", components).spread
}

fn spread_of(name: &str, components: Components) -> MarginSpread {
    budget_of(name, components).spread
}

/// Scrambled Sobol points of 4096 engines find a standard deviation to better than this, relative: the error of
/// independent draws would be 1/√(2·4096) = 1.1 %.
const OF_DEVIATION: f64 = 0.01;

fn near(found: f64, expected: f64, what: &str) {
    let off = (found / expected - 1.0).abs();
    assert!(off < OF_DEVIATION, "{what}: {found} {expected}");
}

/// Variance of a triangle from `low` to `high` with its mode in the middle.
fn variance(low: f64, high: f64) -> f64 {
    (high - low).powi(2) / 24.0
}

const CONNECTOR: &str =
    "connector = { typical = \"0.5 dB\", low = \"0.1 dB\", high = \"0.9 dB\", scope = \"lane\" }\n";
const SHIFTER: &str =
    "phase_shifter_excess = { typical = \"4 dB\", low = \"3 dB\", high = \"5 dB\" }\n";

#[test]
fn nothing_spreads_without_spread() {
    let spread = spread(fixed_but(""));
    assert!(spread.deviation_db < 1e-9, "round-off of a sum of 65536");
    assert!((spread.quantiles_db[0] - spread.quantiles_db[2]).abs() < 1e-12);
}

/// A shifter of each lane: an engine's mean over 16 lanes has a quarter of the deviation. Two connectors of a fibre, drawn
/// apart: variances add, and the four lanes of the fibre have them in common, so that four fibres are left to average.
#[test]
fn lanes_average() {
    let shifter = "phase_shifter_excess = { typical = \"4 dB\", low = \"3 dB\", high = \"5 dB\", scope = \"lane\" }";
    for (text, expected, independent) in [
        (shifter, variance(3.0, 5.0).sqrt(), 16.0_f64),
        (CONNECTOR, (2.0 * variance(0.1, 0.9)).sqrt(), 4.0),
    ] {
        let spread = spread(fixed_but(text));
        near(spread.deviation_db, expected, "deviation");
        let of_means = expected / independent.sqrt();
        // 4096 independent means: 1.1 %, three of it
        assert!((spread.engine_deviation_db / of_means - 1.0).abs() < 0.035);
    }
}

/// A laser is asked for the light of the worst of its lanes: the largest of four draws of a lane lies at the median where
/// F⁴ = 1/2, F = 1 − (5 − x)²/2 of the triangle from 3 to 5 dB. A laser of one lane, and what lies before the split, has no worst.
#[test]
fn a_laser_brings_light_for_its_worst_lane() {
    let shifter = "phase_shifter_excess = { typical = \"4 dB\", low = \"3 dB\", high = \"5 dB\", scope = \"lane\" }";
    let worst_of_four = 1.0 - (2.0 * (1.0 - 0.5_f64.powf(0.25))).sqrt();
    // density of the largest there 4 F³ (5 − x) = 1.34 per dB: deviation 1/(2·1.34·√4096) = 5.8·10⁻³ dB, three of it
    let tolerance = 0.018;
    for (architecture, text, expected) in [
        ("cpo_external", shifter, worst_of_four),
        ("cpo_integrated", shifter, 0.0),
        ("cpo_external", CONNECTOR, 0.0),
    ] {
        let asked = budget_of(architecture, fixed_but(text)).required_launch;
        let more = asked.median - asked.value;
        assert!(
            (more - expected).abs() < tolerance,
            "{architecture}: {more}"
        );
    }
}

/// All that a source of the class surely brings, and all that the chip's laser has before it rolls over; of a module's laser no
/// limit is known.
#[test]
fn lasers_are_set_up_to_what_they_have() {
    for architecture in ["cpo_external", "cpo_integrated"] {
        let budget = budget_of(architecture, fixed_but(""));
        let most = budget.most_launch.expect("a limit").value;
        let at_most = budget.spread_at_most.expect("a limit");
        let more = at_most.mean_db - budget.spread.mean_db;
        // round-off of means of 65536
        assert!((more - (most - budget.launch.value)).abs() < 1e-9, "{more}");
        if let Some(class) = budget.class {
            assert_eq!((most, class.nominal_dbm), (21.5, 23.0));
            continue;
        }
        let law = LaserLaw::of(&fixed_but("").typical());
        let at =
            |share: f64| law.operate(share * watts(most), LinkRequest::default().chip_temperature);
        assert!(matches!(at(0.999), Operation::Running(_)));
        assert_eq!(at(1.001), Operation::RolledOver);
    }
    let module = budget_of("dsp_pluggable", fixed_but(""));
    assert!(module.most_launch.is_none() && module.spread_at_most.is_none());
}

/// The limit of the chip's laser is that of each engine: its spread is in the margins to which engines can be set.
#[test]
fn weak_lasers_limit_what_can_be_set() {
    let slope = "laser_slope_efficiency = { typical = \"0.45 W/A\", low = \"0.3 W/A\", high = \"0.6 W/A\" }";
    let budget = budget_of("cpo_integrated", fixed_but(slope));
    let most = budget.most_launch.expect("a limit");
    let spread = budget.spread_at_most.expect("a limit");
    assert!(most.high - most.low > 0.5, "{most:?}");
    let reach = |quantile: usize| spread.quantiles_db[quantile] - budget.spread.quantiles_db[1];
    // the same draws: a quantile falls between samples
    for (k, most) in [most.low, most.median, most.high].into_iter().enumerate() {
        assert!((reach(k) - (most - budget.launch.value)).abs() < 2e-3);
    }
}

/// One draw for all lanes does not average.
#[test]
fn what_is_systematic_does_not_average() {
    let spread = spread(fixed_but(SHIFTER));
    let expected = variance(3.0, 5.0).sqrt();
    near(spread.deviation_db, expected, "deviation");
    near(spread.engine_deviation_db, expected, "deviation of engines");
    for (worst, all) in spread
        .worst_lane_quantiles_db
        .iter()
        .zip(spread.quantiles_db)
    {
        assert!(
            (worst - all).abs() < 2e-3,
            "a quantile falls between samples"
        );
    }
}

#[test]
fn independent_components_add_their_means_and_variances() {
    let skew = "split_excess = { typical = \"0.3 dB\", low = \"0.2 dB\", high = \"0.8 dB\" }\n";
    let nominal = spread(fixed_but("")).mean_db;
    let spread = spread(fixed_but(&format!("{CONNECTOR}{SHIFTER}{skew}")));
    // (a² + b² + c² − ab − ac − bc)/18 of 0.2, 0.3, 0.8
    let (a, c, b) = (0.2_f64, 0.3_f64, 0.8_f64);
    let skewed = (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0;
    let expected = 2.0 * variance(0.1, 0.9) + variance(3.0, 5.0) + skewed;
    near(spread.deviation_db, expected.sqrt(), "deviation");
    // the mean of the skew one is (0.2 + 0.3 + 0.8)/3, of the others the middle
    let shift = (a + b + c) / 3.0 - c;
    assert!((spread.mean_db - (nominal - shift)).abs() < 1e-3);
}

/// Two couplers before TP3: independent, one and the same, and between. The correlation coefficient of the normal scores
/// is that of the losses themselves within 2 % for a triangle.
#[test]
fn couplers_of_one_chip_are_correlated() {
    let coupler = |rho: f64| {
        let text = format!(
            "coupler = {{ typical = \"1.5 dB\", low = \"1 dB\", high = \"2 dB\", correlation = {rho:?} }}"
        );
        spread(fixed_but(&text)).deviation_db.powi(2)
    };
    let one = variance(1.0, 2.0);
    near(coupler(0.0), 2.0 * one, "independent");
    near(coupler(1.0), 4.0 * one, "the same");
    let half = coupler(0.5) / one;
    assert!((half - 3.0).abs() < 0.05, "{half}");
}

/// What is asked of a laser rests on the same: couplers of one chip are as alike as their component says, connectors of one fibre have
/// a loss each. p05 to p95 of one triangle of width 1 span 2 (1/2 - √0.025), of two alike twice that, of two apart 2 × 0.4767, as below.
#[test]
fn light_that_is_asked_has_a_draw_for_each_place() {
    let range = |architecture: &str, text: &str| {
        let asked = budget_of(architecture, fixed_but(text)).required_launch;
        asked.high - asked.low
    };
    let coupler = |rho: f64| {
        format!(
            "coupler = {{ typical = \"1.5 dB\", low = \"1 dB\", high = \"2 dB\", correlation = {rho:?} }}"
        )
    };
    let connector =
        "connector = { typical = \"0.5 dB\", low = \"0 dB\", high = \"1 dB\", scope = \"lane\" }";
    let one = 2.0 * (0.5 - 0.025f64.sqrt());
    let apart = 2.0 * 0.4767;
    // three times √(0.05 × 0.95/4096)/0.382 at both ends, what a p05 of independent draws errs by where their density is 0.382/dB
    let tolerance = 2.0 * 0.027;
    for (architecture, text, expected) in [
        ("cpo_integrated", coupler(0.0), one),
        ("cpo_external", coupler(1.0), 2.0 * one),
        ("cpo_external", coupler(0.0), apart),
        ("cpo_external", connector.to_owned(), apart),
    ] {
        let found = range(architecture, &text);
        assert!(
            (found - expected).abs() < tolerance,
            "{architecture} {text}: {found} {expected}"
        );
    }
    let half = range("cpo_external", &coupler(0.5));
    // a sum of two with the correlation 1/2 has √3 of the deviation of one, two alike 2, two apart √2
    assert!(
        apart + tolerance < half && half < 2.0 * one - tolerance,
        "{half}"
    );
}

/// Two architectures have the coupler before the transmitter's fibre in common: apart by a fixed loss, by one draw in each.
#[test]
fn the_last_coupler_is_drawn_alike_for_all() {
    let text =
        "coupler = { typical = \"1.5 dB\", low = \"1 dB\", high = \"2 dB\", correlation = 0.0 }";
    let launch = |name: &str| budget_of(name, fixed_but(text)).required_launch;
    let (module, chip) = (launch("dsp_pluggable"), launch("cpo_integrated"));
    let apart = module.value - chip.value;
    for (a, b) in [
        (module.low, chip.low),
        (module.median, chip.median),
        (module.high, chip.high),
    ] {
        assert!((a - b - apart).abs() < 1e-9, "round-off");
    }
}

/// The receiving chip is another engine's: the coupler before the photodiode does not follow those of the sending chip, however
/// much these follow each other. Exact, for symmetric triangles of width 1, each the mean of two uniform draws: the sum of two
/// is half an Irwin-Hall sum of four, (4 - y)⁴/24 = 0.05 less 4 (3 - y)⁴/24 in its tail, whose p05 lies 0.4767 below the middle.
#[test]
fn the_far_chip_has_couplers_of_its_own() {
    let same =
        "coupler = { typical = \"1.5 dB\", low = \"1 dB\", high = \"2 dB\", correlation = 1.0 }";
    let spread = spread_of("cpo_integrated", fixed_but(same));
    let [p05, p50, p95] = spread.photodiode_quantiles_db;
    // one draw for both would have 2 (0.5 - √0.025) = 0.684
    for width in [p50 - p05, p95 - p50] {
        // three times √(0.05 × 0.95/4096)/0.382, what a p05 of independent draws errs by where their density is 0.382/dB
        assert!((width - 0.4767).abs() < 0.027, "{width}");
    }
    // one coupler lies before TP3
    near(
        spread.deviation_db.powi(2),
        variance(1.0, 2.0),
        "the sending chip's alone",
    );
}

#[test]
fn yield_falls_with_the_margin_asked_for() {
    let spread = spread(Components::embedded().expect("embedded data"));
    let curve = &spread.yield_curve;
    let (first, last) = (&curve[0], &curve[curve.len() - 1]);
    assert_eq!([first.lane_yield, first.engine_yield], [1.0; 2]);
    assert_eq!([last.lane_yield, last.engine_yield], [0.0; 2]);
    for pair in curve.windows(2) {
        assert!(pair[0].lane_yield >= pair[1].lane_yield);
        assert!(pair[0].engine_yield >= pair[1].engine_yield);
    }
    assert!(curve.iter().all(|p| p.engine_yield <= p.lane_yield));
    let median = spread.yield_at(spread.quantiles_db[1]).lane_yield;
    assert!(
        (median - 0.5).abs() < 0.01,
        "{median}: linear between points of the curve"
    );
}

/// Four wavelengths to a fibre: both multiplexers are in the light's way, with FR4's own amplitudes and channel besides. Lanes with a
/// fibre each have neither, nor a line for them.
#[test]
fn lanes_of_one_fibre_are_multiplexed() {
    let of = |standard: &str, text: &str| {
        let request = LinkRequest {
            port: Port {
                bandwidth: 800e9,
                standard: standard.into(),
            },
            tiers: Vec::new(),
            ..LinkRequest::default()
        };
        answers(&request, fixed_but(text))
    };
    let none = "multiplexer = { typical = \"0 dB\" }\ndemultiplexer = { typical = \"0 dB\" }";
    for k in 0..5 {
        let budget =
            |standard: &str, text: &str| of(standard, text).architectures[k].budget.clone();
        let (with, without) = (budget("400G-FR4", ""), budget("400G-FR4", none));
        let more = |number: fn(&Budget) -> f64| number(&with) - number(&without);
        // the transmitter's before TP2, where the standard asks for its light; the receiver's beyond TP3
        assert!(
            (more(|b| b.required_launch.value) - 1.5).abs() < 1e-9,
            "round-off"
        );
        assert!((more(|b| b.photodiode_margin.value) + 1.5).abs() < 1e-9);
        assert!(more(|b| b.margin.value).abs() < 1e-9);
        let terms = |budget: &Budget| {
            let terms = budget.planes.iter().flat_map(|p| &p.terms);
            terms
                .filter(|(name, _)| name.contains("multiplexer"))
                .count()
        };
        assert_eq!([terms(&with), terms(&budget("400G-DR4", ""))], [2, 0]);
        let (dr4, same) = (budget("400G-DR4", ""), budget("400G-DR4", none));
        let [dr4, same] = [dr4, same].map(|budget| format!("{budget:?}"));
        assert!(dr4 == same, "no multiplexer whose value could matter");
    }
    let used = |standard: &str| {
        let all = of(standard, "").components;
        all.iter()
            .find(|c| c.name == "multiplexer")
            .expect("there")
            .is_used
    };
    assert!(used("400G-FR4") && !used("400G-DR4"));
}

/// A laser feeds lanes of its own wavelength: with three lanes to a laser the four lanes of each wavelength of FR4 have two lasers, one
/// of them for one lane, and an engine's mean over 16 lanes has the variance (3² + 1²) 4/16² of a laser's connectors. Lasers that fed
/// any lanes would be six, with (5·3² + 1)/16².
#[test]
fn lanes_that_share_a_laser_have_one_wavelength() {
    let request = LinkRequest {
        port: Port {
            bandwidth: 800e9,
            standard: "400G-FR4".into(),
        },
        samples: 4096,
        split: 3,
        tiers: Vec::new(),
        ..LinkRequest::default()
    };
    let all = answers(&request, fixed_but(CONNECTOR)).architectures;
    let external = all.into_iter().find(|a| a.name == "cpo_external");
    let external = external.expect("an architecture");
    let of_means = (2.0 * variance(0.1, 0.9) * 40.0 / 256.0).sqrt();
    let off = external.budget.spread.engine_deviation_db / of_means - 1.0;
    assert!(off.abs() < 0.035, "{off}: three times 1.1 %, against 7 %");
    let origin = &external.failure_rate.origin;
    assert!(origin.contains("8 lasers an engine"), "{origin}");
}

/// Worst case and statistics are given together, and the first holds the second.
#[test]
fn worst_case_holds_the_statistics() {
    for a in answers(
        &LinkRequest::default(),
        Components::embedded().expect("embedded data"),
    )
    .architectures
    {
        let [worst, best] = a.budget.worst_and_best_margin_db;
        let spread = &a.budget.spread;
        assert!(worst < spread.worst_lane_quantiles_db[0], "{}", a.name);
        assert!(best > spread.quantiles_db[2]);
        assert!((worst..=best).contains(&a.budget.margin.value));
    }
}
