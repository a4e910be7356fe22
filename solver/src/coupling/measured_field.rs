//! A beam by its electric field at points: measured, or computed by other means.

use cpo_materials::constants::VACUUM_IMPEDANCE;
use cpo_meshes::Window;
use ndarray::Array2;
use num_complex::Complex64;

use super::field::to_one_watt;
use super::{CouplingError, TransverseField};

/// A beam in a medium by Eₓ and E_y at the points of a rectangular lattice.
///
/// Between points the field is cubic with continuous slopes (Hermite's form, slopes by the parabola through three
/// points; error O(Δ³), O(Δ⁴) on even lattices), beyond them it is zero. Only E being known, the magnetic field is that of
/// a wave along z, H = (n/Z₀) ẑ × E, wrong by (kw)⁻² for a beam of radius w.
#[derive(Clone, Debug)]
pub struct MeasuredField {
    points: [Vec<f64>; 2],
    /// Eₓ and E_y `[[x, y]]`, V/m.
    electric: [Array2<Complex64>; 2],
    index: f64,
}

/// Points whose values make up a value between them, and their shares.
type Shares = [(usize, f64); 4];

impl MeasuredField {
    /// A field from Eₓ and E_y `[[x, y]]` in any one unit, scaled to 1 W; `points` are rising coordinates x and y in m.
    ///
    /// # Errors
    /// [`CouplingError::Shape`] unless both have one value per point; [`CouplingError::OutOfRange`] for an index that is not
    /// positive, or points that do not rise or are fewer than two; [`CouplingError::NoForwardPower`] for a field of zeros, or
    /// one that is not finite.
    pub fn new(
        points: [Vec<f64>; 2],
        electric: [Array2<Complex64>; 2],
        index: f64,
    ) -> Result<Self, CouplingError> {
        let expected = points.each_ref().map(Vec::len);
        for (component, values) in ["ex", "ey"].into_iter().zip(&electric) {
            let found = [values.nrows(), values.ncols()];
            if found != expected {
                return Err(CouplingError::Shape {
                    component,
                    found,
                    expected,
                });
            }
        }
        let out_of_range = |quantity, value, unit, allowed| CouplingError::OutOfRange {
            quantity,
            value,
            unit,
            allowed,
        };
        if !(index.is_finite() && index > 0.0) {
            let quantity = "refractive index of the field's medium";
            return Err(out_of_range(quantity, index, "", "positive and finite"));
        }
        for axis in &points {
            let rises = |pair: &[f64]| pair[1] > pair[0] && pair[1].is_finite();
            if axis.len() < 2 || !axis[0].is_finite() || !axis.windows(2).all(rises) {
                let (quantity, allowed) =
                    ("coordinates of a field", "at least two, rising and finite");
                return Err(out_of_range(quantity, axis.len() as f64, "points", allowed));
            }
        }
        let mut field = Self {
            points,
            electric,
            index,
        };
        let scale = to_one_watt(field.power())?;
        for values in &mut field.electric {
            values.mapv_inplace(|v| v * scale);
        }
        Ok(field)
    }

    /// n/(2 Z₀) ∫|E|² dA by the trapezoidal rule, W.
    fn power(&self) -> f64 {
        let [wx, wy] = self.points.each_ref().map(|axis| weights(axis));
        let intensity = |(i, j): (usize, usize)| -> f64 {
            self.electric.iter().map(|e| e[[i, j]].norm_sqr()).sum()
        };
        let all = (0..wx.len()).flat_map(|i| (0..wy.len()).map(move |j| (i, j)));
        let sum: f64 = all.map(|(i, j)| intensity((i, j)) * wx[i] * wy[j]).sum();
        0.5 * self.index / VACUUM_IMPEDANCE * sum
    }
}

/// Trapezoidal weights of rising points.
fn weights(axis: &[f64]) -> Vec<f64> {
    let last = axis.len() - 1;
    let width = |i: usize| axis[(i + 1).min(last)] - axis[i.saturating_sub(1)];
    (0..axis.len()).map(|i| 0.5 * width(i)).collect()
}

/// Shares of the points around `x`; `None` beyond them.
fn shares(axis: &[f64], x: f64) -> Option<Shares> {
    let last = axis.len() - 1;
    if !(x >= axis[0] && x <= axis[last]) {
        return None;
    }
    let i = axis.partition_point(|&p| p <= x).clamp(1, last) - 1;
    let step = axis[i + 1] - axis[i];
    let t = (x - axis[i]) / step;
    let mut shares = [
        (i.saturating_sub(1), 0.0),
        (i, (1.0 + 2.0 * t) * (1.0 - t).powi(2)),
        (i + 1, t * t * (3.0 - 2.0 * t)),
        ((i + 2).min(last), 0.0),
    ];
    // slope at point `at` of the four, times the value of its cubic
    let mut slope = |at: usize, share: f64| {
        let point = i + at - 1;
        if point == 0 || point == last {
            // straight through the only neighbour
            shares[1].1 -= share / step;
            shares[2].1 += share / step;
            return;
        }
        let (below, above) = (axis[point] - axis[point - 1], axis[point + 1] - axis[point]);
        shares[at - 1].1 -= share * above / (below * (below + above));
        shares[at].1 += share * (above / below - below / above) / (below + above);
        shares[at + 1].1 += share * below / (above * (below + above));
    };
    slope(1, step * t * (1.0 - t).powi(2));
    slope(2, -step * t * t * (1.0 - t));
    Some(shares)
}

impl TransverseField for MeasuredField {
    fn at(&self, x: f64, y: f64) -> [Complex64; 4] {
        let [along_x, along_y] = &self.points;
        let (Some(a), Some(b)) = (shares(along_x, x), shares(along_y, y)) else {
            return [Complex64::ZERO; 4];
        };
        let [ex, ey] = self.electric.each_ref().map(|values| {
            let mut sum = Complex64::ZERO;
            for (i, s) in a {
                for (j, t) in b {
                    sum += values[[i, j]] * (s * t);
                }
            }
            sum
        });
        let admittance = self.index / VACUUM_IMPEDANCE;
        [ex, ey, -ey * admittance, ex * admittance]
    }

    fn window(&self) -> Option<Window> {
        let [x, y] = self
            .points
            .each_ref()
            .map(|axis| [axis[0], axis[axis.len() - 1]]);
        Some(Window { x, y })
    }

    fn effective_index(&self) -> Complex64 {
        Complex64::from(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove the shares wrong: parabolas between inner points are met exactly, however the points lie.
    #[test]
    fn parabolas_are_met() {
        let axis = [0.0, 0.7, 1.0, 2.5, 2.6, 4.0];
        let parabola = |x: f64| 3.0 - 2.0 * x + 0.7 * x * x;
        for n in 0..=100 {
            let x = 0.7 + 1.9 * f64::from(n) / 100.0;
            let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
                let shares = shares(&axis, x).unwrap();
                shares.iter().map(|&(i, s)| s * f(axis[i])).sum()
            };
            // round-off
            assert!((sum(&|_| 1.0) - 1.0).abs() < 1e-13);
            assert!((sum(&parabola) - parabola(x)).abs() < 1e-13, "{x}");
        }
        assert!(shares(&axis, -0.1).is_none() && shares(&axis, 4.1).is_none());
        let at_end = shares(&axis, 4.0).unwrap();
        // round-off
        assert!((at_end.iter().map(|&(i, s)| s * axis[i]).sum::<f64>() - 4.0).abs() < 1e-14);
    }

    #[test]
    fn slopes_are_continuous() {
        let axis = [0.0, 0.7, 1.0, 2.5, 2.6, 4.0];
        let values = [0.0, 1.0, -0.5, 0.3, 0.8, 0.0];
        let at = |x: f64| -> f64 {
            let shares = shares(&axis, x).unwrap();
            shares.iter().map(|&(i, s)| s * values[i]).sum()
        };
        let step = 1e-6;
        for &x in &axis[1..5] {
            let slopes = [at(x) - at(x - step), at(x + step) - at(x)].map(|d| d / step);
            // first-order differences of a curvature of up to 10³
            assert!((slopes[0] - slopes[1]).abs() < 1e-2, "{x}: {slopes:?}");
        }
    }
}
