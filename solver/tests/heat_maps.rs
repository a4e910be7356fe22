//! Sources whose power has a map, against the same power in separate sources.

use cpo_materials::{HeatTransferCoefficient, Material, Temperature, ThermalConductivity};
use cpo_meshes::{Direction, Floorplan, Footprint, PowerMap};
use cpo_solver::convergence::{GridStudy, Verdict};
use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver};

const AMBIENT: Temperature = Temperature::kelvin(300.0);
/// W in tiles of 2 × 3, y fastest.
const TILES: [f64; 6] = [4.0, 0.0, 1.0, 2.0, 3.0, 8.0];

fn cooled(plan: Floorplan) -> HeatProblem {
    let faces = Boundaries {
        top: Boundary::Convection {
            coefficient: HeatTransferCoefficient::w_per_m2_k(8000.0),
            ambient: AMBIENT,
        },
        ..Boundaries::insulated()
    };
    HeatProblem::new(plan, AMBIENT, faces).unwrap()
}

fn die(side: f64) -> Floorplan {
    let silicon = |k: f64| Material::with_conductivity(ThermalConductivity::w_per_m_k(k));
    Floorplan::new([side, side])
        .and_then(|plan| plan.layer("device", silicon(120.0), 5e-6))
        .and_then(|plan| plan.layer("die", silicon(120.0), 500e-6))
        .unwrap()
}

fn chip() -> Footprint {
    Footprint {
        x: [-4e-3, 2e-3],
        y: [-3e-3, 3e-3],
    }
}

/// The mean weighted by power and the largest rise are those of the tiles as sources, and so is what a neighbour sees.
#[test]
fn a_map_is_the_sum_of_its_tiles() {
    let neighbour = Footprint {
        x: [3e-3, 4e-3],
        y: [-1e-3, 1e-3],
    };
    let total: f64 = TILES.iter().sum();
    let map = PowerMap::new([2, 3], &TILES).unwrap();
    let mapped = die(10e-3)
        .source("chip", chip(), "device", total)
        .and_then(|plan| plan.source("neighbour", neighbour, "device", 1.0))
        .unwrap()
        .with_power_map("chip", &map);
    let mut apart = die(10e-3);
    for (tile, power) in TILES.iter().enumerate() {
        let (i, j) = ((tile / 3) as f64, (tile % 3) as f64);
        let place = Footprint {
            x: [-4e-3 + 3e-3 * i, -1e-3 + 3e-3 * i],
            y: [-3e-3 + 2e-3 * j, -1e-3 + 2e-3 * j],
        };
        apart = apart
            .source(&format!("tile{tile}"), place, "device", *power)
            .unwrap();
    }
    let apart = apart.source("neighbour", neighbour, "device", 1.0).unwrap();
    let solver = HeatSolver::default().error(5e-3);
    let (mapped, apart) = (cooled(mapped), cooled(apart));
    let [one, many] = [&mapped, &apart].map(|p| solver.source_temperatures(p).unwrap());
    assert_eq!(
        (one.verdict(), many.verdict()),
        (Verdict::Converged, Verdict::Converged)
    );
    let (mut mean, mut error) = (0.0, 0.0);
    for (power, rise) in TILES.iter().zip(many.mean_rises()) {
        mean += power / total * rise.value;
        error += power / total * rise.error;
    }
    let found = &one.mean_rises()[0];
    assert!(
        (found.value - mean).abs() < found.error + error,
        "{found:?} {mean} {error}"
    );
    // an even source would be 20 % off: the test can fail
    let hottest = many.peak_rises()[..6]
        .iter()
        .max_by(|a, b| a.value.total_cmp(&b.value))
        .unwrap();
    let peak = &one.peak_rises()[0];
    assert!(
        (peak.value - hottest.value).abs() < peak.error + hottest.error,
        "{peak:?} {hottest:?}"
    );
    let (a, b) = (&one.mean_rises()[1], &many.mean_rises()[6]);
    assert!((a.value - b.value).abs() < a.error + b.error, "{a:?} {b:?}");
    // R_ij = R_ji by the weights of the mean
    let matrix = solver.crosstalk(&mapped, &["chip", "neighbour"]).unwrap();
    assert!(matrix.reciprocity() < 1e-8, "{}", matrix.reciprocity());
    // superposition, grid by grid
    let coarsest = |study: &GridStudy| study.levels[0].1;
    let [own, other] = [0, 1].map(|j| coarsest(matrix.mean_study(0, j)));
    let all = coarsest(found);
    assert!((own * total + other - all).abs() < 1e-8 * all);
    assert!(matrix.energy_balance() < 1e-8);
}

/// More tiles than the grid keeps the edges of: the power of every cell is that of its part of the map, and the family converges.
#[test]
fn many_tiles_converge() {
    let n = 40;
    let power = |c: usize| 1.0 + ((c / n) as f64 / 5.0).sin() * ((c % n) as f64 / 7.0).cos();
    let powers: Vec<f64> = (0..n * n).map(power).collect();
    let map = PowerMap::new([n, n], &powers).unwrap();
    let plan = die(10e-3).source("chip", chip(), "device", 20.0).unwrap();
    let solver = HeatSolver::default().error(2e-3);
    let rises = solver
        .source_temperatures(&cooled(plan.with_power_map("chip", &map)))
        .unwrap();
    assert_eq!(
        rises.verdict(),
        Verdict::Converged,
        "{:?}",
        rises.mean_rises()
    );
    assert!(rises.energy_balance() < 1e-8);
}

/// A window cuts through the map: both ways agree within their bars, of the stripes beside the chip as of the chip.
#[test]
fn a_window_through_a_map() {
    let map = PowerMap::new([2, 3], &TILES).unwrap();
    let stripe = Footprint::centred([4e-6, 300e-6], [2.3e-3, 1e-3]);
    let plan = die(10e-3)
        .source("chip", chip(), "device", 18.0)
        .and_then(|p| p.source_array("laser", stripe, (2, 200e-6, Direction::X), "device", 0.1))
        .unwrap()
        .with_power_map("chip", &map);
    let problem = cooled(plan);
    let solver = HeatSolver::default().error(2e-2);
    let names = ["chip", "laser1", "laser2"];
    let one = solver.crosstalk(&problem, &names).unwrap();
    let two = solver.windows().crosstalk(&problem, &names).unwrap();
    assert_eq!((one.windows().len(), two.windows().len()), (0, 1));
    for i in 0..3 {
        for j in 0..3 {
            let (a, b) = (one.mean_study(i, j), two.mean_study(i, j));
            assert!(
                (a.value - b.value).abs() <= a.error + b.error,
                "{i} {j} {a:?} {b:?}"
            );
        }
    }
    let [one, two] = [solver, solver.windows()].map(|s| s.source_temperatures(&problem).unwrap());
    for (a, b) in one.mean_rises().iter().zip(two.mean_rises()) {
        assert!(
            (a.value - b.value).abs() <= a.error + b.error,
            "{a:?} {b:?}"
        );
    }
}
