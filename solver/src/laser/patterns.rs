//! An array whose lasers are switched on and off: what a laser sees of its neighbours.
//!
//! Heat Q ≥ 0 rises with temperature and R ≥ 0, so switching a further laser on raises every junction (the least fixed points of
//! a larger monotone map are larger). Of all 2ⁿ⁻¹ patterns of neighbours a laser is therefore coolest alone and hottest with all
//! of them on, and no search is needed: its junction and, the drift being constant, its wavelength stay within these two.

use cpo_materials::{Current, Power, Quantity};

use super::{LaserArray, LaserError, LaserState, Operating};

/// A laser with its neighbours off, all on, and one on. `None` where the powers asked for cannot be had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighbourPatterns {
    /// Alone: the coolest.
    pub alone: Option<LaserState>,
    /// With the one other laser that warms it most, and that laser's index; `None` also in an array of one.
    pub neighbour: Option<(usize, LaserState)>,
    /// With all on: the hottest.
    pub all: Option<LaserState>,
}

impl NeighbourPatterns {
    /// Rise of the junction from alone to all on, K.
    pub fn rise(&self) -> Option<f64> {
        Some(self.all?.junction.si() - self.alone?.junction.si())
    }
}

impl LaserArray {
    /// Each laser alone, with its worst neighbour and with all on, those on driven with their `currents`.
    ///
    /// # Errors
    /// As [`at_currents`](Self::at_currents).
    pub fn patterns_at_currents(
        &self,
        currents: &[Current],
    ) -> Result<Vec<NeighbourPatterns>, LaserError> {
        self.patterns(currents, |array, currents| array.at_currents(currents))
    }

    /// The same, those on asked for their `powers`.
    ///
    /// # Errors
    /// As [`at_powers`](Self::at_powers).
    pub fn patterns_at_powers(
        &self,
        powers: &[Power],
    ) -> Result<Vec<NeighbourPatterns>, LaserError> {
        self.patterns(powers, |array, powers| array.at_powers(powers))
    }

    fn patterns<Q: Quantity>(
        &self,
        drive: &[Q],
        solve: impl Fn(&Self, &[Q]) -> Result<Operating, LaserError>,
    ) -> Result<Vec<NeighbourPatterns>, LaserError> {
        let all = solve(self, drive)?; // checks the drive
        // lasers that are off give no heat: the array without them has the same operating point
        let first = |on: &[usize]| -> Result<Option<LaserState>, LaserError> {
            let some: Vec<Q> = on.iter().map(|&j| drive[j]).collect();
            let operating = solve(&self.subset(on), &some)?;
            Ok(operating.states().map(|states| states[0]))
        };
        (0..self.len())
            .map(|i| {
                let mut neighbour: Option<(usize, LaserState)> = None;
                for j in (0..self.len()).filter(|&j| j != i) {
                    let Some(found) = first(&[i, j])? else {
                        continue;
                    };
                    // the first of equals
                    if neighbour.is_none_or(|(_, best)| found.junction > best.junction) {
                        neighbour = Some((j, found));
                    }
                }
                Ok(NeighbourPatterns {
                    alone: first(&[i])?,
                    neighbour,
                    all: all.states().map(|states| states[i]),
                })
            })
            .collect()
    }
}
