//! CPU seconds and peak memory of the mode solver on one uniform grid, best of several runs.
//!
//! `grids [cells] [modes] [runs]`; without arguments the whole table, every row in a process of its own,
//! whose peak memory is then that of the row.

use cpo_benches::{cpu_seconds, off_middle, peak_memory};
use cpo_solver::modes::{ModeGrid, ModeSolver};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Residual ‖P e − n² e‖ / ‖n² e‖ asked for.
const RESIDUAL: f64 = 1e-9;
/// Cells in x and in y, and modes.
const ROWS: [[usize; 2]; 5] = [[100, 4], [200, 4], [400, 4], [700, 4], [1000, 2]];

fn row(cells: usize, modes: usize, runs: usize) -> Result<()> {
    let problem = off_middle()?;
    let grid = ModeGrid::uniform(&problem, [cells; 2]);
    let solver = ModeSolver::default()
        .count(modes)
        .most_unknowns(usize::MAX)
        .on_one_grid(grid, RESIDUAL);
    let mut best = f64::INFINITY;
    let mut note = String::new();
    for _ in 0..runs {
        let before = cpu_seconds()?;
        let solved = solver.solve(&problem)?;
        best = best.min(cpu_seconds()? - before);
        let indices = solved
            .iter()
            .map(|m| format!("{:.9}", m.effective_index().re));
        let indices: Vec<String> = indices.collect();
        let residual = solved.iter().map(|m| m.residual()).fold(0.0, f64::max);
        note = format!("{residual:.1e} | {}", indices.join(", "));
    }
    let unknowns = solver.plan(&problem)?[0];
    println!(
        "| {cells} x {cells} | {modes} | {unknowns} | {best:.3} | {:.2} | {:.2} | {note} |",
        1e6 * best / unknowns as f64,
        1e-9 * peak_memory()?
    );
    Ok(())
}

fn main() -> Result<()> {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|v| v.parse())
        .collect::<std::result::Result<_, _>>()?;
    if let Some(&cells) = numbers.first() {
        let or = |k: usize, default| numbers.get(k).copied().unwrap_or(default);
        return row(cells, or(1, 4), or(2, 3));
    }
    println!(
        "| cells | modes | unknowns | CPU s | us per unknown | peak memory, GB | residual | n_eff |\n|---|---|---|---|---|---|---|---|"
    );
    for row in ROWS {
        let arguments = row.map(|v| v.to_string());
        Command::new(std::env::current_exe()?)
            .args(arguments)
            .status()?;
    }
    Ok(())
}
