//! Direction of a crystal's optic axis c in the axes of the guide, and the tensor that follows:
//!
//! ```text
//! ε = R diag(ε_o, ε_o, ε_e) Rᵀ = ε_o 1 + (ε_e − ε_o) c cᵀ,   c = (cos η sin θ, sin η, cos η cos θ)
//! ```
//!
//! θ is measured in the plane of the chip from z (along the guide) towards x, η out of that plane
//! towards y (up). A uniaxial crystal is the same under any rotation about c, and under c → −c, so
//! the two angles are all there is to say. Born and Wolf, Principles of Optics, 7th ed., § 15.1.

use crate::{Angle, Quantity};
use num_complex::Complex64;
use std::fmt;
use std::str::FromStr;

/// Direction of the optic axis in the axes of the guide: x across, y up, z along it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpticAxis {
    /// Across the guide (an x-cut film with propagation along the crystal's y).
    X,
    /// Up, normal to the wafer (a z-cut film).
    Y,
    /// Along the guide.
    Z,
    /// Any other direction.
    Oblique {
        /// θ in the plane of the chip, from z towards x: an x-cut film whose guide is at the angle θ
        /// to the crystal's Z.
        from_z: Angle,
        /// η out of that plane, towards y.
        elevation: Angle,
    },
}

/// Sines below this are round-off of an angle that means an axis of the guide.
const ROUND_OFF: f64 = 1e-14;

impl OpticAxis {
    /// The three axes of the guide.
    pub const GUIDE_AXES: [Self; 3] = [Self::X, Self::Y, Self::Z];

    /// In the plane of the chip, at `from_z` from z towards x.
    ///
    /// ```
    /// use cpo_materials::{Angle, OpticAxis};
    /// assert_eq!(OpticAxis::in_plane(Angle::deg(90.0)), OpticAxis::X);
    /// assert_eq!(OpticAxis::in_plane(Angle::deg(30.0)).to_string(), "30 deg from z");
    /// ```
    pub fn in_plane(from_z: Angle) -> Self {
        Self::at(from_z, Angle::rad(0.0))
    }

    /// At `from_z` in the plane of the chip and `elevation` out of it; along an axis of the guide it is
    /// that axis. Angles that are not finite are reported by
    /// [`Material::with_optic_axis`](crate::Material::with_optic_axis).
    pub fn at(from_z: Angle, elevation: Angle) -> Self {
        let oblique = Self::Oblique { from_z, elevation };
        let [x, y, z] = oblique.direction();
        let along = |a: f64, b: f64| a.abs() < ROUND_OFF && b.abs() < ROUND_OFF;
        if along(y, z) {
            Self::X
        } else if along(x, z) {
            Self::Y
        } else if along(x, y) {
            Self::Z
        } else {
            oblique
        }
    }

    /// The unit vector c.
    pub fn direction(self) -> [f64; 3] {
        match self {
            Self::X => [1.0, 0.0, 0.0],
            Self::Y => [0.0, 1.0, 0.0],
            Self::Z => [0.0, 0.0, 1.0],
            Self::Oblique { from_z, elevation } => {
                let (sin_t, cos_t) = from_z.si().sin_cos();
                let (sin_e, cos_e) = elevation.si().sin_cos();
                [cos_e * sin_t, sin_e, cos_e * cos_t]
            }
        }
    }

    /// The axis of the guide that it lies along: 0, 1, 2 for x, y, z.
    pub(crate) fn along(self) -> Option<usize> {
        Self::GUIDE_AXES.into_iter().position(|axis| axis == self)
    }

    /// ε of a crystal with this axis.
    pub(crate) fn tensor(self, ordinary: Complex64, extraordinary: Complex64) -> Tensor {
        let c = self.direction();
        let mut tensor = diagonal([ordinary; 3]);
        if let Some(axis) = self.along() {
            tensor[axis][axis] = extraordinary; // no round-off of a difference
            return tensor;
        }
        let difference = extraordinary - ordinary;
        for (row, &a) in tensor.iter_mut().zip(&c) {
            for (entry, &b) in row.iter_mut().zip(&c) {
                *entry += difference * (a * b);
            }
        }
        tensor
    }
}

/// Rows and columns x, y, z.
pub(crate) type Tensor = [[Complex64; 3]; 3];

/// diag(x, y, z).
pub(crate) fn diagonal([x, y, z]: [Complex64; 3]) -> Tensor {
    let o = Complex64::ZERO;
    [[x, o, o], [o, y, o], [o, o, z]]
}

/// "x", "30 deg from z", "30 deg from z and 10 deg up"; [`OpticAxis::from_str`] reads it.
impl fmt::Display for OpticAxis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X => f.write_str("x"),
            Self::Y => f.write_str("y"),
            Self::Z => f.write_str("z"),
            Self::Oblique { from_z, elevation } => {
                write!(f, "{from_z} {FROM_Z}")?;
                if elevation.si() == 0.0 {
                    return Ok(());
                }
                write!(f, "{AND}{elevation} {UP}")
            }
        }
    }
}

const FROM_Z: &str = "from z";
const AND: &str = " and ";
const UP: &str = "up";

/// A text that names no direction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an optic axis cannot be '{text}': it is x, y or z, or an angle in the plane of the chip such as \
     '30 deg from z', or '30 deg from z and 10 deg up'"
)]
pub struct OpticAxisError {
    /// The text.
    pub text: String,
}

impl FromStr for OpticAxis {
    type Err = OpticAxisError;

    fn from_str(text: &str) -> Result<Self, OpticAxisError> {
        let text = text.trim();
        let named = Self::GUIDE_AXES
            .into_iter()
            .find(|axis| axis.to_string() == text);
        let oblique = || {
            let (plane, up) = match text.split_once(AND) {
                Some((plane, up)) => (plane, Some(up)),
                None => (text, None),
            };
            let angle = |text: &str, end: &str| Angle::parse(text.strip_suffix(end)?).ok();
            let elevation = match up {
                Some(up) => angle(up, UP)?,
                None => Angle::rad(0.0),
            };
            Some(Self::at(angle(plane, FROM_Z)?, elevation))
        };
        named.or_else(oblique).ok_or_else(|| OpticAxisError {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let deg = Angle::deg;
        for (axis, name) in [
            (OpticAxis::X, "x"),
            (OpticAxis::in_plane(deg(30.0)), "30 deg from z"),
            (OpticAxis::in_plane(deg(-12.5)), "-12.5 deg from z"),
            (
                OpticAxis::at(deg(30.0), deg(10.0)),
                "30 deg from z and 10 deg up",
            ),
            (
                OpticAxis::at(deg(0.0), deg(45.0)),
                "0 deg from z and 45 deg up",
            ),
        ] {
            assert_eq!(axis.to_string(), name);
            assert_eq!(name.parse::<OpticAxis>().as_ref(), Ok(&axis));
        }
        for bad in [
            "",
            "w",
            "30 deg",
            "30 from z",
            "30 nm from z",
            "x and 1 deg up",
        ] {
            let error = bad.parse::<OpticAxis>().unwrap_err().to_string();
            assert!(error.contains(&format!("'{bad}'")), "{error}");
        }
    }

    #[test]
    fn a_direction_along_an_axis_is_that_axis() {
        let deg = Angle::deg;
        for (from_z, elevation, axis) in [
            (0.0, 0.0, OpticAxis::Z),
            (180.0, 0.0, OpticAxis::Z),
            (-90.0, 0.0, OpticAxis::X),
            (270.0, 0.0, OpticAxis::X),
            (33.0, 90.0, OpticAxis::Y),
        ] {
            assert_eq!(OpticAxis::at(deg(from_z), deg(elevation)), axis);
        }
        let tilted = OpticAxis::at(deg(0.0), deg(1e-6));
        assert!(tilted.along().is_none(), "{tilted}");
    }

    /// The defining property: ε c = ε_e c, and ε v = ε_o v for every v normal to c.
    #[test]
    fn the_axis_is_an_eigenvector() {
        let (o, e) = (Complex64::new(4.9, 0.02), Complex64::new(4.6, 0.01));
        let [t, h] = [0.7_f64, -0.3];
        let axis = OpticAxis::at(Angle::rad(t), Angle::rad(h));
        let tensor = axis.tensor(o, e);
        let c = axis.direction();
        let normal = [t.cos(), 0.0, -t.sin()];
        let second = [-h.sin() * t.sin(), h.cos(), -h.sin() * t.cos()];
        for (v, eps) in [(c, e), (normal, o), (second, o)] {
            for (i, row) in tensor.iter().enumerate() {
                let product: Complex64 = row.iter().zip(v).map(|(&entry, v)| entry * v).sum();
                // round-off of three products of size 5
                assert!((product - eps * v[i]).norm() < 1e-14, "{v:?}");
            }
        }
        for i in 0..3 {
            for j in 0..3 {
                assert_eq!(tensor[i][j], tensor[j][i]);
            }
        }
    }
}
