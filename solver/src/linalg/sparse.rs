//! Compressed sparse rows.

use super::scalar::Scalar;

/// A sparse matrix by compressed rows; columns within a row are sorted.
#[derive(Clone, Debug)]
pub(crate) struct CsrMatrix<T> {
    columns: usize,
    row_start: Vec<usize>,
    index: Vec<usize>,
    value: Vec<T>,
}

impl<T: Scalar> CsrMatrix<T> {
    /// From rows of (column, value); repeated columns are summed.
    pub(crate) fn from_rows(columns: usize, rows: impl Iterator<Item = Vec<(usize, T)>>) -> Self {
        let mut matrix = Self {
            columns,
            row_start: vec![0],
            index: Vec::new(),
            value: Vec::new(),
        };
        for mut row in rows {
            row.sort_by_key(|entry| entry.0);
            let start = matrix.index.len();
            for (column, value) in row {
                if matrix.index.len() > start && matrix.index.last() == Some(&column) {
                    if let Some(last) = matrix.value.last_mut() {
                        *last += value;
                    }
                } else {
                    matrix.index.push(column);
                    matrix.value.push(value);
                }
            }
            matrix.row_start.push(matrix.index.len());
        }
        matrix
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.row_start.len() - 1
    }

    /// Number of stored entries.
    pub(crate) fn entries(&self) -> usize {
        self.index.len()
    }

    /// Columns and values of row `r`.
    pub(crate) fn row(&self, r: usize) -> (&[usize], &[T]) {
        let range = self.row_start[r]..self.row_start[r + 1];
        (&self.index[range.clone()], &self.value[range])
    }

    /// Aᵀ.
    pub(crate) fn transpose(&self) -> Self {
        let mut row_start = vec![0; self.columns + 1];
        for &column in &self.index {
            row_start[column + 1] += 1;
        }
        for c in 0..self.columns {
            row_start[c + 1] += row_start[c];
        }
        let mut next = row_start.clone();
        let mut index = vec![0; self.entries()];
        let mut value = vec![T::ZERO; self.entries()];
        for r in 0..self.rows() {
            let (columns, values) = self.row(r);
            for (&c, &v) in columns.iter().zip(values) {
                index[next[c]] = r;
                value[next[c]] = v;
                next[c] += 1;
            }
        }
        Self {
            columns: self.rows(),
            row_start,
            index,
            value,
        }
    }
}
