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
use super::discretisation::{Discretisation, centres_in};
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
        // a plan has far fewer layers and materials than a u32 counts
        let part = |layer: usize, material: usize| parts.in_plane(layer, material) as u32;
        let slab = |&l: &usize| part(l, plan.layers()[l].material);
        let column: Vec<u32> = layers.iter().map(slab).collect();
        let mut cells = column.repeat(nx * ny);
        for block in plan.blocks() {
            let [x, y] = [block.footprint.x, block.footprint.y];
            for i in centres_in(grid.axis(0), x) {
                for j in centres_in(grid.axis(1), y) {
                    let column = &mut cells[(i * ny + j) * nz..][..nz];
                    for (cell, layer) in column.iter_mut().zip(&layers) {
                        if block.layers.contains(layer) {
                            *cell = part(*layer, block.material);
                        }
                    }
                }
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
        let [nx, ny, nz] = body.operator.shape;
        let outside = vec![[0.0; L]; nz];
        vectorised(
            #[inline(always)]
            || {
                for i in 0..nx {
                    for j in 0..ny {
                        let columns = [t, u].map(|t| Columns::new(t, [i, j], body, &outside));
                        self.column(body, [i, j], columns, &mut sums);
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
        [t, u]: [Columns<'_, L>; 2],
        sums: &mut [[[f64; L]; L]],
    ) {
        let (op, medium) = (&body.operator, &body.medium);
        let [_, ny, nz] = op.shape;
        let [x, y, z] = body.grid.axes();
        let (wx, wy) = (x.width(i), y.width(j));
        let first = (i * ny + j) * nz;
        let [kx, ky, kz] = [&medium.x, &medium.y, &medium.z].map(|k| &k[first..][..nz]);
        let (west, south) = (op.face_x(i, j, 0), op.face_y(i, j, 0));
        let lateral_faces = [
            &op.gx[west..][..nz],
            &op.gx[west + ny * nz..][..nz],
            &op.gy[south..][..nz],
            &op.gy[south + nz..][..nz],
        ];
        let gz = &op.gz[op.face_z(i, j, 0)..][..nz + 1];
        let cells = &self.cells[first..][..nz];
        let nothing = [0.0; L];
        let mut below = [
            flux(gz[0], &t.own[0], &nothing),
            flux(gz[0], &u.own[0], &nothing),
        ];
        for k in 0..nz {
            let wz = z.width(k);
            let mut lateral = [[0.0; L]; L];
            for (axis, resistance) in [0.5 * wx / (wy * wz * kx[k]), 0.5 * wy / (wx * wz * ky[k])]
                .into_iter()
                .enumerate()
            {
                let [low, high] = [2 * axis, 2 * axis + 1];
                let (g, h) = (lateral_faces[low][k], lateral_faces[high][k]);
                let (own, a, b) = (&t.own[k], &t.beside[low][k], &t.beside[high][k]);
                let of_t = [flux(g, own, a), flux(h, own, b)];
                let (own, a, b) = (&u.own[k], &u.beside[low][k], &u.beside[high][k]);
                let of_u = [flux(g, own, a), flux(h, own, b)];
                add(&mut lateral, resistance, &of_t, &of_u);
            }
            let part = cells[k] as usize;
            merge(&mut sums[part], &lateral);
            let (next_t, next_u) = if k + 1 < nz {
                (&t.own[k + 1], &u.own[k + 1])
            } else {
                (&nothing, &nothing)
            };
            let above = [
                flux(gz[k + 1], next_t, &t.own[k]),
                flux(gz[k + 1], next_u, &u.own[k]),
            ];
            let mut vertical = [[0.0; L]; L];
            let resistance = 0.5 * wz / (wx * wy * kz[k]);
            add(
                &mut vertical,
                resistance,
                &[below[0], above[0]],
                &[below[1], above[1]],
            );
            merge(&mut sums[part + 1], &vertical);
            if k > 0 && self.layers[k] != self.layers[k - 1] {
                let contact = medium.contacts.get(k).copied().unwrap_or(0.0) / (wx * wy);
                let sum = &mut sums[self.parts.contact(self.layers[k])];
                add(sum, contact, &[below[0]], &[below[1]]);
            }
            below = above; // of either sign: only products count
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
            let [t, u] = [t, u].map(|t| [flux(g, &t[c], &[0.0; L])]);
            let part = self.parts.film(side, self.layers[c % nz]);
            add(&mut sums[part], 1.0 / g - half, &t, &u);
        });
    }
}

/// Rises of a column and of those beside it: west, east, south, north; none outside.
struct Columns<'a, const L: usize> {
    own: &'a [[f64; L]],
    beside: [&'a [[f64; L]]; 4],
}

impl<'a, const L: usize> Columns<'a, L> {
    #[inline(always)]
    fn new(
        t: &'a [[f64; L]],
        [i, j]: [usize; 2],
        body: &Discretisation,
        outside: &'a [[f64; L]],
    ) -> Self {
        let [nx, ny, nz] = body.operator.shape;
        let first = (i * ny + j) * nz;
        let at = |is_inside: bool, first: usize| {
            if is_inside {
                &t[first..][..nz]
            } else {
                &outside[..nz]
            }
        };
        Self {
            own: &t[first..][..nz],
            beside: [
                at(i > 0, first.wrapping_sub(ny * nz)),
                at(i + 1 < nx, first + ny * nz),
                at(j > 0, first.wrapping_sub(nz)),
                at(j + 1 < ny, first + nz),
            ],
        }
    }
}

/// g (a − b).
#[inline(always)]
fn flux<const L: usize>(g: f64, a: &[f64; L], b: &[f64; L]) -> [f64; L] {
    let mut heat = [0.0; L];
    for l in 0..L {
        heat[l] = g * (a[l] - b[l]);
    }
    heat
}

/// sums += ρ Σ q_i q_j over faces, heat `t` for i and `u` for j.
#[inline(always)]
fn add<const L: usize, const N: usize>(
    sums: &mut [[f64; L]; L],
    resistance: f64,
    t: &[[f64; L]; N],
    u: &[[f64; L]; N],
) {
    for face in 0..N {
        for l in 0..L {
            let heat = resistance * t[face][l];
            for m in 0..L {
                sums[l][m] += heat * u[face][m];
            }
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
