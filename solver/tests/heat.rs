//! Heat against exact solutions, published numbers and laws.

mod common;

use cpo_materials::{HeatFlux, Material, Temperature, ThermalConductivity};
use cpo_meshes::{Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem, HeatSolver};

use common::{AMBIENT, convection, cooled_base, isotropic};

/// Held at two temperatures, a bar is warm in proportion to the place: linear interpolation is exact between the outermost centres.
#[test]
fn a_map_gives_the_rise_at_a_point() {
    let plan = Floorplan::new([2e-3, 1e-3])
        .unwrap()
        .layer("bar", isotropic(10.0), 1e-3)
        .unwrap();
    let held = |kelvin: f64| Boundary::Temperature(Temperature::kelvin(kelvin));
    let faces = Boundaries {
        left: held(300.0),
        right: held(310.0),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, Temperature::kelvin(300.0), faces).unwrap();
    let map = HeatSolver::default().solve(&problem, 2.0).unwrap();
    for x in [-0.7e-3, 0.0, 0.123e-3, 0.6e-3] {
        for [y, z] in [[0.0, 0.5e-3], [0.49e-3, 0.01e-3], [-2e-3, 3e-3]] {
            let exact = 5.0 + 5.0 * x / 1e-3;
            // the iteration's residual
            assert!((map.rise_at([x, y, z]) - exact).abs() < 1e-7, "{x} {y} {z}");
        }
    }
    let axis = map.grid().axis(0);
    let centre = axis.centre(0);
    assert_eq!(
        map.rise_at([axis.lower(), 0.0, 0.0]),
        map.rise_at([centre, 0.0, 0.0])
    );
}

/// A slab of k₀ (T/T₀)^−p on a held base, flux q on top: by Kirchhoff's transform ∫ k dT = q L, in closed form; and resistances of that state,
/// which add up to its rises.
#[test]
fn conductivity_follows_the_temperature() {
    use cpo_materials::ConductivityLaw;
    let (k0, p, reference) = (148.0, 1.3, 300.0);
    let law = |k: f64| ConductivityLaw::PowerLaw {
        at_reference: ThermalConductivity::w_per_m_k(k),
        reference: Temperature::kelvin(reference),
        exponent: p,
        range: [Temperature::kelvin(250.0), Temperature::kelvin(700.0)],
    };
    let silicon = Material::builder("silicon")
        .conductivity_laws(law(k0), law(k0))
        .build()
        .unwrap();
    let (base, length, power) = (300.0, 1e-3, 30.0);
    let plan = |power: f64| {
        Floorplan::new([1e-3, 1e-3])
            .unwrap()
            .layer("slab", silicon.clone(), length)
            .unwrap()
            .layer("sheet", silicon.clone(), 1e-6)
            .unwrap()
            .source(
                "left",
                Footprint {
                    x: [-0.5e-3, 0.0],
                    y: [-0.5e-3, 0.5e-3],
                },
                "sheet",
                0.5 * power,
            )
            .unwrap()
            .source(
                "right",
                Footprint {
                    x: [0.0, 0.5e-3],
                    y: [-0.5e-3, 0.5e-3],
                },
                "sheet",
                0.5 * power,
            )
            .unwrap()
    };
    let ambient = Temperature::kelvin(base);
    let faces = Boundaries {
        bottom: Boundary::Temperature(ambient),
        ..Boundaries::insulated()
    };
    let problem = |power| {
        HeatProblem::new(plan(power), ambient, faces)
            .unwrap()
            .with_local_conductivity()
    };
    // the mean of the sheet lies a third of its own drop above the slab: q (L + d/3) to first order in d
    let q = power / 1e-6;
    let integral = q * (length + 1e-6 / 3.0);
    let top = (base.powf(1.0 - p) + (1.0 - p) * integral / (k0 * reference.powf(p)))
        .powf(1.0 / (1.0 - p));
    let solver = HeatSolver::default().error(1e-4);
    let found = solver.source_temperatures(&problem(power)).unwrap();
    let rise = &found.mean_rises()[0];
    assert_eq!(found.verdict(), Verdict::Converged);
    // second order in the sheet's thickness is left, 1e-6 of the rise
    assert!(
        (rise.value - (top - base)).abs() < rise.error + 1e-6 * rise.value,
        "{rise:?} {}",
        top - base
    );
    // a quarter of the rise comes from k(T): the test can fail
    assert!(rise.value > 1.25 * integral / k0);
    let r = solver
        .crosstalk(&problem(power), &["left", "right"])
        .unwrap()
        .mean();
    let sum = 0.5 * power * (r[[0, 0]] + r[[0, 1]]);
    // the same grids and k: residuals, and extrapolation of sums and of parts alike
    assert!(
        (sum / rise.value - 1.0).abs() < 1e-6,
        "{sum} {}",
        rise.value
    );
    let hot = solver
        .source_temperatures(&problem(20.0 * power))
        .unwrap_err();
    assert!(hot.to_string().contains("the data hold from"), "{hot}");
    assert!(matches!(hot, HeatError::Material(_)), "{hot}");
}

/// Lasers with trenches beside them and a shunt above: no exact solution, so a much finer family is the reference.
fn contrasts() -> HeatProblem {
    let box_at = |w: f64, l: f64, x: f64| Footprint::centred([w, l], [x, 0.0]);
    let plan = Floorplan::new([1e-3, 0.8e-3])
        .unwrap()
        .layer("substrate", isotropic(130.0), 200e-6)
        .unwrap()
        .layer("oxide", isotropic(1.4), 3e-6)
        .unwrap()
        .layer("device", isotropic(1.4), 3e-6)
        .unwrap()
        .layer("cladding", isotropic(1.4), 2e-6)
        .unwrap()
        .block(
            "mesa",
            box_at(60e-6, 300e-6, 0.0),
            &["device"],
            isotropic(60.0),
        )
        .unwrap()
        .block(
            "trench",
            box_at(20e-6, 300e-6, 60e-6),
            &["oxide", "device", "cladding"],
            isotropic(0.03),
        )
        .unwrap()
        .block(
            "shunt",
            box_at(20e-6, 300e-6, -20e-6),
            &["oxide"],
            isotropic(400.0),
        )
        .unwrap()
        .source("laser", box_at(4e-6, 200e-6, 0.0), "device", 0.1)
        .unwrap()
        .source("heater", box_at(10e-6, 200e-6, 100e-6), "cladding", 0.05)
        .unwrap();
    HeatProblem::new(plan, AMBIENT, cooled_base(2e4)).unwrap()
}

#[test]
fn bars_hold_with_lateral_contrasts() {
    let problem = contrasts();
    let names = ["laser", "heater"];
    let rough = HeatSolver::default()
        .error(5e-2)
        .crosstalk(&problem, &names)
        .unwrap();
    // from finer grids, error wanted out of reach: as fine as the cells allow
    let fine = HeatSolver::default()
        .error(1e-6)
        .maximum_cells(700_000)
        .crosstalk(&problem, &names)
        .unwrap();
    assert_eq!(fine.verdict(), Verdict::Unconverged);
    for i in 0..2 {
        for j in 0..2 {
            for (a, b) in [
                (rough.mean_study(i, j), fine.mean_study(i, j)),
                (rough.peak_study(i, j), fine.peak_study(i, j)),
            ] {
                println!(
                    "R{i}{j} {} ± {:.1e}; {} ± {:.1e}",
                    a.value, a.error, b.value, b.error
                );
                assert!(
                    (a.value - b.value).abs() <= a.error + b.error,
                    "{a:?} {b:?}"
                );
            }
        }
    }
    println!(
        "cells {:?} iterations {:?}",
        fine.cells(),
        fine.iterations()
    );
    assert!(fine.reciprocity() < 1e-8 && fine.energy_balance() < 1e-8);
}

#[test]
fn map_balances_and_superposes() {
    let problem = contrasts();
    let solver = HeatSolver::default().error(1e-2);
    let map = solver.solve(&problem, 2.0).unwrap();
    let balance = map.energy_balance();
    assert!((balance.generated - 0.15).abs() < 1e-15);
    assert!(balance.relative_error() < 1e-8); // residual 1e-10 over 1e5 cells
    assert!((balance.out[4] - 0.15).abs() < 1e-8);
    assert!(map.residual() < 1e-9);
    // linear: the rise of each source is the crosstalk times the powers, within the bars of all
    let rises = solver.source_temperatures(&problem).unwrap();
    let r = solver.crosstalk(&problem, &["laser", "heater"]).unwrap();
    for i in 0..2 {
        let sum = 0.1 * r.mean()[[i, 0]] + 0.05 * r.mean()[[i, 1]];
        let bar = 0.1 * r.mean_error()[[i, 0]] + 0.05 * r.mean_error()[[i, 1]];
        assert!((rises.mean_rises()[i].value - sum).abs() <= bar + rises.mean_rises()[i].error);
    }
    // hottest under the laser
    let laser = &problem.floorplan().sources()[0];
    let mean = map.mean_rise(&laser.footprint, laser.z).unwrap();
    assert!(map.max_rise(&laser.footprint, laser.z).unwrap() > mean);
    assert_eq!(
        map.horizontal(1e-6).unwrap().dim(),
        (map.rise().dim().0, map.rise().dim().1)
    );
    let nowhere = Footprint {
        x: [1.0, 2.0],
        y: [1.0, 2.0],
    };
    assert!(matches!(
        map.mean_rise(&nowhere, laser.z),
        Err(HeatError::EmptyRegion { .. })
    ));
}

#[test]
fn slab_between_a_temperature_and_a_flux() {
    // flux q in at the top, base held 5 K over ambient: T(z) = 5 K + q z/k, linear, so exact on any grid
    let plan = Floorplan::new([1e-3, 1e-3])
        .unwrap()
        .layer("slab", isotropic(2.0), 1e-4)
        .unwrap();
    let boundaries = Boundaries {
        bottom: Boundary::Temperature(Temperature::celsius(30.0)),
        top: Boundary::Flux(HeatFlux::w_per_m2(1e5)),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, boundaries).unwrap();
    let map = HeatSolver::default().solve(&problem, 2.0).unwrap();
    for ((_, _, k), &rise) in map.rise().indexed_iter() {
        let exact = 5.0 + 1e5 * map.grid().axis(2).centre(k) / 2.0;
        assert!((rise - exact).abs() < 1e-7, "{rise} {exact}"); // residual 1e-10 of 10 K
    }
    let balance = map.energy_balance();
    assert!((balance.out[5] + 0.1).abs() < 1e-9 && (balance.out[4] - 0.1).abs() < 1e-9);
}

#[test]
fn every_face_cools_alike() {
    // a cube with a source in the middle, cooled at one face: the same R whichever face
    let cube = |boundaries: Boundaries| {
        let plan = Floorplan::new([3e-4, 3e-4])
            .unwrap()
            .layer("a", isotropic(10.0), 1e-4)
            .unwrap()
            .layer("b", isotropic(10.0), 1e-4)
            .unwrap()
            .layer("c", isotropic(10.0), 1e-4)
            .unwrap()
            .source("s", Footprint::centred([1e-4, 1e-4], [0.0, 0.0]), "b", 1.0)
            .unwrap();
        let problem = HeatProblem::new(plan, AMBIENT, boundaries).unwrap();
        HeatSolver::default()
            .error(5e-3)
            .crosstalk(&problem, &["s"])
            .unwrap()
    };
    let (off, on) = (Boundaries::insulated(), convection(1e4));
    let faces = [
        Boundaries { bottom: on, ..off },
        Boundaries { top: on, ..off },
        Boundaries { left: on, ..off },
        Boundaries { right: on, ..off },
        Boundaries { front: on, ..off },
        Boundaries { back: on, ..off },
    ];
    let results = faces.map(cube);
    let reference = &results[0];
    for other in &results {
        let difference = (other.mean()[[0, 0]] - reference.mean()[[0, 0]]).abs();
        assert!(difference <= other.mean_error()[[0, 0]] + reference.mean_error()[[0, 0]]);
    }
    // left and right: mirrored grids, so equal to the solver's tolerance
    let (left, right) = (results[2].mean()[[0, 0]], results[3].mean()[[0, 0]]);
    assert!((left / right - 1.0).abs() < 1e-8);
}

#[test]
fn conductivity_follows_its_temperature() {
    // one layer held at the base and heated in full: mean rise P d/(3 k A), so R goes as 1/k(T)
    let silicon = cpo_materials::catalogue().find("Si").unwrap();
    let plan = Floorplan::new([1e-3, 1e-3])
        .unwrap()
        .layer("chip", silicon.clone(), 1e-4)
        .unwrap()
        .source(
            "all",
            Footprint::centred([1e-3, 1e-3], [0.0, 0.0]),
            "chip",
            1.0,
        )
        .unwrap();
    let base = Boundaries {
        bottom: Boundary::Temperature(AMBIENT),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, base).unwrap();
    for celsius in [25.0, 85.0] {
        let at = Temperature::celsius(celsius);
        let [_, _, k] = silicon.thermal_conductivity(at).unwrap();
        let problem = problem.clone().conductivity_at(at).unwrap();
        let crosstalk = HeatSolver::default().crosstalk(&problem, &["all"]).unwrap();
        let exact = 1e-4 / (3.0 * k * 1e-6);
        let (mean, bar) = (crosstalk.mean()[[0, 0]], crosstalk.mean_error()[[0, 0]]);
        assert!(
            (mean - exact).abs() <= bar && bar <= 1e-3 * exact,
            "{mean} {bar} {exact}"
        );
        // the parabola's top is exact
        assert!((crosstalk.peak()[[0, 0]] / (1.5 * exact) - 1.0).abs() < 1e-3);
    }
}

#[test]
fn bad_problems_are_refused() {
    let plan = || {
        Floorplan::new([1e-3, 1e-3])
            .unwrap()
            .layer("slab", isotropic(2.0), 1e-4)
            .unwrap()
    };
    let make = |boundaries| HeatProblem::new(plan(), AMBIENT, boundaries).err();
    assert_eq!(make(Boundaries::insulated()), Some(HeatError::Singular));
    let flux = Boundaries {
        top: Boundary::Flux(HeatFlux::w_per_m2(1.0)),
        ..Boundaries::insulated()
    };
    assert_eq!(make(flux), Some(HeatError::Singular));
    assert!(matches!(
        make(cooled_base(0.0)),
        Some(HeatError::Coefficient { face: "bottom", .. })
    ));
    assert!(matches!(
        make(cooled_base(f64::NAN)),
        Some(HeatError::Coefficient { .. })
    ));
    let cold = Boundaries {
        left: Boundary::Temperature(Temperature::kelvin(-1.0)),
        ..Boundaries::insulated()
    };
    assert!(matches!(
        make(cold),
        Some(HeatError::Temperature { what: "left", .. })
    ));
    let problem = HeatProblem::new(plan(), AMBIENT, cooled_base(1e4)).unwrap();
    let solver = HeatSolver::default();
    assert!(matches!(
        solver.crosstalk(&problem, &["x"]),
        Err(HeatError::UnknownSource { .. })
    ));
    assert!(matches!(
        solver.crosstalk(&problem, &[]),
        Err(HeatError::NoSources)
    ));
    assert!(matches!(
        solver.maximum_cells(10).solve(&problem, 2.0),
        Err(HeatError::TooManyCells { .. })
    ));
    assert!(matches!(
        solver.error(0.0).solve(&problem, 1.0),
        Err(HeatError::Option {
            option: "error",
            ..
        })
    ));
    let contrasts = contrasts();
    assert!(matches!(
        solver.maximum_iterations(2).solve(&contrasts, 1.0),
        Err(HeatError::Unconverged { iterations: 2, .. })
    ));
    let twice = solver.crosstalk(&contrasts, &["laser", "laser"]);
    assert!(matches!(twice, Err(HeatError::RepeatedSource { .. })));
}
