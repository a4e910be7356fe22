//! What do seven neighbours cost a laser?
//!
//! Run time: 15 s on two cores. `cargo run --release -p cpo-examples --bin laser_array`
//!
//! **Question.** Eight lasers sit side by side on a photonic chip, 250 µm apart. Each shall give 5 mW. How warm do they become, what do
//! their neighbours add, and what does the cooling decide: liquid or air?
//!
//! **Equations.** −∇·(k∇T) = q gives the thermal resistances R_ij, the mean rise of laser i per watt in laser j, for the whole
//! stack down to the coolant. The lasers heat by Q = V I − P and weaken as they warm,
//!
//! ```text
//! T_i = T_coolant + Σ_j R_ij Q_j(T_j),   I_th = I₀ exp(T/T₀),   slope = η₀ exp(−T/T₁),
//! ```
//!
//! solved for all eight together (`cpo_solver::laser`). Hybrid lasers: T₀ = 51 K, T₁ = 100 K (M. N. Sysak et al., Opt. Express
//! 15, 15041 (2007), DOI 10.1364/OE.15.015041).
//!
//! **What to expect.** Per watt a laser warms itself by some 200 K, through its own thin layers: no cooling changes that part.
//! A neighbour's heat arrives through the carrier and the coolant, so its share falls with a better coolant. At h = 5000 W/(m² K)
//! the exact matrix is known (double cosine series): 236.351 K/W of laser 1 on itself, 58.616 from laser 2.
//! Weak cooling may leave no operating point at all: the answer is then the rollover power, not a number that means nothing.
//!
//! **Limits.** k at 25 °C; the carrier spreads heat as one body; the coolant's own temperature rise is left out.

use cpo_materials::{
    Current, HeatTransferCoefficient, Length, Material, Power, Quantity, Resistance,
    SlopeEfficiency, Temperature, TemperatureDifference, ThermalConductivity, Voltage, Wavelength,
    WavelengthDrift,
};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::heat::{Boundaries, Boundary, CrosstalkMatrix, HeatProblem, HeatSolver};
use cpo_solver::laser::{LaserArray, LaserModel, LaserParameters, LaserState, Operating};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const NAMES: [&str; 8] = [
    "laser1", "laser2", "laser3", "laser4", "laser5", "laser6", "laser7", "laser8",
];
const COOLANT: Temperature = Temperature::celsius(35.0);
const LIGHT: Power = Power::mw(5.0);

/// Eight stripes on a stack that is cooled from below: R in K/W over the coolant.
pub fn crosstalk(coefficient: HeatTransferCoefficient) -> Result<CrosstalkMatrix> {
    let k = ThermalConductivity::w_per_m_k;
    let isotropic = |value: f64| Material::with_conductivity(k(value));
    let board = Material::builder("board")
        .anisotropic_conductivity(k(15.0), k(0.5))
        .build()?;
    let um = |value: f64| Length::um(value).si();
    let stripe = Footprint::centred([um(4.0), um(300.0)], [0.0, 0.0]);
    let plan = Floorplan::new([um(6000.0), um(6000.0)])?
        .layer("board", board, um(800.0))?
        .layer("interposer", isotropic(130.0), um(100.0))?
        .layer("underfill", isotropic(3.0), um(20.0))?
        .layer("substrate", isotropic(130.0), um(200.0))?
        .layer("oxide", isotropic(1.4), um(3.0))?
        .layer("active", isotropic(60.0), um(3.0))?
        .layer("cladding", isotropic(1.4), um(2.0))?
        .source_array("laser", stripe, (8, um(250.0), Direction::X), "active", 0.0)?;
    let boundaries = Boundaries {
        bottom: Boundary::Convection {
            coefficient,
            ambient: COOLANT,
        },
        ..Boundaries::insulated()
    };
    let problem = HeatProblem::new(plan, COOLANT, boundaries)?;
    Ok(HeatSolver::default()
        .error(1e-2)
        .crosstalk(&problem, &NAMES)?)
}

fn laser() -> Result<LaserModel> {
    Ok(LaserModel::new(LaserParameters {
        reference: Temperature::celsius(25.0),
        threshold: Current::ma(12.0),
        threshold_temperature: TemperatureDifference::kelvin(51.0),
        slope: SlopeEfficiency::w_per_a(0.35),
        slope_temperature: TemperatureDifference::kelvin(100.0),
        turn_on: Voltage::v(0.95),
        resistance: Resistance::ohm(3.0),
        wavelength: Wavelength::nm(1310.0),
        drift: WavelengthDrift::nm_per_k(0.09),
    })?)
}

/// The array that asks `LIGHT` of the lasers named.
fn operate(crosstalk: &CrosstalkMatrix, names: &[&str]) -> Result<Operating> {
    let lasers = vec![laser()?; names.len()];
    let base = vec![COOLANT; names.len()];
    let array = LaserArray::from_crosstalk(lasers, &base, crosstalk, names)?;
    Ok(array.at_powers(&vec![LIGHT; names.len()])?)
}

/// The warmest laser of an operating point.
fn warmest(point: &Operating) -> Option<LaserState> {
    let states = point.states()?.iter().copied();
    states.max_by(|a, b| a.junction.si().total_cmp(&b.junction.si()))
}

/// How much warmer the warmest of eight lasers is than a single one, K, and its error bar, at `coefficient`.
pub fn neighbours_cost(coefficient: HeatTransferCoefficient) -> Result<Option<[f64; 2]>> {
    let crosstalk = crosstalk(coefficient)?;
    let alone = warmest(&operate(&crosstalk, &["laser4"])?);
    let together = warmest(&operate(&crosstalk, &NAMES)?);
    Ok(alone.zip(together).map(|(alone, together)| {
        [
            together.junction.si() - alone.junction.si(),
            together.junction_error.si() + alone.junction_error.si(),
        ]
    }))
}

/// The neighbours' cost with liquid cooling, K, and its error bar.
pub fn headline() -> Result<[f64; 2]> {
    neighbours_cost(HeatTransferCoefficient::w_per_m2_k(20_000.0))?
        .ok_or_else(|| "eight lasers roll over under liquid cooling".into())
}

fn main() -> Result<()> {
    println!(
        "cooling                R11, K/W        R12, K/W       alone       all eight            current    shift"
    );
    for (name, h) in [
        ("liquid, 2e4 W/(m2 K)", 20_000.0),
        ("air, 1e3 W/(m2 K)", 1_000.0),
    ] {
        let crosstalk = crosstalk(HeatTransferCoefficient::w_per_m2_k(h))?;
        let (own, next) = (crosstalk.mean_study(0, 0), crosstalk.mean_study(0, 1));
        print!(
            "{name:<21}  {:.1} ± {:.1}   {:.1} ± {:.1}  ",
            own.value, own.error, next.value, next.error
        );
        let Some(alone) = warmest(&operate(&crosstalk, &["laser4"])?) else {
            println!("no operating point even alone");
            continue;
        };
        print!(" {:.1}   ", alone.junction);
        let point = operate(&crosstalk, &NAMES)?;
        match (&point, warmest(&point)) {
            (Operating::Rollover(rollover), _) => {
                println!("rollover: at most {:.1} each", rollover.max_power[0])
            }
            (_, Some(state)) => println!(
                "{:.1} ± {:.1} K   {:.1}   {:.2} nm",
                state.junction,
                state.junction_error.si(),
                state.current,
                (state.wavelength.si() - alone.wavelength.si()) / Wavelength::nm(1.0).si()
            ),
            (_, None) => println!("no state"),
        }
    }
    let [cost, error] = headline()?;
    println!("\nseven neighbours cost {cost:.2} ± {error:.2} K with liquid cooling");
    Ok(())
}
