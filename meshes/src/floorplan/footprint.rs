//! Rectangles in the plane of a floorplan.

use std::fmt;

use cpo_materials::Length;

/// A rectangle in the plane of a floorplan, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Footprint {
    /// Ends along x.
    pub x: [f64; 2],
    /// Ends along y.
    pub y: [f64; 2],
}

/// An axis in the plane, along which an array repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Along x.
    X,
    /// Along y.
    Y,
}

impl Footprint {
    /// `size` = \[width, length\] along x and y, centred at `centre` (metres).
    pub fn centred(size: [f64; 2], centre: [f64; 2]) -> Self {
        let ends = |d: usize| [centre[d] - 0.5 * size[d], centre[d] + 0.5 * size[d]];
        Self {
            x: ends(0),
            y: ends(1),
        }
    }

    /// Area in m².
    pub fn area(&self) -> f64 {
        (self.x[1] - self.x[0]) * (self.y[1] - self.y[0])
    }

    /// Whether the point lies inside or on the border.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x[0]..=self.x[1]).contains(&x) && (self.y[0]..=self.y[1]).contains(&y)
    }

    /// `count` copies, `pitch` (metres) from centre to centre, the middle of the row where this
    /// footprint is.
    ///
    /// ```
    /// use cpo_meshes::{Direction, Footprint};
    /// let row = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]).array(8, 250e-6, Direction::X);
    /// assert!((row[0].x[0] + 877e-6).abs() < 1e-15 && (row[7].x[1] - 877e-6).abs() < 1e-15);
    /// ```
    pub fn array(&self, count: usize, pitch: f64, axis: Direction) -> Vec<Self> {
        (0..count)
            .map(|i| {
                let shift = pitch * (i as f64 - 0.5 * (count as f64 - 1.0));
                let mut copy = *self;
                match axis {
                    Direction::X => copy.x = copy.x.map(|x| x + shift),
                    Direction::Y => copy.y = copy.y.map(|y| y + shift),
                }
                copy
            })
            .collect()
    }

    /// What the two have in common, if it has an area.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let common = |a: [f64; 2], b: [f64; 2]| [a[0].max(b[0]), a[1].min(b[1])];
        let shared = Self {
            x: common(self.x, other.x),
            y: common(self.y, other.y),
        };
        (shared.x[1] > shared.x[0] && shared.y[1] > shared.y[0]).then_some(shared)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        let around = |a: [f64; 2], b: [f64; 2]| [a[0].min(b[0]), a[1].max(b[1])];
        Self {
            x: around(self.x, other.x),
            y: around(self.y, other.y),
        }
    }

    /// The same with a margin (metres) on every side.
    #[must_use]
    pub fn expanded(&self, margin: f64) -> Self {
        let widen = |[a, b]: [f64; 2]| [a - margin, b + margin];
        Self {
            x: widen(self.x),
            y: widen(self.y),
        }
    }

    /// Its middle.
    pub fn centre(&self) -> [f64; 2] {
        [self.x, self.y].map(|[a, b]| 0.5 * (a + b))
    }

    /// The same elsewhere (metres).
    #[must_use]
    pub fn moved(&self, by: [f64; 2]) -> Self {
        Self {
            x: self.x.map(|x| x + by[0]),
            y: self.y.map(|y| y + by[1]),
        }
    }

    pub(super) fn overlaps(&self, other: &Self, tolerance: f64) -> bool {
        let shared = |a: [f64; 2], b: [f64; 2]| a[1].min(b[1]) - a[0].max(b[0]) > tolerance;
        shared(self.x, other.x) && shared(self.y, other.y)
    }
}

/// Prints "x = \[−2 µm, 2 µm\], y = \[−150 µm, 150 µm\]".
impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [[x0, x1], [y0, y1]] = [self.x, self.y].map(|ends| ends.map(Length::m));
        write!(f, "x = [{x0}, {x1}], y = [{y0}, {y1}]")
    }
}
