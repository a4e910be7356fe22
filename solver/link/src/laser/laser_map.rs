//! The table's group laser/NAME_HEAT_map: light, voltage and junction temperature of each laser against current and base
//! temperature, all lasers driven alike.
//!
//! Linear in base temperature and in current between the map's points. A light-current curve is followed up to its top,
//! where the laser rolls over; beyond it no state is taken. Points without a value lie beyond the rollover. Outside the map's
//! base temperatures, and beyond the last current of a curve that still rises there, nothing is said.

use cpo_table::{AxisValues, LossTable, Variable};

use super::{OperatingPoint, Operation};
use crate::Standing;
use crate::error::LinkError;

/// Variables of the map.
const VARIABLES: [&str; 3] = ["optical_power", "voltage", "junction_temperature"];

/// Light, voltage and junction temperature over laser, base temperature and current.
#[derive(Clone, Debug, PartialEq)]
pub struct LaserMap {
    path: String,
    lasers: Vec<String>,
    base_temperatures: Vec<f64>,
    currents: Vec<f64>,
    /// [`VARIABLES`], each laser-major, then base temperature, then current.
    values: [Vec<f64>; 3],
    status: Vec<Standing>,
    /// Failure rate of a laser, laser-major as well, where the study states how lasers age.
    failure_rate: Option<Vec<f64>>,
}

impl LaserMap {
    /// Reads the group of that path.
    ///
    /// # Errors
    /// [`LinkError`] for a group, variable or axis that the table lacks, and axes that do not rise.
    pub fn read(table: &LossTable, path: &str) -> Result<Self, LinkError> {
        let group = table.group(path).ok_or_else(|| {
            LinkError::unknown(
                "group of the table",
                path,
                table.groups.iter().map(|g| g.path.as_str()),
            )
        })?;
        let axis = |name: &str| {
            group.axis(name).map(|axis| &axis.values).ok_or_else(|| {
                let axes = group.axes.iter().map(|axis| axis.name.as_str());
                LinkError::unknown("axis of the laser map", name, axes)
            })
        };
        let rising = |name: &str| match axis(name)? {
            AxisValues::Numbers(v) if v.len() > 1 && v.windows(2).all(|w| w[0] < w[1]) => {
                Ok(v.clone())
            }
            _ => Err(LinkError::Table {
                place: format!("{path}, axis {name}"),
                problem: "it must be two or more rising numbers".into(),
            }),
        };
        let AxisValues::Text(lasers) = axis("laser")? else {
            return Err(LinkError::Table {
                place: format!("{path}, axis laser"),
                problem: "it must be names".into(),
            });
        };
        let (base_temperatures, currents) = (rising("base_temperature")?, rising("current")?);
        let shape = [lasers.len(), base_temperatures.len(), currents.len()];
        let mut status = vec![Standing::Ok; shape.iter().product()];
        let mut values = [Vec::new(), Vec::new(), Vec::new()];
        for (name, column) in VARIABLES.iter().zip(&mut values) {
            let variable = group.variable(name).ok_or_else(|| {
                let all = group.variables.iter().map(|v| v.name.as_str());
                LinkError::unknown("variable of the laser map", name, all)
            })?;
            *column = in_order(variable, shape, &mut status)?;
        }
        let failures = group.variable("failure_rate").map(|variable| {
            let mut unused = vec![Standing::Ok; status.len()]; // absent rates mark no light
            in_order(variable, shape, &mut unused)
        });
        let failure_rate = failures.transpose()?;
        Ok(Self {
            failure_rate: failure_rate.filter(|rates| rates.iter().any(|r| !r.is_nan())),
            path: path.to_owned(),
            lasers: lasers.clone(),
            base_temperatures,
            currents,
            values,
            status,
        })
    }

    /// Path of the group.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Least and largest base temperature, K.
    pub fn base_range(&self) -> [f64; 2] {
        [
            self.base_temperatures[0],
            self.base_temperatures[self.base_temperatures.len() - 1],
        ]
    }

    /// Light, voltage and junction temperature of a laser along the currents, at a base temperature between point `k` and
    /// the next with weight `t`.
    fn curves(&self, laser: usize, k: usize, t: f64) -> [Vec<f64>; 3] {
        let n = self.currents.len();
        std::array::from_fn(|v| {
            (0..n)
                .map(|i| self.between(&self.values[v], laser, k, t, i))
                .collect()
        })
    }

    /// One of those values at current `i`.
    fn between(&self, values: &[f64], laser: usize, k: usize, t: f64, i: usize) -> f64 {
        let at =
            |k: usize| values[(laser * self.base_temperatures.len() + k) * self.currents.len() + i];
        match t {
            // a point without a value matters only where it is used
            0.0 => at(k),
            1.0 => at(k + 1),
            t => (1.0 - t) * at(k) + t * at(k + 1),
        }
    }

    /// The base temperature's place: point `k` and the weight of the next one.
    fn place(&self, base: f64) -> Option<(usize, f64)> {
        let [first, last] = self.base_range();
        let temperatures = &self.base_temperatures;
        let above = temperatures.partition_point(|&t| t <= base);
        let k = above.clamp(1, temperatures.len() - 1) - 1;
        let t = (base - temperatures[k]) / (temperatures[k + 1] - temperatures[k]);
        (first..=last).contains(&base).then_some((k, t))
    }

    /// The most light that every laser brings at the base temperature `base` K; NaN off the map.
    pub fn most_power(&self, base: f64) -> f64 {
        let Some((k, t)) = self.place(base) else {
            return f64::NAN;
        };
        let tops = (0..self.lasers.len()).map(|laser| {
            let [light, ..] = self.curves(laser, k, t);
            top(&light).map_or(0.0, |top| light[top].max(0.0))
        });
        tops.fold(f64::INFINITY, f64::min)
    }

    /// The state of all lasers with `power` W each at the base temperature `base` K.
    pub fn operate(&self, power: f64, base: f64) -> Operation {
        let Some((k, t)) = self.place(base) else {
            return Operation::OffTheMap;
        };
        let mut points = Vec::with_capacity(self.lasers.len());
        let mut ends_rising = false;
        for laser in 0..self.lasers.len() {
            let [light, voltage, junction] = self.curves(laser, k, t);
            let Some(top) = top(&light) else {
                return Operation::RolledOver;
            };
            if power > light[top] {
                if top + 1 < light.len() {
                    return Operation::RolledOver;
                }
                ends_rising = true; // the curve goes on beyond the map
                continue;
            }
            let rises =
                |&i: &usize| light[i - 1] <= power && power <= light[i] && light[i - 1] < light[i];
            let Some(i) = (1..=top).find(rises) else {
                return Operation::OffTheMap; // the map begins with more light
            };
            let s = (power - light[i - 1]) / (light[i] - light[i - 1]);
            let along = |values: &[f64]| (1.0 - s) * values[i - 1] + s * values[i];
            let (current, voltage) = (along(&self.currents), along(&voltage));
            points.push(OperatingPoint {
                power,
                current,
                voltage,
                electrical_power: voltage * current,
                junction_temperature: along(&junction),
                failure_rate: self.failure_rate.as_ref().map(|rates| {
                    let [low, high] = [i - 1, i].map(|i| self.between(rates, laser, k, t, i));
                    (1.0 - s) * low + s * high
                }),
                status: self.worst_status(laser, k, i),
            });
        }
        if ends_rising {
            return Operation::OffTheMap;
        }
        let mean = |of: fn(&OperatingPoint) -> f64| {
            points.iter().map(of).sum::<f64>() / points.len() as f64
        };
        Operation::Running(OperatingPoint {
            power,
            current: mean(|p| p.current),
            voltage: mean(|p| p.voltage),
            electrical_power: mean(|p| p.electrical_power),
            junction_temperature: points
                .iter()
                .map(|p| p.junction_temperature)
                .fold(f64::NEG_INFINITY, f64::max),
            failure_rate: self
                .failure_rate
                .is_some()
                .then(|| mean(|p| p.failure_rate.unwrap_or(f64::NAN))),
            status: points.iter().map(|p| p.status).max().unwrap_or_default(),
        })
    }

    /// Worst standing of the four points about (base k.., current i − 1..), values that are not there aside.
    fn worst_status(&self, laser: usize, k: usize, i: usize) -> Standing {
        let n = self.currents.len();
        let at =
            |k: usize, i: usize| self.status[(laser * self.base_temperatures.len() + k) * n + i];
        [at(k, i - 1), at(k, i), at(k + 1, i - 1), at(k + 1, i)]
            .into_iter()
            .filter(|&status| status < Standing::Infeasible)
            .max()
            .unwrap_or_default()
    }
}

/// Where a light-current curve is highest; none where it has no values.
fn top(light: &[f64]) -> Option<usize> {
    (0..light.len())
        .filter(|&i| !light[i].is_nan())
        .max_by(|&a, &b| light[a].total_cmp(&light[b]).then(b.cmp(&a)))
}

/// A variable's values in the order laser, base temperature, current, whatever the order of its axes and the same along those that
/// it lacks; adds to the standing of each point.
fn in_order(
    variable: &Variable,
    shape: [usize; 3],
    status: &mut [Standing],
) -> Result<Vec<f64>, LinkError> {
    let axes = ["laser", "base_temperature", "current"];
    let mut strides = [0; 3];
    let mut stride = 1;
    for name in variable.axes.iter().rev() {
        let k = axes.iter().position(|axis| axis == name);
        let k = k.ok_or_else(|| LinkError::unknown("axis of the laser map", name, axes))?;
        strides[k] = stride;
        stride *= shape[k];
    }
    let mut values = Vec::with_capacity(status.len());
    for laser in 0..shape[0] {
        for base in 0..shape[1] {
            for current in 0..shape[2] {
                let at = laser * strides[0] + base * strides[1] + current * strides[2];
                let point = &mut status[values.len()];
                *point = (*point).max(Standing::from(variable.status[at]));
                values.push(variable.values[at]);
            }
        }
    }
    Ok(values)
}
