//! The dispersion formulas of the refractiveindex.info database, L = λ/µm, Cᵢ counted from 1:
//!
//! ```text
//! 1  Sellmeier      n² − 1 = C₁ + Σ C₂ᵢ L² / (L² − C₂ᵢ₊₁²)
//! 2  Sellmeier-2    n² − 1 = C₁ + Σ C₂ᵢ L² / (L² − C₂ᵢ₊₁)
//! 3  polynomial     n²     = C₁ + Σ C₂ᵢ L^C₂ᵢ₊₁
//! 4  rational       n²     = C₁ + C₂ L^C₃/(L² − C₄^C₅) + C₆ L^C₇/(L² − C₈^C₉) + C₁₀ L^C₁₁ + …
//! 5  Cauchy         n      = C₁ + Σ C₂ᵢ L^C₂ᵢ₊₁
//! 6  gases          n − 1  = C₁ + Σ C₂ᵢ / (C₂ᵢ₊₁ − L⁻²)
//! 7  Herzberger     n      = C₁ + C₂/(L² − 0.028) + C₃/(L² − 0.028)² + C₄ L² + C₅ L⁴ + C₆ L⁶
//! 8  retro          (n² − 1)/(n² + 2) = C₁ + C₂ L²/(L² − C₃) + C₄ L²
//! 9  exotic         n²     = C₁ + C₂/(L² − C₃) + C₄ (L − C₅)/((L − C₅)² + C₆)
//! ```
//!
//! M. N. Polyanskiy, "Refractiveindex.info database of optical constants", Sci. Data **11**, 94
//! (2024), doi:10.1038/s41597-023-02898-2. Missing trailing coefficients are zero.

use crate::{Length, Quantity};

/// A dispersion formula with its coefficients for λ in µm.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    number: u8,
    coefficients: Vec<f64>,
}

impl Formula {
    /// Formula `number` (1 to 9) with its `coefficients`; `None` if there is no such formula, a
    /// coefficient is not finite, or there are none.
    pub fn new(number: u8, coefficients: Vec<f64>) -> Option<Self> {
        let finite = !coefficients.is_empty() && coefficients.iter().all(|c| c.is_finite());
        ((1..=9).contains(&number) && finite).then_some(Self {
            number,
            coefficients,
        })
    }

    /// "formula 1 (Sellmeier)".
    pub fn name(&self) -> &'static str {
        match self.number {
            1 => "formula 1 (Sellmeier)",
            2 => "formula 2 (Sellmeier-2)",
            3 => "formula 3 (polynomial)",
            4 => "formula 4 (rational)",
            5 => "formula 5 (Cauchy)",
            6 => "formula 6 (gases)",
            7 => "formula 7 (Herzberger)",
            8 => "formula 8 (retro)",
            _ => "formula 9 (exotic)",
        }
    }

    /// n at `wavelength` in metres; NaN where the formula has no real value.
    pub fn index(&self, wavelength: f64) -> f64 {
        let l = wavelength / Length::um(1.0).si();
        let l2 = l * l;
        let c = |i: usize| self.coefficients.get(i - 1).copied().unwrap_or(0.0);
        let pairs = |from: usize| {
            let tail = self.coefficients.get(from - 1..).unwrap_or(&[]);
            tail.chunks(2)
                .map(|pair| (pair[0], pair.get(1).copied().unwrap_or(0.0)))
        };
        match self.number {
            1 => (1.0 + c(1) + pairs(2).map(|(b, r)| b * l2 / (l2 - r * r)).sum::<f64>()).sqrt(),
            2 => (1.0 + c(1) + pairs(2).map(|(b, r)| b * l2 / (l2 - r)).sum::<f64>()).sqrt(),
            3 => (c(1) + pairs(2).map(|(b, e)| b * l.powf(e)).sum::<f64>()).sqrt(),
            4 => {
                let pole = |b: f64, e: f64, r: f64, s: f64| {
                    if b == 0.0 {
                        0.0
                    } else {
                        b * l.powf(e) / (l2 - r.powf(s))
                    }
                };
                let poles = pole(c(2), c(3), c(4), c(5)) + pole(c(6), c(7), c(8), c(9));
                (c(1) + poles + pairs(10).map(|(b, e)| b * l.powf(e)).sum::<f64>()).sqrt()
            }
            5 => c(1) + pairs(2).map(|(b, e)| b * l.powf(e)).sum::<f64>(),
            6 => 1.0 + c(1) + pairs(2).map(|(b, r)| b / (r - 1.0 / l2)).sum::<f64>(),
            7 => {
                let pole = 1.0 / (l2 - 0.028);
                c(1) + c(2) * pole
                    + c(3) * pole * pole
                    + c(4) * l2
                    + c(5) * l2 * l2
                    + c(6) * l2.powi(3)
            }
            8 => {
                let lorentz = c(1) + c(2) * l2 / (l2 - c(3)) + c(4) * l2;
                ((1.0 + 2.0 * lorentz) / (1.0 - lorentz)).sqrt()
            }
            _ => {
                let d = l - c(5);
                (c(1) + c(2) / (l2 - c(3)) + c(4) * d / (d * d + c(6))).sqrt()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(number: u8, coefficients: &[f64], um: f64) -> f64 {
        Formula::new(number, coefficients.to_vec())
            .unwrap()
            .index(Length::um(um).si())
    }

    /// Each formula against a value worked out by hand at L = 2 (L² = 4), to round-off.
    #[test]
    fn formulas_by_hand() {
        let cases: &[(u8, &[f64], f64)] = &[
            (1, &[0.5, 3.0, 1.0], (1.5_f64 + 3.0 * 4.0 / 3.0).sqrt()),
            (2, &[0.5, 3.0, 2.0], (1.5_f64 + 3.0 * 4.0 / 2.0).sqrt()),
            (3, &[2.0, 1.0, 2.0, 4.0, -1.0], 8.0_f64.sqrt()),
            (
                4,
                &[2.0, 1.0, 1.0, 1.0, 2.0, 3.0, 0.0, 3.0, 1.0, 1.0, 2.0],
                (2.0_f64 + 2.0 / 3.0 + 3.0 + 4.0).sqrt(),
            ),
            (
                4,
                &[2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0],
                2.0,
            ),
            (5, &[1.5, 0.4, -2.0, 0.8, -4.0], 1.5 + 0.1 + 0.05),
            (6, &[0.1, 3.0, 0.5], 1.1 + 3.0 / 0.25),
            (7, &[1.0, 0.1, 0.2, 0.01, 0.001, 0.0001], {
                let pole: f64 = 1.0 / 3.972;
                1.0 + 0.1 * pole + 0.2 * pole * pole + 0.04 + 0.016 + 0.0064
            }),
            (8, &[0.1, 0.15, 2.0, 0.01], {
                let lorentz: f64 = 0.1 + 0.3 + 0.04;
                ((1.0 + 2.0 * lorentz) / (1.0 - lorentz)).sqrt()
            }),
            (
                9,
                &[2.0, 1.0, 2.0, 0.5, 1.0, 3.0],
                (2.0_f64 + 0.5 + 0.5 / 4.0).sqrt(),
            ),
        ];
        for &(number, coefficients, expected) in cases {
            let n = index(number, coefficients, 2.0);
            assert!(
                (n - expected).abs() < 1e-13 * expected,
                "formula {number}: {n} for {expected}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Formula::new(0, vec![1.0]).is_none());
        assert!(Formula::new(10, vec![1.0]).is_none());
        assert!(Formula::new(1, vec![]).is_none());
        assert!(Formula::new(1, vec![f64::NAN]).is_none());
    }
}
