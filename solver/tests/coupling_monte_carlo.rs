//! Monte Carlo against the distributions that Gaussian beams have in closed form.

use std::f64::consts::LN_10;

use cpo_materials::{Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    Alignment, CouplingScan, DegreeOfFreedom, Gap, GaussianBeam, MonteCarlo, Placement,
    PlacementSpread, SampledField,
};

const WAVELENGTH: f64 = 1.55;
/// Waist in µm: so wide that what the closed forms neglect, (kw)⁻² = 10⁻⁴, is nothing here.
const WAIST: f64 = 26.0;
const DB: f64 = 10.0 / LN_10;

fn beam(w: f64) -> GaussianBeam {
    let size = Length::um(2.0 * w);
    GaussianBeam::new(size, size, 1.0, Wavelength::um(WAVELENGTH)).unwrap()
}

fn mode(w: f64) -> SampledField {
    let axis = Axis::uniform(-4.5e-6 * WAIST, 4.5e-6 * WAIST, 90).unwrap();
    SampledField::sample(&beam(w), RectilinearGrid::new([axis.clone(), axis])).unwrap()
}

fn scan() -> CouplingScan {
    CouplingScan::new(Wavelength::um(WAVELENGTH))
        .unwrap()
        .gap(Gap::new(Length::um(1.0), 1.0).unwrap())
}

fn aligned(reach: &Placement) -> Alignment {
    scan()
        .alignment(
            &beam(WAIST),
            &mode(WAIST),
            [0.0; 2],
            reach,
            &Placement::default(),
        )
        .unwrap()
}

/// Normal quantiles: |z| is below these with probability 0.05, 0.5 and 0.95.
const HALF_NORMAL: [f64; 3] = [0.062_706_8, 0.674_489_8, 1.959_963_98];

/// A normal offset along x: L = 10/ln 10 (x/w)², so the quantiles of L are those of |x|.
#[test]
fn quantiles_and_yield_of_a_normal_offset() {
    let sigma = 0.2 * WAIST * 1e-6;
    // systematic and random, 3 : 4
    let spread = PlacementSpread::default()
        .systematic(DegreeOfFreedom::X, 0.6 * sigma)
        .unwrap()
        .random(DegreeOfFreedom::X, 0.8 * sigma)
        .unwrap();
    let aligned = aligned(&spread.reach(0.0));
    let samples = MonteCarlo::new(8192)
        .unwrap()
        .run(&aligned, &spread, &[])
        .unwrap();
    let parts = [
        (&samples.total, 1.0),
        (&samples.systematic, 0.6),
        (&samples.random, 0.8),
    ];
    for (losses, part) in parts {
        let found = samples.quantiles(losses);
        let exact = HALF_NORMAL.map(|z| DB * (part * 0.2 * z).powi(2));
        for ([value, error], exact) in [found.p05, found.p50, found.p95].into_iter().zip(exact) {
            // no more than plain draws would have: 0.05/√8192 of the probability, 5 % of L
            assert!(error < 0.05 * exact.max(0.01), "{error} of {exact}");
            // four standard errors by eight replicates, and what a draw's sum leaves out, 4·10⁻⁴ dB of it and as much of the
            // nominal loss
            assert!(
                (value - exact).abs() < 4.0 * error + 5e-4,
                "{value} ± {error}: {exact}"
            );
        }
    }
    // within one standard deviation
    let [found, error] = samples.lane_yield(DB * 0.04);
    assert!(
        (found - 0.682_689).abs() < 4.0 * error + 1e-3,
        "{found} ± {error}"
    );
    assert_eq!(samples.lane_yield(1e9)[0], 1.0);
    // of a loss that is quadratic: (kw)⁻² of some dB, along x alone
    assert!(
        samples.quadratic_error_db < 2e-3,
        "{}",
        samples.quadratic_error_db
    );
}

/// Lanes that err by themselves: the yield of an engine is that of a lane to the power of the lanes. Lanes that err together:
/// it is that of a lane.
#[test]
fn engines_of_independent_and_of_like_lanes() {
    let sigma = 0.1 * WAIST * 1e-6;
    let budget = DB * (0.2_f64).powi(2);
    // within two standard deviations
    let lane = 0.954_500;
    let monte_carlo = MonteCarlo::new(8192)
        .unwrap()
        .array(8, Length::um(250.0))
        .unwrap();
    let random = PlacementSpread::default()
        .random(DegreeOfFreedom::Y, sigma)
        .unwrap();
    let systematic = PlacementSpread::default()
        .systematic(DegreeOfFreedom::Y, sigma)
        .unwrap();
    for (spread, expected) in [(random, f64::powi(lane, 8)), (systematic, lane)] {
        let aligned = aligned(&spread.reach(monte_carlo.half_width()));
        let samples = monte_carlo.run(&aligned, &spread, &[]).unwrap();
        let [found, error] = samples.lane_yield(budget);
        assert!(
            (found - lane).abs() < 4.0 * error + 2e-3,
            "{found} ± {error}"
        );
        let [found, error] = samples.engine_yield(budget);
        assert!(
            (found - expected).abs() < 4.0 * error + 2e-3,
            "{found} ± {error}: {expected}"
        );
    }
}

/// An array that turns about its centre lifts its outer fibres: L = 10/ln 10 (φ x_l/w)² of lane l, and the fields turn too.
#[test]
fn an_array_turns_about_its_centre() {
    let pitch = 127e-6;
    let monte_carlo = MonteCarlo::new(512)
        .unwrap()
        .array(4, Length::um(127.0))
        .unwrap();
    let spread = PlacementSpread::default()
        .systematic(DegreeOfFreedom::Rotation, 5e-3)
        .unwrap();
    let aligned = aligned(&spread.reach(monte_carlo.half_width()));
    let samples = monte_carlo.run(&aligned, &spread, &[]).unwrap();
    for lanes in samples.total.chunks(4) {
        let [outer, inner, _, last] = [lanes[0], lanes[1], lanes[2], lanes[3]];
        // ratio of the squares of 1.5 and 0.5 pitches, the turn of the fields being cos⁻² φ alike for all
        let turn = (0.5 * pitch / (WAIST * 1e-6)).powi(2) * DB;
        let angle_squared = (outer - inner) / (8.0 * turn);
        // what a draw's sum leaves out, 4·10⁻⁴ dB of either
        assert!((outer - last).abs() < 8e-4);
        let expected = (9.0 * turn + DB) * angle_squared;
        // of all three
        assert!((outer - expected).abs() < 2e-3, "{outer} {expected}");
    }
}

/// A mode whose width spreads: the loss of mismatch is known, and the parabola through three modes follows it.
#[test]
fn a_process_parameter() {
    let aligned = aligned(&Placement::default());
    // the width spreads by 10 %; the step is √3 of it
    let step = 3.0_f64.sqrt() * 0.1;
    let modes = [-step, 0.0, step].map(|t| mode(WAIST * (1.0 + t)));
    let [below, nominal, above] = &modes;
    let width = aligned
        .process_spread(
            &scan(),
            [below, nominal, above],
            [1.0 / 3.0_f64.sqrt(), 0.0],
        )
        .unwrap();
    let samples = MonteCarlo::new(4096)
        .unwrap()
        .run(&aligned, &PlacementSpread::default(), &[width])
        .unwrap();
    // ((1 + t)² + 1)²/(2 (1 + t))² grows away from t = 0 to either side: the quantiles of L lie between those of both sides
    let loss = |t: f64| -20.0 * (2.0 * (1.0 + t) / ((1.0 + t).powi(2) + 1.0)).log10();
    let found = samples.quantiles(&samples.total);
    let [low, high] = [loss(0.1 * HALF_NORMAL[2]), loss(-0.1 * HALF_NORMAL[2])];
    // third order of a parabola through three modes, t³ = 0.008 of t²
    assert!(
        found.p95[0] > low - 2e-3 && found.p95[0] < high + 2e-3,
        "{:?} {low} {high}",
        found.p95
    );
    let [low, high] = [loss(0.1 * HALF_NORMAL[1]), loss(-0.1 * HALF_NORMAL[1])];
    assert!(
        found.p50[0] > low - 1e-3 && found.p50[0] < high + 1e-3,
        "{:?} {low} {high}",
        found.p50
    );
    assert_eq!(samples.systematic, samples.total);
    // nothing random: the nominal loss, of a gap of 1 µm
    assert!(samples.random.iter().all(|&loss| loss < 1e-3));
}

/// The same bits whatever the threads; other draws by another seed; clear errors.
#[test]
fn draws_are_reproducible() {
    let spread = PlacementSpread::default()
        .core_eccentricity(Length::um(1.0))
        .unwrap()
        .systematic(DegreeOfFreedom::TiltX, 3e-3)
        .unwrap()
        .random(DegreeOfFreedom::Z, 5e-6)
        .unwrap();
    let aligned = aligned(&spread.reach(0.0));
    let monte_carlo = MonteCarlo::new(256).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| monte_carlo.run(&aligned, &spread, &[]))
            .unwrap()
    };
    let (one, three) = (on(1), on(3));
    let bits = |losses: &[f64]| losses.iter().map(|l| l.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&one.total), bits(&three.total));
    assert_eq!(bits(&one.random), bits(&three.random));
    let other = monte_carlo.seed(7).run(&aligned, &spread, &[]).unwrap();
    assert_ne!(bits(&one.total), bits(&other.total));

    assert!(MonteCarlo::new(3).is_err());
    assert!(monte_carlo.array(0, Length::um(250.0)).is_err());
    assert!(
        PlacementSpread::default()
            .random(DegreeOfFreedom::X, -1.0)
            .is_err()
    );
    let far = spread.systematic(DegreeOfFreedom::X, 1e-3).unwrap();
    let message = monte_carlo
        .run(&aligned, &far, &[])
        .unwrap_err()
        .to_string();
    assert!(message.contains("along x"), "{message}");
}
