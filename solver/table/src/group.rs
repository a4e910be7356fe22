//! Variables that share axes.

use crate::attribute::{Attribute, check_attributes};
use crate::error::TableError;
use crate::{Coordinate, Variable, check_name, check_text};

/// Coordinates of one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisScale {
    /// Name, [A-Za-z0-9_]: wavelength, temperature, polarisation.
    pub name: String,
    /// UDUNITS symbol: "m", "K"; empty for texts.
    pub units: String,
    /// A phrase for a plot's axis.
    pub long_name: String,
    /// The coordinates.
    pub values: AxisValues,
}

/// Coordinates: numbers (SI) or names.
#[derive(Clone, Debug, PartialEq)]
pub enum AxisValues {
    /// Numbers, SI.
    Numbers(Vec<f64>),
    /// Names: polarisations, lasers, modes.
    Text(Vec<String>),
}

impl AxisScale {
    /// An axis of numbers.
    pub fn numbers(
        name: impl Into<String>,
        units: impl Into<String>,
        long_name: impl Into<String>,
        values: Vec<f64>,
    ) -> Self {
        Self {
            name: name.into(),
            units: units.into(),
            long_name: long_name.into(),
            values: AxisValues::Numbers(values),
        }
    }

    /// An axis of names.
    pub fn text(
        name: impl Into<String>,
        long_name: impl Into<String>,
        values: Vec<String>,
    ) -> Self {
        Self {
            name: name.into(),
            units: String::new(),
            long_name: long_name.into(),
            values: AxisValues::Text(values),
        }
    }

    /// Number of coordinates.
    pub fn len(&self) -> usize {
        match &self.values {
            AxisValues::Numbers(values) => values.len(),
            AxisValues::Text(values) => values.len(),
        }
    }

    /// The coordinate of an entry.
    pub fn coordinate(&self, entry: usize) -> Coordinate<'_> {
        match &self.values {
            AxisValues::Numbers(values) => Coordinate::Number(values[entry]),
            AxisValues::Text(values) => Coordinate::Name(&values[entry]),
        }
    }

    /// A coordinate of this axis with its unit: "1.31e-6 m", "TE".
    pub fn shown(&self, coordinate: Coordinate<'_>) -> String {
        match coordinate {
            Coordinate::Name(name) => name.to_owned(),
            Coordinate::Number(number) if ["", "1"].contains(&self.units.as_str()) => {
                format!("{number:?}")
            }
            Coordinate::Number(number) => format!("{number:?} {}", self.units),
        }
    }

    /// Whether there are none (which no group accepts).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Name allowed, at least one coordinate, numbers finite.
    pub(crate) fn check(&self, place: &str) -> Result<(), TableError> {
        check_name("axis", &self.name)?;
        let wrong = |problem| {
            Err(TableError::Inconsistent {
                place: format!("{place}, axis {}", self.name),
                problem,
            })
        };
        if self.is_empty() {
            return wrong("an axis needs at least one coordinate");
        }
        check_text(place, [self.units.as_str(), self.long_name.as_str()])?;
        match &self.values {
            AxisValues::Numbers(values) if values.iter().any(|v| !v.is_finite()) => {
                wrong("a coordinate is not finite")
            }
            AxisValues::Numbers(_) => Ok(()),
            AxisValues::Text(values) => check_text(place, values.iter().map(String::as_str)),
        }
    }
}

/// Axes and the variables along them, for one object of the study.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Path in the file, "waveguide/wire": kind, then the study's name of the object.
    pub path: String,
    /// A phrase saying what this is.
    pub long_name: String,
    /// Further facts.
    pub attributes: Vec<Attribute>,
    /// Axes, each used by some variable or none.
    pub axes: Vec<AxisScale>,
    /// Variables.
    pub variables: Vec<Variable>,
}

impl Group {
    /// An empty group.
    pub fn new(path: impl Into<String>, long_name: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            long_name: long_name.into(),
            attributes: Vec::new(),
            axes: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Adds an axis.
    ///
    /// # Errors
    /// A bad or repeated name, no coordinates, a coordinate that is not finite.
    pub fn with_axis(mut self, axis: AxisScale) -> Result<Self, TableError> {
        axis.check(&self.path)?;
        self.axes.push(axis);
        self.check_names()?;
        Ok(self)
    }

    /// Adds a variable along axes added before.
    ///
    /// # Errors
    /// A bad or repeated name, an unknown axis, a wrong length, a value that contradicts its status.
    pub fn with_variable(mut self, variable: Variable) -> Result<Self, TableError> {
        self.check_variable(&variable)?;
        self.variables.push(variable);
        self.check_names()?;
        Ok(self)
    }

    /// The axis of that name.
    pub fn axis(&self, name: &str) -> Option<&AxisScale> {
        self.axes.iter().find(|axis| axis.name == name)
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// Lengths of the axes of `variable`, slowest first.
    ///
    /// # Errors
    /// An axis that this group lacks.
    pub fn shape(&self, variable: &Variable) -> Result<Vec<usize>, TableError> {
        let length = |name: &String| {
            self.axis(name)
                .map(AxisScale::len)
                .ok_or_else(|| TableError::UnknownAxis {
                    place: format!("{}/{}", self.path, variable.name),
                    axis: name.clone(),
                    present: self
                        .axes
                        .iter()
                        .map(|axis| axis.name.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                })
        };
        variable.axes.iter().map(length).collect()
    }

    /// The axes of `variable`, slowest first, and where on each the value `entry` is.
    pub fn coordinates<'g>(
        &'g self,
        variable: &'g Variable,
        entry: usize,
    ) -> impl Iterator<Item = (&'g AxisScale, usize)> {
        let mut stride = variable.values.len();
        let axes = variable.axes.iter().filter_map(|name| self.axis(name));
        axes.map(move |axis| {
            stride /= axis.len();
            (axis, entry / stride % axis.len())
        })
    }

    /// Where the value `entry` of `variable` is: "wavelength = 1.31e-6 m, mode = 0.0".
    pub fn place(&self, variable: &Variable, entry: usize) -> String {
        let parts = self
            .coordinates(variable, entry)
            .map(|(axis, i)| format!("{} = {}", axis.name, axis.shown(axis.coordinate(i))));
        parts.collect::<Vec<_>>().join(", ")
    }

    fn check_variable(&self, variable: &Variable) -> Result<(), TableError> {
        let place = format!("{}/{}", self.path, variable.name);
        let points = self.shape(variable)?.iter().product();
        if (1..variable.axes.len()).any(|i| variable.axes[..i].contains(&variable.axes[i])) {
            return Err(TableError::Inconsistent {
                place,
                problem: "an axis is named twice",
            });
        }
        variable.check(&place, points)
    }

    /// No two data sets of one name.
    fn check_names(&self) -> Result<(), TableError> {
        let axes = self.axes.iter().map(|axis| axis.name.clone());
        let variables = self.variables.iter().flat_map(|variable| {
            std::iter::once(variable.name.clone()).chain(variable.companion_names())
        });
        let mut names: Vec<String> = axes.chain(variables).collect();
        names.sort();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TableError::Duplicate {
                place: self.path.clone(),
                name: pair[0].clone(),
            }),
            None => Ok(()),
        }
    }

    /// Checks the whole group again: fields are public.
    pub(crate) fn check(&self) -> Result<(), TableError> {
        self.path
            .split('/')
            .try_for_each(|part| check_name("group", part))?;
        check_text(&self.path, [self.long_name.as_str()])?;
        check_attributes(&self.path, &self.attributes)?;
        self.axes
            .iter()
            .try_for_each(|axis| axis.check(&self.path))?;
        self.variables
            .iter()
            .try_for_each(|variable| self.check_variable(variable))?;
        self.check_names()
    }
}
