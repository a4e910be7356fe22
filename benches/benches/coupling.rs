//! Coupling: a whole map of lateral offsets; maps over tilts and wavelengths.
#![allow(missing_docs)] // criterion's macros make public items without any

use std::hint::black_box;
use std::time::Duration;

use cpo_benches::tip;
use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CouplingError, CouplingScan, DegreeOfFreedom, Face, Fiber, Gap, GaussianBeam, MonteCarlo,
    Placement, PlacementSpread, SampledField,
};
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

/// Three tilts at five wavelengths through air, with and without the round trips of the gap.
fn facets(c: &mut Criterion) {
    let offsets: Vec<Length> = (-40..=40)
        .map(|i| Length::nm(50.0 * f64::from(i)))
        .collect();
    let axis = Axis::uniform(-9e-6, 9e-6, 150).expect("a rising axis");
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    let maps = |etalon: bool| -> Result<f64, CouplingError> {
        let mut sum = 0.0;
        for nanometres in [1290.0, 1300.0, 1310.0, 1320.0, 1330.0] {
            let wavelength = Wavelength::nm(nanometres);
            let mode = GaussianBeam::new(Length::um(4.0), Length::um(3.0), 1.6, wavelength)?;
            let mode = SampledField::sample(&mode, grid.clone())?;
            let fibre = Fiber::step_index(Length::um(4.1), 1.4492, 1.4440, wavelength)?;
            for degrees in [0.0, 2.0, 4.0] {
                let angle = Angle::deg(degrees);
                // polished by as much as it is tilted: the facets stay parallel
                let face = Face::default().polish(Angle::deg(0.0), angle)?;
                let scan = CouplingScan::new(wavelength)?
                    .gap(Gap::new(Length::um(5.0), 1.0)?)
                    .tilt(Angle::deg(0.0), angle)?
                    .faces(face, Face::default())
                    .offsets(&offsets, &offsets)?;
                let map = scan.map(&fibre, &mode)?;
                let round_trips = if etalon { map.etalon() } else { None };
                sum += round_trips.map_or(map.efficiency.sum(), |map| map.most.sum());
            }
        }
        Ok(sum)
    };
    let mut group = c.benchmark_group("coupling maps 81 x 81, 3 tilts, 5 wavelengths");
    for (name, etalon) in [("each facet once", false), ("round trips", true)] {
        maps(etalon).expect("the modes fit their windows");
        group.bench_function(name, |b| b.iter(|| black_box(maps(etalon))));
    }
    group.finish();
}

/// A step-index fibre against a tip's mode: the exact expansion, and 10 000 lanes with offsets and tilts.
fn tolerances(c: &mut Criterion) {
    let wavelength = Wavelength::nm(1310.0);
    let axis = Axis::uniform(-9e-6, 9e-6, 150).expect("a rising axis");
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    let set_up = || -> Result<_, CouplingError> {
        let mode = GaussianBeam::new(Length::um(4.0), Length::um(3.0), 1.6, wavelength)?;
        let mode = SampledField::sample(&mode, grid.clone())?;
        let fibre = Fiber::step_index(Length::um(4.1), 1.4520, 1.4468, wavelength)?;
        let scan = CouplingScan::new(wavelength)?.gap(Gap::new(Length::um(5.0), 1.45)?);
        let spread = PlacementSpread::default()
            .random(DegreeOfFreedom::X, 0.3e-6)?
            .random(DegreeOfFreedom::Y, 0.3e-6)?
            .random(DegreeOfFreedom::Z, 1e-6)?
            .random(DegreeOfFreedom::TiltX, 3e-3)?;
        Ok((scan, fibre, mode, spread))
    };
    let (scan, fibre, mode, spread) = set_up().expect("the mode fits its window");
    let near = spread.reach(0.0);
    let aligned = || scan.alignment(&fibre, &mode, [0.0; 2], &near, &Placement::default());
    let alignment = aligned().expect("a gap");
    let draws = MonteCarlo::new(10_000).expect("enough samples");
    let mut group = c.benchmark_group("tolerances");
    group.bench_function("expansion", |b| b.iter(|| black_box(aligned())));
    group.bench_function("10 000 samples", |b| {
        b.iter(|| black_box(draws.run(&alignment, &spread, &[])));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = map, facets, tolerances
}
criterion_main!(benches);
