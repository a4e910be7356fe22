//! How far a value can be trusted.

use std::fmt;

/// Status of one value; the discriminant is what the file stores. They are ordered from the best to the worst.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(u8)]
pub enum Status {
    /// Converged within the error stated beside it.
    #[default]
    Ok = 0,
    /// Computed from data outside the range they were measured in.
    Extrapolated = 1,
    /// The accuracy asked for was not reached; value and error are the best there is.
    Unconverged = 2,
    /// The computation failed: the value is NaN and the reason says why.
    Failed = 3,
    /// Not attempted: the value is NaN.
    NotComputed = 4,
}

impl Status {
    /// All, in the order of their stored numbers.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::Extrapolated,
        Self::Unconverged,
        Self::Failed,
        Self::NotComputed,
    ];

    /// The word that files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Extrapolated => "extrapolated",
            Self::Unconverged => "unconverged",
            Self::Failed => "failed",
            Self::NotComputed => "not_computed",
        }
    }

    /// The number that files store.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The status stored as `code`, if it is one.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether a value of this status is NaN.
    pub fn has_no_value(self) -> bool {
        matches!(self, Self::Failed | Self::NotComputed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
