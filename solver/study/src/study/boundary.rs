//! `boundary` of `[modes.NAME]`: what the window ends in.

use std::collections::BTreeSet;

use cpo_materials::{Length, Quantity};

use super::reader::{Limit, Reader};
use super::schema::{BOUNDARY, WALL};
use super::{Expr, ParameterId};
use crate::file::{Cursor, Value, last_key, nearest};

/// What a side of the window ends in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Wall {
    /// Perfect electric conductor: no tangential E.
    #[default]
    Electric,
    /// Perfect magnetic conductor: no tangential H.
    Magnetic,
    /// An absorbing layer outside the window, a PML.
    Absorbing {
        /// Its thickness.
        thickness: Expr<Length>,
    },
}

/// The four walls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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

impl Wall {
    /// Whether it is a PML.
    pub fn absorbs(&self) -> bool {
        matches!(self, Self::Absorbing { .. })
    }
}

impl Walls {
    /// The sides by the names of the study file.
    pub fn sides(&self) -> [(&'static str, Wall); 4] {
        [
            ("left", self.left),
            ("right", self.right),
            ("bottom", self.bottom),
            ("top", self.top),
        ]
    }

    /// Whether any side is a PML.
    pub fn absorb(&self) -> bool {
        self.sides().iter().any(|(_, wall)| wall.absorbs())
    }

    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        for (_, wall) in self.sides() {
            if let Wall::Absorbing { thickness } = wall {
                found.extend(thickness.parameter());
            }
        }
    }
}

/// A PML thinner than this part of the wavelength absorbs too little to stand for open space.
const THINNEST: f64 = 0.1;
/// What is recommended in its place.
const USUAL: f64 = 0.5;
/// What a wall may be.
const ALLOWED: &str = "\"electric\", \"magnetic\" or a table such as { pml = \"1 um\" }";

impl Reader {
    /// `longest` is the longest wavelength of the study, if it is known.
    pub(crate) fn walls(&mut self, cursor: &Cursor<'_>, longest: Option<Length>) -> Option<Walls> {
        let names = ["left", "right", "bottom", "top"];
        let [left, right, bottom, top] = if let Value::Table(_) = cursor.node.value {
            let table = self.diagnostics.table(cursor, BOUNDARY)?;
            let pml = table.get("pml");
            if let Some(pml) = &pml
                && names.iter().all(|side| table.has(side))
            {
                let message = "`pml` has no effect: all four sides are stated";
                self.diagnostics.warning(&pml.place, message);
            }
            let others = match &pml {
                None => Some(Wall::default()),
                Some(at) => self.absorbing_layer(at, longest),
            };
            names.map(|side| match table.get(side) {
                None => others,
                Some(at) => self.wall(&at, longest),
            })
        } else {
            [self.wall(cursor, longest); 4]
        };
        Some(Walls {
            left: left?,
            right: right?,
            bottom: bottom?,
            top: top?,
        })
    }

    fn wall(&mut self, cursor: &Cursor<'_>, longest: Option<Length>) -> Option<Wall> {
        match &cursor.node.value {
            Value::Table(_) => {
                let table = self.diagnostics.table(cursor, WALL)?;
                let pml = self.diagnostics.required(&table, "pml")?;
                self.absorbing_layer(&pml, longest)
            }
            Value::String(word) => match word.as_str() {
                "electric" => Some(Wall::Electric),
                "magnetic" => Some(Wall::Magnetic),
                _ => {
                    self.no_wall(cursor, word, longest);
                    None
                }
            },
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a wall")
                    .allowed(ALLOWED);
                None
            }
        }
    }

    fn no_wall(&mut self, cursor: &Cursor<'_>, word: &str, longest: Option<Length>) {
        let name = last_key(&cursor.place);
        if word.eq_ignore_ascii_case("pml") {
            let message = format!("{name} = \"{word}\" does not say how thick the layer is");
            self.diagnostics
                .error(&cursor.place, message)
                .allowed(ALLOWED)
                .help(format!("write {{ pml = \"{}\" }}", usual_layer(longest)));
            return;
        }
        let message = format!("{name} cannot be \"{word}\"");
        let diagnostic = self.diagnostics.error(&cursor.place, message);
        diagnostic.allowed(ALLOWED);
        if let Some(near) = nearest(word, ["electric", "magnetic"]) {
            diagnostic.help(format!("did you mean \"{near}\"?"));
        }
    }

    /// A PML of the thickness at `cursor`.
    fn absorbing_layer(&mut self, cursor: &Cursor<'_>, longest: Option<Length>) -> Option<Wall> {
        let thickness = self.expr::<Length>(cursor, Limit::Positive)?;
        let thinnest = self
            .all_values(&thickness)
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        if let Some(longest) = longest
            && thinnest < THINNEST * longest.si()
        {
            self.diagnostics
                .warning(
                    &cursor.place,
                    format!(
                        "a PML of {} absorbs little of light of {longest}: it is thinner than a tenth of the \
                         wavelength",
                        Length::m(thinnest)
                    ),
                )
                .help(format!(
                    "half a wavelength or more is usual: pml = \"{}\"",
                    usual_layer(Some(longest))
                ));
        }
        Some(Wall::Absorbing { thickness })
    }
}

/// A thickness to recommend.
pub(super) fn usual_layer(longest: Option<Length>) -> Length {
    longest.map_or(Length::um(1.0), |longest| Length::m(USUAL * longest.si()))
}
