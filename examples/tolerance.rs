//! How much may a wire's width err? One solve against a sweep.
//!
//! Run time: 2 s on one core. `cargo run --release -p cpo-examples --bin tolerance`
//!
//! **Question.** A ring filter's wavelength follows n_eff. What does a nanometre of width or height do to it, and how far does the
//! straight line from one solve go?
//!
//! **Equation.** dn²/dp = xᵀ(dA/dp − n² dB/dp) x / xᵀB x: the eigenvector of the one solve, the matrices of the two
//! neighbouring problems on the mesh that moves with the walls.
//!
//! **Reference.** The brute-force sweep: a solve at every width.
//!
//! **Limits.** A first derivative; the curvature that it leaves out is the last column.

use cpo_materials::{Length, Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSet, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn problem(width: Length) -> Result<ModeProblem> {
    let half = Length::um(1.5).si();
    let window = Window {
        x: [-half, half],
        y: [-half, half],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.5 * Length::nm(220.0).si(),
        width: width.si(),
        height: Length::nm(220.0).si(),
    };
    let wire = CrossSection::new(window, Material::with_index(1.4440))?.paint(
        "core",
        Material::with_index(3.4777),
        core,
    )?;
    Ok(ModeProblem::new(&wire, Wavelength::nm(1550.0)))
}

fn solve(width: Length) -> Result<ModeSet> {
    Ok(ModeSolver::default().error(1e-6).solve(&problem(width)?)?)
}

/// n_eff of the fundamental mode at `nominal` and its derivative per nanometre of width, from one solve.
pub fn from_one_solve(nominal: Length) -> Result<[f64; 2]> {
    let step = Length::nm(0.1);
    let [lower, upper] =
        [-0.5, 0.5].map(|part| problem(Length::m(nominal.si() + part * step.si())));
    let modes = solve(nominal)?;
    let slope = modes.sensitivity(&lower?, &upper?, step.si())?;
    Ok([
        modes.modes()[0].effective_index().re,
        slope[0].value * Length::nm(1.0).si(),
    ])
}

/// n_eff by a solve of its own.
pub fn by_sweep(width: Length) -> Result<f64> {
    Ok(solve(width)?.modes()[0].effective_index().re)
}

fn main() -> Result<()> {
    let nominal = Length::nm(500.0);
    let [index, slope] = from_one_solve(nominal)?;
    println!("500 nm: n_eff = {index:.7}, dn_eff/dwidth = {slope:.6e} per nm\n");
    println!("width      by a sweep    from one solve   difference");
    for off in [-10.0, -5.0, -2.0, 2.0, 5.0, 10.0] {
        let width = Length::nm(500.0 + off);
        let (sweep, line) = (by_sweep(width)?, index + slope * off);
        println!(
            "{width}     {sweep:.7}     {line:.7}        {:+.1e}",
            line - sweep
        );
    }
    Ok(())
}
