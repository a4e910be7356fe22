//! Modes of the layers that a grating's guide is made of, on the lines of the grating's mesh.
//!
//! For u = φ(y) exp(i n Z) in units of 1/k₀: (M_ε − K) φ = n² M φ with M_ε = ∫ ε s φψ, K = ∫ φ'ψ'/s, M = ∫ s φψ, all
//! complex symmetric, so that modes are orthogonal in φᵀ M ψ.

use super::basis::Basis;
use super::lines::Lines;
use crate::linalg::Scalar;
use faer::Mat;
use faer::linalg::solvers::Solve;
use num_complex::Complex64;

/// A mode, φᵀ M φ = 1 and φ real where it is largest.
#[derive(Clone, Debug)]
pub(super) struct SlabMode {
    /// n_eff.
    pub(super) index: Complex64,
    /// φ at the nodes from the lowest line up; 0 at both ends.
    pub(super) values: Vec<Complex64>,
    /// M φ.
    pub(super) weighted: Vec<Complex64>,
}

impl SlabMode {
    /// φᵀ M u.
    pub(super) fn amplitude(&self, values: &[Complex64]) -> Complex64 {
        self.weighted.iter().zip(values).map(|(m, u)| m * u).sum()
    }
}

/// The mode that has most of ∫|φ|² in the intervals `core`; `permittivity` is that of every interval. None if numbers
/// are not finite.
pub(super) fn guided(
    basis: &Basis,
    lines: &Lines,
    permittivity: &[Complex64],
    core: std::ops::Range<usize>,
) -> Option<SlabMode> {
    let p = basis.order;
    let nodes = p * lines.intervals() + 1;
    // Ends are walls.
    let size = nodes - 2;
    let mut electric = Mat::<Complex64>::zeros(size, size);
    let mut mass = Mat::<Complex64>::zeros(size, size);
    let mut inside = Mat::<f64>::zeros(size, size);
    for (e, &eps) in permittivity.iter().enumerate() {
        let (h, s) = (lines.length(e), lines.stretch[e]);
        for i in 0..=p {
            for j in 0..=p {
                let (row, column) = (e * p + i, e * p + j);
                if row == 0 || column == 0 || row > size || column > size {
                    continue;
                }
                let (at, k) = ((row - 1, column - 1), i * (p + 1) + j);
                let (m, stiffness) = (h * basis.mass[k], basis.stiffness[k] / h);
                electric[at] += eps * s * m - stiffness / s;
                mass[at] += s * m;
                if core.contains(&e) {
                    inside[at] += m;
                }
            }
        }
    }
    let operator = mass.partial_piv_lu().solve(&electric);
    let (values, vectors) = Complex64::eigen(&operator)?;
    let share = |k: usize| {
        let part = |matrix: &Mat<f64>| -> f64 {
            let row = |i: usize| {
                let sum: Complex64 = (0..size).map(|j| matrix[(i, j)] * vectors[(j, k)]).sum();
                (vectors[(i, k)].conj() * sum).re
            };
            (0..size).map(row).sum()
        };
        let all: f64 = (0..size).map(|i| vectors[(i, k)].norm_sqr()).sum();
        part(&inside) / all
    };
    let best = (0..size)
        .filter(|&k| values[k].re > 0.0)
        .max_by(|&a, &b| share(a).total_cmp(&share(b)))?;
    let mut phi = vec![Complex64::ZERO; nodes];
    for i in 0..size {
        phi[i + 1] = vectors[(i, best)];
    }
    let product = |phi: &[Complex64]| -> Vec<Complex64> {
        let mut result = vec![Complex64::ZERO; nodes];
        for i in 0..size {
            result[i + 1] = (0..size).map(|j| mass[(i, j)] * phi[j + 1]).sum();
        }
        result
    };
    let weighted = product(&phi);
    let norm: Complex64 = phi.iter().zip(&weighted).map(|(a, b)| a * b).sum();
    let scale = 1.0 / norm.sqrt();
    let largest = phi.iter().fold(Complex64::ZERO, |m, &v| {
        if v.norm_sqr() > m.norm_sqr() { v } else { m }
    });
    let scale = if (largest * scale).re < 0.0 {
        -scale
    } else {
        scale
    };
    Some(SlabMode {
        index: values[best].sqrt(),
        values: phi.iter().map(|v| v * scale).collect(),
        weighted: weighted.iter().map(|v| v * scale).collect(),
    })
}
