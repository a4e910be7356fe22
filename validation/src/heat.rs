//! Heat: an exact field, a source on a block, eight lasers on a stack.

use std::f64::consts::PI;

use cpo_materials::{
    Density, Duration, HeatTransferCoefficient, Length, Material, Quantity, SpecificHeat,
    Temperature, ThermalConductivity,
};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::heat::{Boundaries, Boundary, CrosstalkMatrix, HeatProblem, HeatSolver};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "heat.json";
const AMBIENT: Temperature = Temperature::celsius(25.0);

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeatReferences {
    /// Conventions of the file.
    pub about: String,
    /// Square source on a block.
    pub block: BlockCase,
    /// Lasers on a stack.
    pub array: ArrayCase,
    /// Square source on a half-space, by time.
    pub square: SquareCase,
    /// Field known in closed form.
    pub manufactured: ManufacturedCase,
}

/// A square source on a block.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    size_um: [f64; 2],
    thickness_um: f64,
    conductivity: f64,
    source_um: [f64; 2],
    base: f64,
    sheet_um: f64,
    mean: f64,
    peak: f64,
}

/// Lasers on a laterally uniform stack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrayCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    uncertainty: f64,
    size_um: [f64; 2],
    base: f64,
    layers: Vec<[f64; 3]>,
    source_layer: usize,
    source_um: [f64; 2],
    pitch_um: f64,
    resistance: Vec<Vec<f64>>,
    /// J/(m³ K), by layers.
    capacity: Vec<f64>,
    /// Rises by time.
    pub steps: StepReferences,
}

/// Rises after a step of power in the first source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepReferences {
    /// Where the values come from.
    pub source: String,
    times_s: Vec<f64>,
    own: Vec<f64>,
    next: Vec<f64>,
}

/// A square source on a half-space.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SquareCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    side_um: f64,
    conductivity: f64,
    capacity: f64,
    body_um: [f64; 3],
    sheet_um: f64,
    times_s: Vec<f64>,
    mean: Vec<f64>,
}

/// A field in closed form and the heat that makes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManufacturedCase {
    /// Name.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    size_um: [f64; 3],
    conductivity: [f64; 3],
    base: f64,
    amplitude: f64,
    at_quarter_eighth_half: f64,
    b: f64,
    lambda: f64,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<HeatReferences, ValidationError> {
    serde_json::from_str(include_str!("../data/heat.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

fn material(in_plane: f64, through: f64) -> Result<Material, ValidationError> {
    let k = ThermalConductivity::w_per_m_k;
    Ok(Material::builder("layer")
        .anisotropic_conductivity(k(in_plane), k(through))
        .build()?)
}

/// The same that takes up heat, J/(m³ K).
fn storing(in_plane: f64, through: f64, capacity: f64) -> Result<Material, ValidationError> {
    let k = ThermalConductivity::w_per_m_k;
    Ok(Material::builder("layer")
        .anisotropic_conductivity(k(in_plane), k(through))
        .density(Density::kg_per_m3(1e3))
        .heat_capacity(SpecificHeat::j_per_kg_k(1e-3 * capacity))
        .build()?)
}

fn cooled_base(h: f64) -> Boundaries {
    Boundaries {
        bottom: Boundary::Convection {
            coefficient: HeatTransferCoefficient::w_per_m2_k(h),
            ambient: AMBIENT,
        },
        ..Boundaries::insulated()
    }
}

impl BlockCase {
    /// Mean and peak of the source per watt.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let block = || material(self.conductivity, self.conductivity);
        let sheet = um(self.sheet_um);
        let plan = Floorplan::new(self.size_um.map(um))?
            .layer("block", block()?, um(self.thickness_um) - sheet)?
            .layer("sheet", block()?, sheet)?
            .source(
                "source",
                Footprint::centred(self.source_um.map(um), [0.0; 2]),
                "sheet",
                1.0,
            )?;
        let problem = HeatProblem::new(plan, AMBIENT, cooled_base(self.base))?;
        let crosstalk = HeatSolver::default()
            .error(5e-3)
            .crosstalk(&problem, &["source"])?;
        // the sheet's thickness lifts the mean of a surface source by t/(3 k A)
        let area = um(self.source_um[0]) * um(self.source_um[1]);
        let lift = sheet / (3.0 * self.conductivity * area);
        let compared = [
            ("mean, K/W", self.mean, crosstalk.mean_study(0, 0)),
            ("peak, K/W", self.peak, crosstalk.peak_study(0, 0)),
        ];
        let mut checks: Vec<Check> = compared
            .into_iter()
            .map(|(quantity, reference, study)| Check {
                case: self.id.clone(),
                quantity: quantity.to_owned(),
                reference,
                uncertainty: 2.0 * lift,
                computed: study.value,
                bar: Some(study.error),
                tolerance: 5e-3 * reference,
                basis: "0.5 %, the error asked for".to_owned(),
            })
            .collect();
        checks.push(balance(&self.id, &crosstalk));
        Ok(checks)
    }
}

fn balance(case: &str, crosstalk: &CrosstalkMatrix) -> Check {
    Check {
        case: case.to_owned(),
        quantity: "heat out / heat in - 1".to_owned(),
        reference: 0.0,
        uncertainty: 0.0,
        computed: crosstalk.energy_balance(),
        bar: None,
        tolerance: 1e-8,
        basis: "residual 1e-10 over 1e5 to 1e6 cells".to_owned(),
    }
}

impl ArrayCase {
    /// The whole crosstalk matrix, its symmetry and its heat balance.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn run(&self, error: f64) -> Result<Vec<Check>, ValidationError> {
        let count = self.resistance.len();
        let problem = self.problem()?;
        let names: Vec<String> = (1..=count).map(|n| format!("laser{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let crosstalk = HeatSolver::default()
            .error(error)
            .crosstalk(&problem, &names)?;
        let mut checks = Vec::new();
        for (i, row) in self.resistance.iter().enumerate() {
            for (j, &reference) in row.iter().enumerate() {
                let study = crosstalk.mean_study(i, j);
                checks.push(Check {
                    case: self.id.clone(),
                    quantity: format!("R{}{}, K/W", i + 1, j + 1),
                    reference,
                    uncertainty: self.uncertainty * reference,
                    computed: study.value,
                    bar: Some(study.error),
                    tolerance: 5e-3 * reference,
                    basis: "0.5 %".to_owned(),
                });
            }
        }
        checks.push(Check {
            case: self.id.clone(),
            quantity: "largest asymmetry of R over largest R".to_owned(),
            reference: 0.0,
            uncertainty: 0.0,
            computed: crosstalk.reciprocity(),
            bar: None,
            tolerance: 1e-8,
            basis: "residual 1e-10 over 1e6 cells".to_owned(),
        });
        checks.push(balance(&self.id, &crosstalk));
        Ok(checks)
    }

    /// The first row again, the lasers in a window with a grid of its own and the stack in an overview; and all on at once against the sum.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn windows(&self, error: f64) -> Result<Vec<Check>, ValidationError> {
        let problem = self.problem()?;
        let names: Vec<String> = (1..=self.resistance.len())
            .map(|n| format!("laser{n}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let solver = HeatSolver::default().error(error).windows();
        let crosstalk = solver.crosstalk(&problem, &names)?;
        let rises = solver.source_temperatures(&problem)?;
        let mut checks: Vec<Check> = self.resistance[0]
            .iter()
            .enumerate()
            .map(|(j, &reference)| {
                let study = crosstalk.mean_study(0, j);
                Check {
                    case: self.id.clone(),
                    quantity: format!("R1{}, K/W, by a window and an overview", j + 1),
                    reference,
                    uncertainty: self.uncertainty * reference,
                    computed: study.value,
                    bar: Some(study.error),
                    tolerance: error * self.resistance[0][0],
                    basis: format!("{error:e} of the laser's own, as asked"),
                }
            })
            .collect();
        let all_on = &rises.mean_rises()[0];
        checks.push(Check {
            case: self.id.clone(),
            quantity: "rise with all lasers on, K, by a window and an overview".to_owned(),
            reference: self.resistance[0].iter().sum(),
            uncertainty: self.uncertainty * self.resistance[0].iter().sum::<f64>(),
            computed: all_on.value,
            bar: Some(all_on.error),
            tolerance: error * all_on.value,
            basis: format!("{error:e}, as asked"),
        });
        Ok(checks)
    }

    fn problem(&self) -> Result<HeatProblem, ValidationError> {
        let mut plan = Floorplan::new(self.size_um.map(um))?;
        for (n, (&[k, kz, thickness], &capacity)) in
            self.layers.iter().zip(&self.capacity).enumerate()
        {
            plan = plan.layer(
                &format!("layer{n}"),
                storing(k, kz, capacity)?,
                um(thickness),
            )?;
        }
        let stripe = Footprint::centred(self.source_um.map(um), [0.0; 2]);
        let array = (self.resistance.len(), um(self.pitch_um), Direction::X);
        let layer = format!("layer{}", self.source_layer);
        plan = plan.source_array("laser", stripe, array, &layer, 1.0)?;
        Ok(HeatProblem::new(plan, AMBIENT, cooled_base(self.base))?)
    }

    /// Rises of the first source and of the one beside it after a step of power in the first.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn steps(&self, error: f64) -> Result<Vec<Check>, ValidationError> {
        let steps = &self.steps;
        let times: Vec<Duration> = steps.times_s.iter().map(|&t| Duration::s(t)).collect();
        let response = HeatSolver::default().error(error).step_response(
            &self.problem()?,
            &["laser1", "laser2"],
            &times,
        )?;
        let mut checks = Vec::new();
        for (t, (&own, &next)) in steps.own.iter().zip(&steps.next).enumerate() {
            for (j, reference) in [own, next].into_iter().enumerate() {
                let study = response.study(t, 0, j);
                checks.push(Check {
                    case: self.id.clone(),
                    quantity: format!("Z1{} after {} s, K/W", j + 1, steps.times_s[t]),
                    reference,
                    uncertainty: self.uncertainty * own,
                    computed: study.value,
                    bar: Some(study.error),
                    tolerance: 1e-3 * own,
                    basis: "0.1 % of Z11 then".to_owned(),
                });
            }
        }
        Ok(checks)
    }
}

impl SquareCase {
    /// Mean rise of the source by time.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let body = || storing(self.conductivity, self.conductivity, self.capacity);
        let [width, length, height] = self.body_um.map(um);
        let sheet = um(self.sheet_um);
        let square = Footprint::centred([um(self.side_um); 2], [0.0; 2]);
        let plan = Floorplan::new([width, length])?
            .layer("body", body()?, height - sheet)?
            .layer("sheet", body()?, sheet)?
            .source("source", square, "sheet", 1.0)?;
        // within the times asked nothing has come back from the far faces: below e^(−40)
        let problem = HeatProblem::new(plan, AMBIENT, cooled_base(1e4))?;
        let times: Vec<Duration> = self.times_s.iter().map(|&t| Duration::s(t)).collect();
        let response =
            HeatSolver::default()
                .error(2e-3)
                .step_response(&problem, &["source"], &times)?;
        // a sheet that is heated throughout lies (2/3) q d/k below a surface that is heated on top
        let lift = 2.0 / 3.0 * sheet / (self.conductivity * um(self.side_um).powi(2));
        let check = |(t, reference): (usize, &f64)| {
            let study = response.study(t, 0, 0);
            Check {
                case: self.id.clone(),
                quantity: format!("mean after {} s, K/W", self.times_s[t]),
                reference: *reference,
                uncertainty: 0.0,
                computed: study.value + lift,
                bar: Some(study.error),
                tolerance: 2e-3 * reference,
                basis: "error asked".to_owned(),
            }
        };
        Ok(self.mean.iter().enumerate().map(check).collect())
    }
}

impl ManufacturedCase {
    /// Largest error of the cell values on three grids and the order that they show.
    ///
    /// The heat is tiled: n × 2n × n/2 uniform sources, each with the exact heat of its tile, so what is missing
    /// within a tile falls at order 2 as well. k_x = 2 k_y is brought into a material that is isotropic in its plane by
    /// stretching y by √2, which leaves the equation and T as they are.
    ///
    /// # Errors
    /// Those of the mesh and of the heat solver.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let [kx, ky, kz] = self.conductivity;
        let [lx, ly, lz] = self.size_um.map(um);
        let stretch = (kx / ky).sqrt();
        // T's factors along x, y (from the corner of the box) and z, and their integrals
        let robin = self.base / (kz * self.b);
        let field = |x: f64, y: f64, z: f64| {
            let bz = self.b * z;
            let lateral = (PI * x / lx).cos() * (2.0 * PI * y / ly).cos();
            self.amplitude * lateral * (bz.cos() + robin * bz.sin())
        };
        let integral_x = |x: f64| lx / PI * (PI * x / lx).sin();
        let integral_y = |y: f64| ly / (2.0 * PI) * (2.0 * PI * y / ly).sin();
        let integral_z = |z: f64| ((self.b * z).sin() - robin * (self.b * z).cos()) / self.b;
        let largest_error = |tiles: usize| -> Result<(f64, usize), ValidationError> {
            let [nx, ny, nz] = [tiles, 2 * tiles, tiles / 2];
            let edge = |length: f64, i: usize, n: usize| length * i as f64 / n as f64;
            let mut plan = Floorplan::new([lx, stretch * ly])?;
            for k in 0..nz {
                plan = plan.layer(&format!("z{k}"), material(kx, kz)?, lz / nz as f64)?;
            }
            for k in 0..nz {
                let heat_z = integral_z(edge(lz, k + 1, nz)) - integral_z(edge(lz, k, nz));
                for i in 0..nx {
                    let x = [edge(lx, i, nx), edge(lx, i + 1, nx)];
                    let heat_x = integral_x(x[1]) - integral_x(x[0]);
                    for j in 0..ny {
                        let y = [edge(ly, j, ny), edge(ly, j + 1, ny)];
                        let heat_y = integral_y(y[1]) - integral_y(y[0]);
                        let power =
                            self.lambda * self.amplitude * stretch * heat_x * heat_y * heat_z;
                        let tile = Footprint {
                            x: x.map(|x| x - 0.5 * lx),
                            y: y.map(|y| stretch * (y - 0.5 * ly)),
                        };
                        plan =
                            plan.source(&format!("{i} {j} {k}"), tile, &format!("z{k}"), power)?;
                    }
                }
            }
            let problem = HeatProblem::new(plan, AMBIENT, cooled_base(self.base))?;
            let map = HeatSolver::default().solve(&problem, 1.0)?;
            let grid = map.grid();
            let error = map.rise().indexed_iter().map(|((i, j, k), rise)| {
                let x = grid.axis(0).centre(i) + 0.5 * lx;
                let y = grid.axis(1).centre(j) / stretch + 0.5 * ly;
                (rise - field(x, y, grid.axis(2).centre(k))).abs()
            });
            Ok((error.fold(0.0, f64::max), grid.axis(0).len()))
        };
        let tiles = [4, 8, 16];
        let errors = tiles
            .map(largest_error)
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let check = |quantity: String, reference, computed, tolerance, basis: &str| Check {
            case: self.id.clone(),
            quantity,
            reference,
            uncertainty: 0.0,
            computed,
            bar: None,
            tolerance,
            basis: basis.to_owned(),
        };
        let mut checks = vec![check(
            "T(Lx/4, Ly/8, Lz/2) of the closed form, K".to_owned(),
            self.at_quarter_eighth_half,
            field(0.25 * lx, 0.125 * ly, 0.5 * lz),
            1e-10,
            "round-off",
        )];
        for (error, cells) in &errors {
            checks.push(check(
                format!("largest error, K, {cells} cells along x"),
                0.0,
                *error,
                20.0 * self.amplitude / (*cells as f64).powi(2),
                "order 2: 20 h^2 of the amplitude",
            ));
        }
        for pair in errors.windows(2) {
            let ratio = pair[1].1 as f64 / pair[0].1 as f64;
            checks.push(check(
                format!("order from {} to {} cells", pair[0].1, pair[1].1),
                2.0,
                (pair[0].0 / pair[1].0).ln() / ratio.ln(),
                0.2,
                "the next term of the error",
            ));
        }
        Ok(checks)
    }
}
