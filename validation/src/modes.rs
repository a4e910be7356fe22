//! Modes: n_eff, n_g and attenuation against converged, exact and published values.
//!
//! Every case is solved at several errors asked for. The finest is compared with the reference, all of
//! them calibrate the error bars: a bar is honest if it holds the reference whatever was asked.

use cpo_materials::{Angle, Length, Material, OpticAxis, Quantity, Wavelength};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::modes::{ModeError, ModeProblem, ModeSolver, Wall, Walls};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "modes.json";
/// n_eff is to be met within this, or within the error asked for if that is smaller.
const INDEX_TOLERANCE: f64 = 1e-4;
/// n_g is to be met within this.
const GROUP_TOLERANCE: f64 = 1e-3;

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeReferences {
    /// Conventions of the file.
    pub about: String,
    /// What is computed.
    pub cases: Vec<ModeCase>,
}

/// A guide and its reference modes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeCase {
    /// Name of the case.
    pub id: String,
    /// The case in words.
    pub what: String,
    /// Where the values come from.
    pub source: String,
    wavelength_um: f64,
    window_um: Ends,
    background: [f64; 2],
    shapes: Vec<Painted>,
    #[serde(default)]
    walls: WallNames,
    /// Radius of the bend.
    #[serde(default)]
    bend_radius_um: Option<f64>,
    /// Thickness of absorbing layers on the sides without a named wall.
    #[serde(default)]
    layer_um: Option<f64>,
    /// The walls belong to the case: no bar for their distance.
    #[serde(default)]
    pub closed: bool,
    /// The modes by falling n_eff.
    pub modes: Vec<ModeReference>,
    /// Errors to ask for, falling.
    pub errors: Vec<f64>,
}

/// Reference values of a mode.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeReference {
    /// Name of the mode.
    pub name: String,
    /// Re n_eff.
    pub n_eff: f64,
    /// Uncertainty of Re n_eff.
    pub uncertainty: f64,
    /// Im n_eff.
    pub n_eff_im: Option<f64>,
    /// Uncertainty of Im n_eff.
    #[serde(default)]
    pub uncertainty_im: f64,
    /// Largest error allowed of Im n_eff.
    #[serde(default)]
    pub tolerance_im: f64,
    /// n_g.
    pub n_g: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    x: [f64; 2],
    y: [f64; 2],
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WallName {
    Electric,
    Magnetic,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WallNames {
    left: Option<WallName>,
    right: Option<WallName>,
    bottom: Option<WallName>,
    top: Option<WallName>,
}

// Flattening and the refusal of unknown fields exclude each other.
#[derive(Clone, Debug, Deserialize)]
struct Painted {
    name: String,
    #[serde(flatten)]
    material: Substance,
    rectangle: Option<Rectangle>,
    circle: Option<Circle>,
    trapezoid: Option<Trapezoid>,
}

/// What a shape is made of.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Substance {
    /// n and k.
    Index([f64; 2]),
    Crystal(Crystal),
}

/// A uniaxial crystal.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Crystal {
    ordinary: f64,
    extraordinary: f64,
    from_z_deg: f64,
    elevation_deg: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trapezoid {
    x_um: f64,
    bottom_um: f64,
    width_um: f64,
    height_um: f64,
    sidewall_deg: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rectangle {
    x_um: f64,
    bottom_um: f64,
    width_um: f64,
    height_um: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Circle {
    x_um: f64,
    y_um: f64,
    radius_um: f64,
}

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

impl Painted {
    fn shapes(&self) -> impl Iterator<Item = Shape> {
        let rectangle = self.rectangle.map(|r| Shape::Rectangle {
            x: um(r.x_um),
            bottom: um(r.bottom_um),
            width: um(r.width_um),
            height: um(r.height_um),
        });
        let circle = self.circle.map(|c| Shape::Circle {
            x: um(c.x_um),
            y: um(c.y_um),
            radius: um(c.radius_um),
        });
        let trapezoid = self.trapezoid.map(|t| Shape::Trapezoid {
            x: um(t.x_um),
            bottom: um(t.bottom_um),
            width: um(t.width_um),
            height: um(t.height_um),
            sidewall: t.sidewall_deg.to_radians(),
        });
        rectangle.into_iter().chain(circle).chain(trapezoid)
    }

    fn material(&self) -> Material {
        match self.material {
            Substance::Index(index) => material(index),
            Substance::Crystal(c) => {
                let axis = OpticAxis::at(Angle::deg(c.from_z_deg), Angle::deg(c.elevation_deg));
                Material::uniaxial(c.ordinary, c.extraordinary, axis)
            }
        }
    }
}

fn material([n, k]: [f64; 2]) -> Material {
    if k == 0.0 {
        Material::with_index(n)
    } else {
        Material::with_complex_index(n, k)
    }
}

/// A case solved at one error asked for.
#[derive(Clone, Debug)]
pub struct ModeRun {
    /// Name of the case.
    pub case: String,
    /// Error bar asked for.
    pub asked: f64,
    /// Comparisons of Re n_eff, one per mode.
    pub index: Vec<Check>,
    /// Comparisons of n_g and Im n_eff.
    pub derived: Vec<Check>,
    /// Unknowns of the finest grid.
    pub unknowns: usize,
    /// Observed order of convergence of each mode.
    pub orders: Vec<Option<f64>>,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<ModeReferences, ValidationError> {
    serde_json::from_str(include_str!("../data/modes.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

/// One case by its name.
///
/// # Errors
/// [`ValidationError::Data`], [`ValidationError::UnknownCase`].
pub fn case(id: &str) -> Result<ModeCase, ValidationError> {
    references()?
        .cases
        .into_iter()
        .find(|case| case.id == id)
        .ok_or_else(|| ValidationError::UnknownCase { id: id.to_owned() })
}

impl ModeCase {
    /// The problem of the case.
    ///
    /// # Errors
    /// [`ValidationError::Mesh`] for a shape or window that is none.
    pub fn problem(&self) -> Result<ModeProblem, ValidationError> {
        let window = Window {
            x: self.window_um.x.map(um),
            y: self.window_um.y.map(um),
        };
        let mut section = CrossSection::new(window, material(self.background))?;
        for painted in &self.shapes {
            for shape in painted.shapes() {
                section = section.paint(&painted.name, painted.material(), shape)?;
            }
        }
        // A layer stands wherever no wall is named.
        let open = self.layer_um.map(|layer| Wall::Absorbing {
            thickness: um(layer),
        });
        let side = |name: Option<WallName>| match name {
            Some(WallName::Magnetic) => Wall::Magnetic,
            Some(WallName::Electric) => Wall::Electric,
            None => open.unwrap_or(Wall::Electric),
        };
        let walls = Walls {
            left: side(self.walls.left),
            right: side(self.walls.right),
            bottom: side(self.walls.bottom),
            top: side(self.walls.top),
        };
        let problem = ModeProblem::new(&section, Wavelength::um(self.wavelength_um)).walled(walls);
        Ok(match self.bend_radius_um {
            Some(radius) => problem.bent(um(radius)),
            None => problem,
        })
    }

    /// Solves the case for the given error bar and compares.
    ///
    /// # Errors
    /// [`ValidationError::Mode`] and those of [`problem`](Self::problem).
    pub fn run(&self, asked: f64) -> Result<ModeRun, ValidationError> {
        let solver = ModeSolver::default().count(self.modes.len()).error(asked);
        let modes = match solver.solve(&self.problem()?) {
            // A closed cell need not guide: its mode may lie below what an open window would let out.
            Err(ModeError::NoGuidedMode { highest, .. }) if self.closed => {
                return Ok(self.refused(asked, highest));
            }
            modes => modes?,
        };
        let mut run = ModeRun {
            case: self.id.clone(),
            asked,
            index: Vec::new(),
            derived: Vec::new(),
            unknowns: modes.levels().last().map_or(0, |level| level.unknowns),
            orders: Vec::new(),
        };
        for (mode, reference) in modes.iter().zip(&self.modes) {
            let study = mode.effective_index_study();
            // In a closed cell the walls are the case's own, not a cut through an open guide.
            let walls = if self.closed {
                mode.window_effect()
            } else {
                0.0
            };
            run.orders.push(study.order);
            let check =
                |quantity: &str, reference, uncertainty, computed, bar, tolerance, basis: &str| {
                    Check {
                        case: self.id.clone(),
                        quantity: quantity.to_owned(),
                        reference,
                        uncertainty,
                        computed,
                        bar: Some(bar),
                        tolerance,
                        basis: basis.to_owned(),
                    }
                };
            run.index.push(check(
                &format!("{} n_eff", reference.name),
                reference.n_eff,
                reference.uncertainty,
                study.value,
                study.error - walls,
                INDEX_TOLERANCE.max(asked),
                "target 1e-4, or the error asked for",
            ));
            if let Some(n_g) = reference.n_g {
                let study = mode.group_index();
                run.derived.push(check(
                    &format!("{} n_g", reference.name),
                    n_g,
                    // the references' digits
                    1e-6,
                    study.value,
                    study.error,
                    GROUP_TOLERANCE.max(100.0 * asked),
                    "target 1e-3, or 100 times the error asked for",
                ));
            }
            if let Some(imaginary) = reference.n_eff_im {
                let study = mode.attenuation_study();
                run.derived.push(check(
                    &format!("{} Im n_eff", reference.name),
                    imaginary,
                    reference.uncertainty_im,
                    study.value,
                    study.error,
                    reference.tolerance_im,
                    "2 % of the reference for metal, 1 % or 1e-12 for bends",
                ));
            }
        }
        Ok(run)
    }

    /// The comparison for a cell whose mode is refused as not guided: its extrapolated n_eff is stated, without a bar.
    fn refused(&self, asked: f64, highest: f64) -> ModeRun {
        let index = self.modes.iter().take(1).map(|reference| Check {
            case: self.id.clone(),
            quantity: format!("{} n_eff, refused as not guided", reference.name),
            reference: reference.n_eff,
            uncertainty: reference.uncertainty,
            computed: highest,
            bar: None,
            tolerance: INDEX_TOLERANCE.max(asked),
            basis: "target 1e-4; the refusal states the extrapolated n_eff without a bar"
                .to_owned(),
        });
        ModeRun {
            case: self.id.clone(),
            asked,
            index: index.collect(),
            derived: Vec::new(),
            unknowns: 0,
            orders: Vec::new(),
        }
    }
}
