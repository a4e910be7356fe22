//! The visible borders of painted regions as a planar graph.
//!
//! All outlines, the domain's sides, extra lines and the continuations of what meets the window's
//! border are cut where they meet; a piece stays if the topmost regions on its two sides differ.

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, TAU};

use super::Arc;
use super::carrier::{Carrier, Following};
use super::curve::{Curve, Point, angle, closest, distance, foot, lerp, on_circle};
use super::drawing::{Nodes, Primitive, cut, draw, intersection};
use super::paint::Paint;
use crate::{CrossSection, Window};

/// Points closer than this fraction of the extent are one.
const MEETING: f64 = 1e-10;
/// How far from a piece its two sides are looked at, as a fraction of the extent.
const ASIDE: f64 = 1e-8;

/// How an [`Arrangement`]'s point follows the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    /// A vertex of a region's polygon.
    Vertex { region: usize, vertex: usize },
    /// Where two carriers meet.
    Crossing([usize; 2]),
    /// A point of a circle at a fixed angle.
    OnCircle { carrier: usize, angle: f64 },
}

/// A point where pieces end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) position: Point,
    pub(super) anchor: Anchor,
    /// Whether the field is singular there.
    pub(super) singular: bool,
}

/// Part of a circle, anticlockwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    pub(super) arc: usize,
    pub(super) start: f64,
    pub(super) angle: f64,
}

/// A part of a line of the drawing between two nodes.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) ends: [usize; 2],
    /// All carriers that run along it; the topmost region's last.
    pub(super) carriers: Vec<usize>,
    pub(super) sweep: Option<Sweep>,
    /// Topmost region on the left and on the right; on the domain's border both are the inner one.
    pub(super) sides: [Option<usize>; 2],
    /// Whether it lies on the domain's border.
    pub(super) border: bool,
}

/// The planar graph.
#[derive(Clone, Debug)]
pub(super) struct Arrangement {
    pub(super) nodes: Vec<Node>,
    pub(super) pieces: Vec<Piece>,
    pub(super) arcs: Vec<Arc>,
    pub(super) carriers: Vec<Carrier>,
    /// Points closer than this are one, metres.
    pub(super) tolerance: f64,
}

impl Arrangement {
    pub(super) fn new(
        section: &CrossSection,
        paint: &Paint,
        domain: Window,
        lines: &[(usize, f64)],
    ) -> Self {
        let extent = domain.extent().max(section.window().extent());
        let tolerance = MEETING * extent;
        let (carriers, mut primitives) = draw(section, domain, lines, tolerance);

        let mut grid: Vec<(usize, f64)> = domain.x.iter().map(|&x| (0, x)).collect();
        grid.extend(domain.y.iter().map(|&y| (1, y)));
        grid.extend(lines);
        let mut nodes = Nodes {
            positions: Vec::new(),
            cells: BTreeMap::new(),
            grid,
            tolerance,
        };
        cut(&mut primitives, &mut nodes, tolerance);

        let seen = intersection(section.window(), domain);
        let mut arcs = Vec::new();
        let mut pieces = Vec::new();
        for primitive in &primitives {
            let carrier = primitive.carrier;
            let border = matches!(carriers[carrier], Carrier::Side(_));
            let kept = border || matches!(carriers[carrier], Carrier::Line { .. });
            split(
                primitive,
                &nodes,
                &mut arcs,
                |ends, sweep, middle, normal| {
                    let aside =
                        |sign: f64| [0, 1].map(|d| middle[d] + sign * ASIDE * extent * normal[d]);
                    let region = |sign: f64| {
                        let [x, y] = aside(sign);
                        // what is painted beyond the domain draws nothing on its border
                        let beyond = border && !domain.contains(x, y);
                        paint.region(if beyond { aside(-sign) } else { [x, y] })
                    };
                    let sides = [region(1.0), region(-1.0)];
                    let outside = sweep.is_some() && !seen.contains(middle[0], middle[1]);
                    if !outside && (kept || sides[0] != sides[1]) {
                        pieces.push(Piece {
                            ends,
                            carriers: vec![carrier],
                            sweep,
                            sides,
                            border,
                        });
                    }
                },
            );
        }
        let rank = |carrier: &usize| carriers[*carrier].region(&carriers);
        let mut pieces = unite(pieces, &arcs, tolerance);
        for piece in &mut pieces {
            piece.carriers.sort_by_key(|c| (rank(c), *c));
        }
        let positions = nodes.positions;
        let mut graph = Self {
            nodes: Vec::new(),
            pieces,
            arcs,
            carriers,
            tolerance,
        };
        graph.straighten(&positions, section);
        graph.keep_used(&positions, section, paint, domain);
        graph
    }

    /// Joins pieces of one carrier where nothing else ends.
    fn straighten(&mut self, positions: &[Point], section: &CrossSection) {
        let mut at: Vec<Vec<usize>> = vec![Vec::new(); positions.len()];
        for (index, piece) in self.pieces.iter().enumerate() {
            at[piece.ends[0]].push(index);
            at[piece.ends[1]].push(index);
        }
        let mut gone = vec![false; self.pieces.len()];
        for node in 0..positions.len() {
            let [first, second] = at[node][..] else {
                continue;
            };
            if first == second {
                continue;
            }
            let (before, after) = if self.pieces[first].ends[1] == node {
                (first, second)
            } else {
                (second, first)
            };
            let (a, b) = (&self.pieces[before], &self.pieces[after]);
            let one_way = a.ends[1] == node && b.ends[0] == node;
            let shared = a.carriers.iter().any(|c| b.carriers.contains(c));
            let turned = match (a.sweep, b.sweep) {
                (Some(p), Some(q)) => p.angle + q.angle > 0.6 * TAU,
                _ => false,
            };
            let is_vertex = self.vertex_of(positions[node], &a.carriers, section);
            if !one_way || !shared || turned || a.sides != b.sides || is_vertex.is_some() {
                continue;
            }
            let end = b.ends[1];
            if let (Some(p), Some(q)) = (self.pieces[before].sweep, self.pieces[after].sweep) {
                self.pieces[before].sweep = Some(Sweep {
                    angle: p.angle + q.angle,
                    ..p
                });
            }
            let carriers = self.pieces[after].carriers.clone();
            self.pieces[before]
                .carriers
                .retain(|c| carriers.contains(c));
            self.pieces[before].ends[1] = end;
            gone[after] = true;
            for index in &mut at[end] {
                if *index == after {
                    *index = before;
                }
            }
            at[node].clear();
        }
        let mut gone = gone.into_iter();
        self.pieces.retain(|_| gone.next() == Some(false));
    }

    /// The polygon vertex that lies at `p`, of the topmost region among the carriers.
    fn vertex_of(&self, p: Point, carriers: &[usize], section: &CrossSection) -> Option<Anchor> {
        let region = carriers
            .iter()
            .filter_map(|&c| match self.carriers[c] {
                Carrier::Edge { region, .. } => Some(region),
                _ => None,
            })
            .max()?;
        let polygon = section.regions()[region].shape.polygon();
        let near = |q: &Point| distance(*q, p) <= 3.0 * self.tolerance;
        let vertex = polygon.iter().position(near)?;
        Some(Anchor::Vertex { region, vertex })
    }

    /// Drops unused nodes, and finds how the others follow the drawing and which are singular.
    fn keep_used(
        &mut self,
        positions: &[Point],
        section: &CrossSection,
        paint: &Paint,
        domain: Window,
    ) {
        let mut at: Vec<Vec<usize>> = vec![Vec::new(); positions.len()];
        for (index, piece) in self.pieces.iter().enumerate() {
            at[piece.ends[0]].push(index);
            at[piece.ends[1]].push(index);
        }
        let mut renamed = vec![0; positions.len()];
        for (node, around) in at.iter().enumerate().filter(|(_, a)| !a.is_empty()) {
            renamed[node] = self.nodes.len();
            let position = positions[node];
            let anchor = self.anchor(position, around, section, domain);
            let singular = self.is_singular(node, position, around, positions, paint, domain);
            self.nodes.push(Node {
                position,
                anchor,
                singular,
            });
        }
        for piece in &mut self.pieces {
            piece.ends = piece.ends.map(|end| renamed[end]);
        }
    }

    fn anchor(&self, p: Point, around: &[usize], section: &CrossSection, domain: Window) -> Anchor {
        let mut carriers: Vec<usize> = around
            .iter()
            .flat_map(|&piece| self.pieces[piece].carriers.iter().copied())
            .collect();
        carriers.sort_unstable();
        carriers.dedup();
        // what stays on the domain's sides and lines first, then from the topmost region down
        let fixed = |c: &usize| {
            matches!(
                self.carriers[*c],
                Carrier::Side(_) | Carrier::Line { .. } | Carrier::Continuation { .. }
            )
        };
        carriers.sort_by_key(|c| {
            let region = self.carriers[*c].region(&self.carriers);
            (!fixed(c), std::cmp::Reverse(region), *c)
        });
        if !carriers.iter().any(fixed)
            && let Some(vertex) = self.vertex_of(p, &carriers, section)
        {
            return vertex;
        }
        let following = Following {
            domain,
            from: section.window(),
            to: section.window(),
        };
        let curve = |c: usize| self.carriers[c].curve(&self.carriers, section, &following);
        let first = carriers[0];
        let second = carriers[1..].iter().copied().find(|&other| {
            let crossing = curve(first)
                .zip(curve(other))
                .and_then(|(a, b)| a.meeting_near(&b, p, self.tolerance));
            crossing.is_some_and(|q| distance(p, q) <= 100.0 * self.tolerance)
        });
        match (second, self.carriers[first].circle(section)) {
            (Some(second), _) => Anchor::Crossing([first, second]),
            (None, Some((centre, _))) => Anchor::OnCircle {
                carrier: first,
                angle: angle(centre, p),
            },
            (None, None) => self
                .vertex_of(p, &carriers, section)
                .unwrap_or(Anchor::Crossing([first, first])),
        }
    }

    /// Whether the interfaces at a node are other than none, or one without a kink.
    fn is_singular(
        &self,
        node: usize,
        position: Point,
        around: &[usize],
        positions: &[Point],
        paint: &Paint,
        domain: Window,
    ) -> bool {
        const SMOOTH_TURN: f64 = 20.0 * std::f64::consts::PI / 180.0;
        let mut rays = Vec::new();
        for &index in around {
            let piece = &self.pieces[index];
            let [left, right] = piece.sides.map(|side| paint.material(side));
            if piece.border || left == right {
                continue;
            }
            for (end, turn) in [(0, FRAC_PI_2), (1, -FRAC_PI_2)] {
                if piece.ends[end] == node {
                    rays.push(match piece.sweep {
                        Some(sweep) => sweep.start + end as f64 * sweep.angle + turn,
                        None => angle(position, positions[piece.ends[1 - end]]),
                    });
                }
            }
        }
        let on = |axis: usize| {
            let ends = if axis == 0 { domain.x } else { domain.y };
            ends.contains(&position[axis])
        };
        match (&rays[..], on(0), on(1)) {
            ([], ..) => false,
            (_, true, true) => true,
            // mirrored in the border, the interface turns by twice its angle from the normal
            (&[ray], true, false) => 2.0 * ray.sin().abs().asin() > SMOOTH_TURN,
            (&[ray], false, true) => 2.0 * ray.cos().abs().asin() > SMOOTH_TURN,
            (&[a, b], false, false) => {
                let (sin, cos) = (a - b).sin_cos();
                sin.abs().atan2(-cos) > SMOOTH_TURN
            }
            _ => true,
        }
    }
}

/// Calls `keep` with ends, sweep, midpoint and left normal of every part between two cuts.
fn split(
    primitive: &Primitive,
    nodes: &Nodes,
    arcs: &mut Vec<Arc>,
    mut keep: impl FnMut([usize; 2], Option<Sweep>, Point, Point),
) {
    let cuts = &primitive.cuts;
    match primitive.curve {
        Curve::Segment(_) => {
            for pair in cuts.windows(2) {
                let ends = [pair[0].1, pair[1].1];
                let [a, b] = ends.map(|end| nodes.positions[end]);
                let length = distance(a, b);
                let normal = [(a[1] - b[1]) / length, (b[0] - a[0]) / length];
                keep(ends, None, lerp(a, b, 0.5), normal);
            }
        }
        Curve::Circle { centre, radius } => {
            let same = |arc: &Arc| {
                distance(arc.centre, centre) <= nodes.tolerance
                    && (arc.radius - radius).abs() <= nodes.tolerance
            };
            let arc = arcs.iter().position(same).unwrap_or_else(|| {
                arcs.push(Arc { centre, radius });
                arcs.len() - 1
            });
            for (k, &(start, node)) in cuts.iter().enumerate() {
                let (end, next) = cuts[(k + 1) % cuts.len()];
                let angle = (end - start).rem_euclid(TAU);
                let middle = on_circle(centre, radius, start + 0.5 * angle);
                let normal = [0, 1].map(|d| (centre[d] - middle[d]) / radius);
                keep(
                    [node, next],
                    Some(Sweep { arc, start, angle }),
                    middle,
                    normal,
                );
            }
        }
    }
}

/// Pieces that coincide become one.
fn unite(pieces: Vec<Piece>, arcs: &[Arc], tolerance: f64) -> Vec<Piece> {
    let mut at: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
    let mut united: Vec<Piece> = Vec::new();
    for piece in pieces {
        let [a, b] = piece.ends;
        let known = at.entry([a.min(b), a.max(b)]).or_default();
        let middle = |sweep: &Option<Sweep>| {
            sweep.map(|Sweep { arc, start, angle }| {
                on_circle(arcs[arc].centre, arcs[arc].radius, start + 0.5 * angle)
            })
        };
        let twin = known.iter().copied().find(|&other| {
            match (middle(&united[other].sweep), middle(&piece.sweep)) {
                (None, None) => true,
                (Some(p), Some(q)) => distance(p, q) <= 10.0 * tolerance,
                _ => false,
            }
        });
        match twin {
            Some(twin) => {
                united[twin].border |= piece.border;
                united[twin].carriers.extend(piece.carriers);
            }
            None => {
                known.push(united.len());
                united.push(piece);
            }
        }
    }
    united
}

impl Piece {
    /// The point at `t` in \[0, 1\] from the first end to the second.
    pub(super) fn at(&self, t: f64, ends: [Point; 2], arcs: &[Arc]) -> Point {
        match self.sweep {
            _ if t == 0.0 => ends[0],
            _ if t == 1.0 => ends[1],
            None => lerp(ends[0], ends[1], t),
            Some(sweep) => {
                let Arc { centre, radius } = arcs[sweep.arc];
                on_circle(centre, radius, sweep.start + t * sweep.angle)
            }
        }
    }

    /// Length of the piece, metres.
    pub(super) fn length(&self, ends: [Point; 2], arcs: &[Arc]) -> f64 {
        match self.sweep {
            None => distance(ends[0], ends[1]),
            Some(sweep) => arcs[sweep.arc].radius * sweep.angle,
        }
    }

    /// Parameter of the point of the piece nearest to `p`.
    pub(super) fn foot(&self, p: Point, ends: [Point; 2], arcs: &[Arc]) -> f64 {
        match self.sweep {
            None => foot(ends, closest(ends, p)),
            Some(sweep) => {
                let seen = (angle(arcs[sweep.arc].centre, p) - sweep.start).rem_euclid(TAU);
                (seen / sweep.angle).clamp(0.0, 1.0)
            }
        }
    }
}
