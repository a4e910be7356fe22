//! Cross-sections between two others: what a taper looks like on its way.

use crate::cross_section::{CrossSection, Region};
use crate::decomposition::Painted;
use crate::shape::Shape;
use crate::{MeshError, Window};

/// Largest difference of the ends' windows that is round-off, relative to their size.
const SAME: f64 = 1e-12;

impl CrossSection {
    /// The cross-section at `share` of the way to `end`: every number that defines a shape is (1 − share) times this
    /// one's plus share times that of `end`, for a share in \[0, 1\].
    ///
    /// # Errors
    /// [`MeshError::Unlike`] unless both have one window and the same regions: in the same order, of the same
    /// materials and kinds of shape, polygons with the same number of points.
    pub fn between(&self, end: &Self, share: f64) -> Result<Self, MeshError> {
        let unlike = |difference: String| MeshError::Unlike { difference };
        let windows = [self.window(), end.window()];
        if !alike(windows) {
            let [here, there] = windows;
            return Err(unlike(format!(
                "one shows the window {here}, the other {there}"
            )));
        }
        let [background, other] = [self, end].map(|section| &section.materials()[0]);
        if !background.same_as(other) {
            return Err(unlike(format!(
                "the background of one is {}, of the other {}",
                background.name(),
                other.name()
            )));
        }
        if self.regions().len() != end.regions().len() {
            return Err(unlike(format!(
                "one has {} regions, the other {}",
                self.regions().len(),
                end.regions().len()
            )));
        }
        let mut regions = Vec::with_capacity(self.regions().len());
        let mut painted = Vec::with_capacity(self.regions().len());
        for (one, two) in self.regions().iter().zip(end.regions()) {
            if one.name != two.name {
                return Err(unlike(format!(
                    "where one has the region \"{}\", the other has \"{}\"",
                    one.name, two.name
                )));
            }
            let [here, there] = [(self, one), (end, two)]
                .map(|(section, region)| &section.materials()[region.material]);
            if !here.same_as(there) {
                return Err(unlike(format!(
                    "\"{}\" is of {} in one and of {} in the other",
                    one.name,
                    here.name(),
                    there.name()
                )));
            }
            let shape = blend(&one.shape, &two.shape, share).ok_or_else(|| {
                unlike(format!(
                    "\"{}\" has another kind of shape, or number of points, in one than in the other",
                    one.name
                ))
            })?;
            painted.push(Painted {
                polygon: shape.polygon(),
                material: one.material,
            });
            regions.push(Region {
                name: one.name.clone(),
                material: one.material,
                shape,
            });
        }
        Ok(self.redrawn(regions, painted))
    }
}

fn alike([one, two]: [Window; 2]) -> bool {
    let tolerance = SAME * one.extent();
    let same = |a: [f64; 2], b: [f64; 2]| (0..2).all(|k| (a[k] - b[k]).abs() <= tolerance);
    same(one.x, two.x) && same(one.y, two.y)
}

/// The shape between two of one kind; none for two kinds.
fn blend(start: &Shape, end: &Shape, share: f64) -> Option<Shape> {
    // At the ends exactly theirs.
    let mix = |a: f64, b: f64| {
        if a == b {
            a
        } else {
            (1.0 - share) * a + share * b
        }
    };
    match (start, end) {
        (
            &Shape::Rectangle {
                x,
                bottom,
                width,
                height,
            },
            &Shape::Rectangle {
                x: x_end,
                bottom: bottom_end,
                width: width_end,
                height: height_end,
            },
        ) => Some(Shape::Rectangle {
            x: mix(x, x_end),
            bottom: mix(bottom, bottom_end),
            width: mix(width, width_end),
            height: mix(height, height_end),
        }),
        (
            &Shape::Trapezoid {
                x,
                bottom,
                width,
                height,
                sidewall,
            },
            &Shape::Trapezoid {
                x: x_end,
                bottom: bottom_end,
                width: width_end,
                height: height_end,
                sidewall: sidewall_end,
            },
        ) => Some(Shape::Trapezoid {
            x: mix(x, x_end),
            bottom: mix(bottom, bottom_end),
            width: mix(width, width_end),
            height: mix(height, height_end),
            sidewall: mix(sidewall, sidewall_end),
        }),
        (
            &Shape::Circle { x, y, radius },
            &Shape::Circle {
                x: x_end,
                y: y_end,
                radius: radius_end,
            },
        ) => Some(Shape::Circle {
            x: mix(x, x_end),
            y: mix(y, y_end),
            radius: mix(radius, radius_end),
        }),
        (Shape::Polygon { points }, Shape::Polygon { points: points_end })
            if points.len() == points_end.len() =>
        {
            let pairs = points.iter().zip(points_end);
            let points = pairs.map(|(a, b)| [mix(a[0], b[0]), mix(a[1], b[1])]);
            Some(Shape::Polygon {
                points: points.collect(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpo_materials::Material;

    fn strip(width: f64) -> CrossSection {
        let window = Window {
            x: [-1e-6, 1e-6],
            y: [-1e-6, 1e-6],
        };
        let core = Shape::Rectangle {
            x: 0.0,
            bottom: 0.0,
            width,
            height: 0.2e-6,
        };
        let section = CrossSection::new(window, Material::with_index(1.444)).unwrap();
        section
            .paint("core", Material::with_index(3.4), core)
            .unwrap()
    }

    #[test]
    fn the_ends_are_the_ends_and_the_middle_is_the_mean() {
        let (wide, narrow) = (strip(0.45e-6), strip(0.12e-6));
        for (share, width) in [(0.0, 0.45e-6), (0.5, 0.285e-6), (1.0, 0.12e-6)] {
            let between = wide.between(&narrow, share).unwrap();
            let bounds = between.regions()[0].shape.bounds();
            // One rounding of the mean.
            assert!((bounds.width() - width).abs() < 1e-21, "{share}");
            assert_eq!(between.material_at(0.4 * width, 0.1e-6), 1);
        }
    }

    #[test]
    fn what_differs_is_named() {
        let other = CrossSection::new(strip(0.1e-6).window(), Material::with_index(1.444)).unwrap();
        let message = strip(0.4e-6).between(&other, 0.5).unwrap_err().to_string();
        assert!(
            message.contains("1 regions") && message.contains("the other 0"),
            "{message}"
        );
        let circle = Shape::Circle {
            x: 0.0,
            y: 0.1e-6,
            radius: 0.1e-6,
        };
        let other = other
            .paint("core", Material::with_index(3.4), circle)
            .unwrap();
        let message = strip(0.4e-6).between(&other, 0.5).unwrap_err().to_string();
        assert!(message.contains("\"core\""), "{message}");
    }
}
