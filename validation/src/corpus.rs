//! Error bars of the mode solver against two corpora of guides whose modes are known.
//!
//! `data/corpus.json` holds straight lossless guides of isotropic materials and crystals along the axes, `data/open.json`
//! oblique crystals, bends, leaky guides and lossy ones; each with the modes of its window as drawn and of
//! a window so wide (its absorbing layers so thick) that it counts as open. The first tests the discretisation's part of an error bar,
//! the second the whole bar, the effect of the window included. A bar is honest if it holds the truth in
//! at least 95 of 100 cases, and useful if its median is no more than ten times the error.
//!
//! References are exact for slabs and round fibres (characteristic equations). All others come from the
//! solver itself run beyond what it is asked for in use: to its last stage, on the usual mesh and on one
//! made for four fifths of the wavelength; the uncertainty is twice the difference of the two and the last
//! step of the finer one. `corpus closed references` writes them. `data/independent.json` has what another code finds for
//! fourteen of the guides, chosen for their kind, and [`Corpus::independent_checks`] compares. Extrapolated finite
//! differences, an independent discretisation, check more (`corpus closed differences`).

use std::f64::consts::PI;

use cpo_materials::{Angle, Length, Material, OpticAxis, Quantity, Wavelength, catalogue};
use cpo_meshes::{CrossSection, Shape, Window};
use cpo_solver::convergence::GridStudy;
use cpo_solver::coupling::StepIndexFiber;
use cpo_solver::modes::{Mode, ModeGrid, ModeProblem, ModeSet, ModeSolver, Wall, Walls};
use serde::{Deserialize, Serialize};

use crate::{Check, ValidationError};

const INDEPENDENT: &str = "independent.json";
/// Asked of a reference solve: below what any stage reaches, so that all of them run.
const BEYOND: f64 = 1e-14;
/// Wavelength that the finer reference mesh is made for, relative.
const FINER: f64 = 0.8;
/// Times the difference of the two reference meshes that is taken for the uncertainty.
const DIFFERENCES: f64 = 2.0;
/// Round-off of an eigenvalue, relative.
const ROUND_OFF: f64 = 1e-12;
/// Times the thickness of absorbing layers that counts as open.
const THICKER: f64 = 1.5;

/// The corpus.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// Conventions of the file.
    pub about: String,
    /// The guides.
    pub guides: Vec<Guide>,
}

/// The corpora.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Straight lossless guides, crystals along the axes.
    Closed,
    /// Oblique crystals, bends, leaky and lossy guides.
    Open,
}

impl Which {
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Closed => ("corpus.json", include_str!("../data/corpus.json")),
            Self::Open => ("open.json", include_str!("../data/open.json")),
        }
    }
}

/// A guide.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Name of the guide.
    pub id: String,
    /// What sort of guide it is.
    pub kind: String,
    /// The guide in words.
    pub what: String,
    wavelength_um: f64,
    window_um: Ends,
    wide_um: Ends,
    background: Index,
    shapes: Vec<Painted>,
    /// How many modes are sought.
    pub count: usize,
    /// Thickness of absorbing layers all around.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layers_um: Option<f64>,
    /// Radius of the bend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bend_um: Option<f64>,
    /// n_eff next to which modes are sought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    near: Option<f64>,
    /// Walls left and right where a slab stands between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walls: Option<Sides>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exact: Option<Exact>,
    /// The modes by falling n_eff.
    #[serde(default)]
    pub modes: Vec<Known>,
}

/// n_eff by another code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Independent {
    #[serde(rename = "about")]
    _about: String,
    guides: Vec<IndependentGuide>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IndependentGuide {
    id: String,
    /// n_eff between the walls, and its uncertainty, by falling n_eff.
    modes: Vec<[f64; 2]>,
}

/// What is known of a mode.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// n_eff between the walls of the window as drawn, and its uncertainty.
    pub walled: [f64; 2],
    /// n_eff in the open, and its uncertainty.
    pub open: [f64; 2],
    /// Im n_eff in the open, and its uncertainty, where there is loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<[f64; 2]>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    x: [f64; 2],
    y: [f64; 2],
}

/// A refractive index or a material of the catalogue.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Index {
    Constant(f64),
    /// n and k.
    Complex([f64; 2]),
    /// Ordinary and extraordinary index, the axis's angle from z and its elevation in degrees.
    Crystal([f64; 4]),
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Sides {
    Electric,
    Magnetic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Exact {
    /// HE₁₁ of the first shape, a circle.
    Fibre,
    /// The first mode of the first shape, a rectangle wider than the window.
    Slab,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Painted {
    name: String,
    material: Index,
    shape: Outline,
}

/// Lengths in µm.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outline {
    /// Centre x, bottom, width, height.
    Rectangle([f64; 4]),
    /// Centre x, bottom, width at half height, height, sidewall angle in degrees.
    Trapezoid([f64; 5]),
    /// Centre and radius.
    Circle([f64; 3]),
    /// Corners.
    Polygon(Vec<[f64; 2]>),
}

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

impl Ends {
    fn window(&self) -> Window {
        Window {
            x: self.x.map(um),
            y: self.y.map(um),
        }
    }
}

impl Index {
    fn material(&self) -> Result<Material, ValidationError> {
        match self {
            Self::Constant(n) => Ok(Material::with_index(*n)),
            Self::Complex([n, k]) => Ok(Material::with_complex_index(*n, *k)),
            Self::Crystal([ordinary, extraordinary, from_z, elevation]) => {
                let [from_z, elevation] = [from_z, elevation].map(|v| Angle::deg(*v));
                let axis = OpticAxis::at(from_z, elevation);
                Ok(Material::uniaxial(*ordinary, *extraordinary, axis))
            }
            Self::Named(name) => Ok(catalogue().find(name)?),
        }
    }
}

impl Outline {
    fn shape(&self) -> Shape {
        match *self {
            Self::Rectangle([x, bottom, width, height]) => Shape::Rectangle {
                x: um(x),
                bottom: um(bottom),
                width: um(width),
                height: um(height),
            },
            Self::Trapezoid([x, bottom, width, height, degrees]) => Shape::Trapezoid {
                x: um(x),
                bottom: um(bottom),
                width: um(width),
                height: um(height),
                sidewall: degrees.to_radians(),
            },
            Self::Circle([x, y, radius]) => Shape::Circle {
                x: um(x),
                y: um(y),
                radius: um(radius),
            },
            Self::Polygon(ref points) => Shape::Polygon {
                points: points.iter().map(|point| point.map(um)).collect(),
            },
        }
    }
}

/// A corpus with its references.
///
/// # Errors
/// [`ValidationError::Data`] if the file does not fit.
pub fn corpus(which: Which) -> Result<Corpus, ValidationError> {
    let (file, text) = which.file();
    serde_json::from_str(text).map_err(|cause| ValidationError::Data { file, cause })
}

impl Corpus {
    /// The file's text, a guide a line.
    ///
    /// # Errors
    /// [`ValidationError::Data`] for a number that JSON cannot hold.
    pub fn text(&self) -> Result<String, ValidationError> {
        let fault = |cause| ValidationError::Data {
            file: "the corpus written",
            cause,
        };
        let about = serde_json::to_string(&self.about).map_err(fault)?;
        let guides = self
            .guides
            .iter()
            .map(|guide| serde_json::to_string(guide).map_err(fault));
        let guides: Vec<String> = guides.collect::<Result<_, _>>()?;
        Ok(format!(
            "{{\n \"about\": {about},\n \"guides\": [\n  {}\n ]\n}}\n",
            guides.join(",\n  ")
        ))
    }
}

impl Corpus {
    /// The corpus's own references beside another code's, within the sum of both uncertainties.
    ///
    /// # Errors
    /// [`ValidationError::Data`] if the file does not fit; [`ValidationError::UnknownCase`] for a guide that the
    /// corpus lacks.
    pub fn independent_checks(&self) -> Result<Vec<Check>, ValidationError> {
        let independent: Independent =
            serde_json::from_str(include_str!("../data/independent.json")).map_err(|cause| {
                ValidationError::Data {
                    file: INDEPENDENT,
                    cause,
                }
            })?;
        let mut checks = Vec::new();
        for theirs in independent.guides {
            let own = self.guides.iter().find(|guide| guide.id == theirs.id);
            let own = own.ok_or_else(|| ValidationError::UnknownCase {
                id: theirs.id.clone(),
            })?;
            for (m, (&[n, uncertainty], known)) in theirs.modes.iter().zip(&own.modes).enumerate() {
                checks.push(Check {
                    case: theirs.id.clone(),
                    quantity: format!("n_eff of mode {}, reference of the corpus", m + 1),
                    reference: n,
                    uncertainty,
                    computed: known.walled[0],
                    bar: Some(known.walled[1]),
                    tolerance: known.walled[1],
                    basis: "the sum of both uncertainties".to_owned(),
                });
            }
        }
        Ok(checks)
    }

    /// All modes at an error asked for against what is known of them.
    ///
    /// # Errors
    /// As [`Guide::judge`].
    pub fn judge(&self, asked: f64) -> Result<Vec<Judged>, ValidationError> {
        let mut judged = Vec::new();
        for guide in &self.guides {
            judged.extend(guide.judge(asked)?);
        }
        Ok(judged)
    }
}

/// Whether the error bars at an error asked for hold the truth in 95 of 100 cases of each corpus, and their median over
/// both is no more than ten times the error. A loss is sought down to the square of the error asked for, and bars of
/// smaller ones have to hold only.
///
/// # Errors
/// As [`Guide::judge`].
pub fn checks(corpora: [&Corpus; 2], asked: f64) -> Result<Vec<Check>, ValidationError> {
    let judged = [corpora[0].judge(asked)?, corpora[1].judge(asked)?];
    let check =
        |case: String, quantity: String, computed, reference, tolerance, basis: &str| Check {
            case,
            quantity,
            reference,
            uncertainty: 0.0,
            computed,
            bar: None,
            tolerance,
            basis: basis.to_owned(),
        };
    let mut checks = Vec::new();
    for (judged, kind) in judged.iter().zip(["closed", "open"]) {
        for (part, name) in PARTS.into_iter().enumerate() {
            let bars: Vec<Bar> = judged.iter().filter_map(|mode| mode.parts[part]).collect();
            if bars.is_empty() {
                continue;
            }
            let missed = bars.iter().filter(|bar| !bar.holds()).count();
            checks.push(check(
                format!("{} modes of the {kind} corpus at {asked:.0e}", bars.len()),
                format!("share of bars that miss, {name}"),
                missed as f64 / bars.len() as f64,
                0.0,
                0.05,
                "95 % of the bars are to hold",
            ));
        }
    }
    let whole = judged.iter().flatten().flat_map(|mode| &mode.parts[1..]);
    let sought = whole
        .flatten()
        .filter(|bar| bar.truth.abs() > asked.powi(2));
    let mut ratios: Vec<f64> = sought.map(Bar::ratio).collect();
    ratios.sort_by(f64::total_cmp);
    checks.push(check(
        format!("{} bars of both corpora at {asked:.0e}", ratios.len()),
        "median of bar over error, open guides and their losses".to_owned(),
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN),
        1.0,
        9.0,
        "a bar is to be within ten times the error in the median",
    ));
    Ok(checks)
}

/// What is judged of a mode.
pub const PARTS: [&str; 3] = ["same window", "open guide", "loss of the open guide"];

/// An error bar against the truth.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// The bar.
    pub bar: f64,
    /// The error.
    pub error: f64,
    /// The truth.
    pub truth: f64,
    /// How far the truth is known.
    pub uncertainty: f64,
}

impl Bar {
    /// Whether the bar, widened by the reference's uncertainty, holds the truth.
    pub fn holds(&self) -> bool {
        self.error <= self.bar + self.uncertainty
    }

    /// Bar over error, the error being no smaller than the reference's uncertainty.
    pub fn ratio(&self) -> f64 {
        self.bar / self.error.max(self.uncertainty)
    }
}

/// A mode solved at one error asked for, against what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// The discretisation's bar in the same window; the whole bar against the open guide; that of Im n_eff: see
    /// [`PARTS`].
    pub parts: [Option<Bar>; 3],
    /// Unknowns of the finest stage.
    pub unknowns: usize,
}

impl Guide {
    /// The problem in the window as drawn.
    ///
    /// # Errors
    /// [`ValidationError::Mesh`] for a shape or window that is none; [`ValidationError::Material`] for a
    /// material that the catalogue does not have.
    pub fn problem(&self) -> Result<ModeProblem, ValidationError> {
        self.in_window(self.window_um, 1.0)
    }

    /// The problem in the window that counts as open.
    ///
    /// # Errors
    /// As [`problem`](Self::problem).
    pub fn open_problem(&self) -> Result<ModeProblem, ValidationError> {
        self.in_window(self.wide_um, THICKER)
    }

    fn in_window(&self, window: Ends, thickness: f64) -> Result<ModeProblem, ValidationError> {
        let mut section = CrossSection::new(window.window(), self.background.material()?)?;
        for painted in &self.shapes {
            let material = painted.material.material()?;
            section = section.paint(&painted.name, material, painted.shape.shape())?;
        }
        let side = match self.walls {
            Some(Sides::Magnetic) => Wall::Magnetic,
            Some(Sides::Electric) | None => Wall::Electric,
        };
        let walls = match self.layers_um {
            Some(layer) => Walls::all(Wall::Absorbing {
                thickness: um(thickness * layer),
            }),
            None => Walls {
                left: side,
                right: side,
                ..Walls::default()
            },
        };
        let problem = ModeProblem::new(&section, Wavelength::um(self.wavelength_um)).walled(walls);
        Ok(match self.bend_um {
            Some(radius) => problem.bent(um(radius)),
            None => problem,
        })
    }

    fn solver(&self, asked: f64) -> ModeSolver {
        let solver = ModeSolver::default().count(self.count).error(asked);
        match self.near {
            Some(n) => solver.near(n),
            None => solver,
        }
    }

    /// The modes of the window as drawn, at an error asked for.
    ///
    /// # Errors
    /// [`ValidationError::Mode`] and those of [`problem`](Self::problem).
    pub fn solve(&self, asked: f64) -> Result<ModeSet, ValidationError> {
        Ok(self.solver(asked).solve(&self.problem()?)?)
    }

    /// The modes at an error asked for against what is known of them.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn judge(&self, asked: f64) -> Result<Vec<Judged>, ValidationError> {
        let modes = self.solve(asked)?;
        let unknowns = modes.levels().last().map_or(0, |level| level.unknowns);
        let judged = |(mode, known): (&Mode, &Known)| {
            let (index, loss) = (mode.effective_index_study(), mode.attenuation_study());
            let bar = |study: &GridStudy, less: f64, [value, uncertainty]: [f64; 2]| Bar {
                bar: study.error - less,
                error: (study.value - value).abs(),
                truth: value,
                uncertainty,
            };
            Judged {
                parts: [
                    // Layers, like the window, are no part of the discretisation.
                    (self.layers_um.is_none())
                        .then(|| bar(index, mode.window_effect(), known.walled)),
                    Some(bar(index, 0.0, known.open)),
                    known.loss.map(|known| bar(loss, 0.0, known)),
                ],
                unknowns,
            }
        };
        Ok(modes.iter().zip(&self.modes).map(judged).collect())
    }

    /// The same guide with its references computed anew.
    ///
    /// # Errors
    /// As [`solve`](Self::solve); [`ValidationError::Coupling`] from the exact fibre.
    pub fn with_references(&self) -> Result<Self, ValidationError> {
        let walled = self.references(&self.problem()?)?;
        let open = match self.exact()? {
            Some(exact) => vec![[[exact, ROUND_OFF * exact], [0.0; 2]]; walled.len()],
            None => self.references(&self.open_problem()?)?,
        };
        let modes = walled.into_iter().zip(open);
        let known = |([walled, _], [open, loss]): ([[f64; 2]; 2], [[f64; 2]; 2])| Known {
            walled,
            open,
            loss: (loss[0] != 0.0).then_some(loss),
        };
        Ok(Self {
            modes: modes.map(known).collect(),
            ..self.clone()
        })
    }

    /// n_eff and Im n_eff, each with its uncertainty from the two meshes.
    fn references(&self, problem: &ModeProblem) -> Result<Vec<[[f64; 2]; 2]>, ValidationError> {
        let solver = self.solver(BEYOND);
        let usual = solver.solve(problem)?;
        let shorter = Wavelength::um(FINER * self.wavelength_um);
        let finer = solver
            .meshed_as(&problem.clone().at_wavelength(shorter))
            .solve(problem)?;
        let pairs = usual.iter().zip(finer.iter());
        let known = |usual: &GridStudy, finer: &GridStudy| {
            let value = finer.value;
            let before = finer.levels.iter().rev().nth(1);
            let step = before.map_or(f64::INFINITY, |before| (value - before.1).abs());
            let difference = DIFFERENCES * (value - usual.value).abs();
            [value, difference.max(step).max(ROUND_OFF * value)]
        };
        let both = pairs.map(|(usual, finer)| {
            [
                known(usual.effective_index_study(), finer.effective_index_study()),
                known(usual.attenuation_study(), finer.attenuation_study()),
            ]
        });
        Ok(both.collect())
    }

    /// The exact n_eff of the open guide, where there is one.
    fn exact(&self) -> Result<Option<f64>, ValidationError> {
        let (Some(core), Index::Constant(cladding)) = (self.shapes.first(), &self.background)
        else {
            return Ok(None);
        };
        let Index::Constant(index) = core.material else {
            return Ok(None);
        };
        Ok(match (self.exact, &core.shape) {
            (Some(Exact::Fibre), Outline::Circle([_, _, radius])) => {
                let wavelength = Wavelength::um(self.wavelength_um);
                let fibre = StepIndexFiber::new(Length::um(*radius), index, *cladding, wavelength)?;
                Some(fibre.effective_index())
            }
            (Some(Exact::Slab), Outline::Rectangle([_, _, _, height])) => {
                let magnetic = self.walls == Some(Sides::Magnetic);
                Some(slab(
                    index,
                    *cladding,
                    *height / self.wavelength_um,
                    magnetic,
                ))
            }
            _ => None,
        })
    }

    /// n_eff by finite differences extrapolated from three grids, with its bar.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn differences(&self) -> Result<Vec<[f64; 2]>, ValidationError> {
        let problem = self.problem()?;
        let grid = ModeGrid::new(&problem)?;
        let modes = ModeSolver::default()
            .count(self.count)
            .given(grid)
            .solve(&problem)?;
        let bar = |mode: &Mode| {
            let study = mode.effective_index_study();
            [study.value, study.error - mode.window_effect()]
        };
        Ok(modes.iter().map(bar).collect())
    }
}

/// n_eff of the first mode of a symmetric slab, `height` in wavelengths: the root of
/// tan(κd/2) = γ q/κ with κ² = k₀²(n₁² − n²), γ² = k₀²(n² − n₂²), q = 1 (TE) or (n₁/n₂)² (TM), by bisection in
/// the form κd/2 − atan(γ q/κ), which rises with κ.
fn slab(core: f64, cladding: f64, height: f64, magnetic: bool) -> f64 {
    let factor = if magnetic {
        (core / cladding).powi(2)
    } else {
        1.0
    };
    let most = (core * core - cladding * cladding).sqrt();
    let (mut low, mut high) = (0.0, most);
    for _ in 0..200 {
        let kappa = 0.5 * (low + high);
        let gamma = (most * most - kappa * kappa).sqrt();
        if PI * height * kappa < (factor * gamma / kappa).atan() {
            low = kappa;
        } else {
            high = kappa;
        }
    }
    (core * core - low * low).sqrt()
}
