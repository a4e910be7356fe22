//! The crosstalk matrix of a plan in windows, put together from what windows and overviews gave.

use super::super::CrosstalkMatrix;
use super::super::solver::Family;
use super::{Composite, Far, INSIDE, Inside, Kind, overview_study};
use crate::convergence::{GridStudy, Verdict};

/// An entry of a matrix as its parts have it.
struct Entry {
    mean: GridStudy,
    peak: GridStudy,
    /// How much of the errors is the overview's.
    overview_error: f64,
}

/// The parts of a matrix, as they come.
pub(super) struct Matrix<'a> {
    composite: &'a Composite<'a>,
    kinds: &'a [(Kind, Inside)],
    rows: &'a [usize],
    /// By row: the kind and the window that owns it, and its place there.
    owner: Vec<Option<(usize, usize, usize)>>,
    /// Cells of the overviews.
    pub cells: Vec<usize>,
    mean: Vec<GridStudy>,
    peak: Vec<GridStudy>,
}

impl<'a> Matrix<'a> {
    pub fn new(
        composite: &'a Composite<'a>,
        kinds: &'a [(Kind, Inside)],
        rows: &'a [usize],
    ) -> Self {
        let mut owner = vec![None; rows.len()];
        for (k, (kind, inside)) in kinds.iter().enumerate() {
            for &w in &kind.windows {
                let numbers = composite.sources_in(&composite.windows[w]);
                for (place, &m) in inside.members[..inside.owned].iter().enumerate() {
                    if let Some(row) = rows.iter().position(|&r| r == numbers[m]) {
                        owner[row] = Some((k, w, place));
                    }
                }
            }
        }
        Self {
            composite,
            kinds,
            rows,
            owner,
            cells: Vec::new(),
            mean: Vec::new(),
            peak: Vec::new(),
        }
    }

    /// Studies of mean and peak of an entry as its parts have them, before reciprocity.
    fn entry(&self, far: &[(f64, Vec<Far>)], i: usize, j: usize) -> Entry {
        let levels = |get: &dyn Fn(&Far) -> f64| -> Vec<(f64, f64)> {
            far.iter()
                .map(|(s, columns)| (*s, get(&columns[j])))
                .collect()
        };
        let outside = |get: &dyn Fn(&Far) -> f64| overview_study(levels(get), f64::INFINITY);
        let Some((k, w, place)) = self.owner[i] else {
            let (mean, peak) = (
                outside(&|f| f.mean[i][1]),
                outside(&|f| f.mean[i][1] + f.lift[i]),
            );
            let overview_error = mean.error.max(peak.error);
            return Entry {
                mean,
                peak,
                overview_error,
            };
        };
        let (_, inside) = &self.kinds[k];
        let window = &self.composite.windows[w];
        let numbers = self.composite.sources_in(window);
        let column = inside
            .members
            .iter()
            .position(|&m| numbers[m] == self.rows[j]);
        let through = outside(&|f| f.mean[i][1]);
        let Some((_, finest)) = far.last() else {
            return Entry {
                mean: through.clone(),
                peak: through,
                overview_error: f64::INFINITY,
            };
        };
        let Far {
            mean, lift, sides, ..
        } = &finest[j];
        // what the grid of the window does to the heat through its sides
        let doubt = (mean[i][1] - mean[i][0]).abs();
        let [least, largest] = sides[w];
        let source = &self.composite.problem.floorplan().sources()[self.rows[i]].footprint;
        let length = (source.x[1] - source.x[0]).max(source.y[1] - source.y[0]);
        let [lift, lift_error] = match column {
            // what comes through the sides is harmonic inside: over a length ℓ, m from the sides, it varies from its mean by 3/4 ℓ/m of what it does
            // there, and here it may by twice that
            Some(column) if column < inside.owned => [
                0.0,
                (1.5 * length / window.margin).min(1.0) * (largest - least),
            ],
            // the overview's cells are larger than the source: the field of others rises in it by less than there
            _ => [0.5 * lift[i], 0.5 * lift[i].abs()],
        };
        let add = |own: Option<GridStudy>, [lift, extra]: [f64; 2]| {
            let (value, error) = own.map_or((0.0, 0.0), |own| (own.value, own.error));
            GridStudy {
                levels: through
                    .levels
                    .iter()
                    .map(|(s, v)| (*s, v + value + lift))
                    .collect(),
                value: through.value + value + lift,
                error: through.error + error + extra,
                order: through.order,
                verdict: Verdict::Unconverged,
            }
        };
        let of = |studies: &'_ [GridStudy], column: Option<usize>| {
            column.map(|column| studies[place * inside.members.len() + column].clone())
        };
        // of sources that reach into the window the overview shows the peak
        let is_own = |column: &usize| *column < inside.owned;
        let peak = match column.filter(is_own) {
            None => of(&inside.family.mean, column),
            own => of(&inside.family.peak, own),
        };
        Entry {
            mean: add(of(&inside.family.mean, column), [0.0, doubt]),
            peak: add(peak, [lift, doubt + lift_error]),
            overview_error: through.error,
        }
    }

    /// Forms the matrix; whether every entry is as good as wanted, or as a better overview could make it.
    pub fn complete(&mut self, far: &[(f64, Vec<Far>)]) -> bool {
        let n = self.rows.len();
        let entries: Vec<Entry> = (0..n * n).map(|e| self.entry(far, e / n, e % n)).collect();
        // R_ij = R_ji: of the two the one whose row has a window, or their mean
        let of = |i: usize, j: usize| &entries[i * n + j].mean;
        let symmetric = |e: usize| {
            let (i, j) = (e / n, e % n);
            let (one, other) = (of(i, j), of(j, i));
            match (self.owner[i].is_some(), self.owner[j].is_some()) {
                (true, false) => one.clone(),
                (false, true) => other.clone(),
                _ => {
                    let apart = 0.5 * (one.value - other.value).abs();
                    GridStudy {
                        value: 0.5 * (one.value + other.value),
                        error: one.error.max(other.error).max(apart),
                        ..one.clone()
                    }
                }
            }
        };
        self.mean = (0..n * n).map(symmetric).collect();
        self.peak = entries.iter().map(|e| e.peak.clone()).collect();
        let mut is_good = true;
        for studies in [&mut self.mean, &mut self.peak] {
            let own: Vec<f64> = (0..n).map(|i| studies[i * n + i].value.abs()).collect();
            for (e, entry) in studies.iter_mut().enumerate() {
                let scale = (own[e / n] * own[e % n]).sqrt();
                entry.error += 10.0 * self.composite.solver.tolerance * scale;
                let wanted = self.composite.solver.error * scale;
                entry.verdict = Verdict::Unconverged;
                if entry.error <= wanted {
                    entry.verdict = Verdict::Converged;
                } else if entries[e].overview_error > (1.0 - INSIDE) * wanted {
                    is_good = false;
                }
            }
        }
        is_good
    }

    pub fn into_crosstalk(self, far: &[(f64, Vec<Far>)]) -> CrosstalkMatrix {
        let n = self.rows.len();
        let all = far.iter().flat_map(|(_, columns)| columns);
        let inside = self.kinds.iter().map(|(_, inside)| &inside.family);
        let worst = |far: fn(&Far) -> f64, own: fn(&Family) -> f64| {
            all.clone()
                .map(far)
                .chain(inside.clone().map(own))
                .fold(0.0, f64::max)
        };
        let iterations = far
            .iter()
            .map(|(_, columns)| columns.iter().map(|f| f.iterations).max().unwrap_or(0));
        // between windows the two values of an entry are independent
        let (mut asymmetry, mut largest): (f64, f64) = (0.0, 0.0);
        for i in 0..n {
            largest = largest.max(self.mean[i * n + i].value);
            for j in (0..i).filter(|&j| self.owner[i].is_some() && self.owner[j].is_some()) {
                let [one, other] = [(i, j), (j, i)].map(|(i, j)| self.entry(far, i, j));
                asymmetry = asymmetry.max((one.mean.value - other.mean.value).abs());
            }
        }
        let sources = self.composite.problem.floorplan().sources();
        CrosstalkMatrix {
            names: self.rows.iter().map(|&r| sources[r].name.clone()).collect(),
            reciprocity: asymmetry / largest,
            energy_balance: worst(|f| f.energy_balance, |f| f.energy_balance),
            residual: worst(|f| f.residual, |f| f.residual),
            iterations: iterations.collect(),
            cells: self.cells,
            windows: self.composite.footprints(),
            mean: self.mean,
            peak: self.peak,
        }
    }
}
