//! Coupling: a whole map of lateral offsets.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::tip;
use cpo_materials::{Length, Wavelength};
use cpo_solver::coupling::{CouplingScan, Fiber, Gap, SampledField};
use cpo_solver::modes::ModeSolver;
use criterion::{Criterion, criterion_group, criterion_main};

fn map(c: &mut Criterion) {
    let wavelength = Wavelength::nm(1310.0);
    let modes = ModeSolver::default()
        .error(1e-3)
        .solve(&tip().expect("the benchmark's sizes are positive"))
        .expect("the benchmark's guide has a mode");
    let mode = SampledField::try_from(modes.modes()[0].fields()).expect("a mode carries power");
    let fibre = Fiber::gaussian(Length::um(3.0), Length::um(3.0), 1.447, wavelength)
        .expect("a beam wider than its wavelength");
    let offsets: Vec<Length> = (-40..=40)
        .map(|i| Length::nm(50.0 * f64::from(i)))
        .collect();
    let touching = CouplingScan::new(wavelength)
        .and_then(|scan| scan.offsets(&offsets, &offsets))
        .expect("finite offsets");
    let gap = Gap::new(Length::um(5.0), 1.447).expect("a gap that is not negative");
    let apart = touching.clone().gap(gap);
    let mut group = c.benchmark_group("coupling map 81 x 81");
    for (name, scan) in [("touching", touching), ("across a gap", apart)] {
        scan.map(&fibre, &mode).expect("the mode fits its window");
        group.bench_function(name, |b| b.iter(|| black_box(scan.map(&fibre, &mode))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = map
}
criterion_main!(benches);
