//! `[modes.NAME]`: which modes of which cross-section.

use super::Accuracy;
use super::reader::Reader;
use super::schema::{BOUNDARY, MODES};
use crate::file::{Cursor, Place, Value};

/// Accuracy of the effective index unless the study says otherwise.
const DEFAULT_ERROR: f64 = 1e-4;

/// Most modes that may be asked for.
const MOST_MODES: usize = 100;

/// Modes to be computed.
#[derive(Clone, Debug)]
pub struct ModesTable {
    /// Name.
    pub name: String,
    /// Name of the cross-section.
    pub cross_section: String,
    /// How many.
    pub count: ModeCount,
    /// Absolute error of the effective index, or a grid.
    pub accuracy: Accuracy,
    /// What the window ends in.
    pub boundary: Walls,
    /// Where it is written.
    pub place: Place,
}

/// How many modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeCount {
    /// The first ones by falling effective index.
    First(usize),
    /// All guided ones.
    AllGuided,
}

/// A wall of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wall {
    /// Perfect electric conductor: no tangential E.
    #[default]
    Electric,
    /// Perfect magnetic conductor: no tangential H.
    Magnetic,
}

/// The four walls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walls {
    /// At the lowest x.
    pub left: Wall,
    /// At the highest x.
    pub right: Wall,
    /// At the lowest y.
    pub bottom: Wall,
    /// At the highest y.
    pub top: Wall,
}

impl Reader {
    pub(crate) fn modes(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        cross_sections: &[String],
    ) -> Option<ModesTable> {
        let table = self.diagnostics.table(cursor, MODES)?;
        let section = self.diagnostics.required(&table, "cross_section");
        let section = section.and_then(|c| self.table_named(&c, "cross_section", cross_sections));
        let both = self.exclusive(&table, ["count", "all_guided"]);
        let count = match (table.get("count"), table.get("all_guided")) {
            _ if both => None,
            (Some(count), _) => self
                .diagnostics
                .count(&count, MOST_MODES)
                .map(ModeCount::First),
            (None, Some(all)) => match self.diagnostics.boolean(&all) {
                Some(true) => Some(ModeCount::AllGuided),
                Some(false) => {
                    self.diagnostics
                        .error(&all.place, "`all_guided` = false says nothing")
                        .help("remove it and write, for example, count = 2");
                    None
                }
                None => None,
            },
            (None, None) if table.misspells("count") || table.misspells("all_guided") => None,
            (None, None) => {
                self.diagnostics
                    .error(
                        table.place(),
                        format!("`{}` needs `count` or `all_guided`", cursor.place.key),
                    )
                    .help("add, for example, count = 2");
                None
            }
        };
        let accuracy = self.accuracy(&table, DEFAULT_ERROR);
        let boundary = match table.get("boundary") {
            None => Some(Walls::default()),
            Some(boundary) => self.walls(&boundary),
        };
        for key in ["bend_radius", "target"] {
            if let Some(at) = table.get(key) {
                self.not_available(
                    &at.place,
                    key,
                    "remove it; straight guides are solved, modes by falling n_eff",
                );
            }
        }
        Some(ModesTable {
            name: name.to_owned(),
            cross_section: cross_sections[section?].clone(),
            count: count?,
            accuracy: accuracy?,
            boundary: boundary?,
            place: cursor.place.clone(),
        })
    }

    /// Reports a key of the format that this version does not act on.
    fn not_available(&mut self, place: &Place, key: &str, help: &str) {
        self.diagnostics
            .error(place, format!("`{key}` is not available in this version"))
            .help(help);
    }

    fn walls(&mut self, cursor: &Cursor<'_>) -> Option<Walls> {
        if !matches!(cursor.node.value, Value::Table(_)) {
            let wall = self.wall(cursor)?;
            return Some(Walls {
                left: wall,
                right: wall,
                bottom: wall,
                top: wall,
            });
        }
        let table = self.diagnostics.table(cursor, BOUNDARY)?;
        if let Some(pml) = table.get("pml") {
            self.not_available(
                &pml.place,
                "pml",
                "use \"electric\" or \"magnetic\" and a wide window",
            );
            return None;
        }
        let [left, right, bottom, top] =
            ["left", "right", "bottom", "top"].map(|side| match table.get(side) {
                None => Some(Wall::default()),
                Some(at) => self.wall(&at),
            });
        Some(Walls {
            left: left?,
            right: right?,
            bottom: bottom?,
            top: top?,
        })
    }

    fn wall(&mut self, cursor: &Cursor<'_>) -> Option<Wall> {
        if let Value::Table(_) = &cursor.node.value {
            let table = self.diagnostics.table(cursor, BOUNDARY)?;
            if let Some(pml) = table.get("pml") {
                self.not_available(
                    &pml.place,
                    "pml",
                    "use \"electric\" or \"magnetic\" and a wide window",
                );
                return None;
            }
        }
        self.choice(
            cursor,
            &[("electric", Wall::Electric), ("magnetic", Wall::Magnetic)],
        )
    }
}
