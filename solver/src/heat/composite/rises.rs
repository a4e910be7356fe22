//! Rises with all sources on: windows solved with the overview's temperature at their sides.

use super::super::discretisation::{Discretisation, Lane, Load};
use super::super::solver::{FEWEST, Levels, all_on, heat_out};
use super::super::window::Window;
use super::super::{HeatError, HeatProblem, SourceTemperatures};
use super::{Composite, INSIDE, OVERVIEWS, Sum, overview_study};
use crate::convergence::Verdict;

impl Composite<'_> {
    /// As [`HeatSolver::source_temperatures`]: windows solved with the overview's temperature at their sides.
    pub fn temperatures(&self) -> Result<SourceTemperatures, HeatError> {
        self.solver.check()?;
        let load = all_on(self.problem);
        let loads = std::slice::from_ref(&load);
        let mut views: Vec<View> = Vec::new();
        let mut energy_balance: f64 = 0.0;
        let mut levels: Vec<[Levels; 2]> = Vec::new();
        let mut out: [Levels; 6] = Default::default();
        let wanted = |levels: &[(f64, f64)]| {
            let value = levels.last().map_or(0.0, |l| l.1.abs());
            overview_study(levels.to_vec(), self.solver.error * value)
        };
        let is_met = |levels: &[(f64, f64)]| wanted(levels).verdict == Verdict::Converged;
        let is_owned = |source: usize| self.windows.iter().any(|w| w.owned.contains(&source));
        for refinement in OVERVIEWS {
            let body = match self.overview(refinement) {
                Err(HeatError::TooManyCells { .. }) if views.len() >= FEWEST => break,
                body => body?,
            };
            let (t, convergence) = body.solve::<1>(loads, self.solver.stop())?;
            let reading = body.reading(Lane::new(&t, 0), &load, convergence);
            energy_balance = energy_balance.max(reading.balance.relative_error());
            for (levels, heat) in out.iter_mut().zip(reading.balance.out) {
                levels.push((refinement, heat));
            }
            levels.resize(reading.mean.len(), Default::default());
            let values = reading.mean.iter().zip(&reading.peak);
            for (levels, (&mean, &peak)) in levels.iter_mut().zip(values) {
                levels[0].push((refinement, mean));
                levels[1].push((refinement, peak));
            }
            views.push(View {
                refinement,
                body,
                rises: t.into_iter().map(|[t]| t).collect(),
            });
            if views.len() >= FEWEST
                && levels
                    .iter()
                    .enumerate()
                    .all(|(source, [mean, peak])| is_owned(source) || is_met(mean) && is_met(peak))
                && self.sides_are_met(&views, &reading.mean)?
            {
                break;
            }
        }
        let [mut mean, mut peak] =
            [0, 1].map(|kind| levels.iter().map(|l| wanted(&l[kind])).collect::<Vec<_>>());
        for window in &self.windows {
            let inner = self.problem.window(&window.footprint);
            let numbers = self.sources_in(window);
            let owned: Vec<usize> = (0..numbers.len())
                .filter(|&m| window.owned.contains(&numbers[m]))
                .collect();
            let family = self.inner_solver().family(
                &inner,
                |body| self.loads_with_sides(body, window, &inner, &views),
                (&owned, 0),
                |_, _| (),
                |_, _| (),
            )?;
            energy_balance = energy_balance.max(family.energy_balance);
            for (place, &m) in owned.iter().enumerate() {
                for (all, own) in [(&mut mean, &family.mean), (&mut peak, &family.peak)] {
                    let [mut rise, most] = [0, 1].map(|load| own[2 * place + load].clone());
                    rise.error += (most.value - rise.value).abs();
                    rise.verdict = if rise.error <= self.solver.error * rise.value.abs() {
                        Verdict::Converged
                    } else {
                        Verdict::Unconverged
                    };
                    all[numbers[m]] = rise;
                }
            }
        }
        let sources = self.problem.floorplan().sources();
        Ok(SourceTemperatures {
            names: sources.iter().map(|s| s.name.clone()).collect(),
            ambient: self.problem.ambient(),
            mean,
            peak,
            heat_out: heat_out(&out, (self.solver.error, self.solver.tolerance)),
            energy_balance,
        })
    }

    /// Whether the sides of every window are known as well as the rises in it ask for.
    fn sides_are_met(&self, views: &[View], rises: &[f64]) -> Result<bool, HeatError> {
        for window in &self.windows {
            let inner = self.problem.window(&window.footprint);
            let coarse = Discretisation::new(&inner, 1.0, self.solver.maximum_cells)?;
            let loads = self.loads_with_sides(&coarse, window, &inner, views);
            let readings = self.solver.each(&coarse, &loads, |t, load, convergence| {
                coarse.reading(t, load, convergence)
            })?;
            let numbers = self.sources_in(window);
            for (m, number) in numbers.into_iter().enumerate() {
                let error = readings[1].mean[m] - readings[0].mean[m];
                let wanted = (1.0 - INSIDE) * self.solver.error * rises[number].abs();
                if window.owned.contains(&number) && error > wanted {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// A window with all of its sources on and the rises at its sides extrapolated from the overviews; the same with the error bars of these rises
    /// added. What heat leaves through the sides has one sign, so nothing inside can be off by more than the difference of the two.
    fn loads_with_sides(
        &self,
        body: &Discretisation,
        window: &Window,
        inner: &HeatProblem,
        views: &[View],
    ) -> Vec<Load> {
        let points = body.side_points();
        let by_view: Vec<Vec<f64>> = views
            .iter()
            .map(|view| {
                let sum = |sum: Sum| sum.iter().map(|&(c, weight)| weight * view.rises[c]).sum();
                let stencils = self.stencils(&view.body, window, &points);
                stencils.into_iter().map(sum).collect()
            })
            .collect();
        let at = |point: usize| {
            let levels = views.iter().zip(&by_view);
            let levels = levels.map(|(view, rises)| (view.refinement, rises[point]));
            let study = overview_study(levels.collect(), 0.0);
            (study.value, study.value + study.error)
        };
        let (likely, most): (Vec<f64>, Vec<f64>) = (0..points.len()).map(at).unzip();
        [likely, most]
            .into_iter()
            .map(|sides| Load {
                sides,
                ..all_on(inner)
            })
            .collect()
    }
}

/// An overview with all sources on.
struct View {
    refinement: f64,
    body: Discretisation,
    rises: Vec<f64>,
}
