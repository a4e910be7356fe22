//! A table between its points.
//!
//! With L_k the straight line and C_k the monotone cubic along axis k (see `line`), in several axes
//!
//! f = ∏ L_k f + Σ_k (C_k − L_k) ∏_{j≠k} L_j f ,
//!
//! which is exact at the table's points, is the cubic itself along every line of the grid, does not depend on the order of
//! the axes, and has the order of the full product of cubics: what is left out, (C_j − L_j)(C_k − L_k), is of fourth order.
//! Its price is d 2^{d−1} cubics in place of (4^d − 1)/3.
//!
//! The interpolation error is the sum of the bars along all axes, and of how much each correction varies over the cell's
//! other axes, as if it did so like a parabola. It is an estimate from the table's own points: a peak that falls between two
//! of them is seen by no method. Beside it stands the numerical error, the table's own, interpolated linearly.
//!
//! Outside the hull, and in a cell with a corner that has no value, the answer is NaN with a reason: nothing is extrapolated or
//! clamped. Axes of names are looked up at a name; plain numbers that are all whole (modes, channels) count things, and have
//! nothing in between.
//!
//! Test: sines, exponentials, resonances and products of them on many grids; the true error is within the bar in all but a
//! few in a thousand of the points (`tests/lookup.rs` states the shares).

mod axis;
mod error;
mod line;

use std::borrow::Cow;

use crate::{Group, Status, Variable, nearest};
use axis::{LookupAxis, Place};
pub use error::LookupError;
use line::{CellOfAxis, STENCIL};

/// Axes of several numbers that are interpolated at once: 2⁸ corners.
const MOST_AXES: usize = 8;
/// Lines that are fetched before any is worked on: they are far apart in memory, whose delays then overlap.
const LINES: usize = 8;

/// Where on one axis a variable is looked up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coordinate<'c> {
    /// A number in the axis' own unit (SI).
    Number(f64),
    /// A name.
    Name(&'c str),
}

impl From<f64> for Coordinate<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl<'c> From<&'c str> for Coordinate<'c> {
    fn from(name: &'c str) -> Self {
        Self::Name(name)
    }
}

/// What a table says at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked<'t> {
    /// The value; NaN where there is none.
    pub value: f64,
    /// Numerical error of the table there (half width); NaN where unknown.
    pub error: f64,
    /// Error of the interpolation (half width): 0 at a point of the table.
    pub interpolation_error: f64,
    /// The worst of the points that took part.
    pub status: Status,
    /// That point's reason, or why there is no value; mostly empty.
    pub reason: Cow<'t, str>,
}

impl<'t> Looked<'t> {
    fn absent(status: Status, reason: Cow<'t, str>) -> Self {
        Self {
            value: f64::NAN,
            error: f64::NAN,
            interpolation_error: f64::NAN,
            status,
            reason,
        }
    }

    /// Numerical and interpolation error together: both may lie on the same side.
    pub fn total_error(&self) -> f64 {
        self.error + self.interpolation_error
    }
}

/// A variable prepared for look-up; cheap to make, and to be kept for many queries.
///
/// ```
/// use cpo_table::{AxisScale, Group, Lookup, Variable};
/// let wavelength = AxisScale::numbers("wavelength", "m", "", vec![1.53e-6, 1.55e-6, 1.57e-6]);
/// let group = Group::new("fibre_chip/facet", "").with_axis(wavelength)?;
/// let group = group.with_variable(Variable::new("loss", "dB", "", &["wavelength"], vec![1.0, 1.2, 1.5]))?;
/// let loss = Lookup::new(&group, "loss")?;
/// assert_eq!(loss.at(&[1.55e-6.into()])?.value, 1.2);
/// assert!(loss.at(&[1.60e-6.into()])?.reason.contains("the nearest is 1.57e-6 m"));
/// # Ok::<(), cpo_table::LookupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lookup<'t> {
    group: &'t Group,
    variable: &'t Variable,
    axes: Vec<LookupAxis<'t>>,
}

/// An axis along which a point is between two entries.
#[derive(Clone, Copy)]
struct Crossed<'t> {
    axis: &'t [f64],
    stride: usize,
    cell: usize,
    t: f64,
}

impl<'t> Lookup<'t> {
    /// Prepares the variable `name` of `group`.
    ///
    /// # Errors
    /// [`LookupError::UnknownVariable`]; [`LookupError::Order`] of an axis that neither rises nor falls;
    /// [`LookupError::TooManyAxes`]; a group that contradicts itself.
    pub fn new(group: &'t Group, name: &str) -> Result<Self, LookupError> {
        let names = || group.variables.iter().map(|v| v.name.as_str());
        let variable = group
            .variable(name)
            .ok_or_else(|| LookupError::UnknownVariable {
                group: group.path.clone(),
                name: name.to_owned(),
                known: names().collect::<Vec<_>>().join(", "),
                nearest: nearest(name, names()).map(str::to_owned),
            })?;
        let shape = group.shape(variable)?;
        let place = format!("{}/{}", group.path, variable.name);
        variable.check_lengths(&place, shape.iter().product())?;
        let scales = variable.axes.iter().filter_map(|name| group.axis(name));
        let mut stride = variable.values.len();
        let mut axes = Vec::with_capacity(shape.len());
        for (scale, &length) in scales.zip(&shape) {
            stride /= length;
            axes.push(LookupAxis::new(scale, stride)?);
        }
        let several = axes.iter().filter(|axis| axis.numbers().len() > 1).count();
        if several > MOST_AXES {
            return Err(LookupError::TooManyAxes {
                variable: place,
                found: several,
                most: MOST_AXES,
            });
        }
        Ok(Self {
            group,
            variable,
            axes,
        })
    }

    /// The variable.
    pub fn variable(&self) -> &'t Variable {
        self.variable
    }

    /// The coordinates of [`Lookup::at`] from axes by name, in any order; those of a single entry may be left out.
    ///
    /// # Errors
    /// [`LookupError::UnknownAxis`], [`LookupError::Twice`], and [`LookupError::Missing`] with the range of each axis
    /// that is left out.
    pub fn point<'c>(
        &self,
        named: &[(&str, Coordinate<'c>)],
    ) -> Result<Vec<Coordinate<'c>>, LookupError>
    where
        't: 'c,
    {
        let names = || self.variable.axes.iter().map(String::as_str);
        for (k, (axis, _)) in named.iter().enumerate() {
            if !names().any(|name| name == *axis) {
                return Err(LookupError::UnknownAxis {
                    variable: self.place(),
                    axis: (*axis).to_owned(),
                    known: listed(names()),
                    nearest: nearest(axis, names()).map(str::to_owned),
                });
            }
            if named[..k].iter().any(|(other, _)| other == axis) {
                return Err(LookupError::Twice {
                    axis: (*axis).to_owned(),
                });
            }
        }
        let mut point = Vec::with_capacity(self.axes.len());
        let mut missing = Vec::new();
        for axis in &self.axes {
            let given = named.iter().find(|(name, _)| *name == axis.scale.name);
            match given.map(|given| given.1).or_else(|| axis.only()) {
                Some(coordinate) => point.push(coordinate),
                None => missing.push(format!("{} ({})", axis.scale.name, axis.range())),
            }
        }
        if missing.is_empty() {
            return Ok(point);
        }
        Err(LookupError::Missing {
            variable: self.place(),
            missing: missing.join(", "),
        })
    }

    /// What the table says at one coordinate an axis, in the order of the variable's axes. Allocates only for a reason.
    ///
    /// # Errors
    /// [`LookupError::Count`], [`LookupError::Kind`], [`LookupError::UnknownName`]. Outside the hull is no error: the
    /// answer is then NaN, not computed, with a reason.
    pub fn at(&self, point: &[Coordinate<'_>]) -> Result<Looked<'t>, LookupError> {
        if point.len() != self.axes.len() {
            return Err(LookupError::Count {
                variable: self.place(),
                found: point.len(),
                expected: self.axes.len(),
                axes: listed(self.variable.axes.iter().map(String::as_str)),
            });
        }
        let mut base = 0;
        let nothing = Crossed {
            axis: &[],
            stride: 0,
            cell: 0,
            t: 0.0,
        };
        let mut crossed = [nothing; MOST_AXES];
        let mut several = 0;
        let mut outside = None;
        for (axis, &coordinate) in self.axes.iter().zip(point) {
            match axis.locate(coordinate)? {
                Place::Node(entry) => base += entry * axis.stride,
                Place::Between { cell, t } => {
                    base += cell * axis.stride;
                    crossed[several] = Crossed {
                        axis: axis.numbers(),
                        stride: axis.stride,
                        cell,
                        t,
                    };
                    several += 1;
                }
                Place::Outside(reason) => outside = outside.or(Some(reason)),
            }
        }
        Ok(match outside {
            Some(reason) => Looked::absent(Status::NotComputed, reason.into()),
            None => self.interpolated(base, &crossed[..several]),
        })
    }

    /// The value in the cell whose first corner is entry `base`.
    fn interpolated(&self, base: usize, crossed: &[Crossed<'t>]) -> Looked<'t> {
        let values = &self.variable.values;
        let (mut linear, mut error) = (0.0, 0.0);
        let mut worst = base;
        for corner in 0..1_usize << crossed.len() {
            let (entry, weight) = corner_of(base, crossed, corner, usize::MAX);
            linear += weight * values[entry];
            error += weight * self.variable.error.as_ref().map_or(f64::NAN, |e| e[entry]);
            if self.variable.status[entry] > self.variable.status[worst] {
                worst = entry;
            }
        }
        let status = self.variable.status[worst];
        let reason = self.variable.reason.get(worst).map_or("", String::as_str);
        if status.has_no_value() {
            return Looked::absent(status, reason.into());
        }
        if !linear.is_finite() && !crossed.is_empty() {
            // ∞ stands for no light at all; how it fades towards that is not known.
            let reason = "a neighbouring value is infinite: there is nothing to interpolate";
            return Looked::absent(Status::NotComputed, reason.into());
        }
        let (mut value, mut doubt) = (linear, 0.0);
        let mut fetched = [([0.0; STENCIL], 0.0); LINES];
        for (k, along) in crossed.iter().enumerate() {
            let cell = CellOfAxis::new(along.axis, along.stride, along.cell, along.t);
            let (mut added, mut bar) = (0.0, 0.0);
            let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
            let lines = 1 << (crossed.len() - 1);
            for first in (0..lines).step_by(LINES) {
                let block = first..lines.min(first + LINES);
                for (line, (y, weight)) in block.clone().zip(&mut fetched) {
                    // The corners on the near side of axis k: a zero bit there.
                    let corner = (line >> k << (k + 1)) | (line & ((1 << k) - 1));
                    let entry;
                    (entry, *weight) = corner_of(base, crossed, corner, k);
                    *y = cell.fetch(values, entry);
                }
                for (y, weight) in &fetched[..block.len()] {
                    let line = cell.correction(y);
                    added += weight * line.cubic_minus_linear;
                    bar += weight * line.error;
                    least = least.min(line.cubic_minus_linear);
                    most = most.max(line.cubic_minus_linear);
                }
            }
            let others = crossed.iter().enumerate().filter(|(j, _)| *j != k);
            let hump = others.map(|(_, c)| c.t * (1.0 - c.t)).fold(0.0, f64::max);
            value += added;
            doubt += bar + hump * (most - least);
        }
        Looked {
            value,
            error,
            interpolation_error: doubt,
            status,
            reason: reason.into(),
        }
    }

    fn place(&self) -> String {
        format!("{}/{}", self.group.path, self.variable.name)
    }
}

/// Entry and weight of one corner of a cell: bit k of `corner` says which side of axis k; the axis `without` has no weight.
fn corner_of(base: usize, crossed: &[Crossed<'_>], corner: usize, without: usize) -> (usize, f64) {
    let (mut entry, mut weight) = (base, 1.0);
    for (k, axis) in crossed.iter().enumerate() {
        let far = corner >> k & 1 == 1;
        if far {
            entry += axis.stride;
        }
        if k != without {
            weight *= if far { axis.t } else { 1.0 - axis.t };
        }
    }
    (entry, weight)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return String::from("none");
    }
    names.join(", ")
}
