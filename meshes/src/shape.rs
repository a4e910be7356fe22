//! Shapes of a cross-section and the window they are seen through.

use std::f64::consts::PI;
use std::fmt;

use cpo_materials::Length;

use crate::MeshError;

/// Sides of the polygon that stands for a circle: its sagitta is 2.4·10⁻⁶ of the radius. A multiple
/// of eight, so that the polygon has the circle's mirror symmetries.
const CIRCLE_SIDES: usize = 1440;
/// Areas below this fraction of the bounding square are zero.
const ROUND_OFF: f64 = 1e-12;

/// The rectangle of the plane that a cross-section describes, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Left and right end.
    pub x: [f64; 2],
    /// Lower and upper end.
    pub y: [f64; 2],
}

impl Window {
    /// Width along x.
    pub fn width(&self) -> f64 {
        self.x[1] - self.x[0]
    }

    /// Height along y.
    pub fn height(&self) -> f64 {
        self.y[1] - self.y[0]
    }

    /// Whether the point lies inside or on the border.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x[0]..=self.x[1]).contains(&x) && (self.y[0]..=self.y[1]).contains(&y)
    }

    /// # Errors
    /// [`MeshError::Window`] unless the ends are finite and rise.
    pub(crate) fn check(&self) -> Result<(), MeshError> {
        let fits = |[a, b]: [f64; 2]| a.is_finite() && b.is_finite() && a < b;
        if fits(self.x) && fits(self.y) {
            Ok(())
        } else {
            Err(MeshError::Window { window: *self })
        }
    }

    pub(crate) fn extent(&self) -> f64 {
        self.width().max(self.height())
    }
}

/// Prints "x = \[−1 µm, 1 µm\], y = \[0 nm, 220 nm\]".
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [[x0, x1], [y0, y1]] = [self.x, self.y].map(|ends| ends.map(Length::m));
        write!(f, "x = [{x0}, {x1}], y = [{y0}, {y1}]")
    }
}

/// A region's outline, in metres.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An axis-aligned rectangle.
    Rectangle {
        /// Centre along x.
        x: f64,
        /// Lower side.
        bottom: f64,
        /// Size along x.
        width: f64,
        /// Size along y.
        height: f64,
    },
    /// An etched guide: horizontal bottom and top, sidewalls leaning inwards by `sidewall`.
    Trapezoid {
        /// Centre along x.
        x: f64,
        /// Lower side.
        bottom: f64,
        /// Width at half height.
        width: f64,
        /// Size along y.
        height: f64,
        /// Angle of the walls from the normal of the layer in radians; negative leans outwards.
        sidewall: f64,
    },
    /// A circle.
    Circle {
        /// Centre along x.
        x: f64,
        /// Centre along y.
        y: f64,
        /// Radius.
        radius: f64,
    },
    /// A polygon without self-crossing, of either orientation, closed implicitly. Edges may touch,
    /// so a hole can be cut in by a pair of coincident edges.
    Polygon {
        /// The corners in order.
        points: Vec<[f64; 2]>,
    },
}

impl Shape {
    /// The outline as a polygon. A circle is the regular polygon of 1440 sides and the circle's area.
    pub fn polygon(&self) -> Vec<[f64; 2]> {
        match *self {
            Shape::Rectangle {
                x,
                bottom,
                width,
                height,
            } => quadrilateral(x, bottom, height, width, width),
            Shape::Trapezoid {
                x,
                bottom,
                width,
                height,
                sidewall,
            } => {
                let lean = height * sidewall.tan();
                quadrilateral(x, bottom, height, width + lean, width - lean)
            }
            Shape::Circle { x, y, radius } => circle(x, y, radius),
            Shape::Polygon { ref points } => {
                let mut points = points.clone();
                points.dedup();
                while points.len() > 1 && points.first() == points.last() {
                    points.pop();
                }
                points
            }
        }
    }

    /// The smallest window around the shape.
    pub fn bounds(&self) -> Window {
        let mut bounds = Window {
            x: [f64::INFINITY, f64::NEG_INFINITY],
            y: [f64::INFINITY, f64::NEG_INFINITY],
        };
        for [x, y] in self.polygon() {
            bounds.x = [bounds.x[0].min(x), bounds.x[1].max(x)];
            bounds.y = [bounds.y[0].min(y), bounds.y[1].max(y)];
        }
        bounds
    }

    /// Whether the outline stands for a smooth curve, whose polygon's vertices are no corners.
    pub(crate) fn is_smooth(&self) -> bool {
        matches!(self, Shape::Circle { .. })
    }

    /// Checks the numbers that define the shape; `name` goes into the error.
    pub(crate) fn check(&self, name: &str) -> Result<(), MeshError> {
        let fault = |quantity, value, unit, allowed: &str| MeshError::Shape {
            name: name.to_owned(),
            quantity,
            value,
            unit,
            allowed: allowed.to_owned(),
        };
        let coordinate = |quantity, value: f64| {
            if value.is_finite() {
                Ok(())
            } else {
                Err(fault(quantity, value, "m", "finite"))
            }
        };
        let size = |quantity, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(fault(quantity, value, "m", "finite and above 0 m"))
            }
        };
        match *self {
            Shape::Rectangle {
                x,
                bottom,
                width,
                height,
            } => {
                coordinate("x", x)?;
                coordinate("bottom", bottom)?;
                size("width", width)?;
                size("height", height)
            }
            Shape::Trapezoid {
                x,
                bottom,
                width,
                height,
                sidewall,
            } => {
                coordinate("x", x)?;
                coordinate("bottom", bottom)?;
                size("width", width)?;
                size("height", height)?;
                // tan also grows without bound towards ±90°, so this bounds the angle to (-90°, 90°)
                let largest = (width / height).atan();
                if sidewall.is_finite() && sidewall.abs() < largest {
                    return Ok(());
                }
                let allowed = format!(
                    "less than {:.4} rad ({:.2} deg) either way, where the walls of a guide {} wide at \
                     half height and {} high meet; raise the width or lower the height",
                    largest,
                    largest.to_degrees(),
                    Length::m(width),
                    Length::m(height),
                );
                Err(fault("sidewall angle", sidewall, "rad", &allowed))
            }
            Shape::Circle { x, y, radius } => {
                coordinate("x", x)?;
                coordinate("y", y)?;
                size("radius", radius)
            }
            Shape::Polygon { ref points } => {
                for &[x, y] in points {
                    coordinate("a point's x", x)?;
                    coordinate("a point's y", y)?;
                }
                let polygon = self.polygon();
                if polygon.len() < 3 {
                    let count = polygon.len() as f64;
                    let allowed = "at least 3";
                    return Err(fault("number of distinct points", count, "", allowed));
                }
                let bounds = self.bounds();
                if let Some((first, second)) = crossing_edges(&polygon) {
                    return Err(MeshError::SelfCrossing {
                        name: name.to_owned(),
                        first,
                        second,
                    });
                }
                let area = signed_area(&polygon).abs();
                if area <= ROUND_OFF * bounds.extent().powi(2) {
                    return Err(fault("area", area, "m²", "above 0 m²"));
                }
                Ok(())
            }
        }
    }
}

fn quadrilateral(x: f64, bottom: f64, height: f64, lower: f64, upper: f64) -> Vec<[f64; 2]> {
    let top = bottom + height;
    vec![
        [x - 0.5 * lower, bottom],
        [x + 0.5 * lower, bottom],
        [x + 0.5 * upper, top],
        [x - 0.5 * upper, top],
    ]
}

/// The regular polygon of area π r²: its circumradius R has N/2 R² sin(2π/N) = π r². One quadrant is
/// computed and mirrored, so the polygon is symmetric to the last bit.
fn circle(x: f64, y: f64, radius: f64) -> Vec<[f64; 2]> {
    let step = 2.0 * PI / CIRCLE_SIDES as f64;
    let circumradius = radius * (step / step.sin()).sqrt();
    let quarter = CIRCLE_SIDES / 4;
    // cosines of the first quadrant; sin(k step) = cos((quarter - k) step)
    let cosine: Vec<f64> = (0..=quarter)
        .map(|k| {
            if k == quarter {
                0.0
            } else {
                circumradius * (k as f64 * step).cos()
            }
        })
        .collect();
    (0..CIRCLE_SIDES)
        .map(|k| {
            let (c, s) = (cosine[k % quarter], cosine[quarter - k % quarter]);
            let [dx, dy] = match k / quarter {
                0 => [c, s],
                1 => [-s, c],
                2 => [-c, -s],
                _ => [s, -c],
            };
            [x + dx, y + dy]
        })
        .collect()
}

/// Area by the shoelace formula, positive if counter-clockwise.
pub(crate) fn signed_area(polygon: &[[f64; 2]]) -> f64 {
    // relative to the first point, so that a far origin costs no digits
    let Some(&[x0, y0]) = polygon.first() else {
        return 0.0;
    };
    polygon
        .windows(2)
        .map(|w| (w[0][0] - x0) * (w[1][1] - y0) - (w[1][0] - x0) * (w[0][1] - y0))
        .sum::<f64>()
        * 0.5
}

/// Whether the polygon covers part of the window: the signed area of what four half-plane clippings
/// leave of it (Sutherland & Hodgman, doi:10.1145/360767.360802; areas hold for any polygon).
pub(crate) fn overlaps(polygon: &[[f64; 2]], window: &Window) -> bool {
    let mut clipped = polygon.to_vec();
    for axis in 0..2 {
        let ends = if axis == 0 { window.x } else { window.y };
        for (bound, sign) in [(ends[0], 1.0), (ends[1], -1.0)] {
            let depth = |p: &[f64; 2]| sign * (p[axis] - bound);
            let mut kept = Vec::with_capacity(clipped.len() + 4);
            for (i, point) in clipped.iter().enumerate() {
                let next = &clipped[(i + 1) % clipped.len()];
                let (a, b) = (depth(point), depth(next));
                if a >= 0.0 {
                    kept.push(*point);
                }
                if (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0) {
                    let t = a / (a - b);
                    kept.push([0, 1].map(|d| point[d] + t * (next[d] - point[d])));
                }
            }
            clipped = kept;
        }
    }
    signed_area(&clipped).abs()
        > ROUND_OFF * signed_area(polygon).abs().min(window.extent().powi(2))
}

/// Even-odd test of a point.
pub(crate) fn encloses(polygon: &[[f64; 2]], x: f64, y: f64) -> bool {
    let mut inside = false;
    let mut previous = match polygon.last() {
        Some(&point) => point,
        None => return false,
    };
    for &point in polygon {
        if (point[1] > y) != (previous[1] > y) {
            let t = (y - point[1]) / (previous[1] - point[1]);
            if x < point[0] + t * (previous[0] - point[0]) {
                inside = !inside;
            }
        }
        previous = point;
    }
    inside
}

/// The point where the open segments a-b and c-d cross properly, if they do.
pub(crate) fn crossing([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> Option<[f64; 2]> {
    let cross = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| {
        (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    };
    let (c_side, d_side) = (cross(a, b, c), cross(a, b, d));
    let (a_side, b_side) = (cross(c, d, a), cross(c, d, b));
    let apart = |p: f64, q: f64, scale: f64| p * q < 0.0 && p.abs().min(q.abs()) > 1e-15 * scale;
    let length = |p: [f64; 2], q: [f64; 2]| (q[0] - p[0]).hypot(q[1] - p[1]);
    let scale = length(a, b) * length(c, d);
    if !(apart(c_side, d_side, scale) && apart(a_side, b_side, scale)) {
        return None;
    }
    let t = a_side / (a_side - b_side);
    Some([0, 1].map(|k| a[k] + t * (b[k] - a[k])))
}

/// The first pair of edges (by their first point) that cross, found by a sweep along x.
fn crossing_edges(polygon: &[[f64; 2]]) -> Option<(usize, usize)> {
    let edge = |i: usize| [polygon[i], polygon[(i + 1) % polygon.len()]];
    let left = |i: usize| edge(i)[0][0].min(edge(i)[1][0]);
    let right = |i: usize| edge(i)[0][0].max(edge(i)[1][0]);
    let mut order: Vec<usize> = (0..polygon.len()).collect();
    order.sort_by(|&i, &j| left(i).total_cmp(&left(j)));
    let mut active: Vec<usize> = Vec::new();
    for &i in &order {
        active.retain(|&j| right(j) >= left(i));
        for &j in &active {
            if crossing(edge(i), edge(j)).is_some() {
                return Some((i.min(j), i.max(j)));
            }
        }
        active.push(i);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circle_keeps_area_and_symmetry() {
        let polygon = Shape::Circle {
            x: 0.0,
            y: 0.0,
            radius: 2.0,
        }
        .polygon();
        assert_eq!(polygon.len(), CIRCLE_SIDES);
        // 1440 terms of size 1e-2 each rounded to 1e-16
        assert!((signed_area(&polygon) - 4.0 * PI).abs() < 1e-13);
        for &[x, y] in &polygon {
            assert!(polygon.contains(&[-x, y]) && polygon.contains(&[x, -y]));
            // sagitta: 1 - cos(π/1440) = 2.4e-6
            assert!((x.hypot(y) - 2.0).abs() < 2.0 * 2.4e-6);
        }
    }

    #[test]
    fn trapezoid_has_its_width_at_half_height() {
        let shape = Shape::Trapezoid {
            x: 0.0,
            bottom: 0.0,
            width: 1.0,
            height: 0.5,
            sidewall: 0.1,
        };
        let lean = 0.25 * 0.1_f64.tan();
        let polygon = shape.polygon();
        assert!((polygon[1][0] - (0.5 + lean)).abs() < 1e-15);
        assert!((polygon[2][0] - (0.5 - lean)).abs() < 1e-15);
        assert!((signed_area(&polygon) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn bad_shapes_are_named() {
        let message = |shape: Shape| shape.check("core").unwrap_err().to_string();
        let closed = Shape::Trapezoid {
            x: 0.0,
            bottom: 0.0,
            width: 0.1e-6,
            height: 1e-6,
            sidewall: 0.2,
        };
        let text = message(closed);
        assert!(text.contains("core") && text.contains("5.71 deg"), "{text}");
        let flat = Shape::Rectangle {
            x: 0.0,
            bottom: 0.0,
            width: 1.0,
            height: -1.0,
        };
        assert!(message(flat).contains("height"));
        let bow = Shape::Polygon {
            points: vec![[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]],
        };
        assert!(message(bow).contains("cross"));
        let line = Shape::Polygon {
            points: vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]],
        };
        assert!(message(line).contains("area"));
        let nan = Shape::Circle {
            x: f64::NAN,
            y: 0.0,
            radius: 1.0,
        };
        assert!(message(nan).contains('x'));
    }

    #[test]
    fn keyhole_polygon_has_a_hole() {
        let ring = Shape::Polygon {
            points: vec![
                [0.0, 0.0],
                [3.0, 0.0],
                [3.0, 3.0],
                [0.0, 3.0],
                [0.0, 0.0],
                [1.0, 1.0],
                [1.0, 2.0],
                [2.0, 2.0],
                [2.0, 1.0],
                [1.0, 1.0],
            ],
        };
        ring.check("ring").unwrap();
        let polygon = ring.polygon();
        assert!(!encloses(&polygon, 1.5, 1.4));
        assert!(encloses(&polygon, 0.5, 1.4));
        assert!((signed_area(&polygon).abs() - 8.0).abs() < 1e-15);
    }

    #[test]
    fn overlap_is_of_areas_not_of_bounds() {
        let window = Window {
            x: [0.0, 1.0],
            y: [0.0, 1.0],
        };
        let corner_outside = [[1.5, 0.5], [1.5, 1.5], [0.9, 1.5]];
        assert!(!overlaps(&corner_outside, &window));
        assert!(overlaps(&[[1.5, 0.0], [1.5, 1.5], [0.4, 1.1]], &window));
    }
}
