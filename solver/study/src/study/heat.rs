//! `[heat.NAME]`: where the heat of a floorplan goes.

use std::collections::BTreeSet;

use cpo_materials::{Duration, HeatFlux, HeatTransferCoefficient, Temperature};

use super::laser::LaserHeat;
use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{FACE, HEAT};
use super::{Expr, FloorplanTable, ParameterId, Scan, SwitchEntry};
use crate::file::{Cursor, Place, Value, last_key, listed, nearest};

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
            .any(|f| matches!(f, FaceEntry::Convection { .. } | FaceEntry::Temperature(_)));
        if !cooled {
            self.diagnostics
                .error(
                    table.place(),
                    format!(
                        "`{}` has no face where heat can leave: no steady state exists",
                        cursor.place.key
                    ),
                )
                .allowed("at least one face with { convection } or { temperature }")
                .help("add, for example, bottom = { convection = \"5000 W/(m2 K)\" }");
            return None;
        }
        Some(HeatTable {
            name: name.to_owned(),
            floorplan: floorplans[floorplan?].clone(),
            ambient: ambient?,
            faces,
            has_local_conductivity: local?,
            error: error?,
            step_times: all_or(step_times)?,
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
        let kinds = ["convection", "temperature", "flux"];
        let there: Vec<&str> = kinds.into_iter().filter(|kind| table.has(kind)).collect();
        let [kind] = there.as_slice() else {
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
            return None;
        };
        let ambient = table.get("ambient");
        if let (Some(ambient), true) = (&ambient, *kind != "convection") {
            self.diagnostics
                .error(
                    &ambient.place,
                    format!("`ambient` has no meaning beside `{kind}`"),
                )
                .help("remove it");
            return None;
        }
        match *kind {
            "convection" => {
                let ambient = ambient.map(|c| self.expr(&c, Limit::Positive));
                let coefficient = self.need(&table, "convection", Limit::Positive);
                Some(FaceEntry::Convection {
                    coefficient: coefficient?,
                    ambient: all_or(ambient)?,
                })
            }
            "temperature" => self
                .need(&table, "temperature", Limit::Positive)
                .map(FaceEntry::Temperature),
            _ => self.need(&table, "flux", Limit::Any).map(FaceEntry::Flux),
        }
    }
}

/// What a face may be.
const BOUNDARIES: &str = "\"insulated\", { convection = \"5000 W/(m2 K)\" }, \
                          { temperature = \"55 degC\" } or { flux = \"1000 W/m2\" }";
