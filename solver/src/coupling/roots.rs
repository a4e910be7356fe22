//! A bracketed root of a continuous function of one variable.

/// The root of `f` in [lower, upper], to round-off, by bisection on interval ends of opposite sign
/// with a regula-falsi (Illinois) step whenever that shortens the bracket; `None` without a change of sign.
pub(crate) fn bracketed(f: impl Fn(f64) -> f64, lower: f64, upper: f64) -> Option<f64> {
    let (mut a, mut b) = (lower, upper);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || fa.signum() == fb.signum() {
        return None;
    }
    let mut last_side = 0;
    for step in 0..400 {
        let width = (b - a).abs();
        if width <= 2.0 * f64::EPSILON * a.abs().max(b.abs()) {
            break;
        }
        let secant = (a * fb - b * fa) / (fb - fa);
        let inside = secant > a.min(b) && secant < a.max(b);
        // every third step bisects, which bounds the number of steps for any f
        let x = if step % 3 == 2 || !inside {
            0.5 * (a + b)
        } else {
            secant
        };
        let fx = f(x);
        if fx == 0.0 {
            return Some(x);
        }
        if fx.signum() == fa.signum() {
            (a, fa) = (x, fx);
            if last_side == -1 {
                fb *= 0.5;
            }
            last_side = -1;
        } else {
            (b, fb) = (x, fx);
            if last_side == 1 {
                fa *= 0.5;
            }
            last_side = 1;
        }
    }
    Some(0.5 * (a + b))
}

#[cfg(test)]
mod tests {
    use super::bracketed;

    #[test]
    fn finds_roots_and_refuses_none() {
        // to round-off of the answer
        assert!((bracketed(|x| x * x - 2.0, 0.0, 2.0).unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
        assert!(
            (bracketed(|x| x.cos() - x, 0.0, 1.0).unwrap() - 0.739_085_133_215_160_6).abs() < 1e-15
        );
        assert_eq!(bracketed(|x| x * x + 1.0, -1.0, 1.0), None);
    }
}
