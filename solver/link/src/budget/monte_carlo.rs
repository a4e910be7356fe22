//! The margins of many engines.
//!
//! Each place of a component in the chain has a draw of its own. What is systematic is drawn once for all lanes of an engine
//! and does not average over them; what belongs to a lane is drawn for each, before the split for each laser. Places of one
//! component on one chip are correlated by a Gaussian copula: score = √ρ z + √(1 − ρ) z′ with z common to them, u = Φ(score).
//! The receiving chip is another engine's, from another wafer perhaps: its draws are its own.
//! An engine yields where all its lanes do. The launch is the caller's: one for all engines by design, or the most that an engine's
//! lasers have, to which they may be set after assembly. Nothing else is trimmed and nothing is sorted out.
//! Shares of draws have the error of a binomial share: E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927),
//! 10.1080/01621459.1927.10502953.

use serde::Serialize;
use spec_math::cephes64::{ndtr, ndtri};

use super::chain::Conditions;
use super::outcome::{Light, RECEIVER};
use super::plane::End;
use super::sampling::{point, quantile};
use super::{Chain, Plane};
use crate::component::{ComponentName, Components};
use crate::standard::Standard;

/// Step of the required margins in a yield curve, dB.
const YIELD_STEP: f64 = 0.25;
/// Streams of the points: common scores of the sending and of the receiving chip, own scores, and one a lane from here on.
const STREAMS: [u32; 4] = [2, 3, 4, 5];

/// Shares of lanes and engines that reach a margin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct YieldPoint {
    /// Margin that is asked for, dB.
    pub required_margin_db: f64,
    /// Share of lanes that have it.
    pub lane_yield: f64,
    /// Share of engines all of whose lanes have it.
    pub engine_yield: f64,
}

/// Margins over engines and lanes, dB.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarginSpread {
    /// p05, p50 and p95 of the margin at TP3 over lanes.
    pub quantiles_db: [f64; 3],
    /// The same of the margin at the photodiode.
    pub photodiode_quantiles_db: [f64; 3],
    /// p05, p50 and p95 of the worst lane of an engine, at TP3.
    pub worst_lane_quantiles_db: [f64; 3],
    /// Mean and standard deviation over all lanes, at TP3.
    pub mean_db: f64,
    /// See `mean_db`.
    pub deviation_db: f64,
    /// Standard deviation of an engine's mean over its lanes: what does not average.
    pub engine_deviation_db: f64,
    /// Engines drawn.
    pub engines: u32,
    /// Lanes of each.
    pub lanes: usize,
    /// Yield against margin.
    pub yield_curve: Vec<YieldPoint>,
}

impl MarginSpread {
    /// Shares of lanes and engines that reach that margin, between the curve's points; NaN where margins are not known.
    pub fn yield_at(&self, required_margin_db: f64) -> YieldPoint {
        let curve = &self.yield_curve;
        let after = curve.partition_point(|p| p.required_margin_db < required_margin_db);
        let at = |lane_yield, engine_yield| YieldPoint {
            required_margin_db,
            lane_yield,
            engine_yield,
        };
        match (after.checked_sub(1).map(|k| curve[k]), curve.get(after)) {
            (None, None) => at(f64::NAN, f64::NAN),
            (None, Some(first)) => at(first.lane_yield, first.engine_yield),
            (Some(_), None) => at(0.0, 0.0),
            (Some(a), Some(b)) => {
                let t = (required_margin_db - a.required_margin_db)
                    / (b.required_margin_db - a.required_margin_db);
                at(
                    a.lane_yield + t * (b.lane_yield - a.lane_yield),
                    a.engine_yield + t * (b.engine_yield - a.engine_yield),
                )
            }
        }
    }
}

/// One place of a component in the chain.
struct Place {
    name: ComponentName,
    end: End,
    /// Whether that end has another of that name.
    is_repeated: bool,
    /// Whether it lies before the split.
    is_shared: bool,
}

impl Place {
    /// All of a chain in the order of its terms, then the receiver's.
    fn all(chain: &Chain, conditions: Conditions) -> Vec<Self> {
        let of_chain = chain.terms().flat_map(|placed| {
            let names = placed.term.components(conditions).iter();
            names.map(move |&name| (name, placed.to.end(), placed.is_shared))
        });
        let all: Vec<(ComponentName, End, bool)> = of_chain
            .chain(RECEIVER.map(|name| (name, End::Receiving, false)))
            .collect();
        let place = |&(name, end, is_shared)| Self {
            name,
            end,
            is_repeated: all.iter().filter(|o| (o.0, o.1) == (name, end)).count() > 1,
            is_shared,
        };
        all.iter().map(place).collect()
    }

    /// The systematic part of the `k`th place in an engine.
    fn systematic(&self, components: &Components, engine: u32, k: usize, seed: u32) -> f64 {
        let component = components.get(self.name);
        let common = point(engine, self.name as usize, seed, STREAMS[self.end as usize]);
        let u = if self.is_repeated {
            let own = ndtri(point(engine, k, seed, STREAMS[2]));
            let rho = component.correlation;
            ndtr(rho.sqrt() * ndtri(common) + (1.0 - rho).sqrt() * own)
        } else {
            common
        };
        component.systematic.quantile(u)
    }
}

/// Margins of the lanes of many engines, before it is said what their lasers launch.
pub(crate) struct EngineDraws {
    lanes: usize,
    /// At TP3 and at the photodiode for a launch of 0 dBm, dB, engine after engine.
    margins: Vec<[f64; 2]>,
}

impl EngineDraws {
    /// Draws `engines` of `lanes` each.
    pub(crate) fn new(
        chain: &Chain,
        conditions: Conditions,
        standard: &Standard,
        components: &Components,
        [engines, lanes]: [u32; 2],
        seed: u32,
    ) -> Self {
        let places = Place::all(chain, conditions);
        let per_laser = conditions.split.min(lanes as usize) as u32;
        let per_fibre = conditions.lanes_per_fibre as u32;
        let mut margins = Vec::with_capacity(engines as usize * lanes as usize);
        for engine in 0..engines {
            let of = |(k, place): (usize, &Place)| place.systematic(components, engine, k, seed);
            let systematic: Vec<f64> = places.iter().enumerate().map(of).collect();
            for lane in 0..lanes {
                let (wavelength, fibre) = (lane % per_fibre, lane / per_fibre);
                let first = wavelength + per_fibre * (fibre - fibre % per_laser);
                let value = |k: usize| {
                    let place = &places[k];
                    let component = components.get(place.name);
                    if component.lane.width() > 0.0 {
                        let own = if place.is_shared { first } else { lane };
                        let u = point(engine, k, seed, STREAMS[3] + own);
                        systematic[k] + component.lane.quantile(u) - component.typical
                    } else {
                        systematic[k]
                    }
                };
                let mut next = 0;
                let mut losses = [0.0; 2]; // up to P7 and P8
                for placed in chain.terms() {
                    let loss = placed.term.loss(conditions, |_| {
                        next += 1;
                        value(next - 1)
                    });
                    losses[1] += loss;
                    if placed.to <= Plane::P7 {
                        losses[0] += loss;
                    }
                }
                let receiver = std::array::from_fn(|i| value(next + i));
                let light = Light {
                    launch_dbm: 0.0,
                    losses,
                };
                margins.push(light.margins(standard, receiver));
            }
        }
        Self {
            lanes: lanes as usize,
            margins,
        }
    }

    /// The margins where each laser of an engine launches that, dBm.
    pub(crate) fn spread(&self, launch_dbm: impl Fn(u32) -> f64) -> MarginSpread {
        let mut margins = Vec::with_capacity(self.margins.len());
        let mut photodiode = Vec::with_capacity(self.margins.len());
        let (mut worst, mut means) = (Vec::new(), Vec::new());
        for (engine, lanes) in self.margins.chunks(self.lanes).enumerate() {
            let launch = launch_dbm(engine as u32);
            let (mut least, mut sum) = (f64::INFINITY, 0.0);
            for [at_fibre, at_diode] in lanes {
                let margin = launch + at_fibre;
                margins.push(margin);
                photodiode.push(launch + at_diode);
                least = least.min(margin);
                sum += margin;
            }
            worst.push(least);
            means.push(sum / self.lanes as f64);
        }
        let [mean_db, deviation_db] = moments(&margins);
        let [_, engine_deviation_db] = moments(&means);
        for values in [&mut margins, &mut photodiode, &mut worst] {
            values.sort_by(f64::total_cmp);
        }
        let quantiles = |sorted: &[f64]| [0.05, 0.5, 0.95].map(|q| quantile(sorted, q));
        MarginSpread {
            quantiles_db: quantiles(&margins),
            photodiode_quantiles_db: quantiles(&photodiode),
            worst_lane_quantiles_db: quantiles(&worst),
            mean_db,
            deviation_db,
            engine_deviation_db,
            engines: worst.len() as u32,
            lanes: self.lanes,
            yield_curve: yield_curve(&margins, &worst),
        }
    }
}

/// Normal score of a two-sided interval of 95 %.
const SCORE: f64 = 1.96;

/// The interval that holds the true share in 95 of 100 cases where `share` of `draws` independent ones was found; points of a
/// Sobol sequence do no worse.
pub fn binomial_interval(share: f64, draws: u32) -> [f64; 2] {
    let n = f64::from(draws);
    let spread = SCORE * SCORE / n;
    let middle = (share + 0.5 * spread) / (1.0 + spread);
    let half = (spread * (share * (1.0 - share) + 0.25 * spread)).sqrt() / (1.0 + spread);
    [(middle - half).max(0.0), (middle + half).min(1.0)]
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    [mean, (squares / n).sqrt()]
}

/// From where all that have light reach the margin to where none does; both ascending. Empty where margins are not known.
fn yield_curve(margins: &[f64], worst: &[f64]) -> Vec<YieldPoint> {
    if margins.iter().any(|margin| margin.is_nan()) {
        return Vec::new();
    }
    // without light a margin is −∞
    let mut lit = worst.iter().chain(margins).filter(|m| m.is_finite());
    let least = lit.clone().copied().fold(f64::INFINITY, f64::min);
    let [first, last] = match lit.next_back() {
        Some(most) => [
            (least / YIELD_STEP).floor() as i64,
            (most / YIELD_STEP).ceil() as i64 + 1,
        ],
        None => [0, 0],
    };
    let share = |sorted: &[f64], required: f64| {
        let below = sorted.partition_point(|&m| m < required);
        (sorted.len() - below) as f64 / sorted.len() as f64
    };
    let at = |k: i64| {
        let required_margin_db = k as f64 * YIELD_STEP;
        YieldPoint {
            required_margin_db,
            lane_yield: share(margins, required_margin_db),
            engine_yield: share(worst, required_margin_db),
        }
    };
    (first..=last).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wilson's interval: n = 10 and all of them give 1/(1 + z²/n) as the lower end; ends are the roots of
    /// (p − π)² = z² π (1 − π)/n.
    #[test]
    fn interval_of_a_share() {
        let [low, high] = binomial_interval(1.0, 10);
        assert!((low - 1.0 / (1.0 + SCORE * SCORE / 10.0)).abs() < 1e-14);
        assert!((high - 1.0).abs() < 1e-14, "round-off");
        let (share, n) = (0.57, 1024);
        for end in binomial_interval(share, n) {
            let off = (share - end).powi(2) - SCORE * SCORE * end * (1.0 - end) / f64::from(n);
            assert!(off.abs() < 1e-14, "{end}: round-off");
        }
    }
}
