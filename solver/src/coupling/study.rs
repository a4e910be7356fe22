//! The error bar of a coupling: the same mode on several grids.

use super::overlap::loss_db;
use super::{CouplingError, CouplingMap, CouplingScan, SampledField, TransverseField};

/// Efficiency at two places of the finest map, with errors from the mode's other grids and the beam's sampling.
#[derive(Clone, Debug)]
pub struct CouplingStudy {
    /// The map of the finest mode.
    pub map: CouplingMap,
    /// T η and its error at zero offset.
    pub total_efficiency: [f64; 2],
    /// Loss in dB and its error at zero offset.
    pub total_loss_db: [f64; 2],
    /// T η and its error at the best offset of the finest map.
    pub best_total_efficiency: [f64; 2],
    /// Loss in dB and its error at the best offset of the finest map.
    pub best_total_loss_db: [f64; 2],
}

impl CouplingScan {
    /// The map on the finest of several grids of one mode (`levels`, finest first, each of a smaller number of cells)
    /// with error bars: what remains of the differences between levels, plus the beam's sampling error.
    ///
    /// With two levels the error is their difference; with three, differences that shrink by a factor q leave
    /// 1/(q − 1) of the last one, which is used between 1/4 and 3 times that difference.
    ///
    /// # Errors
    /// [`CouplingError::TooFewLevels`] for fewer than two; those of [`CouplingScan::map`].
    pub fn study(
        &self,
        beam: &dyn TransverseField,
        levels: &[&SampledField],
    ) -> Result<CouplingStudy, CouplingError> {
        if levels.len() < 2 {
            return Err(CouplingError::TooFewLevels {
                found: levels.len(),
            });
        }
        let mut maps = self.maps(beam, levels)?;
        let at = |offset: [f64; 2]| -> [f64; 2] {
            let values: Vec<f64> = maps
                .iter()
                .map(|m| m.fresnel.transmission * m.correlation.amplitude(offset).norm_sqr())
                .collect();
            [values[0], remaining_error(&values) + maps[0].sampling_error]
        };
        let (total_efficiency, best_total_efficiency) = (at([0.0; 2]), at(maps[0].best_offset));
        // d(dB) = 10/ln 10 · dη/η
        let in_db = |[value, error]: [f64; 2]| {
            [
                loss_db(value),
                10.0 / std::f64::consts::LN_10 * error / value,
            ]
        };
        Ok(CouplingStudy {
            map: maps.swap_remove(0),
            total_efficiency,
            total_loss_db: in_db(total_efficiency),
            best_total_efficiency,
            best_total_loss_db: in_db(best_total_efficiency),
        })
    }
}

/// What differences between grids, finest first, leave as the error of the finest.
fn remaining_error(values: &[f64]) -> f64 {
    let last = (values[0] - values[1]).abs();
    match values.get(2) {
        None => last,
        Some(third) => {
            let before = (values[1] - third).abs();
            // 1/(q − 1) with q = before/last
            let part = if before > last {
                last / (before - last)
            } else {
                f64::INFINITY
            };
            if last == 0.0 {
                0.0
            } else {
                last * part.clamp(0.25, 3.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::remaining_error;

    #[test]
    fn remaining_error_of_a_geometric_sequence_is_exact() {
        // 1 + 4⁻ⁿ, finest first: the finest is off by 4⁻³
        let values = [1.0 + 4.0_f64.powi(-3), 1.0 + 4.0_f64.powi(-2), 1.25];
        assert!((remaining_error(&values) - 4.0_f64.powi(-3)).abs() < 1e-15);
        assert_eq!(remaining_error(&[1.0, 1.5]), 0.5);
    }
}
