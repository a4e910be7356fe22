//! Modes: time until an error bar is met, and the cost of one family of grids as it grows.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::{bend, crystal, off_middle, tip, wire};
use cpo_materials::{Length, Quantity, Wavelength};
use cpo_solver::modes::{ModeGrid, ModeProblem, ModeSolver};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Unknowns of all levels that a solve visited.
fn unknowns(solver: &ModeSolver, problem: &ModeProblem) -> usize {
    let modes = solver
        .solve(problem)
        .expect("the benchmark's guide has modes");
    let levels = modes.levels();
    let sizes = levels.iter().map(|level| level.unknowns);
    sizes.sum()
}

fn to_an_error(c: &mut Criterion) {
    let mut group = c.benchmark_group("modes to an error");
    for (name, problem, count) in [("wire TE+TM", wire(), 2), ("nitride tip TE", tip(), 1)] {
        let problem = problem.expect("the benchmark's sizes are positive");
        for error in [1e-3, 1e-4, 1e-5] {
            let solver = ModeSolver::default().count(count).error(error);
            group.throughput(Throughput::Elements(unknowns(&solver, &problem) as u64));
            group.bench_function(BenchmarkId::new(name, format!("{error:.0e}")), |b| {
                b.iter(|| black_box(solver.solve(&problem)));
            });
        }
    }
    group.finish();
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("modes on given grids");
    let problem = wire().expect("the benchmark's sizes are positive");
    for finest in [16.0, 8.0, 5.0, 4.0] {
        let [fine, coarse] = [finest, 1.5 * finest].map(|nm| Length::nm(nm).si());
        let grid = ModeGrid::between(&problem, fine, coarse, 1.1)
            .expect("0 < finest < coarsest and growth above 1");
        let solver = ModeSolver::default().count(2).given(grid);
        let size = unknowns(&solver, &problem);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("wire TE+TM", size), |b| {
            b.iter(|| black_box(solver.solve(&problem)));
        });
    }
    group.finish();
}

fn one_grid(c: &mut Criterion) {
    let mut group = c.benchmark_group("modes on one uniform grid");
    let problem = off_middle().expect("the benchmark's sizes are positive");
    for cells in [100, 200, 400] {
        let grid = ModeGrid::uniform(&problem, [cells; 2]);
        let solver = ModeSolver::default().count(4).on_one_grid(grid, 1e-9);
        group.throughput(Throughput::Elements(unknowns(&solver, &problem) as u64));
        group.bench_function(BenchmarkId::new("wire, 4 modes", cells), |b| {
            b.iter(|| black_box(solver.solve(&problem)));
        });
    }
    group.finish();
}

fn complex(c: &mut Criterion) {
    let mut group = c.benchmark_group("modes to 1e-5 in complex arithmetic");
    for (name, problem) in [("bent wire TE+TM", bend()), ("oblique crystal", crystal())] {
        let problem = problem.expect("the benchmark's sizes are positive");
        let solver = ModeSolver::default().count(2).error(1e-5);
        group.bench_function(name, |b| b.iter(|| black_box(solver.solve(&problem))));
    }
    group.finish();
}

fn sweep(c: &mut Criterion) {
    let problem = wire().expect("the benchmark's sizes are positive");
    let solver = ModeSolver::default().count(2).error(1e-4);
    let wavelengths: Vec<Wavelength> = (0..41)
        .map(|k| Wavelength::nm(1500.0 + 2.5 * f64::from(k)))
        .collect();
    c.bench_function("41 wavelengths TE+TM to 1e-4 with n_g and D", |b| {
        b.iter(|| black_box(solver.sweep(&problem, &wavelengths)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = to_an_error, growth, one_grid, complex, sweep
}
criterion_main!(benches);
