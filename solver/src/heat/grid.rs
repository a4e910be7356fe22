//! Grids for floorplans.
//!
//! Faces lie on every face of layer, block and source. Cells are smallest at the sources' edges,
//! sized by the source, and grow in proportion to the distance from them, as the field's
//! curvature fades: a stripe of 4 µm × 300 µm is fine across at the stripe and fine along at its ends
//! only. Thin layers and blocks have at least one cell per unit of refinement. Refining multiplies
//! the cells of each segment between snapped faces, so a family of integer refinements is nested
//! in one smooth mapping and the error expands in powers of h. Soon after a step of power heat has not gone far from a source:
//! cells there are no larger than that.

use cpo_meshes::{Axis, Floorplan, RectilinearGrid, Spacing};

use super::{HeatError, HeatProblem};

/// Cells across a source at refinement 1.
const CELLS_ACROSS: f64 = 2.0;
/// Growth of cells with the distance from a source at refinement 1.
const SLOPE: f64 = 0.9;
/// Cells across the plan far from everything, at refinement 1.
const CELLS_OVERALL: f64 = 6.0;

/// The grid of `problem` at a `refinement`.
pub(super) fn grid(
    problem: &HeatProblem,
    refinement: f64,
    allowed: usize,
) -> Result<RectilinearGrid<3>, HeatError> {
    let (floorplan, reach) = (problem.floorplan(), problem.reach());
    let axes = [
        lateral(floorplan, 0, reach).axis(refinement)?,
        lateral(floorplan, 1, reach).axis(refinement)?,
        vertical(floorplan, reach).axis(refinement)?,
    ];
    let shape = axes.each_ref().map(Axis::len);
    let cells = shape
        .iter()
        .fold(1_usize, |product, &n| product.saturating_mul(n));
    if cells > allowed {
        return Err(HeatError::TooManyCells {
            refinement,
            cells,
            shape,
            allowed,
        });
    }
    Ok(RectilinearGrid::new(axes))
}

fn lateral(floorplan: &Floorplan, axis: usize, reach: f64) -> Spacing {
    let extent = floorplan.size()[axis];
    let (lower, upper) = (-0.5 * extent, 0.5 * extent);
    let mut spacing = Spacing::new(lower, upper, extent / CELLS_OVERALL).growth(SLOPE);
    let snaps = if axis == 0 {
        floorplan.snap_x()
    } else {
        floorplan.snap_y()
    };
    for at in snaps {
        spacing = spacing.snap(at);
    }
    let mut edges: Vec<(f64, f64)> = Vec::new();
    for source in floorplan.sources() {
        let spans = [source.footprint.x, source.footprint.y];
        let [width, length] = spans.map(|[a, b]| b - a);
        let own = if axis == 0 { width } else { length };
        // along a stripe the field changes over its width, not over its length
        let size = own.min(2.0 * width.min(length)).min(reach) / CELLS_ACROSS;
        edges.extend(spans[axis].map(|at| (at, size)));
    }
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    edges.dedup_by(|later, earlier| later.0 == earlier.0); // keeps the smaller size
    for (at, size) in edges {
        spacing = spacing.grade(at, size, SLOPE);
    }
    spacing
}

fn vertical(floorplan: &Floorplan, reach: f64) -> Spacing {
    let height = floorplan.layers().last().map_or(0.0, |layer| layer.z[1]);
    let mut spacing = Spacing::new(0.0, height, height / CELLS_OVERALL).growth(SLOPE);
    for at in floorplan.snap_z() {
        spacing = spacing.snap(at);
    }
    for source in floorplan.sources() {
        let [x, y] = [source.footprint.x, source.footprint.y].map(|[a, b]| b - a);
        let thickness = source.z[1] - source.z[0];
        let size = thickness.max(0.5 * x.min(y)).min(reach) / CELLS_ACROSS;
        for at in source.z {
            spacing = spacing.grade(at, size, SLOPE);
        }
    }
    spacing
}
