//! The table's group laser/NAME_HEAT_light: what lasers take for equal light, against the chip's temperature T and the share u of
//! the most light that all bring at once.
//!
//! P_r(T) is linear between temperatures; at u = P/P_r numbers are linear in T and, in √(1 − u), in which they are smooth up to the
//! rollover at u = 1, those of the cubic through the four nearest shares. Beyond it no laser brings the light. Outside the map's temperatures, and between the last with light and the
//! first without, nothing is said.
//!
//! Error bars of thermal resistances are those of a chip whose temperature is known to ± δ, which the map holds: a laser at the place
//! d in −1..1 within them is one at T + d δ.

use cpo_table::{AttributeValue, AxisValues, Group, LossTable, Variable};

use super::{ArrheniusLaw, OperatingPoint, Operation};
use crate::Standing;
use crate::error::LinkError;

/// Axes of the map's variables.
const AXES: [&str; 3] = ["laser", "base_temperature", "light_share"];

/// Lasers driven to equal light, over the chip's temperature and the share of the most light.
#[derive(Clone, Debug, PartialEq)]
pub struct LaserMap {
    path: String,
    base_temperatures: Vec<f64>,
    /// √(1 − u), falling to 0 at rollover.
    depths: Vec<f64>,
    /// P_r, W, by temperature.
    rollover: Vec<f64>,
    /// Mean over lasers, W, by temperature, then share, as all that follow.
    electrical_power: Vec<f64>,
    /// Mean over lasers, A.
    current: Vec<f64>,
    /// Of the warmest laser, K.
    junction: Vec<f64>,
    /// δ, K.
    temperature_error: Vec<f64>,
    /// Logarithm of the mean over lasers, 1/s, where the study states how they age: rates span decades between two shares.
    log_failure_rate: Option<Vec<f64>>,
    status: Vec<Standing>,
    lasers: Option<f64>,
    ageing: Option<ArrheniusLaw>,
    /// Drive current at which that law's rate holds, where the rate depends on it, A.
    ageing_current: Option<f64>,
}

impl LaserMap {
    /// Reads the group of that path.
    ///
    /// # Errors
    /// [`LinkError`] for a group, variable or axis that the table lacks, and axes that do not rise.
    pub fn read(table: &LossTable, path: &str) -> Result<Self, LinkError> {
        let group = table.group(path).ok_or_else(|| {
            let array = path.strip_suffix("_light");
            match array.and_then(|array| table.group(array)) {
                Some(array) => LinkError::Table {
                    place: path.to_owned(),
                    problem: why_there_is_none(array),
                },
                None => LinkError::unknown(
                    "group of the table",
                    path,
                    table.groups.iter().map(|g| g.path.as_str()),
                ),
            }
        })?;
        let lasers = match axis(group, "laser")? {
            AxisValues::Text(names) => names.len(),
            AxisValues::Numbers(_) => return Err(bad(group, "laser", "it must be names")),
        };
        let base_temperatures = rising(group, "base_temperature")?;
        let shares = rising(group, "light_share")?;
        if shares[0] != 0.0 || shares[shares.len() - 1] != 1.0 {
            let problem = "it must run from 0, threshold, to 1, rollover";
            return Err(bad(group, "light_share", problem));
        }
        let shape = [lasers, base_temperatures.len(), shares.len()];
        let (rollover, of_rollover) = in_order(group, "rollover_power", &AXES[1..2], &shape[1..2])?;
        let mut status: Vec<Standing> = of_rollover
            .iter()
            .flat_map(|&standing| std::iter::repeat_n(standing, shares.len()))
            .collect();
        let mut over_shares = |name: &str| {
            let (values, standing) = in_order(group, name, &AXES[1..], &shape[1..])?;
            for (all, own) in status.iter_mut().zip(standing) {
                *all = (*all).max(own);
            }
            Ok::<_, LinkError>(values)
        };
        let electrical_power = over_shares("mean_electrical_power")?;
        let current = over_shares("mean_current")?;
        let temperature_error = over_shares("temperature_error")?;
        let failure_rate = match group.variable("mean_failure_rate") {
            Some(_) => Some(in_order(group, "mean_failure_rate", &AXES[1..], &shape[1..])?.0),
            None => None,
        };
        let (junctions, of_junctions) = in_order(group, "junction_temperature", &AXES, &shape)?;
        let points = shape[1] * shape[2];
        let mut junction = vec![f64::NEG_INFINITY; points];
        for (k, (kelvin, own)) in junctions.into_iter().zip(of_junctions).enumerate() {
            let warmest = &mut junction[k % points];
            // one that is not known leaves the warmest unknown
            *warmest = match kelvin > *warmest || kelvin.is_nan() {
                true => kelvin,
                false => *warmest,
            };
            status[k % points] = status[k % points].max(own);
        }
        let number = |name: &str| {
            let found = group.attributes.iter().find(|a| a.name == name)?;
            match found.value {
                AttributeValue::Number(value) => Some(value),
                _ => None,
            }
        };
        let ageing = || {
            Some(ArrheniusLaw {
                failure_rate: number("ageing_failure_rate")?,
                activation_energy: number("ageing_activation_energy")?,
                reference_temperature: number("ageing_junction_temperature")?,
            })
        };
        Ok(Self {
            ageing: ageing(),
            ageing_current: number("ageing_current"),
            lasers: number("lasers_of_the_array"),
            log_failure_rate: failure_rate
                .filter(|rates| rates.iter().any(|r| !r.is_nan()))
                .map(|rates| rates.iter().map(|r| log_rate(*r)).collect()),
            path: path.to_owned(),
            depths: shares.iter().map(|u| (1.0 - u).sqrt()).collect(),
            base_temperatures,
            rollover,
            electrical_power,
            current,
            junction,
            temperature_error,
            status,
        })
    }

    /// Path of the group.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Lasers of the array that was mapped, where the table says so.
    pub fn lasers(&self) -> Option<f64> {
        self.lasers
    }

    /// How its lasers age, where the study states it.
    pub fn ageing(&self) -> Option<&ArrheniusLaw> {
        self.ageing.as_ref()
    }

    /// Drive current at which that law's rate holds, where the rate depends on it, A.
    pub fn ageing_current(&self) -> Option<f64> {
        self.ageing_current
    }

    /// Least and largest base temperature at which lasers anywhere within the error bars are on the map, K.
    pub fn base_range(&self) -> [f64; 2] {
        let errors = self.temperature_error.iter().copied();
        let most = errors.filter(|kelvin| !kelvin.is_nan()).fold(0.0, f64::max);
        let last = self.base_temperatures[self.base_temperatures.len() - 1];
        [self.base_temperatures[0] + most, last - most]
    }

    /// The most light that every laser brings at the base temperature `base` K, at the place `deviation` within error bars; NaN off
    /// the map.
    pub fn most_power(&self, deviation: f64, base: f64) -> f64 {
        let shifted = self.shifted(deviation, f64::INFINITY, base);
        self.place(shifted)
            .map_or(f64::NAN, |(k, t)| self.rollover_at(k, t))
    }

    /// The state of all lasers with `power` W each at the base temperature `base` K, at the place `deviation` within error bars.
    pub fn operate(&self, deviation: f64, power: f64, base: f64) -> Operation {
        let shifted = self.shifted(deviation, power, base);
        let Some((k, t)) = self.place(shifted) else {
            return Operation::OffTheMap;
        };
        let most = self.rollover_at(k, t);
        if most.is_nan() {
            return Operation::OffTheMap;
        }
        if power > most || most <= 0.0 {
            return Operation::RolledOver;
        }
        let depth = (1.0 - power / most).sqrt();
        let at = |values: &[f64]| self.between(values, (k, t), depth);
        let (current, electrical_power) = (at(&self.current), at(&self.electrical_power));
        if electrical_power.is_nan() {
            return Operation::OffTheMap; // some of its points have no light
        }
        Operation::Running(OperatingPoint {
            power,
            current,
            voltage: electrical_power / current,
            electrical_power,
            junction_temperature: at(&self.junction),
            failure_rate: self.log_failure_rate.as_ref().map(|rates| at(rates).exp()),
            status: self.worst_status(k, depth),
        })
    }

    /// T + d δ; δ is nil where the map has none.
    fn shifted(&self, deviation: f64, power: f64, base: f64) -> f64 {
        if deviation == 0.0 {
            return base;
        }
        let Some((k, t)) = self.place(base) else {
            return base;
        };
        let share = (power / self.rollover_at(k, t)).min(1.0);
        if share.is_nan() {
            return base;
        }
        match self.between(&self.temperature_error, (k, t), (1.0 - share).sqrt()) {
            error if error.is_nan() => base,
            error => base + deviation * error,
        }
    }

    /// The base temperature's place: point `k` and the weight of the next one.
    fn place(&self, base: f64) -> Option<(usize, f64)> {
        let temperatures = &self.base_temperatures;
        let [first, last] = [temperatures[0], temperatures[temperatures.len() - 1]];
        let above = temperatures.partition_point(|&t| t <= base);
        let k = above.clamp(1, temperatures.len() - 1) - 1;
        let t = (base - temperatures[k]) / (temperatures[k + 1] - temperatures[k]);
        (first..=last).contains(&base).then_some((k, t))
    }

    /// The share whose depth √(1 − u) is at least that and the next one's at most.
    fn cell(&self, depth: f64) -> usize {
        let before = self.depths.partition_point(|&d| d >= depth);
        before.clamp(1, self.depths.len() - 1) - 1
    }

    fn rollover_at(&self, k: usize, t: f64) -> f64 {
        blend(t, self.rollover[k], self.rollover[k + 1])
    }

    /// A number between temperature `k` and the next, whose weight is `t`, at the depth √(1 − u).
    fn between(&self, values: &[f64], (k, t): (usize, f64), depth: f64) -> f64 {
        let n = self.depths.len();
        let i = self.cell(depth);
        let near = i.saturating_sub(1)..(i + 3).min(n);
        let row = |k: usize| {
            cubic(
                &self.depths[near.clone()],
                &values[k * n..][near.clone()],
                depth,
            )
        };
        match t {
            0.0 => row(k), // the next temperature may be without light
            t => blend(t, row(k), row(k + 1)),
        }
    }

    /// Worst standing of the four points about it, values that are not there aside.
    fn worst_status(&self, k: usize, depth: f64) -> Standing {
        let n = self.depths.len();
        let i = self.cell(depth);
        let corners = [
            k * n + i,
            k * n + i + 1,
            (k + 1) * n + i,
            (k + 1) * n + i + 1,
        ];
        let standings = corners.map(|at| self.status[at]);
        let known = standings.into_iter().filter(|&s| s < Standing::Infeasible);
        known.max().unwrap_or_default()
    }
}

/// Why lasers have no map: it belongs to one point, and tables of schema 1 hold none.
fn why_there_is_none(array: &Group) -> String {
    let of_its_own = ["laser", "time"];
    let swept = array
        .axes
        .iter()
        .filter(|axis| axis.len() > 1 && !of_its_own.contains(&axis.name.as_str()));
    let swept: Vec<String> = swept
        .map(|axis| format!("{} of {}", axis.len(), axis.name))
        .collect();
    if swept.is_empty() {
        return String::from(
            "it is not there: the table is of an earlier version; run its study again",
        );
    }
    format!(
        "it is not there: a map belongs to one point, and these lasers have several, {}; run the study again with one value for each",
        swept.join(", ")
    )
}

/// The polynomial through those few points, by Lagrange's formula.
fn cubic(x: &[f64], y: &[f64], at: f64) -> f64 {
    let term = |i: usize| {
        let others = (0..x.len()).filter(|&j| j != i);
        others.fold(y[i], |term, j| term * (at - x[j]) / (x[i] - x[j]))
    };
    (0..x.len()).map(term).sum()
}

/// ln of a rate; of none that of the least number, so that between points it stays a number, and NaN where there is no rate.
fn log_rate(rate: f64) -> f64 {
    match rate > 0.0 || rate.is_nan() {
        true => rate.ln(),
        false => f64::MIN_POSITIVE.ln(),
    }
}

/// From `a` to `b` by the weight of `b`; a value that is not there matters only where it is used.
fn blend(weight: f64, a: f64, b: f64) -> f64 {
    match weight {
        0.0 => a,
        1.0 => b,
        weight => (1.0 - weight) * a + weight * b,
    }
}

fn bad(group: &Group, axis: &str, problem: &str) -> LinkError {
    LinkError::Table {
        place: format!("{}, axis {axis}", group.path),
        problem: problem.into(),
    }
}

fn axis<'g>(group: &'g Group, name: &str) -> Result<&'g AxisValues, LinkError> {
    group.axis(name).map(|axis| &axis.values).ok_or_else(|| {
        let axes = group.axes.iter().map(|axis| axis.name.as_str());
        LinkError::unknown("axis of the laser map", name, axes)
    })
}

fn rising(group: &Group, name: &str) -> Result<Vec<f64>, LinkError> {
    match axis(group, name)? {
        AxisValues::Numbers(v) if v.len() > 1 && v.windows(2).all(|w| w[0] < w[1]) => Ok(v.clone()),
        _ => Err(bad(group, name, "it must be two or more rising numbers")),
    }
}

/// A variable's values and their standing in the order of `axes`, whatever the order of its own, and the same along those that it
/// lacks.
fn in_order(
    group: &Group,
    name: &str,
    axes: &[&str],
    shape: &[usize],
) -> Result<(Vec<f64>, Vec<Standing>), LinkError> {
    let variable: &Variable = group.variable(name).ok_or_else(|| {
        let all = group.variables.iter().map(|v| v.name.as_str());
        LinkError::unknown("variable of the laser map", name, all)
    })?;
    let mut strides = vec![0; axes.len()];
    let mut stride = 1;
    for name in variable.axes.iter().rev() {
        let k = axes.iter().position(|axis| axis == name);
        let k = k.ok_or_else(|| {
            LinkError::unknown("axis of the laser map", name, axes.iter().copied())
        })?;
        strides[k] = stride;
        stride *= shape[k];
    }
    let place = |mut point: usize| {
        let mut at = 0;
        for (length, stride) in shape.iter().zip(&strides).rev() {
            at += point % length * stride;
            point /= length;
        }
        at
    };
    let points = 0..shape.iter().product();
    Ok((
        points.clone().map(|p| variable.values[place(p)]).collect(),
        points
            .map(|p| Standing::from(variable.status[place(p)]))
            .collect(),
    ))
}
