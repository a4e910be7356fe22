//! What varies: parameters, expressions that use them, and assignments of values.

use std::collections::BTreeSet;

use cpo_materials::{
    Angle, AnyQuantity, Current, Dimension, Length, Power, Quantity, Temperature, UnitError,
};

use crate::file::Place;

/// A dimensionless number: an index, a relative error.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Number(pub f64);

impl Quantity for Number {
    const DIMENSION: Dimension = Dimension::NONE;
    const NAME: &'static str = "plain number";
    const EXAMPLE: &'static str = "1.45";

    fn from_si(value: f64) -> Self {
        Self(value)
    }

    fn si(self) -> f64 {
        self.0
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A value in SI as a person reads it: with a prefix where its dimension has one.
pub(crate) fn shown(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::LENGTH => Length::from_si(value).to_string(),
        Dimension::TEMPERATURE => Temperature::from_si(value).to_string(),
        Dimension::ANGLE => Angle::from_si(value).to_string(),
        Dimension::CURRENT => Current::from_si(value).to_string(),
        Dimension::POWER => Power::from_si(value).to_string(),
        Dimension::NONE => value.to_string(),
        _ => AnyQuantity { value, dimension }.to_string(),
    }
}

/// Number of a parameter within its study, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(pub(crate) usize);

/// A value of the study: fixed, or that of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expr<Q> {
    /// The same in every point.
    Constant(Q),
    /// The value of a parameter.
    Parameter(ParameterId),
}

impl<Q: Quantity> Expr<Q> {
    /// The parameter that it uses, if any.
    pub fn parameter(&self) -> Option<ParameterId> {
        match self {
            Self::Constant(_) => None,
            Self::Parameter(id) => Some(*id),
        }
    }
}

/// Over what a random deviation is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One deviation a wafer: systematic, the same for all lanes.
    Wafer,
    /// One deviation a die.
    Die,
    /// Independent in every lane.
    Lane,
}

impl Scope {
    /// The word of the study file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wafer => "wafer",
            Self::Die => "die",
            Self::Lane => "lane",
        }
    }
}

/// A normal deviation about the nominal value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Standard deviation in the SI unit of the parameter.
    pub sigma: f64,
    /// Over what it is shared.
    pub scope: Scope,
}

/// A quantity that varies, by name or in place.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name under `[parameters]`, or the key path of a list, range or tolerance in place.
    pub name: String,
    /// Dimension of the values.
    pub dimension: Dimension,
    /// Values in SI, ascending; one for a plain value or a tolerance.
    pub values: Vec<f64>,
    /// Its spread, if stated.
    pub tolerance: Option<Tolerance>,
    /// Whether it stands in place and not under `[parameters]`.
    pub in_place: bool,
    /// Where it is written.
    pub place: Place,
    /// `values` as written, for messages.
    pub(crate) texts: Vec<String>,
    /// Where it is used, and whether as a scan within points.
    pub(crate) uses: Vec<(Place, Use)>,
    /// How its first use shows a value: kelvins are degrees or a difference, volts may be watts per ampere.
    pub(crate) show: Option<fn(f64) -> String>,
}

/// How a parameter is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Its values are different points.
    Sweep,
    /// Its values are an axis within every point.
    Scan,
}

impl Parameter {
    /// The value used where nothing else is asked for: the nominal one, or the first of a sweep.
    pub fn nominal(&self) -> f64 {
        self.values.first().copied().unwrap_or(f64::NAN)
    }

    /// A value of it in SI as a person reads it.
    pub(crate) fn shown(&self, value: f64) -> String {
        match self.show {
            Some(show) => show(value),
            None => shown(value, self.dimension),
        }
    }

    /// All values as quantities of kind `Q`.
    pub(crate) fn typed<Q: Quantity>(&self) -> Result<Vec<Q>, UnitError> {
        self.values
            .iter()
            .zip(&self.texts)
            .map(|(&value, text)| {
                Q::of(
                    AnyQuantity {
                        value,
                        dimension: self.dimension,
                    },
                    text,
                )
            })
            .collect()
    }
}

/// An axis scanned within every point of a coupling or a taper.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan<Q> {
    /// The values, ascending.
    pub values: Vec<Q>,
    /// Spread about the value, if stated.
    pub tolerance: Option<Tolerance>,
    /// The parameter behind it; scans of one parameter are one axis.
    pub parameter: Option<ParameterId>,
}

impl<Q: Quantity> Scan<Q> {
    /// The axis that consists of zero alone.
    pub fn zero() -> Self {
        Self {
            values: vec![Q::from_si(0.0)],
            tolerance: None,
            parameter: None,
        }
    }
}

/// Values of some parameters, in SI. A parameter that is absent has its nominal value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterValues {
    values: Vec<(ParameterId, f64)>,
}

impl ParameterValues {
    /// Every parameter at its nominal value.
    pub fn nominal() -> Self {
        Self::default()
    }

    /// The same with `id` at `value` (SI).
    #[must_use]
    pub fn with(mut self, id: ParameterId, value: f64) -> Self {
        match self.values.binary_search_by_key(&id, |&(other, _)| other) {
            Ok(at) => self.values[at].1 = value,
            Err(at) => self.values.insert(at, (id, value)),
        }
        self
    }

    /// The value of `id` in SI, if it is set.
    pub fn get(&self, id: ParameterId) -> Option<f64> {
        let at = self
            .values
            .binary_search_by_key(&id, |&(other, _)| other)
            .ok()?;
        Some(self.values[at].1)
    }

    /// The values that are set, in the order of the parameters.
    pub fn iter(&self) -> impl Iterator<Item = (ParameterId, f64)> + '_ {
        self.values.iter().copied()
    }

    /// Those of `ids` alone.
    #[must_use]
    pub fn restricted_to(&self, ids: &BTreeSet<ParameterId>) -> Self {
        Self {
            values: self.iter().filter(|(id, _)| ids.contains(id)).collect(),
        }
    }

    /// Same parameters and same values to the last bit.
    pub(crate) fn key(&self) -> Vec<(ParameterId, u64)> {
        self.iter()
            .map(|(id, value)| (id, value.to_bits()))
            .collect()
    }
}
