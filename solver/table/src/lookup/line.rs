//! The monotone cubic along one line of a grid, and how far it may be off.
//!
//! In the cell from x₀ to x₁ = x₀ + h, with t = (x − x₀)/h and the secant δ,
//!
//! f = f₀ + t (f₁ − f₀) + h t (1 − t) [(m₀ − δ)(1 − t) − (m₁ − δ) t] .
//!
//! The slopes m are those of the parabolas through three neighbours, kept between zero and three times the smaller secant
//! beside the node and zero where the secants differ in sign (F. N. Fritsch and R. E. Carlson, SIAM J. Numer. Anal. 17,
//! 238 (1980), 10.1137/0717021): what rises in the table rises in between, and nothing overshoots. Third order where
//! nothing is limited, second at a maximum or minimum.
//!
//! The bar: two parabolas through three neighbours each, f₀ and f₁ among them, differ by t (1 − t) h² D with D = (x₂ − x₋₁)
//! f\[x₋₁, x₀, x₁, x₂\], the third divided difference; the greatest of those within three points is taken, so that one
//! that passes through zero is not trusted. With B the greatest second difference the bar is t (1 − t) h² D/(1 − D/B), as if
//! further orders fell by that ratio, and four times D where they do not fall. What the limiter changed comes on top. A
//! line of three points has no third difference: its bar is that of a straight line, from the second. Of two points
//! nothing is known; the bar is that of a parabola which is level at one of them.

/// Most points that a cell looks at: three on each side.
const STENCIL: usize = 6;

/// Largest ratio of one order to that before it with which a series is summed.
const LARGEST_RATIO: f64 = 0.75;

/// What a cubic adds to the straight line between two neighbours, and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Correction {
    pub cubic_minus_linear: f64,
    pub error: f64,
}

/// The correction at `t` in the cell that begins at `cell`; values that are not finite end the line.
///
/// `x` is strictly monotone and `y(cell)`, `y(cell + 1)` are finite.
pub(super) fn correction(x: &[f64], y: impl Fn(usize) -> f64, cell: usize, t: f64) -> Correction {
    let (mut first, mut last) = (cell, cell + 1);
    while first > 0 && cell - first < STENCIL / 2 - 1 && y(first - 1).is_finite() {
        first -= 1;
    }
    while last + 1 < x.len() && last - cell < STENCIL / 2 && y(last + 1).is_finite() {
        last += 1;
    }
    let (x, points, p) = (&x[first..=last], last - first + 1, cell - first);
    let h = x[p + 1] - x[p];
    let hump = t * (1.0 - t);
    // Divided differences of rising order; entries from `points` on are never read.
    let mut values = [0.0; STENCIL];
    let mut secants = [0.0; STENCIL];
    let mut second = [0.0; STENCIL];
    for k in 0..points {
        values[k] = y(first + k);
    }
    for k in 0..points - 1 {
        secants[k] = (values[k + 1] - values[k]) / (x[k + 1] - x[k]);
    }
    if points == 2 {
        return Correction {
            cubic_minus_linear: 0.0,
            error: hump * (values[1] - values[0]).abs(),
        };
    }
    for k in 0..points - 2 {
        second[k] = (secants[k + 1] - secants[k]) / (x[k + 2] - x[k]);
    }
    let secant = secants[p];
    // Parabolas through the cell and its neighbour before or after it; at an end of the line both are the same.
    let free = [
        secant - h * second[p.saturating_sub(1)],
        secant + h * second[p.min(points - 3)],
    ];
    let limited = [
        monotone(free[0], secants[p.saturating_sub(1)], secant),
        monotone(free[1], secant, secants[(p + 1).min(points - 2)]),
    ];
    let cubic = |m: [f64; 2]| h * hump * ((m[0] - secant) * (1.0 - t) - (m[1] - secant) * t);
    let added = cubic(limited);
    let bend = second[..points - 2]
        .iter()
        .fold(0.0_f64, |most, s| most.max(s.abs()));
    let doubt = if points == 3 {
        bend
    } else {
        let third = |k: usize| ((second[k + 1] - second[k]) / (x[k + 3] - x[k])).abs();
        let about = p.saturating_sub(1).min(points - 4);
        let next = (0..points - 3).map(third).fold(0.0, f64::max) * (x[about + 3] - x[about]).abs();
        // Orders that fall by a ratio sum to a geometric series; those that do not fall tell of what is not resolved.
        let ratio = if next < LARGEST_RATIO * bend {
            next / bend
        } else {
            LARGEST_RATIO
        };
        next / (1.0 - ratio)
    };
    Correction {
        cubic_minus_linear: added,
        error: (added - cubic(free)).abs() + hump * h * h * doubt,
    }
}

/// The slope nearest to `free` with which a cubic between nodes of these secants is monotone.
fn monotone(free: f64, before: f64, after: f64) -> f64 {
    if before == 0.0 || after == 0.0 || before.signum() != after.signum() {
        return 0.0;
    }
    let steepest = 3.0 * before.abs().min(after.abs());
    before.signum() * (free * before.signum()).clamp(0.0, steepest)
}
