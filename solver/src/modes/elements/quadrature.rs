//! Gauss quadrature on the reference triangle ξ, η ≥ 0, ξ + η ≤ 1.
//!
//! The square is collapsed on the triangle, ξ = u (1 − v), η = v with weight 1 − v (Duffy 1982,
//! DOI 10.1137/0719090), and Gauss-Legendre points are taken in u and v.

use crate::quadrature::gauss_legendre;

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
