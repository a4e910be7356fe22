//! A named fact about a table, a group or a variable.

use crate::error::TableError;

/// Attributes that the writer itself sets, or that HDF5 and netCDF reserve.
const RESERVED: [&str; 13] = [
    "units",
    "long_name",
    "ancillary_variables",
    "from_plane",
    "to_plane",
    "flag_values",
    "flag_meanings",
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_FillValue",
    "_Netcdf4Dimid",
];

/// A named text or number.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Name, [A-Za-z0-9_].
    pub name: String,
    /// Value.
    pub value: AttributeValue,
}

/// Value of an [`Attribute`].
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// UTF-8 text.
    Text(String),
    /// One number, SI.
    Number(f64),
    /// Some numbers, SI.
    Numbers(Vec<f64>),
}

impl Attribute {
    /// A text attribute.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: AttributeValue::Text(value.into()),
        }
    }

    /// A number attribute (SI, or the unit that the name says).
    pub fn number(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            value: AttributeValue::Number(value),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            AttributeValue::Text(text) => Some(text),
            AttributeValue::Number(_) | AttributeValue::Numbers(_) => None,
        }
    }

    /// Whether the writer, HDF5 or netCDF keeps this name for itself.
    pub(crate) fn is_reserved(name: &str) -> bool {
        RESERVED.contains(&name)
    }
}

/// Names must suit HDF5, netCDF, MATLAB structs and file names at once.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), TableError> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(())
    } else {
        Err(TableError::Name {
            what,
            name: name.to_owned(),
        })
    }
}

/// HDF5 strings end at the first NUL.
pub(crate) fn check_text<'a>(
    place: &str,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<(), TableError> {
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(TableError::Inconsistent {
            place: place.to_owned(),
            problem: "a text holds a NUL character",
        });
    }
    Ok(())
}

/// Names allowed, not reserved, not repeated; texts storable.
pub(crate) fn check_attributes(place: &str, attributes: &[Attribute]) -> Result<(), TableError> {
    for (i, attribute) in attributes.iter().enumerate() {
        check_name("attribute", &attribute.name)?;
        if Attribute::is_reserved(&attribute.name)
            || attributes[..i].iter().any(|a| a.name == attribute.name)
        {
            return Err(TableError::Duplicate {
                place: place.to_owned(),
                name: attribute.name.clone(),
            });
        }
        check_text(place, attribute.as_text())?;
        if matches!(&attribute.value, AttributeValue::Numbers(numbers) if numbers.is_empty()) {
            return Err(TableError::Inconsistent {
                place: place.to_owned(),
                problem: "an attribute is an empty list",
            });
        }
    }
    Ok(())
}
