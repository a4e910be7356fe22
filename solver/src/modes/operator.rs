//! The discrete operator on one grid: P = A B with A and B symmetric (see the module's page).

use super::permittivity::{Component, StaggeredFill, effective};
pub(super) use super::unknowns::{REMOVED, Unknowns};
use crate::linalg::{Scalar, Stencil};
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::Arc;

/// The factors of P on one grid at one wavelength.
pub(super) struct Operator<T> {
    pub(super) unknowns: Arc<Unknowns>,
    /// Dual areas of the edges, scaled by k₀².
    pub(super) edge_area: Vec<f64>,
    /// ε_t along the edges.
    epsilon: Vec<T>,
    /// Entries of M = W ε_t off its diagonal, by row: ε_xy of cells that slanted interfaces cut.
    oblique: Vec<(usize, usize, T)>,
    /// ε_zz on the nodes.
    node_epsilon: Vec<T>,
    /// Widths of the cells in x and y, scaled by k₀.
    widths: [Vec<f64>; 2],
    /// Widths of the dual cells.
    dual_widths: [Vec<f64>; 2],
}

impl<T: Scalar> Operator<T> {
    /// The operator for vacuum wavenumber `k0` (rad/m) and the materials' permittivities.
    pub(super) fn new(
        grid: &RectilinearGrid<2>,
        unknowns: Arc<Unknowns>,
        fill: &StaggeredFill,
        permittivities: &[[Complex64; 3]],
        k0: f64,
    ) -> Self {
        let scaled = |widths: Vec<f64>| -> Vec<f64> { widths.iter().map(|w| k0 * w).collect() };
        let widths = [0, 1].map(|d| scaled(grid.axis(d).widths()));
        let dual_widths = [0, 1].map(|d| scaled(grid.axis(d).dual().widths()));
        let ([dx, dy], [dual_x, dual_y]) = (&widths, &dual_widths);
        let [nx, ny] = unknowns.cells;
        let u = &*unknowns;

        let mut edge_area = vec![0.0; u.edge_count];
        let mut epsilon = vec![T::ZERO; u.edge_count];
        let mut node_epsilon = vec![T::ZERO; u.node_count];
        let mut oblique = Vec::new();
        for j in 0..=ny {
            for i in 0..nx {
                let e = u.x_edge(i, j);
                if e != REMOVED {
                    edge_area[e] = dx[i] * dual_y[j];
                    let eps = effective(fill.x_edges.cell(i, j), permittivities, Component::Xx);
                    epsilon[e] = T::from_complex(eps);
                }
            }
            for i in 0..=nx {
                if j < ny && u.y_edge(i, j) != REMOVED {
                    let e = u.y_edge(i, j);
                    edge_area[e] = dual_x[i] * dy[j];
                    let eps = effective(fill.y_edges.cell(i, j), permittivities, Component::Yy);
                    epsilon[e] = T::from_complex(eps);
                }
                let cell = fill.nodes.cell(i, j);
                if u.node(i, j) != REMOVED {
                    let eps = effective(cell, permittivities, Component::Zz);
                    node_epsilon[u.node(i, j)] = T::from_complex(eps);
                }
                let coupling = effective(cell, permittivities, Component::Xy);
                if coupling == Complex64::ZERO {
                    continue;
                }
                // Ex and Ey are averaged to the node with the half cells they share with it.
                let near_x = [
                    (i > 0).then(|| (i - 1, dx[i - 1])),
                    (i < nx).then(|| (i, dx[i])),
                ];
                let near_y = [
                    (j > 0).then(|| (j - 1, dy[j - 1])),
                    (j < ny).then(|| (j, dy[j])),
                ];
                for (ix, wx) in near_x.into_iter().flatten() {
                    for (jy, wy) in near_y.into_iter().flatten() {
                        let (ex, ey) = (u.x_edge(ix, j), u.y_edge(i, jy));
                        if ex != REMOVED && ey != REMOVED {
                            let value = T::from_complex(0.25 * wx * wy * coupling);
                            oblique.push((ex, ey, value));
                            oblique.push((ey, ex, value));
                        }
                    }
                }
            }
        }
        oblique.sort_by_key(|&(row, column, _)| (row, column));
        Self {
            unknowns,
            edge_area,
            epsilon,
            oblique,
            node_epsilon,
            widths,
            dual_widths,
        }
    }

    /// Multiplies every permittivity by a factor of its place on `grid`, (x, y) in metres.
    pub(super) fn scale_permittivity(
        &mut self,
        grid: &RectilinearGrid<2>,
        factor: impl Fn(f64, f64) -> T,
    ) {
        let u = Arc::clone(&self.unknowns);
        let [nx, ny] = u.cells;
        let (x, y) = (grid.axis(0), grid.axis(1));
        for j in 0..=ny {
            for i in 0..=nx {
                let at = [x.faces()[i], y.faces()[j]];
                if i < nx && u.x_edge(i, j) != REMOVED {
                    self.epsilon[u.x_edge(i, j)] *= factor(x.centre(i), at[1]);
                }
                if j < ny && u.y_edge(i, j) != REMOVED {
                    self.epsilon[u.y_edge(i, j)] *= factor(at[0], y.centre(j));
                }
                if u.node(i, j) != REMOVED {
                    self.node_epsilon[u.node(i, j)] *= factor(at[0], at[1]);
                }
            }
        }
    }

    /// P as a five-point stencil for each of Ex and Ey and the entries that couple them.
    ///
    /// Those of C*C and of G ε_zz⁻¹ D ε_t are summed before they are scaled, so that they cancel
    /// exactly where ε is uniform.
    pub(super) fn assemble(&self) -> Stencil<T> {
        let u = &*self.unknowns;
        let [nx, ny] = u.cells;
        let ([dx, dy], [dual_x, dual_y]) = (&self.widths, &self.dual_widths);
        let mut stencil = Stencil::zero(u.lattices());
        let mut further: Vec<(usize, usize, T)> = Vec::new();
        // One edge: `length` along it, its two nodes, the edges beyond them in its own direction
        // with the nodes' dual widths along it, the parallel edges beside it over `gaps`, its dual
        // width, and at each node the two crossing edges.
        for j in 0..=ny {
            for i in 0..nx {
                let e = u.x_edge(i, j);
                if e == REMOVED {
                    continue;
                }
                let mut row = Row::new(self.epsilon[e]);
                for (side, node_i) in [i, i + 1].into_iter().enumerate() {
                    let node = u.node(node_i, j);
                    if node == REMOVED {
                        continue;
                    }
                    let beyond = [i.checked_sub(1), (i + 1 < nx).then_some(i + 1)][side];
                    let z = self.node_epsilon[node];
                    row.along(
                        side,
                        dx[i] * dual_x[node_i],
                        self.epsilon[e] / z,
                        beyond.map(|b| self.epsilon[u.x_edge(b, j)] / z),
                    );
                    for (above, jy) in [j.checked_sub(1), (j < ny).then_some(j)]
                        .into_iter()
                        .enumerate()
                    {
                        let Some(jy) = jy else { continue };
                        let f = u.y_edge(node_i, jy);
                        row.cross(
                            e,
                            f,
                            side == above,
                            self.epsilon[f] / z,
                            dx[i] * dual_y[j],
                            &mut further,
                        );
                    }
                }
                if j < ny {
                    row.across(1, dy[j] * dual_y[j], u.x_edge(i, j + 1) != REMOVED);
                }
                if j > 0 {
                    row.across(0, dy[j - 1] * dual_y[j], u.x_edge(i, j - 1) != REMOVED);
                }
                stencil.set_row(e, row.centre, row.along, row.across);
            }
        }
        for j in 0..ny {
            for i in 0..=nx {
                let e = u.y_edge(i, j);
                if e == REMOVED {
                    continue;
                }
                let mut row = Row::new(self.epsilon[e]);
                for (side, node_j) in [j, j + 1].into_iter().enumerate() {
                    let node = u.node(i, node_j);
                    if node == REMOVED {
                        continue;
                    }
                    let beyond = [j.checked_sub(1), (j + 1 < ny).then_some(j + 1)][side];
                    let z = self.node_epsilon[node];
                    row.along(
                        side,
                        dy[j] * dual_y[node_j],
                        self.epsilon[e] / z,
                        beyond.map(|b| self.epsilon[u.y_edge(i, b)] / z),
                    );
                    for (right, ix) in [i.checked_sub(1), (i < nx).then_some(i)]
                        .into_iter()
                        .enumerate()
                    {
                        let Some(ix) = ix else { continue };
                        let f = u.x_edge(ix, node_j);
                        row.cross(
                            e,
                            f,
                            side == right,
                            self.epsilon[f] / z,
                            dy[j] * dual_x[i],
                            &mut further,
                        );
                    }
                }
                if i < nx {
                    row.across(1, dx[i] * dual_x[i], u.y_edge(i + 1, j) != REMOVED);
                }
                if i > 0 {
                    row.across(0, dx[i - 1] * dual_x[i], u.y_edge(i - 1, j) != REMOVED);
                }
                stencil.set_row(e, row.centre, row.across, row.along);
            }
        }
        self.push_oblique(&mut further);
        stencil.set_further(further);
        stencil
    }

    /// The part of P with the off-diagonal entries of M: (W⁻¹ − G Z Gᵀ) M.
    fn push_oblique(&self, entries: &mut Vec<(usize, usize, T)>) {
        if self.oblique.is_empty() {
            return;
        }
        let places = self.unknowns.places();
        for &(row, column, value) in &self.oblique {
            entries.push((row, column, value * T::real(1.0 / self.edge_area[row])));
            for (node, sign) in self.ends(places[row]) {
                let Some(inverse) = self.node_inverse(node) else {
                    continue;
                };
                let divergence = inverse * value * T::real(sign);
                for (edge, sign) in self.edges_at(node) {
                    entries.push((edge, column, -divergence * T::real(sign)));
                }
            }
        }
    }

    /// The nodes at the ends of the edge at `place` and its entries of G there.
    fn ends(&self, place: [usize; 2]) -> [([usize; 2], f64); 2] {
        let (i, j) = (place[0] / 2, place[1] / 2);
        if place[0] % 2 == 1 {
            let slope = 1.0 / self.widths[0][i];
            [([i, j], -slope), ([i + 1, j], slope)]
        } else {
            let slope = 1.0 / self.widths[1][j];
            [([i, j], -slope), ([i, j + 1], slope)]
        }
    }

    /// The edges that end at a node and their entries of G there.
    fn edges_at(&self, [i, j]: [usize; 2]) -> impl Iterator<Item = (usize, f64)> {
        let u = &*self.unknowns;
        let ([nx, ny], [dx, dy]) = (u.cells, &self.widths);
        [
            (i > 0).then(|| (u.x_edge(i - 1, j), 1.0 / dx[i - 1])),
            (i < nx).then(|| (u.x_edge(i, j), -1.0 / dx[i])),
            (j > 0).then(|| (u.y_edge(i, j - 1), 1.0 / dy[j - 1])),
            (j < ny).then(|| (u.y_edge(i, j), -1.0 / dy[j])),
        ]
        .into_iter()
        .flatten()
        .filter(|(edge, _)| *edge != REMOVED)
    }

    /// Z = (W_n ε_zz)⁻¹; none on an electric wall.
    fn node_inverse(&self, [i, j]: [usize; 2]) -> Option<T> {
        let node = self.unknowns.node(i, j);
        let area = self.dual_widths[0][i] * self.dual_widths[1][j];
        (node != REMOVED).then(|| T::real(1.0 / area) / self.node_epsilon[node])
    }

    /// M e.
    fn mass(&self, e: &[T]) -> Vec<T> {
        let diagonal = self.edge_area.iter().zip(&self.epsilon).zip(e);
        let mut product: Vec<T> = diagonal
            .map(|((&w, &eps), &e)| T::real(w) * eps * e)
            .collect();
        for &(row, column, value) in &self.oblique {
            product[row] += value * e[column];
        }
        product
    }

    /// B e = W (−i η₀ n) (ẑ × h): the left eigenvector, and the transverse magnetic field.
    pub(super) fn magnetic(&self, e: &[T]) -> Vec<T> {
        let u = &*self.unknowns;
        let ([nx, ny], [dx, dy]) = (u.cells, &self.widths);
        let mut result = self.mass(e);
        let value = |edge: usize| if edge == REMOVED { T::ZERO } else { e[edge] };
        for j in 0..ny {
            for i in 0..nx {
                let edges = [
                    (u.y_edge(i + 1, j), dy[j]),
                    (u.y_edge(i, j), -dy[j]),
                    (u.x_edge(i, j + 1), -dx[i]),
                    (u.x_edge(i, j), dx[i]),
                ];
                // Stokes: the circulation over the area.
                let circulation = edges.into_iter().fold(T::ZERO, |sum, (edge, length)| {
                    sum + T::real(length) * value(edge)
                });
                let curl = circulation * T::real(1.0 / (dx[i] * dy[j]));
                for (edge, length) in edges {
                    if edge != REMOVED {
                        result[edge] -= T::real(length) * curl;
                    }
                }
            }
        }
        result
    }

    /// Z Gᵀ M e = −ε_zz⁻¹ ∇·(ε_t e) on the nodes, which is i n Ez.
    pub(super) fn longitudinal(&self, e: &[T]) -> Vec<T> {
        let flux = self.mass(e);
        let mut result = vec![T::ZERO; self.unknowns.node_count];
        let [nx, ny] = self.unknowns.cells;
        for j in 0..=ny {
            for i in 0..=nx {
                if let Some(inverse) = self.node_inverse([i, j]) {
                    let divergence = self.edges_at([i, j]).fold(T::ZERO, |sum, (edge, slope)| {
                        sum + T::real(slope) * flux[edge]
                    });
                    result[self.unknowns.node(i, j)] = inverse * divergence;
                }
            }
        }
        result
    }

    /// P e from its factors.
    pub(super) fn apply(&self, e: &[T]) -> Vec<T> {
        self.image(e, &self.magnetic(e))
    }

    /// P e from e and B e.
    pub(super) fn image(&self, e: &[T], magnetic: &[T]) -> Vec<T> {
        let longitudinal = self.longitudinal(e);
        let mut result: Vec<T> = magnetic
            .iter()
            .zip(&self.edge_area)
            .map(|(&b, &w)| b * T::real(1.0 / w))
            .collect();
        let [nx, ny] = self.unknowns.cells;
        for j in 0..=ny {
            for i in 0..=nx {
                let node = self.unknowns.node(i, j);
                if node != REMOVED {
                    for (edge, slope) in self.edges_at([i, j]) {
                        result[edge] -= T::real(slope) * longitudinal[node];
                    }
                }
            }
        }
        result
    }
}

/// One row of P while it is gathered: centre and, below and above, the neighbours along the edge's
/// own direction and across it.
struct Row<T> {
    centre: T,
    along: [T; 2],
    across: [T; 2],
}

impl<T: Scalar> Row<T> {
    fn new(epsilon: T) -> Self {
        Self {
            centre: epsilon,
            along: [T::ZERO; 2],
            across: [T::ZERO; 2],
        }
    }

    /// ∂ ε_zz⁻¹ ∂ ε_t along the edge through the node on one `side`; ratios of ε_t to that ε_zz.
    fn along(&mut self, side: usize, area: f64, own: T, beyond: Option<T>) {
        let scale = T::real(1.0 / area);
        self.centre -= own * scale;
        if let Some(beyond) = beyond {
            self.along[side] += beyond * scale;
        }
    }

    /// The second difference of the curl across the edge.
    fn across(&mut self, side: usize, area: f64, present: bool) {
        self.centre -= T::real(1.0 / area);
        if present {
            self.across[side] += T::real(1.0 / area);
        }
    }

    /// The coupling to a crossing edge: zero where ε is uniform.
    fn cross(
        &self,
        row: usize,
        column: usize,
        positive: bool,
        ratio: T,
        area: f64,
        entries: &mut Vec<(usize, usize, T)>,
    ) {
        let difference = ratio - T::real(1.0);
        if difference != T::ZERO {
            let scale = T::real(if positive { 1.0 / area } else { -1.0 / area });
            entries.push((row, column, difference * scale));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes::{ModeProblem, Wall, Walls};
    use cpo_materials::{Material, Wavelength};
    use cpo_meshes::{Axis, CrossSection, Shape, Window};

    /// The stencil is the product of the factors, whatever the walls, axes and interfaces.
    #[test]
    fn the_stencil_is_the_product_of_the_factors() {
        let window = Window {
            x: [-1e-6, 1e-6],
            y: [-1e-6, 1.2e-6],
        };
        let circle = Shape::Circle {
            x: 0.1e-6,
            y: 0.05e-6,
            radius: 0.4e-6,
        };
        let section = CrossSection::new(window, Material::with_index(1.444))
            .unwrap()
            .paint("core", Material::with_index(3.4), circle)
            .unwrap();
        let problem = ModeProblem::new(&section, Wavelength::nm(1550.0));
        let axis = |low: f64, high: f64| {
            let faces = (0..=12).map(|k| low + (high - low) * (f64::from(k) / 12.0).powf(1.3));
            Axis::from_faces(faces.collect()).unwrap()
        };
        let grid = RectilinearGrid::new([axis(-1e-6, 1e-6), axis(-1e-6, 1.2e-6)]);
        let fill = StaggeredFill::new(&section, grid.axis(0), grid.axis(1));
        let mixed = Walls {
            left: Wall::Magnetic,
            top: Wall::Magnetic,
            ..Walls::default()
        };
        let uniaxial = [[2.0, 2.1, 2.3], [11.0, 11.5, 12.0]].map(|m| m.map(Complex64::from));
        for walls in [Walls::default(), mixed, Walls::all(Wall::Magnetic)] {
            for permittivities in [&problem.permittivities().unwrap()[..], &uniaxial] {
                let unknowns = Arc::new(Unknowns::new(grid.shape(), walls));
                let operator = Operator::<f64>::new(&grid, unknowns, &fill, permittivities, 4e6);
                let e: Vec<f64> = (0..operator.unknowns.edge_count)
                    .map(|k| ((k * 37 + 11) % 101) as f64 - 50.0)
                    .collect();
                let exact = operator.apply(&e);
                let mut product = vec![0.0; e.len()];
                operator.assemble().apply(&e, &mut product);
                let largest = exact.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                for (a, b) in exact.iter().zip(&product) {
                    // Both are sums of about ten terms.
                    assert!((a - b).abs() < 1e-13 * largest, "{a} {b}");
                }
            }
        }
    }
}
