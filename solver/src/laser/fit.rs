//! Threshold, slope efficiency and their temperature coefficients from light-current curves at several temperatures.
//!
//! Least squares ∑ (P(I, T) − P_measured)² of P = η₀ e^(−c t)(I − I₀ e^(b t)), t = T − T_r, b = 1/T₀, c = 1/T₁, over the samples
//! well above threshold, by Levenberg's and Marquardt's damped Gauss-Newton steps (D. W. Marquardt, J. Soc. Indust. Appl. Math. 11,
//! 431 (1963), 10.1137/0111030) in (ln I₀, b, ln η₀, c), in which I₀ and η₀ stay positive. The start is the linear fit of first order in t.
//! Which samples are above threshold follows from the fit itself, not from their noisy power, and is repeated until it stays.
//!
//! Covariance: s² (JᵀJ)⁻¹ with s² = ∑ r²/(n − 4), for noise of one size in all samples (JCGM 100:2008, GUM).
//!
//! Limits: T is the junction's temperature: pulsed curves, or stage temperatures to which the heating has been added. Roll-over in
//! the samples is taken for T₀ and T₁.

use cpo_materials::{
    Current, Power, Quantity, SlopeEfficiency, Temperature, TemperatureDifference,
};
use ndarray::Array2;

use super::inverse::inverse;
use super::{LaserError, LaserParameters};

/// Samples below this multiple of the fitted threshold are left out: the knee holds spontaneous emission.
const KNEE: f64 = 1.1;
/// Samples below this part of the largest power are left out of the first, linear fit.
const FIRST: f64 = 0.1;
/// Rounds in which samples may come back; from then on they only leave, so that one on the edge cannot do both for ever.
const FREE_ROUNDS: usize = 8;
/// Steps of one fit.
const STEPS: usize = 500;
/// Relative step at which a fit ends; the parameters are logarithms and exponents, of size one.
const STEP: f64 = 1e-13;

type Four = [f64; 4];

/// One point of a light-current curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LightCurrentSample {
    /// Junction temperature.
    pub temperature: Temperature,
    /// Drive current.
    pub current: Current,
    /// Optical power.
    pub power: Power,
}

/// I₀, T₀, η₀ and T₁ with their covariance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LightCurrentFit {
    reference: f64,
    /// ln I₀, 1/T₀, ln η₀, 1/T₁.
    logarithms: Four,
    covariance: [Four; 4],
    samples: usize,
    residual: f64,
}

/// Power and its derivatives by the logarithms; t from the reference temperature.
fn model(p: &Four, t: f64, current: f64) -> (f64, Four) {
    let slope = (p[2] - p[3] * t).exp();
    let threshold = (p[0] + p[1] * t).exp();
    let power = slope * (current - threshold);
    let lost = slope * threshold;
    (power, [-lost, -lost * t, power, -power * t])
}

fn failed(reason: String) -> LaserError {
    LaserError::Fit { reason }
}

/// JᵀJ, −Jᵀr and ∑r².
fn normal_equations(p: &Four, rows: &[[f64; 3]]) -> (Array2<f64>, Four, f64) {
    let (mut matrix, mut right, mut sum) = (Array2::zeros((4, 4)), [0.0; 4], 0.0);
    for &[t, current, power] in rows {
        let (value, slopes) = model(p, t, current);
        let r = value - power;
        sum += r * r;
        for i in 0..4 {
            right[i] -= slopes[i] * r;
            for j in 0..4 {
                matrix[[i, j]] += slopes[i] * slopes[j];
            }
        }
    }
    (matrix, right, sum)
}

/// The inverse of a normal matrix, scaled to ones on its diagonal so that units do not spoil the pivots.
fn scaled_inverse(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let scale: Vec<f64> = (0..4).map(|i| matrix[[i, i]].sqrt()).collect();
    let scaled = Array2::from_shape_fn((4, 4), |(i, j)| matrix[[i, j]] / (scale[i] * scale[j]));
    let found = inverse(&scaled)?;
    // a condition beyond 1/√ε of J leaves no digit
    if found.iter().any(|v| v.abs() > 1.0 / f64::EPSILON) {
        return None;
    }
    Some(Array2::from_shape_fn((4, 4), |(i, j)| {
        found[[i, j]] / (scale[i] * scale[j])
    }))
}

/// First order in t: P ≈ η₀ I − η₀ c t I − η₀ I₀ − η₀ I₀ (b − c) t, linear in four numbers.
fn start(rows: &[[f64; 3]]) -> Option<Four> {
    let (mut matrix, mut right) = (Array2::zeros((4, 4)), [0.0; 4]);
    for &[t, current, power] in rows {
        let basis = [current, -t * current, -1.0, -t];
        for i in 0..4 {
            right[i] += basis[i] * power;
            for j in 0..4 {
                matrix[[i, j]] += basis[i] * basis[j];
            }
        }
    }
    let found = scaled_inverse(&matrix)?;
    let x: Vec<f64> = (0..4)
        .map(|i| (0..4).map(|j| found[[i, j]] * right[j]).sum())
        .collect();
    let (slope, offset) = (x[0], x[2]);
    (slope > 0.0 && offset > 0.0).then(|| {
        let c = x[1] / slope;
        [(offset / slope).ln(), x[3] / offset + c, slope.ln(), c]
    })
}

fn least_squares(mut p: Four, rows: &[[f64; 3]]) -> Result<Four, LaserError> {
    // steps of the rates are measured by the span of t
    let span = rows.iter().map(|row| row[0].abs()).fold(1.0, f64::max);
    let (mut matrix, mut right, mut sum) = normal_equations(&p, rows);
    let mut damping = 1e-3;
    for _ in 0..STEPS {
        let mut damped = matrix.clone();
        for i in 0..4 {
            damped[[i, i]] *= 1.0 + damping;
        }
        let Some(found) = scaled_inverse(&damped) else {
            return Err(failed(String::from(
                "the samples do not determine threshold, slope and both temperature coefficients; curves at two temperatures are needed",
            )));
        };
        let step: Four =
            std::array::from_fn(|i| (0..4).map(|j| found[[i, j]] * right[j]).sum::<f64>());
        let next: Four = std::array::from_fn(|i| p[i] + step[i]);
        let length = [step[0], step[1] * span, step[2], step[3] * span]
            .iter()
            .fold(0.0, |most, s: &f64| f64::max(most, s.abs()));
        let (m, r, s) = normal_equations(&next, rows);
        if s.is_finite() && s <= sum {
            (p, matrix, right, sum) = (next, m, r, s);
            damping = f64::max(damping * 0.1, 1e-12);
        } else {
            damping *= 10.0;
        }
        // damped to nothing without a smaller sum, the sum is least to round-off
        if length < STEP || damping > 1e12 {
            return Ok(p);
        }
    }
    Err(failed(format!(
        "the fit did not converge in {STEPS} steps; the root mean square of its residual is {:.2e} W",
        (sum / rows.len() as f64).sqrt()
    )))
}

impl LightCurrentFit {
    /// The fit of the samples above threshold, in any order, stated at `reference`.
    ///
    /// # Errors
    /// [`LaserError::Parameter`] for a sample that is not finite, a current that is negative or a temperature not above 0;
    /// [`LaserError::Fit`] for fewer than five samples above threshold, samples that do not determine the
    /// four parameters, and a fit of which T₀ or T₁ is not positive.
    pub fn new(samples: &[LightCurrentSample], reference: Temperature) -> Result<Self, LaserError> {
        let mut rows = Vec::with_capacity(samples.len());
        for sample in samples {
            let (t, i, p) = (
                sample.temperature.si(),
                sample.current.si(),
                sample.power.si(),
            );
            let checks = [
                (
                    "temperature of a sample",
                    t,
                    "K",
                    "finite and above 0",
                    t > 0.0,
                ),
                (
                    "current of a sample",
                    i,
                    "A",
                    "finite and not negative",
                    i >= 0.0,
                ),
                ("power of a sample", p, "W", "finite", true),
            ];
            for (quantity, value, unit, allowed, good) in checks {
                if !(good && value.is_finite()) {
                    return Err(LaserError::Parameter {
                        quantity,
                        value,
                        unit,
                        allowed,
                    });
                }
            }
            rows.push([t, i, p]);
        }
        // exponents count from the middle of the data, where they are least correlated with the logarithms
        let middle = rows.iter().map(|row| row[0]).sum::<f64>() / rows.len().max(1) as f64;
        for row in &mut rows {
            row[0] -= middle;
        }
        let most = rows.iter().map(|row| row[2]).fold(0.0, f64::max);
        let mut chosen: Vec<usize> = (0..rows.len())
            .filter(|&k| rows[k][2] > FIRST * most)
            .collect();
        let mut p = None;
        let mut round = 0;
        loop {
            let used: Vec<[f64; 3]> = chosen.iter().map(|&k| rows[k]).collect();
            if used.len() < 5 {
                return Err(failed(format!(
                    "{} samples are above threshold; four parameters and their uncertainty need at least 5",
                    used.len()
                )));
            }
            let from = match p {
                Some(p) => p,
                None => start(&used).ok_or_else(|| {
                    failed(String::from(
                        "light must rise with current, and curves at two temperatures with several currents each are needed",
                    ))
                })?,
            };
            let found = least_squares(from, &used)?;
            let threshold = |t: f64| (found[0] + found[1] * t).exp();
            let above = (0..rows.len()).filter(|&k| rows[k][1] >= KNEE * threshold(rows[k][0]));
            let above: Vec<usize> = above
                .filter(|k| round < FREE_ROUNDS || chosen.contains(k))
                .collect();
            p = Some(found);
            round += 1;
            if above == chosen {
                let fit = Self::of(found, middle, &used)?;
                return Ok(fit.at(reference));
            }
            chosen = above;
        }
    }

    fn of(p: Four, reference: f64, used: &[[f64; 3]]) -> Result<Self, LaserError> {
        for (name, rate) in [("T0", p[1]), ("T1", p[3])] {
            if !(rate > 0.0 && rate.is_finite()) {
                return Err(failed(format!(
                    "1/{name} comes out as {rate:.3e} 1/K; the threshold must rise and the slope efficiency fall with temperature"
                )));
            }
        }
        let (matrix, _, sum) = normal_equations(&p, used);
        let variance = sum / (used.len() - 4) as f64;
        let Some(found) = scaled_inverse(&matrix) else {
            return Err(failed(String::from(
                "the samples do not determine threshold, slope and both temperature coefficients",
            )));
        };
        Ok(Self {
            reference,
            logarithms: p,
            covariance: std::array::from_fn(|i| std::array::from_fn(|j| variance * found[[i, j]])),
            samples: used.len(),
            residual: variance.sqrt(),
        })
    }

    /// The same fit stated at another reference temperature: exact, the law being exponential.
    pub fn at(&self, reference: Temperature) -> Self {
        let d = reference.si() - self.reference;
        let p = self.logarithms;
        // ln I₀ + b d, ln η₀ − c d
        let change = [
            [1.0, d, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, -d],
            [0.0, 0.0, 0.0, 1.0],
        ];
        let entry = |i: usize, j: usize| -> f64 {
            let row = |k: usize| {
                (0..4)
                    .map(|l| self.covariance[k][l] * change[j][l])
                    .sum::<f64>()
            };
            (0..4).map(|k| change[i][k] * row(k)).sum()
        };
        Self {
            reference: reference.si(),
            logarithms: std::array::from_fn(|i| (0..4).map(|k| change[i][k] * p[k]).sum()),
            covariance: std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))),
            ..*self
        }
    }

    /// T_r.
    pub fn reference(&self) -> Temperature {
        Temperature::kelvin(self.reference)
    }

    /// I₀ and its standard uncertainty.
    pub fn threshold(&self) -> (Current, Current) {
        let (value, error) = self.exponential(0);
        (Current::a(value), Current::a(error))
    }

    /// T₀ and its standard uncertainty.
    pub fn threshold_temperature(&self) -> (TemperatureDifference, TemperatureDifference) {
        let (value, error) = self.reciprocal(1);
        (
            TemperatureDifference::kelvin(value),
            TemperatureDifference::kelvin(error),
        )
    }

    /// η₀ and its standard uncertainty.
    pub fn slope(&self) -> (SlopeEfficiency, SlopeEfficiency) {
        let (value, error) = self.exponential(2);
        (
            SlopeEfficiency::w_per_a(value),
            SlopeEfficiency::w_per_a(error),
        )
    }

    /// T₁ and its standard uncertainty.
    pub fn slope_temperature(&self) -> (TemperatureDifference, TemperatureDifference) {
        let (value, error) = self.reciprocal(3);
        (
            TemperatureDifference::kelvin(value),
            TemperatureDifference::kelvin(error),
        )
    }

    /// Number of samples above threshold.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// s, the standard deviation of the residual: noise, or what the model lacks.
    pub fn residual(&self) -> Power {
        Power::w(self.residual)
    }

    /// `laser` with the fitted parameters and their reference temperature in place of its own.
    pub fn parameters(&self, laser: LaserParameters) -> LaserParameters {
        self.displaced(laser, &[0.0; 4])
    }

    /// The same with the logarithms moved by `by`.
    pub(super) fn displaced(&self, laser: LaserParameters, by: &Four) -> LaserParameters {
        let p: Four = std::array::from_fn(|i| self.logarithms[i] + by[i]);
        LaserParameters {
            reference: self.reference(),
            threshold: Current::a(p[0].exp()),
            threshold_temperature: TemperatureDifference::kelvin(1.0 / p[1]),
            slope: SlopeEfficiency::w_per_a(p[2].exp()),
            slope_temperature: TemperatureDifference::kelvin(1.0 / p[3]),
            ..laser
        }
    }

    /// Independent standard deviations of the logarithms: the columns of L, L Lᵀ their covariance (Cholesky).
    pub(super) fn deviations(&self) -> [Four; 4] {
        let mut l = [[0.0; 4]; 4];
        for j in 0..4 {
            let done: f64 = (0..j).map(|k| l[j][k] * l[j][k]).sum();
            // a variance of 0 has no column; round-off may leave it below
            let pivot = (self.covariance[j][j] - done).max(0.0).sqrt();
            l[j][j] = pivot;
            for i in j + 1..4 {
                let done: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
                l[i][j] = if pivot > 0.0 {
                    (self.covariance[i][j] - done) / pivot
                } else {
                    0.0
                };
            }
        }
        std::array::from_fn(|j| std::array::from_fn(|i| l[i][j]))
    }

    fn exponential(&self, i: usize) -> (f64, f64) {
        let value = self.logarithms[i].exp();
        (value, value * self.covariance[i][i].sqrt())
    }

    fn reciprocal(&self, i: usize) -> (f64, f64) {
        let value = 1.0 / self.logarithms[i];
        (value, value * value * self.covariance[i][i].sqrt())
    }
}
