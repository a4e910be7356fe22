//! How tight may a silicon wire be bent?
//!
//! Run time: two minutes on one core. `cargo run --release -p cpo-examples --bin bend_loss`
//!
//! **Question.** What does a quarter turn of a silicon wire cost, by radiation and at its two ends, against its radius?
//!
//! **Equation.** In a bend of radius R the mode goes as exp(i n k₀ R φ) with complex n. A quarter turn radiates
//!
//! ```text
//! 20 log₁₀(e) k₀ Im n · πR/2   dB,
//! ```
//!
//! and each end, where a straight guide is butted to the bend, loses −10 log₁₀ of the power overlap of the two modes.
//!
//! **Reference.** Y. A. Vlasov and S. J. McNab, Opt. Express 12, 1622 (2004), DOI 10.1364/OPEX.12.001622: wires of
//! 445 nm x 220 nm on 2 µm of oxide, at 1500 nm 0.086 ± 0.005 dB for each 90° bend of 1 µm and 0.013 ± 0.005 dB for
//! 2 µm.
//!
//! **Limits.** Vertical walls, an air cladding, sharp joints; the measurement holds roughness and what the fabricated corners
//! were, so the comparison is one of size.

use std::f64::consts::PI;

use cpo_materials::{Length, Quantity, Wavelength, catalogue};
use cpo_meshes::LayerStack;
use cpo_solver::modes::{ModeProblem, ModeSet, ModeSolver, Wall, Walls};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One radius.
pub struct QuarterTurn {
    /// Radius in metres.
    pub radius: f64,
    /// Radiated, dB, and its error.
    pub radiation: [f64; 2],
    /// Lost at both ends, dB.
    pub joints: f64,
}

impl QuarterTurn {
    /// The whole loss in dB.
    pub fn total(&self) -> f64 {
        self.radiation[0] + self.joints
    }
}

fn guide() -> Result<ModeProblem> {
    let silicon = catalogue().find("Si Li 1980")?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let air = catalogue().find("Air")?;
    let wire = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(2.0))
        .layer("core", &silicon, Length::nm(220.0))
        .layer("clad", &air, Length::um(2.0))
        .strip("core", Length::nm(445.0))?
        .window(Length::um(1.7), Length::um(1.8))?;
    let open = Wall::Absorbing {
        thickness: Length::um(0.8).si(),
    };
    Ok(
        ModeProblem::new(&wire, Wavelength::nm(1500.0)).walled(Walls {
            left: Wall::Electric,
            right: open,
            bottom: open,
            top: open,
        }),
    )
}

fn fundamental(problem: &ModeProblem) -> Result<ModeSet> {
    Ok(ModeSolver::default().error(1e-6).solve(problem)?)
}

/// The bends of these radii.
pub fn quarter_turns(radii: &[Length]) -> Result<Vec<QuarterTurn>> {
    let problem = guide()?;
    let straight = fundamental(&problem)?;
    radii
        .iter()
        .map(|radius| {
            let radius = radius.si();
            let bent = fundamental(&problem.clone().bent(radius))?;
            let (line, arc) = (&straight.modes()[0], &bent.modes()[0]);
            let length = 0.5 * PI * radius;
            Ok(QuarterTurn {
                radius,
                radiation: [arc.loss_db_per_m(), arc.loss_floor_db_per_m()].map(|v| v * length),
                joints: 2.0 * line.transition_loss(arc).value,
            })
        })
        .collect()
}

fn main() -> Result<()> {
    println!("radius    radiated by 90°           two joints    in all      measured");
    let measured = ["0.086 ± 0.005 dB", "", "0.013 ± 0.005 dB", "", ""];
    let radii = [1.0, 1.5, 2.0, 3.0, 5.0].map(Length::um);
    for (turn, measured) in quarter_turns(&radii)?.iter().zip(measured) {
        let [loss, floor] = turn.radiation;
        let radiated = if loss > floor {
            format!("{loss:.2e} ± {floor:.0e} dB")
        } else {
            format!("< {floor:.0e} dB         ")
        };
        println!(
            "{:<9} {radiated:<25} {:.4} dB     {:.4} dB   {measured}",
            Length::m(turn.radius).to_string(),
            turn.joints,
            turn.total()
        );
    }
    Ok(())
}
