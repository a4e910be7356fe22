//! Grids for floorplans.
//!
//! Faces lie on every face of layer, block and source. Cells are smallest at the sources' edges,
//! sized by the source, and grow in proportion to the distance from them, as the field's
//! curvature fades: a stripe of 4 µm × 300 µm is fine across at the stripe and fine along at its ends
//! only. Thin layers and blocks have at least one cell per unit of refinement. Refining multiplies
//! the cells of each segment between snapped faces, so a family of integer refinements is nested
//! in one smooth mapping and the error expands in powers of h. Soon after a step of power heat has not gone far from a source:
//! cells there are no larger than that.

use cpo_meshes::{Axis, Floorplan, Footprint, HeatSource, RectilinearGrid, Spacing};

use super::window::Window;
use super::{HeatError, HeatProblem};

/// Cells across a source at refinement 1.
const CELLS_ACROSS: f64 = 2.0;
/// Growth of cells with the distance from a source at refinement 1.
const SLOPE: f64 = 0.9;
/// Cells across the plan far from everything, at refinement 1.
const CELLS_OVERALL: f64 = 6.0;
/// Most tiles of a power map along an axis whose edges the cells keep.
const MOST_TILES: usize = 16;
/// Cells from the sources of a window to its edge in an overview of refinement 1, if all were as small as at the sources.
const CELLS_IN_MARGIN: f64 = 2.5;
/// Growth of cells with the distance in height from thin layers in an overview, where what varies over their thickness is in the windows.
const OVERVIEW_GROWTH: f64 = 3.0;

/// The grid of `problem` at a `refinement`.
pub(super) fn grid(
    problem: &HeatProblem,
    refinement: f64,
    allowed: usize,
) -> Result<RectilinearGrid<3>, HeatError> {
    let (floorplan, reach) = (problem.floorplan(), problem.reach());
    let spacings = [
        lateral(floorplan, 0, reach),
        lateral(floorplan, 1, reach),
        vertical(floorplan, reach),
    ];
    rectilinear(&spacings, refinement, allowed)
}

fn rectilinear(
    spacings: &[Spacing; 3],
    refinement: f64,
    allowed: usize,
) -> Result<RectilinearGrid<3>, HeatError> {
    let [x, y, z] = spacings;
    let axes = [
        x.axis(refinement)?,
        y.axis(refinement)?,
        z.axis(refinement)?,
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

/// The grid of what `problem` is outside of `windows`: there its faces and sizes are the same, inside cells are of the size of the
/// windows' margins and what is finer has no faces.
pub(super) fn overview(
    problem: &HeatProblem,
    windows: &[Window],
    refinement: f64,
    allowed: usize,
) -> Result<RectilinearGrid<3>, HeatError> {
    let floorplan = problem.floorplan();
    let spacings = [
        lateral_overview(floorplan, windows, 0),
        lateral_overview(floorplan, windows, 1),
        vertical_overview(floorplan, windows),
    ];
    rectilinear(&spacings, refinement, allowed)
}

/// Whether an overview leaves out the faces of `footprint` across an axis: it is finer than what it shows of the window around.
pub(super) fn is_left_out(windows: &[Window], footprint: &Footprint, axis: usize) -> bool {
    let extent = |f: &Footprint| if axis == 0 { f.x } else { f.y };
    let [from, to] = extent(footprint);
    windows.iter().any(|window| {
        let around = window.footprint;
        around.contains(footprint.x[0], footprint.y[0])
            && around.contains(footprint.x[1], footprint.y[1])
            && to - from < 0.5 * window.margin
    })
}

fn is_owned(windows: &[Window], source: usize) -> bool {
    windows.iter().any(|w| w.owned.contains(&source))
}

fn lateral_overview(floorplan: &Floorplan, windows: &[Window], axis: usize) -> Spacing {
    let along = |f: &Footprint| if axis == 0 { f.x } else { f.y };
    let mut spacing = overall(floorplan, axis);
    let blocks = floorplan.blocks().iter().map(|b| &b.footprint);
    for block in blocks.filter(|f| !is_left_out(windows, f, axis)) {
        spacing = along(block).into_iter().fold(spacing, Spacing::snap);
    }
    for window in windows {
        spacing = along(&window.footprint)
            .into_iter()
            .fold(spacing, Spacing::snap);
        let [from, to] = along(&window.core);
        spacing = spacing.cap(from, to, window.margin / CELLS_IN_MARGIN);
    }
    let others = floorplan.sources().iter().enumerate();
    for (_, source) in others.filter(|(s, _)| !is_owned(windows, *s)) {
        let size = lateral_size(source, axis, f64::INFINITY);
        for at in along(&source.footprint) {
            spacing = spacing.snap(at).grade(at, size, SLOPE);
        }
        spacing = tiled(spacing, source, axis);
    }
    spacing
}

fn vertical_overview(floorplan: &Floorplan, windows: &[Window]) -> Spacing {
    let mut spacing = stack(floorplan).growth(OVERVIEW_GROWTH);
    for (s, source) in floorplan.sources().iter().enumerate() {
        let window = windows.iter().find(|w| w.owned.contains(&s));
        let size = match window {
            Some(window) => window.margin / CELLS_IN_MARGIN,
            None => vertical_size(source, f64::INFINITY),
        };
        for at in source.z {
            spacing = spacing.grade(at, size, SLOPE);
        }
    }
    spacing
}

/// Cells of the plan far from everything.
fn overall(floorplan: &Floorplan, axis: usize) -> Spacing {
    let extent = floorplan.size()[axis];
    let (lower, upper) = (-0.5 * extent, 0.5 * extent);
    Spacing::new(lower, upper, extent / CELLS_OVERALL).growth(SLOPE)
}

/// Cells of the layers, whatever is in them.
fn stack(floorplan: &Floorplan) -> Spacing {
    let height = floorplan.height();
    let spacing = Spacing::new(0.0, height, height / CELLS_OVERALL).growth(SLOPE);
    floorplan.snap_z().into_iter().fold(spacing, Spacing::snap)
}

/// Size of cells at the ends of a source along an axis.
fn lateral_size(source: &HeatSource, axis: usize, reach: f64) -> f64 {
    let [width, length] = [source.footprint.x, source.footprint.y].map(|[a, b]| b - a);
    let own = if axis == 0 { width } else { length };
    // along a stripe the field changes over its width, not over its length
    own.min(2.0 * width.min(length)).min(reach) / CELLS_ACROSS
}

/// Size of cells below and above a source.
fn vertical_size(source: &HeatSource, reach: f64) -> f64 {
    let [x, y] = [source.footprint.x, source.footprint.y].map(|[a, b]| b - a);
    let thickness = source.z[1] - source.z[0];
    thickness.max(0.5 * x.min(y)).min(reach) / CELLS_ACROSS
}

fn lateral(floorplan: &Floorplan, axis: usize, reach: f64) -> Spacing {
    let mut spacing = overall(floorplan, axis);
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
        let size = lateral_size(source, axis, reach);
        edges.extend(spans[axis].map(|at| (at, size)));
    }
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    edges.dedup_by(|later, earlier| later.0 == earlier.0); // keeps the smaller size
    for (at, size) in edges {
        spacing = spacing.grade(at, size, SLOPE);
    }
    let sources = floorplan.sources().iter();
    sources.fold(spacing, |spacing, source| tiled(spacing, source, axis))
}

/// Cells that show a source's map: its tiles, or if they are many no smaller than is worth it.
fn tiled(spacing: Spacing, source: &HeatSource, axis: usize) -> Spacing {
    let Some(map) = &source.map else {
        return spacing;
    };
    let [from, to] = [source.footprint.x, source.footprint.y][axis];
    let edges = map.edges(axis);
    if edges.len() > MOST_TILES + 1 {
        return spacing.cap(from, to, (to - from) / MOST_TILES as f64);
    }
    let inner = edges[1..edges.len() - 1].iter();
    inner.fold(spacing, |spacing, edge| {
        let at = from + edge * (to - from);
        spacing
            .snap(at)
            .cap(from, to, 0.5 / edges.len() as f64 * (to - from))
    })
}

fn vertical(floorplan: &Floorplan, reach: f64) -> Spacing {
    let mut spacing = stack(floorplan);
    for source in floorplan.sources() {
        let size = vertical_size(source, reach);
        for at in source.z {
            spacing = spacing.grade(at, size, SLOPE);
        }
    }
    spacing
}
