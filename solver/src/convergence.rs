//! Grid families: observed order, extrapolated value, error bar, verdict.
//!
//! A family refines one smooth mapping, so that a computed value behaves as
//! v(s) = v + C s⁻ᵖ, s being the refinement (cells per length relative to the coarsest grid).
//! Three levels give the observed order p and the extrapolated value v (Richardson 1911,
//! DOI 10.1098/rsta.1911.0009; Roache 1994, DOI 10.1115/1.2910291).
//!
//! The family is *regular* if p lies near the design order. The error bar is then the largest of
//! * a fiftieth of what the extrapolation added to the finest grid's value (one and a half times it,
//!   while no earlier three levels confirm the order),
//! * the difference between extrapolating with the observed and with the design order,
//! * the change of the extrapolated value since the previous level.
//!
//! Otherwise (curved walls that cut cells anew on every grid) nothing is extrapolated: the error is
//! taken to be noise within K s⁻ᵖ at the design order, K the largest that the levels show, and the
//! bar is 4.5 times that, 10 times on three grids (tested on discs at odd places of their windows).

/// Whether a family met the error asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The error bar is within what was asked.
    Converged,
    /// It is not: the number must not be shown without its mark.
    Unconverged,
}

/// A value from a family of grids, with its error bar.
#[derive(Clone, Debug, PartialEq)]
pub struct GridStudy {
    /// (refinement, value) of every level, coarsest first.
    pub levels: Vec<(f64, f64)>,
    /// The extrapolated value.
    pub value: f64,
    /// Its error bar (absolute).
    pub error: f64,
    /// Observed order, where the differences shrink regularly.
    pub order: Option<f64>,
    /// Whether `error` is within what was asked.
    pub verdict: Verdict,
}

/// Observed orders, relative to the design's, that count as its rate of convergence.
const REGULAR: (f64, f64) = (0.8, 1.2);
/// Share of the extrapolation's step that is taken for its error, once and before it is confirmed.
const SHARE_CONFIRMED: f64 = 0.02;
/// The same while only three levels show the order.
const SHARE_ALONE: f64 = 1.5;
/// What an error falls to with every stage where corners decide (see the elements' mesh).
const CORNER_RATE: f64 = 1.0 / 7.0;
/// The same for numbers other than eigenvalues.
const CAUTIOUS_RATE: f64 = 0.4;
/// Slowest convergence that is believed in.
const SLOWEST: f64 = 0.9;
/// Times the error that the last difference foretells.
const FORETOLD: f64 = 2.5;
/// Times what the corners' rate leaves of the step before the last.
const CORNERS: f64 = 1.25;
/// Relative round-off of an eigenvalue iteration.
const ROUND_OFF: f64 = 1e-12;
/// Times the largest noise seen on four grids or more, and on three, which may agree by accident.
const NOISE_FACTOR: f64 = 4.5;
/// See [`NOISE_FACTOR`].
const NOISE_FACTOR_OF_THREE: f64 = 10.0;

impl GridStudy {
    /// Extrapolates `levels` (refinement rising) of a method of order `design`; converged if the
    /// error bar is at most `wanted`.
    ///
    /// With one level the bar is infinite; with two, the difference to the design order's
    /// extrapolation, doubled.
    pub fn new(levels: Vec<(f64, f64)>, design: f64, wanted: f64) -> Self {
        let (value, error, order) = match levels.as_slice() {
            [] => (f64::NAN, f64::INFINITY, None),
            [(_, value)] => (*value, f64::INFINITY, None),
            [coarse, fine] => {
                let value = extrapolate(*coarse, *fine, design);
                (value, 2.0 * (value - fine.1).abs(), None)
            }
            [earlier @ .., a, b, c] => {
                let regular =
                    |order: &f64| (REGULAR.0 * design..=REGULAR.1 * design).contains(order);
                match observed_order(*a, *b, *c) {
                    Some(order) if regular(&order) => {
                        // An order above the design's is an accident of two error terms.
                        let value = extrapolate(*b, *c, order.min(design));
                        let before = earlier
                            .last()
                            .and_then(|z| observed_order(*z, *a, *b))
                            .filter(regular);
                        let share = if before.is_some() {
                            SHARE_CONFIRMED
                        } else {
                            SHARE_ALONE
                        };
                        let previous = extrapolate(*a, *b, before.unwrap_or(design).min(design));
                        let error = (share * (value - c.1).abs())
                            .max((value - extrapolate(*b, *c, design)).abs())
                            .max((value - previous).abs());
                        (value, error, Some(order))
                    }
                    order => (c.1, noise(&levels, design), order),
                }
            }
        };
        let verdict = if error <= wanted {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        };
        Self {
            levels,
            value,
            error,
            order,
            verdict,
        }
    }

    /// The finest level's value where the error falls exponentially, as on elements of rising order.
    ///
    /// The error is a sum of parts that fall at different rates and may differ in sign: what the order
    /// resolves, fast, and what corners leave, as rᵏ with r = 1/7. If differences d go on to shrink in the
    /// ratio ρ = d_k/d_{k−1}, but no faster than r, d_k ρ/(1 − ρ) is left; the bar is 2.5 times that. Where two
    /// parts cancel, d_k is small by accident: the bar is no less than 1.25 times what d_{k−1} leaves two stages
    /// on, d_{k−1} r²/(1 − r). With two levels the bar is their difference.
    pub fn exponential(levels: Vec<(f64, f64)>, wanted: f64) -> Self {
        Self::exponential_from(CORNER_RATE, levels, wanted)
    }

    /// The same for numbers that converge less evenly than an eigenvalue, such as its derivatives: nothing
    /// faster than a factor of 2.5 a stage is believed, so that the bar is at least 1.7 times the last difference.
    pub fn exponential_cautious(levels: Vec<(f64, f64)>, wanted: f64) -> Self {
        Self::exponential_from(CAUTIOUS_RATE, levels, wanted)
    }

    fn exponential_from(fastest: f64, levels: Vec<(f64, f64)>, wanted: f64) -> Self {
        let value = levels.last().map_or(f64::NAN, |level| level.1);
        let error = match levels.as_slice() {
            [] | [_] => f64::INFINITY,
            [a, b] => (b.1 - a.1).abs(),
            [.., a, b, c] => {
                let (before, last) = ((b.1 - a.1).abs(), (c.1 - b.1).abs());
                let ratio = if before > 0.0 { last / before } else { SLOWEST };
                let left = |step: f64, ratio: f64| step * ratio / (1.0 - ratio);
                let foretold = FORETOLD * left(last, ratio.clamp(fastest, SLOWEST));
                foretold.max(CORNERS * left(CORNER_RATE * before, CORNER_RATE))
            }
        };
        let mut study = Self {
            levels,
            value,
            error: error + ROUND_OFF * value.abs(),
            order: None,
            verdict: Verdict::Unconverged,
        };
        study.judge(wanted);
        study
    }

    /// The finest grid's value with the bar of an irregular family: for quantities that do not vary
    /// smoothly with the grid.
    pub fn unextrapolated(levels: Vec<(f64, f64)>, design: f64, wanted: f64) -> Self {
        let (value, error) = match levels.as_slice() {
            [] => (f64::NAN, f64::INFINITY),
            [(_, value)] => (*value, f64::INFINITY),
            [.., (_, value)] => (*value, noise(&levels, design)),
        };
        let mut study = Self {
            levels,
            value,
            error,
            order: None,
            verdict: Verdict::Unconverged,
        };
        study.judge(wanted);
        study
    }

    /// Widens the bar by an error of another kind and judges anew.
    #[must_use]
    pub fn with_further_error(mut self, further: f64, wanted: f64) -> Self {
        self.error += further.abs();
        self.judge(wanted);
        self
    }

    /// Converged if the bar is at most `wanted`.
    pub fn judge(&mut self, wanted: f64) {
        self.verdict = if self.error <= wanted {
            Verdict::Converged
        } else {
            Verdict::Unconverged
        };
    }
}

/// The bar of a family whose error is noise within K s⁻ᵖ.
fn noise(levels: &[(f64, f64)], design: f64) -> f64 {
    let Some(&(finest, value)) = levels.last() else {
        return f64::INFINITY;
    };
    let scale = |level: &(f64, f64)| (level.1 - value).abs() * (level.0 / finest).powf(design);
    let factor = if levels.len() > 3 {
        NOISE_FACTOR
    } else {
        NOISE_FACTOR_OF_THREE
    };
    factor * levels.iter().map(scale).fold(0.0, f64::max)
}

/// v from two levels and a given order.
pub(crate) fn extrapolate(coarse: (f64, f64), fine: (f64, f64), order: f64) -> f64 {
    fine.1 + (fine.1 - coarse.1) / ((fine.0 / coarse.0).powf(order) - 1.0)
}

/// p in (v_a − v_b)/(v_b − v_c) = (s_a⁻ᵖ − s_b⁻ᵖ)/(s_b⁻ᵖ − s_c⁻ᵖ), by bisection: the right side grows with p.
pub(crate) fn observed_order(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> Option<f64> {
    let ratio = (a.1 - b.1) / (b.1 - c.1);
    if !ratio.is_finite() || ratio <= 0.0 {
        return None;
    }
    let predicted = |p: f64| (a.0.powf(-p) - b.0.powf(-p)) / (b.0.powf(-p) - c.0.powf(-p));
    let (mut low, mut high) = (0.05, 8.0);
    if ratio < predicted(low) || ratio > predicted(high) {
        return None;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if predicted(middle) < ratio {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(p: f64) -> Vec<(f64, f64)> {
        [1.0, 1.5, 2.0_f64]
            .iter()
            .map(|&s| (s, 3.0 + 0.2 * s.powf(-p)))
            .collect()
    }

    #[test]
    fn a_pure_power_is_extrapolated_exactly() {
        for p in [1.7, 1.8, 2.0] {
            let study = GridStudy::new(family(p), 2.0, 1.0);
            // Bisection leaves 1e-16; the division by 2^p - 1 amplifies little.
            assert!((study.value - 3.0).abs() < 1e-12, "{p}: {}", study.value);
            assert!((study.order.unwrap() - p).abs() < 1e-9);
            assert!(study.error > 0.0);
        }
    }

    #[test]
    fn differences_that_change_sign_are_not_extrapolated() {
        let study = GridStudy::new(vec![(1.0, 1.0), (1.5, 1.2), (2.0, 1.1)], 2.0, 1e-3);
        assert_eq!(
            (study.value, study.order, study.verdict),
            (1.1, None, Verdict::Unconverged)
        );
        // 10 x the largest of 0.1 / 4 and 0.1 (3/4)².
        assert!((study.error - 10.0 * 0.1 * 0.5625).abs() < 1e-12);
    }

    #[test]
    fn an_accidental_agreement_does_not_narrow_the_bar() {
        // Two parts, one falling by 30 and one by 5 a stage, that cancel in the last difference.
        let value = |k: i32| 1.0 + 30_f64.powi(-k) - 0.0113 * 5_f64.powi(1 - k);
        let levels: Vec<(f64, f64)> = (0..4).map(|k| (f64::from(k + 2), value(k))).collect();
        let study = GridStudy::exponential(levels, 1.0);
        assert!((study.value - 1.0).abs() <= study.error, "{study:?}");
        // A pure rate: the sum of what is left of the series, times the factor.
        let levels = (0..4)
            .map(|k| (f64::from(k + 2), 1.0 + 0.2_f64.powi(k)))
            .collect();
        let study = GridStudy::exponential(levels, 1.0);
        assert!(
            (study.error / (FORETOLD * 0.25 * 0.8 * 0.2_f64.powi(2)) - 1.0).abs() < 1e-9,
            "{study:?}"
        );
    }

    #[test]
    fn one_grid_has_no_error_bar() {
        assert_eq!(
            GridStudy::new(vec![(1.0, 2.0)], 2.0, 1.0).verdict,
            Verdict::Unconverged
        );
    }
}
