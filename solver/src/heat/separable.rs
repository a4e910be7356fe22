//! The direct solver for laterally uniform layers: fast diagonalisation.
//!
//! With k a function of z alone, and sides that are insulated or held at a temperature, A = a(z) Lₓ ⊗ W_y + b(z) Wₓ ⊗ L_y +
//! Wₓ ⊗ W_y T_z: Lₓ and L_y are the one-dimensional lateral operators of unit conductivity, W cell widths, a and b lateral
//! conductivity times the height of the cell. The eigenvectors Lₓ U = Wₓ U Λ, Uᵀ Wₓ U = 1, and those of y leave one
//! tridiagonal system in z for every pair (m, n): T_z + λ_m a + μ_n b (+ s ρc in a Laplace transform). Two dense products each way, n⁴ operations in all;
//! exact but for round-off, however the grid is graded. On even grids the eigenvectors are cosines.
//! R. E. Lynch, J. R. Rice, D. H. Thomas, Numer. Math. 6, 185 (1964), 10.1007/BF01386067.

use std::ops::Range;

use cpo_meshes::{Axis, RectilinearGrid};

use super::operator::{FaceCoefficients, Medium};
use crate::linalg::{bidiagonal_eigen, multiply};

/// Most cells along x or y: the products cost the fourth power, an iteration the third.
const MOST_CELLS: usize = 400;

/// A lateral direction.
struct Lateral {
    /// λ_m.
    values: Vec<f64>,
    /// Eigenvectors as rows.
    rows: Vec<f64>,
}

/// The factors of A.
pub(super) struct Separable {
    shape: [usize; 3],
    lateral: [Lateral; 2],
    /// Lateral conductivity along x and along y times height, of every layer of cells.
    sheets: [Vec<f64>; 2],
    /// Conductance per area of the faces of a column.
    vertical: Vec<f64>,
    /// Storage per area, s ρc times height, of every layer of cells.
    stored: Vec<f64>,
}

impl Lateral {
    /// Of unit conductivity; a side is insulated or held.
    fn new(axis: &Axis, held: [bool; 2]) -> Option<Self> {
        let widths = axis.widths();
        let n = widths.len();
        let face = |i: usize| match i {
            0 => f64::from(u8::from(held[0])) * 2.0 / widths[0],
            _ if i == n => f64::from(u8::from(held[1])) * 2.0 / widths[n - 1],
            _ => 2.0 / (widths[i - 1] + widths[i]),
        };
        // Lₓ = Dᵀ G D, D being differences across faces
        let own = (0..=n).map(|i| {
            if i < n {
                (face(i) / widths[i]).sqrt()
            } else {
                0.0
            }
        });
        let beside = (0..=n).map(|i| {
            if i > 0 {
                -(face(i) / widths[i - 1]).sqrt()
            } else {
                0.0
            }
        });
        let (values, mut rows) =
            bidiagonal_eigen(&beside.collect::<Vec<_>>(), &own.collect::<Vec<_>>())?;
        for row in rows.chunks_mut(n) {
            for (v, w) in row.iter_mut().zip(&widths) {
                *v /= w.sqrt();
            }
        }
        Some(Self { values, rows })
    }
}

/// From the lowest to the highest layer of cells in which there is heat.
fn filled<const L: usize>(b: &[[f64; L]], nz: usize) -> Range<usize> {
    let (mut low, mut high) = (nz, 0);
    for column in b.chunks(nz) {
        let is_heated = |value: &[f64; L]| *value != [0.0; L];
        // only beyond what is known
        if let Some(k) = column[..low].iter().position(is_heated) {
            low = k;
        }
        if let Some(k) = column[high..].iter().rposition(is_heated) {
            high += k + 1;
        }
    }
    low.min(high)..high
}

impl Separable {
    /// The factors, if conductivities and sides allow it and the grid is not too large.
    pub fn new(
        grid: &RectilinearGrid<3>,
        medium: &Medium,
        faces: &FaceCoefficients,
    ) -> Option<Self> {
        let shape @ [nx, ny, nz] = grid.shape();
        let even = |k: &[f64]| k.chunks(nz).all(|column| column == &k[..nz]);
        let sides = &faces[..4];
        let is_separable = sides.iter().all(|&h| h == 0.0 || h == f64::INFINITY)
            && nx.max(ny) <= MOST_CELLS
            && medium.films.iter().all(Vec::is_empty)
            && [&medium.x, &medium.y, &medium.z, &medium.storage]
                .into_iter()
                .all(|k| even(k));
        if !is_separable {
            return None;
        }
        let held = |side: usize| faces[side] > 0.0;
        let z = grid.axis(2);
        let sheet = |k: &[f64]| (0..nz).map(|l| k[l] * z.width(l)).collect::<Vec<_>>();
        Some(Self {
            shape,
            lateral: [
                Lateral::new(grid.axis(0), [held(0), held(1)])?,
                Lateral::new(grid.axis(1), [held(2), held(3)])?,
            ],
            sheets: [sheet(&medium.x), sheet(&medium.y)],
            vertical: medium.column(0, z, faces[4], faces[5]),
            stored: match medium.storage.get(..nz) {
                Some(storage) => sheet(storage),
                None => vec![0.0; nz],
            },
        })
    }

    /// A⁻¹ b.
    pub fn solve<const L: usize>(&self, b: &[[f64; L]]) -> Vec<[f64; L]> {
        let [nx, ny, nz] = self.shape;
        let [along_x, along_y] = &self.lateral;
        // heat comes from few layers as a rule, and of these alone is there anything to transform
        let filled = filled(b, nz);
        let layers = filled.len();
        if layers == 0 {
            return vec![[0.0; L]; b.len()];
        }
        let mut source: Vec<[f64; L]> = Vec::with_capacity(nx * ny * layers);
        for column in b.chunks(nz) {
            source.extend_from_slice(&column[filled.clone()]);
        }
        let mut spectrum = vec![[0.0; L]; source.len()];
        let rows = &along_x.rows;
        multiply(
            rows,
            false,
            source.as_flattened(),
            spectrum.as_flattened_mut(),
            nx,
        );
        let planes = spectrum
            .chunks(ny * layers)
            .zip(source.chunks_mut(ny * layers));
        for (from, to) in planes {
            multiply(
                &along_y.rows,
                false,
                from.as_flattened(),
                to.as_flattened_mut(),
                ny,
            );
        }
        drop(spectrum);

        let mut t = vec![[0.0; L]; b.len()];
        let mut upper = vec![0.0; nz];
        for (c, column) in t.chunks_mut(nz).enumerate() {
            column[filled.clone()].copy_from_slice(&source[c * layers..][..layers]);
            let pair = [along_x.values[c / ny], along_y.values[c % ny]];
            self.column(pair, column, &mut upper);
        }
        drop(source);

        let mut half = vec![[0.0; L]; b.len()];
        for (from, to) in t.chunks(ny * nz).zip(half.chunks_mut(ny * nz)) {
            multiply(
                &along_y.rows,
                true,
                from.as_flattened(),
                to.as_flattened_mut(),
                ny,
            );
        }
        multiply(rows, true, half.as_flattened(), t.as_flattened_mut(), nx);
        t
    }

    /// Solves the column of one pair of eigenvalues in place; pivots are sums of positive terms, as in the relaxation.
    fn column<const L: usize>(
        &self,
        [lambda, mu]: [f64; 2],
        column: &mut [[f64; L]],
        upper: &mut [f64],
    ) {
        let (mut excess_below, mut pivot_below) = (0.0, 1.0);
        let mut last = [0.0; L];
        for (k, value) in column.iter_mut().enumerate() {
            let (down, up) = (self.vertical[k], self.vertical[k + 1]);
            let sides = lambda * self.sheets[0][k] + mu * self.sheets[1][k] + self.stored[k];
            let link = if k == 0 {
                down
            } else {
                down * excess_below / pivot_below
            };
            let excess = sides + link;
            let inverse = 1.0 / (excess + up);
            let lower = if k == 0 { 0.0 } else { down };
            last = std::array::from_fn(|l| (value[l] + lower * last[l]) * inverse);
            *value = last;
            upper[k] = up * inverse;
            (excess_below, pivot_below) = (excess, excess + up);
        }
        let mut above = [0.0; L];
        let top = column.len() - 1;
        for (k, (value, upper)) in column.iter_mut().zip(upper).enumerate().rev() {
            let upper = if k == top { 0.0 } else { *upper };
            above = std::array::from_fn(|l| value[l] + upper * above[l]);
            *value = above;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradients::{self, Convergence};
    use super::super::multigrid::Multigrid;
    use super::super::operator::Operator;
    use super::*;

    /// A graded stack of three layers; cells 300 : 1.
    fn stack(lateral: f64) -> (RectilinearGrid<3>, Medium) {
        let graded = |length: f64, n: u32| {
            let face =
                |i: u32| length * ((6.0 * f64::from(i) / f64::from(n)).exp_m1() / 6.0_f64.exp_m1());
            Axis::from_faces((0..=n).map(face).collect()).unwrap()
        };
        let grid = RectilinearGrid::new([graded(5e-3, 21), graded(4e-3, 34), graded(1e-3, 18)]);
        let layer = |c: usize| [0.03, 400.0, 1.4][c % 18 / 6];
        let all = |factor: f64| (0..grid.cells()).map(|c| factor * layer(c)).collect();
        let k = Medium {
            x: all(lateral),
            y: all(2.0 * lateral),
            z: all(1.0),
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        (grid, k)
    }

    fn loads(grid: &RectilinearGrid<3>) -> Vec<[f64; 2]> {
        let mut b = vec![[0.0; 2]; grid.cells()];
        b[18 * 40 + 7][0] = 1.0;
        b[18 * 300 + 9] = [0.5, -2.0];
        b
    }

    /// What would prove the factors wrong: the operator's own residual, and the iteration's solution.
    #[test]
    fn solves_what_the_operator_states() {
        let inf = f64::INFINITY;
        let sides = [[0.0; 4], [inf, 0.0, 0.0, inf], [inf; 4]];
        for (sides, ends) in sides
            .into_iter()
            .zip([[5e3, 0.0], [0.0, inf], [10.0, 20.0]])
        {
            let [a, b, c, d] = sides;
            let faces = [a, b, c, d, ends[0], ends[1]];
            let (grid, k) = stack(1.0);
            let operator = Operator::new(&grid, &k, &faces);
            let factors = Separable::new(&grid, &k, &faces).unwrap();
            let load = loads(&grid);
            let t = factors.solve(&load);
            let convergence = Convergence::of(&operator, &t, &load, 1);
            // round-off, which the fluxes of thin cells lift
            assert!(
                convergence.residual < 10.0 * convergence.attainable,
                "{convergence:?}"
            );
            let multigrid = Multigrid::new(grid.axes(), &k, &faces, &operator);
            let (iterated, _) = gradients::solve(&operator, &multigrid, load, 1e-12, 100);
            let largest = t.iter().map(|t| t[0].abs()).fold(0.0, f64::max);
            for (t, i) in t.iter().zip(&iterated) {
                // the iteration's tolerance times the condition of what it leaves
                assert!((t[0] - i[0]).abs() < 1e-9 * largest, "{t:?} {i:?}");
            }
        }
    }

    #[test]
    fn what_is_not_separable_is_left_to_the_iteration() {
        let (grid, mut k) = stack(1.0);
        let separable = |k: &Medium, faces| Separable::new(&grid, k, faces).is_some();
        assert!(separable(&k, &[0.0, 0.0, 0.0, 0.0, 5e3, 0.0]));
        assert!(!separable(&k, &[0.0, 7.0, 0.0, 0.0, 5e3, 0.0]));
        k.y[500] *= 2.0;
        assert!(!separable(&k, &[0.0, 0.0, 0.0, 0.0, 5e3, 0.0]));
    }

    #[test]
    fn no_heat_no_rise() {
        let (grid, k) = stack(1.0);
        let factors = Separable::new(&grid, &k, &[0.0, 0.0, 0.0, 0.0, 5e3, 0.0]).unwrap();
        let t = factors.solve(&vec![[0.0; 2]; grid.cells()]);
        assert!(t.iter().all(|t| *t == [0.0; 2]));
    }

    #[test]
    fn layers_with_heat() {
        let mut b = vec![[0.0; 2]; 12];
        assert_eq!(filled(&b, 4), 0..0);
        b[6] = [0.0, 1.0];
        assert_eq!(filled(&b, 4), 2..3);
        b[8] = [1.0, 0.0];
        assert_eq!(filled(&b, 4), 0..3);
        b[3] = [1.0, 0.0];
        assert_eq!(filled(&b, 4), 0..4);
    }
}
