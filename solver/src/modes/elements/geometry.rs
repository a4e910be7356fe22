//! The map from the reference triangle to a triangle of the mesh, straight or with sides on circles.
//!
//! x(ξ, η) = Σ λ_k v_k + Σ 4 λ_a λ_b d(s)/(1 − s²), s = λ_b − λ_a, with d(s) the distance from the chord to
//! the arc: smooth inside, exact on the side (Szabó & Babuška, "Finite Element Analysis", 1991, ch. 6).

use super::basis::SIDES;
use cpo_meshes::{Arc, Triangle, Triangulation};

/// Steps of Newton's method on curved triangles: quadratic from a sagitta of a tenth.
const NEWTON_STEPS: usize = 6;

/// A triangle with its vertices in the order of the shape functions.
#[derive(Clone, Debug)]
pub(super) struct Geometry {
    vertices: [[f64; 2]; 3],
    /// Circle of each side of [`SIDES`].
    curve: [Option<Arc>; 3],
}

/// Point and derivatives of the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) point: [f64; 2],
    /// Inverse of the Jacobian, `inverse[i][d]` = ∂ξ_i/∂x_d.
    pub(super) inverse: [[f64; 2]; 2],
    /// Determinant of ∂x/∂ξ; negative where sorting has turned the triangle.
    pub(super) determinant: f64,
}

impl Geometry {
    /// `triangle` of `mesh` with all lengths times `scale`.
    pub(super) fn new(mesh: &Triangulation, triangle: &Triangle, scale: f64) -> Self {
        let mut order = [0, 1, 2];
        order.sort_unstable_by_key(|&k| triangle.vertices[k]);
        let side_of = |a: usize, b: usize| {
            let (a, b) = (order[a], order[b]);
            let side = if (a + 1) % 3 == b { a } else { b };
            triangle.curve[side].map(|arc| {
                let Arc { centre, radius } = mesh.arcs()[arc];
                Arc {
                    centre: centre.map(|c| scale * c),
                    radius: scale * radius,
                }
            })
        };
        Self {
            vertices: order.map(|k| mesh.vertices()[triangle.vertices[k]].map(|v| scale * v)),
            curve: SIDES.map(|[a, b]| side_of(a, b)),
        }
    }

    pub(super) fn is_straight(&self) -> bool {
        self.curve.iter().all(Option::is_none)
    }

    pub(super) fn centroid(&self) -> [f64; 2] {
        [0, 1].map(|d| self.vertices.iter().map(|v| v[d]).sum::<f64>() / 3.0)
    }

    /// The map at a point of the reference triangle.
    pub(super) fn at(&self, [xi, eta]: [f64; 2]) -> Place {
        let lambda = [1.0 - xi - eta, xi, eta];
        let slopes = [[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]];
        let mut point = [0.0; 2];
        // jacobian[d][i] = ∂x_d/∂ξ_i.
        let mut jacobian = [[0.0; 2]; 2];
        for (k, vertex) in self.vertices.iter().enumerate() {
            for d in 0..2 {
                point[d] += lambda[k] * vertex[d];
                for i in 0..2 {
                    jacobian[d][i] += slopes[k][i] * vertex[d];
                }
            }
        }
        for ([a, b], arc) in SIDES.into_iter().zip(&self.curve) {
            let Some(arc) = arc else { continue };
            let (s, product) = (lambda[b] - lambda[a], 4.0 * lambda[a] * lambda[b]);
            let (bump, slope) = bump(arc, self.vertices[a], self.vertices[b], s);
            for d in 0..2 {
                point[d] += product * bump[d];
                for i in 0..2 {
                    let along = slopes[b][i] - slopes[a][i];
                    let product_slope = 4.0 * (slopes[a][i] * lambda[b] + lambda[a] * slopes[b][i]);
                    jacobian[d][i] += product_slope * bump[d] + product * slope[d] * along;
                }
            }
        }
        let determinant = jacobian[0][0] * jacobian[1][1] - jacobian[0][1] * jacobian[1][0];
        let inverse = [
            [jacobian[1][1] / determinant, -jacobian[0][1] / determinant],
            [-jacobian[1][0] / determinant, jacobian[0][0] / determinant],
        ];
        Place {
            point,
            inverse,
            determinant,
        }
    }

    /// The point of the reference triangle that maps to `point`, by Newton's method.
    pub(super) fn locate(&self, point: [f64; 2]) -> [f64; 2] {
        let mut at = [1.0 / 3.0; 2];
        let steps = if self.is_straight() { 1 } else { NEWTON_STEPS };
        for _ in 0..steps {
            let place = self.at(at);
            let miss = [point[0] - place.point[0], point[1] - place.point[1]];
            for (xi, row) in at.iter_mut().zip(place.inverse) {
                *xi += row[0] * miss[0] + row[1] * miss[1];
            }
        }
        at
    }
}

/// d(s)/(1 − s²) and its derivative on the arc from `a` to `b`, s from −1 to 1.
///
/// With half angle α and the chord's middle m, unit normal ν and tangent τ,
/// d = R [(cos αs − cos α) ν + (sin αs − s sin α) τ]; written with functions of α that stay accurate as α → 0.
fn bump(arc: &Arc, a: [f64; 2], b: [f64; 2], s: f64) -> ([f64; 2], [f64; 2]) {
    let half = [0.5 * (b[0] - a[0]), 0.5 * (b[1] - a[1])];
    let length = half[0].hypot(half[1]);
    let tangent = half.map(|h| h / length);
    let middle = [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])];
    let mut normal = [tangent[1], -tangent[0]];
    // Away from the centre: the short arc.
    let outward: f64 = (0..2)
        .map(|d| (middle[d] - arc.centre[d]) * normal[d])
        .sum();
    if outward < 0.0 {
        normal = normal.map(|n| -n);
    }
    let radius = arc.radius;
    let alpha = (length / radius).min(1.0).asin();
    // cos αs − cos α = 2 sin(α(1 + s)/2) sin(α(1 − s)/2), divided by 1 − s².
    let half_sinc = |u: f64| {
        let v = 0.5 * alpha * u;
        if v.abs() < 1e-4 {
            (0.5 * alpha * (1.0 - v * v / 6.0), -alpha.powi(3) * u / 24.0)
        } else {
            (v.sin() / u, (0.5 * alpha * v.cos() * u - v.sin()) / (u * u))
        }
    };
    let ((p, dp), (q, dq)) = (half_sinc(1.0 + s), half_sinc(1.0 - s));
    let across = (2.0 * p * q, 2.0 * (dp * q - p * dq));
    // sin αs − s sin α by its series in α: terms α³(s − s³)/6 − α⁵(s − s⁵)/120 + …, over 1 − s².
    let (mut along, mut along_slope) = (0.0, 0.0);
    let (mut power, mut sum, mut slope) = (-alpha, s, 1.0);
    for k in 1..12 {
        let n = (2 * k) as f64;
        power *= -alpha * alpha / (n * (n + 1.0));
        // (s − s^{2k+1})/(1 − s²) = s + s³ + … + s^{2k−1}.
        along += power * sum;
        along_slope += power * slope;
        let m = 2 * k + 1;
        sum += s.powi(m);
        slope += f64::from(m) * s.powi(m - 1);
    }
    let value = [0, 1].map(|d| radius * (across.0 * normal[d] + along * tangent[d]));
    let derivative = [0, 1].map(|d| radius * (across.1 * normal[d] + along_slope * tangent[d]));
    (value, derivative)
}
