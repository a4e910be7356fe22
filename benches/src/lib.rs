//! The problems that are timed: benchmarks live in `benches/`, dated results in `runs/`.

use cpo_materials::{
    HeatTransferCoefficient, Length, Material, Quantity, Temperature, ThermalConductivity,
    Wavelength,
};
use cpo_meshes::{Direction, Floorplan, Footprint, LayerStack, MeshError};
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem};
use cpo_solver::modes::ModeProblem;

/// A strip of `width` × `height` µm and index `core` in silica, `margin` µm around it, at `wavelength`.
///
/// # Errors
/// [`MeshError`] for sizes that are none.
pub fn strip(
    [width, height, margin]: [f64; 3],
    core: f64,
    wavelength: Wavelength,
) -> Result<ModeProblem, MeshError> {
    let silica = Material::with_index(1.444);
    let section = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(margin))
        .layer("core", &Material::with_index(core), Length::um(height))
        .layer("clad", &silica, Length::um(margin))
        .strip("core", Length::um(width))?
        .window(
            Length::um(width + 2.0 * margin),
            Length::um(height + 2.0 * margin),
        )?;
    Ok(ModeProblem::new(&section, wavelength))
}

/// The silicon wire 500 × 220 nm in a window of about 3 × 3 µm.
///
/// # Errors
/// As [`strip`].
pub fn wire() -> Result<ModeProblem, MeshError> {
    strip([0.5, 0.22, 1.3], 3.4777, Wavelength::nm(1550.0))
}

/// A nitride tip of an edge coupler, 250 × 400 nm at 1310 nm in a window of about 12 × 12 µm.
///
/// # Errors
/// As [`strip`].
pub fn tip() -> Result<ModeProblem, MeshError> {
    strip([0.25, 0.4, 6.0], 2.0031, Wavelength::nm(1310.0))
}

/// Eight laser stripes on a seven-layer stack, cooled from below, and their names.
///
/// # Errors
/// [`HeatError`] for a plan that is none.
pub fn laser_array() -> Result<(HeatProblem, Vec<String>), HeatError> {
    let plan = laser_plan().map_err(HeatError::from)?;
    let ambient = Temperature::celsius(25.0);
    let boundaries = Boundaries {
        bottom: Boundary::Convection {
            coefficient: HeatTransferCoefficient::w_per_m2_k(5000.0),
            ambient,
        },
        ..Boundaries::insulated()
    };
    let names = (1..=8).map(|n| format!("laser{n}")).collect();
    Ok((HeatProblem::new(plan, ambient, boundaries)?, names))
}

fn laser_plan() -> Result<Floorplan, MeshError> {
    let um = |value: f64| Length::um(value).si();
    let isotropic = |k: f64| Material::with_conductivity(ThermalConductivity::w_per_m_k(k));
    let stripe = Footprint::centred([um(4.0), um(300.0)], [0.0, 0.0]);
    Floorplan::new([um(6000.0), um(6000.0)])?
        .layer("board", isotropic(1.0), um(800.0))?
        .layer("interposer", isotropic(130.0), um(100.0))?
        .layer("underfill", isotropic(3.0), um(20.0))?
        .layer("substrate", isotropic(130.0), um(200.0))?
        .layer("oxide", isotropic(1.4), um(3.0))?
        .layer("active", isotropic(60.0), um(3.0))?
        .layer("cladding", isotropic(1.4), um(2.0))?
        .source_array("laser", stripe, (8, um(250.0), Direction::X), "active", 1.0)
}
