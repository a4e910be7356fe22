//! Tapers: the modes of 40 slices, and 100 lengths from them.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::inverse_taper;
use cpo_materials::Length;
use cpo_solver::taper::TaperSolver;
use criterion::{Criterion, criterion_group, criterion_main};

fn tapers(c: &mut Criterion) {
    let problem = inverse_taper().expect("the sizes are positive");
    // An error that is not met uses every slice that there may be: 37, which is nine and seven panels of four.
    let solver = TaperSolver::default().modes(12).slices(40).error(1e-12);
    let lengths: Vec<Vec<Length>> = (1..=100)
        .map(|k| vec![Length::um(2.0 * f64::from(k))])
        .collect();
    let solution = solver.solve(&problem).expect("both ends guide");
    let mut group = c.benchmark_group("taper, 40 slices, 12 modes");
    group.bench_function("100 lengths", |b| {
        b.iter(|| {
            let solution = solver.solve(&problem).expect("both ends guide");
            black_box(solution.sweep(&lengths))
        });
    });
    group.bench_function("100 more lengths", |b| {
        b.iter(|| black_box(solution.sweep(&lengths)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5));
    targets = tapers
}
criterion_main!(benches);
