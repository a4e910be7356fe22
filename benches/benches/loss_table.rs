//! The loss table at a million points: written, read, looked up. Processor time, which other programs on the machine hardly change.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::{cpu_seconds, large_table, looked_up};
use cpo_table::{Lookup, csv_bytes, read_table, write_table};
use criterion::{Bencher, Criterion, criterion_group, criterion_main};

/// Times `run` by the processor.
fn time<T>(b: &mut Bencher<'_>, mut run: impl FnMut() -> T) {
    b.iter_custom(|times| {
        let seconds = || cpu_seconds().expect("Linux counts them");
        let start = seconds();
        for _ in 0..times {
            black_box(run());
        }
        Duration::from_secs_f64(seconds() - start)
    });
}

fn files(c: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("loss_table.h5");
    let mut group = c.benchmark_group("a million points");
    for (what, every) in [("all well", None), ("one in 100 failed", Some(100))] {
        let table = large_table([100; 3], every).expect("a table");
        group.bench_function(format!("write, {what}"), |b| {
            time(b, || write_table(&table, &path).expect("written"));
        });
        group.bench_function(format!("read, {what}"), |b| {
            time(b, || read_table(&path).expect("read"));
        });
        let bytes = std::fs::metadata(&path).expect("there").len();
        println!("{what}: {:.1} MB", bytes as f64 / 1e6);
    }
    let table = large_table([100; 3], None).expect("a table");
    group.bench_function("checksum", |b| time(b, || table.content_sha256()));
    group.bench_function("CSV", |b| time(b, || csv_bytes(&table).expect("text")));
    group.finish();
}

fn look_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("look-up in a million points");
    for shape in [
        &[1_000_000][..],
        &[1000, 1000],
        &[100, 100, 100],
        &[32, 32, 32, 31],
    ] {
        let table = large_table(shape.iter().copied(), None).expect("a table");
        let lookup = Lookup::new(&table.groups[0], "loss").expect("prepared");
        let points = looked_up(&lookup, 4096);
        let mut next = 0;
        group.bench_function(format!("{} axes", shape.len()), |b| {
            time(b, || {
                next = (next + 1) % points.len();
                lookup.at(&points[next]).expect("an answer").value
            });
        });
        group.bench_function(format!("{} axes, prepare", shape.len()), |b| {
            time(b, || {
                Lookup::new(&table.groups[0], "loss").expect("prepared")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5));
    targets = look_up, files
}
criterion_main!(benches);
