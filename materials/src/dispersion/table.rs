//! Tables in wavelength, interpolated by a monotone cubic or linearly.
//!
//! Tables of n of transparent media are smooth: between points the Hermite cubic with the slopes of
//! Fritsch & Butland is used. It goes through every point, is continuously differentiable (so that a
//! group index has no jumps), never overshoots, and is a straight line between two points alone.
//! Error O(h²) at extrema and O(h³) or better elsewhere; the last digit of the table usually limits.
//!
//! Tables of measured n and k of absorbing media scatter: they are interpolated linearly, as the
//! refractiveindex.info database does (error O(h²), k ≥ 0 stays so).
//!
//! F. N. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. **5**, 300 (1984), doi:10.1137/0905021.

/// Values at strictly increasing wavelengths (metres).
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    wavelengths: Vec<f64>,
    values: Vec<f64>,
    /// Slopes at the points, for the cubic; `None` for straight lines.
    slopes: Option<Vec<f64>>,
}

impl Table {
    /// With a monotone cubic between points (wavelength in metres, value), which come in any order;
    /// exact repetitions are dropped. `None` with fewer than two points, with one that is not finite or
    /// not at a positive wavelength, or with two values at one wavelength.
    pub fn smooth(points: Vec<[f64; 2]>) -> Option<Self> {
        let mut table = Self::linear(points)?;
        table.slopes = Some(monotone_slopes(&table.wavelengths, &table.values));
        Some(table)
    }

    /// With straight lines between points; otherwise as [`smooth`](Self::smooth).
    pub fn linear(mut points: Vec<[f64; 2]>) -> Option<Self> {
        if points
            .iter()
            .any(|[x, y]| !x.is_finite() || !y.is_finite() || *x <= 0.0)
        {
            return None;
        }
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        points.dedup();
        if points.len() < 2 || points.windows(2).any(|w| w[0][0] == w[1][0]) {
            return None;
        }
        let (wavelengths, values) = points.iter().map(|&[x, y]| (x, y)).unzip();
        Some(Self {
            wavelengths,
            values,
            slopes: None,
        })
    }

    /// Number of points.
    #[allow(clippy::len_without_is_empty)] // a table has at least two points
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// First and last wavelength, metres.
    pub fn range(&self) -> [f64; 2] {
        [
            self.wavelengths[0],
            self.wavelengths[self.wavelengths.len() - 1],
        ]
    }

    /// The value at `wavelength` (metres); that of the nearer end outside the range.
    pub fn at(&self, wavelength: f64) -> f64 {
        let x = wavelength.clamp(self.range()[0], self.range()[1]);
        let i = self
            .wavelengths
            .partition_point(|&w| w <= x)
            .clamp(1, self.len() - 1)
            - 1;
        let h = self.wavelengths[i + 1] - self.wavelengths[i];
        let t = (x - self.wavelengths[i]) / h;
        let s = 1.0 - t;
        let (left, right) = (self.values[i], self.values[i + 1]);
        match &self.slopes {
            None => s * left + t * right,
            // Hermite basis
            Some(slopes) => {
                s * s * ((1.0 + 2.0 * t) * left + t * h * slopes[i])
                    + t * t * ((3.0 - 2.0 * t) * right - s * h * slopes[i + 1])
            }
        }
    }
}

/// Slopes dy/dx that keep the cubic monotone between points.
fn monotone_slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let h: Vec<f64> = x.windows(2).map(|w| w[1] - w[0]).collect();
    let secant: Vec<f64> = y
        .windows(2)
        .zip(&h)
        .map(|(w, h)| (w[1] - w[0]) / h)
        .collect();
    if n == 2 {
        return vec![secant[0]; 2];
    }
    let mut slopes = vec![0.0; n];
    for i in 1..n - 1 {
        let (left, right) = (secant[i - 1], secant[i]);
        if left * right > 0.0 {
            // weighted harmonic mean: zero at extrema, at most three times the smaller secant
            let (a, b) = (2.0 * h[i] + h[i - 1], h[i] + 2.0 * h[i - 1]);
            slopes[i] = (a + b) / (a / left + b / right);
        }
    }
    slopes[0] = end_slope(h[0], h[1], secant[0], secant[1]);
    slopes[n - 1] = end_slope(h[n - 2], h[n - 3], secant[n - 2], secant[n - 3]);
    slopes
}

/// One-sided parabolic slope, limited so that the end interval stays monotone.
fn end_slope(h: f64, next_h: f64, secant: f64, next_secant: f64) -> f64 {
    let slope = ((2.0 * h + next_h) * secant - h * next_secant) / (h + next_h);
    if slope * secant <= 0.0 {
        0.0
    } else if secant * next_secant < 0.0 && slope.abs() > 3.0 * secant.abs() {
        3.0 * secant
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_its_points_and_reproduces_a_line() {
        let points: Vec<[f64; 2]> = [1.0, 1.3, 1.35, 2.0]
            .iter()
            .map(|&x| [x, 5.0 - 2.0 * x])
            .collect();
        let table = Table::smooth(points.clone()).unwrap();
        for i in 0..=100 {
            let x = 1.0 + i as f64 / 100.0;
            assert!((table.at(x) - (5.0 - 2.0 * x)).abs() < 1e-14); // round-off
        }
        let linear = Table::linear(points.clone()).unwrap();
        for [x, y] in points {
            assert_eq!(table.at(x), y);
            assert_eq!(linear.at(x), y);
        }
        assert!((linear.at(1.15) - 2.7).abs() < 1e-14); // round-off
    }

    #[test]
    fn never_overshoots() {
        let table = Table::smooth(vec![
            [1.0, 0.0],
            [2.0, 0.0],
            [3.0, 1.0],
            [4.0, 1.0],
            [5.0, 0.2],
        ])
        .unwrap();
        for i in 0..=400 {
            let value = table.at(1.0 + i as f64 / 100.0);
            assert!((-1e-15..=1.0 + 1e-15).contains(&value)); // round-off
        }
    }

    /// Where the function is monotone the error falls at least as h³ (Fritsch & Butland).
    #[test]
    fn order_of_accuracy() {
        let error = |cells: usize| {
            let x = |i: f64| 1.0 + i / cells as f64;
            let table = Table::smooth(
                (0..=cells)
                    .map(|i| [x(i as f64), x(i as f64).ln()])
                    .collect(),
            )
            .unwrap();
            (0..cells)
                .map(|i| (table.at(x(i as f64 + 0.4)) - x(i as f64 + 0.4).ln()).abs())
                .fold(0.0, f64::max)
        };
        let order = (error(40) / error(80)).log2();
        assert!(order > 2.8, "order {order}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Table::smooth(vec![[1.0, 2.0]]).is_none());
        assert!(Table::smooth(vec![[1.0, 2.0], [1.0, 3.0]]).is_none());
        assert!(Table::smooth(vec![[1.0, f64::NAN], [2.0, 3.0]]).is_none());
        assert!(Table::smooth(vec![[0.0, 1.0], [2.0, 3.0]]).is_none());
    }
}
