//! What an array's lasers give at every temperature of the chip and every current: the laser as a system model sees it.
//!
//! T_j,i = T + Σ_j R_ij (V_j I_j − P_j) with one temperature T below all lasers, "with all of them off", whatever the
//! switch, the air or the water made of it. A map is exact at its points; tested against the operating point of the study.

use super::laser::COVERAGE;
use cpo_materials::{Current, FailureRate, Power, Quantity, Temperature};
use cpo_solver::laser::{
    LaserArray, LaserError, LaserModel, LaserState, LightCurrentFit, Reliability,
};
use ndarray::{Array2, Array3, ArrayView1};

/// Temperatures of the chip, K: from a cooled chip to one that no laser survives, each 5 K.
const COLDEST: f64 = 283.15;
const STEP: f64 = 5.0;
const TEMPERATURES: usize = 25;
/// Currents of the map.
const CURRENTS: usize = 61;
/// Its currents end at this multiple of the one beyond which the coldest chip's lasers give less.
const REACH: f64 = 1.1;

/// Light, voltage and junction temperature of some lasers against the temperature of the chip and the current.
#[derive(Clone, Debug)]
pub struct LaserMap {
    /// Positions, in the array, of the lasers that are mapped: by falling sum of thermal resistances the first, the median and the last.
    pub lasers: Vec<usize>,
    /// Temperatures of the chip below all lasers, all of them off, K.
    pub base: Vec<f64>,
    /// Drive current of every laser, A.
    pub current: Vec<f64>,
    /// V, by current.
    pub voltage: Vec<f64>,
    /// With all lasers driven alike, `[laser, base, current]`; none in thermal runaway.
    pub together: Array3<Option<MapPoint>>,
    /// With this laser alone.
    pub alone: Array3<Option<MapPoint>>,
}

/// One laser at one temperature of the chip and one current.
#[derive(Clone, Copy, Debug)]
pub struct MapPoint {
    /// W.
    pub optical_power: f64,
    /// Its error bar by those of the thermal resistances and the uncertainty of a fit, W.
    pub optical_power_error: f64,
    /// K.
    pub junction: f64,
    /// K.
    pub junction_error: f64,
    /// 1/s, if the study states how lasers age.
    pub failure_rate: Option<FailureRate>,
}

/// Temperatures of the chip that maps are made for, K.
pub(super) fn base_temperatures() -> Vec<f64> {
    (0..TEMPERATURES)
        .map(|k| COLDEST + STEP * k as f64)
        .collect()
}

/// What is mapped: lasers of one kind with the thermal resistances between them and their error bars.
pub(super) struct MappedArray<'a> {
    pub(super) model: LaserModel,
    pub(super) resistance: &'a Array2<f64>,
    pub(super) bars: &'a Array2<f64>,
    pub(super) reliability: Option<Reliability>,
    pub(super) fit: Option<&'a LightCurrentFit>,
}

impl MappedArray<'_> {
    /// All lasers on a chip of that temperature, K.
    pub(super) fn at(&self, base: f64) -> Result<LaserArray, LaserError> {
        array(self.model, base, self.resistance.clone(), self.bars.clone())
    }

    /// The same with all thermal resistances at the upper end of their error bars.
    pub(super) fn warm_at(&self, base: f64) -> Result<LaserArray, LaserError> {
        let warm = self.resistance + self.bars;
        array(self.model, base, warm, self.bars.clone())
    }

    /// Laser `i` by itself.
    fn single(&self, base: f64, i: usize) -> Result<LaserArray, LaserError> {
        let of = |matrix: &Array2<f64>| Array2::from_elem((1, 1), matrix[(i, i)]);
        array(self.model, base, of(self.resistance), of(self.bars))
    }

    /// The error E Q of junction temperatures in these states by that of the thermal resistances, of the laser with most, K.
    pub(super) fn shift(&self, states: &[LaserState]) -> f64 {
        let of_row = |row: ArrayView1<f64>| -> f64 {
            let terms = row.iter().zip(states);
            terms.map(|(bar, s)| bar * s.heat.si()).sum()
        };
        self.bars.outer_iter().map(of_row).fold(0.0, f64::max)
    }

    /// The hottest laser of the array, the median and the coolest, all driven alike; all of three or fewer.
    pub(super) fn chosen(&self) -> Vec<usize> {
        let n = self.resistance.nrows();
        let rise = |&i: &usize| self.resistance.row(i).sum();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| rise(b).total_cmp(&rise(a)));
        match n {
            0..=3 => order,
            _ => vec![order[0], order[n / 2], order[n - 1]],
        }
    }
}

/// Maps those lasers; nothing where a laser emits at no current even on the coldest chip.
pub(super) fn map(of: &MappedArray<'_>) -> Result<Option<LaserMap>, LaserError> {
    let lasers = of.chosen();
    let base = base_temperatures();
    // A laser alone reaches further than one among others: the map covers both.
    let mut reach = 0.0f64;
    for &i in &lasers {
        let most = of.single(COLDEST, i)?.rollover(&[Power::from_si(1.0)])?;
        reach = most.currents.iter().map(|c| c.si()).fold(reach, f64::max);
    }
    if reach <= 0.0 {
        return Ok(None);
    }
    let step = REACH * reach / (CURRENTS - 1) as f64;
    let current: Vec<f64> = (0..CURRENTS).map(|k| k as f64 * step).collect();
    let point = |state: &LaserState| MapPoint {
        optical_power: state.optical_power.si(),
        optical_power_error: state.optical_power_error.si(),
        junction: state.junction.si(),
        junction_error: state.junction_error.si(),
        failure_rate: of
            .reliability
            .map(|law| law.failure_rate(state.junction, state.current)),
    };
    let shape = (lasers.len(), base.len(), current.len());
    let mut together = Array3::from_elem(shape, None);
    let mut alone = Array3::from_elem(shape, None);
    for (t, &temperature) in base.iter().enumerate() {
        let array = of.at(temperature)?;
        let singles = lasers
            .iter()
            .map(|&i| of.single(temperature, i))
            .collect::<Result<Vec<_>, _>>()?;
        for (c, &amperes) in current.iter().enumerate() {
            if let Some(states) = steady(&array, amperes, of.fit)? {
                for (k, &i) in lasers.iter().enumerate() {
                    together[(k, t, c)] = Some(point(&states[i]));
                }
            }
            for (k, single) in singles.iter().enumerate() {
                alone[(k, t, c)] = steady(single, amperes, of.fit)?.map(|states| point(&states[0]));
            }
        }
    }
    let voltage = current
        .iter()
        .map(|&c| of.model.voltage(Current::from_si(c)).si())
        .collect();
    Ok(Some(LaserMap {
        lasers,
        base,
        current,
        voltage,
        together,
        alone,
    }))
}

fn array(
    model: LaserModel,
    base: f64,
    resistance: Array2<f64>,
    bars: Array2<f64>,
) -> Result<LaserArray, LaserError> {
    let n = resistance.nrows();
    let base = vec![Temperature::from_si(base); n];
    LaserArray::new(vec![model; n], &base, resistance, bars)
}

/// States at one current for all, with the uncertainty of a fit in their error bars; none where no temperature is steady.
fn steady(
    array: &LaserArray,
    amperes: f64,
    fit: Option<&LightCurrentFit>,
) -> Result<Option<Vec<LaserState>>, LaserError> {
    let currents = vec![Current::from_si(amperes); array.len()];
    let operate = |array: &LaserArray| array.at_currents(&currents);
    let widened = |operating| match fit {
        Some(fit) => array.widened(operating, fit, COVERAGE, operate),
        None => Ok(operating),
    };
    match operate(array).and_then(widened) {
        Ok(operating) => Ok(operating.states().map(<[LaserState]>::to_vec)),
        Err(LaserError::Unconverged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
