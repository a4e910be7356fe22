//! A thermal resistance on a family of grids: extrapolated value, error bar, observed order.
//!
//! On nested mappings refined by s the value obeys v(s) = v∞ + a s⁻² + o(s⁻²). Two grids give
//! v∞ = v₂ + (v₂ − v₁)/((s₂/s₁)² − 1) (L. F. Richardson, Phil. Trans. A 210, 307 (1911), 10.1098/rsta.1911.0009);
//! the error bar is what the next coarser pair of grids, and the order observed, say differently, times a
//! safety factor.

use crate::convergence::{GridStudy, Verdict, extrapolate, observed_order};

/// Order of the scheme.
const ORDER: f64 = 2.0;
/// Share of the extrapolation's correction that is always doubted.
const LEAST: f64 = 0.05;
/// Error bar over the spread of extrapolations: on coarse grids of a square source the spread alone fell short of
/// the error of its peak by a sixth.
const SAFETY: f64 = 1.5;

/// Error bar over what extrapolation adds while no four grids confirm the order. Errors of two places may cancel in a part on some grids, which then seem to
/// agree: bars that trusted three grids fell short threefold for what a layer does to a neighbour.
const DOUBTED: f64 = 1.5;
/// Observed orders this far from the scheme's confirm it.
const REGULAR: f64 = 0.5;

/// The study of `levels` (two at least for an extrapolation), with round-off and algebraic errors `floor` and the error
/// `wanted`, both absolute.
pub(super) fn study(levels: Vec<(f64, f64)>, floor: f64, wanted: f64) -> GridStudy {
    let n = levels.len();
    let pair = |m: usize| extrapolate(levels[m - 1], levels[m], ORDER);
    let (value, error, order) = match n {
        0 => (f64::NAN, f64::INFINITY, None),
        1 => (levels[0].1, f64::INFINITY, None),
        2 => (pair(1), (pair(1) - levels[0].1).abs(), None),
        _ => {
            let value = pair(n - 1);
            let order = order_above(&levels, floor);
            let correction = (value - levels[n - 1].1).abs();
            let spread = (value - pair(n - 2)).abs();
            // an order far from the scheme's: the family is not yet in its asymptotic range
            let doubt = match order {
                Some(p) if (p - ORDER).abs() <= 0.5 => {
                    (value - extrapolate(levels[n - 2], levels[n - 1], p)).abs()
                }
                _ => correction,
            };
            (
                value,
                SAFETY * spread.max(doubt).max(LEAST * correction),
                order,
            )
        }
    };
    let error = error + floor;
    let verdict = if error <= wanted {
        Verdict::Converged
    } else {
        Verdict::Unconverged
    };
    GridStudy {
        levels,
        value,
        error,
        order,
        verdict,
    }
}

/// The study of a sum of parts of both signs.
pub(super) fn doubted(levels: Vec<(f64, f64)>, floor: f64, wanted: f64) -> GridStudy {
    let before = levels.len().saturating_sub(1);
    let earlier = study(levels[..before].to_vec(), floor, wanted);
    let mut study = study(levels, floor, wanted);
    let is_regular = |s: &GridStudy| s.order.is_some_and(|p| (p - ORDER).abs() <= REGULAR);
    if is_regular(&earlier) && is_regular(&study) {
        return study;
    }
    let finest = study.levels.last().map_or(f64::NAN, |level| level.1);
    study.error = study
        .error
        .max(DOUBTED * (study.value - finest).abs() + floor);
    study.judge(wanted);
    study
}

/// The order that the last three levels show, unless round-off and algebraic error hide it.
fn order_above(levels: &[(f64, f64)], floor: f64) -> Option<f64> {
    match levels {
        [.., a, b, c] if (b.1 - c.1).abs() > floor => observed_order(*a, *b, *c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pure_second_order_is_exact() {
        let levels = [1.0, 2.0, 3.0]
            .map(|s: f64| (s, 5.0 + 0.7 / (s * s)))
            .to_vec();
        let result = study(levels, 0.0, 1e-2);
        assert!((result.value - 5.0).abs() < 1e-14); // round-off
        assert!((result.order.unwrap() - 2.0).abs() < 1e-10); // bisection to 8·2⁻⁶⁰, round-off
        assert_eq!(result.verdict, Verdict::Converged);
    }

    #[test]
    fn bars_contain_higher_terms() {
        for b in [-2.0, -0.5, 0.5, 2.0] {
            for p in [3.0_f64, 4.0] {
                let v = |s: f64| (s, 5.0 + 0.7 / (s * s) + b / s.powf(p));
                let result = study([1.0, 2.0, 3.0].map(v).to_vec(), 0.0, 1e-3);
                assert!(
                    (result.value - 5.0).abs() <= result.error,
                    "b {b} p {p}: {result:?}"
                );
            }
        }
    }

    #[test]
    fn oscillating_values_have_no_order() {
        let result = study(vec![(1.0, 1.0), (2.0, 1.1), (3.0, 1.0)], 0.0, 1e-3);
        assert_eq!(result.order, None);
        assert_eq!(result.verdict, Verdict::Unconverged);
    }
}
