//! The lines of a drawing, cut where they meet.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;

use super::carrier::Carrier;
use super::curve::{Curve, Point, angle, distance, foot, lerp, on_circle};
use crate::{CrossSection, Shape, Window};

/// A line of the drawing and its cuts.
pub(super) struct Primitive {
    pub(super) curve: Curve,
    pub(super) carrier: usize,
    /// Parameter along it and node of every cut.
    pub(super) cuts: Vec<(f64, usize)>,
}

/// Nodes, joined when closer than the tolerance.
pub(super) struct Nodes {
    pub(super) positions: Vec<Point>,
    pub(super) cells: BTreeMap<(i64, i64), Vec<usize>>,
    /// Straight lines along x or y that nearby points snap to: axis and coordinate.
    pub(super) grid: Vec<(usize, f64)>,
    pub(super) tolerance: f64,
}

impl Nodes {
    pub(super) fn add(&mut self, mut p: Point) -> usize {
        for &(axis, value) in &self.grid {
            if (p[axis] - value).abs() <= self.tolerance {
                p[axis] = value;
            }
        }
        let width = 4.0 * self.tolerance;
        let [i, j] = p.map(|v| (v / width).floor() as i64);
        for a in i - 1..=i + 1 {
            for b in j - 1..=j + 1 {
                for &known in self.cells.get(&(a, b)).into_iter().flatten() {
                    if distance(self.positions[known], p) <= 2.0 * self.tolerance {
                        return known;
                    }
                }
            }
        }
        self.positions.push(p);
        let index = self.positions.len() - 1;
        self.cells.entry((i, j)).or_default().push(index);
        index
    }
}

pub(super) fn intersection(a: Window, b: Window) -> Window {
    let common = |p: [f64; 2], q: [f64; 2]| [p[0].max(q[0]), p[1].min(q[1])];
    Window {
        x: common(a.x, b.x),
        y: common(a.y, b.y),
    }
}

/// The four sides: left, right, bottom, top.
pub(super) fn sides(window: Window) -> [[Point; 2]; 4] {
    let Window { x, y } = window;
    [
        [[x[0], y[0]], [x[0], y[1]]],
        [[x[1], y[0]], [x[1], y[1]]],
        [[x[0], y[0]], [x[1], y[0]]],
        [[x[0], y[1]], [x[1], y[1]]],
    ]
}

/// Everything that may be a border between regions.
pub(super) fn draw(
    section: &CrossSection,
    domain: Window,
    lines: &[(usize, f64)],
    tolerance: f64,
) -> (Vec<Carrier>, Vec<Primitive>) {
    let window = section.window();
    let seen = intersection(window, domain);
    let mut carriers = Vec::new();
    let mut primitives: Vec<Primitive> = Vec::new();
    let mut add = |carrier: Carrier, curve: Option<Curve>| {
        carriers.push(carrier);
        primitives.extend(curve.map(|curve| Primitive {
            curve,
            carrier: carriers.len() - 1,
            cuts: Vec::new(),
        }));
        carriers.len() - 1
    };
    for (side, ends) in sides(domain).into_iter().enumerate() {
        add(Carrier::Side(side), Some(Curve::Segment(ends)));
    }
    for &(axis, value) in lines {
        let ends = if axis == 0 {
            [[value, domain.y[0]], [value, domain.y[1]]]
        } else {
            [[domain.x[0], value], [domain.x[1], value]]
        };
        add(Carrier::Line { axis, value }, Some(Curve::Segment(ends)));
    }
    let mut hits = Vec::new();
    for (region, painted) in section.regions().iter().enumerate() {
        let outline: Vec<(Carrier, Curve)> = match painted.shape {
            Shape::Circle { x, y, radius } => {
                let centre = [x, y];
                vec![(Carrier::Circle { region }, Curve::Circle { centre, radius })]
            }
            ref shape => {
                let polygon = shape.polygon();
                let n = polygon.len();
                let segment =
                    |edge: usize| Curve::Segment([polygon[edge], polygon[(edge + 1) % n]]);
                (0..n)
                    .map(|edge| (Carrier::Edge { region, edge }, segment(edge)))
                    .collect()
            }
        };
        for (carrier, curve) in outline {
            let source = add(carrier, visible(curve, seen, tolerance));
            for (side, border) in sides(window).into_iter().enumerate() {
                let meetings = curve.meetings(&Curve::Segment(border), tolerance);
                hits.extend(meetings.into_iter().map(|at| (source, side, at)));
            }
        }
    }
    for (source, side, mut at) in hits {
        let axis = side / 2;
        let ends = [window.x, window.y];
        let reach = [domain.x, domain.y];
        at[axis] = ends[axis][side % 2];
        let mut far = at;
        far[axis] = reach[axis][side % 2];
        let outward = (far[axis] - at[axis]) * if side % 2 == 0 { -1.0 } else { 1.0 };
        let within = reach[1 - axis][0] - tolerance <= at[1 - axis]
            && at[1 - axis] <= reach[1 - axis][1] + tolerance;
        if outward > tolerance && within {
            let carrier = Carrier::Continuation { source, side, at };
            add(carrier, Some(Curve::Segment([at, far])));
        }
    }
    (carriers, primitives)
}

/// The part of a segment in the window; a circle that overlaps it stays whole.
fn visible(curve: Curve, window: Window, tolerance: f64) -> Option<Curve> {
    let bounds = curve.bounds();
    let spans = [window.x, window.y];
    let apart =
        |d: usize| bounds[d][0] > spans[d][1] + tolerance || bounds[d][1] < spans[d][0] - tolerance;
    if apart(0) || apart(1) {
        return None;
    }
    let Curve::Segment([a, b]) = curve else {
        return Some(curve);
    };
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for d in 0..2 {
        let step = b[d] - a[d];
        let [low, high] = [spans[d][0] - a[d], spans[d][1] - a[d]];
        if step.abs() > tolerance {
            let (enter, leave) = (low / step, high / step);
            from = from.max(enter.min(leave));
            to = to.min(enter.max(leave));
        }
    }
    let at = |t: f64| match t {
        0.0 => a,
        1.0 => b,
        _ => lerp(a, b, t),
    };
    ((to - from) * distance(a, b) > tolerance).then(|| Curve::Segment([at(from), at(to)]))
}

/// Cuts every primitive where it meets another, by a sweep along x.
pub(super) fn cut(primitives: &mut [Primitive], nodes: &mut Nodes, tolerance: f64) {
    // ends first: where points join, a drawn one wins over a computed one
    let mut points: Vec<Vec<usize>> = primitives
        .iter()
        .map(|primitive| match primitive.curve {
            Curve::Segment(ends) => ends.iter().map(|&p| nodes.add(p)).collect(),
            Curve::Circle { .. } => Vec::new(),
        })
        .collect();
    let bounds: Vec<[[f64; 2]; 2]> = primitives.iter().map(|p| p.curve.bounds()).collect();
    let mut order: Vec<usize> = (0..primitives.len()).collect();
    order.sort_by(|&i, &j| bounds[i][0][0].total_cmp(&bounds[j][0][0]));
    let mut active: Vec<usize> = Vec::new();
    for &i in &order {
        active.retain(|&j| bounds[j][0][1] >= bounds[i][0][0] - tolerance);
        for &j in &active {
            let apart = bounds[i][1][0] > bounds[j][1][1] + tolerance
                || bounds[j][1][0] > bounds[i][1][1] + tolerance;
            if apart {
                continue;
            }
            let (low, high) = (i.min(j), i.max(j));
            for p in primitives[low]
                .curve
                .meetings(&primitives[high].curve, tolerance)
            {
                let node = nodes.add(p);
                points[i].push(node);
                points[j].push(node);
            }
        }
        active.push(i);
    }
    for (primitive, mut points) in primitives.iter_mut().zip(points) {
        points.sort_unstable();
        points.dedup();
        if let (Curve::Circle { centre, radius }, true) = (primitive.curve, points.len() < 2) {
            let first = points
                .first()
                .map_or(0.0, |&p| angle(centre, nodes.positions[p]));
            let quarter = |k: usize| on_circle(centre, radius, first + k as f64 * FRAC_PI_2);
            let from = points.len();
            points.extend((from..4).map(|k| nodes.add(quarter(k))));
        }
        primitive.cuts = points
            .into_iter()
            .map(|node| {
                let p = nodes.positions[node];
                let along = match primitive.curve {
                    Curve::Segment(ends) => foot(ends, p),
                    Curve::Circle { centre, .. } => angle(centre, p),
                };
                (along, node)
            })
            .collect();
        primitive.cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
}
