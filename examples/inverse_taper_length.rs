//! How long must an inverse taper be?
//!
//! Run time: half a minute on two cores. `cargo run --release -p cpo-examples --bin inverse_taper_length`
//!
//! **Question.** A silicon wire narrows linearly to a tip, where its light is wide enough for a fibre. What does the way
//! cost against its length, for three tips?
//!
//! **Equation.** Local modes along the taper, coupled by its change,
//!
//! ```text
//! dA_i/dz = i β_i A_i + Σ κ_ij A_j,
//! ```
//!
//! so that light is lost where κ is not small beside the difference of β to the window's own modes: near the tip, where
//! n_eff comes down to the cladding's index. κ and β are found once for a tip; lengths are phases.
//!
//! **Reference.** A. W. Snyder and J. D. Love, "Optical Waveguide Theory", ch. 19 and 28: a taper is slow where it is
//! longer than the beat with what it would couple to.
//!
//! **Limits.** Vertical walls, a closed window: light that leaves comes back from its walls, which makes losses beat with
//! length by a few hundredths of a dB. The facet is not counted.

use cpo_materials::{Length, Quantity, Wavelength, catalogue};
use cpo_meshes::{CrossSection, LayerStack, Window};
use cpo_solver::taper::{Taper, TaperProblem, TaperSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One length.
pub struct Point {
    /// In metres.
    pub length: f64,
    /// Loss in dB, and its error.
    pub loss: [f64; 2],
}

/// Half of a wire of 220 nm in silica.
fn wire(width: Length) -> Result<CrossSection> {
    let silicon = catalogue().find("Si Li 1980")?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let stack = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(3.0))
        .layer("core", &silicon, Length::nm(220.0))
        .layer("clad", &silica, Length::um(3.0));
    let window = Window {
        x: [0.0, 3.0e-6],
        y: [-2.6e-6, 2.8e-6],
    };
    Ok(stack.strip("core", width)?.in_window(window)?)
}

/// The loss from a wire of 450 nm to this tip at 1550 nm, for lengths in micrometres.
pub fn losses(tip: Length, lengths: &[f64]) -> Result<Vec<Point>> {
    let taper = Taper::starting_at(&wire(Length::nm(450.0))?).linear(
        "inverse taper",
        &wire(tip)?,
        Length::um(50.0),
    );
    let problem = TaperProblem::new(&taper, Wavelength::nm(1550.0));
    let solution = TaperSolver::default().error(5e-3).solve(&problem)?;
    let sets: Vec<Vec<Length>> = lengths.iter().map(|&l| vec![Length::um(l)]).collect();
    let through = solution.sweep(&sets).into_iter().zip(&sets);
    through
        .map(|(through, set)| {
            let loss = through?.insertion_loss_db(0, 0)?;
            Ok(Point {
                length: set[0].si(),
                loss: [loss.value, loss.error],
            })
        })
        .collect()
}

/// The first length from which on no longer one loses more than `most` dB.
pub fn shortest(points: &[Point], most: f64) -> Option<Length> {
    let last_bad = points.iter().rposition(|point| point.loss[0] > most);
    let first_good = last_bad.map_or(0, |k| k + 1);
    points.get(first_good).map(|p| Length::from_si(p.length))
}

fn main() -> Result<()> {
    let lengths: Vec<f64> = (1..=40).map(|k| 5.0 * f64::from(k)).collect();
    for tip in [200.0, 180.0, 160.0] {
        let points = losses(Length::nm(tip), &lengths)?;
        println!("tip of {tip} nm");
        for point in points.iter().step_by(5) {
            let [loss, error] = point.loss;
            println!(
                "  {:>8}  {loss:.3} +- {error:.3} dB",
                Length::from_si(point.length).to_string()
            );
        }
        match shortest(&points, 0.2) {
            Some(length) => println!("  below 0.2 dB from {length} on"),
            None => println!("  not below 0.2 dB"),
        }
    }
    Ok(())
}
