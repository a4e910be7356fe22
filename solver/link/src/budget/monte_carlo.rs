//! The margins of many engines.
//!
//! Each place of a component in the chain has a draw of its own. What is systematic is drawn once for all lanes of an engine
//! and does not average over them; what belongs to a lane is drawn for each. Places of one component on one chip are
//! correlated by a Gaussian copula: score = √ρ z + √(1 − ρ) z′ with z common to them, u = Φ(score). The receiving chip is
//! another engine's, from another wafer perhaps: its draws are its own.
//! An engine yields where all its lanes do. Limits: every lane is launched alike, at what typical losses ask for; nothing is trimmed
//! after assembly and nothing is sorted out, so that yields are those before either.

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
}

/// All places in the order of the chain, then what margins depend on beside the losses.
fn places(chain: &Chain, conditions: Conditions) -> Vec<Place> {
    let of_stages = chain.stages().iter().flat_map(|stage| {
        let components = stage.terms.iter().flat_map(|t| t.components(conditions));
        components.map(|&name| (name, stage.end()))
    });
    let all: Vec<(ComponentName, End)> = of_stages
        .chain(RECEIVER.map(|name| (name, End::Receiving)))
        .collect();
    let place = |&(name, end): &(ComponentName, End)| Place {
        name,
        end,
        is_repeated: all.iter().filter(|other| **other == (name, end)).count() > 1,
    };
    all.iter().map(place).collect()
}

/// Draws engines whose lanes are launched with `launch_dbm` each.
pub(crate) fn margin_spread(
    chain: &Chain,
    conditions: Conditions,
    standard: &Standard,
    components: &Components,
    launch_dbm: f64,
    [engines, lanes]: [u32; 2],
    seed: u32,
) -> MarginSpread {
    let places = places(chain, conditions);
    let mut margins = Vec::with_capacity(engines as usize * lanes as usize);
    let mut photodiode = Vec::with_capacity(margins.capacity());
    let mut worst = Vec::with_capacity(engines as usize);
    let mut means = Vec::with_capacity(engines as usize);
    for engine in 0..engines {
        let systematic: Vec<f64> = places
            .iter()
            .enumerate()
            .map(|(k, place)| {
                let component = components.get(place.name);
                let of_end = STREAMS[place.end as usize];
                let common = point(engine, place.name as usize, seed, of_end);
                let u = if place.is_repeated {
                    let own = ndtri(point(engine, k, seed, STREAMS[2]));
                    let rho = component.correlation;
                    ndtr(rho.sqrt() * ndtri(common) + (1.0 - rho).sqrt() * own)
                } else {
                    common
                };
                component.systematic.quantile(u)
            })
            .collect();
        let (mut least, mut sum) = (f64::INFINITY, 0.0);
        for lane in 0..lanes {
            let value = |k: usize| {
                let component = components.get(places[k].name);
                if component.lane.width() > 0.0 {
                    let u = point(engine, k, seed, STREAMS[3] + lane);
                    systematic[k] + component.lane.quantile(u) - component.typical
                } else {
                    systematic[k]
                }
            };
            let mut next = 0;
            let mut losses = [0.0; 2]; // up to P7 and P8
            for stage in chain.stages() {
                for term in &stage.terms {
                    let loss = term.loss(conditions, |_| {
                        next += 1;
                        value(next - 1)
                    });
                    losses[1] += loss;
                    if stage.to <= Plane::P7 {
                        losses[0] += loss;
                    }
                }
            }
            let receiver = std::array::from_fn(|i| value(next + i));
            let [margin, at_photodiode] = Light { launch_dbm, losses }.margins(standard, receiver);
            margins.push(margin);
            photodiode.push(at_photodiode);
            least = least.min(margin);
            sum += margin;
        }
        worst.push(least);
        means.push(sum / f64::from(lanes));
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
        engines,
        lanes: lanes as usize,
        yield_curve: yield_curve(&margins, &worst),
    }
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
