//! Light from plane to plane: losses, amplitude, margin, and how they spread.

mod chain;
mod monte_carlo;
mod outcome;
mod plane;
mod sampling;

pub use chain::{Chain, Stage, Term};
pub use monte_carlo::{MarginSpread, YieldPoint, binomial_interval};
pub use outcome::{Budget, PlanePower};
pub use plane::Plane;

pub(crate) use chain::{Conditions, StageText};
pub(crate) use monte_carlo::EngineDraws;
pub(crate) use outcome::{BudgetInputs, budget, margins, stacked};
pub(crate) use sampling::{Draws, quantile, with_quantiles};
