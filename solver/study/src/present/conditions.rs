//! What distinguishes the points of a table: as columns, as labels, and what they share.

use cpo_materials::{Dimension, Quantity, Temperature, Wavelength};

use super::Context;
use super::cells::missing;
use crate::figures::DisplayUnit;
use crate::report::{Cell, Column, significant};
use crate::study::{ParameterId, ParameterValues, Study};

/// Name of the temperature that heat leaves to.
const AMBIENT: &str = "ambient";

/// What a condition is, which says how it is shown.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Wavelength,
    Temperature,
    /// Of a parameter of the study, with its value as a person reads it.
    Parameter(Dimension, String),
    Word(String),
}

/// One condition of a point.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    name: String,
    kind: Kind,
    /// SI; 0 for a word.
    value: f64,
    /// The parameter behind it, if it is one.
    parameter: Option<ParameterId>,
}

impl Condition {
    /// Value with its unit.
    fn text(&self) -> String {
        let number = |unit: DisplayUnit| {
            let space = if unit.symbol == "°" { "" } else { " " };
            let number = significant(unit.show(self.value), 6);
            format!("{number}{space}{}", unit.symbol)
                .trim_end()
                .to_owned()
        };
        match &self.kind {
            Kind::Wavelength => number(DisplayUnit::NANOMETRE),
            Kind::Temperature => number(DisplayUnit::CELSIUS),
            Kind::Word(word) => word.clone(),
            Kind::Parameter(dimension, text) => match unit_of(*dimension, self.value) {
                Some(unit) => number(unit),
                None => text.clone(),
            },
        }
    }

    /// "1310 nm", "85 °C", "tip_width = 250 nm".
    fn labelled(&self) -> String {
        match self.kind {
            Kind::Parameter(..) => format!("{} = {}", self.name, self.text()),
            // There are several temperatures about heat.
            Kind::Temperature if self.name == AMBIENT => format!("{AMBIENT} {}", self.text()),
            _ => self.text(),
        }
    }
}

/// The unit of a parameter, where its dimension leaves no doubt.
fn unit_of(dimension: Dimension, largest: f64) -> Option<DisplayUnit> {
    match dimension {
        Dimension::LENGTH if largest.abs() < 1e-6 => Some(DisplayUnit::NANOMETRE),
        Dimension::LENGTH => Some(DisplayUnit::for_length(largest.abs())),
        Dimension::CURRENT => Some(DisplayUnit::MILLIAMPERE),
        Dimension::POWER => Some(DisplayUnit::MILLIWATT),
        Dimension::ANGLE => Some(DisplayUnit::DEGREE),
        Dimension::NONE => Some(DisplayUnit::ONE),
        _ => None,
    }
}

/// Conditions of the points of one table.
pub(super) struct Conditions {
    /// Names of all conditions, in order, with whether they vary.
    names: Vec<(String, bool)>,
    points: Vec<Vec<Condition>>,
}

impl Conditions {
    fn new(mut points: Vec<Vec<Condition>>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for condition in points.iter().flatten() {
            if !names.contains(&condition.name) {
                names.push(condition.name.clone());
            }
        }
        // A value in place is called by its last key where that says enough.
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let lasts: Vec<String> = names.iter().map(|name| last(name)).collect();
        let short = |name: &String| {
            let alone = lasts.iter().filter(|&other| *other == last(name)).count() == 1;
            if alone { last(name) } else { name.clone() }
        };
        for condition in points.iter_mut().flatten() {
            condition.name = short(&condition.name);
        }
        let names = names
            .iter()
            .map(|name| {
                let name = short(name);
                let of = |p: &Vec<Condition>| p.iter().find(|c| c.name == name).cloned();
                let first = points.first().and_then(of);
                let varies = points.iter().any(|p| of(p) != first);
                (name, varies)
            })
            .collect();
        Self { names, points }
    }

    fn get(&self, point: usize, name: &str) -> Option<&Condition> {
        self.points.get(point)?.iter().find(|c| c.name == name)
    }

    fn varying(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|(_, varies)| *varies)
            .map(|(name, _)| name.as_str())
    }

    /// The unit of a column: that which suits its largest value.
    fn unit(&self, name: &str) -> Option<DisplayUnit> {
        let all = (0..self.points.len()).filter_map(|p| self.get(p, name));
        let largest = all.clone().map(|c| c.value.abs()).fold(0.0, f64::max);
        match all.map(|c| &c.kind).next()? {
            Kind::Wavelength => Some(DisplayUnit::NANOMETRE),
            Kind::Temperature => Some(DisplayUnit::CELSIUS),
            Kind::Parameter(dimension, _) => unit_of(*dimension, largest),
            Kind::Word(_) => None,
        }
    }

    /// A column for each condition that varies.
    pub(super) fn columns(&self) -> Vec<Column> {
        self.varying()
            .map(|name| Column::new(name, self.unit(name).map_or("", |unit| unit.symbol)))
            .collect()
    }

    /// The cells of these columns for the `point`-th point.
    pub(super) fn cells(&self, point: usize) -> Vec<Cell> {
        self.varying()
            .map(|name| match (self.get(point, name), self.unit(name)) {
                (Some(condition), Some(unit)) => Cell::number(condition.value, unit),
                (Some(condition), None) => Cell::text(condition.text()),
                (None, _) => missing(),
            })
            .collect()
    }

    /// What all points share: "1550 nm, 25 °C"; may be empty.
    pub(super) fn shared(&self) -> String {
        let fixed = self.names.iter().filter(|(_, varies)| !varies);
        let texts: Vec<String> = fixed
            .filter_map(|(name, _)| self.get(0, name))
            .map(Condition::labelled)
            .collect();
        texts.join(", ")
    }

    /// All conditions of a point.
    pub(super) fn label(&self, point: usize) -> String {
        let texts: Vec<String> = self.points[point].iter().map(Condition::labelled).collect();
        texts.join(", ")
    }

    /// All conditions of a point in a cell, which breaks between them only.
    pub(super) fn cell(&self, point: usize) -> Cell {
        let whole = |c: &Condition| c.labelled().replace(' ', "\u{a0}");
        let texts: Vec<String> = self.points[point].iter().map(whole).collect();
        Cell::text(texts.join(", "))
    }

    /// Those that vary, wavelength apart: the name of a series over wavelength.
    pub(super) fn series(&self, point: usize) -> String {
        self.series_without(point, None)
    }

    /// The same without the parameter that the series runs over.
    pub(super) fn series_without(&self, point: usize, over: Option<ParameterId>) -> String {
        let texts: Vec<String> = self
            .varying()
            .filter_map(|name| self.get(point, name))
            .filter(|c| c.kind != Kind::Wavelength)
            .filter(|c| over.is_none() || c.parameter != over)
            .map(Condition::labelled)
            .collect();
        texts.join(", ")
    }

    /// The wavelength of a point, m.
    pub(super) fn wavelength(&self, point: usize) -> Option<f64> {
        let of = self.points.get(point)?;
        of.iter()
            .find(|c| c.kind == Kind::Wavelength)
            .map(|c| c.value)
    }

    /// Points whose wavelength is the one nearest to the middle of the band; all without a wavelength.
    pub(super) fn at_band_centre(&self) -> Vec<usize> {
        let all: Vec<f64> = (0..self.points.len())
            .filter_map(|p| self.wavelength(p))
            .collect();
        let (lowest, highest) = all
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, u), &w| {
                (l.min(w), u.max(w))
            });
        let centre = 0.5 * (lowest + highest);
        let off = |w: f64| (w - centre).abs();
        let nearest = all
            .iter()
            .copied()
            .min_by(|a, b| off(*a).total_cmp(&off(*b)));
        (0..self.points.len())
            .filter(|&p| self.wavelength(p) == nearest)
            .collect()
    }

    /// Points with the conditions of `point`, wavelength apart, in their order.
    pub(super) fn over_wavelength(&self, point: usize) -> Vec<usize> {
        let rest = |p: usize| -> Vec<&Condition> {
            let all = self.points[p].iter();
            all.filter(|c| c.kind != Kind::Wavelength).collect()
        };
        (0..self.points.len())
            .filter(|&p| rest(p) == rest(point))
            .collect()
    }

    /// One point for each set of conditions that differ in more than wavelength.
    pub(super) fn without_wavelength(&self) -> Vec<usize> {
        (0..self.points.len())
            .filter(|&p| self.over_wavelength(p).first() == Some(&p))
            .collect()
    }
}

fn condition(name: &str, kind: Kind, value: f64) -> Condition {
    Condition {
        name: name.to_owned(),
        kind,
        value,
        parameter: None,
    }
}

/// The parameters of a point except for `shown`, which stand on their own.
fn parameters(
    study: &Study,
    values: &ParameterValues,
    shown: &[Option<ParameterId>],
) -> Vec<Condition> {
    values
        .iter()
        .filter(|(id, _)| !shown.contains(&Some(*id)))
        .filter_map(|(id, value)| {
            let parameter = study.parameters.get(id.0)?;
            let kind = Kind::Parameter(parameter.dimension, parameter.shown(value));
            Some(Condition {
                parameter: Some(id),
                ..condition(&parameter.name, kind, value)
            })
        })
        .collect()
}

impl Context<'_> {
    fn guide_conditions(&self) -> [Option<ParameterId>; 2] {
        [
            self.study.wavelength.and_then(|w| w.parameter()),
            self.study.temperature.parameter(),
        ]
    }

    /// Parameters, temperature and wavelength of a point.
    fn of_light(
        &self,
        values: &ParameterValues,
        temperature: Temperature,
        wavelength: Wavelength,
    ) -> Vec<Condition> {
        let mut all = parameters(self.study, values, &self.guide_conditions());
        all.push(condition(
            "temperature",
            Kind::Temperature,
            temperature.si(),
        ));
        all.push(condition("wavelength", Kind::Wavelength, wavelength.si()));
        all
    }

    /// Points of `[modes.NAME]`: their places in the plan and their conditions.
    pub(super) fn mode_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.modes, |p| p.modes == name);
        let conditions = places.iter().map(|&m| {
            let point = &self.plan.modes[m];
            self.of_light(&point.values, point.temperature, point.wavelength)
        });
        let conditions = Conditions::new(conditions.collect());
        (places, conditions)
    }

    /// Points of `[coupling.NAME]`.
    pub(super) fn coupling_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.couplings, |p| p.coupling == name);
        let conditions = places.iter().map(|&c| {
            let point = &self.plan.couplings[c];
            self.of_light(&point.values, point.temperature, point.wavelength)
        });
        let conditions = Conditions::new(conditions.collect());
        (places, conditions)
    }

    /// Points of `[grating.NAME]`, each of all wavelengths.
    pub(super) fn grating_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.gratings, |p| p.grating == name);
        let conditions = places.iter().map(|&g| {
            let point = &self.plan.gratings[g];
            let [_, temperature] = self.guide_conditions();
            let mut all = parameters(self.study, &point.values, &[temperature]);
            let at = point.temperature.si();
            all.push(condition("temperature", Kind::Temperature, at));
            all
        });
        let conditions = Conditions::new(conditions.collect());
        (places, conditions)
    }

    /// Points of `[taper.NAME]`, each of all lengths.
    pub(super) fn taper_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.tapers, |p| p.taper == name);
        let conditions = places.iter().map(|&t| {
            let point = &self.plan.tapers[t];
            self.of_light(&point.values, point.temperature, point.wavelength)
        });
        let conditions = Conditions::new(conditions.collect());
        (places, conditions)
    }

    fn heat_conditions(&self, h: usize) -> Vec<Condition> {
        let point = &self.plan.heats[h];
        let table = self.study.heat_table(&point.heat);
        let shown = table.map_or(None, |t| t.ambient.parameter());
        let mut all = parameters(self.study, &point.values, &[shown]);
        all.push(condition(AMBIENT, Kind::Temperature, point.ambient.si()));
        all
    }

    /// Points of `[heat.NAME]`.
    pub(super) fn heat_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.heats, |p| p.heat == name);
        let conditions = places.iter().map(|&h| self.heat_conditions(h)).collect();
        (places, Conditions::new(conditions))
    }

    /// Points of `[laser.NAME]`; the heat problem is their first condition.
    pub(super) fn laser_points(&self, name: &str) -> (Vec<usize>, Conditions) {
        let places = places(&self.plan.lasers, |p| p.laser == name);
        let conditions = places.iter().map(|&l| {
            let point = &self.plan.lasers[l];
            let heat = &self.plan.heats[point.heat];
            let mut all = vec![condition("cooling", Kind::Word(heat.heat.clone()), 0.0)];
            let of_heat = self.heat_conditions(point.heat);
            let table = self.study.heat_table(&heat.heat);
            let shown = table.map_or(None, |t| t.ambient.parameter());
            let of_laser = parameters(self.study, &point.values, &[shown]);
            let new = of_laser.into_iter().filter(|c| !of_heat.contains(c));
            let new: Vec<Condition> = new.collect();
            all.extend(of_heat);
            all.extend(new);
            all
        });
        let conditions = Conditions::new(conditions.collect());
        (places, conditions)
    }
}

fn places<P>(points: &[P], belongs: impl Fn(&P) -> bool) -> Vec<usize> {
    let all = points.iter().enumerate();
    all.filter(|(_, p)| belongs(p)).map(|(i, _)| i).collect()
}
