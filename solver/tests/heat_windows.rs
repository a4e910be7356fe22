//! Fine sources in windows of their own: against a series, against one grid, against superposition.

mod common;

use cpo_materials::{HeatFlux, HeatTransferCoefficient, Temperature};
use cpo_meshes::{Direction, Floorplan, Footprint, MeshError};
use cpo_solver::convergence::GridStudy;
use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver};

use common::{AMBIENT, LASER_ROW, anisotropic, convection, isotropic, laser_stack, strs};

fn cooled(bottom: f64, top: f64) -> Boundaries {
    Boundaries {
        bottom: convection(bottom),
        top: convection(top),
        ..Boundaries::insulated()
    }
}

fn at(size: [f64; 2], centre: [f64; 2]) -> Footprint {
    Footprint::centred(size, centre)
}

/// Columns 1 and 4 of the matrix of [`laser_stack`] by a double cosine series with a layer recursion, to 1e-7.
const SERIES: [(usize, [f64; 8]); 2] = [
    (0, LASER_ROW),
    (
        3,
        [
            53.38015461,
            55.05066529,
            58.29894652,
            235.8729774,
            58.25983147,
            54.97225772,
            53.26208906,
            52.15027808,
        ],
    ),
];

#[test]
fn a_window_agrees_with_the_series() {
    let stack = laser_stack();
    let names = stack.names();
    let solver = HeatSolver::default().error(2e-3).windows();
    let matrix = solver.crosstalk(&stack.problem(), &strs(&names)).unwrap();
    assert_eq!(matrix.windows().len(), 1);
    for (i, row) in SERIES {
        for (j, truth) in row.into_iter().enumerate() {
            let GridStudy { value, error, .. } = *matrix.mean_study(i, j);
            println!(
                "R{i}{j} {value:.5} ± {error:.1e}, off {:.1e}",
                value - truth
            );
            assert!(
                (value - truth).abs() <= error,
                "R{i}{j} {value} ± {error}, truth {truth}"
            );
            // what was asked for
            assert!(error <= 2e-3 * row[i], "R{i}{j} ± {error}");
        }
    }
    println!("overviews {:?}", matrix.cells());
}

/// A switch die and two chips with two lasers and a driver each, under a lid. One chip is turned by a right angle, and a trench lies beside a laser.
fn package() -> Result<Floorplan, MeshError> {
    let mut plan = Floorplan::new([12e-3, 10e-3])?
        .layer("substrate", anisotropic(30.0, 0.45), 0.5e-3)?
        .layer("die", isotropic(0.9), 300e-6)?
        .layer("box", isotropic(0.9), 2e-6)?
        .layer("device", isotropic(0.9), 3e-6)?
        .layer("tim", isotropic(4.0), 50e-6)?
        .layer("lid", isotropic(390.0), 1e-3)?
        .block(
            "switch",
            at([4e-3; 2], [-3.5e-3, 0.0]),
            &["die", "box", "device"],
            isotropic(120.0),
        )?
        .source("switch", at([3e-3; 2], [-3.5e-3, 0.0]), "device", 10.0)?;
    for (name, y) in [("a", 2.4e-3), ("b", -2.4e-3)] {
        let chip = at([3.2e-3, 2.8e-3], [3.6e-3, y]);
        let stripe = if name == "a" {
            [8e-6, 200e-6]
        } else {
            [200e-6, 8e-6]
        };
        let axis = if name == "a" {
            Direction::X
        } else {
            Direction::Y
        };
        let centre = [3.6e-3, y + 0.3e-3];
        plan = plan
            .block(&format!("{name} chip"), chip, &["die"], isotropic(120.0))?
            .block(&format!("{name} oxide"), chip, &["box"], isotropic(1.4))?
            .block(
                &format!("{name} devices"),
                chip,
                &["device"],
                isotropic(60.0),
            )?
            .source_array(
                &format!("{name}_laser"),
                at(stripe, centre),
                (2, 200e-6, axis),
                "device",
                0.1,
            )?
            .source(
                &format!("{name}_driver"),
                at([1e-3, 0.5e-3], [3.6e-3, y - 0.8e-3]),
                "device",
                1.0,
            )?;
    }
    plan.block(
        "trench",
        at([10e-6, 300e-6], [3.8e-3, 2.7e-3]),
        &["box", "device"],
        isotropic(0.03),
    )
}

#[test]
fn windows_agree_with_one_grid() {
    let problem = HeatProblem::new(package().unwrap(), AMBIENT, cooled(10.0, 2e4)).unwrap();
    let names: Vec<&str> = problem
        .floorplan()
        .sources()
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    let (one, windows) = (
        HeatSolver::default().error(5e-3),
        HeatSolver::default()
            .error(1e-2)
            .maximum_cells(600_000)
            .windows(),
    );
    let start = std::time::Instant::now();
    let whole = one.crosstalk(&problem, &names).unwrap();
    println!("one grid {:.1?} {:?}", start.elapsed(), whole.cells());
    let start = std::time::Instant::now();
    let parts = windows.crosstalk(&problem, &names).unwrap();
    println!("windows {:.1?} {:?}", start.elapsed(), parts.cells());
    assert_eq!((whole.windows().len(), parts.windows().len()), (0, 2));
    let agree = |what: &str, a: &GridStudy, b: &GridStudy, scale: f64| {
        println!(
            "{what} {:.5} ± {:.1e}, {:.5} ± {:.1e}",
            a.value, a.error, b.value, b.error
        );
        assert!(
            (a.value - b.value).abs() <= a.error + b.error,
            "{what}: {a:?}, {b:?}"
        );
        // the driver, half in a window and half out of it, has corners that the overview is slow to resolve
        if !what.ends_with("driver") {
            assert!(b.error <= 1e-2 * scale, "{what}: {b:?}");
        }
    };
    let n = names.len();
    for i in 0..n {
        for j in 0..n {
            let own = |k: usize| whole.mean_study(k, k).value;
            let scale = (own(i) * own(j)).sqrt();
            let what = format!("{} <- {}", names[i], names[j]);
            agree(&what, whole.mean_study(i, j), parts.mean_study(i, j), scale);
            agree(
                &what,
                whole.peak_study(i, j),
                parts.peak_study(i, j),
                1.5 * scale,
            );
        }
    }
    let (whole, rises) = (
        one.source_temperatures(&problem).unwrap(),
        windows.source_temperatures(&problem).unwrap(),
    );
    for i in 0..n {
        let (a, b) = (&whole.mean_rises()[i], &rises.mean_rises()[i]);
        agree(names[i], a, b, a.value);
        let (a, b) = (&whole.peak_rises()[i], &rises.peak_rises()[i]);
        agree(names[i], a, b, a.value);
        // superposition: the rises of one solution with everything on are the matrix times the powers
        let powers = problem.floorplan().sources().iter().map(|s| s.power);
        let (sum, bars) = powers.enumerate().fold((0.0, 0.0), |(sum, bars), (j, p)| {
            let study = parts.mean_study(i, j);
            (sum + p * study.value, bars + p * study.error)
        });
        let rise = &rises.mean_rises()[i];
        println!("{} {:.4}, by superposition {sum:.4}", names[i], rise.value);
        assert!(
            (sum - rise.value).abs() <= bars + rise.error,
            "{}: {sum} {rise:?}",
            names[i]
        );
    }
}

/// One grid would have billions of cells.
#[test]
fn windows_come_of_themselves() {
    let mut plan = Floorplan::new([100e-3; 2])
        .unwrap()
        .layer("die", isotropic(120.0), 700e-6)
        .unwrap()
        .layer("device", isotropic(60.0), 3e-6)
        .unwrap();
    for n in 0..16 {
        let centre = [(f64::from(n) - 7.5) * 5e-3, f64::from(n % 3) * 1.1e-2];
        let array = (8, 250e-6, Direction::X);
        plan = plan
            .source_array(
                &format!("e{n}_"),
                at([2e-6, 300e-6], centre),
                array,
                "device",
                0.1,
            )
            .unwrap();
    }
    let problem = HeatProblem::new(plan, AMBIENT, cooled(10.0, 2e4)).unwrap();
    let solver = HeatSolver::default().error(1e-2);
    assert!(solver.plan(&problem).unwrap().len() >= 3);
    let names = ["e3_2", "e11_2"];
    let matrix = solver.crosstalk(&problem, &names).unwrap();
    assert_eq!(matrix.windows().len(), 16);
    // a stripe does not see more of the plan than a window: the same array alone on one grid
    let array = (8, 250e-6, Direction::X);
    let alone = Floorplan::new([20e-3; 2])
        .and_then(|p| p.layer("die", isotropic(120.0), 700e-6))
        .and_then(|p| p.layer("device", isotropic(60.0), 3e-6))
        .and_then(|p| p.source_array("e", at([2e-6, 300e-6], [0.0; 2]), array, "device", 0.1))
        .unwrap();
    let alone = HeatProblem::new(alone, AMBIENT, cooled(10.0, 2e4)).unwrap();
    let alone = HeatSolver::default()
        .error(1e-2)
        .crosstalk(&alone, &["e2"])
        .unwrap();
    assert!(alone.windows().is_empty());
    let alone = alone.mean_study(0, 0);
    for k in [0, 1] {
        let own = matrix.mean_study(k, k);
        println!(
            "{} ± {:.1e}, alone {} ± {:.1e}",
            own.value, own.error, alone.value, alone.error
        );
        let bars = own.error + alone.error;
        assert!((own.value - alone.value).abs() < bars, "{own:?} {alone:?}");
    }
    assert!(matrix.mean_study(0, 1).value > 0.0);
}

/// What the other cases lack: a laser near the plan's edge, whose window ends there at air, a bond, heat through the floor, a coolant warmer than the ambient.
#[test]
fn windows_at_the_edge_agree_with_one_grid() {
    let stripe = |centre| at([6e-6, 200e-6], centre);
    let plan = Floorplan::new([6e-3, 5e-3])
        .and_then(|p| p.layer("carrier", anisotropic(20.0, 1.0), 400e-6))
        .and_then(|p| p.layer("chip", isotropic(130.0), 150e-6))
        .and_then(|p| p.contact("chip", 5e-6))
        .and_then(|p| p.layer("box", isotropic(1.4), 2e-6))
        .and_then(|p| p.layer("device", isotropic(68.0), 3e-6))
        .and_then(|p| {
            p.block(
                "gap",
                at([0.4e-3, 5e-3], [0.3e-3, 0.0]),
                &["chip", "box", "device"],
                isotropic(0.2),
            )
        })
        .and_then(|p| p.source("edge", stripe([-2.7e-3, 0.4e-3]), "device", 0.2))
        .and_then(|p| p.source("inner", stripe([1.8e-3, -0.3e-3]), "device", 0.2))
        .unwrap();
    let warm = Boundary::Convection {
        coefficient: HeatTransferCoefficient::w_per_m2_k(1e3),
        ambient: Temperature::celsius(40.0),
    };
    let boundaries = Boundaries {
        bottom: Boundary::Flux(HeatFlux::w_per_m2(2e4)),
        top: convection(8e3),
        left: warm,
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, boundaries).unwrap();
    let names = ["edge", "inner"];
    let one = HeatSolver::default().error(3e-3);
    let parts = HeatSolver::default().error(1e-2).windows();
    let (a, b) = (
        one.crosstalk(&problem, &names).unwrap(),
        parts.crosstalk(&problem, &names).unwrap(),
    );
    assert_eq!(b.windows()[0].x[0], -3e-3);
    let (rise_a, rise_b) = (
        one.source_temperatures(&problem).unwrap(),
        parts.source_temperatures(&problem).unwrap(),
    );
    let agree = |what: &str, a: &GridStudy, b: &GridStudy| {
        println!(
            "{what} {:.5} ± {:.1e}, {:.5} ± {:.1e}",
            a.value, a.error, b.value, b.error
        );
        assert!(
            (a.value - b.value).abs() <= a.error + b.error,
            "{what}: {a:?}, {b:?}"
        );
    };
    for i in 0..2 {
        for j in 0..2 {
            agree(
                &format!("R{i}{j} mean"),
                a.mean_study(i, j),
                b.mean_study(i, j),
            );
            agree(
                &format!("R{i}{j} peak"),
                a.peak_study(i, j),
                b.peak_study(i, j),
            );
        }
        agree(names[i], &rise_a.mean_rises()[i], &rise_b.mean_rises()[i]);
        agree(names[i], &rise_a.peak_rises()[i], &rise_b.peak_rises()[i]);
    }
}

#[test]
fn windows_give_the_same_bits_for_any_number_of_threads() {
    let problem = laser_stack().problem();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let solver = HeatSolver::default().error(2e-2).windows();
            let matrix = solver.crosstalk(&problem, &["s1", "s2", "s6"]).unwrap();
            let rises = solver.source_temperatures(&problem).unwrap();
            let mean = rises.mean_rises().iter().map(|s| s.value.to_bits());
            let all = matrix.mean().into_iter().chain(matrix.peak_error());
            all.map(f64::to_bits).chain(mean).collect::<Vec<u64>>()
        })
    };
    assert_eq!(with(1), with(3));
}
