//! A perceptually uniform colour map, and values mapped on it.

use plotters::style::RGBColor;

use super::axis::{Ticks, linear_ticks, logarithmic_ticks};

/// Viridis (Smith & van der Walt 2015, CC0) at 17 equally spaced positions; straight lines between anchors stay within 2/255
/// of the original 256 entries.
const VIRIDIS: [[u8; 3]; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 130, 142],
    [33, 145, 140],
    [31, 160, 136],
    [40, 174, 128],
    [63, 188, 115],
    [94, 201, 98],
    [132, 212, 75],
    [173, 220, 48],
    [216, 226, 25],
    [253, 231, 37],
];

/// The colour at `position` in [0, 1]; clamped outside.
pub fn viridis(position: f64) -> [u8; 3] {
    let last = VIRIDIS.len() - 1;
    let scaled = position.clamp(0.0, 1.0) * last as f64;
    let lower = (scaled.floor() as usize).min(last - 1);
    let t = scaled - lower as f64;
    std::array::from_fn(|c| {
        let (a, b) = (
            f64::from(VIRIDIS[lower][c]),
            f64::from(VIRIDIS[lower + 1][c]),
        );
        (a + t * (b - a)).round() as u8
    })
}

/// Values to colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourScale {
    /// Value (as shown) of the darkest colour.
    pub lower: f64,
    /// Value (as shown) of the brightest colour.
    pub upper: f64,
    /// Equal ratios instead of equal differences; `lower` is then positive.
    pub logarithmic: bool,
}

impl ColourScale {
    /// The linear scale that spans the finite values; one of width 1 for a constant.
    pub fn spanning(values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|v| v.is_finite());
        let (lower, upper) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), v| {
            (l.min(v), u.max(v))
        });
        match (lower, upper) {
            (l, u) if l > u => Self {
                lower: 0.0,
                upper: 1.0,
                logarithmic: false,
            },
            (l, u) if u - l <= 1e-12 * u.abs() => Self {
                lower: l,
                upper: l + l.abs().max(1.0),
                logarithmic: false,
            },
            _ => Self {
                lower,
                upper,
                logarithmic: false,
            },
        }
    }

    /// Position of a value on the colour map, 0 to 1; a NaN has none.
    pub fn position(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let position = if self.logarithmic {
            (value.max(self.lower) / self.lower).ln() / (self.upper / self.lower).ln()
        } else {
            (value - self.lower) / (self.upper - self.lower)
        };
        Some(position.clamp(0.0, 1.0))
    }

    /// The colour of a value; grey for NaN.
    pub fn colour(&self, value: f64) -> RGBColor {
        let [r, g, b] = self.position(value).map_or([150, 150, 150], viridis);
        RGBColor(r, g, b)
    }

    pub(super) fn ticks(&self, most: usize) -> Ticks {
        if self.logarithmic {
            logarithmic_ticks(self.lower, self.upper, most)
        } else {
            linear_ticks(self.lower, self.upper, most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_rises_steadily() {
        // CIE lightness grows along a perceptually uniform map; luma stands for it here.
        let luma = |p: f64| {
            viridis(p)
                .iter()
                .zip([0.2126, 0.7152, 0.0722])
                .map(|(&c, w)| f64::from(c) * w)
                .sum::<f64>()
        };
        assert!((0..100).all(|i| luma(f64::from(i + 1) / 100.0) > luma(f64::from(i) / 100.0)));
        assert_eq!(viridis(-1.0), VIRIDIS[0]);
        assert_eq!(viridis(2.0), VIRIDIS[16]);
    }

    #[test]
    fn scales_survive_constants_and_nan() {
        let scale = ColourScale::spanning([3.0, 3.0, f64::NAN]);
        assert!(scale.upper > scale.lower);
        assert_eq!(scale.position(f64::NAN), None);
        let log = ColourScale {
            lower: 0.1,
            upper: 10.0,
            logarithmic: true,
        };
        // ln has a relative error of some 1e-16 here.
        assert!((log.position(1.0).expect("a number") - 0.5).abs() < 1e-12);
        assert_eq!(log.position(0.0), Some(0.0));
    }
}
