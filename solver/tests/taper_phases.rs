//! Phases of tapers against those of slabs' exact modes, and their signs.

use std::f64::consts::PI;

use cpo_materials::{Length, Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, MeshError, Shape, Window};
use cpo_solver::convergence::Verdict;
use cpo_solver::modes::{Wall, Walls};
use cpo_solver::taper::{Port, Profile, Taper, TaperError, TaperProblem, TaperSolver};

type Tested = Result<(), Box<dyn std::error::Error>>;

const WAVELENGTH: f64 = 1.55e-6;
const CLADDING: f64 = 1.444;
const CORE: f64 = 2.0;

/// A slab of nitride in glass about y = 0, seen from `bottom` (m) on.
fn slab(thickness: f64, bottom: f64) -> Result<CrossSection, MeshError> {
    let window = Window {
        x: [0.0, 0.1e-6],
        y: [bottom, 4e-6],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.5 * thickness,
        width: 1e-6,
        height: thickness,
    };
    CrossSection::new(window, Material::with_index(CLADDING))?.paint(
        "core",
        Material::with_index(CORE),
        core,
    )
}

/// TE modes even in y.
fn even(taper: &Taper) -> TaperProblem {
    let walls = Walls {
        bottom: Wall::Magnetic,
        ..Walls::default()
    };
    TaperProblem::new(taper, Wavelength::from_si(WAVELENGTH)).walled(walls)
}

/// n of the slab's first even (0) or first odd (1) TE mode at a wavelength: κ tan(κd/2) = γ or −κ cot(κd/2) = γ, by
/// bisection.
fn exact_index(thickness: f64, order: usize, wavelength: f64) -> f64 {
    let k0 = 2.0 * PI / wavelength;
    let excess = |n: f64| {
        let across = k0 * (CORE * CORE - n * n).sqrt();
        let decay = k0 * (n * n - CLADDING * CLADDING).sqrt();
        0.5 * across * thickness - (decay / across).atan() - 0.5 * PI * order as f64
    };
    let (mut low, mut high) = (CLADDING, CORE);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        // Falls with n.
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// k₀ ∫ n dz of the slab whose thickness is a function of z/length, by Simpson's rule, to 1e-9 of it.
fn exact_path(thickness: impl Fn(f64) -> f64, length: f64, order: usize, wavelength: f64) -> f64 {
    let steps = 400;
    let index = |k: i32| {
        exact_index(
            thickness(f64::from(k) / f64::from(steps)),
            order,
            wavelength,
        )
    };
    let weight = |k: i32| match k {
        k if k == 0 || k == steps => 1.0,
        k if k % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=steps).map(|k| weight(k) * index(k)).sum();
    2.0 * PI / wavelength * length * sum / (3.0 * f64::from(steps))
}

/// What would prove the phase or its branch wrong: another one than k₀ n L of an exact mode.
#[test]
fn a_straight_section_s_phase_is_that_of_its_length() -> Tested {
    let guide = slab(0.5e-6, 0.0)?;
    let taper = Taper::starting_at(&guide)
        .straight("one", Length::um(3.0))
        .step(&guide)
        .straight("two", Length::um(40.0));
    let lengths = [Length::um(3.0), Length::um(40.0)];
    let through = TaperSolver::default()
        .solve(&even(&taper))?
        .transmission(&lengths)?;
    let phase = through.phase(Port::End(0), Port::Start(0))?;
    let exact = 2.0 * PI / WAVELENGTH * exact_index(0.5e-6, 0, WAVELENGTH) * 43e-6;
    let off = (phase.value - exact).abs();
    // n to 4e-4 on cells of a fortieth of a wavelength.
    assert!(
        off < phase.error && phase.error < 4e-4 * exact,
        "{phase:?} {exact}"
    );
    assert_eq!(phase.verdict, Verdict::Converged);
    Ok(())
}

/// What would prove it wrong along a change: another phase of a slow taper than k₀ ∫ n dz of exact modes.
#[test]
fn a_slow_taper_s_phase_is_the_optical_path() -> Tested {
    let (from, to, length) = (0.8e-6, 0.3e-6, 100e-6);
    for profile in [Profile::Linear, Profile::Power(2.0)] {
        let rise = |place: f64| match profile {
            Profile::Power(power) => place.powf(power),
            _ => place,
        };
        let taper = Taper::starting_at(&slab(from, 0.0)?).shaped(
            "taper",
            &slab(to, 0.0)?,
            Length::from_si(length),
            profile.clone(),
        );
        let solver = TaperSolver::default().error(1e-4);
        let through = solver
            .solve(&even(&taper))?
            .transmission(&[Length::from_si(length)])?;
        let phase = through.phase(Port::End(0), Port::Start(0))?;
        let exact = exact_path(|z| from + (to - from) * rise(z), length, 0, WAVELENGTH);
        let off = (phase.value - exact).abs();
        assert!(
            off < phase.error && phase.error < 5e-4 * exact,
            "{phase:?} {exact}"
        );
    }
    Ok(())
}

/// What would prove signs or branches wrong: a phase that jumps along the wavelength, an odd mode's by π where its other
/// lobe is the largest, or by 2π.
#[test]
fn phases_of_both_parities_are_smooth_over_wavelength() -> Tested {
    // Not in the middle of the window, so that the grid prefers one lobe or the other.
    let taper = Taper::starting_at(&slab(1.4e-6, -3.7e-6)?).linear(
        "taper",
        &slab(0.9e-6, -3.7e-6)?,
        Length::um(6.0),
    );
    let solver = TaperSolver::default().modes(10).slices(33);
    let wavelengths: Vec<f64> = (0..7).map(|k| 1.5e-6 + 8e-9 * f64::from(k)).collect();
    let mut turns: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for &wavelength in &wavelengths {
        let problem = TaperProblem::new(&taper, Wavelength::from_si(wavelength));
        let through = solver.solve(&problem)?.transmission(&[Length::um(6.0)])?;
        for (mode, turns) in turns.iter_mut().enumerate() {
            let [on, back] = [Port::End(mode), Port::Start(mode)];
            let phase = through.phase(on, back)?;
            let exact = exact_path(|z| 1.4e-6 - 0.5e-6 * z, 6e-6, mode, wavelength);
            // So fast a taper turns light by 4 mrad besides.
            let off = (phase.value - exact).abs();
            assert!(off < phase.error + 8e-3, "{mode}: {phase:?} {exact}");
            turns.push(phase.value - through.path(on, back)?);
            let other = through.phase(back, on)?;
            // The way back is the transpose.
            assert!(
                (other.value - phase.value).abs() < 1e-9,
                "{phase:?} {other:?}"
            );
            let power = through.power_between(back, on)?;
            assert!((power.value - through.power(mode, mode)?.value).abs() < 1e-9);
        }
        // Modes of other parity are met by as little as the window's middle is beside theirs.
        let crossed = through.power_between(Port::End(1), Port::Start(0))?;
        assert!(crossed.value < 1e-7, "{crossed:?}");
    }
    for turns in &turns {
        for pair in turns.windows(2) {
            // They change by 1e-4.
            assert!((pair[1] - pair[0]).abs() < 1e-3, "{turns:?}");
        }
    }
    Ok(())
}

#[test]
fn ports_that_are_not_there_are_named() -> Tested {
    let guide = slab(0.5e-6, 0.0)?;
    let taper = Taper::starting_at(&guide).straight("one", Length::um(3.0));
    let through = TaperSolver::default()
        .solve(&even(&taper))?
        .transmission(&[Length::um(3.0)])?;
    let error = through
        .phase(Port::End(0), Port::End(3))
        .expect_err("one mode");
    assert!(
        matches!(
            error,
            TaperError::UnknownMode {
                end: "end",
                asked: 3,
                guided: 1
            }
        ),
        "{error}"
    );
    assert!(through.path(Port::Start(1), Port::Start(0)).is_err());
    Ok(())
}
