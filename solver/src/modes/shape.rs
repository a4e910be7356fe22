//! Numbers that describe the shape of a mode.

use super::fields::Fields;
use super::sample::Sample;
use cpo_meshes::Axis;

/// The numbers of one level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) te_fraction: f64,
    pub(super) effective_area: f64,
    pub(super) mode_field_diameter: [f64; 2],
}

impl Shape {
    /// Areas and fractions from samples, widths from the fields on a grid.
    pub(super) fn new(samples: &[Sample], fields: &Fields) -> Self {
        let (mut x, mut transverse, mut second, mut fourth) = (0.0, 0.0, 0.0, 0.0);
        for sample in samples {
            let [ex, ey, _] = sample.electric.map(|e| e.norm_sqr());
            let e2 = sample.electric_squared();
            x += sample.area * ex;
            transverse += sample.area * (ex + ey);
            second += sample.area * e2;
            fourth += sample.area * e2 * e2;
        }
        let density = fields.power_density();
        let marginal = |axis: usize| {
            let other = fields.grid.axis(1 - axis);
            let sum = |k: usize| -> f64 {
                (0..other.len())
                    .map(|l| other.width(l) * density[if axis == 0 { [k, l] } else { [l, k] }])
                    .sum()
            };
            let profile: Vec<f64> = (0..fields.grid.axis(axis).len()).map(sum).collect();
            width_at(fields.grid.axis(axis), &profile, (-2.0_f64).exp())
        };
        Self {
            te_fraction: x / transverse,
            effective_area: second * second / fourth,
            mode_field_diameter: [marginal(0), marginal(1)],
        }
    }
}

/// Distance of the outermost points where a profile at cell centres crosses `level` times its maximum;
/// the axis's end where it does not.
fn width_at(axis: &Axis, profile: &[f64], level: f64) -> f64 {
    let at = axis.centres();
    let threshold = level * peak(&at, profile);
    let crossing = |k: usize, l: usize| {
        // Logarithms of a decaying tail are straight.
        let (a, b, t) = (
            profile[k].max(f64::MIN_POSITIVE).ln(),
            profile[l].max(f64::MIN_POSITIVE).ln(),
            threshold.ln(),
        );
        at[k] + (at[l] - at[k]) * (t - a) / (b - a)
    };
    let inside = |&k: &usize| profile[k] >= threshold;
    let (Some(first), Some(last)) = ((0..at.len()).find(inside), (0..at.len()).rev().find(inside))
    else {
        return f64::NAN;
    };
    let left = if first == 0 {
        axis.lower()
    } else {
        crossing(first - 1, first)
    };
    let right = if last + 1 == at.len() {
        axis.upper()
    } else {
        crossing(last + 1, last)
    };
    right - left
}

/// Maximum of the parabola through the largest value and its neighbours.
fn peak(at: &[f64], profile: &[f64]) -> f64 {
    let largest = (0..profile.len()).max_by(|&a, &b| profile[a].total_cmp(&profile[b]));
    let Some(k) = largest.filter(|&k| k > 0 && k + 1 < profile.len()) else {
        return profile.iter().copied().fold(0.0, f64::max);
    };
    let (left, right) = (at[k - 1] - at[k], at[k + 1] - at[k]);
    let (a, b) = (
        (profile[k - 1] - profile[k]) / left,
        (profile[k + 1] - profile[k]) / right,
    );
    let curvature = (b - a) / (right - left);
    let slope = a - curvature * left;
    if curvature < 0.0 {
        profile[k] - slope * slope / (4.0 * curvature)
    } else {
        profile[k]
    }
}
