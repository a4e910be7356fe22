//! Stabilised bi-conjugate gradients, preconditioned, for several right-hand sides at once: for what is not symmetric.
//!
//! Lanes are iterations of their own that share the reading of the coefficients; one that has converged rests, one whose shadow residual has become
//! orthogonal to it starts anew from where it is. H. A. van der Vorst, SIAM J. Sci. Stat. Comput. 13, 631 (1992), 10.1137/0913035.

use super::gradients::dot;

/// Orthogonality of residual and shadow at which a lane starts anew.
const BREAKDOWN: f64 = 1e-12;

/// Solves B t = b for every lane to ‖r‖ ≤ `tolerance` ‖b‖, or stops after `limit` iterations; returns t and how many there were. `apply` is
/// B t, `precondition` nearly its inverse.
pub(super) fn solve<const L: usize>(
    apply: impl Fn(&[[f64; L]], &mut [[f64; L]]),
    mut precondition: impl FnMut(&[[f64; L]], &mut [[f64; L]]),
    b: &[[f64; L]],
    tolerance: f64,
    limit: usize,
) -> (Vec<[f64; L]>, usize) {
    let zeros = || vec![[0.0; L]; b.len()];
    let size = dot(b, b);
    let is_solved = |norm: [f64; L]| -> [bool; L] {
        std::array::from_fn(|l| norm[l] <= tolerance * tolerance * size[l])
    };
    let (mut t, mut r) = (zeros(), b.to_vec());
    let (mut shadow, mut p, mut v) = (r.clone(), zeros(), zeros());
    let (mut hat, mut w) = (zeros(), zeros());
    let (mut rho, mut alpha, mut omega) = ([1.0; L], [0.0; L], [1.0; L]);
    let mut norm = size;
    let mut iterations = 0;
    while iterations < limit && is_solved(norm).contains(&false) {
        let solved = is_solved(norm);
        let (mut next, shadows) = (dot(&shadow, &r), dot(&shadow, &shadow));
        let mut beta = [0.0; L];
        for l in 0..L {
            if next[l].abs() <= BREAKDOWN * (norm[l] * shadows[l]).sqrt() {
                for (shadow, r) in shadow.iter_mut().zip(&r) {
                    shadow[l] = r[l];
                }
                next[l] = norm[l];
            } else if iterations > 0 && !solved[l] {
                beta[l] = next[l] / rho[l] * (alpha[l] / omega[l]);
            }
        }
        rho = next;
        for (p, (r, v)) in p.iter_mut().zip(r.iter().zip(&v)) {
            for l in 0..L {
                p[l] = r[l] + beta[l] * (p[l] - omega[l] * v[l]);
            }
        }
        precondition(&p, &mut hat);
        apply(&hat, &mut v);
        let along = dot(&shadow, &v);
        for l in 0..L {
            alpha[l] = if solved[l] || along[l] == 0.0 {
                0.0
            } else {
                rho[l] / along[l]
            };
        }
        add(&mut t, alpha, &hat);
        add(&mut r, alpha.map(|a| -a), &v);
        precondition(&r, &mut hat);
        apply(&hat, &mut w);
        let (with, own) = (dot(&w, &r), dot(&w, &w));
        for l in 0..L {
            // a residual that is already nothing leaves nothing to minimise
            omega[l] = if solved[l] || own[l] == 0.0 {
                0.0
            } else {
                with[l] / own[l]
            };
        }
        add(&mut t, omega, &hat);
        add(&mut r, omega.map(|o| -o), &w);
        for o in &mut omega {
            if *o == 0.0 {
                *o = 1.0;
            }
        }
        norm = dot(&r, &r);
        iterations += 1;
    }
    (t, iterations)
}

/// a ← a + factor b.
fn add<const L: usize>(a: &mut [[f64; L]], factor: [f64; L], b: &[[f64; L]]) {
    for (a, b) in a.iter_mut().zip(b) {
        for l in 0..L {
            a[l] += factor[l] * b[l];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Diffusion with a strong drift; one lane is solved from the start, one after a step, and the others not.
    #[test]
    fn solves_an_unsymmetric_system_in_every_lane() {
        let n = 60;
        let apply = |t: &[[f64; 3]], out: &mut [[f64; 3]]| {
            for c in 0..n {
                for l in 0..3 {
                    let before = if c > 0 { t[c - 1][l] } else { 0.0 };
                    let after = if c + 1 < n { t[c + 1][l] } else { 0.0 };
                    out[c][l] = 2.5 * t[c][l] - 1.7 * before - 0.3 * after;
                }
            }
        };
        let jacobi = |r: &[[f64; 3]], z: &mut [[f64; 3]]| {
            for (z, r) in z.iter_mut().zip(r) {
                *z = r.map(|r| r / 2.5);
            }
        };
        let mut b = vec![[0.0; 3]; n];
        for (c, b) in b.iter_mut().enumerate() {
            *b = [0.0, f64::from(u8::from(c == 3)), (c as f64).sin()];
        }
        let (t, iterations) = solve(apply, jacobi, &b, 1e-12, 200);
        assert!(iterations < 100, "{iterations}");
        let mut left = vec![[0.0; 3]; n];
        apply(&t, &mut left);
        add(&mut left, [-1.0; 3], &b);
        let (norm, size) = (dot(&left, &left), dot(&b, &b));
        assert_eq!(norm[0], 0.0);
        for l in 1..3 {
            // the tolerance and the drift between recursive and true residual
            assert!(norm[l].sqrt() < 1e-11 * size[l].sqrt(), "{norm:?}");
        }
    }
}
