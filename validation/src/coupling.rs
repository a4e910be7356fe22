//! Coupling: Gaussian beams against closed forms, fibre modes against their characteristic equation.
//!
//! The closed forms are paraxial, the program is not. A loss that depends on a gap or a tilt alone is a function
//! of z/z_R or wθ/λ, so a table for a waist w is met by a waist s w with z s² times longer and θ s times
//! smaller, where what the paraxial form neglects, O(1/(kw)²), is s² times smaller.

use std::f64::consts::TAU;

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CouplingScan, Direction, Fiber, Gap, GaussianBeam, SampledField, StepIndexFiber,
    TransverseField, loss_db,
};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "coupling.json";
/// Cells of a sampled Gaussian across its window, and half that window in waists: the field is 1e-9 at its edge.
const CELLS: usize = 90;
const HALF_WINDOW: f64 = 4.5;

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouplingReferences {
    /// Conventions of the file.
    pub about: String,
    /// Gaussian beams.
    pub gaussian: GaussianCases,
    /// Fibre modes.
    pub fibre: FibreCases,
}

/// Gaussian beams.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianCases {
    /// Where the values come from.
    pub source: String,
    mismatch: Vec<Mismatch>,
    waists: Vec<Waist>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mismatch {
    beam_um: f64,
    mode_um: f64,
    loss_db: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waist {
    w_um: f64,
    wavelength_um: f64,
    /// Factor of the waist at which gap and tilt are computed.
    scale: f64,
    offset_1db_um: f64,
    tilt_1db_deg: f64,
    /// (gap in um, loss in dB).
    gaps: Vec<[f64; 2]>,
}

/// Fibre modes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FibreCases {
    /// Where the values come from.
    pub source: String,
    best_gaussian: Vec<BestGaussian>,
    he11: Vec<Hybrid>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BestGaussian {
    v: f64,
    b: f64,
    waist_over_radius: f64,
    overlap: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hybrid {
    id: String,
    radius_um: f64,
    core: f64,
    cladding: f64,
    n_eff: f64,
    n_g: f64,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<CouplingReferences, ValidationError> {
    serde_json::from_str(include_str!("../data/coupling.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

fn check(
    case: &str,
    quantity: String,
    reference: f64,
    computed: f64,
    tolerance: f64,
    basis: &str,
) -> Check {
    Check {
        case: case.to_owned(),
        quantity,
        reference,
        uncertainty: 0.0,
        computed,
        bar: None,
        tolerance,
        basis: basis.to_owned(),
    }
}

fn beam(w_um: f64, wavelength_um: f64) -> Result<GaussianBeam, ValidationError> {
    let diameter = Length::um(2.0 * w_um);
    Ok(GaussianBeam::new(
        diameter,
        diameter,
        1.0,
        Wavelength::um(wavelength_um),
    )?)
}

/// The same Gaussian as point values, which is how a mode comes. Uniform cells integrate it to round-off.
fn sampled(w_um: f64, wavelength_um: f64) -> Result<SampledField, ValidationError> {
    use cpo_materials::Quantity;
    let half = Length::um(HALF_WINDOW * w_um).si();
    let axis = Axis::uniform(-half, half, CELLS)?;
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    Ok(SampledField::sample(&beam(w_um, wavelength_um)?, grid)?)
}

fn loss(
    scan: &CouplingScan,
    beam: &GaussianBeam,
    mode: &SampledField,
) -> Result<f64, ValidationError> {
    Ok(loss_db(scan.map(beam, mode)?.efficiency[[0, 0]]))
}

impl GaussianCases {
    /// Mismatch, offset, tilt and gap.
    ///
    /// # Errors
    /// Those of a coupling.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let mut checks = Vec::new();
        for row in &self.mismatch {
            let wavelength = 1.31;
            let scan = CouplingScan::new(Wavelength::um(wavelength))?;
            let (b, m) = (
                beam(row.beam_um, wavelength)?,
                sampled(row.mode_um, wavelength)?,
            );
            let vector = 10.0 * (TAU * row.mode_um / wavelength).powi(-4);
            checks.push(check(
                "Gaussian mismatch",
                format!("loss, dB, w {} to {} um", row.beam_um, row.mode_um),
                row.loss_db,
                loss(&scan, &b, &m)?,
                6e-5 + vector,
                "last digit and the vector parts, (kw)^-4",
            ));
        }
        for row in &self.waists {
            checks.extend(row.run()?);
        }
        Ok(checks)
    }
}

impl Waist {
    fn run(&self) -> Result<Vec<Check>, ValidationError> {
        use cpo_materials::Quantity;
        let (w, wavelength) = (self.w_um, self.wavelength_um);
        let label = format!("w {w} um, {wavelength} um");
        let scan = || CouplingScan::new(Wavelength::um(wavelength));
        let vector = (TAU * w / wavelength).powi(-4);
        let map = scan()?.map(&beam(w, wavelength)?, &sampled(w, wavelength)?)?;
        let [_, offset] = map.tolerance(Direction::X, 1.0, [0.0; 2])?;
        let mut checks = vec![check(
            "Gaussian offset",
            format!("1 dB offset, um, {label}"),
            self.offset_1db_um,
            offset / Length::um(1.0).si(),
            6e-5 + vector * self.offset_1db_um,
            "last digit and the vector parts, (kw)^-4",
        )];

        let waist = self.scale * w;
        let (b, m) = (beam(waist, wavelength)?, sampled(waist, wavelength)?);
        let none = Angle::deg(0.0);
        let contact = Gap::new(Length::um(0.0), 1.0)?;
        let tilt = Angle::deg(self.tilt_1db_deg / self.scale);
        checks.push(check(
            "Gaussian tilt",
            format!("loss, dB, at {} deg, {label}", self.tilt_1db_deg),
            1.0,
            loss(&scan()?.gap(contact).tilt(none, tilt)?, &b, &m)?,
            2e-4,
            "last digit of the angle, 4e-5, and 1/(kw)^2 of the scaled waist",
        ));
        for &[z, reference] in &self.gaps {
            let gap = Gap::new(Length::um(z * self.scale * self.scale), 1.0)?;
            checks.push(check(
                "Gaussian gap",
                format!("loss, dB, across {z} um, {label}"),
                reference,
                loss(&scan()?.gap(gap), &b, &m)?,
                6e-5 + 4e-4 * reference,
                "last digit, and 4/(kw)^2 of the scaled waist",
            ));
        }
        Ok(checks)
    }
}

impl FibreCases {
    /// Best Gaussian overlaps, b(V) of LP01, n_eff and n_g of HE11.
    ///
    /// # Errors
    /// Those of a coupling.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let wavelength = Wavelength::um(1.55);
        let (radius, cladding) = (4.1, 1.444_f64);
        let mut checks = Vec::new();
        for row in &self.best_gaussian {
            use cpo_materials::Quantity;
            let aperture = row.v / (wavelength.vacuum_wavenumber() * Length::um(radius).si());
            let core = cladding.hypot(aperture);
            let diameter = Length::um(2.0 * radius * row.waist_over_radius);
            let gaussian = GaussianBeam::new(diameter, diameter, cladding, wavelength)?;
            let axis = Axis::uniform(-Length::um(60.0).si(), Length::um(60.0).si(), 500)?;
            let grid = RectilinearGrid::new([axis.clone(), axis]);
            let scan = CouplingScan::new(wavelength)?;
            let fibres = [
                (
                    "LP01",
                    Fiber::weakly_guiding(Length::um(radius), core, cladding, wavelength)?,
                    1.5e-5,
                    "five digits; w/a to three, where the maximum is flat",
                ),
                (
                    "HE11",
                    Fiber::step_index(Length::um(radius), core, cladding, wavelength)?,
                    1e-4,
                    "relative index step, below 3e-3, of 1 - overlap",
                ),
            ];
            for (name, fibre, tolerance, basis) in fibres {
                let mode = SampledField::sample(&fibre, grid.clone())?;
                checks.push(check(
                    "best Gaussian",
                    format!("overlap with {name} at V = {}", row.v),
                    row.overlap,
                    scan.map(&gaussian, &mode)?.efficiency[[0, 0]],
                    tolerance,
                    basis,
                ));
                if name == "LP01" {
                    let n = fibre.effective_index().re;
                    checks.push(check(
                        "LP01",
                        format!("b at V = {}", row.v),
                        row.b,
                        (n * n - cladding * cladding) / (core * core - cladding * cladding),
                        6e-7,
                        "last digit",
                    ));
                }
            }
        }
        for row in &self.he11 {
            let fibre = StepIndexFiber::new(
                Length::um(row.radius_um),
                row.core,
                row.cladding,
                wavelength,
            )?;
            checks.push(check(
                "HE11",
                format!("n_eff of the {}", row.id),
                row.n_eff,
                fibre.effective_index(),
                1e-13,
                "round-off of the root",
            ));
            checks.push(check(
                "HE11",
                format!("n_g of the {}", row.id),
                row.n_g,
                fibre.group_index()?,
                1e-9,
                "last digit",
            ));
        }
        Ok(checks)
    }
}
