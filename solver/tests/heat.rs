//! Heat against exact solutions, published numbers and laws.

use cpo_materials::{
    HeatFlux, HeatTransferCoefficient, Material, Temperature, ThermalConductivity,
};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::convergence::Verdict;
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem, HeatSolver};
use std::f64::consts::PI;

/// Held at two temperatures, a bar is warm in proportion to the place: linear interpolation is exact between the outermost centres.
#[test]
fn a_map_gives_the_rise_at_a_point() {
    let plan = Floorplan::new([2e-3, 1e-3])
        .unwrap()
        .layer(
            "bar",
            Material::with_conductivity(ThermalConductivity::w_per_m_k(10.0)),
            1e-3,
        )
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

/// A laterally uniform stack on insulated sides and top; the exact crosstalk by cosine series.
///
/// With λ² = (mπ/Lx)² + (nπ/Ly)² each term is a slab problem, k_z T'' = k λ² T − q, whose layers are joined by
/// admittances Y = flux/temperature: Y' = K (Y + K tanh κd)/(K + Y tanh κd), κ = λ √(k/k_z), K = k_z κ.
struct Stack {
    size: [f64; 2],
    base: f64,
    /// (in plane, through, thickness) from the bottom.
    layers: Vec<[f64; 3]>,
    source_layer: usize,
    sources: Vec<Footprint>,
    /// (layer, contact resistance to the one below, m² K/W): as a film that conducts through, not along.
    contact: Option<(usize, f64)>,
}

impl Stack {
    /// Mean rise over the source layer per W/m² of that lateral harmonic.
    fn response(&self, lambda: f64) -> f64 {
        let through = |y: f64, [k, kz, d]: [f64; 3]| {
            if lambda == 0.0 {
                return y / (1.0 + y * d / kz);
            }
            let admittance = lambda * (k * kz).sqrt();
            let t = (lambda * (k / kz).sqrt() * d).tanh();
            admittance * (y + admittance * t) / (admittance + y * t)
        };
        let s = self.source_layer;
        let contact = |y: f64, layer: usize| match self.contact {
            Some((above, resistance)) if above == layer => y / (1.0 + y * resistance),
            _ => y,
        };
        let below = (0..s).fold(self.base, |y, n| through(contact(y, n), self.layers[n]));
        let below = contact(below, s);
        let above = self.layers[s + 1..]
            .iter()
            .rev()
            .fold(0.0, |y, &layer| through(y, layer));
        let [k, kz, d] = self.layers[s];
        if lambda == 0.0 {
            // insulated above: all heat leaves below; mean of a parabola
            return 1.0 / below + d / (3.0 * kz);
        }
        // T = p + a exp(−κz) + b exp(κ(z − d)), heat 1/d per volume
        let kappa = lambda * (k / kz).sqrt();
        let (p, e, g) = (
            1.0 / (d * k * lambda * lambda),
            (-kappa * d).exp(),
            kz * kappa,
        );
        let [[a11, a12], [a21, a22]] = [[g + below, (below - g) * e], [(above - g) * e, g + above]];
        let (b1, b2) = (-below * p, -above * p);
        let determinant = a11 * a22 - a12 * a21;
        let sum = (b1 * a22 - b2 * a12 + a11 * b2 - a21 * b1) / determinant;
        p + sum * (1.0 - e) / (kappa * d)
    }

    /// R with `terms` harmonics along x and y.
    fn exact(&self, terms: usize) -> Vec<Vec<f64>> {
        let [lx, ly] = self.size;
        let mean = |span: [f64; 2], length: f64, m: usize| {
            let q = m as f64 * PI / length;
            if m == 0 {
                return 1.0;
            }
            let phase = |x: f64| q * (x + 0.5 * length);
            (phase(span[1]).sin() - phase(span[0]).sin()) / (q * (span[1] - span[0]))
        };
        let n = self.sources.len();
        let table = |axis: usize, length: f64| -> Vec<Vec<f64>> {
            let span = |s: &Footprint| if axis == 0 { s.x } else { s.y };
            self.sources
                .iter()
                .map(|s| (0..terms).map(|m| mean(span(s), length, m)).collect())
                .collect()
        };
        let (cx, cy) = (table(0, lx), table(1, ly));
        let mut r = vec![vec![0.0; n]; n];
        for m in 0..terms {
            for l in 0..terms {
                let lambda = ((m as f64 * PI / lx).powi(2) + (l as f64 * PI / ly).powi(2)).sqrt();
                let weight = if m == 0 { 1.0 } else { 2.0 } * if l == 0 { 1.0 } else { 2.0 };
                let response = weight * self.response(lambda) / (lx * ly);
                for i in 0..n {
                    for j in 0..n {
                        r[i][j] += response * cx[i][m] * cy[i][l] * cx[j][m] * cy[j][l];
                    }
                }
            }
        }
        r
    }

    fn problem(&self) -> HeatProblem {
        let mut plan = Floorplan::new(self.size).unwrap();
        for (n, &[k, kz, d]) in self.layers.iter().enumerate() {
            plan = plan
                .layer(&format!("layer{n}"), material(k, kz), d)
                .unwrap();
        }
        if let Some((layer, resistance)) = self.contact {
            plan = plan.contact(&format!("layer{layer}"), resistance).unwrap();
        }
        for (n, source) in self.sources.iter().enumerate() {
            let layer = format!("layer{}", self.source_layer);
            plan = plan
                .source(&format!("s{}", n + 1), *source, &layer, 1.0)
                .unwrap();
        }
        HeatProblem::new(plan, AMBIENT, cooled_base(self.base)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        (1..=self.sources.len()).map(|n| format!("s{n}")).collect()
    }
}

const AMBIENT: Temperature = Temperature::celsius(25.0);

fn material(in_plane: f64, through: f64) -> Material {
    Material::builder("test")
        .anisotropic_conductivity(
            ThermalConductivity::w_per_m_k(in_plane),
            ThermalConductivity::w_per_m_k(through),
        )
        .build()
        .unwrap()
}

fn isotropic(k: f64) -> Material {
    Material::with_conductivity(ThermalConductivity::w_per_m_k(k))
}

fn convection(h: f64) -> Boundary {
    let coefficient = HeatTransferCoefficient::w_per_m2_k(h);
    Boundary::Convection {
        coefficient,
        ambient: AMBIENT,
    }
}

fn cooled_base(h: f64) -> Boundaries {
    Boundaries {
        bottom: convection(h),
        ..Boundaries::insulated()
    }
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Eight laser stripes on a chip on a substrate.
fn laser_stack() -> Stack {
    let stripe = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]);
    Stack {
        size: [6e-3, 6e-3],
        base: 5e3,
        layers: vec![
            [15.0, 0.5, 800e-6],
            [130.0, 130.0, 100e-6],
            [3.0, 3.0, 20e-6],
            [130.0, 130.0, 200e-6],
            [1.4, 1.4, 3e-6],
            [60.0, 60.0, 3e-6],
            [1.4, 1.4, 2e-6],
        ],
        source_layer: 5,
        sources: stripe.array(8, 250e-6, Direction::X),
        contact: None,
    }
}

/// First row of R of `laser_stack` by a double cosine series with a layer recursion, to about 1e-7 relative.
const LASER_ROW: [f64; 8] = [
    236.35120779,
    58.61636488,
    55.20896421,
    53.38015461,
    52.15027808,
    51.23380526,
    50.5126251,
    49.92860109,
];
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
