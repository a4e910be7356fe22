//! Guides that lose light by bending or leaking. References: hp finite elements of two formulations that agree
//! within the uncertainty given, and exact characteristic equations of bent slabs.

use cpo_materials::{Material, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{Mode, ModeClass, ModeProblem, ModeSolver, Wall, Walls};
use num_complex::Complex64;

const UM: f64 = 1e-6;
const OPEN: Wall = Wall::Absorbing {
    thickness: 1.0 * UM,
};

fn window(x: [f64; 2], y: [f64; 2]) -> Window {
    Window {
        x: x.map(|v| v * UM),
        y: y.map(|v| v * UM),
    }
}

/// Case 1 of the references: 0.5 x 0.22 um of index 3.4777 in 1.4440.
fn wire(half: f64) -> CrossSection {
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.11 * UM,
        width: 0.5 * UM,
        height: 0.22 * UM,
    };
    let clad = Material::with_index(1.444);
    CrossSection::new(window([-half, half], [-half, half]), clad)
        .unwrap()
        .paint("core", Material::with_index(3.4777), core)
        .unwrap()
}

fn bent_wire(radius: f64) -> ModeProblem {
    ModeProblem::new(&wire(0.9), Wavelength::nm(1550.0))
        .walled(Walls::all(OPEN))
        .bent(radius * UM)
}

/// Both parts within their bars plus the references' own uncertainty.
fn assert_within(mode: &Mode, exact: Complex64, uncertainty: [f64; 2]) {
    let (n, loss) = (mode.effective_index_study(), mode.attenuation_study());
    println!(
        "{:?}: off by {:+.1e} (bar {:.1e}), {:+.1e} i (bar {:.1e})",
        mode.effective_index(),
        n.value - exact.re,
        n.error,
        loss.value - exact.im,
        loss.error
    );
    assert!(
        (n.value - exact.re).abs() <= n.error + uncertainty[0],
        "{n:?} vs {exact}"
    );
    assert!(
        (loss.value - exact.im).abs() <= loss.error + uncertainty[1],
        "{loss:?} vs {exact}"
    );
    assert_eq!(mode.class(), ModeClass::Leaky);
}

#[test]
fn bent_wires() {
    let cases = [
        (2.0, Complex64::new(2.456146136, 1.7308e-6), [2e-9, 2e-11]),
        (1.0, Complex64::new(2.485670363, 0.001192858), [1e-9, 1e-9]),
        // A bend of the other sign is its mirror image.
        (-1.0, Complex64::new(2.485670363, 0.001192858), [1e-9, 1e-9]),
    ];
    for (radius, exact, uncertainty) in cases {
        let t = std::time::Instant::now();
        let modes = ModeSolver::default()
            .error(1e-5)
            .solve(&bent_wire(radius))
            .unwrap();
        println!("{:?} {:?}", t.elapsed(), modes.levels());
        assert_within(&modes.modes()[0], exact, uncertainty);
    }
}

#[test]
fn bent_slabs() {
    // Roots of the characteristic equation by Bessel functions of complex order, 14 digits. Of the two of n = 2.0 at 2 um the one
    // that continues the straight slab's mode; the other, 1.85909 + 0.60881 i, is a wave of the cladding.
    let cases = [
        (
            2.0,
            5.0,
            Wall::Electric,
            Complex64::new(1.8088896573716, 0.0005425697449),
        ),
        (
            2.0,
            5.0,
            Wall::Magnetic,
            Complex64::new(1.7316053891722, 0.003518503164),
        ),
        (
            2.0,
            2.0,
            Wall::Electric,
            Complex64::new(1.8544532045194, 0.0226275141486),
        ),
        (
            3.4777,
            2.0,
            Wall::Electric,
            Complex64::new(3.3215565615721, 1.104426505e-12),
        ),
    ];
    for (n, radius, wall, exact) in cases {
        let core = Shape::Rectangle {
            x: 0.0,
            bottom: -0.1 * UM,
            width: 0.5 * UM,
            height: 0.2 * UM,
        };
        let clad = Material::with_index(1.444);
        let section = CrossSection::new(window([-0.9, 0.9], [-0.05, 0.05]), clad)
            .unwrap()
            .paint("core", Material::with_index(n), core)
            .unwrap();
        let walls = Walls {
            left: OPEN,
            right: OPEN,
            bottom: wall,
            top: wall,
        };
        let problem = ModeProblem::new(&section, Wavelength::nm(1550.0))
            .walled(walls)
            .bent(radius * UM);
        let modes = ModeSolver::default().error(1e-6).solve(&problem).unwrap();
        assert_within(&modes.modes()[0], exact, [1e-13; 2]);
    }
}

#[test]
fn a_gentle_bend_has_the_straight_guides_mode_and_no_loss_above_its_floor() {
    let straight = ModeProblem::new(&wire(0.9), Wavelength::nm(1550.0)).walled(Walls::all(OPEN));
    let solver = ModeSolver::default().error(1e-5);
    let (line, arc) = (
        solver.solve(&straight).unwrap(),
        solver.solve(&straight.bent(50.0 * UM)).unwrap(),
    );
    let (line, arc) = (&line.modes()[0], &arc.modes()[0]);
    // n changes as (width/R)², here 1e-5 of n.
    assert!((line.effective_index() - arc.effective_index()).norm() < 1e-4);
    assert!(arc.loss_db_per_m() < arc.loss_floor_db_per_m());
    // A mode is shifted outwards by about k₀² n² w⁴/R, 1 nm: 1e-4 of the power and less is lost at the joint.
    assert!(
        line.transition_loss(arc).value.abs() < 1e-3,
        "{}",
        line.transition_loss(arc).value
    );
}

#[test]
fn a_target_finds_the_mode_nearest_to_it() {
    let straight = ModeProblem::new(&wire(0.9), Wavelength::nm(1550.0)).walled(Walls::all(OPEN));
    let modes = ModeSolver::default()
        .near(2.4)
        .error(1e-4)
        .solve(&straight)
        .unwrap();
    let study = modes.modes()[0].effective_index_study();
    // The reference, known to 4e-9.
    assert!(
        (study.value - 2.447192644).abs() <= study.error + 4e-9,
        "{study:?}"
    );
    assert_eq!(modes.modes()[0].class(), ModeClass::Guided);
}
