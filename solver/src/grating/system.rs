//! The equation of a grating on a rectilinear mesh of high-order elements.
//!
//! For E = u x̂, all the same along x, with k² = ε k₀² and coordinates stretched by s_z, s_y in absorbing layers:
//!
//! ```text
//! ∂z (s_y/s_z) ∂z u + ∂y (s_z/s_y) ∂y u + k² s_y s_z u = 0
//! ```
//!
//! u and its slopes are continuous at all edges, so that orders converge fast. Beyond the port only the scattered
//! field is an unknown (total and scattered fields; Taflove & Hagness, ch. 5): with the incident mode g = φ exp(iβZ),
//! A u = A_left g − ∫ s_y (∂z g) v, A_left being the elements on the port's left. Lengths are in 1/k₀ of one wavelength,
//! whatever the wavelength of the light, and the stretch is the same for all: A is linear in the materials' k².
//!
//! What would prove this wrong: a plain guide that reflects, or a power balance that does not close.

use super::basis::Basis;
use super::lines::Lines;
use super::slab::SlabMode;
use crate::linalg::{ElementMatrices, ElementPencil, ElementTree, Substructured};
use num_complex::Complex64;

/// Lines along and up, and what fills the cells between them.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub(super) along: Lines,
    pub(super) up: Lines,
    /// The material's number, `[column * rows + row]`.
    pub(super) kinds: Vec<usize>,
}

impl Mesh {
    pub(super) fn kind(&self, column: usize, row: usize) -> usize {
        self.kinds[column * self.up.intervals() + row]
    }
}

/// Materials at a wavelength.
#[derive(Clone, Debug)]
pub(super) struct Medium {
    /// k₀ in the mesh's unit.
    pub(super) scale: f64,
    /// k² of every material.
    pub(super) squares: Vec<Complex64>,
    /// Indices of the lowest and the highest material.
    pub(super) outer: [f64; 2],
}

/// A mesh with elements of an order.
pub(super) struct Discretisation<'a> {
    pub(super) mesh: &'a Mesh,
    pub(super) basis: Basis,
    numbering: Numbering,
    /// Unknowns of every element's functions, those along z slowest.
    unknowns: Vec<Option<usize>>,
    tree: ElementTree,
}

/// The equation at a wavelength, factorised.
pub(super) struct System {
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

impl<'a> Discretisation<'a> {
    pub(super) fn new(mesh: &'a Mesh, order: usize) -> Self {
        let (columns, rows) = (mesh.along.intervals(), mesh.up.intervals());
        let numbering = Numbering::new(order, columns, rows);
        let mut entities = Vec::with_capacity(columns * rows);
        let mut centroids = Vec::with_capacity(columns * rows);
        let mut unknowns = Vec::with_capacity(columns * rows * (order + 1).pow(2));
        for a in 0..columns {
            for b in 0..rows {
                entities.push(numbering.entities_of(a, b));
                centroids.push([mesh.along.middle(a), mesh.up.middle(b)]);
                let nodes = (0..=order).flat_map(|i| (0..=order).map(move |j| [i, j]));
                unknowns.extend(nodes.map(|node| numbering.unknown([a, b], node)));
            }
        }
        Self {
            mesh,
            basis: Basis::new(order),
            unknowns,
            tree: ElementTree::new(&entities, &centroids, numbering.entities()),
            numbering,
        }
    }

    pub(super) fn unknowns(&self) -> usize {
        self.numbering.unknowns()
    }

    pub(super) fn factorise(&self, medium: &Medium) -> System {
        let (columns, rows) = (self.mesh.along.intervals(), self.mesh.up.intervals());
        let count = (self.basis.order + 1).pow(2);
        let mut matrices = ElementMatrices::with_capacity(columns * rows, count);
        for a in 0..columns {
            for b in 0..rows {
                let [stiffness, mass] = self.element(medium, [a, b]);
                matrices.push(count, &stiffness, &mass);
            }
        }
        let numbers = self.unknowns.iter().copied();
        let pencil = ElementPencil::new(&matrices, self.unknowns(), numbers);
        // Stiffness minus mass.
        let start = &self.numbering.start;
        System {
            factors: Substructured::new(&self.tree, start, &pencil, Complex64::ONE),
        }
    }

    /// Unknowns of an element's functions, those along z slowest.
    fn unknowns_of(&self, [a, b]: [usize; 2]) -> &[Option<usize>] {
        let count = (self.basis.order + 1).pow(2);
        let at = (a * self.mesh.up.intervals() + b) * count;
        &self.unknowns[at..at + count]
    }

    /// u at the nodes of an element.
    pub(super) fn local(&self, field: &Field, element: [usize; 2]) -> Vec<Complex64> {
        let value = |u: &Option<usize>| u.map_or(Complex64::ZERO, |u| field.values[u]);
        self.unknowns_of(element).iter().map(value).collect()
    }

    /// What K_z ⊗ M_y, M_z ⊗ K_y and M_z ⊗ M_y of an element are multiplied by, the last but for k².
    fn factors(&self, [a, b]: [usize; 2]) -> [Complex64; 3] {
        let (along, up) = (&self.mesh.along, &self.mesh.up);
        let (h_z, h_y) = (along.length(a), up.length(b));
        let (s_z, s_y) = (along.stretch[a], up.stretch[b]);
        [
            s_y / s_z * (h_y / h_z),
            s_z / s_y * (h_z / h_y),
            s_y * s_z * (h_z * h_y),
        ]
    }

    /// Stiffness and mass of an element in a medium, row after row.
    fn element(&self, medium: &Medium, [a, b]: [usize; 2]) -> [Vec<Complex64>; 2] {
        let [along, up, volume] = self.factors([a, b]);
        let volume = volume * medium.squares[self.mesh.kind(a, b)];
        let basis = &self.basis;
        let size = basis.order + 1;
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

    /// Stiffness and mass (for k² = 1) of an element times a vector, one axis after the other.
    pub(super) fn products(&self, element: [usize; 2], local: &[Complex64]) -> [Vec<Complex64>; 2] {
        let size = self.basis.order + 1;
        let [along, up, volume] = self.factors(element);
        let (mut by_mass, mut by_stiffness) = (local.to_vec(), local.to_vec());
        for i in 0..size {
            for j in 0..size {
                let row = i * size..(i + 1) * size;
                let [mass, stiffness] = [&self.basis.mass, &self.basis.stiffness]
                    .map(|matrix| weighted(&matrix[j * size..], local[row.clone()].iter()));
                by_mass[i * size + j] = mass;
                by_stiffness[i * size + j] = stiffness;
            }
        }
        let (mut stiffness, mut mass) = (local.to_vec(), local.to_vec());
        for i in 0..size {
            for j in 0..size {
                let column = |values: &[Complex64], matrix: &[f64]| {
                    weighted(&matrix[i * size..], values[j..].iter().step_by(size))
                };
                let m = column(&by_mass, &self.basis.mass);
                stiffness[i * size + j] = along * column(&by_mass, &self.basis.stiffness)
                    + up * column(&by_stiffness, &self.basis.mass);
                mass[i * size + j] = volume * m;
            }
        }
        [stiffness, mass]
    }

    /// Adds Σ k² M u over the materials to `sum`; `squares` are their k².
    pub(super) fn add_mass(&self, squares: &[Complex64], field: &Field, sum: &mut [Complex64]) {
        for a in 0..self.mesh.along.intervals() {
            for b in 0..self.mesh.up.intervals() {
                let square = squares[self.mesh.kind(a, b)];
                let [_, mass] = self.products([a, b], &self.local(field, [a, b]));
                for (u, m) in self.unknowns_of([a, b]).iter().zip(mass) {
                    if let Some(u) = *u {
                        sum[u] += square * m;
                    }
                }
            }
        }
    }

    /// The right side of a mode that comes in at line `port`: the field is total on its right, scattered on its left.
    pub(super) fn incident(&self, medium: &Medium, mode: &SlabMode, port: usize) -> Vec<Complex64> {
        let p = self.basis.order;
        let mut right_side = vec![Complex64::ZERO; self.unknowns()];
        let slope = Complex64::I * mode.wavenumber;
        for b in 0..self.mesh.up.intervals() {
            // The mode at the nodes of the element's right side.
            let mut local = vec![Complex64::ZERO; (p + 1).pow(2)];
            local[p * (p + 1)..].copy_from_slice(&mode.values[b * p..=(b + 1) * p]);
            let [stiffness, mass] = self.products([port - 1, b], &local);
            let square = medium.squares[self.mesh.kind(port - 1, b)];
            let numbers = self.unknowns_of([port - 1, b]).iter();
            for (u, (k, m)) in numbers.zip(stiffness.iter().zip(&mass)) {
                if let Some(u) = *u {
                    right_side[u] += k - square * m;
                }
            }
        }
        for (node, weight) in mode.weighted.iter().enumerate() {
            if let Some(u) = self.on_upright(port, node) {
                right_side[u] -= slope * weight;
            }
        }
        right_side
    }

    /// The unknown of a node of an upright line, counted from the lowest.
    pub(super) fn on_upright(&self, line: usize, node: usize) -> Option<usize> {
        let p = self.basis.order;
        let rows = self.mesh.up.intervals();
        let row = (node / p).min(rows - 1);
        let j = node - row * p;
        let (a, i) = if line == 0 { (0, 0) } else { (line - 1, p) };
        self.numbering.unknown([a, row], [i, j])
    }

    /// u at the nodes of an upright line from the lowest up.
    pub(super) fn on_line(&self, field: &Field, line: usize) -> Vec<Complex64> {
        let nodes = self.basis.order * self.mesh.up.intervals() + 1;
        let value = |node| {
            self.on_upright(line, node)
                .map_or(Complex64::ZERO, |u| field.values[u])
        };
        (0..nodes).map(value).collect()
    }

    /// The unknowns of element (column, ·) on horizontal line `line`, which is no wall.
    pub(super) fn on_level(
        &self,
        line: usize,
        column: usize,
    ) -> impl Iterator<Item = Option<usize>> {
        let p = self.basis.order;
        (0..=p).map(move |i| self.numbering.unknown([column, line - 1], [i, p]))
    }

    /// ∮ v ∂ₙu for the functions v of every node on the bounds of a window, n pointing outwards: what the elements inside
    /// leave in their equations there, which is as exact as the field's energy; about 0 at nodes within.
    pub(super) fn outward_slopes(
        &self,
        medium: &Medium,
        field: &Field,
        columns: std::ops::Range<usize>,
    ) -> Vec<Complex64> {
        let mut slopes = vec![Complex64::ZERO; self.numbering.unknowns()];
        let rows = self.mesh.up.inner.0..self.mesh.up.inner.1;
        let is_end =
            |range: &std::ops::Range<usize>, k: usize| k == range.start || k + 1 == range.end;
        for a in columns.clone() {
            for b in rows.clone() {
                if !is_end(&columns, a) && !is_end(&rows, b) {
                    continue;
                }
                let [stiffness, mass] = self.products([a, b], &self.local(field, [a, b]));
                let square = medium.squares[self.mesh.kind(a, b)];
                let numbers = self.unknowns_of([a, b]).iter();
                for (u, (k, m)) in numbers.zip(stiffness.iter().zip(&mass)) {
                    if let Some(u) = *u {
                        slopes[u] += k - square * m;
                    }
                }
            }
        }
        slopes
    }

    /// The nodes of an upright line between two rows' lower lines, the ends left out.
    pub(super) fn nodes_between(&self, low: usize, high: usize) -> std::ops::Range<usize> {
        low * self.basis.order + 1..high * self.basis.order
    }

    /// ∫ u v along the upright line `line` within a row.
    pub(super) fn product_on(&self, u: &Field, v: &Field, line: usize, row: usize) -> Complex64 {
        let p = self.basis.order;
        let at = |field: &Field, j: usize| {
            self.on_upright(line, row * p + j)
                .map_or(Complex64::ZERO, |u| field.values[u])
        };
        let mut sum = Complex64::ZERO;
        for i in 0..=p {
            for j in 0..=p {
                sum += self.basis.mass[i * (p + 1) + j] * at(u, i) * at(v, j);
            }
        }
        sum * self.mesh.up.length(row)
    }
}

impl System {
    /// A⁻¹ of a right side.
    pub(super) fn solve(&self, right_side: Vec<Complex64>) -> Field {
        let mut columns = [right_side];
        self.factors.solve(&mut columns);
        let [values] = columns;
        Field { values }
    }
}

/// Values at the unknowns of a discretisation.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) values: Vec<Complex64>,
}

/// Σ of values with real weights.
fn weighted<'b>(weights: &[f64], values: impl Iterator<Item = &'b Complex64>) -> Complex64 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}
