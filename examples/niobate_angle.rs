//! Modes of an x-cut lithium-niobate ridge against the direction in which it runs.
//!
//! Run time: 15 s on one core. `cargo run --release -p cpo-examples --bin niobate_angle`
//!
//! **Question.** The optic axis of an x-cut film lies in the chip's plane. A guide that turns by θ from the crystal's Y towards
//! its Z sees another tensor at every θ, with ε_xz between. What are its indices, and how fast do they change?
//!
//! **Equation.** (A − n² B + i n C) x = 0, C from ε_xz: quadratic in n, for C couples the field along the guide to the
//! transverse one. The change with the angle follows from one solve, dn/dθ = −yᵀ(dT/dθ)x / yᵀ(∂T/∂n)x.
//!
//! **Reference.** J. Wang et al., IEEE Photonics J. 12 (2020), DOI 10.1109/JPHOT.2020.2995317, a ridge 1.0 µm wide at half its
//! etch in a film of 0.6 µm, slab of 0.3 µm, walls of 60°, in oxide: TE and TM 1.8992 and 1.8866 at θ = 1°, 1.9641 and 1.8796
//! at 89°, read from a figure, ± 0.003.
//!
//! **Limits.** In a real bend the crystal turns along the guide: these are the local modes of its straight pieces.

use cpo_materials::{Angle, Length, Material, OpticAxis, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

/// θ in degrees from the crystal's Y: the axis, its Z, lies at 90° − θ from the guide.
fn problem(theta: f64) -> Result<ModeProblem> {
    let axis = OpticAxis::in_plane(Angle::deg(90.0 - theta));
    let niobate = Material::uniaxial(2.2111, 2.1376, axis);
    let window = Window {
        x: [um(-3.0), um(3.0)],
        y: [um(-2.0), um(2.6)],
    };
    let slab = Shape::Rectangle {
        x: 0.0,
        bottom: 0.0,
        width: um(6.0),
        height: um(0.3),
    };
    let ridge = Shape::Trapezoid {
        x: 0.0,
        bottom: um(0.3),
        width: um(1.0),
        height: um(0.3),
        sidewall: Angle::deg(30.0).si(),
    };
    let section = CrossSection::new(window, Material::with_index(1.44))?
        .paint("slab", niobate.clone(), slab)?
        .paint("ridge", niobate, ridge)?;
    Ok(ModeProblem::new(&section, Wavelength::nm(1550.0)))
}

/// n_eff of the two highest modes with their error bars, and dn_eff/dθ per degree; θ in degrees.
pub fn indices(theta: f64) -> Result<[[f64; 3]; 2]> {
    let solver = ModeSolver::default().count(2).error(1e-5);
    let modes = solver.solve(&problem(theta)?)?;
    let step = 0.01;
    let [lower, upper] = [-0.5, 0.5].map(|side| problem(theta + side * step));
    let slopes = modes.sensitivity(&lower?, &upper?, step)?;
    Ok([0, 1].map(|m| {
        let n = modes.modes()[m].effective_index_study();
        [n.value, n.error, slopes[m].value]
    }))
}

fn main() -> Result<()> {
    println!(
        "theta, deg   n of mode 1                 dn/d(deg)    n of mode 2                 dn/d(deg)"
    );
    for theta in [1.0, 15.0, 30.0, 45.0, 60.0, 75.0, 89.0] {
        let modes = indices(theta)?;
        print!("{theta:8.0}");
        for [n, error, slope] in modes {
            print!("     {n:.6} ± {error:.1e}     {slope:+.3e}");
        }
        println!();
    }
    Ok(())
}
