//! Fields at any wavelength from those at a few: Galerkin's method on their span.
//!
//! On one mesh A(λ) = K − Σ k_m²(λ) M_m over the materials m. With the solved fields as the columns of V, the field at
//! another wavelength is V c, (Vᵀ A V) c = Vᵀ f. Its error falls exponentially with the number of fields, as the field
//! is a smooth function of the wavelength (Quarteroni, Manzoni & Negri, Reduced Basis Methods, 2016, ch. 3,
//! DOI 10.1007/978-3-319-15431-2).
//!
//! What would prove this wrong: a field of the span at a wavelength that differs from the one solved there.

use super::system::{Discretisation, Field, Medium};
use faer::Mat;
use faer::linalg::solvers::Solve;
use num_complex::Complex64;

/// The span of some fields.
pub(super) struct Span<'a> {
    on: &'a Discretisation<'a>,
    /// Orthonormal.
    fields: Vec<Field>,
    /// Vᵀ K V, row after row as far as the diagonal.
    stiffness: Vec<Vec<Complex64>>,
    /// The same of every material's M.
    masses: Vec<Vec<Vec<Complex64>>>,
}

impl<'a> Span<'a> {
    /// Of no field; `kinds` is the number of materials.
    pub(super) fn new(on: &'a Discretisation<'a>, kinds: usize) -> Self {
        Self {
            on,
            fields: Vec::new(),
            stiffness: Vec::new(),
            masses: vec![Vec::new(); kinds],
        }
    }

    /// Adds what is new in a field.
    pub(super) fn add(&mut self, mut field: Field) {
        // Twice, since the first leaves round-off along the others.
        for _ in 0..2 {
            for other in &self.fields {
                let pairs = other.values.iter().zip(&field.values);
                let share: Complex64 = pairs.map(|(o, f)| o.conj() * f).sum();
                for (value, o) in field.values.iter_mut().zip(&other.values) {
                    *value -= share * o;
                }
            }
        }
        let norm: f64 = field.values.iter().map(|v| v.norm_sqr()).sum();
        let scale = 1.0 / norm.sqrt();
        if !scale.is_finite() {
            return;
        }
        for value in &mut field.values {
            *value *= scale;
        }
        self.fields.push(field);
        self.project();
    }

    /// The last field's row of all matrices.
    fn project(&mut self) {
        let count = self.fields.len();
        let mut stiffness = vec![Complex64::ZERO; count];
        let mut masses = vec![stiffness.clone(); self.masses.len()];
        let mesh = self.on.mesh;
        let dot = |left: &[Complex64], right: &[Complex64]| -> Complex64 {
            left.iter().zip(right).map(|(l, r)| l * r).sum()
        };
        for a in 0..mesh.along.intervals() {
            for b in 0..mesh.up.intervals() {
                let fields = self.fields.iter();
                let locals: Vec<Vec<Complex64>> =
                    fields.map(|field| self.on.local(field, [a, b])).collect();
                let [by_stiffness, by_mass] = self.on.products([a, b], &locals[count - 1]);
                let mass = &mut masses[mesh.kind(a, b)];
                for (j, local) in locals.iter().enumerate() {
                    stiffness[j] += dot(local, &by_stiffness);
                    mass[j] += dot(local, &by_mass);
                }
            }
        }
        self.stiffness.push(stiffness);
        for (rows, row) in self.masses.iter_mut().zip(masses) {
            rows.push(row);
        }
    }

    /// The field of a right side in a medium.
    pub(super) fn field(&self, medium: &Medium, right_side: &[Complex64]) -> Field {
        let count = self.fields.len();
        let entry = |i: usize, j: usize| -> Complex64 {
            let (row, column) = (i.max(j), i.min(j));
            let terms = self.masses.iter().zip(&medium.squares);
            let mass: Complex64 = terms.map(|(rows, k2)| k2 * rows[row][column]).sum();
            self.stiffness[row][column] - mass
        };
        let matrix = Mat::from_fn(count, count, entry);
        let projected = Mat::from_fn(count, 1, |i, _| -> Complex64 {
            let pairs = self.fields[i].values.iter().zip(right_side);
            pairs.map(|(v, f)| v * f).sum()
        });
        let shares = matrix.partial_piv_lu().solve(&projected);
        let mut values = vec![Complex64::ZERO; right_side.len()];
        for (i, field) in self.fields.iter().enumerate() {
            let share = shares[(i, 0)];
            for (value, v) in values.iter_mut().zip(&field.values) {
                *value += share * v;
            }
        }
        Field { values }
    }
}
