//! Everything that answers are computed from.

use cpo_table::{Group, LossTable};

use super::laser_spread;
use super::request::{BaseTemperature, LinkRequest, Port, TableEntry, positive};
use super::spread_number::{DECIBEL, DECIBEL_PER_METRE, DRIFT, SpreadNumber};
use super::table_value::{TableValue, at_one_temperature, group, read};
use crate::Standing;
use crate::answer::LinkAnswers;
use crate::architecture::{
    Architecture, EnergySource, LaserPlace, Setting, architectures, required_launch,
};
use crate::budget::Draws;
use crate::component::{ComponentName as C, Components, Place, Triangle, Values};
use crate::decibel::watts;
use crate::electrical::SerdesFit;
use crate::error::LinkError;
use crate::laser::{IntegratedLaser, LaserMap};
use crate::number::{Number, Unit};
use crate::standard::{Standard, Standards};

/// A way of cooling with what the table says of it.
#[derive(Clone, Debug)]
pub(crate) struct CooledChip {
    pub(crate) name: String,
    pub(crate) base_temperature: Number,
    /// Half-width of the error bar of the warmest laser's, K.
    pub(crate) base_error: f64,
    pub(crate) laser: IntegratedLaser,
    /// Of all lasers, at the state that the table was asked for, 1/s.
    pub(crate) failure_rate: Option<Number>,
    /// Light that every laser surely brings at most, all alike, each at its own temperature of the chip, W; nil if not known.
    pub(crate) sure_power: f64,
}

/// A request with its table and components.
#[derive(Clone, Debug)]
pub struct LinkModel {
    pub(crate) request: LinkRequest,
    pub(crate) components: Components,
    pub(crate) typical: Values,
    pub(crate) draws: Draws,
    pub(crate) standards: Standards,
    pub(crate) architectures: Vec<Architecture>,
    pub(crate) serdes: SerdesFit,
    pub(crate) laser: IntegratedLaser,
    pub(crate) cooling: Vec<CooledChip>,
}

impl LinkModel {
    /// Takes from `table` what `request` names; `components` hold the rest.
    ///
    /// # Errors
    /// [`LinkError`] for names that do not exist, with what there is and the nearest; for numbers of the request that cannot
    /// be. Values that the table lacks or marks are carried as marked.
    pub fn new(
        table: &LossTable,
        request: &LinkRequest,
        components: Components,
    ) -> Result<Self, LinkError> {
        let standards = Standards::embedded()?;
        request.check(&standards)?;
        let mut components = components;
        let conditions = [
            ("wavelength", request.wavelength),
            ("temperature", request.chip_temperature),
        ];
        if let Some(entry) = &request.coupling {
            let taper = request.taper.as_ref();
            take_coupling(&mut components, table, entry, taper, &conditions)?;
        }
        if let Some(entry) = &request.waveguide {
            take_waveguide(&mut components, table, entry, &conditions)?;
        }
        let laser = match &request.laser_map {
            Some(path) => {
                let map = LaserMap::read(table, path)?;
                take_ageing(&mut components, &map);
                laser_spread::take(&mut components, table, path)?;
                IntegratedLaser::Map(Box::new(map))
            }
            None => IntegratedLaser::Law,
        };
        let mut cooling = Vec::new();
        for way in &request.cooling {
            cooling.push(cooled(table, &way.name, &way.base, &laser)?);
        }
        take_deviation(&mut components, request, &laser, &cooling);
        let architectures = architectures()?;
        let repeated = architectures.iter().flat_map(|a| a.chain.repeated());
        let mut further: Vec<Place> = repeated.collect();
        further.sort_unstable();
        further.dedup();
        Ok(Self {
            typical: components.typical(),
            draws: Draws::new(
                &components,
                &further,
                request.split.max(request.lanes_per_laser),
                request.samples,
                request.seed,
            ),
            standards,
            architectures,
            serdes: SerdesFit::embedded()?,
            request: request.clone(),
            components,
            laser,
            cooling,
        })
    }

    /// All answers.
    ///
    /// # Errors
    /// [`LinkError`] if embedded data are damaged, which tests exclude.
    pub fn answers(&self) -> Result<LinkAnswers, LinkError> {
        LinkAnswers::of(self)
    }

    /// The standard of a port.
    pub(crate) fn standard(&self, port: &Port) -> Result<&Standard, LinkError> {
        self.standards.get(&port.standard)
    }

    /// Where an architecture works in the request.
    pub(crate) fn setting<'a>(
        &'a self,
        architecture: &Architecture,
        standard: &'a Standard,
    ) -> Setting<'a> {
        let request = &self.request;
        Setting {
            standard,
            conditions: architecture.conditions(standard, request.split, request.lanes_per_laser),
            laser: &self.laser,
            serdes: &self.serdes,
            base_temperature: request.chip_temperature,
            base_error: request.chip_temperature_error,
            most_of_sources_dbm: self.standards.most_dbm(),
            path_loss_db: None,
            launch_dbm: None,
        }
    }

    /// Worst standing of a table's values in an architecture's energy and light.
    pub(crate) fn standing(&self, architecture: &Architecture, setting: &Setting) -> Standing {
        let terms = architecture
            .chain
            .stages()
            .iter()
            .flat_map(|stage| &stage.terms);
        let light = terms.flat_map(|term| term.components(setting.conditions));
        let tuning = architecture.energy.contains(&EnergySource::Tuning);
        let is_integrated = architecture.laser == LaserPlace::Integrated;
        let all = light
            .chain(tuning.then_some(&C::ResonanceDrift))
            .chain(is_integrated.then_some(&C::LaserElectricity));
        let standings = all.map(|&name| self.components.get(name).status);
        standings.max().unwrap_or_default()
    }

    /// Light that a link asks of an integrated laser with all inputs typical, W.
    pub(crate) fn required_light(&self) -> Result<f64, LinkError> {
        let standard = self.standard(&self.request.port)?;
        let is_integrated = |a: &Architecture| a.laser == LaserPlace::Integrated;
        let integrated = self.architecture("integrated laser", is_integrated)?;
        let setting = self.setting(integrated, standard);
        Ok(watts(required_launch(integrated, &setting, &self.typical)))
    }

    /// The first architecture of a kind.
    pub(crate) fn architecture(
        &self,
        kind: &str,
        is: impl Fn(&Architecture) -> bool,
    ) -> Result<&Architecture, LinkError> {
        self.architectures.iter().find(|a| is(a)).ok_or_else(|| {
            let names = self.architectures.iter().map(|a| a.name.as_str());
            LinkError::unknown("architecture", kind, names)
        })
    }
}

/// A coupling's loss, and that of the taper behind it. Each is the transmission of one mode into one mode, the same in both
/// directions, so that dB add. Error bars widen what is systematic: they bound the same wafer.
fn take_coupling(
    components: &mut Components,
    table: &LossTable,
    entry: &TableEntry,
    taper: Option<&TableEntry>,
    conditions: &[(&str, f64)],
) -> Result<(), LinkError> {
    let coupling = group(table, &entry.group)?;
    let mut loss = SpreadNumber::read(coupling, "loss", DECIBEL, entry, conditions)?;
    let planes = planes(coupling);
    if !matches!(planes, Some(["P2", "P3"] | ["P5", "P6"])) {
        return Err(wrong_planes(
            entry,
            planes,
            "a coupling is from P2 to P3 or from P5 to P6",
        ));
    }
    let mut origin = format!(
        "{} of the loss table{}: {}",
        entry.group,
        at_one_temperature(coupling),
        loss.words
    );
    match taper {
        None => origin += "; no taper: the way from its guide to the chip's is not in it",
        Some(taper) => {
            let (more, of_taper) = taper_loss(table, taper, conditions)?;
            loss = loss.and(&more);
            origin = format!("{origin}; and {of_taper}");
        }
    }
    components.replace(
        C::Coupler,
        loss.typical.value,
        loss.triangles(0.0),
        origin,
        loss.typical.standing,
    );
    Ok(())
}

/// Loss of a taper's first mode, and words on it.
fn taper_loss(
    table: &LossTable,
    entry: &TableEntry,
    conditions: &[(&str, f64)],
) -> Result<(SpreadNumber, String), LinkError> {
    let taper = group(table, &entry.group)?;
    let mut loss = SpreadNumber::read(taper, "loss", DECIBEL, entry, conditions)?;
    let planes = planes(taper);
    let ends = planes.map(|ends| ends.map(|end| end.strip_prefix("cross_section.")));
    let Some([Some(first), Some(last)]) = ends else {
        return Err(wrong_planes(
            entry,
            planes,
            "a taper is from one cross-section to another",
        ));
    };
    let words = format!(
        "{} from {first} to {last}{}: {}",
        entry.group,
        at_one_temperature(taper),
        loss.words
    );
    // a loss within its error of none is no gain; what is not known stays so
    if loss.typical.value < 0.0 {
        loss.typical.value = 0.0;
    }
    Ok((loss, words))
}

/// Planes that a group's loss lies between.
fn planes(group: &Group) -> Option<[&str; 2]> {
    let loss = group.variable("loss")?;
    Some([loss.from_plane.as_deref()?, loss.to_plane.as_deref()?])
}

fn wrong_planes(entry: &TableEntry, planes: Option<[&str; 2]>, allowed: &str) -> LinkError {
    let found = planes.map_or_else(
        || "between planes that are not stated".into(),
        |[a, b]| format!("from {a} to {b}"),
    );
    LinkError::Table {
        place: format!("{}/loss", entry.group),
        problem: format!("it runs {found}; {allowed}"),
    }
}

/// A guide's drift, and its loss where that holds scattering and is told from none: absorption and leakage alone are no
/// propagation loss.
fn take_waveguide(
    components: &mut Components,
    table: &LossTable,
    entry: &TableEntry,
    conditions: &[(&str, f64)],
) -> Result<(), LinkError> {
    let guide = group(table, &entry.group)?;
    let temperature = at_one_temperature(guide);
    let mut take = |name: C, variable: &str, number: &SpreadNumber| {
        let place = format!("{}/{variable} of the loss table{temperature}", entry.group);
        let origin = format!("{place}: {}", number.words);
        let TableValue {
            value, standing, ..
        } = number.typical;
        components.replace(name, value, number.triangles(0.0), origin, standing);
    };
    let drift = SpreadNumber::read(guide, "resonance_drift", DRIFT, entry, conditions)?;
    take(C::ResonanceDrift, "resonance_drift", &drift.magnitude());
    if guide.variable("total_loss").is_none() {
        let words = format!(
            "not replaced: {}/loss of the loss table is without scattering, for which the guide's walls have no roughness",
            entry.group
        );
        components.remark(C::WaveguideLoss, &words);
        return Ok(());
    }
    let loss = SpreadNumber::read(guide, "total_loss", DECIBEL_PER_METRE, entry, conditions)?;
    if loss.typical.value > loss.typical.error {
        take(C::WaveguideLoss, "total_loss", &loss);
    } else {
        let words = format!(
            "not replaced: {}/total_loss of the loss table is not told from none, or not computed",
            entry.group
        );
        components.remark(C::WaveguideLoss, &words);
    }
    Ok(())
}

/// The spread of lasers by maps, and of temperatures of the chip that were computed, is that of their error bars.
fn take_deviation(
    components: &mut Components,
    request: &LinkRequest,
    laser: &IntegratedLaser,
    cooling: &[CooledChip],
) {
    let mut origins: Vec<String> = Vec::new();
    let lasers = cooling.iter().map(|chip| &chip.laser);
    for laser in std::iter::once(laser).chain(lasers) {
        if let IntegratedLaser::Map(map) = laser {
            origins.push(map.path().to_owned());
        }
    }
    let errors = cooling.iter().map(|chip| chip.base_error);
    let of_chip = errors.fold(request.chip_temperature_error, f64::max);
    if of_chip > 0.0 {
        origins.push(format!("the chip's temperature, up to {of_chip:.1e} K"));
    }
    origins.sort();
    origins.dedup();
    if origins.is_empty() {
        return;
    }
    let within = Triangle {
        low: -1.0,
        mode: 0.0,
        high: 1.0,
    };
    let spreads = [within, Triangle::fixed(0.0)];
    let origin = format!("error bars of {}", origins.join(", "));
    components.replace(C::LaserDeviation, 0.0, spreads, origin, Standing::Ok);
}

/// Where the study says how its lasers age, all of the link's do so, for a comparison of places and not of laws.
fn take_ageing(components: &mut Components, map: &LaserMap) {
    if let Some(law) = map.ageing() {
        let values = [
            law.failure_rate,
            law.activation_energy,
            law.reference_temperature,
        ];
        for (name, value) in C::LASER_AGEING.into_iter().zip(values) {
            let at = match map.ageing_current() {
                Some(amperes) => format!(
                    ", of external lasers at the {:.3} mA of that law",
                    1e3 * amperes
                ),
                None => String::new(),
            };
            let origin = format!("reliability that the study states, by {}{at}", map.path());
            components.replace(
                name,
                value,
                [Triangle::fixed(value); 2],
                origin,
                Standing::Ok,
            );
        }
    }
}

/// The chip under a way of cooling.
fn cooled(
    table: &LossTable,
    name: &str,
    base: &BaseTemperature,
    laser: &IntegratedLaser,
) -> Result<CooledChip, LinkError> {
    let entry = match base {
        BaseTemperature::Stated(kelvin) => {
            positive("temperature of a cooled chip", *kelvin, "K")?;
            return Ok(CooledChip {
                name: name.to_owned(),
                base_temperature: Number::exact(*kelvin, Unit::Kelvin, "the request"),
                base_error: 0.0,
                laser: laser.clone(),
                failure_rate: None,
                sure_power: 0.0,
            });
        }
        BaseTemperature::Table(entry) => entry,
    };
    let lasers = group(table, &entry.group)?;
    let count = match lasers.axis("laser").map(|axis| &axis.values) {
        Some(cpo_table::AxisValues::Text(names)) => names.len(),
        _ => {
            return Err(LinkError::Table {
                place: entry.group.clone(),
                problem: "it has no axis of lasers".into(),
            });
        }
    };
    let mut sure_power = f64::INFINITY;
    let (mut low, mut high, mut base_error) = (f64::INFINITY, f64::NAN, 0.0);
    let mut standing = Standing::Ok;
    let mut failures = lasers
        .variable("failure_rate")
        .map(|_| (0.0, 0.0, Standing::Ok));
    for k in 0..count {
        if let Some((rate, error, worst)) = &mut failures {
            let own = read(lasers, "failure_rate", entry, &[("laser", k as f64)])?;
            *rate += own.value;
            *error += own.error;
            *worst = (*worst).max(own.standing);
        }
        sure_power = match lasers.variable("rollover_power") {
            None => 0.0,
            Some(_) => {
                let most = read(lasers, "rollover_power", entry, &[("laser", k as f64)])?;
                match most.value - most.error {
                    unknown if unknown.is_nan() => 0.0,
                    surely => sure_power.min(surely),
                }
            }
        };
        let value = read(lasers, "base_temperature", entry, &[("laser", k as f64)])?;
        if value.value > high || high.is_nan() {
            (high, base_error) = (value.value, value.error);
        }
        low = low.min(value.value - value.error);
        standing = standing.max(value.standing);
    }
    let map = format!("{}_light", entry.group);
    let laser = match table.group(&map) {
        Some(_) => IntegratedLaser::Map(Box::new(LaserMap::read(table, &map)?)),
        None => laser.clone(),
    };
    Ok(CooledChip {
        name: name.to_owned(),
        base_temperature: Number::between(
            [low, high, high + base_error],
            Unit::Kelvin,
            format!(
                "{}/base_temperature: warmest laser; down to the coolest, each with its error bar",
                entry.group
            ),
        )
        .at_best(standing),
        base_error,
        laser,
        sure_power,
        failure_rate: failures
            .filter(|(rate, ..)| !rate.is_nan())
            .map(|(rate, error, worst)| {
                let origin = format!("{}/failure_rate, sum over lasers", entry.group);
                let range = [rate - error, rate, rate + error];
                Number::between(range, Unit::PerSecond, origin).at_best(worst)
            }),
    })
}
