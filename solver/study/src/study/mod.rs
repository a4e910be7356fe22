//! The study: what a study file says, checked.
//!
//! [`Study::read`] reports every mistake that can be seen in the file alone, several at a time;
//! [`Study::plan`] those that show when the points are laid out (a wavelength outside a material's
//! data, a shape outside the window). Sizes stay expressions of parameters; the functions of
//! `instance` and `geometry` put values in. `docs/study-file.md` lists the keys.

mod accuracy;
mod boundary;
mod coupling;
mod cross_section;
mod csv_file;
mod fiber;
mod floorplan;
mod geometry;
mod grating;
mod heat;
mod index_range;
mod input_files;
mod instance;
mod laser;
mod laser_laws;
mod light_current;
mod link;
mod link_check;
mod material;
mod modes;
mod near_field;
mod parameter;
mod placement;
mod power_map;
mod reader;
pub mod schema;
mod switch;
mod taper;
mod values;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use cpo_materials::{Dimension, Temperature, Wavelength};
use cpo_table::{InputFile, LossTable};

pub use accuracy::{Accuracy, GridSizes};
pub use boundary::{Wall, Walls};
pub use coupling::{CoatEntry, CouplingTable, GapEntry, Port};
pub use cross_section::{
    CrossSectionLayer, CrossSectionTable, RoughnessEntry, ShapeEntry, ShapeKind, Vertical,
};
pub use fiber::{CoreIndex, FiberKind, FiberTable};
pub use floorplan::{
    ArrayEntry, BlockEntry, FloorplanTable, FootprintEntry, LayerEntry, PlanAxis, SourceEntry,
};
pub use geometry::DrawnGrating;
pub use grating::{GratingLayer, GratingTable, Teeth};
pub use heat::{FaceEntry, Faces, HeatTable};
pub(crate) use instance::Mistake;
pub use instance::{DriveValue, Fiber, FiberModel, Gap, LaserValues};
pub use laser::{Drive, LaserTable, LightEntry, ModeHopEntry, ReliabilityEntry};
pub(crate) use laser_laws::LaserLaws;
pub use link::LinkTable;
pub use material::{
    ColumnsMaterial, ConductivityEntry, MaterialEntry, MaterialId, MaterialKind, MaterialRecord,
    OrientedMaterial, PowerEntry, StatedMaterial,
};
pub use modes::{ModeCount, ModesTable};
pub use near_field::NearField;
pub use parameter::{
    Expr, Number, Parameter, ParameterId, ParameterValues, Scan, Scope, Tolerance,
};
pub use placement::{FiberArray, Freedom, MonteCarloEntry, Tolerancing};
pub use power_map::PowerTiles;
pub use switch::{SwitchEntry, SwitchValue};
pub use taper::{LengthAxis, TaperProfile, TaperSection, TaperTable};

use crate::error::{Report, StudyError};
use crate::file::{Cursor, Diagnostic, Diagnostics, Place, Source, Table, Value};
use input_files::{InputFiles, InputSource};
use laser::LaserHeat;
use link::{Known, LinkSurroundings};
use reader::{Limit, Reader};
use schema::{ROOT, STUDY};

/// Temperature of a study that does not state one.
const DEFAULT_TEMPERATURE: Temperature = Temperature::celsius(20.0);

/// A checked study.
#[derive(Clone, Debug)]
pub struct Study {
    /// Name; also that of the output folder.
    pub name: String,
    /// What is asked.
    pub description: Option<String>,
    /// Works that the study rests on.
    pub cites: Vec<String>,
    /// Vacuum wavelength; `None` in a study of heat alone.
    pub wavelength: Option<Expr<Wavelength>>,
    /// Temperature of the guides, and of the ambient where none is stated.
    pub temperature: Expr<Temperature>,
    /// All parameters: those under `[parameters]` in the order of the file, then those in place.
    pub parameters: Vec<Parameter>,
    /// All materials: those under `[materials]`, then those named or stated in place.
    pub materials: Vec<MaterialEntry>,
    /// `[cross_section.NAME]` in the order of the file, as all that follow.
    pub cross_sections: Vec<CrossSectionTable>,
    /// `[modes.NAME]`.
    pub modes: Vec<ModesTable>,
    /// `[fiber.NAME]`.
    pub fibers: Vec<FiberTable>,
    /// `[coupling.NAME]`.
    pub couplings: Vec<CouplingTable>,
    /// `[grating.NAME]`.
    pub gratings: Vec<GratingTable>,
    /// `[taper.NAME]`.
    pub tapers: Vec<TaperTable>,
    /// `[floorplan.NAME]`.
    pub floorplans: Vec<FloorplanTable>,
    /// `[heat.NAME]`.
    pub heats: Vec<HeatTable>,
    /// `[laser.NAME]`.
    pub lasers: Vec<LaserTable>,
    /// `[link.NAME]`.
    pub links: Vec<LinkTable>,
    /// The files that it names, as they were read.
    pub inputs: Vec<InputFile>,
    /// What has no effect or is doubtful.
    pub warnings: Vec<Diagnostic>,
    pub(crate) wavelength_place: Option<Place>,
    pub(crate) source: Arc<Source>,
}

/// A parameter's value at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedValue {
    /// The parameter's name.
    pub name: String,
    /// Value in the SI unit of `dimension`.
    pub value: f64,
    /// Dimension of the value.
    pub dimension: Dimension,
    /// "250 nm".
    pub text: String,
}

/// "tip_width = 250 nm".
impl fmt::Display for NamedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.text)
    }
}

impl Study {
    /// Reads and checks a study file. Files that it names are looked for beside it.
    ///
    /// # Errors
    /// [`StudyError::Read`], [`StudyError::NotText`], and [`StudyError::Invalid`] with all mistakes.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let bytes = std::fs::read(path).map_err(|source| StudyError::Read {
            path: path.to_owned(),
            source,
        })?;
        let text = String::from_utf8(bytes).map_err(|error| StudyError::NotText {
            path: path.to_owned(),
            byte: error.utf8_error().valid_up_to(),
        })?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, &path.display().to_string(), directory)
    }

    /// Checks the text of a study; `name` is what messages call the file, and files that the study
    /// names are looked for in `directory`.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] with all mistakes.
    pub fn parse(text: &str, name: &str, directory: &Path) -> Result<Self, StudyError> {
        Self::with_inputs(text, name, InputSource::Folder(directory.to_owned()))
    }

    /// Checks the study that a loss table holds, with the files that it names as they were then; `name` is what messages
    /// call it.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] with all mistakes.
    pub fn of_table(table: &LossTable, name: &str) -> Result<Self, StudyError> {
        let inputs = InputSource::Recorded(table.inputs.clone());
        Self::with_inputs(&table.study, name, inputs)
    }

    fn with_inputs(text: &str, name: &str, inputs: InputSource) -> Result<Self, StudyError> {
        let source = Arc::new(Source::new(name, text));
        let mut reader = Reader {
            diagnostics: Diagnostics::new(Arc::clone(&source)),
            parameters: Vec::new(),
            materials: Vec::new(),
            inputs: InputFiles::from(inputs),
            broken_parameters: Vec::new(),
            broken_materials: Vec::new(),
        };
        let study = reader.study(source);
        let failed = reader.diagnostics.has_errors();
        let diagnostics = reader.diagnostics.into_sorted();
        match study {
            Some(mut study) if !failed => {
                study.warnings = diagnostics;
                study.parameters = reader.parameters;
                study.materials = reader.materials;
                study.inputs = reader.inputs.read;
                let doubtful = study.doubtful_targets();
                study.warnings.extend(doubtful);
                let idle = [study.idle_deviations(), study.idle_spreads()];
                study.warnings.extend(idle.concat());
                study
                    .warnings
                    .sort_by_key(|d| (d.location.line, d.location.column));
                Ok(study)
            }
            _ => Err(StudyError::Invalid(Report { diagnostics })),
        }
    }

    /// The file as it was read.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The file's name as it was given.
    pub fn file(&self) -> &str {
        self.source.name()
    }

    /// The number of the parameter called `name` under `[parameters]`.
    pub fn parameter(&self, name: &str) -> Option<ParameterId> {
        self.parameters
            .iter()
            .position(|p| !p.in_place && p.name == name)
            .map(ParameterId)
    }

    /// `values` by name, without wavelength and temperature, which points state themselves.
    pub fn named_values(&self, values: &ParameterValues) -> Vec<NamedValue> {
        let conditions = [
            self.wavelength.and_then(|w| w.parameter()),
            self.temperature.parameter(),
        ];
        values
            .iter()
            .filter_map(|(id, value)| {
                let parameter = self.parameters.get(id.0)?;
                let condition = parameter.in_place && conditions.contains(&Some(id));
                (!condition).then(|| NamedValue {
                    name: parameter.name.clone(),
                    value,
                    dimension: parameter.dimension,
                    text: parameter.shown(value),
                })
            })
            .collect()
    }
}

/// The named tables under one key of the root, `[modes.NAME]` and the like.
struct Tables<'t> {
    names: Vec<String>,
    cursors: Vec<Cursor<'t>>,
}

impl Reader {
    fn study(&mut self, source: Arc<Source>) -> Option<Study> {
        let root = self.diagnostics.parse()?;
        let place = Place {
            start: 0,
            end: 0,
            key: String::new(),
        };
        let root = self
            .diagnostics
            .table(&Cursor { node: &root, place }, ROOT)?;
        if let Some(parameters) = root.get("parameters") {
            self.parameters(&parameters);
        }
        if let Some(materials) = root.get("materials") {
            self.materials(&materials);
        }
        let head = self.diagnostics.required(&root, "study");
        let head = head.and_then(|c| self.diagnostics.table(&c, STUDY));
        let name = head.as_ref().and_then(|head| self.study_name(head));
        let (description, cites) = head
            .as_ref()
            .map_or((None, Vec::new()), |head| self.about(head));
        let get = |key: &str| head.as_ref().and_then(|head| head.get(key));
        let wavelength_at = get("wavelength");
        let wavelength = wavelength_at
            .as_ref()
            .map(|c| self.expr::<Wavelength>(c, Limit::Positive));
        let temperature = match get("temperature") {
            None => Some(Expr::Constant(DEFAULT_TEMPERATURE)),
            Some(cursor) => self.expr(&cursor, Limit::Positive),
        };

        let cross = self.tables(&root, "cross_section");
        let cross_sections = each(&cross, |name, c| self.cross_section(name, c));
        let modes_at = self.tables(&root, "modes");
        let modes = each(&modes_at, |name, c| {
            self.modes(name, c, &cross.names, wavelength.flatten())
        });
        let fibers_at = self.tables(&root, "fiber");
        let fibers = each(&fibers_at, |name, c| self.fiber(name, c));
        let ports: Vec<Port> = fibers_at
            .names
            .iter()
            .cloned()
            .map(Port::Fiber)
            .chain(modes_at.names.iter().cloned().map(Port::Modes))
            .collect();
        let couplings_at = self.tables(&root, "coupling");
        let couplings = each(&couplings_at, |name, c| self.coupling(name, c, &ports));
        let gratings_at = self.tables(&root, "grating");
        let gratings = each(&gratings_at, |name, c| {
            self.grating(name, c, &fibers_at.names)
        });
        let tapers_at = self.tables(&root, "taper");
        let tapers = each(&tapers_at, |name, c| {
            self.taper(name, c, &cross.names, wavelength.flatten())
        });
        let plans_at = self.tables(&root, "floorplan");
        let floorplans = each(&plans_at, |name, c| self.floorplan(name, c));
        let heats_at = self.tables(&root, "heat");
        let base = temperature.unwrap_or(Expr::Constant(DEFAULT_TEMPERATURE));
        let heats = each(&heats_at, |name, c| {
            self.heat(name, c, &plans_at.names, &floorplans, base)
        });
        let known: Vec<LaserHeat> = heats_at
            .names
            .iter()
            .map(|name| {
                let heat = heats.iter().find(|h| h.name == *name);
                let plan = heat.and_then(|h| floorplans.iter().find(|p| p.name == h.floorplan));
                let sources = plan.map(|p| (p.name.clone(), p.source_names()));
                LaserHeat {
                    name: name.clone(),
                    sources,
                }
            })
            .collect();
        let lasers_at = self.tables(&root, "laser");
        let lasers = each(&lasers_at, |name, c| self.laser(name, c, &known));

        let links_at = self.tables(&root, "link");
        let surroundings = LinkSurroundings {
            couplings: Known {
                names: &couplings_at.names,
                tables: &couplings,
            },
            tapers: Known {
                names: &tapers_at.names,
                tables: &tapers,
            },
            modes: Known {
                names: &modes_at.names,
                tables: &modes,
            },
            cross_sections: &cross_sections,
            laser_names: &lasers_at.names,
            lasers: &lasers,
            wavelength: wavelength.flatten(),
            temperature: get("temperature").map(|_| base),
        };
        let links = each(&links_at, |name, c| self.link(name, c, &surroundings));

        let computed = [
            &modes_at,
            &couplings_at,
            &gratings_at,
            &tapers_at,
            &heats_at,
            &lasers_at,
            &links_at,
        ];
        if computed.iter().all(|tables| tables.names.is_empty()) && !self.diagnostics.has_errors() {
            self.diagnostics
                .error(root.place(), "the study asks for nothing to be computed")
                .allowed("at least one table [modes.NAME], [coupling.NAME], [grating.NAME], [taper.NAME], [heat.NAME] or [link.NAME]");
        }
        if wavelength_at.is_none()
            && let Some(first) = [&modes_at, &couplings_at, &gratings_at, &tapers_at]
                .into_iter()
                .find_map(|tables| tables.cursors.first())
        {
            self.diagnostics
                .error(
                    &first.place,
                    format!("`{}` needs a wavelength", first.place.key),
                )
                .help("add wavelength = \"1550 nm\" under [study]");
        }
        let study = Study {
            name: name?,
            description,
            cites,
            wavelength: material::all_or(wavelength)?,
            temperature: temperature?,
            parameters: Vec::new(),
            materials: Vec::new(),
            cross_sections,
            modes,
            fibers,
            couplings,
            gratings,
            tapers,
            floorplans,
            heats,
            lasers,
            links,
            inputs: Vec::new(),
            warnings: Vec::new(),
            wavelength_place: wavelength_at.map(|c| c.place),
            source,
        };
        if !self.diagnostics.has_errors() {
            self.powers(&study);
            self.switched_lasers(&study);
            self.unused(&study);
        }
        Some(study)
    }

    fn study_name(&mut self, head: &Table<'_>) -> Option<String> {
        let cursor = self.diagnostics.required(head, "name")?;
        let name = self.diagnostics.string(&cursor)?;
        let good = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(good) {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("a study cannot be called {name:?}: a folder is named after it"),
                )
                .allowed("letters, digits, `_`, `-` and `.`");
            return None;
        }
        Some(name.to_owned())
    }

    fn about(&mut self, head: &Table<'_>) -> (Option<String>, Vec<String>) {
        let description = head
            .get("description")
            .and_then(|c| self.diagnostics.string(&c).map(str::to_owned));
        let cites = head
            .get("cites")
            .and_then(|c| self.diagnostics.items(&c))
            .unwrap_or_default();
        let cites = cites
            .iter()
            .filter_map(|c| self.diagnostics.string(c).map(str::to_owned))
            .collect();
        (description, cites)
    }

    fn tables<'t>(&mut self, root: &Table<'t>, kind: &str) -> Tables<'t> {
        let mut tables = Tables {
            names: Vec::new(),
            cursors: Vec::new(),
        };
        let Some(cursor) = root.get(kind) else {
            return tables;
        };
        for (name, place, value) in self.diagnostics.named(&cursor) {
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.diagnostics
                    .error(
                        &place,
                        format!("a table cannot be called [{}]", place.key()),
                    )
                    .allowed("letters, digits and underscores, as in the output");
            }
            if !matches!(value.node.value, Value::Table(_)) {
                self.diagnostics
                    .error(
                        &place,
                        format!("[{kind}] holds named tables, and `{name}` is not a table"),
                    )
                    .help(format!(
                        "write [{kind}.NAME] above it, with a name of your own"
                    ));
                continue;
            }
            tables.names.push(name.to_owned());
            // messages about the table as a whole point at its name
            tables.cursors.push(Cursor {
                node: value.node,
                place,
            });
        }
        tables
    }

    /// Reports sources whose power nothing states.
    fn powers(&mut self, study: &Study) {
        for heat in &study.heats {
            let Some(plan) = study.floorplans.iter().find(|p| p.name == heat.floorplan) else {
                continue;
            };
            let unpowered = |source: &&SourceEntry| source.power.is_none() && source.map.is_none();
            for source in plan.sources.iter().filter(unpowered) {
                let driven = |name: &String| {
                    study
                        .lasers
                        .iter()
                        .any(|l| l.heats.contains(&heat.name) && l.sources.contains(name))
                };
                if !source.names().iter().all(driven) {
                    self.diagnostics
                        .error(
                            &source.place,
                            format!(
                                "`{}` needs the key `power`: no laser drives it in [heat.{}]",
                                source.place.key(),
                                heat.name
                            ),
                        )
                        .help("add, for example, power = \"50 mW\"");
                }
            }
        }
    }

    /// Warns of what has no effect.
    fn unused(&mut self, study: &Study) {
        for parameter in &self.parameters {
            if !parameter.in_place && parameter.uses.is_empty() {
                self.diagnostics.warning(
                    &parameter.place,
                    format!("parameter `{}` is not used", parameter.name),
                );
            }
        }
        for material in &self.materials {
            if material.named && !material.used {
                self.diagnostics.warning(
                    &material.place,
                    format!("material `{}` is not used", material.name),
                );
            }
        }
        for section in &study.cross_sections {
            let seen = study.modes.iter().any(|m| m.cross_section == section.name);
            let mut tapers = study.tapers.iter();
            if !seen && !tapers.any(|t| t.cross_sections().any(|name| name == section.name)) {
                let message = format!(
                    "no [modes.NAME] or [taper.NAME] uses the cross-section `{}`",
                    section.name
                );
                self.diagnostics.warning(&section.place, message);
            }
        }
        for plan in &study.floorplans {
            if !study.heats.iter().any(|h| h.floorplan == plan.name) {
                let message = format!("no [heat.NAME] uses the floorplan `{}`", plan.name);
                self.diagnostics.warning(&plan.place, message);
            }
        }
        for fiber in &study.fibers {
            let port = Port::Fiber(fiber.name.clone());
            let coupled = |c: &CouplingTable| c.from == port || c.to == port;
            let lit = |g: &GratingTable| g.fiber == fiber.name;
            if !study.couplings.iter().any(coupled) && !study.gratings.iter().any(lit) {
                let message = format!(
                    "no [coupling.NAME] or [grating.NAME] uses the fibre `{}`",
                    fiber.name
                );
                self.diagnostics.warning(&fiber.place, message);
            }
        }
    }
}

/// Every table that can be read; what is wrong with the others has been reported.
fn each<T>(tables: &Tables<'_>, mut read: impl FnMut(&str, &Cursor<'_>) -> Option<T>) -> Vec<T> {
    tables
        .names
        .iter()
        .zip(&tables.cursors)
        .filter_map(|(name, c)| read(name, c))
        .collect()
}
