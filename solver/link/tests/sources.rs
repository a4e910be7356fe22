//! External sources of which more is asked than the largest class surely brings, 24.5 dBm: no energy, and no comparison won by one.

mod common;

use common::{answers, fixed_but};
use cpo_link::decibel::dbm;
use cpo_link::{
    ArchitectureAnswer, BaseTemperature, BreakEvenSide, Cooling, LinkAnswers, LinkRequest,
    Standing, Verdict,
};

/// 19.03 dBm with couplers of 1.5 dB, two of them before TP2: 25.03 dBm. An integrated laser, behind one, is asked for 3 dB more than
/// 11.5 dBm, which it brings at 25 degC.
const LOSSY: &str = "coupler = { typical = \"4.5 dB\" }";

fn asked(components: &str) -> LinkAnswers {
    let request = LinkRequest {
        chip_temperature: 298.15,
        cooling: vec![Cooling {
            name: "cold".into(),
            base: BaseTemperature::Stated(298.15),
        }],
        path_losses_db: vec![1.0, 4.0, 12.0],
        ..LinkRequest::default()
    };
    answers(&request, fixed_but(components))
}

fn find<'a>(all: &'a LinkAnswers, name: &str) -> &'a ArchitectureAnswer {
    let mut all = all.architectures.iter();
    all.find(|a| a.name == name).expect("an architecture")
}

#[test]
fn beyond_the_largest_class_there_is_no_energy() {
    let all = asked(LOSSY);
    let external = find(&all, "cpo_external");
    let launch = external.budget.required_launch.value;
    assert!((launch - 25.03).abs() < 0.005, "two digits: {launch}");
    assert_eq!(external.budget.class, None);
    for energy in &external.energies {
        assert!(energy.energy.value.is_nan());
        assert_eq!(energy.energy.median, f64::INFINITY);
        assert_eq!(energy.energy.status, Standing::Infeasible);
        assert_eq!(energy.feasible_share, 0.0);
    }
    assert!(external.items[0].energy.value.is_nan(), "the laser's");
    assert!(external.optics_at_class.is_none());
    // with 1 dB less of light asked it is there
    let known = asked("coupler = { typical = \"4.0 dB\" }");
    let energy = &find(&known, "cpo_external").energies[0].energy;
    assert!(energy.value.is_finite() && energy.status == Standing::Ok);
    // two lanes instead of four to a fibre are 3 dB less
    let tier = &all.tiers[0];
    let entry = tier
        .entries
        .iter()
        .find(|e| e.architecture == "cpo_external");
    let [obstacle, ..] = &entry.expect("an entry").obstacles[..] else {
        panic!("no obstacle")
    };
    assert!(
        obstacle.contains("brings 25.0 dBm")
            && obstacle.contains("with 2 lanes to a fibre one does"),
        "{obstacle}"
    );
}

/// Draws beyond the class have no energy either: their share is that of draws that ask for more.
#[test]
fn draws_beyond_the_largest_class_count_as_beyond_any_energy() {
    // 24.03 dBm, and from 23.03 to 26.03 dBm by two couplers alike in a draw
    let text =
        "coupler = { typical = \"4.0 dB\", low = \"3.5 dB\", high = \"5 dB\", correlation = 1.0 }";
    let all = asked(text);
    let external = find(&all, "cpo_external");
    // the coupler lies below 4.235 dB in all but (5 - 4.235)²/((5 - 3.5) (5 - 4)) of draws
    let most = 4.0 + (24.5 - external.budget.required_launch.value) / 2.0;
    let share = 1.0 - (5.0 - most).powi(2) / 1.5;
    let energy = &external.energies[0];
    // a draw falls into each 1024th of the distribution
    assert!(
        (energy.feasible_share - share).abs() <= 1.0 / 1024.0,
        "{share}"
    );
    assert!(energy.energy.value.is_finite() && energy.energy.high == f64::INFINITY);
}

#[test]
fn a_source_that_does_not_exist_wins_nothing() {
    let all = asked(LOSSY);
    let map = &all.break_even;
    assert_eq!(map.external_at_typical_path, Standing::Infeasible);
    // behind a path of 1 dB there is a source, behind 12 dB there is none
    let standings: Vec<Standing> = map.contour.iter().map(|p| p.external).collect();
    assert_eq!(
        standings,
        [Standing::Ok, Standing::Ok, Standing::Infeasible]
    );
    let beyond = &map.contour[2];
    assert_eq!(beyond.side, BreakEvenSide::Rollover);
    assert!(
        (beyond.temperature - map.rollover_temperature).abs() < 1e-6,
        "bisection of 100 K"
    );
    for row in &map.difference {
        assert!(row[2].is_nan(), "no number of what does not exist");
    }
    assert!(map.difference[0][0].is_finite());
    let cold = &all.cooling[0];
    assert!(cold.is_feasible && !cold.has_source && cold.integrated_wins);
    assert_eq!(cold.integrated_share, 1.0);
    assert!(cold.difference.value.is_nan());
    assert_eq!(cold.difference.status, Standing::Infeasible);
    let claim = all.claims.iter().find(|c| c.name == "pluggables_take_more");
    let claim = claim.expect("a claim");
    let computed = claim
        .findings
        .iter()
        .filter(|f| f.boundary.contains("over CPO"));
    for finding in computed {
        assert!(!finding.holds && finding.computed.value.is_nan());
        assert_eq!(finding.computed.status, Standing::Infeasible);
    }
    assert_ne!(claim.verdict, Verdict::True);
}

/// Neither brings the light: no side is made up.
#[test]
fn neither_laser_may_bring_the_light() {
    let all = asked("phase_shifter_excess = { typical = \"25 dB\" }");
    let map = &all.break_even;
    assert_eq!(map.side_at_typical_path, BreakEvenSide::Neither);
    assert!(map.at_typical_path.value.is_nan() && map.at_typical_path.median.is_nan());
    assert_eq!(map.always_shares, [0.0; 2]);
    let cold = &all.cooling[0];
    assert!(!cold.is_feasible && !cold.has_source && !cold.integrated_wins);
}

/// Draws in which neither brings the light compare nothing: they stand beside the numbers, not in them nor on a side. A phase shifter
/// of 4 to 16 dB, most often 10 dB, is all that spreads.
#[test]
fn draws_without_light_are_told() {
    let fixed = asked("phase_shifter_excess = { typical = \"25 dB\" }");
    let beyond = |name: &str| {
        let found = find(&fixed, name);
        // the least that is asked of a source that does not bring it, and what does
        let most = found.laser.as_ref().map_or(24.5, |laser| {
            dbm(laser.most_power.expect("it has rolled over"))
        });
        25.0 - (found.budget.required_launch.value - most)
    };
    let most = beyond("cpo_external").max(beyond("cpo_integrated"));
    assert!((10.0..16.0).contains(&most), "{most}");
    let share = (16.0 - most).powi(2) / (6.0 * 12.0);

    let text = "phase_shifter_excess = { typical = \"10 dB\", low = \"4 dB\", high = \"16 dB\" }";
    let all = asked(text);
    let (map, cold) = (&all.break_even, &all.cooling[0]);
    // a draw falls into each 1024th of the distribution
    let off = (map.left_out.neither - share).abs();
    assert!(off <= 1.0 / 1024.0, "{:?} {share}", map.left_out);
    assert_eq!(map.left_out.not_known, 0.0);
    // at the least temperature asked for, from which on neither is the cheaper
    assert_eq!(cold.left_out, map.left_out);
    let sum = cold.integrated_share + cold.external_share + cold.left_out.neither;
    assert!((sum - 1.0).abs() < 1e-12, "round-off of three shares");
    assert!(map.at_typical_path.median.is_finite());
    // none of those that are left has a difference beyond any on the external side
    assert_eq!(cold.external_share, 0.0);
    assert!(cold.difference.high < 0.0);
}
