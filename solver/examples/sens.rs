//! scratch
use cpo_materials::{Material, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSolver};
fn main() {
    let um = 1e-6;
    let at = |w: f64, x: f64| {
        let win = Window {
            x: [-1.45 * um, 1.45 * um],
            y: [-1.2 * um, 1.42 * um],
        };
        let cs = CrossSection::new(win, Material::with_index(1.444))
            .unwrap()
            .paint(
                "core",
                Material::with_index(3.4777),
                Shape::Rectangle {
                    width: w * um,
                    height: 0.22 * um,
                    bottom: 0.0,
                    x: x * um,
                },
            )
            .unwrap();
        ModeProblem::new(&cs, Wavelength::nm(1550.0))
    };
    let set = ModeSolver::default()
        .count(2)
        .error(1e-3)
        .solve(&at(0.5, 0.0))
        .unwrap();
    for st in [1e-6, 1e-4, 1e-3, 1e-2] {
        println!(
            "{st}: w {:?}  +side {:?} -side {:?}",
            set.sensitivity(&at(0.5 - st, 0.0), &at(0.5 + st, 0.0), 2.0 * st * um)
                .unwrap(),
            set.sensitivity(&at(0.5, 0.0), &at(0.5 + st, 0.0), st * um)
                .unwrap(),
            set.sensitivity(&at(0.5 - st, 0.0), &at(0.5, 0.0), st * um)
                .unwrap()
        );
    }
}
