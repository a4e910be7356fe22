//! Entries of scattering matrices with their error bars.

use std::f64::consts::PI;

use cpo_solver::convergence::GridStudy;
use cpo_solver::grating::{GratingPort, GratingSolution};
use cpo_solver::taper::{Port, TaperError, Transmission};
use serde::{Deserialize, Serialize};

use super::Value;

/// S from one port to another, magnitude · exp(i phase).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SParameter {
    /// Root of the share of power, of its status.
    pub magnitude: Value,
    /// rad, unconverged with a bar of more than π; absent where the magnitude is not told from none.
    pub phase: Value,
    /// What the phase is nearest to, rad.
    pub path: f64,
}

impl SParameter {
    fn new(power: &GridStudy, phase: &GridStudy, path: f64) -> Self {
        let root = |share: f64| share.max(0.0).sqrt();
        let value = root(power.value);
        let above = root(power.value + power.error) - value;
        let below = value - root(power.value - power.error);
        Self {
            magnitude: Value {
                value,
                error: above.max(below),
                status: Value::from(power).status,
            },
            phase: if power.value > power.error {
                Value::judged(phase.value, phase.error, PI)
            } else {
                Value::absent()
            },
            path,
        }
    }

    /// Of the first modes of the start and, after them, of the end: to each port in turn from all.
    pub(super) fn of_taper(
        through: &Transmission,
        [starts, ends]: [usize; 2],
    ) -> Result<Vec<Self>, TaperError> {
        let ports: Vec<Port> = (0..starts)
            .map(Port::Start)
            .chain((0..ends).map(Port::End))
            .collect();
        let pairs = ports
            .iter()
            .flat_map(|&out| ports.iter().map(move |&from| (out, from)));
        pairs
            .map(|(out, from)| {
                Ok(Self::new(
                    &through.power_between(out, from)?,
                    &through.phase(out, from)?,
                    through.path(out, from)?,
                ))
            })
            .collect()
    }

    /// From the guide back to it, to the fibre and on.
    pub(super) fn of_grating(solution: &GratingSolution) -> [Self; 3] {
        [GratingPort::Guide, GratingPort::Fibre, GratingPort::Behind].map(|port| {
            Self::new(
                &solution.power(port),
                &solution.phase(port),
                solution.path(port),
            )
        })
    }
}
