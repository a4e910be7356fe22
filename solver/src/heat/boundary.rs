//! What happens at the faces of the plan.

use cpo_materials::{HeatFlux, HeatTransferCoefficient, Temperature};

/// Condition on one face; n is the outward normal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Boundary {
    /// k ∂T/∂n = 0.
    #[default]
    Insulated,
    /// −k ∂T/∂n = h (T − T∞).
    Convection {
        /// h.
        coefficient: HeatTransferCoefficient,
        /// T∞, the coolant's temperature.
        ambient: Temperature,
    },
    /// T = T₀.
    Temperature(Temperature),
    /// k ∂T/∂n = q: heat per area **into** the body.
    Flux(HeatFlux),
}

/// The conditions on the six faces. x runs from left to right, y from front to back, z from
/// bottom to top.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Boundaries {
    /// The face of least z.
    pub bottom: Boundary,
    /// The face of largest z.
    pub top: Boundary,
    /// The face of least x.
    pub left: Boundary,
    /// The face of largest x.
    pub right: Boundary,
    /// The face of least y.
    pub front: Boundary,
    /// The face of largest y.
    pub back: Boundary,
}

/// Names of the faces in the order of [`Boundaries::faces`].
pub(super) const FACE_NAMES: [&str; 6] = ["left", "right", "front", "back", "bottom", "top"];

impl Boundaries {
    /// All six faces insulated, a start for struct update syntax:
    /// `Boundaries { bottom: Boundary::Convection { .. }, ..Boundaries::insulated() }`.
    pub fn insulated() -> Self {
        Self::default()
    }

    /// The faces in the order −x, +x, −y, +y, −z, +z.
    pub fn faces(&self) -> [Boundary; 6] {
        [
            self.left,
            self.right,
            self.front,
            self.back,
            self.bottom,
            self.top,
        ]
    }
}
