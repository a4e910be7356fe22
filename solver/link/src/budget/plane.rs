//! Reference planes between which losses are stated.

use std::fmt;

use serde::{Deserialize, Serialize};

/// P0 laser facet … P8 photodiode; see the loss table for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Plane {
    /// Laser facet.
    P0,
    /// External source's output fibre, where its power class is stated.
    P1,
    /// Optical engine's input fibre.
    P2,
    /// Chip waveguide before the split.
    P3,
    /// Modulator in.
    P4,
    /// Chip waveguide out of the modulator.
    P5,
    /// Transmitter's fibre, TP2.
    P6,
    /// Receiver's fibre, TP3.
    P7,
    /// Photodiode.
    P8,
}

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Up to the receiver's fibre, which the losses of the fibre plant lead to.
    Sending,
    /// Beyond it.
    Receiving,
}

impl Plane {
    /// The end of what leads here: beyond P7 the chip is the other engine's.
    pub(crate) fn end(self) -> End {
        match self > Self::P7 {
            true => End::Receiving,
            false => End::Sending,
        }
    }

    /// Where it is.
    pub fn place(self) -> &'static str {
        match self {
            Self::P0 => "laser facet",
            Self::P1 => "external source's fibre",
            Self::P2 => "engine's input fibre",
            Self::P3 => "chip before the split",
            Self::P4 => "modulator in",
            Self::P5 => "modulator out",
            Self::P6 => "transmitter's fibre, TP2",
            Self::P7 => "receiver's fibre, TP3",
            Self::P8 => "photodiode",
        }
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
