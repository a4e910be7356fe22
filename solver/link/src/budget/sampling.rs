//! Draws of components: scrambled Sobol points through each one's triangular distribution.
//!
//! Owen's scrambling by Burley, J. Comput. Graph. Tech. 9(4), 1 (2020). The same seed gives the same draws on any machine.

use crate::component::{ComponentName, Components, Values};

/// Points are multiples of 2⁻²⁴ in [0, 1); half of it moves them into the open interval.
const HALF_STEP: f64 = 0.5 / (1 << 24) as f64;
/// Odd, so that every stream has a seed of its own.
const SEED_STRIDE: u32 = 0x9e37_79b9;

/// A point in (0, 1): sample `index` of a dimension in the `stream`th independent sequence.
pub(crate) fn point(index: u32, dimension: usize, seed: u32, stream: u32) -> f64 {
    let seed = seed.wrapping_add(stream.wrapping_mul(SEED_STRIDE));
    // dimensions number fewer than 256 by the count of components
    f64::from(sobol_burley::sample(index, dimension as u32, seed)) + HALF_STEP
}

/// Streams of the draws: what is common to an engine, what belongs to a laser and its first lane, and one for each further
/// lane, far from those of margins.
const COMMON: u32 = 0;
const FIRST_LANE: u32 = 1;
const OTHER_LANES: u32 = 1 << 31;

/// Draws of all components: of each engine one laser with the lanes that it feeds.
#[derive(Clone, Debug)]
pub(crate) struct Draws(Vec<Values>);

impl Draws {
    /// `samples` draws of lasers that feed up to `lanes`.
    pub(crate) fn new(components: &Components, lanes: usize, samples: u32, seed: u32) -> Self {
        let in_lane = |index: u32, name: ComponentName, stream: u32| {
            let component = components.get(name);
            let u = |stream| point(index, name as usize, seed, stream);
            let systematic = component.systematic.quantile(u(COMMON));
            systematic + component.lane.quantile(u(stream)) - component.typical
        };
        let differs = |name: &ComponentName| components.get(*name).lane.width() > 0.0;
        let differing: Vec<ComponentName> =
            ComponentName::ALL.iter().copied().filter(differs).collect();
        let draw = |index: u32| {
            let others = (1..lanes as u32).map(|lane| {
                let value = |&name| (name, in_lane(index, name, OTHER_LANES + lane));
                differing.iter().map(value).collect()
            });
            Values::of(|name| in_lane(index, name, FIRST_LANE)).with_other_lanes(others)
        };
        Self((0..samples).map(draw).collect())
    }

    /// What `output` becomes in each draw.
    pub(crate) fn each<T>(&self, output: impl Fn(&Values) -> T) -> Vec<T> {
        self.0.iter().map(output).collect()
    }

    /// Share of draws of which that is true.
    pub(crate) fn share(&self, is: impl Fn(&Values) -> bool) -> f64 {
        let count = self.0.iter().filter(|values| is(values)).count();
        count as f64 / self.0.len() as f64
    }

    /// What `output` becomes, ascending, where it has a value.
    pub(crate) fn sorted(&self, output: impl Fn(&Values) -> f64) -> Vec<f64> {
        let mut values = self.each(output);
        values.retain(|v| !v.is_nan());
        values.sort_by(f64::total_cmp);
        values
    }

    /// What an energy becomes, ascending: beyond any where it has no value, since the laser does not bring the light.
    pub(crate) fn sorted_energies(&self, output: impl Fn(&Values) -> f64) -> Vec<f64> {
        let bounded = |energy: f64| {
            if energy.is_nan() {
                f64::INFINITY
            } else {
                energy
            }
        };
        self.sorted(|values| bounded(output(values)))
    }

    /// p05, typical, p50 and p95 of `output`; NaN where it has no value.
    pub(crate) fn range(&self, typical: f64, output: impl Fn(&Values) -> f64) -> [f64; 4] {
        with_quantiles(typical, &self.sorted(output))
    }

    /// The same of an energy, or of one less another: beyond any where the laser does not bring the light.
    pub(crate) fn range_of_energy(
        &self,
        typical: f64,
        output: impl Fn(&Values) -> f64,
    ) -> [f64; 4] {
        with_quantiles(typical, &self.sorted_energies(output))
    }
}

/// p05, typical, p50 and p95.
pub(crate) fn with_quantiles(typical: f64, sorted: &[f64]) -> [f64; 4] {
    let at = |q| quantile(sorted, q);
    [at(0.05), typical, at(0.5), at(0.95)]
}

/// The value below which the share `q` of ascending values lies; NaN where there are none.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = q * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    match sorted[above] - sorted[below] {
        // both beyond any energy
        step if step.is_nan() => sorted[below],
        step => sorted[below] + (place - below as f64) * step,
    }
}
