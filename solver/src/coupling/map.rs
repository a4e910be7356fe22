//! Coupling against lateral offset: one correlation, kept as its spectrum.
//!
//! a(d) = Σ_k G(k) exp(−ik·d) for the beam displaced by d = (dx, dy) from the mode's origin, so the map, its exact
//! derivatives, the best offset and tolerances follow from G without another overlap integral, on any offset and
//! not only on grid lags. Loss near an offset: L(d + δ) = L + ∇L·δ + δᵀCδ, C being half the Hessian.
//!
//! Mode mismatch and misalignment are one number here: their losses in dB do not add.

use ndarray::Array2;
use num_complex::Complex64;

use super::correlation::{Correlation, phases};
use super::etalon::RoundTrips;
use super::overlap::loss_db;
use super::{CouplingError, Etalon, EtalonMap, Fresnel, Reflections};

/// A lateral axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Across, x.
    X,
    /// Up, y.
    Y,
}

/// The efficiency of a beam against a mode over lateral offsets (solution of a
/// [`CouplingScan`](super::CouplingScan)).
#[derive(Clone, Debug)]
pub struct CouplingMap {
    /// Offsets of the beam along x, m.
    pub offsets_x: Vec<f64>,
    /// Offsets of the beam along y, m.
    pub offsets_y: Vec<f64>,
    /// η = |a₁₂|² at `[[offset x, offset y]]`, without the facets' reflection.
    pub efficiency: Array2<f64>,
    /// What the facets transmit and reflect.
    pub fresnel: Fresnel,
    /// |η by the spectrum − η by direct quadrature| at zero offset without gap and tilt: the error of sampling the beam.
    pub sampling_error: f64,
    /// Part of the beam's power outside the plane of the calculation.
    pub beam_outside: f64,
    /// Part of the mode's power in the outermost cells of its window.
    pub mode_edge: f64,
    /// What returns into the source's own mode.
    pub reflections: Reflections,
    pub(super) correlation: Correlation,
    /// Of the correlation's waves, between parallel facets.
    pub(super) round_trips: Option<RoundTrips>,
    pub(super) best_offset: [f64; 2],
}

impl CouplingMap {
    fn check(&self, [x, y]: [f64; 2]) -> Result<(), CouplingError> {
        let limit = self.correlation.reach;
        if x.abs() <= limit && y.abs() <= limit {
            Ok(())
        } else {
            Err(CouplingError::OffsetTooLarge { x, y, limit })
        }
    }

    /// a₁₂ with the beam displaced by `offset` (m).
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`].
    pub fn amplitude_at(&self, offset: [f64; 2]) -> Result<Complex64, CouplingError> {
        self.check(offset)?;
        Ok(self.correlation.amplitude(offset))
    }

    /// η = |a₁₂|² with the beam displaced by `offset` (m), without the facets' reflection.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`].
    pub fn efficiency_at(&self, offset: [f64; 2]) -> Result<f64, CouplingError> {
        Ok(self.amplitude_at(offset)?.norm_sqr())
    }

    /// T η: the part of the fibre's power that arrives in the mode.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`].
    pub fn total_efficiency_at(&self, offset: [f64; 2]) -> Result<f64, CouplingError> {
        Ok(self.fresnel.transmission * self.efficiency_at(offset)?)
    }

    /// −10 log₁₀(T η) in dB, positive.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`].
    pub fn total_loss_db_at(&self, offset: [f64; 2]) -> Result<f64, CouplingError> {
        Ok(loss_db(self.total_efficiency_at(offset)?))
    }

    /// Transmission into the mode with the beam displaced by `offset` (m), the gap's round trips added by amplitude: every
    /// plane wave's Σ (r₁r₂e^{2ik_zd})ᵐ. None without a gap or where the facets are not parallel, since light walks out of
    /// a wedge.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`].
    pub fn etalon_at(&self, offset: [f64; 2]) -> Result<Option<Etalon>, CouplingError> {
        self.check(offset)?;
        let Correlation {
            kx, ky, spectrum, ..
        } = &self.correlation;
        let (left, right) = (phases(kx, offset[0]), phases(ky, offset[1]));
        let at = |filtered: Array2<Complex64>| -> Complex64 {
            let row = |row: ndarray::ArrayView1<'_, Complex64>| -> Complex64 {
                row.iter().zip(&right).map(|(g, p)| g * p).sum()
            };
            let rows = filtered.rows().into_iter().zip(&left);
            rows.map(|(g, p)| row(g) * p).sum()
        };
        Ok(self.round_trips.as_ref().map(|trips| {
            let values: Vec<_> = trips.filtered(spectrum).into_iter().map(at).collect();
            Etalon::of(&values, self.fresnel.transmission)
        }))
    }

    /// [`CouplingMap::etalon_at`] over all offsets of the map.
    pub fn etalon(&self) -> Option<EtalonMap> {
        let trips = self.round_trips.as_ref()?;
        let filtered = trips.filtered(&self.correlation.spectrum);
        let values: Vec<_> = filtered
            .into_iter()
            .map(|spectrum| {
                self.correlation
                    .amplitudes_of(&spectrum, &self.offsets_x, &self.offsets_y)
            })
            .collect();
        Some(EtalonMap::of(&values, self.fresnel.transmission))
    }

    /// Largest offset along either axis (m) that the map answers for.
    pub fn reach(&self) -> f64 {
        self.correlation.reach
    }

    /// The offset of the beam (m) with the largest efficiency within [`CouplingMap::reach`].
    pub fn best_offset(&self) -> [f64; 2] {
        self.best_offset
    }

    /// η at [`CouplingMap::best_offset`].
    pub fn best_efficiency(&self) -> f64 {
        self.correlation.amplitude(self.best_offset).norm_sqr()
    }

    /// The misalignment tensor C at `offset`: [[xx, xy], [xy, yy]] in dB/m², half the exact Hessian of the loss in dB.
    /// At the best offset the loss grows by δᵀCδ.
    ///
    /// # Errors
    /// [`CouplingError::OffsetTooLarge`] beyond [`CouplingMap::reach`]; [`CouplingError::OutOfRange`] where η = 0.
    pub fn misalignment_tensor(&self, offset: [f64; 2]) -> Result<[[f64; 2]; 2], CouplingError> {
        self.check(offset)?;
        let (_, [xx, xy, yy]) =
            self.correlation
                .logarithm(offset)
                .ok_or(CouplingError::OutOfRange {
                    quantity: "efficiency where a misalignment tensor is asked",
                    value: 0.0,
                    unit: "",
                    allowed: "above zero: its loss in dB must be finite",
                })?;
        let half_db = -5.0 / std::f64::consts::LN_10;
        Ok([[half_db * xx, half_db * xy], [half_db * xy, half_db * yy]])
    }

    /// The distances (m, both positive) from `from` towards − and + along `direction` at which η has first fallen
    /// by `level_db` from its value at `from`.
    ///
    /// # Errors
    /// [`CouplingError::OutOfRange`] unless `level_db` > 0; [`CouplingError::OffsetTooLarge`] for `from` beyond
    /// [`CouplingMap::reach`]; [`CouplingError::ToleranceNotReached`] if η does not fall so far within it.
    pub fn tolerance(
        &self,
        direction: Direction,
        level_db: f64,
        from: [f64; 2],
    ) -> Result<[f64; 2], CouplingError> {
        super::error::positive("tolerance level", level_db, "dB")?;
        self.check(from)?;
        let Correlation {
            kx,
            ky,
            spectrum,
            reach,
            scale,
        } = &self.correlation;
        // the two-dimensional sum collapses to one along the line
        let (line_k, across, start) = match direction {
            Direction::X => (kx, phases(ky, from[1]), from[0]),
            Direction::Y => (ky, phases(kx, from[0]), from[1]),
        };
        let line: Vec<Complex64> = match direction {
            Direction::X => spectrum
                .rows()
                .into_iter()
                .map(|row| row.iter().zip(&across).map(|(g, p)| g * p).sum())
                .collect(),
            Direction::Y => spectrum
                .columns()
                .into_iter()
                .map(|col| col.iter().zip(&across).map(|(g, p)| g * p).sum())
                .collect(),
        };
        let efficiency = |d: f64| -> f64 {
            line.iter()
                .zip(line_k)
                .map(|(g, k)| g * Complex64::from_polar(1.0, -k * d))
                .sum::<Complex64>()
                .norm_sqr()
        };
        let target = efficiency(start) * 10.0_f64.powf(-0.1 * level_db);
        let side = |sign: f64| -> Result<f64, CouplingError> {
            // a(d) is smooth over the beam's radius, so a twentieth of it misses no fall worth naming
            let step = 0.05 * scale;
            let mut distance = 0.0;
            loop {
                let next = distance + step;
                if (start + sign * next).abs() > *reach {
                    return Err(CouplingError::ToleranceNotReached {
                        level_db,
                        limit: *reach,
                    });
                }
                if efficiency(start + sign * next) < target {
                    let excess = |t: f64| efficiency(start + sign * t) - target;
                    // the bracket is proper unless efficiency is zero at both ends, where its end will do
                    return Ok(super::roots::bracketed(excess, distance, next).unwrap_or(next));
                }
                distance = next;
            }
        };
        Ok([side(-1.0)?, side(1.0)?])
    }
}
