//! The discrete heat operator: seven-point finite volumes.
//!
//! ∑_f g_f (T_c − T_f) = Q_c, with the conductance of a face between cells of widths w₁, w₂ and
//! conductivities k₁, k₂ the series of two half cells,
//! g = A / (w₁/(2k₁) + w₂/(2k₂)), and on the boundary that of a half cell and the boundary's own
//! resistance, g = A / (w/(2k) + 1/h). Second order on smoothly graded grids whose faces lie on
//! the interfaces; heat is conserved cell by cell. S. V. Patankar, *Numerical Heat Transfer and
//! Fluid Flow* (1980), chapter 4.
//!
//! Cells are stored in columns: the index of cell (i, j, k) is (i·ny + j)·nz + k, as in a
//! row-major `Array3`. A vector holds `L` right-hand sides side by side, so that the coefficients
//! are read once for all of them.

use cpo_meshes::{Axis, RectilinearGrid};

/// Conductance per area from a boundary face to the outside, W/(m² K); +∞ holds the face at the
/// outside's temperature, 0 insulates it. Order: −x, +x, −y, +y, −z, +z.
pub(super) type FaceCoefficients = [f64; 6];

/// Principal conductivities of every cell along x, y and z, W/(m K).
pub(super) struct Conductivity {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub z: Vec<f64>,
}

/// Face conductances in W/K.
pub(super) struct Operator {
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
    pub fn new(grid: &RectilinearGrid<3>, k: &Conductivity, faces: &FaceCoefficients) -> Self {
        let [x, y, z] = grid.axes();
        let gz = vertical(x, y, z, &k.z, faces[4], faces[5]);
        Self::lateral(x, y, z, &k.x, &k.y, gz, faces)
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
        Self { shape, gx, gy, gz }
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
    }

    /// out = A t, as sums of face fluxes.
    pub fn apply<const L: usize>(&self, t: &[[f64; L]], out: &mut [[f64; L]]) {
        let [nx, ny, nz] = self.shape;
        for i in 0..nx {
            for j in 0..ny {
                let c = (i * ny + j) * nz;
                let own = &t[c..c + nz];
                let result = &mut out[c..c + nz];
                let gz = &self.gz[self.face_z(i, j, 0)..][..nz + 1];
                let mut below = [0.0; L];
                for l in 0..L {
                    below[l] = gz[0] * own[0][l];
                }
                for k in 0..nz {
                    let mut above = [0.0; L];
                    for l in 0..L {
                        let next = if k + 1 < nz { own[k + 1][l] } else { 0.0 };
                        above[l] = gz[k + 1] * (own[k][l] - next);
                        result[k][l] = below[l] + above[l];
                        below[l] = -above[l];
                    }
                }
                let step = ny * nz;
                let west = (i > 0).then(|| &t[c - step..c - step + nz]);
                let east = (i + 1 < nx).then(|| &t[c + step..c + step + nz]);
                let south = (j > 0).then(|| &t[c - nz..c]);
                let north = (j + 1 < ny).then(|| &t[c + nz..c + 2 * nz]);
                add_flux(result, own, west, &self.gx[self.face_x(i, j, 0)..][..nz]);
                add_flux(
                    result,
                    own,
                    east,
                    &self.gx[self.face_x(i + 1, j, 0)..][..nz],
                );
                add_flux(result, own, south, &self.gy[self.face_y(i, j, 0)..][..nz]);
                add_flux(
                    result,
                    own,
                    north,
                    &self.gy[self.face_y(i, j + 1, 0)..][..nz],
                );
            }
        }
    }
}

/// Vertical conductances, boundaries included.
fn vertical(x: &Axis, y: &Axis, z: &Axis, kz: &[f64], bottom: f64, top: f64) -> Vec<f64> {
    let (nx, ny, nz) = (x.len(), y.len(), z.len());
    let wz = z.widths();
    let mut gz = Vec::with_capacity(nx * ny * (nz + 1));
    for i in 0..nx {
        for j in 0..ny {
            let area = x.width(i) * y.width(j);
            let column = &kz[(i * ny + j) * nz..][..nz];
            gz.push(area * outer(wz[0], column[0], bottom));
            for k in 1..nz {
                gz.push(area * series(wz[k - 1], column[k - 1], wz[k], column[k]));
            }
            gz.push(area * outer(wz[nz - 1], column[nz - 1], top));
        }
    }
    gz
}

/// result += g (own − neighbour) along one column; outside the grid the temperature is 0.
fn add_flux<const L: usize>(
    result: &mut [[f64; L]],
    own: &[[f64; L]],
    neighbour: Option<&[[f64; L]]>,
    g: &[f64],
) {
    match neighbour {
        Some(other) => {
            for (((r, t), o), &g) in result.iter_mut().zip(own).zip(other).zip(g) {
                for l in 0..L {
                    r[l] += g * (t[l] - o[l]);
                }
            }
        }
        None => {
            for ((r, t), &g) in result.iter_mut().zip(own).zip(g) {
                for l in 0..L {
                    r[l] += g * t[l];
                }
            }
        }
    }
}
