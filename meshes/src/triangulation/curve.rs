//! Straight lines and circles of a cross-section, and where they meet.

use crate::shape::crossing;

/// A point of the plane, metres.
pub(super) type Point = [f64; 2];

/// One line of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curve {
    /// From the first point to the second.
    Segment([Point; 2]),
    /// The whole circle.
    Circle { centre: Point, radius: f64 },
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

pub(super) fn lerp(a: Point, b: Point, t: f64) -> Point {
    [0, 1].map(|d| a[d] + t * (b[d] - a[d]))
}

/// Twice the signed area of the triangle a, b, c.
pub(super) fn cross(a: Point, b: Point, c: Point) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Parameter of the foot of `p` on the line through a and b.
pub(super) fn foot([a, b]: [Point; 2], p: Point) -> f64 {
    let [ux, uy] = [b[0] - a[0], b[1] - a[1]];
    ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy)
}

/// The point of the segment closest to `p`.
pub(super) fn closest([a, b]: [Point; 2], p: Point) -> Point {
    lerp(a, b, foot([a, b], p).clamp(0.0, 1.0))
}

/// Angle of `p` seen from `centre`.
pub(super) fn angle(centre: Point, p: Point) -> f64 {
    (p[1] - centre[1]).atan2(p[0] - centre[0])
}

pub(super) fn on_circle(centre: Point, radius: f64, angle: f64) -> Point {
    let (sin, cos) = angle.sin_cos();
    [centre[0] + radius * cos, centre[1] + radius * sin]
}

impl Curve {
    /// Lower and upper ends along x and y.
    pub(super) fn bounds(&self) -> [[f64; 2]; 2] {
        match *self {
            Self::Segment([a, b]) => [0, 1].map(|d| [a[d].min(b[d]), a[d].max(b[d])]),
            Self::Circle { centre, radius } => centre.map(|c| [c - radius, c + radius]),
        }
    }

    /// Points where two curves cross, touch or end on each other, to within `tolerance`.
    pub(super) fn meetings(&self, other: &Self, tolerance: f64) -> Vec<Point> {
        match (*self, *other) {
            (Self::Segment(p), Self::Segment(q)) => {
                let near = |end: Point, s| distance(closest(s, end), end) <= tolerance;
                let ends = |from: [Point; 2], to| from.into_iter().filter(move |&e| near(e, to));
                ends(p, q).chain(ends(q, p)).chain(crossing(p, q)).collect()
            }
            (Self::Segment(s), Self::Circle { centre, radius })
            | (Self::Circle { centre, radius }, Self::Segment(s)) => {
                let on = |e: &Point| (distance(*e, centre) - radius).abs() <= tolerance;
                let mut points: Vec<Point> = s.into_iter().filter(on).collect();
                points.extend(
                    line_and_circle(s, centre, radius, tolerance)
                        .into_iter()
                        .filter(|&p| distance(closest(s, p), p) <= tolerance),
                );
                points
            }
            (
                Self::Circle { centre, radius },
                Self::Circle {
                    centre: c,
                    radius: r,
                },
            ) => two_circles((centre, radius), (c, r), tolerance),
        }
    }

    /// The meeting point nearest to `near` of the two curves, segments prolonged to lines.
    pub(super) fn meeting_near(&self, other: &Self, near: Point, tolerance: f64) -> Option<Point> {
        let candidates = match (*self, *other) {
            (Self::Segment([a, b]), Self::Segment([c, d])) => {
                let (from, to) = (cross(c, d, a), cross(c, d, b));
                let parallel = (from - to).abs() <= 1e-12 * distance(a, b) * distance(c, d);
                if parallel {
                    return None;
                }
                vec![lerp(a, b, from / (from - to))]
            }
            (Self::Segment(s), Self::Circle { centre, radius })
            | (Self::Circle { centre, radius }, Self::Segment(s)) => {
                line_and_circle(s, centre, radius, tolerance)
            }
            (
                Self::Circle { centre, radius },
                Self::Circle {
                    centre: c,
                    radius: r,
                },
            ) => two_circles((centre, radius), (c, r), tolerance),
        };
        candidates
            .into_iter()
            .min_by(|p, q| distance(*p, near).total_cmp(&distance(*q, near)))
    }
}

fn line_and_circle(s: [Point; 2], centre: Point, radius: f64, tolerance: f64) -> Vec<Point> {
    let middle = lerp(s[0], s[1], foot(s, centre));
    let away = distance(middle, centre);
    if away > radius + tolerance {
        return Vec::new();
    }
    if away >= radius - tolerance {
        return vec![lerp(centre, middle, radius / away)];
    }
    let half = (radius * radius - away * away).sqrt() / distance(s[0], s[1]);
    let along = |sign: f64| [0, 1].map(|d| middle[d] + sign * half * (s[1][d] - s[0][d]));
    vec![along(-1.0), along(1.0)]
}

fn two_circles((c, r): (Point, f64), (k, q): (Point, f64), tolerance: f64) -> Vec<Point> {
    let apart = distance(c, k);
    let inner = (r - q).abs();
    if apart > r + q + tolerance || apart < inner - tolerance || apart <= tolerance {
        return Vec::new();
    }
    let u = [(k[0] - c[0]) / apart, (k[1] - c[1]) / apart];
    let along = (apart * apart + r * r - q * q) / (2.0 * apart);
    let touching = apart >= r + q - tolerance || apart <= inner + tolerance;
    if touching {
        let along = r.copysign(along);
        return vec![[c[0] + along * u[0], c[1] + along * u[1]]];
    }
    let up = (r * r - along * along).max(0.0).sqrt();
    [1.0, -1.0]
        .map(|s| {
            [
                c[0] + along * u[0] - s * up * u[1],
                c[1] + along * u[1] + s * up * u[0],
            ]
        })
        .to_vec()
}
