//! CPU seconds of the mode solver on elements, best of several runs.

use cpo_benches::{bend, cpu_seconds, crystal};
use cpo_materials::{Length, Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeProblem, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn wire() -> Result<CrossSection> {
    let um = |v: f64| Length::um(v).si();
    let window = Window {
        x: [um(-1.5), um(1.5)],
        y: [um(-1.5), um(1.5)],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: um(-0.11),
        width: um(0.5),
        height: um(0.22),
    };
    Ok(
        CrossSection::new(window, Material::with_index(1.444))?.paint(
            "core",
            Material::with_index(3.4777),
            core,
        )?,
    )
}

fn best(runs: usize, mut work: impl FnMut() -> Result<String>) -> Result<(f64, String)> {
    let (mut best, mut note) = (f64::INFINITY, String::new());
    for _ in 0..runs {
        let before = cpu_seconds()?;
        note = work()?;
        best = best.min(cpu_seconds()? - before);
    }
    Ok((best, note))
}

fn main() -> Result<()> {
    let section = wire()?;
    let problem = ModeProblem::new(&section, Wavelength::nm(1550.0));
    let only: Option<String> = std::env::args().nth(1);
    let runs: usize = std::env::args().nth(2).map_or(Ok(5), |v| v.parse())?;
    println!("| problem | CPU s | result |\n|---|---|---|");
    for error in [1e-4, 1e-5, 1e-6] {
        let name = format!("{error:.0e}");
        if only.as_ref().is_some_and(|o| *o != name) {
            continue;
        }
        let solver = ModeSolver::default().count(2).error(error);
        let (cpu, note) = best(runs, || {
            let modes = solver.solve(&problem)?;
            let reference = [2.447192644, 1.771268491];
            let of = modes.iter().zip(reference).map(|(mode, reference)| {
                let n = mode.effective_index_study();
                format!(
                    "{:.9} off {:+.1e} bar {:.1e} ng {:.5}",
                    n.value,
                    n.value - reference,
                    n.error,
                    mode.group_index().value
                )
            });
            let of: Vec<String> = of.collect();
            let unknowns: Vec<usize> = modes.levels().iter().map(|l| l.unknowns).collect();
            Ok(format!("{} {unknowns:?}", of.join("; ")))
        })?;
        println!("| wire to {name} | {cpu:.4} | {note} |");
    }
    for (name, problem) in [("bend", bend()?), ("crystal", crystal()?)] {
        if only.as_ref().is_some_and(|o| o != name) {
            continue;
        }
        let solver = ModeSolver::default().count(2).error(1e-5);
        let (cpu, note) = best(runs.min(3), || {
            let modes = solver.solve(&problem)?;
            let of = modes.iter().map(|mode| {
                let (n, k) = (mode.effective_index_study(), mode.attenuation_study());
                format!(
                    "{:.9} bar {:.1e}, Im {:.4e} bar {:.1e}",
                    n.value, n.error, k.value, k.error
                )
            });
            let of: Vec<String> = of.collect();
            let unknowns: Vec<usize> = modes.levels().iter().map(|l| l.unknowns).collect();
            Ok(format!("{} {unknowns:?}", of.join("; ")))
        })?;
        println!("| {name}, two modes to 1e-5 | {cpu:.4} | {note} |");
    }
    if only.as_ref().is_none_or(|o| o == "sweep") {
        let solver = ModeSolver::default().count(2).error(1e-4);
        let wavelengths: Vec<Wavelength> = (0..41)
            .map(|k| Wavelength::nm(1500.0 + 2.5 * f64::from(k)))
            .collect();
        let (cpu, note) = best(runs.min(3), || {
            let (mut group, mut dispersion, mut widest) = (0.0, 0.0, 0.0_f64);
            for point in solver.sweep(&problem, &wavelengths)? {
                let point = point?;
                for (mode, d) in point.modes.iter().zip(&point.dispersion?) {
                    group += mode.group_index().value;
                    dispersion += d.value;
                    widest = widest.max(mode.effective_index_study().error);
                }
            }
            Ok(format!(
                "widest bar {widest:.1e}, sum of n_g {group:.9}, mean D {:.2} ps/(nm km)",
                1e6 * dispersion / 82.0
            ))
        })?;
        println!("| 41 wavelengths to 1e-4, with n_g and D | {cpu:.4} | {note} |");
    }
    Ok(())
}
