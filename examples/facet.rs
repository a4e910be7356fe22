//! How narrow should a nitride tip be, to meet a fibre?
//!
//! Run time: 15 s on one core. `cargo run --release -p cpo-examples --bin facet`
//!
//! **Question.** An edge coupler ends in an inverse taper of silicon nitride: the narrower its tip, the wider its mode. In the O band a
//! lensed fibre focuses to 4 µm and a standard fibre's mode is 9 µm wide. Which tip meets which fibre, and what is lost there?
//!
//! **Equation.** Loss = −10 log₁₀(T η): η = |a₁₂|² of the tip's mode with the fibre's behind an index-matched joint, T the Fresnel
//! transmission of the joint's faces. One correlation gives η for every lateral offset, so the alignment tolerance comes with it.
//!
//! **What to expect.** A narrow tip's mode is wider than the lensed fibre's, a wide tip's narrower; in between lies one optimum,
//! limited by shape (the tip's mode falls off exponentially, the fibre's as a Gaussian). Two Gaussians of diameters D₁ and D₂
//! would give 2 D₁ D₂/(D₁² + D₂²) per axis, which is what a data sheet allows to compute: shown beside it for the lensed fibre,
//! to see how far off it is. The standard fibre asks for a tip narrower still, close to cut-off. Tolerance for 1 dB: of two
//! equal Gaussians 0.48 w, 0.96 µm for the lensed fibre; a wider tip's mode adds to it.
//!
//! **Limits.** The silica around the tip is taken as boundless: a wide mode leaks through a thin buried oxide into the substrate,
//! which this version cannot compute. The taper behind the tip is taken as lossless.

use cpo_materials::{Length, Quantity, Temperature, Wavelength, catalogue};
use cpo_meshes::LayerStack;
use cpo_solver::coupling::{CouplingScan, CouplingStudy, Direction, Fiber, Gap, SampledField};
use cpo_solver::modes::{ModeProblem, ModeSolver};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const WAVELENGTH: Wavelength = Wavelength::nm(1310.0);
const THICKNESS: Length = Length::nm(200.0);

/// Mode field diameter of the lensed fibre.
const LENSED: Length = Length::um(4.0);

/// A tip against two fibres.
pub struct Facet {
    /// Mode field diameters of the tip, m.
    pub tip: [f64; 2],
    /// Coupling to the lensed fibre, with error bars.
    pub lensed: CouplingStudy,
    /// Coupling to a standard fibre, with error bars.
    pub standard: CouplingStudy,
}

/// The TE mode of a tip of this width against the fibres.
pub fn facet(width: Length) -> Result<Facet> {
    let nitride = catalogue().find("Si3N4 Luke 2015")?;
    let silica = catalogue().find("SiO2 Malitson 1965")?;
    let tip = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(20.0))
        .layer("core", &nitride, THICKNESS)
        .layer("clad", &silica, Length::um(20.0))
        .strip("core", width)?
        .window(Length::um(18.0), Length::um(18.0))?;
    let problem = ModeProblem::new(&tip, WAVELENGTH);
    let modes = ModeSolver::default()
        .error(1e-4)
        .most_unknowns(250_000)
        .solve(&problem)?;
    let mode = &modes.modes()[0];
    let grids = mode
        .fields_by_level()
        .iter()
        .map(SampledField::try_from)
        .collect::<std::result::Result<Vec<_>, _>>()?;

    let cladding = silica
        .refractive_index(WAVELENGTH, Temperature::celsius(20.0))?
        .re;
    // The index step of standard fibre, 0.36 %.
    let standard = Fiber::step_index(Length::um(4.1), 1.0036 * cladding, cladding, WAVELENGTH)?;
    let lensed = Fiber::gaussian(LENSED, LENSED, cladding, WAVELENGTH)?;
    let glue = Gap::new(Length::um(1.0), cladding)?;
    let scan = CouplingScan::new(WAVELENGTH)?.gap(glue);
    let grids: Vec<&SampledField> = grids.iter().collect();
    Ok(Facet {
        tip: mode.mode_field_diameter().map(|diameter| diameter.value),
        lensed: scan.study(&lensed, &grids)?,
        standard: scan.study(&standard, &grids)?,
    })
}

/// Tip width in nm and the facet there.
pub fn table() -> Result<Vec<(f64, Facet)>> {
    let row = |width: f64| facet(Length::nm(width)).map(|facet| (width, facet));
    [280.0, 310.0, 330.0, 350.0, 400.0]
        .into_iter()
        .map(row)
        .collect()
}

/// The best width of the table for the lensed fibre in nm, its loss in dB and the loss's error bar.
pub fn headline(table: &[(f64, Facet)]) -> [f64; 3] {
    let losses = table.iter().map(|(width, facet)| {
        let [loss, error] = facet.lensed.total_loss_db;
        [*width, loss, error]
    });
    let best = losses.min_by(|a, b| a[1].total_cmp(&b[1]));
    best.unwrap_or([f64::NAN; 3])
}

fn main() -> Result<()> {
    println!(
        "          tip's diameter    lensed fibre, 4 um                                       standard fibre"
    );
    println!(
        "tip       x and y           loss               as Gaussians   1 dB offset x, y      loss"
    );
    let table = table()?;
    for (width, facet) in &table {
        let [[loss, error], [loss_standard, error_standard]] =
            [&facet.lensed, &facet.standard].map(|study| study.total_loss_db);
        let per_axis = |d: f64| 2.0 * d * LENSED.si() / (d * d + LENSED.si() * LENSED.si());
        let gaussian: f64 = facet.tip.map(per_axis).iter().product();
        let [x, y] = [Direction::X, Direction::Y].map(|along| {
            let reached = facet.lensed.map.tolerance(along, 1.0, [0.0; 2]);
            reached.map(|[_, plus]| Length::m(plus))
        });
        let [across, up] = facet.tip.map(Length::m);
        println!(
            "{width:.0} nm    {across:.2}, {up:.2}   {loss:.3} ± {error:.3} dB   {:.3} dB       {:.2}, {:.2}    {loss_standard:.3} ± {error_standard:.3} dB",
            -10.0 * gaussian.log10(),
            x?,
            y?
        );
    }
    let [width, loss, error] = headline(&table);
    println!("\nbest tip for the lensed fibre: {width:.0} nm, {loss:.3} ± {error:.3} dB");
    Ok(())
}
