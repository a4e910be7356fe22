//! Scattering matrices between the modes of two cross-sections, and their product.
//!
//! b = S a with a, b the amplitudes of what comes in and goes out, those at the start first:
//! S = [R₁ T₁; T₂ R₂]. Two parts in a row make a third (star product; R. Redheffer, J. Math. and Phys. 41, 1 (1962)):
//!
//! ```text
//! T₂ = T₂ᵇ (1 − R₂ᵃ R₁ᵇ)⁻¹ T₂ᵃ,   R₁ = R₁ᵃ + T₁ᵃ R₁ᵇ (1 − R₂ᵃ R₁ᵇ)⁻¹ T₂ᵃ,   and the same from the other side.
//! ```
//!
//! Nothing that grows is ever formed, so evanescent modes do no harm.

use faer::Mat;
use faer::linalg::solvers::Solve;
use num_complex::Complex64;

/// A mode at an end of a taper, counted from 0 by falling index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Of the first cross-section.
    Start(usize),
    /// Of the last one.
    End(usize),
}

/// The four blocks of S.
#[derive(Clone, Debug)]
pub struct Scattering {
    /// Row j, column i: from mode i that comes in at the start to mode j that leaves at the end.
    pub(super) forward: Mat<Complex64>,
    /// From the start back to the start.
    pub(super) reflection: Mat<Complex64>,
    /// From the end to the start.
    pub(super) backward: Mat<Complex64>,
    /// From the end back to the end.
    pub(super) back_reflection: Mat<Complex64>,
}

impl Scattering {
    /// Diagonal transmission without reflection.
    pub(super) fn phases(values: &[Complex64]) -> Self {
        let n = values.len();
        let diagonal = Mat::from_fn(
            n,
            n,
            |i, j| if i == j { values[i] } else { Complex64::ZERO },
        );
        Self {
            forward: diagonal.clone(),
            reflection: Mat::zeros(n, n),
            backward: diagonal,
            back_reflection: Mat::zeros(n, n),
        }
    }

    /// This part and then `next`.
    #[must_use]
    pub(super) fn then(&self, next: &Self) -> Self {
        let n = self.back_reflection.nrows();
        let identity = Mat::<Complex64>::identity(n, n);
        let there = &identity - &self.back_reflection * &next.reflection;
        let here = &identity - &next.reflection * &self.back_reflection;
        let onward = there.partial_piv_lu().solve(&self.forward);
        let homeward = here.partial_piv_lu().solve(&next.backward);
        Self {
            forward: &next.forward * &onward,
            reflection: &self.reflection + &self.backward * (&next.reflection * &onward),
            backward: &self.backward * &homeward,
            back_reflection: &next.back_reflection
                + &next.forward * (&self.back_reflection * &homeward),
        }
    }

    /// The same with what passes through phases on both sides: `before` at the start, `after` at the end.
    #[must_use]
    pub(super) fn between(mut self, before: &[Complex64], after: &[Complex64]) -> Self {
        let scale = |matrix: &mut Mat<Complex64>, rows: &[Complex64], columns: &[Complex64]| {
            for (j, column) in columns.iter().enumerate() {
                for (i, row) in rows.iter().enumerate() {
                    matrix[(i, j)] *= row * column;
                }
            }
        };
        scale(&mut self.forward, after, before);
        scale(&mut self.backward, before, after);
        scale(&mut self.reflection, before, before);
        scale(&mut self.back_reflection, after, after);
        self
    }

    /// From mode `input` at the start to mode `output` at the end.
    pub fn forward(&self, output: usize, input: usize) -> Complex64 {
        self.forward[(output, input)]
    }

    /// From mode `input` at the start back to mode `output` there.
    pub fn reflection(&self, output: usize, input: usize) -> Complex64 {
        self.reflection[(output, input)]
    }

    /// From mode `input` at the end to mode `output` at the start.
    pub fn backward(&self, output: usize, input: usize) -> Complex64 {
        self.backward[(output, input)]
    }

    /// From mode `input` at the end back to mode `output` there.
    pub fn back_reflection(&self, output: usize, input: usize) -> Complex64 {
        self.back_reflection[(output, input)]
    }

    /// From any mode to any.
    pub fn entry(&self, output: Port, input: Port) -> Complex64 {
        match (output, input) {
            (Port::End(out), Port::Start(from)) => self.forward(out, from),
            (Port::Start(out), Port::Start(from)) => self.reflection(out, from),
            (Port::Start(out), Port::End(from)) => self.backward(out, from),
            (Port::End(out), Port::End(from)) => self.back_reflection(out, from),
        }
    }

    /// Modes on each side, guided ones first.
    pub fn modes(&self) -> usize {
        self.forward.ncols()
    }

    /// Largest |power out and back − 1| of the first modes at the start and at the end, as many as `guided`.
    pub(super) fn passivity_residual(&self, [start, end]: [usize; 2]) -> f64 {
        let column = |matrix: &Mat<Complex64>, j: usize| -> f64 {
            (0..matrix.nrows()).map(|i| matrix[(i, j)].norm_sqr()).sum()
        };
        let from_start = (0..start).map(|j| column(&self.forward, j) + column(&self.reflection, j));
        let from_end =
            (0..end).map(|j| column(&self.backward, j) + column(&self.back_reflection, j));
        from_start
            .chain(from_end)
            .map(|power| (power - 1.0).abs())
            .fold(0.0, f64::max)
    }

    /// Largest entry of |S − Sᵀ|.
    pub fn reciprocity_residual(&self) -> f64 {
        let n = self.modes();
        let mut most: f64 = 0.0;
        for i in 0..n {
            for j in 0..n {
                let across = self.forward[(i, j)] - self.backward[(j, i)];
                let here = self.reflection[(i, j)] - self.reflection[(j, i)];
                let there = self.back_reflection[(i, j)] - self.back_reflection[(j, i)];
                most = most.max(across.norm()).max(here.norm()).max(there.norm());
            }
        }
        most
    }
}
