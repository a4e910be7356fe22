//! Which fibre should an edge coupler be made for?
//!
//! Run time: half a minute on two cores. `cargo run --release -p cpo-examples --bin edge_coupler`
//!
//! **Question.** A lensed or high-NA fibre of small mode field diameter meets a compact tip, a standard fibre asks for a tip near
//! cut-off; but the smaller the spot, the nearer must every fibre of an array be to its place. With the tip drawn for each
//! fibre, which mode field diameter loses least, once the attach errs?
//!
//! **Equation.** Loss = −10 log₁₀(T η) as in `facet`, of the best of six tips for each diameter. The attach is normal along x and y
//! with a standard deviation σ, the tip's width with 5 nm; p95 is the loss that 19 of 20 fibres stay below, from the full overlap
//! of every displaced fibre with the mode of every tip (a parabola through those of three widths).
//!
//! **What to expect.** Two Gaussians of equal waist w lose 10/ln 10 · r²/w² where they are r apart, and r² of a normal attach stays
//! below 6.0 σ² in 95 %: about 26 dB · σ²/w², which falls as the square of the diameter. Against it stands the tip: near cut-off its
//! mode grows the faster the wider it is, so that 5 nm cost most where the diameter is large. What tip and fibre lose by
//! their shapes hardly changes. So there is a best diameter, and it grows with σ.
//!
//! **Limits.** Silica around the tip is taken as boundless, the taper behind it as lossless.

use cpo_materials::{Length, Quantity, Temperature, Wavelength, catalogue};
use cpo_meshes::LayerStack;
use cpo_solver::coupling::{
    CouplingScan, CouplingStudy, DegreeOfFreedom, Fiber, Gap, MonteCarlo, Placement,
    PlacementSpread, SampledField,
};
use cpo_solver::modes::{ModeProblem, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const WAVELENGTH: Wavelength = Wavelength::nm(1310.0);
const THICKNESS: Length = Length::nm(200.0);
/// Widths of the tip to choose from, nm.
const WIDTHS: [f64; 6] = [255.0, 270.0, 290.0, 315.0, 350.0, 400.0];
/// Mode field diameters of fibres, µm: lensed, of high NA, standard.
pub const DIAMETERS: [f64; 6] = [3.0, 4.0, 5.0, 6.5, 8.0, 9.2];
/// Standard deviation of the tip's width.
const TIP_SIGMA: Length = Length::nm(5.0);
/// Standard deviations of the attach, µm.
pub const ATTACH: [f64; 3] = [0.3, 0.6, 1.0];

/// A fibre and the tip that meets it best.
pub struct Pair {
    /// Width of the tip.
    pub tip: Length,
    /// Loss in dB in place, and its error.
    pub loss_db: [f64; 2],
    /// Offset along x and y in m that costs 1 dB more.
    pub tolerance: [f64; 2],
    /// Loss in dB that 95 % of fibres stay below, for each of [`ATTACH`].
    pub p95: [f64; 3],
}

/// The TE mode of a tip on its two finest grids.
fn tip(width: Length) -> Result<Vec<SampledField>> {
    let nitride = catalogue().find("Si3N4 Luke 2015")?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let tip = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(20.0))
        .layer("core", &nitride, THICKNESS)
        .layer("clad", &silica, Length::um(20.0))
        .strip("core", width)?
        .window(Length::um(36.0), Length::um(36.0))?;
    let problem = ModeProblem::new(&tip, WAVELENGTH);
    let modes = ModeSolver::default()
        .error(1e-4)
        .most_unknowns(250_000)
        .solve(&problem)?;
    let grids = modes.modes()[0].fields_by_level();
    Ok(grids
        .iter()
        .map(SampledField::try_from)
        .collect::<std::result::Result<Vec<_>, _>>()?)
}

/// For every diameter the tip that loses least, and what the attach makes of it.
pub fn trade_off() -> Result<Vec<Pair>> {
    let tips = WIDTHS.map(|width| tip(Length::nm(width)));
    let tips = tips.into_iter().collect::<Result<Vec<_>>>()?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let index = silica
        .refractive_index(WAVELENGTH, Temperature::celsius(20.0))?
        .re;
    let scan = CouplingScan::new(WAVELENGTH)?.gap(Gap::new(Length::um(1.0), index)?);
    let mut pairs = Vec::new();
    for diameter in DIAMETERS.map(Length::um) {
        let fiber = Fiber::gaussian(diameter, diameter, index, WAVELENGTH)?;
        let mut best: Option<(usize, CouplingStudy)> = None;
        for (k, grids) in tips.iter().enumerate() {
            let study = scan.study(&fiber, &grids.iter().collect::<Vec<_>>())?;
            if best
                .as_ref()
                .is_none_or(|(_, b)| study.total_loss_db[0] < b.total_loss_db[0])
            {
                best = Some((k, study));
            }
        }
        let (k, study) = best.ok_or("no tip")?;
        let spreads = ATTACH.map(|sigma| -> Result<PlacementSpread> {
            let sigma = Length::um(sigma).si();
            let along = |spread: PlacementSpread, dof| spread.random(dof, sigma);
            Ok(along(
                along(PlacementSpread::default(), DegreeOfFreedom::X)?,
                DegreeOfFreedom::Y,
            )?)
        });
        let spreads = spreads.into_iter().collect::<Result<Vec<_>>>()?;
        // a parabola through these widths keeps mean and variance of a normal one
        let step = 3.0_f64.sqrt() * TIP_SIGMA.si();
        let [below, above] =
            [-step, step].map(|by| tip(Length::from_si(Length::nm(WIDTHS[k]).si() + by)));
        let (below, above) = (below?, above?);
        let monte_carlo = MonteCarlo::new(8 * 256)?;
        let near = spreads[ATTACH.len() - 1].reach(0.0);
        let alignment =
            scan.alignment(&fiber, &tips[k][0], [0.0; 2], &near, &Placement::default())?;
        let widths = [&below[0], &tips[k][0], &above[0]];
        // of its own in every lane, in steps
        let process = [alignment.process_spread(&scan, widths, [0.0, 3.0_f64.sqrt().recip()])?];
        let mut tolerance = [f64::NAN; 2];
        for (side, dof) in tolerance
            .iter_mut()
            .zip([DegreeOfFreedom::X, DegreeOfFreedom::Y])
        {
            let sides = alignment.tolerance(dof, 1.0)?;
            *side = sides[1].unwrap_or(f64::NAN);
        }
        let mut p95 = [0.0; 3];
        for (value, spread) in p95.iter_mut().zip(&spreads) {
            let samples = monte_carlo.run(&alignment, spread, &process)?;
            *value = samples.quantiles(&samples.total).p95[0];
        }
        pairs.push(Pair {
            tip: Length::nm(WIDTHS[k]),
            loss_db: study.total_loss_db,
            tolerance,
            p95,
        });
    }
    Ok(pairs)
}

/// The diameter in µm of the least p95 for each attach, its loss there in dB.
pub fn headline(pairs: &[Pair]) -> [(f64, f64); 3] {
    std::array::from_fn(|a| {
        let losses = DIAMETERS
            .into_iter()
            .zip(pairs)
            .map(|(d, pair)| (d, pair.p95[a]));
        losses.fold((f64::NAN, f64::INFINITY), |best, at| {
            if at.1 < best.1 { at } else { best }
        })
    })
}

fn main() -> Result<()> {
    let pairs = trade_off()?;
    println!(
        "MFD      tip      loss in place      1 dB more at x, y     p95 at σ = 0.3, 0.6, 1.0 µm"
    );
    for (diameter, pair) in DIAMETERS.into_iter().zip(&pairs) {
        let [loss, error] = pair.loss_db;
        let [x, y] = pair.tolerance.map(|t| t / Length::um(1.0).si());
        let [a, b, c] = pair.p95;
        println!(
            "{diameter:.1} µm   {}   {loss:.3} ± {error:.3} dB   ±{x:.2}, ±{y:.2} µm       {a:.2}   {b:.2}   {c:.2} dB",
            pair.tip
        );
    }
    for (sigma, (diameter, loss)) in ATTACH.into_iter().zip(headline(&pairs)) {
        println!("σ = {sigma} µm: {diameter} µm is best, {loss:.2} dB");
    }
    Ok(())
}
