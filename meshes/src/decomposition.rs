//! Trapezoidal decomposition of painted polygons.
//!
//! Vertical lines through every end and crossing of edges cut the plane into slabs in which no two
//! edges cross (de Berg et al., Computational Geometry, 3rd ed. 2008, ch. 6). Going up through a slab,
//! each edge switches its polygon on or off (even-odd rule) and the last painted polygon that is on
//! gives the material: exact for any polygons, convex or not, with no point sampled.
//!
//! Beyond the window the material continues as it meets the window's border, so that absorbing layers
//! outside it see the guides and layers run on.

use crate::shape::{Window, crossing};

/// Lengths below this fraction of the extent are round-off.
const ROUND_OFF: f64 = 1e-13;

/// "Just inside the window's border", as a fraction of the window: a shape drawn to end on the border
/// still holds there whatever the last bit of its coordinates.
pub(crate) const BORDER: f64 = 1e-12;

/// A painted polygon and its material.
#[derive(Clone, Debug)]
pub(crate) struct Painted {
    pub(crate) polygon: Vec<[f64; 2]>,
    pub(crate) material: usize,
}

/// A visible interface that crosses a slab.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interface {
    /// y at the slab's left and right end.
    pub(crate) y: [f64; 2],
    /// Material on top of it.
    pub(crate) above: usize,
}

/// Interfaces between two vertical lines, from bottom to top.
#[derive(Clone, Debug)]
pub(crate) struct Slab {
    pub(crate) x: [f64; 2],
    /// Material under the lowest interface.
    pub(crate) bottom: usize,
    pub(crate) interfaces: Vec<Interface>,
}

/// The decomposition of the whole plane.
#[derive(Clone, Debug)]
pub(crate) struct Decomposition {
    pub(crate) slabs: Vec<Slab>,
    /// Lengths below this are round-off, in metres.
    pub(crate) tolerance: f64,
}

/// An edge that is not vertical, from left to right.
#[derive(Clone, Copy, Debug)]
struct Edge {
    a: [f64; 2],
    b: [f64; 2],
    region: usize,
}

impl Edge {
    fn y(&self, x: f64) -> f64 {
        if x == self.b[0] {
            return self.b[1];
        }
        self.a[1] + (self.b[1] - self.a[1]) * ((x - self.a[0]) / (self.b[0] - self.a[0]))
    }
}

impl Decomposition {
    /// Slabs between `faces[0]` and the last of `faces`, cut at each of `faces` too. Material 0 is the
    /// background.
    pub(crate) fn new(painted: &[Painted], window: &Window, faces: &[f64]) -> Self {
        let (first, last) = (faces[0], faces[faces.len() - 1]);
        let tolerance = ROUND_OFF * window.extent().max(last - first);
        let edges = edges(painted, window);
        let mut cuts = cuts(&edges, window);
        cuts.retain(|&x| first < x && x < last);
        cuts.extend_from_slice(faces);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();

        let mut slabs = Vec::with_capacity(cuts.len());
        let mut column = Column::new(painted, window, tolerance);
        let mut next = 0;
        let mut active: Vec<usize> = Vec::new();
        for cut in cuts.windows(2) {
            let x = [cut[0], cut[1]];
            let middle = 0.5 * (x[0] + x[1]);
            let spans = |e: &usize| edges[*e].a[0] <= middle && middle <= edges[*e].b[0];
            if window.x[0] <= middle && middle <= window.x[1] {
                while next < edges.len() && edges[next].a[0] <= middle {
                    active.push(next);
                    next += 1;
                }
                active.retain(spans); // cuts rise: an edge that ended is seen no more
                column.load(&edges, &active, x);
            } else {
                // outside the window the profile just inside its border continues
                let margin = BORDER * window.width();
                let border = middle.clamp(window.x[0] + margin, window.x[1] - margin);
                let seen: Vec<usize> = (0..edges.len())
                    .filter(|&e| edges[e].a[0] <= border && border <= edges[e].b[0])
                    .collect();
                column.load(&edges, &seen, [border; 2]);
            }
            slabs.push(column.slab(x));
        }
        Self { slabs, tolerance }
    }
}

/// Edges sorted by their left end. Those wholly left or right of the window are dropped; they cannot
/// be seen.
fn edges(painted: &[Painted], window: &Window) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (region, Painted { polygon, .. }) in painted.iter().enumerate() {
        for (i, &p) in polygon.iter().enumerate() {
            let q = polygon[(i + 1) % polygon.len()];
            let (a, b) = if p[0] < q[0] { (p, q) } else { (q, p) };
            if a[0] < b[0] && a[0] < window.x[1] && b[0] > window.x[0] {
                edges.push(Edge { a, b, region });
            }
        }
    }
    edges.sort_by(|e, f| e.a[0].total_cmp(&f.a[0]).then(e.region.cmp(&f.region)));
    edges
}

/// The x of all ends, of crossings of different polygons' edges, and of crossings of the window's border.
fn cuts(edges: &[Edge], window: &Window) -> Vec<f64> {
    let mut cuts = window.x.to_vec();
    let mut active: Vec<usize> = Vec::new();
    for (i, edge) in edges.iter().enumerate() {
        cuts.extend([edge.a[0], edge.b[0]]);
        for level in window.y {
            let (a, b) = (edge.a[1] - level, edge.b[1] - level);
            if a * b < 0.0 {
                cuts.push(edge.a[0] + (edge.b[0] - edge.a[0]) * (a / (a - b)));
            }
        }
        active.retain(|&j| edges[j].b[0] > edge.a[0]);
        for &j in &active {
            let other = &edges[j];
            if other.region != edge.region
                && let Some([x, _]) = crossing([edge.a, edge.b], [other.a, other.b])
            {
                cuts.push(x);
            }
        }
        active.push(i);
    }
    cuts.retain(|&x| window.x[0] <= x && x <= window.x[1]);
    cuts
}

/// Scratch of the walk up one slab.
struct Column<'a> {
    painted: &'a [Painted],
    window: &'a Window,
    tolerance: f64,
    /// Height at mid-slab, heights at both ends, and polygon of each edge.
    crossings: Vec<(f64, [f64; 2], usize)>,
    inside: Vec<bool>,
}

impl<'a> Column<'a> {
    fn new(painted: &'a [Painted], window: &'a Window, tolerance: f64) -> Self {
        Self {
            painted,
            window,
            tolerance,
            crossings: Vec::new(),
            inside: vec![false; painted.len()],
        }
    }

    fn load(&mut self, edges: &[Edge], active: &[usize], x: [f64; 2]) {
        self.crossings.clear();
        self.crossings.extend(active.iter().map(|&e| {
            let y = x.map(|x| edges[e].y(x));
            (0.5 * (y[0] + y[1]), y, edges[e].region)
        }));
        self.crossings
            .sort_by(|p, q| p.0.total_cmp(&q.0).then(p.2.cmp(&q.2)));
    }

    fn slab(&mut self, x: [f64; 2]) -> Slab {
        self.inside.fill(false);
        let mut top: Option<usize> = None;
        let mut material = 0;
        let mut slab = Slab {
            x,
            bottom: 0,
            interfaces: Vec::new(),
        };
        let mut i = 0;
        while i < self.crossings.len() {
            // edges that coincide act together: what is between them has no area
            let (height, y, _) = self.crossings[i];
            loop {
                let region = self.crossings[i].2;
                self.inside[region] = !self.inside[region];
                if self.inside[region] {
                    top = top.max(Some(region));
                } else if top == Some(region) {
                    top = self.inside[..region].iter().rposition(|&on| on);
                }
                i += 1;
                if i == self.crossings.len() || self.crossings[i].0 - height > self.tolerance {
                    break;
                }
            }
            let above = top.map_or(0, |region| self.painted[region].material);
            if height - self.window.y[0] <= self.tolerance {
                slab.bottom = above;
            } else if self.window.y[1] - height <= self.tolerance {
                break;
            } else if above != material {
                slab.interfaces.push(Interface { y, above });
            }
            material = above;
        }
        slab
    }
}

/// Intervals of y where the materials left and right of the line between two slabs differ: the
/// visible vertical interfaces there. The outermost ends are infinite where a wall runs off.
pub(crate) fn walls(left: &Slab, right: &Slab, tolerance: f64) -> Vec<[f64; 2]> {
    let mut walls: Vec<[f64; 2]> = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut west, mut east) = (left.bottom, right.bottom);
    let mut from = f64::NEG_INFINITY;
    loop {
        let next_left = left.interfaces.get(i).map_or(f64::INFINITY, |s| s.y[1]);
        let next_right = right.interfaces.get(j).map_or(f64::INFINITY, |s| s.y[0]);
        let to = next_left.min(next_right);
        if west != east && to - from > tolerance {
            match walls.last_mut() {
                Some(wall) if from - wall[1] <= tolerance => wall[1] = to,
                _ => walls.push([from, to]),
            }
        }
        if to == f64::INFINITY {
            return walls;
        }
        if next_left <= next_right {
            west = left.interfaces[i].above;
            i += 1;
        } else {
            east = right.interfaces[j].above;
            j += 1;
        }
        from = to;
    }
}
