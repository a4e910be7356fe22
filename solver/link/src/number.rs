//! A number of an answer: what it is, how far it may be off, where it comes from.

use serde::Serialize;

/// The unit of a [`Number`]: SI, dB and dBm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// A plain number.
    #[serde(rename = "1")]
    Plain,
    /// dB
    #[serde(rename = "dB")]
    Decibel,
    /// dBm
    #[serde(rename = "dBm")]
    DecibelMilliwatt,
    /// W
    #[serde(rename = "W")]
    Watt,
    /// J/bit
    #[serde(rename = "J/bit")]
    JoulePerBit,
    /// K
    #[serde(rename = "K")]
    Kelvin,
    /// A
    #[serde(rename = "A")]
    Ampere,
    /// V
    #[serde(rename = "V")]
    Volt,
    /// 1/s
    #[serde(rename = "1/s")]
    PerSecond,
    /// s
    #[serde(rename = "s")]
    Second,
}

/// How far a [`Number`] can be trusted, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As good as its inputs.
    #[default]
    Ok,
    /// From a value of the table that was computed beyond its data.
    Extrapolated,
    /// From a value of the table that did not reach its accuracy.
    Unconverged,
    /// The laser does not bring the light: one on the chip has rolled over, an external source would be beyond the largest class.
    /// The value is NaN.
    Infeasible,
    /// The table holds no value there. The value is NaN.
    NotComputed,
}

impl From<cpo_table::Status> for Standing {
    fn from(status: cpo_table::Status) -> Self {
        match status {
            cpo_table::Status::Ok => Self::Ok,
            cpo_table::Status::Extrapolated => Self::Extrapolated,
            cpo_table::Status::Unconverged => Self::Unconverged,
            cpo_table::Status::Failed | cpo_table::Status::NotComputed => Self::NotComputed,
        }
    }
}

/// A value with its range and origin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// With all inputs typical; NaN where there is none.
    pub value: f64,
    /// Half of the draws lie below; NaN of what is not drawn. A sum of skew spreads has it elsewhere than its typical value.
    pub median: f64,
    /// Low end of its range.
    pub low: f64,
    /// High end of its range.
    pub high: f64,
    /// Unit of all of them.
    pub unit: Unit,
    /// How it comes about, and what its range means.
    pub origin: String,
    /// How far it can be trusted.
    pub status: Standing,
}

impl Number {
    /// A number between two others.
    pub fn between([low, value, high]: [f64; 3], unit: Unit, origin: impl Into<String>) -> Self {
        Self::drawn([low, value, f64::NAN, high], unit, origin)
    }

    /// A number of p05, typical value, p50 and p95 of draws.
    pub fn drawn(
        [low, value, median, high]: [f64; 4],
        unit: Unit,
        origin: impl Into<String>,
    ) -> Self {
        Self {
            value,
            median,
            low,
            high,
            unit,
            origin: origin.into(),
            status: Standing::Ok,
        }
    }

    /// What it is judged by: the median where it is drawn, else the value.
    pub fn middle(&self) -> f64 {
        match self.median.is_nan() {
            true => self.value,
            false => self.median,
        }
    }

    /// A number without a range of its own.
    pub fn exact(value: f64, unit: Unit, origin: impl Into<String>) -> Self {
        Self::between([value; 3], unit, origin)
    }

    /// The same with that standing, if it is worse.
    #[must_use]
    pub fn at_best(mut self, status: Standing) -> Self {
        self.status = self.status.max(status);
        // what is not known has no range either
        if self.status == Standing::NotComputed {
            [self.value, self.median, self.low, self.high] = [f64::NAN; 4];
        }
        self
    }

    /// Whether `value` lies in the range.
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
