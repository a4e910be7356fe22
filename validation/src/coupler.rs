//! Published couplers: nitride guides against a standard fibre, and a double taper between two chips.

use cpo_materials::{Length, Material, Quantity, Temperature, Wavelength, catalogue};
use cpo_meshes::{CrossSection, MeshError, Shape, Window};
use cpo_solver::coupling::{CouplingScan, FiberClass, SampledField};
use cpo_solver::modes::{ModeProblem, ModeSolver};
use cpo_solver::taper::{Taper, TaperProblem, TaperSolver};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "couplers.json";
/// Half the window of a nitride guide, um: its widest mode has 1e-6 of its power beyond.
const HALF_WINDOW: f64 = 20.0;
/// Lengths of the taper that its loss is the mean over, in um about the stated one: what the first short taper radiates stays in
/// the closed window and beats with what the last one does.
const LENGTHS: [f64; 21] = {
    let mut lengths = [0.0; 21];
    let mut k = 0;
    while k < 21 {
        lengths[k] = 10.0 * k as f64 - 100.0;
        k += 1;
    }
    lengths
};

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouplerReferences {
    /// Conventions of the file.
    pub about: String,
    /// Guides against a fibre.
    pub facets: FacetCase,
    /// A taper between chips.
    pub double_taper: DoubleTaperCase,
}

/// Guides of several widths against a fibre.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacetCase {
    /// Where the values come from.
    pub source: String,
    wavelength_um: f64,
    thickness_um: f64,
    glass: f64,
    nitride: String,
    fiber: String,
    widths_um: Vec<f64>,
    mean_loss_db: f64,
    uncertainty_db: f64,
}

/// Two tapers above each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubleTaperCase {
    /// Where the values come from.
    pub source: String,
    gap_um: f64,
    thickness_um: f64,
    silicon: f64,
    nitride: f64,
    around: f64,
    wavelength_um: f64,
    length_um: f64,
    loss_db: f64,
    gap_1db_um: f64,
    /// Part of a tolerance within which it is to be met.
    share: f64,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<CouplerReferences, ValidationError> {
    serde_json::from_str(include_str!("../data/couplers.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

fn um(value: f64) -> f64 {
    Length::um(value).si()
}

fn rectangle(x: f64, bottom: f64, width: f64, height: f64) -> Shape {
    Shape::Rectangle {
        x: um(x),
        bottom: um(bottom),
        width: um(width),
        height: um(height),
    }
}

impl FacetCase {
    /// The mean loss over the widths.
    ///
    /// # Errors
    /// Those of modes and couplings.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let (mut mean, mut bar) = (0.0, 0.0);
        for &width in &self.widths_um {
            let [loss, error] = self.loss_db(width)?;
            mean += loss / self.widths_um.len() as f64;
            bar += error / self.widths_um.len() as f64;
        }
        let [least, most] =
            [self.widths_um.first(), self.widths_um.last()].map(|w| w.copied().unwrap_or(f64::NAN));
        Ok(vec![Check {
            case: String::from("thin nitride to fibre"),
            quantity: format!("loss a facet, dB, mean over widths of {least} to {most} um"),
            reference: self.mean_loss_db,
            uncertainty: self.uncertainty_db,
            computed: mean,
            bar: Some(bar),
            tolerance: 0.0,
            basis: String::from("the published loss is in words, \"about 1 dB\""),
        }])
    }

    /// Loss of one facet and its error.
    fn loss_db(&self, width: f64) -> Result<[f64; 2], ValidationError> {
        let wavelength = Wavelength::um(self.wavelength_um);
        let window = Window {
            x: [um(-HALF_WINDOW), um(HALF_WINDOW)],
            y: [um(-HALF_WINDOW), um(HALF_WINDOW)],
        };
        let core = rectangle(0.0, -0.5 * self.thickness_um, width, self.thickness_um);
        let nitride = catalogue().find(&self.nitride)?;
        let section = CrossSection::new(window, Material::with_index(self.glass))?
            .paint("core", nitride, core)?;
        let modes = ModeSolver::default()
            .error(1e-5)
            .solve(&ModeProblem::new(&section, wavelength))?;
        let grids = modes.modes()[0].fields_by_level();
        let grids = grids
            .iter()
            .map(SampledField::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        let grids: Vec<&SampledField> = grids.iter().collect();
        let class = FiberClass::named(&self.fiber).ok_or_else(|| ValidationError::UnknownCase {
            id: self.fiber.clone(),
        })?;
        let silica = catalogue().find(class.cladding)?;
        let silica = silica.refractive_index(wavelength, Temperature::celsius(20.0))?;
        let fiber = class.fiber(silica.re, wavelength)?;
        let study = CouplingScan::new(wavelength)?.study(&fiber, &grids)?;
        Ok(study.total_loss_db)
    }
}

impl DoubleTaperCase {
    /// Loss in place, and how far apart the chips may be for 1 dB more.
    ///
    /// # Errors
    /// Those of tapers.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let check =
            |quantity: &str, [reference, uncertainty]: [f64; 2], [computed, bar]: [f64; 2]| Check {
                case: String::from("double taper"),
                quantity: quantity.to_owned(),
                reference,
                uncertainty,
                computed,
                bar: Some(bar),
                tolerance: 0.0,
                basis: String::from("what is read in the publication"),
            };
        let solver = TaperSolver::default().modes(16).cell(um(0.025)).error(5e-3);
        let in_place = self.loss_db(self.gap_um, &solver)?;
        let solver = TaperSolver::default().modes(12).cell(um(0.04)).error(2e-2);
        let gaps = [-0.3, 0.0, 0.3].map(|by| self.gap_1db_um + by);
        let gap = self.reached(in_place[0] + 1.0, gaps, |gap| self.loss_db(gap, &solver))?;
        Ok(vec![
            check(
                "loss, dB",
                [self.loss_db, self.share * self.loss_db],
                in_place,
            ),
            check(
                "gap at which it has grown by 1 dB, um",
                [self.gap_1db_um, self.share * self.gap_1db_um],
                gap,
            ),
        ])
    }

    /// Where a loss is met between three places, straight in its logarithm, and the error of that place.
    fn reached(
        &self,
        level: f64,
        places: [f64; 3],
        mut loss: impl FnMut(f64) -> Result<[f64; 2], ValidationError>,
    ) -> Result<[f64; 2], ValidationError> {
        let mut losses = [[0.0; 2]; 3];
        for (place, value) in places.into_iter().zip(&mut losses) {
            *value = loss(place)?;
        }
        // between the two places around it
        let at = usize::from(losses[1][0] < level);
        let [[low, _], [high, error]] = [losses[at], losses[at + 1]];
        let slope = (high / low).ln() / (places[at + 1] - places[at]);
        let place = places[at] + (level / low).ln() / slope;
        Ok([place, error / (level * slope)])
    }

    /// Mean loss over lengths about the stated one and its error, the nitride `gap` above the silicon.
    fn loss_db(&self, gap: f64, solver: &TaperSolver) -> Result<[f64; 2], ValidationError> {
        let problem = TaperProblem::new(&self.taper(gap)?, Wavelength::um(self.wavelength_um));
        let solution = solver.solve(&problem)?;
        let short = Length::um(10.0);
        let lengths = LENGTHS.map(|by| vec![short, Length::um(self.length_um + by), short]);
        let mut mean = [0.0; 2];
        for through in solution.sweep(&lengths) {
            let loss = through?.insertion_loss_db(0, 0)?;
            for (sum, part) in mean.iter_mut().zip([loss.value, loss.error]) {
                *sum += part / LENGTHS.len() as f64;
            }
        }
        Ok(mean)
    }

    /// Half of the taper, to the plane of symmetry.
    fn taper(&self, gap: f64) -> Result<Taper, MeshError> {
        let window = Window {
            x: [0.0, um(4.0)],
            y: [um(-2.5), um(3.5 + gap)],
        };
        let h = self.thickness_um;
        let strips = |silicon: Option<f64>,
                      nitride: Option<f64>|
         -> Result<CrossSection, MeshError> {
            let mut section = CrossSection::new(window, Material::with_index(self.around))?;
            if let Some(width) = silicon {
                let material = Material::with_index(self.silicon);
                section = section.paint("silicon", material, rectangle(0.0, 0.0, width, h))?;
            }
            if let Some(width) = nitride {
                let material = Material::with_index(self.nitride);
                section = section.paint("nitride", material, rectangle(0.0, h + gap, width, h))?;
            }
            Ok(section)
        };
        let short = Length::um(10.0);
        let start = strips(None, Some(1.0))?;
        Ok(Taper::starting_at(&start)
            .linear("nitride narrows", &strips(None, Some(0.65))?, short)
            .step(&strips(Some(0.1), Some(0.65))?)
            .linear(
                "light crosses",
                &strips(Some(0.23), Some(0.1))?,
                Length::um(self.length_um),
            )
            .step(&strips(Some(0.23), None)?)
            .linear("silicon widens", &strips(Some(0.44), None)?, short))
    }
}
