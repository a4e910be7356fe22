//! Guides that lose light: metal, bends, leakage. References: hp finite elements of two formulations that
//! agree within the uncertainty given, and exact characteristic equations of bent slabs.

use cpo_materials::{Material, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSolver, Wall, Walls};
use num_complex::Complex64;

const UM: f64 = 1e-6;

fn window(x: [f64; 2], y: [f64; 2]) -> Window {
    Window {
        x: x.map(|v| v * UM),
        y: y.map(|v| v * UM),
    }
}

fn wire(half: f64) -> CrossSection {
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.11 * UM,
        width: 0.5 * UM,
        height: 0.22 * UM,
    };
    CrossSection::new(
        window([-half, half], [-half, half]),
        Material::with_index(1.444),
    )
    .unwrap()
    .paint("core", Material::with_index(3.4777), core)
    .unwrap()
}

#[test]
fn bent_wire() {
    for (radius, exact) in [
        (
            2.0,
            vec![
                Complex64::new(2.456146136, 1.7308e-6),
                Complex64::new(1.817479523, 0.01662084),
            ],
        ),
        (1.0, vec![Complex64::new(2.485670363, 0.001192858)]),
    ] {
        for (half, thick) in [(0.9, 1.0), (1.2, 1.0), (0.9, 0.7)] {
            let problem = ModeProblem::new(&wire(half), Wavelength::nm(1550.0))
                .walled(Walls::all(Wall::Absorbing {
                    thickness: thick * UM,
                }))
                .bent(radius * UM);
            let t = std::time::Instant::now();
            let modes = ModeSolver::default()
                .count(exact.len())
                .error(3e-5)
                .solve(&problem)
                .unwrap();
            for (mode, exact) in modes.iter().zip(&exact) {
                println!(
                    "\nR {radius} {:?} {:?}: {:+.2e} {:+.2e} ({:.1e} {:.1e}) {:?} {:?}",
                    mode.class(),
                    mode.effective_index(),
                    mode.effective_index().re - exact.re,
                    mode.effective_index().im - exact.im,
                    mode.effective_index_study().error,
                    mode.attenuation_study().error,
                    modes.levels().last(),
                    t.elapsed()
                );
            }
        }
    }
}

#[test]
fn bent_slabs() {
    for (n, radius, wall, exact) in [
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
            Complex64::new(1.8590922518042, 0.6088054069),
        ),
        (
            3.4777,
            2.0,
            Wall::Electric,
            Complex64::new(3.3215565615721, 1.104426505e-12),
        ),
    ] {
        let core = Shape::Rectangle {
            x: 0.0,
            bottom: -0.1 * UM,
            width: 0.5 * UM,
            height: 0.2 * UM,
        };
        let section = CrossSection::new(
            window([-0.9, 0.9], [-0.05, 0.05]),
            Material::with_index(1.444),
        )
        .unwrap()
        .paint("core", Material::with_index(n), core)
        .unwrap();
        let layer = Wall::Absorbing {
            thickness: 1.0 * UM,
        };
        let walls = Walls {
            left: layer,
            right: layer,
            bottom: wall,
            top: wall,
        };
        let problem = ModeProblem::new(&section, Wavelength::nm(1550.0))
            .walled(walls)
            .bent(radius * UM);
        match ModeSolver::default().error(1e-6).solve(&problem) {
            Ok(modes) => {
                for mode in &modes {
                    println!(
                        "\nslab {n} R {radius} {wall:?} {:?} {:?}: {:+.2e} {:+.2e} ({:.1e} {:.1e}) {:?}",
                        mode.class(),
                        mode.effective_index(),
                        mode.effective_index().re - exact.re,
                        mode.effective_index().im - exact.im,
                        mode.effective_index_study().error,
                        mode.attenuation_study().error,
                        modes.levels()
                    );
                }
            }
            Err(e) => println!("\nslab {n} {radius} {e}"),
        }
    }
}
