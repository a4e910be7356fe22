//! Mode matching where one cross-section meets another.
//!
//! With ⟨e_i, h_j⟩ = ∫ (e_i × h_j)·z dA, 1 for a mode with itself, the transverse fields left (a) and right (b) of the
//! joint are equal:
//!
//! ```text
//! Σ (a⁺ + a⁻) eᵃ = Σ (b⁺ + b⁻) eᵇ,   Σ (a⁺ − a⁻) hᵃ = Σ (b⁺ − b⁻) hᵇ.
//! ```
//!
//! For light from the left, products with h and e of the modes on the right, P_kj = ⟨eᵃ_j, hᵇ_k⟩ and
//! Q_kj = ⟨eᵇ_k, hᵃ_j⟩, give with b⁻ = 0
//!
//! ```text
//! R = −C⁻¹ D,   T = (C + D R)/2,   C = P + Q,   D = P − Q,
//! ```
//!
//! which for one mode is T = 2PQ/(P + Q); light from the right is the same with the sides exchanged, so that T is
//! reciprocal whatever the set of modes (on such expansions D. F. G. Gallagher & T. P. Felici, Proc. SPIE 4987, 69
//! (2003), DOI 10.1117/12.473173). As the modes are those of the side that light goes to, what they do not hold is lost
//! to them and nothing is gained: how much is the residual of passivity.

use super::scattering::Scattering;
use faer::Mat;
use num_complex::Complex64;

/// Singular values of C/2 below this belong to modes that the other side does not have.
const ABSENT: f64 = 1e-3;

/// ⟨eᵃ_i, hᵇ_j⟩ and ⟨eᵇ_i, hᵃ_j⟩ of two cross-sections.
#[derive(Clone, Debug)]
pub(super) struct Overlaps {
    pub(super) there: Mat<Complex64>,
    pub(super) back: Mat<Complex64>,
}

impl Overlaps {
    /// Of the first `count` modes.
    pub(super) fn of_first(&self, count: usize) -> Self {
        let first = |m: &Mat<Complex64>| m.get(..count, ..count).to_owned();
        Self {
            there: first(&self.there),
            back: first(&self.back),
        }
    }

    /// With the modes on both sides renumbered and turned: mode l of a side is its mode `label[l].0` times
    /// `label[l].1`.
    pub(super) fn relabelled(&self, [a, b]: [&[Label]; 2]) -> Self {
        let pick = |m: &Mat<Complex64>, rows: &[Label], columns: &[Label]| {
            Mat::from_fn(rows.len(), columns.len(), |i, j| {
                m[(rows[i].mode, columns[j].mode)] * (rows[i].sign * columns[j].sign)
            })
        };
        Self {
            there: pick(&self.there, a, b),
            back: pick(&self.back, b, a),
        }
    }

    /// C and D of light from the left.
    pub(super) fn sum_and_difference(&self) -> [Mat<Complex64>; 2] {
        let n = self.there.nrows();
        let combine =
            |sign: f64| Mat::from_fn(n, n, |k, j| self.there[(j, k)] + sign * self.back[(k, j)]);
        [combine(1.0), combine(-1.0)]
    }

    /// S of an abrupt joint; none if the overlaps are not finite.
    pub(super) fn scattering(&self) -> Option<Scattering> {
        let [sum, difference] = self.sum_and_difference();
        let one_way = |c: &Mat<Complex64>, d: &Mat<Complex64>| -> Option<[Mat<Complex64>; 2]> {
            let reflection = -(pseudo_inverse(c)? * d);
            let transmission = (c + d * &reflection) * faer::Scale(Complex64::from(0.5));
            Some([transmission, reflection])
        };
        let [forward, reflection] = one_way(&sum, &difference)?;
        // The other way P and Q are Qᵀ and Pᵀ.
        let (sum, difference) = (sum.transpose().to_owned(), -difference.transpose());
        let [backward, back_reflection] = one_way(&sum, &difference)?;
        Some(Scattering {
            forward,
            reflection,
            backward,
            back_reflection,
        })
    }
}

/// A mode of a cross-section under the number that it is followed by, and the sign that continues its field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) mode: usize,
    pub(super) sign: f64,
}

impl Label {
    /// Every mode under its own number.
    pub(super) fn own(count: usize) -> Vec<Self> {
        (0..count).map(|mode| Self { mode, sign: 1.0 }).collect()
    }
}

/// The labels of the next cross-section, so that each continues the mode it overlaps most: the largest overlaps first.
pub(super) fn follow(labels: &[Label], overlaps: &Overlaps) -> Vec<Label> {
    let n = labels.len();
    let [sum, _] = overlaps.sum_and_difference();
    let mut pairs: Vec<(f64, usize, usize)> = Vec::with_capacity(n * n);
    for (l, label) in labels.iter().enumerate() {
        pairs.extend((0..n).map(|k| (sum[(k, label.mode)].norm(), l, k)));
    }
    pairs.sort_by(|p, q| q.0.total_cmp(&p.0));
    let mut next: Vec<Option<Label>> = vec![None; n];
    let mut taken = vec![false; n];
    for (_, l, k) in pairs {
        if next[l].is_none() && !taken[k] {
            taken[k] = true;
            let own = sum[(k, labels[l].mode)] * labels[l].sign;
            let sign = if own.re < 0.0 { -1.0 } else { 1.0 };
            next[l] = Some(Label { mode: k, sign });
        }
    }
    next.into_iter().flatten().collect()
}

/// C⁺ without what is absent on one side.
fn pseudo_inverse(matrix: &Mat<Complex64>) -> Option<Mat<Complex64>> {
    let svd = matrix.svd().ok()?;
    let n = matrix.nrows();
    let mut scaled = svd.V().to_owned();
    for k in 0..n {
        let value = svd.S()[k].re;
        let inverse = if value > 2.0 * ABSENT {
            value.recip()
        } else {
            0.0
        };
        for i in 0..n {
            scaled[(i, k)] *= inverse;
        }
    }
    Some(scaled * svd.U().adjoint())
}
