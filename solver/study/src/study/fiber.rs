//! `[fiber.NAME]`: a fibre by its mode field diameter or by its step of index.

use std::collections::BTreeSet;

use cpo_materials::Length;

use super::material::all_or;
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
}

/// Index of a fibre's core.
#[derive(Clone, Copy, Debug)]
pub enum CoreIndex {
    /// By itself.
    Absolute(Expr<Number>),
    /// Above that of the cladding, at any wavelength.
    AboveCladding(Expr<Number>),
}

impl FiberTable {
    /// Parameters of the geometry and the core's index, without those of the cladding's material.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
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
                let (CoreIndex::Absolute(n) | CoreIndex::AboveCladding(n)) = core_index;
                found.extend(core_radius.parameter());
                found.extend(n.parameter());
            }
        }
    }

    /// The cladding's material, if one is stated.
    pub fn cladding(&self) -> Option<MaterialId> {
        match &self.kind {
            FiberKind::Gaussian { cladding, .. } => *cladding,
            FiberKind::Step { cladding, .. } => Some(*cladding),
        }
    }
}

impl Reader {
    pub(crate) fn fiber(&mut self, name: &str, cursor: &Cursor<'_>) -> Option<FiberTable> {
        let table = self.diagnostics.table(cursor, FIBER)?;
        for key in ["core_radius", "core_index"] {
            if self.exclusive(&table, ["mode_field_diameter", key]) {
                return None;
            }
        }
        for (key, other) in [
            ("working_distance", "core_radius"),
            ("multimode", "mode_field_diameter"),
        ] {
            if self.exclusive(&table, [key, other]) {
                return None;
            }
        }
        let kind = if let Some(diameter) = table.get("mode_field_diameter") {
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
                .allowed("`mode_field_diameter`, or `core_radius` with `core_index` and `cladding`")
                .help("add, for example, mode_field_diameter = \"9.2 um\"");
            return None;
        };
        Some(FiberTable {
            name: name.to_owned(),
            kind,
            place: cursor.place.clone(),
            cladding_place: table.place_of("cladding"),
        })
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
        let above = match &cursor.node.value {
            Value::Table(entries) => entries.iter().any(|e| e.key == "above_cladding"),
            _ => false,
        };
        if !above {
            return self.expr(cursor, Limit::Positive).map(CoreIndex::Absolute);
        }
        let table = self.diagnostics.table(cursor, CORE_INDEX)?;
        self.need(&table, "above_cladding", Limit::Positive)
            .map(CoreIndex::AboveCladding)
    }
}
