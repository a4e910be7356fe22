//! `[cross_section.NAME]`: what a mode sees.

use std::collections::BTreeSet;

use cpo_materials::{Angle, Length, Quantity};

use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{
    CIRCLE, CROSS_LAYER, CROSS_SECTION, POLYGON, RECTANGLE, ROUGHNESS, SHAPE, TRAPEZOID, WINDOW,
};
use super::{Expr, MaterialId, ParameterId};
use crate::file::{Cursor, Place, Table, listed};

/// A cross-section whose sizes may be parameters.
#[derive(Clone, Debug)]
pub struct CrossSectionTable {
    /// Name.
    pub name: String,
    /// `[left, right]` and `[bottom, top]` edges of the window.
    pub window: [[Expr<Length>; 2]; 2],
    /// What fills the window at first.
    pub background: MaterialId,
    /// Where that is written.
    pub background_place: Place,
    /// Layers from bottom to top, under the shapes.
    pub layers: Vec<CrossSectionLayer>,
    /// Shapes in the order of painting.
    pub shapes: Vec<ShapeEntry>,
    /// Where it is written.
    pub place: Place,
}

/// A layer over the whole width of the window.
#[derive(Clone, Debug)]
pub struct CrossSectionLayer {
    /// Name.
    pub name: String,
    /// Material.
    pub material: MaterialId,
    /// Lower face; without it the top of the layer below, or the window's lower edge.
    pub bottom: Option<Expr<Length>>,
    /// Thickness; without it, in the last layer, up to the window's upper edge.
    pub thickness: Option<Expr<Length>>,
    /// Where it is written.
    pub place: Place,
    /// Where its material is written.
    pub material_place: Place,
}

/// A painted shape.
#[derive(Clone, Debug)]
pub struct ShapeEntry {
    /// Name.
    pub name: String,
    /// Material.
    pub material: MaterialId,
    /// Geometry.
    pub kind: ShapeKind,
    /// Roughness of its side walls, if they scatter.
    pub roughness: Option<RoughnessEntry>,
    /// Where it is written.
    pub place: Place,
    /// Where its material is written.
    pub material_place: Place,
}

/// Rough side walls.
#[derive(Clone, Copy, Debug)]
pub struct RoughnessEntry {
    /// Rms displacement of a wall along its normal.
    pub rms: Expr<Length>,
    /// Correlation length along the guide.
    pub correlation_length: Expr<Length>,
}

/// A shape's sizes.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeKind {
    /// Centred on x.
    Rectangle {
        /// Along x.
        width: Expr<Length>,
        /// Along y.
        height: Expr<Length>,
        /// Where it is along y.
        vertical: Vertical,
        /// Centre.
        x: Expr<Length>,
    },
    /// Sloping sides, centred on x.
    Trapezoid {
        /// At half height.
        width: Expr<Length>,
        /// Along y.
        height: Expr<Length>,
        /// Lower edge.
        bottom: Expr<Length>,
        /// Centre.
        x: Expr<Length>,
        /// Angle of the sides from the normal; positive if the top is narrower.
        sidewall: Expr<Angle>,
    },
    /// A disc.
    Circle {
        /// Radius.
        radius: Expr<Length>,
        /// Centre.
        x: Expr<Length>,
        /// Centre.
        y: Expr<Length>,
    },
    /// Corners in order.
    Polygon {
        /// (x, y) of each.
        points: Vec<[Expr<Length>; 2]>,
    },
}

/// How a rectangle's height is placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Vertical {
    /// By its lower edge.
    Bottom(Expr<Length>),
    /// By its centre.
    Centre(Expr<Length>),
}

impl CrossSectionTable {
    /// Whether it is the guide of another one: the same sizes of the same materials, whatever the windows, which a taper's
    /// cross-sections share and a mode's choose. `same_material` tells materials alike.
    pub(crate) fn is_guide_of(
        &self,
        other: &Self,
        same_material: impl Fn(MaterialId, MaterialId) -> bool,
    ) -> bool {
        let alike = |a: &CrossSectionLayer, b: &CrossSectionLayer| {
            same_material(a.material, b.material)
                && (a.bottom, a.thickness) == (b.bottom, b.thickness)
        };
        same_material(self.background, other.background)
            && self.layers.len() == other.layers.len()
            && self.shapes.len() == other.shapes.len()
            && self
                .layers
                .iter()
                .zip(&other.layers)
                .all(|(a, b)| alike(a, b))
            && self
                .shapes
                .iter()
                .zip(&other.shapes)
                .all(|(a, b)| same_material(a.material, b.material) && a.kind == b.kind)
    }

    /// Parameters of the geometry, without those of the materials.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        let mut lengths: Vec<&Expr<Length>> = self.window.iter().flatten().collect();
        for layer in &self.layers {
            lengths.extend(layer.bottom.iter().chain(&layer.thickness));
        }
        for shape in &self.shapes {
            if let Some(rough) = &shape.roughness {
                lengths.extend([&rough.rms, &rough.correlation_length]);
            }
            match &shape.kind {
                ShapeKind::Rectangle {
                    width,
                    height,
                    vertical,
                    x,
                } => {
                    let (Vertical::Bottom(y) | Vertical::Centre(y)) = vertical;
                    lengths.extend([width, height, y, x]);
                }
                ShapeKind::Trapezoid {
                    width,
                    height,
                    bottom,
                    x,
                    sidewall,
                } => {
                    lengths.extend([width, height, bottom, x]);
                    found.extend(sidewall.parameter());
                }
                ShapeKind::Circle { radius, x, y } => lengths.extend([radius, x, y]),
                ShapeKind::Polygon { points } => lengths.extend(points.iter().flatten()),
            }
        }
        found.extend(lengths.into_iter().filter_map(Expr::parameter));
    }

    /// All materials, each with where it is asked for.
    pub(crate) fn materials(&self) -> Vec<(MaterialId, Place)> {
        let mut all = vec![(self.background, self.background_place.clone())];
        all.extend(
            self.layers
                .iter()
                .map(|l| (l.material, l.material_place.clone())),
        );
        all.extend(
            self.shapes
                .iter()
                .map(|s| (s.material, s.material_place.clone())),
        );
        all
    }
}

const ZERO: Length = Length::m(0.0);

impl Reader {
    pub(crate) fn cross_section(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
    ) -> Option<CrossSectionTable> {
        let table = self.diagnostics.table(cursor, CROSS_SECTION)?;
        let window = self.diagnostics.required(&table, "window");
        let window = window.and_then(|c| self.window(&c));
        let background = self.need_material(&table, "background");
        let mut seen = Vec::new();
        let layers = match table.get("layers") {
            None => Some(Vec::new()),
            Some(cursor) => self.cross_section_layers(&cursor, &mut seen),
        };
        let shapes = match table.get("shapes") {
            None => Some(Vec::new()),
            Some(cursor) => match self.diagnostics.items(&cursor) {
                None => None,
                Some(items) => {
                    let read: Vec<_> = items.iter().map(|c| self.shape(c, &mut seen)).collect();
                    read.into_iter().collect()
                }
            },
        };
        let (layers, shapes) = (layers?, shapes?);
        if layers.is_empty() && shapes.is_empty() {
            self.diagnostics
                .error(
                    table.place(),
                    format!(
                        "`{}` has no shapes and no layers: it guides nothing",
                        cursor.place.key
                    ),
                )
                .help("add shapes = [{ name = \"core\", material = ..., rectangle = { ... } }]");
            return None;
        }
        Some(CrossSectionTable {
            name: name.to_owned(),
            window: window?,
            background: background?,
            background_place: table.place_of("background"),
            layers,
            shapes,
            place: cursor.place.clone(),
        })
    }

    fn window(&mut self, cursor: &Cursor<'_>) -> Option<[[Expr<Length>; 2]; 2]> {
        let table = self.diagnostics.table(cursor, WINDOW)?;
        let x = self
            .diagnostics
            .required(&table, "x")
            .and_then(|c| self.pair(&c, Limit::Any));
        let y = self
            .diagnostics
            .required(&table, "y")
            .and_then(|c| self.pair(&c, Limit::Any));
        let window = [x?, y?];
        for (key, pair) in ["x", "y"].into_iter().zip(window) {
            if let [Expr::Constant(low), Expr::Constant(high)] = pair
                && low >= high
            {
                let place = table.place_of(key);
                self.diagnostics
                    .error(
                        &place,
                        format!("the window from {low} to {high} along {key} is empty"),
                    )
                    .allowed("[lower, upper] with lower below upper");
                return None;
            }
        }
        Some(window)
    }

    /// Two lengths in brackets.
    pub(crate) fn pair<Q: Quantity>(
        &mut self,
        cursor: &Cursor<'_>,
        limit: Limit,
    ) -> Option<[Expr<Q>; 2]> {
        let items = self.diagnostics.items(cursor)?;
        let [first, second] = items.as_slice() else {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("two {}s are needed here, not {}", Q::NAME, items.len()),
                )
                .allowed(format!(
                    "a list of two {}s, each such as \"{}\"",
                    Q::NAME,
                    Q::EXAMPLE
                ));
            return None;
        };
        let first = self.expr(first, limit);
        let second = self.expr(second, limit);
        Some([first?, second?])
    }

    fn cross_section_layers(
        &mut self,
        cursor: &Cursor<'_>,
        seen: &mut Vec<(String, Place)>,
    ) -> Option<Vec<CrossSectionLayer>> {
        let items = self.diagnostics.items(cursor)?;
        let last = items.len().saturating_sub(1);
        let mut layers = Vec::new();
        let mut good = true;
        for (i, item) in items.iter().enumerate() {
            let layer = self.cross_section_layer(item, i == last, seen);
            good &= layer.is_some();
            layers.extend(layer);
        }
        good.then_some(layers)
    }

    fn cross_section_layer(
        &mut self,
        cursor: &Cursor<'_>,
        last: bool,
        seen: &mut Vec<(String, Place)>,
    ) -> Option<CrossSectionLayer> {
        let table = self.diagnostics.table(cursor, CROSS_LAYER)?;
        let name = self.item_name(&table, seen, "regions");
        let material = self.need_material(&table, "material");
        let bottom = table.get("bottom").map(|c| self.expr(&c, Limit::Any));
        let thickness = match (table.get("thickness"), last) {
            (None, true) => None,
            _ => Some(self.need(&table, "thickness", Limit::Positive)),
        };
        Some(CrossSectionLayer {
            name: name?,
            material: material?,
            bottom: all_or(bottom)?,
            thickness: all_or(thickness)?,
            place: cursor.place.clone(),
            material_place: table.place_of("material"),
        })
    }

    /// The required `name` of an item, which no other may have.
    pub(crate) fn item_name(
        &mut self,
        table: &Table<'_>,
        seen: &mut Vec<(String, Place)>,
        what: &str,
    ) -> Option<String> {
        let cursor = self.diagnostics.required(table, "name")?;
        let name = self.diagnostics.string(&cursor)?.to_owned();
        if name.is_empty() {
            self.diagnostics
                .error(&cursor.place, "a name cannot be empty");
            return None;
        }
        self.unique(seen, &name, &cursor.place, what);
        Some(name)
    }

    fn shape(
        &mut self,
        cursor: &Cursor<'_>,
        seen: &mut Vec<(String, Place)>,
    ) -> Option<ShapeEntry> {
        let table = self.diagnostics.table(cursor, SHAPE)?;
        let name = self.item_name(&table, seen, "regions");
        let material = self.need_material(&table, "material");
        let kinds = ["rectangle", "trapezoid", "circle", "polygon"];
        let there: Vec<_> = kinds
            .iter()
            .filter_map(|k| table.get(k).map(|c| (*k, c)))
            .collect();
        let (kind, geometry) = match there.as_slice() {
            [(kind, geometry)] => (*kind, geometry.clone()),
            [] => {
                self.diagnostics
                    .error(
                        table.place(),
                        format!("`{}` has no geometry", cursor.place.key),
                    )
                    .allowed(format!("one of {}", listed(kinds)))
                    .help(
                        "add, for example, rectangle = { width = \"450 nm\", height = \"220 nm\" }",
                    );
                return None;
            }
            [_, second, ..] => {
                self.diagnostics
                    .error(
                        &second.1.place,
                        format!("`{}` has more than one geometry", cursor.place.key),
                    )
                    .allowed(format!("one of {}", listed(kinds)))
                    .help("write two shapes with two names");
                return None;
            }
        };
        let roughness = table.get("roughness").map(|c| self.roughness(&c, kind));
        let kind = match kind {
            "rectangle" => self.rectangle(&geometry),
            "trapezoid" => self.trapezoid(&geometry),
            "circle" => self.circle(&geometry),
            _ => self.polygon(&geometry),
        };
        Some(ShapeEntry {
            name: name?,
            material: material?,
            kind: kind?,
            roughness: all_or(roughness)?,
            place: cursor.place.clone(),
            material_place: table.place_of("material"),
        })
    }

    fn roughness(&mut self, cursor: &Cursor<'_>, kind: &str) -> Option<RoughnessEntry> {
        if kind == "circle" {
            self.diagnostics
                .error(&cursor.place, "a circle has no side walls to be rough")
                .allowed("the roughness of a rectangle, a trapezoid or a polygon");
            return None;
        }
        let table = self.diagnostics.table(cursor, ROUGHNESS)?;
        let rms = self.need(&table, "rms", Limit::Positive);
        let correlation_length = self.need(&table, "correlation_length", Limit::Positive);
        Some(RoughnessEntry {
            rms: rms?,
            correlation_length: correlation_length?,
        })
    }

    fn rectangle(&mut self, cursor: &Cursor<'_>) -> Option<ShapeKind> {
        let table = self.diagnostics.table(cursor, RECTANGLE)?;
        let width = self.need(&table, "width", Limit::Positive);
        let height = self.need(&table, "height", Limit::Positive);
        let x = self.or(&table, "x", Limit::Any, ZERO);
        if self.exclusive(&table, ["bottom", "y"]) {
            return None;
        }
        let vertical = match table.get("y") {
            Some(y) => self.expr(&y, Limit::Any).map(Vertical::Centre),
            None => self
                .or(&table, "bottom", Limit::Any, ZERO)
                .map(Vertical::Bottom),
        };
        Some(ShapeKind::Rectangle {
            width: width?,
            height: height?,
            vertical: vertical?,
            x: x?,
        })
    }

    fn trapezoid(&mut self, cursor: &Cursor<'_>) -> Option<ShapeKind> {
        let table = self.diagnostics.table(cursor, TRAPEZOID)?;
        let width = self.need(&table, "width", Limit::Positive);
        let height = self.need(&table, "height", Limit::Positive);
        let bottom = self.or(&table, "bottom", Limit::Any, ZERO);
        let x = self.or(&table, "x", Limit::Any, ZERO);
        let sidewall = self.or(&table, "sidewall_from_normal", Limit::Any, Angle::rad(0.0));
        Some(ShapeKind::Trapezoid {
            width: width?,
            height: height?,
            bottom: bottom?,
            x: x?,
            sidewall: sidewall?,
        })
    }

    fn circle(&mut self, cursor: &Cursor<'_>) -> Option<ShapeKind> {
        let table = self.diagnostics.table(cursor, CIRCLE)?;
        let radius = self.need(&table, "radius", Limit::Positive);
        let x = self.or(&table, "x", Limit::Any, ZERO);
        let y = self.or(&table, "y", Limit::Any, ZERO);
        Some(ShapeKind::Circle {
            radius: radius?,
            x: x?,
            y: y?,
        })
    }

    fn polygon(&mut self, cursor: &Cursor<'_>) -> Option<ShapeKind> {
        let table = self.diagnostics.table(cursor, POLYGON)?;
        let cursor = self.diagnostics.required(&table, "points")?;
        let items = self.diagnostics.items(&cursor)?;
        if items.len() < 3 {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("a polygon of {} points encloses nothing", items.len()),
                )
                .allowed("three points or more, [[\"0 um\", \"0 um\"], ...]");
            return None;
        }
        let points: Vec<_> = items
            .iter()
            .map(|item| self.pair(item, Limit::Any))
            .collect();
        Some(ShapeKind::Polygon {
            points: points.into_iter().collect::<Option<_>>()?,
        })
    }
}
