//! The discrete operator on one grid: P = A B with A and B symmetric (see the module's page).

use super::permittivity::{Component, StaggeredFill, effective};
use super::problem::{Wall, Walls};
use crate::linalg::{CsrMatrix, Scalar};
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::Arc;

/// An unknown that a wall has removed.
pub(super) const REMOVED: usize = usize::MAX;

/// Numbers of the unknowns on the edges and nodes of a grid.
#[derive(Clone, Debug)]
pub(super) struct Unknowns {
    /// Cells in x and y.
    pub(super) cells: [usize; 2],
    x_edges: Vec<usize>,
    y_edges: Vec<usize>,
    nodes: Vec<usize>,
    /// Unknowns of e: those on x-edges first.
    pub(super) edge_count: usize,
    /// How many of them are on x-edges.
    pub(super) x_edge_count: usize,
    /// Unknowns of Ez.
    pub(super) node_count: usize,
    /// Lattice position of every edge unknown, in half cells.
    pub(super) lattice: Vec<[usize; 2]>,
}

impl Unknowns {
    pub(super) fn new([nx, ny]: [usize; 2], walls: Walls) -> Self {
        let electric_x = |i: usize| {
            (i == 0 && walls.left == Wall::Electric) || (i == nx && walls.right == Wall::Electric)
        };
        let electric_y = |j: usize| {
            (j == 0 && walls.bottom == Wall::Electric) || (j == ny && walls.top == Wall::Electric)
        };
        let mut lattice = Vec::new();
        let mut number = |removed: bool, position: [usize; 2]| {
            if removed {
                return REMOVED;
            }
            lattice.push(position);
            lattice.len() - 1
        };
        let mut x_edges = Vec::with_capacity(nx * (ny + 1));
        for j in 0..=ny {
            for i in 0..nx {
                x_edges.push(number(electric_y(j), [2 * i + 1, 2 * j]));
            }
        }
        let x_edge_count = x_edges.iter().filter(|&&e| e != REMOVED).count();
        let mut y_edges = Vec::with_capacity((nx + 1) * ny);
        for j in 0..ny {
            for i in 0..=nx {
                y_edges.push(number(electric_x(i), [2 * i, 2 * j + 1]));
            }
        }
        let mut node_count = 0;
        let mut nodes = Vec::with_capacity((nx + 1) * (ny + 1));
        for j in 0..=ny {
            for i in 0..=nx {
                if electric_x(i) || electric_y(j) {
                    nodes.push(REMOVED);
                } else {
                    nodes.push(node_count);
                    node_count += 1;
                }
            }
        }
        Self {
            cells: [nx, ny],
            x_edges,
            y_edges,
            nodes,
            edge_count: lattice.len(),
            x_edge_count,
            node_count,
            lattice,
        }
    }

    /// Unknown of Ex at (i + ½, j).
    pub(super) fn x_edge(&self, i: usize, j: usize) -> usize {
        self.x_edges[i + self.cells[0] * j]
    }

    /// Unknown of Ey at (i, j + ½).
    pub(super) fn y_edge(&self, i: usize, j: usize) -> usize {
        self.y_edges[i + (self.cells[0] + 1) * j]
    }

    /// Unknown of Ez at (i, j).
    pub(super) fn node(&self, i: usize, j: usize) -> usize {
        self.nodes[i + (self.cells[0] + 1) * j]
    }
}

/// The factors of P on one grid at one wavelength.
pub(super) struct Operator<T> {
    pub(super) unknowns: Arc<Unknowns>,
    /// Dual areas of the edges, scaled by k₀².
    pub(super) edge_area: Vec<f64>,
    /// M = W ε_t.
    mass: CsrMatrix<T>,
    /// C: edges → faces.
    curl: CsrMatrix<T>,
    /// Cᵀ W_f: faces → edges.
    curl_dual: CsrMatrix<T>,
    /// G: nodes → edges.
    gradient: CsrMatrix<T>,
    /// Gᵀ.
    gradient_dual: CsrMatrix<T>,
    /// Z = (W_n ε_zz)⁻¹.
    node_inverse: Vec<T>,
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
        let (dx, dy) = (scaled(grid.axis(0).widths()), scaled(grid.axis(1).widths()));
        let (dual_x, dual_y) = (
            scaled(grid.axis(0).dual().widths()),
            scaled(grid.axis(1).dual().widths()),
        );
        let [nx, ny] = unknowns.cells;
        let u = &*unknowns;

        let mut edge_area = vec![0.0; u.edge_count];
        let mut mass_rows: Vec<Vec<(usize, T)>> = vec![Vec::new(); u.edge_count];
        let mut gradient_rows: Vec<Vec<(usize, T)>> = vec![Vec::new(); u.edge_count];
        let mut edge =
            |e: usize, area: f64, eps: Complex64, length: f64, [from, to]: [usize; 2]| {
                if e == REMOVED {
                    return;
                }
                edge_area[e] = area;
                mass_rows[e].push((e, T::from_complex(area * eps)));
                if from != REMOVED {
                    gradient_rows[e].push((from, T::real(-1.0 / length)));
                }
                if to != REMOVED {
                    gradient_rows[e].push((to, T::real(1.0 / length)));
                }
            };
        for j in 0..=ny {
            for i in 0..nx {
                let eps = effective(fill.x_edges.cell(i, j), permittivities, Component::Xx);
                edge(
                    u.x_edge(i, j),
                    dx[i] * dual_y[j],
                    eps,
                    dx[i],
                    [u.node(i, j), u.node(i + 1, j)],
                );
            }
        }
        for j in 0..ny {
            for i in 0..=nx {
                let eps = effective(fill.y_edges.cell(i, j), permittivities, Component::Yy);
                edge(
                    u.y_edge(i, j),
                    dual_x[i] * dy[j],
                    eps,
                    dy[j],
                    [u.node(i, j), u.node(i, j + 1)],
                );
            }
        }

        let mut node_inverse = vec![T::ZERO; u.node_count];
        for j in 0..=ny {
            for i in 0..=nx {
                let cell = fill.nodes.cell(i, j);
                let area = dual_x[i] * dual_y[j];
                if u.node(i, j) != REMOVED {
                    let eps = effective(cell, permittivities, Component::Zz);
                    node_inverse[u.node(i, j)] = T::from_complex(1.0 / (area * eps));
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
                            mass_rows[ex].push((ey, value));
                            mass_rows[ey].push((ex, value));
                        }
                    }
                }
            }
        }

        let mut face_area = Vec::with_capacity(nx * ny);
        let mut curl_rows = Vec::with_capacity(nx * ny);
        for j in 0..ny {
            for i in 0..nx {
                let row = [
                    (u.y_edge(i + 1, j), 1.0 / dx[i]),
                    (u.y_edge(i, j), -1.0 / dx[i]),
                    (u.x_edge(i, j + 1), -1.0 / dy[j]),
                    (u.x_edge(i, j), 1.0 / dy[j]),
                ];
                curl_rows.push(
                    row.into_iter()
                        .filter(|r| r.0 != REMOVED)
                        .map(|(e, v)| (e, T::real(v)))
                        .collect(),
                );
                face_area.push(T::real(dx[i] * dy[j]));
            }
        }
        let curl = CsrMatrix::from_rows(u.edge_count, curl_rows.into_iter());
        let gradient = CsrMatrix::from_rows(u.node_count, gradient_rows.into_iter());
        Self {
            edge_area,
            mass: CsrMatrix::from_rows(u.edge_count, mass_rows.into_iter()),
            curl_dual: curl.clone().scale_rows(&face_area).transpose(),
            curl,
            gradient_dual: gradient.transpose(),
            gradient,
            node_inverse,
            unknowns,
        }
    }

    /// P as one sparse matrix; couplings that cancel where ε is uniform are dropped.
    pub(super) fn assemble(&self) -> CsrMatrix<T> {
        let inverse_area: Vec<T> = self.edge_area.iter().map(|&w| T::real(1.0 / w)).collect();
        let magnetic = self
            .mass
            .add_scaled(T::real(-1.0), &self.curl_dual.multiply(&self.curl));
        let divergence = self
            .gradient_dual
            .multiply(&self.mass)
            .scale_rows(&self.node_inverse);
        magnetic
            .scale_rows(&inverse_area)
            .add_scaled(T::real(-1.0), &self.gradient.multiply(&divergence))
            .without_round_off(1e-12)
    }

    /// B e = W (−i η₀ n) (ẑ × h): the left eigenvector, and the transverse magnetic field.
    pub(super) fn magnetic(&self, e: &[T]) -> Vec<T> {
        let curl = self.curl_dual.apply(&self.curl.apply(e));
        self.mass
            .apply(e)
            .into_iter()
            .zip(curl)
            .map(|(m, c)| m - c)
            .collect()
    }

    /// Z Gᵀ M e = −ε_zz⁻¹ ∇·(ε_t e) on the nodes, which is i n Ez.
    pub(super) fn longitudinal(&self, e: &[T]) -> Vec<T> {
        let divergence = self.gradient_dual.apply(&self.mass.apply(e));
        divergence
            .into_iter()
            .zip(&self.node_inverse)
            .map(|(d, &z)| d * z)
            .collect()
    }

    /// P e, without assembling P.
    pub(super) fn apply(&self, e: &[T]) -> Vec<T> {
        let gradient = self.gradient.apply(&self.longitudinal(e));
        self.magnetic(e)
            .into_iter()
            .zip(gradient)
            .zip(&self.edge_area)
            .map(|((b, g), &w)| b * T::real(1.0 / w) - g)
            .collect()
    }
}
