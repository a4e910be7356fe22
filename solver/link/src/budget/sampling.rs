//! Draws of components: scrambled Sobol points through each one's triangular distribution.
//!
//! What is systematic has one draw for all lanes; two places of one component on the sending side are correlated in it as their component
//! says, score = ρ z + √(1 − ρ²) z′ with z of the last place, u = Φ(score), and what belongs to a lane is drawn for each.
//!
//! Owen's scrambling by Burley, J. Comput. Graph. Tech. 9(4), 1 (2020). The same seed gives the same draws on any machine.

use spec_math::cephes64::{ndtr, ndtri};

use crate::component::{ComponentName, Components, Place, Values};

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
/// Streams of each further place of a component: its own score, then its lanes, fewer than that.
const FURTHER_PLACES: u32 = 1 << 30;
const PLACE_STRIDE: u32 = 1 << 16;

/// Draws of all components: of each engine one laser with the lanes that it feeds.
#[derive(Clone, Debug)]
pub(crate) struct Draws(Vec<Values>);

impl Draws {
    /// `samples` draws of lasers that feed up to `lanes`, with values of their own for those `further` places.
    pub(crate) fn new(
        components: &Components,
        further: &[Place],
        lanes: usize,
        samples: u32,
        seed: u32,
    ) -> Self {
        let drawn = |index: u32, (name, copy): Place, lane: u32| {
            let component = components.get(name);
            let u = |stream| point(index, name as usize, seed, stream);
            let streams = FURTHER_PLACES + copy as u32 * PLACE_STRIDE;
            let (common, own) = match (copy, lane) {
                (0, 0) => (u(COMMON), FIRST_LANE),
                (0, lane) => (u(COMMON), OTHER_LANES + lane),
                (_, lane) => {
                    let rho = component.correlation;
                    let own = (1.0 - rho * rho).sqrt() * ndtri(u(streams));
                    (ndtr(rho * ndtri(u(COMMON)) + own), streams + 1 + lane)
                }
            };
            let systematic = component.systematic.quantile(common);
            systematic + component.lane.quantile(u(own)) - component.typical
        };
        let last = ComponentName::ALL.iter().map(|&name| (name, 0));
        let places: Vec<Place> = last.chain(further.iter().copied()).collect();
        let differs = |lane: u32, (name, copy): Place| match lane {
            0 => copy > 0,
            _ => components.get(name).lane.width() > 0.0,
        };
        let draw = |index: u32| {
            let lanes = (0..lanes as u32).map(|lane| {
                let own = places.iter().filter(|&&place| differs(lane, place));
                own.map(|&place| (place, drawn(index, place, lane)))
                    .collect()
            });
            Values::of(|name| drawn(index, (name, 0), 0)).with_lanes(lanes)
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
    let (low, high, share) = (sorted[below], sorted[above], place - below as f64);
    // nothing lies between two numbers beyond any energy, nor above one that is below any
    if share == 0.0 || low == high || low == f64::NEG_INFINITY {
        low
    } else {
        low + share * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::quantile;

    /// Numbers beyond any energy are numbers: only of none there is no quantile.
    #[test]
    fn quantiles_know_what_is_beyond_any_energy() {
        const ALL: f64 = f64::INFINITY;
        assert_eq!(quantile(&[1.0, 2.0, ALL], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, ALL], 0.6), ALL);
        assert_eq!(quantile(&[-ALL, 2.0, 3.0], 0.2), -ALL);
        assert_eq!(quantile(&[ALL, ALL], 0.5), ALL);
        assert_eq!(quantile(&[1.0, 2.0], 0.25), 1.25);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
