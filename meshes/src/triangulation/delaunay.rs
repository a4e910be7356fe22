//! A constrained Delaunay triangulation that follows a drawing.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use spade::handles::FixedVertexHandle;
use spade::{ConstrainedDelaunayTriangulation, Point2, Triangulation as _};

use super::arrangement::{Arrangement, Piece};
use super::curve::{Point, cross, distance};
use super::paint::Paint;
use crate::MeshError;

/// Most vertices.
const MOST_VERTICES: usize = 200_000;

/// Where a vertex comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Origin {
    /// A node of the arrangement.
    Node(usize),
    /// A point of a piece at a parameter in (0, 1).
    Piece { piece: usize, t: f64 },
    /// The inside of a face.
    Inside,
    /// The point at `ratio` from one vertex to another.
    Between { ends: [usize; 2], ratio: f64 },
}

/// A part of a piece that is a side of triangles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) piece: usize,
    /// Vertex and parameter at both ends, rising.
    pub(super) ends: [(usize, f64); 2],
}

pub(super) type Cdt = ConstrainedDelaunayTriangulation<Point2<f64>>;

pub(super) type Segments = BTreeMap<[usize; 2], Segment>;

pub(super) fn key(a: usize, b: usize) -> [usize; 2] {
    [a.min(b), a.max(b)]
}

/// The triangulation while it grows.
pub(super) struct Mesher<'a> {
    pub(super) cdt: Cdt,
    pub(super) graph: &'a Arrangement,
    paint: &'a Paint<'a>,
    size: &'a dyn Fn(usize, Point) -> f64,
    pub(super) positions: Vec<Point>,
    pub(super) origins: Vec<Origin>,
    pub(super) segments: Segments,
    /// Triangles that nothing more can be done for.
    pub(super) accepted: BTreeSet<[usize; 3]>,
}

impl<'a> Mesher<'a> {
    /// Follows the drawing in steps no longer than wanted and turning by no more than `turn`.
    pub(super) fn new(
        graph: &'a Arrangement,
        paint: &'a Paint<'a>,
        size: &'a dyn Fn(usize, Point) -> f64,
        turn: f64,
    ) -> Result<Self, MeshError> {
        let mut mesher = Self {
            cdt: Cdt::new(),
            graph,
            paint,
            size,
            positions: Vec::new(),
            origins: Vec::new(),
            segments: Segments::new(),
            accepted: BTreeSet::new(),
        };
        for (index, node) in graph.nodes.iter().enumerate() {
            mesher.insert(node.position, Origin::Node(index))?;
        }
        let mut cuts = Vec::with_capacity(graph.pieces.len());
        for index in 0..graph.pieces.len() {
            cuts.push(mesher.cuts(index, turn)?);
        }
        bend(graph, &mut cuts);
        let mut chords = Vec::new();
        for (piece, cuts) in cuts.iter().enumerate() {
            let ends = graph.pieces[piece].ends;
            let mut before = (ends[0], 0.0);
            for &t in &cuts[1..cuts.len() - 1] {
                let position = mesher.point(piece, t);
                let next = (mesher.insert(position, Origin::Piece { piece, t })?, t);
                chords.push(Segment {
                    piece,
                    ends: [before, next],
                });
                before = next;
            }
            chords.push(Segment {
                piece,
                ends: [before, (ends[1], 1.0)],
            });
        }
        for chord in chords {
            mesher.constrain(chord)?;
        }
        Ok(mesher)
    }

    pub(super) fn piece_ends(&self, piece: usize) -> [Point; 2] {
        self.graph.pieces[piece]
            .ends
            .map(|end| self.graph.nodes[end].position)
    }

    fn point(&self, piece: usize, t: f64) -> Point {
        self.graph.pieces[piece].at(t, self.piece_ends(piece), &self.graph.arcs)
    }

    fn wanted(&self, material: usize, at: Point) -> Result<f64, MeshError> {
        let size = (self.size)(material, at);
        if size > 0.0 {
            return Ok(size);
        }
        Err(MeshError::ElementSize {
            quantity: "wanted size",
            value: size,
            unit: "m",
            allowed: "above 0 m",
        })
    }

    /// The wanted size in a triangle.
    pub(super) fn wanted_in(&self, p: [Point; 3]) -> Result<f64, MeshError> {
        let centroid = [0, 1].map(|d| (p[0][d] + p[1][d] + p[2][d]) / 3.0);
        self.wanted(self.paint.material(self.paint.region(centroid)), centroid)
    }

    /// The wanted size on a piece: the smaller one of its two sides.
    fn size_on(&self, piece: &Piece, at: Point) -> Result<f64, MeshError> {
        let [left, right] = piece.sides.map(|side| self.paint.material(side));
        Ok(self.wanted(left, at)?.min(self.wanted(right, at)?))
    }

    /// Parameters of equal steps, measured in wanted sizes.
    fn cuts(&self, index: usize, turn: f64) -> Result<Vec<f64>, MeshError> {
        const SAMPLES: usize = 64;
        let piece = &self.graph.pieces[index];
        let length = piece.length(self.piece_ends(index), &self.graph.arcs);
        let mut sum = vec![0.0];
        for i in 0..SAMPLES {
            let t = (i as f64 + 0.5) / SAMPLES as f64;
            let step = length / SAMPLES as f64 / self.size_on(piece, self.point(index, t))?;
            sum.push(sum[i] + step);
        }
        let total = sum[SAMPLES];
        let bends = piece
            .sweep
            .map_or(1.0, |sweep| (sweep.angle / turn - 1e-9).ceil());
        let count = (total - 1e-6).ceil().max(bends).max(1.0);
        if count > MOST_VERTICES as f64 {
            return Err(self.too_many(self.point(index, 0.5)));
        }
        let mut cuts: Vec<f64> = (0..=count as usize).map(|k| k as f64 / count).collect();
        let mut i = 0;
        for cut in &mut cuts[1..count as usize] {
            let target = *cut * total;
            while sum[i + 1] < target {
                i += 1;
            }
            *cut = (i as f64 + (target - sum[i]) / (sum[i + 1] - sum[i])) / SAMPLES as f64;
        }
        Ok(cuts)
    }

    fn too_many(&self, at: Point) -> MeshError {
        MeshError::Triangulation {
            at,
            reason: "more than 200 000 vertices would be needed; ask for larger triangles",
        }
    }

    pub(super) fn insert(&mut self, p: Point, origin: Origin) -> Result<usize, MeshError> {
        if self.positions.len() >= MOST_VERTICES {
            return Err(self.too_many(p));
        }
        let clash = MeshError::Triangulation {
            at: p,
            reason: "two borders lie too close to be told apart; move one",
        };
        // spade refuses numbers next to zero
        let clean = p.map(|v| {
            if v.abs() < 1e-6 * self.graph.tolerance {
                0.0
            } else {
                v
            }
        });
        let handle = self
            .cdt
            .insert(Point2::new(clean[0], clean[1]))
            .map_err(|_| clash.clone())?;
        if handle.index() != self.positions.len() {
            return Err(clash);
        }
        self.positions.push(clean);
        self.origins.push(origin);
        Ok(handle.index())
    }

    fn constrain(&mut self, segment: Segment) -> Result<(), MeshError> {
        let [a, b] = segment.ends.map(|end| end.0);
        let [from, to] = [a, b].map(FixedVertexHandle::from_index);
        if self.cdt.try_add_constraint(from, to).len() != 1 {
            return Err(MeshError::Triangulation {
                at: self.positions[a],
                reason: "curved borders lie too close together; move them apart",
            });
        }
        self.segments.insert(key(a, b), segment);
        Ok(())
    }

    pub(super) fn split(&mut self, [a, b]: [usize; 2], t: f64) -> Result<(), MeshError> {
        let Some(segment) = self.segments.remove(&key(a, b)) else {
            return Ok(());
        };
        let [from, to] = [a, b].map(FixedVertexHandle::from_index);
        if let Some(edge) = self.cdt.get_edge_from_neighbors(from, to) {
            let edge = edge.fix().as_undirected();
            self.cdt.remove_constraint_edge(edge);
        }
        let piece = segment.piece;
        let middle = self.insert(self.point(piece, t), Origin::Piece { piece, t })?;
        for ends in [
            [segment.ends[0], (middle, t)],
            [(middle, t), segment.ends[1]],
        ] {
            self.constrain(Segment { piece, ends })?;
        }
        Ok(())
    }

    /// Triangles as vertex triples, anticlockwise.
    pub(super) fn triangles(&self) -> Vec<[usize; 3]> {
        self.cdt
            .inner_faces()
            .map(|face| face.vertices().map(|v| v.index()))
            .collect()
    }
}

/// Angle at `p` of the triangle p, q, r.
pub(super) fn corner(p: Point, q: Point, r: Point) -> f64 {
    let dot = (q[0] - p[0]) * (r[0] - p[0]) + (q[1] - p[1]) * (r[1] - p[1]);
    cross(p, q, r).abs().atan2(dot)
}

/// Halves chords of arcs until other parts of the drawing keep clear of the space between chord and
/// arc.
fn bend(graph: &Arrangement, cuts: &mut [Vec<f64>]) {
    let ends = |piece: &Piece| piece.ends.map(|end| graph.nodes[end].position);
    for index in 0..graph.pieces.len() {
        let piece = &graph.pieces[index];
        let Some(sweep) = piece.sweep else {
            continue;
        };
        let arc = graph.arcs[sweep.arc];
        let mut k = 0;
        while k + 1 < cuts[index].len() {
            let (from, to) = (cuts[index][k], cuts[index][k + 1]);
            let half = 0.5 * (to - from) * sweep.angle;
            let sagitta = arc.radius * (1.0 - half.cos());
            let middle = 0.5 * (from + to);
            let top = piece.at(middle, ends(piece), &graph.arcs);
            let chord = [from, to].map(|t| piece.at(t, ends(piece), &graph.arcs));
            let crowds = |near: &Piece| {
                let closest = near.at(
                    near.foot(top, ends(near), &graph.arcs),
                    ends(near),
                    &graph.arcs,
                );
                let outside = distance(closest, arc.centre) - arc.radius;
                outside.abs() < 2.0 * sagitta
                    && corner(arc.centre, top, closest) < 0.95 * half
                    && chord
                        .iter()
                        .all(|&e| distance(e, closest) > graph.tolerance)
            };
            // a straight piece or another arc with the same ends as an arc of one chord
            let doubles = |near: &Piece| {
                cuts[index].len() == 2
                    && key(near.ends[0], near.ends[1]) == key(piece.ends[0], piece.ends[1])
            };
            let crowded = half > PI / 360.0
                && graph.pieces.iter().enumerate().any(|(other, near)| {
                    let same = near.sweep.is_some_and(|s| s.arc == sweep.arc);
                    other != index && (doubles(near) || !same && crowds(near))
                });
            if crowded {
                cuts[index].insert(k + 1, middle);
            } else {
                k += 1;
            }
        }
    }
}
