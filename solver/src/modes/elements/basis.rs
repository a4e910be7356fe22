//! Hierarchical shape functions on the reference triangle.
//!
//! e in the edge-element space of order p (Nédélec 1980, DOI 10.1007/BF01396415), φ in the continuous
//! polynomials of degree p, with ∇φ inside the former: the pair has no spurious modes. Gradients are
//! shape functions of their own (Schöberl & Zaglmayr 2005, DOI 10.1108/03321640510586015), so each
//! order contains the lower ones as its first functions:
//!
//! ```text
//! side ab:   λ_a∇λ_b − λ_b∇λ_a;  ∇L_d(λ_b − λ_a, λ_a + λ_b), d = 2..p
//! inside:    ∇(u_i v_j), i + j = d − 3;  v_j∇u_i − u_i∇v_j, i + j = d − 2;  v_j (λ₀∇λ₁ − λ₁∇λ₀), j = d − 2
//! ```
//!
//! L_d the scaled integrated Legendre polynomial, u_i = L_{i+2}(λ₁ − λ₀, λ₀ + λ₁),
//! v_j = λ₂ P_j(2λ₂ − 1). The vertices of every triangle are sorted by their global numbers, so that
//! both triangles beside a side give it one and the same orientation.

use super::quadrature::Quadrature;
use std::ops::{Add, Mul, Sub};

/// Sides of a triangle by its sorted vertices, from low to high.
pub(super) const SIDES: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

/// How many functions an order has where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Of e on a side.
    pub(super) side: usize,
    /// Of e inside.
    pub(super) inside: usize,
    /// Of φ on a side; one at each vertex.
    pub(super) nodal_side: usize,
    /// Of φ inside.
    pub(super) nodal_inside: usize,
}

impl Counts {
    pub(super) fn of(order: usize) -> Self {
        Self {
            side: order,
            inside: order * (order - 1),
            nodal_side: order - 1,
            nodal_inside: (order - 1) * order.saturating_sub(2) / 2,
        }
    }

    /// Functions of e on a triangle: sides 01, 02, 12, inside.
    pub(super) fn edge(&self) -> usize {
        3 * self.side + self.inside
    }

    /// Functions of φ on a triangle: vertices, sides, inside.
    pub(super) fn nodal(&self) -> usize {
        3 + 3 * self.nodal_side + self.nodal_inside
    }
}

/// A value with its derivatives along ξ and η.
#[derive(Clone, Copy, Debug)]
struct Jet {
    value: f64,
    slope: [f64; 2],
}

impl Jet {
    const fn constant(value: f64) -> Self {
        Self {
            value,
            slope: [0.0; 2],
        }
    }

    fn scaled(self, factor: f64) -> Self {
        Self {
            value: factor * self.value,
            slope: self.slope.map(|s| factor * s),
        }
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            slope: [0, 1].map(|d| self.slope[d] + other.slope[d]),
        }
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + other.scaled(-1.0)
    }
}

impl Mul for Jet {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let mut product = self.scaled(other.value);
        for (slope, others) in product.slope.iter_mut().zip(other.slope) {
            *slope += self.value * others;
        }
        product
    }
}

/// L_d(x, t) for d = 2..=order: (d + 1) L_{d+1} = (2d − 1) x L_d − (d − 2) t² L_{d−1}.
fn integrated_legendre(x: Jet, t: Jet, order: usize) -> Vec<Jet> {
    let tt = t * t;
    let mut all = vec![x, (x * x - tt).scaled(0.5)];
    for d in 2..order {
        let (d, n) = (d as f64, all.len());
        let next = (x * all[n - 1]).scaled(2.0 * d - 1.0) - (tt * all[n - 2]).scaled(d - 2.0);
        all.push(next.scaled(1.0 / (d + 1.0)));
    }
    all.remove(0);
    all.truncate(order.saturating_sub(1));
    all
}

/// P_j(x) for j = 0..count.
fn legendre(x: Jet, count: usize) -> Vec<Jet> {
    let mut all = vec![Jet::constant(1.0), x];
    for j in 1..count {
        let (j, n) = (j as f64, all.len());
        let next = (x * all[n - 1]).scaled(2.0 * j + 1.0) - all[n - 2].scaled(j);
        all.push(next.scaled(1.0 / (j + 1.0)));
    }
    all.truncate(count);
    all
}

/// A vector function and its curl.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeFunction {
    pub(super) value: [f64; 2],
    pub(super) curl: f64,
}

/// A scalar function and its gradient.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodalFunction {
    pub(super) value: f64,
    pub(super) gradient: [f64; 2],
}

fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

/// All functions of an order at a point of the reference triangle.
pub(super) fn evaluate(
    order: usize,
    [xi, eta]: [f64; 2],
) -> (Vec<EdgeFunction>, Vec<NodalFunction>) {
    let counts = Counts::of(order);
    let lambda = [
        Jet {
            value: 1.0 - xi - eta,
            slope: [-1.0, -1.0],
        },
        Jet {
            value: xi,
            slope: [1.0, 0.0],
        },
        Jet {
            value: eta,
            slope: [0.0, 1.0],
        },
    ];
    let whitney = |a: usize, b: usize| EdgeFunction {
        value: [0, 1]
            .map(|d| lambda[a].value * lambda[b].slope[d] - lambda[b].value * lambda[a].slope[d]),
        curl: 2.0 * cross(lambda[a].slope, lambda[b].slope),
    };
    let gradient = |u: Jet| EdgeFunction {
        value: u.slope,
        curl: 0.0,
    };
    let nodal = |u: Jet| NodalFunction {
        value: u.value,
        gradient: u.slope,
    };

    let mut edge_functions = Vec::with_capacity(counts.edge());
    let mut nodal_functions: Vec<NodalFunction> = Vec::with_capacity(counts.nodal());
    nodal_functions.extend(lambda.map(nodal));
    for [a, b] in SIDES {
        let along = integrated_legendre(lambda[b] - lambda[a], lambda[a] + lambda[b], order);
        edge_functions.push(whitney(a, b));
        edge_functions.extend(along.iter().map(|&u| gradient(u)));
        nodal_functions.extend(along.iter().map(|&u| nodal(u)));
    }
    let us = integrated_legendre(lambda[1] - lambda[0], lambda[0] + lambda[1], order);
    let vs: Vec<Jet> = legendre(lambda[2].scaled(2.0) - Jet::constant(1.0), order)
        .into_iter()
        .map(|p| lambda[2] * p)
        .collect();
    let first = whitney(0, 1);
    for degree in 2..=order {
        for i in 0..(degree - 2) {
            let bubble = us[i] * vs[degree - 3 - i];
            edge_functions.push(gradient(bubble));
            nodal_functions.push(nodal(bubble));
        }
        for i in 0..=(degree - 2) {
            let (u, v) = (us[i], vs[degree - 2 - i]);
            edge_functions.push(EdgeFunction {
                value: [0, 1].map(|d| v.value * u.slope[d] - u.value * v.slope[d]),
                curl: 2.0 * cross(v.slope, u.slope),
            });
        }
        let v = vs[degree - 2];
        edge_functions.push(EdgeFunction {
            value: first.value.map(|w| v.value * w),
            curl: cross(v.slope, first.value) + v.value * first.curl,
        });
    }
    (edge_functions, nodal_functions)
}

/// The gradient of φ in terms of e: for every function of φ on a triangle, its (function of e, factor).
pub(super) fn gradient_map(order: usize) -> Vec<Vec<(usize, f64)>> {
    let counts = Counts::of(order);
    // ∇λ_b = Σ_a (λ_a∇λ_b − λ_b∇λ_a), since Σ λ_a = 1.
    let mut map: Vec<Vec<(usize, f64)>> = (0..3)
        .map(|vertex| {
            let sides = SIDES.iter().enumerate();
            sides
                .filter_map(|(s, &[a, b])| match vertex {
                    v if v == b => Some((s * counts.side, 1.0)),
                    v if v == a => Some((s * counts.side, -1.0)),
                    _ => None,
                })
                .collect()
        })
        .collect();
    for side in 0..3 {
        map.extend((0..counts.nodal_side).map(|k| vec![(side * counts.side + 1 + k, 1.0)]));
    }
    let mut at = 3 * counts.side;
    for degree in 2..=order {
        for _ in 0..(degree - 2) {
            map.push(vec![(at, 1.0)]);
            at += 1;
        }
        at += degree;
    }
    map
}

/// The functions of an order at the points of a quadrature rule.
#[derive(Clone, Debug)]
pub(super) struct Tabulation {
    pub(super) rule: Quadrature,
    /// `edge[q][k]`.
    pub(super) edge: Vec<Vec<EdgeFunction>>,
    /// `nodal[q][k]`.
    pub(super) nodal: Vec<Vec<NodalFunction>>,
}

impl Tabulation {
    /// On a rule exact for `degree`.
    pub(super) fn new(order: usize, degree: usize) -> Self {
        let rule = Quadrature::of_degree(degree);
        let (edge, nodal) = rule.points.iter().map(|&p| evaluate(order, p)).unzip();
        Self { rule, edge, nodal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_of_the_scalar_functions_are_edge_functions() {
        for order in 1..8 {
            let (edge, nodal) = evaluate(order, [0.31, 0.23]);
            let counts = Counts::of(order);
            assert_eq!((edge.len(), nodal.len()), (counts.edge(), counts.nodal()));
            for (function, terms) in nodal.iter().zip(gradient_map(order)) {
                for d in 0..2 {
                    let sum: f64 = terms.iter().map(|&(k, c)| c * edge[k].value[d]).sum();
                    // Round-off of one or two terms.
                    assert!((sum - function.gradient[d]).abs() < 1e-13);
                }
            }
        }
    }

    #[test]
    fn each_order_starts_with_the_functions_inside_of_the_order_below() {
        let at = [0.2, 0.5];
        let (low, high) = (evaluate(3, at).0, evaluate(4, at).0);
        let (a, b) = (Counts::of(3), Counts::of(4));
        for k in 0..a.inside {
            assert_eq!(low[3 * a.side + k].value, high[3 * b.side + k].value);
        }
    }

    #[test]
    fn curls_are_the_derivatives_of_the_values() {
        let step = 1e-5;
        let at = |x: f64, y: f64| evaluate(5, [x, y]).0;
        let (x, y) = (0.27, 0.41);
        let (right, left, up, down) = (
            at(x + step, y),
            at(x - step, y),
            at(x, y + step),
            at(x, y - step),
        );
        for (k, function) in at(x, y).iter().enumerate() {
            let curl = (right[k].value[1] - left[k].value[1] - up[k].value[0] + down[k].value[0])
                / (2.0 * step);
            // Truncation (1e-10 times third derivatives of order 100) and round-off (1e-16 / 1e-5).
            assert!(
                (curl - function.curl).abs() < 1e-6,
                "{k}: {curl} {}",
                function.curl
            );
        }
    }
}
