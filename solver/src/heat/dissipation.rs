//! Where a thermal resistance lies: R_ij split over everything that resists.
//!
//! With A t_j = u_j, the mean R_ij = u_iᵀ t_j = t_iᵀ A t_j = Σ_f g_f Δt_i Δt_j over the faces f. In terms of the heat q = g Δt that passes a
//! face, and of the parts that its resistance 1/g = Σ_p ρ_p is a series of (half cells, a contact, the film of a boundary),
//!
//! R_ij = Σ_p ρ_p q_i q_j,
//!
//! the heat for i and that for j multiplied in every part: for i = j the share of each, none of them negative. Parts are
//! added up by layer and by material, along the plane and through it.

use cpo_meshes::{Axis, RectilinearGrid};

use super::HeatProblem;
use super::discretisation::Discretisation;
use crate::linalg::vectorised;

/// Numbers of the kinds of parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub layers: usize,
    pub materials: usize,
}

impl Parts {
    pub fn of(problem: &HeatProblem) -> Self {
        Self {
            layers: problem.floorplan().layers().len(),
            materials: problem.floorplan().materials().len(),
        }
    }

    /// Halves of cells of a material in a layer, along the plane.
    pub fn in_plane(self, layer: usize, material: usize) -> usize {
        2 * (layer * self.materials + material)
    }

    /// The same through the plane.
    pub fn through(self, layer: usize, material: usize) -> usize {
        self.in_plane(layer, material) + 1
    }

    /// The contact below a layer.
    pub fn contact(self, layer: usize) -> usize {
        2 * self.layers * self.materials + layer
    }

    /// The film on a side beside a layer; sides as in [`Boundaries::faces`](super::Boundaries::faces).
    pub fn film(self, side: usize, layer: usize) -> usize {
        self.contact(self.layers) + side * self.layers + layer
    }

    fn count(self) -> usize {
        self.film(6, 0)
    }
}

/// Which part every cell of a grid belongs to.
pub(super) struct CellParts {
    parts: Parts,
    /// Layer of every layer of cells.
    layers: Vec<usize>,
    /// [`Parts::in_plane`] of every cell, in columns.
    cells: Vec<u32>,
}

impl CellParts {
    pub fn new(problem: &HeatProblem, grid: &RectilinearGrid<3>) -> Self {
        let (plan, parts) = (problem.floorplan(), Parts::of(problem));
        let [nx, ny, nz] = grid.shape();
        let last = parts.layers.saturating_sub(1);
        let layer = |z: &f64| plan.layers().partition_point(|l| l.z[1] <= *z).min(last);
        let layers: Vec<usize> = grid.axis(2).centres().iter().map(layer).collect();
        let materials = plan.materials_on(grid);
        let mut cells = Vec::with_capacity(grid.cells());
        for i in 0..nx {
            for j in 0..ny {
                cells.extend((0..nz).map(|k| {
                    let material = materials[(k * ny + j) * nx + i];
                    parts.in_plane(layers[k], material) as u32 // a plan has far fewer materials and layers
                }));
            }
        }
        Self {
            parts,
            layers,
            cells,
        }
    }

    /// Σ ρ q_i q_j of every part, K/W, for i over the lanes of `t` and j over those of `u`, rises per watt that no boundary shares in.
    pub fn dissipation<const L: usize>(
        &self,
        body: &Discretisation,
        t: &[[f64; L]],
        u: &[[f64; L]],
    ) -> Vec<[[f64; L]; L]> {
        let mut sums = vec![[[0.0; L]; L]; self.parts.count()];
        let [nx, ny, _] = body.operator.shape;
        vectorised(
            #[inline(always)]
            || {
                for i in 0..nx {
                    for j in 0..ny {
                        self.column(body, [i, j], [t, u], &mut sums);
                    }
                }
            },
        );
        self.films(body, [t, u], &mut sums);
        sums
    }

    /// Cells and contacts of column (i, j).
    #[inline(always)]
    fn column<const L: usize>(
        &self,
        body: &Discretisation,
        [i, j]: [usize; 2],
        [t, u]: [&[[f64; L]]; 2],
        sums: &mut [[[f64; L]; L]],
    ) {
        let (op, medium) = (&body.operator, &body.medium);
        let [nx, ny, nz] = op.shape;
        let [x, y, z] = body.grid.axes();
        let (wx, wy) = (x.width(i), y.width(j));
        let first = (i * ny + j) * nz;
        for k in 0..nz {
            let (c, wz) = (first + k, z.width(k));
            // half a cell's resistance is shape/k along each axis
            let shape = [wx / (wy * wz), wy / (wx * wz), wz / (wx * wy)];
            let faces = [op.face_x(i, j, k), op.face_y(i, j, k), op.face_z(i, j, k)];
            let through = |g: f64, to: Option<usize>| {
                let of = |t: &[[f64; L]]| {
                    let next = to.map_or([0.0; L], |n| t[n]);
                    std::array::from_fn(|l| g * (t[c][l] - next[l]))
                };
                [of(t), of(u)]
            };
            let mut lateral = [[0.0; L]; L];
            let west = through(op.gx[faces[0]], (i > 0).then(|| c - ny * nz));
            let east = through(op.gx[faces[0] + ny * nz], (i + 1 < nx).then(|| c + ny * nz));
            add(&mut lateral, 0.5 * shape[0] / medium.x[c], [&west, &east]);
            let south = through(op.gy[faces[1]], (j > 0).then(|| c - nz));
            let north = through(op.gy[faces[1] + nz], (j + 1 < ny).then(|| c + nz));
            add(&mut lateral, 0.5 * shape[1] / medium.y[c], [&south, &north]);
            let mut vertical = [[0.0; L]; L];
            let below = through(op.gz[faces[2]], (k > 0).then(|| c - 1));
            let above = through(op.gz[faces[2] + 1], (k + 1 < nz).then(|| c + 1));
            add(
                &mut vertical,
                0.5 * shape[2] / medium.z[c],
                [&below, &above],
            );
            let part = self.cells[c] as usize;
            merge(&mut sums[part], &lateral);
            merge(&mut sums[part + 1], &vertical);
            if k > 0 && self.layers[k] != self.layers[k - 1] {
                let contact = medium.contacts.get(k).copied().unwrap_or(0.0) / (wx * wy);
                let sum = &mut sums[self.parts.contact(self.layers[k])];
                add(sum, contact, [&below]);
            }
        }
    }

    /// Films of the boundaries: what the outer half cell leaves of a face's resistance.
    fn films<const L: usize>(
        &self,
        body: &Discretisation,
        [t, u]: [&[[f64; L]]; 2],
        sums: &mut [[[f64; L]; L]],
    ) {
        let nz = body.operator.shape[2];
        let ends = body
            .grid
            .axes()
            .each_ref()
            .map(|axis: &Axis| [axis.width(0), axis.width(axis.len() - 1)]);
        let medium = [&body.medium.x, &body.medium.y, &body.medium.z];
        body.boundary_faces(|side, c, g, area| {
            if g == 0.0 {
                return;
            }
            let half = 0.5 * ends[side / 2][side % 2] / (medium[side / 2][c] * area);
            let flux = [t[c], u[c]].map(|t| t.map(|t| g * t));
            let part = self.parts.film(side, self.layers[c % nz]);
            add(&mut sums[part], 1.0 / g - half, [&flux]);
        });
    }
}

/// sums += ρ Σ q_i q_j over the faces whose heat for i and for j is given.
#[inline(always)]
fn add<const L: usize, const N: usize>(
    sums: &mut [[f64; L]; L],
    resistance: f64,
    heat: [&[[f64; L]; 2]; N],
) {
    for l in 0..L {
        for m in 0..L {
            let mut sum = 0.0;
            for [i, j] in heat {
                sum += i[l] * j[m];
            }
            sums[l][m] += resistance * sum;
        }
    }
}

#[inline(always)]
fn merge<const L: usize>(sums: &mut [[f64; L]; L], more: &[[f64; L]; L]) {
    for (sums, more) in sums.iter_mut().zip(more) {
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }
}
