//! The impedance of one source as a ladder: capacities to the ambient, resistances on the way there.
//!
//! ```text
//! Z(s) = ∑_m w_m/(s + λ_m) = 1/(s C₁ + 1/(R₁ + 1/(s C₂ + 1/(R₂ + …))))
//! ```
//!
//! Both sides have the same poles and residues; the left is Foster's form, the right Cauer's, in which heat passes from element to element as in the
//! body. Dividing polynomials loses all digits after a few elements. Here q_k = 1/(R_k C_k) and e_k = 1/(R_k C_{k+1}), which factor the Jacobi matrix of
//! the measure ∑ w_m δ(λ − λ_m), grow by one pole at a time from the fastest to the slowest:
//!
//! ```text
//! pole w at λ = 0:      t₁ = q₁ w/(W + w)   q₁ ← q₁ W/(W + w)   e'_k = e_k + t_k   q_{k+1} ← q_{k+1} e_k/e'_k   t_{k+1} = q_{k+1} t_k/e'_k
//! all λ larger by δ:    d₁ = δ   q'_k = q_k + d_k   e'_k = q_k e_k/q'_k   d_{k+1} = δ + e_k d_k/q'_k
//! ```
//!
//! Nothing is subtracted but rates, so every element is positive and has the digits of the poles. After D. P. Laurie, J. Comput. Appl.
//! Math. 112, 165 (1999), 10.1016/S0377-0427(99)00228-9.

use std::fmt::Write;

use super::ThermalNetwork;
use super::network::label;

impl ThermalNetwork {
    /// Resistance in K/W and capacity in J/K of every element of the Cauer ladder of one source by itself, from the source to the ambient:
    /// capacity k lies between node k and the ambient, resistance k between node k and the next; the last ends at the ambient. The
    /// resistances add up to R_ii.
    pub fn cauer(&self, source: usize) -> Vec<[f64; 2]> {
        ladder(&self.foster(source))
    }

    /// The ladders as SPICE subcircuits of one terminal each, `NAME_SOURCE_ladder`: every source heated by itself, 1 A = 1 W and 1 V = 1 K over the
    /// ambient, the reference node 0.
    pub fn spice_ladders(&self, name: &str) -> String {
        let mut text = String::new();
        for (i, source) in self.names().iter().enumerate() {
            let port = label(source);
            let elements = self.cauer(i);
            // writing to a string does not fail
            let _ = writeln!(text, "* Cauer ladder of {port} by itself");
            let _ = writeln!(text, ".subckt {}_{port}_ladder n1", label(name));
            for (k, [resistance, capacity]) in elements.iter().enumerate() {
                let (node, last) = (k + 1, k + 1 == elements.len());
                let next = if last {
                    String::from("0")
                } else {
                    format!("n{}", node + 1)
                };
                let _ = writeln!(text, "C{node} n{node} 0 {capacity:.12e}");
                let _ = writeln!(text, "R{node} n{node} {next} {resistance:.12e}");
            }
            let _ = writeln!(text, ".ends");
        }
        text
    }
}

/// R and C of the ladder that has the impedance of Foster cells, each R in K/W and τ in s.
fn ladder(cells: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut poles: Vec<[f64; 2]> = cells
        .iter()
        .map(|[r, tau]| [tau.recip(), r / tau])
        .collect();
    poles.sort_by(|a, b| b[0].total_cmp(&a[0]));
    // two modes of one rate are one pole
    poles.dedup_by(|next, kept| {
        let same = next[0] == kept[0];
        kept[1] += if same { next[1] } else { 0.0 };
        same
    });
    let (mut q, mut e) = (Vec::with_capacity(poles.len()), Vec::new());
    let (mut sum, mut origin) = (0.0, f64::INFINITY);
    for &[rate, weight] in &poles {
        if !q.is_empty() {
            shift(&mut q, &mut e, origin - rate);
        }
        add_pole(&mut q, &mut e, sum, weight);
        sum += weight;
        origin = rate;
    }
    if q.is_empty() {
        return Vec::new();
    }
    shift(&mut q, &mut e, origin);
    let mut capacity = 1.0 / sum;
    let mut elements = Vec::with_capacity(q.len());
    for k in 0..q.len() {
        let resistance = 1.0 / (q[k] * capacity);
        elements.push([resistance, capacity]);
        if let Some(e) = e.get(k) {
            capacity = 1.0 / (e * resistance);
        }
    }
    elements
}

/// The factors with a pole of weight `w` at 0 beside poles above 0 of weight `sum` in all.
fn add_pole(q: &mut Vec<f64>, e: &mut Vec<f64>, sum: f64, w: f64) {
    if let Some(first) = q.first_mut() {
        let mut t = *first * w / (sum + w);
        *first *= sum / (sum + w);
        for k in 0..e.len() {
            let grown = e[k] + t;
            t *= q[k + 1] / grown;
            q[k + 1] *= e[k] / grown;
            e[k] = grown;
        }
        e.push(t);
    }
    q.push(0.0);
}

/// The factors with all poles larger by `delta`.
fn shift(q: &mut [f64], e: &mut [f64], delta: f64) {
    let mut d = delta;
    for k in 0..q.len() {
        let before = q[k];
        q[k] += d;
        if let Some(e) = e.get_mut(k) {
            d = delta + *e * d / q[k];
            *e *= before / q[k];
        }
    }
}

#[cfg(test)]
mod tests {
    use num_complex::Complex64;

    use super::*;
    use crate::linalg::symmetric_eigen;

    /// Poles over eight decades, some close to each other.
    fn cells() -> Vec<[f64; 2]> {
        let tau = |m: i32| 1e-7 * 2.7_f64.powi(m) * (1.0 + 0.3 * f64::from(m).sin());
        let mut cells: Vec<[f64; 2]> = (0..20)
            .map(|m| [1.0 + 0.9 * (1.7 * f64::from(m)).cos(), tau(m)])
            .collect();
        cells.push([0.7, tau(9) * (1.0 + 1e-6)]);
        cells.push([1e-7, tau(4) * 1.01]);
        cells
    }

    fn by_cells(cells: &[[f64; 2]], s: Complex64) -> Complex64 {
        cells.iter().map(|[r, tau]| r / (1.0 + s * tau)).sum()
    }

    fn by_ladder(elements: &[[f64; 2]], s: Complex64) -> Complex64 {
        let towards = |beyond: Complex64, [r, c]: &[f64; 2]| 1.0 / (s * c + 1.0 / (beyond + r));
        elements.iter().rev().fold(Complex64::ZERO, towards)
    }

    #[test]
    fn a_ladder_has_the_impedance_of_its_cells() {
        let cells = cells();
        let elements = ladder(&cells);
        assert_eq!(elements.len(), cells.len());
        assert!(elements.iter().flatten().all(|&v| v > 0.0), "{elements:?}");
        for decade in -1..=8 {
            let s = Complex64::new(0.0, 10f64.powi(decade));
            let (a, b) = (by_ladder(&elements, s), by_cells(&cells, s));
            // round-off of a few hundred operations
            assert!((a / b - 1.0).norm() < 1e-12, "{decade}: {a} {b}");
        }
        let sum: f64 = elements.iter().map(|[r, _]| r).sum();
        let all: f64 = cells.iter().map(|[r, _]| r).sum();
        assert!((sum / all - 1.0).abs() < 1e-13);
    }

    /// A ladder's poles are the eigenvalues of C^(−1/2) G C^(−1/2); from them the same ladder must come back.
    #[test]
    fn a_known_ladder_comes_back() {
        let known: Vec<[f64; 2]> = (0..7)
            .map(|k| {
                [
                    1.0 + f64::from(k * k % 5),
                    10f64.powi(k - 6) * (1.0 + 0.2 * f64::from(k % 3)),
                ]
            })
            .collect();
        let n = known.len();
        let conductance = |k: usize| known[k][0].recip();
        let mut matrix = vec![0.0; n * n];
        for k in 0..n {
            let before = if k > 0 { conductance(k - 1) } else { 0.0 };
            matrix[k * n + k] = (before + conductance(k)) / known[k][1];
            if k + 1 < n {
                let across = -conductance(k) / (known[k][1] * known[k + 1][1]).sqrt();
                matrix[k * n + k + 1] = across;
                matrix[(k + 1) * n + k] = across;
            }
        }
        let (rates, vectors) = symmetric_eigen(&matrix, n).unwrap();
        let cells: Vec<[f64; 2]> = rates
            .iter()
            .zip(vectors.chunks(n))
            .map(|(rate, v)| [v[0] * v[0] / known[0][1] / rate, rate.recip()])
            .collect();
        for (found, known) in ladder(&cells).iter().zip(&known) {
            for (a, b) in found.iter().zip(known) {
                // the eigenvalues' round-off, relative to the largest of six decades
                assert!((a / b - 1.0).abs() < 1e-8, "{found:?} {known:?}");
            }
        }
    }

    #[test]
    fn one_cell_and_two_of_one_rate_are_one_element() {
        assert!(ladder(&[]).is_empty());
        let [[r, c]] = ladder(&[[1.5, 2.0], [0.5, 2.0]])[..] else {
            panic!("one element");
        };
        assert!((r - 2.0).abs() < 1e-15 && (c - 1.0).abs() < 1e-15);
    }
}
