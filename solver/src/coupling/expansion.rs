//! The loss about a place to second order, exactly.
//!
//! a = Σ_k F(k)·E(k) exp(ik·d). The generators of translations, −ikₓ, −ik_y and ik_z, and of turns ([`Waves::turnings`]) applied to
//! the beam once and twice give the derivatives of a; those of L = −(20/ln 10) Re ln a follow.

use std::f64::consts::LN_10;

use num_complex::Complex64;

use super::overlap::loss_db;
use super::plane_waves::Waves;
use super::{CouplingError, Placement};

/// The loss about a place to second order.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// L in dB.
    pub loss_db: f64,
    /// g in dB/m and dB/rad, in the order of [`super::DegreeOfFreedom::ALL`].
    pub gradient: [f64; 6],
    /// C, symmetric, in dB per product of two of m and rad.
    pub tensor: [[f64; 6]; 6],
}

impl Expansion {
    /// L + g·δ + δᵀCδ in dB.
    pub fn loss_db_at(&self, placement: &Placement) -> f64 {
        let d = placement.values();
        let rows = (0..6).map(|i| {
            let row: f64 = (0..6).map(|j| self.tensor[i][j] * d[j]).sum();
            (self.gradient[i] + row) * d[i]
        });
        self.loss_db + rows.sum::<f64>()
    }

    /// t > 0 at which the loss has grown by `level_db` along `direction`, by this expansion.
    pub(super) fn distance_to(&self, level_db: f64, direction: [f64; 6]) -> Option<f64> {
        let zero = Self {
            loss_db: 0.0,
            ..self.clone()
        };
        let ahead = zero.loss_db_at(&Placement::new(direction));
        let back = zero.loss_db_at(&Placement::new(direction.map(|v| -v)));
        let (slope, curvature) = (0.5 * (ahead - back), 0.5 * (ahead + back));
        let root = slope * slope + 4.0 * curvature * level_db;
        (curvature > 0.0).then(|| (root.sqrt() - slope) / (2.0 * curvature))
    }
}

/// A wave of the plane and what the mode takes up of it, the way to the facet included.
pub(super) struct TakenUp {
    pub k: [f64; 3],
    pub at: [usize; 2],
    pub weight: [Complex64; 2],
}

impl TakenUp {
    /// F·E of its wave.
    pub fn of(&self, waves: &Waves) -> Complex64 {
        let [ex, ey] = waves.electric(self.at);
        self.weight[0] * ex + self.weight[1] * ey
    }
}

/// Derivatives of ln |a|² from the generators, the end being at `pivot` from the waist.
pub(super) fn expansion(
    waves: &Waves,
    taken: &[TakenUp],
    pivot: [f64; 3],
    axis: [f64; 3],
    scale: f64,
) -> Result<Expansion, CouplingError> {
    let i = Complex64::i();
    // of a motion by x, y or z
    let motion = |k: [f64; 3], c: usize| if c == 2 { i * k[2] } else { -i * k[c] };
    let amplitude = |waves: &Waves| -> Complex64 { taken.iter().map(|w| w.of(waves)).sum() };
    let moved = |waves: &Waves| -> [Complex64; 3] {
        let mut sums = [Complex64::ZERO; 3];
        for wave in taken {
            let value = wave.of(waves);
            for (c, sum) in sums.iter_mut().enumerate() {
                *sum += value * motion(wave.k, c);
            }
        }
        sums
    };
    // turns about x, y and the fibre's axis
    let turned = |waves: &Waves| -> [Waves; 3] {
        let about = waves.turnings(pivot);
        let along = Waves::combined(&about, axis);
        let [x, y, _] = about;
        [x, y, along]
    };
    let a = amplitude(waves);
    let once = turned(waves);
    let mut first = [Complex64::ZERO; 6];
    let mut second = [[Complex64::ZERO; 6]; 6];
    first[..3].copy_from_slice(&moved(waves));
    for wave in taken {
        let value = wave.of(waves);
        for (c, row) in second.iter_mut().take(3).enumerate() {
            for (d, sum) in row.iter_mut().take(3).enumerate() {
                *sum += value * motion(wave.k, c) * motion(wave.k, d);
            }
        }
    }
    for (c, waves) in once.iter().enumerate() {
        first[3 + c] = amplitude(waves);
        for (d, value) in moved(waves).into_iter().enumerate() {
            second[3 + c][d] = value;
            second[d][3 + c] = value;
        }
    }
    let twice: Vec<[Waves; 3]> = once.iter().map(turned).collect();
    for c in 0..3 {
        for d in 0..=c {
            // a turn by a vector: no order of the two
            let value = 0.5 * (amplitude(&twice[c][d]) + amplitude(&twice[d][c]));
            second[3 + c][3 + d] = value;
            second[3 + d][3 + c] = value;
        }
    }
    let efficiency = scale * a.norm_sqr();
    if !(efficiency.is_finite() && efficiency > 0.0) {
        return Err(CouplingError::OutOfRange {
            quantity: "efficiency where a misalignment tensor is asked",
            value: efficiency,
            unit: "",
            allowed: "above zero: its loss in dB must be finite",
        });
    }
    // L = −(20/ln 10) Re ln a
    let db = -20.0 / LN_10;
    Ok(Expansion {
        loss_db: loss_db(efficiency),
        gradient: first.map(|f| db * (f / a).re),
        tensor: std::array::from_fn(|c| {
            std::array::from_fn(|d| {
                0.5 * db * (second[c][d] / a - first[c] * first[d] / (a * a)).re
            })
        }),
    })
}
