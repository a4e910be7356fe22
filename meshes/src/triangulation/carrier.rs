//! The lines that the pieces of an arrangement lie on, and how they follow a changed drawing.

use super::curve::{Curve, Point};
use super::drawing::sides;
use crate::{CrossSection, Shape, Window};

/// A line of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Carrier {
    /// A side of the domain: left, right, bottom, top.
    Side(usize),
    /// An extra line on which the coordinate `axis` has a value.
    Line { axis: usize, value: f64 },
    /// An edge of a region's polygon.
    Edge { region: usize, edge: usize },
    /// A region's circle.
    Circle { region: usize },
    /// What the carrier `source` does beyond a side of the window, which it meets at `at`.
    Continuation {
        source: usize,
        side: usize,
        at: Point,
    },
}

/// The domain, and how it follows a window that moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Following {
    pub(super) domain: Window,
    pub(super) from: Window,
    pub(super) to: Window,
}

impl Following {
    /// The moved coordinate: stretched inside the window, shifted outside.
    pub(super) fn coordinate(&self, axis: usize, value: f64) -> f64 {
        let [from, to] = [self.from, self.to].map(|w| if axis == 0 { w.x } else { w.y });
        let t = ((value - from[0]) / (from[1] - from[0])).clamp(0.0, 1.0);
        value + (1.0 - t) * (to[0] - from[0]) + t * (to[1] - from[1])
    }

    /// The line on which the coordinate `axis` has `value`.
    fn line(&self, axis: usize, value: f64) -> Curve {
        let Window { x, y } = self.domain;
        let value = self.coordinate(axis, value);
        let mut ends = [[x[0], y[0]], [x[1], y[1]]];
        for end in &mut ends {
            end[axis] = value;
        }
        Curve::Segment(ends)
    }
}

impl Carrier {
    /// The region whose outline it is.
    pub(super) fn region(&self, carriers: &[Self]) -> Option<usize> {
        match *self {
            Self::Side(_) | Self::Line { .. } => None,
            Self::Edge { region, .. } | Self::Circle { region } => Some(region),
            Self::Continuation { source, .. } => carriers[source].region(carriers),
        }
    }

    pub(super) fn circle(&self, section: &CrossSection) -> Option<(Point, f64)> {
        match *self {
            Self::Circle { region } => match section.regions().get(region)?.shape {
                Shape::Circle { x, y, radius } => Some(([x, y], radius)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its curve in `section`, `None` if that has none.
    pub(super) fn curve(
        &self,
        carriers: &[Self],
        section: &CrossSection,
        following: &Following,
    ) -> Option<Curve> {
        match *self {
            Self::Side(side) => {
                let Window { x, y } = following.domain;
                Some(following.line(side / 2, [x, y][side / 2][side % 2]))
            }
            Self::Line { axis, value } => Some(following.line(axis, value)),
            Self::Edge { region, edge } => {
                let polygon = section.regions().get(region)?.shape.polygon();
                let next = (edge + 1) % polygon.len();
                Some(Curve::Segment([*polygon.get(edge)?, *polygon.get(next)?]))
            }
            Self::Circle { .. } => {
                let (centre, radius) = self.circle(section)?;
                Some(Curve::Circle { centre, radius })
            }
            Self::Continuation { source, side, at } => {
                let window = section.window();
                let axis = side / 2;
                let border = Curve::Segment(sides(window)[side]);
                let tolerance = 1e-10 * window.extent();
                let source = carriers[source].curve(carriers, section, following)?;
                let start = source.meeting_near(&border, at, tolerance).unwrap_or(at);
                let mut end = start;
                end[axis] += window.extent();
                Some(Curve::Segment([start, end]))
            }
        }
    }
}
