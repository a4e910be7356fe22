//! The one bilinear form of this crate's coupling:
//!
//! a₁₂ = ¼ ∫ (E₁ × H₂* + E₂* × H₁)·ẑ dA / √(P₁P₂), efficiency η = |a₁₂|², loss −10 log₁₀ η ≥ 0 dB.
//!
//! The conjugated product: it is the power carried by mode 2 where mode 2 is lossless. For two
//! fields of one medium η ≤ 1 (Cauchy-Schwarz, both forms of power being positive); fields of
//! different media can exceed 1 by their impedance mismatch, which is why a
//! [`CouplingScan`](super::CouplingScan) first takes the beam into the mode's medium.
//!
//! Snyder & Love, Optical Waveguide Theory (1983), ch. 20. DOI 10.1007/978-1-4613-2813-1.

use num_complex::Complex64;

use super::{SampledField, TransverseField};

/// ¼ (E₁ × H₂* + E₂* × H₁)·ẑ of two fields (Eₓ, E_y, Hₓ, H_y), V A/m².
pub(crate) fn density(
    [ex1, ey1, hx1, hy1]: [Complex64; 4],
    [ex2, ey2, hx2, hy2]: [Complex64; 4],
) -> Complex64 {
    0.25 * (ex1 * hy2.conj() - ey1 * hx2.conj() + ex2.conj() * hy1 - ey2.conj() * hx1)
}

/// a₁₂ of the field `beam` and the mode, by the quadrature of the mode's grid. Both carry 1 W.
pub fn overlap(beam: &dyn TransverseField, mode: &SampledField) -> Complex64 {
    let (x, y) = (mode.grid.axis(0).centres(), mode.grid.axis(1).centres());
    let column = |i: usize| -> Complex64 {
        (0..y.len())
            .map(|j| density(beam.at(x[i], y[j]), mode.cell(i, j)) * mode.grid.area(i, j))
            .sum()
    };
    (0..x.len()).map(column).sum()
}

/// η = |a₁₂|² of [`overlap()`].
pub fn efficiency(beam: &dyn TransverseField, mode: &SampledField) -> f64 {
    overlap(beam, mode).norm_sqr()
}

/// Loss in dB of an efficiency: −10 log₁₀ η, positive, infinite at η = 0.
pub fn loss_db(efficiency: f64) -> f64 {
    // 0 − x and not −x, so that no loss prints as 0 and not −0
    0.0 - 10.0 * efficiency.log10()
}
