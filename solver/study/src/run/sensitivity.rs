//! What thermal resistances depend on, as plain data.

use cpo_solver::heat::HeatSensitivities;
use serde::{Deserialize, Serialize};

use super::Value;

/// p ∂R/∂p of the thermal resistances of a heat problem.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SensitivityRecord {
    /// What is varied.
    pub parameters: Vec<SensitivityParameter>,
    /// Whether of every R_ij; else of the R_ii alone.
    pub has_pairs: bool,
    /// K/W, `[i][j][parameter]` of every R_ij, else `[i][parameter]`, flat.
    pub values: Vec<Value>,
}

/// Something that thermal resistances depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensitivityParameter {
    /// "thickness of box".
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Unit of the value, of the SI.
    pub unit: String,
}

impl SensitivityRecord {
    pub(super) fn new(all: &HeatSensitivities) -> Self {
        let (n, count) = (all.names().len(), all.parameters().len());
        let has_pairs = all.pairs().len() == n * (n + 1) / 2;
        let value = |i, j, p| all.study(i, j, p).map_or_else(Value::absent, Value::from);
        let row = |i: usize, j: usize| (0..count).map(move |p| value(i, j, p));
        let values = if has_pairs {
            (0..n * n).flat_map(|k| row(k / n, k % n)).collect()
        } else {
            (0..n).flat_map(|i| row(i, i)).collect()
        };
        let parameters = all.parameters().iter().map(|p| SensitivityParameter {
            name: p.to_string(),
            value: p.value,
            unit: p.unit().to_owned(),
        });
        Self {
            parameters: parameters.collect(),
            has_pairs,
            values,
        }
    }

    /// p ∂R_ii/∂p of one of `sources` sources for every parameter, K/W.
    pub fn own(&self, i: usize, sources: usize) -> &[Value] {
        let row = if self.has_pairs { i * sources + i } else { i };
        let count = self.parameters.len();
        self.values
            .get(row * count..(row + 1) * count)
            .unwrap_or(&[])
    }

    /// The parameters that move R_ii most, by falling size.
    pub fn strongest(&self, i: usize, sources: usize) -> Vec<usize> {
        let own = self.own(i, sources);
        let mut order: Vec<usize> = (0..own.len()).collect();
        order.sort_by(|&a, &b| own[b].value.abs().total_cmp(&own[a].value.abs()));
        order
    }
}
