//! Thermo-optic phase shifters: heat into the mode solver, against measured powers and time constants.
//!
//! P_π = λ/(2 L Δn), Δn the index shift of the temperature field per watt over a heater of length L; the time constant is where the core has reached
//! 1 − 1/e of its final rise after a step of power.

use cpo_materials::{Duration, Length, Material, Quantity, Temperature, Wavelength, catalogue};
use cpo_meshes::{CrossSection, Floorplan, Footprint, Shape, Window};
use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver};
use cpo_solver::modes::{ModeProblem, ModeSolver};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "heaters.json";
const AMBIENT: Temperature = Temperature::celsius(25.0);
const WAVELENGTH: Wavelength = Wavelength::nm(1550.0);
/// Core: width and height, m.
const CORE: [f64; 2] = [500e-9, 220e-9];
const BOX: f64 = 2e-6;
const SUBSTRATE: f64 = 675e-6;
const LENGTH: f64 = 320e-6;
/// Width and length of the plan, m.
const PLAN: [f64; 2] = [200e-6, 720e-6];
/// Error asked of thermal resistances.
const ERROR: f64 = 1e-2;

/// A heater and what was measured.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaterCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    slab_nm: f64,
    heater: Heater,
    power_mw: f64,
    time_constant_us: f64,
}

/// Comparisons, and those known to miss.
#[derive(Debug)]
pub struct Compared {
    /// Comparisons that hold.
    pub checks: Vec<Check>,
    /// Comparisons that do not; [`MISSES`] says why.
    pub misses: Vec<Check>,
}

/// Why time constants miss.
pub const MISSES: &str = "Time constants are those of 1 - 1/e of the final rise. They come out at about twice the measured ones, metal over doped as \
                          measured (2.1; 2.5): the transient solver itself meets exact series to 1e-4 (T3, T4d), so what differs is the wafer or what the \
                          paper calls a time constant.";

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Heater {
    /// A metal film above the core.
    Film {
        width_um: f64,
        thickness_um: f64,
        above_um: f64,
    },
    /// Two doped strips in the slab.
    Strips { width_um: f64, gap_um: f64 },
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<Vec<HeaterCase>, ValidationError> {
    serde_json::from_str(include_str!("../data/heaters.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

fn named(name: &str) -> Result<Material, ValidationError> {
    Ok(catalogue().find(name)?)
}

impl HeaterCase {
    /// The floorplan and the names of its heaters; a source "core" without power is where the rise is read.
    fn plan(&self) -> Result<(Floorplan, Vec<&'static str>), ValidationError> {
        let silica = || named("SiO2 Jacques 2019");
        let slab = Length::nm(self.slab_nm).si();
        let strip = |x: f64, width: f64, length: f64| Footprint::centred([width, length], [x, 0.0]);
        let mut plan = Floorplan::new(PLAN)?
            .layer(
                "substrate",
                named("Si Glassbrenner & Slack 1964")?,
                SUBSTRATE,
            )?
            .layer("box", silica()?, BOX)?;
        if slab > 0.0 {
            plan = plan.layer("slab", silica()?, slab)?;
        }
        plan = plan.layer("core", silica()?, CORE[1] - slab)?;
        let core = named("Si core 220 nm Jacques 2019")?;
        match self.heater {
            Heater::Film {
                width_um,
                thickness_um,
                above_um,
            } => {
                let film = strip(0.0, um(width_um), LENGTH);
                plan = plan
                    .layer("cladding", silica()?, um(above_um))?
                    .layer("film", silica()?, um(thickness_um))?
                    .layer("passivation", silica()?, 1e-6)?
                    .block("core", strip(0.0, CORE[0], PLAN[1]), &["core"], core)?
                    .block("heater", film, &["film"], named("TiN Jacques 2019")?)?
                    .source("heater", film, "film", 1.0)?;
                plan = plan.source("core", strip(0.0, CORE[0], LENGTH), "core", 0.0)?;
                Ok((plan, vec!["heater"]))
            }
            Heater::Strips { width_um, gap_um } => {
                let (width, gap) = (um(width_um), um(gap_um));
                let offset = 0.5 * (CORE[0] + width) + gap;
                let thin = strip(0.0, CORE[0] + 2.0 * (gap + width), PLAN[1]);
                plan = plan
                    .layer("cladding", silica()?, 3e-6)?
                    .block(
                        "slab",
                        thin,
                        &["slab"],
                        named("Si slab 90 nm Jacques 2019")?,
                    )?
                    .block(
                        "core",
                        strip(0.0, CORE[0], PLAN[1]),
                        &["slab", "core"],
                        core,
                    )?;
                for (name, x) in [("left", -offset), ("right", offset)] {
                    let at = strip(x, width, LENGTH);
                    plan = plan
                        .block(name, at, &["slab"], named("Si N++ Jacques 2019")?)?
                        .source(name, at, "slab", 0.5)?;
                }
                plan = plan.source("core", strip(0.0, CORE[0], LENGTH), "core", 0.0)?;
                Ok((plan, vec!["left", "right"]))
            }
        }
    }

    /// dn_eff per kelvin of the core, the field of temperature `shape` (1 in the core) as it is.
    fn index_slope(&self, shape: impl Fn([f64; 2]) -> f64) -> Result<f64, ValidationError> {
        let slab = Length::nm(self.slab_nm).si();
        let window = Window {
            x: [-2e-6, 2e-6],
            y: [-1.5e-6, 1.5e-6 + CORE[1]],
        };
        let rectangle = |width: f64, height: f64| Shape::Rectangle {
            x: 0.0,
            bottom: 0.0,
            width,
            height,
        };
        let mut section = CrossSection::new(window, named("SiO2 Malitson 1965")?)?;
        let silicon = || named("Si Li 1980");
        if slab > 0.0 {
            section = section.paint("slab", silicon()?, rectangle(4e-6, slab))?;
        }
        let section = section.paint("core", silicon()?, rectangle(CORE[0], CORE[1]))?;
        let problem = ModeProblem::new(&section, WAVELENGTH).at_temperature(AMBIENT);
        let modes = ModeSolver::default().error(1e-4).solve(&problem)?;
        Ok(modes.modes()[0].heated(shape)?.value)
    }

    /// P_π, and the time constant, which is known to miss.
    ///
    /// # Errors
    /// Those of materials, meshes, heat and modes.
    pub fn run(&self) -> Result<Compared, ValidationError> {
        let (plan, heaters) = self.plan()?;
        let base = SUBSTRATE + BOX;
        let bottom = Boundary::Temperature(AMBIENT);
        let boundaries = Boundaries {
            bottom,
            ..Boundaries::insulated()
        };
        let problem = HeatProblem::new(plan, AMBIENT, boundaries)?;
        let solver = HeatSolver::default().error(ERROR);
        let mut names = heaters.clone();
        names.push("core");
        let times: Vec<Duration> = (0..=12)
            .map(|k| Duration::s(1e-7 * 10f64.powf(f64::from(k) / 2.0)))
            .collect();
        let step = solver.step_response(&problem, &names, &times)?;
        let core = heaters.len();
        let share = 1.0 / heaters.len() as f64;
        let rise = |t: usize| -> f64 {
            let each = (0..core).map(|j| step.study(t, core, j).value * share);
            each.sum()
        };
        let map = solver.solve(&problem, 2.0)?;
        let middle = map.rise_at([0.0, 0.0, base + 0.5 * CORE[1]]);
        let slope = self.index_slope(|[x, y]| map.rise_at([x, 0.0, base + y]) / middle)?;
        let steady = rise(times.len() - 1);
        let power = WAVELENGTH.si() / (2.0 * LENGTH * slope * steady);
        let at = |time: f64| -> f64 {
            let network = step.network();
            let each = (0..core).map(|j| network.step(core, j, time) * share);
            each.sum()
        };
        let last = times[times.len() - 1].si();
        let (mut early, mut late) = (times[0].si(), last);
        for _ in 0..60 {
            let middle = (early * late).sqrt();
            if at(middle) < (1.0 - (-1f64).exp()) * at(last) {
                early = middle;
            } else {
                late = middle;
            }
        }
        let check = |quantity: &str, reference: f64, computed: f64, tolerance: f64| Check {
            case: self.id.clone(),
            quantity: quantity.to_owned(),
            reference,
            uncertainty: 0.0,
            computed,
            bar: None,
            tolerance: tolerance * reference,
            basis: "measured, on a wafer of which not all is stated".to_owned(),
        };
        let power = check(
            "power for a phase of pi, mW",
            self.power_mw,
            1e3 * power,
            0.15,
        );
        let time = check("time constant, us", self.time_constant_us, 1e6 * late, 0.3);
        Ok(Compared {
            checks: vec![power],
            misses: vec![time],
        })
    }
}
