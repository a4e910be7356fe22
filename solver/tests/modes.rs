//! Modes against exact and converged references, and the properties every mode must have.

use cpo_materials::{Material, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::convergence::Verdict;
use cpo_solver::coupling::StepIndexFiber;
use cpo_solver::modes::{ModeClass, ModeError, ModeGrid, ModeProblem, ModeSolver, Wall, Walls};

const UM: f64 = 1e-6;

fn window(x: [f64; 2], y: [f64; 2]) -> Window {
    Window {
        x: x.map(|v| v * UM),
        y: y.map(|v| v * UM),
    }
}

fn rectangle(width: f64, height: f64, bottom: f64) -> Shape {
    Shape::Rectangle {
        x: 0.0,
        bottom: bottom * UM,
        width: width * UM,
        height: height * UM,
    }
}

/// A strip of `width` x `height` (µm) and index `n`, in `cladding`, with `margin` around it.
fn strip(width: f64, height: f64, n: f64, cladding: f64, margin: f64) -> ModeProblem {
    let half = 0.5 * width + margin;
    let section = CrossSection::new(
        window([-half, half], [-margin, height + margin]),
        Material::with_index(cladding),
    )
    .unwrap()
    .paint(
        "core",
        Material::with_index(n),
        rectangle(width, height, 0.0),
    )
    .unwrap();
    ModeProblem::new(&section, Wavelength::nm(1550.0))
}

fn fibre(radius: f64, n: f64, cladding: f64, margin: f64) -> ModeProblem {
    let half = radius + margin;
    let section = CrossSection::new(
        window([-half, half], [-half, half]),
        Material::with_index(cladding),
    )
    .unwrap()
    .paint(
        "core",
        Material::with_index(n),
        Shape::Circle {
            x: 0.0,
            y: 0.0,
            radius: radius * UM,
        },
    )
    .unwrap();
    ModeProblem::new(&section, Wavelength::nm(1550.0))
}

/// Horizontal slab of 220 nm in a narrow window whose side walls do not disturb it, `margin` below and above.
fn slab(side: Wall, margin: f64) -> ModeProblem {
    let section = CrossSection::new(
        window([-0.1, 0.1], [-margin, margin + 0.22]),
        Material::with_index(1.444),
    )
    .unwrap()
    .paint(
        "core",
        Material::with_index(3.4777),
        rectangle(1.0, 0.22, 0.0),
    )
    .unwrap();
    let walls = Walls {
        left: side,
        right: side,
        ..Walls::default()
    };
    ModeProblem::new(&section, Wavelength::nm(1550.0)).walled(walls)
}

/// Asserts n_eff and n_g of the first modes against (n_eff, n_g) references: inside the error bar,
/// which itself is at most `error`, and n_g within 1e-3 and its own bar.
fn agrees(problem: &ModeProblem, error: f64, references: &[(f64, f64)]) {
    let modes = ModeSolver::default()
        .count(references.len())
        .error(error)
        .solve(problem)
        .unwrap();
    for (mode, (index, group)) in modes.iter().zip(references) {
        let study = mode.effective_index_study();
        assert_eq!(study.verdict, Verdict::Converged, "{study:?}");
        assert!(study.error <= error);
        assert!(
            (study.value - index).abs() <= study.error,
            "{} vs {index}: {study:?}",
            study.value
        );
        let group_study = mode.group_index();
        let difference = (group_study.value - group).abs();
        assert!(
            difference <= group_study.error.min(1e-3),
            "{} vs {group}: {group_study:?}",
            group_study.value
        );
        assert_eq!(mode.class(), ModeClass::Guided);
    }
}

// References: hp finite elements in two formulations that agree to 1e-8 or better.
#[test]
fn silicon_wires() {
    agrees(
        &strip(0.5, 0.22, 3.4777, 1.444, 1.5),
        1e-4,
        &[(2.447192644, 4.055604), (1.771268491, 3.653126)],
    );
    agrees(
        &strip(0.45, 0.22, 3.4777, 1.444, 1.5),
        1e-4,
        &[(2.354969878, 4.149297), (1.734191945, 3.530172)],
    );
}

#[test]
fn nitride_strip() {
    agrees(
        &strip(0.8, 0.4, 1.9963, 1.444, 3.0),
        3e-5,
        &[(1.599468256, 1.991225), (1.545475241, 1.886707)],
    );
}

#[test]
fn rib_between_electric_walls() {
    let section = CrossSection::new(window([-2.5, 2.5], [-2.0, 1.8]), Material::with_index(1.0))
        .unwrap()
        .paint(
            "substrate",
            Material::with_index(3.34),
            rectangle(6.0, 3.0, -3.0),
        )
        .unwrap()
        .paint("film", Material::with_index(3.44), rectangle(6.0, 0.2, 0.0))
        .unwrap()
        .paint("rib", Material::with_index(3.44), rectangle(2.0, 1.3, 0.0))
        .unwrap();
    let problem = ModeProblem::new(&section, Wavelength::nm(1550.0));
    agrees(&problem, 1e-5, &[(3.388699805, 3.47351)]);
}

// Exact characteristic equations.
#[test]
fn step_index_fibres() {
    agrees(
        &fibre(4.1, 1.4492, 1.444, 14.0),
        1e-5,
        &[(1.44622544154499, 1.449586628); 2],
    );
    agrees(
        &fibre(0.5, 1.45, 1.0, 3.0),
        1e-4,
        &[(1.17644736226642, 1.5350868935); 2],
    );
}

/// The characteristic equations' n_eff of [`slab`], by its side walls.
const SLAB: [(Wall, f64, f64); 2] = [
    (Wall::Electric, 2.849463699938886, 3.5786963344254),
    (Wall::Magnetic, 2.054579912587843, 3.864545026018),
];

#[test]
fn slabs() {
    for (wall, index, group) in SLAB {
        agrees(&slab(wall, 1.5), 1e-4, &[(index, group)]);
    }
}

#[test]
fn differences_converge_with_order_two_on_slabs() {
    for (wall, index, _) in SLAB {
        let problem = slab(wall, 1.5);
        let grid = ModeGrid::between(&problem, 1e-9, 8e-9, 1.1).unwrap();
        let modes = ModeSolver::default().given(grid).solve(&problem).unwrap();
        let mode = &modes.modes()[0];
        for pair in mode.effective_index_study().levels.windows(2) {
            let errors = [pair[0].1 - index, pair[1].1 - index].map(f64::abs);
            let order = (errors[0] / errors[1]).ln() / (pair[1].0 / pair[0].0).ln();
            // The next term of the error is of order 4 and still shows: measured 1.916 for the magnetic walls.
            assert!(
                (order - 2.0).abs() < 0.1,
                "{wall:?}: order {order} between {pair:?}"
            );
        }
        let study = mode.effective_index_study();
        assert!((study.value - index).abs() <= study.error, "{study:?}");
    }
}

#[test]
fn differences_hold_a_wire_within_their_bar() {
    let problem = strip(0.5, 0.22, 3.4777, 1.444, 1.5);
    let grid = ModeGrid::new(&problem).unwrap();
    let modes = ModeSolver::default()
        .count(2)
        .given(grid)
        .solve(&problem)
        .unwrap();
    // References as in `silicon_wires`, from finite elements.
    for (mode, index) in modes.iter().zip([2.447192644, 1.771268491]) {
        let study = mode.effective_index_study();
        assert!(
            (study.value - index).abs() <= study.error,
            "{study:?} vs {index}"
        );
    }
}

/// One grid alone finds what it finds as the finest of its family, to round-off (the residual's square), and
/// claims no error.
#[test]
fn one_grid_alone_has_no_error_bar() {
    let problem = strip(0.5, 0.22, 3.4777, 1.444, 1.4);
    let grid = ModeGrid::uniform(&problem, [120, 130]);
    let solver = ModeSolver::default().count(2);
    let alone = solver.clone().on_one_grid(grid.clone(), 1e-9);
    assert_eq!(alone.plan(&problem).unwrap(), [2 * 120 * 130]);
    let alone = alone.solve(&problem).unwrap();
    let family = solver.given(grid).solve(&problem).unwrap();
    for (one, finest) in alone.iter().zip(&family) {
        let study = one.effective_index_study();
        assert!(study.error.is_infinite() && study.verdict == Verdict::Unconverged);
        assert!(one.residual() < 1e-9, "{}", one.residual());
        let (_, index) = finest.effective_index_study().levels[2];
        assert!((study.value - index).abs() < 1e-11, "{study:?} vs {index}");
    }
    let grid = ModeGrid::uniform(&problem, [120, 130]);
    let error = ModeSolver::default()
        .on_one_grid(grid, 0.0)
        .solve(&problem)
        .unwrap_err();
    assert!(matches!(error, ModeError::Option { .. }), "{error}");
}

/// Asserts that the elements' error falls tenfold or more a stage, to below 1e-9.
fn falls_exponentially(problem: &ModeProblem, exact: f64) {
    let modes = ModeSolver::default().error(1e-12).solve(problem).unwrap();
    let study = modes.modes()[0].effective_index_study();
    let errors: Vec<f64> = study
        .levels
        .iter()
        .map(|level| (level.1 - exact).abs())
        .collect();
    // Without corners the order alone decides (Babuška & Guo 1988): measured 10 to 42 a stage on the slab, 11 to
    // 30 on rods. One of the first two may be small by accident.
    let envelope = |k: i32| 20.0 * errors[0].max(errors[1]) * 0.1_f64.powi(k);
    for (k, &error) in (0..).zip(&errors) {
        assert!(error < envelope(k).max(1e-9), "{errors:?}");
    }
    // Windows are so wide that they move n_eff by less.
    assert!((study.value - exact).abs() < 1e-9, "{errors:?}");
}

#[test]
fn elements_converge_exponentially_on_slabs_and_fibres() {
    for (wall, index, _) in SLAB {
        falls_exponentially(&slab(wall, 2.4), index);
    }
    falls_exponentially(&fibre(0.2, 3.4777, 1.444, 1.5), exact(0.2, 3.4777, 1.444));
    falls_exponentially(&fibre(1.5, 1.5, 1.444, 6.0), exact(1.5, 1.5, 1.444));
}

#[test]
fn slabs_and_fibres_are_exact_to_1e_8() {
    let within = |problem: &ModeProblem, index: f64| {
        let modes = ModeSolver::default().error(1e-8).solve(problem).unwrap();
        let study = modes.modes()[0].effective_index_study();
        assert_eq!(study.verdict, Verdict::Converged, "{study:?}");
        assert!(
            (study.value - index).abs() <= 1e-8,
            "{} vs {index}: {study:?}",
            study.value
        );
    };
    for (wall, index, _) in SLAB {
        within(&slab(wall, 2.4), index);
    }
    within(&fibre(4.1, 1.4492, 1.444, 20.0), exact(4.1, 1.4492, 1.444));
    within(&fibre(0.5, 1.45, 1.0, 4.5), exact(0.5, 1.45, 1.0));
}

// Two finite-element formulations: 2.4471846 ± 6e-8, 2.386531e-7 ± 1e-13.
#[test]
fn absorbing_metal_above_a_wire() {
    let section = CrossSection::new(
        window([-1.75, 1.75], [-1.5, 1.9]),
        Material::with_index(1.444),
    )
    .unwrap()
    .paint(
        "core",
        Material::with_index(3.4777),
        rectangle(0.5, 0.22, 0.0),
    )
    .unwrap()
    .paint(
        "aluminium",
        Material::with_complex_index(1.44, 16.0),
        rectangle(0.5, 0.1, 0.82),
    )
    .unwrap();
    let problem = ModeProblem::new(&section, Wavelength::nm(1550.0));
    let modes = ModeSolver::default().error(3e-4).solve(&problem).unwrap();
    let mode = &modes.modes()[0];
    let real = mode.effective_index_study();
    assert!((real.value - 2.4471846).abs() <= real.error, "{real:?}");
    let imaginary = mode.attenuation_study();
    assert!(
        (imaginary.value - 2.386531e-7).abs() <= imaginary.error.min(0.02 * 2.386531e-7),
        "{imaginary:?}"
    );
    assert!(mode.loss_db_per_cm() > 0.0);
}

#[test]
fn fields_carry_one_watt_and_are_real_where_largest() {
    let modes = ModeSolver::default()
        .count(2)
        .error(1e-3)
        .solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.5))
        .unwrap();
    for mode in &modes {
        let fields = mode.fields();
        let density = fields.power_density();
        let power: f64 = density
            .indexed_iter()
            .map(|((i, j), s)| s * fields.grid.area(i, j))
            .sum();
        // The exact sum is over edges; averaging both fields to cell centres first differs at second order.
        assert!((power - 1.0).abs() < 2e-2, "{power}");
        let peak = fields.electric[..2]
            .iter()
            .flatten()
            .max_by(|a, b| a.norm().total_cmp(&b.norm()))
            .unwrap();
        assert!(peak.re > 0.0 && peak.im.abs() < 1e-9 * peak.re, "{peak}");
    }
    assert!(modes.modes()[0].te_fraction().value > 0.95);
    assert!(modes.modes()[1].te_fraction().value < 0.1);
}

#[test]
fn sensitivities_agree_with_differences() {
    type Vary = fn(f64) -> ModeProblem;
    let cases: [(&str, Vary, f64, f64); 3] = [
        (
            "width in um",
            |p| strip(p, 0.22, 3.4777, 1.444, 1.2),
            0.5,
            0.01,
        ),
        (
            "height in um",
            |p| strip(0.5, p, 3.4777, 1.444, 1.2),
            0.22,
            0.005,
        ),
        (
            "index of the core",
            |p| strip(0.5, 0.22, p, 1.444, 1.2),
            3.4777,
            0.02,
        ),
    ];
    let solver = ModeSolver::default().count(2).error(3e-5);
    for (name, at, p, wide) in cases {
        let modes = solver.solve(&at(p)).unwrap();
        let step = 1e-4 * p;
        let slopes = modes
            .sensitivity(&at(p - step), &at(p + step), 2.0 * step)
            .unwrap();
        let (low, high) = (
            solver.solve(&at(p - wide)).unwrap(),
            solver.solve(&at(p + wide)).unwrap(),
        );
        for (m, slope) in slopes.iter().enumerate() {
            let [low, high] = [&low, &high].map(|set| set.modes()[m].effective_index_study());
            let difference = (high.value - low.value) / (2.0 * wide);
            // Both bars of the solves over the step, and the curvature's share of a central difference.
            let basis =
                slope.error + (low.error + high.error) / (2.0 * wide) + 2e-3 * difference.abs();
            assert!(
                (slope.value - difference).abs() < basis,
                "{name}, mode {m}: {slope:?} vs {difference}"
            );
            assert!(
                slope.error < 0.02 * slope.value.abs(),
                "{name}, mode {m}: {slope:?}"
            );
        }
    }
}

/// n_eff of a step-index fibre by its exact vector equation.
fn exact(radius: f64, core: f64, cladding: f64) -> f64 {
    let length = cpo_materials::Length::um(radius);
    let fiber = StepIndexFiber::new(length, core, cladding, Wavelength::nm(1550.0)).unwrap();
    fiber.effective_index()
}

#[test]
fn bars_of_curved_shapes_hold_wherever_they_lie() {
    let at = |radius: f64, x: f64| {
        let shape = Shape::Circle {
            x: x * UM,
            y: -0.4 * UM,
            radius: radius * UM,
        };
        let section = CrossSection::new(
            window([-5.0, 5.0], [-5.0, 5.0]),
            Material::with_index(1.444),
        )
        .unwrap();
        let section = section
            .paint("core", Material::with_index(1.5), shape)
            .unwrap();
        ModeProblem::new(&section, Wavelength::nm(1550.0))
    };
    let step = 1e-4;
    for radius in [1.0, 1.2, 1.5, 1.7] {
        for x in [0.0, 0.137, 0.3] {
            let modes = ModeSolver::default()
                .count(2)
                .error(1e-3)
                .solve(&at(radius, x))
                .unwrap();
            let index = exact(radius, 1.5, 1.444);
            let slope = (exact(radius + step, 1.5, 1.444) - exact(radius - step, 1.5, 1.444))
                / (2.0 * step * UM);
            let by_radius = modes
                .sensitivity(
                    &at(radius - step, x),
                    &at(radius + step, x),
                    2.0 * step * UM,
                )
                .unwrap();
            let by_place = modes
                .sensitivity(
                    &at(radius, x - step),
                    &at(radius, x + step),
                    2.0 * step * UM,
                )
                .unwrap();
            for (m, mode) in modes.iter().enumerate() {
                let study = mode.effective_index_study();
                assert!(
                    (study.value - index).abs() <= study.error,
                    "r {radius}, x {x}: {study:?} vs {index}"
                );
                let study = &by_radius[m];
                assert!(
                    (study.value - slope).abs() <= study.error,
                    "r {radius}, x {x}: {study:?} vs {slope}"
                );
                // Moving a disc in a wide window changes nothing.
                let study = &by_place[m];
                assert!(
                    study.value.abs() <= study.error,
                    "r {radius}, x {x}: {study:?}"
                );
            }
        }
    }
}

#[test]
fn lengths_scale_with_the_wavelength() {
    let solver = ModeSolver::default().error(1e-3);
    let one = solver.solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.5)).unwrap();
    let two = strip(1.0, 0.44, 3.4777, 1.444, 3.0).at_wavelength(Wavelength::nm(3100.0));
    let two = solver.solve(&two).unwrap();
    let difference = one.modes()[0].effective_index() - two.modes()[0].effective_index();
    // The same matrix to round-off; extrapolation amplifies it little.
    assert!(difference.norm() < 1e-9, "{difference}");
}

#[test]
fn mirrored_problems_have_mirrored_modes() {
    let guide = |x: f64| {
        let shape = Shape::Trapezoid {
            x: x * UM,
            bottom: 0.0,
            width: 0.5 * UM,
            height: 0.3 * UM,
            sidewall: 0.15,
        };
        let side = Shape::Rectangle {
            x: -2.0 * x * UM,
            bottom: 0.0,
            width: 0.2 * UM,
            height: 0.1 * UM,
        };
        let section =
            CrossSection::new(window([-1.5, 1.5], [-1.2, 1.5]), Material::with_index(1.45))
                .unwrap()
                .paint("core", Material::with_index(2.2), shape)
                .unwrap()
                .paint("side", Material::with_index(1.8), side)
                .unwrap();
        ModeProblem::new(&section, Wavelength::nm(1310.0))
    };
    let solver = ModeSolver::default().error(1e-3);
    let (left, right) = (
        solver.solve(&guide(-0.2)).unwrap(),
        solver.solve(&guide(0.2)).unwrap(),
    );
    let [left, right] = [&left, &right].map(|set| set.modes()[0].effective_index_study());
    // Without a plane of symmetry the mesh of the mirror image is another mesh: both bars are the basis.
    assert!(
        (left.value - right.value).abs() <= left.error + right.error,
        "{left:?} {right:?}"
    );
}

#[test]
fn half_a_guide_on_a_symmetry_plane_has_the_whole_guides_mode() {
    let solver = ModeSolver::default().error(1e-4);
    let whole = solver.solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.5)).unwrap();
    let half = strip(0.5, 0.22, 3.4777, 1.444, 1.5);
    let section = half
        .cross_section()
        .clone()
        .with_window(window([0.0, 1.75], [-1.5, 1.72]))
        .unwrap();
    let walls = Walls {
        left: Wall::Electric,
        ..Walls::default()
    };
    // The TE mode's Ey and Ez are odd in x: an electric wall on the plane of symmetry.
    let half = solver
        .solve(&ModeProblem::new(&section, Wavelength::nm(1550.0)).walled(walls))
        .unwrap();
    let (whole, half) = (&whole.modes()[0], &half.modes()[0]);
    let basis = whole.effective_index_study().error + half.effective_index_study().error;
    assert!((whole.effective_index() - half.effective_index()).norm() < basis);
    assert_eq!(half.class(), ModeClass::Guided);
}

#[test]
fn the_bar_covers_a_narrow_window() {
    // Hp finite elements in the open: TE 1.599468256, TM 1.545475241, each 1e-9.
    for (margin, moved) in [(1.5, [1.75e-5, 7.4e-5]), (1.8, [3.5e-6, 1.82e-5])] {
        let modes = ModeSolver::default().count(2).error(1e-5);
        let modes = modes
            .solve(&strip(0.8, 0.4, 1.9963, 1.444, margin))
            .unwrap();
        for ((mode, open), moved) in modes.iter().zip([1.599468256, 1.545475241]).zip(moved) {
            let study = mode.effective_index_study();
            assert!((study.value - open).abs() <= study.error, "{study:?}");
            // What the walls did, measured against the open guide, and what the bar says of them.
            let ratio = mode.window_effect() / moved;
            assert!(
                (1.0..1.6).contains(&ratio),
                "{margin}: {} for {moved}",
                mode.window_effect()
            );
        }
        assert_eq!(
            modes.modes()[1].effective_index_study().verdict,
            Verdict::Unconverged
        );
    }
}

#[test]
fn all_guided_finds_what_is_guided() {
    let modes = ModeSolver::default()
        .all_guided()
        .error(1e-3)
        .solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.2))
        .unwrap();
    assert!(modes.iter().all(|mode| mode.class() == ModeClass::Guided));
    // TE0, TM0 and, just above the cladding, TE1.
    assert!(
        (2..=3).contains(&modes.modes().len()),
        "{}",
        modes.modes().len()
    );
    assert_eq!(modes.counted(), Some(modes.modes().len()));
    // Modes of the window itself are not returned beyond the guided ones.
    let more = ModeSolver::default()
        .count(modes.modes().len() + 1)
        .error(1e-3)
        .solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.2))
        .unwrap();
    let guided = more
        .iter()
        .filter(|mode| mode.class() == ModeClass::Guided)
        .count();
    assert_eq!(guided, modes.modes().len());
}

#[test]
fn nothing_guided_is_an_error() {
    let weak = strip(0.05, 0.05, 1.46, 1.444, 1.0);
    let error = ModeSolver::default().solve(&weak).map(|_| ()).unwrap_err();
    assert!(matches!(error, ModeError::NoGuidedMode { .. }), "{error}");
    assert!(error.to_string().contains("1.444"), "{error}");
}

#[test]
fn options_out_of_range_are_errors() {
    let problem = strip(0.5, 0.22, 3.4777, 1.444, 1.0);
    assert!(matches!(
        ModeSolver::default().count(0).solve(&problem),
        Err(ModeError::Option { .. })
    ));
    assert!(matches!(
        ModeSolver::default().error(0.0).solve(&problem),
        Err(ModeError::Option { .. })
    ));
    assert!(matches!(
        ModeSolver::default().error(f64::NAN).solve(&problem),
        Err(ModeError::Option { .. })
    ));
}

#[test]
fn two_solves_give_the_same_bits() {
    let solve = || {
        ModeSolver::default()
            .count(2)
            .error(1e-3)
            .solve(&strip(0.5, 0.22, 3.4777, 1.444, 1.0))
            .unwrap()
    };
    let (one, two) = (solve(), solve());
    for (a, b) in one.iter().zip(&two) {
        assert_eq!(a.effective_index_study(), b.effective_index_study());
        assert_eq!(a.fields().electric, b.fields().electric);
    }
}
