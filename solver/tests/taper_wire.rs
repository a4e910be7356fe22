//! Tapers of wires, full-vector.

use cpo_materials::{Length, Material, Wavelength};
use cpo_meshes::{CrossSection, MeshError, Shape, Window};
use cpo_solver::taper::{Taper, TaperProblem, TaperSolver};

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Half of two strips, silicon below and nitride 1 µm above it, of these widths; the plane of symmetry at x = 0.
fn strips(silicon: Option<f64>, nitride: Option<f64>) -> Result<CrossSection, MeshError> {
    let window = Window {
        x: [0.0, 4.0e-6],
        y: [-2.5e-6, 4.5e-6],
    };
    let mut section = CrossSection::new(window, Material::with_index(1.45))?;
    let strip = |width: f64, bottom: f64| Shape::Rectangle {
        x: 0.0,
        bottom,
        width,
        height: 0.22e-6,
    };
    if let Some(width) = silicon {
        section = section.paint("silicon", Material::with_index(3.45), strip(width, 0.0))?;
    }
    if let Some(width) = nitride {
        section = section.paint("nitride", Material::with_index(2.0), strip(width, 1.22e-6))?;
    }
    Ok(section)
}

/// M. Weninger et al., Opt. Express 31, 2816 (2023): from nitride to silicon 1 µm below, by two tapers one above the
/// other.
fn weninger() -> Result<Taper, MeshError> {
    let (um, nm) = (Length::um, 1e-9);
    let both = strips(Some(100.0 * nm), Some(650.0 * nm))?;
    let crossed = strips(Some(230.0 * nm), Some(100.0 * nm))?;
    Ok(Taper::starting_at(&strips(None, Some(1000.0 * nm))?)
        .linear(
            "nitride narrows",
            &strips(None, Some(650.0 * nm))?,
            um(10.0),
        )
        .step(&both)
        .linear("light crosses", &crossed, um(500.0))
        .step(&strips(Some(230.0 * nm), None)?)
        .linear("silicon widens", &strips(Some(440.0 * nm), None)?, um(10.0)))
}

/// The published loss, by three-dimensional time-domain simulation, is below 0.13 dB (97 %). What the first short taper
/// radiates stays in the closed window and beats with what the last one does, which the mean over lengths is free of.
#[test]
fn a_published_double_taper() -> Tested {
    let problem = TaperProblem::new(&weninger()?, Wavelength::nm(1550.0));
    let solver = TaperSolver::default().modes(16).cell(25e-9).error(5e-3);
    let solution = solver.solve(&problem)?;
    let um = Length::um;
    let lengths = (0..=20).map(|k| vec![um(10.0), um(400.0 + 10.0 * f64::from(k)), um(10.0)]);
    let (mut mean, mut error) = (0.0, 0.0);
    for through in solution.sweep(&lengths.collect::<Vec<_>>()) {
        let loss = through?.insertion_loss_db(0, 0)?;
        mean += loss.value / 21.0;
        error += loss.error / 21.0;
    }
    println!("{mean} dB +- {error} dB");
    assert!(
        (mean - 0.13).abs() < 0.013 + error && error < 0.06,
        "{mean} dB, {error} dB"
    );
    // Most is lost in the short tapers at both ends.
    let slow = solution.transmission(&[um(1000.0), um(500.0), um(1000.0)])?;
    let slow = slow.insertion_loss_db(0, 0)?;
    assert!(slow.value < 0.2 * mean, "{slow:?}");
    Ok(())
}
