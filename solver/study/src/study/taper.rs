//! `[taper.NAME]`: sections between cross-sections, one after the other along z.

use std::collections::BTreeSet;

use cpo_materials::{Length, Quantity, Wavelength};

use super::reader::{Limit, Reader};
use super::schema::{TAPER, TAPER_PROFILE, TAPER_SECTION};
use super::{Expr, Number, ParameterId, ParameterValues, Scan, Study, Walls};
use crate::file::{Cursor, Place, Table, Value};

/// Accuracy of every power, as a share of the incident one, unless the study says otherwise.
const DEFAULT_ERROR: f64 = 2e-3;
/// Modes of every slice unless the study says otherwise.
const DEFAULT_MODES: usize = 12;
/// Most slices unless the study says otherwise.
const DEFAULT_SLICES: usize = 120;
/// Most modes that may be asked for.
const MOST_MODES: usize = 200;
/// Most slices that may be asked for.
const MOST_SLICES: usize = 10_000;
/// Most sets of lengths within a point.
const MOST_LENGTHS: usize = 10_000;

/// What a profile may be.
const PROFILES: &str = "\"linear\", or a table such as { power = 2.0 } or \
    { points = [[0.0, 0.0], [0.5, 0.8], [1.0, 1.0]] }";

/// A taper.
#[derive(Clone, Debug)]
pub struct TaperTable {
    /// Name.
    pub name: String,
    /// Its sections along z.
    pub sections: Vec<TaperSection>,
    /// How many guided modes of the start bring light, each by itself, by falling index.
    pub inputs: usize,
    /// How many modes every slice has.
    pub modes: usize,
    /// The most slices that there may be.
    pub slices: usize,
    /// Size of cells at walls, if stated.
    pub cell: Option<Length>,
    /// Error wanted of every power, as a share of the incident one.
    pub error: f64,
    /// What the window ends in.
    pub boundary: Walls,
    /// Where it is written.
    pub place: Place,
}

/// A section of a taper.
#[derive(Clone, Debug)]
pub struct TaperSection {
    /// Name.
    pub name: String,
    /// Name of the cross-section that it begins with; another than the last section's end is an abrupt step.
    pub from: String,
    /// Name of the cross-section that it ends with.
    pub to: String,
    /// Its lengths, an axis within each point.
    pub length: Scan<Length>,
    /// How it goes from the one to the other.
    pub profile: TaperProfile,
    /// Where it is written.
    pub place: Place,
    pub(crate) from_place: Place,
    pub(crate) to_place: Place,
}

/// How the share s of a section's end grows along z.
#[derive(Clone, Debug)]
pub enum TaperProfile {
    /// s = z/L.
    Linear,
    /// s = (z/L)ᵖ.
    Power(Expr<Number>),
    /// Straight lines between points (z/L, s).
    Points(Vec<[f64; 2]>),
}

/// Lengths that are swept together within each point of a taper.
#[derive(Clone, Debug, PartialEq)]
pub struct LengthAxis {
    /// Name: of the parameter behind it, or `length`, or `length_SECTION` where there are several sections.
    pub name: String,
    /// Lengths in metres, ascending.
    pub values: Vec<f64>,
    /// The sections that are as long, by number.
    pub sections: Vec<usize>,
}

impl TaperSection {
    /// The first of its lengths, or what `values` set it to.
    pub(crate) fn first_length(&self, values: &ParameterValues) -> Length {
        let set = self.length.parameter.and_then(|id| values.get(id));
        set.map_or(self.length.values[0], Length::from_si)
    }
}

impl TaperTable {
    /// Parameters of the profiles and the walls, without those of the cross-sections.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        self.boundary.parameters(found);
        for section in &self.sections {
            if let TaperProfile::Power(power) = &section.profile {
                found.extend(power.parameter());
            }
        }
    }

    /// Names of the cross-sections that it begins and ends with.
    pub(crate) fn ends(&self) -> [&str; 2] {
        let first = self.sections.first().map_or("", |s| &s.from);
        let last = self.sections.last().map_or("", |s| &s.to);
        [first, last]
    }

    /// Names of all cross-sections, from the start on.
    pub(crate) fn cross_sections(&self) -> impl Iterator<Item = &str> {
        let mut seen = BTreeSet::new();
        self.sections
            .iter()
            .flat_map(|s| [s.from.as_str(), s.to.as_str()])
            .filter(move |name| seen.insert((*name).to_owned()))
    }

    /// Whether section `k` begins with an abrupt step.
    pub(crate) fn steps_before(&self, k: usize) -> bool {
        k > 0 && self.sections[k - 1].to != self.sections[k].from
    }

    /// What lengths of a section are called: `length`, or `length_SECTION` where there are several sections.
    pub(crate) fn length_name(&self, section: usize) -> String {
        match self.sections.as_slice() {
            [_] => String::from("length"),
            sections => format!("length_{}", sections[section].name),
        }
    }
}

impl Study {
    /// The axes of lengths that vary within each point of a taper, in the order of its sections.
    pub fn length_axes(&self, table: &TaperTable) -> Vec<LengthAxis> {
        let mut axes: Vec<(ParameterId, LengthAxis)> = Vec::new();
        for (k, section) in table.sections.iter().enumerate() {
            let (Some(id), [_, _, ..]) =
                (section.length.parameter, section.length.values.as_slice())
            else {
                continue;
            };
            if let Some((_, axis)) = axes.iter_mut().find(|(other, _)| *other == id) {
                axis.sections.push(k);
                continue;
            }
            let parameter = &self.parameters[id.0];
            let name = if parameter.in_place {
                table.length_name(k)
            } else {
                parameter.name.clone()
            };
            let values = section.length.values.iter().map(|l| l.si()).collect();
            let sections = vec![k];
            axes.push((
                id,
                LengthAxis {
                    name,
                    values,
                    sections,
                },
            ));
        }
        axes.into_iter().map(|(_, axis)| axis).collect()
    }

    /// Lengths of all sections of a taper for every entry of its axes of lengths, the last axis fastest; a length that
    /// `values` set is as they say.
    pub fn length_sets(&self, table: &TaperTable, values: &ParameterValues) -> Vec<Vec<Length>> {
        let first = |s: &TaperSection| s.first_length(values);
        let mut sets = vec![table.sections.iter().map(first).collect::<Vec<Length>>()];
        for axis in self.length_axes(table) {
            sets = sets
                .iter()
                .flat_map(|base| {
                    axis.values.iter().map(|&value| {
                        let mut set = base.clone();
                        for &k in &axis.sections {
                            set[k] = Length::from_si(value);
                        }
                        set
                    })
                })
                .collect();
        }
        sets
    }
}

impl Reader {
    /// Reads a taper; `cross_sections` are the names of all of them.
    pub(crate) fn taper(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        cross_sections: &[String],
        wavelength: Option<Expr<Wavelength>>,
    ) -> Option<TaperTable> {
        let table = self.diagnostics.table(cursor, TAPER)?;
        let sections = self.diagnostics.required(&table, "sections");
        let sections = sections.and_then(|c| self.taper_sections(&c, cross_sections));
        let mut whole = |key: &str, default: usize, most: usize| match table.get(key) {
            None => Some(default),
            Some(cursor) => self.diagnostics.count(&cursor, most),
        };
        let modes = whole("modes", DEFAULT_MODES, MOST_MODES);
        let slices = whole("slices", DEFAULT_SLICES, MOST_SLICES);
        let inputs = whole("inputs", 1, MOST_MODES);
        if let (Some(inputs), Some(modes)) = (inputs, modes)
            && inputs > modes
        {
            self.diagnostics
                .error(
                    &table.place_of("inputs"),
                    format!("{inputs} modes bring light, and slices have {modes}"),
                )
                .allowed(format!("1 to {modes}, or more `modes`"));
            return None;
        }
        let cell = match table.get("cell") {
            None => Some(None),
            Some(cursor) => self.constant(&cursor, Limit::Positive).map(Some),
        };
        let error = match table.get("error") {
            None => Some(DEFAULT_ERROR),
            Some(cursor) => self.relative(&cursor),
        };
        let longest = wavelength.map(|w| self.all_values(&w).into_iter().fold(0.0, f64::max));
        let boundary = match table.get("boundary") {
            None => Some(Walls::default()),
            Some(boundary) => self.walls(&boundary, longest.map(Length::m)),
        };
        Some(TaperTable {
            name: name.to_owned(),
            sections: sections?,
            inputs: inputs?,
            modes: modes?,
            slices: slices?,
            cell: cell?,
            error: error?,
            boundary: boundary?,
            place: cursor.place.clone(),
        })
    }

    fn taper_sections(
        &mut self,
        cursor: &Cursor<'_>,
        cross_sections: &[String],
    ) -> Option<Vec<TaperSection>> {
        let items = self.diagnostics.items(cursor)?;
        if items.is_empty() {
            self.diagnostics
                .error(&cursor.place, "a taper needs a section")
                .help("add, for example, { name = \"narrowing\", from = \"wire\", to = \"tip\", length = \"100 um\" }");
            return None;
        }
        let mut seen = Vec::new();
        let mut sections: Vec<TaperSection> = Vec::new();
        let mut good = true;
        let mut last = None;
        for item in &items {
            let (section, end) = self.taper_section(item, cross_sections, last, &mut seen);
            good &= section.is_some();
            sections.extend(section);
            last = Some(end);
        }
        if !good {
            return None;
        }
        let count: f64 = self.lengths_within(&sections);
        if count > MOST_LENGTHS as f64 {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("the lengths of the sections make {count:.0} sets"),
                )
                .allowed(format!("at most {MOST_LENGTHS} within a point"))
                .help(
                    "sweep fewer sections, or give several of them one parameter as their length",
                );
            return None;
        }
        Some(sections)
    }

    /// How many sets of lengths there are.
    fn lengths_within(&self, sections: &[TaperSection]) -> f64 {
        let mut seen = BTreeSet::new();
        let swept = sections.iter().map(|s| &s.length);
        swept
            .filter(|length| length.parameter.is_none_or(|id| seen.insert(id)))
            .map(|length| length.values.len() as f64)
            .product()
    }

    /// A section and the name of its end, if that is known; `last` is the name of the end of the one before, if there is
    /// one and if that is known.
    fn taper_section(
        &mut self,
        cursor: &Cursor<'_>,
        cross_sections: &[String],
        last: Option<Option<String>>,
        seen: &mut Vec<(String, Place)>,
    ) -> (Option<TaperSection>, Option<String>) {
        let Some(table) = self.diagnostics.table(cursor, TAPER_SECTION) else {
            return (None, None);
        };
        let name = self.item_name(&table, seen, "sections");
        let name = name.filter(|name| self.names_an_axis(name, &table));
        let named = |reader: &mut Self, cursor: Cursor<'_>| {
            let k = reader.table_named(&cursor, "cross_section", cross_sections)?;
            Some(cross_sections[k].clone())
        };
        let from = match (table.get("from"), last) {
            (Some(cursor), _) => named(self, cursor),
            // Without a name because of a mistake that has been reported.
            (None, Some(end)) => end,
            (None, None) => self
                .diagnostics
                .required(&table, "from")
                .and_then(|c| named(self, c)),
        };
        let to = self.diagnostics.required(&table, "to");
        let to = to.and_then(|c| named(self, c));
        let length = self.diagnostics.required(&table, "length");
        let length = length.and_then(|c| self.scan_within(&c, Limit::Positive));
        let profile = match table.get("profile") {
            None => Some(TaperProfile::Linear),
            Some(cursor) => self.taper_profile(&cursor),
        };
        if let (Some(at), Some(from), Some(to)) = (table.get("profile"), &from, &to)
            && from == to
        {
            self.diagnostics.warning(
                &at.place,
                format!("`profile` has no effect: the section stays [cross_section.{to}]"),
            );
        }
        let (end, place) = (to.clone(), cursor.place.clone());
        let section = || {
            Some(TaperSection {
                name: name?,
                from: from?,
                to: to?,
                length: length?,
                profile: profile?,
                place,
                from_place: table.place_of("from"),
                to_place: table.place_of("to"),
            })
        };
        (section(), end)
    }

    /// Lengths in the output are called after sections.
    fn names_an_axis(&mut self, name: &str, table: &Table<'_>) -> bool {
        let good = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            self.diagnostics
                .error(
                    &table.place_of("name"),
                    format!("a section cannot be called \"{name}\""),
                )
                .allowed("letters, digits and underscores, as in the output");
        }
        good
    }

    fn taper_profile(&mut self, cursor: &Cursor<'_>) -> Option<TaperProfile> {
        match &cursor.node.value {
            Value::Table(_) => {}
            Value::String(word) if word == "linear" => return Some(TaperProfile::Linear),
            Value::String(word) => {
                self.diagnostics
                    .error(&cursor.place, format!("`profile` cannot be \"{word}\""))
                    .allowed(PROFILES);
                return None;
            }
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a profile")
                    .allowed(PROFILES);
                return None;
            }
        }
        let table = self.diagnostics.table(cursor, TAPER_PROFILE)?;
        if self.exclusive(&table, ["power", "points"]) {
            return None;
        }
        if table.has("points") {
            return self.profile_points(&table).map(TaperProfile::Points);
        }
        self.need(&table, "power", Limit::Positive)
            .map(TaperProfile::Power)
    }

    fn profile_points(&mut self, table: &Table<'_>) -> Option<Vec<[f64; 2]>> {
        let cursor = table.get("points")?;
        let items = self.diagnostics.items(&cursor)?;
        let mut points = Vec::with_capacity(items.len());
        for item in &items {
            let pair = self.diagnostics.items(item)?;
            let numbers: Vec<_> = pair.iter().map(|c| self.diagnostics.number(c)).collect();
            let numbers: Vec<f64> = numbers.into_iter().collect::<Option<_>>()?;
            points.push(numbers);
        }
        let allowed = "two or more [z/L, s], both rising from [0, 0] to [1, 1]";
        let pairs: Option<Vec<[f64; 2]>> = points.into_iter().map(|p| p.try_into().ok()).collect();
        let Some(pairs) = pairs else {
            self.diagnostics
                .error(&cursor.place, "a point of a profile is two numbers")
                .allowed(allowed);
            return None;
        };
        let ends = pairs.first() == Some(&[0.0; 2]) && pairs.last() == Some(&[1.0; 2]);
        let rises = |pair: &[[f64; 2]]| (0..2).all(|d| pair[0][d] < pair[1][d]);
        if ends && pairs.windows(2).all(rises) {
            return Some(pairs);
        }
        self.diagnostics
            .error(
                &cursor.place,
                "the points of the profile do not lead from the start to the end",
            )
            .allowed(allowed);
        None
    }
}
