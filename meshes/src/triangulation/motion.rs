//! How a triangulation follows a cross-section whose dimensions change.
//!
//! Nodes of the drawing move with the topmost region that has them, points of a border between two
//! nodes keep their parameter, and inside every face ∇²u = 0 for both components of the displacement u,
//! by linear elements and conjugate gradients to a relative residual of 10⁻¹².

use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

use super::arrangement::Anchor;
use super::carrier::Following;
use super::curve::{Curve, Point, angle, cross, distance, lerp, on_circle};
use super::delaunay::Origin;
use super::{Arc, Triangulation};
use crate::{CrossSection, Window};

/// Residual at which the displacement counts as solved, over the initial one.
const RESIDUAL: f64 = 1e-12;

/// Displacement of a triangulation's vertices and circles, metres.
#[derive(Clone, Debug)]
pub struct Motion {
    vertices: Vec<[f64; 2]>,
    arcs: Vec<Arc>,
    nodes: Vec<[f64; 2]>,
    /// Displacement of the domain's lower and upper ends.
    domain: Window,
}

impl Motion {
    /// Displacement of every vertex, metres.
    pub fn vertices(&self) -> &[[f64; 2]] {
        &self.vertices
    }

    /// Change of every circle's centre and radius, metres.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }
}

impl Triangulation {
    /// The motion that carries the mesh of `from` along to `to`: the same regions with other
    /// dimensions. Where borders of several regions coincide, the topmost region's decides.
    ///
    /// `None` if the regions differ in number, kind or material, if their borders meet in other ways,
    /// if the mesh is not one of `from`, or if a triangle would turn over.
    pub fn motion(&self, from: &CrossSection, to: &CrossSection) -> Option<Motion> {
        let still = Following {
            domain: self.domain,
            from: from.window(),
            to: from.window(),
        };
        let moved = Following {
            to: to.window(),
            ..still
        };
        let alike = from.regions().len() == to.regions().len()
            && from.regions().iter().zip(to.regions()).all(|(a, b)| {
                a.material == b.material
                    && std::mem::discriminant(&a.shape) == std::mem::discriminant(&b.shape)
                    && a.shape.polygon().len() == b.shape.polygon().len()
            });
        if !alike {
            return None;
        }
        let mut nodes = Vec::with_capacity(self.graph.nodes.len());
        for node in &self.graph.nodes {
            let before = self.follow(node.anchor, node.position, from, &still)?;
            let after = self.follow(node.anchor, node.position, to, &moved)?;
            if distance(before, node.position) > 1e3 * self.graph.tolerance {
                return None;
            }
            nodes.push([0, 1].map(|d| after[d] - before[d]));
        }
        let arcs = self.move_arcs(from, to)?;
        let shift =
            |axis: usize, ends: [f64; 2]| ends.map(|value| moved.coordinate(axis, value) - value);
        let mut motion = Motion {
            vertices: vec![[0.0; 2]; self.vertices.len()],
            arcs,
            nodes,
            domain: Window {
                x: shift(0, self.domain.x),
                y: shift(1, self.domain.y),
            },
        };
        self.move_borders(&mut motion);
        self.move_inside(&mut motion);
        let after = self.displaced(&motion, 1.0);
        let upright = (0..after.triangles.len()).all(|t| {
            let [a, b, c] = after.triangles[t].vertices.map(|v| after.vertices[v]);
            cross(a, b, c) > 0.0
        });
        upright.then_some(motion)
    }

    /// The triangulation moved by `factor` times a motion.
    #[must_use]
    pub fn displaced(&self, motion: &Motion, factor: f64) -> Self {
        let mut mesh = self.clone();
        let shift = |p: &mut Point, u: &Point| {
            *p = [0, 1].map(|d| p[d] + factor * u[d]);
        };
        for (node, u) in mesh.graph.nodes.iter_mut().zip(&motion.nodes) {
            shift(&mut node.position, u);
        }
        for (arc, u) in mesh.arcs.iter_mut().zip(&motion.arcs) {
            shift(&mut arc.centre, &u.centre);
            arc.radius += factor * u.radius;
        }
        mesh.graph.arcs.clone_from(&mesh.arcs);
        for piece in &mut mesh.graph.pieces {
            if let Some(sweep) = &mut piece.sweep {
                let centre = mesh.arcs[sweep.arc].centre;
                let [a, b] = piece.ends.map(|end| mesh.graph.nodes[end].position);
                let (start, end) = (angle(centre, a), angle(centre, b));
                // the sweep nearest to the old one: the ends may have passed ±π
                let turned = half_turn(end - start - sweep.angle);
                sweep.start = start;
                sweep.angle += turned;
            }
        }
        for (v, u) in motion.vertices.iter().enumerate() {
            shift(&mut mesh.vertices[v], u);
        }
        for d in [
            (&mut mesh.domain.x, motion.domain.x),
            (&mut mesh.domain.y, motion.domain.y),
        ] {
            for k in 0..2 {
                d.0[k] += factor * d.1[k];
            }
        }
        // a chord's ends moved in a straight line may leave the circle in second order
        for v in 0..mesh.vertices.len() {
            if let Origin::Piece { piece, t } = mesh.origins[v]
                && mesh.graph.pieces[piece].sweep.is_some()
            {
                let piece = &mesh.graph.pieces[piece];
                let ends = piece.ends.map(|end| mesh.graph.nodes[end].position);
                mesh.vertices[v] = piece.at(t, ends, &mesh.arcs);
            }
        }
        mesh
    }

    fn follow(
        &self,
        anchor: Anchor,
        near: Point,
        section: &CrossSection,
        following: &Following,
    ) -> Option<Point> {
        let carriers = &self.graph.carriers;
        match anchor {
            Anchor::Vertex { region, vertex } => {
                let polygon = section.regions().get(region)?.shape.polygon();
                polygon.get(vertex).copied()
            }
            Anchor::Crossing(pair) => {
                let [a, b] = pair.map(|c| carriers[c].curve(carriers, section, following));
                a?.meeting_near(&b?, near, self.graph.tolerance)
            }
            Anchor::OnCircle { carrier, angle } => {
                match carriers[carrier].curve(carriers, section, following)? {
                    Curve::Circle { centre, radius } => Some(on_circle(centre, radius, angle)),
                    Curve::Segment(_) => None,
                }
            }
        }
    }

    fn move_arcs(&self, from: &CrossSection, to: &CrossSection) -> Option<Vec<Arc>> {
        let mut arcs = vec![
            Arc {
                centre: [0.0; 2],
                radius: 0.0,
            };
            self.arcs.len()
        ];
        for piece in &self.graph.pieces {
            if let (Some(sweep), Some(&carrier)) = (piece.sweep, piece.carriers.last()) {
                let circle = |section| self.graph.carriers[carrier].circle(section);
                let ((c, r), (k, q)) = (circle(from)?, circle(to)?);
                arcs[sweep.arc] = Arc {
                    centre: [0, 1].map(|d| k[d] - c[d]),
                    radius: q - r,
                };
            }
        }
        Some(arcs)
    }

    /// Vertices on the drawing keep their parameter between the moved nodes.
    fn move_borders(&self, motion: &mut Motion) {
        for v in 0..self.vertices.len() {
            motion.vertices[v] = match self.origins[v] {
                Origin::Node(node) => motion.nodes[node],
                Origin::Piece { piece, t } => {
                    let piece = &self.graph.pieces[piece];
                    let ends = piece.ends.map(|end| motion.nodes[end]);
                    match piece.sweep {
                        None => lerp(ends[0], ends[1], t),
                        Some(sweep) => {
                            let nodes = piece.ends.map(|end| self.graph.nodes[end].position);
                            let circle = &self.arcs[sweep.arc];
                            let u = &motion.arcs[sweep.arc];
                            let (c, k) = (circle.centre, moved_by(circle.centre, u.centre));
                            let radius = circle.radius + u.radius;
                            let turn = |end: usize| {
                                let moved = moved_by(nodes[end], ends[end]);
                                half_turn(angle(k, moved) - angle(c, nodes[end]))
                            };
                            let before = sweep.start + t * sweep.angle;
                            let after = before + (1.0 - t) * turn(0) + t * turn(1);
                            let p = on_circle(c, circle.radius, before);
                            let q = on_circle(k, radius, after);
                            [0, 1].map(|d| q[d] - p[d])
                        }
                    }
                }
                Origin::Inside | Origin::Between { .. } => [0.0; 2],
            };
        }
    }

    /// Solves ∇²u = 0 for the vertices inside faces.
    fn move_inside(&self, motion: &mut Motion) {
        let mut weights: BTreeMap<[usize; 2], f64> = BTreeMap::new();
        for t in &self.coarse {
            let p = t.map(|v| self.vertices[v]);
            let area = cross(p[0], p[1], p[2]);
            for k in 0..3 {
                let (a, b, apex) = (p[k], p[(k + 1) % 3], p[(k + 2) % 3]);
                let dot = (a[0] - apex[0]) * (b[0] - apex[0]) + (a[1] - apex[1]) * (b[1] - apex[1]);
                let (i, j) = (t[k], t[(k + 1) % 3]);
                *weights.entry([i.min(j), i.max(j)]).or_default() += 0.5 * dot / area;
            }
        }
        let free: Vec<bool> = self.origins.iter().map(|o| *o == Origin::Inside).collect();
        for axis in 0..2 {
            let mut u: Vec<f64> = motion.vertices.iter().map(|v| v[axis]).collect();
            relax(&weights, &free, &mut u);
            for (vertex, u) in motion.vertices.iter_mut().zip(u) {
                vertex[axis] = u;
            }
        }
        // in the order they were made: each lies between two that are known
        for v in 0..self.vertices.len() {
            if let Origin::Between { ends, ratio } = self.origins[v] {
                let [a, b] = ends.map(|end| motion.vertices[end]);
                motion.vertices[v] = lerp(a, b, ratio);
            }
        }
    }
}

/// The angle modulo 2π in \[−π, π).
fn half_turn(angle: f64) -> f64 {
    (angle + PI).rem_euclid(TAU) - PI
}

fn moved_by(p: Point, u: Point) -> Point {
    [p[0] + u[0], p[1] + u[1]]
}

/// Conjugate gradients with the diagonal as preconditioner, on the free entries of `u`.
fn relax(weights: &BTreeMap<[usize; 2], f64>, free: &[bool], u: &mut [f64]) {
    let n = u.len();
    let apply = |v: &[f64]| {
        let mut result = vec![0.0; n];
        for (&[i, j], &w) in weights {
            let flow = w * (v[i] - v[j]);
            result[i] += flow;
            result[j] -= flow;
        }
        for i in 0..n {
            if !free[i] {
                result[i] = 0.0;
            }
        }
        result
    };
    let mut diagonal = vec![0.0; n];
    for (&[i, j], &w) in weights {
        diagonal[i] += w;
        diagonal[j] += w;
    }
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let scaled = |r: &[f64]| -> Vec<f64> {
        (0..n)
            .map(|i| if free[i] { r[i] / diagonal[i] } else { 0.0 })
            .collect()
    };
    let mut residual: Vec<f64> = apply(u).iter().map(|r| -r).collect();
    let mut direction = scaled(&residual);
    let mut energy = dot(&residual, &direction);
    let start = energy;
    for _ in 0..10 * n + 100 {
        if energy <= RESIDUAL * RESIDUAL * start || energy == 0.0 {
            return;
        }
        let image = apply(&direction);
        let step = energy / dot(&direction, &image);
        for i in 0..n {
            u[i] += step * direction[i];
            residual[i] -= step * image[i];
        }
        let next = scaled(&residual);
        let after = dot(&residual, &next);
        for i in 0..n {
            direction[i] = next[i] + after / energy * direction[i];
        }
        energy = after;
    }
}
