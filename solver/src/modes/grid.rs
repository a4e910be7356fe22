//! The family of graded grids for a cross-section.
//!
//! Faces lie on every axis-aligned interface and on every corner. The wanted cell size h(x) grows
//! linearly from the corners, where the field is singular, up to a fraction of the transverse
//! wavelength Λ = λ/√(n_max² − n_min²), over which a guided field varies. One smooth mapping is
//! refined as a whole, without which the error does not fall regularly.

use super::{ModeError, ModeProblem};
use cpo_materials::Quantity;
use cpo_meshes::{Axis, CrossSection, RectilinearGrid, Shape, Spacing};

/// Smallest cell at a dielectric corner, in transverse wavelengths, at refinement 1.
const CORNER_CELL: f64 = 0.008;
/// Growth of the cell size with distance from a corner, at refinement 1.
const CORNER_SLOPE: f64 = 0.36;
/// Largest cell in transverse wavelengths, at refinement 1.
const LARGEST_CELL: f64 = 0.25;
/// Cells across a shape at least, at refinement 1.
const CELLS_ACROSS: f64 = 6.0;
/// Cells across a circle at least, at refinement 1: its wall cuts cells, and their averages carry noise.
const CELLS_ACROSS_CIRCLE: f64 = 12.0;
/// Cells across the window at least, at refinement 1.
const CELLS_ACROSS_WINDOW: f64 = 12.0;

/// Features closer than this share of the window are one face, as in [`Spacing`].
const MERGE: f64 = 1e-12;

/// A family of grids, refined together.
#[derive(Clone, Debug)]
pub struct ModeGrid {
    x: Spacing,
    y: Spacing,
}

impl ModeGrid {
    /// The family for a problem. It depends on the geometry and, weakly, on the wavelength, so a
    /// sweep passes one family to all its points.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data.
    pub fn new(problem: &ModeProblem) -> Result<Self, ModeError> {
        let section = problem.cross_section();
        let indices: Vec<f64> = problem
            .permittivity_tensors()?
            .iter()
            .map(|tensor| tensor[0][0].re.max(tensor[1][1].re).max(0.0).sqrt())
            .collect();
        let highest = indices.iter().copied().fold(0.0, f64::max);
        let lowest = indices.iter().copied().fold(highest, f64::min);
        let window = section.window();
        let (width, height) = (window.x[1] - window.x[0], window.y[1] - window.y[0]);
        let transverse = {
            let contrast = (highest * highest - lowest * lowest).sqrt();
            let wavelength = problem.wavelength().si();
            // A uniform window has no transverse wavelength but its own size.
            (wavelength / contrast.max(1e-3 * highest)).min(width.max(height))
        };
        let largest = LARGEST_CELL * transverse;
        let corner = CORNER_CELL * transverse;

        let mut x = Spacing::new(
            window.x[0],
            window.x[1],
            largest.min(width / CELLS_ACROSS_WINDOW),
        );
        let mut y = Spacing::new(
            window.y[0],
            window.y[1],
            largest.min(height / CELLS_ACROSS_WINDOW),
        );
        for at in section.snap_x() {
            x = x.snap(at);
        }
        for at in section.snap_y() {
            y = y.snap(at);
        }
        for [cx, cy] in section.corners() {
            x = x.snap(cx).grade(cx, corner, CORNER_SLOPE);
            y = y.snap(cy).grade(cy, corner, CORNER_SLOPE);
        }
        for region in section.regions() {
            let polygon = region.shape.polygon();
            let across = match region.shape {
                Shape::Circle { .. } => CELLS_ACROSS_CIRCLE,
                _ => CELLS_ACROSS,
            };
            for (axis, spacing) in [(0, &mut x), (1, &mut y)] {
                let coordinates = polygon.iter().map(|p| p[axis]);
                let (low, high) = coordinates
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), c| {
                        (l.min(c), h.max(c))
                    });
                *spacing = spacing.clone().cap(low, high, (high - low) / across);
            }
        }
        Ok(Self { x, y })
    }

    /// Cells between `finest` at the corners and `coarsest` (metres) elsewhere, with neighbours in
    /// the ratio `growth` at refinement 1.
    ///
    /// # Errors
    /// [`ModeError::Option`] unless 0 < finest ≤ coarsest and growth > 1.
    pub fn between(
        problem: &ModeProblem,
        finest: f64,
        coarsest: f64,
        growth: f64,
    ) -> Result<Self, ModeError> {
        let option = |option, value, allowed| {
            Err(ModeError::Option {
                option,
                value,
                allowed,
            })
        };
        if !(finest > 0.0 && finest.is_finite()) {
            return option("finest cell (m)", finest, "positive");
        }
        if !(coarsest >= finest && coarsest.is_finite()) {
            return option("coarsest cell (m)", coarsest, "at least the finest");
        }
        if !(growth > 1.0 && growth.is_finite()) {
            return option("growth of neighbouring cells", growth, "above 1");
        }
        let section = problem.cross_section();
        let window = section.window();
        let mut x = Spacing::new(window.x[0], window.x[1], coarsest);
        let mut y = Spacing::new(window.y[0], window.y[1], coarsest);
        for at in section.snap_x() {
            x = x.snap(at).grade(at, finest, growth.ln());
        }
        for at in section.snap_y() {
            y = y.snap(at).grade(at, finest, growth.ln());
        }
        for [cx, cy] in section.corners() {
            x = x.snap(cx).grade(cx, finest, growth.ln());
            y = y.snap(cy).grade(cy, finest, growth.ln());
        }
        Ok(Self { x, y })
    }

    /// Equal cells over the window, `cells` in x and y at refinement 1, odd numbers rounded up. Interfaces
    /// fall where they may, which the averages of ε make up for to second order only away from corners.
    pub fn uniform(problem: &ModeProblem, cells: [usize; 2]) -> Self {
        let window = problem.cross_section().window();
        let spacing = |[low, high]: [f64; 2], cells: usize| {
            Spacing::new(low, high, (high - low) / cells as f64)
        };
        Self {
            x: spacing(window.x, cells[0]),
            y: spacing(window.y, cells[1]),
        }
    }

    /// The grid at a refinement (1 is the coarsest).
    ///
    /// # Errors
    /// [`ModeError::Mesh`] if the spacing cannot be met.
    pub fn at(&self, refinement: f64) -> Result<RectilinearGrid<2>, ModeError> {
        let axis = |spacing: &Spacing| -> Result<Axis, ModeError> { Ok(spacing.axis(refinement)?) };
        Ok(RectilinearGrid::new([axis(&self.x)?, axis(&self.y)?]))
    }

    /// `grid` carried along as the faces that lie on interfaces and corners of `from` move to those
    /// of `to`, the faces between in proportion. Where features split or merge the grid stays.
    pub(super) fn moved(
        grid: &RectilinearGrid<2>,
        from: &CrossSection,
        to: &CrossSection,
    ) -> Result<RectilinearGrid<2>, ModeError> {
        let axis = |d: usize| -> Result<Axis, ModeError> {
            let (before, after) = (features(from, d), features(to, d));
            if before.len() != after.len() {
                return Ok(grid.axis(d).clone());
            }
            let faces = grid.axis(d).faces().iter().map(|&x| {
                let k = before
                    .partition_point(|&f| f <= x)
                    .clamp(1, before.len() - 1);
                let share = (x - before[k - 1]) / (before[k] - before[k - 1]);
                after[k - 1] + share * (after[k] - after[k - 1])
            });
            Ok(Axis::from_faces(faces.collect())?)
        };
        Ok(RectilinearGrid::new([axis(0)?, axis(1)?]))
    }
}

/// Coordinates along axis `d` on which faces lie, ends of the window included, ascending.
fn features(section: &CrossSection, d: usize) -> Vec<f64> {
    let window = section.window();
    let (ends, snaps) = if d == 0 {
        (window.x, section.snap_x())
    } else {
        (window.y, section.snap_y())
    };
    let tolerance = MERGE * (ends[1] - ends[0]);
    let inside = |&at: &f64| at > ends[0] + tolerance && at < ends[1] - tolerance;
    let corners = section.corners().into_iter().map(|corner| corner[d]);
    let mut features: Vec<f64> = snaps
        .into_iter()
        .chain(corners)
        .filter(inside)
        .chain(ends)
        .collect();
    features.sort_by(f64::total_cmp);
    features.dedup_by(|a, b| (*a - *b).abs() <= tolerance);
    features
}
