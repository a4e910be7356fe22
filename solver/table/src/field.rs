//! A map over a plane: mode fields, temperature slices.

use ndarray::Array2;
use num_complex::Complex64;

use crate::attribute::{Attribute, check_attributes};
use crate::error::TableError;
use crate::{AxisScale, check_name, check_text};

/// Components sampled on one rectilinear grid of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Path under "fields/", such as "wire/mode_0".
    pub path: String,
    /// A phrase saying what this is.
    pub long_name: String,
    /// Conditions: wavelength, temperature, normalisation.
    pub attributes: Vec<Attribute>,
    /// First coordinate, index i.
    pub x: AxisScale,
    /// Second coordinate, index j.
    pub y: AxisScale,
    /// The components.
    pub components: Vec<FieldComponent>,
}

/// One real component of a [`Field`].
#[derive(Clone, Debug, PartialEq)]
pub struct FieldComponent {
    /// Name, [A-Za-z0-9_].
    pub name: String,
    /// UDUNITS symbol: "V m-1", "K".
    pub units: String,
    /// A phrase for a plot's axis.
    pub long_name: String,
    /// Values [[i, j]] over x and y.
    pub values: Array2<f64>,
}

impl FieldComponent {
    /// A real component.
    pub fn real(
        name: impl Into<String>,
        units: impl Into<String>,
        long_name: impl Into<String>,
        values: Array2<f64>,
    ) -> Self {
        Self {
            name: name.into(),
            units: units.into(),
            long_name: long_name.into(),
            values,
        }
    }

    /// A complex component as NAME_real and NAME_imag: netCDF has no complex type.
    pub fn complex(
        name: &str,
        units: &str,
        long_name: &str,
        values: &Array2<Complex64>,
    ) -> [Self; 2] {
        let part = |suffix: &str, word: &str, part: fn(&Complex64) -> f64| {
            Self::real(
                format!("{name}_{suffix}"),
                units,
                format!("{long_name}, {word} part"),
                values.map(part),
            )
        };
        [
            part("real", "real", |z| z.re),
            part("imag", "imaginary", |z| z.im),
        ]
    }
}

impl Field {
    /// Names, shapes, repetition.
    pub(crate) fn check(&self) -> Result<(), TableError> {
        self.path
            .split('/')
            .try_for_each(|part| check_name("field", part))?;
        let place = format!("fields/{}", self.path);
        check_attributes(&place, &self.attributes)?;
        self.x.check(&place)?;
        self.y.check(&place)?;
        let mut names = vec![self.x.name.as_str(), self.y.name.as_str()];
        for component in &self.components {
            check_name("field component", &component.name)?;
            check_text(
                &place,
                [component.units.as_str(), component.long_name.as_str()],
            )?;
            let lengths = [
                ("dimension 0", self.x.len(), 0),
                ("dimension 1", self.y.len(), 1),
            ];
            for (what, expected, dimension) in lengths {
                let found = component.values.shape()[dimension];
                if found != expected {
                    let place = format!("{place}/{}", component.name);
                    return Err(TableError::Length {
                        place,
                        what,
                        found,
                        expected,
                    });
                }
            }
            names.push(&component.name);
        }
        check_text(&place, [self.long_name.as_str()])?;
        match (1..names.len()).find(|&i| names[..i].contains(&names[i])) {
            Some(i) => Err(TableError::Duplicate {
                place,
                name: names[i].to_owned(),
            }),
            None => Ok(()),
        }
    }
}
