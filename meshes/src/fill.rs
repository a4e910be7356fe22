//! What fills each cell of a rectilinear grid: exact area fractions and interface normals.
//!
//! With the trapezoidal decomposition of the painted polygons, the part of a cell under an interface
//! y(x) is ∫ clamp(y(x) − y₀, 0, Δy) dx, exact for a line; differences of successive interfaces are the
//! materials' areas. The normals are collected into ∑ ℓ n nᵀ / ∑ ℓ over the visible interface pieces of
//! length ℓ inside the cell, as sub-cell averaging of the permittivity needs it (Kottke, Farjadpour &
//! Johnson, doi:10.1103/PhysRevE.77.036611). An interface on the cell's own boundary is not inside it.

use crate::Axis;
use crate::decomposition::{Decomposition, Painted, Slab, walls};
use crate::shape::Window;

/// Fractions of a cell below this are round-off.
const ROUND_OFF: f64 = 1e-11;

/// The contents of the cells of a grid.
#[derive(Clone, Debug)]
pub struct FillMap {
    shape: [usize; 2],
    /// Cell (i, j) at i + j · shape\[0\].
    entries: Vec<Entry>,
    mixed: Vec<MixedCell>,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Pure(u32),
    Mixed(u32),
}

/// What one cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellFill<'a> {
    /// One material, by its index in [`CrossSection::materials`](crate::CrossSection::materials).
    Pure(usize),
    /// Several materials.
    Mixed(&'a MixedCell),
}

/// A cell cut by interfaces.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedCell {
    /// Material index and share of the cell's area, by rising index; the sum is 1.
    pub fractions: Vec<(usize, f64)>,
    /// ⟨nₓ²⟩, ⟨nₓ n_y⟩, ⟨n_y²⟩ of the interfaces' normals, weighted by length; the trace is 1.
    pub normal: [f64; 3],
}

impl FillMap {
    /// Cells along x and y.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// What fills cell (`i`, `j`).
    ///
    /// # Panics
    /// If `i` or `j` is not below [`shape`](Self::shape), as indexing does.
    pub fn cell(&self, i: usize, j: usize) -> CellFill<'_> {
        assert!(i < self.shape[0], "column {i} of {}", self.shape[0]);
        match self.entries[i + j * self.shape[0]] {
            Entry::Pure(material) => CellFill::Pure(material as usize),
            Entry::Mixed(index) => CellFill::Mixed(&self.mixed[index as usize]),
        }
    }

    /// Number of cells that hold more than one material.
    pub fn mixed_cells(&self) -> usize {
        self.mixed.len()
    }

    /// Share of cell (`i`, `j`) filled by `material`.
    ///
    /// # Panics
    /// As [`cell`](Self::cell).
    pub fn fraction(&self, i: usize, j: usize, material: usize) -> f64 {
        match self.cell(i, j) {
            CellFill::Pure(only) => f64::from(u8::from(only == material)),
            CellFill::Mixed(cell) => cell
                .fractions
                .iter()
                .find(|entry| entry.0 == material)
                .map_or(0.0, |entry| entry.1),
        }
    }

    pub(crate) fn new(painted: &[Painted], window: &Window, x: &Axis, y: &Axis) -> Self {
        let decomposition = Decomposition::new(painted, window, x.faces());
        let mut map = Self {
            shape: [x.len(), y.len()],
            entries: Vec::with_capacity(x.len() * y.len()),
            mixed: Vec::new(),
        };
        let mut slabs = decomposition.slabs.as_slice();
        for i in 0..x.len() {
            let end = slabs.partition_point(|slab| slab.x[1] <= x.faces()[i + 1]);
            let (own, rest) = slabs.split_at(end);
            slabs = rest;
            map.push_column(own, y, decomposition.tolerance);
        }
        let columns = std::mem::take(&mut map.entries);
        let row = |j| columns.iter().skip(j).step_by(y.len()).copied();
        map.entries = (0..y.len()).flat_map(row).collect();
        map
    }

    /// Appends a column of cells, which the slabs `own` make up.
    fn push_column(&mut self, own: &[Slab], y: &Axis, tolerance: f64) {
        let walls = walls_inside(own, tolerance);
        let mut cut = vec![false; y.len()];
        let pieces = own.iter().flat_map(|slab| &slab.interfaces).map(|s| s.y);
        for ends in pieces.chain(walls.iter().copied()) {
            for row in rows_cut(y, ends, tolerance) {
                cut[row] = true;
            }
        }
        // a row that no piece cuts holds one material, seen in the widest slab
        let Some(widest) = own
            .iter()
            .max_by(|p, q| (p.x[1] - p.x[0]).total_cmp(&(q.x[1] - q.x[0])))
        else {
            return; // never: a column between two faces has a slab
        };
        let mut material = widest.bottom;
        let mut passed = 0;
        for row in 0..y.len() {
            while let Some(interface) = widest.interfaces.get(passed)
                && 0.5 * (interface.y[0] + interface.y[1]) < y.centre(row)
            {
                material = interface.above;
                passed += 1;
            }
            let entry = if cut[row] {
                let rows = [y.faces()[row], y.faces()[row + 1]];
                match mixed_cell(own, &walls, rows, tolerance) {
                    Ok(cell) => {
                        self.mixed.push(cell);
                        Entry::Mixed((self.mixed.len() - 1) as u32)
                    }
                    Err(only) => Entry::Pure(only as u32),
                }
            } else {
                Entry::Pure(material as u32)
            };
            self.entries.push(entry);
        }
    }
}

/// Vertical interfaces inside a column, off its faces.
fn walls_inside(own: &[Slab], tolerance: f64) -> Vec<[f64; 2]> {
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return Vec::new();
    };
    own.windows(2)
        .filter(|pair| {
            let x = pair[0].x[1];
            x - first.x[0] > tolerance && last.x[1] - x > tolerance
        })
        .flat_map(|pair| walls(&pair[0], &pair[1], tolerance))
        .collect()
}

/// Rows in whose interior a piece from y = ends\[0\] to ends\[1\] has a length above `tolerance`.
fn rows_cut(y: &Axis, ends: [f64; 2], tolerance: f64) -> std::ops::Range<usize> {
    let low = ends[0].min(ends[1]);
    let high = ends[0].max(ends[1]);
    let faces = y.faces();
    // a flat piece within round-off of a face lies on it
    let from = faces[1..].partition_point(|&face| face <= low + tolerance);
    let to = faces[..y.len()].partition_point(|&face| face < high - tolerance);
    from..to.max(from)
}

/// Fractions and normal of the cell between the two `rows`; the only material in it if it has but one.
fn mixed_cell(
    own: &[Slab],
    walls: &[[f64; 2]],
    rows: [f64; 2],
    tolerance: f64,
) -> Result<MixedCell, usize> {
    let mut areas: Vec<(usize, f64)> = Vec::new();
    let mut add =
        |material: usize, area: f64| match areas.iter_mut().find(|entry| entry.0 == material) {
            Some(entry) => entry.1 += area,
            None => areas.push((material, area)),
        };
    let mut normal = [0.0; 3];
    let height = rows[1] - rows[0];
    for slab in own {
        let width = slab.x[1] - slab.x[0];
        let mut below = 0.0;
        let mut material = slab.bottom;
        for interface in &slab.interfaces {
            let under = width * mean_clamped(interface.y.map(|y| y - rows[0]), height);
            if under > below {
                add(material, under - below);
                below = under;
            }
            material = interface.above;
            let share = share_inside(interface.y, rows, tolerance);
            if share > 0.0 {
                let rise = interface.y[1] - interface.y[0];
                let per_length = share / width.hypot(rise);
                normal[0] += rise * rise * per_length;
                normal[1] -= rise * width * per_length;
                normal[2] += width * width * per_length;
            }
        }
        if width * height > below {
            add(material, width * height - below);
        }
    }
    for wall in walls {
        normal[0] += (wall[1].min(rows[1]) - wall[0].max(rows[0])).max(0.0);
    }
    let total: f64 = areas.iter().map(|entry| entry.1).sum();
    areas.retain(|entry| entry.1 > ROUND_OFF * total);
    if let [(only, _)] = areas[..] {
        return Err(only);
    }
    areas.sort_by_key(|entry| entry.0);
    let total: f64 = areas.iter().map(|entry| entry.1).sum();
    let trace = normal[0] + normal[2];
    Ok(MixedCell {
        fractions: areas
            .into_iter()
            .map(|(m, area)| (m, area / total))
            .collect(),
        normal: if trace > 0.0 {
            normal.map(|n| n / trace)
        } else {
            [0.5, 0.0, 0.5] // interfaces shorter than round-off have no direction
        },
    })
}

/// Mean over a line that rises evenly between `ends` of the line's value clamped to \[0, height\].
fn mean_clamped(ends: [f64; 2], height: f64) -> f64 {
    let low = ends[0].min(ends[1]);
    let high = ends[0].max(ends[1]);
    let (from, to) = (low.clamp(0.0, height), high.clamp(0.0, height));
    if from == to {
        return from;
    }
    // parts of the line: under 0, inside, over the height
    let inside = (to - from) / (high - low);
    let over = (high - to) / (high - low);
    inside * 0.5 * (from + to) + over * height
}

/// The share of a line between `ends` that lies inside `rows`, none if it runs along a face.
fn share_inside(ends: [f64; 2], rows: [f64; 2], tolerance: f64) -> f64 {
    let low = ends[0].min(ends[1]);
    let high = ends[0].max(ends[1]);
    if high - low <= tolerance {
        let middle = 0.5 * (low + high);
        let inside = middle - rows[0] > tolerance && rows[1] - middle > tolerance;
        return f64::from(u8::from(inside));
    }
    ((high.min(rows[1]) - low.max(rows[0])) / (high - low)).max(0.0)
}
