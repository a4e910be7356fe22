//! Numbers over normal deviations of parameters.
//!
//! A deviation is the sum of a systematic part, which all lanes of an engine share (a wafer's width), and a random part of each
//! lane by itself; both are normal. Draws are scrambled Sobol points (Owen's scrambling; Burley, J. Comput. Graph. Tech. 9(4),
//! 1 (2020)) taken through the inverse normal distribution. Independent scramblings are replicates: the spread of their
//! results is the standard error of a quantile. The same seed gives the same draws on any machine and for any number of threads.
//!
//! [`SecondOrder`] is for a number x that costs a solve, of parameters t in units of √3 standard deviations:
//!
//! ```text
//! x(t) = x(0) + Σ_p [x(−e_p) − x(0)] t_p(t_p − 1)/2 + [x(e_p) − x(0)] t_p(t_p + 1)/2 + Σ_p<q c_pq t_p t_q
//! c_pq = ±[x(±e_p ± e_q) − x(±e_p) − x(±e_q) + x(0)]
//! ```
//!
//! The step of √3 makes each parabola right to the fourth moment (it is the Gauss-Hermite rule of three points). What that leaves
//! out, from the third order on, shows where all parameters deviate at once, at [`Deviation::jointly`]: where third orders count
//! most if there is one parameter.
//!
//! [`LaneDraws`] is for numbers that cost little and are evaluated in every draw, of lanes that share systematic deviations and
//! have each its own random ones: what lanes do to each other is in them as it is.

use rayon::prelude::*;
use spec_math::cephes64::ndtri;

/// Independent scramblings of the points.
pub(crate) const REPLICATES: usize = 8;
/// More sets of four dimensions than deviations can need.
const DIMENSION_SETS: usize = 64;
/// Odd, so that every seed gives other sequences.
const SEED_STRIDE: u32 = 0x9e37_79b9;
/// Points are multiples of this in [0, 1).
const POINT_WIDTH: f64 = 1.0 / (1 << 24) as f64;
/// Draws of a replicate of a second-order spread.
const DRAWS: usize = 1024;
/// Draws of a replicate of [`LaneDraws`].
const LANE_DRAWS: usize = 256;
/// What none of so many draws shows happens in at most this number of them, with 95 % confidence: the rule of three (J. A. Hanley and
/// A. Lippman-Hand, JAMA 249, 1743 (1983), 10.1001/jama.1983.03330370053031).
const UNSEEN: f64 = 3.0;
/// Standard deviations beyond which no draw of [`LaneDraws`] goes: a normal deviate would once in 1.7 million.
pub const REACH: f64 = 5.0;
/// Standard deviations from the nominal value to the outer points of a parabola.
pub const STEP: f64 = 1.732_050_807_568_877_2;
/// p95 of a normal deviate.
const P95: f64 = 1.645;

/// Standard normal deviates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deviates {
    seed: u32,
}

impl Deviates {
    pub(crate) fn new(seed: u32) -> Self {
        Self { seed }
    }

    /// Of draw `n` of a replicate, in one of several sequences that avoid each other's points, along one dimension.
    pub(crate) fn normal(
        self,
        replicate: usize,
        n: usize,
        sequence: usize,
        dimension: usize,
    ) -> f64 {
        // A set of four dimensions a seed, as the sequence's authors advise for many dimensions.
        let own = (sequence * DIMENSION_SETS + dimension / 4) * REPLICATES + replicate;
        let seed = (own as u32) ^ self.seed.wrapping_mul(SEED_STRIDE);
        let point = sobol_burley::sample(n as u32, (dimension % 4) as u32, seed);
        // the middle of the point's interval of 24 bits, so that neither end is infinite
        ndtri(f64::from(point) + 0.5 * POINT_WIDTH)
    }
}

/// p05, p50 and p95 of a number, each with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    /// A twentieth of the draws are less.
    pub p05: [f64; 2],
    /// The median.
    pub p50: [f64; 2],
    /// A twentieth of the draws are more.
    pub p95: [f64; 2],
}

impl Quantiles {
    /// Of draws, replicate by replicate.
    pub(crate) fn of(draws: &[f64]) -> Self {
        let of = |share: f64| over_replicates(draws, |draws| quantile(draws, share));
        Self {
            p05: of(0.05),
            p50: of(0.5),
            p95: of(0.95),
        }
    }
}

/// A number of all draws, with its standard error by the replicates.
pub(crate) fn over_replicates(draws: &[f64], of: impl Fn(&[f64]) -> f64) -> [f64; 2] {
    let replicates: Vec<f64> = draws.chunks(draws.len() / REPLICATES).map(&of).collect();
    let count = replicates.len() as f64;
    let mean = replicates.iter().sum::<f64>() / count;
    let variance = replicates.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0);
    [of(draws), (variance / count).sqrt()]
}

/// By linear interpolation between the order statistics.
fn quantile(draws: &[f64], share: f64) -> f64 {
    let mut draws = draws.to_vec();
    let place = share * (draws.len() - 1) as f64;
    let below = place.floor() as usize;
    let (_, &mut low, above) = draws.select_nth_unstable_by(below, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp);
    match next {
        // two infinite numbers have no difference
        Some(high) if high != low => low + (place - below as f64) * (high - low),
        _ => low,
    }
}

/// Weights of what a parabola is at −1 and +1, less what it is at 0.
pub(crate) fn parabola(u: f64) -> [f64; 2] {
    [0.5 * u * (u - 1.0), 0.5 * u * (u + 1.0)]
}

/// What one parameter does to a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The number where the parameter is [`STEP`] standard deviations below its nominal value, and above it.
    pub at: [f64; 2],
    /// Shares of the systematic and the random part in the parameter's standard deviation, their squares adding to one.
    pub parts: [f64; 2],
}

impl Deviation {
    /// Standard deviations by which each of some parameters is off where all are at once.
    pub fn jointly(parameters: usize) -> f64 {
        (P95 / (parameters as f64).sqrt()).min(1.0)
    }

    /// What `deviates` standard deviations add to the nominal number.
    fn change(&self, nominal: f64, deviates: f64) -> f64 {
        let [below, above] = self.at.map(|x| x - nominal);
        let [down, up] = parabola(deviates / STEP);
        below * down + above * up
    }
}

/// A number where parameters deviate, to second order.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondOrder {
    nominal: f64,
    deviations: Vec<Deviation>,
    /// c of every pair.
    products: Vec<(usize, usize, f64)>,
}

impl SecondOrder {
    /// A number that is `nominal` without deviations; of pairs (p, q), with the signs of both deviations, what it is where both are
    /// [`STEP`] standard deviations off.
    pub fn new(
        nominal: f64,
        deviations: Vec<Deviation>,
        pairs: &[(usize, usize, [f64; 2], f64)],
    ) -> Self {
        let alone = |p: usize, sign: f64| deviations[p].at[usize::from(sign > 0.0)];
        let product = |&(p, q, [a, b], number): &(usize, usize, [f64; 2], f64)| {
            let both = number - alone(p, a) - alone(q, b) + nominal;
            (p, q, both * a.signum() * b.signum())
        };
        Self {
            nominal,
            products: pairs.iter().map(product).collect(),
            deviations,
        }
    }

    /// The number where each parameter is off by so many standard deviations.
    pub fn at(&self, deviates: &[f64]) -> f64 {
        let parts = self.deviations.iter().zip(deviates);
        let alone = parts.map(|(of, &deviates)| of.change(self.nominal, deviates));
        let products = self.products.iter();
        let together = products.map(|&(p, q, c)| c * (deviates[p] / STEP) * (deviates[q] / STEP));
        self.nominal + alone.sum::<f64>() + together.sum::<f64>()
    }
}

/// A number over all deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Over all deviations.
    pub total: Quantiles,
    /// Over the systematic ones, random ones nil.
    pub systematic: Quantiles,
    /// Over the random ones, systematic ones nil.
    pub random: Quantiles,
}

/// Deviates of some parameters, the same for every number that depends on these.
#[derive(Clone, Debug)]
pub struct DeviateDraws {
    /// By parameter and draw, systematic and random.
    parameters: Vec<Vec<[f64; 2]>>,
}

impl DeviateDraws {
    /// Of so many parameters.
    pub fn new(parameters: usize) -> Self {
        let deviates = Deviates::new(0);
        let of = |p: usize| {
            let draw = |n: usize| [0, 1].map(|part| deviates.normal(n / DRAWS, n % DRAWS, part, p));
            (0..REPLICATES * DRAWS).map(draw).collect()
        };
        Self {
            parameters: (0..parameters).map(of).collect(),
        }
    }

    /// Of a number that is never below `least`.
    pub fn spread(&self, number: &SecondOrder, least: f64) -> Spread {
        let of = |which: [f64; 2]| {
            let mut deviates = vec![0.0; number.deviations.len()];
            let mut drawn = Vec::with_capacity(REPLICATES * DRAWS);
            for n in 0..REPLICATES * DRAWS {
                let parts = number.deviations.iter().zip(&self.parameters);
                for (deviate, (deviation, draws)) in deviates.iter_mut().zip(parts) {
                    let part = |k: usize| which[k] * deviation.parts[k] * draws[n][k];
                    *deviate = part(0) + part(1);
                }
                drawn.push(number.at(&deviates).max(least));
            }
            Quantiles::of(&drawn)
        };
        Spread {
            total: of([1.0, 1.0]),
            systematic: of([1.0, 0.0]),
            random: of([0.0, 1.0]),
        }
    }
}

/// Draws of parameters that deviate in several lanes at once.
#[derive(Clone, Debug)]
pub struct LaneDraws {
    /// By parameter, shares of the systematic and the random part in its standard deviation, their squares adding to one.
    parts: Vec<[f64; 2]>,
}

/// One draw.
#[derive(Clone, Copy, Debug)]
pub struct LaneDraw<'d> {
    draws: &'d LaneDraws,
    /// Whether systematic and random deviations take part.
    which: [f64; 2],
    replicate: usize,
    n: usize,
}

/// Numbers over all draws.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneSpreads {
    /// Of each number.
    pub spreads: Vec<Spread>,
    /// Share of the draws of all deviations in which it is not finite, with its standard error and no less than what so many draws
    /// would not show.
    pub infinite: Vec<[f64; 2]>,
}

impl LaneDraw<'_> {
    /// Standard deviations by which parameter `p` is off for all lanes: of what they are part of.
    pub fn of_all(&self, p: usize) -> f64 {
        self.deviates(p, 1)
    }

    /// Standard deviations by which parameter `p` is off in one lane.
    pub fn of_lane(&self, p: usize, lane: usize) -> f64 {
        self.deviates(p, 2 + lane)
    }

    fn deviates(&self, p: usize, own: usize) -> f64 {
        let [systematic, random] = [0, 1].map(|k| self.which[k] * self.draws.parts[p][k]);
        let normal = |sequence: usize| Deviates::new(0).normal(self.replicate, self.n, sequence, p);
        let part = |weight: f64, sequence: usize| match weight {
            0.0 => 0.0,
            weight => weight * normal(sequence),
        };
        (part(systematic, 0) + part(random, own)).clamp(-REACH, REACH)
    }
}

impl LaneDraws {
    /// Of parameters with these shares of systematic and random deviations.
    pub fn new(parts: Vec<[f64; 2]>) -> Self {
        Self { parts }
    }

    /// Of the numbers that `evaluate` finds, as many in every draw. What is beyond all bounds, as ±∞, counts as such.
    ///
    /// # Errors
    /// That of the first draw which has one.
    pub fn spread<E: Send>(
        &self,
        evaluate: impl Fn(&LaneDraw<'_>) -> Result<Vec<f64>, E> + Sync,
    ) -> Result<LaneSpreads, E> {
        // where nothing deviates all draws are alike
        let deviates = |k: usize| self.parts.iter().any(|parts| parts[k] != 0.0);
        let draw = |which: [f64; 2]| -> Result<Vec<Vec<f64>>, E> {
            let is_nominal = (0..2).all(|k| which[k] == 0.0 || !deviates(k));
            let count = REPLICATES * if is_nominal { 1 } else { LANE_DRAWS };
            let each = count / REPLICATES;
            let of = |n: usize| {
                evaluate(&LaneDraw {
                    draws: self,
                    which,
                    replicate: n / each,
                    n: n % each,
                })
            };
            // errors are looked for in the order of the draws, whichever thread comes first
            let draws: Vec<Result<Vec<f64>, E>> = (0..count).into_par_iter().map(of).collect();
            draws.into_iter().collect()
        };
        let quantiles = |draws: &[Vec<f64>]| -> Vec<Quantiles> {
            let numbers = 0..draws[0].len();
            let of = |k: usize| Quantiles::of(&draws.iter().map(|d| d[k]).collect::<Vec<f64>>());
            numbers.map(of).collect()
        };
        let all = draw([1.0, 1.0])?;
        let total = quantiles(&all);
        let [systematic, random] = match [deviates(0), deviates(1)] {
            [true, true] => [quantiles(&draw([1.0, 0.0])?), quantiles(&draw([0.0, 1.0])?)],
            [true, false] => [total.clone(), quantiles(&draw([0.0, 0.0])?)],
            [false, _] => [quantiles(&draw([0.0, 0.0])?), total.clone()],
        };
        let infinite = |k: usize| {
            let beyond = all
                .iter()
                .map(|draw| f64::from(u8::from(draw[k].is_infinite())));
            let beyond: Vec<f64> = beyond.collect();
            let share = |draws: &[f64]| draws.iter().sum::<f64>() / draws.len() as f64;
            let [share, error] = over_replicates(&beyond, share);
            [share, error.max(UNSEEN / beyond.len() as f64)]
        };
        Ok(LaneSpreads {
            infinite: (0..total.len()).map(infinite).collect(),
            spreads: (total.into_iter().zip(systematic).zip(random))
                .map(|((total, systematic), random)| Spread {
                    total,
                    systematic,
                    random,
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Z: f64 = 1.644_853_626_951_472_6;

    /// A parabola's own: x = 1 + 0.3 t + 0.1 t².
    fn quadratic(slope: f64, curvature: f64, parts: [f64; 2]) -> Deviation {
        Deviation {
            at: [-STEP, STEP].map(|t| 1.0 + slope * t + curvature * t * t),
            parts,
        }
    }

    fn spread_of(deviations: &[Deviation], least: f64) -> Spread {
        let number = SecondOrder::new(1.0, deviations.to_vec(), &[]);
        DeviateDraws::new(deviations.len()).spread(&number, least)
    }

    /// What would prove it wrong: a straight line's quantiles are those of its deviate, and parts add by their squares.
    #[test]
    fn lines_have_the_quantiles_of_normal_deviates() {
        let deviations = [
            quadratic(0.3, 0.0, [1.0, 0.0]),
            quadratic(-0.4, 0.0, [0.0, 1.0]),
        ];
        let spread = spread_of(&deviations, f64::NEG_INFINITY);
        for (quantiles, sigma) in [
            (spread.total, 0.5),
            (spread.systematic, 0.3),
            (spread.random, 0.4),
        ] {
            for ([value, error], z) in [
                (quantiles.p05, -Z),
                (quantiles.p50, 0.0),
                (quantiles.p95, Z),
            ] {
                let exact = 1.0 + z * sigma;
                // five standard errors, and a thousandth for what order statistics of 8192 draws are off
                let basis = 5.0 * error + 1e-3 * sigma;
                assert!((value - exact).abs() < basis, "{value} {exact} {error}");
            }
        }
    }

    /// What would prove it wrong: the square of a normal deviate has other quantiles than χ² of one degree of freedom.
    #[test]
    fn a_best_design_only_gets_worse() {
        let deviations = [quadratic(0.0, 0.2, [0.6, 0.8])];
        let spread = spread_of(&deviations, 0.0);
        // χ² of one degree of freedom at 0.05, 0.5 and 0.95: NIST/SEMATECH e-Handbook, 1.3.6.7.4, and the half normal
        for ([value, error], chi_square) in [
            (spread.total.p05, 0.003_932),
            (spread.total.p50, 0.454_94),
            (spread.total.p95, 3.841_46),
        ] {
            let exact = 1.0 + 0.2 * chi_square;
            assert!(
                (value - exact).abs() < 5.0 * error + 1e-3,
                "{value} {exact}"
            );
        }
        let [systematic, random] = [spread.systematic, spread.random].map(|q| q.p95[0] - 1.0);
        assert!((systematic / random - (0.6_f64 / 0.8).powi(2)).abs() < 0.02);
    }

    #[test]
    fn nothing_is_below_the_least() {
        let deviations = [quadratic(2.0, 0.0, [1.0, 0.0])];
        let spread = spread_of(&deviations, 0.0);
        assert_eq!(spread.total.p05[0], 0.0);
        assert_eq!(spread.random.p95, [1.0, 0.0]);
    }

    /// A parabola leaves nothing of itself out, and a cube as much as its third order is beyond the line through its ends.
    #[test]
    fn what_is_left_out_shows_where_all_deviate_at_once() {
        let off = Deviation::jointly(1);
        let of = |at: [f64; 2]| {
            let deviation = Deviation {
                at,
                parts: [1.0, 0.0],
            };
            SecondOrder::new(1.0, vec![deviation], &[]).at(&[off])
        };
        let own = quadratic(0.3, 0.1, [1.0, 0.0]);
        assert!((of(own.at) - (1.0 + 0.3 * off + 0.1 * off * off)).abs() < 1e-12);
        let cube = |t: f64| 1.0 + t.powi(3);
        let missed = cube(off) - of([-STEP, STEP].map(cube));
        assert!(
            (missed - (off.powi(3) - 3.0 * off)).abs() < 1e-12,
            "{missed}"
        );
        assert!(Deviation::jointly(4) < Deviation::jointly(2));
    }

    /// What would prove products wrong: four parameters that detune one peak, x = 0.1 (t₁ − t₂ + t₃ − t₄)², make a deviate
    /// of variance four squared, although signs cancel where all deviate at once.
    #[test]
    fn parameters_that_detune_one_peak_go_together() {
        const SIGNS: [f64; 4] = [1.0, -1.0, 1.0, -1.0];
        let peak = |t: [f64; 4]| {
            let detuned: f64 = t.iter().zip(SIGNS).map(|(t, sign)| t * sign).sum();
            1.0 + 0.1 * detuned * detuned
        };
        let along = |p: usize, sign: f64| {
            let mut t = [0.0; 4];
            t[p] = sign * STEP;
            t
        };
        let deviation = |p: usize| Deviation {
            at: [-1.0, 1.0].map(|sign| peak(along(p, sign))),
            parts: [1.0, 0.0],
        };
        let mut pairs = Vec::new();
        for p in 0..4 {
            for q in p + 1..4 {
                let (a, b) = (along(p, 1.0), along(q, -1.0));
                let both = std::array::from_fn(|k| a[k] + b[k]);
                pairs.push((p, q, [1.0, -1.0], peak(both)));
            }
        }
        let number = SecondOrder::new(1.0, (0..4).map(deviation).collect(), &pairs);
        let at = [0.3, -0.8, 1.1, 0.4];
        assert!((number.at(&at) - peak(at)).abs() < 1e-12); // round-off
        let [p95, error] = DeviateDraws::new(4).spread(&number, 0.0).total.p95;
        let exact = 1.0 + 0.1 * 4.0 * 3.841_46;
        // 3 % for what order statistics of 8192 draws of four dimensions are off in the tail
        assert!(
            (p95 - exact).abs() < 5.0 * error + 0.03 * (exact - 1.0),
            "{p95} {exact} {error}"
        );
    }

    /// What would prove lanes wrong: the sum of four lanes spreads as if their own deviations went together, or shared ones
    /// did not; a draw beyond all bounds is left out.
    #[test]
    fn lanes_share_what_is_systematic() {
        const LANES: usize = 4;
        let draws = LaneDraws::new(vec![[1.0, 0.0], [0.0, 1.0]]);
        let sum = |draw: &LaneDraw<'_>| -> Result<Vec<f64>, String> {
            let lane = |i: usize| draw.of_lane(0, i) + draw.of_lane(1, i);
            let sum: f64 = (0..LANES).map(lane).sum();
            let beyond = draw.of_all(0) > Z;
            Ok(vec![sum, if beyond { f64::INFINITY } else { 1.0 }])
        };
        let found = draws.spread(sum).unwrap();
        let [sum, bounded] = [0, 1].map(|k| found.spreads[k]);
        let lanes = LANES as f64;
        for (quantiles, sigma) in [
            (sum.total, (lanes * lanes + lanes).sqrt()),
            (sum.systematic, lanes),
            (sum.random, lanes.sqrt()),
        ] {
            for ([value, error], z) in [
                (quantiles.p05, -Z),
                (quantiles.p50, 0.0),
                (quantiles.p95, Z),
            ] {
                // five standard errors, and a hundredth for what order statistics of 2048 draws are off
                let basis = 5.0 * error + 1e-2 * sigma;
                assert!((value - z * sigma).abs() < basis, "{value} {sigma} {error}");
            }
        }
        // a twentieth of 2048 draws that fill the unit interval evenly
        let [share, error] = found.infinite[1];
        assert!(
            (share - 0.05).abs() < 2e-3 && error < 2e-3,
            "{share} {error}"
        );
        // in none of 2048 draws: at most 3/2048 with 95 % confidence
        assert_eq!(found.infinite[0], [0.0, 3.0 / 2048.0]);
        assert_eq!(bounded.total.p50, [1.0, 0.0]);
        assert_eq!(bounded.random.p95, [1.0, 0.0]);
        let refused = draws.spread(|draw| match draw.of_all(0) {
            off if off > 2.0 => Err(off),
            off => Ok(vec![off]),
        });
        let first = draws.spread(|draw| match draw.of_all(0) {
            off if off > 2.0 => Err(off),
            off => Ok(vec![off]),
        });
        assert!(refused.is_err() && refused == first);
    }
}
