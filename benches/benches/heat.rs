//! Heat: a crosstalk matrix with error bars, and one solve on growing grids.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::laser_array;
use cpo_solver::heat::HeatSolver;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn crosstalk(c: &mut Criterion) {
    let mut group = c.benchmark_group("heat crosstalk");
    let (problem, names) = laser_array().expect("the benchmark's plan is complete");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let solver = HeatSolver::default().error(1e-2);
    let matrix = solver
        .crosstalk(&problem, &names)
        .expect("the benchmark's sources exist");
    let cells: usize = matrix.cells().iter().sum();
    group.throughput(Throughput::Elements((cells * names.len()) as u64));
    group.bench_function("eight lasers, error 1e-2", |b| {
        b.iter(|| black_box(solver.crosstalk(&problem, &names)));
    });
    group.finish();
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("heat on one grid");
    let (problem, _) = laser_array().expect("the benchmark's plan is complete");
    let solver = HeatSolver::default().maximum_cells(4_000_000);
    for refinement in [1.0, 2.0, 3.0, 4.0] {
        let map = solver
            .solve(&problem, refinement)
            .expect("the grid fits the cells allowed");
        let cells = map.rise().len();
        group.throughput(Throughput::Elements(cells as u64));
        let id = BenchmarkId::new(format!("{} iterations", map.iterations()), cells);
        group.bench_function(id, |b| {
            b.iter(|| black_box(solver.solve(&problem, refinement)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = growth, crosstalk
}
criterion_main!(benches);
