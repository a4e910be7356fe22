//! Bessel functions of integer order and the zeros of J.
//!
//! J by its recurrence from J₀ and J₁ up to the order x, where it is stable, and beyond by
//! J_n = (x/2)ⁿ/n! Σ (−x²/4)ᵏ n!/(k!(n + k)!); K by its recurrence, stable in every order. The zeros of two orders interlace:
//! j_{n−1,m} < j_{n,m} < j_{n−1,m+1}. NIST Digital Library of Mathematical Functions, §10.6, §10.21(i), <https://dlmf.nist.gov/10>.

use spec_math::cephes64::{j0, j1, k0e, k1e};

use super::roots::bracketed;

/// J of an order at x ≥ 0.
pub(crate) fn j(order: u32, x: f64) -> f64 {
    match order {
        0 => j0(x),
        1 => j1(x),
        n if f64::from(n) <= x => {
            let (mut below, mut here) = (j0(x), j1(x));
            for m in 1..n {
                (below, here) = (here, 2.0 * f64::from(m) / x * here - below);
            }
            here
        }
        n => series(n, x),
    }
}

fn series(order: u32, x: f64) -> f64 {
    let half = 0.5 * x;
    let mut term = (1..=order).fold(1.0, |product, m| product * half / f64::from(m));
    let mut sum = term;
    let mut k = 1.0;
    // from the order x/2 on the terms fall at least as fast as 1/k
    while term != 0.0 && term.abs() > 0.1 * f64::EPSILON * sum.abs() {
        term *= -half * half / (k * (f64::from(order) + k));
        sum += term;
        k += 1.0;
    }
    sum
}

/// J of the orders n − 1, n, n + 1 at x ≥ 0, J₋₁ being −J₁.
pub(crate) fn j_orders(order: u32, x: f64) -> [f64; 3] {
    match order {
        0 => [-j1(x), j0(x), j1(x)],
        n => [j(n - 1, x), j(n, x), j(n + 1, x)],
    }
}

/// exp(x) K of the orders n − 1, n, n + 1 at x > 0, K₋₁ being K₁.
pub(crate) fn k_orders(order: u32, x: f64) -> [f64; 3] {
    let (mut below, mut here) = (k1e(x), k0e(x));
    for m in 0..order {
        (below, here) = (here, below + 2.0 * f64::from(m) / x * here);
    }
    [below, here, below + 2.0 * f64::from(order) / x * here]
}

/// K_{n−1}/K_n at x > 0, n ≥ 1.
pub(crate) fn k_ratio(order: u32, x: f64) -> f64 {
    (1..order).fold(k0e(x) / k1e(x), |ratio, m| {
        1.0 / (2.0 * f64::from(m) / x + ratio)
    })
}

/// Zeros j_{n,m} of J, `[order][m − 1]`, of all orders up to `orders`, for every order `count` of them at least.
pub(crate) fn j_zeros(orders: u32, count: usize) -> Vec<Vec<f64>> {
    let first = count + orders as usize;
    // j₀,ₘ lies in the second half of the m-th interval of length π
    let lowest = (1..=first).map(|m| {
        let end = std::f64::consts::PI * m as f64;
        zero(0, end - 0.5 * std::f64::consts::PI, end)
    });
    let mut rows = vec![lowest.collect::<Vec<_>>()];
    for order in 1..=orders {
        let below = &rows[order as usize - 1];
        let row = below.windows(2).map(|pair| zero(order, pair[0], pair[1]));
        rows.push(row.collect());
    }
    rows
}

fn zero(order: u32, lower: f64, upper: f64) -> f64 {
    // the interval holds one zero by interlacing, so that there is a change of sign
    bracketed(|x| j(order, x), lower, upper).unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove them wrong: sums over all orders, and tabulated values and zeros.
    #[test]
    fn values_and_zeros() {
        for x in [0.3, 1.9, 2.1, 7.0, 11.5] {
            // J₀² + 2ΣJₙ² = 1 = J₀ + 2ΣJ₂ₙ
            let squares: f64 = (1..60).map(|n| j(n, x).powi(2)).sum();
            assert!((j(0, x).powi(2) + 2.0 * squares - 1.0).abs() < 1e-13);
            let evens: f64 = (1..30).map(|n| j(2 * n, x)).sum();
            assert!((j(0, x) + 2.0 * evens - 1.0).abs() < 1e-13);
        }
        // K₂ and K₃ at 1, to the digits of tables
        let [_, second, third] = k_orders(2, 1.0);
        let scale = (-1.0_f64).exp();
        assert!((second * scale - 1.624_838_898_635_177_4).abs() < 4e-15);
        assert!((third * scale - 7.101_262_824_737_944).abs() < 2e-14);
        assert!((k_ratio(3, 1.0) - second / third).abs() < 1e-15);
        let zeros = j_zeros(3, 3);
        let expected = [
            [
                2.404_825_557_695_773,
                5.520_078_110_286_31,
                8.653_727_912_911_013,
            ],
            [
                3.831_705_970_207_512,
                7.015_586_669_815_619,
                10.173_468_135_062_722,
            ],
            [
                5.135_622_301_840_683,
                8.417_244_140_399_864,
                11.619_841_172_149_06,
            ],
            [
                6.380_161_895_923_984,
                9.761_023_129_981_67,
                13.015_200_721_698_434,
            ],
        ];
        for (row, expected) in zeros.iter().zip(expected) {
            for (found, expected) in row.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 4e-15 * expected,
                    "{found} {expected}"
                );
            }
        }
    }
}
