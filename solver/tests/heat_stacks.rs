//! Crosstalk of sources on laterally uniform stacks against exact series: values, error bars, contacts, the iteration's and the threads' part.

mod common;

use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{HeatProblem, HeatSolver};

use common::{AMBIENT, LASER_ROW, Stack, cooled_base, isotropic, laser_stack, strs};

/// Diagonal, first half.
const LASER_DIAGONAL: [f64; 4] = [236.35120779, 236.10968389, 235.95138496, 235.8729774];

#[test]
fn eight_lasers_within_their_error_bars() {
    let stack = laser_stack();
    let names = stack.names();
    let solver = HeatSolver::default().error(1e-3);
    let crosstalk = solver.crosstalk(&stack.problem(), &strs(&names)).unwrap();
    let (r, bars) = (crosstalk.mean(), crosstalk.mean_error());
    let check = |i: usize, j: usize, truth: f64| {
        let (error, bar) = ((r[[i, j]] - truth).abs(), bars[[i, j]]);
        println!(
            "R{i}{j} {:.6} error {:.1e} bar {:.1e} (relative)",
            r[[i, j]],
            error / truth,
            bar / truth
        );
        assert!(
            error <= bar,
            "R{i}{j} = {} ± {bar}, truth {truth}",
            r[[i, j]]
        );
        // the error asked for
        assert!(
            bar <= 1e-3 * truth.max(LASER_ROW[1]),
            "bar {bar} of R{i}{j}"
        );
    };
    for (j, truth) in LASER_ROW.into_iter().enumerate() {
        check(0, j, truth);
        check(j, 0, truth);
        check(7, 7 - j, truth);
    }
    for (i, truth) in LASER_DIAGONAL.into_iter().enumerate() {
        check(i, i, truth);
        check(7 - i, 7 - i, truth);
    }
    assert_eq!(crosstalk.verdict(), Verdict::Converged);
    // residual 1e-10 over some 1e6 cells
    assert!(crosstalk.reciprocity() < 1e-8 && crosstalk.energy_balance() < 1e-8);
    println!(
        "cells {:?} iterations {:?} reciprocity {:.1e} balance {:.1e}",
        crosstalk.cells(),
        crosstalk.iterations(),
        crosstalk.reciprocity(),
        crosstalk.energy_balance()
    );
    // direct, and once more where round-off asks for it
    assert!(crosstalk.iterations().iter().all(|&n| n <= 2));
}

#[test]
fn square_source_on_a_block() {
    // block 10 x 10 x 0.7 mm, k 130 W/(m K), source 200 x 200 um on top, base h 1e4 W/(m² K): Fourier series.
    // The sheet is 1 nm thick here, which lifts the mean by t/(3 k A) = 6e-5 K.
    let stack = Stack {
        size: [10e-3, 10e-3],
        base: 1e4,
        layers: vec![[130.0, 130.0, 0.7e-3 - 1e-9], [130.0, 130.0, 1e-9]],
        source_layer: 1,
        sources: vec![Footprint::centred([200e-6, 200e-6], [0.0, 0.0])],
        contact: None,
    };
    let crosstalk = HeatSolver::default()
        .error(5e-3)
        .crosstalk(&stack.problem(), &["s1"])
        .unwrap();
    let (mean, peak) = (crosstalk.mean_study(0, 0), crosstalk.peak_study(0, 0));
    for (study, truth) in [(mean, 19.8468511556582), (peak, 23.2304995323702)] {
        println!(
            "{} error {:.1e} bar {:.1e} (relative)",
            study.value,
            study.value / truth - 1.0,
            study.error / truth
        );
        assert!(
            (study.value - truth).abs() <= study.error + 1e-4,
            "{study:?}"
        );
        assert!(study.error <= 5e-3 * truth, "{study:?}");
    }
    println!(
        "cells {:?} iterations {:?}",
        crosstalk.cells(),
        crosstalk.iterations()
    );
    assert!(crosstalk.energy_balance() < 1e-8);
}

/// What would prove a contact wrong: the exact series with a film that conducts through and not along.
#[test]
fn a_contact_between_layers() {
    let square = |x: f64| Footprint::centred([200e-6, 200e-6], [x, 0.0]);
    let stack = Stack {
        size: [3e-3, 2e-3],
        base: 2e4,
        layers: vec![
            [130.0, 130.0, 300e-6],
            [60.0, 60.0, 50e-6],
            [100.0, 100.0, 20e-6],
        ],
        source_layer: 2,
        sources: vec![square(-400e-6), square(400e-6)],
        contact: Some((1, 2e-5)),
    };
    let exact = stack.exact(600);
    let crosstalk = HeatSolver::default()
        .error(1e-3)
        .crosstalk(&stack.problem(), &["s1", "s2"])
        .unwrap();
    for i in 0..2 {
        for j in 0..2 {
            let (found, bar) = (crosstalk.mean()[[i, j]], crosstalk.mean_error()[[i, j]]);
            // the series of 600 terms is good to 1e-6
            assert!(
                (found - exact[i][j]).abs() <= bar + 1e-6 * exact[i][j],
                "{found} ± {bar}, {}",
                exact[i][j]
            );
            assert!(bar <= 1e-3 * exact[0][0]);
        }
    }
    let perfect = Stack {
        contact: None,
        ..stack
    };
    // as much heat meets a resistance over as much of the plan as it spreads to
    assert!(exact[0][0] > 1.1 * perfect.exact(600)[0][0]);
    assert!(crosstalk.energy_balance() < 1e-8);

    let plan = || {
        Floorplan::new([1e-3; 2])
            .unwrap()
            .layer("a", isotropic(1.0), 1e-4)
            .unwrap()
    };
    let refused =
        |layer: &str, resistance: f64| plan().contact(layer, resistance).unwrap_err().to_string();
    assert!(refused("a", 1e-5).contains("lowest layer"));
    assert!(refused("a", f64::NAN).contains("finite"));
    assert!(refused("b", 1e-5).contains("\"b\""));
}

/// The iteration finds what the direct solver does: a block of all but the same material leaves the former alone.
#[test]
fn eight_lasers_by_iteration() {
    let stack = laser_stack();
    let problem = stack.problem();
    let names = stack.names();
    let solver = HeatSolver::default().error(5e-2);
    let direct = solver.crosstalk(&problem, &strs(&names)).unwrap();
    let plan = problem
        .floorplan()
        .clone()
        .block(
            "die",
            Footprint::centred([6e-3, 3e-3], [0.0, 1.5e-3]),
            &["layer6"],
            isotropic(1.4 * (1.0 + 1e-12)),
        )
        .unwrap();
    let other = HeatProblem::new(plan, AMBIENT, cooled_base(stack.base)).unwrap();
    let iterated = solver.crosstalk(&other, &strs(&names)).unwrap();
    println!("{:?} {:?}", direct.iterations(), iterated.iterations());
    // V-cycles on thin layers: flat, measured 12, 13, 13
    assert!(iterated.iterations().iter().all(|&n| n > 2 && n <= 16));
    assert!(direct.iterations().iter().all(|&n| n <= 2));
    assert!(iterated.reciprocity() < 1e-8 && iterated.energy_balance() < 1e-8);
    if direct.cells() == iterated.cells() {
        for (a, b) in direct.mean().iter().zip(&iterated.mean()) {
            // residuals of 1e-10
            assert!((a / b - 1.0).abs() < 1e-8, "{a} {b}");
        }
    }
}

/// Four other stacks with exact solutions: every error bar contains the truth.
#[test]
fn bars_hold_on_other_stacks() {
    let square = |w: f64, x: f64, y: f64| Footprint::centred([w, w], [x, y]);
    let stacks = [
        Stack {
            size: [3e-3, 2e-3],
            base: 2e4,
            layers: vec![[130.0, 130.0, 300e-6], [1.4, 1.4, 5e-6], [30.0, 30.0, 2e-6]],
            source_layer: 2,
            sources: vec![square(100e-6, 0.0, 0.0), square(100e-6, 400e-6, 100e-6)],
            contact: None,
        },
        Stack {
            size: [4e-3, 4e-3],
            base: 3e3,
            layers: vec![[0.4, 0.4, 500e-6], [400.0, 400.0, 35e-6], [1.0, 1.0, 50e-6]],
            source_layer: 1,
            sources: vec![square(500e-6, -1e-3, 0.0), square(300e-6, 1e-3, 1e-3)],
            contact: None,
        },
        Stack {
            size: [2e-3, 2e-3],
            base: 1e5,
            layers: vec![[68.0, 68.0, 100e-6], [5.0, 5.0, 1e-6], [68.0, 68.0, 50e-6]],
            source_layer: 1,
            sources: vec![
                Footprint::centred([40e-6, 1e-3], [-200e-6, 0.0]),
                Footprint::centred([40e-6, 1e-3], [200e-6, 0.0]),
            ],
            contact: None,
        },
        Stack {
            size: [1e-3, 1e-3],
            base: 1e4,
            layers: vec![[15.0, 0.5, 200e-6], [148.0, 148.0, 50e-6]],
            source_layer: 1,
            // at the very edge of the plan
            sources: vec![Footprint {
                x: [-500e-6, -400e-6],
                y: [-50e-6, 50e-6],
            }],
            contact: None,
        },
    ];
    for (n, stack) in stacks.iter().enumerate() {
        // the series is cut at M terms: its tail falls as M⁻² at least, so the finer pair bounds it
        let (coarse, fine) = (stack.exact(400), stack.exact(800));
        let names = stack.names();
        let crosstalk = HeatSolver::default()
            .error(1e-2)
            .crosstalk(&stack.problem(), &strs(&names))
            .unwrap();
        assert_eq!(crosstalk.verdict(), Verdict::Converged);
        for i in 0..names.len() {
            for j in 0..names.len() {
                let study = crosstalk.mean_study(i, j);
                let tail = (fine[i][j] - coarse[i][j]).abs();
                let error = (study.value - fine[i][j]).abs();
                println!(
                    "stack {n} R{i}{j} {:.5} error {:.1e} bar {:.1e} series {:.1e} (relative) order {:?}",
                    study.value,
                    error / fine[i][j],
                    study.error / fine[i][j],
                    tail / fine[i][j],
                    study.order
                );
                assert!(
                    error <= study.error + tail,
                    "stack {n} R{i}{j}: {study:?}, truth {}",
                    fine[i][j]
                );
            }
        }
    }
}

#[test]
fn same_bits_for_any_number_of_threads() {
    // six sources: a group of four and one of two
    let stack = Stack {
        size: [2e-3, 2e-3],
        base: 1e4,
        layers: vec![[130.0, 130.0, 200e-6], [1.4, 1.4, 5e-6]],
        source_layer: 1,
        sources: Footprint::centred([50e-6, 100e-6], [0.0, 0.0]).array(6, 200e-6, Direction::X),
        contact: None,
    };
    let (problem, names) = (stack.problem(), stack.names());
    let solve = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            HeatSolver::default()
                .error(0.5)
                .crosstalk(&problem, &strs(&names))
                .unwrap()
        })
    };
    let (one, two) = (solve(1), solve(2));
    let bits = |m: &ndarray::Array2<f64>| m.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&one.mean()), bits(&two.mean()));
    assert_eq!(bits(&one.peak()), bits(&two.peak()));
}
