//! The rise of every source after a step of power in any: Z_ij(t), with error bars.
//!
//! No time steps: the body is solved at a few rates s of the Laplace transform, by the solver of the steady state, and what
//! the [network](super::network) made of them says holds at all times at once. How densely the rates must lie is found on the coarsest
//! grid, by doubling their number until the answer stays; the change is part of every error bar. The rest of it comes from the
//! family of grids, time by time, as in the steady state.

use cpo_materials::{Duration, Quantity};
use rayon::prelude::*;

use super::discretisation::{Discretisation, Lane, Load};
use super::extrapolation::study;
use super::network::{Sample, ThermalNetwork};
use super::solver::{FEWEST, HeatSolver, LANES, all_on};
use super::{HeatError, HeatProblem};
use crate::convergence::{GridStudy, Verdict};

/// Rates reach from this over the last time …
const SLOWEST: f64 = 0.3;
/// … to this over the first.
const FASTEST: f64 = 10.0;
/// Rates per decade, tried in turn.
const DENSITIES: [usize; 4] = [1, 2, 4, 8];
/// Share of the error wanted that is left to the reduced model.
const SHARE: f64 = 0.1;
/// Error bar over the change seen when the rates were doubled.
const SAFETY: f64 = 1.5;

/// Z_ij(t): mean rise of source i at a time after 1 W was switched on in source j, K/W, the body being at ambient temperature
/// before. Errors are relative to √(Z_ii Z_jj) at the same time.
#[derive(Clone, Debug)]
pub struct StepResponse {
    names: Vec<String>,
    times: Vec<f64>,
    /// `[time][i][j]`, flat.
    studies: Vec<GridStudy>,
    network: ThermalNetwork,
    rates: usize,
    cells: Vec<usize>,
}

impl StepResponse {
    /// Names of the sources, in the order of rows and columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The times in s.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Z_ij at one of the times, K/W.
    pub fn study(&self, time: usize, i: usize, j: usize) -> &GridStudy {
        let n = self.names.len();
        &self.studies[(time * n + i) * n + j]
    }

    /// The reduced model of the finest grid, for times and powers of any kind. Its own values are those of that grid, not extrapolated:
    /// they differ from [`study`](Self::study) by what the family adds.
    pub fn network(&self) -> &ThermalNetwork {
        &self.network
    }

    /// Largest distance of the network's step responses from the extrapolated ones at the times asked, relative to √(Z_ii Z_jj): what the
    /// finest grid is off by.
    pub fn network_error(&self) -> f64 {
        let n = self.names.len();
        let mut largest: f64 = 0.0;
        for (t, &time) in self.times.iter().enumerate() {
            for i in 0..n {
                for j in 0..n {
                    let scale = self.study(t, i, i).value * self.study(t, j, j).value;
                    let off = self.network.step(i, j, time) - self.study(t, i, j).value;
                    largest = largest.max(off.abs() / scale.sqrt());
                }
            }
        }
        largest
    }

    /// Rates of the Laplace transform at which the body was solved.
    pub fn rates(&self) -> usize {
        self.rates
    }

    /// Cells of each grid of the family.
    pub fn cells(&self) -> &[usize] {
        &self.cells
    }

    /// Whether every error bar is within the error wanted.
    pub fn verdict(&self) -> Verdict {
        if self.studies.iter().all(|s| s.verdict == Verdict::Converged) {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        }
    }
}

/// Rates for `times`, with `density` in a decade, and 0.
fn rates(times: &[f64], density: usize) -> Vec<f64> {
    let (slow, fast) = (SLOWEST / times[times.len() - 1], FASTEST / times[0]);
    let decades = (fast / slow).log10().ceil() as usize;
    let rate = |k: usize| slow * 10.0_f64.powf(k as f64 / density as f64);
    std::iter::once(0.0)
        .chain((0..=decades * density).map(rate))
        .collect()
}

/// Largest difference of two models over `times`, relative to √(Z_ii Z_jj) of the second.
fn change(a: &ThermalNetwork, b: &ThermalNetwork, times: &[f64]) -> f64 {
    let n = a.names().len();
    let mut largest: f64 = 0.0;
    for &time in times {
        for i in 0..n {
            for j in 0..=i {
                let scale = (b.step(i, i, time) * b.step(j, j, time)).sqrt();
                largest = largest.max((a.step(i, j, time) - b.step(i, j, time)).abs() / scale);
            }
        }
    }
    largest
}

impl HeatSolver {
    /// Mean rise of each of the named sources at `times` after 1 W was switched on in each of them, and the reduced model for all other times. All
    /// materials need a density and a heat capacity.
    ///
    /// # Errors
    /// As [`crosstalk`](Self::crosstalk); [`HeatError::Material`] for a material without heat capacity;
    /// [`HeatError::NoTimes`], [`HeatError::Times`] for times that do not rise from above 0.
    pub fn step_response(
        &self,
        problem: &HeatProblem,
        sources: &[&str],
        times: &[Duration],
    ) -> Result<StepResponse, HeatError> {
        self.check()?;
        if problem.is_one_way() {
            let what = "a step response";
            return Err(HeatError::OneWay { what });
        }
        let rows = problem.find_sources(sources)?;
        let names: Vec<String> = sources.iter().map(|&name| name.to_owned()).collect();
        let times: Vec<f64> = times.iter().map(|t| t.si()).collect();
        if times.is_empty() {
            return Err(HeatError::NoTimes);
        }
        let mut before = 0.0;
        for (index, &value) in times.iter().enumerate() {
            if !(value.is_finite() && value > before) {
                return Err(HeatError::Times { index, value });
            }
            before = value;
        }
        let problem = &problem.resolving(times[0])?;
        let n = names.len();
        let refinements = self.refinements(problem);
        let (dense, rates, doubt) = self.dense_enough(problem, &names, &rows, &times)?;
        let mut values: Vec<Vec<(f64, f64)>> = vec![Vec::new(); times.len() * n * n];
        let mut cells = Vec::new();
        let mut network = dense;
        let mut studies = Vec::new();
        for (level, &refinement) in refinements.iter().enumerate() {
            if level > 0 {
                let solved = self.network(problem, &names, &rows, refinement, &rates);
                network = match solved {
                    Err(HeatError::TooManyCells { .. }) if level >= FEWEST => break,
                    solved => solved?,
                };
            }
            let grid = super::grid::grid(problem, refinement, self.maximum_cells)?;
            cells.push(grid.cells());
            for (c, levels) in values.iter_mut().enumerate() {
                let (time, i, j) = (times[c / (n * n)], c / n % n, c % n);
                levels.push((refinement, network.step(i, j, time)));
            }
            if level + 1 < FEWEST {
                continue;
            }
            let scale = |c: usize| {
                let (first, i, j) = (c - c % (n * n), c / n % n, c % n);
                let own = |i: usize| values[first + i * n + i].last().map_or(0.0, |l| l.1);
                (own(i) * own(j)).sqrt()
            };
            studies = (0..values.len())
                .map(|c| {
                    let floor = (10.0 * self.tolerance + SAFETY * doubt) * scale(c);
                    study(values[c].clone(), floor, self.error * scale(c))
                })
                .collect();
            if studies.iter().all(|s| s.verdict == Verdict::Converged) {
                break;
            }
        }
        Ok(StepResponse {
            names,
            times,
            studies,
            network,
            rates: rates.len(),
            cells,
        })
    }

    /// The coarsest grid's model, the rates it needs and what it is in doubt by.
    fn dense_enough(
        &self,
        problem: &HeatProblem,
        names: &[String],
        rows: &[usize],
        times: &[f64],
    ) -> Result<(ThermalNetwork, Vec<f64>, f64), HeatError> {
        let refinement = self.refinements(problem)[0];
        let mut last: Option<(ThermalNetwork, Vec<f64>)> = None;
        let mut doubt = f64::INFINITY;
        for density in DENSITIES {
            let rates = rates(times, density);
            let next = self.network(problem, names, rows, refinement, &rates)?;
            if let Some((sparse, fewer)) = last {
                doubt = change(&sparse, &next, times);
                if doubt <= SHARE * self.error {
                    return Ok((sparse, fewer, doubt));
                }
            }
            last = Some((next, rates));
        }
        let (densest, rates) = last.ok_or(HeatError::NoTimes)?;
        Ok((densest, rates, doubt))
    }

    /// The reduced model of one grid.
    fn network(
        &self,
        problem: &HeatProblem,
        names: &[String],
        rows: &[usize],
        refinement: f64,
        rates: &[f64],
    ) -> Result<ThermalNetwork, HeatError> {
        let body = Discretisation::new(problem, refinement, self.maximum_cells)?;
        let steady = body.at_state(problem, &all_on(problem), self.stop())?;
        let sample = |&rate: &f64| {
            let body = steady.at_rate(problem, rate)?;
            match rows.len() {
                1 => self.sample::<1>(&body, rows, rate),
                2 => self.sample::<2>(&body, rows, rate),
                _ => self.sample::<LANES>(&body, rows, rate),
            }
        };
        let samples = rates.iter().map(sample).collect::<Result<Vec<_>, _>>()?;
        ThermalNetwork::new(names, &samples).ok_or(HeatError::Network)
    }

    fn sample<const L: usize>(
        &self,
        body: &Discretisation,
        rows: &[usize],
        rate: f64,
    ) -> Result<Sample, HeatError> {
        let n = rows.len();
        let unit = |&source: &usize| Load::of_source(source, body.sources.len(), 1.0);
        let loads: Vec<Load> = rows.iter().map(unit).collect();
        let groups = loads
            .par_chunks(L)
            .map(|group| Ok(body.solve::<L>(group, self.stop())?.0))
            .collect::<Result<Vec<_>, HeatError>>()?;
        let rise =
            |i: usize, j: usize| body.mean_of_source(Lane::new(&groups[j / L], j % L), rows[i]);
        let pairs: Vec<(usize, usize)> = (0..groups.len())
            .flat_map(|a| (a..groups.len()).map(move |b| (a, b)))
            .collect();
        let blocks: Vec<[[f64; L]; L]> = pairs
            .par_iter()
            .map(|&(a, b)| body.stored(&groups[a], &groups[b]))
            .collect();
        let mut slope = vec![0.0; n * n];
        for ((a, b), block) in pairs.into_iter().zip(blocks) {
            for (l, row) in block.iter().enumerate() {
                for (m, &heat) in row.iter().enumerate() {
                    let (i, j) = (a * L + l, b * L + m);
                    if i < n && j < n {
                        slope[i * n + j] = heat;
                        slope[j * n + i] = heat;
                    }
                }
            }
        }
        Ok(Sample {
            rate,
            impedance: (0..n * n)
                .map(|c| 0.5 * (rise(c / n, c % n) + rise(c % n, c / n)))
                .collect(),
            slope,
        })
    }
}
