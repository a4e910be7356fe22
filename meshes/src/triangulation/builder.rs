//! How fine a triangulation is, and its making.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use super::arrangement::Arrangement;
use super::corner_layers::cut_corners;
use super::curve::Point;
use super::delaunay::{Mesher, Origin, Segments, key};
use super::paint::Paint;
use super::{Triangle, Triangulation};
use crate::{CrossSection, MeshError, Window};

/// Largest turn of an arc along one side, and what to try where arcs crowd.
const TURNS: [f64; 4] = [PI / 6.0, PI / 16.0, PI / 48.0, PI / 144.0];

type Size<'a> = Box<dyn Fn(usize, Point) -> f64 + 'a>;

/// Settings of a [`Triangulation`].
pub struct TriangulationBuilder<'a> {
    section: &'a CrossSection,
    domain: Window,
    lines: Vec<(usize, f64)>,
    size: Option<Size<'a>>,
    layers: usize,
    ratio: f64,
}

impl<'a> TriangulationBuilder<'a> {
    /// A triangulation of the whole window, with sides up to a fifth of it and no corner layers.
    pub fn new(section: &'a CrossSection) -> Self {
        Self {
            section,
            domain: section.window(),
            lines: Vec::new(),
            size: None,
            layers: 0,
            ratio: 0.15,
        }
    }

    /// The rectangle to be meshed: a part of the window cut off by its lines of symmetry, or a larger
    /// one, in which materials continue as they meet the window's border.
    #[must_use]
    pub fn domain(mut self, domain: Window) -> Self {
        self.domain = domain;
        self
    }

    /// A further line at `x` (metres) from bottom to top that sides of triangles follow.
    #[must_use]
    pub fn line_x(mut self, x: f64) -> Self {
        self.lines.push((0, x));
        self
    }

    /// A further line at `y` (metres) from left to right that sides of triangles follow.
    #[must_use]
    pub fn line_y(mut self, y: f64) -> Self {
        self.lines.push((1, y));
        self
    }

    /// The longest side wanted (metres) in a material, by its index, around a point.
    #[must_use]
    pub fn size(mut self, size: impl Fn(usize, [f64; 2]) -> f64 + 'a) -> Self {
        self.size = Some(Box::new(size));
        self
    }

    /// Towards every singular corner, `layers` layers of triangles, each `ratio` of the one before.
    #[must_use]
    pub fn corner_layers(mut self, layers: usize, ratio: f64) -> Self {
        self.layers = layers;
        self.ratio = ratio;
        self
    }

    /// # Errors
    /// [`MeshError::Window`] for an empty domain; [`MeshError::ElementSize`] for a size that is not
    /// positive, a ratio outside (0, 1) or a line that is not finite; [`MeshError::Triangulation`] if
    /// borders lie too close together or too many triangles would be needed.
    pub fn build(self) -> Result<Triangulation, MeshError> {
        self.domain.check()?;
        let fault = |quantity, value, unit, allowed| MeshError::ElementSize {
            quantity,
            value,
            unit,
            allowed,
        };
        if !(self.ratio > 0.0 && self.ratio < 1.0) {
            return Err(fault(
                "ratio of corner layers",
                self.ratio,
                "",
                "between 0 and 1",
            ));
        }
        if let Some(&(_, value)) = self.lines.iter().find(|(_, value)| !value.is_finite()) {
            return Err(fault("line", value, "m", "finite"));
        }
        let Window { x, y } = self.domain;
        let inside = |&(axis, value): &(usize, f64)| {
            let [low, high] = [x, y][axis];
            low < value && value < high
        };
        let lines: Vec<(usize, f64)> = self.lines.iter().copied().filter(inside).collect();
        let paint = Paint::new(self.section);
        let graph = Arrangement::new(self.section, &paint, self.domain, &lines);
        let coarse = 0.2 * self.domain.extent();
        let size = self.size.unwrap_or_else(|| Box::new(move |_, _| coarse));
        let mut last = None;
        for turn in TURNS {
            let made = Mesher::new(&graph, &paint, &size, turn).and_then(|mut mesher| {
                mesher.refine()?;
                let triangles = mesher.tidy()?;
                Ok((mesher, triangles))
            });
            match made {
                Ok((mesher, triangles)) => {
                    let mut mesh = finish(&mesher, triangles, &graph, &paint, self.domain);
                    cut_corners(&mut mesh, self.layers, self.ratio);
                    return Ok(mesh);
                }
                Err(error @ MeshError::Triangulation { .. }) if !graph.arcs.is_empty() => {
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or(MeshError::Window {
            window: self.domain,
        }))
    }
}

/// Gives every triangle its region, from the sides of the drawing inwards.
fn finish(
    mesher: &Mesher,
    triples: Vec<[usize; 3]>,
    graph: &Arrangement,
    paint: &Paint,
    domain: Window,
) -> Triangulation {
    let regions = regions(&triples, &mesher.segments, graph);
    let triangles = triples
        .iter()
        .zip(regions)
        .map(|(&vertices, region)| Triangle {
            vertices,
            material: paint.material(region),
            region,
            curve: [0, 1, 2].map(|k| {
                let (a, b) = (vertices[k], vertices[(k + 1) % 3]);
                Triangulation::circle_of(graph, &mesher.segments, a, b)
            }),
        })
        .collect();
    let singular = (0..mesher.positions.len())
        .filter(|&v| match mesher.origins[v] {
            Origin::Node(node) => graph.nodes[node].singular,
            _ => false,
        })
        .collect();
    Triangulation {
        domain,
        vertices: mesher.positions.clone(),
        triangles,
        arcs: graph.arcs.clone(),
        graph: graph.clone(),
        origins: mesher.origins.clone(),
        segments: mesher.segments.clone(),
        coarse: triples,
        singular,
    }
}

fn regions(triples: &[[usize; 3]], segments: &Segments, graph: &Arrangement) -> Vec<Option<usize>> {
    let mut across: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
    let mut known: Vec<Option<Option<usize>>> = vec![None; triples.len()];
    for (index, t) in triples.iter().enumerate() {
        for k in 0..3 {
            let (a, b) = (t[k], t[(k + 1) % 3]);
            match segments.get(&key(a, b)) {
                Some(segment) => {
                    let [left, right] = graph.pieces[segment.piece].sides;
                    let along = segment.ends[0].0 == a;
                    known[index] = Some(if along { left } else { right });
                }
                None => across.entry(key(a, b)).or_default().push(index),
            }
        }
    }
    let mut front: Vec<usize> = (0..triples.len()).filter(|&t| known[t].is_some()).collect();
    while let Some(index) = front.pop() {
        let t = triples[index];
        for k in 0..3 {
            for &next in across.get(&key(t[k], t[(k + 1) % 3])).into_iter().flatten() {
                if known[next].is_none() {
                    known[next] = known[index];
                    front.push(next);
                }
            }
        }
    }
    known.into_iter().map(Option::flatten).collect()
}
