//! The whole table as JSON (RFC 8259).
//!
//! Root: the texts of the HDF5 file's root (`schema`, `schema_version`, `title`, …), `study`, `inputs`, `attributes`,
//! `provenance`, `groups`, `fields`. A variable has its `axes`, `shape`, `units`, `values`, and where there are any `error`,
//! `reason`, `from_plane`, `to_plane`; arrays are flat, row-major over the axes. `status` has one word a value. JSON has no NaN
//! and no infinity: NaN, which stands for no value, is null, infinity the text "Infinity". Other numbers are the shortest that
//! read back to the same f64.

use serde::{Serialize, Serializer};

use crate::{
    Attribute, AttributeValue, AxisScale, AxisValues, Field, FieldComponent, Group, LossTable,
    Variable,
};

/// The text of a checked table.
pub(super) fn text(table: &LossTable) -> String {
    let mut text = serde_json::to_string(&Root(table))
        // neither keys that are no strings nor a failing writer
        .unwrap_or_else(|error| unreachable!("a table is always JSON: {error}"));
    text.push('\n');
    text
}

/// An f64 with NaN and infinity.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            nan if nan.is_nan() => to.serialize_none(),
            f64::INFINITY => to.serialize_str("Infinity"),
            f64::NEG_INFINITY => to.serialize_str("-Infinity"),
            number => to.serialize_f64(number),
        }
    }
}

struct Numbers<'a>(&'a [f64]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|&number| Number(number)))
    }
}

struct Attributes<'a>(&'a [Attribute]);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|a| (&a.name, Value(&a.value))))
    }
}

struct Value<'a>(&'a AttributeValue);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            AttributeValue::Text(text) => to.serialize_str(text),
            AttributeValue::Number(number) => Number(*number).serialize(to),
            AttributeValue::Numbers(numbers) => Numbers(numbers).serialize(to),
        }
    }
}

/// An object of the entries given, in their order; those of no value are left out.
macro_rules! object {
    ($to:expr, { $($name:literal: $value:expr,)* }, { $($maybe:literal: $option:expr,)* }) => {{
        use serde::ser::SerializeMap as _;
        let mut map = $to.serialize_map(None)?;
        $(map.serialize_entry($name, &$value)?;)*
        $(if let Some(value) = $option {
            map.serialize_entry($maybe, &value)?;
        })*
        map.end()
    }};
}

struct Root<'a>(&'a LossTable);

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let table = self.0;
        let mut map = to.serialize_map(None)?;
        for (name, text) in table.root_texts() {
            map.serialize_entry(name, &text)?;
        }
        map.serialize_entry("study", &table.study)?;
        let inputs = table.inputs.iter().map(|input| [&input.name, &input.text]);
        map.serialize_entry("inputs", &inputs.collect::<Vec<_>>())?;
        map.serialize_entry("attributes", &Attributes(&table.attributes))?;
        map.serialize_entry("provenance", &Attributes(&table.provenance))?;
        let groups: Vec<_> = table.groups.iter().map(OfGroup).collect();
        map.serialize_entry("groups", &groups)?;
        let fields: Vec<_> = table.fields.iter().map(OfField).collect();
        map.serialize_entry("fields", &fields)?;
        map.end()
    }
}

struct OfGroup<'a>(&'a Group);

impl Serialize for OfGroup<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let group = self.0;
        let variables = group.variables.iter();
        object!(to, {
            "path": group.path,
            "long_name": group.long_name,
            "attributes": Attributes(&group.attributes),
            "axes": group.axes.iter().map(OfAxis).collect::<Vec<_>>(),
            "variables": variables.map(|variable| OfVariable(group, variable)).collect::<Vec<_>>(),
        }, {})
    }
}

struct OfAxis<'a>(&'a AxisScale);

impl Serialize for OfAxis<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let axis = self.0;
        object!(to, {
            "name": axis.name,
            "units": axis.units,
            "long_name": axis.long_name,
        }, {
            "values": match &axis.values {
                AxisValues::Numbers(values) => Some(Numbers(values)),
                AxisValues::Text(_) => None,
            },
            "names": match &axis.values {
                AxisValues::Numbers(_) => None,
                AxisValues::Text(names) => Some(names),
            },
        })
    }
}

struct OfVariable<'a>(&'a Group, &'a Variable);

impl Serialize for OfVariable<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(group, variable) = self;
        let status = variable.status.iter().map(|status| status.name());
        object!(to, {
            "name": variable.name,
            "units": variable.units,
            "long_name": variable.long_name,
            "axes": variable.axes,
            "shape": group.shape(variable).map_err(serde::ser::Error::custom)?,
            "attributes": Attributes(&variable.attributes),
            "values": Numbers(&variable.values),
            "status": status.collect::<Vec<_>>(),
        }, {
            "error": variable.error.as_deref().map(Numbers),
            "reason": variable.has_reasons().then_some(&variable.reason),
            "from_plane": variable.from_plane.as_ref(),
            "to_plane": variable.to_plane.as_ref(),
        })
    }
}

struct OfField<'a>(&'a Field);

impl Serialize for OfField<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let field = self.0;
        object!(to, {
            "path": field.path,
            "long_name": field.long_name,
            "attributes": Attributes(&field.attributes),
            "x": OfAxis(&field.x),
            "y": OfAxis(&field.y),
            "components": field.components.iter().map(OfComponent).collect::<Vec<_>>(),
        }, {})
    }
}

struct OfComponent<'a>(&'a FieldComponent);

impl Serialize for OfComponent<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let component = self.0;
        // row-major, whatever the memory order
        let values: Vec<f64> = component.values.iter().copied().collect();
        object!(to, {
            "name": component.name,
            "units": component.units,
            "long_name": component.long_name,
            "shape": component.values.shape(),
            "values": Numbers(&values),
        }, {})
    }
}
