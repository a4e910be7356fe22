//! Tolerances in six degrees of freedom: Gaussian closed forms, coupling maps of the displaced set-up, differences.

use std::f64::consts::{LN_10, PI};

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    Alignment, CoatLayer, CouplingError, CouplingScan, DegreeOfFreedom, Face, Fiber, Gap,
    GaussianBeam, Placement, SampledField, TransverseField,
};

/// dB of a relative change of power.
const DB: f64 = 10.0 / LN_10;

fn beam(w: [f64; 2], index: f64, wavelength: f64) -> GaussianBeam {
    let [x, y] = w.map(|w| Length::um(2.0 * w));
    GaussianBeam::new(x, y, index, Wavelength::um(wavelength)).unwrap()
}

/// A mode whose centre is `centre` µm from the origin.
fn mode(w: [f64; 2], index: f64, wavelength: f64, centre: [f64; 2]) -> SampledField {
    let axes = [0, 1].map(|c| {
        let half = 4.5 * w[c] + centre[c].abs();
        Axis::uniform(-1e-6 * half, 1e-6 * half, 120).unwrap()
    });
    let grid = RectilinearGrid::new(axes);
    let field = beam(w, index, wavelength);
    let at = |component: usize| {
        ndarray::Array2::from_shape_fn((120, 120), |(i, j)| {
            let (x, y) = (grid.axis(0).centres()[i], grid.axis(1).centres()[j]);
            field.at(x - 1e-6 * centre[0], y - 1e-6 * centre[1])[component]
        })
    };
    let values = [at(0), at(1), at(2), at(3)];
    SampledField::new(grid, values, index.into()).unwrap()
}

fn scan(wavelength: f64, gap: f64, index: f64) -> CouplingScan {
    CouplingScan::new(Wavelength::um(wavelength))
        .unwrap()
        .gap(Gap::new(Length::um(gap), index).unwrap())
}

fn aligned(scan: &CouplingScan, beam: &dyn TransverseField, mode: &SampledField) -> Alignment {
    scan.alignment(
        beam,
        mode,
        [0.0; 2],
        &Placement::default(),
        &Placement::default(),
    )
    .unwrap()
}

/// What would prove the tensor wrong: the second derivatives of the closed forms, of wide beams, since these are paraxial.
#[test]
fn tensor_of_two_gaussians() {
    let (w, wavelength) = (52.0, 1.55);
    let aligned = aligned(
        &scan(wavelength, 0.0, 1.0),
        &beam([w; 2], 1.0, wavelength),
        &mode([w; 2], 1.0, wavelength, [0.0; 2]),
    );
    let (w, wavelength) = (1e-6 * w, 1e-6 * wavelength);
    let rayleigh = PI * w * w / wavelength;
    let offset = DB / (w * w);
    let tilt = DB * (PI * w / wavelength).powi(2);
    let exact = [
        offset,
        offset,
        DB / (4.0 * rayleigh * rayleigh),
        tilt,
        tilt,
        DB,
    ];
    let found = aligned.expansion();
    for i in 0..6 {
        for j in 0..6 {
            let size = (exact[i] * exact[j]).sqrt();
            let expected = if i == j { exact[i] } else { 0.0 };
            // along z the next term of k_z is 4 (kw)⁻² of it, as much again the vector parts
            let error = (found.tensor[i][j] - expected) / size;
            let basis = 8.0 * (2.0 * PI * w / wavelength).powi(-2);
            assert!(error.abs() < basis, "{i} {j}: {error:e}");
        }
        // 1 dB is reached at δ = C^(−1/2): in units of that the slope at the optimum is none
        let slope = found.gradient[i] / exact[i].sqrt();
        assert!(slope.abs() < 6e-5, "{i}: {slope:e}");
    }
}

/// The ranges of the reference tables, to their last digit.
#[test]
fn one_db_ranges_of_gaussians() {
    let table: [(f64, f64, f64, f64, f64); 3] = [
        (4.6, 1.31, 2.2073, 2.4923, 51.64),
        (5.2, 1.55, 2.4952, 2.6086, 55.78),
        (1.5, 1.31, 0.7198, 7.643, 5.491),
    ];
    for (w, wavelength, offset, tilt, gap) in table {
        // ten times as wide: what the closed forms neglect is a hundredth
        let w = 10.0 * w;
        let aligned = aligned(
            &scan(wavelength, 0.0, 1.0),
            &beam([w; 2], 1.0, wavelength),
            &mode([w; 2], 1.0, wavelength, [0.0; 2]),
        );
        let range = |along| aligned.tolerance(along, 1.0).unwrap();
        let basis = 2.0 * (2.0 * PI * w / wavelength).powi(-2);
        let near = |found: Option<f64>, table: f64, digit: f64| {
            let found = found.unwrap();
            assert!(
                (found / table - 1.0).abs() < digit + basis,
                "{found} against {table}"
            );
        };
        for side in 0..2 {
            for along in [DegreeOfFreedom::X, DegreeOfFreedom::Y] {
                near(range(along)[side], 1e-5 * offset, 0.5e-4 / offset);
            }
            for along in [DegreeOfFreedom::TiltX, DegreeOfFreedom::TiltY] {
                near(range(along)[side], 0.1 * tilt.to_radians(), 0.5e-3 / tilt);
            }
        }
        let [towards, away] = range(DegreeOfFreedom::Z);
        assert_eq!(towards, None, "in contact from the start");
        near(away, 1e-4 * gap, 0.5e-2 / gap);
        // cos² of the angle between the fields
        let turn = range(DegreeOfFreedom::Rotation)[1].unwrap();
        let exact = 10.0_f64.powf(-0.05).acos();
        assert!((turn - exact).abs() < basis, "{turn} against {exact}");
    }
}

/// A coated, polished, tilted fibre against a mode off the origin: what a placement costs is what the coupling map of the
/// displaced set-up says.
#[test]
fn a_placement_is_the_displaced_set_up() {
    let wavelength = 1.31;
    let fiber = Fiber::step_index(Length::um(4.1), 1.4520, 1.4468, Wavelength::um(wavelength));
    let fiber = fiber.unwrap();
    let coat = CoatLayer::new(1.38.into(), Length::nm(240.0)).unwrap();
    let set_up = |x: f64, y: f64, gap: f64| {
        scan(wavelength, gap, 1.2)
            .tilt(Angle::deg(x), Angle::deg(y))
            .unwrap()
            .faces(
                Face::default()
                    .polish(Angle::deg(0.0), Angle::deg(3.0))
                    .unwrap(),
                Face::default().coat(&[coat]),
            )
    };
    let mode = mode([3.0, 2.0], 1.6, wavelength, [0.7, -0.4]);
    let offset = [0.3e-6, 0.2e-6];
    let nominal = set_up(0.0, 3.0, 8.0);
    let aligned = nominal
        .alignment(
            &fiber,
            &mode,
            offset,
            &Placement::default(),
            &Placement::default(),
        )
        .unwrap();
    let total = |scan: &CouplingScan, offset: [f64; 2]| {
        let map = scan.map(&fiber, &mode).unwrap();
        map.total_efficiency_at(offset).unwrap()
    };
    let cases = [
        (Placement::default(), nominal.clone(), offset),
        (
            Placement::default().moved([Length::um(0.9), Length::um(-1.1), Length::um(0.0)]),
            nominal.clone(),
            [1.2e-6, -0.9e-6],
        ),
        (
            Placement::default().with(DegreeOfFreedom::Z, 12e-6),
            set_up(0.0, 3.0, 20.0),
            offset,
        ),
        (
            Placement::default().with(DegreeOfFreedom::Z, -6e-6),
            set_up(0.0, 3.0, 2.0),
            offset,
        ),
        (
            Placement::default().turned([Angle::deg(0.0), Angle::deg(1.5), Angle::deg(0.0)]),
            set_up(0.0, 4.5, 8.0),
            offset,
        ),
    ];
    for (placement, displaced, offset) in cases {
        let (found, expected) = (
            aligned.total_efficiency_at(&placement).unwrap(),
            total(&displaced, offset),
        );
        // the lattice's (Δk r)⁶/200 = 5·10⁻⁹ of amplitude and √10⁻¹⁰ of waves left out
        assert!(
            (found / expected - 1.0).abs() < 2e-5,
            "{placement:?}: {found} against {expected}"
        );
    }
    assert!((aligned.expansion().loss_db + 10.0 * total(&nominal, offset).log10()).abs() < 1e-4);
}

/// The exact derivatives against differences of the exact loss, away from any symmetry.
#[test]
fn expansion_is_that_of_the_loss() {
    let wavelength = 1.55;
    let fiber = beam([3.0, 2.2], 1.45, wavelength);
    let set_up = scan(wavelength, 6.0, 1.45)
        .tilt(Angle::deg(2.0), Angle::deg(-3.0))
        .unwrap();
    let aligned = set_up
        .alignment(
            &fiber,
            &mode([2.5, 3.0], 1.7, wavelength, [0.5, 0.3]),
            [-0.2e-6, 0.4e-6],
            &Placement::default(),
            &Placement::default(),
        )
        .unwrap();
    let found = aligned.expansion();
    let step = [5e-8, 5e-8, 4e-7, 4e-3, 4e-3, 1e-2];
    let loss = |a: usize, s: f64, b: usize, t: f64| {
        let mut values = [0.0; 6];
        values[a] += s * step[a];
        values[b] += t * step[b];
        aligned.loss_db_at(&Placement::new(values)).unwrap()
    };
    // fourth order: (δ/w)⁴ of the derivative, δ being a fiftieth of the radius; round-off of the lattice's 10⁻⁸ over δ²
    for a in 0..6 {
        let first = |n: f64| loss(a, n, a, 0.0) - loss(a, -n, a, 0.0);
        let gradient = (8.0 * first(1.0) - first(2.0)) / (12.0 * step[a]);
        let size = found.tensor[a][a].sqrt();
        assert!(
            (gradient - found.gradient[a]).abs() < 2e-4 * size,
            "{a}: {gradient} {}",
            found.gradient[a]
        );
        for b in 0..6 {
            let cross = |n: f64| {
                loss(a, n, b, n) - loss(a, n, b, -n) - loss(a, -n, b, n) + loss(a, -n, b, -n)
            };
            // along one axis the same sums are those of twice the step
            let mixed = (16.0 * cross(1.0) - cross(2.0)) / (48.0 * step[a] * step[b]);
            let expected = 2.0 * found.tensor[a][b];
            let size = (found.tensor[a][a] * found.tensor[b][b]).sqrt();
            assert!(
                (mixed - expected).abs() < 2e-3 * size,
                "{a} {b}: {mixed} {expected} of {size}"
            );
        }
    }
}

#[test]
fn quadratic_error_is_stated() {
    let wavelength = 1.55;
    let aligned = aligned(
        &scan(wavelength, 0.0, 1.0),
        &beam([52.0; 2], 1.0, wavelength),
        &mode([52.0; 2], 1.0, wavelength, [0.0; 2]),
    );
    // offsets and tilts of equal Gaussians are quadratic to the end; along z, 10 log₁₀(1 + Z²/4) is 1 where Z²/4 = ln 10/10,
    // which the rotation's −20 log₁₀ cos exceeds
    let exact = (1.0 + LN_10 / 10.0).log10() * 10.0 - 1.0;
    let turn = -20.0 * (LN_10 / 10.0).sqrt().cos().log10() - 1.0;
    let found = aligned.quadratic_error(1.0);
    assert!(
        found >= exact.abs().max(turn.abs()) - 1e-3 && found < 0.3,
        "{found}"
    );
}

#[test]
fn mistakes_are_named() {
    let touching = CouplingScan::new(Wavelength::um(1.55)).unwrap();
    let (fiber, mode) = (
        beam([5.0; 2], 1.0, 1.55),
        mode([5.0; 2], 1.0, 1.55, [0.0; 2]),
    );
    let refused = touching.alignment(
        &fiber,
        &mode,
        [0.0; 2],
        &Placement::default(),
        &Placement::default(),
    );
    assert_eq!(refused.unwrap_err(), CouplingError::AlignmentWithoutGap);
    let aligned = aligned(&scan(1.55, 3.0, 1.0), &fiber, &mode);
    let through = Placement::default().with(DegreeOfFreedom::Z, -4e-6);
    let message = aligned.loss_db_at(&through).unwrap_err().to_string();
    assert!(
        message.contains("along z") && message.contains("-3.000e-6"),
        "{message}"
    );
    assert!(aligned.loss_db_at(&Placement::new([f64::NAN; 6])).is_err());
    assert!(aligned.tolerance(DegreeOfFreedom::X, 0.0).is_err());
    // farther if asked
    let wide = scan(1.55, 3.0, 1.0)
        .alignment(
            &fiber,
            &mode,
            [0.0; 2],
            &Placement::default(),
            &Placement::default().with(DegreeOfFreedom::X, 40e-6),
        )
        .unwrap();
    assert!(wide.reach()[0] >= 40e-6);
}
