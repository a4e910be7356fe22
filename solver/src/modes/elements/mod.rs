//! Edge elements of high order on a triangulation.
//!
//! With lengths scaled by k₀ and E = (e, −i n φ) exp(i n z), Maxwell's equations
//! ∇×μ⁻¹∇×E = ε E become, for all test functions (f, ψ) and w = e + ∇φ,
//!
//! ```text
//! ∫ ε_t e·f − ∫ μ_zz⁻¹ (curl e)(curl f) = n² ∫ μ̃ w·(f + ∇ψ) − n² ∫ ε_zz φ ψ,   μ̃ = diag(μ_yy⁻¹, μ_xx⁻¹)
//! ```
//!
//! or A x = n² B x with A and B symmetric, so that x is its own left eigenvector: the eigenvalue's error is
//! quadratic in the vector's, and dn² = xᵀ(dA − n² dB) x / xᵀB x for any change of wavelength, material
//! or shape (the mesh moving with it). A crystal oblique to the guide (ε_xz, ε_yz) adds
//!
//! ```text
//! i n C x:   i n ∫ ψ ε_tz·e − i n ∫ φ ε_tz·f
//! ```
//!
//! with C antisymmetric: the problem is quadratic, T(n) x = (A − n² B + i n C) x = 0, the left eigenvector y that of
//! the wave running the other way, and dn = −yᵀ dT x / yᵀ(∂T/∂n) x. e lies in Nédélec's space of order p, φ in the polynomials of degree p
//! with ∇φ in the former: without spurious modes (Boffi 2010, DOI 10.1017/S0962492910000012). On a
//! rectangle of order 1 with lumped masses this is Yee's scheme.
//!
//! The triangulation follows every interface, circles by curved sides; at corners of interfaces, where E is
//! singular, triangles shrink geometrically. From stage to stage the order and the number of these layers
//! grow by one, and the error falls exponentially (Babuška & Guo 1988, DOI 10.1137/0725048). Bends and
//! absorbing layers are anisotropic, complex ε and μ in stretched coordinates ([`medium`]). The linear systems are
//! solved by nested substructuring of the element matrices; the signs of their pivots count the modes of a lossless
//! guide, so that none is missed.
//!
//! What would prove this wrong: the exact slab, fibre and bent slab not met to 1e-8, or an error that falls by less
//! than a factor of ten per stage there (`solver/tests/modes.rs`, `solver/tests/open_modes.rs`); the exact slab of a
//! leaning crystal not met (`solver/tests/crystals.rs`).

mod assembly;
mod basis;
mod family;
mod geometry;
mod level;
mod medium;
mod mesh;
mod quadrature;
mod samples;
mod solve;
mod sweep;
mod symmetry;
mod topology;
mod views;

pub(super) use solve::{Request, solve, unknowns};
pub(super) use sweep::{Swept, is_sweepable, sweep};
