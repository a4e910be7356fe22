//! What slanted walls do to the birefringence of a silicon-nitride guide.
//!
//! Run time: 2 s on one core. `cargo run --release -p cpo-examples --bin slanted_nitride`
//!
//! **Question.** Etched walls lean by some degrees. How much does that move n_TE − n_TM of an 800 nm x 400 nm nitride strip, which
//! polarisation-insensitive circuits try to make zero?
//!
//! **Equation.** ∇×∇×E = k₀² ε E on a mesh whose triangles follow the leaning walls, so that nothing is averaged; the change
//! with the angle comes twice: from the solves at each angle, and from the one upright solve by
//! dn²/dθ = xᵀ(dA/dθ − n² dB/dθ) x / xᵀB x.
//!
//! **Reference.** Upright walls, index 1.9963 in 1.4440 at 1550 nm: 1.599468256 and 1.545475241 (hp finite elements). By mirror
//! symmetry the derivative by the angle of one wall is half of that of both.
//!
//! **Limits.** The width is that at half height, so the area stays and the change is of second order in width but of first in
//! the shape.

use cpo_materials::{Angle, Length, Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSet, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn problem(sidewall: Angle) -> Result<ModeProblem> {
    let window = Window {
        x: [-2.5, 2.5].map(|v| Length::um(v).si()),
        y: [-2.3, 2.7].map(|v| Length::um(v).si()),
    };
    let core = Shape::Trapezoid {
        x: 0.0,
        bottom: 0.0,
        width: Length::nm(800.0).si(),
        height: Length::nm(400.0).si(),
        sidewall: sidewall.si(),
    };
    let strip = CrossSection::new(window, Material::with_index(1.4440))?.paint(
        "core",
        Material::with_index(1.9963),
        core,
    )?;
    Ok(ModeProblem::new(&strip, Wavelength::nm(1550.0)))
}

fn solve(sidewall: Angle) -> Result<ModeSet> {
    Ok(ModeSolver::default()
        .count(2)
        .error(1e-6)
        .solve(&problem(sidewall)?)?)
}

/// n_TE − n_TM and its error bar.
pub fn birefringence(sidewall: Angle) -> Result<[f64; 2]> {
    let modes = solve(sidewall)?;
    let [te, tm] = [0, 1].map(|m| modes.modes()[m].effective_index_study());
    Ok([te.value - tm.value, te.error + tm.error])
}

/// d(n_TE − n_TM)/dθ per degree at an angle, from the one solve there.
pub fn slope_per_degree(sidewall: Angle) -> Result<f64> {
    let step = Angle::deg(0.01).si();
    let [lower, upper] =
        [-0.5, 0.5].map(|part| problem(Angle::from_si(sidewall.si() + part * step)));
    let slopes = solve(sidewall)?.sensitivity(&lower?, &upper?, step)?;
    Ok((slopes[0].value - slopes[1].value) * Angle::deg(1.0).si())
}

fn main() -> Result<()> {
    println!("wall    n_TE − n_TM                  d/dθ per degree");
    for angle in [0.0, 4.0, 8.0, 12.0].map(Angle::deg) {
        let [value, error] = birefringence(angle)?;
        println!(
            "{angle}   {value:.8} ± {error:.1e}      {:+.3e}",
            slope_per_degree(angle)?
        );
    }
    Ok(())
}
