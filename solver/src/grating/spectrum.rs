//! A grating at many wavelengths.

use super::solution::GratingSolution;
use cpo_materials::{Quantity, Wavelength};

/// Solutions at the wavelengths asked for, the beam staying where it is.
#[derive(Clone, Debug)]
pub struct GratingSpectrum {
    wavelengths: Vec<Wavelength>,
    solutions: Vec<GratingSolution>,
    placed: GratingSolution,
}

/// Wavelengths between which the efficiency is within some decibels of its best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth {
    /// Where it rises through the level, m.
    pub from: f64,
    /// Where it falls through it, m.
    pub to: f64,
    /// Error of their distance, m.
    pub error: f64,
}

impl GratingSpectrum {
    pub(super) fn new(
        wavelengths: Vec<Wavelength>,
        solutions: Vec<GratingSolution>,
        placed: GratingSolution,
    ) -> Self {
        Self {
            wavelengths,
            solutions,
            placed,
        }
    }

    /// The solution at the problem's own wavelength, where the beam was put.
    pub fn placed(&self) -> &GratingSolution {
        &self.placed
    }

    /// The wavelengths.
    pub fn wavelengths(&self) -> &[Wavelength] {
        &self.wavelengths
    }

    /// The solution at each of them.
    pub fn solutions(&self) -> &[GratingSolution] {
        &self.solutions
    }

    /// Where the efficiency is within `decibel` of the best wavelength's; none if it does not fall as far on both sides
    /// of that within the wavelengths.
    ///
    /// Between wavelengths the efficiency in decibels is interpolated by parabolas through three of them; the error is
    /// what the solutions' bars and straight lines in place of parabolas make of it.
    pub fn bandwidth(&self, decibel: f64) -> Option<Bandwidth> {
        let mut points: Vec<Point> = self
            .wavelengths
            .iter()
            .zip(&self.solutions)
            .map(|(wavelength, solution)| {
                let study = solution.efficiency();
                Point {
                    wavelength: wavelength.si(),
                    level: 10.0 * study.value.log10(),
                    error: 10.0 * std::f64::consts::LOG10_E * study.error / study.value,
                }
            })
            .collect();
        points.sort_by(|a, b| a.wavelength.total_cmp(&b.wavelength));
        let peak =
            (0..points.len()).max_by(|&a, &b| points[a].level.total_cmp(&points[b].level))?;
        let level = top(&points, peak) - decibel;
        let (right, right_error) = crossing(&points[peak..], level)?;
        let left: Vec<Point> = points[..=peak].iter().rev().copied().collect();
        let (left, left_error) = crossing(&left, level)?;
        Some(Bandwidth {
            from: left,
            to: right,
            error: left_error + right_error,
        })
    }
}

impl Bandwidth {
    /// The distance of both, m.
    pub fn width(&self) -> f64 {
        self.to - self.from
    }
}

#[derive(Clone, Copy, Debug)]
struct Point {
    wavelength: f64,
    /// dB.
    level: f64,
    error: f64,
}

/// The parabola through three points: value and two divided differences.
fn divided([a, b, c]: [&Point; 3]) -> [f64; 2] {
    let slope = |p: &Point, q: &Point| (q.level - p.level) / (q.wavelength - p.wavelength);
    let first = slope(a, b);
    [first, (slope(b, c) - first) / (c.wavelength - a.wavelength)]
}

/// The peak's height by a parabola through its neighbours.
fn top(points: &[Point], peak: usize) -> f64 {
    if peak == 0 || peak + 1 == points.len() {
        return points[peak].level;
    }
    let [a, b, c] = [&points[peak - 1], &points[peak], &points[peak + 1]];
    let [first, second] = divided([a, b, c]);
    // p(x) = a + first (x − a) + second (x − a)(x − b).
    let at = 0.5 * (a.wavelength + b.wavelength - first / second);
    a.level + first * (at - a.wavelength) + second * (at - a.wavelength) * (at - b.wavelength)
}

/// Where points that begin above `level` first fall through it, and the error of that.
fn crossing(points: &[Point], level: f64) -> Option<(f64, f64)> {
    let after = points.iter().position(|p| p.level < level)?;
    let [p, q] = [after.checked_sub(1)?, after].map(|k| &points[k]);
    let slope = (q.level - p.level) / (q.wavelength - p.wavelength);
    let straight = p.wavelength + (level - p.level) / slope;
    // The neighbour on the far side, or, at the end of the points, on the near one.
    let third = points
        .get(after + 1)
        .or_else(|| points.get(after.wrapping_sub(2)));
    let [_, second] = third.map_or([0.0; 2], |r| divided([p, q, r]));
    let bent = |x: f64| {
        p.level + slope * (x - p.wavelength) + second * (x - p.wavelength) * (x - q.wavelength)
    };
    // One side of the level at p, the other at q.
    let (mut above, mut below) = (p.wavelength, q.wavelength);
    for _ in 0..60 {
        let middle = 0.5 * (above + below);
        if bent(middle) > level {
            above = middle;
        } else {
            below = middle;
        }
    }
    let at = 0.5 * (above + below);
    let by_values = p.error.max(q.error) / slope.abs();
    Some((at, by_values + (at - straight).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What would prove the crossing wrong: a parabola's own.
    #[test]
    fn a_parabola_crosses_where_it_does() {
        let point = |x: f64| Point {
            wavelength: x,
            level: -x * x / 400.0,
            error: 0.0,
        };
        let points: Vec<Point> = (0..12).map(|k| point(-1.3 + 2.5 * f64::from(k))).collect();
        let (at, error) = crossing(&points, -1.0).expect("they fall as far");
        // Exact but for round-off; the bar is what a straight line misses.
        assert!((at - 20.0).abs() < 1e-9, "{at}");
        assert!(error > 0.0 && error < 0.1, "{error}");
        assert!(top(&points, 1).abs() < 1e-12);
        assert!(crossing(&points, -5.0).is_none());
    }
}
