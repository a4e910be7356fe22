//! `[grating.NAME]`: layers with trenches, and the fibre above them.

use std::collections::BTreeSet;

use cpo_materials::{Angle, Length, PerLength, Wavelength};

use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{GRATING, GRATING_LAYER, GRATING_RULE, GRATING_UNIFORM};
use super::{Expr, MaterialId, Number, ParameterId};
use crate::file::{Cursor, Place, Table};

/// Accuracy of every power, as a share of the incident one, unless the study says otherwise.
const DEFAULT_ERROR: f64 = 1e-3;
/// Most trenches.
const MOST_TRENCHES: usize = 1000;
/// Least share of a tooth where a rule does not say.
const LEAST_FILL: f64 = 0.1;

/// A grating coupler.
#[derive(Clone, Debug)]
pub struct GratingTable {
    /// Name.
    pub name: String,
    /// Layers from bottom to top; the outermost run on without end.
    pub layers: Vec<GratingLayer>,
    /// The layer that guides.
    pub core: String,
    /// Depth of the trenches from the top of that layer.
    pub etch: Expr<Length>,
    /// What fills the trenches.
    pub fill: MaterialId,
    /// Where the trenches are.
    pub teeth: Teeth,
    /// How much wider every trench is made than that.
    pub trench_bias: Expr<Length>,
    /// Whether everything is stretched along the guide to couple best at the design wavelength.
    pub centred: bool,
    /// Guide before the first and after the last trench.
    pub margins: Option<[Expr<Length>; 2]>,
    /// Wavelength that a rule is for and at which the fibre is placed.
    pub design_wavelength: Expr<Wavelength>,
    /// Name of the fibre.
    pub fiber: String,
    /// Of the fibre's axis from the vertical in the highest medium, towards where the light goes.
    pub angle: Expr<Angle>,
    /// Of the fibre's facet above the highest face.
    pub height: Expr<Length>,
    /// z of the centre of the fibre's facet; without it, where it couples best.
    pub offset: Option<Expr<Length>>,
    /// Error wanted of every power, as a share of the incident one.
    pub error: f64,
    /// Where it is written.
    pub place: Place,
    /// Where the fill is written.
    pub fill_place: Place,
    /// Where the fibre is written.
    pub fiber_place: Place,
}

/// A layer of a grating.
#[derive(Clone, Debug)]
pub struct GratingLayer {
    /// Name.
    pub name: String,
    /// Material.
    pub material: MaterialId,
    /// Thickness; not needed of the outermost layers.
    pub thickness: Option<Expr<Length>>,
    /// Where its material is written.
    pub material_place: Place,
}

/// Where the trenches of a grating are.
#[derive(Clone, Debug)]
pub enum Teeth {
    /// Teeth that shrink along the guide, each period as long as the angle asks.
    Rule {
        /// Number of periods.
        periods: usize,
        /// Share of the first tooth.
        fill: Expr<Number>,
        /// What the share falls by along the guide.
        rate: Expr<PerLength>,
        /// Least share.
        least_fill: Expr<Number>,
    },
    /// Equal periods.
    Uniform {
        /// Number of periods.
        periods: usize,
        /// Their length.
        pitch: Expr<Length>,
        /// Share of the tooth.
        fill: Expr<Number>,
    },
    /// Begin and end of every trench.
    Trenches(Vec<[Expr<Length>; 2]>),
}

impl GratingTable {
    /// Parameters of the geometry and the beam, without those of materials and fibre.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        self.parameters_as_made(found);
        if let Teeth::Rule {
            fill,
            rate,
            least_fill,
            ..
        } = &self.teeth
        {
            found.extend(fill.parameter());
            found.extend(rate.parameter());
            found.extend(least_fill.parameter());
        }
        found.extend(self.design_wavelength.parameter());
    }

    /// Those by which a grating may come out otherwise than it is drawn: a rule and what it is for are the drawing's alone.
    pub(crate) fn parameters_as_made(&self, found: &mut BTreeSet<ParameterId>) {
        let mut lengths: Vec<&Expr<Length>> = vec![&self.etch, &self.height, &self.trench_bias];
        lengths.extend(self.layers.iter().filter_map(|l| l.thickness.as_ref()));
        lengths.extend(self.margins.iter().flatten());
        lengths.extend(&self.offset);
        match &self.teeth {
            Teeth::Rule { .. } => {}
            Teeth::Uniform { pitch, fill, .. } => {
                lengths.push(pitch);
                found.extend(fill.parameter());
            }
            Teeth::Trenches(trenches) => lengths.extend(trenches.iter().flatten()),
        }
        found.extend(lengths.into_iter().filter_map(Expr::parameter));
        found.extend(self.angle.parameter());
    }

    /// All materials, each with where it is asked for.
    pub(crate) fn materials(&self) -> Vec<(MaterialId, Place)> {
        let layers = self.layers.iter();
        let mut all: Vec<(MaterialId, Place)> = layers
            .map(|l| (l.material, l.material_place.clone()))
            .collect();
        all.push((self.fill, self.fill_place.clone()));
        all
    }
}

impl Reader {
    /// Reads a grating; `fibers` are the names of all fibres.
    pub(crate) fn grating(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        fibers: &[String],
    ) -> Option<GratingTable> {
        let table = self.diagnostics.table(cursor, GRATING)?;
        let layers = self.diagnostics.required(&table, "layers");
        let layers = layers.and_then(|c| self.grating_layers(&c));
        let core = self.diagnostics.required(&table, "core");
        let core = match (&layers, core) {
            (Some(layers), Some(at)) => self.grating_core(&at, layers),
            _ => None,
        };
        let etch = self.need(&table, "etch", Limit::Positive);
        let fill = self.need_material(&table, "fill");
        let teeth = self.teeth(&table);
        let trench_bias = self.or(&table, "trench_bias", Limit::Any, Length::m(0.0));
        let centred = match table.get("centred") {
            None => Some(false),
            Some(cursor) => self.diagnostics.boolean(&cursor),
        };
        let margins = table.get("margins");
        let margins = margins.map(|c| self.pair(&c, Limit::Positive));
        let design_wavelength = self.need(&table, "design_wavelength", Limit::Positive);
        let fiber = self.diagnostics.required(&table, "fiber");
        let fiber = fiber.and_then(|c| self.table_named(&c, "fiber", fibers));
        let angle = self.need(&table, "angle", Limit::Any);
        let height = self.or(&table, "height", Limit::NotNegative, Length::m(0.0));
        let offset = table.get("offset").map(|c| self.expr(&c, Limit::Any));
        let error = match table.get("error") {
            None => Some(DEFAULT_ERROR),
            Some(cursor) => self.relative(&cursor),
        };
        Some(GratingTable {
            name: name.to_owned(),
            layers: layers?,
            core: core?,
            etch: etch?,
            fill: fill?,
            teeth: teeth?,
            trench_bias: trench_bias?,
            centred: centred?,
            margins: all_or(margins)?,
            design_wavelength: design_wavelength?,
            fiber: fibers[fiber?].clone(),
            angle: angle?,
            height: height?,
            offset: all_or(offset)?,
            error: error?,
            place: cursor.place.clone(),
            fill_place: table.place_of("fill"),
            fiber_place: table.place_of("fiber"),
        })
    }

    fn grating_layers(&mut self, cursor: &Cursor<'_>) -> Option<Vec<GratingLayer>> {
        let items = self.diagnostics.items(cursor)?;
        if items.len() < 3 {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("a grating of {} layers guides nothing", items.len()),
                )
                .allowed("at least three layers from bottom to top, such as oxide, silicon, air");
            return None;
        }
        let last = items.len() - 1;
        let mut seen = Vec::new();
        let mut layers = Vec::new();
        let mut good = true;
        for (i, item) in items.iter().enumerate() {
            let layer = self.grating_layer(item, i == 0 || i == last, &mut seen);
            good &= layer.is_some();
            layers.extend(layer);
        }
        good.then_some(layers)
    }

    fn grating_layer(
        &mut self,
        cursor: &Cursor<'_>,
        outermost: bool,
        seen: &mut Vec<(String, Place)>,
    ) -> Option<GratingLayer> {
        let table = self.diagnostics.table(cursor, GRATING_LAYER)?;
        let name = self.item_name(&table, seen, "layers");
        let material = self.need_material(&table, "material");
        let thickness = match (table.get("thickness"), outermost) {
            (None, true) => None,
            (Some(at), true) => {
                self.diagnostics
                    .error(
                        &at.place,
                        "the lowest and the highest layer of a grating run on without end",
                    )
                    .help("remove `thickness`, or add a layer beyond");
                return None;
            }
            (_, false) => Some(self.need(&table, "thickness", Limit::Positive)),
        };
        Some(GratingLayer {
            name: name?,
            material: material?,
            thickness: all_or(thickness)?,
            material_place: table.place_of("material"),
        })
    }

    fn grating_core(&mut self, cursor: &Cursor<'_>, layers: &[GratingLayer]) -> Option<String> {
        let name = self.diagnostics.string(cursor)?;
        let inner = &layers[1..layers.len() - 1];
        if inner.iter().any(|layer| layer.name == name) {
            return Some(name.to_owned());
        }
        let names: Vec<&str> = inner.iter().map(|layer| layer.name.as_str()).collect();
        let message = format!("no layer between the lowest and the highest is called \"{name}\"");
        self.diagnostics
            .no_such_name(&cursor.place, message, name, &names, "nothing");
        None
    }

    fn teeth(&mut self, table: &Table<'_>) -> Option<Teeth> {
        for pair in [
            ["rule", "uniform"],
            ["rule", "trenches"],
            ["uniform", "trenches"],
        ] {
            if self.exclusive(table, pair) {
                return None;
            }
        }
        if let Some(cursor) = table.get("rule") {
            let rule = self.diagnostics.table(&cursor, GRATING_RULE)?;
            let periods = self.periods(&rule);
            let fill = self.need(&rule, "fill", Limit::Positive);
            let rate = self.need(&rule, "rate", Limit::NotNegative);
            let least_fill = self.or(&rule, "least_fill", Limit::Positive, Number(LEAST_FILL));
            return Some(Teeth::Rule {
                periods: periods?,
                fill: fill?,
                rate: rate?,
                least_fill: least_fill?,
            });
        }
        if let Some(cursor) = table.get("uniform") {
            let uniform = self.diagnostics.table(&cursor, GRATING_UNIFORM)?;
            let periods = self.periods(&uniform);
            let pitch = self.need(&uniform, "pitch", Limit::Positive);
            let fill = self.need(&uniform, "fill", Limit::Positive);
            return Some(Teeth::Uniform {
                periods: periods?,
                pitch: pitch?,
                fill: fill?,
            });
        }
        if let Some(cursor) = table.get("trenches") {
            let items = self.diagnostics.items(&cursor)?;
            let pairs: Vec<_> = items.iter().map(|c| self.pair(c, Limit::Any)).collect();
            let pairs: Option<Vec<_>> = pairs.into_iter().collect();
            return pairs.map(Teeth::Trenches);
        }
        if !["rule", "uniform", "trenches"]
            .iter()
            .any(|key| table.misspells(key))
        {
            self.diagnostics
                .error(
                    table.place(),
                    format!(
                        "`{}` does not say where its trenches are",
                        table.place().key()
                    ),
                )
                .allowed("`uniform`, `rule` or `trenches`")
                .help(
                    "add, for example, uniform = { periods = 25, pitch = \"630 nm\", fill = 0.5 }",
                );
        }
        None
    }

    fn periods(&mut self, table: &Table<'_>) -> Option<usize> {
        let cursor = self.diagnostics.required(table, "periods")?;
        self.diagnostics.count(&cursor, MOST_TRENCHES)
    }
}
