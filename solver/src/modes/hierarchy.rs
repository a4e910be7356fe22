//! Nested grids: ever coarser ones by merging neighbouring cells in pairs, and the transfers between
//! them. Faces on interfaces stay.

use super::ModeError;
use super::operator::Unknowns;
use crate::linalg::Interpolation;
use cpo_meshes::{Axis, CrossSection, RectilinearGrid};

/// A grid has at most this share of the next finer one's cells.
const REDUCTION: f64 = 0.7;
/// Distance from an interface, relative to the window, at which a face is on it.
const ON_INTERFACE: f64 = 1e-9;

/// `grid` and coarser ones, finest first, until one has no more than `cells`.
pub(super) fn nested_grids(
    grid: &RectilinearGrid<2>,
    section: &CrossSection,
    cells: usize,
) -> Result<Vec<RectilinearGrid<2>>, ModeError> {
    let corners = section.corners();
    let interfaces = [
        [section.snap_x(), corners.iter().map(|c| c[0]).collect()].concat(),
        [section.snap_y(), corners.iter().map(|c| c[1]).collect()].concat(),
    ];
    let mut grids = vec![grid.clone()];
    while let Some(last) = grids.last()
        && last.cells() > cells
    {
        let axis = |d: usize| merged(last.axis(d), &interfaces[d]);
        let coarser = RectilinearGrid::new([axis(0)?, axis(1)?]);
        if coarser.cells() as f64 > REDUCTION * last.cells() as f64 {
            break; // little but faces on interfaces is left
        }
        grids.push(coarser);
    }
    Ok(grids)
}

/// Neighbouring cells merged in pairs.
fn merged(axis: &Axis, interfaces: &[f64]) -> Result<Axis, ModeError> {
    let old = axis.faces();
    let tolerance = ON_INTERFACE * (axis.upper() - axis.lower());
    let kept = |x: f64| interfaces.iter().any(|&at| (at - x).abs() <= tolerance);
    let mut faces = vec![old[0]];
    let mut i = 0;
    while i + 1 < old.len() {
        let pair = i + 2 < old.len() && !kept(old[i + 1]);
        i += if pair { 2 } else { 1 };
        faces.push(old[i]);
    }
    Ok(Axis::from_faces(faces)?)
}

/// Transfers of Ex and Ey in x and y from `coarse` to `fine` and back.
///
/// Residuals are averaged with the adjoint of linear interpolation. Corrections are interpolated
/// linearly along the direction in which a component is tangential to the faces it crosses; in its
/// own direction, in which it jumps at interfaces, they are taken from the cell.
pub(super) fn transfers(
    fine: (&RectilinearGrid<2>, &Unknowns),
    coarse: (&RectilinearGrid<2>, &Unknowns),
) -> [[Interpolation; 2]; 2] {
    let component = |own: usize| {
        [0, 1].map(|d| {
            let axes = [fine.0.axis(d), coarse.0.axis(d)];
            if d == own {
                between_centres(axes[0], axes[1])
            } else {
                let counts = [fine.1, coarse.1].map(|u| u.lattices()[own][d]);
                between_faces(axes[0], axes[1], counts, fine.1.first()[d])
            }
        })
    };
    [component(0), component(1)]
}

/// Between the centres of cells.
fn between_centres(fine: &Axis, coarse: &Axis) -> Interpolation {
    let (places, targets) = (fine.centres(), coarse.centres());
    let (sources, sizes) = (fine.widths(), coarse.widths());
    let mut result = linear(&places, &targets, &sources, &sizes);
    for (k, &x) in places.iter().enumerate() {
        let parent = coarse.faces().partition_point(|&f| f <= x) - 1;
        let above = parent - result.lower[k] as usize;
        result.prolong[k] = if above == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
    }
    result
}

/// Between faces, of which the first `first` and perhaps the last are not unknowns.
fn between_faces(fine: &Axis, coarse: &Axis, counts: [usize; 2], first: usize) -> Interpolation {
    let own = |values: &[f64], count: usize| values[first..first + count].to_vec();
    let (places, all) = (own(fine.faces(), counts[0]), coarse.faces());
    let sources = own(&fine.dual().widths(), counts[0]);
    let full = linear(&places, all, &sources, &coarse.dual().widths());
    // Faces on electric walls carry zero.
    let mut result = full.clone();
    for k in 0..places.len() {
        let lower = full.lower[k] as usize;
        for weights in [&mut result.prolong[k], &mut result.restrict[k]] {
            if lower < first {
                *weights = [weights[1], 0.0];
            } else if lower + 1 >= first + counts[1] {
                weights[1] = 0.0;
            }
        }
        result.lower[k] = lower.saturating_sub(first) as u32;
    }
    result
}

/// Linear interpolation at `places` between `targets`, constant beyond the ends; the adjoint with
/// cells of widths `sources` and `sizes`.
fn linear(places: &[f64], targets: &[f64], sources: &[f64], sizes: &[f64]) -> Interpolation {
    let mut result = Interpolation {
        lower: Vec::with_capacity(places.len()),
        prolong: Vec::with_capacity(places.len()),
        restrict: Vec::with_capacity(places.len()),
    };
    let last = targets.len() - 1;
    for (&x, source) in places.iter().zip(sources) {
        let lower = targets.partition_point(|&t| t <= x).clamp(1, last.max(1)) - 1;
        let upper = (lower + 1).min(last);
        let gap = targets[upper] - targets[lower];
        let share = if gap > 0.0 {
            ((x - targets[lower]) / gap).clamp(0.0, 1.0)
        } else {
            0.0
        };
        result.lower.push(lower as u32);
        result.prolong.push([1.0 - share, share].map(|w| w as f32));
        let adjoint = [
            (1.0 - share) * source / sizes[lower],
            share * source / sizes[upper],
        ];
        result.restrict.push(adjoint.map(|w| w as f32));
    }
    result
}
