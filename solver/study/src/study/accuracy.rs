//! How accurate a result must be: an error wanted, or a grid given.

use cpo_materials::{Length, Quantity};

use super::Number;
use super::reader::{Limit, Reader};
use super::schema::GRID;
use crate::file::{Cursor, Table};

/// What decides the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accuracy {
    /// Refine until the error bar of the effective index is below this.
    Error(f64),
    /// Use this grid.
    Grid(GridSizes),
}

/// A graded grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridSizes {
    /// Smallest cell, at the interfaces.
    pub finest: Length,
    /// Largest cell.
    pub coarsest: Length,
    /// Largest ratio of neighbouring cells, above 1.
    pub growth: f64,
}

impl Reader {
    /// `error` or `grid` of a table, or the default error.
    pub(crate) fn accuracy(&mut self, table: &Table<'_>, default: f64) -> Option<Accuracy> {
        if self.exclusive(table, ["error", "grid"]) {
            return None;
        }
        if let Some(grid) = table.get("grid") {
            return self.grid(&grid).map(Accuracy::Grid);
        }
        match table.get("error") {
            Some(error) => self.relative(&error).map(Accuracy::Error),
            None => Some(Accuracy::Error(default)),
        }
    }

    fn grid(&mut self, cursor: &Cursor<'_>) -> Option<GridSizes> {
        let table = self.diagnostics.table(cursor, GRID)?;
        let finest = self.diagnostics.required(&table, "finest");
        let finest: Option<Length> = finest.and_then(|c| self.constant(&c, Limit::Positive));
        let at = self.diagnostics.required(&table, "coarsest");
        let coarsest: Option<Length> = at.as_ref().and_then(|c| self.constant(c, Limit::Positive));
        let growth_at = self.diagnostics.required(&table, "growth");
        let growth: Option<Number> = growth_at
            .as_ref()
            .and_then(|c| self.constant(c, Limit::Positive));
        let (finest, coarsest, growth) = (finest?, coarsest?, growth?.si());
        if coarsest < finest {
            let place = at.map_or_else(|| cursor.place.clone(), |c| c.place);
            self.diagnostics
                .error(
                    &place,
                    format!("the coarsest cell {coarsest} is below the finest, {finest}"),
                )
                .help("exchange the two");
            return None;
        }
        if !(1.0 < growth && growth <= 2.0) {
            let place = growth_at.map_or_else(|| cursor.place.clone(), |c| c.place);
            self.diagnostics
                .error(&place, format!("`growth` cannot be {growth}"))
                .allowed("the ratio of neighbouring cells, above 1 and at most 2; 1.2 is usual");
            return None;
        }
        Some(GridSizes {
            finest,
            coarsest,
            growth,
        })
    }
}
