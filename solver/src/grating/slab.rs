//! Modes of the layers that a grating's guide is made of, on the lines of the grating's mesh.
//!
//! For u = φ(y) exp(i β Z): (M_k − K) φ = β² M φ with M_k = ∫ k² s φψ, K = ∫ φ'ψ'/s, M = ∫ s φψ, all complex symmetric,
//! so that modes are orthogonal in φᵀ M ψ.

use super::basis::Basis;
use super::lines::Lines;
use crate::linalg::Scalar;
use faer::Mat;
use faer::linalg::solvers::Solve;
use num_complex::Complex64;

/// A mode, φᵀ M φ = 1 and φ real where it is largest.
#[derive(Clone, Debug)]
pub(super) struct SlabMode {
    /// β.
    pub(super) wavenumber: Complex64,
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

/// Changes of β² that end an iteration, relative to it.
const SETTLED: f64 = 1e-13;
/// Iterations that a mode is followed for.
const ITERATIONS: usize = 8;

/// The matrices M_k − K and M of an upright line, whose ends are walls.
pub(super) struct Slab {
    electric: Mat<Complex64>,
    mass: Mat<Complex64>,
    /// Nodes of every interval, ends included: `interval * order..=(interval + 1) * order`.
    order: usize,
}

impl Slab {
    /// `squares` are k² of every interval.
    pub(super) fn new(basis: &Basis, lines: &Lines, squares: &[Complex64]) -> Self {
        let p = basis.order;
        let size = p * lines.intervals() - 1;
        let mut electric = Mat::<Complex64>::zeros(size, size);
        let mut mass = Mat::<Complex64>::zeros(size, size);
        for (e, &square) in squares.iter().enumerate() {
            let (h, s) = (lines.length(e), lines.stretch[e]);
            for i in 0..=p {
                for j in 0..=p {
                    let (row, column) = (e * p + i, e * p + j);
                    if row == 0 || column == 0 || row > size || column > size {
                        continue;
                    }
                    let (at, k) = ((row - 1, column - 1), i * (p + 1) + j);
                    let (m, stiffness) = (h * basis.mass[k], basis.stiffness[k] / h);
                    electric[at] += square * s * m - stiffness / s;
                    mass[at] += s * m;
                }
            }
        }
        Self {
            electric,
            mass,
            order: p,
        }
    }

    fn size(&self) -> usize {
        self.mass.nrows()
    }

    /// The mode that has most of Σ|φ|² at the nodes of the intervals `core`. None if numbers are not finite.
    pub(super) fn guided(&self, core: std::ops::Range<usize>) -> Option<SlabMode> {
        let operator = self.mass.partial_piv_lu().solve(&self.electric);
        let (values, vectors) = Complex64::eigen(&operator)?;
        let size = self.size();
        // Node k is row k − 1.
        let nodes = core.start * self.order..=core.end * self.order;
        let share = |k: usize| {
            let at = |i: usize| vectors[(i, k)].norm_sqr();
            let inside: f64 = (0..size).filter(|i| nodes.contains(&(i + 1))).map(at).sum();
            inside / (0..size).map(at).sum::<f64>()
        };
        let best = (0..size)
            .filter(|&k| values[k].re > 0.0)
            .max_by(|&a, &b| share(a).total_cmp(&share(b)))?;
        let phi = (0..size).map(|i| vectors[(i, best)]).collect();
        Some(self.mode(values[best], phi))
    }

    /// The mode nearest to one of the same nodes at another wavelength, by Rayleigh's quotient; none if that does not
    /// settle.
    pub(super) fn follow(&self, near: &SlabMode) -> Option<SlabMode> {
        let size = self.size();
        let column = |values: &[Complex64]| Mat::from_fn(size, 1, |i, _| values[i]);
        let mut phi: Vec<Complex64> = near.values[1..=size].to_vec();
        let mut square = self.quotient(&phi);
        for _ in 0..ITERATIONS {
            let shifted = &self.electric - faer::Scale(square) * &self.mass;
            let right_side = column(&self.product(&self.mass, &phi));
            let next = shifted.partial_piv_lu().solve(&right_side);
            let largest = (0..size).map(|i| next[(i, 0)].norm()).fold(0.0, f64::max);
            phi = (0..size).map(|i| next[(i, 0)] / largest).collect();
            let before = square;
            square = self.quotient(&phi);
            if (square - before).norm() <= SETTLED * square.norm() {
                return Some(self.mode(square, phi));
            }
        }
        None
    }

    /// φᵀ (M_k − K) φ / φᵀ M φ.
    fn quotient(&self, phi: &[Complex64]) -> Complex64 {
        let form = |matrix| dot(phi, &self.product(matrix, phi));
        form(&self.electric) / form(&self.mass)
    }

    fn product(&self, matrix: &Mat<Complex64>, phi: &[Complex64]) -> Vec<Complex64> {
        let row = |i: usize| (0..phi.len()).map(|j| matrix[(i, j)] * phi[j]).sum();
        (0..phi.len()).map(row).collect()
    }

    /// Normalised, with the walls' zeros at both ends.
    fn mode(&self, square: Complex64, phi: Vec<Complex64>) -> SlabMode {
        let weighted = self.product(&self.mass, &phi);
        let scale = 1.0 / dot(&phi, &weighted).sqrt();
        let largest = phi.iter().fold(Complex64::ZERO, |m, &v| {
            if v.norm_sqr() > m.norm_sqr() { v } else { m }
        });
        let scale = if (largest * scale).re < 0.0 {
            -scale
        } else {
            scale
        };
        let walled = |values: Vec<Complex64>| {
            let inner = values.into_iter().map(|v| v * scale);
            let wall = std::iter::once(Complex64::ZERO);
            wall.clone().chain(inner).chain(wall).collect()
        };
        SlabMode {
            wavenumber: square.sqrt(),
            values: walled(phi),
            weighted: walled(weighted),
        }
    }
}

fn dot(a: &[Complex64], b: &[Complex64]) -> Complex64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
