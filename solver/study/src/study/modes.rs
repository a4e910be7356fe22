//! `[modes.NAME]`: which modes of which cross-section.

use std::collections::BTreeSet;

use cpo_materials::{Length, Wavelength};

use super::boundary::usual_layer;
use super::reader::{Limit, Reader};
use super::schema::MODES;
use super::{Accuracy, Expr, Number, ParameterId, Walls};
use crate::file::{Cursor, Place, Table};

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
    /// From the centre of curvature to the middle of the window, never zero; positive with that
    /// centre on the side of low x. `None`: a straight guide.
    pub bend_radius: Option<Expr<Length>>,
    /// Effective index near which modes are sought; `None`: from the highest downwards.
    pub target: Option<Expr<Number>>,
    /// Whether the group-velocity dispersion is computed, by four further solves or a few more.
    pub dispersion: bool,
    /// Whether the modes are solved anew where parameters deviate, for the spread of their numbers.
    pub spread: bool,
    /// Where it is written.
    pub place: Place,
    pub(crate) spread_place: Place,
    pub(crate) bend_place: Place,
    pub(crate) target_place: Place,
}

/// How many modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeCount {
    /// The first ones by falling effective index, or those nearest to the target.
    First(usize),
    /// All guided ones.
    AllGuided,
}

impl ModesTable {
    /// Parameters of the walls, the bend and the target.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        self.boundary.parameters(found);
        found.extend(self.bend_radius.and_then(|r| r.parameter()));
        found.extend(self.target.and_then(|n| n.parameter()));
    }

    /// Whether a parameter is the thickness of a PML or the target.
    pub(crate) fn is_numerical(&self, id: ParameterId) -> bool {
        let mut found = BTreeSet::new();
        self.boundary.parameters(&mut found);
        found.extend(self.target.and_then(|n| n.parameter()));
        found.contains(&id)
    }
}

impl Reader {
    pub(crate) fn modes(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        cross_sections: &[String],
        wavelength: Option<Expr<Wavelength>>,
    ) -> Option<ModesTable> {
        let table = self.diagnostics.table(cursor, MODES)?;
        let section = self.diagnostics.required(&table, "cross_section");
        let section = section.and_then(|c| self.table_named(&c, "cross_section", cross_sections));
        let count = self.mode_count(&table);
        let accuracy = self.accuracy(&table, DEFAULT_ERROR);
        let longest = wavelength.map(|w| self.all_values(&w).into_iter().fold(0.0, f64::max));
        let longest = longest.map(Length::m);
        let boundary = match table.get("boundary") {
            None => Some(Walls::default()),
            Some(boundary) => self.walls(&boundary, longest),
        };
        let bend_radius = table.get("bend_radius");
        let bend_radius = bend_radius.map(|c| self.expr(&c, Limit::NotZero));
        let target = table.get("target").map(|c| self.expr(&c, Limit::Positive));
        if let (Some(Some(radius)), Some(walls)) = (&bend_radius, &boundary) {
            self.leaks_into_a_layer(&table, radius, walls, longest);
        }
        let mut chosen = |key: &str| match table.get(key) {
            None => Some(false),
            Some(cursor) => self.diagnostics.boolean(&cursor),
        };
        let [dispersion, spread] = ["dispersion", "spread"].map(&mut chosen);
        let open = boundary.is_some_and(|walls| walls.absorb());
        self.grid_is_for_closed_straight_guides(&table, open);
        Some(ModesTable {
            name: name.to_owned(),
            cross_section: cross_sections[section?].clone(),
            count: count?,
            accuracy: accuracy?,
            boundary: boundary?,
            bend_radius: super::material::all_or(bend_radius)?,
            target: super::material::all_or(target)?,
            dispersion: dispersion?,
            spread: spread?,
            place: cursor.place.clone(),
            spread_place: table.place_of("spread"),
            bend_place: table.place_of("bend_radius"),
            target_place: table.place_of("target"),
        })
    }

    fn mode_count(&mut self, table: &Table<'_>) -> Option<ModeCount> {
        if self.exclusive(table, ["count", "all_guided"])
            || self.exclusive(table, ["all_guided", "target"])
        {
            return None;
        }
        match (table.get("count"), table.get("all_guided")) {
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
                        format!("`{}` needs `count` or `all_guided`", table.place().key()),
                    )
                    .help("add, for example, count = 2");
                None
            }
        }
    }

    /// Light leaves a bend on its outer side, where only a PML takes it up.
    fn leaks_into_a_layer(
        &mut self,
        table: &Table<'_>,
        radius: &Expr<Length>,
        walls: &Walls,
        longest: Option<Length>,
    ) {
        let radii = self.all_values(radius);
        for (outer, side, wall, toward) in [
            (1.0, "right", walls.right, "high x"),
            (-1.0, "left", walls.left, "low x"),
        ] {
            let Some(&value) = radii.iter().find(|&&r| r * outer > 0.0) else {
                continue;
            };
            if wall.absorbs() {
                continue;
            }
            let layer = format!("{side} = {{ pml = \"{}\" }}", usual_layer(longest));
            let boundary = table.get("boundary");
            let fix = match &boundary {
                Some(at) if matches!(at.node.value, crate::file::Value::Table(_)) => {
                    format!("write {layer} in `boundary`")
                }
                _ => format!("write boundary = {{ {layer} }}"),
            };
            let boundary = boundary.map(|at| self.diagnostics.locate(&at.place));
            let diagnostic = self.diagnostics.error(
                &table.place_of("bend_radius"),
                format!(
                    "light leaves a bend of {} towards {toward}, and the {side} side of the window has no PML \
                     to take it up",
                    Length::m(value)
                ),
            );
            diagnostic
                .allowed(
                    "a PML on the outer side: `right` for a positive radius (centre of curvature at low x), \
                     `left` for a negative one",
                )
                .help(fix);
            if let Some(location) = boundary {
                diagnostic.related("`boundary` is here", location);
            }
        }
    }

    fn grid_is_for_closed_straight_guides(&mut self, table: &Table<'_>, open: bool) {
        let key = match (table.has("bend_radius"), open) {
            (true, _) => "bend_radius",
            (false, true) => "boundary",
            (false, false) => return,
        };
        let Some(grid) = table.get("grid") else {
            return;
        };
        let other = self.diagnostics.locate(&table.place_of(key));
        self.diagnostics
            .error(
                &grid.place,
                "a given grid serves straight guides with electric or magnetic walls",
            )
            .help("remove `grid` and give `error`, for example error = 1e-4")
            .related(format!("`{key}` is here"), other);
    }
}
