//! Transients against exact solutions.
//!
//! Eight lasers on a laterally uniform stack, by double cosine series and numerical inversion of the Laplace transform; a slab under an even
//! flux by its eigenfunction series.

use cpo_materials::{
    Density, Duration, HeatTransferCoefficient, Material, SpecificHeat, Temperature,
    ThermalConductivity,
};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem, HeatSolver};

/// k in plane and through in W/(m K), ρc in J/(m³ K).
fn material(in_plane: f64, through: f64, capacity: f64) -> Material {
    let k = ThermalConductivity::w_per_m_k;
    Material::builder("layer")
        .anisotropic_conductivity(k(in_plane), k(through))
        .density(Density::kg_per_m3(1000.0))
        .heat_capacity(SpecificHeat::j_per_kg_k(1e-3 * capacity))
        .build()
        .unwrap()
}

fn problem(plan: Floorplan, h: f64) -> HeatProblem {
    let ambient = Temperature::celsius(25.0);
    let bottom = Boundary::Convection {
        coefficient: HeatTransferCoefficient::w_per_m2_k(h),
        ambient,
    };
    let faces = Boundaries {
        bottom,
        ..Boundaries::insulated()
    };
    HeatProblem::new(plan, ambient, faces).unwrap()
}

/// A slab of 0.7 mm, k 130, ρc 1.63e6, cooled by h = 1e4; heat in its topmost 20 nm.
fn slab() -> HeatProblem {
    let silicon = || material(130.0, 130.0, 1.63e6);
    let plan = Floorplan::new([1e-3, 1e-3])
        .unwrap()
        .layer("slab", silicon(), 700e-6 - 20e-9)
        .unwrap()
        .layer("top", silicon(), 20e-9)
        .unwrap()
        .source(
            "flux",
            Footprint::centred([1e-3, 1e-3], [0.0, 0.0]),
            "top",
            1.0,
        )
        .unwrap();
    problem(plan, 1e4)
}

#[test]
fn a_slab_warms_as_its_series_says() {
    // 1e6 W/m² is 1 W on 1 mm²; surface rise of the series at these times
    let exact = [
        (1e-5, 0.24512611433117),
        (1e-4, 0.77515683527333),
        (1e-3, 2.4519543329011),
        (1e-2, 10.322546038478),
        (0.1, 61.581511566432),
        (1.0, 105.36571454486),
    ];
    // the mean of a layer that is heated throughout lies (2/3) q d/k below a surface that is heated on top
    let lift = 2.0 / 3.0 * 1e6 * 20e-9 / 130.0;
    let exact = exact.map(|(t, rise)| (t, rise - lift));
    let times = exact.map(|(t, _)| Duration::s(t));
    let step = HeatSolver::default()
        .step_response(&slab(), &["flux"], &times)
        .unwrap();
    assert_eq!(step.verdict(), Verdict::Converged);
    for (n, (time, rise)) in exact.into_iter().enumerate() {
        let study = step.study(n, 0, 0);
        let off = (study.value - rise).abs();
        assert!(
            off < study.error,
            "{time} s: {} ± {}, exact {rise}",
            study.value,
            study.error
        );
        assert!(off < 1e-3 * rise, "{time} s: {} not {rise}", study.value);
    }
    // its slowest time constant, 1/(α x²) of x tan(x L) = h/k, as a pole of the model; 1e-3: the finest grid's own error
    let slowest = step.network().time_constants()[0];
    assert!(
        (slowest / 0.116155206823779 - 1.0).abs() < 1e-3,
        "{slowest}"
    );
}

fn array() -> HeatProblem {
    let layers = [
        (800.0, 15.0, 0.5, 1.9e6),
        (100.0, 130.0, 130.0, 1.63e6),
        (20.0, 3.0, 3.0, 2.0e6),
        (200.0, 130.0, 130.0, 1.63e6),
        (3.0, 1.4, 1.4, 1.6e6),
        (3.0, 60.0, 60.0, 1.5e6),
        (2.0, 1.4, 1.4, 1.6e6),
    ];
    let mut plan = Floorplan::new([6e-3, 6e-3]).unwrap();
    for (n, (um, in_plane, through, capacity)) in layers.into_iter().enumerate() {
        plan = plan
            .layer(
                &format!("layer{n}"),
                material(in_plane, through, capacity),
                um * 1e-6,
            )
            .unwrap();
    }
    let stripe = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]);
    let plan = plan
        .source_array("laser", stripe, (8, 250e-6, Direction::X), "layer5", 1.0)
        .unwrap();
    problem(plan, 5e3)
}

#[test]
fn lasers_warm_as_their_series_says() {
    let exact = [
        (1e-6, 40.7018187, 0.0),
        (1e-5, 109.5585623, 0.0),
        (1e-4, 172.1836677, 0.0461237),
        (1e-3, 180.07618, 2.9069507),
        (1e-2, 184.6744244, 7.1138053),
        (0.1, 189.5522647, 11.8665885),
        (1.0, 206.944384, 29.2097103),
        (10.0, 235.9342668, 58.1994239),
    ];
    let times = exact.map(|(t, ..)| Duration::s(t));
    let problem = array();
    let solver = HeatSolver::default().error(2e-3);
    let step = solver
        .step_response(&problem, &["laser1", "laser2"], &times)
        .unwrap();
    for (n, (time, own, other)) in exact.into_iter().enumerate() {
        for (j, exact) in [(0, own), (1, other)] {
            let study = step.study(n, 0, j);
            let off = (study.value - exact).abs();
            // within the bar; the series is good to 1e-7 of the rise
            assert!(
                off < study.error + 1e-7 * own,
                "{time} s, {j}: {} ± {}, exact {exact}",
                study.value,
                study.error
            );
            assert!(
                off < 1e-3 * own,
                "{time} s, {j}: {} not {exact}",
                study.value
            );
        }
    }
    assert_eq!(step.verdict(), Verdict::Converged);
    // twenty solves on each grid stand for all times
    assert!(step.rates() <= 24, "{}", step.rates());
}

#[test]
fn times_must_rise_from_above_nought() {
    let solve = |times: &[f64]| {
        let times: Vec<Duration> = times.iter().map(|&t| Duration::s(t)).collect();
        HeatSolver::default()
            .step_response(&slab(), &["flux"], &times)
            .unwrap_err()
    };
    assert_eq!(solve(&[]), HeatError::NoTimes);
    assert!(matches!(
        solve(&[1.0, 1.0]),
        HeatError::Times { index: 1, .. }
    ));
    assert!(matches!(
        solve(&[0.0, 1.0]),
        HeatError::Times { index: 0, .. }
    ));
    assert!(matches!(
        solve(&[1.0, f64::NAN]),
        HeatError::Times { index: 1, .. }
    ));
}
