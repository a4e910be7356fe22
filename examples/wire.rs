//! How slow is light in a silicon wire, how fast do pulses spread, and how well are these numbers known?
//!
//! Run time: 3 s on one core. `cargo run --release -p cpo-examples --bin wire`
//!
//! **Question.** A modulator, a delay line and a ring's free spectral range need the group index of the 220 nm silicon wire at
//! 1550 nm, a comb its dispersion. How do they depend on the wire's width, and down to which digit can they be trusted?
//!
//! **Equation.** Maxwell's equations for E(x, y) exp(i n k₀ z) on edge elements (full vector, in `cpo_solver::modes`), and
//!
//! ```text
//! n_g = n_eff − λ dn_eff/dλ,   D = −(λ/c) d²n_eff/dλ².
//! ```
//!
//! The first derivative comes from the fields of the one solve, with the dispersion of silicon (Li 1980) and of silica
//! (Malitson 1965) in it; the second from n_eff and n_g beside the wavelength on the same meshes. Every number comes from a
//! family of orders; the bar is the family's own.
//!
//! **What to expect.** Without material dispersion a wire of 450 nm has n_g = 4.1493 (indices 3.4777 and 1.4440;
//! hp finite elements). Dispersion of the materials adds Σ Γ_i (n_g,i − n_i) over silicon and silica, Γ_i = ∂n_eff/∂n_i:
//! n_g − n is 0.13 in silicon, Γ slightly above 1 (slow light fills the core more than its share). Measured wires of this size have
//! n_g between 4.2 and 4.35, and |D| of 4400 ps/(nm km) at 525 nm x 226 nm (E. Dulkeith et al., Opt. Express 14, 3853 (2006),
//! DOI 10.1364/OE.14.003853).
//!
//! **Limits.** Vertical walls, no roughness, electric walls at 1.5 µm from the core (their effect is in the bar).

use cpo_materials::{Length, Wavelength, catalogue};
use cpo_meshes::LayerStack;
use cpo_solver::modes::{ModeProblem, ModeSet, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// ps/(nm km) in a s/m².
const PICOSECONDS: f64 = 1e6;

fn solver() -> ModeSolver {
    ModeSolver::default().count(2).error(1e-5)
}

/// A wire of this width.
fn problem(width: Length) -> Result<ModeProblem> {
    let silicon = catalogue().find("Si Li 1980")?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let wire = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(2.0))
        .layer("core", &silicon, Length::nm(220.0))
        .layer("clad", &silica, Length::um(2.0))
        .strip("core", width)?
        .window(Length::um(3.5), Length::um(3.2))?;
    Ok(ModeProblem::new(&wire, Wavelength::nm(1550.0)))
}

/// Its TE0 and TM0.
fn modes(width: Length) -> Result<ModeSet> {
    Ok(solver().solve(&problem(width)?)?)
}

/// n_g of the fundamental mode at 450 nm and its error bar.
pub fn headline() -> Result<[f64; 2]> {
    let modes = modes(Length::nm(450.0))?;
    let group_index = modes.modes()[0].group_index();
    Ok([group_index.value, group_index.error])
}

fn main() -> Result<()> {
    println!(
        "width     mode  n_eff                     n_g                   D, ps/(nm km)      TE fraction  class"
    );
    for width in [350.0, 400.0, 450.0, 500.0, 600.0].map(Length::nm) {
        let set = modes(width)?;
        let dispersion = solver().group_velocity_dispersion(&problem(width)?, &set)?;
        for ((name, mode), d) in ["TE0", "TM0"].into_iter().zip(&set).zip(&dispersion) {
            let (n, n_g) = (mode.effective_index_study(), mode.group_index());
            println!(
                "{width}    {name}   {:.7} ± {:.7}   {:.6} ± {:.6}   {:8.1} ± {:<6.1}   {:.3}        {}",
                n.value,
                n.error,
                n_g.value,
                n_g.error,
                PICOSECONDS * d.value,
                PICOSECONDS * d.error,
                mode.te_fraction().value,
                mode.class().name()
            );
        }
    }
    let [n_g, error] = headline()?;
    println!("\ngroup index of the 450 nm wire at 1550 nm: {n_g:.5} ± {error:.5}");
    Ok(())
}
