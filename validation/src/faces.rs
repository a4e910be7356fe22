//! Faces that radiate, coolants that warm up on their way, and the adjoint, against closed forms.

use cpo_materials::constants::STEFAN_BOLTZMANN;
use cpo_materials::{
    HeatCapacityRate, HeatTransferCoefficient, Material, Temperature, ThermalConductivity,
};
use cpo_meshes::{Floorplan, Footprint};
use cpo_solver::heat::{Boundaries, Boundary, HeatProblem, HeatSolver, Towards};

use crate::{Check, ValidationError};

const AMBIENT: Temperature = Temperature::kelvin(300.0);
/// Plate of 20 × 10 × 1 mm, heated through its volume by 2 W.
const SIZE: [f64; 2] = [20e-3, 10e-3];
const AREA: f64 = 200e-6;
const THICKNESS: f64 = 1e-3;
const POWER: f64 = 2.0;
/// Relative error asked for.
const ERROR: f64 = 1e-4;

fn plate(k: f64, top: Boundary) -> Result<HeatProblem, ValidationError> {
    let material = Material::with_conductivity(ThermalConductivity::w_per_m_k(k));
    let plan = Floorplan::new(SIZE)?
        .layer("plate", material, THICKNESS)?
        .source("plate", Footprint::centred(SIZE, [0.0; 2]), "plate", POWER)?;
    let faces = Boundaries {
        top,
        ..Boundaries::insulated()
    };
    Ok(HeatProblem::new(plan, AMBIENT, faces)?)
}

/// The plate's mean rise against a closed form and what that leaves out.
fn rise(
    case: &str,
    problem: &HeatProblem,
    (reference, uncertainty): (f64, f64),
) -> Result<Check, ValidationError> {
    let found = HeatSolver::default()
        .error(ERROR)
        .source_temperatures(problem)?;
    let study = &found.mean_rises()[0];
    Ok(Check {
        case: case.to_owned(),
        quantity: String::from("mean rise, K"),
        reference,
        uncertainty,
        computed: study.value,
        bar: Some(study.error),
        tolerance: ERROR * reference,
        basis: format!("{ERROR:e}, as asked"),
    })
}

/// Heat leaves by radiation alone and by radiation and air: ε σ (T⁴ − T∞⁴) + h (T − T∞) = P/A at the surface, P L/(3 k A) above it in the mean.
fn radiation() -> Result<Vec<Check>, ValidationError> {
    let case = |h: f64, emissivity: f64| {
        let flux = POWER / AREA;
        let (mut low, mut high) = (300.0_f64, 3000.0_f64);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            let radiated = emissivity * STEFAN_BOLTZMANN * (middle.powi(4) - 300.0_f64.powi(4));
            if radiated + h * (middle - 300.0) < flux {
                low = middle;
            } else {
                high = middle;
            }
        }
        let top = Boundary::Radiation {
            coefficient: HeatTransferCoefficient::w_per_m2_k(h),
            emissivity,
            ambient: AMBIENT,
        };
        let exact = low - 300.0 + flux * THICKNESS / (3.0 * 20.0);
        let name = format!("plate of 2 W, emissivity {emissivity}, air {h} W/(m2 K)");
        rise(&name, &plate(20.0, top)?, (exact, 0.0))
    };
    Ok(vec![case(0.0, 0.9)?, case(10.0, 0.5)?])
}

/// A plate of nearly one temperature: P/(C (1 − e^(−hA/C))), but for what heat on its way along the plate leaves in it.
fn coolant() -> Result<Vec<Check>, ValidationError> {
    let k = 1e10;
    let along = POWER * SIZE[0] / (k * SIZE[1] * THICKNESS);
    let case = |rate: f64| {
        let top = Boundary::Coolant {
            coefficient: HeatTransferCoefficient::w_per_m2_k(2000.0),
            inlet: AMBIENT,
            capacity_rate: HeatCapacityRate::w_per_k(rate),
            towards: Towards::Right,
        };
        let exact = POWER / (rate * -(-2000.0 * AREA / rate).exp_m1());
        let name = format!("plate of 2 W on a coolant of {rate} W/K, 0.4 W/K to it");
        rise(&name, &plate(k, top)?, (exact, along))
    };
    Ok(vec![case(0.1)?, case(1.0)?])
}

/// Of a wall L/(3 k A) + 1/(h A): the derivatives by k and h with the sign of resistances that fall, and by the thickness.
fn sensitivities() -> Result<Vec<Check>, ValidationError> {
    let top = Boundary::Convection {
        coefficient: HeatTransferCoefficient::w_per_m2_k(2000.0),
        ambient: AMBIENT,
    };
    let found = HeatSolver::default()
        .error(ERROR)
        .sensitivities(&plate(20.0, top)?, &["plate"])?;
    let (wall, film) = (THICKNESS / (3.0 * 20.0 * AREA), 1.0 / (2000.0 * AREA));
    let named = found.parameters().iter().enumerate();
    let checks = named.filter_map(|(n, parameter)| {
        let name = parameter.to_string();
        let reference = if name.starts_with("conductivity") {
            -wall
        } else if name.starts_with("thickness") {
            wall
        } else {
            -film
        };
        let study = found.study(0, 0, n)?;
        Some(Check {
            case: String::from("wall heated through its volume"),
            quantity: format!("p dR/dp by the {name}, K/W"),
            reference,
            uncertainty: 0.0,
            computed: study.value,
            bar: Some(study.error),
            tolerance: 10.0 * ERROR * (wall + film),
            basis: format!("{:e} of R, as asked", 10.0 * ERROR),
        })
    });
    Ok(checks.collect())
}

/// All of them.
///
/// # Errors
/// Those of the mesh and of the heat solver.
pub fn run() -> Result<Vec<Check>, ValidationError> {
    let mut all = radiation()?;
    all.extend(coolant()?);
    all.extend(sensitivities()?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    #[test]
    fn closed_forms_hold() {
        let checks = super::run().unwrap();
        assert_eq!(checks.len(), 7);
        for check in checks {
            assert!(check.passed(), "{check:?}");
        }
    }
}
