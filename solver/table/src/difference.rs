//! Two tables compared: by their error bars, or bit for bit.
//!
//! Two values of one quantity agree where |a − b| ≤ e_a + e_b: each bar is meant to hold the exact value, so bars that do not
//! meet cannot both be right. Round-off of a few units in the last places is let pass ([`ROUND_OFF`]); an error that is not
//! known counts as none. Where the axes differ, the points of each table are looked up in the other, whose interpolation
//! error joins the bars, as far as the hulls overlap.
//!
//! Bit for bit, what two runs of one program must agree in: axes, values, errors, statuses, reasons and maps. Title, time,
//! host and the rest of the provenance are not compared.
//!
//! Test: a table against itself; against one shifted by less and by more than the joint bars; against one on other axes.

use crate::{AxisScale, AxisValues, Coordinate, Group, Lookup, LossTable, Variable};

/// Relative difference that sums in another order may make.
const ROUND_OFF: f64 = 1e-12;

/// What two tables differ in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Groups, axes, variables and maps that only the first, or only the second has; each as "NAME in UNIT".
    pub only_in: [Vec<String>; 2],
    /// Axes that both have, with other coordinates: a difference only bit for bit.
    pub axes: Vec<String>,
    /// What both have.
    pub variables: Vec<VariableDifference>,
    /// Whether bits were compared.
    pub bit_for_bit: bool,
}

/// How a variable, or a component of a map, differs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariableDifference {
    /// "waveguide/wire/effective_index".
    pub path: String,
    /// Values compared.
    pub compared: usize,
    /// Values of one table that the other cannot tell: outside its hull, beside a failure.
    pub not_compared: usize,
    /// Values that differ: beyond the joint bars, or in any bit.
    pub values: usize,
    /// Statuses that differ.
    pub statuses: usize,
    /// Errors and reasons that differ, bit for bit.
    pub companions: usize,
    /// The largest difference by the joint bars, if any two values are not equal.
    pub largest: Option<LargestDifference>,
}

/// Where two values differ most.
#[derive(Clone, Debug, PartialEq)]
pub struct LargestDifference {
    /// |a − b| over the joint bars: beyond 1 the tables contradict each other.
    pub ratio: f64,
    /// Where: "wavelength = 1.31e-6 m, mode = 0.0".
    pub at: String,
    /// The values of the first and the second table.
    pub values: [f64; 2],
    /// The sum of all bars.
    pub bar: f64,
}

impl Difference {
    /// Whether the tables agree.
    pub fn is_none(&self) -> bool {
        self.only_in.iter().all(Vec::is_empty)
            && self.variables.iter().all(VariableDifference::is_none)
            && (self.axes.is_empty() || !self.bit_for_bit)
    }
}

impl VariableDifference {
    /// Whether the tables agree in it; without a point in common they do not.
    pub fn is_none(&self) -> bool {
        let differing = self.values + self.statuses + self.companions;
        differing == 0 && (self.compared > 0 || self.not_compared == 0)
    }

    /// Takes two values into account. Those that are no numbers are told by their statuses.
    fn compare(&mut self, values: [f64; 2], bar: f64, at: impl FnOnce() -> String) {
        let [a, b] = values;
        self.compared += 1;
        if a == b || a.is_nan() || b.is_nan() {
            return;
        }
        let bar = bar + ROUND_OFF * a.abs().max(b.abs());
        let ratio = if a.is_finite() && b.is_finite() {
            (a - b).abs() / bar
        } else {
            f64::INFINITY
        };
        self.values += usize::from(ratio > 1.0);
        if self.largest.as_ref().is_none_or(|l| ratio > l.ratio) {
            self.largest = Some(LargestDifference {
                ratio,
                at: at(),
                values,
                bar,
            });
        }
    }
}

impl LossTable {
    /// What this table and `other` differ in beyond their error bars.
    pub fn difference(&self, other: &Self) -> Difference {
        self.compare(other, false)
    }

    /// What this table and `other` differ in, bit for bit.
    pub fn difference_in_bits(&self, other: &Self) -> Difference {
        self.compare(other, true)
    }

    fn compare(&self, other: &Self, bit_for_bit: bool) -> Difference {
        let mut difference = Difference {
            bit_for_bit,
            ..Difference::default()
        };
        let paths = [self, other].map(|t| t.groups.iter().map(|g| g.path.clone()).collect());
        difference.alone(paths);
        for first in &self.groups {
            if let Some(second) = other.group(&first.path) {
                difference.groups(first, second);
            }
        }
        difference.fields(self, other);
        difference
    }
}

impl Difference {
    /// Notes names that only one list has.
    fn alone(&mut self, names: [Vec<String>; 2]) {
        for (only, [here, there]) in self
            .only_in
            .iter_mut()
            .zip([[&names[0], &names[1]], [&names[1], &names[0]]])
        {
            only.extend(here.iter().filter(|name| !there.contains(name)).cloned());
        }
    }

    fn groups(&mut self, first: &Group, second: &Group) {
        let axes = [first, second].map(|g| {
            let axes = g.axes.iter();
            axes.map(|a| in_unit(&g.path, &a.name, &a.units)).collect()
        });
        self.alone(axes);
        let variables = [first, second].map(|g| {
            let variables = g.variables.iter();
            variables
                .map(|v| in_unit(&g.path, &v.name, &v.units))
                .collect()
        });
        self.alone(variables);
        for axis in &first.axes {
            let twin = second
                .axis(&axis.name)
                .filter(|twin| twin.units == axis.units);
            if twin.is_some_and(|twin| !same_axis(axis, twin, self.bit_for_bit)) {
                self.axes.push(format!("{}/{}", first.path, axis.name));
            }
        }
        for a in &first.variables {
            if let Some(b) = second.variable(&a.name).filter(|b| b.units == a.units) {
                self.variable([first, second], [a, b]);
            }
        }
    }

    fn variable(&mut self, groups: [&Group; 2], [a, b]: [&Variable; 2]) {
        let mut found = VariableDifference {
            path: format!("{}/{}", groups[0].path, a.name),
            ..VariableDifference::default()
        };
        let same_axis = |name: &String| {
            let [first, second] = groups.map(|group| group.axis(name));
            first
                .zip(second)
                .is_some_and(|(a, b)| same_axis(a, b, false))
        };
        if a.axes == b.axes && a.values.len() == b.values.len() && a.axes.iter().all(same_axis) {
            self.point_by_point(&mut found, groups[0], [a, b]);
        } else if self.bit_for_bit {
            found.not_compared = a.values.len().max(b.values.len());
            found.values = found.not_compared;
        } else {
            look_up_in_other(&mut found, groups, [a, b]);
            look_up_in_other(&mut found, [groups[1], groups[0]], [b, a]);
        }
        self.variables.push(found);
    }

    fn point_by_point(&self, found: &mut VariableDifference, group: &Group, both: [&Variable; 2]) {
        let [a, b] = both;
        for entry in 0..a.values.len() {
            let values = both.map(|v| v.values[entry]);
            let at = || group.place(a, entry);
            found.statuses += usize::from(a.status[entry] != b.status[entry]);
            if self.bit_for_bit {
                let reasons = both.map(|v| v.reason.get(entry).map_or("", String::as_str));
                let errors = both.map(|v| v.error.as_ref().map(|e| canonical(e[entry])));
                found.companions +=
                    usize::from(errors[0] != errors[1]) + usize::from(reasons[0] != reasons[1]);
                let bits = values.map(canonical);
                let before = found.values;
                found.compare(values, 0.0, at);
                found.values = before + usize::from(bits[0] != bits[1]);
            } else {
                found.compare(values, known(a, entry) + known(b, entry), at);
            }
        }
    }

    /// Maps have no bars: only their bits are compared.
    fn fields(&mut self, first: &LossTable, second: &LossTable) {
        let paths = [first, second].map(|t| {
            t.fields
                .iter()
                .map(|f| format!("fields/{}", f.path))
                .collect()
        });
        self.alone(paths);
        if !self.bit_for_bit {
            return;
        }
        for a in &first.fields {
            let Some(b) = second.fields.iter().find(|b| b.path == a.path) else {
                continue;
            };
            for (x, y) in [(&a.x, &b.x), (&a.y, &b.y)] {
                if x.name != y.name || !same_axis(x, y, true) {
                    self.axes.push(format!("fields/{}/{}", a.path, x.name));
                }
            }
            let names = [a, b].map(|f| {
                let path = format!("fields/{}", f.path);
                let components = f.components.iter();
                components
                    .map(|c| in_unit(&path, &c.name, &c.units))
                    .collect()
            });
            self.alone(names);
            for component in &a.components {
                let Some(twin) = b.components.iter().find(|c| c.name == component.name) else {
                    continue;
                };
                let bits = [component, twin].map(|c| c.values.iter().map(|&v| canonical(v)));
                let [one, other] = bits;
                let total = component.values.len().max(twin.values.len());
                let equal = one.zip(other).filter(|(a, b)| a == b).count();
                self.variables.push(VariableDifference {
                    path: format!("fields/{}/{}", a.path, component.name),
                    compared: total,
                    values: total - equal,
                    ..VariableDifference::default()
                });
            }
        }
    }
}

/// The points of `variables[0]` in the other's table.
fn look_up_in_other(
    found: &mut VariableDifference,
    groups: [&Group; 2],
    [here, there]: [&Variable; 2],
) {
    let lookup = Lookup::new(groups[1], &there.name);
    for entry in 0..here.values.len() {
        let coordinates: Vec<(&str, Coordinate<'_>)> = groups[0]
            .coordinates(here, entry)
            .map(|(axis, i)| (axis.name.as_str(), axis.coordinate(i)))
            .collect();
        let looked = lookup
            .as_ref()
            .ok()
            .and_then(|lookup| lookup.at(&lookup.point(&coordinates).ok()?).ok());
        match looked {
            Some(looked) if !looked.value.is_nan() && !here.values[entry].is_nan() => {
                let error = if looked.error.is_nan() {
                    0.0
                } else {
                    looked.error
                };
                let bar = known(here, entry) + error + looked.interpolation_error;
                let at = || groups[0].place(here, entry);
                found.compare([here.values[entry], looked.value], bar, at);
            }
            _ => found.not_compared += 1,
        }
    }
}

/// The error of a value, none where it is not known.
fn known(variable: &Variable, entry: usize) -> f64 {
    let error = variable.error.as_ref().map_or(0.0, |error| error[entry]);
    if error.is_nan() { 0.0 } else { error }
}

/// The bits of a number, those of every NaN alike.
fn canonical(number: f64) -> u64 {
    if number.is_nan() {
        f64::NAN.to_bits()
    } else {
        number.to_bits()
    }
}

fn same_axis(a: &AxisScale, b: &AxisScale, to_the_bit: bool) -> bool {
    let same = |(x, y): (&f64, &f64)| {
        x.to_bits() == y.to_bits()
            || !to_the_bit && (x - y).abs() <= ROUND_OFF * x.abs().max(y.abs())
    };
    a.len() == b.len()
        && match (&a.values, &b.values) {
            (AxisValues::Numbers(a), AxisValues::Numbers(b)) => a.iter().zip(b).all(same),
            (AxisValues::Text(a), AxisValues::Text(b)) => a == b,
            _ => false,
        }
}

fn in_unit(path: &str, name: &str, unit: &str) -> String {
    if unit.is_empty() {
        format!("{path}/{name}")
    } else {
        format!("{path}/{name} in {unit}")
    }
}
