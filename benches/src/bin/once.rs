//! CPU seconds of each benchmark's problem, run once: criterion measures the wall clock alone.
//!
//! CPU time is that of the process from `/proc/self/stat`, in ticks of 10 ms; on systems without it the column is empty.

use std::time::Instant;

use cpo_benches::{laser_array, tip, wire};
use cpo_materials::{Length, Quantity};
use cpo_solver::heat::HeatSolver;
use cpo_solver::modes::{ModeGrid, ModeProblem, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// User and system time of this process so far, s.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // fields after the command's closing parenthesis: state is the 3rd, utime the 14th, stime the 15th
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// Runs `work`, which returns its unknowns times right-hand sides, and prints a row.
fn row(name: &str, work: impl FnOnce() -> Result<usize>) -> Result<()> {
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let unknowns = work()?;
    let wall = wall.elapsed().as_secs_f64();
    let spent = cpu_seconds().zip(cpu).map(|(after, before)| after - before);
    let cost = spent.map(|s| 1e6 * s / unknowns as f64);
    let text = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.2}"));
    println!(
        "| {name} | {unknowns} | {wall:.2} | {} | {} |",
        text(spent),
        text(cost)
    );
    Ok(())
}

fn mode_row(name: &str, solver: &ModeSolver, problem: &ModeProblem) -> Result<()> {
    row(name, || {
        let modes = solver.solve(problem)?;
        Ok(modes.levels().iter().map(|level| level.unknowns).sum())
    })
}

fn main() -> Result<()> {
    println!(
        "| problem | unknowns, all levels | wall s | CPU s | CPU us per unknown |\n|---|---|---|---|---|"
    );
    let (wire, tip) = (wire()?, tip()?);
    for error in [1e-3, 1e-4, 1e-5] {
        let solver = ModeSolver::default().count(2).error(error);
        mode_row(&format!("wire TE+TM to {error:.0e}"), &solver, &wire)?;
        let solver = ModeSolver::default().error(error);
        mode_row(&format!("nitride tip TE to {error:.0e}"), &solver, &tip)?;
    }
    for finest in [16.0, 8.0, 5.0, 4.0] {
        let [fine, coarse] = [finest, 1.5 * finest].map(|nm| Length::nm(nm).si());
        let grid = ModeGrid::between(&wire, fine, coarse, 1.1)?;
        let solver = ModeSolver::default().count(2).given(grid);
        mode_row(&format!("wire TE+TM, cells of {finest} nm"), &solver, &wire)?;
    }
    let (problem, names) = laser_array()?;
    let solver = HeatSolver::default().maximum_cells(4_000_000);
    for refinement in [1.0, 2.0, 3.0, 4.0] {
        row(&format!("heat, one load, refinement {refinement}"), || {
            Ok(solver.solve(&problem, refinement)?.rise().len())
        })?;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    row("crosstalk of eight lasers to 1e-2", || {
        let matrix = HeatSolver::default()
            .error(1e-2)
            .crosstalk(&problem, &names)?;
        Ok(matrix.cells().iter().sum::<usize>() * matrix.len())
    })
}
