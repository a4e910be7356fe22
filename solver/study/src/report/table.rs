//! A table.

use serde::Serialize;

use super::cell::Cell;

/// A table. Its first column is the label of each row unless it has an origin.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReportTable {
    /// Caption.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, one cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// Head of a column.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Column {
    /// Quantity.
    pub title: String,
    /// Unit of the column's numbers; empty for none.
    pub unit: String,
    /// Where its numbers come from; empty for a column that labels the rows. The labels of a row complete it.
    pub origin: String,
}

impl Column {
    /// A column of numbers in `unit`, or of texts.
    pub fn new(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
            origin: String::new(),
        }
    }

    /// Where all its numbers come from, in words: "computed: light over electricity of all lasers".
    #[must_use]
    pub fn with_origin(self, origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }

    /// The variable of the loss table that holds its numbers: "fibre_chip/facet/loss".
    #[must_use]
    pub fn of_table(self, variable: impl AsRef<str>) -> Self {
        self.with_origin(format!("loss_table.h5: /{}", variable.as_ref()))
    }
}
