//! Gauss quadrature on the reference triangle ξ, η ≥ 0, ξ + η ≤ 1.
//!
//! The square is collapsed on the triangle, ξ = u (1 − v), η = v with weight 1 − v (Duffy 1982,
//! DOI 10.1137/0719090), and Gauss-Legendre points are taken in u and v.

use std::f64::consts::PI;

/// Points (ξ, η) and weights.
#[derive(Clone, Debug)]
pub(super) struct Quadrature {
    pub(super) points: Vec<[f64; 2]>,
    pub(super) weights: Vec<f64>,
}

impl Quadrature {
    /// Exact for polynomials of total degree up to `degree`.
    pub(super) fn of_degree(degree: usize) -> Self {
        // n points serve degree 2n − 1, and the collapse adds one to the degree in v.
        let (nodes, weights) = gauss_legendre((degree + 2).div_ceil(2));
        let mut rule = Self {
            points: Vec::with_capacity(nodes.len().pow(2)),
            weights: Vec::with_capacity(nodes.len().pow(2)),
        };
        for (&v, &wv) in nodes.iter().zip(&weights) {
            for (&u, &wu) in nodes.iter().zip(&weights) {
                rule.points.push([u * (1.0 - v), v]);
                rule.weights.push(wu * wv * (1.0 - v));
            }
        }
        rule
    }
}

/// Nodes and weights of the n-point rule on \[0, 1\], by Newton's method on Pₙ.
pub(super) fn gauss_legendre(n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut nodes, mut weights) = (vec![0.0; n], vec![0.0; n]);
    for k in 0..n {
        let mut x = (PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..10 {
            let (mut before, mut value) = (1.0, x);
            for m in 2..=n {
                let m = m as f64;
                (before, value) = (
                    value,
                    ((2.0 * m - 1.0) * x * value - (m - 1.0) * before) / m,
                );
            }
            slope = n as f64 * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        nodes[n - 1 - k] = 0.5 * (1.0 + x);
        weights[n - 1 - k] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
    (nodes, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_are_integrated_exactly() {
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        for degree in 1..14 {
            let rule = Quadrature::of_degree(degree);
            for a in 0..=degree {
                let b = degree - a;
                let sum: f64 = rule
                    .points
                    .iter()
                    .zip(&rule.weights)
                    .map(|(p, w)| w * p[0].powi(a as i32) * p[1].powi(b as i32))
                    .sum();
                let exact = factorial(a) * factorial(b) / factorial(degree + 2);
                // Round-off of a few dozen terms of one sign.
                assert!((sum / exact - 1.0).abs() < 1e-12, "{a} {b}");
            }
        }
    }
}
