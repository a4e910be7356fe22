//! Stacks of layers and the guides etched into them.

use cpo_materials::{Angle, Length, Material, Quantity};

use crate::MeshError;
use crate::cross_section::CrossSection;
use crate::error::{positive, unknown_layer};
use crate::shape::{Shape, Window, overlaps};

/// Layers are drawn this many window sizes wide.
const REACH: f64 = 1e3;

/// Layers of uniform thickness from bottom to top.
///
/// The lowest layer runs on downwards and the highest upwards without end, so the outer layers need
/// only be given some thickness.
///
/// ```
/// use cpo_materials::{Length, Material, Quantity};
/// use cpo_meshes::LayerStack;
/// let (silica, nitride) = (Material::with_index(1.444), Material::with_index(1.996));
/// let stack = LayerStack::from_bottom()
///     .layer("box", &silica, Length::um(3.0))
///     .layer("core", &nitride, Length::nm(400.0))
///     .layer("clad", &silica, Length::um(3.0));
/// let strip = stack.strip("core", Length::um(1.0))?.window(Length::um(6.0), Length::um(5.0))?;
/// assert_eq!(strip.snap_y(), [0.0, Length::nm(400.0).si()]); // y = 0 is the bottom of the stripped layer
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LayerStack {
    layers: Vec<Stratum>,
}

#[derive(Clone, Debug)]
struct Stratum {
    name: String,
    material: Material,
    thickness: f64,
}

impl LayerStack {
    /// An empty stack, to be filled from the substrate up.
    pub fn from_bottom() -> Self {
        Self::default()
    }

    /// Lays a layer on top. What is wrong with it is reported when the stack is used.
    #[must_use]
    pub fn layer(mut self, name: &str, material: &Material, thickness: Length) -> Self {
        self.layers.push(Stratum {
            name: name.to_owned(),
            material: material.clone(),
            thickness: thickness.si(),
        });
        self
    }

    /// The unpatterned stack through `window`, with y = 0 at the bottom of layer `origin`. The layers
    /// appear as regions under their names, the highest as the background.
    ///
    /// # Errors
    /// [`MeshError::NoLayers`], [`MeshError::UnknownLayer`], [`MeshError::Duplicate`],
    /// [`MeshError::Shape`] for a thickness that is not above zero, [`MeshError::Window`].
    pub fn planar(&self, origin: &str, window: Window) -> Result<CrossSection, MeshError> {
        window.check()?;
        self.unbounded(self.find(origin)?, &window)?
            .with_window(window)
    }

    /// The layers drawn far beyond `window`, so that any later window shows them.
    fn unbounded(&self, origin: usize, window: &Window) -> Result<CrossSection, MeshError> {
        let faces = self.faces(origin);
        let reach = REACH * (window.extent() + faces[faces.len() - 1] - faces[0]);
        let far = |ends: [f64; 2]| [ends[0] - reach, ends[1] + reach];
        let drawn = Window {
            x: far(window.x),
            y: far([
                window.y[0].min(faces[0]),
                window.y[1].max(faces[faces.len() - 1]),
            ]),
        };
        let (highest, lower) = (&self.layers[self.layers.len() - 1], self.layers.len() - 1);
        let mut section = CrossSection::new(drawn, highest.material.clone())?;
        for (i, layer) in self.layers[..lower].iter().enumerate() {
            let bottom = if i == 0 { drawn.y[0] } else { faces[i] };
            let slab = slab(drawn.x, [bottom, faces[i + 1]]);
            section = section.paint(&layer.name, layer.material.clone(), slab)?;
        }
        Ok(section)
    }

    /// Heights of the layers' faces with that at the bottom of layer `origin` exactly 0, and that at
    /// its top exactly its thickness.
    fn faces(&self, origin: usize) -> Vec<f64> {
        let height = |layers: &[Stratum]| layers.iter().map(|l| l.thickness).sum::<f64>();
        (0..=self.layers.len())
            .map(|k| {
                if k >= origin {
                    height(&self.layers[origin..k])
                } else {
                    -height(&self.layers[k..origin])
                }
            })
            .collect()
    }

    /// A guide of the given width: outside it the layer is etched away down to its bottom and replaced
    /// by the layer above it.
    ///
    /// # Errors
    /// [`MeshError::NoLayers`], [`MeshError::UnknownLayer`], [`MeshError::Duplicate`],
    /// [`MeshError::NothingAbove`] if the layer is the topmost, [`MeshError::Shape`] for a size that is
    /// not above zero.
    pub fn strip(&self, layer: &str, width: Length) -> Result<StripBuilder, MeshError> {
        let index = self.find(layer)?;
        self.etch(index, width, self.layers[index].thickness)
    }

    /// A rib of the given width: outside it the layer is etched `depth` deep, a slab of the rest stays.
    ///
    /// # Errors
    /// As [`strip`](Self::strip), and [`MeshError::Shape`] for a depth above the layer's thickness.
    pub fn rib(
        &self,
        layer: &str,
        width: Length,
        depth: Length,
    ) -> Result<StripBuilder, MeshError> {
        let index = self.find(layer)?;
        self.etch(index, width, depth.si())
    }

    fn etch(&self, index: usize, width: Length, depth: f64) -> Result<StripBuilder, MeshError> {
        let layer = &self.layers[index];
        if index + 1 == self.layers.len() {
            return Err(MeshError::NothingAbove {
                name: layer.name.clone(),
            });
        }
        positive(&layer.name, "width", width.si())?;
        positive(&layer.name, "etch depth", depth)?;
        if depth > layer.thickness {
            return Err(MeshError::Shape {
                name: layer.name.clone(),
                quantity: "etch depth",
                value: depth,
                unit: "m",
                allowed: format!(
                    "at most the layer's thickness, {}",
                    Length::m(layer.thickness)
                ),
            });
        }
        Ok(StripBuilder {
            stack: self.clone(),
            index,
            width: width.si(),
            depth,
            sidewall: 0.0,
        })
    }

    /// Index of a layer in a stack that is in order.
    fn find(&self, name: &str) -> Result<usize, MeshError> {
        if self.layers.is_empty() {
            return Err(MeshError::NoLayers("layer stack"));
        }
        for (i, layer) in self.layers.iter().enumerate() {
            positive(&layer.name, "thickness", layer.thickness)?;
            if self.layers[..i]
                .iter()
                .any(|other| other.name == layer.name)
            {
                return Err(MeshError::Duplicate {
                    kind: "layer",
                    name: layer.name.clone(),
                });
            }
        }
        self.layers
            .iter()
            .position(|layer| layer.name == name)
            .ok_or_else(|| unknown_layer(name, self.layers.iter().map(|l| l.name.as_str())))
    }
}

/// A rectangle by its sides, so that neighbours share a face to the last bit.
fn slab([left, right]: [f64; 2], [bottom, top]: [f64; 2]) -> Shape {
    Shape::Polygon {
        points: vec![[left, bottom], [right, bottom], [right, top], [left, top]],
    }
}

/// A guide etched into a layer of a stack, waiting for its window.
#[derive(Clone, Debug)]
pub struct StripBuilder {
    stack: LayerStack,
    index: usize,
    width: f64,
    depth: f64,
    sidewall: f64,
}

impl StripBuilder {
    /// Sidewalls leaning inwards by `angle` from the normal; the guide's width is then that at half
    /// the etched depth.
    #[must_use]
    pub fn sidewall(mut self, angle: Angle) -> Self {
        self.sidewall = angle.si();
        self
    }

    /// The cross-section through a window of the given size, centred on the guide: x = 0 in its
    /// middle, y = 0 at the bottom of the etched layer, the window's middle at half that layer's height.
    ///
    /// # Errors
    /// As [`in_window`](Self::in_window).
    pub fn window(&self, width: Length, height: Length) -> Result<CrossSection, MeshError> {
        let (half_width, half_height) = (0.5 * width.si(), 0.5 * height.si());
        let middle = 0.5 * self.stack.layers[self.index].thickness;
        self.in_window(Window {
            x: [-half_width, half_width],
            y: [middle - half_height, middle + half_height],
        })
    }

    /// The cross-section through a window given by its ends, in the same coordinates.
    ///
    /// # Errors
    /// [`MeshError::Window`] if the window is empty, [`MeshError::OutsideWindow`] if it does not show
    /// the guide, [`MeshError::Shape`] if the walls meet below the top.
    pub fn in_window(&self, window: Window) -> Result<CrossSection, MeshError> {
        window.check()?;
        let layer = &self.stack.layers[self.index];
        let above = &self.stack.layers[self.index + 1];
        let floor = layer.thickness - self.depth;
        let guide = Shape::Trapezoid {
            x: 0.0,
            bottom: floor,
            width: self.width,
            height: self.depth,
            sidewall: self.sidewall,
        };
        let name = format!("{} guide", layer.name);
        guide.check(&name)?;
        if !overlaps(&guide.polygon(), &window) {
            return Err(MeshError::OutsideWindow {
                name,
                bounds: guide.bounds(),
                window,
            });
        }
        let section = self.stack.unbounded(self.index, &window)?;
        let etched = slab(section.window().x, [floor, layer.thickness]);
        section
            .paint(
                &format!("{} etched", layer.name),
                above.material.clone(),
                etched,
            )?
            .paint(&name, layer.material.clone(), guide)?
            .with_window(window)
    }
}
