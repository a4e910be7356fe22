//! A sparse matrix on two rectangular lattices: five-point stencils within each, and a list of
//! further entries for whatever couples them.

use super::CsrMatrix;
use super::scalar::Scalar;

/// A rectangle of unknowns, the first coordinate fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lattice {
    /// Number of the first unknown.
    pub(crate) offset: usize,
    /// Unknowns across and up.
    pub(crate) shape: [usize; 2],
}

impl Lattice {
    /// Two lattices numbered one after the other.
    pub(crate) fn pair(shapes: [[usize; 2]; 2]) -> [Self; 2] {
        let offset = shapes[0][0] * shapes[0][1];
        [
            Self {
                offset: 0,
                shape: shapes[0],
            },
            Self {
                offset,
                shape: shapes[1],
            },
        ]
    }

    /// Number of unknowns.
    pub(crate) fn len(&self) -> usize {
        self.shape[0] * self.shape[1]
    }
}

/// Centre, west, east, south, north.
pub(crate) type FivePoints<T> = [T; 5];

/// Entries outside the five points, by rows that have any.
#[derive(Clone, Debug)]
pub(super) struct Further<T> {
    pub(super) rows: Vec<u32>,
    pub(super) start: Vec<u32>,
    pub(super) columns: Vec<u32>,
    pub(super) values: Vec<T>,
}

impl<T> Further<T> {
    /// Column and value of the entries of the k-th row that has any.
    pub(super) fn row(&self, k: usize) -> impl Iterator<Item = (usize, &T)> {
        let range = self.start[k] as usize..self.start[k + 1] as usize;
        let columns = self.columns[range.clone()].iter();
        columns.map(|&c| c as usize).zip(&self.values[range])
    }
}

/// The matrix.
#[derive(Clone, Debug)]
pub(crate) struct Stencil<T> {
    pub(super) lattices: [Lattice; 2],
    /// Neighbours outside the lattice are zero.
    pub(super) points: Vec<FivePoints<T>>,
    pub(super) further: Further<T>,
}

impl<T: Scalar> Stencil<T> {
    /// The zero matrix on lattices of these shapes.
    pub(crate) fn zero(shapes: [[usize; 2]; 2]) -> Self {
        let lattices = Lattice::pair(shapes);
        Self {
            points: vec![[T::ZERO; 5]; lattices[0].len() + lattices[1].len()],
            lattices,
            further: Further {
                rows: Vec::new(),
                start: vec![0],
                columns: Vec::new(),
                values: Vec::new(),
            },
        }
    }

    /// Sets a row: its centre and its lower and upper neighbours in x and in y.
    pub(crate) fn set_row(&mut self, row: usize, centre: T, x: [T; 2], y: [T; 2]) {
        self.points[row] = [centre, x[0], x[1], y[0], y[1]];
    }

    /// Sets the further entries (row, column, value); those at one place are summed.
    pub(crate) fn set_further(&mut self, mut entries: Vec<(usize, usize, T)>) {
        entries.sort_by_key(|&(row, column, _)| (row, column));
        let further = &mut self.further;
        let mut place = None;
        for (row, column, value) in entries {
            if place == Some((row, column)) {
                if let Some(last) = further.values.last_mut() {
                    *last += value;
                }
                continue;
            }
            place = Some((row, column));
            if further.rows.last() != Some(&(row as u32)) {
                further.rows.push(row as u32);
                further.start.push(further.values.len() as u32);
            }
            further.columns.push(column as u32);
            further.values.push(value);
            if let Some(end) = further.start.last_mut() {
                *end = further.values.len() as u32;
            }
        }
    }

    /// Number of unknowns.
    pub(crate) fn unknowns(&self) -> usize {
        self.points.len()
    }

    /// y ← A x.
    pub(crate) fn apply(&self, x: &[T], y: &mut [T]) {
        for lattice in &self.lattices {
            let [across, up] = lattice.shape;
            for j in 0..up {
                let begin = lattice.offset + across * j;
                let row = begin..begin + across;
                // A row at the lattice's edge has zeros for the neighbours it lacks.
                let south = &x[if j > 0 { begin - across } else { begin }..][..across];
                let north = &x[if j + 1 < up { begin + across } else { begin }..][..across];
                let own = &x[row.clone()];
                let points = &self.points[row.clone()];
                let result = &mut y[row];
                let last = across - 1;
                for i in 0..across {
                    let [c, w, e, s, n] = points[i];
                    let west = own[i.saturating_sub(1)];
                    let east = own[if i < last { i + 1 } else { i }];
                    result[i] = c * own[i] + w * west + e * east + s * south[i] + n * north[i];
                }
            }
        }
        for (k, &row) in self.further.rows.iter().enumerate() {
            let sum = self
                .further
                .row(k)
                .fold(T::ZERO, |sum, (column, &value)| sum + value * x[column]);
            y[row as usize] += sum;
        }
    }

    /// D A D⁻¹ for a diagonal D.
    pub(crate) fn similar(mut self, diagonal: &[f64]) -> Self {
        for lattice in self.lattices {
            let across = lattice.shape[0];
            for row in lattice.offset..lattice.offset + lattice.len() {
                let neighbours = [
                    row.wrapping_sub(1),
                    row + 1,
                    row.wrapping_sub(across),
                    row + across,
                ];
                for (value, column) in self.points[row][1..].iter_mut().zip(neighbours) {
                    if *value != T::ZERO {
                        *value *= T::real(diagonal[row] / diagonal[column]);
                    }
                }
            }
        }
        let further = &mut self.further;
        for (k, &row) in further.rows.iter().enumerate() {
            for e in further.start[k] as usize..further.start[k + 1] as usize {
                let column = further.columns[e] as usize;
                further.values[e] *= T::real(diagonal[row as usize] / diagonal[column]);
            }
        }
        self
    }

    /// As compressed rows.
    pub(crate) fn to_csr(&self) -> CsrMatrix<T> {
        let n = self.unknowns();
        let mut next = 0;
        let rows = self.lattices.iter().flat_map(|lattice| {
            let across = lattice.shape[0];
            (lattice.offset..lattice.offset + lattice.len()).map(move |row| (row, across))
        });
        let rows = rows.map(|(row, across)| {
            let [centre, w, e, s, north] = self.points[row];
            let mut entries = vec![(row, centre)];
            let neighbours = [
                (row.wrapping_sub(1), w),
                (row + 1, e),
                (row.wrapping_sub(across), s),
                (row + across, north),
            ];
            entries.extend(neighbours.into_iter().filter(|entry| entry.1 != T::ZERO));
            if self.further.rows.get(next) == Some(&(row as u32)) {
                entries.extend(self.further.row(next).map(|(c, &v)| (c, v)));
                next += 1;
            }
            entries
        });
        CsrMatrix::from_rows(n, rows)
    }
}
