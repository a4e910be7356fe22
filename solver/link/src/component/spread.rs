//! A triangular distribution between low a and high b with its mode at c.
//!
//! F(x) = (x − a)²/((b − a)(c − a)) for x ≤ c, 1 − (b − x)²/((b − a)(b − c)) beyond.
//! Mean (a + b + c)/3, variance (a² + b² + c² − ab − ac − bc)/18.
//! The least that low, typical and high say: no tails beyond them.

/// The distribution's low, mode and high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triangle {
    /// a
    pub low: f64,
    /// c
    pub mode: f64,
    /// b
    pub high: f64,
}

impl Triangle {
    /// One value.
    pub fn fixed(value: f64) -> Self {
        Self {
            low: value,
            mode: value,
            high: value,
        }
    }

    /// b − a
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The value below which the share `u` in 0..=1 lies.
    pub fn quantile(&self, u: f64) -> f64 {
        let width = self.width();
        if width <= 0.0 {
            return self.mode;
        }
        let rise = self.mode - self.low;
        if u * width <= rise {
            self.low + (u * width * rise).sqrt()
        } else {
            self.high - ((1.0 - u) * width * (self.high - self.mode)).sqrt()
        }
    }

    /// (a + b + c)/3
    pub fn mean(&self) -> f64 {
        (self.low + self.mode + self.high) / 3.0
    }

    /// Variance.
    pub fn variance(&self) -> f64 {
        let Self {
            low: a,
            mode: c,
            high: b,
        } = self;
        (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0
    }

    /// The triangle of that mode whose 5 % and 95 % quantiles are `p05` ≤ mode ≤ `p95`.
    ///
    /// Solves (q − a)² = 0.05 (b − a)(c − a) and its mirror by fixed-point iteration, which contracts: each end
    /// moves by less than √0.05 of the change of the width.
    pub fn of_quantiles(p05: f64, mode: f64, p95: f64) -> Self {
        let (mut low, mut high) = (p05, p95);
        for _ in 0..200 {
            let width = high - low;
            low = p05 - (0.05 * width * (mode - low)).sqrt();
            high = p95 + (0.05 * width * (high - mode)).sqrt();
        }
        Self { low, mode, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKEW: Triangle = Triangle {
        low: 1.0,
        mode: 1.5,
        high: 2.5,
    };

    #[test]
    fn quantiles_invert_the_distribution() {
        for (u, x) in [(0.0, 1.0), (1.0 / 3.0, 1.5), (1.0, 2.5)] {
            assert!((SKEW.quantile(u) - x).abs() < 1e-14, "round-off");
        }
        assert_eq!(Triangle::fixed(2.0).quantile(0.3), 2.0);
    }

    /// The midpoint rule in u integrates the quantile; its error is O(h^1.5) at the ends' square roots.
    #[test]
    fn moments_are_those_of_the_quantiles() {
        let n = 200_000;
        let draws = (0..n).map(|i| SKEW.quantile((f64::from(i) + 0.5) / f64::from(n)));
        let (sum, squares) = draws.fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
        let mean = sum / f64::from(n);
        assert!((mean - SKEW.mean()).abs() < 1e-7);
        assert!((squares / f64::from(n) - mean * mean - SKEW.variance()).abs() < 1e-6);
    }

    #[test]
    fn quantiles_make_a_triangle() {
        let made = Triangle::of_quantiles(SKEW.quantile(0.05), 1.5, SKEW.quantile(0.95));
        assert!((made.low - SKEW.low).abs() < 1e-9 && (made.high - SKEW.high).abs() < 1e-9);
        let flat = Triangle::of_quantiles(1.0, 1.0, 1.0);
        assert_eq!(flat, Triangle::fixed(1.0));
    }
}
