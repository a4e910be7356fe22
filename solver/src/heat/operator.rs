//! The discrete heat operator: seven-point finite volumes.
//!
//! ∑_f g_f (T_c − T_f) = Q_c, with the conductance of a face between cells of widths w₁, w₂ and
//! conductivities k₁, k₂ the series of two half cells,
//! g = A / (w₁/(2k₁) + w₂/(2k₂)), and on the boundary that of a half cell and the boundary's own
//! resistance, g = A / (w/(2k) + 1/h); a contact between two layers adds its resistance. In the Laplace transform of a transient,
//! s ρc V joins the diagonal. Second order on smoothly graded grids whose faces lie on
//! the interfaces; heat is conserved cell by cell. S. V. Patankar, *Numerical Heat Transfer and
//! Fluid Flow* (1980), chapter 4.
//!
//! Cells are stored in columns: the index of cell (i, j, k) is (i·ny + j)·nz + k, as in a
//! row-major `Array3`. A vector holds `L` right-hand sides side by side, so that the coefficients
//! are read once for all of them.

use cpo_meshes::{Axis, RectilinearGrid};

use crate::linalg::vectorised;

/// Conductance per area from a boundary face to the outside, W/(m² K); +∞ holds the face at the
/// outside's temperature, 0 insulates it. Order: −x, +x, −y, +y, −z, +z.
pub(super) type FaceCoefficients = [f64; 6];

/// What fills the cells: principal conductivities along x, y and z, W/(m K), and what else hinders or takes up heat.
#[derive(Clone)]
pub(super) struct Medium {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub z: Vec<f64>,
    /// Resistance times area in the z faces, m² K/W, as many as there are or none.
    pub contacts: Vec<f64>,
    /// s ρc, W/(m³ K), where ρc ∂T/∂t has become s ρc T; empty in the steady state.
    pub storage: Vec<f64>,
    /// Conductance per area from every boundary face to the outside, side by side as in [`FaceCoefficients`], cells in their order; empty where it is
    /// the same all over the side.
    pub films: [Vec<f64>; 6],
}

impl Medium {
    fn contact(&self, face: usize) -> f64 {
        self.contacts.get(face).copied().unwrap_or(0.0)
    }

    /// Conductance per area from boundary face number `n` of a side to the outside.
    pub fn film(&self, side: usize, n: usize, faces: &FaceCoefficients) -> f64 {
        self.films[side].get(n).copied().unwrap_or(faces[side])
    }

    /// Conductances per area of the z faces of the column that begins at cell `first`, boundaries included.
    pub fn column(&self, first: usize, z: &Axis, bottom: f64, top: f64) -> Vec<f64> {
        let nz = z.len();
        let kz = &self.z[first..][..nz];
        let inner = (1..nz).map(|k| {
            let halves = z.width(k - 1) / kz[k - 1] + z.width(k) / kz[k];
            1.0 / (0.5 * halves + self.contact(k))
        });
        std::iter::once(outer(z.width(0), kz[0], bottom))
            .chain(inner)
            .chain([outer(z.width(nz - 1), kz[nz - 1], top)])
            .collect()
    }
}

/// Face conductances in W/K.
pub(super) struct Operator {
    /// s ρc V of every cell, W/K, or empty.
    pub storage: Vec<f64>,
    /// Cells along x, y, z.
    pub shape: [usize; 3],
    /// Face i of cell (i, j, k) and the outermost one, (nx + 1)·ny·nz.
    pub gx: Vec<f64>,
    /// nx·(ny + 1)·nz.
    pub gy: Vec<f64>,
    /// nx·ny·(nz + 1).
    pub gz: Vec<f64>,
}

/// Series conductance per area of two half cells.
fn series(w1: f64, k1: f64, w2: f64, k2: f64) -> f64 {
    2.0 / (w1 / k1 + w2 / k2)
}

/// Conductance per area of a half cell and a boundary coefficient.
fn outer(w: f64, k: f64, h: f64) -> f64 {
    if h == 0.0 {
        0.0
    } else {
        1.0 / (0.5 * w / k + 1.0 / h)
    }
}

impl Operator {
    /// The operator on `grid`.
    pub fn new(grid: &RectilinearGrid<3>, k: &Medium, faces: &FaceCoefficients) -> Self {
        let [x, y, z] = grid.axes();
        let gz = vertical(grid.axes(), k, faces);
        let mut operator = Self::lateral(x, y, z, &k.x, &k.y, gz, faces);
        operator.put_films(grid, k);
        if !k.storage.is_empty() {
            let [nx, ny, nz] = operator.shape;
            let volumes =
                (0..nx * ny * nz).map(|c| grid.volume(c / (ny * nz), c / nz % ny, c % nz));
            operator.storage = volumes.zip(&k.storage).map(|(v, s)| v * s).collect();
        }
        operator
    }

    /// The operator from lateral conductivities and given vertical conductances.
    pub fn lateral(
        x: &Axis,
        y: &Axis,
        z: &Axis,
        kx: &[f64],
        ky: &[f64],
        gz: Vec<f64>,
        faces: &FaceCoefficients,
    ) -> Self {
        let shape @ [nx, ny, nz] = [x.len(), y.len(), z.len()];
        let (wx, wy, wz) = (x.widths(), y.widths(), z.widths());
        let cell = |i: usize, j: usize, k: usize| (i * ny + j) * nz + k;
        let mut gx = Vec::with_capacity((nx + 1) * ny * nz);
        for i in 0..=nx {
            for j in 0..ny {
                for k in 0..nz {
                    let per_area = if i == 0 {
                        outer(wx[0], kx[cell(0, j, k)], faces[0])
                    } else if i == nx {
                        outer(wx[nx - 1], kx[cell(nx - 1, j, k)], faces[1])
                    } else {
                        series(wx[i - 1], kx[cell(i - 1, j, k)], wx[i], kx[cell(i, j, k)])
                    };
                    gx.push(per_area * wy[j] * wz[k]);
                }
            }
        }
        let mut gy = Vec::with_capacity(nx * (ny + 1) * nz);
        for i in 0..nx {
            for j in 0..=ny {
                for k in 0..nz {
                    let per_area = if j == 0 {
                        outer(wy[0], ky[cell(i, 0, k)], faces[2])
                    } else if j == ny {
                        outer(wy[ny - 1], ky[cell(i, ny - 1, k)], faces[3])
                    } else {
                        series(wy[j - 1], ky[cell(i, j - 1, k)], wy[j], ky[cell(i, j, k)])
                    };
                    gy.push(per_area * wx[i] * wz[k]);
                }
            }
        }
        Self {
            storage: Vec::new(),
            shape,
            gx,
            gy,
            gz,
        }
    }

    /// Replaces the conductances of the lateral sides whose films are not the same all over.
    fn put_films(&mut self, grid: &RectilinearGrid<3>, k: &Medium) {
        let [nx, ny, nz] = self.shape;
        let [x, y, z] = grid.axes();
        for (side, i, face) in [(0, 0, 0), (1, nx - 1, nx)] {
            for (n, &film) in k.films[side].iter().enumerate() {
                let (j, l) = (n / nz, n % nz);
                let own = k.x[(i * ny + j) * nz + l];
                let at = self.face_x(face, j, l);
                self.gx[at] = outer(x.width(i), own, film) * y.width(j) * z.width(l);
            }
        }
        for (side, j, face) in [(2, 0, 0), (3, ny - 1, ny)] {
            for (n, &film) in k.films[side].iter().enumerate() {
                let (i, l) = (n / nz, n % nz);
                let own = k.y[(i * ny + j) * nz + l];
                let at = self.face_y(i, face, l);
                self.gy[at] = outer(y.width(j), own, film) * x.width(i) * z.width(l);
            }
        }
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.shape.iter().product()
    }

    /// Index of the x face below cell (i, j, k).
    pub fn face_x(&self, i: usize, j: usize, k: usize) -> usize {
        (i * self.shape[1] + j) * self.shape[2] + k
    }

    /// Index of the y face below cell (i, j, k).
    pub fn face_y(&self, i: usize, j: usize, k: usize) -> usize {
        (i * (self.shape[1] + 1) + j) * self.shape[2] + k
    }

    /// Index of the z face below cell (i, j, k).
    pub fn face_z(&self, i: usize, j: usize, k: usize) -> usize {
        (i * self.shape[1] + j) * (self.shape[2] + 1) + k
    }

    /// Diagonal entry of cell number `c`.
    pub fn diagonal(&self, c: usize) -> f64 {
        let [_, ny, nz] = self.shape;
        let (i, j, k) = (c / (ny * nz), c / nz % ny, c % nz);
        let (x, y, z) = (
            self.face_x(i, j, k),
            self.face_y(i, j, k),
            self.face_z(i, j, k),
        );
        self.gx[x]
            + self.gx[x + ny * nz]
            + self.gy[y]
            + self.gy[y + nz]
            + self.gz[z]
            + self.gz[z + 1]
            + self.storage.get(c).copied().unwrap_or(0.0)
    }

    /// out = A t, as sums of face fluxes.
    pub fn apply<const L: usize>(&self, t: &[[f64; L]], out: &mut [[f64; L]]) {
        let (zeros, nothing) = (vec![[0.0; L]; self.shape[2]], vec![0.0; self.shape[2]]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..self.shape[0] {
                    self.apply_plane(i, t, out, (&zeros, &nothing));
                }
            },
        );
    }

    /// Plane i of out = A t; returns Σ t out over it. Of zeros: a column outside the grid, one that stores nothing.
    #[inline(always)]
    pub fn apply_plane<const L: usize>(
        &self,
        i: usize,
        t: &[[f64; L]],
        out: &mut [[f64; L]],
        (zeros, nothing): (&[[f64; L]], &[f64]),
    ) -> [f64; L] {
        let [_, ny, nz] = self.shape;
        let step = ny * nz;
        let mut product = [0.0; L];
        for j in 0..ny {
            let c = (i * ny + j) * nz;
            let own = &t[c..][..nz];
            let result = &mut out[c..][..nz];
            let [west, east, south, north] = beside(self.shape, [i, j], t, zeros);
            let (gw, ge) = (&self.gx[c..][..nz], &self.gx[c + step..][..nz]);
            let face = self.face_y(i, j, 0);
            let (gs, gn) = (&self.gy[face..][..nz], &self.gy[face + nz..][..nz]);
            let gz = &self.gz[self.face_z(i, j, 0)..][..nz + 1];
            let stored = if self.storage.is_empty() {
                &nothing[..nz]
            } else {
                &self.storage[c..][..nz]
            };
            let mut below: [f64; L] = std::array::from_fn(|l| gz[0] * own[0][l]);
            for k in 0..nz {
                let here = own[k];
                let next = if k + 1 < nz { own[k + 1] } else { [0.0; L] };
                let up = gz[k + 1];
                let (gw, ge, gs, gn) = (gw[k], ge[k], gs[k], gn[k]);
                let (w, e, s, n) = (&west[k], &east[k], &south[k], &north[k]);
                let stored = stored[k];
                let mut sum = [0.0; L];
                for l in 0..L {
                    let above = up * (here[l] - next[l]);
                    let x = gw * (here[l] - w[l]) + ge * (here[l] - e[l]);
                    let y = gs * (here[l] - s[l]) + gn * (here[l] - n[l]);
                    sum[l] = (below[l] + above) + (x + y) + stored * here[l];
                    below[l] = -above;
                    product[l] += here[l] * sum[l];
                }
                result[k] = sum;
            }
        }
        product
    }
}

/// The columns west, east, south and north of column (i, j) of cells with values `t`; zeros outside the grid.
#[inline(always)]
pub(super) fn beside<'a, R, const L: usize>(
    [nx, ny, nz]: [usize; 3],
    [i, j]: [usize; 2],
    t: &'a [[R; L]],
    zeros: &'a [[R; L]],
) -> [&'a [[R; L]]; 4] {
    let (c, step) = ((i * ny + j) * nz, ny * nz);
    let zeros = &zeros[..nz];
    [
        if i > 0 { &t[c - step..][..nz] } else { zeros },
        if i + 1 < nx {
            &t[c + step..][..nz]
        } else {
            zeros
        },
        if j > 0 { &t[c - nz..][..nz] } else { zeros },
        if j + 1 < ny {
            &t[c + nz..][..nz]
        } else {
            zeros
        },
    ]
}

/// Vertical conductances, boundaries included.
fn vertical([x, y, z]: &[Axis; 3], k: &Medium, faces: &FaceCoefficients) -> Vec<f64> {
    let (nx, ny, nz) = (x.len(), y.len(), z.len());
    let mut gz = Vec::with_capacity(nx * ny * (nz + 1));
    for i in 0..nx {
        for j in 0..ny {
            let area = x.width(i) * y.width(j);
            let n = i * ny + j;
            let [bottom, top] = [4, 5].map(|side| k.film(side, n, faces));
            let column = k.column(n * nz, z, bottom, top);
            gz.extend(column.into_iter().map(|g| area * g));
        }
    }
    gz
}
