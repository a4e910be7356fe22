//! Faces that radiate, and coolants that warm up on their way, against closed forms and laws.

use cpo_materials::constants::STEFAN_BOLTZMANN;
use cpo_materials::{
    Duration, HeatCapacityRate, HeatTransferCoefficient, Material, Temperature, ThermalConductivity,
};
use cpo_meshes::{Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{
    Boundaries, Boundary, CrosstalkMatrix, HeatError, HeatProblem, HeatSolver, Towards,
};

const AMBIENT: Temperature = Temperature::kelvin(300.0);

fn isotropic(k: f64) -> Material {
    Material::with_conductivity(ThermalConductivity::w_per_m_k(k))
}

/// A slab of 20 × 10 × 1 mm, heated in a sheet at the bottom, `powers` in its left and its right half.
fn slab(material: &Material, powers: [f64; 2]) -> Floorplan {
    let half = |x: [f64; 2]| Footprint {
        x,
        y: [-5e-3, 5e-3],
    };
    Floorplan::new([20e-3, 10e-3])
        .and_then(|plan| plan.layer("sheet", material.clone(), 1e-6))
        .and_then(|plan| plan.layer("slab", material.clone(), 1e-3))
        .and_then(|plan| plan.source("left", half([-10e-3, 0.0]), "sheet", powers[0]))
        .and_then(|plan| plan.source("right", half([0.0, 10e-3]), "sheet", powers[1]))
        .unwrap()
}

fn cooled_above(top: Boundary) -> Boundaries {
    Boundaries {
        top,
        ..Boundaries::insulated()
    }
}

fn water(h: f64, rate: f64, towards: Towards) -> Boundary {
    Boundary::Coolant {
        coefficient: HeatTransferCoefficient::w_per_m2_k(h),
        inlet: AMBIENT,
        capacity_rate: HeatCapacityRate::w_per_k(rate),
        towards,
    }
}

fn grey(h: f64, emissivity: f64) -> Boundary {
    Boundary::Radiation {
        coefficient: HeatTransferCoefficient::w_per_m2_k(h),
        emissivity,
        ambient: AMBIENT,
    }
}

/// h (T − T∞) + ε σ (T⁴ − T∞⁴) = q by bisection, over T∞.
fn surface(h: f64, emissivity: f64, q: f64) -> f64 {
    let (cold, mut low, mut high) = (300.0_f64, 300.0_f64, 3000.0_f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        let lost =
            h * (middle - cold) + emissivity * STEFAN_BOLTZMANN * (middle.powi(4) - cold.powi(4));
        if lost < q {
            low = middle;
        } else {
            high = middle;
        }
    }
    low - cold
}

/// One-dimensional: the surface's own balance and the slab's resistance. Far above the surroundings, where its linear part would be wrong by half.
#[test]
fn a_face_radiates_by_the_fourth_power() {
    let solver = HeatSolver::default().error(1e-4);
    for (h, emissivity) in [(0.0, 0.9), (8.0, 0.5)] {
        let problem = |powers| {
            let plan = slab(&isotropic(20.0), powers);
            HeatProblem::new(plan, AMBIENT, cooled_above(grey(h, emissivity))).unwrap()
        };
        let q = 2.0 / 200e-6; // W/m²
        let above = surface(h, emissivity, q);
        let linear = q / (h + 4.0 * emissivity * STEFAN_BOLTZMANN * 300.0_f64.powi(3));
        assert!(above < 0.6 * linear, "{above} {linear}");
        let found = solver.source_temperatures(&problem([1.0, 1.0])).unwrap();
        assert_eq!(found.verdict(), Verdict::Converged);
        for rise in found.mean_rises() {
            // the sheet's own third of 1 µm is below 1e-5 K of what the slab has, 0.5 K
            let exact = above + q * (1e-3 + 1e-6 / 3.0) / 20.0;
            assert!(
                (rise.value - exact).abs() < rise.error + 1e-7 * exact,
                "{rise:?} {exact}"
            );
        }
        // resistances of that state add up to its rises, are symmetric, and keep heat
        let uneven = problem([1.5, 0.2]);
        let matrix = solver.crosstalk(&uneven, &["left", "right"]).unwrap();
        let rises = solver.source_temperatures(&uneven).unwrap();
        let r = matrix.mean();
        for (i, rise) in rises.mean_rises().iter().enumerate() {
            let sum = 1.5 * r[[i, 0]] + 0.2 * r[[i, 1]];
            assert!((sum - rise.value).abs() < 1e-8 * sum, "{sum} {rise:?}");
        }
        assert!(matrix.reciprocity() < 1e-8);
        assert!(matrix.energy_balance() < 1e-8 && rises.energy_balance() < 1e-8);
    }
}

/// Every side alone, turned so that heat leaves through it: the same closed form.
#[test]
fn every_side_radiates() {
    let material = isotropic(20.0);
    let plan = |size: [f64; 2], height: f64, sheet: Footprint| {
        Floorplan::new(size)
            .and_then(|plan| plan.layer("slab", material.clone(), height))
            .and_then(|plan| plan.source("sheet", sheet, "slab", 2.0))
            .unwrap()
    };
    // 1 mm long, cross-section 200 mm², heated in the whole volume: uniform source, mean = surface + q L/3k
    let (along, across, height) = (1e-3, 20e-3, 10e-3);
    let whole = |size: [f64; 2]| Footprint::centred(size, [0.0, 0.0]);
    let exact = surface(3.0, 0.8, 2.0 / 200e-6) + 2.0 / 200e-6 * along / (3.0 * 20.0);
    let [x, y] = [[along, across], [across, along]];
    let insulated = Boundaries::insulated();
    let open = grey(3.0, 0.8);
    let cases = [
        (
            x,
            height,
            Boundaries {
                left: open,
                ..insulated
            },
        ),
        (
            x,
            height,
            Boundaries {
                right: open,
                ..insulated
            },
        ),
        (
            y,
            height,
            Boundaries {
                front: open,
                ..insulated
            },
        ),
        (
            y,
            height,
            Boundaries {
                back: open,
                ..insulated
            },
        ),
        (
            [across, height],
            along,
            Boundaries {
                bottom: open,
                ..insulated
            },
        ),
        (
            [across, height],
            along,
            Boundaries {
                top: open,
                ..insulated
            },
        ),
    ];
    for (size, height, faces) in cases {
        let problem = HeatProblem::new(plan(size, height, whole(size)), AMBIENT, faces).unwrap();
        let found = HeatSolver::default()
            .error(1e-4)
            .source_temperatures(&problem)
            .unwrap();
        let rise = &found.mean_rises()[0];
        assert!(
            (rise.value - exact).abs() <= rise.error,
            "{rise:?} {exact} {faces:?}"
        );
    }
}

/// A body of one temperature: T − T_in = P / (C (1 − e^(−hA/C))), whatever the direction; with ever more coolant, P/(hA).
#[test]
fn coolant_along_a_good_conductor() {
    // heat on its way along the slab leaves it within P L/(k A) = 4e-3 K of 50 K and more
    let problem = |rate: f64, towards| {
        let plan = slab(&isotropic(1e7), [20.0, 0.0]);
        HeatProblem::new(plan, AMBIENT, cooled_above(water(2000.0, rate, towards))).unwrap()
    };
    let conductance: f64 = 2000.0 * 200e-6;
    let solver = HeatSolver::default().error(1e-4);
    for rate in [0.05_f64, 0.3, 5.0] {
        let exact = 20.0 / (rate * -(-conductance / rate).exp_m1());
        for towards in [Towards::Left, Towards::Right, Towards::Front, Towards::Back] {
            let found = solver.source_temperatures(&problem(rate, towards)).unwrap();
            for rise in found.mean_rises() {
                assert!(
                    (rise.value - exact).abs() < rise.error + 4e-3,
                    "{rate} {towards:?} {rise:?} {exact}"
                );
            }
            assert!(found.energy_balance() < 1e-8);
        }
    }
    let ample = solver
        .source_temperatures(&problem(1e9, Towards::Left))
        .unwrap();
    assert!((ample.mean_rises()[0].value / (20.0 / conductance) - 1.0).abs() < 1e-4);
}

/// A body that conducts only through: the flux is the heat right below, T_c rises in proportion to what was released upstream.
#[test]
fn heat_goes_downstream_and_not_back() {
    let through = Material::builder("columns")
        .anisotropic_conductivity(
            ThermalConductivity::w_per_m_k(1e-9),
            ThermalConductivity::w_per_m_k(100.0),
        )
        .build()
        .unwrap();
    let (h, rate) = (2000.0, 0.5);
    let solver = HeatSolver::default().error(1e-4);
    let own = |power: f64| power / 100e-6 * (1.0 / h + (1e-3 + 1e-6 / 3.0) / 100.0);
    for (towards, [first, second]) in [
        (Towards::Right, ["left", "right"]),
        (Towards::Left, ["right", "left"]),
    ] {
        let plan = slab(&through, [3.0, 5.0]);
        let problem =
            HeatProblem::new(plan, AMBIENT, cooled_above(water(h, rate, towards))).unwrap();
        let matrix = solver.crosstalk(&problem, &[first, second]).unwrap();
        let r = matrix.mean();
        // half of one's own heat lies upstream of the mean point
        let exact = [
            [own(1.0) + 0.5 / rate, 0.0],
            [1.0 / rate, own(1.0) + 0.5 / rate],
        ];
        for i in 0..2 {
            for j in 0..2 {
                let error = (r[[i, j]] - exact[i][j]).abs();
                assert!(
                    error <= matrix.mean_study(i, j).error + 1e-6,
                    "{i} {j} {r} {exact:?}"
                );
            }
        }
        // 1.5 K/W upstream were the coolant mixed: the test can fail
        assert!(r[[0, 1]].abs() < 1e-6 && r[[1, 0]] > 1.9);
        let rises = solver.source_temperatures(&problem).unwrap();
        let powers = if first == "left" {
            [3.0, 5.0]
        } else {
            [5.0, 3.0]
        };
        for (i, name) in [first, second].into_iter().enumerate() {
            let n = rises.names().iter().position(|n| n == name).unwrap();
            let sum = powers[0] * r[[i, 0]] + powers[1] * r[[i, 1]];
            let rise = rises.mean_rises()[n].value;
            assert!((sum - rise).abs() < 1e-8 * rise, "{sum} {rise}");
        }
    }
}

/// A block makes layers uneven, so that the iteration is not the direct solver's; warm coolant, heat from below, several loads together. Energy, superposition, and the
/// same bits for any number of threads.
#[test]
fn uneven_layers_and_a_warm_inlet() {
    let plan = slab(&isotropic(20.0), [3.0, 5.0])
        .block(
            "trench",
            Footprint {
                x: [-1e-3, 1e-3],
                y: [-5e-3, 2e-3],
            },
            &["slab"],
            isotropic(0.5),
        )
        .unwrap();
    let faces = Boundaries {
        top: Boundary::Coolant {
            coefficient: HeatTransferCoefficient::w_per_m2_k(3000.0),
            inlet: Temperature::kelvin(310.0),
            capacity_rate: HeatCapacityRate::w_per_k(0.4),
            towards: Towards::Back,
        },
        bottom: grey(5.0, 0.9),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let solver = HeatSolver::default().error(1e-2);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let matrix = solver.crosstalk(&problem, &["left", "right"]).unwrap();
            (matrix, solver.source_temperatures(&problem).unwrap())
        })
    };
    let (matrix, rises) = run(1);
    assert_eq!(matrix.verdict(), Verdict::Converged);
    assert!(matrix.energy_balance() < 1e-8 && rises.energy_balance() < 1e-8);
    // about as many as conjugate gradients need on such a body: measured 11, and half on top
    assert!(
        matrix.iterations().iter().all(|&n| n <= 16),
        "{:?}",
        matrix.iterations()
    );
    let (again, _) = run(3);
    assert_eq!(matrix.mean(), again.mean());
    // what the sources add to the body as it is without them, the coefficients of the state held: 10 K at the inlet warm it by 6 to 10 K
    let r = matrix.mean();
    for (i, rise) in rises.mean_rises().iter().enumerate() {
        let rest = rise.value - 3.0 * r[[i, 0]] - 5.0 * r[[i, 1]];
        assert!((6.0..10.0).contains(&rest), "{rest}");
    }
}

/// A source downstream warms one upstream by conduction, against what the coolant does in between: parts that err apart, and on three grids of this plan
/// seem to agree. Coarse and fine families agree within their bars.
#[test]
fn bars_hold_upstream() {
    let of = |x, y, size| Footprint::centred(size, [x, y]);
    let plan = Floorplan::new([20e-3, 10e-3])
        .and_then(|plan| plan.layer("sheet", isotropic(20.0), 10e-6))
        .and_then(|plan| plan.layer("slab", isotropic(20.0), 500e-6))
        .and_then(|plan| {
            plan.block(
                "trench",
                of(1e-3, 0.0, [1e-3, 4e-3]),
                &["slab"],
                isotropic(1.0),
            )
        })
        .and_then(|plan| plan.source("one", of(-5e-3, 1e-3, [2e-3, 3e-3]), "sheet", 1.0))
        .and_then(|plan| plan.source("two", of(5e-3, 1e-3, [200e-6, 1e-3]), "sheet", 0.5))
        .unwrap();
    let faces = cooled_above(water(5000.0, 0.1, Towards::Right));
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let [coarse, fine] = [2e-2, 1e-3].map(|error| {
        let solver = HeatSolver::default().error(error);
        solver.crosstalk(&problem, &["one", "two"]).unwrap()
    });
    assert!(coarse.cells().len() < fine.cells().len());
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for of in [
            |matrix: &CrosstalkMatrix, i, j| matrix.mean_study(i, j).clone(),
            |matrix: &CrosstalkMatrix, i, j| matrix.peak_study(i, j).clone(),
        ] {
            let (a, b) = (of(&coarse, i, j), of(&fine, i, j));
            assert!(
                (a.value - b.value).abs() <= a.error + b.error,
                "{i} {j} {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn mistakes_are_named() {
    let new = |faces| HeatProblem::new(slab(&isotropic(20.0), [1.0, 1.0]), AMBIENT, faces);
    for emissivity in [0.0, 1.1, f64::NAN] {
        let error = new(cooled_above(grey(1.0, emissivity))).unwrap_err();
        assert!(
            matches!(error, HeatError::Emissivity { face: "top", .. }),
            "{error}"
        );
    }
    let error = new(cooled_above(grey(-1.0, 0.5))).unwrap_err();
    assert!(matches!(error, HeatError::Coefficient { .. }), "{error}");
    let error = new(cooled_above(water(1.0, 0.0, Towards::Left))).unwrap_err();
    assert!(matches!(error, HeatError::CapacityRate { .. }), "{error}");
    let side = Boundaries {
        left: water(1.0, 1.0, Towards::Back),
        ..Boundaries::insulated()
    };
    assert!(matches!(
        new(side).unwrap_err(),
        HeatError::CoolantFace { face: "left" }
    ));
    let flowing = new(cooled_above(water(1.0, 1.0, Towards::Left))).unwrap();
    let error = HeatSolver::default()
        .step_response(&flowing, &["left"], &[Duration::s(1.0)])
        .unwrap_err();
    assert!(matches!(error, HeatError::OneWay { .. }), "{error}");
}
