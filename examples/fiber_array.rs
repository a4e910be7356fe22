//! How well must an array of twelve fibres be attached?
//!
//! Run time: some seconds on two cores. `cargo run --release -p cpo-examples --bin fiber_array`
//!
//! **Question.** Twelve standard fibres at 127 µm, glued to couplers with a spot of 9 µm. The glue may cost 1 dB at most in any
//! lane. How many engines are good, against the accuracy of the attach?
//!
//! **Equation.** Every lane's T η is the full overlap of its displaced fibre; displacements are normal. The attach is one
//! draw for all twelve lanes, its rotation φ lifting lane l by φ (l − 5.5) × 127 µm; each core's place in its groove is a draw of
//! its own.
//!
//! **Reference.** Were lanes independent, a share p of good lanes would make p¹² good engines, and an engine would be good
//! as seldom as that; what lanes share moves them together. Worst-case stacking, all deviations at three
//! standard deviations at once, is the other extreme.
//!
//! **Limits.** A Gaussian stands for the coupler's mode; a real one is solved as in `facet`. Only placement errs.

use cpo_materials::{Angle, Length, Quantity, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CouplingScan, DegreeOfFreedom, Fiber, Gap, GaussianBeam, LossSamples, MonteCarlo, Placement,
    PlacementSpread, SampledField,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Fibres of the array.
pub const FIBERS: usize = 12;
/// What the attach may cost in any lane, dB.
pub const BUDGET: f64 = 1.0;

/// One accuracy of the attach.
pub struct Engine {
    /// Loss in dB with all fibres in place.
    pub nominal: f64,
    /// Losses drawn.
    pub samples: LossSamples,
    /// Loss in dB of the last lane with every deviation at three standard deviations.
    pub stacked: f64,
}

/// The engine with an attach of this standard deviation along x and y.
pub fn engine(attach: Length) -> Result<Engine> {
    let wavelength = Wavelength::nm(1310.0);
    let fiber = Fiber::step_index(Length::um(4.1), 1.4520, 1.4468, wavelength)?;
    let spot = GaussianBeam::new(Length::um(9.0), Length::um(8.0), 1.46, wavelength)?;
    let half = Length::um(16.0).si();
    let axis = Axis::uniform(-half, half, 160)?;
    let mode = SampledField::sample(&spot, RectilinearGrid::new([axis.clone(), axis]))?;
    let glue = Gap::new(Length::um(10.0), 1.45)?;
    let scan = CouplingScan::new(wavelength)?.gap(glue);

    let pitch = Length::um(127.0);
    let (roll, groove) = (Angle::deg(0.03), Length::um(0.3));
    let spread = PlacementSpread::default()
        .systematic(DegreeOfFreedom::X, attach.si())?
        .systematic(DegreeOfFreedom::Y, attach.si())?
        .systematic(DegreeOfFreedom::Z, Length::um(2.0).si())?
        .systematic(DegreeOfFreedom::Rotation, roll.si())?
        .random(DegreeOfFreedom::X, groove.si())?
        .core_eccentricity(Length::um(0.2))?;
    let monte_carlo = MonteCarlo::new(8 * 128 * FIBERS)?.array(FIBERS, pitch)?;
    let near = spread.reach(monte_carlo.half_width());
    let alignment = scan.alignment(&fiber, &mode, [0.0; 2], &near, &Placement::default())?;
    let samples = monte_carlo.run(&alignment, &spread, &[])?;

    let core = 3.0 * Length::um(0.2).si();
    let last = monte_carlo.half_width();
    let stacked = Placement::default()
        .with(DegreeOfFreedom::X, 3.0 * (attach.si() + groove.si()) + core)
        .with(
            DegreeOfFreedom::Y,
            3.0 * (attach.si() + roll.si() * last) + core,
        )
        .with(DegreeOfFreedom::Z, 3.0 * Length::um(2.0).si())
        .with(DegreeOfFreedom::Rotation, 3.0 * roll.si());
    Ok(Engine {
        nominal: alignment.expansion().loss_db,
        stacked: alignment.loss_db_at(&stacked)?,
        samples,
    })
}

fn main() -> Result<()> {
    println!(
        "attach   p95 of a lane   stacked    good lanes   good engines    were lanes independent"
    );
    for attach in [0.3, 0.6, 0.9, 1.2] {
        let attach = Length::um(attach);
        let Engine {
            nominal,
            samples,
            stacked,
        } = engine(attach)?;
        let [lane, _] = samples.lane_yield(nominal + BUDGET);
        let [engine, error] = samples.engine_yield(nominal + BUDGET);
        let [p95, _] = samples.quantiles(&samples.total).p95;
        println!(
            "{attach}    {p95:.2} dB         {stacked:.2} dB    {:.2} %      {:.1} ± {:.1} %      {:.1} %",
            100.0 * lane,
            100.0 * engine,
            100.0 * error,
            100.0 * lane.powi(FIBERS as i32)
        );
    }
    Ok(())
}
