//! How many levels a symbol has.

use serde::{Deserialize, Serialize};

/// Pulse amplitude modulation of equidistant levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modulation {
    /// Two levels.
    Nrz,
    /// Four levels, Gray-coded.
    Pam4,
}

impl Modulation {
    /// M
    pub fn levels(self) -> f64 {
        match self {
            Self::Nrz => 2.0,
            Self::Pam4 => 4.0,
        }
    }

    /// log₂ M
    pub fn bits_per_symbol(self) -> f64 {
        self.levels().log2()
    }

    /// Symbols a second of a line that carries `line_rate` bit/s.
    pub fn symbol_rate(self, line_rate: f64) -> f64 {
        line_rate / self.bits_per_symbol()
    }

    /// Half the symbol rate, at which copper losses are stated.
    pub fn nyquist_frequency(self, line_rate: f64) -> f64 {
        0.5 * self.symbol_rate(line_rate)
    }
}
