//! Which triangle holds each point of a rectilinear grid.

use super::curve::{Point, cross, distance};
use super::{Arc, Triangulation};

impl Triangulation {
    /// The triangle of every point (x\[i\], y\[j\]), at j·len(x) + i; `None` outside the domain. `x`
    /// and `y` rise. Curved sides count as curved; a point on a side goes to one of its triangles.
    ///
    /// Each triangle looks only at the points in its bounding box.
    pub fn locate(&self, x: &[f64], y: &[f64]) -> Vec<Option<usize>> {
        let tolerance = 1e-12 * self.domain.extent();
        let mut found = vec![None; x.len() * y.len()];
        let mut depth = vec![-tolerance; found.len()];
        let range = |values: &[f64], [low, high]: [f64; 2]| {
            let first = values.partition_point(|&v| v < low - tolerance);
            first
                ..values
                    .partition_point(|&v| v <= high + tolerance)
                    .max(first)
        };
        for triangle in 0..self.triangles.len() {
            let bounds = self.bounds(triangle);
            let columns = range(x, bounds[0]);
            for j in range(y, bounds[1]) {
                for i in columns.clone() {
                    let at = j * x.len() + i;
                    let inside = self.depth(triangle, [x[i], y[j]]);
                    if inside > depth[at] {
                        depth[at] = inside;
                        found[at] = Some(triangle);
                    }
                }
            }
        }
        found
    }

    fn bounds(&self, triangle: usize) -> [[f64; 2]; 2] {
        let t = &self.triangles[triangle];
        let p = t.vertices.map(|v| self.vertices[v]);
        let mut bounds = [0, 1].map(|d| {
            let values = p.map(|q| q[d]);
            [
                values.into_iter().fold(f64::INFINITY, f64::min),
                values.into_iter().fold(f64::NEG_INFINITY, f64::max),
            ]
        });
        for k in 0..3 {
            if let Some(arc) = t.curve[k] {
                let half = 0.5 * distance(p[k], p[(k + 1) % 3]);
                let radius = self.arcs[arc].radius;
                let sagitta = radius - (radius * radius - half * half).max(0.0).sqrt();
                for ends in &mut bounds {
                    *ends = [ends[0] - sagitta, ends[1] + sagitta];
                }
            }
        }
        bounds
    }

    /// Distance of a point from the nearest side, negative outside.
    fn depth(&self, triangle: usize, p: Point) -> f64 {
        let t = &self.triangles[triangle];
        let mut depth = f64::INFINITY;
        for k in 0..3 {
            let [a, b] = [t.vertices[k], t.vertices[(k + 1) % 3]].map(|v| self.vertices[v]);
            let chord = cross(a, b, p) / distance(a, b);
            depth = depth.min(match t.curve[k] {
                None => chord,
                Some(arc) => {
                    let Arc { centre, radius } = self.arcs[arc];
                    let within = radius - distance(centre, p);
                    if cross(a, b, centre) > 0.0 {
                        chord.max(within)
                    } else {
                        chord.min(-within)
                    }
                }
            });
        }
        depth
    }
}
