//! Sensitivities of thermal resistances against differences, closed forms and identities.

mod common;

use cpo_materials::{Material, Temperature, ThermalConductivity};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{
    Boundaries, Boundary, HeatError, HeatParameter, HeatParameterKind, HeatProblem,
    HeatSensitivities, HeatSolver,
};

use common::{AMBIENT, anisotropic, convection, isotropic};

const LASERS: [&str; 3] = ["laser1", "laser2", "laser3"];

/// Every kind of parameter: what it is made of, and how large it is.
#[derive(Clone)]
struct Engine {
    scale: f64,
    organic: [f64; 2],
    silicon: f64,
    active: f64,
    oxide: f64,
    fill: f64,
    /// base, die, active, cap.
    thicknesses: [f64; 4],
    contacts: [f64; 2],
    bottom: f64,
    top: f64,
    left: f64,
    back: Boundary,
    lasers: usize,
}

impl Engine {
    fn new() -> Self {
        Self {
            scale: 1.0,
            organic: [15.0, 0.5],
            silicon: 130.0,
            active: 68.0,
            oxide: 1.4,
            fill: 0.2,
            thicknesses: [300e-6, 100e-6, 5e-6, 20e-6],
            contacts: [3e-6, 2e-8],
            bottom: 2e4,
            top: 300.0,
            left: 5e3,
            back: Boundary::Insulated,
            lasers: 3,
        }
    }

    fn problem(&self) -> HeatProblem {
        let s = self.scale;
        let [base, die, active, cap] = self.thicknesses.map(|t| s * t);
        let at = |size: [f64; 2], centre: [f64; 2]| {
            Footprint::centred(size.map(|x| s * x), centre.map(|x| s * x))
        };
        let trench = at([60e-6, 500e-6], [500e-6, 0.0]);
        let stripe = at([20e-6, 200e-6], [0.0, 50e-6]);
        let array = (self.lasers, s * 250e-6, Direction::X);
        let plan = Floorplan::new([s * 1.5e-3, s * 1.2e-3])
            .and_then(|p| p.layer("base", anisotropic(self.organic[0], self.organic[1]), base))
            .and_then(|p| p.layer("die", isotropic(self.silicon), die))
            .and_then(|p| p.layer("active", isotropic(self.active), active))
            .and_then(|p| p.layer("cap", isotropic(self.oxide), cap))
            .and_then(|p| p.contact("die", self.contacts[0]))
            .and_then(|p| p.contact("active", self.contacts[1]))
            .and_then(|p| p.block("trench", trench, &["active", "cap"], isotropic(self.fill)))
            .and_then(|p| p.source_array("laser", stripe, array, "active", 0.05))
            .unwrap();
        let faces = Boundaries {
            bottom: convection(self.bottom),
            top: convection(self.top),
            left: convection(self.left),
            back: self.back,
            ..Boundaries::insulated()
        };
        HeatProblem::new(plan, AMBIENT, faces).unwrap()
    }
}

/// Three grids, solved to where round-off takes over.
fn solver() -> HeatSolver {
    HeatSolver::default().error(0.5).tolerance(1e-13)
}

/// R_ij on each grid of the family.
fn levels(problem: &HeatProblem, names: &[&str]) -> Vec<Vec<f64>> {
    let matrix = solver().crosstalk(problem, names).unwrap();
    let n = names.len();
    let values = |k: usize| matrix.mean_study(k / n, k % n).levels.iter().map(|l| l.1);
    (0..n * n).map(|k| values(k).collect()).collect()
}

fn find(all: &HeatSensitivities, kind: HeatParameterKind, value: f64) -> usize {
    let is = |p: &HeatParameter| p.kind == kind && (p.value / value - 1.0).abs() < 1e-9;
    let mut found = (0..all.parameters().len()).filter(|&p| is(&all.parameters()[p]));
    let one = found.next().unwrap();
    assert!(found.next().is_none(), "{kind:?} {value} is there twice");
    one
}

/// Derivative at 0 by differences of fourth order.
fn derivative(step: f64, at: impl Fn(f64) -> Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(|steps| at(steps * step));
    let difference =
        |k: usize, l: usize| (8.0 * (c[k][l] - b[k][l]) - (d[k][l] - a[k][l])) / (12.0 * step);
    (0..a.len())
        .map(|k| (0..a[k].len()).map(|l| difference(k, l)).collect())
        .collect()
}

/// Largest distance of the adjoint from differences over all pairs and grids, relative to the largest R.
fn off(
    engine: &Engine,
    parameter: (HeatParameterKind, f64),
    change: impl Fn(&mut Engine, f64),
) -> f64 {
    let names = &LASERS[..engine.lasers];
    let problem = engine.problem();
    let adjoint = solver().sensitivities(&problem, names).unwrap();
    let p = find(&adjoint, parameter.0, parameter.1);
    let largest = levels(&problem, names)
        .concat()
        .into_iter()
        .fold(0.0, f64::max);
    let differences = derivative(2e-3, |relative| {
        let mut other = engine.clone();
        change(&mut other, 1.0 + relative);
        levels(&other.problem(), names)
    });
    let n = names.len();
    let mut worst: f64 = 0.0;
    for (k, differences) in differences.iter().enumerate() {
        let study = adjoint.study(k / n, k % n, p).unwrap();
        assert_eq!(study.levels.len(), differences.len());
        for ((_, value), difference) in study.levels.iter().zip(differences) {
            worst = worst.max((value - difference).abs() / largest);
        }
    }
    println!("{}: {worst:.1e}", adjoint.parameters()[p]);
    worst
}

#[test]
fn every_parameter_moves_what_differences_say() {
    use HeatParameterKind::*;
    let engine = Engine::new();
    let e = engine.clone();
    let all = [
        off(&engine, (ConductivityInPlane, e.organic[0]), |e, f| {
            e.organic[0] *= f
        }),
        off(&engine, (ConductivityThrough, e.organic[1]), |e, f| {
            e.organic[1] *= f
        }),
        off(&engine, (Conductivity, e.silicon), |e, f| e.silicon *= f),
        off(&engine, (Conductivity, e.active), |e, f| e.active *= f),
        off(&engine, (Conductivity, e.oxide), |e, f| e.oxide *= f),
        off(&engine, (Conductivity, e.fill), |e, f| e.fill *= f),
        off(&engine, (Contact, e.contacts[0]), |e, f| e.contacts[0] *= f),
        off(&engine, (Contact, e.contacts[1]), |e, f| e.contacts[1] *= f),
        off(&engine, (Coefficient, e.bottom), |e, f| e.bottom *= f),
        off(&engine, (Coefficient, e.top), |e, f| e.top *= f),
        off(&engine, (Coefficient, e.left), |e, f| e.left *= f),
    ];
    // of R: 4 step⁴ from the fifth derivative, at most that of 1/p, 6e-11; the residual of 1e-13 over the step, 5e-11, times what is left of its
    // condition. Seen is 1e-12 at most.
    for (n, off) in all.into_iter().enumerate() {
        assert!(off < 1e-9, "{n}: {off}");
    }
}

fn sum(all: &HeatSensitivities, [i, j]: [usize; 2], sign: impl Fn(&HeatParameter) -> f64) -> f64 {
    let parameters = all.parameters().iter().enumerate();
    let term = |(p, parameter)| sign(parameter) * all.study(i, j, p).unwrap().value;
    parameters.map(term).sum()
}

/// R is of degree −1 in all conductivities, coefficients and inverse contacts together; a face that is held changes nothing in that.
#[test]
fn sensitivities_add_up_to_the_resistance() {
    use HeatParameterKind::*;
    for back in [Boundary::Insulated, Boundary::Temperature(AMBIENT)] {
        let engine = Engine {
            back,
            ..Engine::new()
        };
        let (matrix, all) = solver()
            .crosstalk_with_sensitivities(&engine.problem(), &LASERS)
            .unwrap();
        for &[i, j] in all.pairs() {
            let euler = sum(&all, [i, j], |p| match p.kind {
                Thickness => 0.0,
                Contact => -1.0,
                _ => 1.0,
            });
            let (r, own) = (matrix.mean()[[i, j]], matrix.mean()[[i, i]]);
            println!("{i} {j}: {euler} {r}");
            // extrapolation is linear in the levels; left are sums' round-off and the residual
            assert!((euler + r).abs() < 1e-10 * own, "{i} {j}: {euler} {r}");
        }
    }
}

/// Stretched along z, a body conducts less through and more along: Σ d ∂R/∂d is −Σ k_z ∂R/∂k_z, plus what the sides' and the plane's k do. Here all k are
/// anisotropic by a hair, so that the two are told apart.
#[test]
fn thicknesses_act_as_conductivities_do() {
    use HeatParameterKind::*;
    let plan = Floorplan::new([1e-3, 1e-3])
        .and_then(|p| p.layer("base", anisotropic(15.0, 0.5), 300e-6))
        .and_then(|p| p.layer("die", anisotropic(130.0, 130.0 + 1e-9), 100e-6))
        .and_then(|p| p.contact("die", 1e-6))
        .and_then(|p| {
            p.source(
                "a",
                Footprint::centred([50e-6, 80e-6], [1e-4, 0.0]),
                "die",
                1.0,
            )
        })
        .unwrap();
    let faces = Boundaries {
        bottom: convection(1e4),
        front: convection(4e3),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let all = solver().sensitivities(&problem, &["a"]).unwrap();
    let difference = sum(&all, [0, 0], |p| match (p.kind, p.name.as_str()) {
        (Thickness, _) | (ConductivityThrough, _) => 1.0,
        (ConductivityInPlane, _) | (Coefficient, "front") => -1.0,
        _ => 0.0,
    });
    let scale = sum(&all, [0, 0], |p| f64::from(u8::from(p.kind == Thickness)));
    assert!(
        difference.abs() < 1e-12 * scale.abs(),
        "{difference} {scale}"
    );
}

/// R(s L, k, h, r) = R(L, k, s h, r/s)/s: lengths against coefficients and contacts, by differences of wholly other plans.
#[test]
fn a_larger_body_is_one_that_is_cooled_better() {
    use HeatParameterKind::*;
    let engine = Engine {
        lasers: 2,
        ..Engine::new()
    };
    let names = &LASERS[..2];
    let all = solver().sensitivities(&engine.problem(), names).unwrap();
    let own = levels(&engine.problem(), names);
    let differences = derivative(2e-3, |relative| {
        let scale = 1.0 + relative;
        levels(
            &Engine {
                scale,
                ..engine.clone()
            }
            .problem(),
            names,
        )
    });
    for k in 0..4 {
        for level in 0..3 {
            let term = |(p, parameter): (usize, &HeatParameter)| {
                let value = all.study(k / 2, k % 2, p).unwrap().levels[level].1;
                match parameter.kind {
                    Coefficient => value,
                    Contact => -value,
                    _ => 0.0,
                }
            };
            let moved: f64 = all.parameters().iter().enumerate().map(term).sum();
            let expected = moved - own[k][level];
            // as for single parameters
            let off = (differences[k][level] - expected).abs();
            assert!(off < 1e-9 * own[0][level], "{k} {level}: {off}");
        }
    }
}

/// A wall of three layers, the topmost heated all over: R = 1/(hA) + Σ d/(kA) + r/A, of the heated layer a third.
#[test]
fn a_wall_is_its_closed_form() {
    use HeatParameterKind::*;
    let area = 1e-3 * 2e-3;
    let whole = Footprint::centred([1e-3, 2e-3], [0.0, 0.0]);
    let plan = Floorplan::new([1e-3, 2e-3])
        .and_then(|p| p.layer("base", anisotropic(15.0, 0.5), 300e-6))
        .and_then(|p| p.layer("die", isotropic(130.0), 100e-6))
        .and_then(|p| p.layer("active", isotropic(2.0), 40e-6))
        .and_then(|p| p.contact("active", 5e-6))
        .and_then(|p| p.source("all", whole, "active", 1.0))
        .unwrap();
    let faces = Boundaries {
        bottom: convection(1e4),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let all = HeatSolver::default()
        .sensitivities(&problem, &["all"])
        .unwrap();
    let parts = [300e-6 / 0.5, 100e-6 / 130.0, 40e-6 / 2.0 / 3.0].map(|d| d / area);
    let (film, contact) = (1.0 / (1e4 * area), 5e-6 / area);
    let exact = |p: &HeatParameter| match (p.kind, p.name.as_str()) {
        (ConductivityInPlane, _) => 0.0,
        (ConductivityThrough, _) => -parts[0],
        (Conductivity, "conductivity 130 W/(m K)") => -parts[1],
        (Conductivity, _) => -parts[2],
        (Thickness, "base") => parts[0],
        (Thickness, "die") => parts[1],
        (Thickness, _) => parts[2],
        (Contact, _) => contact,
        (Coefficient, _) => -film,
    };
    assert_eq!(all.parameters().len(), 9);
    assert_eq!(all.verdict(), Verdict::Converged);
    for (p, parameter) in all.parameters().iter().enumerate() {
        let study = all.study(0, 0, p).unwrap();
        let off = (study.value - exact(parameter)).abs();
        println!(
            "{parameter}: {} ± {:.1e}, off {off:.1e}",
            study.value, study.error
        );
        // the heated layer's error is a pure h², which extrapolation takes away: round-off is left of all
        assert!(off < 1e-9 * (film + contact), "{parameter}: {off}");
        assert!(off <= study.error, "{parameter}: {off}");
    }
}

/// Bars of coarse grids hold what fine ones say, and the order is that of the scheme.
#[test]
fn bars_hold_what_finer_grids_say() {
    let engine = Engine {
        lasers: 2,
        ..Engine::new()
    };
    let (problem, names) = (engine.problem(), &LASERS[..2]);
    let solve = |error: f64| {
        let solver = HeatSolver::default().error(error);
        solver.sensitivities(&problem, names).unwrap()
    };
    let (coarse, fine) = (solve(0.5), solve(5e-4));
    for &[i, j] in coarse.pairs() {
        for (p, parameter) in coarse.parameters().iter().enumerate() {
            let [a, b] = [&coarse, &fine].map(|all| all.study(i, j, p).unwrap());
            let off = (a.value - b.value).abs();
            println!(
                "{i} {j} {parameter}: {} ± {:.1e}, {} ± {:.1e}, off {off:.1e}, order {:?}, {} grids",
                a.value,
                a.error,
                b.value,
                b.error,
                b.order,
                b.levels.len()
            );
            assert!(b.levels.len() > a.levels.len());
            assert!(off < a.error + b.error, "{parameter}: {off}");
        }
    }
}

/// Another thickness has other grids: bars of extrapolated values.
#[test]
fn thicknesses_of_other_plans() {
    use HeatParameterKind::*;
    let engine = Engine {
        lasers: 2,
        ..Engine::new()
    };
    let names = &LASERS[..2];
    let solver = HeatSolver::default().error(1e-3);
    let all = solver.sensitivities(&engine.problem(), names).unwrap();
    let step = 0.1;
    for (layer, thickness) in engine.thicknesses.into_iter().enumerate() {
        let p = find(&all, Thickness, thickness);
        let at = |steps: f64| {
            let mut other = engine.clone();
            other.thicknesses[layer] *= 1.0 + steps * step;
            solver.crosstalk(&other.problem(), names).unwrap()
        };
        let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(at);
        for (i, j) in [(0, 0), (0, 1)] {
            let [a, b, c, d] = [&a, &b, &c, &d].map(|m| m.mean_study(i, j));
            let difference = (8.0 * (c.value - b.value) - (d.value - a.value)) / (12.0 * step);
            let bar = (8.0 * (c.error + b.error) + d.error + a.error) / (12.0 * step);
            let study = all.study(i, j, p).unwrap();
            let off = (study.value - difference).abs();
            println!(
                "{}: {} ± {:.1e}, differences {difference} ± {bar:.1e}",
                all.parameters()[p],
                study.value,
                study.error
            );
            assert!(off < study.error + bar, "{i} {j}: {off}");
            // bars are meant to be narrow enough to tell
            assert!(bar < 0.05 * c.value, "{bar}");
        }
    }
}

/// The state is held: Euler's identity holds of its resistances.
#[test]
fn conductivities_of_a_state_are_held() {
    use cpo_materials::ConductivityLaw;
    let law = ConductivityLaw::PowerLaw {
        at_reference: ThermalConductivity::w_per_m_k(148.0),
        reference: Temperature::kelvin(300.0),
        exponent: 1.3,
        range: [Temperature::kelvin(250.0), Temperature::kelvin(700.0)],
    };
    let silicon = Material::builder("silicon").conductivity_laws(law.clone(), law);
    let stripe = Footprint::centred([50e-6, 300e-6], [0.0, 0.0]);
    let plan = Floorplan::new([1e-3, 1e-3])
        .and_then(|p| p.layer("die", silicon.build().unwrap(), 200e-6))
        .and_then(|p| p.layer("top", isotropic(60.0), 5e-6))
        .and_then(|p| p.source("heater", stripe, "top", 3.0))
        .unwrap();
    let faces = Boundaries {
        bottom: convection(5e4),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let solve = |problem: &HeatProblem| {
        let (matrix, all) = solver()
            .crosstalk_with_sensitivities(problem, &["heater"])
            .unwrap();
        let k = sum(&all, [0, 0], |p| f64::from(u8::from(p.name == "silicon")));
        let euler = sum(&all, [0, 0], |p| {
            f64::from(u8::from(p.kind != HeatParameterKind::Thickness))
        });
        assert!(
            (euler / matrix.mean()[[0, 0]] + 1.0).abs() < 1e-9,
            "{euler}"
        );
        k
    };
    let (cold, hot) = (
        solve(&problem),
        solve(&problem.clone().with_local_conductivity()),
    );
    // hot silicon conducts less, and has more of the resistance
    assert!(hot < 1.1 * cold && cold < 0.0, "{hot} {cold}");
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let engine = Engine::new();
    let problem = engine.problem();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let (matrix, all) = HeatSolver::default()
                .error(0.5)
                .crosstalk_with_sensitivities(&problem, &LASERS)
                .unwrap();
            let of = |pair: &[usize; 2]| {
                let [i, j] = *pair;
                let studies = (0..all.parameters().len()).map(move |p| [i, j, p]);
                let both = |[i, j, p]: [usize; 3]| {
                    let study = all.study(i, j, p).unwrap();
                    // reciprocity
                    assert_eq!(study, all.study(j, i, p).unwrap());
                    [study.value.to_bits(), study.error.to_bits()]
                };
                studies.flat_map(both).collect::<Vec<u64>>()
            };
            let bits: Vec<u64> = all.pairs().iter().flat_map(of).collect();
            (bits, matrix.mean().map(|v| v.to_bits()))
        })
    };
    let (one, three) = (with(1), with(3));
    assert_eq!(one, three);
    // the matrix is that of the crosstalk alone
    let alone = HeatSolver::default()
        .error(0.5)
        .crosstalk(&problem, &LASERS)
        .unwrap();
    assert_eq!(one.1, alone.mean().map(|v| v.to_bits()));
}

/// Of more than sixteen sources each alone is derived: what sixteen and fewer of them say of the same plan.
#[test]
fn of_many_sources_the_own_resistance() {
    let stripe = Footprint::centred([20e-6, 100e-6], [0.0, 0.0]);
    let plan = Floorplan::new([2e-3, 1e-3])
        .and_then(|p| p.layer("die", isotropic(130.0), 100e-6))
        .and_then(|p| p.layer("top", isotropic(60.0), 5e-6))
        .and_then(|p| p.source_array("s", stripe, (17, 100e-6, Direction::X), "top", 1.0))
        .unwrap();
    let faces = Boundaries {
        bottom: convection(1e4),
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, AMBIENT, faces).unwrap();
    let names: Vec<String> = (1..=17).map(|n| format!("s{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let solver = HeatSolver::default().error(0.5);
    let all = solver.sensitivities(&problem, &names).unwrap();
    let few = solver.sensitivities(&problem, &names[3..9]).unwrap();
    assert_eq!((all.pairs().len(), few.pairs().len()), (17, 21));
    assert!(all.study(3, 4, 0).is_none());
    for p in 0..all.parameters().len() {
        let [a, b] = [all.study(4, 4, p), few.study(1, 1, p)].map(|s| s.unwrap().value);
        // sums in another order
        assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{a} {b}");
    }
}

#[test]
fn windows_have_no_sensitivities() {
    let error = HeatSolver::default()
        .windows()
        .sensitivities(&windowed(), &["laser"])
        .unwrap_err();
    assert!(
        matches!(error, HeatError::NoSensitivities { .. }),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.contains("grids of their own"), "{text}");
}

fn windowed() -> HeatProblem {
    let stripe = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]);
    let plan = Floorplan::new([10e-3, 10e-3])
        .and_then(|p| p.layer("die", isotropic(130.0), 500e-6))
        .and_then(|p| p.layer("top", isotropic(60.0), 3e-6))
        .and_then(|p| p.source("laser", stripe, "top", 1.0))
        .unwrap();
    let faces = Boundaries {
        bottom: convection(1e4),
        ..Boundaries::insulated()
    };
    HeatProblem::new(plan, AMBIENT, faces).unwrap()
}
