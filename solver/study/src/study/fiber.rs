//! `[fiber.NAME]`: a fibre by its class, its mode field diameter, its step of index, or the field at its end.

use std::collections::BTreeSet;
use std::sync::Arc;

use cpo_materials::{Angle, Length};
use cpo_solver::coupling::FiberClass;

use super::material::all_or;
use super::near_field::NearField;
use super::reader::{Limit, Reader};
use super::schema::{CORE_INDEX, FIBER, MODE_FIELD_DIAMETER};
use super::{Expr, MaterialId, Number, ParameterId};
use crate::file::{Cursor, Place, Value};

/// A fibre.
#[derive(Clone, Debug)]
pub struct FiberTable {
    /// Name.
    pub name: String,
    /// What is known of it.
    pub kind: FiberKind,
    /// Angle of the electric field from x towards y; without it the field is along that of what receives it.
    pub polarization: Option<Expr<Angle>>,
    /// Where it is written.
    pub place: Place,
    /// Where its cladding is written.
    pub cladding_place: Place,
}

/// What is known of a fibre.
#[derive(Clone, Debug)]
pub enum FiberKind {
    /// A Gaussian field.
    Gaussian {
        /// 1/e² diameters of the intensity along x and y.
        mode_field_diameter: [Expr<Length>; 2],
        /// From the end of a lensed fibre to the waist in front of it.
        working_distance: Expr<Length>,
        /// The fibre's glass; without it the fibre has the index of the gap.
        cladding: Option<MaterialId>,
    },
    /// A step-index fibre with an infinite cladding.
    Step {
        /// Radius of the core.
        core_radius: Expr<Length>,
        /// Index of the core.
        core_index: CoreIndex,
        /// Material of the cladding.
        cladding: MaterialId,
        /// Whether it may carry other modes than its first.
        multimode: bool,
    },
    /// The step-index fibre that stands for a class.
    Class(&'static FiberClass, MaterialId),
    /// A field by its values.
    Field {
        /// The values.
        field: Arc<NearField>,
        /// Index of the medium in which it is; without it the field has that of the gap.
        index: Option<Expr<Number>>,
    },
}

/// Index of a fibre's core.
#[derive(Clone, Copy, Debug)]
pub enum CoreIndex {
    /// By itself.
    Absolute(Expr<Number>),
    /// Above that of the cladding, at any wavelength.
    AboveCladding(Expr<Number>),
    /// By √(n² − n_cladding²).
    NumericalAperture(Expr<Number>),
}

/// What a fibre can be told by.
const MODELS: [&str; 4] = ["class", "mode_field_diameter", "core_radius", "field"];

impl FiberTable {
    /// Parameters of the geometry and the core's index, without those of the cladding's material.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        found.extend(self.polarization.as_ref().and_then(Expr::parameter));
        match &self.kind {
            FiberKind::Gaussian {
                mode_field_diameter: [x, y],
                working_distance,
                ..
            } => {
                found.extend(
                    [x, y, working_distance]
                        .into_iter()
                        .filter_map(|e| e.parameter()),
                );
            }
            FiberKind::Step {
                core_radius,
                core_index,
                ..
            } => {
                let (CoreIndex::Absolute(n)
                | CoreIndex::AboveCladding(n)
                | CoreIndex::NumericalAperture(n)) = core_index;
                found.extend(core_radius.parameter());
                found.extend(n.parameter());
            }
            FiberKind::Class(..) => {}
            FiberKind::Field { index, .. } => {
                found.extend(index.as_ref().and_then(Expr::parameter));
            }
        }
    }

    /// The cladding's material, if one is stated.
    pub fn cladding(&self) -> Option<MaterialId> {
        match &self.kind {
            FiberKind::Gaussian { cladding, .. } => *cladding,
            FiberKind::Step { cladding, .. } | FiberKind::Class(_, cladding) => Some(*cladding),
            FiberKind::Field { .. } => None,
        }
    }
}

impl Reader {
    pub(crate) fn fiber(&mut self, name: &str, cursor: &Cursor<'_>) -> Option<FiberTable> {
        let table = self.diagnostics.table(cursor, FIBER)?;
        for (i, model) in MODELS.iter().enumerate() {
            for other in &MODELS[i + 1..] {
                if self.exclusive(&table, [model, other]) {
                    return None;
                }
            }
        }
        // keys that belong to one of them alone
        for (key, models) in [
            ("core_index", &["class", "mode_field_diameter", "field"][..]),
            ("working_distance", &["class", "core_radius", "field"]),
            ("multimode", &["class", "mode_field_diameter", "field"]),
            ("cladding", &["class", "field"]),
            ("index", &["class", "mode_field_diameter", "core_radius"]),
        ] {
            for model in models {
                if self.exclusive(&table, [key, model]) {
                    return None;
                }
            }
        }
        let polarization = table
            .get("polarization_angle")
            .map(|c| self.expr(&c, Limit::Any));
        let kind = if let Some(class) = table.get("class") {
            self.class(&class)?
        } else if let Some(file) = table.get("field") {
            let field = self.near_field(&file);
            let index = table.get("index").map(|c| self.expr(&c, Limit::Positive));
            let field = field?;
            if let (true, Some(at)) = (field.is_vector(), table.get("polarization_angle")) {
                self.diagnostics.error(
                    &at.place,
                    "`polarization_angle` turns a field that has no direction of its own, and this one has Ex and Ey",
                );
                return None;
            }
            FiberKind::Field {
                field: Arc::new(field),
                index: all_or(index)?,
            }
        } else if let Some(diameter) = table.get("mode_field_diameter") {
            let mode_field_diameter = self.mode_field_diameter(&diameter);
            let none = Length::um(0.0);
            let working_distance = self.or(&table, "working_distance", Limit::NotNegative, none);
            let cladding = table.get("cladding").map(|c| self.material(&c));
            FiberKind::Gaussian {
                mode_field_diameter: mode_field_diameter?,
                working_distance: working_distance?,
                cladding: all_or(cladding)?,
            }
        } else if table.has("core_radius") || table.has("core_index") {
            let core_radius = self.need(&table, "core_radius", Limit::Positive);
            let core_index = self.diagnostics.required(&table, "core_index");
            let core_index = core_index.and_then(|c| self.core_index(&c));
            let cladding = self.need_material(&table, "cladding");
            let multimode = match table.get("multimode") {
                Some(cursor) => self.diagnostics.boolean(&cursor),
                None => Some(false),
            };
            FiberKind::Step {
                core_radius: core_radius?,
                core_index: core_index?,
                cladding: cladding?,
                multimode: multimode?,
            }
        } else {
            self.diagnostics
                .error(
                    table.place(),
                    format!("`{}` does not say what the fibre is", cursor.place.key),
                )
                .allowed("`class`, `mode_field_diameter`, `core_radius` with `core_index` and `cladding`, or `field`")
                .help("add, for example, class = \"SMF-28\" or mode_field_diameter = \"9.2 um\"");
            return None;
        };
        Some(FiberTable {
            name: name.to_owned(),
            kind,
            polarization: all_or(polarization)?,
            place: cursor.place.clone(),
            cladding_place: table.place_of("cladding"),
        })
    }

    /// A fibre by the name of its class, its cladding by that of the catalogue.
    fn class(&mut self, cursor: &Cursor<'_>) -> Option<FiberKind> {
        let classes: Vec<_> = FiberClass::ALL.iter().map(|c| (c.name, c)).collect();
        let class = self.choice(cursor, &classes)?;
        let cladding = self.catalogued(class.cladding, &cursor.place)?;
        Some(FiberKind::Class(class, cladding))
    }

    /// A diameter, or one along x and one along y.
    fn mode_field_diameter(&mut self, cursor: &Cursor<'_>) -> Option<[Expr<Length>; 2]> {
        let elliptic = match &cursor.node.value {
            Value::Table(entries) => entries.iter().any(|e| e.key == "x" || e.key == "y"),
            _ => false,
        };
        if !elliptic {
            let diameter = self.expr(cursor, Limit::Positive)?;
            return Some([diameter; 2]);
        }
        let table = self.diagnostics.table(cursor, MODE_FIELD_DIAMETER)?;
        let x = self.need(&table, "x", Limit::Positive);
        let y = self.need(&table, "y", Limit::Positive);
        Some([x?, y?])
    }

    fn core_index(&mut self, cursor: &Cursor<'_>) -> Option<CoreIndex> {
        let relative = match &cursor.node.value {
            Value::Table(entries) => entries
                .iter()
                .any(|e| CORE_INDEX.iter().any(|k| k.name == e.key)),
            _ => false,
        };
        if !relative {
            return self.expr(cursor, Limit::Positive).map(CoreIndex::Absolute);
        }
        let table = self.diagnostics.table(cursor, CORE_INDEX)?;
        if self.exclusive(&table, ["above_cladding", "numerical_aperture"]) {
            return None;
        }
        if table.has("numerical_aperture") {
            return self
                .need(&table, "numerical_aperture", Limit::Positive)
                .map(CoreIndex::NumericalAperture);
        }
        self.need(&table, "above_cladding", Limit::Positive)
            .map(CoreIndex::AboveCladding)
    }
}
