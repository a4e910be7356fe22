//! Conforming triangulations of a cross-section for finite elements of high order.
//!
//! Ω = ∪ T: every visible border between painted regions is a chain of triangle sides. Scheme: the
//! borders as a planar graph, a constrained Delaunay triangulation of it, Ruppert's refinement to the
//! wanted size and to angles above 20° (doi:10.1006/jagm.1995.1021), then layers of triangles that
//! shrink in geometric progression towards every corner where the field is singular.
//!
//! Circles stay exact: a side between two points of a circle carries the circle, and the element
//! that has the side is bounded by the arc, not by the chord. Limits: the angle bound is given up at
//! sharper corners of the drawing and in thin layers, where triangles up to a hundred times longer than
//! the layer is thick run along it.

mod arrangement;
mod builder;
mod carrier;
mod corner_layers;
mod curve;
mod delaunay;
mod drawing;
mod locate;
mod motion;
mod paint;
mod refinement;
#[cfg(test)]
mod tests;
mod tidy;

use crate::Window;

use arrangement::Arrangement;
use delaunay::{Origin, Segments, key};

pub use builder::TriangulationBuilder;
pub use motion::Motion;

/// A side of the domain that is meshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainSide {
    /// The lowest x.
    Left,
    /// The highest x.
    Right,
    /// The lowest y.
    Bottom,
    /// The highest y.
    Top,
}

/// A circle that curved sides lie on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Its centre, metres.
    pub centre: [f64; 2],
    /// Its radius, metres.
    pub radius: f64,
}

/// A triangle, or one with sides bent to circles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triangle {
    /// Its vertices, anticlockwise.
    pub vertices: [usize; 3],
    /// Its material's index in [`CrossSection::materials`](crate::CrossSection::materials).
    pub material: usize,
    /// The topmost painted region; `None` is the background.
    pub region: Option<usize>,
    /// Side k runs from vertex k to vertex (k + 1) mod 3: the index of the circle that it lies on, the
    /// shorter way round.
    pub curve: [Option<usize>; 3],
}

/// A conforming triangulation of a rectangle of the plane, made by a [`TriangulationBuilder`].
///
/// ```
/// use cpo_materials::Material;
/// use cpo_meshes::{CrossSection, Shape, TriangulationBuilder, Window};
/// let window = Window { x: [-1.5e-6, 1.5e-6], y: [-1.4e-6, 1.6e-6] };
/// let core = Shape::Circle { x: 0.0, y: 0.0, radius: 0.4e-6 };
/// let wire = CrossSection::new(window, Material::with_index(1.444))?
///     .paint("core", Material::with_index(3.4777), core)?;
/// let mesh = TriangulationBuilder::new(&wire)
///     .size(|material, _| if material == 1 { 0.25e-6 } else { 0.6e-6 })
///     .build()?;
/// let core: f64 = (0..mesh.triangles().len())
///     .filter(|&t| mesh.triangles()[t].material == 1)
///     .map(|t| mesh.area(t))
///     .sum();
/// assert!((core / (std::f64::consts::PI * 0.16e-12) - 1.0).abs() < 1e-12);
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Triangulation {
    domain: Window,
    vertices: Vec<[f64; 2]>,
    triangles: Vec<Triangle>,
    arcs: Vec<Arc>,
    graph: Arrangement,
    /// Where each vertex comes from.
    origins: Vec<Origin>,
    /// Sides that lie on the drawing.
    segments: Segments,
    /// The triangles before corner layers were cut in.
    coarse: Vec<[usize; 3]>,
    singular: Vec<usize>,
}

impl Triangulation {
    /// The rectangle that is meshed.
    pub fn domain(&self) -> Window {
        self.domain
    }

    /// The vertices, metres.
    pub fn vertices(&self) -> &[[f64; 2]] {
        &self.vertices
    }

    /// The triangles.
    pub fn triangles(&self) -> &[Triangle] {
        &self.triangles
    }

    /// The circles that [`Triangle::curve`] points to.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The vertices where material interfaces meet at an angle and the field is singular.
    pub fn singular_vertices(&self) -> &[usize] {
        &self.singular
    }

    /// The side of the domain on which side `side` of a triangle lies; `None` inside.
    ///
    /// # Panics
    /// If there is no such triangle or `side` is above 2.
    pub fn side(&self, triangle: usize, side: usize) -> Option<DomainSide> {
        let vertices = self.triangles[triangle].vertices;
        let [a, b] = [vertices[side], vertices[(side + 1) % 3]].map(|v| self.vertices[v]);
        let round_off = 1e-12 * self.domain.extent();
        let on = |d: usize, value: f64| {
            (a[d] - value).abs() <= round_off && (b[d] - value).abs() <= round_off
        };
        let Window { x, y } = self.domain;
        [
            (DomainSide::Left, on(0, x[0])),
            (DomainSide::Right, on(0, x[1])),
            (DomainSide::Bottom, on(1, y[0])),
            (DomainSide::Top, on(1, y[1])),
        ]
        .into_iter()
        .find_map(|(side, there)| there.then_some(side))
    }

    /// Area of a triangle with its curved sides, m²: the flat triangle and, for each arc that turns
    /// by θ, ± r²(θ − sin θ)/2.
    ///
    /// # Panics
    /// If there is no such triangle.
    pub fn area(&self, triangle: usize) -> f64 {
        let t = &self.triangles[triangle];
        let p = t.vertices.map(|v| self.vertices[v]);
        let mut area = 0.5 * curve::cross(p[0], p[1], p[2]);
        for k in 0..3 {
            if let Some(arc) = t.curve[k] {
                let Arc { centre, radius } = self.arcs[arc];
                let (a, b) = (p[k], p[(k + 1) % 3]);
                let half = (0.5 * curve::distance(a, b) / radius).min(1.0).asin();
                let segment = 0.5 * radius * radius * (2.0 * half - (2.0 * half).sin());
                area += segment.copysign(curve::cross(a, b, centre));
            }
        }
        area
    }

    /// The piece of the drawing that the side from a to b lies on.
    fn circle_of(graph: &Arrangement, segments: &Segments, a: usize, b: usize) -> Option<usize> {
        let segment = segments.get(&key(a, b))?;
        graph.pieces[segment.piece].sweep.map(|sweep| sweep.arc)
    }
}
