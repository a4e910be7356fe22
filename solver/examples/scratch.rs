//! scratch
use cpo_materials::{Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSolver, Wall, Walls};

fn show(name: &str, p: &ModeProblem, count: usize, err: f64, refs: &[(f64, f64)]) {
    let t = std::time::Instant::now();
    match ModeSolver::default().count(count).error(err).solve(p) {
        Err(e) => println!("{name}: {e}"),
        Ok(set) => {
            println!(
                "## {name} {:.2}s bound {:.6} levels {:?}",
                t.elapsed().as_secs_f64(),
                set.radiation_bound().index,
                set.levels().iter().map(|l| l.1).collect::<Vec<_>>()
            );
            for (m, r) in set
                .iter()
                .zip(refs.iter().map(Some).chain(std::iter::repeat(None)))
            {
                let s = m.effective_index_study();
                println!(
                    "  {:?} n {:.9} im {:.4e} err {:.1e} order {:?} te {:.4} ng {:.6}±{:.1e} area {:.4e} mfd {:.3e} {:.3e} win {:.1e} res {:.1e} {:?}",
                    m.class(),
                    s.value,
                    m.effective_index().im,
                    s.error,
                    s.order.map(|o| (o * 100.).round() / 100.),
                    m.te_fraction().value,
                    m.group_index().value,
                    m.group_index().error,
                    m.effective_area().value,
                    m.mode_field_diameter()[0].value,
                    m.mode_field_diameter()[1].value,
                    m.window_effect(),
                    m.residual(),
                    s.verdict
                );
                if let Some(r) = r {
                    for k in 3..=s.levels.len() {
                        let g = cpo_solver::convergence::GridStudy::new(
                            s.levels[..k].to_vec(),
                            2.0,
                            1.0,
                        );
                        println!(
                            "      k {k}: true {:+.1e} bar {:.1e} order {:?}",
                            g.value - r.0,
                            g.error,
                            g.order.map(|o| (o * 100.).round() / 100.)
                        );
                    }
                    println!(
                        "     true err n {:+.2e} ({:.2} of bar)  ng {:+.2e} ({:.2} of bar)  levels {:?}",
                        s.value - r.0,
                        (s.value - r.0).abs() / s.error,
                        m.group_index().value - r.1,
                        (m.group_index().value - r.1).abs() / m.group_index().error,
                        s.levels
                            .iter()
                            .map(|l| format!("{:+.2e}", l.1 - r.0))
                            .collect::<Vec<_>>()
                    );
                }
            }
        }
    }
}
fn strip(w: f64, h: f64, n1: f64, n0: f64, m: f64) -> ModeProblem {
    let um = 1e-6;
    let win = Window {
        x: [-(w / 2.0 + m) * um, (w / 2.0 + m) * um],
        y: [-m * um, (h + m) * um],
    };
    let cs = CrossSection::new(win, Material::with_index(n0))
        .unwrap()
        .paint(
            "core",
            Material::with_index(n1),
            Shape::Rectangle {
                width: w * um,
                height: h * um,
                bottom: 0.0,
                x: 0.0,
            },
        )
        .unwrap();
    ModeProblem::new(&cs, Wavelength::nm(1550.0))
}
fn circle(a: f64, n1: f64, n0: f64, m: f64) -> ModeProblem {
    let um = 1e-6;
    let win = Window {
        x: [-(a + m) * um, (a + m) * um],
        y: [-(a + m) * um, (a + m) * um],
    };
    let cs = CrossSection::new(win, Material::with_index(n0))
        .unwrap()
        .paint(
            "core",
            Material::with_index(n1),
            Shape::Circle {
                radius: a * um,
                x: 0.0,
                y: 0.0,
            },
        )
        .unwrap();
    ModeProblem::new(&cs, Wavelength::nm(1550.0))
}
fn main() {
    let err: f64 = std::env::args().nth(1).map_or(1e-5, |s| s.parse().unwrap());
    let which = std::env::args().nth(2).unwrap_or_default();
    let on = |n: &str| which.is_empty() || which.contains(n);
    if on("w") {
        for m in [0.8, 1.0, 1.2, 1.5] {
            show(
                "w",
                &strip(0.5, 0.22, 3.4777, 1.444, m),
                2,
                err,
                &[(2.447192644, 4.055604), (1.771268491, 3.653126)],
            );
            show(
                "w3a",
                &strip(0.8, 0.4, 1.9963, 1.444, m * 1.5),
                2,
                err,
                &[(1.599468256, 1.991225), (1.545475241, 1.886707)],
            );
        }
    }
    if on("1") {
        show(
            "1",
            &strip(0.5, 0.22, 3.4777, 1.444, 1.5),
            2,
            err,
            &[(2.447192644, 4.055604), (1.771268491, 3.653126)],
        );
    }
    if on("2a") {
        show(
            "2a",
            &strip(0.45, 0.22, 3.4777, 1.444, 1.5),
            2,
            err,
            &[(2.354969878, 4.149297), (1.734191945, 3.530172)],
        );
    }
    if on("3a") {
        show(
            "3a",
            &strip(0.8, 0.4, 1.9963, 1.444, 3.0),
            2,
            err,
            &[(1.599468256, 1.991225), (1.545475241, 1.886707)],
        );
    }
    if on("slab") {
        for (wall, r) in [
            (Wall::Electric, (2.849463699938886, 3.5786963344254)),
            (Wall::Magnetic, (2.054579912587843, 3.864545026018)),
        ] {
            let um = 1e-6;
            let cs = CrossSection::new(
                Window {
                    x: [-0.1 * um, 0.1 * um],
                    y: [-1.5 * um, 1.7 * um],
                },
                Material::with_index(1.444),
            )
            .unwrap()
            .paint(
                "core",
                Material::with_index(3.4777),
                Shape::Rectangle {
                    width: 1.0 * um,
                    height: 0.22 * um,
                    bottom: 0.0,
                    x: 0.0,
                },
            )
            .unwrap();
            let p = ModeProblem::new(&cs, Wavelength::nm(1550.0)).walled(Walls {
                left: wall,
                right: wall,
                ..Walls::default()
            });
            show("slab", &p, 1, err, &[r]);
        }
    }
    if on("nano") {
        show(
            "nanowire",
            &circle(0.5, 1.45, 1.0, 2.5),
            2,
            err,
            &[(1.17644736226642, 1.5350868935); 2],
        );
    }
    if on("nanowide") {
        show(
            "nanowide",
            &circle(0.5, 1.45, 1.0, 4.0),
            2,
            err,
            &[(1.17644736226642, 1.5350868935); 2],
        );
    }
    if on("fibre") {
        show(
            "fibre",
            &circle(4.1, 1.4492, 1.444, 14.0),
            2,
            err,
            &[(1.44622544154499, 1.449586628); 2],
        );
    }
    if on("5b") {
        let um = 1e-6;
        for (wall, r) in [(Wall::Electric, (3.388699805, 3.47351))] {
            let cs = CrossSection::new(
                Window {
                    x: [-2.5 * um, 2.5 * um],
                    y: [-2.0 * um, 1.8 * um],
                },
                Material::with_index(1.0),
            )
            .unwrap()
            .paint(
                "sub",
                Material::with_index(3.34),
                Shape::Rectangle {
                    width: 6.0 * um,
                    height: 3.0 * um,
                    bottom: -3.0 * um,
                    x: 0.0,
                },
            )
            .unwrap()
            .paint(
                "slab",
                Material::with_index(3.44),
                Shape::Rectangle {
                    width: 6.0 * um,
                    height: 0.2 * um,
                    bottom: 0.0,
                    x: 0.0,
                },
            )
            .unwrap()
            .paint(
                "rib",
                Material::with_index(3.44),
                Shape::Rectangle {
                    width: 2.0 * um,
                    height: 1.3 * um,
                    bottom: 0.0,
                    x: 0.0,
                },
            )
            .unwrap();
            let p = ModeProblem::new(&cs, Wavelength::nm(1550.0)).walled(Walls::all(wall));
            show("5b", &p, 2, err, &[r, (3.387868183, 3.473271)]);
        }
    }
    if on("10") {
        let um = 1e-6;
        let cs = CrossSection::new(
            Window {
                x: [-1.75 * um, 1.75 * um],
                y: [-1.5 * um, 1.9 * um],
            },
            Material::with_index(1.444),
        )
        .unwrap()
        .paint(
            "core",
            Material::with_index(3.4777),
            Shape::Rectangle {
                width: 0.5 * um,
                height: 0.22 * um,
                bottom: 0.0,
                x: 0.0,
            },
        )
        .unwrap()
        .paint(
            "al",
            Material::with_complex_index(1.44, 16.0),
            Shape::Rectangle {
                width: 0.5 * um,
                height: 0.1 * um,
                bottom: 0.82 * um,
                x: 0.0,
            },
        )
        .unwrap();
        show(
            "10",
            &ModeProblem::new(&cs, Wavelength::nm(1550.0)),
            1,
            err,
            &[(2.4471846, f64::NAN)],
        );
    }
    let _ = Wavelength::nm(1.0).si();
}
