//! Gauss's quadrature.

use std::f64::consts::PI;

/// Pₙ₋₁(x) and Pₙ(x), n ≥ 1.
pub(crate) fn legendre(n: usize, x: f64) -> [f64; 2] {
    let (mut before, mut value) = (1.0, x);
    for m in 2..=n {
        let m = m as f64;
        let next = ((2.0 * m - 1.0) * x * value - (m - 1.0) * before) / m;
        (before, value) = (value, next);
    }
    [before, value]
}

/// Nodes and weights of the n-point rule on \[0, 1\], by Newton's method on Pₙ.
pub(crate) fn gauss_legendre(n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut nodes, mut weights) = (vec![0.0; n], vec![0.0; n]);
    for k in 0..n {
        let mut x = (PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..10 {
            let [before, value] = legendre(n, x);
            slope = n as f64 * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        nodes[n - 1 - k] = 0.5 * (1.0 + x);
        weights[n - 1 - k] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
    (nodes, weights)
}
