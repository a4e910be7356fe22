//! The cross-section of a guide: painted regions on a background, seen through a window.
//!
//! x runs across the guide, y up from the substrate. Regions are painted in order; a later one covers
//! an earlier one. Beyond its window a cross-section continues as it meets the window's border.

use cpo_materials::Material;

use crate::decomposition::{BORDER, Decomposition, Painted, walls};
use crate::shape::{Shape, Window, crossing, encloses, overlaps};
use crate::{Axis, CellFill, FillMap, MeshError};

/// A turn of the outline by less than this is a smooth wall, not a corner.
const SMOOTH_TURN: f64 = 20.0 * std::f64::consts::PI / 180.0;
/// Points closer than this fraction of the window are one: femtometres in a window of micrometres.
const MEETING: f64 = 1e-9;
/// Cells along each side of the window whose fractions are compared with their mirror images.
const MIRROR_CELLS: usize = 24;
/// Largest difference of fractions that is round-off: a shift by 1e-11 of the window shows.
const MIRROR_SHARE: f64 = 1e-10;

/// One painted region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Its material's index in [`CrossSection::materials`].
    pub material: usize,
    /// Its outline.
    pub shape: Shape,
}

/// What a mode sees: regions of material on a background.
///
/// ```
/// use cpo_materials::{Length, Material};
/// use cpo_meshes::{CrossSection, Shape, Window};
/// let window = Window { x: [-1.5e-6, 1.5e-6], y: [-1.4e-6, 1.6e-6] };
/// let core = Shape::Rectangle { x: 0.0, bottom: 0.0, width: 500e-9, height: 220e-9 };
/// let wire = CrossSection::new(window, Material::with_index(1.444))?
///     .paint("core", Material::with_index(3.4777), core)?;
/// assert_eq!(wire.material_at(0.0, 110e-9), 1);
/// assert_eq!(wire.snap_x(), [-250e-9, 250e-9]);
/// # Ok::<(), cpo_meshes::MeshError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CrossSection {
    window: Window,
    materials: Vec<Material>,
    regions: Vec<Region>,
    painted: Vec<Painted>,
}

impl CrossSection {
    /// An empty window filled with `background`.
    ///
    /// # Errors
    /// [`MeshError::Window`] if the window is empty, inverted or not finite.
    pub fn new(window: Window, background: Material) -> Result<Self, MeshError> {
        window.check()?;
        Ok(Self {
            window,
            materials: vec![background],
            regions: Vec::new(),
            painted: Vec::new(),
        })
    }

    /// Paints a region over what is there. What lies outside the window is cut off.
    ///
    /// # Errors
    /// [`MeshError::Shape`] for a size that is not positive, a number that is not finite or a
    /// trapezoid whose walls meet; [`MeshError::SelfCrossing`]; [`MeshError::OutsideWindow`] if no
    /// part of the shape is seen; [`MeshError::Duplicate`] for a name that is taken.
    pub fn paint(
        mut self,
        name: &str,
        material: Material,
        shape: Shape,
    ) -> Result<Self, MeshError> {
        shape.check(name)?;
        if self.regions.iter().any(|region| region.name == name) {
            return Err(MeshError::Duplicate {
                kind: "region",
                name: name.to_owned(),
            });
        }
        let polygon = shape.polygon();
        if !overlaps(&polygon, &self.window) {
            return Err(MeshError::OutsideWindow {
                name: name.to_owned(),
                bounds: shape.bounds(),
                window: self.window,
            });
        }
        let material = position_or_push(&mut self.materials, material);
        self.painted.push(Painted { polygon, material });
        self.regions.push(Region {
            name: name.to_owned(),
            material,
            shape,
        });
        Ok(self)
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The materials, each once; index 0 is the background.
    pub fn materials(&self) -> &[Material] {
        &self.materials
    }

    /// The regions in the order painted.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The same regions through another window. Regions that it does not show stay, unseen.
    ///
    /// # Errors
    /// [`MeshError::Window`] if the window is empty, inverted or not finite.
    pub fn with_window(mut self, window: Window) -> Result<Self, MeshError> {
        window.check()?;
        self.window = window;
        Ok(self)
    }

    /// The same window and materials with other outlines.
    pub(crate) fn redrawn(&self, regions: Vec<Region>, painted: Vec<Painted>) -> Self {
        Self {
            window: self.window,
            materials: self.materials.clone(),
            regions,
            painted,
        }
    }

    /// Index of the material at a point; outside the window, of the nearest point of its border.
    pub fn material_at(&self, x: f64, y: f64) -> usize {
        self.region_at(x, y)
            .map_or(0, |region| self.regions[region].material)
    }

    /// Index of the topmost region at a point, none for the background; outside the window, of the nearest
    /// point of its border.
    pub fn region_at(&self, x: f64, y: f64) -> Option<usize> {
        let Window { x: wx, y: wy } = self.window;
        let [dx, dy] = [BORDER * self.window.width(), BORDER * self.window.height()];
        let x = x.clamp(wx[0] + dx, wx[1] - dx);
        let y = y.clamp(wy[0] + dy, wy[1] - dy);
        self.painted
            .iter()
            .rposition(|region| encloses(&region.polygon, x, y))
    }

    /// Whether the window is its own mirror image in the line through its middle across `axis` (0 for x):
    /// the exact area fractions of mirrored cells agree to round-off.
    pub fn is_mirrored(&self, axis: usize) -> bool {
        let along = |ends: [f64; 2]| Axis::uniform(ends[0], ends[1], MIRROR_CELLS);
        let (Ok(x), Ok(y)) = (along(self.window.x), along(self.window.y)) else {
            return false;
        };
        let fill = self.fill(&x, &y);
        let shares = |i: usize, j: usize| {
            let mut shares = vec![0.0; self.materials.len()];
            match fill.cell(i, j) {
                CellFill::Pure(material) => shares[material] = 1.0,
                CellFill::Mixed(mixed) => {
                    for &(material, share) in &mixed.fractions {
                        shares[material] += share;
                    }
                }
            }
            shares
        };
        let last = MIRROR_CELLS - 1;
        (0..MIRROR_CELLS).all(|i| {
            (0..MIRROR_CELLS).all(|j| {
                let (k, l) = if axis == 0 {
                    (last - i, j)
                } else {
                    (i, last - j)
                };
                let pairs = shares(i, j).into_iter().zip(shares(k, l));
                pairs.into_iter().all(|(a, b)| (a - b).abs() < MIRROR_SHARE)
            })
        })
    }

    /// Exact area fractions and interface normals of every cell of the grid of `x` and `y` (which may
    /// be staggered, or reach beyond the window).
    pub fn fill(&self, x: &Axis, y: &Axis) -> FillMap {
        FillMap::new(&self.painted, &self.window, x, y)
    }

    /// The x of visible vertical interfaces inside the window, rising.
    pub fn snap_x(&self) -> Vec<f64> {
        let decomposition = Decomposition::new(&self.painted, &self.window, &self.window.x);
        let tolerance = decomposition.tolerance;
        let [low, high] = self.window.y;
        let mut snaps: Vec<f64> = decomposition
            .slabs
            .windows(2)
            .filter(|pair| {
                walls(&pair[0], &pair[1], tolerance)
                    .iter()
                    .any(|wall| wall[1].min(high) - wall[0].max(low) > tolerance)
            })
            .map(|pair| pair[0].x[1])
            // a wall, not a narrow wedge or the end of a steep one: some edge there is vertical
            .filter(|&x| self.has_vertical_edge(x))
            .collect();
        snaps.dedup_by(|a, b| *a - *b <= tolerance);
        snaps
    }

    /// The y of visible horizontal interfaces inside the window, rising.
    pub fn snap_y(&self) -> Vec<f64> {
        let decomposition = Decomposition::new(&self.painted, &self.window, &self.window.x);
        let mut snaps: Vec<f64> = decomposition
            .slabs
            .iter()
            .flat_map(|slab| &slab.interfaces)
            .filter(|interface| interface.y[0] == interface.y[1])
            .map(|interface| interface.y[0])
            .filter(|&y| self.has_horizontal_edge(y))
            .collect();
        snaps.sort_by(f64::total_cmp);
        snaps.dedup_by(|a, b| *a - *b <= decomposition.tolerance);
        snaps
    }

    fn edges(&self) -> impl Iterator<Item = (usize, [[f64; 2]; 2])> {
        self.painted
            .iter()
            .enumerate()
            .flat_map(|(region, painted)| {
                let polygon = &painted.polygon;
                (0..polygon.len())
                    .map(move |i| (region, [polygon[i], polygon[(i + 1) % polygon.len()]]))
            })
    }

    fn has_vertical_edge(&self, x: f64) -> bool {
        self.edges().any(|(region, [a, b])| {
            a[0] == x && b[0] == x && !self.regions[region].shape.is_smooth()
        })
    }

    fn has_horizontal_edge(&self, y: f64) -> bool {
        self.edges().any(|(region, [a, b])| {
            a[1] == y && b[1] == y && !self.regions[region].shape.is_smooth()
        })
    }

    /// Points inside the window where visible interfaces meet at an angle: corners of polygons and
    /// crossings of different regions' edges, where the field of a mode is singular. A wall that turns
    /// by less than 20° is smooth.
    pub fn corners(&self) -> Vec<[f64; 2]> {
        let extent = self.window.extent();
        let edges: Vec<(usize, [[f64; 2]; 2])> = self.edges().collect();
        let mut candidates = Vec::new();
        for (region, painted) in self.regions.iter().zip(&self.painted) {
            if !region.shape.is_smooth() {
                let polygon = &painted.polygon;
                let n = polygon.len();
                candidates.extend((0..n).filter_map(|i| {
                    let turn = turning(polygon[(i + n - 1) % n], polygon[i], polygon[(i + 1) % n]);
                    (turn > SMOOTH_TURN).then_some(polygon[i])
                }));
            }
        }
        candidates.extend(meetings(&edges, MEETING * extent));
        let inside = |p: &[f64; 2]| {
            let margin = MEETING * extent;
            let within = |v: f64, ends: [f64; 2]| v - ends[0] > margin && ends[1] - v > margin;
            within(p[0], self.window.x) && within(p[1], self.window.y)
        };
        let mut corners: Vec<[f64; 2]> = Vec::new();
        for point in candidates.into_iter().filter(inside) {
            let near = |q: &[f64; 2]| (q[0] - point[0]).hypot(q[1] - point[1]) < MEETING * extent;
            if !corners.iter().any(near) && self.is_corner(point, &edges) {
                corners.push(point);
            }
        }
        corners
    }

    /// Whether the materials around a point are other than one, or two along a smooth wall: the
    /// material of each sector between the edges that leave the point decides.
    fn is_corner(&self, point: [f64; 2], edges: &[(usize, [[f64; 2]; 2])]) -> bool {
        let extent = self.window.extent();
        let mut rays: Vec<f64> = Vec::new();
        for (_, ends) in edges {
            if distance(point, *ends) < MEETING * extent {
                rays.extend(ends.iter().filter_map(|end| {
                    let [dx, dy] = [end[0] - point[0], end[1] - point[1]];
                    (dx.hypot(dy) > 10.0 * MEETING * extent).then(|| dy.atan2(dx))
                }));
            }
        }
        rays.sort_by(f64::total_cmp);
        rays.dedup_by(|a, b| *a - *b < 1e-6);
        let turn = 2.0 * std::f64::consts::PI;
        // a ray at −π and one at +π are the same
        if rays.len() > 1 && turn - (rays[rays.len() - 1] - rays[0]) < 1e-6 {
            rays.pop();
        }
        let n = rays.len();
        let radius = 100.0 * MEETING * extent;
        let sector: Vec<usize> = (0..n)
            .map(|i| {
                let next = if i + 1 < n {
                    rays[i + 1]
                } else {
                    rays[0] + turn
                };
                let (sin, cos) = (0.5 * (rays[i] + next)).sin_cos();
                self.material_at(point[0] + radius * cos, point[1] + radius * sin)
            })
            .collect();
        let visible: Vec<f64> = (0..n)
            .filter(|&i| sector[i] != sector[(i + n - 1) % n])
            .map(|i| rays[i])
            .collect();
        match visible[..] {
            [] => false,
            [a, b] => ((b - a).abs() - std::f64::consts::PI).abs() > SMOOTH_TURN,
            _ => true,
        }
    }
}

/// Index of `material` in the list, appended if its data are new.
pub(crate) fn position_or_push(materials: &mut Vec<Material>, material: Material) -> usize {
    materials
        .iter()
        .position(|known| known.same_as(&material))
        .unwrap_or_else(|| {
            materials.push(material);
            materials.len() - 1
        })
}

/// Angle by which a path through three points turns at the middle one, in \[0, π\].
fn turning(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let [u, v] = [[b[0] - a[0], b[1] - a[1]], [c[0] - b[0], c[1] - b[1]]];
    (u[0] * v[1] - u[1] * v[0])
        .atan2(u[0] * v[0] + u[1] * v[1])
        .abs()
}

/// Points where edges of different regions cross or one ends on the other, by a sweep along x.
fn meetings(edges: &[(usize, [[f64; 2]; 2])], tolerance: f64) -> Vec<[f64; 2]> {
    let range = |i: usize, d: usize| {
        let [a, b] = edges[i].1.map(|end| end[d]);
        [a.min(b) - tolerance, a.max(b) + tolerance]
    };
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_by(|&i, &j| range(i, 0)[0].total_cmp(&range(j, 0)[0]));
    let mut active: Vec<usize> = Vec::new();
    let mut points = Vec::new();
    for &i in &order {
        let [left, [low, high]] = [range(i, 0), range(i, 1)];
        active.retain(|&j| range(j, 0)[1] >= left[0]);
        for &j in &active {
            let [from, to] = range(j, 1);
            if edges[j].0 == edges[i].0 || from > high || to < low {
                continue;
            }
            let (p, q) = (edges[i].1, edges[j].1);
            points.extend(crossing(p, q));
            points.extend(p.into_iter().filter(|&end| distance(end, q) < tolerance));
            points.extend(q.into_iter().filter(|&end| distance(end, p) < tolerance));
        }
        active.push(i);
    }
    points
}

/// Distance of a point from a segment.
fn distance(p: [f64; 2], [a, b]: [[f64; 2]; 2]) -> f64 {
    let [ux, uy] = [b[0] - a[0], b[1] - a[1]];
    let t = ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy);
    let t = t.clamp(0.0, 1.0);
    (a[0] + t * ux - p[0]).hypot(a[1] + t * uy - p[1])
}
