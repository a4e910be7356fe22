//! The equation of a grating on a rectilinear mesh of high-order elements.
//!
//! For E = u x̂, all the same along x, in units of 1/k₀ and with coordinates stretched by s_z, s_y in absorbing layers:
//!
//! ```text
//! ∂z (s_y/s_z) ∂z u + ∂y (s_z/s_y) ∂y u + ε s_y s_z u = 0
//! ```
//!
//! u and its slopes are continuous at all edges, so that orders converge fast. Beyond the port only the scattered
//! field is an unknown (total and scattered fields; Taflove & Hagness, ch. 5): with the incident mode g = φ exp(i n Z),
//! A u = A_left g − ∫ s_y (∂z g) v, A_left being the elements on the port's left.
//!
//! What would prove this wrong: a plain guide that reflects, or a power balance that does not close.

use super::basis::Basis;
use super::lines::Lines;
use super::slab::SlabMode;
use crate::linalg::{ElementMatrices, ElementPencil, ElementTree, Substructured};
use num_complex::Complex64;

/// Lines along and up, and the permittivity between them.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub(super) along: Lines,
    pub(super) up: Lines,
    /// `[column * rows + row]`.
    pub(super) permittivity: Vec<Complex64>,
}

impl Mesh {
    pub(super) fn permittivity(&self, column: usize, row: usize) -> Complex64 {
        self.permittivity[column * self.up.intervals() + row]
    }
}

/// A factorised mesh at an order.
pub(super) struct System<'a> {
    pub(super) mesh: &'a Mesh,
    pub(super) basis: Basis,
    numbering: Numbering,
    factors: Substructured<Complex64>,
}

/// Unknowns of vertices, sides and cells.
struct Numbering {
    order: usize,
    columns: usize,
    rows: usize,
    /// First unknown of every entity.
    start: Vec<usize>,
}

impl Numbering {
    fn new(order: usize, columns: usize, rows: usize) -> Self {
        let mut numbering = Self {
            order,
            columns,
            rows,
            start: Vec::new(),
        };
        let inner = order - 1;
        let mut count = 0;
        let mut start = vec![0];
        let mut push = |on_wall: bool, functions: usize| {
            count += if on_wall { 0 } else { functions };
            start.push(count);
        };
        for a in 0..=columns {
            for b in 0..=rows {
                push(a == 0 || a == columns || b == 0 || b == rows, 1);
            }
        }
        for _ in 0..columns {
            for b in 0..=rows {
                push(b == 0 || b == rows, inner);
            }
        }
        for a in 0..=columns {
            for _ in 0..rows {
                push(a == 0 || a == columns, inner);
            }
        }
        for _ in 0..columns * rows {
            push(false, inner * inner);
        }
        numbering.start = start;
        numbering
    }

    fn entities(&self) -> usize {
        self.start.len() - 1
    }

    fn unknowns(&self) -> usize {
        self.start[self.start.len() - 1]
    }

    fn vertex(&self, a: usize, b: usize) -> usize {
        a * (self.rows + 1) + b
    }

    /// The side along z right of line a.
    fn side_along(&self, a: usize, b: usize) -> usize {
        (self.columns + 1) * (self.rows + 1) + a * (self.rows + 1) + b
    }

    /// The side up from line b.
    fn side_up(&self, a: usize, b: usize) -> usize {
        (2 * self.columns + 1) * (self.rows + 1) + a * self.rows + b
    }

    fn cell(&self, a: usize, b: usize) -> usize {
        (2 * self.columns + 1) * (self.rows + 1)
            + (self.columns + 1) * self.rows
            + a * self.rows
            + b
    }

    fn entities_of(&self, a: usize, b: usize) -> Vec<usize> {
        vec![
            self.vertex(a, b),
            self.vertex(a, b + 1),
            self.vertex(a + 1, b),
            self.vertex(a + 1, b + 1),
            self.side_along(a, b),
            self.side_along(a, b + 1),
            self.side_up(a, b),
            self.side_up(a + 1, b),
            self.cell(a, b),
        ]
    }

    /// The unknown of node (i, j) of element (a, b), none on a wall.
    fn unknown(&self, [a, b]: [usize; 2], [i, j]: [usize; 2]) -> Option<usize> {
        let p = self.order;
        let (at_i, at_j) = (i == 0 || i == p, j == 0 || j == p);
        let (line, height) = (a + usize::from(i == p), b + usize::from(j == p));
        let (entity, place) = match (at_i, at_j) {
            (true, true) => (self.vertex(line, height), 0),
            (false, true) => (self.side_along(a, height), i - 1),
            (true, false) => (self.side_up(line, b), j - 1),
            (false, false) => (self.cell(a, b), (i - 1) * (p - 1) + j - 1),
        };
        let first = self.start[entity];
        (self.start[entity + 1] > first).then_some(first + place)
    }
}

impl<'a> System<'a> {
    pub(super) fn new(mesh: &'a Mesh, order: usize) -> Self {
        let basis = Basis::new(order);
        let (columns, rows) = (mesh.along.intervals(), mesh.up.intervals());
        let numbering = Numbering::new(order, columns, rows);
        let count = (order + 1).pow(2);
        let mut matrices = ElementMatrices::with_capacity(columns * rows, count);
        let mut entities = Vec::with_capacity(columns * rows);
        let mut centroids = Vec::with_capacity(columns * rows);
        let mut numbers = Vec::with_capacity(columns * rows * count);
        for a in 0..columns {
            for b in 0..rows {
                let [stiffness, mass] = element(mesh, &basis, [a, b]);
                matrices.push(count, &stiffness, &mass);
                entities.push(numbering.entities_of(a, b));
                centroids.push([mesh.along.middle(a), mesh.up.middle(b)]);
                for i in 0..=order {
                    for j in 0..=order {
                        numbers.push(numbering.unknown([a, b], [i, j]));
                    }
                }
            }
        }
        let tree = ElementTree::new(&entities, &centroids, numbering.entities());
        let pencil = ElementPencil::new(&matrices, numbering.unknowns(), numbers.into_iter());
        // Stiffness minus mass.
        let factors = Substructured::new(&tree, &numbering.start, &pencil, Complex64::ONE);
        Self {
            mesh,
            basis,
            numbering,
            factors,
        }
    }

    pub(super) fn unknowns(&self) -> usize {
        self.numbering.unknowns()
    }

    /// The field of a mode that comes in at line `port`: total on its right, scattered on its left.
    pub(super) fn incident(&self, mode: &SlabMode, port: usize) -> Field {
        let p = self.basis.order;
        let mut right_side = vec![Complex64::ZERO; self.unknowns()];
        let i_n = Complex64::I * mode.index;
        for b in 0..self.mesh.up.intervals() {
            let [stiffness, mass] = element(self.mesh, &self.basis, [port - 1, b]);
            let count = (p + 1).pow(2);
            for i in 0..=p {
                for j in 0..=p {
                    let Some(u) = self.numbering.unknown([port - 1, b], [i, j]) else {
                        continue;
                    };
                    let row = (i * (p + 1) + j) * count;
                    for k in 0..=p {
                        let at = row + p * (p + 1) + k;
                        right_side[u] += (stiffness[at] - mass[at]) * mode.values[b * p + k];
                    }
                }
            }
        }
        for (node, weight) in mode.weighted.iter().enumerate() {
            if let Some(u) = self.on_line(port, node) {
                right_side[u] -= i_n * weight;
            }
        }
        self.solve(right_side)
    }

    /// A⁻¹ of a right side.
    pub(super) fn solve(&self, right_side: Vec<Complex64>) -> Field {
        let mut columns = [right_side];
        self.factors.solve(&mut columns);
        let [values] = columns;
        Field { values }
    }

    /// The unknown of a node of an upright line, counted from the lowest.
    fn on_line(&self, line: usize, node: usize) -> Option<usize> {
        let p = self.basis.order;
        let rows = self.mesh.up.intervals();
        let row = (node / p).min(rows - 1);
        let j = node - row * p;
        let (a, i) = if line == 0 { (0, 0) } else { (line - 1, p) };
        self.numbering.unknown([a, row], [i, j])
    }

    /// u at the nodes of an upright line from the lowest up.
    pub(super) fn along_line(&self, field: &Field, line: usize) -> Vec<Complex64> {
        let nodes = self.basis.order * self.mesh.up.intervals() + 1;
        let value = |node| {
            self.on_line(line, node)
                .map_or(Complex64::ZERO, |u| field.values[u])
        };
        (0..nodes).map(value).collect()
    }

    /// u and its slopes along and up at the point (x, y) of \[0, 1\]² of an element.
    pub(super) fn at(
        &self,
        field: &Field,
        element: [usize; 2],
        [x, y]: [f64; 2],
    ) -> [Complex64; 3] {
        let (along, along_slopes) = self.basis.at(x);
        let (up, up_slopes) = self.basis.at(y);
        let mut sums = [Complex64::ZERO; 3];
        for i in 0..along.len() {
            for j in 0..up.len() {
                let Some(u) = self.numbering.unknown(element, [i, j]) else {
                    continue;
                };
                let value = field.values[u];
                sums[0] += value * (along[i] * up[j]);
                sums[1] += value * (along_slopes[i] * up[j]);
                sums[2] += value * (along[i] * up_slopes[j]);
            }
        }
        let [a, b] = element;
        [
            sums[0],
            sums[1] / self.mesh.along.length(a),
            sums[2] / self.mesh.up.length(b),
        ]
    }

    /// Adds the functional u ↦ weight × u at a point to a right side.
    pub(super) fn add_value(
        &self,
        right_side: &mut [Complex64],
        element: [usize; 2],
        [x, y]: [f64; 2],
        weight: Complex64,
    ) {
        let ((along, _), (up, _)) = (self.basis.at(x), self.basis.at(y));
        for (i, a) in along.iter().enumerate() {
            for (j, b) in up.iter().enumerate() {
                if let Some(u) = self.numbering.unknown(element, [i, j]) {
                    right_side[u] += weight * (a * b);
                }
            }
        }
    }
}

/// Values at the unknowns of a system.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) values: Vec<Complex64>,
}

/// Stiffness and mass of an element, row after row, functions along z slowest.
fn element(mesh: &Mesh, basis: &Basis, [a, b]: [usize; 2]) -> [Vec<Complex64>; 2] {
    let p = basis.order;
    let (h_z, h_y) = (mesh.along.length(a), mesh.up.length(b));
    let (s_z, s_y) = (mesh.along.stretch[a], mesh.up.stretch[b]);
    let eps = mesh.permittivity(a, b);
    let (along, up) = (s_y / s_z * (h_y / h_z), s_z / s_y * (h_z / h_y));
    let volume = eps * s_y * s_z * (h_z * h_y);
    let size = p + 1;
    let count = size * size;
    let mut stiffness = Vec::with_capacity(count * count);
    let mut mass = Vec::with_capacity(count * count);
    for i in 0..size {
        for j in 0..size {
            for k in 0..size {
                let (m_z, k_z) = (basis.mass[i * size + k], basis.stiffness[i * size + k]);
                for l in 0..size {
                    let (m_y, k_y) = (basis.mass[j * size + l], basis.stiffness[j * size + l]);
                    stiffness.push(along * (k_z * m_y) + up * (m_z * k_y));
                    mass.push(volume * (m_z * m_y));
                }
            }
        }
    }
    [stiffness, mass]
}
