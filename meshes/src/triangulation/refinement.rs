//! Refinement of a constrained Delaunay triangulation by Ruppert's rules (doi:10.1006/jagm.1995.1021),
//! relaxed in thin layers.
//!
//! A triangle that is too large or has a small angle gets its circumcentre as a new vertex; if a side
//! of the drawing is in the way, that side is split. Between two sides of the drawing close to each
//! other triangles may be long along the layer: there a vertex is only set against its foot on the
//! opposite side.

use std::f64::consts::PI;

use spade::Triangulation as _;
use spade::handles::FixedVertexHandle;

use super::curve::{Point, angle, cross, distance, lerp};
use super::delaunay::{Mesher, Origin, corner, key};
use crate::MeshError;

/// Smallest angle wanted.
pub(super) const SMALLEST_ANGLE: f64 = 20.7 * PI / 180.0;
/// A side of the drawing seen from a vertex under a wider angle is split at the vertex's foot.
const WIDEST_ANGLE: f64 = 130.0 * PI / 180.0;
/// Longest triangles in a thin layer: side along it over thickness.
const LARGEST_ASPECT: f64 = 100.0;

/// What to do about a bad triangle.
pub(super) enum Fix {
    /// Split the side of the drawing at a parameter of its piece.
    Split([usize; 2], f64),
    /// Set a vertex inside.
    Insert(Point),
    /// Nothing can be done.
    Accept,
}

impl Mesher<'_> {
    fn middle(&self, [a, b]: [usize; 2]) -> Option<Fix> {
        let segment = self.segments.get(&key(a, b))?;
        let t = 0.5 * (segment.ends[0].1 + segment.ends[1].1);
        Some(Fix::Split([a, b], t))
    }

    pub(super) fn is_singular(&self, vertex: usize) -> bool {
        match self.origins[vertex] {
            Origin::Node(node) => self.graph.nodes[node].singular,
            _ => false,
        }
    }

    /// Refines until nothing is left to do.
    pub(super) fn refine(&mut self) -> Result<(), MeshError> {
        let first = self.positions.len();
        loop {
            let mut bad: Vec<(f64, [usize; 3])> = Vec::new();
            for triangle in self.triangles() {
                if !self.accepted.contains(&triangle)
                    && let Some((urgency, _)) = self.diagnose(triangle)?
                {
                    bad.push((urgency, triangle));
                }
            }
            bad.sort_by(|p, q| q.0.total_cmp(&p.0).then(p.1.cmp(&q.1)));
            let Some(&(most, _)) = bad.first() else {
                return Ok(());
            };
            for (urgency, triangle) in bad {
                // the worst of a pass only: what they change may heal the others
                if urgency < 0.7 * most {
                    break;
                }
                if !self.exists(triangle) {
                    continue;
                }
                // small angles of the drawing itself cannot be healed: stop somewhere
                let healing = self.positions.len() < 20 * first + 1000;
                match self.diagnose(triangle)? {
                    Some((urgency, _)) if urgency < 1e3 && !healing => {
                        self.accepted.insert(triangle);
                    }
                    Some((_, Fix::Split(side, t))) => self.split(side, t)?,
                    Some((_, Fix::Insert(p))) => {
                        self.insert(p, Origin::Inside)?;
                    }
                    Some((_, Fix::Accept)) => {
                        self.accepted.insert(triangle);
                    }
                    None => {}
                }
            }
        }
    }

    fn exists(&self, [a, b, c]: [usize; 3]) -> bool {
        let [from, to] = [a, b].map(FixedVertexHandle::from_index);
        self.cdt
            .get_edge_from_neighbors(from, to)
            .and_then(|edge| edge.opposite_vertex())
            .is_some_and(|v| v.index() == c)
    }

    /// What is wrong with a triangle, how urgent it is, and what to do.
    fn diagnose(&self, t: [usize; 3]) -> Result<Option<(f64, Fix)>, MeshError> {
        let p = t.map(|v| self.positions[v]);
        let side = |k: usize| [t[k], t[(k + 1) % 3]];
        let segment = |k: usize| self.segments.get(&key(t[k], t[(k + 1) % 3]));
        let lengths = [0, 1, 2].map(|k| distance(p[k], p[(k + 1) % 3]));
        let order = |k: &usize, l: &usize| lengths[*k].total_cmp(&lengths[*l]);
        let longest = (0..3).max_by(order).unwrap_or(0);

        // two singular corners on one side
        let singular = t.map(|v| self.is_singular(v));
        let joined = (0..3).filter(|&k| singular[k] && singular[(k + 1) % 3]);
        if let Some(k) = joined.max_by(order) {
            let inner = Fix::Insert(lerp(p[k], p[(k + 1) % 3], 0.5));
            return Ok(Some((4e9, self.middle(side(k)).unwrap_or(inner))));
        }
        // a curved side that folds the triangle over
        if let Some(fix) = self.folded(t) {
            return Ok(Some((3e9, fix)));
        }
        let angles = [0, 1, 2].map(|k| corner(p[k], p[(k + 1) % 3], p[(k + 2) % 3]));
        // a vertex too close above a side of the drawing
        for k in 0..3 {
            if let Some(s) = segment(k)
                && angles[(k + 2) % 3] > WIDEST_ANGLE
            {
                let piece = &self.graph.pieces[s.piece];
                let apex = p[(k + 2) % 3];
                let t = piece.foot(apex, self.piece_ends(s.piece), &self.graph.arcs);
                let [from, to] = s.ends.map(|end| end.1);
                let t = t.clamp(from + 0.02 * (to - from), to - 0.02 * (to - from));
                return Ok(Some((2e9, Fix::Split(side(k), t))));
            }
        }
        let wanted = self.wanted_in(p)?;
        let excess = lengths[longest] / wanted;
        if excess > 1.0 + 1e-6 {
            let fix = self.place(t, p, lengths, true);
            return Ok(Some((1e6 * excess, fix)));
        }
        let sharpest = (0..3)
            .min_by(|&k, &l| angles[k].total_cmp(&angles[l]))
            .unwrap_or(0);
        if angles[sharpest] >= SMALLEST_ANGLE {
            return Ok(None);
        }
        // an angle of the drawing itself
        if segment(sharpest).is_some() && segment((sharpest + 2) % 3).is_some() {
            return Ok(Some((1.0, Fix::Accept)));
        }
        let fix = self.place(t, p, lengths, false);
        Ok(Some((0.1 / angles[sharpest], fix)))
    }

    /// Splits a curved side whose arc leaves too little or too much of an angle.
    pub(super) fn folded(&self, t: [usize; 3]) -> Option<Fix> {
        const MARGIN: f64 = 8.0 * PI / 180.0;
        let bends = [0, 1, 2].map(|k| {
            let segment = self.segments.get(&key(t[k], t[(k + 1) % 3]))?;
            let sweep = self.graph.pieces[segment.piece].sweep?;
            let half = 0.5 * (segment.ends[1].1 - segment.ends[0].1) * sweep.angle;
            // inside the circle the side bulges out of the triangle
            Some(if segment.ends[0].0 == t[k] {
                half
            } else {
                -half
            })
        });
        let k = (0..3)
            .filter(|&k| bends[k].is_some_and(|b| b.abs() > MARGIN / 8.0))
            .max_by(|&k, &l| {
                let size = |k: usize| bends[k].unwrap_or(0.0).abs();
                size(k).total_cmp(&size(l))
            })?;
        let largest = [t[k], t[(k + 1) % 3]];
        let p = t.map(|v| self.positions[v]);
        for k in 0..3 {
            let (after, before) = (bends[k], bends[(k + 2) % 3]);
            if after.is_none() && before.is_none() {
                continue;
            }
            let straight = corner(p[k], p[(k + 1) % 3], p[(k + 2) % 3]);
            let curved = straight + after.unwrap_or(0.0) + before.unwrap_or(0.0);
            if curved > PI - 1e-6 && after.is_some() && before.is_some() {
                // two sides on one circle from its inside: a vertex between them and the third side
                return self.inside_circle(t, k).or_else(|| self.middle(largest));
            }
            let tangent = curved.abs() < 1e-6;
            // arcs that bulge into a sharp singular corner would meet the corner layers' diagonals
            if !tangent && self.is_singular(t[k]) {
                for (side, bend) in [(k, after), ((k + 2) % 3, before)] {
                    if bend.is_some_and(|b| -b > (0.2 * curved).max(MARGIN / 8.0)) {
                        return self.middle([t[side], t[(side + 1) % 3]]);
                    }
                }
            }
            if !tangent && (curved < MARGIN.min(0.5 * straight) || curved > PI - MARGIN) {
                return self.middle(largest);
            }
        }
        None
    }

    /// A vertex on the way from a triangle's vertex `k` to the centre of the circle it lies on.
    fn inside_circle(&self, t: [usize; 3], k: usize) -> Option<Fix> {
        let segment = self.segments.get(&key(t[k], t[(k + 1) % 3]))?;
        let arc = self.graph.arcs[self.graph.pieces[segment.piece].sweep?.arc];
        let p = t.map(|v| self.positions[v]);
        let chord = 0.5 * (distance(p[k], p[(k + 1) % 3]) + distance(p[k], p[(k + 2) % 3]));
        // a circle of few sides is cut like a cake
        let depth = if chord > 0.45 * arc.radius {
            1.0
        } else {
            0.9 * chord / arc.radius
        };
        let inner = lerp(p[k], arc.centre, depth);
        match self.walk(t, inner) {
            Ok(inner) => Some(Fix::Insert(inner)),
            Err(blocking) => self.middle(blocking),
        }
    }

    /// A new vertex that removes the triangle.
    fn place(&self, t: [usize; 3], p: [Point; 3], lengths: [f64; 3], too_large: bool) -> Fix {
        let order = |k: &usize, l: &usize| lengths[*k].total_cmp(&lengths[*l]);
        let longest = (0..3).max_by(order).unwrap_or(0);
        let shortest = (0..3).min_by(order).unwrap_or(0);
        let blocking = match self.walk(t, circumcentre(p)) {
            Ok(centre) => return Fix::Insert(centre),
            Err(blocking) => blocking,
        };
        let thin = self.is_across(t, shortest);
        let length = distance(self.positions[blocking[0]], self.positions[blocking[1]]);
        let accepted = if thin {
            lengths[longest] <= LARGEST_ASPECT * lengths[shortest]
        } else {
            length <= 2.0 * lengths[shortest]
        };
        if !accepted {
            return self.middle(blocking).unwrap_or(Fix::Accept);
        }
        let side = [t[longest], t[(longest + 1) % 3]];
        if too_large && !thin {
            let inner = Fix::Insert(lerp(p[longest], p[(longest + 1) % 3], 0.5));
            return self.middle(side).unwrap_or(inner);
        }
        Fix::Accept
    }

    /// Whether the triangle lies in a thin layer whose thickness is its side `k`.
    fn is_across(&self, t: [usize; 3], k: usize) -> bool {
        if t.iter().any(|&v| self.origins[v] == Origin::Inside) {
            return false;
        }
        let (a, b) = (t[k], t[(k + 1) % 3]);
        if !self.segments.contains_key(&key(a, b)) {
            return true;
        }
        // the closed end of a layer: the drawing turns sharply at both ends
        self.sector(a, b, true) < 2.1 && self.sector(b, a, false) < 2.1
    }

    /// Angle from a side of the drawing at its end `a` to the next one, anticlockwise or clockwise.
    fn sector(&self, a: usize, b: usize, anticlockwise: bool) -> f64 {
        let [from, to] = [a, b].map(FixedVertexHandle::from_index);
        let Some(start) = self.cdt.get_edge_from_neighbors(from, to) else {
            return 2.0 * PI;
        };
        let mut edge = start;
        loop {
            edge = if anticlockwise { edge.ccw() } else { edge.cw() };
            if edge.is_constraint_edge() || edge == start {
                let seen = |v: usize| angle(self.positions[a], self.positions[v]);
                let turn = seen(edge.to().index()) - seen(b);
                let turn = if anticlockwise { turn } else { -turn };
                return if edge == start {
                    2.0 * PI
                } else {
                    turn.rem_euclid(2.0 * PI)
                };
            }
        }
    }

    /// Goes straight from a triangle to `p`; `Err` is the side of the drawing in the way, or one that
    /// `p` would come too close to.
    fn walk(&self, t: [usize; 3], p: Point) -> Result<Point, [usize; 2]> {
        let start = [0, 1].map(|d| t.iter().map(|&v| self.positions[v][d]).sum::<f64>() / 3.0);
        let mut triangle = t;
        let mut came_from: Option<[usize; 2]> = None;
        for _ in 0..self.positions.len() * 3 {
            let crossed = (0..3).find_map(|k| {
                let side = [triangle[k], triangle[(k + 1) % 3]];
                let [a, b] = side.map(|v| self.positions[v]);
                let leaves = came_from != Some(key(side[0], side[1])) && cross(a, b, p) < 0.0;
                let between = cross(start, p, a) <= 0.0 && cross(start, p, b) >= 0.0;
                (leaves && between).then_some(side)
            });
            let Some([a, b]) = crossed else {
                break;
            };
            if self.segments.contains_key(&key(a, b)) {
                return Err([a, b]);
            }
            let Some(apex) = self.apex(b, a) else {
                return Err([a, b]);
            };
            came_from = Some(key(a, b));
            triangle = [b, a, apex];
        }
        // sides of the triangle and of its neighbours
        let mut around = Vec::new();
        for k in 0..3 {
            let [a, b] = [triangle[k], triangle[(k + 1) % 3]];
            around.push([a, b]);
            if !self.segments.contains_key(&key(a, b))
                && let Some(apex) = self.apex(b, a)
            {
                around.extend([[a, apex], [apex, b]]);
            }
        }
        for [a, b] in around {
            if self.segments.contains_key(&key(a, b)) {
                let [q, r] = [a, b].map(|v| self.positions[v]);
                let height = cross(q, r, p).abs() / distance(q, r);
                let seen = corner(p, q, r);
                if seen > 0.5 * PI && height < 0.35 * distance(q, r) {
                    return Err([a, b]);
                }
            }
        }
        Ok(p)
    }

    /// The vertex left of the side from a to b.
    fn apex(&self, a: usize, b: usize) -> Option<usize> {
        let [from, to] = [a, b].map(FixedVertexHandle::from_index);
        let edge = self.cdt.get_edge_from_neighbors(from, to)?;
        edge.opposite_vertex().map(|v| v.index())
    }
}

fn circumcentre([a, b, c]: [Point; 3]) -> Point {
    let [bx, by] = [b[0] - a[0], b[1] - a[1]];
    let [cx, cy] = [c[0] - a[0], c[1] - a[1]];
    let scale = 0.5 / (bx * cy - by * cx);
    let (bb, cc) = (bx * bx + by * by, cx * cx + cy * cy);
    [
        a[0] + scale * (cy * bb - by * cc),
        a[1] + scale * (bx * cc - cx * bb),
    ]
}
