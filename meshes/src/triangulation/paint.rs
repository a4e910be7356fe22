//! Which painted region is on top.

use super::curve::{Point, distance};
use crate::decomposition::BORDER;
use crate::shape::encloses;
use crate::{CrossSection, Shape, Window};

/// Topmost region at a point; outside the window, of the nearest point of its border.
#[derive(Clone, Debug)]
pub(super) struct Paint<'a> {
    section: &'a CrossSection,
    polygons: Vec<Vec<Point>>,
    bounds: Vec<[[f64; 2]; 2]>,
}

impl<'a> Paint<'a> {
    pub(super) fn new(section: &'a CrossSection) -> Self {
        let shapes = || section.regions().iter().map(|region| &region.shape);
        let polygon = |shape: &Shape| match shape {
            Shape::Circle { .. } => Vec::new(),
            _ => shape.polygon(),
        };
        let bounds = |shape: &Shape| match *shape {
            Shape::Circle { x, y, radius } => [[x - radius, x + radius], [y - radius, y + radius]],
            _ => {
                let Window { x, y } = shape.bounds();
                [x, y]
            }
        };
        Self {
            section,
            polygons: shapes().map(polygon).collect(),
            bounds: shapes().map(bounds).collect(),
        }
    }

    pub(super) fn region(&self, [x, y]: Point) -> Option<usize> {
        let window = self.section.window();
        let [dx, dy] = [BORDER * window.width(), BORDER * window.height()];
        let x = x.clamp(window.x[0] + dx, window.x[1] - dx);
        let y = y.clamp(window.y[0] + dy, window.y[1] - dy);
        (0..self.polygons.len()).rev().find(|&region| {
            let [[x0, x1], [y0, y1]] = self.bounds[region];
            (x0..=x1).contains(&x)
                && (y0..=y1).contains(&y)
                && match self.section.regions()[region].shape {
                    Shape::Circle {
                        x: cx,
                        y: cy,
                        radius,
                    } => distance([cx, cy], [x, y]) < radius,
                    _ => encloses(&self.polygons[region], x, y),
                }
        })
    }

    pub(super) fn material(&self, region: Option<usize>) -> usize {
        region.map_or(0, |region| self.section.regions()[region].material)
    }
}
