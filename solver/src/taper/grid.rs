//! One grid for all cross-sections of a taper.
//!
//! Faces lie on what does not move, and on the places at which what moves stands after 1/2, 1/4, 3/4 … of its section,
//! as far as cells of the size wanted reach: slices at these shares have their walls on faces, and others have cells
//! that a wall cuts, with the averages of the modes' operator. Where the window is uniform along an axis one cell
//! serves.

use super::error::TaperError;
use super::problem::TaperProblem;
use cpo_meshes::{Axis, CrossSection, RectilinearGrid, Shape, Spacing};

/// Growth of cells away from walls.
const GROWTH: f64 = 0.25;
/// Cells across the window at least.
const CELLS_ACROSS: f64 = 24.0;
/// Two faces are one if nearer than this share of a cell.
const NEAR: f64 = 0.5;
/// Most halvings of what a wall sweeps.
const HALVINGS: u32 = 12;

/// The grid's family: [`TaperGrid::at`] 1 has the cells wanted, at ½ they are twice as wide.
pub(super) struct TaperGrid {
    axes: [Option<Spacing>; 2],
    ends: [[f64; 2]; 2],
}

impl TaperGrid {
    /// Cells of `cell` at walls and of at most `largest` elsewhere, m.
    pub(super) fn new(problem: &TaperProblem, cell: f64, largest: f64) -> Self {
        let window = problem.taper().start().window();
        let ends = problem.ends();
        let axes = [0, 1].map(|d| {
            let [low, high] = [window.x, window.y][d];
            let inside = |at: f64| at > low && at < high;
            let mut fixed: Vec<f64> = Vec::new();
            let mut swept: Vec<[f64; 2]> = Vec::new();
            for [start, end] in problem.taper().corners() {
                for [a, b] in motions(start, end, d) {
                    if a == b {
                        fixed.extend(inside(a).then_some(a));
                    } else if inside(a.min(b)) || inside(a.max(b)) {
                        swept.push([a.min(b), a.max(b)]);
                    }
                }
            }
            // In one order from whichever end the taper is seen.
            fixed.sort_by(f64::total_cmp);
            swept.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
            if fixed.is_empty() && swept.is_empty() {
                return None;
            }
            let [first, last] = ends[d];
            let largest = largest.min((high - low) / CELLS_ACROSS).max(cell);
            let mut spacing = Spacing::new(first, last, largest).growth(GROWTH);
            let mut faces: Vec<f64> = vec![first, last];
            let mut snap = |spacing: Spacing, at: f64| {
                let taken = faces.iter().any(|f| (f - at).abs() < NEAR * cell);
                if taken || !inside(at) {
                    return spacing;
                }
                faces.push(at);
                spacing.snap(at)
            };
            for &at in &fixed {
                spacing = snap(spacing.cap(at, at, cell), at);
            }
            for &[a, b] in &swept {
                spacing = spacing.cap(a.max(low), b.min(high), cell);
            }
            // Coarse shares first: where two walls' places nearly meet, the one that more slices share stays.
            for halvings in 0..=HALVINGS {
                let parts = 1_u32 << halvings;
                for &[a, b] in &swept {
                    // Every interval between faces holds two cells.
                    if halvings > 1 && (b - a) / f64::from(parts) < cell {
                        continue;
                    }
                    for k in (0..=parts).filter(|k| halvings == 0 || k % 2 == 1) {
                        let share = f64::from(k) / f64::from(parts);
                        spacing = snap(spacing, (1.0 - share) * a + share * b);
                    }
                }
            }
            Some(spacing)
        });
        Self { axes, ends }
    }

    /// Whether nothing changes along one axis.
    pub(super) fn is_slab(&self) -> bool {
        self.axes.iter().any(Option::is_none)
    }

    /// The grid at a refinement.
    pub(super) fn at(&self, refinement: f64) -> Result<RectilinearGrid<2>, TaperError> {
        let axis = |d: usize| match &self.axes[d] {
            Some(spacing) => spacing.axis(refinement),
            None => Axis::from_faces(self.ends[d].to_vec()),
        };
        Ok(RectilinearGrid::new([axis(0)?, axis(1)?]))
    }
}

/// Where every wall or corner stands along axis `d` at the start and at the end.
fn motions(start: &CrossSection, end: &CrossSection, d: usize) -> Vec<[f64; 2]> {
    let marks = |shape: &Shape| -> Vec<f64> {
        if let Shape::Circle { .. } = shape {
            let bounds = shape.bounds();
            return [bounds.x, bounds.y][d].to_vec();
        }
        shape.polygon().into_iter().map(|p| p[d]).collect()
    };
    let pairs = start.regions().iter().zip(end.regions());
    let mut motions: Vec<[f64; 2]> = pairs
        .flat_map(|(one, two)| {
            let marks = [marks(&one.shape), marks(&two.shape)];
            let [from, to] = marks;
            from.into_iter()
                .zip(to)
                .map(|(a, b)| [a, b])
                .collect::<Vec<_>>()
        })
        .collect();
    motions.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
    motions.dedup();
    motions
}
