//! CPU seconds of gratings, best of several runs.

use cpo_benches::{cpu_seconds, grating};
use cpo_materials::{Length, Quantity, Wavelength};
use cpo_solver::grating::{GratingOptimiser, GratingSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn row(name: &str, runs: usize, mut work: impl FnMut() -> Result<String>) -> Result<()> {
    let (mut best, mut note) = (f64::INFINITY, String::new());
    for _ in 0..runs {
        let before = cpu_seconds()?;
        note = work()?;
        best = best.min(cpu_seconds()? - before);
    }
    println!("| {name} | {best:.2} | {note} |");
    Ok(())
}

fn main() -> Result<()> {
    let problem = grating()?;
    let nanometre = Length::nm(1.0).si();
    println!("| 32 periods | CPU s | result |\n|---|---|---|");
    for error in [1e-3, 1e-4] {
        let solver = GratingSolver::default().error(error);
        row(&format!("one wavelength, error {error:.0e}"), 5, || {
            let solution = solver.solve(&problem)?;
            let efficiency = solution.efficiency();
            let levels = solution.levels();
            Ok(format!(
                "{:.5} ± {:.5}, orders and unknowns {levels:?}",
                efficiency.value, efficiency.error
            ))
        })?;
    }
    let solver = GratingSolver::default().error(1e-3);
    row("and its slopes by 64 edges, error 1e-3", 5, || {
        let solution = solver.with_gradient().solve(&problem)?;
        let slopes = solution.gradient().ok_or("no slopes")?.iter().flatten();
        let largest = slopes.fold(0.0_f64, |m, s| m.max(s.abs()));
        Ok(format!("largest {:.2e} /nm", nanometre * largest))
    })?;
    let wavelengths: Vec<Wavelength> = (0..41)
        .map(|k| Wavelength::nm(1500.0 + 2.5 * f64::from(k)))
        .collect();
    row("41 wavelengths, error 1e-3", 2, || {
        let spectrum = solver.spectrum(&problem, &wavelengths)?;
        let band = spectrum.bandwidth(1.0).ok_or("no bandwidth")?;
        Ok(format!(
            "1 dB over {:.2} ± {:.2} nm",
            band.width() / nanometre,
            band.error / nanometre
        ))
    })?;
    let quick = GratingSolver::default().error(3e-3);
    row("ten steps of the optimiser, error 3e-3", 1, || {
        let optimiser = GratingOptimiser::default().iterations(10);
        let found = optimiser.optimise(&quick, &problem)?;
        let [first, last] = [found.history[0], found.history[found.history.len() - 1]];
        Ok(format!("{first:.4} to {last:.4}, {} solves", found.solves))
    })
}
