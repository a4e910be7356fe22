//! Geometric layers of triangles around singular corners.
//!
//! Near a corner the field goes as rᵅ with α < 1; layers of size ratioᵏ make its error fall
//! exponentially in their number (Babuška & Guo, doi:10.1007/BF00298647). Each triangle with a singular
//! vertex is cut by joining the points at `ratio` along its two sides from there; the quadrilateral
//! that stays is cut along a diagonal. Between borders that touch or almost do, the points are at one half, so that
//! the diagonal clears the arcs.

use std::collections::{BTreeMap, BTreeSet};

use super::curve::{cross, distance, lerp};
use super::delaunay::{Origin, Segment, corner, key};
use super::{Triangle, Triangulation};

/// Cuts `layers` layers in. No triangle may have two singular vertices.
pub(super) fn cut_corners(mesh: &mut Triangulation, layers: usize, ratio: f64) {
    let mut singular = vec![false; mesh.vertices.len()];
    for &vertex in &mesh.singular {
        singular[vertex] = true;
    }
    for _ in 0..layers {
        let old = std::mem::take(&mut mesh.triangles);
        let mut cusps = BTreeSet::new();
        for triangle in &old {
            for k in 0..3 {
                let [a, b, c] = [k, (k + 1) % 3, (k + 2) % 3].map(|i| triangle.vertices[i]);
                if singular.get(a) == Some(&true) && is_cusp(mesh, triangle, k, ratio) {
                    cusps.extend([[a, b], [a, c]]);
                }
            }
        }
        let mut points = BTreeMap::new();
        for triangle in old {
            match (0..3).find(|&k| singular.get(triangle.vertices[k]) == Some(&true)) {
                Some(k) => cut(mesh, triangle, k, (ratio, &cusps), &mut points),
                None => mesh.triangles.push(triangle),
            }
        }
        for ([corner, end], middle) in points {
            halve(mesh, corner, end, middle);
        }
    }
}

/// Cuts the triangle's vertex `k` off.
fn cut(
    mesh: &mut Triangulation,
    triangle: Triangle,
    k: usize,
    (ratio, cusps): (f64, &BTreeSet<[usize; 2]>),
    points: &mut BTreeMap<[usize; 2], usize>,
) {
    let [a, b, c] = [k, (k + 1) % 3, (k + 2) % 3].map(|i| triangle.vertices[i]);
    let [ab, bc, ca] = [k, (k + 1) % 3, (k + 2) % 3].map(|i| triangle.curve[i]);
    let mut point = |end: usize| {
        *points.entry([a, end]).or_insert_with(|| {
            let ratio = if cusps.contains(&[a, end]) {
                0.5
            } else {
                ratio
            };
            add_point(mesh, [a, end], ratio)
        })
    };
    let (d, e) = (point(b), point(c));
    // of the two diagonals the one that leaves the larger smallest angle
    let p = |v: usize| mesh.vertices[v];
    let smallest = |[u, v, w]: [usize; 3]| {
        let [u, v, w] = [p(u), p(v), p(w)];
        if cross(u, v, w) <= 0.0 {
            return -1.0;
        }
        corner(u, v, w).min(corner(v, w, u)).min(corner(w, u, v))
    };
    let first = smallest([d, b, c]).min(smallest([d, c, e]));
    let second = smallest([d, b, e]).min(smallest([b, c, e]));
    let pair = if first >= second {
        [([d, b, c], [ab, bc, None]), ([d, c, e], [None, ca, None])]
    } else {
        [([d, b, e], [ab, None, None]), ([b, c, e], [bc, ca, None])]
    };
    for (vertices, curve) in [([a, d, e], [ab, None, ca]), pair[0], pair[1]] {
        mesh.triangles.push(Triangle {
            vertices,
            curve,
            ..triangle
        });
    }
}

/// Whether an arc at vertex `k` bulges so far into the triangle that it would meet the diagonal: over
/// a length 1 the sides part by r α + r² λ at r, with α their angle and λ the sum of both arcs' angles
/// from chord to tangent, and the arc from r to 1 leans by (1 − r) λᵢ from its chord.
fn is_cusp(mesh: &Triangulation, triangle: &Triangle, k: usize, ratio: f64) -> bool {
    let p = [k, (k + 1) % 3, (k + 2) % 3].map(|i| mesh.vertices[triangle.vertices[i]]);
    let lean = |side: usize, [a, b]: [[f64; 2]; 2]| match triangle.curve[side] {
        Some(arc) => {
            let half = (0.5 * distance(a, b) / mesh.arcs[arc].radius)
                .min(1.0)
                .asin();
            -half.copysign(cross(a, b, mesh.arcs[arc].centre))
        }
        None => 0.0,
    };
    let leans = [lean(k, [p[0], p[1]]), lean((k + 2) % 3, [p[2], p[0]])];
    let lost = leans[0] + leans[1];
    let opening = corner(p[0], p[1], p[2]) - lost;
    let rest = 1.0 - ratio;
    leans[0].max(leans[1]) * rest * rest > ratio * opening + ratio * ratio * lost
}

/// The point at `ratio` from a corner along a side, on the side's circle if it has one.
fn add_point(mesh: &mut Triangulation, [a, b]: [usize; 2], ratio: f64) -> usize {
    let (position, origin) = match mesh.segments.get(&key(a, b)) {
        Some(segment) => {
            let [from, to] = if segment.ends[0].0 == a {
                segment.ends
            } else {
                [segment.ends[1], segment.ends[0]]
            };
            let piece = &mesh.graph.pieces[segment.piece];
            let t = from.1 + ratio * (to.1 - from.1);
            let ends = piece.ends.map(|end| mesh.graph.nodes[end].position);
            let origin = Origin::Piece {
                piece: segment.piece,
                t,
            };
            (piece.at(t, ends, &mesh.arcs), origin)
        }
        None => {
            let ends = [a, b];
            let [p, q] = ends.map(|v| mesh.vertices[v]);
            (lerp(p, q, ratio), Origin::Between { ends, ratio })
        }
    };
    mesh.vertices.push(position);
    mesh.origins.push(origin);
    mesh.vertices.len() - 1
}

/// Divides the side of the drawing between two vertices at a third.
fn halve(mesh: &mut Triangulation, a: usize, b: usize, middle: usize) {
    if let (Some(segment), Origin::Piece { t, .. }) =
        (mesh.segments.remove(&key(a, b)), mesh.origins[middle])
    {
        for ends in [
            [segment.ends[0], (middle, t)],
            [(middle, t), segment.ends[1]],
        ] {
            let part = Segment { ends, ..segment };
            mesh.segments.insert(key(ends[0].0, ends[1].0), part);
        }
    }
}
