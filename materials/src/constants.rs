//! Physical constants in SI units.
//!
//! CODATA 2022: P. J. Mohr, D. B. Newell, B. N. Taylor, E. Tiesinga, "CODATA recommended values of
//! the fundamental physical constants: 2022", Rev. Mod. Phys. **97**, 025002 (2025),
//! doi:10.1103/RevModPhys.97.025002. Since 2019 c, h, e and k_B are exact by definition;
//! ε₀, μ₀ and Z₀ are measured (relative uncertainty 1.6e-10), σ is derived from exact ones.

/// Speed of light in vacuum c, m/s (exact).
pub const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// Vacuum permittivity ε₀, F/m.
pub const VACUUM_PERMITTIVITY: f64 = 8.854_187_818_8e-12;

/// Vacuum permeability μ₀, H/m.
pub const VACUUM_PERMEABILITY: f64 = 1.256_637_061_27e-6;

/// Impedance of vacuum Z₀ = μ₀ c, Ω.
pub const VACUUM_IMPEDANCE: f64 = 376.730_313_412;

/// Elementary charge e, C (exact).
pub const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;

/// Planck constant h, J s (exact).
pub const PLANCK: f64 = 6.626_070_15e-34;

/// Boltzmann constant k_B, J/K (exact).
pub const BOLTZMANN: f64 = 1.380_649e-23;

/// Stefan–Boltzmann constant σ = 2π⁵k_B⁴/(15h³c²), W/(m² K⁴).
pub const STEFAN_BOLTZMANN: f64 = 5.670_374_419e-8;

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The measured constants agree with their defining relations within CODATA's uncertainty (1.6e-10).
    #[test]
    fn relations_between_the_constants() {
        let c = SPEED_OF_LIGHT;
        assert!((VACUUM_PERMITTIVITY * VACUUM_PERMEABILITY * c * c - 1.0).abs() < 2e-10);
        assert!((VACUUM_PERMEABILITY * c / VACUUM_IMPEDANCE - 1.0).abs() < 2e-10);
        let sigma = 2.0 * PI.powi(5) * BOLTZMANN.powi(4) / (15.0 * PLANCK.powi(3) * c * c);
        // the tabulated value is truncated after ten digits
        assert!((STEFAN_BOLTZMANN / sigma - 1.0).abs() < 1e-9);
    }
}
