//! All modes of a step-index fibre: cut-offs, continuity, Maxwell's equations, orthogonality, the weakly guiding limit.

use std::f64::consts::PI;

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_materials::{Angle, Length, Wavelength};
use cpo_solver::coupling::{
    CouplingError, Fiber, FiberMode, FiberModeFamily, StepIndexFiber, TransverseField,
    WeaklyGuidingFiber,
};
use num_complex::Complex64;

type Tested = Result<(), Box<dyn std::error::Error>>;

const WAVELENGTH: Wavelength = Wavelength::um(1.55);
const RADIUS: f64 = 1.2e-6;
const CORE: f64 = 1.6;
const CLADDING: f64 = 1.2;

/// V = 5.15, of strong guidance.
fn strong() -> Result<StepIndexFiber, CouplingError> {
    StepIndexFiber::new(Length::um(1e6 * RADIUS), CORE, CLADDING, WAVELENGTH)
}

/// Indices 1.45 and such that the fibre has `v` at the relative step `step`.
fn weak(v: f64, step: f64) -> Result<(StepIndexFiber, WeaklyGuidingFiber), CouplingError> {
    let (core, cladding) = (1.45, 1.45 * (1.0 - step));
    let aperture = ((core - cladding) * (core + cladding)).sqrt();
    let radius = Length::um(v * 1.55 / (2.0 * PI * aperture));
    Ok((
        StepIndexFiber::new(radius, core, cladding, WAVELENGTH)?,
        WeaklyGuidingFiber::new(radius, core, cladding, WAVELENGTH)?,
    ))
}

fn names(modes: &[FiberMode]) -> Vec<String> {
    modes.iter().map(ToString::to_string).collect()
}

/// What would prove the enumeration wrong: a mode bound below its cut-off, or missing above; in pairs that a small step joins.
#[test]
fn modes_appear_at_the_zeros_of_bessel_functions() -> Tested {
    // j₀,₁, j₁,₁, j₂,₁, j₀,₂: LP₁₁, then LP₂₁ and LP₀₂, LP₃₁, LP₁₂
    for (zero, below, above) in [
        (2.404_825_557_695_773, 2, 6),
        (3.831_705_970_207_512, 6, 12),
        (5.135_622_301_840_683, 12, 16),
        (5.520_078_110_286_31, 16, 20),
    ] {
        // HE's cut-offs differ from the zeros by the step
        let count = |v: f64| -> Result<[usize; 2], CouplingError> {
            let (vector, scalar) = weak(v, 1e-6)?;
            Ok([vector.mode_count(), scalar.mode_count()])
        };
        assert_eq!(count(zero - 2e-3)?, [below; 2], "{zero}");
        // w of LP₀₂ leaves zero as exp(−1/(V − V_c)j), too little to call bound at first
        assert_eq!(count(zero + 0.05)?, [above; 2], "{zero}");
    }
    let (vector, scalar) = weak(5.7, 1e-3)?;
    let scalar: Vec<_> = scalar.modes().iter().map(ToString::to_string).collect();
    assert_eq!(scalar, ["LP01", "LP11", "LP21", "LP02", "LP31", "LP12"]);
    let mut found = names(&vector.modes());
    found.sort();
    let expected = [
        "EH11", "EH21", "HE11", "HE12", "HE21", "HE22", "HE31", "HE41", "TE01", "TE02", "TM01",
        "TM02",
    ];
    assert_eq!(found, expected);
    // 2 of each hybrid, 1 of TE and TM; 2 of LP₀, 4 of the others
    assert_eq!(vector.mode_count(), 20);
    // far above: about V²/2
    let (many, _) = weak(20.0, 1e-2)?;
    let count = many.mode_count() as f64;
    assert!((count / 200.0 - 1.0).abs() < 0.1, "{count}");
    Ok(())
}

/// Cut-offs are where a mode leaves: just above its own V the mode is there and wide, just below it is not.
#[test]
fn cut_offs_are_where_modes_leave() -> Tested {
    let fibre = strong()?;
    let v = fibre.normalized_frequency();
    for mode in fibre.modes() {
        let cut_off = mode.cut_off();
        assert!(cut_off < v);
        if cut_off == 0.0 {
            assert_eq!(mode.to_string(), "HE11");
            continue;
        }
        let at = |part: f64| -> Result<Option<FiberMode>, CouplingError> {
            let wavelength = Wavelength::um(1e6 * mode.cut_off_wavelength() / part);
            let near = StepIndexFiber::new(Length::um(1e6 * RADIUS), CORE, CLADDING, wavelength)?;
            let same = |m: &FiberMode| m.to_string() == mode.to_string();
            Ok(near.modes().into_iter().find(same))
        };
        assert!(at(0.9999)?.is_none(), "{mode}");
        let near = at(1.02)?.ok_or("bound above its cut-off")?;
        // u has grown from V_c, so that w² is below V² − V_c²
        let limit = (CORE * CORE - CLADDING * CLADDING) * (1.0 - 1.02_f64.powi(-2));
        let excess = near.effective_index().powi(2) - CLADDING * CLADDING;
        assert!(excess < limit, "{mode}: {excess} {limit}");
    }
    Ok(())
}

/// ∇·(εE) = 0 and the transverse and z components of both curls, by differences, of every mode and its partner.
#[test]
fn every_mode_obeys_maxwell() -> Tested {
    let fibre = strong()?;
    let k0 = WAVELENGTH.vacuum_wavenumber();
    let step = 1e-10;
    let modes = fibre.modes();
    let partners = modes.iter().filter_map(|m| m.partner());
    for mode in modes.iter().copied().chain(partners) {
        let mode = mode.turned(Angle::deg(17.0));
        let beta = k0 * mode.effective_index();
        let largest = (0..200)
            .map(|i| mode.at(1e-8 * f64::from(i), 0.5e-8 * f64::from(i))[0].norm())
            .fold(0.0, f64::max);
        for (x, y) in [
            (0.33e-6, 0.21e-6),
            (-0.71e-6, 0.5e-6),
            (1.3e-6, -0.4e-6),
            (-0.2e-6, 1.9e-6),
        ] {
            let index = if f64::hypot(x, y) < RADIUS {
                CORE
            } else {
                CLADDING
            };
            let all = |x: f64, y: f64| -> [Complex64; 6] {
                let ([ex, ey, hx, hy], [ez, hz]) = (mode.at(x, y), mode.longitudinal_at(x, y));
                [
                    ex,
                    ey,
                    ez,
                    hx * VACUUM_IMPEDANCE,
                    hy * VACUUM_IMPEDANCE,
                    hz * VACUUM_IMPEDANCE,
                ]
            };
            let dx = |c: usize| (all(x + step, y)[c] - all(x - step, y)[c]) / (2.0 * step);
            let dy = |c: usize| (all(x, y + step)[c] - all(x, y - step)[c]) / (2.0 * step);
            let (i, here) = (Complex64::I, all(x, y));
            let eps = index * index;
            let residuals = [
                dx(0) + dy(1) + i * beta * here[2],
                dy(2) - i * beta * here[1] - i * k0 * here[3],
                i * beta * here[0] - dx(2) - i * k0 * here[4],
                dx(1) - dy(0) - i * k0 * here[5],
                dy(5) - i * beta * here[4] + i * k0 * eps * here[0],
                i * beta * here[3] - dx(5) + i * k0 * eps * here[1],
                dx(4) - dy(3) + i * k0 * eps * here[2],
            ];
            for residual in residuals {
                // differences of step 10⁻⁴ of the radius: truncation 10⁻⁸, round-off 10⁻¹²
                assert!(
                    residual.norm() < 3e-7 * beta * largest,
                    "{mode} ({x}, {y}): {residual}"
                );
            }
        }
    }
    Ok(())
}

/// Tangential E and H and normal εE are continuous at the core's edge, of every family.
#[test]
fn every_mode_is_continuous() -> Tested {
    for mode in strong()?.modes() {
        for angle in [0.1_f64, 0.7, 2.0, 4.4] {
            let (sin, cos) = angle.sin_cos();
            let at = |r: f64, index: f64| {
                let [ex, ey, hx, hy] = mode.at(r * cos, r * sin);
                let [ez, hz] = mode.longitudinal_at(r * cos, r * sin);
                [
                    (ex * cos + ey * sin) * index * index,
                    ey * cos - ex * sin,
                    ez,
                    (hx * cos + hy * sin) * VACUUM_IMPEDANCE,
                    (hy * cos - hx * sin) * VACUUM_IMPEDANCE,
                    hz * VACUUM_IMPEDANCE,
                ]
            };
            let inside = at(RADIUS * (1.0 - 1e-12), CORE);
            let outside = at(RADIUS * (1.0 + 1e-12), CLADDING);
            let largest = inside.iter().map(|v| v.norm()).fold(0.0, f64::max);
            for (a, b) in inside.iter().zip(outside) {
                // the two radii differ by 2·10⁻¹²; the root is found to round-off
                assert!(
                    (a - b).norm() < 1e-10 * largest,
                    "{mode} at {angle}: {a} {b}"
                );
            }
        }
    }
    Ok(())
}

/// ½∫(E₁ × H₂)·ẑ dA by rings with the core's edge on a face.
fn product(a: &dyn TransverseField, b: &dyn TransverseField, radius: f64) -> f64 {
    let (rings, spokes) = (3000, 32);
    let step = radius / 200.0;
    let mut sum = 0.0;
    for ring in 0..rings {
        let r = (f64::from(ring) + 0.5) * step;
        for spoke in 0..spokes {
            let (sin, cos) = (2.0 * PI * (f64::from(spoke) + 0.3) / f64::from(spokes)).sin_cos();
            let [ex, ey, ..] = a.at(r * cos, r * sin);
            let [.., hx, hy] = b.at(r * cos, r * sin);
            sum += 0.5 * (ex * hy - ey * hx).re * r * step * 2.0 * PI / f64::from(spokes);
        }
    }
    sum
}

/// 1 W each, and no power in common.
#[test]
fn modes_are_orthogonal() -> Tested {
    let fibre = strong()?;
    let modes = fibre.modes();
    let partners: Vec<_> = modes.iter().filter_map(|m| m.partner()).collect();
    let all: Vec<_> = modes.into_iter().chain(partners).collect();
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate() {
            let expected = if i == j { 1.0 } else { 0.0 };
            let found = product(a, b, RADIUS);
            // midpoint rule of relative step 1/200, second order
            assert!((found - expected).abs() < 2e-4, "{a} {b}: {found}");
        }
    }
    let (_, scalar) = weak(5.7, 1e-3)?;
    let modes = scalar.modes();
    let partners: Vec<_> = modes.iter().filter_map(|m| m.partner()).collect();
    let radius = 5.7 * 1.55e-6 / (2.0 * PI * scalar.numerical_aperture());
    for a in modes.iter().chain(&partners) {
        for b in modes.iter().chain(&partners) {
            let expected = if a == b { 1.0 } else { 0.0 };
            let found = product(a, b, radius);
            assert!((found - expected).abs() < 2e-4, "{a} {b}: {found}");
        }
        let crossed = a.polarized(Angle::deg(90.0));
        assert!(product(a, &crossed, radius).abs() < 1e-12);
    }
    Ok(())
}

/// b of every vector mode tends to that of its LP mode, with the relative index step to first order.
#[test]
fn linearly_polarised_modes_are_the_limit() -> Tested {
    let v = 5.7;
    let worst = |step: f64| -> Result<f64, Box<dyn std::error::Error>> {
        let (vector, scalar) = weak(v, step)?;
        let scalar = scalar.modes();
        let (core, cladding) = (1.45_f64, 1.45 * (1.0 - step));
        let mut worst = 0.0_f64;
        for mode in vector.modes() {
            let l = match mode.family() {
                FiberModeFamily::HE => mode.azimuthal_order() - 1,
                _ => mode.azimuthal_order() + 1,
            };
            let same = scalar
                .iter()
                .find(|s| (s.azimuthal_order(), s.radial_order()) == (l, mode.radial_order()))
                .ok_or("each vector mode has its LP mode")?;
            let n = mode.effective_index();
            let b = (n - cladding) * (n + cladding) / ((core - cladding) * (core + cladding));
            worst = worst.max((b - same.normalized_propagation_constant()).abs());
        }
        Ok(worst)
    };
    let (coarse, fine) = (worst(1e-3)?, worst(1e-4)?);
    assert!(coarse < 5e-3, "{coarse}");
    // first order: ten times the step, ten times the difference
    assert!((coarse / fine / 10.0 - 1.0).abs() < 0.1, "{coarse} {fine}");
    Ok(())
}

/// Effective indices of HE₁₁ from the reference, b(V) of LP₀₁ to its digits.
#[test]
fn fundamental_modes() -> Tested {
    for (radius, core, cladding, expected) in [
        (4.1, 1.4492, 1.4440, 1.446_225_441_544_99),
        (0.5, 1.45, 1.0, 1.176_447_362_266_42),
    ] {
        let fibre = StepIndexFiber::new(Length::um(radius), core, cladding, WAVELENGTH)?;
        let modes = fibre.modes();
        assert_eq!(names(&modes), ["HE11"]);
        // round-off of an index of order 1 and of the reference's last digit
        assert!((modes[0].effective_index() - expected).abs() < 1e-13);
    }
    for (v, b) in [(1.6, 0.270_063), (2.0, 0.416_163), (2.4, 0.530_026)] {
        let (_, scalar) = weak(v, 1e-3)?;
        let found = scalar.modes()[0].normalized_propagation_constant();
        assert!((found - b).abs() < 5.1e-7, "b({v}) = {found}");
    }
    Ok(())
}

/// A fibre asked to be single-mode says what it carries, and its own remedy works.
#[test]
fn multimode_fibres_say_so() -> Tested {
    let blue = Wavelength::nm(850.0);
    let fibre =
        |radius: f64, wavelength| Fiber::step_index(Length::um(radius), 1.4492, 1.4440, wavelength);
    assert!(fibre(4.1, WAVELENGTH)?.single_mode().is_ok());
    let Err(CouplingError::FiberMultimode {
        v,
        modes,
        cut_off,
        largest,
        ..
    }) = fibre(4.1, blue)?.single_mode()
    else {
        return Err("V = 3.7 carries two LP modes".into());
    };
    assert!(v > 3.6 && v < 3.8 && modes == 6, "{v} {modes}");
    assert!(
        fibre(4.1, Wavelength::um(1.0001e6 * cut_off))?
            .single_mode()
            .is_ok()
    );
    assert!(fibre(0.9999e6 * largest, blue)?.single_mode().is_ok());
    let error = Fiber::weakly_guiding(Length::um(4.1), 1.4492, 1.4440, blue)?.single_mode();
    assert!(
        matches!(error, Err(CouplingError::FiberMultimode { modes: 6, .. })),
        "{error:?}"
    );
    Ok(())
}
