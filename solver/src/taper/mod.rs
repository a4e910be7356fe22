//! Tapers by eigenmode expansion.
//!
//! A [`Taper`] is a cross-section that changes along z: sections between two cross-sections of the same regions, one
//! after the other, and abrupt steps. The field is a sum of the modes of the cross-section it passes,
//!
//! ```text
//! E_t = Σ (A⁺ + A⁻) e,   H_t = Σ (A⁺ − A⁻) h,
//! ```
//!
//! which a change of the cross-section couples and length turns in phase. The [`TaperSolver`] finds the modes of slices
//! on one grid, more where light is turned most; the [`TaperSolution`] then gives S for any lengths, as these are in the
//! phases alone: smoothly through sections (coupled local modes) and by mode matching at steps. In steps throughout it
//! is given too, for comparison.
//!
//! *Radiation* is what the window's own modes carry: between electric and magnetic walls a cross-section has infinitely
//! many modes, of which the guided ones do not feel the walls, and the first few below them stand for light that leaves
//! at small angles. So a mode that ceases to be guided on its way goes on as one of these. Light comes back from the
//! walls after about a window's width over the tangent of its angle, and is in the answer, but in no error bar:
//! absorbing layers, or a wider window, tell. A step stands near the resonances that the window's modes have where their
//! n is about zero; with layers it does not.
//!
//! A [`Transmission`] gives |S|² and arg S between guided modes with their error bars, the phase on the branch of the optical
//! path.
//!
//! What would prove this wrong: a straight guide that is more than phases, a taper whose S from the other end is not its
//! transpose, or a slab's taper that a direct solution of Helmholtz's equation contradicts (`solver/tests/taper_*.rs`).

mod error;
mod geometry;
mod grid;
mod line;
mod matching;
mod passage;
mod problem;
mod scattering;
mod solution;
mod solver;
mod track;

pub use error::TaperError;
pub use geometry::{Profile, Section, Taper};
pub use problem::TaperProblem;
pub use scattering::{Port, Scattering};
pub use solution::{Cutoff, TaperSolution, Transmission};
pub use solver::TaperSolver;
