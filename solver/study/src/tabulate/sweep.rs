//! The axes that the points of one table span.

use cpo_materials::{Dimension, Quantity, Temperature, Wavelength};

use super::identifier;
use crate::study::{ParameterValues, Study};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, Group};

/// Parameters, temperature and wavelength over points in the plan's order, wavelength fastest.
pub(super) struct SweepAxes {
    axes: Vec<AxisScale>,
    attributes: Vec<Attribute>,
}

impl SweepAxes {
    /// Axes of points with both a temperature and a wavelength.
    pub(super) fn of_light<'p>(
        study: &Study,
        points: impl Iterator<Item = (&'p ParameterValues, Temperature, Wavelength)> + Clone,
    ) -> Self {
        let mut axes = Self::of_parameters(study, points.clone().map(|p| p.0));
        let temperatures = distinct(points.clone().map(|p| p.1.si()));
        axes.axes.push(AxisScale::numbers(
            "temperature",
            "K",
            "temperature of the guides",
            temperatures,
        ));
        let wavelengths = distinct(points.map(|p| p.2.si()));
        axes.axes.push(AxisScale::numbers(
            "wavelength",
            "m",
            "vacuum wavelength",
            wavelengths,
        ));
        axes
    }

    /// Axes of the parameters that vary; those that do not are attributes.
    pub(super) fn of_parameters<'p>(
        study: &Study,
        points: impl Iterator<Item = &'p ParameterValues>,
    ) -> Self {
        let mut columns: Vec<(String, Dimension, Vec<f64>)> = Vec::new();
        for values in points {
            for named in study.named_values(values) {
                match columns.iter_mut().find(|c| c.0 == named.name) {
                    Some(column) => column.2.push(named.value),
                    None => columns.push((named.name, named.dimension, vec![named.value])),
                }
            }
        }
        let mut sweep = Self {
            axes: Vec::new(),
            attributes: Vec::new(),
        };
        for (name, dimension, values) in columns {
            let values = distinct(values.into_iter());
            match values.as_slice() {
                [one] => sweep
                    .attributes
                    .push(Attribute::number(identifier(&name), *one)),
                _ => sweep.axes.push(AxisScale::numbers(
                    identifier(&name),
                    dimension.to_string(),
                    name,
                    values,
                )),
            }
        }
        sweep
    }

    /// The axes, slowest first.
    pub(super) fn axes(&self) -> &[AxisScale] {
        &self.axes
    }

    /// Values of the parameters that do not vary.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Names of the axes, slowest first, `more` appended.
    pub(super) fn names<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        self.axes
            .iter()
            .map(|axis| axis.name.as_str())
            .chain(more.iter().copied())
            .collect()
    }

    /// Adds the axes and attributes to a group.
    pub(super) fn add_to(&self, mut group: Group) -> Result<Group, TableError> {
        for attribute in &self.attributes {
            group = group.with_attribute(attribute.clone());
        }
        for axis in &self.axes {
            group = group.with_axis(axis.clone())?;
        }
        Ok(group)
    }
}

/// Values in the order of their first appearance.
fn distinct(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut seen: Vec<f64> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}
