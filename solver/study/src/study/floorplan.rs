//! `[floorplan.NAME]`: what heat sees.

use std::collections::BTreeSet;
use std::sync::Arc;

use cpo_materials::{ContactResistance, Length, Power};

use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{ARRAY, BLOCK, FLOORPLAN, FOOTPRINT, LAYER, SOURCE};
use super::{Expr, MaterialId, ParameterId, PowerTiles};
use crate::file::{Cursor, Place, Table, Value};

/// Most copies of one source or block.
const MOST_COPIES: usize = 10_000;

/// A floorplan whose sizes may be parameters.
#[derive(Clone, Debug)]
pub struct FloorplanTable {
    /// Name.
    pub name: String,
    /// Extent along x and y.
    pub size: [Expr<Length>; 2],
    /// Layers from bottom to top.
    pub layers: Vec<LayerEntry>,
    /// Blocks in the order of painting.
    pub blocks: Vec<BlockEntry>,
    /// Heat sources.
    pub sources: Vec<SourceEntry>,
    /// Where it is written.
    pub place: Place,
}

/// A layer over the whole plan.
#[derive(Clone, Debug)]
pub struct LayerEntry {
    /// Name.
    pub name: String,
    /// Material.
    pub material: MaterialId,
    /// Thickness.
    pub thickness: Expr<Length>,
    /// Thermal resistance times area to the layer below.
    pub contact: Expr<ContactResistance>,
    /// Where it is written.
    pub place: Place,
    /// Where its material is written.
    pub material_place: Place,
}

/// A rectangle in the plan: x and y are its centre, from that of the plan.
#[derive(Clone, Copy, Debug)]
pub struct FootprintEntry {
    /// Along x.
    pub width: Expr<Length>,
    /// Along y.
    pub length: Expr<Length>,
    /// Centre.
    pub x: Expr<Length>,
    /// Centre.
    pub y: Expr<Length>,
}

/// Another material in a part of some layers: a die, a trench; or an array of them.
#[derive(Clone, Debug)]
pub struct BlockEntry {
    /// Name; the members of an array are NAME1, NAME2, ...
    pub name: String,
    /// Layers that it replaces.
    pub layers: Vec<String>,
    /// Material.
    pub material: MaterialId,
    /// Where in the plan.
    pub footprint: FootprintEntry,
    /// Copies at equal distances, centred on the rectangle; copies of the copies by the next.
    pub arrays: Vec<ArrayEntry>,
    /// Where it is written.
    pub place: Place,
    /// Where its material is written.
    pub material_place: Place,
}

/// A source of heat, or an array of them.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Name; the members of an array are NAME1, NAME2, ...
    pub name: String,
    /// Layer that is heated, over its whole thickness.
    pub layer: String,
    /// Where in the plan.
    pub footprint: FootprintEntry,
    /// Copies at equal distances, centred on the rectangle; copies of the copies by the next.
    pub arrays: Vec<ArrayEntry>,
    /// Power of each; `None` if a laser or the map says it.
    pub power: Option<Expr<Power>>,
    /// How the power is spread, if not evenly.
    pub map: Option<Arc<PowerTiles>>,
    /// Where it is written.
    pub place: Place,
}

/// Copies at equal distances.
#[derive(Clone, Copy, Debug)]
pub struct ArrayEntry {
    /// How many.
    pub count: usize,
    /// Distance of the centres.
    pub pitch: Expr<Length>,
    /// Direction.
    pub axis: PlanAxis,
}

/// A direction in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanAxis {
    /// Across.
    X,
    /// Along.
    Y,
}

impl SourceEntry {
    /// The sources' names: its own, or NAME1, NAME2, ... of an array.
    pub fn names(&self) -> Vec<String> {
        copied_names(&self.name, &self.arrays)
    }
}

impl BlockEntry {
    /// The blocks' names: its own, or NAME1, NAME2, ... of an array.
    pub fn names(&self) -> Vec<String> {
        copied_names(&self.name, &self.arrays)
    }
}

/// The members of the first array are counted first.
fn copied_names(name: &str, arrays: &[ArrayEntry]) -> Vec<String> {
    if arrays.is_empty() {
        return vec![name.to_owned()];
    }
    let count: usize = arrays.iter().map(|array| array.count).product();
    (1..=count).map(|i| format!("{name}{i}")).collect()
}

impl FootprintEntry {
    fn lengths(&self) -> [&Expr<Length>; 4] {
        [&self.width, &self.length, &self.x, &self.y]
    }
}

impl FloorplanTable {
    /// Parameters of the geometry and the powers, without those of the materials.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        let mut lengths: Vec<&Expr<Length>> = self.size.iter().collect();
        lengths.extend(self.layers.iter().map(|layer| &layer.thickness));
        let contacts = self.layers.iter().map(|layer| layer.contact.parameter());
        found.extend(contacts.flatten());
        for block in &self.blocks {
            lengths.extend(block.footprint.lengths());
            lengths.extend(block.arrays.iter().map(|array| &array.pitch));
        }
        for source in &self.sources {
            lengths.extend(source.footprint.lengths());
            lengths.extend(source.arrays.iter().map(|array| &array.pitch));
            found.extend(source.power.and_then(|power| power.parameter()));
        }
        found.extend(lengths.into_iter().filter_map(Expr::parameter));
    }

    /// All materials, each with where it is asked for.
    pub(crate) fn materials(&self) -> Vec<(MaterialId, Place)> {
        let layers = self
            .layers
            .iter()
            .map(|l| (l.material, l.material_place.clone()));
        layers
            .chain(
                self.blocks
                    .iter()
                    .map(|b| (b.material, b.material_place.clone())),
            )
            .collect()
    }

    /// Names of all sources, arrays written out.
    pub fn source_names(&self) -> Vec<String> {
        self.sources.iter().flat_map(SourceEntry::names).collect()
    }
}

impl Reader {
    pub(crate) fn floorplan(&mut self, name: &str, cursor: &Cursor<'_>) -> Option<FloorplanTable> {
        let table = self.diagnostics.table(cursor, FLOORPLAN)?;
        let size = self.diagnostics.required(&table, "size");
        let size = size.and_then(|c| self.pair(&c, Limit::Positive));
        let layers = self.diagnostics.required(&table, "layers");
        let layers = layers.and_then(|c| self.layers(&c));
        let known: Vec<String> = layers
            .iter()
            .flatten()
            .map(|layer| layer.name.clone())
            .collect();
        let blocks = self.entries(&table, "blocks", |r, c, seen| r.block(c, &known, seen));
        let sources = self.entries(&table, "sources", |r, c, seen| r.source(c, &known, seen));
        Some(FloorplanTable {
            name: name.to_owned(),
            size: size?,
            layers: layers?,
            blocks: blocks?,
            sources: sources?,
            place: cursor.place.clone(),
        })
    }

    /// The items of an optional list.
    fn entries<T>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        mut read: impl FnMut(&mut Self, &Cursor<'_>, &mut Vec<(String, Place)>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(cursor) = table.get(key) else {
            return Some(Vec::new());
        };
        let items = self.diagnostics.items(&cursor)?;
        let mut seen = Vec::new();
        let all: Vec<Option<T>> = items
            .iter()
            .map(|item| read(self, item, &mut seen))
            .collect();
        all.into_iter().collect()
    }

    fn layers(&mut self, cursor: &Cursor<'_>) -> Option<Vec<LayerEntry>> {
        let items = self.diagnostics.items(cursor)?;
        if items.is_empty() {
            self.diagnostics
                .error(&cursor.place, "a floorplan needs a layer")
                .help("add, for example, { name = \"chip\", material = \"Si\", thickness = \"200 um\" }");
            return None;
        }
        let mut seen = Vec::new();
        let read: Vec<_> = items
            .iter()
            .map(|item| self.layer(item, &mut seen))
            .collect();
        read.into_iter().collect()
    }

    fn layer(
        &mut self,
        cursor: &Cursor<'_>,
        seen: &mut Vec<(String, Place)>,
    ) -> Option<LayerEntry> {
        let table = self.diagnostics.table(cursor, LAYER)?;
        let name = self.item_name(&table, seen, "layers");
        let material = self.need_material(&table, "material");
        let thickness = self.need(&table, "thickness", Limit::Positive);
        let none = ContactResistance::m2_k_per_w(0.0);
        let contact = self.or(&table, "contact", Limit::NotNegative, none);
        if let (true, Some(contact)) = (seen.len() == 1, table.get("contact")) {
            self.diagnostics
                .error(
                    &contact.place,
                    "the lowest layer has no layer below to be in `contact` with",
                )
                .help("say what is below by the `bottom` of the heat problem");
            return None;
        }
        Some(LayerEntry {
            name: name?,
            material: material?,
            thickness: thickness?,
            contact: contact?,
            place: cursor.place.clone(),
            material_place: table.place_of("material"),
        })
    }

    fn footprint(&mut self, table: &Table<'_>) -> Option<FootprintEntry> {
        let cursor = self.diagnostics.required(table, "rectangle")?;
        let table = self.diagnostics.table(&cursor, FOOTPRINT)?;
        let width = self.need(&table, "width", Limit::Positive);
        let length = self.need(&table, "length", Limit::Positive);
        let x = self.or(&table, "x", Limit::Any, Length::m(0.0));
        let y = self.or(&table, "y", Limit::Any, Length::m(0.0));
        Some(FootprintEntry {
            width: width?,
            length: length?,
            x: x?,
            y: y?,
        })
    }

    fn layer_named(&mut self, cursor: &Cursor<'_>, known: &[String]) -> Option<String> {
        let words: Vec<(&str, usize)> = known
            .iter()
            .enumerate()
            .map(|(i, name)| (name.as_str(), i))
            .collect();
        if words.is_empty() {
            return None; // what is wrong with the layers has been said
        }
        Some(known[self.choice(cursor, &words)?].clone())
    }

    fn block(
        &mut self,
        cursor: &Cursor<'_>,
        known: &[String],
        seen: &mut Vec<(String, Place)>,
    ) -> Option<BlockEntry> {
        let table = self.diagnostics.table(cursor, BLOCK)?;
        let name = self.item_name(&table, seen, "blocks");
        let material = self.need_material(&table, "material");
        let footprint = self.footprint(&table);
        let arrays = self.arrays(&table);
        let both = self.exclusive(&table, ["layer", "layers"]);
        let layers = if both {
            None
        } else if let Some(list) = table.get("layers") {
            let items = self.diagnostics.items(&list)?;
            if items.is_empty() {
                self.diagnostics
                    .error(&list.place, "a block needs a layer to stand in")
                    .help("name at least one layer");
                return None;
            }
            let read: Vec<_> = items
                .iter()
                .map(|item| self.layer_named(item, known))
                .collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        } else {
            let layer = self.diagnostics.required(&table, "layer");
            layer
                .and_then(|c| self.layer_named(&c, known))
                .map(|layer| vec![layer])
        };
        let entry = BlockEntry {
            name: name?,
            layers: layers?,
            material: material?,
            footprint: footprint?,
            arrays: arrays?,
            place: cursor.place.clone(),
            material_place: table.place_of("material"),
        };
        if !entry.arrays.is_empty() {
            self.members(entry.names(), &cursor.place, seen, "blocks")?;
        }
        Some(entry)
    }

    fn source(
        &mut self,
        cursor: &Cursor<'_>,
        known: &[String],
        seen: &mut Vec<(String, Place)>,
    ) -> Option<SourceEntry> {
        let table = self.diagnostics.table(cursor, SOURCE)?;
        let name = self.item_name(&table, seen, "sources");
        let layer = self.diagnostics.required(&table, "layer");
        let layer = layer.and_then(|c| self.layer_named(&c, known));
        let footprint = self.footprint(&table);
        let arrays = self.arrays(&table);
        let power = table
            .get("power")
            .map(|c| self.expr(&c, Limit::NotNegative));
        let map = table
            .get("power_map")
            .map(|c| self.power_map(&c).map(Arc::new));
        let entry = SourceEntry {
            name: name?,
            layer: layer?,
            footprint: footprint?,
            arrays: arrays?,
            power: all_or(power)?,
            map: all_or(map)?,
            place: cursor.place.clone(),
        };
        if !entry.arrays.is_empty() {
            self.members(entry.names(), &cursor.place, seen, "sources")?;
        }
        Some(entry)
    }

    /// Notes the names of an array's members, each of which must be new.
    fn members(
        &mut self,
        names: Vec<String>,
        place: &Place,
        seen: &mut Vec<(String, Place)>,
        kind: &'static str,
    ) -> Option<()> {
        for member in names {
            if seen.iter().any(|(other, _)| *other == member) {
                self.unique(seen, &member, place, kind);
                return None;
            }
            seen.push((member, place.clone()));
        }
        Some(())
    }

    /// None, one array, or a list of them.
    fn arrays(&mut self, table: &Table<'_>) -> Option<Vec<ArrayEntry>> {
        let Some(cursor) = table.get("array") else {
            return Some(Vec::new());
        };
        if let Value::Table(_) = &cursor.node.value {
            return Some(vec![self.array(&cursor)?]);
        }
        let items = self.diagnostics.items(&cursor)?;
        let read: Vec<_> = items.iter().map(|item| self.array(item)).collect();
        let arrays: Vec<ArrayEntry> = read.into_iter().collect::<Option<_>>()?;
        let copies = arrays.iter().fold(1_usize, |product, array| {
            product.saturating_mul(array.count)
        });
        if copies > MOST_COPIES {
            self.diagnostics
                .error(&cursor.place, format!("{copies} copies are too many"))
                .allowed(format!("at most {MOST_COPIES}"));
            return None;
        }
        Some(arrays)
    }

    fn array(&mut self, cursor: &Cursor<'_>) -> Option<ArrayEntry> {
        let table = self.diagnostics.table(cursor, ARRAY)?;
        let count = self.diagnostics.required(&table, "count");
        let count = count.and_then(|c| self.diagnostics.count(&c, MOST_COPIES));
        let pitch = self.need(&table, "pitch", Limit::Positive);
        let axis = self.diagnostics.required(&table, "axis");
        let axis = axis.and_then(|c| self.choice(&c, &[("x", PlanAxis::X), ("y", PlanAxis::Y)]));
        Some(ArrayEntry {
            count: count?,
            pitch: pitch?,
            axis: axis?,
        })
    }
}
