//! Gratings: one wavelength, its gradient by all edges, and a spectrum.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::grating;
use cpo_materials::Wavelength;
use cpo_solver::grating::GratingSolver;
use criterion::{Criterion, criterion_group, criterion_main};

fn gratings(c: &mut Criterion) {
    let problem = grating().expect("the rule's periods radiate");
    let solver = GratingSolver::default().error(1e-3);
    let wavelengths: Vec<Wavelength> = (0..41)
        .map(|k| Wavelength::nm(1500.0 + 2.5 * f64::from(k)))
        .collect();
    let mut group = c.benchmark_group("grating of 32 periods, error 1e-3");
    group.bench_function("one wavelength", |b| {
        b.iter(|| black_box(solver.solve(&problem)))
    });
    group.bench_function("and its slopes by 64 edges", |b| {
        b.iter(|| black_box(solver.with_gradient().solve(&problem)));
    });
    group.bench_function("41 wavelengths", |b| {
        b.iter(|| black_box(solver.spectrum(&problem, &wavelengths)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5));
    targets = gratings
}
criterion_main!(benches);
