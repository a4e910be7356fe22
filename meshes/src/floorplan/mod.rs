//! What heat sees: a stack of full-plan layers with blocks painted into them and heat sources.
//!
//! x and y run in the plane, z up. The origin of x and y is the centre of the plan; z = 0 is the
//! bottom of the first layer. Blocks are painted in order; a later one covers an earlier one.

mod footprint;
mod heat_source;

pub use footprint::{Direction, Footprint};
pub use heat_source::HeatSource;

use cpo_materials::Material;

use crate::cross_section::position_or_push;
use crate::error::{positive, unknown_layer};
use crate::{MeshError, PowerMap, RectilinearGrid};

/// Lengths below this fraction of the plan are round-off.
const ROUND_OFF: f64 = 1e-12;

/// A slab of one material over the whole plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its material's index in [`Floorplan::materials`].
    pub material: usize,
    /// Bottom and top in metres.
    pub z: [f64; 2],
    /// Thermal resistance times area between it and the layer below, m² K/W.
    pub contact: f64,
}

/// A footprint of another material through some layers: a die, a trench, the air around a die.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub footprint: Footprint,
    /// Indices of the layers it goes through, rising.
    pub layers: Vec<usize>,
    /// Its material's index in [`Floorplan::materials`].
    pub material: usize,
}

/// Layers, blocks and heat sources.
///
/// ```
/// use cpo_materials::{Material, ThermalConductivity};
/// use cpo_meshes::{Direction, Floorplan, Footprint};
/// let silicon = Material::with_conductivity(ThermalConductivity::w_per_m_k(130.0));
/// let indium_phosphide = Material::with_conductivity(ThermalConductivity::w_per_m_k(68.0));
/// let laser = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]);
/// let plan = Floorplan::new([6e-3, 6e-3])?
///     .layer("chip", silicon, 200e-6)?
///     .layer("laser", indium_phosphide, 3e-6)?
///     .source_array("laser", laser, (8, 250e-6, Direction::X), "laser", 0.05)?;
/// assert_eq!(plan.sources()[7].name, "laser8");
/// assert_eq!(plan.snap_z(), [0.0, 200e-6, 203e-6]);
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Floorplan {
    size: [f64; 2],
    materials: Vec<Material>,
    layers: Vec<Layer>,
    blocks: Vec<Block>,
    sources: Vec<HeatSource>,
}

/// One layer as seen from above.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// The plan's outline.
    pub outline: Footprint,
    /// Blocks through the layer in painting order.
    pub blocks: Vec<&'a Block>,
    /// Sources in the layer.
    pub sources: Vec<&'a HeatSource>,
}

impl Floorplan {
    /// An empty plan of `size` = \[width, length\] along x and y in metres.
    ///
    /// # Errors
    /// [`MeshError::Shape`] if a size is not above zero.
    pub fn new(size: [f64; 2]) -> Result<Self, MeshError> {
        positive("floorplan", "width", size[0])?;
        positive("floorplan", "length", size[1])?;
        Ok(Self {
            size,
            materials: Vec::new(),
            layers: Vec::new(),
            blocks: Vec::new(),
            sources: Vec::new(),
        })
    }

    /// Lays a slab of `thickness` metres on top.
    ///
    /// # Errors
    /// [`MeshError::Shape`] if the thickness is not above zero, [`MeshError::Duplicate`].
    pub fn layer(
        mut self,
        name: &str,
        material: Material,
        thickness: f64,
    ) -> Result<Self, MeshError> {
        positive(name, "thickness", thickness)?;
        unused(name, "layer", self.layers.iter().map(|l| &l.name))?;
        let bottom = self.height();
        let material = position_or_push(&mut self.materials, material);
        self.layers.push(Layer {
            name: name.to_owned(),
            material,
            z: [bottom, bottom + thickness],
            contact: 0.0,
        });
        Ok(self)
    }

    /// Puts a thermal resistance times area (m² K/W) between the named layer and the one below it, over the whole plan: a bond or a
    /// film too thin to be a layer.
    ///
    /// # Errors
    /// [`MeshError::UnknownLayer`]; [`MeshError::Shape`] for the lowest layer, or a resistance that is negative or not finite.
    pub fn contact(mut self, layer: &str, resistance: f64) -> Result<Self, MeshError> {
        let index = self.find_layer(layer)?;
        let wrong = |allowed: &str| MeshError::Shape {
            name: layer.to_owned(),
            quantity: "contact resistance to the layer below",
            value: resistance,
            unit: "m2 K/W",
            allowed: allowed.to_owned(),
        };
        if !(resistance.is_finite() && resistance >= 0.0) {
            return Err(wrong("finite and not negative"));
        }
        if index == 0 && resistance > 0.0 {
            return Err(wrong(
                "0: it is the lowest layer, whose contact is the boundary's",
            ));
        }
        self.layers[index].contact = resistance;
        Ok(self)
    }

    /// Paints `footprint` with `material` through the named layers, over what is there.
    ///
    /// # Errors
    /// [`MeshError::NoLayers`] if the plan or the list has none, [`MeshError::UnknownLayer`],
    /// [`MeshError::Shape`] for a footprint without area, [`MeshError::OutsidePlan`],
    /// [`MeshError::Duplicate`].
    pub fn block(
        mut self,
        name: &str,
        footprint: Footprint,
        layers: &[&str],
        material: Material,
    ) -> Result<Self, MeshError> {
        self.check_footprint(name, &footprint)?;
        unused(name, "block", self.blocks.iter().map(|b| &b.name))?;
        let mut through = layers
            .iter()
            .map(|layer| self.find_layer(layer))
            .collect::<Result<Vec<usize>, _>>()?;
        through.sort_unstable();
        through.dedup();
        if through.is_empty() {
            return Err(MeshError::NoLayers("list of layers of a block"));
        }
        let material = position_or_push(&mut self.materials, material);
        self.blocks.push(Block {
            name: name.to_owned(),
            footprint,
            layers: through,
            material,
        });
        Ok(self)
    }

    /// A row of blocks "name1", "name2", …: `array` = (count, pitch in metres, axis), centred on
    /// `footprint`.
    ///
    /// # Errors
    /// As [`block`](Self::block), and [`MeshError::Shape`] for an empty array or a pitch that is not
    /// above zero.
    pub fn block_array(
        mut self,
        name: &str,
        footprint: Footprint,
        array: (usize, f64, Direction),
        layers: &[&str],
        material: Material,
    ) -> Result<Self, MeshError> {
        for (i, copy) in copies(name, footprint, array)?.into_iter().enumerate() {
            self = self.block(&format!("{name}{}", i + 1), copy, layers, material.clone())?;
        }
        Ok(self)
    }

    /// Releases `power` watts evenly in `footprint` through the thickness of `layer`.
    ///
    /// # Errors
    /// [`MeshError::NoLayers`], [`MeshError::UnknownLayer`], [`MeshError::Shape`] for a footprint
    /// without area or a power that is not finite, [`MeshError::OutsidePlan`],
    /// [`MeshError::OverlappingSources`], [`MeshError::Duplicate`].
    pub fn source(
        mut self,
        name: &str,
        footprint: Footprint,
        layer: &str,
        power: f64,
    ) -> Result<Self, MeshError> {
        self.check_footprint(name, &footprint)?;
        unused(name, "source", self.sources.iter().map(|s| &s.name))?;
        if !power.is_finite() {
            return Err(MeshError::Shape {
                name: name.to_owned(),
                quantity: "power",
                value: power,
                unit: "W",
                allowed: "finite".to_owned(),
            });
        }
        let layer = self.find_layer(layer)?;
        let tolerance = self.tolerance();
        if let Some(other) = self
            .sources
            .iter()
            .find(|other| other.layer == layer && other.footprint.overlaps(&footprint, tolerance))
        {
            return Err(MeshError::OverlappingSources {
                first: other.name.clone(),
                second: name.to_owned(),
                footprints: Box::new([other.footprint, footprint]),
                layer: self.layers[layer].name.clone(),
            });
        }
        self.sources.push(HeatSource {
            name: name.to_owned(),
            footprint,
            layer,
            z: self.layers[layer].z,
            power,
            map: None,
        });
        Ok(self)
    }

    /// The same plan with `power` watts in the source `name`; unchanged if there is none.
    #[must_use]
    pub fn with_power(mut self, name: &str, power: f64) -> Self {
        for source in self.sources.iter_mut().filter(|s| s.name == name) {
            source.power = power;
        }
        self
    }

    /// The same plan with the power of the source `name` spread as in `map`; unchanged if there is none.
    #[must_use]
    pub fn with_power_map(mut self, name: &str, map: &PowerMap) -> Self {
        for source in self.sources.iter_mut().filter(|s| s.name == name) {
            source.map = Some(map.clone());
        }
        self
    }

    /// A row of sources "name1", "name2", … of `power` watts each: `array` = (count, pitch in metres,
    /// axis), centred on `footprint`.
    ///
    /// # Errors
    /// As [`source`](Self::source), and [`MeshError::Shape`] for an empty array or a pitch that is not
    /// above zero.
    pub fn source_array(
        mut self,
        name: &str,
        footprint: Footprint,
        array: (usize, f64, Direction),
        layer: &str,
        power: f64,
    ) -> Result<Self, MeshError> {
        for (i, copy) in copies(name, footprint, array)?.into_iter().enumerate() {
            self = self.source(&format!("{name}{}", i + 1), copy, layer, power)?;
        }
        Ok(self)
    }

    /// The plan as a complete one, which has at least one layer.
    ///
    /// # Errors
    /// [`MeshError::NoLayers`].
    pub fn complete(self) -> Result<Self, MeshError> {
        if self.layers.is_empty() {
            return Err(MeshError::NoLayers("floorplan"));
        }
        Ok(self)
    }

    /// What lies in `window`, whose centre becomes the origin: blocks and sources end at its edges, and a source keeps the power
    /// that is released inside.
    #[must_use]
    pub fn crop(&self, window: &Footprint) -> Self {
        let away = window.centre().map(|c| -c);
        let inside = |footprint: &Footprint| self.part_in(window, footprint);
        let blocks = self.blocks.iter().filter_map(|block| {
            Some(Block {
                footprint: inside(&block.footprint)?.moved(away),
                ..block.clone()
            })
        });
        let sources = self.sources.iter().filter_map(|source| {
            let inside = inside(&source.footprint)?;
            let ends = source.within(&inside);
            Some(HeatSource {
                footprint: inside.moved(away),
                power: source.power * source.share(&inside),
                map: source.map.as_ref().map(|map| map.crop(ends)),
                ..source.clone()
            })
        });
        Self {
            size: [window.x, window.y].map(|[a, b]| b - a),
            materials: self.materials.clone(),
            layers: self.layers.clone(),
            blocks: blocks.collect(),
            sources: sources.collect(),
        }
    }

    /// Positions of the sources of which a part is in `window`: those that [`crop`](Self::crop) keeps, in its order.
    pub fn sources_in(&self, window: &Footprint) -> Vec<usize> {
        let sources = self.sources.iter().enumerate();
        sources
            .filter(|(_, source)| self.part_in(window, &source.footprint).is_some())
            .map(|(position, _)| position)
            .collect()
    }

    /// What of `footprint` is in `window`; what round-off leaves of a neighbour is nothing.
    fn part_in(&self, window: &Footprint, footprint: &Footprint) -> Option<Footprint> {
        let part = footprint.intersection(window)?;
        let wide = |[a, b]: [f64; 2]| b - a > self.tolerance();
        (wide(part.x) && wide(part.y)).then_some(part)
    }

    /// Whether two parts of one plan differ by no more than names and round-off.
    pub fn is_like(&self, other: &Self) -> bool {
        let tolerance = 1e3 * self.tolerance().max(other.tolerance());
        let near = |a: [f64; 2], b: [f64; 2]| {
            (a[0] - b[0]).abs() <= tolerance && (a[1] - b[1]).abs() <= tolerance
        };
        let alike = |a: &Footprint, b: &Footprint| near(a.x, b.x) && near(a.y, b.y);
        let same_power = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
        near(self.size, other.size)
            && self.layers == other.layers
            && self.blocks.len() == other.blocks.len()
            && self.sources.len() == other.sources.len()
            && self.blocks.iter().zip(&other.blocks).all(|(a, b)| {
                alike(&a.footprint, &b.footprint)
                    && a.layers == b.layers
                    && a.material == b.material
            })
            && self.sources.iter().zip(&other.sources).all(|(a, b)| {
                alike(&a.footprint, &b.footprint)
                    && a.layer == b.layer
                    && a.map == b.map
                    && same_power(a.power, b.power)
            })
    }

    /// Width along x and length along y in metres.
    pub fn size(&self) -> [f64; 2] {
        self.size
    }

    /// Height of all layers together in metres.
    pub fn height(&self) -> f64 {
        self.layers.last().map_or(0.0, |layer| layer.z[1])
    }

    /// The whole plan.
    pub fn outline(&self) -> Footprint {
        Footprint::centred(self.size, [0.0, 0.0])
    }

    /// The layers from bottom to top.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The blocks in painting order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The heat sources in the order placed.
    pub fn sources(&self) -> &[HeatSource] {
        &self.sources
    }

    /// The materials, each once.
    pub fn materials(&self) -> &[Material] {
        &self.materials
    }

    /// Index of the material at a point; outside the plan, of the nearest layer there. 0 in a plan
    /// without layers.
    pub fn material_at(&self, x: f64, y: f64, z: f64) -> usize {
        let Some(last) = self.layers.len().checked_sub(1) else {
            return 0;
        };
        let layer = self.layers.partition_point(|l| l.z[1] <= z).min(last);
        self.blocks
            .iter()
            .rev()
            .find(|block| block.layers.contains(&layer) && block.footprint.contains(x, y))
            .map_or(self.layers[layer].material, |block| block.material)
    }

    /// Index of the material at the centre of every cell of `grid`, in the grid's numbering: as
    /// [`material_at`](Self::material_at), by painting ranges of cells.
    pub fn materials_on(&self, grid: &RectilinearGrid<3>) -> Vec<usize> {
        let [nx, ny, nz] = grid.shape();
        let mut cells = vec![0; grid.cells()];
        let Some(last) = self.layers.len().checked_sub(1) else {
            return cells;
        };
        let [x, y, z] = [0, 1, 2].map(|d| grid.axis(d).centres());
        let range = |centres: &[f64], ends: [f64; 2]| {
            let from = centres.partition_point(|&c| c < ends[0]);
            from..centres.partition_point(|&c| c <= ends[1]).max(from)
        };
        for k in 0..nz {
            let layer = self.layers.partition_point(|l| l.z[1] <= z[k]).min(last);
            let plane = &mut cells[k * nx * ny..(k + 1) * nx * ny];
            plane.fill(self.layers[layer].material);
            for block in self.blocks.iter().filter(|b| b.layers.contains(&layer)) {
                let columns = range(&x, block.footprint.x);
                for j in range(&y, block.footprint.y) {
                    plane[j * nx..][columns.clone()].fill(block.material);
                }
            }
        }
        cells
    }

    /// Every x where a block, a source or the plan ends, rising.
    pub fn snap_x(&self) -> Vec<f64> {
        self.faces(|footprint| footprint.x)
    }

    /// Every y where a block, a source or the plan ends, rising.
    pub fn snap_y(&self) -> Vec<f64> {
        self.faces(|footprint| footprint.y)
    }

    /// Every z where a layer ends, rising.
    pub fn snap_z(&self) -> Vec<f64> {
        let bottom = self.layers.first().map(|layer| layer.z[0]);
        bottom
            .into_iter()
            .chain(self.layers.iter().map(|layer| layer.z[1]))
            .collect()
    }

    /// One layer from above, for drawing.
    ///
    /// # Errors
    /// [`MeshError::UnknownLayer`], [`MeshError::NoLayers`].
    pub fn view(&self, layer: &str) -> Result<PlanView<'_>, MeshError> {
        let index = self.find_layer(layer)?;
        Ok(PlanView {
            layer: &self.layers[index],
            outline: self.outline(),
            blocks: self
                .blocks
                .iter()
                .filter(|b| b.layers.contains(&index))
                .collect(),
            sources: self.sources.iter().filter(|s| s.layer == index).collect(),
        })
    }

    fn faces(&self, ends: impl Fn(&Footprint) -> [f64; 2]) -> Vec<f64> {
        let tolerance = self.tolerance();
        let mut faces: Vec<f64> = ends(&self.outline()).to_vec();
        faces.extend(self.blocks.iter().flat_map(|b| ends(&b.footprint)));
        faces.extend(self.sources.iter().flat_map(|s| ends(&s.footprint)));
        faces.sort_by(f64::total_cmp);
        faces.dedup_by(|a, b| *a - *b <= tolerance);
        faces
    }

    fn tolerance(&self) -> f64 {
        ROUND_OFF * self.size[0].max(self.size[1])
    }

    fn find_layer(&self, name: &str) -> Result<usize, MeshError> {
        if self.layers.is_empty() {
            return Err(MeshError::NoLayers("floorplan"));
        }
        self.layers
            .iter()
            .position(|layer| layer.name == name)
            .ok_or_else(|| unknown_layer(name, self.layers.iter().map(|l| l.name.as_str())))
    }

    fn check_footprint(&self, name: &str, footprint: &Footprint) -> Result<(), MeshError> {
        positive(name, "width", footprint.x[1] - footprint.x[0])?;
        positive(name, "length", footprint.y[1] - footprint.y[0])?;
        let (plan, tolerance) = (self.outline(), self.tolerance());
        let within = |inner: [f64; 2], outer: [f64; 2]| {
            outer[0] - inner[0] <= tolerance && inner[1] - outer[1] <= tolerance
        };
        if within(footprint.x, plan.x) && within(footprint.y, plan.y) {
            return Ok(());
        }
        Err(MeshError::OutsidePlan {
            name: name.to_owned(),
            footprint: *footprint,
            plan,
        })
    }
}

fn unused<'a>(
    name: &str,
    kind: &'static str,
    mut taken: impl Iterator<Item = &'a String>,
) -> Result<(), MeshError> {
    if taken.any(|other| other == name) {
        return Err(MeshError::Duplicate {
            kind,
            name: name.to_owned(),
        });
    }
    Ok(())
}

fn copies(
    name: &str,
    footprint: Footprint,
    (count, pitch, axis): (usize, f64, Direction),
) -> Result<Vec<Footprint>, MeshError> {
    if count == 0 {
        return Err(MeshError::Shape {
            name: name.to_owned(),
            quantity: "array count",
            value: 0.0,
            unit: "",
            allowed: "at least 1".to_owned(),
        });
    }
    positive(name, "array pitch", pitch)?;
    Ok(footprint.array(count, pitch, axis))
}
