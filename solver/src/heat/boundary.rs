//! What happens at the faces of the plan.

use cpo_materials::constants::STEFAN_BOLTZMANN;
use cpo_materials::{HeatCapacityRate, HeatFlux, HeatTransferCoefficient, Quantity, Temperature};

use super::HeatError;

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
    /// −k ∂T/∂n = h (T − T∞) + ε σ (T⁴ − T∞⁴): a grey face that radiates into surroundings as warm as the air.
    ///
    /// Thermal resistances are those of the state with all sources on, ε σ (T² + T∞²)(T + T∞) at every place held: they add up to its
    /// rises exactly, and hold near it.
    Radiation {
        /// h; may be 0.
        coefficient: HeatTransferCoefficient,
        /// ε, above 0 and at most 1.
        emissivity: f64,
        /// T∞.
        ambient: Temperature,
    },
    /// −k ∂T/∂n = h (T − T_c) into a coolant that warms up on its way, C′ ∂T_c/∂s = h (T − T_c), in parallel channels that do not mix; C′ is
    /// the capacity rate over the breadth of the face. On the bottom or top face.
    ///
    /// What lies downstream sees the heat of what lies upstream, but not the other way: R_ij and R_ji differ.
    Coolant {
        /// h.
        coefficient: HeatTransferCoefficient,
        /// T_c where the coolant enters.
        inlet: Temperature,
        /// Mass per time times specific heat of the whole stream, W/K; 1 L/min of water has about 69 W/K.
        capacity_rate: HeatCapacityRate,
        /// Where it flows.
        towards: Towards,
    },
    /// T = T₀.
    Temperature(Temperature),
    /// k ∂T/∂n = q: heat per area **into** the body.
    Flux(HeatFlux),
}

/// Direction of a flow in the plane, by the face that it flows to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// To lower x.
    Left,
    /// To higher x.
    Right,
    /// To lower y.
    Front,
    /// To higher y.
    Back,
}

impl Boundary {
    /// Conductance per area to the outside where the surface has `surface` kelvin, W/(m² K); +∞ holds the face at the outside's
    /// temperature, 0 insulates it.
    pub(super) fn film(&self, surface: f64) -> f64 {
        match *self {
            Self::Insulated | Self::Flux(_) => 0.0,
            Self::Convection { coefficient, .. } | Self::Coolant { coefficient, .. } => {
                coefficient.si()
            }
            Self::Radiation {
                coefficient,
                emissivity,
                ambient,
            } => {
                let (warm, cold) = (surface.max(0.0), ambient.si());
                let squares = warm * warm + cold * cold;
                coefficient.si() + emissivity * STEFAN_BOLTZMANN * squares * (warm + cold)
            }
            Self::Temperature(_) => f64::INFINITY,
        }
    }

    /// The next guess of the [`film`](Self::film) after a guess `last` has led to a surface of `surface` kelvin: Newton's where the flux through the face is
    /// given, ln h ← ln h + (ln h(T) − ln h)/(1 + ∂ln h/∂ln(T − T∞)). Taken as it is, h(T) would overshoot by up to 3 times what it corrects.
    pub(super) fn next_film(&self, last: f64, surface: f64) -> f64 {
        let Self::Radiation {
            emissivity,
            ambient,
            ..
        } = *self
        else {
            return last;
        };
        let (warm, cold) = (surface.max(0.0), ambient.si());
        let film = self.film(surface);
        let slope =
            emissivity * STEFAN_BOLTZMANN * (3.0 * warm * warm + 2.0 * warm * cold + cold * cold);
        let power = ((warm - cold) * slope / film).max(0.0);
        last * (film / last).powf(1.0 / (1.0 + power))
    }

    /// The temperature outside, where heat passes.
    pub(super) fn outside(&self) -> Option<Temperature> {
        match *self {
            Self::Insulated | Self::Flux(_) => None,
            Self::Convection { ambient: t, .. }
            | Self::Radiation { ambient: t, .. }
            | Self::Coolant { inlet: t, .. }
            | Self::Temperature(t) => Some(t),
        }
    }

    /// Whether its coefficient follows the temperature of the surface.
    pub(super) fn radiates(&self) -> bool {
        matches!(self, Self::Radiation { .. })
    }

    pub(super) fn is_coolant(&self) -> bool {
        matches!(self, Self::Coolant { .. })
    }

    /// Refuses values out of range; `face` is its name.
    pub(super) fn check(&self, face: &'static str) -> Result<(), HeatError> {
        let coefficient = |h: HeatTransferCoefficient, zero: bool| {
            let value = h.si();
            if value.is_finite() && (value > 0.0 || (zero && value == 0.0)) {
                Ok(())
            } else {
                Err(HeatError::Coefficient { face, value })
            }
        };
        if let Some(outside) = self.outside() {
            check_temperature(face, outside)?;
        }
        match *self {
            Self::Insulated | Self::Temperature(_) => Ok(()),
            Self::Convection { coefficient: h, .. } => coefficient(h, false),
            Self::Radiation {
                coefficient: h,
                emissivity,
                ..
            } => {
                coefficient(h, true)?;
                if emissivity > 0.0 && emissivity <= 1.0 {
                    return Ok(());
                }
                Err(HeatError::Emissivity {
                    face,
                    value: emissivity,
                })
            }
            Self::Coolant {
                coefficient: h,
                capacity_rate,
                ..
            } => {
                coefficient(h, false)?;
                if face != "bottom" && face != "top" {
                    return Err(HeatError::CoolantFace { face });
                }
                let value = capacity_rate.si();
                if value.is_finite() && value > 0.0 {
                    return Ok(());
                }
                Err(HeatError::CapacityRate { face, value })
            }
            Self::Flux(flux) if flux.si().is_finite() => Ok(()),
            Self::Flux(flux) => Err(HeatError::Flux {
                face,
                value: flux.si(),
            }),
        }
    }
}

pub(super) fn check_temperature(
    what: &'static str,
    temperature: Temperature,
) -> Result<(), HeatError> {
    let value = temperature.si();
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(HeatError::Temperature { what, value })
    }
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
