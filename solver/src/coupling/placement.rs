//! Where the fibre stands against its nominal place: six degrees of freedom.

use cpo_materials::{Angle, Length, Quantity};

/// A way in which a fibre can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DegreeOfFreedom {
    /// Across, along x.
    X,
    /// Up, along y.
    Y,
    /// Away from the chip, along the normal of its facet.
    Z,
    /// A turn about x through the centre of the fibre's end: the beam moves towards −y.
    TiltX,
    /// A turn about y through the centre of the fibre's end: the beam moves towards +x.
    TiltY,
    /// A turn about the fibre's own axis, from x towards y.
    Rotation,
}

impl DegreeOfFreedom {
    /// All, in the order of [`Placement::values`].
    pub const ALL: [Self; 6] = [
        Self::X,
        Self::Y,
        Self::Z,
        Self::TiltX,
        Self::TiltY,
        Self::Rotation,
    ];

    /// Place in [`DegreeOfFreedom::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// "x", "y", "z", "tilt_x", "tilt_y", "rotation".
    pub fn name(self) -> &'static str {
        ["x", "y", "z", "tilt_x", "tilt_y", "rotation"][self.index()]
    }

    /// SI unit: "m" or "rad".
    pub fn unit(self) -> &'static str {
        if self.is_angle() { "rad" } else { "m" }
    }

    /// Whether it is an angle.
    pub fn is_angle(self) -> bool {
        self.index() >= 3
    }
}

/// A displacement of the fibre from its nominal place, in SI units.
///
/// The end turns about its own centre by the rotation vector (tilt_x, tilt_y, 0) + rotation n̂, n̂ being the nominal axis
/// of the fibre, so that no order of turns is implied, and then moves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placement {
    values: [f64; 6],
}

impl Placement {
    /// By its values, in the order of [`DegreeOfFreedom::ALL`], in m and rad.
    pub fn new(values: [f64; 6]) -> Self {
        Self { values }
    }

    /// The same with one of its values (m or rad) changed.
    #[must_use]
    pub fn with(mut self, along: DegreeOfFreedom, value: f64) -> Self {
        self.values[along.index()] = value;
        self
    }

    /// Moved by (x, y, z).
    #[must_use]
    pub fn moved(mut self, by: [Length; 3]) -> Self {
        for (value, by) in self.values.iter_mut().zip(by) {
            *value += by.si();
        }
        self
    }

    /// Turned by (tilt_x, tilt_y, rotation) more.
    #[must_use]
    pub fn turned(mut self, by: [Angle; 3]) -> Self {
        for (value, by) in self.values[3..].iter_mut().zip(by) {
            *value += by.si();
        }
        self
    }

    /// In the order of [`DegreeOfFreedom::ALL`], m and rad.
    pub fn values(&self) -> [f64; 6] {
        self.values
    }

    /// Along one degree of freedom, m or rad.
    pub fn along(&self, along: DegreeOfFreedom) -> f64 {
        self.values[along.index()]
    }

    /// Whether it turns nothing.
    pub(super) fn is_upright(&self) -> bool {
        self.values[3..].iter().all(|&angle| angle == 0.0)
    }

    /// (x, y, z), m.
    pub(super) fn shift(&self) -> [f64; 3] {
        [self.values[0], self.values[1], self.values[2]]
    }

    /// R of the turn about the vector (tilt_x, tilt_y, 0) + rotation `axis`, by rows (Rodrigues' formula).
    pub(super) fn rotation_matrix(&self, axis: [f64; 3]) -> [[f64; 3]; 3] {
        let [_, _, _, tilt_x, tilt_y, rotation] = self.values;
        let [x, y, z] = [
            tilt_x + rotation * axis[0],
            tilt_y + rotation * axis[1],
            rotation * axis[2],
        ];
        let angle = (x * x + y * y + z * z).sqrt();
        // sin θ/θ and (1 − cos θ)/θ², both regular at 0
        let (a, b) = if angle == 0.0 {
            (1.0, 0.5)
        } else {
            let half = (0.5 * angle).sin() / (0.5 * angle);
            (angle.sin() / angle, 0.5 * half * half)
        };
        let c = 1.0 - b * angle * angle;
        [
            [c + b * x * x, b * x * y - a * z, b * x * z + a * y],
            [b * y * x + a * z, c + b * y * y, b * y * z - a * x],
            [b * z * x - a * y, b * z * y + a * x, c + b * z * z],
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_orthogonal_and_right_handed() {
        let axis = [0.1, -0.2, 0.95_f64.sqrt()];
        let place = Placement::new([0.0, 0.0, 0.0, 0.3, -0.2, 1.1]);
        let r = place.rotation_matrix(axis);
        for i in 0..3 {
            for j in 0..3 {
                let dot: f64 = (0..3).map(|k| r[i][k] * r[j][k]).sum();
                // round-off
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
        // A quarter turn about z takes x to y, one about y takes z to x, one about x takes z to −y.
        let quarter = std::f64::consts::FRAC_PI_2;
        let about = |along: DegreeOfFreedom| {
            Placement::default()
                .with(along, quarter)
                .rotation_matrix([0.0, 0.0, 1.0])
        };
        assert!((about(DegreeOfFreedom::Rotation)[1][0] - 1.0).abs() < 1e-14);
        assert!((about(DegreeOfFreedom::TiltY)[0][2] - 1.0).abs() < 1e-14);
        assert!((about(DegreeOfFreedom::TiltX)[1][2] + 1.0).abs() < 1e-14);
    }
}
