//! Gaussian beams through the numerical path (a sampled Gaussian as the mode, a Gaussian as the beam) against
//! closed forms.
//!
//! The closed forms are paraxial; the code is not. A loss that depends on a gap or a tilt alone is a function of
//! z/z_R or wθ/λ, so tables for a waist w are met by a waist 10 w with z 100 times longer and θ 10 times
//! smaller, where what the paraxial forms neglect, O(1/(kw)²), is 100 times smaller.

use std::f64::consts::{LN_10, PI};

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CouplingError, CouplingScan, Direction, Gap, GaussianBeam, SampledField, loss_db,
};
use num_complex::Complex64;

/// (w, λ) of the tables.
const CASES: [(f64, f64); 3] = [(4.6, 1.31), (5.2, 1.55), (1.5, 1.31)];

fn beam(w: [f64; 2], wavelength: f64) -> GaussianBeam {
    let [x, y] = w.map(|w| Length::um(2.0 * w));
    GaussianBeam::new(x, y, 1.0, Wavelength::um(wavelength)).unwrap()
}

/// The beam as a mode. Uniform cells: the midpoint rule is then exact to round-off for a Gaussian.
fn mode(w: [f64; 2], wavelength: f64) -> SampledField {
    let axes = w.map(|w| Axis::uniform(-4.5e-6 * w, 4.5e-6 * w, 90).unwrap());
    SampledField::sample(&beam(w, wavelength), RectilinearGrid::new(axes)).unwrap()
}

fn scan(wavelength: f64) -> CouplingScan {
    CouplingScan::new(Wavelength::um(wavelength)).unwrap()
}

fn gap(length: f64) -> Gap {
    Gap::new(Length::um(length), 1.0).unwrap()
}

fn loss(scan: &CouplingScan, beam: &GaussianBeam, mode: &SampledField) -> f64 {
    loss_db(scan.map(beam, mode).unwrap().efficiency[[0, 0]])
}

/// η of two circular Gaussians of waists w₁ (beam) and w₂ (mode), n = 1, in the paraxial limit: the beam's waist a
/// distance z before the mode's, displaced by d and tilted by θ in the same plane about its waist.
///
/// Joyce & DeLoach, Appl. Opt. 23, 4187 (1984), DOI 10.1364/AO.23.004187, as one complex Gaussian integral.
fn joyce_deloach(w1: f64, w2: f64, wavelength: f64, z: f64, d: f64, theta: f64) -> f64 {
    let k = 2.0 * PI / wavelength;
    let q = w1 * w1 * Complex64::new(1.0, 2.0 * z / (k * w1 * w1));
    let a = q.inv() + 1.0 / (w2 * w2);
    let centre = d + theta * z;
    let b = 2.0 * centre / q + Complex64::i() * k * theta;
    let exponent = b * b / (4.0 * a) - centre * centre / q;
    // both axes spread, one is displaced; at z = d = θ = 0 and w₁ = w₂ this is 1
    let spread = 2.0 * w1 / (w2 * q * a).norm();
    spread * spread * (2.0 * exponent).exp().norm()
}

#[test]
fn joyce_deloach_reduces_to_the_simple_forms() {
    let (w, wavelength) = (4.6, 1.31);
    let rayleigh = PI * w * w / wavelength;
    let z: f64 = 20.0 / rayleigh;
    // round-off
    assert!((joyce_deloach(w, w, wavelength, 20.0, 0.0, 0.0) - 4.0 / (4.0 + z * z)).abs() < 1e-14);
    assert!(
        (joyce_deloach(w, w, wavelength, 0.0, 2.0, 0.0) - (-(2.0_f64 / w).powi(2)).exp()).abs()
            < 1e-14
    );
    let theta = 0.03;
    let tilt = (-(PI * w * theta / wavelength).powi(2)).exp();
    assert!((joyce_deloach(w, w, wavelength, 0.0, 0.0, theta) - tilt).abs() < 1e-14);
    let mismatch: f64 = 2.0 * w * 2.0 / (w * w + 4.0);
    assert!((joyce_deloach(w, 2.0, wavelength, 0.0, 0.0, 0.0) - mismatch * mismatch).abs() < 1e-14);
}

#[test]
fn mismatch() {
    for (w1, w2, table) in [(5.2, 4.6, 0.0651), (4.6, 2.0, 2.7179), (5.2, 1.5, 5.4719)] {
        let map = scan(1.31)
            .map(&beam([w1; 2], 1.31), &mode([w2; 2], 1.31))
            .unwrap();
        let found = loss_db(map.efficiency[[0, 0]]);
        let exact: f64 = 2.0 * w1 * w2 / (w1 * w1 + w2 * w2);
        // the vector parts of the smaller beam, (kw)⁻⁴ of its power
        let basis = 10.0 / LN_10 * (2.0 * PI * w2 / 1.31).powi(-4);
        assert!((found - loss_db(exact * exact)).abs() < basis, "{found}");
        assert!(
            (found - table).abs() < 6e-5 + basis,
            "{found} against {table}: its last digit"
        );
        // the beam's field is 10⁻⁴ of its peak where its plane ends and its periodic image begins
        assert!(map.sampling_error < 1e-6, "{:e}", map.sampling_error);
    }
}

#[test]
fn elliptic_mismatch() {
    let map = scan(1.55)
        .map(&beam([5.0, 3.0], 1.55), &mode([2.5, 4.0], 1.55))
        .unwrap();
    let per_axis = |a: f64, b: f64| 2.0 * a * b / (a * a + b * b);
    // fourth-order vector parts: (kw)⁻⁴ = 10⁻⁴ at w = 2.5
    let (found, exact) = (
        map.efficiency[[0, 0]],
        per_axis(5.0, 2.5) * per_axis(3.0, 4.0),
    );
    assert!((found - exact).abs() < 5e-5, "{found} against {exact}");
}

#[test]
fn offset() {
    let one_db = [2.2073, 2.4952, 0.7198];
    for ((w, wavelength), table) in CASES.into_iter().zip(one_db) {
        let offsets: Vec<Length> = (-10..=10)
            .map(|i| Length::um(0.2 * w * f64::from(i) / 2.0))
            .collect();
        let scan = scan(wavelength).offsets(&offsets, &offsets).unwrap();
        let map = scan
            .map(&beam([w; 2], wavelength), &mode([w; 2], wavelength))
            .unwrap();
        // (kw)⁻⁴ of the smallest waist
        let basis = (2.0 * PI * w / wavelength).powi(-4);
        for ((i, j), found) in map.efficiency.indexed_iter() {
            let (x, y) = (map.offsets_x[i], map.offsets_y[j]);
            let exact = (-(x * x + y * y) / (w * w * 1e-12)).exp();
            assert!(
                (found - exact).abs() < 1e-9 + basis,
                "({x}, {y}): {found} against {exact}"
            );
        }
        for direction in [Direction::X, Direction::Y] {
            for found in map.tolerance(direction, 1.0, [0.0; 2]).unwrap() {
                let exact = w * 1e-6 * (0.1 * LN_10).sqrt();
                assert!(
                    (found / exact - 1.0).abs() < 1e-9 + basis,
                    "{found} against {exact}"
                );
                assert!(
                    (found * 1e6 - table).abs() < 6e-5 + basis * table,
                    "{found} against {table} µm: its last digit"
                );
            }
        }
        assert!(
            map.best_offset().iter().all(|d| d.abs() < 1e-12),
            "{:?}",
            map.best_offset()
        );
        // loss = 10/ln 10 · d²/w²
        let [[xx, xy], [_, yy]] = map.misalignment_tensor([0.0; 2]).unwrap();
        let exact = 10.0 / LN_10 / (w * w * 1e-12);
        assert!(
            (xx / exact - 1.0).abs() < 1e-7 + 2.0 * basis
                && (yy / exact - 1.0).abs() < 1e-7 + 2.0 * basis
        );
        assert!(xy.abs() < 1e-9 * exact);
    }
}

#[test]
fn displaced_optimum_is_found() {
    // the mode sits off its window's origin
    let wavelength = 1.55;
    let b = beam([3.0, 2.0], wavelength);
    let axis = |w: f64, centre: f64| {
        Axis::uniform((centre - 4.5 * w) * 1e-6, (centre + 4.5 * w) * 1e-6, 90).unwrap()
    };
    let centred = mode([3.0, 2.0], wavelength);
    let grid = RectilinearGrid::new([axis(3.0, 1.7), axis(2.0, -0.9)]);
    let shifted = SampledField::new(
        grid,
        [centred.ex, centred.ey, centred.hx, centred.hy],
        centred.effective_index,
    )
    .unwrap();
    let map = scan(wavelength).map(&b, &shifted).unwrap();
    let [x, y] = map.best_offset();
    // Newton's method on a smooth function: round-off of η in the square root
    assert!(
        (x - 1.7e-6).abs() < 1e-13 && (y + 0.9e-6).abs() < 1e-13,
        "({x}, {y})"
    );
    assert!((map.best_efficiency() - 1.0).abs() < 1e-8);
    let [minus, plus] = map.tolerance(Direction::X, 1.0, [x, y]).unwrap();
    assert!((minus - plus).abs() < 1e-12);
    // from zero offset the coupling first rises towards +x
    let [minus, plus] = map.tolerance(Direction::X, 1.0, [0.0; 2]).unwrap();
    assert!(minus < 0.5 * plus);
}

#[test]
fn gap_in_the_paraxial_limit() {
    let rows = [
        (
            (4.6, 1.31),
            [(10.0, 0.0420), (20.0, 0.1655), (50.0, 0.9437), (51.64, 1.0)].as_slice(),
        ),
        (
            (5.2, 1.55),
            &[(10.0, 0.0360), (20.0, 0.1422), (50.0, 0.8210), (55.78, 1.0)],
        ),
        ((1.5, 1.31), &[(10.0, 2.692), (5.491, 1.0)]),
    ];
    for ((w, wavelength), points) in rows {
        let scale = if w < 2.0 { 30.0 } else { 10.0 };
        let waist = scale * w;
        let (b, m) = (beam([waist; 2], wavelength), mode([waist; 2], wavelength));
        for &(z, table) in points {
            let found = loss(&scan(wavelength).gap(gap(z * scale * scale)), &b, &m);
            let exact = loss_db(joyce_deloach(
                waist,
                waist,
                wavelength,
                z * scale * scale,
                0.0,
                0.0,
            ));
            // the paraxial form neglects 4/(kw)² of the loss
            let neglected = 4.0 * (2.0 * PI * waist / wavelength).powi(-2);
            assert!(
                (found / exact - 1.0).abs() < 1.5 * neglected,
                "{w}, {z}: {found} against {exact}"
            );
            // the table's digits, and its 1 dB gaps, are rounded to four
            assert!(
                (found - table).abs() < 6e-5 + 4e-4 * table,
                "{w}, {z}: {found} against {table}"
            );
        }
    }
}

/// At the real waists: the exact scalar spectrum a(z) = w²∫exp(−κ²w²/2) exp(ik_z z) κ dκ.
#[test]
fn gap_beyond_the_paraxial_limit() {
    for (w, wavelength, z) in [
        (4.6, 1.31, 10.0),
        (4.6, 1.31, 50.0),
        (5.2, 1.55, 20.0),
        (1.5, 1.31, 10.0),
    ] {
        let k = 2.0 * PI / wavelength;
        let (steps, limit) = (200_000, 9.0 / w);
        let amplitude: Complex64 = (0..steps)
            .map(|i| {
                let kappa = (f64::from(i) + 0.5) * limit / f64::from(steps);
                let kz = Complex64::from(k * k - kappa * kappa).sqrt();
                (Complex64::i() * kz * z).exp()
                    * (w * w * kappa * (-0.5 * (kappa * w).powi(2)).exp())
            })
            .sum::<Complex64>()
            * (limit / f64::from(steps));
        let found = loss(
            &scan(wavelength).gap(gap(z)),
            &beam([w; 2], wavelength),
            &mode([w; 2], wavelength),
        );
        let exact = loss_db(amplitude.norm_sqr());
        // vector parts of fourth order
        let basis = 10.0 * (k * w).powi(-4);
        assert!(
            (found - exact).abs() < 1e-6 + basis * exact,
            "{w}, {z}: {found} against {exact} dB"
        );
    }
}

#[test]
fn tilt() {
    for ((w, wavelength), one_db) in CASES.into_iter().zip([2.4923, 2.6086, 7.643]) {
        let scale = if w < 2.0 { 30.0 } else { 10.0 };
        let waist = scale * w;
        let (b, m) = (beam([waist; 2], wavelength), mode([waist; 2], wavelength));
        let theta = Angle::deg(one_db / scale);
        let none = Angle::deg(0.0);
        for (x, y) in [(theta, none), (none, theta)] {
            let found = loss(&scan(wavelength).gap(gap(0.0)).tilt(x, y).unwrap(), &b, &m);
            // the paraxial form neglects O((kw)⁻²) + O(θ²), 10⁻⁴; the table rounds to 2·10⁻⁵ of the angle
            assert!((found - 1.0).abs() < 2e-4, "{w}: {found}");
        }
    }
}

/// A rotation is exact: what a tilt does at the real waists is a number of the Gaussian's spectrum on the sphere.
#[test]
fn tilt_beyond_the_paraxial_limit() {
    let (w, wavelength): (f64, f64) = (4.6, 1.31);
    let k = 2.0 * PI / wavelength;
    for degrees in [2.5_f64, 8.0, 14.5] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        // a = ∫ũ(k′) ũ(k) √(k_z′/k_z) d²k over forward waves, k′ = R⁻¹k, and the like for the norm
        let (mut a, mut norm) = (0.0, 0.0);
        let (steps, limit) = (600, 7.0 / w);
        for i in 0..steps {
            for j in 0..steps {
                let at = |i: i32| (2.0 * (f64::from(i) + 0.5) / f64::from(steps) - 1.0) * limit;
                let (kx, ky) = (at(i), at(j));
                let kz = (k * k - kx * kx - ky * ky).sqrt();
                let (kx_beam, kz_beam) = (kx * cos - kz * sin, kx * sin + kz * cos);
                let u = |kx: f64| (-(kx * kx + ky * ky) * w * w / 4.0).exp();
                a += u(kx) * u(kx_beam) * (kz_beam / kz).sqrt();
                norm += u(kx) * u(kx);
            }
        }
        let exact = loss_db((a / norm).powi(2));
        let s = scan(wavelength)
            .gap(gap(0.0))
            .tilt(Angle::deg(0.0), Angle::deg(degrees))
            .unwrap();
        let found = loss(&s, &beam([w; 2], wavelength), &mode([w; 2], wavelength));
        // (kw)⁻⁴ and the polarisations of the two beams, which differ by O(θ²/(kw)²), of the loss
        let basis = 2.0 * (k * w).powi(-2) * degrees.to_radians().powi(2) + 10.0 * (k * w).powi(-4);
        assert!(
            (found - exact).abs() < basis * exact.max(1.0),
            "{degrees} deg: {found} against {exact} dB"
        );
    }
}

#[test]
fn gap_tilt_and_offset_together() {
    let (w1, w2, wavelength) = (46.0, 35.0, 1.31);
    let (b, m) = (beam([w1; 2], wavelength), mode([w2; 2], wavelength));
    let (z, d, theta) = (2500.0, 12.0, 0.004);
    let offsets = [Length::um(-d), Length::um(0.0), Length::um(d)];
    let none = Angle::deg(0.0);
    let tilted = |x: Angle, y: Angle| {
        scan(wavelength)
            .gap(gap(z))
            .tilt(x, y)
            .unwrap()
            .offsets(&offsets, &offsets)
            .unwrap()
    };
    let map = tilted(none, Angle::rad(theta)).map(&b, &m).unwrap();
    for (i, d) in [(0, -d), (1, 0.0), (2, d)] {
        let exact = joyce_deloach(w1, w2, wavelength, z, d, theta);
        // neglected: 4/(kw)² = 1.5·10⁻⁴ of the loss and θ² = 1.6·10⁻⁵
        assert!(
            (map.efficiency[[i, 1]] - exact).abs() < 1e-4,
            "{d}: {} against {exact}",
            map.efficiency[[i, 1]]
        );
    }
    // a positive tilt about x travels towards −y
    let map = tilted(Angle::rad(theta), none).map(&b, &m).unwrap();
    for (j, d) in [(0, -d), (1, 0.0), (2, d)] {
        let exact = joyce_deloach(w1, w2, wavelength, z, d, -theta);
        assert!(
            (map.efficiency[[1, j]] - exact).abs() < 1e-4,
            "{d}: {} against {exact}",
            map.efficiency[[1, j]]
        );
    }
    // walk-off: the best offset undoes θz weighted by the beams' curvatures, so it lies towards −x
    let best = tilted(none, Angle::rad(theta))
        .map(&b, &m)
        .unwrap()
        .best_offset();
    assert!(best[0] < -1e-6 && best[1].abs() < 1e-9, "{best:?}");
}

#[test]
fn an_index_fills_the_gap_like_a_shorter_distance() {
    let (wavelength, n) = (1.31, 1.45);
    let wide = |index: f64| {
        GaussianBeam::new(
            Length::um(92.0),
            Length::um(92.0),
            index,
            Wavelength::um(wavelength),
        )
        .unwrap()
    };
    let axis = Axis::uniform(-200e-6, 200e-6, 90).unwrap();
    let m = SampledField::sample(&wide(n), RectilinearGrid::new([axis.clone(), axis])).unwrap();
    let s = scan(wavelength).gap(Gap::new(Length::um(3000.0), n).unwrap());
    let found = loss_db(s.map(&wide(n), &m).unwrap().efficiency[[0, 0]]);
    let exact = loss_db(joyce_deloach(46.0, 46.0, wavelength, 3000.0 / n, 0.0, 0.0));
    // 4/(kw)² = 4·10⁻⁵
    assert!(
        (found / exact - 1.0).abs() < 1e-4,
        "{found} against {exact}"
    );
}

#[test]
fn reciprocity_and_bound() {
    let wavelength = 1.55;
    for (w1, w2, z) in [
        ([3.0, 2.0], [1.2, 1.6], 4.0),
        ([1.0, 1.0], [2.0, 1.0], 1.0),
        ([5.2, 5.2], [4.0, 3.0], 20.0),
    ] {
        let s = scan(wavelength).gap(gap(z));
        let there = s.map(&beam(w1, wavelength), &mode(w2, wavelength)).unwrap();
        let back = s.map(&beam(w2, wavelength), &mode(w1, wavelength)).unwrap();
        let (a, b) = (there.efficiency[[0, 0]], back.efficiency[[0, 0]]);
        // the beam's forward waves are exact, the mode's own H is good to (kw)⁻⁴ = 4·10⁻³ at w = 1, of which a part enters
        let smallest = w1.into_iter().chain(w2).fold(f64::INFINITY, f64::min);
        assert!(
            (a - b).abs() < 0.2 * (2.0 * PI * smallest / wavelength).powi(-4) + 1e-9,
            "{a} against {b}"
        );
        assert!(there.best_efficiency() <= 1.0 && back.best_efficiency() <= 1.0);
    }
}

#[test]
fn crossed_polarisations_do_not_couple() {
    let b = beam([3.0, 2.0], 1.55).polarized(Angle::deg(90.0));
    let m = mode([3.0, 2.0], 1.55);
    // by symmetry zero: round-off
    assert!(scan(1.55).map(&b, &m).unwrap().efficiency[[0, 0]] < 1e-20);
    let turned = b.polarized(Angle::deg(60.0));
    let found = scan(1.55).map(&turned, &m).unwrap().efficiency[[0, 0]];
    assert!((found - 0.25).abs() < 1e-5, "cos² 60°: {found}");
}

#[test]
fn bad_input_is_refused() {
    let (b, m) = (beam([3.0; 2], 1.55), mode([3.0; 2], 1.55));
    let tilted = scan(1.55).tilt(Angle::deg(1.0), Angle::deg(0.0)).unwrap();
    assert!(matches!(
        tilted.map(&b, &m),
        Err(CouplingError::TiltWithoutGap { .. })
    ));
    assert!(scan(1.55).tilt(Angle::deg(80.0), Angle::deg(0.0)).is_err());
    assert!(Gap::new(Length::um(-1.0), 1.0).is_err());
    assert!(
        GaussianBeam::new(Length::um(0.5), Length::um(5.0), 1.0, Wavelength::um(1.55)).is_err()
    );
    let far = scan(1.55).gap(gap(1e5));
    assert!(matches!(
        far.map(&b, &m),
        Err(CouplingError::TooManySamples { .. })
    ));
    let axis = Axis::uniform(-2e-6, 2e-6, 40).unwrap();
    let cut = SampledField::sample(&b, RectilinearGrid::new([axis.clone(), axis])).unwrap();
    assert!(matches!(
        scan(1.55).map(&b, &cut),
        Err(CouplingError::ModeClipped { .. })
    ));
    assert!(matches!(
        scan(1.55).map(&cut, &m),
        Err(CouplingError::BeamClipped { .. })
    ));
    let map = scan(1.55).map(&b, &m).unwrap();
    assert!(matches!(
        map.efficiency_at([1.0, 0.0]),
        Err(CouplingError::OffsetTooLarge { .. })
    ));
    assert!(matches!(
        map.tolerance(Direction::X, 200.0, [0.0; 2]),
        Err(CouplingError::ToleranceNotReached { .. })
    ));
    assert!(map.tolerance(Direction::X, -1.0, [0.0; 2]).is_err());
}
