//! Levels: L = 10 log₁₀(P/P₀), in dBm for P₀ = 1 mW.

/// A milliwatt in W.
const MILLIWATT: f64 = 1e-3;

/// 10 log₁₀ of a ratio of powers.
pub fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// The ratio of powers of a level.
pub fn ratio(level_db: f64) -> f64 {
    10f64.powf(level_db / 10.0)
}

/// Level of a power in W over a milliwatt.
pub fn dbm(power: f64) -> f64 {
    db(power / MILLIWATT)
}

/// Power in W of a level over a milliwatt.
pub fn watts(level_dbm: f64) -> f64 {
    MILLIWATT * ratio(level_dbm)
}

/// Share of the light that a loss takes.
pub fn share_lost(loss_db: f64) -> f64 {
    1.0 - ratio(-loss_db)
}
