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
pub(super) const STENCIL: usize = 6;
/// Points before the cell's first among them.
const BEFORE: usize = STENCIL / 2 - 1;
/// Largest ratio of one order to that before it with which a series is summed.
const LARGEST_RATIO: f64 = 0.75;

/// What a cubic adds to the straight line between two neighbours, and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Correction {
    pub cubic_minus_linear: f64,
    pub error: f64,
}

/// A place in a cell of one axis: what all lines of the grid along that axis have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellOfAxis {
    /// The stencil's first and last point on the axis, counted from [`BEFORE`] points before the cell.
    ends: [usize; 2],
    /// How far each point is in the values from the cell's first; beyond the ends it is the cell's first itself.
    offsets: [isize; STENCIL],
    /// 1/(x_{k+n} − x_k), for divided differences of order n = 1, 2, 3; zero where one reaches beyond the ends.
    inverse: [[f64; STENCIL - 1]; 3],
    h: f64,
    /// t (1 − t).
    hump: f64,
    /// h t (1 − t)² and h t² (1 − t): what the slopes at both ends count.
    weights: [f64; 2],
}

impl CellOfAxis {
    /// The place at the share `t` of the cell that begins at entry `cell` of `x`, whose values are `stride` apart.
    pub fn new(x: &[f64], stride: usize, cell: usize, t: f64) -> Self {
        let ends = [
            BEFORE - cell.min(BEFORE),
            BEFORE + (x.len() - 1 - cell).min(STENCIL - 1 - BEFORE),
        ];
        let mut offsets = [0; STENCIL];
        for k in ends[0]..=ends[1] {
            offsets[k] = (k as isize - BEFORE as isize) * stride as isize;
        }
        let mut inverse = [[0.0; STENCIL - 1]; 3];
        for (order, inverse) in (1..).zip(&mut inverse) {
            for k in ends[0]..(ends[1] + 1).saturating_sub(order) {
                let at = cell + k - BEFORE;
                inverse[k] = 1.0 / (x[at + order] - x[at]);
            }
        }
        let (h, hump) = (x[cell + 1] - x[cell], t * (1.0 - t));
        Self {
            ends,
            offsets,
            inverse,
            h,
            hump,
            weights: [h * hump * (1.0 - t), h * hump * t],
        }
    }

    /// The stencil's values on the line whose value at the cell's first point is `values[at]`.
    pub fn fetch(&self, values: &[f64], at: usize) -> [f64; STENCIL] {
        let mut y = [0.0; STENCIL];
        for (y, &offset) in y.iter_mut().zip(&self.offsets) {
            *y = values[at.wrapping_add_signed(offset)];
        }
        y
    }

    /// The correction on a line of these values. Those that are not finite end the line; the cell's own two are finite.
    pub fn correction(&self, y: &[f64; STENCIL]) -> Correction {
        if y.iter().all(|value| value.is_finite()) {
            return self.of_line(y);
        }
        // Beyond the ends, where every difference is multiplied by zero, a value only has to be finite.
        let finite = std::array::from_fn(|k| if y[k].is_finite() { y[k] } else { 0.0 });
        self.within(y).of_line(&finite)
    }

    /// The same place where the line ends at the values that are not finite.
    fn within(&self, y: &[f64; STENCIL]) -> Self {
        let mut ends = [BEFORE, BEFORE + 1];
        while ends[0] > self.ends[0] && y[ends[0] - 1].is_finite() {
            ends[0] -= 1;
        }
        while ends[1] < self.ends[1] && y[ends[1] + 1].is_finite() {
            ends[1] += 1;
        }
        let mut inverse = self.inverse;
        for (order, inverse) in (1..).zip(&mut inverse) {
            for (k, inverse) in inverse.iter_mut().enumerate() {
                if k < ends[0] || k + order > ends[1] {
                    *inverse = 0.0;
                }
            }
        }
        Self {
            ends,
            inverse,
            ..*self
        }
    }

    fn of_line(&self, y: &[f64; STENCIL]) -> Correction {
        let ([first, last], h, hump) = (self.ends, self.h, self.hump);
        if last - first == 1 {
            return Correction {
                cubic_minus_linear: 0.0,
                error: hump * (y[last] - y[first]).abs(),
            };
        }
        // Divided differences; those that reach beyond the ends are zero.
        let [one, two, three] = &self.inverse;
        let secants: [f64; 5] = std::array::from_fn(|k| (y[k + 1] - y[k]) * one[k]);
        let second: [f64; 4] = std::array::from_fn(|k| (secants[k + 1] - secants[k]) * two[k]);
        let third: [f64; 3] = std::array::from_fn(|k| (second[k + 1] - second[k]) * three[k]);
        let secant = secants[BEFORE];
        // Slopes less the secant: of parabolas through the cell and its neighbour before or after it, at an end of the line
        // both the same; and as they are limited.
        let free = [
            -h * second[first.max(BEFORE - 1)],
            h * second[BEFORE.min(last - 2)],
        ];
        let limited = [
            monotone(secant + free[0], secants[first.max(BEFORE - 1)], secant) - secant,
            monotone(
                secant + free[1],
                secant,
                secants[(BEFORE + 1).min(last - 1)],
            ) - secant,
        ];
        let cubic = |m: [f64; 2]| self.weights[0] * m[0] - self.weights[1] * m[1];
        let added = cubic(limited);
        let bend = greatest(&second);
        let doubt = if last - first == 2 {
            bend
        } else {
            let about = (BEFORE - 1).clamp(first, last - 3);
            let next = greatest(&third) / three[about].abs();
            // Orders that fall by a ratio sum to a geometric series; those that do not fall tell of what is not resolved.
            if next < LARGEST_RATIO * bend {
                next * bend / (bend - next)
            } else {
                next / (1.0 - LARGEST_RATIO)
            }
        };
        Correction {
            cubic_minus_linear: added,
            error: (added - cubic(free)).abs() + hump * h * h * doubt,
        }
    }
}

fn greatest(of: &[f64]) -> f64 {
    of.iter().fold(0.0, |most, d| most.max(d.abs()))
}

/// The slope nearest to `free` with which a cubic between nodes of these secants is monotone.
fn monotone(free: f64, before: f64, after: f64) -> f64 {
    // (The product of two tiny secants may be zero: so is the slope.)
    if before * after <= 0.0 {
        return 0.0;
    }
    let steepest = 3.0 * before.abs().min(after.abs());
    free.clamp(
        steepest.copysign(before).min(0.0),
        steepest.copysign(before).max(0.0),
    )
}
