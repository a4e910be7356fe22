//! Two polarisations into two modes.
//!
//! The amplitudes a_mp of light polarised along x (p = 1) and y (p = 2) into modes m = 1, 2 are a matrix J. The power in
//! both modes lies between σ₂² and σ₁² of the incident one as the polarisation turns, σ being the singular values of
//! J; polarisation dependent loss is 20 log₁₀(σ₁/σ₂).
//!
//! Heffner, IEEE Photon. Technol. Lett. 4, 451 (1992), DOI 10.1109/68.136479.

use num_complex::Complex64;

use super::{CouplingError, CouplingMap};

/// J, `[mode][polarisation]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JonesMatrix(pub [[Complex64; 2]; 2]);

impl JonesMatrix {
    /// Of maps `[mode][polarisation]` at an offset of the beam (m), with what the facets transmit.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond the reach of a map.
    pub fn at(maps: [[&CouplingMap; 2]; 2], offset: [f64; 2]) -> Result<Self, CouplingError> {
        let mut matrix = [[Complex64::ZERO; 2]; 2];
        for (row, maps) in matrix.iter_mut().zip(maps) {
            for (entry, map) in row.iter_mut().zip(maps) {
                *entry = map.fresnel.transmission.sqrt() * map.amplitude_at(offset)?;
            }
        }
        Ok(Self(matrix))
    }

    /// σ₁ ≥ σ₂ ≥ 0.
    pub fn singular_values(&self) -> [f64; 2] {
        let [[a, b], [c, d]] = self.0;
        let square: f64 = [a, b, c, d].iter().map(|v| v.norm_sqr()).sum();
        let determinant = (a * d - b * c).norm();
        // σ₁ ± σ₂, without the cancellation of a root of their squares' difference
        let sum = (square + 2.0 * determinant).max(0.0).sqrt();
        let first = 0.5 * (sum + (square - 2.0 * determinant).max(0.0).sqrt());
        let second = if first > 0.0 {
            determinant / first
        } else {
            0.0
        };
        [first, second]
    }

    /// Polarisation dependent loss in dB, ≥ 0.
    pub fn pdl_db(&self) -> f64 {
        let [first, second] = self.singular_values();
        20.0 * (first / second).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove the singular values wrong: a matrix made of known ones, turned by unitary matrices.
    #[test]
    fn known_singular_values_are_found() {
        let turn = |angle: f64, phase: f64| -> [[Complex64; 2]; 2] {
            let (sin, cos) = angle.sin_cos();
            let p = Complex64::cis(phase);
            [[cos.into(), -sin * p], [sin * p.conj(), cos.into()]]
        };
        let times = |a: [[Complex64; 2]; 2], b: [[Complex64; 2]; 2]| {
            std::array::from_fn(|i| {
                std::array::from_fn(|j| (0..2).map(|k| a[i][k] * b[k][j]).sum())
            })
        };
        let diagonal = [[0.9.into(), 0.0.into()], [0.0.into(), 0.8.into()]];
        let matrix = JonesMatrix(times(turn(0.4, 1.0), times(diagonal, turn(-1.1, 0.3))));
        let [first, second] = matrix.singular_values();
        assert!((first - 0.9).abs() < 1e-14 && (second - 0.8).abs() < 1e-14);
        assert!((matrix.pdl_db() - 20.0 * (0.9_f64 / 0.8).log10()).abs() < 1e-12);
    }
}
