//! Uniaxial crystals at any angle to the guide, against exact slabs, an independent solver, and differences.

use cpo_materials::{Angle, Material, OpticAxis, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeError, ModeGrid, ModeProblem, ModeSolver, Wall, Walls};

const UM: f64 = 1e-6;

fn window(x: [f64; 2], y: [f64; 2]) -> Window {
    Window {
        x: x.map(|v| v * UM),
        y: y.map(|v| v * UM),
    }
}

/// An axis `from_z` degrees from the guide, turned about the vertical, and `elevation` degrees up.
fn axis(from_z: f64, elevation: f64) -> OpticAxis {
    OpticAxis::at(Angle::deg(from_z), Angle::deg(elevation))
}

/// A core of `size` (µm) in an isotropic cladding, in a square window of `side`.
fn strip(core: Material, size: [f64; 2], cladding: f64, side: f64) -> ModeProblem {
    let half = 0.5 * side;
    let shape = Shape::Rectangle {
        x: 0.0,
        bottom: -0.5 * size[1] * UM,
        width: size[0] * UM,
        height: size[1] * UM,
    };
    let section = CrossSection::new(
        window([-half, half], [-half, half]),
        Material::with_index(cladding),
    )
    .unwrap()
    .paint("core", core, shape)
    .unwrap();
    ModeProblem::new(&section, Wavelength::nm(1550.0))
}

/// n_eff of the TM mode of a slab of half-thickness `half` (µm) whose crystal's axis leans in the plane of its normal
/// and the guide: with ε the 2 x 2 tensor along normal (n) and guide (z), H = g(s) exp(i n (η_nz/η_zz) s) and
///
/// ```text
/// η_zz g'' = (n²/ε_nn − 1) g,   η_zz = ε_nn/det ε,   q tan(q d/2) η_zz = γ/ε_c
/// ```
fn tilted_slab(ordinary: f64, extraordinary: f64, from_z: f64, cladding: f64, half: f64) -> f64 {
    let (sin, cos) = from_z.to_radians().sin_cos();
    let (o, e, c) = (ordinary.powi(2), extraordinary.powi(2), cladding.powi(2));
    let normal = o + (e - o) * sin * sin;
    let along = o + (e - o) * cos * cos;
    let mixed = (e - o) * sin * cos;
    let eta = normal / (normal * along - mixed * mixed);
    let k0 = 2.0 * std::f64::consts::PI / 1.55;
    let mismatch = |n: f64| {
        let q = ((1.0 - n * n / normal) / eta).max(0.0).sqrt();
        let gamma = (n * n - c).sqrt();
        eta * q * (k0 * q * half).sin() - gamma / c * (k0 * q * half).cos()
    };
    // The fundamental mode: the phase q d/2 is below π/2.
    let phase = 0.5 * std::f64::consts::PI / (k0 * half);
    let (mut low, mut high) = (
        cladding
            .max((normal * (1.0 - eta * phase * phase)).max(0.0).sqrt())
            .max(cladding),
        normal.sqrt(),
    );
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if mismatch(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// What would prove the oblique terms wrong: a slab whose axis leans towards the guide, upright and lying.
#[test]
fn slabs_with_a_leaning_axis_are_exact() {
    let (ordinary, extraordinary, cladding, thickness) = (2.0, 2.5, 1.444, 0.4);
    for from_z in [20.0, 65.0, -40.0] {
        let exact = tilted_slab(ordinary, extraordinary, from_z, cladding, 0.5 * thickness);
        for upright in [false, true] {
            // The slab's normal is y or x; magnetic walls across it pass its TM modes.
            let (lean, window_size, size) = if upright {
                (axis(0.0, from_z), [0.3, 6.0], [0.3, thickness])
            } else {
                (axis(from_z, 0.0), [6.0, 0.3], [thickness, 0.3])
            };
            let crystal = Material::uniaxial(ordinary, extraordinary, lean);
            let [half_x, half_y] = window_size.map(|v| 0.5 * v);
            let shape = Shape::Rectangle {
                x: 0.0,
                bottom: -0.5 * size[1] * UM,
                width: size[0] * UM,
                height: size[1] * UM,
            };
            let section = CrossSection::new(
                window([-half_x, half_x], [-half_y, half_y]),
                Material::with_index(cladding),
            )
            .unwrap()
            .paint("slab", crystal, shape)
            .unwrap();
            let (beside, across) = (Wall::Magnetic, Wall::Electric);
            let walls = if upright {
                Walls {
                    left: beside,
                    right: beside,
                    bottom: across,
                    top: across,
                }
            } else {
                Walls {
                    left: across,
                    right: across,
                    bottom: beside,
                    top: beside,
                }
            };
            let problem = ModeProblem::new(&section, Wavelength::nm(1550.0)).walled(walls);
            let modes = ModeSolver::default()
                .count(2)
                .error(1e-7)
                .solve(&problem)
                .unwrap();
            let nearest = modes
                .iter()
                .map(|mode| mode.effective_index_study().clone())
                .min_by(|a, b| (a.value - exact).abs().total_cmp(&(b.value - exact).abs()))
                .unwrap();
            let off = (nearest.value - exact).abs();
            assert!(
                off <= nearest.error && nearest.error <= 1e-7,
                "{from_z} {upright}: {nearest:?} {exact}"
            );
        }
    }
}

/// A guide with n_eff and n_g of its two highest modes.
struct Guide {
    name: &'static str,
    problem: ModeProblem,
    index: [f64; 2],
    group_index: [f64; 2],
}

/// References: hp finite elements of an independent code, the quadratic problem by its companion linearisation, orders
/// 5 to 7 on several meshes, the same walls; n_eff known to 1e-9, n_g to 2e-7.
fn guides() -> Vec<Guide> {
    let niobate = |from_z, elevation| Material::uniaxial(2.2111, 2.1376, axis(from_z, elevation));
    let strong = Material::uniaxial(2.0, 2.5, axis(40.0, 20.0));
    let crystal = niobate(45.0, 0.0);
    let ridge = Shape::Trapezoid {
        x: 0.0,
        bottom: 0.0,
        width: UM,
        height: 0.3 * UM,
        sidewall: 30.0_f64.to_radians(),
    };
    let layer = |bottom: f64, height: f64| Shape::Rectangle {
        x: 0.0,
        bottom: bottom * UM,
        width: 5.0 * UM,
        height: height * UM,
    };
    let section = CrossSection::new(window([-2.5, 2.5], [-2.3, 1.8]), Material::with_index(1.0))
        .unwrap()
        .paint("oxide", Material::with_index(1.44), layer(-2.3, 2.0))
        .unwrap()
        .paint("film", crystal.clone(), layer(-0.3, 0.3))
        .unwrap()
        .paint("ridge", crystal, ridge)
        .unwrap();
    vec![
        Guide {
            name: "turned by 30 deg",
            problem: strip(niobate(30.0, 0.0), [1.0, 0.6], 1.44, 4.0),
            index: [1.9046650758, 1.8606965357],
            group_index: [2.3380908, 2.3949418],
        },
        Guide {
            name: "turned by 30 deg, raised by 25 deg",
            problem: strip(niobate(30.0, 25.0), [1.0, 0.6], 1.44, 4.0),
            index: [1.9105997252, 1.8496619417],
            group_index: [2.3499639, 2.3707385],
        },
        Guide {
            name: "ridge at 45 deg",
            problem: ModeProblem::new(&section, Wavelength::nm(1550.0)),
            index: [1.9111264901, 1.8390983634],
            group_index: [2.2923747, 2.4428489],
        },
        Guide {
            name: "strong crystal",
            problem: strip(strong, [0.6, 0.4], 1.44, 3.0),
            index: [1.7006331673, 1.5322089633],
            group_index: [2.3538002, 1.9123346],
        },
    ]
}

#[test]
fn guides_in_oblique_crystals_agree_with_another_solver() {
    let solver = ModeSolver::default().count(2).error(1e-6);
    for guide in guides() {
        let modes = solver.solve(&guide.problem).unwrap();
        assert_eq!(modes.modes().len(), 2, "{}", guide.name);
        for (m, mode) in modes.iter().enumerate() {
            let n = mode.effective_index_study();
            let off = (n.value - guide.index[m]).abs();
            // The reference has the same walls, so that the window's part of the bar is not needed.
            let bar = n.error - mode.window_effect() + 1e-9;
            assert!(off <= bar, "{} {m}: {n:?} off {off:e}", guide.name);
            assert!(bar < 1e-6, "{} {m}: {n:?}", guide.name);
            assert!(mode.effective_index().im == 0.0, "{} {m}", guide.name);
            let g = mode.group_index();
            let off = (g.value - guide.group_index[m]).abs();
            assert!(
                off <= g.error + 2e-7,
                "{} {m}: {g:?} off {off:e}",
                guide.name
            );
        }
    }
}

/// d n_eff/d(angle of the axis) and d n_eff/d(width) from one solve, against differences of solves.
#[test]
fn derivatives_by_angle_and_width_are_those_of_differences() {
    let problem = |from_z: f64, width: f64| {
        let core = Material::uniaxial(2.2111, 2.1376, axis(from_z, 10.0));
        strip(core, [width, 0.6], 1.44, 4.0)
    };
    let solver = ModeSolver::default().count(2).error(1e-6);
    let modes = solver.solve(&problem(30.0, 1.0)).unwrap();
    let step = 1e-3;
    for by_angle in [true, false] {
        let at = |shift: f64| {
            if by_angle {
                problem(30.0 + 100.0 * shift, 1.0)
            } else {
                problem(30.0, 1.0 + shift)
            }
        };
        let slopes = modes
            .sensitivity(&at(-0.5 * step), &at(0.5 * step), step)
            .unwrap();
        let wide = 4.0 * step;
        let [low, high] = [-0.5, 0.5].map(|side| solver.solve(&at(side * wide)).unwrap());
        for (m, slope) in slopes.iter().enumerate() {
            let [low, high] = [&low, &high].map(|set| set.modes()[m].effective_index().re);
            let difference = (high - low) / wide;
            // n goes as cos 2θ: in these units its third derivative is 12 times the slope, which makes the difference
            // 8e-6 of it off; the meshes' errors of 1e-8 make 5e-6.
            let allowed = slope.error + 1e-5 * difference.abs() + 5e-6;
            assert!(
                (slope.value - difference).abs() < allowed,
                "{by_angle} {m}: {slope:?} {difference}"
            );
        }
    }
}

#[test]
fn an_axis_turned_into_the_cross_section_is_the_limit() {
    let index = |axis| {
        let core = Material::uniaxial(2.2111, 2.1376, axis);
        let problem = strip(core, [1.0, 0.6], 1.44, 4.0);
        let modes = ModeSolver::default().error(1e-6).solve(&problem).unwrap();
        modes.modes()[0].effective_index_study().clone()
    };
    // n is even in the angle off the cross-section: 0.01 degrees change it by 3e-8 of ε's anisotropy.
    let (across, beside) = (index(OpticAxis::X), index(axis(89.99, 0.0)));
    assert!((across.value - beside.value).abs() <= across.error + beside.error);
    // Leaning in the cross-section to the left or to the right: one index, by symmetry of the core.
    let (left, right) = (index(axis(90.0, 17.0)), index(axis(90.0, -17.0)));
    assert!((left.value - right.value).abs() <= left.error + right.error);
}

#[test]
fn a_given_grid_refuses_oblique_crystals() {
    let core = Material::uniaxial(2.2111, 2.1376, axis(30.0, 0.0));
    let problem = strip(core, [1.0, 0.6], 1.44, 4.0);
    let grid = ModeGrid::new(&problem).unwrap();
    let refused = ModeSolver::default().given(grid).solve(&problem);
    assert!(matches!(refused, Err(ModeError::GivenGrid)));
}
