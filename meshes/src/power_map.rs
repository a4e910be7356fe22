//! Power that is not even over a source: a map of tiles.

use crate::MeshError;

/// Shares of a source's power in the tiles of a grid over its footprint, even within a tile.
///
/// ```
/// use cpo_meshes::PowerMap;
/// // two tiles along x: one watt at the left, three at the right
/// let map = PowerMap::new([2, 1], &[1.0, 3.0])?;
/// assert_eq!(map.share([0.0, 0.75], [0.0, 1.0]), 0.25 + 0.5 * 0.75);
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PowerMap {
    /// Edges of the tiles along x and y, rising from 0 to 1 over the footprint.
    edges: [Vec<f64>; 2],
    /// Shares, y fastest; they add up to 1.
    shares: Vec<f64>,
}

impl PowerMap {
    /// `tiles` equal tiles along x and y with `powers` in any unit, y fastest, from the corner of least x and y.
    ///
    /// # Errors
    /// [`MeshError::Shape`] if there are not as many powers as tiles, one is negative or not finite, or all are zero.
    pub fn new(tiles: [usize; 2], powers: &[f64]) -> Result<Self, MeshError> {
        let wrong = |quantity: &'static str, value: f64, allowed: String| MeshError::Shape {
            name: "power map".to_owned(),
            quantity,
            value,
            unit: "",
            allowed,
        };
        let count = tiles[0] * tiles[1];
        if count == 0 || powers.len() != count {
            let allowed = format!("{} x {} and above 0", tiles[0], tiles[1]);
            return Err(wrong("number of tiles", powers.len() as f64, allowed));
        }
        if let Some(&bad) = powers.iter().find(|p| !(p.is_finite() && **p >= 0.0)) {
            let allowed = String::from("finite and not negative");
            return Err(wrong("power of a tile", bad, allowed));
        }
        let total: f64 = powers.iter().sum();
        if !(total.is_finite() && total > 0.0) {
            return Err(wrong("total power", total, String::from("above 0")));
        }
        let even = |n: usize| (0..=n).map(|i| i as f64 / n as f64).collect();
        Ok(Self {
            edges: tiles.map(even),
            shares: powers.iter().map(|p| p / total).collect(),
        })
    }

    /// Edges of the tiles along x or y (axis 0 or 1), from 0 to 1 over the footprint.
    pub fn edges(&self, axis: usize) -> &[f64] {
        &self.edges[axis]
    }

    /// Share of the power in a rectangle, its ends from 0 to 1 over the footprint.
    pub fn share(&self, x: [f64; 2], y: [f64; 2]) -> f64 {
        let columns = self.shares.chunks(self.edges[1].len() - 1);
        let (x, y) = (parts(&self.edges[0], x), parts(&self.edges[1], y));
        let mut sum = 0.0;
        for (column, along) in columns.zip(&x).filter(|(_, along)| **along > 0.0) {
            let inside: f64 = column
                .iter()
                .zip(&y)
                .map(|(share, part)| share * part)
                .sum();
            sum += along * inside;
        }
        sum
    }

    /// The map of a rectangle, its ends from 0 to 1 over the footprint, which becomes the footprint; even if no power is in it.
    #[must_use]
    pub(crate) fn crop(&self, ends: [[f64; 2]; 2]) -> Self {
        let total = self.share(ends[0], ends[1]);
        let edges = [0, 1].map(|d| {
            let [from, to] = ends[d];
            let inside = self.edges[d].iter().copied();
            let inside = inside.filter(|e| (from..to).contains(e) && *e > from);
            let all = std::iter::once(from).chain(inside).chain([to]);
            all.collect::<Vec<_>>()
        });
        let mut shares = Vec::new();
        for x in edges[0].windows(2) {
            for y in edges[1].windows(2) {
                let (x, y) = ([x[0], x[1]], [y[0], y[1]]);
                let even = |d: usize, [a, b]: [f64; 2]| (b - a) / (ends[d][1] - ends[d][0]);
                shares.push(if total > 0.0 {
                    self.share(x, y) / total
                } else {
                    even(0, x) * even(1, y)
                });
            }
        }
        let within = |d: usize| -> Vec<f64> {
            let [from, to] = ends[d];
            let place = edges[d].iter().map(|e| (e - from) / (to - from));
            place.collect()
        };
        Self {
            edges: [within(0), within(1)],
            shares,
        }
    }
}

/// Parts of every tile that lie between two ends.
fn parts(edges: &[f64], [from, to]: [f64; 2]) -> Vec<f64> {
    let part = |tile: &[f64]| {
        let inside = tile[1].min(to) - tile[0].max(from);
        inside.max(0.0) / (tile[1] - tile[0])
    };
    edges.windows(2).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_crop_are_parts_of_the_whole() {
        let map = PowerMap::new([3, 2], &[1.0, 2.0, 0.0, 4.0, 3.0, 5.0]).unwrap();
        assert!((map.share([0.0, 1.0], [0.0, 1.0]) - 1.0).abs() < 1e-15);
        let (x, y) = ([0.1, 0.8], [0.3, 0.9]);
        let crop = map.crop([x, y]);
        let total = map.share(x, y);
        for [a, b] in [[0.0, 1.0], [0.2, 0.5], [0.9, 1.0]] {
            let inside = |[from, to]: [f64; 2], t: f64| from + t * (to - from);
            let (u, v) = (
                [inside(x, a), inside(x, b)],
                [inside(y, b - 0.1), inside(y, b)],
            );
            let direct = map.share(u, v) / total;
            assert!((crop.share([a, b], [b - 0.1, b]) - direct).abs() < 1e-15);
        }
        // a crop without power is even
        let empty = PowerMap::new([2, 1], &[1.0, 0.0]).unwrap();
        let empty = empty.crop([[0.6, 0.9], [0.0, 1.0]]);
        assert!((empty.share([0.0, 0.25], [0.0, 1.0]) - 0.25).abs() < 1e-15);
    }

    #[test]
    fn maps_without_sense_are_refused() {
        for (tiles, powers) in [
            ([2, 2], vec![1.0; 3]),
            ([0, 2], vec![]),
            ([1, 2], vec![0.0; 2]),
            ([1, 2], vec![1.0, -1.0]),
            ([1, 2], vec![1.0, f64::NAN]),
        ] {
            assert!(PowerMap::new(tiles, &powers).is_err(), "{powers:?}");
        }
    }
}
