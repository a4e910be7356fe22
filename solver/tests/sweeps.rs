//! Sweeps of the wavelength against solves one by one.

use cpo_materials::{Material, Wavelength, catalogue, read_refractiveindex_info};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeError, ModeProblem, ModeSolver};

const UM: f64 = 1e-6;

fn wire(core: Material, cladding: Material) -> ModeProblem {
    let window = Window {
        x: [-1.8 * UM, 1.8 * UM],
        y: [-1.8 * UM, 1.8 * UM],
    };
    let shape = Shape::Rectangle {
        x: 0.0,
        bottom: -0.11 * UM,
        width: 0.5 * UM,
        height: 0.22 * UM,
    };
    let section = CrossSection::new(window, cladding)
        .unwrap()
        .paint("core", core, shape)
        .unwrap();
    ModeProblem::new(&section, Wavelength::nm(1550.0))
}

/// What would prove the reduction wrong: a wavelength whose own solve differs by more than both bars; the meshes are
/// the same, so that only the reduction and the iteration's tolerance are between them.
#[test]
fn a_sweep_agrees_with_solves_one_by_one() {
    let silicon = catalogue().find("Si Li 1980").unwrap();
    let silica = catalogue().find("SiO2 Malitson 1965").unwrap();
    let problem = wire(silicon, silica);
    let wavelengths: Vec<Wavelength> = (0..21)
        .map(|k| Wavelength::nm(1500.0 + 5.0 * f64::from(k)))
        .collect();
    let solver = ModeSolver::default().count(2).error(1e-5);
    let points = solver.sweep(&problem, &wavelengths).unwrap();
    assert_eq!(points.len(), wavelengths.len());
    let reference = problem.clone().at_wavelength(wavelengths[0]);
    for k in [0, 7, 13, 20] {
        let point = points[k].as_ref().unwrap();
        let alone = problem.clone().at_wavelength(wavelengths[k]);
        let own = solver.clone().meshed_as(&reference);
        let modes = own.solve(&alone).unwrap();
        let dispersion = own.group_velocity_dispersion(&alone, &modes).unwrap();
        assert_eq!(point.modes.modes().len(), 2);
        for (m, (swept, single)) in point.modes.iter().zip(&modes).enumerate() {
            let (a, b) = (
                swept.effective_index_study(),
                single.effective_index_study(),
            );
            assert!((a.value - b.value).abs() < 1e-8, "{k}: {a:?} {b:?}");
            assert!(a.error <= 1e-5, "{k}: {a:?}");
            let (a, b) = (swept.group_index(), single.group_index());
            assert!((a.value - b.value).abs() < 1e-6, "{k}: {a:?} {b:?}");
            let (a, b) = (&point.dispersion.as_ref().unwrap()[m], &dispersion[m]);
            assert!(
                (a.value - b.value).abs() <= a.error + b.error,
                "{k}: {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn a_sweep_gives_the_same_bits_twice_and_errors_where_data_end() {
    // These data start at 1357 nm, so that D at 1360 nm would need an index outside.
    let silicon = catalogue().find("Si Salzberg & Villa 1957").unwrap();
    let problem = wire(silicon, Material::with_index(1.444));
    let wavelengths: Vec<Wavelength> = (0..9)
        .map(|k| Wavelength::nm(1360.0 + 5.0 * f64::from(k)))
        .collect();
    let solver = ModeSolver::default().error(1e-4);
    let values = || -> Vec<(f64, Option<f64>)> {
        let points = solver.sweep(&problem, &wavelengths).unwrap();
        points
            .iter()
            .map(|point| {
                let point = point.as_ref().unwrap();
                let dispersion = point.dispersion.as_ref().ok().map(|d| d[0].value);
                (point.modes.modes()[0].effective_index().re, dispersion)
            })
            .collect()
    };
    let (one, two) = (values(), values());
    assert_eq!(one, two);
    assert!(one[0].1.is_none() && one[8].1.is_some());
    let outside = [Wavelength::nm(1300.0), Wavelength::nm(1400.0)];
    // Too few for a reduction: each is solved alone, and the one outside fails alone.
    let points = solver.sweep(&problem, &outside).unwrap();
    assert!(matches!(points[0], Err(ModeError::Material(_))));
    assert!(points[1].is_ok());
}

/// Where a material absorbs at some of the wavelengths only, modes are complex there and real elsewhere: no common
/// span. What would prove this wrong: a point that differs from its own solve at all.
#[test]
fn a_sweep_into_absorption_solves_each_wavelength_alone() {
    let yaml = "DATA:\n  - type: tabulated nk\n    data: |\n      1.50 3.480 0\n      1.56 3.475 0\n      \
                1.60 3.470 1e-3\n";
    let core = read_refractiveindex_info(yaml, "absorbs above 1560 nm").unwrap();
    let problem = wire(core, Material::with_index(1.444));
    let wavelengths: Vec<Wavelength> = (0..9)
        .map(|k| Wavelength::nm(1510.0 + 10.0 * f64::from(k)))
        .collect();
    let solver = ModeSolver::default().error(1e-3);
    let points = solver.sweep(&problem, &wavelengths).unwrap();
    for k in [0, 8] {
        let alone = problem.clone().at_wavelength(wavelengths[k]);
        let own = solver.clone().meshed_as(&problem).solve(&alone).unwrap();
        let swept = &points[k].as_ref().unwrap().modes;
        let [a, b] = [swept, &own].map(|set| set.modes()[0].effective_index());
        assert_eq!(a, b);
        assert_eq!(a.im > 0.0, k == 8, "{a}");
    }
}
