//! Lagrange polynomials through Gauss-Lobatto points of \[0, 1\].

use crate::quadrature::{gauss_legendre, legendre};
use std::f64::consts::PI;

/// The basis of one order.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    pub(super) order: usize,
    nodes: Vec<f64>,
    /// Barycentric weights.
    weights: Vec<f64>,
    /// ∫ l_i l_j, row after row.
    pub(super) mass: Vec<f64>,
    /// ∫ l'_i l'_j.
    pub(super) stiffness: Vec<f64>,
}

impl Basis {
    pub(super) fn new(order: usize) -> Self {
        let nodes = lobatto(order);
        let weights = (0..=order)
            .map(|i| {
                let others = (0..=order).filter(|&j| j != i);
                1.0 / others.map(|j| nodes[i] - nodes[j]).product::<f64>()
            })
            .collect();
        let mut basis = Self {
            order,
            nodes,
            weights,
            mass: vec![0.0; (order + 1).pow(2)],
            stiffness: vec![0.0; (order + 1).pow(2)],
        };
        let (points, shares) = gauss_legendre(order + 1);
        for (&x, &share) in points.iter().zip(&shares) {
            let (values, slopes) = basis.at(x);
            for i in 0..=order {
                for j in 0..=order {
                    basis.mass[i * (order + 1) + j] += share * values[i] * values[j];
                    basis.stiffness[i * (order + 1) + j] += share * slopes[i] * slopes[j];
                }
            }
        }
        basis
    }

    /// Values and slopes of all functions at x.
    pub(super) fn at(&self, x: f64) -> (Vec<f64>, Vec<f64>) {
        let n = self.nodes.len();
        let product = |skip: &[usize]| -> f64 {
            let rest = (0..n).filter(|k| !skip.contains(k));
            rest.map(|k| x - self.nodes[k]).product()
        };
        let value = |i: usize| self.weights[i] * product(&[i]);
        let slope = |i: usize| {
            let terms = (0..n).filter(|&j| j != i).map(|j| product(&[i, j]));
            self.weights[i] * terms.sum::<f64>()
        };
        ((0..n).map(value).collect(), (0..n).map(slope).collect())
    }
}

/// Ends and the roots of P'ₙ, by Newton's method on (1 − x²) P'ₙ (x) = n (Pₙ₋₁ − x Pₙ).
fn lobatto(n: usize) -> Vec<f64> {
    let root = |k: usize| {
        let mut x = -(PI * k as f64 / n as f64).cos();
        for _ in 0..50 {
            let [before, value] = legendre(n, x);
            // d/dx (1 − x²) P'ₙ = −n (n + 1) Pₙ.
            let step = (before - x * value) / ((n as f64 + 1.0) * value);
            x += step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        0.5 * (1.0 + x)
    };
    let inner = (1..n).map(root);
    std::iter::once(0.0).chain(inner).chain([1.0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove the basis wrong: a polynomial of its order that it does not reproduce.
    #[test]
    fn polynomials_are_exact() {
        for order in 1..10 {
            let basis = Basis::new(order);
            let power = |x: f64| x.powi(order as i32);
            let (values, slopes) = basis.at(0.37);
            let sum =
                |f: &[f64]| -> f64 { f.iter().zip(&basis.nodes).map(|(f, &x)| f * power(x)).sum() };
            assert!((sum(&values) - power(0.37)).abs() < 1e-13);
            let slope = order as f64 * 0.37_f64.powi(order as i32 - 1);
            assert!((sum(&slopes) - slope).abs() < 1e-11);
            let total: f64 = basis.mass.iter().sum();
            assert!((total - 1.0).abs() < 1e-13);
            assert!(basis.stiffness.iter().sum::<f64>().abs() < 1e-10);
        }
    }
}
