//! `[heat.NAME]`: where the heat of a floorplan goes.

use std::collections::BTreeSet;

use cpo_materials::{Duration, HeatCapacityRate, HeatFlux, HeatTransferCoefficient, Temperature};
use cpo_solver::heat::Towards;

use super::laser::LaserHeat;
use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{FACE, FLOW, HEAT};
use super::{Expr, FloorplanTable, Number, ParameterId, Scan, SwitchEntry};
use crate::file::{Cursor, Place, Table, Value, last_key, listed, nearest};

/// Relative accuracy of a temperature rise unless the study says otherwise.
const DEFAULT_ERROR: f64 = 1e-3;

/// A heat problem.
#[derive(Clone, Debug)]
pub struct HeatTable {
    /// Name.
    pub name: String,
    /// Name of the floorplan.
    pub floorplan: String,
    /// Temperature of the coolant, and of the start; the study's temperature unless stated.
    pub ambient: Expr<Temperature>,
    /// Conditions at the six faces.
    pub faces: Faces<FaceEntry>,
    /// Whether k follows the temperature from place to place; else it is that at the ambient temperature.
    pub has_local_conductivity: bool,
    /// Relative error wanted of thermal resistances and rises.
    pub error: f64,
    /// Times after a step of power at which the rises are wanted; without them only the steady state is computed.
    pub step_times: Option<Scan<Duration>>,
    /// Whether it is asked what the thermal resistances depend on.
    pub sensitivities: bool,
    /// Sources whose power changes at time 0.
    pub switched: Vec<SwitchEntry>,
    /// Where it is written.
    pub place: Place,
}

/// Something for each of the six faces of a floorplan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faces<T> {
    /// Lowest x.
    pub left: T,
    /// Highest x.
    pub right: T,
    /// Lowest y.
    pub front: T,
    /// Highest y.
    pub back: T,
    /// Lowest z.
    pub bottom: T,
    /// Highest z.
    pub top: T,
}

impl<T> Faces<T> {
    /// All six, in the order left, right, front, back, bottom, top.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [
            &self.left,
            &self.right,
            &self.front,
            &self.back,
            &self.bottom,
            &self.top,
        ]
        .into_iter()
    }

    /// The same with `f` of each.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> Faces<U> {
        Faces {
            left: f(&self.left),
            right: f(&self.right),
            front: f(&self.front),
            back: f(&self.back),
            bottom: f(&self.bottom),
            top: f(&self.top),
        }
    }
}

/// What happens at a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaceEntry {
    /// No heat passes.
    Insulated,
    /// Heat leaves in proportion to the rise above the ambient.
    Convection {
        /// Heat transfer coefficient.
        coefficient: Expr<HeatTransferCoefficient>,
        /// Temperature of the coolant, if not that of the problem.
        ambient: Option<Expr<Temperature>>,
    },
    /// It radiates as a grey face, and loses heat in proportion to the rise besides.
    Radiation {
        /// Heat transfer coefficient; 0 unless stated.
        coefficient: Expr<HeatTransferCoefficient>,
        /// Emissivity.
        emissivity: Expr<Number>,
        /// Temperature of the surroundings, if not that of the problem.
        ambient: Option<Expr<Temperature>>,
    },
    /// Into a coolant that warms up on its way.
    Coolant {
        /// Heat transfer coefficient.
        coefficient: Expr<HeatTransferCoefficient>,
        /// Temperature where it enters, if not the ambient of the problem.
        inlet: Option<Expr<Temperature>>,
        /// Mass per time times specific heat.
        capacity_rate: Expr<HeatCapacityRate>,
        /// Where it flows.
        towards: Towards,
    },
    /// Held at a temperature.
    Temperature(Expr<Temperature>),
    /// A given flux into the body.
    Flux(Expr<HeatFlux>),
}

impl HeatTable {
    /// Parameters of the boundary, without those of the floorplan.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        found.extend(self.ambient.parameter());
        for entry in &self.switched {
            entry.parameters(found);
        }
        for face in self.faces.iter() {
            match face {
                FaceEntry::Insulated => {}
                FaceEntry::Convection {
                    coefficient,
                    ambient,
                } => {
                    found.extend(coefficient.parameter());
                    found.extend(ambient.and_then(|t| t.parameter()));
                }
                FaceEntry::Radiation {
                    coefficient,
                    emissivity,
                    ambient,
                } => {
                    found.extend(coefficient.parameter());
                    found.extend(emissivity.parameter());
                    found.extend(ambient.and_then(|t| t.parameter()));
                }
                FaceEntry::Coolant {
                    coefficient,
                    inlet,
                    capacity_rate,
                    ..
                } => {
                    found.extend(coefficient.parameter());
                    found.extend(inlet.and_then(|t| t.parameter()));
                    found.extend(capacity_rate.parameter());
                }
                FaceEntry::Temperature(t) => found.extend(t.parameter()),
                FaceEntry::Flux(q) => found.extend(q.parameter()),
            }
        }
    }
}

impl Reader {
    pub(crate) fn heat(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        floorplans: &[String],
        plans: &[FloorplanTable],
        temperature: Expr<Temperature>,
    ) -> Option<HeatTable> {
        let table = self.diagnostics.table(cursor, HEAT)?;
        let floorplan = self.diagnostics.required(&table, "floorplan");
        let floorplan = floorplan.and_then(|c| self.table_named(&c, "floorplan", floorplans));
        let ambient = match table.get("ambient") {
            None => Some(temperature),
            Some(ambient) => self.expr(&ambient, Limit::Positive),
        };
        let error = match table.get("error") {
            Some(error) => self.relative(&error),
            None => Some(DEFAULT_ERROR),
        };
        let local = match table.get("conductivity") {
            None => Some(false),
            Some(at) => self.choice(&at, &[("ambient", false), ("local", true)]),
        };
        let step_times = table
            .get("step_times")
            .map(|times| self.scan_within(&times, Limit::Positive));
        let sensitivities = match table.get("sensitivities") {
            Some(cursor) => self.diagnostics.boolean(&cursor),
            None => Some(false),
        };
        let of = floorplan.and_then(|at| plans.iter().find(|plan| plan.name == floorplans[at]));
        let of = LaserHeat {
            name: name.to_owned(),
            sources: of.map(|plan| (plan.name.clone(), plan.source_names())),
        };
        let switched = table.get("switched").map(|list| {
            if !table.has("step_times") && !table.misspells("step_times") {
                self.diagnostics
                    .error(&list.place, "`switched` needs the key `step_times`")
                    .help("add, for example, step_times = { from = \"1 ms\", to = \"10 s\", points = 9, spacing = \"logarithmic\" }");
            }
            self.switched(&list, &of)
        });
        let mut face = |key: &str, otherwise: Option<FaceEntry>| match table.get(key) {
            None => otherwise,
            Some(at) => self.face(&at),
        };
        let bottom = face("bottom", Some(FaceEntry::Insulated));
        let top = face("top", Some(FaceEntry::Insulated));
        let sides = face("sides", Some(FaceEntry::Insulated));
        let left = face("left", sides);
        let right = face("right", sides);
        let front = face("front", sides);
        let back = face("back", sides);
        let faces = Faces {
            left: left?,
            right: right?,
            front: front?,
            back: back?,
            bottom: bottom?,
            top: top?,
        };
        let cooled = faces
            .iter()
            .any(|f| !matches!(f, FaceEntry::Insulated | FaceEntry::Flux(_)));
        if !cooled {
            self.diagnostics
                .error(
                    table.place(),
                    format!(
                        "`{}` has no face where heat can leave: no steady state exists",
                        cursor.place.key
                    ),
                )
                .allowed("at least one face with { convection }, { emissivity } or { temperature }")
                .help("add, for example, bottom = { convection = \"5000 W/(m2 K)\" }");
            return None;
        }
        if faces.iter().any(|f| matches!(f, FaceEntry::Coolant { .. })) {
            for key in ["step_times", "sensitivities"] {
                self.no_place_beside(&table, key, "flow")?;
            }
        }
        Some(HeatTable {
            name: name.to_owned(),
            floorplan: floorplans[floorplan?].clone(),
            ambient: ambient?,
            faces,
            has_local_conductivity: local?,
            error: error?,
            step_times: all_or(step_times)?,
            sensitivities: sensitivities?,
            switched: all_or(switched)?.unwrap_or_default(),
            place: cursor.place.clone(),
        })
    }

    fn face(&mut self, cursor: &Cursor<'_>) -> Option<FaceEntry> {
        match &cursor.node.value {
            Value::Table(_) => {}
            Value::String(text) if text == "insulated" => return Some(FaceEntry::Insulated),
            Value::String(text) => {
                let message = format!("{} cannot be \"{text}\"", last_key(&cursor.place));
                let diagnostic = self.diagnostics.error(&cursor.place, message);
                diagnostic.allowed(BOUNDARIES);
                if nearest(text, ["insulated"]).is_some() {
                    diagnostic.help("did you mean \"insulated\"?");
                }
                return None;
            }
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a boundary")
                    .allowed(BOUNDARIES);
                return None;
            }
        }
        let table = self.diagnostics.table(cursor, FACE)?;
        let kinds = ["convection", "emissivity", "temperature", "flux"];
        let there: Vec<&str> = kinds.into_iter().filter(|kind| table.has(kind)).collect();
        match there.as_slice() {
            ["convection"] | ["emissivity"] | ["convection", "emissivity"] => {
                self.open_face(cursor, &table)
            }
            [kind] => {
                for key in ["ambient", "flow"] {
                    self.no_place_beside(&table, key, kind)?;
                }
                if *kind == "temperature" {
                    let held = self.need(&table, "temperature", Limit::Positive);
                    held.map(FaceEntry::Temperature)
                } else {
                    self.need(&table, "flux", Limit::Any).map(FaceEntry::Flux)
                }
            }
            _ => {
                let message = match there.len() {
                    0 => format!("`{}` says nothing", cursor.place.key),
                    _ => format!(
                        "`{}` is given by {} at once",
                        cursor.place.key,
                        listed(there).replace(" or ", " and ")
                    ),
                };
                self.diagnostics
                    .error(&cursor.place, message)
                    .allowed(BOUNDARIES);
                None
            }
        }
    }

    /// An error if `key` stands beside `kind`, where it has no meaning.
    fn no_place_beside(&mut self, table: &Table<'_>, key: &str, kind: &str) -> Option<()> {
        let Some(there) = table.get(key) else {
            return Some(());
        };
        self.diagnostics
            .error(
                &there.place,
                format!("`{key}` has no meaning beside `{kind}`"),
            )
            .help("remove it");
        None
    }

    /// A face by which heat leaves to a coolant or the surroundings.
    fn open_face(&mut self, cursor: &Cursor<'_>, table: &Table<'_>) -> Option<FaceEntry> {
        let ambient = table.get("ambient").map(|c| self.expr(&c, Limit::Positive));
        if let Some(at) = table.get("emissivity") {
            self.no_place_beside(table, "flow", "emissivity")?;
            let emissivity = self.expr::<Number>(&at, Limit::Positive);
            let none = HeatTransferCoefficient::w_per_m2_k(0.0);
            let coefficient = self.or(table, "convection", Limit::Positive, none);
            let emissivity = emissivity?;
            if self.all_values(&emissivity).into_iter().any(|e| e > 1.0) {
                self.diagnostics
                    .error(&at.place, "no surface radiates more than a black one")
                    .allowed("an emissivity above 0 and at most 1");
                return None;
            }
            return Some(FaceEntry::Radiation {
                coefficient: coefficient?,
                emissivity,
                ambient: all_or(ambient)?,
            });
        }
        let coefficient = self.need(table, "convection", Limit::Positive);
        let Some(flow) = table.get("flow") else {
            return Some(FaceEntry::Convection {
                coefficient: coefficient?,
                ambient: all_or(ambient)?,
            });
        };
        if !["bottom", "top"].contains(&last_key(&cursor.place).trim_matches('`')) {
            self.diagnostics
                .error(
                    &flow.place,
                    "a coolant that warms up flows along the bottom or the top",
                )
                .help("remove `flow` here and give its mean temperature as `ambient`");
            return None;
        }
        let flow = self.diagnostics.table(&flow, FLOW)?;
        let capacity_rate = self.need(&flow, "capacity_rate", Limit::Positive);
        let towards = self.diagnostics.required(&flow, "towards");
        let towards = towards.and_then(|c| {
            self.choice(
                &c,
                &[
                    ("left", Towards::Left),
                    ("right", Towards::Right),
                    ("front", Towards::Front),
                    ("back", Towards::Back),
                ],
            )
        });
        Some(FaceEntry::Coolant {
            coefficient: coefficient?,
            inlet: all_or(ambient)?,
            capacity_rate: capacity_rate?,
            towards: towards?,
        })
    }
}

/// What a face may be.
const BOUNDARIES: &str = "\"insulated\", { convection = \"5000 W/(m2 K)\" }, { emissivity = 0.9 }, \
                          { temperature = \"55 degC\" } or { flux = \"1000 W/m2\" }";
