//! Energies of the architectures: rows that the model must hold, boundaries, and what must be there.

mod common;

use common::{answers, components, fixed_but};
use cpo_link::decibel::watts;
use cpo_link::{
    Boundary, BreakEvenSide, Components, EngineYield, LinkAnswers, LinkRequest, MarginSpread, Port,
    Standing, Verdict,
};

fn embedded() -> Components {
    Components::embedded().expect("embedded data")
}

fn over(standard: &str) -> LinkAnswers {
    let request = LinkRequest {
        port: Port {
            bandwidth: 1.6e12,
            standard: standard.to_owned(),
        },
        ..LinkRequest::default()
    };
    answers(&request, embedded())
}

/// Known rows, pJ/bit of optics and with the host's SerDes, lie between p05 and p95; they are stated to 0.1 pJ/bit, so half of
/// that is theirs.
#[test]
fn known_rows_lie_within_the_spread() {
    let lanes = [over("400G-DR4"), over("200G-DR")];
    let rows = [
        ("dsp_pluggable", 1, [15.0, 20.0]),
        ("linear_pluggable", 1, [6.25, 11.8]),
        ("cpo_external", 0, [6.3, 7.6]),
        ("cpo_external_rings", 1, [4.8, 6.1]),
        ("cpo_integrated", 1, [4.5, 5.8]),
    ];
    let mut missed = Vec::new();
    for (name, lane, row) in rows {
        let found = lanes[lane].architectures.iter().find(|a| a.name == name);
        let energies = &found.expect("an architecture").energies;
        for (energy, expected) in energies.iter().zip(row) {
            let n = &energy.energy;
            if !(n.low - 0.05e-12..=n.high + 0.05e-12).contains(&(expected * 1e-12)) {
                missed.push(format!(
                    "{name} {:?} {expected}: {:e} {:e} {:e}",
                    energy.boundary, n.low, n.value, n.high
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Published totals that no component comes from lie between p05 and p95.
#[test]
fn published_totals_stand_beside_the_model() {
    let published = over("400G-DR4").published;
    let tests = published.iter().filter(|total| !total.is_input);
    assert_eq!((published.len(), tests.clone().count()), (10, 6));
    for total in &published {
        let within = total.model.covers(total.energy.value);
        assert_eq!(total.is_within, within, "{}", total.name);
    }
    for total in tests {
        assert!(total.is_within, "{}: {:?}", total.name, total.model);
    }
    let energy = |name: &str| {
        let found = published.iter().find(|total| total.name.contains(name));
        found.expect("there").energy.value
    };
    assert!(
        (energy("Bailly") - 6.875e-12).abs() < 1e-18,
        "5.5 W per 800G"
    );
    assert!(
        (energy("Quantum") - 5.625e-12).abs() < 1e-18,
        "9 W per 1.6T"
    );
}

/// Analogue electronics by (r/100 Gbit/s)^(0.22 − 1); a DSP's energy per bit is that of its process, not of the lane.
#[test]
fn electronics_of_a_lane_gain_from_its_rate() {
    let item = |standard: &str, name: &str| {
        let module = over(standard).architectures[0].clone();
        let found = module.items.into_iter().find(|item| item.name == name);
        found.expect("an item").energy.value
    };
    let gain = |name: &str| item("200G-DR", name) / item("400G-DR4", name);
    assert!(
        (gain("module_driver") - 2f64.powf(-0.78)).abs() < 1e-12,
        "round-off"
    );
    assert!((gain("dsp_energy") - 1.0).abs() < 1e-12);
}

/// Boundaries nest, each number says which is its own, and what lies between optics and host is the SerDes alone.
#[test]
fn boundaries_nest() {
    for a in over("400G-DR4").architectures {
        let energies: Vec<f64> = a.energies.iter().map(|e| e.energy.value).collect();
        assert!(
            energies[0] < energies[1] && energies[1] < energies[2],
            "{}",
            a.name
        );
        let items: f64 = a.items.iter().map(|i| i.energy.value).sum();
        assert!((items / energies[0] - 1.0).abs() < 1e-12, "round-off");
        assert_eq!(
            a.energies.iter().map(|e| e.boundary).collect::<Vec<_>>(),
            Boundary::ALL
        );
        for e in &a.energies {
            assert!((e.power.value / (e.energy.value * 1.6e12) - 1.0).abs() < 1e-12);
            assert!(e.energy.origin.contains(e.boundary.name()));
            assert!(e.least_and_most[0] < e.energy.low);
        }
    }
}

/// A switch whose SerDes ran at the pluggable host's energy keeps its stated chip power: 500 W + 300 W + optics, as 64 ports.
#[test]
fn switch_chip_is_counted_once() {
    let a = over("400G-DR4");
    let dsp = &a.architectures[0];
    let [optics, switch] = [0, 2].map(|k| dsp.energies[k].energy.value);
    assert!(
        (51.2e12 * (switch - optics) - 800.0).abs() < 1e-9,
        "round-off of 800 W"
    );
}

/// The claim of 50 to 60 % more power holds for DSP modules at no boundary of optics; each claim comes with numbers.
#[test]
fn claims_are_computed_with_their_boundary() {
    let a = over("400G-DR4");
    let claim = |name: &str| a.claims.iter().find(|c| c.name == name).expect("a claim");
    let names: Vec<&str> = a.claims.iter().map(|c| c.name).collect();
    let expected = [
        "external_light_lost",
        "pluggables_take_more",
        "share_of_dsp",
        "integrated_couple_better",
        "copper_needs_dsp",
        "delay_falls",
        "tiers_decide",
    ];
    assert_eq!(names, expected);
    assert!(a.claims.iter().all(|c| !c.findings.is_empty()));
    let lost = claim("external_light_lost");
    assert_eq!(
        lost.verdict,
        Verdict::TrueOnlyFor(vec![lost.findings[0].boundary.clone()])
    );
    assert!(
        (lost.findings[0].computed.value - 0.404).abs() < 5e-4,
        "three digits"
    );
    let more = claim("pluggables_take_more");
    // Of DSP modules at no boundary of optics alone; the published whole switch is +53 %.
    let Verdict::TrueOnlyFor(places) = &more.verdict else {
        panic!("{:?}", more.verdict);
    };
    let of_dsp = |p: &&String| p.starts_with("DSP") && !p.contains("switch");
    assert_eq!(places.iter().filter(of_dsp).count(), 0, "{places:?}");
    assert!(places.iter().any(|p| p.contains("51.2T")), "{places:?}");
    assert_eq!(claim("share_of_dsp").verdict, Verdict::False);
    assert_eq!(claim("delay_falls").verdict, Verdict::True);
    let copper = claim("copper_needs_dsp");
    assert!(
        matches!(&copper.verdict, Verdict::TrueOnlyFor(b) if b.iter().all(|b| b.contains("board")))
    );
}

/// Integrated lasers at 25 °C would flatter them: efficiency is that at the junction.
#[test]
fn efficiency_falls_with_the_chip_s_temperature() {
    let energy = |kelvin: f64| {
        let request = LinkRequest {
            chip_temperature: kelvin,
            ..LinkRequest::default()
        };
        let a = answers(&request, embedded());
        let integrated = a.architectures.iter().find(|a| a.name == "cpo_integrated");
        let integrated = integrated.expect("there").clone();
        (
            integrated.items[0].energy.value,
            integrated.laser.expect("a laser"),
        )
    };
    let [(cool, at_cool), (warm, at_warm)] = [298.15, 358.15].map(energy);
    assert!(warm > 1.5 * cool);
    assert!(
        at_warm.junction_temperature.value > 358.15 && at_cool.junction_temperature.value > 298.15
    );
    assert!(at_warm.efficiency.value < at_cool.efficiency.value);
}

/// A laser that has rolled over is an answer: marked, without a silent number, and the tier says why.
#[test]
fn rollover_is_an_answer() {
    let request = LinkRequest {
        lanes_per_laser: 16,
        chip_temperature: 368.15,
        ..LinkRequest::default()
    };
    let a = answers(&request, embedded());
    let integrated = a
        .architectures
        .iter()
        .find(|a| a.name == "cpo_integrated")
        .expect("there");
    let energy = &integrated.energies[0].energy;
    assert!(energy.value.is_nan());
    assert_eq!(energy.status, Standing::Infeasible);
    let laser = integrated.laser.as_ref().expect("a laser");
    assert!(laser.most_power.expect("a limit") < laser.power.value);
    assert!(
        integrated.budget.margin.value < 0.0,
        "what it has is too little, and that is a margin"
    );
    let entry = a.tiers[0]
        .entries
        .iter()
        .find(|e| e.architecture == "cpo_integrated")
        .expect("there");
    assert!(
        entry
            .obstacles
            .iter()
            .any(|o| o.contains("does not bring the light"))
    );
    assert!(
        a.tiers[0]
            .winners
            .iter()
            .all(|w| w.architecture.as_deref() != Some("cpo_integrated"))
    );
    assert!(a.break_even.standing.contains(&Standing::Infeasible));
}

/// A laser whose threshold is out of reach gives no light at all, and the answer says that too.
#[test]
fn a_dark_laser_is_an_answer() {
    let dark = components("laser_threshold_current = { typical = \"10 A\" }");
    let a = answers(&LinkRequest::default(), dark);
    let integrated = &a.architectures[4];
    assert_eq!(
        integrated.laser.as_ref().expect("a laser").most_power,
        Some(0.0)
    );
    assert_eq!(integrated.budget.margin.value, f64::NEG_INFINITY);
    let yields = integrated.budget.spread.yield_at(0.0);
    assert_eq!([yields.lane_yield, yields.engine_yield], [0.0; 2]);
    assert_eq!(
        a.break_even.side_at_typical_path,
        BreakEvenSide::ExternalAlways
    );
}

/// 20 dB of coupler at each facet: no class brings the light, the margin is negative, and both are answers.
#[test]
fn an_impossible_budget_is_an_answer() {
    let a = answers(
        &LinkRequest::default(),
        components("coupler = { typical = \"20 dB\" }"),
    );
    let external = a
        .architectures
        .iter()
        .find(|a| a.name == "cpo_external")
        .expect("there");
    assert_eq!(external.budget.class, None);
    assert!(external.budget.margin.value < -10.0);
    assert!(external.budget.spread.yield_at(0.0).engine_yield == 0.0);
    let entry = a.tiers[0]
        .entries
        .iter()
        .find(|e| e.architecture == "cpo_external")
        .expect("there");
    assert!(!entry.is_feasible());
}

/// A source that is not set to what is asked launches its class: 200 mW of 23 dBm instead of 80 mW, over four lanes, 9.1 % and
/// 100 Gbit/s. A source of 20 dBm may bring 18.5 dBm, less than 19.03 dBm.
#[test]
fn a_source_at_its_class_takes_more() {
    let stated = fixed_but("external_efficiency = { typical = \"9.1 %\" }");
    let all = answers(&LinkRequest::default(), stated).architectures;
    for a in all {
        let Some(at_class) = a.optics_at_class else {
            assert!(!a.name.contains("external"), "{}", a.name);
            continue;
        };
        let class = a.budget.class.expect("a class");
        let rings = a.name.contains("rings");
        assert_eq!(class.nominal_dbm, if rings { 20.0 } else { 23.0 });
        assert!(class.least_dbm >= a.budget.required_launch.value);
        let more = watts(class.nominal_dbm) - watts(a.budget.launch.value);
        let expected = more / 4.0 / 0.091 / 100e9;
        let found = at_class.value - a.energies[0].energy.value;
        assert!((found / expected - 1.0).abs() < 1e-12, "round-off");
    }
}

/// A tier's yields are those of its own standard.
#[test]
fn tiers_have_the_yield_of_their_standard() {
    for standard in ["400G-DR4", "200G-DR"] {
        let a = over(standard);
        let tier = a.tiers.iter().find(|tier| tier.port.standard == standard);
        for (entry, own) in tier.expect("a tier").entries.iter().zip(&a.architectures) {
            let at_sensitivity = |s: &MarginSpread| s.yield_at(0.0).engine_yield;
            let EngineYield {
                by_design,
                when_set,
            } = entry.engine_yield;
            assert_eq!(by_design, at_sensitivity(&own.budget.spread));
            let set = own.budget.spread_at_most.as_ref().map(at_sensitivity);
            assert_eq!(when_set, set, "{}", own.name);
            assert!(set.is_none_or(|set| set > by_design));
        }
    }
}

/// External lasers take less where their efficiency exceeds that at which both cost the same, by a closed form for the triangle
/// from 9 to 20 %; all else is fixed. A draw falls into each 1024th of the distribution.
#[test]
fn winners_are_judged_by_paired_draws() {
    let text = "external_efficiency = { typical = \"12 %\", low = \"9 %\", high = \"20 %\" }";
    let a = answers(&LinkRequest::default(), fixed_but(text));
    let optics = |name: &str| {
        let found = a.architectures.iter().find(|a| a.name == name);
        let found = found.expect("an architecture");
        [&found.energies[0].energy, &found.items[0].energy].map(|n| n.value)
    };
    let ([integrated, _], [external, laser]) = (optics("cpo_integrated"), optics("cpo_external"));
    let equal = 0.12 * laser / (integrated - (external - laser));
    let share = 1.0 - (0.2 - equal).powi(2) / ((0.2 - 0.09) * (0.2 - 0.12));
    let winner = &a.tiers[0].winners[0];
    assert_eq!(winner.architecture.as_deref(), Some("cpo_integrated"));
    assert!(
        (winner.share_of_draws - share).abs() <= 1.0 / 1024.0,
        "{share}"
    );
    assert!((0.6..0.9).contains(&share) && !winner.is_clear);
}

/// Ranges overlap by what both have in common, which does not decide between them.
#[test]
fn a_winner_may_be_clear_though_ranges_overlap() {
    let a = over("400G-DR4");
    let [winner, other] = ["cpo_integrated", "cpo_external"].map(|name| {
        let found = a.tiers[0].entries.iter().find(|e| e.architecture == name);
        &found.expect("an entry").energies[0].energy
    });
    assert!(winner.high > other.low);
    let judged = &a.tiers[0].winners[0];
    assert_eq!(judged.architecture.as_deref(), Some("cpo_integrated"));
    assert!(judged.share_of_draws > 0.95 && judged.is_clear);
}

#[test]
fn waterfall_ends_at_the_photodiode() {
    for a in over("400G-DR4").architectures {
        let last = &a.waterfall.steps[a.waterfall.steps.len() - 1];
        let diode = &a.budget.planes[a.budget.planes.len() - 1];
        assert!(
            (last.power_dbm - diode.power.value).abs() < 1e-9,
            "round-off"
        );
        let total = 10.0 * (a.waterfall.electrical_power / last.power).log10();
        assert!((total - a.waterfall.total_db).abs() < 1e-9);
    }
}

/// Polarisation costs on both sides, at the source's fibre and at the receiver.
#[test]
fn polarisation_is_in_the_chain() {
    for a in over("400G-DR4").architectures {
        let has = |name: &str| {
            a.budget
                .planes
                .iter()
                .flat_map(|p| &p.terms)
                .any(|(n, _)| n == name)
        };
        assert!(has("receiver_polarisation"), "{}", a.name);
        assert_eq!(has("polarisation_rotation"), a.name.contains("external"));
    }
}

#[test]
fn tornado_bars_are_the_output_at_the_ends() {
    let a = over("400G-DR4");
    let of = |output: &str| {
        let found = a
            .tornadoes
            .iter()
            .find(|t| t.architecture == "cpo_external" && t.output == output);
        found.expect("a tornado")
    };
    let margin = of("margin, launch by design");
    let coupler = margin
        .bars
        .iter()
        .find(|b| b.component == "coupler")
        .expect("a bar");
    // two couplers before TP3 of 1.0 and of 2.5 dB instead of 1.5 dB
    assert!((coupler.outputs[0] - margin.typical - 1.0).abs() < 1e-12);
    assert!((coupler.outputs[1] - margin.typical + 2.0).abs() < 1e-12);
    let energy = of("energy, optics");
    assert!(
        energy
            .bars
            .iter()
            .any(|b| b.component == "external_efficiency")
    );
    assert!(
        energy.bars.iter().all(|b| b.component != "dsp_energy"),
        "what does not matter is left out"
    );
    let nothing = answers(&LinkRequest::default(), fixed_but(""));
    assert!(nothing.tornadoes.iter().all(|t| t.bars.is_empty()));
}

/// The same request gives the same bits, and becomes JSON.
#[test]
fn answers_are_deterministic() {
    let json = |a: &LinkAnswers| serde_json::to_string(a).expect("JSON");
    let [first, second] = [over("200G-DR"), over("200G-DR")].map(|a| json(&a));
    assert_eq!(first, second);
    assert!(first.contains("\"unit\":\"J/bit\"") && first.contains("\"status\":\"ok\""));
}

#[test]
fn spares_lower_the_outage() {
    let outage = |spare_lasers: usize| {
        let request = LinkRequest {
            spare_lasers,
            ..LinkRequest::default()
        };
        let all = answers(&request, embedded()).architectures;
        all.iter().map(|a| a.outage.value).collect::<Vec<_>>()
    };
    for (none, two) in outage(0).iter().zip(outage(2)) {
        assert!(two < 0.1 * none);
    }
}

/// A claim of an open end holds by the median where half of the draws or more lie within; without spread all do or none.
#[test]
fn findings_say_in_how_many_draws_they_hold() {
    let drawn = answers(
        &LinkRequest::default(),
        Components::embedded().expect("embedded data"),
    );
    let mut open = 0;
    for finding in drawn.claims.iter().flat_map(|claim| &claim.findings) {
        let Some(share) = finding.share_of_draws else {
            assert!(finding.boundary.starts_with("published"), "{finding:?}");
            continue;
        };
        assert!((0.0..=1.0).contains(&share));
        if let [Some(_), None] | [None, Some(_)] = finding.claimed {
            // the median of an even number of draws lies between two of them
            let off = 1.0 / f64::from(drawn.request.samples);
            assert!(finding.holds == (share >= 0.5) || (share - 0.5).abs() <= off);
            open += usize::from(share > 0.05 && share < 0.95);
        }
    }
    assert!(open > 0, "copper at 200 Gbit/s is neither clear nor out");
    let fixed = answers(&LinkRequest::default(), fixed_but(""));
    for finding in fixed.claims.iter().flat_map(|claim| &claim.findings) {
        let by_draws = finding.share_of_draws.map(|share| share == 1.0);
        // which takes least is said by the winner
        if !finding.boundary.contains("T, ") {
            assert!(
                by_draws.is_none_or(|by_draws| by_draws == finding.holds),
                "{finding:?}"
            );
        }
    }
}

/// An obstacle that half of the draws do not have says so.
#[test]
fn a_linear_module_at_200_gbit_per_s_stands_on_an_edge() {
    let all = answers(
        &LinkRequest::default(),
        Components::embedded().expect("embedded data"),
    );
    let tier = all.tiers.iter().find(|t| t.port.standard == "200G-DR");
    let mut entries = tier.expect("a tier").entries.iter();
    let linear = entries
        .find(|e| e.architecture == "linear_pluggable")
        .expect("there");
    let [obstacle] = &linear.obstacles[..] else {
        panic!("{:?}", linear.obstacles)
    };
    // 22.1 and 22.0 dB, each with a spread of some decibels
    let share: f64 = obstacle
        .split_once("too much in ")
        .and_then(|(_, rest)| rest.split_once(" %")?.0.parse().ok())
        .expect("a share");
    assert!((30.0..70.0).contains(&share), "{obstacle}");
}

/// Draws in which one laser is always the cheaper count, at the end of the temperatures asked for: the median is that of all draws.
#[test]
fn draws_without_a_break_even_count() {
    let all = answers(&LinkRequest::default(), embedded());
    let map = all.break_even;
    let [_, integrated] = map.always_shares;
    assert!(
        integrated > 0.05,
        "{integrated}: the least for p95 to be the end"
    );
    let last = map.chip_temperatures.last().expect("some");
    assert_eq!(map.at_typical_path.high, *last);
    // with fewer temperatures, up to below the median, it is their end
    let cool = LinkRequest {
        chip_temperatures: vec![300.0, map.at_typical_path.median - 5.0],
        ..LinkRequest::default()
    };
    let cut = answers(&cool, embedded()).break_even;
    assert_eq!(cut.at_typical_path.median, cool.chip_temperatures[1]);
    assert!(
        (cut.at_typical_path.low - map.at_typical_path.low).abs() < 1e-3,
        "bisection, of 100 K in both"
    );
}
